"""How far cost and benefit may differ from their estimates, and what that does to the list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from pmo_lib import uncertainty
from pmo_lib.statements import money_of
from pmo_lib.stories.plain import MOST_ROWS, funded, laid_out, named, verb
from pmo_lib.wording import counted, limit_words, list_word, listed, one_line, percent
from pmo_lib.workbench import Recommendation, futures
from pmo_lib.workbench.settings import future_rules

if TYPE_CHECKING:
    import altair as alt

NO_RANGE = (
    "No cash flow from now on states a low and a high estimate, so each figure is one number; enter "
    "cost_low, cost_high, benefit_low and benefit_high to see how far it may be out."
)
ONE_IN_TEN = (0.1, 0.9)
"""Another reading of low and high: one future in ten lies beyond either. [-]"""


@dataclass(frozen=True, eq=False)
class Spread:
    """The futures of a list.

    Attributes
    ----------
    made : Recommendation
        The list.
    ranged : Index
        Projects whose cash flows state a low or a high; empty where none does, and then the
        frames are empty too.
    futures : uncertainty.Futures
        Every priced project in every future.
    npv : DataFrame by project
        `uncertainty.summary` of each NPV. [currency]
    whole : DataFrame
        `uncertainty.summary` of the NPV of the recommended proposals together, one row.
    budgets : DataFrame by period, and ``"all years"``
        `futures.against_budgets` of recommended and running work together.
    """

    made: Recommendation
    ranged: pd.Index
    futures: uncertainty.Futures
    npv: pd.DataFrame
    whole: pd.DataFrame
    budgets: pd.DataFrame


def spread(made: Recommendation, *, draws: int = futures.DRAWS) -> Spread:
    """Draw the futures of a list, each project as the list starts it, from the seed of its settings."""
    portfolio, settings, inside = futures.as_listed(made), made.settings, _recommended(made)
    wide = futures.ranged(portfolio, settings)
    if len(wide) == 0:
        none = pd.DataFrame()
        return Spread(made, wide, uncertainty.Futures(none, none, none), none, none, none)
    drawn = futures.simulate(portfolio, settings, draws=draws)
    paid = inside.union(made.evaluation.running)
    return Spread(
        made,
        wide,
        drawn,
        uncertainty.summary(drawn.npv),
        uncertainty.summary(drawn.npv.loc[inside].sum().to_frame().T),
        futures.against_budgets(portfolio, settings, paid, draws=draws),
    )


def stated_in_words(seen: Spread) -> str:
    """Say for how many projects a low and a high are stated, and how they are read."""
    if len(seen.ranged) == 0:
        return NO_RANGE
    inside, word = _recommended(seen.made), list_word(seen.made.settings)
    known = inside.isin(seen.ranged).sum()
    rules = future_rules(seen.made.settings)
    beyond = "none lies below a low or above a high"
    if rules["below_low"] or rules["above_high"]:
        beyond = (
            f"{percent(rules['below_low'])} lie below a low and {percent(rules['above_high'])} above a "
            "high"
        )
    how = (
        f" Estimates inside a {rules['together']} move together (correlation "
        f"{rules['correlation']:g})."
        if rules["correlation"]
        else ""
    )
    if rules["independent_years"]:
        how += " Each year is drawn by itself, which hides risk."
    return (
        f"{known} of {counted(len(inside), f'{word} proposal')} state a low or a high; the others "
        f"count as certain, so the spread is wider than shown. {counted(_draws(seen), 'future')} are "
        f"drawn from seed {seen.made.settings.seed}; {beyond}.{how}"
    )


def distribution(seen: Spread, *, most: int = MOST_ROWS) -> pd.DataFrame:
    """Show the NPV of proposals as one number and as a range, best ranked first.

    Returns
    -------
    DataFrame
        project, recommended; NPV as estimated, P10, P50 and P90 with the error that the
        number of futures leaves in the P50 [money]; probability of an NPV below zero, and its
        error [%]. The last row is the recommended proposals together.
    """
    if len(seen.ranged) == 0:
        return pd.DataFrame()
    made, names = seen.made, seen.made.portfolio.projects["name"]
    shown, inside, word = _shown(seen)[:most], _recommended(made), list_word(made.settings)
    table = pd.concat([seen.npv.loc[shown], seen.whole])
    estimate = made.evaluation.finance["npv"]
    columns = {
        "project": pd.Series([*names[shown].map(one_line), f"all {word}"], index=table.index),
        word: pd.Series([*shown.isin(inside), True], index=table.index),
        "NPV as estimated [money]": pd.Series(
            [*estimate[shown], estimate[inside].sum()], index=table.index
        ),
        "P10 [money]": table["p10"],
        "P50 [money]": table["p50"],
        "P90 [money]": table["p90"],
        "P50 ± [money]": table["p50_error"],
        "NPV below zero [%]": table["probability_negative"],
        "± [%]": table["probability_negative_error"],
    }
    return laid_out(made, columns)


def distribution_chart(seen: Spread) -> alt.LayerChart | None:
    """Draw the NPV of each proposal with a range: P10 to P90, P50 and the estimate."""
    from pmo_lib import charts

    if len(seen.ranged) == 0 or len(_shown(seen)) == 0:
        return None
    made, shown = seen.made, _shown(seen)[:MOST_ROWS]
    found, inside = seen.npv.loc[shown], _recommended(made)
    below = [
        f"{percent(row.probability_negative)} below zero{'' if row.Index in inside else ', left out'}"
        for row in found.itertuples()
    ]
    table = pd.DataFrame(
        {"low": found["p10"], "high": found["p90"], "middle": found["p50"],
         "estimate": made.evaluation.finance["npv"].reindex(shown), "words": below}
    )  # fmt: skip
    names = made.portfolio.projects["name"].reindex(shown).map(one_line)
    return charts.ranges(
        table,
        names=names,
        money=money_of(made),
        title="What each proposal may be worth",
        subtitle="Bar: eight futures in ten. Tick: half are above, half below. Diamond: as estimated.",
    )


def distribution_in_words(seen: Spread) -> list[str]:
    """Say how far the list's worth may be out, and which recommended proposal may lose money."""
    if len(seen.ranged) == 0:
        return [NO_RANGE]
    made, money, row = seen.made, money_of(seen.made), seen.whole.iloc[0]
    inside, word = _recommended(made), list_word(made.settings)
    estimate = made.evaluation.finance["npv"].reindex(inside).sum()
    said = [
        f"The {word} proposals together are worth at least {money.shown(row['p50'])} in half of "
        f"the futures, and between {money.shown(row['p10'])} and {money.shown(row['p90'])} in eight of "
        f"ten; an NPV below zero has a probability of {_chance(row)}."
    ]
    if estimate - row["mean"] > 2 * row["mean_error"]:
        said.append(
            f"The estimates lean to the bright side: added up they give {money.shown(estimate)}, "
            f"the average future {money.shown(row['mean'])}."
        )
    known = seen.npv.loc[inside.intersection(seen.ranged, sort=False)]
    turns = known[(known["probability_negative"] >= 0.1) & (known["probability_negative"] < 1)]
    turns = turns.sort_values("probability_negative", ascending=False, kind="stable")
    if len(turns):
        parts = [f"{one_line(name)} {_chance(r)}" for name, (_, r) in
                 zip(made.names(turns.index[:4]), turns.iterrows(), strict=False)]  # fmt: skip
        one = f"{'an' if word == 'approved' else 'a'} {word} proposal"
        said.append(f"Probability that {one} has an NPV below zero: {listed(parts)}.")
    return said


