"""Ask HiGHS for the best 0/1 answer: silent, interruptible, with a proven bound."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from time import monotonic, process_time

import numpy as np

from pmo_lib.selection.model import MOVED_DIGITS, Model, Row, exact_sum, holds

PATIENCE = 1.0
"""How long a proven optimum is sought before the gap asked for is enough, in time that this
process really had: a machine busy with other work shall not change the answer. [s]"""

_TOP, _MOST = 2.0**14, 500.0
"""Largest coefficient handed to the solver, whose tolerance of 1e-6 is then 6e-11 of it, and the
most doublings to get there."""

Progress = Callable[[float, float, float, float], bool | None]
"""Called with value, bound, gap and seconds; returns True to stop."""


@dataclass(frozen=True, eq=False)
class Solution:
    """What the solver found: columns taken, their value, the proven bound and the status."""

    x: np.ndarray | None
    value: float
    bound: float
    status: str
    seconds: float


class Best:
    """The best exact answer so far, shared by runs that look for it side by side."""

    def __init__(self, model: Model, objective: np.ndarray, x: np.ndarray | None = None) -> None:
        self.model, self.objective = model, objective
        self.known = (-np.inf if x is None else float(objective @ x), x)

    def offer(self, x: np.ndarray) -> None:
        """Keep an answer if it is better and meets every row exactly."""
        value = float(self.objective @ x)
        if value > self.known[0] and all(holds(r, x) for r in self.model.rows):
            self.known = (value, x)


def relative_gap(value: float, bound: float) -> float:
    """Return how much better than `value` an answer could be, as a share of `value`."""
    if not np.isfinite(value):
        return np.inf
    if bound - value <= 1e-9 * abs(value):
        return 0.0
    return (bound - value) / abs(value) if value else np.inf


def solve(
    model: Model,
    objective: np.ndarray,
    *,
    rows: Sequence[Row] = (),
    start: np.ndarray | Best | None = None,
    gap: float = 0.0,
    patience: float = PATIENCE,
    time_limit: float = 60.0,
    bound: float = np.inf,
    cutoff: float = -np.inf,
    progress: Progress | None = None,
) -> Solution:
    """Find the 0/1 columns with the greatest objective that meet every row exactly.

    Parameters
    ----------
    model : Model
        Columns and rows.
    objective : array of shape (n_columns,)
        What each column adds. [value]
    rows : sequence of Row
        Rows that hold besides those of the model.
    start : array of shape (n_columns,) or Best, optional
        A first answer to improve on; a `Best` may get better meanwhile.
    gap : float
        Stop once the answer is proven this good, after `patience`. [share of the value]
    patience, time_limit : float
        How long to seek a proven optimum; how long to go on at all. [s]
    bound : float
        What is already known that no answer can exceed. [value]
    cutoff : float
        Answers worth less are not looked for: the bound is never below. [value]
    progress : callable, optional
        Called about four times a second.

    Returns
    -------
    Solution
        ``status`` is ``"optimal"``, ``"gap reached"``, ``"time limit"``, ``"stopped"``
        or ``"infeasible"``; ``x`` is None when nothing was found.
    """
    began, cuts = _now(), []
    best = start if isinstance(start, Best) else Best(model, objective, start)
    exact = [r for r in (*model.rows, *rows) if r.columns.max(initial=-1) < model.n_integer]
    while True:
        left = max(time_limit - (monotonic() - began[0]), 0.01)
        run = _Run(
            objective, best, gap=gap, bound=bound, cutoff=cutoff, progress=progress,
            patience=patience - _had(began), time_limit=left,
        )  # fmt: skip
        x, status, found = run.solve(model, [*model.rows, *rows, *cuts])
        bound = min(bound, max(found, cutoff))
        broken = [] if x is None else [_cover(r, x) for r in exact if not holds(r, x)]
        if x is not None and not broken and model.moves_money:
            x, broken = _least_moved(model, rows, x)
        if not broken or status in ("time limit", "stopped"):
            break
        cuts += broken
    known, other = best.known
    if other is not None and (broken or x is None or objective @ x < known):
        x = other
    elif broken:
        x = None
    value = -np.inf if x is None else exact_sum(objective * x)
    if status == "gap reached" and relative_gap(value, bound) == 0:
        status = "optimal"
    if status == "optimal" and cutoff == -np.inf:
        bound = max(value, bound if bound - value > 1e-9 * abs(bound) else value)
    return Solution(x, value, max(bound, value), status, monotonic() - began[0])


class Relaxed:
    """The choice as if parts of projects could be taken.

    Attributes
    ----------
    x : array of shape (n_columns,) or None
        The best mixture, if there is one.
    worth, rent : array of shape (n_columns,)
        What each column is worth beyond what it uses up, against the project's other
        options; what the project is worth besides, in the columns taken. [value]
    lead : array of shape (n_columns,)
        What to take first: by worth, and where that is equal by the value in the mixture.
    bound : float
        What the mixture is worth: no list is worth more. [value]
    """

    def __init__(self, model: Model, time_limit: float) -> None:
        import highspy

        self._scale, n = _scale(model.value), model.n_columns
        self._highs = _load(model, model.value * self._scale, model.rows, time_limit)
        kinds = np.array([highspy.HighsVarType.kContinuous] * n)
        self._highs.changeColsIntegrality(n, np.arange(n, dtype=np.int32), kinds)
        self.x, self.worth, self.rent, self.lead = None, np.zeros(n), np.zeros(n), np.zeros(n)
        self.bound = self._run()
        if not np.isfinite(self.bound):
            return
        found = self._highs.getSolution()
        self.x, self.worth = np.array(found.col_value), np.array(found.col_dual) / self._scale
        self.lead = self.worth + 1e-3 * model.value * self.x
        for one, dual in zip(model.rows, found.row_dual, strict=True):
            if one.kind == "option":
                rent = abs(dual) / self._scale
                self.rent[one.columns] = np.where(self.x[one.columns] > 0.5, rent, 0.0)

    def bound_under(self, place: int, low: float, high: float) -> float:
        """Return the bound with other limits on one row of plain counts."""
        _, before_low, before_high, _ = self._highs.getRow(place)
        self._highs.changeRowBounds(place, low, high)
        bound = self._run()
        self._highs.changeRowBounds(place, before_low, before_high)
        return bound

    def _run(self) -> float:
        from highspy import HighsModelStatus as Status

        _run(self._highs)
        status = self._highs.getModelStatus()
        if status == Status.kInfeasible:
            return -np.inf
        found = self._highs.getInfo().objective_function_value / self._scale
        return found + 1e-9 * abs(found) if status == Status.kOptimal else np.inf


def _cover(row: Row, x: np.ndarray) -> Row:
    """Cut off a 0/1 answer that breaks a row by less than the solver's tolerance."""
    sign = 1.0 if exact_sum(row.coefficients * x[row.columns], row.high) > row.high else -1.0
    taken, pull = x[row.columns] > 0.5, row.coefficients * sign
    part = ((pull > 0) & taken) | ((pull < 0) & ~taken)
    signs = np.where(taken[part], 1.0, -1.0)
    return Row("cut", None, row.columns[part], signs, -np.inf, float(taken[part].sum()) - 1)


