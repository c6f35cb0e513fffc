"""Two questions of a board: what another budget would buy, and why a project is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from pmo_lib import selection
from pmo_lib.checks import InputError, require_numbers, show
from pmo_lib.tables import Portfolio
from pmo_lib.tables.problems import did_you_mean
from pmo_lib.wording import limit_words
from pmo_lib.workbench import pricing
from pmo_lib.workbench.answers import naming, people_instead, said
from pmo_lib.workbench.evaluation import Evaluation, evaluate
from pmo_lib.workbench.problem import choosing_problem
from pmo_lib.workbench.reasons import that_can_bind
from pmo_lib.workbench.recommendation import Recommendation
from pmo_lib.workbench.settings import RULES, Settings

SCALES = tuple(percent / 100 for percent in range(60, 135, 5))
"""Shares of the budgets that are tried unless others are asked for. [-]"""

PAYS = 0.5
"""A further million pays if it adds at least this share of what one buys now on average. [-]"""

Told = Callable[[int, int, str], bool | None]
"""Called with answers given, answers in all and the newest in words; returns True to stop."""


def frontier(
    portfolio: Portfolio,
    settings: Settings,
    *,
    evaluation: Evaluation | None = None,
    scales: Iterable[float] = SCALES,
    time_limit: float = 10.0,
    progress: Told | None = None,
) -> pd.DataFrame:
    """Find what the best list is worth at other budgets, all of them scaled alike.

    Parameters
    ----------
    portfolio, settings
        As in `recommend`.
    evaluation : Evaluation, optional
        Theirs, where it is known already.
    scales : iterable of float
        Shares of the budgets of the settings, above 0; 1 is always tried as well. [-]
    time_limit : float
        For all points; one not proven by then keeps the gap it has. [s]
    progress : callable, optional
        Called with points settled, points in all and words; return True to stop.

    Returns
    -------
    DataFrame
        One row a scale, rising: ``scale``, ``budget`` (left for proposals [currency]),
        ``value`` and ``bound`` (what the list is worth, and the most any could be),
        ``gap``, ``cost`` [currency], ``n`` projects, ``entered`` and ``left`` (projects,
        against the row before), ``worth_of_a_million`` (gained since the row before for
        each million of budget), ``people`` (what the list would gain at least, were there
        people enough), ``walk`` (what walking down the list is worth), ``now``
        (the budgets of the settings) and ``stops_paying``: the first point from which no
        larger budget adds, for each million, half of what one buys now on average. A
        budget that cannot pay for running work, or for what must be in, has no value.

    Raises
    ------
    InputError
        As in `recommend`, or if a scale is not above 0.
    InfeasibleError
        If the limits cannot all hold at the largest scale.
    """
    evaluation = evaluation or evaluate(portfolio, settings)
    problem = that_can_bind(choosing_problem(portfolio, settings, evaluation))
    levels = _levels(portfolio, settings, evaluation, problem, scales)
    met = (levels >= -0.005).all(axis=1)
    points = levels[met].clip(lower=0)
    rest = {name: part for name, part in problem.items() if name != "budget"}
    stated = isinstance(problem["budget"], pd.Series)
    stopped = False

    def told(done: int, total: int) -> bool:
        nonlocal stopped
        stopped = stopped or bool(progress and progress(done, total, "what each budget buys"))
        return stopped

    limits = {"budgets": points if stated else points["total"], "gap": settings.gap}
    alone, part = {"use": None, "capacity": None, "hiring": None}, time_limit / 3
    with naming(portfolio.projects["name"]):
        if problem["use"] is None:
            found = selection.frontier(**limits, **rest, time_limit=time_limit, progress=told)
            found["people"] = 0.0
        else:
            found = selection.frontier(**limits, **rest, time_limit=2 * part, progress=told)
            with_all = selection.frontier(**limits, **rest | alone, time_limit=part, progress=told)
            found["people"] = (with_all["value"] - found["bound"]).clip(lower=0)
    found = found.rename(columns={"worth": "worth_of_a_million"}).assign(scale=points.index)
    found["worth_of_a_million"] *= 1e6
    found["walk"] = [
        _walked(evaluation, rest, amounts if stated else amounts["total"])
        for _, amounts in points.iterrows()
    ]
    missing = levels[~met].sum(axis=1)
    unmet = pd.DataFrame({"scale": missing.index, "budget": missing.to_numpy(), "n": 0})
    unmet["entered"] = unmet["left"] = [()] * len(unmet)
    table = pd.concat([unmet, found], ignore_index=True) if len(unmet) else found
    table = table.assign(now=table["scale"] == 1.0)
    table["stops_paying"] = _stops_paying(table)
    return table[["scale", *table.columns.drop("scale")]]


def _levels(portfolio, settings, evaluation, problem, scales) -> pd.DataFrame:
    """Return what each scale leaves for proposals, by label of budget; negative if too little."""
    asked = pd.Series(sorted({*scales, 1.0}), dtype=float)
    require_numbers(asked, name="scales", low=1e-6)
    if isinstance(problem["budget"], pd.Series):
        amounts = pricing.budget(portfolio, settings)
        taken = evaluation.cost.reindex(evaluation.running).sum()
        return pd.DataFrame([scale * amounts - taken for scale in asked], index=asked)
    return pd.DataFrame({"total": asked.to_numpy() * problem["budget"]}, index=asked)


def _walked(evaluation, rest: dict, budget) -> float:
    """Return what the simple rule's list is worth; missing where it breaks a limit."""
    constraints = {name: part for name, part in rest.items() if name != "value"}
    try:
        walked = selection.walk_down_the_list(evaluation.score, budget=budget, **constraints)
    except selection.InfeasibleError:
        return np.nan
    return np.nan if "not met" in walked.status else evaluation.worth[walked.selected].sum()


