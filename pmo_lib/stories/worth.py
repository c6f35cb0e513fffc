"""What each proposal is worth: money over the years, value functions, and where orders differ."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmo_lib import periods
from pmo_lib.statements import corners, money_of
from pmo_lib.stories.lists import close_calls, weights_in_words
from pmo_lib.stories.plain import MOST_ROWS, by_rank, funded, laid_out, named, ranked, scaled, verb
from pmo_lib.wording import counted, list_word, listed, number, one_line, percent
from pmo_lib.workbench import Recommendation, pricing

SOURCES = {
    "performance": "performance table",
    "npv": "computed from cash flows",
    "bcr": "computed from cash flows",
    "payback": "computed from cash flows",
    "alignment": "computed from contributions",
}


def discounting(made: Recommendation) -> pd.DataFrame:
    """Show what a unit of money counts today in some of the years of the cash flows.

    Returns
    -------
    DataFrame
        year, years from now, and what 1 in that year counts now [currency].
    """
    settings, days = made.settings, made.evaluation.cost_by_year.columns
    start = pricing.base_date(made.portfolio, settings)
    years = pd.Index([periods.year_number(day, start) for day in days])
    if len(years) == 0:
        return pd.DataFrame(columns=["year", "years from now"])
    factors = pricing.discount_factors(made.portfolio, settings, int(years.max()))
    columns = {
        "year": [periods.label(day) for day in days],
        "years from now": years,
        f"{settings.currency}1 then counts now [{settings.currency}]": factors.reindex(years)
        .round(3)
        .to_numpy(),
    }
    keep = years.isin([0, 1, 2, 3, 4, 5, 10, 15, 20, 25, 30, 40, 50, 60]) | (years == years.max())
    return pd.DataFrame(columns)[keep].reset_index(drop=True)


def schedule(made: Recommendation) -> pd.DataFrame:
    """List the rates of the discount schedule in use: from which year, rate [%], source."""
    portfolio, settings = made.portfolio, made.settings
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


def discounting_in_words(made: Recommendation) -> str:
    """Say which rate is used, and what money in the last year counts today."""
    settings, table = made.settings, discounting(made)
    rate = settings.discount_schedule or f"a flat {number(100 * settings.discount_rate)} % a year"
    if len(table) == 0:
        return f"Discounted by {rate}; there are no cash flows."
    last, sign = table.iloc[-1], settings.currency
    return (
        f"Discounted by {rate}: {sign}1 in {last['year']} counts {sign}{last.iloc[2]:.2f} today. "
        f"Money before {periods.label(pricing.base_date(made.portfolio, settings))} is "
        "spent already and counts nothing."
    )


def flows(made: Recommendation) -> pd.DataFrame:
    """Add up cost and benefit of the recommended proposals by period, to the last one of either.

    Returns
    -------
    DataFrame by period
        cost and benefit. [currency]
    """
    evaluation, inside = made.evaluation, funded(made)
    inside = inside.index[inside]
    frame = pd.DataFrame(
        {
            "cost": evaluation.cost_by_year.reindex(inside).sum(),
            "benefit": evaluation.benefit_by_year.reindex(inside).sum(),
        }
    )
    last = frame.index[(frame != 0).any(axis=1)].max()
    return frame[frame.index <= last] if isinstance(last, str) else frame[:0]


def by_year(made: Recommendation) -> pd.DataFrame:
    """Add up cost and benefit of the recommended proposals by year.

    Returns
    -------
    DataFrame
        year; cost, benefit, net and running net [money, not discounted]; then the sum.
    """
    money = money_of(made)
    frame = flows(made)
    frame["net"] = frame["benefit"] - frame["cost"]
    frame["running net"] = frame["net"].cumsum()
    frame.index = [periods.label(day) for day in frame.index]
    frame.loc["all years"] = [*frame[["cost", "benefit", "net"]].sum(), np.nan]
    frame = scaled(frame, money).add_suffix(f" [{money.unit}]")
    return frame.rename_axis("year").reset_index()


def by_year_in_words(made: Recommendation) -> str:
    """Name the dearest year, and the year in which benefits have caught up with costs."""
    table, money = by_year(made).set_index("year"), money_of(made)
    cost, net, running = (f"{words} [{money.unit}]" for words in ("cost", "net", "running net"))
    years, word = table.drop(index="all years"), list_word(made.settings)
    if not (years[cost] > 0).any():
        return f"The {word} proposals cost nothing from now on."
    dearest = years[cost].idxmax()
    words = (
        f"The {word} proposals cost most in {dearest}: {money.unit_words(years.at[dearest, cost])}"
    )
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


def priced(made: Recommendation, *, most: int = MOST_ROWS) -> pd.DataFrame:
    """List cost, present values, NPV, BCR and payback of the assessed proposals, by rank.

    Returns
    -------
    DataFrame
        rank, project; cost, present value of cost and of benefit, NPV [money]; BCR [-];
        payback [years from now], infinite for never.
    """
    table = by_rank(made, most=most)
    columns = {
        "rank": table["rank"],
        "project": table["project"],
        "cost [money]": table["cost"],
        "PV of cost [money]": table["cost_pv"],
        "PV of benefit [money]": table["benefit_pv"],
        "NPV [money]": table["npv"],
        "BCR": table["bcr"].round(2),
        "payback [years]": table["payback"].round(1),
    }
    return laid_out(made, columns)


def priced_in_words(made: Recommendation) -> str:
    """Name the best and the poor among benefit-cost ratios, and what never pays back."""
    finance = made.evaluation.finance.reindex(made.evaluation.score.index)
    ratio = finance["bcr"].dropna()
    if len(ratio) == 0:
        return "No proposal has a benefit-cost ratio, as none has a cost."
    best, below = ratio.idxmax(), ratio.index[ratio < 1]
    sign = made.settings.currency
    words = (
        f"Best for the money is {ranked(made, best)}: {sign}{ratio[best]:.1f} of benefit for "
        f"each {sign}1 of cost, in today's money."
    )
    if len(below) == 0:
        return f"{words} Every proposal brings more than it costs."
    inside, word = funded(made), list_word(made.settings)
    chosen = below[inside[below].to_numpy()]
    words += (
        f" {counted(len(below), 'proposal').capitalize()} {verb(len(below), 'brings', 'bring')} less "
        "money than the cost"
    )
    if len(chosen) == 0:
        return f"{words}; none of them is {word}."
    return (
        f"{words}; {len(chosen)} of them {verb(len(chosen), 'is', 'are')} {word} for other "
        f"reasons: {named(made, chosen)}."
    )


def criteria(made: Recommendation) -> pd.DataFrame:
    """State each criterion: its weight, what is worth 0 and 1, what not doing is worth.

    Returns
    -------
    DataFrame
        criterion, weight [%], unit, worth 0 at, worth 1 at, not doing [value], adds up,
        and where its performance comes from.
    """
    table, money = made.portfolio.criteria, money_of(made)
    ends = [_references(row, money) for _, row in table.iterrows()]
    columns = {
        "criterion": table["name"],
        "weight [%]": made.evaluation.weights,
        "unit": table["unit"].where(table["source"] != "npv", money.unit),
        "worth 0 at": pd.Series([zero for zero, _ in ends], index=table.index),
        "worth 1 at": pd.Series([one for _, one in ends], index=table.index),
        "not doing is worth": made.evaluation.not_doing.round(2),
        "adds up over projects": table["adds"].map({True: "yes", False: "no"}),
        "performance from": table["source"].map(SOURCES),
    }
    return laid_out(made, columns)


def _references(row: pd.Series, money) -> list[str]:
    """Word the performances that are worth least and most; NPV in the notebook's unit."""
    values, scale = corners(row), money.divisor if row["source"] == "npv" else 1
    ends = values.idxmin(), values.idxmax()
    if isinstance(ends[0], str):
        return [one_line(end) for end in ends]
    return [number(end / scale).replace("-", "−") for end in ends]


