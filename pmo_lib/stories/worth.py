"""What each proposal is worth: money over the years, value functions, and where orders differ."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmo_lib import periods
from pmo_lib.export.words import number, one_line
from pmo_lib.stories.lists import MOST_ROWS, close_calls, weights_in_words
from pmo_lib.stories.plain import (
    amount,
    counted,
    funded,
    listed,
    money_of,
    named,
    percent,
    ranked,
    scaled,
    verb,
)
from pmo_lib.workbench import Recommendation, pricing

SOURCES = {
    "performance": "performance table",
    "npv": "computed from cash flows",
    "bcr": "computed from cash flows",
    "payback": "computed from cash flows",
    "alignment": "computed from contributions",
}


def discounting(recommendation: Recommendation) -> pd.DataFrame:
    """Show what a unit of money counts today in some of the years of the cash flows.

    Returns
    -------
    DataFrame
        year, years from now, and what 1 in that year counts now [currency].
    """
    settings, by_year = recommendation.settings, recommendation.evaluation.cost_by_year
    start = pricing.base_date(recommendation.portfolio, settings)
    years = pd.Index([periods.year_number(day, start) for day in by_year.columns])
    if len(years) == 0:
        return pd.DataFrame(columns=["year", "years from now"])
    column = f"{settings.currency}1 then counts now [{settings.currency}]"
    factors = pricing.discount_factors(recommendation.portfolio, settings, int(years.max()))
    frame = pd.DataFrame(
        {
            "year": [periods.label(day) for day in by_year.columns],
            "years from now": years,
            column: factors.reindex(years).round(3).to_numpy(),
        }
    )
    keep = years.isin([0, 1, 2, 3, 4, 5, 10, 15, 20, 25, 30, 40, 50, 60]) | (years == years.max())
    return frame[keep].reset_index(drop=True)


def schedule(recommendation: Recommendation) -> pd.DataFrame:
    """List the rates of the discount schedule in use: from which year, rate [%], source."""
    portfolio, settings = recommendation.portfolio, recommendation.settings
    if not settings.discount_schedule:
        rate = 100 * settings.discount_rate
        rows = [("flat rate", "1", rate, "settings")]
        return pd.DataFrame(rows, columns=["schedule", "from year", "rate [% a year]", "source"])
    table = portfolio.discount_schedules
    table = table[table["schedule"] == settings.discount_schedule]
    year = "from year" if (table["basis"] == "by year").all() else "length [years]"
    return pd.DataFrame(
        {
            "schedule": table["schedule"],
            "dated from": table["dated_from"],
            year: table["year"].astype("Int64").astype(str),
            "rate [% a year]": 100 * table["rate"],
            "source": table["source"],
        }
    ).reset_index(drop=True)


def discounting_in_words(recommendation: Recommendation) -> str:
    """Say which rate is used, and what money in the last year counts today."""
    settings, table = recommendation.settings, discounting(recommendation)
    rate = settings.discount_schedule or f"a flat {number(100 * settings.discount_rate)} % a year"
    if len(table) == 0:
        return f"Discounted by {rate}; there are no cash flows."
    last, sign = table.iloc[-1], settings.currency
    return (
        f"Discounted by {rate}: {sign}1 in {last['year']} counts {sign}{last.iloc[2]:.2f} today. "
        f"Money before {periods.label(pricing.base_date(recommendation.portfolio, settings))} is "
        "spent already and counts nothing."
    )


def flows(recommendation: Recommendation) -> pd.DataFrame:
    """Add up cost and benefit of the recommended proposals by period, to the last one of either.

    Returns
    -------
    DataFrame by period
        cost and benefit. [currency]
    """
    evaluation, inside = recommendation.evaluation, funded(recommendation)
    inside = inside.index[inside]
    frame = pd.DataFrame(
        {
            "cost": evaluation.cost_by_year.reindex(inside).sum(),
            "benefit": evaluation.benefit_by_year.reindex(inside).sum(),
        }
    )
    last = frame.index[(frame != 0).any(axis=1)].max()
    return frame[frame.index <= last] if isinstance(last, str) else frame[:0]


def by_year(recommendation: Recommendation) -> pd.DataFrame:
    """Add up cost and benefit of the recommended proposals by year.

    Returns
    -------
    DataFrame
        year; cost, benefit, net and running net [money, not discounted]; then the sum.
    """
    money = money_of(recommendation)
    frame = flows(recommendation)
    frame["net"] = frame["benefit"] - frame["cost"]
    frame["running net"] = frame["net"].cumsum()
    frame.index = [periods.label(day) for day in frame.index]
    frame.loc["all years"] = [*frame[["cost", "benefit", "net"]].sum(), np.nan]
    frame = scaled(frame, money).add_suffix(f" [{money.unit}]")
    return frame.rename_axis("year").reset_index()


def by_year_in_words(recommendation: Recommendation) -> str:
    """Name the dearest year, and the year in which benefits have caught up with costs."""
    table, money = by_year(recommendation).set_index("year"), money_of(recommendation)
    cost, net, running = (f"{words} [{money.unit}]" for words in ("cost", "net", "running net"))
    years = table.drop(index="all years")
    if not (years[cost] > 0).any():
        return "The recommended proposals cost nothing from now on."
    dearest = years[cost].idxmax()
    words = f"The recommended proposals cost most in {dearest}: {money.sign}{years.at[dearest, cost]:,.1f}{money.letter}"
    ahead = years.index[years[net] > 0]
    words += f"; benefits first exceed costs in {ahead[0]}" if len(ahead) else ""
    below = years.index[years[running] < 0]
    if len(below) and years[running].iloc[-1] >= 0:
        caught = years.index[years.index.get_loc(below[-1]) + 1]
        return (
            f"{words}, and have caught up with all that was paid by {caught}, before discounting."
        )
    if len(below):
        return f"{words}; by {years.index[-1]} they have not caught up with what was paid."
    return f"{words}."


def priced(recommendation: Recommendation, *, most: int = MOST_ROWS) -> pd.DataFrame:
    """List cost, present values, NPV, BCR and payback of the assessed proposals, by rank.

    Returns
    -------
    DataFrame
        rank, project; cost, present value of cost and of benefit, NPV [money]; BCR [-];
        payback [years from now], infinite for never.
    """
    evaluation, money = recommendation.evaluation, money_of(recommendation)
    order = evaluation.rank.sort_values(kind="stable").index[:most]
    finance = evaluation.finance.loc[order]
    table = pd.DataFrame(
        {
            "rank": evaluation.rank[order],
            "project": recommendation.portfolio.projects["name"].reindex(order),
        }
    )
    for column, words in (
        ("cost", "cost"), ("cost_pv", "PV of cost"), ("benefit_pv", "PV of benefit"), ("npv", "NPV"),
    ):  # fmt: skip
        table[f"{words} [{money.unit}]"] = scaled(finance[column], money)
    table["BCR"] = finance["bcr"].round(2)
    table["payback [years]"] = finance["payback"].round(1)
    return table.reset_index(drop=True)


def priced_in_words(recommendation: Recommendation) -> str:
    """Name the best and the poor among benefit-cost ratios, and what never pays back."""
    finance = recommendation.evaluation.finance.reindex(recommendation.evaluation.score.index)
    ratio = finance["bcr"].dropna()
    if len(ratio) == 0:
        return "No proposal has a benefit-cost ratio, as none has a cost."
    best, below = ratio.idxmax(), ratio.index[ratio < 1]
    sign = recommendation.settings.currency
    words = (
        f"Best for the money is {ranked(recommendation, best)}: {sign}{ratio[best]:.1f} of benefit for "
        f"each {sign}1 of cost, in today's money."
    )
    if len(below) == 0:
        return f"{words} Every proposal brings more than it costs."
    inside = funded(recommendation)
    chosen = below[inside[below].to_numpy()]
    words += (
        f" {counted(len(below), 'proposal').capitalize()} {verb(len(below), 'brings', 'bring')} less "
        "money than the cost"
    )
    if len(chosen) == 0:
        return f"{words}; none of them is recommended."
    return (
        f"{words}; {len(chosen)} of them {verb(len(chosen), 'is', 'are')} recommended for other "
        f"reasons: {named(recommendation, chosen)}."
    )


def criteria(recommendation: Recommendation) -> pd.DataFrame:
    """State each criterion: its weight, what is worth 0 and 1, what not doing is worth.

    Returns
    -------
    DataFrame
        criterion, weight [%], unit, worth 0 at, worth 1 at, not doing [value], adds up,
        and where its performance comes from.
    """
    table, evaluation = recommendation.portfolio.criteria, recommendation.evaluation
    money = money_of(recommendation)
    zero, one = zip(*(_references(row, money) for _, row in table.iterrows()), strict=True)
    return pd.DataFrame(
        {
            "criterion": table["name"],
            "weight [%]": (100 * evaluation.weights).round(1),
            "unit": table["unit"].where(table["source"] != "npv", money.unit),
            "worth 0 at": zero,
            "worth 1 at": one,
            "not doing is worth": evaluation.not_doing.round(2),
            "adds up over projects": table["adds"].map({True: "yes", False: "no"}),
            "performance from": table["source"].map(SOURCES),
        }
    ).reset_index(drop=True)


def _references(row: pd.Series, money) -> tuple[str, str]:
    """Word the performances that are worth least and most; NPV in the notebook's unit."""
    if row["value_function"] == "linear":
        scale = money.divisor if row["source"] == "npv" else 1
        return tuple(number(row[end] / scale).replace("-", "−") for end in ("worst", "best"))
    text = row["levels"] if row["value_function"] == "levels" else row["points"]
    pairs = [part.rpartition(":") for part in str(text).split(";") if part.strip()]
    pairs = sorted(pairs, key=lambda pair: float(pair[2]))
    return one_line(pairs[0][0]), one_line(pairs[-1][0])


