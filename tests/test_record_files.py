"""A record taken elsewhere and back, and ballots filled in a spreadsheet."""

import json
import re
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from record_base import WORDS, points, revealed, seated

from pmo_lib import record
from pmo_lib.checks import InputError
from pmo_lib.tables.problems import TableError
from pmo_lib.tables.texts import clean, clean_label

names = st.text(min_size=1, max_size=30).map(clean_label).filter(bool)
reasons = st.text(max_size=200).map(clean)
numbers = st.floats(1e-300, 1e300)


@st.composite
def meetings(draw):
    """Draw what a board did: members, rounds with ballots of every kind, decisions."""
    people = draw(st.lists(names, min_size=2, max_size=4, unique_by=lambda n: n.casefold()))
    labels = draw(st.lists(names, min_size=2, max_size=4, unique=True))
    votes = draw(
        st.lists(
            st.tuples(
                st.sampled_from(people),
                st.sampled_from(["points", "swing", "order", "pairwise"]),
                st.lists(st.floats(1e-3, 1e3), min_size=len(labels), max_size=len(labels)),
                reasons,
            ),
            max_size=5,
        )
    )
    said = draw(st.lists(st.tuples(names, reasons.filter(bool)), max_size=3))
    return people, labels, votes, said


def hold(where, meeting):
    people, labels, votes, said = meeting
    kept = record.open_record(where)
    for person in people:
        record.add_member(kept, person, role="chair", by=people[0])
    record.open_round(kept, "1", by=people[0], labels=dict(zip(labels, labels[::-1], strict=True)))
    for person, kind, answers, reason in votes:
        given = pd.Series(answers, index=labels)
        if kind == "pairwise":
            worth = given.to_numpy()
            given = pd.DataFrame(worth[:, None] / worth, labels, labels)
        record.vote(kept, "1", given, member=person, kind=kind, reason=reason)
    for project, reason in said:
        record.decide(kept, project, "approved", by=people[0], reason=reason)
        record.note_override(kept, project, "in", by=people[-1], reason=reason)
    record.close_round(kept, "1", by=people[0])
    record.reveal_round(kept, "1", by=people[-1])
    return kept


