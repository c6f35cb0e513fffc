"""The decision paper: one page to decide from, then the list, pictures and appendices, as PDF."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from importlib import resources
from pathlib import Path

from pmo_lib import periods
from pmo_lib.approval.dossier import Dossier
from pmo_lib.checks import InputError, show
from pmo_lib.export import asks, paper_parts
from pmo_lib.export.paper_blocks import FONTS
from pmo_lib.export.words import sign_name
from pmo_lib.tables.writing import ending_in, write_whole
from pmo_lib.wording import one_line

SHEETS = {"A4": "a4", "Letter": "us-letter"}
"""The paper it may be printed on."""

DRAWN = (
    (0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x2E9), (0x300, 0x304), (0x306, 0x30C), (0x370, 0x4FF),
    (0x5D0, 0x5EA), (0x621, 0x63A), (0x641, 0x64A), (0x660, 0x669), (0x1E00, 0x1EFF),
    (0x2010, 0x2027), (0x2030, 0x2037), (0x2039, 0x203A), (0x20A0, 0x20BF), (0x2116, 0x2116), (0x2120, 0x2120), (0x2122, 0x2122), (0x2126, 0x2126), (0x2190, 0x222E),
    (0x2234, 0x223D), (0x2241, 0x226B), (0x226D, 0x228B), (0x228D, 0x22A6),
    (0xFFFD, 0xFFFD),
)  # fmt: skip
"""First and last code points that these fonts draw: Latin, Greek, Cyrillic, Hebrew, Arabic, signs."""

LONG_WORD, PIECE = 20, 10
"""Words longer than this may be broken after every so many letters, so that none is cut off."""

_SIGNS = re.compile(r"[^\x00-\x7f]")
_UNBROKEN = re.compile(rf"\S{{{LONG_WORD + 1},}}")
_MISSING = 'the pack needs typst; install it with: pip install "pmo-lib[pack]"'


def write_paper(dossier: Dossier, path: str | os.PathLike, *, sheet: str = "A4") -> Path:
    """Write the decision paper as a tagged PDF, whole or not at all; same input, same bytes.

    It is PDF/UA-1, for screen readers, where the installed typst can promise it.

    Parameters
    ----------
    dossier : Dossier
        As `approval.dossier` returns it; what it does not hold has no section.
    path : path
        Ends in ``.pdf``; its folder is made if need be. A file there is replaced.
    sheet : {"A4", "Letter"}
        What it is printed on.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If the sheet or the ending is another, typst is not installed, or the file cannot be
        written; what was there is kept.
    """
    path = ending_in(path, ".pdf")
    if sheet not in SHEETS:
        raise InputError(f"sheet: must be one of {', '.join(SHEETS)}, got {show(sheet)}")
    typst = _typst()
    content = _compiled(typst, _contents(dossier, sheet))
    return write_whole(path, content)


def _contents(dossier: Dossier, sheet: str) -> dict:
    """Lay out all that the paper says as plain data."""
    settings = dossier.recommendation.settings
    day = settings.meeting_date or settings.data_date
    moment = periods.parse(day) if day else None
    said = {
        "title": "Which projects to fund",
        "organisation": asks.shortened(settings.organisation),
        "marking": asks.shortened(settings.marking),
        "status": settings.status,
        "standing": asks.standing(dossier),
        "occasion": asks.occasion(dossier),
        "foot": asks.meeting(dossier),
        "first": "Decided" if dossier.decisions is not None else "For decision",
        "decision": paper_parts.decision(dossier),
        "parts": paper_parts.parts(dossier),
    }
    return printable(said) | {
        "sheet": SHEETS[sheet],
        "fonts": FONTS,
        "day": [moment.year, moment.month, moment.day] if moment else None,
    }


def draw_pages(dossier: Dossier, *, sheet: str = "A4", dots: float = 80) -> list[bytes]:
    """Draw the pages of the paper as PNG pictures, so many dots an inch, to look at.

    Raises
    ------
    InputError
        If typst is not installed.
    """
    contents = _contents(dossier, sheet)
    drawn_ = _compiled(_typst(), contents, format="png", ppi=dots)
    return drawn_ if isinstance(drawn_, list) else [drawn_]


def _typst():
    try:
        import typst
    except ImportError:
        raise InputError(_MISSING) from None
    return typst


def _compiled(typst, contents: dict, **how):
    """Set the paper; nothing is read from the machine but the library's own template."""
    template = resources.files("pmo_lib.export").joinpath("paper.typ").read_bytes()
    how |= {"ignore_system_fonts": True, "sys_inputs": {"paper": json.dumps(contents)}}
    if "format" in how:
        return typst.compile(template, **how)
    try:
        return typst.compile(template, format="pdf", pdf_standards=["ua-1"], **how)
    except ValueError:  # an early typst: tagged, but it does not know the standard
        return typst.compile(template, format="pdf", **how)


def printable(node):
    """Return data with every text as the paper's fonts can print it; drawings keep their blanks."""
    if isinstance(node, dict):
        return {key: drawn(part) if key == "svg" else printable(part) for key, part in node.items()}
    if isinstance(node, list | tuple):
        return [printable(part) for part in node]
    return _UNBROKEN.sub(_broken, drawn(one_line(node))) if isinstance(node, str) else node


def drawn(text: str) -> str:
    """Name the signs that the paper's fonts do not draw.

    >>> drawn("tram 🚊, 電車")
    'tram [tram], [U+96FB][U+8ECA]'
    """
    if text.isascii():
        return text
    return _SIGNS.sub(lambda sign: _sign(sign[0]), unicodedata.normalize("NFC", text))


def _sign(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind != "Cn" and any(low <= ord(letter) <= high for low, high in DRAWN):
        return letter
    if kind == "So" or (kind in ("Cf", "Mn") and ord(letter) > 0x2000):
        return sign_name(letter)
    return f"[U+{ord(letter):04X}]"


def _broken(word: re.Match) -> str:
    letters = word[0]
    return "\u200b".join(letters[n : n + PIECE] for n in range(0, len(letters), PIECE))
