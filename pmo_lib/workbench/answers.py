"""Word the answer to why a project is in or out, as a board speaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd

from pmo_lib import selection
from pmo_lib.checks import show
from pmo_lib.wording import (
    between,
    limit_words,
    money_between,
    money_words,
    one_line,
    worth_between,
    worth_words,
)
from pmo_lib.workbench.problem import as_chosen
from pmo_lib.workbench.reasons import Room, named
from pmo_lib.workbench.settings import Settings

MOST_PLACES = 5
"""Budget years or months named where more is needed; beyond, they are counted."""

MOST_CHECKED = 12
"""Projects for which it is checked whether people alone would do."""


@contextmanager
def naming(names: pd.Series) -> Iterator[None]:
    """Name the projects in the words of a conflict: 'flood-wall' (Flood wall)."""
    try:
        yield
    except selection.InfeasibleError as error:
        known = {show(label): one_line(name) for label, name in names.dropna().items()}

        def named(words: str) -> str:
            return re.sub(
                r"'[^']+'", lambda m: f"{m[0]} ({known[m[0]]})" if m[0] in known else m[0], words
            )

        raise selection.InfeasibleError(
            [named(words) for words in error.conflict], [named(words) for words in error.remedies]
        ) from None


def people_instead(table: pd.DataFrame, problem: dict, choice) -> pd.DataFrame:
    """Name people instead of money where the money left over is enough, and people are not.

    Checked by choosing again with what is short of each role, for the few nearest to the line.
    """
    rows, checked, room = table.to_dict("index"), 0, Room(as_chosen(problem, choice), choice)
    for project, row in rows.items():
        if row["extra_of"] != "budget" or problem["use"] is None or checked == MOST_CHECKED:
            continue
        short = room.short_of_people(project)
        if len(short) == 0 or len(room.short_of_money(project)):
            continue
        checked += 1
        asked = {
            "capacity": problem["capacity"].add(short, fill_value=0.0),
            "forced_in": pd.concat([problem["forced_in"], pd.Series({project: "asked"})]),
        }
        try:
            again = selection.choose(**{**problem, **asked}, time_limit=2.0)
        except selection.InfeasibleError:
            continue
        if again.value >= choice.value:
            row |= {"extra_of": "capacity", "extra_low": 0.0, "where": short.to_dict()}
            row["extra_high"] = float(short.sum())
    return pd.DataFrame.from_dict(rows, orient="index", columns=table.columns).rename_axis(
        "project"
    )


def said(row, *, names: pd.Series, settings: Settings, forced: str = "") -> str:
    """Word one row of `selection.why_not`: what would have to change, and who would move.

    Parameters
    ----------
    row : named tuple
        A row of `selection.why_not`.
    names : Series by project
        What a project is called.
    settings : Settings
        Tells what is summed, and the currency.
    forced : str
        Why the project is included or excluded.
    """
    size = worth_between(row.low, row.high, settings)
    inside, enters = row.case in ("funded", "included"), named(names.reindex(list(row.enters)))
    leaves = named(names.reindex([p for p in row.leaves if p != row.Index]))
    if not np.isfinite(row.low):
        known = f"no list within the limits can {'do without' if inside else 'hold'} it"
        more = f"{_cut(row, settings)}{_extra(row, settings)}".removeprefix(", or ")
        return known + (f"; it needs {more}" if more else "")
    if not np.isfinite(row.high):
        least = worth_words(row.low, settings)
        known = f"a list {'without' if inside else 'with'} it is worth at least {least} less"
        return known if row.low > 0 else "cannot tell in the time given"
    if forced:
        return f"{forced.split(':')[0]}: {_override(row, size, enters, leaves, names)}"
    if row.high == 0:
        return f"a list {'without' if inside else 'with'} it is worth as much"
    if row.low == 0:
        return f"cannot tell: a list {'without' if inside else 'with'} it is worth {size} less"
    if inside:
        lost = f"stays unless it loses {size} or more"
        return lost + (f"; without it, {enters} would come in" if enters else "")
    more = size.replace(" point", " more point") if " point" in size else f"{size} more"
    words = f"needs {more}{_cut(row, settings)}{_extra(row, settings)}"
    return words + (f"; including it now displaces {leaves}" if leaves else "")


def _override(row, size: str, enters: str, leaves: str, names: pd.Series) -> str:
    """Word the price of what the board includes or excludes."""
    if row.high == 0:
        return "costs the list nothing"
    price = f"cannot tell what it costs, {size}" if row.low == 0 else f"costs the list {size}"
    if row.case == "included":
        return price + (f" and displaces {enters}" if enters else "")
    if row.Index not in row.enters:
        return price
    return f"{price}; it would be in" + (f" in place of {leaves}" if leaves else "")


def _cut(row, settings: Settings) -> str:
    """Word how much cheaper it must become, where that is enough."""
    if not np.isfinite(row.cut_high) or row.cut_high <= 0:
        return ""
    if row.cut_low <= 0:
        return f", or at most {money_words(row.cut_high, settings.currency)} less cost"
    return f", or {money_between(row.cut_low, row.cut_high, settings.currency)} less cost"


def _extra(row, settings: Settings) -> str:
    """Word the least more money, or people, that would bring it in, and where."""
    if not row.where:
        return ""
    money = row.extra_of == "budget"
    word = (lambda n: money_words(n, settings.currency)) if money else (lambda n: f"{n:,.1f}")
    places = [f"{limit_words(label)} {word(more)}" for label, more in row.where.items()]
    over = len(places) - MOST_PLACES
    places = [*places[:MOST_PLACES], f"and {over} more"] if over > 0 else places
    low, high = word(row.extra_low), word(row.extra_high)
    size = f"at most {high}" if row.extra_low == 0 else between(low, high)
    exact = f"with {high}: " if size.startswith("between") else ""
    noun = "more" if money else "more person-months"
    enough = "for a list with it to be worth as much as this one"
    return f", or {size} {noun} ({exact}{', '.join(places)}) {enough}"
