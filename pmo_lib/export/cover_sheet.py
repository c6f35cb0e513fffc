"""The cover of a workbook to decide in: what is asked, what it costs, what has been decided so far."""

from __future__ import annotations

from pmo_lib import statements
from pmo_lib.approval import changes as changing
from pmo_lib.approval.clash import APPROVED
from pmo_lib.approval.dossier import DECISIONS
from pmo_lib.export import adding, agenda_sheet, first_page, page
from pmo_lib.export.page import Book, Column, Formula
from pmo_lib.wording import counted, listed, one_line

NAME = "Cover"

_COLUMNS = [Column("", wide) for wide in (225, 95, 298, 40, 225, 95, 298)]
_RIGHT = 4
"""First column of the right half."""

_AMOUNTS = {
    "recommended": "Recommended",
    "this year": "Of it this year",
    "running": "Running work, before all else",
    "available": "Available to proposals",
    "left over": "Left over",
}


def write(book: Book, contents: dict[str, str]) -> None:
    """Write the cover.

    Parameters
    ----------
    book : Book
        Its other sheets are written already.
    contents : dict of str
        What each sheet answers, by its name.
    """
    made, dossier, sheet = book.recommendation, book.dossier, book.sheet(NAME)
    settings, last = made.settings, len(_COLUMNS) - 1
    page.set_up_page(book, sheet, NAME)
    for place, column in enumerate(_COLUMNS):
        sheet.set_column_pixels(place, place, column.pixels)
    room = sum(column.pixels for column in _COLUMNS) * 0.75 - page.PADDING
    who = " · ".join(one_line(t) for t in (settings.organisation, settings.board) if t)
    what = f"Projects {'for decision' if dossier.decisions is None else 'decided on'}"
    head = [
        (" · ".join(one_line(t) for t in (settings.status, settings.marking) if t), "sign", 12, 18.0),
        (who or "Portfolio for approval", "title", 14, 24.0),
        (" · ".join([what, *statements.occasion(settings)]), "quiet", 9, 15.0),
    ]  # fmt: skip
    for row, (text, look, size, tall) in enumerate(head):
        text, _ = page.fitted(book, text, room, f"{NAME}, head", most=1, size=size, bold=True)
        page.across(book, sheet, row, 0, last, text, look)
        sheet.set_row(row, tall)
    text, lines = page.fitted(
        book, first_page.lead(book), room, f"{NAME}, headline", most=4, size=11, bold=True
    )
    page.across(book, sheet, 4, 0, last, text, "sentence")
    sheet.set_row(4, 6 + 15 * lines)
    right = _write_changes(book, sheet, _write_decisions(book, sheet, 6))
    row = max(_write_amounts(book, sheet, 6), right)
    row = _write_reading(book, sheet, row + 1)
    row = _write_contents(book, sheet, row + 1, contents)
    names = "" if dossier.names else " Members' names are left out."
    words = f"Pack {dossier.seal}. Made without a clock: the same tables, settings and list give the same pack.{names}"
    row = page.write_note(book, sheet, row + 1, _COLUMNS, words)
    sheet.print_area(0, 0, row - 1, last)
    sheet.activate()


def _write_amounts(book: Book, sheet, row: int) -> int:
    """Write the money of the list; return the row after it."""
    made = book.recommendation
    funded = int(made.ranked_list["funded"].sum())
    before = book.dossier.decisions is None
    title = "WHAT IS ASKED" if before else "THE LIST THAT FOLLOWS FROM WHAT WAS DECIDED"
    page.across(book, sheet, row, 0, _RIGHT - 2, title, "bar")
    live = {"running": "running_cost", "left over": "left_total"}
    for place, (name, amount) in enumerate(book.dossier.amounts.items(), row + 1):
        known = page.named(book, live[name]) if name in live else None
        cell = known if known is not None and abs(known.value - amount) < 0.01 else amount
        words = f"{book.money.unit}, {counted(funded, 'project')}"
        told = "On the list" if name == "recommended" and not before else _AMOUNTS[name]
        _write_line(book, sheet, place, 0, told, cell, "money2")
        words = words if name == "recommended" else book.money.unit
        page.put(book, sheet, place, 2, words, "row")
    return place + 1


