"""What was proposed: rows accounted for, money asked, what is missing, how good the evidence is."""

from __future__ import annotations

import pandas as pd

from pmo_lib import periods
from pmo_lib.checks import require_choice
from pmo_lib.statements import accounting, money_of
from pmo_lib.stories.lists import close_calls
from pmo_lib.stories.plain import by_rank, funded, laid_out, named, ranked, verb
from pmo_lib.wording import counted, list_word, listed, one_line, percent, sentence
from pmo_lib.workbench import Recommendation, review
from pmo_lib.workbench.pricing import budget

EVIDENCE = ("measured", "estimated", "judged")
STATED = (*EVIDENCE, "not stated")
COMPUTED = "computed"
GROUPS = ("category", "programme", "sponsor", "business_unit", "status")
LATER = "later"


def account(made: Recommendation) -> pd.DataFrame:
    """Account for every project row that was read.

    Returns
    -------
    DataFrame
        rows, number and cost within the budget years [money]; the last row is what was
        read, and the sum of the others.
    """
    evaluation, projects = made.evaluation, made.portfolio.projects
    aside = evaluation.set_aside.index
    stopped, complete = (
        projects.index[projects["status"] == status].difference(aside)
        for status in ("stopped", "complete")
    )
    groups = {
        "proposals assessed": evaluation.score.index,
        "running, which continue": evaluation.running.difference(stopped),
        "stopped": stopped,
        "complete": complete,
        "set aside, not assessed": aside,
    }
    if stopped.empty:
        del groups["stopped"]
    number = [*map(len, groups.values()), made.portfolio.rows_read]
    cost = evaluation.finance["cost_in_budget"]
    sums = [cost.reindex(group).sum() for group in groups.values()]
    rows, sums = [*groups, "rows read"], pd.Series([*sums, sum(sums)])
    columns = {"rows": rows, "number": number, "cost in the budget years [money]": sums}
    return laid_out(made, columns)


def account_in_words(made: Recommendation) -> str:
    """Say that rows used and rows set aside are all the rows read."""
    return f"{accounting(made)} Nothing was dropped, and nothing missing was scored as zero."


