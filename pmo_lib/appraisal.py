"""What an official business case adds to present values.

Optimism bias, price bases, the appraisal period, one table of figures, switching
values, and why rankings disagree. Flows are by period 0 to T as in `cost_benefit`,
of which every formula here makes use.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from pmo_lib import checks, cost_benefit
from pmo_lib.checks import InputError
from pmo_lib.discounting import factors_at, require_all_factors, require_factors
from pmo_lib.flows import aligned, by_period

MOST_PAIRED = 1_000
"""How many projects `ranking_disagreements` compares in pairs."""

LONGEST_DELAY = 1_000
"""Years of delay beyond which a project is taken to bear any. [year]"""


def optimism_bias_bounds() -> pd.DataFrame:
    """Read the published bounds: project_type, item, lower, upper, dated_from, source."""
    return pd.read_csv(Path(__file__).with_name("official") / "optimism_bias.csv")


def optimism_bias(
    project_type: pd.Series,
    *,
    mitigation: float | pd.Series = 0.0,
    item: str = "capital",
    bounds: pd.DataFrame | None = None,
) -> pd.Series:
    r"""Find by how much estimates of a type of project are to be raised.

    Mitigation :math:`m` takes its share from the upper bound, never below the lower:
    :math:`\max(u (1 - m), l)` [1]_. Multiply a cost or a duration by 1 plus this.

    Parameters
    ----------
    project_type : Series of shape (n_projects,)
        The type of each project, as in `bounds`.
    mitigation : float or Series of shape (n_projects,), default 0
        Share of the causes of bias that is managed, in [0, 1]. [-]
    item : str, default "capital"
        What is raised: ``"capital"``, ``"duration"`` or ``"operating"``.
    bounds : DataFrame, optional
        Other bounds, laid out as `optimism_bias_bounds`, which is the default.

    Returns
    -------
    Series of shape (n_projects,)
        Share to add, non-negative, named ``"optimism_bias"``. [-]

    Raises
    ------
    InputError
        If a type has no bounds for the item, or a mitigation is not in [0, 1].

    References
    ----------
    .. [1] Mott MacDonald, *Review of Large Public Procurement in the UK*. London, 2002.

    Examples
    --------
    >>> kinds = pd.Series({"theatre": "non-standard building"})
    >>> optimism_bias(kinds).tolist(), optimism_bias(kinds, mitigation=1.0).tolist()
    ([0.51], [0.04])
    """
    checks.require_series(project_type, name="project_type")
    bounds = optimism_bias_bounds() if bounds is None else bounds
    if missing := {"project_type", "item", "lower", "upper"} - set(bounds.columns):
        raise InputError(f"bounds: must have the columns {checks.listing(sorted(missing))}")
    known = bounds[bounds["item"] == item].set_index("project_type")[["lower", "upper"]]
    checks.require_unique(known.index, name="bounds", axis="project_type")
    good = project_type.isin(known.index).to_numpy()
    rule = f"each must have bounds for {item}: {checks.listing(known.index, most=12)}"
    checks.require_all(good, project_type, name="project_type", rule=rule, rows="project")
    if isinstance(mitigation, pd.Series):
        checks.require_same_labels(
            mitigation.index, project_type.index, name="mitigation", other="project_type"
        )
    managed = pd.Series(mitigation, index=project_type.index)
    managed = checks.require_numbers(managed, name="mitigation", low=0, high=1, rows="project")
    lower, upper = known.loc[project_type].to_numpy().T
    raised = np.maximum(upper * (1 - managed.to_numpy()), lower)
    return pd.Series(raised, index=project_type.index, name="optimism_bias")


def restated(
    flow: pd.Series | pd.DataFrame,
    *,
    stated: str | int | pd.Series,
    wanted: str | int,
    deflator: pd.Series,
) -> pd.Series | pd.DataFrame:
    """Restate amounts in other prices.

    Parameters
    ----------
    flow : Series of shape (n_periods,) or DataFrame of shape (n_projects, n_periods)
        Amounts by period 0 to T. [currency]
    stated, wanted : "nominal" or int; `stated` also Series by project
        ``"nominal"``: prices of the period in which the money flows; a number: constant
        prices of that period, negative for years before now.
    deflator : Series
        Price level by period, on any base, positive; with every period needed. [-]

    Returns
    -------
    Series or DataFrame
        Labelled as `flow`. [currency]

    Raises
    ------
    InputError
        If an amount or price level is bad, or a period has no price level.

    Examples
    --------
    >>> prices = pd.Series({-1: 0.8, 0: 1.0, 1: 1.25})
    >>> restated(pd.Series([8, 10]), stated="nominal", wanted=0, deflator=prices).tolist()
    [8.0, 8.0]
    """
    by_period(flow, name="flow")
    if isinstance(stated, pd.Series):
        checks.require_same_labels(stated.index, flow.index, name="stated", other="flow")
        parts = [
            restated(flow.loc[own.index], stated=prices, wanted=wanted, deflator=deflator)
            for prices, own in stated.groupby(stated)
        ]
        return pd.concat(parts).loc[flow.index]
    checks.require_series(deflator, name="deflator")
    levels = checks.require_numbers(deflator, name="deflator", low=0, rows="period")
    years = flow.index if isinstance(flow, pd.Series) else flow.columns
    from_level, to_level = (
        levels.reindex(years if prices == "nominal" else [prices] * len(years)).to_numpy()
        for prices in (stated, wanted)
    )
    if not (from_level * to_level > 0).all():
        raise InputError(
            f"deflator: must have a level above 0 for each period and for the prices "
            f"{checks.show(stated)} and {checks.show(wanted)}; has {checks.listing(levels.index)}"
        )
    return flow * (to_level / from_level)


def over_period(
    flow: pd.DataFrame, *, last: int, residual_value: pd.Series | None = None
) -> pd.DataFrame:
    """Cut or lengthen flows to an appraisal period, and add what is left at its end.

    Parameters
    ----------
    flow : DataFrame of shape (n_projects, n_periods)
        Amounts by period 0 to T; what falls after `last` is dropped. [currency]
    last : int
        The last period of the appraisal.
    residual_value : Series of shape (n_projects,), optional
        What the assets are worth at the end, added in the last period. [currency]

    Returns
    -------
    DataFrame of shape (n_projects, last + 1)
        [currency]

    Examples
    --------
    >>> flow = pd.DataFrame({0: [-9.0], 1: [4.0], 2: [4.0]}, index=["depot"])
    >>> over_period(flow, last=1, residual_value=pd.Series({"depot": 3.0})).loc["depot"].tolist()
    [-9.0, 7.0]
    """
    checks.require_frame(flow, name="flow")
    kept = pd.DataFrame(by_period(flow, name="flow"), index=flow.index)
    kept = kept.reindex(columns=range(int(checks.require_number(last, name="last", low=0)) + 1))
    kept = kept.fillna(0.0)
    if residual_value is not None:
        checks.require_series(residual_value, name="residual_value")
        checks.require_same_labels(
            residual_value.index, flow.index, name="residual_value", other="flow"
        )
        left = checks.require_numbers(residual_value, name="residual_value", rows="project")
        kept[kept.columns[-1]] += left
    return kept


def cost_effectiveness(
    cost: pd.DataFrame, units: pd.DataFrame, *, discount_rate, unit_rate=None
) -> pd.Series:
    """Divide the present value of costs by the discounted units they bring.

    Parameters
    ----------
    cost, units : DataFrame of shape (n_projects, n_periods)
        Costs, and what they bring in its own unit, by period 0 to T. [currency, unit]
    discount_rate : float or Series
        Yearly rate above -1, or discount factors by period. [1/year or -]
    unit_rate : float or Series, optional
        The same for the units, if they have their own; 0 counts them as they are.

    Returns
    -------
    Series of shape (n_projects,)
        NaN where no unit is brought, named ``"cost_effectiveness"``. [currency/unit]

    Examples
    --------
    >>> cost, homes = pd.DataFrame({0: [900.0], 1: [0]}), pd.DataFrame({0: [0], 1: [75]})
    >>> cost_effectiveness(cost, homes, discount_rate=0.25).tolist()
    [15.0]
    """
    checks.require_frame(units, name="units")
    aligned(cost, units, name="cost", other_name="units")
    paid = cost_benefit.present_value(cost, discount_rate=discount_rate)
    unit_rate = discount_rate if unit_rate is None else unit_rate
    brought = cost_benefit.present_value(units, discount_rate=unit_rate)
    return (paid / brought.where(brought > 0)).rename("cost_effectiveness")


def business_case(
    benefit: pd.DataFrame,
    cost: pd.DataFrame,
    *,
    discount_rate: float | pd.Series,
    prices: Mapping,
    budget_cost: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Lay out every figure an official business case needs, a row for each project.

    Parameters
    ----------
    benefit, cost : DataFrame of shape (n_projects, n_periods)
        Amounts by period 0 to T, both counted as positive. [currency]
    discount_rate : float or Series
        Yearly rate above -1, or discount factors by period. [1/year or -]
    prices : mapping
        What the amounts are stated in: ``{"benefit": ..., "cost": ..., "rate": ...}``,
        flows as in `restated`, the rate ``"real"`` or ``"nominal"``. They must agree.
    budget_cost : DataFrame of shape (n_projects, n_periods), optional
        The part of the cost that a constrained budget pays. [currency]

    Returns
    -------
    DataFrame of shape (n_projects, 13)
        ``cost_pv``, ``benefit_pv``, ``npv`` (the net present social value where benefits
        are society's) [currency]; ``bcr``, ``budget_bcr`` on the constrained budget [-];
        ``equivalent_annual`` [currency/year]; ``irr``, given only if it is the one root
        and money is paid before it comes back; ``irr_unique`` and ``irr_roots``, all of
        them; ``mirr`` at the discount rate [1/year]; ``payback``, ``last_payback`` and
        ``discounted_payback`` [year].

    Raises
    ------
    InputError
        If prices are mixed, or as for `cost_benefit.benefit_cost_ratio`.
    """
    checks.require_frame(benefit, name="benefit")
    _require_one_price_base(prices)
    rate = {"discount_rate": discount_rate}
    amounts = by_period(benefit, name="benefit") - aligned(cost, benefit, name="cost")
    net = pd.DataFrame(amounts, index=benefit.index)
    roots = cost_benefit.internal_rates_of_return(net)
    table = pd.DataFrame(index=benefit.index)
    table["cost_pv"] = cost_benefit.present_value(cost, **rate)
    table["benefit_pv"] = cost_benefit.present_value(benefit, **rate)
    table["npv"] = table["benefit_pv"] - table["cost_pv"]
    table["bcr"] = cost_benefit.benefit_cost_ratio(benefit, cost, **rate)
    table["budget_bcr"] = cost_benefit.benefit_cost_ratio(
        benefit, cost, budget_cost=budget_cost, **rate
    )
    table["equivalent_annual"] = cost_benefit.equivalent_annual_value(net, **rate)
    invested = amounts[np.arange(len(amounts)), (amounts != 0).argmax(axis=1)] < 0
    table["irr_unique"] = roots.map(len) == 1
    table["irr"] = roots.str[0].astype("float64").where(table["irr_unique"] & invested)
    table["irr_roots"] = roots
    table["mirr"] = _modified_rate(amounts, discount_rate)
    table["payback"] = cost_benefit.payback_period(net)
    table["last_payback"] = cost_benefit.payback_period(net, last=True)
    table["discounted_payback"] = cost_benefit.discounted_payback_period(net, **rate)
    return table


