"""Sheets about worth: weighted values, alignment, score beside NPV, the other rule's list."""

from __future__ import annotations

import pandas as pd
from xlsxwriter.utility import xl_rowcol_to_cell

from pmo_lib import alignment
from pmo_lib.export import page, statements
from pmo_lib.export.money_sheets import STANDING
from pmo_lib.export.page import Book, Column, Formula, money_column, text_column
from pmo_lib.export.words import joined, number, one_line
from pmo_lib.workbench.settings import RULES

VALUES, ALIGNMENT = "Weighted values", "Alignment"
BESIDE, OTHER = "Score beside NPV", "Other rule"


def by_rank(book: Book) -> pd.DataFrame:
    """Return the assessed proposals, best first."""
    ranked = book.recommendation.ranked_list
    assessed = ranked[ranked["rank"].notna()]
    return assessed.sort_values(["rank", "name"], kind="stable")


def _yes(funded: bool) -> str:
    return "yes" if funded else ""


def write_values(book: Book) -> None:
    """Write weight times value by criterion; the row's sum is the score."""
    made, table = book.recommendation, by_rank(book)
    values = 100 * made.evaluation.weighted_values
    names = made.portfolio.criteria["name"]
    each = max(64, min(130, (page.PAGE_PIXELS - 500) // values.shape[1]))
    columns = [
        Column("Rank", 44, ("rank",)),
        text_column("Project", 300),
        text_column("Funded", 64),
        *[Column(f"{one_line(names[c])}\npoints", each, ("points",)) for c in values.columns],
        Column("Score\nof 100", 76, ("points",)),
    ]
    notes = [
        "Weight times value of each project on each criterion; together they are its score out of "
        "100. The first row is the most each criterion can give: its weight. Bars share one scale.",
    ]
    sheet, row = page.start(book, VALUES, columns, title="What makes up each score", notes=notes)
    row = _write_points(book, sheet, row, columns, "Most possible", 100 * made.evaluation.weights)
    first = row
    lines = []
    for n, project in enumerate(table.itertuples()):
        points = values.loc[project.Index]
        cells = [project.rank, one_line(project.name), _yes(project.funded), *points]
        lines.append([*cells, page.across_sum(row + n, 3, points)])
    row = page.write_rows(book, sheet, row, columns, lines)
    last_column = 2 + values.shape[1]
    sheet.conditional_format(
        first, 3, row - 1, last_column,
        {"type": "data_bar", "bar_color": "#A9B7CC", "bar_solid": True, "min_type": "num",
         "max_type": "num", "min_value": 0, "max_value": 1.4 * float(100 * made.evaluation.weights.max())},
    )  # fmt: skip
    _write_points(
        book,
        sheet,
        row,
        columns,
        "Not doing a project",
        100 * made.evaluation.weights * made.evaluation.not_doing,
    )


def _write_points(book: Book, sheet, row: int, columns, words: str, points: pd.Series) -> int:
    """Write a row of points by criterion and their sum."""
    cells = [None, words, "", *points, page.across_sum(row, 3, points)]
    return page.write_rows(book, sheet, row, columns, [cells], "total")


def write_alignment(book: Book) -> None:
    """Write how far each project serves each objective, and what the money serves."""
    made = book.recommendation
    objectives, weights = made.portfolio.objectives["name"], made.evaluation.objective_weights
    title = "What each project serves"
    if len(weights) == 0:
        columns = [text_column("Objectives", 700)]
        sheet, row = page.start(book, ALIGNMENT, columns, title=title)
        page.write_note(book, sheet, row, columns, "No objectives are stated.")
        return
    contribution = _contributions(book)
    each = max(64, min(130, (page.PAGE_PIXELS - 500) // len(weights)))
    columns = [
        Column("Rank", 44, ("rank",)),
        text_column("Project", 300),
        text_column("Funded", 64),
        *[Column(f"{one_line(objectives[o])}\n0 to 1", each, ("ratio",)) for o in weights.index],
        Column("Alignment\n0 to 1", 80, ("ratio",)),
    ]
    notes = [
        "Contribution of each project to each objective: 0 none, 0.11 low, 0.33 moderate, 0.67 strong, "
        "1 extreme. Alignment is the sum of contributions times objective weights (first row). The second "
        "row splits the recommended money by what it serves: does it follow the weights?",
    ]
    sheet, row = page.start(book, ALIGNMENT, columns, title=title, notes=notes)
    top = row
    first = [None, "Objective weights", "", *weights, page.across_sum(row, 3, weights)]
    spend = _spend(book, contribution)
    second = [None, "Share of recommended money", "", *spend, page.across_sum(row + 1, 3, spend)]
    row = page.write_rows(book, sheet, row, columns, [first, second], "total")
    ranked = made.ranked_list[made.ranked_list.index.isin(contribution.index)]
    lines = [
        _alignment_row(
            row + n, top, project, contribution.loc[project.Index], made.evaluation.alignment
        )
        for n, project in enumerate(ranked.itertuples())
    ]
    page.write_rows(book, sheet, row, columns, lines)


def _contributions(book: Book) -> pd.DataFrame:
    made = book.recommendation
    table = made.portfolio.contributions.pivot(
        index="project", columns="objective", values="contribution"
    )
    table = table.reindex(columns=made.evaluation.objective_weights.index)
    if made.settings.unrated == "none":
        return table.reindex(made.ranked_list.index).fillna(0.0)
    return table


def _alignment_row(
    row: int, top: int, project, contribution: pd.Series, aligned: pd.Series
) -> list:
    last = 2 + len(contribution)
    weights = (
        f"{xl_rowcol_to_cell(top, 3, row_abs=True)}:{xl_rowcol_to_cell(top, last, row_abs=True)}"
    )
    own = f"{xl_rowcol_to_cell(row, 3)}:{xl_rowcol_to_cell(row, last)}"
    total = "not rated"
    if project.Index in aligned.index:
        total = Formula(f"SUMPRODUCT({weights},{own})", float(aligned[project.Index]))
    standing = "running" if project.block == "continues" else _yes(project.funded)
    return [project.rank, one_line(project.name), standing, *contribution, total]


def _spend(book: Book, contribution: pd.DataFrame) -> pd.Series:
    """Return the share of the recommended money that serves each objective."""
    made = book.recommendation
    funded = made.ranked_list[made.ranked_list["funded"]]
    rated = contribution.reindex(funded.index).dropna()
    cost = funded["cost"].reindex(rated.index)
    if len(rated) == 0 or not (cost >= 0).all():
        return pd.Series(float("nan"), index=contribution.columns)
    everything = pd.Series(True, index=rated.index)
    return alignment.spend_by_objective(rated, cost, everything)["share"].reindex(
        contribution.columns
    )


def write_beside(book: Book) -> None:
    """Write the list by score beside the list by NPV."""
    table = by_rank(book)
    by_npv = table.assign(place=table["npv"].rank(ascending=False, method="min"))
    by_npv = by_npv.sort_values(["place", "rank"], kind="stable")
    columns = [
        Column("Rank by score", 60, ("rank",)),
        text_column("Project", 330),
        Column("Score\nof 100", 64, ("points",)),
        text_column("Funded", 70),
        Column("Place by NPV", 60, ("rank",)),
        text_column("Project", 330),
        money_column(book, "NPV", 80),
        text_column("Funded", 70),
        Column("Rank by score", 70, ("rank",)),
    ]
    notes = [
        "Two orders of the same proposals. A project that stands high in one and low in the other "
        "deserves a question: what does the score count that money does not, or the reverse?"
    ]
    title = "The list by score beside the list by NPV"
    sheet, row = page.start(book, BESIDE, columns, title=title, notes=notes)
    lines = [
        [left.rank, one_line(left.name), 100 * left.score, _yes(left.funded),
         right.place, one_line(right.name), right.npv, _yes(right.funded), right.rank]
        for left, right in zip(table.itertuples(), by_npv.itertuples(), strict=True)
    ]  # fmt: skip
    page.write_rows(book, sheet, row, columns, lines)


def _worth_column(book: Book) -> tuple[Column, float]:
    """Return the column of what the list sums, and the factor to its unit."""
    objective = book.recommendation.settings.objective
    if objective == "npv":
        return money_column(book, "NPV", 100), 1.0
    unit = {"score": "value over\nnot doing, points", "priority": "priority\n%"}[objective]
    return Column(f"Worth: {unit}", 130, ("points",)), 100.0


def worth_words(book: Book, amount: float) -> str:
    """Word a difference in what the list sums."""
    settings = book.recommendation.settings
    if settings.objective == "npv":
        return f"{book.money.shown(amount, 2)} of NPV"
    return f"{number(round(100 * amount, 1))} {'points' if settings.objective == 'score' else '% of priority'}"


def write_other(book: Book) -> None:
    """Write both rules' lists and their difference in named projects and in value."""
    made, table = book.recommendation, by_rank(book)
    own = made.settings.rule
    (other,) = (rule for rule in RULES if rule != own)
    worth, factor = _worth_column(book)
    columns = [
        Column("Rank", 44, ("rank",)),
        text_column("Project", 380),
        money_column(book, "Cost", 90),
        worth,
        text_column(f"{own[:1].upper()}{own[1:]} (the board's rule)", 150),
        text_column(f"{other[:1].upper()}{other[1:]}", 150),
        text_column("Differs", 150),
    ]
    sheet, first = page.start(
        book,
        OTHER,
        columns,
        title=f"The other rule: {other}",
        notes=[_difference(book, own, other)],
    )
    rows = []
    for project in table.itertuples():
        mine, theirs = project.funded, bool(made.other.selected[project.Index])
        differs = "" if mine == theirs else f"only {own if mine else other}"
        value = factor * made.evaluation.worth[project.Index]
        rows.append(
            [
                project.rank,
                one_line(project.name),
                project.cost,
                value,
                _yes(mine),
                _yes(theirs),
                differs,
            ]
        )
    row = page.write_rows(book, sheet, first, columns, rows)
    for words, place, selected in ((own, 4, made.choice.selected), (other, 5, made.other.selected)):
        sums = [None, f"Together: {words}"]
        for column, amounts in ((2, table["cost"]), (3, factor * made.evaluation.worth)):
            chosen = float(amounts.reindex(table.index)[selected.reindex(table.index)].sum())
            test, summed = (
                f"{xl_rowcol_to_cell(first, c)}:{xl_rowcol_to_cell(row_end(first, rows), c)}"
                for c in (place, column)
            )
            sums.append(Formula(f'SUMIF({test},"yes",{summed})', chosen))
        row = page.write_rows(book, sheet, row, columns, [[*sums, "", "", ""]], "total")


def row_end(first: int, rows: list) -> int:
    """Return the last of some rows."""
    return first + len(rows) - 1


def _difference(book: Book, own: str, other: str) -> str:
    """Word what the other rule would change, in named projects and in value."""
    made = book.recommendation
    differs = made.choice.selected != made.other.selected.reindex(made.choice.selected.index)
    names = made.ranked_list["name"].reindex(differs.index)
    if not differs.any():
        return f"Both rules fund the same projects. {statements.basis(made)}"
    only_own = [one_line(name) for name in names[differs & made.choice.selected]]
    only_other = [one_line(name) for name in names[differs & made.other.selected]]
    gain = float(made.evaluation.worth[made.other.selected].sum())
    gain -= float(made.evaluation.worth[made.choice.selected].sum())
    return (
        f"{other[:1].upper()}{other[1:]} would fund {joined(only_other) or 'nothing more'} "
        f"instead of {joined(only_own) or 'nothing'}: worth {worth_words(book, abs(gain))} "
        f"{'more' if gain > 0 else 'less'}. {statements.basis(made)}"
    )


__all__ = ["STANDING", "write_alignment", "write_beside", "write_other", "write_values"]
