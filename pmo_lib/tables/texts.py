"""Texts as they may be shown: no hidden characters, no stray blanks, no formulas."""

from __future__ import annotations

import re
import unicodedata

_BREAKS = re.compile("\r\n?|\u2028|\u2029|\u0085")
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff0-\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_FORMULA_LIKE = re.compile(r"'*[=+\-@]")
_PROTECTED = re.compile(r"'+[=+\-@]")


def clean(text: str) -> str:
    r"""Remove characters that are not seen (controls, direction overrides) and outer blanks.

    Line ends become ``\n``; tabs and inner blanks stay.

    >>> clean(" bus\u202elanes\r\n")
    'buslanes'
    """
    return _HIDDEN.sub("", _BREAKS.sub("\n", text)).strip()


def clean_label(text: str) -> str:
    r"""Clean a text that stands on one line: runs of blanks become one, accents are composed.

    >>> clean_label(" bus\n lanes")
    'bus lanes'
    """
    return " ".join(unicodedata.normalize("NFC", clean(text)).split())


def has_hidden(text: str) -> bool:
    """Tell whether a text holds characters that are not seen."""
    return _HIDDEN.search(_BREAKS.sub("\n", text)) is not None


def fold(text: str) -> str:
    """Return what two labels share if they differ only in capitals, blanks or hyphens.

    >>> fold("Bus  Lanes") == fold("bus-lanes")
    True
    """
    return re.sub(r"[\s_\-]+", "_", clean_label(text).casefold())


def protect(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet could take for a formula.

    >>> protect("=1+1"), protect("'-x"), protect("'tis")
    ("'=1+1", "''-x", "'tis")
    """
    return f"'{text}" if _FORMULA_LIKE.match(text) else text


def unprotect(text: str) -> str:
    """Undo `protect`.

    >>> unprotect("'=1+1"), unprotect("'tis")
    ('=1+1', "'tis")
    """
    return text[1:] if _PROTECTED.match(text) else text
