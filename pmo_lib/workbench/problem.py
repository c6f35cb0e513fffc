"""The choice as a problem for `selection.choose`: running work first, links and limits stated."""

from __future__ import annotations

import pandas as pd

from pmo_lib import periods
from pmo_lib.checks import InputError, listing, show
from pmo_lib.tables import Portfolio, parse_group
from pmo_lib.wording import limit_words, money_words
from pmo_lib.workbench.evaluation import Evaluation
from pmo_lib.workbench.pricing import budget, first_options
from pmo_lib.workbench.settings import Settings


def choosing_problem(portfolio: Portfolio, settings: Settings, evaluation: Evaluation) -> dict:
    """State the choice as the arguments of `selection.choose`, running work already taken off."""
    assessed = evaluation.score.index
    cost = evaluation.cost.reindex(assessed)
    limits = budget(portfolio, settings)
    if len(limits) == 0:
        total = evaluation.finance["cost"].reindex(assessed)
        cost, left = total, float(total.clip(lower=0).sum())
    else:
        left = limits - evaluation.cost.reindex(evaluation.running).sum()
    problems = [
        f"budgets: running projects need more than there is in {limit_words(label)}: "
        f"{money_words(-short, settings.currency)} too little; raise it or rebalance the running work"
        for label, short in (left[left < -0.005].items() if isinstance(left, pd.Series) else ())
    ]
    if problems:
        raise InputError(*problems)
    if isinstance(left, pd.Series):
        left = left.clip(lower=0)
    use, capacity = _people(portfolio, evaluation, assessed)
    forced_in, forced_out = _forced(portfolio, settings, evaluation)
    relations = _relations(portfolio, evaluation, forced_in, forced_out)
    stated = pd.concat(
        [portfolio.limits, pd.DataFrame(settings.limits, columns=portfolio.limits.columns)]
    )
    groups = _groups(portfolio, stated, assessed)
    return {
        "value": evaluation.worth,
        "cost": cost,
        "budget": left,
        "use": use,
        "capacity": capacity,
        "forced_in": forced_in,
        "forced_out": forced_out,
        "limits": stated.astype({"at_least": float, "at_most": float}) if len(stated) else None,
        "groups": groups,
        **relations,
    }


def _people(portfolio: Portfolio, evaluation: Evaluation, assessed: pd.Index):
    """Return what proposals need and what running work leaves of each role and month. [FTE]."""
    available, demand = people(portfolio)
    if len(available) == 0:
        return None, None
    taken = demand.reindex(evaluation.running).sum()
    return demand.reindex(assessed).fillna(0.0), (available - taken).clip(lower=0)


def people(portfolio: Portfolio) -> tuple[pd.Series, pd.DataFrame]:
    """Return capacity by (role, month), and demand of each project's first option. [FTE]."""
    available = portfolio.capacity.groupby(["role", "period"])["amount"].sum()
    demand = portfolio.demand
    first = demand["project"].map(first_options(portfolio)).fillna(demand["option"])
    demand = demand[demand["option"] == first].pivot_table(
        index="project", columns=["role", "period"], values="amount", aggfunc="sum"
    )
    return available, demand.reindex(columns=available.index).fillna(0.0)


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
    if any(problems):
        raise InputError(*filter(None, problems))
    return pd.Series(inside, dtype="str"), pd.Series(outside, dtype="str")


def _not_to_override(project, decision: str, projects, evaluation) -> str:
    """Say why a project that is not an assessed proposal cannot be included or excluded."""
    if project in evaluation.running:
        remedy = "stop it in a rebalancing review" if decision == "out" else "it continues anyway"
        return f"overrides: {show(project)} is running; remove the override: {remedy}"
    if projects.at[project, "status"] in ("complete", "paused"):
        return (
            f"overrides: {show(project)} is {projects.at[project, 'status']}; remove the override"
        )
    if decision == "out":
        return ""
    return (
        f"overrides: {show(project)} cannot be included, as it is not an assessed proposal "
        f"({evaluation.set_aside.at[project, 'reason']}); enter its estimates first"
    )


def _relations(portfolio, evaluation, forced_in, forced_out) -> dict:
    """Return links among proposals; those with work that goes on are settled here."""
    found = {"requires": [], "excludes": [], "together": []}
    assessed, status = set(evaluation.score.index), portfolio.projects["status"]
    for row in portfolio.links.itertuples():
        kind = "requires" if row.relation == "after" else row.relation
        ends = (row.project, row.other)
        if set(ends) <= assessed:
            found[kind].append(ends)
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
    clash = forced_in.index.intersection(forced_out.index)
    if len(clash):
        first = clash[0]
        raise InputError(
            f"links: {show(first)} is both in ({forced_in[first]}) and out ({forced_out[first]}); "
            "drop one of the two"
        )
    return found


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
    """Yield what the choice does not count yet, and where running work asks too much."""
    available, demand = people(portfolio)
    short = demand.reindex(evaluation.running).sum() - available
    short = short[short > 1e-9]
    if len(short):
        role, month = short.idxmax()
        yield (
            f"Running work alone needs more people than there are: {role} short by "
            f"{short.max():.1f} in {periods.month_label(month)}"
            + (f" and in {len(short) - 1} more role-months." if len(short) > 1 else ".")
        )
    links, assessed = portfolio.links, evaluation.score.index
    timed = links[(links["relation"] == "after") & links["project"].isin(assessed)]
    if len(timed):
        yield f"Order in time ('after') is not scheduled yet: {listing(timed['project'])}."
    extra = links[links["value"].fillna(0).ne(0) | links["cost"].fillna(0).ne(0)]
    if len(extra):
        yield f"Extra value or cost of doing both is not counted yet for {listing(extra['project'])}."
