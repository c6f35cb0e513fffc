"""Changes of running work: what a review asks for, and the tables once they are carried out."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from pmo_lib import periods
from pmo_lib.checks import InputError, show
from pmo_lib.rebalance.actions import Actions, lay_out
from pmo_lib.tables import Portfolio, as_frame
from pmo_lib.tables.dictionary import TABLES
from pmo_lib.wording import one_line
from pmo_lib.workbench import Settings, pricing
from pmo_lib.workbench.options import finishes, moved_demand, moved_flows
from pmo_lib.workbench.rebalancing import Review, review_problem
from pmo_lib.workbench.settings import review_rules

ACTIONS = {
    "stop": "stopped", "pause": "paused", "slow down": "slowed down", "resume": "taken up again",
}  # fmt: skip
"""What a board may do with running or paused work, and the word for work so changed."""

CHANGED = ["action", "name", "sponsor", "bcr", "reason", "frees"]
"""Columns of changes: frees is what the change leaves for other work within the budgets. [currency]"""


def as_changes(rows: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return changes with all their columns, by project; no rows if there are none."""
    table = pd.DataFrame() if rows is None else rows
    kinds = dict.fromkeys(CHANGED, "str") | {"bcr": float, "frees": float}
    return table.reindex(columns=CHANGED).astype(kinds).rename_axis("project")


def asked(review: Review | None) -> pd.DataFrame:
    """Return what a review would change of running and paused work, in the order of `ACTIONS`.

    Returns
    -------
    DataFrame by project
        ``action``, ``name``, ``sponsor``, ``bcr`` (present value of the benefit for
        each 1 still to pay, if all comes as estimated, [-]), ``reason`` and ``frees`` [currency].
    """
    if review is None:
        return as_changes()
    table = review.found.table
    table = table[table["action"].isin(ACTIONS) & table["changes"].astype(bool)]
    order = table["action"].map({action: n for n, action in enumerate(ACTIONS)})
    texts = {name: table[name].map(one_line) for name in ("name", "sponsor", "reason")}
    texts["bcr"] = review.made.ranked_list["bcr"].reindex(table.index)
    return as_changes(table.assign(**texts).loc[order.sort_values(kind="stable").index])


def sentence_of(changes: pd.DataFrame) -> pd.Series:
    """Word each change: what to do with which project.

    >>> sentence_of(as_changes(pd.DataFrame({"action": ["stop"], "name": ["Pool"]}, ["pool"])))["pool"]
    'Stop Pool'
    """
    action = changes["action"]
    return (action.str[:1].str.upper() + action.str[1:] + " " + changes["name"]).astype("str")


def carried_out(portfolio: Portfolio, settings: Settings, actions: pd.Series) -> Portfolio:
    """Return the tables with changes of running work carried out, at what the review charges.

    A stopped project has the status stopped: what ending it costs is all it still costs, and
    links with it are gone. A paused or slowed one keeps running: cost, people, benefits and
    finish come later. One taken up again runs.

    Parameters
    ----------
    portfolio, settings
        That the review was made from.
    actions : Series by project
        Each of `ACTIONS`.

    Raises
    ------
    InputError
        If a project cannot be so changed, by these tables and rules.
    """
    if len(actions) == 0:
        return portfolio
    rules = review_rules(settings)
    laid = lay_out(**review_problem(portfolio, settings, rules))
    slower = laid.projects["slow_months"].reindex(actions.index).fillna(0)
    later = np.select([actions == "pause", actions == "slow down"], [rules.pause_months, slower], 0)
    months = pd.Series(later, actions.index).astype(int)
    cost = {project: _cost(laid, project, action) for project, action in actions.items()}
    now, first = pricing.base_date(portfolio, settings), pricing.first_options(portfolio)
    stays, moves = _parted(portfolio.cash_flows, actions, now)
    own = first.reindex(actions.index)
    plan = pd.DataFrame({"flows": own, "people": own, "months": months, "start": now})
    plan = plan[actions != "stop"].rename_axis("project")
    plan = plan.set_index(plan["flows"].rename("option"), append=True)
    moved = _later(portfolio, plan, moves)
    people, leaving = _parted(portfolio.demand, actions, now)
    needed = _needed(dataclasses.replace(portfolio, demand=leaving), plan, laid, actions)
    ended = actions.index[actions == "stop"]
    links = portfolio.links
    linked = links["project"].isin(ended) | links["other"].isin(ended)
    return dataclasses.replace(
        portfolio,
        projects=_standing(portfolio, actions, months),
        cash_flows=_table("cash_flows", stays, moved, _paid(cost, first, now)),
        demand=_table("demand", people, needed),
        links=links[~linked].reset_index(drop=True),
    )


