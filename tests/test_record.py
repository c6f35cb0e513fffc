"""The record: who may do what and when, what stays hidden, and what goes wrong with its file."""

import contextlib
import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sql
from record_base import WORDS, points, revealed, seated

from pmo_lib import record
from pmo_lib.checks import InputError
from pmo_lib.record import store
from pmo_lib.weights import group
from pmo_lib.workbench import Settings

NASTY = [
    "Robert'); DROP TABLE pmo_entries;--",
    '<script>alert("x")</script>',
    '=HYPERLINK("http://x","y")',
    "@SUM(A1)",
    "_x0041_ {0} %s :name",
    "Ünïcødé 委員 🏛",
]

TELLING = ("51.4375", "28.5625", "17.8125", "hub-of-bob")
"""What nobody but Bob may see while the round is open."""


@pytest.fixture
def board(tmp_path):
    return seated(tmp_path / "board.sqlite")


def test_a_round_from_opening_to_weights(board):
    record.vote(board, "1", points(50, 30, 20), member="Bob", kind="points")
    record.vote(board, "1", points(2, 1, 3), member="Eve", kind="order")
    asked = pd.DataFrame(np.nan, WORDS, WORDS)
    asked.loc["risk", "access"], asked.loc["savings", "access"] = 3, 1
    record.vote(board, "1", asked, member="Ann", kind="pairwise", reason="skipped one")
    assert record.rounds(board).loc["1", ["state", "voted", "may_vote"]].tolist() == ["open", 3, 3]
    revealed(board)
    found = group.ballot_weights(record.ballots(board, "1")).T
    assert found["Bob"].to_dict() == {"risk": 0.5, "access": 0.3, "savings": 0.2}
    assert found["Ann"].round(6).to_dict() == {"risk": 0.6, "access": 0.2, "savings": 0.2}
    assert found["Eve"].idxmax() == "access"


def test_the_table_reads_as_the_ballots_of_a_portfolio(board, northmere):
    record.vote(board, "1", points(50, 30, 20), member="Bob", kind="points")
    found = record.ballots(board, "1", reader="Bob").drop(columns="at")
    assert list(found.columns) == list(northmere.ballots.columns)
    assert list(found.dtypes) == list(northmere.ballots.dtypes)


def test_a_later_ballot_takes_the_place_of_the_earlier_and_both_are_kept(board):
    first = record.vote(board, "1", points(50, 30, 20), member="Bob", kind="points")
    second = record.vote(board, "1", points(10, 30, 60), member="Bob", kind="swing")
    assert second == first + 1
    assert record.ballots(board, "1", reader="Bob")["answer"].tolist() == [10, 30, 60]
    kept = record.history(board, kind="vote", reader="Bob")
    assert kept.index.tolist() == [first, second]
    assert kept["at"].is_monotonic_increasing


class TestHiddenUntilRevealed:
    @pytest.fixture
    def voted(self, board):
        record.vote(
            board, "1", points(51.4375, 28.5625, 20), member="Bob", kind="points", reason="secret"
        )
        given = pd.Series({"risk": 17.8125})
        record.score(board, "1", "hub-of-bob", given, member="Bob", reason="secret")
        return board

    def seen(self, board, reader, folder):
        """Return all that any function shows a reader, as one text."""
        with pd.option_context("display.max_colwidth", None, "display.max_columns", None):
            shown = [
                record.ballots(board, "1", reader=reader).to_string(),
                record.scores(board, "1", reader=reader).to_string(),
                record.history(board, reader=reader).to_string(),
                record.history(board, kind="vote", reader=reader).to_string(),
                record.rounds(board).to_string(),
                record.turnout(board, "1").to_string(),
                record.scored(board, "1").to_string(),
                record.members(board).to_string(),
                str(record.saved_settings) + repr(board),
            ]
        for name in ("out.json", "out.xlsx"):
            path = record.export_record(board, folder / name, reader=reader)
            shown.append(path.read_text("utf-8") if name.endswith("json") else book_text(path))
        return "\n".join(shown)

    @pytest.mark.parametrize("reader", [None, "Ann", "Eve", "Cy", "Di"])
    @pytest.mark.parametrize("state", ["open", "closed"])
    def test_from_everybody_else(self, voted, reader, state, tmp_path):
        if state == "closed":
            record.close_round(voted, "1", by="Ann")
        seen = self.seen(voted, reader, tmp_path)
        assert not any(word in seen for word in (*TELLING, "secret"))
        assert record.turnout(voted, "1")["Bob"]  # that Bob has voted is no secret
        assert record.scored(voted, "1")["Bob"]

    def test_but_not_from_its_author(self, voted, tmp_path):
        seen = self.seen(voted, "Bob", tmp_path)
        assert seen.count("secret") >= 3
        assert all(word in seen for word in TELLING)

    def test_the_chair_shows_it_to_all(self, voted, tmp_path):
        revealed(voted)
        seen = self.seen(voted, None, tmp_path)
        assert all(word in seen for word in (*TELLING, "secret"))

    def test_a_ballot_that_an_analyst_enters_is_the_members(self, board):
        record.vote(board, "1", points(51, 29, 20), member="Eve", kind="points", by="Cy")
        assert len(record.ballots(board, "1", reader="Eve")) == 3
        assert len(record.ballots(board, "1", reader="Cy")) == 0

    def test_a_refusal_says_nothing_of_others(self, voted):
        record.close_round(voted, "1", by="Ann")
        with pytest.raises(InputError) as told:
            record.vote(voted, "1", points(1, 1, 1), member="Eve", kind="points")
        assert "Bob" not in str(told.value)


