"""The live ranking of the board's page: weights, budget and filter in the browser alone.

It is `charts.live_ranking` without heading and legend (the sliders wear the colours), with
the budget as a slider, a filter, and a mark beside each project of the last exact list.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from pmo_lib import charts
from pmo_lib.charts import style
from pmo_lib.statements import swing
from pmo_lib.widgets.live import line_inputs, walk
from pmo_lib.wording import one_line
from pmo_lib.workbench import Recommendation

LOWEST, HIGHEST = 50, 130
"""How far all budgets can be cut or raised on the page. [%]"""

PERCENT, ONLY, CHOSEN, SEEN = "budget_percent", "only", "chosen", "seen"
"""Vega parameters: the budget, what is shown, the rows on the last exact list, and how often
the kernel has placed the sliders: a view that was just made says 0, whatever they show."""

SIZES = charts.live.Sizes(
    letters=18, row=20.5, bars=190, names=345, score=34, cost=100, running=170, whole=36, part=30
)
"""Letters that are read from the back of a room; fewer rows, so that all are on the screen."""

EVERYTHING = "everything"
_GROUP = "group"
_MARK_AT = -64
"""Where the mark of the exact list stands, left of the rank. [px]"""


def live_chart(made: Recommendation) -> alt.LayerChart:
    """Draw the live ranking of a recommendation, its parameters bound to controls.

    Parameters
    ----------
    made : Recommendation
        The opening list: values, costs, budgets, names.

    Returns
    -------
    alt.LayerChart
        Parameters: those of `charts.slider_names`, ``budget_percent`` (50 to 130),
        ``only`` (a category or ``"everything"``), ``chosen`` (rows on the exact list), ``seen``.
    """
    portfolio, evaluation = made.portfolio, made.evaluation
    rows = portfolio.criteria.loc[evaluation.weights.index]
    words = [swing(row, currency=made.settings.currency) for _, row in rows.iterrows()]
    given = line_inputs(made)
    chart = charts.live_ranking(
        weights=evaluation.weights,
        swings=pd.Series(words, index=rows.index),
        names=portfolio.projects["name"],
        criterion_names=rows["name"],
        currency=made.settings.currency,
        sizes=SIZES,
        **given,
    )
    chart.title = alt.Undefined
    chart.layer[0].encoding.color.legend = None
    chart.layer[0].encoding.x.axis = None
    chart.layer[0].mark.stroke, chart.layer[0].mark.strokeWidth = style.QUIET, 0.5
    chart.padding = {"left": 4, "right": 4, "top": 22, "bottom": 2}
    groups = groups_of(made)
    _filter(chart, groups)
    _budget(chart, made)
    _marks(chart, made)
    return chart


def colours(made: Recommendation) -> list[str]:
    """Return the fill of each criterion, in the order of the sliders."""
    return style.palette(len(made.evaluation.weights))


def groups_of(made: Recommendation) -> pd.Series:
    """Return the category of each assessed proposal, empty where none is stated."""
    category = made.portfolio.projects["category"].reindex(made.evaluation.score.index)
    return category.map(one_line)


def chosen_rows(made: Recommendation, opening: Recommendation) -> list[int]:
    """Return the places, in the order of the chart's rows, of the projects on a list."""
    selected = made.choice.selected.reindex(opening.evaluation.score.index, fill_value=False)
    return [place for place, inside in enumerate(selected) if inside]


def available_at(made: Recommendation, scale: float) -> float:
    """Return what a factor on all budgets leaves for proposals. [currency]."""
    stated = float(made.portfolio.budgets["amount"].sum())
    now = line_inputs(made)["budget"]
    if not stated:
        return now
    return max(0.0, now + stated * (scale - made.settings.budget_scale))


