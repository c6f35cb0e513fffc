"""How the first page is laid out: how wide the columns are, how much of each reason fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from pmo_lib.export.page import LINE, SIZE, height
from pmo_lib.export.words import PADDING, line_counts, visible, wrap

MOST_LINES = 6
"""Lines of a reason on the first page; the sheet of reasons has the rest."""


@dataclass(frozen=True)
class Entry:
    """A project on the list, as it is printed.

    Parameters
    ----------
    project : str
        Its label.
    name, sponsor : str
        As they are shown.
    lines : int
        Lines that name and sponsor need.
    reasons : tuple of str
        Why it is where it is: in one line, the first clause, the whole.
    reason_lines : tuple of int
        Lines of each wording.
    """

    project: str
    name: str
    sponsor: str
    lines: int
    reasons: tuple[str, ...]
    reason_lines: tuple[int, ...]

    def height(self, level: int) -> float:
        """Return the height of the row with that wording. [pt]."""
        return height(max(self.lines, self.reason_lines[level]))


def wordings(why: str, room: float) -> tuple[str, ...]:
    """Word a reason ever more fully: in one line, its first clause, the whole.

    Parameters
    ----------
    why : str
        The whole reason; clauses are parted by semicolons.
    room : float
        Width of a line. [pt]

    Returns
    -------
    tuple of str
        A wording that leaves something out ends in an ellipsis.

    Examples
    --------
    >>> wordings("Does not fit; including it displaces the depot", 100)
    ('Does not fit …', 'Does not fit …', 'Does not fit; including it displaces the depot')
    """
    whole = visible(why)
    clause = whole.split("; ")[0]
    clause = whole if clause == whole else f"{clause} …"
    return tuple(_cut(text, room, most) for text, most in ((clause, 1), (clause, 3), (whole, MOST_LINES)))


def _cut(text: str, room: float, most: int) -> str:
    """Shorten a text to some lines, at a clause or else at a word, with an ellipsis."""
    lines = wrap(text, room, size=SIZE)
    if len(lines) <= most:
        return text
    last = wrap(lines[most - 1], room - 12, size=SIZE)[0]
    clause = max(last.rfind(", "), last.rfind("; "))
    last = last[:clause] if clause > len(last) / 2 else last
    return "\n".join([*lines[: most - 1], last.rstrip(" ,;…") + " …"])


def widths(
    texts: Sequence[Sequence[str]], *, pixels: int, choices: Sequence[Sequence[int]], room: float
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

    Returns
    -------
    list of int
        A width for each column. [px]

    Examples
    --------
    >>> row = ["a flood wall along the river", "no"]
    >>> widths([row], pixels=300, choices=[[100, 200]], room=13)
    [200, 100]
    """
    wides = list(product(*choices))
    lines = [_lines_by_width([row[n] for row in texts], choice) for n, choice in enumerate(choices)]
    rest = _lines_by_width([row[-1] for row in texts], {pixels - sum(wide) for wide in wides})
    tried = []
    for wide in wides:
        least = np.max([lines[n][one] for n, one in enumerate(wide)], axis=0)
        whole = np.maximum(least, rest[pixels - sum(wide)])
        left = room - sum(height(n) for n in least)
        fits = int((np.cumsum(np.sort(whole - least) * LINE) <= left).sum())
        tried.append((max(0.0, -left), -fits, int(whole.sum()), wide))
    best = min(tried)[-1]
    return [*best, pixels - sum(best)]


def _lines_by_width(texts: Sequence[str], pixels) -> dict[int, np.ndarray]:
    """Count the lines of each text at each width."""
    wides = sorted(pixels)
    counts = [line_counts(text, [w * 0.75 - PADDING for w in wides], size=SIZE) for text in texts]
    return dict(zip(wides, np.minimum(np.array(counts).T, MOST_LINES), strict=True))


def fit(entries: Sequence[Entry], *, room: float, line: int) -> tuple[list[int], bool]:
    """Choose a wording for every project so that the list stays on one page.

    Every project first has one line; the room that is left goes to fuller wordings,
    the projects nearest the cut line first, since they are what the board discusses.

    Parameters
    ----------
    entries : sequence of Entry
        In the order of the list.
    room : float
        Height that the rows may have together. [pt]
    line : int
        Place of the cut line: how many entries stand above it.

    Returns
    -------
    (list of int, bool)
        The wording of each entry, and whether all fit. If they do not, the list takes
        several pages and every reason is whole.

    Examples
    --------
    >>> words = wordings("Does not fit; including it displaces the depot", 150)
    >>> wall = Entry("wall", "Flood wall", "Place", 1, words, (1, 1, 2))
    >>> fit([wall], room=15, line=0), fit([wall], room=30, line=0)
    (([1], True), ([2], True))
    """
    levels = [0] * len(entries)
    left = room - sum(one.height(0) for one in entries)
    if left < 0:
        return [len(one.reasons) - 1 for one in entries], False
    nearest = sorted(range(len(entries)), key=lambda place: abs(place + 0.5 - line))
    for level in (1, 2):
        for place in nearest:
            more = entries[place].height(level) - entries[place].height(levels[place])
            if more <= left and levels[place] == level - 1:
                levels[place] = level
                left -= more
    return levels, True
