"""The ranking that follows its weights as they are moved, scored in the browser.

One chart carries the weights as Vega parameters bound to sliders, so that nothing
is sent or drawn anew while one is dragged. The scores are those of
``scoring.additive_value`` with the slider positions divided by their sum.
"""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt
import numpy as np
import pandas as pd

from pmo_lib import checks
from pmo_lib.charts import style
from pmo_lib.wording import Money, money_for

FIRST_ROWS = 8
"""Of the rows shown where not all are, how many are the first; the others are around the line."""

PADDING = 0.25
"""Share of a row's height that is left free."""


@dataclass(frozen=True)
class Sizes:
    """How large the live ranking is drawn.

    Attributes
    ----------
    letters, row, bars, names : float
        Size of letters, height of a row, room for the bars, and most room for a name. [px]
    score, cost, running : float
        Right ends of the columns of figures, from the end of the bars. [px]
    whole, part : int
        More projects than `whole` are not all shown, but `part` of them.
    """

    letters: float = style.FONT_SIZE
    row: float = 20
    bars: float = 300
    names: float = 250
    score: float = 40
    cost: float = 100
    running: float = 175
    whole: int = 60
    part: int = 40


LINE_WORDS = "where the money runs out walking down the list"
BUDGET = "budget"
"""Name of the Vega parameter that holds the budget. [currency]"""

SLIDER_STYLE = (
    ".vega-embed{display:flex!important;flex-direction:column-reverse;"
    "align-items:flex-start;padding-right:0!important}"
    ".vega-embed .vega-bindings{font:13px/1.7 Helvetica Neue,Helvetica,Arial,sans-serif;"
    "padding:0 0 8px 12px}"
    ".vega-embed .vega-bind label{display:flex;align-items:center;gap:10px}"
    ".vega-embed .vega-bind-name{display:inline-block;width:440px}"
    ".vega-embed .vega-bind input[type=range]{width:220px}"
)
"""Style sheet that puts the sliders above the chart, one a line, labels aligned."""


def slider_names(criteria: pd.Index) -> dict[str, str]:
    """Return the name of the Vega parameter of each criterion, by criterion.

    Parameters
    ----------
    criteria : Index
        In the order of the columns of the values.

    Returns
    -------
    dict
        For example ``{"residents": "weight_0"}``; any criterion gives a safe name.

    Examples
    --------
    >>> slider_names(pd.Index(["residents", "net zero"]))
    {'residents': 'weight_0', 'net zero': 'weight_1'}
    """
    return {criterion: f"weight_{number}" for number, criterion in enumerate(criteria)}


