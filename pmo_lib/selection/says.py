"""Word the answer to a question about one project."""

from __future__ import annotations

import numpy as np

from pmo_lib.checks import show
from pmo_lib.selection.model import amount, named

_SAME = "a list {} it is worth as much"


def says(answer: dict) -> str:
    """Word an answer for the board."""
    case, low, high = answer["case"], answer["low"], answer["high"]
    if low == np.inf:
        can = "leave it out" if case == "funded" else "hold it"
        more = _more(answer)
        return f"no list that meets the limits can {can}" + (f"; it needs {more}" if more else "")
    if low == 0 < high:
        if high == np.inf:
            return "cannot tell in the time given"
        return f"cannot tell: between 0 and {_rounded(high, 4)} of value"
    size = _between(low, high)
    if case == "left out":
        if high == 0:
            return _SAME.format("that holds")
        return ", or ".join(filter(None, (f"needs {size} more value", _more(answer))))
    if case == "funded":
        return f"may lose up to {size} of value" if high else _SAME.format("without")
    if high == 0:
        return "the override costs nothing"
    moved = f"; it displaces {', '.join(map(show, answer['enters']))}" if answer["enters"] else ""
    return f"the override costs {size} of value{moved}"


def _more(answer: dict) -> str:
    """Word the least more budget or capacity, and where."""
    if not answer["where"]:
        return ""
    places = "; ".join(f"{named(label)}: {amount(n)}" for label, n in answer["where"].items())
    size = _between(answer["extra_low"], answer["extra_high"])
    return f"{size} more {answer['extra_of']} ({places})"


def _between(low: float, high: float) -> str:
    if high == np.inf:
        return f"at least {_rounded(low)}"
    words = [_rounded(low), _rounded(high)]
    return words[1] if words[0] == words[1] else f"{words[0]} to {words[1]}"


def _rounded(number: float, digits: int = 6) -> str:
    return amount(float(f"{number:.{digits}g}"))
