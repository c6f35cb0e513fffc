"""Score and rank projects: the additive value model, and three methods for an appendix.

`additive_value` ranks projects and `value_over_not_doing` is what a portfolio sums.
`topsis` and `promethee_ii` compare projects with each other instead of with reference
points, so that adding a project can turn the order of the others; `weighted_product`
lets one bad level outweigh all good ones.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmo_lib.checks import (
    InputError,
    require_all,
    require_direction,
    require_frame,
    require_numbers,
    require_same_labels,
    require_series,
    require_values,
    require_weights,
    show,
)

TIE_TOLERANCE = 1e-12
"""Scores closer than this share of the largest one differ by rounding alone. [-]"""

MOST_COMPARED = 10_000
"""How many projects `dominates` compares: the answer grows with the square (100 MB)."""


def additive_value(values: pd.DataFrame, weights: pd.Series) -> pd.Series:
    r"""Score each project with the additive value model.

    Project :math:`i` scores :math:`V_i = \sum_j w_j v_{ij}`. The sum has this meaning
    only if the criteria are mutually preferentially independent, and a weight prices
    the swing of its criterion from value 0 to value 1 (R. L. Keeney and H. Raiffa,
    *Decisions with Multiple Objectives*, Wiley, 1976, ch. 3).

    Parameters
    ----------
    values : DataFrame of shape (n_projects, n_criteria)
        Single-criterion values, each in [0, 1], where more is better. [value]
    weights : Series of shape (n_criteria,)
        Labelled by criterion, in any order; non-negative, summing to 1. [-]

    Returns
    -------
    Series of shape (n_projects,)
        Scores in [0, 1] up to rounding, named ``"score"``, in the row order of
        `values`. [value]

    Raises
    ------
    InputError
        If a project or criterion is repeated, the criteria differ, a value is missing
        or outside [0, 1], a weight is missing or negative, or the weights do not sum
        to 1.

    Examples
    --------
    >>> values = pd.DataFrame({"safety": [1.0, 0.5], "savings": [0.0, 1.0]}, ["hub", "depot"])
    >>> additive_value(values, pd.Series({"safety": 0.75, "savings": 0.25})).to_dict()
    {'hub': 0.75, 'depot': 0.625}
    """
    values = require_values(values)
    weights = require_weights(weights, criteria=values.columns)
    return pd.Series(values.to_numpy() @ weights.to_numpy(), values.index, name="score", copy=False)


def weighted_values(values: pd.DataFrame, weights: pd.Series) -> pd.DataFrame:
    """Show where each score comes from: weight times value, by project and criterion.

    Parameters and errors are those of `additive_value`.

    Returns
    -------
    DataFrame of shape (n_projects, n_criteria)
        Labelled as `values`; each row sums to the project's score. [value]

    Examples
    --------
    >>> values = pd.DataFrame({"safety": [1.0, 0.5], "savings": [0.0, 1.0]}, ["hub", "depot"])
    >>> weighted_values(values, pd.Series({"safety": 0.75, "savings": 0.25}))
           safety  savings
    hub     0.750     0.00
    depot   0.375     0.25
    """
    values = require_values(values)
    weights = require_weights(weights, criteria=values.columns)
    weighted = values.to_numpy() * weights.to_numpy()
    return pd.DataFrame(weighted, values.index, values.columns, copy=False)


def value_over_not_doing(
    values: pd.DataFrame, weights: pd.Series, not_doing: pd.Series
) -> pd.Series:
    r"""Value each project by what it adds to not doing it, as a portfolio sums it.

    :math:`\sum_j w_j (v_{ij} - v_{0j})` with :math:`v_{0j}` the value on criterion
    :math:`j` if the project is not done: negative where doing nothing is better
    (R. T. Clemen and J. E. Smith, *Decision Analysis* 6(4), 2009). Values lie in [0, 1]:
    multiply a criterion that does not add across projects by their extent beforehand,
    in natural units.

    Parameters
    ----------
    values, weights
        As in `additive_value`.
    not_doing : Series of shape (n_criteria,)
        Value in [0, 1] of not doing a project, by criterion, in any order. [value]

    Returns
    -------
    Series of shape (n_projects,)
        In [-1, 1] up to rounding, exactly 0 for a project that equals not doing it,
        named ``"value"``, in the row order of `values`. [value]

    Raises
    ------
    InputError
        As `additive_value`, and if `not_doing` has other criteria, is missing or
        outside [0, 1].

    Examples
    --------
    >>> values = pd.DataFrame({"reach": [1.0, 0.25], "safety": [0.0, 0.5]}, ["hub", "depot"])
    >>> weights = pd.Series({"reach": 0.5, "safety": 0.5})
    >>> value_over_not_doing(values, weights, pd.Series({"reach": 0.0, "safety": 1.0})).to_dict()
    {'hub': 0.0, 'depot': -0.125}
    """
    values = require_values(values)
    weights = require_weights(weights, criteria=values.columns)
    require_series(not_doing, name="not_doing")
    require_same_labels(not_doing.index, values.columns, name="not_doing", other="values")
    not_doing = require_numbers(not_doing, name="not_doing", low=0, high=1, rows="criterion")
    gain = values.to_numpy() - not_doing.reindex(values.columns).to_numpy()
    return pd.Series(gain @ weights.to_numpy(), values.index, name="value", copy=False)


def rank(score: pd.Series) -> pd.Series:
    """Place projects by score, 1 the best; ties share the better rank.

    Neighbours in the list that are closer than `TIE_TOLERANCE` times the largest score
    (in absolute terms) differ by rounding alone and tie. Whole numbers are compared as
    they are, however large.

    Parameters
    ----------
    score : Series of shape (n_projects,)
        More is better. [any]

    Returns
    -------
    Series of shape (n_projects,)
        Whole ranks named ``"rank"``, in the order of `score`. [rank]

    Raises
    ------
    InputError
        If a project is repeated or a score is missing or infinite.

    Examples
    --------
    >>> rank(pd.Series({"hub": 0.7, "depot": 0.9, "lights": 0.1 + 0.6, "lanes": 0.1})).to_dict()
    {'hub': 2, 'depot': 1, 'lights': 2, 'lanes': 4}
    """
    require_series(score, name="score")
    numbers = require_numbers(score, name="score", rows="project").to_numpy()
    tolerance = TIE_TOLERANCE * np.abs(numbers).max()
    if score.dtype.kind in "iu":
        numbers, tolerance = score.to_numpy(), 0
    order = np.argsort(numbers)[::-1]
    apart = numbers[order[:-1]] > numbers[order[1:]] + tolerance
    places = np.concatenate([[1], np.where(apart, np.arange(2, len(order) + 1), 0)])
    ranks = np.empty(len(order), dtype="int64")
    ranks[order] = np.maximum.accumulate(places)
    return pd.Series(ranks, score.index, name="rank")


def topsis(performance: pd.DataFrame, weights: pd.Series, *, direction: pd.Series) -> pd.Series:
    r"""Place each project between the worst and the best levels found among them.

    Each criterion is divided by its Euclidean length (vector normalisation; others give
    other orders) and weighted; with :math:`d^+` and :math:`d^-` the Euclidean distances
    to the best and the worst level on every criterion, closeness is
    :math:`d^- / (d^+ + d^-)` (C.-L. Hwang and K. Yoon, *Multiple Attribute Decision
    Making*, Springer, 1981, ch. 3). A constant criterion, all zeros included, takes no
    part. If nothing separates the projects, or there is one, closeness is 0.5.

    Parameters
    ----------
    performance : DataFrame of shape (n_projects, n_criteria)
        Measured levels, on scales with a true zero. [natural unit of each criterion]
    weights : Series of shape (n_criteria,)
        Labelled by criterion, in any order; non-negative, summing to 1. [-]
    direction : Series of shape (n_criteria,)
        ``"more"`` or ``"less"`` by criterion: which is better.

    Returns
    -------
    Series of shape (n_projects,)
        In [0, 1], more is better, named ``"closeness"``. [-]

    Raises
    ------
    InputError
        If a label is repeated, the criteria differ, a number is missing or infinite,
        a weight is negative, the weights do not sum to 1, or a direction is unknown.

    Examples
    --------
    >>> seen = pd.DataFrame({"reach": [5, 8, 2], "cost": [3, 4, 1]}, ["hub", "depot", "lights"])
    >>> weights = pd.Series({"reach": 0.75, "cost": 0.25})
    >>> direction = pd.Series({"reach": "more", "cost": "less"})
    >>> topsis(seen, weights, direction=direction).round(3).to_dict()
    {'hub': 0.485, 'depot': 0.76, 'lights': 0.24}
    """
    levels, weights, more = _compared(performance, weights, direction)
    highest, lowest = levels.max(axis=0), levels.min(axis=0)
    scale = np.maximum(np.abs(highest), np.abs(lowest))
    scale[scale == 0] = 1
    levels = levels / scale
    length = np.sqrt(np.einsum("ij,ij->j", levels, levels))
    length[length == 0] = 1
    importance = (weights / length) ** 2
    best, worst = np.where(more, [highest, lowest], [lowest, highest]) / scale
    to_best = np.sqrt((levels - best) ** 2 @ importance)
    to_worst = np.sqrt((levels - worst) ** 2 @ importance)
    total = to_best + to_worst
    closeness = np.divide(to_worst, total, out=np.full(len(total), 0.5), where=total > 0)
    return pd.Series(closeness, performance.index, name="closeness", copy=False)


def weighted_product(
    performance: pd.DataFrame, weights: pd.Series, *, direction: pd.Series
) -> pd.Series:
    r"""Multiply levels, each raised to the weight of its criterion.

    :math:`\prod_j x_{ij}^{w_j}`, with :math:`-w_j` where less is better (P. W. Bridgman,
    *Dimensional Analysis*, Yale, 1922). A level of 0 where more is better makes the whole
    product 0, whatever the rest.

    Parameters, errors
    ------------------
    As `topsis`; besides, levels must not be negative, nor 0 where less is better.

    Returns
    -------
    Series of shape (n_projects,)
        At least 0, more is better, named ``"product"``. [-]

    Examples
    --------
    >>> seen = pd.DataFrame({"reach": [4, 9], "cost": [4, 16]}, ["hub", "depot"])
    >>> weights = pd.Series({"reach": 0.5, "cost": 0.5})
    >>> direction = pd.Series({"reach": "more", "cost": "less"})
    >>> weighted_product(seen, weights, direction=direction).to_dict()
    {'hub': 1.0, 'depot': 0.75}
    """
    levels, weights, more = _compared(performance, weights, direction)
    rule = "each must be at least 0, and above 0 where less is better"
    require_all(
        (levels > 0) | ((levels == 0) & more),
        performance,
        name="performance",
        rule=rule,
        rows="project",
    )
    product = np.prod(levels ** np.where(more, weights, -weights), axis=1)
    return pd.Series(product, performance.index, name="product", copy=False)


def promethee_ii(
    performance: pd.DataFrame,
    weights: pd.Series,
    *,
    direction: pd.Series,
    indifference: pd.Series | None = None,
    preference: pd.Series | None = None,
) -> pd.Series:
    r"""Net flow: how much each project is preferred to the others, less the reverse.

    A lead :math:`d` on a criterion counts 0 up to the indifference threshold, 1 from
    the preference threshold on, and in proportion between (linear shape). Without
    thresholds any lead counts 1 (usual shape). The net flow is the weighted mean of
    the leads over all other projects minus that of the lags (J.-P. Brans and P. Vincke,
    *Management Science* 31(6), 1985). It is found by sorting and running sums, in
    :math:`n \log n` steps and without pairs.

    Parameters
    ----------
    performance, weights, direction
        As in `topsis`; no true zero is needed.
    indifference : Series of shape (n_criteria,), optional
        Largest lead that counts nothing; 0 if left out. [natural unit]
    preference : Series of shape (n_criteria,), optional
        Lead from which preference is full, at least `indifference` and equal to it if
        left out. [natural unit]

    Returns
    -------
    Series of shape (n_projects,)
        In [-1, 1], summing to 0, more is better, named ``"net_flow"``; 0 for a single
        project. [-]

    Raises
    ------
    InputError
        As `topsis`, and if a threshold is negative or missing, or a preference
        threshold is below that of indifference.

    Examples
    --------
    >>> seen = pd.DataFrame({"reach": [5, 8, 2], "cost": [3, 4, 1]}, ["hub", "depot", "lights"])
    >>> weights = pd.Series({"reach": 0.75, "cost": 0.25})
    >>> direction = pd.Series({"reach": "more", "cost": "less"})
    >>> promethee_ii(seen, weights, direction=direction).to_dict()
    {'hub': 0.0, 'depot': 0.5, 'lights': -0.5}
    """
    levels, weights, more = _compared(performance, weights, direction)
    lower, upper = _thresholds(indifference, preference, performance.columns)
    columns = np.ascontiguousarray(levels.T)
    order, begin = np.argsort(columns, axis=1), columns.shape[1] * np.arange(len(columns))
    columns = columns.ravel().take(order + begin[:, None])
    net = _usual_net(columns)
    for j in np.flatnonzero(upper):
        lags = _lead(-columns[j, ::-1], lower[j], upper[j])[::-1]
        net[j] = _lead(columns[j], lower[j], upper[j]) - lags
    net *= np.where(more, weights, -weights)[:, None]
    flow = np.bincount(order.ravel(), net.ravel())
    return pd.Series(flow / max(len(flow) - 1, 1), performance.index, name="net_flow")


def dominates(values: pd.DataFrame) -> pd.DataFrame:
    """Compare every project with every other: at least as good throughout, better somewhere.

    A dominated project is never the better of the two, whatever the weights.

    Parameters
    ----------
    values : DataFrame of shape (n_projects, n_criteria)
        Single-criterion values, each in [0, 1], where more is better; at most
        `MOST_COMPARED` projects, since the answer has a cell for each pair. [value]

    Returns
    -------
    DataFrame of shape (n_projects, n_projects)
        True where the project of the row dominates that of the column. Equal projects
        do not dominate each other.

    Raises
    ------
    InputError
        If a label is repeated, a value is missing or outside [0, 1], or there are too
        many projects.

    Examples
    --------
    >>> values = pd.DataFrame({"safety": [1.0, 0.5], "savings": [0.5, 0.5]}, ["hub", "depot"])
    >>> bool(dominates(values).loc["hub", "depot"])
    True
    """
    values = require_values(values)
    if len(values) > MOST_COMPARED:
        raise InputError(
            f"values: at most {show(MOST_COMPARED)} projects can be compared in pairs, "
            f"got {show(len(values))}; keep those with the higher scores"
        )
    at_least = np.ones((len(values), len(values)), dtype=bool)
    for column in values.to_numpy().T:
        at_least &= column[:, None] >= column
    return pd.DataFrame(at_least & ~at_least.T, values.index, values.index, copy=False)


def _compared(performance, weights, direction) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return levels, weights and whether more is better, or refuse them."""
    require_frame(performance, name="performance")
    levels = require_numbers(performance, name="performance")
    weights = require_weights(weights, criteria=levels.columns, of="performance")
    direction = require_direction(direction, criteria=levels.columns)
    return levels.to_numpy(), weights.to_numpy(), direction.to_numpy() == "more"


