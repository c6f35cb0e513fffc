"""Weights that describe how data are spread: not preferences, never a default."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmo_lib.checks import InputError, require_direction, require_frame, require_numbers


def entropy(performance: pd.DataFrame) -> pd.Series:
    r"""Describe by weights how unevenly each criterion is spread over the projects.

    With :math:`p_{ij} = x_{ij} / \sum_i x_{ij}`, a criterion's weight is in proportion
    to :math:`1 + \sum_i p_{ij} \ln p_{ij} / \ln n` (C.-L. Hwang and K. Yoon, *Multiple
    Attribute Decision Making*, Springer, 1981, ch. 3). A constant criterion, all zeros
    included, gets 0.

    Parameters
    ----------
    performance : DataFrame of shape (n_projects, n_criteria)
        Non-negative, on scales with a true zero; at least two projects. [natural unit]

    Returns
    -------
    Series of shape (n_criteria,)
        Weights in the column order of `performance`. [-]

    Raises
    ------
    InputError
        If there is one project, a number is missing, infinite or negative, or no
        criterion separates the projects.

    Examples
    --------
    >>> seen = pd.DataFrame({"residents": [1, 4], "sites": [2, 16]}, ["hub", "depot"])
    >>> entropy(seen).round(3).to_dict()
    {'residents': 0.359, 'sites': 0.641}
    """
    require_frame(performance, name="performance")
    numbers = require_numbers(performance, name="performance", low=0).to_numpy()
    varies = _varying(numbers)
    share = numbers[:, varies] / numbers[:, varies].max(axis=0)
    share /= share.mean(axis=0)
    order = (share * np.log(np.where(share > 0, share, 1)) + (1 - share)).sum(axis=0)
    return _as_weights(order, varies, performance.columns)


def critic(performance: pd.DataFrame, *, direction: pd.Series) -> pd.Series:
    r"""Describe by weights how criteria spread and disagree with each other.

    Each criterion is scaled to [0, 1], better upwards; its weight is in proportion to
    its standard deviation times :math:`\sum_k (1 - r_{jk})`, the sum over its
    correlations (D. Diakoulaki, G. Mavrotas and L. Papayannakis, *Computers &
    Operations Research* 22(7), 1995). A constant criterion gets 0 and takes no part in
    the correlations.

    Parameters
    ----------
    performance : DataFrame of shape (n_projects, n_criteria)
        At least two projects. [natural unit]
    direction : Series of shape (n_criteria,)
        ``"more"`` or ``"less"`` by criterion: which is better.

    Returns
    -------
    Series of shape (n_criteria,)
        Weights in the column order of `performance`. [-]

    Raises
    ------
    InputError
        If there is one project, a number is missing or infinite, a direction is
        unknown, no criterion separates the projects, or all rise and fall together.

    Examples
    --------
    >>> seen = pd.DataFrame({"residents": [1, 4, 2], "cost": [2, 9, 3]}, list("xyz"))
    >>> critic(seen, direction=pd.Series({"residents": "more", "cost": "less"})).round(3).to_dict()
    {'residents': 0.485, 'cost': 0.515}
    """
    require_frame(performance, name="performance")
    direction = require_direction(direction, criteria=performance.columns)
    numbers = require_numbers(performance, name="performance").to_numpy()
    varies = _varying(numbers)
    if varies.sum() == 1:
        return _as_weights(np.ones(1), varies, performance.columns)
    scaled = numbers[:, varies] / np.abs(numbers[:, varies]).max(axis=0)
    scaled = (scaled - scaled.min(axis=0)) / np.ptp(scaled, axis=0)
    sign = np.where(direction.to_numpy() == "more", 1, -1)[varies]
    conflict = (1 - np.corrcoef(scaled * sign, rowvar=False)).sum(axis=0)
    if not conflict.max() > 1e-12 * len(conflict):
        raise InputError("performance: criteria must not all rise and fall together, these do")
    return _as_weights(scaled.std(axis=0) * conflict, varies, performance.columns)


def _varying(numbers: np.ndarray) -> np.ndarray:
    """Return which columns vary, or refuse numbers that do not separate the projects."""
    if len(numbers) < 2:
        raise InputError("performance: must have at least two projects, got 1")
    varies = numbers.min(axis=0) < numbers.max(axis=0)
    if not varies.any():
        raise InputError("performance: at least one criterion must vary, all are constant")
    return varies


def _as_weights(spread: np.ndarray, varies: np.ndarray, columns: pd.Index) -> pd.Series:
    weights = np.zeros(len(columns))
    weights[varies] = np.maximum(spread, 0) / np.maximum(spread, 0).sum()
    return pd.Series(weights, index=columns, name="weight")