def _chance(row: pd.Series) -> str:
    """Word a probability with its error: 37 % (± 0.5)."""
    error = 100 * row["probability_negative_error"]
    return f"{percent(row['probability_negative'])} (± {max(error, 0.1):.1f})"


def budgets(seen: Spread) -> pd.DataFrame:
    """Set what running and recommended work may cost against the budget of each year.

    Returns
    -------
    DataFrame
        year; budget, and P10, P50 and P90 of cost [money]; how likely cost exceeds the budget,
        and the error of that [%]. The last row is all years together.
    """
    table = seen.budgets
    if len(table) == 0:
        return pd.DataFrame()
    labels = [
        "all years" if period == "all years" else limit_words((period,)) for period in table.index
    ]
    columns = {
        "year": pd.Series(labels, index=table.index),
        "budget [money]": table["budget"],
        "cost, P10 [money]": table["p10"],
        "cost, P50 [money]": table["p50"],
        "cost, P90 [money]": table["p90"],
        "over budget [%]": table["over"],
        "± [%]": table["over_error"],
    }
    return laid_out(seen.made, columns)


def budgets_in_words(seen: Spread) -> str:
    """Say in how many futures the chosen portfolio costs more than the budget."""
    if len(seen.budgets) == 0:
        return NO_RANGE
    whole, years = seen.budgets.loc["all years"], seen.budgets.drop(index="all years")
    if len(years) == 0:
        return "No budget is stated, so no cost can exceed one."
    worst, money = years["over"].idxmax(), money_of(seen.made)
    more = max(whole["p90"] - whole["budget"], 0.0)
    return (
        f"With the running work, the chosen portfolio costs more than the budget in "
        f"{percent(whole['over'])} (± {100 * whole['over_error']:.1f}) of futures, and more than "
        f"{money.shown(more)} above it in one of ten. The year most likely to run over is "
        f"{limit_words((worst,))}, in {percent(years.at[worst, 'over'])} of futures."
    )


