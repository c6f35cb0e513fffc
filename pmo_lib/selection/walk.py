"""The simple rule a board knows: walk down the list, skipping what does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Any

import numpy as np
import pandas as pd

from pmo_lib.checks import require_same_labels
from pmo_lib.selection.build import build
from pmo_lib.selection.choice import Choice, as_choice
from pmo_lib.selection.conflict import explain
from pmo_lib.selection.first import walk
from pmo_lib.selection.model import exact_sum, holds
from pmo_lib.selection.solver import Solution


def walk_down_the_list(
    score: pd.Series | Sequence,
    cost: pd.Series | pd.DataFrame,
    budget: float | pd.Series,
    **constraints: Any,
) -> Choice:
    """Fund projects from the top of the list, skipping each that no longer fits.

    What the board includes comes first, by rank. Then each project by rank is
    taken if it fits every budget, capacity, link and upper limit together with the
    projects it requires (and theirs) that are not in yet; the best-ranked option
    that fits is taken. Lower limits and shares of the money cannot be checked on
    the way: where they fail at the end, ``status`` says so.

    Parameters
    ----------
    score : Series labelled like `cost`, or sequence of its labels, best first
        Ties go to the cheaper, then by label.
    cost, budget
        As in `choose`.
    **constraints
        The constraints of `choose`.

    Returns
    -------
    Choice
        ``value`` is the total score, 0 where only an order is given; ``bound`` and
        ``gap`` are missing: the rule proves nothing.

    Raises
    ------
    InputError
        As in `choose`.
    InfeasibleError
        If what the board includes does not fit.

    Examples
    --------
    >>> score = pd.Series({"a": 3.2, "b": 3.1, "c": 3.0})
    >>> cost = pd.Series({"a": 5, "b": 7, "c": 4})
    >>> walk_down_the_list(score, cost, 9).selected.tolist()
    [True, False, True]
    """
    began = monotonic()
    ordered = not isinstance(score, pd.Series)
    model = build(_by_option(score, cost), cost, budget, **constraints)
    x = walk(model, model.value)
    if x is None:
        raise explain(model)
    unmet = dict.fromkeys(r.words for r in model.rows if not holds(r, x))
    status = "walked down the list" + (f"; not met: {'; '.join(unmet)}" if unmet else "")
    value = 0.0 if ordered else exact_sum(model.value * x)
    answer = Solution(x, value, np.nan, status, 0.0)
    return as_choice(model, answer, reproducible=True, seconds=monotonic() - began)


def _by_option(score: pd.Series | Sequence, cost: pd.Series | pd.DataFrame) -> pd.Series:
    """Return a score labelled like `cost`, from a score or an order, by project or option."""
    if not isinstance(score, pd.Series):
        order = list(score)
        score = pd.Series(np.arange(len(order), 0.0, -1.0), index=pd.Index(order))
    if score.index.nlevels == cost.index.nlevels:
        return score
    projects = cost.index.get_level_values(0)
    require_same_labels(score.index, projects.unique(), name="score", other="cost")
    return score.reindex(projects).set_axis(cost.index)
