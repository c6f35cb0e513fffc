"""What was proposed: rows accounted for, money asked, what is missing, how good the evidence is."""

from __future__ import annotations

import pandas as pd

from pmo_lib import periods
from pmo_lib.checks import require_choice
from pmo_lib.export.words import one_line
from pmo_lib.stories.lists import close_calls
from pmo_lib.stories.plain import (
    counted,
    funded,
    listed,
    money_of,
    named,
    percent,
    ranked,
    scaled,
    sentence,
    verb,
)
from pmo_lib.workbench import Recommendation, review
from pmo_lib.workbench.pricing import budget

EVIDENCE = ("measured", "estimated", "judged")
STATED = (*EVIDENCE, "not stated")
COMPUTED = "computed"
GROUPS = ("category", "programme", "sponsor", "business_unit", "status")
LATER = "later"


def account(recommendation: Recommendation) -> pd.DataFrame:
    """Account for every project row that was read.

    Returns
    -------
    DataFrame
        rows, number and cost within the budget years [money]; the last row is what was
        read, and the sum of the others.
    """
    evaluation, money = recommendation.evaluation, money_of(recommendation)
    projects, aside = recommendation.portfolio.projects, evaluation.set_aside.index
    complete = projects.index[projects["status"] == "complete"].difference(aside)
    groups = {
        "proposals assessed": evaluation.score.index,
        "running, which continue": evaluation.running,
        "complete": complete,
        "set aside, not assessed": aside,
    }
    cost = evaluation.finance["cost_in_budget"]
    rows = [(words, len(group), cost.reindex(group).sum()) for words, group in groups.items()]
    known = recommendation.portfolio.rows_read
    rows.append(("rows read", known, sum(row[2] for row in rows)))
    column = f"cost in the budget years [{money.unit}]"
    frame = pd.DataFrame(rows, columns=["rows", "number", column])
    return frame.assign(**{column: scaled(frame[column], money)})


def account_in_words(recommendation: Recommendation) -> str:
    """Say that rows used and rows set aside are all the rows read."""
    read, aside = recommendation.portfolio.rows_read, len(recommendation.evaluation.set_aside)
    return (
        f"{counted(read, 'project row')} read = {read - aside:,} used + {aside:,} set aside: "
        "nothing was dropped, and nothing missing was scored as zero."
    )


def asked_by(recommendation: Recommendation, column: str) -> pd.DataFrame:
    """Sum what assessed proposals ask for by a column of the projects table.

    Parameters
    ----------
    recommendation : Recommendation
        Its evaluation is summed.
    column : {"category", "programme", "sponsor", "business_unit", "status"}
        What to group by; empty is a group of its own.

    Returns
    -------
    DataFrame
        The group, proposals, cost [money], its share [%], recommended proposals and their
        cost [money], largest cost first.

    Raises
    ------
    InputError
        If the column is none of those.
    """
    require_choice(column, GROUPS, name="column")
    evaluation, money = recommendation.evaluation, money_of(recommendation)
    cost = evaluation.finance["cost_in_budget"].reindex(evaluation.score.index)
    group = recommendation.portfolio.projects[column].reindex(cost.index)
    group = group.fillna("not stated").map(one_line).astype("str")
    inside = funded(recommendation)
    frame = pd.DataFrame(
        {
            "proposals": group.groupby(group).size(),
            f"cost [{money.unit}]": cost.groupby(group).sum(),
            "share of cost [%]": 100 * cost.groupby(group).sum() / (cost.sum() or float("nan")),
            "recommended": inside.groupby(group).sum(),
            f"recommended cost [{money.unit}]": cost.where(inside, 0.0).groupby(group).sum(),
        }
    ).sort_values(f"cost [{money.unit}]", ascending=False, kind="stable")
    for name in (f"cost [{money.unit}]", f"recommended cost [{money.unit}]"):
        frame[name] = scaled(frame[name], money)
    frame["share of cost [%]"] = frame["share of cost [%]"].round(0)
    return frame.rename_axis(column.replace("_", " ")).reset_index()


def asked_by_in_words(recommendation: Recommendation, column: str) -> str:
    """Name the group that asks for most, and the one of which least is recommended."""
    table = asked_by(recommendation, column)
    group, money = table.iloc[:, 0], money_of(recommendation)
    if len(table) == 1:
        return f"All assessed proposals have one {table.columns[0]}: {group[0]}."
    first, cost = table.iloc[0], f"cost [{money.unit}]"
    words = (
        f"{group[0]} asks for most: {counted(int(first['proposals']), 'proposal')}, "
        f"{money.sign}{first[cost]:,.1f}{money.letter}, "
        f"{first['share of cost [%]']:.0f} % of the money asked."
    )
    none = group[table["recommended"] == 0]
    if len(none):
        words += f" The list recommends nothing from {listed(none)}."
    return words


