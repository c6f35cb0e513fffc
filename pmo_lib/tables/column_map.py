"""Column maps: where the columns of a foreign spreadsheet belong, as a checked TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from pmo_lib.checks import InputError, listing, show
from pmo_lib.tables.dictionary import TABLES
from pmo_lib.tables.foreign import PLAIN, Format, check_format
from pmo_lib.tables.problems import known_or_near
from pmo_lib.tables.sources import USUAL, Source


@dataclass(frozen=True)
class Cells:
    """Where the cells of one of our columns come from.

    Parameters
    ----------
    first_of : tuple of str
        Headings; the first that holds a value counts.
    join : tuple of str
        Headings whose texts are joined, with a comma and a blank.
    value : str, float, bool or None
        The same for every row.
    needed : bool
        Whether a project without it is set aside.
    words : mapping of str to str
        Their words to ours.
    form : Format
        How texts are read.
    """

    first_of: tuple[str, ...] = ()
    join: tuple[str, ...] = ()
    value: Any = None
    needed: bool = False
    words: Mapping[str, str] = field(default_factory=dict)
    form: Format = PLAIN

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading it names."""
        return self.first_of + self.join


@dataclass(frozen=True)
class Wide:
    """A group of headings that each give a row: years, criteria or objectives side by side."""

    column: str
    headings: Mapping[str, str]
    cells: Cells


@dataclass(frozen=True)
class TableMap:
    """How one of our tables is filled: from columns, from wide columns, or with rows of ours."""

    name: str
    source: Source
    columns: Mapping[str, Cells]
    wide: tuple[Wide, ...] = ()
    rows: tuple[Mapping[str, Any], ...] = ()
    file: Path | None = None


@dataclass(frozen=True)
class ColumnMap:
    """A column map: the tables it fills, and the heading and measure of an intake demonstration."""

    name: str
    tables: Mapping[str, TableMap]
    heading: str = ""
    measure: str = ""


def ready_made_maps() -> dict[str, Path]:
    """Return the column maps that come with the package, by name.

    >>> list(ready_made_maps())
    ['gmpp']
    """
    folder = Path(str(resources.files("pmo_lib.tables") / "maps"))
    return {file.stem: file for file in sorted(folder.glob("*.toml"))}


def read_column_map(column_map: str | Path | Mapping) -> ColumnMap:
    """Read and check a column map.

    Parameters
    ----------
    column_map : str, Path or mapping
        Path of a TOML file, name of a ready-made map, or the content itself.

    Returns
    -------
    ColumnMap
        With defaults filled in.

    Raises
    ------
    InputError
        Naming every key, table or column that is not known, with the nearest one.
    """
    if isinstance(column_map, Mapping):
        return _checked("column map", column_map, Path())
    path = Path(column_map)
    if not path.is_file():
        path = ready_made_maps().get(str(column_map), path)
    if not path.is_file():
        raise InputError(
            f"column map {show(str(column_map))}: there is no such file; ready-made maps are "
            f"{listing(ready_made_maps())}"
        )
    try:
        content = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeError) as error:
        raise InputError(f"{path.name}: is not a TOML file ({error}); correct that line") from None
    return _checked(path.name, content, path.parent)


_TEXTS, _TABLES_LIST = "texts", "tables"
_SOURCE = {"sheet": str, "file": str, "encoding": str, "delimiter": str, "header_row": int}
_FORMAT = {
    "thousands": str,
    "decimal": str,
    "multiply": float,
    "date_formats": _TEXTS,
    "not_available": _TEXTS,
}
_VALUE = {"value": object, "needed": bool, "words": Mapping}
_CELLS = {"column": str, "first_of": _TEXTS, "join": _TEXTS} | _VALUE | _FORMAT
_WIDE = {"column": str, "headings": Mapping, "needed": bool, "words": Mapping} | _FORMAT
_TABLE = {"columns": Mapping, "wide": _TABLES_LIST, "rows": _TABLES_LIST, "own_file": str} | _SOURCE
_INTAKE = {"heading": str, "measure": str}
_MAP = {"title": str, "source": Mapping, "values": Mapping, "intake": Mapping}
"""The keys of each part of a map, and what they hold."""

_HOLDS = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    Mapping: "a table of keys",
    _TEXTS: "a list of texts",
    _TABLES_LIST: "a list of tables",
}


def _checked(name: str, content: Mapping, folder: Path) -> ColumnMap:
    problems: list[str] = []
    content = _fitting(content, _MAP | dict.fromkeys(TABLES, Mapping), name, problems)
    source = _source(USUAL, content.get("source", {}), f"{name} [source]", problems, own=True)
    form = _format(PLAIN, content.get("values", {}), f"{name} [values]", problems, own=True)
    intake = _fitting(content.get("intake", {}), _INTAKE, f"{name} [intake]", problems)
    tables = {
        table: _table(table, content[table], source, form, f"{name} [{table}]", folder, problems)
        for table in TABLES
        if table in content
    }
    if "projects" not in tables and not problems:
        problems.append(
            f"{name}: must say where the table 'projects' comes from; add [projects.columns]"
        )
    if problems:
        raise InputError(*problems)
    return ColumnMap(name, tables, intake.get("heading", ""), intake.get("measure", ""))


