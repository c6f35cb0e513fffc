"""The first sheet: the list as one page that a board can sign."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from xlsxwriter.utility import xl_rowcol_to_cell

from pmo_lib import periods, statements
from pmo_lib.approval import changes as changing
from pmo_lib.approval.dossier import DECISIONS
from pmo_lib.export import adding, asks, layout, page
from pmo_lib.export.page import Book, Column, Formula
from pmo_lib.export.words import PADDING, wrap
from pmo_lib.wording import counted, list_word, one_line
from pmo_lib.workbench.pricing import base_date

NAME = "Ranked list"

ONE_PAGE = 45
"""Projects beyond which one page is not even tried."""

DECISION, CONDITION, COMMENT, LABEL = 9, 10, 11, 12
"""Columns to decide in; those of comments and of labels (hidden) only in a workbook to decide in."""

_SCORE, COST, _YEAR, _TOTAL, _WHY = 3, 5, 6, 7, 8
_MOST_LINES, _MOST_FOOT = 4, 8
_PLANNED = " instead of .*"
_WHOLE = ("change", "mandatory")
"""Blocks whose reasons are never shortened to make room."""

_PAGE_ROOM = page.PAGE_PIXELS * 0.75 - PADDING


@dataclass(frozen=True, eq=False)
class List:
    """The list being written: its sheet, columns, entries and the wording of each reason."""

    book: Book
    sheet: object
    columns: list[Column]
    entries: dict[str, layout.Entry]
    levels: dict[str, int]
    one_page: bool


def write(book: Book) -> None:
    """Write the first sheet; the names it refers to belong to the later sheets."""
    sheet = book.sheet(NAME)
    page.set_up_page(book, sheet, NAME)
    feet = [
        page.fitted(book, text, _PAGE_ROOM, f"{NAME}, foot", most=_MOST_FOOT)
        for text in _foot(book)
    ]
    where, words = f"{NAME}, headline", lead(book)
    headline, lines = page.fitted(book, words, _PAGE_ROOM, where, most=3, size=11, bold=True)
    heads = (19.0, 12.5, 4.0 + 13.5 * lines)
    bars = 5 + (len(_changes(book)) > 0)
    fixed = sum(heads) + page.height(2) + bars * page.BAR + sum(page.height(n) for _, n in feet)
    full, *shorter = _conditions(book)
    listed = _listed(book, sheet, full, page.PAGE_HEIGHT - fixed)
    tried = (_listed(book, sheet, words, page.PAGE_HEIGHT - fixed) for words in shorter)
    if not listed.one_page:
        listed = next((one for one in tried if one.one_page), listed)
    columns = listed.columns
    for place, column in enumerate(columns):
        sheet.set_column_pixels(place, place, column.pixels)
    if book.dossier is not None:
        sheet.set_column(LABEL, LABEL, None, None, {"hidden": True})
    for place, tall in enumerate(heads):
        sheet.set_row(place, tall)
    _write_head(book, sheet, columns, headline)
    row = page.write_headings(book, sheet, 3, columns)
    sheet.freeze_panes(row, 2)
    sheet.repeat_rows(row - 1)
    row = _write_list(listed, row)
    for text, lines in feet:
        page.across(book, sheet, row, 0, len(columns) - 1, text, "small")
        sheet.set_row(row, page.height(lines))
        row += 1
    sheet.fit_to_pages(1, 1 if listed.one_page else 0)
    sheet.print_area(0, 0, row - 1, len(columns) - 1)
    sheet.activate()


def lead(book: Book) -> str:
    """Say what is recommended, or what was decided."""
    return book.recommendation.headline if book.dossier is None else asks.headline(book.dossier)


def _conditions(book: Book) -> list[pd.Series]:
    """Word by project what is not as planned, ever more briefly."""
    full = statements.conditions(book.recommendation)
    if book.dossier is not None and book.dossier.decisions is not None:
        stated = book.dossier.decisions["condition"]
        return [stated[stated != ""].combine_first(full)]
    short = full.str.replace(_PLANNED, "", regex=True)
    return [full, short, full.mask(full.notna(), "see Schedule")] if len(full) else [full]


def _columns(book: Book, room: float, conditions: pd.Series) -> list[Column]:
    unit, settings = book.money.unit, book.recommendation.settings
    start = base_date(book.recommendation.portfolio, settings)
    year = periods.label(start)
    fixed = {
        0: Column("Rank", 38, ("rank",)),
        3: Column("Score\nof 100", 54, ("score",)),
        4: Column("BCR", 44, ("ratio",)),
        COST: Column(f"Cost {unit}\ntotal", 64, ("money1",)),
        _YEAR: Column(f"Cost {unit}\n{year}", 64, ("money1",)),
        _TOTAL: Column(f"Running\ntotal {unit}", 68, ("money1",)),
        DECISION: Column("Decision", 70 if book.dossier is None else 84, ("fill",)),
    }
    if book.dossier is not None:
        fixed[COMMENT] = Column("Comment", 90, ("fill",))
    left = page.PAGE_PIXELS - sum(column.pixels for column in fixed.values())
    name, sponsor, condition, why = _text_widths(book, left, room, conditions)
    texts = {1: Column("Project", name), 2: Column("Sponsor", sponsor)}
    texts |= {_WHY: Column("Why here", why), CONDITION: Column("Condition", condition, ("fill",))}
    return [(fixed | texts)[n] for n in range(len(fixed | texts))]


def _text_widths(book: Book, pixels: int, room: float, conditions: pd.Series) -> list[int]:
    """Share the width that numbers leave among project, sponsor, condition and reason.

    Beside a wide condition, the money left over may need one more line.
    """
    listed, room = _decidable(book), room - page.LINE * (len(conditions) > 0)
    if len(listed) > ONE_PAGE:
        return [240, 150, 120, pixels - 510]
    texts = [
        [
            one_line(name)[:300],
            one_line(sponsor)[:300],
            conditions.get(project, ""),
            _reason(why)[:600],
        ]
        for project, name, sponsor, why in listed[["name", "sponsor", "why"]].itertuples()
    ]
    choices = [range(150, 361, 10), range(70, 231, 10), [120, 200] if len(conditions) else [78]]
    if book.dossier is not None:
        choices[:2] = [range(150, 261, 10), range(70, 191, 10)]
    duty = listed["block"].isin(_WHOLE).to_numpy()
    return layout.widths(texts, pixels=pixels, choices=choices, room=room, whole=duty)


def _reason(cell) -> str:
    words = one_line(cell)
    return words[:1].upper() + words[1:]


def _proposals(book: Book) -> pd.DataFrame:
    ranked = book.recommendation.ranked_list
    changed = ranked.index.isin(_changes(book).index)
    return ranked[(ranked["block"] != "continues") & ~changed]


def _changes(book: Book) -> pd.DataFrame:
    """Return what is asked of running work, to be decided row by row."""
    table = changing.as_changes() if book.dossier is None else book.dossier.changes
    cells = {"name": changing.sentence_of(table), "why": table["reason"], "block": "change"}
    cells |= {"funded": False, "too_close": False}
    return table.assign(**cells).reindex(columns=book.recommendation.ranked_list.columns)


def _decidable(book: Book) -> pd.DataFrame:
    """Return every row that can be decided on: changes of running work, then proposals."""
    changes, proposals = _changes(book).astype(object), _proposals(book)
    return pd.concat([changes, proposals.astype(object)]) if len(changes) else proposals


def _write_head(book: Book, sheet, columns: list[Column], headline: str) -> None:
    """Write who decides on what, when, and the recommendation in one sentence."""
    settings = book.recommendation.settings
    left = sum(column.room for column in columns[: _TOTAL + 1])
    right = sum(column.room for column in columns[_WHY:])
    who = " · ".join(one_line(t) for t in (settings.organisation, settings.board) if t) or NAME
    sign = " · ".join(one_line(t) for t in (settings.status, settings.marking) if t)
    approved = list_word(settings) == "approved"
    what = f"Ranked list of proposals{'' if approved else ' for decision'}"
    facts = " · ".join([what, *statements.occasion(settings)])
    who, _ = page.fitted(book, who, left, f"{NAME}, title", most=1, size=14, bold=True)
    sign, _ = page.fitted(book, sign, right, f"{NAME}, marking", most=1, size=12, bold=True)
    facts, _ = page.fitted(book, facts, left + right, f"{NAME}, facts", most=1)
    page.across(book, sheet, 0, 0, _TOTAL, who, "title")
    last = len(columns) - 1
    page.across(book, sheet, 0, _WHY, last, sign, "sign")
    page.across(book, sheet, 1, 0, last, facts, "quiet")
    page.across(book, sheet, 2, 0, last, headline, "sentence")


def _listed(book: Book, sheet, conditions: pd.Series, room: float) -> List:
    """Prepare the proposals and choose how much of each reason is shown."""
    rows, columns = _decidable(book), _columns(book, room, conditions)
    entries = _entries(book, columns, rows, conditions)
    room -= page.LINE * _more_lines_left(book, columns)
    levels, one_page = layout.fit(entries, room=room, order=_by_interest(rows))
    return List(
        book=book,
        sheet=sheet,
        columns=columns,
        entries={entry.project: entry for entry in entries},
        levels=dict(zip(rows.index, levels, strict=True)),
        one_page=one_page,
    )


def _entries(book: Book, columns: list[Column], rows: pd.DataFrame, conditions: pd.Series):
    """Word each row as it may be printed."""
    entries = []
    decided = None if book.dossier is None else book.dossier.decisions
    comments = {} if decided is None else dict(decided["comment"])
    columns_read = rows[["name", "sponsor", "why", "block"]]
    for project, name, sponsor, why, block in columns_read.itertuples(name=None):
        name, tall = _named(book, project, name, columns[1])
        sponsor, taller = _named(book, project, sponsor, columns[2])
        condition, tallest = _named(book, project, conditions.get(project), columns[CONDITION])
        reasons, lines = layout.wordings(_reason(why), columns[_WHY].room)
        if block in _WHOLE:
            reasons, lines = reasons[-1:], lines[-1:]
        comment, lines_of_comment = "", 1
        if project in comments:
            comment, lines_of_comment = _named(book, project, comments[project], columns[COMMENT])
        most = max(tall, taller, tallest, lines_of_comment)
        entries.append(
            layout.Entry(project, name, sponsor, condition, most, reasons, lines, comment)
        )
    return entries


def _by_interest(rows: pd.DataFrame) -> list[int]:
    """Order the places of the list from the cut line outwards."""
    line = int(rows["block"].isin([*_WHOLE, "recommended"]).sum())
    return sorted(range(len(rows)), key=lambda n: abs(n + 0.5 - line))


def _named(book: Book, project: str, text, column: Column) -> tuple[str, int]:
    where = f"{NAME}, {column.heading.lower()} of {one_line(project)[:60]}"
    return page.fitted(book, one_line(text), column.room, where, most=_MOST_LINES)


def _write_list(listed: List, row: int) -> int:
    """Write the blocks of the list; return the row after them."""
    ranked, proposals = listed.book.recommendation.ranked_list, _proposals(listed.book)
    blocks = dict(iter(proposals.groupby("block", sort=False)))
    nobody, words = ranked.iloc[:0], statements.block_words(listed.book.recommendation)
    row = _write_changes(listed, row)
    first = row
    row = _write_running(listed, row, int((ranked["block"] == "continues").sum()))
    row, last = _write_block(listed, row, blocks.get("mandatory", nobody), last=None)
    chosen = blocks.get("recommended", nobody)
    row = _write_bar(
        listed,
        row,
        f"{words['recommended']} by rank: {counted(len(chosen), 'project')}",
        _sums(row, chosen),
    )
    row, _ = _write_block(listed, row, chosen, last=last)
    row = _write_money_left(listed, row)
    refused = blocks.get("not recommended", nobody)
    row = _write_bar(
        listed,
        row,
        f"{words['not recommended']} by rank: {counted(len(refused), 'project')}",
        _sums(row, refused),
    )
    row, _ = _write_block(listed, row, refused, last=None)
    aside = blocks.get("not assessed", nobody)
    row = _write_bar(
        listed, row, f"NOT ASSESSED: {counted(len(aside), 'project')} set aside", _sums(row, aside)
    )
    row, _ = _write_block(listed, row, aside, last=None)
    listed.book.places["list rows", ""] = first, row - 1
    return row


def _write_changes(listed: List, row: int) -> int:
    """Write what is asked of running work; return the row after it."""
    changes = _changes(listed.book)
    if len(changes) == 0:
        return row
    is_open = listed.book.dossier.decisions is None
    follows = "approved, it is carried out; deferred or rejected, the work goes on as it is"
    words = f"RUNNING WORK: {counted(len(changes), 'change')} {'to decide' if is_open else 'asked'}"
    row = _write_bar(listed, row, words, {_WHY: follows[:1].upper() + follows[1:]})
    listed.book.places["change rows", ""] = row, row + len(changes) - 1
    return _write_block(listed, row, changes, last=None)[0]


def _write_running(listed: List, row: int, n: int) -> int:
    """Write running work as one line; its money stands on a sheet of its own."""
    sums = {COST: "running_cost", _YEAR: "running_this_year"}
    cells = {place: page.named(listed.book, name) for place, name in sums.items()}
    if n:
        cells[_WHY] = "Running work: its remaining cost and people come off the limits first"
    committed = statements.committed(listed.book.recommendation)
    words = f"COMMITTED: {committed} (this sum); below, what is mandatory"
    return _write_bar(listed, row, words, cells)


def _write_bar(listed: List, row: int, words: str, cells: dict) -> int:
    """Write a bar with some cells in it; return the row after it."""
    book, sheet = listed.book, listed.sheet
    page.across(book, sheet, row, 0, COST - 1, words, "bar")
    for place in range(COST, len(listed.columns)):
        looks = ("bar", "money1") if isinstance(cells.get(place), Formula) else ("bar",)
        page.put(book, sheet, row, place, cells.get(place), *looks)
    sheet.set_row(row, page.BAR)
    return row + 1


def _sums(row: int, block: pd.DataFrame) -> dict:
    """Return live sums of the rows of a block that opens with the bar in this row."""
    return {
        place: adding.total(row + 1, row + len(block), place, block[name])
        for place, name in ((COST, "cost"), (_YEAR, "this_year"))
        if block[name].notna().any()
    }


def _write_block(
    listed: List, row: int, block: pd.DataFrame, *, last: int | None
) -> tuple[int, int | None]:
    """Write the projects of a block; return the row after them and the last running total's."""
    bottom = row + len(block) - 1
    for project in block.itertuples():
        edge = ("above",) if project.block == "recommended" and row == bottom else ()
        looks = ("quiet", *edge) if project.block.startswith("not") else edge
        total = None
        if project.funded:
            own = xl_rowcol_to_cell(row, COST)
            before = "" if last is None else f"{xl_rowcol_to_cell(last, _TOTAL)}+"
            total, last = Formula(before + own, project.running_total), row
        _write_project(listed, row, project, total, looks)
        row += 1
    return row, last


