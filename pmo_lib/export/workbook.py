"""The ranked list as a workbook: one page to sign, and the sheets behind it."""

from __future__ import annotations

import io
from datetime import datetime

import pandas as pd
import xlsxwriter

from pmo_lib import periods, statements
from pmo_lib.export import account_sheets as account
from pmo_lib.export import first_page, review_sheet, time_sheet, why_sheet
from pmo_lib.export import limit_sheets as limits
from pmo_lib.export import money_sheets as money
from pmo_lib.export import worth_sheets as worth
from pmo_lib.export.page import Book
from pmo_lib.wording import one_line
from pmo_lib.workbench import Recommendation
from pmo_lib.workbench.rebalancing import Review

SHEETS = {
    first_page.NAME: first_page.write,
    account.REASONS: account.write_reasons,
    why_sheet.NAME: why_sheet.write,
    worth.VALUES: worth.write_values,
    money.NPV: money.write_npv,
    money.BY_YEAR: money.write_by_year,
    worth.ALIGNMENT: worth.write_alignment,
    worth.OTHER: worth.write_other,
    worth.BESIDE: worth.write_beside,
    limits.CONSTRAINTS: limits.write_constraints,
    time_sheet.SCHEDULE: time_sheet.write_schedule,
    time_sheet.PEOPLE: time_sheet.write_people,
    limits.PEOPLE: limits.write_people,
    account.WEIGHTS: account.write_weights,
    money.RUNNING: money.write_running,
    review_sheet.NAME: review_sheet.write,
    account.SET_ASIDE: account.write_set_aside,
    account.SETTINGS: account.write_settings,
}
"""What writes each sheet, in their order; one more holds long texts where there are any.

The sheets of answers and of the review are left out where nobody asked."""

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_format_properties": {"font_name": "Arial", "font_size": 9.5, "font_scheme": False},
}


def as_workbook(
    recommendation: Recommendation,
    answers: pd.DataFrame | None = None,
    review: Review | None = None,
) -> bytes:
    """Write a recommendation as the bytes of an .xlsx file; the same input, the same bytes.

    Parameters
    ----------
    recommendation : Recommendation
        What is written.
    answers : DataFrame by project, optional
        As `workbench.why_not` returns them.
    review : Review, optional
        As `workbench.rebalancing.review` returns it.

    Returns
    -------
    bytes
        Sheets that are referred to are written before those that refer to them.
    """
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, _OPTIONS)
    money_shown, people = statements.money_of(recommendation), limits.people(recommendation)
    book = Book(workbook, recommendation, money_shown, people, answers, review)
    _set_properties(book)
    asked = {why_sheet.NAME: answers, review_sheet.NAME: review}
    sheets = {name: write for name, write in SHEETS.items() if asked.get(name, book) is not None}
    for name in sheets:
        workbook.add_worksheet(name)
    first, *others = sheets.values()
    for write in (*others, first):
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
