"""Draw the futures of a portfolio from the low and high estimates in its cash flows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from pmo_lib import periods, uncertainty
from pmo_lib.checks import InputError, listing
from pmo_lib.tables import Portfolio
from pmo_lib.uncertainty import Estimate, Futures
from pmo_lib.uncertainty.estimates import Shape
from pmo_lib.workbench import pricing
from pmo_lib.workbench.options import as_taken
from pmo_lib.workbench.pricing import from_now
from pmo_lib.workbench.recommendation import Recommendation
from pmo_lib.workbench.settings import Settings, future_rules

DRAWS = 10_000


def as_listed(made: Recommendation) -> Portfolio:
    """Return the portfolio with each project that a list takes at its version and start there."""
    return as_taken(made.portfolio, made.taken)


def rates(portfolio: Portfolio, settings: Settings, flow: pd.DataFrame) -> pd.Series:
    """Return the discount factors for the years of flows labelled by `from_now`. [-]."""
    return pricing.discount_factors(portfolio, settings, max(1, int(flow.columns.max())))


def estimates(
    portfolio: Portfolio,
    settings: Settings,
    *,
    ends: tuple[float, float] | None = None,
    shape: Shape = uncertainty.pert,
) -> tuple[Estimate, Estimate]:
    """State cost and benefit of each priced project by year as low, most likely and high.

    What has no low, or no high, is not lower, or not higher, than its estimate.

    Parameters
    ----------
    portfolio, settings
        Flows are those of the option by which a project is ranked; with the portfolio of
        `as_listed`, of the option that a list takes.
    ends : tuple of two floats, default as the settings say
        Shares of futures below low and below high, as in `uncertainty.three_point`. [-]
    shape : function, default `uncertainty.pert`
        Of the distribution between them.
    """
    flows, rules = pricing.first_flows(portfolio), future_rules(settings)
    ends = ends or (rules["below_low"], 1 - rules["above_high"])
    points = []
    for end in ("_low", "", "_high"):
        stated = {
            stream: flows[stream + end].fillna(flows[stream]).where(flows[stream].notna())
            for stream in ("cost", "benefit")
        }
        priced = pricing.by_year(portfolio, settings, flows.assign(**stated))
        points.append([from_now(portfolio, settings, flow) for flow in priced])
    cost, benefit = (
        uncertainty.three_point(*three, percentiles=ends, shape=shape)
        for three in zip(*points, strict=True)
    )
    return cost, benefit


def ranged(portfolio: Portfolio, settings: Settings) -> pd.Index:
    """Return the projects with an amount from now on that may be lower or higher."""
    stated = pricing.first_flows(portfolio)[
        ["cost_low", "cost_high", "benefit_low", "benefit_high"]
    ]
    dated = portfolio.projects[["late_low", "late_high", "lasts_low", "lasts_high"]]
    if not (stated.notna().any(axis=None) or dated.notna().any(axis=None)):
        return pd.Index([])
    cost, benefit = estimates(portfolio, settings)
    wide = (cost.width > 0).any(axis=1) | (benefit.width > 0).any(axis=1)
    for part in _dates(portfolio, settings, cost.likely.index):
        wide |= False if part is None else (part.width > 0).any(axis=1)
    return cost.likely.index[wide]


def simulate(
    portfolio: Portfolio,
    settings: Settings,
    *,
    ends: tuple[float, float] | None = None,
    shape: Shape = uncertainty.pert,
    draws: int = DRAWS,
) -> Futures:
    """Draw what every priced project costs and is worth, from the seed of the settings.

    Each project's cost and benefit have one quantile a future, which moves all its years,
    and projects are drawn independently of each other, unless the settings say otherwise.
    A late start moves all of a project's flows, longer work its benefits.

    Raises
    ------
    InputError
        If a low, an estimate and a high are out of order.
    """
    cost, benefit = estimates(portfolio, settings, ends=ends, shape=shape)
    rate = rates(portfolio, settings, cost.likely)
    start, duration = _dates(portfolio, settings, cost.likely.index)
    return uncertainty.simulate(
        cost, benefit, discount_rate=rate, start=start, duration=duration, draws=draws,
        **_drawn(portfolio, settings, cost.likely.index),
    )  # fmt: skip


def _drawn(portfolio: Portfolio, settings: Settings, projects: pd.Index) -> dict:
    """Return how the quantiles are drawn, as arguments of `uncertainty.simulate`."""
    rules, how = future_rules(settings), {"seed": settings.seed}
    how["independent_periods"] = rules["independent_years"]
    if rules["correlation"]:
        groups = portfolio.projects[rules["together"]].reindex(projects)
        how |= {"groups": groups, "correlation": rules["correlation"]}
    return how


def _dates(portfolio: Portfolio, settings: Settings, projects: pd.Index) -> tuple:
    """State by how much projects may start late and how long they may last; None where nobody does."""
    table, rules = portfolio.projects.reindex(projects), future_rules(settings)
    how = {"percentiles": (rules["below_low"], 1 - rules["above_high"])}
    start = duration = None
    if table[["late_low", "late_high"]].notna().any(axis=None):
        low, high = (table[f"late_{end}"].fillna(0.0) / 12 for end in ("low", "high"))
        start = uncertainty.three_point(low, low * 0.0, high, **how)
    if table[["lasts_low", "lasts_high"]].notna().any(axis=None):
        planned = pd.Series(
            [
                np.nan if pd.isna(a) or pd.isna(b) else periods.months_between(a, b) + 1
                for a, b in zip(table["planned_start"], table["planned_finish"], strict=True)
            ],
            index=projects,
        )
        bare = table[["lasts_low", "lasts_high"]].notna().any(axis=1) & planned.isna()
        if bare.any():
            raise InputError(
                "projects: lasts_low and lasts_high need planned_start and planned_finish; missing "
                f"for {listing(projects[bare])}"
            )
        planned = planned.fillna(0.0)
        low, high = (table[f"lasts_{end}"].fillna(planned) / 12 for end in ("low", "high"))
        outside = projects[~((low <= planned / 12) & (planned / 12 <= high))]
        if len(outside):
            raise InputError(
                "projects: planned_start to planned_finish must last from lasts_low to lasts_high "
                f"months; it does not for {listing(outside)}"
            )
        duration = uncertainty.three_point(low, planned / 12, high, **how)
    return start, duration


def at_the_middle(portfolio: Portfolio, settings: Settings) -> pd.Series:
    """Return the NPV of each priced project with cost and benefit at their medians. [currency]."""
    worth = {}
    for name, part in zip(("cost", "benefit"), estimates(portfolio, settings), strict=True):
        way = np.zeros(part.place.shape)
        for place in np.unique(part.place):
            way[part.place == place] = part.shape(np.array([0.5]), place)[0]
        middle = pd.DataFrame(
            part.lowest + way * part.width, part.likely.index, part.likely.columns
        )
        worth[name] = middle @ rates(portfolio, settings, middle).reindex(middle.columns)
    return worth["benefit"] - worth["cost"]


def against_budgets(
    portfolio: Portfolio, settings: Settings, paid: pd.Index, *, draws: int = DRAWS
) -> pd.DataFrame:
    """Set the cost of some projects against the budget, in each year and in all together.

    Parameters
    ----------
    paid : Index
        Projects that the budgets pay, running ones included.
    draws : int
        As in `simulate`, whose futures these are.

    Returns
    -------
    DataFrame by period, and ``"all years"``
        ``budget``, ``p10``, ``p50`` and ``p90`` of cost [currency], and how likely it is that
        cost exceeds the budget (``over``, with one standard error, ``over_error``). [-]
    """
    start, limit = pricing.base_date(portfolio, settings), pricing.budget(portfolio, settings)
    limit = limit.groupby(level="period").sum()
    spans = {period: [period] for period in limit.index} | {"all years": list(limit.index)}
    cost, benefit = estimates(portfolio, settings)
    place = cost.likely.index.isin(paid)
    rows = {}
    for label, span in spans.items():
        years = [periods.year_number(period, start) for period in span]
        inside = np.outer(place, cost.likely.columns.isin(years))
        part = replace(
            cost,
            likely=cost.likely * inside,
            lowest=cost.lowest * inside,
            width=cost.width * inside,
        )
        drawn = uncertainty.simulate(
            part, benefit, discount_rate=0.0, draws=draws,
            **_drawn(portfolio, settings, cost.likely.index),
        ).cost.sum()  # fmt: skip
        rows[label] = limit[span].sum(), *_described(drawn, limit[span].sum())
    return pd.DataFrame.from_dict(
        rows, orient="index", columns=["budget", "p10", "p50", "p90", "over", "over_error"]
    )


def _described(cost: pd.Series, budget: float) -> tuple[float, ...]:
    """Return percentiles of cost, and the probability that it exceeds a budget."""
    rounding = 1e-9 * max(budget, 1.0)
    both = pd.DataFrame([cost, budget + rounding - cost], index=["cost", "left"])
    found = uncertainty.summary(both)
    over = found.loc["left", ["probability_negative", "probability_negative_error"]]
    return *found.loc["cost", ["p10", "p50", "p90"]], *over
