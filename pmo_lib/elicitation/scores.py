"""Scores of projects by the members of a board: one project at a time, and what they come to."""

from __future__ import annotations

from functools import partial

import ipywidgets
import pandas as pd

from pmo_lib.checks import InputError
from pmo_lib.elicitation.answers import is_number
from pmo_lib.elicitation.drafts import read_draft
from pmo_lib.elicitation.ranking import Beside
from pmo_lib.elicitation.seat import VOTERS, Keeping, Seat, seat, unseated
from pmo_lib.elicitation.sheet import BLANK, Sheet
from pmo_lib.elicitation.subjects import subjects
from pmo_lib.tables import Portfolio
from pmo_lib.tables.cells import read_number
from pmo_lib.widgets.page import paragraph
from pmo_lib.widgets.panel import Failure, Panel, static_controls
from pmo_lib.wording import counted, one_line
from pmo_lib.workbench import Settings, evaluate


def scores(record, round: str, member: str, *, portfolio: Portfolio, settings: Settings) -> Panel:
    """Return the scores of one member in one round: one project at a time.

    In a round about objectives a level says how far a project serves each; about criteria,
    an estimate in the criterion's unit, or its level word, says how well it does. Criteria
    that are computed from other tables are not scored.

    Parameters
    ----------
    record, round, member, portfolio, settings
        As in `ballot`.

    Returns
    -------
    Panel
        What is wrong is said in it.
    """
    try:
        return _Scores(seat(record, round, member), portfolio, settings).panel
    except InputError as error:
        return unseated(error)


def board_scores(record, round: str, *, portfolio: Portfolio, settings: Settings) -> Panel:
    """Return what the scores of a revealed round come to, with the ranking they make.

    Parameters
    ----------
    record, round, portfolio, settings
        As in `ballot`.

    Returns
    -------
    Panel
        With the choice to drop the highest and the lowest score.
    """
    from pmo_lib import record as records

    try:
        given = records.scores(record, round)
        if given.empty:
            raise InputError(f"round {round}: no scores are revealed in it yet")
    except InputError as error:
        return unseated(error)
    about, failure, says = given["about"].iloc[0], Failure(), ipywidgets.HTML()
    beside = Beside(portfolio, settings, partial(ranks_of_scores, about=about))
    drop = ipywidgets.Checkbox(
        description="Drop the highest and the lowest score of each", indent=False,
        layout={"width": "auto"},
    )  # fmt: skip

    def combine(_=None) -> None:
        failure.words = ""
        try:
            combined = records.combine_scores(given, drop_extremes=drop.value)
        except InputError as error:
            failure.words = str(error)
            return
        says.value = said.html
        beside.follow(combined)

    people = given["member"].nunique()
    said = paragraph(
        f"{counted(people, 'member')} scored {counted(given['project'].nunique(), 'project')} on the "
        f"{about}; each project has the mean of its scores."
    )
    drop.observe(combine, "value")
    combine()
    return Panel([says, drop, failure, beside], said)


def ranks_of_scores(portfolio: Portfolio, settings: Settings, about: str):
    """Return a function from combined scores to the rank of each proposal."""
    from pmo_lib import record as records

    def of(combined: pd.DataFrame) -> pd.Series:
        supplied = records.supply_scores(portfolio, combined, about=about)
        return evaluate(supplied, settings).rank

    return of


