"""How much of each reason fits on the first page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pmo_lib.export.page import SIZE, height
from pmo_lib.export.words import visible, wrap


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
    """Shorten a text to some lines, at a word, with an ellipsis."""
    lines = wrap(text, room, size=SIZE)
    if len(lines) <= most:
        return text
    last = wrap(lines[most - 1], room - 12, size=SIZE)[0]
    return "\n".join([*lines[: most - 1], last.rstrip(" ,;…") + " …"])


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
