"""Which projects the best portfolio holds when the weights are drawn: exact for every draw.

What is found for one draw bounds the others, so that few need a solve of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import suppress
from dataclasses import replace
from itertools import zip_longest
from time import monotonic
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pmo_lib import selection
from pmo_lib.checks import InputError, require_number, require_same_labels
from pmo_lib.robustness.admissible import require_weight_rows
from pmo_lib.robustness.bounds import Choosing, choosing, reduced_worth
from pmo_lib.robustness.known import SAME, Known
from pmo_lib.robustness.processes import PAYS, processes
from pmo_lib.robustness.ranks import monte_carlo_error
from pmo_lib.selection.solver import relative_gap, solve

GAP = 5e-3
"""Good enough for one draw among many. [share of the value]"""

SOLVE_SECONDS = 60.0
"""How long the choice of one draw may take. [s]"""

LOST_SECONDS = 1.25 * SOLVE_SECONDS
"""After how long without an answer an executor counts as lost. [s]"""

MOST_FREE = 18
"""Columns left open that are tried out in every combination, without a solve."""

_FIRST, _BATCH, _MOST_CHECKED = 8, 32, 200

Progress = Callable[[int, int], bool | None]


class Best(NamedTuple):
    """The best portfolio of each draw settled, and what finding it took.

    ``gap`` is the most that a better portfolio could add at any draw, as a share.
    """

    taken: np.ndarray
    value: np.ndarray
    solves: int
    searches: int
    gap: float


def funding_acceptability(
    values: pd.DataFrame,
    cost,
    budget,
    weight_sample: pd.DataFrame,
    *,
    gap: float = GAP,
    executor: Executor | None = None,
    progress: Progress | None = None,
    **constraints: Any,
) -> pd.DataFrame:
    """Share of the drawn weights whose best portfolio holds each project.

    A share of 1 says that every draw funds it, not that all admissible weights do:
    that is what `core_index` proves.

    Parameters
    ----------
    values : DataFrame of shape (n_projects, n_criteria), or by (project, option)
        What taking it adds on each criterion; may be negative. [value]
    cost, budget, **constraints
        As in `selection.choose`.
    weight_sample : DataFrame of shape (n_draws, n_criteria)
        Each row non-negative, summing to 1. [-]
    gap : float
        How much better a list may still be at a draw where not every combination left
        open can be tried; 0 has the best one proven at each. [share of the value]
    executor : concurrent.futures.Executor, optional
        Searches run there: with ``dask.distributed.Client(...).get_executor()`` on a
        cluster (``pip install "pmo-lib[dask]"``). By default they run in this process for
        the first two seconds, then on processes of this machine: two cost a second to
        start, and a search among 30 projects takes milliseconds, among 100 up to seconds.
        The answer does not depend on who searches. Work that a lost worker leaves behind
        is done here, as is the rest once nobody answers for `LOST_SECONDS`.
    progress : callable, optional
        Called with draws settled and draws in all; return True to stop. Stopped so or by
        Ctrl-C, the shares are of the draws settled.

    Returns
    -------
    DataFrame by project
        ``acceptability`` in [0, 1] and its ``error``: in 95 % of samples the share of all
        weights is at most this far away. ``attrs`` tell ``draws``, ``searches`` (draws
        that other draws did not settle), ``solves`` (by the solver) and ``gap``, the most
        that a better list could add at any draw: 0 if every draw is exact. [-]

    Raises
    ------
    InputError
        As `selection.choose`, or if the criteria differ.
    InfeasibleError
        If no portfolio meets the limits.

    Examples
    --------
    >>> values = pd.DataFrame({"reach": [9, 5, 1, 2], "risk": [8, 1, 5, 1]}, list("abcd"))
    >>> sample = pd.DataFrame({"reach": [0.9, 0.7, 0.6, 0.2], "risk": [0.1, 0.3, 0.4, 0.8]})
    >>> cost = pd.Series(1.0, list("abcd"))
    >>> funding_acceptability(values, cost, 2, sample)["acceptability"].to_dict()
    {'a': 1.0, 'b': 0.75, 'c': 0.25, 'd': 0.0}
    """
    held = best_portfolios(
        values, cost, budget, weight_sample, gap=gap, executor=executor, progress=progress, **constraints
    )  # fmt: skip
    share = held.mean()
    table = {"acceptability": share, "error": monte_carlo_error(share, len(held))}
    found = pd.DataFrame(table)
    found.attrs = {"draws": len(held), **held.attrs}
    return found


def best_portfolios(
    values: pd.DataFrame, cost, budget, weight_sample: pd.DataFrame, *, gap: float = GAP,
    executor: Executor | None = None, progress: Progress | None = None, **constraints: Any,
) -> pd.DataFrame:  # fmt: skip
    """Find the best portfolio at each row of weights.

    Parameters and errors are those of `funding_acceptability`. With the weights of a
    board's members, each row is the list of one member.

    Returns
    -------
    DataFrame of shape (n_draws, n_projects)
        True where the best portfolio at the weights of the row holds the project.
    """
    problem, found = _read_and_search(
        values, cost, budget, weight_sample, gap, executor, progress, constraints
    )
    held = problem.by_project(found.taken).set_axis(weight_sample.index[: len(found.taken)])
    held.attrs = {"solves": found.solves, "searches": found.searches, "gap": found.gap}
    return held


def regret(
    values: pd.DataFrame, cost, budget, selected: pd.Series, weights: pd.DataFrame, *,
    executor: Executor | None = None, progress: Progress | None = None, **constraints: Any,
) -> pd.Series:  # fmt: skip
    """How much more the best portfolio would be worth than a proposed one, by weights.

    At the corners of the admissible weights (`AdmissibleWeights.vertices`) the greatest
    regret is the worst over all of them, exactly; over a sample the mean is the average.

    Parameters
    ----------
    values, cost, budget, executor, progress, **constraints
        As in `funding_acceptability`, by project.
    selected : Series of bool by project
        The proposed portfolio.
    weights : DataFrame of shape (n_weights, n_criteria)
        Each row non-negative, summing to 1. [-]

    Returns
    -------
    Series by row of weights
        At least 0 if the proposed portfolio meets the limits. [value]

    Examples
    --------
    >>> values = pd.DataFrame({"reach": [9, 5, 1], "risk": [8, 1, 5]}, list("abc"))
    >>> corners = pd.DataFrame({"reach": [1.0, 0.0], "risk": [0.0, 1.0]})
    >>> proposed = pd.Series([True, True, False], list("abc"))
    >>> regret(values, pd.Series(1.0, list("abc")), 2, proposed, corners).tolist()
    [0.0, 4.0]
    """
    if values.index.nlevels > 1:
        raise InputError("values: must be by project, of the option proposed, got several levels")
    require_same_labels(selected.index, values.index, name="selected", other="values")
    problem, found = _read_and_search(
        values, cost, budget, weights, 0.0, executor, progress, constraints
    )
    proposed = np.zeros(problem.model.n_columns)
    proposed[: len(problem.values)] = selected.reindex(problem.projects).to_numpy(dtype=float)
    mine = problem.with_pairs(proposed) @ problem.worth(weights[problem.values.columns].to_numpy())
    lost = found.value - mine[: len(found.value)]
    lost = np.where(np.abs(lost) <= SAME * np.abs(found.value).max(), 0.0, lost)
    return pd.Series(lost, weights.index[: len(lost)], name="regret")


def _read_and_search(
    values, cost, budget, weights, gap, executor, progress, constraints
) -> tuple[Choosing, Best]:
    weights = require_weight_rows(weights)
    gap = require_number(gap, name="gap", low=0)
    problem = choosing(values, cost, budget, weights.columns, **constraints)
    first = pd.Series(values[weights.columns].to_numpy() @ weights.to_numpy()[0], values.index)
    worth = problem.worth(weights.to_numpy()[:1])[:, 0]
    start = _tried(problem, worth, *_nearest(problem, reduced_worth(problem, worth)[0], MOST_FREE))
    if start is None:
        exact = {"gap": 0, "time_limit": SOLVE_SECONDS}
        start = problem.columns_of(selection.choose(first, cost, budget, **exact, **constraints))
    return problem, search(problem, weights.to_numpy(), start, gap, executor, progress)


def _nearest(problem: Choosing, reduced: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what the prices ask of each column, and the columns nearest to them."""
    n = problem.model.n_integer
    sign = np.where((reduced > 0) & (np.arange(len(reduced)) < n), 1.0, 0.0)
    return sign, np.sort(np.argsort(np.abs(reduced[:n]), kind="stable")[:most])


