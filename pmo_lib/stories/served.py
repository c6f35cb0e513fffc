"""What the list serves: objectives, contributions, coverage, spend against importance."""

from __future__ import annotations

import pandas as pd

from pmo_lib import alignment, statements
from pmo_lib.statements import money_of
from pmo_lib.stories.lists import close_calls
from pmo_lib.stories.plain import MOST_ROWS, by_rank, funded, laid_out, ranked, verb
from pmo_lib.wording import counted, list_word, listed, one_line, percent
from pmo_lib.workbench import Recommendation

WORDS = {0.0: "–", 1 / 9: "low", 3 / 9: "moderate", 6 / 9: "strong", 1.0: "extreme"}
"""The levels of contribution, by their number."""

NONE_STATED = "No objectives are stated, so nothing can be said about what the money serves."
_SAME = 1e-6

STRONG = 6 / 9
"""From this contribution on a project serves an objective strongly. [-]"""


def objectives(made: Recommendation) -> pd.DataFrame:
    """State the objectives: name, owner, importance [%] and what each means, most important first."""
    table, weight = made.portfolio.objectives, made.evaluation.objective_weights
    columns = {
        "objective": table["name"],
        "importance [%]": weight,
        "owner": table["owner"],
        "meaning": table["description"],
    }
    frame = laid_out(made, columns)
    return frame.sort_values("importance [%]", ascending=False, kind="stable", ignore_index=True)


def objectives_in_words(made: Recommendation) -> str:
    """Say how many objectives there are, and which counts most and least."""
    weight = made.evaluation.objective_weights
    if len(weight) == 0:
        return NONE_STATED
    words = counted(len(weight), "objective").capitalize()
    if weight.max() - weight.min() < _SAME:
        return f"{words}, all of the same importance, {percent(weight.max())} each."
    parts = []
    for side, end in (("most", weight.max()), ("least", weight.min())):
        names = _objective_names(made, weight.index[(weight - end).abs() < _SAME])
        each = verb(len(names), "", " each")
        be = verb(len(names), "is", "are")
        parts.append(f"{side} important {be} {listed(names)} ({percent(end)}{each})")
    return f"{words}: {'; '.join(parts)}."


def contribution(made: Recommendation) -> pd.DataFrame:
    """Lay out contributions, rated project x objective, in [0, 1].

    Projects without a full set of ratings are left out, unless the settings count an
    absent rating as none.
    """
    return statements.contributions(made).dropna()


def contributions(made: Recommendation, *, most: int = MOST_ROWS) -> pd.DataFrame:
    """List how far the assessed proposals serve each objective, best aligned first.

    Returns
    -------
    DataFrame
        rank, project, alignment [of 100], then a word for each objective: low, moderate,
        strong, extreme, or a dash for none; recommended.
    """
    rated, inside, word = contribution(made), funded(made), list_word(made.settings)
    if rated.shape[1] == 0:
        return pd.DataFrame(columns=["rank", "project", "alignment [of 100]", word])
    aligned = made.evaluation.alignment[rated.index.intersection(inside.index)]
    aligned = aligned.sort_values(ascending=False, kind="stable")[:most]
    table = by_rank(made, most=None).loc[aligned.index, ["rank", "project"]]
    table["alignment [of 100]"] = aligned.round(2)
    for objective, name in made.portfolio.objectives["name"].items():
        table[one_line(name)] = rated.loc[aligned.index, objective].map(_level).astype("str")
    return laid_out(made, table.assign(**{word: inside[aligned.index]}).to_dict("series"))


def _level(number: float) -> str:
    """Word a contribution by its level, or as a number out of 100."""
    words = [word for level, word in WORDS.items() if abs(level - number) < _SAME]
    return words[0] if words else f"{100 * number:.0f} of 100"


def contributions_in_words(made: Recommendation) -> str:
    """Name the proposal that serves the objectives most, and a well-aligned one left out."""
    evaluation = made.evaluation
    aligned = evaluation.alignment.reindex(evaluation.score.index).dropna()
    if len(aligned) == 0:
        return NONE_STATED
    inside = funded(made)
    best = aligned.idxmax()
    state = f"{'' if inside[best] else 'not '}{list_word(made.settings)}"
    words = f"Best aligned is {ranked(made, best)}, {100 * aligned[best]:.0f} of 100, {state}."
    out = aligned[~inside[aligned.index]]
    if len(out):
        words += (
            f" Of those left out, {ranked(made, out.idxmax())} serves them most: "
            f"{100 * out.max():.0f} of 100."
        )
    return words