def _cost(laid: Actions, project, action: str) -> pd.Series:
    """Return what a project costs once it is changed, by label of budget. [currency]."""
    if action == "stop" and project in laid.stopping.index:
        return laid.stopping.loc[project]
    own = laid.table.index[laid.table["action"] == action]
    pairs = own[own.get_level_values(0) == project]
    if len(pairs) == 0:
        raise InputError(f"decisions: {show(project)} cannot {action}; ask for the review again")
    return laid.cost.loc[pairs[0]]


def _parted(table: pd.DataFrame, actions: pd.Series, now: str) -> tuple:
    """Return the rows that stay as they are, and those of changed projects from now on."""
    moves = table["project"].isin(actions.index) & (table["period"] >= now)
    return table[~moves], table[moves]


def _later(portfolio: Portfolio, plan: pd.DataFrame, ahead: pd.DataFrame) -> pd.DataFrame:
    """Move benefits, and what costs after the last budget; costs within the budgets are laid anew."""
    moved = moved_flows(dataclasses.replace(portfolio, cash_flows=ahead), plan)
    years = portfolio.budgets["period"]
    within = moved["period"] <= (years.max() if len(years) else "9999")
    costs = ["cost", "cost_low", "cost_high"]
    moved[costs] = moved[costs].mask(within)
    return moved[moved[["cost", "benefit"]].notna().any(axis=1)]


def _paid(cost: dict, first: pd.Series, now: str) -> pd.DataFrame:
    """Return what is paid within the budgets as rows of the table of cash flows."""
    rows = [
        (
            project,
            first[project],
            *(label[:2] if isinstance(label, tuple) else (now, "general")),
            amount,
        )
        for project, by_label in cost.items()
        for label, amount in (by_label[by_label > 0] if by_label.any() else by_label[:1]).items()
    ]
    return pd.DataFrame(rows, columns=["project", "option", "period", "fund", "cost"])


def _needed(portfolio: Portfolio, plan, laid: Actions, actions: pd.Series) -> pd.DataFrame:
    """Return the people that changed projects need from now on, as rows of the table of demand."""
    moved = moved_demand(portfolio, plan)
    slowed = actions.index[actions == "slow down"]
    if laid.use is None or len(slowed) == 0:
        return moved
    option = plan["flows"].droplevel(1)
    known = moved["project"].isin(slowed) & moved["role"].isin(laid.use.columns.levels[0])
    rows = [
        (project, option[project], *label, amount)
        for project in slowed
        for label, amount in laid.use.loc[(project, "slowed")].items()
        if amount > 0
    ]
    spread = pd.DataFrame(rows, columns=["project", "option", "role", "period", "amount"])
    return pd.concat([moved[~known], spread])


def _standing(portfolio: Portfolio, actions: pd.Series, months: pd.Series) -> pd.DataFrame:
    """Return the projects with the status, and the finish, that they then have."""
    projects = portfolio.projects.copy()
    projects.loc[actions.index, "status"] = np.where(actions == "stop", "stopped", "running")
    ends = finishes(portfolio, months.index[months > 0])
    for project, day in ends.dropna().items():
        projects.loc[project, "planned_finish"] = periods.shift(day, int(months[project]))
    return projects


def _table(name: str, stays: pd.DataFrame, *parts: pd.DataFrame) -> pd.DataFrame:
    """Return a table with rows added, those of one key added up."""
    new = pd.concat([as_frame(name, part) for part in parts], ignore_index=True)
    keys = list(TABLES[name].key)
    numbers = list(new.select_dtypes("number"))
    sums = new.groupby(keys, sort=False)[numbers].sum(min_count=1)
    texts = new.drop(columns=numbers).drop_duplicates(keys).set_index(keys)
    return as_frame(name, pd.concat([stays, texts.join(sums).reset_index()], ignore_index=True))
