"""What every project costs and brings, by year and by budget, from the base date on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmo_lib import cost_benefit, periods
from pmo_lib.checks import InputError, listing, show
from pmo_lib.tables import Portfolio
from pmo_lib.workbench.settings import Settings


def base_date(portfolio: Portfolio, settings: Settings) -> str:
    """Return the money year that is now: the setting, or the first budget or cash-flow period.

    Raises
    ------
    InputError
        If the base date or the fiscal-year start is not that of the tables' periods.
    """
    dated = [t["period"] for t in (portfolio.budgets, portfolio.cash_flows) if len(t)]
    if not dated:
        return settings.base_date or settings.data_date or "2000-01-01"
    first = str(dated[0].min())
    if settings.fiscal_year_start not in ("", first[5:]):
        raise InputError(
            f"fiscal_year_start: is {settings.fiscal_year_start}, but the years of the tables start "
            f"on {first[5:]}; leave it empty or make them agree"
        )
    if settings.base_date and settings.base_date[5:] != first[5:]:
        raise InputError(
            f"base_date: must start a money year, such as {settings.base_date[:4]}-{first[5:]}, got "
            f"{settings.base_date}"
        )
    return settings.base_date or first


def budget(portfolio: Portfolio, settings: Settings) -> pd.Series:
    """Return the scaled budgets from now on by (period, fund), and unit where any has one."""
    table = portfolio.budgets
    table = table[table["period"] >= base_date(portfolio, settings)]
    keys = ["period", "fund"]
    if table["business_unit"].notna().any():
        table = table.assign(business_unit=table["business_unit"].fillna(""))
        keys.append("business_unit")
    return table.groupby(keys)["amount"].sum().sort_index() * settings.budget_scale


def first_flows(portfolio: Portfolio) -> pd.DataFrame:
    """Return the cash flows of each project's first option, by which it is ranked.

    First is the first in the options table that has cash flows of its own; a start
    option has none, as the flows of the project move with it.
    """
    flows = portfolio.cash_flows
    return flows[flows["option"] == flows["project"].map(first_options(portfolio))]


def first_options(portfolio: Portfolio) -> pd.Series:
    """Return, by project, the option by which it is ranked."""
    flows = portfolio.cash_flows[["project", "option"]]
    stated = portfolio.options[["project", "option"]]
    if len(stated):
        flows = pd.concat([stated.merge(flows.drop_duplicates()), flows])
    return flows.drop_duplicates("project").set_index("project")["option"]


def by_year(
    portfolio: Portfolio, settings: Settings, flows: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return cost and benefit, priced projects x yearly periods from the base date on.

    A project is priced if any of its cash flows states a cost; an empty cell beside
    others means nothing in that year. [currency]
    """
    priced = portfolio.projects.index.intersection(
        flows.loc[flows["cost"].notna(), "project"].unique(), sort=False
    )
    ahead = flows[flows["period"] >= base_date(portfolio, settings)]
    years = pd.Index(sorted(ahead["period"].unique()), name="period")
    place = (priced.get_indexer(ahead["project"]), years.get_indexer(ahead["period"]))
    cost, benefit = (
        pd.DataFrame(
            summed(place, ahead[column], (len(priced), len(years))),
            index=priced.rename("project"),
            columns=years,
        )
        for column in ("cost", "benefit")
    )
    return cost, benefit


def by_budget(
    portfolio: Portfolio, settings: Settings, flows: pd.DataFrame, priced: pd.Index
) -> pd.DataFrame:
    """Lay the cost of each priced project, or option of one, on the budgets that must carry it.

    Raises
    ------
    InputError
        If a cost falls in a period and fund without a budget row; after the last
        budget period it is allowed, and not laid on any.
    """
    limits = budget(portfolio, settings)
    flows, column = _carried(portfolio, settings, flows, limits)
    if (column < 0).any():
        where = flows.loc[column < 0, ["period", "fund"]].drop_duplicates()
        first = flows["project"].to_numpy()[column < 0][0]
        raise InputError(
            f"cash_flows: every cost needs a budget row for its period and fund; none for "
            f"{listing(where.itertuples(index=False, name=None))}, first used by {show(first)}; "
            "add budgets, with amount 0 if there is none"
        )
    key = flows["project"] if priced.nlevels == 1 else _options_of(flows)
    table = summed((priced.get_indexer(key), column), flows["cost"], (len(priced), len(limits)))
    return pd.DataFrame(table, index=priced, columns=limits.index)


def without_budget(portfolio: Portfolio, settings: Settings, flows: pd.DataFrame) -> pd.MultiIndex:
    """Return the (project, option) pairs with a cost that no budget row could carry."""
    flows, column = _carried(portfolio, settings, flows, budget(portfolio, settings))
    return _options_of(flows[column < 0])


