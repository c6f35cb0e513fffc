"""Bring a status file into a portfolio, or say row by row what contradicts in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd

from pmo_lib import periods
from pmo_lib.checks import InputError, listing, show
from pmo_lib.rebalance.actions import AMOUNTS
from pmo_lib.tables import Portfolio, TableError, portfolio_of, read_mapped_tables

OF_PROJECTS = ("status", *AMOUNTS)
"""Columns of a status file that belong to the projects table."""


def update_status(portfolio: Portfolio, status: pd.DataFrame) -> tuple[Portfolio, pd.DataFrame]:
    """Return the portfolio as a new review found it, and every cell that changed.

    Rows join the status table; one of a review and project that is there already replaces
    it. The columns of `OF_PROJECTS`, where given, update the projects table. Nothing else is touched: cash flows are not guessed from totals.

    Parameters
    ----------
    portfolio : Portfolio
    status : DataFrame
        Columns of the status table, and any of `OF_PROJECTS`.

    Returns
    -------
    tuple of Portfolio and DataFrame
        The frame has one row a change: project, name, column, ``before`` (as the review
        before had it) and ``after``.

    Raises
    ------
    InputError
        One sentence for each row at fault: whatever tables refuse; complete with cost to
        come; running without a budget; more spent than forecast; benefits before the
        start; and each project that runs or is paused and is not in the file.
    """
    given = status.reset_index(drop=True)
    own = [column for column in OF_PROJECTS if column in given]
    new = portfolio.projects.copy()
    problems = list(status.attrs.get("problems", ()))
    if own and "project" in given:
        known = given[given["project"].isin(new.index) & ~given["project"].duplicated()]
        for column in own:
            stated = known.set_index("project")[column].dropna()
            new[column] = new[column].astype(object)
            new.loc[stated.index, column] = stated
    facts = new.reset_index()[["project", "name", *OF_PROJECTS]]
    try:
        read = portfolio_of({"projects": facts, "status": given.drop(columns=own)}, source="status")
    except TableError as error:
        runs = new.index[new["status"].isin(["running", "paused"])]
        known = f"known are {listing(new.index)}"
        better = f"known running work is {listing(runs, most=12)}" if len(runs) else known
        problems += [words.replace(known, better) for words in error.problems]
    if "project" not in given:
        raise InputError(*problems)
    words = [f"status row {row + 2}" for row in given.index]
    problems += _contradictions(portfolio, given, new, words)
    problems += _vanished(portfolio, given["project"])
    if problems:
        raise InputError(*problems)
    projects = portfolio.projects.assign(**read.projects[list(OF_PROJECTS)])
    keys = ["review", "project"]
    old = portfolio.status
    kept = old[
        ~pd.MultiIndex.from_frame(old[keys]).isin(pd.MultiIndex.from_frame(read.status[keys]))
    ]
    merged = pd.concat([kept, read.status], ignore_index=True)
    changes = pd.concat([
        _changed(portfolio.projects[list(OF_PROJECTS)], projects[list(OF_PROJECTS)]),
        _changed(latest(old), latest(read.status)).query("column != 'review'"),
    ], ignore_index=True)  # fmt: skip
    changes.insert(1, "name", changes["project"].map(projects["name"]))
    return replace(portfolio, projects=projects, status=merged), changes


def mapped_status(path: str | Path, column_map: str | Path) -> pd.DataFrame:
    """Read a foreign status file through a column map, for `update_status`.

    Parameters
    ----------
    path : path
        A CSV file or a workbook.
    column_map : str or path
        With ``[status.columns]``, and in ``[projects.columns]`` any of `OF_PROJECTS`.

    Returns
    -------
    DataFrame
        If cells are at fault, ``attrs["problems"]`` says so; `update_status` raises these
        with its own.

    Raises
    ------
    InputError
        As `tables.read_mapped_tables`.
    """
    found, problems = read_mapped_tables(path, column_map, ["status", "projects"])
    own = [column for column in OF_PROJECTS if column in found["projects"]]
    facts = found["projects"].drop_duplicates("project")[["project", *own]]
    report = found["status"].merge(facts, on="project", how="left")
    report.attrs = {"problems": problems} if problems else {}
    return report


def latest(status: pd.DataFrame) -> pd.DataFrame:
    """Return the latest row of each project, by project."""
    return status.sort_values("review", kind="stable").groupby("project").last(skipna=False)


def contradictions(portfolio: Portfolio) -> list[str]:
    """Say what cannot be true in the last review of the status table, row by row.

    Returns
    -------
    list of str
        As the errors of `update_status`; a running project that the review before names
        and the last one does not has vanished.
    """
    status = portfolio.status
    last = status[status["review"] == status["review"].max()].reset_index(drop=True)
    words = [f"status, review {review}" for review in last["review"]]
    earlier = status.loc[status["review"] < status["review"].max(), "project"]
    known = pd.concat([last["project"], portfolio.projects.index.difference(earlier).to_series()])
    return [
        *_contradictions(portfolio, last, portfolio.projects, words),
        *(_vanished(portfolio, known) if len(last) else ()),
    ]


def _changed(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """List cells of `after` that differ, one row each."""
    before = before.reindex(after.index).astype(object)
    after = after.astype(object)
    differs = (before != after) & ~(before.isna() & after.isna())
    rows = [
        (after.index[i], after.columns[j], before.iloc[i, j], after.iloc[i, j])
        for i, j in zip(*differs.to_numpy().nonzero(), strict=True)
    ]
    return pd.DataFrame(rows, columns=["project", "column", "before", "after"])


def _contradictions(
    portfolio: Portfolio, given: pd.DataFrame, projects: pd.DataFrame, words: list[str]
) -> Iterator[str]:
    """Yield a sentence for each row that cannot be true; words say where each row stands."""
    flows, numbers = (
        portfolio.cash_flows,
        given.reindex(columns=["forecast_cost", "spent", "progress"]),
    )
    stated, numbers = numbers["forecast_cost"], numbers.apply(pd.to_numeric, errors="coerce")
    for row, project in given["project"].items():
        if project not in projects.index:
            continue
        where, stands = f"{words[row]}: {show(project)}", projects.at[project, "status"]
        cost, spent, progress = numbers.loc[row]
        own = flows[flows["project"] == project]
        start, finish = (given.at[row, c] if c in given else None for c in ("start", "finish"))
        to_come = (
            own[(own["cost"] > 0) & (own["period"] > finish)]
            if isinstance(finish, str)
            else own[:0]
        )
        if stands == "complete":
            if cost > spent or len(to_come):
                yield f"{where} is complete and has cost to come; correct its status, forecast_cost or cash flows"
            if progress < 1:
                yield f"{where} is complete with progress {progress:g}; correct one of the two"
        unread = pd.isna(cost) and (pd.notna(stated[row]) or "problems" in given.attrs)
        if stands == "running" and not unread and not (cost > 0 and (own["cost"] > 0).any()):
            yield f"{where} is running without a budget; state forecast_cost here and cost in cash_flows"
        if spent > cost:
            yield f"{where} has spent {show(spent)}, more than its forecast_cost {show(cost)}; correct one of the two"
        if isinstance(start, str) and len(
            early := own[(own["benefit"] > 0) & (own["period"] <= _year_before(start))]
        ):
            yield f"{where} has benefits in {listing(early['period'])}, before its start {start}; correct one of the two"


def _vanished(portfolio: Portfolio, reported: pd.Series) -> Iterator[str]:
    """Yield a sentence for each project that runs or is paused and is not reported."""
    stands = portfolio.projects["status"]
    for project in stands.index[stands.isin(["running", "paused"]) & ~stands.index.isin(reported)]:
        yield f"status: {show(project)} is {stands[project]} and not in the file; add its row, or say that it is complete"


def _year_before(day: str) -> str:
    """Return the latest start of a year that is over on a day; no day where it is not a date."""
    try:
        return periods.shift(day, -12)
    except InputError:
        return ""
