"""Reading a foreign spreadsheet through a column map; what cannot be used is set aside by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from pmo_lib.checks import InputError, listing, show
from pmo_lib.tables.cells import Fault, as_text, reader
from pmo_lib.tables.column_map import Cells, ColumnMap, TableMap, clean_key, read_column_map
from pmo_lib.tables.dictionary import TABLES, Column
from pmo_lib.tables.foreign import Missing, availability, foreign_date, foreign_number
from pmo_lib.tables.intake import intake_of
from pmo_lib.tables.portfolio import Portfolio
from pmo_lib.tables.problems import Findings, TableError, did_you_mean, place
from pmo_lib.tables.reading import assemble
from pmo_lib.tables.rows import Rows, complete, rows_of
from pmo_lib.tables.sources import WORKBOOKS, RawTable, Source, raw_tables
from pmo_lib.tables.texts import clean, fold, unprotect

_PART = 2.0**-16
"""What parts the rows that one wide row gives: they share its number, rounded down."""


def read_mapped(path: Path, column_map: str | Path | Mapping, findings: Findings) -> Portfolio:
    """Read a foreign file through a column map.

    Parameters
    ----------
    path : Path
        A .csv, a folder of .csv, or an .xlsx.
    column_map : str, Path or mapping
        See `column_map.read_column_map`.
    findings : Findings
        Gathers problems and notes.

    Returns
    -------
    Portfolio
        Every project row of the source is either in ``projects`` or in ``set_aside``.

    Raises
    ------
    InputError
        If the map or the file cannot be used; a `TableError` names every cell.
    """
    column_map = read_column_map(column_map)
    sources, rows, unusable, doubtful = {}, {}, {}, []
    for table in column_map.tables.values():
        if table.columns:
            raw = _source_table(path, table.source, sources, findings)
            if _names_known_headings(table, raw, column_map.name, findings):
                reading = _Reading(table, raw, findings)
                rows[table.name] = _mapped(reading, unusable, doubtful)
        else:
            rows[table.name] = _own_rows(table, column_map.name, findings)
    findings.raise_if_any()
    for project, (row, fault) in doubtful:
        if project not in unusable:
            findings.cell(*row, expected=fault.expected, remedy=fault.remedy, fault=fault.fault)
    findings.raise_if_any()
    rows = _without(
        rows, _set_aside(rows["projects"], unusable, column_map, findings), unusable, findings
    )
    intake = intake_of(rows, column_map.heading, column_map.measure)
    return assemble(rows, findings, source=path.name, intake=intake)


def read_mapped_tables(
    path: str | Path, column_map: str | Path | Mapping, names: Sequence[str]
) -> tuple[dict[str, pd.DataFrame], tuple[str, ...]]:
    """Read some tables of a foreign file through a column map, without judging the rest.

    Parameters
    ----------
    path, column_map
        As in `read_mapped`.
    names : sequence of str
        Tables that the map must fill from the file.

    Returns
    -------
    tuple of dict of str to DataFrame, and tuple of str
        The columns that the map fills, empty cells missing; and a sentence for each cell
        at fault, which is missing too.

    Raises
    ------
    InputError
        If the map does not fill one of the tables from the file, or the file cannot be used.
    """
    column_map, findings, sources = read_column_map(column_map), Findings(), {}
    found: dict[str, pd.DataFrame] = {}
    for name in names:
        table = column_map.tables.get(name)
        if table is None or not table.columns:
            raise InputError(
                f"{column_map.name}: does not say where the table '{name}' comes from; "
                f"add [{name}.columns]"
            )
        raw = _source_table(Path(path), table.source, sources, findings)
        if _names_known_headings(table, raw, column_map.name, findings):
            doubtful: list = []
            rows = _mapped(_Reading(table, raw, findings), {}, doubtful)
            for _, (row, fault) in doubtful:
                findings.cell(*row, expected=fault.expected, remedy=fault.remedy, fault=fault.fault)
            found[name] = rows.frame[list(table.columns)].reset_index(drop=True)
    if len(found) < len(names):
        findings.raise_if_any()
    return found, TableError(findings.problems).problems if findings.problems else ()


def _source_table(path: Path, source: Source, known: dict, findings: Findings) -> RawTable:
    """Open the sheet or file a table comes from, once."""
    if source not in known:
        name = fold(source.sheet)
        if not name and path.is_dir():
            raise InputError(
                f"{path}: is a folder; say in the map which file, as [source] file = 'a.csv'"
            )
        if not name and path.suffix.lower() in WORKBOOKS:
            name = _only_sheet(path)
        whole = path.suffix.lower() not in WORKBOOKS and not path.is_dir()
        tables = raw_tables(path, findings, wanted=None if whole else [name], source=source)
        table = next(iter(tables.values())) if whole else tables.get(name)
        if table is None or not table.headings:
            near = did_you_mean(name, tables)
            raise InputError(
                f"{path.name}: has no table {show(source.sheet or name)} with headings; "
                + (near or f"found {listing(tables)}")
            )
        known[source] = table
    return known[source]


def _only_sheet(path: Path) -> str:
    from pmo_lib.tables.workbooks import sheet_names

    names = sheet_names(path)
    if len(names) != 1:
        raise InputError(
            f"{path.name}: has {len(names)} sheets ({listing(names)}); say in the map which, "
            "as [source] sheet = 'Projects'"
        )
    return fold(names[0])


def _names_known_headings(table: TableMap, raw: RawTable, name: str, findings: Findings) -> bool:
    found = {fold(heading) for heading in raw.headings}
    named = [heading for cells in table.columns.values() for heading in cells.headings]
    named += [heading for wide in table.wide for heading in wide.headings]
    absent = [heading for heading in dict.fromkeys(named) if fold(heading) not in found]
    for heading in absent:
        near = (
            did_you_mean(heading, raw.headings)
            or f"its headings are {listing(raw.headings, most=30)}"
        )
        findings.fault(
            f"the column map names the column '{heading}', which is not there",
            sheet=raw.sheet,
            column=heading,
            found="no such heading",
            expected=f"a heading named in {name} [{table.name}]",
            remedy=f"correct the map; {near}",
        )
    return not absent


def _own_rows(table: TableMap, name: str, findings: Findings) -> Rows:
    """Take rows that the map itself holds, or a file of ours beside it."""
    if table.file:
        raw = next(iter(raw_tables(table.file, findings).values()))
        return rows_of(TABLES[table.name], raw, findings)
    headings = list(dict.fromkeys(key for row in table.rows for key in row))
    cells = [[row.get(heading) for heading in headings] for row in table.rows]
    raw = RawTable(f"{name} [{table.name}]", headings, cells, list(range(1, len(cells) + 1)))
    return rows_of(TABLES[table.name], raw, findings)


def _mapped(reading: _Reading, unusable: dict, doubtful: list) -> Rows:
    """Read one table.

    `unusable` gains the reasons by project; `doubtful` gains the cells that cannot be read,
    which matter only if their project is used.
    """
    table, raw, records, labels = reading.table, reading.raw, [], []
    for number, cells in zip(raw.numbers, raw.rows, strict=True):
        base = {n: reading.cell(number, cells, n, spec) for n, spec in table.columns.items()}
        for part, extra in enumerate(reading.spread(number, cells) if table.wide else [{}]):
            records.append(base | extra)
            labels.append(number + part * _PART)
        project = base.get("project")
        if reading.reasons:
            unusable.setdefault(project, []).extend(reading.reasons)
        doubtful.extend((project, fault) for fault in reading.faults)
        reading.reasons, reading.faults = [], []
    reading.note_missing()
    headings = TABLES[table.name].headings
    frame = pd.DataFrame(records, index=pd.Index(labels), columns=headings, dtype=object)
    shown = {name: spec.headings[0] for name, spec in table.columns.items() if spec.headings}
    return complete(Rows(table.name, raw.sheet, frame, shown), reading.findings)


class _Reading:
    """Reads the cells of one mapped table and remembers what was missing.

    Parameters
    ----------
    table : TableMap
        Where each column comes from.
    raw : RawTable
        The foreign cells.
    findings : Findings
        Receives the notes.
    """

    def __init__(self, table: TableMap, raw: RawTable, findings: Findings) -> None:
        self.table, self.raw, self.findings = table, raw, findings
        self.position = {fold(heading): j for j, heading in enumerate(raw.headings) if heading}
        self.reasons: list[str] = []
        self.faults: list[tuple] = []
        self.missing: Counter = Counter()

    def cell(self, number: int, cells: list, name: str, spec: Cells) -> Any:
        """Read one of our cells from a foreign row."""
        column = TABLES[self.table.name].column(name)
        if spec.value is not None:
            return self._checked(number, name, spec.value, column, Cells())
        if spec.join:
            parts = [cells[self.position[fold(heading)]] for heading in spec.join]
            text = ", ".join(as_text(part) for part in parts if not availability(part, spec.form))
            return self._checked(number, spec.join[0], text, column, spec)
        missing = []
        for heading in spec.first_of:
            found = cells[self.position[fold(heading)]]
            absent = availability(found, spec.form)
            if absent is None:
                return self._checked(number, heading, found, column, spec)
            missing.append((heading, absent))
        return self._absent(missing, spec)

    def spread(self, number: int, cells: list) -> list[dict]:
        """Read the wide columns of a foreign row: one record a period, criterion or objective."""
        records: dict[str, dict] = {}
        for wide in self.table.wide:
            column = TABLES[self.table.name].column(wide.column)
            for heading, key in wide.headings.items():
                found = cells[self.position[fold(heading)]]
                absent = availability(found, wide.cells.form)
                if absent is None:
                    value = self._checked(number, heading, found, column, wide.cells)
                else:
                    value = self._absent([(heading, absent)], wide.cells)
                if value is not None:
                    records.setdefault(key, {TABLES[self.table.name].spread: key})[wide.column] = (
                        value
                    )
        return list(records.values())

    def note_missing(self) -> None:
        """Note how often a text stood in place of a value that is not needed."""
        for heading in dict.fromkeys(heading for heading, _ in self.missing):
            texts = Counter({text: n for (h, text), n in self.missing.items() if h == heading})
            self.findings.note(
                f"{place(self.raw.sheet)}: column '{heading}' is not available in {texts.total()} rows: "
                f"{listing([text for text, _ in texts.most_common()], most=2)}"
            )

    def _absent(self, missing: list[tuple[str, Missing]], spec: Cells) -> None:
        heading, absent = next((pair for pair in missing if pair[1].text), missing[0])
        if spec.needed:
            self.reasons.append(f"{heading}: {absent.text or 'empty'}")
        elif absent.text:
            self.missing[heading, absent.text] += 1

    def _checked(self, number: int, heading: str, found: Any, column: Column, spec: Cells) -> Any:
        value = self._value(found, column, spec)
        if isinstance(value, float) and not column.low <= value <= column.high and spec.needed:
            value = Fault(column.range, "correct it")
        if not isinstance(value, Fault):
            return value
        if spec.needed:
            self.reasons.append(f"{heading}: {show(found)} is not {value.expected}")
        else:
            self.faults.append(((self.raw.sheet, number, heading, found), value))
        return None

    def _value(self, found: Any, column: Column, spec: Cells) -> Any:
        if isinstance(found, str):
            found = unprotect(found) if self.raw.protected else found
            found = spec.words.get(clean_key(clean(found)), found)
        if column.kind == "number":
            return foreign_number(found, spec.form)
        if column.kind in ("date", "period"):
            return foreign_date(found, spec.form)
        if column.kind == "rating":
            number = foreign_number(found, spec.form)
            return number if not isinstance(number, Fault) else reader(column)(found)
        return reader(column)(found)


def _set_aside(projects: Rows, unusable: dict, column_map: ColumnMap, findings: Findings) -> Rows:
    """Name the project rows that cannot be used; committed ones may not be among them."""
    frame = projects.frame[projects.frame["project"].isin(list(unusable))]
    reasons = frame["project"].map(lambda project: "; ".join(dict.fromkeys(unusable[project])))
    if not column_map.heading:
        committed = (frame["status"] == "running") | frame["mandatory"]
        for row in frame.index[committed]:
            findings.fault(
                f"running or mandatory project {show(frame.at[row, 'project'])} cannot be set aside, "
                f"its money would look free ({reasons[row]})",
                sheet=projects.sheet,
                row=row,
                column=projects.shown("project"),
                found=reasons[row],
                expected="what it costs",
                remedy="enter the amount, or a placeholder and who stands behind it",
            )
    aside = pd.DataFrame({"project": frame["project"], "name": frame["name"], "reason": reasons})
    return complete(
        Rows("set_aside", projects.sheet, aside.astype(object), projects.headings), findings
    )


def _without(
    rows: dict[str, Rows], aside: Rows, unusable: Mapping, findings: Findings
) -> dict[str, Rows]:
    """Take the set-aside projects out of every table."""
    gone = list(unusable)
    kept = {}
    for name, table in rows.items():
        frame = table.frame
        for column in ("project", "other"):
            if column in frame:
                frame = frame[~frame[column].isin(gone)]
        kept[name] = Rows(name, table.sheet, frame, table.headings)
    if len(aside.frame):
        findings.note(
            f"{place(aside.sheet)}: {len(rows['projects'].frame)} project rows read, "
            f"{len(kept['projects'].frame)} used, {len(aside.frame)} set aside"
        )
    return kept | {"set_aside": aside}
