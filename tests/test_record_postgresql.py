"""The record on a real PostgreSQL server, started on loopback for these tests."""

import itertools
import json
import os

import openpyxl
import pandas as pd
import pytest
import sqlalchemy as sql
from record_base import points, revealed, seated, server
from test_record_crowd import CROWD, crowd, prepared, require_all_there
from typer.testing import CliRunner

from pmo_lib import cli, folder, record, tables
from pmo_lib.checks import InputError
from pmo_lib.record import store

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the server is started the POSIX way")
NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def address():
    with server() as url:
        yield url


@pytest.fixture
def where(address):
    """Give the address of a new, empty database."""
    name = f"board_{next(NUMBERS)}"
    engine = sql.create_engine(
        address.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT",
        poolclass=sql.NullPool,
    )  # fmt: skip
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    return address.removesuffix("postgres") + name


def test_a_record_reads_the_same_as_in_a_file(where, tmp_path):
    kept, file = seated(where), seated(tmp_path / "board.sqlite")
    for one in (kept, file):
        record.vote(one, "1", points(50, 30, 20), member="Bob", kind="points")
        record.vote(one, "1", points(20, 30, 50), member="Eve", kind="swing")
        assert set(record.ballots(one, "1", reader="Eve")["member"]) == {"Eve"}
        revealed(one)
    pd.testing.assert_frame_equal(
        record.ballots(kept, "1").drop(columns="at"), record.ballots(file, "1").drop(columns="at")
    )
    copy = record.open_record(tmp_path / "copy.sqlite")
    record.import_record(copy, record.export_record(kept, tmp_path / "out.json"))
    pd.testing.assert_frame_equal(record.history(copy), record.history(kept))


def test_fifty_vote_at_once_and_every_ballot_is_there_once(where):
    names = [f"member {number}" for number in range(CROWD)]
    kept = prepared(where, names)
    require_all_there(kept, names, crowd(where, names))


def test_entries_cannot_be_changed_or_deleted(where):
    kept = seated(where)
    for statement in (
        "UPDATE pmo_entries SET author = 'x'",
        "DELETE FROM pmo_entries",
        "TRUNCATE pmo_entries",
    ):
        with (
            pytest.raises(sql.exc.DBAPIError, match="only added to"),
            kept.engine.begin() as connection,
        ):
            connection.exec_driver_sql(statement)


def test_a_newer_version_is_refused_and_an_older_one_brought_forward(where, monkeypatch):
    kept = seated(where)
    before = record.history(kept)
    monkeypatch.setattr(store, "VERSION", 2)
    monkeypatch.setattr(
        store, "STEPS", {1: lambda c: c.exec_driver_sql("CREATE TABLE pmo_more (a int)")}
    )
    pd.testing.assert_frame_equal(record.history(record.open_record(where)), before)
    with kept.engine.connect() as connection:
        tables = sql.inspect(connection).get_table_names()
    assert any(name.startswith("pmo_entries_1_") for name in tables)
    monkeypatch.undo()
    with pytest.raises(
        InputError, match="newer version of this library \\(tables 2, known up to 1"
    ):
        record.open_record(where)


def test_what_is_wrong_with_the_server_is_said(where, address):
    with pytest.raises(InputError, match=r"refuses \(.*board_[0-9]+_missing"):
        record.open_record(where + "_missing")
    with pytest.raises(InputError, match=r"refuses \(.*nobody"):
        record.open_record(where.replace("board@", "nobody:secret@"))
    with pytest.raises(InputError, match="the server cannot be reached") as told:
        record.open_record("postgresql://board:secret@127.0.0.1:1/postgres")
    assert "secret" not in str(told.value)
    kept = seated(where)
    with kept.engine.begin() as connection:
        name = kept.engine.url.database
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with pytest.raises(InputError, match="the server is read-only"):
        record.close_round(kept, "1", by="Ann")
    assert record.rounds(kept).at["1", "state"] == "open"


def test_a_round_on_a_server_by_command_and_the_password_is_never_told(
    where, small, tmp_path, monkeypatch
):
    own, books = tmp_path / "own", tmp_path / "books"
    tables.write_portfolio(small(), own)
    told = []

    def run(*words, code=0):
        result = CliRunner().invoke(cli.app, ["ballot", words[0], str(own), *map(str, words[1:])])
        told.append(result.output)
        assert result.exit_code == code, result.output
        return result.stdout

    monkeypatch.setenv("PMO_RECORD", where.replace("board@", "board:hush-hush@"))
    found = json.loads(run("open", "--by", "Ann", "--member", "Bob", "--json"))
    assert found["record"] == where.replace("board@", "board:***@")
    assert "--record" not in run("member", "Di", "--by", "Ann", "--role", "director")
    run("write", "--out", books)
    for path, given in zip(sorted(books.iterdir()), ((70, 30), (40, 60)), strict=True):
        book = openpyxl.load_workbook(path)
        book["ballot"]["C9"], book["ballot"]["C10"] = given
        book.save(path)
    assert "Recorded: Bob, round 1, receipt" in run("read", books)
    assert "Voted, 2 of 2: Ann and Bob" in run("status")
    assert json.loads(run("status", "--json"))["state"] == "open"
    run("close", "--by", "Di", "--yes", code=2)
    run("close", "--by", "Di", "--yes", "--reason", "Ann is ill")
    run("reveal", "--by", "Ann", "--yes")
    assert "Ann gives it 30 %, Bob gives it 60 %" in run("show")
    assert "Wrote" in run("adopt", "--by", "Ann", "--reason", "Agreed")
    assert folder.read_settings(own).weights == {"reach": 55.0, "npv": 45.0}
    assert not (own / "record.sqlite").exists()
    monkeypatch.delenv("PMO_RECORD")
    named = ["--record", where.replace("board@", "board:hush-hush@")]
    assert "--record ..." in run("open", "--by", "Ann", *named)
    run("status", "--record", where.replace("board@", "nobody:hush-hush@"), code=2)
    run("status", "--record", where.replace("://board@", ":/board:hush-hush@"), code=2)
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert "hush" not in "".join(told) and not any(b"hush" in content for content in kept)
