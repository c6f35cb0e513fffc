"""Price a stream of yearly flows: discounting, net present value, ratios, rates, payback.

A flow is a Series by period, which gives a number, or a frame of projects by
periods, which gives a Series by project: the same formula, row by row. Periods
are the whole numbers 0, 1, ..., T, in any order; period 0 is now and is not
discounted. Inflows are positive.

A discount rate is a number (0.035 is 3.5 % a year) or a Series of discount
factors by period, such as :func:`scheduled_discount_factors` returns; the
factors may reach beyond the flow, never fall short of it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmo_lib import checks, periods, roots
from pmo_lib.checks import InputError
from pmo_lib.discounting import (
    discount_factors,
    growth,
    official_schedules,
    require_factors,
    require_rate,
    scheduled_discount_factors,
)
from pmo_lib.flows import aligned, by_period, like

__all__ = [
    "benefit_cost_ratio",
    "dated_internal_rate_of_return",
    "dated_net_present_value",
    "discount_factors",
    "discounted_payback_period",
    "equivalent_annual_value",
    "internal_rates_of_return",
    "modified_internal_rate_of_return",
    "net_present_value",
    "official_schedules",
    "payback_period",
    "present_value",
    "scheduled_discount_factors",
]


def present_value(
    flow: pd.Series | pd.DataFrame, *, discount_rate: float | pd.Series
) -> float | pd.Series:
    r"""Discount a flow to now and add it up: :math:`\sum_t d_t f_t`.

    Parameters
    ----------
    flow : Series of shape (n_periods,) or DataFrame of shape (n_projects, n_periods)
        Amounts by period 0 to T, of one sign convention. [currency]
    discount_rate : float or Series
        Yearly rate above -1, or discount factors by period. [1/year or -]

    Returns
    -------
    float or Series of shape (n_projects,)
        Named ``"present_value"``, in the row order of `flow`. [currency]

    Raises
    ------
    InputError
        If an amount is missing or not a finite number, the periods are not 0 to T,
        or the discount rate is bad or has no factor for a period.

    Examples
    --------
    >>> present_value(pd.Series([0, 125, 250]), discount_rate=0.25)
    260.0
    """
    amounts = by_period(flow, name="flow")
    factors = require_factors(discount_rate, amounts.shape[1])
    return like(flow, amounts @ factors, name="present_value")


def net_present_value(
    cash_flow: pd.Series | pd.DataFrame, *, discount_rate: float | pd.Series
) -> float | pd.Series:
    r"""Discount benefits less costs to now: :math:`\sum_t d_t c_t`, period 0 undiscounted.

    Spreadsheet functions discount the first flow as well; this one does not.

    Parameters
    ----------
    cash_flow : Series of shape (n_periods,) or DataFrame of shape (n_projects, n_periods)
        Benefits less costs by period 0 to T. [currency]
    discount_rate : float or Series
        Yearly rate above -1, or discount factors by period. [1/year or -]

    Returns
    -------
    float or Series of shape (n_projects,)
        Named ``"net_present_value"``, in the row order of `cash_flow`. [currency]

    Raises
    ------
    InputError
        As for :func:`present_value`.

    Examples
    --------
    >>> net_present_value(pd.Series([-100, 0, 250]), discount_rate=0.25)
    60.0
    """
    amounts = by_period(cash_flow, name="cash_flow")
    factors = require_factors(discount_rate, amounts.shape[1])
    return like(cash_flow, amounts @ factors, name="net_present_value")


def benefit_cost_ratio(
    benefit: pd.Series | pd.DataFrame,
    cost: pd.Series | pd.DataFrame,
    *,
    discount_rate: float | pd.Series,
    budget_cost: pd.Series | pd.DataFrame | None = None,
) -> float | pd.Series:
    """Divide the present value of benefits by the present value of costs.

    On a constrained budget the denominator is only what that budget pays, and all
    other costs are taken from the benefits. Without a positive denominator the ratio
    is undefined, and NaN: the caller sets such a project aside.

    Parameters
    ----------
    benefit, cost : Series of shape (n_periods,) or DataFrame of shape (n_projects, n_periods)
        Amounts by period 0 to T, both counted as positive, with the same labels. [currency]
    discount_rate : float or Series
        Yearly rate above -1, or discount factors by period. [1/year or -]
    budget_cost : as cost, optional
        The part of `cost` that the constrained budget pays; all of it if left out.
        [currency]

    Returns
    -------
    float or Series of shape (n_projects,)
        Named ``"benefit_cost_ratio"``, in the row order of `benefit`. [-]

    Raises
    ------
    InputError
        If the labels of the flows differ, or as for :func:`present_value`.

    Examples
    --------
    >>> benefit_cost_ratio(pd.Series([0, 150]), pd.Series([60, 0]), discount_rate=0.25)
    2.0
    """
    benefits, costs = by_period(benefit, name="benefit"), aligned(cost, benefit, name="cost")
    factors = require_factors(discount_rate, benefits.shape[1])
    paid = costs if budget_cost is None else aligned(budget_cost, benefit, name="budget_cost")
    numerator, denominator = (benefits - (costs - paid)) @ factors, paid @ factors
    ratio = np.full(len(numerator), np.nan)
    np.divide(numerator, denominator, out=ratio, where=denominator > 0)
    return like(benefit, ratio, name="benefit_cost_ratio")


def internal_rates_of_return(cash_flow: pd.Series | pd.DataFrame) -> tuple | pd.Series:
    r"""Find every rate :math:`r > -1` at which the net present value is zero.

    A flow that changes sign more than once may have several such rates, or none;
    a unique rate is a tuple of length one. Rates that double precision cannot tell
    apart (a double or triple root) are given once.

    Parameters
    ----------
    cash_flow : Series of shape (n_periods,) or DataFrame of shape (n_projects, n_periods)
        Benefits less costs by period 0 to T. [currency]

    Returns
    -------
    tuple of float, or Series of shape (n_projects,) of tuples
        The rates, ascending; empty when there is none, and when every flow is zero.
        The Series is named ``"internal_rates_of_return"``. [1/year]

    Raises
    ------
    InputError
        If an amount is missing or not a finite number, or the periods are not 0 to T.

    Examples
    --------
    >>> internal_rates_of_return(pd.Series([-100, 125]))
    (0.25,)
    >>> internal_rates_of_return(pd.Series([1, 2, 3]))
    ()
    """
    amounts = by_period(cash_flow, name="cash_flow")
    growth = roots.positive_roots(amounts[:, ::-1])
    rates = [tuple(rate for rate in (found - 1).tolist() if rate > -1) for found in growth]
    if isinstance(cash_flow, pd.Series):
        return rates[0]
    return pd.Series(rates, index=cash_flow.index, name="internal_rates_of_return", dtype=object)


def modified_internal_rate_of_return(
    cash_flow: pd.Series | pd.DataFrame, *, finance_rate: float, reinvestment_rate: float
) -> float | pd.Series:
    r"""Find the one rate that turns what is paid in into what it grows to.

    Outflows are discounted to now at the finance rate, inflows compounded to the
    last period T at the reinvestment rate, and the rate is
    :math:`(F^{+} / P^{-})^{1/T} - 1`. A total loss gives -1. Without an outflow, or
    with a single period, the rate is undefined, and NaN.

    Parameters
    ----------
    cash_flow : Series of shape (n_periods,) or DataFrame of shape (n_projects, n_periods)
        Benefits less costs by period 0 to T. [currency]
    finance_rate, reinvestment_rate : float
        Yearly rates above -1. [1/year]

    Returns
    -------
    float or Series of shape (n_projects,)
        Named ``"modified_internal_rate_of_return"``. [1/year]

    Raises
    ------
    InputError
        If an amount is missing or not a finite number, the periods are not 0 to T,
        or a rate is not a number above -1.

    Examples
    --------
    >>> flow = pd.Series([-100, 60, 60])
    >>> rate = modified_internal_rate_of_return(flow, finance_rate=0.1, reinvestment_rate=0.4)
    >>> round(rate, 9)
    0.2
    """
    amounts = by_period(cash_flow, name="cash_flow")
    last = amounts.shape[1] - 1
    years = np.arange(last + 1)
    paid = -np.minimum(amounts, 0) @ growth(
        1 + require_rate(finance_rate, name="finance_rate"), -years
    )
    yearly = 1 + require_rate(reinvestment_rate, name="reinvestment_rate")
    reinvested = growth(yearly, last - years)
    received = np.maximum(amounts, 0) @ reinvested
    rate = np.full(len(paid), np.nan)
    if last:
        np.divide(received, paid, out=rate, where=paid > 0)
        rate = rate ** (1 / last) - 1
    return like(cash_flow, rate, name="modified_internal_rate_of_return")


def payback_period(cash_flow: pd.Series | pd.DataFrame, *, last: bool = False) -> float | pd.Series:
    r"""Find when the money paid in has come back, undiscounted.

    The first moment, counted from now, at which the running total has been below zero
    and is no longer; within a year the flow is taken to arrive evenly. A project whose
    running total is never below zero has payback 0; one that never recovers has
    infinity, which a reader is shown as "never". Later costs, such as closing down, can
    take the total below zero again: the last moment may differ from the first.

    Parameters
    ----------
    cash_flow : Series of shape (n_periods,) or DataFrame of shape (n_projects, n_periods)
        Benefits less costs by period 0 to T. [currency]
    last : bool, default False
        Give the moment after which the total is never below zero again; infinity if it
        ends below zero.

    Returns
    -------
    float or Series of shape (n_projects,)
        Non-negative, named ``"payback_period"``. [years]

    Raises
    ------
    InputError
        If an amount is missing or not a finite number, or the periods are not 0 to T.

    Examples
    --------
    >>> payback_period(pd.Series([-100, 30, 40, 50]))
    2.6
    >>> payback_period(pd.Series([-100, 30]))
    inf
    """
    amounts = by_period(cash_flow, name="cash_flow")
    return like(cash_flow, _recovery(amounts, last=last), name="payback_period")


def discounted_payback_period(
    cash_flow: pd.Series | pd.DataFrame, *, discount_rate: float | pd.Series, last: bool = False
) -> float | pd.Series:
    """Find when the money paid in has come back, each flow discounted to now.

    As :func:`payback_period`, on the flow times its discount factor.

    Parameters
    ----------
    cash_flow : Series of shape (n_periods,) or DataFrame of shape (n_projects, n_periods)
        Benefits less costs by period 0 to T. [currency]
    discount_rate : float or Series
        Yearly rate above -1, or discount factors by period. [1/year or -]
    last : bool, default False
        As for :func:`payback_period`.

    Returns
    -------
    float or Series of shape (n_projects,)
        Non-negative, infinity for never, named ``"discounted_payback_period"``. [years]

    Raises
    ------
    InputError
        As for :func:`present_value`.

    Examples
    --------
    >>> discounted_payback_period(pd.Series([-100, 75, 125]), discount_rate=0.25)
    1.5
    """
    amounts = by_period(cash_flow, name="cash_flow")
    discounted = amounts * require_factors(discount_rate, amounts.shape[1])
    return like(cash_flow, _recovery(discounted, last=last), name="discounted_payback_period")


def equivalent_annual_value(
    cash_flow: pd.Series | pd.DataFrame, *, discount_rate: float | pd.Series
) -> float | pd.Series:
    r"""Spread the net present value evenly over the years 1 to T.

    The equal yearly amount of the same present value,
    :math:`\sum_{t=0}^{T} d_t c_t / \sum_{t=1}^{T} d_t`. A flow of one period has no
    year to be spread over: NaN.

    Parameters
    ----------
    cash_flow : Series of shape (n_periods,) or DataFrame of shape (n_projects, n_periods)
        Benefits less costs by period 0 to T. [currency]
    discount_rate : float or Series
        Yearly rate above -1, or discount factors by period. [1/year or -]

    Returns
    -------
    float or Series of shape (n_projects,)
        Named ``"equivalent_annual_value"``. [currency/year]

    Raises
    ------
    InputError
        As for :func:`present_value`.

    Examples
    --------
    >>> round(equivalent_annual_value(pd.Series([-144, 125, 125]), discount_rate=0.25), 9)
    25.0
    """
    amounts = by_period(cash_flow, name="cash_flow")
    factors = require_factors(discount_rate, amounts.shape[1])
    annuity = factors[1:].sum()
    value = amounts @ factors / annuity if annuity > 0 else np.full(len(amounts), np.nan)
    return like(cash_flow, value, name="equivalent_annual_value")


def dated_net_present_value(cash_flow: pd.Series, *, discount_rate: float) -> float:
    """Discount flows on single days to the first of them, a year having 365 days.

    Parameters
    ----------
    cash_flow : Series of shape (n_days,)
        Benefits less costs by ISO date, in any order. [currency]
    discount_rate : float
        Yearly rate above -1. [1/year]

    Examples
    --------
    >>> flow = pd.Series({"2026-01-01": -100.0, "2027-01-01": 125.0})
    >>> abs(round(dated_net_present_value(flow, discount_rate=0.25), 9))
    0.0
    """
    years, amounts = _by_date(cash_flow)
    return float(amounts @ (1 + require_rate(discount_rate, name="discount_rate")) ** -years)


def dated_internal_rate_of_return(cash_flow: pd.Series) -> float:
    """Find the rate at which `dated_net_present_value` is zero; NaN if there is none.

    Raises
    ------
    InputError
        If an amount or a date is bad, or the flow changes sign more than once, so that
        several rates are possible.

    Examples
    --------
    >>> flow = pd.Series({"2027-01-01": 125.0, "2026-01-01": -100.0})
    >>> round(dated_internal_rate_of_return(flow), 9)
    0.25
    """
    years, amounts = _by_date(cash_flow)
    signs = np.sign(amounts[amounts != 0])
    changes = int((signs[1:] != signs[:-1]).sum())
    if changes > 1:
        raise InputError(
            f"cash_flow: must change sign once for one rate, changes {changes} times; add it up by "
            "year and use cost_benefit.internal_rates_of_return"
        )
    if not changes:
        return float("nan")
    low, high = -600 / years[-1], 600 / years[-1]
    for _ in range(200):
        middle = (low + high) / 2
        early = (amounts / np.abs(amounts).max()) @ np.exp(-middle * years) * signs[0] < 0
        low, high = (middle, high) if early else (low, middle)
    return float(np.expm1(middle))


def _recovery(amounts: np.ndarray, *, last: bool) -> np.ndarray:
    """Return when each row's running total first, or last, comes back from below zero."""
    running = np.cumsum(amounts, axis=1)
    rounding = amounts.shape[1] * np.finfo(float).eps * np.cumsum(np.abs(amounts), axis=1)
    running[np.abs(running) <= rounding] = 0
    below = running < 0
    recovered = np.zeros_like(below)
    recovered[:, 1:] = ~below[:, 1:] & below[:, :-1]
    period = np.where(below.any(axis=1), np.inf, 0.0)
    rows = np.flatnonzero(recovered.any(axis=1) & ~(last & below[:, -1]))
    after = recovered[rows].argmax(axis=1)
    if last:
        after = recovered.shape[1] - 1 - recovered[rows, ::-1].argmax(axis=1)
    owed = -running[rows, after - 1]
    period[rows] = after - 1 + owed / (running[rows, after] + owed)
    return period


def _by_date(cash_flow: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return years from the first date, and amounts, by rising date, or refuse them."""
    checks.require_series(cash_flow, name="cash_flow")
    amounts = checks.require_numbers(cash_flow, name="cash_flow", rows="date").to_numpy()
    days = np.array([periods.parse(day, name="cash_flow").toordinal() for day in cash_flow.index])
    order = np.argsort(days)
    return (days[order] - days.min()) / 365, amounts[order]
