"""The mark of a pack: a hash of the tables, the settings and the list."""

from __future__ import annotations

import csv
import dataclasses
import functools
import hashlib
import io
import json
from collections.abc import Mapping
from types import MappingProxyType

from pmo_lib.tables.dictionary import TABLES
from pmo_lib.tables.portfolio import Portfolio
from pmo_lib.tables.writing import csv_text, file_frame
from pmo_lib.workbench import Recommendation, Settings


@functools.lru_cache(maxsize=1)
def table_texts(portfolio: Portfolio) -> Mapping[str, str]:
    """Return every table that has rows as CSV text, by name; reading them again loses nothing.

    Asked for by the mark, the workbook and the seal of one pack; a portfolio is never changed.
    """
    frames = {name: getattr(portfolio, name) for name in TABLES}
    texts = {
        name: csv_text(name, file_frame(name, frame))
        for name, frame in frames.items()
        if len(frame) or name == "projects"
    }
    return MappingProxyType(texts)


def inputs_mark(portfolio: Portfolio, settings: Settings) -> str:
    """Return 64 hexadecimal letters that other tables or settings would not have.

    Empty columns and settings left at their default do not count, so that a version of
    this library that knows more of them gives the same mark.
    """
    return _digest({**_filled_texts(portfolio), "settings": _stated(settings)})


@functools.lru_cache(maxsize=1)
def _filled_texts(portfolio: Portfolio) -> Mapping[str, str]:
    texts = {name: _filled(text) for name, text in table_texts(portfolio).items()}
    return MappingProxyType(texts)


def _filled(text: str) -> str:
    """Return the columns of a CSV text that hold anything."""
    columns = zip(*csv.reader(io.StringIO(text, newline="")), strict=True)
    return json.dumps([column for column in columns if any(column[1:])])


def _stated(settings: Settings) -> str:
    """Write the settings that are not at their default."""
    default = dataclasses.asdict(Settings())
    stated = {k: v for k, v in dataclasses.asdict(settings).items() if v != default[k]}
    return json.dumps(stated, sort_keys=True, ensure_ascii=True)


def mark_of(recommendation: Recommendation) -> str:
    """Return 64 hexadecimal letters that other tables, settings or another list would not have.

    Numbers that follow from these are left out, so that the mark is the same on every
    machine and with every version of the library's dependencies.
    """
    made = recommendation
    taken = made.choice.option[made.choice.selected].fillna("").astype(str)
    chosen = "\n".join(f"{project}\t{option}" for project, option in sorted(taken.items()))
    return _digest({"inputs": inputs_mark(made.portfolio, made.settings), "list": chosen})


def _digest(texts: dict[str, str]) -> str:
    """Hash texts with their names and lengths, so that none can run into the next."""
    digest = hashlib.sha256()
    for name, text in texts.items():
        content = text.encode("utf-8", "surrogatepass")
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()
