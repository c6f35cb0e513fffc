"""How often each project takes each place when the weights are not settled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from pmo_lib.checks import (
    InputError,
    require_frame,
    require_numbers,
    require_same_labels,
    show,
)
from pmo_lib.robustness.admissible import AdmissibleWeights, require_weight_rows
from pmo_lib.scoring import MOST_COMPARED, TIE_TOLERANCE
from pmo_lib.selection.solver import quiet

NINETY_FIVE = 1.96
"""Standard errors on each side of what is found that hold 95 % of the chances."""

MOST_SECONDS = 20.0
"""How long one end of one project's exact ranks may take. [s]"""

_CELLS = 1 << 16
"""Scores worked on at once, so that they stay in the processor's cache."""

_HELD = 1 << 23
"""Places kept before they are counted."""


class Draws(NamedTuple):
    """Values (projects x criteria, or draws x projects x criteria) and weights (draws x criteria)."""

    projects: pd.Index
    criteria: pd.Index
    values: np.ndarray
    weights: np.ndarray
    tolerance: float

    def blocks(self, cells: int = _CELLS) -> Iterator[slice]:
        """Cut the draws into blocks of about so many scores."""
        step = max(1, cells // len(self.projects))
        return (slice(at, at + step) for at in range(0, len(self.weights), step))

    def scores(self, block: slice) -> np.ndarray:
        """Score the projects in each draw of a block, as additive values."""
        if self.values.ndim == 2:
            return self.weights[block] @ self.values.T
        return np.einsum("npc,nc->np", self.values[block], self.weights[block])


def rank_acceptability(values: pd.DataFrame, weight_sample: pd.DataFrame) -> pd.DataFrame:
    r"""Share of the draws in which each project takes each rank.

    The index :math:`b_i^r` of SMAA-2 (R. Lahdelma and P. Salminen, *Operations Research*
    49(3), 2001). Scores that differ by rounding alone tie (`scoring.TIE_TOLERANCE` times
    the largest value), and ties share the better rank.

    Parameters
    ----------
    values : DataFrame of shape (n_projects, n_criteria), or (n_draws * n_projects, n_criteria)
        More is better. Where values are uncertain too, indexed by (draw, project) and
        paired with the draws of `weight_sample`. [value]
    weight_sample : DataFrame of shape (n_draws, n_criteria)
        Each row non-negative, summing to 1. [-]

    Returns
    -------
    DataFrame of shape (n_projects, n_projects)
        By project and rank (1 = best); rows sum to 1, columns too if nothing ties. [-]

    Raises
    ------
    InputError
        If labels differ or repeat, a number is missing, a row of weights does not sum
        to 1, or there are more than `scoring.MOST_COMPARED` projects.

    Examples
    --------
    >>> values = pd.DataFrame({"reach": [1.0, 0.0, 0.6], "risk": [0.0, 1.0, 0.6]}, list("abc"))
    >>> sample = pd.DataFrame({"reach": [0.9, 0.5, 0.3, 0.5], "risk": [0.1, 0.5, 0.7, 0.5]})
    >>> rank_acceptability(values, sample)
    rank     1    2     3
    a     0.25  0.5  0.25
    b     0.25  0.5  0.25
    c     0.50  0.5  0.00
    """
    draws = read_draws(values, weight_sample)
    n, p = len(draws.weights), len(draws.projects)
    _require_few(p)
    counts = np.zeros((p, p))
    held = np.empty((p, min(n, max(1, _HELD // p))), dtype=np.int32)
    for at in range(0, n, held.shape[1]):
        part = held[:, : n - at]
        _order(draws, at, part, counts)
        for place, project in enumerate(part):
            counts[place] += np.bincount(project, minlength=p)
    counts /= n
    ranks = pd.RangeIndex(1, p + 1, name="rank")
    return pd.DataFrame(counts.T, index=draws.projects, columns=ranks, copy=False)


def _order(draws: Draws, start: int, held: np.ndarray, counts: np.ndarray) -> None:
    """Write which project has each place; add to the counts what ties change.

    One whole number holds a project's distance from the highest value and, in its last
    bits, which project it is, so that sorting needs no second table.
    """
    p, high = len(draws.projects), draws.values.max()
    bits = max(1, (p - 1).bit_length())
    scale = 2.0 ** (61 - bits) / ((high - draws.values.min()) or 1.0)
    near = int(draws.tolerance * scale + 1) << bits
    below = draws._replace(values=(high - draws.values) * scale)
    places, block = np.arange(p), max(1, _CELLS // p)
    for at in range(0, held.shape[1], block):
        part = held[:, at : at + block]
        first = start + at
        keys = below.scores(slice(first, first + part.shape[1])).astype(np.int64)
        keys <<= bits
        keys |= places
        keys.sort(axis=1)
        close = np.subtract(keys[:, 1:], keys[:, :-1]) <= near
        keys &= (1 << bits) - 1
        part[:] = keys.T
        if close.any():
            tied = close.any(axis=1)
            better = np.where(close[tied], 0, places[1:])
            better = np.maximum.accumulate(np.insert(better, 0, 0, axis=1), axis=1)
            np.add.at(counts, (better, keys[tied]), 1.0)
            np.add.at(counts, (np.broadcast_to(places, better.shape), keys[tied]), -1.0)


def first_k_acceptability(values: pd.DataFrame, weight_sample: pd.DataFrame, k: int) -> pd.Series:
    """Share of the draws in which each project is among the first k.

    Parameters and errors are those of `rank_acceptability`, for any number of projects.

    Returns
    -------
    Series of shape (n_projects,)
        In [0, 1], named ``"acceptability"``. [-]
    """
    draws = read_draws(values, weight_sample)
    if not 1 <= k <= len(draws.projects):
        raise InputError(f"k: must lie in [1, {len(draws.projects)}], got {show(k)}")
    count = sum(_among_first(draws, block, k).sum(axis=0) for block in draws.blocks())
    return pd.Series(count / len(draws.weights), draws.projects, name="acceptability")


def central_weights(values: pd.DataFrame, weight_sample: pd.DataFrame) -> pd.DataFrame:
    """Mean of the weights that put each project first: what its typical advocate holds.

    Parameters and errors are those of `rank_acceptability`.

    Returns
    -------
    DataFrame of shape (n_projects, n_criteria)
        Each row sums to 1, or is missing for a project that is never first. [-]
    """
    draws = read_draws(values, weight_sample)
    total, count = np.zeros((len(draws.projects), len(draws.criteria))), 0.0
    for block in draws.blocks():
        first = _among_first(draws, block, 1).astype(float)
        total, count = total + first.T @ draws.weights[block], count + first.sum(axis=0)
    count = np.where(count > 0, count, np.nan)
    return pd.DataFrame(total / count[:, None], draws.projects, draws.criteria)


def confidence_factor(values: pd.DataFrame, weight_sample: pd.DataFrame) -> pd.Series:
    """How often a project is first at its own central weights, its values being uncertain.

    Parameters and errors are those of `rank_acceptability`.

    Returns
    -------
    Series of shape (n_projects,)
        In [0, 1]; 1 or 0 if values are certain; missing for a project that is never
        first. Low means that its values are too uncertain to speak for it. [-]
    """
    draws, central = read_draws(values, weight_sample), central_weights(values, weight_sample)
    cube = np.atleast_3d(draws.values.T).T.reshape(-1, *draws.values.shape[-2:])
    factors = []
    for i, weights in enumerate(central.to_numpy()):
        scores = cube @ weights
        first = scores[:, i] >= scores.max(axis=1) - draws.tolerance
        factors.append(first.mean() if np.isfinite(weights).all() else np.nan)
    return pd.Series(factors, draws.projects, name="confidence_factor")


def pairwise_winning(values: pd.DataFrame, weight_sample: pd.DataFrame) -> pd.DataFrame:
    """Share of the draws in which the project of the row scores more than that of the column.

    Parameters and errors are those of `rank_acceptability`. Ties count for neither.

    Returns
    -------
    DataFrame of shape (n_projects, n_projects)
        In [0, 1], 0 on the diagonal. [-]
    """
    draws = read_draws(values, weight_sample)
    p = len(draws.projects)
    _require_few(p)
    wins = np.zeros((p, p))
    for block in draws.blocks(_CELLS * 4):
        scores = np.ascontiguousarray(draws.scores(block).T)
        for i in range(p):
            wins[i] += (scores[i] > scores + draws.tolerance).sum(axis=1)
    return pd.DataFrame(wins / len(draws.weights), draws.projects, draws.projects)


def expected_rank(
    acceptability: pd.DataFrame, n_draws: int, *, within: float = 0.9
) -> pd.DataFrame:
    """Mean rank of each project, the ranks it mostly takes, and the error of drawing.

    Parameters
    ----------
    acceptability : DataFrame of shape (n_projects, n_ranks)
        From `rank_acceptability`.
    n_draws : int
        How many draws it was made from.
    within : float
        Share of the draws that the interval holds, in (0, 1). [-]

    Returns
    -------
    DataFrame by project
        ``expected`` rank; ``low`` and ``high``, the ranks between which it falls in that
        share of draws, as many left out at each end; ``error``: in 95 % of samples the
        mean over all admissible weights is at most this far away. [rank]

    Examples
    --------
    >>> shares = pd.DataFrame([[0.75, 0.25], [0.25, 0.75]], ["a", "b"], [1, 2])
    >>> expected_rank(shares, 300)
       expected  low  high  error
    a      1.25    1     2  0.049
    b      1.75    1     2  0.049
    """
    require_frame(acceptability, name="acceptability")
    share, ranks = acceptability.to_numpy(), acceptability.columns.to_numpy(dtype=float)
    mean, summed = share @ ranks, share.cumsum(axis=1)
    spread = np.sqrt(np.maximum(share @ ranks**2 - mean**2, 0))
    tail = (1 - within) / 2
    ends = [(summed < limit - _ROUNDING).sum(axis=1) for limit in (tail + 2 * _ROUNDING, 1 - tail)]
    low, high = (acceptability.columns.to_numpy()[end] for end in ends)
    error = NINETY_FIVE * spread / np.sqrt(n_draws)
    table = {"expected": mean, "low": low, "high": high, "error": error}
    return pd.DataFrame(table, acceptability.index)


_ROUNDING = 1e-9


def monte_carlo_error(share, n_draws: int):
    """How far a share found in independent draws may be from the true one, in 95 % of samples.

    The farther end of Wilson's interval (E. B. Wilson, *Journal of the American
    Statistical Association* 22, 1927), so that a share of 0 or 1 is not called certain.

    Examples
    --------
    >>> [float(round(monte_carlo_error(share, 10_000), 5)) for share in (0.5, 1.0)]
    [0.0098, 0.00038]
    """
    z = NINETY_FIVE
    shift = z**2 / n_draws * np.abs(0.5 - share)
    half = z * np.sqrt(share * (1 - share) / n_draws + (z / (2 * n_draws)) ** 2)
    return (shift + half) / (1 + z**2 / n_draws)


def rank_intervals(
    values: pd.DataFrame, admissible: AdmissibleWeights, *, projects=None
) -> pd.DataFrame:
    """Best and worst rank of each project over all admissible weights: exact, not sampled.

    Each is a mixed-integer program over the weights: how many others must, and how many
    can, score more at once. A lead below a millionth of the largest value is none.

    Parameters
    ----------
    values : DataFrame of shape (n_projects, n_criteria)
        More is better. [value]
    admissible : AdmissibleWeights
        Its corners must be few enough to list.
    projects : list of projects, optional
        Those asked about, if not all.

    Returns
    -------
    DataFrame by project
        ``best`` and ``worst`` rank; ties share the better rank. [rank]

    Raises
    ------
    InputError
        If labels differ, a value is missing, or there are too many corners.
    """
    levels = _levels(values, admissible.criteria)
    asked = levels.index if projects is None else pd.Index(projects)
    require_same_labels(levels.index.union(asked), levels.index, name="projects", other="values")
    bounds = [_rank_interval(levels, project, admissible) for project in asked]
    return pd.DataFrame(bounds, asked, ["best", "worst"])


def _rank_interval(levels: pd.DataFrame, project, admissible) -> tuple[int, int]:
    lead = levels.drop(index=project).to_numpy() - levels.loc[project].to_numpy()
    at_corners = lead @ admissible.vertices().to_numpy().T
    margin = 1e-6 * max(float(np.abs(levels.to_numpy()).max()), 1e-300)
    low, high = at_corners.min(axis=1, initial=np.inf), at_corners.max(axis=1, initial=-np.inf)
    always, open_ = low > margin, (low <= margin) & (high > margin)
    if not open_.any():
        return 1 + int(always.sum()), 1 + int(always.sum())
    at_corners, low, high = at_corners[open_], low[open_], high[open_]
    fewest = _count_ahead(at_corners, np.full(len(low), -np.inf), high, 1)
    most = -_count_ahead(at_corners, low, np.full(len(low), margin), -1)
    return 1 + int(always.sum()) + fewest, 1 + int(always.sum()) + most


def _count_ahead(at_corners: np.ndarray, low, high, sign: int) -> int:
    """Count others ahead: with sign 1 as few, with -1 as many as mixtures of corners allow.

    For 1, an uncounted lead is at most 0; for -1, a counted lead is at least `high`.
    """
    from scipy.optimize import LinearConstraint, milp

    n, m = at_corners.shape
    rise = -high if sign > 0 else low - high
    floor, ceiling = (low, np.zeros(n)) if sign > 0 else (low, np.full(n, np.inf))
    scale = 2.0**14 / np.abs(at_corners).max(axis=1)
    rows = np.hstack([at_corners, np.diag(rise)]) * scale[:, None]
    counted = np.append(np.zeros(m), np.ones(n))
    limits = [
        LinearConstraint(rows, floor * scale, ceiling * scale),
        LinearConstraint(1 - counted[None], 1, 1),
    ]
    with quiet():
        found = milp(
            sign * counted, integrality=counted, bounds=(0, 1), constraints=limits,
            options={"time_limit": MOST_SECONDS},
        )  # fmt: skip
    if found.status == 1:
        raise InputError(
            f"values: {n} others may lie above or below a project, too many to settle its ranks in "
            f"{MOST_SECONDS:g} s; state more of the weights, or ask rank_acceptability"
        )
    if not found.success:
        raise RuntimeError(f"the solver ended with {found.message}")
    return round(found.fun)


def read_draws(values: pd.DataFrame, weight_sample: pd.DataFrame) -> Draws:
    """Check values and weights, and pair them where values are given for each draw."""
    weights = require_weight_rows(weight_sample)
    levels = _levels(values, weights.columns, other="weight_sample")
    array, projects = levels.to_numpy(), levels.index
    if projects.nlevels == 2:
        projects = projects.get_level_values(1).unique()
        every = pd.MultiIndex.from_product([weights.index, projects])
        require_same_labels(levels.index, every, name="values", other="draws x projects")
        array = levels.reindex(every).to_numpy().reshape(len(weights), len(projects), -1)
    tolerance = TIE_TOLERANCE * float(np.abs(array).max())
    return Draws(projects, levels.columns, array, weights.to_numpy(), tolerance)


def _levels(values: pd.DataFrame, criteria: pd.Index, other: str = "criteria") -> pd.DataFrame:
    require_frame(values, name="values")
    require_same_labels(values.columns, criteria, name="values", other=other)
    return require_numbers(values, name="values", rows="project").reindex(columns=criteria)


def _among_first(draws: Draws, block: slice, k: int) -> np.ndarray:
    scores = draws.scores(block)
    place = scores.shape[1] - k
    return scores >= np.partition(scores, place, axis=1)[:, [place]] - draws.tolerance


def _require_few(p: int) -> None:
    if p > MOST_COMPARED:
        raise InputError(
            f"values: at most {MOST_COMPARED:,} projects, as the answer has a cell for each pair, "
            f"got {p:,}; ask first_k_acceptability instead"
        )
