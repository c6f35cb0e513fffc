"""Choose what to fund and say, for every project, why."""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmo_lib import selection
from pmo_lib.checks import refuse, show
from pmo_lib.tables import Portfolio
from pmo_lib.wording import counted, limit_words, one_line, total_words, years_words
from pmo_lib.workbench.answers import naming
from pmo_lib.workbench.evaluation import Evaluation, evaluate
from pmo_lib.workbench.means import means_words
from pmo_lib.workbench.options import option_words, taken_options
from pmo_lib.workbench.problem import (
    as_chosen,
    as_scheduled,
    cautions,
    choosing_problem,
    worth_of,
)
from pmo_lib.workbench.reasons import Room, does_not_fit, reasons, split_warnings
from pmo_lib.workbench.settings import RULES, Settings

BLOCKS = ("continues", "mandatory", "recommended", "not recommended", "not assessed")


@dataclass(frozen=True, eq=False)
class Recommendation:
    """A ranked, funded list and everything that explains it.

    Attributes
    ----------
    portfolio, settings, evaluation
        What the recommendation was made from.
    problem : dict
        The choice as it was stated, the arguments of `selection.choose`.
    choice, other : selection.Choice
        The list by the board's rule, and by the other rule.
    ranked_list : DataFrame by project
        block (continues, mandatory, recommended, not recommended, not assessed), name,
        sponsor, programme, category, rank, score, too_close, bcr, npv, cost, this_year,
        running_total, why, funded, in the order of the printed list. Money within the
        budget years. [currency]
    limits : DataFrame by limit
        kind (money, people, limit), label, available (after running work), used and
        left_over, of every budget, role and limit.
    other_list : DataFrame by project
        name, rank, cost, worth and which rule funds it, of each project the rules treat
        differently.
    headline : str
        The recommendation in one sentence.
    warnings : tuple of str
        What must be read with the list.
    """

    portfolio: Portfolio
    settings: Settings
    evaluation: Evaluation
    problem: dict
    choice: selection.Choice
    other: selection.Choice
    ranked_list: pd.DataFrame
    limits: pd.DataFrame
    other_list: pd.DataFrame
    headline: str
    warnings: tuple[str, ...]

    @property
    def other_rule(self) -> str:
        """The rule that the board does not go by."""
        return RULES[1 - RULES.index(self.settings.rule)]

    @property
    def by_rule(self) -> dict[str, selection.Choice]:
        """Both lists by their rule, the best affordable one first."""
        both = {self.settings.rule: self.choice, self.other_rule: self.other}
        return {rule: both[rule] for rule in RULES}

    @functools.cached_property
    def _called(self) -> dict:
        called = dict(self.evaluation.set_aside["name"])
        return called | dict(self.portfolio.projects["name"].dropna())

    @functools.cached_property
    def taken(self) -> pd.DataFrame:
        """The options that the list takes: rows of `options`, ``first`` the one ranked by."""
        return taken_options(self.portfolio, self.settings, self.choice.option)

    def names(self, projects) -> list[str]:
        """Return what projects are called, their labels where no name is known."""
        return [one_line(self._called.get(project)) or str(project) for project in projects]

    def left_by_year(self) -> pd.Series:
        """Add up what is left over of the budgets, by money year. [currency]."""
        stated = self.limits["kind"].eq("money") & self.limits["label"].map(type).eq(tuple)
        money = self.limits[stated]
        years = pd.Index([label[0] for label in money["label"]], name="period")
        return money["left_over"].groupby(years).sum()


def recommend(
    portfolio: Portfolio, settings: Settings, *, explain: bool = True, progress=None
) -> Recommendation:
    """Evaluate a portfolio, choose what to fund, and give each project its reason.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    settings : Settings
        What the board may change.
    explain : bool, default True
        Price each reason by an exact choice of its own; without, reasons name only what
        does not fit, and the answer is as quick as one choice.
    progress : callable, optional
        Called with (done, total, words) while reasons are priced.

    Returns
    -------
    Recommendation
        The list by the board's rule with the other rule's list beside it.

    Raises
    ------
    InputError
        As `evaluate`; or if a chosen project requires one that cannot be assessed.
    InfeasibleError
        If the limits cannot all hold; it names those that clash and the cheapest way out.
    """
    evaluation = evaluate(portfolio, settings)
    problem = choosing_problem(portfolio, settings, evaluation)
    rest = {name: part for name, part in problem.items() if name != "value"}
    score = _by_option(evaluation.score, problem["value"])
    with naming(portfolio.projects["name"]):
        best = selection.choose(
            **problem, gap=settings.gap, time_limit=settings.time_limit,
            progress=progress and _told(progress, len(evaluation.score)),
        )  # fmt: skip
        walked = selection.walk_down_the_list(score, **rest)
    walked = dataclasses.replace(walked, value=worth_of(problem, walked))
    choice, other = (best, walked) if settings.rule == RULES[0] else (walked, best)
    _require_assessed(portfolio, evaluation, choice)
    return laid_out(
        portfolio, settings, evaluation, problem, choice, other, explain=explain, progress=progress
    )


