"""Sheets that account for the list: reasons, weights, what was set aside, settings, long texts."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pandas as pd

from pmo_lib.export import page, statements
from pmo_lib.export.money_sheets import STANDING
from pmo_lib.export.page import Book, Column, text_column
from pmo_lib.export.words import number, one_line, visible, wrap
from pmo_lib.workbench import Settings, review

REASONS, WEIGHTS, SET_ASIDE = "Reasons", "Weights", "Set aside"
SETTINGS, TEXTS = "Settings and warnings", page.TEXTS

_PIECE = 28


def write_reasons(book: Book) -> None:
    """Write the whole reason of every project, running work included."""
    columns = [
        Column("Rank", 44, ("rank",)),
        text_column("Project", 280),
        text_column("List", 120),
        text_column("Why it is where it is", 796),
    ]
    notes = [
        "Value lost or won is found by choosing again with the project taken out or put in; points "
        f"are hundredths of {statements.SUMMED[book.recommendation.settings.objective]}."
    ]
    if book.recommendation.settings.objective == "npv":
        notes = [
            "Value lost or won is found by choosing again with the project taken out or put in."
        ]
    sheet, row = page.start(book, REASONS, columns, title="Reasons in full", notes=notes)
    rows = [
        [project.rank, _text(project.name), STANDING[project.block], _text(project.why)]
        for project in book.recommendation.ranked_list.itertuples()
    ]
    page.write_rows(book, sheet, row, columns, rows)


def _text(cell) -> str:
    return "" if pd.isna(cell) else one_line(cell)


def write_weights(book: Book) -> None:
    """Write weights with the swing each prices, value functions and evidence."""
    made = book.recommendation
    criteria = made.portfolio.criteria
    columns = [
        text_column("Criterion", 190),
        Column("Weight\n%", 62, ("points",)),
        text_column("The swing that the weight prices", 230),
        text_column("Better", 56),
        text_column("From performance to value", 250),
        text_column("Not doing a project", 130),
        text_column("Adds over projects", 76),
        text_column("Comes from", 96),
        text_column("Evidence of the estimates", 150),
    ]
    notes = [
        "A weight is the worth of its criterion's swing, from value 0 to value 1, against the other swings."
    ]
    title = "Weights and value functions"
    sheet, row = page.start(book, WEIGHTS, columns, title=title, notes=notes)
    rows = [
        _criterion(book, criterion, criteria.loc[criterion])
        for criterion in made.evaluation.weights.index
    ]
    row = page.write_rows(book, sheet, row, columns, rows)
    if len(made.evaluation.objective_weights) == 0:
        return
    columns = [
        text_column("Objective", 190),
        Column("Weight\n%", 62, ("points",)),
        text_column("Owner", 230),
    ]
    row = page.write_headings(book, sheet, row + 1, columns)
    objectives = made.portfolio.objectives
    rows = [
        [_text(objectives.at[o, "name"]), 100 * weight, _text(objectives.at[o, "owner"])]
        for o, weight in made.evaluation.objective_weights.items()
    ]
    page.write_rows(book, sheet, row, columns, rows)


def _criterion(book: Book, criterion: str, row: pd.Series) -> list:
    unit = _text(row["unit"])
    stated = (
        f"{number(row['not_doing'])} {unit}".strip()
        if pd.notna(row["not_doing"])
        else "the worst reference"
    )
    idle = (
        f"{stated} (value {number(round(book.recommendation.evaluation.not_doing[criterion], 3))})"
    )
    return [
        _text(row["name"]),
        100 * book.recommendation.evaluation.weights[criterion],
        swing(row),
        _text(row["direction"]),
        _value_function(row),
        idle,
        "yes" if row["adds"] else "no",
        "computed here" if row["source"] != "performance" else "performance table",
        _evidence(book, criterion),
    ]


def swing(row: pd.Series) -> str:
    """Word the swing of a criterion: from 0 to 40,000 residents."""
    unit = _text(row["unit"])
    if row["value_function"] == "linear":
        return f"from {number(row['worst'])} to {number(row['best'])} {unit}".strip()
    pairs = [
        part.rpartition(":")
        for part in str(row["points" if row["value_function"] == "piecewise" else "levels"]).split(
            ";"
        )
    ]
    pairs = sorted((float(value), label.strip()) for label, _, value in pairs if value.strip())
    return (
        f"from {one_line(pairs[0][1])} to {one_line(pairs[-1][1])} {unit}".strip() if pairs else ""
    )


def _value_function(row: pd.Series) -> str:
    if row["value_function"] == "linear":
        return f"straight line, value 0 at {number(row['worst'])}, 1 at {number(row['best'])}"
    if row["value_function"] == "piecewise":
        return f"points joined by lines: {one_line(row['points'])}"
    return f"levels: {one_line(row['levels'])}"


def _evidence(book: Book, criterion: str) -> str:
    """Count how many estimates are measured, estimated and judged."""
    made = book.recommendation
    rows = made.portfolio.performance
    rows = rows[
        (rows["criterion"] == criterion) & rows["project"].isin(made.evaluation.score.index)
    ]
    counts = rows["evidence"].fillna("not stated").value_counts()
    return ", ".join(f"{n} {words}" for words, n in counts.items())


def write_set_aside(book: Book) -> None:
    """Write what was read and is not assessed, with its reason, and account for every row."""
    made = book.recommendation
    columns = [
        text_column("Project", 180),
        text_column("Name", 330),
        text_column("Sponsor", 220),
        text_column("Why it is not assessed", 510),
    ]
    notes = [
        statements.accounting(made),
        "Set aside is not refused: what is missing is named, and can be supplied.",
    ]
    sheet, row = page.start(book, SET_ASIDE, columns, title="Set aside", notes=notes)
    sponsors = made.portfolio.projects["sponsor"]
    rows = [
        [
            _text(project),
            _text(cells["name"]),
            _text(sponsors.get(project, "")),
            _text(cells["reason"]),
        ]
        for project, cells in made.evaluation.set_aside.iterrows()
    ]
    row = page.write_rows(book, sheet, row, columns, rows)
    if not rows:
        page.write_note(book, sheet, row, columns, "Nothing was set aside.")


def write_settings(book: Book) -> None:
    """Write warnings, what reading noted, and every setting with its meaning."""
    made = book.recommendation
    columns = [text_column("Setting", 170), text_column("Value", 420), text_column("Meaning", 650)]
    title = "Settings and warnings"
    notes = [
        f"Mark of these settings (SHA-256): {made.settings.hash()}",
        f"Source: {made.portfolio.source}",
    ]
    sheet, row = page.start(book, SETTINGS, columns, title=title, notes=notes)
    rows = [
        [f.name, _setting(getattr(made.settings, f.name)), f.metadata["help"]]
        for f in dataclasses.fields(Settings)
    ]
    row = page.write_rows(book, sheet, row, columns, rows)
    doubts = [
        ": ".join([*map(one_line, cells[:-1])]) + f"; {one_line(cells[-1])}"
        for cells in review(made.portfolio, made.evaluation).itertuples(index=False)
    ]
    for words, texts in (
        ("To be read with the list", statements.to_read(made)),
        ("Doubts about the criteria", doubts),
        ("Noted while reading the tables", made.portfolio.notes),
    ):
        if texts:
            row = page.write_bar(book, sheet, row + 1, columns, words)
        for place, text in enumerate(texts, start=1):
            row = page.write_note(book, sheet, row, columns, f"{place}. {one_line(text)}")


def _setting(value) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{one_line(key)}: {_setting(item)}" for key, item in value.items()) or "–"
    if isinstance(value, tuple | list):
        return "\n".join(_setting(item) for item in value) or "–"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value)
    return one_line(value) or "–"


def write_texts(book: Book) -> None:
    """Write the whole of every text that was too long for its cell elsewhere."""
    columns = [Column("No.", 50, ("rank",)), text_column("Where", 240), text_column("Text", 950)]
    notes = ["Each text here is shortened where it stands; nothing is left out here."]
    sheet, row = page.start(book, TEXTS, columns, title=TEXTS, notes=notes)
    for place, (text, where) in enumerate(dict(book.shortened).items(), start=1):
        lines = wrap(text, columns[2].room, size=page.SIZE)
        for first in range(0, len(lines), _PIECE):
            piece = lines[first : first + _PIECE]
            continued = " (continued)" if first else ""
            page.put(book, sheet, row, 0, place, "row", "rank")
            page.put(book, sheet, row, 1, visible(where)[:150] + continued, "row", "wrap")
            page.put(book, sheet, row, 2, "\n".join(piece), "row", "wrap")
            sheet.set_row(row, page.height(max(len(piece), 4)))
            row += 1
