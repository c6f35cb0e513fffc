"""Why not this one? How near each project is to changing sides, and what an override costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

import numpy as np
import pandas as pd

from pmo_lib.checks import require_number, show
from pmo_lib.selection import inputs
from pmo_lib.selection.better import polish
from pmo_lib.selection.build import FORCED, build, turned
from pmo_lib.selection.choice import search
from pmo_lib.selection.conflict import explain, relax
from pmo_lib.selection.first import greedy_answer
from pmo_lib.selection.model import Model, Row, amount, named, replace_rows, row, spread, used
from pmo_lib.selection.solver import Relaxed, Solution, solve

PATIENCE = 0.1
"""How long a proven answer is sought before the gap is enough. [s]"""

_JOINTLY, _APART = 0.5, 0.5
"""Share of the time for one proof for all; of what is left then, for one for each. [-]"""

_SIDES = {"in": (1.0, np.inf), "out": (-np.inf, 0.0), "free": (-np.inf, np.inf)}
"""How many options of a project are taken."""

_SAME = "a list {} it is worth as much"

Told = Callable[[int, int, dict], bool | None]
"""Called with answers given, answers in all and the newest; returns True to stop."""


def why_not(
    value: pd.Series,
    cost: pd.Series | pd.DataFrame,
    budget: float | pd.Series,
    *,
    projects: Iterable | None = None,
    gap: float = 1e-3,
    time_limit: float = 60.0,
    progress: Told | None = None,
    **constraints: Any,
) -> pd.DataFrame:
    """Say of each project how near it is to changing sides, and what an override costs.

    Every number is an interval from proven bounds. With V the best value:

    ========== ==========================================================
    case       ``low`` to ``high``
    ========== ==========================================================
    left out   value it must gain: V minus the best that holds it
    funded     value it may lose: V minus the best without it
    included   price of the override: the best without the override minus V
    excluded   the same
    ========== ==========================================================

    For a project left out, ``extra_low`` to ``extra_high`` is the least more budget
    with which some list that holds it is worth as much as the best list now, or,
    where money alone is not enough, the least more capacity (``extra_of`` says
    which); a smaller step may be enough or too much on the way, because a larger
    budget can push a project out again. ``cut_low`` to ``cut_high`` is how much
    cheaper it must become, over all columns of cost, for the same; infinite where
    it would not be enough if it were free.

    Bounds come from the choice with parts of projects, for all at once; then each
    question is asked exactly for a moment, and what cannot be told yet again for
    longer, the nearest to an answer first.

    Parameters
    ----------
    value, cost, budget
        As in `choose`.
    projects : iterable, optional
        Answer only these.
    gap : float
        How much each answer may leave open. [share of the value]
    time_limit : float
        For everything; what is open then keeps wide intervals. [s]
    progress : callable, optional
        Called once a project, when its side can be told or the time is over; return
        True to stop with those. Until then answers get closer still.
    **constraints
        The constraints of `choose`.

    Returns
    -------
    DataFrame by project
        Nearest to the cut line first: ``case``, ``low``, ``high``, ``extra_of``,
        ``extra_low``, ``extra_high``, ``where`` (budget or capacity: amount),
        ``cut_low``, ``cut_high``, ``leaves`` and ``enters`` (projects, against the
        best list) and ``says``.

    Raises
    ------
    InputError
        As in `choose`, or if one of `projects` is not a project.

    Examples
    --------
    >>> value = pd.Series({"a": 16, "b": 22, "c": 12, "d": 8})
    >>> cost = pd.Series({"a": 5, "b": 7, "c": 4, "d": 3})
    >>> why_not(value, cost, 14).loc["a", "says"]
    'needs 4 more value, or 1 more budget (total: 1)'
    """
    model = build(value, cost, budget, **constraints)
    asked = set(model.projects if projects is None else projects)
    inputs.require_projects(asked, model.projects, name="projects")
    until = monotonic() + require_number(time_limit, name="time_limit", low=0.01)
    top = best_now(model, gap, time_limit / 12)
    asks = _asks(model, top, top.bound, asked)
    told: set = set()
    for answered in _answered(model, top, asks, gap, until):
        top, asks, ask = answered
        if ask.project not in told:
            told.add(ask.project)
            if progress and progress(len(told), len(asks), _row(model, top, ask)):
                break
    rows = [_row(model, top, ask) for ask in asks if ask.project in told]
    return pd.DataFrame(rows).set_index("project")


def best_now(model: Model, gap: float, time_limit: float) -> Solution:
    """Return the best list to compare with, or raise the error that says why there is none."""
    top = search(model, gap=require_number(gap, name="gap", low=0), time_limit=time_limit)
    if top.x is None:
        raise explain(model, proven=top.status == "infeasible")
    return top


@dataclass(eq=False)
class _Ask:
    """What is known of the best list in which a project stands on the other side.

    ``bound`` and ``value`` are the most it can be worth and what the best found, ``x``,
    is worth; ``more`` and ``cut`` are intervals of extra budget and lower cost.
    """

    project: Any
    case: str
    model: Model
    mixture: Relaxed
    bound: float
    value: float = -np.inf
    x: np.ndarray | None = None
    of: str = ""
    where: dict = field(default_factory=dict)
    more: tuple[float, float] = (np.nan, np.nan)
    cut: tuple[float, float] = (np.nan, np.nan)

    def start(self, top: Solution) -> None:
        """Find a first list: the best one, changed as little as the turn asks for."""
        if self.x is None and self.bound > -np.inf:
            x = greedy_answer(self.model, keep=top.x, worth=self.mixture.lead)
            self.offer(x, -np.inf if x is None else float(self.model.value @ x))

    def offer(self, x: np.ndarray | None, value: float) -> None:
        """Keep a list if it is better."""
        if x is not None and value > self.value:
            self.x, self.value = x, value

    def interval(self, top: Solution) -> tuple[float, float]:
        """Return the value that separates the project from the other side."""
        if self.bound == -np.inf:
            return np.inf, np.inf
        low, high = top.value - self.bound, top.bound - self.value
        if self.case in ("included", "excluded"):
            low, high = -high, -low
        least = 1e-9 * abs(top.value)
        return low if low > least else 0.0, high if high > least else 0.0

    def unclear(self, top: Solution) -> bool:
        """Tell whether it may as well be on the other side."""
        low, high = self.interval(top)
        return low == 0 < high


def _answered(
    model: Model, top: Solution, asks: list[_Ask], gap: float, until: float
) -> Iterator[tuple[Solution, list[_Ask], _Ask]]:
    """Yield each question once its side can be told: exactly where that is quick, else by turns."""
    if top.status == "optimal" and 2 * top.seconds * len(asks) < until - monotonic():
        for done, ask in enumerate(asks):
            share = max(until - monotonic(), 0.02) / (len(asks) - done)
            ask.start(top)
            _try(ask, top, gap, share / 2)
            _try_more(ask, top, share / 2)
            yield top, asks, ask
        return
    yield from _started(top, asks, until)
    top, other = _proven(model, top, asks, gap, until)
    asks = _asks(model, top, other, {ask.project for ask in asks})
    yield from _started(top, asks, until)
    for ask in _told_apart(top, asks, gap, monotonic() + _APART * (until - monotonic())):
        yield top, asks, ask
    for done, ask in enumerate(asks):
        share = max(until - monotonic(), 0.02) / (len(asks) - done)
        _try_more(ask, top, share if ask.unclear(top) else share / 2)
        if not ask.unclear(top) and ask.x is not None:
            x = polish(ask.model, ask.mixture, ask.x, share / 2)
            ask.offer(x, float(model.value @ x))
    for ask in asks:
        yield top, asks, ask


def _started(top: Solution, asks: list[_Ask], until: float) -> Iterator:
    """Find a first list for each question, and yield those that can be told already."""
    for ask in asks:
        if monotonic() < until:
            ask.start(top)
        if not ask.unclear(top):
            yield top, asks, ask


def _proven(
    model: Model, top: Solution, asks: list[_Ask], gap: float, until: float
) -> tuple[Solution, float]:
    """Find the best list and what one that differs from it where asked is worth at most.

    One proof for all questions at once: of lists on the other side for one of them,
    the best is sought; one that is better takes the best list's place.
    """
    other, stop = top.bound, monotonic() + _JOINTLY * (until - monotonic())
    while monotonic() < stop:
        moved, funded = np.zeros(model.n_columns), 0
        for ask in asks:
            inside = top.x[model.columns_of(ask.project)].any()
            moved += spread(model, ask.project, -1.0 if inside else 1.0)
            funded += inside
        found = solve(
            model, model.value, rows=[row("cut", "other", moved, 1.0 - funded)], gap=gap / 10,
            bound=top.bound, cutoff=_least(top, gap), time_limit=max(stop - monotonic(), 0.02),
        )  # fmt: skip
        other = found.bound
        if found.value <= top.value:
            if len(asks) == len(model.options):
                top = replace(top, bound=max(top.value, other))
            break
        other, top = top.bound, replace(found, bound=top.bound)
    return top, other


def _least(top: Solution, gap: float) -> float:
    """Return what a list must be worth to leave a doubt which of the two is better."""
    return top.value - max(gap / 10, 1e-9) * abs(top.value)


def _asks(model: Model, top: Solution, other: float, asked: set) -> list[_Ask]:
    """Bound every answer by mixtures of projects; nearest to the cut line first.

    Near is what is worth little beyond, or short of, what it uses up.
    """
    counts = [row("count", project, spread(model, project)) for project in model.projects]
    mixture = Relaxed(replace_rows(model, [*model.rows, *counts]), 10.0)
    distance = np.abs(mixture.worth + mixture.rent)[: model.n_options]
    nearest = pd.Series(distance, index=model.options).groupby(level=0).min()
    nearest = nearest.loc[inputs.in_order(asked)].sort_values(kind="stable")
    decided = {r.label: (j, r.kind) for j, r in enumerate(model.rows) if r.kind in FORCED}
    places = {project: len(model.rows) + j for j, project in enumerate(model.projects)}
    asks = []
    for project in nearest.index:
        if project in decided:
            (place, kind), side, most = decided[project], "free", np.inf
            case = "included" if kind == "forced in" else "excluded"
        else:
            place, most, funded = places[project], other, top.x[model.columns_of(project)].any()
            case, side = ("funded", "out") if funded else ("left out", "in")
        bound = min(mixture.bound_under(place, *_SIDES[side]), most)
        ask = _Ask(project, case, turned(model, project, side), mixture, bound)
        if side == "free":
            ask.offer(top.x, top.value)
        asks.append(ask)
    return asks


def _try(ask: _Ask, top: Solution, gap: float, seconds: float, cutoff: float = -np.inf) -> None:
    """Look for the best list on the other side for some time."""
    low, high = ask.interval(top)
    if low < high:
        found = solve(
            ask.model, ask.model.value, gap=gap, patience=PATIENCE, time_limit=seconds,
            start=ask.x, bound=ask.bound, cutoff=cutoff,
        )  # fmt: skip
        ask.bound = min(ask.bound, found.bound)
        ask.offer(found.x, found.value)


def _told_apart(top: Solution, asks: list[_Ask], gap: float, until: float) -> Iterator[_Ask]:
    """Prove that every list on the other side is worth less, and yield where that is done.

    Those nearest to a proof first; where it fails three times, all get more time.
    """
    seconds = 0.5
    while asks and monotonic() < until:
        asks, vain = sorted((a for a in asks if a.unclear(top)), key=lambda a: a.bound), 0
        for ask in asks:
            left = until - monotonic()
            if vain == 3 or left <= 0:
                break
            _try(ask, top, gap, min(seconds, left), cutoff=_least(top, gap))
            vain = vain + 1 if ask.unclear(top) else 0
            if not vain:
                yield ask
        seconds *= 2


def _try_more(ask: _Ask, top: Solution, seconds: float) -> None:
    """Find the least more money, else people, and the least lower cost, with which it is as good."""
    if ask.case != "left out" or ask.bound == -np.inf:
        return
    model, own = ask.model, ask.model.columns_of(ask.project)
    room = 1e-9 * max(abs(top.value), float(np.abs(model.value).max(initial=0.0)))
    wanted = [*model.rows, row("cut", "value", model.value, top.value - room)]
    wanted, ask.cut = replace_rows(model, wanted), (np.inf, np.inf)
    for kind in ("budget", "capacity"):
        soft = [r for r in wanted.rows if r.kind == kind]
        found = relax(wanted, soft, time_limit=seconds / 2) if soft else None
        if found is None or found.status == "infeasible":
            continue
        ask.of, ask.more, over = kind, _ends(found), {}
        if found.x is not None:
            over = {r.label: used(r, found.x) - r.high for r in soft}
        ask.where = {label: n for label, n in over.items() if n > 1e-9 * abs(top.value)}
        if kind == "budget":
            if not over or any(over[r.label] > _paid(r, own, found.x) for r in soft):
                found = relax(wanted, soft, own=own, time_limit=seconds / 2)
            low, high = _ends(found)
            ask.cut = max(low, ask.more[0]), high
        return


def _ends(found: Solution) -> tuple[float, float]:
    """Return the least that limits must give, and what they give in the answer found."""
    return max(-found.bound, 0.0), max(-found.value, 0.0)


def _paid(one: Row, own: np.ndarray, x: np.ndarray) -> float:
    """Return what some columns cost in one row, freed money aside."""
    mine = np.isin(one.columns, own)
    return float(np.maximum(one.coefficients, 0.0)[mine] @ x[one.columns[mine]])


def changes(model: Model, before: np.ndarray, after: np.ndarray | None) -> tuple[tuple, tuple]:
    """Return the projects that leave and that enter between two answers."""
    if after is None:
        return (), ()
    names = model.options.get_level_values(0)
    old, new = (set(names[x[: model.n_options] > 0.5]) for x in (before, after))
    return tuple(inputs.in_order(old - new)), tuple(inputs.in_order(new - old))


def _row(model: Model, top: Solution, ask: _Ask) -> dict:
    low, high = ask.interval(top)
    leaves, enters = changes(model, top.x, ask.x)
    answer = {
        "project": ask.project, "case": ask.case, "low": low, "high": high,
        "extra_of": ask.of, "extra_low": ask.more[0], "extra_high": ask.more[1], "where": ask.where,
        "cut_low": ask.cut[0], "cut_high": ask.cut[1], "leaves": leaves, "enters": enters,
    }  # fmt: skip
    return {**answer, "says": _says(answer)}


def _says(answer: dict) -> str:
    """Word an answer for the board."""
    case, low, high = answer["case"], answer["low"], answer["high"]
    if low == np.inf:
        can = "leave it out" if case == "funded" else "hold it"
        return f"no list that meets the limits can {can}"
    if low == 0 < high:
        if high == np.inf:
            return "cannot tell in the time given"
        return f"cannot tell: between 0 and {_rounded(high, 4)} of value"
    size = _between(low, high)
    if case == "left out":
        return f"needs {size} more value{_more(answer)}" if high else _SAME.format("that holds")
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
    return f", or {size} more {answer['extra_of']} ({places})"


def _between(low: float, high: float) -> str:
    if high == np.inf:
        return f"at least {_rounded(low)}"
    words = [_rounded(low), _rounded(high)]
    return words[1] if words[0] == words[1] else f"{words[0]} to {words[1]}"


def _rounded(number: float, digits: int = 6) -> str:
    return amount(float(f"{number:.{digits}g}"))
