"""What is weighed, as the member reads it: a name, and what lies between worst and best."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pmo_lib import statements
from pmo_lib.checks import InputError, require_choice
from pmo_lib.elicitation.ranking import ABOUT
from pmo_lib.tables import Portfolio
from pmo_lib.wording import one_line
from pmo_lib.workbench import Settings


def subjects(
    portfolio: Portfolio,
    settings: Settings,
    *,
    about: str = "criteria",
    labels: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Name what is weighed, and write out each swing in its own unit.

    Parameters
    ----------
    portfolio, settings
        Give names, units and the sign of money.
    about : {"criteria", "objectives"}
        What is weighed.
    labels : mapping of str by label, optional
        What a round weighs, with the words of each swing; words that are empty are made
        from the portfolio. By default all of the portfolio.

    Returns
    -------
    DataFrame by label
        name and swing, texts.

    Raises
    ------
    InputError
        If there are fewer than two.
    """
    require_choice(about, ABOUT, name="about")
    table = portfolio.criteria if about == "criteria" else portfolio.objectives
    labels = dict.fromkeys(table.index, "") if labels is None else labels
    if len(labels) < 2:
        raise InputError(f"{about}: at least two must be weighed, found {len(labels)}")
    rows = {}
    for label, words in labels.items():
        known = table.loc[label] if label in table.index else None
        name = label if known is None else one_line(known["name"]) or label
        words = words.removeprefix(f"{name}: ") or _swing(known, about, settings.currency)
        rows[label] = name, words
    return pd.DataFrame.from_dict(rows, orient="index", columns=["name", "swing"])


def _swing(known: pd.Series | None, about: str, currency: str) -> str:
    if known is None:
        return ""
    if about == "objectives":
        return one_line(known["description"])
    return statements.swing(known, currency=currency)
