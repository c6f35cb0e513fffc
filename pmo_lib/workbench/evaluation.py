"""Score and price every project of a portfolio under given settings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmo_lib import alignment, scoring, value
from pmo_lib import weights as weight_methods
from pmo_lib.checks import InputError, listing, refuse, show
from pmo_lib.tables import Portfolio, parse_levels, parse_points
from pmo_lib.tables.problems import LOST
from pmo_lib.workbench import pricing
from pmo_lib.workbench.settings import Settings


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What every project is worth and costs; frozen frames labelled by project.

    Attributes
    ----------
    weights : Series by criterion
        Non-negative, summing to 1. [-]
    performance : DataFrame, assessed proposals x criteria
        In the criterion's natural unit; words where the criterion has levels.
    values, weighted_values : DataFrame, assessed proposals x criteria
        Single-criterion values in [0, 1], and weight times value. [value]
    not_doing : Series by criterion
        Value of not doing a project. [value]
    score, rank : Series by assessed proposal
        Additive value in [0, 1]; 1 = best, ties share the better rank.
    worth : Series by assessed proposal
        What the portfolio sums: value over not doing (a criterion that does not add is
        multiplied by relative size), NPV or priority, as `settings.objective` says.
    finance : DataFrame, every project with cash flows
        cost, cost_in_budget, cost_beyond, this_year, sunk, cost_pv, benefit_pv, npv, bcr,
        payback. Money from the base date on. [currency; years]
    cost : DataFrame, every project with cash flows x budget label
        What each budget must carry. [currency]
    cost_by_year, benefit_by_year : DataFrame, every project with cash flows x period
        From the base date on. [currency]
    alignment, priority : Series by project with contributions
        Objective-weighted contribution in [0, 1]; its share over the assessed proposals.
    objective_weights : Series by objective
        Summing to 1; empty without objectives. [-]
    running : Index
        Running projects, and stopped ones that still cost something: what they still cost
        and the people they need come off the limits first.
    set_aside : DataFrame by project
        name and reason of each project that is read but not assessed.
    warnings : tuple of str
        What every output of these figures must state.
    """

    weights: pd.Series
    performance: pd.DataFrame
    values: pd.DataFrame
    weighted_values: pd.DataFrame
    not_doing: pd.Series
    score: pd.Series
    rank: pd.Series
    worth: pd.Series
    finance: pd.DataFrame
    cost: pd.DataFrame
    cost_by_year: pd.DataFrame
    benefit_by_year: pd.DataFrame
    alignment: pd.Series
    priority: pd.Series
    objective_weights: pd.Series
    running: pd.Index
    set_aside: pd.DataFrame
    warnings: tuple[str, ...]


