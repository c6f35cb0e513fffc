"""What can be afforded: both rules, what binds, what is left out, and other budgets."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pandas as pd

from pmo_lib import periods
from pmo_lib.checks import InputError
from pmo_lib.export.words import number, one_line
from pmo_lib.stories.lists import best_refused, close_calls, refused_in_words, standing
from pmo_lib.stories.plain import (
    counted,
    listed,
    money_of,
    named,
    percent,
    ranked,
    scaled,
    worth_in_words,
    worth_of,
    worth_shown,
    worth_unit,
)
from pmo_lib.workbench import Recommendation, differences, recommend, with_override
from pmo_lib.workbench.settings import RULES

LEVELS = (0.8, 0.9, 1.0, 1.1, 1.2)
"""Factors on the budgets that are tried."""

_FULL = 1e-6


def list_in_words(recommendation: Recommendation) -> list[str]:
    """Word the list, the proof of how good it is, and what must be read with it."""
    return [standing(recommendation), *recommendation.warnings]


def rules(recommendation: Recommendation) -> pd.DataFrame:
    """Set the two rules side by side.

    Returns
    -------
    DataFrame
        rule, projects, cost [money], worth [points, NPV or % of priority], and how good
        the list is proven to be; the board's rule first.
    """
    money, cost = money_of(recommendation), recommendation.evaluation.finance["cost_in_budget"]
    other = next(rule for rule in RULES if rule != recommendation.settings.rule)
    best = (
        recommendation.choice if recommendation.settings.rule == RULES[0] else recommendation.other
    )
    rows = []
    for rule, choice in (
        (recommendation.settings.rule, recommendation.choice),
        (other, recommendation.other),
    ):
        inside, worth = choice.selected.index[choice.selected], worth_of(recommendation, choice)
        below = worth_in_words(recommendation, worth_of(recommendation, best) - worth)
        proof = choice.sentence if choice is best else f"{below} below the best affordable list"
        shown = round(worth_shown(recommendation, worth), 1)
        rows.append((rule, len(inside), scaled(cost[inside].sum(), money), shown, proof))
    worth = f"worth [{worth_unit(recommendation)}]"
    return pd.DataFrame(
        rows, columns=["rule", "projects", f"cost [{money.unit}]", worth, "how good"]
    )


def rule_differences(recommendation: Recommendation) -> pd.DataFrame:
    """List the projects that the two rules treat differently: rank, cost, worth, and which funds it."""
    table, money = recommendation.other_list, money_of(recommendation)
    return pd.DataFrame(
        {
            "funded only by": table["funded_by"],
            "rank": table["rank"],
            "project": table["name"],
            f"cost [{money.unit}]": scaled(table["cost"], money),
            f"worth [{worth_unit(recommendation)}]": worth_shown(
                recommendation, table["worth"]
            ).round(1),
        }
    ).reset_index(drop=True)


def rules_in_words(recommendation: Recommendation) -> str:
    """Say what the best affordable list gains over walking down the list, and by which projects."""
    by_rule = {recommendation.settings.rule: recommendation.choice}
    for rule in RULES:
        by_rule.setdefault(rule, recommendation.other)
    best, walked = (by_rule[rule] for rule in RULES)
    only_best = best.selected.index[best.selected & ~walked.selected]
    only_walked = best.selected.index[walked.selected & ~best.selected]
    if len(only_best) + len(only_walked) == 0:
        return "Both rules give the same list."
    gain = worth_of(recommendation, best) - worth_of(recommendation, walked)
    words = f"The best affordable list is worth {worth_in_words(recommendation, gain)} more than "
    words += "walking down the list and skipping what does not fit: it funds "
    inside = named(recommendation, only_best) if len(only_best) else "nothing else"
    instead = f" instead of {named(recommendation, only_walked)}" if len(only_walked) else ""
    return f"{words}{inside}{instead}."


def money_left(recommendation: Recommendation) -> pd.DataFrame:
    """Lay out the money left over by year and fund.

    Returns
    -------
    DataFrame
        year; what proposals may use and what the list uses [money]; left over in all, then
        by fund where there are several; the last row is the sum.
    """
    table, money = _money(recommendation), money_of(recommendation)
    if len(table) == 0:
        return pd.DataFrame(columns=["year", f"left over [{money.unit}]"])
    sums = table.groupby("year", sort=False)[["available", "used", "left_over"]].sum()
    sums.columns = ["after running work", "used", "left over"]
    funds = table.pivot_table(
        index="year", columns="fund", values="left_over", aggfunc="sum", sort=False
    )
    if funds.shape[1] > 1:
        sums = sums.join(funds.add_prefix("left over: "))
    sums.loc["all years"] = sums.sum()
    sums = scaled(sums, money).add_suffix(f" [{money.unit}]")
    return sums.rename_axis("year").reset_index()


def _money(recommendation: Recommendation) -> pd.DataFrame:
    """Return the money limits with their year and fund in words."""
    limits = recommendation.limits
    table = limits[(limits["kind"] == "money") & limits["label"].map(type).eq(tuple)]
    years = [periods.label(label[0]) for label in table["label"]]
    funds = [", ".join(filter(None, map(one_line, label[1:]))) for label in table["label"]]
    return table.assign(year=years, fund=funds)


def money_in_words(recommendation: Recommendation) -> str:
    """Say how much is left over, and in which years and funds nothing is."""
    table, money = _money(recommendation), money_of(recommendation)
    if len(table) == 0:
        return "No budget is stated, so money limits nothing."
    left, used_up = table["left_over"].sum(), table[(table["left_over"] < 1) & (table["used"] > 0)]
    words = f"{money.shown(left, 2)} of {money.shown(table['available'].sum())} is left over."
    if len(used_up) == 0:
        return f"{words} No budget is used up to the last."
    years = table[table["available"] > 0].groupby("fund")["year"].size()
    parts = [
        f"{fund or 'money'} ({'every year' if len(part) >= years[fund] else ', '.join(part['year'])})"
        for fund, part in used_up.groupby("fund", sort=False)
    ]
    return f"{words} Nothing is left over of {listed(parts, most=6)}."


def people_left(recommendation: Recommendation) -> pd.DataFrame:
    """Lay out where people are tight, one row a role, tightest first.

    Returns
    -------
    DataFrame
        role, available after running work in its tightest month and least left over there
        [FTE], that month, and in how many months nothing is left.
    """
    limits = recommendation.limits
    table = limits[limits["kind"] == "people"]
    role = pd.Series([label[0] for label in table["label"]], index=table.index, dtype="str")
    month = pd.Series([label[1] for label in table["label"]], index=table.index, dtype="str")
    table = table.assign(role=role, month=month)
    table["part"] = (table["left_over"] / table["available"].where(table["available"] > 0)).fillna(
        1.0
    )
    full = (table["left_over"] < _FULL) & (table["used"] > _FULL)
    tightest = (
        table.sort_values(["part", "month"], kind="stable").groupby("role", sort=False).head(1)
    )
    return pd.DataFrame(
        {
            "role": tightest["role"],
            "tightest month": [periods.month_label(day) for day in tightest["month"]],
            "after running work [FTE]": tightest["available"].round(2),
            "used [FTE]": tightest["used"].round(2),
            "left over [FTE]": tightest["left_over"].round(2) + 0.0,
            "months with nothing left": tightest["role"].map(full.groupby(table["role"]).sum()),
        }
    ).reset_index(drop=True)


def people_in_words(recommendation: Recommendation) -> str:
    """Name the roles of which nothing is left, and when."""
    table = people_left(recommendation)
    if len(table) == 0:
        return "No capacity of people is stated, so people limit nothing."
    full = table[table["months with nothing left"] > 0]
    if len(full) == 0:
        first = table.iloc[0]
        return (
            f"People limit nothing; tightest is {first['role']} in {first['tightest month']}, with "
            f"{first['left over [FTE]']:.1f} FTE left."
        )
    parts = [
        f"{row['role']} ({counted(row['months with nothing left'], 'month')}, first "
        f"{row['tightest month']})"
        for _, row in full.iterrows()
    ]
    return f"Nothing is left of {listed(parts)}: no more can be done that needs them then, whatever money there is."


def other_limits(recommendation: Recommendation) -> pd.DataFrame:
    """List the limits on groups: group, what is limited, limit, used and room left."""
    limits = recommendation.limits
    table = limits[limits["kind"] == "limit"]
    words = [" ".join(map(str, label[1:])) for label in table["label"]]
    share = [label[1] == "share" for label in table["label"]]
    groups = [_group(recommendation, str(label[0])) for label in table["label"]]
    frame = pd.DataFrame({"group": groups, "limited": words}, dtype="str")
    for column, name in (("available", "limit"), ("used", "used"), ("left_over", "room left")):
        cells = zip(table[column], share, strict=True)
        shown = [percent(cell) if is_share else number(round(cell, 2)) for cell, is_share in cells]
        frame[name] = pd.Series(shown, dtype="str")
    return frame


def _group(recommendation: Recommendation, group: str) -> str:
    """Word a group of projects, an objective by its name."""
    kind, _, label = group.partition(": ")
    names = recommendation.portfolio.objectives["name"]
    return f"{kind}: {one_line(names[label])}" if kind == "objective" and label in names else group


def left_out(recommendation: Recommendation, *, most: int = 15) -> pd.DataFrame:
    """List the best-ranked proposals that the list leaves out, with cost and reason."""
    table, money = recommendation.ranked_list, money_of(recommendation)
    table = table[table["block"] == "not recommended"].head(most)
    return pd.DataFrame(
        {
            "rank": table["rank"],
            "project": table["name"],
            f"cost [{money.unit}]": scaled(table["cost"], money),
            "why not": table["why"],
        }
    ).reset_index(drop=True)


def including_best_refused(recommendation: Recommendation) -> Recommendation | None:
    """Choose again with the best-ranked proposal left out included.

    Returns
    -------
    Recommendation or None
        None if every proposal is funded, the board excludes that one, or the limits cannot
        hold with it.
    """
    project = best_refused(recommendation)
    decided = {row["project"] for row in recommendation.settings.overrides}
    if project is None or project in decided | set(recommendation.portfolio.overrides["project"]):
        return None
    asked = with_override(recommendation.settings, project, "in", reason="asked", by="notebook")
    try:
        return recommend(recommendation.portfolio, asked, explain=False)
    except InputError:
        return None


def displaced(recommendation: Recommendation, again: Recommendation | None) -> pd.DataFrame:
    """List what enters and leaves in another recommendation: rank, project, cost and worth."""
    money = money_of(recommendation)
    worth = f"worth [{worth_unit(recommendation)}]"
    columns = ["change", "rank", "project", f"cost [{money.unit}]", worth]
    if again is None:
        return pd.DataFrame(columns=columns)
    table = differences(recommendation, again)
    shown = worth_shown(recommendation, table["worth"]).round(1)
    cells = [table["change"], table["rank"], table["name"], scaled(table["cost"], money), shown]
    return pd.DataFrame(dict(zip(columns, cells, strict=True))).reset_index(drop=True)


def displaced_in_words(recommendation: Recommendation, again: Recommendation | None) -> str:
    """Say what including the best-ranked proposal left out costs the list, and whom it displaces."""
    project = best_refused(recommendation)
    if project is None:
        return "Every assessed proposal is funded: nothing is skipped."
    if again is None:
        return f"{ranked(recommendation, project)} cannot be had under these limits and decisions."
    table = differences(recommendation, again).drop(index=project, errors="ignore")
    leaves, enters = (table.index[table["change"] == change] for change in ("leaves", "enters"))
    lost = worth_of(recommendation, recommendation.choice) - worth_of(again, again.choice)
    words = f"Including {ranked(recommendation, project)} "
    words += "displaces " + (named(recommendation, leaves) if len(leaves) else "no project")
    words += f" and lets in {named(recommendation, enters)}" if len(enters) else ""
    return f"{words}; the list would be worth {worth_in_words(recommendation, lost)} less."


def budget_levels(recommendation: Recommendation, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
    """Choose again at other levels of every budget.

    Parameters
    ----------
    recommendation : Recommendation
        The list at the budgets of its settings.
    levels : sequence of float
        Factors on those budgets.

    Returns
    -------
    DataFrame
        budgets [% of the settings], money for proposals and cost [money], projects, worth,
        what enters and what leaves compared with the list. A level at which the limits
        cannot hold says so.
    """
    return pd.DataFrame([_at_level(recommendation, level) for level in levels])


def _at_level(recommendation: Recommendation, level: float) -> dict:
    """Choose at one level of the budgets, or say why it cannot be."""
    settings, money = recommendation.settings, money_of(recommendation)
    row = {"budgets [%]": round(100 * level, 1)}
    changed = dataclasses.replace(settings, budget_scale=settings.budget_scale * level)
    try:
        again = recommend(recommendation.portfolio, changed, explain=False)
    except InputError as error:
        empty = {"enters": "–", "leaves": f"cannot be met: {error.problems[0]}"}
        return row | dict.fromkeys(_level_columns(recommendation), float("nan")) | empty
    inside = again.choice.selected
    cells = (
        scaled(again.limits.loc[again.limits["kind"] == "money", "available"].sum(), money),
        scaled(again.evaluation.finance["cost_in_budget"][inside.index[inside]].sum(), money),
        int(inside.sum()),
        round(worth_shown(recommendation, worth_of(again, again.choice)), 1),
    )
    table = differences(recommendation, again)
    for change in ("enters", "leaves"):
        projects = table.index[table["change"] == change]
        row[change] = named(recommendation, projects, most=6) if len(projects) else "–"
    moved = {change: row.pop(change) for change in ("enters", "leaves")}
    return row | dict(zip(_level_columns(recommendation), cells, strict=True)) | moved


def _level_columns(recommendation: Recommendation) -> list[str]:
    unit = money_of(recommendation).unit
    worth = f"worth [{worth_unit(recommendation)}]"
    return [f"for proposals [{unit}]", f"cost [{unit}]", "projects", worth]


def budget_levels_in_words(recommendation: Recommendation, table: pd.DataFrame) -> str:
    """Say what the deepest cut loses and the largest addition gains, for each unit of money."""
    money, worth = money_of(recommendation), f"worth [{worth_unit(recommendation)}]"
    available = f"for proposals [{money.unit}]"
    met = table[table[worth].notna()].sort_values(available)
    failed = table[table[worth].isna()]
    words = ""
    if len(failed):
        cut = listed([f"{level:g} %" for level in failed["budgets [%]"]])
        words = f"At {cut} of the budgets the limits cannot all hold. "
    if len(met) < 2:
        return words or "Only one level was tried."
    steps = met[[available, worth]].diff().iloc[1:]
    rate = (steps[worth] / steps[available].where(steps[available] > 0)).dropna()
    if len(rate) == 0:
        return words + "More money changes nothing, as no budget is stated."
    low, high = met.iloc[0], met.iloc[-1]
    return (
        f"{words}From {low['budgets [%]']:g} % to {high['budgets [%]']:g} % of the budgets the list goes "
        f"from {low['projects']:.0f} to {high['projects']:.0f} projects. The first step up adds "
        f"{rate.iloc[0]:.1f} {worth_unit(recommendation)} for each {money.sign}1{money.letter}, "
        f"the last {rate.iloc[-1]:.1f}."
    )


def known(recommendation: Recommendation, again: Recommendation | None) -> list[str]:
    """Say what the board now knows."""
    return [
        standing(recommendation),
        rules_in_words(recommendation),
        money_in_words(recommendation),
        people_in_words(recommendation),
        displaced_in_words(recommendation, again),
    ]


def added(recommendation: Recommendation) -> pd.DataFrame:
    """Return what this adds to the ranked list: why each project is where it is."""
    return recommendation.ranked_list[["why"]]


def would_change(recommendation: Recommendation, levels: pd.DataFrame) -> list[str]:
    """Say what would change the answer."""
    return [
        budget_levels_in_words(recommendation, levels),
        refused_in_words(recommendation),
        close_calls(recommendation),
    ]
