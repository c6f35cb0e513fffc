"""What every project costs and brings, by year and by budget, from the base date on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmo_lib import cost_benefit, periods
from pmo_lib.checks import InputError, listing, show
from pmo_lib.tables import Portfolio
from pmo_lib.workbench.settings import Settings


def base_date(portfolio: Portfolio, settings: Settings) -> str:
    """Return now for discounting: the setting, or the first budget or cash-flow period."""
    if settings.base_date:
        return settings.base_date
    for table in (portfolio.budgets, portfolio.cash_flows):
        if len(table):
            return str(table["period"].min())
    return settings.data_date or "2000-01-01"


def budget(portfolio: Portfolio, settings: Settings) -> pd.Series:
    """Return the scaled budgets by (period, fund), or (period, fund, business unit) if any
    budget belongs to a unit. [currency]
    """
    table = portfolio.budgets
    keys = ["period", "fund"]
    if table["business_unit"].notna().any():
        table = table.assign(business_unit=table["business_unit"].fillna(""))
        keys.append("business_unit")
    return table.groupby(keys)["amount"].sum().sort_index() * settings.budget_scale


def flows_by_year(portfolio: Portfolio, settings: Settings, column: str) -> pd.DataFrame:
    """Sum flows by project and yearly period, from the base date on."""
    flows = _first_options(portfolio)
    flows = flows[flows["period"] >= base_date(portfolio, settings)]
    table = flows.groupby(["project", "period"])[column].sum().unstack()
    priced = portfolio.projects.index[portfolio.projects.index.isin(_priced(portfolio))]
    return table.reindex(index=priced, columns=sorted(flows["period"].unique())).fillna(0.0)


def _first_options(portfolio: Portfolio) -> pd.DataFrame:
    """Keep the flows of each project's first option: the one its rank is judged by."""
    flows = portfolio.cash_flows
    first = flows.groupby("project")["option"].transform("first")
    stated = flows["project"].map(portfolio.options.groupby("project")["option"].first())
    return flows[flows["option"] == stated.fillna(first)]


def _priced(portfolio: Portfolio) -> pd.Index:
    flows = portfolio.cash_flows
    return pd.Index(flows.loc[flows["cost"].notna(), "project"].unique())


def _discount_factors(portfolio: Portfolio, settings: Settings, columns: pd.Index) -> pd.Series:
    start = base_date(portfolio, settings)
    years = [periods.year_number(period, start) for period in columns]
    horizon = max(years, default=0)
    if settings.discount_schedule:
        table = portfolio.discount_schedules
        known = table["schedule"].unique()
        if settings.discount_schedule not in known:
            raise InputError(
                f"discount_schedule: {show(settings.discount_schedule)} is not in the "
                f"discount_schedules table; known are {listing(known, most=12)}"
            )
        schedule = table[table["schedule"] == settings.discount_schedule]
        dated = schedule["dated_from"].fillna("")
        in_force = dated[dated <= (settings.meeting_date or start)]
        schedule = schedule[dated == (in_force.max() if len(in_force) else dated.min())]
        factors = cost_benefit.scheduled_discount_factors(schedule, horizon)
    else:
        factors = cost_benefit.discount_factors(settings.discount_rate, horizon)
    return pd.Series(factors.to_numpy()[years], index=columns)


def finance(
    portfolio: Portfolio, settings: Settings, cost: pd.DataFrame, benefit: pd.DataFrame
) -> pd.DataFrame:
    """Price each project with cash flows: totals, present values, NPV, BCR and payback."""
    start = base_date(portfolio, settings)
    first = _first_options(portfolio)
    past = first[first["period"] < start]
    budget_years = portfolio.budgets["period"].unique()
    inside = cost.columns.isin(budget_years) if len(budget_years) else np.ones(cost.shape[1], bool)
    table = pd.DataFrame(index=cost.index)
    table["cost"] = cost.sum(axis=1)
    table["cost_in_budget"] = cost.loc[:, inside].sum(axis=1)
    table["cost_beyond"] = cost.loc[:, ~inside].sum(axis=1)
    table["this_year"] = cost[start] if start in cost.columns else 0.0
    stated = portfolio.projects["sunk_cost"].reindex(cost.index)
    table["sunk"] = stated.fillna(past.groupby("project")["cost"].sum()).fillna(0.0)
    if cost.shape[0] == 0 or cost.shape[1] == 0:
        return table.assign(cost_pv=0.0, benefit_pv=0.0, npv=0.0, bcr=np.nan, payback=np.inf)
    factors = _discount_factors(portfolio, settings, cost.columns)
    table["cost_pv"] = (cost * factors).sum(axis=1)
    table["benefit_pv"] = (benefit * factors).sum(axis=1)
    table["npv"] = table["benefit_pv"] - table["cost_pv"]
    table["bcr"] = (table["benefit_pv"] / table["cost_pv"]).where(table["cost_pv"] > 0)
    by_year = (benefit - cost).set_axis([periods.year_number(p, start) for p in cost.columns], axis=1)
    by_year = by_year.reindex(columns=range(by_year.columns.max() + 1), fill_value=0.0)
    table["payback"] = cost_benefit.payback_period(by_year)
    return table


def cost_by_budget(portfolio: Portfolio, settings: Settings) -> pd.DataFrame:
    """Lay each project's cost on the budgets that must carry it."""
    limits = budget(portfolio, settings)
    flows = _first_options(portfolio)
    flows = flows[flows["cost"].notna() & (flows["period"] >= base_date(portfolio, settings))]
    priced = portfolio.projects.index[portfolio.projects.index.isin(_priced(portfolio))]
    if len(limits) == 0:
        return pd.DataFrame(index=priced, columns=limits.index, dtype=float)
    flows = flows[flows["period"] <= portfolio.budgets["period"].max()]
    flows = flows[flows["project"].map(portfolio.projects["status"]) != "complete"]
    keys = flows[["period", "fund"]].copy()
    if limits.index.nlevels == 3:
        unit = flows["project"].map(portfolio.projects["business_unit"]).fillna("")
        own = pd.MultiIndex.from_frame(keys.assign(business_unit=unit))
        keys["business_unit"] = unit.where(own.isin(limits.index), "")
    labels = pd.MultiIndex.from_frame(keys)
    spent = flows["cost"].to_numpy() > 0
    missing = spent & ~labels.isin(limits.index)
    if missing.any():
        where = keys[missing].drop_duplicates().itertuples(index=False, name=None)
        first = flows["project"].to_numpy()[missing][0]
        raise InputError(
            f"cash_flows: every cost needs a budget row for its period and fund; none for "
            f"{listing(where)}, first used by {show(first)}; add budgets, with amount 0 if there is none"
        )
    usable = labels.isin(limits.index)
    table = pd.Series(flows["cost"].to_numpy()[usable], index=labels[usable])
    frame = table.groupby([flows["project"].to_numpy()[usable], table.index]).sum().unstack()
    columns = limits.index
    frame.columns = pd.MultiIndex.from_tuples(list(frame.columns), names=columns.names)
    return frame.reindex(index=priced, columns=columns).fillna(0.0).rename_axis(index="project")
