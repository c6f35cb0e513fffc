"""Show a plain table or a sentence in a notebook; what users wrote stays text."""

from __future__ import annotations

from html import escape

import pandas as pd
from IPython.display import display

from pmo_lib.export.words import one_line

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
    cells = {column: shown_cells(frame[column]) for column in frame.columns}
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


def shown_cells(column: pd.Series) -> list[str]:
    """Word the cells of a column: separators, as many decimals as the column needs, dashes.

    >>> shown_cells(pd.Series([1200.0, 0.5, None]))
    ['1,200.0', '0.5', '–']
    """
    if pd.api.types.is_bool_dtype(column):
        return ["yes" if cell else "no" for cell in column]
    if not pd.api.types.is_numeric_dtype(column):
        return ["–" if pd.isna(cell) else one_line(cell) for cell in column]
    numbers = column.astype("Float64").astype(float)
    finite = numbers[numbers.abs() < float("inf")]
    places = next((p for p in range(3) if (finite - finite.round(p)).abs().max() < 1e-9), 3)
    places = 0 if len(finite) == 0 else places
    words = {float("inf"): "never", float("-inf"): "–∞"}
    return [
        "–" if pd.isna(cell) else words.get(cell) or f"{cell + 0.0:,.{places}f}".replace("-", "−")
        for cell in numbers
    ]


def _html(frame: pd.DataFrame, plain: pd.DataFrame) -> str:
    """Lay out a table of texts that are already worded."""
    sides = [
        "right" if pd.api.types.is_numeric_dtype(kind) and kind.kind != "b" else "left"
        for kind in frame.dtypes
    ]
    rows = [_row("th", plain.columns, sides)]
    rows += [_row("td", cells, sides) for cells in plain.itertuples(index=False, name=None)]
    return (
        f"<table {_NO_FORMULA}><thead>{rows[0]}</thead><tbody>"
        + "".join(rows[1:])
        + "</tbody></table>"
    )


def _row(tag: str, cells, sides) -> str:
    return (
        "<tr>"
        + "".join(
            f'<{tag} style="text-align: {side}">{_text(cell)}</{tag}>'
            for cell, side in zip(cells, sides, strict=True)
        )
        + "</tr>"
    )


def _text(text: object) -> str:
    """Escape a text for a page: neither markup nor a formula between currency signs."""
    return escape(one_line(text)).replace("$", "<span>$</span>")
