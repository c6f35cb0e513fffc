"""Decisions that cannot all be carried out, in the words of whoever made them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pandas as pd

from pmo_lib import periods, selection
from pmo_lib.approval.changes import ACTIONS
from pmo_lib.checks import InputError
from pmo_lib.tables import Portfolio
from pmo_lib.wording import counted, limit_words, listed, money_words, one_line
from pmo_lib.workbench import Settings, choosing_problem, evaluate, without_override

APPROVED = ("approve", "approve subject to")
"""Decisions that fund a project, or carry a change out; the others do not."""

DONE = {
    "approve": "approved", "approve subject to": "approved", "defer": "deferred",
    "reject": "rejected",
}  # fmt: skip
"""What was done, by what was decided."""

MOST_NAMED = 3
"""Budgets, and roles, that are named where they do not suffice."""


def clashes(
    portfolio: Portfolio, decisions: pd.DataFrame, actions: pd.Series, aside: pd.Series
) -> list[str]:
    """Say which decisions a duty or a link between projects rules out, a sentence each.

    Parameters
    ----------
    portfolio : Portfolio
        That the workbook was made from.
    decisions : DataFrame by project
        On proposals: decision.
    actions : Series by project
        The changes of running work that were approved, each of `changes.ACTIONS`.
    aside : Series of str by project
        Why projects are not assessed, of those that are not.
    """
    projects = portfolio.projects
    stands = projects["status"].mask(projects["mandatory"], "mandatory").to_dict()
    stands |= decisions["decision"].map(DONE).to_dict() | actions.map(ACTIONS).to_dict()
    names = {project: _name(portfolio, project) for project in stands}
    decided = {*decisions.index, *actions.index}
    problems = [
        f"decisions: {names[p]} is mandatory and cannot be {stands[p]}; approve it, or have the duty "
        "taken out of the projects table"
        for p in decisions.index
        if not _in(stands[p]) and p in projects.index and projects.at[p, "mandatory"]
    ]
    problems += [
        f"decisions: {names[p]} is not assessed ({one_line(aside[p])}), so it cannot be approved; "
        "defer it for now"
        for p in decisions.index[decisions["decision"].isin(APPROVED)].intersection(aside.index)
    ]
    for row in portfolio.links.itertuples():
        if {row.project, row.other} & decided and {row.project, row.other} <= stands.keys():
            problems += _linked(row, stands, names)
    return list(dict.fromkeys(problems))


def _name(portfolio: Portfolio, project) -> str:
    for table in (portfolio.projects, portfolio.set_aside):
        if project in table.index:
            return f"‘{one_line(table.at[project, 'name']) or project}’"
    return f"‘{project}’"


def _in(stand: str) -> bool:
    """Say whether work that stands so is done or goes on."""
    return stand in ("approved", "mandatory", "running", *(set(ACTIONS.values()) - {"stopped"}))


def _out(stand: str) -> bool:
    return stand in ("deferred", "rejected", "stopped")


def _linked(row, stands: dict, names: dict) -> Iterator[str]:
    """Yield what a link between two projects rules out."""
    pairs = {
        "requires": [(row.project, row.other)],
        "after": [(row.project, row.other)],
        "together": [(row.project, row.other), (row.other, row.project)],
    }
    for one, other in pairs.get(row.relation, ()):
        if _in(stands[one]) and _out(stands[other]):
            needs = "has to be done together with" if row.relation == "together" else "needs"
            way = "do not stop it" if stands[other] == "stopped" else "approve both"
            rather = {"approved": ", or neither", "running": f", or stop {names[one]} as well"}
            yield (
                f"decisions: {names[one]} is {stands[one]} and {needs} {names[other]}, which is "
                f"{stands[other]}; {way}{rather.get(stands[one], '')}"
            )
    if row.relation == "excludes" and _in(stands[row.project]) and _in(stands[row.other]):
        one, other = row.project, row.other
        both = "are both approved" if stands[one] == stands[other] else (
            f"cannot both be done: the first is {stands[one]}, the second {stands[other]}"
        )  # fmt: skip
        yield (
            f"decisions: {names[one]} and {names[other]} {both}, and only one of the two can be done; "
            "defer or reject one"
        )


def too_much(portfolio: Portfolio, settings: Settings, decisions: pd.DataFrame) -> list[str]:
    """Say where what is approved does not fit, links between projects left aside.

    Parameters
    ----------
    portfolio, settings, decisions
        As in `does_not_fit`.
    """
    alone = dataclasses.replace(portfolio, links=portfolio.links.assign(relation="synergy"))
    try:
        problem = choosing_problem(alone, settings, evaluate(alone, settings))
        selection.choose(**problem, gap=1.0, time_limit=settings.time_limit)
    except selection.InfeasibleError as error:
        return list(does_not_fit(alone, settings, decisions, error).problems)
    except InputError as error:
        return list(error.problems)
    return []


def does_not_fit(
    portfolio: Portfolio, settings: Settings, decisions: pd.DataFrame, error: InputError
) -> InputError:
    """Say where what was approved does not fit, and which decisions to change, the fewest there are.

    Parameters
    ----------
    portfolio, settings
        With changes of running work carried out, and decisions fixed.
    decisions : DataFrame by project
        On proposals: decision.
    error : InputError
        What choosing said; returned where nothing better is known.
    """
    evaluation = evaluate(portfolio, settings)
    fixed = choosing_problem(portfolio, settings, evaluation)
    for project in decisions.index:
        settings = without_override(settings, project)
    free = choosing_problem(portfolio, settings, evaluation)
    wanted = decisions["decision"].isin(APPROVED).map({True: 1.0, False: -1.0})
    project = free["value"].index.get_level_values(0)
    prize = 1.0 + 2.0 * float(free["value"].abs().sum())
    free["value"] = free["value"] + prize * wanted.reindex(project).fillna(0.0).to_numpy()
    try:
        kept = selection.choose(**free, time_limit=settings.time_limit).selected
    except InputError:
        return error
    now = kept.reindex(wanted.index, fill_value=False)
    ways = {
        "defer or reject": wanted.index[(wanted > 0) & ~now],
        "approve": wanted.index[(wanted < 0) & now],
    }
    said = [
        f"{verb} {listed(_name(portfolio, p) for p in ps)}" for verb, ps in ways.items() if len(ps)
    ]
    short = [*_short_of_money(fixed, settings), *_short_of_people(fixed)]
    short = short or ["links between projects, or limits on groups of them, do not allow it"]
    return InputError(
        f"decisions: what is approved cannot all be done: {'; '.join(short)}. The fewest decisions to "
        f"change so that the rest fits: {' and '.join(said)}. Or provide what is short and pack again"
    )  # fmt: skip


def _taken(problem: dict, amounts: pd.DataFrame) -> pd.Series:
    """Add up what all that must be in takes at least, by limit."""
    own = amounts[amounts.index.get_level_values(0).isin(problem["forced_in"].index)]
    return own.groupby(level=0).min().sum()


def _short_of_money(problem: dict, settings: Settings) -> Iterator[str]:
    budget = problem["budget"]
    if not isinstance(budget, pd.Series):
        return
    short = (_taken(problem, problem["cost"]) - budget).sort_values(ascending=False)
    short = short[short > 0.005]
    for label, amount in short.head(MOST_NAMED).sort_index().items():
        yield f"{limit_words(label)} is {money_words(amount, settings.currency)} short"
    if len(short) > MOST_NAMED:
        yield f"{counted(len(short) - MOST_NAMED, 'further budget')} as well"


def _short_of_people(problem: dict) -> Iterator[str]:
    if problem["capacity"] is None:
        return
    short = _taken(problem, problem["use"]) - problem["capacity"]
    for role, months in short[short > 1e-6].groupby(level=0):
        month = periods.month_label(months.idxmax()[1])
        yield f"{one_line(role)}: {np.round(months.max(), 2):g} FTE too few in {month}" + (
            f" and too few in {counted(len(months) - 1, 'other month')}" if len(months) > 1 else ""
        )
