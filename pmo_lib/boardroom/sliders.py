"""The two-way link between the sliders of the live ranking and what the board tries."""

from __future__ import annotations

import altair as alt
import ipywidgets
import numpy as np
import pandas as pd

from pmo_lib import charts
from pmo_lib.boardroom import ranking
from pmo_lib.boardroom.markup import lines
from pmo_lib.boardroom.state import Room
from pmo_lib.widgets.live import where_money_ends
from pmo_lib.widgets.panel import Quiet


class Sliders:
    """One offline chart whose Vega parameters are the sliders, linked to a room.

    Parameters
    ----------
    room : Room
        The sliders move its weights and budgets; its steps back move them.

    Attributes
    ----------
    view : alt.JupyterChart
        Built once; only its parameters move.
    says : ipywidgets.HTML
        Where the money ends as the sliders stand.
    """

    def __init__(self, room: Room) -> None:
        alt.JupyterChart.enable_offline()
        self.room, self.opening = room, room.opening
        self.names = charts.slider_names(self.opening.evaluation.weights.index)
        chart = ranking.live_chart(self.opening)
        self.view = alt.JupyterChart(
            chart, debounce_wait=1, embed_options={"actions": False, "renderer": "svg"}
        )
        sent_apart = (charts.live.BUDGET, ranking.CHOSEN)
        kept = {key: v for key, v in self.view._params.items() if key not in sent_apart}
        self.view._params = {**kept, ranking.SEEN: 1}
        self.view.add_class("pmo-chart")
        self.says = ipywidgets.HTML()
        self._busy, self._placed, self._marked, self._marks = Quiet(), 1, [], 0
        self.view.observe(self._moved, "_params")
        room.observe(self._follow, "version")
        self._follow()

    @property
    def budgeted(self) -> bool:
        """Whether there is a budget to move."""
        return ranking.PERCENT in self.view._params

    def hear(self, slid: dict) -> None:
        """Say where the money ends as soon as a slider moves; nothing is tried yet."""
        self._say(self._points(slid), self._percent(slid))

    def _moved(self, _) -> None:
        """Answer somebody at a slider, or a view that was just made and says what it was born with."""
        seen = self.view._params.get(ranking.SEEN)
        if not self._busy and seen == 0:
            self._place()
            self._mark()
        if self._busy:
            return
        wanted, at = self._positions()
        if seen != self._placed:
            self._say(wanted, at)
            return
        points, percent = self._points(self.view._params), self._percent(self.view._params)
        weighed, funded = not _near(points, wanted), abs(percent - at) >= 1e-6
        if weighed or funded:
            self._say(points, percent)
        if weighed:
            self.room.weigh(points)
        if funded:
            self.room.fund(round(percent / 100, 6))

    def _points(self, slid: dict) -> dict[str, float]:
        """Read the sliders; anything but a number in [0, 100] counts as 0."""
        read = {c: slid.get(name, 0) for c, name in self.names.items()}
        return {c: _within(position, 0, 100, 0.0) for c, position in read.items()}

    def _percent(self, slid: dict) -> float:
        now = 100 * self.room.settings.budget_scale
        low, high = min(ranking.LOWEST, now), max(ranking.HIGHEST, now)
        return _within(slid.get(ranking.PERCENT, now), low, high, now)

    def _positions(self) -> tuple[dict[str, float], float]:
        """Return where the sliders stand under what is tried."""
        settings, shares = self.room.settings, self.opening.evaluation.weights
        points = {c: float(settings.weights.get(c, 0.0)) for c in self.names}
        if not sum(points.values()):
            if self.room.settings.weights == self.opening.settings.weights:
                points = {c: round(100 * float(shares[c]), 9) for c in self.names}
            else:
                points = self._of_the_table()
        elif max(points.values()) > 100:
            total = sum(points.values())
            points = {c: round(100 * p / total, 9) for c, p in points.items()}
        return points, round(100 * settings.budget_scale, 6)

    def _of_the_table(self) -> dict[str, float]:
        weight = self.room.portfolio.criteria["weight"].reindex(list(self.names))
        return {c: round(100 * float(w) / float(weight.sum()), 9) for c, w in weight.items()}

    def _follow(self, _=None) -> None:
        """Put sliders and marks where the room stands."""
        points, percent = self._positions()
        shown = self.view._params
        if not (_near(self._points(shown), points) and abs(self._percent(shown) - percent) < 1e-6):
            self._place()
        if self._chosen() != self._marked:
            self._mark()

    def _place(self) -> None:
        """Put the sliders where the room stands; what the page said before that is ignored."""
        points, percent = self._positions()
        self._placed += 1
        placed = {name: points[criterion] for criterion, name in self.names.items()}
        if self.budgeted:
            placed[ranking.PERCENT] = percent
        with self._busy:
            self.view._params = {**self.view._params, **placed, ranking.SEEN: self._placed}
        self._say(points, percent)

    def _mark(self) -> None:
        """Mark the exact list in a message of its own, so that a slider on its way stays."""
        self._marked, self._marks = self._chosen(), self._marks + 1
        what = {"namespace": "signal", "name": ranking.CHOSEN, "scope": [], "value": self._marked}
        self.view._py_to_js_updates = [{**what, "number": self._marks}]

    def _chosen(self) -> list[int]:
        return ranking.chosen_rows(self.room.answer, self.opening)

    def _say(self, points: dict[str, float], percent: float) -> None:
        """Say where the money ends, before anything slower is done."""
        weights = pd.Series(points, dtype=float)
        words = ""
        if weights.sum() > 0:
            table = ranking.quick_list(self.opening, weights / weights.sum(), percent / 100)
            words = where_money_ends(self.room.portfolio, table)
        self.says.value = lines(words, quiet=True)


def _near(points: dict[str, float], wanted: dict[str, float]) -> bool:
    return np.allclose(list(points.values()), list(wanted.values()), atol=1e-6)


def _within(read, low: float, high: float, otherwise: float) -> float:
    number = isinstance(read, int | float) and not isinstance(read, bool)
    return float(read) if number and low <= read <= high else otherwise
