"""Weights that a board would accept: what is known of them as a set, sampled exactly or listed.

A set is all weights that keep to some linear statements, or the hull of the weights of
a board's members. Both are a polytope in as many dimensions as the equalities leave.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import comb
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pmo_lib import weights as weight_methods
from pmo_lib.checks import (
    SUM_TOLERANCE,
    InputError,
    listing,
    require_all,
    require_frame,
    require_number,
    require_numbers,
    require_series,
    require_unique,
    show,
)

MOST_VERTICES = 20_000
"""Corners beyond this are not listed: `AdmissibleWeights.vertices` refuses."""

_TINY = 1e-9
"""Weights nearer than this are the same. [-]"""

_LEAST_CHAINS, _MOST_ROUNDS = 2_000, 40


class Polytope(NamedTuple):
    """``centre + basis @ z`` with ``faces @ z >= bounds``; the centre lies inside."""

    centre: np.ndarray
    basis: np.ndarray
    faces: np.ndarray
    bounds: np.ndarray
    corners: np.ndarray | None


@dataclass(frozen=True, eq=False)
class AdmissibleWeights:
    """All weights of criteria that keep to what is known, none preferred.

    Attributes
    ----------
    criteria : Index
        In the order given.
    statements : DataFrame, statements x (criteria, bound)
        Each row asks for coefficients @ weights >= bound; its label says it in words.
    hull : DataFrame or None
        The weights whose hull this is, if that is how it was given.
    """

    criteria: pd.Index
    statements: pd.DataFrame
    hull: pd.DataFrame | None = None

    @cached_property
    def polytope(self) -> Polytope:
        """The set in the dimensions that are left, without idle statements."""
        if self.hull is not None:
            return _around_points(self.hull.to_numpy())
        table = self.statements.to_numpy(dtype=float)
        return _within_statements(table[:, :-1], table[:, -1], self.statements.index)

    def sample(self, n: int, *, seed: int = 0) -> pd.DataFrame:
        """Draw weights uniformly.

        A set with one corner more than dimensions (nothing known, a full order, few
        ballots) is drawn directly: its corners mixed by spacings of exponential
        variates [1]_. Any other is drawn by hit-and-run [2]_, each draw from a chain
        of its own: half start in the middle, half in the corners, and they run until
        both halves agree in mean and spread, and as long again.

        Parameters
        ----------
        n : int
            How many draws, at least 1.
        seed : int
            The same seed gives the same draws.

        Returns
        -------
        DataFrame of shape (n, n_criteria)
            By ``draw``; each row non-negative, summing to 1. [-]

        References
        ----------
        .. [1] L. Devroye, *Non-Uniform Random Variate Generation*, Springer, 1986, ch. 5.
        .. [2] R. L. Smith, *Operations Research* 32(6), 1984.
        """
        n = int(require_number(n, name="n", low=1))
        rng, shape = np.random.default_rng(seed), self.polytope
        if shape.corners is not None and len(shape.corners) == shape.basis.shape[1] + 1:
            drawn = rng.dirichlet(np.ones(len(shape.corners)), n) @ shape.corners
        else:
            drawn = shape.centre + _hit_and_run(shape, n, rng) @ shape.basis.T
        index = pd.RangeIndex(n, name="draw")
        return pd.DataFrame(drawn.clip(min=0), index=index, columns=self.criteria, copy=False)

    def vertices(self) -> pd.DataFrame:
        """List the corners of the set, up to `MOST_VERTICES`.

        Returns
        -------
        DataFrame of shape (n_vertices, n_criteria)
            Every admissible weight is a mixture of these rows. [-]

        Raises
        ------
        InputError
            If so many faces in so many dimensions can have more corners.
        """
        shape = self.polytope
        corners = _corners(shape) if shape.corners is None else shape.corners
        index = pd.RangeIndex(len(corners), name="vertex")
        return pd.DataFrame(corners, index=index, columns=self.criteria)


def admissible_weights(
    criteria: Iterable,
    *,
    ranking: Sequence | None = None,
    lower: Any = None,
    upper: Any = None,
    ratios: Mapping | None = None,
    statements: pd.DataFrame | None = None,
) -> AdmissibleWeights:
    """State what is known of weights; with nothing known, every weight is admissible.

    Parameters
    ----------
    criteria : iterable of n_criteria labels
        The criteria weighed.
    ranking : list of labels, optional
        Best first, ties as tuples; criteria left out may have any place.
    lower, upper : number, or Series or mapping by criterion, optional
        Least and greatest weight; criteria left out have no limit. In [0, 1]. [-]
    ratios : mapping from (first, second), optional
        How many times the second's weight the first's is: a number, or
        (at least, at most) with None for no limit. [ratio]
    statements : DataFrame with columns ``"bound"`` and criteria, optional
        One row asks for the sum of coefficient x weight to be at least the bound;
        a criterion without a column has coefficient 0.

    Returns
    -------
    AdmissibleWeights
        Non-negative weights summing to 1 that keep to all of it.

    Raises
    ------
    InputError
        If a label is unknown or repeated, a number is missing, or nothing keeps to all
        of it: then it names statements that contradict each other, none to spare.

    Examples
    --------
    >>> known = admissible_weights(["reach", "risk", "cost"], ranking=["reach", ("risk", "cost")])
    >>> known.vertices().round(3).to_numpy().tolist()
    [[1.0, 0.0, 0.0], [0.333, 0.333, 0.333]]
    """
    criteria = pd.Index(criteria, name=getattr(criteria, "name", None) or "criterion")
    require_unique(criteria, name="criteria", axis="criterion")
    if len(criteria) == 0:
        raise InputError("criteria: must have at least one label, got none")
    rows = [
        *_order_rows(criteria, ranking),
        *_limit_rows(criteria, "lower", lower, 1.0),
        *_limit_rows(criteria, "upper", upper, -1.0),
        *_ratio_rows(criteria, ratios or {}),
        *_stated_rows(criteria, statements),
    ]
    table = np.array([[*a, b] for _, a, b in rows]).reshape(len(rows), len(criteria) + 1)
    words = pd.Index([words for words, _, _ in rows], dtype=object, name="statement")
    known = AdmissibleWeights(criteria, pd.DataFrame(table, words, [*criteria, "bound"]))
    _ = known.polytope  # an empty set is refused here
    return known


def hull_weights(weights: pd.DataFrame) -> AdmissibleWeights:
    """Admit every mixture of some weights, such as those of a board's members.

    The weights themselves, without mixtures, are a finite sample: hand the frame to
    any function that takes a weight sample.

    Parameters
    ----------
    weights : DataFrame of shape (n_members, n_criteria)
        Each row non-negative, summing to 1. [-]

    Examples
    --------
    >>> board = pd.DataFrame([[0.7, 0.3], [0.5, 0.5], [0.2, 0.8]], columns=["reach", "risk"])
    >>> hull_weights(board).vertices().to_numpy().tolist()
    [[0.2, 0.8], [0.7, 0.3]]
    """
    weights = require_weight_rows(weights, name="weights")
    none = pd.DataFrame(columns=[*weights.columns, "bound"], dtype=float)
    return AdmissibleWeights(weights.columns, none, weights)


def require_weight_rows(weights: pd.DataFrame, *, name: str = "weight_sample") -> pd.DataFrame:
    """Return rows of weights as float64, each non-negative and summing to 1, or refuse them."""
    require_frame(weights, name=name)
    weights = require_numbers(weights, name=name, low=0)
    totals = pd.Series(weights.to_numpy().sum(axis=1), weights.index)
    good = (totals - 1).abs().to_numpy() <= SUM_TOLERANCE
    require_all(good, totals, name=name, rule="each row must sum to 1")
    return weights


def _order_rows(criteria, ranking):
    if ranking is None or len(ranking) == 0:
        return
    _places(criteria, weight_methods.rank_order_centroid(ranking).index, "ranking")
    groups = [place if isinstance(place, tuple) else (place,) for place in ranking]
    for group in groups:
        for first, second in pairwise(group):
            yield from _ratio_rows(criteria, {(first, second): 1.0}, "as much as")
    for above, below in pairwise(groups):
        yield from _ratio_rows(criteria, {(above[-1], below[0]): (1.0, None)}, "no less than")


def _limit_rows(criteria, name, limit, sign):
    if limit is None:
        return
    if isinstance(limit, int | float | np.number):
        limit = pd.Series(limit, criteria)
    limit = pd.Series(limit, dtype=object if len(limit) == 0 else None)
    if len(limit) == 0:
        return
    require_series(limit, name=name)
    limit = require_numbers(limit, name=name, low=0, high=1, rows="criterion")
    side = "at least" if sign > 0 else "at most"
    for j, bound in zip(_places(criteria, limit.index, name), limit, strict=True):
        yield f"{show(criteria[j])} {side} {bound:g}", sign * np.eye(len(criteria))[j], sign * bound


def _ratio_rows(criteria, ratios, words: str = ""):
    for pair, asked in ratios.items():
        if not (isinstance(pair, tuple) and len(pair) == 2):
            raise InputError(
                f"ratios: each must be for a (first, second) of criteria, got {show(pair)}"
            )
        first, second = _places(criteria, pair, "ratios")
        low, high = asked if isinstance(asked, tuple | list) else (asked, asked)
        for times, sign, side in ((low, 1.0, "at least"), (high, -1.0, "at most")):
            if times is None or times == np.inf:
                continue
            times = require_number(times, name=f"ratios: for {show(pair)} it", low=0)
            row = sign * (np.eye(len(criteria))[first] - times * np.eye(len(criteria))[second])
            said = words or f"{'exactly' if low == high else side} {times:g} times"
            yield f"{show(pair[0])} {said} {show(pair[1])}", row, 0.0


def _stated_rows(criteria, statements):
    if statements is None:
        return
    require_frame(statements, name="statements")
    if "bound" not in statements.columns:
        raise InputError("statements: must have a column 'bound', got none")
    _places(criteria, statements.columns.drop("bound"), "statements")
    table = require_numbers(statements, name="statements")
    coefficients = table.reindex(columns=criteria, fill_value=0.0).to_numpy()
    for label, row, bound in zip(table.index, coefficients, table["bound"], strict=True):
        yield f"statement {show(label)}", row, bound


def _places(criteria: pd.Index, labels: Iterable, name: str) -> np.ndarray:
    places = criteria.get_indexer(pd.Index(labels))
    if (places < 0).any():
        unknown = [label for label, at in zip(labels, places, strict=True) if at < 0]
        raise InputError(f"{name}: not among the criteria: {listing(unknown)}")
    return places


def _least(objective, faces, least, **simplex) -> np.ndarray | None:
    """Return the point that makes an objective least, None if there is no point."""
    from scipy.optimize import linprog

    fine = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
    rows = {"A_ub": -faces, "b_ub": -least} if len(faces) else {}
    return linprog(objective, **rows, **simplex, options=fine).x


def _within_statements(coefficients: np.ndarray, bounds: np.ndarray, words) -> Polytope:
    from scipy.linalg import null_space

    n = coefficients.shape[1]
    size = np.maximum(np.abs(coefficients).max(axis=1, initial=0), _TINY)
    coefficients, bounds = coefficients / size[:, None], bounds / size
    simplex = {"A_eq": np.ones((1, n)), "b_eq": [1.0]}
    if _least(np.zeros(n), coefficients, bounds, **simplex) is None:
        raise InputError(_conflict(coefficients, bounds, words, simplex))
    every, least = np.vstack([coefficients, np.eye(n)]), np.append(bounds, np.zeros(n))
    far = np.array([_least(-row, coefficients, bounds, **simplex) for row in every])
    tight = (every * far).sum(axis=1) - least <= _TINY
    centre = far.mean(axis=0)
    basis = null_space(np.vstack([np.ones((1, n)), every[tight]]), rcond=_TINY)
    if basis.shape[1] == 0:
        none = np.zeros((0, 0))
        return Polytope(centre, basis, none, np.zeros(0), _clean(centre[None]))
    faces, room = every[~tight] @ basis, least[~tight] - every[~tight] @ centre
    length = np.linalg.norm(faces, axis=1)
    kept = length > _TINY
    faces, room = faces[kept] / length[kept, None], room[kept] / length[kept]
    faces, room = _without_idle(faces, room)
    shape = Polytope(centre, basis, faces, room, None)
    if len(faces) == basis.shape[1] + 1:
        others = ~np.eye(len(faces), dtype=bool)
        z = np.array([np.linalg.solve(faces[rest], room[rest]) for rest in others])
        shape = shape._replace(corners=_clean(centre + z @ basis.T))
    return shape


def _conflict(coefficients, bounds, words, simplex) -> str:
    """Drop statements one by one as long as the rest still contradict each other."""
    kept = list(dict.fromkeys(words))
    for one in list(kept):
        rest = words.isin([other for other in kept if other != one])
        zeros = np.zeros(coefficients.shape[1])
        if _least(zeros, coefficients[rest], bounds[rest], **simplex) is None:
            kept.remove(one)
    return (
        f"weights: these cannot all hold: {'; '.join(kept)}; leave one out, or ease it "
        "(weights are at least 0 and sum to 1)"
    )


def _without_idle(faces: np.ndarray, bounds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Leave out faces that the others imply."""
    kept = np.ones(len(faces), dtype=bool)
    for i, (face, bound) in enumerate(zip(faces, bounds, strict=True)):
        kept[i] = False
        rows = np.vstack([faces[kept], face]), np.append(bounds[kept], bound - 1)
        found = _least(face, *rows, bounds=(None, None))
        kept[i] = found is None or face @ found < bound - _TINY
    return faces[kept], bounds[kept]


