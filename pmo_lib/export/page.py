"""The paper the sheets are written on: type, page set-up, headings, rows that fit their text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from pmo_lib import statements
from pmo_lib.approval.dossier import Dossier
from pmo_lib.export.words import PADDING, width, wrap
from pmo_lib.wording import Money, one_line, visible
from pmo_lib.workbench import Recommendation
from pmo_lib.workbench.rebalancing import Review

SIZE = 9
"""Size of the type on screen; pages are laid out so that it prints at 7.5 or more. [pt]"""

_INDENT = 6.5
"""What a right-aligned heading keeps free at its right. [pt]"""

LINE, AROUND = 10.5, 1.5
"""Height of a line of type, and what a row adds to it. [pt]"""

PAGE_PIXELS, PAGE_HEIGHT = 1276, 636.0
"""Width [px] and height [pt] of what prints on A4 landscape with type of 7.5 points."""

BAR = 13.5
"""Height of the bar that opens a block. [pt]"""

MOST_LINES = 12
"""Lines of a text in one cell; what is longer goes on in the last sheet."""

TEXTS = "Texts in full"

_INK, _GREY, _PALE = "#1F2F4A", "#595959", "#DFE4EC"
_PROPERTIES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14, "font_color": _INK, "valign": "vcenter"},
    "sign": {"bold": True, "font_size": 12, "align": "right", "valign": "vcenter"},
    "sentence": {"bold": True, "font_size": 11, "text_wrap": True, "valign": "vcenter"},
    "heading": {
        "bold": True, "text_wrap": True, "valign": "bottom", "font_color": "#FFFFFF",
        "bg_color": _INK, "border": 1, "border_color": "#8090A8",
    },
    "bar": {"bold": True, "bg_color": _PALE, "top": 1, "bottom": 1, "valign": "vcenter"},
    "row": {"bottom": 1, "bottom_color": "#C8C8C8"},
    "total": {"bold": True, "top": 1, "bottom": 1},
    "wrap": {"text_wrap": True}, "bold": {"bold": True}, "open": {"locked": False},
    "quiet": {"font_color": _GREY},
    "small": {"text_wrap": True, "font_color": "#262626"},
    "centre": {"align": "center"}, "left": {"align": "left"},
    "right": {"align": "right", "indent": 1},
    "above": {"bottom": 5},
    "below": {"top": 5, "bottom": 1, "bold": True, "valign": "vcenter"},
    "fill": {"bg_color": "#FFF8DC", "text_wrap": True},
    "boxed": {"left": 1, "left_color": "#E2E2E2"},
    "none_left": {"bg_color": "#404040", "font_color": "#FFFFFF", "bold": True},
    "tight": {"bg_color": "#8C8C8C", "font_color": "#FFFFFF", "bold": True},
    "close_to": {"bg_color": "#C4C4C4"},
    "half": {"bg_color": "#EAEAEA"},
    "count": {"num_format": "#,##0_ "},
    "rank": {"num_format": "0", "align": "center"},
    "score": {"num_format": "0.0_≈_ "},
    "close": {"num_format": '0.0"≈"_ ', "bold": True},
    "points": {"num_format": "0.0_ "},
    "points2": {"num_format": "#,##0.00_ "},
    "ratio": {"num_format": "0.00_ "},
    "percent": {"num_format": '0.0" %"_ '},
    "years": {"num_format": "0.0_ "},
    "amount": {"num_format": "General"},
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Book:
    """A workbook being written.

    Parameters
    ----------
    workbook : xlsxwriter.Workbook
        Takes the sheets.
    recommendation : Recommendation
        What is written.
    money : Money
        How money is shown.
    people : DataFrame by (role, period)
        What there is, is taken, used and left of people. [FTE]
    answers : DataFrame by project, optional
        What would bring each proposal in or out.
    review : Review, optional
        What to stop, continue and start.
    agenda : DataFrame by project, optional
        What to decide without debate, debate and decline.
    futures : stories.doubts.Spread, optional
        How far the figures may be out.
    dossier : Dossier, optional
        Of a workbook to decide in: its yellow cells are open, all others protected.
    formats : dict
        Formats made so far, by the names of their properties.
    shortened : dict
        Where a text was first shortened, by the whole text.
    named : dict
        Value now of each cell that has a name.
    places : dict
        Where a number stands that other sheets refer to, by (what, label).
    cells : dict
        What stands in each protected cell of a workbook to decide in, by sheet and place.
    """

    workbook: xlsxwriter.Workbook
    recommendation: Recommendation
    money: Money
    people: pd.DataFrame
    answers: pd.DataFrame | None = None
    review: Review | None = None
    agenda: pd.DataFrame | None = None
    futures: Any = None
    dossier: Dossier | None = None
    formats: dict = field(default_factory=dict)
    shortened: dict = field(default_factory=dict)
    named: dict = field(default_factory=dict)
    places: dict = field(default_factory=dict)
    cells: dict[str, dict[tuple[int, int], Any]] = field(default_factory=dict)

    def sheet(self, name: str) -> xlsxwriter.worksheet.Worksheet:
        """Return a sheet by name."""
        return self.workbook.get_worksheet_by_name(name)


@dataclass(frozen=True)
class Column:
    """A column: its heading with the unit, its width in pixels, how its cells look."""

    heading: str
    pixels: int
    looks: tuple[str, ...] = ("wrap",)

    @property
    def room(self) -> float:
        """Width that a line of text has. [pt]."""
        return self.pixels * 0.75 - PADDING


@dataclass(frozen=True)
class Formula:
    """A live formula (without its equals sign) and the value it has now."""

    text: str
    value: float | str


RANK = Column("Rank", 44, ("rank",))


def standings(book: Book) -> dict[str, str]:
    """Word each block of the list that a project may stand in."""
    words = statements.block_words(book.recommendation)
    return {"continues": "running"} | {block: word.lower() for block, word in words.items()}


def yes(flag: bool) -> str:
    """Word a flag; no is an empty cell."""
    return "yes" if flag else ""


def money_column(book: Book, heading: str, pixels: int = 72, places: int = 2) -> Column:
    """Return a column of money, its unit in the heading."""
    return Column(f"{heading}\n{book.money.unit}", pixels, (f"money{places}",))


def look(book: Book, *names: str):
    """Return the format made of named properties, later names winning."""
    if names not in book.formats:
        properties: dict[str, Any] = {"font_name": "Arial", "font_size": SIZE, "valign": "top"}
        for name in names:
            if name.startswith("money"):
                form = money_format(book.money, int(name[-1]))
                properties["num_format"] = f'{form}_ ;-{form}_ ;"–"_ '
            else:
                properties |= _PROPERTIES[name]
        book.formats[names] = book.workbook.add_format(properties)
    return book.formats[names]


def put(book: Book, sheet, row: int, column: int, cell: Any, *looks: str) -> None:
    """Write one cell: text always as text, a missing number as an empty cell."""
    form = look(book, *looks)
    if isinstance(cell, Formula):
        sheet.write_formula(row, column, f"={cell.text}", form, cell.value)
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell, form)
    elif cell is None or cell is pd.NA or cell != cell:
        sheet.write_blank(row, column, None, form)
        return
    else:
        cell = float(cell)
        sheet.write_number(row, column, cell, form)
    if book.dossier is not None and cell != "" and "open" not in looks:
        book.cells.setdefault(sheet.name, {})[row, column] = cell


def place(sheet, row: int, column: int) -> str:
    """Return the address of a cell as formulas on other sheets write it."""
    cell = xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)
    return f"'{sheet.get_name()}'!{cell}"


def name_cell(book: Book, name: str, sheet, row: int, column: int, value: float) -> None:
    """Give a cell a name that formulas on other sheets can use."""
    book.workbook.define_name(name, f"={place(sheet, row, column)}")
    book.named[name] = value


def named(book: Book, name: str) -> Formula | None:
    """Return a formula that repeats a named cell, or nothing if there is no such cell."""
    return Formula(name, book.named[name]) if name in book.named else None


def across(book: Book, sheet, row: int, first: int, last: int, text: Any, *looks: str) -> None:
    """Write a text over several columns."""
    if last > first:
        sheet.merge_range(row, first, row, last, None, look(book, *looks))
    put(book, sheet, row, first, text, *looks)


def height(lines: int) -> float:
    """Return the height of a row with that many lines. [pt]."""
    return AROUND + LINE * lines


def money_format(money: Money, places: int) -> str:
    """Return the number format of a cell: the whole amount stays in it, the format scales it.

    >>> money_format(Money("£", "m"), 1)
    '#,##0.0,,'
    """
    decimals = f".{'0' * places}" if places and money.letter == "m" else ""
    return f"#,##0{decimals}" + {"m": ",,", "k": ",", "": ""}[money.letter]


def fitted(
    book: Book,
    text: str,
    room: float,
    where: str,
    *,
    most: int = MOST_LINES,
    size: float = SIZE,
    bold: bool = False,
) -> tuple[str, int]:
    """Return a visible text and its number of lines; one too long is continued elsewhere.

    Parameters
    ----------
    book : Book
        Keeps the whole text if it has to be shortened.
    text : str
        Any text.
    room : float
        Width of a line. [pt]
    where : str
        Words for the place, for whoever looks the text up.
    most : int
        Lines there may be.
    size : float
        Size of the type. [pt]
    bold : bool
        Whether it is set bold.
    """
    text = visible(text)
    lines = wrap(text, room, size=size, bold=bold)
    if len(lines) <= most:
        return text, len(lines)
    book.shortened.setdefault(text, where)
    mark = f"… [{TEXTS}, {list(book.shortened).index(text) + 1}]"
    spare = max(room - width(mark, size=size, bold=bold), 0.3 * room)
    last = wrap(lines[most - 1], spare, size=size, bold=bold)[0]
    return " ".join([*lines[: most - 1], f"{last} {mark}"]), most


def start(
    book: Book,
    name: str,
    columns: Sequence[Column],
    *,
    title: str,
    notes: Iterable[str] = (),
    repeat: bool = True,
):
    """Set up a sheet: page, marking, title, notes and headings, which repeat on every page.

    Returns
    -------
    (worksheet, int)
        The sheet and its first free row.
    """
    sheet, settings = book.sheet(name), book.recommendation.settings
    set_up_page(book, sheet, name)
    for place, column in enumerate(columns):
        sheet.set_column_pixels(place, place, column.pixels)
    last = len(columns) - 1
    room = sum(column.pixels for column in columns) * 0.75 - PADDING
    version = statements.version_words(settings)
    sign = " · ".join(one_line(s) for s in (settings.marking, settings.status, version) if s)
    sign, _ = fitted(book, sign, room, f"{name}, marking", most=1, bold=True)
    across(book, sheet, 0, 0, last, sign, "bold", "quiet")
    across(book, sheet, 1, 0, last, title, "title")
    sheet.set_row(1, 21)
    row = 2
    for note in notes:
        text, lines = fitted(book, note, room, f"{name}, notes")
        across(book, sheet, row, 0, last, text, "small")
        sheet.set_row(row, height(lines))
        row += 1
    row = write_headings(book, sheet, row, columns)
    sheet.freeze_panes(row, 0)
    if repeat:
        sheet.repeat_rows(row - 1)
    return sheet, row


def set_up_page(book: Book, sheet, name: str) -> None:
    """Set A4 landscape, one page wide, marking, version and page numbers on every page."""
    settings = book.recommendation.settings
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.25, right=0.25, top=0.43, bottom=0.41)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.hide_gridlines(2)
    version = _header(settings.status + statements.version_words(settings, " v"))
    marking = _header(settings.marking)
    who = " · ".join(filter(None, map(_header, (settings.organisation, settings.board))))
    fixed = {"margin": 0.17, "scale_with_doc": False, "align_with_margins": True}
    sheet.set_header(f"&L&8 {who}&C&8&B {marking}&R&8 {_header(name)} · {version}", fixed)
    data = f" · {_header(f'data of {settings.data_date}')}" if settings.data_date else ""
    sheet.set_footer(f"&L&8 {version}{data}&C&8&B {marking}&R&8 Page &P of &N", fixed)


def _header(text: str, most: int = 40) -> str:
    """Return a text for a page header: its signs are text, its length is bounded."""
    text = one_line(text)
    kept = text[:most]
    while len(kept.replace("&", "&&").encode("utf-16-le")) > 2 * most:
        kept = kept[:-1]
    return (kept if kept == text else kept[:-1] + "…").replace("&", "&&")


def write_headings(book: Book, sheet, row: int, columns: Sequence[Column]) -> int:
    """Write a row of headings and return the row after it."""
    tallest = 1
    for place, column in enumerate(columns):
        side = {"wrap": (), "fill": (), "rank": ("centre",)}.get(column.looks[0], ("right",))
        room = column.room - (_INDENT if side == ("right",) else 0)
        heading, lines = fitted(book, column.heading, room, "headings", most=6, bold=True)
        put(book, sheet, row, place, heading, "heading", *side)
        tallest = max(tallest, lines)
    sheet.set_row(row, height(tallest))
    return row + 1


def write_rows(
    book: Book,
    sheet,
    row: int,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    *extra: str,
) -> int:
    """Write rows of cells, each row as tall as its longest text; return the row after them."""
    for cells in rows:
        tallest = 1
        for place, (column, cell) in enumerate(zip(columns, cells, strict=True)):
            if isinstance(cell, str):
                where = f"{sheet.get_name()}, row {row + 1}"
                cell, lines = fitted(book, cell, column.room, where, bold="total" in extra)
                tallest = max(tallest, lines)
                looks = ("row", *column.looks, *extra, "wrap")
                looks = looks if column.looks[0] == "wrap" else (*looks, "right")
            else:
                looks = ("row", *column.looks, *extra)
            put(book, sheet, row, place, cell, *looks)
        sheet.set_row(row, height(tallest))
        row += 1
    return row


def write_sheet(
    book: Book, name: str, columns: Sequence[Column], rows: Iterable, *, title: str, notes=()
):
    """Set up a sheet and write its rows.

    Returns
    -------
    (worksheet, int, int)
        The sheet, its first row of cells and its first free row.
    """
    sheet, first = start(book, name, columns, title=title, notes=notes)
    rows = rows(first) if callable(rows) else rows
    return sheet, first, write_rows(book, sheet, first, columns, rows)


def empty_sheet(book: Book, name: str, title: str, words: str) -> None:
    """Write a sheet that only says why there is nothing on it."""
    columns = [Column(title, 700)]
    sheet, row = start(book, name, columns, title=title)
    write_note(book, sheet, row, columns, words)


def write_bar(book: Book, sheet, row: int, columns: Sequence[Column], text: str) -> int:
    """Write a bar that opens a block of rows; return the row after it."""
    across(book, sheet, row, 0, len(columns) - 1, text, "bar")
    sheet.set_row(row, BAR)
    return row + 1


def write_note(book: Book, sheet, row: int, columns: Sequence[Column], text: str) -> int:
    """Write a paragraph over all columns; return the row after it."""
    room = sum(column.pixels for column in columns) * 0.75 - PADDING
    text, lines = fitted(book, text, room, f"{sheet.get_name()}, notes")
    across(book, sheet, row, 0, len(columns) - 1, text, "small")
    sheet.set_row(row, height(lines))
    return row + 1
