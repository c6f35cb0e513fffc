"""Scores of projects as workbooks: written for a member, filled in, read back, put to use."""

import json

import numpy as np
import openpyxl
import pandas as pd
import pytest
from record_base import seated
from test_elicitation import RATED
from typer.testing import CliRunner

from pmo_lib import ballot_steps, cli, record, tables
from pmo_lib.checks import InputError
from pmo_lib.tables.problems import TableError

PEOPLE = ("Ann", "Bob", "Eve")


@pytest.fixture
def rated(small):
    return small(**RATED)


@pytest.fixture
def board(tmp_path):
    kept = seated(tmp_path / "board.sqlite")
    swings = {"safe": "", "kind": "Help reaches <b>all</b> who need it"}
    record.open_round(kept, "o", by="Ann", labels=swings, about="objectives")
    record.open_round(kept, "c", by="Ann", labels={"reach": "0 to 1,000", "ease": "", "fit": ""})
    return kept


@pytest.fixture
def write(board, rated, tmp_path):
    return lambda name="o", member="Bob": record.write_scores(
        board, name, member, tmp_path / f"{name}.xlsx", portfolio=rated, belongs_to="Northmere"
    )


def fill(path, cells):
    book = openpyxl.load_workbook(path)
    for place, answer in cells.items():
        book["ballot"][place] = answer
    book.save(path)
    return path


def test_every_proposal_stands_against_every_label_and_only_answers_are_unlocked(write):
    sheet = openpyxl.load_workbook(write())["ballot"]
    assert sheet["B2"].value.startswith("Northmere · mark ")
    assert [c.value for c in sheet[8]] == ["project", "name", "safe", "kind"]
    assert sheet["D9"].value == "Kind services\nHelp reaches <b>all</b> who need it"
    rows = [row[:2] for row in sheet.iter_rows(min_row=10, values_only=True)]
    assert rows[0] == ("flood", "Flood wall") and "depot" not in dict(rows)
    free = {c.coordinate for row in sheet.iter_rows() for c in row if not c.protection.locked}
    assert free == {f"{column}{row}" for column in "CD" for row in range(10, 15)}
    (rule, *_) = sheet.data_validations.dataValidation
    assert rule.formula1 == '"none,low,moderate,strong,extreme"'
    computed = openpyxl.load_workbook(write("c"))["ballot"]
    assert [c.value for c in computed[8]] == ["project", "name", "reach", "ease"]


def test_filled_in_it_is_what_the_member_scored(board, rated, write):
    path = fill(write(), {"C10": "Strong", "D10": 0.25, "C12": "none"})
    found = record.read_ballot(board, path, member="Bob", portfolio=rated)
    assert (found.round, found.member, found.kind) == ("o", "Bob", "scores")
    assert found.answers.loc["flood"].to_dict() == {"safe": 6 / 9, "kind": 0.25}
    assert found.answers.notna().sum(axis=None) == 3
    record.score_all(board, "o", found.answers, member="Bob", by="Cy")
    kept = record.scores(board, "o", reader="Bob")
    assert kept[["project", "label", "score"]].to_numpy().tolist() == [
        ["flood", "safe", 6 / 9], ["flood", "kind", 0.25], ["lights", "safe", 0],
    ]  # fmt: skip
    assert record.scored(board, "o").to_dict() == {"Ann": False, "Bob": True, "Eve": False}
    path = fill(write("c"), {"C10": 450, "D11": "EASY"})
    found = record.read_ballot(board, path, portfolio=rated).answers
    assert (found.at["flood", "reach"], found.at["hubs", "ease"]) == (450, 1)


@pytest.mark.parametrize(
    ("name", "cells", "words"),
    [
        ("o", {}, "sheet 'ballot': nothing is filled in; fill in the yellow cells"),
        ("o", {"C10": "lots"}, "row 10: C 'lots' is not none, low, moderate, strong and extreme, or a "
         "number from 0 to 1; choose from the list"),
        ("o", {"C10": 7, "D12": -1}, "C10 7 and D12 -1 are not none, low"),
        ("o", {"C10": "=1"}, "row 10: C '=1' is a formula; write the score itself"),
        ("o", {"C10": 1, "A11": "huts"}, "row 11: A 'huts' is not a proposal of this portfolio; take it from"
         ".* did you mean 'hubs'"),
        ("o", {"C10": 1, "A11": "flood", "C11": 1}, "row 11: A 'flood' occurs twice"),
        ("o", {"C10": 1, "D8": "kin"}, "row 8: D 'kin' is not what was sent .*did you mean 'kind'"),
        ("o", {"C10": 1, "D8": "safe"}, "row 8: D 'safe' occurs twice"),
        ("o", {"C10": 1, "D8": None}, "nothing says where 'kind' stands"),
        ("o", {"C10": 1, "B4": "Eve"}, "row 4: B 'Eve' is not the ballot of 'Bob'"),
        ("c", {"C10": "lots"}, "row 10: C 'lots' is not a number; write a number such as 3, or leave"),
        ("c", {"D10": "eas"}, "row 10: D 'eas' is not hard, fair and easy, or a number from 0 to 1"),
    ],
)  # fmt: skip
def test_every_problem_is_named(board, rated, write, name, cells, words):
    with pytest.raises(TableError, match=words) as told:
        record.read_ballot(board, fill(write(name), cells), member="Bob", portfolio=rated)
    assert len(told.value.problems) <= 2


