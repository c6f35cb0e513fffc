"""The ranked list as plain CSV."""

from __future__ import annotations

import pandas as pd

from pmo_lib import statements
from pmo_lib.tables.texts import protect
from pmo_lib.wording import visible
from pmo_lib.workbench import Recommendation


def as_csv(recommendation: Recommendation) -> bytes:
    """Write the ranked list as CSV: one heading row, full numbers, text that stays text.

    Every row carries marking, status, version and data date; the first also states what
    must be read with the list.

    Parameters
    ----------
    recommendation : Recommendation
        Its ranked list is written, in its order.

    Returns
    -------
    bytes
        UTF-8 with a byte-order mark. A text that a spreadsheet could take for a formula
        has an apostrophe before it.
    """
    settings = recommendation.settings
    table = recommendation.ranked_list.reset_index()
    for name in ("marking", "status", "version", "data_date"):
        table[name] = getattr(settings, name)
    table["read_with_the_list"] = ""
    if len(table):
        table.loc[0, "read_with_the_list"] = " ".join(statements.to_read(recommendation))
    return frame_as_csv(table)


def frame_as_csv(table: pd.DataFrame) -> bytes:
    """Write a table as CSV, every text guarded: UTF-8 with a byte-order mark."""
    table = table.copy()
    for name in table.columns:
        if not (pd.api.types.is_numeric_dtype(table[name]) or table[name].dtype == bool):
            table[name] = table[name].map(guarded, na_action="ignore")
    return table.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def guarded(text: object) -> str:
    r"""Return a text that no spreadsheet takes for a formula.

    >>> guarded("=1+1"), guarded("\t@SUM(1)"), guarded("tram")
    ("'=1+1", "'\t@SUM(1)", 'tram')
    """
    text = visible(text)
    if text[:1] in ("\t", "\n") or protect(text.lstrip()) != text.lstrip():
        return f"'{text}"
    return text
