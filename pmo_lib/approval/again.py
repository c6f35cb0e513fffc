"""Compute a sealed pack again from what it holds: every cell, the limits, the worth, the choice."""

from __future__ import annotations

import csv
import dataclasses
import functools
import io
import math
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from pmo_lib import selection, tables
from pmo_lib.approval import archive, contents
from pmo_lib.approval.contents import CHOICE, SELECTION
from pmo_lib.approval.mark import inputs_mark
from pmo_lib.checks import InputError, listing, show
from pmo_lib.export.csv_file import guarded
from pmo_lib.selection.choice import as_choice, settle_ties
from pmo_lib.selection.model import holds
from pmo_lib.selection.solver import solve
from pmo_lib.wording import counted, limit_words, listed, worth_words
from pmo_lib.workbench import Recommendation, Settings, choosing_problem, evaluate, recommend
from pmo_lib.workbench.recommendation import laid_out
from pmo_lib.workbench.settings import RULES

SAME = 1e-9
"""Numbers nearer than this share of their size differ only in how they were rounded."""

MOST_NAMED = 20
"""Cells that are named one by one."""

MOST_MOVED = 6
"""Projects that are named where choosing again ends otherwise."""

FILES = {
    "ranked_list.csv": "ranked list", "limits.csv": "limits", "finance.csv": "costs and benefits",
    "weighted_values.csv": "weighted values", "warnings.csv": "warnings",
    "selection.csv": "selection", "choice.csv": "choice as stated",
}  # fmt: skip
"""What each file of results holds, in words."""

COLUMNS = {
    "npv": "net present value", "bcr": "benefit-cost ratio", "this_year": "cost this year",
    "too_close": "too close to call", "block": "place on the list", "why": "reason",
    "left_over": "amount left over", "cost_pv": "present value of cost", "is": "statement",
    "benefit_pv": "present value of benefit", "sunk_flow": "cost before the base date",
    "cost_beyond": "cost after the budget years", "cost_in_budget": "cost in the budget years",
}  # fmt: skip
"""What columns hold, where their name does not say it."""

WORDED = ("why", "read with the list")
"""Columns of texts that choosing again may word otherwise."""

Finding = tuple[str, bool | None, str]


def checks(files: dict[str, bytes], facts: dict[str, str], *, progress=None) -> list[Finding]:
    """Check what a whole pack states: inputs, cells, limits, value, bound; and choose again."""
    steps = ("read the tables", "compute every cell", "choose again")

    def told(done: int) -> None:
        if progress:
            progress(done, len(steps), steps[done])

    told(0)
    if unread := [*_unread(files)]:
        return [("inputs", False, words) for words in unread]
    try:
        portfolio, settings = inputs(files)
    except InputError as error:
        return [("inputs", False, f"The tables cannot be read again: {p}") for p in error.problems]
    found = [_inputs(portfolio, settings, facts)]
    told(1)
    try:
        lay_out = stored(portfolio, settings, files)
    except InputError as error:
        return [*found, *(("limits", False, words) for words in error.problems), _software(files)]
    made = lay_out(explain=False)
    found += [*_cells(lay_out, files), *_worth(made, files)]
    told(2)
    again = _again(made, files)
    return [*found, *again, _software(files, holds=_outcome([*found, *again]))]


def _unread(files: dict[str, bytes]) -> Iterator[str]:
    """Yield what keeps the statements of a pack from being read."""
    needed = [contents.SETTINGS, SELECTION, CHOICE, contents.SOFTWARE]
    needed += [f"{contents.INPUTS}projects.csv"]
    if missing := [name for name in needed if name not in files]:
        yield f"It holds no {listing(missing)}, so nothing can be computed again."
        return
    for name in (name for name in files if name.endswith((".csv", ".toml"))):
        try:
            files[name].decode("utf-8-sig")
        except UnicodeDecodeError:
            yield f"{show(name)} is no text, so nothing can be computed again."
            return
    stated = _stated(files)
    for what in ("rule", "status", "proven the only best", "value", "bound"):
        if what not in stated:
            yield f"{show(CHOICE)} does not state the {what}, so nothing can be computed again."
        elif what in ("value", "bound") and not _is_number(stated[what]):
            yield f"{show(CHOICE)} states no number as the {what}, but {show(stated[what])}."
    columns = {SELECTION: {"project", "option"}, contents.SOFTWARE: {"package", "version"}}
    for name, known in columns.items():
        if any(None in map(row.get, known) for row in _rows(files, name)):
            yield f"{show(name)} is no table of {' and '.join(sorted(known))}."


