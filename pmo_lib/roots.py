"""Find every positive real root of many polynomials at once.

The polynomial on (0, 1] is written in Bernstein form, whose coefficients change
sign at least as often as it has roots there, and by an even number more. An
interval with no change holds no root, one with a single change holds exactly
one; the others are halved. Roots above 1 are the inverses of the roots below 1
of the reversed polynomial.
"""

from __future__ import annotations

from functools import lru_cache
from math import comb

import numpy as np

DEEPEST = 60
"""Halvings after which an interval is taken as one root. [-]"""

NEWTON_STEPS = 16
"""Steps after which a root that Newton's method did not reach is halved for. [-]"""


def positive_roots(coefficients: np.ndarray) -> list[np.ndarray]:
    r"""Find every real root :math:`x > 0` of each row's polynomial :math:`\sum_t a_t x^t`.

    Parameters
    ----------
    coefficients : ndarray of shape (n, degree + 1)
        Finite coefficients, constant term first.

    Returns
    -------
    list of n ndarrays
        Distinct roots, ascending; empty for a row of zeros. Roots between which the
        polynomial is zero within rounding are given once, as their mean.

    References
    ----------
    .. [1] J. M. Lane and R. F. Riesenfeld, "Bounds on a polynomial", *BIT*, vol. 21,
       pp. 112-117, 1981.

    Examples
    --------
    >>> positive_roots(np.array([[2.0, -3.0, 1.0], [1.0, 2.0, 1.0]]))
    [array([1., 2.]), array([], dtype=float64)]
    """
    largest = np.abs(coefficients).max(axis=1, keepdims=True)
    with np.errstate(under="ignore"):
        scaled = np.divide(
            coefficients, largest, out=np.zeros_like(coefficients), where=largest > 0
        )
        rows = np.flatnonzero(_variations(scaled) > 0)
        scaled = scaled[rows]
        total = _at_one(scaled)
        row_below, below = _roots_below_one(scaled, total)
        row_above, above = _roots_below_one(scaled[:, ::-1], total)
    with np.errstate(over="ignore", divide="ignore"):
        above = 1 / above
    at_one = np.flatnonzero(total == 0)
    row = np.concatenate([row_below, row_above, at_one])
    root = np.concatenate([below, above, np.ones(len(at_one))])
    keep = (root > 0) & np.isfinite(root)
    return _by_row(scaled, rows, row[keep], root[keep], n=len(coefficients))


def _by_row(scaled, rows, row, root, *, n) -> list[np.ndarray]:
    """Sort the roots into one array a polynomial, one root for those that are the same."""
    order = np.lexsort((root, row))
    row, root = row[order], root[order]
    if len(root) > 1:
        middle = (root[:-1] + root[1:]) / 2
        same = (row[:-1] == row[1:]) & _is_zero(scaled[row[:-1]], middle)
        group = np.concatenate([[0], np.cumsum(~same)])
        size = np.bincount(group)
        first = np.flatnonzero(np.concatenate([[True], ~same]))
        row, root = row[first], np.where(size > 1, np.bincount(group, root) / size, root[first])
    found = [np.empty(0)] * n
    ends = np.searchsorted(row, np.arange(len(rows) + 1))
    for place, start, end in zip(rows, ends[:-1], ends[1:], strict=True):
        found[place] = root[start:end]
    return found