def other_than(x: np.ndarray, n: int) -> Row:
    """Cut off one answer in the first n columns, and no other."""
    signs = np.where(x[:n] > 0.5, 1.0, -1.0)
    return Row("cut", "other", np.arange(n), signs, -np.inf, float((signs > 0).sum()) - 1)


def _least_moved(model: Model, rows: Sequence[Row], x: np.ndarray) -> tuple[np.ndarray, list[Row]]:
    """Move and hire for as little money as the options taken need, to 12 digits."""
    n, price = model.n_integer, -np.where(model.cost > 0, model.cost, 1.0)
    price[:n] = 0.0
    lower, upper = np.append(x[:n], model.lower[n:]), np.append(x[:n], model.upper[n:])
    fixed = replace(model, lower=lower, upper=upper)
    least, _, _ = _Run(price, Best(model, price)).solve(fixed, [*model.rows, *rows])
    if least is None:
        return x, [other_than(x, n)]
    x = np.append(x[:n], [exact_sum([moved], digits=MOVED_DIGITS) for moved in least[n:]])
    moving = [r for r in model.rows if r.columns.max(initial=-1) >= n]
    fine = all(holds(r, x, digits=MOVED_DIGITS) for r in moving)
    return x, [] if fine else [other_than(x, n)]


class _Run:
    """One run of HiGHS in a thread of its own, so that the caller can be interrupted."""

    def __init__(
        self, objective, best, *, gap=0.0, patience=0.0, time_limit=np.inf,
        bound=np.inf, cutoff=-np.inf, progress=None,
    ):  # fmt: skip
        self.objective, self.best, self.gap, self.patience = objective, best, gap, patience
        self.time_limit, self.bound, self.cutoff = time_limit, bound, cutoff
        self.progress, self.scale = progress, _scale(objective)
        self.own, self.reason, self.asked = (-np.inf, np.inf), "", False
        self.began = _now()

    def solve(self, model, rows):
        highs = _load(model, self.objective * self.scale, rows, self.time_limit)
        start = self.best.known[1]
        if np.isfinite(self.cutoff):
            highs.setOptionValue("objective_bound", -self.cutoff * self.scale)
        if start is not None:
            places = np.arange(len(start), dtype=np.int32)
            highs.setSolution(len(start), places, start.astype(float))
        highs.cbMipInterrupt += self._watch
        interrupted = self._wait(highs)
        x, status, bound = self._read(highs, model)
        if interrupted and x is None and self.best.known[1] is None:
            raise KeyboardInterrupt
        return x, status, bound

    def _wait(self, highs) -> bool:
        interrupted, working = False, True
        with ThreadPoolExecutor(1) as pool:
            job = pool.submit(_run, highs)
            while working:
                try:
                    working = bool(wait([job], 0.25).not_done)
                    if working and self.progress and not self.asked:
                        seen, spent = self._seen(), monotonic() - self.began[0]
                        self.asked = bool(self.progress(*seen, relative_gap(*seen), spent))
                except KeyboardInterrupt:
                    self.asked = interrupted = True
                except BaseException:
                    self.asked = True
                    raise
        job.result()
        return interrupted

    def _seen(self) -> tuple[float, float]:
        """Return the best value and the least bound known, in this run or beside it."""
        return max(self.own[0], self.best.known[0]), min(self.own[1], self.bound)

    def _watch(self, event) -> None:
        out = event.data_out
        self.own = out.mip_primal_bound / self.scale, out.mip_dual_bound / self.scale
        found = self._seen()[0] > -np.inf  # before that, even an infinite gap is not reached
        waited = _had(self.began) >= self.patience
        if self.asked:
            self.reason = "stopped"
        elif found and waited and relative_gap(*self._seen()) <= self.gap:
            self.reason = "gap reached"
        if self.reason:
            event.interrupt()

    def _read(self, highs, model):
        from highspy import HighsModelStatus as Status

        status, info = highs.getModelStatus(), highs.getInfo()
        if status in (Status.kInfeasible, Status.kUnboundedOrInfeasible):
            return None, "infeasible", -np.inf
        words = dict.fromkeys(
            (Status.kOptimal, Status.kModelEmpty, Status.kObjectiveBound), "optimal"
        )
        words |= {Status.kInterrupt: self.reason or "stopped", Status.kTimeLimit: "time limit"}
        if status not in words:
            raise RuntimeError(f"the solver ended with {highs.modelStatusToString(status)}")
        x = np.array(highs.getSolution().col_value, dtype=float)
        if len(x) == 0 or info.primal_solution_status != 2:
            x = None
        else:
            x[: model.n_integer] = np.round(x[: model.n_integer])
        return x, words[status], info.mip_dual_bound / self.scale