def _thresholds(indifference, preference, criteria) -> tuple[np.ndarray, np.ndarray]:
    """Return the thresholds in the order of the criteria, 0 where none is given."""
    if indifference is None and preference is None:
        return np.zeros(len(criteria)), np.zeros(len(criteria))
    given = {"indifference": indifference, "preference": preference}
    for name, threshold in given.items():
        if threshold is not None:
            require_series(threshold, name=name)
            require_same_labels(threshold.index, criteria, name=name, other="performance")
            threshold = require_numbers(threshold, name=name, low=0, rows="criterion")
            given[name] = threshold.reindex(criteria)
    lower, upper = given["indifference"], given["preference"]
    lower = pd.Series(0.0, criteria) if lower is None else lower
    upper = lower if upper is None else upper
    good = (upper >= lower).to_numpy()
    rule = "each must be at least the indifference"
    require_all(good, upper, name="preference", rule=rule, rows="criterion")
    return lower.to_numpy(), upper.to_numpy()


def _usual_net(columns: np.ndarray) -> np.ndarray:
    """Count for each entry of the sorted rows those below it, less those above."""
    c, n = columns.shape
    net = np.repeat(np.arange(1.0 - n, n, 2)[None], c, axis=0)
    differs = columns[:, 1:] != columns[:, :-1]
    if not differs.all():
        start = np.flatnonzero(np.column_stack([np.ones(c, dtype=bool), differs]))
        ties = np.diff(start, append=net.size)
        net = np.repeat(net.ravel()[start] + ties - 1, ties).reshape(c, n)
    return net


def _lead(column: np.ndarray, indifference: float, preference: float) -> np.ndarray:
    """Sum over all others the preference of each entry of a sorted column."""
    if preference == indifference:
        noise = TIE_TOLERANCE * np.abs(column[[0, -1]]).max() if indifference > 0 else 0
        return np.searchsorted(column, column - (indifference + noise))
    partly = np.searchsorted(column, column - indifference)
    wholly = np.searchsorted(column, column - preference)
    level = column - column[len(column) // 2]
    below = np.concatenate([[0], np.cumsum(level)])
    excess = (partly - wholly) * (level - indifference) - (below[partly] - below[wholly])
    return wholly + excess / (preference - indifference)
