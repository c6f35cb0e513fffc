"""Cost and benefit by year, and when the benefits have made up for the costs."""

from __future__ import annotations

import altair as alt
import pandas as pd

from pmo_lib import checks, periods
from pmo_lib.charts import style
from pmo_lib.wording import Money, money_for, one_line

COST, BENEFIT, NET = "cost", "benefit", "running total of benefit less cost"
FILL = {COST: "#1d4e79", BENEFIT: "#f0c66b"}


def flows_by_year(
    cost: pd.Series,
    benefit: pd.Series,
    *,
    currency: str = "£",
    price_base: str = "",
    title: str = "Cost and benefit by year",
) -> alt.Chart:
    """Draw benefit above the line, cost below it, and the running total of the two.

    Parameters
    ----------
    cost, benefit : Series of shape (n_periods,)
        Amounts by the ISO start date of the year, cost counted as positive, with the
        same periods in any order. [currency]
    currency : str
        Sign of the currency.
    price_base : str
        In whose prices, for example ``"2027-28 prices, not discounted"``.
    title : str
        What is seen.

    Returns
    -------
    alt.Chart
        Layered, with its own title and units.

    Raises
    ------
    InputError
        If an amount is missing, or the periods differ or are not ISO dates.
    """
    table = _table(cost, benefit)
    largest = float(table[["cost", "benefit", "net"]].abs().max(axis=None))
    money = money_for(currency, largest)
    table[["cost", "benefit", "net"]] /= money.divisor
    chart = alt.layer(*_bars(table, money), *_line(table, money)).properties(
        width=style.WIDTH, height=330
    )
    return style.dress(chart, title=title, subtitle=_sentence(table, money, price_base))


def _table(cost: pd.Series, benefit: pd.Series) -> pd.DataFrame:
    """Return one row a year, in order, with the running total."""
    checks.require_series(cost, name="cost")
    checks.require_series(benefit, name="benefit")
    checks.require_same_labels(benefit.index, cost.index, name="benefit", other="cost")
    frame = pd.DataFrame(
        {
            "cost": checks.require_numbers(cost, name="cost"),
            "benefit": checks.require_numbers(benefit, name="benefit").reindex(cost.index),
        }
    )
    for period in frame.index:
        periods.parse(period)
    frame = frame.sort_index()
    frame["net"] = (frame["benefit"] - frame["cost"]).cumsum()
    frame["year"] = [periods.label(period) for period in frame.index]
    return frame.reset_index(drop=True)


def _bars(table: pd.DataFrame, money: Money) -> list[alt.Chart]:
    """Draw the bars, cost downwards, and the line between."""
    long = table.melt(["year"], [BENEFIT, COST], var_name="what", value_name="amount")
    long["drawn"] = long["amount"].where(long["what"] == BENEFIT, -long["amount"])
    base = alt.Chart(style.rows(long))
    bars = base.mark_bar(stroke=style.INK, strokeWidth=0.8).encode(
        x=_year(table),
        y=alt.Y("drawn:Q", title=f"{money.unit} a year, and in total", axis=alt.Axis(format="~r")),
        color=alt.Color(
            "what:N",
            scale=alt.Scale(domain=[BENEFIT, COST], range=[FILL[BENEFIT], FILL[COST]]),
            legend=alt.Legend(title=None, symbolStrokeColor=style.INK, symbolStrokeWidth=0.8),
        ),
        tooltip=[
            alt.Tooltip("year:N"),
            alt.Tooltip("what:N", title="flow"),
            alt.Tooltip("amount:Q", title=f"amount [{money.unit}]", format=",.2f"),
        ],
    )
    zero = alt.Chart(style.rows(pd.DataFrame({"zero": [0.0]})))
    return [bars, zero.mark_rule(color=style.INK).encode(y="zero:Q")]


def _line(table: pd.DataFrame, money: Money) -> list[alt.Chart]:
    """Draw the running total as a line with points, its last amount in figures."""
    base = alt.Chart(style.rows(table.assign(what=NET))).encode(
        x=_year(table),
        y="net:Q",
        tooltip=[
            alt.Tooltip("year:N"),
            alt.Tooltip("net:Q", title=f"{NET} [{money.unit}]", format=",.2f"),
        ],
    )
    dash = alt.StrokeDash(
        "what:N",
        scale=alt.Scale(domain=[NET], range=[[1, 0]]),
        legend=alt.Legend(
            title=None, symbolType="stroke", symbolStrokeWidth=2.5, symbolStrokeColor=style.INK
        ),
    )
    points = base.mark_point(fill="white", stroke=style.INK, strokeWidth=1.8, size=45, opacity=1)
    return [
        base.mark_line(color="white", strokeWidth=5),
        base.mark_line(color=style.INK, strokeWidth=2.2).encode(strokeDash=dash),
        points,
    ]


def _year(table: pd.DataFrame) -> alt.X:
    every = -(-len(table) // 9)
    return alt.X(
        "year:N",
        title="year",
        sort=table["year"].tolist(),
        scale=alt.Scale(paddingInner=0.35, paddingOuter=0.25),
        axis=alt.Axis(labelAngle=0, values=table["year"].tolist()[::every]),
    )


def _sentence(table: pd.DataFrame, money: Money, price_base: str) -> list[str]:
    """Say when the running total last turns positive, and where it ends."""
    end = float(table["net"].iloc[-1])
    below = table.index[table["net"] < 0]
    last = f"{'+' if end > 0 else ''}{money.unit_words(end)} by {table['year'].iloc[-1]}"
    if not len(below):
        when = "Benefit less cost is never below zero"
    elif below[-1] == len(table) - 1:
        when = "Benefits do not make up for the costs in these years"
    else:
        when = f"Benefits have made up for the costs from {table['year'][below[-1] + 1]}"
    return [f"{when}: {last}."] + ([f"{one_line(price_base)}."] if price_base else [])
