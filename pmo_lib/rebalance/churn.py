"""What each number of changes can bring: the gain for each change."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any

import numpy as np
import pandas as pd

from pmo_lib.checks import require_number
from pmo_lib.rebalance.actions import Actions, best, lay_out
from pmo_lib.rebalance.rebalancing import labelled
from pmo_lib.selection import Choice
from pmo_lib.selection.choice import as_choice
from pmo_lib.selection.solver import solve
from pmo_lib.wording import counted, percent

PATIENCE = 0.1
"""How long a proven optimum is sought at a point before the gap is enough. [s]"""


def churn_frontier(
    value: pd.Series,
    cost: pd.Series | pd.DataFrame,
    budget: float | pd.Series,
    *,
    projects: pd.DataFrame,
    points: int = 20,
    most_stops: int | None = None,
    gap: float = 1e-3,
    time_limit: float = 30.0,
    progress: Callable[[int, int], bool | None] = lambda *_: None,
    **constraints: Any,
) -> pd.DataFrame:
    """Find the best value for each number of changes, with its proof.

    From no change to as many as the best set of actions needs; a new start is a change.
    Where these are more than `points`, they are spread evenly.

    Parameters
    ----------
    value, cost, budget, projects, most_stops, **constraints
        As in `rebalance`.
    points : int, at least 2
        Most rows.
    gap : float
        How much a better set of actions may still add at a point. [share of the value]
    time_limit : float
        For all points. [s]
    progress : callable, optional
        Called with points settled and points in all; return True to leave the rest out.

    Returns
    -------
    DataFrame by changes
        ``value``, ``bound``, ``gap``, ``share`` of the gain that all changes bring, what
        is ``stopped``, ``paused`` and ``started`` (tuples of projects), and ``reason``
        in words. A number of changes that no limit allows has no value, and the gain
        counts from the first that they do.

    Raises
    ------
    InputError
        As in `rebalance`.

    Examples
    --------
    >>> projects = pd.DataFrame({"status": ["running", "proposed"]}, index=["pool", "hubs"])
    >>> value, cost = pd.Series({"pool": 4.0, "hubs": 9.0}), pd.Series({"pool": 7.0, "hubs": 6.0})
    >>> churn_frontier(value, cost, 8.0, projects=projects)["value"].to_list()
    [4.0, 4.0, 9.0]
    """
    points = int(require_number(points, name="points", low=2))
    until, x, rows = monotonic() + 0.85 * time_limit, None, {}
    actions = lay_out(value, cost, budget, projects=projects, **constraints)
    top = best(actions.with_most(stops=most_stops), gap=gap, time_limit=time_limit / 4)
    most = actions.changes(top)
    allowed = np.unique(np.linspace(0, most, min(points, most + 1)).round().astype(int))
    for k, changes in enumerate(allowed[:-1]):
        model = actions.with_most(stops=most_stops, changes=int(changes))
        share = max((until - monotonic()) / (len(allowed) - 1 - k), 0.05)
        one = solve(
            model, model.value, start=x, bound=top.bound, gap=gap, patience=PATIENCE,
            time_limit=share,
        )  # fmt: skip
        x = one.x
        rows[changes] = _NOTHING | {"known": one.status == "infeasible"}
        if x is not None:
            rows[changes] = _point(
                actions, as_choice(model, one, reproducible=False, seconds=one.seconds)
            )
        if progress(k + 1, len(allowed)) or one.status == "stopped":
            break
    rows[most] = _point(actions, top)
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("changes")
    gain = table["value"] - table["value"].min()
    table.insert(3, "share", gain / gain.max() if gain.max() > 0 else gain + 1)
    known = table.pop("known")
    table["reason"] = [_words(k, share, known[k]) for k, share in table["share"].items()]
    return table


_NOTHING = {
    "value": np.nan, "bound": np.nan, "gap": np.nan, "stopped": (), "paused": (), "slowed": (),
    "started": (),
}  # fmt: skip


def _point(actions: Actions, one: Choice) -> dict:
    """Return value, proof and changes of one point."""
    found = labelled(actions, one)
    action, proof = found.table["action"], found.choice
    changed = {
        "stopped": ["stop"], "paused": ["pause"], "slowed": ["slow down"],
        "started": ["start", "start later", "resume"],
    }  # fmt: skip
    names = {name: tuple(action.index[action.isin(w)]) for name, w in changed.items()}
    proven = {"value": proof.value, "bound": proof.bound, "gap": proof.gap, "known": True}
    return proven | names


def _words(changes: int, share: float, known: bool) -> str:
    count = "No change" if changes == 0 else counted(changes, "change")
    if np.isnan(share):
        return f"{count}: {'the limits cannot hold' if known else 'none found in time'}"
    if share == 0:
        return f"{count}: no gain yet"
    return f"{count} bring{'s' * (changes == 1)} {percent(share)} of what is possible"
