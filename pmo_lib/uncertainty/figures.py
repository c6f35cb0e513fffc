"""Describe draws: percentiles, shortfalls, and the error that the number of draws leaves."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmo_lib import checks
from pmo_lib.checks import InputError
from pmo_lib.uncertainty.draws import Futures


def summary(futures: pd.DataFrame) -> pd.DataFrame:
    """Describe what each row of draws holds, each figure with its Monte Carlo error.

    Parameters
    ----------
    futures : DataFrame of shape (n_rows, n_draws)
        Such as `Futures.npv`, or one row of a portfolio.

    Returns
    -------
    DataFrame of shape (n_rows, 14)
        ``mean``, ``p10``, ``p50``, ``p90``, ``probability_negative`` [-],
        ``expected_shortfall``, how far below zero on average over all futures, and
        ``conditional_shortfall``, the same over the futures below zero only (NaN if there
        are none); beside each, its name with ``_error``, one standard error. [unit of the draws]
    """
    checks.require_frame(futures, name="futures")
    array = np.sort(checks.require_numbers(futures, name="futures").to_numpy(), axis=1)
    n = array.shape[1]
    root = np.sqrt(n)
    loss = np.maximum(-array, 0)
    below = (array < 0).sum(axis=1)
    found = {"mean": (array.mean(axis=1), array.std(axis=1) / root)}
    for name, share in (("p10", 0.1), ("p50", 0.5), ("p90", 0.9)):
        spread = np.sqrt(n * share * (1 - share))
        at = np.clip(np.rint([share * (n - 1) + k * spread for k in (-1, 0, 1)]), 0, n - 1)
        early, middle, late = array[:, at.astype(int)].T
        found[name] = middle, (late - early) / 2
    likely = (below + 2) / (n + 4)
    found["probability_negative"] = below / n, np.sqrt(likely * (1 - likely)) / root
    found["expected_shortfall"] = loss.mean(axis=1), loss.std(axis=1) / root
    with np.errstate(divide="ignore", invalid="ignore"):
        given = loss.sum(axis=1) / below
        spread = np.maximum((loss**2).sum(axis=1) - below * given**2, 0) / (below - 1) / below
    found["conditional_shortfall"] = given, np.sqrt(spread)
    columns = {}
    for name, (figure, error) in found.items():
        columns |= {name: figure, f"{name}_error": error}
    return pd.DataFrame(columns, index=futures.index)


def portfolio(futures: Futures, selected: pd.Series, *, budget: float) -> pd.DataFrame:
    """Describe the chosen portfolio as a whole, and its cost against the budget.

    Parameters
    ----------
    futures : Futures
    selected : Series of bool by project
    budget : float
        Money for all years together, undiscounted. [currency]

    Returns
    -------
    DataFrame of shape (3, 14)
        As `summary`, for ``npv``, ``cost`` and ``left over``: the probability that this is
        negative is that of costing more than the budget. [currency]
    """
    checks.require_series(selected, name="selected")
    checks.require_same_labels(
        selected.index, futures.npv.index, name="selected", other="the futures"
    )
    if selected.dtype != bool:
        raise InputError(f"selected: must hold True or False throughout, got {selected.dtype}")
    inside = selected.reindex(futures.npv.index).to_numpy(dtype=float)
    npv, cost = (inside @ frame.to_numpy() for frame in (futures.npv, futures.cost))
    left = checks.require_number(budget, name="budget", low=0) - cost
    return summary(pd.DataFrame([npv, cost, left], index=["npv", "cost", "left over"]))
