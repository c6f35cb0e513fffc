"""Ask HiGHS for the best 0/1 answer: silent, interruptible, with a proven bound."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from time import monotonic

import numpy as np

from pmo_lib.selection.model import MOVED_DIGITS, Model, Row, exact_sum, holds

PATIENCE = 1.0
"""How long a proven optimum is sought before the gap asked for is enough. [s]"""

_TOP = 2.0**14
"""Largest coefficient handed to the solver: its tolerance of 1e-6 is then 6e-11 of it."""

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
    start: np.ndarray | None = None,
    gap: float = 0.0,
    patience: float = PATIENCE,
    time_limit: float = 60.0,
    bound: float = np.inf,
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
    start : array of shape (n_columns,), optional
        A first answer to improve on.
    gap : float
        Stop once the answer is proven this good, after `patience`. [share of the value]
    patience, time_limit : float
        How long to seek a proven optimum; how long to go on at all. [s]
    bound : float
        What is already known that no answer can exceed. [value]
    progress : callable, optional
        Called about four times a second.

    Returns
    -------
    Solution
        ``status`` is ``"optimal"``, ``"gap reached"``, ``"time limit"``, ``"stopped"``
        or ``"infeasible"``; ``x`` is None when nothing was found.
    """
    began, cuts = monotonic(), []
    exact = [r for r in (*model.rows, *rows) if r.columns.max(initial=-1) < model.n_integer]
    while True:
        left = max(time_limit - (monotonic() - began), 0.01)
        known = (-np.inf if start is None else float(objective @ start), bound)
        wait = max(patience - (monotonic() - began), 0.0)
        run = _Run(objective, gap, wait, left, progress, known)
        x, status, found = run.solve(model, [*model.rows, *rows, *cuts], start)
        bound = min(bound, found)
        broken = [] if x is None else [_cover(r, x) for r in exact if not holds(r, x)]
        if x is not None and not broken and model.moves_money:
            x, broken = _least_moved(model, rows, x)
        if not broken or status in ("time limit", "stopped"):
            break
        cuts += broken
    if start is not None and (broken or x is None or objective @ x < objective @ start):
        x = start
    elif broken:
        x = None
    value = -np.inf if x is None else exact_sum(objective * x)
    if status == "gap reached" and relative_gap(value, bound) == 0:
        status = "optimal"
    if status == "optimal":
        bound = max(value, bound if bound - value > 1e-9 * abs(bound) else value)
    return Solution(x, value, max(bound, value), status, monotonic() - began)


def relaxed(
    model: Model, time_limit: float
) -> tuple[np.ndarray | None, np.ndarray, np.ndarray, float]:
    """Choose as if parts of projects could be taken.

    Returns
    -------
    tuple
        The mixture (None if there is none); what each column is worth beyond what it
        uses up, against the project's other options; what the project is worth
        besides, in the columns taken; the bound. [value]
    """
    import highspy

    scale, n = _scale(model.value), model.n_columns
    highs = _load(model, model.value * scale, model.rows, time_limit)
    kinds = np.array([highspy.HighsVarType.kContinuous] * n)
    highs.changeColsIntegrality(n, np.arange(n, dtype=np.int32), kinds)
    with quiet():
        highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None, np.zeros(n), np.zeros(n), np.inf
    found = highs.getSolution()
    x, rent = np.array(found.col_value), np.zeros(n)
    for one, dual in zip(model.rows, found.row_dual, strict=True):
        if one.kind == "option":
            rent[one.columns] = np.where(x[one.columns] > 0.5, abs(dual), 0.0)
    worth, bound = np.array(found.col_dual), highs.getInfo().objective_function_value
    return x, worth / scale, rent / scale, bound / scale


def _cover(row: Row, x: np.ndarray) -> Row:
    """Cut off a 0/1 answer that breaks a row by less than the solver's tolerance."""
    sign = 1.0 if exact_sum(row.coefficients * x[row.columns], row.high) > row.high else -1.0
    taken = x[row.columns] > 0.5
    pull = row.coefficients * sign
    part = ((pull > 0) & taken) | ((pull < 0) & ~taken)
    coefficients = np.where(taken[part], 1.0, -1.0)
    return Row("cut", None, row.columns[part], coefficients, -np.inf, float(taken[part].sum()) - 1)


def _least_moved(model: Model, rows: Sequence[Row], x: np.ndarray) -> tuple[np.ndarray, list[Row]]:
    """Move as little money between budgets as the options taken need, to 12 digits."""
    n, price = model.n_integer, np.zeros(model.n_columns)
    price[n:] = -1.0
    ends = {"lower": model.lower.copy(), "upper": model.upper.copy()}
    ends["lower"][:n] = ends["upper"][:n] = x[:n]
    least, _, _ = _Run(price, 0.0, 0.0, np.inf, None).solve(
        replace(model, **ends), [*model.rows, *rows], None
    )
    if least is not None:
        x = np.concatenate(
            [x[:n], [exact_sum([moved], digits=MOVED_DIGITS) for moved in least[n:]]]
        )
    moving = [r for r in model.rows if r.columns.max(initial=-1) >= n]
    fine = least is not None and all(holds(r, x, digits=MOVED_DIGITS) for r in moving)
    signs = np.where(x[:n] > 0.5, 1.0, -1.0)
    other = Row("cut", "other", np.arange(n), signs, -np.inf, float((signs > 0).sum()) - 1)
    return x, [] if fine else [other]


