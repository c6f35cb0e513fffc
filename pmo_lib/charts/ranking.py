"""The ranked list as bars of weighted values."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from pmo_lib import checks
from pmo_lib.charts import style

MOST_ROWS = 60
"""More projects than this are drawn as thin bars, with the rows around the last funded beside."""

CLOSE_UP_ROWS = 36
OVERVIEW_WIDTH = 180


def ranking_chart(
    weighted_values: pd.DataFrame,
    *,
    funded: pd.Series,
    names: pd.Series | None = None,
    criterion_names: pd.Series | None = None,
    title: str = "What each score is made of, best first",
) -> alt.Chart:
    """Draw each project's score as a bar of weighted values, in rank order.

    Funded projects carry a filled circle and full colour, the others an open diamond
    and pale bars. Above 60 projects every one is a thin bar without a name, and the
    rows around the last funded place are drawn beside them with names.

    Parameters
    ----------
    weighted_values : DataFrame of shape (n_projects, n_criteria)
        Weight times value, each in [0, 1], in any row order; ties keep that order.
        Columns stack from left to right in their order. [value]
    funded : Series of shape (n_projects,)
        True for the projects to fund.
    names, criterion_names : Series by project, by criterion, optional
        What to print for a label; the label itself if not given.
    title : str
        What is seen.

    Returns
    -------
    alt.Chart
        Layered or concatenated, with its own title and units.

    Raises
    ------
    InputError
        If a weighted value is missing or outside [0, 1], or labels do not match.
    """
    table, labels = _table(weighted_values, funded, names, criterion_names)
    counts = _counts(table)
    if len(table) <= MOST_ROWS:
        chart = _bars(table, labels).properties(width=style.WIDTH - 180, height=alt.Step(22))
        return style.dress(chart, title=title, subtitle=counts)
    start = _close_up_start(table)
    near = table.iloc[start : start + CLOSE_UP_ROWS]
    height = 20 * CLOSE_UP_ROWS
    first, last = near["place"].iloc[[0, -1]]
    overview = _overview(table, labels, near).properties(width=OVERVIEW_WIDTH, height=height)
    close_up = _bars(near, labels).properties(width=320, height=height)
    subtitle = [
        f"{counts} Left: all, a tick where funded.",
        f"Right: places {first} to {last}, the part inside the frame.",
    ]
    return style.dress(alt.hconcat(overview, close_up, spacing=30), title=title, subtitle=subtitle)


def _table(weighted_values, funded, names, criterion_names) -> tuple[pd.DataFrame, list[str]]:
    """Return one row a project in order of its score, and the names of the criteria."""
    data = checks.require_values(weighted_values, name="weighted_values")
    flags = style.truths(funded, data.index, name="funded", other="weighted_values")
    labels = style.named(data.columns, criterion_names, what="criterion_names")
    table = pd.DataFrame(100 * data.to_numpy(), columns=_fields(len(labels)))
    table["score"] = table.sum(axis=1)
    table["name"] = style.named(data.index, names, what="names")
    table["state"] = np.where(flags, style.FUNDED, style.NOT_FUNDED)
    table = table.sort_values("score", ascending=False, kind="stable", ignore_index=True)
    table["place"] = table.index + 1
    table["rank"] = table["score"].rank(method="min", ascending=False).astype(int)
    return table, labels


def _counts(table: pd.DataFrame) -> str:
    """Say how many are funded, and what marks them."""
    n_funded = int(table["state"].eq(style.FUNDED).sum())
    words = f"{n_funded} of {len(table)} projects are funded (filled circle)"
    return words + ("." if n_funded == len(table) else "; those not funded (diamond) are pale.")


def _fields(n: int) -> list[str]:
    return [f"part{number:03d}" for number in range(n)]


def _close_up_start(table: pd.DataFrame) -> int:
    """Return the first row of the close-up, so that the last funded places are inside."""
    n_funded = int(table["state"].eq(style.FUNDED).sum())
    return int(np.clip(n_funded - CLOSE_UP_ROWS // 2, 0, len(table) - CLOSE_UP_ROWS))


def _stacked(base: alt.Chart, labels: list[str]) -> alt.Chart:
    """Lay the weighted values end to end, each criterion in its fill."""
    fields = _fields(len(labels))
    colour = style.field_colour(fields, labels, style.label_expression(fields, labels))
    scale = alt.Scale(domain=[style.FUNDED, style.NOT_FUNDED], range=[1, style.DIM])
    opacity = alt.Opacity("state:N", scale=scale, legend=None)
    bars = style.stacked(base, fields, by="place")
    return bars.encode(x2="high:Q", color=colour, opacity=opacity)


def _bars(table: pd.DataFrame, labels: list[str]) -> alt.LayerChart:
    """Draw rows with rank, name, mark, stacked bar and score."""
    y = alt.Y("place:O", axis=None, scale=alt.Scale(paddingInner=0.25, paddingOuter=0.15))
    base = alt.Chart(style.rows(table)).encode(y=y, tooltip=_tooltip(labels))
    room = style.text_room(table["name"], most=250)
    x = alt.X(
        "low:Q",
        title="score (out of 100)",
        axis=alt.Axis(tickCount=5, format="d"),
        scale=alt.Scale(domain=[0, max(1.0, 1.1 * float(table["score"].max()))], nice=False),
    )
    score = style.text(base, 0, alt.Text("score:Q", format=".0f"), align="left", dx=5)
    mark = base.mark_point(stroke=style.INK, strokeWidth=1.3, size=62, opacity=1)
    return alt.layer(
        _stacked(base, labels).mark_bar(stroke="white", strokeWidth=0.8).encode(x=x),
        style.text(base, -room - 30, alt.Text("rank:Q", format="d"), colour=style.QUIET),
        style.text(base, -room - 22, "name:N", align="left", limit=room),
        mark.encode(x=alt.value(-10), **style.funded_scales()),
        score.encode(x=alt.X("score:Q")),
    )


def _overview(table: pd.DataFrame, labels: list[str], near: pd.DataFrame) -> alt.LayerChart:
    """Draw all rows thin, a strip for the funded ones, and a frame around the close-up."""
    table = table.assign(top=table["place"] - 0.5, bottom=table["place"] + 0.5)
    step = max(10, 10 * round(len(table) / 100))
    y = alt.Y(
        "top:Q",
        title="place in the ranking",
        scale=alt.Scale(domain=[0.5, len(table) + 0.5], reverse=True, nice=False, zero=False),
        axis=alt.Axis(
            values=[1, *range(step, len(table) + 1, step)], offset=14, domain=False, grid=False
        ),
    )
    x = alt.X("low:Q", title="score (out of 100)", axis=alt.Axis(tickCount=4, format="d"))
    base = alt.Chart(style.rows(table)).encode(y=y, y2="bottom:Q", tooltip=_tooltip(labels))
    ends = pd.DataFrame({"top": near["place"].iloc[[0]] - 0.5, "bottom": near["place"].iloc[-1]})
    return alt.layer(
        _stacked(base, labels).mark_rect().encode(x=x),
        base.transform_filter(f"datum.state == '{style.FUNDED}'")
        .mark_rect(color=style.INK)
        .encode(x=alt.value(-11), x2=alt.value(-4)),
        alt.Chart(style.rows(ends))
        .mark_rect(fillOpacity=0, stroke=style.INK, strokeWidth=1.5)
        .encode(y=y, y2="bottom:Q", x=alt.value(-13), x2=alt.value(OVERVIEW_WIDTH)),
    )


def _tooltip(labels: list[str]) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("name:N", title="project"),
        alt.Tooltip("rank:Q", title="rank"),
        alt.Tooltip("score:Q", title="score (out of 100)", format=".1f"),
        alt.Tooltip("state:N", title="decision"),
        *(
            alt.Tooltip(f"{field}:Q", title=label, format=".1f")
            for field, label in zip(_fields(len(labels)), labels, strict=True)
        ),
    ]
