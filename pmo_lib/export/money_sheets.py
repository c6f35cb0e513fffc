"""Sheets about money: present values, cost by year, running work, what is left over."""

from __future__ import annotations

import numpy as np
import pandas as pd
from xlsxwriter.utility import xl_rowcol_to_cell

from pmo_lib import periods
from pmo_lib.export import page, statements
from pmo_lib.export.page import Book, Column, Formula, money_column, text_column
from pmo_lib.export.words import one_line
from pmo_lib.workbench.pricing import budget

NPV, BY_YEAR, RUNNING = "NPV and BCR", "Cost by year", "Running work"

STANDING = {
    "continues": "running",
    "mandatory": "mandatory",
    "recommended": "recommended",
    "not recommended": "not recommended",
    "not assessed": "not assessed",
}
"""How sheets word the block of the list that a project stands in."""

_BLOCK_TITLES = {
    "continues": "Running work",
    "mandatory": "Mandatory",
    "recommended": "Recommended, by rank",
    "not recommended": "Not recommended, by rank",
    "not assessed": "Not assessed",
}


def priced_list(book: Book) -> pd.DataFrame:
    """Return the list with its prices, of the projects that have any, in printed order."""
    ranked, finance = book.recommendation.ranked_list, book.recommendation.evaluation.finance
    kept = ranked[ranked.index.isin(finance.index)]
    return kept[["block", "name", "rank", "funded"]].join(finance)


def write_npv(book: Book) -> None:
    """Write costs, present values, net present value, benefit-cost ratio and payback."""
    table = priced_list(book)
    columns = [
        Column("Rank", 44, ("rank",)),
        text_column("Project", 300),
        text_column("List", 110),
        money_column(book, "Cost, budget years", 90),
        money_column(book, "Cost after them", 84),
        money_column(book, "Sunk, not counted", 84),
        money_column(book, "Costs, present value", 96),
        money_column(book, "Benefits, present value", 96),
        money_column(book, "NPV", 84),
        Column("BCR\nratio", 60, ("ratio",)),
        Column("Payback\nyears", 72, ("years",)),
    ]
    notes = [
        statements.prices(book.recommendation),
        "NPV: benefits less costs, both at present value. BCR: benefits divided by costs, both at "
        "present value. Payback: undiscounted, from the base date; never = benefits do not repay "
        "the cost within the years stated. Sunk cost is shown, never used.",
    ]
    sheet, first = page.start(book, NPV, columns, title="What each project costs and brings", notes=notes)
    rows = [_npv_row(number, project) for number, project in enumerate(table.itertuples(), first)]
    row = page.write_rows(book, sheet, first, columns, rows)
    _write_totals(book, sheet, row, columns, table, first, ("cost_in_budget", "cost_beyond", "sunk", "cost_pv", "benefit_pv", "npv"), 3)


def _npv_row(row: int, project) -> list:
    cost, benefit = xl_rowcol_to_cell(row, 6), xl_rowcol_to_cell(row, 7)
    ratio = Formula(f"{benefit}/{cost}", project.bcr) if project.cost_pv > 0 else None
    return [
        project.rank, one_line(project.name), STANDING[project.block], project.cost_in_budget,
        project.cost_beyond, project.sunk, project.cost_pv, project.benefit_pv,
        Formula(f"{benefit}-{cost}", project.npv), ratio,
        "never" if np.isinf(project.payback) else project.payback,
    ]  # fmt: skip


def _write_totals(book, sheet, row, columns, table, first, names, place) -> None:
    """Write live sums under the columns that hold money."""
    cells: list = [None] * len(columns)
    cells[1] = "All projects on this sheet"
    for offset, name in enumerate(names):
        cells[place + offset] = page.total(first, row - 1, place + offset, table[name])
    page.write_rows(book, sheet, row, columns, [cells], "total")


def write_running(book: Book) -> None:
    """Write running work, whose remaining cost comes off the limits first."""
    table = priced_list(book)
    table = table[table["block"] == "continues"]
    made = book.recommendation
    status = made.portfolio.status.drop_duplicates("project", keep="last").set_index("project")
    facts = made.portfolio.projects[["sponsor", "programme"]].join(status[["confidence", "finish"]])
    columns = [
        text_column("Project", 320),
        text_column("Sponsor", 190),
        text_column("Programme", 170),
        money_column(book, "To go, budget years", 100),
        money_column(book, "To go this year", 90),
        money_column(book, "Benefits left, present value", 110),
        money_column(book, "Sunk, not counted", 96),
        text_column("Confidence at last review", 100),
        text_column("Forecast finish", 90),
    ]
    notes = ["Running work continues: its remaining cost and people are taken off every limit before proposals are considered. Sunk cost is shown, never used."]
    sheet, first = page.start(book, RUNNING, columns, title="Running work", notes=notes)
    rows = [
        [
            one_line(project.name), *_words(facts.loc[project.Index, ["sponsor", "programme"]]),
            project.cost_in_budget, project.this_year, project.benefit_pv, project.sunk,
            *_words(facts.loc[project.Index, ["confidence", "finish"]]),
        ]
        for project in table.itertuples()
    ]  # fmt: skip
    row = page.write_rows(book, sheet, first, columns, rows)
    cells: list = ["All running work", "", "", *[None] * 6]
    names = ("cost_in_budget", "this_year", "benefit_pv", "sunk")
    for place, name in enumerate(names, start=3):
        cells[place] = page.total(first, row - 1, place, table[name])
    page.write_rows(book, sheet, row, columns, [cells], "total")
    page.name_cell(book, "running_cost", sheet, row, 3, float(table["cost_in_budget"].sum()))
    page.name_cell(book, "running_this_year", sheet, row, 4, float(table["this_year"].sum()))


