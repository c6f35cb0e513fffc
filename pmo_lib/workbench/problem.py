"""The choice as a problem for `selection.choose`: running work first, links and limits stated."""

from __future__ import annotations

import pandas as pd

from pmo_lib import periods
from pmo_lib.checks import InputError, show
from pmo_lib.tables import Portfolio
from pmo_lib.workbench.evaluation import Evaluation
from pmo_lib.workbench.pricing import budget
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
    forced_in, forced_out = _forced(portfolio, settings, assessed)
    relations = _relations(portfolio, evaluation, assessed, forced_out)
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
    capacity = portfolio.capacity
    if len(capacity) == 0:
        return None, None
    available = capacity.groupby(["role", "period"])["amount"].sum()
    demand = portfolio.demand.pivot_table(
        index="project", columns=["role", "period"], values="amount", aggfunc="sum"
    )
    demand = demand.reindex(columns=available.index).fillna(0.0)
    taken = demand.reindex(evaluation.running).sum()
    return demand.reindex(assessed).fillna(0.0), (available - taken).clip(lower=0)


def _forced(portfolio, settings, assessed) -> tuple[pd.Series, pd.Series]:
    """Return what must be in and out, each with its reason in words."""
    projects = portfolio.projects
    mandatory = projects.index[projects["mandatory"] & projects.index.isin(assessed)]
    inside = {p: f"Mandatory: {projects.at[p, 'mandatory_reason']}" for p in mandatory}
    outside: dict[str, str] = {}
    stated = portfolio.overrides.to_dict("records") + list(settings.overrides)
    decided = {row["project"]: row for row in stated}
    for project, row in decided.items():
        if project not in assessed:
            if row["decision"] == "in":
                raise InputError(
                    f"overrides: {show(project)} cannot be included, as it is not an assessed "
                    "proposal; enter its estimates first"
                )
            continue
        if row["decision"] == "in":
            inside.setdefault(project, f"Included by the board: {row['reason']} ({row['by']})")
        elif project in inside:
            raise InputError(
                f"overrides: {show(project)} is mandatory and cannot be excluded; "
                "remove the flag in the projects table or the override"
            )
        else:
            outside[project] = f"Excluded by the board: {row['reason']} ({row['by']})"
    return pd.Series(inside, dtype="str"), pd.Series(outside, dtype="str")


def _relations(portfolio, evaluation, assessed, forced_out) -> dict:
    """Return links among proposals; those with running work are settled here."""
    found = {"requires": [], "excludes": [], "together": []}
    continues = set(evaluation.running)
    for row in portfolio.links.itertuples():
        kind = "requires" if row.relation == "after" else row.relation
        ends = {row.project, row.other}
        if ends <= set(assessed):
            found[kind].append((row.project, row.other))
        elif kind == "excludes" and ends & continues:
            (proposal,) = (ends - continues) or (None,)
            if proposal in assessed:
                rival = (ends & continues).pop()
                forced_out[proposal] = f"Rival of {show(rival)}, which is running"
    return found


def _groups(portfolio: Portfolio, limits: pd.DataFrame, assessed: pd.Index) -> pd.DataFrame | None:
    """Return membership, project x group, of each group that a limit names."""
    if len(limits) == 0:
        return None
    columns = {}
    for group in limits["group"].unique():
        kind, _, wanted = (part.strip() for part in str(group).partition(":"))
        if kind == "objective":
            table = portfolio.contributions
            serves = table[(table["objective"] == wanted) & (table["contribution"] > 0)]["project"]
            member = pd.Series(assessed.isin(serves), index=assessed)
        elif kind in ("category", "programme", "business_unit"):
            member = portfolio.projects[kind].reindex(assessed) == wanted
        else:
            raise InputError(
                f"limits: group {show(group)} is not understood; write 'category: ...', "
                "'programme: ...', 'business_unit: ...' or 'objective: ...'"
            )
        columns[group] = member.fillna(False).astype(float)
    return pd.DataFrame(columns)


def limit_words(label) -> str:
    """Word a budget label for a reader: 2028-29 (capital)."""
    if isinstance(label, tuple):
        year, *rest = label
        kept = ", ".join(str(part) for part in rest if part)
        return f"{periods.label(year)} ({kept})" if kept else periods.label(year)
    return "all years" if label is None or label == "total" else periods.label(label)


def money_words(amount: float, currency: str = "") -> str:
    """Word money for a sentence, in millions where it is large.

    >>> money_words(5_600_000, "£"), money_words(950, "£")
    ('£5.60m', '£950')
    """
    if abs(amount) >= 100_000:
        return f"{currency}{amount / 1e6:,.2f}m"
    return f"{currency}{amount:,.0f}"
