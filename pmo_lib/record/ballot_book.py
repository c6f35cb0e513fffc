"""A ballot as a workbook: written for one member, filled in a spreadsheet, read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

from pmo_lib.checks import InputError, listing, require_choice
from pmo_lib.record import score_book
from pmo_lib.record.entries import read
from pmo_lib.record.sheet import (
    HEADING,
    KEEP,
    SHEET,
    filled_cells,
    head_of,
    laid_out,
    raise_each_once,
    require_filled,
    require_seat,
    text_of,
)
from pmo_lib.record.store import Record
from pmo_lib.tables import Portfolio
from pmo_lib.tables.cells import Formula, is_blank, read_number
from pmo_lib.tables.problems import Findings, known_or_near
from pmo_lib.tables.texts import clean_label
from pmo_lib.tables.writing import replacing
from pmo_lib.weights.group import KINDS
from pmo_lib.wording import one_line

_FIRST = HEADING + 1
_SWING = ("label", "from worst to best")
_HEADINGS = {
    "points": (*_SWING, "points"),
    "swing": (*_SWING, "points, 100 for the swing worth most"),
    "order": (*_SWING, "place, 1 for the swing worth most"),
    "pairwise": ("first", "second", "worth more", "how many times as much"),
}
_SIDES = ("first", "second", "equal")
_HOW = {
    "points": "Share out 100 points: the more a whole swing from worst to best is worth, the more.",
    "swing": "Give 100 to the swing from worst to best that is worth most, less to the others.",
    "order": "Give 1 to the swing from worst to best that is worth most; equal ones share a place.",
    "pairwise": "Say in each row which swing is worth more, and how many times as much (1 to 9). "
    "Leave a row empty to skip it.",
}
_WIDTHS = {"single": (24, 56, 26), "pairwise": (20, 20, 16, 16, 3, 20, 56)}
_LETTERS = 64
"""Letters of the words of a swing that stand on one line."""


@dataclass(frozen=True, eq=False)
class Ballot:
    """What a ballot workbook says: the arguments of `vote`, or of `score_all`.

    Attributes
    ----------
    round, member, kind : str
        Which round, whose ballot, how asked; ``"scores"`` if projects are scored.
    answers : Series by label, or square DataFrame of judgements
        As `vote` takes them; of scores a DataFrame of projects by label.
    """

    round: str
    member: str
    kind: str
    answers: pd.Series | pd.DataFrame


def write_ballot(
    record: Record,
    round: str,
    member: str,
    path: str | Path,
    *,
    kind: str = "points",
    names: Mapping[str, str] | pd.Series | None = None,
    belongs_to: str = "",
) -> Path:
    """Write the workbook in which one member fills in a ballot; only answers are unlocked.

    Its head says what it belongs to, with a mark of the round: only the record that opened
    the round, or a copy of that record, reads it back.

    Parameters
    ----------
    record : Record
        From `open_record`.
    round : str
        An open round.
    member : str
        Whose ballot.
    path : path
        Ends in .xlsx.
    kind : {"points", "swing", "order", "pairwise"}
        How the member is asked.
    names : Series or mapping of str by label, optional
        What is weighed is called so, before the words of its swing.
    belongs_to : str, optional
        Whose portfolio this is, in words; by default who opened the round, and when.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    InputError
        If the round is not open, the person has no vote, or the path cannot be written.
    """
    require_choice(kind, KINDS, name="kind")
    path, (state, _) = Path(path), read(record, kinds=["open"])
    round, member = clean_label(str(round)), clean_label(member)
    labels = require_seat(state, round, member, path)
    names = {} if names is None else names
    called = {label: one_line(names.get(label)) for label in labels}
    labels = {label: ": ".join(filter(None, (called[label], labels[label]))) for label in labels}
    head = {"belongs_to": belongs_to, "how": _HOW[kind]}
    with replacing(path) as file, laid_out(file, state, round, member, kind, **head) as parts:
        _write_rows(*parts, kind, labels)
    return path


def read_ballot(
    record: Record,
    path: str | Path,
    *,
    round: str | None = None,
    member: str | None = None,
    portfolio: Portfolio | None = None,
) -> Ballot:
    """Read a filled-in ballot workbook; nothing is recorded yet.

    Parameters
    ----------
    record : Record
        From `open_record`.
    path : path
        The workbook.
    round, member : str, optional
        Whose ballot of which round it should be; another's is a problem.
    portfolio : Portfolio, optional
        Whose projects are scored, where the workbook is one of scores.

    Returns
    -------
    Ballot
        For `vote`, or `score_all`.

    Raises
    ------
    TableError
        Every problem with its sheet, row, column, what was found and what to do: another
        record, round or member, edited labels, text or formulas for numbers, missing
        answers; a problem of many cells is one sentence.
    """
    state, _ = read(record, kinds=["open"])
    cells = filled_cells(Path(path))
    kinds = (*KINDS, score_book.KIND)
    name, who, kind = head_of(state, cells, kinds, round=round, member=member)
    about, labels = state.rounds[name]["about"], list(state.rounds[name]["labels"])
    if kind == score_book.KIND:
        if portfolio is None:
            raise InputError("portfolio: is not given; scores are read with the one they score")
        answers = score_book.read_rows(cells, labels, about=about, portfolio=portfolio)
    else:
        answers = _read_rows(cells, labels, kind)
    return Ballot(name, who, kind, answers)


def _rows_of(kind: str, labels: list[str]) -> list[tuple]:
    return list(combinations(labels, 2)) if kind == "pairwise" else [(label,) for label in labels]


def _read_rows(cells: dict, labels: list[str], kind: str) -> pd.Series | pd.DataFrame:
    """Read the answers, or name every problem."""
    findings, wanted, width = Findings(), _rows_of(kind, labels), len(_HEADINGS[kind])
    require_filled(cells, _FIRST, range(3, width + 1))
    answers: dict[tuple, float] = {}
    for row in range(_FIRST, max(row for row, _ in cells) + 1):
        line = [cells.get((row, column)) for column in range(1, width + 1)]
        key = tuple(map(text_of, line[: len(wanted[0])]))
        if key in wanted and key not in answers:
            answers[key] = _answer(findings, kind, row, line)
        elif not all(map(is_blank, line)):
            fault = "occurs twice" if key in answers else "is not what was sent (edited?)"
            remedy = f"{KEEP}; {known_or_near(key[0], labels)}"
            findings.cell(SHEET, row, "A", key[0], expected="as sent", remedy=remedy, fault=fault)
    gone = [" and ".join(key) for key in wanted if key not in answers]
    if gone:
        rows = "the row of {} is" if len(gone) == 1 else "the rows of {} are"
        findings.fault(f"{rows.format(listing(gone))} missing", sheet=SHEET, remedy=KEEP)
    raise_each_once(findings)
    return _as_voted(answers, labels, kind)


def _write_rows(sheet, look: dict, kind: str, labels: dict[str, str]) -> None:
    """Write the headings, a row for each answer, and what may be answered."""
    headings, rows, words = _HEADINGS[kind], _rows_of(kind, list(labels)), list(labels.values())
    last = HEADING + len(rows) - 1
    for row, texts in enumerate(
        [headings, *((*key, labels[key[0]])[:2] for key in rows)], HEADING - 1
    ):
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, look["text" if row >= HEADING else "heading"])
    for column, rule in zip((2, 3), _validations(kind, len(labels)), strict=False):
        sheet.data_validation(HEADING, column, last, column, rule)
        for row in range(HEADING, last + 1):
            sheet.write_blank(row, column, None, look["free"])
    if kind == "pairwise":  # its rows have no room for what each swing is
        for row, texts in enumerate([_SWING, *labels.items()], HEADING - 1):
            for column, text in enumerate(texts, 5):
                sheet.write_string(row, column, text, look["text" if row >= HEADING else "heading"])
        sheet.set_landscape()
    if kind == "points":
        sheet.write_string(3, 2, "Points given so far", look["heading"])
        sheet.write_formula(4, 2, f"=SUM(C{_FIRST}:C{last + 1})", look["sum"], 0)
    for column, width in enumerate(_WIDTHS["pairwise" if kind == "pairwise" else "single"]):
        sheet.set_column(column, column, width)
    sheet.set_row(HEADING - 1, 34)
    for row in range(len(rows)):
        lines = 1 + len("".join(words[row : row + 1])) // _LETTERS
        sheet.set_row(HEADING + row, 5 + 15 * lines)


def _validations(kind: str, n: int) -> list[dict]:
    if kind == "order":
        return [{"validate": "list", "source": [str(place) for place in range(1, n + 1)]}]
    number = {"validate": "decimal", "criteria": ">=", "value": float(kind == "pairwise")}
    sides = {"validate": "list", "source": list(_SIDES)}
    return [sides, number] if kind == "pairwise" else [number]


def _answer(findings: Findings, kind: str, row: int, line: list) -> float:
    """Read one answer; NaN where a pair was skipped or a problem was noted."""
    side, cell, column = ("first", line[2], "C") if kind != "pairwise" else (*line[2:], "D")
    if is_blank(side) and is_blank(cell):
        return np.nan
    side, number = text_of(side), np.nan if is_blank(cell) else read_number(cell)
    low = float(kind in ("order", "pairwise"))
    if side not in _SIDES:
        choice = " or ".join(_SIDES)
        findings.cell(SHEET, row, "C", side, expected=choice, remedy="choose from the list")
    elif side == "equal":
        return 1.0
    elif isinstance(cell, Formula):
        fault, remedy = "is a formula", "write the number itself"
        findings.cell(SHEET, row, column, cell, expected="a number", remedy=remedy, fault=fault)
    elif not (isinstance(number, float) and number >= low):
        wanted, remedy = f"a number of at least {low:g}", "write a number such as 3"
        findings.cell(SHEET, row, column, cell, expected=wanted, remedy=remedy)
    else:
        return 1 / number if side == "second" else number
    return np.nan


def _as_voted(answers: dict, labels: list[str], kind: str) -> pd.Series | pd.DataFrame:
    if kind != "pairwise":
        return pd.Series([answers[label,] for label in labels], index=labels, name="answer")
    square = pd.DataFrame(np.nan, labels, labels)
    for (first, second), answer in answers.items():
        square.at[first, second] = answer
    return square
