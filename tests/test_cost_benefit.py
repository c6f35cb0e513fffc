"""Discounting, ratios, rates and payback: published numbers, limits and laws."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pmo_lib import cost_benefit
from pmo_lib.checks import InputError

MONEY = st.floats(-1e6, 1e6).map(lambda amount: round(amount, 2))
RATES = st.floats(-0.5, 2)


def flows(amounts) -> pd.Series:
    return pd.Series(amounts, dtype="float64")


def streams(least=2, most=12):
    return st.lists(MONEY, min_size=least, max_size=most).map(flows)


def frames(least_periods=1):
    shape = st.tuples(st.integers(1, 6), st.integers(least_periods, 9))
    return shape.flatmap(
        lambda s: st.lists(
            st.lists(MONEY, min_size=s[1], max_size=s[1]), min_size=s[0], max_size=s[0]
        )
    ).map(lambda rows: pd.DataFrame(rows, dtype="float64").rename("p{}".format))


# Published and closed-form numbers


def test_npv_case(case):
    known = case("npv_numpy_financial")
    inputs = known["inputs"]
    found = cost_benefit.net_present_value(flows(inputs["cashflows"]), discount_rate=inputs["rate"])
    assert found == pytest.approx(known["expected"]["npv"], abs=known["tolerance"])


@pytest.mark.parametrize(
    "name",
    [
        "irr_multiple_sign_changes_gh39",
        "irr_multiple_triple_root_20",
        "irr_multiple_two_irr_10_20",
        "irr_numpy_financial_1",
        "irr_numpy_financial_2",
        "irr_numpy_financial_6",
    ],
)
def test_every_real_rate_of_return(case, name):
    known = case(name)
    found = cost_benefit.internal_rates_of_return(flows(known["inputs"]["cashflows"]))
    wanted = known["expected"]["all_real_irr"]
    assert len(found) == len(wanted)
    np.testing.assert_allclose(found, wanted, atol=max(known["tolerance"], 1e-7))
    assert list(found) == sorted(found)


@pytest.mark.parametrize("name", ["all_negative", "all_positive", "zeros"])
def test_no_rate_of_return(case, name):
    known = case(f"irr_none_{name}")
    assert cost_benefit.internal_rates_of_return(flows(known["inputs"]["cashflows"])) == ()


@pytest.mark.parametrize("name", ["mirr_numpy_financial_1", "mirr_numpy_financial_2"])
def test_mirr_case(case, name):
    known = case(name)
    found = cost_benefit.modified_internal_rate_of_return(
        flows(known["inputs"]["cashflows"]),
        finance_rate=known["inputs"]["finance_rate"],
        reinvestment_rate=known["inputs"]["reinvest_rate"],
    )
    assert found == pytest.approx(known["expected"]["mirr"], abs=known["tolerance"])


def test_payback_case(case):
    known = case("payback_simple_and_discounted")
    flow, rate = flows(known["inputs"]["cashflows"]), known["inputs"]["rate"]
    expected, within = known["expected"], known["tolerance"]
    payback = cost_benefit.payback_period(flow)
    assert payback == pytest.approx(expected["payback"], abs=within)
    assert math.ceil(payback) == expected["whole_years"]
    discounted = cost_benefit.discounted_payback_period(flow, discount_rate=rate)
    assert discounted == pytest.approx(expected["discounted_payback"], abs=within)
    assert cost_benefit.payback_period(flows(expected["never_if"])) == math.inf


def test_bcr_and_equivalent_annual_value_case(case):
    known = case("bcr_pi_eaa")
    cost, benefit = flows(known["inputs"]["costs"]), flows(known["inputs"]["benefits"])
    rate, expected = {"discount_rate": known["inputs"]["rate"]}, known["expected"]
    within = {"abs": known["tolerance"]}
    assert cost_benefit.present_value(benefit, **rate) == pytest.approx(
        expected["pv_benefits"], **within
    )
    assert cost_benefit.present_value(cost, **rate) == pytest.approx(expected["pv_costs"], **within)
    assert cost_benefit.net_present_value(benefit - cost, **rate) == pytest.approx(
        expected["npv"], **within
    )
    assert cost_benefit.benefit_cost_ratio(benefit, cost, **rate) == pytest.approx(
        expected["bcr"], **within
    )
    assert cost_benefit.equivalent_annual_value(benefit - cost, **rate) == pytest.approx(
        expected["equivalent_annual"], **within
    )


def test_dated_flows_case(case):
    known = case("xirr_xnpv_excel_doc")
    inputs, expected = known["inputs"], known["expected"]
    flow = pd.Series(inputs["cashflows"], index=inputs["dates"])
    for order in (flow, flow[::-1]):
        assert cost_benefit.dated_internal_rate_of_return(order) == pytest.approx(
            expected["xirr"], abs=known["tolerance"]
        )
        assert cost_benefit.dated_net_present_value(
            order, discount_rate=inputs["xnpv_rate"]
        ) == pytest.approx(expected["xnpv"], abs=known["tolerance"])


GREEN_BOOK = pd.DataFrame({"basis": "by year", "year": [1, 31, 76], "rate": [0.035, 0.03, 0.025]})
A94 = pd.DataFrame(
    {
        "basis": "by length",
        "year": [3, 5, 7, 10, 30],
        "rate": [0.038, 0.039, 0.04, 0.04, 0.042],
    }
)


def test_green_book_case(case):
    known = case("green_book_long_run_discount_factors")
    last = [0] + [year for year, _ in known["inputs"]["schedule"]]
    rates = [rate for _, rate in known["inputs"]["schedule"]]
    schedule = pd.DataFrame(
        {"basis": "by year", "year": [year + 1 for year in last[:-1]], "rate": rates}
    )
    found = cost_benefit.scheduled_discount_factors(schedule, known["inputs"]["years"])
    np.testing.assert_allclose(found, known["expected"]["factors"], atol=known["tolerance"])


def test_green_book_printed_factors():
    factors = cost_benefit.scheduled_discount_factors(GREEN_BOOK, 125)
    printed = {0: 1, 1: 0.9662, 10: 0.7089, 30: 0.3563, 31: 0.3459, 75: 0.0942, 76: 0.0919}
    assert factors.loc[list(printed)].round(4).to_dict() == printed
    assert factors.index.tolist() == list(range(126))


def test_the_official_schedules_come_with_source_and_date(northmere):
    table = cost_benefit.official_schedules()
    assert table.columns.tolist() == list(northmere.discount_schedules.columns)
    assert table.notna().all(axis=None)
    rows = dict(list(table.groupby("schedule")))
    a94 = rows["OMB A-94 real"]
    for length, rate in [(3, 0.038), (4, 0.0385), (20, 0.041), (50, 0.042)]:
        found = cost_benefit.scheduled_discount_factors(a94, length)
        assert found[length] == pytest.approx((1 + rate) ** -length)
    printed = {1: 0.9662, 10: 0.7089, 30: 0.3563, 31: 0.3459, 75: 0.0942, 76: 0.0919}
    found = cost_benefit.scheduled_discount_factors(rows["Green Book standard"], 125)
    assert found.loc[list(printed)].round(4).to_dict() == printed
    health = cost_benefit.scheduled_discount_factors(rows["Green Book health"], 31)
    assert health[31] == pytest.approx(1.015**-30 / 1.01286)
    own = northmere.discount_schedules
    for name in ("Green Book standard", "Green Book health"):
        ours, theirs = (f.set_index(["schedule", "year"])["rate"].loc[name] for f in (table, own))
        assert ours.equals(theirs)


@pytest.mark.parametrize("lag", [0.0, 0.5, 1.0])
def test_a_lag_moves_every_flow(lag):
    flat = cost_benefit.discount_factors(0.25, 3, lag=lag)
    np.testing.assert_allclose(flat, 1.25 ** -(np.arange(4) + lag))
    schedule = pd.DataFrame({"basis": "by year", "year": [1, 3], "rate": [0.25, 0.0]})
    chained = cost_benefit.scheduled_discount_factors(schedule, 3, lag=lag)
    np.testing.assert_allclose(chained, np.array([1, 0.8, 0.64, 0.64]) * [*[1.25**-lag] * 2, 1, 1])
    npv = cost_benefit.net_present_value(flows([-5, 5, 5, 5]), discount_rate=flat)
    now = cost_benefit.net_present_value(flows([-5, 5, 5, 5]), discount_rate=0.25)
    assert npv == pytest.approx(now * 1.25**-lag)


def test_a_lag_beyond_a_year_is_refused():
    with pytest.raises(InputError, match=r"lag: must lie in \[0, 1\], got 2"):
        cost_benefit.discount_factors(0.1, 3, lag=2)


@pytest.mark.parametrize(
    ("length", "rate"), [(1, 0.038), (3, 0.038), (4, 0.0385), (20, 0.041), (30, 0.042), (50, 0.042)]
)
def test_a_schedule_by_length_holds_one_interpolated_rate(length, rate):
    found = cost_benefit.scheduled_discount_factors(A94, length)
    flat = cost_benefit.discount_factors(rate, length)
    pd.testing.assert_series_equal(found, flat)


def test_the_two_bases_differ():
    by_year = A94.assign(basis="by year", year=[1, 2, 3, 4, 5])
    chained = cost_benefit.scheduled_discount_factors(by_year, 2)
    assert chained[2] == pytest.approx(1 / 1.038 / 1.039)


def test_rows_of_a_schedule_in_any_order():
    shuffled = GREEN_BOOK.iloc[[2, 0, 1]].assign(schedule="standard", source="annex 6")
    pd.testing.assert_series_equal(
        cost_benefit.scheduled_discount_factors(shuffled, 80),
        cost_benefit.scheduled_discount_factors(GREEN_BOOK, 80),
    )


# Limiting cases


def test_no_discounting_is_a_sum():
    assert cost_benefit.net_present_value(flows([-5, 2, 4]), discount_rate=0) == 1


def test_period_zero_is_now():
    assert cost_benefit.present_value(flows([7]), discount_rate=0.9) == 7


def test_large_whole_money_does_not_overflow():
    frame = pd.DataFrame({0: [-4_000_000_000] * 2, 1: [9_000_000_000_000] * 2}, index=["a", "b"])
    assert cost_benefit.net_present_value(frame, discount_rate=0).tolist() == [8.996e12] * 2
    assert cost_benefit.internal_rates_of_return(frame)["a"] == pytest.approx((2249,))


@pytest.mark.parametrize(
    ("amounts", "rates"),
    [
        ([-100, 0, 0, 0], ()),
        ([5], ()),
        ([0, 0, -1, 2], (1.0,)),
        ([-1, 2, 0, 0], (1.0,)),
        ([1, -2, 1], (0.0,)),
        ([-0.3, 0.1, 0.1, 0.1], (0.0,)),
        ([-1, 1e-9], (-1 + 1e-9,)),
        ([-1, 1e9], (1e9 - 1,)),
        ([1, -2.4, 1.4401], ()),
    ],
)
def test_rates_of_return_at_the_limits(amounts, rates):
    found = cost_benefit.internal_rates_of_return(flows(amounts))
    assert found == pytest.approx(rates, rel=1e-12, abs=1e-12)


def test_a_frame_of_rates_of_return_is_a_series_of_tuples():
    frame = pd.DataFrame([[-100, 125, 0], [0, 0, 0]], index=["a", "b"])
    found = cost_benefit.internal_rates_of_return(frame)
    assert found.tolist() == [(0.25,), ()]
    assert found.index.tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("amounts", "years"),
    [
        ([0, 0, 0], 0),
        ([10, 20], 0),
        ([-10, -20], math.inf),
        ([-10], math.inf),
        ([-10, 10], 1),
        ([0, -100, 50, 50], 3),
        ([50, -100, 100], 1.5),
        ([-100, 200, -300, 50], 0.5),
        ([-0.9, 0.3, 0.6], 2),
    ],
)
def test_payback_at_the_limits(amounts, years):
    assert cost_benefit.payback_period(flows(amounts)) == pytest.approx(years)


@pytest.mark.parametrize(
    ("amounts", "first", "last"),
    [
        ([-100, 200, -300, 250], 0.5, 2.8),
        ([-100, 200, -300, 50], 0.5, math.inf),
        ([-100, 30, 40, 50, 20], 2.6, 2.6),
        ([10, 20], 0, 0),
        ([0, 0], 0, 0),
        ([-10], math.inf, math.inf),
        ([20, -50, 40], 1.75, 1.75),
    ],
)
def test_first_and_last_payback(amounts, first, last):
    assert cost_benefit.payback_period(flows(amounts)) == pytest.approx(first)
    assert cost_benefit.payback_period(flows(amounts), last=True) == pytest.approx(last)
    found = cost_benefit.discounted_payback_period(flows(amounts), discount_rate=0, last=True)
    assert found == pytest.approx(last)


def test_the_ratio_on_a_constrained_budget():
    benefit, cost = flows([0, 150]), flows([60, 25])
    grant = flows([40, 0])
    whole = cost_benefit.benefit_cost_ratio(benefit, cost, discount_rate=0.25)
    assert whole == pytest.approx(120 / 80)
    scarce = cost_benefit.benefit_cost_ratio(benefit, cost, discount_rate=0.25, budget_cost=grant)
    assert scarce == pytest.approx((120 - 40) / 40)
    none = cost_benefit.benefit_cost_ratio(benefit, cost, discount_rate=0, budget_cost=0 * grant)
    assert math.isnan(none)


@pytest.mark.parametrize(
    ("flow", "rate"),
    [
        ({"2026-01-01": -1.0, "2026-07-01": -2.0}, math.nan),
        ({"2026-01-01": 0.0, "2027-01-01": 0.0}, math.nan),
        ({"2026-01-01": 5.0}, math.nan),
        ({"2026-01-01": 100.0, "2027-01-01": -50.0}, -0.5),
        ({"2027-01-01": 200.0, "2025-01-01": 0.0, "2026-01-01": -100.0}, 1.0),
    ],
)
def test_dated_rates_at_the_limits(flow, rate):
    found = cost_benefit.dated_internal_rate_of_return(pd.Series(flow))
    assert found == pytest.approx(rate, nan_ok=True)


@pytest.mark.parametrize(
    ("flow", "message"),
    [
        ({"2026-01-01": -1.0, "2027-01-01": 3.0, "2028-01-01": -2.0}, "changes 2 times; add it up"),
        ({"2026-01-01": -1.0, "1 April": 3.0}, "cash_flow: must be an ISO date .* got '1 April'"),
        ({"2026-01-01": -1.0, "2027-01-01": math.nan}, "missing.* for date '2027-01-01'"),
        ({"2026-01-01": -1.0, "2027-01-01": math.inf}, "finite number, got inf"),
        ({"2026-01-01": "-£1"}, "finite number, got '-£1'"),
        ({}, "must have at least one entry"),
    ],
)
def test_bad_dated_flows_are_refused(flow, message):
    with pytest.raises(InputError, match=message):
        cost_benefit.dated_internal_rate_of_return(pd.Series(flow))


@pytest.mark.parametrize("cost", [[0, 0], [-5, 0], [1, -2]])
def test_benefit_cost_ratio_without_cost_is_undefined(cost):
    ratio = cost_benefit.benefit_cost_ratio(flows([1, 1]), flows(cost), discount_rate=0)
    assert math.isnan(ratio)


def test_one_project_without_cost_leaves_the_others_alone():
    benefit = pd.DataFrame({0: [1.0, 3.0], 1: [0.0, 0.0]}, index=["free", "paid"])
    cost = pd.DataFrame({1: [0.0, 0.0], 0: [2.0, 0.0]}, index=["paid", "free"])
    found = cost_benefit.benefit_cost_ratio(benefit, cost, discount_rate=0.1)
    assert found.index.tolist() == ["free", "paid"]
    assert math.isnan(found["free"])
    assert found["paid"] == 1.5


def test_equivalent_annual_value_of_one_period_is_undefined():
    assert math.isnan(cost_benefit.equivalent_annual_value(flows([5]), discount_rate=0.1))


@pytest.mark.parametrize(
    ("amounts", "rate"),
    [([-5, -5], -1.0), ([0, 0], math.nan), ([5, 5], math.nan), ([-5], math.nan)],
)
def test_modified_rate_at_the_limits(amounts, rate):
    found = cost_benefit.modified_internal_rate_of_return(
        flows(amounts), finance_rate=0.1, reinvestment_rate=0.1
    )
    assert found == pytest.approx(rate, nan_ok=True)


# Laws


@given(streams(), streams(), st.floats(-10, 10), RATES)
def test_npv_is_linear(first, second, factor, rate):
    longer = max(len(first), len(second))
    first, second = (flow.reindex(range(longer), fill_value=0.0) for flow in (first, second))
    size = cost_benefit.net_present_value(abs(first) * 10 + abs(second), discount_rate=rate)
    together = cost_benefit.net_present_value(factor * first + second, discount_rate=rate)
    apart = factor * cost_benefit.net_present_value(first, discount_rate=rate)
    apart += cost_benefit.net_present_value(second, discount_rate=rate)
    assert together == pytest.approx(apart, abs=1e-9 * size + 1e-9)


@given(streams(3, 8), RATES, st.data())
def test_bcr_above_one_means_npv_above_zero(benefit, rate, data):
    cost = flows(data.draw(st.lists(MONEY, min_size=len(benefit), max_size=len(benefit))))
    ratio = cost_benefit.benefit_cost_ratio(benefit, cost, discount_rate=rate)
    paid = cost_benefit.present_value(cost, discount_rate=rate)
    assert math.isnan(ratio) == (paid <= 0)
    assume(paid > 0 and abs(ratio - 1) > 1e-9)
    npv = cost_benefit.present_value(benefit, discount_rate=rate) - paid
    assert (ratio > 1) == (npv > 0)


@given(streams(1, 12))
def test_every_rate_of_return_makes_npv_zero(flow):
    found = cost_benefit.internal_rates_of_return(flow)
    assert list(found) == sorted(set(found))
    for rate in found:
        assume(rate < 1e6 and rate > -0.999)
        npv = cost_benefit.net_present_value(flow, discount_rate=rate)
        size = cost_benefit.net_present_value(abs(flow), discount_rate=rate)
        assert abs(npv) <= 1e-9 * size


@given(st.lists(st.floats(-0.6, 1.5), min_size=1, max_size=5), st.floats(0.1, 100))
def test_rates_of_return_are_the_ones_built_in(rates, scale):
    rates = sorted(rates)
    assume(all(b - a > 0.05 for a, b in itertools.pairwise(rates)))
    flow = flows(scale * np.poly([1 + rate for rate in rates]))
    assert cost_benefit.internal_rates_of_return(flow) == pytest.approx(rates, abs=1e-6)


@pytest.mark.parametrize(
    ("growth", "rates", "within"),
    [
        ([1.2] * 2, [0.2], 1e-6),
        ([1.2] * 4, [0.2], 1e-3),
        ([0.9] * 5, [-0.1], 1e-2),
        ([1.1, 1.1, 1.3, 0.5, 0.5], [-0.5, 0.1, 0.3], 1e-6),
    ],
)
def test_a_repeated_rate_of_return_is_given_once(growth, rates, within):
    found = cost_benefit.internal_rates_of_return(flows(np.poly(growth)))
    assert found == pytest.approx(rates, abs=within)


@given(streams(2, 10))
def test_a_single_sign_change_has_a_single_rate(flow):
    signs = np.sign(flow[flow != 0])
    changes = int((signs.diff().abs() == 2).sum())
    found = cost_benefit.internal_rates_of_return(flow)
    assert len(found) <= changes
    if changes == 1 and flow[flow != 0].abs().min() > 1:
        assert len(found) == 1


@given(streams(), RATES, st.integers(1, 5))
def test_a_later_start_scales_npv(flow, rate, years):
    later = flows([0.0] * years + flow.tolist())
    now = cost_benefit.net_present_value(flow, discount_rate=rate)
    size = cost_benefit.net_present_value(abs(flow), discount_rate=rate)
    moved = cost_benefit.net_present_value(later, discount_rate=rate) * (1 + rate) ** years
    assert moved == pytest.approx(now, abs=1e-9 * size + 1e-12)


@given(frames(2), RATES, st.randoms())
def test_a_frame_is_its_rows_in_any_order(frame, rate, random):
    rows, columns = list(frame.index), list(frame.columns)
    random.shuffle(rows)
    random.shuffle(columns)
    shuffled, discount = frame.loc[rows, columns], {"discount_rate": rate}
    finance = {"finance_rate": rate, "reinvestment_rate": rate}
    for function, options in [
        (cost_benefit.present_value, discount),
        (cost_benefit.net_present_value, discount),
        (cost_benefit.equivalent_annual_value, discount),
        (cost_benefit.payback_period, {}),
        (cost_benefit.discounted_payback_period, discount),
        (cost_benefit.modified_internal_rate_of_return, finance),
        (cost_benefit.internal_rates_of_return, {}),
    ]:
        found = function(shuffled, **options)
        assert found.index.tolist() == rows
        assert found.name == function.__name__
        for project in rows:
            one = function(frame.loc[project], **options)
            assert found[project] == pytest.approx(one, rel=1e-9, abs=1e-6, nan_ok=True)


@given(streams(), RATES)
def test_factors_price_as_their_rate(flow, rate):
    factors = cost_benefit.discount_factors(rate, 30)[::-1]
    assert cost_benefit.net_present_value(flow, discount_rate=factors) == pytest.approx(
        cost_benefit.net_present_value(flow, discount_rate=rate)
    )


def test_arguments_are_left_as_they_were():
    frame = pd.DataFrame([[3, -1], [2, -2]], columns=[1, 0])
    before = frame.copy()
    cost_benefit.net_present_value(frame, discount_rate=0.1)
    cost_benefit.internal_rates_of_return(frame)
    cost_benefit.payback_period(frame)
    pd.testing.assert_frame_equal(frame, before)


# Bad input

FLOW_FUNCTIONS = {
    "present_value": {"discount_rate": 0.1},
    "net_present_value": {"discount_rate": 0.1},
    "internal_rates_of_return": {},
    "modified_internal_rate_of_return": {"finance_rate": 0.1, "reinvestment_rate": 0.1},
    "payback_period": {},
    "discounted_payback_period": {"discount_rate": 0.1},
    "equivalent_annual_value": {"discount_rate": 0.1},
}


@pytest.mark.parametrize("name", FLOW_FUNCTIONS)
@pytest.mark.parametrize(
    ("flow", "message"),
    [
        (pd.Series([1.0, np.nan]), r"flow: each must be a finite number, got nothing \(missing\)"),
        (pd.Series([1.0, np.inf]), "flow: each must be a finite number, got inf"),
        (pd.Series(["1", "£2"]), "flow: each must be a finite number, got '1'"),
        (pd.Series([True, False]), "flow: each must be a finite number, got True"),
        (pd.Series([], dtype="float64"), "flow: must have at least one entry"),
        (pd.DataFrame(), "flow: must have at least one row"),
        ([1, 2], "flow: must be a DataFrame, got list"),
        (pd.Series([1, 2], index=[1, 2]), "flow: periods must be the whole numbers 0 to 1"),
        (pd.Series([1, 2], index=[0, 2]), "flow: periods must be the whole numbers 0 to 1"),
        (pd.Series([1, 2], index=[0, 0]), "flow: each entry label must occur once"),
        (pd.Series([1, 2], index=["0", "1"]), "flow: periods must be the whole numbers 0 to 1"),
        (
            pd.DataFrame([[1, 2]], columns=["2027-04-01", "2028-04-01"]),
            "flow: periods must be the whole numbers 0 to 1, 0 being now, got '2027-04-01'",
        ),
        (
            pd.DataFrame([[1.0, 2.0], [1.0, np.nan]], index=["a", "b"]),
            "missing.* for project 'b', column 1 ",
        ),
    ],
)
def test_bad_flows_are_refused(name, flow, message):
    with pytest.raises(InputError, match=message):
        getattr(cost_benefit, name)(flow, **FLOW_FUNCTIONS[name])


@pytest.mark.parametrize(
    ("rate", "message"),
    [
        (-1, "discount_rate: must be above -1, got -1"),
        (-1.5, "discount_rate: must be at least -1, got -1.5"),
        (np.nan, "discount_rate: .* got nothing"),
        ("3.5 %", "discount_rate: must be a number, got '3.5 %'"),
        (None, "discount_rate: must be a number, got nothing"),
        (pd.Series([1.0]), "discount_rate: has no factor for period 1; give 0 to 1"),
        (pd.Series([1.0, np.nan]), "discount_rate: each must be a finite number"),
        (pd.Series([1.0, -0.5]), "discount_rate: each must be at least 0, got -0.5"),
        (
            pd.Series([0.035, 0.035]),
            "the factor of period 0 must be 1, .* got 0.035; give discount",
        ),
    ],
)
def test_bad_discount_rates_are_refused(rate, message):
    with pytest.raises(InputError, match=message):
        cost_benefit.net_present_value(flows([1, 2]), discount_rate=rate)


def test_a_rate_too_extreme_to_compute_is_refused():
    with pytest.raises(InputError, match=r"rate: -0\.99 a year over 200 years is too large"):
        cost_benefit.discount_factors(-0.99, 200)


@pytest.mark.parametrize("periods", [-1, 1.5, True, "3", None, [], [0, -1], [0.5], ["a"], [1, 1]])
def test_bad_periods_are_refused(periods):
    with pytest.raises(InputError, match="periods: "):
        cost_benefit.discount_factors(0.1, periods)


def test_benefit_and_cost_must_match():
    benefit = pd.DataFrame([[1.0, 2.0]], index=["a"])
    with pytest.raises(InputError, match="cost: labels must be those of benefit; missing 'a'"):
        cost_benefit.benefit_cost_ratio(benefit, benefit.rename({"a": "b"}), discount_rate=0)
    with pytest.raises(InputError, match="cost: labels must be those of benefit; missing 1"):
        cost_benefit.benefit_cost_ratio(benefit, benefit[[0]], discount_rate=0)
    with pytest.raises(InputError, match="cost: must be a Series or a DataFrame as benefit is"):
        cost_benefit.benefit_cost_ratio(benefit, flows([1, 2]), discount_rate=0)


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        (GREEN_BOOK.drop(columns="rate"), "schedule: must have the columns 'rate'"),
        (
            GREEN_BOOK.assign(basis="yearly"),
            "schedule basis: must be one of 'by year', 'by length'",
        ),
        (
            GREEN_BOOK.assign(basis=["by year", "by length", "by year"]),
            "schedule: must hold one basis, got 'by year', 'by length'",
        ),
        (
            GREEN_BOOK.assign(schedule=["standard", "standard", "health"]),
            "schedule: must hold one schedule, got 'standard', 'health'; pick its rows",
        ),
        (GREEN_BOOK.assign(year=[1, 31, 31]), "schedule year: .*repeated: 31"),
        (GREEN_BOOK.assign(year=[2, 31, 76]), "the first rate must apply from year 1, got year 2"),
        (GREEN_BOOK.assign(rate=[0.035, np.nan, 0.025]), "schedule rate: each must be a finite"),
        (GREEN_BOOK.assign(rate=[0.035, -1.0, 0.025]), "schedule rate: each must be above -1"),
        (GREEN_BOOK.iloc[:0], "schedule: must have at least one row"),
    ],
)
def test_bad_schedules_are_refused(schedule, message):
    with pytest.raises(InputError, match=message):
        cost_benefit.scheduled_discount_factors(schedule, 10)