def _now() -> tuple[float, float]:
    """Return the time on the wall and that which this process has had. [s]."""
    return monotonic(), process_time()


def _had(began: tuple[float, float]) -> float:
    """Return for how long there could be work since then. [s]."""
    return min(now - then for now, then in zip(_now(), began, strict=True))


def _run(highs) -> None:
    with quiet():
        highs.run()


def _load(model: Model, objective: np.ndarray, rows: Sequence[Row], time_limit: float):
    """Hand columns and scaled rows to a fresh, silent solver."""
    import highspy

    highs, n = highspy.Highs(), model.n_columns
    settings = {"output_flag": False, "threads": 1, "mip_rel_gap": 0.0}
    for option, setting in {**settings, "time_limit": float(time_limit)}.items():
        highs.setOptionValue(option, setting)
    highs.addVars(n, model.lower, model.upper)
    everything = np.arange(n, dtype=np.int32)
    highs.changeColsCost(n, everything, objective)
    highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
    kinds = np.array([highspy.HighsVarType.kInteger] * model.n_integer)
    highs.changeColsIntegrality(model.n_integer, everything[: model.n_integer], kinds)
    if rows:
        scales = np.array([_scale(r.coefficients) for r in rows])
        lengths = [len(r.columns) for r in rows]
        begin = np.cumsum([0, *lengths[:-1]]).astype(np.int32)
        columns = np.concatenate([r.columns for r in rows]).astype(np.int32)
        numbers = np.concatenate([r.coefficients for r in rows]) * np.repeat(scales, lengths)
        low, high = (np.array([getattr(r, end) for r in rows]) * scales for end in ("low", "high"))
        highs.addRows(len(rows), low, high, len(columns), begin, columns, numbers)
    return highs


