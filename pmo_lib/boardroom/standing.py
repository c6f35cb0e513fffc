"""How a board's weighing stands: its members, its last round, who has voted, what was revealed."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from pmo_lib.boardroom import decisions
from pmo_lib.boardroom.markup import lines, table
from pmo_lib.boardroom.state import Room
from pmo_lib.checks import InputError
from pmo_lib.wording import listed, one_line

VOTERS = ("member", "chair")
UNSEATED = (
    "Nobody has a seat on this board yet, so nobody can vote. The chair takes it here, or seats "
    "the whole board at once with the command: pmo ballot open PORTFOLIO --by CHAIR --member NAME"
)
NO_ROUND = "No round was opened yet; the chair opens one."
HIDDEN = "Everybody sees who has voted; how, nobody until the chair reveals the round."


@dataclass(frozen=True)
class Standing:
    """What the record says of the board and its last round; equal if nothing has changed.

    Attributes
    ----------
    board : Record or None
        Where it stands; None where nothing was ever recorded.
    roles : dict of str by member
        Who has a seat.
    round, about, state : str
        The last round opened; empty if there is none.
    voted : dict of bool by member
        Who of those who may vote has voted in it.
    """

    board: object = field(default=None, compare=False)
    roles: dict[str, str] = field(default_factory=dict)
    round: str = ""
    about: str = ""
    state: str = ""
    voted: dict[str, bool] = field(default_factory=dict)

    @property
    def voters(self) -> list[str]:
        """Who may vote."""
        return [member for member, role in self.roles.items() if role in VOTERS]

    def turnout(self) -> str:
        """Say who has voted, never how."""
        have = [one_line(member) for member, done in self.voted.items() if done]
        yet = [one_line(member) for member, done in self.voted.items() if not done]
        told = f"Voted: {listed(have) if have else 'nobody yet'}."
        still = "Not yet" if self.state == "open" else "Did not vote"
        return f"{told} {still}: {listed(yet)}." if yet else told

    def words(self) -> str:
        """Say how it stands, as a text of the page."""
        if not self.roles:
            return lines(UNSEATED)
        if not self.round:
            return lines(NO_ROUND)
        told = f"Round {one_line(self.round)}, on the {self.about}, is {self.state}."
        hidden = "" if self.state == "revealed" else HIDDEN
        return lines(told, self.turnout(), hidden)


def standing(room: Room) -> Standing:
    """Read how the weighing of a room's board stands.

    Raises
    ------
    InputError
        If the room shows no portfolio on disk, or its record cannot be read.
    """
    if room.path is None:
        raise InputError("this page shows no portfolio on disk; nobody can vote on it")
    board = decisions.opened(room.path)
    if board is None:
        return Standing()
    from pmo_lib import record

    roles, rounds = record.members(board), record.rounds(board)
    seats = {} if roles.empty else roles["role"].to_dict()
    if rounds.empty:
        return Standing(board, seats)
    name = rounds.index[-1]
    voted = {member: bool(done) for member, done in record.turnout(board, name).items()}
    return Standing(board, seats, name, rounds.at[name, "about"], rounds.at[name, "state"], voted)


def revealed(now: Standing, room: Room) -> tuple[str, dict[str, float]]:
    """Lay out what a revealed round comes to.

    Returns
    -------
    (str, dict)
        A text of the page, and the combined points by criterion; none if it weighed
        objectives.

    Raises
    ------
    InputError
        If nobody voted in it, or the tables weigh something else by now.
    """
    from pmo_lib import ballot_results
    from pmo_lib.stories import weighed

    made = ballot_results.of_round(now.board, now.round, room.portfolio, room.saved)
    labels = getattr(room.portfolio, now.about)["name"]
    names = labels.where(labels.notna() & ~labels.duplicated(keep=False), labels.index.to_series())
    parts = {"weight [%]": made.together, "least [%]": made.weights.min(), "most [%]": made.weights.max()}  # fmt: skip
    shown = (100 * pd.DataFrame(parts).loc[labels.index]).round(1)
    shown.insert(
        0,
        "criterion" if now.about == "criteria" else "objective",
        [one_line(name) for name in names],
    )
    told = table(shown, f"What round {one_line(now.round)} comes to: the mean of all ballots")
    told += lines(*weighed.weightings_in_words(made.weights.rename(columns=names)), quiet=True)
    return told, made.points if now.about == "criteria" else {}
