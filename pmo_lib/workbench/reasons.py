"""Why each project is where it is, and which would move if merely split in two."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from functools import cached_property
from time import monotonic

import numpy as np
import pandas as pd

from pmo_lib import periods, scoring, selection
from pmo_lib.checks import InputError
from pmo_lib.wording import counted, limit_words, list_word, listed, money_words, worth_between
from pmo_lib.workbench.problem import LABELLED, as_chosen
from pmo_lib.workbench.settings import RULES, Settings

BY_THE_BOARD = ("Included by the board", "Excluded by the board")

PRICING_SECONDS = 20.0
"""How long prices may take in all; later projects are told what does not fit. [s]"""

MOST_LETTERS = 42
"""Letters of another project's name in a reason."""

EXPLAINED_AT_MOST = 60
"""Proposals for which each reason is priced by a choice of its own; beyond, by what is left over."""


def reasons(portfolio, settings, problem, choice, *, explain, progress) -> pd.Series:
    """Word for each assessed proposal why it is where it is."""
    names, why = portfolio.projects["name"].reindex(choice.selected.index), {}
    forced = pd.concat([problem["forced_in"], problem["forced_out"]])
    few = len(choice.selected) <= EXPLAINED_AT_MOST
    priced = explain and few and settings.rule == RULES[0]
    model = selection.build(**that_can_bind(problem)) if priced else None
    problem = as_chosen(problem, choice)
    began, stopped, room = monotonic(), False, Room(problem, choice)
    for done, (project, funded) in enumerate(choice.selected.items(), start=1):
        if progress is not None and not stopped:
            words = f"why {names[project]} is {'in' if funded else 'out'}"
            stopped = bool(progress(done, len(choice.selected), words))
        in_time = priced and not stopped and monotonic() - began < PRICING_SECONDS
        words = forced.get(project) or _standing(project, funded, settings, room, names)
        if in_time and (project not in forced.index or words.startswith(BY_THE_BOARD)):
            words += _price(project, funded, settings, problem, model, choice, names)
        elif not words:
            words = f"{'in' if funded else 'not in'} the list by the rule: {settings.rule}"
        words = words.removeprefix("; ")
        why[project] = words[:1].upper() + words[1:]
    return pd.Series(why, dtype="str")


def _standing(project, funded, settings, room, names) -> str:
    """Word what links and limits say of a project, before any price."""
    problem, selected = room.problem, room.choice.selected
    if funded:
        needed = [names[a] for a, b in problem["requires"] if b == project and selected[a]]
        return f"needed by {named(needed)}" if needed else ""
    rivals = [
        names[b if a == project else a]
        for a, b in problem["excludes"]
        if project in (a, b) and selected[b if a == project else a]
    ]
    if rivals:
        return f"rival of {named(rivals)}, which is {list_word(settings)}"
    missing = [names[b] for a, b in problem["requires"] if a == project and not selected[b]]
    if missing:
        return f"needs {named(missing)}, not {list_word(settings)}"
    return does_not_fit(project, room, settings.currency)


