"""Pictures of a recommendation: which frames go into which chart, and four charts of our own.

A portfolio without the tables a picture needs has no picture: None, which `show` passes over.
"""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from pmo_lib import charts
from pmo_lib.alignment import NO_OBJECTIVE
from pmo_lib.charts import style
from pmo_lib.statements import corners, money_of
from pmo_lib.stories import proposed, served, worth
from pmo_lib.stories.plain import funded
from pmo_lib.wording import list_word, one_line, worth_scale
from pmo_lib.workbench import Recommendation

ASKED = {"running work": "#1d1a4f", "mandatory proposals": "#c2543a", "other proposals": "#a9dcc3"}
BUDGET = "budget"
PANEL = 190
"""Width of one small panel. [px]"""


def asked_by_year(made: Recommendation) -> alt.Chart:
    """Draw what is asked in each year as stacked bars, and the budget as a line across each."""
    money = money_of(made)
    table = proposed.asked_by_year(made).set_index("year").drop(index="all years")
    table.columns = [column.rpartition(" [")[0] for column in table.columns]
    bars = table[list(ASKED)].fillna(0.0).reset_index().melt("year", var_name="what")
    bars["order"] = bars["what"].map({what: place for place, what in enumerate(ASKED)})
    base = alt.Chart(style.rows(bars)).encode(x=_years(table.index))
    bar = base.mark_bar(stroke=style.INK, strokeWidth=0.6).encode(
        y=alt.Y("value:Q", title=f"{money.unit} a year", axis=alt.Axis(format="~r")),
        color=_colours(ASKED),
        order="order:Q",
        tooltip=["year:N", "what:N", alt.Tooltip("value:Q", title=money.unit, format=",.2f")],
    )
    limit = table[BUDGET].dropna().reset_index()
    width = 0.94 * style.WIDTH / len(table)
    look = {"thickness": 5, "color": "black", "opacity": 1, "orient": "horizontal"}
    tooltip = alt.Tooltip("budget:Q", title=f"budget [{money.unit}]", format=",.2f")
    tick = alt.Chart(style.rows(limit)).mark_tick(size=width, **look)
    tick = tick.encode(x=_years(table.index), y="budget:Q", tooltip=["year:N", tooltip])
    chart = alt.layer(bar, tick).properties(width=style.WIDTH, height=300)
    subtitle = "Black line: the budget of the year. What stands above it cannot all be paid."
    title = "What is asked in each year, and what there is"
    return style.dress(chart, title=title, subtitle=subtitle)


def evidence(made: Recommendation) -> alt.Chart:
    """Draw each score as a bar of the evidence it rests on."""
    points = proposed.evidence_by_project(made) / 100
    return charts.ranking_chart(
        points.loc[:, (points > 0).any()],
        funded=funded(made),
        names=made.portfolio.projects["name"],
        title="What each score rests on, best first",
    )


def ranking(made: Recommendation) -> alt.Chart:
    """Draw each score as a bar of weighted values."""
    return charts.ranking_chart(
        made.evaluation.weighted_values,
        funded=funded(made),
        names=made.portfolio.projects["name"],
        criterion_names=made.portfolio.criteria["name"],
    )


def flows(made: Recommendation) -> alt.Chart | None:
    """Draw cost and benefit of the recommended proposals by year."""
    frame = worth.flows(made)
    if len(frame) == 0:
        return None
    return charts.flows_by_year(
        frame["cost"],
        frame["benefit"],
        currency=made.settings.currency,
        price_base=made.settings.price_base,
        title=f"Cost and benefit of the {list_word(made.settings)} proposals by year",
    )


def value_against_cost(made: Recommendation) -> alt.Chart:
    """Draw what each assessed proposal is worth to the list against its cost."""
    unit, factor = worth_scale(made.settings, money_of(made))
    value = factor * made.evaluation.worth
    return charts.value_against_cost(
        value,
        made.evaluation.finance["cost_in_budget"].reindex(value.index),
        funded=funded(made),
        names=made.portfolio.projects["name"],
        value_title=f"worth over not doing [{unit}]",
        currency=made.settings.currency,
    )


