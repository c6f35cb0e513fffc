"""Options that start sooner or later: flows move whole, value is discounted by delay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pmo_lib import checks, periods
from pmo_lib.checks import InputError, show
from pmo_lib.selection.inputs import AS_PROPOSED


@dataclass(frozen=True, eq=False)
class StartOptions:
    """What `choose` takes, with an option for each start: the option is the ISO start date.

    Attributes
    ----------
    value : Series by (project, option)
    cost, use : DataFrame by (project, option)
        With the columns given; ``use`` is None if none was given.
    start : Series by (project, option)
        Months from the earliest start of all. [month]
    beyond : Series by (project, option)
        Cost that falls after the last column of cost. [currency]
    """

    value: pd.Series
    cost: pd.DataFrame
    use: pd.DataFrame | None
    start: pd.Series
    beyond: pd.Series


def start_options(
    value: pd.Series,
    cost: pd.DataFrame,
    starts: pd.DataFrame,
    *,
    use: pd.DataFrame | None = None,
    every: int = 3,
    discount_rate: float = 0.0,
) -> StartOptions:
    r"""Lay out an option for each start between a project's earliest and latest.

    Value, cost and use are stated for the planned start. A start m months later
    moves them whole: use by m months; a year's cost, spread evenly over its months,
    so that m mod 12 twelfths of it fall in the following year. Value is multiplied
    by :math:`(1 + r)^{-m/12}`.

    Parameters
    ----------
    value : Series by project
    cost : DataFrame of projects by year, or by (year, fund)
        Years are the ISO dates on which they start. [currency]
    starts : DataFrame of projects by planned, earliest, latest
        ISO dates; a project without a planned start has one option; a missing
        earliest or latest is the planned start.
    use : DataFrame of projects by (role, month), optional
        Months are ISO dates. Use after the last month is not limited. [FTE]
    every : int, at least 1
        Months between one start and the next, counted from the planned one.
    discount_rate : float, above -1
        Yearly rate by which delay lowers value. [-]

    Returns
    -------
    StartOptions

    Raises
    ------
    InputError
        If labels differ, a date is not one, planned is not between earliest and
        latest, or a start moves cost or use before the first period.

    Examples
    --------
    >>> value = pd.Series({"a": 100.0})
    >>> cost = pd.DataFrame({"2027-04-01": [12.0], "2028-04-01": [0.0]}, index=["a"])
    >>> starts = pd.DataFrame(
    ...     {"planned": "2027-04-01", "earliest": None, "latest": "2027-07-01"}, index=["a"])
    >>> start_options(value, cost, starts).cost.loc[("a", "2027-07-01")].to_list()
    [9.0, 3.0]
    """
    checks.require_series(value, name="value")
    value = checks.require_numbers(value, name="value")
    frames = {"cost": cost} | ({} if use is None else {"use": use}) | {"starts": starts}
    for name, frame in frames.items():
        checks.require_frame(frame, name=name)
        checks.require_same_labels(frame.index, value.index, name=name, other="value")
    cost = checks.require_numbers(cost, name="cost")
    every = int(checks.require_number(every, name="every", low=1))
    rate = checks.require_number(discount_rate, name="discount_rate", low=-0.99)
    plan = [(p, day, m) for p in value.index for day, m in _shifts(p, starts.loc[p], every)]
    index = pd.MultiIndex.from_tuples([(p, day) for p, day, _ in plan], names=["project", "option"])
    moved = [_later(cost.loc[p], m, yearly=True, name=f"cost of {show(p)}") for p, _, m in plan]
    first = min((day for _, day, _ in plan if day != AS_PROPOSED), default=None)
    worth = [value[p] * (1 + rate) ** (-m / 12) for p, _, m in plan]
    months = [0 if day == AS_PROPOSED else periods.months_between(first, day) for _, day, _ in plan]
    return StartOptions(
        value=pd.Series(worth, index=index, name="value"),
        cost=pd.DataFrame([kept for kept, _ in moved], index=index, columns=cost.columns),
        use=None if use is None else _moved_use(use, plan, index),
        start=pd.Series(months, index=index, name="start", dtype=float),
        beyond=pd.Series([after for _, after in moved], index=index, name="beyond"),
    )


def _shifts(project: Any, dates: pd.Series, every: int) -> list[tuple[str, int]]:
    """Return the start dates of a project and their distance from the planned one in months."""
    planned = dates["planned"]
    if pd.isna(planned):
        return [(AS_PROPOSED, 0)]
    ends = [planned if pd.isna(dates[end]) else dates[end] for end in ("earliest", "latest")]
    first, last = (periods.months_between(planned, end) for end in ends)
    if first > 0 or last < 0:
        raise InputError(
            f"starts: planned must lie between earliest and latest, got {show(planned)} "
            f"for project {show(project)}"
        )
    months = range(-(-first // every) * every, last + 1, every)
    return [(periods.shift(planned, m), m) for m in months]


def _moved_use(use: pd.DataFrame, plan: list, index: pd.MultiIndex) -> pd.DataFrame:
    use = checks.require_numbers(use, name="use", low=0)
    rows = [_later(use.loc[p], m, yearly=False, name=f"use of {show(p)}")[0] for p, _, m in plan]
    return pd.DataFrame(rows, index=index, columns=use.columns)


def _later(flow: pd.Series, months: int, *, yearly: bool, name: str) -> tuple[np.ndarray, float]:
    """Return a flow moved by months, aligned to its columns, and what falls after the last."""
    place = {label: j for j, label in enumerate(flow.index)}
    kept, after = np.zeros(len(flow)), 0.0
    last = max(parted(label, yearly)[0] for label in flow.index)
    whole, part = divmod(months, 12) if yearly else (0, 0)
    pieces = (
        [(12 * whole, 1 - part / 12), (12 * whole + 12, part / 12)] if yearly else [(months, 1.0)]
    )
    for label, number in flow[flow != 0].items():
        period, rest = parted(label, yearly)
        for ahead, share in pieces:
            target = periods.shift(period, ahead)
            j = place.get(_joined(target, rest, yearly))
            if j is not None:
                kept[j] += number * share
            elif target > last:
                after += number * share
            elif share:
                raise InputError(
                    f"{name}: must not move before the first period, got {show(target)}"
                )
    return kept, after


def parted(label: Any, yearly: bool) -> tuple[str, tuple]:
    """Split a label into its period, first for money and last for people, and the rest."""
    parts = label if isinstance(label, tuple) else (label,)
    return (parts[0], parts[1:]) if yearly else (parts[-1], parts[:-1])


def _joined(period: str, rest: tuple, yearly: bool) -> Any:
    parts = (period, *rest) if yearly else (*rest, period)
    return parts if len(parts) > 1 else parts[0]
