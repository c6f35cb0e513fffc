"""What the list serves: objectives, contributions, coverage, spend against importance."""

from __future__ import annotations

import pandas as pd

from pmo_lib import alignment
from pmo_lib.export.words import one_line
from pmo_lib.stories.lists import MOST_ROWS, close_calls
from pmo_lib.stories.plain import (
    STRONG,
    counted,
    funded,
    listed,
    money_of,
    percent,
    ranked,
    scaled,
    verb,
)
from pmo_lib.workbench import Recommendation

WORDS = {0.0: "–", 1 / 9: "low", 3 / 9: "moderate", 6 / 9: "strong", 1.0: "extreme"}
"""The levels of contribution, by their number."""

NONE_STATED = "No objectives are stated, so nothing can be said about what the money serves."
_SAME = 1e-6


def objectives(recommendation: Recommendation) -> pd.DataFrame:
    """State the objectives: name, owner, importance [%] and what each means, most important first."""
    table = recommendation.portfolio.objectives
    weight = recommendation.evaluation.objective_weights
    frame = pd.DataFrame(
        {
            "objective": table["name"],
            "importance [%]": (100 * weight).round(1),
            "owner": table["owner"],
            "meaning": table["description"],
        }
    )
    return frame.sort_values("importance [%]", ascending=False, kind="stable").reset_index(
        drop=True
    )


def objectives_in_words(recommendation: Recommendation) -> str:
    """Say how many objectives there are, and which counts most and least."""
    weight = recommendation.evaluation.objective_weights
    if len(weight) == 0:
        return NONE_STATED
    words = counted(len(weight), "objective").capitalize()
    if weight.max() - weight.min() < _SAME:
        return f"{words}, all of the same importance, {percent(weight.max())} each."
    parts = []
    for side, end in (("most", weight.max()), ("least", weight.min())):
        names = _objective_names(recommendation, weight.index[(weight - end).abs() < _SAME])
        each = verb(len(names), "", " each")
        be = verb(len(names), "is", "are")
        parts.append(f"{side} important {be} {listed(names)} ({percent(end)}{each})")
    return f"{words}: {'; '.join(parts)}."


def contribution(recommendation: Recommendation) -> pd.DataFrame:
    """Lay out contributions, rated project x objective, in [0, 1].

    Projects without a full set of ratings are left out, unless the settings count an
    absent rating as none.
    """
    portfolio = recommendation.portfolio
    frame = portfolio.contributions.pivot(
        index="project", columns="objective", values="contribution"
    ).reindex(index=portfolio.projects.index, columns=portfolio.objectives.index)
    if recommendation.settings.unrated == "none":
        return frame.fillna(0.0)
    return frame.dropna()


def contributions(recommendation: Recommendation, *, most: int = MOST_ROWS) -> pd.DataFrame:
    """List how far the assessed proposals serve each objective, best aligned first.

    Returns
    -------
    DataFrame
        rank, project, alignment [of 100], then a word for each objective: low, moderate,
        strong, extreme, or a dash for none; recommended.
    """
    evaluation = recommendation.evaluation
    rated = contribution(recommendation)
    if rated.shape[1] == 0:
        return pd.DataFrame(columns=["rank", "project", "alignment [of 100]", "recommended"])
    rated = rated[rated.index.isin(evaluation.score.index)]
    aligned = evaluation.alignment.reindex(rated.index)
    order = aligned.sort_values(ascending=False, kind="stable").index[:most]
    frame = pd.DataFrame(
        {
            "rank": evaluation.rank.reindex(order),
            "project": recommendation.portfolio.projects["name"].reindex(order),
            "alignment [of 100]": (100 * aligned[order]).round(0),
        }
    )
    names = recommendation.portfolio.objectives["name"]
    for objective in rated.columns:
        words = rated.loc[order, objective].map(_level).astype("str")
        frame[one_line(names[objective])] = words
    return frame.assign(recommended=funded(recommendation).reindex(order)).reset_index(drop=True)


def _level(number: float) -> str:
    """Word a contribution by its level, or as a number out of 100."""
    words = [word for level, word in WORDS.items() if abs(level - number) < _SAME]
    return words[0] if words else f"{100 * number:.0f} of 100"


def contributions_in_words(recommendation: Recommendation) -> str:
    """Name the proposal that serves the objectives most, and a well-aligned one left out."""
    evaluation = recommendation.evaluation
    aligned = evaluation.alignment.reindex(evaluation.score.index).dropna()
    if len(aligned) == 0:
        return NONE_STATED
    inside = funded(recommendation)
    best = aligned.idxmax()
    state = "recommended" if inside[best] else "not recommended"
    words = f"Best aligned is {ranked(recommendation, best)}, {100 * aligned[best]:.0f} of 100, {state}."
    out = aligned[~inside[aligned.index]]
    if len(out):
        words += (
            f" Of those left out, {ranked(recommendation, out.idxmax())} serves them most: "
            f"{100 * out.max():.0f} of 100."
        )
    return words