def performance(made: Recommendation, *, most: int = MOST_ROWS) -> pd.DataFrame:
    """Lay out performance in natural units, by rank; large money in the notebook's unit."""
    table, money = by_rank(made, most=most)[["rank", "project"]], money_of(made)
    for criterion, row in made.portfolio.criteria.iterrows():
        cells, unit = made.evaluation.performance[criterion], one_line(row["unit"]) or "-"
        if row["source"] == "npv":
            cells, unit = scaled(cells, money), money.unit
        elif pd.api.types.is_numeric_dtype(cells):
            cells = cells.round(2)
        table[f"{one_line(row['name'])} [{unit}]"] = cells
    return table.reset_index(drop=True)


def values(made: Recommendation, *, most: int = MOST_ROWS) -> pd.DataFrame:
    """Lay out values from 0 to 1 by criterion, and the score they make, by rank."""
    table, evaluation = by_rank(made, most=most)[["rank", "project"]], made.evaluation
    for criterion, weight in evaluation.weights.items():
        name = one_line(made.portfolio.criteria.at[criterion, "name"])
        cells = evaluation.values[criterion].round(2)
        table[f"{name} (weight {percent(weight)}) [value]"] = cells
    table["score [of 100]"] = evaluation.score
    return laid_out(made, table.to_dict("series"))