def _write_line(book: Book, sheet, row: int, first: int, words: str, cell, look: str) -> None:
    page.put(book, sheet, row, first, words, "row")
    page.put(book, sheet, row, first + 1, cell, "row", look, "bold")


def _write_decisions(book: Book, sheet, row: int) -> int:
    """Write how many decisions of each kind stand on the list, live; return the row after."""
    first, last = book.places["list rows", ""]
    what, cost = (
        f"'{first_page.NAME}'!{adding.cells(first, place, last, place)}"
        for place in (first_page.DECISION, first_page.COST)
    )
    ranked, decided = book.recommendation.ranked_list, book.dossier.decisions
    ranked = ranked[
        ranked["block"].ne("continues") & ~ranked.index.isin(book.dossier.changes.index)
    ]
    stands = decided["decision"] if decided is not None else ranked["name"].iloc[:0]
    stands = stands.reindex(ranked.index).fillna("")
    page.across(
        book, sheet, row, _RIGHT, _RIGHT + 2, f"DECIDED SO FAR: projects, {book.money.unit}", "bar"
    )
    for place, word in enumerate(DECISIONS, row + 1):
        mine = stands == word
        count = Formula(f'COUNTIF({what},"{word}")', float(mine.sum()))
        money = Formula(f'SUMIF({what},"{word}",{cost})', float(ranked.loc[mine, "cost"].sum()))
        _write_line(book, sheet, place, _RIGHT, _capital(word), count, "count")
        page.put(book, sheet, place, _RIGHT + 2, money, "row", "money2", "left")
    parts = "+".join(f'COUNTIF({what},"{word}")' for word in DECISIONS)
    left = Formula(f"{len(ranked)}-({parts})", float((~stands.isin(DECISIONS)).sum()))
    _write_line(book, sheet, place + 1, _RIGHT, "Not decided yet", left, "count")
    words = "Fill in the yellow cells; all others are locked" if decided is None else ""
    page.put(book, sheet, place + 1, _RIGHT + 2, words, "row", "quiet")
    return place + 2


def _write_changes(book: Book, sheet, row: int) -> int:
    """Write how many changes of running work were approved, live; return the row after."""
    asked, decided = book.dossier.changes, book.dossier.decisions
    if len(asked) == 0:
        return row
    first, last = book.places["change rows", ""]
    what = (
        f"'{first_page.NAME}'!{adding.cells(first, first_page.DECISION, last, first_page.DECISION)}"
    )
    words = [] if decided is None else decided["decision"].reindex(asked.index).to_list()
    approved = Formula(
        "+".join(f'COUNTIF({what},"{word}")' for word in APPROVED),
        float(sum(word in APPROVED for word in words)),
    )
    _write_line(book, sheet, row, _RIGHT, "Changes of running work approved", approved, "count")
    words = f"of {len(asked)} asked: {listed(changing.sentence_of(asked), most=3)}"
    wide = page.Column("", _COLUMNS[_RIGHT + 2].pixels).room
    words, lines = page.fitted(book, words, wide, f"{NAME}, changes", most=3)
    page.put(book, sheet, row, _RIGHT + 2, words, "row", "wrap")
    sheet.set_row(row, page.height(lines))
    return row + 1


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _write_contents(book: Book, sheet, row: int, contents: dict[str, str]) -> int:
    """Write what each sheet answers, in two columns; return the row after."""
    row = page.write_bar(book, sheet, row, _COLUMNS, "IN THIS WORKBOOK")
    half = -(-len(contents) // 2)
    for place, (name, words) in enumerate(contents.items()):
        first = 0 if place < half else _RIGHT
        page.put(book, sheet, row + place % half, first, name, "row", "bold")
        page.across(book, sheet, row + place % half, first + 1, first + 2, words, "row")
    return row + half


def _write_reading(book: Book, sheet, row: int) -> int:
    made = book.recommendation
    row = page.write_bar(book, sheet, row, _COLUMNS, "TO BE READ WITH IT")
    texts = [statements.basis(made), statements.accounting(made)]
    if book.agenda is not None:
        texts.append(agenda_sheet.counts(book.agenda))
    for text in [*texts, *made.warnings]:
        row = page.write_note(book, sheet, row, _COLUMNS, one_line(text))
    return row