def npv_against_score(made: Recommendation) -> alt.Chart:
    """Draw score against NPV: where the two orders part."""
    evaluation, money = made.evaluation, money_of(made)
    score = evaluation.score
    table = pd.DataFrame(
        {
            "score": 100 * score,
            "npv": evaluation.finance["npv"].reindex(score.index) / money.divisor,
            "name": style.named(score.index, made.portfolio.projects["name"], what="names"),
            "state": np.where(funded(made), style.FUNDED, style.NOT_FUNDED),
        }
    ).dropna()
    apart = (table["score"].rank() - table["npv"].rank()).abs()
    table["label"] = ""
    for row in _spaced(table, apart.sort_values(ascending=False, kind="stable").index):
        table.at[row, "label"] = style.shortened(table.at[row, "name"], 40)
    x = alt.X("npv:Q", title=f"NPV [{money.unit}]", axis=alt.Axis(format="~r"))
    y = alt.Y("score:Q", title="score (out of 100)", axis=alt.Axis(tickCount=6))
    base = alt.Chart(style.rows(table)).encode(x=x, y=y, tooltip=["name:N", "score:Q", "npv:Q"])
    points = base.mark_point(stroke=style.INK, strokeWidth=1.2, size=90, opacity=0.9)
    text = base.mark_text(align="left", dx=9, fontSize=style.FONT_SIZE - 1, color=style.INK)
    chart = alt.layer(points.encode(**style.funded_scales()), text.encode(text="label:N"))
    chart = chart.properties(width=style.WIDTH, height=400)
    subtitle = "Named: proposals whose places by score and by NPV are furthest apart."
    return style.dress(chart, title="Score against money", subtitle=subtitle)


def _spaced(table: pd.DataFrame, order: pd.Index, *, most: int = 6) -> list:
    """Pick the first rows in order whose labels, set to the right, cover no mark or other label."""
    x, y = (
        room * (table[column] - table[column].min()) / (np.ptp(table[column].to_numpy()) or 1.0)
        for column, room in (("npv", style.WIDTH), ("score", 400))
    )
    kept: list = []
    for row in order[: 2 * most]:
        reach = 9 + style.text_room([table.at[row, "name"][:40]], most=style.WIDTH)
        level = (y - y[row]).abs() < 15
        covered = level & (x > x[row]) & (x < x[row] + reach)
        if x[row] + reach < style.WIDTH and not covered.any() and not level[kept].any():
            kept.append(row)
    return kept[:most]


def spend(made: Recommendation) -> alt.Chart | None:
    """Draw each objective's share of the recommended money beside its importance."""
    frame = served.spend(made)
    frame = frame[(frame.index != NO_OBJECTIVE) | (frame["spend"] > 0)]
    if len(frame) == 0:
        return None
    return charts.spend_against_importance(
        frame["share"].astype(float),
        made.evaluation.objective_weights,
        names=made.portfolio.objectives["name"],
        title=f"Where the {list_word(made.settings)} money goes, beside what matters",
    )


def value_functions(made: Recommendation) -> alt.Chart:
    """Draw each criterion's value function as a small panel, with a mark for each proposal."""
    panels = [_panel(made, c) for c in made.portfolio.criteria.index]
    chart = alt.concat(*panels, columns=3, spacing={"row": 28, "column": 40})
    chart = chart.resolve_scale(shape="shared", fill="shared")
    return style.dress(
        chart,
        title="From performance to value",
        subtitle="Line: value of a performance, 0 to 1. Marks: the proposals.",
    )


def _panel(made: Recommendation, criterion: str) -> alt.LayerChart:
    """Draw the value function of one criterion."""
    row = made.portfolio.criteria.loc[criterion]
    evaluation, money = made.evaluation, money_of(made)
    scale = money.divisor if row["source"] == "npv" else 1.0
    unit = money.unit if row["source"] == "npv" else one_line(row["unit"]) or "-"
    points = corners(row)
    marks = pd.DataFrame(
        {
            "at": evaluation.performance[criterion],
            "value": evaluation.values[criterion],
            "state": np.where(funded(made), style.FUNDED, style.NOT_FUNDED),
        }
    )
    line = pd.DataFrame({"at": points.index, "value": points.to_numpy()})
    kind = "N" if row["value_function"] == "levels" else "Q"
    if kind == "Q":
        marks, line = (
            part.assign(at=part["at"].astype(float).replace(np.inf, points.index.max()) / scale)
            for part in (marks, line)
        )
    x = alt.X(
        f"at:{kind}",
        title=f"{style.shortened(row['name'], 32)} [{unit}]",
        sort=None,
        axis=alt.Axis(tickCount=4, **({"format": ",~r"} if kind == "Q" else {"labelAngle": 0})),
        scale=alt.Scale(zero=False) if kind == "Q" else alt.Undefined,
    )
    y = alt.Y("value:Q", title="value", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(tickCount=3))
    drawn = (
        alt.Chart(style.rows(line)).mark_line(color=style.QUIET, strokeWidth=1.5).encode(x=x, y=y)
    )
    dots = alt.Chart(style.rows(marks)).mark_point(stroke=style.INK, size=46, opacity=0.85)
    return alt.layer(drawn, dots.encode(x=x, y=y, **style.funded_scales())).properties(
        width=PANEL, height=130
    )


def _years(labels) -> alt.X:
    return alt.X("year:N", title="year", sort=list(labels), axis=alt.Axis(labelAngle=0))


def _colours(fills: dict[str, str]) -> alt.Color:
    legend = alt.Legend(title=None, symbolStrokeColor=style.INK, symbolStrokeWidth=0.6)
    scale = alt.Scale(domain=list(fills), range=list(fills.values()))
    return alt.Color("what:N", scale=scale, legend=legend)