def evaluate(portfolio: Portfolio, settings: Settings) -> Evaluation:
    """Score, price and align every project; set aside, visibly, what cannot be.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables, as `tables.read_portfolio` returns them.
    settings : Settings
        What the board may change.

    Returns
    -------
    Evaluation
        Frozen frames. Proposals with a missing estimate are in `set_aside` with the
        reason; used and set aside together are the rows read.

    Raises
    ------
    InputError
        If nothing can be assessed, settings name unknown criteria, objectives,
        projects or schedules, a running or mandatory project lacks an estimate, or a
        cost falls in a period and fund without a budget.
    """
    projects = portfolio.projects
    weights = _weights(portfolio, settings)
    objective_weights = _objective_weights(portfolio, settings)
    overridden = [row["project"] for row in settings.overrides]
    _require_known(overridden, projects.index, "overrides", "the projects table")
    flows = pricing.first_flows(portfolio)
    cost, benefit = pricing.by_year(portfolio, settings, flows)
    finance = pricing.finance(portfolio, settings, flows, cost, benefit)
    budget_cost = pricing.by_budget(portfolio, settings, flows, cost.index)
    contribution, unrated = _contribution(portfolio, settings)
    aligned = _served(alignment.alignment, contribution, objective_weights)
    performance = _performance(portfolio, finance, aligned)

    proposed = projects.index[projects["status"] == "proposed"]
    stopped = (projects["status"] == "stopped") & projects.index.isin(finance.index)
    running = projects.index[(projects["status"] == "running") | stopped]
    reasons = _reasons(portfolio, settings, performance.reindex(proposed), finance, unrated)
    assessed = proposed[~proposed.isin(reasons.index)]
    _require_estimates(portfolio, reasons, running, finance)
    if len(assessed) == 0:
        raise InputError(
            f"projects: none of {len(proposed)} proposals can be assessed; "
            + "; ".join(f"{show(p)}: {r}" for p, r in reasons.head(3).items())
        )
    performance = performance.reindex(assessed)
    criteria = with_alignment_references(portfolio.criteria)
    idle = {name: not_doing(row) for name, row in criteria.iterrows()}
    idle = pd.DataFrame(idle, index=pd.Index([""], name="project"))
    values, beyond = _values(criteria, pd.concat([performance, idle]))
    values, value_of_not_doing = values.iloc[:-1], values.iloc[-1].rename("not doing")
    score = scoring.additive_value(values, weights)
    over_not_doing, size_note = _worth(portfolio, settings, values, weights, value_of_not_doing)
    rated = contribution[contribution.index.isin(assessed)]
    rated = rated if (rated.to_numpy() > 0).any() else rated[:0]
    priority = _served(alignment.priority, rated, objective_weights)
    worth = {
        "score": over_not_doing,
        "npv": finance["npv"].reindex(assessed).rename("worth"),
        "priority": priority.reindex(assessed).rename("worth"),
    }[settings.objective]
    if not worth.notna().all():
        raise InputError(
            f"objective: {show(settings.objective)} is missing for {listing(worth.index[worth.isna()])}; "
            "enter cash flows or contributions, or maximise another objective"
        )
    return Evaluation(
        weights=weights,
        performance=performance,
        values=values,
        weighted_values=scoring.weighted_values(values, weights),
        not_doing=value_of_not_doing,
        score=score,
        rank=scoring.rank(score),
        worth=worth,
        finance=finance,
        cost=budget_cost,
        cost_by_year=cost,
        benefit_by_year=benefit,
        alignment=aligned,
        priority=priority,
        objective_weights=objective_weights,
        running=running,
        set_aside=_set_aside(portfolio, reasons),
        warnings=tuple(_warnings(portfolio, settings, criteria, beyond[:-1], size_note, finance)),
    )


def _weights(portfolio: Portfolio, settings: Settings) -> pd.Series:
    criteria = portfolio.criteria
    if len(criteria) == 0:
        raise InputError("criteria: the table is missing or empty; state at least one criterion")
    return _normalised(
        criteria["weight"], settings.weights, "weights", "the criteria table",
        "state points for every criterion, or 0",
    )  # fmt: skip


def _objective_weights(portfolio: Portfolio, settings: Settings) -> pd.Series:
    objectives = portfolio.objectives
    if len(objectives) == 0:
        return pd.Series(dtype=float, name="weight", index=objectives.index)
    stated, rank = settings.objective_weights, objectives["rank"]
    if not stated and objectives["weight"].isna().all() and rank.notna().all():
        best_first = list(rank.sort_values(kind="stable").index)
        return weight_methods.rank_order_centroid(best_first).reindex(objectives.index)
    return _normalised(
        objectives["weight"], stated, "objective_weights", "the objectives table",
        "state points, or ranks for all",
    )  # fmt: skip


def _normalised(points: pd.Series, stated, name: str, where: str, remedy: str) -> pd.Series:
    """Return weights of the points that settings state, or else the table."""
    if stated:
        _require_known(stated, points.index, name, where)
        points = pd.Series(dict(stated), dtype=float).reindex(points.index)
    if not points.notna().all():
        raise InputError(f"{name}: missing for {listing(points.index[points.isna()])}; {remedy}")
    return weight_methods.normalise(points)


