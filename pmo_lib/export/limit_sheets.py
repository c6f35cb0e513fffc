"""Sheets about limits: money by year and fund, people by role and month, what is left over."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import pandas as pd
from xlsxwriter.utility import xl_rowcol_to_cell

from pmo_lib import periods
from pmo_lib.export import page
from pmo_lib.export.money_sheets import STEPS
from pmo_lib.export.page import Book, Column, Formula
from pmo_lib.wording import limit_words, list_word, one_line
from pmo_lib.workbench import Recommendation
from pmo_lib.workbench.pricing import base_date

CONSTRAINTS, PEOPLE = "Constraints", "People by month"

TIGHT = 0.1
"""A role-month is tight if at most this share of what there is is left over. [-]"""

_TIGHT_ROWS, _MOVED = 40, 7


def people(made: Recommendation) -> pd.DataFrame:
    """Return what there is, is used and left over of each role and month. [FTE].

    Returns
    -------
    DataFrame by (role, period)
        there, running, available, used, left.
    """
    limits = made.limits[made.limits["kind"] == "people"]
    labels = pd.MultiIndex.from_tuples(list(limits["label"]), names=["role", "period"])
    table = limits.set_axis(labels)[["available", "used"]].sort_index()
    there = made.portfolio.capacity.groupby(["role", "period"])["amount"].sum()
    table.insert(0, "there", there.reindex(table.index))
    table.insert(1, "running", table["there"] - table["available"])
    for label, hired in _taken_up(made, "adds").items():
        table.loc[label, ["available", "used"]] += hired
    return table.assign(left=table["available"] - table["used"])


def _taken_up(made: Recommendation, part: str) -> pd.Series:
    """Return what the people hired cost by budget, or how many they are by role and month."""
    hiring = made.problem.get("hiring")
    if hiring is None:
        return pd.Series(dtype=float)
    amounts = getattr(hiring, part).mul(made.choice.hired, axis=0).sum()
    return amounts[amounts > 0]


def write_constraints(book: Book) -> None:
    """Write every limit with what is left over: money first, then people, then other limits."""
    columns = _columns("Money by year and fund", book.money.unit, "money2")
    columns.append(Column(f"Moved here, less\nmoved away {book.money.unit}", 120, ("money3",)))
    notes = [
        "Available is what there is less running work, and what is moved. Used is what mandatory and "
        f"{list_word(book.recommendation.settings)} proposals take. Left over cannot be moved to "
        "another year, fund, role or month, except as stated below."
    ]
    if len(_taken_up(book.recommendation, "cost")):
        notes.append(
            "What people hired cost counts as moved away; they count as available and as used."
        )
    sheet, row = page.start(
        book, CONSTRAINTS, columns, title="What limits the list", notes=notes, repeat=False
    )
    row = _write_money(book, sheet, row, columns)
    row = _write_transfers(book, sheet, row + 1)
    row = _write_tight(book, sheet, row + 1)
    _write_limits(book, sheet, row + 1)


def _columns(what: str, unit: str, look: str) -> list[Column]:
    names = ("There is", "Running work", "Available", "Used", "Left over")
    wide = [Column(f"{name}\n{unit}", 120, (look,)) for name in names]
    return [Column(what, 420), *wide, Column("Used\n% of available", 110, ("percent",))]


def _write_money(book: Book, sheet, row: int, columns: list[Column]) -> int:
    """Write each budget, a total for each year, and the total; name what is left."""
    made = book.recommendation
    labels = sorted(label for step, label in book.places if step == "budget")
    if not labels:
        words = "No budget is stated: money does not limit the list."
        return page.write_note(book, sheet, row, columns, words)
    start, year_rows, whole = base_date(made.portfolio, made.settings), [], []
    moved = dict.fromkeys(labels, 0.0)
    for move in made.choice.transfers.to_dict("records"):
        moved[move["from"]] -= move["moved"]
        moved[move["to"]] += move["moved"]
    for label, paid in _taken_up(made, "cost").items():
        moved[label] -= paid
    for year, group in groupby(labels, key=lambda label: label[0]):
        first = row
        lines = [_money_row(row + n, book, label, moved) for n, label in enumerate(group)]
        row = page.write_rows(book, sheet, row, columns, lines)
        total = _sum_row(f"{periods.label(year)}, all funds", list(range(first, row)), lines, row)
        row = page.write_rows(book, sheet, row, columns, [total], "total")
        year_rows.append(row - 1)
        whole.append(total)
        names = [f"left_{year.replace('-', '_')}", *["left_this_year"] * (year == start)]
        for name in names:
            page.name_cell(book, name, sheet, row - 1, 5, total[5].value)
    total = _sum_row("All years and funds", year_rows, whole, row)
    page.name_cell(book, "left_total", sheet, row, 5, total[5].value)
    return page.write_rows(book, sheet, row, columns, [total], "total")


def _money_row(row: int, book: Book, label: tuple, moved: dict) -> list:
    there, running, used = (book.places[step, label] for step in STEPS)
    available = there.value - running.value + moved[label]
    whole, *left = _left(row, available, used, used.value)
    whole = Formula(f"{whole.text}+{xl_rowcol_to_cell(row, _MOVED)}", whole.value)
    return [limit_words(label), there, running, whole, *left, moved[label]]


def _left(row: int, available: float, used, amount: float) -> list:
    """Return live formulas for what is available, left over, and the share used."""
    b, c, a, u = (xl_rowcol_to_cell(row, column) for column in (1, 2, 3, 4))
    share = 100 * amount / available if available > 0 else 0.0
    left = Formula(f"ROUND({a}-{u},2)", round(available - amount, 2) + 0.0)
    whole = Formula(f"{b}-{c}", available)
    return [whole, used, left, Formula(f"IF({a}>0,100*{u}/{a},0)", share)]


def _sum_row(words: str, rows: list[int], lines: list[list], row: int) -> list:
    """Return a row of live sums over other rows of the sheet."""
    cells = []
    for column in (1, 2, 3, 4, _MOVED):
        parts = "+".join(xl_rowcol_to_cell(one, column) for one in rows)
        amounts = (getattr(line[column], "value", line[column]) for line in lines)
        cells.append(Formula(parts, float(sum(amounts))))
    *cells, moved = cells
    return [words, *cells, *_left(row, cells[2].value, None, cells[3].value)[2:], moved]


def _write_transfers(book: Book, sheet, row: int) -> int:
    """Write what may be moved between budgets, what the list needs moved, and who allows it."""
    moves, unit = book.recommendation.choice.transfers, book.money.unit
    columns = [Column("Money that may be moved, and who allows it", 420)]
    columns += [
        Column(f"{name}\n{unit}", 120, ("money3",))
        for name in ("May be moved", "The list moves", "Still movable")
    ]
    if len(moves) == 0:
        return page.write_note(book, sheet, row, columns, "No money may be moved between budgets.")
    row = page.write_headings(book, sheet, row, columns)
    lines = []
    for place, move in enumerate(moves.to_dict("records"), row):
        words = f"{limit_words(move['from'])} to {limit_words(move['to'])}"
        words += f": {one_line(move['authority'])}" if pd.notna(move["authority"]) else ""
        most, moved = (xl_rowcol_to_cell(place, column) for column in (1, 2))
        left = Formula(f"{most}-{moved}", move["at_most"] - move["moved"])
        lines.append([words, move["at_most"], move["moved"], left])
    return page.write_rows(book, sheet, row, columns, lines)


def _write_tight(book: Book, sheet, row: int) -> int:
    """Write the roles and months of which little is left over."""
    table = book.people
    columns = _columns("People: roles and months that are tight", "FTE", "points2")
    if len(table) == 0:
        words = "People do not limit the list: no capacity is stated."
        return page.write_note(book, sheet, row, columns, words)
    tight = table[(table["left"] <= TIGHT * table["available"]) & (table["used"] > 0)]
    row = page.write_headings(book, sheet, row, columns)
    lines = []
    for place, (label, cells) in enumerate(tight.head(_TIGHT_ROWS).iterrows(), row):
        left = _left(place, cells["available"], cells["used"], cells["used"])
        lines.append([limit_words(label), cells["there"], cells["running"], *left])
    row = page.write_rows(book, sheet, row, columns, lines)
    more = f"; the first {_TIGHT_ROWS} are shown" if len(tight) > _TIGHT_ROWS else ""
    words = (
        f"{len(tight)} of {len(table)} role-months have at most {100 * TIGHT:.0f} % left over{more}. "
        f"All are on the sheet {PEOPLE}."
    )
    return page.write_note(book, sheet, row, columns, words)


def _write_limits(book: Book, sheet, row: int) -> None:
    """Write limits on groups of projects."""
    limits = book.recommendation.limits
    limits = limits[limits["kind"] == "limit"]
    columns = [Column("Limits on groups of projects", 420)]
    columns += [
        Column(f"{name}\nin the unit stated", 120, ("amount",))
        for name in ("Limit", "Used", "Left over")
    ]
    columns.append(Column("Unit", 120))
    if len(limits) == 0:
        page.write_note(book, sheet, row, columns, "No limits on groups of projects are stated.")
        return
    row = page.write_headings(book, sheet, row, columns)
    units = {
        "amount": ("money2", book.money.unit),
        "share": ("ratio", "share of cost"),
        "count": ("amount", "projects"),
    }
    for _, (group, measure, side), *amounts in limits.itertuples(index=False, name=None):
        look, unit = units[measure]
        looked = [columns[0], *(replace(one, looks=(look,)) for one in columns[1:4]), columns[4]]
        cells = [f"{one_line(group)}, {side}", *amounts, unit]
        row = page.write_rows(book, sheet, row, looked, [cells])


def write_people(book: Book) -> None:
    """Write what is left over of each role, month by month, darker where less is left."""
    table, title = book.people, "People by role and month"
    if len(table) == 0:
        words = "No capacity is stated: people do not limit the list."
        page.empty_sheet(book, PEOPLE, title, words)
        return
    left, available = (table[name].unstack("role") for name in ("left", "available"))
    each = max(70, min(150, (page.PAGE_PIXELS - 90) // left.shape[1]))
    roles = [Column(f"{one_line(role)}\nFTE left over", each, ("points",)) for role in left]
    note = (
        f"People left over after running work and what is {list_word(book.recommendation.settings)}. "
        "The darker a cell, the smaller the share left over of what is available; white on black: "
        "next to nothing."
    )
    columns = [Column("Month", 90), *roles]
    sheet, first = page.start(book, PEOPLE, columns, title=title, notes=[note])
    for row, (month, cells) in enumerate(left.sort_index().iterrows(), first):
        page.put(book, sheet, row, 0, periods.month_label(month), "row")
        for place, (role, amount) in enumerate(cells.items(), start=1):
            shade = _shade(amount, available.at[month, role])
            page.put(book, sheet, row, place, amount, "row", "points", *shade)


def _shade(left: float, available: float) -> tuple[str, ...]:
    """Return how a cell looks by the share that is left over."""
    if pd.isna(left):
        return ()
    share = left / available if available > 0 else 0.0
    for most, looks in ((0.02, "none_left"), (TIGHT, "tight"), (0.25, "close_to"), (0.5, "half")):
        if share <= most:
            return (looks,)
    return ()
