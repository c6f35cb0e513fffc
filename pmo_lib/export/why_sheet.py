"""The sheet of answers: what would bring each proposal in, or push it out."""

from __future__ import annotations

import numpy as np

from pmo_lib.export import page
from pmo_lib.export.page import RANK, Book, Column
from pmo_lib.wording import (
    between,
    counted,
    listed,
    money_between,
    money_words,
    one_line,
    worth_between,
)

NAME = "Why not"

_STANDS = {"funded": "in", "included": "in, must be", "left out": "out", "excluded": "out, must be"}


def write(book: Book) -> None:
    """Write for every proposal what would have to change, and who would move."""
    made, answers = book.recommendation, book.answers
    columns = [
        RANK, Column("Project", 190), Column("Now", 66), Column("What would change that", 306),
        Column("Worth it needs, or may lose", 100), Column("Or more money, or people", 100),
        Column("Where it is needed", 156), Column("Would leave", 156),
        Column("Would come in beside it", 156),
    ]  # fmt: skip
    asked = len(made.evaluation.score)
    notes = [
        f"{len(answers)} of {counted(asked, 'proposal')} answered, nearest to the line between funded "
        "and not funded first, against the best affordable list. Each answer is a choice made again; "
        "‘between’ gives what is proven in the time taken, and with the larger number it is sure.",
    ]
    names = dict(zip(made.ranked_list.index, map(one_line, made.ranked_list["name"]), strict=True))
    rows = [_row(answer, names, made.settings) for answer in answers.itertuples()]
    title = "What would bring it in, or push it out"
    sheet, _, row = page.write_sheet(book, NAME, columns, rows, title=title, notes=notes)
    if not rows:
        page.write_note(book, sheet, row, columns, "No proposal was answered.")


def _row(answer, names: dict, settings) -> list:
    size = "cannot tell" if np.isfinite(answer.low) else "no list is possible"
    if np.isfinite(answer.high):
        size = worth_between(answer.low, answer.high, settings)
    moves = [
        listed(names[project] for project in projects if project != answer.Index) or "–"
        for projects in (answer.leaves, answer.enters)
    ]
    more, where = _more(answer, settings.currency)
    says = one_line(answer.says)
    return [
        answer.rank, one_line(answer.name), _STANDS[answer.case], says[:1].upper() + says[1:],
        size, more, where, *moves,
    ]  # fmt: skip


def _more(answer, currency: str) -> tuple[str, str]:
    """Word how much more money, or people, would bring it in, and where."""
    if not answer.where:
        return "–", "–"
    if answer.extra_of == "budget":
        size = money_between(answer.extra_low, answer.extra_high, currency)
        places = [f"{label} {money_words(more, currency)}" for label, more in answer.where.items()]
    else:
        low, high = (f"{bound:,.1f}" for bound in (answer.extra_low, answer.extra_high))
        size = high if answer.extra_low == 0 else between(low, high)
        size = f"{'at most ' * (answer.extra_low == 0)}{size} person-months"
        places = [f"{label} {more:,.1f}" for label, more in answer.where.items()]
    return size, "; ".join(places)
