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
    value_of_knowing,
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


def flips(
    made: Recommendation, question: Asked, figures: pd.DataFrame, *, progress=None
) -> pd.DataFrame:
    """Choose again with all stated figures of one project at their worst, and at their best.

    Those that move the worth of their project most are asked first. A project on the list
    is not asked at its best, nor one off the list at its worst: the list would stay.

    Parameters
    ----------
    made, question
        The recommendation, and `asked` of it.
    figures : DataFrame by (project, criterion)
        Of `unproven_figures`, with low and high stated.
    progress : callable, optional
        Called with choices made and choices in all; return True to leave the rest out.

    Returns
    -------
    DataFrame by (project, end)
        ``entered`` and ``left``, tuples of projects, for the ends (``"worst"``, ``"best"``)
        that change the best list. ``attrs`` tell how many projects were ``asked``.
    """
    index, weights = question.values.index, question.weights
    ends = [_at_end(made, figures, end) - question.values.to_numpy() for end in ("low", "high")]
    now = pd.DataFrame([weights])
    was = best_portfolios(question.values, weight_sample=now, gap=0, **question.problem).iloc[0]
    order, changes = figures.index.unique("project"), {}
    for end, change in (("worst", np.minimum(*ends)), ("best", np.maximum(*ends))):
        for project in order:
            mine = np.where(index.get_level_values(0) == project, change @ weights.to_numpy(), 0.0)
            if index.nlevels > 1 or was[project] == (end == "worst"):
                changes[project, end] = mine
    keys = sorted(changes, key=lambda key: -np.abs(changes[key]).max())
    columns = [question.values @ weights, *(changes[key] for key in keys)]
    held = _chosen_again(question, np.column_stack(columns), progress) if keys else now[:0]
    found = {
        key: (tuple(was.index[again & ~was]), tuple(was.index[was & ~again]))
        for key, again in zip(keys, held.to_numpy(), strict=False)
        if (again != was).any()
    }
    said = sorted(found, key=lambda key: (key[1] == "best", order.get_loc(key[0])))
    index = pd.MultiIndex.from_tuples(said, names=["project", "end"])
    table = pd.DataFrame([found[key] for key in said], index, ["entered", "left"])
    open_ = {project for project, _ in keys[len(held) :]}
    table.attrs["asked"] = len(order) - len(open_)
    return table


def _chosen_again(question: Asked, columns: np.ndarray, progress) -> pd.DataFrame:
    """Choose with each column but the first added to the first."""
    n = columns.shape[1] - 1
    halves = pd.DataFrame(np.hstack([np.full((n, 1), 0.5), np.eye(n) / 2]))
    twice = pd.DataFrame(2 * columns, question.values.index)
    return best_portfolios(
        twice, weight_sample=halves, gap=0, progress=progress, **question.problem
    )


def settled_by_figures(
    made: Recommendation, question: Asked, figures: pd.DataFrame, draws, held
) -> pd.DataFrame:
    """Count how many borderline projects it would settle to know whether a figure is low or high.

    Asked among the lists that are best at some draw: at each draw, the one that is best with
    the figure at that end. A list that no draw found is not asked.

    Parameters
    ----------
    made, question, figures
        As in `flips`; one option a project.
    draws : DataFrame of shape (n_draws, n_criteria)
        Weights. [-]
    held : DataFrame of shape (n_draws, n_projects)
        The best list at each.

    Returns
    -------
    DataFrame by (project, criterion)
        As `robustness.value_of_knowing`, low and high being equally likely; those that settle
        most first.
    """
    lists = held.drop_duplicates().to_numpy()
    values, ends = question.values.loc[held.columns], {}
    worth = lists.astype(float) @ values.to_numpy() @ draws.to_numpy().T
    for end in ("low", "high"):
        moved = pd.DataFrame(_at_end(made, figures, end), question.values.index, values.columns)
        ends[end] = moved.loc[held.columns] - values
    codes = dict(zip(made.portfolio.criteria.index, values.columns, strict=True))
    open_ = held.columns[(held.any() & ~held.all()).to_numpy()]
    tables = {}
    for project, criterion in figures.index[figures.index.get_level_values(0).isin(open_)]:
        mine, name = lists[:, held.columns.get_loc(project)], codes[criterion]
        moved = [
            lists[(worth + np.outer(mine, change.at[project, name] * draws[name])).argmax(axis=0)]
            for change in ends.values()
        ]
        both = pd.DataFrame(np.vstack(moved), columns=held.columns)
        answers = pd.DataFrame({"figure": np.repeat(list(ends), len(held))})
        tables[project, criterion] = value_of_knowing(both, answers).iloc[0]
    index = pd.MultiIndex.from_tuples(tables, names=["project", "criterion"])
    table = pd.DataFrame(list(tables.values()), index, ["settles", "at_least", "undecided"])
    return table.sort_values(["settles", "undecided"], ascending=[False, True], kind="stable")


def _at_end(made: Recommendation, figures: pd.DataFrame, end: str) -> np.ndarray:
    """Return the values over not doing with figures at their low or high end."""
    table = made.portfolio.performance
    moved = pd.MultiIndex.from_frame(table[["project", "criterion"]]).isin(figures.index)
    table = table.assign(estimate=table["estimate"].mask(moved, table[end]))
    portfolio = dataclasses.replace(made.portfolio, performance=table)
    return value_by_criterion(portfolio, made.settings)[1].to_numpy()