def coverage(recommendation: Recommendation) -> pd.DataFrame:
    """Count what serves each objective: proposed, recommended, running.

    Returns
    -------
    DataFrame
        objective, importance [%]; assessed proposals, recommended ones and running
        projects that serve it strongly (strong or extreme); recommended ones that serve it
        at all; and the recommended one that serves it most.
    """
    rated, evaluation = contribution(recommendation), recommendation.evaluation
    if rated.shape[0] == 0 or rated.shape[1] == 0:
        return pd.DataFrame()
    strongly = rated.where(rated > STRONG - _SAME, 0.0)
    inside = pd.Series(rated.index.isin(_funded_projects(recommendation)), index=rated.index)
    assessed = pd.Series(rated.index.isin(evaluation.score.index), index=rated.index)
    running = pd.Series(rated.index.isin(evaluation.running), index=rated.index)
    any_of = alignment.coverage(rated, inside)
    best = any_of["best_project"]
    return pd.DataFrame(
        {
            "objective": recommendation.portfolio.objectives["name"],
            "importance [%]": (100 * evaluation.objective_weights).round(1),
            "proposals that serve it strongly": alignment.coverage(strongly, assessed)[
                "n_projects"
            ],
            "of which recommended": alignment.coverage(strongly, inside)["n_projects"],
            "recommended that serve it at all": any_of["n_projects"],
            "running that serve it strongly": alignment.coverage(strongly, running)["n_projects"],
            "served most by (recommended)": best.map(recommendation.portfolio.projects["name"]),
        }
    ).reset_index(drop=True)


def coverage_in_words(recommendation: Recommendation) -> str:
    """Name the objectives that no recommended project serves strongly, or only one."""
    table = coverage(recommendation)
    if len(table) == 0:
        return NONE_STATED
    count, names = table["of which recommended"], table["objective"]
    none, sole = names[count == 0], names[count == 1]
    unserved = names[table["recommended that serve it at all"] == 0]
    words = f"No recommended project serves {listed(unserved)} at all. " if len(unserved) else ""
    none = none[~none.isin(unserved)]
    if len(none):
        words += f"No recommended project serves {listed(none)} strongly. "
    if len(sole):
        words += (
            f"{listed(sole)} {verb(len(sole), 'hangs', 'each hang')} on one recommended project: if it "
            "fails, no other serves the objective strongly. "
        )
    return words.strip() or (
        "At least two recommended projects serve each objective strongly; the fewest, "
        f"{count.min()}, serve {listed(names[count == count.min()])}."
    )


def spend(recommendation: Recommendation) -> pd.DataFrame:
    """Split the recommended money among the objectives, beside their importance.

    A project's cost is split in proportion to its contributions.

    Returns
    -------
    DataFrame by objective
        name, importance [share], spend [currency], share [of the spend], running: what
        running work spends on it [currency]. The last row is money that serves none.
    """
    rated, evaluation = contribution(recommendation), recommendation.evaluation
    cost = evaluation.finance["cost_in_budget"].reindex(rated.index).fillna(0.0)
    columns = ["name", "importance", "spend", "share", "running"]
    if rated.shape[0] == 0 or rated.shape[1] == 0:
        return pd.DataFrame(columns=columns)
    inside = pd.Series(rated.index.isin(_funded_projects(recommendation)), index=rated.index)
    running = pd.Series(rated.index.isin(evaluation.running), index=rated.index)
    frame = alignment.spend_by_objective(rated, cost, inside)
    frame["running"] = alignment.spend_by_objective(rated, cost, running)["spend"]
    frame["name"] = recommendation.portfolio.objectives["name"].reindex(frame.index)
    frame["name"] = frame["name"].fillna(alignment.NO_OBJECTIVE)
    frame["importance"] = evaluation.objective_weights.reindex(frame.index).fillna(0.0)
    return frame[columns]


def spend_table(recommendation: Recommendation) -> pd.DataFrame:
    """Show spend against importance: most over-funded first, the difference in points."""
    frame, money = spend(recommendation), money_of(recommendation)
    frame = frame[(frame["importance"] > 0) | (frame["spend"] + frame["running"] > 0)]
    table = pd.DataFrame(
        {
            "objective": frame["name"],
            "importance [%]": (100 * frame["importance"]).round(1),
            "share of recommended spend [%]": (100 * frame["share"]).round(1),
            "difference [points]": (100 * (frame["share"] - frame["importance"])).round(1),
            f"recommended spend [{money.unit}]": scaled(frame["spend"], money),
            f"running spend [{money.unit}]": scaled(frame["running"], money),
        }
    )
    return table.sort_values(
        "difference [points]", ascending=False, kind="stable", ignore_index=True
    )


