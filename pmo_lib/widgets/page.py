"""What a board reads in a notebook: escaped HTML beside the same in plain text."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import pandas as pd

from pmo_lib import periods, statements
from pmo_lib.stories import lists
from pmo_lib.tables import Portfolio
from pmo_lib.wording import Money, counted, listed, long_date, one_line
from pmo_lib.workbench import Recommendation, Settings

ROWS_AT_ONCE = 200
"""Rows that are laid out whole; of a longer list, the rows around the line."""

_LINE = "1px solid rgba(128,128,128,0.35)"
_THICK = "3px solid currentColor"
_CELL = f"padding:4px 8px;border:none;border-bottom:{_LINE};vertical-align:top;"
_LEFT, _RIGHT = "text-align:left;", "text-align:right;white-space:nowrap;"
_FIGURES = "font-variant-numeric:tabular-nums;"
_TEXTS = ("project", "sponsor", "why here")
_FUNDING_ENDS = 'data-line="funding ends"'


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
    data = f", data of {long_date(settings.data_date)}" if settings.data_date else ""
    lines = [
        f"Portfolio {portfolio.source}{data}.",
        statements.saved_words(settings),
        f"Marking: {settings.marking}." if settings.marking else "",
    ]
    return paragraph(title, strong=True) + paragraph(*lines, quiet=True)


def asked(made: Recommendation) -> Page:
    """Say what the board is asked to approve, and what was read to get there."""
    notes = paragraph(*statements.to_read(made), quiet=True)
    return paragraph(made.headline, strong=True) + notes


def ranked_list(made: Recommendation) -> Page:
    """Lay out the ranked list with the line where funding ends.

    Parameters
    ----------
    made : Recommendation
        What to show.

    Returns
    -------
    Page
        Running work as one line, mandatory and recommended proposals, a thick rule with
        the money left by year, then what is not recommended or not assessed, each with
        its reason. The text form is a plain frame.
    """
    money, table = statements.money_of(made), made.ranked_list
    running = table[table["block"] == "continues"]
    rows = [_running_row(running, money)] if len(running) else []
    for block in lists.DECISIONS:
        part = table[table["block"] == block]
        if block == "not recommended":
            rows.append(_line_row(made, money))
        if len(part):
            rows.append(_wide_row(f"{block.capitalize()} ({len(part)})", "padding-top:12px"))
            rows += [_project_row(row, money) for row in part.itertuples()]
    shown = _table(money, rows) if len(rows) <= ROWS_AT_ONCE else _around(rows, money)
    small = f'<p style="font-size:85%;opacity:0.8;margin:6px 0">{escape(statements.legend(made, money))}</p>'
    plain = lists.ranked_list(made, most=2 * len(table)).to_string(index=False, na_rep="")
    return Page(shown + small, plain)


def _table(money: Money, rows: list[str]) -> str:
    heads = {"rank": 5, "project": 24, "sponsor": 15, "score of 100": 8, "BCR": 6}
    heads |= {f"cost {money.unit}": 6, f"running total {money.unit}": 8, "why here": 28}
    widths = "".join(f'<col style="width:{share}%">' for share in heads.values())
    cells = "".join(
        f'<th scope="col" style="{_CELL}{_LEFT if words in _TEXTS else _RIGHT}font-weight:600;'
        'white-space:normal;border-bottom:2px solid currentColor;vertical-align:bottom">'
        f"{escape(words)}</th>"
        for words in heads
    )
    return (
        '<table style="border-collapse:collapse;table-layout:fixed;width:100%;min-width:760px;'
        f'margin:8px 0;font-size:13px;line-height:1.35"><colgroup>{widths}</colgroup><thead><tr>{cells}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    )


def _around(rows: list[str], money: Money) -> str:
    """Show the rows around the line, the rest on demand."""
    line = next(n for n, row in enumerate(rows) if _FUNDING_ENDS in row)
    start, end = max(0, line - ROWS_AT_ONCE // 4), line + ROWS_AT_ONCE // 4
    parts = [("better ranks", rows[:start]), ("", rows[start:end]), ("lower ranks", rows[end:])]
    return "".join(
        _table(money, part)
        if not words
        else f"<details><summary>{len(part)} rows with {words}</summary>{_table(money, part)}</details>"
        for words, part in parts
        if part
    )


def _cell(words: object, look: str = _LEFT, *, span: int = 1) -> str:
    wide = f' colspan="{span}"' if span > 1 else ""
    return f'<td{wide} style="{_CELL}{look}">{escape(one_line(words))}</td>'


def _figure(number: float, places: int, sign: str = "") -> str:
    words = "" if pd.isna(number) else f"{number:,.{places}f}{sign}"
    return _cell(words, _RIGHT + _FIGURES)


def _running_row(running: pd.DataFrame, money: Money) -> str:
    words = f"{counted(len(running), 'running project')} continue: their remaining cost comes first"
    cost = _figure(running["cost"].sum() / money.divisor, 1)
    return f"<tr>{_cell('')}{_cell(words, span=4)}{cost}{_cell('', span=2)}</tr>"


def _wide_row(words: str, look: str, line: str = "") -> str:
    """Return a row of one cell: the heading of a block, or the line where funding ends."""
    style = f"{_CELL}{_LEFT}font-weight:600;{look}"
    return f'<tr{line}><th colspan="8" scope="rowgroup" style="{style}">{escape(words)}</th></tr>'


def _line_row(made: Recommendation, money: Money) -> str:
    left = made.left_by_year()
    parts = [f"{periods.label(year)} {money.shown(amount, 2)}" for year, amount in left.items()]
    words = "Funding ends here."
    words += f" Left over: {money.shown(left.sum(), 2)} ({listed(parts)})." if parts else ""
    return _wide_row(words, f"border-bottom:{_THICK};padding-top:10px", f" {_FUNDING_ENDS}")


def _project_row(row, money: Money) -> str:
    cells = [
        _cell("" if pd.isna(row.rank) else row.rank, _RIGHT),
        _cell(row.name, _LEFT + "font-weight:500;overflow-wrap:anywhere;"),
        _cell(row.sponsor),
        _figure(100 * row.score, 1, " ≈" if row.too_close else ""),
        _figure(row.bcr, 2),
        _figure(row.cost / money.divisor, 1),
        _figure(row.running_total / money.divisor, 1),
        _cell(row.why, _LEFT + "font-size:92%;overflow-wrap:anywhere;"),
    ]
    return f"<tr>{''.join(cells)}</tr>"
