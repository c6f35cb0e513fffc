"""Weights as sliders, the ranking live in the chart, the exact list on demand."""

from __future__ import annotations

from time import monotonic

import altair as alt
import ipywidgets
import numpy as np
import pandas as pd

from pmo_lib import charts, scoring
from pmo_lib.statements import swing
from pmo_lib.tables import Portfolio
from pmo_lib.widgets.page import Page, bullets, paragraph
from pmo_lib.widgets.panel import Panel, Quiet, Sliders, follow, static_controls
from pmo_lib.widgets.trial import COMING, WAITING, Latest, Trial
from pmo_lib.widgets.what_if import tried_and_changed
from pmo_lib.widgets.words import tried
from pmo_lib.wording import listed, one_line
from pmo_lib.workbench import Recommendation

SETTLES = 0.7
"""How long after a return to the saved weights late slider messages are overruled. [s]"""

MOST_MOVED = 6
"""Projects named as moved before the rest are counted."""


def walk(made: Recommendation, weights: pd.Series) -> pd.DataFrame:
    """Walk down the list of a recommendation under other weights.

    Mandatory projects come first, then the others by score; the line stands where the
    running total first exceeds what running work leaves of all budgets. It knows neither
    years nor links: it is no decision.

    Parameters
    ----------
    made : Recommendation
        Gives values, costs and budgets.
    weights : Series by criterion
        Non-negative, summing to 1. [-]

    Returns
    -------
    DataFrame by project, in the order of the walk
        rank, score, cost, running [currency] and above (the line).
    """
    given = line_inputs(made)
    score = scoring.additive_value(given["values"], weights).round(11)
    table = pd.DataFrame(
        {
            "rank": scoring.rank(score),
            "score": score,
            "cost": given["cost"],
            "first": given["mandatory"],
        }
    )
    table = table.sort_values(["first", "score"], ascending=False, kind="stable")
    running = table["cost"].cumsum()
    above = running <= given["budget"] * (1 + 1e-12)
    return table.drop(columns="first").assign(running=running, above=above)


def line_inputs(made: Recommendation) -> dict:
    """Return what the live ranking is drawn from: values, cost, budget and mandatory."""
    evaluation, portfolio = made.evaluation, made.portfolio
    assessed = evaluation.score.index
    cost = evaluation.finance["cost_in_budget"].reindex(assessed).clip(lower=0)
    limits = made.limits
    budget = float(limits.loc[limits["kind"] == "money", "available"].sum())
    return {
        "values": evaluation.values,
        "cost": cost,
        "budget": budget if len(portfolio.budgets) else float(cost.sum()),
        "mandatory": portfolio.projects["mandatory"].reindex(assessed).astype(bool),
    }


def where_money_ends(portfolio: Portfolio, now: pd.DataFrame) -> str:
    """Say in a sentence where the money runs out, walking down the list.

    Parameters
    ----------
    portfolio : Portfolio
        Gives the names.
    now : DataFrame
        `walk` under the weights on the sliders.
    """
    above, names = now["above"], portfolio.projects["name"].map(one_line)
    if above.all():
        return "Walking down the list, the money reaches every proposal."
    if not above.any():
        return "Walking down the list, the money does not reach the first proposal."
    last = names[above.index[above][-1]]
    return (
        f"Walking down the list, the money runs out after {int(above.sum())} of {len(above)} "
        f"proposals; the last it reaches is {last}."
    )


def what_moved(portfolio: Portfolio, before: pd.DataFrame, now: pd.DataFrame) -> list[str]:
    """Say what crossed the line where the money runs out, and what changed place.

    Parameters
    ----------
    portfolio : Portfolio
        Gives the names.
    before, now : DataFrame
        `walk` under the saved weights, and under those on the sliders.
    """
    names, above = portfolio.projects["name"].map(one_line), now["above"]
    was = before["above"].reindex(above.index)
    up, down = above.index[above & ~was], above.index[~above & was]
    lines = [f"Now above that line: {listed(names[up], most=MOST_MOVED)}."] if len(up) else []
    lines += [f"Now below it: {listed(names[down], most=MOST_MOVED)}."] if len(down) else []
    lines += _places(names, before["rank"].reindex(above.index), now["rank"])
    return lines or ["Every project stands where it stands under the saved weights."]


def _places(names: pd.Series, was: pd.Series, now: pd.Series) -> list[str]:
    """Name the projects that changed rank most."""
    moved = (was - now)[was != now].abs().sort_values(ascending=False, kind="stable")
    if len(moved) == 0:
        return []
    words = listed((f"{names[p]} from {was[p]} to {now[p]}" for p in moved.index), most=MOST_MOVED)
    return [
        f"{len(moved)} {'project changes' if len(moved) == 1 else 'projects change'} rank: {words}."
    ]


