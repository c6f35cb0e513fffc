"""Live sums: formulas over blocks of cells, with the value they have now."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from xlsxwriter.utility import xl_rowcol_to_cell

from pmo_lib.export.page import Column, Formula


def cells(row: int, column: int, last_row: int, last_column: int) -> str:
    """Return the address of a block of cells, even of one."""
    return f"{xl_rowcol_to_cell(row, column)}:{xl_rowcol_to_cell(last_row, last_column)}"


def _sum(address: str, values) -> Formula:
    return Formula(f"SUM({address})", float(np.nansum(np.asarray(values, dtype=float))))


def total(first: int, last: int, column: int, values) -> Formula | float:
    """Return a live sum of the rows from `first` to `last`, or 0 if there are none."""
    return 0.0 if last < first else _sum(cells(first, column, last, column), values)


def across_sum(row: int, first: int, values: Sequence[float]) -> Formula:
    """Return a live sum over the columns of a row, from `first` on."""
    return _sum(cells(row, first, row, first + len(values) - 1), values)


def totals(columns: Sequence[Column], words: str, place: int, first: int, last: int, sums: dict):
    """Return a row of live sums: `sums` gives the cells summed by column, `place` takes words."""
    cells: list = [None] * len(columns)
    cells[place] = words
    for column, values in sums.items():
        cells[column] = total(first, last, column, values)
    return cells
