"""Workbooks (.xlsx) as they come, read without trusting them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from warnings import catch_warnings, simplefilter
from xml.etree import ElementTree

from pmo_lib.checks import InputError
from pmo_lib.tables.cells import Formula, is_blank
from pmo_lib.tables.problems import Findings, place
from pmo_lib.tables.texts import fold

MOST_BYTES = 100_000_000
"""Largest workbook that is read. [bytes]"""
MOST_UNPACKED = 600_000_000
"""Most a workbook may unpack to. [bytes]"""
MOST_RATIO = 300
"""Most a large part may grow when unpacked: sheets grow twenty- to a hundredfold. [-]"""
_SMALL = 30_000_000
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell [^>]*?ref=\"([A-Z]+)([0-9]+):([A-Z]+[0-9]+)\"")
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_ROW = re.compile(rb"<row [^>]*?\br=\"([0-9]+)\"")
_ESCAPED = re.compile(r"_x(00[01][0-9A-Fa-f])_")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def workbook_records(
    path: Path, findings: Findings, wanted: set[str] | None, header_row: int = 0
) -> Iterator[tuple]:
    """Yield (folded name, sheet, numbered records or None) for every sheet.

    Formulas give their stored values (noted); merged cells, and formulas without a stored
    value, are problems. Hidden sheets are read and noted.
    """
    check_archive(path)
    parts = _sheet_parts(path)
    with _opened(path, values=True) as book:
        for sheet in book.worksheets:
            name = fold(sheet.title)
            if wanted is not None and name not in wanted:
                yield name, sheet.title, None
                continue
            if sheet.sheet_state != "visible":
                findings.note(f"{place(sheet.title)}: is hidden; it was read all the same")
            data = _part(path, parts.get(sheet.title, ""))
            _report_merged(data, sheet.title, header_row, findings)
            yield name, sheet.title, _rows(path, sheet, data, findings)


def check_archive(path: Path) -> None:
    """Refuse a file that is not a workbook, or that would unpack to far more than it seems.

    Raises
    ------
    InputError
        If it is no zip archive, an older or locked workbook, or a zip bomb.
    """
    if path.stat().st_size > MOST_BYTES:
        raise InputError(f"{path.name}: is larger than {MOST_BYTES // 1_000_000} MB; split it")
    if first_bytes(path) == b"\xd0\xcf\x11\xe0":
        raise InputError(
            f"{path.name}: is an older .xls workbook or protected by a password; "
            "save it as .xlsx without a password"
        )
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise InputError(f"{path.name}: {_NOT_A_WORKBOOK}") from None
    bomb = [
        part.filename
        for part in members
        if part.file_size > _SMALL and part.file_size > MOST_RATIO * max(part.compress_size, 1)
    ]
    total = sum(part.file_size for part in members)
    if bomb or total > MOST_UNPACKED or len(members) > 10_000:
        raise InputError(
            f"{path.name}: would unpack to {total / 1e6:,.0f} MB in {len(members)} parts, which no "
            "portfolio needs; it was not opened. Copy the tables to a new workbook"
        )


def first_bytes(path: Path) -> bytes:
    """Read the four bytes by which a file is known."""
    try:
        with path.open("rb") as file:
            return file.read(4)
    except OSError as error:
        raise InputError(f"{path}: cannot be opened ({error.strerror}); check its rights") from None


_NOT_A_WORKBOOK = "is not an .xlsx workbook; open it in a spreadsheet and save it as .xlsx"


@contextmanager
def _opened(path: Path, *, values: bool):
    """Open a workbook for reading only; anything wrong inside it is an InputError."""
    import openpyxl

    with catch_warnings():
        simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(path, read_only=True, data_only=values, keep_links=False)
        except Exception as error:
            raise InputError(f"{path.name}: {_NOT_A_WORKBOOK} ({type(error).__name__})") from None
        try:
            yield book
        finally:
            book.close()


def _sheet_parts(path: Path) -> dict[str, str]:
    """Find the part of the archive that holds each sheet."""
    try:
        with zipfile.ZipFile(path) as archive:
            book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
            links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError, zipfile.BadZipFile):
        raise InputError(f"{path.name}: {_NOT_A_WORKBOOK}") from None
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    sheets = [element for element in book.iter() if element.tag.endswith("}sheet")]
    found = {sheet.get("name"): targets.get(sheet.get(_RELATION), "") for sheet in sheets}
    return {
        name: part.lstrip("/") if part.startswith("/") else f"xl/{part}"
        for name, part in found.items()
    }


def _part(path: Path, part: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(part) if part in archive.namelist() else b""


def _report_merged(data: bytes, sheet: str, header_row: int, findings: Findings) -> None:
    for column, row, last in _MERGED.findall(data):
        if int(row) < header_row:
            continue
        where = f"{column.decode()}{row.decode()}:{last.decode()}"
        findings.fault(
            f"the cells {where} are merged",
            sheet=sheet,
            row=int(row),
            found=where,
            expected="one value a cell",
            remedy="unmerge them and fill each cell",
        )


def _last_row(data: bytes) -> int | None:
    """Find the last row that holds a value, so that rows with colours only are never read."""
    last = max(data.rfind(mark) for mark in (b"<v>", b"<v ", b"<is>", b"<is ", b"<f"))
    number = _ROW.search(data, max(data.rfind(b"<row ", 0, max(last, 0)), 0))
    return int(number[1]) if last >= 0 and number else None


def _rows(path: Path, sheet, data: bytes, findings: Findings) -> Iterator[tuple[int, list]]:
    rows = _guarded(sheet, path, _last_row(data))
    if data and not _FORMULA.search(data):
        yield from ((number, [_seen(cell.value) for cell in row]) for number, row in rows)
        return
    count = 0
    with _opened(path, values=False) as book:
        written = (row for _, row in _guarded(book[sheet.title], path, _last_row(data)))
        for (number, row), sources in zip(rows, written, strict=False):
            cells = [_seen(cell.value) for cell in row]
            for column, source in enumerate(sources):
                if source.data_type == "f":
                    count += 1
                    if is_blank(cells[column]) and row[column].data_type == "n":
                        cells[column] = Formula(getattr(source.value, "text", source.value))
            yield number, cells
    if count:
        findings.note(
            f"{place(sheet.title)}: {count} cells are formulas; their stored values are used"
        )


def _guarded(sheet, path: Path, last: int | None) -> Iterator[tuple[int, tuple]]:
    sheet.reset_dimensions()
    rows = enumerate(sheet.iter_rows(max_row=last), start=1)
    while True:
        try:
            with catch_warnings():
                simplefilter("ignore")
                row = next(rows)
        except StopIteration:
            return
        except (
            ElementTree.ParseError,
            ValueError,
            KeyError,
            IndexError,
            zipfile.BadZipFile,
        ) as error:
            raise InputError(
                f"{path.name} {place(sheet.title)}: is damaged ({type(error).__name__}); "
                "open the workbook in a spreadsheet and save it again"
            ) from None
        yield row


def _seen(cell):
    """Return the text a spreadsheet shows: the file writes controls as _x000D_."""
    if isinstance(cell, str) and "_x" in cell:
        return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), cell)
    return cell


def sheet_names(path: Path) -> list[str]:
    """Return the names of the sheets of a workbook."""
    check_archive(path)
    return list(_sheet_parts(path))
