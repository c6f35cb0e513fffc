"""Texts as a page sets them: measured, and broken into the lines that fit."""

from __future__ import annotations

import functools
import re
import unicodedata


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


_EMOJI = re.compile(
    "\u200d?[\u231a\u231b\u23e9-\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab"
    "\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c"
    "\u274e\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55\U0001f000-\U0001faff]"
    "[\u200d\ufe0f]*|[\ufe0e\ufe0f]"
)
"""What is drawn as a picture, from a font that not every machine has, with what joins such pictures."""


def without_emoji(text: str) -> str:
    """Name the pictures in a text, so that no machine shows a box instead.

    >>> without_emoji("tram 🚊, ❤️ 電車 ✓ 👩‍🚒")
    'tram [tram], ❤ 電車 ✓ [woman][fire engine]'
    """
    if text.isascii():
        return text
    return _EMOJI.sub(lambda sign: "".join(map(sign_name, sign[0])), text)


def sign_name(letter: str) -> str:
    """Name a sign in brackets; one that only says how another looks has no name.

    >>> sign_name("🚊"), sign_name("🇬"), sign_name("🏽")
    ('[tram]', '[g]', '')
    """
    kind, name = unicodedata.category(letter), unicodedata.name(letter, "").lower()
    shown = name.removeprefix("regional indicator symbol letter ") or f"u+{ord(letter):04x}"
    return "" if kind in ("Cf", "Mn", "Sk") else f"[{shown}]"


@functools.lru_cache(maxsize=100_000)
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
