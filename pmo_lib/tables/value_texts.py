"""The small texts inside cells: value points, level words and groups of projects."""

from __future__ import annotations

import math

import pandas as pd

from pmo_lib.checks import InputError, show
from pmo_lib.tables.cells import Fault, read_number
from pmo_lib.tables.texts import clean_label, fold

GROUPS = ("category", "programme", "business_unit", "objective")
"""What the projects of a limit may have in common."""


def parse_points(text: str) -> pd.Series:
    """Read the points of a piecewise value function.

    Parameters
    ----------
    text : str
        Pairs performance:value, parted by semicolons.

    Returns
    -------
    Series
        Values in [0, 1], indexed by performance, ascending.

    Raises
    ------
    InputError
        If a pair is no pair of numbers, a performance repeats, a value lies outside
        [0, 1], or there are fewer than two.

    Examples
    --------
    >>> parse_points("0:0; 1000:0.5; 40000:1").tolist()
    [0.0, 0.5, 1.0]
    """
    pairs = [(_number(left, text), value) for left, value in _pairs(text)]
    performance = [left for left, _ in pairs]
    if len(pairs) < 2 or len(set(performance)) < len(performance):
        raise InputError(f"points: {show(text)} must be at least two different performances")
    values = pd.Series([value for _, value in pairs], pd.Index(performance, dtype="float64"))
    return values.sort_index()


def parse_levels(text: str) -> pd.Series:
    """Read the level words of a criterion.

    Parameters
    ----------
    text : str
        Pairs word:value, parted by semicolons.

    Returns
    -------
    Series
        Values in [0, 1], indexed by word, in the order written.

    Raises
    ------
    InputError
        If a pair is not a word and a number in [0, 1], or a word repeats.

    Examples
    --------
    >>> parse_levels("none:0; some:0.5; full:1")["some"]
    np.float64(0.5)
    """
    pairs = [(clean_label(word), value) for word, value in _pairs(text)]
    words = [word for word, _ in pairs]
    if not words or "" in words or len({word.casefold() for word in words}) < len(words):
        raise InputError(f"levels: {show(text)} must name each level once")
    return pd.Series([value for _, value in pairs], index=words, dtype="float64")


def parse_group(text: str) -> tuple[str, str]:
    """Read the group of a limit.

    Examples
    --------
    >>> parse_group("category: Digital")
    ('category', 'Digital')
    """
    kind, colon, name = (part.strip() for part in str(text).partition(":"))
    kind = {"unit": "business_unit"}.get(fold(kind), fold(kind))
    if not colon or not name or kind not in GROUPS:
        raise InputError(
            f"group: {show(text)} must be one of {', '.join(GROUPS)}, a colon and a name, "
            "such as 'category: Digital'"
        )
    return kind, name


def _pairs(text: str) -> list[tuple[str, float]]:
    pairs = []
    for part in str(text).split(";"):
        if part.strip():
            left, _, right = part.rpartition(":")
            value = _number(right, text)
            if not 0 <= value <= 1:
                raise InputError(f"{show(text)}: each value must lie in [0, 1], got {show(value)}")
            pairs.append((left, value))
    return pairs


def _number(cell: str, text: str) -> float:
    value = read_number(cell)
    if isinstance(value, Fault) or not math.isfinite(value):
        raise InputError(f"{show(text)} must be pairs such as 0:0; 1000:0.5, got {show(cell)}")
    return value