def laid_out(
    portfolio, settings, evaluation, problem: dict, choice, other, *, explain: bool, progress=None
) -> Recommendation:
    """Lay out a choice that was made as a recommendation: `recommend` without choosing."""
    why = reasons(portfolio, settings, problem, choice, explain=explain, progress=progress)
    if problem["value"].index.nlevels > 1:
        taken = taken_options(portfolio, settings, choice.option)
        evaluation = as_scheduled(portfolio, settings, evaluation, taken)
        words = option_words(portfolio, taken)
        why[words.index] += "; " + words
    ranked = _ranked_list(portfolio, settings, evaluation, choice, why)
    flat = as_chosen(problem, choice)
    other_list = _other_list(settings, evaluation, ranked, choice, other)
    headline = _headline(portfolio, settings, flat, choice, ranked)
    warnings = (
        *evaluation.warnings,
        *cautions(portfolio, evaluation),
        *means_words(problem, choice, portfolio, settings, priced=explain),
        *_not_met(choice),
        *(split_warnings(portfolio, settings, evaluation, flat, choice) if explain else ()),
    )
    return Recommendation(
        portfolio, settings, evaluation, problem, choice, other, ranked, _limits(choice),
        other_list, headline, warnings,
    )  # fmt: skip


def differences(before: Recommendation, after: Recommendation) -> pd.DataFrame:
    """List what changed between two recommendations: one row a project that enters or leaves.

    Returns
    -------
    DataFrame by project
        name, change (``"enters"`` or ``"leaves"``), rank (after), cost and worth.
    """
    was = before.ranked_list["funded"].astype(bool)
    now = after.ranked_list["funded"].astype(bool)
    was, now = was.align(now, fill_value=False)
    changed = now.index[was != now]
    table = after.ranked_list.reindex(changed)[["name", "rank", "cost"]]
    table.insert(1, "change", np.where(now[changed], "enters", "leaves"))
    worth = after.evaluation.worth.reindex(changed)
    return table.assign(worth=worth).sort_values(["change", "rank"])


def _by_option(score: pd.Series, value: pd.Series) -> pd.Series:
    """Give each option the score of its project; the first stated is tried first."""
    if value.index.nlevels == 1:
        return score
    place = value.groupby(level=0, sort=False).cumcount()
    return score.reindex(value.index.get_level_values(0)).to_numpy() - 1e-9 * place


def _told(progress, n: int):
    """Tell how near the best list found so far is proven to be, as steps before the first reason."""

    def told(value: float, bound: float, gap: float, seconds: float) -> bool:
        known = f"at most {100 * gap:.2g} % better exists" if np.isfinite(gap) else "none yet"
        return bool(progress(0, n, f"the best list: {known}"))

    return told


def _not_met(choice) -> tuple[str, ...]:
    """Say which lower limits the walk down the list could not keep to."""
    _, found, words = choice.status.partition("not met: ")
    return (f"The list does not meet: {words}.",) if found else ()


def _require_assessed(portfolio, evaluation, choice) -> None:
    """Refuse a chosen project that requires one nobody could assess."""
    chosen, aside = choice.selected.index[choice.selected], evaluation.set_aside
    links = portfolio.links[portfolio.links["relation"].isin(["requires", "together", "after"])]
    pairs = [(row.project, row.other) for row in links.itertuples()]
    both = links["relation"] == "together"
    pairs += [(row.other, row.project) for row in links[both].itertuples()]
    problems = [
        f"links: {show(project)} would be funded and requires {show(other)}, which cannot be "
        f"assessed ({aside.at[other, 'reason']}); enter its estimates or a placeholder with the name "
        "of who stands behind it, resume it if it is paused, or drop the link"
        for project, other in pairs
        if project in chosen and other in aside.index
    ]
    refuse(problems)


def _ranked_list(portfolio, settings, evaluation, choice, why) -> pd.DataFrame:
    """Lay out the printed list: running work, then proposals by block and rank."""
    projects, finance = portfolio.projects, evaluation.finance
    assessed = evaluation.score.index
    shown = evaluation.running.append(assessed).append(evaluation.set_aside.index)
    table = projects.reindex(shown)[["name", "sponsor", "programme", "category"]]
    table["name"] = table["name"].fillna(evaluation.set_aside["name"].reindex(shown))
    selected = choice.selected.reindex(shown, fill_value=False).astype(bool)
    mandatory = projects["mandatory"].reindex(shown).fillna(False).astype(bool)
    block = pd.Series("not assessed", index=shown)
    block[assessed] = "not recommended"
    block[selected] = "recommended"
    block[selected & mandatory] = "mandatory"
    block[evaluation.running] = "continues"
    table.insert(0, "block", block)
    table["rank"] = evaluation.rank.reindex(shown).astype("Int64")
    table["score"] = evaluation.score.reindex(shown)
    table["too_close"] = _too_close(table, settings.too_close)
    columns = ["bcr", "npv", "cost", "this_year"]
    table[columns] = finance.reindex(shown)[["bcr", "npv", "cost_in_budget", "this_year"]]
    reason = pd.concat([why, evaluation.set_aside["reason"]])
    ending = projects["status"].reindex(shown).eq("stopped")
    first = ending.map(
        {True: "Stopped: what ending it costs", False: "Running: its remaining cost"}
    )
    table["why"] = reason.reindex(shown).fillna(first + " comes first")
    table["funded"] = selected
    order = table["block"].map(BLOCKS.index)
    table = table.assign(order=order).sort_values(["order", "rank", "name"], kind="stable")
    total = table["cost"].where(table["funded"]).cumsum()
    table.insert(table.columns.get_loc("this_year") + 1, "running_total", total)
    return table.drop(columns="order").rename_axis("project")


