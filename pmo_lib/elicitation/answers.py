"""What a member has filled in, as plain data: to answers, to weights, and back from a ballot.

A draft is what brings a question back as it stood, in JSON: ``{"points": {label: number},
"locked": [label]}`` for points, the same without locks for a swing, ``{"order": [[label]]}``
with ties in one list, ``{"judgements": [[first, second, number]], "skipped": [[first,
second]]}`` for pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain

import numpy as np
import pandas as pd

from pmo_lib.weights import normalise, rank_order_centroid
from pmo_lib.weights.asking import usable_weights

ALL = 100
"""What points sum to, and what the swing worth most gets. [points]"""


def label_at(labels: list[str], row: object) -> str | None:
    """Return the label of a row that the browser names, if it is one of these."""
    good = isinstance(row, int) and not isinstance(row, bool) and 0 <= row < len(labels)
    return labels[row] if good else None


def blank(kind: str, labels: Iterable[str]) -> dict:
    """Return the draft of a member who has answered nothing yet.

    Points start evenly, an order as the labels stand, the others empty.

    Parameters
    ----------
    kind : {"points", "swing", "order", "pairwise"}
        How the member is asked.
    labels : iterable of str
        What is weighed.

    Examples
    --------
    >>> blank("points", ["a", "b", "c"])["points"]
    {'a': 34.0, 'b': 33.0, 'c': 33.0}
    """
    labels = list(labels)
    each, rest = divmod(ALL, len(labels))
    even = {label: float(each + (place < rest)) for place, label in enumerate(labels)}
    return {
        "points": {"points": even, "locked": []},
        "swing": {"points": dict.fromkeys(labels, 0.0)},
        "order": {"order": [[label] for label in labels]},
        "pairwise": {"judgements": [], "skipped": []},
    }[kind]


def answers(kind: str, draft: dict, labels: Iterable[str]) -> pd.Series | pd.DataFrame:
    """Return a draft as `record.vote` takes it: points, places, or a square of judgements.

    Parameters
    ----------
    kind, draft
        As of `blank`.
    labels : iterable of str
        What is weighed.

    Examples
    --------
    >>> answers("order", {"order": [["b"], ["a", "c"], ["d"]]}, "abcd").to_dict()
    {'a': 2.0, 'b': 1.0, 'c': 2.0, 'd': 4.0}
    """
    labels = list(labels)
    if kind == "pairwise":
        square = pd.DataFrame(np.nan, labels, labels)
        for first, second, number in draft["judgements"]:
            square.at[first, second] = number
        return square
    if kind == "order":
        sizes = np.cumsum([0, *map(len, draft["order"])])
        given = {label: 1 + sizes[n] for n, tie in enumerate(draft["order"]) for label in tie}
    else:
        given = draft["points"]
    return pd.Series(given, dtype=float).reindex(labels).rename("answer")


def weights(kind: str, draft: dict, labels: Iterable[str]) -> pd.Series:
    """Return the weights that a draft makes, as the record makes them of the ballot.

    Parameters
    ----------
    kind, draft, labels
        As in `answers`.

    Returns
    -------
    Series of shape (n_criteria,)
        Non-negative, summing to 1. [-]

    Raises
    ------
    InputError
        If all points are 0, or pairs are not linked or run in a circle.

    Examples
    --------
    >>> weights("swing", {"points": {"a": 100.0, "b": 25.0}}, "ab").to_dict()
    {'a': 0.8, 'b': 0.2}
    """
    labels = list(labels)
    if kind == "order":
        return rank_order_centroid([tuple(tie) for tie in draft["order"]]).reindex(labels)
    given = answers(kind, draft, labels)
    return usable_weights(given) if kind == "pairwise" else normalise(given)


def draft_of(kind: str, rows: pd.DataFrame) -> dict:
    """Return the draft that says what a ballot says.

    Parameters
    ----------
    kind : str
        That of the ballot.
    rows : DataFrame
        One member's rows of the table `ballots`: first, second and answer.

    Examples
    --------
    >>> ballot = pd.DataFrame({"first": ["a", "b", "c"], "second": None, "answer": [2.0, 1.0, 2.0]})
    >>> draft_of("order", ballot)
    {'order': [['b'], ['a', 'c']]}
    """
    if kind == "pairwise":
        pairs = zip(rows["first"], rows["second"], rows["answer"].astype(float), strict=True)
        return {"judgements": [list(pair) for pair in pairs], "skipped": []}
    given = pd.Series(rows["answer"].to_numpy(dtype=float), list(rows["first"]))
    if kind == "order":
        ties = given.groupby(given, sort=True).groups
        return {"order": [list(tie) for tie in ties.values()]}
    draft = {"points": given.to_dict()}
    return {**draft, "locked": []} if kind == "points" else draft


def fits(kind: str, draft: object, labels: Iterable[str]) -> bool:
    """Tell whether a draft read from a file answers the question about these labels.

    >>> fits("order", {"order": [["a"], ["b"]]}, "ab"), fits("order", {"order": [["a"]]}, "ab")
    (True, False)
    """
    try:
        return _FITS[kind](draft, list(labels))
    except (KeyError, TypeError, ValueError, AttributeError):
        return False


def _points_fit(draft: dict, labels: list[str]) -> bool:
    numbers = draft["points"].values()
    locked = draft.get("locked", [])
    return (
        set(draft["points"]) == set(labels)
        and all(is_number(number) and number >= 0 for number in numbers)
        and set(locked) <= set(labels)
    )


def _order_fits(draft: dict, labels: list[str]) -> bool:
    return sorted(chain(*draft["order"])) == sorted(labels) and all(draft["order"])


def _pairs_fit(draft: dict, labels: list[str]) -> bool:
    pairs = [(first, second) for first, second, _ in draft["judgements"]]
    pairs += [(first, second) for first, second in draft["skipped"]]
    known = all(first != second and {first, second} <= set(labels) for first, second in pairs)
    once = len({frozenset(pair) for pair in pairs}) == len(pairs)
    return known and once and all(is_number(n) and n > 0 for _, _, n in draft["judgements"])


def is_number(value: object) -> bool:
    """Tell whether a value that came from outside is a finite number.

    >>> is_number(3), is_number(True), is_number(float("nan")), is_number("3")
    (True, False, False, False)
    """
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and abs(value) < 1e15


_FITS: dict[str, Callable] = {
    "points": _points_fit,
    "swing": _points_fit,
    "order": _order_fits,
    "pairwise": _pairs_fit,
}
