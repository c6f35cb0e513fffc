"""The sheet of the agenda: what to decide without debate, what to debate, what to decline."""

from __future__ import annotations

import pandas as pd

from pmo_lib.export import page
from pmo_lib.export.page import RANK, Book, Column, money_column, yes
from pmo_lib.robustness.agenda import DECISIONS
from pmo_lib.wording import listed, one_line, sentence

NAME = "Agenda"

_ORDER = (DECISIONS[1], DECISIONS[0], DECISIONS[2])
_BARS = {
    DECISIONS[0]: "DECIDE WITHOUT DEBATE: in, whatever weights the board would accept",
    DECISIONS[1]: "DEBATE: in or out depends on the weights",
    DECISIONS[2]: "DECLINE: out, whatever weights the board would accept",
}


def write(book: Book) -> None:
    """Write what deserves debate first, with what to ask and whom it divides; then the rest."""
    columns = [
        RANK, Column("Project", 260), Column("On the list", 60), money_column(book, "Cost", 66),
        Column("How sure: 0\nout, 100 in", 92, ("points",)), Column("Why", 380),
        Column("Ask first which swing is worth more", 190), Column("Would fund it", 150),
        Column("Would not", 150),
    ]  # fmt: skip
    certainty = () if book.dossier is None else book.dossier.certainty
    notes = [
        "Nothing here decides: it says where talking can change the list, and where it cannot.",
        "How sure: at how many of 100 weightings that the board would accept a project is funded; 50 is a close call.",
        *certainty,
    ]
    sheet, row = page.start(
        book, NAME, columns, title="What the meeting should talk about", notes=notes
    )
    for decision in _ORDER:
        part = book.agenda[book.agenda["decision"] == decision]
        words = f"{_BARS[decision]}: {len(part)} of {len(book.agenda)}"
        row = page.write_bar(book, sheet, row, columns, words)
        row = page.write_rows(book, sheet, row, columns, _rows(book, part))


def _rows(book: Book, part: pd.DataFrame) -> list[list]:
    ranked = book.recommendation.ranked_list
    rows = []
    for project, cells in part.iterrows():
        own = ranked.loc[project]
        asked = cells["question"]
        rows.append([
            own["rank"], one_line(own["name"]), yes(own["funded"]), own["cost"],
            100 * cells["often"], sentence(one_line(cells["reason"])) if cells["reason"] else "",
            f"{' or '.join(map(one_line, asked))}?" if isinstance(asked, tuple) else one_line(asked),
            listed(map(one_line, cells["for_it"])), listed(map(one_line, cells["against_it"])),
        ])  # fmt: skip
    return rows


def counts(agenda: pd.DataFrame) -> str:
    """Say in one sentence how the agenda divides the list.

    >>> counts(pd.DataFrame({"decision": ["debate", "decline", "decline"]}))
    'Decide 0 without debate, debate 1, decline 2.'
    """
    n = agenda["decision"].value_counts().reindex(DECISIONS, fill_value=0)
    return f"Decide {n.iloc[0]} without debate, debate {n.iloc[1]}, decline {n.iloc[2]}."
