"""Say what a portfolio serves: contributions of projects to strategic objectives.

A contribution lies in [0, 1]: 0 serves the objective not at all, 1 as far as a
project can. It is a frame of projects by objectives, every pair given.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmo_lib import checks, selection
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
    spend = _split(contribution).T @ cost.where(selected, 0.0)
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


@dataclass(frozen=True, eq=False)
class Closing:
    """What would have to be funded for an objective to get its share of the money.

    `added` has the ``cost`` [currency] and ``contribution`` [-] of each project to add;
    `cost` is their sum and `at_least` what is proven to be the least possible
    [currency]; `share_before` and `share_after` are the objective's share of spend. [-]
    """

    added: pd.DataFrame
    cost: float
    at_least: float
    share_before: float
    share_after: float


def spend_against_importance(
    contribution: pd.DataFrame,
    cost: pd.Series,
    selected: pd.Series,
    objective_weights: pd.Series,
    *,
    tolerance: float = 0.05,
) -> pd.DataFrame:
    """Set what is spent on each objective beside how important it is said to be.

    Parameters
    ----------
    contribution, cost, selected, objective_weights
        As in :func:`spend_by_objective` and :func:`alignment`.
    tolerance : float, default 0.05
        How far share and importance may differ before it is marked. [-]

    Returns
    -------
    DataFrame of shape (n_objectives, 5)
        By ``objective``: ``spend`` [currency], ``share`` of all spend, ``importance``,
        ``gap``, the one less the other [-], and ``funding``: over-funded, under-funded or
        in line.

    Examples
    --------
    >>> contribution = pd.DataFrame({"safety": [1.0, 0.0], "access": [0.0, 1.0]}, index=["a", "b"])
    >>> cost, selected = pd.Series({"a": 3.0, "b": 1.0}), pd.Series({"a": True, "b": True})
    >>> even = pd.Series({"safety": 0.5, "access": 0.5})
    >>> spend_against_importance(contribution, cost, selected, even)["funding"].tolist()
    ['over-funded', 'under-funded']
    """
    contribution, weights = _weighted_inputs(contribution, objective_weights)
    spent = spend_by_objective(contribution, cost, selected).loc[contribution.columns]
    return _against(spent, weights.rename("importance"), tolerance).rename_axis("objective")


def spend_by_bucket(
    bucket: pd.Series,
    cost: pd.Series,
    selected: pd.Series,
    targets: pd.Series,
    *,
    tolerance: float = 0.05,
) -> pd.DataFrame:
    """Set what is spent in each strategic bucket beside its target.

    Parameters
    ----------
    bucket : Series of shape (n_projects,)
        The bucket of each project, one of those of `targets`.
    cost, selected
        As in :func:`spend_by_objective`.
    targets : Series of shape (n_buckets,)
        The share of all spend each bucket is to have, summing to 1. [-]
    tolerance : float, default 0.05
        How far share and target may differ before it is marked. [-]

    Returns
    -------
    DataFrame of shape (n_buckets, 5)
        By ``bucket``: ``spend`` [currency], ``share``, ``target``, ``gap`` [-] and
        ``funding``: over-funded, under-funded or in line.

    Raises
    ------
    InputError
        If a project has a bucket without a target, targets do not sum to 1, or as for
        :func:`spend_by_objective`.

    Examples
    --------
    >>> bucket, cost = pd.Series({"a": "run", "b": "grow"}), pd.Series({"a": 3.0, "b": 1.0})
    >>> selected, targets = pd.Series({"a": True, "b": True}), pd.Series({"run": 0.7, "grow": 0.3})
    >>> spend_by_bucket(bucket, cost, selected, targets)["share"].to_dict()
    {'run': 0.75, 'grow': 0.25}
    """
    checks.require_series(bucket, name="bucket")
    targets = checks.require_weights(targets, criteria=targets.index, name="targets", of="targets")
    good = bucket.isin(targets.index).to_numpy()
    rule = f"each must have a target: {checks.listing(targets.index, most=12)}"
    checks.require_all(good, bucket, name="bucket", rule=rule, rows="project")
    members = pd.DataFrame({name: bucket.eq(name).astype("float64") for name in targets.index})
    spent = spend_by_objective(members, cost, selected).loc[targets.index]
    return _against(spent, targets.rename("target"), tolerance).rename_axis("bucket")


def roll_up(amounts: pd.DataFrame, levels: pd.DataFrame) -> pd.DataFrame:
    """Add amounts up from projects to the portfolio, so that every level equals the next.

    Amounts are taken to the penny first: what is printed adds up as printed.

    Parameters
    ----------
    amounts : DataFrame of shape (n_projects, n_figures)
        Such as cost and benefit. [currency]
    levels : DataFrame of shape (n_projects, n_levels)
        Where each project belongs, outermost first: business unit, then programme. A
        missing name is shown as ``"none"``.

    Returns
    -------
    DataFrame
        A row for the portfolio, then each group and its parts: the ``level`` (portfolio, a
        column of `levels`, or project), names (empty above their level) and figures.

    Raises
    ------
    InputError
        If the projects differ, or an amount is missing or beyond nine trillion.

    Examples
    --------
    >>> amounts = pd.DataFrame({"cost": [0.1, 0.2, 0.3]}, index=["a", "b", "c"])
    >>> levels = pd.DataFrame({"unit": ["x", "x", "y"]}, index=["a", "b", "c"])
    >>> roll_up(amounts, levels)[["level", "unit", "cost"]].values.tolist()[:3]
    [['portfolio', '', 0.6], ['unit', 'x', 0.3], ['project', 'x', 0.1]]
    """
    checks.require_frame(amounts, name="amounts")
    checks.require_frame(levels, name="levels")
    checks.require_same_labels(levels.index, amounts.index, name="levels", other="amounts")
    most = 9e12
    numbers = checks.require_numbers(amounts, name="amounts", low=-most, high=most, rows="project")
    pennies = (numbers * 100).round().astype("int64")
    names = levels.reindex(amounts.index).astype(object).fillna("none").astype(str)
    names["project"] = amounts.index.astype(str)
    keys, tables = list(names.columns), []
    for depth, level in enumerate(["portfolio", *keys]):
        shown = names.assign(**dict.fromkeys(keys[depth:], ""))
        summed = pennies.groupby([shown[key] for key in keys]).sum().reset_index()
        tables.append(summed.assign(level=level))
    table = pd.concat(tables).sort_values(keys, kind="stable", ignore_index=True)
    table[list(amounts.columns)] /= 100
    return table[["level", *keys, *amounts.columns]]


def close_gap(
    contribution: pd.DataFrame,
    cost: pd.Series,
    selected: pd.Series,
    *,
    objective: str,
    share: float,
    **constraints,
) -> Closing:
    """Find the cheapest projects to add for an objective to get a share of all spend.

    Parameters
    ----------
    contribution, cost, selected
        As in :func:`spend_by_objective`; what is selected stays.
    objective : label
        The objective, a column of `contribution`.
    share : float
        The share it is to get, such as its importance, in [0, 1]. [-]
    **constraints
        Links and other limits, as in `selection.choose`.

    Raises
    ------
    InputError
        As there; `selection.InfeasibleError` if no projects can close the gap.

    Examples
    --------
    >>> contribution = pd.DataFrame({"safety": [1.0, 0], "access": [0, 1.0]}, index=["a", "b"])
    >>> cost, selected = pd.Series({"a": 3.0, "b": 1.0}), pd.Series({"a": True, "b": False})
    >>> close_gap(contribution, cost, selected, objective="access", share=0.25).cost
    1.0
    """
    contribution, cost, selected = _spend_inputs(contribution, cost, selected)
    checks.require_choice(objective, tuple(contribution.columns), name="objective")
    group = pd.DataFrame({objective: _split(contribution)[objective]})
    limit = {"group": objective, "measure": "share", "at_least": share, "at_most": np.nan}
    found = selection.choose(
        -cost,
        cost,
        float(cost.sum()),
        forced_in=selected.index[selected],
        groups=group,
        limits=pd.DataFrame([limit]),
        gap=0.0,
        **constraints,
    )
    added = found.selected & ~selected
    before, after = (
        float(spend_by_objective(contribution, cost, chosen).loc[objective, "share"])
        for chosen in (selected, found.selected)
    )
    kept = float(cost[selected].sum())
    return Closing(
        pd.DataFrame({"cost": cost, "contribution": contribution[objective]})[added],
        float(cost[added].sum()),
        max(-found.bound - kept, 0.0),
        before,
        after,
    )


def _split(contribution: pd.DataFrame) -> pd.DataFrame:
    """Return the shares of each project among its objectives, and "no objective" for none."""
    total = contribution.sum(axis=1)
    split = contribution.div(total.where(total > 0, 1.0), axis=0)
    split[NO_OBJECTIVE] = (total == 0).astype("float64")
    return split


def _against(spent: pd.DataFrame, wanted: pd.Series, tolerance: float) -> pd.DataFrame:
    """Set shares beside those wanted, and mark where they differ."""
    within = checks.require_number(tolerance, name="tolerance", low=0) + 1e-12
    gap = spent["share"] - wanted
    words = np.select([gap > within, gap < -within], ["over-funded", "under-funded"], "in line")
    return spent.join(wanted).assign(gap=gap, funding=words)


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
