"""What can be taken of each project: its versions, and the starts between earliest and latest."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd

from pmo_lib import periods
from pmo_lib.tables import Portfolio
from pmo_lib.tables.dictionary import AS_PROPOSED
from pmo_lib.workbench.pricing import base_date, first_flows, first_options
from pmo_lib.workbench.settings import Settings


def options(portfolio: Portfolio, settings: Settings, projects: pd.Index) -> pd.DataFrame:
    """List what can be taken of each project; the first is what it is ranked by.

    A version has cash flows of its own, and demand of its own where it states some; a start
    moves those of the first version. Further starts, every `settings.starts_every` months
    between earliest and latest, are tried for each version of a project with a planned start.

    Returns
    -------
    DataFrame by (project, option)
        ``flows`` and ``people`` (the options whose rows of the cash-flow and demand tables
        count), ``months`` (how far these move), ``start`` (ISO date, missing if not known),
        ``delay`` (months after the planned start) and ``share`` (of the project's value).
    """
    first, now = first_options(portfolio), base_date(portfolio, settings)
    dated = portfolio.projects[["planned_start", "earliest_start", "latest_start"]]
    dates = dated.reindex(projects).to_dict("index")
    stated: dict[str, dict] = {project: {} for project in projects}
    for row in portfolio.options.to_dict("records"):
        stated.get(row["project"], {})[row["option"]] = row
    own = {
        name: set(zip(table["project"].tolist(), table["option"].tolist(), strict=True))
        for name, table in (("flows", portfolio.cash_flows), ("people", portfolio.demand))
    }
    found: dict[tuple, dict] = {}
    for project in projects:
        base, planned = first.get(project, AS_PROPOSED), dates[project]["planned_start"]
        for option in dict.fromkeys([base, *stated[project]]):
            row = stated[project].get(option, {})
            start, share = row.get("start", np.nan), row.get("value_share", np.nan)
            kept = (project, option) in own["flows"] or option == base
            entry = {
                "flows": option if kept else base,
                "people": option if (project, option) in own["people"] else base,
                "months": 0 if kept else _months(planned, start),
                "start": planned if pd.isna(start) else start,
                "delay": _months(planned, start),
                "share": 1.0 if pd.isna(share) else share,
            }
            found[project, option] = entry
            for day, months in _starts(entry["start"], dates[project], settings.starts_every, now):
                label = day if option == AS_PROPOSED else f"{option} from {day}"
                moved = {k: entry[k] + months for k in ("months", "delay")}
                found.setdefault((project, label), entry | moved | {"start": day})
    index = pd.MultiIndex.from_tuples(found, names=["project", "option"])
    columns = ["flows", "people", "months", "start", "delay", "share"]
    return pd.DataFrame(list(found.values()), index=index, columns=columns)


def _months(start, end) -> int:
    return 0 if pd.isna(start) or pd.isna(end) else periods.months_between(start, end)


def _starts(start, dates: dict, every: int, now: str) -> list[tuple[str, int]]:
    """Return the further starts of an option and how many months they lie from its own."""
    if not every or pd.isna(start):
        return []
    first, last = (
        start if pd.isna(dates[end]) else dates[end] for end in ("earliest_start", "latest_start")
    )
    low, high = _months(start, max(first, min(now, start))), _months(start, last)
    months = range(-(-low // every) * every, high + 1, every)
    return [(periods.shift(start, m), m) for m in months if m]


def moved_flows(portfolio: Portfolio, plan: pd.DataFrame) -> pd.DataFrame:
    """Return the cash flows of every option of a plan, moved whole to its start.

    A part-year shift spreads yearly amounts evenly by month; nothing falls before the
    year of the start.

    Returns
    -------
    DataFrame
        As the cash-flow table, with ``project`` and ``option`` those of the plan.
    """
    asked = plan[["flows", "months", "start"]].reset_index()
    table = asked.merge(
        portfolio.cash_flows, left_on=["project", "flows"], right_on=["project", "option"],
        suffixes=("", "_stated"),
    )  # fmt: skip
    still, moving = table[table["months"] == 0], table[table["months"] != 0]
    years, part = moving["months"] // 12, moving["months"] % 12 / 12
    if moving.empty:
        return still[portfolio.cash_flows.columns]
    pieces, rest = [still], {c: (moving[c] * part).round(2) for c in ("cost", "benefit")}
    for column, end in product(("cost", "benefit"), ("_low", "_high")):
        rest[column + end] = rest[column] + (moving[column + end] - moving[column]) * part
    for ahead, share in ((years, 1 - part), (years + 1, part)):
        piece = moving.assign(period=_years_later(moving["period"], ahead))
        for column, later in rest.items():
            piece[column] = moving[column] - later if ahead is years else later
        floor = _year_of(piece["start"], piece["period"])
        piece["period"] = piece["period"].where(piece["period"] >= floor, floor)
        pieces.append(piece[share > 0])
    return pd.concat(pieces, ignore_index=True)[portfolio.cash_flows.columns]


def as_taken(portfolio: Portfolio, taken: pd.DataFrame) -> Portfolio:
    """Return the portfolio with the cash flows of the options taken, moved to their starts.

    What is not taken keeps the flows by which it is ranked; no other option is left.
    """
    flows = first_flows(portfolio)
    rest = flows[~flows["project"].isin(taken.index.get_level_values(0))]
    flows = pd.concat([rest, moved_flows(portfolio, taken)], ignore_index=True)
    return replace(portfolio, cash_flows=flows, options=portfolio.options[:0])


def _years_later(period: pd.Series, years: pd.Series) -> pd.Series:
    moved = (period.str[:4].astype(int) + years).astype(str)
    return moved.str.zfill(4) + period.str[4:]


def _year_of(start: pd.Series, period: pd.Series) -> pd.Series:
    """Return the money year in which a start lies; years start on the day that `period` does."""
    year = start.str[:4].astype(int) - (start.str[5:] < period.str[5:]).astype(int)
    return year.astype(str) + period.str[4:]


def moved_demand(portfolio: Portfolio, plan: pd.DataFrame) -> pd.DataFrame:
    """Return the demand of every option of a plan, moved whole to its start. [FTE]."""
    asked = plan[["people", "months"]].reset_index()
    table = asked.merge(
        portfolio.demand, left_on=["project", "people"], right_on=["project", "option"],
        suffixes=("", "_stated"),
    )  # fmt: skip
    if not table["months"].any():
        return table[portfolio.demand.columns]
    month = table["period"].str[:4].astype(int) * 12 + table["period"].str[5:7].astype(int) - 1
    month += table["months"]
    words = (month // 12).astype(str) + "-" + (month % 12 + 1).astype(str).str.zfill(2) + "-01"
    return table.assign(period=words)[portfolio.demand.columns]


def schedule(recommendation) -> pd.DataFrame:
    """Return when running work and each recommended project starts and finishes.

    Parameters
    ----------
    recommendation : Recommendation
        What was recommended.

    Returns
    -------
    DataFrame by project
        ``start`` and ``finish`` (ISO dates, missing if not known), ``planned`` (start),
        ``delay`` [month] and ``running``, in order of start; running work first.
    """
    portfolio, projects = recommendation.portfolio, recommendation.portfolio.projects
    running = recommendation.evaluation.running
    planned = projects["planned_start"].reindex(running)
    reported = portfolio.status.sort_values("review").groupby("project")["start"].last()
    now = pd.DataFrame({"start": reported.reindex(running).fillna(planned), "planned": planned})
    table = recommendation.taken.droplevel(1)[["start", "delay"]]
    table["planned"] = projects["planned_start"].reindex(table.index)
    table = pd.concat([now.assign(delay=0), table.sort_values("start", kind="stable")])
    ends = finishes(portfolio, table.index)
    table["finish"] = [
        end if pd.isna(end) or not delay else periods.shift(end, int(delay))
        for end, delay in zip(ends, table["delay"], strict=True)
    ]
    return table[["start", "finish", "planned", "delay"]].assign(running=table.index.isin(running))


def taken_options(portfolio: Portfolio, settings: Settings, chosen: pd.Series) -> pd.DataFrame:
    """Return the rows of `options` that a list takes; ``first`` marks what a project is ranked by."""
    known = chosen.dropna()
    plan = options(portfolio, settings, known.index)
    first = ~plan.index.get_level_values(0).duplicated()
    stated = dict(plan.index[first].tolist())
    taken = [pair if pair in plan.index else (pair[0], stated[pair[0]]) for pair in known.items()]
    return plan.assign(first=first).loc[taken]


def option_words(portfolio: Portfolio, taken: pd.DataFrame) -> pd.Series:
    """Word, by project, the version and start taken where it is not the first."""
    names = portfolio.options.set_index(["project", "option"])["name"]
    words = {}
    for row in taken[~taken["first"]].reset_index().itertuples():
        planned = portfolio.projects.at[row.project, "planned_start"]
        version = (row.project, row.flows)
        parts = []
        if row.option == row.flows or row.months == 0:
            shown = names.get((row.project, row.option))
            parts.append(f"as “{row.option if pd.isna(shown) else shown}”")
        elif version in names.index and pd.notna(names[version]):
            parts.append(f"as “{names[version]}”")
        if row.start != planned and pd.notna(row.start):
            instead = "" if pd.isna(planned) else f" instead of {periods.month_label(planned)}"
            parts.append(f"starts {periods.month_label(row.start)}{instead}")
        words[row.project] = ", ".join(parts)
    return pd.Series(words, dtype="str")


def finishes(portfolio: Portfolio, projects: pd.Index) -> pd.Series:
    """Return when each project is finished as planned: stated, reported, or when its people leave.

    A project for which none of these is known counts until the end of its last year with cost.
    """
    reported = portfolio.status.sort_values("review").groupby("project")["finish"].last()
    people = _last_period(portfolio.demand).map(lambda month: periods.shift(month, 1))
    costs = portfolio.cash_flows[portfolio.cash_flows["cost"] > 0]
    years = _last_period(costs).map(lambda year: periods.shift(year, 12))
    known = portfolio.projects["planned_finish"].reindex(projects)
    for source in (reported, people, years):
        known = known.fillna(source.reindex(projects))
    return known


def _last_period(table: pd.DataFrame) -> pd.Series:
    """Return the last period of each project in a table."""
    last = table.sort_values("period").drop_duplicates("project", keep="last")
    return last.set_index("project")["period"]