def _roots_below_one(a: np.ndarray, total: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows and places of all roots in (0, 1), given the values at 1."""
    to_bernstein, left, right = _matrices(a.shape[1] - 1)
    row, low, width = np.arange(len(a)), np.zeros(len(a)), 1.0
    b = a @ to_bernstein
    b[:, 0], b[:, -1] = a[:, 0], total
    rows, places, brackets = [], [], []
    for _ in range(DEEPEST):
        changes = _variations(b)
        one, several = changes == 1, changes > 1
        brackets.append((row[one], low[one], low[one] + width, _first_sign(b[one])))
        row, low, b = row[several], low[several], b[several]
        flat = np.abs(b).max(axis=1, initial=0) <= _rounding(a[row], low + width)
        rows.append(row[flat])
        places.append(low[flat] + width / 2)
        row, low, b = row[~flat], low[~flat], b[~flat]
        if not len(row):
            break
        width /= 2
        lower, upper = b @ left, b @ right
        upper[:, 0] = lower[:, -1]
        middle = lower[:, -1] == 0
        rows.append(row[middle])
        places.append(low[middle] + width)
        row, low = np.concatenate([row, row]), np.concatenate([low, low + width])
        b = np.concatenate([lower, upper])
    alone, *bracket = (np.concatenate(part) for part in zip(*brackets, strict=True))
    rows += [row, alone]
    places += [low + width / 2, _narrow(a[alone], *bracket)]
    return np.concatenate(rows), np.concatenate(places)


def _narrow(a: np.ndarray, low: np.ndarray, high: np.ndarray, sign: np.ndarray) -> np.ndarray:
    """Close in on brackets of one root each, `sign` at their low end: Newton, then halving."""
    by_power, x = np.ascontiguousarray(a.T), (low + high) / 2
    for _ in range(NEWTON_STEPS):
        value, slope = _with_slope(by_power, x)
        ahead = value * sign
        low, high = np.where(ahead >= 0, x, low), np.where(ahead <= 0, x, high)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            step = value / slope
            ahead = x - step
        near = np.abs(step) <= 8 * np.finfo(float).eps * x
        if near.all():
            return x
        ahead = np.where((low < ahead) & (ahead < high), ahead, (low + high) / 2)
        x = np.where(near, x, ahead)
    far = np.flatnonzero(~near)
    x[far] = _bisect(by_power[:, far], low[far], high[far], sign[far])
    return x


def _bisect(by_power: np.ndarray, low: np.ndarray, high: np.ndarray, sign: np.ndarray):
    """Halve brackets of one root each to the last digit."""
    while True:
        middle = (low + high) / 2
        if not ((low < middle) & (middle < high)).any():
            return middle
        ahead = _horner(by_power, middle) * sign
        low = np.where(ahead >= 0, middle, low)
        high = np.where(ahead <= 0, middle, high)


def _with_slope(by_power: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Evaluate polynomials given as (degree + 1, n) and their slopes, one at each of n points."""
    value, slope = by_power[-1].copy(), np.zeros_like(x)
    for coefficient in by_power[-2::-1]:
        slope *= x
        slope += value
        value *= x
        value += coefficient
    return value, slope


def _horner(by_power: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Evaluate polynomials given as (degree + 1, n), one at each of the n points."""
    value = by_power[-1].copy()
    for coefficient in by_power[-2::-1]:
        value *= x
        value += coefficient
    return value


def _is_zero(a: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Say where polynomials are zero within rounding, one at each point above 0."""
    a = np.where((x > 1)[:, None], a[:, ::-1], a)
    x = np.minimum(x, 1 / x)
    return np.abs(_horner(a.T, x)) <= _rounding(a, x)


def _at_one(a: np.ndarray) -> np.ndarray:
    total = a.sum(axis=1)
    return np.where(np.abs(total) <= _rounding(a, np.ones(len(a))), 0.0, total)


def _rounding(a: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Bound the rounding error of a value at x in (0, 1]."""
    return 8 * a.shape[1] * np.finfo(float).eps * _horner(np.abs(a).T, x)


def _variations(b: np.ndarray) -> np.ndarray:
    """Count the sign changes along each row, zeros left out."""
    sign = np.sign(b)
    if not sign.all():
        last = np.where(sign != 0, np.arange(b.shape[1]), 0)
        sign = np.take_along_axis(sign, np.maximum.accumulate(last, axis=1), axis=1)
    return (sign[:, 1:] * sign[:, :-1] < 0).sum(axis=1)


def _first_sign(b: np.ndarray) -> np.ndarray:
    return np.sign(b[np.arange(len(b)), (b != 0).argmax(axis=1)])


@lru_cache(maxsize=32)
def _matrices(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the maps from powers to Bernstein form and from an interval to its halves."""
    to_bernstein = [[comb(j, i) / comb(n, i) for j in range(n + 1)] for i in range(n + 1)]
    left = np.array([[comb(j, i) / 2**j for j in range(n + 1)] for i in range(n + 1)])
    return np.array(to_bernstein), left, np.ascontiguousarray(left[::-1, ::-1])
