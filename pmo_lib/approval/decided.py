"""From decisions to the approved list: fix what was decided, and choose again among the rest."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from itertools import chain

import pandas as pd

from pmo_lib.approval.changes import as_changes, carried_out, sentence_of
from pmo_lib.approval.clash import APPROVED, DONE, clashes, does_not_fit, too_much
from pmo_lib.approval.dossier import DECISIONS
from pmo_lib.approval.mark import inputs_mark
from pmo_lib.approval.names import without_names
from pmo_lib.approval.reading import Filled
from pmo_lib.checks import InputError, listing
from pmo_lib.selection import InfeasibleError
from pmo_lib.tables import Portfolio
from pmo_lib.wording import long_date, one_line
from pmo_lib.workbench import (
    Recommendation,
    Settings,
    recommend,
    with_override,
    without_override,
)


def of_this_pack(
    filled: Filled,
    portfolio: Portfolio,
    settings: Settings,
    *,
    people: Mapping[str, str] | None = None,
) -> tuple:
    """Return the tables and settings that a workbook was made from.

    Parameters
    ----------
    people : mapping of name to words, optional
        As `without_names` takes them; some may have joined since the pack was made.

    Raises
    ------
    InputError
        If it was made from others: another pack, or they have changed since.
    """
    as_named = portfolio, settings  # also of a sealed pack that holds no names already
    left_out = () if filled.names else (people, None)
    for pair in chain((without_names(*as_named, people=known) for known in left_out), [as_named]):
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

    Parameters
    ----------
    decisions : DataFrame by project
        On proposals: decision, condition, date.
    """
    projects = portfolio.projects
    for project, row in decisions.iterrows():
        settings = without_override(settings, project)
        if project not in projects.index or projects.at[project, "status"] != "proposed":
            continue
        if not projects.at[project, "mandatory"]:
            side = "in" if row["decision"] in APPROVED else "out"
            settings = with_override(settings, project, side, reason=_reason(row), by=by)
    return settings


def _without_ended(
    portfolio: Portfolio, settings: Settings, ended: pd.Index, *, by: str
) -> Settings:
    """Exclude proposals that need running work which is stopped."""
    links, stands = portfolio.links, portfolio.projects["status"]
    needs = links[links["relation"].isin(["requires", "after"]) & links["other"].isin(ended)]
    pairs = list(zip(needs["project"], needs["other"], strict=True))
    both = links[links["relation"] == "together"]
    for one, other in zip(both["project"], both["other"], strict=True):
        pairs += [(a, b) for a, b in ((one, other), (other, one)) if b in ended]
    for project, other in pairs:
        if stands[project] == "proposed":
            reason = f"it needs {one_line(portfolio.projects.at[other, 'name'])}, which is stopped"
            settings = with_override(settings, project, "out", reason=reason, by=by)
    return settings


def approved_list(
    before: Recommendation,
    decisions: pd.DataFrame,
    *,
    by: str,
    changes: pd.DataFrame | None = None,
    explain: bool = True,
    progress=None,
) -> Recommendation:
    """Choose again with decisions fixed; with everything decided, the list is as decided.

    A change of running work that was approved is carried out in its tables; where it was
    deferred, rejected or not decided, the work goes on as it is.

    Parameters
    ----------
    before : Recommendation
        The list of the tables and settings that the workbook was made from.
    decisions : DataFrame by project
        decision, condition, comment, date.
    by : str
        Who decided.
    changes : DataFrame by project, optional
        What was asked of running work, as `Dossier.changes`.
    explain, progress
        As in `workbench.recommend`.

    Returns
    -------
    Recommendation
        With status APPROVED once every assessed proposal, and every change, is decided.

    Raises
    ------
    InputError
        If decisions are on what is not in the tables, or cannot all be carried out: a duty or a
        link rules them out, or what was approved does not fit; it names which to change, of
        both at once.
    """
    portfolio, settings = before.portfolio, before.settings
    known = portfolio.projects.index.union(portfolio.set_aside.index)
    if len(unknown := decisions.index.difference(known)):
        raise InputError(
            f"decisions: {listing(unknown)} not in the tables; read them with their own"
        )
    asked = as_changes(changes)
    own = decisions.drop(asked.index, errors="ignore")
    on_changes = decisions.drop(own.index)
    approved = on_changes.index[on_changes["decision"].isin(APPROVED)]
    actions = asked["action"].reindex(approved)
    aside, assessed = before.evaluation.set_aside["reason"], before.evaluation.score.index
    problems = clashes(portfolio, own, actions, aside)
    after = carried_out(portfolio, settings, actions)
    settings = _without_ended(portfolio, settings, actions.index[actions == "stop"], by=by)
    if problems:
        rest = own.drop(aside.index, errors="ignore")
        raise InputError(*problems, *too_much(after, fixed(after, settings, rest, by=by), rest))
    settings = fixed(after, settings, own, by=by)
    if assessed.union(asked.index).isin(decisions.index).all():
        settings = dataclasses.replace(settings, status="APPROVED")
    try:
        return recommend(after, settings, explain=explain, progress=progress)
    except InfeasibleError as error:
        raise does_not_fit(after, settings, own, error) from None


def _reason(row: pd.Series) -> str:
    """Word a decision as the reason of an override."""
    date = f" on {long_date(row['date'])}" if row["date"] else ""
    subject = f" subject to {one_line(row['condition'])}" if row["decision"] == DECISIONS[1] else ""
    return f"{DONE[row['decision']]}{date}{subject}"


def against(
    made: Recommendation, decisions: pd.DataFrame, changes: pd.DataFrame | None = None
) -> pd.DataFrame:
    """List where decisions differ from what was recommended.

    Returns
    -------
    DataFrame by project
        name, rank, recommended (bool), decision, condition and comment; the name of a
        change opens with its action.
    """
    asked = as_changes(changes)
    asked = asked[asked.index.isin(decisions.index)]
    table = made.ranked_list.reindex(decisions.index)[["name", "rank", "funded"]]
    table.loc[asked.index, "name"] = sentence_of(asked)
    table["funded"] = table["funded"].eq(True) | table.index.isin(asked.index)
    table = table.rename(columns={"funded": "recommended"}).join(
        decisions[["decision", "condition", "comment"]]
    )
    differs = table["decision"].isin(APPROVED) != table["recommended"]
    return table[differs | (table["decision"] == DECISIONS[1])].sort_values("rank")


def note(
    record,
    decisions: pd.DataFrame,
    *,
    by: str,
    review: str = "",
    changes: pd.DataFrame | None = None,
) -> int:
    """Write decisions into a record, those that do not stand there yet.

    A record without members is given its chair: who decides. A decision on a change of
    running work says which: ``"approve: stop"``.

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
    known, written, actions = records.decisions(record), 0, as_changes(changes)["action"]
    for project, row in decisions.iterrows():
        word = f"{row['decision']}: {actions[project]}" if project in actions else row["decision"]
        reason = (
            "; ".join(one_line(row[n]) for n in ("condition", "comment") if row[n]) or "as decided"
        )
        same = project in known.index and (
            known.loc[project, ["decision", "review", "reason"]].tolist() == [word, review, reason]
        )
        if not same:
            records.decide(record, project, word, by=by, reason=reason, review=review)
            written += 1
    return written
