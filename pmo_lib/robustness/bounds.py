"""Bounds on the best portfolio: every limit as one side, and what prices say of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pmo_lib import selection
from pmo_lib.checks import InputError, require_frame, require_numbers, show

_DIGITS = 15


class Choosing(NamedTuple):
    """A choice to be made under several weights.

    Attributes
    ----------
    model : selection.Model
        Columns and limits; its value is not used.
    values : DataFrame, options in the order of the model's columns x criteria
    extra : array of shape (n_columns,)
        What a column adds whatever the weights: doing both of a pair.
    rows, limits : array
        ``rows @ x <= limits``, in whole numbers that hold 15 digits.
    scale : array
        What a row was multiplied by.
    eased, burdened : array
        The most that moving money between budgets can take off each row, and lay on it.
    """

    model: Any
    values: pd.DataFrame
    extra: np.ndarray
    rows: np.ndarray
    limits: np.ndarray
    scale: np.ndarray
    eased: np.ndarray
    burdened: np.ndarray

    @property
    def projects(self) -> pd.Index:
        """The project of each option's column."""
        return self.model.options.get_level_values(0)

    def worth(self, weights: np.ndarray) -> np.ndarray:
        """Return what each column adds, columns x weights, at weights given as rows."""
        worth = np.repeat(self.extra[:, None], len(weights), axis=1)
        worth[: len(self.values)] += self.values.to_numpy() @ weights.T
        return worth

    def with_pairs(self, taken: np.ndarray) -> np.ndarray:
        """Take the column of each pair of which both are taken."""
        taken = taken.copy()
        for one in self.model.rows:
            if one.kind == "synergy" and one.high == 1:
                pair = one.columns[one.columns >= len(self.values)]
                taken[pair] = float(one.coefficients @ taken[one.columns] > 1)
        return taken

    def columns_of(self, choice: selection.Choice) -> np.ndarray:
        """Return the 0/1 columns that a choice takes."""
        option = choice.option[choice.selected]
        taken = np.zeros(self.model.n_columns)
        taken[self.model.options.get_indexer(list(option.items()))] = 1.0
        return self.with_pairs(taken)

    def affordable(self, taken: np.ndarray) -> bool:
        """Tell whether money can be moved between budgets so that every limit holds."""
        from scipy.optimize import linprog

        n, model = self.model.n_integer, self.model
        if n == model.n_columns:
            return True
        moves = self.rows[:, n:].any(axis=1)
        left = (self.limits - self.rows[:, :n] @ taken[:n].astype(np.int64))[moves]
        rows, scale = self.rows[moves, n:], self.scale[moves]
        ends = np.column_stack([model.lower[n:], model.upper[n:]])
        size = max(float(np.abs(left / scale).max()), 1.0)
        found = linprog(
            np.zeros(rows.shape[1]),
            A_ub=rows / scale[:, None],
            b_ub=left / scale / size,
            bounds=ends / size,
        )
        return found.x is not None

    def by_project(self, taken: np.ndarray) -> pd.DataFrame:
        """Turn columns taken (portfolios x columns) into projects held."""
        flags = pd.DataFrame(taken[:, : len(self.values)].T.astype(bool))
        held = flags.groupby(np.asarray(self.projects, dtype=object), sort=False).any().T
        return held.reindex(columns=self.model.projects)


def choosing(values: pd.DataFrame, cost, budget, criteria: pd.Index, **constraints) -> Choosing:
    """Check the inputs and lay the choice out once for every weight."""
    require_frame(values, name="values")
    if not pd.Index(criteria).sort_values().equals(values.columns.sort_values()):
        raise InputError(
            f"values: its criteria must be those of the weights, got {show(tuple(values.columns))}"
        )
    values = require_numbers(values, name="values", rows="project").reindex(columns=criteria)
    places = pd.Series(np.arange(len(values), dtype=float), values.index)
    model = selection.build(places, cost, budget, **constraints)
    order = model.value[: len(values)].astype(int)
    extra = np.append(np.zeros(len(values)), model.value[len(values) :])
    rows, limits, scale = _one_sided(model)
    return Choosing(model, values.iloc[order], extra, rows, limits, scale, *_moves(model, rows))


def _one_sided(model) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows, limits, scales = [], [], []
    for one in model.rows:
        for sign, limit in ((1.0, one.high), (-1.0, -one.low)):
            if not np.isfinite(limit):
                continue
            top = max(float(np.abs(one.coefficients).max(initial=0.0)), abs(limit)) or 1.0
            scale = 10.0 ** (_DIGITS - 1 - np.floor(np.log10(top)))
            row = np.zeros(model.n_columns, dtype=np.int64)
            row[one.columns] = np.rint(sign * one.coefficients * scale)
            rows.append(row)
            limits.append(np.int64(np.rint(limit * scale)))
            scales.append(scale)
    shape = (len(rows), model.n_columns)
    return (
        np.array(rows, dtype=np.int64).reshape(shape),
        np.array(limits, dtype=np.int64),
        np.array(scales),
    )


def _moves(model, rows: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the most that money moved takes off each row, and the most that it lays on it."""
    rows = rows[:, model.n_integer :].astype(float)
    most = np.minimum(model.upper[model.n_integer :], 1e300)
    for sign in (-1.0, 1.0):
        yield np.minimum((np.maximum(sign * rows, 0) * most).sum(axis=1), 2e18).astype(np.int64)


def reduced_worth(problem: Choosing, worth: np.ndarray) -> tuple[np.ndarray, float]:
    """Return what each column is worth beyond what it uses up, and what all it uses is worth.

    Prices are those of the choice in which parts of projects may be taken. Whatever the
    prices, no portfolio is worth more than the second number plus the reduced worth of
    every column that has a positive one (A. M. Geoffrion, *Mathematical Programming
    Study* 2, 1974).
    """
    from scipy.optimize import linprog

    model, size = problem.model, problem.scale * 10.0**4
    rows, limits = problem.rows / size[:, None], problem.limits / size
    ends = np.column_stack([model.lower, model.upper])
    found = linprog(-worth, A_ub=rows, b_ub=limits, bounds=ends)
    if found.x is None:
        return worth, 0.0
    prices = np.maximum(-found.ineqlin.marginals, 0.0)
    return worth - prices @ rows, float(prices @ limits)
