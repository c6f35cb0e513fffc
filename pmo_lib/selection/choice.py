"""Choose a portfolio exactly, with the proof of how good it is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Event
from time import monotonic
from typing import Any

import numpy as np
import pandas as pd

from pmo_lib.checks import require_number
from pmo_lib.selection.better import LARGE, improve
from pmo_lib.selection.build import build, turned
from pmo_lib.selection.conflict import explain
from pmo_lib.selection.first import first_answer, greedy_answer
from pmo_lib.selection.model import DIGITS, MOVED_DIGITS, Model, Row, exact_sum, row, used
from pmo_lib.selection.solver import Best, Progress, Solution, other_than, relative_gap, solve

TIME_LIMIT = 60.0
"""How long a choice may take unless told otherwise. [s]"""

ENDED = "the search was ended there, so another list about as good may come out elsewhere"
"""What is said of a choice that was not proven the best."""

_SAME = 1e-9
"""Values closer than this share of their size are equal."""

_BLOCK = 14
"""Projects whose order of labels is settled in one solve."""


@dataclass(frozen=True, eq=False)
class Choice:
    """A portfolio, what it is worth, and the proof of how good it is.

    Attributes
    ----------
    selected : Series of bool by project
        In the order of the projects given.
    option : Series by project
        The option taken; missing where the project is not selected.
    value, bound : float
        What the portfolio is worth, and the most that any could be. [value]
    gap : float
        ``(bound - value) / |value|``: a better list could add at most this share.
    status : str
        ``"optimal"``, ``"gap reached"``, ``"time limit"``, ``"stopped"``, or how a
        list that proves nothing was made.
    slack : DataFrame
        One row for each budget, capacity and limit: kind, label, limit, used, left.
    transfers : DataFrame
        What may be moved between budgets, and ``moved``: the least that is needed.
    hired : Series by offer
        How many are hired: the least that are needed. [FTE]
    cost : float
        Total cost over all columns of cost. [currency]
    reproducible : bool
        True if any machine gives this same portfolio: proven best, ties broken.
    seconds : float
        How long it took. [s]
    """

    selected: pd.Series
    option: pd.Series
    value: float
    bound: float
    gap: float
    status: str
    slack: pd.DataFrame
    transfers: pd.DataFrame
    hired: pd.Series
    cost: float
    reproducible: bool
    seconds: float

    @property
    def sentence(self) -> str:
        """How good the list is, in the board's words, and whether another run may give another."""
        if self.gap == 0:
            other = "" if self.reproducible else "; one just as good may come out elsewhere"
            return f"no better list exists{other}"
        words = "how much a better list could add is not known"
        if np.isfinite(self.gap):
            words = f"a better list could add at most {np.ceil(self.gap * 1e4) / 1e2:.2f} %"
        elif np.isfinite(self.bound):
            words = f"a better list could be worth at most {self.bound:.4g}"
        return words if self.reproducible else f"{words}; {ENDED}"


