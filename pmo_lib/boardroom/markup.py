"""What the page shows, as HTML in which every text is escaped."""

from __future__ import annotations

import base64
import re
from html import escape

import altair as alt
import pandas as pd
import vl_convert

from pmo_lib.stories.showing import shown_cells
from pmo_lib.wording import one_line

MOST_ROWS = 60
"""Rows of a table that are shown; the rest is counted."""


SHORT = 12
"""Cells with fewer letters stay on one line."""


def text(words: object) -> str:
    """Escape a text; neither markup nor a formula between currency signs."""
    return escape(one_line(words)).replace("$", "<span>$</span>")


def lines(*sentences: str, quiet: bool = False, heading: str = "") -> str:
    """Return one sentence as a paragraph, several as a list, under a heading.

    >>> lines("a < b")
    '<p>a &lt; b</p>'
    """
    look = ' class="pmo-quiet"' if quiet else ""
    told = [text(sentence) for sentence in sentences if sentence]
    head = f"<h2>{text(heading)}</h2>" if heading else ""
    if len(told) == 1:
        return f"{head}<p{look}>{told[0]}</p>"
    items = "".join(f"<li>{words}</li>" for words in told)
    return head + (f"<ul{look}>{items}</ul>" if told else "")


def bad(words: str) -> str:
    """Return what has to be mended, to be read out at once."""
    rows = "".join(f"<div>{text(row)}</div>" for row in words.splitlines())
    return f'<div class="pmo-bad" role="alert">{rows}</div>' if rows else ""


def good(*sentences: str) -> str:
    """Return what was done, to be read out."""
    rows = "".join(f"<div>{text(row)}</div>" for row in sentences if row)
    return f'<div class="pmo-good" role="status">{rows}</div>' if rows else ""


def table(frame: pd.DataFrame | None, caption: str, *, empty: str = "Nothing to list.") -> str:
    """Lay out a frame with its caption: text to the left, numbers to the right."""
    if frame is None or len(frame) == 0:
        return f"<h2>{text(caption)}</h2><p>{text(empty)}</p>"
    shown = frame.head(MOST_ROWS)
    numeric = [pd.api.types.is_numeric_dtype(k) and k.kind != "b" for k in shown.dtypes]
    cells = {c: shown_cells(shown[c], _places(shown[c])) for c in shown.columns}
    heads = "".join(
        f'<th scope="col"{_side(right)}>{text(c)}</th>'
        for c, right in zip(shown.columns, numeric, strict=True)
    )
    rows = "".join(
        "<tr>" + "".join(
            f"<td{_side(right, len(c) < SHORT)}>{text(c)}</td>" for c, right in zip(row, numeric, strict=True)
        ) + "</tr>"
        for row in zip(*cells.values(), strict=True)
    )  # fmt: skip
    more = f"<p>… and {len(frame) - MOST_ROWS} more.</p>" if len(frame) > MOST_ROWS else ""
    return (
        f'<div class="pmo-wide"><table><caption>{text(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>{more}"
    )


def picture(chart: alt.TopLevelMixin | None, words: str) -> str:
    """Return a chart as a picture with what it shows in words; nothing of no chart."""
    if chart is None:
        return ""
    drawn = vl_convert.vegalite_to_svg(chart.to_dict())
    data = base64.b64encode(drawn.encode()).decode()
    size = re.search(r' width="[\d.]+" height="[\d.]+"', drawn)[0]  # kept free until it is drawn
    return (
        f'<figure><img decoding="sync" alt="{escape(one_line(words))}"{size} '
        f'src="data:image/svg+xml;base64,{data}"></figure>'
    )


def _side(right: bool, short: bool = False) -> str:
    names = " ".join(["num"] * right + ["short"] * short)
    return f' class="{names}"' if names else ""


def _places(column: pd.Series) -> int:
    """Count the decimals, two at most, that the numbers of a column need."""
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return 0
    numbers = column.astype("Float64").astype(float)
    numbers = numbers[numbers.abs() < float("inf")]
    return next((p for p in range(2) if not (numbers - numbers.round(p)).abs().max() > 1e-9), 2)