def asked_by_year(recommendation: Recommendation) -> pd.DataFrame:
    """Set the money asked in each year beside the budget.

    Returns
    -------
    DataFrame
        year; budget, running work, left for proposals, asked by mandatory and by other
        proposals [money]; asked per unit left [-]. Cost after the last budget year is in
        the row "later"; the last row is the sum.
    """
    portfolio, evaluation = recommendation.portfolio, recommendation.evaluation
    money, by_year = money_of(recommendation), evaluation.cost_by_year
    limits = budget(portfolio, recommendation.settings)
    limits = limits.groupby(level=0).sum() if len(limits) else pd.Series(dtype=float)
    assessed = evaluation.score.index
    mandatory = portfolio.projects["mandatory"].reindex(assessed).astype(bool)
    frame = pd.DataFrame(
        {
            "budget": limits,
            "running": by_year.reindex(evaluation.running).sum(),
            "mandatory": by_year.reindex(assessed[mandatory]).sum(),
            "other": by_year.reindex(assessed[~mandatory]).sum(),
        }
    )
    frame = frame[frame.fillna(0.0).any(axis=1)]
    within = frame.index <= limits.index.max() if len(limits) else frame.index >= ""
    years = pd.Series([periods.label(day) for day in frame.index], index=frame.index)
    frame = frame.groupby(years.where(within, LATER), sort=False).sum(min_count=1)
    frame.loc["all years"] = frame.sum(min_count=1)
    left = frame["budget"].fillna(0.0) - frame["running"].fillna(0.0)
    asked = frame["mandatory"].fillna(0.0) + frame["other"].fillna(0.0)
    table = scaled(frame, money)
    table.insert(2, "left", scaled(left.where(frame["budget"].notna()), money))
    table.columns = [
        f"{words} [{money.unit}]"
        for words in (
            "budget", "running work", "left for proposals", "mandatory proposals", "other proposals",
        )
    ]  # fmt: skip
    table[f"asked for each {money.sign}1 left"] = (
        (asked / left).where((left > 0) & (asked > 0)).round(1)
    )
    return table.rename_axis("year").reset_index()


def asked_by_year_in_words(recommendation: Recommendation) -> str:
    """Compare all that is asked with all there is, and name the tightest year."""
    table, money = asked_by_year(recommendation), money_of(recommendation)
    total = table.iloc[-1]
    asked = total[f"mandatory proposals [{money.unit}]"] + total[f"other proposals [{money.unit}]"]
    words = f"Assessed proposals ask for {money.sign}{asked:,.1f}{money.letter}"
    left = total[f"left for proposals [{money.unit}]"]
    if pd.isna(left):
        return f"{words}; no budget is stated, so nothing says how much of it can be paid."
    words += f"; running work leaves them {money.sign}{left:,.1f}{money.letter}."
    ratio = table.set_index("year").iloc[:, -1].drop(["all years", LATER], errors="ignore")
    if not ratio.notna().any():
        return words
    year = ratio.idxmax()
    return f"{words} The tightest year is {year}: {money.sign}{ratio[year]:,.1f} is asked for each {money.sign}1 left."


def not_assessed(recommendation: Recommendation) -> pd.DataFrame:
    """List what was read and cannot be assessed: project, sponsor and reason."""
    aside = recommendation.evaluation.set_aside
    sponsor = recommendation.portfolio.projects["sponsor"].reindex(aside.index)
    return pd.DataFrame(
        {"project": aside["name"], "sponsor": sponsor, "not assessed because": aside["reason"]}
    ).reset_index(drop=True)


def not_assessed_in_words(recommendation: Recommendation) -> str:
    """Say how many rows cannot be assessed, and what follows for them."""
    aside = recommendation.evaluation.set_aside
    if len(aside) == 0:
        return "Every proposal can be assessed."
    return (
        f"{sentence(counted(len(aside), 'project'))[:-1]} cannot be assessed: "
        f"{named(recommendation, aside.index)}. "
        f"{verb(len(aside), 'It has', 'They have')} no rank and cannot be funded until the missing "
        "figures are entered."
    )


def evidence(recommendation: Recommendation) -> pd.DataFrame:
    """Lay out the kind of evidence behind each cell, assessed proposal x criterion.

    Returns
    -------
    DataFrame
        "measured", "estimated", "judged" or "not stated"; "computed" where the criterion
        comes from cash flows or contributions.
    """
    criteria = recommendation.portfolio.criteria
    kinds = recommendation.portfolio.performance.pivot(
        index="project", columns="criterion", values="evidence"
    )
    kinds = kinds.reindex(index=recommendation.evaluation.score.index, columns=criteria.index)
    kinds = kinds.astype(object).where(kinds.notna(), "not stated")
    kinds.loc[:, (criteria["source"] != "performance").to_numpy()] = COMPUTED
    return kinds


