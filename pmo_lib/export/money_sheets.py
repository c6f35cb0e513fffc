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
    sheet, first = page.start(
        book, NPV, columns, title="What each project costs and brings", notes=notes
    )
    rows = [_npv_row(number, project) for number, project in enumerate(table.itertuples(), first)]
    row = page.write_rows(book, sheet, first, columns, rows)
    _write_totals(
        book,
        sheet,
        row,
        columns,
        table,
        first,
        ("cost_in_budget", "cost_beyond", "sunk", "cost_pv", "benefit_pv", "npv"),
        3,
    )


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
    notes = [
        "Running work continues: its remaining cost and people are taken off every limit before proposals are considered. Sunk cost is shown, never used."
    ]
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
    """Write each project's cost by fund and year, and what running and funded work takes."""
    made, table = book.recommendation, priced_list(book)
    rows, years = _cost_rows(book, table)
    each = int(np.clip((page.PAGE_PIXELS - 740) // max(len(years), 1), 44, 90))
    columns = [
        Column("Rank", 44, ("rank",)),
        text_column("Project", 350),
        text_column("Fund", 170),
        *[money_column(book, periods.label(year), each) for year in years],
        money_column(book, "Budget years", 80),
        money_column(book, "Later", 70),
    ]
    notes = ["Each amount is carried by the budget of its year and fund."]
    notes = notes if len(made.portfolio.budgets) else ["No budget is stated."]
    sheet, row = page.start(book, BY_YEAR, columns, title="Cost by year and fund", notes=notes)
    ranges = {}
    for block, cells in rows.groupby("block", sort=False):
        row = page.write_bar(book, sheet, row, columns, _BLOCK_TITLES[block])
        ranges[block] = (row, row + len(cells) - 1)
        records = cells.to_dict("records")
        lines = [_year_row(row + n, record, years) for n, record in enumerate(records)]
        row = page.write_rows(book, sheet, row, columns, lines)
    if len(made.portfolio.budgets):
        _write_sums(book, sheet, row, columns, rows, years, ranges)


def _cost_rows(book: Book, table: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return one row for each project and fund: block, rank, name, fund, later, cost by year."""
    made = book.recommendation
    if len(made.portfolio.budgets) == 0:
        cost = made.evaluation.cost_by_year.reindex(table.index)
        years = list(cost.columns)
        rows = cost.assign(fund="").reset_index()
    else:
        cost = made.evaluation.cost.loc[table.index]
        years = list(dict.fromkeys(label[0] for label in cost.columns))
        funds = list(dict.fromkeys(tuple(label[1:]) for label in cost.columns))
        parts = [_of_fund(cost, fund, years) for fund in funds]
        rows = pd.concat(parts) if parts else cost.reset_index()
        nothing = table.index.difference(rows["project"], sort=False)
        rows = pd.concat([rows, pd.DataFrame({"project": nothing, "fund": ""})])
    place = {project: place for place, project in enumerate(table.index)}
    rows = rows.assign(place=rows["project"].map(place)).sort_values("place", kind="stable")
    facts = table[["block", "rank", "name"]].reindex(rows["project"]).reset_index(drop=True)
    later = table["cost_beyond"].reindex(rows["project"]).to_numpy()
    first = ~rows["project"].duplicated().to_numpy()
    facts["later"] = np.where(first & (later > 0), later, np.nan)
    return pd.concat([facts, rows.reset_index(drop=True)], axis=1), years


def fund_words(parts: tuple) -> str:
    """Word a fund, and the part of the organisation it is kept for."""
    return " · ".join(one_line(part) for part in parts if part)


def _of_fund(cost: pd.DataFrame, fund: tuple, years: list[str]) -> pd.DataFrame:
    """Return the projects that draw on a fund, with their cost by year."""
    labels = [(year, *fund) for year in years]
    part = cost.reindex(columns=pd.MultiIndex.from_tuples(labels)).set_axis(years, axis=1)
    part = part[(part.fillna(0.0) != 0).any(axis=1)]
    return (
        part.rename_axis(index="project", columns=None).assign(fund=fund_words(fund)).reset_index()
    )


def _year_row(row: int, cells: dict, years: list[str]) -> list:
    amounts = [cells[year] if cells[year] > 0 else None for year in years]
    total = page.across_sum(row, 3, [amount or 0.0 for amount in amounts]) if years else None
    return [cells["rank"], one_line(cells["name"]), cells["fund"], *amounts, total, cells["later"]]


def _write_sums(book: Book, sheet, row: int, columns, rows, years, ranges) -> None:
    """Write budgets, and what running and funded work takes of each, for the sheet of limits."""
    made = book.recommendation
    limits = budget(made.portfolio, made.settings)
    funds = list(dict.fromkeys(tuple(label[1:]) for label in limits.index))
    for words, blocks in _SUMS.items():
        row = page.write_bar(book, sheet, row, columns, words)
        for fund in funds:
            cells: list = [None, words, fund_words(fund)]
            for column, year in enumerate(years, start=3):
                if (year, *fund) not in limits.index:
                    cells.append(None)
                    continue
                amount = limits[(year, *fund)]
                if blocks:
                    taken = rows["block"].isin(blocks) & (rows["fund"] == fund_words(fund))
                    amount = _matching(
                        row, column, blocks, ranges, float(rows.loc[taken, year].sum())
                    )
                cells.append(amount)
                value = amount.value if isinstance(amount, Formula) else amount
                address = page.place(sheet, row, column)
                book.places[words, (year, *fund)] = Formula(address, float(value))
            values = [c.value if isinstance(c, Formula) else c or 0.0 for c in cells[3:]]
            whole = page.across_sum(row, 3, values)
            row = page.write_rows(book, sheet, row, columns, [[*cells, whole, None]])


_SUMS = {
    "Budget": (),
    "Taken by running work": ("continues",),
    "Taken by mandatory and recommended": ("mandatory", "recommended"),
}
"""What the sheet of costs sums by fund and year, and over which blocks."""


def _matching(row: int, column: int, blocks, ranges: dict, value: float) -> Formula | float:
    """Return a live sum over the rows of some blocks that name the fund of this row."""
    fund = xl_rowcol_to_cell(row, 2, col_abs=True)
    parts = []
    for first, last in (ranges[block] for block in blocks if block in ranges):
        names, amounts = (
            f"{xl_rowcol_to_cell(first, place)}:{xl_rowcol_to_cell(last, place)}"
            for place in (2, column)
        )
        parts.append(f"SUMPRODUCT(({names}={fund})*{amounts})")
    return Formula("+".join(parts), value) if parts else 0.0
