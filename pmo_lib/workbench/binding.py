"""Where money and people bind, and what a little more of either would be worth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmo_lib import periods, selection
from pmo_lib.wording import limit_words
from pmo_lib.workbench.questions import Told, binding_problem
from pmo_lib.workbench.recommendation import Recommendation

MONTHS = 3
"""How long one more person of a role is there. [month]"""

PART = 0.01
"""How much more of a budget is tried. [-]"""


def bottlenecks(
    recommendation: Recommendation, *, time_limit: float = 60.0, progress: Told | None = None
) -> pd.DataFrame:
    """Say how full each budget and role is, and what a little more of it would be worth.

    More is one person of a role for three months on end, or 1 % of a budget; the best
    affordable list is chosen again with it. What even all proposals together would not
    use up is worth nothing without asking.

    Parameters
    ----------
    recommendation : Recommendation
        What was recommended.
    time_limit : float
        For everything. [s]
    progress : callable, optional
        Called after each step; return True to stop: what is open then has no worth.

    Returns
    -------
    DataFrame by limit
        ``kind`` (money or people), ``label``, ``available`` (after running work), ``used``
        and ``left_over`` [currency, FTE], ``full`` (share used), ``step`` (what is added: of
        the quarters that hold a month, the one worth most), ``low`` and ``high`` (value
        gained, from proven bounds), ``enters`` and ``leaves`` (projects).
    """
    problem = binding_problem(recommendation)
    steps = _steps(problem)
    found = _worth(problem, steps, recommendation.settings.gap, time_limit, progress)
    limits = recommendation.limits
    table = limits[limits["kind"].isin(["money", "people"])].copy()
    table["full"] = table["used"] / table["available"].where(table["available"] > 0)
    best = [_best(row.kind, row.label, steps, found) for row in table.itertuples()]
    columns = ["step", "low", "high", "enters", "leaves"]
    return table.join(pd.DataFrame(best, columns=columns, index=table.index))


def _steps(problem: dict) -> dict[str, tuple[str, dict]]:
    """Return what to add at once, by name: only to what can bind."""
    steps: dict[str, tuple[str, dict]] = {}
    budget = problem["budget"]
    if isinstance(budget, pd.Series):
        binds = (problem["cost"].clip(lower=0).sum() > budget) & (budget > 0)
        for label, amount in budget[binds].items():
            steps[_words("money", label)] = ("budget", {label: PART * float(amount)})
    months = [] if problem["capacity"] is None else list(problem["capacity"].index)
    for role, month in months:
        quarter = [(role, periods.shift(month, later)) for later in range(MONTHS)]
        added = {label: 1.0 for label in quarter if label in problem["capacity"].index}
        steps[_words("people", (role, month))] = ("capacity", added)
    return steps


def _worth(problem, steps, gap, time_limit, progress) -> pd.DataFrame:
    if not steps:
        return pd.DataFrame(columns=["low", "high", "enters", "leaves"])
    told = progress and (lambda done, total, row: progress(done, total, row["name"]))
    return selection.bottlenecks(
        **problem, steps=steps, gap=gap, time_limit=time_limit, progress=told
    )


def _best(kind: str, label, steps: dict, found: pd.DataFrame) -> tuple:
    """Return the step that adds to a limit and is worth most, and what it is worth."""
    asked = [name for name, (_, added) in steps.items() if label in added]
    if not asked:
        return _words(kind, label), 0.0, 0.0, (), ()
    known = [name for name in asked if name in found.index]
    if not known:
        return asked[-1], np.nan, np.nan, (), ()
    name = found.loc[known, "low"].astype(float).idxmax()
    return (name, *found.loc[name, ["low", "high", "enters", "leaves"]])


def _words(kind: str, label) -> str:
    """Word what is added: one person for the three months from one on, or 1 % of a budget."""
    if kind == "money":
        return f"1 % more in {limit_words(label)}"
    role, month = label
    last = periods.shift(month, MONTHS - 1)
    return f"one more {role}, {periods.month_label(month)} to {periods.month_label(last)}"