def coverage(made: Recommendation) -> pd.DataFrame:
    """Count what serves each objective: proposed, recommended, running.

    Returns
    -------
    DataFrame
        objective, importance [%]; assessed proposals, recommended ones and running
        projects that serve it strongly (strong or extreme); recommended ones that serve it
        at all; and the recommended one that serves it most.
    """
    rated, evaluation, word = contribution(made), made.evaluation, list_word(made.settings)
    if rated.shape[0] == 0 or rated.shape[1] == 0:
        return pd.DataFrame()
    strongly, inside = rated.where(rated > STRONG - _SAME, 0.0), _funded_projects(made)
    any_of = alignment.coverage(rated, _are(rated, inside))
    assessed, chosen, running = (
        alignment.coverage(strongly, _are(rated, group))["n_projects"]
        for group in (evaluation.score.index, inside, evaluation.running)
    )
    columns = {
        "objective": made.portfolio.objectives["name"],
        "importance [%]": evaluation.objective_weights,
        "proposals that serve it strongly": assessed,
        f"of which {word}": chosen,
        f"{word} that serve it at all": any_of["n_projects"],
        "running that serve it strongly": running,
        f"served most by ({word})": any_of["best_project"].map(made.portfolio.projects["name"]),
    }
    return laid_out(made, columns)


def _are(rated: pd.DataFrame, group: pd.Index) -> pd.Series:
    return pd.Series(rated.index.isin(group), index=rated.index)


def coverage_in_words(made: Recommendation) -> str:
    """Name the objectives that no recommended project serves strongly, or only one."""
    table, word = coverage(made), list_word(made.settings)
    if len(table) == 0:
        return NONE_STATED
    count, names = table[f"of which {word}"], table["objective"]
    none, sole = names[count == 0], names[count == 1]
    unserved = names[table[f"{word} that serve it at all"] == 0]
    words = f"No {word} project serves {listed(unserved, most=4)} at all. " if len(unserved) else ""
    none = none[~none.isin(unserved)]
    if len(none):
        words += f"No {word} project serves {listed(none, most=4)} strongly. "
    if len(sole):
        words += (
            f"{listed(sole, most=4)} {verb(len(sole), 'hangs', 'each hang')} on one {word} project: if it "
            "fails, no other serves the objective strongly. "
        )
    return words.strip() or (
        f"At least two {word} projects serve each objective strongly; the fewest, "
        f"{count.min()}, serve {listed(names[count == count.min()], most=4)}."
    )


def spend(made: Recommendation) -> pd.DataFrame:
    """Split the recommended money among the objectives, beside their importance.

    A project's cost is split in proportion to its contributions.

    Returns
    -------
    DataFrame by objective
        name, importance [share], spend [currency], share [of the spend], running: what
        running work spends on it [currency]. The last row is money that serves none.
    """
    rated, evaluation = contribution(made), made.evaluation
    cost = evaluation.finance["cost_in_budget"].reindex(rated.index).fillna(0.0)
    columns = ["name", "importance", "spend", "share", "running"]
    if rated.shape[0] == 0 or rated.shape[1] == 0:
        return pd.DataFrame(columns=columns)
    frame = alignment.spend_by_objective(rated, cost, _are(rated, _funded_projects(made)))
    running = alignment.spend_by_objective(rated, cost, _are(rated, evaluation.running))
    frame["running"] = running["spend"]
    frame["name"] = made.portfolio.objectives["name"].reindex(frame.index)
    frame["name"] = frame["name"].fillna(alignment.NO_OBJECTIVE)
    frame["importance"] = evaluation.objective_weights.reindex(frame.index).fillna(0.0)
    return frame[columns]


def funding(made: Recommendation) -> pd.DataFrame:
    """Mark each objective as over-funded, under-funded or in line with its importance.

    Returns
    -------
    DataFrame by objective
        `alignment.spend_against_importance` of the recommended proposals; empty without
        objectives or contributions.
    """
    rated, cost, inside = spending(made)
    if rated.shape[0] == 0 or rated.shape[1] == 0:
        return pd.DataFrame(columns=["spend", "share", "importance", "gap", "funding"])
    weights = made.evaluation.objective_weights
    return alignment.spend_against_importance(rated, cost, inside, weights)


def spending(made: Recommendation) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """Return contributions, cost within the budgets, and what is funded, of rated proposals."""
    inside = funded(made)
    rated = contribution(made)
    rated = rated.loc[rated.index.intersection(inside.index)]
    cost = made.evaluation.finance["cost_in_budget"].reindex(rated.index).fillna(0.0)
    return rated, cost, inside.reindex(rated.index).astype(bool)


