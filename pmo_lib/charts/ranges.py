"""Money that is known as a range: a bar for each row from low to high."""

from __future__ import annotations

import altair as alt
import pandas as pd

from pmo_lib import checks
from pmo_lib.charts import style
from pmo_lib.wording import Money, one_line

FILL = "#6f9fd8"
PAST = 14
"""How far after the bars their words begin. [px]"""


def ranges(
    table: pd.DataFrame,
    *,
    names: pd.Series | None = None,
    money: Money,
    axis_title: str = "NPV",
    title: str,
    subtitle: str = "",
) -> alt.LayerChart:
    """Draw a bar from low to high for each row, a diamond at its estimate, words to the right.

    Parameters
    ----------
    table : DataFrame
        ``low`` and ``high``; optionally ``middle`` (a tick) and ``estimate`` (a diamond), and
        ``words`` to print; one row a bar, from top to bottom. [currency]
    names : Series, optional
        What to print instead of labels.
    money : Money
        The unit in which amounts are drawn.
    axis_title, title, subtitle : str
        What is measured, and what is seen.

    Returns
    -------
    alt.LayerChart

    Raises
    ------
    InputError
        If there is no row, or a low or high is missing or out of order.
    """
    checks.require_frame(table, name="table")
    numbers = [column for column in ("low", "high", "middle", "estimate") if column in table]
    shown = checks.require_numbers(table[numbers], name="table", rows="row").copy()
    checks.require_all(
        (shown["low"] <= shown["high"]).to_numpy(),
        shown["low"], name="table", rule="each low must be at most its high", rows="row",
    )  # fmt: skip
    shown[numbers] /= money.divisor
    shown["name"] = style.named(table.index, names, what="names")
    shown["words"] = [one_line(text) for text in table.get("words", [""] * len(table))]
    shown["row"] = [f"r{place}" for place in range(len(shown))]
    base = alt.Chart(style.rows(shown.reset_index(drop=True))).encode(
        y=_rows(shown), tooltip=_tooltip(numbers, money)
    )
    x = alt.X(
        "low:Q", title=f"{axis_title} [{money.unit}]", axis=alt.Axis(tickCount=6, format="~r")
    )
    bars = base.mark_bar(height={"band": 0.6}, fill=FILL, stroke=style.INK, strokeWidth=0.6)
    chart = alt.layer(_zero(), bars.encode(x=x, x2="high:Q"), *_marks(base, numbers))
    chart = chart.properties(width=style.WIDTH - 120, height=alt.Step(23))
    return style.dress(chart, title=title, subtitle=subtitle)


def _rows(shown: pd.DataFrame) -> alt.Y:
    order = list(shown["row"])
    labels = style.label_expression(order, list(shown["name"]))
    room = style.text_room(shown["name"], most=320)
    return alt.Y(
        "row:N",
        title=None,
        sort=order,
        axis=alt.Axis(labelLimit=room, labelExpr=labels, ticks=False),
    )


def _zero() -> alt.Chart:
    zero = alt.Chart(style.rows(pd.DataFrame({"zero": [0.0]})))
    return zero.mark_rule(color=style.INK).encode(x="zero:Q")


def _marks(base: alt.Chart, numbers: list[str]) -> list[alt.Chart]:
    """Draw the tick, the diamond and the words of each row, where it has them."""
    looks = {"shape": "diamond", "size": 70, "fill": "white", "stroke": style.INK, "opacity": 1}
    marks = {
        "middle": base.mark_tick(color=style.INK, thickness=2.5, bandSize=14),
        "estimate": base.mark_point(strokeWidth=1.5, **looks),
    }
    drawn = [mark.encode(x=f"{column}:Q") for column, mark in marks.items() if column in numbers]
    place = style.WIDTH - 120 + PAST
    return [*drawn, style.text(base, place, alt.Text("words:N"), align="left")]


def _tooltip(numbers: list[str], money: Money) -> list[alt.Tooltip]:
    amounts = [
        alt.Tooltip(f"{column}:Q", title=f"{column} [{money.unit}]", format=",.2f")
        for column in numbers
    ]
    return [alt.Tooltip("name:N", title="what"), *amounts, alt.Tooltip("words:N", title="read")]
