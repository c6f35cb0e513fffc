"""Means that can be had: money moved between budgets, people hired at a price."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from pmo_lib import periods
from pmo_lib.checks import InputError
from pmo_lib.selection import Choice, Hiring, InfeasibleError, choose
from pmo_lib.tables import Portfolio
from pmo_lib.wording import (
    limit_words,
    listed,
    money_alike,
    money_words,
    sentence,
    worth_between,
)
from pmo_lib.workbench.settings import Settings

SECONDS = 2.0
"""How long to choose again without a transfer or a hire. [s]"""


def transfers(portfolio: Portfolio, left) -> pd.DataFrame | None:
    """Return what may be moved between budgets, from and to by label."""
    table = portfolio.transfers
    if len(table) == 0 or not isinstance(left, pd.Series):
        return None
    ends = {}
    for side in ("from", "to"):
        parts = [f"{side}_period", f"{side}_fund", f"{side}_unit"][: left.index.nlevels]
        ends[side] = list(table[parts].fillna("").itertuples(index=False, name=None))
    moves = pd.DataFrame({**ends, "at_most": table["at_most"], "authority": table["authority"]})
    ahead = moves["from"].isin(left.index) & moves["to"].isin(left.index)
    return moves[ahead].reset_index(drop=True)


def hiring(portfolio: Portfolio, left, capacity) -> Hiring | None:
    """Return who may be hired: what each costs by budget, and the months they are there."""
    table = portfolio.hiring
    if len(table) == 0 or capacity is None or not isinstance(left, pd.Series):
        return None
    start = left.index[0][0][5:]
    names = [offer_words(offer) for offer in table.to_dict("records")]
    cost = pd.DataFrame(0.0, names, left.index)
    adds = pd.DataFrame(0.0, names, capacity.index)
    for name, offer in zip(
        names, table.fillna({"business_unit": ""}).to_dict("records"), strict=True
    ):
        for month in periods.month_range(offer["from_period"], offer["to_period"]):
            parts = (periods.fiscal_year(month, start), offer["fund"], offer["business_unit"])
            if (label := parts[: left.index.nlevels]) in left.index:
                cost.at[name, label] += offer["price"]
                adds.at[name, (offer["role"], month)] = 1.0
    ahead = adds.any(axis=1)
    at_most = pd.Series(table["at_most"].to_numpy(dtype=float), names)
    return Hiring(at_most[ahead], cost[ahead], adds[ahead])


def offer_words(offer: dict) -> str:
    """Word an offer to hire: role, months, and who pays."""
    first, last = (periods.month_label(offer[f"{end}_period"]) for end in ("from", "to"))
    months = first if first == last else f"{first} to {last}"
    unit = "" if pd.isna(offer["business_unit"]) else f", {offer['business_unit']}"
    return f"{offer['role']}, {months}, paid by {offer['fund']}{unit}"


def used(problem: dict, choice: Choice, portfolio: Portfolio, settings: Settings) -> pd.DataFrame:
    """List the transfers and offers to hire that may be used, and what the list takes of each.

    Returns
    -------
    DataFrame
        ``kind`` (transfer or hire), ``what`` in words, ``at_most`` and ``used`` [currency,
        FTE], ``price`` of what is hired [currency] and ``authority`` (who allows it).
    """
    moved = choice.transfers
    rows = [
        {
            "kind": "transfer", "what": f"{limit_words(row[1])} to {limit_words(row.to)}",
            "at_most": row.at_most, "used": row.moved, "price": 0.0, "authority": row.authority,
        }
        for row in (moved if "authority" in moved else moved.assign(authority="")).itertuples()
    ]  # fmt: skip
    offers = {offer_words(offer): offer for offer in portfolio.hiring.to_dict("records")}
    for name, number in choice.hired.items():
        rows.append({
            "kind": "hire", "what": name, "at_most": problem["hiring"].at_most[name],
            "used": number, "price": number * problem["hiring"].cost.loc[name].sum(),
            "authority": offers[name]["authority"],
        })  # fmt: skip
    columns = ["kind", "what", "at_most", "used", "price", "authority"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(authority=table["authority"].fillna(""))


def changed(problem: dict, choice: Choice, table: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Say what each transfer and each hire changes, by choosing again without it.

    Parameters
    ----------
    problem, choice
        The choice as it was stated, and the list.
    table : DataFrame
        What `used` listed.
    settings : Settings
        Tells how good is good enough.

    Returns
    -------
    DataFrame
        One row a means that the list uses, and one for all where there are several:
        ``what``, ``low`` and ``high`` (worth lost without it, from proven bounds; infinite
        where no list is left, missing where none was found in time), ``enters`` and
        ``leaves`` (projects, without it).
    """
    taken = table.index[table["used"] > 0]
    asked = {place: [place] for place in taken} | ({"all": list(taken)} if len(taken) > 1 else {})
    rows = [
        _lost(_without(problem, choice, table, out), choice, settings) for out in asked.values()
    ]
    columns = ["low", "high", "enters", "leaves"]
    found = pd.DataFrame(rows, index=pd.Index(asked, dtype=object), columns=columns)
    found.insert(0, "what", [table["what"].get(name, "all of them") for name in found.index])
    return found


