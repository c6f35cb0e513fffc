"""What the board is trying on the page: settings, the exact list behind them, and the way back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from time import monotonic

import traitlets

from pmo_lib import workbench
from pmo_lib.boardroom.keeping import Kept, Scenario, kept_file, read_kept, write_kept
from pmo_lib.checks import InputError, require_choice
from pmo_lib.tables import Portfolio
from pmo_lib.tables.problems import known_or_near
from pmo_lib.tables.texts import clean
from pmo_lib.widgets.trial import CANNOT, COMING, EXACT, REASONS, Latest
from pmo_lib.workbench import Recommendation, Settings

SAME_STEP = 1.5
"""Moves of one control nearer than this are one step to take back. [s]"""

MOST_STEPS = 200
"""Steps that can be taken back."""

LONGEST = 80
"""Most letters of a name given on the page."""


class Question:
    """Settings that want an exact answer, until something overtakes them."""

    def __init__(self, settings: Settings, project: str = "") -> None:
        self.settings, self.project, self.overtaken = settings, project, False

    def stop(self, *_) -> bool:
        """Tell a search that is on its way whether to give up."""
        return self.overtaken


class Room(traitlets.HasTraits):
    """Settings being tried on the board's page, with the exact list that follows them.

    The last exact list stays until the next one is proven; a search that is overtaken is
    stopped. Views observe ``version``, which rises whenever something to show has changed.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    settings : Settings
        The saved settings, from which everything tried departs.
    opening : Recommendation, optional
        The list under the saved settings, if it is known already.
    path : path, optional
        The portfolio on disk; beside it stand the file of scenarios and the record. None
        keeps everything in memory.
    pause : float, default 0.25
        How long controls must rest before an exact answer is sought. [s]
    explain : bool, default True
        Price the reason of each project once the list is known.

    Attributes
    ----------
    saved, settings : Settings
        What is saved, and what is tried now.
    opening, answer : Recommendation
        The lists of the saved settings and of those last answered.
    without : Recommendation or None
        The list last answered without what the board includes or excludes at last.
    project : str
        The project last included or excluded; empty if none.
    scenarios : dict of Scenario
        By name, in the order they were saved.
    state, problem, note : str
        Whether the answer is exact; why not; what happened to the file of scenarios.
    """

    version = traitlets.Int(0)

    def __init__(
        self,
        portfolio: Portfolio,
        settings: Settings,
        *,
        opening: Recommendation | None = None,
        path: str | Path | None = None,
        pause: float = 0.25,
        explain: bool = True,
    ) -> None:
        super().__init__()
        self.portfolio, self.path = portfolio, None if path is None else Path(path)
        self.saved = self.settings = settings
        self.opening = opening or workbench.recommend(portfolio, settings, explain=False)
        self.answer, self.without, self.project = self.opening, None, ""
        self.state, self.problem, self.note = EXACT, "", ""
        self.scenarios: dict[str, Scenario] = {}
        self._past: list[tuple[Settings, str]] = []
        self._next: list[tuple[Settings, str]] = []
        self._last_step, self._seen, self._kept = ("", 0.0), None, (settings.hash(), "")
        self._question = Question(settings)
        self._stages = [self._chosen, self._explained] if explain else [self._chosen]
        self._following = Latest(self._stages, self._answered, self._failed, pause)
        self._priced = not explain
        self.refresh()
        if not self._priced and self.state == EXACT:
            self.state = REASONS
            self._following.ask(self._question)

    # What is tried ------------------------------------------------------------------------

    def weigh(self, points: Mapping[str, float]) -> None:
        """Try other weights: points by criterion."""
        self._try("weights", weights=dict(points))

    def fund(self, scale: float) -> None:
        """Try all budgets times a factor."""
        self._try("budget", budget_scale=scale)

    def rule_on(self, project: str, decision: str, *, reason: str, by: str) -> None:
        """Try a list that includes (``"in"``) or excludes (``"out"``) a project.

        Raises
        ------
        InputError
            If the project is no assessed proposal, or name or reason is missing.
        """
        require_choice(decision, ("in", "out"), name="decision")
        self.require_proposal(project)
        reason, by = stated(reason, "reason"), stated(by, "your name")
        settings = workbench.with_override(self.settings, project, decision, reason=reason, by=by)
        self._step(settings, project)

    def free(self, project: str) -> None:
        """Try a list in which the board neither includes nor excludes a project."""
        self._step(workbench.without_override(self.settings, project), "")

    def back(self) -> None:
        """Return to the saved settings."""
        self._step(self.saved, "")

    def undo(self) -> None:
        """Take the last step back."""
        self._turn(self._past, self._next)

    def redo(self) -> None:
        """Take the step again that was taken back."""
        self._turn(self._next, self._past)

    @property
    def steps(self) -> tuple[int, int]:
        """How many steps can be taken back, and taken again."""
        return len(self._past), len(self._next)

    @property
    def moved(self) -> bool:
        """Whether anything tried differs from what is saved."""
        return self.settings.hash() != self.saved.hash()

    def require_proposal(self, project: str) -> None:
        """Refuse what is not an assessed proposal."""
        assessed = self.opening.evaluation.score.index
        if project not in assessed:
            raise InputError(f"project: choose one; {known_or_near(str(project), list(assessed))}")

    # Scenarios ----------------------------------------------------------------------------

    def save_scenario(self, name: str, *, by: str = "") -> Scenario:
        """Keep what is tried under a name, in place of one of that name.

        Raises
        ------
        InputError
            If the name is empty or long, or the file cannot be written.
        """
        name = stated(name, "name of the scenario")
        scenario = Scenario.now(name, self.settings, by=clean(by)[:LONGEST])
        self.scenarios = {k: s for k, s in self.scenarios.items() if k != name} | {name: scenario}
        self._keep()
        self.version += 1
        return scenario

    def drop_scenario(self, name: str) -> None:
        """Forget a scenario."""
        self.scenario(name)
        self.scenarios = {k: s for k, s in self.scenarios.items() if k != name}
        self._keep()
        self.version += 1

    def scenario(self, name: str) -> Scenario:
        """Return a scenario, or refuse a name that is not one."""
        if name not in self.scenarios:
            raise InputError("scenario: choose one that was saved")
        return self.scenarios[name]

    def restore(self, name: str) -> None:
        """Try a scenario again."""
        self._step(self.scenario(name).settings, "")

    # What is saved and shared -------------------------------------------------------------

    def keep(self, settings: Settings) -> None:
        """Take settings that were just saved as those from which everything departs."""
        self.saved, self._past, self._next = settings, [], []
        self._try_out(settings, "")

    def refresh(self) -> None:
        """Take up what somebody else, or this page before it was closed, left in the file."""
        if self.path is None:
            return
        stamp = _stamp(kept_file(self.path))
        if stamp == self._seen:
            return
        self._seen = stamp
        try:
            kept = read_kept(self.path)
        except InputError as error:
            self.note = f"{error}; the page opens with the saved settings"
            self.version += 1
            return
        self.note = ""
        if kept is None:
            return
        self.scenarios = {s.name: s for s in kept.scenarios}
        self._kept = (kept.settings.hash(), kept.project)
        if kept.settings.hash() != self.settings.hash():
            self._past.append((self.settings, self.project))
            self._try_out(kept.settings, kept.project)
        self.version += 1

    # How it follows -----------------------------------------------------------------------

    def _try(self, what: str, **fields) -> None:
        try:
            settings = dataclasses.replace(self.settings, **fields)
        except InputError as error:
            self._overtake(Question(self.settings))
            self._failed(None, error)
            return
        self._step(settings, self.project, what)

    def _step(self, settings: Settings, project: str, what: str = "") -> None:
        """Try settings, with a way back to those before."""
        if settings == self.settings and self.state != CANNOT:
            return
        last, when = self._last_step
        if not (what and what == last and monotonic() - when < SAME_STEP):
            self._past = [*self._past, (self.settings, self.project)][-MOST_STEPS:]
        self._next, self._last_step = [], (what, monotonic())
        self._try_out(settings, project)

    def _turn(self, of: list, onto: list) -> None:
        if of:
            onto.append((self.settings, self.project))
            self._last_step = ("", 0.0)
            self._try_out(*of.pop())

    def _try_out(self, settings: Settings, project: str) -> None:
        self.settings, self.project, self.problem = settings, project, ""
        self._overtake(Question(settings, project))
        self.state = COMING
        self.version += 1
        self._following.ask(self._question)

    def _overtake(self, question: Question) -> None:
        self._question.overtaken, self._question = True, question

    def _keep_if_moved(self) -> None:
        """Keep what is tried, unless the file says so already: looking on writes nothing."""
        if self._kept != (self.settings.hash(), self.project):
            self._keep()

    def _keep(self) -> None:
        """Write what is tried and the scenarios beside the tables, whole or not at all."""
        self._kept = (self.settings.hash(), self.project)
        if self.path is None:
            return
        try:
            write_kept(self.path, Kept(self.settings, self.project, tuple(self.scenarios.values())))
            self.note = ""
        except InputError as error:
            self.note = str(error)
        self._seen = _stamp(kept_file(self.path))

    def _chosen(self, question: Question):
        """Choose exactly; and once more without the last board decision, for its price."""
        settings, without = question.settings, None
        ruled = {row["project"] for row in settings.overrides}
        if question.project in ruled:
            base = workbench.without_override(settings, question.project)
            without = self._recommended(base, question)
        return self._recommended(settings, question), without

    def _explained(self, question: Question):
        return self._recommended(question.settings, question, explain=True), None

    def _recommended(self, settings: Settings, question: Question, *, explain: bool = False):
        if settings.hash() == self.opening.settings.hash() and (self._priced or not explain):
            return self.opening
        return workbench.recommend(
            self.portfolio, settings, explain=explain, progress=question.stop
        )

    def _answered(self, question: Question, stage: int, result: tuple) -> None:
        if question.overtaken:
            return
        answer, without = result
        self.answer, last = answer, stage == len(self._stages) - 1
        if stage == 0:
            self.without = without
            self._keep_if_moved()
        self.state = EXACT if last else REASONS
        if answer.settings.hash() == self.saved.hash():
            self._priced = last or (self._priced and answer is self.opening)
            self.opening = answer
        self.version += 1

    def _failed(self, question: Question | None, error: InputError) -> None:
        if question is None or not question.overtaken:
            self.state, self.problem = CANNOT, str(error)
            self.version += 1


def stated(text: str, what: str) -> str:
    """Return what somebody typed, or ask for it.

    >>> stated(" The chair ", "your name")
    'The chair'
    """
    text = " ".join(clean(text).split()) if isinstance(text, str) else ""
    if not text:
        raise InputError(f"{what}: is empty; write it first")
    if len(text) > 5 * LONGEST or (len(text) > LONGEST and what != "reason"):
        raise InputError(f"{what}: is longer than the page can show; write it shorter")
    return text


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
