"""Where the lists of a board's members differ, and which of their disagreements matter.

What a project adds to a portfolio is linear in the weights, so one frame of its value by
criterion (`value_by_criterion`) gives everybody's list. A list that is best at both ends
of a straight line between weights is best all along it: two exact choices settle a range.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from pmo_lib.checks import (
    InputError,
    listing,
    require_frame,
    require_same_labels,
    require_weights,
    show,
)
from pmo_lib.selection import Choice, choose
from pmo_lib.tables import Portfolio
from pmo_lib.weights import aggregate_weights
from pmo_lib.weights.points import require_member_weights
from pmo_lib.wording import listed, one_line, percent
from pmo_lib.workbench import Settings, choosing_problem, evaluate

TOGETHER = "together"
"""Label of the list by the combined weights."""

AGREED = 0.05
"""Members who differ by less on a weight agree on it. [-]"""


@dataclass(frozen=True, eq=False)
class Dissent:
    """Where the lists of members differ, and what of their disagreement matters.

    Attributes
    ----------
    weights : DataFrame of members by criterion
        Each row sums to 1. [-]
    together : Series by criterion
        The combined weights. [-]
    lists : DataFrame of bool, projects by member
        Each member's own best portfolio; the last column, ``"together"``, that of the
        combined weights.
    gaps : Series by column of `lists`
        What a better list could still add; 0 is proven best. [share of the value]
    core : list of projects
        Funded by every member.
    divides : DataFrame by project
        ``funded_by`` and ``left_out_by``, tuples of members, and whether the project is in
        the list ``together``; the most evenly divided first.
    criteria : DataFrame by criterion
        ``low`` and ``high``, the least and most weight a member gives it [-], ``low_by``
        and ``high_by``, ``entered`` and ``left``, tuples of the projects that change if the
        combined weights are moved to either, the others in proportion; ``matters``; and
        ``says``, in a sentence. The most contested first.
    """

    weights: pd.DataFrame
    together: pd.Series
    lists: pd.DataFrame
    gaps: pd.Series
    core: list
    divides: pd.DataFrame
    criteria: pd.DataFrame


def value_by_criterion(portfolio: Portfolio, settings: Settings) -> tuple[dict, pd.DataFrame]:
    """State a board's choice, and what each option adds if one criterion had all the weight.

    Parameters
    ----------
    portfolio, settings
        As in `workbench.recommend`.

    Returns
    -------
    (dict, DataFrame)
        The arguments of `selection.choose`, and the value, labelled like its ``"value"``,
        by criterion; with weights w the value is their product with w. [value]

    Raises
    ------
    InputError
        As `workbench.recommend`.
    """

    def stated(settings: Settings) -> dict:
        return choosing_problem(portfolio, settings, evaluate(portfolio, settings))

    criteria, fixed = portfolio.criteria.index, dataclasses.replace(settings, swings={})
    alone = {
        criterion: stated(
            dataclasses.replace(fixed, weights={c: float(c == criterion) for c in criteria})
        )["value"]
        for criterion in criteria
    }
    return stated(settings), pd.DataFrame(alone).rename_axis(columns="criterion")


def dissent_map(
    problem: dict,
    values: pd.DataFrame,
    weights: pd.DataFrame,
    *,
    together: pd.Series | None = None,
    names: pd.Series | None = None,
    **limits: float,
) -> Dissent:
    """Find each member's own best portfolio, what all fund, what divides, and why.

    Parameters
    ----------
    problem : dict
        Arguments of `selection.choose`; its value is replaced.
    values : DataFrame labelled like the value, by criterion
        What each option adds if the criterion had all the weight. [value]
    weights : DataFrame of shape (n_members, n_criteria)
        Each row sums to 1. [-]
    together : Series by criterion, optional
        The combined weights; by default the mean. [-]
    names : Series by project, optional
        What sentences call the projects.
    **limits
        ``gap`` (0 unless given: exact) and ``time_limit`` of each choice.

    Returns
    -------
    Dissent

    Raises
    ------
    InputError
        As `selection.choose`, or if criteria differ or weights do not sum to 1.

    Examples
    --------
    >>> value = pd.DataFrame({"reach": [9, 1, 4], "savings": [1, 9, 4]}, ["bus", "lamps", "roof"])
    >>> board = pd.DataFrame([[0.9, 0.1], [0.2, 0.8]], ["x", "y"], ["reach", "savings"])
    >>> found = dissent_map({"cost": pd.Series(1, value.index), "budget": 2}, value, board)
    >>> found.core, list(found.divides.index)
    (['roof'], ['bus', 'lamps'])
    """
    weights, together = _stated(weights, values, together)
    members = {**dict(weights.iterrows()), TOGETHER: together}
    choices = _choices(problem, values, {**members, **_ends(weights, together)}, limits)
    lists = pd.DataFrame({label: choices[label].selected for label in members})
    own, board = lists[weights.index], lists[TOGETHER]
    return Dissent(
        weights=weights,
        together=together,
        lists=lists,
        gaps=pd.Series({label: choices[label].gap for label in lists}, name="gap"),
        core=list(own.index[own.all(axis=1)]),
        divides=_divides(own, board),
        criteria=_contested(weights, choices, board, names),
    )


def trade_offs(
    problem: dict,
    values: pd.DataFrame,
    weights: pd.DataFrame,
    *,
    pairs: Iterable[tuple] | None = None,
    together: pd.Series | None = None,
    names: pd.Series | None = None,
    **limits: float,
) -> pd.DataFrame:
    """Find which disagreements on one criterion against another matter, all others fixed.

    Parameters
    ----------
    problem, values, weights, together, names, **limits
        As in `dissent_map`.
    pairs : iterable of (criterion, criterion), optional
        Which; by default all of them.

    Returns
    -------
    DataFrame by (criterion, other)
        As ``criteria`` of a `Dissent`, for the share of the criterion in the weight that
        the two have together.

    Raises
    ------
    InputError
        As `dissent_map`.
    """
    weights, together = _stated(weights, values, together)
    pairs = list(combinations(weights.columns, 2)) if pairs is None else list(pairs)
    unknown = [label for pair in pairs for label in pair if label not in weights]
    if unknown:
        raise InputError(f"pairs: {listing(unknown)} not among the criteria of weights")
    shares = {(a, b): (weights[a] / (weights[a] + weights[b])).fillna(0.5) for a, b in pairs}
    shares = pd.DataFrame(shares, weights.index)
    rows = {TOGETHER: together, **_splits(shares, together)}
    choices = _choices(problem, values, rows, limits)
    return _contested(shares, choices, choices[TOGETHER].selected, names)


def with_and_without(
    problem: dict,
    values: pd.DataFrame,
    weights: pd.DataFrame,
    interests: pd.DataFrame,
    *,
    combine=aggregate_weights,
    **limits: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare the combined weights and list with and without members who declare an interest.

    Parameters
    ----------
    problem, values, weights, **limits
        As in `dissent_map`.
    interests : DataFrame with columns member and project
        One row a declaration.
    combine : callable
        Makes one row of weights of many; by default their mean.

    Returns
    -------
    (DataFrame, DataFrame)
        Weights by ``"all"``, by each project with declared interests (without those
        members), and ``"none declared"`` (without anyone who declared any) [-]; and for
        the same rows the ``without`` (members), ``entered`` and ``left`` (projects,
        against the list by all).

    Raises
    ------
    InputError
        If a member is unknown, or nobody would be left; and as `dissent_map`.
    """
    weights = require_member_weights(weights)
    unknown = [m for m in interests["member"].unique() if m not in weights.index]
    if unknown:
        raise InputError(f"interests: {listing(unknown)} gave no weights; leave them out")
    declared = interests.groupby("project", sort=False)["member"].agg(tuple)
    if {"all", "none declared"} & set(declared.index):
        raise InputError("interests: no project can be called 'all' or 'none declared'; rename it")
    without = {"all": (), **declared, "none declared": tuple(interests["member"].unique())}
    empty = [row for row, members in without.items() if not set(weights.index) - set(members)]
    if empty:
        raise InputError(
            f"interests: without those who declared one, nobody is left for {listing(empty)}; "
            "ask a member who has none"
        )
    rows = {row: combine(weights.drop(list(m))) for row, m in without.items()}
    choices = _choices(problem, values, rows, limits)
    base = choices["all"].selected
    changes = pd.DataFrame(
        {row: _changes(base, choice.selected) for row, choice in choices.items()},
        index=["entered", "left"],
    ).T
    changes.insert(0, "without", [tuple(dict.fromkeys(m)) for m in without.values()])
    return pd.DataFrame(rows).T, changes


