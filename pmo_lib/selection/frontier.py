"""What each budget buys: the best value at every amount, with its proof."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from time import monotonic
from typing import Any

import numpy as np
import pandas as pd

from pmo_lib.checks import InputError, require_number
from pmo_lib.selection import inputs
from pmo_lib.selection.better import polish
from pmo_lib.selection.build import build
from pmo_lib.selection.conflict import explain
from pmo_lib.selection.first import greedy_answer
from pmo_lib.selection.model import Model, exact_sum, with_amounts
from pmo_lib.selection.solver import Relaxed, Solution, relative_gap, solve

PATIENCE = 0.1
"""How long a proven optimum is sought at a point before the gap is enough. [s]"""


def frontier(
    value: pd.Series,
    cost: pd.Series | pd.DataFrame,
    budgets: Sequence[float] | pd.DataFrame,
    *,
    gap: float = 1e-3,
    time_limit: float = 10.0,
    progress: Callable[[int, int], bool | None] | None = None,
    **constraints: Any,
) -> pd.DataFrame:
    """Find the best value at each of several budgets, under all constraints.

    Only some points need a solve: where the best list of a larger budget fits, or
    the bound of a larger budget is reached already, the point is settled.

    Parameters
    ----------
    value, cost
        As in `choose`.
    budgets : sequence of float, or DataFrame of points by label of budget
        One row a point; each must be at least the one before in every column
        once sorted by total. [currency]
    gap : float
        How much a better list may still add at a point. [share of the value]
    time_limit : float
        For all points; one that is not proven in its share keeps the gap it has. [s]
    progress : callable, optional
        Called with points settled and points in all; return True to stop: the
        remaining points keep what their neighbours prove.
    **constraints
        The constraints of `choose`.

    Returns
    -------
    DataFrame
        One row a point, by rising budget: ``budget`` (total), ``value``, ``bound``,
        ``gap``, ``cost``, ``n`` projects, ``entered`` and ``left`` (projects,
        against the row before) and ``worth``, the value gained for each unit of
        budget since the row before. Value and bound never fall. Budgets that
        cannot pay for what must be in have no value.

    Raises
    ------
    InputError
        As in `choose`, or if points are not nested.
    InfeasibleError
        If even the largest budget is too small for the constraints.

    Examples
    --------
    >>> value = pd.Series({"a": 16, "b": 22, "c": 12, "d": 8})
    >>> cost = pd.Series({"a": 5, "b": 7, "c": 4, "d": 3})
    >>> frontier(value, cost, [5, 10, 14])[["budget", "value", "entered", "left"]]
       budget  value entered  left
    0     5.0   16.0    (a,)    ()
    1    10.0   30.0  (b, d)  (a,)
    2    14.0   42.0    (c,)    ()
    """
    points, budget = _points(cost, budgets)
    gap = require_number(gap, name="gap", low=0)
    model = build(value, cost, budget, **constraints)
    models = [with_amounts(model, "budget", amounts) for amounts in points]
    return _table(model, points, _sweep(models, gap, time_limit, progress or (lambda *_: None)))


def _points(cost, budgets) -> tuple[list[dict], Any]:
    """Return the amounts of each point by label, rising, and the largest as a budget."""
    if isinstance(cost, pd.Series):
        amounts = [require_number(b, name="budgets", low=0) for b in budgets]
        if not amounts:
            raise InputError("budgets: must have at least one amount, got none")
        return [{"total": b} for b in sorted(amounts)], max(amounts)
    if not isinstance(budgets, pd.DataFrame) or budgets.empty:
        raise InputError("budgets: must be a DataFrame with a row a point and the columns of cost")
    rising = budgets.loc[budgets.sum(axis=1).sort_values(kind="stable").index]
    if not (rising.diff().iloc[1:] >= 0).all(axis=None):
        raise InputError("budgets: each point must be at least the one before in every column")
    return [one.to_dict() for _, one in rising.iterrows()], rising.iloc[-1]


def _sweep(
    models: list[Model], gap: float, time_limit: float, progress: Callable
) -> list[Solution]:
    """Bound every point by a mixture, adapt neighbours' lists, then improve the worst proven.

    Lists are carried down and up the budgets, each changed a little to fit or to grow.
    """
    until, n = monotonic() + time_limit, len(models)
    top = solve(models[-1], models[-1].value, gap=gap, patience=PATIENCE, time_limit=time_limit / 8)
    if top.x is None:
        raise explain(models[-1], proven=top.status == "infeasible")
    mixtures = [Relaxed(model, time_limit) for model in models]
    found = [Solution(None, -np.inf, one.bound, "unknown", 0.0) for one in mixtures]
    found[-1], quick, moment = top, True, time_limit / 3 / n
    stop = progress(0, n)
    for k in reversed(range(n - 1)):
        stop = stop or progress(sum(_gap(one) <= gap for one in found), n)
        if quick and not stop:
            found[k] = solve(
                models[k], models[k].value, gap=gap, patience=PATIENCE, time_limit=moment,
                bound=min(found[k].bound, found[k + 1].bound),
            )  # fmt: skip
            quick = _gap(found[k]) <= gap
        if stop or not quick:
            spent = 0.0 if stop else moment
            found[k] = _adapted(models[k], mixtures[k], found[k], found[k + 1].x, spent)
    for k in range(1, n):
        if not stop and _gap(found[k]) > gap:
            found[k] = _adapted(models[k], mixtures[k], found[k], found[k - 1].x, moment)
    found, tried = _monotone(found), np.full(n, 0.1)
    while not stop and monotonic() < until and top.status != "stopped":
        open_points = [k for k in range(n) if _gap(found[k]) > gap]
        if progress(n - len(open_points), n) or not open_points:
            break
        k = max(open_points, key=lambda k: _gap(found[k]) / tried[k])
        tried[k] *= 2
        top = solve(
            models[k], models[k].value, gap=gap, patience=PATIENCE, start=found[k].x,
            bound=found[k].bound, time_limit=min(tried[k], max(until - monotonic(), 0.02)),
        )  # fmt: skip
        found[k] = top
        for j in (k - 1, k + 1):
            if 0 <= j < n:
                found[j] = _adapted(models[j], mixtures[j], found[j], top.x, moment / 3)
        found = _monotone(found)
    return found


def _adapted(
    model: Model, mixture: Relaxed, known: Solution, x: np.ndarray | None, seconds: float
) -> Solution:
    """Change a neighbour's list to fit a point, and better it for a moment."""
    if mixture.x is None or relative_gap(known.value, known.bound) == 0:
        return known
    kept = (mixture.x,) if x is None else (mixture.x, x)
    lists = [greedy_answer(model, keep=one, worth=mixture.lead) for one in kept]
    x = max((one for one in lists if one is not None), key=model.value.dot, default=None)
    if x is None:
        return known
    x = polish(model, mixture, x, seconds)
    value = exact_sum(model.value * x)
    return known if value <= known.value else replace(known, x=x, value=value)


