"""The checks every function shares, and the only place that words them.

Conditions are written so that a missing number (NaN) falsifies them. An error
names the input, the rule, what was found, where, and how many there are.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

SUM_TOLERANCE = 1e-6
"""How far weights may be from summing to 1 before they are refused. [-]"""

_BITS_OF_ONE = np.float64(1).view(np.uint64)


class InputError(ValueError):
    """An input that the analyst can mend.

    The message reads *input: rule, what was found, where; what to do*. Any other
    exception that escapes this package is a fault of the package.

    Parameters
    ----------
    *problems : str
        One sentence for each thing to mend; a table reports all of them at once.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems: tuple[str, ...] = problems


def refuse(problems: Iterable[str]) -> None:
    """Raise one error that names all problems, if there are any."""
    if problems := tuple(problems):
        raise InputError(*problems)


def show(value: Any) -> str:
    """Word a found value for an error: short, on one line, quoted if it is text."""
    if isinstance(value, float | np.floating) and np.isnan(value):
        return "nothing (missing)"
    if value is None or value is pd.NA or value is pd.NaT:
        return "nothing (missing)"
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, int) and abs(value) > sys.float_info.max:
        return "a whole number too large to compute with"
    if isinstance(value, int | float | np.number):
        return f"{value:,.10g}" if abs(value) >= 10_000 else f"{value:.10g}"
    if isinstance(value, tuple):
        return "(" + ", ".join(show(part) for part in value) + ")"
    text = " ".join(str(value).split())
    return f"'{text[:57]}...'" if len(text) > 60 else f"'{text}'"


def listing(labels: Iterable[Any], *, most: int = 5) -> str:
    """Word a list of labels for an error: the first few, and how many more."""
    labels = list(labels)
    words = ", ".join(show(label) for label in labels[:most])
    return words + (f" and {len(labels) - most} more" if len(labels) > most else "")


def require_frame(data: Any, *, name: str) -> None:
    """Refuse anything but a DataFrame with at least one row and one column."""
    if not isinstance(data, pd.DataFrame):
        raise InputError(f"{name}: must be a DataFrame, got {type(data).__name__}")
    if data.shape[0] == 0 or data.shape[1] == 0:
        raise InputError(f"{name}: must have at least one row and one column, got {data.shape}")
    require_unique(data.index, name=name, axis="row")
    require_unique(data.columns, name=name, axis="column")


def require_series(data: Any, *, name: str) -> None:
    """Refuse anything but a labelled Series with at least one entry."""
    if not isinstance(data, pd.Series):
        raise InputError(f"{name}: must be a Series with labels, got {type(data).__name__}")
    if len(data) == 0:
        raise InputError(f"{name}: must have at least one entry, got none")
    require_unique(data.index, name=name, axis="entry")


def require_unique(labels: pd.Index, *, name: str, axis: str = "row") -> None:
    """Refuse repeated labels."""
    if not labels.is_unique:
        repeated = labels[labels.duplicated()].unique()
        raise InputError(
            f"{name}: each {axis} label must occur once, repeated: {listing(repeated)}"
        )


def require_same_labels(labels: Iterable, expected: Iterable, *, name: str, other: str) -> None:
    """Refuse labels that are not exactly the expected ones, in any order."""
    found = labels if isinstance(labels, pd.Index) else pd.Index(labels)
    wanted = expected if isinstance(expected, pd.Index) else pd.Index(expected)
    if found is wanted or found.equals(wanted):
        return
    missing, unknown = wanted.difference(found, sort=False), found.difference(wanted, sort=False)
    if len(missing) or len(unknown):
        parts = [f"missing {listing(missing)}"] if len(missing) else []
        parts += [f"not in {other}: {listing(unknown)}"] if len(unknown) else []
        raise InputError(f"{name}: labels must be those of {other}; {'; '.join(parts)}")


def require_numbers(
    data: pd.DataFrame | pd.Series,
    *,
    name: str,
    low: float = -np.inf,
    high: float = np.inf,
    allow_missing: bool = False,
    rows: str = "row",
) -> pd.DataFrame | pd.Series:
    """Return the data as float64, refusing what is not a finite number in [low, high].

    Parameters
    ----------
    data : DataFrame or Series
        Any numeric dtype; integers become float64, so large money cannot overflow.
    name : str
        What the caller calls the input; it opens the error.
    low, high : float, default unbounded
        The closed range every number must lie in. [unit of the data]
    allow_missing : bool, default False
        Let NaN pass.
    rows : str, default "row"
        What a row is called in the error if the labels have no name of their own.

    Returns
    -------
    DataFrame or Series
        The same labels, float64. The same object when nothing had to change.

    Raises
    ------
    InputError
        If an entry is text, a truth value, missing, infinite or out of range.
    """
    numbers = data
    if not _is_float64(data):
        readable = _numeric_cells(data, allow_missing)
        require_all(readable, data, name=name, rule="each must be a finite number", rows=rows)
        numbers = data.where(data.notna(), np.nan) if allow_missing else data
        numbers = numbers.astype("float64")
    array = numbers.to_numpy()
    if _all_within(array, low, high):
        return numbers
    passed = np.isnan(array) if allow_missing else False
    good = np.isfinite(array) | passed
    require_all(good, data, name=name, rule="each must be a finite number", rows=rows)
    good = (array >= low) & (array <= high) | passed
    require_all(good, data, name=name, rule=_range_rule(low, high), rows=rows)
    return numbers


