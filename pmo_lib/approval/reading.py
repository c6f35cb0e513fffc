"""Read a filled workbook back: what was decided, and everything else that was changed."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from warnings import catch_warnings, simplefilter

import pandas as pd
from xlsxwriter.utility import xl_col_to_name

from pmo_lib.approval.changes import as_changes
from pmo_lib.approval.dossier import DECIDED, DECISIONS
from pmo_lib.checks import InputError, listing, show
from pmo_lib.export.decision_sheets import SIGN, SIGNATURES
from pmo_lib.export.first_page import COMMENT, CONDITION, DECISION, LABEL
from pmo_lib.export.first_page import NAME as LIST
from pmo_lib.export.pack_sheet import FORMAT, unpack_text
from pmo_lib.tables.texts import clean
from pmo_lib.tables.workbooks import check_archive

CHANGES = ["sheet", "row", "column", "was", "now"]
"""Columns of what was changed; rows and columns are named as a spreadsheet shows them."""

MOST_NAMED = 50
"""Changes that are named one by one in an error; the rest are counted."""

LATER = (
    "Not checked yet: whether decisions clash, and whether there is money and people for all that is "
    "approved. Mend these first, then read the workbook again."
)
"""What is added to the problems of a workbook."""

_FACTS = 5
_AS_TEXT = "\u200b"
"""Put before a text that looks like a formula and is none."""

_SEVERAL = re.compile(r"\s*(?:[,;/&+|\n]|\band\b|\bor\b)\s*")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, eq=False)
class Filled:
    """A workbook to decide in as it came back.

    Attributes
    ----------
    mark, inputs : str
        Of the pack, and of the tables and settings it was made from.
    meeting_date : str
        ISO, or "".
    names : bool
        Whether the pack holds members' names.
    decisions : DataFrame by project
        decision, condition, comment, by (""), date (of the meeting), of what was decided.
    undecided : tuple of str
        Projects without a decision.
    changes : DataFrame by project
        What was asked of running work, as `Dossier.changes`; decided in the same cells.
    asked : tuple of str
        What the board was asked, in sentences.
    signatures : DataFrame by role
        name, date and signature, as they were filled in.
    """

    mark: str
    inputs: str
    meeting_date: str
    names: bool
    decisions: pd.DataFrame
    undecided: tuple[str, ...]
    changes: pd.DataFrame
    asked: tuple[str, ...]
    signatures: pd.DataFrame


def read_decisions(path: str | Path) -> Filled:
    """Read a workbook to decide in, whatever program saved it.

    Raises
    ------
    InputError
        If it is no such workbook; or its protected content was changed, each change named
        with sheet, row, column, was and now; or a decision is not one: a word that is not
        known, two in one cell, a formula, a condition that is missing.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: is not there; name the workbook that came back")
    check_archive(path)
    values, formulas = (_opened(path, values=only) for only in (True, False))
    facts, picture = _pack(path, values)
    problems = list(_sheets_changed(path, picture, values))
    if LIST not in values:
        raise InputError(*problems)
    rows, moved = _rows(picture, values[LIST])
    problems += [f"{path.name}: {words}" for words in moved]
    changed = changes(picture, values, formulas, rows if moved else None)
    problems += [f"{path.name}: {_words(change)}" for change in changed[:MOST_NAMED]]
    if len(changed) > MOST_NAMED:
        problems.append(f"{path.name}: {len(changed) - MOST_NAMED:,} further cells were changed")
    decisions, undecided, wrong = _decisions(values[LIST], formulas[LIST], rows, facts[3])
    problems += [f"{path.name}: {words}" for words in wrong]
    if problems:
        error = InputError(*problems)
        error.add_note(LATER)
        raise error
    signatures = _signatures(picture, values[SIGN])
    asked = as_changes(pd.DataFrame.from_dict(picture.get("changes", {}), orient="index"))
    return Filled(
        *facts[1:4], facts[4] == "names", decisions, undecided, asked,
        tuple(picture.get("asked", ())), signatures,
    )  # fmt: skip


def changes(picture: dict, values: dict, formulas: dict, rows: dict | None = None) -> list[tuple]:
    """List the protected cells that differ: (sheet, row, column, was, now).

    Parameters
    ----------
    picture : dict
        What stood in them.
    values, formulas : dict of dict
        Cells now by sheet and (row, column), from 0.
    rows : dict, optional
        Where each row of the list stands now; other rows of that sheet are then left out.
    """
    found = []
    for name, cells in picture["sheets"].items():
        if name not in values:
            continue
        now, written, known = values[name], formulas[name], set(_open(picture, name))
        for row, column, was, *formula in cells:
            place = row, column
            if rows is not None and name == LIST:
                if row not in rows:
                    continue
                place = rows[row], column
            known.add(place)
            told = _differs(was, formula, now.get(place), written.get(place))
            if told:
                found.append((name, place[0], column, *told))
        if rows is None or name != LIST:
            for place in sorted(written.keys() - known):
                found.append((name, *place, "empty", _shown(written[place])))
    return found