def _around_points(points: np.ndarray) -> Polytope:
    from scipy.spatial import ConvexHull

    points = np.unique(_clean(points), axis=0)
    centre = points.mean(axis=0)
    _, sizes, directions = np.linalg.svd(points - centre, full_matrices=False)
    basis = directions[sizes > _TINY].T
    d, z = basis.shape[1], (points - centre) @ basis
    if len(points) == d + 1:
        return Polytope(centre, basis, np.zeros((0, d)), np.zeros(0), points)
    if d == 1:
        return _around_points(points[[z.argmin(), z.argmax()]])
    _require_few(len(points), d)
    hull = ConvexHull(z)
    faces = np.unique(np.round(-hull.equations, 12), axis=0)
    return Polytope(centre, basis, faces[:, :-1], -faces[:, -1], points[np.sort(hull.vertices)])


def _corners(shape: Polytope) -> np.ndarray:
    from scipy.spatial import HalfspaceIntersection

    d = shape.basis.shape[1]
    _require_few(len(shape.faces), d)
    found = HalfspaceIntersection(np.column_stack([-shape.faces, shape.bounds]), np.zeros(d))
    z = np.unique(np.round(found.intersections, 9), axis=0)
    touching = np.abs(z @ shape.faces.T - shape.bounds) < 1e-7
    z = [np.linalg.lstsq(shape.faces[on], shape.bounds[on], rcond=None)[0] for on in touching]
    return np.unique(_clean(np.round(shape.centre + np.array(z) @ shape.basis.T, 12)), axis=0)


