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
from pmo_lib.selection.model import Model, Row, amount, named, replace_rows, row, spread

FORCED = ("forced in", "forced out")
"""Kinds of rows that a board decides."""

_LINKS = {
    "requires": (-1.0, -np.inf, 0.0, "{} requires {}"),
    "excludes": (1.0, -np.inf, 1.0, "{} excludes {}"),
    "together": (-1.0, 0.0, 0.0, "{} goes only together with {}"),
}
"""Rows x <= y, x + y <= 1 and x = y: the other's sign, what the sum is between, the words."""


def build(
    value: pd.Series,
    cost: pd.Series | pd.DataFrame,
    budget: float | pd.Series,
    *,
    requires: Iterable[tuple] = (),
    excludes: Iterable[tuple] = (),
    together: Iterable[tuple] = (),
    after: Iterable[tuple] = (),
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
    hiring: inputs.Hiring | None = None,
    then: pd.Series | Iterable[pd.Series] = (),
) -> Model:
    """Check every input and lay out the model; the arguments are those of `choose`."""
    worth, projects = inputs.read_value(value)
    labels, needs, amounts = inputs.read_resource(
        cost, budget, value, names=("cost", "budget"), low=-np.inf
    )
    pairs, extra_value, extra_needs = inputs.read_synergies(synergies, projects, labels)
    moves = inputs.read_transfers(transfers, labels)
    people = _read_people(use, capacity, value)
    hired = inputs.read_hiring(hiring, labels, people[0])
    paid = hired.cost.to_numpy(dtype=float)
    n, zeros = len(worth) + len(pairs), np.zeros(len(moves) + len(hired.at_most))
    tie_breaks = [then] if isinstance(then, pd.Series) else then
    model = Model(
        options=worth.index,
        projects=projects,
        value=np.concatenate([worth, extra_value, zeros]),
        cost=np.concatenate(
            [needs.sum(axis=1), extra_needs.sum(axis=1), np.zeros(len(moves)), paid.sum(axis=1)]
        ),
        rows=(),
        lower=np.zeros(n + len(zeros)),
        upper=np.concatenate([np.ones(n), moves["at_most"], hired.at_most]),
        n_integer=n,
        transfers=moves,
        hired=hired.at_most.index,
        then=tuple(inputs.align(one, value, name="then").to_numpy() for one in tie_breaks),
    )
    needs = np.vstack([needs, extra_needs, _moved(moves, labels), paid])
    rows = [
        *_option_rows(model),
        *_resource_rows(model, "budget", labels, needs, amounts),
        *_capacity_rows(model, *people, hired.adds.to_numpy(dtype=float)),
        *_link_rows(model, requires=requires, excludes=excludes, together=together),
        *_synergy_rows(model, pairs),
        *_after_rows(model, after, start, finish, value),
        *_forced_rows(model, forced_in, forced_out),
        *_limit_rows(model, limits, groups),
    ]
    return replace(model, rows=tuple(rows), then=tuple(model.padded(one) for one in model.then))


def _moved(moves: pd.DataFrame, labels: list) -> np.ndarray:
    """Return what each transfer takes from (+1) and brings to (-1) each budget."""
    ends = zip(moves["from"], moves["to"], strict=True)
    taken = [[float(one == a) - float(one == b) for one in labels] for a, b in ends]
    return np.array(taken).reshape(len(moves), len(labels))


def _option_rows(model: Model) -> list[Row]:
    count = model.options.get_level_values(0).value_counts()
    several = inputs.in_order(count[count > 1].index)
    words = "at most one option of {}"
    return [
        row("option", p, spread(model, p), high=1, words=words.format(show(p))) for p in several
    ]


def _resource_rows(model: Model, kind: str, labels: list, needs, amounts) -> list[Row]:
    rows = []
    for j, label in enumerate(labels):
        name = f"the {kind}" if label == "total" else f"the {kind} of {named(label)}"
        words = f"{name} is {amount(amounts[j])}"
        rows.append(row(kind, label, model.padded(needs[:, j]), high=amounts[j], words=words))
    return rows


def _read_people(use, capacity, value) -> tuple:
    """Return labels, needs and amounts of capacity; none where people do not limit."""
    if (use is None) != (capacity is None):
        found, missing = ("use", "capacity") if capacity is None else ("capacity", "use")
        raise InputError(f"{missing}: must be given with {found}, got nothing")
    if use is None or len(capacity) == 0:
        return [], np.zeros((len(value), 0)), np.zeros(0)
    return inputs.read_resource(use, capacity, value, names=("use", "capacity"), low=0)


