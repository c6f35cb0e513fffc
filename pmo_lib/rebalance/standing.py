"""Which running work would be started today, and which lives on because it was dear."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pmo_lib import selection
from pmo_lib.rebalance.actions import Actions, first_of, lay_out
from pmo_lib.rebalance.words import ahead_words
from pmo_lib.wording import limit_words, money_words

LATE_OR_DEAR = 0.1
"""Cost above its baseline by more than this is dear. [share]"""

ROOM = "worth finishing by itself, but other work is worth more"
"""The verdict on what pays for itself from here on, and is not on the best list."""


def standing(
    value: pd.Series,
    cost: pd.Series | pd.DataFrame,
    budget: float | pd.Series,
    *,
    projects: pd.DataFrame,
    drift: pd.DataFrame | None = None,
    currency: str = "",
    gap: float = 1e-3,
    time_limit: float = 30.0,
    actions: Actions | None = None,
    **constraints: Any,
) -> pd.DataFrame:
    """Ask of all that runs or is paused whether it would be started today.

    It would if the best list, chosen among it and all proposals as if none had begun,
    holds it: no exit cost, no protection, nothing already spent counts. What would not be
    is shown with what stopping it frees, and when; what is late or dear, and would be
    started all the same, is worth finishing.

    Parameters
    ----------
    value, cost, budget, projects, currency, **constraints
        As in `rebalance`.
    drift : DataFrame by project, optional
        ``cost_drift`` [share] and ``months_late`` of each, as the last row of each
        project of `drift` has them.
    gap, time_limit
        As in `selection.choose`.
    actions : Actions, optional
        What `lay_out` makes of the same, where it is known already.

    Returns
    -------
    DataFrame by project that runs or is paused
        ``would_start``; ``verdict`` (would not be started today, `ROOM` where the benefit
        ahead is above its cost, late or dear but worth finishing, or empty); ``value_if_done``, ``cost_to_complete``, ``sunk_cost``,
        ``exit_cost``, ``frees`` [currency], ``when`` in words, ``people`` [FTE summed over
        periods], ``cost_drift``, ``months_late`` and ``reason``.

    Examples
    --------
    >>> projects = pd.DataFrame({"status": ["running", "proposed"], "exit_cost": [7.0, 0.0]},
    ...     index=["pool", "hubs"])
    >>> value, cost = pd.Series({"pool": 4.0, "hubs": 9.0}), pd.Series({"pool": 7.0, "hubs": 6.0})
    >>> standing(value, cost, 8.0, projects=projects)["verdict"].to_list()
    ['would not be started today']
    """
    actions = actions or lay_out(value, cost, budget, projects=projects, **constraints)
    own = {
        k: v for k, v in constraints.items() if k not in ("delay", "pause_months", "discount_rate")
    }
    today = selection.choose(value, cost, budget, gap=gap, time_limit=time_limit, **own)
    table = actions.projects.loc[actions.stopping.index].copy()
    table["would_start"] = today.selected.reindex(table.index).to_numpy(dtype=bool)
    freed = first_of(actions.cost).loc[table.index] - actions.stopping
    table["value_if_done"] = first_of(actions.table)["value"].reindex(table.index)
    if "cost_to_complete" not in table:
        table["cost_to_complete"] = first_of(actions.cost).loc[table.index].sum(axis=1)
    table["frees"] = freed.sum(axis=1)
    years = (_when(row, currency) for _, row in freed.iterrows())
    table["when"] = pd.Series(list(years), index=freed.index, dtype=str)
    table["people"] = 0.0
    if actions.use is not None:
        table["people"] = first_of(actions.use).loc[table.index].sum(axis=1)
    drift = pd.DataFrame(index=table.index) if drift is None else drift.reindex(table.index)
    for column in ("cost_drift", "months_late"):
        table[column] = drift.get(column, np.nan)
    late = (table["cost_drift"] > LATE_OR_DEAR) | (table["months_late"] > 0)
    pays = (table.get("bcr", late * 0.0) >= 1) & (table["value_if_done"] > 0)
    table["verdict"] = np.select(
        [~table["would_start"] & pays, ~table["would_start"], late],
        [ROOM, "would not be started today", "late or dear, and worth finishing"],
        "",
    )
    words = [ahead_words(row, currency) for row in table.itertuples()]
    table["reason"] = pd.Series(words, index=table.index, dtype=str)
    first = ["name", "verdict", "would_start", "value_if_done", "cost_to_complete", "sunk_cost"]
    rest = ["exit_cost", "frees", "when", "people", "cost_drift", "months_late", "reason"]
    return table[[column for column in (*first, *rest) if column in table]]


def _when(freed: pd.Series, currency: str) -> str:
    years = freed[freed > 0]
    return ", ".join(
        f"{limit_words(year)} {money_words(amount, currency)}" for year, amount in years.items()
    )