class _Scores:
    """What a member scores, and what the buttons do."""

    def __init__(self, seat: Seat, portfolio: Portfolio, settings: Settings) -> None:
        from pmo_lib import record as records

        self.seat, about = seat, seat.row["about"]
        what = subjects(portfolio, settings, about=about, labels=seat.row["labels"])
        self.words = records.level_words(portfolio, about, what.index)
        self.projects = records.scored_projects(portfolio)
        if not self.words or self.projects.empty:
            raise InputError(f"round {seat.round}: there is nothing in it that a board scores")
        self.own = self.saved()
        self.project, self.drafts = self.start()
        self.keeping = Keeping(seat.draft_file("scores"))
        self.who, self.said = ipywidgets.HTML(), ipywidgets.HTML()
        self.failure, self.save = Failure(), _button("Save these scores", "primary")
        self.names = what["name"].map(one_line)
        self.sheet = Sheet(what, self.words, self.projects, filled=self.changed, turned=self.turn)
        self.reason = ipywidgets.Text(
            description="Why", placeholder="if you wish; as hidden as the scores",
            continuous_update=False, **_WIDE,
        )  # fmt: skip
        self.beside = Beside(portfolio, settings, partial(ranks_of_scores, about=about))
        self.save.on_click(lambda _: self.score())
        self.show()
        self.panel = self.laid_out()

    def laid_out(self) -> Panel:
        """Return the controls beside the ranking."""
        after = _button("Next project")
        after.on_click(lambda _: self.go_on())
        buttons = ipywidgets.HBox([self.save, after])
        left = ipywidgets.VBox(
            [self.sheet, self.reason, buttons],
            layout={"flex": "1 1 460px", "max_width": "660px"},
        )
        both = ipywidgets.HBox(
            [left, self.beside], layout={"flex_flow": "row wrap", "grid_gap": "8px 32px"}
        )
        parts = [self.who, both, self.failure, self.keeping.failure, self.said]
        return Panel(parts, paragraph(self.head(), strong=True) + _PRINTED)

    def saved(self) -> pd.DataFrame:
        """Read the member's own scores."""
        from pmo_lib import record as records

        found = records.scores(self.seat.record, self.seat.round, reader=self.seat.member)
        known = found["project"].isin(self.projects.index) & found["label"].isin(self.words)
        return found[known & found["member"].eq(self.seat.member)]

    def start(self) -> tuple[str, dict]:
        """Return the project to score, and by project what is filled in: what is newest counts."""
        at, kept, drafts = read_draft(self.seat.draft_file("scores"))
        texts = {
            project: dict(
                zip(rows["label"], map(self.text, rows["label"], rows["score"]), strict=True)
            )
            for project, rows in self.own.groupby("project", sort=False)
            if rows["at"].iloc[0] > at or project not in drafts or self.seat.row["state"] != "open"
        }
        mine = {project: draft for project, draft in drafts.items() if self.fits(project, draft)}
        known = kept in self.projects.index
        return kept if known else self.projects.index[0], {**mine, **texts}

    def fits(self, project: str, draft: object) -> bool:
        """Tell whether a draft read from a file can be filled in."""
        return (
            project in self.projects.index
            and isinstance(draft, dict)
            and all(label in self.words and isinstance(text, str) for label, text in draft.items())
        )

    def text(self, label: str, score: float) -> str:
        """Return a score as its field says it: a number that has no word as itself."""
        near = {word for word, number in self.words[label].items() if abs(number - score) < 1e-9}
        return near.pop() if near else f"{score:.12g}"

    def numbers(self, project: str) -> pd.Series:
        """Return the scores filled in for one project.

        Raises
        ------
        InputError
            If what stands in a field is no number.
        """
        found, problems = {}, []
        for label, text in self.drafts.get(project, {}).items():
            if text in ("", BLANK):
                continue
            found[label] = number = self.words[label].get(text, read_number(text))
            if not is_number(number):
                name = one_line(self.projects.at[project, "name"])
                problems.append(f"{name}, {self.names[label]}: {text} is not a number")
        if problems:
            raise InputError(*problems)
        return pd.Series(found, dtype=float)

    def differs(self) -> bool:
        """Tell whether the member saved other scores of this project than stand here."""
        own = self.own[self.own["project"] == self.project].set_index("label")["score"]
        try:
            now = self.numbers(self.project)
        except InputError:
            return len(own) > 0
        return (
            len(own) > 0
            and own.map("{:.9g}".format).to_dict() != now.map("{:.9g}".format).to_dict()
        )

    def called(self) -> list[str]:
        """Return what the projects are called, those saved marked."""
        done = set(self.own["project"])
        names = self.projects["name"].map(one_line)
        return [f"{name} (saved)" if p in done else name for p, name in names.items()]

    def head(self) -> str:
        """Say who scores, in which round, and how it stands."""
        done = f"{self.own['project'].nunique()} of {counted(len(self.projects), 'project')} scored"
        return self.seat.words(done)

    def turn(self, project: str) -> None:
        """Show another project, as it was left."""
        self.project, self.reason.value = project, ""
        self.said.value = self.failure.words = ""
        if self.seat.votes:
            self.keeping.ask(project, self.drafts)
        self.show()

    def changed(self, project: str, label: str, text: str) -> None:
        """Keep what is filled in."""
        self.said.value = self.failure.words = ""
        draft = {**self.drafts.get(project, {}), label: text}
        self.drafts = {**self.drafts, project: draft}
        if self.seat.votes:
            self.keeping.ask(self.project, self.drafts)
        self.show()

    def show(self) -> None:
        """Show how it stands, and the ranking with all scores filled in."""
        standing = "" if self.seat.votes else "Nothing can be saved: "
        if self.seat.role not in VOTERS:
            standing += f"the role {self.seat.role} has no vote."
        elif standing:
            standing += f"the round is {self.seat.row['state']}."
        elif self.differs():
            standing = "What stands here is not what you saved: Save these scores replaces it."
        page = paragraph(self.head(), strong=True) + paragraph(standing)
        self.who.value = f'<div role="status">{page.html}</div>'
        self.save.disabled = self.reason.disabled = not self.seat.votes
        usable = self.seat.row["state"] == "open"
        self.sheet.show(self.project, self.called(), self.drafts, usable=usable)
        try:
            given = {project: self.numbers(project) for project in self.drafts}
        except InputError as error:
            self.failure.words = str(error)
            return
        frame = pd.DataFrame(given).T.dropna(how="all")
        nothing = "The ranking follows as soon as something is scored."
        self.beside.follow(frame if len(frame) else None, nothing)

    def score(self) -> None:
        """Save the scores of this project, and give the receipt."""
        from pmo_lib import record as records

        here, project = self.seat, self.project
        try:
            numbers = self.numbers(project)
            if numbers.empty:
                raise InputError("score at least one")
            entry = records.score(
                here.record, here.round, project, numbers,
                member=here.member, reason=self.reason.value,
            )  # fmt: skip
        except InputError as error:
            self.refresh()
            self.failure.words = f"Nothing was saved. {error}"
            return
        self.refresh()
        self.keeping.ask(project, self.drafts)
        self.said.value = paragraph(f"Saved: entry {entry} of the record.").html

    def refresh(self) -> None:
        """Read the record again."""
        try:
            self.seat = seat(self.seat.record, self.seat.round, self.seat.member)
            self.own = self.saved()
        except InputError as error:
            self.failure.words = str(error)
            return
        self.show()

    def go_on(self) -> None:
        """Turn to the next project."""
        labels = list(self.projects.index)
        self.turn(labels[(labels.index(self.project) + 1) % len(labels)])


def _button(words: str, look: str = "") -> ipywidgets.Button:
    return ipywidgets.Button(description=words, button_style=look, layout={"width": "auto"})


_WIDE = {
    "style": {"description_width": "42%"},
    "layout": {"width": "97%", "height": "auto", "min_height": "32px"},
}
_PRINTED = static_controls(
    "Controls stand here when the notebook runs: a score for each project, and the ranking beside."
)