def spend_table(made: Recommendation) -> pd.DataFrame:
    """Show spend against importance: most over-funded first, marked beyond 5 points."""
    frame = spend(made)
    frame = frame[(frame["importance"] > 0) | (frame["spend"] + frame["running"] > 0)]
    word = list_word(made.settings)
    columns = {
        "objective": frame["name"],
        "importance [%]": frame["importance"],
        f"share of {word} spend [%]": frame["share"],
        "difference [points]": (100 * (frame["share"] - frame["importance"])).round(1),
        "funding": funding(made)["funding"].reindex(frame.index),
        f"{word} spend [money]": frame["spend"],
        "running spend [money]": frame["running"],
    }
    return laid_out(made, columns).sort_values(
        "difference [points]", ascending=False, kind="stable", ignore_index=True
    )


def spend_in_words(made: Recommendation) -> str:
    """Name the objectives that get most over and most under their importance."""
    frame = spend(made)
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
        f"{one_line(frame.at[high, 'name'])} gets {percent(frame.at[high, 'share'])} of the "
        f"{list_word(made.settings)} money at an importance of {percent(frame.at[high, 'importance'])}; "
        f"{one_line(frame.at[low, 'name'])} gets {percent(frame.at[low, 'share'])} at "
        f"{percent(frame.at[low, 'importance'])}, the widest gap below."
    )


def could_serve(made: Recommendation, *, most: int = 12) -> pd.DataFrame:
    """List proposals left out that serve an under-funded objective strongly.

    Returns
    -------
    DataFrame
        objective (widest gap first), rank, project, how it serves it, cost [money] and why
        the list leaves it out.
    """
    frame = spend(made)
    gap = (frame["share"] - frame["importance"]).astype(float)
    gap = gap[gap < 0].sort_values(kind="stable")
    rated, inside = contribution(made), funded(made)
    left_out = rated[rated.index.isin(inside.index[~inside])]
    rows = [
        (objective, project, left_out.at[project, objective])
        for objective in gap.index
        for project in made.evaluation.rank.sort_values(kind="stable").index
        if project in left_out.index and left_out.at[project, objective] > STRONG - _SAME
    ]
    found = pd.DataFrame(rows[:most], columns=["objective", "project", "serves"])
    listing = made.ranked_list.reindex(found["project"]).reset_index(drop=True)
    columns = {
        "objective": found["objective"].map(frame["name"]),
        "rank": listing["rank"],
        "project": listing["name"],
        "serves it": found["serves"].map(_level).astype("str"),
        "cost [money]": listing["cost"],
        "why it is left out": listing["why"],
    }
    return laid_out(made, columns)


def could_serve_in_words(made: Recommendation) -> str:
    """Say what it would take to close the widest gap below importance."""
    table, money = could_serve(made, most=1000), money_of(made)
    if len(table) == 0:
        return "No proposal left out serves an under-funded objective strongly."
    first = table[table["objective"] == table["objective"].iloc[0]]
    cost = first[f"cost [{money.unit}]"].sum()
    return (
        f"{one_line(first['objective'].iloc[0])} is furthest below its importance; "
        f"{counted(len(first), 'proposal')} left out {verb(len(first), 'serves', 'serve')} it strongly: "
        f"{listed(map(one_line, first['project']), most=4)}, {money.unit_words(cost)} in all."
    )


def known(made: Recommendation) -> list[str]:
    """Say what the board now knows."""
    words = [objectives_in_words(made), contributions_in_words(made)]
    return list(dict.fromkeys([*words, coverage_in_words(made), spend_in_words(made)]))


def added(made: Recommendation) -> pd.DataFrame:
    """Return what this adds to the ranked list: alignment and what each project serves strongly."""
    rated = contribution(made)
    names = made.portfolio.objectives["name"].map(one_line, na_action="ignore")
    strong = ["; ".join(names[row > STRONG - _SAME]) or "–" for _, row in rated.iterrows()]
    aligned = (100 * made.evaluation.alignment.reindex(rated.index)).round(1)
    strong = pd.Series(strong, index=rated.index, dtype="str")
    return pd.DataFrame({"alignment [of 100]": aligned, "serves strongly": strong})


def would_change(made: Recommendation) -> list[str]:
    """Say what would change the answer."""
    return [could_serve_in_words(made), close_calls(made)]


def _funded_projects(made: Recommendation) -> pd.Index:
    inside = funded(made)
    return inside.index[inside]


def _objective_names(made: Recommendation, labels) -> list[str]:
    return [one_line(name) for name in made.portfolio.objectives["name"].reindex(labels)]
