"""The figures of the notebooks on worth and strategy, each table on a sheet of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from pmo_lib.export import page
from pmo_lib.export.page import Book, Column
from pmo_lib.wording import one_line

_NUMBER, _LEAST, _MOST = 96, 84, 420
"""Width of a column of numbers, and least and most of one of texts. [px]"""

_LETTER = 6.2
"""Width of a letter, about. [px]"""

Told = tuple[pd.DataFrame, Iterable[str]]
"""A table as the notebooks show it, and what it says in sentences."""


def _cases(book: Book) -> Told:
    from pmo_lib.stories import cases

    return cases.table(book.recommendation), cases.in_words(book.recommendation)


def _switching(book: Book) -> Told:
    from pmo_lib.stories import cases

    return cases.switching(book.recommendation), cases.switching_in_words(book.recommendation)


def _disagreements(book: Book) -> Told:
    from pmo_lib.stories import cases

    made = book.recommendation
    return cases.disagreements(made), [cases.disagreements_in_words(made)]


def _breakeven(book: Book) -> Told:
    from pmo_lib.stories import cases

    return cases.breakeven(book.recommendation), [cases.breakeven_in_words(book.recommendation)]


def _futures(book: Book) -> Told:
    from pmo_lib.stories import doubts

    words = [doubts.stated_in_words(book.futures), *doubts.distribution_in_words(book.futures)]
    return doubts.distribution(book.futures), words


def _budgets(book: Book) -> Told:
    from pmo_lib.stories import doubts

    return doubts.budgets(book.futures), [doubts.budgets_in_words(book.futures)]


def _tornado(book: Book) -> Told:
    from pmo_lib.stories import doubts

    return doubts.tornado(book.futures), [doubts.tornado_in_words(book.futures)]


def _benefits(book: Book) -> Told:
    from pmo_lib.stories import objectives

    made = book.recommendation
    return objectives.benefits(made), objectives.benefits_in_words(made)


def _coverage(book: Book) -> Told:
    from pmo_lib.stories import served

    return served.coverage(book.recommendation), [served.coverage_in_words(book.recommendation)]


def _closing(book: Book) -> Told:
    from pmo_lib.stories import objectives

    made = book.recommendation
    return objectives.closing(made), objectives.closing_in_words(made)


def _rolled_up(book: Book) -> Told:
    from pmo_lib.stories import objectives

    made = book.recommendation
    return objectives.rolled_up(made), [objectives.rolled_up_in_words(made)]


def _units(book: Book) -> Told:
    from pmo_lib.stories import objectives

    return objectives.units(book.recommendation), objectives.units_in_words(book.recommendation)


def _sheet(name: str, title: str, tell: Callable[[Book], Told]) -> Callable[[Book], None]:
    def write(book: Book) -> None:
        table, words = tell(book)
        notes = [one_line(sentence) for sentence in words]
        if len(table) == 0:
            page.empty_sheet(book, name, title, " ".join(notes) or "There is nothing to show.")
            return
        rows = ([_cell(one) for one in row] for row in table.itertuples(index=False, name=None))
        page.write_sheet(book, name, _columns(table), rows, title=title, notes=notes)

    return write


def _columns(table: pd.DataFrame) -> list[Column]:
    """Return columns that fit the page: numbers narrow, texts as wide as their longest."""
    texts = [heading for heading in table if not _is_number(table[heading])]
    longest = {h: table[h].map(lambda one: len(str(_cell(one)))).max() for h in texts}
    wanted = {h: np.clip(_LETTER * n + 12, _LEAST, _MOST) for h, n in longest.items()}
    left = page.PAGE_PIXELS - _NUMBER * (table.shape[1] - len(texts))
    scale = min(left / max(sum(wanted.values()), 1), 1.0)
    return [
        Column(heading, int(max(wanted[heading] * scale, min(wanted[heading], _NUMBER))))
        if heading in wanted
        else Column(heading, _NUMBER, (_look(heading),))
        for heading in table
    ]


def _is_number(cells: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells)


def _look(heading: str) -> str:
    """Return how numbers under a heading are printed, by the unit it ends in."""
    unit = heading.rpartition("[")[2].rstrip("]")
    if len(unit) == 1 and unit != "%":
        return "count"
    if unit in ("%", "of 100", "points", "years"):
        return "points"
    return "points2" if "[" in heading or heading.isupper() or "BCR" in heading else "count"


def _cell(value) -> object:
    """Return a cell: flags and endless waits in words, texts on one line."""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, bool | np.bool_):
        return page.yes(bool(value))
    if value is None or pd.isna(value):
        return None
    return "never" if np.isinf(value) else float(value)


SHEETS = {
    name: _sheet(name, title, tell)
    for name, title, tell in (
        ("Business cases", "What an official business case needs", _cases),
        ("Switching values", "What would turn an NPV", _switching),
        ("Disagreements", "Where NPV, BCR and IRR disagree, and why", _disagreements),
        ("Breakeven", "When costs are paid back, by programme", _breakeven),
        ("Benefits", "Which benefits arrive, when, and who answers for them", _benefits),
        ("Coverage", "Who serves each objective", _coverage),
        ("Closing gaps", "What would bring an objective to its importance", _closing),
        ("Totals", "Totals by business unit and programme", _rolled_up),
        ("Business units", "Each unit's own order beside the board's", _units),
    )
}
"""What writes each sheet that every ranked workbook has."""

FUTURES = {
    name: _sheet(name, title, tell)
    for name, title, tell in (
        ("Futures", "How far the NPV of each proposal may be out", _futures),
        ("Budget futures", "How likely the portfolio costs more than the budgets", _budgets),
        ("What drives the spread", "Which doubts move the NPV most", _tornado),
    )
}
"""What writes the sheets of a workbook whose figures were drawn."""
