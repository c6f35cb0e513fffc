"""The file or server that holds a record: opening it, its versions, and what can go wrong."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sql
from sqlalchemy.pool import NullPool

from pmo_lib.checks import InputError, show

VERSION = 1
"""Version of the tables that this library writes."""

STEPS: dict[int, Callable[[sql.Connection], None]] = {}
"""By version, what makes tables of that version those of the next."""

WAIT = 30
"""How long a write waits for others to finish theirs. [s]"""

_FIXED = "a record is only added to"
_TABLES = sql.MetaData()
ENTRIES = sql.Table(
    "pmo_entries",
    _TABLES,
    sql.Column("number", sql.Integer, primary_key=True, autoincrement=False),
    sql.Column("at", sql.Text, nullable=False),
    sql.Column("author", sql.Text, nullable=False),
    sql.Column("kind", sql.Text, nullable=False, index=True),
    sql.Column("round", sql.Text, nullable=False, index=True),
    sql.Column("subject", sql.Text, nullable=False),
    sql.Column("reason", sql.Text, nullable=False),
    sql.Column("detail", sql.Text, nullable=False),
)
_SCHEMA = sql.Table("pmo_schema", _TABLES, sql.Column("version", sql.Integer, primary_key=True))
_GUARDS = {
    "sqlite": [
        f"CREATE TRIGGER pmo_no_{verb} BEFORE {verb} ON pmo_entries "
        f"BEGIN SELECT RAISE(ABORT, '{_FIXED}'); END"
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE FUNCTION pmo_fixed() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_FIXED}'; END $$",
        "CREATE TRIGGER pmo_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON pmo_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION pmo_fixed()",
    ],
}
_LOCK = {
    "sqlite": [],  # BEGIN IMMEDIATE has it
    "postgresql": [
        f"SET LOCAL lock_timeout = '{WAIT}s'",
        "SELECT pg_advisory_xact_lock(7046029254386353131)",
    ],
}
_FAULTS = {
    "SQLITE_BUSY": "is busy: others were writing all the time; nothing was written, try again",
    "SQLITE_READONLY": "cannot be written (read-only); copy it to a folder of your own",
    "SQLITE_CANTOPEN": "cannot be opened or made; check that its folder is there and may be "
    "written to (a record needs that even to be read)",
    "SQLITE_FULL": "the disk is full; nothing was written, make room and try again",
    "SQLITE_IOERR": "the disk does not answer or is full; nothing was written, check it and try again",
    "SQLITE_NOTADB": "is not a record; name a file written by this library, or a new one",
    "SQLITE_CORRUPT": "is damaged; restore it from a copy",
    "SQLITE_PERM": "may not be opened; check its rights",
    "55P03": "is busy: others were writing all the time; nothing was written, try again",
    "53100": "the disk of the server is full; nothing was written, make room and try again",
    "25006": "cannot be written: the server is read-only",
    "42501": "may not be written by this user of the server; ask for the right to make tables",
}


@dataclass(frozen=True, eq=False)
class Record:
    """A handle of an open record; nothing stays open between calls.

    Attributes
    ----------
    where : str
        File, or address without its password and what follows the database.
    engine : sqlalchemy.Engine
        How it is reached.
    """

    where: str
    engine: sql.Engine = field(repr=False)


def open_record(path_or_url: str | os.PathLike) -> Record:
    """Open a record, or make a new one where there is none.

    One SQLite file (on a local disk, not on a network share) serves one machine;
    PostgreSQL serves many. Who can open the file or the database can read all of it:
    what this package hides is hidden by its functions alone. An older version is
    brought forward, after a backup beside it.

    Parameters
    ----------
    path_or_url : path or str
        A file, or ``postgresql://user:password@host/database``. Without a password there,
        the server's own client finds it: in ``PGPASSWORD``, or in ``~/.pgpass``.

    Returns
    -------
    Record

    Raises
    ------
    InputError
        If it cannot be opened or made, is something else, or is of a newer version.
    """
    record = _reached(path_or_url)
    with _worded(record), record.engine.connect() as connection:
        found = _version(record, connection)
    if found != VERSION:
        with writing(record) as connection:
            found = _version(record, connection)
            if found is None:
                _make(connection)
            elif found < VERSION:
                _backup(record, connection, found)
                _bring_forward(connection, found)
    return record


@contextmanager
def reading(record: Record) -> Iterator[sql.Connection]:
    """Give a connection that sees one state of the record; faults become InputErrors."""
    with _worded(record), record.engine.begin() as connection:
        yield connection


@contextmanager
def writing(record: Record) -> Iterator[sql.Connection]:
    """Give a connection that alone may write; all it writes lasts when the block ends, or nothing."""
    with _worded(record), record.engine.execution_options(write=True).begin() as connection:
        for statement in _LOCK[connection.dialect.name]:
            connection.exec_driver_sql(statement)
        yield connection


def is_address(text: str) -> bool:
    """Tell whether a text is meant as the address of a server, well formed or not.

    >>> is_address("postgresql:/me:secret@host/board"), is_address("board.sqlite")
    (True, False)
    """
    return "://" in text or (text.strip().lower().startswith("postgres") and ":" in text)


def _reached(path_or_url: str | os.PathLike) -> Record:
    text = os.fspath(path_or_url)
    if not is_address(text):
        path = Path(text)
        if not text.strip() or path.is_dir():
            raise InputError(f"record: {show(text)} is not a file; name one, such as board.sqlite")
        engine = sql.create_engine(
            sql.URL.create("sqlite", database=str(path.absolute())), poolclass=NullPool
        )
        sql.event.listen(engine, "connect", _set_up)
        sql.event.listen(engine, "begin", _begin)
        return Record(str(path), engine)
    try:
        url = sql.make_url(text)
    except (sql.exc.ArgumentError, ValueError):
        url = None
    if url is None or url.get_backend_name() not in ("postgresql", "postgres"):
        raise InputError(
            "record: the address must read postgresql://user:password@host/database, or name a file"
        )
    if "@" in (url.host or "") + (url.database or ""):
        raise InputError(
            "record: the address holds more than one @; write the one in a password as %40"
        )
    try:
        engine = sql.create_engine(url.set(drivername="postgresql+psycopg"), poolclass=NullPool)
    except ModuleNotFoundError:
        raise InputError("record: a server needs the package psycopg; install it") from None
    return Record(url.set(query={}).render_as_string(hide_password=True), engine)


def _set_up(connection: sqlite3.Connection, _) -> None:
    """Wait for others, keep readers and the writer apart, and reach the disk before returning."""
    connection.isolation_level = None  # transactions are begun by `_begin`
    connection.execute(f"PRAGMA busy_timeout = {WAIT * 1000}")
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _begin(connection: sql.Connection) -> None:
    write = connection.get_execution_options().get("write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def _worded(record: Record) -> Iterator[None]:
    try:
        yield
    except (sql.exc.DBAPIError, sqlite3.Error) as error:
        fault = getattr(error, "orig", error)
        code = getattr(fault, "sqlite_errorname", None) or getattr(fault, "sqlstate", None)
        words = next((w for start, w in _FAULTS.items() if str(code).startswith(start)), None)
        if code is None and isinstance(error, sql.exc.OperationalError):
            said = " ".join(str(fault).split())
            words = f"the server cannot be reached or refuses ({said}); check the address"
        if words is None:
            raise
        raise InputError(f"{record.where}: {words}") from None


def _version(record: Record, connection: sql.Connection) -> int | None:
    """Return the version of the tables, None if there are none; refuse what is not ours."""
    tables = sql.inspect(connection).get_table_names()
    if _SCHEMA.name not in tables:
        if tables and connection.dialect.name == "sqlite":
            raise InputError(
                f"{record.where}: is a database of something else ({show(tables[0])}); name another file"
            )
        return None
    found = connection.scalar(sql.select(sql.func.max(_SCHEMA.c.version)))
    if found > VERSION:
        raise InputError(
            f"{record.where}: was written by a newer version of this library (tables {found}, "
            f"known up to {VERSION}); update the library"
        )
    return found


def _make(connection: sql.Connection) -> None:
    _TABLES.create_all(connection)
    for statement in _GUARDS[connection.dialect.name]:
        connection.exec_driver_sql(statement)
    connection.execute(_SCHEMA.insert().values(version=VERSION))


def _backup(record: Record, connection: sql.Connection, found: int) -> None:
    """Keep the tables as they are: a file beside the record, or a table beside its own."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    if connection.dialect.name == "sqlite":
        path = Path(record.engine.url.database)
        copy = path.with_name(f"{path.stem} (tables {found}, {stamp}){path.suffix}")
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    else:
        name = f"pmo_entries_{found}_{stamp}".lower()
        connection.exec_driver_sql(f"CREATE TABLE {name} AS TABLE pmo_entries")


def _bring_forward(connection: sql.Connection, found: int) -> None:
    for version in range(found, VERSION):
        STEPS[version](connection)
        connection.execute(_SCHEMA.insert().values(version=version + 1))
