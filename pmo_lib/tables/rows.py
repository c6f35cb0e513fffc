"""Raw cells to typed rows: headings matched, cells read, defaults filled, levels split off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from pmo_lib.checks import listing, show
from pmo_lib.tables.cells import Fault, is_blank, read_cells
from pmo_lib.tables.dictionary import CONTRIBUTION_LEVELS, TABLES, Column, Table
from pmo_lib.tables.portfolio import typed
from pmo_lib.tables.problems import LOST, Findings, did_you_mean, place
from pmo_lib.tables.sources import RawTable
from pmo_lib.tables.texts import clean_label, fold, has_hidden, unprotect

_FILLED = ("status", "source", "option", "fund")
"""Columns whose empty cells take the default that the dictionary states."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Typed rows of one table, with the places they came from.

    Parameters
    ----------
    table : str
        Name of the table.
    sheet : str
        Sheet or file the rows stand in.
    frame : DataFrame
        Labelled by the row of the sheet; the key is a column.
    headings : mapping of str to str
        Heading in the source by column, where it is another.
    """

    table: str
    sheet: str
    frame: pd.DataFrame
    headings: Mapping[str, str] = field(default_factory=dict)

    def shown(self, column: str) -> str:
        """Return the heading of a column as the source has it."""
        return self.headings.get(column, column)


def empty_rows(table: str) -> Rows:
    """Return a table without rows."""
    return Rows(table, table, typed(table, pd.DataFrame()))


def rows_of(table: Table, raw: RawTable, findings: Findings) -> Rows:
    """Read one of our own tables; what cannot be read is in the findings."""
    headings = _matched(table, raw, findings)
    columns = {}
    for position, column in headings.items():
        cells = [row[position] for row in raw.rows]
        columns[column.name] = _column(table, column, raw, cells, raw.headings[position], findings)
    frame = pd.DataFrame(columns, index=pd.Index(raw.numbers, dtype="int64"), dtype=object)
    shown = {column.name: raw.headings[position] for position, column in headings.items()}
    return complete(Rows(table.name, raw.sheet, frame, shown), findings)


def complete(rows: Rows, findings: Findings) -> Rows:
    """Fill the stated defaults, split off levels and bring every column to its dtype."""
    table, frame = TABLES[rows.table], rows.frame.copy()
    for column in table.columns:
        if column.name in _FILLED and column.default:
            given = (
                frame[column.name] if column.name in frame else pd.Series(None, frame.index, object)
            )
            frame[column.name] = given.where(given.notna(), column.default)
    if table.indexed and "name" in table.headings and table.name != "set_aside":
        _name_by_key(rows, table.key[0], frame, findings)
    for column, words in (("estimate", "level"), ("not_doing", "not_doing_level")):
        if rows.table in ("performance", "criteria") and column in frame:
            _split_words(frame, column, words)
    if rows.table == "contributions":
        _split_contributions(rows, frame, findings)
    return Rows(rows.table, rows.sheet, typed(rows.table, frame), rows.headings)


def _matched(table: Table, raw: RawTable, findings: Findings) -> dict[int, Column]:
    known = {fold(column.name): column for column in table.columns}
    matched: dict[int, Column] = {}
    unknown = []
    for position, heading in enumerate(raw.headings):
        column = known.get(fold(heading))
        if column and column not in matched.values():
            matched[position] = column
        elif heading and not column:
            unknown.append(heading)
    absent = [column for column in table.columns if column not in matched.values()]
    for column in absent:
        if column.required:
            findings.heading(raw.sheet, column.name, remedy=_heading_remedy(column, unknown))
    for heading in unknown:
        near = did_you_mean(heading, [column.name for column in absent if not column.required])
        words = f"column {show(heading)} is not known"
        if near:
            findings.fault(
                words,
                sheet=raw.sheet,
                column=heading,
                found=heading,
                expected="the heading of a column",
                remedy=f"{near} rename it, or give it a name that is no near miss",
            )
        else:
            findings.note(
                f"{place(raw.sheet)}: {words} and was ignored{_lost(raw, heading, absent)}"
            )
    return matched


def _lost(raw: RawTable, heading: str, absent: list[Column]) -> str:
    """Name the absent columns that the values under an unknown heading could belong to."""
    position = raw.headings.index(heading)
    values = [row[position] for row in raw.rows if not is_blank(row[position])]
    fits = [
        column
        for column in absent
        if column.kind not in ("text", "label", "rating")
        and not any(
            isinstance(value, Fault) or (column.choices and value not in column.choices)
            for value in read_cells(column, values)
        )
    ]
    if not values or not fits:
        return ""
    names = listing([column.name for column in fits])
    return (
        f", with the values of {len(values)} rows; if it is one of {names}, which the table lacks, "
        f"rename it, for {LOST}"
    )


def _heading_remedy(column: Column, unknown: list[str]) -> str:
    near = [heading for heading in unknown if did_you_mean(heading, [column.name])]
    if near:
        return f"rename the column {show(near[0])} to {show(column.name)}"
    return f"add a column headed {show(column.name)}: {column.meaning}"


def _column(
    table: Table, column: Column, raw: RawTable, cells: list, heading: str, findings: Findings
):
    if raw.protected and column.kind in ("label", "text"):
        cells = [unprotect(cell) if isinstance(cell, str) else cell for cell in cells]
    values = read_cells(column, cells)
    for number, cell, value in zip(raw.numbers, cells, values, strict=True):
        if isinstance(value, Fault):
            findings.cell(
                raw.sheet,
                number,
                heading,
                cell,
                expected=value.expected,
                remedy=value.remedy,
                fault=value.fault,
            )
    if column.kind in ("label", "choice"):
        _note_changes(column, raw, cells, values, heading, findings)
    return [None if isinstance(value, Fault) else value for value in values]


def _note_changes(column, raw, cells, values, heading, findings: Findings) -> None:
    found = zip(raw.numbers, cells, values, strict=True)
    changed = [
        (n, cell)
        for n, cell, value in found
        if isinstance(cell, str)
        and isinstance(value, str)
        and (cell != value if column.kind == "label" else has_hidden(cell))
    ]
    for hidden, what in ((True, "hidden characters"), (False, "stray blanks")):
        rows = [number for number, cell in changed if has_hidden(cell) == hidden]
        if rows:
            listed = ", ".join(str(number) for number in rows[:5]) + (
                " ..." if len(rows) > 5 else ""
            )
            findings.note(
                f"{place(raw.sheet)}: {what} were removed from column {show(heading)}, "
                f"rows {listed} ({len(rows)} cells)"
            )


def _name_by_key(rows: Rows, key: str, frame: pd.DataFrame, findings: Findings) -> None:
    given = frame["name"] if "name" in frame else pd.Series(None, frame.index, object)
    unnamed = given.isna()
    if unnamed.any() and key in frame:
        frame["name"] = given.where(~unnamed, frame[key])
        findings.note(
            f"{place(rows.sheet)}: {int(unnamed.sum())} rows have no name; the label stands for it"
        )


def _split_words(frame: pd.DataFrame, column: str, level: str) -> None:
    """Leave numbers in a column, and move level words to one of their own."""
    words = frame[column].map(lambda cell: isinstance(cell, str)).astype(bool)
    frame[level] = frame[column].where(words)
    frame[column] = frame[column].where(~words)


def _split_contributions(rows: Rows, frame: pd.DataFrame, findings: Findings) -> None:
    if "level" not in frame:
        return
    levels, numbers = [], []
    for number, cell in frame["level"].items():
        word = clean_label(cell).casefold() if isinstance(cell, str) else None
        if word is not None and word not in CONTRIBUTION_LEVELS:
            words = ", ".join(CONTRIBUTION_LEVELS)
            near = did_you_mean(word, CONTRIBUTION_LEVELS)
            findings.cell(
                rows.sheet,
                number,
                rows.shown("level"),
                cell,
                expected=f"one of {words} or a number from 0 to 1",
                remedy=near or "write one of these words",
            )
            word = None
            cell = None
        levels.append(word)
        numbers.append(CONTRIBUTION_LEVELS[word] if word else (None if is_blank(cell) else cell))
    frame["level"] = pd.Series(levels, frame.index, object)
    frame["contribution"] = pd.Series(numbers, frame.index, object)
