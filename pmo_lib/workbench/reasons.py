"""Why each project is where it is, and which would move if merely split in two."""

from __future__ import annotations

import textwrap

import pandas as pd

from pmo_lib import periods, selection
from pmo_lib.workbench.problem import limit_words, money_words
from pmo_lib.workbench.settings import RULES, Settings

EXPLAINED_AT_MOST = 60
"""Proposals for which each reason is priced by a choice of its own; beyond, by what is left over."""


def reasons(portfolio, settings, problem, choice, *, explain, progress) -> pd.Series:
    """Word for each assessed proposal why it is where it is."""
    names, why = portfolio.projects["name"], {}
    forced = pd.concat([problem["forced_in"], problem["forced_out"]])
    priced = explain and settings.rule == RULES[0] and len(choice.selected) <= EXPLAINED_AT_MOST
    names = names.reindex(choice.selected.index)
    asked = that_can_bind(problem)
    for done, (project, funded) in enumerate(choice.selected.items(), start=1):
        if progress is not None:
            progress(
                done, len(choice.selected), f"why {names[project]} is {'in' if funded else 'out'}"
            )
        if project in forced.index:
            why[project] = forced[project]
            continue
        words = _standing(project, funded, settings, problem, choice, names)
        if priced:
            words += _price(project, funded, settings, asked, choice, names)
        else:
            words = words or f"{'in' if funded else 'not in'} the list by the rule: {settings.rule}"
        words = words.removeprefix("; ")
        why[project] = words[:1].upper() + words[1:]
    return pd.Series(why, dtype="str")


def _standing(project, funded, settings, problem, choice, names) -> str:
    """Word what links and limits say of a project, before any price."""
    selected = choice.selected
    if funded:
        needed = [names[a] for a, b in problem["requires"] if b == project and selected[a]]
        return f"needed by {named(needed)}" if needed else ""
    rivals = [
        names[b if a == project else a]
        for a, b in problem["excludes"]
        if project in (a, b) and selected[b if a == project else a]
    ]
    if rivals:
        return f"rival of {named(rivals)}, which is recommended"
    missing = [names[b] for a, b in problem["requires"] if a == project and not selected[b]]
    if missing:
        return f"needs {named(missing)}, not recommended"
    return does_not_fit(project, problem, choice, settings.currency)


def does_not_fit(project, problem, choice, currency: str = "") -> str:
    """Name the budget and the role that are shortest if the project is added to the list."""
    parts = []
    short = shortfalls(problem["cost"], problem["budget"], choice, project)
    if len(short):
        label = short.idxmax()
        more = f" and in {len(short) - 1} more" if len(short) > 1 else ""
        parts.append(f"{money_words(short[label], currency)} short in {limit_words(label)}{more}")
    if problem["use"] is not None:
        short = shortfalls(problem["use"], problem["capacity"], choice, project)
        if len(short):
            role, month = short.idxmax()
            parts.append(f"{role} short by {short.max():.1f} in {periods.month_label(month)}")
    if parts:
        return f"does not fit: {'; '.join(parts)}"
    return "worth no more than not doing it" if problem["value"][project] <= 0 else ""


def shortfalls(need, available, choice, project) -> pd.Series:
    """Return by how much each limit would be exceeded if a project were added."""
    if isinstance(need, pd.Series):
        short = float(need[choice.selected].sum() + need[project] - available)
        return pd.Series({None: short}) if short > 0.005 else pd.Series(dtype=float)
    short = need[choice.selected].sum() + need.loc[project] - available
    scale = 0.005 if need.to_numpy().max(initial=0) > 1000 else 1e-6
    return short[(short > scale) & (need.loc[project] > 0)]