def _stated(files: dict[str, bytes]) -> dict[str, str]:
    """Return what the file of the choice states."""
    return {row.get("what") or "": row.get("is") or "" for row in _rows(files, CHOICE)}


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def inputs(files: dict[str, bytes]) -> tuple[tables.Portfolio, Settings]:
    """Read the tables and settings of a sealed pack."""
    with tempfile.TemporaryDirectory() as name:
        for path, content in files.items():
            if path.startswith(contents.INPUTS):
                (Path(name) / Path(path).name).write_bytes(content)
        portfolio = tables.read_portfolio(name)
    text = files[contents.SETTINGS].decode("utf-8")
    return portfolio, Settings.from_toml(text, source=contents.SETTINGS)


def stored(
    portfolio: tables.Portfolio, settings: Settings, files: dict[str, bytes]
) -> Callable[..., Recommendation]:
    """Return what lays out the sealed list, without choosing; given `explain`, as `recommend`.

    Raises
    ------
    InputError
        If the list breaks a limit, which is named, or holds what is no proposal.
    """
    evaluation = evaluate(portfolio, settings)
    problem = choosing_problem(portfolio, settings, evaluation)
    taken = {unguarded(r["project"]): unguarded(r["option"]) for r in _rows(files, SELECTION)}
    stated = _stated(files)
    choice = None
    if stated["rule"] != RULES[0]:  # the walk is quick, and may leave a limit unmet
        walked = recommend(portfolio, settings, explain=False).choice
        choice = walked if set(walked.selected.index[walked.selected]) == taken.keys() else None
    choice = choice or fixed(problem, taken, stated, settings.time_limit)
    parts = (portfolio, settings, evaluation, problem, choice, choice)
    return functools.partial(laid_out, *parts)


def fixed(
    problem: dict, taken: dict[str, str], stated: dict[str, str], time_limit: float
) -> selection.Choice:
    """Return the choice that takes given options, with what it leaves over of every limit."""
    model = selection.build(**problem)
    wanted = np.array([taken.get(str(p)) == _plain(option) for p, option in model.options])
    unknown = taken.keys() - {str(p) for p, _ in model.options[wanted]}
    if unknown:
        raise InputError(
            f"The list holds {listing(sorted(unknown))}: no proposal, or no such option."
        )
    lower, upper = model.lower.copy(), model.upper.copy()
    lower[: len(wanted)] = upper[: len(wanted)] = wanted
    held = dataclasses.replace(model, lower=lower, upper=upper)
    found = solve(held, held.value, time_limit=time_limit)
    if found.x is None:
        raise InputError(*_broken(model, wanted))
    if found.status == "optimal":
        found, _ = settle_ties(held, found, time_limit)
    best = stated["rule"] == RULES[0]
    bound = float(stated["bound"]) if best else math.nan
    found = dataclasses.replace(found, bound=bound, status=stated["status"])
    return as_choice(
        model, found, reproducible=stated["proven the only best"] == "yes", seconds=0.0
    )


def _plain(option) -> str:
    return "" if pd.isna(option) else str(option)


def _broken(model, wanted: np.ndarray) -> list[str]:
    """Name the limits that the list breaks."""
    x = model.padded(wanted.astype(float))
    rows = [r for r in model.rows if r.columns.max(initial=-1) < model.n_options]
    money = {"budget": "the budget of {}", "capacity": "the people there are: {}"}
    names = [
        money[r.kind].format(limit_words(r.label)) if r.kind in money else r.words
        for r in rows
        if not holds(r, x)
    ]
    return [f"The list breaks a limit: {words}." for words in dict.fromkeys(names)] or [
        "The list breaks the limits on money or people that may be moved or hired."
    ]


