"""How far weights may move before the decision does, and what a withdrawal would turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from pmo_lib import scoring, selection
from pmo_lib.checks import InputError, require_frame, require_numbers, require_weights, show
from pmo_lib.robustness.acceptability import SOLVE_SECONDS, best_at
from pmo_lib.robustness.bounds import Choosing, choosing

_SAME = 1e-9


@dataclass(frozen=True, eq=False)
class Change:
    """The smallest change of weights that changes a decision.

    Attributes
    ----------
    moved : float
        Weight to be moved from some criteria to another; NaN if no weights do it. [-]
    weights : Series by criterion
        Where the present decision and the other are worth the same. [-]
    entered, left : tuple of projects
        What the other decision takes in, and what it drops.
    """

    moved: float
    weights: pd.Series
    entered: tuple
    left: tuple


def weight_stability_intervals(
    values: pd.DataFrame, weights: pd.Series, *, top: int = 1, cost=None, budget=None, **constraints
) -> pd.DataFrame:
    """Range of each weight, the others rescaled, within which the decision stays.

    Parameters
    ----------
    values : DataFrame of shape (n_projects, n_criteria)
        More is better. [value]
    weights : Series of shape (n_criteria,)
        Non-negative, summing to 1. Where one is 1, the others share what it gives up
        equally. [-]
    top : int, default 1
        The decision is the first so many projects, ties at the end included; their
        order among themselves is free.
    cost, budget, **constraints
        As in `selection.choose`: the decision is then the best portfolio, found exactly,
        and `values` are what a portfolio sums.

    Returns
    -------
    DataFrame, one row a criterion
        ``criterion``, ``low`` and ``high``: ends in [0, 1] around the weight. [-]

    Raises
    ------
    InputError
        If labels differ, a number is missing, weights do not sum to 1, `top` is out of
        range, or as `selection.choose`.

    Examples
    --------
    >>> values = pd.DataFrame({"reach": [1.0, 0.0], "risk": [0.0, 1.0]}, ["a", "b"])
    >>> weight_stability_intervals(values, pd.Series({"reach": 0.7, "risk": 0.3}))
      criterion  low  high
    0     reach  0.5   1.0
    1      risk  0.0   0.5
    """
    levels, w = _read(values, weights)
    if cost is None:
        kept = _first(levels, w, top)
        ends = [_range_of_lines(levels, kept, w, j) for j in range(len(w))]
    else:
        problem, mine = _decision(values, weights, cost, budget, constraints)
        ends = [
            tuple(_farthest(problem, mine, w, _others(w, j), j, end) for end in (0.0, 1.0))
            for j in range(len(w))
        ]
    table = pd.DataFrame(ends, columns=["low", "high"])
    table.insert(0, "criterion", values.columns)
    return table


def smallest_change(
    values: pd.DataFrame, weights: pd.Series, *, cost=None, budget=None, **constraints
) -> Change:
    """Find the smallest change of weights that changes the winner, or the best portfolio.

    The change is the weight moved, half the sum of absolute differences. For one rival
    it is a linear program whose answer is plain: move to the criterion that speaks most
    for the rival, from those that speak most against. For portfolios, every corner of
    the changes of the size found is asked for a better one, until none has one: the
    lead of the best portfolio is convex in the weights, so there is none inside.

    Parameters
    ----------
    values, weights, cost, budget, **constraints
        As in `weight_stability_intervals`; without `cost` the decision is the winner.

    Returns
    -------
    Change
        At these weights the other decision is as good; beyond them it is better.

    Examples
    --------
    >>> values = pd.DataFrame({"reach": [1.0, 0.0], "risk": [0.0, 1.0]}, ["a", "b"])
    >>> change = smallest_change(values, pd.Series({"reach": 0.75, "risk": 0.25}))
    >>> change.moved, change.entered, change.left
    (0.25, ('b',), ('a',))
    """
    levels, w = _read(values, weights)
    if cost is not None:
        return _change_of_portfolio(values, weights, cost, budget, constraints)
    winner = int(np.argmax(levels @ w))
    leads = np.delete(levels - levels[winner], winner, axis=0)
    moves = [_least_move(w, lead) for lead in leads]
    nearest = min(range(len(moves)), key=lambda i: moves[i][0], default=None)
    if nearest is None or not np.isfinite(moves[nearest][0]):
        return Change(np.nan, weights * np.nan, (), ())
    moved, found = moves[nearest]
    rival = values.index.delete(winner)[nearest]
    return Change(moved, pd.Series(found, values.columns), (rival,), (values.index[winner],))


def rank_reversals(
    performance: pd.DataFrame, method: Callable[[pd.DataFrame], pd.Series]
) -> pd.DataFrame:
    """List pairs of projects whose order turns when a third one is withdrawn.

    None turn with `scoring.additive_value`, as reference points do not move; methods
    that compare projects with each other can turn.

    Parameters
    ----------
    performance : DataFrame of shape (n_projects, n_criteria)
        Whatever the method takes.
    method : callable
        Returns a score by project, more is better.

    Returns
    -------
    DataFrame
        ``withdrawn``, ``before`` (ahead with all projects) and ``after`` (ahead without).

    Examples
    --------
    >>> values = pd.DataFrame({"reach": [1.0, 0.0], "risk": [0.0, 1.0]}, ["a", "b"])
    >>> len(rank_reversals(values, lambda rest: rest.mean(axis=1)))
    0
    """
    whole, turned = scoring.rank(method(performance)), []
    for withdrawn in performance.index if len(performance) > 2 else ():
        rest = scoring.rank(method(performance.drop(index=withdrawn)))
        was, now = whole.reindex(rest.index).to_numpy(), rest.to_numpy()
        before, after = np.nonzero((was[:, None] < was) & (now[:, None] > now))
        turned += [
            (withdrawn, rest.index[i], rest.index[j]) for i, j in zip(before, after, strict=True)
        ]
    return pd.DataFrame(turned, columns=["withdrawn", "before", "after"])


def _read(values, weights) -> tuple[np.ndarray, np.ndarray]:
    require_frame(values, name="values")
    weights = require_weights(weights, criteria=values.columns)
    return require_numbers(values, name="values", rows="project").to_numpy(), weights.to_numpy()


def _first(levels: np.ndarray, w: np.ndarray, top: int) -> np.ndarray:
    if not 1 <= top <= len(levels):
        raise InputError(f"top: must lie in [1, {len(levels)}], got {show(top)}")
    return (scoring.rank(pd.Series(levels @ w)) <= top).to_numpy()


def _others(w: np.ndarray, j: int) -> np.ndarray:
    """Return how the other criteria share what criterion j leaves."""
    rest = np.delete(w, j)
    share = rest / rest.sum() if rest.sum() > _SAME else np.full(len(rest), 1 / max(len(rest), 1))
    return np.insert(share, j, 0.0)


def _range_of_lines(levels, kept, w, j) -> tuple[float, float]:
    if len(w) == 1:
        return 1.0, 1.0
    start = levels @ _others(w, j)
    slope = levels[:, j] - start
    start, slope = (line[kept][:, None] - line[~kept] for line in (start, slope))
    with np.errstate(divide="ignore", invalid="ignore"):
        cross = -start / slope
    low = np.where(slope > 0, cross, 0.0).max(initial=0.0)
    high = np.where(slope < 0, cross, 1.0).min(initial=1.0)
    return float(min(low, w[j])), float(max(high, w[j]))


def _decision(values, weights, cost, budget, constraints) -> tuple[Choosing, np.ndarray]:
    problem = choosing(values, cost, budget, values.columns, **constraints)
    score = values @ weights.reindex(values.columns)
    choice = selection.choose(score, cost, budget, gap=0, time_limit=SOLVE_SECONDS, **constraints)
    return problem, problem.columns_of(choice)


def _farthest(problem, mine, w, others, j, end: float) -> float:
    """Return how far a weight can go towards an end while a portfolio stays the best."""
    at, unit = end, np.eye(len(w))[j]
    while abs(at - w[j]) > _SAME:
        worth = problem.worth((at * unit + (1 - at) * others)[None])[:, 0]
        other, _, _ = best_at(problem, worth, mine, 0.0)
        if (other - mine) @ worth <= _SAME * np.abs(worth).max():
            return float(at)
        ends = problem.worth(np.array([others, unit]))
        at_zero, at_one = (other - mine) @ ends
        cross = at_zero / (at_zero - at_one)
        if not abs(cross - w[j]) < abs(at - w[j]) - _SAME:
            return float(at)
        at = cross if (cross - w[j]) * (end - w[j]) > 0 else w[j]
    return float(w[j])


def _least_move(w: np.ndarray, lead: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the least weight to move until a rival's lead is not negative, and where it is."""
    to, short = int(np.argmax(lead)), -float(lead @ w)
    found, moved = w.copy(), 0.0
    for source in np.argsort(lead, kind="stable"):
        gain = lead[to] - lead[source]
        if short <= 0 or gain <= 0:
            break
        step = min(w[source], short / gain)
        found[source] -= step
        found[to] += step
        moved, short = moved + step, short - step * gain
    return (
        (float(moved), found) if short <= _SAME * np.abs(lead).max(initial=0.0) else (np.inf, found)
    )


