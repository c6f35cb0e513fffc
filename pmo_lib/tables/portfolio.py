"""The portfolio: a frozen bundle of validated tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import pandas as pd

from pmo_lib.tables.dictionary import TABLES, frame_columns


def empty_frame(table: str) -> pd.DataFrame:
    """Return a table without rows, with the columns and dtypes it always has.

    >>> empty_frame("objectives").index.name
    'objective'
    """
    return as_frame(table, pd.DataFrame())


def as_frame(table: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Bring rows to the columns, dtypes and index of a table; missing columns are empty.

    Parameters
    ----------
    table : str
        Name of the table.
    rows : DataFrame
        Columns named as in the dictionary, the key among them.

    Returns
    -------
    DataFrame
        Text as ``str`` (NaN when empty), numbers as ``float64``, flags as ``bool``.
    """
    return labelled(table, typed(table, rows))


def labelled(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Index typed rows by the key of their table, or count them from 0."""
    if TABLES[table].indexed:
        return frame.set_index(TABLES[table].key[0])
    return frame.reset_index(drop=True)


def typed(table: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Bring rows to the columns and dtypes of a table, the key among them, keeping their labels."""
    columns = {}
    for name, dtype in frame_columns(table).items():
        cells = rows[name] if name in rows else pd.Series(None, index=rows.index, dtype=object)
        if dtype == "bool":
            cells = cells.map(lambda cell: cell is True or cell == 1).astype(bool)
        columns[name] = cells.astype(dtype)
    return pd.DataFrame(columns, index=rows.index)


@dataclass(frozen=True, eq=False)
class Intake:
    """What a foreign file shows of its projects before they are assessed: a demonstration.

    Parameters
    ----------
    heading : str
        What every view of it is headed.
    measure : str
        Name of the ratio. [-]
    frame : DataFrame, indexed by project
        name, cost, benefit [currency], ratio [-], confidence, category, size, size_unit.
    """

    heading: str
    measure: str
    frame: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Portfolio:
    """The tables of a portfolio; every frame is there, empty where its table is not.

    The columns are those of the data dictionary (``docs/data_dictionary.md``); `projects`,
    `criteria`, `objectives` and `set_aside` are indexed by their key. `performance` also
    has `level` and `contributions` also has `contribution` in [0, 1].

    Parameters
    ----------
    projects : DataFrame
        One row a usable project.
    set_aside : DataFrame, indexed by project
        name and reason of the project rows that were read and cannot be used.
    rows_read : int
        Project rows in the source: ``len(projects) + len(set_aside)``.
    source : str
        Name of the file or folder.
    notes : tuple of str
        What reading ignored, assumed or changed.
    intake : Intake or None
        Only where a column map declares an intake demonstration.
    """

    projects: pd.DataFrame
    options: pd.DataFrame = field(default_factory=partial(empty_frame, "options"))
    criteria: pd.DataFrame = field(default_factory=partial(empty_frame, "criteria"))
    performance: pd.DataFrame = field(default_factory=partial(empty_frame, "performance"))
    cash_flows: pd.DataFrame = field(default_factory=partial(empty_frame, "cash_flows"))
    benefits: pd.DataFrame = field(default_factory=partial(empty_frame, "benefits"))
    objectives: pd.DataFrame = field(default_factory=partial(empty_frame, "objectives"))
    contributions: pd.DataFrame = field(default_factory=partial(empty_frame, "contributions"))
    capacity: pd.DataFrame = field(default_factory=partial(empty_frame, "capacity"))
    hiring: pd.DataFrame = field(default_factory=partial(empty_frame, "hiring"))
    demand: pd.DataFrame = field(default_factory=partial(empty_frame, "demand"))
    budgets: pd.DataFrame = field(default_factory=partial(empty_frame, "budgets"))
    transfers: pd.DataFrame = field(default_factory=partial(empty_frame, "transfers"))
    links: pd.DataFrame = field(default_factory=partial(empty_frame, "links"))
    limits: pd.DataFrame = field(default_factory=partial(empty_frame, "limits"))
    overrides: pd.DataFrame = field(default_factory=partial(empty_frame, "overrides"))
    ballots: pd.DataFrame = field(default_factory=partial(empty_frame, "ballots"))
    approvals: pd.DataFrame = field(default_factory=partial(empty_frame, "approvals"))
    status: pd.DataFrame = field(default_factory=partial(empty_frame, "status"))
    targets: pd.DataFrame = field(default_factory=partial(empty_frame, "targets"))
    discount_schedules: pd.DataFrame = field(
        default_factory=partial(empty_frame, "discount_schedules")
    )
    set_aside: pd.DataFrame = field(default_factory=partial(empty_frame, "set_aside"))
    rows_read: int = 0
    source: str = ""
    notes: tuple[str, ...] = ()
    intake: Intake | None = None
