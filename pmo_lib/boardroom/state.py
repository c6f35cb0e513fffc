"""What the board is trying on the page: settings, the exact list behind them, and the way back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from time import monotonic

import traitlets

from pmo_lib import folder, workbench
from pmo_lib.boardroom.keeping import Scenario
from pmo_lib.boardroom.shared import Shared, by_name, done
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
    shared : Shared
        What all pages see of it, and which page drives.
    own : bool
        Whether what is tried here is this page's alone, because another one drives.
    ousted : bool
        Whether another page took over from this one, and nothing was done here since.
    me : str
        Who sits before this page, as far as they said.
    """

    version = traitlets.Int(0)
    me = traitlets.Unicode("")

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
        self.state, self.problem = EXACT, ""
        self.shared, self.own, self.ousted, self._driver = Shared(self.path), False, False, None
        self.scenarios: dict[str, Scenario] = {}
        self._past: list[tuple[Settings, str]] = []
        self._next: list[tuple[Settings, str]] = []
        self._last_step, self._kept = ("", 0.0), (settings.hash(), "")
        self._question, self._on_disk = Question(settings), self._saved_stamp()
        self._stages = [self._rested, self._chosen, *([self._explained] if explain else [])]
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
        self.me = by
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
        if not project:
            raise InputError("project: choose one under ‘Ask about’ first")
        if project not in assessed:
            raise InputError(f"project: choose one; {known_or_near(str(project), list(assessed))}")

    # Scenarios ----------------------------------------------------------------------------

    @property
    def note(self) -> str:
        """What happened to the file of scenarios."""
        return self.shared.note

    def save_scenario(self, name: str, *, by: str = "") -> Scenario:
        """Keep what is tried under a name, in place of one of that name.

        Raises
        ------
        InputError
            If the name is empty or long.
        """
        name = stated(name, "name of the scenario")
        scenario = Scenario.now(name, self.settings, by=clean(by)[:LONGEST] or self.me)
        self._keep_scenarios(name, scenario)
        return scenario

    def drop_scenario(self, name: str) -> None:
        """Forget a scenario."""
        self.scenario(name)
        self._keep_scenarios(name)

    def _keep_scenarios(self, name: str, *added: Scenario) -> None:
        def changed(scenarios: tuple) -> tuple:
            return (*(s for s in scenarios if s.name != name), *added)

        self.shared.scenarios(changed, self.settings, self.project)
        self.scenarios = by_name(changed(tuple(self.scenarios.values())))
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
        self._on_disk = self._saved_stamp()
        self._try_out(settings, "")

    def refresh(self) -> None:
        """Take up what another page, or this one before it was closed, shows all."""
        drove, new, driver = self.shared.mine, self.shared.look(), self.shared.other
        saved = self._take_up_saved()
        if not (new or saved or driver != self._driver):
            return
        self._driver, kept = driver, self.shared.kept
        self.ousted = driver is not None and (drove or self.ousted)
        if kept is not None:
            self.scenarios = by_name(kept.scenarios)
            if not (self.own or self.shared.mine):
                self._follow_shared()
        self.version += 1

    def take_over(self) -> None:
        """Drive from now on: all see what is tried here."""
        self._show_all(over=True)
        self.ousted = False
        self.version += 1

    def join(self) -> None:
        """Give up what is tried here alone, and see what all see."""
        self.own = self.ousted = False
        if self.shared.kept is not None:
            self._follow_shared()
        self.version += 1

    def come_back(self, was: str) -> None:
        """Drive on if the page that stood in this window before did."""
        self.refresh()
        self.shared.come_back(was)
        self.version += 1

    @traitlets.validate("me")
    def _short(self, proposal) -> str:
        return clean(proposal["value"])[:LONGEST]

    @traitlets.observe("me")
    def _named(self, _) -> None:
        self.shared.name(self.me)

    def _follow_shared(self) -> None:
        kept = self.shared.kept
        self._kept = (kept.settings.hash(), kept.project)
        if self._kept[0] != self.settings.hash():
            self._past.append((self.settings, self.project))
            self._try_out(kept.settings, kept.project)

    def _take_up_saved(self) -> bool:
        """Depart from settings that another page saved meanwhile; say whether there are any."""
        was, self._on_disk = self._on_disk, self._saved_stamp()
        if was == self._on_disk:
            return False
        with suppress(InputError):
            self.saved = folder.read_settings(self.path)
        if self.answer.settings.hash() == self.saved.hash():
            self.opening = self.answer
        return True

    def _saved_stamp(self) -> tuple[int, int] | None:
        return None if self.path is None else _stamp(folder.settings_path(self.path))

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
        if workbench.as_tried(settings, self.saved) == self.settings and self.state != CANNOT:
            return
        last, when = self._last_step
        if not (what and what == last and monotonic() - when < SAME_STEP):
            self._past = [*self._past, (self.settings, self.project)][-MOST_STEPS:]
        self._next, self._last_step = [], (what, monotonic())
        self._acted(settings, project)

    def _turn(self, of: list, onto: list) -> None:
        if of:
            onto.append((self.settings, self.project))
            self._last_step = ("", 0.0)
            self._acted(*of.pop())

    def _acted(self, settings: Settings, project: str) -> None:
        """Try what somebody at this page wants, not to be overtaken by what another page shows."""
        self.own, self.ousted = self.own or self.shared.other is not None, False
        self._try_out(settings, project)

    def _try_out(self, settings: Settings, project: str) -> None:
        settings = workbench.as_tried(settings, self.saved)
        self.settings, self.project, self.problem = settings, project, ""
        self._overtake(Question(settings, project))
        self.state = COMING
        self.version += 1
        self._following.ask(self._question)

    def _overtake(self, question: Question) -> None:
        self._question.overtaken, self._question = True, question

    def _rested(self, _) -> None:
        """Let the controls rest; what they say then is kept and shown to all."""

    def _show_all(self, *, over: bool = False) -> None:
        """Show all what is tried, if this page drives; looking on writes nothing."""
        now = (self.settings.hash(), self.project)
        if now == self._kept and not over:
            self.own = False
        elif over or not self.own:
            before = self.saved if self.shared.kept is None else self.shared.kept.settings
            did = done(self.portfolio, before, self.settings)
            self.shared.offer(self.settings, self.project, me=self.me, did=did, over=over)
            self.own = self.shared.other is not None
            self._kept = self._kept if self.own else now

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
        if stage == 0:
            self._show_all()
            self.version += 1
            return
        answer, without = result
        self.answer, last = answer, stage == len(self._stages) - 1
        if stage == 1:
            self.without = without
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
