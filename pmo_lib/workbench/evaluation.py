"""Score and price every project of a portfolio under given settings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmo_lib import alignment, scoring, value
from pmo_lib import weights as weight_methods
from pmo_lib.checks import InputError, listing, show
from pmo_lib.tables import Portfolio, parse_levels, parse_points
from pmo_lib.workbench import pricing
from pmo_lib.workbench.settings import Settings

COMPUTED_SOURCES = ("npv", "bcr", "payback", "alignment")


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
        Running projects, whose remaining cost and people come off the limits first.
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
    _require_known_overrides(portfolio, settings)
    flows = pricing.first_flows(portfolio)
    cost, benefit = pricing.by_year(portfolio, settings, flows)
    finance = pricing.finance(portfolio, settings, flows, cost, benefit)
    budget_cost = pricing.by_budget(portfolio, settings, flows, cost.index)
    contribution, unrated = _contribution(portfolio, settings)
    aligned = _alignment(contribution, objective_weights)
    performance = _performance(portfolio, finance, aligned)

    proposed = projects.index[projects["status"] == "proposed"]
    running = projects.index[projects["status"] == "running"]
    reasons = _reasons(portfolio, settings, performance.reindex(proposed), finance, unrated)
    assessed = proposed[~proposed.isin(reasons.index)]
    _require_estimates(portfolio, reasons, running, finance)
    if len(assessed) == 0:
        raise InputError(
            f"projects: none of {len(proposed)} proposals can be assessed; "
            + "; ".join(f"{show(p)}: {r}" for p, r in reasons.head(3).items())
        )
    performance = performance.reindex(assessed)
    values, not_doing, clipped = _values(portfolio.criteria, performance)
    score = scoring.additive_value(values, weights)
    over_not_doing, size_note = _worth(portfolio, settings, values, weights, not_doing)
    priority = _priority(contribution, objective_weights, assessed)
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
        not_doing=not_doing,
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
        warnings=tuple(_warnings(portfolio, settings, weights, clipped, size_note, finance)),
    )


def _weights(portfolio: Portfolio, settings: Settings) -> pd.Series:
    criteria = portfolio.criteria
    if len(criteria) == 0:
        raise InputError("criteria: the table is missing or empty; state at least one criterion")
    points = criteria["weight"]
    if settings.weights:
        points = pd.Series(dict(settings.weights), dtype=float)
        _require_known(points.index, criteria.index, "weights", "the criteria table")
        points = points.reindex(criteria.index)
    if not points.notna().all():
        missing = listing(points.index[points.isna()])
        raise InputError(f"weights: missing for {missing}; state points for every criterion, or 0")
    return weight_methods.normalise(points).rename("weight")


def _objective_weights(portfolio: Portfolio, settings: Settings) -> pd.Series:
    objectives = portfolio.objectives
    if len(objectives) == 0:
        return pd.Series(dtype=float, name="weight", index=objectives.index)
    points = objectives["weight"]
    if settings.objective_weights:
        points = pd.Series(dict(settings.objective_weights), dtype=float)
        _require_known(points.index, objectives.index, "objective_weights", "the objectives table")
        points = points.reindex(objectives.index)
    elif points.isna().all() and objectives["rank"].notna().all():
        best_first = list(objectives["rank"].sort_values(kind="stable").index)
        return weight_methods.rank_order_centroid(best_first).reindex(objectives.index)
    if not points.notna().all():
        missing = listing(points.index[points.isna()])
        raise InputError(
            f"objective_weights: missing for {missing}; state points, or ranks for all"
        )
    return weight_methods.normalise(points).rename("weight")


def _require_known(labels, known, name: str, where: str) -> None:
    unknown = pd.Index(labels).difference(known, sort=False)
    if len(unknown):
        raise InputError(
            f"{name}: not in {where}: {listing(unknown)}; known are {listing(known, most=12)}"
        )


def _require_known_overrides(portfolio: Portfolio, settings: Settings) -> None:
    named = [row["project"] for row in settings.overrides]
    _require_known(named, portfolio.projects.index, "overrides", "the projects table")


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


def _alignment(contribution: pd.DataFrame, objective_weights: pd.Series) -> pd.Series:
    if contribution.shape[0] == 0 or contribution.shape[1] == 0:
        return pd.Series(dtype=float, name="alignment")
    return alignment.alignment(contribution, objective_weights)


def _priority(contribution, objective_weights, assessed) -> pd.Series:
    rated = contribution[contribution.index.isin(assessed)]
    if rated.shape[0] == 0 or rated.shape[1] == 0 or not (rated.to_numpy() > 0).any():
        return pd.Series(dtype=float, name="priority")
    return alignment.priority(rated, objective_weights)


def _performance(portfolio: Portfolio, finance: pd.DataFrame, aligned: pd.Series) -> pd.DataFrame:
    """Lay out performance, project x criterion, from its table or from what is computed here."""
    criteria = portfolio.criteria
    computed = {
        "npv": finance["npv"],
        "bcr": finance["bcr"],
        "payback": finance["payback"],
        "alignment": aligned,
    }
    estimates = portfolio.performance.pivot(index="project", columns="criterion", values="estimate")
    words = portfolio.performance.pivot(index="project", columns="criterion", values="level")
    columns = {}
    for criterion, row in criteria.iterrows():
        if row["source"] in COMPUTED_SOURCES:
            column = computed[row["source"]]
        else:
            table = words if row["value_function"] == "levels" else estimates
            column = table[criterion] if criterion in table else pd.Series(dtype=float)
        columns[criterion] = column.reindex(portfolio.projects.index)
    return pd.DataFrame(columns).rename_axis(index="project", columns="criterion")


def _reasons(portfolio, settings, performance, finance, unrated) -> pd.Series:
    """Say for each proposal that cannot be assessed why not."""
    reasons: dict[str, str] = dict(portfolio.set_aside["reason"])
    by_source = portfolio.criteria["source"]
    now = pricing.base_date(portfolio, settings)
    free = (finance["sunk_flow"] > 0) & (finance["cost"] == 0)
    priced, gaps = performance.index.isin(finance.index), performance.isna().to_numpy()
    doubtful = (
        gaps.any(axis=1) | ~priced | performance.index.isin(unrated.index.union(free.index[free]))
    )
    for project, has_cost, row in zip(
        performance.index[doubtful], priced[doubtful], gaps[doubtful], strict=True
    ):
        if project in reasons:
            continue
        missing = performance.columns[row]
        parts = [] if has_cost else ["no cost"]
        if has_cost and free[project]:
            parts.append(f"all its cost lies before {now}; plan it from then on")
        if project in unrated.index:
            parts.append(unrated[project])
        stated = [c for c in missing if by_source[c] == "performance"]
        parts += [f"no estimate for {listing(stated)}"] if stated else []
        if has_cost and any(by_source[c] == "bcr" for c in missing):
            parts.append("benefit-cost ratio undefined, as there is no cost to divide by")
        if parts:
            reasons[project] = "; ".join(parts)
        elif len(missing):
            reasons[project] = f"cannot be computed: {listing(missing)}"
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
    if problems:
        raise InputError(*problems)


def _values(criteria: pd.DataFrame, performance: pd.DataFrame):
    """Turn performance into values; also the value of not doing, and what was clipped."""
    criteria = with_alignment_references(criteria)
    linear = criteria.index[criteria["value_function"] == "linear"]
    values = {}
    not_doing = pd.Series(0.0, index=criteria.index)
    beyond = pd.DataFrame(False, index=performance.index, columns=criteria.index)
    if len(linear):
        references = {side: criteria.loc[linear, side] for side in ("worst", "best")}
        measured = performance[linear].astype(float)
        measured = measured.where(np.isfinite(measured), references["worst"], axis=1)
        table = value.linear_value(measured, **references)
        values |= {criterion: table[criterion] for criterion in linear}
        idle = criteria.loc[linear, "not_doing"].fillna(references["worst"])
        not_doing[linear] = value.linear_value(idle.to_frame("idle").T, **references).iloc[0]
        beyond[linear] = value.beyond_references(measured, **references)
    for criterion, row in criteria.drop(index=linear).iterrows():
        measured = performance[criterion]
        if row["value_function"] == "levels":
            levels = parse_levels(row["levels"])
            values[criterion] = value.level_value(measured, levels=levels)
            idle = row["not_doing_level"]
            not_doing[criterion] = levels.min() if pd.isna(idle) else levels[idle]
            continue
        points = parse_points(row["points"])
        worst = points.idxmin()
        measured = measured.astype(float).replace(np.inf, worst)
        values[criterion] = value.piecewise_value(measured, points=points)
        idle = worst if np.isnan(row["not_doing"]) else row["not_doing"]
        not_doing[criterion] = value.piecewise_value(pd.Series([idle]), points=points).iloc[0]
        beyond[criterion] = (measured < points.index.min()) | (measured > points.index.max())
    frame = pd.DataFrame(values, index=performance.index)[list(criteria.index)]
    rows, columns = np.nonzero(beyond.to_numpy())
    clipped = list(zip(beyond.index[rows], beyond.columns[columns], strict=True))
    return frame.rename_axis(columns="criterion"), not_doing, clipped


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
    missing = "" if stated["size"].notna().all() else "not every size is stated"
    missing = missing or ("sizes are in different units" if len(units) > 1 else "")
    missing = missing or ("" if largest > 0 else "every size is 0")
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
    names = portfolio.projects["name"].reindex(reasons.index)
    names = names.where(names.notna(), portfolio.set_aside["name"].reindex(reasons.index))
    frame = pd.DataFrame({"name": names, "reason": reasons})
    paused = portfolio.projects.index[portfolio.projects["status"] == "paused"]
    waiting = pd.DataFrame(
        {
            "name": portfolio.projects.loc[paused, "name"],
            "reason": "paused: resume or stop it in a rebalancing review",
        }
    )
    return pd.concat([frame, waiting]).rename_axis("project")


def _warnings(portfolio, settings, weights, clipped, size_note, finance):
    """Yield what every output of these figures must state."""
    if size_note:
        yield size_note + "."
    examples = [p for p in portfolio.projects.index if str(p).startswith("example-")]
    if examples:
        yield f"Example rows of the template are still in the tables: {listing(examples)}."
    if clipped:
        cells = listing((f"{project}: {criterion}" for project, criterion in clipped), most=8)
        yield f"{len(clipped)} performances lie beyond the reference points and count as the reference: {cells}."
    stale = _stale(portfolio, settings)
    if stale:
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


def _stale(portfolio: Portfolio, settings: Settings) -> list[str]:
    """List criteria whose weight was judged for another swing than theirs is now."""
    stale = []
    for criterion, row in with_alignment_references(portfolio.criteria).iterrows():
        judged = settings.swings.get(criterion) if settings.weights else None
        judged = np.array(judged or (row["swing_worst"], row["swing_best"]), dtype=float)
        ends = np.array([row["worst"], row["best"]], dtype=float)
        if row["value_function"] == "piecewise":
            points = parse_points(row["points"])
            ends = np.array([points.idxmin(), points.idxmax()], dtype=float)
        if np.isfinite(judged).all() and np.isfinite(ends).all() and (judged != ends).any():
            stale.append(criterion)
    return stale
