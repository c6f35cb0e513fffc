"""Tables and sentences about weights: what each prices, and what the list owes to it."""

from __future__ import annotations

import dataclasses

import pandas as pd

from pmo_lib import workbench
from pmo_lib.export.words import joined, one_line
from pmo_lib.widgets.words import swing
from pmo_lib.workbench import Recommendation, differences

FACTORS = {"half": 0.5, "double": 2.0}
"""How often a criterion is counted when the list is tried on it."""


def weights_table(recommendation: Recommendation) -> pd.DataFrame:
    """State what each weight prices.

    Returns
    -------
    DataFrame
        criterion, the swing it prices, weight [%], and the range of values the assessed
        proposals span [value]: a weight on a narrow range moves little.
    """
    criteria, evaluation = recommendation.portfolio.criteria, recommendation.evaluation
    currency = recommendation.settings.currency
    order = evaluation.weights.index
    return pd.DataFrame(
        {
            "criterion": [one_line(criteria.at[c, "name"]) for c in order],
            "the swing it prices": [swing(criteria.loc[c], currency=currency) for c in order],
            "weight [%]": (100 * evaluation.weights).round(1).array,
            "lowest value": evaluation.values.min()[order].round(2).array,
            "highest value": evaluation.values.max()[order].round(2).array,
        }
    )


def weights_in_words(recommendation: Recommendation) -> str:
    """Read the two largest weights as prices of swings."""
    criteria, weights = recommendation.portfolio.criteria, recommendation.evaluation.weights
    order = weights.sort_values(ascending=False, kind="stable").index
    words = [
        f"{one_line(criteria.at[c, 'name'])} "
        f"({swing(criteria.loc[c], currency=recommendation.settings.currency)})"
        for c in order[:2]
    ]
    if len(words) == 1:
        return f"{words[0]} is the only criterion: it weighs everything."
    first, second = (100 * weights[c] for c in order[:2])
    return (
        f"A project that swings {words[0]} gains {first:.0f} points of 100; one that swings "
        f"{words[1]} gains {second:.0f}."
    )


def half_and_double(recommendation: Recommendation) -> pd.DataFrame:
    """Choose the list anew with each criterion counted half, then double.

    Parameters
    ----------
    recommendation : Recommendation
        The list to compare with; the other criteria keep their proportions.

    Returns
    -------
    DataFrame
        criterion, counted (half, double), weight [%], enters and leaves (names).
    """
    evaluation, settings = recommendation.evaluation, recommendation.settings
    names, rows = recommendation.portfolio.criteria["name"], []
    for criterion in evaluation.weights.index:
        for counted, factor in FACTORS.items():
            points = 100 * evaluation.weights
            points[criterion] *= factor
            if not points.sum() > 0:
                continue
            tried = dataclasses.replace(settings, weights=points.to_dict())
            again = workbench.recommend(recommendation.portfolio, tried, explain=False)
            table = differences(recommendation, again)
            enters, leaves = (table.loc[table["change"] == c, "name"] for c in ("enters", "leaves"))
            share = 100 * points[criterion] / points.sum()
            row = (
                one_line(names[criterion]),
                counted,
                round(share, 1),
                _named(enters),
                _named(leaves),
            )
            rows.append(row)
    columns = ["criterion", "counted", "weight [%]", "enters", "leaves"]
    return pd.DataFrame(rows, columns=columns)


def half_and_double_in_words(table: pd.DataFrame) -> str:
    """Read `half_and_double`: on which criteria the list hangs, on which it does not."""
    changed = (table["enters"] != "") | (table["leaves"] != "")
    moved = list(dict.fromkeys(table.loc[changed, "criterion"]))
    still = [c for c in dict.fromkeys(table["criterion"]) if c not in moved]
    if len(moved) + len(still) == 1:
        return "There is one criterion only: its weight changes nothing."
    if not moved:
        return (
            "Counted half or double, no criterion changes the list: it does not hang on one weight."
        )
    counts = table[changed].groupby("criterion", sort=False)["counted"].agg(" or ".join)
    which = joined(f"{criterion} (counted {counts[criterion]})" for criterion in moved)
    words = f"The list hangs on {which}: another list is then best."
    if still:
        words += f" Half and double of {joined(still)} change nothing."
    return words


def _named(names: pd.Series) -> str:
    return joined(one_line(name) for name in names)
