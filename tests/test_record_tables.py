"""What a record gives to the tables of a portfolio, and what it takes from them."""

import dataclasses
import importlib
import importlib.util

import pandas as pd
import pytest

from pmo_lib import record
from pmo_lib.checks import InputError

CHAIR, MEMBER = "Cllr Helen Marchbank (chair)", "Cllr Idris Fallon"


@pytest.fixture
def kept(northmere, tmp_path):
    board = record.open_record(tmp_path / "board.sqlite")
    record.rehearse(board, northmere)
    return board


def with_ballots(portfolio, rows):
    table = portfolio.ballots
    frame = pd.DataFrame(rows, columns=table.columns).astype(table.dtypes)
    return dataclasses.replace(portfolio, ballots=frame)


def test_ballots_of_the_tables_come_back_as_they_were(northmere, kept):
    pd.testing.assert_frame_equal(record.supply(northmere, kept).ballots, northmere.ballots)
    assert record.members(kept)["role"].to_dict() == {
        member: "chair" if member == CHAIR else "member" for member in record.voters(northmere)
    }


def test_ballots_of_every_kind_are_rehearsed(northmere, tmp_path):
    labels = list(northmere.criteria.index)
    rows = [("1", "Ann", "criteria", "order", c, None, n) for n, c in enumerate(labels, 1)]
    rows += [("1", "Bob", "criteria", "pairwise", labels[0], c, 3.0) for c in labels[1:]]
    rows += [("1", "Ann", "objectives", "points", "safe-places", None, 3.0)]
    board = record.open_record(tmp_path / "board.sqlite")
    record.rehearse(board, with_ballots(northmere, rows))
    found = record.ballots(board, "1")
    assert found.groupby("member")["kind"].first().to_dict() == {"Ann": "order", "Bob": "pairwise"}
    assert found[found["member"] == "Bob"]["answer"].eq(3).all()


def test_without_ballots_there_is_nothing_to_rehearse(northmere, tmp_path):
    board = record.open_record(tmp_path / "board.sqlite")
    with pytest.raises(InputError, match="nobody to rehearse with"):
        record.rehearse(board, with_ballots(northmere, []))


def test_only_revealed_rounds_are_supplied_and_the_last_one_last(northmere, kept):
    words = record.round_labels(northmere)
    points = pd.Series(10.0, list(words))
    for name in ("2", "3"):
        record.open_round(kept, name, by=CHAIR, labels=words)
        record.vote(kept, name, points, member=MEMBER, kind="points")
    assert record.supply(northmere, kept).ballots["round"].unique().tolist() == ["1"]
    record.close_round(kept, "2", by=CHAIR)
    closed = record.supply(northmere, kept)
    assert closed.ballots["round"].unique().tolist() == ["1"]
    assert closed.notes[-1] == "ballots of round 1 are those of the record"
    record.reveal_round(kept, "2", by=CHAIR)
    given = record.supply(northmere, kept)
    assert given.ballots["round"].iloc[-1] == "2"
    assert given.notes[-1] == "ballots of round 1 and 2 are those of the record"


def test_decisions_of_a_review_are_approvals_and_take_the_place_of_those(northmere, kept):
    old = northmere.approvals.iloc[0]
    record.decide(kept, "flood-wall", "approved", by=CHAIR, reason="x", review="2026-12")
    record.decide(kept, old["project"], "declined", by=CHAIR, reason="x", review=old["review"])
    record.decide(kept, "market-hall", "approved", by=CHAIR, reason="in no review")
    given = record.supply(northmere, kept).approvals
    assert len(given) == len(northmere.approvals) + 1
    assert given.dtypes.equals(northmere.approvals.dtypes)
    found = given.set_index(["review", "project"])["decision"]
    assert found["2026-12", "flood-wall"] == "approved"
    assert found[old["review"], old["project"]] == "declined"


def test_what_is_weighed_is_said_in_units(northmere):
    words = record.round_labels(northmere, currency="£")
    assert words["savings"] == "from −£4.0m to £12.0m"
    assert record.round_labels(northmere, about="objectives")["net-zero"].startswith("Lower")


def test_it_lives_beside_the_tables(tmp_path):
    assert record.beside(tmp_path) == tmp_path / "record.sqlite"
    assert record.beside(tmp_path / "mine.xlsx") == tmp_path / "record.sqlite"


def test_a_missing_package_is_named(monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(importlib.util, "find_spec", lambda name: None)
        with pytest.raises(InputError, match=r'pip install "pmo-lib\[board\]"'):
            importlib.reload(record)
