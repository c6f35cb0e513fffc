"""What every workbook mailed to a member shares: its head, its mark, its looks, its problems."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter

from pmo_lib.checks import InputError, show
from pmo_lib.record.rules import VOTERS, State, require_round
from pmo_lib.tables.cells import Formula, is_blank
from pmo_lib.tables.problems import Findings, Problem, TableError, known_or_near, place
from pmo_lib.tables.texts import clean_label
from pmo_lib.tables.workbooks import check_archive
from pmo_lib.wording import listed

SHEET = "ballot"
HEADING = 8
"""Row of the headings; answers stand below."""

KEEP = "take it from the ballot that was sent"
_ONLY = "Only the yellow cells can be filled in. No formulas."
_MARK = re.compile(r"mark ([0-9a-f]{12})$")
_MOST = 12
"""Most cells named in one sentence."""


def mark(state: State, name: str) -> str:
    """Return what tells a round of one record from every other: twelve letters of its opening."""
    round_ = state.rounds[name]
    opened = [name, round_["open"], round_["open_by"], round_["about"], round_["labels"]]
    return sha256(json.dumps(opened).encode()).hexdigest()[:12]


def require_seat(state: State, round: str, member: str, path: Path) -> dict[str, str]:
    """Return what an open round weighs, or refuse to write a workbook of it for this member."""
    found = require_round(state, round)
    if found["state"] != "open":
        raise InputError(f"round {show(round)}: is {found['state']}; it accepts no ballots")
    if state.members.get(member) not in VOTERS:
        raise InputError(
            f"member: {show(member)} has no vote; {known_or_near(member, state.members)}"
        )
    if path.suffix.lower() != ".xlsx":
        raise InputError(f"{path.name}: must end in .xlsx")
    return found["labels"]


@contextmanager
def laid_out(
    file: Path, state: State, round: str, member: str, kind: str, *, belongs_to: str, how: str
) -> Iterator[tuple]:
    """Write the head of a workbook; give its sheet and its formats by what they are for."""
    import xlsxwriter

    opened = state.rounds[round]
    whose = belongs_to or f"Round opened {opened['open'][:16]} UTC by {opened['open_by']}"
    head = [("Belongs to", f"{clean_label(whose)} · mark {mark(state, round)}"),
            ("Round", round), ("Member", member), ("Kind", kind), (how,), (_ONLY,)]  # fmt: skip
    with xlsxwriter.Workbook(str(file), _PLAIN) as book:
        sheet = book.add_worksheet(SHEET)
        look = {name: book.add_format(look) for name, look in _LOOKS.items()}
        sheet.write_string(0, 0, "Ballot", look["title"])
        for row, texts in enumerate(head, 1):
            for column, text in enumerate(texts):
                sheet.write_string(row, column, text)
        sheet.set_row(0, 26)
        yield sheet, look
        sheet.set_paper(9)
        sheet.protect()
        sheet.fit_to_pages(1, 0)


_PLAIN = {"strings_to_formulas": False, "strings_to_urls": False}
_MIDDLE = {"text_wrap": True, "valign": "vcenter", "bottom": 1, "bottom_color": "#CCCCCC"}
_LOOKS = {
    "title": {"bold": True, "font_size": 16},
    "heading": {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1},
    "key": {"font_color": "#666666", "font_size": 8, "text_wrap": True, "valign": "bottom"},
    "text": _MIDDLE,
    "free": {"locked": False, "border": 1, "bg_color": "#FFF9E5", "valign": "vcenter"},
    "sum": {"bold": True, "align": "right"},
}


def filled_cells(path: Path) -> dict[tuple[int, int], Any]:
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
        if not is_blank(cell.value)
    }


def head_of(
    state: State, cells: dict, kinds: tuple[str, ...], *, round: str | None, member: str | None
) -> tuple[str, str, str]:
    """Read round, member and kind of a workbook, or name what is wrong with its head."""
    findings = Findings()
    whose, name, who, kind = (text_of(cells.get((row, 2))) for row in (2, 3, 4, 5))
    marks = {mark(state, known): known for known in state.rounds}
    own = marks.get(found[1] if (found := _MARK.search(whose)) else "")
    if own is None:
        fault = "belongs to no round of this record" if whose else ""
        findings.cell(SHEET, 2, "B", whose, expected="the mark of a round of this record",
                      remedy=_ELSEWHERE, fault=fault)  # fmt: skip
        findings.raise_if_any()
    voters = [person for person, role in state.members.items() if role in VOTERS]
    now = state.rounds[own]["state"]
    for row, text, good, expected, remedy in (
        (3, name, name == own, f"{show(own)}, whose mark it has", KEEP),
        (3, name, round in (None, own), f"round {show(round)}", "send that ballot"),
        (3, name, now == "open", "an open round", f"it is {now} and accepts no ballots"),
        (4, who, who in voters, "a person who votes", known_or_near(who, voters)),
        (4, who, member in (None, who), f"the ballot of {show(member)}", "each fills in the own"),
        (5, kind, kind in kinds, " or ".join(kinds), KEEP),
    ):
        if not good:
            findings.cell(SHEET, row, "B", text, expected=expected, remedy=remedy)
    findings.raise_if_any()
    return own, who, kind


_ELSEWHERE = (
    "read it with the portfolio it was written for, or have its member fill in one that "
    "pmo ballot write makes for this one"
)


def text_of(cell: Any) -> str:
    """Return a cell as one line of text; empty if it is."""
    return "" if is_blank(cell) else clean_label(str(cell))


def require_filled(cells: dict, first: int, columns: range) -> None:
    """Refuse a workbook in which no answer stands at all.

    Parameters
    ----------
    cells : dict
        Filled cells by row and column.
    first : int
        Row of the first answers.
    columns : range
        Columns of the answers.
    """
    if not any(row >= first and column in columns for row, column in cells):
        text = f"{place(SHEET)}: nothing is filled in; fill in the yellow cells, save it and send it again"
        raise TableError(
            [Problem(text, SHEET, expected="answers", remedy="fill in the yellow cells")]
        )


def raise_each_once(findings: Findings) -> None:
    """Raise one TableError with all problems, if there are any; what is alike is one sentence."""

    def kind(problem: Problem) -> tuple:
        return problem.row is None, problem.expected, problem.remedy, problem.found == ""

    merged = []
    for (whole, *_), alike in groupby(sorted(findings.problems, key=kind), kind):
        alike = sorted(alike, key=lambda problem: problem.row or 0)
        merged += alike if whole or len(alike) == 1 else [_together(alike)]
    if merged:
        raise TableError(merged)


def _together(alike: list[Problem]) -> Problem:
    one = alike[0]
    cells = [f"{problem.column}{problem.row} {problem.found}".strip() for problem in alike]
    fault = f"are not {one.expected}" if one.found else "are empty"
    text = f"{place(SHEET)}: {listed(cells, most=_MOST)} {fault}; {one.remedy}"
    return Problem(text, SHEET, one.row, listed(cells), "", one.expected, one.remedy)
