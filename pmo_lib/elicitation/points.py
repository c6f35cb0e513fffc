"""Points: share out a hundred, lock what is settled, and the others give way."""

from __future__ import annotations

import pandas as pd

from pmo_lib.elicitation.answers import ALL, blank
from pmo_lib.elicitation.rows import Manner, Rows
from pmo_lib.weights.asking import balance
from pmo_lib.wording import number


def points(subjects: pd.DataFrame, *, draft: dict | None = None) -> Rows:
    """Return sliders that share out a hundred points among what is weighed.

    Parameters
    ----------
    subjects : DataFrame by label
        name and swing of what is weighed, as `subjects` makes them.
    draft : dict, optional
        Where it starts; evenly if not given.

    Returns
    -------
    Rows
        With a lock in each row; what is not locked gives way in proportion.
    """
    return Rows(_MANNER, subjects, draft or blank("points", subjects.index))


def moved(draft: dict, label: str, to: float) -> dict:
    """Give one label some points; those not locked give way.

    >>> moved({"points": {"a": 40, "b": 40, "c": 20}, "locked": ["b"]}, "a", 50)["points"]
    {'a': 50.0, 'b': 40.0, 'c': 10.0}
    """
    now = pd.Series({**draft["points"], label: to}, dtype=float)
    now = balance(now, changed=label, locked=draft["locked"], total=ALL)
    return {**draft, "points": now.to_dict()}


def locked(draft: dict, label: str) -> dict:
    """Lock a label, or unlock it; its points may not exceed what the other locks leave.

    >>> locked({"points": {"a": 60, "b": 40}, "locked": []}, "a")["locked"]
    ['a']
    """
    held = [other for other in draft["locked"] if other != label]
    if label not in draft["locked"]:
        left = ALL - sum(draft["points"][other] for other in held)
        held += [label] if draft["points"][label] <= left else []
    return {**draft, "locked": held}


def _says(draft: dict) -> list[str]:
    total = sum(draft["points"].values())
    lines = [f"The points sum to {number(round(total, 1))}."]
    if abs(total - ALL) > 1e-9:
        lines.append(f"Shares are of that sum; the next change brings them to {ALL}.")
    free = len(draft["points"]) - len(draft["locked"])
    if free == 1:
        lines.append("All others are locked: the last one takes what they leave. Unlock one.")
    elif free == 0:
        lines.append("All are locked. Unlock two to change them.")
    return lines


_MANNER = Manner(
    kind="points",
    how="Share out 100 points: the more the whole way from worst to best is worth to you, the "
    "more. The others give way in proportion; lock those that are settled.",
    button="Lock",
    moved=moved,
    pressed=locked,
    held=lambda draft: draft["locked"],
    stiff=True,
    says=_says,
)
