"""Scores as a workbook: every project against every label, for one member to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from openpyxl.utils import get_column_letter

from pmo_lib.checks import InputError, listing
from pmo_lib.record.entries import read
from pmo_lib.record.scores import level_words, scored_projects
from pmo_lib.record.sheet import (
    HEADING,
    KEEP,
    SHEET,
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
from pmo_lib.tables.texts import clean_label, fold
from pmo_lib.tables.writing import replacing
from pmo_lib.wording import listed, one_line

KIND = "scores"
"""How the head of a workbook calls it."""

_FIRST, _WIDE = HEADING + 2, 19
_LIST_LETTERS = 250
"""Most letters of a drop-down list that a spreadsheet takes."""

_HOW = {
    "objectives": "Choose how far each project serves each objective. Leave empty what you do not score.",
    "criteria": "Give each project its estimate, in the unit of the heading, or choose from the list. "
    "Leave empty what you do not score.",
}


def write_scores(
    record: Record,
    round: str,
    member: str,
    path: str | Path,
    *,
    portfolio: Portfolio,
    belongs_to: str = "",
) -> Path:
    """Write the workbook in which one member scores projects; only answers are unlocked.

    Parameters
    ----------
    record, round, member, path, belongs_to
        As in `write_ballot`.
    portfolio : Portfolio
        Its proposals are scored.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    InputError
        As `write_ballot`, or if nothing in the round is scored by a board.
    """
    path, (state, _) = Path(path), read(record, kinds=["open"])
    round, member = clean_label(str(round)), clean_label(member)
    labels = require_seat(state, round, member, path)
    about = state.rounds[round]["about"]
    words = level_words(portfolio, about, labels)
    projects = scored_projects(portfolio)
    if not words or projects.empty:
        raise InputError(f"round {round}: there is nothing in it that a board scores")
    names = getattr(portfolio, about)["name"]
    called = {key: filter(None, (one_line(names.get(key)) or key, labels[key])) for key in words}
    headings = {key: "\n".join(texts) for key, texts in called.items()}
    head = {"belongs_to": belongs_to, "how": _HOW[about]}
    with replacing(path) as file, laid_out(file, state, round, member, KIND, **head) as parts:
        _write_rows(*parts, projects["name"].map(one_line), headings, words)
    return path


def _write_rows(sheet, look: dict, projects: pd.Series, headings: dict, words: dict) -> None:
    for row, texts in ((HEADING - 1, headings), (HEADING, headings.values())):
        name = "key" if row < HEADING else "heading"
        for column, text in enumerate(["project", "name", *texts]):
            sheet.write_string(row, column, text if column > 1 or row < HEADING else "", look[name])
    for row, (project, called) in enumerate(projects.items(), HEADING + 1):
        sheet.write_string(row, 0, project, look["text"])
        sheet.write_string(row, 1, called, look["text"])
        for column in range(2, 2 + len(headings)):
            sheet.write_blank(row, column, None, look["free"])
        sheet.set_row(row, 5 + 15 * (1 + len(called) // 38))
    for column, known in enumerate(words.values(), 2):
        if rule := _rule(list(known)):
            sheet.data_validation(HEADING + 1, column, HEADING + len(projects), column, rule)
    lines = max(
        sum(1 + len(line) // (_WIDE - 2) for line in text.split("\n")) for text in headings.values()
    )
    sheet.set_row(HEADING, 15 * min(lines, 12))
    for column, width in enumerate((18, 40, *(_WIDE for _ in headings))):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(HEADING + 1, 2)
    sheet.repeat_rows(HEADING - 1, HEADING)
    sheet.set_landscape()


def _rule(words: list[str]) -> dict | None:
    """Return what a cell takes: one of the words, if a list can hold them, or a number."""
    if not words:
        return {"validate": "decimal", "criteria": "between", "minimum": -1e15, "maximum": 1e15}
    fits = len(",".join(words)) <= _LIST_LETTERS and not any("," in word for word in words)
    return {"validate": "list", "source": words} if fits else None


def read_rows(cells: dict, labels: list[str], *, about: str, portfolio: Portfolio) -> pd.DataFrame:
    """Read scores, or name every problem.

    Returns
    -------
    DataFrame of projects by label
        Missing where nothing was scored.
    """
    words, findings = level_words(portfolio, about, labels), Findings()
    projects = scored_projects(portfolio).index
    columns = _columns(cells, list(words), findings)
    require_filled(cells, _FIRST, range(3, 3 + len(words)))
    found = pd.DataFrame(np.nan, projects, list(words))
    seen: set[str] = set()
    for row in range(_FIRST, max(row for row, _ in cells) + 1):
        project = text_of(cells.get((row, 1)))
        if project in projects and project not in seen:
            seen.add(project)
            for label, column in columns.items():
                cell, place = cells.get((row, column)), (row, get_column_letter(column))
                found.at[project, label] = _score(findings, *place, cell, words[label])
        elif not all(is_blank(cells.get((row, column))) for column in (1, *columns.values())):
            fault = "occurs twice" if project in seen else "is not a proposal of this portfolio"
            remedy = f"{KEEP}; {known_or_near(project, projects)}"
            findings.cell(SHEET, row, "A", project, expected="as sent", remedy=remedy, fault=fault)
    raise_each_once(findings)
    return found


def _columns(cells: dict, labels: list[str], findings: Findings) -> dict[str, int]:
    """Find the column of each label; one that was edited or removed is a problem."""
    found: dict[str, int] = {}
    for (row, column), cell in cells.items():
        if row == HEADING and column > 2:
            label = text_of(cell)
            if label in labels and label not in found:
                found[label] = column
            else:
                fault = "occurs twice" if label in found else "is not what was sent (edited?)"
                findings.cell(SHEET, row, get_column_letter(column), label, expected="as sent",
                              remedy=f"{KEEP}; {known_or_near(label, labels)}", fault=fault)  # fmt: skip
    gone = [label for label in labels if label not in found]
    if gone:
        findings.fault(
            f"nothing says where {listing(gone)} stands", sheet=SHEET, row=HEADING, remedy=KEEP
        )
    return found


def _score(findings: Findings, row: int, column: str, cell: Any, words: dict) -> float:
    """Read one score; NaN where there is none or a problem was noted."""
    if is_blank(cell):
        return np.nan
    if isinstance(cell, Formula):
        findings.cell(SHEET, row, column, cell, expected="a score", remedy="write the score itself",
                      fault="is a formula")  # fmt: skip
        return np.nan
    known = {fold(word): number for word, number in words.items()}
    number = known.get(fold(text_of(cell)), read_number(cell))
    if isinstance(number, float) and (not words or 0 <= number <= 1):
        return number
    expected = f"{listed(words)}, or a number from 0 to 1" if words else "a number"
    remedy = "choose from the list" if words else "write a number such as 3, or leave it empty"
    findings.cell(SHEET, row, column, cell, expected=expected, remedy=remedy)
    return np.nan
