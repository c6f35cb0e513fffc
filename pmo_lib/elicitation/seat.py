"""Where a member sits: who votes in which round, how it stands, and what is kept meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pmo_lib.checks import InputError, show
from pmo_lib.elicitation.drafts import draft_file, write_draft
from pmo_lib.tables.problems import known_or_near
from pmo_lib.tables.texts import clean_label
from pmo_lib.widgets.page import paragraph
from pmo_lib.widgets.panel import Failure, Panel
from pmo_lib.widgets.trial import Latest
from pmo_lib.wording import one_line

VOTERS = ("member", "chair")
"""Whose role gives a vote."""


@dataclass(frozen=True, eq=False)
class Seat:
    """A member in a round, as the record last said.

    Attributes
    ----------
    record : Record
        From `record.open_record`.
    round, member, role : str
        Which round, who, and in what role.
    row : Series
        The round's row of `record.rounds`.
    """

    record: object
    round: str
    member: str
    role: str
    row: pd.Series

    @property
    def votes(self) -> bool:
        """Whether the member can vote now."""
        return self.row["state"] == "open" and self.role in VOTERS

    def words(self, done: str) -> str:
        """Say who votes, in which round, and how it stands."""
        return (
            f"{one_line(self.member)} ({self.role}) · round {one_line(self.round)}, on the "
            f"{self.row['about']} · {self.row['state']} · {done}"
        )

    def draft_file(self, what: str = "") -> Path:
        """Return where what the member fills in is kept."""
        return draft_file(self.record, self.round, self.row["open"], f"{self.member}\0{what}")


def seat(record, round: str, member: str) -> Seat:
    """Read who a member is and how a round stands.

    Raises
    ------
    InputError
        If the round or the member is not in the record.
    """
    from pmo_lib import record as records

    round, member = clean_label(str(round)), clean_label(str(member))
    people, rounds = records.members(record), records.rounds(record)
    if member not in people.index:
        known = known_or_near(member, people.index)
        raise InputError(f"member: {show(member)} is not in the record; {known}")
    if round not in rounds.index:
        known = known_or_near(round, rounds.index)
        raise InputError(f"round {show(round)}: was never opened; {known}")
    return Seat(record, round, member, people.at[member, "role"], rounds.loc[round])


def unseated(error: InputError) -> Panel:
    """Return a panel that says why there is nothing to fill in."""
    failure = Failure()
    failure.words = str(error)
    return Panel([failure], paragraph(str(error)))


class Keeping:
    """Keeps what is filled in a moment after each change; `failure` says if it cannot.

    Parameters
    ----------
    file : path
        Where.
    """

    def __init__(self, file: Path) -> None:
        self.failure = Failure()
        self._latest = Latest(
            [lambda request: write_draft(file, *request)], self._kept, self._not_kept, pause=0.2
        )

    def ask(self, kind: str, drafts: dict) -> None:
        """Keep drafts, and which of them is being filled in."""
        self._latest.ask((kind, dict(drafts)))

    def _kept(self, *_) -> None:
        self.failure.words = ""

    def _not_kept(self, _request, error: InputError) -> None:
        self.failure.words = f"What you fill in is not kept until you save it. {error}"


def moment(at: str) -> str:
    """Word a UTC time of the record: date and minute.

    >>> moment("2027-01-14T10:05:59.123+00:00")
    '2027-01-14 10:05 UTC'
    """
    return f"{at[:10]} {at[11:16]} UTC"
