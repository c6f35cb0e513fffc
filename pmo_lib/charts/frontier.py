"""What each budget buys: worth against money, with the proof and the simple rule beside."""

from __future__ import annotations

import altair as alt
import pandas as pd

from pmo_lib import checks
from pmo_lib.charts import style
from pmo_lib.wording import Money, money_for

BEST, WALK = "best list", "down the list"
LOOK = {BEST: (style.FUNDED_FILL[style.FUNDED], [1, 0]), WALK: (style.INK, [6, 4])}
"""Colour and dash of each line."""

BAND = "#9fc3e6"
HEIGHT = 340
"""Of the drawing area. [px]"""


def value_against_budget(
    points: pd.DataFrame,
    *,
    value_title: str,
    now: float | None = None,
    stops_paying: float | None = None,
    currency: str = "£",
    title: str = "What each budget buys",
) -> alt.LayerChart:
    """Draw what the best list is worth at each budget, and what walking down the list is.

    Parameters
    ----------
    points : DataFrame
        One row a budget: ``budget`` [currency], ``value`` and ``bound`` (what is proven:
        no list is worth more), and ``walk``, worth of the simple rule's list; all of worth
        in the unit that `value_title` names. A row without value is not drawn.
    value_title : str
        What is summed, with its unit.
    now, stops_paying : float, optional
        The present budget, and that from which a further million stops paying. [currency]
    currency : str
        Sign of the currency.
    title : str
        What is seen.

    Returns
    -------
    alt.LayerChart
        With its own title and units; the axes do not start at zero.

    Raises
    ------
    InputError
        If a column is missing, or no budget has a value.
    """
    lacking = [column for column in ("budget", "value", "bound", "walk") if column not in points]
    if lacking:
        raise checks.InputError(f"points: lacks the columns {checks.listing(lacking)}; add them")
    known = points[points["value"].notna()].astype(
        dict.fromkeys(("budget", "value", "bound", "walk"), float)
    )
    if len(known) == 0:
        raise checks.InputError("points: no budget has a value; try larger budgets")
    money = money_for(currency, float(known["budget"].max()))
    known = known.assign(budget=known["budget"] / money.divisor)
    x = alt.X(
        "budget:Q",
        title=f"money for proposals [{money.unit}]",
        scale=alt.Scale(zero=False, padding=14),
        axis=alt.Axis(grid=False, tickCount=8),
    )
    layers = [_band(known, x, value_title), *_lines(known, x)]
    layers += _marks(now, stops_paying, money)
    chart = alt.layer(*layers).properties(width=style.WIDTH, height=HEIGHT)
    subtitle = "Each point is a list chosen anew; the axes do not start at zero."
    if ((known["bound"] - known["value"]) > 0.001 * known["value"].abs()).any():
        subtitle += " Pale band: up to what is proven not to be exceeded."
    return style.dress(chart, title=title, subtitle=subtitle)


def _band(known: pd.DataFrame, x: alt.X, value_title: str) -> alt.Chart:
    """Draw what lies between the best found and what is proven."""
    y = alt.Y("value:Q", title=value_title, scale=alt.Scale(zero=False, padding=14))
    area = alt.Chart(style.rows(known[["budget", "value", "bound"]]))
    return area.mark_area(color=BAND, opacity=0.75).encode(x=x, y=y, y2="bound:Q")


def _lines(known: pd.DataFrame, x: alt.X) -> list[alt.Chart]:
    """Draw both rules, told apart by dash and by mark."""
    table = known.rename(columns={"value": BEST, "walk": WALK})
    table = table.melt("budget", [BEST, WALK], var_name="rule", value_name="value").dropna()
    base = alt.Chart(style.rows(table)).encode(
        x=x,
        y="value:Q",
        tooltip=[
            alt.Tooltip("rule:N"),
            alt.Tooltip("budget:Q", title="money", format=",.2f"),
            alt.Tooltip("value:Q", title="worth", format=",.1f"),
        ],
    )
    lines = [
        base.transform_filter(alt.datum.rule == rule).mark_line(
            strokeWidth=2, color=colour, strokeDash=dash
        )
        for rule, (colour, dash) in LOOK.items()
    ]
    scales = style.funded_scales("rule:N", (BEST, WALK))
    dots = base.mark_point(stroke=style.INK, size=54, opacity=1).encode(**scales)
    return [*lines, dots]


def _marks(now: float | None, stops: float | None, money: Money) -> list[alt.Chart]:
    """Draw a line at the present budget, and at that from which a further million stops paying."""
    words: dict[float, str] = {}
    for amount, text in ((now, "budgets now"), (stops, "a further million stops paying")):
        if amount is not None:
            words[amount] = f"{words[amount]}; from here {text}" if amount in words else text
    if not words:
        return []
    table = pd.DataFrame(
        {"budget": [amount / money.divisor for amount in words], "text": list(words.values())}
    )
    table["down"] = [HEIGHT - 14 - 18 * place for place in range(len(table))]
    base = alt.Chart(style.rows(table)).encode(x="budget:Q")
    text = base.mark_text(align="left", dx=6, fontSize=style.FONT_SIZE, color=style.INK)
    rule = base.mark_rule(color=style.INK, strokeWidth=1, strokeDash=[2, 3])
    return [rule, text.encode(text="text:N", y=alt.Y("down:Q", scale=None, axis=None))]
