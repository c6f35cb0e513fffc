"""Show a plain table or a sentence in a notebook; what users wrote stays text."""

from __future__ import annotations

import re
from html import escape

import pandas as pd
from IPython.display import display

from pmo_lib.wording import one_line

_UNIT = re.compile(r"\[[^\]]*\]$")
_NO_FORMULA = 'class="dataframe tex2jax_ignore mathjax_ignore"'


def show(shown) -> None:
    """Show a table or a chart; None, where a portfolio has nothing to draw, shows nothing.

    Parameters
    ----------
    shown : DataFrame, chart or None
        A table has columns named with their units; text is set to the left, numbers to the
        right. Missing is shown as a dash, infinity as "never".
    """
    if isinstance(shown, pd.DataFrame):
        _show_table(shown)
    elif shown is not None:
        display(shown)


def _show_table(frame: pd.DataFrame) -> None:
    """Show a table with its text form beside it."""
    if len(frame) == 0:
        say("Nothing to list.")
        return
    places = _places(frame)
    cells = {column: shown_cells(frame[column], places[column]) for column in frame.columns}
    plain = pd.DataFrame(cells, index=frame.index, columns=frame.columns)
    display(
        {"text/plain": plain.to_string(index=False), "text/html": _html(frame, plain)}, raw=True
    )


def say(*sentences: str) -> None:
    """Show one sentence as a paragraph, several as a list; none shows nothing."""
    if not sentences:
        return
    texts = [_text(sentence) for sentence in sentences]
    if len(texts) == 1:
        html = f"<p>{texts[0]}</p>"
    else:
        html = "<ul>" + "".join(f"<li>{text}</li>" for text in texts) + "</ul>"
    html = f'<div class="tex2jax_ignore mathjax_ignore">{html}</div>'
    display({"text/plain": "\n".join(map(one_line, sentences)), "text/html": html}, raw=True)


def shown_cells(column: pd.Series, places: int) -> list[str]:
    """Word the cells of a column: separators, decimals, a dash for what is missing.

    >>> shown_cells(pd.Series([1200.0, 0.5, None]), 1)
    ['1,200.0', '0.5', '–']
    """
    if pd.api.types.is_bool_dtype(column):
        return ["yes" if cell else "no" for cell in column]
    if not pd.api.types.is_numeric_dtype(column):
        return ["–" if pd.isna(cell) else one_line(cell) for cell in column]
    numbers = column.astype("Float64").astype(float)
    words = {float("inf"): "never", float("-inf"): "–∞"}
    return [
        "–" if pd.isna(cell) else words.get(cell) or f"{cell + 0.0:,.{places}f}".replace("-", "−")
        for cell in numbers
    ]


def _places(frame: pd.DataFrame) -> dict[str, int]:
    """Return the decimals of each column: as few as show its numbers, alike within a unit."""
    needed = {column: _needed(frame[column]) for column in frame.columns}
    unit = {column: _UNIT.search(str(column)) for column in frame.columns}
    most: dict[str, int] = {}
    for column, found in unit.items():
        key = found.group() if found else column
        most[key] = max(most.get(key, 0), needed[column])
    return {column: most[found.group() if found else column] for column, found in unit.items()}


def _needed(column: pd.Series) -> int:
    """Count the decimals, three at most, that the numbers of a column need."""
    if not pd.api.types.is_numeric_dtype(column):
        return 0
    numbers = column.astype("Float64").astype(float)
    finite = numbers[numbers.abs() < float("inf")]
    return next((p for p in range(3) if not (finite - finite.round(p)).abs().max() > 1e-9), 3)


def _html(frame: pd.DataFrame, plain: pd.DataFrame) -> str:
    """Lay out a table of texts that are already worded."""
    sides = [
        "right" if pd.api.types.is_numeric_dtype(kind) and kind.kind != "b" else "left"
        for kind in frame.dtypes
    ]
    heads = _row("th", plain.columns, [f"text-align: {side}" for side in sides])
    rows = "".join(
        _row("td", cells, [_style(cell, side) for cell, side in zip(cells, sides, strict=True)])
        for cells in plain.itertuples(index=False, name=None)
    )
    return f"<table {_NO_FORMULA}><thead>{heads}</thead><tbody>{rows}</tbody></table>"


def _style(cell: str, side: str) -> str:
    """Keep short cells on one line, and give long ones room."""
    width = "white-space: nowrap" if len(cell) < 20 else "min-width: 13em"
    return f"text-align: {side}; {width}"


def _row(tag: str, cells, styles) -> str:
    pairs = zip(cells, styles, strict=True)
    return (
        "<tr>" + "".join(f'<{tag} style="{how}">{_text(c)}</{tag}>' for c, how in pairs) + "</tr>"
    )


def _text(text: object) -> str:
    """Escape a text for a page: neither markup nor a formula between currency signs."""
    return escape(one_line(text)).replace("$", "<span>$</span>")
