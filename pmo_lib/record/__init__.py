"""The record of a board: who voted what, what was decided and why, only ever added to.

Each function adds one entry with time, author and reason, or reads what the entries amount
to; `open_record` gives the handle they all take. Ballots of a round stay hidden from
everybody but their author until a chair reveals the round. Names are taken on trust: what
serves a record to several people has to know who is asking.

>>> import pandas as pd, tempfile
>>> from pmo_lib import record
>>> with tempfile.TemporaryDirectory() as folder:
...     board = record.open_record(f"{folder}/board.sqlite")
...     _ = record.add_member(board, "Ann", role="chair", by="Ann")
...     _ = record.open_round(board, "1", by="Ann", labels={"reach": "0 to 40,000 residents",
...                                                         "savings": "-£4m to £12m"})
...     receipt = record.vote(board, "1", pd.Series({"reach": 60, "savings": 40}),
...                           member="Ann", kind="points")
...     receipt, len(record.ballots(board, "1")), len(record.ballots(board, "1", reader="Ann"))
(3, 0, 2)
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
