"""What `robustness` asks of a recommendation: values, ballots, and what is known of the weights."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from pmo_lib.dissent import value_by_criterion
from pmo_lib.robustness import (
    AdmissibleWeights,
    admissible_weights,
    best_portfolios,
    hull_weights,
)
from pmo_lib.weights.group import ballot_weights
from pmo_lib.wording import one_line
from pmo_lib.workbench.reasons import that_can_bind
from pmo_lib.workbench.recommendation import Recommendation

BALLOTS = "any mixture of the members' ballots"
RANGES = "each weight between the least and the most a member gives it"
ORDER = "only the order of the criteria"


@dataclass(frozen=True, eq=False)
class Asked:
    """A list as `robustness` asks for it; criteria go by their names.

    Attributes
    ----------
    values : DataFrame by project, or (project, option), and criterion
        What taking it adds if the criterion had all the weight. [value]
    problem : dict
        The other arguments of `robustness.funding_acceptability`: cost, budget and every
        limit, without people that cannot bind.
    weights : Series by criterion
        Of the settings; sums to 1. [-]
    ballots : DataFrame of members by criterion
        Weights of the last round on criteria; empty without ballots. [-]
    """

    values: pd.DataFrame
    problem: dict
    weights: pd.Series
    ballots: pd.DataFrame


def asked(made: Recommendation) -> Asked:
    """Lay out a recommendation for `robustness`.

    Raises
    ------
    InputError
        If a ballot of the last round names unknown criteria or makes no weights.
    """
    portfolio, criteria = made.portfolio, made.portfolio.criteria.index
    problem, values = value_by_criterion(portfolio, made.settings)
    problem = {k: part for k, part in that_can_bind(problem).items() if k != "value"}
    cast = portfolio.ballots[portfolio.ballots["about"] == "criteria"]
    ballots = pd.DataFrame(columns=criteria, dtype=float)
    if len(cast):
        last = cast[cast["round"] == cast["round"].iloc[-1]]
        ballots = ballot_weights(last, labels=criteria)[criteria]
    called = criterion_names(made)
    values, ballots = (frame.set_axis(called, axis=1) for frame in (values, ballots))
    return Asked(values, problem, made.evaluation.weights.set_axis(called), ballots)


def criterion_names(made: Recommendation) -> pd.Index:
    """Return what the criteria are called, their labels where names are missing or repeat."""
    table = made.portfolio.criteria
    names = pd.Index(table["name"].map(one_line, na_action="ignore"), name="criterion")
    return names if names.notna().all() and names.is_unique else table.index


def known_weights(question: Asked) -> dict[str, AdmissibleWeights]:
    """Return what may be known of the weights, in words: the ballots, their ranges, the order.

    Nothing is said of the order of criteria that now weigh the same.
    """
    found, ballots = {}, question.ballots
    if len(ballots):
        found[BALLOTS] = hull_weights(ballots)
        found[RANGES] = admissible_weights(
            ballots.columns, lower=ballots.min(), upper=ballots.max()
        )
    levels = question.weights.groupby(question.weights.round(9)).groups
    steps = pairwise(levels[level] for level in sorted(levels, reverse=True))
    ratios = {(a, b): (1.0, None) for above, below in steps for a in above for b in below}
    found[ORDER] = admissible_weights(question.weights.index, ratios=ratios)
    return found


def best_lists(question: Asked, draws: pd.DataFrame, lists: pd.DataFrame) -> pd.DataFrame:
    """Find the best list at each draw among all that none beats: exact, without a solve.

    Where projects have options or are worth more together, the lists do not tell what they
    are worth, and each draw is solved.

    Parameters
    ----------
    question : Asked
        The list.
    draws : DataFrame of shape (n_draws, n_criteria)
        Weights that were admissible when the lists were made. [-]
    lists : DataFrame of shape (n_lists, n_projects)
        Of `robustness.nondominated_portfolios`.

    Returns
    -------
    DataFrame of shape (n_draws, n_projects)
        As `robustness.best_portfolios`.
    """
    values = question.values
    if values.index.nlevels > 1 or question.problem["synergies"] is not None:
        return best_portfolios(values, weight_sample=draws, **question.problem)
    worth = lists.to_numpy(float) @ values.loc[lists.columns].to_numpy() @ draws.to_numpy().T
    held = lists.iloc[worth.argmax(axis=0)].set_axis(draws.index)
    held.attrs = {"gap": 0.0}
    return held


def unproven_figures(made: Recommendation) -> pd.DataFrame:
    """Return the performances of assessed proposals that nobody measured.

    Returns
    -------
    DataFrame by (project, criterion)
        Their rows of the table `performance`; low and high may be missing.
    """
    table = made.portfolio.performance
    assessed = table["project"].isin(made.evaluation.score.index)
    return table[table["evidence"].ne("measured") & assessed].set_index(["project", "criterion"])


def flips(made: Recommendation, question: Asked, figures: pd.DataFrame) -> pd.DataFrame:
    """Choose again with all stated figures of one project at their worst, and at their best.

    Parameters
    ----------
    made, question
        The recommendation, and `asked` of it.
    figures : DataFrame by (project, criterion)
        Of `unproven_figures`, with low and high stated.

    Returns
    -------
    DataFrame by (project, end)
        ``entered`` and ``left``, tuples of projects, for the ends (``"worst"``, ``"best"``)
        that change the best list.
    """
    keys, changes = [None], [np.zeros(len(question.values))]
    projects, weights = question.values.index.get_level_values(0), question.weights.to_numpy()
    ends = [_at_end(made, figures, end) - question.values.to_numpy() for end in ("low", "high")]
    for end, change in (("worst", np.minimum(*ends)), ("best", np.maximum(*ends))):
        for project in figures.index.unique("project"):
            keys.append((project, end))
            changes.append(np.where(projects == project, 2 * change @ weights, 0.0))
    values = pd.DataFrame(np.column_stack([2 * question.values, *changes]), question.values.index)
    rows = np.hstack([np.tile(weights / 2, (len(keys), 1)), np.eye(len(keys)) / 2])
    held = best_portfolios(values, weight_sample=pd.DataFrame(rows), gap=0, **question.problem)
    was, found = held.iloc[0], {}
    for key, now in zip(keys[1:], held.to_numpy()[1:], strict=True):
        if (now != was).any():
            found[key] = (tuple(was.index[now & ~was]), tuple(was.index[was & ~now]))
    index = pd.MultiIndex.from_tuples(list(found), names=["project", "end"])
    return pd.DataFrame(list(found.values()), index, ["entered", "left"])


def _at_end(made: Recommendation, figures: pd.DataFrame, end: str) -> np.ndarray:
    """Return the values over not doing with figures at their low or high end."""
    table = made.portfolio.performance
    moved = pd.MultiIndex.from_frame(table[["project", "criterion"]]).isin(figures.index)
    table = table.assign(estimate=table["estimate"].mask(moved, table[end]))
    portfolio = dataclasses.replace(made.portfolio, performance=table)
    return value_by_criterion(portfolio, made.settings)[1].to_numpy()
