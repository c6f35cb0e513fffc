"""What all charts share: colours, type, units of money, names, data as plain rows."""

from __future__ import annotations

import json

import altair as alt
import numpy as np
import pandas as pd

from pmo_lib import checks
from pmo_lib.wording import one_line

RAMP = ("#1f1c54", "#6c1b50", "#00606a", "#ba5138", "#5b92d3", "#e1a12e", "#9ed7bb", "#f7ecb1")
"""Fills from dark to light: neighbours differ in lightness, whatever the eye or printer."""

INK, QUIET, GRID = "#1f1f1f", "#5f5f5f", "#e3e3e3"
FUNDED, NOT_FUNDED = "funded", "not funded"
FUNDED_FILL = {FUNDED: "#12466b", NOT_FUNDED: "#ffffff"}
FUNDED_SHAPE = {FUNDED: "circle", NOT_FUNDED: "diamond"}
DIM = 0.42
"""Opacity of the bars of what is not funded. [-]"""

FONT = "Helvetica Neue, Helvetica, Arial, Liberation Sans, sans-serif"
FONT_SIZE = 12
WIDTH = 640
"""Width of the drawing area of a wide chart. [px]"""

MOST_ROWS_OF_A_FRAME = 5000
"""Altair refuses a longer frame; as plain rows it takes any, but copies them slowly."""


def palette(n: int) -> list[str]:
    """Spread n fills over the ramp, dark to light.

    >>> palette(2)
    ['#1f1c54', '#f7ecb1']
    """
    channels = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in RAMP])
    if 1 < n <= len(RAMP):
        places = np.linspace(0, len(RAMP) - 1, n).round()
    else:
        places = np.linspace(0, len(RAMP) - 1, max(n, 2))[:n]
    mixed = [np.interp(places, range(len(RAMP)), channel) for channel in channels.T]
    rgb = np.column_stack(mixed).round().astype(int)
    return ["#" + "".join(f"{part:02x}" for part in colour) for colour in rgb]


def named(labels: pd.Index, names: pd.Series | None, *, what: str) -> list[str]:
    """Return the names to print for labels: the labels themselves where none are given."""
    if names is None:
        return [one_line(label) for label in labels]
    checks.require_series(names, name=what)
    unknown = labels.difference(names.index)
    if len(unknown):
        raise checks.InputError(f"{what}: has no name for {checks.listing(unknown)}; add it")
    found = names.reindex(labels)
    return [
        one_line(label if pd.isna(name) else name)
        for label, name in zip(labels, found, strict=True)
    ]


def text_room(texts, *, most: float, size: float = FONT_SIZE) -> float:
    """Estimate the width of the widest text, up to a most. [px]."""
    return min(most, 8 + 0.56 * size * max(map(len, texts)))