def performance(recommendation: Recommendation, *, most: int = MOST_ROWS) -> pd.DataFrame:
    """Lay out performance in natural units, by rank; large money in the notebook's unit."""
    evaluation, money = recommendation.evaluation, money_of(recommendation)
    order = evaluation.rank.sort_values(kind="stable").index[:most]
    table = _ranked_names(recommendation, order)
    for criterion, row in recommendation.portfolio.criteria.iterrows():
        cells, unit = (
            evaluation.performance.loc[order, criterion],
            one_line(row["unit"] if isinstance(row["unit"], str) else "-"),
        )
        if row["source"] == "npv":
            cells, unit = scaled(cells, money), money.unit
        elif pd.api.types.is_numeric_dtype(cells):
            cells = cells.round(2)
        table[f"{one_line(row['name'])} [{unit}]"] = cells
    return table.reset_index(drop=True)


def values(recommendation: Recommendation, *, most: int = MOST_ROWS) -> pd.DataFrame:
    """Lay out values from 0 to 1 by criterion, and the score they make, by rank."""
    evaluation = recommendation.evaluation
    order = evaluation.rank.sort_values(kind="stable").index[:most]
    table = _ranked_names(recommendation, order)
    for criterion, weight in evaluation.weights.items():
        name = one_line(recommendation.portfolio.criteria.at[criterion, "name"])
        table[f"{name} (weight {percent(weight)}) [value]"] = evaluation.values.loc[
            order, criterion
        ].round(2)
    return table.assign(**{"score [of 100]": (100 * evaluation.score[order]).round(1)}).reset_index(
        drop=True
    )


