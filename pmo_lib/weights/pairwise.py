"""Weights from pairwise judgements.

Judgements are a square frame with the same labels on both sides: the entry in row
*a*, column *b* says how many times as much the swing of *a* is worth as that of *b*.
Each is 1 over its opposite; where rounding sets the two apart (0.333 beside 3), their
mean on the logarithmic scale is taken.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pmo_lib.checks import (
    InputError,
    listing,
    require_all,
    require_frame,
    require_numbers,
    require_same_labels,
)
from pmo_lib.weights.points import normalise

RANDOM_INDEX = pd.Series(
    [0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59],
    index=range(3, 16),
    name="random index",
)
"""Mean consistency index of random judgements by number of criteria (Saaty 1980). [-]"""

RECIPROCAL_TOLERANCE = 5e-3
"""How far a judgement times its opposite may be from 1: three decimals pass. [-]"""


def pairwise_eigenvector(judgements: pd.DataFrame) -> pd.Series:
    """Weights as the principal right eigenvector of pairwise judgements.

    Always answers, also when the judgements contradict each other (three that run in
    a circle give equal weights): read `consistency_ratio` beside it (T. L. Saaty, *The
    Analytic Hierarchy Process*, McGraw-Hill, 1980).

    Parameters
    ----------
    judgements : DataFrame of shape (n_criteria, n_criteria)
        Positive, 1 on the diagonal, each 1 over its opposite; columns in any order.
        [ratio]

    Returns
    -------
    Series of shape (n_criteria,)
        Weights in the row order of `judgements`. [-]

    Raises
    ------
    InputError
        If rows and columns differ, or a judgement is missing, not positive or not
        reciprocal. `complete_judgements` fills missing ones.

    Examples
    --------
    >>> names = ["safety", "residents", "savings"]
    >>> asked = pd.DataFrame([[1, 2, 4], [1/2, 1, 2], [1/4, 1/2, 1]], names, names)
    >>> pairwise_eigenvector(asked).round(3).to_dict()
    {'safety': 0.571, 'residents': 0.286, 'savings': 0.143}
    """
    labels, logs = log_judgements(judgements)
    centre, balanced = _balance(logs)
    _, vector = _principal(balanced)
    return _as_weights(np.log(vector) + centre, labels)


def pairwise_geometric_mean(judgements: pd.DataFrame) -> pd.Series:
    """Weights in proportion to the geometric mean of each row of pairwise judgements.

    The least-squares fit to the logarithms of the judgements (G. Crawford and
    C. Williams, *Journal of Mathematical Psychology* 29(4), 1985). Equal to
    `pairwise_eigenvector` for up to three criteria or consistent judgements, different
    from it otherwise. Parameters, result and errors are the same.

    Examples
    --------
    >>> names = ["safety", "residents"]
    >>> pairwise_geometric_mean(pd.DataFrame([[1, 3], [1/3, 1]], names, names)).to_dict()
    {'safety': 0.75, 'residents': 0.25}
    """
    labels, logs = log_judgements(judgements)
    return _as_weights(logs.mean(axis=1), labels)


def consistency_ratio(judgements: pd.DataFrame) -> float:
    r"""Compare the contradictions among judgements with those of random judgements.

    :math:`\frac{\lambda_{\max} - n}{(n - 1) \, RI_n}` with the true principal
    eigenvalue and the random index of Saaty (1980). 0 is consistent; above 0.1 Saaty
    advises to ask again; near or above 1 the judgements say no more than chance would.

    Parameters
    ----------
    judgements : DataFrame of shape (n_criteria, n_criteria)
        As for `pairwise_eigenvector`, at most 15 criteria, where `RANDOM_INDEX` ends.
        [ratio]

    Returns
    -------
    float
        At least 0; exactly 0 for up to two criteria, which cannot contradict. [-]

    Raises
    ------
    InputError
        If there are more than 15 criteria, or as `pairwise_eigenvector`.

    Examples
    --------
    >>> names = ["safety", "residents", "savings"]
    >>> circle = pd.DataFrame([[1, 9, 1/9], [1/9, 1, 9], [9, 1/9, 1]], names, names)
    >>> round(consistency_ratio(circle), 2)
    6.13
    """
    labels, logs = log_judgements(judgements)
    n = len(labels)
    if n > RANDOM_INDEX.index[-1]:
        raise InputError(
            f"judgements: the random index is known for at most 15 criteria, got {n}; "
            "compare within groups of criteria"
        )
    excess = _principal(_balance(logs)[1])[0] - n
    return float(excess / (n - 1) / RANDOM_INDEX[n]) if n > 2 and excess > 1e-12 * n else 0.0


def complete_judgements(judgements: pd.DataFrame) -> pd.DataFrame:
    """Fill the pairs that were not asked so that the judgements contradict least.

    The completion has the least principal eigenvalue, which is convex in the logarithms;
    it is unique if the pairs asked link all criteria (S. Bozoki, J. Fulop and L. Ronyai,
    *Mathematical and Computer Modelling* 52, 2010).

    Parameters
    ----------
    judgements : DataFrame of shape (n_criteria, n_criteria)
        As for `pairwise_eigenvector`, NaN where a pair was not asked; one side of a
        pair is enough. [ratio]

    Returns
    -------
    DataFrame of shape (n_criteria, n_criteria)
        The judgements asked, unchanged, and the others filled; columns in the order
        of the rows. [ratio]

    Raises
    ------
    InputError
        If the pairs asked leave groups of criteria unlinked, or as
        `pairwise_eigenvector`.

    Examples
    --------
    >>> names, unasked = ["safety", "residents", "savings"], float("nan")
    >>> asked = pd.DataFrame([[1, 2, unasked], [1/2, 1, 3], [unasked, 1/3, 1]], names, names)
    >>> float(complete_judgements(asked).loc["safety", "savings"].round(6))
    6.0
    """
    labels, logs = log_judgements(judgements, allow_missing=True)
    _require_linked(labels, asked=~np.isnan(logs))
    given = judgements.reindex(columns=labels).to_numpy(dtype=float, na_value=np.nan)
    filled = np.exp(_least_contradiction(logs))
    return pd.DataFrame(np.where(np.isnan(given), filled, given), index=labels, columns=labels)


def aggregate_judgements(
    judgements: Sequence[pd.DataFrame], *, member_weights: Sequence[float] | None = None
) -> pd.DataFrame:
    """Combine the judgements of a group by their geometric mean, pair by pair.

    It keeps the judgements reciprocal, which the arithmetic mean does not (J. Aczel and
    T. L. Saaty, *Journal of Mathematical Psychology* 27(1), 1983).

    Parameters
    ----------
    judgements : list of DataFrames of shape (n_criteria, n_criteria)
        One a member, as for `pairwise_eigenvector`, over the same criteria. [ratio]
    member_weights : list of float, optional
        How much each member counts, in the same order; non-negative. [any]

    Returns
    -------
    DataFrame of shape (n_criteria, n_criteria)
        The judgements of the group, labelled in the row order of the first. [ratio]

    Raises
    ------
    InputError
        If the list is empty, the criteria differ, `member_weights` has another length, or
        as `pairwise_eigenvector`.

    Examples
    --------
    >>> names = ["safety", "residents"]
    >>> members = [pd.DataFrame([[1, a], [1 / a, 1]], names, names) for a in (2, 8)]
    >>> float(aggregate_judgements(members).loc["safety", "residents"].round(6))
    4.0
    """
    if not isinstance(judgements, list | tuple) or len(judgements) == 0:
        raise InputError("judgements: must be a list of DataFrames, one for each member")
    counts = [1.0] * len(judgements) if member_weights is None else list(member_weights)
    if len(counts) != len(judgements):
        raise InputError(
            f"member_weights: must be {len(judgements)}, one for each member, got {len(counts)}"
        )
    shares = normalise(pd.Series(counts)).to_numpy()
    labels, logs = log_judgements(judgements[0], name="judgements 1")
    total = shares[0] * logs
    for number, member in enumerate(judgements[1:], 2):
        own, logs = log_judgements(member, name=f"judgements {number}")
        require_same_labels(own, labels, name=f"judgements {number}", other="judgements 1")
        place = own.get_indexer(labels)
        total = total + shares[number - 1] * logs[np.ix_(place, place)]
    return pd.DataFrame(np.exp(total), index=labels, columns=labels)


def log_judgements(
    judgements: pd.DataFrame, *, name: str = "judgements", allow_missing: bool = False
) -> tuple[pd.Index, np.ndarray]:
    """Return the labels and the logarithms of judgements, antisymmetric, or refuse them."""
    require_frame(judgements, name=name)
    labels = judgements.index
    require_same_labels(judgements.columns, labels, name=f"{name} columns", other="the rows")
    judgements = judgements.reindex(columns=labels)
    numbers = require_numbers(judgements, name=name, allow_missing=True).to_numpy()
    absent = np.isnan(numbers)
    if not allow_missing:
        rule = "each pair must be asked or filled by complete_judgements"
        require_all(~absent, judgements, name=name, rule=rule)
    require_all(absent | (numbers > 0), judgements, name=name, rule="each must be positive")
    logs = np.log(numbers)
    product = np.abs(logs + logs.T)
    opposite = np.isnan(product) | (product <= RECIPROCAL_TOLERANCE)
    rule = "each must be 1 over its opposite, so 1 on the diagonal"
    require_all(opposite, judgements, name=name, rule=rule)
    logs = np.where(absent, -logs.T, np.where(absent.T, logs, (logs - logs.T) / 2))
    np.fill_diagonal(logs, 0.0)
    return labels, logs


def _balance(logs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scale judgements by their row means: the same eigenvalues, entries near 1."""
    centre = logs.mean(axis=1)
    return centre, np.exp(logs - centre[:, None] + centre)


