"""Sheets about money: present values, cost by year, running work, what is left over."""

from __future__ import annotations

import numpy as np
import pandas as pd
from xlsxwriter.utility import xl_rowcol_to_cell

from pmo_lib import periods, statements
from pmo_lib.export import adding, page
from pmo_lib.export.page import RANK, Book, Column, Formula, money_column
from pmo_lib.wording import fund_words, list_word, one_line
from pmo_lib.workbench.pricing import budget

NPV, BY_YEAR, RUNNING = "NPV and BCR", "Cost by year", "Running work"

STEPS = {"budget": (), "running": ("continues",), "funded": ("mandatory", "recommended")}
"""What the sheet of costs sums by fund and year, and over which blocks; no block: what there is."""


def priced_list(book: Book) -> pd.DataFrame:
    """Return the list with its prices, of the projects that have any, in printed order."""
    ranked, finance = book.recommendation.ranked_list, book.recommendation.evaluation.finance
    kept = ranked[ranked.index.isin(finance.index)]
    return kept[["block", "name", "rank", "funded"]].join(finance)


def write_npv(book: Book) -> None:
    """Write costs, present values, net present value, benefit-cost ratio and payback."""
    table = priced_list(book)
    money = {
        "Cost, budget years": ("cost_in_budget", 90),
        "Cost after them": ("cost_beyond", 84),
        "Sunk, not counted": ("sunk", 84),
        "Costs, present value": ("cost_pv", 96),
        "Benefits, present value": ("benefit_pv", 96),
        "NPV": ("npv", 84),
    }
    columns = [RANK, Column("Project", 300), Column("List", 110)]
    columns += [money_column(book, heading, pixels) for heading, (_, pixels) in money.items()]
    columns += [Column("BCR\nratio", 60, ("ratio",)), Column("Payback\nyears", 72, ("years",))]
    notes = [
        statements.prices(book.recommendation),
        "NPV: benefits less costs, both at present value. BCR: benefits divided by costs, both at "
        "present value. Payback: undiscounted, from the base date; never = benefits do not repay "
        "the cost within the years stated. Sunk cost is shown, never used.",
    ]
    title = "What each project costs and brings"

    stands = page.standings(book)

    def rows(first: int) -> list:
        projects = enumerate(table.itertuples(), first)
        return [_npv_row(number, one, stands[one.block]) for number, one in projects]

    sheet, first, row = page.write_sheet(book, NPV, columns, rows, title=title, notes=notes)
    sums = {place: table[name] for place, (name, _) in enumerate(money.values(), start=3)}
    cells = adding.totals(columns, "All projects on this sheet", 1, first, row - 1, sums)
    page.write_rows(book, sheet, row, columns, [cells], "total")


def _npv_row(row: int, project, stands: str) -> list:
    cost, benefit = xl_rowcol_to_cell(row, 6), xl_rowcol_to_cell(row, 7)
    ratio = Formula(f"{benefit}/{cost}", project.bcr) if project.cost_pv > 0 else None
    return [
        project.rank, one_line(project.name), stands, project.cost_in_budget,
        project.cost_beyond, project.sunk, project.cost_pv, project.benefit_pv,
        Formula(f"{benefit}-{cost}", project.npv), ratio,
        "never" if np.isinf(project.payback) else project.payback,
    ]  # fmt: skip


def write_running(book: Book) -> None:
    """Write running work, whose remaining cost comes off the limits first."""
    table, made = priced_list(book), book.recommendation
    table = table[table["block"] == "continues"]
    status = made.portfolio.status.drop_duplicates("project", keep="last").set_index("project")
    texts = {"Project": 320, "Sponsor": 190, "Programme": 170}
    money = {
        "To go, budget years": ("cost_in_budget", 100),
        "To go this year": ("this_year", 90),
        "Benefits left, present value": ("benefit_pv", 110),
        "Sunk, not counted": ("sunk", 96),
    }
    columns = [Column(heading, pixels) for heading, pixels in texts.items()]
    columns += [money_column(book, heading, pixels) for heading, (_, pixels) in money.items()]
    columns += [Column("Confidence at last review", 100), Column("Forecast finish", 90)]
    note = (
        "Running work continues: its remaining cost and people are taken off every limit before "
        "proposals are considered. Sunk cost is shown, never used."
    )
    facts = made.portfolio.projects[["name", "sponsor", "programme"]].join(status)
    facts = facts.reindex(table.index)
    facts.loc[statements.ending(made), "name"] += ", stopped"
    before, after = ["name", "sponsor", "programme"], ["confidence", "finish"]
    amounts = table[[name for name, _ in money.values()]]
    rows = [
        [*map(one_line, facts.loc[project, before]), *amounts.loc[project],
         *map(one_line, facts.loc[project, after])]
        for project in table.index
    ]  # fmt: skip
    sheet, first, row = page.write_sheet(
        book, RUNNING, columns, rows, title="Running work", notes=[note]
    )
    sums = {place: amounts[name] for place, name in enumerate(amounts, start=3)}
    cells = adding.totals(columns, "All running work", 0, first, row - 1, sums)
    page.write_rows(book, sheet, row, columns, [cells], "total")
    for place, name in ((3, "running_cost"), (4, "running_this_year")):
        page.name_cell(book, name, sheet, row, place, float(sums[place].sum()))