def _write_project(listed: List, row: int, project, total, looks: tuple[str, ...]) -> None:
    entry, level, book = listed.entries[project.Index], listed.levels[project.Index], listed.book
    cells = [
        project.rank, entry.name, entry.sponsor, 100 * project.score, project.bcr, project.cost,
        project.this_year, total, entry.reasons[level], None, entry.condition, entry.comment or None,
    ]  # fmt: skip
    decided = None if book.dossier is None else book.dossier.decisions
    if decided is not None and project.Index in decided.index:
        cells[DECISION] = decided.at[project.Index, "decision"]
    is_open = ("open",) if book.dossier is not None and decided is None else ()
    for place, (column, cell) in enumerate(zip(listed.columns, cells, strict=False)):
        own = ("close",) if place == _SCORE and project.too_close else column.looks
        own = (*own, *is_open) if place >= DECISION and decided is None else own
        own = ("wrap",) if place >= DECISION and decided is not None else own
        page.put(book, listed.sheet, row, place, cell, "row", "boxed", *own, *looks)
    if book.dossier is not None:
        page.put(book, listed.sheet, row, LABEL, project.Index)
    listed.sheet.set_row(row, entry.height(level))
    listed.sheet.data_validation(
        row, DECISION, row, DECISION,
        {"validate": "list", "source": list(DECISIONS), "error_title": "Decision",
         "error_message": f"Choose one of: {', '.join(DECISIONS)}."},
    )  # fmt: skip


