"""Yearly flows: amounts by whole periods 0 to T, one Series or a frame of projects by periods."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmo_lib import checks
from pmo_lib.checks import InputError


def by_period(flow: pd.Series | pd.DataFrame, *, name: str) -> np.ndarray:
    """Return amounts as (n_projects, n_periods), columns in the order 0 to T, or refuse them."""
    if isinstance(flow, pd.Series):
        checks.require_series(flow, name=name)
        periods = flow.index
    else:
        checks.require_frame(flow, name=name)
        periods = flow.columns
    order = _period_order(periods, name=name)
    rows = "period" if isinstance(flow, pd.Series) else "project"
    amounts = np.atleast_2d(checks.require_numbers(flow, name=name, rows=rows).to_numpy())
    return amounts if order is None else amounts[:, order]


def _period_order(periods: pd.Index, *, name: str) -> np.ndarray | None:
    """Return the positions of 0 to T among the labels, None if they stand in that order."""
    years = np.arange(len(periods))
    if isinstance(periods, pd.RangeIndex) and periods.start == 0 and periods.step == 1:
        return None
    if pd.api.types.infer_dtype(periods) == "integer":
        labels = periods.to_numpy().astype("int64")
        order = np.argsort(labels)
        if (labels[order] == years).all():
            return None if (labels == years).all() else order
    raise InputError(
        f"{name}: periods must be the whole numbers 0 to {len(periods) - 1}, 0 being now, "
        f"got {checks.listing(periods)}"
    )


def aligned(
    flow: pd.Series | pd.DataFrame, other, *, name: str, other_name: str = "benefit"
) -> np.ndarray:
    """Return amounts as `by_period`, rows in the order of another flow, or refuse the labels."""
    amounts = by_period(flow, name=name)
    if type(flow) is not type(other):
        raise InputError(
            f"{name}: must be a Series or a DataFrame as {other_name} is, got the other"
        )
    for own, wanted in zip(flow.axes[::-1], other.axes[::-1], strict=True):
        checks.require_same_labels(own, wanted, name=name, other=other_name)
    if isinstance(flow, pd.Series) or flow.index.equals(other.index):
        return amounts
    return amounts[flow.index.get_indexer(other.index)]


def like(flow: pd.Series | pd.DataFrame, result: np.ndarray, *, name: str) -> float | pd.Series:
    """Label a result as its flow was: a number for a Series, a Series for a frame."""
    if isinstance(flow, pd.Series):
        return float(result[0])
    return pd.Series(result, index=flow.index, name=name)