def _rows(files: dict[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[name].decode("utf-8-sig"), newline="")))


def unguarded(text: str) -> str:
    """Undo the apostrophe before a text that looks like a formula."""
    return text[1:] if text.startswith("'") and guarded(text[1:]) == text else text


def _inputs(portfolio, settings, facts: dict[str, str]) -> Finding:
    same = inputs_mark(portfolio, settings) == facts.get("inputs")
    words = "Tables and settings read as they were sealed."
    return (
        "inputs",
        same,
        words if same else "Tables and settings do not fit the mark of the pack.",
    )


def _cells(lay_out, files: dict[str, bytes]) -> list[Finding]:
    """Compare every cell with what follows from tables, settings and list."""
    differing, n = _compared(lay_out(explain=False), files)
    if any(cell[1] in WORDED for cell in differing):
        differing, n = _compared(lay_out(explain=True), files)
    numbers = [cell for cell in differing if cell[1] not in WORDED]
    texts = [cell for cell in differing if cell[1] in WORDED]
    found = [("cells", False, _cell_words(*cell)) for cell in numbers[:MOST_NAMED]]
    found += [
        ("cells", None, f"{_cell_words(*cell)} Reasons are priced by choosing again, which may end otherwise.")
        for cell in texts[:MOST_NAMED]
    ]  # fmt: skip
    left = len(differing) - len(found)
    if left:
        found.append(("cells", not numbers or False, f"{left:,} further cells differ."))
    return found or [("cells", True, f"All {n:,} cells come out again.")]


def _compared(made: Recommendation, files: dict[str, bytes]) -> tuple[list[tuple], int]:
    """Return the cells that differ, as (file, column, row, sealed, computed), and how many there are."""
    differing, n = [], 0
    for name, frame in contents.results(made).items():
        again = {name: contents.marked(frame, made.settings)}
        was, now = _rows(files, name), _rows(again, name)
        if len(was) != len(now):
            differing.append((name, "rows", "", str(len(was)), str(len(now))))
        for number, (one, other) in enumerate(zip(was, now, strict=False), start=2):
            for column in dict.fromkeys([*other, *one]):
                n += 1
                if not _alike(one.get(column), other.get(column)):
                    key = next(iter(other.values()))
                    differing.append(
                        (name, column, f"{number}, {key}", one.get(column), other.get(column))
                    )
    return differing, n


def _alike(one: str | None, other: str | None) -> bool:
    if one == other:
        return True
    try:
        return math.isclose(float(one), float(other), rel_tol=SAME, abs_tol=SAME)
    except (TypeError, ValueError):
        return False


def _cell_words(name: str, column: str, row: str, was, now) -> str:
    """Say where a cell is, what it was sealed as and what it comes out as."""
    what = FILES.get(Path(name).name, name)
    if not row:
        return f"The {what} ({name}): was sealed with {was} rows, and comes out with {now}."
    place = f"The {what} ({name} row {row}), {COLUMNS.get(column, column.replace('_', ' '))}"
    if now is None:
        return f"{place}: was sealed as {_told(was)}, and does not belong there."
    if was is None:
        return f"{place}: was not sealed, and comes out as {_told(now)}."
    return f"{place}: was sealed as {_told(was)}, and comes out as {_told(now)}."


def _told(cell) -> str:
    """Word a cell: numbers as numbers, flags as yes or no, texts in quotes."""
    plain = {"True": "yes", "False": "no", "": "empty"}
    if isinstance(cell, str) and cell in plain:
        return plain[cell]
    known = isinstance(cell, str) and _is_number(cell) and math.isfinite(float(cell))
    return show(float(cell)) if known else show(cell)