def book_text(path):
    import openpyxl

    book = openpyxl.load_workbook(path)
    return "\n".join(str(row) for sheet in book for row in sheet.iter_rows(values_only=True))


def refusals():
    yield (
        "a member closes",
        lambda b: record.close_round(b, "1", by="Bob"),
        "'Bob' has the role member and may not close a round; ask the chair",
    )
    yield (
        "a member opens",
        lambda b: record.open_round(b, "2", by="Bob", labels="ab"),
        "may not open a round",
    )
    yield (
        "a member reveals",
        lambda b: record.reveal_round(b, "1", by="Bob"),
        "may not reveal a round; ask the chair or director",
    )
    yield (
        "a director leads and does not say why",
        lambda b: record.close_round(b, "1", by="Di"),
        "reason: is empty; a director leads a round in the absence of the chair",
    )
    yield (
        "a step that could not be taken",
        lambda b: record.require_step(b, "reveal", "1", by="Ann"),
        "round '1': is open; close it first",
    )
    yield (
        "revealed before closed",
        lambda b: record.reveal_round(b, "1", by="Ann"),
        "round '1': is open; close it first",
    )
    yield (
        "opened twice",
        lambda b: record.open_round(b, "1", by="Ann", labels="ab"),
        "round '1': was opened already, by 'Ann' at 2",
    )
    yield (
        "no such round",
        lambda b: record.close_round(b, "2", by="Ann"),
        "round '2': was never opened; known are '1'",
    )
    yield (
        "one label",
        lambda b: record.open_round(b, "2", by="Ann", labels=["a"]),
        "must weigh at least two",
    )
    yield (
        "about what",
        lambda b: record.open_round(b, "2", by="Ann", labels="ab", about="x"),
        "about: must be one of 'criteria', 'objectives'",
    )
    yield (
        "a director votes",
        lambda b: record.vote(b, "1", points(1, 1, 1), member="Di", kind="points"),
        "'Di' has the role director and may not vote",
    )
    yield (
        "an analyst votes",
        lambda b: record.vote(b, "1", points(1, 1, 1), member="Cy", kind="points"),
        "member: 'Cy' has no vote",
    )
    yield (
        "the chair votes for another",
        lambda b: record.vote(b, "1", points(1, 1, 1), member="Bob", by="Ann", kind="points"),
        "only an analyst enters the ballot of another",
    )
    yield (
        "a stranger votes",
        lambda b: record.vote(b, "1", points(1, 1, 1), member="Bobby", kind="points"),
        "by: 'Bobby' is not in the record; did you mean 'Bob'",
    )
    yield (
        "a label left out",
        lambda b: record.vote(b, "1", points(1, 1), member="Bob", kind="points"),
        "ballot of 'Bob': answers: 'savings' not answered",
    )
    yield (
        "an unknown label",
        lambda b: record.vote(b, "1", pd.Series({"x": 1}), member="Bob", kind="points"),
        "'x' not among 'risk', 'access', 'savings'",
    )
    yield (
        "all points 0",
        lambda b: record.vote(b, "1", points(0, 0, 0), member="Bob", kind="points"),
        "points: must add up to a positive",
    )
    yield (
        "a missing number",
        lambda b: record.vote(b, "1", points(1, 1, np.nan), member="Bob", kind="points"),
        "'savings' not answered",
    )
    yield (
        "an infinite number",
        lambda b: record.vote(b, "1", points(1, 1, np.inf), member="Bob", kind="points"),
        "finite number",
    )
    yield (
        "text for a number",
        lambda b: record.vote(
            b, "1", pd.Series({"risk": "3", "access": 1, "savings": 1}), member="Bob", kind="points"
        ),
        "must be a label, perhaps another, and a number",
    )
    yield (
        "no such kind",
        lambda b: record.vote(b, "1", points(1, 1, 1), member="Bob", kind="votes"),
        "kind: must be one of",
    )
    yield (
        "all skipped",
        lambda b: record.vote(
            b, "1", pd.DataFrame(np.nan, WORDS, WORDS), member="Bob", kind="pairwise"
        ),
        "all were skipped",
    )
    yield (
        "an unlinked ballot",
        lambda b: record.vote(b, "1", asked((0, 1, 3)), member="Bob", kind="pairwise"),
        r"unlinked groups \('risk', 'access'\), \('savings'\)",
    )
    yield (
        "a circle",
        lambda b: record.vote(
            b, "1", asked((0, 1, 9), (1, 2, 9), (2, 0, 9)), member="Bob", kind="pairwise"
        ),
        "must not run in a circle, 'risk' is worth 9 times 'access'",
    )
    yield (
        "no reason",
        lambda b: record.note_override(b, "hub", "in", by="Ann", reason=" "),
        "reason: is empty",
    )
    yield "no name", lambda b: record.close_round(b, "1", by=" "), "by: is empty"
    yield (
        "an odd override",
        lambda b: record.note_override(b, "hub", "maybe", by="Ann", reason="x"),
        "decision: must be one of 'in', 'out', 'free'",
    )
    yield (
        "a member decides",
        lambda b: record.decide(b, "hub", "approved", by="Bob", reason="x"),
        "may not decide",
    )
    yield (
        "a second Bob",
        lambda b: record.add_member(b, " bob", role="member", by="Ann"),
        "member: 'bob' is in the record as 'Bob'",
    )
    yield (
        "no such role",
        lambda b: record.add_member(b, "Flo", role="king", by="Ann"),
        "role: must be one of",
    )
    yield (
        "an analyst names a chair",
        lambda b: record.add_member(b, "Cy", role="chair", by="Cy"),
        "may not name a chair",
    )
    yield (
        "a very long name",
        lambda b: record.add_member(b, "x" * 201, role="member", by="Ann"),
        "at most 200 characters, got 201",
    )
    yield (
        "a name that is none",
        lambda b: record.add_member(b, None, role="member", by="Ann"),
        "subject: must be a text, got nothing",
    )
    yield (
        "an unknown reader",
        lambda b: record.ballots(b, "1", reader="Zed"),
        "reader: 'Zed' is not in the record",
    )
    yield "ballots of no round", lambda b: record.ballots(b, "9"), "round '9': was never opened"
    yield "settings not saved", lambda b: record.saved_settings(b), "none were saved"
    yield (
        "interest of a stranger",
        lambda b: record.declare_interest(b, "Zed", "hub", by="Ann", reason="x"),
        "'Zed' is not in the record",
    )
    yield (
        "unseen characters",
        lambda b: record.decide(b, "hub", "a\u202eb", by="Ann", reason="x"),
        "characters that are not seen",
    )