def _price(project, funded, settings, problem, choice, names) -> str:
    """Price the opposite decision by an exact choice: value lost, who leaves or comes in."""
    side = "forced_out" if funded else "forced_in"
    opposite = {**problem, side: pd.concat([problem[side], pd.Series({project: "asked"})])}
    try:
        again = selection.choose(**opposite, gap=settings.gap, time_limit=2.0)
    except selection.InfeasibleError:
        return (
            "; the limits cannot hold without it"
            if funded
            else "; cannot be had with what must be in"
        )
    lost = _points(choice.value - again.value, settings)
    moved = again.selected != choice.selected
    moved[project] = False
    enters, leaves = names[moved & again.selected], names[moved & choice.selected]
    if funded:
        words = f"; without it the list is worth {lost} less"
        return words + (f", with {named(enters)} instead" if len(enters) else "")
    words = f"; including it costs the list {lost}"
    words += f" and displaces {named(leaves)}" if len(leaves) else ""
    return words + (f", letting in {named(enters)}" if len(enters) else "")


def that_can_bind(problem: dict) -> dict:
    """Leave out people that even all proposals together would not use up."""
    if problem["use"] is None:
        return problem
    tight = problem["use"].clip(lower=0).sum() > problem["capacity"]
    if not tight.any():
        return {**problem, "use": None, "capacity": None}
    return {
        **problem,
        "use": problem["use"].loc[:, tight],
        "capacity": problem["capacity"][tight],
    }


def _points(difference: float, settings: Settings) -> str:
    if settings.objective == "npv":
        return f"{money_words(difference, settings.currency)} of NPV"
    return f"{100 * difference:,.1f} points"


def named(names) -> str:
    """Word a few project names: long ones shortened, more than three counted."""
    names = [textwrap.shorten(str(name), 42, placeholder=" …") for name in names]
    if len(names) > 3:
        return f"{', '.join(names[:2])} and {len(names) - 2} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def split_warnings(portfolio, evaluation, problem, choice):
    """Name unfunded projects that would be funded if they were merely split in two."""
    ratings = portfolio.criteria.index[~portfolio.criteria["adds"]]
    sized = portfolio.projects["size"].reindex(evaluation.score.index).notna().all()
    out = choice.selected.index[~choice.selected].difference(problem["forced_out"].index)
    if len(ratings) == 0 or sized or len(choice.selected) > EXPLAINED_AT_MOST:
        return
    over = (evaluation.values - evaluation.not_doing) * evaluation.weights
    names = [
        portfolio.projects.at[p, "name"] for p in out if _funded_if_split(p, over, ratings, problem)
    ]
    if names:
        yield (
            f"Would be funded if merely split in two, because ratings do not add: {named(names)}; "
            "judge their extent before deciding."
        )


def _funded_if_split(project, over, ratings, problem) -> bool:
    """Choose with a project replaced by two halves that each keep its ratings."""
    halves = [f"{project} (half {n})" for n in (1, 2)]
    half = over.loc[project].copy()
    half[over.columns.difference(ratings)] /= 2
    split = dict(problem)
    split["value"] = _replaced(problem["value"], project, halves, float(half.sum()))
    split["cost"] = _replaced(problem["cost"], project, halves, problem["cost"].loc[project] / 2)
    if problem["use"] is not None:
        split["use"] = _replaced(problem["use"], project, halves, problem["use"].loc[project] / 2)
    if problem["groups"] is not None:
        split["groups"] = _replaced(
            problem["groups"], project, halves, problem["groups"].loc[project]
        )
    for kind in ("requires", "excludes", "together"):
        pairs = problem[kind]
        kept = [pair for pair in pairs if project not in pair]
        moved = [
            tuple(half if end == project else end for end in pair)
            for pair in pairs
            if project in pair
            for half in halves
        ]
        split[kind] = kept + moved
    try:
        again = selection.choose(**split, time_limit=2.0)
    except selection.InfeasibleError:
        return False
    return bool(again.selected[halves].any())


def _replaced(table, project, halves, row):
    kept = table.drop(index=project)
    for half in halves:
        kept.loc[half] = row
    return kept
