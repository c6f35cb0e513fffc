"""How the first page is laid out: how wide the columns are, how much of each reason fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from pmo_lib.export.page import LINE, SIZE, height
from pmo_lib.export.words import PADDING, wrap
from pmo_lib.wording import visible

MOST_LINES = 6
"""Lines of a reason on the first page; the sheet of reasons has the rest."""


@dataclass(frozen=True)
class Entry:
    """A project on the list, as it is printed.

    Parameters
    ----------
    project : str
        Its label.
    name, sponsor, condition : str
        As they are shown.
    lines : int
        Lines that these need.
    reasons : tuple of str
        Why it is where it is, in ever fuller wordings; the last is the fullest.
    reason_lines : tuple of int
        Lines of each wording.
    comment : str
        What the board said to it, as it is shown.
    """

    project: str
    name: str
    sponsor: str
    condition: str
    lines: int
    reasons: tuple[str, ...]
    reason_lines: tuple[int, ...]
    comment: str = ""

    def height(self, level: int) -> float:
        """Return the height of the row with that wording. [pt]."""
        return height(max(self.lines, self.reason_lines[level]))


def wordings(why: str, room: float) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Word a reason ever more fully, from one line to the whole.

    Parameters
    ----------
    why : str
        The whole reason.
    room : float
        Width of a line. [pt]

    Returns
    -------
    (tuple of str, tuple of int)
        Wordings and their numbers of lines; one that leaves something out ends in an
        ellipsis.

    Examples
    --------
    >>> wordings("Does not fit; including it displaces the depot", 100)[0][0]
    'Does not fit …'
    """
    whole = visible(why)
    lines = wrap(whole, room, size=SIZE)
    words = [_cut(whole, lines, room, most) for most in range(1, min(len(lines), MOST_LINES) + 1)]
    words = list(dict.fromkeys(words))
    return tuple(words), tuple(len(wrap(one, room, size=SIZE)) for one in words)


def _cut(text: str, lines: list[str], room: float, most: int) -> str:
    """Shorten a text to some lines, at a clause or else at a word, with an ellipsis."""
    if len(lines) <= most:
        return text
    last = wrap(lines[most - 1], room - 12, size=SIZE)[0]
    clause = max(last.rfind(sign) for sign in (", ", "; ", " and "))
    last = last[:clause] if clause > len(last) / 2 else last
    return " ".join([*lines[: most - 1], last.rstrip(" ,;…") + " …"])


def widths(
    texts: Sequence[Sequence[str]],
    *,
    pixels: int,
    choices: Sequence[Sequence[int]],
    room: float,
    whole: Sequence[bool],
) -> list[int]:
    """Share a width among columns of text so that most reasons stand whole on the page.

    Parameters
    ----------
    texts : sequence of rows of texts
        The last one of a row is the reason, which may be shortened.
    pixels : int
        Width of all the columns together. [px]
    choices : sequence of sequences of int
        Widths to try for each column but the last, which takes the rest. [px]
    room : float
        Height that the rows may have together. [pt]
    whole : sequence of bool
        Rows whose reason may not be shortened.

    Returns
    -------
    list of int
        A width for each column. [px]

    Examples
    --------
    >>> row = ["a flood wall along the river", "no"]
    >>> widths([row], pixels=300, choices=[[100, 200]], room=13, whole=[True])
    [200, 100]
    """
    wides = list(product(*choices))
    lines = [_lines_by_width([row[n] for row in texts], choice) for n, choice in enumerate(choices)]
    left = {pixels - sum(wide) for wide in wides}
    rest = _lines_by_width([row[-1] for row in texts], left)
    opening = _lines_by_width([f"{row[-1].split('; ')[0]} …" for row in texts], left)
    tried = []
    for wide in wides:
        least = np.max([lines[n][one] for n, one in enumerate(wide)], axis=0)
        full = np.maximum(least, rest[pixels - sum(wide)])
        least = np.where(whole, full, least)
        spare = room - sum(height(n) for n in least)
        good = int((np.cumsum(np.sort(full - least) * LINE) <= spare).sum())
        good += int((opening[pixels - sum(wide)] <= least).sum())
        tried.append((max(0.0, -spare), -good, int(full.sum()), wide))
    best = min(tried)[-1]
    return [*best, pixels - sum(best)]


def _lines_by_width(texts: Sequence[str], pixels) -> dict[int, np.ndarray]:
    """Count the lines of each text at each width."""
    return {
        wide: np.array([min(len(wrap(t, wide * 0.75 - PADDING)), MOST_LINES) for t in texts])
        for wide in pixels
    }


def fit(entries: Sequence[Entry], *, room: float, order: Sequence[int]) -> tuple[list[int], bool]:
    """Choose a wording for every project so that the list stays on one page.

    Every project first has one line; the room that is left goes to fuller wordings, a
    line at a time, in the order given.

    Parameters
    ----------
    entries : sequence of Entry
        In the order of the list.
    room : float
        Height that the rows may have together. [pt]
    order : sequence of int
        Places of the entries, those first whose reasons matter most.

    Returns
    -------
    (list of int, bool)
        The wording of each entry, and whether all fit. If they do not, the list takes
        several pages and every reason is as full as it can be.

    Examples
    --------
    >>> reasons = wordings("Does not fit; including it displaces the depot", 150)
    >>> wall = Entry("wall", "Flood wall", "Place", "", 1, *reasons)
    >>> fit([wall], room=15, order=[0]), fit([wall], room=30, order=[0])
    (([0], True), ([1], True))
    """
    levels = [0] * len(entries)
    left = room - sum(one.height(0) for one in entries)
    if left < 0:
        return [len(one.reasons) - 1 for one in entries], False
    for level in range(1, MOST_LINES):
        for place in order:
            one = entries[place]
            if levels[place] == level - 1 and level < len(one.reasons):
                more = one.height(level) - one.height(level - 1)
                if more <= left:
                    levels[place], left = level, left - more
    return levels, True
