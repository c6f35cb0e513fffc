"""Weights from points or from an order, and what a group makes of its members' answers.

A ranking is a list of labels, best first, in which a tuple holds ties.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd

from pmo_lib.checks import (
    SUM_TOLERANCE,
    InputError,
    require_all,
    require_frame,
    require_numbers,
    require_same_labels,
    require_series,
    require_unique,
    show,
)


def normalise(points: pd.Series) -> pd.Series:
    """Divide points by their sum: direct or swing weights on any non-negative scale.

    Parameters
    ----------
    points : Series of shape (n_criteria,)
        Non-negative, at least one of them positive. [any]

    Returns
    -------
    Series of shape (n_criteria,)
        Weights summing to 1, in the order of `points`. [-]

    Raises
    ------
    InputError
        If a label is repeated, a number is missing, negative or infinite, or all are 0.

    Examples
    --------
    >>> normalise(pd.Series({"safety": 100, "residents": 60, "savings": 40})).to_dict()
    {'safety': 0.5, 'residents': 0.3, 'savings': 0.2}
    """
    require_series(points, name="points")
    points = require_numbers(points, name="points", low=0, rows="criterion")
    with np.errstate(over="ignore"):
        total = points.to_numpy().sum()
    if not 0 < total < np.inf:
        raise InputError(f"points: must add up to a positive finite number, got {show(total)}")
    return (points / total).rename("weight")


def rank_order_centroid(ranking: Sequence) -> pd.Series:
    r"""Weights at the centre of all those that agree with an order.

    The criterion in place :math:`k` of :math:`n` gets
    :math:`\frac{1}{n} \sum_{i=k}^{n} \frac{1}{i}`, the mean of the weights with
    :math:`w_1 \ge w_2 \ge \dots \ge w_n` (F. H. Barron and B. E. Barrett, *Management
    Science* 42(11), 1996). Ties mean equal weights, and the result is the mean of the
    weights that agree with that too.

    Parameters
    ----------
    ranking : list of n_criteria labels
        Best first; a tuple holds ties.

    Returns
    -------
    Series of shape (n_criteria,)
        Weights in the order of `ranking`. [-]

    Raises
    ------
    InputError
        If the ranking is not a list, is empty, or a label is missing or repeated.

    Examples
    --------
    >>> rank_order_centroid(["safety", "residents", "savings"]).round(3).to_dict()
    {'safety': 0.611, 'residents': 0.278, 'savings': 0.111}
    """
    labels, sizes = _ranked(ranking)
    centres = np.cumsum((1 / np.cumsum(sizes))[::-1])[::-1] / len(sizes)
    return pd.Series(np.repeat(centres, sizes), index=labels, name="weight")


def rank_sum(ranking: Sequence) -> pd.Series:
    """Weights that fall evenly with place: in proportion to n + 1 - k in place k of n.

    Ties share the mean of the weights of the places they fill. Parameters, result and
    errors are those of `rank_order_centroid` (W. G. Stillwell, D. A. Seaver and
    W. Edwards, *Organizational Behavior and Human Performance* 28(1), 1981).

    Examples
    --------
    >>> rank_sum(["safety", ("residents", "savings")]).to_dict()
    {'safety': 0.5, 'residents': 0.25, 'savings': 0.25}
    """
    return _share_places(ranking, lambda places: len(places) + 1 - places)


def rank_reciprocal(ranking: Sequence) -> pd.Series:
    """Weights in proportion to 1 / k in place k; ties share the mean of their places.

    Parameters, result and errors are those of `rank_order_centroid`, the source is
    that of `rank_sum`.

    Examples
    --------
    >>> rank_reciprocal(["safety", "residents", "savings"]).round(3).to_dict()
    {'safety': 0.545, 'residents': 0.273, 'savings': 0.182}
    """
    return _share_places(ranking, lambda places: 1 / places)


def aggregate_weights(
    weights: pd.DataFrame, *, member_weights: pd.Series | None = None
) -> pd.Series:
    """Combine the weights of a group by their mean.

    Parameters
    ----------
    weights : DataFrame of shape (n_members, n_criteria)
        Each row non-negative, summing to 1. [-]
    member_weights : Series of shape (n_members,), optional
        How much each member counts, for example ``roles.map({"chair": 2, "member": 1})``;
        non-negative, on any scale. The same for all if not given. [any]

    Returns
    -------
    Series of shape (n_criteria,)
        Weights of the group, in the column order of `weights`. [-]

    Raises
    ------
    InputError
        If a member or criterion is repeated, a weight is missing or negative, a row does
        not sum to 1, or the members of `member_weights` differ.

    Examples
    --------
    >>> board = pd.DataFrame([[0.75, 0.25], [0.25, 0.75]], ["chair", "treasurer"], ["a", "b"])
    >>> aggregate_weights(board).to_dict()
    {'a': 0.5, 'b': 0.5}
    """
    weights = require_member_weights(weights)
    return weights.mul(member_shares(weights, member_weights), axis=0).sum().rename("weight")


def require_member_weights(weights: pd.DataFrame) -> pd.DataFrame:
    """Return the weights of members as float64, or refuse a row that does not sum to 1."""
    require_frame(weights, name="weights")
    weights = require_numbers(weights, name="weights", low=0, rows="member")
    totals = weights.sum(axis=1)
    good = (totals - 1).abs().to_numpy() <= SUM_TOLERANCE
    require_all(good, totals, name="weights", rule="each row must sum to 1", rows="member")
    return weights


def member_shares(weights: pd.DataFrame, member_weights: pd.Series | None) -> pd.Series:
    """Return how much each member counts, summing to 1 in the order of the rows."""
    if member_weights is None:
        return pd.Series(1 / len(weights), index=weights.index)
    require_series(member_weights, name="member_weights")
    require_same_labels(member_weights.index, weights.index, name="member_weights", other="weights")
    return normalise(member_weights.reindex(weights.index))


def kendalls_w(rankings: pd.DataFrame) -> float:
    r"""Agreement of several rankings: 1 if all are the same, 0 if they cancel out.

    :math:`W = \frac{12 S}{m^2 (n^3 - n) - m \sum T}` with :math:`S` the squared
    deviations of the sums of ranks and :math:`T = \sum (t^3 - t)` over the ties of a
    member, whose ranks are averaged first (M. G. Kendall and B. Babington Smith, *Annals
    of Mathematical Statistics* 10(3), 1939).

    Parameters
    ----------
    rankings : DataFrame of shape (n_members, n_criteria)
        The place each member gives; only the order within a row counts. [rank]

    Returns
    -------
    float
        In [0, 1]. [-]

    Raises
    ------
    InputError
        If there are fewer than two members or two criteria, a place is missing, or
        every member ties everything, which leaves agreement undefined.

    Examples
    --------
    >>> kendalls_w(pd.DataFrame([[1, 2, 3], [1, 2, 3]], ["chair", "treasurer"], list("abc")))
    1.0
    """
    require_frame(rankings, name="rankings")
    members, n = rankings.shape
    if members < 2 or n < 2:
        raise InputError(
            f"rankings: agreement needs at least two members and two criteria, got {rankings.shape}"
        )
    rankings = require_numbers(rankings, name="rankings", rows="member")
    low, high = (rankings.rank(axis=1, method=side).to_numpy() for side in ("min", "max"))
    ties = ((high - low + 1) ** 2 - 1).sum()
    most = members**2 * (n**3 - n) - members * ties
    if not most > 0:
        raise InputError("rankings: at least one member must prefer something, all tie everything")
    sums = (low + high).sum(axis=0) / 2
    return float(12 * ((sums - sums.mean()) ** 2).sum() / most)


def _ranked(ranking: Sequence) -> tuple[pd.Index, np.ndarray]:
    """Return the labels of a ranking and the sizes of its groups of ties, or refuse it."""
    if not isinstance(ranking, list | tuple | pd.Index):
        raise InputError(
            f"ranking: must be a list of labels, best first, got {type(ranking).__name__}"
        )
    groups = [place if isinstance(place, tuple) else (place,) for place in ranking]
    names = [name for group in groups for name in group]
    if not names or not all(groups):
        raise InputError("ranking: each place must hold at least one label, got an empty one")
    for name in names:
        if not isinstance(name, Hashable) or isinstance(name, tuple) or pd.isna(name):
            raise InputError(
                f"ranking: each must be a label or a tuple of tied ones, got {show(name)}"
            )
    labels = pd.Index(names, name="criterion")
    require_unique(labels, name="ranking", axis="criterion")
    return labels, np.array([len(group) for group in groups])


def _share_places(ranking: Sequence, worth) -> pd.Series:
    """Give each place its share of the worth of all places, and ties the mean of theirs."""
    labels, sizes = _ranked(ranking)
    shares = worth(np.arange(1, len(labels) + 1))
    means = np.add.reduceat(shares, np.cumsum(sizes) - sizes) / sizes / shares.sum()
    return pd.Series(np.repeat(means, sizes), index=labels, name="weight")