def switching_values(
    benefit: pd.DataFrame, cost: pd.DataFrame, *, discount_rate: float | pd.Series
) -> pd.DataFrame:
    """Find what each project's costs, benefits or dates must become for its NPV to be zero.

    Parameters
    ----------
    benefit, cost : DataFrame of shape (n_projects, n_periods)
        Amounts by period 0 to T, both counted as positive. [currency]
    discount_rate : float or Series
        Yearly rate above -1, or discount factors by period; between and beyond the
        periods they are continued at the nearest yearly rate. [1/year or -]

    Returns
    -------
    DataFrame of shape (n_projects, 3)
        ``cost_change`` and ``benefit_change``, the share by which all of them must change
        (0.25: a quarter more), NaN where there are none [-]; ``benefit_delay``, how much
        later all benefits must come, negative for sooner, infinity if no delay is too
        long, NaN if coming sooner does not help or a benefit is negative [year].

    Examples
    --------
    >>> benefit = pd.DataFrame({0: [0.0], 1: [250.0]}, index=["depot"])
    >>> cost = pd.DataFrame({0: [160.0], 1: [0.0]}, index=["depot"])
    >>> switching_values(benefit, cost, discount_rate=0.25).loc["depot"].round(9).tolist()
    [0.25, -0.2, 1.0]
    """
    checks.require_frame(benefit, name="benefit")
    benefits, costs = by_period(benefit, name="benefit"), aligned(cost, benefit, name="cost")
    factors = require_all_factors(discount_rate, benefits.shape[1])
    brought, paid = (flow @ factors[: flow.shape[1]] for flow in (benefits, costs))
    with np.errstate(divide="ignore", invalid="ignore"):
        table = {
            "cost_change": np.where(paid > 0, brought / paid - 1, np.nan),
            "benefit_change": np.where(brought > 0, paid / brought - 1, np.nan),
            "benefit_delay": _delay(benefits, paid, factors),
        }
    return pd.DataFrame(table, index=benefit.index)


