"""Sentences that read a trial's numbers: what is tried, what it changes, what it costs."""

from __future__ import annotations

import pandas as pd

from pmo_lib import periods
from pmo_lib.checks import require_number
from pmo_lib.export.words import Money, joined, money_for, number, one_line
from pmo_lib.tables import Portfolio, parse_levels, parse_points
from pmo_lib.widgets.page import Page, bullets, left_by_year, paragraph
from pmo_lib.workbench import Recommendation, Settings, differences
from pmo_lib.workbench.settings import RULES

MOST_NAMED = 6
"""Projects named in a sentence before the rest are counted."""


def swing(criterion: pd.Series, *, currency: str = "£") -> str:
    """Say which swing a weight prices: from the worst reference to the best, in units.

    Parameters
    ----------
    criterion : Series
        A row of the criteria table.
    currency : str
        The sign of money.

    Examples
    --------
    >>> row = {"value_function": "linear", "worst": 0.0, "best": 40e3, "unit": "residents"}
    >>> swing(pd.Series(row))
    'from 0 to 40,000 residents'
    """
    unit = "" if pd.isna(criterion["unit"]) else one_line(criterion["unit"])
    worst, best = _references(criterion)
    if isinstance(worst, str):
        return f"from ‘{worst}’ to ‘{best}’"
    if unit == currency:
        money = money_for(currency, max(abs(worst), abs(best)))
        return f"from {_signed(money, worst)} to {_signed(money, best)}"
    if unit in ("share", "%") and max(abs(worst), abs(best)) <= 1:
        return f"from {number(100 * worst)} to {number(100 * best)} %"
    return f"from {number(worst)} to {number(best)} {unit}".rstrip().replace("-", "−")


def _signed(money: Money, amount: float) -> str:
    return ("−" if amount < 0 else "") + money.shown(abs(amount))


def _references(criterion: pd.Series):
    """Return what has value 0 and what has value 1: numbers, or words for levels."""
    kind = criterion["value_function"]
    if kind == "linear":
        return criterion["worst"], criterion["best"]
    text = criterion["levels"] if kind == "levels" else criterion["points"]
    points = (parse_levels if kind == "levels" else parse_points)(text)
    return points.idxmin(), points.idxmax()


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
    added = [row for row in settings.overrides if row not in saved.overrides]
    removed = [
        row
        for row in saved.overrides
        if row["project"] not in {kept["project"] for kept in settings.overrides}
    ]
    words = {"in": "includes", "out": "excludes"}
    for row in added:
        lines.append(f"the board {words[row['decision']]} {_name(portfolio, row['project'])}")
    for row in removed:
        lines.append(
            f"the board no longer {words[row['decision']]} {_name(portfolio, row['project'])}"
        )
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
    table = differences(before, after)
    if len(table) == 0:
        return paragraph("The list is the same: no project enters or leaves.")
    money = money_for(after.settings.currency, float(after.ranked_list["cost"].abs().max()))
    lines = []
    for change, word in (("enters", "Enters"), ("leaves", "Leaves")):
        part = table[table["change"] == change]
        named = [
            f"{one_line(row.name)} (rank {row.rank}, {money.shown(row.cost)})"
            for row in part.head(MOST_NAMED).itertuples()
        ]
        more = len(part) - MOST_NAMED
        named += [f"{more} more"] if more > 0 else []
        lines += [f"{word}: {joined(named)}."] if named else []
    return bullets(lines)