def write_by_year(book: Book) -> None:
    """Write each project's cost by fund and year, and what running and funded work takes."""
    made, table = book.recommendation, priced_list(book)
    rows, years = _cost_rows(book, table)
    each = int(np.clip((page.PAGE_PIXELS - 740) // max(len(years), 1), 44, 90))
    columns = [RANK, Column("Project", 350), Column("Fund", 170)]
    columns += [money_column(book, periods.label(year), each) for year in years]
    columns += [money_column(book, "Budget years", 80), money_column(book, "Later", 70)]
    notes = ["Each amount is carried by the budget of its year and fund."]
    notes = notes if len(made.portfolio.budgets) else ["No budget is stated."]
    sheet, row = page.start(book, BY_YEAR, columns, title="Cost by year and fund", notes=notes)
    ranges, titles = {}, _block_titles(list_word(made.settings))
    for block, cells in rows.groupby("block", sort=False):
        row = page.write_bar(book, sheet, row, columns, titles[block])
        ranges[block] = (row, row + len(cells) - 1)
        records = cells.to_dict("records")
        lines = [_year_row(row + n, record, years) for n, record in enumerate(records)]
        row = page.write_rows(book, sheet, row, columns, lines)
    if len(made.portfolio.budgets):
        _write_sums(book, sheet, row, columns, rows, years, ranges)


def _block_titles(word: str) -> dict[str, str]:
    """Return what opens each block, in the word for the list."""
    return {
        "continues": "Running work",
        "mandatory": "Mandatory",
        "recommended": f"{word.capitalize()}, by rank",
        "not recommended": f"Not {word}, by rank",
        "not assessed": "Not assessed",
    }


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


def _of_fund(cost: pd.DataFrame, fund: tuple, years: list[str]) -> pd.DataFrame:
    """Return the projects that draw on a fund, with their cost by year."""
    labels = pd.MultiIndex.from_tuples([(year, *fund) for year in years])
    part = cost.reindex(columns=labels).set_axis(years, axis=1)
    part = part[(part.fillna(0.0) != 0).any(axis=1)].rename_axis(index="project", columns=None)
    return part.assign(fund=fund_words(fund)).reset_index()


def _year_row(row: int, cells: dict, years: list[str]) -> list:
    amounts = [cells[year] if cells[year] > 0 else None for year in years]
    total = adding.across_sum(row, 3, [amount or 0.0 for amount in amounts]) if years else None
    return [cells["rank"], one_line(cells["name"]), cells["fund"], *amounts, total, cells["later"]]


def _write_sums(book: Book, sheet, row: int, columns, rows, years, ranges) -> None:
    """Write budgets, and what running and funded work takes of each, for the sheet of limits."""
    made = book.recommendation
    limits = budget(made.portfolio, made.settings)
    funds = list(dict.fromkeys(tuple(label[1:]) for label in limits.index))
    funded = f"Taken by mandatory and {list_word(made.settings)}"
    titles = {"budget": "Budget", "running": "Taken by running work", "funded": funded}
    for step, blocks in STEPS.items():
        row = page.write_bar(book, sheet, row, columns, titles[step])
        for fund in funds:
            cells: list = [None, titles[step], fund_words(fund)]
            here = rows["block"].isin(blocks) & (rows["fund"] == cells[2])
            for column, year in enumerate(years, start=3):
                label = (year, *fund)
                amount = limits.get(label)
                if blocks and amount is not None:
                    taken = float(rows.loc[here, year].sum())
                    amount = _matching(row, column, blocks, ranges, taken)
                cells.append(amount)
                if amount is not None:
                    address = page.place(sheet, row, column)
                    book.places[step, label] = Formula(address, float(_value(amount)))
            whole = adding.across_sum(row, 3, [_value(cell) or 0.0 for cell in cells[3:]])
            row = page.write_rows(book, sheet, row, columns, [[*cells, whole, None]])


def _value(cell):
    return cell.value if isinstance(cell, Formula) else cell


def _matching(row: int, column: int, blocks, ranges: dict, value: float) -> Formula | float:
    """Return a live sum over the rows of some blocks that name the fund of this row."""
    fund = xl_rowcol_to_cell(row, 2, col_abs=True)
    parts = [
        f"SUMPRODUCT(({adding.cells(first, 2, last, 2)}={fund})*{adding.cells(first, column, last, column)})"
        for first, last in (ranges[block] for block in blocks if block in ranges)
    ]
    return Formula("+".join(parts), value) if parts else 0.0