def _table(
    table: str,
    given: Mapping,
    source: Source,
    form: Format,
    where: str,
    folder: Path,
    problems: list[str],
) -> TableMap:
    given = _fitting(given, _TABLE, where, problems)
    columns = {
        column: _cells(spec, form, f"{where} {column}", problems)
        for column, spec in given.get("columns", {}).items()
        if _is_column(table, column, where, problems)
    }
    wide = tuple(
        _wide(table, spec, form, f"{where} wide", problems) for spec in given.get("wide", [])
    )
    rows, own = tuple(given.get("rows", ())), given.get("own_file")
    if not (columns or rows or own):
        problems.append(f"{where}: fills nothing; give columns, rows or own_file")
    source = _source(source, given, where, problems)
    return TableMap(table, source, columns, wide, rows, folder / own if own else None)


def _source(
    base: Source, given: Mapping, where: str, problems: list[str], *, own: bool = False
) -> Source:
    given = _fitting(given, _SOURCE, where, problems) if own else given
    changes = {key: given[key] for key in _SOURCE if key in given and key != "file"}
    if "file" in given:
        changes["sheet"] = Path(given["file"]).stem
    source = replace(base, **changes)
    if len(source.delimiter) > 1 or source.delimiter in ('"', "\n", "\r"):
        problems.append(f"{where}: delimiter must be one mark, got {show(source.delimiter)}")
    return source


def _wide(table: str, spec: Mapping, form: Format, where: str, problems: list[str]) -> Wide:
    spec = _fitting(spec, _WIDE, where, problems)
    column = spec.pop("column", "")
    headings = {str(key): str(value) for key, value in spec.pop("headings", {}).items()}
    if not TABLES[table].spread:
        problems.append(f"{where}: table {show(table)} cannot be filled from wide columns")
    elif _is_column(table, column, where, problems) and not headings:
        problems.append(f"{where}: names no headings; give each heading its {TABLES[table].spread}")
    return Wide(column, headings, _cells(spec | {"value": ""}, form, where, problems))


def _cells(spec: Any, form: Format, where: str, problems: list[str]) -> Cells:
    if isinstance(spec, str):
        return Cells(first_of=(spec,), form=form)
    spec = _fitting(spec, _CELLS, where, problems)
    ways = [key for key in ("column", "first_of", "join", "value") if key in spec]
    if len(ways) != 1:
        found = listing(ways) or "none"
        problems.append(f"{where}: must have one of column, first_of, join and value, got {found}")
    return Cells(
        first_of=(spec["column"],) if "column" in spec else tuple(spec.get("first_of", ())),
        join=tuple(spec.get("join", ())),
        value=spec.get("value"),
        needed=spec.get("needed", False),
        words={clean_key(theirs): str(ours) for theirs, ours in spec.get("words", {}).items()},
        form=_format(form, spec, where, problems),
    )


def clean_key(word: str) -> str:
    """Return the form in which a foreign word is looked up."""
    return " ".join(str(word).casefold().split())


def _format(
    base: Format, given: Mapping, where: str, problems: list[str], *, own: bool = False
) -> Format:
    given = _fitting(given, _FORMAT, where, problems) if own else given
    changes = {key: given[key] for key in _FORMAT if key in given}
    for key in ("date_formats", "not_available"):
        changes[key] = (*getattr(base, key), *changes.get(key, ()))
    form = replace(base, **changes)
    try:
        check_format(form, name=where)
    except InputError as error:
        problems.extend(error.problems)
        return base
    return form


def _is_column(table: str, column: str, where: str, problems: list[str]) -> bool:
    known = TABLES[table].headings
    if column not in known:
        remedy = known_or_near(column, known)
        problems.append(f"{where}: {show(column)} is not a column of {table}; {remedy}")
    return column in known


def _fitting(given: Any, known: Mapping[str, Any], where: str, problems: list[str]) -> dict:
    """Return the entries whose key is known and that hold what they should; report the others."""
    if not isinstance(given, Mapping):
        problems.append(f"{where}: must be a table of keys, got {show(given)}")
        return {}
    for key, value in given.items():
        if key not in known:
            problems.append(f"{where}: {show(key)} is not a known key; {known_or_near(key, known)}")
        elif not _holds(value, known[key]):
            problems.append(
                f"{where}: {key} must be {_HOLDS.get(known[key], 'a value')}, got {show(value)}"
            )
    return {k: value for k, value in given.items() if k in known and _holds(value, known[k])}


def _holds(value: Any, kind: Any) -> bool:
    if kind in (_TEXTS, _TABLES_LIST):
        inner = str if kind == _TEXTS else Mapping
        return isinstance(value, list | tuple) and all(isinstance(part, inner) for part in value)
    if kind is object:
        return isinstance(value, str | int | float | date)
    if kind is bool or isinstance(value, bool):
        return kind is bool and isinstance(value, bool)
    return isinstance(value, int | float if kind is float else kind)
