"""One cell to one value: numbers, dates, flags, words and labels of our own tables.

A reader returns the value, ``None`` for an empty cell, or a `Fault`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from functools import partial
from typing import Any, NamedTuple

from pmo_lib.tables.dictionary import Column
from pmo_lib.tables.texts import clean, clean_label, fold, has_hidden

FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Dates outside these years are slips of the pen."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_ISO_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]00:00(?::00)?)?")
_SHEET_ERROR = re.compile(r"#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)")
_YES, _NO = ("yes", "y", "true", "1"), ("no", "n", "false", "0")


class Fault(NamedTuple):
    """Why a cell cannot be read: what belongs there, and what to do."""

    expected: str
    remedy: str
    fault: str = ""


class Formula(str):
    """A formula whose value the workbook does not hold."""


def read_cells(column: Column, cells: list) -> list:
    """Read the cells of one column; each result is a value, None or a Fault."""
    read = reader(column)
    if column.kind not in ("text", "label", "choice"):
        read = partial(_plainly, read)
    if column.required == "cell":
        read = partial(_must_be_filled, read)
    if all(type(cell) is str for cell in cells):  # of a text file, where few differ
        known = {cell: _guarded(read, cell) for cell in set(cells)}
        return [known[cell] for cell in cells]
    return [_guarded(read, cell) for cell in cells]


def reader(column: Column) -> Callable[[Any], Any]:
    """Return the function that reads a cell of this column."""
    if column.kind == "choice":
        return partial(read_choice, choices=column.choices)
    readers = {"number": read_number, "flag": read_flag, "date": read_date, "period": read_date}
    readers |= {"text": read_text, "label": read_label, "rating": read_rating}
    return readers[column.kind]


def is_blank(cell: Any) -> bool:
    """Tell whether a cell holds nothing but blanks."""
    return cell is None or cell != cell or (isinstance(cell, str) and not cell.strip())


def read_number(cell: Any) -> float | Fault:
    """Read a plain number.

    >>> read_number(" 1200.5 ")
    1200.5
    >>> read_number("1,200").remedy
    'write 1200, without separators or signs, or leave the cell empty if it is not known'
    """
    if isinstance(cell, str):
        text = clean(cell)
        if not _NUMBER.fullmatch(text):
            return Fault("a number", _number_remedy(text))
        cell = float(text)
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return Fault("a number", "write a number such as 1200, or leave the cell empty")
    if abs(cell) > 1e300:
        return Fault("a finite number", "write a number such as 1200, or leave the cell empty")
    return float(cell)


def read_rating(cell: Any) -> float | str | Fault:
    """Read a number, or the word of a level."""
    number = read_number(cell)
    return clean_label(cell) if isinstance(number, Fault) and isinstance(cell, str) else number


def read_flag(cell: Any) -> bool | Fault:
    """Read yes or no.

    >>> read_flag("Yes"), read_flag("N")
    (True, False)
    """
    word = clean(f"{cell:g}" if isinstance(cell, float) else str(cell)).casefold()
    if word in _YES:
        return True
    return False if word in _NO else Fault("yes or no", "write yes or no, or leave the cell empty")


def read_date(cell: Any) -> str | Fault:
    """Read an ISO date, or a date of the spreadsheet.

    >>> read_date("2027-04-01"), read_date("1/4/2027").expected
    ('2027-04-01', 'an ISO date')
    """
    wrong = Fault("an ISO date", "write year-month-day, such as 2027-04-01")
    if isinstance(cell, datetime):
        if cell.time() != time(0):
            return Fault("a date without a time of day", "write a date such as 2027-04-01")
        cell = cell.date()
    if isinstance(cell, date):
        return _within_calendar(cell)
    match = _ISO_DATE.fullmatch(clean(cell)) if isinstance(cell, str) else None
    if not match:
        return wrong
    try:
        return _within_calendar(date.fromisoformat(match[1]))
    except ValueError:
        return Fault("a day of the calendar", "write an ISO date such as 2027-04-01")


def read_text(cell: Any) -> str | Fault | None:
    r"""Read a text of any length; hidden characters and outer blanks go.

    >>> read_text(101.0), read_text(" two\r\nlines ")
    ('101', 'two\nlines')
    """
    return clean(as_text(cell)) or None


def read_label(cell: Any) -> str | Fault | None:
    """Read one line of text."""
    return clean_label(as_text(cell)) or None


def read_choice(cell: Any, choices: tuple[str, ...]) -> str | Fault | None:
    """Read one of a few words, in any capitals; another word is left for the checks to name."""
    word = clean_label(as_text(cell))
    return {fold(choice): choice for choice in choices}.get(fold(word), word) or None


def as_text(cell: Any) -> str:
    """Write a cell as the reader of the sheet sees it.

    >>> as_text(12.0), as_text(True), as_text(0.5)
    ('12', 'yes', '0.5')
    """
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime) and cell.time() == time(0):
        return cell.date().isoformat()
    return str(cell)


def _guarded(read: Callable, cell: Any) -> Any:
    if is_blank(cell):
        return None
    if isinstance(cell, Formula):
        remedy = (
            "recalculate and save the workbook, paste the value in place of the formula, or put an "
            "apostrophe before it if it is text"
        )
        return Fault("a value", remedy, "is a formula without a stored value")
    if isinstance(cell, str) and _SHEET_ERROR.fullmatch(cell.strip()):
        return Fault("a value", "mend the formula, or type the value", "is a spreadsheet error")
    return read(cell)


def _plainly(read: Callable, cell: Any) -> Any:
    """Refuse hidden characters in numbers and dates, where taking them out could change the value."""
    if isinstance(cell, str) and has_hidden(cell):
        return Fault("plain text", "type it anew", "holds hidden characters")
    return read(cell)


def _must_be_filled(read: Callable, cell: Any) -> Any:
    """Do not offer to leave a cell empty that every row needs."""
    value = read(cell)
    if not isinstance(value, Fault):
        return value
    remedy = value.remedy.partition(" or leave the cell empty")[0].rstrip(",")
    return value._replace(remedy=remedy)


def _within_calendar(day: date) -> str | Fault:
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return day.isoformat()
    return Fault(f"a date from {FIRST_YEAR} to {LAST_YEAR}", "check the year")


def _number_remedy(text: str) -> str:
    plain = re.sub(r"[\s,'_£$€]", "", text)
    if _NUMBER.fullmatch(plain):
        return (
            f"write {plain.lstrip('+')}, without separators or signs, "
            "or leave the cell empty if it is not known"
        )
    if plain.endswith("%") and _NUMBER.fullmatch(plain[:-1]):
        return f"write {float(plain[:-1]) / 100:g} for {plain}"
    return "write a number such as 1200, or leave the cell empty if it is not known"
