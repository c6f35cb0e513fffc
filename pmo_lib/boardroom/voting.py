"""Weigh together on the page: who is here, their ballot, and the round as the chair leads it."""

from __future__ import annotations

import ipywidgets

from pmo_lib.ballot_steps import next_round
from pmo_lib.boardroom import decisions
from pmo_lib.boardroom.asking import FULL
from pmo_lib.boardroom.decision_view import Confirmed
from pmo_lib.boardroom.markup import bad, good, lines
from pmo_lib.boardroom.standing import Standing, revealed, standing
from pmo_lib.boardroom.state import Room, stated
from pmo_lib.boardroom.tabs import columns
from pmo_lib.boardroom.words import plain
from pmo_lib.checks import InputError
from pmo_lib.tables.texts import clean_label
from pmo_lib.widgets.panel import Quiet
from pmo_lib.wording import counted, listed, one_line

NOBODY = ("choose your name …", "")
STEPS = {"open": "Close the round", "closed": "Reveal the round"}
"""By state of the last round, the chair's next step; otherwise another is opened."""

OPEN = "Open a round"
TRUST = (
    "Names are taken on trust: choose your own, on your own screen, for your ballot opens with it."
)


class Voting:
    """The board weighs its criteria: seats, ballots, and what a revealed round comes to.

    Parameters
    ----------
    room : Room
        Its portfolio is voted on, in the record beside it; revealed weights are tried in it.

    Attributes
    ----------
    widget : ipywidgets.VBox
        To be shown.
    me : ipywidgets.Dropdown
        Who looks at this page.
    seat, step, hand : Confirmed
        Takes the chair or gives a seat; opens, closes or reveals a round; passes the chair on.
    attempt : ipywidgets.Button
        Tries the weights of a revealed round.
    place : ipywidgets.VBox
        Holds the ballot of who looks, while there is one.
    """

    def __init__(self, room: Room) -> None:
        self.room, self._busy = room, Quiet()
        self._seen: Standing | None = None
        self._ballot: tuple[str, str] | None = None
        self._points: dict[str, float] = {}
        self.standing, self.found, self.tried = (ipywidgets.HTML() for _ in range(3))
        self.me = ipywidgets.Dropdown(options=[NOBODY], value="", description="I am", layout=FULL)
        self.name = ipywidgets.Text(description="Your name", layout=FULL)
        self.seat = Confirmed("Take the chair", self._ask_seat, self._give_seat)
        self.step = Confirmed(OPEN, self._ask_step, self._take_step)
        self.heir = ipywidgets.Dropdown(
            options=[NOBODY], value="", description="New chair", layout=FULL
        )
        self.hand = Confirmed("Pass the chair on", self._ask_heir, self._pass_on)
        self.attempt = ipywidgets.Button(
            description="Try these weights", button_style="primary", layout=FULL
        )
        self.place = ipywidgets.VBox()
        self.attempt.on_click(self._try)
        self.me.observe(self._chosen, "value")
        room.observe(self._known, "me")
        self._who = ipywidgets.VBox([self.me, ipywidgets.HTML(lines(TRUST, quiet=True))])
        self._seats = ipywidgets.VBox([self.name, self.seat.widget])
        self._heirs = ipywidgets.VBox([self.heir, self.hand.widget])
        self._result = ipywidgets.VBox([self.found, self.attempt, self.tried])
        for box in (self._who, self._seats, self._heirs):
            box.add_class("pmo-fields")
        head = ipywidgets.HTML("<h2>Weigh together</h2>")
        left = ipywidgets.VBox([head, self.standing, self._who])
        right = ipywidgets.VBox([self._result, self.step.widget, self._seats, self._heirs])
        self.widget = ipywidgets.VBox([columns(left, right), self.place])
        self.show()

    def show(self) -> None:
        """Show what the record says now; what has not changed is left alone."""
        try:
            now = standing(self.room)
        except InputError as error:
            now, told = None, bad(plain(str(error)))
        else:
            told = now.words()
        if (now, told) != (self._seen, self.standing.value):
            self._seen, self.standing.value = now, told
            self._follow(now or Standing(), seats=now is not None)

    def _follow(self, now: Standing, *, seats: bool) -> None:
        me = self.me.value if self.me.value in now.roles else ""
        named = [(f"{one_line(m)} ({role})", m) for m, role in now.roles.items()]
        with self._busy:
            self.me.options, self.me.value = [NOBODY, *named], me
        leads = now.roles.get(me) == "chair"
        self.step.button.description = STEPS.get(now.state, OPEN)
        self.seat.button.description = "Give a seat" if now.roles else "Take the chair"
        self.name.description = "New member" if now.roles else "Your name"
        _show_if(now.roles, self._who)
        _show_if(leads, self.step.widget)
        _show_if(seats and (leads or not now.roles), self._seats)
        heirs = [(one_line(member), member) for member in now.voters if member != me]
        if self.heir.options != (NOBODY, *heirs):
            self.heir.options, self.heir.value = (NOBODY, *heirs), ""
        _show_if(leads and heirs, self._heirs)
        self._reveal(now)
        self._put_ballot(now, me)

    def _chosen(self, _) -> None:
        if not self._busy and self._seen is not None:
            self.room.me = self.me.value
            self._follow(self._seen, seats=True)

    def _known(self, _) -> None:
        """Take up who sits here, as they said it elsewhere on the page or before it was closed."""
        if self.room.me in (self._seen or Standing()).roles:
            self.me.value = self.room.me

    def _put_ballot(self, now: Standing, me: str) -> None:
        """Show the ballot of who looks, made once a round so that it keeps its place."""
        wanted = (now.round, me) if now.state == "open" and me in now.voters else None
        if wanted == self._ballot:
            return
        self._ballot, self.place.children = wanted, ()
        if wanted is not None:
            from pmo_lib import elicitation

            portfolio, settings = self.room.portfolio, self.room.saved
            made = elicitation.ballot(now.board, *wanted, portfolio=portfolio, settings=settings)
            made.remove_class("pmo-panel")  # on this page a panel is a tab
            self.place.children = (made,)

    # What a revealed round comes to --------------------------------------------------------

    def _reveal(self, now: Standing) -> None:
        self._points, self.tried.value, told = {}, "", ""
        if now.state == "revealed":
            try:
                told, self._points = revealed(now, self.room)
            except InputError as error:
                told = bad(plain(str(error)))
        self.found.value = told
        _show_if(told, self._result)
        _show_if(self._points, self.attempt)

    def _try(self, _) -> None:
        self.room.weigh(self._points)
        self.tried.value = good("These weights are tried now: the list follows, and Undo is there.")

    # Seats and rounds ----------------------------------------------------------------------

    def _ask_seat(self) -> str:
        name, now = self._named(), standing(self.room)
        if not now.roles:
            return (
                f"{name} takes the chair: opens, closes and reveals rounds, and votes. Record this?"
            )
        by = self._chair(now)
        if name in now.roles:
            raise InputError("new member: has a seat already")
        return f"{by} gives {name} a seat: {name} votes from now on. Record this?"

    def _give_seat(self) -> str:
        from pmo_lib import record

        name, now = self._named(), standing(self.room)
        by, role = (self._chair(now), "member") if now.roles else (name, "chair")
        record.add_member(decisions.opened_to_write(self.room), name, role=role, by=by)
        self.name.value = ""
        self.show()
        if role == "chair":
            self.me.value = name
        return f"Recorded: {name} has a seat."

    def _ask_heir(self) -> str:
        by, heir = self._chair(standing(self.room)), self.heir.value
        if not heir:
            raise InputError("new chair: choose a member")
        return f"{by} passes the chair to {heir}, and stays as a member. Record this?"

    def _pass_on(self) -> str:
        from pmo_lib import record

        by, heir = self._chair(standing(self.room)), self.heir.value
        board = decisions.opened_to_write(self.room)
        record.add_member(board, heir, role="chair", by=by)
        record.add_member(board, by, role="member", by=by)
        self.show()
        return f"Recorded: {heir} has the chair."

    def _ask_step(self) -> str:
        now = standing(self.room)
        self._chair(now)
        name = one_line(now.round)
        if now.state == "open":
            return f"Close round {name}? {now.turnout()} No ballot counts or changes after that."
        if now.state == "closed":
            return f"Reveal round {name}? Everybody can read every ballot from then on."
        criteria = counted(len(self.room.portfolio.criteria), "criterion", "criteria")
        who = listed(map(one_line, now.voters))
        return f"Open round {self._next(now)} on {criteria}? May vote: {who}."

    def _take_step(self) -> str:
        from pmo_lib import record

        now = standing(self.room)
        by, name, step = self._chair(now), now.round, now.state
        if step == "open":
            record.close_round(now.board, name, by=by)
        elif step == "closed":
            record.reveal_round(now.board, name, by=by)
        else:
            name, currency = self._next(now), self.room.saved.currency
            words = record.round_labels(self.room.portfolio, currency=currency)
            record.open_round(now.board, name, by=by, labels=words)
        self.show()
        done = {"open": "closed", "closed": "revealed"}.get(step, "open")
        return f"Recorded: round {one_line(name)} is {done}."

    def _next(self, now: Standing) -> str:
        return next_round(now.board, self.room.portfolio)

    def _named(self) -> str:
        return clean_label(stated(self.name.value, self.name.description.lower()))

    def _chair(self, now: Standing) -> str:
        """Return who looks if that is the chair, or refuse."""
        if now.roles.get(self.me.value) != "chair":
            raise InputError("round: only the chair does this; choose your name first")
        return self.me.value


def _show_if(seen: object, part: ipywidgets.Widget) -> None:
    part.layout.display = None if seen else "none"
