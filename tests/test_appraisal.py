"""Official practice: published examples, limits, laws and refusals."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmo_lib import appraisal, cost_benefit
from pmo_lib.checks import InputError

REAL = {"benefit": 0, "cost": 0, "rate": "real"}
MONEY = st.integers(0, 10**6).map(float)


def frame(**rows) -> pd.DataFrame:
    return pd.DataFrame(rows, dtype="float64").T


def green_book(last):
    table = cost_benefit.official_schedules()
    rows = table[table["schedule"] == "Green Book standard"]
    return cost_benefit.scheduled_discount_factors(rows, last)


@st.composite
def cases(draw):
    n, periods = draw(st.integers(2, 5)), draw(st.integers(2, 6))
    cells = st.lists(MONEY, min_size=n * periods, max_size=n * periods)
    benefit, cost = (np.reshape(draw(cells), (n, periods)) for _ in range(2))
    index = [f"p{i}" for i in range(n)]
    return pd.DataFrame(benefit, index), pd.DataFrame(cost, index)


# Optimism bias


def test_the_published_example_of_optimism_bias():
    theatre = pd.Series({"theatre": "non-standard building"})
    assert 100 * (1 + appraisal.optimism_bias(theatre, mitigation=1.0)["theatre"]) == 104
    assert 100 * (1 + appraisal.optimism_bias(theatre)["theatre"]) == 151


def test_the_bounds_are_the_published_ones():
    bounds = appraisal.optimism_bias_bounds()
    assert bounds.notna().all(axis=None)
    table = bounds.pivot(index="project_type", columns="item", values=["lower", "upper"])
    assert table.loc["equipment or development"].dropna().tolist() == [0.1, 0.1, 2.0, 0.54]
    assert table.loc["standard civil engineering"].dropna().tolist() == [0.03, 0.01, 0.44, 0.2]
    assert (bounds["lower"] < bounds["upper"]).all()
    road = pd.Series({"road": "standard civil engineering"})
    assert appraisal.optimism_bias(road, item="duration", mitigation=0.5).tolist() == [0.1]


def test_a_table_of_ones_own_bounds():
    own = pd.DataFrame({"project_type": ["app"], "item": "capital", "lower": 0.1, "upper": 0.3})
    found = appraisal.optimism_bias(
        pd.Series({"a": "app", "b": "app"}), mitigation=pd.Series({"b": 0.9, "a": 0.0}), bounds=own
    )
    assert found.to_dict() == {"a": 0.3, "b": 0.1}


def test_bad_optimism_bias_is_refused():
    kinds = pd.Series({"a": "castle"})
    with pytest.raises(InputError, match=r"must have bounds for capital: .* got 'castle'"):
        appraisal.optimism_bias(kinds)
    road = pd.Series({"a": "outsourcing"})
    with pytest.raises(InputError, match="must have bounds for duration"):
        appraisal.optimism_bias(road, item="duration")
    with pytest.raises(InputError, match=r"mitigation: each must lie in \[0, 1\], got 1.5"):
        appraisal.optimism_bias(road, item="operating", mitigation=1.5)
    bounds = appraisal.optimism_bias_bounds()
    with pytest.raises(InputError, match="bounds: must have the columns 'lower'"):
        appraisal.optimism_bias(road, bounds=bounds.drop(columns="lower"))
    with pytest.raises(InputError, match="bounds: each project_type label must occur once"):
        appraisal.optimism_bias(road, item="operating", bounds=pd.concat([bounds, bounds]))


# The business case


def test_the_worked_business_case():
    cost = frame(theatre=[100, 50, 50] + [0] * 7)
    benefit = frame(theatre=[0] * 3 + [30] * 7)
    kinds = pd.Series({"theatre": "non-standard building"})
    cost = cost.mul(1 + appraisal.optimism_bias(kinds, mitigation=0.5), axis=0)
    found = appraisal.business_case(benefit, cost, discount_rate=green_book(9), prices=REAL)
    found = found.loc["theatre"]
    assert found["cost_pv"] == pytest.approx(244.706, abs=5e-4)
    assert found["benefit_pv"] == pytest.approx(171.240, abs=5e-4)
    assert found["npv"] == pytest.approx(-73.466, abs=5e-4)
    assert found["bcr"] == pytest.approx(0.6998, abs=5e-5)
    assert found["budget_bcr"] == found["bcr"]


def test_every_figure_is_that_of_its_function():
    benefit = frame(a=[0, 70, 80], b=[200, 0, 0], c=[0, 2300, 0], d=[0, 0, 0])
    cost = frame(d=[5, 5, 5], c=[1000, 0, 1320], b=[0, 0, 90], a=[100, 0, 0])
    found = appraisal.business_case(benefit, cost, discount_rate=0.1, prices=REAL)
    assert found.index.tolist() == list("abcd")
    net = benefit - cost.loc[list("abcd")]
    mirr = cost_benefit.modified_internal_rate_of_return(
        net, finance_rate=0.1, reinvestment_rate=0.1
    )
    np.testing.assert_allclose(found["mirr"], mirr)
    assert found["irr_roots"].map(len).tolist() == [1, 1, 2, 0]
    assert found["irr_unique"].tolist() == [True, True, False, False]
    assert found["irr"].notna().tolist() == [True, False, False, False]
    assert found["last_payback"].tolist() == cost_benefit.payback_period(net, last=True).tolist()
    assert found.loc["d", ["bcr", "mirr", "payback"]].tolist() == [0, -1, math.inf]


@pytest.mark.parametrize(
    ("cost", "benefit", "npv", "bcr", "irr", "payback"),
    [
        ([100, 0], [0, 0], -100, 0, None, math.inf),
        ([0, 0], [0, 0], 0, None, None, 0),
        ([5, 5], [0, 0], -9, 0, None, math.inf),
        ([5], [0], -5, 0, None, math.inf),
        ([0, 125], [200, 0], 100, 2, None, 0),
        ([0, 125], [50, 0], -50, 0.5, None, math.inf),
        ([100, 0], [0, -125], -200, -1, None, math.inf),
    ],
    ids=["total loss", "zero", "negative", "one flow", "benefit first", "loan", "harm"],
)
def test_odd_flows_have_a_clear_result(cost, benefit, npv, bcr, irr, payback):
    cost, benefit = frame(a=cost), frame(a=benefit)
    found = appraisal.business_case(benefit, cost, discount_rate=0.25, prices=REAL).loc["a"]
    for name, wanted in {"npv": npv, "bcr": bcr, "irr": irr, "payback": payback}.items():
        assert found[name] == pytest.approx(math.nan if wanted is None else wanted, nan_ok=True)


@pytest.mark.parametrize(
    ("amounts", "periods", "message"),
    [
        ([1.0, math.nan], [0, 1], "each must be a finite number, got nothing"),
        ([1.0, math.inf], [0, 1], "each must be a finite number, got inf"),
        (["£1", "2"], [0, 1], "each must be a finite number, got '£1'"),
        ([1.0, 2.0], ["2028-04-01", "2027-04-01"], "periods must be the whole numbers 0 to 1"),
    ],
    ids=["NaN", "inf", "currency sign", "dates"],
)
def test_odd_flows_have_a_clear_error(amounts, periods, message):
    flow = pd.DataFrame([amounts], index=["a"], columns=periods)
    with pytest.raises(InputError, match=message):
        appraisal.business_case(flow, flow, discount_rate=0.1, prices=REAL)
    with pytest.raises(InputError, match=message):
        appraisal.switching_values(flow, flow, discount_rate=0.1)


def test_periods_out_of_order_are_put_in_order():
    cost = pd.DataFrame({1: [0.0], 0: [100.0]}, index=["a"])
    benefit = pd.DataFrame({0: [0.0], 1: [150.0]}, index=["a"])
    found = appraisal.business_case(benefit, cost, discount_rate=0.25, prices=REAL)
    assert found.loc["a", ["npv", "irr"]].tolist() == [20, 0.5]


@pytest.mark.parametrize(
    ("prices", "message"),
    [
        ({"benefit": 0, "cost": "nominal", "rate": "real"}, "in the same prices, got 0, 'nominal'"),
        ({"benefit": 0, "cost": -1, "rate": "real"}, "in the same prices, got 0, -1; restate"),
        (
            {"benefit": pd.Series({"a": 0, "b": "nominal"}), "cost": 0, "rate": "real"},
            "in the same prices",
        ),
        ({"benefit": "nominal", "cost": "nominal", "rate": "real"}, "need a nominal discount"),
        ({"benefit": 0, "cost": 0, "rate": "nominal"}, "need a real discount rate, got a nominal"),
        ({"benefit": 0, "cost": 0, "rate": "7 %"}, "prices of the rate: must be one of"),
        (
            {"benefit": 0, "cost": 0},
            "prices: must be a mapping that says those of benefit, cost and rate",
        ),
    ],
)
def test_mixed_prices_are_refused(prices, message):
    flow = frame(a=[1, 2], b=[3, 4])
    with pytest.raises(InputError, match=message):
        appraisal.business_case(flow, flow, discount_rate=0.1, prices=prices)


# Prices


def test_nominal_and_real_flows_have_one_present_value():
    deflator = pd.Series(1.02 ** np.arange(-2, 6), index=range(-2, 6))
    real = frame(a=[-100, 20, 30, 40, 50, 60.0])
    nominal = appraisal.restated(real, stated=0, wanted="nominal", deflator=deflator)
    assert nominal.loc["a", 5] == pytest.approx(60 * 1.02**5)
    rate = 0.03
    here = cost_benefit.net_present_value(real, discount_rate=rate)
    there = cost_benefit.net_present_value(nominal, discount_rate=(1 + rate) * 1.02 - 1)
    np.testing.assert_allclose(here, there)
    back = appraisal.restated(nominal, stated="nominal", wanted=0, deflator=deflator)
    pd.testing.assert_frame_equal(back, real)


def test_projects_stated_differently_are_brought_to_one_base():
    deflator = pd.Series({-1: 50.0, 0: 100.0, 1: 200.0})
    flow = frame(a=[1, 1], b=[1, 1])
    stated = pd.Series({"b": "nominal", "a": -1})
    found = appraisal.restated(flow, stated=stated, wanted=0, deflator=deflator)
    assert found.loc["a"].tolist() == [2, 2]
    assert found.loc["b"].tolist() == [1, 0.5]
    assert found.index.tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("stated", "deflator"), [(-3, [1, 1]), ("nominal", [1]), (0, [0, 1]), (0, [1, math.nan])]
)
def test_a_missing_price_level_is_refused(stated, deflator):
    with pytest.raises(InputError, match="deflator: "):
        appraisal.restated(
            pd.Series([1.0, 2.0]), stated=stated, wanted="nominal", deflator=pd.Series(deflator)
        )


# Appraisal period, cost-effectiveness


def test_an_appraisal_period_cuts_lengthens_and_adds_what_is_left():
    flow = frame(a=[-9, 4, 4])
    assert appraisal.over_period(flow, last=1).loc["a"].tolist() == [-9, 4]
    longer = appraisal.over_period(flow, last=4, residual_value=pd.Series({"a": 2.0}))
    assert longer.loc["a"].tolist() == [-9, 4, 4, 0, 2]
    with pytest.raises(InputError, match="residual_value: labels must be those of flow"):
        appraisal.over_period(flow, last=4, residual_value=pd.Series({"b": 2.0}))


def test_cost_per_unit():
    cost, units = frame(a=[100, 0], b=[10, 0]), frame(a=[0, 50], b=[0, 0])
    plain = appraisal.cost_effectiveness(cost, units, discount_rate=0.25, unit_rate=0)
    assert plain["a"] == 2.0
    assert math.isnan(plain["b"])
    found = appraisal.cost_effectiveness(cost, units, discount_rate=0.25)
    assert found["a"] == pytest.approx(2.5)


# Switching values


@settings(max_examples=30)
@given(cases(), st.floats(0.01, 0.3))
def test_switching_values_make_npv_zero(drawn, rate):
    benefit, cost = drawn
    found = appraisal.switching_values(benefit, cost, discount_rate=rate)
    brought, paid = (cost_benefit.present_value(f, discount_rate=rate) for f in drawn)
    assert found["cost_change"].isna().equals(paid <= 0)
    assert found["benefit_change"].isna().equals(brought <= 0)
    defined = (paid > 0) & (brought > 0)
    np.testing.assert_allclose((paid * (1 + found["cost_change"]))[defined], brought[defined])
    np.testing.assert_allclose((brought * (1 + found["benefit_change"]))[defined], paid[defined])
    dated = defined & np.isfinite(found["benefit_delay"])
    later = brought * (1 + rate) ** -found["benefit_delay"]
    np.testing.assert_allclose(later[dated], paid[dated], rtol=1e-9)


def test_delay_at_the_limits():
    benefit = frame(free=[0, 9], idle=[0, 0], hopeless=[1, 0], mixed=[9, -1], even=[0, 110])
    cost = frame(free=[0, 0], idle=[5, 0], hopeless=[99, 0], mixed=[1, 0], even=[100, 0])
    found = appraisal.switching_values(benefit, cost, discount_rate=0.1)["benefit_delay"]
    assert found["free"] == math.inf
    assert found[["idle", "hopeless", "mixed"]].isna().all()
    assert found["even"] == pytest.approx(0, abs=1e-9)
    factors = cost_benefit.discount_factors(0.1, 40)
    again = appraisal.switching_values(benefit, cost, discount_rate=factors)["benefit_delay"]
    pd.testing.assert_series_equal(found, again)


def test_a_delay_follows_a_schedule_by_year():
    falling = pd.DataFrame({"basis": "by year", "year": [1, 2], "rate": [1.0, 0.25]})
    factors = cost_benefit.scheduled_discount_factors(falling, 10)
    benefit, cost = frame(a=[0, 160]), frame(a=[64, 0])
    found = appraisal.switching_values(benefit, cost, discount_rate=factors)
    assert found.loc["a", "benefit_delay"] == pytest.approx(1.0)


# Rankings that disagree


def test_scale_and_timing_are_told_apart():
    benefit = frame(big=[0, 1300, 0], small=[0, 150, 0], late=[0, 0, 1500], soon=[0, 1240, 0])
    cost = frame(big=[1000, 0, 0], small=[100, 0, 0], late=[1000, 0, 0], soon=[1000, 0, 0])
    found = appraisal.ranking_disagreements(benefit, cost, discount_rate=0.1)
    reasons = found.set_index(["project", "other"])["reason"].to_dict()
    assert reasons["big", "small"] == "scale"
    assert reasons["late", "soon"] == "timing"
    assert ("big", "soon") not in reasons
    assert reasons["late", "small"] == "scale"


@settings(max_examples=30)
@given(cases(), st.floats(0.0, 0.3))
def test_the_disagreements_are_those_of_every_pair(drawn, rate):
    benefit, cost = drawn
    found = appraisal.ranking_disagreements(benefit, cost, discount_rate=rate)
    case = appraisal.business_case(benefit, cost, discount_rate=rate, prices=REAL)
    case = case[["npv", "bcr", "irr"]]
    listed = {frozenset(pair) for pair in zip(found["project"], found["other"], strict=True)}
    for one, other in itertools.combinations(case.index, 2):
        lead = case.loc[one] - case.loc[other]
        if (lead.abs() < 1e-6).any():
            continue
        differ = (lead > 0).any() and (lead < 0).any()
        assert (frozenset((one, other)) in listed) == differ
    assert (found["npv"] >= 0).all()
    paid = cost_benefit.present_value(cost, discount_rate=rate)
    for row in found[found["reason"].str.contains("scale")].itertuples():
        assert paid[row.project] != paid[row.other]


def test_too_many_projects_to_pair_are_refused():
    flow = pd.DataFrame(1.0, index=range(1001), columns=[0, 1])
    with pytest.raises(InputError, match="at most 1000 projects can be compared in pairs"):
        appraisal.ranking_disagreements(flow, flow, discount_rate=0.1)