def _stops_paying(table: pd.DataFrame) -> pd.Series:
    """Mark the first point from which no larger budget earns half of today's average."""
    known = table.dropna(subset="value")
    today = known[known["now"]] if known["now"].any() else known.head(1)
    wanted = PAYS * float((today["value"] / today["budget"].where(today["budget"] > 0)).iloc[0])
    marks = pd.Series(False, index=table.index)
    for place in known.index[:-1] if wanted > 0 else ():
        more = known.loc[place + 1 :, ["budget", "value"]] - known.loc[place, ["budget", "value"]]
        if not (more["value"] >= wanted * more["budget"]).any():
            marks[place] = True
            break
    return marks


def why_not(
    recommendation: Recommendation,
    *,
    projects: Iterable | None = None,
    time_limit: float = 60.0,
    progress: Told | None = None,
) -> pd.DataFrame:
    """Say of each proposal how near it is to changing sides, and what would bring it in.

    Measured against the best affordable list, whichever rule the board goes by. For one
    that the money left over would pay for, the people that would do are named instead of
    money (``extra_low`` is then 0: fewer might do).

    Parameters
    ----------
    recommendation : Recommendation
        What was recommended.
    projects : iterable, optional
        Answer only these, and use all the time for them.
    time_limit : float
        For all proposals; what is open then keeps wide intervals. [s]
    progress : callable, optional
        Called after each project; return True to stop with the rows so far.

    Returns
    -------
    DataFrame by project
        name and rank, then the columns of `selection.why_not`, nearest to the cut line
        first; ``where`` by limit in words and ``says`` in the words of the board.

    Raises
    ------
    InputError
        If a project asked for is not an assessed proposal.
    """
    settings = recommendation.settings
    problem = binding_problem(recommendation)
    names = recommendation.portfolio.projects["name"]
    asked = _asked(recommendation, projects)

    def told(done: int, total: int, row: dict) -> bool:
        return bool(progress and progress(done, total, f"{names[row['project']]}: {row['case']}"))

    table = selection.why_not(
        **problem, projects=asked, gap=settings.gap, time_limit=time_limit, progress=told
    )
    best = recommendation.choice if settings.rule == RULES[0] else recommendation.other
    table = people_instead(table, problem, best)
    forced = pd.concat([problem["forced_in"], problem["forced_out"]])
    table["says"] = [
        said(row, names=names, settings=settings, forced=forced.get(row.Index, ""))
        for row in table.itertuples()
    ]
    table["where"] = [
        {limit_words(label): more for label, more in row.where.items()}
        for row in table.itertuples()
    ]
    table.insert(0, "name", names.reindex(table.index))
    table.insert(1, "rank", recommendation.evaluation.rank.reindex(table.index))
    return table


def binding_problem(recommendation: Recommendation) -> dict:
    """State the choice without people that cannot bind."""
    return that_can_bind(recommendation.problem)


def _asked(recommendation: Recommendation, projects: Iterable | None) -> list:
    """Return the proposals to answer for, or refuse what is not one."""
    assessed = recommendation.evaluation.score.index
    asked = list(assessed) if projects is None else list(projects)
    unknown = [project for project in asked if project not in assessed]
    if unknown:
        raise InputError(*[_not_asked(recommendation, project) for project in unknown])
    return asked


def _not_asked(recommendation: Recommendation, project) -> str:
    """Say what something is that is no assessed proposal, and what to do."""
    evaluation, stands = recommendation.evaluation, recommendation.portfolio.projects["status"]
    stands = stands.get(project)
    if stands in ("running", "paused"):
        what = f"it is {stands}: ask `pmo rebalance` whether it should go on"
    elif project in evaluation.set_aside.index:
        what = f"it is set aside ({evaluation.set_aside.at[project, 'reason']}); supply that first"
    elif stands in ("stopped", "complete"):
        what = f"it is {stands}: nothing is left to choose"
    else:
        near = did_you_mean(
            project, {*evaluation.score.index, *recommendation.portfolio.projects.index}
        )
        what = near or "write the project as in the projects table"
    return f"projects: {show(project)} not among the {len(evaluation.score)} assessed proposals; {what}"
