"""Review running work: state portfolio, settings and rules as a problem for `rebalance`."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmo_lib import periods
from pmo_lib import rebalance as core
from pmo_lib.checks import InputError, refuse
from pmo_lib.rebalance.actions import AMOUNTS, SWITCHES, lay_out
from pmo_lib.rebalance.status import latest
from pmo_lib.tables import AS_PROPOSED, Portfolio, as_frame
from pmo_lib.workbench import pricing
from pmo_lib.workbench.evaluation import Evaluation, evaluate, not_doing
from pmo_lib.workbench.options import options
from pmo_lib.workbench.problem import choosing_problem
from pmo_lib.workbench.recommendation import Recommendation
from pmo_lib.workbench.settings import Settings, review_rules

SHOWN = ("name", "programme", "sponsor", "category", "status")


@dataclass(frozen=True, eq=False)
class Review:
    """One review: the list without it, what to change, and how each running project stands.

    Attributes
    ----------
    made : Recommendation
        The list in which all running work goes on.
    found : rebalance.Rebalance
        What to do instead.
    rules : rebalance.Rules
        Of the settings.
    problem : dict
        The review as the arguments of `rebalance.rebalance`.
    drift, standing : DataFrame
        Of `rebalance.drift` and `rebalance.standing`.
    left_out : Series of str by project
        Why running or paused work could not be judged, and therefore goes on.
    """

    made: Recommendation
    found: core.Rebalance
    rules: core.Rules
    problem: dict
    drift: pd.DataFrame
    standing: pd.DataFrame
    left_out: pd.Series


def review(made: Recommendation, *, progress=None) -> Review:
    """Choose what to stop, pause, continue, resume and start, and ask how each project stands.

    With `progress`, as `selection.choose` calls it, the choice can be stopped.

    Raises
    ------
    InputError
        As `rebalance`, and one sentence for each report of the last review that contradicts
        itself or the cash flows.
    """
    portfolio, settings = made.portfolio, made.settings
    rules = review_rules(settings)
    refuse(core.contradictions(portfolio))
    problem, left_out = _stated(portfolio, settings, rules)
    drift = core.drift(portfolio.status, portfolio.approvals)
    last = drift.groupby("project").last()
    laid = problem | {"actions": lay_out(**problem)}
    with ThreadPoolExecutor(1) as beside:
        standing = beside.submit(core.standing, **laid, drift=last, currency=settings.currency)
        found = _rebalanced(laid, settings, rules, progress)
    return Review(made, found, rules, problem, drift, standing.result(), left_out)


def rebalance(
    portfolio: Portfolio, settings: Settings, rules: core.Rules, *, progress=None
) -> core.Rebalance:
    """Choose what to stop, pause, continue, resume and start, by what lies ahead.

    A running project that cannot be assessed goes on, its cost taken off first, and is
    not in the table; `review_problem` says how the rest is stated.

    Raises
    ------
    InputError
        As `evaluate` and `choosing_problem`.
    InfeasibleError
        If the limits cannot all hold, even with work stopped.
    """
    return _rebalanced(review_problem(portfolio, settings, rules), settings, rules, progress)


def _rebalanced(problem: dict, settings: Settings, rules: core.Rules, progress=None):
    return core.rebalance(
        **problem, currency=settings.currency, most_stops=rules.most_stops,
        most_changes=rules.most_changes, gap=settings.gap, time_limit=settings.time_limit,
        progress=progress,
    )  # fmt: skip


def review_problem(portfolio: Portfolio, settings: Settings, rules: core.Rules) -> dict:
    """State a review as the arguments of `rebalance.rebalance`.

    Running and paused projects are assessed like proposals, on remaining cost and
    benefit. Value and benefit-cost ratio are expected over success: with the probability
    that `rules` gives to the latest confidence all that is estimated comes, otherwise the
    cost alone. Stopping, pausing and taking up again are worth what paying for them is.
    """
    return _stated(portfolio, settings, rules)[0]


def _stated(portfolio: Portfolio, settings: Settings, rules: core.Rules) -> tuple[dict, pd.Series]:
    """Return `review_problem`, and why running or paused work could not be judged, by project."""
    ahead, evaluation, left_out = _all_ahead(portfolio, settings)
    problem = choosing_problem(ahead, settings, evaluation)
    shown = portfolio.projects.reindex(evaluation.score.index)
    facts = shown[[*SHOWN, *AMOUNTS]].fillna(dict.fromkeys(AMOUNTS, 0.0))
    status = latest(portfolio.status)
    facts["confidence"] = status["confidence"].reindex(facts.index)
    facts["success"] = facts["confidence"].map(dict(rules.success)).astype(float).fillna(1.0)
    finance = evaluation.finance.reindex(facts.index)
    facts["cost_to_complete"] = finance["cost"]
    facts["benefit"] = evaluation.benefit_by_year.sum(axis=1).reindex(facts.index)
    facts["bcr"] = finance["bcr"] * facts["success"]
    due = status["finish"].reindex(facts.index)
    facts["protected"] = _protected(facts, due, settings, rules)
    now, cost = pricing.base_date(portfolio, settings), evaluation.cost_by_year
    for switch, costs in SWITCHES.items():
        paid_now = facts[costs].sum(axis=1).to_frame(now)
        facts[f"{switch}_value"] = _worth_of_paying(ahead, settings, paid_now)
    failed = _worth_of_paying(ahead, settings, cost.reindex(facts.index))
    by_option = problem["value"].index.get_level_values(0)
    chance, failed = (s.reindex(by_option).to_numpy() for s in (facts["success"], failed))
    has_years = isinstance(problem["cost"], pd.DataFrame)
    facts["slow_months"] *= has_years
    factors = pricing.discount_factors(portfolio, settings, 1)
    if problem["value"].index.nlevels == 2:
        plan = options(ahead, settings, facts.index)
        problem["delay"] = plan["delay"].reindex(problem["value"].index)
    stated = {
        "value": chance * problem["value"] + (1 - chance) * np.where(chance < 1, failed, 0.0),
        "projects": facts.rename_axis("project"),
        "pause_months": rules.pause_months if has_years else 0,
        "discount_rate": 1 / float(factors.iloc[1]) - 1,
    }
    return problem | stated, left_out


def _as_proposals(portfolio: Portfolio, reviewed: pd.Series) -> Portfolio:
    """Return the portfolio with some running and paused projects as proposals that start now."""
    stated = portfolio.options
    first = stated["option"] == stated["project"].map(pricing.first_options(portfolio))
    projects = portfolio.projects
    projects = projects.assign(status=projects["status"].where(~reviewed, "proposed"))
    projects.loc[reviewed, ["earliest_start", "latest_start"]] = np.nan
    kept = stated[first | ~stated["project"].map(reviewed)]
    return dataclasses.replace(portfolio, projects=projects, options=kept)


def _all_ahead(portfolio: Portfolio, settings: Settings) -> tuple[Portfolio, Evaluation, pd.Series]:
    """Assess running and paused projects like proposals; what cannot be, stays, with the reason."""
    stands, left_out = portfolio.projects["status"], []
    reviewed = stands.isin(["running", "paused"])
    for _ in range(2):
        ahead = _as_proposals(portfolio, reviewed)
        evaluation = evaluate(ahead, settings)
        aside = evaluation.set_aside["reason"]
        left_out.append(aside[aside.index.isin(stands.index[reviewed])])
        if left_out[-1].empty:
            break
        reviewed &= ~stands.index.isin(left_out[-1].index)
    return ahead, evaluation, left_out[0]


def _protected(facts, due: pd.Series, settings: Settings, rules: core.Rules) -> pd.Series:
    """Say of each project that must go on as it is why; empty for the others."""
    unknown = pd.Index(rules.protected).difference(facts.index)
    if len(unknown):
        raise InputError(f"protected: not an assessed project: {', '.join(map(str, unknown))}")
    today = settings.meeting_date or settings.base_date
    words = pd.Series("", index=facts.index, dtype=str)
    if today:
        soon = due <= periods.shift(today, rules.finishing_months)
        soon &= facts["status"].eq("running")
        words[soon] = [
            f"Finishes in {periods.month_label(day)}: too late to stop" for day in due[soon]
        ]
    for project, reason in rules.protected.items():
        words[project] = f"Protected: {reason}"
    return words


def _worth_of_paying(ahead: Portfolio, settings: Settings, cost: pd.DataFrame) -> pd.Series:
    """Return what paying costs by year for nothing is worth, in what the list sums.

    Every project performs as if it were not done and contributes to no objective.
    """
    if settings.objective == "priority" or not cost.any(axis=None):
        return pd.Series(0.0, index=cost.index)
    flows = cost.rename_axis("project").reset_index()
    flows = flows.melt("project", var_name="period", value_name="cost")
    own = ahead.criteria[ahead.criteria["source"] == "performance"]
    idle = {criterion: not_doing(row) for criterion, row in own.iterrows()}
    idle = [(c, np.nan, w) if isinstance(w, str) else (c, w, None) for c, w in idle.items()]
    nothing = [(project, *one) for project in cost.index for one in idle]
    columns = ["project", "criterion", "estimate", "level"]
    stands = np.where(ahead.projects.index.isin(cost.index), "proposed", "complete")
    paid = dataclasses.replace(
        ahead,
        projects=ahead.projects.assign(status=stands),
        cash_flows=as_frame("cash_flows", flows.assign(option=AS_PROPOSED, fund="", benefit=0.0)),
        budgets=ahead.budgets[:0],
        options=ahead.options[:0],
        performance=as_frame("performance", pd.DataFrame(nothing, columns=columns)),
        contributions=ahead.contributions.assign(contribution=0.0),
    )
    now = pricing.base_date(ahead, settings)
    worth = evaluate(paid, dataclasses.replace(settings, base_date=now)).worth
    return worth.reindex(cost.index).fillna(0.0)
