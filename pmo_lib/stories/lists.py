"""How every notebook opens and closes: what it uses, and the list the board now has."""

from __future__ import annotations

import pandas as pd

from pmo_lib import periods
from pmo_lib.export.words import long_date, number, one_line
from pmo_lib.stories.plain import (
    counted,
    listed,
    money_of,
    named,
    percent,
    ranked,
    scaled,
    sentence,
)
from pmo_lib.tables import Portfolio
from pmo_lib.workbench import Recommendation, Settings

MOST_ROWS = 40
"""Proposals in a short list; a longer one keeps the best and those nearest the line."""

DECISIONS = {
    "mandatory": "fund (mandatory)",
    "recommended": "fund",
    "not recommended": "do not fund",
    "not assessed": "not assessed",
}


def opening(portfolio: Portfolio, settings: Settings) -> pd.DataFrame:
    """State the portfolio, its date and the saved settings that a notebook uses.

    Parameters
    ----------
    portfolio : Portfolio
        As read.
    settings : Settings
        As saved beside it.

    Returns
    -------
    DataFrame
        used, and what it is here.
    """
    rows = {
        "portfolio": f"{portfolio.source}, {counted(portfolio.rows_read, 'project row')} read",
        "organisation, board": ", ".join(filter(None, (settings.organisation, settings.board))),
        "data of": long_date(settings.data_date),
        "for the meeting of": long_date(settings.meeting_date),
        "status, marking": ", ".join(filter(None, (settings.status, settings.marking))),
        "settings saved": _saved(settings),
        "rule": f"{settings.rule}, by {settings.objective}",
        "budgets": _budgets(portfolio, settings),
        "discounting": settings.discount_schedule or f"{number(100 * settings.discount_rate)} %",
        "prices": settings.price_base or "price base not stated",
        "weights": "changed in the settings" if settings.weights else "of the criteria table",
        "the board includes, excludes": _overrides(portfolio, settings),
    }
    return pd.DataFrame({"used here": rows.keys(), "which": [v or "–" for v in rows.values()]})


def _saved(settings: Settings) -> str:
    if not settings.saved_by:
        return "not changed since the tables were delivered"
    return f"{settings.saved_on[:10]} by {settings.saved_by}: {settings.saved_reason}"


def _budgets(portfolio: Portfolio, settings: Settings) -> str:
    years = portfolio.budgets["period"]
    if len(years) == 0:
        return "none stated"
    first, last = periods.label(years.min()), periods.label(years.max())
    span = first if first == last else f"{first} to {last}"
    return f"{number(round(100 * settings.budget_scale, 2))} % of the budgets for {span}"


def _overrides(portfolio: Portfolio, settings: Settings) -> str:
    rows = portfolio.overrides.to_dict("records") + list(settings.overrides)
    names = portfolio.projects["name"]
    words = [f"{one_line(names.get(r['project'], r['project']))} {r['decision']}" for r in rows]
    return listed(words) or "no project"


def ranked_list(
    recommendation: Recommendation, added: pd.DataFrame | None = None, *, most: int = MOST_ROWS
) -> pd.DataFrame:
    """Lay out the ranked list in short, with what a notebook has found out added to it.

    Parameters
    ----------
    recommendation : Recommendation
        The list.
    added : DataFrame by project, optional
        Further columns, named with their units.
    most : int
        Proposals shown at most; beyond, half of them on each side of the line.

    Returns
    -------
    DataFrame
        decision, rank, project, score [of 100], cost and running total [money], then the
        added columns. Running work is one line; what is left out is counted in a line.
    """
    table, money = recommendation.ranked_list, money_of(recommendation)
    lines = pd.DataFrame(
        {
            "decision": table["block"].map(DECISIONS),
            "rank": table["rank"],
            "project": table["name"].map(one_line, na_action="ignore"),
            "score [of 100]": (100 * table["score"]).round(1),
            f"cost [{money.unit}]": scaled(table["cost"], money),
            f"running total [{money.unit}]": scaled(table["running_total"], money),
        }
    )
    if added is not None:
        lines = lines.join(added)
    running = table["block"] == "continues"
    parts = [_running_line(lines, table[running], money)] if running.any() else []
    for block in DECISIONS:
        part = lines[table["block"] == block]
        if block == "not recommended":
            parts.append(_line(lines, decision="— the line —", project=_left_over(recommendation)))
        parts += [part.head(most // 2)]
        if len(part) > most // 2:
            more = f"… {len(part) - most // 2} more"
            parts += [_line(lines, decision=DECISIONS[block], project=more)]
    return pd.concat(parts, ignore_index=True).astype(lines.dtypes.to_dict())


def _running_line(lines: pd.DataFrame, running: pd.DataFrame, money) -> pd.DataFrame:
    words = counted(len(running), "running project")
    cost = scaled(running["cost"].sum(), money)
    return _line(lines, decision="continues", project=words, **{f"cost [{money.unit}]": cost})


def _left_over(recommendation: Recommendation) -> str:
    """Word what is left over where funding ends."""
    limits, money = recommendation.limits, money_of(recommendation)
    stated = limits[(limits["kind"] == "money") & limits["label"].map(type).eq(tuple)]
    if len(stated) == 0:
        return "no budget is stated"
    return f"{money.shown(stated['left_over'].sum(), 2)} left over"


def _line(lines: pd.DataFrame, **cells) -> pd.DataFrame:
    """Return one row of the columns of a list, empty but for some cells."""
    empty = {column: pd.Series([None], dtype=kind) for column, kind in lines.dtypes.items()}
    return pd.DataFrame(empty).assign(**cells)


def standing(recommendation: Recommendation) -> str:
    """Word the list as it stands, and how good it is proven to be."""
    return f"{recommendation.headline} {sentence(recommendation.choice.sentence)}"


def close_calls(recommendation: Recommendation) -> str:
    """Name the proposals whose place on either side of the line is too close to call."""
    table = recommendation.ranked_list
    points = number(round(100 * recommendation.settings.too_close, 2))
    close = table[table["too_close"].astype(bool)]
    if len(close) == 0:
        return f"No proposal is within {points} points of one on the other side of the line."
    inside, outside = close.index[close["funded"]], close.index[~close["funded"]]
    return (
        f"Too close to call, within {points} points of a proposal on the other side of the line: in, "
        f"{named(recommendation, inside, most=3)}; out, {named(recommendation, outside, most=3)}."
    )


def weights_in_words(recommendation: Recommendation) -> str:
    """Name the two criteria that carry most weight."""
    weights = recommendation.evaluation.weights.sort_values(ascending=False, kind="stable")
    names = recommendation.portfolio.criteria["name"]
    words = [f"{one_line(names[c])} ({percent(w)})" for c, w in weights.head(2).items()]
    return f"The weight lies first on {listed(words)}; other weights may give another order."


def best_refused(recommendation: Recommendation):
    """Return the best-ranked assessed proposal that is not funded, or None."""
    out = recommendation.choice.selected
    rank = recommendation.evaluation.rank[~out.reindex(recommendation.evaluation.rank.index)]
    return rank.sort_values(kind="stable").index[0] if len(rank) else None


def refused_in_words(recommendation: Recommendation) -> str:
    """Name the best-ranked proposal that the list leaves out, and why."""
    project = best_refused(recommendation)
    if project is None:
        return "Every assessed proposal is funded."
    why = recommendation.ranked_list.at[project, "why"]
    return f"Best of those not funded is {ranked(recommendation, project)}. {sentence(why)}"