def _gap(one: Solution) -> float:
    return 0.0 if one.status == "infeasible" else relative_gap(one.value, one.bound)


def _monotone(found: list[Solution]) -> list[Solution]:
    """Let each point use what its neighbours prove: the better list below, the bound above."""
    for k in range(1, len(found)):
        if found[k - 1].value > found[k].value:
            found[k] = replace(found[k - 1], bound=found[k].bound)
    for k in reversed(range(len(found) - 1)):
        if found[k + 1].status == "infeasible":
            found[k] = found[k + 1]
        found[k] = replace(found[k], bound=min(found[k].bound, found[k + 1].bound))
    return found


def _table(model: Model, points: list[dict], found: list[Solution]) -> pd.DataFrame:
    rows, before, amount, worth = [], set(), 0.0, np.nan
    for budgets, one in zip(points, found, strict=True):
        total = exact_sum(np.array(list(budgets.values())))
        if one.x is None:
            rows.append((total, np.nan, np.nan, np.nan, np.nan, 0, (), tuple(before), np.nan))
            continue
        taken = set(model.options[one.x[: model.n_options] > 0.5].get_level_values(0))
        gained = (one.value - worth) / (total - amount) if total > amount and rows else np.nan
        rows.append((
            total, one.value, one.bound, relative_gap(one.value, one.bound),
            exact_sum(model.cost * one.x), len(taken),
            tuple(inputs.in_order(taken - before)), tuple(inputs.in_order(before - taken)), gained,
        ))  # fmt: skip
        before, amount, worth = taken, total, one.value
    columns = ["budget", "value", "bound", "gap", "cost", "n", "entered", "left", "worth"]
    return pd.DataFrame(rows, columns=columns)
