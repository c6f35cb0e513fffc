"""What a group makes of its members' weights: combined weights, agreement, and who is far off."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmo_lib.checks import InputError, listing, require_unique, show
from pmo_lib.weights.asking import usable_weights
from pmo_lib.weights.points import (
    member_shares,
    normalise,
    rank_order_centroid,
    require_member_weights,
)

KINDS = ("points", "swing", "order", "pairwise")
"""How a member may be asked."""


def ballot_weights(ballots: pd.DataFrame, *, labels: pd.Index | None = None) -> pd.DataFrame:
    """Make weights of the ballots of one round, each in its own kind.

    Points and swing weights are divided by their sum, places of an order become the
    centroid of the weights that agree with it, pairwise answers their eigenvector.

    Parameters
    ----------
    ballots : DataFrame
        Columns member, kind, first, second and answer, as in the table `ballots`.
    labels : Index, optional
        What is weighed; by default all that any ballot names.

    Returns
    -------
    DataFrame of shape (n_members, n_criteria)
        Each row sums to 1. [-]

    Raises
    ------
    InputError
        If there are several rounds, or a member leaves out or repeats a label, uses two
        kinds, or gives answers that make no weights: all such members at once, each named.

    Examples
    --------
    >>> rows = [("chair", "points", "a", None, 60), ("chair", "points", "b", None, 40),
    ...         ("clerk", "pairwise", "a", "b", 3)]
    >>> columns = ["member", "kind", "first", "second", "answer"]
    >>> ballot_weights(pd.DataFrame(rows, columns=columns)).round(2).to_dict("index")
    {'chair': {'a': 0.6, 'b': 0.4}, 'clerk': {'a': 0.75, 'b': 0.25}}
    """
    for column in {"round", "about"} & set(ballots.columns):
        found = ballots[column].unique()
        if len(found) > 1:
            raise InputError(f"ballots: must be of one {column}, found {listing(found)}; take one")
    if labels is None:
        named = pd.concat([ballots["first"], ballots["second"]]).dropna()
        labels = pd.Index(named.unique(), name="criterion")
    made, problems = {}, []
    for member, rows in ballots.groupby("member", sort=False):
        try:
            made[member] = _weights_of(rows, labels)
        except InputError as error:
            problems += [f"ballot of {show(member)}: {problem}" for problem in error.problems]
    if problems or not made:
        raise InputError(*(problems or ["ballots: must hold at least one ballot, got none"]))
    return pd.DataFrame(made).T.rename_axis(index="member", columns="criterion")


def geometric_weights(
    weights: pd.DataFrame, *, member_weights: pd.Series | None = None
) -> pd.Series:
    """Combine the weights of a group by their geometric mean, divided by its sum.

    It agrees with combining pairwise judgements by their geometric mean. One member's
    weight of 0 makes the group's 0: a veto. Parameters and errors are those of
    `aggregate_weights`, and one more: if every criterion has such a veto.

    Examples
    --------
    >>> board = pd.DataFrame([[0.8, 0.2], [0.2, 0.8]], ["chair", "clerk"], ["a", "b"])
    >>> geometric_weights(board).to_dict()
    {'a': 0.5, 'b': 0.5}
    """
    weights = require_member_weights(weights)
    shares = member_shares(weights, member_weights)
    with np.errstate(divide="ignore"):
        logs = np.log(weights[shares > 0])
    means = np.exp(logs.mul(shares[shares > 0], axis=0).sum())
    if not means.sum() > 0:
        raise InputError(
            "weights: each criterion has a member who gives it 0, so no weight is left"
        )
    return normalise(means)


def median_weights(weights: pd.DataFrame, *, member_weights: pd.Series | None = None) -> pd.Series:
    """Combine the weights of a group by their median, divided by its sum: outliers count little.

    Parameters and errors are those of `aggregate_weights`, and one more: if all medians
    are 0.

    Examples
    --------
    >>> board = pd.DataFrame([[0.8, 0.2], [0.5, 0.5], [0.4, 0.6]], list("xyz"), ["a", "b"])
    >>> median_weights(board).to_dict()
    {'a': 0.5, 'b': 0.5}
    """
    weights = require_member_weights(weights)
    shares = member_shares(weights, member_weights).to_numpy()
    order = np.argsort(weights.to_numpy(), axis=0, kind="stable")
    ranked = np.take_along_axis(weights.to_numpy(), order, axis=0)
    total = np.cumsum(shares[order], axis=0)
    low, high = (total >= 0.5 - 1e-12).argmax(axis=0), (total > 0.5 + 1e-12).argmax(axis=0)
    columns = np.arange(ranked.shape[1])
    middle = (ranked[low, columns] + ranked[high, columns]) / 2
    return normalise(pd.Series(middle, index=weights.columns))


def agreement(weights: pd.DataFrame) -> pd.DataFrame:
    """Compare the orders in which members put the criteria, each with each.

    Spearman's rank correlation, ties sharing their mean place; without ties, its mean
    over all pairs of members is (m W - 1) / (m - 1) with W that of `kendalls_w`.

    Parameters
    ----------
    weights : DataFrame of shape (n_members, n_criteria)
        Only the order within a row counts. [-]

    Returns
    -------
    DataFrame of shape (n_members, n_members)
        From -1, opposite, to 1, the same; missing for who ties everything. [-]

    Examples
    --------
    >>> board = pd.DataFrame([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]], ["x", "y"], list("abc"))
    >>> float(agreement(board).loc["x", "y"].round(6))
    -1.0
    """
    weights = require_member_weights(weights)
    return weights.rank(axis=1).T.corr()


def distances(weights: pd.DataFrame) -> pd.DataFrame:
    """Say who is far from whom, and on what most.

    Parameters
    ----------
    weights : DataFrame of shape (n_members, n_criteria)
        Each row sums to 1. [-]

    Returns
    -------
    DataFrame
        One row a pair, the farthest first: ``member``, ``other``, ``distance`` (the share
        of the weight they place differently, from 0 to 1), the ``criterion`` on which they
        differ most and the ``difference``, that of the member minus that of the other. [-]

    Examples
    --------
    >>> board = pd.DataFrame([[0.75, 0.25], [0.5, 0.5]], ["x", "y"], ["a", "b"])
    >>> distances(board).values.tolist()
    [['x', 'y', 0.25, 'a', 0.25]]
    """
    weights = require_member_weights(weights)
    rows, others = np.triu_indices(len(weights), 1)
    apart = weights.to_numpy()[rows] - weights.to_numpy()[others]
    widest = np.abs(apart).argmax(axis=1) if len(apart) else np.zeros(0, int)
    table = pd.DataFrame(
        {
            "member": weights.index[rows],
            "other": weights.index[others],
            "distance": np.abs(apart).sum(axis=1) / 2,
            "criterion": weights.columns[widest],
            "difference": apart[np.arange(len(apart)), widest],
        }
    )
    return table.sort_values("distance", ascending=False, kind="stable", ignore_index=True)


def _weights_of(rows: pd.DataFrame, labels: pd.Index) -> pd.Series:
    """Return the weights of one member's ballot."""
    kinds = rows["kind"].unique()
    if len(kinds) > 1 or kinds[0] not in KINDS:
        raise InputError(
            f"must be of one kind, {' or '.join(KINDS)}; got {', '.join(map(show, kinds))}"
        )
    if kinds[0] == "pairwise":
        return usable_weights(_judgements(rows, labels))
    answers = rows.set_index("first")["answer"]
    require_unique(answers.index, name="answers", axis="criterion")
    _require_labels(answers.index, labels)
    missing = labels.difference(answers.dropna().index, sort=False)
    if len(missing):
        raise InputError(f"answers: {', '.join(map(show, missing))} not answered; answer each")
    if kinds[0] == "order":
        ties = answers.groupby(answers).groups
        centroid = rank_order_centroid([tuple(ties[place]) for place in sorted(ties)])
        return centroid.reindex(labels)
    return normalise(answers.reindex(labels))


def _judgements(rows: pd.DataFrame, labels: pd.Index) -> pd.DataFrame:
    """Lay pairwise answers out as a square frame, or refuse a pair asked twice."""
    _require_labels(pd.Index(rows["first"]).append(pd.Index(rows["second"])), labels)
    pairs = pd.Index(
        [tuple(sorted(pair)) for pair in zip(rows["first"], rows["second"], strict=True)]
    )
    require_unique(pairs, name="answers", axis="pair")
    square = pd.DataFrame(np.nan, labels, labels)
    for row in rows.itertuples():
        square.at[row.first, row.second] = row.answer
    return square


def _require_labels(found: pd.Index, labels: pd.Index) -> None:
    unknown = [label for label in found if label not in labels]
    if unknown:
        raise InputError(
            f"answers: {', '.join(map(show, unknown))} not among "
            f"{', '.join(map(show, labels))}; write the label as in the round"
        )
