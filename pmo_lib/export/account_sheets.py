"""Sheets that account for the list: reasons, weights, what was set aside, settings, long texts."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

import pandas as pd

from pmo_lib import statements
from pmo_lib.export import page
from pmo_lib.export.page import RANK, Book, Column
from pmo_lib.export.words import wrap
from pmo_lib.wording import listed, number, one_line, visible
from pmo_lib.workbench import Settings, review
from pmo_lib.workbench.reasons import short_name

REASONS, WEIGHTS, SET_ASIDE = "Reasons", "Weights", "Set aside"
SETTINGS, TEXTS = "Settings and warnings", page.TEXTS

_PIECE = 28


def write_reasons(book: Book) -> None:
    """Write the whole reason of every project, running work included."""
    made, note = book.recommendation, "choosing again with the project taken out or put in"
    columns = [RANK, Column("Project", 280), Column("List", 120)]
    columns.append(Column("Why it is where it is", 796))
    points = f"; points are hundredths of {statements.SUMMED[made.settings.objective]}"
    told = made.ranked_list["why"].map(one_line)
    full, alike = _names_in_full(told, made.ranked_list["name"].map(one_line))
    stands = page.standings(book)
    rows = [
        [project.rank, one_line(project.name), stands[project.block], full[project.Index]]
        for project in made.ranked_list.itertuples()
    ]
    points = "" if made.settings.objective == "npv" else points
    notes = [f"Value lost or won is found by {note}{points}."]
    if alike:
        notes.append(
            f"Shortened where a reason names them, as names here begin alike: {listed(alike)}."
        )
    page.write_sheet(book, REASONS, columns, rows, title="Reasons in full", notes=notes)


def _names_in_full(told: pd.Series, names: pd.Series) -> tuple[pd.Series, list[str]]:
    """Name other projects in full in each reason; return too what could be one of several."""
    full: dict[str, set[str]] = {}
    for name in names:
        if (short := short_name(name)) != name:
            full.setdefault(short, set()).add(name)
    if not full:
        return told, []
    found = re.compile("|".join(map(re.escape, sorted(full, key=len, reverse=True))))
    alike = {s for why in told for s in found.findall(why) if len(full[s]) > 1}
    whole = {s: next(iter(whole)) for s, whole in full.items() if len(whole) == 1}
    return told.map(lambda why: found.sub(lambda s: whole.get(s[0], s[0]), why)), sorted(alike)


def write_weights(book: Book) -> None:
    """Write weights with the swing each prices, value functions and evidence."""
    made = book.recommendation
    columns = [
        Column("Criterion", 190),
        Column("Weight\n%", 62, ("points",)),
        Column("The swing that the weight prices", 230),
        Column("Better", 56),
        Column("From performance to value", 250),
        Column("Not doing a project", 130),
        Column("Adds over projects", 76),
        Column("Comes from", 96),
        Column("Evidence of the estimates", 150),
    ]
    note = "A weight is the worth of its criterion's swing, from value 0 to value 1, against the other swings."
    title, criteria = "Weights and value functions", made.portfolio.criteria
    rows = [_criterion(book, c, criteria.loc[c]) for c in made.evaluation.weights.index]
    sheet, _, row = page.write_sheet(book, WEIGHTS, columns, rows, title=title, notes=[note])
    objectives, weights = made.portfolio.objectives, made.evaluation.objective_weights
    if len(weights):
        columns = [Column("Objective", 190), columns[1], Column("Owner", 230)]
        row = page.write_headings(book, sheet, row + 1, columns)
        names, owners = objectives["name"], objectives["owner"]
        rows = [[one_line(names[o]), 100 * w, one_line(owners[o])] for o, w in weights.items()]
        page.write_rows(book, sheet, row, columns, rows)


def _criterion(book: Book, criterion: str, row: pd.Series) -> list:
    made = book.recommendation
    idle, stated = made.evaluation.not_doing[criterion], "the worst reference"
    if pd.notna(row["not_doing_level"]):
        stated = one_line(row["not_doing_level"])
    elif pd.notna(row["not_doing"]):
        stated = f"{number(row['not_doing'])} {one_line(row['unit'])}".strip()
    return [
        one_line(row["name"]),
        100 * made.evaluation.weights[criterion],
        statements.swing(row, currency=made.settings.currency),
        one_line(row["direction"]),
        _value_function(row),
        f"{stated} (value {number(round(idle, 3))})",
        "yes" if row["adds"] else "no",
        "computed here" if row["source"] != "performance" else "performance table",
        _evidence(book, criterion),
    ]


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
    rows = rows[rows["project"].isin(made.evaluation.score.index)]
    kinds = rows.loc[rows["criterion"] == criterion, "evidence"].fillna("not stated")
    return ", ".join(f"{n} {words}" for words, n in kinds.value_counts().items())


def write_set_aside(book: Book) -> None:
    """Write what was read and is not assessed, with its reason, and account for every row."""
    made = book.recommendation
    columns = [Column("Project", 180), Column("Name", 330), Column("Sponsor", 220)]
    columns.append(Column("Why it is not assessed", 510))
    note = "Set aside is not refused: what is missing is named, and can be supplied."
    sponsors, notes = made.portfolio.projects["sponsor"], [statements.accounting(made), note]
    rows = [
        [*map(one_line, (project, cells["name"], sponsors.get(project), cells["reason"]))]
        for project, cells in made.evaluation.set_aside.iterrows()
    ]
    sheet, _, row = page.write_sheet(book, SET_ASIDE, columns, rows, title="Set aside", notes=notes)
    if not rows:
        page.write_note(book, sheet, row, columns, "Nothing was set aside.")


def write_settings(book: Book) -> None:
    """Write warnings, what reading noted, and every setting with its meaning."""
    made = book.recommendation
    columns = [Column("Setting", 170), Column("Value", 420), Column("Meaning", 650)]
    notes = [f"Mark of these settings (SHA-256): {made.settings.hash()}"]
    notes.append(f"Source: {made.portfolio.source}")
    rows = [
        [f.name, _setting(getattr(made.settings, f.name)), f.metadata["help"]]
        for f in dataclasses.fields(Settings)
    ]
    sheet, _, row = page.write_sheet(
        book, SETTINGS, columns, rows, title="Settings and warnings", notes=notes
    )
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
    columns = [Column("No.", 50, ("rank",)), Column("Where", 240), Column("Text", 950)]
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
