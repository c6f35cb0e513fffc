"""Why each project goes on, stops or starts, in a board's words."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from pmo_lib.wording import money_words


def reasons(
    table: pd.DataFrame, protected: pd.Series, decided: Sequence, currency: str
) -> pd.Series:
    """Word the reason of each action, from what is stated of the project.

    Parameters
    ----------
    table : DataFrame by project
        action, value_if_done, cost_to_complete and frees; benefit and bcr where known.
    protected : Series of str by project
        Why it must go on as it is; empty if it need not.
    decided : sequence of Series of reasons by project
        What the board includes and excludes.
    currency : str
        Sign before money.

    Returns
    -------
    Series of str by project
    """
    stated = {p: w for one in decided if isinstance(one, pd.Series) for p, w in one.items() if w}
    stated |= protected[protected != ""].to_dict()
    words = [stated.get(row.Index) or _worded(row, currency) for row in table.itertuples()]
    return pd.Series(words, index=table.index, dtype=str)


def _worded(row, currency: str) -> str:
    ahead, dear = ahead_words(row, currency), getattr(row, "bcr", 1.0) < 1
    freed = money_words(row.frees, currency)
    if row.action == "stop":
        gain = (
            f"stopping frees {freed}"
            if row.frees > 0
            else f"stopping costs {money_words(-row.frees, currency)}"
        )
        if dear or row.value_if_done <= 0:
            return f"{ahead}; {gain}"
        return f"{ahead}: worth finishing, but {gain}, and what that lets in is worth more"
    if row.action == "pause":
        return f"{ahead}: worth finishing, but a pause frees what is worth more elsewhere first"
    if row.action == "slow down":
        return f"{ahead}: worth finishing, but more slowly, which frees what is worth more elsewhere first"
    if row.action == "leave":
        if row.value_if_done <= 0:
            return "Worth no more than not doing it"
        return "Does not fit beside what is worth more within the same limits"
    if row.action == "start later":
        return f"{ahead}; fits the money and people there are if it starts later"
    return ahead


def ahead_words(row, currency: str) -> str:
    """Word what is still to be paid, and what that brings."""
    still = "still to pay" if row.status != "proposed" else "to pay"
    words = f"{money_words(row.cost_to_complete, currency)} {still}"
    if getattr(row, "benefit", None) is not None and pd.notna(row.benefit):
        words += f" for {money_words(row.benefit, currency)} of benefit"
    if getattr(row, "bcr", None) is not None and pd.notna(row.bcr):
        each = f"{currency}1" if currency else "each 1"
        words += f", {row.bcr:.2f} for {each} in present value"
        words += ", allowing for what may fail" if getattr(row, "success", 1.0) < 1 else ""
    return words