def asked_by(made: Recommendation, column: str) -> pd.DataFrame:
    """Sum what assessed proposals ask for by a column of the projects table.

    Parameters
    ----------
    made : Recommendation
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
    inside, heading = funded(made), column.replace("_", " ")
    cost = made.evaluation.finance["cost_in_budget"].reindex(inside.index)
    group = made.portfolio.projects[column].reindex(inside.index).fillna("not stated")
    frame = pd.DataFrame({"n": 1, "cost": cost, "inside": inside, "part": cost.where(inside, 0.0)})
    sums = frame.groupby(group.map(one_line).astype("str")).sum()
    sums, word = sums.sort_values("cost", ascending=False, kind="stable"), list_word(made.settings)
    columns = {
        heading: sums.index.to_series(),
        "proposals": sums["n"],
        "cost [money]": sums["cost"],
        "share of cost [%]": (sums["cost"] / (cost.sum() or float("nan"))).round(2),
        word: sums["inside"],
        f"{word} cost [money]": sums["part"],
    }
    return laid_out(made, columns)


def asked_by_in_words(made: Recommendation, column: str) -> str:
    """Name the group that asks for most, and the one of which least is recommended."""
    table = asked_by(made, column)
    group, money = table.iloc[:, 0], money_of(made)
    if len(table) == 1:
        return f"All assessed proposals have one {table.columns[0]}: {group[0]}."
    first, cost = table.iloc[0], f"cost [{money.unit}]"
    words = (
        f"{group[0]} asks for most: {counted(int(first['proposals']), 'proposal')}, "
        f"{money.unit_words(first[cost])}, "
        f"{first['share of cost [%]']:.0f} % of the money asked."
    )
    word = list_word(made.settings)
    none = listed(group[table[word] == 0], most=4)
    does = "approves" if word == "approved" else "recommends"
    return f"{words} The list {does} nothing from {none}." if none else words


def asked_by_year(made: Recommendation) -> pd.DataFrame:
    """Set the money asked in each year beside the budget.

    Returns
    -------
    DataFrame
        year; budget, running work, left for proposals, asked by mandatory and by other
        proposals [money]; asked per unit left [-]. Cost after the last budget year is in
        the row "later"; the last row is the sum.
    """
    portfolio, evaluation = made.portfolio, made.evaluation
    by_year = evaluation.cost_by_year
    limits = budget(portfolio, made.settings)
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
    columns = {
        "year": frame.index.to_series(),
        "budget [money]": frame["budget"],
        "running work [money]": frame["running"],
        "left for proposals [money]": left.where(frame["budget"].notna()),
        "mandatory proposals [money]": frame["mandatory"],
        "other proposals [money]": frame["other"],
        f"asked for each {made.settings.currency}1 left": (asked / left)
        .where((left > 0) & (asked > 0))
        .round(1),
    }
    return laid_out(made, columns)


def asked_by_year_in_words(made: Recommendation) -> str:
    """Compare all that is asked with all there is, and name the tightest year."""
    table, money = asked_by_year(made), money_of(made)
    total = table.iloc[-1]
    asked = total[f"mandatory proposals [{money.unit}]"] + total[f"other proposals [{money.unit}]"]
    words = f"Assessed proposals ask for {money.unit_words(asked)}"
    left = total[f"left for proposals [{money.unit}]"]
    if pd.isna(left):
        return f"{words}; no budget is stated, so nothing says how much of it can be paid."
    words += f"; running work leaves them {money.unit_words(left)}."
    ratio = table.set_index("year").iloc[:, -1].drop(["all years", LATER], errors="ignore")
    if not ratio.notna().any():
        return words
    year = ratio.idxmax()
    return f"{words} The tightest year is {year}: {money.sign}{ratio[year]:,.1f} is asked for each {money.sign}1 left."


def not_assessed(made: Recommendation) -> pd.DataFrame:
    """List what was read and cannot be assessed: project, sponsor and reason."""
    aside = made.evaluation.set_aside
    sponsor = made.portfolio.projects["sponsor"].reindex(aside.index)
    columns = {
        "project": aside["name"],
        "sponsor": sponsor,
        "not assessed because": aside["reason"],
    }
    return laid_out(made, columns)


def not_assessed_in_words(made: Recommendation) -> str:
    """Say how many rows cannot be assessed, and what follows for them."""
    aside = made.evaluation.set_aside
    if len(aside) == 0:
        return "Every proposal can be assessed."
    return (
        f"{sentence(counted(len(aside), 'project'))[:-1]} cannot be assessed: "
        f"{named(made, aside.index)}. "
        f"{verb(len(aside), 'It has', 'They have')} no rank and cannot be funded until the missing "
        "figures are entered."
    )


def evidence(made: Recommendation) -> pd.DataFrame:
    """Lay out the kind of evidence behind each cell, assessed proposal x criterion.

    Returns
    -------
    DataFrame
        "measured", "estimated", "judged" or "not stated"; "computed" where the criterion
        comes from cash flows or contributions.
    """
    criteria = made.portfolio.criteria
    kinds = made.portfolio.performance.pivot(
        index="project", columns="criterion", values="evidence"
    )
    kinds = kinds.reindex(index=made.evaluation.score.index, columns=criteria.index)
    kinds = kinds.astype(object).where(kinds.notna(), "not stated")
    kinds.loc[:, (criteria["source"] != "performance").to_numpy()] = COMPUTED
    return kinds


def evidence_by_criterion(made: Recommendation) -> pd.DataFrame:
    """Count the evidence behind each criterion: its weight [%] and assessed proposals by kind."""
    kinds, names = evidence(made), made.portfolio.criteria["name"]
    columns = {"criterion": names, "weight [%]": made.evaluation.weights}
    for kind in (*STATED, COMPUTED):
        if kind == COMPUTED or (kinds == kind).to_numpy().any():
            columns[f"{kind} [proposals]"] = (kinds == kind).sum()
    return laid_out(made, columns)


def evidence_by_project(made: Recommendation) -> pd.DataFrame:
    """Split each assessed proposal's score by the evidence it rests on.

    Returns
    -------
    DataFrame by project
        One column for each kind of evidence, summing to the score. [points of 100]
    """
    kinds, points = evidence(made), 100 * made.evaluation.weighted_values
    columns = {kind: points.where(kinds == kind, 0.0).sum(axis=1) for kind in (*STATED, COMPUTED)}
    return pd.DataFrame(columns)


def judged_most(made: Recommendation, *, most: int = 10) -> pd.DataFrame:
    """List the proposals with the most points resting on judgement.

    Returns
    -------
    DataFrame
        rank, project, score [of 100], the points that are judged, their share [%] and
        whether the list funds it.
    """
    judged = evidence_by_project(made)["judged"].sort_values(ascending=False, kind="stable")
    judged = judged[judged > 0].head(most)
    table, score = by_rank(made, most=None).loc[judged.index], made.evaluation.score[judged.index]
    columns = {
        "rank": table["rank"],
        "project": table["project"],
        "score [of 100]": score,
        "judged [points]": judged.round(1),
        "judged [% of score]": (judged / score).round(0),
        list_word(made.settings): funded(made)[judged.index],
    }
    return laid_out(made, columns)


def evidence_in_words(made: Recommendation) -> str:
    """Say how much is measured, estimated and judged, and which proposal rests most on judgement."""
    cells = pd.Series(evidence(made).to_numpy().ravel())
    cells = cells[cells != COMPUTED]
    if len(cells) == 0:
        return "Every criterion is computed from cash flows or contributions."
    shares = cells.value_counts(normalize=True).reindex(STATED).dropna()
    kinds = listed([f"{percent(share)} {kind}" for kind, share in shares.items()])
    words = f"Of {counted(len(cells), 'estimate')}: {kinds}."
    judged = evidence_by_project(made)["judged"]
    if not judged.max() > 0:
        return words
    project = judged.idxmax()
    score = 100 * made.evaluation.score[project]
    return (
        f"{words} Most rests on judgement for {ranked(made, project)}: "
        f"{judged[project]:.1f} of its {score:.1f} points."
    )


def doubts(made: Recommendation) -> pd.DataFrame:
    """List what a careful analyst would doubt, with projects and criteria by name."""
    table = review(made.portfolio, made.evaluation)
    names = made.portfolio.criteria["name"].map(one_line)
    words = [
        listed((names.get(c, c) for c in cell.split(", ")), most=4) for cell in table["criteria"]
    ]
    return table.assign(criteria=words)


def doubts_in_words(made: Recommendation) -> str:
    """Say how many doubts there are, and of which kind."""
    table = doubts(made)
    if len(table) == 0:
        return "The criteria raise no doubt: none counts twice, moves with another or fails to separate."
    kinds = listed((f"{row['doubt']} ({row['criteria']})" for _, row in table.iterrows()), most=4)
    return f"{counted(len(table), 'doubt').capitalize()} to settle before the vote: {kinds}."


def known(made: Recommendation) -> list[str]:
    """Say what the board now knows."""
    words = [account_in_words(made), asked_by_year_in_words(made)]
    return [*words, evidence_in_words(made), doubts_in_words(made)]


def added(made: Recommendation) -> pd.DataFrame:
    """Return what this adds to the ranked list: the points of each score that are judged."""
    judged = evidence_by_project(made)["judged"].round(1)
    return pd.DataFrame({"of which judged [points]": judged})


def would_change(made: Recommendation) -> list[str]:
    """Say what would change the answer."""
    words = [not_assessed_in_words(made), close_calls(made)]
    close = made.ranked_list["too_close"].astype(bool)
    judged = evidence_by_project(made)["judged"]
    near = judged[judged.index.isin(close.index[close])].sort_values(ascending=False, kind="stable")
    near = near[near > 0].index
    if len(near):
        words.append(
            f"Near the line, better evidence would help most for {named(made, near, most=3)}, "
            "where most points are judged."
        )
    return words
