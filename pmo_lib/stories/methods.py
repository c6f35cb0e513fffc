"""What three other methods rank otherwise, and why: an analyst's appendix."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmo_lib import robustness, scoring
from pmo_lib.stories.plain import named, verb
from pmo_lib.stories.sure import Sure
from pmo_lib.wording import counted, percent
from pmo_lib.workbench import Recommendation

PRODUCT = "weighted product"


def other_methods(sure: Sure, *, most: int = 8) -> pd.DataFrame:
    """List the proposals that TOPSIS or PROMETHEE II rank most otherwise, on the same values, and why."""
    table = _orders(sure)
    apart = table[["TOPSIS", "PROMETHEE II"]].sub(table["rank"], axis=0).abs().max(axis=1)
    shown = table.loc[apart[apart > 0].sort_values(ascending=False, kind="stable").index[:most]]
    shown.insert(1, "project", sure.made.names(shown.index))
    shown["why"] = [_why_otherwise(sure, project, row) for project, row in shown.iterrows()]
    return shown.reset_index(drop=True)


def _orders(sure: Sure) -> pd.DataFrame:
    """Rank by the value model and by three other methods."""
    made, values = sure.made, sure.made.evaluation.values
    how = {"weights": made.evaluation.weights, "direction": pd.Series("more", values.columns)}
    return pd.DataFrame({
        "rank": made.evaluation.rank,
        "TOPSIS": scoring.rank(scoring.topsis(values, **how)),
        "PROMETHEE II": scoring.rank(scoring.promethee_ii(values, **how)),
        PRODUCT: scoring.rank(scoring.weighted_product(values, **how)),
    })  # fmt: skip


def _why_otherwise(sure: Sure, project, row: pd.Series) -> str:
    """Say which criterion moves a project in the method that moves it most."""
    values, weights = sure.made.evaluation.values, sure.made.evaluation.weights
    label = dict(zip(values.columns, sure.asked.weights.index, strict=True))
    shift = row["rank"] - row[["TOPSIS", "PROMETHEE II"]]
    method = shift.abs().astype(int).idxmax()
    up = shift[method] > 0
    if method == "TOPSIS":
        lead = weights * (values - values.mean()) / np.sqrt((values**2).sum()).replace(0, 1)
        which = (lead if up else -lead).loc[project].idxmax()
        side = "far ahead" if up else "far behind"
        return f"{method}: distances are squared, and it is {side} on {label[which]}"
    beaten = values.loc[project] > values
    share = beaten.sum() / max(len(values) - 1, 1)
    gain = weights * (share - values.loc[project])
    which = (gain if up else -gain).idxmax()
    return (
        f"{method}: who is beaten counts, not by how much; {values.loc[project, which]:.2f} on "
        f"{label[which]} beats {percent(share[which])} of the others"
    )


def other_methods_in_words(sure: Sure) -> list[str]:
    """Say how far the orders agree, and how often they turn when a third proposal is withdrawn."""
    made, table = sure.made, _orders(sure)
    words = []
    for method, score in (("TOPSIS", scoring.topsis), ("PROMETHEE II", scoring.promethee_ii)):
        moved = int((table[method] != table["rank"]).sum())
        first = table.index[table[method] == 1]
        words.append(
            f"{method} ranks {moved} of {counted(len(table), 'proposal')} otherwise, by "
            f"{counted(int((table[method] - table['rank']).abs().max()), 'place')} at most; first is "
            f"{named(made, first)}."
        )
        if sure.few:
            turned = robustness.rank_reversals(made.evaluation.values, _scored(made, score))
            pairs = turned[["before", "after"]].drop_duplicates()
            words.append(
                f"With {method}, {counted(len(pairs), 'pair')} of proposals "
                f"{verb(len(pairs), 'changes', 'change')} order when some third one is withdrawn; in "
                "the board's value model none can."
            )
    moved = int((table[PRODUCT] != table["rank"]).sum())
    nothing = int((made.evaluation.values <= 0).any(axis=1).sum())
    words.append(
        f"The {PRODUCT} ranks {moved} of {counted(len(table), 'proposal')} otherwise: it multiplies, so "
        f"{counted(nothing, 'proposal')} with no value on one criterion {verb(nothing, 'is', 'are')} worth "
        "nothing, whatever the others say."
    )
    return words


def _scored(made: Recommendation, score):
    """Return a method as a function of values alone."""
    weights = made.evaluation.weights
    more = pd.Series("more", weights.index)
    return lambda values: score(values, weights, direction=more)