@dataclass(frozen=True, eq=False)
class Room:
    """What a list leaves of each limit, added up once for all the projects that may be added.

    Parameters
    ----------
    problem : dict
        The choice as it was stated, one option a project.
    choice : selection.Choice
        The list.
    """

    problem: dict
    choice: selection.Choice

    def short_of_money(self, project) -> pd.Series:
        """Return by how much each budget would be exceeded if a project were added. [currency]."""
        return self._short(*self._money, project)

    def short_of_people(self, project) -> pd.Series:
        """Return by how much each role would be exceeded if a project were added. [FTE]."""
        return self._short(*self._people, project)

    @cached_property
    def _money(self) -> tuple:
        return self._taken(self.problem["cost"], self.problem["budget"])

    @cached_property
    def _people(self) -> tuple:
        return self._taken(self.problem["use"], self.problem["capacity"])

    def _taken(self, need, available) -> tuple:
        """Return needs, what the list takes beyond what there is, and what counts as short."""
        if isinstance(need, pd.Series):
            return need, float(need[self.choice.selected].sum()) - available, 0.005
        needs, there = need.to_numpy(), available.reindex(need.columns).to_numpy()
        taken = self.choice.selected.reindex(need.index).to_numpy(dtype=bool)
        scale = 0.005 if needs.max(initial=0) > 1000 else 1e-6
        return need, needs[taken].sum(axis=0) - there, scale

    @staticmethod
    def _short(need, over, scale: float, project) -> pd.Series:
        if isinstance(need, pd.Series):
            short = over + float(need[project])
            return pd.Series({None: short} if short > scale else {}, dtype=float)
        own = need.to_numpy()[need.index.get_loc(project)]
        short = np.where(own > 0, over + own, 0.0)
        broken = np.flatnonzero(short > scale)
        return pd.Series(short[broken], need.columns[broken], dtype=float)

    @cached_property
    def _groups(self) -> list[tuple]:
        """Return each upper limit on a group: its row, who is in it, and the sums of the list."""
        limits, selected = self.problem["limits"], self.choice.selected
        if limits is None:
            return []
        cost = self.problem["cost"]
        cost = cost.sum(axis=1) if isinstance(cost, pd.DataFrame) else cost
        found = []
        for row in limits.itertuples():
            member = self.problem["groups"][row.group].reindex(cost.index)
            inside = member[selected]
            sums = int((inside > 0).sum()), float((inside * cost[selected]).sum())
            found.append((row, dict(member), dict(cost), sums, float(cost[selected].sum())))
        return found

    def broken(self, project) -> list[str]:
        """Name the upper limits that adding a project to the list as it is would break."""
        broken = []
        for row, member, cost, (count, money), total in self._groups:
            part, own = member[project], cost[project]
            money, total = money + part * own, total + own
            share = money / total if total > 0 else 0.0
            level = {"count": count + (part > 0), "amount": money, "share": share}[row.measure]
            if part > 0 and level > row.at_most + 1e-9:
                broken.append(f"{row.group} may be at most {row.at_most:,g} ({row.measure})")
        return broken


def does_not_fit(project, room: Room, currency: str = "") -> str:
    """Name the budget and the role that are shortest if the project is added to the list."""
    parts = []
    short = room.short_of_money(project)
    if len(short):
        label, others = short.idxmax(), len(short) - 1
        more = f" and in {counted(others, 'more budget')}" if others else ""
        parts.append(f"{money_words(short[label], currency)} short in {limit_words(label)}{more}")
    if room.problem["use"] is not None:
        short = room.short_of_people(project)
        if len(short):
            role, month = short.idxmax()
            parts.append(f"{role} short by {short.max():.1f} in {periods.month_label(month)}")
    parts += room.broken(project)
    if parts:
        return f"does not fit: {'; '.join(parts)}"
    return "worth no more than not doing it" if room.problem["value"][project] <= 0 else ""


def _price(project, funded, settings, problem, model, choice, names) -> str:
    """Price the opposite decision by an exact choice: worth lost, who leaves or comes in.

    For an override of the board, it is the price of the override; an approved list leaves out
    that a decision cost nothing.
    """
    decided = problem["forced_in"].index.union(problem["forced_out"].index)
    opposite = "free" if project in decided else "out" if funded else "in"
    try:
        again = selection.choose_otherwise(
            model, project, opposite, gap=settings.gap, time_limit=2.0
        )
    except InputError:
        return ""
    if again is None:
        without = "the limits cannot hold without it"
        return f"; {without if funded else 'cannot be had with what must be in'}"
    moved = again.selected != choice.selected
    moved[project] = False
    enters, leaves = (named(names[moved & one.selected]) for one in (again, choice))
    if project in decided:
        if again.value <= choice.value + 1e-9:
            return "" if settings.approved else "; costs the list nothing"
        words = f"; costs the list {_lost(again, choice, settings)}"
        return words + (f" and displaces {enters}" if funded and enters else "")
    lost = _lost(choice, again, settings)
    if funded:
        words = f"; without it the list is worth {lost} less"
        return words + (f", with {enters} instead" if enters else "")
    words = f"; including it costs the list {lost}"
    words += f" and displaces {leaves}" if leaves else ""
    return words + (f", letting in {enters}" if enters else "")