def asked(*answers):
    names = list(WORDS)
    square = pd.DataFrame(np.nan, names, names)
    for i, j, answer in answers:
        square.iloc[i, j] = answer
    return square


@pytest.mark.parametrize("act, words", [pytest.param(a, w, id=n) for n, a, w in refusals()])
def test_what_may_not_be_is_refused_and_leaves_nothing(board, act, words):
    before = record.history(board)
    with pytest.raises(InputError, match=words):
        act(board)
    pd.testing.assert_frame_equal(record.history(board), before)


def test_a_closed_round_accepts_nothing(board):
    record.close_round(board, "1", by="Ann")
    with pytest.raises(
        InputError, match=r"round '1': was closed already, by 'Ann' at .*no more ballots"
    ):
        record.vote(board, "1", points(1, 1, 1), member="Bob", kind="points")


def test_in_the_absence_of_the_chair_a_director_leads_and_the_log_says_why(board):
    entries = len(record.history(board))
    record.require_step(board, "close", "1", by="Di", reason="Ann is ill")
    assert len(record.history(board)) == entries
    record.close_round(board, "1", by="Di", reason="Ann is ill")
    record.reveal_round(board, "1", by="Di", reason="Ann is ill")
    record.open_round(board, "2", by="Di", labels="ab", reason="Ann is ill")
    led = record.history(board).iloc[entries:]
    assert led[["author", "kind", "reason"]].to_numpy().tolist() == [
        ["Di", step, "Ann is ill"] for step in ("close", "reveal", "open")
    ]


