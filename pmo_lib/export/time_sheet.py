"""Sheets about time: when the work starts and is finished, and the people it takes by year."""

from __future__ import annotations

import pandas as pd
from xlsxwriter.utility import xl_rowcol_to_cell

from pmo_lib import periods, statements, workbench
from pmo_lib.export import page
from pmo_lib.export.page import Book, Column, Formula
from pmo_lib.wording import list_word, one_line
from pmo_lib.workbench.pricing import base_date

SCHEDULE, PEOPLE = "Schedule", "People by year"


def write_schedule(book: Book) -> None:
    """Write start and finish of running and recommended work, and what is not as planned."""
    made, title = book.recommendation, "When the work is done"
    columns = [
        Column("Project", 420), Column("List", 120), Column("Start", 110),
        Column("Planned start", 110), Column("Months later", 96, ("rank",)), Column("Finish", 110),
        Column("Taken", 300),
    ]  # fmt: skip
    word = list_word(made.settings)
    rows, note = [], f"No running or {word} project states a start."
    if not made.choice.selected.any():
        note = f"Nothing is {word}."
    elif (table := workbench.schedule(made))["start"].notna().any():
        rows, note = _rows(book, table), statements.starts_words(made.settings)
    page.write_sheet(book, SCHEDULE, columns, rows, title=title, notes=[note])


def _rows(book: Book, table: pd.DataFrame) -> list[list]:
    """Lay out the schedule; what is not as planned is said in words."""
    made = book.recommendation
    words = statements.conditions(made)
    lists = made.ranked_list["block"].map(page.standings(book))
    dates = table[["start", "planned", "finish"]].map(periods.month_label, na_action="ignore")
    dates = dates.fillna("not stated")
    rows = zip(table.index, made.names(table.index), dates.to_numpy(), table["delay"], strict=True)
    return [
        [name, lists[project], start, planned, int(delay) or None, finish,
         one_line(words.get(project, "as planned"))]
        for project, name, (start, planned, finish), delay in rows
    ]  # fmt: skip


def write_people(book: Book) -> None:
    """Write person-years by role and year against what there is, and the fullest month."""
    title = "People by role and year"
    if len(book.people) == 0:
        words = "No capacity is stated: people do not limit the list."
        page.empty_sheet(book, PEOPLE, title, words)
        return
    word = list_word(book.recommendation.settings)
    names = ("There is", "Running work", word.capitalize(), "Left over")
    columns = [Column("Role", 300), Column("Year", 90)]
    columns += [Column(f"{name}\nperson-years", 120, ("points",)) for name in names]
    columns += [Column("Taken\n% of all", 90, ("percent",)), Column("Fullest month", 100)]
    columns.append(Column("Left over in it\nFTE", 110, ("points",)))
    note = (
        "A person-year is one person for twelve months. A year can have people left over and still "
        "have a month that is full: the fullest month is the one with the fewest left over."
    )

    def rows(first: int) -> list:
        years = enumerate(_by_year(book), first)
        return [_year_row(row, *key, part) for row, (key, part) in years]

    page.write_sheet(book, PEOPLE, columns, rows, title=title, notes=[note])


def _by_year(book: Book):
    """Group what there is, is taken and left of people by role and money year."""
    made, table = book.recommendation, book.people
    start = base_date(made.portfolio, made.settings)
    months = table.index.get_level_values("period")
    years = [periods.shift(start, 12 * periods.year_number(month, start)) for month in months]
    return table.groupby([table.index.get_level_values("role"), years])


def _year_row(row: int, role: str, year: str, part: pd.DataFrame) -> list:
    there, running, used = part[["there", "running", "used"]].sum() / 12
    a, b, c = (xl_rowcol_to_cell(row, place) for place in (2, 3, 4))
    left = Formula(f"{a}-{b}-{c}", there - running - used)
    share = 100 * (running + used) / there if there > 0 else 0.0
    share = Formula(f"IF({a}>0,100*({b}+{c})/{a},0)", share)
    month = periods.month_label(part["left"].idxmin()[1])
    amounts = [there, running, used, left, share, month, part["left"].min()]
    return [one_line(role), periods.label(year), *amounts]
