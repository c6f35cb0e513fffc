"""The share of the money each objective gets beside the weight it was given."""

from __future__ import annotations

import altair as alt
import pandas as pd

from pmo_lib import checks
from pmo_lib.alignment import NO_OBJECTIVE
from pmo_lib.charts import style

FILL = "#6f9fd8"
BAR_ROOM = 290
"""Width of the part with the bars. [px]"""

COLUMNS = {"money": 40, "importance": 110, "difference": 190}
"""Right ends of the columns of figures, from the end of the bars. [px]"""


def spend_against_importance(
    share: pd.Series,
    objective_weights: pd.Series,
    *,
    names: pd.Series | None = None,
    title: str = "Where the money goes beside what matters",
) -> alt.Chart:
    """Draw a bar for each objective's share of the money and a diamond for its weight.

    Parameters
    ----------
    share : Series of shape (n_objectives,) or (n_objectives + 1,)
        Share of all spend by objective, in [0, 1]; a row ``"no objective"`` may be
        there and has no weight. [-]
    objective_weights : Series of shape (n_objectives,)
        Non-negative, summing to 1, in any order. [-]
    names : Series by objective, optional
        What to print for an objective; its label if not given.
    title : str
        What is seen.

    Returns
    -------
    alt.Chart
        Layered, with its own title and units; the weightiest objective on top.

    Raises
    ------
    InputError
        If a share is missing or outside [0, 1], the weights do not sum to 1, or the
        objectives differ.
    """
    table = _table(share, objective_weights, names)
    y = alt.Y("place:O", axis=None, scale=alt.Scale(paddingInner=0.4, paddingOuter=0.2))
    base = alt.Chart(style.rows(table)).encode(y=y, tooltip=_tooltip())
    layers = [*_marks(base, table), *_figures(base)]
    chart = alt.layer(*layers).properties(width=BAR_ROOM, height=alt.Step(30))
    subtitle = "Bar: share of the money. Diamond: weight of the objective. Difference in points."
    return style.dress(chart, title=title, subtitle=subtitle)


def _table(share, objective_weights, names) -> pd.DataFrame:
    """Return one row an objective in per cent, the weightiest first, the rest last."""
    checks.require_series(share, name="share")
    share = checks.require_numbers(share, name="share", low=0, high=1 + checks.SUM_TOLERANCE)
    served = share.index.drop(NO_OBJECTIVE, errors="ignore")
    weights = checks.require_weights(
        objective_weights, criteria=served, name="objective_weights", of="share"
    )
    printed = pd.Series(style.named(served, names, what="names"), index=served)
    table = pd.DataFrame({"share": 100 * share, "weight": 100 * weights}).reindex(share.index)
    table["name"] = printed.reindex(share.index).fillna(NO_OBJECTIVE)
    table["difference"] = table["share"] - table["weight"].fillna(0.0)
    table = table.sort_values("weight", ascending=False, kind="stable", ignore_index=True)
    return table.assign(place=table.index + 1)


def _marks(base: alt.Chart, table: pd.DataFrame) -> list[alt.Chart]:
    """Draw the bars, the diamonds and the names."""
    room = style.text_room(table["name"], most=260)
    largest = float(table[["share", "weight"]].max(axis=None))
    x = alt.X(
        "share:Q",
        title="% of the money; % of the weight",
        scale=alt.Scale(domain=[0, 1.08 * max(largest, 1.0)], nice=False),
        axis=alt.Axis(tickCount=5, format="d"),
    )
    diamond = base.transform_filter("datum.weight !== null").mark_point(
        shape="diamond", size=110, fill="white", stroke=style.INK, strokeWidth=1.8, opacity=1
    )
    name = base.mark_text(align="left", limit=room, fontSize=style.FONT_SIZE, color=style.INK)
    return [
        base.mark_bar(fill=FILL, stroke=style.INK, strokeWidth=0.8).encode(x=x),
        diamond.encode(x="weight:Q"),
        name.encode(x=alt.value(-room - 8), text="name:N"),
    ]


def _figures(base: alt.Chart) -> list[alt.Chart]:
    """Print money, weight and their difference in columns of their own, under headings."""
    known = base.transform_filter("datum.weight !== null")
    words = {"money": "money, %", "importance": "weight, %", "difference": "difference"}
    ends = {name: BAR_ROOM + x for name, x in COLUMNS.items()}
    weight, difference = (
        alt.Text(field, format=form)
        for field, form in (("weight:Q", ".0f"), ("difference:Q", "+.0f"))
    )
    return [
        style.text(base, ends["money"], alt.Text("share:Q", format=".0f")),
        style.text(known, ends["importance"], weight),
        style.text(base, ends["difference"], difference, fontWeight="bold"),
        style.headings({words[name]: (x, "right") for name, x in ends.items()}),
    ]


def _tooltip() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("name:N", title="objective"),
        alt.Tooltip("share:Q", title="share of the money, %", format=".1f"),
        alt.Tooltip("weight:Q", title="weight, %", format=".1f"),
        alt.Tooltip("difference:Q", title="difference, points", format="+.1f"),
    ]