def _change_of_portfolio(values, weights, cost, budget, constraints) -> Change:
    problem, mine = _decision(values, weights, cost, budget, constraints)
    w = weights.reindex(values.columns).to_numpy(dtype=float)
    each = problem.worth(np.eye(len(w)))
    least, there, rival = np.inf, w, None
    again = True
    while again:
        again = False
        for corner in _corners_of_change(w, min(least, 1.0)):
            worth = each @ corner
            other, _, _ = best_at(problem, worth, mine, 0.0)
            if (other - mine) @ worth <= _SAME * np.abs(worth).max():
                continue
            moved, found = _least_move(w, (other - mine) @ each)
            if moved < least - _SAME:
                least, there, rival, again = moved, found, other, True
                break
    if rival is None:
        return Change(np.nan, weights * np.nan, (), ())
    before, after = (
        set(held.columns[held.iloc[0]])
        for held in map(problem.by_project, (mine[None], rival[None]))
    )
    names = problem.model.projects
    return Change(
        least, pd.Series(there, values.columns),
        tuple(p for p in names if p in after - before), tuple(p for p in names if p in before - after),
    )  # fmt: skip


def _corners_of_change(w: np.ndarray, size: float) -> Iterator[np.ndarray]:
    """Yield the corners of all weights that differ by so much: one gains, others are emptied."""
    for to in range(len(w)):
        others = [j for j in range(len(w)) if j != to and w[j] > 0]
        if 1 - w[to] <= size:
            yield np.eye(len(w))[to]
            continue
        for emptied in (s for k in range(len(others)) for s in combinations(others, k)):
            left = size - w[list(emptied)].sum()
            for part in others if left >= 0 else ():
                if part not in emptied and w[part] > left:
                    corner = w.copy()
                    corner[list(emptied)] = 0.0
                    corner[part] -= left
                    corner[to] += size
                    yield corner
