"""The simple rule a board knows: walk down the list, skipping what does not fit."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from time import monotonic
from typing import Any

import numpy as np
import pandas as pd

from pmo_lib.checks import require_same_labels
from pmo_lib.selection.build import build
from pmo_lib.selection.choice import Choice, as_choice
from pmo_lib.selection.conflict import explain
from pmo_lib.selection.model import Model, Row, exact_sum, holds, replace_rows
from pmo_lib.selection.solver import Solution, solve


def walk_down_the_list(
    score: pd.Series | Sequence,
    cost: pd.Series | pd.DataFrame,
    budget: float | pd.Series,
    **constraints: Any,
) -> Choice:
    """Fund projects from the top of the list, skipping each that no longer fits.

    What the board includes comes first, by rank. Then each project by rank is
    taken if it fits every budget, capacity, link and upper limit together with the
    projects it requires (and theirs) that are not in yet; the best-ranked option
    that fits is taken. Lower limits and shares of the money cannot be checked on
    the way: where they fail at the end, ``status`` says so.

    Parameters
    ----------
    score : Series labelled like `cost`, or sequence of its labels, best first
        Ties go to the cheaper, then by label.
    cost, budget
        As in `choose`.
    **constraints
        The constraints of `choose`.

    Returns
    -------
    Choice
        ``value`` is the total score, 0 where only an order is given; ``bound`` and
        ``gap`` are missing: the rule proves nothing.

    Raises
    ------
    InputError
        As in `choose`.
    InfeasibleError
        If what the board includes does not fit.

    Examples
    --------
    >>> score = pd.Series({"a": 3.2, "b": 3.1, "c": 3.0})
    >>> cost = pd.Series({"a": 5, "b": 7, "c": 4})
    >>> walk_down_the_list(score, cost, 9).selected.tolist()
    [True, False, True]
    """
    began = monotonic()
    ordered = not isinstance(score, pd.Series)
    model = build(_by_option(score, cost), cost, budget, **constraints)
    x = walk(model, model.value)
    if x is None:
        raise explain(model)
    unmet = dict.fromkeys(r.words for r in model.rows if not holds(r, x))
    status = "walked down the list" + (f"; not met: {'; '.join(unmet)}" if unmet else "")
    value = 0.0 if ordered else exact_sum(model.value * x)
    answer = Solution(x, value, np.nan, status, 0.0)
    return as_choice(model, answer, reproducible=True, seconds=monotonic() - began)


def _by_option(score: pd.Series | Sequence, cost: pd.Series | pd.DataFrame) -> pd.Series:
    """Return a score labelled like `cost`, from a score or an order, by project or option."""
    if not isinstance(score, pd.Series):
        order = list(score)
        score = pd.Series(np.arange(len(order), 0.0, -1.0), index=pd.Index(order))
    if score.index.nlevels == cost.index.nlevels:
        return score
    projects = cost.index.get_level_values(0)
    require_same_labels(score.index, projects.unique(), name="score", other="cost")
    return score.reindex(projects).set_axis(cost.index)


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
    return [(place[order[a:b]], numbers[order[a:b]]) for a, b in itertools.pairwise(ends)]
