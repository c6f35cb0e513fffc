"""The hidden sheet of a workbook to decide in: which pack it is, and what stood in each cell."""

from __future__ import annotations

import base64
import json
import zlib

from pmo_lib.approval.mark import inputs_mark
from pmo_lib.export import asks
from pmo_lib.export.page import Book, Formula

NAME = "pack"

FORMAT = "pmo pack 1"
"""What the sheet says it is."""

_PIECE = 30_000


def write(book: Book) -> None:
    """Write the mark of the pack and a picture of all protected cells, in pieces that fit cells."""
    sheet = book.workbook.add_worksheet(NAME)
    sheet.very_hidden()
    sheet.protect("")
    text = pack_text(picture(book))
    pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]
    made = book.recommendation
    inputs = inputs_mark(made.portfolio, made.settings)
    names = "names" if book.dossier.names else "no names"
    facts = [FORMAT, book.dossier.seal, inputs, made.settings.meeting_date, names]
    for row, words in enumerate([*facts, *pieces]):
        sheet.write_string(row, 0, words[:_PIECE])


def picture(book: Book) -> dict:
    """Return what was asked, and what stands in each protected cell.

    Cells stand by sheet: row, column, value and, where there is one, formula.
    """
    sheets = {
        name: [[*place, *_told(cells[place])] for place in sorted(cells)]
        for name, cells in book.cells.items()
    }
    asked = book.dossier.changes.astype(object)
    return {
        "sheets": sheets,
        "roles": book.places.get(("roles", ""), {}),
        "changes": asked.where(asked.notna(), None).to_dict("index"),
        "asked": asks.asks(book.dossier),
    }


def _told(cell) -> tuple:
    """Return the value of a cell, and its formula if it has one."""
    if isinstance(cell, Formula):
        value = cell.value if isinstance(cell.value, str) else float(cell.value)
        return value, cell.text
    return (cell,)


def pack_text(found: dict) -> str:
    """Write a picture as text of letters that no program changes."""
    content = json.dumps(found, separators=(",", ":")).encode()
    return base64.b64encode(zlib.compress(content, 6)).decode("ascii")


def unpack_text(text: str) -> dict:
    """Undo `pack_text`.

    >>> unpack_text(pack_text({"sheets": {}, "roles": {"4": "chair"}}))["roles"]
    {'4': 'chair'}
    """
    return json.loads(zlib.decompress(base64.b64decode(text, validate=True)))
