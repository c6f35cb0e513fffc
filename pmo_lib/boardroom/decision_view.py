"""Decide on the page: the whole list or one project, each confirmed before it is recorded."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets

from pmo_lib.boardroom import decisions, words
from pmo_lib.boardroom.asking import FULL, NOBODY, choices
from pmo_lib.boardroom.markup import bad, good, lines, text
from pmo_lib.boardroom.state import Room, stated
from pmo_lib.checks import InputError
from pmo_lib.wording import one_line

CHANGED = "This has changed since you were asked; look again and decide"


class Confirmed:
    """A button whose effect is stated first, and taken only when it is confirmed.

    Parameters
    ----------
    does : str
        On the button.
    ask : callable
        Returns what is about to be done, in words; raises InputError if it cannot be.
    act : callable
        Does it, and returns what was done, in words.
    """

    def __init__(self, does: str, ask: Callable[[], str], act: Callable[[], str]) -> None:
        self._ask, self._act, self._told = ask, act, ""
        self.button = ipywidgets.Button(description=does, button_style="primary", layout=FULL)
        self.yes = ipywidgets.Button(
            description="Yes, record it", button_style="primary", layout=FULL
        )
        self.no = ipywidgets.Button(description="No, go back", layout=FULL)
        self.says, self.row = ipywidgets.HTML(), ipywidgets.HBox([self.yes, self.no])
        self.row.add_class("pmo-row")
        self.row.layout.display = "none"
        self.button.on_click(self._asked)
        self.yes.on_click(self._done)
        self.no.on_click(lambda _: self._close(""))
        self.widget = ipywidgets.VBox([self.button, self.says, self.row])

    def _asked(self, _) -> None:
        try:
            told = self._ask()
        except InputError as error:
            self._close(bad(words.plain(str(error))))
            return
        self._told = told
        self.says.value = f'<div role="alert">{text(told)}</div>'
        self.row.layout.display = ""

    def withdraw(self) -> None:
        """Take the question back if it stands: what it states has changed."""
        if self.row.layout.display != "none":
            self._close(bad(CHANGED))

    def _done(self, _) -> None:
        if self.row.layout.display == "none":
            return
        try:
            if self._ask() != self._told:
                raise InputError(CHANGED)
            told = self._act()
        except InputError as error:
            self._close(bad(words.plain(str(error))))
            return
        self._close(good(told))

    def _close(self, html: str) -> None:
        self.says.value = html
        self.row.layout.display = "none"


class Deciding:
    """The forms by which the board decides, and the name and reason they go by.

    Attributes
    ----------
    widget : ipywidgets.VBox
        To be shown.
    """

    def __init__(self, room: Room, recorded: Callable[[], None]) -> None:
        self.room, self.recorded = room, recorded
        self.name = ipywidgets.Text(description="Your name", layout=FULL)
        self.reason = ipywidgets.Text(description="Reason", layout=FULL)
        self.project = ipywidgets.Dropdown(
            options=[NOBODY, *_running(room), *choices(room)],
            value="",
            description="Project",
            layout=FULL,
        )
        self.decision = ipywidgets.Dropdown(
            options=list(decisions.DECISIONS), description="Decision", layout=FULL
        )
        self.whole, self._of = Confirmed("Approve", self._ask_whole, self._whole), ()
        self.one = Confirmed("Decide on this project", self._ask_one, self._one)
        who = ipywidgets.VBox([self.name, self.reason])
        which = ipywidgets.VBox([self.project, self.decision])
        for box in (who, which):
            box.add_class("pmo-fields")
        self.widget = ipywidgets.VBox([
            ipywidgets.HTML("<h2>Who decides, and why</h2>"), who,
            ipywidgets.HTML("<h2>The whole list</h2>"), self.whole.widget,
            ipywidgets.HTML("<h2>One project</h2>"), which, self.one.widget,
            ipywidgets.HTML(lines(NOTE, quiet=True)),
        ])  # fmt: skip
        room.observe(self._follow, "version")
        self._follow()

    def _follow(self, _=None) -> None:
        """Say on the button what it approves, and ask anew once that is another list."""
        approves = words.to_approve(self.room)
        if self.whole.button.description != approves:
            self.whole.button.description = approves
        of = (self.room.settings.hash(), self.room.saved.hash())
        if of != self._of:
            self._of = of
            self.whole.withdraw()

    def _signed(self) -> tuple[str, str]:
        return stated(self.name.value, "your name"), stated(self.reason.value, "reason")

    def _ask_whole(self) -> str:
        by, reason = self._signed()
        decisions.require_list(self.room)
        return f"{words.approving(self.room)} Record this as the board's decision? {by}: {reason}"

    def _whole(self) -> str:
        by, reason = self._signed()
        told = decisions.approve(self.room, by=by, reason=reason)
        self.room.keep(decisions.settings_as_saved(self.room))
        self._taken()
        return told

    def _ask_one(self) -> str:
        by, reason = self._signed()
        self._require_project()
        (name,) = self.room.opening.names([self.project.value])
        return f"{name}: {self.decision.value}. Record this? {by}: {reason}"

    def _one(self) -> str:
        by, reason = self._signed()
        self._require_project()
        project, decision = self.project.value, self.decision.value
        decisions.decide_one(self.room, project, decision, by=by, reason=reason)
        (name,) = self.room.opening.names([project])
        self._taken()
        return f"Recorded: {name}, {decision}."

    def _require_project(self) -> None:
        if self.project.value not in self.room.portfolio.projects.index:
            raise InputError("project: choose one")

    def _taken(self) -> None:
        self.reason.value = ""
        self.recorded()


NOTE = (
    "What is recorded stays: a later decision on the same project takes its place, and both can "
    "be read. The first who decides is entered as the chair."
)


def _running(room: Room) -> list[tuple[str, str]]:
    running = room.opening.evaluation.running
    names = room.opening.names(running)
    return [
        (f"running: {one_line(name)}", label) for name, label in zip(names, running, strict=True)
    ]
