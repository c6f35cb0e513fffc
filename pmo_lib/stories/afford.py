"""What can be afforded: both rules, what binds, what is left out, and other budgets."""

from __future__ import annotations

import pandas as pd

from pmo_lib import periods
from pmo_lib.checks import InputError
from pmo_lib.statements import frontier_words, money_of, price_of_including
from pmo_lib.stories.lists import best_refused, close_calls, refused_in_words, standing
from pmo_lib.stories.plain import laid_out, named, ranked, scaled
from pmo_lib.wording import counted, fund_words, listed, number, one_line, percent, worth_words
from pmo_lib.workbench import Recommendation, differences, recommend, with_override

_FULL = 1e-6


def list_in_words(made: Recommendation) -> list[str]:
    """Word the list, the proof of how good it is, and what must be read with it."""
    return [standing(made), *made.warnings]


def rules(made: Recommendation) -> pd.DataFrame:
    """Set the two rules side by side.

    Returns
    -------
    DataFrame
        rule, projects, cost [money], worth [points, NPV or % of priority], and how good
        the list is proven to be; the board's rule first.
    """
    cost, (best, walked) = made.evaluation.finance["cost_in_budget"], made.by_rule.values()
    below = worth_words(best.value - walked.value, made.settings)
    both = {made.settings.rule: made.choice, made.other_rule: made.other}.items()
    rows = [
        {
            "rule": rule,
            "projects": int(choice.selected.sum()),
            "cost [money]": cost[choice.selected.index[choice.selected]].sum(),
            "worth [worth]": choice.value,
            "how good": choice.sentence
            if choice is best
            else f"{below} below the best affordable list",
        }
        for rule, choice in both
    ]
    return laid_out(made, pd.DataFrame(rows).to_dict("series"))


def rule_differences(made: Recommendation) -> pd.DataFrame:
    """List the projects that the two rules treat differently: rank, cost, worth, and which funds it."""
    table = made.other_list
    columns = {"funded only by": "funded_by", "rank": "rank", "project": "name"}
    columns |= {"cost [money]": "cost", "worth [worth]": "worth"}
    return laid_out(made, {heading: table[column] for heading, column in columns.items()})


def rules_in_words(made: Recommendation) -> str:
    """Say what the best affordable list gains over walking down the list, and by which projects."""
    best, walked = made.by_rule.values()
    only_best = best.selected.index[best.selected & ~walked.selected]
    only_walked = best.selected.index[walked.selected & ~best.selected]
    if len(only_best) + len(only_walked) == 0:
        return "Both rules give the same list."
    gain = worth_words(best.value - walked.value, made.settings)
    instead = f" instead of {named(made, only_walked)}" if len(only_walked) else ""
    return (
        f"The best affordable list is worth {gain} more than walking down the list and skipping what "
        f"does not fit: it funds {named(made, only_best) or 'nothing else'}{instead}."
    )


def money_left(made: Recommendation) -> pd.DataFrame:
    """Lay out the money left over by year and fund.

    Returns
    -------
    DataFrame
        year; what proposals may use and what the list uses [money]; left over in all, then
        by fund where there are several; the last row is the sum.
    """
    table, money = _money(made), money_of(made)
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
    return scaled(sums, money).add_suffix(f" [{money.unit}]").rename_axis("year").reset_index()


def _money(made: Recommendation) -> pd.DataFrame:
    """Return the money limits with their year and fund in words."""
    limits = made.limits
    table = limits[(limits["kind"] == "money") & limits["label"].map(type).eq(tuple)]
    years = [periods.label(label[0]) for label in table["label"]]
    return table.assign(year=years, fund=[fund_words(label[1:]) for label in table["label"]])


def money_in_words(made: Recommendation) -> str:
    """Say how much is left over, and in which years and funds nothing is."""
    table, money = _money(made), money_of(made)
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


