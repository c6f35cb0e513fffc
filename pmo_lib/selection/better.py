"""Better answers around one: a part decided anew, exactly or by trial."""

from __future__ import annotations

from dataclasses import replace
from threading import Event
from time import monotonic

import numpy as np

from pmo_lib.selection.model import Model, holds
from pmo_lib.selection.solver import Best, Relaxed, solve

LARGE = 150
"""More options than this are worth a first answer of their own."""

SECONDS = 1.0
"""How long a part may take to be decided. [s]"""

_CORE = 100
"""Options besides those in doubt that are decided anew at a time."""

_VAIN = 6
"""Decisions in vain after which no more are tried."""

_CELLS = 2_000_000
"""Rows times options up to which many trials are quick."""


def around(model: Model, mixture: Relaxed, x: np.ndarray, noise: np.ndarray | float = 0) -> Model:
    """Fix every column as in `x` but those where the mixture differs, and the nearest ones.

    Near is what is hardly worth more, or less, than it uses up; noise varies which.
    """
    away, n = np.abs(mixture.worth), model.n_integer
    free = (np.abs(mixture.x - x) > 1e-6) | (np.arange(model.n_columns) >= n)
    usual = np.median(away[away > 0]) if away.any() else 1.0
    order = np.argsort(np.where(free, -np.inf, away / usual - noise)[:n], kind="stable")
    free[order[: _CORE + free[:n].sum()]] = True
    lower, upper = np.where(free, model.lower, x), np.where(free, model.upper, x)
    return replace(model, lower=lower, upper=upper)


def improve(model: Model, best: Best, stop: Event) -> None:
    """Look for better answers around the best one until told to stop, or too often in vain [1]_.

    References
    ----------
    .. [1] E. Danna, E. Rothberg and C. Le Pape, "Exploring relaxation induced
       neighborhoods to improve MIP solutions," *Mathematical Programming* 102, 2005.
    """
    if model.moves_money or model.n_options <= LARGE or stop.wait(SECONDS / 10):
        return
    mixture, rng = Relaxed(model, np.inf), np.random.default_rng(0)
    vain = _VAIN if mixture.x is None or best.known[1] is None else 0
    while vain < _VAIN and not stop.is_set():
        before = best.known[0]
        part = around(model, mixture, best.known[1], rng.gumbel(size=model.n_columns))
        found = solve(
            part, model.value, start=best.known[1], gap=1e-5, patience=0.0, time_limit=SECONDS,
            progress=lambda *_: stop.is_set(),
        )  # fmt: skip
        best.offer(found.x)
        vain = 0 if best.known[0] > before else vain + 1


def polish(
    model: Model, mixture: Relaxed, x: np.ndarray, seconds: float, *, seed: int = 0
) -> np.ndarray:
    """Take a few options out, fill up by worth, and keep what is better, many times [1]_.

    References
    ----------
    .. [1] G. Schrimpf, J. Schneider, H. Stamm-Wilbrandt and G. Dueck, "Record breaking
       optimization results using the ruin and recreate principle," *Journal of
       Computational Physics* 159(2), 2000.
    """
    n, began = model.n_integer, monotonic()
    if model.moves_money or n * len(model.rows) > _CELLS:
        return x
    needs, low, high = _needs(model)
    value, worth, rng = model.value[:n], mixture.worth[:n], np.random.default_rng(seed)
    usual = np.median(np.abs(worth[worth != 0])) if worth.any() else 1.0
    near = np.exp(-np.abs(worth) / usual) + 0.02
    taken, best = x[:n] > 0.5, x
    total = most = float(value[taken].sum())
    while taken.any() and (spent := monotonic() - began) < seconds:
        inside = np.flatnonzero(taken)
        few = min(int(rng.integers(1, 5)), len(inside))
        chances = near[inside] / near[inside].sum()
        trial = taken.copy()
        trial[rng.choice(inside, few, replace=False, p=chances)] = False
        trial, used = _filled(
            trial, needs, high, mixture.lead[:n] + 0.3 * usual * rng.standard_normal(n)
        )
        found = float(value[trial].sum())
        slack = 5e-4 * abs(most) * (1 - spent / seconds) * rng.exponential()
        if found <= total - slack or (used < low).any() or (used > high).any():
            continue
        taken, total = trial, found
        answer = np.append(taken.astype(float), x[n:])
        if total > most and all(holds(r, answer) for r in model.rows):
            best, most = answer, total
    return best


def _needs(model: Model) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what each option uses of each row, and the ends of each row, near enough."""
    needs = np.zeros((model.n_integer, len(model.rows)))
    for j, one in enumerate(model.rows):
        needs[one.columns, j] = one.coefficients
    room = 1e-9 * np.maximum(np.abs(needs).max(axis=0, initial=0.0), 1e-9)
    low, high = (np.array([getattr(r, end) for r in model.rows]) for end in ("low", "high"))
    return needs, low - room, high + room


def _filled(taken: np.ndarray, needs: np.ndarray, high: np.ndarray, score: np.ndarray) -> tuple:
    """Take options by falling score while they fit; also return what is used of each row."""
    used, ahead = taken @ needs, np.flatnonzero(~taken)
    while len(ahead := ahead[(needs[ahead] <= high - used).all(axis=1)]):
        best = ahead[np.argmax(score[ahead])]
        taken[best], used, ahead = True, used + needs[best], ahead[ahead != best]
    return taken, used
