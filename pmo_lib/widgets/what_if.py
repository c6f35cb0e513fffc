"""Controls for one question each: a weight, the budget, one refused project."""

from __future__ import annotations

from pathlib import Path

import ipywidgets

from pmo_lib.export.words import one_line
from pmo_lib.stories.plain import sentence
from pmo_lib.widgets.keep import save_settings, write_list
from pmo_lib.widgets.page import Page, bullets, paragraph, ranked_list
from pmo_lib.widgets.panel import WIDE, Panel, Quiet, follow, static_controls
from pmo_lib.widgets.trial import COMING, Trial
from pmo_lib.widgets.words import (
    board_now_knows,
    budget_words,
    changes,
    moved_weight,
    price_of_including,
    swing,
    tried,
)

LOWEST, HIGHEST = 50, 120
"""How far the budget can be cut or raised. [%]"""


def move_one_weight(trial: Trial) -> Panel:
    """Return a slider that gives one criterion more or less weight.

    Parameters
    ----------
    trial : Trial
        What is tried; the exact list follows.

    Returns
    -------
    Panel
        The others keep their proportions.
    """
    criteria, currency = trial.portfolio.criteria, trial.saved.currency
    weights = trial.opening.evaluation.weights
    choices = [(one_line(criteria.at[c, "name"]), c) for c in weights.index]
    which = ipywidgets.Dropdown(
        options=choices,
        value=weights.idxmax(),
        description="Criterion",
        style=WIDE,
        layout={"width": "620px"},
    )
    slider = _slider("Its weight, %", 0, 100, round(100 * weights.max()))
    says = ipywidgets.HTML()
    busy = Quiet()

    def describe(_=None) -> None:
        words = swing(criteria.loc[which.value], currency=currency)
        saved = 100 * weights[which.value]
        says.value = paragraph(
            f"This weight prices the swing {words}. Saved: {saved:.0f} %. "
            "The other criteria keep their proportions.",
            quiet=True,
        ).html

    def pick(_) -> None:
        describe()
        show()

    def move(change) -> None:
        if not busy and round(100 * _now(trial)[which.value]) != change["new"]:
            trial.change(weights=moved_weight(weights, which.value, change["new"] / 100))

    def show(_=None) -> None:
        with busy:
            slider.value = round(100 * _now(trial)[which.value])

    describe()
    which.observe(pick, "value")
    slider.observe(move, "value")
    trial.observe(show, "version")
    area = follow(trial, _tried_and_changed)
    opening = static_controls(
        "A control stands here when the notebook runs: choose a criterion and move its weight. Opening state:",
        "; ".join(
            f"{name} {100 * weights[c]:.0f} % ({swing(criteria.loc[c], currency=currency)})"
            for name, c in choices
        )
        + ".",
    )
    return Panel([which, says, slider, area], opening)


def cut_the_budget(trial: Trial) -> Panel:
    """Return a slider that scales every budget."""
    saved = round(100 * trial.saved.budget_scale)
    slider = _slider("Every budget at, %", min(LOWEST, saved), max(HIGHEST, saved), saved)
    slider.disabled = len(trial.portfolio.budgets) == 0
    busy = Quiet()

    def move(change) -> None:
        if not busy:
            trial.change(budget_scale=change["new"] / 100)

    def show(_=None) -> None:
        with busy:
            slider.value = round(100 * trial.settings.budget_scale)

    slider.observe(move, "value")
    trial.observe(show, "version")

    def words(trial: Trial) -> Page:
        return paragraph(budget_words(trial.answer)) + _tried_and_changed(trial)

    opening = static_controls(
        "A control stands here when the notebook runs: cut or raise every budget. Opening state:",
        budget_words(trial.opening),
    )
    return Panel([slider, follow(trial, words)], opening)


def include_one(trial: Trial) -> Panel:
    """Return a choice of one refused project, with what including it displaces and costs."""
    table = trial.opening.ranked_list
    refused = table[table["block"] == "not recommended"]
    choices = [(f"{row.rank}. {one_line(row.name)}", row.Index) for row in refused.itertuples()]
    which = ipywidgets.Dropdown(
        options=[("none", ""), *choices],
        value="",
        description="Include",
        style=WIDE,
        layout={"width": "620px"},
    )
    busy = Quiet()

    def pick(change) -> None:
        if not busy:
            trial.include(change["new"])

    def show(_=None) -> None:
        with busy:
            which.value = trial.included if trial.included in refused.index else ""

    which.observe(pick, "value")
    trial.observe(show, "version")

    def words(trial: Trial) -> Page:
        if not trial.included:
            return paragraph("Choose a project that the list refuses: what would it displace?")
        if trial.without is None or trial.state == COMING:
            return Page("", "")
        lines = price_of_including(trial.without, trial.answer, trial.included)
        return paragraph(lines[0], strong=True) + paragraph(*lines[1:])

    names = "; ".join(name for name, _ in choices)
    opening = static_controls(
        "A control stands here when the notebook runs: include one of the refused projects and see what "
        "it displaces. Opening state: nothing is included.",
        f"Refused: {names}." if names else "No project is refused.",
    )
    return Panel([which, follow(trial, words)], opening)


def closing(trial: Trial, path: str | Path | None = None) -> Panel:
    """Return what the board now knows, what to do with it, and the ranked list, updated.

    Parameters
    ----------
    trial : Trial
        What was tried.
    path : path, optional
        The portfolio whose settings are saved; by default the one this notebook reads.
    """

    def known(trial: Trial) -> Page:
        return board_now_knows(trial.opening, trial.answer)

    def listed(trial: Trial) -> Page:
        return ranked_list(trial.answer)

    parts = [
        follow(trial, known, reasons=True),
        save_settings(trial, path),
        write_list(trial),
        follow(trial, listed, quiet=True),
    ]
    return Panel(parts, known(trial) + listed(trial))


def _slider(words: str, low: int, high: int, value: int) -> ipywidgets.IntSlider:
    return ipywidgets.IntSlider(
        value=value, min=low, max=high, description=words, style=WIDE, layout={"width": "620px"}
    )


def _now(trial: Trial):
    """Return the weights being tried, as shares."""
    points = trial.settings.weights
    if not points:
        return trial.opening.evaluation.weights
    total = sum(points.values())
    return {criterion: value / total for criterion, value in points.items()}


def _tried_and_changed(trial: Trial) -> Page:
    """Say what the last exact list departs in, and what that changes."""
    departs = tried(trial.portfolio, trial.opening, trial.answer)
    if not departs:
        return paragraph("Nothing is tried: this is the list under the saved settings.")
    return bullets(map(sentence, departs)) + changes(trial.opening, trial.answer)
