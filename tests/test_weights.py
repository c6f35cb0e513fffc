"""Weights: published numbers, limiting cases, invariants and refusals."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmo_lib import weights
from pmo_lib.checks import InputError


def judgements(rows, names=None):
    names = list(names or "abcdefghijklmno"[: len(rows)])
    return pd.DataFrame(rows, names, names)


def seen(rows):
    return pd.DataFrame(rows, columns=[f"c{j}" for j in range(len(rows[0]))])


def close(found, expected, tolerance):
    return found.to_numpy() == pytest.approx(np.array(expected, dtype=float), abs=tolerance)


@st.composite
def random_judgements(draw, least=2, most=6):
    n = draw(st.integers(least, most))
    matrix = np.ones((n, n))
    for i, j in itertools.combinations(range(n), 2):
        matrix[i, j] = draw(st.floats(1 / 9, 9))
        matrix[j, i] = 1 / matrix[i, j]
    return judgements(matrix)


class TestPublishedNumbers:
    def test_rank_order_centroid(self, case):
        published = case("roc_weights_n2_to_10")
        for n in published["inputs"]["n"]:
            found = weights.rank_order_centroid([f"c{i}" for i in range(n)])
            assert close(found, published["expected"][f"n{n}"], published["tolerance"])

    def test_rank_sum_and_reciprocal(self, case):
        published = case("rank_sum_reciprocal_weights")
        names = [f"c{i}" for i in range(published["inputs"]["n"])]
        for method in ("rank_sum", "rank_reciprocal"):
            found = getattr(weights, method)(names)
            assert close(found, published["expected"][method], published["tolerance"])

    @pytest.mark.parametrize(
        "name",
        [
            "ahp_3x3_closed_form",
            "ahp_perfectly_consistent_4x4",
            "ahp_saaty2008_drinks",
            "ahp_saaty2008_drinks_donegan_dodd",
        ],
    )
    def test_eigenvector(self, case, name):
        published = case(name)
        found = weights.pairwise_eigenvector(judgements(published["inputs"]["matrix"]))
        assert close(found, published["expected"]["weights"], published["tolerance"])

    def test_consistency_ratio_and_the_random_index_behind_it(self, case):
        for name, table in [
            ("ahp_3x3_closed_form", {"cr_ri058": 0.58, "cr_ri052": 0.52, "cr_ri04914": 0.4914}),
            ("ahp_perfectly_consistent_4x4", {"cr": 0.90}),
            ("ahp_saaty2008_drinks", {"cr": 1.35}),
            ("ahp_saaty2008_drinks_donegan_dodd", {"cr": 1.2519}),
        ]:
            published = case(name)
            asked = judgements(published["inputs"]["matrix"])
            ours = weights.consistency_ratio(asked) * weights.RANDOM_INDEX[len(asked)]
            for key, index in table.items():
                wanted = pytest.approx(published["expected"][key], abs=published["tolerance"])
                assert ours / index == wanted

    def test_principal_eigenvalue_behind_the_consistency_ratio(self, case):
        for name in ("ahp_3x3_closed_form", "ahp_perfectly_consistent_4x4"):
            published = case(name)
            asked, n = (
                judgements(published["inputs"]["matrix"]),
                len(published["inputs"]["matrix"]),
            )
            index = weights.consistency_ratio(asked) * weights.RANDOM_INDEX[n] * (n - 1)
            assert n + index == pytest.approx(published["expected"]["lambda_max"], abs=1e-9)

    def test_true_eigenvalue_and_not_that_of_column_means(self, case):
        published = case("ahp_jmcdm_8x8_consistency")
        found = weights.consistency_ratio(judgements(published["inputs"]["matrix"]))
        assert found == pytest.approx(0.0707, abs=5e-5)  # the case's note, eigenvalue 8.69820
        assert found != pytest.approx(published["expected"]["cr"], abs=1e-3)
        assert weights.RANDOM_INDEX[8] == published["inputs"]["ri"]

    def test_random_index_is_that_of_1980(self, case):
        published = case("ahp_random_index_tables")
        found = weights.RANDOM_INDEX[published["inputs"]["n"]].tolist()
        assert found == published["expected"]["saaty1980"]
        assert weights.RANDOM_INDEX.loc[11:].tolist() == [1.51, 1.48, 1.56, 1.57, 1.59]

    def test_eigenvector_and_geometric_mean_differ(self, case):
        published = case("ahp_eigen_vs_geometric_4x4")
        asked, expected = judgements(published["inputs"]["matrix"]), published["expected"]
        eigenvector, mean = (
            weights.pairwise_eigenvector(asked),
            weights.pairwise_geometric_mean(asked),
        )
        assert close(eigenvector, expected["eigenvector"], published["tolerance"])
        assert close(mean, expected["geometric_mean"], published["tolerance"])
        assert np.abs(eigenvector - mean).max() > 5e-3

    def test_group_judgements(self, case):
        published = case("ahp_group_aij_geometric_mean")
        members = [judgements(matrix) for matrix in published["inputs"]["matrices"]]
        group = weights.aggregate_judgements(members)
        assert close(group, published["expected"]["aggregated"], published["tolerance"])
        found = weights.pairwise_eigenvector(group)
        assert close(found, published["expected"]["weights"], published["tolerance"])

    def test_hierarchy(self, case):
        published = case("ahp_haas_meixner_cars_full")
        inputs, expected = published["inputs"], published["expected"]
        cars, criteria = inputs["cars"], inputs["criteria"]
        top = weights.pairwise_eigenvector(judgements(inputs["criteria_matrix"], criteria))
        local = pd.DataFrame(
            {
                "style": weights.pairwise_eigenvector(judgements(inputs["style"], cars)),
                "rel": weights.pairwise_eigenvector(judgements(inputs["reliability"], cars)),
                "gas": weights.normalise(pd.Series(inputs["mpg"], cars)),
            }
        )
        assert close(top, expected["criteria_weights"], published["tolerance"])
        assert close(local["style"], expected["style_weights"], published["tolerance"])
        assert close(local["rel"], expected["reliability_weights"], published["tolerance"])
        assert close(local @ top, expected["global_weights"], published["tolerance"])

    def test_measured_points(self, case):
        published = case("ahp_haas_meixner_fuel")
        found = weights.normalise(pd.Series(published["inputs"]["values"]))
        assert close(found, published["expected"]["weights"], published["tolerance"])

    def test_incomplete_judgements(self, case):
        published = case("ahp_incomplete_bozoki2010_4x4")
        names, expected = published["inputs"]["names"], published["expected"]
        asked = pd.DataFrame(np.nan, names, names)
        for first, second, answer in published["inputs"]["comparisons"]:
            asked.loc[first, second] = answer
        complete = weights.complete_judgements(asked)
        assert complete.loc["c", "d"] == pytest.approx(
            expected["missing_value"], abs=published["tolerance"]
        )
        assert complete.loc["c", "d"] == pytest.approx((8 / 15) ** 0.5, abs=1e-9)
        found = weights.pairwise_eigenvector(complete)
        assert close(found, expected["weights"], published["tolerance"])
        ratio = weights.consistency_ratio(complete) * 0.90 / 0.8286  # the case's random index
        assert ratio == pytest.approx(expected["cr"], abs=published["tolerance"])

    @pytest.mark.parametrize("name", ["lee_chang2018", "skc_2x2", "xu2004", "zavadskas2016"])
    def test_entropy(self, case, name):
        published = case(f"entropy_{name}")
        found = weights.entropy(seen(published["inputs"]["matrix"]))
        assert close(found, published["expected"]["weights"], published["tolerance"])

    def test_critic(self, case):
        published = case("critic_diakoulaki1995")
        data = seen(published["inputs"]["matrix"])
        more = pd.Series("more", data.columns)
        assert close(
            weights.critic(data, direction=more),
            published["expected"]["weights"],
            published["tolerance"],
        )

    def test_kendalls_w(self, case):
        published = case("kendall_w_concordance")
        found = weights.kendalls_w(seen(published["inputs"]["ranks"]))
        assert found == pytest.approx(published["expected"]["W"], abs=published["tolerance"])


class TestPointsAndOrders:
    def test_points_keep_their_ratios_and_order(self):
        found = weights.normalise(pd.Series({"b": 30, "a": 10}, name="points"))
        assert found.to_dict() == {"b": 0.75, "a": 0.25}
        assert found.name == "weight"

    def test_points_need_a_positive_finite_sum(self):
        with pytest.raises(InputError, match="points: must add up to a positive finite number"):
            weights.normalise(pd.Series({"a": 0, "b": 0}))
        with pytest.raises(InputError, match="got inf"):
            weights.normalise(pd.Series({"a": 1e308, "b": 1e308}))

    @pytest.mark.parametrize("method", ["rank_order_centroid", "rank_sum", "rank_reciprocal"])
    @given(n=st.integers(1, 40))
    @settings(max_examples=20, deadline=None)
    def test_orders_give_falling_positive_weights(self, method, n):
        found = getattr(weights, method)([f"c{i}" for i in range(n)])
        assert found.sum() == pytest.approx(1)
        assert (found > 0).all()
        assert (found.diff().dropna() < 0).all()
        assert found.index.name == "criterion"

    @pytest.mark.parametrize("method", ["rank_order_centroid", "rank_sum", "rank_reciprocal"])
    def test_ties_have_equal_weights(self, method):
        found = getattr(weights, method)(["a", ("b", "c"), "d"])
        assert found["b"] == found["c"]
        assert found["a"] > found["b"] > found["d"]
        assert found.sum() == pytest.approx(1)
        assert getattr(weights, method)([("a", "b", "c")]).tolist() == pytest.approx([1 / 3] * 3)

    def test_tied_centroid_is_the_mean_of_the_corners_of_the_agreeing_weights(self):
        corners = pd.DataFrame(
            [[1, 0, 0, 0], [1 / 3, 1 / 3, 1 / 3, 0], [1 / 4] * 4], columns=list("abcd")
        )
        found = weights.rank_order_centroid(["a", ("b", "c"), "d"])
        pd.testing.assert_series_equal(found, corners.mean(), check_names=False)

    def test_ties_share_the_mean_of_their_places(self):
        assert weights.rank_sum([("a", "b"), "c"]).tolist() == pytest.approx(
            [5 / 12, 5 / 12, 1 / 6]
        )
        found = weights.rank_reciprocal([("a", "b"), "c"])
        assert found.tolist() == pytest.approx(np.array([3 / 4, 3 / 4, 1 / 3]) / (11 / 6))

    @pytest.mark.parametrize(
        ("ranking", "words"),
        [
            ("abc", "must be a list of labels, best first, got str"),
            (pd.Series({"a": 1, "b": 2}), "best first, got Series"),
            (3, "best first, got int"),
            ([], "each place must hold at least one label"),
            (["a", ()], "each place must hold at least one label"),
            (["a", "a"], "each criterion label must occur once, repeated: 'a'"),
            (["a", ("b", "a")], "repeated: 'a'"),
            (["a", None], r"a label or a tuple of tied ones, got nothing \(missing\)"),
            (["a", ["b", "c"]], "a label or a tuple of tied ones"),
            (["a", ("b", ("c", "d"))], "a label or a tuple of tied ones"),
        ],
    )
    def test_rankings_are_refused(self, ranking, words):
        with pytest.raises(InputError, match=f"ranking: .*{words}"):
            weights.rank_order_centroid(ranking)


class TestGroups:
    def test_weights_of_a_group_are_the_mean(self):
        board = pd.DataFrame([[0.7, 0.3], [0.1, 0.9]], ["chair", "treasurer"], ["a", "b"])
        assert weights.aggregate_weights(board).to_dict() == pytest.approx({"a": 0.4, "b": 0.6})

    def test_a_member_whose_weights_do_not_sum_to_1_is_named(self):
        board = pd.DataFrame([[0.7, 0.3], [1, 1]], ["chair", "treasurer"], ["a", "b"])
        with pytest.raises(
            InputError, match="each row must sum to 1, got 2 for member 'treasurer'"
        ):
            weights.aggregate_weights(board)

    def test_members_who_agree_give_their_own_judgements(self):
        own = judgements([[1, 3], [1 / 3, 1]]).astype(float)
        other = own.loc[["b", "a"], ["b", "a"]]
        pd.testing.assert_frame_equal(weights.aggregate_judgements([own, other]), own)

    def test_members_must_judge_the_same_criteria(self):
        with pytest.raises(InputError, match="judgements 2: labels must be those of judgements 1"):
            weights.aggregate_judgements(
                [judgements([[1, 2], [0.5, 1]]), judgements([[1, 2], [0.5, 1]], "ac")]
            )
        for nothing in ([], judgements([[1]]), None):
            with pytest.raises(InputError, match="must be a list of DataFrames"):
                weights.aggregate_judgements(nothing)

    def test_agreement_runs_from_0_to_1(self):
        assert weights.kendalls_w(seen([[1, 2, 3]] * 4)) == 1
        assert weights.kendalls_w(seen([[1, 2], [2, 1]])) == 0

    def test_agreement_with_ties_by_hand(self):
        # places 1.5 1.5 3 and 1 2 3: sums 2.5 3.5 6, S = 6.5, ties 2^3 - 2 = 6
        found = weights.kendalls_w(seen([[1, 1, 2], [1, 2, 3]]))
        assert found == pytest.approx(12 * 6.5 / (4 * 24 - 2 * 6))

    @pytest.mark.parametrize("places", [[1, 1, 3], [1.5, 1.5, 3], [10, 10, 70]])
    def test_only_the_order_of_a_member_counts(self, places):
        assert weights.kendalls_w(seen([places, [1, 1, 2]])) == pytest.approx(1)

    @pytest.mark.parametrize(
        ("rows", "words"),
        [
            ([[1, 2, 3]], "at least two members and two criteria"),
            ([[1], [1]], "at least two members and two criteria"),
            ([[1, 1], [2, 2]], "at least one member must prefer something"),
        ],
    )
    def test_agreement_is_refused_where_it_is_undefined(self, rows, words):
        with pytest.raises(InputError, match=words):
            weights.kendalls_w(seen(rows))


class TestJudgements:
    @given(random_judgements())
    @settings(max_examples=40, deadline=None)
    def test_weights_solve_the_eigenvalue_equation(self, asked):
        found = weights.pairwise_eigenvector(asked)
        ratios = (asked @ found) / found
        assert found.sum() == pytest.approx(1)
        assert ratios.to_numpy() == pytest.approx(ratios.iloc[0], rel=1e-9)
        assert weights.consistency_ratio(asked) >= 0

    @given(random_judgements(most=3))
    @settings(max_examples=40, deadline=None)
    def test_methods_agree_up_to_three_criteria(self, asked):
        eigenvector = weights.pairwise_eigenvector(asked)
        pd.testing.assert_series_equal(eigenvector, weights.pairwise_geometric_mean(asked))

    @given(st.lists(st.floats(0.01, 100), min_size=2, max_size=15))
    @settings(max_examples=40, deadline=None)
    def test_consistent_judgements_return_the_weights_behind_them(self, points):
        true = np.array(points) / sum(points)
        asked = judgements(true[:, None] / true)
        assert weights.pairwise_eigenvector(asked).to_numpy() == pytest.approx(true, rel=1e-9)
        assert weights.pairwise_geometric_mean(asked).to_numpy() == pytest.approx(true, rel=1e-9)
        assert weights.consistency_ratio(asked) == 0.0

    def test_judgements_in_a_circle_say_so(self):
        circle = judgements([[1, 9, 1 / 9], [1 / 9, 1, 9], [9, 1 / 9, 1]])
        assert weights.pairwise_eigenvector(circle).tolist() == pytest.approx([1 / 3] * 3)
        assert weights.consistency_ratio(circle) > 6

    def test_labels_may_come_in_any_order(self):
        asked = judgements([[1, 2, 6], [1 / 2, 1, 4], [1 / 6, 1 / 4, 1]])
        turned = asked.loc[["c", "a", "b"], ["b", "c", "a"]]
        for method in (weights.pairwise_eigenvector, weights.pairwise_geometric_mean):
            found = method(turned)
            assert found.index.tolist() == ["c", "a", "b"]
            pd.testing.assert_series_equal(found.sort_index(), method(asked))
        assert weights.consistency_ratio(turned) == pytest.approx(weights.consistency_ratio(asked))

    def test_one_or_two_criteria_cannot_contradict(self):
        assert weights.pairwise_eigenvector(judgements([[1]])).to_dict() == {"a": 1.0}
        assert weights.consistency_ratio(judgements([[1]])) == 0.0
        assert weights.consistency_ratio(judgements([[1, 9], [1 / 9, 1]])) == 0.0
        found = weights.pairwise_eigenvector(judgements([[1, 9], [1 / 9, 1]]))
        assert found.tolist() == pytest.approx([0.9, 0.1])

    def test_rounding_to_three_decimals_passes_and_is_evened_out(self):
        rounded = judgements([[1, 3, 6], [0.333, 1, 2], [0.167, 0.5, 1]])
        exact = judgements([[1, 3, 6], [1 / 3, 1, 2], [1 / 6, 1 / 2, 1]])
        gap = weights.pairwise_eigenvector(rounded) - weights.pairwise_eigenvector(exact)
        assert np.abs(gap).max() < 1e-3
        pd.testing.assert_series_equal(
            weights.pairwise_eigenvector(rounded),
            weights.pairwise_eigenvector(1 / rounded.T),
        )

    def test_extreme_judgements_do_not_overflow(self):
        asked = judgements([[1, 1e200, 1e300], [1e-200, 1, 1e100], [1e-300, 1e-100, 1]])
        assert weights.pairwise_eigenvector(asked).tolist() == pytest.approx([1, 0, 0])
        assert weights.consistency_ratio(asked) == 0.0

    @pytest.mark.parametrize(
        ("asked", "words"),
        [
            (judgements([[1, 2], [1, 1]]), "each must be 1 over its opposite.*got 2 for row 'a'"),
            (judgements([[1, 3], [0.3, 1]]), "each must be 1 over its opposite"),
            (judgements([[2, 1], [1, 1]]), "1 on the diagonal, got 2"),
            (judgements([[1, 0], [0, 1]]), "each must be positive, got 0"),
            (judgements([[1, -2], [-0.5, 1]]), "each must be positive, got -2"),
            (judgements([[1, np.nan], [2, 1]]), "filled by complete_judgements, got nothing"),
            (judgements([[1, np.inf], [0, 1]]), "each must be a finite number, got inf"),
            (judgements([[1, "2"], [0.5, 1]]), "each must be a finite number, got '2'"),
            (
                pd.DataFrame([[1, 2]], ["a"], ["a", "b"]),
                "columns: labels must be those of the rows",
            ),
            (pd.DataFrame([[1, 2], [0.5, 1]]), None),
            ([[1, 2], [0.5, 1]], "must be a DataFrame, got list"),
        ],
    )
    def test_judgements_are_refused(self, asked, words):
        methods = (
            weights.pairwise_eigenvector,
            weights.pairwise_geometric_mean,
            weights.consistency_ratio,
            lambda asked: weights.aggregate_judgements([asked, asked]),
        )
        for method in methods:
            if words is None:
                method(asked)
                continue
            with pytest.raises(InputError, match=words):
                method(asked)

    def test_the_random_index_ends_at_15(self):
        assert weights.consistency_ratio(judgements(np.ones((15, 15)))) == 0.0
        big = pd.DataFrame(np.ones((16, 16)))
        assert weights.pairwise_eigenvector(big).tolist() == pytest.approx([1 / 16] * 16)
        with pytest.raises(InputError, match="known for at most 15 criteria, got 16"):
            weights.consistency_ratio(big)


class TestCompletion:
    def test_complete_judgements_stay_as_they_are(self):
        asked = judgements([[1, 3], [1 / 3, 1]])
        pd.testing.assert_frame_equal(weights.complete_judgements(asked), asked.astype(float))

    def test_one_side_of_a_pair_is_enough(self):
        asked = judgements([[np.nan, 4], [np.nan, np.nan]])
        found = weights.complete_judgements(asked)
        assert found.to_numpy() == pytest.approx(np.array([[1, 4], [0.25, 1]]))

    def test_a_chain_is_completed_without_contradiction(self):
        rows = np.full((5, 5), np.nan)
        for i, ratio in enumerate([2, 3, 0.5, 4]):
            rows[i, i + 1] = ratio
        found = weights.complete_judgements(judgements(rows))
        assert found.loc["a", "e"] == pytest.approx(12, rel=1e-7)
        assert weights.consistency_ratio(found) == pytest.approx(0, abs=1e-9)

    @given(random_judgements(least=4, most=6), st.randoms(use_true_random=False))
    @settings(max_examples=25, deadline=None)
    def test_no_other_completion_contradicts_less(self, full, random):
        pairs = list(itertools.combinations(full.index, 2))
        unasked = random.sample([pair for pair in pairs if "a" not in pair], 2)
        asked = full.copy()
        for first, second in unasked:
            asked.loc[first, second] = asked.loc[second, first] = np.nan
        best = weights.complete_judgements(asked)
        given = asked.notna()
        pd.testing.assert_frame_equal(best[given], asked)
        assert (best * best.T).to_numpy() == pytest.approx(1)
        least = weights.consistency_ratio(best)
        for first, second in unasked:
            for factor in (0.99, 1.01):
                other = best.copy()
                other.loc[first, second] *= factor
                other.loc[second, first] /= factor
                assert weights.consistency_ratio(other) >= least - 1e-12

    def test_unlinked_groups_are_named(self):
        rows = np.full((4, 4), np.nan)
        rows[0, 1], rows[2, 3] = 2, 3
        with pytest.raises(InputError, match=r"unlinked groups \('a', 'b'\), \('c', 'd'\); ask"):
            weights.complete_judgements(judgements(rows))

    def test_refuses_the_same_judgements(self):
        with pytest.raises(InputError, match="each must be positive"):
            weights.complete_judgements(judgements([[1, 0], [np.nan, 1]]))
        with pytest.raises(InputError, match="1 over its opposite"):
            weights.complete_judgements(judgements([[1, 2], [2, 1]]))


class TestSpread:
    @pytest.fixture
    def data(self):
        return pd.DataFrame(
            {"reach": [5.0, 8, 2, 7], "cost": [3.0, 4, 1, 1], "risk": [1.0, 0, 2, 2]}
        )

    @pytest.fixture
    def direction(self):
        return pd.Series({"cost": "less", "risk": "less", "reach": "more"})

    def test_scale_does_not_count(self, data, direction):
        scaled = data * [1e9, 1e-9, 3]
        pd.testing.assert_series_equal(weights.entropy(scaled), weights.entropy(data))
        found = weights.critic(scaled.add([0, 5, -70]), direction=direction)
        pd.testing.assert_series_equal(found, weights.critic(data, direction=direction))

    @pytest.mark.parametrize("constant", [7.0, 0.0])
    def test_a_constant_criterion_gets_nothing_and_changes_nothing(self, data, direction, constant):
        wider = data.assign(flat=constant)
        direction = pd.concat([direction, pd.Series({"flat": "more"})])
        for found, alone in [
            (weights.entropy(wider), weights.entropy(data)),
            (
                weights.critic(wider, direction=direction),
                weights.critic(data, direction=direction.drop("flat")),
            ),
        ]:
            assert found["flat"] == 0.0
            pd.testing.assert_series_equal(found.drop("flat"), alone)

    def test_direction_counts_in_critic(self, data, direction):
        turned = data.assign(cost=-data["cost"], risk=-data["risk"])
        more = pd.Series("more", data.columns)
        pd.testing.assert_series_equal(
            weights.critic(data, direction=direction), weights.critic(turned, direction=more)
        )
        gap = weights.critic(data, direction=direction) - weights.critic(data, direction=more)
        assert np.abs(gap).max() > 0.01

    def test_critic_by_its_definition(self, data, direction):
        scaled = (data - data.min()) / (data.max() - data.min())
        scaled[["cost", "risk"]] = 1 - scaled[["cost", "risk"]]
        information = scaled.std() * (1 - scaled.corr()).sum()
        found = weights.critic(data, direction=direction)
        pd.testing.assert_series_equal(found, information / information.sum(), check_names=False)

    def test_entropy_of_nearly_equal_levels_is_not_noise(self):
        gap = np.array([0, 1, 2, 3])
        data = pd.DataFrame({"a": 1 + 1e-7 * gap, "b": 1 + 2e-7 * gap})
        assert weights.entropy(data).tolist() == pytest.approx([0.2, 0.8], abs=1e-6)

    def test_a_single_criterion_that_varies_takes_all(self, data, direction):
        flat = data.assign(cost=1.0, risk=0.0)
        assert weights.entropy(flat).tolist() == [1, 0, 0]
        assert weights.critic(flat, direction=direction).tolist() == [1, 0, 0]

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (seen([[1, 2]]), "at least two projects, got 1"),
            (seen([[1, 2], [1, 2]]), "at least one criterion must vary, all are constant"),
        ],
    )
    def test_data_that_do_not_separate_are_refused(self, data, words):
        with pytest.raises(InputError, match=words):
            weights.entropy(data)
        with pytest.raises(InputError, match=words):
            weights.critic(data, direction=pd.Series("more", data.columns))

    def test_entropy_needs_a_true_zero(self):
        with pytest.raises(InputError, match="each must be at least 0, got -1"):
            weights.entropy(seen([[1, 2], [-1, 3]]))

    def test_critic_needs_some_disagreement(self):
        data = seen([[1, 10], [2, 20], [4, 40]])
        with pytest.raises(InputError, match="must not all rise and fall together"):
            weights.critic(data, direction=pd.Series("more", data.columns))
        opposed = weights.critic(data, direction=pd.Series({"c0": "more", "c1": "less"}))
        assert opposed.tolist() == pytest.approx([0.5, 0.5])