def people_left(made: Recommendation) -> pd.DataFrame:
    """Lay out where people are tight, one row a role, tightest first.

    Returns
    -------
    DataFrame
        role, available after running work in its tightest month and least left over there
        [FTE], that month, and in how many months nothing is left.
    """
    table = made.limits[made.limits["kind"] == "people"]
    for place, name in enumerate(("role", "month")):
        words = [label[place] for label in table["label"]]
        table = table.assign(**{name: pd.Series(words, index=table.index, dtype="str")})
    table["part"] = (table["left_over"] / table["available"].where(table["available"] > 0)).fillna(
        1
    )
    full = (table["left_over"] < _FULL) & (table["used"] > _FULL)
    tight = table.sort_values(["part", "month"], kind="stable").drop_duplicates("role")
    columns = {
        "role": tight["role"],
        "tightest month": [periods.month_label(day) for day in tight["month"]],
        "after running work [FTE]": tight["available"].round(2),
        "used [FTE]": tight["used"].round(2),
        "left over [FTE]": tight["left_over"].round(2) + 0.0,
        "months with nothing left": tight["role"].map(full.groupby(table["role"]).sum()),
    }
    return laid_out(made, columns)


def people_in_words(made: Recommendation) -> str:
    """Name the roles of which nothing is left, and when."""
    table = people_left(made)
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
    return (
        f"Nothing is left of {listed(parts, most=4)}: no more can be done that needs them then, "
        "whatever money there is."
    )


def other_limits(made: Recommendation) -> pd.DataFrame:
    """List the limits on groups: group, what is limited, limit, used and room left."""
    names, kinds = made.portfolio.objectives["name"], made.limits["kind"]
    table = made.limits.loc[kinds == "limit", ["label", "available", "used", "left_over"]]
    named = {f"objective: {label}": f"objective: {one_line(name)}" for label, name in names.items()}
    rows = []
    for (group, measure, side), *amounts in table.itertuples(index=False, name=None):
        word = percent if measure == "share" else lambda amount: number(round(amount, 2))
        cells = map(word, amounts)
        rows.append((named.get(group, str(group)), f"{measure} {side}", *cells))
    columns = ["group", "limited", "limit", "used", "room left"]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def left_out(made: Recommendation, *, most: int = 15) -> pd.DataFrame:
    """List the best-ranked proposals that the list leaves out, with cost and reason."""
    table = made.ranked_list[made.ranked_list["block"] == "not recommended"].head(most)
    columns = {"rank": "rank", "project": "name", "cost [money]": "cost", "why not": "why"}
    return laid_out(made, {heading: table[column] for heading, column in columns.items()})


def including_best_refused(made: Recommendation) -> Recommendation | None:
    """Choose again with the best-ranked proposal left out included.

    Returns
    -------
    Recommendation or None
        None if every proposal is funded, the board has decided on that one, or the limits
        cannot hold with it.
    """
    project, stated = best_refused(made), made.portfolio.overrides["project"]
    decided = {row["project"] for row in made.settings.overrides} | set(stated)
    if project is None or project in decided:
        return None
    asked = with_override(made.settings, project, "in", reason="asked", by="notebook")
    try:
        return recommend(made.portfolio, asked, explain=False)
    except InputError:
        return None


def displaced(made: Recommendation, again: Recommendation | None) -> pd.DataFrame:
    """List what enters and leaves in another recommendation: rank, project, cost and worth."""
    table = differences(made, made if again is None else again)
    columns = {"change": "change", "rank": "rank", "project": "name"}
    columns |= {"cost [money]": "cost", "worth [worth]": "worth"}
    return laid_out(made, {heading: table[column] for heading, column in columns.items()})


def displaced_in_words(made: Recommendation, again: Recommendation | None) -> str:
    """Say what including the best-ranked proposal left out costs the list, and whom it displaces."""
    project = best_refused(made)
    if project is None:
        return "Every assessed proposal is funded: nothing is skipped."
    if again is None:
        return f"{ranked(made, project)} cannot be had under these limits and decisions."
    return " ".join(price_of_including(made, again, project))


def known(made: Recommendation, again: Recommendation | None) -> list[str]:
    """Say what the board now knows."""
    words = [standing(made), rules_in_words(made), money_in_words(made), people_in_words(made)]
    return [*words, displaced_in_words(made, again)]


def added(made: Recommendation) -> pd.DataFrame:
    """Return what this adds to the ranked list: why each project is where it is."""
    return made.ranked_list[["why"]]


def would_change(made: Recommendation, frontier: pd.DataFrame) -> list[str]:
    """Say what would change the answer; `frontier` is what `workbench.frontier` found."""
    words = frontier_words(frontier, made.settings)
    return [*words, refused_in_words(made), close_calls(made)]
