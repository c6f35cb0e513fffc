"""A project's actions as options: what each brings, costs and needs beyond stopping it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

import numpy as np
import pandas as pd

from pmo_lib import periods, selection
from pmo_lib.checks import (
    InputError,
    listing,
    require_choice,
    require_frame,
    require_numbers,
    require_same_labels,
    require_series,
)
from pmo_lib.selection.choice import _settled, search
from pmo_lib.selection.conflict import explain
from pmo_lib.selection.model import Model, exact_sum, replace_rows, row
from pmo_lib.selection.solver import Progress
from pmo_lib.selection.starts import parted

GOING = {"running": "continue", "paused": "resume", "proposed": "start"}
"""What carrying a project through is called, by where it stands."""

PAUSED, SLOWED = "paused", "slowed"
"""The options of a project that is paused, and of one that is slowed down."""

SWITCHES = {
    "stop": ["exit_cost", "contract_minimum"],
    "restart": ["restart_cost"],
    "pause": ["pause_cost", "restart_cost"],
}
"""What is paid to stop a project, to pause it, and to take it up again."""

AMOUNTS = (
    "sunk_cost", "exit_cost", "contract_minimum", "pause_cost", "restart_cost", "slow_months",
)  # fmt: skip
"""What the projects table states of running work."""

WORTHS = tuple(f"{switch}_value" for switch in SWITCHES)


@dataclass(frozen=True, eq=False)
class Actions:
    """Every action but stopping and leaving, which are what happens if none is taken.

    Attributes
    ----------
    projects : DataFrame by project
        As given, with zeros where an amount is not stated.
    table : DataFrame by (project, option)
        ``action``, ``value`` (expected worth) and ``changes`` (what it adds to the number
        of changes, all that runs being stopped).
    cost, use : DataFrame by (project, option)
        What is paid and who is needed; ``use`` may be None. [currency; FTE]
    stopping : DataFrame, projects that run or are paused x label of budget
        What stopping costs: exit cost and contractual minimum. [currency]
    model : selection model
        Value and cost of each option are those beyond stopping.
    """

    projects: pd.DataFrame
    table: pd.DataFrame
    cost: pd.DataFrame
    use: pd.DataFrame | None
    stopping: pd.DataFrame
    model: Model

    @property
    def constant(self) -> float:
        """Value of stopping everything that runs or is paused. [value]."""
        return exact_sum(self.projects.loc[self.stopping.index, "stop_value"].to_numpy())

    def with_most(self, *, stops: int | None = None, changes: int | None = None) -> Model:
        """Return the model with at most so many stops, and so many changes of any kind."""
        rows, n = list(self.model.rows), len(self.stopping)
        if stops is not None:
            going = self.model.options.get_level_values(0).isin(self.stopping.index).astype(float)
            words = f"at most {stops} projects may be stopped"
            rows.append(row("change", "stops", self._padded(going), n - stops, np.inf, words))
        if changes is not None:
            words = f"at most {changes} projects may change"
            rows.append(row("change", "changes", self.model.then[0], -np.inf, changes - n, words))
        return replace_rows(self.model, rows)

    def changes(self, choice: selection.Choice) -> int:
        """Count the projects that change, new starts included."""
        taken = pd.MultiIndex.from_frame(choice.option[choice.selected].reset_index())
        return round(len(self.stopping) + self.table["changes"].reindex(taken).sum())

    def _padded(self, numbers: np.ndarray) -> np.ndarray:
        return np.append(numbers, np.zeros(self.model.n_columns - len(numbers)))


def lay_out(
    value: pd.Series,
    cost: pd.Series | pd.DataFrame,
    budget: float | pd.Series,
    *,
    projects: pd.DataFrame,
    delay: pd.Series | None = None,
    pause_months: int = 0,
    discount_rate: float = 0.0,
    forced_in: Any = (),
    **constraints: Any,
) -> Actions:
    """Lay out every action of every project, and the model they are chosen by.

    Stopping is no option of its own: what stopping everything costs is taken off the
    budgets, and going on costs what it takes beyond that. So a link to a stopped project
    is a link to one that is not taken. The arguments are those of `rebalance`.
    """
    require_series(value, name="value")
    projects = _read(projects, value)
    if isinstance(cost, pd.Series):
        cost, budget = cost.to_frame("total"), pd.Series({"total": budget})
    given = {"value": value, "cost": cost, "delay": delay}
    given |= {name: constraints.pop(name, None) for name in ("use", "start", "finish")}
    tables = {k: _by_option(t, value, name=k) for k, t in given.items() if t is not None}
    status = projects["status"].reindex(tables["value"].index.get_level_values(0)).to_numpy()
    action = pd.Series(status, index=tables["value"].index).map(GOING)
    late = tables.pop("delay", pd.Series(0.0, index=action.index)) > 0
    tables["action"] = action.mask(late & (status == "proposed"), "start later")
    standing = projects[projects["status"] != "proposed"]
    own = tables["cost"][tables["cost"].index.get_level_values(0).isin(standing.index)]
    several = own.index.get_level_values(0)
    if several.has_duplicates:
        raise InputError(
            "value: must have one option for each project that runs or is paused, more for "
            f"{listing(several[several.duplicated()].unique())}"
        )
    stopping = laid(own.droplevel(1), standing["exit_cost"] + standing["contract_minimum"])
    tables = _with_switches(tables, standing, pause_months, discount_rate)
    action = tables.pop("action")
    by_project = projects.reindex(action.index.get_level_values(0)).set_axis(action.index)
    kept = action.eq("continue") | (action.eq("pause") & by_project["status"].eq("paused"))
    changes = (~kept).astype(float) - by_project["status"].ne("proposed")
    model = selection.build(
        budget=budget, forced_in=_forced(forced_in, projects), then=changes, **tables, **constraints
    )
    table = pd.DataFrame({"action": action, "value": tables["value"], "changes": changes})
    model = _beyond_stopping(model, stopping, by_project["stop_value"])
    return Actions(projects, table, tables["cost"], tables.get("use"), stopping, model)


def best(
    model: Model, *, gap: float, time_limit: float, progress: Progress | None = None
) -> selection.Choice:
    """Choose from a model that is already laid out."""
    began = monotonic()
    found = search(model, gap=gap, time_limit=time_limit, progress=progress)
    if found.x is None:
        raise explain(model, proven=found.status == "infeasible")
    return _settled(model, found, time_limit=time_limit, began=began)


def _read(projects: pd.DataFrame, value: pd.Series) -> pd.DataFrame:
    """Return the projects in the order of value, with zeros for amounts not stated."""
    require_frame(projects, name="projects")
    order = value.index.get_level_values(0).unique()
    require_same_labels(projects.index, order, name="projects", other="value")
    if "status" not in projects:
        raise InputError(f"projects: must have a column status, one of {', '.join(GOING)}")
    for project, word in projects["status"].items():
        require_choice(word, tuple(GOING), name=f"projects: status of {project}")
    amounts = {c: projects.get(c, 0.0) for c in (*AMOUNTS, *WORTHS)}
    protected = projects["protected"].fillna("") if "protected" in projects else ""
    table = projects.assign(**amounts, protected=protected).reindex(order)
    for columns, low in ((AMOUNTS, 0.0), (WORTHS, -np.inf)):
        stated = table[list(columns)].fillna(0.0)
        table = table.assign(**require_numbers(stated, name="projects", low=low, rows="project"))
    return table.rename_axis("project")


def first_of(table: pd.DataFrame) -> pd.DataFrame:
    """Return the first option of each project: carried through as planned."""
    return table[~table.index.get_level_values(0).duplicated()].droplevel(1)


def _by_option(table, value: pd.Series, *, name: str):
    """Label by (project, option), where only projects label a table."""
    require_same_labels(table.index, value.index, name=name, other="value")
    if table.index.nlevels == 2:
        return table.reindex(value.index)
    pairs = [(project, "as proposed") for project in value.index]
    return table.reindex(value.index).set_axis(pd.MultiIndex.from_tuples(pairs))


def laid(cost: pd.DataFrame, amount: pd.Series) -> pd.DataFrame:
    """Lay an amount on the first year in which a project costs, as its funds share that year, in cents.

    Years are the first part of the labels of cost, in their order; a project that costs
    nothing pays in the first of all.
    """
    year = np.array([label[0] if isinstance(label, tuple) else label for label in cost.columns])
    order, numbers = np.argsort(year, kind="stable"), cost.to_numpy()
    paid = numbers[:, order] > 0
    first = order[paid.argmax(axis=1)]
    share = numbers * (numbers > 0) * (year == year[first][:, None])
    share[~paid.any(axis=1), order[0]] = 1.0
    amounts = amount.reindex(cost.index).to_numpy(dtype=float)
    parts = share / share.sum(axis=1, keepdims=True) * amounts[:, None]
    return _in_cents(pd.DataFrame(parts, cost.index, cost.columns), first)


def _with_switches(tables: dict, standing: pd.DataFrame, months: int, rate: float) -> dict:
    """Charge what resuming costs, and add a pause, or slower work, where a project may have it.

    Running work is not paused or slowed where money or people would fall past the last
    period, as they would look free.
    """
    rows = tables["cost"].index.get_level_values(0).isin(standing.index)
    plain = {k: t[rows].droplevel(1) for k, t in tables.items()}
    again = standing["status"] == "paused"
    resumed = {
        "cost": plain["cost"] + laid(plain["cost"], standing["restart_cost"] * again),
        "value": plain["value"] + standing["restart_value"] * again,
    }
    ready = {k: t.copy() for k, t in tables.items()}
    for name, table in resumed.items():
        ready[name].loc[rows] = table.reindex(plain["value"].index).to_numpy()
    slower = _slowed(plain, standing, rate)
    if len(standing) == 0 or not months:
        return _with_option(ready, slower, SLOWED)
    dates = {"planned": "2000-01-01", "earliest": "2000-01-01"}
    dates["latest"] = periods.shift(dates["planned"], months)
    moved = selection.start_options(
        plain["value"], plain["cost"], pd.DataFrame(dates, index=standing.index),
        use=plain.get("use"), every=months, discount_rate=rate,
    )  # fmt: skip
    later = {"value": moved.value, "cost": moved.cost, "use": moved.use}
    later = {k: t.xs(dates["latest"], level=1) for k, t in later.items() if t is not None}
    fits = _fits(plain, later) | again
    allowed = standing.index[fits & (standing["protected"] == "")]
    switches = ((plain["cost"], "pause_cost"), (later["cost"], "restart_cost"))
    later["cost"] = sum((laid(t, standing[name]) for t, name in switches), later["cost"].round(2))
    later["value"] = later["value"] + standing["pause_value"]
    later["action"] = pd.Series("pause", index=standing.index)
    later |= {k: plain[k] + by for k, by in (("start", 0), ("finish", months)) if k in plain}
    paused = {k: later[k].loc[allowed] for k in ready}
    return _with_option(_with_option(ready, paused, PAUSED), slower, SLOWED)


def _with_option(tables: dict, more: dict, option: str) -> dict:
    """Append one more option of some projects."""
    pairs = pd.MultiIndex.from_product([more["value"].index, [option]])
    return {k: pd.concat([t, more[k].set_axis(pairs)]) for k, t in tables.items()}


def _slowed(plain: dict, standing: pd.DataFrame, rate: float) -> dict:
    """Spread what running work still needs over more months; its worth comes that much later."""
    may = (standing["slow_months"] > 0) & standing["status"].eq("running")
    more = standing.loc[may & (standing["protected"] == ""), "slow_months"]
    tables = {k: t.loc[more.index] for k, t in plain.items()}
    for name in {"cost", "use"} & set(tables):
        tables[name] = stretched(tables[name], more, yearly=name == "cost")
    fits = more.index[_fits(plain, tables)]
    tables = {k: t.loc[fits] for k, t in tables.items()}
    more = more.reindex(fits)
    tables["cost"] = _in_cents(tables["cost"], tables["cost"].to_numpy().argmax(axis=1))
    tables["value"] = tables["value"] * (1 + rate) ** (-more / 12)
    tables["action"] = pd.Series("slow down", index=fits, dtype=object)
    return tables | ({"finish": tables["finish"] + more} if "finish" in tables else {})


def _fits(plain: dict, later: dict) -> pd.Series:
    """Tell of which projects neither money nor people fall past the last period."""
    tables = [(plain[k].reindex(later[k].index) - later[k]) for k in ("cost", "use") if k in later]
    return pd.concat([lost.sum(axis=1) for lost in tables], axis=1).max(axis=1) < 1e-6


def stretched(flow: pd.DataFrame, months: pd.Series, *, yearly: bool) -> pd.DataFrame:
    """Spread each project's flow, from its first to its last period, over more months.

    Examples
    --------
    >>> cost = pd.DataFrame([[6.0, 6.0, 0.0]], ["pool"], ["2027-04-01", "2028-04-01", "2029-04-01"])
    >>> stretched(cost, pd.Series({"pool": 12}), yearly=True).loc["pool"].to_list()
    [4.0, 4.0, 4.0]
    """
    period, rest = zip(*(parted(label, yearly) for label in flow.columns), strict=True)
    days, found = sorted(set(period)), flow.astype(float).copy()
    step = periods.months_between(*days[:2]) if len(days) > 1 else 12 if yearly else 1
    place = pd.Index(days).get_indexer(list(period))
    kinds = pd.factorize(pd.Index(rest, tupleize_cols=False))[0]
    for project, more in months.items():
        table = np.zeros((kinds.max() + 1, len(days)))
        table[kinds, place] = flow.loc[project]
        if not (busy := np.flatnonzero(table.any(axis=0))).size:
            continue
        first, length = busy[0], busy[-1] + 1 - busy[0]
        factor = 1 + more / (length * step)
        ends = first + factor * np.arange(length + 1)
        into = np.arange(len(days))
        shared = np.minimum(ends[1:, None], into + 1) - np.maximum(ends[:-1, None], into)
        moved = table[:, first : first + length] @ (np.clip(shared, 0, None) / factor)
        found.loc[project] = moved[kinds, place]
    return found


def _in_cents(table: pd.DataFrame, place: np.ndarray) -> pd.DataFrame:
    """Round money to cents; what rounding adds or takes is put in one place of each row."""
    cents = np.round(table.to_numpy(dtype=float), 2)
    left = np.round(table.to_numpy().sum(axis=1), 2) - cents.sum(axis=1)
    cents[np.arange(len(cents)), place] += left
    return pd.DataFrame(np.round(cents, 2), table.index, table.columns)


def _forced(forced_in: Any, projects: pd.DataFrame) -> pd.Series:
    """Return what must go on, with its reason: what the board includes or protects."""
    if not isinstance(forced_in, pd.Series):
        forced_in = pd.Series("", index=list(forced_in), dtype=str)
    protected = projects.loc[projects["protected"] != "", "protected"]
    kept = forced_in[~forced_in.index.isin(protected.index)]
    return pd.concat([kept.astype(object), protected.astype(object)])


def _beyond_stopping(model: Model, stopping: pd.DataFrame, stop_value: pd.Series) -> Model:
    """Count value and budgets beyond what stopping brings and costs."""
    place = stopping.index.get_indexer(model.options.get_level_values(0))
    rows = []
    for one in model.rows:
        if one.kind == "budget":
            spared = stopping[one.label].to_numpy()
            if spared.any():
                taken = np.zeros(model.n_columns)
                taken[one.columns] = one.coefficients
                freed = np.where(place >= 0, spared[place], 0.0)
                taken[: model.n_options] = [
                    exact_sum(np.array(pair)) for pair in zip(taken, -freed, strict=False)
                ]
                high = exact_sum(np.append(-spared, one.high))
                one = row("budget", one.label, taken, -np.inf, high, one.words)
        rows.append(one)
    value = model.value.copy()
    value[: model.n_options] -= np.where(place >= 0, stop_value.reindex(model.options), 0.0)
    return replace(model, rows=tuple(rows), value=value)