class _Run:
    """One run of HiGHS in a thread of its own, so that the caller can be interrupted."""

    def __init__(self, objective, gap, patience, time_limit, progress, known=(-np.inf, np.inf)):
        self.objective, self.gap, self.patience = objective, gap, patience
        self.time_limit, self.progress = time_limit, progress
        self.scale = _scale(objective)
        self.known, self.seen, self.reason, self.asked = known, known, "", False
        self.began, self.done, self.failure = monotonic(), threading.Event(), None

    def solve(self, model, rows, start):
        highs = _load(model, self.objective * self.scale, rows, self.time_limit)
        if start is not None:
            highs.setSolution(
                len(start), np.arange(len(start), dtype=np.int32), start.astype(float)
            )
        highs.cbMipInterrupt += self._watch
        interrupted = self._wait(threading.Thread(target=self._work, args=(highs,), daemon=True))
        x, status, bound = self._read(highs, model)
        if interrupted and x is None and start is None:
            raise KeyboardInterrupt
        return x, status, bound

    def _work(self, highs) -> None:
        try:
            with quiet():
                highs.run()
        except BaseException as failure:
            self.failure = failure
        finally:
            self.done.set()

    def _wait(self, thread) -> bool:
        interrupted = False
        thread.start()
        while not self.done.is_set():
            try:
                self.done.wait(0.25)
                if self.progress and not self.done.is_set() and not self.asked:
                    value, bound = self.seen
                    spent = monotonic() - self.began
                    self.asked = bool(
                        self.progress(value, bound, relative_gap(value, bound), spent)
                    )
            except KeyboardInterrupt:
                self.asked = interrupted = True
            except BaseException:
                self.asked = True
                self.done.wait()
                raise
        thread.join()
        if self.failure is not None:
            raise self.failure
        return interrupted

    def _watch(self, event) -> None:
        out = event.data_out
        self.seen = value, bound = (
            out.mip_primal_bound / self.scale,
            out.mip_dual_bound / self.scale,
        )
        if self.asked:
            self.reason = "stopped"
        elif monotonic() - self.began >= self.patience and relative_gap(value, bound) <= self.gap:
            self.reason = "gap reached"
        if self.reason:
            event.interrupt()

    def _read(self, highs, model):
        from highspy import HighsModelStatus as Status

        status, info = highs.getModelStatus(), highs.getInfo()
        if status in (Status.kInfeasible, Status.kUnboundedOrInfeasible):
            return None, "infeasible", -np.inf
        x = np.array(highs.getSolution().col_value, dtype=float)
        if len(x) == 0 or info.primal_solution_status != 2:
            x = None
        else:
            x[: model.n_integer] = np.round(x[: model.n_integer])
        if status in (Status.kOptimal, Status.kModelEmpty):
            return x, "optimal", max(info.mip_dual_bound / self.scale, -np.inf)
        if status == Status.kInterrupt:
            return x, self.reason or "stopped", info.mip_dual_bound / self.scale
        if status == Status.kTimeLimit:
            return x, "time limit", info.mip_dual_bound / self.scale
        raise RuntimeError(f"the solver ended with {highs.modelStatusToString(status)}")


def _load(model: Model, objective: np.ndarray, rows: Sequence[Row], time_limit: float):
    """Hand columns and scaled rows to a fresh, silent solver."""
    import highspy

    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    for option, setting in (
        ("threads", 1),
        ("mip_rel_gap", 0.0),
        ("time_limit", float(time_limit)),
    ):
        highs.setOptionValue(option, setting)
    n = model.n_columns
    highs.addVars(n, model.lower, model.upper)
    everything = np.arange(n, dtype=np.int32)
    highs.changeColsCost(n, everything, objective)
    highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
    kinds = np.array([highspy.HighsVarType.kInteger] * model.n_integer)
    highs.changeColsIntegrality(model.n_integer, everything[: model.n_integer], kinds)
    if rows:
        scales = [_scale(row.coefficients) for row in rows]
        low = np.array([row.low * scale for row, scale in zip(rows, scales, strict=True)])
        high = np.array([row.high * scale for row, scale in zip(rows, scales, strict=True)])
        lengths = [len(row.columns) for row in rows]
        begin = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int32)
        columns = np.concatenate([row.columns for row in rows]).astype(np.int32)
        numbers = np.concatenate([r.coefficients * s for r, s in zip(rows, scales, strict=True)])
        highs.addRows(len(rows), low, high, len(columns), begin, columns, numbers)
    return highs


def _scale(coefficients: np.ndarray) -> float:
    """Return the power of two that brings the largest coefficient near `_TOP`; 1 for plain counts."""
    sizes = np.abs(coefficients[coefficients != 0])
    if len(sizes) == 0 or (sizes == 1).all():
        return 1.0
    return 2.0 ** np.floor(np.log2(_TOP / sizes.max()))


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
            after = open(  # noqa: SIM115
                copy,
                "w",
                encoding=before.encoding,
                errors=before.errors,
                buffering=1,
                closefd=False,
            )
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
