"""Cells of foreign spreadsheets: money texts, percentages, dates in other orders, "n/a"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from pmo_lib.checks import InputError, show
from pmo_lib.tables.cells import Fault, as_text, is_blank, read_date, read_number
from pmo_lib.tables.texts import clean

_SCALES = {
    "k": 3,
    "thousand": 3,
    "m": 6,
    "mn": 6,
    "mio": 6,
    "million": 6,
    "bn": 9,
    "billion": 9,
}
_CURRENCY = r"(?:[£$€¥]|GBP|EUR|USD|CHF)"
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_MONEY = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[+-])?\s*{_CURRENCY}?\s*(?P<inner>[+-])?(?P<number>[0-9][0-9 ,.'’]*|[.,][0-9]+)"
    rf"\s*(?P<scale>{_SCALE})?\s*{_CURRENCY}?\s*(?P<percent>%)?\s*(?P<close>\))?\s*(?P<after>{_SCALE})?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Format:
    """How the texts of a foreign column are read.

    Parameters
    ----------
    thousands : str
        Mark between thousands; empty for none.
    decimal : str
        Mark before the decimals.
    multiply : float
        What a number without a unit of its own is multiplied with.
    date_formats : tuple of str
        In the notation of ``strptime``, tried in turn after ISO dates.
    not_available : tuple of str
        Regular expressions; a text that one of them matches wholly is no value.
    """

    thousands: str = ","
    decimal: str = "."
    multiply: float = 1
    date_formats: tuple[str, ...] = ()
    not_available: tuple[str, ...] = ()


PLAIN = Format()
"""Numbers as in 1,234.5 and ISO dates."""


class Missing(NamedTuple):
    """A cell without a value, and the text it holds instead."""

    text: str


def availability(cell: Any, form: Format) -> Missing | None:
    """Return what stands in place of a value, or None if there is one.

    >>> availability("TBC", Format(not_available=("tbc|n/a",))).text
    'TBC'
    """
    if is_blank(cell):
        return Missing("")
    if isinstance(cell, str):
        text = clean(cell)
        if any(re.fullmatch(pattern, text, re.IGNORECASE) for pattern in form.not_available):
            return Missing(text)
    return None


def foreign_number(cell: Any, form: Format = PLAIN) -> float | Fault:
    """Read a number or a money text; a unit in the text stands in place of the multiplier.

    >>> foreign_number("£1,234.5m"), foreign_number("(12.3)"), foreign_number("12%")
    (1234500000.0, -12.3, 0.12)
    >>> foreign_number("10.95", Format(multiply=1_000_000))
    10950000.0
    >>> foreign_number("1.234,5", Format(thousands=".", decimal=","))
    1234.5
    """
    if not isinstance(cell, str):
        value = read_number(cell)
        return value if isinstance(value, Fault) else _scaled(Decimal(repr(value)), form.multiply)
    text = (
        clean(cell).replace("−", "-").replace("–", "-").replace("\xa0", " ").replace("\u202f", " ")
    )
    match = _MONEY.fullmatch(text)
    number = _plain(match["number"].strip(), form) if match else None
    if number is None or (match["open"] is None) != (match["close"] is None):
        return Fault("a number", _REMEDY)
    if match["sign"] and match["inner"]:
        return Fault("a number", _REMEDY)
    negative = bool(match["open"]) != ("-" in (match["sign"], match["inner"]))
    factor = form.multiply
    if match["scale"] or match["after"]:
        factor = 10 ** _SCALES[(match["scale"] or match["after"]).lower()]
    if match["percent"]:
        factor = 0.01
    return _scaled(-number if negative else number, factor)


_REMEDY = "correct the cell, or add the text to not_available in the column map"


def foreign_date(cell: Any, form: Format = PLAIN) -> str | Fault:
    """Read a date: ISO, of the spreadsheet, or in one of the formats.

    >>> foreign_date("1/4/2027", Format(date_formats=("%d/%m/%Y",)))
    '2027-04-01'
    """
    value = read_date(cell)
    if not isinstance(value, Fault):
        return value
    for pattern in form.date_formats:
        try:
            return read_date(datetime.strptime(clean(as_text(cell)), pattern))
        except ValueError:
            continue
    known = ", ".join(["year-month-day", *form.date_formats])
    return Fault(
        f"a date ({known})", "correct the cell, or add its format to date_formats in the map"
    )


def check_format(form: Format, *, name: str) -> None:
    """Refuse a format that cannot work.

    Raises
    ------
    InputError
        If both marks are the same, or a pattern is no regular expression.
    """
    if form.thousands == form.decimal or len(form.decimal) != 1 or len(form.thousands) > 1:
        raise InputError(
            f"{name}: thousands and decimal must be different single marks, got "
            f"{show(form.thousands)} and {show(form.decimal)}"
        )
    for pattern in form.not_available:
        try:
            re.compile(pattern)
        except re.error as error:
            raise InputError(
                f"{name}: not_available {show(pattern)} is no regular expression ({error}); "
                r"write \( for a bracket that is meant as itself"
            ) from None


def _plain(text: str, form: Format) -> Decimal | None:
    """Take the marks out of a number; None if they stand where they make no sense."""
    mark, point = re.escape(form.thousands), re.escape(form.decimal)
    grouped = rf"[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+" if form.thousands else "[0-9]+"
    if not re.fullmatch(rf"(?:{grouped}|[0-9]+)(?:{point}[0-9]*)?|{point}[0-9]+", text):
        return None
    plain = text.replace(form.thousands, "") if form.thousands else text
    return Decimal(plain.replace(form.decimal, "."))


def _scaled(number: Decimal, factor: float) -> float:
    return float(number * Decimal(repr(factor)))
