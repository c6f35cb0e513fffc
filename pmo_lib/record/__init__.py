"""The record of a board: who voted what, what was decided and why, only ever added to.

Each function adds one entry with time, author and reason, or reads what the entries amount
to; `open_record` gives the handle they all take. Ballots of a round stay hidden from
everybody but their author until a chair reveals the round.
"""

from pmo_lib.record.ballot_book import Ballot, read_ballot, write_ballot
from pmo_lib.record.entries import history
from pmo_lib.record.files import export_record, import_record
from pmo_lib.record.meeting import (
    add_member,
    ballots,
    close_round,
    decide,
    decisions,
    declare_interest,
    interests,
    members,
    note_override,
    open_round,
    overrides,
    reveal_round,
    rounds,
    save_settings,
    saved_settings,
    turnout,
    vote,
)
from pmo_lib.record.store import Record, open_record

__all__ = [
    "Ballot",
    "Record",
    "add_member",
    "ballots",
    "close_round",
    "decide",
    "decisions",
    "declare_interest",
    "export_record",
    "history",
    "import_record",
    "interests",
    "members",
    "note_override",
    "open_record",
    "open_round",
    "overrides",
    "read_ballot",
    "reveal_round",
    "rounds",
    "save_settings",
    "saved_settings",
    "turnout",
    "vote",
    "write_ballot",
]
