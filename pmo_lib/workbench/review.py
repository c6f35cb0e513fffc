"""Doubts a careful analyst would raise about the criteria before the board meets."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from pmo_lib.tables import Portfolio
from pmo_lib.workbench.evaluation import Evaluation

CORRELATED = 0.9
SEPARATES = 0.1


def review(portfolio: Portfolio, evaluation: Evaluation) -> pd.DataFrame:
    """List criteria that count twice, move together or hardly separate, and own scores.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    evaluation : Evaluation
        Its evaluation; values and sources are looked at.

    Returns
    -------
    DataFrame
        doubt (``"counts twice"``, ``"moves together"``, ``"hardly separates"``, ``"own
        score"``), criteria (the columns concerned), what to know and what to do. Empty
        when there is none.
    """
    rows = [
        *_counted_twice(portfolio),
        *_moving_together(evaluation),
        *_hardly_separating(evaluation),
        *_own_scores(portfolio, evaluation),
    ]
    return pd.DataFrame(rows, columns=["doubt", "criteria", "what to know", "what to do"])


def _counted_twice(portfolio: Portfolio):
    source = portfolio.criteria["source"]
    ratios = source.index[source.isin(["bcr", "payback"])]
    if len(ratios) and len(portfolio.budgets):
        yield (
            "counts twice",
            ", ".join(ratios),
            "cost already limits the list through the budget, and is counted again in this ratio",
            "score benefits only, or drop the criterion",
        )
    from_flows = source.index[source.isin(["npv", "bcr", "payback"])]
    for pair in itertools.combinations(from_flows, 2):
        yield (
            "counts twice",
            ", ".join(pair),
            "both are computed from the same cash flows",
            "keep one of them",
        )


def _moving_together(evaluation: Evaluation):
    values = evaluation.values
    if len(values) < 3:
        return
    varying = values.loc[:, values.std() > 0]
    correlation = np.atleast_2d(np.corrcoef(varying.to_numpy(), rowvar=False))
    for i, j in itertools.combinations(range(varying.shape[1]), 2):
        if abs(correlation[i, j]) > CORRELATED:
            yield (
                "moves together",
                f"{varying.columns[i]}, {varying.columns[j]}",
                f"values correlate at {correlation[i, j]:.2f} over {len(values)} projects",
                "check that they are not one consideration under two names",
            )


def _hardly_separating(evaluation: Evaluation):
    if len(evaluation.values) < 3:
        return
    spread = evaluation.values.max() - evaluation.values.min()
    for criterion in spread.index[spread < SEPARATES]:
        yield (
            "hardly separates",
            criterion,
            f"values span only {spread[criterion]:.2f} of the range from worst to best",
            "move the reference points to where projects differ, or drop the criterion",
        )


def _own_scores(portfolio: Portfolio, evaluation: Evaluation):
    rows = portfolio.performance
    sponsor = rows["project"].map(portfolio.projects["sponsor"])
    names = portfolio.projects["name"]
    own = rows[(rows["scored_by"] == sponsor).fillna(False).astype(bool)]
    for criterion, group in own.groupby("criterion", sort=False):
        yield (
            "own score",
            criterion,
            f"entered by the project's own sponsor for {', '.join(names.reindex(group['project']))}",
            "ask someone else to confirm the estimate",
        )