def _capacity_rows(model: Model, labels: list, needs, amounts, adds: np.ndarray) -> list[Row]:
    other = np.zeros((model.n_columns - len(needs) - len(adds), len(labels)))
    return _resource_rows(model, "capacity", labels, np.vstack([needs, other, -adds]), amounts)


def _link_rows(model: Model, **links: Iterable) -> list[Row]:
    rows = []
    for kind, pairs in links.items():
        sign, low, high, words = _LINKS[kind]
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
        for coefficients, high in ((both - one, 0), (both - other, 0), (one + other - both, 1)):
            rows.append(row("synergy", (a, b), coefficients, high=high))
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
        raise InputError("after: needs start and finish, a Series of months by option, got none")
    begins, ends = (
        inputs.align(one, value, name=name).to_numpy()
        for name, one in (("start", start), ("finish", finish))
    )
    if not (begins <= ends).all():
        where = named(model.options[~(begins <= ends)][0])
        raise InputError(f"finish: must not be before start, but is for '{where}'")
    rows = []
    for a, b in pairs:
        mine, other = model.columns_of(a), model.columns_of(b)
        words = f"{show(a)} starts only after {show(b)}"
        for s in np.unique(begins[mine]):
            clash = np.zeros(model.n_columns)
            clash[other[ends[other] > s]] = 1.0
            if clash.any():
                clash[mine[begins[mine] <= s]] = 1.0
                rows.append(row("after", (a, b), clash, high=1, words=words))
    return rows


def _forced_rows(model: Model, forced_in, forced_out) -> list[Row]:
    inside = inputs.read_forced(forced_in, model.projects, name="forced_in")
    outside = inputs.read_forced(forced_out, model.projects, name="forced_out")
    both = [project for project in inside if project in outside]
    if both:
        raise InputError(f"forced_in: cannot be in forced_out too, got {show(both[0])}")
    rows = []
    for decision, reasons in (("in", inside), ("out", outside)):
        for project, reason in reasons.items():
            words = f"{show(project)} must be {decision}" + (f" ({reason})" if reason else "")
            rows.append(forced(model, project, decision, words))
    return rows


def forced(model: Model, project: Any, decision: str, words: str = "") -> Row:
    """Return the row that holds a project ``"in"`` or ``"out"``."""
    low, high = (1, np.inf) if decision == "in" else (-np.inf, 0)
    return row(f"forced {decision}", project, spread(model, project), low, high, words)


def turned(model: Model, project: Any, decision: str) -> Model:
    """Return the model with one project ``"in"``, ``"out"`` or ``"free"``."""
    rows = [r for r in model.rows if r.kind not in FORCED or r.label != project]
    return replace_rows(
        model, rows if decision == "free" else [*rows, forced(model, project, decision)]
    )


def _limit_rows(model: Model, limits, groups) -> list[Row]:
    bounds, groups = inputs.read_limits(limits, groups, model.projects)
    rows = []
    for group, measure, least, most in bounds:
        member = groups[group].reindex(model.options.get_level_values(0)).to_numpy()
        for side, bound in (("at least", least), ("at most", most)):
            if pd.isna(bound):
                continue
            share, bound = measure == "share", float(bound)
            limit = 0.0 if share else bound
            ends = (limit, np.inf) if side == "at least" else (-np.inf, limit)
            adds = model.padded(_measured(measure, member, model.cost[: model.n_options], bound))
            words = f"{group}: {side} {_bound_words(measure, bound)}"
            asked = bound if share else np.nan
            limited = row("limit", (group, measure, side), adds, *ends, words, asked)
            rates = None if measure == "count" else member - (bound if share else 0.0)
            rows.append(replace(limited, rates=rates))
    return rows


def _measured(measure: str, member: np.ndarray, cost: np.ndarray, bound: float) -> np.ndarray:
    """Return what each option adds to the measured quantity; a share is measured as its excess.

    Products are those of decimals, so that 0.1 × 3 is 0.3.
    """
    if measure == "count":
        return (member > 0).astype(float)
    off = Decimal(repr(bound)) if measure == "share" else 0
    if measure == "share":
        require_number(float(cost.min()), name="cost: where a limit is a share, the least", low=0)
    pairs = zip(member.tolist(), cost.tolist(), strict=True)
    return np.array([float((Decimal(repr(m)) - off) * Decimal(repr(c))) for m, c in pairs])


def _bound_words(measure: str, bound: float) -> str:
    if measure == "share":
        return f"{100 * bound:g} % of the money"
    return f"{amount(bound)} of money" if measure == "amount" else f"{amount(bound)} projects"