def _require_few(n: int, d: int) -> None:
    """Refuse what may have too many corners: n faces in d dimensions (P. McMullen, 1970)."""
    most = comb(n - (d + 1) // 2, n - d) + comb(n - (d + 2) // 2, n - d)
    if most > MOST_VERTICES:
        raise InputError(
            f"admissible: may have up to {most:,} corners ({n} faces in {d} dimensions), more than "
            f"{MOST_VERTICES:,}; state fewer limits or more of the order, or sample"
        )


def _clean(weights: np.ndarray) -> np.ndarray:
    return np.where(np.abs(weights) < 1e-12, 0.0, weights)


def _hit_and_run(shape: Polytope, n: int, rng: np.random.Generator) -> np.ndarray:
    """Move many chains at once until those from the middle and from corners agree."""
    d = shape.basis.shape[1]
    ends = [_least(-face, shape.faces, shape.bounds, bounds=(None, None)) for face in shape.faces]
    z = np.zeros((d, max(n, _LEAST_CHAINS)))
    z[:, ::2] = 0.999 * np.array(ends)[rng.integers(len(ends), size=z[:, ::2].shape[1])].T
    shear, steps = np.eye(d), 0
    for _ in range(_MOST_ROUNDS):
        z, steps = _moved(shape, z, shear, 5 * d, rng), steps + 5 * d
        shear = np.linalg.cholesky(np.cov(z).reshape(d, d))
        if _agree(np.linalg.solve(shear, z)):
            return _moved(shape, z, shear, steps, rng)[:, rng.permutation(z.shape[1])[:n]].T
    raise InputError("admissible: too thin a set to sample evenly; ease a limit or use vertices()")


def _moved(shape: Polytope, z, shear, steps: int, rng) -> np.ndarray:
    """Take steps: a random line through each point, then a random point on it."""
    room = shape.faces @ z - shape.bounds[:, None]
    for _ in range(steps):
        line = shear @ rng.standard_normal(z.shape)
        pace = shape.faces @ line
        nearness = pace / np.maximum(room, 1e-300)
        ahead, back = -1 / nearness.min(axis=0), -1 / nearness.max(axis=0)
        step = back + rng.random(z.shape[1]) * (ahead - back)
        z, room = z + step * line, room + step * pace
    return z


def _agree(z: np.ndarray) -> bool:
    """Compare the mean and the spread of the two halves within four standard errors."""
    moments = np.vstack([z, z**2])
    one, other = moments[:, ::2], moments[:, 1::2]
    error = np.sqrt(one.var(axis=1) / one.shape[1] + other.var(axis=1) / other.shape[1])
    return bool((np.abs(one.mean(axis=1) - other.mean(axis=1)) <= 4 * error).all())
