"""Why not this one? What would bring it in, what an override costs, what binds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from time import monotonic
from typing import Any

import numpy as np
import pandas as pd

from pmo_lib.checks import InputError, require_number, show
from pmo_lib.selection import inputs
from pmo_lib.selection.build import build
from pmo_lib.selection.choice import search, slack
from pmo_lib.selection.conflict import explain, relax
from pmo_lib.selection.first import LARGE, greedy_answer
from pmo_lib.selection.model import (
    Model,
    amount,
    named,
    replace_rows,
    row,
    spread,
    used,
    with_amounts,
)
from pmo_lib.selection.solver import Solution, relaxed, solve

_PATIENCE = 0.1

Told = Callable[[int, int, dict], bool | None]
"""Called with answers given, answers in all and the newest; returns True to stop."""


def why_not(
    value: pd.Series,
    cost: pd.Series | pd.DataFrame,
    budget: float | pd.Series,
    *,
    gap: float = 1e-3,
    time_limit: float = 60.0,
    progress: Told | None = None,
    **constraints: Any,
) -> pd.DataFrame:
    """Say of each project how near it is to changing sides, and what an override costs.

    Every number is an interval from proven bounds. With V the best value:

    ========== ==========================================================
    case       ``low`` to ``high``
    ========== ==========================================================
    left out   value it must gain: V minus the best that holds it
    funded     value it may lose: V minus the best without it
    included   price of the override: the best without the override minus V
    excluded   the same
    ========== ==========================================================

    For a project left out, ``extra_low`` to ``extra_high`` is the least more budget
    with which some list that holds it is worth as much as the best list now, or,
    where money alone is not enough, the least more capacity (``extra_of`` says
    which); a smaller step may be enough or too much on the way, because a larger
    budget can push a project out again.

    Parameters
    ----------
    value, cost, budget
        As in `choose`.
    gap : float
        How much each answer may leave open. [share of the value]
    time_limit : float
        For everything; what is open then keeps wide intervals. [s]
    progress : callable, optional
        Called after each project; return True to stop with the rows so far.
    **constraints
        The constraints of `choose`.

    Returns
    -------
    DataFrame by project
        Nearest to the cut line first: ``case``, ``low``, ``high``, ``extra_of``,
        ``extra_low``, ``extra_high``, ``where`` (budget or capacity: amount),
        ``leaves`` and ``enters`` (projects, against the best list) and ``says``.

    Raises
    ------
    InputError
        As in `choose`.

    Examples
    --------
    >>> value = pd.Series({"a": 16, "b": 22, "c": 12, "d": 8})
    >>> cost = pd.Series({"a": 5, "b": 7, "c": 4, "d": 3})
    >>> why_not(value, cost, 14).loc["a", "says"]
    'needs 4 more value, or 1 more budget (total: 1)'
    """
    model = build(value, cost, budget, **constraints)
    until = monotonic() + require_number(time_limit, name="time_limit", low=0.01)
    top = _best(model, gap, time_limit / 4)
    rows, order = [], _near_the_line(model)
    for done, project in enumerate(order):
        left = max(until - monotonic(), 0.0) / (len(order) - done)
        rows.append(_answer(model, top, project, gap, max(left, 0.02)))
        if progress and progress(done + 1, len(order), rows[-1]):
            break
    return pd.DataFrame(rows).set_index("project")


def _best(model: Model, gap: float, time_limit: float) -> Solution:
    top = search(model, gap=require_number(gap, name="gap", low=0), time_limit=time_limit)
    if top.x is None:
        raise explain(model, proven=top.status == "infeasible")
    return top


def _near_the_line(model: Model) -> list:
    """Return projects by how little they are worth beyond, or short of, what they use up."""
    _, worth, rent, _ = relaxed(model, 1.0)
    distance = pd.Series(np.abs(worth + rent)[: model.n_options], index=model.options)
    nearest = distance.groupby(level=0).min()
    return nearest.loc[inputs.in_order(nearest.index)].sort_values(kind="stable").index.to_list()


def _answer(model: Model, top: Solution, project: Any, gap: float, seconds: float) -> dict:
    case, other = _turned(model, top, project)
    overridden = case in ("included", "excluded")
    if case == "left out":
        seconds /= 2
    start = top.x if overridden else None
    if not overridden and model.n_options <= LARGE:
        start = greedy_answer(other, keep=top.x)
    found = solve(
        other, model.value, gap=gap, patience=_PATIENCE, time_limit=seconds,
        start=start, bound=np.inf if overridden else top.bound,
    )  # fmt: skip
    if overridden:
        low, high = found.value - top.bound, found.bound - top.value
    else:
        low, high = top.value - found.bound, top.bound - found.value
    answer = {"project": project, "case": case, "low": max(low, 0.0), "high": max(high, 0.0)}
    if found.status == "infeasible":
        answer["low"] = answer["high"] = np.inf
    answer |= {"extra_of": "", "extra_low": np.nan, "extra_high": np.nan, "where": {}}
    if case == "left out" and found.status != "infeasible":
        answer |= _extra(other, top, seconds)
    answer["leaves"], answer["enters"] = _changes(model, top.x, found.x)
    answer["says"] = _says(answer, found.status)
    return answer


def _turned(model: Model, top: Solution, project: Any) -> tuple[str, Model]:
    """Return how the project stands and the model in which it stands the other way."""
    forced = [r for r in model.rows if r.kind in ("forced in", "forced out") and r.label == project]
    if forced:
        rows = [r for r in model.rows if r not in forced]
        return "included" if forced[0].kind == "forced in" else "excluded", replace_rows(
            model, rows
        )
    funded = bool(top.x[model.columns_of(project)].any())
    low, high = (-np.inf, 0) if funded else (1, np.inf)
    kind = "forced out" if funded else "forced in"
    turned = row(kind, project, spread(model, project), low, high)
    return "funded" if funded else "left out", replace_rows(model, [*model.rows, turned])


def _extra(model: Model, top: Solution, seconds: float) -> dict:
    """Find the least more money, else people, with which the value is as good as the best."""
    room = 1e-9 * max(abs(top.value), float(np.abs(model.value).max(initial=0.0)))
    as_good = row("cut", "value", model.value, top.value - room, np.inf)
    wanted = replace_rows(model, [*model.rows, as_good])
    for kind in ("budget", "capacity"):
        soft = [r for r in wanted.rows if r.kind == kind]
        found = relax(wanted, soft, time_limit=seconds / 2) if soft else None
        if found is not None and found.x is not None:
            over = {r.label: used(r, found.x) - r.high for r in soft}
            where = {label: more for label, more in over.items() if more > 1e-9 * abs(top.value)}
            low, high = max(-found.bound, 0.0), max(-found.value, 0.0)
            return {"extra_of": kind, "extra_low": low, "extra_high": high, "where": where}
    return {}


def _changes(model: Model, before: np.ndarray, after: np.ndarray | None) -> tuple[tuple, tuple]:
    if after is None:
        return (), ()
    names = model.options.get_level_values(0)
    old, new = (set(names[x[: model.n_options] > 0.5]) for x in (before, after))
    return tuple(inputs.in_order(old - new)), tuple(inputs.in_order(new - old))


def _says(answer: dict, status: str) -> str:
    """Word an answer for the board."""
    low, high = answer["low"], answer["high"]
    if status == "infeasible":
        return "no list that meets the limits can " + (
            "leave it out" if answer["case"] == "funded" else "hold it"
        )
    if high == np.inf:
        return "cannot tell in the time given"
    size = _between(low, high)
    if low == 0 < high:
        return f"cannot tell: between 0 and {amount(float(f'{high:.4g}'))} of value"
    if answer["case"] == "left out":
        if high == 0:
            return "a list that holds it is worth as much"
        more = (
            f", or {_between(answer['extra_low'], answer['extra_high'])} more"
            if answer["where"]
            else ""
        )
        places = "; ".join(f"{named(label)}: {amount(n)}" for label, n in answer["where"].items())
        return f"needs {size} more value{more}" + (
            f" {answer['extra_of']} ({places})" if places else ""
        )
    if answer["case"] == "funded":
        return f"may lose up to {size} of value" if high else "a list without it is worth as much"
    if high == 0:
        return "the override costs nothing"
    moved = f"; it displaces {', '.join(map(show, answer['enters']))}" if answer["enters"] else ""
    return f"the override costs {size} of value{moved}"


def _between(low: float, high: float) -> str:
    words = [amount(float(f"{number:.6g}")) for number in (low, high)]
    return words[1] if words[0] == words[1] else f"{words[0]} to {words[1]}"


def bottlenecks(
    value: pd.Series,
    cost: pd.Series | pd.DataFrame,
    budget: float | pd.Series,
    *,
    steps: Mapping[str, tuple[str, Mapping[Any, float]]] | None = None,
    gap: float = 1e-3,
    time_limit: float = 60.0,
    progress: Told | None = None,
    **constraints: Any,
) -> pd.DataFrame:
    """Say what more of each budget and role would be worth, by choosing again.

    Parameters
    ----------
    value, cost, budget
        As in `choose`.
    steps : mapping of name to (``"budget"`` or ``"capacity"``, mapping of label to amount)
        What to add at once, such as one architect in each month of a quarter. By
        default one of each role and period, and a hundredth of each budget.
    gap, time_limit, progress, **constraints
        As in `why_not`.

    Returns
    -------
    DataFrame by name of step
        Fullest first: ``kind``, ``left`` (the least left over among its labels),
        ``step`` (total added), ``low`` and ``high`` (value gained, from proven
        bounds), ``enters`` and ``leaves``.

    Examples
    --------
    >>> value = pd.Series({"a": 16, "b": 22, "c": 12, "d": 8})
    >>> cost = pd.Series({"a": 5, "b": 7, "c": 4, "d": 3})
    >>> one_more = {"one more": ("budget", {"total": 1})}
    >>> bottlenecks(value, cost, 15, steps=one_more)[["low", "high", "enters"]]
              low  high enters
    one more  4.0   4.0   (c,)
    """
    model = build(value, cost, budget, **constraints)
    until = monotonic() + require_number(time_limit, name="time_limit", low=0.01)
    top = _best(model, gap, time_limit / 4)
    limits = {(r.kind, r.label): r for r in model.rows if r.kind in ("budget", "capacity")}
    plans = _by_fullness(steps or _unit_steps(limits.values()), limits, slack(model, top.x))
    rows = []
    for done, (left, name, kind, added) in enumerate(plans):
        more = with_amounts(model, kind, {k: limits[kind, k].high + n for k, n in added.items()})
        seconds = max((until - monotonic()) / (len(plans) - done), 0.02)
        found = solve(
            more, model.value, gap=gap, patience=_PATIENCE, time_limit=seconds, start=top.x
        )
        leaves, enters = _changes(model, top.x, found.x)
        low, high = max(found.value - top.bound, 0.0), max(found.bound - top.value, 0.0)
        rows.append({
            "name": name, "kind": kind, "left": left, "step": sum(added.values()),
            "low": low, "high": high, "enters": enters, "leaves": leaves,
        })  # fmt: skip
        if progress and progress(done + 1, len(plans), rows[-1]):
            break
    return pd.DataFrame(rows).set_index("name").rename_axis(None)


def _unit_steps(rows: Iterable) -> dict:
    return {
        named(r.label): (r.kind, {r.label: 1.0 if r.kind == "capacity" else r.high / 100})
        for r in rows
    }


def _by_fullness(steps: Mapping, limits: dict, left_over: pd.DataFrame) -> list[tuple]:
    left = {(r.kind, r.label): (r.left, r.limit) for r in left_over.itertuples()}
    plans = []
    for name, (kind, added) in steps.items():
        unknown = [label for label in added if (kind, label) not in limits]
        if unknown or not added:
            raise InputError(
                f"steps: {show(name)} must name labels of {show(kind)}, got {show(unknown[:1] or 'none')}"
            )
        spare = [left[kind, label] for label in added]
        share = min(over / limit if limit else 0.0 for over, limit in spare)
        plans.append((share, min(over for over, _ in spare), name, kind, dict(added)))
    return [plan[1:] for plan in sorted(plans, key=lambda plan: (plan[0], str(plan[2])))]