def _scale(coefficients: np.ndarray) -> float:
    """Return the power of two that brings the largest coefficient near `_TOP`; 1 for plain counts."""
    sizes = np.abs(coefficients[coefficients != 0])
    if len(sizes) == 0 or (sizes == 1).all():
        return 1.0
    return 2.0 ** np.floor(min(np.log2(_TOP) - np.log2(sizes.max()), _MOST))


_silence, _silenced, _saved = threading.Lock(), 0, None


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what C code prints off standard output; Python's own prints still arrive.

    Some versions of HiGHS print from C past every setting. While any solve runs,
    file descriptor 1 leads nowhere and ``sys.stdout`` writes to a copy of it.
    """
    global _silenced, _saved
    with _silence:
        _silenced += 1
        if _silenced == 1:
            _saved = _divert()
    try:
        yield
    finally:
        with _silence:
            _silenced -= 1
            if _silenced == 0:
                _restore(_saved)


def _divert():
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
        _flush_c()
        copy = os.dup(1)
    except (OSError, ValueError):
        return None
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 1)
    os.close(sink)
    before = after = sys.stdout
    with suppress(AttributeError, OSError, ValueError):
        if before.fileno() == 1:
            after = open(copy, "w", 1, before.encoding, before.errors, closefd=False)  # noqa: SIM115
            sys.stdout = after
    return copy, before, after


def _restore(saved) -> None:
    if saved is None:
        return
    copy, before, after = saved
    _flush_c()
    if after is not before:
        after.flush()
        if sys.stdout is after:
            sys.stdout = before
    os.dup2(copy, 1)
    os.close(copy)


def _flush_c() -> None:
    with suppress(OSError, AttributeError, TypeError):
        (ctypes.cdll.ucrtbase if os.name == "nt" else ctypes.CDLL(None)).fflush(None)
