"""The workbook to fill in: one sheet a table, drop-downs, the dictionary, a small example."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from pmo_lib.checks import InputError
from pmo_lib.tables.dictionary import KINDS, TABLES, Column, Table
from pmo_lib.tables.texts import clean
from pmo_lib.tables.writing import replacing, require_fitting

LAST_ROW = 5000
"""Rows of a sheet that get drop-downs."""

MORE_EXAMPLES: dict[str, list[dict]] = {
    "projects": [
        {
            "project": "example-app",
            "name": "Example: river gauge app",
            "programme": "Resilience",
            "sponsor": "Director of Place",
            "business_unit": "Place",
            "category": "Digital",
            "status": "proposed",
            "mandatory": "no",
            "planned_start": "2028-04-01",
            "size": 20000,
            "size_unit": "residents",
        }
    ],
    "performance": [
        {
            "project": "example-app",
            "criterion": "residents",
            "estimate": 20000,
            "evidence": "judged",
            "scored_by": "Planning office",
        }
    ],
    "cash_flows": [
        {"project": "example-wall", "period": "2028-04-01", "fund": "general", "benefit": 1900000},
        {"project": "example-app", "period": "2028-04-01", "fund": "general", "cost": 900000},
        {"project": "example-app", "period": "2029-04-01", "fund": "general", "benefit": 700000},
    ],
    "contributions": [
        {"project": "example-app", "objective": "safe-homes", "level": "low"},
    ],
    "budgets": [{"period": "2028-04-01", "fund": "general", "amount": 15000000}],
}
"""Further example rows, so that the template reads as a small portfolio that can be chosen from."""

_READ_ME = [
    "How to fill in this workbook",
    "",
    "1. The rows in grey italics are an example. Overwrite or delete them, on every sheet.",
    "2. Only the sheet 'projects' is required. Leave a sheet empty, or delete it, if you do not need it.",
    "3. Hover over a heading to see what the column means. Bold headings must be filled in every row.",
    "4. An empty cell means 'not known', never zero. A proposal without an estimate is set aside by name.",
    "5. Money is in plain currency units: 1200000, not 1.2 and not £1.2m.",
    "6. Dates are written year-month-day: 2027-04-01. A year is named by the day on which it starts.",
    "7. A running or mandatory project needs a cost; if it is not known yet, enter an amount and name",
    "   who stands behind it in the column 'placeholder'.",
    "8. Do not merge cells, do not rename sheets or headings. The sheet 'dictionary' lists every column.",
    "",
    "Then check it:   pmo check THIS-FILE.xlsx",
]


def write_template(path: str | Path) -> Path:
    """Write the workbook in which a portfolio is entered.

    It holds a sheet a table with headings, drop-downs and a small example that reads as a
    portfolio, the dictionary, and what to do first.

    Parameters
    ----------
    path : str or Path
        Where; must end in .xlsx.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    InputError
        If the path does not end in .xlsx or cannot be written.
    """
    examples = {name: _example(table) for name, table in TABLES.items() if name != "set_aside"}
    return write_workbook(examples, path, example=True)


def write_workbook(
    frames: Mapping[str, pd.DataFrame], path: str | Path, *, example: bool = False
) -> Path:
    """Write tables as a workbook that can be filled in further.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        By table, with the columns of its file; None where a cell is empty.
    path : str or Path
        Where; must end in .xlsx.
    example : bool
        Whether the rows are an example, shown in grey.

    Returns
    -------
    Path
        The path written.
    """
    import xlsxwriter

    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise InputError(f"{path.name}: must end in .xlsx")
    with replacing(path) as file:
        book = xlsxwriter.Workbook(str(file), _OPTIONS)
        try:
            formats = {name: book.add_format(facts) for name, facts in _FORMATS.items()}
            _read_me_sheet(book, formats)
            _dictionary_sheet(book, formats)
            for name, frame in frames.items():
                _table_sheet(book, TABLES[name], frame, formats, example)
            for sheet in book.worksheets():
                sheet.set_landscape()
                sheet.set_paper(9)
                sheet.fit_to_pages(1, 0)
            book.worksheets()[0].activate()
        finally:
            book.close()
    return path


_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_GREY = {"font_color": "#767676", "italic": True}
_FORMATS = {
    "title": {"bold": True, "font_size": 14},
    "heading": {"bg_color": "#E8EEF4", "bottom": 1, "text_wrap": True, "valign": "top"},
    "needed": {
        "bg_color": "#E8EEF4",
        "bottom": 1,
        "text_wrap": True,
        "valign": "top",
        "bold": True,
    },
    "wrap": {"text_wrap": True, "valign": "top"},
    "text": {"num_format": "@"},
    "date": {"num_format": "yyyy-mm-dd"},
    "number": {},
    "money": {"num_format": "#,##0"},
    "example_text": {"num_format": "@"} | _GREY,
    "example_date": {"num_format": "yyyy-mm-dd"} | _GREY,
    "example_number": _GREY,
    "example_money": {"num_format": "#,##0"} | _GREY,
}
_LOOKS = {"number": "number", "date": "date", "period": "date", "rating": "number"}


def _example(table: Table) -> pd.DataFrame:
    rows = [{column.name: column.example for column in table.columns}]
    rows += MORE_EXAMPLES.get(table.name, [])
    frame = pd.DataFrame(rows, columns=table.headings, dtype=object)
    return frame.where(frame.notna() & (frame != ""), None)


def _read_me_sheet(book, formats: dict) -> None:
    sheet = book.add_worksheet("Read me")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 100)
    for row, line in enumerate(_READ_ME):
        sheet.write_string(row, 0, line, formats["wrap" if row else "title"])


def _dictionary_sheet(book, formats: dict) -> None:
    sheet = book.add_worksheet("dictionary")
    headings = [
        "table",
        "column",
        "type",
        "must be filled",
        "unit",
        "allowed",
        "empty means",
        "meaning",
    ]
    for place, (heading, width) in enumerate(
        zip(headings, [18, 18, 34, 14, 28, 44, 20, 70], strict=True)
    ):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, heading, formats["needed"])
    columns = [(table.name, column) for table in TABLES.values() for column in table.columns]
    for row, (table, column) in enumerate(columns, start=1):
        filled = {"cell": "yes", "column": "heading"}.get(column.required, "")
        facts = [table, column.name, KINDS[column.kind], filled, column.unit, column.range]
        for place, text in enumerate([*facts, column.default, column.meaning]):
            sheet.write_string(row, place, text, formats["wrap"])
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, len(columns), len(headings) - 1)


def _table_sheet(book, table: Table, frame: pd.DataFrame, formats: dict, example: bool) -> None:
    sheet = book.add_worksheet(table.name)
    for place, column in enumerate(table.columns):
        look = "money" if column.unit == "currency" else _LOOKS.get(column.kind, "text")
        sheet.set_column(place, place, _width(column), formats[look])
        sheet.write_string(
            0, place, column.name, formats["needed" if column.required == "cell" else "heading"]
        )
        sheet.write_comment(
            0, place, _comment(column), {"x_scale": 2, "y_scale": 1.2, "author": ""}
        )
        validation = _validation(column)
        if validation:
            sheet.data_validation(1, place, LAST_ROW, place, validation)
        cell_format = formats[f"example_{look}" if example else look]
        for row, cell in enumerate(frame[column.name], start=1):
            _write_cell(sheet, row, place, cell, column, cell_format, table.name)
    sheet.freeze_panes(1, 1)


def _write_cell(sheet, row: int, place: int, cell: Any, column: Column, look, table: str) -> None:
    if cell is None or cell != cell:
        return
    if column.kind in ("date", "period") and str(cell) > "1901":
        sheet.write_datetime(row, place, date.fromisoformat(cell), look)
    elif isinstance(cell, int | float):
        sheet.write_number(row, place, cell, look)
    else:
        sheet.write_string(row, place, require_fitting(table, column.name, str(cell)), look)


def _comment(column: Column) -> str:
    facts = [
        column.meaning + ".",
        f"Type: {KINDS[column.kind]}." + (f" Unit: {column.unit}." if column.unit else ""),
        f"Allowed: {column.range}." if column.range else "",
        f"Must be one of the sheet '{column.of}'." if column.of else "",
        f"Empty means: {column.default}." if column.default else "",
        "Must be filled in every row." if column.required == "cell" else "",
    ]
    return "\n".join(fact for fact in facts if fact)


def _validation(column: Column) -> dict | None:
    if column.choices:
        return {
            "validate": "list",
            "source": list(column.choices),
            "error_message": clean(column.meaning),
        }
    if column.kind == "flag":
        return {"validate": "list", "source": ["yes", "no"]}
    if column.of:
        return {
            "validate": "list",
            "source": f"='{column.of}'!$A$2:$A${LAST_ROW}",
            "error_type": "warning",
        }
    if column.kind == "number" and column.range:
        low, high = max(column.low, -1e300), min(column.high, 1e300)
        return {
            "validate": "decimal",
            "criteria": "between",
            "minimum": low,
            "maximum": high,
            "error_message": f"{column.name} must be {column.range}",
        }
    if column.kind in ("date", "period"):
        return {
            "validate": "date",
            "criteria": ">=",
            "value": date(1900, 1, 1),
            "error_message": "Write a date such as 2027-04-01",
        }
    return None


def _width(column: Column) -> float:
    widest = {"text": 40, "label": 18, "date": 12, "period": 12}.get(column.kind, 10)
    return max(widest, len(column.name) + 2)
