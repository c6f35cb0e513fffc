"""The sheet of a review: what each running project and each start is worth from here on."""

from __future__ import annotations

import pandas as pd

from pmo_lib.export import page
from pmo_lib.export.page import Book, Column, money_column
from pmo_lib.wording import one_line

NAME = "Rebalancing"


def write(book: Book) -> None:
    """Write what the review would do with each project, changes first, and why."""
    seen = book.review
    columns = [
        Column("Project", 210), Column("Action", 74), money_column(book, "Still to pay", 80),
        money_column(book, "Benefit left", 80), Column("Benefit for\neach 1", 70, ("ratio",)),
        Column("Confidence", 74), money_column(book, "Spent, not counted", 84),
        money_column(book, "Cost of the change", 84), Column("Why", 450),
    ]  # fmt: skip
    table = seen.found.table
    table = table[table["action"] != "leave"]
    order = pd.Series(range(len(_ORDER)), index=_ORDER)
    table = table.iloc[order.reindex(table["action"]).argsort(kind="stable").to_numpy()]
    notes = [
        "What is already spent is shown and counts for nothing. Benefit for each 1 is in present value, "
        "expected over success: " + ", ".join(f"{w} {p:.0%}" for w, p in seen.rules.success.items()) + ".",
        f"{seen.found.changes} changes, new starts included; {seen.found.choice.sentence}. The ranked "
        "list is the one in which all running work goes on: these changes take effect when the board "
        "decides them.",
    ]  # fmt: skip
    rows = [
        [
            one_line(row.name), row.action, row.cost_to_complete, row.benefit,
            row.bcr, one_line(row.confidence) or "–", row.sunk_cost,
            row.switching_cost, one_line(row.reason),
        ]
        for row in table.itertuples()
    ]  # fmt: skip
    page.write_sheet(
        book, NAME, columns, rows, title="What to stop, continue and start", notes=notes
    )


_ORDER = ["stop", "pause", "slow down", "resume", "continue", "start", "start later"]
