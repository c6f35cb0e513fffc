"""Sheets about worth: weighted values, alignment, score beside NPV, the other rule's list."""

from __future__ import annotations

import pandas as pd
from xlsxwriter.utility import xl_rowcol_to_cell

from pmo_lib import alignment, statements
from pmo_lib.export import adding, page
from pmo_lib.export.page import RANK, Book, Column, Formula, money_column, yes
from pmo_lib.wording import list_word, listed, one_line, worth_words

VALUES, ALIGNMENT = "Weighted values", "Alignment"
BESIDE, OTHER = "Score beside NPV", "Other rule"


def by_rank(book: Book) -> pd.DataFrame:
    """Return the assessed proposals, best first."""
    ranked = book.recommendation.ranked_list
    return ranked[ranked["rank"].notna()].sort_values(["rank", "name"], kind="stable")


def _wide(names, unit: str, look: str, last: str) -> list[Column]:
    """Return columns for rank, project, whether funded, one a name, and what these make."""
    each = max(64, min(130, (page.PAGE_PIXELS - 500) // max(len(names), 1)))
    parts = [Column(f"{one_line(name)}\n{unit}", each, (look,)) for name in names]
    return [RANK, Column("Project", 300), Column("Funded", 64), *parts, Column(last, 80, (look,))]


def write_values(book: Book) -> None:
    """Write weight times value by criterion; the row's sum is the score."""
    made, weights = book.recommendation, 100 * book.recommendation.evaluation.weights
    values = 100 * made.evaluation.weighted_values
    names = made.portfolio.criteria["name"].reindex(values.columns)
    columns = _wide(names, "points", "points", "Score\nof 100")
    note = (
        "Weight times value of each project on each criterion; together they are its score out of "
        "100. The first row is the most each criterion can give: its weight. Bars share one scale."
    )
    sheet, row = page.start(book, VALUES, columns, title="What makes up each score", notes=[note])
    first = _write_points(book, sheet, row, columns, "Most possible", weights)
    lines = []
    for row, project in enumerate(by_rank(book).itertuples(), first):
        cells = [project.rank, one_line(project.name), yes(project.funded)]
        points = values.loc[project.Index]
        lines.append([*cells, *points, adding.across_sum(row, 3, points)])
    row = page.write_rows(book, sheet, first, columns, lines)
    sheet.conditional_format(
        first, 3, row - 1, 2 + values.shape[1],
        {"type": "data_bar", "bar_color": "#A9B7CC", "bar_solid": True, "min_type": "num",
         "max_type": "num", "min_value": 0, "max_value": 1.4 * float(weights.max())},
    )  # fmt: skip
    idle = weights * made.evaluation.not_doing
    _write_points(book, sheet, row, columns, "Not doing a project", idle)


def _write_points(book: Book, sheet, row: int, columns, words: str, points: pd.Series) -> int:
    """Write a row of points by criterion and their sum."""
    cells = [None, words, "", *points, adding.across_sum(row, 3, points)]
    return page.write_rows(book, sheet, row, columns, [cells], "total")


def write_alignment(book: Book) -> None:
    """Write how far each project serves each objective, and what the money serves."""
    made, title = book.recommendation, "What each project serves"
    weights, aligned = made.evaluation.objective_weights, made.evaluation.alignment
    word = list_word(made.settings)
    if len(weights) == 0:
        page.empty_sheet(book, ALIGNMENT, title, "No objectives are stated.")
        return
    rated = statements.contributions(made)[weights.index]
    names = made.portfolio.objectives["name"].reindex(weights.index)
    columns = _wide(names, "0 to 1", "ratio", "Alignment\n0 to 1")
    note = (
        "Contribution of each project to each objective: 0 none, 0.11 low, 0.33 moderate, 0.67 strong, "
        "1 extreme. Alignment is the sum of contributions times objective weights (first row). The second "
        f"row splits the {word} money by what it serves: does it follow the weights?"
    )
    sheet, top = page.start(book, ALIGNMENT, columns, title=title, notes=[note])
    row = _write_points(book, sheet, top, columns, "Objective weights", weights)
    spend = _spend(book, rated)
    row = _write_points(book, sheet, row, columns, f"Share of {word} money", spend)
    last, lines = 2 + len(weights), []
    ranked = made.ranked_list[made.ranked_list.index.isin(rated.index)]
    above = ":".join(xl_rowcol_to_cell(top, column, row_abs=True) for column in (3, last))
    for place, project in enumerate(ranked.itertuples(), row):
        total, running = "not rated", project.block == "continues"
        if project.Index in aligned.index:
            formula = f"SUMPRODUCT({above},{adding.cells(place, 3, place, last)})"
            total = Formula(formula, float(aligned[project.Index]))
        funded = "running" if running else yes(project.funded)
        cells = [project.rank, one_line(project.name), funded]
        lines.append([*cells, *rated.loc[project.Index], total])
    page.write_rows(book, sheet, row, columns, lines)


def _spend(book: Book, contribution: pd.DataFrame) -> pd.Series:
    """Return the share of the recommended money that serves each objective."""
    made = book.recommendation
    funded = made.ranked_list[made.ranked_list["funded"]]
    rated = contribution.reindex(funded.index).dropna()
    cost = funded["cost"].reindex(rated.index)
    if len(rated) == 0 or not (cost >= 0).all():
        return pd.Series(float("nan"), index=contribution.columns)
    spend = alignment.spend_by_objective(rated, cost, pd.Series(True, index=rated.index))
    return spend["share"].reindex(contribution.columns)


def write_beside(book: Book) -> None:
    """Write the list by score beside the list by NPV."""
    table = by_rank(book)
    by_npv = table.assign(place=table["npv"].rank(ascending=False, method="min"))
    by_npv = by_npv.sort_values(["place", "rank"], kind="stable")
    project, funded = Column("Project", 330), Column("Funded", 70)
    columns = [
        Column("Rank by score", 60, ("rank",)), project, Column("Score\nof 100", 64, ("points",)),
        funded, Column("Place by NPV", 60, ("rank",)), project, money_column(book, "NPV", 80),
        funded, Column("Rank by score", 70, ("rank",)),
    ]  # fmt: skip
    note = (
        "Two orders of the same proposals. A project that stands high in one and low in the other "
        "deserves a question: what does the score count that money does not, or the reverse?"
    )
    title = "The list by score beside the list by NPV"
    lines = [
        [left.rank, one_line(left.name), 100 * left.score, yes(left.funded),
         right.place, one_line(right.name), right.npv, yes(right.funded), right.rank]
        for left, right in zip(table.itertuples(), by_npv.itertuples(), strict=True)
    ]  # fmt: skip
    page.write_sheet(book, BESIDE, columns, lines, title=title, notes=[note])


def write_other(book: Book) -> None:
    """Write both rules' lists and their difference in named projects and in value."""
    made, table = book.recommendation, by_rank(book)
    own, other = made.settings.rule, made.other_rule
    unit = {"score": "value over\nnot doing, points", "priority": "priority\n%"}
    worth, values = money_column(book, "NPV", 100), made.evaluation.worth.reindex(table.index)
    if made.settings.objective in unit:
        worth = Column(f"Worth: {unit[made.settings.objective]}", 130, ("points",))
        values = 100 * values
    columns = [RANK, Column("Project", 380), money_column(book, "Cost", 90), worth]
    columns += [Column(f"{_capital(own)} (the board's rule)", 150), Column(_capital(other), 150)]
    columns.append(Column("Differs", 150))
    mine, theirs = (one.selected.reindex(table.index) for one in (made.choice, made.other))
    only = pd.Series("", index=table.index).mask(mine & ~theirs, f"only {own}")
    only = only.mask(theirs & ~mine, f"only {other}")
    rows = [
        [cells.rank, one_line(cells.name), cells.cost, values[project], yes(mine[project]),
         yes(theirs[project]), only[project]]
        for project, cells in zip(table.index, table.itertuples(), strict=True)
    ]  # fmt: skip
    sheet, first, row = page.write_sheet(
        book, OTHER, columns, rows, title=f"The other rule: {other}", notes=[_difference(book)]
    )
    last = row - 1
    for words, place, chosen in ((own, 4, mine), (other, 5, theirs)):
        sums = [
            Formula(
                f'SUMIF({adding.cells(first, place, last, place)},"yes",'
                f"{adding.cells(first, column, last, column)})",
                float(amounts[chosen].sum()),
            )
            for column, amounts in ((2, table["cost"]), (3, values))
        ]
        cells = [None, f"Together: {words}", *sums, "", "", ""]
        row = page.write_rows(book, sheet, row, columns, [cells], "total")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _difference(book: Book) -> str:
    """Word what the other rule would change, in named projects and in value."""
    made, basis = book.recommendation, statements.basis(book.recommendation)
    table, mine = made.other_list, made.other_list["funded_by"] == made.settings.rule
    if len(table) == 0:
        return f"Both rules fund the same projects. {basis}"
    only_own, only_other = (listed(map(one_line, table.loc[by, "name"])) for by in (mine, ~mine))
    gain = made.other.value - made.choice.value
    return (
        f"{_capital(made.other_rule)} would fund {only_other or 'nothing more'} instead of "
        f"{only_own or 'nothing'}: worth {worth_words(abs(gain), made.settings)} "
        f"{'more' if gain > 0 else 'less'}. {basis}"
    )