def choose(
    value: pd.Series,
    cost: pd.Series | pd.DataFrame,
    budget: float | pd.Series,
    *,
    gap: float = 1e-3,
    time_limit: float = TIME_LIMIT,
    progress: Progress | None = None,
    **constraints: Any,
) -> Choice:
    """Choose the portfolio with the greatest total value within every limit.

    One 0/1 program, solved exactly [1]_: at most one option of each project is
    taken, the costs taken stay within each budget, and every link, override,
    capacity and limit holds, in exact decimal arithmetic to 15 digits. A proven
    optimum is sought for one second; after that, being proven within `gap` is
    enough. Among equally good portfolios the cheapest is taken, then the one whose
    projects come first in order of their names, whatever the order of rows.

    Parameters
    ----------
    value : Series by project, or by (project, option)
        What taking it adds; may be negative. [value]
    cost : Series, or DataFrame with the labels of `budget` as columns
        Labelled like `value`; a negative cost frees money. [currency]
    budget : float, or Series by period or (period, fund)
        Money available, not negative. [currency]
    requires, excludes, together : iterable of (project, other)
        The project only with the other; not both; both or neither.
    after : iterable of (project, other)
        If both are taken, the project starts no earlier than the other finishes;
        add `requires` where the other must be taken.
    forced_in, forced_out : iterable of projects, or Series of reasons by project
        Projects that the board includes or excludes.
    use, capacity : DataFrame labelled like `value`, Series by its columns
        People needed and people there, by (role, period) for example. [FTE]
    limits : DataFrame with columns group, measure, at_least, at_most
        ``"share"`` of the money chosen in [0, 1], ``"amount"`` of money, or
        ``"count"`` of projects with any membership; missing means no limit.
    groups : DataFrame of projects by group
        Membership in [0, 1]; needed with `limits`.
    start, finish : Series labelled like `value`
        When each option starts and is finished; needed with `after`. [month]
    synergies : DataFrame indexed by (project, other)
        ``value`` of doing both beyond their own, and what both cost more (or, if
        negative, less): ``cost``, or a column for each label of `budget`.
    transfers : DataFrame with columns from, to, at_most
        Money that may be moved between labels of `budget`, such as what is left
        of one year carried over to the next. [currency]
    hiring : Hiring
        People who may be hired at a price, which counts as cost.
    then : Series labelled like `value`, or several
        What is to be least among portfolios of equal value, before cost and names.
    gap : float
        Good enough: how much a better list may still add. [share of the value]
    time_limit : float
        The best found by then is returned, with its proven gap. [s]
    progress : callable, optional
        Called with value, bound, gap and seconds; return True to stop.

    Returns
    -------
    Choice
        Ctrl-C while solving keeps the best found, with status ``"stopped"``.

    Raises
    ------
    InputError
        If labels do not match or repeat, a number is missing or out of range, a
        project is linked to itself or forced both ways.
    InfeasibleError
        If no portfolio meets the limits; it names the clash and ways out.

    References
    ----------
    .. [1] H. M. Weingartner, *Mathematical Programming and the Analysis of Capital
       Budgeting Problems*. Englewood Cliffs: Prentice-Hall, 1963.

    Examples
    --------
    >>> value = pd.Series({"a": 16, "b": 22, "c": 12, "d": 8})
    >>> cost = pd.Series({"a": 5, "b": 7, "c": 4, "d": 3})
    >>> best = choose(value, cost, 14)
    >>> list(best.selected.index[best.selected]), best.value, best.sentence
    (['b', 'c', 'd'], 42.0, 'no better list exists')
    """
    model = build(value, cost, budget, **constraints)
    gap = require_number(gap, name="gap", low=0)
    time_limit = require_number(time_limit, name="time_limit", low=0.01)
    began = monotonic()
    found = search(model, gap=gap, time_limit=time_limit, progress=progress)
    if found.x is None:
        raise explain(model, proven=found.status == "infeasible")
    return _settled(model, found, time_limit=time_limit, began=began)


def choose_otherwise(
    model: Model, project: Any, decision: str, *, gap: float, time_limit: float
) -> Choice | None:
    """Choose again with one project decided otherwise; None if no list can hold then.

    Parameters
    ----------
    model : Model
        From `build`, so that many such questions share it.
    project : label
        The project asked about.
    decision : {"in", "out", "free"}
        What it must be; free drops what forces it in or out.
    gap, time_limit : float
        As in `choose`.

    Raises
    ------
    InputError
        If neither a list nor the proof that there is none was found in time.
    """
    began = monotonic()
    model = turned(model, project, decision)
    found = search(model, gap=gap, time_limit=time_limit)
    if found.x is not None:
        return _settled(model, found, time_limit=time_limit, began=began)
    if found.status != "infeasible":
        raise explain(model, proven=False)
    return None


def _settled(model: Model, found: Solution, *, time_limit: float, began: float) -> Choice:
    """Break ties of a proven optimum, and label the answer."""
    settled = False
    if found.status == "optimal":
        allowed = min(max(1.0, 2 * found.seconds), time_limit - found.seconds)
        found, settled = settle_ties(model, found, allowed)
    return as_choice(model, found, reproducible=settled, seconds=monotonic() - began)


def search(
    model: Model, *, gap: float, time_limit: float, progress: Progress | None = None
) -> Solution:
    """Prove the greatest value from a first answer, and look for better ones beside."""
    began = monotonic()

    def stopped(value: float, bound: float) -> bool:
        seconds = monotonic() - began
        return bool(progress and progress(value, bound, relative_gap(value, bound), seconds))

    if model.n_options <= LARGE:
        first = Solution(greedy_answer(model), -np.inf, np.inf, "unknown", 0.0)
    else:
        first = first_answer(model, time_limit, stopped)
        if first.status == "stopped" or stopped(first.value, first.bound):
            return replace(first, status="stopped")
    spent, best, stop = monotonic() - began, Best(model, model.value, first.x), Event()

    def told(value: float, bound: float, share: float, seconds: float) -> bool | None:
        return progress(value, bound, share, spent + seconds)

    with ThreadPoolExecutor(1) as beside:
        improving = beside.submit(improve, model, best, stop)
        try:
            found = solve(
                model, model.value, gap=gap, time_limit=max(time_limit - spent, 0.1),
                start=best, bound=first.bound, progress=told if progress else None,
            )  # fmt: skip
        finally:
            stop.set()
        improving.result()
    return replace(found, seconds=monotonic() - began)


