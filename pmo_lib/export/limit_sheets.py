"""Sheets about limits: money by year and fund, people by role and month, what is left over."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import pandas as pd
from xlsxwriter.utility import xl_rowcol_to_cell

from pmo_lib import periods
from pmo_lib.export import page
from pmo_lib.export.money_sheets import fund_words
from pmo_lib.export.page import Book, Column, Formula, text_column
from pmo_lib.export.words import one_line
from pmo_lib.workbench import Recommendation, choosing_problem
from pmo_lib.workbench.pricing import base_date

CONSTRAINTS, PEOPLE = "Constraints", "People by month"

TIGHT = 0.1
"""A role-month is tight if at most this share of what there is is left over. [-]"""

_TIGHT_ROWS = 40
_STEPS = ("Budget", "Taken by running work", "Taken by mandatory and recommended")


def people(made: Recommendation) -> pd.DataFrame:
    """Return what there is, is used and left over of each role and month. [FTE].

    Returns
    -------
    DataFrame by (role, period)
        there, running, available, used, left.
    """
    problem = choosing_problem(made.portfolio, made.settings, made.evaluation)
    if problem["use"] is None:
        return pd.DataFrame(columns=["there", "running", "available", "used", "left"], dtype=float)
    table = made.portfolio.capacity.groupby(["role", "period"])["amount"].sum().to_frame("there")
    table["available"] = problem["capacity"]
    table["running"] = table["there"] - table["available"]
    table["used"] = problem["use"].loc[made.choice.selected].sum()
    table["left"] = table["available"] - table["used"]
    return table


def write_constraints(book: Book) -> None:
    """Write every limit with what is left over: money first, then people, then other limits."""
    columns = _columns("Money by year and fund", [book.money.unit] * 5, ("money2",))
    notes = [
        "Available is what there is less running work. Used is what mandatory and recommended "
        "proposals take. Left over cannot be moved to another year, fund, role or month."
    ]
    sheet, row = page.start(
        book, CONSTRAINTS, columns, title="What limits the list", notes=notes, repeat=False
    )
    row = _write_money(book, sheet, row, columns)
    row = _write_tight(book, sheet, row + 1)
    _write_limits(book, sheet, row + 1)


def _columns(what: str, units: list[str], looks: tuple[str, ...]) -> list[Column]:
    names = ("There is", "Running work", "Available", "Used", "Left over")
    wide = [
        Column(f"{name}\n{unit}".rstrip(), 120, looks)
        for name, unit in zip(names, units, strict=True)
    ]
    return [text_column(what, 420), *wide, Column("Used\n% of available", 110, ("percent",))]


def _write_money(book: Book, sheet, row: int, columns: list[Column]) -> int:
    """Write each budget, a total for each year, and the total; name what is left."""
    made = book.recommendation
    labels = sorted(label for words, label in book.places if words == _STEPS[0])
    if not labels:
        return page.write_note(
            book, sheet, row, columns, "No budget is stated: money does not limit the list."
        )
    start, year_rows, whole = base_date(made.portfolio, made.settings), [], []
    for year, group in groupby(labels, key=lambda label: label[0]):
        first, group = row, list(group)
        lines = [_money_row(row + n, book, label) for n, label in enumerate(group)]
        row = page.write_rows(book, sheet, row, columns, lines)
        total = _sum_row(f"{periods.label(year)}, all funds", list(range(first, row)), lines, row)
        row = page.write_rows(book, sheet, row, columns, [total], "total")
        year_rows.append(row - 1)
        whole.append(total)
        page.name_cell(book, f"left_{year.replace('-', '_')}", sheet, row - 1, 5, total[5].value)
        if year == start:
            page.name_cell(book, "left_this_year", sheet, row - 1, 5, total[5].value)
    total = _sum_row("All years and funds", year_rows, whole, row)
    page.name_cell(book, "left_total", sheet, row, 5, total[5].value)
    return page.write_rows(book, sheet, row, columns, [total], "total")


def _money_row(row: int, book: Book, label: tuple) -> list:
    there, running, used = (book.places[words, label] for words in _STEPS)
    words = f"{periods.label(label[0])} {fund_words(label[1:])}"
    cells = [xl_rowcol_to_cell(row, column) for column in (1, 2)]
    available = Formula(f"{cells[0]}-{cells[1]}", there.value - running.value)
    return [words, there, running, available, used, *_left(row, available.value, used.value)]


def _left(row: int, available: float, used: float) -> list[Formula]:
    """Return live formulas for what is left over and the share used."""
    a, u = xl_rowcol_to_cell(row, 3), xl_rowcol_to_cell(row, 4)
    share = 100 * used / available if available > 0 else 0.0
    left = Formula(f"ROUND({a}-{u},2)", round(available - used, 2) + 0.0)
    return [left, Formula(f"IF({a}>0,100*{u}/{a},0)", share)]


def _sum_row(words: str, rows: list[int], lines: list[list], row: int) -> list:
    """Return a row of live sums over other rows of the sheet."""
    cells: list = [words]
    for column in range(1, 5):
        parts = "+".join(xl_rowcol_to_cell(one, column) for one in rows)
        cells.append(Formula(parts, float(sum(line[column].value for line in lines))))
    return [*cells, *_left(row, cells[3].value, cells[4].value)]


def _write_tight(book: Book, sheet, row: int) -> int:
    """Write the roles and months of which little is left over."""
    table = book.people
    columns = _columns("People: roles and months that are tight", ["FTE"] * 5, ("points2",))
    if len(table) == 0:
        return page.write_note(
            book, sheet, row, columns, "People do not limit the list: no capacity is stated."
        )
    tight = table[(table["left"] <= TIGHT * table["available"]) & (table["used"] > 0)]
    row = page.write_headings(book, sheet, row, columns)
    lines = [
        [f"{one_line(role)}, {periods.month_label(month)}", *_people_row(row + n, cells)]
        for n, ((role, month), cells) in enumerate(tight.head(_TIGHT_ROWS).iterrows())
    ]
    row = page.write_rows(book, sheet, row, columns, lines)
    words = (
        f"{len(tight)} of {len(table)} role-months have at most {100 * TIGHT:.0f} % left over"
        + (f"; the first {_TIGHT_ROWS} are shown" if len(tight) > _TIGHT_ROWS else "")
        + f". All are on the sheet {PEOPLE}."
    )
    return page.write_note(book, sheet, row, columns, words)


def _people_row(row: int, cells: pd.Series) -> list:
    there, running = xl_rowcol_to_cell(row, 1), xl_rowcol_to_cell(row, 2)
    available = Formula(f"{there}-{running}", cells["available"])
    left = _left(row, cells["available"], cells["used"])
    return [cells["there"], cells["running"], available, cells["used"], *left]


def _write_limits(book: Book, sheet, row: int) -> None:
    """Write limits on groups of projects."""
    limits = book.recommendation.limits
    limits = limits[limits["kind"] == "limit"]
    columns = [text_column("Limits on groups of projects", 420), *_LIMIT_COLUMNS]
    if len(limits) == 0:
        page.write_note(book, sheet, row, columns, "No limits on groups of projects are stated.")
        return
    row = page.write_headings(book, sheet, row, columns)
    for words, cells in limits.iterrows():
        words, measure = _limit_words(words, cells["label"])
        places = {"amount": "money2", "share": "ratio"}.get(measure, "amount")
        looked = [columns[0], *[replace(column, looks=(places,)) for column in _LIMIT_COLUMNS[:3]]]
        unit = {"amount": book.money.unit, "share": "share of cost", "count": "projects"}
        amounts = [words, *cells[["available", "used", "left_over"]], unit.get(measure, "")]
        row = page.write_rows(book, sheet, row, [*looked, _LIMIT_COLUMNS[3]], [amounts])


_LIMIT_COLUMNS = [
    *[
        Column(f"{name}\nin the unit stated", 120, ("amount",))
        for name in ("Limit", "Used", "Left over")
    ],
    text_column("Unit", 120),
]


def _limit_words(words, label) -> tuple[str, str]:
    """Word a limit on a group, and return its measure."""
    if isinstance(label, tuple) and len(label) == 3:
        group, measure, side = map(str, label)
        return f"{one_line(group)}, {side}", measure
    return one_line(words), ""


def write_people(book: Book) -> None:
    """Write what is left over of each role, month by month, darker where less is left."""
    table = book.people
    if len(table) == 0:
        columns = [text_column("People", 700)]
        sheet, row = page.start(book, PEOPLE, columns, title="People by role and month")
        page.write_note(
            book, sheet, row, columns, "No capacity is stated: people do not limit the list."
        )
        return
    left, available = (table[name].unstack("role") for name in ("left", "available"))
    each = max(70, min(150, (page.PAGE_PIXELS - 90) // left.shape[1]))
    columns = [
        text_column("Month", 90),
        *[Column(f"{one_line(role)}\nFTE left over", each, ("points",)) for role in left.columns],
    ]
    notes = [
        "People left over after running work and what is recommended. The darker a cell, the smaller "
        "the share left over of what is available; white on black: next to nothing."
    ]
    sheet, first = page.start(book, PEOPLE, columns, title="People by role and month", notes=notes)
    row = first
    for month, cells in left.sort_index().iterrows():
        page.put(book, sheet, row, 0, periods.month_label(month), "row")
        for place, (role, amount) in enumerate(cells.items(), start=1):
            shade = _shade(amount, available.at[month, role])
            page.put(book, sheet, row, place, amount, "row", "points", *shade)
        row += 1


def _shade(left: float, available: float) -> tuple[str, ...]:
    """Return how a cell looks by the share that is left over."""
    if pd.isna(left):
        return ()
    share = left / available if available > 0 else 0.0
    for most, looks in ((0.02, "none_left"), (TIGHT, "tight"), (0.25, "close_to"), (0.5, "half")):
        if share <= most:
            return (looks,)
    return ()
