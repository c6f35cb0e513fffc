"""What pairwise answers say so far, in a member's words: what is next, and what does not fit."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from pmo_lib.checks import InputError
from pmo_lib.elicitation.answers import answers
from pmo_lib.weights import RANDOM_INDEX, asking
from pmo_lib.weights.pairwise import linked, log_judgements
from pmo_lib.wording import counted, listed, one_line

SCALE = {
    1: "as much",
    2: "a little more",
    3: "somewhat more",
    4: "rather more",
    5: "clearly more",
    6: "a good deal more",
    7: "very much more",
    8: "vastly more",
    9: "beyond comparison more",
}
"""Words for how many times as much one swing is worth as another."""

PURPOSES = {
    "links": "Needed: it links what has not been compared yet.",
    "checks": "Needed: it tests an answer that no other tests.",
    "refines": "All is weighed and tested. Go on only if you want to refine.",
}
"""Why a question is put."""

_SAME = 1e-9


def step(answer: float) -> int:
    """Return the place of an answer on the scale: 0 the same, 4 the first 5 times, -4 the second.

    >>> step(5), step(1 / 3), step(1), step(20)
    (4, -2, 0, 8)
    """
    side = 1 if answer >= 1 else -1
    return side * (min(max(round(max(answer, 1 / answer)), 1), 9) - 1)


def answer_at(place: int) -> float:
    """Return the answer at a place on the scale.

    >>> answer_at(4), answer_at(-1)
    (5.0, 0.5)
    """
    return 1.0 + place if place >= 0 else 1 / (1.0 - place)


def said(first: str, second: str, answer: float) -> str:
    """Say an answer.

    >>> said("Reach", "Savings", 1 / 3)
    'Savings is worth 3 times as much as Reach (somewhat more)'
    """
    if abs(math.log(answer)) < _SAME:
        return f"{first} and {second} are worth the same"
    if answer < 1:
        first, second, answer = second, first, 1 / answer
    words = SCALE.get(round(answer)) if abs(answer - round(answer)) < 0.005 else None
    return f"{first} is worth {answer:.3g} times as much as {second}" + (
        f" ({words})" if words and answer > 1.5 else ""
    )


def next_question(draft: dict, labels: list[str]) -> tuple[str, str, str] | None:
    """Return the most telling pair that is still open, and why it is put.

    >>> next_question({"judgements": [["a", "b", 2.0]], "skipped": []}, ["a", "b", "c"])
    ('a', 'c', 'links')
    """
    table = asking.questions(
        answers("pairwise", draft, labels), skip=[tuple(pair) for pair in draft["skipped"]]
    )
    return None if table.empty else tuple(table.iloc[0][["first", "second", "purpose"]])


def groups(draft: dict, labels: list[str]) -> list[list[str]]:
    """Return the labels in groups that no answer links with each other.

    >>> groups({"judgements": [["a", "b", 2.0]], "skipped": []}, ["a", "b", "c"])
    [['a', 'b'], ['c']]
    """
    _, logs = log_judgements(answers("pairwise", draft, labels), allow_missing=True)
    rows = dict.fromkeys(map(tuple, linked(~np.isnan(logs))))
    return [[label for label, of in zip(labels, row, strict=True) if of] for row in rows]


def hanging_together(draft: dict, names: Mapping[str, str]) -> list[str]:
    """Say whether the answers so far can be used, and whether they fit each other.

    Parameters
    ----------
    draft : dict
        Judgements and skipped pairs.
    names : mapping of str by label
        What the labels are called.

    Returns
    -------
    list of str
        Sentences.

    Examples
    --------
    >>> names = {"a": "Reach", "b": "Savings", "c": "Risk"}
    >>> hanging_together({"judgements": [["a", "b", 2.0]], "skipped": []}, names)
    ['No weights yet. Not compared with each other: Reach and Savings | Risk.']
    """
    labels = list(names)
    if not draft["judgements"]:
        return ["No weights yet: nothing is answered."]
    apart = groups(draft, labels)
    if len(apart) > 1:
        return [f"No weights yet. Not compared with each other: {_apart(apart, names)}."]
    if len(labels) > RANDOM_INDEX.index[-1]:
        return [f"Consistency is not known for more than {RANDOM_INDEX.index[-1]}."]
    given = answers("pairwise", draft, labels)
    ratio = asking.consistency_so_far(given)
    left = len(labels) * (len(labels) - 1) // 2 - len(draft["judgements"])
    verdict = "the answers hang together" if ratio <= asking.ASK_AGAIN else "look again"
    lines = [
        f"Consistency ratio so far: {ratio:.2f} ({verdict}; up to {asking.ASK_AGAIN} is good)."
        + (f" {counted(left, 'pair')} not answered: completed to fit the rest." if left else "")
    ]
    ring = asking.circle(given)
    if ring and ratio > asking.ASK_AGAIN:
        steps = (
            f"{one_line(names[a])} above {one_line(names[b])}"
            for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)
        )
        lines.insert(
            0, f"These answers run in a circle and cannot be used: {listed(steps)}. Change one."
        )
    return lines


def to_mend(draft: dict, labels: list[str]) -> pd.Series | None:
    """Return the answer that fits the others least and what they make of it, if it is worth asking.

    Nothing up to the consistency ratio at which Saaty advises to ask again, or if the
    nearest answer on the scale is the one given.
    """
    given = answers("pairwise", draft, labels)
    try:
        worst = asking.worst_contradiction(given)
    except InputError:
        return None
    if worst is None or not worst["now"] > asking.ASK_AGAIN:
        return None
    return None if step(worst["mended"]) == step(worst["answer"]) else worst


def _apart(apart: list[list[str]], names: Mapping[str, str]) -> str:
    return " | ".join(listed(one_line(names[label]) for label in group) for group in apart)
