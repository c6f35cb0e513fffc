"""Choose what to fund and say, for every project, why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmo_lib import periods, selection
from pmo_lib.checks import InputError, listing, show
from pmo_lib.tables import Portfolio
from pmo_lib.workbench.evaluation import Evaluation, evaluate
from pmo_lib.workbench.pricing import budget
from pmo_lib.workbench.settings import RULES, Settings

BLOCKS = ("continues", "mandatory", "recommended", "not recommended", "not assessed")
EXPLAINED_AT_MOST = 60
"""Proposals for which each reason is priced by a choice of its own; beyond, by what is left over."""


@dataclass(frozen=True, eq=False)
class Recommendation:
    """A ranked, funded list and everything that explains it.

    Attributes
    ----------
    portfolio, settings, evaluation
        What the recommendation was made from.
    choice, other : selection.Choice
        The list by the board's rule, and by the other rule.
    ranked_list : DataFrame by project
        block (continues, mandatory, recommended, not recommended, not assessed), name,
        sponsor, programme, category, rank, score, too_close, bcr, npv, cost, this_year,
        running_total, why, funded, in the order of the printed list. Money within the
        budget years. [currency]
    limits : DataFrame by limit
        kind, available (after running work), used, left_over, of every budget, role and
        limit in the order of time.
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
    choice: selection.Choice
    other: selection.Choice
    ranked_list: pd.DataFrame
    limits: pd.DataFrame
    other_list: pd.DataFrame
    headline: str
    warnings: tuple[str, ...]