def _require_known(labels, known, name: str, where: str) -> None:
    unknown = pd.Index(list(labels)).difference(known, sort=False)
    if len(unknown):
        raise InputError(
            f"{name}: not in {where}: {listing(unknown)}; known are {listing(known, most=12)}"
        )


def _contribution(portfolio: Portfolio, settings: Settings) -> tuple[pd.DataFrame, pd.Series]:
    """Return contributions (project x objective) and, by project, what is not rated."""
    objectives, table = portfolio.objectives.index, portfolio.contributions
    projects = portfolio.projects.index
    if len(objectives) == 0:
        return pd.DataFrame(index=projects[:0]), pd.Series(dtype="str")
    frame = table.pivot(index="project", columns="objective", values="contribution")
    frame = frame.reindex(columns=objectives).reindex(projects)
    if settings.unrated == "none":
        return frame.fillna(0.0), pd.Series(dtype="str")
    missing = frame.isna()
    gaps = missing[missing.any(axis=1)]
    words = {
        project: "no contribution stated to " + listing(objectives[row])
        for project, row in zip(gaps.index, gaps.to_numpy(), strict=True)
    }
    return frame.drop(index=gaps.index), pd.Series(words, dtype="str")


def _served(method, contribution: pd.DataFrame, objective_weights: pd.Series) -> pd.Series:
    if contribution.size == 0:
        return pd.Series(dtype=float, name=method.__name__)
    return method(contribution, objective_weights)


def _performance(portfolio: Portfolio, finance: pd.DataFrame, aligned: pd.Series) -> pd.DataFrame:
    """Lay out performance, project x criterion, from its table or from what is computed here."""
    computed = {**finance[["npv", "bcr", "payback"]], "alignment": aligned}
    estimates, words = (
        portfolio.performance.pivot(index="project", columns="criterion", values=part)
        for part in ("estimate", "level")
    )
    columns = {}
    for criterion, row in portfolio.criteria.iterrows():
        table = words if row["value_function"] == "levels" else estimates
        stated = table.get(criterion, pd.Series(dtype=float))
        columns[criterion] = computed.get(row["source"], stated).reindex(portfolio.projects.index)
    return pd.DataFrame(columns).rename_axis(index="project", columns="criterion")


def _reasons(portfolio, settings, performance, finance, unrated) -> pd.Series:
    """Say for each proposal that cannot be assessed why not."""
    reasons: dict[str, str] = dict(portfolio.set_aside["reason"])
    by_source, now = portfolio.criteria["source"], pricing.base_date(portfolio, settings)
    free = finance.index[(finance["sunk_flow"] > 0) & (finance["cost"] == 0)]
    gaps, known = performance.isna(), performance.index
    doubtful = gaps.any(axis=1) | ~known.isin(finance.index) | known.isin(unrated.index.union(free))
    for project, row in gaps[doubtful & ~known.isin(list(reasons))].iterrows():
        missing, has_cost = row.index[row], project in finance.index
        parts = [] if has_cost else ["no cost"]
        if project in free:
            parts.append(f"all its cost lies before {now}; plan it from then on")
        if project in unrated.index:
            parts.append(unrated[project])
        stated = [c for c in missing if by_source[c] == "performance"]
        parts += [f"no estimate for {listing(stated)}"] if stated else []
        if has_cost and any(by_source[c] == "bcr" for c in missing):
            parts.append("benefit-cost ratio undefined, as there is no cost to divide by")
        reasons[project] = "; ".join(parts) or f"cannot be computed: {listing(missing)}"
    return pd.Series(reasons, dtype="str")


