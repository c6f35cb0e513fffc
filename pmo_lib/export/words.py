"""Texts as a page shows them: visible characters, measured lines, worded money and dates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from pmo_lib import periods

_BREAKS = re.compile("\r\n?|\x0b|\x0c|\u2028|\u2029|\u0085")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)


class _Widths(dict):
    """Advance widths by letter; those of unlisted letters follow from their kind. [em]."""

    def __missing__(self, letter: str) -> float:
        if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
            wide = 0.001
        elif unicodedata.east_asian_width(letter) in "WF" or ord(letter) > 0xFFFF:
            wide = 1.3
        else:
            wide = 0.72
        return self.setdefault(letter, wide)


_WIDTHS = _Widths(
    (letter, width / 1000)
    for width, letters in {
        191: "'",
        222: "ijl",
        278: " !,./:;I[\\]ft|·",
        333: "()-`r",
        355: '"',
        389: "*",
        500: "Jckvxyzs",
        556: "#$0123456789?_abdeghnopquL£€–",
        584: "+<=>~^{}≈",
        611: "FTZ",
        667: "&ABEKPSVXY",
        722: "CDHNRUw",
        778: "GOQ",
        833: "Mm",
        889: "%",
        944: "W",
        1000: "…—",
        1015: "@",
    }.items()
    for letter in letters
)

_SAFETY = 1.015
"""Room for renderers that set type a little wider. [-]"""

PADDING = 4.5
"""What a cell keeps free to the left and right of its text. [pt]"""


def visible(text: object) -> str:
    r"""Return a text as it may be printed: what cannot be seen is shown as a replacement mark.

    >>> visible("bus\u202elanes\r\n=1")
    'bus\ufffdlanes\n=1'
    """
    text = str(text)
    return text if text.isprintable() else _UNSEEN.sub("\ufffd", _BREAKS.sub("\n", text))


def one_line(text: object) -> str:
    """Return a visible text with every run of blanks as one."""
    return " ".join(visible(text).split())


def width(text: str, *, size: float = 9, bold: bool = False) -> float:
    """Measure a line of text as a renderer would set it. [pt]."""
    em = sum(map(_WIDTHS.__getitem__, text))
    return em * size * _SAFETY * (1.07 if bold else 1.0)


def wrap(text: str, room: float, *, size: float = 9, bold: bool = False) -> list[str]:
    """Break a text into the lines that fit, at blanks where there are any.

    Parameters
    ----------
    text : str
        May hold line ends.
    room : float
        Width of a line. [pt]
    size : float
        Size of the type. [pt]
    bold : bool
        Whether it is set bold.

    Returns
    -------
    list of str
        At least one line.

    Examples
    --------
    >>> wrap("a flood wall along the river", 55)
    ['a flood wall', 'along the', 'river']
    """
    if "\n" not in text and width(text, size=size, bold=bold) <= room:
        return [text]
    lines = []
    for paragraph in text.split("\n"):
        line, used = "", 0.0
        for word in re.findall(r"\S+\s*|\s+", paragraph):
            long = width(word.rstrip(), size=size, bold=bold)
            if line and used + long > room:
                lines.append(line.rstrip())
                line, used = "", 0.0
            if long > room:
                *full, word = _pieces(word, room, size=size, bold=bold)
                lines += full
            line, used = line + word, used + width(word, size=size, bold=bold)
        lines.append(line.rstrip())
    return lines


def _pieces(word: str, room: float, *, size: float, bold: bool) -> list[str]:
    """Break a word that is wider than a line."""
    pieces, start, used = [], 0, 0.0
    for place, letter in enumerate(word):
        step = width(letter, size=size, bold=bold)
        if used + step > room and place > start:
            pieces.append(word[start:place])
            start, used = place, 0.0
        used += step
    return [*pieces, word[start:]]


def line_counts(text: str, rooms: Sequence[float], *, size: float = 9) -> list[int]:
    """Count the lines a text takes in each of several widths, measuring it once.

    >>> line_counts("a flood wall along the river", [55, 200])
    [3, 1]
    """
    measured = [
        [
            (word, width(word.rstrip(), size=size), width(word, size=size))
            for word in re.findall(r"\S+\s*|\s+", paragraph)
        ]
        for paragraph in text.split("\n")
    ]
    return [sum(_count(words, room, size) for words in measured) for room in rooms]


def _count(words: list[tuple[str, float, float]], room: float, size: float) -> int:
    lines, used = 1, 0.0
    for word, bare, whole in words:
        if used and used + bare > room:
            lines, used = lines + 1, 0.0
        if bare > room:
            *full, last = _pieces(word, room, size=size, bold=False)
            lines, whole = lines + len(full), width(last, size=size)
        used += whole
    return lines


@dataclass(frozen=True)
class Money:
    """How money is shown: whole amounts stay in the cells, the format scales them.

    Parameters
    ----------
    sign : str
        The currency.
    letter : {"m", "k", ""}
        Millions, thousands or single units.
    """

    sign: str
    letter: str

    @property
    def unit(self) -> str:
        """The unit for a heading."""
        return f"{self.sign}{self.letter}"

    @property
    def divisor(self) -> int:
        """What an amount is divided by to be shown."""
        return {"m": 1_000_000, "k": 1_000, "": 1}[self.letter]

    def number_format(self, places: int) -> str:
        """Return the number format of a cell."""
        decimals = f".{'0' * places}" if places and self.letter == "m" else ""
        return f"#,##0{decimals}" + {"m": ",,", "k": ",", "": ""}[self.letter]

    def shown(self, amount: float, places: int = 1) -> str:
        """Word an amount, rounding halves up as spreadsheets do.

        >>> Money("£", "m").shown(250_000)
        '£0.3m'
        """
        places = places if self.letter == "m" else 0
        exact = Decimal(repr(float(amount))) / self.divisor
        number = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP) + Decimal(0)
        return f"{self.sign}{number:,.{places}f}{self.letter}"


def money_for(sign: str, largest: float) -> Money:
    """Choose millions, thousands or single units by the largest amount of a table.

    >>> money_for("£", 19e6).unit
    '£m'
    """
    letter = "m" if not largest < 5e6 else "k" if largest >= 1e4 else ""
    return Money(one_line(sign), letter)


def long_date(day: str) -> str:
    """Word an ISO date.

    >>> long_date("2027-01-14")
    '14 January 2027'
    """
    if not day:
        return "not stated"
    moment = periods.parse(day)
    return f"{moment.day} {moment:%B %Y}"


def number(value: float) -> str:
    """Word a number of any size: separators, no useless decimals.

    >>> number(40000.0), number(0.5)
    ('40,000', '0.5')
    """
    return f"{value:,.10g}" if abs(value) < 1e15 else f"{value:.6g}"


def joined(words, *, last: str = " and ") -> str:
    """Join words as a sentence does.

    >>> joined(["a", "b", "c"])
    'a, b and c'
    """
    words = list(words)
    return last.join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
