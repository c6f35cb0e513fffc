"""Weights a board would accept, and the ranks they give."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmo_lib import scoring, weights
from pmo_lib.checks import InputError
from pmo_lib.robustness import (
    admissible_weights,
    central_weights,
    confidence_factor,
    expected_rank,
    first_k_acceptability,
    hull_weights,
    monte_carlo_error,
    pairwise_winning,
    rank_acceptability,
    rank_intervals,
    rank_reversals,
    smallest_change,
    weight_stability_intervals,
)

ABC = ["a", "b", "c"]


def near(found, share, n):
    """Compare sampled shares with exact ones within four standard errors."""
    share = np.asarray(share)
    room = 4 * np.sqrt(share * (1 - share) / n) + 1e-12
    assert (np.abs(np.asarray(found) - share) <= room).all()


class TestAdmissibleWeights:
    def test_nothing_known_is_the_whole_simplex(self):
        known = admissible_weights(ABC)
        np.testing.assert_allclose(known.vertices().sort_values(ABC), np.eye(3)[::-1], atol=1e-12)
        drawn = known.sample(20_000, seed=1)
        near((drawn > 0.5).mean(), [0.25] * 3, 20_000)
        pd.testing.assert_frame_equal(drawn, known.sample(20_000, seed=1))
        assert not drawn.equals(known.sample(20_000, seed=2))

    def test_a_full_order_has_the_centroid_as_mean(self, case):
        known = case("smaa_weights_ordinal_roc")
        names = [f"w{i + 1}" for i in range(known["inputs"]["n"])]
        drawn = admissible_weights(names, ranking=names).sample(20_000)
        assert (drawn.diff(axis=1).iloc[:, 1:] <= 1e-12).all(axis=None)
        expected = known["expected"]["mean_weights"]
        np.testing.assert_allclose(drawn.mean(), expected, atol=known["tolerance"])
        np.testing.assert_allclose(weights.rank_order_centroid(names), expected)

    @pytest.mark.parametrize("n", range(2, 11))
    def test_the_centroid_of_the_corners_of_an_order(self, case, n):
        names = [str(i) for i in range(n)]
        corners = admissible_weights(names, ranking=names).vertices()
        published = case("roc_weights_n2_to_10")["expected"][f"n{n}"]
        np.testing.assert_allclose(corners.mean(), published, atol=1e-10)

    def test_ties_lower_the_dimension(self):
        drawn = admissible_weights(ABC, ranking=["a", ("b", "c")]).sample(2_000)
        np.testing.assert_allclose(drawn["b"], drawn["c"], atol=1e-12)
        near((drawn["a"] > 2 / 3).mean(), 0.5, 2_000)

    def test_equalities_down_to_one_point(self):
        known = admissible_weights(["a", "b"], ratios={("a", "b"): 3})
        np.testing.assert_allclose(known.sample(2), [[0.75, 0.25]] * 2)
        np.testing.assert_allclose(known.vertices(), [[0.75, 0.25]])

    def test_a_partial_order_leaves_the_rest_free(self):
        drawn = admissible_weights(["a", "b", "c"], ranking=["b", "a"]).sample(5_000)
        assert (drawn["b"] >= drawn["a"] - 1e-12).all()
        near((drawn["c"] > drawn["b"]).mean(), 1 / 3, 5_000)

    def test_hit_and_run_agrees_with_rejection(self):
        names = list("abcde")
        known = admissible_weights(names, lower=0.05, upper={"a": 0.4, "b": 0.3, "c": 0.35})
        drawn = known.sample(8_000, seed=3)
        assert known.polytope.faces.shape == (8, 4)
        every = np.random.default_rng(0).dirichlet(np.ones(5), 400_000)
        kept = every[(every >= 0.05).all(axis=1) & (every[:, :3] <= [0.4, 0.3, 0.35]).all(axis=1)]
        for share in (0.1, 0.5, 0.9):
            limits = np.quantile(kept, share, axis=0)
            near((drawn.to_numpy() <= limits).mean(axis=0), np.full(5, share), 8_000)
        np.testing.assert_allclose(drawn.sum(axis=1), 1, atol=1e-12)
        assert (drawn.to_numpy() >= 0.05 - 1e-9).all()

    def test_statements_and_their_corners(self):
        stated = pd.DataFrame({"a": [1.0], "b": [-2.0], "bound": [0.0]}, ["twice"])
        corners = admissible_weights(ABC, statements=stated, upper={"c": 0.5}).vertices()
        expected = [[1, 0, 0], [2 / 3, 1 / 3, 0], [0.5, 0, 0.5], [1 / 3, 1 / 6, 0.5]]
        found = sorted(map(tuple, corners.round(6).to_numpy()))
        assert found == sorted(map(tuple, np.round(expected, 6)))

    def test_contradictions_are_named_with_none_to_spare(self):
        with pytest.raises(InputError) as caught:
            admissible_weights(ABC, ranking=ABC, lower={"c": 0.4}, upper={"a": 0.9})
        text = str(caught.value)
        for part in ("'a' no less than 'b'", "'b' no less than 'c'", "'c' at least 0.4"):
            assert part in text
        assert "at most 0.9" not in text

    def test_a_hull_of_members(self):
        board = pd.DataFrame([[0.6, 0.2, 0.2], [0.2, 0.6, 0.2], [0.2, 0.2, 0.6], [0.3, 0.4, 0.3]])
        known = hull_weights(board)
        assert len(known.vertices()) == 3
        np.testing.assert_allclose(known.sample(4_000).mean(), [1 / 3] * 3, atol=0.01)
        square = pd.DataFrame(
            [[0.5, 0.5, 0, 0], [0.5, 0, 0.5, 0], [0, 0.5, 0, 0.5], [0, 0, 0.5, 0.5]]
        )
        drawn = hull_weights(square).sample(4_000)
        np.testing.assert_allclose(drawn[1] + drawn[2], 0.5, atol=1e-9)
        near((drawn[0] < 0.125).mean(), 0.25, 4_000)
        near((drawn[1] < 0.125).mean(), 0.25, 4_000)

    def test_too_many_corners_are_refused(self):
        names = [f"c{i}" for i in range(16)]
        with pytest.raises(InputError, match="more than 20,000"):
            admissible_weights(names, lower=0.01, upper=0.2).vertices()

    @pytest.mark.parametrize(
        ("wrong", "match"),
        [
            ({"ranking": ["a", "z"]}, "ranking: not among the criteria: 'z'"),
            ({"lower": {"a": -0.1}}, "lower: each must lie in"),
            ({"ratios": {"a": 2}}, "ratios: each must be for a"),
            ({"statements": pd.DataFrame({"a": [1.0]})}, "must have a column 'bound'"),
            ({"lower": 0.5}, "weights: these cannot all hold: 'a' at least 0.5; 'b' at least"),
        ],
    )
    def test_bad_input(self, wrong, match):
        with pytest.raises(InputError, match=match):
            admissible_weights(ABC, **wrong)


@pytest.fixture(scope="module")
def exact(case):
    known = case("smaa_exact_2criteria")
    return pd.DataFrame(known["inputs"]["values"], ["A", "B", "C"], ["x", "y"]), known["expected"]


class TestRanks:
    def test_exact_two_criteria(self, exact):
        values, expected = exact
        drawn = admissible_weights(["x", "y"]).sample(10_000, seed=7)
        found = rank_acceptability(values, drawn)
        near(found, expected["rank_acceptability"], 10_000)
        np.testing.assert_allclose(
            central_weights(values, drawn), expected["central_weights"], atol=0.02
        )
        assert (confidence_factor(values, drawn) == 1).all()
        two = first_k_acceptability(values, drawn, 2)
        np.testing.assert_allclose(two, found[[1, 2]].sum(axis=1))

    def test_published_two_treatments(self, case, shared):
        known = case("smaa_thrombo_nopref")
        data = np.load(shared / "cases" / known["inputs"]["data"])
        names, n = known["inputs"]["alternatives"], len(data["weights"])
        index = pd.MultiIndex.from_product([range(n), names])
        values, sample = (
            pd.DataFrame(data["meas"].reshape(-1, 3), index),
            pd.DataFrame(data["weights"]),
        )
        tight, expected = {"rtol": 0, "atol": known["tolerance"]}, known["expected"]
        found = rank_acceptability(values, sample)
        np.testing.assert_allclose(found, expected["rank_acceptability"], **tight)
        np.testing.assert_allclose(
            central_weights(values, sample), expected["central_weights"], **tight
        )
        np.testing.assert_allclose(
            confidence_factor(values, sample), expected["confidence_factors"], **tight
        )
        np.testing.assert_allclose(
            pairwise_winning(values, sample), expected["pairwise_winning"], **tight
        )
        entropy = -(found.loc[names[0]] * np.log2(found.loc[names[0]])).sum()
        assert entropy == pytest.approx(expected["ranking_entropy"], abs=1e-6)

    def test_never_first_has_no_central_weights(self, case):
        known = case("smaa_dominated_alternative_nan_central_weights")
        values, expected = pd.DataFrame(known["inputs"]["values"], ["A", "B"]), known["expected"]
        sample = pd.DataFrame([known["inputs"]["weights"]])
        central = central_weights(values, sample)
        np.testing.assert_allclose(rank_acceptability(values, sample)[1], expected["acceptability"])
        np.testing.assert_allclose(central.loc["A"], expected["central_weights_A"], atol=1e-12)
        np.testing.assert_array_equal(central.loc["B"], expected["central_weights_B"])
        np.testing.assert_array_equal(confidence_factor(values, sample), expected["confidence"])

    def test_ties_share_the_better_rank(self, case):
        known = case("rank_tie_conventions")
        values = pd.DataFrame({"score": known["inputs"]["scores"]})
        found = rank_acceptability(values, pd.DataFrame({"score": [1.0, 1.0]}))
        places = found.to_numpy() @ np.arange(1, 5)
        np.testing.assert_array_equal(places, known["expected"]["min_competition"])
        noisy = pd.DataFrame({"score": [0.1 + 0.2, 0.3, 0.2]})
        shares = rank_acceptability(noisy, pd.DataFrame({"score": [1.0]}))
        assert shares[1].tolist() == [1, 1, 0]
        assert pairwise_winning(noisy, pd.DataFrame({"score": [1.0]})).loc[0, 1] == 0

    @settings(max_examples=25)
    @given(st.integers(1, 12), st.integers(1, 4), st.integers(1, 40), st.integers(0, 10**6))
    def test_rows_and_columns_sum_to_one_and_agree_with_rank(self, p, c, n, seed):
        rng = np.random.default_rng(seed)
        coarse = seed % 2 == 0
        values = pd.DataFrame(rng.integers(0, 3, (p, c)) / 2 if coarse else rng.random((p, c)))
        sample = pd.DataFrame(rng.dirichlet(np.ones(c), n))
        found = rank_acceptability(values, sample)
        np.testing.assert_allclose(found.sum(axis=1), 1)
        assert (found >= 0).all(axis=None)
        if not coarse:
            np.testing.assert_allclose(found.sum(), 1)
        ranks = np.array([scoring.rank(values @ one) for one in sample.to_numpy()])
        expected = [[(ranks[:, i] == r + 1).mean() for r in range(p)] for i in range(p)]
        np.testing.assert_allclose(found, expected, atol=1e-12)

    @settings(max_examples=25)
    @given(st.integers(2, 8), st.integers(1, 4), st.integers(0, 10**6))
    def test_worse_on_every_criterion_is_never_first(self, p, c, seed):
        rng = np.random.default_rng(seed)
        values = pd.DataFrame(rng.random((p, c)))
        values.iloc[-1] = values.iloc[0] - 0.01
        known = admissible_weights(range(c))
        assert rank_acceptability(values, known.sample(200, seed=seed)).loc[p - 1, 1] == 0
        assert rank_intervals(values, known, projects=[p - 1])["best"].item() > 1

    def test_blocks_do_not_change_the_answer(self, monkeypatch):
        rng = np.random.default_rng(5)
        values, sample = (
            pd.DataFrame(rng.random((7, 3))),
            pd.DataFrame(rng.dirichlet([1, 1, 1], 50)),
        )
        values.loc[6] = values.loc[5]
        whole = rank_acceptability(values, sample)
        monkeypatch.setattr("pmo_lib.robustness.ranks._CELLS", 20)
        monkeypatch.setattr("pmo_lib.robustness.ranks._HELD", 100)
        pd.testing.assert_frame_equal(rank_acceptability(values, sample), whole)

    def test_expected_rank_and_errors(self):
        shares = pd.DataFrame([[0.05, 0.9, 0.05], [0.0, 0.0, 1.0]], columns=[1, 2, 3])
        found = expected_rank(shares, 400)
        assert found[["expected", "low", "high"]].to_numpy().tolist() == [[2, 2, 2], [3, 3, 3]]
        assert found["error"].tolist() == pytest.approx([1.96 * 0.1**0.5 / 20, 0])
        wide = expected_rank(shares, 400, within=0.95)
        assert wide.loc[0, ["low", "high"]].tolist() == [1, 3]
        assert 0 < monte_carlo_error(0.0, 1_000) < 0.004

    @pytest.mark.parametrize(
        ("values", "sample", "match"),
        [
            ([[np.nan, 0.5]], [[0.5, 0.5]], "values: each must be a finite number"),
            ([[0.5, 0.5]], [[0.5, 0.6]], "weight_sample: each row must sum to 1"),
            ([[0.5, 0.5]], [[1.5, -0.5]], "weight_sample: each must be at least 0"),
            ([[0.5]], [[0.5, 0.5]], "values: labels must be those of weight_sample"),
        ],
    )
    def test_bad_input(self, values, sample, match):
        with pytest.raises(InputError, match=match):
            rank_acceptability(pd.DataFrame(values), pd.DataFrame(sample))

    def test_k_and_size(self, monkeypatch):
        values, sample = pd.DataFrame({"x": [1.0, 2.0]}), pd.DataFrame({"x": [1.0]})
        with pytest.raises(InputError, match="k: must lie in"):
            first_k_acceptability(values, sample, 3)
        monkeypatch.setattr("pmo_lib.robustness.ranks.MOST_COMPARED", 1)
        with pytest.raises(InputError, match="at most 1 projects"):
            rank_acceptability(values, sample)


class TestRankIntervals:
    def test_two_criteria(self, exact):
        values, _ = exact
        found = rank_intervals(values, admissible_weights(["x", "y"]))
        assert found.to_numpy().tolist() == [[1, 3], [1, 3], [1, 2]]

    @settings(max_examples=12)
    @given(st.integers(2, 6), st.integers(2, 4), st.integers(0, 10**6))
    def test_they_hold_what_is_drawn_and_never_widen(self, p, c, seed):
        rng = np.random.default_rng(seed)
        values = pd.DataFrame(rng.integers(0, 5, (p, c)) / 4.0)
        order = list(rng.permutation(c))
        wide, tight = admissible_weights(range(c)), admissible_weights(range(c), ranking=order)
        before, after = rank_intervals(values, wide), rank_intervals(values, tight)
        assert (before["best"] <= after["best"]).all()
        assert (after["worst"] <= before["worst"]).all()
        for known, found in ((wide, before), (tight, after)):
            seen = rank_acceptability(values, known.sample(300, seed=seed)).to_numpy() > 0
            assert (found["best"] <= seen.argmax(axis=1) + 1).all()
            assert (found["worst"] >= p - seen[:, ::-1].argmax(axis=1)).all()


class TestStability:
    def test_the_winner_within_its_interval(self):
        rng = np.random.default_rng(3)
        values, w = (
            pd.DataFrame(rng.random((12, 4)), columns=list("abcd")),
            pd.Series([0.4, 0.3, 0.2, 0.1], list("abcd")),
        )
        first = set((values @ w).nlargest(3).index)
        for top, kept in ((1, {(values @ w).idxmax()}), (3, first)):
            found = weight_stability_intervals(values, w, top=top).set_index("criterion")
            assert ((found["low"] <= w) & (w <= found["high"])).all()
            for criterion, (low, high) in found.iterrows():
                for t, stays in ((low + 1e-6, True), (low - 1e-6, False),
                                 (high - 1e-6, True), (high + 1e-6, False)):  # fmt: skip
                    if 0 <= t <= 1:
                        moved = w * (1 - t) / (1 - w[criterion])
                        moved[criterion] = t
                        assert (set((values @ moved).nlargest(top).index) == kept) is stays

    def test_ends(self):
        values = pd.DataFrame({"x": [1.0, 0.0], "y": [1.0, 0.0]})
        found = weight_stability_intervals(values, pd.Series({"x": 1.0, "y": 0.0}))
        assert found[["low", "high"]].to_numpy().tolist() == [[0, 1], [0, 1]]
        with pytest.raises(InputError, match="top: must lie in"):
            weight_stability_intervals(values, pd.Series({"x": 0.5, "y": 0.5}), top=3)

    @settings(max_examples=30)
    @given(st.integers(2, 6), st.integers(2, 4), st.integers(0, 10**6))
    def test_the_smallest_change_is_that_of_a_linear_program(self, p, c, seed):
        from scipy.optimize import linprog

        rng = np.random.default_rng(seed)
        values, w = pd.DataFrame(rng.random((p, c))), pd.Series(rng.dirichlet(np.ones(c)))
        found, winner = smallest_change(values, w), (values @ w).idxmax()
        least = np.inf
        for rival in values.index.drop(winner):
            lead = (values.loc[rival] - values.loc[winner]).to_numpy()
            rows = np.vstack([np.hstack([np.eye(c), -np.eye(c)]), np.hstack([-np.eye(c), -np.eye(c)]),
                              np.hstack([-lead, np.zeros(c)])])  # fmt: skip
            limits = np.concatenate([w, -w, [0]])
            total = np.append(np.ones(c), np.zeros(c))[None]
            answer = linprog(np.append(np.zeros(c), np.full(c, 0.5)), rows, limits, total, [1])
            least = min(least, answer.fun if answer.success else np.inf)
        if np.isfinite(least):
            assert found.moved == pytest.approx(least, abs=1e-7)
            assert (found.weights - w).abs().sum() / 2 == pytest.approx(found.moved)
            scores = values @ found.weights
            assert scores[found.entered[0]] >= scores[winner] - 1e-9
        else:
            assert np.isnan(found.moved)

    def test_reversals_are_of_methods_that_compare_projects(self, case):
        rng = np.random.default_rng(0)
        values = pd.DataFrame(rng.random((6, 3)))
        w = pd.Series([0.5, 0.3, 0.2])
        assert rank_reversals(values, lambda rest: scoring.additive_value(rest, w)).empty
        more = pd.Series(["more"] * 3)

        def closeness(rest):
            return scoring.topsis(rest, w, direction=more)

        seen = []
        for seed in range(40):
            levels = pd.DataFrame(np.random.default_rng(seed).random((6, 3)))
            turned = rank_reversals(levels, closeness)
            for withdrawn, before, after in turned.itertuples(index=False):
                whole, rest = closeness(levels), closeness(levels.drop(index=withdrawn))
                assert whole[before] > whole[after]
                assert rest[after] > rest[before]
            seen.append(len(turned))
        assert sum(seen) > 0