@pytest.mark.parametrize("ending", [".json", ".xlsx"])
@given(meeting=meetings())
@settings(
    max_examples=5,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_round_trip_loses_nothing(tmp_path_factory, ending, meeting):
    folder = tmp_path_factory.mktemp("trip")
    try:
        kept = hold(folder / "board.sqlite", meeting)
    except InputError as error:  # two names that differ by capitals or hyphens alone
        assert "is in the record as" in str(error)
        return
    path = record.export_record(kept, folder / f"out{ending}")
    copy = record.open_record(folder / "copy.sqlite")
    assert record.import_record(copy, path) == len(record.history(kept))
    for read in (record.history, record.members, record.rounds, record.decisions, record.overrides):
        pd.testing.assert_frame_equal(read(copy), read(kept))
    pd.testing.assert_frame_equal(record.ballots(copy, "1"), record.ballots(kept, "1"))


@pytest.mark.parametrize("ending", [".json", ".xlsx"])
def test_texts_that_mean_something_to_a_workbook_come_back(tmp_path, ending):
    names = ["_x000D_", "x005F_", "_x0041_", "=1+1", "'", '"', "\\x"]
    said = [(name, "long " * 20_000 + name) for name in names[:2]]
    kept = hold(
        tmp_path / "board.sqlite",
        (names, names, [(n, "points", range(1, 8), n) for n in names], said),
    )
    copy = record.open_record(tmp_path / "copy.sqlite")
    record.import_record(copy, record.export_record(kept, tmp_path / f"out{ending}"))
    pd.testing.assert_frame_equal(record.history(copy), record.history(kept))


@pytest.fixture
def board(tmp_path):
    return seated(tmp_path / "board.sqlite")


@pytest.fixture
def exported(board, tmp_path):
    record.vote(board, "1", points(50, 30, 20), member="Bob", kind="points")
    revealed(board)
    return record.export_record(board, tmp_path / "out.json")


def edited(path, change):
    document = json.loads(path.read_text("utf-8"))
    change(document["entries"])
    path.write_text(json.dumps(document), "utf-8")
    return path


class TestImport:
    @pytest.fixture
    def new(self, tmp_path):
        return record.open_record(tmp_path / "new.sqlite")

    def test_a_file_with_hidden_ballots_is_refused(self, board, new, tmp_path):
        record.vote(board, "1", points(50, 30, 20), member="Bob", kind="points")
        for name in ("out.json", "out.xlsx"):
            path = record.export_record(board, tmp_path / name)
            with pytest.raises(
                InputError, match="lacks the hidden ballots of round '1'; export again"
            ):
                record.import_record(new, path)

    def test_only_into_a_new_record(self, board, exported):
        with pytest.raises(InputError, match="holds entries already; import into a new record"):
            record.import_record(board, exported)

    @pytest.mark.parametrize(
        "change, words",
        [
            (lambda e: e.pop(3), "entry 4: is out of order or was edited"),
            (lambda e: e[-1].update(author="Bob"), "entry 9: by: 'Bob' has the role member"),
            (lambda e: e[6]["detail"]["answers"].pop(), "entry 7: ballot of 'Bob'.*not answered"),
            (lambda e: e[6].update(at="yesterday"), "entry 7: Invalid isoformat"),
            (lambda e: e[6].update(subject=" Bob"), "entry 7: is out of order or was edited"),
            (lambda e: e[0].update(kind="shout"), "entry 1: kind: must be one of"),
        ],
        ids=["removed", "wrong hands", "half a ballot", "no time", "blanks", "no such kind"],
    )
    def test_an_edited_file_is_refused_whole(self, exported, new, change, words):
        with pytest.raises(InputError, match=words):
            record.import_record(new, edited(exported, change))
        assert len(record.history(new)) == 0

    @pytest.mark.parametrize(
        "text",
        ["", "[]", "{", '{"format": "x"}', '{"format": "pmo record 1", "entries": [{"x": 1}]}',
         '{"format": "pmo record 1", "entries": [{"kind": 1, "author": []}]}',
         '{"format": "pmo record 1", "entries": 3}', "[" * 100_000, "\xff"],
    )  # fmt: skip
    def test_another_file_is_refused(self, new, tmp_path, text):
        (tmp_path / "odd.json").write_text(text, "latin-1")
        with pytest.raises(InputError, match=r"odd.json: is not an exported record"):
            record.import_record(new, tmp_path / "odd.json")

    @pytest.mark.parametrize("name", ["none.json", "none.xlsx", "none.txt"])
    def test_a_missing_file_is_named(self, new, tmp_path, name):
        with pytest.raises(InputError, match=r"cannot be read|must end in .json or .xlsx"):
            record.import_record(new, tmp_path / name)

    def test_a_workbook_of_something_else_is_refused(self, new, tmp_path):
        (tmp_path / "odd.xlsx").write_bytes(b"PK no")
        with pytest.raises(InputError, match=r"is not an .xlsx workbook"):
            record.import_record(new, tmp_path / "odd.xlsx")

    def test_only_json_and_workbooks_are_written(self, board, tmp_path):
        with pytest.raises(InputError, match=r"out.csv: must end in .json or .xlsx"):
            record.export_record(board, tmp_path / "out.csv")


def fill(path, change):
    book = openpyxl.load_workbook(path)
    change(book["ballot"])
    book.save(path)
    return path


def book_text(path):
    return str([*openpyxl.load_workbook(path)["ballot"].iter_rows(values_only=True)])


def filled(*answers, column=3):
    def change(sheet):
        for row, answer in enumerate(answers, 9):
            sheet.cell(row, column).value = answer

    return change


class TestBallotBook:
    @pytest.fixture
    def write(self, board, tmp_path):
        return lambda kind="points", member="Bob": record.write_ballot(
            board, "1", member, tmp_path / "ballot.xlsx", kind=kind
        )

    @pytest.mark.parametrize("kind", ["points", "swing", "order"])
    def test_filled_in_it_is_the_ballot(self, board, write, kind):
        found = record.read_ballot(
            board, fill(write(kind), filled(3, 1, 2)), round="1", member="Bob"
        )
        assert (found.round, found.member, found.kind) == ("1", "Bob", kind)
        assert found.answers.to_dict() == {"risk": 3, "access": 1, "savings": 2}
        record.vote(board, found.round, found.answers, member=found.member, kind=kind, by="Cy")
        assert record.ballots(board, "1", reader="Bob")["answer"].tolist() == [3, 1, 2]

    def test_pairs_may_be_skipped(self, board, write):
        def change(sheet):
            sheet["C9"], sheet["D9"] = "second", 4
            sheet["C11"], sheet["D11"] = "equal", None

        found = record.read_ballot(board, fill(write("pairwise"), change))
        assert found.answers.loc["risk", "access"] == 0.25
        assert found.answers.loc["access", "savings"] == 1
        assert np.isnan(found.answers.loc["risk", "savings"])
        record.vote(board, "1", found.answers, member="Bob", kind="pairwise")

    def test_only_the_answers_are_unlocked_and_have_lists(self, write):
        sheet = openpyxl.load_workbook(write("pairwise"))["ballot"]
        assert sheet.protection.sheet
        free = {c.coordinate for row in sheet.iter_rows() for c in row if not c.protection.locked}
        assert free == {f"{column}{row}" for column in "CD" for row in (9, 10, 11)}
        rules = {str(r.sqref): r for r in sheet.data_validations.dataValidation}
        assert rules["C9:C11"].formula1 == '"first,second,equal"'
        assert sheet["A9"].value == "risk"

    def test_it_shows_the_swing_in_units_and_no_answers_of_others(self, board, write):
        record.vote(board, "1", points(51, 29, 20), member="Bob", kind="points")
        path = write("pairwise")
        assert "Risk removed: 0 to 30 points" in book_text(path)
        path = write()
        with zipfile.ZipFile(path) as parts:
            text = "".join(parts.read(n).decode("utf-8", "replace") for n in parts.namelist())
        assert "Risk removed: 0 to 30 points" in text
        assert not re.search("<v>(51|29)", text)

    @pytest.mark.parametrize(
        "change, words",
        [
            (filled("many", 1, 2), r"sheet 'ballot' row 9: C 'many' is not a number of at least 0"),
            (filled(1, "=1+1", 2), r"row 10: C '=1\+1' is a formula; write the number itself"),
            (filled(1, None, 2), r"row 10: C is empty; write a number"),
            (filled(1, -1, 2), r"row 10: C -1 is not a number of at least 0"),
            (filled("cost", column=1), r"row 9: A 'cost' is not what was sent \(edited\?\)"),
            (filled("risk", "risk", column=1), r"row 10: A 'risk' occurs twice"),
            (lambda s: s.delete_rows(11), r"sheet 'ballot': the row of 'savings' is missing"),
            (lambda s: s.insert_rows(1), r"row 2: B is empty"),
            (filled("x", column=1), r"the row of 'risk' is missing"),
            (filled("x", "y", column=1), r"the rows of 'risk', 'access' are missing"),
            (
                filled(None, 2, None),
                r"sheet 'ballot': C9 and C11 are empty; write a number such as",
            ),
            (filled("a", 2, -1), r"C9 'a' and C11 -1 are not a number of at least 0; write"),
            (
                filled("=1", 2, "=2"),
                r"C9 '=1' and C11 '=2' are not a number; write the number itself",
            ),
        ],
        ids=[
            "text",
            "formula",
            "missing",
            "negative",
            "edited",
            "twice",
            "removed",
            "moved",
            "named",
            "two named",
            "alike: empty",
            "alike: no numbers",
            "alike: formulas",
        ],
    )
    def test_every_problem_is_named(self, board, write, change, words):
        path = fill(write(), filled(1, 2, 3))
        with pytest.raises(TableError, match=words):
            record.read_ballot(board, fill(path, change))

    def test_all_problems_at_once_with_their_places(self, board, write):
        with pytest.raises(TableError) as told:
            record.read_ballot(board, fill(write(), filled("=A1", "x", None)))
        assert told.value.table[["row", "column"]].values.tolist() == [
            [9, "C"],
            [10, "C"],
            [11, "C"],
        ]
        assert (told.value.table["remedy"] != "").all()

    @pytest.mark.parametrize(
        "cell, text, words",
        [
            ("B2", None, r"row 2: B is empty; read it with the portfolio it was written for"),
            ("B2", "Mine", r"row 2: B 'Mine' belongs to no round of this record; read it with the"),
            (
                "B3",
                "2",
                r"row 3: B '2' is not '1', whose mark it has; take it from the ballot that",
            ),
            ("B3", None, r"row 3: B is empty"),
            ("B4", "Eve", r"row 4: B 'Eve' is not the ballot of 'Bob'"),
            ("B4", "Bobb", r"row 4: B 'Bobb' is not a person who votes; did you mean 'Bob'"),
            ("B5", "guess", r"row 5: B 'guess' is not points or swing or order or pairwise"),
        ],
    )
    def test_a_wrong_head_is_named(self, board, write, cell, text, words):
        path = fill(write(), lambda sheet: sheet.__setitem__(cell, text))
        with pytest.raises(TableError, match=words):
            record.read_ballot(board, path, round="1", member="Bob")

    @pytest.mark.parametrize("kind", ["points", "swing", "order", "pairwise"])
    def test_one_that_was_never_filled_in_says_so_once(self, board, write, kind):
        with pytest.raises(TableError) as told:
            record.read_ballot(board, write(kind))
        assert told.value.problems == (
            "sheet 'ballot': nothing is filled in; fill in the yellow cells, save it and send it again",
        )

    def test_it_says_what_it_belongs_to_and_no_other_record_takes_it(self, board, write, tmp_path):
        sheet = openpyxl.load_workbook(write())["ballot"]
        assert re.fullmatch(r"Round opened .* UTC by Ann · mark [0-9a-f]{12}", sheet["B2"].value)
        assert sheet["B2"].protection.locked and sheet.protection.sheet
        path = record.write_ballot(board, "1", "Bob", tmp_path / "b.xlsx", belongs_to="Northmere")
        assert openpyxl.load_workbook(path)["ballot"]["B2"].value.startswith("Northmere · mark ")
        fill(path, filled(3, 1, 2))
        with pytest.raises(TableError) as told:
            record.read_ballot(seated(tmp_path / "other.sqlite"), path)
        (problem,) = told.value.problems
        assert "row 2: B 'Northmere · mark " in problem
        assert "belongs to no round of this record; read it with the portfolio it was" in problem
        revealed(board)
        copy = record.open_record(tmp_path / "copy.sqlite")
        record.import_record(copy, record.export_record(board, tmp_path / "all.json"))
        with pytest.raises(TableError, match="'1' is not an open round; it is revealed"):
            record.read_ballot(copy, path)

    def test_another_round_is_named(self, board, write):
        path = fill(write(), filled(1, 2, 3))
        record.open_round(board, "2", by="Ann", labels=WORDS)
        with pytest.raises(TableError, match="row 3: B '1' is not round '2'"):
            record.read_ballot(board, path, round="2")
        record.close_round(board, "1", by="Ann")
        with pytest.raises(TableError, match="'1' is not an open round; it is closed and accepts"):
            record.read_ballot(board, path)

    @pytest.mark.parametrize("side, times, words", [
        ("left", 3, "row 9: C 'left' is not first or second or equal; choose from the list"),
        ("first", None, "row 9: D is empty"),
        ("second", 0.5, "row 9: D 0.5 is not a number of at least 1"),
        (None, 3, "row 9: C is empty"),
    ])  # fmt: skip
    def test_half_a_pair_is_named(self, board, write, side, times, words):
        def change(sheet):
            sheet["C9"], sheet["D9"] = side, times

        with pytest.raises(TableError, match=words):
            record.read_ballot(board, fill(write("pairwise"), change))

    def test_it_is_written_only_for_who_votes_in_an_open_round(self, board, write, tmp_path):
        with pytest.raises(InputError, match="member: 'Cy' has no vote"):
            write(member="Cy")
        with pytest.raises(InputError, match=r"must end in .xlsx"):
            record.write_ballot(board, "1", "Bob", tmp_path / "ballot.csv")
        record.close_round(board, "1", by="Ann")
        with pytest.raises(InputError, match="round '1': is closed; it accepts no ballots"):
            write()

    def test_another_file_is_refused(self, board, tmp_path):
        (tmp_path / "odd.xlsx").write_bytes(b"PK no")
        openpyxl.Workbook().save(tmp_path / "other.xlsx")
        for name, words in [
            ("odd", "is not an .xlsx"),
            ("other", "has no sheet 'ballot'"),
            ("none", "is not a file"),
        ]:
            with pytest.raises(InputError, match=words):
                record.read_ballot(board, tmp_path / f"{name}.xlsx")