def test_what_cannot_be_written_read_or_scored_is_refused(board, rated, write, tmp_path):
    with pytest.raises(InputError, match="member: 'Cy' has no vote"):
        write(member="Cy")
    record.open_round(board, "n", by="Ann", labels=["fit", "npv"])
    with pytest.raises(InputError, match="there is nothing in it that a board scores"):
        write("n")
    with pytest.raises(InputError, match="portfolio: is not given; scores are read with"):
        record.read_ballot(board, write())
    before = len(record.history(board))
    given = pd.DataFrame({"safe": [0.5, 2.0]}, index=["flood", "hubs"])
    with pytest.raises(InputError, match=r"scores: each must lie in \[0, 1\]"):
        record.score_all(board, "o", given, member="Bob")
    with pytest.raises(InputError, match="scores: none is given"):
        record.score_all(board, "o", given * float("nan"), member="Bob")
    assert len(record.history(board)) == before, "all or nothing"


def test_a_board_scores_by_mail_from_opening_to_a_portfolio_with_its_scores(rated, tmp_path):
    own = tmp_path / "own"
    tables.write_portfolio(rated, own)
    (own / "settings.toml").write_text('organisation = "Northmere"\n', "utf-8")

    def run(*words):
        result = CliRunner().invoke(cli.app, ["ballot", words[0], str(own), *map(str, words[1:])])
        assert result.exit_code == 0, result.output
        return result.stdout

    said = run("open", "--by", "Ann", "--member", "Bob", "--member", "Eve", "--about", "objectives")
    assert "Round 1 is open: 2 objectives to weigh, or to score projects by." in said
    assert "Handed in, 0 of 3: nobody" in run("status")
    run("write", "--out", tmp_path / "books", "--kind", "scores")
    for place, (name, word) in enumerate(zip(PEOPLE, ("none", "low", "extreme"), strict=True)):
        book = tmp_path / "books" / f"ballot 1 {name}.xlsx"
        fill(book, {f"C{row}": word for row in range(10, 15)} | {f"D{10 + place}": "strong"})
    said = run("read", tmp_path / "books")
    assert "Recorded: Ann, round 1, receipt" in said and "; 6 of 10 cells scored" in said
    assert "Scored, 3 of 3: Ann, Bob and Eve" in run("status")
    found = json.loads(run("status", "--json"))
    assert (found["scored"], found["voted"], found["not_yet"]) == (list(PEOPLE), [], [])
    run("close", "--by", "Ann", "--yes")
    hidden = CliRunner().invoke(cli.app, ["ballot", "scores", str(own)])
    assert hidden.exit_code == 2 and "its scores are hidden until revealed" in hidden.stderr
    assert "Next: pmo ballot scores" in run("reveal", "--by", "Ann", "--yes")
    wrong = CliRunner().invoke(cli.app, ["ballot", "show", str(own)])
    assert (
        wrong.exit_code == 2
        and "holds scores, no weights; show them with pmo ballot scores" in wrong.stderr
    )
    few = CliRunner().invoke(cli.app, ["ballot", "scores", str(own), "--drop-extremes"])
    assert few.exit_code == 2 and "needs at least three members, fewer scored" in few.stderr
    shown = run("scores", "--out", tmp_path / "new")
    assert "3 members scored 5 projects on the objectives" in shown and "change rank" in shown
    found = json.loads(run("scores", "--json"))["scores"]
    assert found["flood"] == {
        "safe": pytest.approx((0 + 1 / 9 + 1) / 3),
        "kind": pytest.approx(6 / 9),
    }
    given = tables.read_portfolio(tmp_path / "new").contributions.set_index(
        ["project", "objective"]
    )
    assert given.at[("flood", "safe"), "contribution"] == pytest.approx(10 / 27)
    assert (tmp_path / "new" / "settings.toml").read_bytes() == (own / "settings.toml").read_bytes()
    again = CliRunner().invoke(
        cli.app, ["ballot", "scores", str(own), "--out", str(tmp_path / "new")]
    )
    assert again.exit_code == 2 and "is there already; name a new folder" in again.stderr


def test_scores_beyond_the_scale_are_named():
    criteria = pd.DataFrame(
        {"worst": [40.0, 0.0, np.nan], "best": [0.0, 1.0, np.nan]}, ["cost", "fit", "word"]
    )
    given = {"cost": [41.0, 3.0], "fit": [0.5, -5.0], "word": [9.0, np.nan]}
    scores = pd.DataFrame(given, ["flood", "hubs"])
    told = ballot_steps._beyond(scores, criteria)
    assert told.endswith("nearest end: flood on cost (41) and hubs on fit (-5)")
    assert ballot_steps._beyond(scores.iloc[:0], criteria) == ""