def _words(cells) -> list[str]:
    return ["" if pd.isna(cell) else one_line(cell) for cell in cells]


def write_by_year(book: Book) -> None:
    """Write each project's cost by year and fund, the budgets, and what is left over."""
    made = book.recommendation
    cost = made.evaluation.cost if len(made.portfolio.budgets) else made.evaluation.cost_by_year
    table = priced_list(book)
    columns = _year_columns(book, cost.columns)
    title = "Cost by year and fund" if len(made.portfolio.budgets) else "Cost by year"
    notes = ["Each amount must be carried by the budget of its year and fund."] if len(made.portfolio.budgets) else []
    sheet, row = page.start(book, BY_YEAR, columns, title=title, notes=notes)
    ranges = {}
    for block, projects in table.groupby("block", sort=False):
        row = page.write_bar(book, sheet, row, columns, _BLOCK_TITLES[block])
        ranges[block] = (row, row + len(projects) - 1)
        lines = [_year_row(row + n, project, cost) for n, project in enumerate(projects.itertuples())]
        row = page.write_rows(book, sheet, row, columns, lines)
    if len(made.portfolio.budgets):
        _write_budgets(book, sheet, row, columns, cost, table, ranges)


def _year_columns(book: Book, labels: pd.Index) -> list[Column]:
    """Return a column for each budget, wide enough to read and narrow enough for a page."""
    each = int(np.clip((page.PAGE_PIXELS - 360) / (len(labels) + 2), 50, 110))
    headings = [
        f"{periods.label(label[0])} {' '.join(str(part) for part in label[1:] if part)}"
        if isinstance(label, tuple)
        else periods.label(label)
        for label in labels
    ]
    return [
        Column("Rank", 44, ("rank",)),
        text_column("Project", 316),
        *[money_column(book, heading, each) for heading in headings],
        money_column(book, "Budget years", max(each, 66)),
        money_column(book, "Later", max(each, 60)),
    ]


def _year_row(row: int, project, cost: pd.DataFrame) -> list:
    cells = cost.loc[project.Index]
    total = None
    if len(cells):
        first, last = xl_rowcol_to_cell(row, 2), xl_rowcol_to_cell(row, 1 + len(cells))
        total = Formula(f"SUM({first}:{last})", float(cells.sum()))
    shown = [amount or None for amount in cells]
    return [project.rank, one_line(project.name), *shown, total, project.cost_beyond or None]


def _write_budgets(book: Book, sheet, row: int, columns, cost, table, ranges) -> None:
    """Write budget, running work, funded proposals and what is left, under each budget."""
    made = book.recommendation
    limits = budget(made.portfolio, made.settings)
    running = cost.loc[table.index[table["block"] == "continues"]].sum()
    funded = cost.loc[table.index[table["funded"]]].sum()
    row = page.write_bar(book, sheet, row, columns, "What is left over")
    lines: dict[str, list] = {words: [None, words] for words in _LEFT_WORDS}
    for place, label in enumerate(limits.index, start=2):
        cell = [xl_rowcol_to_cell(row + step, place) for step in range(len(_LEFT_WORDS))]
        available = limits[label] - running[label]
        column = (
            limits[label],
            _blocks_sum(ranges, ("continues",), place, running[label]),
            Formula(f"{cell[0]}-{cell[1]}", available),
            _blocks_sum(ranges, ("mandatory", "recommended"), place, funded[label]),
            Formula(f"{cell[2]}-{cell[3]}", available - funded[label]),
        )
        for step, (words, number) in enumerate(zip(_LEFT_WORDS, column, strict=True)):
            lines[words].append(number)
            value = number.value if isinstance(number, Formula) else number
            book.places[words, label] = Formula(page.place(sheet, row + step, place), float(value))
    for words, cells in lines.items():
        values = [c.value if isinstance(c, Formula) else c for c in cells[2:]]
        first, last = xl_rowcol_to_cell(row, 2), xl_rowcol_to_cell(row, len(cells) - 1)
        whole = [Formula(f"SUM({first}:{last})", float(sum(values))), None]
        row = page.write_rows(book, sheet, row, columns, [[*cells, *whole]], *_emphasis(words))


_LEFT_WORDS = (
    "Budget",
    "less running work",
    "Available for proposals",
    "less mandatory and recommended",
    "Left over",
)


def _emphasis(words: str) -> tuple[str, ...]:
    return ("total",) if words in ("Available for proposals", "Left over") else ()


def _blocks_sum(ranges: dict, blocks: tuple[str, ...], place: int, value: float):
    """Return a live sum over the rows of some blocks."""
    parts = [
        f"SUM({xl_rowcol_to_cell(ranges[b][0], place)}:{xl_rowcol_to_cell(ranges[b][1], place)})"
        for b in blocks
        if b in ranges
    ]
    return Formula("+".join(parts), float(value)) if parts else 0.0
