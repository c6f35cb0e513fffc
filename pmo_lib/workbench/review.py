"""Doubts a careful analyst would raise about the criteria before the board meets."""

from __future__ import annotations

import itertools

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
        *_moving_together(evaluation.values),
        *_hardly_separating(evaluation.values),
        *_own_scores(portfolio),
    ]
    return pd.DataFrame(rows, columns=["doubt", "criteria", "what to know", "what to do"])


def _counted_twice(portfolio: Portfolio):
    source, doubt = portfolio.criteria["source"], "counts twice"
    ratios = source.index[source.isin(["bcr", "payback"])]
    if len(ratios) and len(portfolio.budgets):
        known = (
            "cost already limits the list through the budget, and is counted again in this ratio"
        )
        yield doubt, ", ".join(ratios), known, "score benefits only, or drop the criterion"
    from_flows = source.index[source.isin(["npv", "bcr", "payback"])]
    known = "both are computed from the same cash flows"
    for pair in itertools.combinations(from_flows, 2):
        yield doubt, ", ".join(pair), known, "keep one of them"


def _moving_together(values: pd.DataFrame):
    if len(values) < 3:
        return
    correlation = values.loc[:, values.std() > 0].corr()
    for pair in itertools.combinations(correlation.columns, 2):
        if abs(correlation.loc[pair]) > CORRELATED:
            known = f"values correlate at {correlation.loc[pair]:.2f} over {len(values)} projects"
            remedy = "check that they are not one consideration under two names"
            yield "moves together", ", ".join(pair), known, remedy


def _hardly_separating(values: pd.DataFrame):
    spread = values.max() - values.min()
    for criterion in spread.index[(spread < SEPARATES) & (len(values) >= 3)]:
        known = f"values span only {spread[criterion]:.2f} of the range from worst to best"
        remedy = "move the reference points to where projects differ, or drop the criterion"
        yield "hardly separates", criterion, known, remedy


def _own_scores(portfolio: Portfolio):
    rows, names = portfolio.performance, portfolio.projects["name"]
    sponsor = rows["project"].map(portfolio.projects["sponsor"])
    own = rows[(rows["scored_by"] == sponsor).fillna(False).astype(bool)]
    for criterion, group in own.groupby("criterion", sort=False):
        scored = ", ".join(names.reindex(group["project"]))
        known = f"entered by the project's own sponsor for {scored}"
        yield "own score", criterion, known, "ask someone else to confirm the estimate"
