"""What a member's weights do to the ranking, beside what it is now."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from html import escape

import ipywidgets
import pandas as pd

from pmo_lib import scoring
from pmo_lib.checks import InputError, require_choice
from pmo_lib.tables import Portfolio
from pmo_lib.widgets.page import Page, paragraph
from pmo_lib.widgets.panel import Failure
from pmo_lib.widgets.trial import Latest
from pmo_lib.wording import counted, listed, one_line
from pmo_lib.workbench import Settings, evaluate

ABOUT = ("criteria", "objectives")
"""What can be weighed."""

MOST_NAMED = 3
"""Projects named in the sentence above the table."""

_LINE = "border-bottom:1px solid rgba(128,128,128,0.35);padding:3px 8px;"


def ranks(portfolio: Portfolio, settings: Settings, about: str) -> Callable[[pd.Series], pd.Series]:
    """Return a function from weights to the rank of each assessed proposal.

    Parameters
    ----------
    portfolio, settings
        As in `workbench.evaluate`.
    about : {"criteria", "objectives"}
        What the weights weigh.

    Raises
    ------
    InputError
        As `workbench.evaluate`; what is returned refuses weights of other labels.
    """
    require_choice(about, ABOUT, name="about")
    if about == "objectives":

        def of_objectives(weights: pd.Series) -> pd.Series:
            tried = dataclasses.replace(settings, objective_weights=weights.to_dict())
            return evaluate(portfolio, tried).rank

        return of_objectives
    values = evaluate(portfolio, settings).values

    def of_criteria(weights: pd.Series) -> pd.Series:
        return scoring.rank(scoring.additive_value(values, weights).round(11))

    return of_criteria


def moved(names: pd.Series, now: pd.Series, then: pd.Series) -> Page:
    """Set each project's rank now beside the one under other weights.

    Parameters
    ----------
    names : Series by project
        What the board calls them.
    now, then : Series by project
        Ranks; 1 is best.

    Returns
    -------
    Page
        A sentence and a table in the order of `then`.
    """
    both = then.index.intersection(now.index, sort=False)
    steps = now[both] - then[both]
    large = steps[steps != 0].abs().sort_values(ascending=False, kind="stable").index
    said = [f"{one_line(names[p])} from {now[p]} to {then[p]}" for p in large[:MOST_NAMED]]
    verb = "changes" if len(large) == 1 else "change"
    words = (
        f"{len(large)} of {counted(len(then), 'project')} {verb} rank"
        + (f", most: {listed(said)}." if len(large) > MOST_NAMED else f": {listed(said)}.")
        if len(large)
        else "Every project keeps its rank."
    )
    order = then.sort_values(kind="stable").index
    rows = "".join(_row(names[p], now.get(p), then[p]) for p in order)
    plain = pd.DataFrame({"project": names[order].map(one_line), "then": then})
    plain.insert(1, "now", now.reindex(order).astype("Int64"))
    heads = "".join(
        f'<th scope="col" style="{_LINE}text-align:{side};font-weight:600;width:{wide}">{head}</th>'
        for head, side, wide in (
            ("project", "left", "auto"),
            ("rank now", "right", "4.5em"),
            ("with your answers", "right", "6em"),
            ("change", "right", "4em"),
        )
    )
    table = (
        '<table style="border-collapse:collapse;table-layout:fixed;font-size:13px;line-height:1.3;width:100%">'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )
    return paragraph(words) + Page(table, plain.loc[order].to_string(index=False))


def _row(name: object, now: int | None, then: int) -> str:
    """Return a row of the table; a project that has no rank now is new."""
    right = f"{_LINE}text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;"
    change = "new" if now is None else "=" if now == then else f"▲ {now - then}"
    change = f"▼ {then - now}" if now is not None and then > now else change
    strong = "opacity:0.7;" if now == then else "font-weight:600;"
    return (
        f'<tr><td style="{_LINE}text-align:left;overflow-wrap:anywhere">{escape(one_line(name))}</td>'
        f'<td style="{right}">{"–" if now is None else now}</td><td style="{right}">{then}</td>'
        f'<td style="{right}{strong}">{change}</td></tr>'
    )


class Beside(ipywidgets.VBox):
    """The ranking beside a question; `follow` shows it under other weights or scores.

    Parameters
    ----------
    portfolio, settings
        As in `workbench.evaluate`; the settings give the ranking now.
    ranked : callable
        Given both, returns a function from what is asked to the rank of each proposal, such
        as `ranks` with what it is about.
    """

    def __init__(self, portfolio: Portfolio, settings: Settings, ranked: Callable) -> None:
        self._says, self._table = ipywidgets.HTML(), ipywidgets.HTML()
        self._failure, self._names = Failure(), portfolio.projects["name"]
        frame = ipywidgets.VBox(
            [self._table], layout={"max_height": "480px", "overflow": "auto", "display": "block"}
        )
        super().__init__(
            [self._says, self._failure, frame],
            layout={"flex": "1 1 380px", "max_width": "620px", "min_width": "300px"},
        )
        try:
            self._now = evaluate(portfolio, settings).rank
            self._ranks = ranked(portfolio, settings)
        except InputError as error:
            self._ranks, self._failure.words = None, f"No ranking can be shown. {error}"
        self._latest = Latest([self._at], self._shown, self._refused, pause=0.03)

    def follow(self, asked, instead: str = "") -> None:
        """Show the ranking under what is asked, or say in words why there is none."""
        if asked is None:
            self._latest.ask(None)
            self._says.value, self._table.value = paragraph(instead).html, ""
        elif self._ranks is not None:
            self._latest.ask(asked)

    def _at(self, asked) -> Page | None:
        return None if asked is None else moved(self._names, self._now, self._ranks(asked))

    def _shown(self, _asked, _stage, page: Page | None) -> None:
        if page is not None:
            self._failure.words = ""
            self._says.value, self._table.value = "", page.html

    def _refused(self, _asked, error) -> None:
        self._table.value, self._failure.words = "", f"No ranking can be shown. {error}"
