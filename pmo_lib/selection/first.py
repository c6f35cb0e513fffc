"""A first answer: down the list, or clear cases first and the rest exactly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from pmo_lib.selection.better import SECONDS, around, polish
from pmo_lib.selection.model import Model, Row, exact_sum, holds, replace_rows
from pmo_lib.selection.solver import Relaxed, Solution, solve


def first_answer(
    model: Model, time_limit: float, stopped: Callable[[float, float], bool]
) -> Solution:
    """Settle the clear cases as a mixture of projects would, and choose among the rest.

    What is found on the way is told to `stopped`: value and bound.

    If parts of projects could be taken, few would be taken in part. Those, and the
    options that are nearly worth what they use up at the prices that come out, are
    chosen exactly; the others are taken or left as in the mixture [1]_.

    References
    ----------
    .. [1] E. Balas and E. Zemel, "An algorithm for large zero-one knapsack
       problems," *Operations Research* 28(5), 1980.
    """
    mixture = Relaxed(model, time_limit)
    if mixture.x is None:
        return Solution(None, -np.inf, mixture.bound, "unknown", 0.0)

    x = greedy_answer(model, keep=mixture.x, worth=mixture.lead)
    if x is not None:
        value = exact_sum(model.value * x)
        if stopped(value, mixture.bound):
            return Solution(x, value, mixture.bound, "stopped", 0.0)
        x = polish(model, mixture, x, min(SECONDS, time_limit) / 4)
    part = around(model, mixture, np.round(mixture.x) if x is None else x)
    half = min(SECONDS, time_limit) / 2
    found = solve(part, model.value, start=x, gap=1e-4, patience=0.0, time_limit=half)
    status = "stopped" if found.status == "stopped" else "unknown"
    return replace(found, bound=mixture.bound, status=status)


def greedy_answer(
    model: Model, *, keep: np.ndarray | None = None, worth: np.ndarray | None = None
) -> np.ndarray | None:
    """Walk down the list of worth; None if a limit is broken.

    What `keep` takes comes before everything else. Worth is value for what is used of
    every limit, unless given.
    """
    if worth is None:
        need = np.zeros(model.n_columns)
        for one in model.rows:
            if one.kind in ("budget", "capacity"):
                need[one.columns] += np.abs(one.coefficients) / max(one.high, 1e-9)
        worth = np.where(model.value > 0, model.value / np.maximum(need, 1e-12), model.value - 1)
    if keep is not None:
        worth = worth + np.where(keep > 0.999, 2 * np.abs(worth).max(), 0.0)
    x = walk(model, worth)
    return x if x is not None and all(holds(r, x) for r in model.rows) else None


def walk(model: Model, score: np.ndarray) -> np.ndarray | None:
    """Take columns by falling score while they fit; None if what is forced in cannot fit."""
    pace = _Pace(model, score)
    forced = {r.label for r in model.rows if r.kind == "forced in"}
    listed = [j for j in pace.order if pace.project[j] in forced]
    for column in listed:
        pace.take(column)
    if not forced <= pace.taken and not pace.restart(forced):
        return None
    for column in pace.order:
        pace.take(column)
    return pace.x


class _Pace:
    """What is taken so far, and how much of each upper limit it uses."""

    def __init__(self, model: Model, score: np.ndarray) -> None:
        n = model.n_options
        self.model = model
        self.order = np.lexsort((np.arange(n), model.cost[:n], -score[:n])).tolist()
        self.project = model.options.get_level_values(0).to_list()
        self.options: dict[Any, list[int]] = {}
        for column in self.order:
            self.options.setdefault(self.project[column], []).append(column)
        self.needs = _needs(model)
        self.rows = [r for r in model.rows if _is_upper(r)]
        self.high = np.array([r.high for r in self.rows])
        self.near = self.high - 1e-9 * np.maximum(np.abs(self.high), 1e-9)
        self.touched = _by_column(self.rows, n)
        self._set(np.zeros(model.n_columns))

    def _set(self, x: np.ndarray) -> None:
        self.x, self.taken = x, {self.project[j] for j in np.flatnonzero(x[: len(self.project)])}
        self.used = np.array([float(r.coefficients @ x[r.columns]) for r in self.rows])

    def take(self, column: int) -> bool:
        """Take an option and what its project needs, if all of it fits."""
        if self.project[column] in self.taken:
            return False
        x, used, companions = self.x.copy(), self.used.copy(), self._companions(column)
        if not self._add(x, used, column):
            return False
        for other in companions:
            if not any(self._add(x, used, option) for option in self.options[other]):
                return False
        self.x, self.used = x, used
        self.taken |= {self.project[column], *companions}
        return True

    def _add(self, x: np.ndarray, used: np.ndarray, column: int) -> bool:
        rows, coefficients = self.touched[column]
        after = used[rows] + coefficients
        x[column] = 1.0
        if all(holds(self.rows[i], x) for i in rows[after > self.near[rows]]):
            used[rows] = after
            return True
        x[column] = 0.0
        return False

    def _companions(self, column: int) -> list:
        project, found, ahead = self.project[column], [], [self.project[column]]
        while ahead:
            for other in self.needs.get(ahead.pop(), ()):
                if other != project and other not in self.taken and other not in found:
                    found.append(other)
                    ahead.append(other)
        return found

    def restart(self, forced: set) -> bool:
        """Begin with the fewest projects that hold everything forced in; tell if there are any."""
        rows = [r for r in self.model.rows if r.kind != "limit" or _is_upper(r)]
        fewest = np.where(np.arange(self.model.n_columns) < self.model.n_options, -1.0, 0.0)
        answer = solve(replace_rows(self.model, rows), fewest)
        if answer.x is None:
            return False
        self._set(answer.x)
        return True


def _is_upper(one: Row) -> bool:
    """Tell whether a row is a limit that taking more can only bring nearer."""
    if one.kind in ("requires", "together", "forced in") or np.isfinite(one.share):
        return False
    return np.isfinite(one.high)


def _needs(model: Model) -> dict[Any, list]:
    needs: dict[Any, list] = {}
    for one in model.rows:
        if one.kind in ("requires", "together"):
            needs.setdefault(one.label[0], []).append(one.label[1])
        if one.kind == "together":
            needs.setdefault(one.label[1], []).append(one.label[0])
    return needs


def _by_column(rows: list[Row], n: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return, for each column, the rows it touches and by how much."""
    if not rows:
        return [(np.zeros(0, dtype=int), np.zeros(0))] * n
    place = np.repeat(np.arange(len(rows)), [len(r.columns) for r in rows])
    columns = np.concatenate([r.columns for r in rows])
    numbers = np.concatenate([r.coefficients for r in rows])
    order = np.argsort(columns, kind="stable")
    ends = np.searchsorted(columns[order], np.arange(n + 1))
    return [(place[order[a:b]], numbers[order[a:b]]) for a, b in pairwise(ends)]
