"""Add entries to a record, read them back, and replay them into another."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import UTC, datetime

import pandas as pd
import sqlalchemy as sql

from pmo_lib.checks import InputError, show
from pmo_lib.record.rules import STATE_KINDS, Entry, State, check
from pmo_lib.record.store import ENTRIES, Record, reading, writing
from pmo_lib.tables.problems import known_or_near
from pmo_lib.tables.texts import clean, clean_label

LONGEST = 200
"""Most characters of a name. [-]"""


def add(record: Record, entry: Entry) -> int:
    """Add one entry if the rules allow it; when this returns, it is on the disk.

    Returns
    -------
    int
        Its number: the receipt.

    Raises
    ------
    InputError
        As `rules.check`, or if the record cannot be written.
    """
    return add_all(record, [entry])


def require(record: Record, entry: Entry) -> None:
    """Refuse what `add` would refuse now; nothing is added."""
    with reading(record) as connection:
        check(_state(connection), _tidy(entry))


def add_all(record: Record, entries: Iterable[Entry]) -> int:
    """Add entries one after the other if the rules allow all of them, or none.

    Returns
    -------
    int
        Number of the last one.

    Raises
    ------
    InputError
        As `add`; nothing is added then.
    """
    entries = [_tidy(entry) for entry in entries]
    with writing(record) as connection:
        state = _state(connection)
        last = connection.scalar(sql.select(sql.func.max(ENTRIES.c.number))) or 0
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        for number, entry in enumerate(entries, last + 1):
            check(state, entry)
            added = replace(entry, number=number, at=now)
            state.take(added)
            _insert(connection, added)
    return last + len(entries)


def replay(record: Record, entries: Iterable[Entry]) -> int:
    """Add entries of another record to an empty one, by the same rules, with their own times.

    Returns
    -------
    int
        How many.

    Raises
    ------
    InputError
        If the record holds entries, or one breaks a rule; nothing is added then.
    """
    state, number = State(), 0
    with writing(record) as connection:
        if connection.scalar(sql.select(sql.func.count()).select_from(ENTRIES)):
            raise InputError(f"{record.where}: holds entries already; import into a new record")
        for number, entry in enumerate(entries, 1):
            try:
                if _tidy(entry) != entry or entry.number != number:
                    raise InputError("is out of order or was edited")
                datetime.fromisoformat(entry.at)
                check(state, entry)
            except ValueError as error:
                raise InputError(f"entry {number}: {error}; export the record again") from None
            state.take(entry)
            _insert(connection, entry)
    return number


def read(
    record: Record, *, kinds: Iterable[str] = (), round: str = "", reader: str | None = None
) -> tuple[State, list[Entry]]:
    """Read the state and entries, without what the reader may not see of others' ballots.

    A hidden ballot keeps its number, time, round and member, and loses reason and answers.
    """
    wanted = sql.select(ENTRIES).order_by(ENTRIES.c.number)
    if kinds:
        wanted = wanted.where(ENTRIES.c.kind.in_(list(kinds)))
    if round:
        wanted = wanted.where(ENTRIES.c.round == round)
    with reading(record) as connection:
        state = _state(connection)
        entries = [_entry(row) for row in connection.execute(wanted)]
    if reader is not None and reader not in state.members:
        known = known_or_near(reader, state.members)
        raise InputError(f"reader: {show(reader)} is not in the record; {known}")
    hidden = {"reason": "", "detail": {"hidden": True}}
    return state, [replace(e, **hidden) if state.hides(e, reader) else e for e in entries]


def history(record: Record, *, kind: str = "", reader: str | None = None) -> pd.DataFrame:
    """List what was added to a record, oldest first.

    Parameters
    ----------
    record : Record
        From `open_record`.
    kind : str, optional
        Only entries of this kind, such as ``"vote"``.
    reader : str, optional
        Who reads: sees the own ballots of rounds that are not revealed yet.

    Returns
    -------
    DataFrame by number
        ``at`` (UTC), ``author``, ``kind``, ``round``, ``subject``, ``reason`` and
        ``detail``, a dict; that of a ballot hidden from the reader is ``{"hidden": True}``.

    Raises
    ------
    InputError
        If the reader is unknown, or the record cannot be read.
    """
    _, entries = read(record, kinds=[kind] if kind else [], reader=reader)
    columns = ["number", "at", "author", "kind", "round", "subject", "reason", "detail"]
    return pd.DataFrame([asdict(e) for e in entries], columns=columns).set_index("number")


def _state(connection: sql.Connection) -> State:
    rows = sql.select(ENTRIES).where(ENTRIES.c.kind.in_(STATE_KINDS)).order_by(ENTRIES.c.number)
    state = State()
    for row in connection.execute(rows):
        state.take(_entry(row))
    return state


def _entry(row: sql.Row) -> Entry:
    return Entry(**{**row._mapping, "detail": json.loads(row.detail)})


def _insert(connection: sql.Connection, entry: Entry) -> None:
    detail = json.dumps(entry.detail, allow_nan=False)
    connection.execute(ENTRIES.insert().values(**{**asdict(entry), "detail": detail}))


def _tidy(entry: Entry) -> Entry:
    """Return an entry whose names stand on one line and whose texts hold nothing unseen."""
    for name in ("author", "round", "subject", "reason"):
        text = getattr(entry, name)
        if not isinstance(text, str):
            raise InputError(f"{name}: must be a text, got {show(text)}")
        if name != "reason" and len(text) > LONGEST:
            raise InputError(f"{name}: must have at most {LONGEST} characters, got {len(text):,}")
    names = {name: clean_label(getattr(entry, name)) for name in ("author", "round", "subject")}
    return replace(entry, **names, reason=clean(entry.reason))