def test_of_two_chairs_who_close_at_once_the_second_hears_of_the_first(board, tmp_path):
    record.add_member(board, "Abe", role="chair", by="Ann")
    other = record.open_record(tmp_path / "board.sqlite")
    record.close_round(board, "1", by="Ann")
    with pytest.raises(InputError, match="round '1': was closed already, by 'Ann' at 2"):
        record.close_round(other, "1", by="Abe")
    record.reveal_round(other, "1", by="Abe")
    with pytest.raises(InputError, match="was revealed already, by 'Abe'"):
        record.reveal_round(board, "1", by="Ann")


def test_a_new_record_begins_with_the_chair(tmp_path):
    kept = record.open_record(tmp_path / "new.sqlite")
    with pytest.raises(InputError, match="add the chair first"):
        record.add_member(kept, "Bob", role="member", by="Bob")
    with pytest.raises(InputError, match="add the chair first"):
        record.open_round(kept, "1", by="Bob", labels="ab")
    assert len(record.rounds(kept)) == len(record.members(kept)) == 0
    record.add_member(kept, "Ann", role="chair", by="Bob")


def test_decisions_overrides_interests_and_settings_are_kept(board):
    record.decide(board, "hub", "deferred", by="Di", reason="no quote", review="2026-11")
    record.decide(board, "hub", "approved", by="Ann", reason="quote came", review="2026-12")
    record.note_override(board, "hub", "in", by="Ann", reason="promised")
    record.note_override(board, "wall", "out", by="Ann", reason="too early")
    record.note_override(board, "wall", "free", by="Ann", reason="reconsidered")
    record.declare_interest(board, "Bob", "hub", by="Bob", reason="lives there")
    settings = Settings(board="Investment Board", weights={"risk": 2.0})
    number = record.save_settings(board, settings, by="Cy", reason="for the meeting")
    assert record.decisions(board).loc["hub", ["decision", "reason", "by"]].tolist() == [
        "approved",
        "quote came",
        "Ann",
    ]
    assert record.overrides(board)[["decision", "reason", "by"]].to_dict("index") == {
        "hub": {"decision": "in", "reason": "promised", "by": "Ann"}
    }
    assert record.interests(board)[["member", "project"]].values.tolist() == [["Bob", "hub"]]
    assert record.saved_settings(board).hash() == settings.hash()
    assert record.saved_settings(board, number=number).weights == {"risk": 2.0}
    with pytest.raises(InputError, match="under that number"):
        record.saved_settings(board, number=1)


