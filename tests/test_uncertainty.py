"""Three-point estimates and their draws: closed forms, limits, laws and refusals."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from pmo_lib import cost_benefit, uncertainty
from pmo_lib.checks import InputError
from pmo_lib.uncertainty import certain, pert, simulate, three_point, triangular

SHAPES = [triangular, pert]


def frame(**rows) -> pd.DataFrame:
    return pd.DataFrame(rows, dtype="float64").T


def ranged(likely, low=0.8, high=1.5, **options):
    return three_point(likely * low, likely, likely * high, **options)


TEN = frame(depot=[100] * 10)
NONE = certain(TEN * 0)


# Distributions


@pytest.mark.parametrize("likely", [0.0, 0.1, 2 / 7, 0.5, 1.0])
def test_quantiles_are_those_of_the_distributions(likely):
    quantile = np.linspace(0.001, 0.999, 97)
    np.testing.assert_allclose(triangular(quantile, likely), stats.triang.ppf(quantile, likely))
    exact = stats.beta.ppf(quantile, 1 + 4 * likely, 5 - 4 * likely)
    np.testing.assert_allclose(pert(quantile, likely), exact, atol=1e-5)


@settings(max_examples=30)
@given(
    st.sampled_from(SHAPES),
    st.floats(0, 1),
    st.lists(st.floats(0, 1), min_size=2, max_size=9).map(sorted),
)
def test_quantiles_are_monotone(shape, likely, quantiles):
    found = shape(np.array(quantiles), likely)
    assert (np.diff(found) >= -1e-12).all()
    assert ((found >= 0) & (found <= 1)).all()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("low", "high"), [(80, 150), (100, 150), (80, 100), (99.9, 100.1)])
def test_low_and_high_as_percentiles(shape, low, high):
    likely = pd.Series({"a": 100.0})
    found = three_point(
        pd.Series({"a": low}), likely, pd.Series({"a": high}), percentiles=(0.1, 0.9), shape=shape
    )
    way = shape(np.array([0.1, 0.9]), found.place[0, 0])
    np.testing.assert_allclose(found.lowest[0, 0] + way * found.width[0, 0], [low, high], rtol=1e-6)
    assert found.lowest[0, 0] < 100 < found.lowest[0, 0] + found.width[0, 0]


# Draws


@pytest.mark.parametrize(("independent", "deviation"), [(False, 147), (True, 47)])
def test_independent_years_hide_risk(independent, deviation):
    cost = ranged(TEN, shape=triangular)
    found = simulate(cost, NONE, discount_rate=0.0, independent_periods=independent)
    assert found.cost.loc["depot"].std() == pytest.approx(deviation, rel=0.03)
    assert found.cost.loc["depot"].mean() == pytest.approx(1100, rel=0.01)
    np.testing.assert_allclose(found.npv, -found.cost)


money = st.lists(st.integers(0, 10**6), min_size=3, max_size=3)


@settings(max_examples=25)
@given(money, money, st.floats(0, 0.2), st.sampled_from(SHAPES), st.booleans())
def test_zero_width_gives_the_point_answer(cost, benefit, rate, shape, percentiles):
    cost, benefit = frame(a=cost), frame(a=benefit)
    ends = {"percentiles": (0.1, 0.9)} if percentiles else {}
    now = pd.Series({"a": 0.0})
    found = simulate(
        three_point(cost, cost, cost, shape=shape, **ends),
        certain(benefit),
        discount_rate=rate,
        start=certain(now),
        duration=certain(now + 3),
        draws=5,
    )
    point = cost_benefit.net_present_value(benefit - cost, discount_rate=rate)["a"]
    np.testing.assert_allclose(found.npv.loc["a"], point, rtol=1e-9, atol=1e-6)
    assert (found.cost.loc["a"] == cost.loc["a"].sum()).all()
    assert len(found.tornado) == 0


@pytest.mark.parametrize("shape", SHAPES)
def test_periods_of_different_shape_move_together(shape):
    cost = frame(a=[100, 10, 0], b=[5, 5, 5])
    low, high = frame(a=[80, 10, 0], b=[5, 1, 5]), frame(a=[150, 11, 0], b=[6, 9, 5])
    found = simulate(
        three_point(low, cost, high, shape=shape), certain(cost * 0), discount_rate=0.25, draws=2000
    )
    random = np.random.default_rng(0)
    for i, project in enumerate(cost.index):
        quantile = random.random(2000)
        random.random(2000)
        npv = 0
        for t in range(3):
            width = high.iloc[i, t] - low.iloc[i, t]
            place = (cost.iloc[i, t] - low.iloc[i, t]) / width if width else 0.5
            npv = npv - 1.25**-t * (low.iloc[i, t] + width * shape(quantile, place))
        np.testing.assert_allclose(found.npv.loc[project], npv)


def test_a_later_start_moves_everything_and_a_longer_delivery_the_benefits():
    cost, benefit = certain(frame(a=[100, 0, 0])), certain(frame(a=[0, 0, 200]))
    two = pd.Series({"a": 2.0})
    late = simulate(cost, benefit, discount_rate=0.1, start=certain(two), draws=2)
    assert late.npv.loc["a", 0] == pytest.approx((200 / 1.21 - 100) / 1.21)
    plan = pd.Series({"a": 4.0})
    slow = simulate(
        cost,
        benefit,
        discount_rate=0.1,
        duration=certain(plan),
        uplift=pd.DataFrame({"duration": {"a": 0.25}}),
        draws=2,
    )
    assert slow.npv.loc["a", 0] == pytest.approx(200 / 1.331 - 100)


def test_a_flat_rate_and_its_factors_price_delays_alike():
    cost, benefit = ranged(frame(a=[100, 0, 0])), ranged(frame(a=[0, 90, 90]))
    start = three_point(*(pd.Series({"a": years}) for years in (0.0, 0.5, 3.0)))
    options = {"start": start, "draws": 200}
    flat = simulate(cost, benefit, discount_rate=0.1, **options)
    factors = cost_benefit.discount_factors(0.1, 2)
    np.testing.assert_allclose(
        simulate(cost, benefit, discount_rate=factors, **options).npv, flat.npv
    )
    bent = factors.copy()
    bent[2] = 0.8
    below = simulate(cost, benefit, discount_rate=bent, **options)
    assert not np.allclose(below.npv, flat.npv)
    np.testing.assert_allclose(below.cost, flat.cost)
    year = certain(pd.Series({"a": 1.0}))
    sure = certain(cost.likely), certain(benefit.likely)
    later = simulate(*sure, discount_rate=bent, start=year, draws=2).npv.loc["a", 0]
    assert later == pytest.approx(90 * 0.8 + 90 * 0.8**2 * 1.1 - 100 / 1.1)


def test_a_seed_repeats_and_another_does_not():
    cost = ranged(TEN)
    first, again, other = (
        simulate(cost, NONE, discount_rate=0.1, seed=seed, draws=50).npv for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def test_correlation_inside_a_programme():
    cost = ranged(pd.DataFrame({0: 100.0}, index=["a", "b", "c"]), shape=triangular)
    free, flat = certain(cost.likely * 0), {"discount_rate": 0}
    groups = pd.Series({"c": "roads", "a": "schools", "b": "schools"})
    found = simulate(cost, free, groups=groups, correlation=0.8, draws=20_000, **flat).cost
    seen = found.T.corr(method="spearman")
    assert seen.loc["a", "b"] == pytest.approx(6 / math.pi * math.asin(0.4), abs=0.02)
    assert abs(seen.loc["a", "c"]) < 0.03
    assert found.loc["a"].std() == pytest.approx(np.sqrt(3900 / 18), rel=0.03)
    one = simulate(cost, free, groups=groups, correlation=1.0, draws=100, **flat).cost
    np.testing.assert_allclose(one.loc["a"], one.loc["b"])
    alone = groups.where(groups == "roads")
    none = simulate(cost, free, groups=alone, correlation=1.0, draws=100, **flat).cost
    assert not np.allclose(none.loc["a"], none.loc["b"])


def test_the_tornado_orders_what_drives_the_spread():
    cost, benefit = frame(a=[100, 0], b=[10, 0]), frame(a=[0, 150], b=[0, 15])
    found = simulate(
        ranged(cost, shape=triangular),
        three_point(benefit * 0.5, benefit, benefit, shape=triangular),
        discount_rate=0.0,
        start=certain(pd.Series({"a": 0.0, "b": 1.0})),
        draws=10,
    )
    bars = found.tornado
    assert bars[["project", "stream"]].to_numpy().tolist() == [
        ["a", "benefit"],
        ["a", "cost"],
        ["b", "benefit"],
        ["b", "cost"],
    ]
    assert bars["swing"].is_monotonic_decreasing
    ends = stats.triang.ppf([0.1, 0.5, 0.9], 1.0, loc=75, scale=75)
    middle = stats.triang.ppf(0.5, 2 / 7, loc=80, scale=70)
    assert bars.loc[0, ["p10", "p90"]].tolist() == pytest.approx(list(ends[[0, 2]] - middle))


# Figures


def test_figures_of_known_draws():
    draws = pd.DataFrame([np.arange(-10, 91), np.arange(101)], index=["a", "b"], dtype="float64")
    found = uncertainty.summary(draws)
    assert found.loc["a", ["mean", "p10", "p50", "p90"]].tolist() == [40, 0, 40, 80]
    assert found.loc["a", "probability_negative"] == 10 / 101
    assert found.loc["a", "expected_shortfall"] == pytest.approx(55 / 101)
    assert found.loc["a", "conditional_shortfall"] == 5.5
    assert math.isnan(found.loc["b", "conditional_shortfall"])
    assert found.loc["b", "probability_negative"] == 0
    assert found.loc["b", "probability_negative_error"] > 0
    assert found.loc["a", "mean_error"] == pytest.approx(np.arange(101).std() / np.sqrt(101))
    assert found.shape == (2, 14)
    once = uncertainty.summary(pd.DataFrame([[-3.0, 1.0, 2.0]]))
    assert once.loc[0, "conditional_shortfall"] == 3
    assert math.isnan(once.loc[0, "conditional_shortfall_error"])


def test_the_stated_errors_are_those_of_repeated_runs():
    random = np.random.default_rng(3)
    runs = uncertainty.summary(pd.DataFrame(random.normal(0.5, 1, (400, 1000))))
    for name in ("mean", "p10", "p50", "p90", "probability_negative", "expected_shortfall"):
        assert runs[f"{name}_error"].mean() == pytest.approx(runs[name].std(), rel=0.2), name
    name = "conditional_shortfall"
    assert runs[f"{name}_error"].mean() == pytest.approx(runs[name].std(), rel=0.2)


@settings(max_examples=25)
@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40))
def test_figures_keep_their_order(draws):
    found = uncertainty.summary(pd.DataFrame([draws])).loc[0]
    assert found["p10"] <= found["p50"] <= found["p90"]
    assert 0 <= found["probability_negative"] <= 1
    assert found["expected_shortfall"] >= 0


def test_a_portfolio_against_its_budget():
    cost = ranged(pd.DataFrame({0: [100.0] * 3}, index=list("abc")), shape=triangular)
    futures = simulate(cost, certain(cost.likely * 0), discount_rate=0)
    selected = pd.Series({"c": False, "b": True, "a": True})
    found = uncertainty.portfolio(futures, selected, budget=230.0)
    total = futures.cost.loc["a"] + futures.cost.loc["b"]
    assert found.loc["left over", "probability_negative"] == pytest.approx((total > 230).mean())
    assert found.loc["left over", "expected_shortfall"] == pytest.approx(
        (total - 230).clip(lower=0).mean()
    )
    assert found.loc["cost", "p90"] == pytest.approx(total.quantile(0.9), rel=0.01)
    assert found.loc["npv", "mean"] == pytest.approx(-total.mean())
    free = uncertainty.portfolio(futures, ~selected & selected, budget=0.0)
    assert free.loc["left over", "probability_negative"] == 0


# Refusals


def test_an_uplift_and_a_range_count_risk_twice():
    cost, uplift = ranged(TEN), pd.DataFrame({"cost": {"depot": 0.2}})
    words = "uplift: cost has both optimism bias and a range for 'depot'; the same risk"
    with pytest.raises(InputError, match=words):
        simulate(cost, NONE, discount_rate=0, uplift=uplift)
    base = simulate(cost, NONE, discount_rate=0, draws=20)
    residual = simulate(cost, NONE, discount_rate=0, uplift=uplift, residual=True, draws=20)
    np.testing.assert_allclose(residual.cost, 1.2 * base.cost)
    np.testing.assert_allclose(residual.npv, 1.2 * base.npv)
    point = simulate(certain(TEN), NONE, discount_rate=0, uplift=uplift, draws=2)
    assert (point.cost == 1200).all(axis=None)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"uplift": pd.DataFrame({"cost": {"hub": 0.2}})}, "uplift: labels must be those of cost"),
        ({"uplift": pd.DataFrame({"benefit": {"depot": 0.2}})}, "uplift column: must be one of"),
        ({"uplift": pd.DataFrame({"duration": {"depot": 0.2}})}, "uplift column: must be one of"),
        ({"groups": pd.Series({"hub": "roads"})}, "groups: labels must be those of cost"),
        (
            {"groups": pd.Series({"depot": "roads"}), "correlation": 1.1},
            r"correlation: must lie in \[0, 1\]",
        ),
        ({"cost": TEN}, "cost: must be an estimate of a DataFrame; make it with uncertainty.three"),
        ({"start": certain(TEN)}, "start: must be an estimate of a Series"),
        ({"correlation": 0.5}, "correlation: holds inside groups"),
        ({"seed": -1}, "seed: must be at least 0, got -1"),
        ({"uplift": {"cost": 0.2}}, "uplift: must be a DataFrame, got dict"),
        ({"draws": 1}, "draws: must be at least 2, got 1"),
        ({"discount_rate": -1}, "discount_rate: must be above -1"),
        ({"benefit": certain(TEN.iloc[:, :9])}, "benefit: labels must be those of cost"),
        ({"start": certain(pd.Series({"hub": 1.0}))}, "start: labels must be those of cost"),
    ],
)
def test_bad_simulations_are_refused(change, message):
    given = {"cost": certain(TEN), "benefit": NONE, "discount_rate": 0.1, **change}
    with pytest.raises(InputError, match=message):
        simulate(**given)


@pytest.mark.parametrize(
    ("low", "high", "options", "message"),
    [
        (1.1, 1.5, {}, "likely: each must lie between low and high, got 100 for project 'depot'"),
        (0.8, 0.9, {}, "likely: each must lie between low and high"),
        (np.nan, 1.5, {}, "low: each must be a finite number, got nothing"),
        (0.8, np.inf, {}, "high: each must be a finite number, got inf"),
        (0.8, 1.5, {"percentiles": (0.9, 0.1)}, r"percentiles: must rise within \[0, 1\]"),
        (0.8, 1.5, {"percentiles": (10, 90)}, "percentiles: must rise"),
    ],
)
def test_bad_estimates_are_refused(low, high, options, message):
    with pytest.raises(InputError, match=message):
        ranged(TEN, low, high, **options)


def test_estimates_must_have_the_same_labels():
    with pytest.raises(InputError, match="high: labels must be those of likely; missing 'depot'"):
        three_point(TEN, TEN, TEN.rename({"depot": "hub"}))
    with pytest.raises(InputError, match="low: labels must be those of likely; missing 1, 2"):
        three_point(pd.Series({"depot": 1.0}), TEN, TEN)


def test_a_portfolio_of_other_projects_is_refused():
    futures = simulate(certain(TEN), NONE, discount_rate=0, draws=2)
    with pytest.raises(InputError, match="selected: labels must be those of the futures"):
        uncertainty.portfolio(futures, pd.Series({"hub": True}), budget=1.0)
    with pytest.raises(InputError, match="selected: must hold True or False throughout, got"):
        uncertainty.portfolio(futures, pd.Series({"depot": 1}), budget=1.0)
