"""Calendar periods: every period is the ISO date on which it starts.

Money is planned in fiscal years, people in months. Dates are text
(``"2028-09-01"``), so that they sort, join and print the same everywhere.
"""

from __future__ import annotations

from datetime import date

from pmo_lib.checks import InputError, show


def parse(period: str, *, name: str = "period") -> date:
    """Read an ISO date, or say what is wrong with it.

    >>> parse("2027-04-01").year
    2027
    """
    try:
        return date.fromisoformat(period)
    except (TypeError, ValueError):
        raise InputError(
            f"{name}: must be an ISO date such as 2027-04-01, got {show(period)}"
        ) from None


def months_between(start: str, end: str) -> int:
    """Count whole calendar months from one date to another; negative if `end` is earlier.

    >>> months_between("2027-04-01", "2028-09-01")
    17
    """
    first, last = parse(start), parse(end)
    return (last.year - first.year) * 12 + last.month - first.month


def shift(period: str, months: int) -> str:
    """Move a date by whole months; the day is cut to the length of the month.

    >>> shift("2027-04-01", 18)
    '2028-10-01'
    """
    start = parse(period)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    for day in (start.day, 30, 29, 28):
        try:
            return date(year, month + 1, day).isoformat()
        except ValueError:
            continue
    raise InputError(f"period: {show(period)} moved by {months} months leaves the calendar")


def month_range(first: str, last: str) -> list[str]:
    """List the months from the first to the last, both included.

    >>> month_range("2027-12-01", "2028-01-01")
    ['2027-12-01', '2028-01-01']
    """
    return [shift(first, m) for m in range(months_between(first, last) + 1)]


def fiscal_year(month: str, start: str) -> str:
    """Return the start of the year that holds a month, where years start on such a day.

    >>> fiscal_year("2028-03-01", "04-01"), fiscal_year("2028-04-01", "04-01")
    ('2027-04-01', '2028-04-01')
    """
    year = int(month[:4]) - (month[5:] < start)
    return f"{year}-{start}"


def year_number(period: str, base_date: str) -> int:
    """Count the years from the base date to a yearly period: 0 is now, negative is past.

    >>> year_number("2029-04-01", "2027-04-01")
    2
    """
    months = months_between(base_date, period)
    return months // 12


def label(period: str) -> str:
    """Word a yearly period for a reader: 2027-28, or 2027 where years start in January.

    >>> label("2027-04-01"), label("2027-01-01")
    ('2027-28', '2027')
    """
    start = parse(period)
    return str(start.year) if start.month == 1 else f"{start.year}-{(start.year + 1) % 100:02d}"


def month_label(period: str) -> str:
    """Word a month for a reader.

    >>> month_label("2028-09-01")
    'Sep 2028'
    """
    return parse(period).strftime("%b %Y")
