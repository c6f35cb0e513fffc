"""What the live page ranks from: values, costs, contributions and words, as plain data."""

from __future__ import annotations

import json
import math

import pandas as pd

from pmo_lib.alignment import NO_OBJECTIVE
from pmo_lib.statements import contributions, money_of, swing
from pmo_lib.wording import Money, list_word, number, one_line, percent
from pmo_lib.workbench import Recommendation
from pmo_lib.workbench.evaluation import with_alignment_references

FILTERS = ("category", "programme", "sponsor")
"""Columns of the ranked list by which the page can be narrowed."""


def live_data(made: Recommendation) -> dict:
    """Lay out all that the page computes with.

    Parameters
    ----------
    made : Recommendation
        The list that is marked.

    Returns
    -------
    dict
        criteria, projects (assessed proposals by name, the order among equals),
        objectives, filters, budget [currency] or None, money and the word for the list.
    """
    money = money_of(made)
    names = dict(
        zip(made.evaluation.score.index, made.names(made.evaluation.score.index), strict=True)
    )
    order = sorted(names, key=lambda project: (names[project], str(project)))
    ranked = made.ranked_list.loc[order]
    return {
        "word": list_word(made.settings),
        "criteria": _criteria(made),
        "projects": _projects(made, ranked, names, money),
        "objectives": _objectives(made),
        "filters": [{"name": name, "of": _texts(ranked[name])} for name in FILTERS],
        "budget": budget_of(made),
        "money": {
            "sign": money.sign,
            "letter": money.letter,
            "divisor": money.divisor,
            "places": 1 if money.letter == "m" else 0,
        },
    }


def as_json(data: dict) -> str:
    r"""Write data so that it can stand inside a page: no letter of it can end an element.

    >>> as_json({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def budget_of(made: Recommendation) -> float | None:
    """Add up what running work leaves of all budgets; None where no budget is stated. [currency]."""
    money = made.limits.loc[made.limits["kind"] == "money", "available"]
    return float(money.sum()) if len(made.portfolio.budgets) else None


def _criteria(made: Recommendation) -> list[dict]:
    rows = with_alignment_references(made.portfolio.criteria).loc[made.evaluation.weights.index]
    return [
        {
            "name": one_line(row["name"]) or one_line(label),
            "swing": swing(row, currency=made.settings.currency),
            "points": 100 * float(weight),
            "weight": f"{number(round(100 * float(weight), 1))}\u00a0%",
        }
        for (label, row), weight in zip(rows.iterrows(), made.evaluation.weights, strict=True)
    ]


def _projects(made: Recommendation, ranked: pd.DataFrame, names: dict, money: Money) -> list[dict]:
    """Lay out one entry a proposal: what is known of it, and its row of every table."""
    evaluation, mandatory = made.evaluation, made.portfolio.projects["mandatory"]
    values = evaluation.values.loc[ranked.index].to_numpy(float).tolist()
    measured = _measured(made, ranked.index, money)
    serves = contributions(made).reindex(ranked.index).fillna(0.0).to_numpy(float).tolist()
    return [
        {
            "id": one_line(row.Index),
            "name": names[row.Index],
            "mandatory": bool(mandatory[row.Index]),
            "listed": bool(row.funded),
            "close": bool(row.too_close),
            "cost": max(float(row.cost), 0.0),
            "why": one_line(row.why),
            "facts": _facts(row, money),
            "values": values[place],
            "measured": measured[place],
            "serves": serves[place],
        }
        for place, row in enumerate(ranked.itertuples())
    ]


def _facts(row, money: Money) -> str:
    """Word what a proposal costs and brings."""
    known = {"NPV": money.shown(row.npv) if math.isfinite(row.npv) else ""}
    known["BCR"] = f"{row.bcr:.2f}" if math.isfinite(row.bcr) else ""
    words = [f"cost {money.shown(row.cost)}"]
    return " · ".join(words + [f"{name} {text}" for name, text in known.items() if text])


def _measured(made: Recommendation, projects: pd.Index, money: Money) -> list[list[str]]:
    """Word every performance with its unit."""
    table = made.portfolio.criteria.loc[made.evaluation.weights.index]
    cells = made.evaluation.performance.reindex(projects)
    columns = [
        [_performance_words(cell, row, money) for cell in cells[label]]
        for label, row in table.iterrows()
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def _performance_words(cell, criterion: pd.Series, money: Money) -> str:
    """Word one performance; what never pays back is never."""
    unit = one_line(criterion["unit"])
    if isinstance(cell, str):
        return one_line(cell)
    if not math.isfinite(cell):
        return "never" if cell == math.inf else "–"
    if criterion["source"] == "npv":
        return money.shown(cell)
    if unit in ("share", "%") and criterion["source"] == "alignment":
        return percent(cell)
    return f"{number(round(float(cell), 2))} {unit}".replace(
        "-", "−", 1 if cell < 0 else 0
    ).rstrip()


def _objectives(made: Recommendation) -> list[dict]:
    """Lay out the objectives in their own order, then what serves none."""
    weights, names = made.evaluation.objective_weights, made.portfolio.objectives["name"]
    if len(weights) == 0:
        return []
    stated = [
        {"name": one_line(names[objective]) or one_line(objective), "weight": float(weight)}
        for objective, weight in weights.items()
    ]
    return [*stated, {"name": NO_OBJECTIVE, "weight": None}]


def _texts(column: pd.Series) -> list[str]:
    return [one_line(text) for text in column]
