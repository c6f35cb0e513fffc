"""The rules of one table, held by pandera: filled cells, ranges, words and keys."""

from __future__ import annotations

from math import inf

import pandas as pd

from pmo_lib.checks import show
from pmo_lib.tables.dictionary import TABLES, Column, Table
from pmo_lib.tables.problems import Findings, did_you_mean
from pmo_lib.tables.rows import Rows

_EMPTY, _RANGE, _WORD = "empty", "range", "word"


def check_table(rows: Rows, findings: Findings) -> None:
    """Report every cell of a table that breaks a rule of the dictionary.

    Parameters
    ----------
    rows : Rows
        Typed rows.
    findings : Findings
        Receives the problems; a cell that already has one is not reported again.
    """
    if rows.frame.empty:
        return
    for name, check, row in _failures(schema(TABLES[rows.table]), rows.frame):
        column = _file_column(rows.table, name)
        found, heading = rows.frame.at[row, name], rows.shown(column.name)
        expected, remedy = _wording(column, check, found)
        findings.cell(rows.sheet, row, heading, found, expected=expected, remedy=remedy)
    _report_repeated(rows, TABLES[rows.table], findings)


def schema(table: Table):
    """Return the pandera schema of a table's typed rows."""
    import pandera.pandas as pa

    columns = {}
    for column in table.columns:
        checks = [pa.Check(rule, error=name, ignore_na=False) for name, rule in _rules(column)]
        if not checks:
            continue
        name = (
            "contribution"
            if (table.name, column.name) == ("contributions", "level")
            else column.name
        )
        columns[name] = pa.Column(None, checks, nullable=True)
    return pa.DataFrameSchema(columns)


def repeated(frame: pd.DataFrame, key: tuple[str, ...], required: list[str]) -> pd.Series:
    """Mark the rows whose key occurs in an earlier row; rows without a full key are not marked."""
    return frame.duplicated(list(key)) & frame[required].notna().all(axis=1)


def _rules(column: Column) -> list[tuple]:
    rules: list[tuple] = []
    if column.required == "cell":
        rules.append((_EMPTY, lambda cells: cells.notna()))
    if column.low > -inf or column.high < inf:
        low, high = column.low, column.high
        rules.append((_RANGE, lambda cells: cells.between(low, high) | cells.isna()))
    if column.choices:
        words = list(column.choices)
        rules.append((_WORD, lambda cells: cells.isin(words) | cells.isna()))
    return rules


def _failures(schema, frame: pd.DataFrame) -> list[tuple]:
    """Validate and return (column, rule, row) of every failing cell."""
    from pandera.errors import SchemaErrors

    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        found = zip(cases["column"], cases["check"], cases["index"], strict=True)
        return sorted(found, key=lambda case: (case[2], list(frame).index(case[0])))
    return []


def _file_column(table: str, name: str) -> Column:
    return TABLES[table].column(
        "level" if (table, name) == ("contributions", "contribution") else name
    )


def _wording(column: Column, check: str, found) -> tuple[str, str]:
    if check == _EMPTY:
        example = f", such as {column.example}" if column.example != "" else ""
        return "empty", f"every row needs one: {column.meaning.lower()}{example}"
    if check == _WORD:
        near = did_you_mean(found, column.choices)
        return f"one of {column.range}", near or "write one of these words"
    if column.name == "rate":
        return f"a share ({column.range})", "write 0.035 for 3.5 %"
    return column.range, f"check the number; {column.name} must be {column.range}"


def _report_repeated(rows: Rows, table: Table, findings: Findings) -> None:
    frame, key = rows.frame, list(table.key)
    required = [name for name in key if table.column(name).required == "cell"]
    again = repeated(frame, table.key, required)
    if not again.any():
        return
    first: dict[tuple, int] = {}
    for row, label in zip(frame.index, _keys(frame, key), strict=True):
        first.setdefault(label, row)
    for row, label in zip(frame.index, _keys(frame, key), strict=True):
        if again[row]:
            named = " and ".join(
                f"{rows.shown(k)} {show(v)}" for k, v in zip(key, label, strict=True) if v
            )
            clash = _clash(rows, first[label], row)
            findings.fault(
                clash or f"{named} stands in row {int(first[label])} already",
                sheet=rows.sheet,
                row=row,
                column=rows.shown(key[0]),
                found=str(label[0]),
                expected="each key once",
                remedy=_repeat_remedy(table, clash),
            )


def _keys(frame: pd.DataFrame, key: list[str]) -> list[tuple]:
    return list(
        frame[key].astype(object).where(frame[key].notna(), None).itertuples(index=False, name=None)
    )


def _clash(rows: Rows, first: int, again: int) -> str:
    """Word an override that says both in and out."""
    if rows.table != "overrides":
        return ""
    decisions = rows.frame.loc[[first, again], "decision"]
    project = rows.frame.at[again, "project"]
    both = set(decisions) == {"in", "out"}
    return (
        f"project {show(project)} is both included and excluded (row {int(first)} and here)"
        if both
        else ""
    )


def _repeat_remedy(table: Table, clash: str) -> str:
    if clash:
        return "keep the decision that holds"
    return (
        "remove one of the rows, or give it another label"
        if table.indexed
        else "keep one of the rows"
    )
