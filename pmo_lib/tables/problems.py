"""What reading finds: problems to mend and notes to know, gathered and reported at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from typing import Any

import pandas as pd

from pmo_lib.checks import InputError, listing, show
from pmo_lib.tables.texts import clean

MOST_ALIKE = 10
"""How many problems of one kind in one column are worded before the rest is counted."""

NO_HEADING = "no such heading"
"""What is found where a column that a table needs is not there: told before all else."""

LOST = "what it says may be lost"
"""Ends a note that the reader of every result must see: it is a warning there."""

COLUMNS = ["sheet", "row", "column", "found", "expected", "remedy"]


@dataclass(frozen=True)
class Problem:
    """One thing to mend: a sentence, and its parts for a machine.

    Parameters
    ----------
    text : str
        The sentence.
    sheet : str
        Sheet of the workbook, or name of the CSV file.
    row : int or None
        Row as the spreadsheet counts it, the heading being row 1.
    column, found, expected, remedy : str
        Where, what was there, what belongs there, what to do.
    """

    text: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    found: str = ""
    expected: str = ""
    remedy: str = ""


class TableError(InputError):
    """Everything that has to be mended in the tables of a portfolio.

    `problems` holds one sentence each (long runs of the same fault in one column are
    counted after the tenth); `table` holds every problem as a row.

    Attributes
    ----------
    problems : tuple of str
        One sentence for each thing to mend.
    table : DataFrame
        Columns sheet, row, column, found, expected and remedy.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        problems = sorted(problems, key=lambda p: (p.found != NO_HEADING, p.sheet, p.row or 0))
        super().__init__(*_sentences(problems))
        self.table = pd.DataFrame([asdict(p) for p in problems]).reindex(columns=COLUMNS)
        self.table["row"] = self.table["row"].astype("Int64")


@dataclass
class Findings:
    """Gathers problems and notes while a portfolio is read.

    Parameters
    ----------
    problems : list of Problem
        What stops the reading in the end.
    notes : list of str
        What was ignored, assumed or changed.
    faulty : set of tuple
        (sheet, row, column) of every cell that already has a problem; row None is the column.
    """

    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faulty: set[tuple] = field(default_factory=set)

    def note(self, text: str) -> None:
        """Remember a note, once."""
        if text not in self.notes:
            self.notes.append(text)

    def cell(
        self, sheet, row, column, found, *, expected: str, remedy: str, fault: str = ""
    ) -> None:
        """Remember a cell at fault: *sheet row: column found is not expected; remedy*."""
        if {(sheet, row, column), (sheet, None, column)} & self.faulty:
            return
        self.faulty.add((sheet, row, column))
        missing = found is None or found is pd.NA or found != found or found == ""
        words = "" if missing else show(clean(str(found)) if isinstance(found, str) else found)
        fault = fault or ("is empty" if missing else f"is not {expected}")
        text = " ".join(part for part in (f"{place(sheet, row)}:", column, words, fault) if part)
        self.problems.append(
            Problem(f"{text}; {remedy}", sheet, _whole(row), column, words, expected, remedy)
        )

    def fault(
        self, text: str, *, sheet="", row=None, column="", found="", expected="", remedy=""
    ) -> None:
        """Remember a problem that is more than one cell; `text` is the sentence up to the remedy."""
        where = f"{place(sheet, row)}: " if sheet else ""
        sentence = f"{where}{text}; {remedy}" if remedy else f"{where}{text}"
        self.problems.append(
            Problem(sentence, sheet, _whole(row), column, str(found), expected, remedy)
        )

    def heading(self, sheet: str, column: str, *, remedy: str) -> None:
        """Remember a column that a table needs and has not; its empty cells are no news then."""
        self.faulty.add((sheet, None, column))
        self.fault(
            f"has no column {show(column)}", sheet=sheet, column=column, found=NO_HEADING,
            expected=f"the heading {column}", remedy=remedy,
        )  # fmt: skip

    @property
    def lacks_headings(self) -> bool:
        """Whether a table lacks a column that it needs."""
        return any(row is None for _, row, _ in self.faulty)

    def raise_if_any(self) -> None:
        """Raise one TableError with all problems, if there are any."""
        if self.problems:
            raise TableError(self.problems)


def place(sheet: str, row: Any = None) -> str:
    """Word a place in the source: ``projects.csv row 14`` or ``sheet 'projects' row 14``.

    >>> place("projects.csv", 14), place("projects", 14)
    ('projects.csv row 14', "sheet 'projects' row 14")
    """
    name = sheet if "." in sheet else f"sheet '{sheet}'"
    return name if row is None else f"{name} row {int(row)}"


def did_you_mean(found: Any, known: Iterable[str]) -> str:
    """Word the nearest known label: ``"did you mean 'roads'?"``, or nothing.

    >>> did_you_mean("sponser", ["sponsor", "size"])
    "did you mean 'sponsor'?"
    """
    labels = {str(label).casefold(): str(label) for label in known}
    near = get_close_matches(str(found).casefold(), labels, n=1, cutoff=0.7)
    return f"did you mean {show(labels[near[0]])}?" if near else ""


def known_or_near(found: Any, known: Iterable[str]) -> str:
    """Word what could have been meant: the nearest label, or the first few known ones."""
    known = [str(label) for label in known]
    return did_you_mean(found, known) or (
        f"known are {listing(known)}" if known else "none is given"
    )


def _whole(row: Any) -> int | None:
    return None if row is None else int(row)


def _sentences(problems: list[Problem]) -> list[str]:
    sentences, alike = [], Counter()
    for problem in problems:
        kind = (problem.sheet, problem.column, problem.expected)
        alike[kind] += 1
        if alike[kind] <= MOST_ALIKE or not problem.column:
            sentences.append(problem.text)
    for (sheet, column, expected), count in alike.items():
        if column and count > MOST_ALIKE:
            more = f"{count - MOST_ALIKE} more rows of column {show(column)} are not {expected}"
            sentences.append(f"{place(sheet)}: {more}; mend them the same way")
    return sentences
