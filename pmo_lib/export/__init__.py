"""Write a recommendation as files: a workbook to decide in, a CSV file to compute with."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from pmo_lib.checks import InputError, show
from pmo_lib.export.csv_file import as_csv, frame_as_csv
from pmo_lib.export.table import frame_as_workbook
from pmo_lib.export.workbook import as_workbook
from pmo_lib.workbench import Recommendation

WRITERS = {".xlsx": as_workbook, ".csv": as_csv}
"""What writes each kind of file."""


def write_ranked_list(recommendation: Recommendation, path: str | os.PathLike) -> Path:
    """Write the ranked list as a workbook or as CSV, whole or not at all.

    Parameters
    ----------
    recommendation : Recommendation
        As `workbench.recommend` returns it.
    path : path
        Ends in ``.xlsx`` or ``.csv``; its folder exists. A file there is replaced.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If it is no recommendation, the ending is neither, or the file cannot be written; what was there is kept.
    """
    if not isinstance(recommendation, Recommendation):
        found = type(recommendation).__name__
        raise InputError(f"recommendation: must be what workbench.recommend returns, got {found}")
    path = Path(path)
    if path.suffix.lower() not in WRITERS:
        raise InputError(f"path: must end in .xlsx or .csv, got {show(path.name)}")
    _replace(path, WRITERS[path.suffix.lower()](recommendation))
    return path


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
        Ends in ``.xlsx`` or ``.csv``; its folder exists. A file there is replaced.
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
    path, table = Path(path), frame.reset_index()
    if path.suffix.lower() == ".xlsx":
        content = frame_as_workbook(table, title=title, notes=notes, marking=marking)
    elif path.suffix.lower() == ".csv":
        content = frame_as_csv(
            table.assign(marking=marking, read_with_the_list=" ".join([f"{title}.", *notes]))
        )
    else:
        raise InputError(f"path: must end in .xlsx or .csv, got {show(path.name)}")
    _replace(path, content)
    return path


def _replace(path: Path, content: bytes) -> None:
    """Put a file in place in one step."""
    scratch = path.with_name(f".{path.name}-{os.getpid()}.tmp")
    try:
        scratch.write_bytes(content)
        os.replace(scratch, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            scratch.unlink(missing_ok=True)
        reason = error.strerror or str(error)
        raise InputError(
            f"{path}: cannot be written, {reason}; close it elsewhere or name another file"
        ) from None


__all__ = ["write_ranked_list", "write_table"]
