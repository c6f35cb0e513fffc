"""Where the lists of members differ, and which of their disagreements matter."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmo_lib import dissent, selection
from pmo_lib.checks import InputError
from pmo_lib.folder import example_folder, read_settings
from pmo_lib.weights import aggregate_weights, group

SAVER, EQUALISER = "Cllr Idris Fallon", "Cllr Priya Sandhu"
THREE = {"depot-aldermoor", "library-renewal", "youth-centres"}
VALUE = pd.DataFrame(
    {"reach": [9, 0.5, 6, 2], "savings": [1, 9, 6, 2], "risk": [5, 5, 5, 1.0]},
    ["bus", "lamps", "roof", "shed"],
)
PROBLEM = {"cost": pd.Series(1, VALUE.index), "budget": 2}
BOARD = pd.DataFrame(
    [[0.6, 0.1, 0.3], [0.1, 0.6, 0.3], [0.5, 0.2, 0.3]], ["x", "y", "z"], VALUE.columns
)


@pytest.fixture(scope="module")
def found():
    return dissent.dissent_map(PROBLEM, VALUE, BOARD)


class TestSmallBoard:
    def test_each_list_is_the_best_by_the_own_weights(self, found):
        for member, weights in BOARD.iterrows():
            best = selection.choose(VALUE @ weights, **PROBLEM, gap=0).selected
            assert found.lists[member].tolist() == best.tolist()
        assert (found.gaps == 0).all()

    def test_core_and_what_divides(self, found):
        assert found.core == ["roof"]
        assert found.divides["funded_by"].to_dict() == {"bus": ("x", "z"), "lamps": ("y",)}
        assert found.divides["left_out_by"].to_dict() == {"bus": ("y",), "lamps": ("x", "z")}
        assert found.divides["together"].to_dict() == {"bus": True, "lamps": False}

    def test_what_all_agree_on_changes_nothing_and_says_so(self, found):
        row = found.criteria.loc["risk"]
        assert not row["matters"]
        assert row["says"] == "risk is agreed (30 %), and changes nothing"

    def test_what_matters_says_what_changes(self, found):
        row = found.criteria.loc["savings"]
        assert row["matters"] and (row["entered"], row["left"]) == (("lamps",), ("bus",))
        assert (row["low_by"], row["high_by"]) == ("x", "y")
        assert row["says"] == (
            "savings is contested (10 % to 60 %), and at 60 % lamps comes in and bus drops out"
        )

    def test_projects_are_called_by_name(self):
        names = pd.Series({"lamps": "Street lamps", "bus": "Bus <lanes>\n"})
        found = dissent.dissent_map(PROBLEM, VALUE, BOARD, names=names)
        assert (
            "Street lamps comes in and Bus <lanes> drops out"
            in found.criteria.at["savings", "says"]
        )

    def test_trade_offs_keep_all_else_fixed(self):
        found = dissent.trade_offs(PROBLEM, VALUE, BOARD)
        assert found["matters"].to_dict() == {
            ("reach", "savings"): True,
            ("reach", "risk"): True,
            ("savings", "risk"): False,
        }
        assert found.loc[[("reach", "savings")], "low"].item() == pytest.approx(1 / 7)

    def test_combined_weights_may_be_others_than_the_mean(self):
        median = group.median_weights(BOARD)
        found = dissent.dissent_map(PROBLEM, VALUE, BOARD, together=median)
        assert found.together.tolist() == pytest.approx(median.tolist())

    def test_one_member_disagrees_with_nobody(self):
        found = dissent.dissent_map(PROBLEM, VALUE, BOARD.iloc[:1])
        assert found.divides.empty and not found.criteria["matters"].any()

    @pytest.mark.parametrize("act, words", [
        (lambda: dissent.dissent_map(PROBLEM, VALUE, BOARD * 2), "each row must sum to 1"),
        (lambda: dissent.dissent_map(PROBLEM, VALUE[["reach"]], BOARD), "weights: labels must be those of values"),
        (lambda: dissent.dissent_map(PROBLEM, VALUE, BOARD.set_axis(["x", "y", "together"])), "no member can be called 'together'"),
        (lambda: dissent.dissent_map(PROBLEM, VALUE, BOARD, together=BOARD.iloc[0] * 2), "together: must sum to 1"),
        (lambda: dissent.trade_offs(PROBLEM, VALUE, BOARD, pairs=[("reach", "cost")]), "pairs: 'cost' not among"),
        (lambda: interests(("Zed", "bus")), "interests: 'Zed' gave no weights"),
        (lambda: interests(("x", "all")), "no project can be called 'all'"),
        (lambda: interests(("x", "bus"), ("y", "bus"), ("z", "roof")), "nobody is left for 'none declared'"),
        (lambda: dissent.what_changed(mapped(BOARD), mapped(BOARD.set_axis(list("uvw")))), "no member took part in both"),
    ])  # fmt: skip
    def test_refusals(self, act, words):
        with pytest.raises(InputError, match=words):
            act()


def mapped(board):
    return dissent.dissent_map(PROBLEM, VALUE, board)


def interests(*declared, **more):
    table = pd.DataFrame(declared, columns=["member", "project"])
    return dissent.with_and_without(PROBLEM, VALUE, BOARD, table, **more)


class TestInterests:
    def test_weights_and_list_with_and_without_those_members(self):
        weights, changes = interests(("x", "bus"), ("z", "bus"), ("x", "shed"))
        assert weights.loc["all"].tolist() == pytest.approx([0.4, 0.3, 0.3])
        assert weights.loc["bus"].tolist() == BOARD.loc["y"].tolist()
        assert weights.loc["shed"].tolist() == BOARD.loc[["y", "z"]].mean().tolist()
        assert changes["without"].to_dict() == {
            "all": (), "bus": ("x", "z"), "shed": ("x",), "none declared": ("x", "z"),
        }  # fmt: skip
        assert changes.loc["bus", ["entered", "left"]].tolist() == [("lamps",), ("bus",)]
        assert changes.loc["all", ["entered", "left"]].tolist() == [(), ()]

    def test_nobody_declared_any(self):
        weights, changes = interests()
        assert weights.index.tolist() == ["all", "none declared"]
        assert changes["entered"].tolist() == [(), ()]

    def test_combined_as_the_board_combines(self):
        weights, _ = interests(("x", "bus"), combine=group.geometric_weights)
        assert weights.loc["all"].tolist() == pytest.approx(group.geometric_weights(BOARD).tolist())


class TestSecondRound:
    def test_who_moved_on_what_and_what_it_did_to_the_lists(self):
        after = BOARD.copy()
        after.loc["y"] = [0.5, 0.2, 0.3]
        changed = dissent.what_changed(mapped(BOARD), mapped(after.drop("z")))
        assert changed.index.tolist() == ["x", "y", "together"]
        assert changed.loc["x", ["moved", "entered", "left"]].tolist() == [0, (), ()]
        assert changed.at["y", "moved"] == pytest.approx(0.4)
        assert changed.at["y", "criterion"] in ("reach", "savings")
        assert abs(changed.at["y", "by"]) == pytest.approx(0.4)
        assert changed.loc["y", ["entered", "left"]].tolist() == [("bus",), ("lamps",)]

    def test_names_can_be_taken_off(self):
        hidden = dissent.unnamed(BOARD, seed=3)
        assert hidden.index.tolist() == ["Member 1", "Member 2", "Member 3"]
        assert sorted(map(tuple, hidden.to_numpy())) == sorted(map(tuple, BOARD.to_numpy()))
        orders = {tuple(dissent.unnamed(BOARD, seed=seed)["reach"]) for seed in range(20)}
        assert len(orders) > 1


@settings(max_examples=6)
@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=4, max_size=4),
       st.lists(st.lists(st.integers(1, 9), min_size=3, max_size=3), min_size=2, max_size=3))  # fmt: skip
def test_between_the_ends_a_criterion_that_changes_nothing_changes_nothing(values, points):
    values = pd.DataFrame(values, VALUE.index, VALUE.columns, dtype=float)
    values += np.arange(12).reshape(4, 3) ** 2 / 977  # no ties
    board = pd.DataFrame(points, columns=VALUE.columns, dtype=float)
    board = board.div(board.sum(axis=1), axis=0)
    found = dissent.dissent_map(PROBLEM, values, board)
    together = aggregate_weights(board)
    pairs = list(itertools.combinations(VALUE.index, 2))
    for criterion, row in found.criteria.iterrows():
        others = together.drop(criterion) / together.drop(criterion).sum()
        for share in np.linspace(row["low"], row["high"], 5):
            moved = pd.concat([others * (1 - share), pd.Series({criterion: share})])
            worth = (values * moved).sum(axis=1)
            best = max(worth[list(pair)].sum() for pair in pairs)
            held = worth[found.lists[dissent.TOGETHER]].sum()
            if not row["matters"]:
                assert held == pytest.approx(best, abs=1e-9)


@pytest.fixture(scope="module")
def stated(northmere):
    return dissent.value_by_criterion(northmere, read_settings(example_folder()))


@pytest.fixture(scope="module")
def board(northmere):
    return group.ballot_weights(northmere.ballots)


@pytest.fixture(scope="module")
def differing(stated, board, northmere):
    return dissent.dissent_map(*stated, board, names=northmere.projects["name"])


class TestNorthmere:
    def test_value_is_linear_in_the_weights(self, stated, board):
        problem, values = stated
        found = values @ aggregate_weights(board)
        assert (found - problem["value"]).abs().max() < 1e-12

    def test_they_differ_on_risk_and_it_changes_nothing(self, differing):
        risk = differing.criteria.loc["risk"]
        assert risk["high"] > 5 * risk["low"]
        assert risk["says"] == "risk is contested (4 % to 22 %), and changes nothing"

    def test_they_differ_on_savings_against_access_and_it_changes_three(
        self, differing, stated, board
    ):
        assert set(differing.divides.index) == THREE
        differ = differing.lists[SAVER] != differing.lists[EQUALISER]
        assert set(differ.index[differ]) == THREE
        against = dissent.trade_offs(*stated, board, pairs=[("savings", "access")]).iloc[0]
        assert (against["low_by"], against["high_by"]) == (EQUALISER, SAVER)
        assert set(against["entered"]) | set(against["left"]) == THREE

    def test_the_core_is_funded_by_all_and_proven(self, differing):
        assert differing.lists.loc[differing.core].all(axis=None)
        assert len(differing.core) == 16
        assert "fire-safety" in differing.core  # mandatory, though it ranks low
        assert (differing.gaps == 0).all()