def _too_close(table: pd.DataFrame, tolerance: float) -> pd.Series:
    """Mark projects with a score within the tolerance of one across the line."""
    close = pd.Series(False, index=table.index)
    sides = [
        table.loc[table["block"] == block, "score"] for block in ("recommended", "not recommended")
    ]
    for own, across in (sides, sides[::-1]):
        ladder = np.concatenate([[-np.inf], np.sort(across), [np.inf]])
        above = np.searchsorted(ladder, own)
        near = np.minimum(own - ladder[above - 1], ladder[above] - own) < tolerance
        close[own.index[near]] = True
    return close


def _limits(choice) -> pd.DataFrame:
    """Lay out every limit: what there is after running work, what is used, what is left over."""
    table = choice.slack.rename(columns={"limit": "available", "left": "left_over"})
    kinds = {"budget": "money", "capacity": "people"}
    table["kind"] = table["kind"].map(kinds).fillna("limit")
    table["limit"] = table["label"].map(limit_words)
    return table.set_index("limit")[["kind", "label", "available", "used", "left_over"]]


def _other_list(settings, evaluation, ranked, choice, other) -> pd.DataFrame:
    """List the projects that the two rules treat differently."""
    differs = choice.selected.index[choice.selected != other.selected]
    table = ranked.loc[differs, ["name", "rank", "cost"]]
    table["worth"] = evaluation.worth[differs]
    across = RULES[1 - RULES.index(settings.rule)]
    table["funded_by"] = np.where(choice.selected[differs], settings.rule, across)
    return table.sort_values(["funded_by", "rank"])


def _headline(portfolio, settings, problem, choice, ranked) -> str:
    """Word the recommendation in one sentence."""
    funded = ranked[ranked["funded"]]
    proposals = int((portfolio.projects["status"] == "proposed").sum())
    money = functools.partial(total_words, currency=settings.currency, whole=ranked["cost"].sum())
    opening = f"Approve {len(funded)} of {proposals} proposals, {money(funded['cost'].sum())}"
    if not isinstance(problem["budget"], pd.Series):
        return f"{opening}; no budget is stated."
    available = float(problem["budget"].sum())
    years = problem["budget"].index.get_level_values(0)
    left = money(available - funded["cost"].sum())
    because = _left_because(problem, choice, portfolio.projects["name"], proposals)
    return (
        f"{opening} of {money(available)} for {years_words(years)}; {left} left because {because}."
    )


def _left_because(problem: dict, choice, names: pd.Series, proposals: int) -> str:
    """Word why money is left: what would bring in another proposal is not money alone."""
    out = choice.selected.index[~choice.selected].difference(problem["forced_out"].index)
    if len(out) == 0:
        decided = int((~choice.selected).sum())
        verb = "are" if decided > 1 else "is"
        left_out = f"the {counted(decided, 'proposal')} left out {verb} excluded"
        assessed = " that can be assessed" if len(choice.selected) < proposals else ""
        return left_out if decided else f"every proposal{assessed} is funded"
    into, excludes = choice.selected, problem["excludes"]
    barred = {a for a, b in [*excludes, *((b, a) for a, b in excludes)] if into[b]}
    barred |= {a for a, b in problem["requires"] if not into[b]}
    room = Room(problem, choice)
    lacking = {
        project: "" if project in barred else does_not_fit(project, room)
        for project in out
        if not len(room.short_of_money(project))
    }
    linked = [project for project, words in lacking.items() if not words and project in barred]
    if linked and all(lacking[project] for project in lacking if project not in linked):
        rest = "what needs something left out, or rules out something funded"
        return f"nothing left out fits what remains of each year and fund, but for {rest}"
    if not all(lacking.values()):
        return "what still fits would push out something worth more, or breaks a link"
    if len(lacking) == 1:
        ((project, words),) = lacking.items()
        return f"the one proposal it would pay for, {names[project]}, {words.replace(': ', ' (')})"
    if lacking:
        return "nothing left out fits what remains of each year, fund and role"
    return "nothing left out fits what remains of each year and fund"
