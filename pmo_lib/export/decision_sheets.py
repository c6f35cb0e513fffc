"""Sheets of a workbook to decide in: overrides, sensitivity, what changed, who signs."""

from __future__ import annotations

import math

import pandas as pd

from pmo_lib.approval.matrix import raci
from pmo_lib.export import page
from pmo_lib.export.page import Book, Column, money_column, yes
from pmo_lib.export.words import PADDING
from pmo_lib.statements import version_words
from pmo_lib.wording import listed, money_words, one_line, worth_between
from pmo_lib.workbench.pricing import base_date

OVERRIDES, SENSITIVITY, SINCE, SIGN = "Overrides", "Sensitivity", "Since last time", "Sign-off"

SIGNATURES = 4
"""Place of the first column to sign in: name, date, signature."""

ROLES_ACROSS = 5
"""Roles that stand beside one another in the table of duties; more go below."""


def write_overrides(book: Book) -> None:
    """Write what the board includes and excludes, who said so, and what it costs the list."""
    made, prices = book.recommendation, book.dossier.prices
    columns = [
        Column("Project", 240), Column("The board", 76), Column("Reason", 330), Column("By", 150),
        Column("What it costs the list", 130), Column("In words", 350),
    ]  # fmt: skip
    notes = [
        "The price of an override is what the best affordable list is worth without it, less now."
    ]
    words = {"in": "includes", "out": "excludes"}
    rows = [
        [
            one_line(cells["name"]), words[cells["decision"]], one_line(cells["reason"]),
            one_line(cells["by"]), _price(cells, made.settings), one_line(cells["says"]),
        ]
        for _, cells in prices.iterrows()
    ]  # fmt: skip
    title = "What the board includes and excludes, and its price"
    sheet, _, row = page.write_sheet(book, OVERRIDES, columns, rows, title=title, notes=notes)
    if not rows:
        page.write_note(book, sheet, row, columns, "The board includes and excludes nothing.")


def _price(cells, settings) -> str:
    if math.isnan(cells["low"]):
        return "not asked"
    if not math.isfinite(cells["high"]):
        return "cannot tell"
    return worth_between(cells["low"], cells["high"], settings)


def write_sensitivity(book: Book) -> None:
    """Write how far each weight may move before the list changes, and what budgets would buy."""
    room, budgets, title = book.dossier.room, book.dossier.budgets, "What would change the list"
    points = ("points",)
    columns = [
        Column("Criterion", 330), Column("Weight now\n%", 90, points),
        Column("List stays from\n%", 90, points), Column("List stays to\n%", 116, points),
        Column("Room below\npoints", 325, points), Column("Room above\npoints", 325, points),
    ]  # fmt: skip
    note = (
        "Each weight is moved by itself, the others in proportion; between the two ends the best "
        "affordable list stays as it is. Less room: more reason to be sure of that weight."
    )
    rows = [] if room is None else [
        [one_line(r.criterion), *(100 * n for n in (
            r.weight, r.low, r.high, r.weight - r.low, r.high - r.weight))]
        for r in room.itertuples()
    ]  # fmt: skip
    sheet, _, row = page.write_sheet(book, SENSITIVITY, columns, rows, title=title, notes=[note])
    if room is None:
        words = "Not asked: there are no weights to move, too many proposals, or the pack was to be quick."
        row = page.write_note(book, sheet, row, columns, words)
    if budgets is not None:
        _write_budgets(book, sheet, row + 1, budgets)


def _write_budgets(book: Book, sheet, row: int, budgets) -> None:
    """Write what smaller and larger budgets would buy."""
    made = book.recommendation
    columns = [
        Column("Budgets, all alike", 330), money_column(book, "For proposals", 90),
        Column("Projects", 90, ("rank",)), Column("Worth of the list", 116),
        Column("Comes in", 325), Column("Drops out", 325),
    ]  # fmt: skip
    rows = []
    for point in budgets.itertuples():
        known = not math.isnan(point.value)
        rows.append([
            f"{100 * point.scale:.4g} % of the budgets" + (", as now" if point.now else ""),
            point.budget, point.n if known else None,
            worth_between(point.value, point.value, made.settings) if known else "too little",
            listed(made.names(point.entered), most=6) or "–", listed(made.names(point.left), most=6) or "–",
        ])  # fmt: skip
    row = page.write_headings(book, sheet, row, columns)
    page.write_rows(book, sheet, row, columns, rows)