def price_of_including(
    without: Recommendation, including: Recommendation, project: str
) -> list[str]:
    """Say what including a project costs the list, and which projects it displaces.

    Parameters
    ----------
    without, including : Recommendation
        Under settings that differ only in including the project.
    project : str
        The project included.

    Returns
    -------
    list of str
        Sentences: the price, what is displaced, what comes in beside it, what is left.
    """
    name = _name(including.portfolio, project)
    if without.choice.selected.get(project, False):
        return [f"{name} is on the list in any case: including it costs nothing."]
    lost = without.choice.value - including.choice.value
    table = differences(without, including).drop(index=project, errors="ignore")
    leaves = [one_line(n) for n in table.loc[table["change"] == "leaves", "name"]]
    enters = [one_line(n) for n in table.loc[table["change"] == "enters", "name"]]
    price = f"Including {name} costs the list {worth(lost, including.settings)}"
    price += f": from {worth(without.choice.value, including.settings)} to "
    price += f"{worth(including.choice.value, including.settings)}."
    lines = [price]
    lines.append(
        f"It displaces {joined(leaves)}."
        if leaves
        else "It displaces nothing: it fits beside them."
    )
    if enters:
        lines.append(f"With the money that this leaves, {joined(enters)} also comes in.")
    return lines + _points_note(including.settings)


def _points_note(settings: Settings) -> list[str]:
    """Say what a point is, where the list sums points."""
    if settings.objective != "score":
        return []
    return ["Points sum the weighted value over not doing; 100 is one project best in everything."]


def worth(amount: float, settings: Settings) -> str:
    """Word what a list is worth, or a difference of lists.

    >>> worth(0.034, Settings())
    '3.4 points'
    """
    if settings.objective == "npv":
        return f"{money_for(settings.currency, abs(amount)).shown(amount, 2)} of net present value"
    noun = "points" if settings.objective == "score" else "% of strategic priority"
    return f"{100 * amount + 0.0:,.1f} {noun}"


def budget_words(recommendation: Recommendation) -> str:
    """Say what the budgets hold, what running work takes, and what is left over."""
    limits = recommendation.limits
    money_rows = limits[limits["kind"] == "money"]
    if len(money_rows) == 0 or not len(recommendation.portfolio.budgets):
        return "No budget is stated: there is nothing to cut."
    scale = recommendation.settings.budget_scale
    total = recommendation.portfolio.budgets["amount"].sum() * scale
    running = recommendation.ranked_list.query("block == 'continues'")["cost"].sum()
    money = money_for(recommendation.settings.currency, total)
    spent = recommendation.ranked_list.query("funded")["cost"].sum()
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
    lines = []
    departs = tried(after.portfolio, before, after)
    if departs:
        lines.append(f"Tried, not saved: {joined(departs)}.")
    page = paragraph(after.headline, strong=True) + bullets(lines)
    if departs:
        page = page + changes(before, after)
    return page + bullets(what_would_change(after))


def what_would_change(recommendation: Recommendation) -> list[str]:
    """Say what the list hangs on: close calls, the other rule, the tightest year."""
    table, lines = recommendation.ranked_list, []
    close = table[table["too_close"]]
    if len(close):
        points = number(100 * recommendation.settings.too_close)
        lines.append(
            f"{len(close)} proposals are too close to call, within {points} points across the line: "
            f"a small change of weight can move {_some(close['name'], 'any of them', most=4)}."
        )
    lines += [_other_rule(recommendation)]
    left = left_by_year(recommendation)
    if len(left):
        year = left.idxmin()
        total = recommendation.portfolio.budgets["amount"].sum()
        money = money_for(recommendation.settings.currency, total)
        lines.append(
            f"Money is shortest in {periods.label(year)}, with {money.shown(left[year], 2)} left over."
        )
    return lines


def _other_rule(recommendation: Recommendation) -> str:
    table, rule = recommendation.other_list, recommendation.settings.rule
    across = next(other for other in RULES if other != rule)
    if len(table) == 0:
        return f"The other rule, “{across}”, gives the same list."
    mine = table[table["funded_by"] == rule]["name"]
    theirs = table[table["funded_by"] != rule]["name"]
    words = f"The other rule, “{across}”, would fund {_some(theirs, 'nothing else')}"
    return words + (f" instead of {_some(mine, '')}." if len(mine) else " as well.")


def _some(names: pd.Series, none: str, *, most: int = MOST_NAMED) -> str:
    names = [one_line(name) for name in names]
    if not names:
        return none
    return joined([*names[:most], f"{len(names) - most} more"] if len(names) > most else names)


def _name(portfolio: Portfolio, project: str) -> str:
    names = portfolio.projects["name"]
    return one_line(names[project] if project in names.index else project)
