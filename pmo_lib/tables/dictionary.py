"""The data dictionary: every table and column a portfolio may hold.

It is data, not code: reading, checking, the template workbook and the printed
dictionary all follow it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from pmo_lib.tables.definitions import DEFINITIONS

KINDS = {
    "label": "one line of text",
    "text": "text",
    "number": "number",
    "flag": "yes or no",
    "date": "ISO date",
    "period": "ISO date on which the period starts",
    "choice": "one of the words listed",
    "rating": "number or level word",
}
"""The kinds of column, and how the dictionary words them."""

CONTRIBUTION_LEVELS = {
    "none": 0.0,
    "low": 1 / 9,
    "moderate": 3 / 9,
    "strong": 6 / 9,
    "extreme": 1.0,
}
"""What each word for a contribution to an objective is worth, in [0, 1]."""

AS_PROPOSED = "as proposed"
"""The option of a project that names none."""


@dataclass(frozen=True)
class Column:
    """One column of a table, as it stands in a file.

    Parameters
    ----------
    name : str
        Its heading.
    kind : str
        One of `KINDS`.
    meaning : str
        What it says, in one sentence.
    example : str or float
        What the template shows.
    required : {"", "column", "cell"}
        Nothing, the heading, or a filled cell in every row is asked for.
    unit : str
        Unit of a number.
    low, high : float
        Closed range of a number.
    choices : tuple of str
        Words allowed.
    default : str
        What an empty cell stands for.
    of : str
        The table whose key the column names.
    """

    name: str
    kind: str
    meaning: str
    example: str | float = ""
    required: str = ""
    unit: str = ""
    low: float = -inf
    high: float = inf
    choices: tuple[str, ...] = ()
    default: str = ""
    of: str = ""

    @property
    def range(self) -> str:
        """The numbers or words allowed, in words: ``"0 or more"``, ``"0 to 1"``."""
        if self.choices:
            return ", ".join(self.choices)
        if self.low > -inf and self.high < inf:
            return f"{self.low:g} to {self.high:g}"
        return f"{self.low:g} or more" if self.low > -inf else ""


@dataclass(frozen=True)
class Table:
    """One table: its key, its columns, and what it switches on.

    Parameters
    ----------
    name : str
        Name of the sheet, or of the CSV file.
    meaning : str
        One sentence.
    key : tuple of str
        Columns that together occur once.
    columns : tuple of Column
        In the order of the file.
    indexed : bool
        Whether the frame is indexed by its key.
    spread : str
        The key column that a wide foreign table spreads over its headings.
    """

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    indexed: bool = False
    spread: str = ""

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def headings(self) -> list[str]:
        """The headings of the file, in order."""
        return [column.name for column in self.columns]


TABLES: dict[str, Table] = {
    name: Table(
        name=name,
        columns=tuple(Column(*column[:4], **dict(*column[4:])) for column in columns),
        **facts,
    )
    for name, facts, columns in DEFINITIONS
}
"""Every table by name, in the order of the template."""

DERIVED = {
    "criteria": ("not_doing", {"not_doing_level": "label"}),
    "performance": ("estimate", {"level": "label"}),
    "contributions": ("level", {"contribution": "number"}),
}
"""Columns a frame has beyond its file: they stand after the column named, which is split."""

_DTYPES = {"number": "float64", "rating": "float64", "flag": "bool"}


def frame_columns(table: str) -> dict[str, str]:
    """Return the columns of a table's frame, index included, with their dtypes.

    >>> frame_columns("contributions")
    {'project': 'str', 'objective': 'str', 'level': 'str', 'contribution': 'float64', 'statement': 'str'}
    """
    after, extra = DERIVED.get(table, ("", {}))
    dtypes: dict[str, str] = {}
    for column in TABLES[table].columns:
        dtypes[column.name] = _DTYPES.get(column.kind, "str")
        if column.name == after:
            dtypes[column.name] = "float64" if "label" in extra.values() else "str"
            dtypes |= {name: _DTYPES.get(kind, "str") for name, kind in extra.items()}
    return dtypes


def dictionary_markdown() -> str:
    """Write the data dictionary as Markdown, one section a table."""
    return _OPENING + "\n".join(_section(table) for table in TABLES.values())


_OPENING = """# Data dictionary

A portfolio is a folder of UTF-8 CSV files or one .xlsx workbook with sheets of the same names.
Only `projects` is required; every other table switches a capability on. An empty cell means
"not known", never zero. Dates are ISO dates (2027-04-01); a period is named by the date on which
it starts. Money is in plain currency units (1200000, not 1.2). `pmo template NEW.xlsx` writes a
workbook with these sheets, drop-downs and an example.

In a CSV file, a text that begins with `=`, `+`, `-` or `@` is written with a leading apostrophe,
so that no spreadsheet takes it for a formula; reading removes it again.

"""


def _section(table: Table) -> str:
    lines = [f"## {table.name}", "", f"{table.meaning} Key: {', '.join(table.key)}.", ""]
    lines += [
        "| column | type | must be filled | unit | allowed | empty means | meaning | example |"
    ]
    lines += ["|---|---|---|---|---|---|---|---|"]
    lines += [_line(column) for column in table.columns]
    return "\n".join([*lines, ""])


def _line(column: Column) -> str:
    filled = {"cell": "yes", "column": "heading"}.get(column.required, "")
    kind = KINDS[column.kind] + (f" (in `{column.of}`)" if column.of else "")
    cells = [f"`{column.name}`", kind, filled, column.unit, column.range, column.default]
    example = (
        f"{column.example:.10g}" if isinstance(column.example, float | int) else column.example
    )
    return "| " + " | ".join([*cells, column.meaning, example]) + " |"