def _require_estimates(portfolio, reasons, running, finance) -> None:
    """Refuse running or mandatory projects whose money would otherwise look free."""
    mandatory = portfolio.projects.index[portfolio.projects["mandatory"]]
    problems = [
        f"cash_flows: running project {show(p)} has no cost, so its money would look free; "
        "enter it, or a placeholder with the name of who stands behind it"
        for p in running
        if p not in finance.index
    ]
    problems += [
        f"projects: mandatory project {show(p)} cannot be assessed ({reasons[p]}); enter the "
        "estimate, or a placeholder with the name of who stands behind it"
        for p in mandatory
        if p in reasons.index
    ]
    paused = portfolio.projects["status"].reindex(mandatory) == "paused"
    problems += [
        f"projects: mandatory project {show(p)} is paused, so its duty would go unmet; set its "
        "status to running or proposed, or drop the flag"
        for p in mandatory[paused]
    ]
    refuse(problems)


def _values(criteria: pd.DataFrame, performance: pd.DataFrame):
    """Turn performance into values, and mark what lies beyond the references."""
    linear = criteria.index[criteria["value_function"] == "linear"]
    values = {}
    beyond = pd.DataFrame(False, index=performance.index, columns=criteria.index)
    if len(linear):
        references = {side: criteria.loc[linear, side] for side in ("worst", "best")}
        measured = performance[linear].astype(float)
        measured = measured.where(np.isfinite(measured), references["worst"], axis=1)
        values = {**value.linear_value(measured, **references)}
        beyond[linear] = value.beyond_references(measured, **references)
    for criterion, row in criteria.drop(index=linear).iterrows():
        measured, points = performance[criterion], corners(row)
        if row["value_function"] == "levels":
            values[criterion] = value.level_value(measured, levels=points)
            continue
        measured = measured.astype(float).replace(np.inf, points.idxmin())
        values[criterion] = value.piecewise_value(measured, points=points)
        beyond[criterion] = (measured < points.index.min()) | (measured > points.index.max())
    frame = pd.DataFrame(values, index=performance.index)[list(criteria.index)]
    return frame.rename_axis(columns="criterion"), beyond


def corners(criterion: pd.Series) -> pd.Series:
    """Return the corners of a value function: value by performance or level word."""
    if criterion["value_function"] == "linear":
        return pd.Series([0.0, 1.0], index=[criterion["worst"], criterion["best"]])
    if criterion["value_function"] == "piecewise":
        return parse_points(criterion["points"])
    return parse_levels(criterion["levels"]).sort_values(kind="stable")


def not_doing(criterion: pd.Series) -> float | str:
    """Return the performance of not doing a project: as stated, or else the worst."""
    levels = criterion["value_function"] == "levels"
    stated = criterion["not_doing_level" if levels else "not_doing"]
    return corners(criterion).idxmin() if pd.isna(stated) else stated


def with_alignment_references(criteria: pd.DataFrame) -> pd.DataFrame:
    """Give an alignment criterion without a value function its natural one: 0 to 1, linear."""
    bare = (criteria["source"] == "alignment") & criteria["value_function"].isna()
    if not bare.any():
        return criteria
    filled = criteria.copy()
    filled.loc[bare, ["value_function", "worst", "best"]] = ["linear", 0.0, 1.0]
    return filled


def _worth(portfolio, settings, values, weights, not_doing) -> tuple[pd.Series, str]:
    """Return value over not doing, ratings multiplied by relative size, and what to say of it."""
    ratings = portfolio.criteria.index[~portfolio.criteria["adds"]]
    plain = scoring.value_over_not_doing(values, weights, not_doing).rename("worth")
    if len(ratings) == 0:
        return plain, ""
    what = f"Ratings do not add across projects ({listing(ratings)})"
    stated = portfolio.projects.reindex(values.index)[["size", "size_unit"]]
    units = stated["size_unit"].dropna().unique()
    largest = settings.size_reference or float(stated["size"].max())
    faults = {
        "not every size is stated": stated["size"].isna().any(),
        "sizes are in different units": len(units) > 1,
        "every size is 0": not largest > 0,
    }
    missing = next((words for words, found in faults.items() if found), "")
    if missing:
        return plain, (
            f"{what} and {missing}, so the list counts a small project's rating like a large one's, "
            "which favours small and split projects; state sizes in one unit, or measure extent"
        )
    over = values - not_doing
    over[ratings] = over[ratings].mul(stated["size"] / largest, axis=0)
    unit = f" {units[0]}" if len(units) else ""
    return (over @ weights).rename("worth"), (
        f"{what}, so the list's worth multiplies them by size, relative to {largest:,g}{unit}"
    )


