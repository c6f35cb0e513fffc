"""Raw tables from a CSV folder, a CSV file or a workbook: cells as they stand, with row numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pmo_lib.checks import InputError, show
from pmo_lib.tables.cells import as_text, is_blank
from pmo_lib.tables.csv_files import csv_records
from pmo_lib.tables.problems import Findings, place
from pmo_lib.tables.texts import clean_label, fold

MOST_ROWS = 500_000
"""Rows with content a table may have."""


@dataclass(frozen=True)
class RawTable:
    """The cells of one sheet.

    Parameters
    ----------
    sheet : str
        Name of the sheet or of the CSV file.
    headings : list of str
        As they stand, cleaned.
    rows : list of list
        Cells as they stand, as many as there are headings; blank rows are left out.
    numbers : list of int
        Row of each, the way the spreadsheet counts.
    protected : bool
        Whether texts may carry an apostrophe that keeps them from being formulas (CSV).
    """

    sheet: str
    headings: list[str]
    rows: list[list]
    numbers: list[int]
    protected: bool = False


@dataclass(frozen=True)
class Source:
    """Which sheet or file a table comes from, and how it is opened.

    Parameters
    ----------
    sheet : str
        Sheet of a workbook, or file of a folder; empty if there is only one.
    encoding, delimiter : str
        Of CSV files; empty tries what is usual.
    header_row : int
        Row of the headings; 0 takes the first that is not blank.
    """

    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    header_row: int = 0


USUAL = Source()
"""Nothing said: the usual encodings and separators, headings in the first row."""

WORKBOOKS = (".xlsx", ".xlsm")


def raw_tables(
    path: Path, findings: Findings, *, wanted: Iterable[str] | None = None, source: Source = USUAL
) -> dict[str, RawTable | None]:
    """Read the sheets of a workbook, or the CSV files of a folder, by folded name.

    Parameters
    ----------
    path : Path
        A folder, a .csv or a .xlsx file.
    findings : Findings
        Gathers problems and notes.
    wanted : iterable of str, optional
        Folded names to read; the others are None. All are read if it is not given.
    source : Source
        How the files are opened.

    Returns
    -------
    dict of str to RawTable or None
        By name, folded (lower case, blanks as underscores).

    Raises
    ------
    InputError
        If the path cannot be read at all.
    """
    wanted = None if wanted is None else set(wanted)
    protected = path.suffix.lower() not in WORKBOOKS
    tables: dict[str, RawTable | None] = {}
    for name, sheet, records in _records(path, findings, wanted, source):
        if name in tables:
            findings.fault(
                f"there is more than one table {show(name)}",
                sheet=sheet,
                expected="one table of each name",
                remedy="keep one of them",
            )
        elif records is None:
            tables[name] = None
        else:
            tables[name] = raw_table(sheet, records, findings, source.header_row, protected)
    return tables


def _records(path: Path, findings: Findings, wanted: set | None, source: Source) -> Iterator[tuple]:
    """Yield (folded name, sheet, numbered records, or None if not wanted)."""
    if path.is_dir():
        yield from _folder(path, findings, wanted, source)
    elif not path.is_file():
        raise InputError(f"{path}: there is no such file or folder; check the path")
    elif path.suffix.lower() in WORKBOOKS:
        from pmo_lib.tables.workbooks import workbook_records

        yield from workbook_records(path, findings, wanted, source.header_row)
    elif path.suffix.lower() in (".csv", ".txt", ".tsv"):
        yield fold(path.stem), path.name, _csv(path, findings, source)
    else:
        raise InputError(
            f"{path.name}: must be a folder of CSV files, a .csv or an .xlsx file; "
            "save it as .xlsx or as CSV (UTF-8)"
        )


def _folder(path: Path, findings: Findings, wanted: set | None, source: Source) -> Iterator[tuple]:
    files = [file for file in sorted(path.iterdir()) if file.suffix.lower() == ".csv"]
    files = [file for file in files if file.is_file() and not file.name.startswith((".", "~"))]
    if not files:
        raise InputError(f"{path}: holds no CSV files; a portfolio needs at least projects.csv")
    for file in files:
        name = fold(file.stem)
        read = wanted is None or name in wanted
        yield name, file.name, _csv(file, findings, source) if read else None


def _csv(path: Path, findings: Findings, source: Source) -> Iterator[tuple[int, list[str]]]:
    return csv_records(path, findings, encoding=source.encoding, delimiter=source.delimiter)


def raw_table(
    sheet: str, records: Iterator, findings: Findings, header_row: int, protected: bool
) -> RawTable:
    """Split records, (row number, cells), into headings and rows; blank rows are skipped."""
    headings: list[str] = []
    rows, numbers = [], []
    for number, cells in records:
        if all(is_blank(cell) for cell in cells):
            continue
        if not headings:
            if number >= header_row:
                headings = _headings(sheet, number, cells, findings)
            continue
        if len(rows) >= MOST_ROWS:
            findings.fault(
                f"has more than {MOST_ROWS:,} rows",
                sheet=sheet,
                expected="a smaller table",
                remedy="split it, or leave out what is not needed",
            )
            break
        rows.append(_fitted(sheet, number, cells, headings, findings))
        numbers.append(number)
    return RawTable(sheet, headings, rows, numbers, protected)


def _headings(sheet: str, number: int, cells: list, findings: Findings) -> list[str]:
    headings = ["" if is_blank(cell) else clean_label(as_text(cell)) for cell in cells]
    while headings and not headings[-1]:
        headings.pop()
    folded = [fold(heading) for heading in headings]
    for heading in sorted({h for h in headings if h and folded.count(fold(h)) > 1}):
        findings.fault(
            f"the heading {show(heading)} occurs more than once",
            sheet=sheet,
            row=number,
            column=heading,
            found=heading,
            expected="each heading once",
            remedy="rename or remove one of the columns",
        )
    return headings


def _fitted(sheet: str, number: int, cells: list, headings: list[str], findings: Findings) -> list:
    width = len(headings)
    beyond = [cell for cell in cells[width:] if not is_blank(cell)]
    unnamed = [
        cell for cell, name in zip(cells, headings, strict=False) if not name and not is_blank(cell)
    ]
    if beyond and sheet.lower().endswith(".csv"):
        findings.fault(
            f"has {len(cells)} cells under {width} headings",
            sheet=sheet,
            row=number,
            found=str(len(cells)),
            expected=f"{width} cells",
            remedy="put quotation marks around a text that holds the separator",
        )
    elif beyond or unnamed:
        findings.note(
            f"{place(sheet)}: cells without a heading are ignored (first in row {number})"
        )
    return [*cells[:width], *([None] * (width - len(cells)))]
