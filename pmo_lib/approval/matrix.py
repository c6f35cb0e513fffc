"""Who signs what above which amount, and who does what: approval matrices and their RACI table."""

from __future__ import annotations

import re

import pandas as pd

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


def raci(matrix: pd.DataFrame) -> pd.DataFrame:
    """Return who does what, as it follows from who signs.

    Each thing that is signed is answered for by the role that signs it; of several, by the
    last that is needed. The first role owns the estimates, the last one needed decides, and
    the office prepares and records; where it signs nothing, the first role does. Who signs
    before whoever answers is asked before; who signs after is told after.

    Parameters
    ----------
    matrix : DataFrame
        As `approval_matrix` returns it.

    Returns
    -------
    DataFrame, duties x roles
        Letters: R does it, A answers for it (one alone), C is asked before, I is told after.

    Examples
    --------
    >>> print(raci(approval_matrix(Settings(office="supportive"), 0)).iloc[[0, 3]].to_string())
                         sponsor chair
    The tables are right    A, R     I
    The list                   C  A, R
    """
    roles = list(dict.fromkeys(matrix["role"]))
    needed = [role for role in roles if matrix.loc[matrix["role"] == role, "needed"].any()]
    owner, decider = roles[0], (needed or roles)[-1]
    office = next((role for role in roles if _OFFICE.search(role)), owner)
    signed = {
        words[:1].upper() + words[1:]: _signers(rows)
        for words, rows in matrix.groupby("signs", sort=False)
    }
    duties = {
        "The tables are right": (owner, {office}),
        "The weights and limits are the board's": (decider, {office}),
        **signed,
        "Each project is decided": (decider, {decider}),
        "The decisions are recorded": (office, {office}),
    }
    rows = [
        [_letters(roles, place, answers, does) for place in range(len(roles))]
        for answers, does in duties.values()
    ]
    return pd.DataFrame(rows, index=list(duties), columns=roles)


_OFFICE = re.compile(r"\b(?:pmo|office)\b", re.IGNORECASE)


def _signers(rows: pd.DataFrame) -> tuple[str, set[str]]:
    """Return who answers for what some rows sign, and who does it."""
    needed = rows[rows["needed"]]
    answers = (needed if len(needed) else rows)["role"].iloc[-1]
    return answers, ({*rows["role"]} - {answers}) or {answers}


def _letters(roles: list[str], place: int, answers: str, does: set[str]) -> str:
    role = roles[place]
    found = ["A"] * (role == answers) + ["R"] * (role in does)
    return ", ".join(found) or ("C" if place < roles.index(answers) else "I")