def what_changed(before: Dissent, after: Dissent) -> pd.DataFrame:
    """Compare two rounds of the same members: how far each moved, on what, and the lists.

    Parameters
    ----------
    before, after : Dissent
        Of two rounds over the same criteria.

    Returns
    -------
    DataFrame by member, the last row ``"together"``
        ``moved`` (share of the weight placed otherwise [-]), the ``criterion`` moved most,
        ``by`` how much [-], and the projects ``entered`` and ``left``. A member of only
        one round is left out.

    Raises
    ------
    InputError
        If the criteria differ, or no member took part in both.
    """
    criteria = before.weights.columns
    require_same_labels(after.weights.columns, criteria, name="after", other="before")
    both = before.weights.index.intersection(after.weights.index, sort=False)
    if len(both) == 0:
        raise InputError("after: no member took part in both rounds")
    old, new = (
        pd.concat([d.weights.loc[both], d.together.rename(TOGETHER).to_frame().T])[criteria]
        for d in (before, after)
    )
    steps = new - old
    most = steps.abs().idxmax(axis=1)
    lists = [_changes(before.lists[who], after.lists[who]) for who in steps.index]
    return pd.DataFrame(
        {
            "moved": steps.abs().sum(axis=1) / 2,
            "criterion": most,
            "by": [steps.at[who, most[who]] for who in steps.index],
            "entered": [entered for entered, _ in lists],
            "left": [left for _, left in lists],
        }
    )


