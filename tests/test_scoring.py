"""Scores and ranks: published numbers, limiting cases, invariants and refusals."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmo_lib import scoring, value, weights
from pmo_lib.checks import InputError


def frame(rows):
    columns = pd.Index([f"c{j}" for j in range(len(rows[0]))], name="criterion")
    return pd.DataFrame(rows, [f"p{i}" for i in range(len(rows))], columns)


def series(numbers):
    return pd.Series(numbers, [f"c{j}" for j in range(len(numbers))])


def directions(types):
    return series(["more" if sign > 0 else "less" for sign in types])


def read(case, name):
    """Return performance, weights summing to 1, direction, expected numbers, tolerance."""
    published = case(name)
    inputs = published["inputs"]
    return (
        frame(inputs["matrix"]).astype(float),
        weights.normalise(series(inputs["weights"])),
        directions(inputs["types"]),
        published["expected"],
        published["tolerance"],
    )


def from_zero(performance):
    """Value in proportion to the largest level: x / max."""
    zero = pd.Series(0.0, performance.columns)
    return value.linear_value(performance, worst=zero, best=performance.max())


@st.composite
def scored(draw, least=1):
    """Values with many ties and weights, some of them 0."""
    n, c = draw(st.integers(least, 8)), draw(st.integers(1, 5))
    cells = st.sampled_from([0.0, 0.25, 0.3, 0.5, 1.0]) | st.floats(0, 1)
    rows = draw(st.lists(st.lists(cells, min_size=c, max_size=c), min_size=n, max_size=n))
    points = draw(
        st.lists(st.integers(0, 5), min_size=c, max_size=c).filter(lambda points: sum(points) > 0)
    )
    return frame(rows), weights.normalise(series(points))


class TestAdditiveValue:
    def test_published_sums_of_max_normalised_performance(self, case):
        performance, own, _, expected, tolerance = read(case, "saw_jmcdm_5x7")
        score = scoring.additive_value(from_zero(performance), own)
        assert score.tolist() == pytest.approx(expected["score"], abs=tolerance)
        order = scoring.rank(score).sort_values().index
        assert [int(name[1:]) + 1 for name in order] == expected["order"]

    def test_published_sums_where_a_cost_is_worth_the_least_over_itself(self, case):
        performance, own, direction, expected, tolerance = read(case, "saw_jmcdm_4x4")
        values = from_zero(performance)
        for criterion in direction.index[direction == "less"]:
            levels = performance[criterion].sort_values()
            points = pd.Series(levels.min() / levels.to_numpy(), levels.to_numpy())
            values[criterion] = value.piecewise_value(performance[criterion], points=points)
        score = scoring.additive_value(values, own)
        assert score.tolist() == pytest.approx(expected["score"], abs=tolerance)

    def test_published_sums_of_sum_normalised_performance(self, case):
        published = case("wsm_pymcdm_docstring")
        performance, own, direction, expected, tolerance = read(case, "wsm_pymcdm_docstring")
        upward = performance ** direction.map({"more": 1, "less": -1})
        score = scoring.additive_value(upward / upward.sum(), own) * sum(
            published["inputs"]["weights"]
        )
        assert score.tolist() == pytest.approx(expected["score"], abs=tolerance)

    def test_published_sums_of_raw_performance(self, case):
        performance, own, _, expected, tolerance = read(case, "wsm_raw_2x3")
        six = pd.Series(6.0, performance.columns)
        values = value.linear_value(performance, worst=0 * six, best=six)
        score = scoring.additive_value(values, own)
        assert (score * 6 * 3).tolist() == pytest.approx(expected["score"], abs=tolerance)
        assert scoring.rank(score).tolist() == expected["rank"]

    def test_weights_may_come_in_any_order(self):
        values = frame([[1, 0, 0.5], [0.2, 0.4, 0.6]])
        own = series([0.5, 0.3, 0.2])
        for function in (scoring.additive_value, scoring.weighted_values):
            turned = function(values, own.iloc[[2, 0, 1]])
            assert turned.equals(function(values, own))

    @given(scored())
    @settings(deadline=None)
    def test_score_is_the_sum_of_its_weighted_values_and_within_its_values(self, drawn):
        values, own = drawn
        score = scoring.additive_value(values, own)
        parts = scoring.weighted_values(values, own)
        assert score.name == "score"
        pd.testing.assert_series_equal(score, parts.sum(axis=1), check_names=False)
        pd.testing.assert_index_equal(parts.columns, values.columns)
        assert (score <= values.max(axis=1) + 1e-12).all()
        assert (score >= values.min(axis=1) - 1e-12).all()

    def test_all_weight_on_one_criterion_is_that_criterion(self):
        values = frame([[0.1, 0.9], [0.7, 0.2]])
        assert scoring.additive_value(values, series([0, 1])).tolist() == [0.9, 0.2]

    def test_arguments_are_not_changed_nor_shared(self):
        values, own = frame([[0.1, 0.9]]), series([0.5, 0.5])
        before = values.copy()
        found = scoring.weighted_values(values, own)
        found.iloc[0, 0] = 9
        pd.testing.assert_frame_equal(values, before)

    @pytest.mark.parametrize(
        ("values", "own", "words"),
        [
            (frame([[1.1, 0]]), series([0.5, 0.5]), r"lie in \[0, 1\], got 1.1 for row 'p0', crit"),
            (frame([[1, 0]]), series([2, 0]), "weights: must sum to 1, got 2"),
            (frame([[1, 0]]), series([1.5, -0.5]), "at least 0, got -0.5 for criterion 'c1'"),
            (frame([[1, 0]]), series([1]), "weights: labels must be those of values; missing 'c1'"),
            (frame([[1]]), series([0.5, 0.5]), "not in values: 'c1'"),
            (frame([[1, 0]]), [0.5, 0.5], "weights: must be a Series with labels, got list"),
            ([[1, 0]], series([0.5, 0.5]), "values: must be a DataFrame, got list"),
        ],
    )
    def test_refuses(self, values, own, words):
        for function in (scoring.additive_value, scoring.weighted_values):
            with pytest.raises(InputError, match=words):
                function(values, own)


class TestValueOverNotDoing:
    def test_not_doing_can_be_better(self):
        values = frame([[1, 0], [0.2, 0.5]])
        found = scoring.value_over_not_doing(values, series([0.5, 0.5]), series([0, 1]))
        assert found.tolist() == pytest.approx([0, -0.15])

    @given(scored())
    @settings(deadline=None)
    def test_over_the_worst_references_it_is_the_score(self, drawn):
        values, own = drawn
        found = scoring.value_over_not_doing(values, own, 0 * own)
        score = scoring.additive_value(values, own)
        pd.testing.assert_series_equal(found, score, check_names=False)

    @given(scored())
    @settings(deadline=None)
    def test_a_project_that_equals_not_doing_it_adds_exactly_nothing(self, drawn):
        values, own = drawn
        found = scoring.value_over_not_doing(values, own, values.iloc[0].iloc[::-1])
        assert found.iloc[0] == 0.0

    @pytest.mark.parametrize(
        ("not_doing", "words"),
        [
            (series([0, 1.2]), r"not_doing: each must lie in \[0, 1\], got 1.2 for criterion 'c1'"),
            (series([0, np.nan]), r"not_doing: .* got nothing \(missing\) for criterion 'c1'"),
            (series([0]), "not_doing: labels must be those of values; missing 'c1'"),
            (0, "not_doing: must be a Series with labels, got int"),
        ],
    )
    def test_refuses(self, not_doing, words):
        with pytest.raises(InputError, match=words):
            scoring.value_over_not_doing(frame([[1, 0]]), series([0.5, 0.5]), not_doing)


class TestRank:
    def test_ties_share_the_better_rank(self, case):
        published = case("rank_tie_conventions")
        found = scoring.rank(pd.Series(published["inputs"]["scores"]))
        assert found.tolist() == published["expected"]["min_competition"]
        assert found.dtype == "int64"
        assert found.name == "rank"

    def test_rounding_noise_ties_and_small_differences_do_not(self):
        assert scoring.rank(pd.Series([0.3, 0.1 + 0.2, 0.3 + 1e-9])).tolist() == [2, 2, 1]
        assert scoring.rank(pd.Series([1.0, 1e-17, 0.0, -1e-17])).tolist() == [1, 2, 2, 2]
        assert scoring.rank(pd.Series([0.0, -0.0, 0.0])).tolist() == [1, 1, 1]

    def test_whole_numbers_are_compared_exactly(self):
        money = pd.Series([4_000_000_001, 4_000_000_000, 2**62 + 1, 2**62, -(2**62)])
        assert scoring.rank(money).tolist() == [3, 4, 1, 2, 5]
        assert scoring.rank(money.astype("Int64")).tolist() == [3, 4, 1, 2, 5]
        assert scoring.rank(pd.Series([3, 2**63 + 1, 2**63], dtype="uint64")).tolist() == [3, 1, 2]

    @given(st.lists(st.integers(-50, 50), min_size=1, max_size=30))
    @settings(deadline=None)
    def test_rank_is_one_more_than_the_number_of_better_projects(self, scores):
        wanted = [1 + sum(other > own for other in scores) for own in scores]
        assert scoring.rank(pd.Series(scores)).tolist() == wanted
        assert scoring.rank(pd.Series(scores) / 7).tolist() == wanted

    def test_identical_projects_tie_at_any_size(self):
        rng = np.random.default_rng(3)
        values = pd.DataFrame(np.tile(rng.random(7), (1_001, 1)))
        own = pd.Series(rng.dirichlet(np.ones(7)))
        assert (scoring.rank(scoring.additive_value(values, own)) == 1).all()

    @pytest.mark.parametrize("bad", [np.nan, np.inf, "0.5", None])
    def test_refuses(self, bad):
        with pytest.raises(
            InputError, match=r"score: each must be a finite number, .* project 'b'"
        ):
            scoring.rank(pd.Series({"a": 1.0, "b": bad}))


class TestWeightedProduct:
    def test_published_scores(self, case):
        known = case("wpm_wikipedia")
        matrix = pd.DataFrame(known["inputs"]["matrix"], columns=list("abcd"))
        weights = pd.Series(known["inputs"]["weights"], list("abcd")) / 100
        more = pd.Series("more", list("abcd"))
        shares = matrix / matrix.sum()
        found = np.log10(scoring.weighted_product(shares, weights, direction=more))
        np.testing.assert_allclose(found, known["expected"]["score"], atol=known["tolerance"])
        raw = scoring.weighted_product(matrix, weights, direction=more)
        assert scoring.rank(raw).tolist() == known["expected"]["rank"]

    def test_nothing_on_one_criterion_is_nothing_at_all(self):
        table = pd.DataFrame({"a": [9.0, 1.0], "b": [0.0, 1.0]})
        how = {"weights": pd.Series({"a": 0.9, "b": 0.1})}
        more = pd.Series("more", list("ab"))
        assert scoring.weighted_product(table, **how, direction=more).tolist() == [0, 1]
        with pytest.raises(InputError, match="above 0 where less is better, got 0"):
            scoring.weighted_product(table, **how, direction=more.replace("more", "less"))
        with pytest.raises(InputError, match="each must be at least 0"):
            scoring.weighted_product(-table, **how, direction=more)


class TestTopsis:
    @pytest.mark.parametrize(
        "name", ["topsis_hwang_yoon_fighter", "topsis_jmcdm_3x4", "topsis_tzeng_huang_2011"]
    )
    def test_published_with_vector_normalisation(self, case, name):
        performance, own, direction, expected, tolerance = read(case, name)
        found = scoring.topsis(performance, own, direction=direction)
        assert found.tolist() == pytest.approx(expected["closeness"], abs=tolerance)
        if "rank" in expected:
            assert scoring.rank(found).tolist() == expected["rank"]

    def test_published_without_normalisation(self, case):
        performance, own, direction, expected, tolerance = read(case, "topsis_raw_2x3")
        undone = weights.normalise(own * np.sqrt((performance**2).sum()))
        found = scoring.topsis(performance, undone, direction=direction)
        assert found.tolist() == pytest.approx(expected["closeness"], abs=tolerance)

    def test_published_with_min_max_normalisation(self, case):
        performance, own, direction, expected, tolerance = read(case, "topsis_mountain_minmax")
        less = direction == "less"
        low, high = performance.min(), performance.max()
        values = value.linear_value(
            performance, worst=low.where(~less, high), best=high.where(~less, low)
        )
        undone = weights.normalise(own * np.sqrt((values**2).sum()))
        more = directions([1, 1])
        found = scoring.topsis(values, undone, direction=more)
        assert found.tolist() == pytest.approx(expected["closeness"], abs=tolerance)
        ours = scoring.topsis(performance, own, direction=direction)
        assert np.abs(ours - found).max() > 0.1  # another normalisation, another number

    @given(scored(least=2), st.integers(0, 2**32 - 1))
    @settings(deadline=None)
    def test_closeness_by_its_definition(self, drawn, seed):
        values, own = drawn
        signs = np.random.default_rng(seed).choice([-1, 1], len(own))
        found = scoring.topsis(values, own, direction=directions(signs))
        shares = values / values.max().replace(0, 1)  # so that tiny squares do not vanish
        length = np.sqrt((shares**2).sum()).replace(0, 1)
        scaled = shares / length * own * signs
        best, worst = scaled.max(), scaled.min()
        to_best = np.sqrt(((scaled - best) ** 2).sum(axis=1))
        to_worst = np.sqrt(((scaled - worst) ** 2).sum(axis=1))
        total = to_best + to_worst
        wanted = (to_worst / total.where(total > 0)).fillna(0.5)
        assert found.to_numpy() == pytest.approx(wanted.to_numpy(), abs=1e-9)
        assert found.between(0, 1).all()
        assert found.name == "closeness"

    def test_the_best_and_the_worst_project(self):
        performance = frame([[9.0, 1], [5, 5], [1, 9]])
        found = scoring.topsis(performance, series([0.5, 0.5]), direction=directions([1, -1]))
        assert found.iloc[[0, 2]].tolist() == [1, 0]

    def test_turning_every_direction_turns_closeness(self):
        performance = frame([[3.0, 10], [5, 20], [4, 70]])
        one = scoring.topsis(performance, series([0.4, 0.6]), direction=directions([1, -1]))
        other = scoring.topsis(performance, series([0.4, 0.6]), direction=directions([-1, 1]))
        pd.testing.assert_series_equal(one, 1 - other)

    @pytest.mark.parametrize("flat", [0.0, -4.0, 1e200])
    def test_a_constant_criterion_takes_no_part(self, flat):
        performance = frame([[3.0, flat, 10], [5, flat, 20], [4, flat, 70]])
        own, direction = series([0.2, 0.5, 0.3]), directions([1, -1, -1])
        found = scoring.topsis(performance, own, direction=direction)
        kept = ["c0", "c2"]
        alone = scoring.topsis(
            performance[kept], weights.normalise(own[kept]), direction=direction[kept]
        )
        pd.testing.assert_series_equal(found, alone)

    def test_units_do_not_count_however_large(self):
        performance = frame([[3.0, 10], [5, 20], [4, 70]])
        own, direction = series([0.4, 0.6]), directions([1, -1])
        plain = scoring.topsis(performance, own, direction=direction)
        for units in ([1e300, 1e-300], [4e9, 1e-9]):
            scaled = scoring.topsis(performance * units, own, direction=direction)
            pd.testing.assert_series_equal(scaled, plain)

    @pytest.mark.parametrize(
        "performance", [frame([[3.0, 4.0]]), frame([[3.0, 4.0]] * 5), frame([[0.0, 0.0]] * 2)]
    )
    def test_projects_that_nothing_separates_lie_half_way(self, performance):
        found = scoring.topsis(performance, series([0.5, 0.5]), direction=directions([1, -1]))
        assert (found == 0.5).all()


def pairwise_net_flow(performance, own, signs, lower, upper):
    """Compute the net flow pair by pair, as the method is defined."""
    n = len(performance)
    flow = np.zeros(n)
    for j, weight in enumerate(own):
        column = performance.iloc[:, j].to_numpy() * signs[j]
        lead = column[:, None] - column
        if lower[j] == upper[j]:
            preferred = (lead > lower[j]).astype(float)
        else:
            preferred = np.clip((lead - lower[j]) / (upper[j] - lower[j]), 0, 1)
        flow += weight * (preferred - preferred.T).sum(axis=1)
    return flow / max(n - 1, 1)


class TestPromethee:
    def test_published_usual_shape(self, case):
        performance, own, direction, expected, tolerance = read(case, "promethee2_usual_3x3")
        found = scoring.promethee_ii(performance, own, direction=direction)
        assert found.tolist() == pytest.approx(expected["net_flow"], abs=tolerance)
        flows = np.subtract(expected["phi_plus"], expected["phi_minus"])
        assert found.tolist() == pytest.approx(flows, abs=tolerance)

    @pytest.mark.parametrize(
        "name", ["promethee2_papathanasiou2018_linear", "promethee2_ziemba2019_sustainability"]
    )
    def test_published_linear_shape(self, case, name):
        performance, own, direction, expected, tolerance = read(case, name)
        inputs = case(name)["inputs"]
        found = scoring.promethee_ii(
            performance,
            own,
            direction=direction,
            indifference=series(inputs["q"]),
            preference=series(inputs["p"]),
        )
        assert found.tolist() == pytest.approx(expected["net_flow"], abs=tolerance)

    @given(scored(), st.integers(0, 2**32 - 1))
    @settings(max_examples=200, deadline=None)
    def test_sorting_equals_comparing_in_pairs(self, drawn, seed):
        values, own = drawn
        rng = np.random.default_rng(seed)
        signs = rng.choice([-1, 1], len(own))
        lower = rng.choice([0, 0.05, 0.2], len(own))
        upper = lower + rng.choice([0, 1e-3, 0.4], len(own))
        usual = scoring.promethee_ii(values, own, direction=directions(signs))
        zero = np.zeros(len(own))
        assert usual.to_numpy() == pytest.approx(
            pairwise_net_flow(values, own, signs, zero, zero), abs=1e-12
        )
        upper = np.where(upper == lower, np.where(lower == 0, 0, lower + 0.1), upper)
        linear = scoring.promethee_ii(
            values,
            own,
            direction=directions(signs),
            indifference=series(lower),
            preference=series(upper),
        )
        wanted = pairwise_net_flow(values, own, signs, lower, upper)
        assert linear.to_numpy() == pytest.approx(wanted, abs=1e-9)
        assert linear.sum() == pytest.approx(0, abs=1e-9)
        assert linear.name == "net_flow"

    def test_large_money_keeps_its_differences(self):
        rng = np.random.default_rng(5)
        performance = pd.DataFrame(4e12 + 1_000 * rng.random((400, 2)))
        own, q, p = pd.Series([0.5, 0.5]), pd.Series([10.0, 0]), pd.Series([200.0, 50])
        more = pd.Series(["more", "less"])
        found = scoring.promethee_ii(performance, own, direction=more, indifference=q, preference=p)
        wanted = pairwise_net_flow(performance, own, [1, -1], q, p)
        assert found.to_numpy() == pytest.approx(wanted, abs=1e-9)

    def test_thresholds_alone(self):
        performance, own, more = frame([[0.0], [1.0], [3.0]]), series([1.0]), directions([1])
        only_upper = scoring.promethee_ii(
            performance, own, direction=more, preference=series([4.0])
        )
        assert only_upper.tolist() == pytest.approx([-0.5, -0.125, 0.625])
        only_lower = scoring.promethee_ii(
            performance, own, direction=more, indifference=series([1.0])
        )
        assert only_lower.tolist() == [-0.5, -0.5, 1.0]  # a lead of 1 counts nothing, of 2 wholly

    def test_a_lead_equal_to_the_threshold_but_for_rounding_counts_nothing(self):
        performance = frame([[0.1], [0.8], [0.3]])  # 0.8 - 0.1 is above 0.7 in binary
        found = scoring.promethee_ii(
            performance, series([1.0]), direction=directions([1]), indifference=series([0.7])
        )
        assert found.tolist() == [0, 0, 0]

    def test_a_single_project_has_no_flow(self):
        found = scoring.promethee_ii(frame([[3.0]]), series([1.0]), direction=directions([-1]))
        assert found.tolist() == [0.0]

    def test_thirty_thousand_projects_need_no_pairs(self):
        rng = np.random.default_rng(7)
        performance = pd.DataFrame({"c0": rng.random(30_000)})
        found = scoring.promethee_ii(performance, series([1.0]), direction=directions([1]))
        place = performance["c0"].rank() - 1
        assert found.to_numpy() == pytest.approx((2 * place / 29_999 - 1).to_numpy())

    @pytest.mark.parametrize(
        ("thresholds", "words"),
        [
            ({"preference": series([1, -1])}, "preference: .* at least 0, got -1 for crit.* 'c1'"),
            ({"indifference": series([1])}, "indifference: labels must be those of performance"),
            ({"indifference": 1}, "indifference: must be a Series with labels, got int"),
            (
                {"indifference": series([2, 2]), "preference": series([3, 1])},
                "preference: each must be at least the indifference, got 1 for criterion 'c1'",
            ),
        ],
    )
    def test_thresholds_are_refused(self, thresholds, words):
        with pytest.raises(InputError, match=words):
            scoring.promethee_ii(
                frame([[1, 2]]), series([0.5, 0.5]), direction=directions([1, 1]), **thresholds
            )


class TestDominates:
    @given(scored())
    @settings(deadline=None)
    def test_by_its_definition(self, drawn):
        values, _ = drawn
        found = scoring.dominates(values)
        rows = values.to_numpy()
        for i, one in enumerate(rows):
            for k, other in enumerate(rows):
                wanted = bool((one >= other).all() and (one > other).any())
                assert found.iloc[i, k] == wanted

    @given(scored())
    @settings(deadline=None)
    def test_no_weights_put_the_dominated_first(self, drawn):
        values, own = drawn
        score = scoring.additive_value(values, own).to_numpy()
        first, second = np.nonzero(scoring.dominates(values).to_numpy())
        assert (score[first] >= score[second] - 1e-12).all()

    def test_labels_on_both_sides(self):
        found = scoring.dominates(frame([[1, 1], [0, 0]]))
        assert found.loc["p0", "p1"]
        assert not found.loc["p1", "p0"]

    def test_refuses_more_pairs_than_memory_is_for(self):
        with pytest.raises(InputError, match=r"at most 10,000 projects .* got 10,001"):
            scoring.dominates(pd.DataFrame({"a": np.zeros(10_001)}))


@pytest.mark.parametrize("function", [scoring.topsis, scoring.promethee_ii])
class TestComparisons:
    def test_labels_may_come_in_any_order(self, function):
        performance = frame([[3.0, 10, 1], [5, 20, 7], [4, 70, 7]])
        own, direction = series([0.2, 0.5, 0.3]), directions([1, -1, 1])
        found = function(performance, own.iloc[::-1], direction=direction.iloc[[1, 2, 0]])
        pd.testing.assert_series_equal(found, function(performance, own, direction=direction))
        turned = function(performance.iloc[[2, 0, 1], ::-1], own, direction=direction)
        pd.testing.assert_series_equal(turned.sort_index(), found)

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"direction": series(["max", "less"])}, "'more' or 'less', got 'max' for crit.* 'c0'"),
            ({"direction": series(["more"])}, "direction: labels must be those of performance"),
            ({"direction": "more"}, "direction: must be a Series with labels, got str"),
            ({"weights": series([0.5])}, "weights: labels must be those of performance"),
            ({"weights": series([1, 1])}, "weights: must sum to 1, got 2"),
            ({"performance": frame([[1, np.nan]])}, "performance: each must be a finite number"),
            ({"performance": frame([[1, "2"]])}, "performance: .* got '2' for row 'p0', crit"),
        ],
    )
    def test_refuses(self, function, change, words):
        given = {
            "performance": frame([[1, 2]]),
            "weights": series([0.5, 0.5]),
            "direction": directions([1, 1]),
        }
        with pytest.raises(InputError, match=words):
            function(**given | change)


def test_importing_scores_weights_and_values_leaves_scipy_alone():
    code = (
        "import sys, pmo_lib.scoring, pmo_lib.value, pmo_lib.weights;"
        "sys.exit('scipy' in sys.modules or 'altair' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
