"""What the members of a board weigh: each of them, combined, and how far they agree."""

from __future__ import annotations

import altair as alt
import pandas as pd

from pmo_lib import charts
from pmo_lib.dissent import AGREED, TOGETHER
from pmo_lib.weights import aggregate_weights, kendalls_w
from pmo_lib.weights.group import agreement, distances, geometric_weights, median_weights
from pmo_lib.wording import counted, listed, one_line, percent

MEANS = {
    "mean": aggregate_weights,
    "geometric mean": geometric_weights,
    "median": median_weights,
}
"""How the weights of members are combined, in words."""

MOST_PAIRS = 12
"""Pairs of members listed, the farthest apart first."""

ALIKE, PARTLY = 0.7, 0.3
"""From this Kendall's W on, the orders of the members are called alike, or partly so. [-]"""


def weightings(weights: pd.DataFrame, together: pd.Series) -> pd.DataFrame:
    """Lay out the weight that each member gives each criterion, and the combined one.

    Parameters
    ----------
    weights : DataFrame of members by criterion
        Each row sums to 1. [-]
    together : Series by criterion
        The combined weights. [-]

    Returns
    -------
    DataFrame
        One row a criterion, or a member if there are more of these. [%]
    """
    table = pd.concat([weights, together.rename(TOGETHER).to_frame().T])
    table = (100 * table.map(float)).round(1)
    table = table.T if len(weights) <= len(table.columns) else table
    return table.rename_axis(columns=None).rename_axis("weight [%]").reset_index()


def weights_chart(weights: pd.DataFrame, together: pd.Series) -> alt.LayerChart | None:
    """Draw the weight that each member gives each criterion; None for one person alone."""
    if len(weights) < 2:
        return None
    order = list(_apart(weights).index)
    return charts.weights_apart(
        weights, together, order=order, title="What each member gives each criterion"
    )


def _apart(weights: pd.DataFrame) -> pd.Series:
    """Return how far members lie apart on each criterion, the most contested first. [-]."""
    return (weights.max() - weights.min()).sort_values(ascending=False, kind="stable")


def weightings_in_words(weights: pd.DataFrame) -> list[str]:
    """Say what the members agree on, and what they differ on most."""
    apart, words = _apart(weights), []
    agreed = apart.index[apart < AGREED]
    if apart.iloc[0] >= AGREED:
        most = weights[apart.index[0]]
        ends = (
            f"{one_line(who)} gives it {percent(most[who])}"
            for who in (most.idxmin(), most.idxmax())
        )
        words.append(f"Farthest apart on {one_line(most.name)}: {', '.join(ends)}.")
    if len(agreed) and len(weights) > 1:
        words.append(
            f"Agreed within {100 * AGREED:.0f} points of weight: {listed(map(one_line, agreed))}."
        )
    return words


def in_three_ways(weights: pd.DataFrame, shares: pd.Series | None = None) -> pd.DataFrame:
    """Combine weights in each of the three ways that leaves any, one row a way. [-]."""
    possible = {
        "mean": True,
        "geometric mean": (weights.min() > 0).any(),
        "median": weights.median().sum() > 0,
    }
    made = {way: MEANS[way](weights, member_weights=shares) for way in MEANS if possible[way]}
    return pd.DataFrame(made).T


def combined(
    weights: pd.DataFrame, settings: pd.Series, shares: pd.Series | None = None
) -> pd.DataFrame:
    """Lay out the weights combined in three ways, between the least and the most. [%]."""
    columns = {"least [%]": weights.min()}
    columns |= {f"{way} [%]": row for way, row in in_three_ways(weights, shares).iterrows()}
    columns |= {"most [%]": weights.max(), "of the settings [%]": settings}
    table = (100 * pd.DataFrame(columns).loc[weights.columns].astype(float)).round(1)
    return table.rename_axis("criterion").reset_index()


def vetoes_in_words(weights: pd.DataFrame) -> list[str]:
    """Name what someone gives nothing: in the geometric mean that is a veto."""
    none = weights.columns[(weights == 0).any()]
    if len(none) == 0:
        return []
    return [
        f"Someone gives {listed(map(one_line, none))} nothing: in the geometric mean that is a veto."
    ]


def pairs(weights: pd.DataFrame) -> pd.DataFrame:
    """Lay out who is how far from whom, and on what most; the farthest first."""
    table, alike = distances(weights).head(MOST_PAIRS), agreement(weights)
    order = [alike.at[a, b] for a, b in zip(table["member"], table["other"], strict=True)]
    columns = {
        "member": table["member"],
        "other": table["other"],
        "placed otherwise [%]": (100 * table["distance"]).round(1),
        "agreement on the order": pd.Series(order, dtype=float).round(2),
        "most on": table["criterion"],
        "by [points of weight]": (100 * table["difference"]).round(1),
    }
    return pd.DataFrame(columns)


def agreement_in_words(weights: pd.DataFrame) -> list[str]:
    """Say how far the members agree on the order of the criteria, and who is far from whom."""
    if len(weights) < 2:
        return ["Agreement needs at least two members."]
    if weights.nunique(axis=1).max() == 1:
        return ["Every member gives all criteria the same, so there is no order to agree on."]
    share = kendalls_w(weights)
    words = (
        "much alike" if share >= ALIKE else "partly alike" if share >= PARTLY else "hardly alike"
    )
    table = distances(weights)
    for column in ("member", "other", "criterion"):
        table[column] = table[column].map(one_line)
    far, near = table.iloc[0], table.iloc[-1]
    said = [
        f"The orders of {counted(len(weights), 'member')} are {words}: Kendall's W is {share:.2f}, "
        "where 1 is the same order and 0 is orders that cancel out.",
        f"Farthest apart are {far['member']} and {far['other']}: they place {percent(far['distance'])} of "
        f"the weight otherwise, most of it on {far['criterion']}.",
    ]
    if len(table) > 1:
        said.append(
            f"Closest are {near['member']} and {near['other']} ({percent(near['distance'])})."
        )
    return said
