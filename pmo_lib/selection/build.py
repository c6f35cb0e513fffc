"""Lay out the model: check every input, then a named row for each limit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from pmo_lib.checks import InputError, require_number, show
from pmo_lib.selection import inputs
from pmo_lib.selection.model import Model, Row, amount, named, row, spread


def build(
    value: pd.Series,
    cost: pd.Series | pd.DataFrame,
    budget: float | pd.Series,
    *,
    requires: Iterable = (),
    excludes: Iterable = (),
    together: Iterable = (),
    after: Iterable = (),
    forced_in: Any = (),
    forced_out: Any = (),
    use: pd.DataFrame | None = None,
    capacity: pd.Series | None = None,
    limits: pd.DataFrame | None = None,
    groups: pd.DataFrame | None = None,
    start: pd.Series | None = None,
    finish: pd.Series | None = None,
    synergies: pd.DataFrame | None = None,
    transfers: pd.DataFrame | None = None,
    then: Any = (),
) -> Model:
    """Check every input and lay out the model; the arguments are those of `choose`."""
    worth, projects = inputs.read_value(value)
    labels, needs, amounts = inputs.read_resource(
        cost, budget, value, names=("cost", "budget"), low=-np.inf
    )
    pairs, extra_value, extra_needs = inputs.read_synergies(synergies, projects, labels)
    moves = inputs.read_transfers(transfers, labels)
    n, zeros = len(worth), np.zeros(len(moves))
    frame = Model(
        options=worth.index,
        projects=projects,
        value=np.concatenate([worth, extra_value, zeros]),
        cost=np.concatenate([needs.sum(axis=1), extra_needs.sum(axis=1), zeros]),
        rows=(),
        lower=np.zeros(n + len(pairs) + len(moves)),
        upper=np.concatenate([np.ones(n + len(pairs)), moves["at_most"]]),
        n_integer=n + len(pairs),
        transfers=moves,
        then=(),
    )
    tie_breaks = [then] if isinstance(then, pd.Series) else then
    orders = [inputs.align(one, value, name="then").to_numpy() for one in tie_breaks]
    needs = np.vstack([needs, extra_needs, _moved(moves, labels)])
    rows = _option_rows(frame) + _resource_rows("budget", labels, needs, amounts)
    rows += _capacity_rows(frame, use, capacity, value)
    rows += _link_rows(frame, requires=requires, excludes=excludes, together=together)
    rows += _synergy_rows(frame, pairs)
    rows += _after_rows(frame, after, start, finish, value)
    rows += _forced_rows(frame, forced_in, forced_out)
    rows += _limit_rows(frame, limits, groups)
    return replace(frame, rows=tuple(rows), then=tuple(_padded(frame, one) for one in orders))


def _padded(model: Model, numbers: np.ndarray) -> np.ndarray:
    """Append zeros for the columns that are not options."""
    return np.concatenate([numbers, np.zeros((model.n_columns - len(numbers), *numbers.shape[1:]))])


def _moved(moves: pd.DataFrame, labels: list) -> np.ndarray:
    """Return what each transfer takes from (+1) and brings to (-1) each budget."""
    taken = [
        [float(label == a) - float(label == b) for label in labels]
        for a, b in zip(moves["from"], moves["to"], strict=True)
    ]
    return np.array(taken).reshape(len(moves), len(labels))


def _option_rows(model: Model) -> list[Row]:
    several = model.options.get_level_values(0).value_counts()
    return [
        row(
            "option",
            project,
            spread(model, project),
            -np.inf,
            1,
            f"at most one option of {show(project)}",
        )
        for project in inputs.in_order(several[several > 1].index)
    ]


def _resource_rows(kind: str, labels: list, needs: np.ndarray, amounts: np.ndarray) -> list[Row]:
    of = {"budget": "the budget", "capacity": "the capacity"}[kind]
    rows = []
    for j, label in enumerate(labels):
        name = of if label == "total" else f"{of} of {named(label)}"
        words = f"{name} is {amount(amounts[j])}"
        rows.append(row(kind, label, needs[:, j], -np.inf, amounts[j], words))
    return rows


def _capacity_rows(model: Model, use, capacity, value) -> list[Row]:
    if (use is None) != (capacity is None):
        found, missing = ("use", "capacity") if capacity is None else ("capacity", "use")
        raise InputError(f"{missing}: must be given with {found}, got nothing")
    if use is None or len(capacity) == 0:
        return []
    labels, needs, amounts = inputs.read_resource(
        use, capacity, value, names=("use", "capacity"), low=0
    )
    return _resource_rows("capacity", labels, _padded(model, needs), amounts)


def _link_rows(model: Model, **links: Iterable) -> list[Row]:
    """Rows of `requires` (x <= y), `excludes` (x + y <= 1) and `together` (x = y)."""
    shapes = {
        "requires": (-1.0, -np.inf, 0.0, "{} requires {}"),
        "excludes": (1.0, -np.inf, 1.0, "{} excludes {}"),
        "together": (-1.0, 0.0, 0.0, "{} goes only together with {}"),
    }
    rows = []
    for kind, pairs in links.items():
        sign, low, high, words = shapes[kind]
        for a, b in inputs.read_links(pairs, model.projects, name=kind):
            both = spread(model, a) + spread(model, b, sign)
            rows.append(row(kind, (a, b), both, low, high, words.format(show(a), show(b))))
    return rows


def _synergy_rows(model: Model, pairs: list[tuple]) -> list[Row]:
    """Hold the column of a pair to 1 exactly when both are taken."""
    rows = []
    for j, (a, b) in enumerate(pairs):
        both = np.zeros(model.n_columns)
        both[model.n_options + j] = 1.0
        one, other = spread(model, a), spread(model, b)
        rows.append(row("synergy", (a, b), both - one, -np.inf, 0))
        rows.append(row("synergy", (a, b), both - other, -np.inf, 0))
        rows.append(row("synergy", (a, b), one + other - both, -np.inf, 1))
    return rows


def _after_rows(model: Model, after, start, finish, value) -> list[Row]:
    """Forbid each start of a project before the other's finish, if both are taken.

    For each start s of the project: its options that start by s, and the other's
    that finish after s, exclude each other.
    """
    pairs = inputs.read_links(after, model.projects, name="after")
    if not pairs:
        return []
    if start is None or finish is None:
        raise InputError(
            "after: needs start and finish, a Series of months by option each, got none"
        )
    begins = inputs.align(start, value, name="start").to_numpy()
    ends = inputs.align(finish, value, name="finish").to_numpy()
    if not (begins <= ends).all():
        where = named(model.options[~(begins <= ends)][0])
        raise InputError(f"finish: must not be before start, but is for '{where}'")
    rows = []
    for a, b in pairs:
        mine, other = model.columns_of(a), model.columns_of(b)
        for s in np.unique(begins[mine]):
            late = other[ends[other] > s]
            if len(late):
                early = mine[begins[mine] <= s]
                coefficients = np.zeros(model.n_columns)
                coefficients[np.concatenate([early, late])] = 1.0
                words = f"{show(a)} starts only after {show(b)}"
                rows.append(row("after", (a, b), coefficients, -np.inf, 1, words))
    return rows


def _forced_rows(model: Model, forced_in, forced_out) -> list[Row]:
    inside = inputs.read_forced(forced_in, model.projects, name="forced_in")
    outside = inputs.read_forced(forced_out, model.projects, name="forced_out")
    both = [project for project in inside if project in outside]
    if both:
        raise InputError(f"forced_in: cannot be in forced_out too, got {show(both[0])}")
    rows = []
    for kind, reasons, low, high in (("in", inside, 1, np.inf), ("out", outside, -np.inf, 0)):
        for project, reason in reasons.items():
            words = f"{show(project)} must be {kind}" + (f" ({reason})" if reason else "")
            rows.append(row(f"forced {kind}", project, spread(model, project), low, high, words))
    return rows


def _limit_rows(model: Model, limits, groups) -> list[Row]:
    bounds, groups = inputs.read_limits(limits, groups, model.projects)
    rows = []
    for group, measure, least, most in bounds:
        member = groups[group].reindex(model.options.get_level_values(0)).to_numpy()
        sides = (("at least", least, 1.0), ("at most", most, -1.0))
        for side, bound, sign in sides:
            if pd.isna(bound):
                continue
            coefficients = _measured(measure, member, model.cost[: model.n_options], float(bound))
            limit = 0.0 if measure == "share" else float(bound)
            low, high = (limit, np.inf) if sign > 0 else (-np.inf, limit)
            words = f"{group}: {side} " + _bound_words(measure, float(bound))
            share = float(bound) if measure == "share" else np.nan
            rows.append(
                row(
                    "limit",
                    (group, measure, side),
                    _padded(model, coefficients),
                    low,
                    high,
                    words,
                    share,
                )
            )
    return rows


def _measured(measure: str, member: np.ndarray, cost: np.ndarray, bound: float) -> np.ndarray:
    """Return what each option adds to the measured quantity; a share is measured as its excess."""
    if measure == "count":
        return (member > 0).astype(float)
    if measure == "amount":
        return _products(member, cost)
    require_number(float(cost.min()), name="cost: where a limit is a share, the least", low=0)
    return _products(
        [float(Decimal(repr(m)) - Decimal(repr(bound))) for m in member.tolist()], cost
    )


def _products(factors: Iterable[float], cost: np.ndarray) -> np.ndarray:
    """Multiply as decimals, so that 0.1 × 3 is 0.3."""
    pairs = zip(factors, cost.tolist(), strict=True)
    return np.array([float(Decimal(repr(float(f))) * Decimal(repr(c))) for f, c in pairs])


def _bound_words(measure: str, bound: float) -> str:
    if measure == "share":
        return f"{100 * bound:g} % of the money"
    return f"{amount(bound)} of money" if measure == "amount" else f"{amount(bound)} projects"
