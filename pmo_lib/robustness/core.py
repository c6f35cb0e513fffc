"""Projects that are safe whatever the admissible weights: exact, over non-dominated portfolios."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmo_lib import selection
from pmo_lib.checks import InputError
from pmo_lib.robustness.acceptability import Progress, search
from pmo_lib.robustness.admissible import AdmissibleWeights
from pmo_lib.robustness.bounds import Choosing, choosing, reduced_worth

MOST_PARTIAL = 20_000
"""How many partial portfolios are compared before the question is called too large."""

_GUIDES = 50
"""Portfolios sought beforehand, best at some weights, that show others to be hopeless."""

_CELLS, _SAME, _ANY = 1 << 20, 1e-9, 1e9
"""Values closer than this share of the largest are equal."""


def core_index(
    values: pd.DataFrame, cost, budget, admissible: AdmissibleWeights, **constraints
) -> pd.Series:
    """Share of the non-dominated portfolios that hold each project: exact, never sampled.

    A project in all of them (1, core) is funded whatever the admissible weights and can
    be decided at once; one in none (0, exterior) is never funded; what is between
    depends on the weights (J. Liesiö, P. Mild and A. Salo, *European Journal of
    Operational Research* 181(3), 2007).

    Parameters
    ----------
    values : DataFrame of shape (n_projects, n_criteria), or by (project, option)
        What taking it adds on each criterion; may be negative. [value]
    cost, budget, **constraints
        As in `selection.choose`.
    admissible : AdmissibleWeights
        Its corners must be few enough to list.

    Returns
    -------
    Series of shape (n_projects,)
        In [0, 1], named ``"core_index"``. [-]

    Raises
    ------
    InputError
        As `selection.choose`, or if there are too many corners or partial portfolios
        to compare them all; it names how many.
    InfeasibleError
        If no portfolio meets the limits.

    Examples
    --------
    >>> values = pd.DataFrame({"reach": [9, 5, 1, 2], "risk": [8, 1, 5, 1]}, list("abcd"))
    >>> from pmo_lib.robustness import admissible_weights
    >>> core_index(values, pd.Series(1.0, list("abcd")), 2, admissible_weights(["reach", "risk"])).to_dict()
    {'a': 1.0, 'b': 0.5, 'c': 0.5, 'd': 0.0}
    """
    held = nondominated_portfolios(values, cost, budget, admissible, **constraints)
    return held.mean().rename("core_index")


def nondominated_portfolios(
    values: pd.DataFrame,
    cost,
    budget,
    admissible: AdmissibleWeights,
    *,
    progress: Progress | None = None,
    **constraints,
) -> pd.DataFrame:
    """List every portfolio that no other beats for all admissible weights.

    Portfolios grow project by project, all at once. One is given up when another of the
    same projects uses no more of any limit and is worth at least as much at every corner
    of the admissible weights and more at one, or when prices show that whatever is
    added, a portfolio already found will beat it so.

    Parameters, errors
    ------------------
    As `core_index`. `progress` is called with columns decided and columns in all; if it
    returns True, the answer is that there are too many partial portfolios.

    Returns
    -------
    DataFrame of shape (n_portfolios, n_projects)
        True where the portfolio of the row holds the project.
    """
    problem = choosing(values, cost, budget, admissible.criteria, **constraints)
    corners = admissible.vertices().to_numpy()
    middle = pd.Series(values[admissible.criteria].to_numpy() @ corners.mean(axis=0), values.index)
    start = problem.columns_of(selection.choose(middle, cost, budget, **constraints))
    mixes = np.random.default_rng(0).dirichlet(np.ones(len(corners)), _GUIDES)
    guides = search(problem, np.vstack([corners[:_GUIDES], mixes @ corners]), start, _ANY).taken
    taken = _grow(problem, problem.worth(corners), np.unique(guides, axis=0), progress)
    return problem.by_project(taken).rename_axis("portfolio")


def _grow(problem: Choosing, worth: np.ndarray, guides: np.ndarray, progress) -> np.ndarray:
    """Decide column by column, clear ones first, and keep what may yet be non-dominated."""
    rows, near = problem.rows, _SAME * float(np.abs(guides @ worth).max())
    reduced, used = map(
        np.array, zip(*(reduced_worth(problem, one) for one in worth.T), strict=True)
    )
    n, ends = problem.model.n_integer, problem.model.upper * reduced
    used = used + np.maximum(ends[:, n:], 0).sum(axis=1)
    order = np.argsort(-np.abs(reduced[:, :n]).mean(axis=0), kind="stable")
    taken, best = np.zeros((1, len(worth))), guides @ worth
    for step, column in enumerate(order):
        rest = order[step + 1 :]
        more = taken.copy()
        more[:, column] = 1.0
        taken = np.vstack([taken, more])
        uses = taken.astype(np.int64) @ rows.T
        least, most = (
            np.minimum(rows[:, rest], 0).sum(axis=1),
            np.maximum(rows[:, rest], 0).sum(axis=1),
        )
        fits = (uses + least <= problem.limits + problem.eased).all(axis=1)
        taken, uses = taken[fits], uses[fits]
        value = taken @ worth
        bound = used + taken @ reduced.T + np.maximum(reduced[:, rest], 0).sum(axis=1)
        hopeful = ~_beaten(bound, best, near)
        taken, uses, value = taken[hopeful], uses[hopeful], value[hopeful]
        if progress and progress(step + 1, len(order)):
            raise InputError(
                f"values: stopped with {step + 1} of {len(order)} columns decided, so not all portfolios "
                "are known; ask funding_acceptability for a sampled share"
            )
        if len(taken) > MOST_PARTIAL:
            raise InputError(
                f"values: {len(taken):,} partial portfolios after {step + 1} of {len(order)} columns are "
                f"more than the {MOST_PARTIAL:,} compared exactly; state more of the weights, or ask "
                "funding_acceptability for a sampled share"
            )
        tight = np.maximum(uses, problem.limits - most - problem.burdened)
        kept = ~_beaten(value, value, near, tight)
        taken = taken[kept]
    taken = taken[[problem.affordable(one) for one in taken]]
    return taken[~_beaten(taken @ worth, taken @ worth, near)]


def _beaten(value: np.ndarray, others: np.ndarray, near: float, uses=None) -> np.ndarray:
    """Tell which rows are worth less than another row at one corner and more at none.

    With `uses`, only another that uses no more of any limit counts.
    """
    beaten = np.zeros(len(value), dtype=bool)
    step = max(1, _CELLS // max(len(others), 1))
    for at in range(0, len(value), step):
        part = slice(at, at + step)
        lead = np.ones((len(value[part]), len(others)), dtype=bool)
        ahead = np.zeros_like(lead)
        for mine, other in zip(value[part].T, others.T, strict=True):
            lead &= other >= mine[:, None] - near
            ahead |= other > mine[:, None] + near
        if uses is not None:
            for mine, other in zip(uses[part].T, uses.T, strict=True):
                lead &= other <= mine[:, None]
        beaten[part] = (lead & ahead).any(axis=1)
    return beaten