def _worth(made: Recommendation, files: dict[str, bytes]) -> list[Finding]:
    """Check that the list meets its limits, and its stated value and bound."""
    stated = _stated(files)
    choice, value = made.choice, float(stated["value"])
    short = choice.slack[choice.slack["left"] < -1e-6 * choice.slack["limit"].abs().clip(lower=1)]
    words = f"All {len(choice.slack):,} limits, and every link, are met."
    if "not met" in choice.status:
        words = f"As the list says itself, {choice.status}."
    elif len(short):
        first = limit_words(short["label"].iloc[0])
        words = f"{counted(len(short), 'limit')} broken, the first: {first}."
    found: list[Finding] = [("limits", len(short) == 0, words)]
    same = math.isclose(value, choice.value, rel_tol=SAME, abs_tol=SAME)
    worth = worth_words(value, made.settings)
    words = f"The list is worth {worth}, as stated."
    if not same:
        words = (
            f"The list is worth {worth_words(choice.value, made.settings)}, and {worth} was stated."
        )
    return [*found, ("value", same, words)]


def _again(made: Recommendation, files: dict[str, bytes]) -> list[Finding]:
    """Choose again, and compare with the list and its bound."""
    stated = _stated(files)
    bound, settings = float(stated["bound"]), made.settings
    fresh = recommend(made.portfolio, settings, explain=False)
    room = SAME * max(abs(made.choice.value), 1e-300)
    best, found = fresh.by_rule[RULES[0]], []
    if not math.isnan(bound):
        fits = best.value <= bound + room and made.choice.value <= bound + room
        words = f"{_capital(made.choice.sentence)}; choosing again found nothing beyond that."
        if not fits:
            words = f"A list worth {worth_words(best.value, settings)} exists, more than was stated to be possible."
        found.append(("bound", fits, words))
    enters, leaves = _moved(made, fresh)
    if not enters and not leaves:
        return [*found, ("again", True, "Choosing again finds the same list.")]
    enters, leaves = (listed(names, most=MOST_MOVED) or "nothing" for names in (enters, leaves))
    change = f"{enters} instead of {leaves}"
    gain = fresh.choice.value - made.choice.value
    if abs(gain) <= room:
        words = (
            f"Choosing again finds a different, equally good list: {change}. That is no tampering."
        )
        return [*found, ("again", None, words)]
    how = f"worth {worth_words(abs(gain), settings)} {'more' if gain > 0 else 'less'}: {change}"
    known = "within what was stated to be possible" if gain > 0 else "the sealed one is better"
    return [*found, ("again", None, f"Choosing again finds another list, {how}; {known}.")]


def _moved(made: Recommendation, fresh: Recommendation) -> tuple[list[str], list[str]]:
    was, now = made.choice.selected, fresh.choice.selected
    sides = (now & ~was.reindex(now.index)), (was & ~now.reindex(was.index))
    return tuple(made.names(side.index[side]) for side in sides)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _outcome(found: list[Finding]) -> bool:
    return not any(holds is False for _, holds, _ in found)


def _software(files: dict[str, bytes], *, holds: bool = True) -> Finding:
    """Say which versions differ from those it was made by, and whether the list holds all the same."""
    was = {row["package"]: row["version"] for row in _rows(files, contents.SOFTWARE)}
    now = contents.versions()
    other = [
        f"{name} {was.get(name) or 'not stated'} then, {now[name]} now"
        for name in now
        if was.get(name) != now[name]
    ]
    if not other:
        return ("software", True, "The versions that made it compute here.")
    outcome = "the list holds with these too" if holds else "what does not hold may come from that"
    return ("software", None, f"Other versions compute here ({'; '.join(other)}): {outcome}.")


def documents(files: dict[str, bytes], folder: Path) -> list[Finding]:
    """Compare the files handed out beside a pack with their sealed hashes.

    Workbook and minutes are there to be filled in until the list is approved.
    """
    found, approved = [], archive.stated(files)[0].get("status") == "APPROVED"
    for row in _rows(files, contents.DOCUMENTS) if contents.DOCUMENTS in files else ():
        name = Path(unguarded(row["file"])).name
        path = folder / name
        if not path.is_file():
            found.append(
                ("documents", None, f"{show(name)} is not beside it, so it was not compared.")
            )
        elif archive.sha256(path.read_bytes()) != row["sha256"]:
            form = name.endswith((".xlsx", ".md")) and not approved
            words = "filled in or changed" if form else "changed"
            found.append(
                ("documents", None if form else False, f"{show(name)} beside it was {words}.")
            )
    return found
