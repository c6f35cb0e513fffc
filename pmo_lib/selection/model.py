"""The one exact model: a column for each option, a named row for each limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import floor, log10
from typing import Any

import numpy as np
import pandas as pd

DIGITS = 15
"""Sums are exact in decimals and compared with a limit to this many significant digits."""

MOVED_DIGITS = 12
"""The same where money is moved between budgets by computed amounts."""


@dataclass(frozen=True, eq=False)
class Row:
    """One limit, ``low <= coefficients @ x[columns] <= high``, with a name to say it by.

    A share of the money is a row of zero sum; ``share`` keeps what was asked for. On
    money, ``rates`` is what a unit of it adds to the row, by option.
    """

    kind: str
    label: Any
    columns: np.ndarray
    coefficients: np.ndarray
    low: float = -np.inf
    high: float = np.inf
    words: str = ""
    share: float = np.nan
    rates: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Model:
    """Columns and rows, in an order that labels fix.

    Attributes
    ----------
    options : MultiIndex of (project, option)
        Sorted; column j of the model takes ``options[j]``. After them come a 0/1
        column for each synergy, and an amount for each transfer and each offer to hire.
    projects : Index
        In the order in which the caller gave them.
    value, cost : array of shape (n_columns,)
        What taking a column adds, and its total cost.
    rows : tuple of Row
    lower, upper : array of shape (n_columns,)
        Range of each column.
    n_integer : int
        How many columns are 0/1: options and synergies.
    transfers : DataFrame
        From, to and at most, one row for each of the columns after `n_integer`.
    hired : Index
        Names of the offers to hire: the last columns.
    then : tuple of array of shape (n_columns,)
        What is to be least among portfolios of equal value, one after the other.
    """

    options: pd.MultiIndex
    projects: pd.Index
    value: np.ndarray
    cost: np.ndarray
    rows: tuple[Row, ...]
    lower: np.ndarray
    upper: np.ndarray
    n_integer: int
    transfers: pd.DataFrame
    hired: pd.Index
    then: tuple[np.ndarray, ...]

    @property
    def n_options(self) -> int:
        """How many columns are options."""
        return len(self.options)

    @property
    def n_columns(self) -> int:
        """How many columns there are."""
        return len(self.value)

    @property
    def moves_money(self) -> bool:
        """Whether the only amounts decided are transfers and hires, and there are some."""
        return 0 < len(self.transfers) + len(self.hired) == self.n_columns - self.n_integer

    def padded(self, numbers: np.ndarray) -> np.ndarray:
        """Append zeros for the columns that are not options."""
        return np.append(numbers, np.zeros(self.n_columns - len(numbers)))

    def columns_of(self, project: Any) -> np.ndarray:
        """Return the columns of a project's options."""
        place = self.options.get_loc(project)
        if isinstance(place, slice):
            return np.arange(place.start, place.stop)
        return np.flatnonzero(place) if isinstance(place, np.ndarray) else np.array([place])


def exact_sum(numbers: np.ndarray, limit: float = 0.0, *, digits: int = DIGITS) -> float:
    """Sum numbers as the decimals they are written as, to 15 significant digits.

    >>> exact_sum(np.array([0.1, 0.2])), exact_sum(np.array([1e11, 0.01]))
    (0.3, 100000000000.01)
    """
    terms = [number for number in np.asarray(numbers, dtype=float).tolist() if number]
    top = max(map(abs, [*terms, limit if np.isfinite(limit) else 0.0]), default=0.0)
    if not terms or top == 0:
        return 0.0
    total = sum(map(Decimal, map(repr, terms)))
    return float(round(total, digits - 1 - floor(log10(max(top, abs(float(total)))))))


def used(row: Row, x: np.ndarray, *, digits: int = DIGITS) -> float:
    """Return how much of a row an answer uses, exactly."""
    limit = row.high if np.isfinite(row.high) else row.low
    return exact_sum(row.coefficients * x[row.columns], limit, digits=digits)


def holds(row: Row, x: np.ndarray, *, digits: int = DIGITS) -> bool:
    """Tell whether an answer meets a row exactly."""
    rough = float(row.coefficients @ x[row.columns])
    near = 1e-9 * max(float(np.abs(row.coefficients).max(initial=0.0)), abs(rough))
    if row.low + near < rough < row.high - near:
        return True
    if not row.low - near <= rough <= row.high + near:
        return False
    top = float(np.abs(row.coefficients * x[row.columns]).max(initial=0.0))
    low, high = (
        exact_sum(np.array([side]), top, digits=digits) if np.isfinite(side) else side
        for side in (row.low, row.high)
    )
    return low <= used(row, x, digits=digits) <= high


def replace_rows(model: Model, rows: Sequence[Row]) -> Model:
    """Return the same columns under other rows."""
    return replace(model, rows=tuple(rows))


def with_amounts(model: Model, kind: str, amounts: dict[Any, float]) -> Model:
    """Return the model with other amounts of budget or capacity, by label."""
    rows = [
        replace(r, high=float(amounts[r.label])) if r.kind == kind and r.label in amounts else r
        for r in model.rows
    ]
    return replace_rows(model, rows)


def row(
    kind: str, label: Any, coefficients, low=-np.inf, high=np.inf, words="", share=np.nan
) -> Row:
    """Return a row from a full-length array of coefficients."""
    columns = np.flatnonzero(coefficients)
    return Row(kind, label, columns, coefficients[columns], float(low), float(high), words, share)


def spread(model: Model, project: Any, coefficient: float = 1.0) -> np.ndarray:
    """Return full-length coefficients that count a project's options."""
    coefficients = np.zeros(model.n_columns)
    coefficients[model.columns_of(project)] = coefficient
    return coefficients


def named(label: Any) -> str:
    """Word a label of one or several parts."""
    return ", ".join(map(str, label)) if isinstance(label, tuple) else str(label)


def amount(number: float) -> str:
    """Word an amount of any size."""
    return f"{number:,.12g}"