def live_weights(trial: Trial) -> Panel:
    """Return the live ranking: one slider a criterion, the words that follow, the exact list.

    Parameters
    ----------
    trial : Trial
        What is tried: the sliders move its weights, the button asks for its exact list.

    Returns
    -------
    Panel
        One offline chart, built once; its Vega parameters are the sliders.
    """
    alt.JupyterChart.enable_offline()
    view = alt.JupyterChart(_chart(trial), embed_options={"actions": False, "renderer": "svg"})
    view.layout = ipywidgets.Layout(flex="0 0 auto", overflow="visible")
    says = (
        ipywidgets.HTML(layout={"min_height": "52px"}),
        ipywidgets.HTML(layout={"min_height": "96px"}),
    )
    exact = ipywidgets.Button(
        description="Exact list at these weights", button_style="primary", layout={"width": "auto"}
    )
    back = ipywidgets.Button(description="Return to the saved weights", layout={"width": "auto"})
    link = _Link(trial, view, says)
    exact.on_click(lambda _: trial.ask())
    back.on_click(lambda _: link.restore())
    buttons = ipywidgets.HBox([exact, back], layout={"flex_flow": "row wrap"})
    beside = ipywidgets.VBox(
        [says[1], buttons, follow(trial, _exact_words)], layout={"flex": "1 1 340px"}
    )
    both = ipywidgets.HBox([view, beside], layout={"flex_flow": "row wrap", "grid_gap": "8px 28px"})
    opening = static_controls(
        "Sliders stand here when the notebook runs, one for each weight, with the ranking above as it "
        "moves. Opening state:",
        link.words(trial.opening.evaluation.weights)[0],
    )
    return Panel([says[0], both], opening, Sliders())


def _chart(trial: Trial):
    portfolio, evaluation = trial.portfolio, trial.opening.evaluation
    rows = portfolio.criteria.loc[evaluation.weights.index]
    words = [swing(row, currency=trial.saved.currency) for _, row in rows.iterrows()]
    return charts.live_ranking(
        weights=evaluation.weights,
        swings=pd.Series(words, index=rows.index),
        names=portfolio.projects["name"],
        criterion_names=rows["name"],
        currency=trial.saved.currency,
        **line_inputs(trial.opening),
    )


def _exact_words(trial: Trial) -> Page:
    nothing = "The exact list is the one of the saved weights: nothing enters or leaves."
    coming = trial.state in (COMING, WAITING)
    if coming and not tried(trial.portfolio, trial.opening, trial.answer):
        return Page("", "")
    return tried_and_changed(trial, nothing)


class _Link:
    """The two-way link between slider positions and the weights of a trial."""

    def __init__(self, trial: Trial, view: alt.JupyterChart, says: tuple) -> None:
        self.trial, self.view, self.says = trial, view, says
        self.base, self.pushed = trial.opening, dict(trial.settings.weights)
        self.dragged, self.busy, self.settles = {}, Quiet(), 0.0
        self.names = charts.slider_names(trial.opening.evaluation.weights.index)
        self.latest = Latest([self._words_at], self._said, self._refused, pause=0.03)
        self._said(None, 0, self.words(trial.opening.evaluation.weights))
        view.params.observe(self._moved)
        trial.observe(self._changed_elsewhere, "version")

    def restore(self) -> None:
        """Return sliders and trial to the saved weights."""
        self.settles = monotonic() + SETTLES
        self.trial.change(weights=self.trial.saved.weights)
        self._place()

    def words(self, weights: pd.Series) -> tuple[str, list[str]]:
        """Say where the money runs out under weights, and what moves against the saved ones."""
        saved, now = walk(self.base, self.base.evaluation.weights), walk(self.base, weights)
        portfolio = self.trial.portfolio
        return where_money_ends(portfolio, now), what_moved(portfolio, saved, now)

    def _moved(self, _) -> None:
        points = self._points()
        if self.busy or points == self._positions():
            return
        if monotonic() < self.settles:
            self._place()
            return
        self.dragged = points
        self.pushed = dict(self.trial.saved.weights) if self._as_saved(points) else points
        if self.trial.move(weights=self.pushed):
            self.latest.ask(points)
        else:
            self._refused(points, self.trial.problem)

    def _points(self) -> dict[str, float]:
        """Read the sliders; anything but a number in [0, 100] counts as 0."""
        read = {c: getattr(self.view.params, name, 0) for c, name in self.names.items()}
        return {c: _position(position) for c, position in read.items()}

    def _as_saved(self, points: dict[str, float]) -> bool:
        saved = self.base.evaluation.weights
        return np.allclose([points[c] for c in saved.index], 100 * saved, atol=1e-6)

    def _positions(self) -> dict[str, float]:
        """Return where the sliders stand under the trial's weights."""
        points = self.trial.settings.weights
        if points and points == self.dragged:
            return self.dragged
        shares = self.base.evaluation.weights
        if points:
            shares = pd.Series(points, dtype=float) / sum(points.values())
        return {c: round(100 * float(shares[c]), 9) for c in self.names}

    def _changed_elsewhere(self, _) -> None:
        weights = dict(self.trial.settings.weights)
        if self.base is self.trial.opening and weights == self.pushed:
            return
        self.base, self.pushed = self.trial.opening, weights
        self._place()

    def _place(self) -> None:
        """Put the sliders where the trial's weights are, and say what that moves."""
        positions = self._positions()
        with self.busy, self.view.hold_sync():
            for criterion, name in self.names.items():
                setattr(self.view.params, name, positions[criterion])
        self.latest.ask(positions)

    def _words_at(self, points: dict[str, float]) -> tuple[str, list[str]]:
        weights = pd.Series(points, dtype=float)
        return self.words(weights / weights.sum())

    def _said(self, _points, _stage, words: tuple[str, list[str]]) -> None:
        self.says[0].value = paragraph(words[0], strong=True).html
        self.says[1].value = bullets(words[1]).html

    def _refused(self, _points, error) -> None:
        self.says[0].value = paragraph(str(error)).html


def _position(read) -> float:
    number = isinstance(read, int | float) and not isinstance(read, bool) and 0 <= read <= 100
    return float(read) if number else 0.0
