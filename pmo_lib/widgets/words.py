"""Sentences that read a trial's numbers: what is tried, what it changes, what it costs."""

from __future__ import annotations

import pandas as pd

from pmo_lib import periods, statements
from pmo_lib.checks import require_number
from pmo_lib.tables import Portfolio
from pmo_lib.widgets.page import Page, bullets, paragraph
from pmo_lib.wording import listed, money_for, number, one_line
from pmo_lib.workbench import Recommendation

MOST_NAMED = 6
"""Projects named in a sentence before the rest are counted."""


def moved_weight(weights: pd.Series, criterion: str, share: float) -> dict[str, float]:
    """Give one criterion a share of all weight; the others keep their proportions.

    Parameters
    ----------
    weights : Series by criterion
        Non-negative, summing to 1. [-]
    criterion : str
        Whose weight moves.
    share : float
        Its new weight, in [0, 1]. [-]

    Returns
    -------
    dict
        Points of every criterion, out of 100.

    Examples
    --------
    >>> moved_weight(pd.Series({"risk": 0.5, "cost": 0.25, "reach": 0.25}), "risk", 0.6)
    {'risk': 60.0, 'cost': 20.0, 'reach': 20.0}
    """
    share = require_number(share, name="share", low=0, high=1)
    others = weights.drop(criterion)
    if len(others) == 0:
        return {criterion: 100.0}
    total = others.sum()
    spread = others / total if total > 0 else pd.Series(1 / len(others), index=others.index)
    points = (100 * (1 - share) * spread).round(6)
    points[criterion] = round(100 * share, 6)
    return points.reindex(weights.index).to_dict()


def tried(portfolio: Portfolio, opening: Recommendation, answer: Recommendation) -> list[str]:
    """Say in what the settings of a list differ from those of the opening list."""
    lines = _weights_tried(
        portfolio.criteria["name"], opening.evaluation.weights, answer.evaluation.weights
    )
    saved, settings = opening.settings, answer.settings
    if settings.budget_scale != saved.budget_scale:
        lines.append(
            f"every budget is taken at {number(100 * settings.budget_scale)} % instead of "
            f"{number(100 * saved.budget_scale)} %"
        )
    if settings.rule != saved.rule:
        lines.append(f"the rule is “{settings.rule}” instead of “{saved.rule}”")
    words = {"in": "includes", "out": "excludes"}
    still = {kept["project"] for kept in settings.overrides}
    added = [row for row in settings.overrides if row not in saved.overrides]
    removed = [row for row in saved.overrides if row["project"] not in still]
    for rows, verb in ((added, "the board"), (removed, "the board no longer")):
        names = opening.names(row["project"] for row in rows)
        lines += [
            f"{verb} {words[row['decision']]} {name}" for row, name in zip(rows, names, strict=True)
        ]
    return lines


def _weights_tried(names: pd.Series, before: pd.Series, after: pd.Series) -> list[str]:
    """Say which weights differ; if only one was moved, the others are not listed."""
    for criterion in before.index:
        share, was = after[criterion], before[criterion]
        others = before.drop(criterion)
        if abs(share - was) > 1e-9 and was < 1 and len(others):
            kept = others * (1 - share) / (1 - was)
            if (kept - after.drop(criterion)).abs().max() < 1e-6:
                words = _weighs(names, criterion, before, after)
                return [f"{words}, the others in proportion" if len(others) > 1 else words]
    return [
        _weighs(names, criterion, before, after)
        for criterion in before.index
        if round(100 * before[criterion]) != round(100 * after[criterion])
    ]


def _weighs(names: pd.Series, criterion: str, before: pd.Series, after: pd.Series) -> str:
    was, now = 100 * before[criterion], 100 * after[criterion]
    return f"{one_line(names[criterion])} weighs {now:.0f} % instead of {was:.0f} %"


def changes(before: Recommendation, after: Recommendation) -> Page:
    """Name the projects that enter and leave between two lists."""
    money, lines = statements.money_of(after), []
    for word, part in statements.moved(before, after).items():
        named = [
            f"{one_line(row.name)} (rank {row.rank}, {money.shown(row.cost)})"
            for row in part.itertuples()
        ]
        lines += [f"{word.capitalize()}: {listed(named, most=MOST_NAMED)}."] if named else []
    same = paragraph("The list is the same: no project enters or leaves.")
    return bullets(lines) if lines else same


def budget_words(made: Recommendation) -> str:
    """Say what the budgets hold, what running work takes, and what is left over."""
    if not len(made.portfolio.budgets):
        return "No budget is stated: there is nothing to cut."
    scale, table = made.settings.budget_scale, made.ranked_list
    total = made.portfolio.budgets["amount"].sum() * scale
    running = table.loc[table["block"] == "continues", "cost"].sum()
    spent = table.loc[table["funded"].astype(bool), "cost"].sum()
    money = money_for(made.settings.currency, total)
    return (
        f"Budgets at {number(round(100 * scale, 1))} %: {money.shown(total)}; running work takes "
        f"{money.shown(running)}, the list {money.shown(spent)}, and "
        f"{money.shown(total - running - spent)} is left over."
    )


def board_now_knows(before: Recommendation, after: Recommendation) -> Page:
    """Sum up a list in the board's words: what it is, what was tried, what would change it.

    Parameters
    ----------
    before, after : Recommendation
        The saved list, and the list now; the same one if nothing was tried.

    Returns
    -------
    Page
        A sentence and a few lines.
    """
    page, departs = paragraph(after.headline, strong=True), tried(after.portfolio, before, after)
    if departs:
        page += bullets([f"Tried, not saved: {listed(departs)}."]) + changes(before, after)
    return page + bullets(what_would_change(after))


def what_would_change(made: Recommendation) -> list[str]:
    """Say what the list hangs on: close calls, the other rule, the tightest year."""
    lines, table, rule = [], made.other_list, f"The other rule, “{made.other_rule}”,"
    close = made.ranked_list[made.ranked_list["too_close"]]
    if len(close):
        points = number(100 * made.settings.too_close)
        lines.append(
            f"{len(close)} proposals are too close to call, within {points} points across the line: "
            f"a small change of weight can move {listed(map(one_line, close['name']), most=4)}."
        )
    mine, theirs = (
        listed(map(one_line, table.loc[by, "name"]), most=MOST_NAMED)
        for own in [table["funded_by"] == made.settings.rule]
        for by in (own, ~own)
    )
    instead = f"instead of {mine}" if mine else "as well"
    if len(table) == 0:
        lines.append(f"{rule} gives the same list.")
    else:
        lines.append(f"{rule} would fund {theirs or 'nothing else'} {instead}.")
    left = made.left_by_year()
    if len(left):
        money = money_for(made.settings.currency, made.portfolio.budgets["amount"].sum())
        least = f"{periods.label(left.idxmin())}, with {money.shown(left.min(), 2)} left over"
        lines.append(f"Money is shortest in {least}.")
    return lines
