"""The blocks that the decision paper is made of: texts, tables, pictures, as plain data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import pandas as pd

LEFT, RIGHT, CENTRE = "left", "right", "center"
FONTS = ("Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono")
"""Fonts that come with typst: the paper looks the same on every machine."""

SIZE = 8.5
"""Size of the type in tables. [pt]"""

FULL_WIDTH, TALLEST = 640, 800
"""A drawing this wide fills the page; one taller than that, at this width, is made narrower. [px]"""

_SIZES = re.compile(r'<svg[^>]*? width="([\d.]+)" height="([\d.]+)"')


def part(heading: str, *blocks: dict | None, fresh: bool = True) -> dict:
    """Return a part of the paper under its heading, on a fresh page or not."""
    return {"heading": heading, "fresh": fresh, "blocks": [block for block in blocks if block]}


def said(kind: str, text: str) -> dict:
    """Return a paragraph: text, small, lead or heading."""
    return {"kind": kind, "text": text}


def points(items: Iterable[str], *, numbered: bool = False) -> dict | None:
    """Return a list of points, or nothing."""
    items = list(items)
    return {"kind": "numbers" if numbered else "points", "items": items} if items else None


def column(head: str, share: float = 0, side: str = LEFT, *, cm: float = 0) -> dict:
    """Return a column: a share of the width, so many centimetres, or else as wide as its text."""
    return {"head": head, "share": share, "cm": cm, "side": side}


def figures(head: str, cm: float = 0) -> dict:
    """Return a column of numbers."""
    return column(head, side=RIGHT, cm=cm)


def row(*cells, kind: str = "row") -> dict:
    """Return a row: texts, or dicts with text and span or a line under it."""
    return {"kind": kind, "cells": list(cells)}


def table(
    columns: Sequence[dict], rows: Iterable, *, title: str = "", size: float = SIZE, roomy=False
) -> dict | None:
    """Return a table; rows may be plain sequences of texts. None without rows."""
    rows = [one if isinstance(one, dict) else row(*one) for one in rows]
    laid = {"kind": "table", "title": title, "columns": list(columns), "rows": rows}
    return laid | {"size": size, "roomy": roomy} if rows else None


def frame(table_: pd.DataFrame, *, numbers: float, title: str = "") -> dict | None:
    """Return a table of a frame: columns of numbers so wide [cm], what is missing as a dash."""
    from pmo_lib.stories.showing import shown_cells

    columns, cells = [], []
    for name in table_.columns:
        kind = table_[name]
        numeric = pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)
        columns.append(figures(str(name), numbers) if numeric else column(str(name), 1))
        cells.append(shown_cells(kind, _places(kind) if numeric else 0))
    return table(columns, zip(*cells, strict=True), title=title)


def _places(numbers: pd.Series) -> int:
    known = numbers.dropna().astype(float)
    return 0 if (known.round(6) % 1 == 0).all() else 1 if known.abs().max() >= 10 else 2


def get_ready() -> None:
    """Load what draws pictures, which takes far longer than one of them."""
    import altair as alt
    import vl_convert

    plan = alt.Chart().mark_point().to_dict(validate=False)
    vl_convert.vegalite_to_svg(plan, vl_version=_version())


def _version() -> str:
    import altair as alt

    return ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])


def picture(chart, more: str = "") -> dict | None:
    """Return a chart as a drawing, with its title and subtitle as words for who cannot see it."""
    if chart is None:
        return None
    import vl_convert

    plan = chart.to_dict(validate=False)
    plan["config"]["font"], heading = FONTS[0], plan["title"]
    drawing = vl_convert.vegalite_to_svg(plan, vl_version=_version())
    under = heading.get("subtitle", "")
    under = " ".join(under) if isinstance(under, list) else under
    wide, tall = (float(x) for x in _SIZES.search(drawing).groups())
    share = min(1.0, wide / FULL_WIDTH, TALLEST / (tall / wide * FULL_WIDTH))
    alt = " ".join(text for text in (f"{heading['text']}.", under, more) if text)
    return {"kind": "picture", "svg": drawing, "alt": alt, "share": share}
