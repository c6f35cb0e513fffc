"""When work is done: a bar for each project from its start to its finish."""

from __future__ import annotations

import altair as alt
import pandas as pd

from pmo_lib import checks, periods
from pmo_lib.charts import style

KINDS = {"running": "#9fc3e6", "as planned": "#12466b", "moved": "#e1a12e"}
"""Fill of a bar: work that runs already, and starts as planned and moved."""


def timeline(
    schedule: pd.DataFrame, *, names: pd.Series | None = None, title: str = "When the work is done"
) -> alt.LayerChart:
    """Draw the schedule of a list: a bar from start to finish, and a tick at a start that moved.

    Parameters
    ----------
    schedule : DataFrame by project
        ``start``, ``finish`` and ``planned`` start (ISO dates), ``running`` (bool); one row a
        project, from top to bottom. Rows without a start are left out and counted.
    names : Series by project, optional
        What to print instead of labels.
    title : str
        What is seen.

    Returns
    -------
    alt.LayerChart

    Raises
    ------
    InputError
        If no project has a start.
    """
    dated = schedule[schedule["start"].notna()]
    if len(dated) == 0:
        raise checks.InputError("schedule: no project has a start; enter planned_start")
    table = dated.assign(name=style.named(dated.index, names, what="names"))
    table["until"] = table["finish"].fillna(table["start"])
    moved = table["planned"].notna() & (table["planned"] != table["start"]) & ~table["running"]
    table["kind"] = ["running" if run else "moved" if m else "as planned"
                     for run, m in zip(table["running"], moved, strict=True)]  # fmt: skip
    table["begins"] = table["start"].map(periods.month_label)
    table["ends"] = table["finish"].map(periods.month_label, na_action="ignore").fillna("not known")
    table["plan"] = (
        table["planned"].map(periods.month_label, na_action="ignore").fillna("not known")
    )
    table["row"] = [f"r{place}" for place in range(len(table))]
    order, room = list(table["row"]), style.text_room(table["name"], most=300)
    labels = style.label_expression(order, list(table["name"]))
    axis = alt.Axis(labelLimit=room, labelExpr=labels, ticks=False)
    y = alt.Y("row:N", title=None, sort=order, axis=axis)
    base = alt.Chart(style.rows(table)).encode(
        y=y,
        tooltip=[
            alt.Tooltip("name:N", title="project"),
            alt.Tooltip("begins:N", title="starts"),
            alt.Tooltip("ends:N", title="finished"),
            alt.Tooltip("plan:N", title="planned start"),
        ],
    )
    axis = alt.Axis(format="%Y", tickCount="year", grid=True, orient="top")
    kinds = [kind for kind in KINDS if (table["kind"] == kind).any()]
    colour = alt.Color(
        "kind:N",
        title=None,
        scale=alt.Scale(domain=kinds, range=[KINDS[kind] for kind in kinds]),
        legend=alt.Legend(orient="top") if len(kinds) > 1 else None,
    )
    bars = base.mark_bar(height={"band": 0.66}, stroke=style.INK, strokeWidth=0.5).encode(
        x=alt.X("start:T", title=None, axis=axis), x2="until:T", color=colour
    )
    ticks = base.transform_filter("datum.kind == 'moved'").mark_tick(
        color=style.INK, thickness=2, bandSize=14
    )
    chart = alt.layer(bars, ticks.encode(x="planned:T")).properties(
        width=style.WIDTH, height=alt.Step(20)
    )
    left = len(schedule) - len(dated)
    without = f" {left} without a known start are not drawn." if left else ""
    subtitle = f"From start to finish; a tick marks the planned start of what moved.{without}"
    return style.dress(chart, title=title, subtitle=subtitle)
