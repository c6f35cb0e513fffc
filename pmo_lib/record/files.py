"""Take a record elsewhere as JSON or a workbook, and replay it from there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from pmo_lib.checks import InputError, listing
from pmo_lib.record.entries import read, replay
from pmo_lib.record.meeting import ballots
from pmo_lib.record.rules import Entry
from pmo_lib.record.store import Record
from pmo_lib.tables.problems import Findings
from pmo_lib.tables.workbooks import workbook_records
from pmo_lib.tables.writing import replacing

FORMAT = "pmo record 1"
"""What an exported file says it is."""

_CELL = 30_000
_SHOWN = ["number", "at", "author", "kind", "round", "subject", "reason"]


def export_record(record: Record, path: str | Path, *, reader: str | None = None) -> Path:
    """Write all entries to a file; `import_record` makes the same record of it.

    Ballots of rounds that are not revealed are left empty unless they are the reader's
    own; such a file says so and cannot be imported.

    Parameters
    ----------
    record : Record
        From `open_record`.
    path : path
        Ends in .json or .xlsx.
    reader : str, optional
        Who may see the own hidden ballots in it.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    InputError
        If the path ends otherwise or cannot be written.
    """
    path = Path(path)
    state, entries = read(record, reader=reader)
    if path.suffix.lower() == ".json":
        document = {"format": FORMAT, "entries": [asdict(entry) for entry in entries]}
        with replacing(path) as file:
            file.write_text(json.dumps(document, indent=1), encoding="utf-8")
    elif path.suffix.lower() == ".xlsx":
        frames = [ballots(record, round, reader=reader) for round in state.rounds]
        table = pd.concat(frames).astype(object) if frames else pd.DataFrame()
        with replacing(path) as file:
            _write_book(entries, table.where(table.notna(), ""), file)
    else:
        raise InputError(f"{path.name}: must end in .json or .xlsx")
    return path


def import_record(record: Record, path: str | Path) -> int:
    """Replay an exported file into a new record, by the same rules, with the original times.

    Returns
    -------
    int
        How many entries.

    Raises
    ------
    InputError
        If the file is not an export, was edited so that an entry breaks a rule, lacks
        ballots that were hidden, or the record is not empty; nothing is added then.
    """
    path = Path(path)
    try:
        known = {".json": _from_json, ".xlsx": _from_book}[path.suffix.lower()](path)
        entries = [_as_entry(fields) for fields in known]
    except KeyError:
        raise InputError(f"{path.name}: must end in .json or .xlsx") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check its name") from None
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path.name}: is not an exported record; export it again") from None
    hidden = dict.fromkeys(e.round for e in entries if e.detail.get("hidden"))
    if hidden:
        raise InputError(
            f"{path.name}: lacks the hidden ballots of round {listing(hidden)}; "
            "export again when the chair has revealed it"
        )
    return replay(record, entries)


def _as_entry(fields: dict) -> Entry:
    entry = Entry(**fields)
    kinds = {name: type(value) for name, value in asdict(Entry("", "")).items()}
    if any(type(getattr(entry, name)) is not kind for name, kind in kinds.items()):
        raise TypeError
    return entry


def _from_json(path: Path) -> list[dict]:
    document = json.loads(path.read_text("utf-8"), parse_constant=_refuse)
    if document.get("format") != FORMAT:
        raise ValueError
    return document["entries"]


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _from_book(path: Path) -> Iterator[dict]:
    records = dict.fromkeys(["entries"])
    for name, _, rows in workbook_records(path, Findings(), {"entries"}):
        if rows is not None:
            records[name] = [cells for _, cells in rows]
    for cells in (records["entries"] or [])[1:]:
        text = "".join(str(cell) for cell in cells[len(_SHOWN) :] if cell is not None)
        yield json.loads(text, parse_constant=_refuse)


def _write_book(entries: list[Entry], table: pd.DataFrame, file: Path) -> None:
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(file), options) as book:
        sheet = book.add_worksheet("entries")
        sheet.write_row(0, 0, [*_SHOWN, "entry (do not edit: this is what is imported)"])
        for row, entry in enumerate(entries, 1):
            fields = asdict(entry)
            text = json.dumps(fields).replace("x", r"\u0078")  # _x0041_ means A in a workbook
            shown = [str(fields[name])[:_CELL] for name in _SHOWN]
            parts = [text[at : at + _CELL] for at in range(0, len(text), _CELL)]
            for column, cell in enumerate([*shown, *parts]):
                sheet.write_string(row, column, cell)
        sheet.protect()
        sheet.freeze_panes(1, 1)
        sheet = book.add_worksheet("ballots")
        sheet.write_row(0, 0, table.columns)
        for row, cells in enumerate(table.itertuples(index=False, name=None), 1):
            sheet.write_row(row, 0, cells)