def require_all(
    good: np.ndarray, data: pd.DataFrame | pd.Series, *, name: str, rule: str, rows: str = "row"
) -> None:
    """Refuse the entries of the data where `good` (same shape) is not true, naming the first."""
    good = np.asarray(good)
    if good.all():
        return
    place = tuple(np.argwhere(~good)[0])
    axes = zip(data.axes, place, (rows, "column"), strict=False)
    where = ", ".join(f"{labels.name or axis} {show(labels[at])}" for labels, at, axis in axes)
    found, count = show(data.iloc[place]), int((~good).sum())
    raise InputError(f"{name}: {rule}, got {found} for {where} ({count} such in all)")


def require_number(value: Any, *, name: str, low: float = -np.inf, high: float = np.inf) -> float:
    """Return one finite number in [low, high] as a float, or refuse it."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
        raise InputError(f"{name}: must be a number, got {show(value)}")
    if not (np.isfinite(value) and low <= value <= high):
        rule = _range_rule(low, high).replace("each must", "must")
        raise InputError(f"{name}: {rule}, got {show(value)}")
    return float(value)


def require_weights(
    weights: pd.Series, *, criteria: Iterable, name: str = "weights", of: str = "values"
) -> pd.Series:
    """Return weights as float64 in the order of the criteria, or refuse them.

    Weights must carry exactly the criteria's labels, be non-negative and sum to 1.
    """
    require_series(weights, name=name)
    if not weights.index.equals(criteria):
        require_same_labels(weights.index, criteria, name=name, other=of)
        weights = weights.reindex(criteria)
    if weights.dtype == np.float64:
        shares = weights.to_numpy()
        if shares.min() >= 0 and abs(shares.sum() - 1) <= SUM_TOLERANCE:  # so all finite, too
            return weights
    weights = require_numbers(weights, name=name, low=0, rows="criterion")
    total = float(weights.to_numpy().sum())
    if not abs(total - 1) <= SUM_TOLERANCE:
        raise InputError(
            f"{name}: must sum to 1, got {total:.6g}; divide them with weights.normalise"
        )
    return weights


def require_values(values: pd.DataFrame, *, name: str = "values") -> pd.DataFrame:
    """Return single-criterion values as float64, each in [0, 1], or refuse them."""
    require_frame(values, name=name)
    return require_numbers(values, name=name, low=0, high=1)


def require_direction(direction: pd.Series, *, criteria: Iterable) -> pd.Series:
    """Return directions in the order of the criteria: each ``"more"`` or ``"less"``."""
    require_series(direction, name="direction")
    require_same_labels(direction.index, criteria, name="direction", other="performance")
    for label, word in direction.items():
        if not (isinstance(word, str) and word in ("more", "less")):
            raise InputError(
                "direction: each must be 'more' or 'less', "
                f"got {show(word)} for criterion {show(label)}"
            )
    return _in_order(direction, criteria)


def require_choice(value: Any, allowed: Sequence[str], *, name: str) -> None:
    """Refuse a word that is not one of those allowed."""
    if value not in allowed:
        raise InputError(f"{name}: must be one of {listing(allowed, most=12)}, got {show(value)}")


def _is_float64(data: pd.DataFrame | pd.Series) -> bool:
    if isinstance(data, pd.Series):
        return data.dtype == np.float64
    array = data.to_numpy()
    one_kind = array.shape[1] > 1 and not array.flags.writeable  # a view of the frame's own data
    return array.dtype == np.float64 and (one_kind or set(data.dtypes) == {array.dtype})


def _all_within(array: np.ndarray, low: float, high: float) -> bool:
    """Say in as few passes as possible whether every number is finite and in [low, high].

    For [0, 1] one pass is enough: read as whole numbers, the bits of the floats from
    0 up keep their order, and those of negative numbers, infinities and NaN lie above.
    """
    if array.size == 0:
        return True
    if low == 0 and high == 1:
        return bool(array.view(np.uint64).max() <= _BITS_OF_ONE)
    least, most = array.min(), array.max()
    return bool(low <= least and most <= high and np.isfinite(least) and np.isfinite(most))


def _in_order(data: pd.Series, labels: Iterable) -> pd.Series:
    labels = labels if isinstance(labels, pd.Index) else pd.Index(labels)
    return data if data.index.equals(labels) else data.reindex(labels)


def _numeric_cells(data: pd.DataFrame | pd.Series, allow_missing: bool) -> np.ndarray:
    """Mark the cells that are real numbers (in a number column, missing ones too)."""
    if data.size == 0:
        return np.ones(data.shape, dtype=bool)
    if isinstance(data, pd.DataFrame):
        return np.column_stack(
            [_numeric_cells(column, allow_missing) for _, column in data.items()]
        )
    if data.dtype.kind in "iuf":
        return np.ones(len(data), dtype=bool)
    return np.array([_is_number(cell, allow_missing) for cell in data], dtype=bool)


def _is_number(cell: Any, allow_missing: bool) -> bool:
    if isinstance(cell, bool | np.bool_):
        return False
    if isinstance(cell, int | np.integer):
        return abs(int(cell)) <= sys.float_info.max
    if isinstance(cell, float | np.floating):
        return True
    return allow_missing and (cell is None or cell is pd.NA)


def _range_rule(low: float, high: float) -> str:
    if low > -np.inf and high < np.inf:
        return f"each must lie in [{low:g}, {high:g}]"
    return f"each must be at least {low:g}" if low > -np.inf else f"each must be at most {high:g}"
