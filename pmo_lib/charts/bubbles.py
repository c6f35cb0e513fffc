"""What each project is worth against what it costs."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from pmo_lib import checks
from pmo_lib.charts import style
from pmo_lib.wording import money_for, one_line

HEIGHT = 430
MOST_LABELS = 14
LINE = 14
"""Height of a line of text. [px]"""

SMALLEST, LARGEST = 40, 620
"""Areas of the smallest and largest bubble. [px²]"""

LEFT = 16
"""Room for bubbles that cost next to nothing. [px]"""

SKEWED = 6
"""A largest cost above this many medians is drawn on a square-root scale. [-]"""


def value_against_cost(
    value: pd.Series,
    cost: pd.Series,
    *,
    funded: pd.Series,
    names: pd.Series | None = None,
    value_title: str = "value over not doing",
    currency: str = "£",
    title: str = "What each project is worth against what it costs",
) -> alt.Chart:
    """Draw each project as a bubble: cost to the right, value upwards.

    Funded projects are filled circles, the others open diamonds. The most costly and
    the most valuable on either side are named where the names do not overlap; every
    name is in the tooltip.

    Parameters
    ----------
    value : Series of shape (n_projects,)
        Any sign. [unit stated in `value_title`]
    cost : Series of shape (n_projects,)
        Non-negative, in any order. [currency]
    funded : Series of shape (n_projects,)
        True for the projects to fund.
    names : Series by project, optional
        What to print for a project; its label if not given.
    value_title : str
        What value is, with its unit.
    currency : str
        Sign of the currency.
    title : str
        What is seen.

    Returns
    -------
    alt.Chart
        Layered, with its own title and units.

    Raises
    ------
    InputError
        If a number is missing, a cost negative, or labels do not match.
    """
    table = _table(value, cost, funded, names)
    money = money_for(currency, float(table["cost"].max()))
    table["cost"] /= money.divisor
    skewed = bool(table["cost"].max() > SKEWED * table["cost"].median())
    across, up = _span(table["cost"], room=0.06), _span(table["value"], room=0.08)
    table = _labelled(table, across, up, skewed=skewed)
    x = alt.X(
        "cost:Q",
        title=f"cost [{money.unit}]" + (", square-root scale" if skewed else ""),
        scale=alt.Scale(
            type="sqrt" if skewed else "linear",
            domain=list(across),
            range=[LEFT, style.WIDTH],
            nice=False,
        ),
        axis=alt.Axis(tickCount=6, format="~r"),
    )
    y = alt.Y(
        "value:Q",
        title=one_line(value_title),
        scale=alt.Scale(domain=list(up), nice=False),
        axis=alt.Axis(tickCount=6, format="~r"),
    )
    base = alt.Chart(style.rows(table)).encode(x=x, y=y, tooltip=_tooltip(money, value_title))
    marks = base.mark_point(stroke=style.INK, strokeWidth=1.2, opacity=0.85).encode(
        size=alt.value(_area(len(table))), **style.funded_scales()
    )
    text = base.transform_filter("datum.label != ''").mark_text(
        align=alt.expr("datum.align"),
        baseline="middle",
        fontSize=style.FONT_SIZE - 1,
        color=style.INK,
        dx=alt.expr("datum.dx"),
        dy=alt.expr("datum.dy"),
    )
    n_funded = int(table["state"].eq(style.FUNDED).sum())
    chart = alt.layer(marks, text.encode(text="label:N")).properties(
        width=style.WIDTH, height=HEIGHT
    )
    subtitle = (
        f"{n_funded} of {len(table)} projects are funded. Up is worth more, right costs more."
    )
    return style.dress(chart, title=title, subtitle=subtitle)


def _table(value, cost, funded, names) -> pd.DataFrame:
    checks.require_series(value, name="value")
    checks.require_series(cost, name="cost")
    checks.require_same_labels(cost.index, value.index, name="cost", other="value")
    cost = checks.require_numbers(cost, name="cost", low=0).reindex(value.index)
    table = pd.DataFrame({"value": checks.require_numbers(value, name="value"), "cost": cost})
    flags = style.truths(funded, value.index, name="funded", other="value")
    table["state"] = np.where(flags, style.FUNDED, style.NOT_FUNDED)
    table["name"] = style.named(value.index, names, what="names")
    return table.reset_index(drop=True)


def _span(numbers: pd.Series, *, room: float) -> tuple[float, float]:
    """Return the ends of an axis that shows zero and leaves room at its ends."""
    low, high = min(0.0, float(numbers.min())), max(0.0, float(numbers.max()))
    spare = room * (high - low) or 1.0
    return (low - spare if low < 0 else 0.0), high + spare


def _tooltip(money, value_title: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("name:N", title="project"),
        alt.Tooltip("cost:Q", title=f"cost [{money.unit}]", format=",.2f"),
        alt.Tooltip("value:Q", title=one_line(value_title), format=",.4~g"),
        alt.Tooltip("state:N", title="decision"),
    ]


def _labelled(table: pd.DataFrame, across, up, *, skewed: bool) -> pd.DataFrame:
    """Name the notable bubbles where there is room: to the right, left, above or below."""
    reach = table["cost"].to_numpy() / across[1]
    x = LEFT + (style.WIDTH - LEFT) * (np.sqrt(reach) if skewed else reach)
    y = HEIGHT * (up[1] - table["value"].to_numpy()) / (up[1] - up[0])
    radius = 1.5 + np.sqrt(_area(len(table)) / np.pi)
    taken = [(a - radius, b - radius, a + radius, b + radius) for a, b in zip(x, y, strict=True)]
    table = table.assign(label="", align="left", dx=0.0, dy=0.0)
    named = 0
    for row in _notable(table):
        text = style.shortened(table.at[row, "name"], 30)
        width = style.text_room([text], most=style.WIDTH)
        for align, dx, dy in _places(radius, len(table)):
            left = x[row] + dx - {"left": 0, "right": width, "center": width / 2}[align]
            box = (left, y[row] + dy - LINE / 2, left + width, y[row] + dy + LINE / 2)
            if _free(box, [other for number, other in enumerate(taken) if number != row]):
                table.loc[row, ["label", "align", "dx", "dy"]] = [text, align, dx, dy]
                taken.append(box)
                named += 1
                break
        if named == MOST_LABELS:
            break
    return table


def _area(n: int) -> float:
    """Draw smaller bubbles where there are many. [px²]."""
    return float(np.clip(LARGEST * 40 / n, 3 * SMALLEST, LARGEST)) / 4


def _places(radius: float, n: int) -> list[tuple[str, float, float]]:
    """List where a name may stand; among many bubbles only beside its own."""
    gap = radius + 3
    beside = [("left", gap, 0.0), ("right", -gap, 0.0)]
    over = [("center", 0.0, -gap - LINE / 3), ("center", 0.0, gap + LINE / 3)]
    return beside if n > 30 else beside + over


def _free(box, taken) -> bool:
    inside = box[0] >= 0 and box[2] <= style.WIDTH + 60 and box[1] >= 0 and box[3] <= HEIGHT
    return inside and not any(
        box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
        for other in taken
    )


def _notable(table: pd.DataFrame) -> list[int]:
    """Order the rows by how much they stand out: cost and value, funded and not, in turn."""
    by = [
        group.sort_values(column, ascending=False, kind="stable").index
        for _, group in table.groupby("state")
        for column in ("cost", "value")
    ]
    depth = max(map(len, by))
    turns = [rows[turn] for turn in range(depth) for rows in by if turn < len(rows)]
    return list(dict.fromkeys(turns))
