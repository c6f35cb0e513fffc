"""Pictures of what limits a list: what each budget buys, and where money and people are full."""

from __future__ import annotations

import altair as alt
import pandas as pd

from pmo_lib import charts
from pmo_lib.stories.limits import budget_at
from pmo_lib.stories.plain import worth_shown, worth_unit
from pmo_lib.workbench import Recommendation


def budgets_chart(recommendation: Recommendation, frontier: pd.DataFrame) -> alt.Chart | None:
    """Draw what each budget buys; None where no two budgets can be met."""
    if frontier["value"].notna().sum() < 2:
        return None
    worth = {
        column: worth_shown(recommendation, frontier[column])
        for column in ("value", "bound", "walk")
    }
    return charts.value_against_budget(
        frontier.assign(**worth),
        value_title=f"worth [{worth_unit(recommendation)}]",
        now=budget_at(frontier, "now"),
        stops_paying=budget_at(frontier, "stops_paying"),
        currency=recommendation.settings.currency,
    )


def use_charts(recommendation: Recommendation) -> list[alt.Chart]:
    """Draw how full roles and funds are, and people by month; nothing of what is not limited."""
    people, funds = (_grids(recommendation, kind) for kind in ("people", "money"))
    drawn = []
    if people is not None:
        drawn.append(charts.use_map(*people, title="How full each role is", row_title="role"))
        drawn.append(charts.people_by_month(*people))
    if funds is not None:
        drawn.append(charts.use_map(*funds, title="How full each fund is", row_title="fund"))
    return drawn


def _grids(recommendation: Recommendation, kind: str):
    """Return what is used and available, role x month or fund x year; None without limits."""
    limits = recommendation.limits
    table = limits[(limits["kind"] == kind) & limits["label"].map(type).eq(tuple)]
    if not (table["available"] > 0).any():
        return None
    first = 0 if kind == "people" else 1
    row = [
        label[0] if first == 0 else ", ".join(filter(None, label[1:])) for label in table["label"]
    ]
    table = table.assign(row=row, period=[label[1 - first] for label in table["label"]])
    return tuple(
        table.pivot_table(index="row", columns="period", values=column, aggfunc="sum")
        for column in ("used", "available")
    )
