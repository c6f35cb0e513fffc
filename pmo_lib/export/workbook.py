"""The ranked list as a workbook: one page to sign, and the sheets behind it."""

from __future__ import annotations

import io
from datetime import datetime

import xlsxwriter

from pmo_lib import periods
from pmo_lib.export import account_sheets as account
from pmo_lib.export import first_page, statements
from pmo_lib.export import limit_sheets as limits
from pmo_lib.export import money_sheets as money
from pmo_lib.export import worth_sheets as worth
from pmo_lib.export.page import Book
from pmo_lib.export.words import one_line
from pmo_lib.workbench import Recommendation

SHEETS = (
    first_page.NAME,
    account.REASONS,
    worth.VALUES,
    money.NPV,
    money.BY_YEAR,
    worth.ALIGNMENT,
    worth.OTHER,
    worth.BESIDE,
    limits.CONSTRAINTS,
    limits.PEOPLE,
    account.WEIGHTS,
    money.RUNNING,
    account.SET_ASIDE,
    account.SETTINGS,
)
"""The sheets in their order; one more holds long texts where there are any."""

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_format_properties": {"font_name": "Arial", "font_size": 9.5, "font_scheme": False},
}


def as_workbook(recommendation: Recommendation) -> bytes:
    """Write a recommendation as the bytes of an .xlsx file; the same input, the same bytes.

    Parameters
    ----------
    recommendation : Recommendation
        What is written.

    Returns
    -------
    bytes
        Sheets that are referred to are written before those that refer to them.
    """
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, _OPTIONS)
    money_shown, people = statements.money_of(recommendation), limits.people(recommendation)
    book = Book(workbook, recommendation, money_shown, people)
    _set_properties(book)
    for name in SHEETS:
        workbook.add_worksheet(name)
    for write in (
        account.write_reasons, worth.write_values, money.write_npv, money.write_by_year,
        worth.write_alignment, worth.write_other, worth.write_beside, limits.write_constraints,
        limits.write_people, account.write_weights, money.write_running, account.write_set_aside,
        account.write_settings, first_page.write,
    ):  # fmt: skip
        write(book)
    if book.shortened:
        workbook.add_worksheet(account.TEXTS)
        account.write_texts(book)
    workbook.close()
    return file.getvalue()


def _set_properties(book: Book) -> None:
    """State title, organisation and date in the file; no clock is read."""
    settings = book.recommendation.settings
    made = periods.parse(settings.data_date) if settings.data_date else None
    book.workbook.set_properties(
        {
            "title": first_page.NAME,
            "subject": one_line(book.recommendation.headline)[:255],
            "company": one_line(settings.organisation)[:255],
            "status": one_line(settings.status)[:255],
            "created": datetime(made.year, made.month, made.day) if made else datetime(2000, 1, 1),
        }
    )