def _open(picture: dict, name: str) -> Iterator[tuple[int, int]]:
    """Yield the places of a sheet that may be filled in."""
    if name == LIST:
        for row, column, *_ in picture["sheets"][LIST]:
            if column == LABEL:
                yield from ((row, place) for place in (DECISION, CONDITION, COMMENT))
    if name == SIGN:
        for row in picture["roles"]:
            yield from ((int(row), SIGNATURES + place) for place in range(3))


def _differs(was, formula: list, now, written) -> tuple[str, str] | None:
    """Say what a cell was and is now if that is not the same."""
    is_formula = isinstance(written, str) and written.startswith("=")
    if formula:
        same = is_formula and _plain(written) == _plain(f"={formula[0]}")
        return None if same else (f"the formula ={formula[0]}", _shown(written))
    if is_formula and not (isinstance(was, str) and _text(was) == _text(written) == _text(now)):
        return _shown(was), f"the formula {written}"
    if isinstance(was, str):
        same = _text(was) == ("" if now is None else _text(now))
    else:
        same = isinstance(now, int | float) and math.isclose(was, now, rel_tol=1e-9, abs_tol=1e-9)
    return None if same else (_shown(was), _shown(now))


def _plain(formula: str) -> str:
    """Return what a formula has in common however a program writes it."""
    return re.sub(r"[\s$']", "", formula).upper().replace("_XLFN.", "").replace(";", ",")


def _text(cell) -> str:
    """Return the text of a cell as programs agree on it."""
    if not isinstance(cell, str):
        return f"{cell:g}" if isinstance(cell, int | float) else str(cell)
    plain = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), cell.removeprefix(_AS_TEXT))
    return " ".join(plain.split())


def _shown(cell) -> str:
    return "empty" if cell is None else show(cell if isinstance(cell, str) else float(cell))


def _words(change: tuple) -> str:
    sheet, row, column, was, now = change
    return (
        f"sheet {show(sheet)} row {row + 1} column {xl_col_to_name(column)} is protected and was "
        f"changed: was {was}, now {now}"
    )


def _opened(path: Path, *, values: bool) -> dict[str, dict]:
    """Read every cell that holds something: by sheet and (row, column), from 0."""
    import openpyxl

    with catch_warnings():
        simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(path, read_only=True, data_only=values, keep_links=False)
            found = {}
            for sheet in book.worksheets:
                sheet.reset_dimensions()
                found[sheet.title] = {
                    (cell.row - 1, cell.column - 1): _value(cell)
                    for row in sheet.iter_rows()
                    for cell in row
                    if cell.value not in (None, "")
                }
            book.close()
        except Exception as error:
            raise InputError(
                f"{path.name}: cannot be read ({type(error).__name__}); open it in a spreadsheet and "
                "save it as .xlsx"
            ) from None
    return found


def _value(cell):
    """Return what a cell holds; a text that looks like a formula and is none keeps a mark of it."""
    held = getattr(cell.value, "text", cell.value)
    if isinstance(held, str) and held.startswith("=") and cell.data_type != "f":
        return f"{_AS_TEXT}{held}"
    return held


def _pack(path: Path, values: dict) -> tuple[list[str], dict]:
    """Find the sheet that says which pack this is, and the picture of its cells."""
    hidden = next((s for s in values.values() if s.get((0, 0)) == FORMAT), None)
    if hidden is None:
        raise InputError(
            f"{path.name}: is no workbook to decide in (its hidden sheet is missing); fill in the one "
            "that pmo pack wrote"
        )
    last = max(row for row, _ in hidden)  # a fact that is not stated is no cell
    column = [str(hidden.get((row, 0), "")) for row in range(last + 1)]
    try:
        return column[:_FACTS], unpack_text("".join(column[_FACTS:]))
    except ValueError as error:
        if isinstance(error, InputError):
            raise
    except Exception as error:
        if type(error).__name__ != "error":
            raise
    raise InputError(
        f"{path.name}: its hidden sheet was changed, so it cannot be told what else was; fill in the "
        "workbook that pmo pack wrote again"
    )


def _sheets_changed(path: Path, picture: dict, values: dict) -> Iterator[str]:
    """Say which sheets are missing or new."""
    own = {name for name, cells in values.items() if cells.get((0, 0)) != FORMAT}
    missing = [name for name in picture["sheets"] if name not in own]
    added = [name for name in own if name not in picture["sheets"]]
    for name in missing:
        near = difflib.get_close_matches(name, added, n=1, cutoff=0.3) or added[:1]
        hint = f"; is {show(near[0])} that sheet? Name it {show(name)} again" if near else ""
        yield f"{path.name}: sheet {show(name)} is missing{hint}"
    if added and not missing:
        yield f"{path.name}: {listing(added)} was added; delete it"


