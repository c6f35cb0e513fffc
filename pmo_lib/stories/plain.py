"""Numbers, names and money as a board reads them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from pmo_lib.export.words import Money, joined, money_for, one_line
from pmo_lib.workbench import Recommendation

STRONG = 6 / 9
"""From this contribution on a project serves an objective strongly. [-]"""


def money_of(recommendation: Recommendation) -> Money:
    """Choose the unit for all money of a notebook: millions, thousands or single units."""
    largest = recommendation.evaluation.finance["cost"].abs().max()
    return money_for(recommendation.settings.currency, float(largest))


def scaled(amounts, money: Money):
    """Divide amounts by the unit they are shown in, keeping two decimals."""
    return (amounts / money.divisor).round(2) + 0.0


def amount(money: Money, value: float, places: int = 1) -> str:
    """Word an amount of money, the sign of a loss first.

    >>> amount(Money("£", "m"), -250_000, 2)
    '−£0.25m'
    """
    words = money.shown(abs(value), places)
    return f"−{words}" if value < 0 and any(digit in words for digit in "123456789") else words


def percent(share: float) -> str:
    """Word a share.

    >>> percent(0.234)
    '23 %'
    """
    return f"{100 * share:,.0f} %" if np.isfinite(share) else "–"


def counted(n: int, one: str, many: str = "") -> str:
    """Word a count with its noun.

    >>> counted(1, "proposal"), counted(3, "proposal"), counted(0, "proposal")
    ('1 proposal', '3 proposals', 'no proposals')
    """
    noun = one if n == 1 else many or f"{one}s"
    return f"{'no' if n == 0 else format(n, ',')} {noun}"


def verb(n: int, one: str, many: str) -> str:
    """Choose the form of a verb by a count.

    >>> verb(1, "is", "are"), verb(2, "is", "are")
    ('is', 'are')
    """
    return one if n == 1 else many


def named(recommendation: Recommendation, projects: Iterable, *, most: int = 4) -> str:
    """Word some projects by their names: the first few, and how many more."""
    names = recommendation.portfolio.projects["name"].fillna("")
    if len(recommendation.evaluation.set_aside):
        names = names.combine_first(recommendation.evaluation.set_aside["name"])
    words = [one_line(names[p]) or str(p) for p in projects]
    return listed(words, most=most)


def listed(words: Iterable[str], *, most: int = 4) -> str:
    """Join words as a sentence does; beyond a number, say how many more there are.

    >>> listed(["a", "b", "c", "d"], most=2)
    'a, b and 2 more'
    """
    words = [str(word) for word in words]
    more = len(words) - most
    return joined([*words[:most], f"{more} more"] if more > 0 else words)


def ranked(recommendation: Recommendation, project) -> str:
    """Word a project with its rank: Flood wall (rank 1)."""
    rank = recommendation.evaluation.rank[project]
    return f"{named(recommendation, [project])} (rank {int(rank)})"


def sentence(text: str) -> str:
    """Make a sentence of a text: a capital first and a full stop last.

    >>> sentence("no better list exists")
    'No better list exists.'
    """
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


def worth_unit(recommendation: Recommendation) -> str:
    """Return the unit of what the portfolio sums: points, money of NPV, or % of priority."""
    money = money_of(recommendation)
    return {"score": "points", "npv": f"{money.unit} NPV", "priority": "% of priority"}[
        recommendation.settings.objective
    ]


def worth_shown(recommendation: Recommendation, worth):
    """Return worth in the unit it is shown in, a number or a Series."""
    if recommendation.settings.objective == "npv":
        return worth / money_of(recommendation).divisor
    return 100 * worth


def worth_in_words(recommendation: Recommendation, worth: float) -> str:
    """Word what a list, or a difference of lists, is worth."""
    if recommendation.settings.objective == "npv":
        return f"{amount(money_of(recommendation), worth, 2)} of NPV"
    noun = {"score": "points", "priority": "% of priority"}[recommendation.settings.objective]
    return f"{100 * worth + 0.0:,.1f} {noun}"


def worth_of(recommendation: Recommendation, choice) -> float:
    """Sum what the projects of a choice are worth; both rules are measured alike."""
    return float(recommendation.evaluation.worth[choice.selected].sum())


def funded(recommendation: Recommendation) -> pd.Series:
    """Return, for each assessed proposal, whether the list funds it."""
    return recommendation.choice.selected.reindex(recommendation.evaluation.score.index)