def _without(problem: dict, choice: Choice, table: pd.DataFrame, out: list) -> dict:
    """State the choice without some transfers and hires."""
    kept = table["at_most"].where(~table.index.isin(out), 0.0)
    moves = choice.transfers.drop(columns="moved")
    asked = {"transfers": moves.assign(at_most=kept[: len(moves)])}
    if problem["hiring"] is not None:
        at_most = pd.Series(kept[len(moves) :].to_numpy(), choice.hired.index)
        asked["hiring"] = replace(problem["hiring"], at_most=at_most)
    return {**problem, **asked}


def _lost(problem: dict, choice: Choice, settings: Settings) -> tuple:
    """Return what another choice loses, at least and at most, and who moves."""
    try:
        again = choose(**problem, gap=settings.gap, time_limit=SECONDS)
    except InfeasibleError:
        return np.inf, np.inf, (), ()
    except InputError:
        return np.nan, np.nan, (), ()
    low = max(choice.value - again.bound, 0.0)
    moved = again.selected != choice.selected
    enters, leaves = (tuple(moved.index[moved & one.selected]) for one in (again, choice))
    return low, max(choice.bound - again.value, low), enters, leaves


def means_words(
    problem: dict, choice: Choice, portfolio: Portfolio, settings: Settings, *, priced: bool
):
    """Yield what moves between budgets and who is hired, who allows it, and what it changes."""
    table, names = used(problem, choice, portfolio, settings), portfolio.projects["name"]
    lost = changed(problem, choice, table, settings) if priced else pd.DataFrame()
    taken = table[table["used"] > 0]
    moves = taken.loc[taken["kind"] != "hire", "used"]
    moved = dict(zip(moves.index, money_alike(moves, settings.currency), strict=True))
    for row in taken.itertuples():
        if row.kind == "hire":
            price = money_words(row.price, settings.currency)
            words = f"{row.used:,.2f} FTE hired ({row.what}) for {price}, paid within the budgets"
        else:
            words = f"{moved[row.Index]} moves from {row.what}"
        words += f", as {row.authority} allows" if row.authority else ""
        known = without_words(lost.loc[row.Index], names, settings) if priced else ""
        yield sentence(f"{words}; {known}" if known else words)
    if "all" in lost.index and (known := without_words(lost.loc["all"], names, settings)):
        yield sentence(known)


def without_words(row: pd.Series, names: pd.Series, settings: Settings) -> str:
    """Word what a list without some means is worth less, and who moves: a row of `changed`."""
    if pd.isna(row["low"]):
        return ""
    it = "any of these" if row.name == "all" else "it"
    if row["low"] == np.inf:
        return f"without {it} no list keeps within the limits"
    if row["high"] == 0:
        return f"without {it} another list is worth as much"
    words = (
        f"without {it} the list is worth {worth_between(row['low'], row['high'], settings)} less"
    )
    for moved, word in (("leaves", "loses"), ("enters", "gains")):
        words += f" and {word} {listed(names[list(row[moved])], most=3)}" if row[moved] else ""
    return words
