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

from importlib.util import find_spec

from pmo_lib.checks import InputError

if find_spec("sqlalchemy") is None:
    raise InputError(
        'record: needs the package sqlalchemy; install it with pip install "pmo-lib[board]"'
    )

from pmo_lib.record.ballot_book import Ballot, read_ballot, write_ballot
from pmo_lib.record.entries import history
from pmo_lib.record.files import export_record, import_record
from pmo_lib.record.meeting import (
    add_member,
    approve_list,
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
    require_step,
    reveal_round,
    rounds,
    save_settings,
    saved_settings,
    turnout,
    vote,
)
from pmo_lib.record.score_book import write_scores
from pmo_lib.record.scores import (
    combine_scores,
    level_words,
    score,
    score_all,
    scored,
    scored_projects,
    scores,
    supply_scores,
)
from pmo_lib.record.store import Record, open_record
from pmo_lib.record.tables import beside, rehearse, round_labels, supply, voters

__all__ = [
    "Ballot",
    "Record",
    "add_member",
    "approve_list",
    "ballots",
    "beside",
    "close_round",
    "combine_scores",
    "decide",
    "decisions",
    "declare_interest",
    "export_record",
    "history",
    "import_record",
    "interests",
    "level_words",
    "members",
    "note_override",
    "open_record",
    "open_round",
    "overrides",
    "read_ballot",
    "rehearse",
    "require_step",
    "reveal_round",
    "round_labels",
    "rounds",
    "save_settings",
    "saved_settings",
    "score",
    "score_all",
    "scored",
    "scored_projects",
    "scores",
    "supply",
    "supply_scores",
    "turnout",
    "vote",
    "voters",
    "write_ballot",
    "write_scores",
]


def __getattr__(name: str):
    """Give `seal` and `verify`, which need what a record does not, once they are asked for."""
    if name not in ("seal", "verify"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pmo_lib.approval import seal as sealing

    return getattr(sealing, name)
