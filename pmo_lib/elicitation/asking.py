"""A question in the way the member chooses, with the ranking beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import ipywidgets
import pandas as pd
import traitlets

from pmo_lib.checks import InputError, require_choice
from pmo_lib.elicitation.answers import fits, weights
from pmo_lib.elicitation.order import order
from pmo_lib.elicitation.pairs import hanging_together
from pmo_lib.elicitation.pairwise import pairwise
from pmo_lib.elicitation.points import points
from pmo_lib.elicitation.ranking import Beside, ranks
from pmo_lib.elicitation.subjects import subjects
from pmo_lib.elicitation.swing import swing
from pmo_lib.tables import Portfolio
from pmo_lib.widgets.page import bullets
from pmo_lib.widgets.panel import Panel, chooser, static_controls
from pmo_lib.wording import one_line
from pmo_lib.workbench import Settings

WAYS: dict[str, Callable] = {
    "points": points,
    "swing": swing,
    "order": order,
    "pairwise": pairwise,
}
"""By kind of ballot, the function that asks."""

WAY_WORDS = {
    "points": "points: share out 100",
    "swing": "swing: 100 to what is worth most",
    "order": "order: the one worth most first",
    "pairwise": "two at a time",
}
"""By kind of ballot, what the member reads."""


class Asking(ipywidgets.VBox):
    """The question, the choice of how it is asked, and the ranking that follows.

    Parameters
    ----------
    what : DataFrame by label
        As `subjects` returns.
    beside : Beside
        The ranking.
    kind : str
        How the member is asked first.
    drafts : dict
        By kind, what was filled in before; what does not fit the subjects is left out.

    Attributes
    ----------
    kind : str
        How the member is asked now.
    drafts : dict
        By kind, what is filled in; rises with every change, so that it can be observed.
    usable : bool
        Whether anything can be changed.
    """

    kind = traitlets.Unicode()
    drafts = traitlets.Dict()
    usable = traitlets.Bool(True)

    def __init__(self, what: pd.DataFrame, beside: Beside, kind: str, drafts: dict) -> None:
        require_choice(kind, tuple(WAYS), name="kind")
        self._what, self._beside, self._questions = what, beside, {}
        self._way = chooser("How to answer", [(words, k) for k, words in WAY_WORDS.items()], kind)
        self._way.layout = {"width": "auto", "max_width": "620px"}
        self._place = ipywidgets.VBox(layout={"flex": "1 1 460px", "max_width": "660px"})
        both = ipywidgets.HBox(
            [self._place, beside], layout={"flex_flow": "row wrap", "grid_gap": "8px 32px"}
        )
        fitting = {
            k: draft for k, draft in drafts.items() if k in WAYS and fits(k, draft, what.index)
        }
        super().__init__([self._way, both], kind=kind, drafts=fitting)
        self._way.observe(lambda change: self._turn(change["new"]), "value")
        self.observe(lambda change: self._allow(change["new"]), "usable")
        self._turn(kind)

    @property
    def question(self):
        """The controls that ask now."""
        return self._questions[self.kind]

    @property
    def answers(self) -> pd.Series | pd.DataFrame:
        """What is filled in, as `record.vote` takes it."""
        return self.question.answers

    def refusal(self) -> str:
        """Say why what is filled in makes no weights; empty if it does."""
        try:
            weights(self.kind, self.question.draft, self._what.index)
        except InputError as error:
            if self.kind != "pairwise":
                return "Give points to at least one." if self.kind == "swing" else str(error)
            return hanging_together(self.question.draft, self._what["name"].to_dict())[0]
        return ""

    def _turn(self, kind: str) -> None:
        """Ask in another way; what was filled in there before comes back."""
        if kind not in self._questions:
            made = WAYS[kind](self._what, draft=self.drafts.get(kind))
            made.usable = self.usable
            made.observe(lambda _: self._changed(), "draft")
            self._questions[kind] = made
        self.kind, self._place.children = kind, [self._questions[kind]]
        self._follow()

    def _changed(self) -> None:
        self.drafts = {**self.drafts, self.kind: self.question.draft}
        self._follow()

    def _follow(self) -> None:
        try:
            found = weights(self.kind, self.question.draft, self._what.index)
        except InputError:
            self._beside.follow(None, "The ranking follows as soon as the answers make weights.")
        else:
            self._beside.follow(found)

    def _allow(self, usable: bool) -> None:
        for made in self._questions.values():
            made.usable = usable
        self._way.disabled = not usable


def weigh(
    portfolio: Portfolio, settings: Settings, *, kind: str = "points", about: str = "criteria"
) -> Panel:
    """Return a question with the ranking beside it; nothing is recorded or kept.

    Parameters
    ----------
    portfolio, settings
        As in `workbench.evaluate`.
    kind : {"points", "swing", "order", "pairwise"}
        How it is asked first.
    about : {"criteria", "objectives"}
        What is weighed.

    Returns
    -------
    Panel

    Raises
    ------
    InputError
        If there are fewer than two to weigh, or the kind or what it is about is unknown.
    """
    what = subjects(portfolio, settings, about=about)
    return Panel(
        [Asking(what, Beside(portfolio, settings, partial(ranks, about=about)), kind, {})],
        printed(what),
    )


def printed(what: pd.DataFrame):
    """Return what stands in a printed notebook in place of the controls."""
    lines = (f"{one_line(row.name)}: {row.swing}" for row in what.itertuples(index=False))
    first = "Controls stand here when the notebook runs, with the ranking beside them. Weighed are:"
    return static_controls(first) + bullets(lines)