def test_names_and_reasons_of_any_kind_do_no_harm(tmp_path):
    kept = record.open_record(tmp_path / "nasty.sqlite")
    record.add_member(kept, NASTY[0], role="chair", by=NASTY[1])
    for name in NASTY[1:]:
        record.add_member(kept, name, role="member", by=NASTY[0], reason=name)
    record.open_round(
        kept,
        NASTY[2],
        by=NASTY[0],
        labels=dict(zip(NASTY, NASTY[::-1], strict=True)),
        reason=NASTY[3],
    )
    answers = pd.Series(range(1, 7), index=NASTY)
    for name in NASTY:
        record.vote(kept, NASTY[2], answers, member=name, kind="swing", reason=name)
        path = record.write_ballot(kept, NASTY[2], name, tmp_path / "ballot.xlsx")
        assert not any(cell.data_type == "f" for cell in book_cells(path) if cell.row > 8)
    record.close_round(kept, NASTY[2], by=NASTY[0])
    record.reveal_round(kept, NASTY[2], by=NASTY[0])
    found = record.ballots(kept, NASTY[2])
    assert found.groupby("member").size().to_dict() == dict.fromkeys(NASTY, 6)
    assert set(found["first"]) == set(NASTY)
    assert record.history(kept, kind="vote")["reason"].tolist() == NASTY
    path = record.export_record(kept, tmp_path / "nasty.xlsx")
    assert not any(cell.data_type == "f" for cell in book_cells(path))


def book_cells(path):
    import openpyxl

    return [
        cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row
    ]