def _lost(better, worse, settings: Settings) -> str:
    """Word what lies between two choices: one number where both are proven, else an interval."""
    low = max(better.value - worse.bound, 0.0)
    return worth_between(low, max(better.bound - worse.value, low), settings)


def that_can_bind(problem: dict) -> dict:
    """Leave out people that even all proposals together would not use up."""
    if problem["use"] is None:
        return problem
    tight = problem["use"].clip(lower=0).sum() > problem["capacity"]
    if not tight.any():
        return {**problem, "use": None, "capacity": None, "hiring": None}
    hiring = problem.get("hiring")
    if hiring is not None:
        hiring = replace(hiring, adds=hiring.adds.loc[:, tight])
    return {
        **problem,
        "use": problem["use"].loc[:, tight],
        "capacity": problem["capacity"][tight],
        "hiring": hiring,
    }


def named(names) -> str:
    """Word a few project names: long ones shortened, more than three counted."""
    return listed(map(short_name, names), most=2 if len(names) > 3 else None)


def short_name(name: object) -> str:
    """Shorten a long name for a sentence, at a blank where there is one.

    >>> short_name("Digital front door: resident app and online payments"), short_name("W" * 50)[-3:]
    ('Digital front door: resident app and …', 'WW…')
    """
    words = " ".join(str(name).split())
    short = textwrap.shorten(words, MOST_LETTERS, placeholder=" …")
    return short if short != "…" else f"{words[: MOST_LETTERS - 1]}…"


def split_warnings(portfolio, settings, evaluation, problem, choice):
    """Name unfunded projects that two halves, each rated like the whole, would bring in.

    Halves that would come in with half the rating too merely fit better, and are not named.
    """
    ratings = portfolio.criteria.index[~portfolio.criteria["adds"]]
    plain = scoring.value_over_not_doing(
        evaluation.values, evaluation.weights, evaluation.not_doing
    )
    sized = not np.allclose(plain, evaluation.worth)
    few = len(choice.selected) <= EXPLAINED_AT_MOST
    if len(ratings) == 0 or sized or not few or settings.objective != "score":
        return
    over = (evaluation.values - evaluation.not_doing) * evaluation.weights
    out = choice.selected.index[~choice.selected].difference(problem["forced_out"].index)
    asked, names = that_can_bind(problem), []
    for project in out:
        whole, rated = float(over.loc[project].sum()), float(over.loc[project, ratings].sum())
        if rated <= 0:
            continue
        kept = _funded_if_split(project, (whole + rated) / 2, asked)
        if kept and not _funded_if_split(project, whole / 2, asked):
            names.append(portfolio.projects.at[project, "name"])
    if names:
        yield (
            f"Would be funded if merely split in two, because ratings do not add: {named(names)}; "
            "judge their extent before deciding."
        )


def _funded_if_split(project, worth: float, problem: dict) -> bool:
    """Choose with a project replaced by two halves that are each worth so much."""
    halves = [f"{project} (half {n})" for n in (1, 2)]
    split, shares = dict(problem), {"cost": 0.5, "use": 0.5}
    for name in (*LABELLED, "groups"):
        if problem.get(name) is not None:
            row = problem[name].loc[project] * shares.get(name, 1.0)
            split[name] = problem[name].drop(index=project)
            for half in halves:
                split[name].loc[half] = worth if name == "value" else row
    if problem["synergies"] is not None:
        alone = [project not in pair for pair in problem["synergies"].index]
        split["synergies"] = problem["synergies"][alone]
    for kind in ("requires", "excludes", "together", "after"):
        split[kind] = [
            tuple(half if end == project else end for end in pair)
            for pair in problem[kind]
            for half in (halves if project in pair else halves[:1])
        ]
    try:
        again = selection.choose(**split, time_limit=2.0)
    except selection.InfeasibleError:
        return False
    return bool(again.selected[halves].any())