def quick_list(made: Recommendation, weights: pd.Series, scale: float) -> pd.DataFrame:
    """Walk down the list under other weights and budgets, as the browser does.

    Parameters
    ----------
    made : Recommendation
        Gives values, costs and budgets.
    weights : Series by criterion
        Non-negative, summing to 1. [-]
    scale : float
        Factor on all budgets. [-]

    Returns
    -------
    DataFrame by project
        As `widgets.live.walk`.
    """
    table = walk(made, weights)
    budget = available_at(made, scale)
    return table.assign(above=table["running"] <= budget * (1 + 1e-12))


def _filter(chart: alt.LayerChart, groups: pd.Series) -> None:
    """Show one category only; ranks and the line stay those of all."""
    names = sorted({name for name in groups if name})
    if not names:
        return
    data = chart.data
    if isinstance(data, pd.DataFrame):
        chart.data = data.assign(**{_GROUP: groups.to_numpy()})
    else:
        for row, group in zip(data.values, groups, strict=True):
            row[_GROUP] = group
    bind = alt.binding_select(
        options=[EVERYTHING, *names], labels=["all proposals", *names], name="Show"
    )
    chart.params = [*chart.params, alt.param(name=ONLY, value=EVERYTHING, bind=bind).param]
    in_order = [alt.SortField("first", "descending"), alt.SortField("place", "ascending")]
    extra = (
        alt.Chart()
        .transform_filter(f"{ONLY} === '{EVERYTHING}' || datum.{_GROUP} === {ONLY}")
        .transform_window(walk="row_number()", sort=in_order)
        .transform_joinaggregate(n_above="sum(above)")
    )
    steps = list(chart.transform)
    place = next(n for n, step in enumerate(steps) if isinstance(step, alt.JoinAggregateTransform))
    chart.transform = [*steps[: place + 1], *extra.transform, *steps[place + 1 :]]


def _budget(chart: alt.LayerChart, made: Recommendation) -> None:
    """Bind the budget to a slider in per cent of what the tables plan."""
    portfolio, scale = made.portfolio, made.settings.budget_scale
    stated, percent = float(portfolio.budgets["amount"].sum()), round(100 * scale, 6)
    if not stated:
        return
    running = stated * scale - line_inputs(made)["budget"]
    low, high = min(LOWEST, percent), max(HIGHEST, percent)
    bind = alt.binding_range(min=low, max=high, step=1, name="All budgets, % of the plan")
    kept = [param for param in chart.params if param.name != charts.live.BUDGET]
    left = f"max(0, {stated!r} * {PERCENT} / 100 - {running!r})"
    chart.params = [
        *kept,
        alt.param(name=PERCENT, value=percent, bind=bind).param,
        alt.param(name=charts.live.BUDGET, expr=left).param,
    ]


def _marks(chart: alt.LayerChart, made: Recommendation) -> None:
    """Mark the projects of the last exact list, left of the rank."""
    rows, seen = (
        alt.param(name=CHOSEN, value=chosen_rows(made, made)),
        alt.param(name=SEEN, value=0),
    )
    chart.params = [*chart.params, rows.param, seen.param]
    y = chart.layer[0].encoding.y
    inside = f"indexof({CHOSEN}, datum.given) >= 0"
    look = {"size": 130, "opacity": 1, "strokeWidth": 1.4, "stroke": style.INK}
    funded = style.FUNDED_FILL[style.FUNDED]
    layers = [
        alt.Chart().transform_filter(condition).mark_point(shape=shape, fill=fill, **look)
        for condition, shape, fill in (
            (inside, "circle", funded),
            (f"!({inside})", "diamond", "white"),
        )
    ]
    marked = [layer.encode(x=alt.value(_room(made) + _MARK_AT), y=y) for layer in layers]
    chart.layer = [*chart.layer, *marked]


def _room(made: Recommendation) -> float:
    names = style.named(made.evaluation.score.index, made.portfolio.projects["name"], what="names")
    return -style.text_room(names, most=SIZES.names, size=SIZES.letters)
