"""Ask about one project: why it is where it is, and what including or excluding it costs."""

from __future__ import annotations

import ipywidgets

from pmo_lib import workbench
from pmo_lib.boardroom import words
from pmo_lib.boardroom.markup import bad, lines
from pmo_lib.boardroom.state import Room
from pmo_lib.boardroom.tabs import COMING
from pmo_lib.checks import InputError
from pmo_lib.widgets.trial import EXACT, REASONS, Latest
from pmo_lib.wording import one_line, sentence

FULL = {"width": "auto"}
NOBODY = ("choose a project …", "")
SECONDS = 20.0
"""How long it is asked at most what would bring a project in. [s]"""


class _Why:
    """A project asked about, of one list."""

    def __init__(self, made, project: str) -> None:
        self.made, self.project, self.overtaken = made, project, False

    def stop(self, *_) -> bool:
        return self.overtaken


class Asking:
    """A choice of one project with its why, and the form to include, exclude or free it.

    Parameters
    ----------
    room : Room
        Answers, and tries what the board decides.

    Attributes
    ----------
    widget : ipywidgets.VBox
        To be shown.
    told : ipywidgets.VBox
        Why, and what the last decision on a project costs, to be shown where all see it.
    """

    def __init__(self, room: Room) -> None:
        self.room = room
        self.project = ipywidgets.Dropdown(
            options=[NOBODY, *choices(room)], value="", description="Ask about", layout=FULL
        )
        self.reason = ipywidgets.Text(description="Reason", layout=FULL)
        self.name = ipywidgets.Text(description="Your name", layout=FULL)
        self.include, self.exclude, self.free = (
            ipywidgets.Button(description=word, layout=FULL)
            for word in ("Include it", "Exclude it", "Leave it open")
        )
        self.says, self.failure = ipywidgets.HTML(), ipywidgets.HTML()
        self.price = ipywidgets.HTML()
        self.told = ipywidgets.VBox([self.price, self.says])
        self.told.add_class("pmo-told")
        self.include.on_click(lambda _: self._rule("in"))
        self.exclude.on_click(lambda _: self._rule("out"))
        self.free.on_click(lambda _: self._free())
        self._why, self._said = _Why(None, ""), ""
        self._latest = Latest([self._asked], self._answered, self._failed, pause=0.05)
        self.project.observe(self._pick, "value")
        room.observe(self._follow, "version")
        self._follow()
        row = ipywidgets.HBox([self.include, self.exclude, self.free])
        row.add_class("pmo-row")
        fields = ipywidgets.VBox([self.project, self.reason, self.name])
        fields.add_class("pmo-fields")
        self.widget = ipywidgets.VBox([fields, row, self.failure])

    def _rule(self, decision: str) -> None:
        self.failure.value = ""
        try:
            self.room.rule_on(
                self.project.value, decision, reason=self.reason.value, by=self.name.value
            )
        except InputError as error:
            self.failure.value = bad(words.plain(str(error)))
            return
        self.reason.value = ""

    def _free(self) -> None:
        self.failure.value = ""
        try:
            self.room.require_proposal(self.project.value)
        except InputError as error:
            self.failure.value = bad(words.plain(str(error)))
            return
        self.room.free(self.project.value)

    def _pick(self, _) -> None:
        self.failure.value = ""
        self._ask(force=True)

    def _follow(self, _=None) -> None:
        shown = words.price(self.room) or words.board_says(self.room)
        if shown != self.price.value:
            self.price.value = shown
        self._ask()

    def _ask(self, *, force: bool = False) -> None:
        project, made = self.project.value, self.room.answer
        answered = self.room.state in (EXACT, REASONS)
        same = made.choice is getattr(self._why.made, "choice", None)
        if not force and (not answered or not project or same):
            return
        self._why.overtaken, self._why = True, _Why(made, project)
        if not project:
            self.says.value = ""
        else:
            self._said = "" if force else self._said
            before = f"Of the list before: {self._said}" if self._said else COMING
            self.says.value = lines(before, quiet=True)
            self._latest.ask(self._why)

    def _asked(self, why: _Why) -> str:
        if not why.project:
            return ""
        row = why.made.ranked_list.loc[why.project]
        found = workbench.why_not(
            why.made, projects=[why.project], time_limit=SECONDS, progress=why.stop
        )
        place = "is recommended" if row["funded"] else "is left out"
        first = f"{one_line(row['name'])}, rank {row['rank']}, {place}."
        said = [sentence(words_) for words_ in found["says"]]
        return " ".join([first, *said])

    def _answered(self, why: _Why, _stage, said: str) -> None:
        if not why.overtaken:
            self._said, self.says.value = said, lines(said)

    def _failed(self, why: _Why, error: InputError) -> None:
        if not why.overtaken:
            self.says.value = bad(words.plain(str(error)))


def choices(room: Room) -> list[tuple[str, str]]:
    """Return every assessed proposal by name, as a choice states it, best ranked first."""
    rank = room.opening.evaluation.rank.sort_values(kind="stable")
    names = room.opening.names(rank.index)
    return [
        (f"{place}. {name}", label)
        for (label, place), name in zip(rank.items(), names, strict=True)
    ]