def recommend(portfolio: Portfolio, settings: Settings, *, progress=None) -> Recommendation:
    """Evaluate a portfolio, choose what to fund, and give each project its reason.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    settings : Settings
        What the board may change.
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
    choices = {
        RULES[0]: selection.choose(**problem, gap=settings.gap, time_limit=settings.time_limit),
        RULES[1]: selection.walk_down_the_list(evaluation.score, **problem),
    }
    choice = choices.pop(settings.rule)
    (other_rule, other), = choices.items()
    _require_assessed(portfolio, evaluation, choice)
    why = _reasons(portfolio, settings, evaluation, problem, choice, progress)
    ranked = _ranked_list(portfolio, settings, evaluation, choice, why)
    limits = _limits(portfolio, settings, evaluation, problem, choice)
    return Recommendation(
        portfolio=portfolio,
        settings=settings,
        evaluation=evaluation,
        choice=choice,
        other=other,
        ranked_list=ranked,
        limits=limits,
        other_list=_other_list(evaluation, ranked, choice, other, other_rule),
        headline=_headline(portfolio, settings, evaluation, problem, choice, ranked),
        warnings=evaluation.warnings + tuple(_split_warnings(portfolio, evaluation, problem, choice)),
    )


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
        f"budgets: running projects need more than there is in {_limit_words(label)}: "
        f"{-short:,.0f} {settings.currency} too little; raise it or rebalance the running work"
        for label, short in (left[left < -0.005].items() if isinstance(left, pd.Series) else ())
    ]
    if problems:
        raise InputError(*problems)
    if isinstance(left, pd.Series):
        left = left.clip(lower=0)
    use, capacity = _people(portfolio, evaluation, assessed)
    forced_in, forced_out = _forced(portfolio, settings, assessed)
    relations = _relations(portfolio, evaluation, assessed, forced_out)
    stated = pd.concat([portfolio.limits, pd.DataFrame(settings.limits, columns=portfolio.limits.columns)])
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


def _people(portfolio: Portfolio, evaluation: Evaluation, assessed: pd.Index):
    """Return what proposals need and what running work leaves of each role and month. [FTE]"""
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


def _require_assessed(portfolio, evaluation, choice) -> None:
    """Refuse a chosen project that requires one nobody could assess."""
    chosen = choice.selected.index[choice.selected]
    links = portfolio.links[portfolio.links["relation"].isin(["requires", "together", "after"])]
    problems = [
        f"links: {show(row.project)} would be funded and requires {show(row.other)}, which cannot be "
        f"assessed ({evaluation.set_aside.at[row.other, 'reason']}); enter its estimates, or a "
        "placeholder with the name of who stands behind it"
        for row in links.itertuples()
        if row.project in chosen and row.other in evaluation.set_aside.index
    ]
    if problems:
        raise InputError(*problems)


def _reasons(portfolio, settings, evaluation, problem, choice, progress) -> pd.Series:
    """Word for each assessed proposal why it is where it is."""
    names, why = portfolio.projects["name"], {}
    forced = pd.concat([problem["forced_in"], problem["forced_out"]])
    priced = settings.rule == RULES[0] and len(choice.selected) <= EXPLAINED_AT_MOST
    for done, (project, funded) in enumerate(choice.selected.items(), start=1):
        if progress is not None:
            progress(done, len(choice.selected), f"why {names[project]} is {'in' if funded else 'out'}")
        if project in forced.index:
            why[project] = forced[project]
            continue
        words = _standing(project, funded, problem, choice, names)
        if priced:
            words += _price(project, funded, settings, problem, choice, names)
        elif not words:
            words = "In the list by the board's rule" if funded else "Worth less than what is recommended"
        why[project] = words.removeprefix("; ")[:1].upper() + words.removeprefix("; ")[1:]
    return pd.Series(why, dtype="str")


def _standing(project, funded, problem, choice, names) -> str:
    """Word what links and limits say of a project, before any price."""
    selected = choice.selected
    if funded:
        needed = [names[a] for a, b in problem["requires"] if b == project and selected[a]]
        return f"needed by {_names(needed)}" if needed else ""
    rivals = [
        names[b if a == project else a]
        for a, b in problem["excludes"]
        if project in (a, b) and selected[b if a == project else a]
    ]
    if rivals:
        return f"rival of {_names(rivals)}, which is recommended"
    missing = [names[b] for a, b in problem["requires"] if a == project and not selected[b]]
    if missing:
        return f"needs {_names(missing)}, not recommended"
    return _does_not_fit(project, problem, choice)


def _does_not_fit(project, problem, choice) -> str:
    """Name the limit that is shortest if the project is added to the list as it is."""
    shortfalls = _shortfalls(problem["cost"], problem["budget"], choice, project)
    if len(shortfalls):
        label = shortfalls.idxmax()
        more = f" and {len(shortfalls) - 1} more" if len(shortfalls) > 1 else ""
        where = f" in {_limit_words(label)}" if label is not None else ""
        return f"does not fit: {shortfalls[label] / 1e6:,.2f}m short{where}{more}"
    if problem["use"] is not None:
        shortfalls = _shortfalls(problem["use"], problem["capacity"], choice, project)
        if len(shortfalls):
            role, month = shortfalls.idxmax()
            return (
                f"does not fit: {role} short by {shortfalls.max():.1f} in {periods.month_label(month)}"
            )
    if problem["value"][project] <= 0:
        return "worth no more than not doing it"
    return ""


def _shortfalls(need, available, choice, project) -> pd.Series:
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
        return "; the limits cannot hold without it" if funded else "; cannot be had with what must be in"
    lost = _points(choice.value - again.value, settings)
    moved = again.selected != choice.selected
    others = moved.index[moved & (moved.index != project)]
    enters, leaves = [names[p] for p in others if again.selected[p]], [
        names[p] for p in others if choice.selected[p]
    ]
    words = f"; without it the list is worth {lost} less" if funded else f"; including it costs the list {lost}"
    if leaves:
        words += f" and {'drops' if funded else 'displaces'} {_names(leaves)}"
    if enters and not funded:
        words += f", letting in {_names(enters)}"
    elif enters:
        words += f", with {_names(enters)} instead"
    return words


def _points(difference: float, settings: Settings) -> str:
    if settings.objective == "npv":
        return f"{settings.currency}{difference / 1e6:,.2f}m of NPV"
    return f"{100 * difference:,.1f} points"


def _names(names) -> str:
    names = [str(name) for name in names]
    if len(names) > 3:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _limit_words(label) -> str:
    """Word a budget label: 2028-29 (capital)."""
    if isinstance(label, tuple):
        year, *rest = label
        kept = ", ".join(str(part) for part in rest if part)
        return f"{periods.label(year)} ({kept})" if kept else periods.label(year)
    return "all years" if label is None else periods.label(label)


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
    for column in ("bcr", "npv"):
        table[column] = finance[column].reindex(shown)
    table["cost"] = finance["cost_in_budget"].reindex(shown)
    table["this_year"] = finance["this_year"].reindex(shown)
    reason = pd.concat([why, evaluation.set_aside["reason"]])
    table["why"] = reason.reindex(shown).fillna("Running: its remaining cost comes first")
    table["funded"] = selected
    order = table["block"].map({name: place for place, name in enumerate(BLOCKS)})
    table = table.assign(order=order).sort_values(["order", "rank", "name"], kind="stable")
    total = table["cost"].where(table["funded"]).cumsum()
    table.insert(table.columns.get_loc("this_year") + 1, "running_total", total)
    return table.drop(columns="order").rename_axis("project")


def _too_close(table: pd.DataFrame, tolerance: float) -> pd.Series:
    """Mark projects with a score within the tolerance of one across the line."""
    score = table["score"]
    inside, outside = score[table["block"] == "recommended"], score[table["block"] == "not recommended"]
    close = pd.Series(False, index=table.index)
    for own, across in ((inside, outside), (outside, inside)):
        distance = np.abs(own.to_numpy()[:, None] - across.to_numpy()[None, :])
        near = distance.min(axis=1, initial=np.inf) < tolerance
        close[own.index[near]] = True
    return close


def _limits(portfolio, settings, evaluation, problem, choice) -> pd.DataFrame:
    """Lay out every limit: what there is after running work, what is used, what is left over."""
    rows = []
    chosen = choice.selected.index[choice.selected]
    if isinstance(problem["budget"], pd.Series):
        used = problem["cost"].loc[chosen].sum()
        for label, available in problem["budget"].items():
            rows.append((_limit_words(label), "money", available, used[label]))
    if problem["use"] is not None:
        used = problem["use"].loc[chosen].sum()
        for (role, month), available in problem["capacity"].items():
            rows.append((f"{role}, {periods.month_label(month)}", "people", available, used[role, month]))
    table = pd.DataFrame(rows, columns=["limit", "kind", "available", "used"])
    table["left_over"] = table["available"] - table["used"]
    for row in problem["limits"].itertuples() if problem["limits"] is not None else ():
        member = problem["groups"][row.group].loc[chosen]
        spent = problem["cost"].loc[chosen]
        spent = spent.sum(axis=1) if isinstance(spent, pd.DataFrame) else spent
        level = {
            "count": member.sum(),
            "amount": (member * spent).sum(),
            "share": (member * spent).sum() / spent.sum() if spent.sum() else 0.0,
        }[row.measure]
        for side, bound in (("at least", row.at_least), ("at most", row.at_most)):
            if pd.notna(bound):
                left = bound - level if side == "at most" else level - bound
                words = f"{row.group}: {side} ({row.measure})"
                table.loc[len(table)] = [words, "limit", bound, level, left]
    return table.set_index("limit")


def _other_list(evaluation, ranked, choice, other, other_rule) -> pd.DataFrame:
    """List the projects that the two rules treat differently."""
    differs = choice.selected.index[choice.selected != other.selected.reindex(choice.selected.index)]
    table = ranked.loc[differs, ["name", "rank", "cost"]]
    table["worth"] = evaluation.worth[differs]
    own = "down the list" if other_rule == RULES[0] else RULES[0]
    table["funded_by"] = np.where(choice.selected[differs], own, other_rule)
    return table.sort_values(["funded_by", "rank"])


def _headline(portfolio, settings, evaluation, problem, choice, ranked) -> str:
    """Word the recommendation in one sentence."""
    funded = ranked[ranked["funded"]]
    proposals = int((portfolio.projects["status"] == "proposed").sum())
    spent = funded["cost"].sum()
    money = f"{settings.currency}{spent / 1e6:,.1f}m"
    if not isinstance(problem["budget"], pd.Series):
        return f"Approve {len(funded)} of {proposals} proposals, {money}; no budget is stated."
    available = float(problem["budget"].sum())
    years = problem["budget"].index.get_level_values(0)
    first, last = periods.parse(years.min()).year, periods.parse(years.max()).year
    span = f"{first}-{last % 100:02d}" if last > first else str(first)
    left = available - spent
    return (
        f"Approve {len(funded)} of {proposals} proposals, {money} of {settings.currency}"
        f"{available / 1e6:,.1f}m for {span}; {settings.currency}{left / 1e6:,.1f}m left because "
        f"{_left_because(problem, choice)}."
    )


def _left_because(problem: dict, choice) -> str:
    out = choice.selected.index[~choice.selected].difference(problem["forced_out"].index)
    if len(out) == 0:
        return "every proposal is funded"
    blocked_by_people = 0
    for project in out:
        if len(_shortfalls(problem["cost"], problem["budget"], choice, project)):
            continue
        if not _does_not_fit(project, problem, choice):
            return "what still fits would push out something worth more"
        blocked_by_people += 1
    if blocked_by_people:
        return "nothing left out fits what remains of each year, fund and role"
    return "nothing left out fits what remains of each year and fund"


def _split_warnings(portfolio, evaluation, problem, choice):
    """Name unfunded projects that would be funded if they were merely split in two."""
    ratings = portfolio.criteria.index[~portfolio.criteria["adds"]]
    sized = portfolio.projects["size"].reindex(evaluation.score.index).notna().all()
    out = choice.selected.index[~choice.selected].difference(problem["forced_out"].index)
    if len(ratings) == 0 or sized or len(choice.selected) > EXPLAINED_AT_MOST:
        return
    over = (evaluation.values - evaluation.not_doing) * evaluation.weights
    names = [portfolio.projects.at[p, "name"] for p in out if _funded_if_split(p, over, ratings, problem)]
    if names:
        yield (
            f"Would be funded if merely split in two, because ratings do not add: {_names(names)}; "
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
        split["groups"] = _replaced(problem["groups"], project, halves, problem["groups"].loc[project])
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