def _rows(picture: dict, now: dict) -> tuple[dict[int, int], list[str]]:
    """Return where each project's row stands now, and which rows are gone, doubled or moved."""
    was = {row: label for row, column, label, *_ in picture["sheets"][LIST] if column == LABEL}
    stands: dict[str, list[int]] = {}
    for (row, column), label in sorted(now.items()):
        if column == LABEL:
            stands.setdefault(_text(label), []).append(row)
    keys = {row: _text(label) for row, label in was.items()}
    rows = {row: stands[key][0] for row, key in keys.items() if key in stands}
    words = [
        f"sheet {show(LIST)} row {row + 1}, project {show(was[row])}, was deleted; put it back"
        for row, key in keys.items()
        if key not in stands
    ]
    words += [
        f"sheet {show(LIST)}: project {show(key)} stands in several rows, {listing([r + 1 for r in places])}; keep one"
        for key, places in stands.items()
        if len(places) > 1
    ]
    order = [rows[row] for row in sorted(rows)]
    if order != sorted(order):
        moved = [
            f"{show(was[row])} from row {row + 1} to {place + 1}"
            for row, place in rows.items()
            if row != place
        ]
        words.append(
            f"sheet {show(LIST)}: the rows were sorted or moved: {', '.join(moved[:5])}"
            + (f" and {len(moved) - 5} more" if len(moved) > 5 else "")
            + "; put them back in their order"
        )
    elif any(row != place for row, place in rows.items()) and not words:
        words.append(f"sheet {show(LIST)}: rows were added above the projects; delete them")
    unknown = stands.keys() - set(keys.values())
    if unknown:
        words.append(f"sheet {show(LIST)}: {listing(sorted(unknown))} is no project of this pack")
    return rows, words


def _decisions(values: dict, formulas: dict, rows: dict[int, int], date: str):
    """Read what was decided on each project, and say what is no decision."""
    found, undecided, wrong = {}, [], []
    for row in rows.values():
        label = _text(values[row, LABEL])
        where = f"sheet {show(LIST)} row {row + 1}, project {show(label)}"
        places = {"decision": DECISION, "condition": CONDITION, "comment": COMMENT}
        written = {n: formulas.get((row, c)) for n, c in places.items()}
        for name, cell in written.items():
            if isinstance(cell, str) and cell.startswith("="):
                wrong.append(f"{where}: its {name} is a formula, {show(cell)}; write it as text")
                written[name] = None
        texts = {n: "" if c is None else clean(_unescaped(c)) for n, c in written.items()}
        if not texts["decision"]:
            undecided.append(label)
            continue
        word, problem = _decision(texts["decision"])
        if problem:
            wrong.append(f"{where}: {problem}")
        elif word == DECISIONS[1] and not texts["condition"]:
            wrong.append(f"{where}: is approved subject to no condition; write one beside it")
        found[label] = {**texts, "decision": word, "by": "", "date": date}
    frame = pd.DataFrame.from_dict(found, orient="index", columns=DECIDED).rename_axis("project")
    return frame.astype("str"), tuple(undecided), wrong


def _unescaped(cell) -> str:
    """Return the text that was written into a cell."""
    text = (
        cell
        if isinstance(cell, str)
        else f"{cell:g}"
        if isinstance(cell, int | float)
        else str(cell)
    )
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text.removeprefix(_AS_TEXT))


def _decision(text: str) -> tuple[str, str]:
    """Return the decision that a text states, or what is wrong with it."""
    plain = " ".join(text.casefold().split())
    if plain in DECISIONS:
        return plain, ""
    parts = [part for part in _SEVERAL.split(plain) if part in DECISIONS]
    if len(parts) > 1:
        return (
            "",
            f"{show(text)} holds {len(parts)} decisions; choose one of {', '.join(DECISIONS)}",
        )
    near = difflib.get_close_matches(plain, DECISIONS, n=1)
    hint = f"did you mean {show(near[0])}?" if near else f"choose one of {', '.join(DECISIONS)}"
    return "", f"{show(text)} is no decision; {hint}"


def _signatures(picture: dict, now: dict) -> pd.DataFrame:
    """Read what was filled in by role."""
    rows = {
        role: [
            ""
            if (cell := now.get((int(row), SIGNATURES + place))) is None
            else clean(_unescaped(cell))
            for place in range(3)
        ]
        for row, role in picture["roles"].items()
    }
    columns = ["name", "date", "signature"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("role")
