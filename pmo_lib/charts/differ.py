"""Where the members of a board differ: on the weight of each criterion, and on which projects."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from pmo_lib import checks
from pmo_lib.charts import style
from pmo_lib.wording import one_line

STEP = 44
"""Height of the row of a criterion. [px]"""

MOST_MEMBERS = 24
"""More members than this have no name above their column."""

MOST_ROWS = 40
"""Projects drawn at most, the first ones."""


def weights_apart(
    weights: pd.DataFrame,
    together: pd.Series,
    *,
    order: list | None = None,
    title: str = "What each member gives each criterion",
) -> alt.LayerChart:
    """Draw the weight each member gives each criterion, the ends by name, and the combined one.

    Parameters
    ----------
    weights : DataFrame of members by criterion
        In [0, 1]. [-]
    together : Series by criterion
        The combined weights. [-]
    order : list of criteria, optional
        From top to bottom; by default as they stand.
    title : str
        What is seen.

    Returns
    -------
    alt.LayerChart

    Raises
    ------
    InputError
        If there is no member, or the criteria differ.
    """
    checks.require_frame(weights, name="weights")
    checks.require_same_labels(together.index, weights.columns, name="together", other="weights")
    order = list(weights.columns) if order is None else order
    table = pd.DataFrame(
        {
            "row": [f"r{order.index(label)}" for label in weights.columns for _ in weights.index],
            "criterion": [one_line(c) for c in weights.columns for _ in weights.index],
            "member": [one_line(m) for _ in weights.columns for m in weights.index],
            "weight": weights.to_numpy(dtype=float).T.ravel(),
        }
    )
    ends = pd.DataFrame(
        {
            "row": [f"r{place}" for place in range(len(order))],
            "low": [weights[label].min() for label in order],
            "high": [weights[label].max() for label in order],
            "low_words": [f"{_end(weights[label], 'min')} " for label in order],
            "high_words": [f" {_end(weights[label], 'max')}" for label in order],
            "together": [together[label] for label in order],
        }
    )
    domain = [f"r{place}" for place in range(len(order))]
    names = [one_line(label) for label in order]
    axis = alt.Axis(
        labelExpr=style.label_expression(domain, names), labelLimit=style.text_room(names, most=260),
        ticks=False, domain=False,
    )  # fmt: skip
    y = alt.Y("row:N", title=None, sort=domain, axis=axis)
    room = 0.35 * max(float(ends["high"].max()), 0.05)
    scale = alt.Scale(domain=[-room, float(ends["high"].max()) + room], nice=False, zero=False)
    ticks = [t / 20 for t in range(21) if t / 20 <= ends["high"].max() + 0.05]
    shown = alt.Axis(format=".0%", values=ticks, orient="top")
    x = alt.X("low:Q", title="weight", scale=scale, axis=shown)
    base, rows = alt.Chart(style.rows(ends)).encode(y=y), alt.Chart(style.rows(table)).encode(y=y)
    where = {"x": alt.X("weight:Q", title="weight", scale=scale, axis=shown)}
    tips = [alt.Tooltip("member:N"), alt.Tooltip("criterion:N"),
            alt.Tooltip("weight:Q", format=".1%")]  # fmt: skip
    layers = [
        base.mark_bar(size=12, color="#dfe6ea").encode(x=x, x2="high:Q"),
        base.mark_tick(size=26, thickness=3, color=style.INK).encode(
            x=alt.X("together:Q", title="weight", scale=scale, axis=shown)
        ),
        rows.mark_circle(size=70, color="#12466b", opacity=0.85, stroke="#ffffff").encode(
            **where, tooltip=tips
        ),
        _words(base, "low:Q", "low_words:N", "right", scale, shown, dx=-7),
        _words(base, "high:Q", "high_words:N", "left", scale, shown, dx=7),
    ]
    chart = alt.layer(*layers).properties(width=style.WIDTH, height=alt.Step(STEP))
    subtitle = "Circle: a member. Upright stroke: the combined weight. Most contested on top."
    return style.dress(chart, title=title, subtitle=subtitle)


def _end(column: pd.Series, end: str) -> str:
    """Name who stands at an end of a range, or how many do."""
    edge = column.agg(end)
    there = column.index[(column - edge).abs() < 1e-9]
    return style.shortened(one_line(there[0]), 26) if len(there) == 1 else f"{len(there)} members"


def _words(base, x: str, words: str, align: str, scale, axis, *, dx: int) -> alt.Chart:
    return base.mark_text(
        align=align, dx=dx, fontSize=style.FONT_SIZE - 1, color=style.QUIET
    ).encode(x=alt.X(x, title="weight", scale=scale, axis=axis), text=words)


def lists_apart(
    lists: pd.DataFrame,
    together: pd.Series,
    *,
    names: pd.Series | None = None,
    title: str = "Where our lists differ",
    subtitle: str = "",
) -> alt.LayerChart:
    """Draw who would fund each of some projects.

    Parameters
    ----------
    lists : DataFrame of bool, projects by member
        Of more than 40 projects the first 40 are drawn.
    together : Series of bool by project
        The list by the combined weights; its column stands apart.
    names : Series by project, optional
        What to print instead of labels.
    title, subtitle : str
        What is seen.

    Returns
    -------
    alt.LayerChart

    Raises
    ------
    InputError
        If there is no project or no member, or the projects differ.
    """
    checks.require_frame(lists, name="lists")
    board = style.truths(together, lists.index, name="together", other="lists")
    if len(lists) > MOST_ROWS:
        subtitle = f"{subtitle} The {MOST_ROWS} most divided of {len(lists)} are drawn.".strip()
        lists, board = lists.iloc[:MOST_ROWS], board[:MOST_ROWS]
    members = [*map(one_line, lists.columns), "together"]
    rows, columns = (
        [f"{letter}{place:03d}" for place in range(len(labels))]
        for letter, labels in (("r", lists.index), ("c", members))
    )
    called = style.named(lists.index, names, what="names")
    cells = np.column_stack([lists.to_numpy(dtype=bool), board])
    table = pd.DataFrame(
        {
            "row": [row for row in rows for _ in members],
            "column": columns * len(rows),
            "project": [name for name in called for _ in members],
            "member": members * len(rows),
            "state": [style.FUNDED if cell else style.NOT_FUNDED for cell in cells.ravel()],
        }
    )
    many = len(members) > MOST_MEMBERS
    heads = ["" if many else style.shortened(member, 30) for member in members[:-1]] + members[-1:]
    side = alt.Axis(labelExpr=style.label_expression(rows, called), ticks=False, domain=False,
                    labelLimit=style.text_room(called, most=340))  # fmt: skip
    top = alt.Axis(labelExpr=style.label_expression(columns, heads), ticks=False, domain=False,
                   orient="top", labelAngle=-35, labelAlign="left", labelLimit=220)  # fmt: skip
    base = alt.Chart(style.rows(table)).encode(
        y=alt.Y("row:N", title=None, sort=rows, axis=side),
        x=alt.X("column:N", title=None, sort=columns, axis=top),
        tooltip=[alt.Tooltip("project:N"), alt.Tooltip("member:N"), alt.Tooltip("state:N", title="is")],
    )  # fmt: skip
    marks = base.mark_point(size=150, stroke=style.INK, strokeWidth=1.1, opacity=1, filled=True)
    band = base.transform_filter(f"datum.column == '{columns[-1]}'").mark_rect(color="#edf1f3")
    chart = alt.layer(band, marks.encode(**style.funded_scales()))
    chart = chart.properties(width=alt.Step(18 if many else 44), height=alt.Step(30))
    return style.dress(chart, title=title, subtitle=subtitle)
