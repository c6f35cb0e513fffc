"""From a path to a validated portfolio."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from pmo_lib.checks import InputError, listing, show
from pmo_lib.tables.cross_checks import cross_check
from pmo_lib.tables.dictionary import TABLES
from pmo_lib.tables.portfolio import Portfolio, labelled
from pmo_lib.tables.problems import Findings, did_you_mean, place
from pmo_lib.tables.rows import Rows, empty_rows, rows_of
from pmo_lib.tables.sources import RawTable, raw_tables
from pmo_lib.tables.texts import fold
from pmo_lib.tables.validation import check_table

OWN_SHEETS = ("read_me", "dictionary")
"""Sheets of the template that hold no data."""


def read_portfolio(path: str | Path, column_map: str | Path | Mapping | None = None) -> Portfolio:
    """Read a portfolio, or say everything that has to be mended in it.

    Parameters
    ----------
    path : str or Path
        A folder of CSV files or an .xlsx workbook, named as in the data dictionary; with
        a column map, any .csv, folder of .csv, or .xlsx.
    column_map : str, Path or mapping, optional
        A column map (``docs/column_maps.md``) that says where the columns of a foreign
        file belong.

    Returns
    -------
    Portfolio
        Every table, validated; ``notes`` says what was ignored, assumed or changed and
        ``set_aside`` names the projects that were read and cannot be used.

    Raises
    ------
    TableError
        An `InputError` with one sentence for each problem, all at once, and the same as
        a frame in its ``table``.
    InputError
        If the path cannot be read at all.
    """
    path, findings = Path(path), Findings()
    if column_map is not None:
        from pmo_lib.tables.mapping import read_mapped

        return read_mapped(path, column_map, findings)
    raw = _own_tables(path, findings)
    rows = {name: rows_of(TABLES[name], table, findings) for name, table in raw.items()}
    return assemble(rows, findings, source=path.name)


def read_table(path: str | Path, name: str) -> pd.DataFrame:
    """Read one table as it stands in a CSV file, or in the sheet of that name of a workbook.

    Returns
    -------
    DataFrame
        Cells as they stand, columns by their headings; empty cells are missing.

    Raises
    ------
    InputError
        If the file cannot be read, or a workbook has no such sheet.
    """
    path, findings = Path(path), Findings()
    found = raw_tables(path, findings)
    findings.raise_if_any()
    table = found.get(name) or (next(iter(found.values())) if len(found) == 1 else None)
    if table is None:
        raise InputError(
            f"{path.name}: has no sheet {show(name)}; it has {listing(found)}, so rename the right one"
        )
    frame = pd.DataFrame(table.rows, columns=[fold(heading) for heading in table.headings])
    return frame.astype(object).where(frame.notna() & (frame != ""), None)


def portfolio_of(tables: Mapping[str, pd.DataFrame], *, source: str = "tables") -> Portfolio:
    """Validate tables that are already frames, with the columns a file would have.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        By name, each with the headings of the data dictionary; an index that carries a
        name counts as columns.
    source : str
        What the portfolio is called.

    Returns
    -------
    Portfolio
        As `read_portfolio` gives it.

    Raises
    ------
    TableError
        As `read_portfolio`; rows count from 2, as in a file.

    Examples
    --------
    >>> portfolio_of({"projects": pd.DataFrame({"project": ["wall", "app"]})}).rows_read
    2
    """
    findings, rows = Findings(), {}
    for name, frame in tables.items():
        if name not in TABLES:
            raise InputError(
                f"tables: {show(name)} is not a table; known are {listing(TABLES, most=30)}"
            )
        frame = frame.reset_index() if any(frame.index.names) else frame
        cells = frame.astype(object).where(frame.notna(), None).to_numpy().tolist()
        raw = RawTable(name, [str(c) for c in frame.columns], cells, list(range(2, len(cells) + 2)))
        rows[name] = rows_of(TABLES[name], raw, findings)
    return assemble(rows, findings, source=source)


def assemble(rows: Mapping[str, Rows], findings: Findings, **facts: Any) -> Portfolio:
    """Check typed rows, one by one and against each other, and bundle them.

    Raises
    ------
    TableError
        With every problem the findings hold by then.
    """
    rows = {name: rows.get(name) or empty_rows(name) for name in TABLES}
    for table in rows.values():
        check_table(table, findings)
    if rows["projects"].frame.empty and rows["set_aside"].frame.empty and not findings.problems:
        findings.fault(
            "has no rows",
            sheet=rows["projects"].sheet,
            expected="a row for each project",
            found="no rows",
            remedy="write one row for each project",
        )
    if not findings.lacks_headings:  # else what hangs on the column would be told again and again
        cross_check(rows, findings, demonstration=facts.get("intake") is not None)
    findings.raise_if_any()
    frames = {name: labelled(name, table.frame) for name, table in rows.items()}
    read = len(frames["projects"]) + len(frames["set_aside"])
    return Portfolio(**frames, rows_read=read, notes=tuple(findings.notes), **facts)


def _own_tables(path: Path, findings: Findings) -> dict[str, RawTable]:
    raw = raw_tables(path, findings, wanted=_wanted(path))
    if path.is_file() and "projects" not in raw and len(raw) == 1 and path.suffix.lower() == ".csv":
        raw = {"projects": _as_projects(path, next(iter(raw.values())), findings)}
    known = {name: table for name, table in raw.items() if name in TABLES}
    for name in raw:
        if name not in TABLES and name not in OWN_SHEETS:
            near = did_you_mean(name, [t for t in TABLES if t not in raw and t != "projects"])
            words = f"table {show(name)} is not known"
            if near:
                findings.fault(
                    words,
                    sheet=path.name,
                    found=name,
                    expected="the name of a table",
                    remedy=f"{near.removesuffix('?')}? rename it, or name it so that it is no near miss",
                )
            else:
                findings.note(f"{place(path.name)}: {words} and was ignored")
    if "projects" not in known:
        near = next((name for name in raw if did_you_mean(name, ["projects"])), "")
        findings.fault(
            "has no table 'projects'",
            sheet=path.name,
            found=listing(raw) if raw else "nothing",
            expected="a table 'projects'",
            remedy=f"rename {show(near)} to 'projects'" if near else _NO_PROJECTS,
        )
    empty = [name for name, table in known.items() if not table.headings]
    for name in empty:
        findings.note(f"{place(known[name].sheet)}: is empty")
    if "projects" in empty:
        findings.fault(
            "has no headings",
            sheet=known["projects"].sheet,
            found="an empty table",
            expected="headings in the first row",
            remedy=_NO_PROJECTS,
        )
    if "projects" not in known or "projects" in empty:
        findings.raise_if_any()
    return {name: table for name, table in known.items() if table.headings}


_NO_PROJECTS = (
    "start from the template (pmo template NEW.xlsx), or name a column map (--map) "
    "if this is a file with other headings"
)


def _wanted(path: Path) -> list[str]:
    return [*TABLES, *([fold(path.stem)] if path.suffix.lower() == ".csv" else [])]


def _as_projects(path: Path, table: RawTable, findings: Findings) -> RawTable:
    if "project" not in [fold(heading) for heading in table.headings]:
        raise InputError(
            f"{path.name}: has no column 'project' (found {listing(table.headings)}); "
            "name a column map (--map) that says which column is which"
        )
    findings.note(f"{path.name}: was read as the table 'projects'")
    return table