class TestFile:
    def test_it_waits_for_others_and_reaches_the_disk(self, board):
        with board.engine.connect() as connection:
            found = [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "busy_timeout")
            ]
        assert found == ["wal", 2, 30_000]

    def test_entries_cannot_be_changed_or_deleted(self, board):
        for statement in ("UPDATE pmo_entries SET author = 'x'", "DELETE FROM pmo_entries"):
            with (
                pytest.raises(sql.exc.DBAPIError, match="only added to"),
                board.engine.begin() as c,
            ):
                c.exec_driver_sql(statement)

    def test_it_is_opened_again_and_leaves_one_file(self, board, tmp_path):
        before = record.history(board)
        again = record.open_record(str(tmp_path / "board.sqlite"))
        pd.testing.assert_frame_equal(record.history(again), before)
        assert [path.name for path in tmp_path.iterdir()] == ["board.sqlite"]

    def test_an_empty_file_becomes_a_record(self, tmp_path):
        (tmp_path / "empty.sqlite").touch()
        assert len(record.history(record.open_record(tmp_path / "empty.sqlite"))) == 0

    @pytest.mark.parametrize(
        "content", [b"not a database at all", b"SQLite format 3\x00" + b"\xff" * 500]
    )
    def test_another_file_is_refused_and_stays_as_it_was(self, tmp_path, content):
        path = tmp_path / "other.txt"
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"other.txt: (is not a record|is damaged)"):
            record.open_record(path)
        assert path.read_bytes() == content

    def test_another_database_is_refused(self, tmp_path):
        path = tmp_path / "crm.sqlite"
        with contextlib.closing(sqlite3.connect(path)) as other:
            other.execute("CREATE TABLE customers (name)")
        with pytest.raises(InputError, match=r"a database of something else \('customers'\)"):
            record.open_record(path)

    @pytest.mark.parametrize("path", ["", "."])
    def test_a_folder_is_no_record(self, path):
        with pytest.raises(InputError, match=r"is not a file; name one, such as board.sqlite"):
            record.open_record(path)

    @pytest.mark.parametrize("url", ["mysql://h/d", "postgresql://h:port/d", "://", "sqlite:///x",
                                     "postgresql:/me:hush@h/d", "postgres:me:hush@h/d"])  # fmt: skip
    def test_another_address_is_refused(self, url):
        with pytest.raises(InputError, match="the address must read postgresql://") as told:
            record.open_record(url)
        assert "hush" not in str(told.value)

    def test_no_password_is_shown(self):
        pytest.importorskip("psycopg", reason="the package psycopg is not installed")
        for url in (
            "postgresql://me:hush%40h@h/d?sslmode=require",
            "postgresql://h/d?password=hush",
        ):
            assert "hush" not in store._reached(url).where + repr(store._reached(url))
        with pytest.raises(InputError, match="more than one @; write the one in a password as %40"):
            record.open_record("postgresql://me:hu@sh@h/d")

    def test_a_missing_folder_is_named(self, tmp_path):
        with pytest.raises(
            InputError, match="cannot be opened or made; check that its folder is there"
        ):
            record.open_record(tmp_path / "none" / "board.sqlite")

    def test_a_writer_who_never_ends_is_waited_for_and_then_named(self, board, tmp_path):
        quick = store._reached(tmp_path / "board.sqlite")
        sql.event.listen(
            quick.engine, "connect", lambda c, _: c.execute("PRAGMA busy_timeout = 50")
        )
        with contextlib.closing(sqlite3.connect(tmp_path / "board.sqlite")) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(
                InputError, match="is busy: others were writing all the time; nothing was written"
            ):
                record.close_round(quick, "1", by="Ann")
        record.close_round(quick, "1", by="Ann")

    def test_a_full_disk_is_named_and_loses_nothing(self, board, tmp_path):
        before = record.history(board)
        full = store._reached(tmp_path / "board.sqlite")
        sql.event.listen(
            full.engine, "connect", lambda c, _: c.execute("PRAGMA max_page_count = 1")
        )
        with pytest.raises(InputError, match="the disk is full; nothing was written, make room"):
            for _ in range(200):
                record.note_override(full, "hub", "in", by="Ann", reason="x" * 2000)
        after = record.history(board)
        pd.testing.assert_frame_equal(after.loc[before.index], before)
        record.close_round(board, "1", by="Ann")

    @pytest.mark.skipif(sys.platform == "win32", reason="rights work otherwise")
    def test_a_read_only_folder_is_named(self):
        with tempfile.TemporaryDirectory() as name, unprivileged(name):
            seated(Path(name) / "board.sqlite")
            Path(name, "board.sqlite").chmod(0o444)
            Path(name).chmod(0o555)
            kept = Path(name) / "board.sqlite"
            with pytest.raises(InputError, match=r"cannot be opened or made|read-only"):
                record.close_round(record.open_record(kept), "1", by="Ann")
            with pytest.raises(
                InputError, match="check that its folder is there and may be written to"
            ):
                record.open_record(Path(name) / "new.sqlite")
            Path(name).chmod(0o755)
            with pytest.raises(InputError, match=r"read-only\); copy it to a folder of your own"):
                record.close_round(record.open_record(kept), "1", by="Ann")
            for file in Path(name).iterdir():
                file.chmod(0o644)
            record.close_round(record.open_record(kept), "1", by="Ann")

    def test_a_newer_version_is_refused(self, board, tmp_path, monkeypatch):
        monkeypatch.setattr(store, "VERSION", 0)
        with pytest.raises(
            InputError, match=r"newer version of this library \(tables 1, known up to 0\)"
        ):
            record.open_record(tmp_path / "board.sqlite")

    def test_an_older_version_is_brought_forward_after_a_backup(self, board, tmp_path, monkeypatch):
        before = record.history(board)
        monkeypatch.setattr(store, "VERSION", 3)
        steps = {1: "CREATE TABLE pmo_two (a)", 2: "ALTER TABLE pmo_two ADD COLUMN b"}
        monkeypatch.setattr(
            store, "STEPS", {v: lambda c, s=s: c.exec_driver_sql(s) for v, s in steps.items()}
        )
        kept = record.open_record(tmp_path / "board.sqlite")
        pd.testing.assert_frame_equal(record.history(kept), before)
        with kept.engine.connect() as connection:
            assert [c["name"] for c in sql.inspect(connection).get_columns("pmo_two")] == ["a", "b"]
        monkeypatch.undo()
        copy = next(tmp_path.glob("board (tables 1, *).sqlite"))
        pd.testing.assert_frame_equal(record.history(record.open_record(copy)), before)

    def test_a_step_that_fails_leaves_the_old_version(self, board, tmp_path, monkeypatch):
        monkeypatch.setattr(store, "VERSION", 2)
        monkeypatch.setattr(
            store, "STEPS", {1: lambda c: [c.exec_driver_sql("CREATE TABLE pmo_two (a)"), 1 / 0]}
        )
        with pytest.raises(ZeroDivisionError):
            record.open_record(tmp_path / "board.sqlite")
        monkeypatch.undo()
        with record.open_record(tmp_path / "board.sqlite").engine.connect() as connection:
            assert "pmo_two" not in sql.inspect(connection).get_table_names()

    def test_the_database_is_loaded_only_when_the_record_is_used(self):
        code = "import sys, pmo_lib.dissent, pmo_lib.weights; sys.exit('sqlalchemy' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@contextlib.contextmanager
def unprivileged(folder):
    """Act as somebody who is not root, to whom rights apply."""
    if os.geteuid() != 0:
        yield
        return
    os.chown(folder, 65534, 65534)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
