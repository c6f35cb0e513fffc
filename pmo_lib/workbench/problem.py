"""The choice as a problem for `selection.choose`: running work first, links and limits stated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from pmo_lib import periods
from pmo_lib.checks import InputError, listing, refuse, show
from pmo_lib.selection import Choice
from pmo_lib.tables import Portfolio, parse_group
from pmo_lib.wording import limit_words, money_words
from pmo_lib.workbench import pricing
from pmo_lib.workbench.evaluation import Evaluation
from pmo_lib.workbench.means import hiring, transfers
from pmo_lib.workbench.options import as_taken, finishes, moved_demand, moved_flows, options
from pmo_lib.workbench.settings import Settings

LABELLED = ("value", "cost", "use", "start", "finish")
"""Parts of a problem with one row a project, or a (project, option)."""


def choosing_problem(portfolio: Portfolio, settings: Settings, evaluation: Evaluation) -> dict:
    """State the choice as the arguments of `selection.choose`, running work already taken off.

    Frames are labelled by project, or by (project, option) where any has several options.
    """
    assessed = evaluation.score.index
    forced_in, forced_out = _forced(portfolio, settings, evaluation)
    relations, waits = _relations(portfolio, evaluation, forced_in, forced_out)
    plan = _in_time(options(portfolio, settings, assessed), waits, forced_out)
    flows, demand = moved_flows(portfolio, plan), moved_demand(portfolio, plan)
    plan = _payable(portfolio, settings, plan, flows, demand)
    value = _value(portfolio, settings, evaluation, plan, flows)
    cost, left = _money(portfolio, settings, evaluation, plan, flows)
    use, capacity = _people(portfolio, evaluation, plan, demand)
    stated = pd.concat(
        [portfolio.limits, pd.DataFrame(settings.limits, columns=portfolio.limits.columns)]
    )
    problem = {
        "value": value, "cost": cost, "budget": left, "use": use, "capacity": capacity,
        "forced_in": forced_in, "forced_out": forced_out,
        "limits": stated.astype({"at_least": float, "at_most": float}) if len(stated) else None,
        "groups": _groups(portfolio, stated, assessed),
        "transfers": transfers(portfolio, left),
        "hiring": hiring(portfolio, left, capacity),
        **relations,
    }  # fmt: skip
    if relations["after"]:
        problem |= _dates(portfolio, settings, plan, relations["after"])
    problem["synergies"] = _synergies(portfolio, settings, evaluation, problem)
    if not (plan["months"] != 0).any() and len(plan) == len(assessed):
        problem |= {name: problem[name].droplevel("option") for name in _stated(problem)}
    return problem


def _stated(problem: dict) -> list[str]:
    return [name for name in LABELLED if problem.get(name) is not None]


def _in_time(plan: pd.DataFrame, waits: list[tuple], forced_out: pd.Series) -> pd.DataFrame:
    """Drop starts before running work that must come first is finished; force out what has none."""
    for project, other, finish in waits:
        mine = plan.index.get_level_values(0) == project
        early = mine & (plan["start"] < finish)
        if early[mine].all():
            forced_out[project] = f"Cannot start before {show(other)} is finished, on {finish}"
        else:
            plan = plan[~early]
    return plan


def _payable(portfolio, settings, plan, flows, demand) -> pd.DataFrame:
    """Drop moved starts whose cost or people fall where nothing is stated, or further past the end.

    Otherwise their money and people would look free.
    """
    if not (plan["months"] != 0).any():
        return plan
    bare = pricing.without_budget(portfolio, settings, flows)
    kept = ~plan.index.isin(bare) if len(portfolio.budgets) else np.ones(len(plan), bool)
    for table, limits, amount in (
        (flows, portfolio.budgets, "cost"),
        (demand[demand["role"].isin(portfolio.capacity["role"])], portfolio.capacity, "amount"),
    ):
        if len(limits):
            past = table[table["period"] > limits["period"].max()]
            past = past.groupby(["project", "option"])[amount].sum().reindex(plan.index).fillna(0)
            first = past.groupby("project", sort=False).transform("first")
            kept &= (past <= first + 1e-6).to_numpy()
    if len(portfolio.capacity):
        kept &= ~plan.index.isin(_unstated(portfolio.capacity, demand))
    return plan[kept | (plan["months"] == 0)]


def _unstated(capacity: pd.DataFrame, demand: pd.DataFrame) -> pd.MultiIndex:
    """Return the (project, option) pairs that need a limited role in a month without a row."""
    needed = demand[demand["role"].isin(capacity["role"]) & (demand["amount"] > 0)]
    needed = needed[needed["period"].between(capacity["period"].min(), capacity["period"].max())]
    cells = pd.MultiIndex.from_frame(needed[["role", "period"]])
    bare = needed[~cells.isin(pd.MultiIndex.from_frame(capacity[["role", "period"]]))]
    return pd.MultiIndex.from_frame(bare[["project", "option"]])


def _value(portfolio, settings, evaluation, plan, flows) -> pd.Series:
    """Return what each option adds: a version its share, a later start discounted by the delay."""
    factors = pricing.discount_factors(portfolio, settings, 1)
    projects = plan.index.get_level_values(0)
    worth = evaluation.worth.reindex(projects).to_numpy()
    value = worth * plan["share"] * factors.iloc[1] ** (plan["delay"] / 12)
    several = projects.duplicated(keep=False)
    if settings.objective == "npv" and several.any():
        value[several] = pricing.npv(portfolio, settings, flows).reindex(plan.index)[several]
    return value.rename("value")


def _money(portfolio, settings, evaluation, plan, flows) -> tuple:
    """Return cost by budget, and what running work leaves of each; in all where none is stated."""
    limits = pricing.budget(portfolio, settings)
    if len(limits) == 0:
        ahead = flows[flows["period"] >= pricing.base_date(portfolio, settings)]
        total = ahead.groupby(["project", "option"])["cost"].sum().reindex(plan.index).fillna(0.0)
        return total, float(total.clip(lower=0).sum())
    left = limits - evaluation.cost.reindex(evaluation.running).sum()
    problems = [
        f"budgets: running projects need more than there is in {limit_words(label)}: "
        f"{money_words(-short, settings.currency)} too little; raise it or rebalance the running work"
        for label, short in left[left < -0.005].items()
    ]
    refuse(problems)
    return pricing.by_budget(portfolio, settings, flows, plan.index), left.clip(lower=0)


def _people(portfolio: Portfolio, evaluation: Evaluation, plan, demand):
    """Return what proposals need and what running work leaves of each role and month. [FTE]."""
    left = _people_left(portfolio, evaluation)
    if len(left) == 0:
        return None, None
    cells = left.index.get_indexer(pd.MultiIndex.from_frame(demand[["role", "period"]]))
    rows = plan.index.get_indexer(pd.MultiIndex.from_frame(demand[["project", "option"]]))
    need = pricing.summed((rows, cells), demand["amount"], (len(plan), len(left)))
    return pd.DataFrame(need, index=plan.index, columns=left.index), left.clip(lower=0)


def _people_left(portfolio: Portfolio, evaluation: Evaluation) -> pd.Series:
    """Return what running work leaves of each role and month; below 0 where it is short. [FTE]."""
    keys, demand = ["role", "period"], portfolio.demand
    first = demand["project"].map(pricing.first_options(portfolio)).fillna(demand["option"])
    own = demand["project"].isin(evaluation.running) & (demand["option"] == first)
    capacity = portfolio.capacity.groupby(keys)["amount"].sum()
    taken = demand[own].groupby(keys)["amount"].sum()
    return capacity - taken.reindex(capacity.index, fill_value=0.0)


def _forced(portfolio, settings, evaluation) -> tuple[pd.Series, pd.Series]:
    """Return what must be in and out, each with its reason in words."""
    projects, assessed = portfolio.projects, evaluation.score.index
    mandatory = projects.index[projects["mandatory"] & projects.index.isin(assessed)]
    inside = {p: f"Mandatory: {projects.at[p, 'mandatory_reason']}" for p in mandatory}
    outside: dict[str, str] = {}
    stated = portfolio.overrides.to_dict("records") + list(settings.overrides)
    problems = []
    for project, row in {row["project"]: row for row in stated}.items():
        verb = {"in": "Included", "out": "Excluded"}[row["decision"]]
        reason = f"{verb} by the board: {row['reason']} ({row['by']})"
        if project not in assessed:
            problems.append(_not_to_override(project, row["decision"], projects, evaluation))
        elif row["decision"] == "in":
            inside.setdefault(project, reason)
        elif project in inside:
            problems.append(
                f"overrides: {show(project)} is mandatory and cannot be excluded; "
                "remove the flag in the projects table or the override"
            )
        else:
            outside[project] = reason
    refuse(filter(None, problems))
    return pd.Series(inside, dtype="str"), pd.Series(outside, dtype="str")


def _not_to_override(project, decision: str, projects, evaluation) -> str:
    """Say why a project that is not an assessed proposal cannot be included or excluded."""
    if project in evaluation.running:
        remedy = "stop it in a rebalancing review" if decision == "out" else "it continues anyway"
        return f"overrides: {show(project)} is running; remove the override: {remedy}"
    if (stands := projects.at[project, "status"]) in ("complete", "paused"):
        return f"overrides: {show(project)} is {stands}; remove the override"
    if decision == "out":
        return ""
    return (
        f"overrides: {show(project)} cannot be included, as it is not an assessed proposal "
        f"({evaluation.set_aside.at[project, 'reason']}); enter its estimates first"
    )


def _relations(portfolio, evaluation, forced_in, forced_out) -> tuple[dict, list[tuple]]:
    """Return links among proposals, and which proposals wait for running work until when.

    Links with work that goes on are settled here.
    """
    found = {"requires": [], "excludes": [], "together": [], "after": []}
    assessed, status = set(evaluation.score.index), portfolio.projects["status"]
    ends_at, waits = finishes(portfolio, evaluation.running), []
    for row in portfolio.links[portfolio.links["relation"] != "synergy"].itertuples():
        kind, ends = row.relation, (row.project, row.other)
        if set(ends) <= assessed:
            found[kind].append(ends)
            if kind == "after":
                found["requires"].append(ends)
            continue
        proposal = next((end for end in ends if end in assessed), None)
        other = row.other if proposal == row.project else row.project
        if proposal is None or status[other] not in ("running", "complete"):
            continue
        if kind == "excludes":
            if proposal in forced_in.index:
                raise InputError(
                    f"links: {show(proposal)} must be in ({forced_in[proposal]}) and excludes "
                    f"{show(other)}, which is {status[other]}; drop the link or what forces it in"
                )
            forced_out[proposal] = f"Rival of {show(other)}, which is {status[other]}"
        elif status[other] == "running" and (kind == "together" or proposal == row.other):
            forced_in[proposal] = f"Needed by {show(other)}, which is running"
        elif kind == "after" and status[other] == "running":
            waits.append((proposal, other, ends_at[other]))
    clash = forced_in.index.intersection(forced_out.index)
    if len(clash):
        first = clash[0]
        raise InputError(
            f"links: {show(first)} is both in ({forced_in[first]}) and out ({forced_out[first]}); "
            "drop one of the two"
        )
    return found, waits


def _dates(portfolio, settings, plan, after: list[tuple]) -> dict:
    """Return when each option starts and is finished, in months from now; demand dates for links."""
    now = pricing.base_date(portfolio, settings)
    projects = plan.index.get_level_values("project")
    ends = finishes(portfolio, projects.unique()).reindex(projects).to_numpy()
    table = plan[["start"]].assign(finish=ends)
    linked = projects.isin({project for pair in after for project in pair})
    problems = [
        f"projects: {show(project)} is linked by 'after' but has no {word}; enter it"
        for column, word in (("start", "planned_start"), ("finish", "planned_finish"))
        for project in projects[linked & table[column].isna()].unique()
    ]
    refuse(problems)
    months = table.map(lambda day: periods.months_between(now, day), na_action="ignore")
    months = months.astype(float)
    start = months["start"].fillna(0.0)
    finish = (months["finish"] + plan["delay"]).fillna(start)
    return {"start": start, "finish": finish.clip(lower=start)}


def _synergies(portfolio, settings, evaluation, problem) -> pd.DataFrame | None:
    """Return extra value and cost of doing both; with running work, it is added to the proposal."""
    unit = 1.0 if settings.objective == "npv" else 0.01
    value, cost, assessed = problem["value"].copy(), problem["cost"], evaluation.score.index
    flat = cost.to_frame("cost") if isinstance(cost, pd.Series) else cost.copy()
    profile = flat.groupby(level=0, sort=False).first().clip(lower=0)
    profile = profile.div(profile.sum(axis=1).replace(0.0, np.nan), axis=0).fillna(0.0)
    there, rows = {*assessed, *evaluation.running}, {}
    for row in portfolio.links.fillna({"value": 0.0, "cost": 0.0}).itertuples():
        pair = (row.project, row.other)
        inside = [end for end in pair if end in assessed]
        if not (row.value or row.cost) or not inside or not there.issuperset(pair):
            continue
        extra = profile.loc[inside[0]] * row.cost
        if len(inside) == 2:
            added = pd.concat([pd.Series({"value": row.value * unit}), extra])
            rows[pair] = rows.get(pair, 0.0) + added
        else:
            mine = value.index.get_level_values(0) == inside[0]
            value[mine] += row.value * unit
            flat.loc[mine] += extra
    problem |= {"value": value, "cost": flat["cost"] if isinstance(cost, pd.Series) else flat}
    return pd.DataFrame(rows).T if rows else None


def _groups(portfolio: Portfolio, limits: pd.DataFrame, assessed: pd.Index) -> pd.DataFrame | None:
    """Return membership, project x group, of each group that a limit names."""
    if len(limits) == 0:
        return None
    columns = {}
    for group in limits["group"].unique():
        kind, wanted = parse_group(group)
        if kind == "objective":
            known, table = portfolio.objectives.index, portfolio.contributions
            serves = table[(table["objective"] == wanted) & (table["contribution"] > 0)]["project"]
            member = pd.Series(assessed.isin(serves), index=assessed)
        else:
            known = portfolio.projects[kind].dropna().unique()
            member = portfolio.projects[kind].reindex(assessed) == wanted
        if wanted not in known:
            raise InputError(
                f"limits: group {show(group)} names an unknown {kind}; known are "
                f"{listing(known, most=12)}"
            )
        columns[group] = member.fillna(False).astype(float)
    return pd.DataFrame(columns)


def cautions(portfolio: Portfolio, evaluation: Evaluation):
    """Yield where running work alone asks for more people than there are."""
    left = _people_left(portfolio, evaluation)
    short = -left[left < -1e-9]
    if len(short):
        role, month = short.idxmax()
        more = f" and in {len(short) - 1} more role-months" if len(short) > 1 else ""
        yield (
            f"Running work alone needs more people than there are: {role} short by "
            f"{short.max():.1f} in {periods.month_label(month)}{more}."
        )


def as_chosen(problem: dict, choice: Choice) -> dict:
    """Return the problem with one row a project: the option chosen, or else the first.

    The first option is the one a project is ranked by.
    """
    value = problem["value"]
    if value.index.nlevels == 1:
        return problem
    first = value.index.to_frame(index=False).groupby("project", sort=False)["option"].first()
    taken = choice.option.reindex(first.index).fillna(first)
    labels = pd.MultiIndex.from_arrays([taken.index, taken])
    return problem | {name: problem[name].loc[labels].droplevel(1) for name in _stated(problem)}


def worth_of(problem: dict, choice: Choice) -> float:
    """Sum what a list is worth: the options taken, and what doing both of a pair adds."""
    flat, helped = as_chosen(problem, choice), problem["synergies"]
    total = float(flat["value"][choice.selected].sum())
    if helped is not None:
        ends = [helped.index.get_level_values(side) for side in (0, 1)]
        both = choice.selected[ends[0]].to_numpy() & choice.selected[ends[1]].to_numpy()
        total += float(helped["value"][both].sum())
    return total


def as_scheduled(
    portfolio: Portfolio, settings: Settings, evaluation: Evaluation, taken: pd.DataFrame
) -> Evaluation:
    """Return an evaluation whose money is that of the options taken; scores stay as they are."""
    flows = as_taken(portfolio, taken).cash_flows
    cost, benefit = pricing.by_year(portfolio, settings, flows)
    order = evaluation.finance.index
    cost, benefit = cost.reindex(order), benefit.reindex(order)
    return replace(
        evaluation,
        finance=pricing.finance(portfolio, settings, flows, cost, benefit),
        cost=pricing.by_budget(portfolio, settings, flows, order),
        cost_by_year=cost,
        benefit_by_year=benefit,
    )