def _write_money_left(listed: List, row: int) -> int:
    """Write what is left over under the thick rule."""
    book, sheet, last = listed.book, listed.sheet, len(listed.columns) - 1
    page.across(book, sheet, row, 0, COST - 1, "MONEY LEFT OVER", "below")
    for place in range(COST, _WHY):
        page.put(book, sheet, row, place, None, "below")
    words = _left_by_year(book)
    if words is None:
        page.across(book, sheet, row, _WHY, last, "No budget is stated", "below")
    else:
        page.put(book, sheet, row, COST, page.named(book, "left_total"), "below", "money1")
        this_year = page.named(book, "left_this_year")
        page.put(book, sheet, row, _YEAR, this_year, "below", "money1")
        page.across(book, sheet, row, _WHY, last, words, "below", "wrap")
    sheet.set_row(row, page.BAR + page.LINE * _more_lines_left(book, listed.columns))
    return row + 1


def _more_lines_left(book: Book, columns: list[Column]) -> int:
    """Count the lines, beyond one, of the money left in each year."""
    words = _left_by_year(book)
    room = sum(column.pixels for column in columns[_WHY:]) * 0.75 - PADDING
    return len(wrap(words.value, room, size=page.SIZE, bold=True)) - 1 if words else 0


def _left_by_year(book: Book) -> Formula | None:
    """Return a formula that words the money left in each year."""
    years = sorted(set(book.recommendation.portfolio.budgets["period"]))
    money, parts, words = book.money, [], []
    sign, places = money.sign.replace('"', '""'), 1 if money.letter == "m" else 0
    for year in years:
        name, label = f"left_{year.replace('-', '_')}", periods.label(year)
        number = f"FIXED(ROUND({name}/{money.divisor},{places}),{places})"
        parts.append(f'"{label} {sign}"&{number}&"{money.letter}"')
        words.append(f"{label} {money.shown(book.named[name])}")
    return Formula('&" · "&'.join(parts), " · ".join(words)) if years else None


def _foot(book: Book) -> list[str]:
    """Return what must be read with the list, as paragraphs."""
    made = book.recommendation
    reading = [
        f"({number}) {one_line(words)}" for number, words in enumerate(made.warnings, start=1)
    ]
    how = (statements.weights_line, statements.prices, statements.basis, statements.accounting)
    texts = [
        statements.legend(made, book.money),
        " ".join(state(made) for state in how),
        "Read with this list: " + " ".join(reading) if reading else "",
    ]
    return [text for text in texts if text]