def values_in_words(made: Recommendation) -> str:
    """Follow the best-ranked proposal from performance to value, to points, to score."""
    evaluation, table = made.evaluation, made.portfolio.criteria
    project = evaluation.rank.idxmin()
    points = evaluation.weighted_values.loc[project].sort_values(ascending=False, kind="stable")
    first = points.index[0]
    rest = [
        f"{100 * p:.1f} from {one_line(table.at[c, 'name'])}" for c, p in points[1:].items() if p
    ]
    return (
        f"{ranked(made, project)}: {_shown(made, project, first)} on "
        f"{one_line(table.at[first, 'name'])} is worth {evaluation.values.at[project, first]:.2f}; "
        f"times the weight of {percent(evaluation.weights[first])} that makes {100 * points.iloc[0]:.1f} "
        f"points. With {listed(rest, most=9) or 'nothing else'} the score is "
        f"{100 * evaluation.score[project]:.1f}."
    )


def _shown(made: Recommendation, project, criterion) -> str:
    """Word one performance with its unit."""
    row = made.portfolio.criteria.loc[criterion]
    cell = made.evaluation.performance.at[project, criterion]
    if row["source"] == "npv":
        return money_of(made).shown(cell)
    if isinstance(cell, str):
        return f"'{one_line(cell)}'"
    return f"{number(round(float(cell), 2))} {one_line(row['unit'])}".strip()


def orders(made: Recommendation, *, most: int = MOST_ROWS) -> pd.DataFrame:
    """Set the orders by score, by NPV and by BCR side by side.

    Returns
    -------
    DataFrame
        project, rank by score, by NPV and by BCR, the widest difference [places] and
        whether the list funds it; largest difference first.
    """
    ranks, widest = _orders(made), "widest difference [places]"
    table = ranks.assign(**{widest: ranks.max(axis=1) - ranks.min(axis=1)})
    table[list_word(made.settings)] = funded(made)
    table.insert(0, "project", made.portfolio.projects["name"].reindex(table.index))
    table = table.sort_values([widest, "by score [rank]"], ascending=[False, True])
    return table.head(most).reset_index(drop=True)


def _orders(made: Recommendation) -> pd.DataFrame:
    rank = made.evaluation.rank
    finance = made.evaluation.finance.reindex(rank.index)[["npv", "bcr"]]
    ranks = finance.rank(ascending=False, method="min")
    ranks.insert(0, "score", rank)
    return ranks.astype("Int64").set_axis(
        ["by score [rank]", "by NPV [rank]", "by BCR [rank]"], axis=1
    )


def orders_in_words(made: Recommendation) -> str:
    """Say how far the orders agree, and name the proposals on which they differ most."""
    ranks = _orders(made).dropna()
    if len(ranks) < 2:
        return "There are too few proposals to compare orders."
    gap = (ranks["by NPV [rank]"] - ranks["by score [rank]"]).astype(int)
    better, worse = gap.idxmin(), gap.idxmax()
    agree = ranks["by score [rank]"].corr(ranks["by NPV [rank]"], method="spearman")
    words = f"The orders by score and by NPV correlate at {agree:.2f} (1 is the same order)."
    words = words.replace("-", "−")
    for project, change in ((worse, "gains most"), (better, "loses most")):
        if gap[project]:
            by_score, by_npv = ranks.loc[project, ["by score [rank]", "by NPV [rank]"]]
            words += (
                f" {named(made, [project])} {change} by being scored: place {by_score} by score, "
                f"{by_npv} by NPV."
            )
    return words


def known(made: Recommendation) -> list[str]:
    """Say what the board now knows."""
    words = [discounting_in_words(made), by_year_in_words(made)]
    return [*words, priced_in_words(made), orders_in_words(made)]


def added(made: Recommendation) -> pd.DataFrame:
    """Return what this adds to the ranked list: NPV [money] and BCR."""
    finance = made.evaluation.finance
    columns = {"NPV [money]": finance["npv"], "BCR": finance["bcr"].round(2)}
    return laid_out(made, columns).set_axis(finance.index)


def would_change(made: Recommendation) -> list[str]:
    """Say what would change the answer."""
    words = [weights_in_words(made), close_calls(made)]
    finance = made.evaluation.finance.reindex(made.evaluation.score.index)
    near = (finance["npv"] / finance["cost_pv"].where(finance["cost_pv"] > 0)).abs().dropna()
    if len(near):
        npv = money_of(made).shown(finance.at[near.idxmin(), "npv"], 2)
        words.append(
            f"Closest to breaking even is {ranked(made, near.idxmin())}, with an NPV of {npv}: small "
            "changes of its cost or benefit turn its sign."
        )
    return words
