"""A good first answer to a large choice, within about a second."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pmo_lib.selection.model import Model
from pmo_lib.selection.solver import Progress, Solution, relative_gap, relaxed, solve

LARGE = 300
"""More options than this are worth a first answer of their own."""

_CORE = 100
"""Options whose worth hardly differs from what they use up, to be decided exactly."""

_SECONDS = 1.0


def first_answer(model: Model, time_limit: float, progress: Progress | None = None) -> Solution:
    """Settle the clear cases as a mixture of projects would, and choose among the rest.

    If parts of projects could be taken, few would be taken in part. Those, and the
    options that are nearly worth what they use up at the prices that come out, are
    chosen exactly; the others are taken or left as in the mixture [1]_.

    References
    ----------
    .. [1] E. Balas and E. Zemel, "An algorithm for large zero-one knapsack
       problems," *Operations Research* 28(5), 1980.
    """
    x, worth, bound = relaxed(model, time_limit)
    if x is None:
        return Solution(None, -np.inf, bound, "time limit", 0.0)
    partly = (x > 1e-6) & (x < 1 - 1e-6)
    nearest = np.argsort(np.abs(worth[: model.n_integer]), kind="stable")[: _CORE + partly.sum()]
    free = partly | (np.arange(model.n_columns) >= model.n_integer)
    free[nearest] = True
    lower, upper = (
        np.where(free, model.lower, np.round(x)),
        np.where(free, model.upper, np.round(x)),
    )

    def told(value: float, _: float, __: float, seconds: float) -> bool | None:
        return progress(value, bound, relative_gap(value, bound), seconds)

    found = solve(
        replace(model, lower=lower, upper=upper),
        model.value,
        time_limit=min(_SECONDS, time_limit),
        progress=told if progress else None,
    )
    return replace(found, bound=bound)
