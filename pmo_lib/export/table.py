"""One table as a workbook of one sheet."""

from __future__ import annotations

import io
from collections.abc import Sequence
from textwrap import wrap

import pandas as pd
import xlsxwriter

from pmo_lib.wording import visible

LINE = 15
"""Height of a line of text. [pt]"""

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_FORMATS = {
    "title": {"bold": True, "font_size": 14},
    "note": {"italic": True, "font_color": "#555555"},
    "heading": {"bold": True, "bg_color": "#1F2D4D", "font_color": "#FFFFFF", "text_wrap": True},
    "text": {"valign": "top", "text_wrap": True},
    "whole": {"valign": "top", "num_format": "#,##0"},
    "number": {"valign": "top", "num_format": "#,##0.00"},
}


def frame_as_workbook(
    table: pd.DataFrame, *, title: str, notes: Sequence[str] = (), marking: str = ""
) -> bytes:
    """Lay out a table under its title on A4 landscape: headings repeated, page x of y."""
    notes = [marking, *notes] if marking else notes
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, _OPTIONS) as book:
        formats = {name: book.add_format(look) for name, look in _FORMATS.items()}
        sheet = book.add_worksheet("Ranking")
        sheet.write_string(0, 0, visible(title), formats["title"])
        for row, note in enumerate(notes, start=1):
            sheet.write_string(row, 0, visible(note), formats["note"])
        top = len(notes) + 2
        widths = [
            _column(sheet, formats, top, place, table[name])
            for place, name in enumerate(table.columns)
        ]
        for row, cells in enumerate([table.columns, *table.itertuples(index=False)], start=top):
            room = zip(cells, widths, strict=True)
            lines = max(len(wrap(visible(cell), width - 2)) if isinstance(cell, str) else 1
                        for cell, width in room)  # fmt: skip
            sheet.set_row(row, LINE * max(lines, 1))
        sheet.freeze_panes(top + 1, 0)
        sheet.autofilter(top, 0, top + len(table), table.shape[1] - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(top)
        left, centre = (visible(text).replace("&", "&&")[:90] for text in (title, marking))
        sheet.set_header(f"&C&8{centre}")
        sheet.set_footer(f"&L&8{left}&C&8{centre}&R&8Page &P of &N")
    return content.getvalue()


def _column(sheet, formats: dict, top: int, place: int, column: pd.Series) -> int:
    """Write one column, numbers as numbers and nothing as a formula; return its width in letters."""
    sheet.write_string(top, place, visible(column.name), formats["heading"])
    numeric = pd.api.types.is_numeric_dtype(column) and column.dtype != bool
    large = numeric and column.abs().max() >= 1000
    look = formats["text"]
    if numeric:
        whole = large or column.dtype.kind not in "f" or (column.dropna() % 1 == 0).all()
        look = formats["whole" if whole else "number"]
    widest = len(str(column.name))
    for row, cell in enumerate(column, start=top + 1):
        if pd.isna(cell):
            sheet.write_blank(row, place, None, look)
        elif numeric:
            sheet.write_number(row, place, float(cell), look)
        else:
            sheet.write_string(row, place, visible(cell)[:32767], look)
            widest = max(widest, len(str(cell)))
    width = 12 if numeric else min(max(widest + 2, 8), 46)
    sheet.set_column(place, place, width)
    return width
