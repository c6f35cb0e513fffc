"""A ballot as a workbook: written for one member, filled in a spreadsheet, read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np
import pandas as pd

from pmo_lib.checks import InputError, require_choice, show
from pmo_lib.record.entries import read
from pmo_lib.record.rules import VOTERS, State, require_round
from pmo_lib.record.store import Record
from pmo_lib.tables.cells import Formula, is_blank, read_number
from pmo_lib.tables.problems import Findings, known_or_near
from pmo_lib.tables.texts import clean_label
from pmo_lib.tables.workbooks import check_archive
from pmo_lib.tables.writing import replacing
from pmo_lib.weights.group import KINDS
from pmo_lib.wording import one_line

SHEET = "ballot"
_FIRST_ROW = 9
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

_ONLY = "Only the yellow cells can be filled in. Numbers only, no formulas."
_KEEP = "take it from the ballot that was sent"


@dataclass(frozen=True, eq=False)
class Ballot:
    """What a ballot workbook says: the arguments of `vote`.

    Attributes
    ----------
    round, member, kind : str
        Which round, whose ballot, how asked.
    answers : Series by label, or square DataFrame of judgements
        As `vote` takes them.
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
) -> Path:
    """Write the workbook in which one member fills in a ballot; only answers are unlocked.

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
    labels = require_round(state, round)["labels"]
    if state.rounds[round]["state"] != "open":
        raise InputError(
            f"round {show(round)}: is {state.rounds[round]['state']}; it accepts no ballots"
        )
    if state.members.get(member) not in VOTERS:
        raise InputError(
            f"member: {show(member)} has no vote; {known_or_near(member, state.members)}"
        )
    if path.suffix.lower() != ".xlsx":
        raise InputError(f"{path.name}: must end in .xlsx")
    names = {} if names is None else names
    called = {label: one_line(names.get(label)) for label in labels}
    labels = {label: ": ".join(filter(None, (called[label], labels[label]))) for label in labels}
    with replacing(path) as file:
        _write(file, {"Round": round, "Member": member, "Kind": kind}, labels)
    return path


def read_ballot(
    record: Record, path: str | Path, *, round: str | None = None, member: str | None = None
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

    Returns
    -------
    Ballot
        For `vote`.

    Raises
    ------
    TableError
        Every problem with its sheet, row, column, what was found and what to do: another
        round or member, edited labels, text or formulas for numbers, missing answers.
    """
    state, _ = read(record, kinds=["open"])
    findings, cells = Findings(), _cells(Path(path))
    head = [_text(cells.get((row, 2))) for row in (3, 4, 5)]
    for row, good, expected, remedy in _head_checks(state, head, round, member):
        if not good:
            findings.cell(SHEET, row, "B", head[row - 3], expected=expected, remedy=remedy)
    findings.raise_if_any()
    name, who, kind = head
    labels = list(state.rounds[name]["labels"])
    wanted = _rows_of(kind, labels)
    answers: dict[tuple, float] = {}
    for row in range(_FIRST_ROW, max(row for row, _ in cells) + 1):
        line = [cells.get((row, column)) for column in range(1, len(_HEADINGS[kind]) + 1)]
        key = tuple(map(_text, line[: len(wanted[0])]))
        if key in wanted and key not in answers:
            answers[key] = _answer(findings, kind, row, line)
        elif not all(map(is_blank, line)):
            fault = "occurs twice" if key in answers else "is not what was sent (edited?)"
            near = known_or_near(key[0], labels)
            remedy = f"{_KEEP}; {near}"
            findings.cell(SHEET, row, "A", key[0], expected="as sent", remedy=remedy, fault=fault)
    for key in wanted:
        if key not in answers:
            row_of = f"the row of {' and '.join(map(show, key))}"
            findings.cell(SHEET, None, row_of, None, expected="", remedy=_KEEP, fault="is missing")
    findings.raise_if_any()
    return Ballot(name, who, kind, _laid_out(answers, labels, kind))


def _head_checks(state: State, head: list[str], round, member) -> Iterator[tuple]:
    """Yield row, whether it is as it should be, what was expected and the remedy."""
    name, who, kind = head
    known = state.rounds.get(name, {})
    yield 3, known, "a round of this record", known_or_near(name, state.rounds)
    yield 3, round is None or name == _text(round), f"round {show(round)}", "send that ballot"
    shut = f"it is {known.get('state')} and accepts no ballots"
    yield 3, known.get("state") == "open", "an open round", shut
    voters = [person for person, role in state.members.items() if role in VOTERS]
    yield 4, who in voters, "a person who votes", known_or_near(who, voters)
    own = f"the ballot of {show(member)}"
    yield 4, member is None or who == _text(member), own, "each fills in the own"
    yield 5, kind in KINDS, " or ".join(KINDS), _KEEP


def _rows_of(kind: str, labels: list[str]) -> list[tuple]:
    return list(combinations(labels, 2)) if kind == "pairwise" else [(label,) for label in labels]


