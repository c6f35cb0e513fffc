"""When limits cannot all hold: which ones clash, and the cheapest way out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from pmo_lib.checks import InputError
from pmo_lib.selection import model as models
from pmo_lib.selection.model import Model, Row, amount, exact_sum, holds, replace_rows, used
from pmo_lib.selection.solver import Solution, solve

SECONDS = 5.0
"""How long each question about a clash may take. [s]"""

_STRUCTURAL = ("option", "transfer", "synergy")
_LINKS = ("requires", "excludes", "together", "after")


class InfeasibleError(InputError):
    """Limits that no portfolio can meet together.

    Parameters
    ----------
    conflict : sequence of str
        Limits that cannot all hold, in words; leave one out and the rest can.
    remedies : sequence of str
        Ways out, each enough by itself and the cheapest of its kind.
    """

    def __init__(self, conflict: Sequence[str], remedies: Sequence[str]) -> None:
        ways = f"; to mend it, {', or '.join(remedies)}" if remedies else ""
        super().__init__(f"limits: these cannot all hold: {'; '.join(conflict)}{ways}")
        self.conflict, self.remedies = tuple(conflict), tuple(remedies)


def explain(model: Model, *, proven: bool = True) -> InputError:
    """Return the error that says why a model has no answer."""
    if not proven:
        return InputError(
            "time_limit: no portfolio was found in time, nor proof that there is none; allow more"
        )
    conflict = minimal_conflict(model)
    return InfeasibleError([rows[0].words for rows in conflict], cheapest_remedies(model))


def minimal_conflict(model: Model) -> list[list[Row]]:
    """Find limits that cannot all hold although all but any one of them can.

    Limits are dropped in turn for as long as the rest still clash, the largest
    part that can be spared at once.

    Returns
    -------
    list of list of Row
        The rows of each limit that belongs to the conflict.
    """
    fixed = [r for r in model.rows if r.kind in _STRUCTURAL]
    named_rows: dict[tuple, list[Row]] = {}
    for one in model.rows:
        if one.kind not in _STRUCTURAL:
            named_rows.setdefault((one.kind, one.label), []).append(one)

    def clash(limits: list[list[Row]]) -> bool:
        asked = replace_rows(model, fixed + [one for rows in limits for one in rows])
        nothing = np.zeros(model.n_columns)
        found = solve(asked, nothing, gap=np.inf, patience=0, time_limit=SECONDS)
        return found.status == "infeasible"

    return _spare(clash, [], list(named_rows.values()), False)


def _spare(clash: Callable, kept: list, limits: list, grown: bool) -> list:
    """Return the least part of `limits` that clashes with those kept, halving each time."""
    if grown and clash(kept):
        return []
    if len(limits) == 1:
        return limits
    first, second = limits[: len(limits) // 2], limits[len(limits) // 2 :]
    needed = _spare(clash, kept + first, second, bool(first))
    return _spare(clash, kept + needed, first, bool(needed)) + needed


def cheapest_remedies(model: Model) -> list[str]:
    """Word the cheapest way out of each kind that is enough by itself.

    Money, people, limits, overrides and links are not weighed against each other:
    each kind is relaxed alone, as little as possible; money with people where neither
    is enough. If nothing is, everything is relaxed at once, each amount counted as a
    share of its limit, each rule as one.
    """
    kinds = [("budget",), ("capacity",), ("limit",), ("forced in",), ("forced out",), _LINKS]
    alone = [_remedy(model, [r for r in model.rows if r.kind in kind]) for kind in kinds]
    if not (alone[0] or alone[1]):
        alone[0] = _remedy(model, [r for r in model.rows if r.kind in ("budget", "capacity")])
    found = [remedy for remedy in alone if remedy]
    return found or [_remedy(model, [r for r in model.rows if r.kind not in _STRUCTURAL])]


def _remedy(model: Model, soft: list[Row]) -> str:
    x = relax(model, soft).x if soft else None
    if x is None:
        return ""
    moved = len(model.transfers) + len(model.hired)
    digits = models.MOVED_DIGITS if moved else models.DIGITS
    found = [(r, used(r, x, digits=digits)) for r in soft]
    runs = groupby(found, lambda at: None if holds(at[0], x, digits=digits) else _alike(*at))
    words = [_words(model, list(run), x) for alike, run in runs if alike]
    return " and ".join(dict.fromkeys(words))


def _alike(one: Row, found: float) -> tuple:
    """Return what the capacities of a role share that are raised alike, month after month."""
    if one.kind != "capacity" or not isinstance(one.label, tuple):
        return one.kind, one.words
    return one.kind, one.label[:-1], _lacking(one, found)


def _lacking(one: Row, found: float) -> float:
    return exact_sum(np.array([found, -one.high]))


def _words(model: Model, run: list[tuple[Row, float]], x: np.ndarray) -> str:
    one, found = run[0]
    if one.kind in ("budget", "capacity"):
        what = one.words.split(" is ")[0]
        until = f" to {run[-1][0].label[-1]}" if len(run) > 1 else ""
        return f"raise {what}{until} by {amount(_lacking(one, found))}"
    if one.kind != "limit":
        return f"drop the rule that {one.words}"
    if np.isfinite(one.share):
        total = exact_sum(model.cost * x)
        return f"ease {one.words} to {100 * (one.share + found / total):.4g} %"
    return f"ease {one.words} to {amount(found)}"


def relax(
    model: Model, soft: list[Row], *, own: np.ndarray | None = None, time_limit: float = SECONDS
) -> Solution:
    """Break the soft rows as little as possible: each gets a column that makes up for it.

    With `own`, the options of one project, it is these that become cheaper: by no more than
    they use of the row; what they add to limits of money falls alike.

    Returns
    -------
    Solution
        ``x`` without the added columns; ``-value`` is what breaking the rows adds up
        to, ``-bound`` the least that it could be.
    """
    labels = list(dict.fromkeys((r.kind, r.label) for r in soft))
    place = {label: model.n_columns + j for j, label in enumerate(labels)}
    price = np.zeros(model.n_columns + len(labels))
    rows = [r for r in model.rows if r not in soft]
    if own is not None:
        rows = [_cheaper(r, own, list(place.values())) for r in rows]
    for one in soft:
        column = place[one.kind, one.label]
        price[column] = -_price(model, one, soft)
        columns = np.append(one.columns, column)
        for low, high, sign in ((one.low, np.inf, 1.0), (-np.inf, one.high, -1.0)):
            if np.isfinite(low) or np.isfinite(high):
                coefficients = np.append(one.coefficients, sign)
                rows.append(Row("soft", one.label, columns, coefficients, low, high))
        if own is not None:
            uses = np.where(np.isin(one.columns, own), np.maximum(one.coefficients, 0.0), 0.0)
            rows.append(Row("own", one.label, columns, np.append(-uses, 1.0), -np.inf, 0.0))
    zeros, free = np.zeros(len(labels)), np.full(len(labels), np.inf)
    elastic = replace(
        model, rows=tuple(rows), value=np.append(model.value, zeros), cost=np.append(model.cost, zeros),
        lower=np.append(model.lower, zeros), upper=np.append(model.upper, free),
    )  # fmt: skip
    answer = solve(elastic, price, time_limit=time_limit)
    return replace(answer, x=None if answer.x is None else answer.x[: model.n_columns])


def _cheaper(one: Row, own: np.ndarray, cuts: list[int]) -> Row:
    """Let what a project no longer costs count no more towards a limit of money."""
    if one.rates is None or one.rates[own[0]] == 0:
        return one
    columns = np.append(one.columns, cuts).astype(int)
    less = np.full(len(cuts), -one.rates[own[0]])
    return replace(one, columns=columns, coefficients=np.append(one.coefficients, less))


def _price(model: Model, one: Row, soft: list[Row]) -> float:
    """Price one unit of a broken row: in its own unit within a kind, as a share between kinds."""
    if one.kind not in ("budget", "capacity", "limit"):
        return 1.0
    if one.kind != "limit" and all(r.kind == one.kind for r in soft):
        return 1.0
    limit = one.high if np.isfinite(one.high) else one.low
    money = float(np.abs(model.cost).sum())
    return 1.0 / (money if np.isfinite(one.share) else abs(limit) or 1.0)