def spend_in_words(recommendation: Recommendation) -> str:
    """Name the objectives that get most over and most under their importance."""
    frame = spend(recommendation)
    if len(frame) == 0:
        return NONE_STATED
    if not frame["spend"].sum() > 0:
        return "The list spends nothing on any objective."
    frame = frame[frame["importance"] > 0]
    gap = frame["share"] - frame["importance"]
    high, low = gap.idxmax(), gap.idxmin()
    if gap[high] - gap[low] < 0.01:
        return "Spend follows importance: no objective is a point over or under."
    return (
        f"{one_line(frame.at[high, 'name'])} gets {percent(frame.at[high, 'share'])} of the recommended "
        f"money at an importance of {percent(frame.at[high, 'importance'])}; "
        f"{one_line(frame.at[low, 'name'])} gets {percent(frame.at[low, 'share'])} at "
        f"{percent(frame.at[low, 'importance'])}, the widest gap below."
    )


def could_serve(recommendation: Recommendation, *, most: int = 12) -> pd.DataFrame:
    """List proposals left out that serve an under-funded objective strongly.

    Returns
    -------
    DataFrame
        objective (widest gap first), rank, project, how it serves it, cost [money] and why
        the list leaves it out.
    """
    frame, money = spend(recommendation), money_of(recommendation)
    gap = (frame["share"] - frame["importance"]).astype(float)
    gap = gap[gap < 0].sort_values(kind="stable")
    rated, inside = contribution(recommendation), funded(recommendation)
    left_out = rated[rated.index.isin(inside.index[~inside])]
    rows = [
        (objective, project, left_out.at[project, objective])
        for objective in gap.index
        for project in recommendation.evaluation.rank.sort_values(kind="stable").index
        if project in left_out.index and left_out.at[project, objective] > STRONG - _SAME
    ]
    found = pd.DataFrame(rows[:most], columns=["objective", "project", "serves"])
    listing = recommendation.ranked_list.reindex(found["project"]).reset_index(drop=True)
    return pd.DataFrame(
        {
            "objective": found["objective"].map(frame["name"]),
            "rank": listing["rank"],
            "project": listing["name"],
            "serves it": found["serves"].map(_level).astype("str"),
            f"cost [{money.unit}]": scaled(listing["cost"], money),
            "why it is left out": listing["why"],
        }
    )


def could_serve_in_words(recommendation: Recommendation) -> str:
    """Say what it would take to close the widest gap below importance."""
    table, money = could_serve(recommendation, most=1000), money_of(recommendation)
    if len(table) == 0:
        return "No proposal left out serves an under-funded objective strongly."
    first = table[table["objective"] == table["objective"].iloc[0]]
    cost = first[f"cost [{money.unit}]"].sum()
    return (
        f"{one_line(first['objective'].iloc[0])} is furthest below its importance; "
        f"{counted(len(first), 'proposal')} left out {verb(len(first), 'serves', 'serve')} it strongly: "
        f"{listed(map(one_line, first['project']))}, {money.sign}{cost:,.1f}{money.letter} in all."
    )


def known(recommendation: Recommendation) -> list[str]:
    """Say what the board now knows."""
    words = [
        objectives_in_words(recommendation),
        contributions_in_words(recommendation),
        coverage_in_words(recommendation),
        spend_in_words(recommendation),
    ]
    return list(dict.fromkeys(words))


def added(recommendation: Recommendation) -> pd.DataFrame:
    """Return what this adds to the ranked list: alignment and what each project serves strongly."""
    rated = contribution(recommendation)
    names = recommendation.portfolio.objectives["name"].map(one_line, na_action="ignore")
    strong = ["; ".join(names[row > STRONG - _SAME]) or "–" for _, row in rated.iterrows()]
    aligned = (100 * recommendation.evaluation.alignment.reindex(rated.index)).round(1)
    return pd.DataFrame(
        {
            "alignment [of 100]": aligned,
            "serves strongly": pd.Series(strong, index=rated.index, dtype="str"),
        }
    )


def would_change(recommendation: Recommendation) -> list[str]:
    """Say what would change the answer."""
    return [could_serve_in_words(recommendation), close_calls(recommendation)]


def _funded_projects(recommendation: Recommendation) -> pd.Index:
    inside = funded(recommendation)
    return inside.index[inside]


def _objective_names(recommendation: Recommendation, labels) -> list[str]:
    return [one_line(name) for name in recommendation.portfolio.objectives["name"].reindex(labels)]