def legend_columns(labels: list[str], *, extra: int = 0) -> int:
    """Return how many labels, with extra letters each, fit side by side above a chart."""
    widest = 34 + text_room(labels, most=260) + 0.56 * FONT_SIZE * extra
    return int(np.clip(WIDTH // widest, 1, min(4, len(labels))))


def shortened(text: str, most: int) -> str:
    """Cut a text to a number of letters, an ellipsis being the last.

    >>> shortened("Street lighting renewal", 10)
    'Street lig…'
    """
    return text if len(text) <= most + 1 else text[:most].rstrip() + "…"


def truths(flags: pd.Series, labels: pd.Index, *, name: str, other: str) -> np.ndarray:
    """Return true-or-false flags in the order of the labels, or refuse them."""
    checks.require_series(flags, name=name)
    checks.require_same_labels(flags.index, labels, name=name, other=other)
    flags = flags.reindex(labels)
    for label, flag in flags.items():
        if not isinstance(flag, bool | np.bool_):
            raise checks.InputError(
                f"{name}: each must be True or False, got {checks.show(flag)} "
                f"for {checks.show(label)}"
            )
    return flags.to_numpy(dtype=bool)


def rows(frame: pd.DataFrame) -> pd.DataFrame | alt.InlineData:
    """Return a frame as the data of a chart, however many rows it has."""
    if len(frame) <= MOST_ROWS_OF_A_FRAME:
        return frame.copy()
    return alt.InlineData(values=json.loads(frame.to_json(orient="records")))


def label_expression(fields: list[str], labels: list[str]) -> str:
    """Word an expression that shows a field by its label; no label can end its quotes."""
    pairs = ", ".join(f'"{f}": {quoted(text)}' for f, text in zip(fields, labels, strict=True))
    return f"({{{pairs}}})[datum.label]"


def quoted(text: str) -> str:
    r"""Quote a text for an expression; letters with a meaning elsewhere are escaped.

    >>> print(quoted("<b>'"))
    "\u003cb\u003e\u0027"
    """
    plain = (c if c.isascii() and (c.isalnum() or c in " ,.:;()-") else _code(c) for c in text)
    return f'"{"".join(plain)}"'


def _code(letter: str) -> str:
    units = letter.encode("utf-16-be", "replace")
    return "".join(f"\\u{units[i] << 8 | units[i + 1]:04x}" for i in range(0, len(units), 2))


def stacked(base: alt.Chart, fields: list[str], *, by: str) -> alt.Chart:
    """Lay the fields of a row end to end, from `low` to `high`, one row a field."""
    return base.transform_fold(fields, as_=["field", "part"]).transform_stack(
        stack="part", groupby=[by], sort=[alt.SortField("field")], as_=["low", "high"]
    )


def field_colour(fields: list[str], labels: list[str], words: str, *, extra: int = 0) -> alt.Color:
    """Give each field its fill; the legend words it by an expression, with extra letters."""
    columns = legend_columns(labels, extra=extra)
    legend = alt.Legend(title=None, labelExpr=words, columns=columns)
    scale = alt.Scale(domain=fields, range=palette(len(fields)))
    return alt.Color("field:N", scale=scale, legend=legend)


def text(
    base: alt.Chart, x: float, shown, *, align: str = "right", colour: str = INK,
    size: float = FONT_SIZE, **how,
):  # fmt: skip
    """Set a column of text at a distance from the left edge of the drawing area. [px]."""
    mark = base.mark_text(align=align, color=colour, fontSize=size, **how)
    return mark.encode(x=alt.value(x), text=shown)


def headings(words: dict[str, tuple[float, str]], *, size: float = FONT_SIZE) -> alt.LayerChart:
    """Set the headings of columns of text above the drawing area, by word: where, and which side."""
    word = {name: alt.Chart(rows(pd.DataFrame({"word": [name]}))) for name in words}
    return alt.layer(
        *(
            text(word[name], x, "word:N", align=side, colour=QUIET, size=size).encode(
                y=alt.value(-8)
            )
            for name, (x, side) in words.items()
        )
    )


def funded_scales(field: str = "state:N", words: tuple[str, str] = (FUNDED, NOT_FUNDED)) -> dict:
    """Return the shape and fill by which funded and not funded, or two words, are told apart."""
    legend = alt.Legend(title=None, symbolSize=90)
    shape, fill = (
        channel(field, legend=legend, scale=alt.Scale(domain=list(words), range=[*looks.values()]))
        for channel, looks in ((alt.Shape, FUNDED_SHAPE), (alt.Fill, FUNDED_FILL))
    )
    return {"shape": shape, "fill": fill}


def dress(chart, *, title: str, subtitle: str | list[str] = ""):
    """Give a finished chart its title, type and quiet axes."""
    heading = alt.TitleParams(
        one_line(title),
        subtitle=subtitle or alt.Undefined,
        anchor="start",
        frame="bounds",
        fontSize=16,
        fontWeight="bold",
        subtitleFontSize=FONT_SIZE,
        subtitleColor=QUIET,
        subtitlePadding=4,
        offset=14,
        color=INK,
    )
    return (
        chart.properties(title=heading, background="white", padding=12)
        .configure(font=FONT)
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=FONT_SIZE,
            titleFontSize=FONT_SIZE,
            titleFontWeight="normal",
            labelColor=INK,
            titleColor=QUIET,
            gridColor=GRID,
            domainColor=QUIET,
            tickColor=QUIET,
            titlePadding=8,
            labelFlush=False,
        )
        .configure_legend(
            orient="top",
            direction="horizontal",
            labelFontSize=FONT_SIZE,
            titleFontSize=FONT_SIZE,
            titleFontWeight="normal",
            titleColor=QUIET,
            labelColor=INK,
            labelLimit=260,
            symbolOpacity=1,
            columnPadding=14,
        )
    )