def ranking_disagreements(
    benefit: pd.DataFrame, cost: pd.DataFrame, *, discount_rate: float | pd.Series
) -> pd.DataFrame:
    """Name the pairs of projects that NPV, BCR and IRR rank differently, and why.

    The NPV is the present value of costs times (BCR - 1): where these two disagree the
    projects differ in *scale*. BCR and IRR do not grow with scale: where they disagree
    the projects differ in *timing*, when money flows and what counts as a cost.

    Parameters
    ----------
    benefit, cost : DataFrame of shape (n_projects, n_periods)
        Of at most `MOST_PAIRED` projects, by period 0 to T. [currency]
    discount_rate : float or Series
        Yearly rate above -1, or discount factors by period. [1/year or -]

    Returns
    -------
    DataFrame
        One row a pair: ``project``, which has the higher NPV, ``other``, its leads in
        ``npv`` [currency], ``bcr`` [-] and ``irr`` [1/year] (NaN where undefined or not
        unique), and the ``reason``: scale, timing, or scale and timing.

    Raises
    ------
    InputError
        If there are too many projects, or as for `cost_benefit.benefit_cost_ratio`.
    """
    prices = {"benefit": 0, "cost": 0, "rate": "real"}
    case = business_case(benefit, cost, discount_rate=discount_rate, prices=prices)
    if len(case) > MOST_PAIRED:
        raise InputError(
            f"benefit: at most {checks.show(MOST_PAIRED)} projects can be compared in pairs, got "
            f"{checks.show(len(case))}; keep those near the cut"
        )
    figures = case[["npv", "bcr", "irr"]].to_numpy()
    first, second = np.triu_indices(len(case), 1)
    swap = figures[first, 0] < figures[second, 0]
    first, second = np.where(swap, second, first), np.where(swap, first, second)
    leads = figures[first] - figures[second]
    noise = 1e-12 * np.maximum(np.abs(figures[first]), np.abs(figures[second]))
    npv, bcr, irr = np.where(np.abs(leads) > noise, np.nan_to_num(np.sign(leads)), 0).T
    scale = npv * bcr < 0
    timing = (bcr * irr < 0) | ((bcr == 0) & (npv * irr < 0))
    at = np.flatnonzero(scale | timing)
    pairs = {"project": case.index[first[at]], "other": case.index[second[at]]}
    pairs |= dict(zip(("npv", "bcr", "irr"), leads[at].T, strict=True))
    reasons = np.select([scale & timing, scale], ["scale and timing", "scale"], "timing")
    return pd.DataFrame(pairs | {"reason": reasons[at]})