def tornado(seen: Spread, *, most: int = 12) -> pd.DataFrame:
    """List what drives the spread of the list's NPV: recommended projects, cost or benefit.

    Returns
    -------
    DataFrame
        project, what (cost or benefit); by how much the NPV of the list changes if that is at
        its 10th or at its 90th percentile and all else at the median, and the swing between
        them [money]. Widest first.
    """
    bars = _bars(seen)[:most]
    columns = {
        "project": bars["project"].map(seen.made.portfolio.projects["name"]).map(one_line),
        "what": bars["stream"],
        "NPV change at its P10 [money]": bars["p10"],
        "NPV change at its P90 [money]": bars["p90"],
        "swing [money]": bars["swing"],
    }
    return laid_out(seen.made, columns)


def tornado_chart(seen: Spread, *, most: int = 12) -> alt.LayerChart | None:
    """Draw the widest swings of the NPV of recommended projects as bars."""
    from pmo_lib import charts

    bars, made = _bars(seen)[:most], seen.made
    if len(bars) == 0:
        return None
    money = money_of(made)
    table = pd.DataFrame(
        {"low": bars[["p10", "p90"]].min(axis=1), "high": bars[["p10", "p90"]].max(axis=1),
         "words": [f"swing {money.shown(swing)}" for swing in bars["swing"]]}
    )  # fmt: skip
    names = bars["project"].map(made.portfolio.projects["name"]).map(one_line)
    return charts.ranges(
        table,
        names=bars["stream"].str.capitalize() + ": " + names,
        money=money,
        axis_title="change of the list's NPV",
        title="What drives the spread of the list's worth",
        subtitle="Bar: how the list's NPV changes while this alone goes from its P10 to its P90.",
    )


def tornado_in_words(seen: Spread) -> str:
    """Name what drives the spread most."""
    bars = _bars(seen)
    if len(bars) == 0:
        return NO_RANGE
    first, share = bars.iloc[0], bars["swing"] ** 2 / (bars["swing"] ** 2).sum()
    least = int((share.cumsum() < 0.8).sum()) + 1
    return (
        f"The {first['stream']} of {named(seen.made, [first['project']])} drives the spread most: "
        f"between its P10 and P90 lie {money_of(seen.made).shown(first['swing'])} of NPV. "
        f"{verb(least, 'It alone makes', f'The {least} widest swings make')} up four fifths of the "
        "spread or more; a better estimate is worth most there."
    )


def known(seen: Spread) -> list[str]:
    """Say what the board now knows."""
    if len(seen.ranged) == 0:
        return [NO_RANGE]
    return [distribution_in_words(seen)[0], budgets_in_words(seen), tornado_in_words(seen)]


def would_change(seen: Spread) -> list[str]:
    """Say what another reading of the lows and highs would change."""
    if len(seen.ranged) == 0:
        return [NO_RANGE]
    made, inside = seen.made, _recommended(seen.made)
    wider = futures.simulate(
        futures.as_listed(made), made.settings, ends=ONE_IN_TEN, shape=uncertainty.triangular,
        draws=_draws(seen),
    )  # fmt: skip
    row = uncertainty.summary(wider.npv.loc[inside].sum().to_frame().T).iloc[0]
    ends = [money_of(made).shown(row[end]) for end in ("p10", "p90")]
    return [
        "Low and high are read as the ends of what is possible. If one future in ten lies beyond "
        f"either, and the chance falls off in a straight line, the list is worth between {ends[0]} "
        f"and {ends[1]} in eight futures of ten.",
        "Projects are drawn independently; a cause that makes many dear at once widens the spread.",
    ]


def _draws(seen: Spread) -> int:
    return seen.futures.npv.shape[1]


def _shown(seen: Spread) -> pd.Index:
    """Return the assessed proposals with a range, best ranked first."""
    rank = seen.made.evaluation.rank.sort_values(kind="stable")
    return rank.index[rank.index.isin(seen.ranged)]


def _bars(seen: Spread) -> pd.DataFrame:
    """Return the tornado of the recommended proposals from the middle, widest swing first."""
    bars, made = seen.futures.tornado, seen.made
    if len(bars) == 0:
        return pd.DataFrame({c: [] for c in ("project", "stream", "p10", "p90", "swing")})
    bars = bars[bars["project"].isin(_recommended(made))].reset_index(drop=True)
    middle = bars["project"].map(futures.at_the_middle(futures.as_listed(made), made.settings))
    return bars.assign(p10=bars["p10"] - middle, p90=bars["p90"] - middle)


def _recommended(made: Recommendation) -> pd.Index:
    """Return the recommended proposals with cash flows."""
    inside = funded(made)
    return inside.index[inside].intersection(made.evaluation.finance.index, sort=False)
