"""A record and the tables of a portfolio: what the one gives to the other."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import numpy as np
import pandas as pd

from pmo_lib.checks import InputError
from pmo_lib.folder import RECORD, settings_path
from pmo_lib.record.meeting import (
    add_member,
    ballots,
    close_round,
    decisions,
    open_round,
    reveal_round,
    rounds,
    vote,
)
from pmo_lib.record.store import Record
from pmo_lib.tables import Portfolio
from pmo_lib.tables.texts import clean_label
from pmo_lib.wording import listed, one_line


def beside(path: str | os.PathLike) -> Path:
    """Return where the record of a portfolio lives, whether or not it is there yet."""
    return settings_path(path).with_name(RECORD)


def round_labels(
    portfolio: Portfolio, *, about: str = "criteria", currency: str = "£"
) -> dict[str, str]:
    """Return what a round weighs, each label with the words that say its swing.

    Parameters
    ----------
    portfolio : Portfolio
        Its criteria, with the swing that a weight prices, or its objectives.
    about : {"criteria", "objectives"}
        Which.
    currency : str
        The sign of money.

    Returns
    -------
    dict of str by label
        For `open_round`.
    """
    from pmo_lib.statements import swing

    table = getattr(portfolio, about)
    if about == "objectives":
        return {label: one_line(text) for label, text in table["description"].items()}
    return {label: swing(row, currency=currency) for label, row in table.iterrows()}


def supply(portfolio: Portfolio, record: Record) -> Portfolio:
    """Give a portfolio the ballots of revealed rounds, and the decisions of reviews, of a record.

    A round, or a decision of a review on a project, that stands in the tables too is taken
    from the record. Rounds of the record follow those of the tables, so that the last one
    revealed is the one that counts.

    Parameters
    ----------
    portfolio : Portfolio
        As read.
    record : Record
        From `open_record`.

    Returns
    -------
    Portfolio
        With other tables `ballots` and `approvals`, and a note that says so.
    """
    found = rounds(record)
    shown = list(found.index[found["state"] == "revealed"])
    table, approved = portfolio.ballots, portfolio.approvals
    cast = [ballots(record, name)[table.columns] for name in shown]
    cast = [table[~table["round"].isin(shown)], *cast]
    decided = decisions(record).reset_index().reindex(columns=approved.columns)
    decided = decided[decided["review"].notna() & decided["review"].ne("")]
    keys = ["review", "project"]
    old = pd.MultiIndex.from_frame(approved[keys]).isin(pd.MultiIndex.from_frame(decided[keys]))
    note = f"ballots of round {listed(shown)} are those of the record" if shown else ""
    return dataclasses.replace(
        portfolio,
        ballots=pd.concat(cast, ignore_index=True).astype(table.dtypes),
        approvals=pd.concat([approved[~old], decided.astype(approved.dtypes)], ignore_index=True),
        notes=(*portfolio.notes, *filter(None, [note])),
    )


def voters(portfolio: Portfolio) -> list[str]:
    """Return who has a ballot in the tables, in the order in which they stand there."""
    return list(dict.fromkeys(map(clean_label, portfolio.ballots["member"])))


def rehearse(record: Record, portfolio: Portfolio, *, currency: str = "£") -> None:
    """Fill a new record with the ballots on criteria of a portfolio's tables, to try things on.

    Who is named first takes the chair. Each round is opened, voted in, closed and revealed.

    Parameters
    ----------
    record : Record
        From `open_record`; empty.
    portfolio : Portfolio
        As read.
    currency : str
        The sign of money.

    Raises
    ------
    InputError
        If there are no ballots, or one makes no weights.
    """
    cast, reason = portfolio.ballots, "taken from the table ballots, to try things on"
    cast = cast[cast["about"] == "criteria"]
    people = list(dict.fromkeys(map(clean_label, cast["member"])))
    if not people:
        raise InputError("ballots: the tables hold none; there is nobody to rehearse with")
    words = round_labels(portfolio, currency=currency)
    for place, member in enumerate(people):
        role = "member" if place else "chair"
        add_member(record, member, role=role, by=people[0], reason=reason)
    for name, given in cast.groupby("round", sort=False):
        open_round(record, name, by=people[0], labels=words, reason=reason)
        for (member, kind), rows in given.groupby(["member", "kind"], sort=False):
            vote(record, name, _answers(rows, list(words)), member=member, kind=kind, reason=reason)
        close_round(record, name, by=people[0], reason=reason)
        reveal_round(record, name, by=people[0], reason=reason)


def _answers(rows: pd.DataFrame, labels: list[str]) -> pd.Series | pd.DataFrame:
    """Lay out the rows of a ballot as `vote` takes them."""
    if rows["kind"].iloc[0] != "pairwise":
        return rows.set_index("first")["answer"]
    square = pd.DataFrame(np.nan, labels, labels)
    for row in rows.itertuples():
        square.at[row.first, row.second] = row.answer
    return square
