"""Tables and sentences about weights: what each prices, and what the list owes to it."""

from __future__ import annotations

import dataclasses

import pandas as pd

from pmo_lib import statements, workbench
from pmo_lib.statements import swing
from pmo_lib.stories.plain import laid_out
from pmo_lib.wording import listed, one_line
from pmo_lib.workbench import Recommendation

FACTORS = {"half": 0.5, "double": 2.0}
"""How often a criterion is counted when the list is tried on it."""


def weights_table(made: Recommendation) -> pd.DataFrame:
    """State what each weight prices.

    Returns
    -------
    DataFrame
        criterion, the swing it prices, weight [%], and the range of values the assessed
        proposals span [value]: a weight on a narrow range moves little.
    """
    evaluation, weights = made.evaluation, made.evaluation.weights
    rows = made.portfolio.criteria.loc[weights.index]
    columns = {
        "criterion": rows["name"].map(one_line),
        "the swing it prices": _swings(made, rows),
        "weight [%]": weights,
        "lowest value": evaluation.values.min().round(2),
        "highest value": evaluation.values.max().round(2),
    }
    return laid_out(made, pd.DataFrame(columns).loc[weights.index].to_dict("series"))


def _swings(made: Recommendation, rows: pd.DataFrame) -> pd.Series:
    words = [swing(row, currency=made.settings.currency) for _, row in rows.iterrows()]
    return pd.Series(words, index=rows.index)


def weights_in_words(made: Recommendation) -> str:
    """Read the two largest weights as prices of swings."""
    weights = made.evaluation.weights.sort_values(ascending=False, kind="stable").head(2)
    rows = made.portfolio.criteria.loc[weights.index]
    swings = zip(rows["name"], _swings(made, rows), strict=True)
    words = [f"{one_line(name)} ({priced})" for name, priced in swings]
    if len(words) == 1:
        return f"{words[0]} is the only criterion: it weighs everything."
    first, second = 100 * weights
    return (
        f"A project that swings {words[0]} gains {first:.0f} points of 100; one that swings "
        f"{words[1]} gains {second:.0f}."
    )


def half_and_double(made: Recommendation) -> pd.DataFrame:
    """Choose the list anew with each criterion counted half, then double.

    Parameters
    ----------
    made : Recommendation
        The list to compare with; the other criteria keep their proportions.

    Returns
    -------
    DataFrame
        criterion, counted (half, double), weight [%], enters and leaves (names).
    """
    weights, rows = made.evaluation.weights, []
    for criterion, name in made.portfolio.criteria["name"].reindex(weights.index).items():
        for counted, factor in FACTORS.items():
            points = 100 * weights
            points[criterion] *= factor
            if not points.sum() > 0:
                continue
            tried = dataclasses.replace(made.settings, weights=points.to_dict())
            again = workbench.recommend(made.portfolio, tried, explain=False)
            share = round(100 * points[criterion] / points.sum(), 1)
            moved = statements.moved(made, again).values()
            names = [listed(map(one_line, part["name"])) for part in moved]
            rows.append((one_line(name), counted, share, *names))
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
    which = listed(f"{criterion} (counted {counts[criterion]})" for criterion in moved)
    words = f"The list hangs on {which}: another list is then best."
    if still:
        words += f" Half and double of {listed(still)} change nothing."
    return words
