"""Write a recommendation as files: a workbook to decide in, a CSV file to compute with."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from pmo_lib.checks import InputError
from pmo_lib.export.csv_file import as_csv, frame_as_csv
from pmo_lib.export.live_file import write_live
from pmo_lib.export.minutes import write_decision_log, write_minutes
from pmo_lib.export.paper import write_paper
from pmo_lib.export.slides import write_slides
from pmo_lib.export.table import frame_as_workbook
from pmo_lib.export.workbook import as_workbook
from pmo_lib.tables.writing import ending_in, write_whole
from pmo_lib.workbench import Recommendation
from pmo_lib.workbench.rebalancing import Review

ENDINGS = (".xlsx", ".csv")
"""What a file name may end in."""


def write_ranked_list(
    recommendation: Recommendation,
    path: str | os.PathLike,
    *,
    answers: pd.DataFrame | None = None,
    review: Review | None = None,
    agenda: pd.DataFrame | None = None,
    futures: Any = None,
) -> Path:
    """Write the ranked list as a workbook or as CSV, whole or not at all.

    Parameters
    ----------
    recommendation : Recommendation
        As `workbench.recommend` returns it.
    path : path
        Ends in ``.xlsx`` or ``.csv``; its folder is made if need be. A file there is replaced.
    answers : DataFrame by project, optional
        What `workbench.why_not` returns, for a sheet of its own in the workbook; a CSV file
        holds the list alone.
    review : Review, optional
        What `workbench.rebalancing.review` returns, likewise.
    agenda : DataFrame by project, optional
        What `robustness.agenda` returns, likewise.
    futures : Spread, optional
        What `stories.doubts.spread` returns, likewise.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If it is no recommendation, answers or agenda are not of its projects, the ending is
        neither, or the file cannot be written; what was there is kept.
    """
    if not isinstance(recommendation, Recommendation):
        found = type(recommendation).__name__
        raise InputError(f"recommendation: must be what workbench.recommend returns, got {found}")
    if answers is not None and not answers.index.isin(recommendation.ranked_list.index).all():
        raise InputError(
            "answers: must be of the projects on the list; ask workbench.why_not again"
        )
    if agenda is not None and not agenda.index.isin(recommendation.ranked_list.index).all():
        raise InputError("agenda: must be of the projects on the list; ask for it again")
    path = ending_in(path, *ENDINGS)
    if path.suffix.lower() == ".csv":
        return write_whole(path, as_csv(recommendation))
    return write_whole(path, as_workbook(recommendation, answers, review, agenda, futures))


def write_table(
    frame: pd.DataFrame,
    path: str | os.PathLike,
    *,
    title: str,
    notes: Sequence[str] = (),
    marking: str = "",
) -> Path:
    """Write one labelled table as a workbook or as CSV, whole or not at all.

    Parameters
    ----------
    frame : DataFrame
        Written with its index as the first column.
    path : path
        Ends in ``.xlsx`` or ``.csv``; its folder is made if need be. A file there is replaced.
    title : str
        Stands above the table in a workbook; in a CSV file, in a column of its own.
    notes : sequence of str
        What must be read with the table.
    marking : str
        Protective marking, printed on every page.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If the ending is neither, or the file cannot be written; what was there is kept.
    """
    path, table = ending_in(path, *ENDINGS), frame.reset_index()
    if path.suffix.lower() == ".xlsx":
        return write_whole(
            path, frame_as_workbook(table, title=title, notes=notes, marking=marking)
        )
    stated = " ".join([f"{title}.", *notes])
    return write_whole(path, frame_as_csv(table.assign(marking=marking, read_with_the_list=stated)))


__all__ = [
    "write_decision_log",
    "write_live",
    "write_minutes",
    "write_paper",
    "write_ranked_list",
    "write_slides",
    "write_table",
]