def _ranked_names(recommendation: Recommendation, order: pd.Index) -> pd.DataFrame:
    names = recommendation.portfolio.projects["name"].reindex(order)
    return pd.DataFrame({"rank": recommendation.evaluation.rank[order], "project": names})


def values_in_words(recommendation: Recommendation) -> str:
    """Follow the best-ranked proposal from performance to value, to points, to score."""
    evaluation, table = recommendation.evaluation, recommendation.portfolio.criteria
    project = evaluation.rank.idxmin()
    points = evaluation.weighted_values.loc[project].sort_values(ascending=False, kind="stable")
    first = points.index[0]
    rest = [
        f"{100 * p:.1f} from {one_line(table.at[c, 'name'])}" for c, p in points[1:].items() if p
    ]
    return (
        f"{ranked(recommendation, project)}: {_shown(recommendation, project, first)} on "
        f"{one_line(table.at[first, 'name'])} is worth {evaluation.values.at[project, first]:.2f}; "
        f"times the weight of {percent(evaluation.weights[first])} that makes {100 * points.iloc[0]:.1f} "
        f"points. With {listed(rest, most=9) or 'nothing else'} the score is "
        f"{100 * evaluation.score[project]:.1f}."
    )


def _shown(recommendation: Recommendation, project, criterion) -> str:
    """Word one performance with its unit."""
    row = recommendation.portfolio.criteria.loc[criterion]
    cell = recommendation.evaluation.performance.at[project, criterion]
    if row["source"] == "npv":
        return amount(money_of(recommendation), cell)
    if isinstance(cell, str):
        return f"'{one_line(cell)}'"
    return f"{number(round(float(cell), 2))} {one_line(row['unit'] if isinstance(row['unit'], str) else '')}".strip()


