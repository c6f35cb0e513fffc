"""How full it is: heat maps of use against what is there, and people by month."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from pmo_lib import checks, periods
from pmo_lib.charts import style
from pmo_lib.wording import one_line

SHADES = ("#ffffff", "#e6eef7", "#9fc3e6", "#4a84bd", "#1f1c54")
"""Of what is used: nothing, little, half, much, all; each darker than the one before."""

FULL = 1 - 1e-9
USED_FILL = "#9fc3e6"
CELLS_WITH_FIGURES = 10
"""Up to this many columns the share is printed in each cell."""


def use_map(
    used: pd.DataFrame, available: pd.DataFrame, *, title: str, row_title: str = ""
) -> alt.LayerChart:
    """Draw how full each row is in each period: the darker the fuller, a dot where nothing is left.

    Parameters
    ----------
    used, available : DataFrame of rows by period
        Roles by month, or funds by year, with the same labels; the columns are ISO dates.
        Where nothing is available the cell stays empty. [FTE or currency]
    title : str
        What is seen.
    row_title : str
        What the rows are.

    Returns
    -------
    alt.LayerChart
        The fullest row on top.

    Raises
    ------
    InputError
        If the labels differ, or nothing is available anywhere.
    """
    share = _share(used, available)
    table = share.rename_axis("row").reset_index()
    table = table.melt("row", var_name="period", value_name="share").dropna()
    yearly = len(share.columns) <= CELLS_WITH_FIGURES
    word = periods.label if yearly else periods.month_label
    table["when"] = table["period"].map(word)
    table["words"] = [f"{100 * part:.0f} %" for part in table["share"]]
    table["row"] = table["row"].map(one_line)
    order = [one_line(row) for row in share.index]
    x = alt.X(
        "period:O",
        title=None,
        sort=None,
        axis=_period_axis(share.columns, yearly),
        scale=alt.Scale(paddingInner=0.04, paddingOuter=0),
    )
    y = alt.Y("row:N", title=row_title or None, sort=order, axis=alt.Axis(labelLimit=240))
    colour = alt.Color(
        "share:Q",
        scale=alt.Scale(domain=[0, 0.25, 0.5, 0.75, 1], range=list(SHADES), clamp=True),
        legend=alt.Legend(title="share used", format=".0%", gradientLength=180, tickCount=3),
    )
    tooltip = [
        alt.Tooltip("row:N", title=row_title or "row"),
        alt.Tooltip("when:N", title="when"),
        alt.Tooltip("words:N", title="used"),
    ]
    base = alt.Chart(style.rows(table)).encode(x=x, y=y, tooltip=tooltip)
    cells = base.mark_rect(stroke=style.GRID, strokeWidth=0.6).encode(color=colour)
    chart = alt.layer(cells, _inside(base, yearly))
    chart = chart.properties(width=style.WIDTH, height=alt.Step(30 if yearly else 24))
    what = "The percentage is what is used" if yearly else "A dot: nothing is left"
    return style.dress(
        chart, title=title, subtitle=f"The more a square stands out, the fuller. {what}."
    )


def _share(used: pd.DataFrame, available: pd.DataFrame) -> pd.DataFrame:
    """Return the share used, the fullest row first, missing where nothing is there."""
    checks.require_same_labels(used.index, available.index, name="used", other="available")
    checks.require_same_labels(used.columns, available.columns, name="used", other="available")
    available = available.reindex(index=used.index, columns=used.columns)
    share = (used / available.where(available > 0)).sort_index(axis=1)
    share = share.loc[share.notna().any(axis=1)]
    if len(share) == 0:
        raise checks.InputError("available: nothing is available anywhere; nothing can be drawn")
    full = pd.DataFrame({"times": (share >= FULL).sum(axis=1), "mean": share.mean(axis=1)})
    return share.loc[full.sort_values(["times", "mean"], ascending=False, kind="stable").index]


def _inside(base: alt.Chart, yearly: bool) -> alt.Chart:
    """Mark the cells: the share in figures where there is room, else a dot where nothing is left."""
    if not yearly:
        full = base.transform_filter(f"datum.share >= {FULL}")
        return full.mark_point(shape="circle", filled=True, size=22, color="white", opacity=1)
    ink = alt.condition("datum.share > 0.6", alt.value("white"), alt.value(style.INK))
    return base.mark_text(fontSize=style.FONT_SIZE).encode(text="words:N", color=ink)


def _period_axis(columns: pd.Index, yearly: bool) -> alt.Axis:
    """Label years in full, and of many months each twelfth."""
    shown = list(columns) if yearly else list(columns)[::12]
    word = periods.label if yearly else periods.month_label
    return alt.Axis(
        values=shown,
        labelAngle=0,
        labelAlign="center" if yearly else "left",
        labelExpr=style.label_expression(shown, [word(period) for period in shown]),
        ticks=not yearly,
    )


def people_by_month(
    used: pd.DataFrame,
    available: pd.DataFrame,
    *,
    title: str = "People by month against what is there",
    unit: str = "FTE",
) -> alt.ConcatChart:
    """Draw for each role what is used in each month as an area, and what is there as a line.

    Parameters
    ----------
    used, available : DataFrame of roles by month
        With the same labels; the columns are ISO dates. [FTE]
    title : str
        What is seen.
    unit : str
        In which people are counted.

    Returns
    -------
    alt.ConcatChart
        One panel a role, the fullest first, each with its own scale from zero.

    Raises
    ------
    InputError
        As in `use_map`.
    """
    share = _share(used, available)
    panels = [
        _panel(role, used.loc[role, share.columns], available.loc[role, share.columns], unit)
        for role in share.index
    ]
    chart = alt.concat(*panels, columns=2, spacing={"row": 22, "column": 46})
    subtitle = "Area: used. Line: there, after running work. Dark: months in which nothing is left."
    return style.dress(chart, title=title, subtitle=subtitle)


def _panel(role, used: pd.Series, available: pd.Series, unit: str) -> alt.LayerChart:
    """Draw one role; a month lasts until the next."""
    table = pd.DataFrame({"month": used.index, "used": used.to_numpy(), "there": available})
    table["until"] = [periods.shift(month, 1) for month in table["month"]]
    table["full"] = (table["used"] >= FULL * table["there"]) & (table["used"] > 0)
    table["when"] = [periods.month_label(month) for month in table["month"]]
    table["zero"] = 0.0
    x = alt.X("month:T", title=None, axis=alt.Axis(format="%Y", tickCount="year", grid=False))
    top = float(np.nanmax([table["there"].max(), table["used"].max(), 1e-9]))
    y = alt.Y(
        "used:Q",
        title=unit,
        scale=alt.Scale(domain=[0, 1.08 * top], nice=False),
        axis=alt.Axis(tickCount=3, minExtent=28),
    )
    tooltip = [
        alt.Tooltip("when:N", title="month"),
        alt.Tooltip("used:Q", format=",.2f"),
        alt.Tooltip("there:Q", format=",.2f"),
    ]
    base = alt.Chart(style.rows(table)).encode(x=x, tooltip=tooltip)
    fill = alt.condition("datum.full", alt.value(SHADES[-1]), alt.value(USED_FILL))
    bars = base.mark_bar(strokeWidth=0).encode(x2="until:T", y=y, y2="zero:Q", color=fill)
    line = base.mark_line(interpolate="step-after", color=style.INK, strokeWidth=1.6)
    name = alt.TitleParams(
        one_line(role), anchor="start", fontSize=style.FONT_SIZE, fontWeight="normal"
    )
    return alt.layer(bars, line.encode(y="there:Q")).properties(width=285, height=90, title=name)
