"""A first look at a foreign portfolio: published benefits over cost. A demonstration, never advice."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pmo_lib.checks import InputError, show
from pmo_lib.tables.portfolio import Intake, Portfolio
from pmo_lib.tables.rows import Rows

COLUMNS = ["name", "cost", "benefit", "ratio", "confidence", "category", "size", "size_unit"]


def intake_of(rows: Mapping[str, Rows], heading: str, measure: str) -> Intake | None:
    """Gather what an intake demonstration shows; None if the column map declares none.

    Cost and benefit are the sums over all periods, undiscounted; the confidence is that
    of the latest status row. Projects without a positive cost have no ratio.
    """
    if not heading:
        return None
    projects = rows["projects"].frame.drop_duplicates("project").set_index("project")
    frame = projects.reindex(columns=["name", "category", "size", "size_unit"])
    if "cash_flows" in rows:
        sums = rows["cash_flows"].frame.groupby("project")[["cost", "benefit"]].sum(min_count=1)
        frame = frame.join(sums)
    if "status" in rows:
        frame["confidence"] = rows["status"].frame.groupby("project")["confidence"].last()
    frame = frame.reindex(columns=COLUMNS)
    frame["ratio"] = frame["benefit"] / frame["cost"].where(frame["cost"] > 0)
    return Intake(heading, measure, frame)


def intake_ranking(portfolio: Portfolio) -> pd.DataFrame:
    """Rank the projects of an intake demonstration by benefit over cost.

    The ratio is of published, undiscounted sums: it is no benefit-cost ratio, and the
    ranking no recommendation.

    Parameters
    ----------
    portfolio : Portfolio
        Read through a column map with an ``[intake]`` heading.

    Returns
    -------
    DataFrame, indexed by project
        rank (1 = highest ratio, ties share the better rank), name, cost and benefit
        [currency], ratio [-], confidence, category, size and size_unit; in order of rank,
        equal ones as they stand in the source. Projects without a ratio come last and
        have no rank.

    Raises
    ------
    InputError
        If the portfolio holds no intake demonstration.
    """
    if portfolio.intake is None:
        raise InputError(
            f"{show(portfolio.source)}: holds no intake demonstration; only a column map with "
            "[intake] heading = '...' gives one"
        )
    frame = portfolio.intake.frame
    rank = frame["ratio"].rank(method="min", ascending=False).astype("Int64")
    ranked = frame.assign(rank=rank)[["rank", *COLUMNS]]
    return ranked.sort_values("rank", kind="stable", na_position="last")