def _options_of(flows: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(flows[["project", "option"]])


def _carried(portfolio, settings, flows, limits) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the flows that cost within the budget years, and the place of their budget or -1."""
    complete = portfolio.projects.index[portfolio.projects["status"] == "complete"]
    last = portfolio.budgets["period"].max() if len(limits) else ""
    inside = (flows["period"] >= base_date(portfolio, settings)) & (flows["period"] <= last)
    flows = flows[inside & (flows["cost"] != 0) & ~flows["project"].isin(complete)]
    flows = flows[flows["cost"].notna()]
    keys = flows[["period", "fund"]]
    if limits.index.nlevels == 3:
        unit = flows["project"].map(portfolio.projects["business_unit"]).fillna("")
        own = limits.index.get_indexer(pd.MultiIndex.from_frame(keys.assign(unit=unit))) >= 0
        keys = keys.assign(unit=unit.where(own, ""))
    return flows, limits.index.get_indexer(pd.MultiIndex.from_frame(keys))


def summed(place: tuple, amounts: pd.Series, shape: tuple[int, int]) -> np.ndarray:
    """Sum amounts into cells of a table; missing amounts and places count for nothing."""
    table, amounts = np.zeros(shape), amounts.to_numpy(dtype=float)
    known = (place[0] >= 0) & np.isfinite(amounts)
    np.add.at(table, (place[0][known], place[1][known]), amounts[known])
    return table


def finance(
    portfolio: Portfolio,
    settings: Settings,
    flows: pd.DataFrame,
    cost: pd.DataFrame,
    benefit: pd.DataFrame,
) -> pd.DataFrame:
    """Price each project with cash flows: totals, present values, NPV, BCR and payback."""
    start = base_date(portfolio, settings)
    past = flows[flows["period"] < start].groupby("project")["cost"].sum()
    budget_years = portfolio.budgets["period"].unique()
    inside = cost.columns.isin(budget_years) if len(budget_years) else np.ones(cost.shape[1], bool)
    table = pd.DataFrame(index=cost.index)
    table["cost"] = cost.sum(axis=1)
    table["cost_in_budget"] = cost.loc[:, inside].sum(axis=1)
    table["cost_beyond"] = cost.loc[:, ~inside].sum(axis=1)
    table["this_year"] = cost[start] if start in cost.columns else 0.0
    table["sunk_flow"] = past.reindex(cost.index).fillna(0.0)
    stated = portfolio.projects["sunk_cost"].reindex(cost.index)
    table["sunk"] = stated.fillna(table["sunk_flow"])
    if cost.shape[0] == 0 or cost.shape[1] == 0:
        return table.assign(cost_pv=0.0, benefit_pv=0.0, npv=0.0, bcr=np.nan, payback=np.inf)
    cost, benefit = (from_now(portfolio, settings, flow) for flow in (cost, benefit))
    rate = discount_factors(portfolio, settings, cost.columns[-1])
    table["cost_pv"] = cost_benefit.present_value(cost, discount_rate=rate)
    table["benefit_pv"] = cost_benefit.present_value(benefit, discount_rate=rate)
    table["npv"] = table["benefit_pv"] - table["cost_pv"]
    table["bcr"] = cost_benefit.benefit_cost_ratio(benefit, cost, discount_rate=rate)
    table["payback"] = cost_benefit.payback_period(benefit - cost)
    return table


def from_now(portfolio: Portfolio, settings: Settings, flow: pd.DataFrame) -> pd.DataFrame:
    """Label yearly amounts by whole years from now, 0 to T, without gaps. [currency]."""
    start = base_date(portfolio, settings)
    years = [periods.year_number(period, start) for period in flow.columns]
    return flow.set_axis(years, axis=1).reindex(
        columns=range(max(years, default=0) + 1), fill_value=0.0
    )


def npv(portfolio: Portfolio, settings: Settings, flows: pd.DataFrame) -> pd.Series:
    """Return the net present value of flows by (project, option). [currency]."""
    start = base_date(portfolio, settings)
    ahead = flows[flows["period"] >= start]
    years = ahead["period"].map(
        {period: periods.year_number(period, start) for period in ahead["period"].unique()}
    )
    factor = years.map(discount_factors(portfolio, settings, int(years.max()) if len(years) else 0))
    net = (ahead["benefit"].fillna(0.0) - ahead["cost"].fillna(0.0)) * factor
    return net.groupby([ahead["project"], ahead["option"]]).sum()


def discount_factors(portfolio: Portfolio, settings: Settings, horizon: int) -> pd.Series:
    """Return factors for years 0 to `horizon` from the named schedule or the flat rate. [-].

    Of a schedule with several dates, the latest in force at the meeting is taken.
    """
    if not settings.discount_schedule:
        return cost_benefit.discount_factors(settings.discount_rate, horizon)
    table = portfolio.discount_schedules
    known = table["schedule"].unique()
    if settings.discount_schedule not in known:
        raise InputError(
            f"discount_schedule: {show(settings.discount_schedule)} is not in the "
            f"discount_schedules table; known are {listing(known, most=12)}"
        )
    schedule = table[table["schedule"] == settings.discount_schedule]
    dated = schedule["dated_from"].fillna("")
    in_force = dated[dated <= (settings.meeting_date or base_date(portfolio, settings))]
    schedule = schedule[dated == (in_force.max() if len(in_force) else dated.min())]
    return cost_benefit.scheduled_discount_factors(schedule, horizon)
