"""From decisions to the approved list: fix what was decided, and choose again among the rest."""

from __future__ import annotations

import dataclasses

import pandas as pd

from pmo_lib.approval.dossier import DECISIONS
from pmo_lib.approval.mark import inputs_mark
from pmo_lib.approval.names import without_names
from pmo_lib.approval.reading import Filled
from pmo_lib.checks import InputError, listing
from pmo_lib.tables import Portfolio
from pmo_lib.wording import long_date, one_line
from pmo_lib.workbench import Recommendation, Settings, recommend, with_override, without_override

APPROVED = DECISIONS[:2]
"""Decisions that fund a project; the others do not."""


def of_this_pack(filled: Filled, portfolio: Portfolio, settings: Settings) -> tuple:
    """Return the tables and settings that a workbook was made from.

    Raises
    ------
    InputError
        If it was made from others: another pack, or they have changed since.
    """
    pair = (portfolio, settings) if filled.names else without_names(portfolio, settings)
    if inputs_mark(*pair) == filled.inputs:
        return pair
    raise InputError(
        f"The workbook belongs to another pack ({filled.mark[:12]}), made from other tables or settings; "
        "name the sealed file of its own pack instead of the portfolio, or pack again"
    )


def fixed(
    portfolio: Portfolio, settings: Settings, decisions: pd.DataFrame, *, by: str
) -> Settings:
    """Return settings in which what was approved is in, and what was deferred or rejected is out.

    What the board has not decided stays free.

    Raises
    ------
    InputError
        If a project is none of the tables, or a mandatory one was not approved.
    """
    projects = portfolio.projects
    unknown = decisions.index.difference(projects.index.union(portfolio.set_aside.index))
    if len(unknown):
        raise InputError(
            f"decisions: {listing(unknown)} not in the tables; read them with their own"
        )
    refused = decisions.index[~decisions["decision"].isin(APPROVED)]
    held = [p for p in refused if p in projects.index and projects.at[p, "mandatory"]]
    if held:
        names = listing(projects.loc[held, "name"])
        raise InputError(
            f"decisions: {names} is mandatory and cannot be deferred or rejected; approve it, or remove "
            "the flag from the projects table"
        )
    for project, row in decisions.iterrows():
        settings = without_override(settings, project)
        if project in projects.index and not projects.at[project, "mandatory"]:
            side = "in" if row["decision"] in APPROVED else "out"
            settings = with_override(settings, project, side, reason=_reason(row), by=by)
    return settings


def approved_list(
    portfolio: Portfolio,
    settings: Settings,
    decisions: pd.DataFrame,
    *,
    by: str,
    explain: bool = True,
    progress=None,
) -> Recommendation:
    """Choose again with decisions fixed; with everything decided, the list is as decided.

    Parameters
    ----------
    portfolio, settings
        That the workbook was made from.
    decisions : DataFrame by project
        decision, condition, comment, date.
    by : str
        Who decided.
    explain, progress
        As in `workbench.recommend`.

    Returns
    -------
    Recommendation
        With status APPROVED once every assessed proposal is decided.

    Raises
    ------
    InputError
        As `fixed`, or if a project that cannot be assessed was approved.
    InfeasibleError
        If what was approved does not fit; it names what clashes and the cheapest way out.
    """
    settings = fixed(portfolio, settings, decisions, by=by)
    made = recommend(portfolio, settings, explain=explain, progress=progress)
    if made.evaluation.score.index.isin(decisions.index).all():
        settings = dataclasses.replace(settings, status="APPROVED")
        made = dataclasses.replace(made, settings=settings)
    return made


def _reason(row: pd.Series) -> str:
    """Word a decision as the reason of an override."""
    date = f" on {long_date(row['date'])}" if row["date"] else ""
    done = {
        "approve": "approved",
        DECISIONS[1]: "approved",
        "defer": "deferred",
        "reject": "rejected",
    }
    subject = f" subject to {one_line(row['condition'])}" if row["decision"] == DECISIONS[1] else ""
    return f"{done[row['decision']]}{date}{subject}"


def against(made: Recommendation, decisions: pd.DataFrame) -> pd.DataFrame:
    """List where decisions differ from what was recommended.

    Returns
    -------
    DataFrame by project
        name, rank, recommended (bool), decision, condition and comment.
    """
    table = made.ranked_list.reindex(decisions.index)[["name", "rank", "funded"]]
    table = table.rename(columns={"funded": "recommended"}).join(
        decisions[["decision", "condition", "comment"]]
    )
    table["recommended"] = table["recommended"].astype(bool)
    differs = table["decision"].isin(APPROVED) != table["recommended"]
    return table[differs | (table["decision"] == DECISIONS[1])].sort_values("rank")


def note(record, decisions: pd.DataFrame, *, by: str, review: str = "") -> int:
    """Write decisions into a record, those that do not stand there yet.

    A record without members is given its chair: who decides.

    Returns
    -------
    int
        How many were written.

    Raises
    ------
    InputError
        If who decides may not, by the rules of the record.
    """
    from pmo_lib import record as records

    if len(records.members(record)) == 0:
        records.add_member(record, by, role="chair", by=by)
    known, written = records.decisions(record), 0
    for project, row in decisions.iterrows():
        reason = (
            "; ".join(one_line(row[n]) for n in ("condition", "comment") if row[n]) or "as decided"
        )
        same = project in known.index and (
            known.loc[project, ["decision", "review", "reason"]].tolist()
            == [row["decision"], review, reason]
        )
        if not same:
            records.decide(record, project, row["decision"], by=by, reason=reason, review=review)
            written += 1
    return written
