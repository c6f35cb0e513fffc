"""The rules of time: years start alike, money and people count against a period."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pmo_lib.checks import listing, show
from pmo_lib.periods import fiscal_year, month_range
from pmo_lib.tables.problems import Findings, known_or_near, place
from pmo_lib.tables.rows import Rows


def check_periods(tables: Mapping[str, Rows], findings: Findings) -> None:
    """Report years that do not start like the others, and months that start on another day.

    The fiscal year starts as most budget rows do, or as most flows do without a budget.
    """
    start = year_start(tables)
    for name in ("budgets", "cash_flows"):
        rows = tables[name]
        periods = rows.frame["period"].dropna()
        for row, found in periods[periods.str[5:] != start].items():
            findings.cell(
                rows.sheet,
                row,
                rows.shown("period"),
                found,
                expected=f"the start of a year (-{start})",
                remedy=f"write {found[:4]}-{start}, or {int(found[:4]) - 1}-{start}",
            )
    for name in ("capacity", "demand"):
        rows = tables[name]
        periods = rows.frame["period"].dropna()
        for row, found in periods[periods.str[8:] != "01"].items():
            findings.cell(
                rows.sheet,
                row,
                rows.shown("period"),
                found,
                expected="the first of a month",
                remedy=f"write {found[:8]}01",
            )


def year_start(tables: Mapping[str, Rows]) -> str:
    """Return month and day on which the money periods start, such as ``"04-01"``."""
    for name in ("budgets", "cash_flows"):
        starts = tables[name].frame["period"].dropna().str[5:]
        if len(starts):
            return starts.mode().iloc[0]
    return ""


def check_money(tables: Mapping[str, Rows], findings: Findings) -> None:
    """Report costs in a period or fund without a budget row; note those outside the budget years."""
    budgets, flows = tables["budgets"].frame, tables["cash_flows"]
    budgets = budgets.dropna(subset=["period"])
    if budgets.empty:
        return
    units = (
        tables["projects"].frame.drop_duplicates("project").set_index("project")["business_unit"]
    )
    costs = flows.frame[flows.frame["cost"] > 0].dropna(subset=["period", "fund"])
    costs = costs.assign(unit=costs["project"].map(units))
    for_all = _keys(budgets[budgets["business_unit"].isna()], ["period", "fund"])
    for_unit = _keys(budgets, ["period", "fund", "business_unit"])
    covered = _within(costs, ["period", "fund"], for_all) | _within(
        costs, ["period", "fund", "unit"], for_unit
    )
    inside = _inside(costs, budgets, flows, tables["budgets"], "cost", findings)
    for row in costs.index[inside & ~covered]:
        _report_cost(flows, row, costs.loc[row], budgets, findings)


def _report_cost(
    flows: Rows, row: int, cost: pd.Series, budgets: pd.DataFrame, findings: Findings
) -> None:
    if (flows.sheet, row, flows.shown("period")) in findings.faulty:
        return
    unit = f" for business unit {show(cost['unit'])}" if isinstance(cost["unit"], str) else ""
    if cost["fund"] in set(budgets["fund"]):
        remedy = "add that row to budgets, or correct the period or fund"
    else:
        remedy = f"fund: {known_or_near(cost['fund'], budgets['fund'].dropna().unique())}"
    findings.cell(
        flows.sheet,
        row,
        flows.shown("cost"),
        cost["cost"],
        expected="within a budget",
        fault=f"in period {cost['period']}, fund {show(cost['fund'])} has no budget row{unit}",
        remedy=remedy,
    )


def check_people(tables: Mapping[str, Rows], findings: Findings) -> None:
    """Report demand for a role in a month without a capacity row; note demand outside."""
    capacity, demand = tables["capacity"].frame.dropna(subset=["period"]), tables["demand"]
    needed = demand.frame[demand.frame["amount"] > 0].dropna(subset=["period", "role"])
    if capacity.empty:
        if len(needed):
            findings.note(
                f"{place(demand.sheet)}: there is no capacity table, so people do not limit the list"
            )
        return
    needed = needed[needed["role"].isin(set(capacity["role"]))]
    covered = _within(needed, ["period", "role"], _keys(capacity, ["period", "role"]))
    inside = _inside(needed, capacity, demand, tables["capacity"], "amount", findings)
    for row in needed.index[inside & ~covered]:
        if (demand.sheet, row, demand.shown("period")) not in findings.faulty:
            role, period = needed.at[row, "role"], needed.at[row, "period"]
            findings.cell(
                demand.sheet,
                row,
                demand.shown("amount"),
                needed.at[row, "amount"],
                expected="within a capacity",
                fault=f"for role {show(role)} in period {period} has no capacity row",
                remedy="add that row to capacity, or correct the role or period",
            )


def check_hiring(tables: Mapping[str, Rows], findings: Findings) -> None:
    """Report offers to hire in months without capacity or years without the budget that pays."""
    rows, start = tables["hiring"], year_start(tables)
    there = _keys(tables["capacity"].frame, ["role", "period"])
    budgets = tables["budgets"].frame[["period", "fund", "business_unit"]].fillna("")
    paying = set(budgets.itertuples(index=False, name=None))
    for row, offer in rows.frame.dropna(subset=["role", "from_period", "to_period"]).iterrows():
        first, last = offer["from_period"], offer["to_period"]
        if last < first:
            findings.cell(
                rows.sheet, row, rows.shown("to_period"), last, expected="a month not before the first",
                remedy=f"write {first} or later",
            )  # fmt: skip
            continue
        months = month_range(first, last)
        bare = [month for month in months if (offer["role"], month) not in there]
        if bare:
            findings.cell(
                rows.sheet, row, rows.shown("from_period"), first, expected="months of capacity",
                fault=f"to {last}: role {show(offer['role'])} has no capacity row in {listing(bare)}",
                remedy="add those rows to capacity, with amount 0 if there is nobody",
            )  # fmt: skip
        unit = "" if pd.isna(offer["business_unit"]) else offer["business_unit"]
        years = dict.fromkeys(fiscal_year(month, start) for month in months if start)
        unpaid = [year for year in years if (year, offer["fund"], unit) not in paying]
        if unpaid:
            findings.cell(
                rows.sheet, row, rows.shown("fund"), offer["fund"], expected="a budget",
                fault=f"has no row of budgets in {listing(unpaid)}",
                remedy="add that row to budgets, or correct the fund or months",
            )  # fmt: skip


def _inside(
    needs: pd.DataFrame,
    limits: pd.DataFrame,
    rows: Rows,
    limit: Rows,
    amount: str,
    findings: Findings,
) -> pd.Series:
    """Mark what falls within the first to last period of the limits; note the rest."""
    first, last = limits["period"].min(), limits["period"].max()
    for mask, words in (
        (
            needs["period"] > last,
            f"after the last period of {place(limit.sheet)} ({last}): totalled, not limited",
        ),
        (
            needs["period"] < first,
            f"before the first period of {place(limit.sheet)} ({first}): not limited",
        ),
    ):
        if mask.any():
            total, projects = needs.loc[mask, amount].sum(), needs.loc[mask, "project"].unique()
            findings.note(
                f"{place(rows.sheet)}: {rows.shown(amount)} of {show(float(total))} falls {words} "
                f"(projects {listing(projects)})"
            )
    return needs["period"].between(first, last)


def _keys(frame: pd.DataFrame, columns: list[str]) -> set[tuple]:
    return set(frame[columns].dropna().itertuples(index=False, name=None))


def _within(frame: pd.DataFrame, columns: list[str], known: set[tuple]) -> pd.Series:
    found = [key in known for key in frame[columns].itertuples(index=False, name=None)]
    return pd.Series(found, index=frame.index, dtype=bool)
