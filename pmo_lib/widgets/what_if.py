"""Controls for one question each: a weight, the budget, one refused project."""

from __future__ import annotations

from pathlib import Path

import ipywidgets

from pmo_lib.statements import price_of_including, swing
from pmo_lib.widgets.keep import save_settings, write_list
from pmo_lib.widgets.page import Page, bullets, paragraph, ranked_list
from pmo_lib.widgets.panel import Panel, chooser, follow, linked, slider, static_controls
from pmo_lib.widgets.trial import COMING, Trial
from pmo_lib.widgets.words import board_now_knows, budget_words, changes, moved_weight, tried
from pmo_lib.wording import one_line, sentence

LOWEST, HIGHEST = 50, 120
"""How far the budget can be cut or raised. [%]"""

POINTS = "Points sum the weighted value over not doing; 100 is one project best in everything."


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
    swings = {c: swing(criteria.loc[c], currency=currency) for c in weights.index}
    choices = [(one_line(criteria.at[c, "name"]), c) for c in weights.index]
    which = chooser("Criterion", choices, weights.idxmax())
    weight, says = slider("Its weight, %", 0, 100, round(100 * weights.max())), ipywidgets.HTML()

    def now() -> int:
        return round(100 * _now(trial)[which.value])

    def push(points: int) -> None:
        if points != now():
            trial.change(weights=moved_weight(weights, which.value, points / 100))

    def pick(_=None) -> None:
        saved = f"Saved: {100 * weights[which.value]:.0f} %."
        words = f"This weight prices the swing {swings[which.value]}. {saved}"
        says.value = paragraph(words, "The other criteria keep their proportions.", quiet=True).html
        show()

    show = linked(trial, weight, push, now)
    pick()
    which.observe(pick, "value")
    stated = "; ".join(f"{name} {100 * weights[c]:.0f} % ({swings[c]})" for name, c in choices)
    opening = static_controls(
        "A control stands here when the notebook runs: choose a criterion and move its weight. Opening state:",
        f"{stated}.",
    )
    return Panel([which, says, weight, follow(trial, tried_and_changed)], opening)


def cut_the_budget(trial: Trial) -> Panel:
    """Return a slider that scales every budget."""
    saved = round(100 * trial.saved.budget_scale)
    scale = slider("Every budget at, %", min(LOWEST, saved), max(HIGHEST, saved), saved)
    scale.disabled = len(trial.portfolio.budgets) == 0
    linked(
        trial,
        scale,
        lambda value: trial.change(budget_scale=value / 100),
        lambda: round(100 * trial.settings.budget_scale),
    )

    def words(trial: Trial) -> Page:
        return paragraph(budget_words(trial.answer)) + tried_and_changed(trial)

    opening = static_controls(
        "A control stands here when the notebook runs: cut or raise every budget. Opening state:",
        budget_words(trial.opening),
    )
    return Panel([scale, follow(trial, words)], opening)


def include_one(trial: Trial) -> Panel:
    """Return a choice of one refused project, with what including it displaces and costs."""
    table = trial.opening.ranked_list
    refused = table[table["block"] == "not recommended"]
    choices = [(f"{row.rank}. {one_line(row.name)}", row.Index) for row in refused.itertuples()]
    which = chooser("Include", [("none", ""), *choices], "")
    linked(
        trial,
        which,
        trial.include,
        lambda: trial.included if trial.included in refused.index else "",
    )

    def words(trial: Trial) -> Page:
        if not trial.included:
            return paragraph("Choose a project that the list refuses: what would it displace?")
        if trial.without is None or trial.state == COMING:
            return Page("", "")
        first, *more = price_of_including(trial.without, trial.answer, trial.included)
        if more and trial.answer.settings.objective == "score":
            more.append(POINTS)
        return paragraph(first, strong=True) + paragraph(*more)

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

    keeping = [save_settings(trial, path), write_list(trial)]
    parts = [follow(trial, known, reasons=True), *keeping, follow(trial, listed, quiet=True)]
    return Panel(parts, known(trial) + listed(trial))


def _now(trial: Trial):
    """Return the weights being tried, as shares."""
    points = trial.settings.weights
    if not points:
        return trial.opening.evaluation.weights
    total = sum(points.values())
    return {criterion: value / total for criterion, value in points.items()}


def tried_and_changed(
    trial: Trial, nothing: str = "Nothing is tried: this is the list under the saved settings."
) -> Page:
    """Say what the last exact list departs in, and what that changes."""
    departs = tried(trial.portfolio, trial.opening, trial.answer)
    if not departs:
        return paragraph(nothing)
    return bullets(map(sentence, departs)) + changes(trial.opening, trial.answer)
