"""Numbers and names of a recommendation as a board reads them."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from pmo_lib.statements import money_of
from pmo_lib.wording import listed, worth_scale
from pmo_lib.workbench import Recommendation

MOST_ROWS = 40
"""Proposals in a short list; a longer one keeps the best and those nearest the line."""


def laid_out(made: Recommendation, columns: dict) -> pd.DataFrame:
    """Lay out columns in the units they are shown in, without their index.

    Parameters
    ----------
    made : Recommendation
        Gives the unit of money and of worth.
    columns : dict of Series
        By heading. One that ends in [money], [worth], [%] or [of 100] is scaled from
        currency, from what the list sums, or from a share.
    """
    money = money_of(made)
    unit, factor = worth_scale(made.settings, money)
    scales = {
        "[money]": (f"[{money.unit}]", 1 / money.divisor, 2),
        "[worth]": (f"[{unit}]", factor, 1),
        "[%]": ("[%]", 100, 1),
        "[of 100]": ("[of 100]", 100, 1),
    }
    frame = pd.DataFrame(columns)
    for heading in columns:
        start, found, end = heading.rpartition("[")
        if found + end in scales:
            words, factor, places = scales[found + end]
            frame[heading] = (frame[heading] * factor).round(places) + 0.0
            frame = frame.rename(columns={heading: start + words})
    return frame.reset_index(drop=True)


def scaled(amounts, money):
    """Divide amounts by the unit they are shown in, keeping two decimals."""
    return (amounts / money.divisor).round(2) + 0.0


def verb(n: int, one: str, many: str) -> str:
    """Choose the form of a verb by a count.

    >>> verb(1, "is", "are"), verb(2, "is", "are")
    ('is', 'are')
    """
    return one if n == 1 else many


def named(made: Recommendation, projects: Iterable, *, most: int = 4) -> str:
    """Word some projects by their names: the first few, and how many more."""
    return listed(made.names(projects), most=most)


def ranked(made: Recommendation, project) -> str:
    """Word a project with its rank: Flood wall (rank 1)."""
    return f"{named(made, [project])} (rank {int(made.evaluation.rank[project])})"


def by_rank(made: Recommendation, *, most: int | None = MOST_ROWS) -> pd.DataFrame:
    """Return the assessed proposals, best first: rank, name and finance."""
    rank = made.evaluation.rank.sort_values(kind="stable")[:most]
    names = made.portfolio.projects["name"].reindex(rank.index)
    return pd.DataFrame({"rank": rank, "project": names}).join(made.evaluation.finance)


def funded(made: Recommendation) -> pd.Series:
    """Return, for each assessed proposal, whether the list funds it."""
    return made.choice.selected.reindex(made.evaluation.score.index)
