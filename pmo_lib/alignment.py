"""Say what a portfolio serves: contributions of projects to strategic objectives.

A contribution lies in [0, 1]: 0 serves the objective not at all, 1 as far as a
project can. It is a frame of projects by objectives, every pair given.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmo_lib import checks
from pmo_lib.checks import InputError

NO_OBJECTIVE = "no objective"
"""The row that holds the money of projects that contribute to nothing."""


def alignment(contribution: pd.DataFrame, objective_weights: pd.Series) -> pd.Series:
    r"""Measure how far each project serves the weighted objectives.

    Project :math:`i` is aligned to the extent :math:`\sum_o w_o a_{io}`: 1 if it serves
    every objective fully, 0 if it serves none.

    Parameters
    ----------
    contribution : DataFrame of shape (n_projects, n_objectives)
        How far each project serves each objective, in [0, 1]. [-]
    objective_weights : Series of shape (n_objectives,)
        Labelled by objective, in any order; non-negative, summing to 1. [-]

    Returns
    -------
    Series of shape (n_projects,)
        In [0, 1], named ``"alignment"``, in the row order of `contribution`. [-]

    Raises
    ------
    InputError
        If a label is repeated, a contribution is missing or outside [0, 1], or the
        weights have other objectives, are negative or do not sum to 1.

    Examples
    --------
    >>> contribution = pd.DataFrame({"safety": [1.0, 0.0], "access": [0.5, 0.0]}, index=["a", "b"])
    >>> alignment(contribution, pd.Series({"safety": 0.75, "access": 0.25})).tolist()
    [0.875, 0.0]
    """
    contribution, weights = _weighted_inputs(contribution, objective_weights)
    return (contribution @ weights).clip(0, 1).rename("alignment")


def priority(contribution: pd.DataFrame, objective_weights: pd.Series) -> pd.Series:
    r"""Share one whole among the projects in proportion to their alignment.

    Project :math:`i` gets :math:`\sum_o w_o a_{io} / \sum_k \sum_o w_o a_{ko}`. The share
    depends on which other projects are listed; the alignment does not.

    Parameters
    ----------
    contribution : DataFrame of shape (n_projects, n_objectives)
        How far each project serves each objective, in [0, 1]. [-]
    objective_weights : Series of shape (n_objectives,)
        Labelled by objective, in any order; non-negative, summing to 1. [-]

    Returns
    -------
    Series of shape (n_projects,)
        Non-negative, summing to 1, named ``"priority"``. [-]

    Raises
    ------
    InputError
        As for :func:`alignment`, and if no project serves an objective that has weight.

    Examples
    --------
    >>> contribution = pd.DataFrame({"safety": [1.0, 0.0], "access": [0.0, 1.0]}, index=["a", "b"])
    >>> priority(contribution, pd.Series({"safety": 0.75, "access": 0.25})).tolist()
    [0.75, 0.25]
    """
    contribution, weights = _weighted_inputs(contribution, objective_weights)
    worth = contribution @ weights
    total = float(worth.sum())
    if not total > 0:
        raise InputError(
            "contribution: at least one project must serve an objective with weight, got none; "
            "rate the contributions or change the objective weights"
        )
    return (worth / total).rename("priority")


def spend_by_objective(
    contribution: pd.DataFrame, cost: pd.Series, selected: pd.Series
) -> pd.DataFrame:
    r"""Split the cost of the selected projects among the objectives they serve.

    A project's cost is split in proportion to its contributions,
    :math:`c_i a_{io} / \sum_q a_{iq}`. The cost of a project that contributes to
    nothing goes to the last row, ``"no objective"``, so the rows add up to the whole.

    Parameters
    ----------
    contribution : DataFrame of shape (n_projects, n_objectives)
        How far each project serves each objective, in [0, 1]. [-]
    cost : Series of shape (n_projects,)
        Total cost of each project, non-negative, in any order. [currency]
    selected : Series of shape (n_projects,)
        True for the projects in the portfolio, in any order.

    Returns
    -------
    DataFrame of shape (n_objectives + 1, 2)
        By ``objective``: ``spend`` [currency] and its ``share`` of all spend, in [0, 1],
        0 in every row if nothing is spent. [-]

    Raises
    ------
    InputError
        If the projects differ, a contribution is outside [0, 1], a cost is missing or
        negative, `selected` is not true or false, or an objective is called
        ``"no objective"``.

    Examples
    --------
    >>> contribution = pd.DataFrame({"safety": [1.0, 0.0], "access": [0.5, 0.0]}, index=["a", "b"])
    >>> cost, selected = pd.Series({"a": 3.0, "b": 1.0}), pd.Series({"a": True, "b": True})
    >>> spend_by_objective(contribution, cost, selected)["spend"].to_dict()
    {'safety': 2.0, 'access': 1.0, 'no objective': 1.0}
    """
    contribution, cost, selected = _spend_inputs(contribution, cost, selected)
    total = contribution.sum(axis=1)
    split = contribution.div(total.where(total > 0, 1.0), axis=0)
    split[NO_OBJECTIVE] = (total == 0).astype("float64")
    spend = split.T @ cost.where(selected, 0.0)
    whole = float(spend.sum())
    frame = pd.DataFrame({"spend": spend, "share": spend / whole if whole > 0 else 0.0})
    return frame.rename_axis("objective")


def coverage(contribution: pd.DataFrame, selected: pd.Series) -> pd.DataFrame:
    """Count the selected projects that serve each objective, and name a sole one.

    Parameters
    ----------
    contribution : DataFrame of shape (n_projects, n_objectives)
        How far each project serves each objective, in [0, 1]. [-]
    selected : Series of shape (n_projects,)
        True for the projects in the portfolio, in any order.

    Returns
    -------
    DataFrame of shape (n_objectives, 4)
        By ``objective``: ``n_projects`` that serve it at all, the ``highest``
        contribution in [0, 1] (0 if none), the project of that contribution
        (``best_project``, the first listed on a tie) and the one project that serves it
        if there is only one (``sole_project``); NaN where there is no such project.

    Raises
    ------
    InputError
        If the projects differ, a contribution is missing or outside [0, 1], or
        `selected` is not true or false.

    Examples
    --------
    >>> contribution = pd.DataFrame({"safety": [1.0, 0.5], "access": [0.0, 0.5]}, index=["a", "b"])
    >>> coverage(contribution, pd.Series({"a": True, "b": True}))["n_projects"].to_dict()
    {'safety': 2, 'access': 1}
    """
    contribution = checks.require_values(contribution, name="contribution")
    selected = _selected(selected, projects=contribution.index)
    funded = contribution.where(selected, 0.0, axis=0)
    count, highest = (funded > 0).sum(), funded.max()
    best = pd.Series(funded.index[funded.to_numpy().argmax(axis=0)], index=funded.columns)
    best = best.astype("object").where(count > 0)
    frame = {
        "n_projects": count,
        "highest": highest,
        "best_project": best,
        "sole_project": best.where(count == 1),
    }
    return pd.DataFrame(frame).rename_axis("objective")


def _weighted_inputs(contribution, objective_weights) -> tuple[pd.DataFrame, pd.Series]:
    contribution = checks.require_values(contribution, name="contribution")
    weights = checks.require_weights(
        objective_weights,
        criteria=contribution.columns,
        name="objective_weights",
        of="contribution",
    )
    return contribution, weights


def _spend_inputs(contribution, cost, selected) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    contribution = checks.require_values(contribution, name="contribution")
    if NO_OBJECTIVE in contribution.columns:
        raise InputError(f"contribution: no objective may be called '{NO_OBJECTIVE}'; rename it")
    checks.require_series(cost, name="cost")
    checks.require_same_labels(cost.index, contribution.index, name="cost", other="contribution")
    cost = checks.require_numbers(cost, name="cost", low=0).reindex(contribution.index)
    return contribution, cost, _selected(selected, projects=contribution.index)


def _selected(selected: pd.Series, *, projects: pd.Index) -> pd.Series:
    """Return the selection as plain truth values in the order of the projects, or refuse it."""
    checks.require_series(selected, name="selected")
    checks.require_same_labels(selected.index, projects, name="selected", other="contribution")
    selected = selected.reindex(projects)
    good = np.array([isinstance(cell, bool | np.bool_) for cell in selected])
    if not good.all():
        label, found = selected.index[~good][0], selected[~good].iloc[0]
        raise InputError(
            f"selected: each must be True or False, got {checks.show(found)} "
            f"for project {checks.show(label)}"
        )
    return selected.astype("bool")
