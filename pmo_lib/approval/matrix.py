"""Who signs what above which amount, and who does what: approval matrices and their RACI table."""

from __future__ import annotations

import pandas as pd

from pmo_lib.checks import InputError
from pmo_lib.workbench import Settings

ROLES = ("sponsor", "PMO director", "finance", "chair")
"""Who signs in the ready-made matrices."""

READY: dict[str, tuple[tuple[str, str, float], ...]] = {
    "supportive": (
        ("sponsor", "that estimates and benefits of the own projects stand", 0.0),
        ("chair", "the list", 0.0),
    ),
    "controlling": (
        ("sponsor", "that estimates and benefits of the own projects stand", 0.0),
        ("PMO director", "that the list was made by the rules stated", 0.0),
        ("finance", "that the money is there", 1e6),
        ("chair", "the list", 0.0),
    ),
    "directive": (
        ("sponsor", "that estimates and benefits of the own projects stand", 0.0),
        ("PMO director", "the list, and each change to it", 0.0),
        ("finance", "that the money is there", 0.0),
        ("chair", "the list", 5e6),
    ),
}
"""Ready-made matrices by the kind of office: role, what the role signs, above which amount.

A supportive office advises, so the board alone signs; a controlling one vouches for the rules
and finance for the money of a large list; in a directive one the director signs, and the board
only a large list."""

COLUMNS = ["role", "signs", "above", "needed"]


def approval_matrix(settings: Settings, amount: float) -> pd.DataFrame:
    """Return who has to sign a list of some amount.

    Parameters
    ----------
    settings : Settings
        Their `approval_matrix`, or where that is empty the ready-made one of `office`.
    amount : float
        Cost of what is recommended. [currency]

    Returns
    -------
    DataFrame
        ``role``, ``signs`` (what the role signs, in words), ``above`` [currency] and
        ``needed``: whether the amount is large enough.

    Examples
    --------
    >>> table = approval_matrix(Settings(), 500_000)
    >>> table.loc[table["needed"], "role"].to_list()
    ['sponsor', 'PMO director', 'chair']
    """
    rows = [(r["role"], r["signs"], float(r.get("above", 0))) for r in settings.approval_matrix]
    table = pd.DataFrame(rows or READY[settings.office], columns=COLUMNS[:3])
    return table.assign(needed=(table["above"] <= 0) | (amount > table["above"]))


def require_role(settings: Settings, role: str) -> str:
    """Return a role of the matrix, or refuse what is none."""
    known = approval_matrix(settings, 0.0)["role"].to_list()
    if role not in known:
        raise InputError(f"role: must be one of {', '.join(known)}, got {role!r}")
    return role