def search(
    problem: Choosing,
    weights: np.ndarray,
    start: np.ndarray,
    gap: float = 0.0,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Best:
    """Find the best columns for each row of weights, in batches that share what is known.

    Draws come in batches that share what was known before them, so that the answer does
    not depend on who searches.
    """
    total, known = len(weights), Known(problem, weights, start, gap)
    answer, short = np.full(total, -1), np.zeros(total)
    settled, stopped, searchers = 0, False, _Searchers(executor)
    try:
        while settled < total and not stopped:
            batch, at = [], settled
            while at < total and len(batch) < min(_BATCH, max(_FIRST, known.searches)):
                answer[at], short[at] = known.settled(at)
                batch += [at] if answer[at] < 0 else []
                at += 1
            settled = batch[0] if batch else at
            found = searchers.search(
                [(problem, known.worth[:, draw], known.best(draw), gap) for draw in batch]
            )
            for draw, end in zip(batch, [*batch[1:], at], strict=bool(batch)):
                answer[draw], short[draw] = known.learn(draw, *next(found))
                settled = end
                stopped = bool(progress and progress(settled, total))
                if stopped:
                    break
            found.close()
            if progress and not batch:
                progress(settled, total)
    except KeyboardInterrupt:
        stopped = True
        if settled == 0:
            raise
    finally:
        searchers.end(wait=not stopped)
    taken = known.lists[answer[:settled]]
    value = (taken * known.worth[:, :settled].T).sum(axis=1)
    return Best(taken, value, known.solves, known.searches, short[:settled].max(initial=0.0))


class _Searchers:
    """Who searches: the executor handed in, else processes once they pay, else this process."""

    def __init__(self, executor: Executor | None) -> None:
        self.executor, self.own, self.began = executor, None, monotonic()
        self.may_start, self.lost = executor is None, False

    def search(self, tasks: list[tuple]) -> Iterator[tuple]:
        """Do the tasks there, or here where that failed; a fault of a task's own comes again here.

        An executor that does not answer any more is lost, and waited for no longer.
        """
        if self.may_start and tasks and monotonic() - self.began > PAYS:
            self.may_start, self.own = False, processes()
            self.executor = self.own
        futures = []
        with suppress(BrokenExecutor):
            if self.executor and not self.lost:
                futures = [self.executor.submit(best_at, *task) for task in tasks]
        try:
            for task, future in zip_longest(tasks, futures):
                yield self._answer(future) or best_at(*task)
        finally:
            for future in futures:
                future.cancel()

    def _answer(self, future: Future | None) -> tuple | None:
        try:
            return future.result(0 if self.lost else LOST_SECONDS) if future else None
        except TimeoutError:
            self.lost = True
        except Exception:  # each cluster has words of its own for a lost worker
            pass
        return None

    def end(self, *, wait: bool) -> None:
        """End the processes started here."""
        if self.own:
            self.own.shutdown(wait=wait and not self.lost, cancel_futures=True)


def best_at(
    problem: Choosing, worth: np.ndarray, known: np.ndarray, gap: float
) -> tuple[np.ndarray, float, bool]:
    """Find the best columns at one draw, starting from the best portfolio known.

    Columns whose reduced worth alone would cost more than there is to gain keep the
    state it asks for. If few are left open, every combination of them is tried; if
    many, those nearest to the prices are, to know a better portfolio (E. Balas and
    E. Zemel, *Operations Research* 28(5), 1980), before the solver is asked.

    Returns
    -------
    tuple
        The columns taken, how much a better portfolio could add (share of the value),
        and whether the solver was asked.
    """
    model, least = problem.model, float(known @ worth)
    reduced, used = reduced_worth(problem, worth)
    bound = used + np.maximum(model.lower * reduced, model.upper * reduced).sum()
    near = SAME * max(float(np.abs(worth).max()), abs(bound))
    size = np.abs(reduced[: model.n_integer])
    for _ in range(2):
        n_open = int((size <= bound - least + near).sum())
        sign, free = _nearest(problem, reduced, min(n_open, MOST_FREE))
        tried = _tried(problem, worth, sign, free)
        if tried is not None and (n_open <= MOST_FREE or tried @ worth > least):
            known, least = tried, float(tried @ worth)
        if n_open <= MOST_FREE and tried is not None:
            return known, 0.0, False
    if bound - least <= gap * abs(least):
        return known, (bound - least) / max(abs(least), 1e-300), False
    fixed = np.zeros(model.n_columns, dtype=bool)
    fixed[: len(size)] = size > bound - least + near
    lower, upper = np.where(fixed, sign, model.lower), np.where(fixed, sign, model.upper)
    narrowed = replace(model, value=worth, lower=lower, upper=upper)
    if gap:
        found = solve(
            narrowed, worth, start=known, bound=bound, gap=gap, patience=0.0,
            time_limit=SOLVE_SECONDS,
        )  # fmt: skip
        taken, proven = known, relative_gap(least, found.bound)
        if found.x is not None:
            taken = np.zeros(model.n_columns)
            taken[: len(problem.values)] = np.rint(found.x[: len(problem.values)])
            taken = problem.with_pairs(taken)
            proven = relative_gap(float(taken @ worth), found.bound)
    else:
        found = selection.choose_otherwise(narrowed, None, "free", gap=0, time_limit=SOLVE_SECONDS)
        taken, proven = problem.columns_of(found), found.gap
    if not proven <= gap + SAME:
        raise InputError(
            f"gap: the best portfolio of a draw was not proven in {SOLVE_SECONDS:g} s: a better one "
            f"could add {100 * proven:.2g} %; allow a gap of {1.1 * proven:.1g}"
        )
    return taken, proven, True


def _tried(problem: Choosing, worth: np.ndarray, sign: np.ndarray, free) -> np.ndarray | None:
    """Try every combination of free columns; ties as in `selection.choose`, None if none fits."""
    taken = sign.copy()
    taken[free] = 0.0
    left = problem.limits + problem.eased - problem.rows @ taken.astype(np.int64)
    halves = np.array_split(free, 2)
    tries = [np.arange(2 ** len(h))[:, None] >> np.arange(len(h))[::-1] & 1 for h in halves]

    def total(numbers: np.ndarray) -> np.ndarray:
        one, other = (t @ numbers[h] for t, h in zip(tries, halves, strict=True))
        return one[:, None] + other

    fits, part = np.ones((len(tries[0]), len(tries[1])), dtype=bool), problem.rows[:, free]
    for row in np.flatnonzero(np.maximum(part, 0).sum(axis=1) > left):
        fits &= total(problem.rows[row]) <= left[row]
    value = np.where(fits, total(worth), -np.inf)
    near = SAME * max(float(np.abs(worth).max()), abs(float(taken @ worth)))
    for _ in range(_MOST_CHECKED):
        good = np.argwhere(value >= value.max() - near)
        if not np.isfinite(value.max()):
            return None
        found = np.repeat(taken[None], len(good), axis=0)
        found[:, free] = np.hstack([t[g] for t, g in zip(tries, good.T, strict=True)])
        for least in (*problem.model.then, problem.model.cost):
            amount = found @ least
            kept = amount <= amount.min() + SAME * np.abs(amount).max()
            found, good = found[kept], good[kept]
        if problem.affordable(found[-1]):
            return found[-1]
        value[tuple(good[-1])] = -np.inf
    return None