def write_since(book: Book) -> None:
    """Write what changed since last time, and the plain cause of each change."""
    since, causes = book.dossier.since_last, book.dossier.causes
    columns = [
        Column("Project", 330), Column("Change", 90), Column("Last time", 110), Column("Now", 110),
        Column("Cause", 200), Column("How it is known", 400),
    ]  # fmt: skip
    notes = []
    if causes is not None and (moved := causes[causes != 0]).size:
        settings = book.recommendation.settings
        parts = (f"{cause} {_signed(share, settings)}" for cause, share in moved.items())
        notes = [f"What lies ahead is worth, against last time: {listed(parts)}."]
    rows = [
        [one_line(getattr(r, "name", r.Index)), *map(one_line, (r.change, r.before, r.after, r.cause, r.reason))]
        for r in since.itertuples()
    ]  # fmt: skip
    sheet, _, row = page.write_sheet(
        book, SINCE, columns, rows, title="What changed since last time", notes=notes
    )
    if not rows:
        page.write_note(book, sheet, row, columns, "Nothing changed place since last time.")


def _signed(share: float, settings) -> str:
    words = worth_between(abs(share), abs(share), settings)
    return f"{words} {'more' if share > 0 else 'less'}"


def write_sign_off(book: Book) -> None:
    """Write who has to sign what, room to sign, and who does what."""
    dossier, made = book.dossier, book.recommendation
    amount, settings = dossier.amounts["recommended"], made.settings
    columns = [
        Column("Role", 150), Column("Signs", 360), Column("From what amount", 130),
        Column("Needed here", 80), Column("Name", 210), Column("Date", 110), Column("Signature", 236),
    ]  # fmt: skip
    notes = [
        f"The list asks for {money_words(amount, settings.currency)} from "
        f"{base_date(made.portfolio, settings)} on. {_office(settings)}",
        f"What is signed is locked and checkable: pack {dossier.seal}.",
    ]
    title = f"Sign-off: {settings.status}{version_words(settings, ', version ')}"
    sheet, row = page.start(book, SIGN, columns, title=title, notes=notes)
    for line in dossier.matrix.itertuples():
        above = f"above {money_words(line.above, settings.currency)}" if line.above else "any"
        cells = [
            _capital(one_line(line.role)),
            _capital(one_line(line.signs)),
            above,
            yes(line.needed) or "no",
        ]
        page.write_rows(book, sheet, row, columns[:SIGNATURES], [cells])
        for place in range(SIGNATURES, len(columns)):
            looks = ("row", "boxed", "fill", "open") if line.needed else ("row", "boxed")
            page.put(book, sheet, row, place, None, *looks)
        if line.needed:
            book.places.setdefault(("roles", ""), {})[str(row)] = line.role
        sheet.set_row(row, 30)
        row += 1
    _write_duties(book, sheet, row + 1, raci(dossier.matrix))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _office(settings) -> str:
    if settings.approval_matrix:
        return "Who signs is stated in the settings."
    return f"Who signs follows from how the office works: {settings.office}."


def _write_duties(book: Book, sheet, row: int, table: pd.DataFrame) -> None:
    """Write the RACI table that follows from who signs."""
    wide = (130, 80, 210, 110, 236)
    for first in range(0, table.shape[1], ROLES_ACROSS):
        own = table.iloc[:, first : first + ROLES_ACROSS]
        columns = [Column("Who does what", 150), Column("", 360)]
        columns += [Column(_capital(one_line(r)), w) for r, w in zip(own, wide, strict=False)]
        row = page.write_headings(book, sheet, row, columns)
        for words, letters in own.iterrows():
            words, lines = page.fitted(
                book, one_line(words), 510 * 0.75 - PADDING, f"{SIGN}, duties"
            )
            page.across(book, sheet, row, 0, 1, words, "row", "wrap")
            for place, letter in enumerate(letters, start=2):
                page.put(book, sheet, row, place, letter, "row", "centre")
            sheet.set_row(row, page.height(lines))
            row += 1
        row += 1
    words = "R does it, A answers for it (one alone), C is asked before, I is told after."
    room = [Column("", pixels) for pixels in (150, 360, *wide)]
    page.write_note(book, sheet, row - 1, room, words)
