"""Which ranks a project may take, and how often it is funded, when weights are not settled."""

from __future__ import annotations

import altair as alt
import pandas as pd

from pmo_lib import checks
from pmo_lib.charts import style

MOST_ROWS = 60
"""More projects than this are drawn without names, with those that depend on the weights beside."""

CLOSE_UP_ROWS = 36
STATES = ("safe", "depends", "out")
FILLS, SHAPES = ("#12466b", "#e1a12e", "#ffffff"), ("circle", "triangle-up", "diamond")
HEIGHT = 900
"""Of all projects without names. [px]"""

SHARE_WIDTH = 60
"""Of the share of draws that fund. [px]"""


def certainty(
    table: pd.DataFrame,
    *,
    names: pd.Series | None = None,
    words: tuple[str, str, str] = ("in every case", "depends on the weights", "never"),
    title: str = "Who ranks where, and who is funded",
) -> alt.HConcatChart:
    """Draw the ranks of each project as a bar, its expected rank as a mark, and how often it is funded.

    Parameters
    ----------
    table : DataFrame by project
        ``expected`` rank, ``low`` and ``high`` (in nine of ten draws), ``best`` and ``worst``
        (possible at all; missing where not known) [rank]; ``share`` of draws that fund it, in
        [0, 1] [-]; ``state`` (safe, depends or out). In any order.
    names : Series by project, optional
        What to print instead of labels.
    words : tuple of three texts
        What the legend calls the three states.
    title : str
        What is seen.

    Returns
    -------
    alt.HConcatChart
        Above 60 projects all of them without names, and beside them the names of those that
        depend on the weights, the most divided 36 at most.

    Raises
    ------
    InputError
        If there is no project, a state is unknown or a share is not in [0, 1].
    """
    _require(table)
    table = table.assign(name=style.named(table.index, names, what="names"))
    table = table.sort_values(["expected", "share"], ascending=[True, False], kind="stable")
    table["row"] = [f"r{place}" for place in range(len(table))]
    table["percent"] = [f"{100 * share:.0f} %" for share in table["share"]]
    table["stands"] = table["state"].map(dict(zip(STATES, words, strict=True)))
    table["span"] = [
        f"{low:.0f} to {high:.0f}" for low, high in zip(table["low"], table["high"], strict=True)
    ]
    wide = table["best"].notna().any()
    subtitle = [
        "Mark: expected rank. Bar: rank in nine of ten draws."
        + (" Thin line: every rank that is possible." if wide else ""),
        "Right: the share of draws in which the best list funds it.",
    ]
    if len(table) <= MOST_ROWS:
        panels = _panels(table, words, len(table), step=20, width=style.WIDTH - 260)
    else:
        step = max(2.0, HEIGHT / len(table))
        panels = _panels(table, words, len(table), step=step, width=240, named=False)
        open_ = table[table["state"] == "depends"]
        nearest = (open_["share"] - 0.5).abs().sort_values(kind="stable").index[:CLOSE_UP_ROWS]
        near = open_[open_.index.isin(nearest)]
        if len(near):
            panels += _panels(near, words, len(table), step=20, width=170)
            of = (
                "" if len(near) == len(open_) else f", the {len(near)} most divided of {len(open_)}"
            )
            subtitle.append(f"With names: those that depend on the weights{of}.")
    return style.dress(alt.hconcat(*panels, spacing=8), title=title, subtitle=subtitle)


def _require(table: pd.DataFrame) -> None:
    if len(table) == 0:
        raise checks.InputError("table: has no project; nothing can be drawn")
    unknown = table["state"][~table["state"].isin(STATES)]
    if len(unknown):
        raise checks.InputError(
            f"table: state must be one of {', '.join(STATES)}, got {checks.show(unknown.iloc[0])}"
        )
    if not table["share"].between(0, 1).all():
        raise checks.InputError("table: share must lie in [0, 1]")


def _panels(table, words, last: int, *, step: float, width: float, named: bool = True) -> list:
    """Draw ranks, and beside them the share of draws that fund."""
    order, height = list(table["row"]), alt.Step(step)
    axis = None
    if named:
        labels = style.label_expression(order, list(table["name"]))
        room = style.text_room(table["name"], most=300)
        axis = alt.Axis(labelLimit=room, labelExpr=labels, ticks=False, domain=False)
    y = alt.Y("row:N", title=None, sort=order, axis=axis)
    base = alt.Chart(style.rows(table)).encode(
        y=y,
        tooltip=[
            alt.Tooltip("name:N", title="project"),
            alt.Tooltip("expected:Q", title="expected rank", format=".1f"),
            alt.Tooltip("span:N", title="rank in nine of ten draws"),
            alt.Tooltip("stands:N", title="funded"),
            alt.Tooltip("percent:N", title="draws that fund it"),
        ],
    )
    scales = {"domain": list(words)}
    look = {"title": None, "legend": alt.Legend(symbolSize=90)}
    fill = alt.Fill("stands:N", scale=alt.Scale(**scales, range=list(FILLS)), **look)
    bar = alt.Color("stands:N", scale=alt.Scale(**scales, range=list(FILLS)), legend=None)
    shape = alt.Shape("stands:N", scale=alt.Scale(**scales, range=list(SHAPES)), **look)
    scale = alt.Scale(domain=[0.5, last + 0.5], nice=False, zero=False)
    ticks = [1, *range(5 if last <= 60 else 50, last + 1, 5 if last <= 60 else 50)]
    x = alt.X("from:Q", title="rank", scale=scale, axis=alt.Axis(orient="top", values=ticks))
    size = min(step - 2, 13) if step > 4 else step
    bars = base.transform_calculate(**{"from": "datum.low - 0.35", "to": "datum.high + 0.35"})
    bars = bars.mark_bar(size=size, color="#c9d3da").encode(x=x, x2="to:Q")
    lines = base.transform_filter("isValid(datum.best)").transform_calculate(
        **{"from": "datum.best", "to": "datum.worst"}
    )
    lines = lines.mark_rule(color=style.QUIET).encode(x=x, x2="to:Q")
    mark = base.transform_calculate(**{"from": "datum.expected"}).mark_point(
        stroke=style.INK, strokeWidth=1.1 if named else 0.3, size=62 if named else 14, opacity=1
    )
    ranks = alt.layer(lines, bars, mark.encode(x=x, fill=fill, shape=shape))
    share = alt.X("share:Q", title="funded", scale=alt.Scale(domain=[0, 1]),
                  axis=alt.Axis(orient="top", format=".0%", values=[0, 1], grid=False))  # fmt: skip
    other = base.encode(y=alt.Y("row:N", title=None, sort=order, axis=None))
    funded = [other.mark_bar(size=size).encode(x=share, color=bar)]
    if named:
        text = other.transform_filter("datum.state == 'depends'").mark_text(
            align="left", fontSize=style.FONT_SIZE, color=style.INK
        )
        whole = other.mark_bar(size=size, filled=False, stroke=style.GRID).encode(
            x=alt.value(0), x2=alt.value(SHARE_WIDTH)
        )
        funded += [whole, text.encode(text="percent:N", x=alt.value(SHARE_WIDTH + 4))]
    return [
        ranks.properties(width=width, height=height),
        alt.layer(*funded).properties(width=SHARE_WIDTH, height=height),
    ]