def live_ranking(
    values: pd.DataFrame,
    weights: pd.Series,
    *,
    cost: pd.Series,
    budget: float,
    mandatory: pd.Series | None = None,
    swings: pd.Series | None = None,
    names: pd.Series | None = None,
    criterion_names: pd.Series | None = None,
    currency: str = "£",
    title: str = "The ranking as the weights move",
    sizes: Sizes = Sizes(),
) -> alt.LayerChart:
    """Draw the ranked list with one slider a criterion; it ranks anew at every move.

    The list is mandatory projects first, then the others by score; equal scores share
    the better rank and keep the order of the rows given. The line stands where the
    running total of cost first exceeds the budget. It is no decision: it knows neither
    yearly budgets nor links. Of many projects the first rows and those around the
    line are shown.

    Parameters
    ----------
    values : DataFrame of shape (n_projects, n_criteria)
        Single-criterion values in [0, 1]. [value]
    weights : Series of shape (n_criteria,)
        Where the sliders start; non-negative, summing to 1. A slider runs from 0 to
        100 points, and the legend states each weight as its share of all points. [-]
    cost : Series of shape (n_projects,)
        Non-negative, in any order. [currency]
    budget : float
        Non-negative, after what is already committed. [currency]
    mandatory : Series of shape (n_projects,), optional
        True for the projects taken first; none if not given.
    swings : Series by criterion, optional
        What the weight was judged for, for example ``"from 0 to 40,000 residents"``.
    names, criterion_names : Series by project, by criterion, optional
        What to print for a label; the label itself if not given.
    currency : str
        Sign of the currency.
    title : str
        What is seen.
    sizes : Sizes
        How large it is drawn, and how many rows are shown.

    Returns
    -------
    alt.LayerChart
        Its parameters are those of :func:`slider_names` and ``"budget"``; in a
        notebook show ``alt.JupyterChart(chart)`` and observe its ``params``.

    Raises
    ------
    InputError
        If a value is outside [0, 1], the weights do not sum to 1, a cost is missing
        or negative, or labels do not match.
    """
    values = checks.require_values(values)
    weights = checks.require_weights(weights, criteria=values.columns)
    budget = checks.require_number(budget, name="budget", low=0)
    table = _table(values, cost, mandatory, names)
    criteria = style.named(values.columns, criterion_names, what="criterion_names")
    sliders = _sliders(values.columns, weights, criteria, swings)
    money = money_for(currency, min(budget, float(table["cost"].sum())))
    chart = alt.layer(
        *_layers(table, criteria, money, sizes),
        data=style.rows(table),
        transform=_ranked(alt.Chart(), len(criteria), len(table), sizes).transform,
        params=[*sliders, alt.param(name=BUDGET, value=budget).param],
        width=sizes.bars,
        height=alt.Step(sizes.row),
    )
    return style.dress(chart, title=title, subtitle=_sentences(table, sizes))


def _table(values, cost, mandatory, names) -> pd.DataFrame:
    """Return one row a project: its values, cost, name and place in the order given."""
    checks.require_series(cost, name="cost")
    checks.require_same_labels(cost.index, values.index, name="cost", other="values")
    cost = checks.require_numbers(cost, name="cost", low=0).reindex(values.index)
    table = pd.DataFrame(values.to_numpy(), columns=_fields("value", values.shape[1]))
    table["cost"] = cost.to_numpy()
    table["first"] = 0
    if mandatory is not None:
        first = style.truths(mandatory, values.index, name="mandatory", other="values")
        table["first"] = first.astype(int)
    table["name"] = style.named(values.index, names, what="names")
    table["given"] = np.arange(len(table))
    return table


def _fields(stem: str, n: int) -> list[str]:
    return [f"{stem}{number:03d}" for number in range(n)]


def _sliders(criteria, weights, printed, swings) -> list[alt.VariableParameter]:
    """Bind one parameter a criterion to a slider that says what it weighs."""
    labels = list(printed)
    if swings is not None:
        words = style.named(criteria, swings, what="swings")
        labels = [f"{name}: {swing}" for name, swing in zip(printed, words, strict=True)]
    return [
        alt.param(
            name=name,
            value=round(100 * float(weights[criterion]), 9),
            bind=alt.binding_range(min=0, max=100, step=1, name=label),
        ).param
        for (criterion, name), label in zip(slider_names(criteria).items(), labels, strict=True)
    ]