def _write(file: Path, head: dict[str, str], labels: dict[str, str]) -> None:
    import xlsxwriter

    kind, options = head["Kind"], {"strings_to_formulas": False, "strings_to_urls": False}
    headings, rows = _HEADINGS[kind], _rows_of(kind, list(labels))
    last = _FIRST_ROW + len(rows) - 2
    with xlsxwriter.Workbook(str(file), options) as book:
        sheet, look = book.add_worksheet(SHEET), _looks(book)
        lines = [["Ballot"], [], *head.items(), [_HOW[kind]], [_ONLY], headings]
        lines += [(*row, labels[row[0]])[:2] for row in rows]
        for row, texts in enumerate(lines):
            name = "title" if row == 0 else "heading" if row == _FIRST_ROW - 2 else "text"
            name = "line" if 2 <= row < _FIRST_ROW - 2 else name
            for column, text in enumerate(texts):
                sheet.write_string(row, column, text, look[name])
        for column, rule in zip((2, 3), _validations(kind, len(labels)), strict=False):
            sheet.data_validation(_FIRST_ROW - 1, column, last, column, rule)
            for row in range(_FIRST_ROW - 1, last + 1):
                sheet.write_blank(row, column, None, look["free"])
        words = list(labels.values())
        if kind == "pairwise":  # its rows have no room for what each swing is
            for row, texts in enumerate([_SWING, *labels.items()], _FIRST_ROW - 2):
                for column, text in enumerate(texts, 5):
                    name = "heading" if row == _FIRST_ROW - 2 else "text"
                    sheet.write_string(row, column, text, look[name])
            sheet.set_landscape()
        if kind == "points":
            sheet.write_string(3, 2, "Points given so far", look["heading"])
            sheet.write_formula(4, 2, f"=SUM(C{_FIRST_ROW}:C{last + 1})", look["sum"], 0)
        for column, width in enumerate(_WIDTHS["pairwise" if kind == "pairwise" else "single"]):
            sheet.set_column(column, column, width)
        sheet.set_row(0, 26)
        sheet.set_row(_FIRST_ROW - 2, 34)
        for row in range(len(rows)):
            lines = 1 + len("".join(words[row : row + 1])) // _LETTERS
            sheet.set_row(_FIRST_ROW - 1 + row, 5 + 15 * lines)
        sheet.set_paper(9)
        sheet.protect()
        sheet.fit_to_pages(1, 0)


def _looks(book) -> dict:
    """Return the formats of a ballot by what they are for."""
    middle = {"text_wrap": True, "valign": "vcenter", "bottom": 1, "bottom_color": "#CCCCCC"}
    looks = {
        "title": {"bold": True, "font_size": 16},
        "line": {},
        "heading": {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1},
        "text": middle,
        "free": {"locked": False, "border": 1, "bg_color": "#FFF9E5", "valign": "vcenter"},
        "sum": {"bold": True, "align": "right"},
    }
    return {name: book.add_format(look) for name, look in looks.items()}


def _validations(kind: str, n: int) -> list[dict]:
    if kind == "order":
        return [{"validate": "list", "source": [str(place) for place in range(1, n + 1)]}]
    number = {"validate": "decimal", "criteria": ">=", "value": float(kind == "pairwise")}
    sides = {"validate": "list", "source": list(_SIDES)}
    return [sides, number] if kind == "pairwise" else [number]


def _cells(path: Path) -> dict[tuple[int, int], Any]:
    """Read the filled cells of the ballot's sheet by row and column; formulas as their text."""
    import openpyxl

    if not path.is_file():
        raise InputError(f"{path}: is not a file; check its name")
    check_archive(path)
    with catch_warnings():
        simplefilter("ignore")
        try:
            sheet = openpyxl.load_workbook(path, keep_links=False)[SHEET]
        except Exception as error:
            raise InputError(
                f"{path.name}: has no sheet '{SHEET}' that can be read ({type(error).__name__}); "
                "send the ballot as it was written"
            ) from None
    return {
        (cell.row, cell.column): Formula(cell.value) if cell.data_type == "f" else cell.value
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def _text(cell: Any) -> str:
    return "" if is_blank(cell) else clean_label(str(cell))


def _answer(findings: Findings, kind: str, row: int, line: list) -> float:
    """Read one answer; NaN where a pair was skipped or a problem was noted."""
    side, cell, column = ("first", line[2], "C") if kind != "pairwise" else (*line[2:], "D")
    if is_blank(side) and is_blank(cell):
        return np.nan
    side, number = _text(side), np.nan if is_blank(cell) else read_number(cell)
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


def _laid_out(answers: dict, labels: list[str], kind: str) -> pd.Series | pd.DataFrame:
    if kind != "pairwise":
        return pd.Series([answers[label,] for label in labels], index=labels, name="answer")
    square = pd.DataFrame(np.nan, labels, labels)
    for (first, second), answer in answers.items():
        square.at[first, second] = answer
    return square
