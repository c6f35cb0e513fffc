"""Why not this one? How near each project is to changing sides, and what an override costs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Event
from time import monotonic
from typing import Any

import numpy as np
import pandas as pd

from pmo_lib.checks import require_number
from pmo_lib.selection import inputs
from pmo_lib.selection.build import FORCED, build, turned
from pmo_lib.selection.choice import search
from pmo_lib.selection.conflict import explain, relax
from pmo_lib.selection.first import greedy_answer
from pmo_lib.selection.model import Model, Row, replace_rows, row, spread, used
from pmo_lib.selection.says import says
from pmo_lib.selection.solver import Relaxed, Solution, solve

PATIENCE = 0.1
"""How long a proven answer is sought before the gap is enough. [s]"""

_LOOK = 1.0
"""How long the best list is sought before the first answers are given. [s]"""

_JOINTLY, _APART = 0.3, 0.6
"""Share of the time for the best list and one proof for all; of what is left then, for one for
each. [-]"""

_FIRST, _VAIN = 0.5, 8
"""How long a proof for one may take at first [s], and after how many in vain it may take longer."""

_AT_ONCE = min(os.cpu_count() or 1, 4)
"""How many questions are asked at once."""

_FREE = ("left out", "funded")
"""Cases that the board has not decided."""

_SIDES = {"in": (1.0, np.inf), "out": (-np.inf, 0.0), "free": (-np.inf, np.inf)}
"""How many options of a project are taken."""

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
    cheaper it must become, over all columns of cost, for the same, worth what it is
    worth now; what groups may spend is counted anew. Infinite where it would not be
    enough if it were free.

    Bounds come from the choice with parts of projects, for all at once, then from a
    longer look for the best list; then each question is asked exactly for a moment,
    and what cannot be told yet again for longer, the nearest to an answer first. A
    list found for one question answers others, and takes the best list's place if
    it is better.

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
    gap = require_number(gap, name="gap", low=0)
    time_limit = require_number(time_limit, name="time_limit", low=0.01)
    inquiry, told = _Inquiry(model, asked, gap, time_limit), set()
    with suppress(KeyboardInterrupt):
        for ask in inquiry.answered():
            if ask.project not in told:
                told.add(ask.project)
                if progress and progress(len(told), len(asked), _row(model, inquiry.top, ask)):
                    break
    shown = [ask for ask in inquiry.asks if not told or ask.project in told]
    rows = [_row(model, inquiry.top, ask) for ask in shown]
    return pd.DataFrame(rows).set_index("project")


def best_now(model: Model, gap: float, time_limit: float) -> Solution:
    """Return the best list to compare with, or raise the error that says why there is none."""
    top = search(model, gap=gap, time_limit=time_limit)
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


class _Inquiry:
    """All questions about one best list: what is found for one helps the others."""

    def __init__(self, model: Model, asked: set, gap: float, time_limit: float) -> None:
        self.model, self.gap, self.until = model, gap, monotonic() + time_limit
        self.top = search(model, gap=gap, time_limit=min(time_limit / 12, _LOOK))
        if self.top.x is None:
            self.top = best_now(model, gap, time_limit / 4)
        counts = [row("count", project, spread(model, project)) for project in model.projects]
        self.mixture = Relaxed(replace_rows(model, [*model.rows, *counts]), 10.0)
        decided = {r.label: (j, r.kind) for j, r in enumerate(model.rows) if r.kind in FORCED}
        self.places = {p: (len(model.rows) + j, "") for j, p in enumerate(model.projects)} | decided
        self.asks = [self._ask(project) for project in self._nearest(asked)]

    def _nearest(self, asked: set) -> pd.Index:
        """Sort by how little a project is worth beyond, or short of, what it uses up."""
        distance = np.abs(self.mixture.worth + self.mixture.rent)[: self.model.n_options]
        nearest = pd.Series(distance, index=self.model.options).groupby(level=0).min()
        return nearest.loc[inputs.in_order(asked)].sort_values(kind="stable").index

    def _ask(self, project: Any) -> _Ask:
        """Bound one answer by a mixture of projects."""
        (place, kind), most = self.places[project], self.top.bound
        if kind:
            side, case, most = "free", "included" if kind == "forced in" else "excluded", np.inf
        elif self.top.x[self.model.columns_of(project)].any():
            case, side = "funded", "out"
        else:
            case, side = "left out", "in"
        bound = min(self.mixture.bound_under(place, *_SIDES[side]), most)
        ask = _Ask(project, case, turned(self.model, project, side), self.mixture, bound)
        if kind:
            ask.offer(self.top.x, self.top.value)
        return ask

    def answered(self) -> Iterator[_Ask]:
        """Yield each question once its side can be told: exactly where that is quick, else by turns."""
        quick = 2 * self.top.seconds * len(self.asks) < self.until - monotonic()
        if not (quick and self.top.status == "optimal"):
            yield from self._started()
            if self.top.status == "stopped":
                return
            self._prove()
            yield from self._started()
            yield from self._told_apart(monotonic() + _APART * (self.until - monotonic()))
        n = len(self.asks)
        yield from self._together(
            self._closer, list(self.asks), lambda done: self._left() * min(_AT_ONCE / (n - done), 1)
        )

    def _left(self) -> float:
        return max(self.until - monotonic(), 0.02)

    def _started(self) -> Iterator[_Ask]:
        """Find a first list for each question, and yield those that can be told already."""
        for ask in self.asks:
            if monotonic() < self.until:
                ask.start(self.top)
            if not ask.unclear(self.top):
                yield ask

    def _prove(self) -> None:
        """Look longer for the best list; if it is proven, bound all that differ from it where asked."""
        stop = monotonic() + _JOINTLY * (self.until - monotonic())
        if self.top.status != "optimal":
            found = search(self.model, gap=self.gap / 10, time_limit=max(stop - monotonic(), 0.02))
            if found.status == "stopped":
                raise KeyboardInterrupt
            bound = min(self.top.bound, found.bound)
            self.top = replace(self.top, bound=bound, status=found.status)
            self._share(found.x, found.value)
        while self.top.status in ("optimal", "gap reached") and monotonic() < stop:
            found = solve(
                self.model, self.model.value, rows=[self._differs()], gap=self.gap / 10,
                bound=self.top.bound, cutoff=self._least(), time_limit=max(stop - monotonic(), 0.02),
            )  # fmt: skip
            if found.value <= self.top.value:
                for ask in self.asks:
                    if ask.case in _FREE:
                        ask.bound = min(ask.bound, found.bound)
                if len(self.asks) == self.model.n_options:
                    bound = max(self.top.value, found.bound)
                    self.top = replace(self.top, bound=min(self.top.bound, bound))
                return
            self._share(found.x, found.value)

    def _differs(self) -> Row:
        """Ask for a list on the other side for at least one of the questions."""
        moved, funded = np.zeros(self.model.n_columns), 0
        for ask in self.asks:
            inside = self.top.x[self.model.columns_of(ask.project)].any()
            moved += spread(self.model, ask.project, -1.0 if inside else 1.0)
            funded += inside
        return row("cut", "other", moved, 1.0 - funded)

    def _least(self) -> float:
        """Return what a list must be worth to leave a doubt which of the two is better."""
        return self.top.value - max(self.gap / 10, 1e-9) * abs(self.top.value)

    def _told_apart(self, until: float) -> Iterator[_Ask]:
        """Prove that every list on the other side is worth less, and yield where that is done.

        Those nearest to a proof first; where it fails too often, all get more time.
        """
        seconds, asks = _FIRST, self.asks
        while asks and monotonic() < until:
            asks = sorted((a for a in self.asks if a.unclear(self.top)), key=lambda a: a.bound)
            vain = 0
            for ask in self._together(self._apart, asks, lambda _, limit=seconds: limit):
                self._take(ask)
                vain = vain + 1 if ask.unclear(self.top) else 0
                if not vain:
                    yield ask
                if vain == _VAIN or monotonic() >= until:
                    break
            seconds *= 2

    def _together(self, work: Callable, asks: list[_Ask], seconds: Callable) -> Iterator[_Ask]:
        """Work on a few questions at once, and yield each in its turn."""
        stop = Event()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            try:
                for done in range(0, len(asks), _AT_ONCE):
                    few = asks[done : done + _AT_ONCE]
                    list(pool.map(partial(work, seconds=seconds(done), stop=stop), few))
                    yield from few
            finally:
                stop.set()

    def _apart(self, ask: _Ask, *, seconds: float, stop: Event) -> None:
        """Try to prove that every list on the other side is worth less."""
        self._try(ask, stop, seconds, cutoff=self._least())

    def _closer(self, ask: _Ask, *, seconds: float, stop: Event) -> None:
        """Look for the best list on the other side, and for what would be enough."""
        ask.start(self.top)
        patience = max(PATIENCE, seconds / 20)
        self._try(ask, stop, seconds / 2, gap=self.gap, patience=patience)
        _try_more(ask, self.top, seconds / 2)

    def _try(self, ask: _Ask, stop: Event, seconds: float, **how: float) -> None:
        low, high = ask.interval(self.top)
        if low < high:
            found = solve(
                ask.model, ask.model.value, time_limit=seconds, start=ask.x,
                bound=ask.bound, progress=lambda *_: stop.is_set(), **how,
            )  # fmt: skip
            ask.bound = min(ask.bound, found.bound)
            ask.offer(found.x, found.value)

    def _take(self, ask: _Ask) -> None:
        if ask.case in _FREE and ask.x is not None:
            self._share(ask.x, ask.value)

    def _share(self, x: np.ndarray, value: float) -> None:
        """Offer a list to every question that it answers; a better one is now the best."""
        before, better = self.top, value > self.top.value + 1e-9 * abs(self.top.value)
        if better:
            self.top = replace(before, x=x, value=value)
        for place, ask in enumerate(self.asks):
            if ask.case not in _FREE:
                if better:
                    ask.offer(x, value)
                continue
            inside = x[self.model.columns_of(ask.project)].any()
            if inside == (ask.case == "left out"):
                ask.offer(x, value)
                if better:
                    self.asks[place] = self._ask(ask.project)
                    self.asks[place].offer(before.x, before.value)


def _try_more(ask: _Ask, top: Solution, seconds: float) -> None:
    """Find the least more money, else people, and the least lower cost, with which it is as good."""
    if ask.case != "left out":
        return
    model, own = ask.model, ask.model.columns_of(ask.project)
    room = 1e-9 * max(abs(top.value), float(np.abs(model.value).max(initial=0.0)))
    wanted = [*model.rows, row("cut", "value", model.value, top.value - room)]
    wanted = replace_rows(model, wanted)
    for kind in ("budget", "capacity"):
        soft = [r for r in wanted.rows if r.kind == kind]
        found = relax(wanted, soft, time_limit=seconds / 2) if soft else None
        if kind == "budget":
            ask.cut = _least_cut(wanted, soft, own, found, seconds / 2)
        if found is not None and found.status != "infeasible":
            ask.of, ask.more = kind, _ends(found)
            over = {} if found.x is None else {r.label: used(r, found.x) - r.high for r in soft}
            ask.where = {label: n for label, n in over.items() if n > 1e-9 * abs(top.value)}
            return


def _least_cut(
    wanted: Model, soft: list[Row], own: np.ndarray, more: Solution, seconds: float
) -> tuple[float, float]:
    """Find the least lower cost: that of the least more money, where it is no more than is paid."""
    moves = any(r.rates is not None and r.rates[own[0]] != 0 for r in wanted.rows)
    fits = more.status == "infeasible"
    if more.x is not None:
        fits = all(used(r, more.x) - r.high <= _paid(r, own, more.x) for r in soft)
    if fits and not moves:
        return _ends(more)
    low, high = _ends(relax(wanted, soft, own=own, time_limit=seconds))
    return (low if moves else max(low, _ends(more)[0])), high


def _ends(found: Solution) -> tuple[float, float]:
    """Return the least that limits must give, and what they give in the answer found."""
    if found.status == "infeasible":
        return np.inf, np.inf
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
    return {**answer, "says": says(answer)}
