"""What the board is trying: settings that differ from the saved ones, and the exact list they give."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable

import traitlets

from pmo_lib import workbench
from pmo_lib.checks import InputError
from pmo_lib.tables import Portfolio
from pmo_lib.workbench import Recommendation, Settings

EXACT, COMING, REASONS, CANNOT, WAITING = "exact", "coming", "reasons", "cannot", "waiting"
"""States of a trial: answered; answer coming; answered, reasons coming; cannot be answered; not asked."""

TRIED_BY, TRIED_WHY = "the board", "what if, not decided"


FAULT = (
    "this could not be worked out: a fault of the program, not of the tables; try something else"
)


class Latest:
    """Answer the newest request in the background, dropping those it overtakes.

    Where an event loop runs (a notebook's kernel), stages run in a worker thread and
    results are handed over on the loop; elsewhere at once.

    Parameters
    ----------
    stages : list of callables
        Each turns the request into a result; later stages take longer and refine.
    done : callable
        Given (request, stage number, result) of a request nothing has overtaken.
    failed : callable
        Given (request, error).
    pause : float
        How long a request must stand before it is worked on. [s]
    """

    def __init__(self, stages: list[Callable], done: Callable, failed: Callable, pause: float):
        self._stages, self._done, self._failed, self._pause = stages, done, failed, pause
        self._wanted: object = None
        self.task: asyncio.Task | None = None

    def ask(self, request) -> None:
        """Ask for an answer; an earlier request still waiting is dropped."""
        self._wanted = request
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._now(request)
            return
        if self.task is None or self.task.done():
            self.task = loop.create_task(self._follow())

    def _now(self, request) -> None:
        try:
            for number, stage in enumerate(self._stages):
                self._done(request, number, stage(request))
        except InputError as error:
            self._failed(request, error)

    async def _follow(self) -> None:
        loop, answered = asyncio.get_running_loop(), None
        while answered is not self._wanted:
            request = self._wanted
            await asyncio.sleep(self._pause)
            try:
                for number, stage in enumerate(self._stages):
                    if request is not self._wanted:
                        break
                    result = await loop.run_in_executor(None, stage, request)
                    if request is self._wanted:
                        self._done(request, number, result)
            except InputError as error:
                if request is self._wanted:
                    self._failed(request, error)
            except Exception:  # a fault of ours: it surfaces, and nothing waits for its answer
                if request is self._wanted:
                    self._failed(request, InputError(FAULT))
                raise
            answered = request


class Trial(traitlets.HasTraits):
    """Settings being tried, with the exact list that follows them.

    The last exact list stays until the next one is proven. Views observe ``version``,
    which rises whenever something to show has changed.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    settings : Settings
        The saved settings, from which trials depart and to which they return.
    opening : Recommendation, optional
        The list under the saved settings, if it is known already.
    explain : bool, default True
        Price the reason of each project after the list is known.
    pause : float, default 0.3
        How long controls must rest before an exact answer is computed. [s]

    Attributes
    ----------
    saved, settings : Settings
        Where the trial started, and what is tried now.
    opening, answer : Recommendation
        The lists of the saved settings and of those last answered.
    without : Recommendation or None
        The list last answered had the tried project not been included.
    state, problem : str
        Whether the answer is exact, and else why not.
    """

    version = traitlets.Int(0)

    def __init__(
        self,
        portfolio: Portfolio,
        settings: Settings,
        opening: Recommendation | None = None,
        *,
        explain: bool = True,
        pause: float = 0.3,
    ) -> None:
        super().__init__()
        self.portfolio = portfolio
        self.saved = self.settings = settings
        self.opening = opening or workbench.recommend(portfolio, settings, explain=explain)
        self.answer, self.without = self.opening, None
        self.state, self.problem = EXACT, ""
        self.included = ""
        self._explain = explain
        stages = [self._quick, self._explained] if explain else [self._quick]
        self._latest = Latest(stages, self._answered, self._failed, pause)

    def change(self, **fields) -> None:
        """Try other values of some settings; the exact answer follows."""
        if self._set(fields):
            self.try_out(self.settings)

    def move(self, **fields) -> bool:
        """Set other values of some settings without asking for the exact answer yet.

        Returns
        -------
        bool
            Whether the values are allowed; if not, `problem` says why.
        """
        allowed = self._set(fields)
        if allowed and self.state != WAITING:
            self.state, self.problem = WAITING, ""
            self._latest.ask(None)
            self.version += 1
        return allowed

    def _set(self, fields: dict) -> bool:
        try:
            tried = dataclasses.replace(self.settings, **fields)
        except InputError as error:
            self._failed(self.settings, error)
            return False
        self.settings = workbench.as_tried(tried, self.saved)
        return True

    def ask(self) -> None:
        """Ask for the exact answer of the settings as they are."""
        self.try_out(self.settings)

    def include(self, project: str) -> None:
        """Try a list that includes a project; an empty name takes that back."""
        settings = workbench.without_override(self.settings, self.included)
        restored = [row for row in self.saved.overrides if row["project"] == self.included]
        settings = dataclasses.replace(settings, overrides=(*settings.overrides, *restored))
        self.included = project
        if project:
            settings = workbench.with_override(
                settings, project, "in", reason=TRIED_WHY, by=TRIED_BY
            )
        self.try_out(settings)

    def try_out(self, settings: Settings) -> None:
        """Try settings; the exact answer follows."""
        settings = workbench.as_tried(settings, self.saved)
        self.settings, self.problem = settings, ""
        if settings.hash() == self.saved.hash() == self.opening.settings.hash():
            self.answer, self.without, self.state = self.opening, None, EXACT
            self._latest.ask(None)
        else:
            self.state = COMING
            self._latest.ask(settings)
        self.version += 1

    def back(self) -> None:
        """Return to the saved settings."""
        self.included = ""
        self.try_out(self.saved)

    def keep(self, settings: Settings) -> None:
        """Take settings just saved as the ones that trials depart from and return to."""
        self.saved, self.included = settings, ""
        self.try_out(settings)

    @property
    def moved(self) -> bool:
        """Whether anything tried differs from what is saved."""
        return self.settings.hash() != self.saved.hash()

    def _quick(self, settings: Settings | None):
        if settings is None:
            return None
        answer = workbench.recommend(self.portfolio, settings, explain=False)
        row = next((r for r in settings.overrides if r["project"] == self.included), None)
        if row is None:
            return answer, None
        base = workbench.without_override(settings, self.included)
        return answer, workbench.recommend(self.portfolio, base, explain=False)

    def _explained(self, settings: Settings | None):
        if settings is None:
            return None
        return workbench.recommend(self.portfolio, settings, explain=True)

    def _answered(self, settings: Settings | None, stage: int, result) -> None:
        if settings is None:
            return
        if stage == 0:
            self.answer, self.without = result
            self.state = REASONS if self._explain else EXACT
        else:
            self.answer, self.state = result, EXACT
        if settings.hash() == self.saved.hash():
            self.opening = self.answer
        self.version += 1

    def _failed(self, settings: Settings, error: InputError) -> None:
        self.state, self.problem = CANNOT, str(error)
        self.version += 1
