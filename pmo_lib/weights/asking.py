"""Ask for weights well: balance points, put few and telling questions, mend a contradiction.

Judgements are those of `pmo_lib.weights.pairwise`; NaN means not asked, or skipped.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from pmo_lib.checks import (
    InputError,
    listing,
    require_number,
    require_numbers,
    require_series,
    show,
)
from pmo_lib.weights.pairwise import (
    complete_judgements,
    consistency_ratio,
    linked,
    log_judgements,
    pairwise_eigenvector,
)

ASK_AGAIN = 0.1
"""Above this consistency ratio Saaty advises to ask again. [-]"""

PURPOSES = ("links", "checks", "refines")
"""What a question is for: it links groups, tests a judgement that no other tests, or neither."""

_NOTHING = 1e-9


def balance(
    points: pd.Series, *, changed, locked: Iterable = (), total: float = 100.0
) -> pd.Series:
    """Let the other points give way to the one just changed, so that all sum to the total.

    Locked points stay. The free ones keep their proportions, in whole points where the
    total and the others allow it; if all are 0 they share evenly. What is changed gets at
    most what the locked ones leave, and exactly that if no other is free.

    Parameters
    ----------
    points : Series of shape (n_criteria,)
        Non-negative; the changed one has its new value already. [points]
    changed : label
        Which one was moved.
    locked : iterable of labels
        Which must not move.
    total : float
        What all sum to. [points]

    Returns
    -------
    Series of shape (n_criteria,)
        In the order of `points`. [points]

    Raises
    ------
    InputError
        If a label is unknown, the changed one is locked, a number is missing or
        negative, or the locked points exceed the total.

    Examples
    --------
    >>> before = pd.Series({"safety": 60, "residents": 30, "savings": 20})
    >>> balance(before, changed="safety").to_dict()
    {'safety': 60.0, 'residents': 24.0, 'savings': 16.0}
    """
    require_series(points, name="points")
    points = require_numbers(points, name="points", low=0, rows="criterion").rename("points")
    total = require_number(total, name="total", low=0)
    fixed = pd.Index(list(locked))
    unknown = [label for label in [changed, *fixed] if label not in points.index]
    if unknown or changed in fixed:
        raise InputError(
            f"points: {listing(unknown)} not among them; write the label as in points"
            if unknown
            else f"locked: {show(changed)} is locked and cannot be changed; unlock it first"
        )
    room = total - float(points[fixed].sum())
    if room < 0:
        raise InputError(
            f"locked: sum to {show(total - room)}, more than {show(total)}; unlock one"
        )
    free = points.index.difference(fixed.append(pd.Index([changed])), sort=False)
    moved = min(float(points[changed]), room) if len(free) else room
    points = points.copy()
    points[changed] = moved
    points[free] = _in_whole_points(points[free], room - moved)
    return points


def questions(judgements: pd.DataFrame, *, skip: Iterable[tuple] = ()) -> pd.DataFrame:
    """List the pairs still to ask, the most telling first.

    A pair tells the more, the less the answers so far fix it: the variance of its
    logarithm in their least-squares fit, which is the resistance between the two if each
    judgement is a wire of 1 ohm. Ask until none of purpose ``"links"`` or ``"checks"`` is
    left: then every criterion is weighed, and every judgement is tested by others.

    Parameters
    ----------
    judgements : DataFrame of shape (n_criteria, n_criteria)
        As for `complete_judgements`. [ratio]
    skip : iterable of (label, label)
        Pairs the member does not want to judge, in either order.

    Returns
    -------
    DataFrame
        One row a pair: ``first``, ``second``, ``purpose`` (see `PURPOSES`) and
        ``variance`` (infinite where nothing is known). [-]

    Raises
    ------
    InputError
        As `complete_judgements`, but unlinked groups are fine.

    Examples
    --------
    >>> names, unasked = ["safety", "residents", "savings"], float("nan")
    >>> asked = pd.DataFrame(unasked, names, names)
    >>> asked.loc["safety", "residents"] = 2
    >>> questions(asked)[["first", "second", "purpose"]].values.tolist()
    [['safety', 'savings', 'links'], ['residents', 'savings', 'links']]
    """
    labels, logs = log_judgements(judgements, allow_missing=True)
    asked = ~np.isnan(logs)
    variance, inverse = _variance(asked)
    tests = _untested_between(asked, variance, inverse)
    purpose = np.where(np.isinf(variance), 0, np.where(tests, 1, 2))
    skipped = {frozenset(pair) for pair in skip}
    open_ = [
        (i, j)
        for i, j in zip(*np.nonzero(np.triu(~asked)), strict=True)
        if frozenset((labels[i], labels[j])) not in skipped
    ]
    busy = asked.sum(axis=1)[:, None] + asked.sum(axis=1)
    busy = np.where(purpose == 0, -busy, busy)  # from one hub first, then between its ends
    open_.sort(key=lambda at: (purpose[at], -variance[at].round(9), busy[at]))
    rows = [(labels[i], labels[j], PURPOSES[purpose[i, j]], variance[i, j]) for i, j in open_]
    return pd.DataFrame(rows, columns=["first", "second", "purpose", "variance"])


def consistency_so_far(judgements: pd.DataFrame) -> float:
    r"""Compare the contradictions among the judgements asked so far with random ones.

    The consistency ratio of the best completion, with the random index of as many
    missing pairs, :math:`RI_n (1 - 2m / ((n - 1)(n - 2)))` for :math:`m` of them
    (K. D. Agoston and L. Csato, *Omega* 108, 2022); `consistency_ratio` once all is asked.

    Parameters
    ----------
    judgements : DataFrame of shape (n_criteria, n_criteria)
        As for `complete_judgements`, at most 15 criteria. [ratio]

    Returns
    -------
    float
        At least 0; 0 while nothing could contradict, missing while groups are unlinked. [-]

    Raises
    ------
    InputError
        As `complete_judgements` and `consistency_ratio`.

    Examples
    --------
    >>> names = ["safety", "residents", "savings"]
    >>> circle = pd.DataFrame([[1, 2, 1/2], [1/2, 1, 2], [2, 1/2, 1]], names, names)
    >>> round(consistency_so_far(circle), 2)
    0.43
    """
    labels, logs = log_judgements(judgements, allow_missing=True)
    asked, n = ~np.isnan(logs), len(labels)
    if not linked(asked).all():
        return float("nan")
    missing = (~asked).sum() / 2
    share = 1 - 2 * missing / ((n - 1) * (n - 2)) if n > 2 else 0.0
    if share < _NOTHING:
        return 0.0
    return float(consistency_ratio(complete_judgements(judgements)) / share)


def worst_contradiction(judgements: pd.DataFrame) -> pd.Series | None:
    """Find the judgement that most contradicts the others, and the value that would mend it.

    It is the one whose removal lowers the squared error of the logarithmic least-squares
    fit most; the value that mends it is what the other judgements make of the pair.

    Parameters
    ----------
    judgements : DataFrame of shape (n_criteria, n_criteria)
        As for `complete_judgements`. [ratio]

    Returns
    -------
    Series or None
        ``first`` and ``second``, the ``answer`` given, the answer ``mended`` [ratio], and
        the consistency ratio ``now`` and ``then`` [-]. None if nothing contradicts.

    Raises
    ------
    InputError
        As `complete_judgements` and `consistency_ratio`.

    Examples
    --------
    >>> names = ["safety", "residents", "savings", "carbon"]
    >>> rows = [[1, 2, 4, 1/8], [1/2, 1, 2, 4], [1/4, 1/2, 1, 2], [8, 1/4, 1/2, 1]]
    >>> worst = worst_contradiction(pd.DataFrame(rows, names, names))
    >>> worst["first"], worst["second"], round(worst["mended"], 6), round(worst["then"], 6)
    ('safety', 'carbon', 8.0, 0.0)
    """
    labels, logs = log_judgements(judgements, allow_missing=True)
    complete_judgements(judgements)  # refuses unlinked groups
    asked = ~np.isnan(logs)
    variance, inverse = _variance(asked)
    centre = inverse @ np.nansum(logs, axis=1)
    residual = np.where(asked, logs - (centre[:, None] - centre), 0.0)
    tested = asked & (variance < 1 - _NOTHING)
    spare = np.where(tested, 1 - variance, 1.0)
    gain = np.triu(np.where(tested, residual**2 / spare, 0.0), 1)
    i, j = np.unravel_index(np.argmax(gain), gain.shape)
    if gain[i, j] < _NOTHING:
        return None
    fit = logs - residual / spare
    first, second = (i, j) if fit[i, j] >= 0 else (j, i)
    answer = float(np.exp(fit[first, second]))
    mended = judgements.reindex(columns=labels).astype(float).copy()
    mended.iloc[first, second], mended.iloc[second, first] = answer, 1 / answer
    return pd.Series(
        {
            "first": labels[first],
            "second": labels[second],
            "answer": round(float(np.exp(logs[first, second])), 12),
            "mended": answer,
            "now": consistency_so_far(judgements),
            "then": consistency_so_far(mended),
        },
        dtype=object,
    )


def circle(judgements: pd.DataFrame) -> list:
    """Find the shortest circle of judgements in which each is worth more than the next.

    Parameters
    ----------
    judgements : DataFrame of shape (n_criteria, n_criteria)
        As for `complete_judgements`; only what was asked counts. [ratio]

    Returns
    -------
    list of labels
        The last is worth more than the first; empty if the judgements rank the criteria.

    Examples
    --------
    >>> names = ["safety", "residents", "savings"]
    >>> circle(pd.DataFrame([[1, 9, 1/9], [1/9, 1, 9], [9, 1/9, 1]], names, names))
    ['safety', 'residents', 'savings']
    """
    labels, logs = log_judgements(judgements, allow_missing=True)
    above = [np.flatnonzero(row > _NOTHING).tolist() for row in np.nan_to_num(logs)]
    circles = [path for start in range(len(labels)) if (path := _way_back(above, start))]
    return labels[min(circles, key=len)].tolist() if circles else []


def usable_weights(judgements: pd.DataFrame) -> pd.Series:
    """Weights of pairwise judgements, some of them perhaps not asked, if they rank at all.

    The principal eigenvector of the best completion. Judgements that run in a circle
    beyond what a slip of judgement explains (a consistency ratio above `ASK_AGAIN`) rank
    nothing and are refused.

    Parameters
    ----------
    judgements : DataFrame of shape (n_criteria, n_criteria)
        As for `complete_judgements`. [ratio]

    Returns
    -------
    Series of shape (n_criteria,)
        Weights in the row order of `judgements`. [-]

    Raises
    ------
    InputError
        If groups of criteria are unlinked, or the judgements run in a circle: it names
        the circle, and the answer that would mend most.

    Examples
    --------
    >>> names, unasked = ["safety", "residents", "savings"], float("nan")
    >>> asked = pd.DataFrame([[1, 2, unasked], [1/2, 1, 3], [unasked, 1/3, 1]], names, names)
    >>> usable_weights(asked).round(3).to_dict()
    {'safety': 0.6, 'residents': 0.3, 'savings': 0.1}
    """
    completed = complete_judgements(judgements)
    ring = circle(judgements)
    if ring and (ratio := consistency_so_far(judgements)) > ASK_AGAIN:
        steps = ", ".join(
            f"{show(a)} is worth {completed.at[a, b]:.3g} times {show(b)}"
            for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)
        )
        worst = worst_contradiction(judgements)
        raise InputError(
            f"judgements: must not run in a circle, {steps} (consistency ratio {ratio:.2f}); "
            f"change one: by the others, {show(worst['first'])} would be worth "
            f"{worst['mended']:.3g} times {show(worst['second'])}, not {worst['answer']:.3g}"
        )
    return pairwise_eigenvector(completed)


def _in_whole_points(points: pd.Series, total: float) -> pd.Series:
    """Share a total in proportion, the largest fractions rounded up."""
    sum_ = float(points.sum())
    share = (
        points / sum_ * total if sum_ > 0 else pd.Series(total / max(len(points), 1), points.index)
    )
    whole = np.floor(share + _NOTHING)
    place = (share - whole).rank(method="first", ascending=False) - 1
    return whole + (total - whole.sum() - place).clip(0, 1)


def _variance(asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what the judgements leave open of each pair, and the matrix that fits them."""
    wires = asked & ~np.eye(len(asked), dtype=bool)
    inverse = np.linalg.pinv(np.diag(wires.sum(axis=1)) - wires.astype(float), hermitian=True)
    own = np.diag(inverse)
    return np.where(linked(asked), own[:, None] + own - 2 * inverse, np.inf), inverse


def _untested_between(asked: np.ndarray, variance: np.ndarray, inverse: np.ndarray) -> np.ndarray:
    """Mark the pairs whose answer would test a judgement that no other tests."""
    crosses = np.zeros(asked.shape, dtype=bool)
    lone = np.triu(asked & (variance > 1 - _NOTHING), 1)
    for u, v in np.argwhere(lone & np.isfinite(variance)):
        current = inverse[u] - inverse[v]
        crosses |= np.abs(current[:, None] - current) > _NOTHING
    return crosses


def _way_back(above: list[list[int]], start: int) -> list[int]:
    """Return the shortest path from a criterion over worse and worse ones to itself."""
    paths, seen = [[start]], {start}
    for path in paths:
        for after in above[path[-1]]:
            if after == start:
                return path
            if after not in seen:
                seen.add(after)
                paths.append([*path, after])
    return []