def unnamed(weights: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Return the weights of members in a random order under "Member 1", "Member 2" and so on.

    >>> board = pd.DataFrame([[0.6, 0.4]], ["Cllr A"], ["a", "b"])
    >>> unnamed(board, seed=1).to_dict("index")
    {'Member 1': {'a': 0.6, 'b': 0.4}}
    """
    shuffled = weights.iloc[np.random.default_rng(seed).permutation(len(weights))]
    return shuffled.set_axis([f"Member {place}" for place in range(1, len(weights) + 1)])


def _stated(weights, values, together) -> tuple[pd.DataFrame, pd.Series]:
    """Return the weights of members and the combined ones, or refuse them."""
    weights = require_member_weights(weights)
    require_frame(values, name="values")
    require_same_labels(weights.columns, values.columns, name="weights", other="values")
    if TOGETHER in weights.index:
        raise InputError(f"weights: no member can be called {show(TOGETHER)}; rename the member")
    if together is None:
        return weights, aggregate_weights(weights)
    return weights, require_weights(
        together, criteria=weights.columns, name="together", of="weights"
    )


def _choices(problem: dict, values: pd.DataFrame, rows: dict, limits: dict) -> dict:
    """Choose exactly for each Series of weights; equal ones share one answer."""
    rest = {name: part for name, part in problem.items() if name != "value"}
    limits = {"gap": 0.0, **limits}
    known: dict[tuple, Choice] = {}
    found = {}
    for label, weights in rows.items():
        key = tuple(weights[values.columns].round(12))
        if key not in known:
            known[key] = choose(values @ weights[values.columns], **rest, **limits)
        found[label] = known[key]
    return found


def _ends(weights: pd.DataFrame, together: pd.Series) -> dict:
    """Move the combined weight of each criterion to the least and most that a member gives."""
    rows = {}
    for criterion in weights:
        others = together.drop(criterion)
        others = others if others.sum() > 0 else others + 1
        for end in ("min", "max"):
            share = weights[criterion].agg(end)
            rest = others / others.sum() * (1 - share)
            rows[criterion, end] = pd.concat([rest, pd.Series({criterion: share})])
    return rows


def _splits(shares: pd.DataFrame, together: pd.Series) -> dict:
    """Split the combined weight of two criteria as the members farthest apart would."""
    rows = {}
    for pair in shares:
        for end in ("min", "max"):
            share = shares[pair].agg(end)
            moved = together.copy()
            moved[list(pair)] = together[list(pair)].sum() * np.array([share, 1 - share])
            rows[pair, end] = moved
    return rows


def _divides(own: pd.DataFrame, together: pd.Series) -> pd.DataFrame:
    """Return who funds and who leaves out each project that some but not all fund."""
    contested = own[own.any(axis=1) & ~own.all(axis=1)]
    table = pd.DataFrame(
        {
            "funded_by": [tuple(own.columns[row]) for row in contested.to_numpy()],
            "left_out_by": [tuple(own.columns[~row]) for row in contested.to_numpy()],
            "together": together.reindex(contested.index),
        },
        index=contested.index,
    )
    uneven = (contested.mean(axis=1) - 0.5).abs().sort_values(kind="stable")
    return table.loc[uneven.index]


def _contested(shares: pd.DataFrame, choices: dict, together: pd.Series, names) -> pd.DataFrame:
    """Say of each range of shares whether its ends change the list."""
    rows, names = {}, pd.Series(dtype=object) if names is None else names
    for label, share in shares.items():
        changes = [_changes(together, choices[label, end].selected) for end in ("min", "max")]
        entered, left = (tuple(dict.fromkeys(a + b)) for a, b in zip(*changes, strict=True))
        rows[label] = {
            "low": share.min(),
            "high": share.max(),
            "low_by": share.idxmin(),
            "high_by": share.idxmax(),
            "entered": entered,
            "left": left,
            "matters": bool(entered or left),
            "says": _said(label, share, changes, names),
        }
    table = pd.DataFrame.from_dict(rows, orient="index")
    wide = (table["high"] - table["low"]).sort_values(ascending=False, kind="stable")
    return table.loc[wide.index]


def _said(label, share: pd.Series, changes: list[tuple], names: pd.Series) -> str:
    """Word what a disagreement changes."""
    what = " against ".join(label) if isinstance(label, tuple) else label
    if share.max() - share.min() < AGREED:
        opening = f"{what} is agreed ({percent(share.mean())})"
    else:
        opening = f"{what} is contested ({percent(share.min())} to {percent(share.max())})"
    effects = [
        f"at {percent(end)} {_moves(entered, left, names)}"
        for end, (entered, left) in zip((share.min(), share.max()), changes, strict=True)
        if entered or left
    ]
    return f"{opening}, and " + ("; ".join(effects) or "changes nothing")


def _moves(entered: tuple, left: tuple, names: pd.Series) -> str:
    sides = ((entered, "comes in", "come in"), (left, "drops out", "drop out"))
    return " and ".join(
        f"{listed(one_line(names.get(p, p)) for p in projects)} {one if len(projects) == 1 else many}"
        for projects, one, many in sides
        if projects
    )


def _changes(before: pd.Series, after: pd.Series) -> tuple[tuple, tuple]:
    """Return the projects that entered and those that left."""
    return tuple(after.index[after & ~before]), tuple(after.index[before & ~after])
