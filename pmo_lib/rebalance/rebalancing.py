"""Choose the best set of actions exactly, and show what each costs, frees and needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pmo_lib.rebalance.actions import AMOUNTS, SWITCHES, WORTHS, Actions, best, first_of, lay_out
from pmo_lib.rebalance.words import reasons
from pmo_lib.selection import Choice
from pmo_lib.selection.choice import TIME_LIMIT
from pmo_lib.selection.model import exact_sum
from pmo_lib.selection.solver import Progress, relative_gap


@dataclass(frozen=True, eq=False)
class Rebalance:
    """What to do with each project, and what that is worth.

    Attributes
    ----------
    table : DataFrame by project
        ``action`` (continue, stop, pause, slow down, resume, start, start later, leave), ``option``,
        ``changes`` (whether it is a change), ``reason``; ``value`` of the action and
        ``value_if_done``; ``cost_to_complete``, ``sunk_cost`` (shown, never used),
        ``exit_cost``, ``switching_cost`` (paid to stop, pause or take up again) and
        ``frees`` (within the budgets); then every other column of `projects`.
    choice : selection.Choice
        With its value, bound and gap; ``selected`` is what goes on or starts.
    changes : int
        How many projects change, new starts included.
    money : DataFrame by label of budget
        ``before`` (everything goes on), ``freed`` (by stopping and pausing, after what that
        costs), ``new``, ``after`` and ``budget``. [currency]
    people : DataFrame by label of capacity
        ``before``, ``released``, ``needed`` and ``after``. [FTE]
    """

    table: pd.DataFrame
    choice: Choice
    changes: int
    money: pd.DataFrame
    people: pd.DataFrame


def rebalance(
    value: pd.Series,
    cost: pd.Series | pd.DataFrame,
    budget: float | pd.Series,
    *,
    projects: pd.DataFrame,
    most_stops: int | None = None,
    most_changes: int | None = None,
    currency: str = "",
    gap: float = 1e-3,
    time_limit: float = TIME_LIMIT,
    progress: Progress | None = None,
    actions: Actions | None = None,
    **constraints: Any,
) -> Rebalance:
    """Choose for every project whether it goes on, slows down, stops, pauses, starts or is left.

    The greatest value is sought, then the fewest changes, then the least cost, by the
    model of `selection.choose`: stopping is worth ``stop_value`` and costs the exit cost
    and the contractual minimum, both in the first year in which the project costs; a
    pause moves cost, people and finish by `pause_months` and discounts the value; slowing
    down spreads what is left over ``slow_months`` more, and the value comes that much
    later. Both are offered where neither money nor people fall past the last period. What is already spent is in no
    number used here.

    Parameters
    ----------
    value : Series by project, or by (project, option)
        Expected worth of what lies ahead if it is carried through. [value]
    cost : Series, or DataFrame with the labels of `budget` as columns
        Cost to complete, not negative. [currency]
    budget : float, or Series by period or (period, fund)
        Money there is from today, running work included. [currency]
    projects : DataFrame by project
        ``status`` (running, paused, proposed); optional: ``protected`` (why it must go on
        as it is), ``sunk_cost``, ``exit_cost``, ``contract_minimum``, ``pause_cost``,
        ``restart_cost`` [currency]; ``slow_months``, by how much it can be slowed down
        (missing or 0: not) [month]; ``stop_value``, ``pause_value``, ``restart_value``,
        what paying these is worth, mostly 0 or negative [value]; and, to be shown and
        worded, ``cost_to_complete``, ``benefit`` [currency], ``bcr`` and anything else.
    most_stops, most_changes : int, optional
        Limits on change; a new start is a change too.
    currency : str
        Sign before money in reasons.
    gap, time_limit, progress
        As in `selection.choose`.
    actions : Actions, optional
        What `lay_out` makes of the same, where it is known already.
    **constraints
        ``delay`` (Series like value: months after the planned start), ``pause_months``
        (0: no pause), ``discount_rate`` (yearly, for a pause) and what `selection.choose`
        takes: links, use and capacity, limits and groups (over all work that goes on or
        starts), forced_in, forced_out, start, finish, synergies, transfers.

    Returns
    -------
    Rebalance

    Raises
    ------
    InputError
        As `selection.choose`, or if a status is not known or a cost is negative.
    InfeasibleError
        If no set of actions meets the limits; it names the clash and ways out.

    Examples
    --------
    >>> projects = pd.DataFrame({"status": ["running", "running", "proposed"],
    ...     "exit_cost": [1.0, 1.0, 0.0]}, index=["pool", "payroll", "hubs"])
    >>> value = pd.Series({"pool": 4.0, "payroll": 6.0, "hubs": 9.0})
    >>> cost = pd.Series({"pool": 7.0, "payroll": 1.0, "hubs": 6.0})
    >>> rebalance(value, cost, 8.0, projects=projects).table["action"].to_list()
    ['stop', 'continue', 'start']
    """
    actions = actions or lay_out(value, cost, budget, projects=projects, **constraints)
    model = actions.with_most(stops=most_stops, changes=most_changes)
    found = best(model, gap=gap, time_limit=time_limit, progress=progress)
    decided = [constraints.get(name, ()) for name in ("forced_in", "forced_out")]
    return labelled(actions, found, decided=decided, currency=currency)


def _in_full(actions: Actions, found: Choice) -> Choice:
    """State value, cost and budgets with what stopping brings and costs."""
    value, bound = (exact_sum(np.array([v, actions.constant])) for v in (found.value, found.bound))
    spared = actions.stopping.sum().to_dict()
    slack = found.slack.copy()
    back = slack["label"].map(spared).where(slack["kind"] == "budget", 0.0).to_numpy(dtype=float)
    slack["limit"], slack["used"] = slack["limit"] + back, slack["used"] + back
    stopped = ~found.selected.reindex(actions.stopping.index)
    cost = found.cost + float(actions.stopping[stopped].to_numpy().sum())
    gap = relative_gap(value, bound)
    return replace(found, value=value, bound=bound, gap=gap, slack=slack, cost=cost)


def labelled(
    actions: Actions, found: Choice, *, decided: Sequence = (), currency: str = ""
) -> Rebalance:
    """Lay out what a choice does with each project, and what that frees and needs."""
    choice = _in_full(actions, found)
    projects, selected = actions.projects, choice.selected
    pairs = pd.MultiIndex.from_arrays([selected.index, choice.option])
    taken = actions.table.reindex(pairs).set_axis(selected.index)
    runs = projects["status"] != "proposed"
    idle = runs.map({True: "stop", False: "leave"})
    planned = first_of(actions.cost)
    paid = actions.cost.reindex(pairs).set_axis(selected.index).fillna(0.0)
    stopped = actions.stopping.reindex(selected.index).fillna(0.0).mul(~selected, axis=0)
    before, after = planned.mul(runs, axis=0), paid + stopped
    table = pd.DataFrame(index=selected.index)
    table["action"] = taken["action"].where(selected, idle)
    table["option"] = choice.option
    table["changes"] = taken["changes"].fillna(0.0) + runs > 0
    table["value"] = taken["value"].where(selected, projects["stop_value"].where(runs, 0.0))
    table["value_if_done"] = first_of(actions.table)["value"]
    table["cost_to_complete"] = planned.sum(axis=1)
    table[["sunk_cost", "exit_cost"]] = projects[["sunk_cost", "exit_cost"]]
    table["switching_cost"] = _switching(table["action"], projects)
    table["frees"] = (before - after).sum(axis=1).where(runs, 0.0)
    shown = projects.columns.difference([*AMOUNTS, *WORTHS, "protected"], sort=False)
    table[shown] = projects[shown]
    table.insert(3, "reason", reasons(table, projects["protected"], decided, currency))
    money = pd.DataFrame({"before": before.sum(), "freed": (before - after)[runs].sum()})
    money = money.assign(new=after[~runs].sum(), after=after.sum())
    limits = choice.slack[choice.slack["kind"] == "budget"].set_index("label")["limit"]
    money["budget"] = limits.to_dict()
    return Rebalance(table, choice, actions.changes(choice), money, _people(actions, pairs, runs))


def _switching(action: pd.Series, projects: pd.DataFrame) -> pd.Series:
    """Return what is paid to stop, pause or take up again. [currency]."""
    words = action.replace("resume", "restart")
    return sum(
        projects[names].sum(axis=1).where(words == switch, 0.0)
        for switch, names in SWITCHES.items()
    )


def _people(actions: Actions, pairs: pd.MultiIndex, runs: pd.Series) -> pd.DataFrame:
    """Return who is busy before and after, released and needed, by label of capacity. [FTE]."""
    if actions.use is None:
        return pd.DataFrame(columns=["before", "released", "needed", "after"], dtype=float)
    before = first_of(actions.use).mul(runs, axis=0)
    after = actions.use.reindex(pairs).set_axis(before.index).fillna(0.0)
    freed, needed = ((sign * (before - after)).clip(lower=0).sum() for sign in (1, -1))
    table = {"before": before.sum(), "released": freed, "needed": needed, "after": after.sum()}
    return pd.DataFrame(table)
