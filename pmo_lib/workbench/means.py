"""Means that can be had: money moved between budgets, people hired at a price."""

from __future__ import annotations

import pandas as pd

from pmo_lib import periods
from pmo_lib.selection import Choice, Hiring
from pmo_lib.tables import Portfolio
from pmo_lib.wording import limit_words, money_words
from pmo_lib.workbench.settings import Settings


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


def moves(choice: Choice, settings: Settings):
    """Yield each transfer between budgets that the list needs, and who allows it."""
    for row in choice.transfers.itertuples():
        if row.moved > 0:
            allows = f", as {row.authority} allows" if pd.notna(row.authority) else ""
            yield (
                f"{money_words(row.moved, settings.currency)} moves from {limit_words(row[1])} to "
                f"{limit_words(row.to)}{allows}."
            )


def hires(problem: dict, choice: Choice, portfolio: Portfolio, settings: Settings):
    """Yield each offer to hire that the list takes up, with its price and who allows it."""
    taken = choice.hired[choice.hired > 0]
    if len(taken) == 0:
        return
    offers = {offer_words(offer): offer for offer in portfolio.hiring.to_dict("records")}
    paid = problem["hiring"].cost.sum(axis=1)
    for name, number in taken.items():
        authority = offers[name]["authority"]
        allows = f", as {authority} allows" if pd.notna(authority) else ""
        price = money_words(number * paid[name], settings.currency)
        yield f"{number:,.2f} FTE hired ({name}) for {price}, paid within the budgets{allows}."
