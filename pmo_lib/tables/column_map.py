"""Column maps: where the columns of a foreign spreadsheet belong, as a checked TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any

from pmo_lib.checks import InputError, listing, show
from pmo_lib.tables.dictionary import TABLES
from pmo_lib.tables.foreign import PLAIN, Format, check_format
from pmo_lib.tables.problems import known_or_near


@dataclass(frozen=True)
class Source:
    """Which sheet or file a table comes from, and how it is opened.

    Parameters
    ----------
    sheet : str
        Sheet of a workbook, or file of a folder; empty if there is only one.
    encoding, delimiter : str
        Of CSV files; empty tries what is usual.
    header_row : int
        Row of the headings; 0 takes the first that is not blank.
    """

    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    header_row: int = 0


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


_SOURCE = ("sheet", "file", "encoding", "delimiter", "header_row")
_FORMAT = ("thousands", "decimal", "multiply", "date_formats", "not_available")
_CELLS = ("column", "first_of", "join", "value", "needed", "words", *_FORMAT)
_TABLE = ("columns", "wide", "rows", "own_file", *_SOURCE)


def _checked(name: str, content: Mapping, folder: Path) -> ColumnMap:
    problems: list[str] = []
    _known_keys(content, [*TABLES, "title", "source", "values", "intake"], name, problems)
    _known_keys(content.get("source", {}), _SOURCE, f"{name} [source]", problems)
    _known_keys(content.get("values", {}), _FORMAT, f"{name} [values]", problems)
    _known_keys(content.get("intake", {}), ("heading", "measure"), f"{name} [intake]", problems)
    tables = {}
    for table in TABLES:
        if table in content and _is_table(content[table], f"{name} [{table}]", problems):
            tables[table] = _table(table, content, name, folder, problems)
    if "projects" not in tables and not problems:
        problems.append(
            f"{name}: must say where the table 'projects' comes from; add [projects.columns]"
        )
    if problems:
        raise InputError(*problems)
    intake = content.get("intake", {})
    return ColumnMap(name, tables, intake.get("heading", ""), intake.get("measure", ""))


def _table(table: str, content: Mapping, name: str, folder: Path, problems: list[str]) -> TableMap:
    where, given = f"{name} [{table}]", content[table]
    _known_keys(given, _TABLE, where, problems)
    form = _format(PLAIN, content.get("values", {}), f"{name} [values]", problems)
    columns = {
        column: _cells(spec, form, f"{where} {column}", problems)
        for column, spec in given.get("columns", {}).items()
        if _is_column(table, column, where, problems)
    }
    wide = tuple(
        _wide(table, spec, form, where, problems) for spec in given.get("wide", []) if spec
    )
    source = _source(_source(Source(), content.get("source", {})), given)
    own = given.get("own_file")
    rows = tuple(given.get("rows", ()))
    if not (columns or rows or own):
        problems.append(f"{where}: fills nothing; give columns, rows or own_file")
    return TableMap(table, source, columns, wide, rows, folder / own if own else None)


def _source(base: Source, given: Mapping) -> Source:
    changes = {key: given[key] for key in _SOURCE if key in given and key != "file"}
    if "file" in given:
        changes["sheet"] = Path(given["file"]).stem
    return replace(base, **changes)


def _wide(table: str, spec: Mapping, form: Format, where: str, problems: list[str]) -> Wide:
    where = f"{where} wide"
    _known_keys(spec, ("column", "headings", "needed", "words", *_FORMAT), where, problems)
    column = spec.get("column", "")
    if not TABLES[table].spread:
        problems.append(f"{where}: table {show(table)} cannot be filled from wide columns")
    elif _is_column(table, column, where, problems) and not spec.get("headings"):
        problems.append(f"{where}: names no headings; give each heading its {TABLES[table].spread}")
    rest = {key: value for key, value in spec.items() if key not in ("column", "headings")}
    headings = {str(k): str(v) for k, v in spec.get("headings", {}).items()}
    return Wide(column, headings, _cells(rest | {"value": ""}, form, where, problems))


def _cells(spec: Any, form: Format, where: str, problems: list[str]) -> Cells:
    if isinstance(spec, str):
        return Cells(first_of=(spec,), form=form)
    if not _is_table(spec, where, problems):
        return Cells()
    _known_keys(spec, _CELLS, where, problems)
    ways = [key for key in ("column", "first_of", "join", "value") if key in spec]
    if len(ways) != 1:
        problems.append(
            f"{where}: must have one of column, first_of, join and value, got {listing(ways) or 'none'}"
        )
    first = (spec["column"],) if "column" in spec else tuple(spec.get("first_of", ()))
    return Cells(
        first_of=first,
        join=tuple(spec.get("join", ())),
        value=spec.get("value"),
        needed=bool(spec.get("needed", False)),
        words={clean_key(k): str(v) for k, v in spec.get("words", {}).items()},
        form=_format(form, spec, where, problems),
    )


def clean_key(word: str) -> str:
    """Return the form in which a foreign word is looked up."""
    return " ".join(str(word).casefold().split())


def _format(base: Format, given: Mapping, where: str, problems: list[str]) -> Format:
    changes = {key: given[key] for key in _FORMAT if key in given}
    for key in ("date_formats", "not_available"):
        if isinstance(changes.get(key), str):
            changes[key] = [changes[key]]
        if key in changes:
            changes[key] = tuple(changes[key])
    if "not_available" in changes:
        changes["not_available"] = (*base.not_available, *changes["not_available"])
    if not isinstance(changes.get("multiply", 1), int | float):
        problems.append(f"{where}: multiply must be a number, got {show(changes.pop('multiply'))}")
    form = replace(base, **changes)
    try:
        check_format(form, name=where)
    except InputError as error:
        problems.extend(error.problems)
        return base
    return form


def _is_table(value: Any, where: str, problems: list[str]) -> bool:
    if not isinstance(value, Mapping):
        problems.append(f"{where}: must be a table of keys, got {show(value)}")
    return isinstance(value, Mapping)


def _is_column(table: str, column: str, where: str, problems: list[str]) -> bool:
    known = TABLES[table].headings
    if column not in known:
        problems.append(
            f"{where}: {show(column)} is not a column of {table}; {known_or_near(column, known)}"
        )
    return column in known


def _known_keys(given: Any, known, where: str, problems: list[str]) -> None:
    if _is_table(given, where, problems):
        for key in given:
            if key not in known:
                problems.append(
                    f"{where}: {show(key)} is not a known key; {known_or_near(key, known)}"
                )
