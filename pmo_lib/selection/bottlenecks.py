"""What binds, and what one more of it would be worth, by choosing again."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import Any

import pandas as pd

from pmo_lib.checks import InputError, require_number, show
from pmo_lib.selection.build import build
from pmo_lib.selection.choice import slack
from pmo_lib.selection.model import named, with_amounts
from pmo_lib.selection.solver import solve
from pmo_lib.selection.why import PATIENCE, Told, best_now, changes


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
    gap = require_number(gap, name="gap", low=0)
    until = monotonic() + require_number(time_limit, name="time_limit", low=0.01)
    top = best_now(model, gap, time_limit / 4)
    limits = {(r.kind, r.label): r for r in model.rows if r.kind in ("budget", "capacity")}
    one_each = {
        named(label): (kind, {label: 1.0 if kind == "capacity" else r.high / 100})
        for (kind, label), r in limits.items()
    }
    plans = _by_fullness(steps or one_each, limits, slack(model, top.x))
    rows = []
    for done, (left, name, kind, added) in enumerate(plans):
        more = with_amounts(model, kind, {k: limits[kind, k].high + n for k, n in added.items()})
        seconds = max((until - monotonic()) / (len(plans) - done), 0.02)
        found = solve(
            more, model.value, gap=gap, patience=PATIENCE, time_limit=seconds, start=top.x
        )
        leaves, enters = changes(model, top.x, found.x)
        low, high = max(found.value - top.bound, 0.0), max(found.bound - top.value, 0.0)
        rows.append({
            "name": name, "kind": kind, "left": left, "step": sum(added.values()),
            "low": low, "high": high, "enters": enters, "leaves": leaves,
        })  # fmt: skip
        if progress and progress(done + 1, len(plans), rows[-1]):
            break
    return pd.DataFrame(rows).set_index("name").rename_axis(None)


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
