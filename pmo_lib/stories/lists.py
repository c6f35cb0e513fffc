"""How every notebook opens and closes: what it uses, and the list the board now has."""

from __future__ import annotations

import pandas as pd

from pmo_lib.statements import money_of
from pmo_lib.stories.plain import MOST_ROWS, laid_out, named, ranked
from pmo_lib.tables import Portfolio
from pmo_lib.wording import (
    counted,
    listed,
    long_date,
    number,
    one_line,
    percent,
    sentence,
    years_words,
)
from pmo_lib.workbench import Recommendation, Settings

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
    span = years_words(portfolio.budgets["period"])
    scale = number(round(100 * settings.budget_scale, 2))
    return f"{scale} % of the budgets for {span}" if span else "none stated"


def _overrides(portfolio: Portfolio, settings: Settings) -> str:
    rows = portfolio.overrides.to_dict("records") + list(settings.overrides)
    names = portfolio.projects["name"]
    words = [f"{one_line(names.get(r['project'], r['project']))} {r['decision']}" for r in rows]
    return listed(words, most=4) or "no project"


def ranked_list(
    made: Recommendation, added: pd.DataFrame | None = None, *, most: int = MOST_ROWS
) -> pd.DataFrame:
    """Lay out the ranked list in short, with what a notebook has found out added to it.

    Parameters
    ----------
    made : Recommendation
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
    table, money = made.ranked_list, money_of(made)
    columns = {
        "decision": table["block"].map(DECISIONS),
        "rank": table["rank"],
        "project": table["name"].map(one_line, na_action="ignore"),
        "score [of 100]": table["score"],
        "cost [money]": table["cost"],
        "running total [money]": table["running_total"],
    }
    lines = laid_out(made, columns).set_axis(table.index)
    lines = lines if added is None else lines.join(added)
    left = made.left_by_year()
    over = f"{money.shown(left.sum(), 2)} left over" if len(left) else "no budget is stated"
    running, parts = table[table["block"] == "continues"], []
    if len(running):
        words, cost = counted(len(running), "running project"), running["cost"].sum()
        cells = {"decision": "continues", "project": words}
        cells[f"cost [{money.unit}]"] = round(cost / money.divisor, 2)
        parts.append(_line(lines, cells))
    for block, words in DECISIONS.items():
        part = lines[table["block"] == block]
        if block == "not recommended":
            parts.append(_line(lines, {"decision": "— the line —", "project": over}))
        parts.append(part.head(most // 2))
        if len(part) > most // 2:
            more = f"… {len(part) - most // 2} more"
            parts.append(_line(lines, {"decision": words, "project": more}))
    return pd.concat(parts, ignore_index=True).astype(lines.dtypes.to_dict())


def _line(lines: pd.DataFrame, cells: dict) -> pd.DataFrame:
    """Return one row of the columns of a list, empty but for some cells."""
    empty = {column: pd.Series([None], dtype=kind) for column, kind in lines.dtypes.items()}
    return pd.DataFrame(empty).assign(**cells)


def standing(made: Recommendation) -> str:
    """Word the list as it stands, and how good it is proven to be."""
    return f"{made.headline} {sentence(made.choice.sentence)}"


def close_calls(made: Recommendation) -> str:
    """Name the proposals whose place on either side of the line is too close to call."""
    points = number(round(100 * made.settings.too_close, 2))
    close = made.ranked_list[made.ranked_list["too_close"].astype(bool)]
    if len(close) == 0:
        return f"No proposal is within {points} points of one on the other side of the line."
    inside, outside = close.index[close["funded"]], close.index[~close["funded"]]
    return (
        f"Too close to call, within {points} points of a proposal on the other side of the line: in, "
        f"{named(made, inside, most=3)}; out, {named(made, outside, most=3)}."
    )


def weights_in_words(made: Recommendation) -> str:
    """Name the two criteria that carry most weight."""
    weights = made.evaluation.weights.sort_values(ascending=False, kind="stable")
    names = made.portfolio.criteria["name"]
    words = [f"{one_line(names[c])} ({percent(w)})" for c, w in weights.head(2).items()]
    return f"The weight lies first on {listed(words)}; other weights may give another order."


def best_refused(made: Recommendation):
    """Return the best-ranked assessed proposal that is not funded, or None."""
    rank = made.evaluation.rank
    rank = rank[~made.choice.selected.reindex(rank.index)]
    return rank.sort_values(kind="stable").index[0] if len(rank) else None


def refused_in_words(made: Recommendation) -> str:
    """Name the best-ranked proposal that the list leaves out, and why."""
    project = best_refused(made)
    if project is None:
        return "Every assessed proposal is funded."
    why = made.ranked_list.at[project, "why"]
    return f"Best of those not funded is {ranked(made, project)}. {sentence(why)}"
