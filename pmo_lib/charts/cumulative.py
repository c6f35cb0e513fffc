"""Cost and benefit added up from the first year on, and the year in which they meet."""

from __future__ import annotations

import altair as alt
import pandas as pd

from pmo_lib import checks, periods
from pmo_lib.charts import style
from pmo_lib.wording import money_for

COST, BENEFIT = "cost so far", "benefit so far"
LOOK = {COST: ("#12466b", [1, 0]), BENEFIT: ("#ba5138", [6, 3])}
"""Colour and dash of each line."""


def cumulative_flows(
    cost: pd.Series,
    benefit: pd.Series,
    *,
    currency: str = "£",
    title: str = "When benefits have made up for costs",
) -> alt.LayerChart:
    """Draw cost and benefit added up year by year, and mark the breakeven year.

    Parameters
    ----------
    cost, benefit : Series of shape (n_periods,)
        Amounts by the ISO start date of the year, both counted as positive. [currency]
    currency, title : str
        Sign of the currency, and what is seen.

    Returns
    -------
    alt.LayerChart

    Raises
    ------
    InputError
        If an amount is missing, or the periods differ or are not ISO dates.
    """
    checks.require_series(cost, name="cost")
    checks.require_series(benefit, name="benefit")
    checks.require_same_labels(benefit.index, cost.index, name="benefit", other="cost")
    flows = pd.DataFrame(
        {COST: checks.require_numbers(cost, name="cost"),
         BENEFIT: checks.require_numbers(benefit, name="benefit").reindex(cost.index)}
    ).sort_index().cumsum()  # fmt: skip
    money = money_for(currency, float(flows.abs().max(axis=None)))
    years = [periods.label(period) for period in flows.index]
    table = (flows / money.divisor).set_axis(years).rename_axis("year")
    long = table.reset_index().melt("year", var_name="what", value_name="amount")
    colours, dashes = zip(*LOOK.values(), strict=True)
    lines = alt.Chart(style.rows(long)).mark_line(
        strokeWidth=2.6, point={"size": 40, "filled": True, "opacity": 1}
    ).encode(
        x=_year(years),
        y=alt.Y("amount:Q", title=f"{money.unit}, added up", axis=alt.Axis(format="~r")),
        color=alt.Color("what:N", scale=alt.Scale(domain=list(LOOK), range=list(colours)),
                        legend=alt.Legend(title=None, symbolType="stroke", symbolStrokeWidth=3)),
        strokeDash=alt.StrokeDash("what:N", scale=alt.Scale(domain=list(LOOK), range=list(dashes)),
                                  legend=None),
        tooltip=["year:N", "what:N", alt.Tooltip("amount:Q", title=money.unit, format=",.2f")],
    )  # fmt: skip
    below = table.index[table[BENEFIT] < table[COST] - 1e-9]
    met = _met(years, below)
    layers = [lines] if met is None else [_rule(years, met), lines]
    chart = alt.layer(*layers).properties(width=style.WIDTH, height=300)
    return style.dress(chart, title=title, subtitle=_sentence(met, len(below)))


def _met(years: list[str], below: pd.Index) -> str | None:
    """Return the first year from which benefits stay level with costs, if costs ever lead."""
    after = years[years.index(below[-1]) + 1 :] if len(below) else []
    return after[0] if after else None


def _rule(years: list[str], met: str) -> alt.Chart:
    rule = alt.Chart(style.rows(pd.DataFrame({"year": [met]})))
    return rule.mark_rule(color=style.QUIET, strokeDash=[4, 4]).encode(x=_year(years))


def _year(years: list[str]) -> alt.X:
    axis = alt.Axis(labelAngle=0, values=years[:: -(-len(years) // 9)])
    return alt.X("year:N", title="year", sort=years, scale=alt.Scale(padding=0.4), axis=axis)


def _sentence(met: str | None, n_below: int) -> str:
    if met is not None:
        return f"Benefits have made up for costs from {met} on (dashed line), before discounting."
    if n_below:
        return "In these years benefits do not make up for costs, before discounting."
    return "Cost is never ahead of benefit."
