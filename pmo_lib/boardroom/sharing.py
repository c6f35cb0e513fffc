"""Several pages at once: who drives, what they last changed, and the way to take over."""

from __future__ import annotations

import time
from html import escape

import ipywidgets
import traitlets

from pmo_lib.boardroom.asking import FULL
from pmo_lib.boardroom.connection import Connection
from pmo_lib.boardroom.keeping import Driver
from pmo_lib.boardroom.markup import bad, text
from pmo_lib.boardroom.standing import standing
from pmo_lib.boardroom.state import Room
from pmo_lib.boardroom.words import plain
from pmo_lib.checks import InputError
from pmo_lib.wording import one_line

LEADS = ("chair", "director")
"""Who may take over, once anybody has a seat."""

NOBODY = "Another page"


class Sharing:
    """One line beside the tabs, seen only while another page drives, and its two buttons.

    Parameters
    ----------
    room : Room
        Its trial is shown to all, or follows what another page shows.

    Attributes
    ----------
    connection : Connection
        Knows whose page it is, and whether the kernel answers.
    take, join : ipywidgets.Button
        Takes over; gives up what is tried here alone.
    widget : ipywidgets.HBox
        To be shown.
    """

    def __init__(self, room: Room) -> None:
        self.room, self.connection = room, Connection(page=room.shared.page)
        self.says = ipywidgets.HTML()
        self.take, self.join = (
            ipywidgets.Button(description=words, layout=FULL)
            for words in ("Take over", "Back to what all see")
        )
        self.take.on_click(self._take)
        self.join.on_click(lambda _: room.join())
        self.widget = ipywidgets.HBox([self.says, self.take, self.join])
        for look in ("pmo-row", "pmo-sharing"):
            self.widget.add_class(look)
        self.connection.observe(lambda change: room.come_back(change["new"]), "was")
        self.connection.observe(self._heard, "asked")
        traitlets.link((room, "me"), (self.connection, "me"))
        room.observe(self._follow, "version")
        self._follow()

    def _heard(self, _) -> None:
        self.room.shared.heard = time.monotonic()

    def _follow(self, _=None) -> None:
        room, driver = self.room, self.room.shared.other
        seen = driver is not None or room.own
        self.widget.layout.display = None if seen else "none"
        if not seen:
            self.says.value = ""
            return
        line = told(driver, room.own, room.ousted)
        words = f'<p role="status" title="{escape(one_line(line))}">{text(line)}</p>'
        if words != self.says.value:
            self.says.value = words
        self.take.description = "Take over" if driver else "Show all what I try"
        self.join.layout.display = None if room.own else "none"

    def _take(self, _) -> None:
        try:
            self._require_lead()
        except InputError as error:
            self.says.value = bad(plain(str(error)))
            return
        self.room.take_over()

    def _require_lead(self) -> None:
        """Refuse whoever has no right to drive; a board without seats leaves it to all."""
        if self.room.path is None:
            return
        roles = standing(self.room).roles
        chairs = " or ".join(one_line(member) for member, role in roles.items() if role in LEADS)
        if roles and roles.get(self.room.me) not in LEADS:
            raise InputError(f"take over: only {chairs} does; say who you are under Record")


def told(driver: Driver | None, own: bool, ousted: bool) -> str:
    """Say who drives, what they last did, and what that means for this page."""
    mine = "What you have moved is yours alone: nobody else sees it."
    if driver is None:
        return f"Nobody drives now. {mine}"
    who, since, at = one_line(driver.name) or NOBODY, _clock(driver.since), _clock(driver.at)
    first = f"{who} took over at {since}" if ousted else f"{who} drives since {since}"
    last = f"; last change at {at}: {driver.did}." if driver.did else "."
    kept = " What you tried before is one Undo away." if ousted else ""
    follows = "You see it as it is tried; what you move is yours alone."
    return f"{first}{last} {mine if own else follows + kept}"


def _clock(at: str) -> str:
    """Word the time of day of a moment: 14:05."""
    return at[11:16]
