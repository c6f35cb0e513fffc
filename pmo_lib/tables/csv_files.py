"""CSV files as they come: any usual encoding, separator and quotation."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from pmo_lib.checks import InputError
from pmo_lib.tables.problems import Findings, place

MOST_BYTES = 200_000_000
"""Largest CSV file that is read. [bytes]"""

_HINT = re.compile(r"sep=([,;\t|:])\r?\n")
"""A first line that some spreadsheets write and hide."""

_MARKS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]


def csv_records(
    path: Path, findings: Findings, *, encoding: str = "", delimiter: str = ""
) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number, cells) of a CSV file; the number is the row a spreadsheet shows."""
    if path.stat().st_size > MOST_BYTES:
        raise InputError(
            f"{path.name}: is larger than {MOST_BYTES // 1_000_000} MB; split it or leave out "
            "what is not needed"
        )
    text = decode(path, findings, encoding=encoding)
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise InputError(
            f"{path.name} line {line}: holds a NUL character, so it is not a text file; "
            "save it again as CSV (UTF-8)"
        )
    if hint := _HINT.match(text):
        text, delimiter = text[hint.end() :], delimiter or hint[1]
    return _split(path.name, text, delimiter or sniff(text))


def decode(path: Path, findings: Findings, *, encoding: str = "") -> str:
    """Return the text of a file: as the map says, by its mark, as UTF-8, else as cp1252 (noted)."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be opened ({error.strerror}); check its rights") from None
    known = encoding or next((name for mark, name in _MARKS if data.startswith(mark)), "")
    for name in [known] if known else ["utf-8", "cp1252"]:
        try:
            text = data.decode(name)
        except (UnicodeError, LookupError):
            continue
        if name == "cp1252":
            findings.note(f"{path.name}: is not UTF-8; it was read as Windows text (cp1252)")
        return text
    raise InputError(f"{path.name}: is not {known or 'UTF-8'} text; save it again as CSV (UTF-8)")


def sniff(text: str) -> str:
    r"""Return the separator that splits the heading into most columns; a comma on a draw.

    >>> sniff("project;name;cost, total\na;b;3")
    ';'
    """
    heading = next((line for line in text.split("\n", 20) if line.strip()), "")
    return max(",;\t|", key=lambda mark: len(next(csv.reader([heading], delimiter=mark), [])))


def _split(name: str, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError(
                f"{place(name, number)}: cannot be split into cells ({error}); look for a "
                "quotation mark that is not closed, and write one inside a text twice"
            ) from None