def _ranked(chart: alt.Chart, n_criteria: int, n: int, sizes: Sizes) -> alt.Chart:
    """Score, rank, walk down the list and keep the rows to show, all in the browser."""
    total = "+".join(f"weight_{number}" for number in range(n_criteria))
    for number, (part, value) in enumerate(
        zip(_fields("part", n_criteria), _fields("value", n_criteria), strict=True)
    ):
        share = f"({total} > 0 ? weight_{number} / ({total}) : 0)"
        chart = chart.transform_calculate(**{part: f"100 * {share} * datum.{value}"})
    parts = "+".join(f"datum.{part}" for part in _fields("part", n_criteria))
    best = [alt.SortField("score", "descending")]
    place = [*best, alt.SortField("given", "ascending")]
    walk = [alt.SortField("first", "descending"), alt.SortField("place", "ascending")]
    chart = (
        chart.transform_calculate(score=f"round(({parts}) * 1e9) / 1e9")
        .transform_window(rank="rank()", sort=best)
        .transform_window(place="row_number()", sort=place)
        .transform_window(running="sum(cost)", walk="row_number()", sort=walk)
        .transform_calculate(above=f"datum.running <= {BUDGET} * (1 + 1e-12) ? 1 : 0")
        .transform_joinaggregate(n_above="sum(above)")
    )
    if n <= sizes.whole:
        return chart.transform_calculate(row="datum.walk", hidden="0")
    tail = sizes.part - FIRST_ROWS
    start = f"clamp(datum.n_above - {tail // 2}, {FIRST_ROWS}, {n - tail})"
    return (
        chart.transform_calculate(start=start)
        .transform_filter(
            f"datum.walk <= {FIRST_ROWS}"
            f" || (datum.walk > datum.start && datum.walk <= datum.start + {tail})"
        )
        .transform_calculate(
            row=f"datum.walk <= {FIRST_ROWS} ? datum.walk"
            f" : datum.walk - datum.start + {FIRST_ROWS}",
            hidden=f"datum.walk == {FIRST_ROWS} ? datum.start - {FIRST_ROWS} : 0",
        )
    )


def _layers(table: pd.DataFrame, criteria: list[str], money: Money, sizes: Sizes) -> list:
    """Draw rank, name, bar and figures in rows, then the line."""
    n_rows = len(table) if len(table) <= sizes.whole else sizes.part
    scale = alt.Scale(
        domain=list(range(1, n_rows + 1)), paddingInner=PADDING, paddingOuter=PADDING / 2
    )
    y = alt.Y("row:O", axis=None, scale=scale)
    base = alt.Chart().encode(y=y, tooltip=_tooltip(money))
    room = style.text_room(table["name"], most=sizes.names, size=sizes.letters)
    return [
        _bars(base, criteria),
        *_words(base, room, sizes),
        *_figures(base, money, sizes),
        *_lines(scale, room, money, sizes),
        _headings(room, money, sizes),
    ]


def _bars(base: alt.Chart, criteria: list[str]) -> alt.Chart:
    """Stack the weighted values; the legend states each weight as it stands."""
    fields = _fields("part", len(criteria))
    total = "+".join(f"weight_{number}" for number in range(len(criteria)))
    shares = ", ".join(f"{field}: weight_{number}" for number, field in enumerate(fields))
    words = style.label_expression(fields, criteria)
    label = f"{words} + ' ' + format({{{shares}}}[datum.label] / max({total}, 1e-9), '.0%')"
    x = alt.X(
        "low:Q",
        title="score (out of 100)",
        scale=alt.Scale(domain=[0, 100]),
        axis=alt.Axis(values=[0, 25, 50, 75, 100], format="d"),
    )
    bars = style.stacked(base, fields, by="row").mark_bar(stroke="white", strokeWidth=0.8)
    return bars.encode(
        x=x,
        color=style.field_colour(fields, criteria, label, extra=5),
        x2="high:Q",
        opacity=alt.condition("datum.above == 1", alt.value(1), alt.value(style.DIM)),
    )


def _words(base: alt.Chart, room: float, sizes: Sizes) -> list[alt.Chart]:
    """Print rank and name, and a square where a project is mandatory."""
    square = base.transform_filter("datum.first == 1").mark_point(
        shape="square", fill=style.INK, stroke=style.INK, size=45, opacity=1
    )
    return [
        style.text(base, -room - 30, "rank:Q", colour=style.QUIET, size=sizes.letters),
        style.text(base, -room - 22, "name:N", align="left", limit=room, size=sizes.letters),
        square.encode(x=alt.value(-9)),
    ]


