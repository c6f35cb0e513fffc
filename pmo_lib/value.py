"""Value functions: performance in natural units to value in [0, 1].

Value 0 is the worst reference and 1 the best, both chosen beforehand and not by the
projects at hand. Performance beyond them is clipped: `beyond_references` says which,
and every output lists it. Less-is-better needs no direction: its best is below its worst.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmo_lib.checks import (
    InputError,
    listing,
    require_all,
    require_frame,
    require_numbers,
    require_same_labels,
    require_series,
)


def linear_value(performance: pd.DataFrame, *, worst: pd.Series, best: pd.Series) -> pd.DataFrame:
    r"""Value in proportion to the way from the worst reference to the best.

    :math:`v_{ij} = (x_{ij} - worst_j) / (best_j - worst_j)`, clipped to [0, 1].

    Parameters
    ----------
    performance : DataFrame of shape (n_projects, n_criteria)
        Measured levels. [natural unit of each criterion]
    worst, best : Series of shape (n_criteria,)
        Reference levels by criterion, in any order; best below worst where less is
        better. [natural unit]

    Returns
    -------
    DataFrame of shape (n_projects, n_criteria)
        Values in [0, 1], labelled as `performance`. [value]

    Raises
    ------
    InputError
        If a label is repeated, the criteria differ, a number is missing or infinite, or
        the worst reference of a criterion equals its best.

    Examples
    --------
    >>> levels = pd.DataFrame({"residents": [10_000, 50_000], "cost": [3, 2]}, ["hub", "depot"])
    >>> worst = pd.Series({"residents": 0, "cost": 4})
    >>> best = pd.Series({"residents": 40_000, "cost": 0})
    >>> linear_value(levels, worst=worst, best=best)
           residents  cost
    hub         0.25  0.25
    depot       1.00  0.50
    """
    performance, worst, best = _references(performance, worst, best)
    low, high = worst.to_numpy(), best.to_numpy()
    rule = "each must differ from the best"
    with np.errstate(over="ignore"):
        span = high - low
        good = (span != 0) & np.isfinite(span)
        require_all(good, worst, name="worst", rule=rule, rows="criterion")
        values = performance.to_numpy() - low
        values /= span
    np.clip(values, 0, 1, out=values)
    return pd.DataFrame(values, performance.index, performance.columns, copy=False)


def beyond_references(
    performance: pd.DataFrame, *, worst: pd.Series, best: pd.Series
) -> pd.DataFrame:
    """Mark the performances that lie outside the references, which clipping hides.

    Parameters and errors are those of `linear_value`; for a piecewise value function
    the references are its first and last point, in either order.

    Returns
    -------
    DataFrame of shape (n_projects, n_criteria)
        True where a performance is better than the best or worse than the worst.

    Examples
    --------
    >>> levels = pd.DataFrame({"residents": [10_000, 50_000]}, ["hub", "depot"])
    >>> worst, best = pd.Series({"residents": 0}), pd.Series({"residents": 40_000})
    >>> beyond_references(levels, worst=worst, best=best)["residents"].to_dict()
    {'hub': False, 'depot': True}
    """
    performance, worst, best = _references(performance, worst, best)
    return performance.lt(np.minimum(worst, best)) | performance.gt(np.maximum(worst, best))


def piecewise_value(performance: pd.Series, *, points: pd.Series) -> pd.Series:
    """Value of one criterion on straight lines between points, flat beyond the outer ones.

    Parameters
    ----------
    performance : Series of shape (n_projects,)
        Measured levels on one criterion. [natural unit]
    points : Series of shape (n_points,)
        Values in [0, 1] indexed by level in natural units, strictly increasing; at least
        two. They may rise, fall or turn. [value by natural unit]

    Returns
    -------
    Series of shape (n_projects,)
        Values in [0, 1], labelled and named as `performance`. [value]

    Raises
    ------
    InputError
        If a project is repeated, a number is missing or infinite, a value is outside
        [0, 1], or the levels do not increase.

    Examples
    --------
    >>> served = pd.Series({"hub": 500, "depot": 60_000})
    >>> piecewise_value(served, points=pd.Series({0: 0, 1_000: 0.5, 40_000: 1})).to_dict()
    {'hub': 0.25, 'depot': 1.0}
    """
    require_series(performance, name="performance")
    numbers = require_numbers(performance, name="performance", rows="project").to_numpy()
    require_series(points, name="points")
    values = require_numbers(points, name="points", low=0, high=1, rows="level").to_numpy()
    levels = require_numbers(points.index.to_series(), name="points' levels").to_numpy()
    if len(levels) < 2 or not (levels[1:] > levels[:-1]).all():
        raise InputError(
            f"points: at least two levels must strictly increase, got {listing(levels.tolist())}"
        )
    return pd.Series(np.interp(numbers, levels, values), performance.index, name=performance.name)


def level_value(performance: pd.Series, *, levels: pd.Series) -> pd.Series:
    """Value of one criterion that is rated in words.

    Parameters
    ----------
    performance : Series of shape (n_projects,)
        A word of `levels` for each project. [word]
    levels : Series of shape (n_levels,)
        Values in [0, 1] indexed by word. [value by word]

    Returns
    -------
    Series of shape (n_projects,)
        Values in [0, 1], labelled and named as `performance`. [value]

    Raises
    ------
    InputError
        If a project or word is repeated, a word is missing or unknown, or a value is
        outside [0, 1].

    Examples
    --------
    >>> reach = pd.Series({"hub": "full", "depot": "some"})
    >>> level_value(reach, levels=pd.Series({"none": 0, "some": 0.4, "full": 1})).to_dict()
    {'hub': 1.0, 'depot': 0.4}
    """
    require_series(performance, name="performance")
    require_series(levels, name="levels")
    levels = require_numbers(levels, name="levels", low=0, high=1, rows="level")
    place = levels.index.get_indexer(performance)
    rule = f"each must be one of {listing(levels.index, most=12)}"
    known = (place >= 0) & performance.notna().to_numpy()
    require_all(known, performance, name="performance", rule=rule, rows="project")
    return pd.Series(levels.to_numpy()[place], performance.index, name=performance.name)


def _references(performance, worst, best) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """Return performance and its references as numbers in the same order, or refuse them."""
    require_frame(performance, name="performance")
    performance = require_numbers(performance, name="performance")
    criteria = performance.columns
    for name, reference in (("worst", worst), ("best", best)):
        require_series(reference, name=name)
        require_same_labels(reference.index, criteria, name=name, other="performance")
    worst = require_numbers(worst, name="worst", rows="criterion").reindex(criteria)
    best = require_numbers(best, name="best", rows="criterion").reindex(criteria)
    return performance, worst, best
