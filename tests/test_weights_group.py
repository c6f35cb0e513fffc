"""What a group makes of its members' weights: combined, compared, far apart."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmo_lib import weights
from pmo_lib.checks import InputError
from pmo_lib.weights import group

NAN = float("nan")
COMBINE = [weights.aggregate_weights, group.geometric_weights, group.median_weights]
BOARD = pd.DataFrame(
    [[0.5, 0.3, 0.2], [0.2, 0.2, 0.6], [0.4, 0.5, 0.1]], ["x", "y", "z"], ["a", "b", "c"]
)


def name_of(function):
    return function.__name__


def rows(*answers, member="Bob", kind="points"):
    table = [(member, kind, *answer) for answer in answers]
    return pd.DataFrame(table, columns=["member", "kind", "first", "second", "answer"])


@st.composite
def boards(draw, least=2):
    n, c = draw(st.integers(least, 6)), draw(st.integers(2, 6))
    points = draw(
        st.lists(st.lists(st.floats(0.01, 1), min_size=c, max_size=c), min_size=n, max_size=n)
    )
    table = pd.DataFrame(points, [f"m{i}" for i in range(n)], [f"c{j}" for j in range(c)])
    return table.div(table.sum(axis=1), axis=0)


class TestBallots:
    def test_each_kind_makes_its_own_weights(self):
        ballots = pd.concat(
            [
                rows(("a", None, 2), ("b", None, 1), ("c", None, 1), member="p", kind="points"),
                rows(("b", None, 50), ("a", None, 100), ("c", None, 0), member="s", kind="swing"),
                rows(("a", None, 1), ("b", None, 2), ("c", None, 2), member="o", kind="order"),
                rows(("a", "b", 2), ("c", "b", 1), member="w", kind="pairwise"),
            ]
        )
        found = group.ballot_weights(ballots)
        assert found.loc["p"].tolist() == [0.5, 0.25, 0.25]
        assert found.loc["s"].tolist() == pytest.approx([2 / 3, 1 / 3, 0])
        expected = weights.rank_order_centroid(["a", ("b", "c")])
        assert found.loc["o"].tolist() == pytest.approx(expected.tolist())
        assert found.loc["w"].tolist() == pytest.approx([0.5, 0.25, 0.25])

    @pytest.mark.parametrize(
        "ballots, words",
        [
            (rows(("a", None, 1)), "ballot of 'Bob': answers: 'b' not answered"),
            (rows(("a", None, 1), ("b", None, NAN)), "answers: 'b' not answered"),
            (rows(("a", None, 1), ("a", None, 2), ("b", None, 1)), "repeated: 'a'"),
            (rows(("a", None, 0), ("b", None, 0)), "must add up to a positive"),
            (rows(("a", None, -1), ("b", None, 2)), "at least 0"),
            (rows(("a", None, 1), ("x", None, 2)), "'x' not among 'a', 'b'"),
            (rows(("a", None, 1), kind="guess"), "must be of one kind"),
            (pd.concat([rows(("a", None, 1)), rows(("b", None, 1), kind="swing")]), "of one kind"),
            (rows(("a", "b", 0), kind="pairwise"), "must be positive"),
            (
                rows(("a", "b", 2), ("b", "a", 2), kind="pairwise"),
                "each pair label must occur once",
            ),
            (rows(("a", None, 2), kind="pairwise"), "not among"),
            (rows(), "at least one ballot, got none"),
        ],
    )
    def test_what_makes_no_weights_is_refused_by_name(self, ballots, words):
        with pytest.raises(InputError, match=words):
            group.ballot_weights(ballots, labels=pd.Index(["a", "b"]))

    def test_one_round_at_a_time(self):
        ballots = pd.concat([rows(("a", None, 1)).assign(round=r) for r in "12"])
        with pytest.raises(InputError, match="must be of one round, found '1', '2'; take one"):
            group.ballot_weights(ballots)

    def test_all_such_members_are_named_at_once(self):
        ballots = pd.concat([rows(("a", None, 1)), rows(("b", None, 1), member="Eve")])
        with pytest.raises(InputError) as told:
            group.ballot_weights(ballots)
        assert [p[:15] for p in told.value.problems] == ["ballot of 'Bob'", "ballot of 'Eve'"]


class TestCombining:
    @pytest.mark.parametrize("combine", COMBINE, ids=name_of)
    def test_members_who_agree_keep_their_weights(self, combine):
        same = BOARD.iloc[[0, 0, 0]].set_axis(BOARD.index)
        assert combine(same).tolist() == pytest.approx([0.5, 0.3, 0.2])

    @pytest.mark.parametrize("combine", COMBINE, ids=name_of)
    @given(board=boards(3))
    @settings(max_examples=15)
    def test_weights_sum_to_1_whatever_the_order_of_members(self, combine, board):
        found = combine(board)
        assert found.sum() == pytest.approx(1) and (found >= 0).all()
        assert found.name == "weight"
        pd.testing.assert_series_equal(combine(board.iloc[::-1]), found)

    @pytest.mark.parametrize("combine", COMBINE, ids=name_of)
    def test_counting_twice_is_being_there_twice(self, combine):
        twice = pd.concat([BOARD, BOARD.loc[["x"]].set_axis(["x again"])])
        counts = pd.Series({"y": 1, "x": 2, "z": 1})
        expected = combine(twice)
        pd.testing.assert_series_equal(combine(BOARD, member_weights=counts), expected)

    @pytest.mark.parametrize("combine", COMBINE, ids=name_of)
    def test_members_count_by_their_role(self, combine):
        roles = pd.Series({"x": "chair", "y": "member", "z": "observer"})
        counts = roles.map({"chair": 1, "member": 0, "observer": 0})
        assert combine(BOARD, member_weights=counts).tolist() == pytest.approx([0.5, 0.3, 0.2])

    def test_by_hand(self):
        assert weights.aggregate_weights(BOARD).tolist() == pytest.approx([1.1 / 3, 1 / 3, 0.3])
        roots = np.cbrt([0.04, 0.03, 0.012])
        assert group.geometric_weights(BOARD).tolist() == pytest.approx(list(roots / roots.sum()))
        middle = np.array([0.4, 0.3, 0.2]) / 0.9
        assert group.median_weights(BOARD).tolist() == pytest.approx(list(middle))

    def test_an_even_group_takes_the_middle_of_the_two_middle_ones(self):
        board = pd.DataFrame([[0.8, 0.2], [0.6, 0.4]], ["x", "y"], ["a", "b"])
        assert group.median_weights(board).tolist() == pytest.approx([0.7, 0.3])

    def test_the_geometric_mean_agrees_with_that_of_judgements(self):
        members = [
            pd.DataFrame(np.outer(w, 1 / w), list("abc"), list("abc")) for w in BOARD.to_numpy()
        ]
        counts = [2.0, 1.0, 1.0]
        expected = weights.pairwise_eigenvector(
            weights.aggregate_judgements(members, member_weights=counts)
        )
        found = group.geometric_weights(BOARD, member_weights=pd.Series(counts, BOARD.index))
        assert found.tolist() == pytest.approx(expected.tolist())

    @pytest.mark.parametrize(
        "act, words",
        [
            (lambda: group.geometric_weights(pd.DataFrame(np.eye(2), ["x", "y"], ["a", "b"])), "no weight is left"),
            (lambda: group.median_weights(pd.DataFrame(np.eye(3), BOARD.index, BOARD.columns)), "must add up to a positive"),
            (lambda: group.median_weights(BOARD, member_weights=pd.Series({"x": 1})), "member_weights: labels must be those of weights; missing 'y', 'z'"),
            (lambda: weights.aggregate_weights(BOARD, member_weights=pd.Series({"x": 0, "y": 0, "z": 0})), "positive"),
            (lambda: weights.aggregate_judgements([BOARD], member_weights=[1, 2]), "must be 1, one for each member, got 2"),
        ],
    )  # fmt: skip
    def test_refusals(self, act, words):
        with pytest.raises(InputError, match=words):
            act()

    @pytest.mark.parametrize("function", [*COMBINE, group.agreement, group.distances], ids=name_of)
    @pytest.mark.parametrize(
        "change, words",
        [
            (lambda b: b * 2, "each row must sum to 1, got 2 for member 'x'"),
            (lambda b: b.replace(0.6, NAN), "finite number"),
            (lambda b: b.replace(0.6, -0.6), "at least 0"),
            (lambda b: b.set_axis(["x", "x", "z"]), "each row label must occur once"),
            (lambda b: b.astype(object).replace(0.6, "much"), "finite number, got 'much'"),
            (lambda b: b["a"], "must be a DataFrame"),
        ],
    )
    def test_bad_weights_are_refused(self, function, change, words):
        with pytest.raises(InputError, match=words):
            function(change(BOARD))


class TestComparing:
    @given(boards())
    @settings(max_examples=25)
    def test_mean_agreement_is_that_of_kendalls_w(self, board):
        if board.nunique(axis=1).min() < board.shape[1]:
            return
        m, found = len(board), group.agreement(board)
        expected = (m * weights.kendalls_w(board.rank(axis=1)) - 1) / (m - 1)
        apart = found.to_numpy()[np.triu_indices(m, 1)]
        assert apart.mean() == pytest.approx(expected)
        assert np.diag(found) == pytest.approx(1)

    def test_who_ties_everything_neither_agrees_nor_not(self):
        board = pd.DataFrame([[0.5, 0.5], [0.4, 0.6]], ["x", "y"], ["a", "b"])
        assert np.isnan(group.agreement(board).loc["x", "y"])

    def test_distances_by_hand_farthest_first(self):
        found = group.distances(BOARD)
        assert found[["member", "other", "criterion"]].values.tolist() == [
            ["y", "z", "c"],
            ["x", "y", "c"],
            ["x", "z", "b"],
        ]
        assert found["distance"].tolist() == pytest.approx([0.5, 0.4, 0.2])
        assert found["difference"].tolist() == pytest.approx([0.5, -0.4, -0.2])

    def test_one_member_is_far_from_nobody(self):
        assert group.distances(BOARD.iloc[:1]).empty