def orders(recommendation: Recommendation, *, most: int = MOST_ROWS) -> pd.DataFrame:
    """Set the orders by score, by NPV and by BCR side by side.

    Returns
    -------
    DataFrame
        project, rank by score, by NPV and by BCR, the widest difference [places] and
        whether the list funds it; largest difference first.
    """
    ranks = _orders(recommendation)
    table = ranks.assign(
        **{
            "widest difference [places]": ranks.max(axis=1) - ranks.min(axis=1),
            "recommended": funded(recommendation),
        }
    )
    names = recommendation.portfolio.projects["name"].reindex(table.index)
    table.insert(0, "project", names)
    table = table.sort_values(
        ["widest difference [places]", "by score [rank]"], ascending=[False, True]
    )
    return table.head(most).reset_index(drop=True)


def _orders(recommendation: Recommendation) -> pd.DataFrame:
    evaluation = recommendation.evaluation
    finance = evaluation.finance.reindex(evaluation.score.index)
    by = {"by NPV [rank]": finance["npv"], "by BCR [rank]": finance["bcr"]}
    ranks = {
        name: one.rank(ascending=False, method="min").astype("Int64") for name, one in by.items()
    }
    return pd.DataFrame({"by score [rank]": evaluation.rank.astype("Int64"), **ranks})


def orders_in_words(recommendation: Recommendation) -> str:
    """Say how far the orders agree, and name the proposals on which they differ most."""
    ranks = _orders(recommendation).dropna()
    if len(ranks) < 2:
        return "There are too few proposals to compare orders."
    gap = (ranks["by NPV [rank]"] - ranks["by score [rank]"]).astype(int)
    better, worse = gap.idxmin(), gap.idxmax()
    agree = ranks["by score [rank]"].corr(ranks["by NPV [rank]"], method="spearman")
    words = (
        f"The orders by score and by NPV correlate at {agree:.2f} (1 is the same order).".replace(
            "-", "−"
        )
    )
    for project, change in ((worse, "gains most"), (better, "loses most")):
        if gap[project]:
            by_score, by_npv = ranks.loc[project, ["by score [rank]", "by NPV [rank]"]]
            words += (
                f" {named(recommendation, [project])} {change} by being scored: place {by_score} by score, "
                f"{by_npv} by NPV."
            )
    return words


def known(recommendation: Recommendation) -> list[str]:
    """Say what the board now knows."""
    return [
        discounting_in_words(recommendation),
        by_year_in_words(recommendation),
        priced_in_words(recommendation),
        orders_in_words(recommendation),
    ]


def added(recommendation: Recommendation) -> pd.DataFrame:
    """Return what this adds to the ranked list: NPV [money] and BCR."""
    finance, money = recommendation.evaluation.finance, money_of(recommendation)
    return pd.DataFrame(
        {f"NPV [{money.unit}]": scaled(finance["npv"], money), "BCR": finance["bcr"].round(2)}
    )


def would_change(recommendation: Recommendation) -> list[str]:
    """Say what would change the answer."""
    words = [weights_in_words(recommendation), close_calls(recommendation)]
    finance = recommendation.evaluation.finance.reindex(recommendation.evaluation.score.index)
    if finance["npv"].notna().any():
        near = (finance["npv"] / finance["cost_pv"].where(finance["cost_pv"] > 0)).abs()
        project = near.idxmin() if near.notna().any() else None
        if project is not None:
            words.append(
                f"Closest to breaking even is {ranked(recommendation, project)}, with an NPV of "
                f"{amount(money_of(recommendation), finance.at[project, 'npv'], 2)}: small changes of its "
                "cost or benefit turn its sign."
            )
    return words
