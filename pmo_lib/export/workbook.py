"""The ranked list as a workbook: one page to sign, and the sheets behind it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import pandas as pd
import xlsxwriter

from pmo_lib import periods, statements
from pmo_lib.export import account_sheets as account
from pmo_lib.export import (
    agenda_sheet,
    figure_sheets,
    first_page,
    review_sheet,
    time_sheet,
    why_sheet,
)
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
    agenda_sheet.NAME: agenda_sheet.write,
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
    **figure_sheets.SHEETS,
    **figure_sheets.FUTURES,
    account.SET_ASIDE: account.write_set_aside,
    account.SETTINGS: account.write_settings,
}
"""What writes each sheet, in their order; one more holds long texts where there are any.

The sheets of answers, agenda, review and futures are left out where nobody asked."""

OPTIONS = {
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
    agenda: pd.DataFrame | None = None,
    futures=None,
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
    agenda : DataFrame by project, optional
        As `robustness.agenda` returns it.
    futures : Spread, optional
        As `stories.doubts.spread` returns it.

    Returns
    -------
    bytes
        Sheets that are referred to are written before those that refer to them.
    """
    file = io.BytesIO()
    given = {"answers": answers, "review": review, "agenda": agenda, "futures": futures}
    book = opened(file, recommendation, **given)
    asked = {why_sheet.NAME: answers, review_sheet.NAME: review, agenda_sheet.NAME: agenda}
    asked |= dict.fromkeys(figure_sheets.FUTURES, futures)
    sheets = {n: w for n, w in SHEETS.items() if asked.get(n, book) is not None}
    write_sheets(book, sheets, sheets)
    book.workbook.close()
    return file.getvalue()


class Sheet(xlsxwriter.worksheet.Worksheet):
    """A sheet whose formulas hold no functions of later versions, so that none is looked for."""

    def _prepare_formula(self, formula, expand_future_functions=False):
        return formula.removeprefix("=")


def opened(file: io.BytesIO, recommendation: Recommendation, **asked) -> Book:
    """Open a workbook to be written; `asked` are further fields of `Book`."""
    workbook = xlsxwriter.Workbook(file, OPTIONS)
    workbook.worksheet_class = Sheet
    money_shown, people = statements.money_of(recommendation), limits.people(recommendation)
    book = Book(workbook, recommendation, money_shown, people, **asked)
    _set_properties(book)
    return book


def write_sheets(
    book: Book, sheets: Mapping[str, Callable[[Book], None]], order: Iterable[str]
) -> None:
    """Add sheets in an order, and write them in their own, the first last, as it refers to all."""
    for name in order:
        book.workbook.add_worksheet(name)
    first, *others = sheets.values()
    for write in (*others, first):
        write(book)
    if book.shortened:
        book.workbook.add_worksheet(account.TEXTS)
        account.write_texts(book)


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
