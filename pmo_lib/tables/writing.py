"""Write a portfolio so that reading it again loses nothing: a folder of CSV files or a workbook."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp

import pandas as pd

from pmo_lib.checks import InputError, show
from pmo_lib.tables.cells import as_text
from pmo_lib.tables.dictionary import CONTRIBUTION_LEVELS, TABLES
from pmo_lib.tables.portfolio import Portfolio
from pmo_lib.tables.sources import WORKBOOKS
from pmo_lib.tables.texts import protect


def write_portfolio(portfolio: Portfolio, path: str | Path) -> Path:
    """Write every table of a portfolio.

    A workbook holds every sheet, ready to be filled in; a folder holds the tables that have
    rows. An intake demonstration belongs to the foreign file and is not written.

    Parameters
    ----------
    portfolio : Portfolio
        What to write.
    path : str or Path
        A workbook (.xlsx) or a folder, which is made if it is not there.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    InputError
        If the path cannot be written, or a text does not fit into a cell of a workbook.
    """
    path = Path(path)
    frames = {name: file_frame(name, getattr(portfolio, name)) for name in TABLES}
    if path.suffix.lower() in WORKBOOKS:
        from pmo_lib.tables.template import write_workbook

        hidden = ["set_aside"] if frames["set_aside"].empty else []
        return write_workbook({n: f for n, f in frames.items() if n not in hidden}, path)
    return _write_folder(frames, path)


def file_frame(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table as its file has it: flags as yes or no, levels in one column, None if empty.

    Parameters
    ----------
    table : str
        Name of the table.
    frame : DataFrame
        As in a `Portfolio`.

    Returns
    -------
    DataFrame
        Columns in the order of the dictionary, dtype object.
    """
    frame = frame.reset_index() if TABLES[table].indexed else frame
    cells = frame.astype(object).where(frame.notna(), None)
    if table in ("performance", "criteria"):
        number, word = (
            ("estimate", "level") if table == "performance" else ("not_doing", "not_doing_level")
        )
        cells[number] = cells[word].where(cells[word].notna(), cells[number])
    if table == "contributions":
        stated = frame["level"].map(CONTRIBUTION_LEVELS)
        cells["level"] = cells["level"].where(
            stated == frame["contribution"], cells["contribution"]
        )
    for column in TABLES[table].columns:
        if column.kind == "flag":
            cells[column.name] = frame[column.name].map({True: "yes", False: "no"}).astype(object)
    return cells[TABLES[table].headings]


def ending_in(path: str | Path, *endings: str) -> Path:
    """Return a path to write, or refuse one that ends in none of the endings."""
    path = Path(path)
    if path.suffix.lower() not in endings:
        raise InputError(f"path: must end in {' or '.join(endings)}, got {show(path.name)}")
    return path


def write_whole(path: Path, content: bytes) -> Path:
    """Write bytes to a file, whole or not at all, and return its path."""
    with replacing(path) as draft:
        draft.write_bytes(content)
    return path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary file beside the path that replaces it at the end, or is removed on failure.

    Raises
    ------
    InputError
        If the path cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
        os.close(handle)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written ({error.strerror}); choose another place"
        ) from None
    try:
        yield Path(name)
        with open(name, "rb+") as written:
            os.fsync(written.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written ({error.strerror}); close it if it is open"
        ) from None
    finally:
        Path(name).unlink(missing_ok=True)


def _write_folder(frames: dict[str, pd.DataFrame], path: Path) -> Path:
    """Write all files under other names first, so that a failure leaves the old ones whole."""
    if path.exists() and not path.is_dir():
        raise InputError(f"{path}: is a file; name a folder, or a workbook ending in .xlsx")
    texts = {
        path / f"{name}.csv": csv_text(name, frame)
        for name, frame in frames.items()
        if len(frame) or name == "projects" or (path / f"{name}.csv").exists()
    }
    with _all_replacing(list(texts)) as files:
        for file, text in zip(files, texts.values(), strict=True):
            file.write_text(text, encoding="utf-8-sig", newline="")
    return path


@contextmanager
def _all_replacing(paths: list[Path]) -> Iterator[list[Path]]:
    if not paths:
        yield []
        return
    with _all_replacing(paths[1:]) as rest, replacing(paths[0]) as first:
        yield [first, *rest]


def csv_text(table: str, frame: pd.DataFrame) -> str:
    """Return what `file_frame` returned as the text of a CSV file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(frame.columns)
    columns = zip(TABLES[table].columns, frame.items(), strict=True)
    cells = [_csv_cells(one.kind, column.tolist()) for one, (_, column) in columns]
    writer.writerows(zip(*cells, strict=True))
    return text.getvalue()


def _csv_cells(kind: str, cells: list) -> list[str]:
    """Write the cells of one column; each distinct one is worded once."""
    words = protect if kind in ("label", "text") else as_text
    known = {cell: "" if cell is None else words(cell) for cell in set(cells)}
    return [known[cell] for cell in cells]


def require_fitting(table: str, column: str, text: str) -> str:
    """Refuse a text that is longer than a cell of a workbook can be."""
    if len(text) > 32_767:
        raise InputError(
            f"{table} {column}: {show(text)} has {len(text):,} characters, a cell of a workbook holds "
            "32,767; write the portfolio to a folder of CSV files"
        )
    return text
