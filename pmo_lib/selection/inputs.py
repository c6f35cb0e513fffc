"""Read what a choice is made from: labels checked once, then aligned to one order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pmo_lib import checks
from pmo_lib.checks import InputError, listing, show

AS_PROPOSED = "as proposed"
"""The option of a project for which none is given."""

MEASURES = ("share", "amount", "count")
"""What a limit on a group may measure: part of the money, money, or projects."""


def in_order(labels: Iterable) -> list:
    """Sort labels by their text, so that no answer depends on the order of rows."""
    return sorted(labels, key=lambda one: tuple(map(str, one)) if _pair(one) else (str(one),))


def read_value(value: pd.Series, *, name: str = "value") -> tuple[pd.Series, pd.Index]:
    """Return values by (project, option), sorted, and the projects in the given order."""
    checks.require_series(value, name=name)
    index = value.index
    if index.nlevels > 2:
        raise InputError(
            f"{name}: index must be project or (project, option), got {list(index.names)}"
        )
    if index.to_frame(index=False).isna().any(axis=None):
        raise InputError(f"{name}: every project and option must be named, found a missing label")
    numbers = checks.require_numbers(value, name=name).reindex(in_order(index))
    pairs = [one if isinstance(one, tuple) else (one, AS_PROPOSED) for one in numbers.index]
    options = pd.MultiIndex.from_tuples(pairs, names=["project", "option"])
    return numbers.set_axis(options), index.get_level_values(0).unique().rename("project")


def align(data: pd.Series | pd.DataFrame, value: pd.Series, *, name: str, low: float = -np.inf):
    """Return numbers labelled like `value`, in the sorted order of its options."""
    is_frame = isinstance(data, pd.DataFrame)
    (checks.require_frame if is_frame else checks.require_series)(data, name=name)
    checks.require_same_labels(data.index, value.index, name=name, other="value")
    return checks.require_numbers(data, name=name, low=low).reindex(in_order(value.index))


def read_resource(need, limit, value: pd.Series, *, names: tuple[str, str], low: float) -> tuple:
    """Return the labels of a resource, what each option needs of it, and how much there is.

    Returns
    -------
    tuple of list, array of shape (n_options, n_labels) and array of shape (n_labels,)
        The one label of a single amount is ``"total"``.
    """
    aligned = align(need, value, name=names[0], low=low)
    if isinstance(aligned, pd.DataFrame):
        checks.require_series(limit, name=names[1])
        checks.require_same_labels(
            aligned.columns, limit.index, name=f"{names[0]} columns", other=names[1]
        )
        labels = in_order(limit.index)
        amounts = checks.require_numbers(limit, name=names[1], low=0).loc[labels]
        return labels, aligned[labels].to_numpy(), amounts.to_numpy()
    if isinstance(limit, pd.Series):
        raise InputError(
            f"{names[0]}: must be a DataFrame with the labels of {names[1]} as columns, got a Series"
        )
    amount = checks.require_number(limit, name=names[1], low=0)
    return ["total"], aligned.to_numpy()[:, None], np.array([amount])


def read_links(links: Iterable, projects: pd.Index, *, name: str) -> list[tuple]:
    """Return (project, other) pairs, sorted and once each."""
    pairs = list(links)
    for pair in pairs:
        if not _pair(pair):
            raise InputError(f"{name}: each must be a (project, other) pair, got {show(pair)}")
        if pair[0] == pair[1]:
            raise InputError(f"{name}: a project cannot be linked to itself, got {show(pair[0])}")
    require_projects({label for pair in pairs for label in pair}, projects, name=name)
    return in_order({tuple(pair) for pair in pairs})


def read_forced(forced: Any, projects: pd.Index, *, name: str) -> dict[Any, str]:
    """Return the forced projects, sorted, with the reason of each (empty if none is given)."""
    if isinstance(forced, str):
        raise InputError(
            f"{name}: must be names or a Series of reasons, got the text {show(forced)}"
        )
    if isinstance(forced, pd.Series):
        if len(forced):
            checks.require_series(forced, name=name)
        reasons = forced.astype(object).where(forced.notna(), "").astype(str).to_dict()
    else:
        reasons = dict.fromkeys(forced, "")
    require_projects(reasons, projects, name=name)
    return {project: reasons[project] for project in in_order(reasons)}


def read_limits(
    limits: pd.DataFrame | None, groups: pd.DataFrame | None, projects: pd.Index
) -> tuple[list[tuple], pd.DataFrame | None]:
    """Return limits as (group, measure, at least, at most), sorted, and checked memberships."""
    if limits is None or len(limits) == 0:
        return [], None
    columns = ["group", "measure", "at_least", "at_most"]
    _require_columns(limits, columns, name="limits")
    if groups is None:
        raise InputError("limits: need groups, a frame of projects by group, got none")
    checks.require_frame(groups, name="groups")
    checks.require_same_labels(groups.index, projects, name="groups", other="value")
    groups = checks.require_numbers(groups, name="groups", low=0, high=1)
    rows = list(limits[columns].itertuples(index=False, name=None))
    for row in rows:
        _check_limit(*row, groups.columns)
    return in_order(rows), groups


def read_synergies(synergies: pd.DataFrame | None, projects: pd.Index, labels: list) -> tuple:
    """Return pairs, the value of doing both, and what both cost more, by budget."""
    if synergies is None or len(synergies) == 0:
        return [], np.zeros(0), np.zeros((0, len(labels)))
    checks.require_frame(synergies, name="synergies")
    read_links(synergies.index, projects, name="synergies")
    known = ["cost"] if labels == ["total"] else labels
    if "value" not in synergies.columns or set(synergies.columns) - {"value", *known}:
        wanted = f"value and, for costs, {listing(known)}"
        raise InputError(f"synergies: columns must be {wanted}; got {listing(synergies.columns)}")
    numbers = checks.require_numbers(synergies, name="synergies").loc[in_order(synergies.index)]
    costs = numbers.reindex(columns=known, fill_value=0.0).to_numpy()
    return list(numbers.index), numbers["value"].to_numpy(), costs


def read_transfers(transfers: pd.DataFrame | None, labels: list) -> pd.DataFrame:
    """Return from, to and at most, sorted; refuse a budget that is not there."""
    if transfers is None or len(transfers) == 0:
        return pd.DataFrame({"from": [], "to": [], "at_most": np.zeros(0)})
    _require_columns(transfers, ["from", "to", "at_most"], name="transfers")
    for a, b in zip(transfers["from"], transfers["to"], strict=True):
        if a not in labels or b not in labels or a == b:
            raise InputError(
                f"transfers: each must name two labels of budget, got {show(a)} to {show(b)}"
            )
    checks.require_numbers(transfers["at_most"], name="transfers: at_most", low=0)
    order = in_order(zip(transfers["from"], transfers["to"], transfers.index, strict=True))
    return transfers.loc[[place for *_, place in order]].reset_index(drop=True)


@dataclass(frozen=True, eq=False)
class Hiring:
    """People who may be hired, or taken on loan, at a price.

    Attributes
    ----------
    at_most : Series by name of the offer
        How many. [FTE]
    cost : DataFrame of offers by label of budget
        What one costs while hired. [currency]
    adds : DataFrame of offers by label of capacity
        What one adds, mostly 0 or 1. [FTE]
    """

    at_most: pd.Series
    cost: pd.DataFrame
    adds: pd.DataFrame


def read_hiring(hiring: Hiring | None, labels: list, roles: list) -> Hiring:
    """Return offers in order of their names, over all labels of budget and capacity."""
    if hiring is None or len(hiring.at_most) == 0:
        return Hiring(
            pd.Series(dtype=float), pd.DataFrame(columns=labels), pd.DataFrame(columns=roles)
        )
    checks.require_series(hiring.at_most, name="hiring")
    names = in_order(hiring.at_most.index)
    tables = []
    for name, table, known in (("cost", hiring.cost, labels), ("adds", hiring.adds, roles)):
        checks.require_frame(table, name=f"hiring: {name}")
        checks.require_same_labels(table.index, names, name=f"hiring: {name}", other="at_most")
        unknown = [label for label in table.columns if label not in known]
        if unknown:
            other = "budget" if name == "cost" else "capacity"
            raise InputError(f"hiring: {name} names no label of {other}: {listing(unknown)}")
        table = checks.require_numbers(table, name=f"hiring: {name}", low=0).loc[names]
        tables.append(table.reindex(columns=known, fill_value=0.0))
    return Hiring(checks.require_numbers(hiring.at_most, name="hiring", low=0)[names], *tables)


def require_projects(labels: Iterable, projects: pd.Index, *, name: str) -> None:
    """Refuse a label that is not a project."""
    unknown = in_order(set(labels) - set(projects))
    if unknown:
        raise InputError(f"{name}: each must be a project of value, not there: {listing(unknown)}")


def _require_columns(frame: pd.DataFrame, columns: list[str], *, name: str) -> None:
    missing = sorted(set(columns).difference(frame.columns))
    if missing:
        wanted = ", ".join(columns)
        raise InputError(f"{name}: must have the columns {wanted}; missing {listing(missing)}")


def _check_limit(group, measure, low, high, known) -> None:
    if group not in known:
        raise InputError(f"limits: each group must be a column of groups, got {show(group)}")
    checks.require_choice(measure, MEASURES, name=f"limits: measure of {show(group)}")
    most = 1 if measure == "share" else np.inf
    bounds = [bound for bound in (low, high) if not pd.isna(bound)]
    for bound in bounds:
        checks.require_number(bound, name=f"limits: {measure} of {show(group)}", low=0, high=most)
    if not bounds:
        raise InputError(f"limits: {show(group)} must have at_least or at_most, got neither")
    if len(bounds) == 2 and low > high:
        raise InputError(
            f"limits: at_least must not exceed at_most, got {show(low)} and {show(high)} for {show(group)}"
        )


def _pair(label: Any) -> bool:
    return isinstance(label, tuple | list) and len(label) == 2
