"""What a board reads in a notebook: escaped HTML beside the same in plain text."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import pandas as pd

from pmo_lib import periods
from pmo_lib.export.statements import (
    accounting,
    basis,
    legend,
    money_of,
    prices,
    weights_line,
)
from pmo_lib.export.words import Money, joined, long_date, one_line
from pmo_lib.tables import Portfolio
from pmo_lib.workbench import Recommendation, Settings

BLOCK_WORDS = {
    "mandatory": "Mandatory",
    "recommended": "Recommended",
    "not recommended": "Not recommended",
    "not assessed": "Not assessed",
}
ROWS_AT_ONCE = 200
"""Rows that are laid out whole; of a longer list, the rows around the line."""

_LINE = "1px solid rgba(128,128,128,0.35)"
_THICK = "3px solid currentColor"
_CELL = f"padding:4px 8px;border:none;border-bottom:{_LINE};vertical-align:top;"
_LEFT, _RIGHT = "text-align:left;", "text-align:right;white-space:nowrap;"
_FIGURES = "font-variant-numeric:tabular-nums;"


@dataclass(frozen=True)
class Page:
    """Something to read, as HTML in which all text is escaped and as plain text.

    Attributes
    ----------
    html, text : str
        The same content, for a notebook and for a terminal or a test.
    """

    html: str
    text: str

    def _repr_html_(self) -> str:
        return (
            f'<div class="mathjax_ignore tex2jax_ignore" style="max-width:1180px">{self.html}</div>'
        )

    def __repr__(self) -> str:
        return self.text

    def __add__(self, other: Page) -> Page:
        return Page(self.html + other.html, f"{self.text}\n\n{other.text}")


def paragraph(*sentences: str, quiet: bool = False, strong: bool = False) -> Page:
    """Return sentences as one paragraph.

    >>> paragraph("a < b", "and so on").html
    '<p style="margin:6px 0;">a &lt; b and so on</p>'
    """
    style = "margin:6px 0;" + ("font-size:90%;opacity:0.8;" if quiet else "")
    style += "font-size:118%;font-weight:600;" if strong else ""
    words = " ".join(one_line(sentence) for sentence in sentences if sentence)
    return Page(f'<p style="{style}">{escape(words)}</p>', words)


def bullets(lines) -> Page:
    """Return lines as a list."""
    lines = [one_line(line) for line in lines]
    items = "".join(f'<li style="margin:2px 0">{escape(line)}</li>' for line in lines)
    return Page(
        f'<ul style="margin:6px 0;padding-left:22px">{items}</ul>' if lines else "",
        "\n".join(f"- {line}" for line in lines),
    )


def opening(portfolio: Portfolio, settings: Settings) -> Page:
    """Say what a notebook reads: the portfolio, its data date and the saved settings.

    Parameters
    ----------
    portfolio : Portfolio
        What was read.
    settings : Settings
        The settings saved beside it.

    Returns
    -------
    Page
        Two lines.
    """
    who = [settings.organisation, settings.board]
    when = f"meeting of {long_date(settings.meeting_date)}" if settings.meeting_date else ""
    title = " · ".join(one_line(part) for part in (*who, when, settings.status) if part)
    lines = [
        f"Portfolio {portfolio.source}, data of {long_date(settings.data_date)}.",
        saved_words(settings),
        f"Marking: {settings.marking}." if settings.marking else "",
    ]
    return paragraph(title, strong=True) + paragraph(*lines, quiet=True)


def saved_words(settings: Settings) -> str:
    """Say which settings are used, and who saved them why.

    >>> saved_words(Settings())
    'Settings as they came with the tables: nobody has saved any yet.'
    """
    if not settings.saved_by:
        return "Settings as they came with the tables: nobody has saved any yet."
    day = settings.saved_on.partition("T")[0]
    return (
        f"Settings saved by {settings.saved_by} on {long_date(day)}: "
        f"{settings.saved_reason.rstrip('.')}."
    )


def asked(recommendation: Recommendation) -> Page:
    """Say what the board is asked to approve, and what was read to get there."""
    notes = [
        accounting(recommendation),
        weights_line(recommendation),
        basis(recommendation),
        prices(recommendation),
        *recommendation.warnings,
    ]
    return paragraph(recommendation.headline, strong=True) + paragraph(*notes, quiet=True)


def ranked_list(recommendation: Recommendation) -> Page:
    """Lay out the ranked list with the line where funding ends.

    Parameters
    ----------
    recommendation : Recommendation
        What to show.

    Returns
    -------
    Page
        Running work as one line, mandatory and recommended proposals, a thick rule with
        the money left by year, then what is not recommended or not assessed, each with
        its reason. The text form is a plain frame.
    """
    money, table = money_of(recommendation), recommendation.ranked_list
    running = table[table["block"] == "continues"]
    rows = [_running_row(running, money)] if len(running) else []
    for block, heading in BLOCK_WORDS.items():
        part = table[table["block"] == block]
        if block == "not recommended":
            rows.append(_line_row(recommendation, money))
        if len(part):
            rows.append(_heading_row(heading, len(part)))
            rows += [_project_row(row, money) for row in part.itertuples()]
    shown = _table(money, rows) if len(rows) <= ROWS_AT_ONCE else _around(rows, money)
    note = f'<p style="font-size:85%;opacity:0.8;margin:6px 0">{escape(legend(recommendation, money))}</p>'
    return Page(shown + note, plain_list(recommendation).to_string(index=False))


def plain_list(recommendation: Recommendation) -> pd.DataFrame:
    """Return the ranked list as a plain frame: what a test can hold on to.

    Returns
    -------
    DataFrame
        block, rank, project, score (of 100), cost and running total [currency, in the
        unit the heading names], without the running work.
    """
    money, table = money_of(recommendation), recommendation.ranked_list
    table = table[table["block"] != "continues"]
    amounts = {
        f"{words} {money.unit}": [_amount(money, cell) for cell in table[column]]
        for words, column in (("cost", "cost"), ("running total", "running_total"))
    }
    return pd.DataFrame(
        {
            "block": table["block"].array,
            "rank": ["" if pd.isna(rank) else str(rank) for rank in table["rank"]],
            "project": [one_line(name) for name in table["name"]],
            "score": ["" if pd.isna(s) else f"{100 * s:.1f}" for s in table["score"]],
            **amounts,
        }
    )


def left_by_year(recommendation: Recommendation) -> pd.Series:
    """Add up what is left over of the budgets, by money year. [currency]."""
    limits = recommendation.limits
    money = limits[limits["kind"] == "money"]
    if len(recommendation.portfolio.budgets) == 0:
        money = money.iloc[:0]
    years = [label[0] if isinstance(label, tuple) else label for label in money["label"]]
    return money["left_over"].groupby(pd.Index(years, name="period")).sum()


def _table(money: Money, rows: list[str]) -> str:
    heads = (
        ("rank", _RIGHT, 5),
        ("project", _LEFT, 24),
        ("sponsor", _LEFT, 15),
        ("score of 100", _RIGHT, 8),
        ("BCR", _RIGHT, 6),
        (f"cost {money.unit}", _RIGHT, 6),
        (f"running total {money.unit}", _RIGHT, 8),
        ("why here", _LEFT, 28),
    )
    widths = "".join(f'<col style="width:{share}%">' for _, _, share in heads)
    cells = "".join(
        f'<th scope="col" style="{_CELL}{side}font-weight:600;white-space:normal;'
        f'border-bottom:2px solid currentColor;vertical-align:bottom">{escape(words)}</th>'
        for words, side, _ in heads
    )
    return (
        '<table style="border-collapse:collapse;table-layout:fixed;width:100%;min-width:760px;'
        f'margin:8px 0;font-size:13px;line-height:1.35"><colgroup>{widths}</colgroup><thead><tr>{cells}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    )


def _around(rows: list[str], money: Money) -> str:
    """Show the rows around the line, the rest on demand."""
    line = next(n for n, row in enumerate(rows) if 'data-line="funding ends"' in row)
    start, end = max(0, line - ROWS_AT_ONCE // 4), line + ROWS_AT_ONCE // 4
    parts = [("better ranks", rows[:start]), ("", rows[start:end]), ("lower ranks", rows[end:])]
    return "".join(
        _table(money, part)
        if not words
        else f"<details><summary>{len(part)} rows with {words}</summary>{_table(money, part)}</details>"
        for words, part in parts
        if part
    )


def _cell(words: object, side: str = _LEFT, more: str = "") -> str:
    return f'<td style="{_CELL}{side}{more}">{escape(one_line(words))}</td>'


def _amount(money: Money, amount: float) -> str:
    if pd.isna(amount):
        return ""
    return f"{amount / money.divisor:,.{1 if money.letter else 0}f}"


def _running_row(running: pd.DataFrame, money: Money) -> str:
    words = f"{len(running)} running projects continue: their remaining cost comes first"
    return (
        f'<tr><td style="{_CELL}"></td><td colspan="4" style="{_CELL}{_LEFT}">{escape(words)}</td>'
        + _cell(_amount(money, running["cost"].sum()), _RIGHT, _FIGURES)
        + f'<td colspan="2" style="{_CELL}"></td></tr>'
    )


def _heading_row(heading: str, n: int) -> str:
    return (
        f'<tr><th colspan="8" scope="rowgroup" style="{_CELL}{_LEFT}font-weight:600;'
        f'padding-top:12px">{escape(heading)} ({n})</th></tr>'
    )


def _line_row(recommendation: Recommendation, money: Money) -> str:
    left = left_by_year(recommendation)
    parts = [f"{periods.label(year)} {money.shown(amount, 2)}" for year, amount in left.items()]
    words = "Funding ends here."
    words += f" Left over: {money.shown(left.sum(), 2)} ({joined(parts)})." if parts else ""
    return (
        f'<tr data-line="funding ends"><td colspan="8" style="{_CELL}{_LEFT}border-bottom:{_THICK};'
        f'padding-top:10px;font-weight:600">{escape(words)}</td></tr>'
    )


def _project_row(row, money: Money) -> str:
    close = " ≈" if row.too_close else ""
    score = "" if pd.isna(row.score) else f"{100 * row.score:.1f}{close}"
    return (
        "<tr>"
        + _cell("" if pd.isna(row.rank) else row.rank, _RIGHT)
        + _cell(row.name, more="font-weight:500;overflow-wrap:anywhere;")
        + _cell("" if pd.isna(row.sponsor) else row.sponsor)
        + _cell(score, _RIGHT, _FIGURES)
        + _cell("" if pd.isna(row.bcr) else f"{row.bcr:.2f}", _RIGHT, _FIGURES)
        + _cell(_amount(money, row.cost), _RIGHT, _FIGURES)
        + _cell(_amount(money, row.running_total), _RIGHT, _FIGURES)
        + _cell(row.why, more="font-size:92%;overflow-wrap:anywhere;")
        + "</tr>"
    )