def _principal(matrix: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the principal eigenvalue of a positive matrix and its positive eigenvector."""
    eigenvalues, vectors = np.linalg.eig(matrix)
    first = int(np.argmax(eigenvalues.real))
    return float(eigenvalues[first].real), np.abs(vectors[:, first].real)


def _as_weights(logs: np.ndarray, labels: pd.Index) -> pd.Series:
    weights = np.exp(logs - logs.max())
    return pd.Series(weights / weights.sum(), index=labels, name="weight")


def linked(asked: np.ndarray) -> np.ndarray:
    """Mark the pairs that are linked by pairs asked, the diagonal counting as asked."""
    reach = asked.astype(float)
    for _ in range(len(asked).bit_length()):
        reach = ((reach @ reach) > 0).astype(float)
    return reach > 0


def _require_linked(labels: pd.Index, *, asked: np.ndarray) -> None:
    groups = dict.fromkeys(tuple(labels[row]) for row in linked(asked))
    if len(groups) > 1:
        raise InputError(
            "judgements: the pairs asked must link all criteria, found unlinked groups "
            f"{listing(groups)}; ask a pair between them"
        )


def _least_contradiction(logs: np.ndarray) -> np.ndarray:
    """Fill the missing logarithms so that the principal eigenvalue is least."""
    asked = ~np.isnan(logs)
    rows, columns = np.nonzero(np.triu(~asked))
    if len(rows) == 0:
        return logs
    from scipy.optimize import minimize  # slow to import, so only where it is needed

    degrees = np.diag(asked.sum(axis=1)) - asked
    centre = np.linalg.lstsq(degrees, np.nansum(logs, axis=1), rcond=None)[0]
    spread = centre[:, None] - centre

    def fill(answers):
        full = np.where(asked, logs, 0.0)
        full[rows, columns], full[columns, rows] = answers, -answers
        return full

    def eigenvalue_and_slope(answers):
        matrix = np.exp(fill(answers) - spread)
        (eigenvalue, right), (_, left) = _principal(matrix), _principal(matrix.T)
        flow = left[:, None] * matrix * right / (eigenvalue * (left @ right))
        return np.log(eigenvalue), flow[rows, columns] - flow[columns, rows]

    start, options = spread[rows, columns], {"gtol": 1e-10}
    return fill(minimize(eigenvalue_and_slope, start, jac=True, method="BFGS", options=options).x)
