"""Swings: a hundred to the way from worst to best that is worth most, the others beside it."""

from __future__ import annotations

import pandas as pd

from pmo_lib.elicitation.answers import ALL, blank
from pmo_lib.elicitation.rows import Manner, Rows


def swing(subjects: pd.DataFrame, *, draft: dict | None = None) -> Rows:
    """Return sliders that set each swing beside the one worth most, which has a hundred.

    Parameters
    ----------
    subjects : DataFrame by label
        name and swing of what is weighed, as `subjects` makes them.
    draft : dict, optional
        Where it starts; with no points given if not given.

    Returns
    -------
    Rows
        With a button in each row that says it is worth most.
    """
    return Rows(_MANNER, subjects, draft or blank("swing", subjects.index))


def moved(draft: dict, label: str, to: float) -> dict:
    """Give one label some points; the others keep theirs.

    >>> moved({"points": {"a": 100, "b": 0}}, "b", 40)
    {'points': {'a': 100, 'b': 40}}
    """
    return {"points": {**draft["points"], label: to}}


def worth_most(draft: dict, label: str) -> dict:
    """Give one label a hundred; the others keep theirs.

    >>> worth_most({"points": {"a": 0, "b": 30}}, "a")
    {'points': {'a': 100.0, 'b': 30}}
    """
    return moved(draft, label, float(ALL))


def most(draft: dict) -> list[str]:
    """Return the labels that have a hundred."""
    return [label for label, given in draft["points"].items() if given == ALL]


def _says(draft: dict) -> list[str]:
    given = list(draft["points"].values())
    if not any(given):
        return ["Nothing is given yet. First choose the one that is worth most."]
    if not most(draft):
        return [f"None has {ALL} yet: choose the one that is worth most. Shares count as they are."]
    left = given.count(0)
    if left:
        return [f"{left} still at 0: leave those there only if their swing is worth nothing."]
    return ["Each share is its points beside the sum of all."]


_MANNER = Manner(
    kind="swing",
    how="Imagine everything at its worst. Which one would you move to its best first? Choose it "
    "as worth most: it has 100. Then give each other one as much as its way from worst to best "
    "is worth beside that.",
    button="Worth most",
    moved=moved,
    pressed=worth_most,
    held=most,
    stiff=False,
    says=_says,
)
