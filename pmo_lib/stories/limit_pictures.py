"""Pictures of what limits a list: what each budget buys, and where money and people are full."""

from __future__ import annotations

import altair as alt
import pandas as pd

from pmo_lib import charts
from pmo_lib.statements import money_of
from pmo_lib.stories.limits import budget_at
from pmo_lib.wording import fund_words, worth_scale
from pmo_lib.workbench import Recommendation


def budgets_chart(made: Recommendation, frontier: pd.DataFrame) -> alt.Chart | None:
    """Draw what each budget buys; None where no two budgets can be met."""
    if frontier["value"].notna().sum() < 2:
        return None
    unit, factor = worth_scale(made.settings, money_of(made))
    worth = factor * frontier[["value", "bound", "walk"]].astype(float)
    return charts.value_against_budget(
        frontier.assign(**worth.to_dict("series")),
        value_title=f"worth [{unit}]",
        now=budget_at(frontier, "now"),
        stops_paying=budget_at(frontier, "stops_paying"),
        currency=made.settings.currency,
    )


def use_charts(made: Recommendation) -> list[alt.Chart]:
    """Draw how full roles and funds are, and people by month; nothing of what is not limited."""
    people, funds = (_grids(made, kind) for kind in ("people", "money"))
    drawn = []
    if people is not None:
        drawn.append(charts.use_map(*people, title="How full each role is", row_title="role"))
        drawn.append(charts.people_by_month(*people))
    if funds is not None:
        drawn.append(charts.use_map(*funds, title="How full each fund is", row_title="fund"))
    return drawn


def _grids(made: Recommendation, kind: str):
    """Return what is used and available, role x month or fund x year; None without limits."""
    table = made.limits[(made.limits["kind"] == kind) & made.limits["label"].map(type).eq(tuple)]
    if not (table["available"] > 0).any():
        return None
    place = {"people": 1, "money": 0}[kind]
    row = [label[0] if place else fund_words(label[1:]) for label in table["label"]]
    table = table.assign(row=row, period=[label[place] for label in table["label"]])
    return tuple(
        table.pivot_table(index="row", columns="period", values=column, aggfunc="sum")
        for column in ("used", "available")
    )