def as_choice(model: Model, found: Solution, *, reproducible: bool, seconds: float) -> Choice:
    """Label an answer of the solver."""
    taken = model.options[found.x[: model.n_options] > 0.5]
    option = pd.Series(taken.get_level_values(1), index=taken.get_level_values(0), dtype=object)
    option = option.reindex(model.projects).rename("option")
    selected = option.notna().rename("selected")
    moved, hired = np.split(found.x[model.n_integer :], [len(model.transfers)])
    return Choice(
        selected=selected,
        option=option.where(selected, pd.NA),
        value=found.value,
        bound=found.bound,
        gap=relative_gap(found.value, found.bound),
        status=found.status,
        slack=slack(model, found.x),
        transfers=model.transfers.assign(moved=moved),
        hired=pd.Series(hired, index=model.hired, name="hired"),
        cost=exact_sum(model.cost * found.x),
        reproducible=reproducible,
        seconds=seconds,
    )


def slack(model: Model, x: np.ndarray) -> pd.DataFrame:
    """Return what is used and left over of every budget, capacity and limit.

    A share is that of the money chosen; ``left`` is the distance to the limit.
    """
    rows = [r for r in model.rows if r.kind in ("budget", "capacity", "limit")]
    records = [(r.kind, r.label, *_usage(model, r, x)) for r in rows]
    return pd.DataFrame(records, columns=["kind", "label", "limit", "used", "left"])


def _usage(model: Model, one: Row, x: np.ndarray) -> tuple[float, float, float]:
    digits = DIGITS if one.columns.max(initial=-1) < model.n_integer else MOVED_DIGITS
    limit, amount = one.high if np.isfinite(one.high) else one.low, used(one, x, digits=digits)
    if np.isfinite(one.share):
        total = exact_sum((model.cost * x)[: model.n_options])
        limit, amount = one.share, one.share + amount / total if total else 0.0
    left = limit - amount if np.isfinite(one.high) else amount - limit
    return limit, amount, exact_sum(np.array([left]), limit, digits=digits)


def settle_ties(model: Model, found: Solution, time_limit: float) -> tuple[Solution, bool]:
    """Among portfolios as good as a proven optimum, find the one that any machine finds.

    Cheapest first, then those whose labels come first. Usually one solve shows that
    there is no other.

    Returns
    -------
    tuple of Solution and bool
        The bool tells whether it was settled in time.
    """
    began = monotonic()
    n = model.n_options
    room = _SAME * max(abs(found.value), float(np.abs(model.value).max(initial=0.0)))
    x, rows = found.x, [row("cut", "value", model.value, found.value - room, np.inf)]

    def ask(objective: np.ndarray, *more: Row) -> np.ndarray | None:
        left = time_limit - (monotonic() - began)
        if left <= 0:
            raise TimeoutError
        first = None if more else x
        answer = solve(
            model, objective, rows=[*rows, *more], start=first, patience=left, time_limit=left
        )
        if answer.status not in ("optimal", "infeasible"):
            raise TimeoutError
        return answer.x

    try:
        for least in model.then:
            x = ask(-least)
            rows.append(row("cut", "then", least, -np.inf, exact_sum(least * x)))
        other = ask(-model.cost, _no_dearer(model, x), other_than(x, n))
        if other is not None:
            x = other
            rows.append(_no_dearer(model, x))
        for first in range(0, n if other is not None else 0, _BLOCK):
            order = np.zeros(model.n_columns)
            size = min(_BLOCK, n - first)
            order[first : first + size] = 2.0 ** np.arange(size - 1, -1, -1)
            x = ask(order)
            rows.append(row("cut", "order", order, exact_sum(order * x), np.inf))
        settled = True
    except TimeoutError:
        settled = False
    value = exact_sum(model.value * x)
    return replace(found, x=x, value=value, bound=max(value, found.bound)), settled


def _no_dearer(model: Model, x: np.ndarray) -> Row:
    return row("cut", "cost", model.cost, -np.inf, exact_sum(model.cost * x))