def evidence_by_criterion(recommendation: Recommendation) -> pd.DataFrame:
    """Count the evidence behind each criterion: its weight [%] and assessed proposals by kind."""
    kinds, criteria = evidence(recommendation), recommendation.portfolio.criteria
    table = pd.DataFrame(
        {
            "criterion": criteria["name"],
            "weight [%]": (100 * recommendation.evaluation.weights).round(1),
        }
    )
    for kind in (*STATED, COMPUTED):
        table[f"{kind} [proposals]"] = (kinds == kind).sum()
    unused = [f"{kind} [proposals]" for kind in STATED if not (kinds == kind).to_numpy().any()]
    return table.drop(columns=unused).reset_index(drop=True)


def evidence_by_project(recommendation: Recommendation) -> pd.DataFrame:
    """Split each assessed proposal's score by the evidence it rests on.

    Returns
    -------
    DataFrame by project
        One column for each kind of evidence, summing to the score. [points of 100]
    """
    kinds, points = evidence(recommendation), 100 * recommendation.evaluation.weighted_values
    columns = {kind: points.where(kinds == kind, 0.0).sum(axis=1) for kind in (*STATED, COMPUTED)}
    return pd.DataFrame(columns)


def judged_most(recommendation: Recommendation, *, most: int = 10) -> pd.DataFrame:
    """List the proposals with the most points resting on judgement.

    Returns
    -------
    DataFrame
        rank, project, score [of 100], the points that are judged, their share [%] and
        whether the list funds it.
    """
    points, evaluation = evidence_by_project(recommendation), recommendation.evaluation
    judged = points["judged"].sort_values(ascending=False, kind="stable")
    judged = judged[judged > 0].head(most)
    score = 100 * evaluation.score[judged.index]
    return pd.DataFrame(
        {
            "rank": evaluation.rank[judged.index],
            "project": recommendation.portfolio.projects["name"].reindex(judged.index),
            "score [of 100]": score.round(1),
            "judged [points]": judged.round(1),
            "judged [% of score]": (100 * judged / score).round(0),
            "recommended": funded(recommendation)[judged.index],
        }
    ).reset_index(drop=True)


def evidence_in_words(recommendation: Recommendation) -> str:
    """Say how much is measured, estimated and judged, and which proposal rests most on judgement."""
    cells = pd.Series(evidence(recommendation).to_numpy().ravel())
    cells = cells[cells != COMPUTED]
    if len(cells) == 0:
        return "Every criterion is computed from cash flows or contributions."
    shares = cells.value_counts(normalize=True).reindex(STATED).dropna()
    kinds = listed([f"{percent(share)} {kind}" for kind, share in shares.items()])
    words = f"Of {counted(len(cells), 'estimate')}: {kinds}."
    judged = evidence_by_project(recommendation)["judged"]
    if not judged.max() > 0:
        return words
    project = judged.idxmax()
    score = 100 * recommendation.evaluation.score[project]
    return (
        f"{words} Most rests on judgement for {ranked(recommendation, project)}: "
        f"{judged[project]:.1f} of its {score:.1f} points."
    )


def doubts(recommendation: Recommendation) -> pd.DataFrame:
    """List what a careful analyst would doubt, with projects and criteria by name."""
    table = review(recommendation.portfolio, recommendation.evaluation)
    names = recommendation.portfolio.criteria["name"].map(one_line)
    words = [listed([names.get(c, c) for c in cell.split(", ")]) for cell in table["criteria"]]
    return table.assign(criteria=words)


def doubts_in_words(recommendation: Recommendation) -> str:
    """Say how many doubts there are, and of which kind."""
    table = doubts(recommendation)
    if len(table) == 0:
        return "The criteria raise no doubt: none counts twice, moves with another or fails to separate."
    kinds = [f"{row['doubt']} ({row['criteria']})" for _, row in table.iterrows()]
    return (
        f"{sentence(counted(len(table), 'doubt'))[:-1]} to settle before the vote: {listed(kinds)}."
    )


def known(recommendation: Recommendation) -> list[str]:
    """Say what the board now knows."""
    return [
        account_in_words(recommendation),
        asked_by_year_in_words(recommendation),
        evidence_in_words(recommendation),
        doubts_in_words(recommendation),
    ]


def added(recommendation: Recommendation) -> pd.DataFrame:
    """Return what this adds to the ranked list: the points of each score that are judged."""
    judged = evidence_by_project(recommendation)["judged"].round(1)
    return pd.DataFrame({"of which judged [points]": judged})


def would_change(recommendation: Recommendation) -> list[str]:
    """Say what would change the answer."""
    words = [not_assessed_in_words(recommendation), close_calls(recommendation)]
    close = recommendation.ranked_list["too_close"].astype(bool)
    judged = evidence_by_project(recommendation)["judged"]
    near = judged[judged.index.isin(close.index[close])].sort_values(ascending=False, kind="stable")
    near = near[near > 0].index
    if len(near):
        words.append(
            f"Near the line, better evidence would help most for {named(recommendation, near, most=3)}, "
            "where most points are judged."
        )
    return words
