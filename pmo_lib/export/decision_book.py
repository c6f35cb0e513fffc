"""The workbook to decide in: the ranked list with room for decisions, and all that it rests on."""

from __future__ import annotations

import io

from pmo_lib.approval.dossier import Dossier
from pmo_lib.export import account_sheets as account
from pmo_lib.export import (
    agenda_sheet,
    cover_sheet,
    first_page,
    pack_sheet,
    review_sheet,
    time_sheet,
    why_sheet,
)
from pmo_lib.export import decision_sheets as decision
from pmo_lib.export import limit_sheets as limits
from pmo_lib.export import money_sheets as money
from pmo_lib.export import worth_sheets as worth
from pmo_lib.export.page import Book
from pmo_lib.export.workbook import SHEETS, opened, write_sheets

CONTENTS = {
    first_page.NAME: "What is recommended and why; room to decide on each",
    account.REASONS: "Every reason in full",
    why_sheet.NAME: "What would bring each proposal in, or push it out",
    agenda_sheet.NAME: "What to decide without debate, what to debate, what to decline",
    decision.OVERRIDES: "What the board includes and excludes, and its price",
    limits.CONSTRAINTS: "Money and people: what there is, is used and is left over",
    decision.SENSITIVITY: "How far the weights may move before the list changes",
    worth.VALUES: "What makes up each score",
    money.NPV: "What each project costs and brings, in present value",
    money.BY_YEAR: "Costs and benefits year by year",
    worth.ALIGNMENT: "Which objectives the projects and the money serve",
    worth.OTHER: "What the other rule would fund",
    worth.BESIDE: "The order by score beside the order by net present value",
    money.RUNNING: "What running work still costs",
    review_sheet.NAME: "What to stop, continue and start",
    time_sheet.SCHEDULE: "When the work starts and is finished",
    time_sheet.PEOPLE: "People by role and year",
    limits.PEOPLE: "People by role and month",
    decision.SINCE: "What changed since last time, and why",
    account.WEIGHTS: "Assumptions: weights, swings, value functions, evidence",
    account.SET_ASIDE: "What was read and could not be assessed",
    account.SETTINGS: "Assumptions: warnings, doubts, notes, every setting",
    decision.SIGN: "Who signs what, room to sign, who does what",
}
"""The sheets after the cover in their order, and what each answers."""

_OWN = {
    decision.OVERRIDES: decision.write_overrides,
    decision.SENSITIVITY: decision.write_sensitivity,
    decision.SINCE: decision.write_since,
    decision.SIGN: decision.write_sign_off,
}


def as_decision_book(dossier: Dossier) -> bytes:
    """Write a dossier as the bytes of an .xlsx file to decide in; the same input, the same bytes.

    Cells to fill in are yellow and open: decision, condition and comment of each project,
    name, date and signature of each role. All others are protected, without a password.
    A hidden sheet holds what stood in them, so that `approval.reading.read_decisions` can name
    every change.

    Parameters
    ----------
    dossier : Dossier
        What is written; with decisions the cells hold them and are protected as well.
    """
    file = io.BytesIO()
    book = opened(
        file, dossier.recommendation, answers=dossier.answers, review=dossier.review,
        agenda=dossier.agenda, dossier=dossier,
    )  # fmt: skip
    asked = {
        why_sheet.NAME: dossier.answers, review_sheet.NAME: dossier.review,
        agenda_sheet.NAME: dossier.agenda, decision.SINCE: dossier.since_last,
    }  # fmt: skip
    contents = {n: words for n, words in CONTENTS.items() if asked.get(n, book) is not None}
    if dossier.decisions is not None:
        contents[first_page.NAME] = "The list that follows, and what was decided on each"
    book.workbook.add_worksheet(cover_sheet.NAME)
    write_sheets(book, {n: w for n, w in (SHEETS | _OWN).items() if n in contents}, contents)
    cover_sheet.write(book, contents)
    _protect(book)
    pack_sheet.write(book)
    book.workbook.close()
    return file.getvalue()


def _protect(book: Book) -> None:
    """Protect every sheet; columns and rows may still be made wider."""
    allowed = {"format_columns": True, "format_rows": True, "objects": False, "scenarios": False}
    for sheet in book.workbook.worksheets():
        sheet.protect("", allowed)