def _figures(base: alt.Chart, money: Money, sizes: Sizes) -> list[alt.Chart]:
    """Print score, cost and running total in columns of their own."""
    figures = base.transform_calculate(
        cost_shown=f"format(datum.cost / {money.divisor:g}, ',.1f')",
        running_shown=f"format(datum.running / {money.divisor:g}, ',.1f')",
    )
    score = alt.Text("score:Q", format=".1f")
    return [
        style.text(where, sizes.bars + end, shown, size=sizes.letters)
        for where, end, shown in (
            (base, sizes.score, score),
            (figures, sizes.cost, "cost_shown:N"),
            (figures, sizes.running, "running_shown:N"),
        )
    ]


def _lines(scale: alt.Scale, room: float, money: Money, sizes: Sizes) -> list[alt.Chart]:
    """Draw the line at the budget, and a dotted one where rows are left out."""
    last = alt.Chart().transform_filter("datum.walk == datum.n_above")
    none = alt.Chart().transform_filter("datum.walk == 1 && datum.n_above == 0")
    gap = alt.Chart().transform_filter("datum.hidden > 0")
    budget = (
        f"{style.quoted(money.sign)} + format({BUDGET} / {money.divisor:g}, ',.1f')"
        f" + {style.quoted(money.letter)}"
    )
    hidden = "format(datum.hidden, 'd') + ' not shown'"
    thick = {"strokeWidth": 2.5, "color": style.INK}
    dotted = {"strokeWidth": 1.5, "color": style.QUIET, "strokeDash": [2, 4]}
    return [
        layer
        for where, edge, note, stroke in (
            (last, 1, budget, thick),
            (none, 0, budget, thick),
            (gap, 1, hidden, dotted),
        )
        for layer in _line(where, edge, note, stroke, scale=scale, room=room, sizes=sizes)
    ]


def _line(where, edge: int, note: str, stroke: dict, *, scale, room, sizes) -> list[alt.Chart]:
    """Draw a line below a row (edge 1) or above it (edge 0), and its note at the end."""
    y = alt.Y("row:O", scale=scale, axis=None, bandPosition=edge)
    half = sizes.row * PADDING / 2 * (1 if edge else -1)
    end = sizes.bars + sizes.running + 8
    rule = where.mark_rule(yOffset=half, **stroke)
    note = style.text(
        where.transform_calculate(note=note), end + 6, "note:N", align="left",
        colour=stroke["color"], yOffset=half, size=sizes.letters,
    )  # fmt: skip
    return [rule.encode(x=alt.value(-room - 46), x2=alt.value(end), y=y), note.encode(y=y)]


def _headings(room: float, money: Money, sizes: Sizes) -> alt.LayerChart:
    words = {
        "project": (-room - 22, "left"),
        "score": (sizes.bars + sizes.score, "right"),
        f"cost, {money.unit}": (sizes.bars + sizes.cost, "right"),
        f"total, {money.unit}": (sizes.bars + sizes.running, "right"),
    }
    return style.headings(words, size=min(sizes.letters, 1.25 * style.FONT_SIZE))


def _sentences(table: pd.DataFrame, sizes: Sizes) -> list[str]:
    """Say what the line and the squares are, and which rows are seen."""
    first = " Square: mandatory, taken first." if table["first"].any() else ""
    sentences = [
        f"Thick line: {LINE_WORDS}.{first}",
        "Percentages: what each slider weighs in all of them together.",
    ]
    if len(table) > sizes.whole:
        sentences.append(
            f"{sizes.part} of {len(table)} projects are shown: the first {FIRST_ROWS},"
            " and those around the line."
        )
    return sentences


def _tooltip(money: Money) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("name:N", title="project"),
        alt.Tooltip("rank:Q", title="rank"),
        alt.Tooltip("score:Q", title="score (out of 100)", format=".2f"),
        alt.Tooltip("cost:Q", title=f"cost [{money.sign}]", format=",.0f"),
        alt.Tooltip("running:Q", title=f"running total [{money.sign}]", format=",.0f"),
    ]