def _require_one_price_base(prices: Mapping) -> None:
    """Refuse flows stated in different prices, or discounted at a rate of the other kind."""
    if not isinstance(prices, Mapping) or set(prices) != {"benefit", "cost", "rate"}:
        raise InputError("prices: must be a mapping that says those of benefit, cost and rate")
    found = pd.concat([pd.Series(prices[name], dtype=object) for name in ("benefit", "cost")])
    if len(bases := found.unique()) > 1:
        raise InputError(
            f"prices: amounts of one case must be in the same prices, got {checks.listing(bases)}; "
            "restate them with appraisal.restated"
        )
    checks.require_choice(prices["rate"], ("real", "nominal"), name="prices of the rate")
    if (bases[0] == "nominal") != (prices["rate"] == "nominal"):
        raise InputError(
            f"prices: amounts in {checks.show(bases[0])} prices need a "
            f"{'nominal' if bases[0] == 'nominal' else 'real'} discount rate, got a "
            f"{prices['rate']} one; restate the amounts with appraisal.restated"
        )


def _modified_rate(amounts: np.ndarray, discount_rate: float | pd.Series) -> np.ndarray:
    """Return the modified rates with the discount rate for finance and reinvestment alike."""
    factors = require_factors(discount_rate, amounts.shape[1])
    paid, received = -np.minimum(amounts, 0) @ factors, np.maximum(amounts, 0) @ factors
    ratio = np.divide(received, paid, out=np.full(len(paid), np.nan), where=paid > 0)
    last = amounts.shape[1] - 1
    return (ratio / factors[-1]) ** (1 / last) - 1 if last else np.full(len(paid), np.nan)


def _delay(benefits: np.ndarray, paid: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Halve the range of delays until benefits are worth what is paid."""
    years = np.arange(benefits.shape[1])
    low = np.full(len(benefits), -float(len(years)))
    high = np.full(len(benefits), float(LONGEST_DELAY))

    def ahead(delay):
        moved = factors_at(factors, years + delay[:, None])
        return np.einsum("ij,ij->i", benefits, moved) >= paid

    undefined = ~ahead(low) | (benefits < 0).any(axis=1) | ~benefits.any(axis=1)
    always = ahead(high)
    for _ in range(60):
        middle = (low + high) / 2
        late = ahead(middle)
        low, high = np.where(late, middle, low), np.where(late, high, middle)
    return np.where(undefined, np.nan, np.where(always, np.inf, low))