def _set_aside(portfolio: Portfolio, reasons: pd.Series) -> pd.DataFrame:
    stands, names = portfolio.projects["status"], portfolio.projects["name"]
    waiting = "paused: resume or stop it in a rebalancing review"
    waiting = pd.Series(waiting, index=stands.index[stands == "paused"], dtype="str")
    reasons = pd.concat([reasons, waiting])
    stated = portfolio.set_aside["name"].reindex(reasons.index)
    names = names.reindex(reasons.index).fillna(stated)
    return pd.DataFrame({"name": names, "reason": reasons}).rename_axis("project")


def _warnings(portfolio, settings, criteria, beyond, size_note, finance):
    """Yield what every output of these figures must state."""
    yield from (f"{note}." for note in portfolio.notes if note.endswith(LOST))
    if size_note:
        yield size_note + "."
    if (portfolio.projects["name"] == portfolio.projects.index).all():
        yield "No project has a name, so every list shows labels; add the column name to projects."
    examples = [p for p in portfolio.projects.index if str(p).startswith("example-")]
    if examples:
        yield f"Example rows of the template are still in the tables: {listing(examples)}."
    clipped = [f"{beyond.index[i]}: {beyond.columns[j]}" for i, j in np.argwhere(beyond.to_numpy())]
    if clipped:
        cells = listing(clipped, most=8)
        many = "performance lies" if len(clipped) == 1 else "performances lie"
        yield f"{len(clipped)} {many} beyond the reference points and count as the reference: {cells}."
    if stale := _stale(criteria, settings):
        yield f"Weights judged for another swing, stale until confirmed: {listing(stale)}."
    if settings.unrated == "none" and len(portfolio.objectives):
        pairs = len(portfolio.projects) * len(portfolio.objectives) - len(portfolio.contributions)
        if pairs:
            yield f"{pairs} contributions are not rated and count as none."
    named = portfolio.cash_flows[portfolio.cash_flows["placeholder"].notna()]
    for project, rows in named.groupby("project", sort=False):
        yield f"The cost of {show(project)} is a placeholder: {rows['placeholder'].iloc[0]}."
    partly = finance.index[(finance["sunk_flow"] > 0) & (finance["cost"] > 0)]
    partly = partly[portfolio.projects["status"].reindex(partly) == "proposed"]
    if len(partly):
        yield f"Part of the cost lies before the base date and is left out for {listing(partly)}."
    if (finance["cost_beyond"] > 0).any():
        total = finance["cost_beyond"].sum()
        yield f"{settings.currency}{total / 1e6:,.1f}m of cost falls after the last budget period."
    several = portfolio.options.groupby("project")["option"].nunique()
    if (several > 1).any():
        yield f"Ranked by the first of several options: {listing(several.index[several > 1])}."


def _stale(criteria: pd.DataFrame, settings: Settings) -> list[str]:
    """List criteria whose weight was judged for another swing than theirs is now."""
    stale = []
    for criterion, row in criteria[criteria["value_function"] != "levels"].iterrows():
        judged = settings.swings.get(criterion) if settings.weights else None
        judged = np.array(judged or (row["swing_worst"], row["swing_best"]), dtype=float)
        points = corners(row)
        ends = points.idxmin(), points.idxmax()
        if np.isfinite(judged).all() and (judged != ends).any():
            stale.append(criterion)
    return stale
