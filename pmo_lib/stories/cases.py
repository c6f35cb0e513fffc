"""The figures an official business case needs, what would turn them, and where they disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pmo_lib import appraisal, cost_benefit, periods
from pmo_lib.statements import money_of
from pmo_lib.stories import worth
from pmo_lib.stories.plain import funded, laid_out, named
from pmo_lib.wording import counted, list_word, listed, number, one_line, percent
from pmo_lib.workbench import Recommendation, futures, pricing

if TYPE_CHECKING:
    import altair as alt

REAL = {"benefit": 0, "cost": 0, "rate": "real"}
"""Amounts in constant prices, as the tables hold them, need a real rate."""

MOST_COMPARED = 200
"""Best-ranked proposals that are compared in pairs."""


def figures(made: Recommendation, projects: pd.Index) -> pd.DataFrame:
    """Return `appraisal.business_case` of some projects, on the budget that has least left.

    Returns
    -------
    DataFrame by project
        Without those that have no cash flows. [currency; years]
    """
    benefit, cost = _flows(made, projects)
    if len(cost) == 0:
        return pd.DataFrame(columns=["npv", "cost_pv", "benefit_pv", "budget_bcr", "irr_roots"])
    fund, paid = constrained(made)
    if fund:
        paid = futures.from_now(made.portfolio, made.settings, paid)
        paid = paid.reindex(index=cost.index, columns=cost.columns, fill_value=0.0)
    rate = futures.rates(made.portfolio, made.settings, cost)
    return appraisal.business_case(
        benefit, cost, discount_rate=rate, prices=REAL, budget_cost=paid if fund else None
    )


def constrained(made: Recommendation) -> tuple[str, pd.DataFrame]:
    """Return the fund of which the list leaves the smallest share, and what each project takes.

    The name is empty, and the frame without use, where there is one fund, or none.
    """
    cost, money = made.evaluation.cost, made.limits[made.limits["kind"] == "money"]
    if cost.columns.nlevels < 2 or cost.columns.unique("fund").size < 2:
        return "", cost
    fund = [label[1] if isinstance(label, tuple) else "" for label in money["label"]]
    sums = money[["left_over", "available"]].groupby(fund).sum()
    left = (sums["left_over"] / sums["available"].where(sums["available"] > 0)).dropna()
    left = left.drop("", errors="ignore")
    if len(left) == 0:
        return "", cost
    taken = cost.loc[:, cost.columns.get_level_values("fund") == left.idxmin()]
    return str(left.idxmin()), taken.T.groupby(level="period").sum().T


def table(made: Recommendation) -> pd.DataFrame:
    """Lay out the business case of each recommended proposal, best first.

    Returns
    -------
    DataFrame
        project; NPSV [money]; BCR, and BCR on the constrained fund; equivalent annual value
        [money]; IRR [%] where it is the only rate, and all rates; MIRR [%]; first and last
        payback [years from now], infinite for never.
    """
    case, (fund, _) = figures(made, _recommended(made)), constrained(made)
    if len(case) == 0:
        return pd.DataFrame()
    columns = {
        "project": made.portfolio.projects["name"].reindex(case.index).map(one_line),
        "NPSV [money]": case["npv"],
        "BCR": case["bcr"].round(2),
        f"BCR on {one_line(fund)}": case["budget_bcr"].round(2),
        "a year, EAV [money]": case["equivalent_annual"],
        "IRR [%]": case["irr"],
        "IRR unique": case.apply(_rates, axis=1),
        "MIRR [%]": case["mirr"],
        "first paid back [years]": case["payback"].round(1),
        "paid back for good [years]": case["last_payback"].round(1),
    }
    if not fund:
        del columns["BCR on "]
    return laid_out(made, columns)


def _rates(row: pd.Series) -> str:
    """Say whether one rate makes the NPV zero, and which do where it is not one."""
    roots = [f"{100 * root:.1f} %".replace("-", "−") for root in row["irr_roots"]]
    if len(roots) == 1:
        return "yes" if pd.notna(row["irr"]) else f"yes, {roots[0]}; money comes first"
    return f"no: {listed(roots, most=4)}" if roots else "no rate"


def none_in_words(made: Recommendation) -> str:
    """Say that the list holds no business case."""
    return f"No proposal with cash flows is {list_word(made.settings)}."


def in_words(made: Recommendation) -> list[str]:
    """Say what the recommended cases come to together, and which figures need care."""
    case = figures(made, _recommended(made))
    if len(case) == 0:
        return [none_in_words(made)]
    money, sums = money_of(made), case[["npv", "cost_pv", "benefit_pv"]].sum()
    words = f"Together the {list_word(made.settings)} proposals have an NPSV of {money.shown(sums['npv'])}"
    if sums["cost_pv"] > 0:
        words += f" and a BCR of {sums['benefit_pv'] / sums['cost_pv']:.2f}"
    below = case.index[case["npv"] < 0]
    said = [f"{words}; {len(below)} of {len(case)} have an NPSV below zero."]
    fund, ratio = constrained(made)[0], case["budget_bcr"].dropna()
    if fund and len(ratio):
        said.append(
            f"Of the funds, the smallest share is left of {one_line(fund)}; each "
            f"{made.settings.currency}1 of it brings most in {named(made, [ratio.idxmax()])}: "
            f"{made.settings.currency}{ratio.max():.1f}, other costs taken off."
        )
    several = case.index[case["irr_roots"].map(len) > 1]
    none = case.index[case["irr_roots"].map(len) == 0]
    if len(several):
        said.append(
            f"More than one rate makes the NPV zero for {named(made, several)}: none of them is an "
            "IRR; go by the NPSV and the MIRR."
        )
    if len(none):
        said.append(f"No rate makes the NPV zero for {named(made, none)}.")
    return said


def breakeven(made: Recommendation) -> pd.DataFrame:
    """Say when the recommended work of each programme has paid its way for good.

    Returns
    -------
    DataFrame
        programme; cost and benefit of all years [money]; breakeven year before and after
        discounting; a last row for all.
    """
    benefit, cost = _flows(made, _recommended(made))
    if len(cost) == 0:
        return pd.DataFrame()
    programme = made.portfolio.projects["programme"].reindex(cost.index).fillna("none")
    whole = pd.Series(f"all {list_word(made.settings)}", index=cost.index)
    groups = [programme] * (len(programme.unique()) > 1) + [whole]
    paid, brought = (
        pd.concat([flow.groupby(group).sum() for group in groups]) for flow in (cost, benefit)
    )
    factors = futures.rates(made.portfolio, made.settings, cost)
    net = brought - paid
    columns = {
        "programme": pd.Series(paid.index.map(one_line), index=paid.index),
        "cost [money]": paid.sum(axis=1),
        "benefit [money]": brought.sum(axis=1),
        "breakeven": _year(made, net),
        "breakeven, discounted": _year(made, net * factors.reindex(net.columns)),
    }
    return laid_out(made, columns)


def _year(made: Recommendation, net: pd.DataFrame) -> pd.Series:
    """Word the year in which each row of benefit less cost is last made up for."""
    start = pricing.base_date(made.portfolio, made.settings)
    words = {0.0: "never behind", np.inf: "not in these years"}
    after = cost_benefit.payback_period(net, last=True)
    return after.map(
        lambda years: (
            words.get(years) or periods.label(periods.shift(start, 12 * int(np.ceil(years))))
        )
    )


def breakeven_in_words(made: Recommendation) -> str:
    """Say when the recommended work has paid its way, and which programmes never do."""
    shown = breakeven(made)
    if len(shown) == 0:
        return none_in_words(made)
    last, word = shown.iloc[-1], list_word(made.settings)
    plain, discounted = last["breakeven"], last["breakeven, discounted"]
    after = discounted if discounted.startswith("n") else f"in {discounted}"
    words = f"All {word} work breaks even in {plain} before discounting and {after} after."
    if plain.startswith("n"):
        words = f"Where costs and benefits of all {word} work meet: {plain}."
    never = shown["programme"][:-1][shown["breakeven"][:-1] == "not in these years"]
    if len(never):
        words += f" Not in these years: {listed(never, most=4)}."
    return words


def cumulative(made: Recommendation) -> alt.LayerChart | None:
    """Draw cost and benefit of the recommended proposals added up, and where they meet."""
    from pmo_lib import charts

    frame = worth.flows(made)
    if len(frame) == 0:
        return None
    return charts.cumulative_flows(frame["cost"], frame["benefit"], currency=made.settings.currency)


def switching(made: Recommendation, *, most: int = 8) -> pd.DataFrame:
    """Say what must change for NPV to be zero, for the proposals nearest to it.

    Returns
    -------
    DataFrame
        project, recommended, NPV [money]; by how much all its costs, or all its benefits, may
        change [%] and how much later benefits may come [years], negative for sooner.
    """
    near = _nearest(made)[:most]
    if len(near) == 0:
        return pd.DataFrame()
    benefit, cost = _flows(made, near)
    rate = futures.rates(made.portfolio, made.settings, cost)
    found = appraisal.switching_values(benefit, cost, discount_rate=rate).reindex(near)
    columns = {
        "project": made.portfolio.projects["name"].reindex(near).map(one_line),
        list_word(made.settings): funded(made).reindex(near),
        "NPV [money]": made.evaluation.finance["npv"].reindex(near),
        "NPV 0 if all costs change by [%]": found["cost_change"],
        "or all benefits change by [%]": found["benefit_change"],
        "or benefits come later by [years]": found["benefit_delay"].round(1),
    }
    return laid_out(made, columns)


def _nearest(made: Recommendation) -> pd.Index:
    """Order the assessed proposals by the size of their NPV beside their cost."""
    finance = made.evaluation.finance.reindex(made.evaluation.score.index)
    share = finance["npv"] / finance["cost_pv"].where(finance["cost_pv"] > 0)
    return share.abs().dropna().sort_values(kind="stable").index


def switching_in_words(made: Recommendation) -> list[str]:
    """Read the switching values of the proposals nearest to NPV 0 on each side."""
    near, npv = _nearest(made), made.evaluation.finance["npv"]
    said = []
    for held in (True, False):
        own = near[(npv.reindex(near) >= 0).to_numpy() == held][:1]
        if len(own) == 0:
            continue
        benefit, cost = _flows(made, own)
        rate = futures.rates(made.portfolio, made.settings, cost)
        found = appraisal.switching_values(benefit, cost, discount_rate=rate).iloc[0]
        parts = [f"costs {_change(found['cost_change'])}"]
        if pd.notna(found["benefit_change"]):
            parts.append(f"benefits {_change(found['benefit_change'])}")
        changes = " or ".join(parts)
        said.append(
            f"{named(made, own)} bears {changes}; beyond that its NPV is below zero."
            if held
            else f"{named(made, own)} needs {changes} for its NPV to reach zero."
        )
    return said or ["No proposal has a cost, so nothing can turn its NPV."]


def _change(share: float) -> str:
    """Word a change of all amounts: 2 % higher."""
    size = 100 * abs(share)
    return f"{size:.{1 if size < 10 else 0}f} % {'higher' if share >= 0 else 'lower'}"


def disagreements(made: Recommendation, *, most: int = 10) -> pd.DataFrame:
    """Name pairs of assessed proposals that NPV, BCR and IRR rank differently, and why.

    Returns
    -------
    DataFrame
        project, which has the higher NPV; other; its leads in NPV [money], BCR and IRR [%],
        negative where it is behind; and why. Of each reason, those that differ by most places,
        each project once.
    """
    pairs, case = _pairs(made)
    if len(pairs) == 0:
        return pd.DataFrame()
    pairs = pairs.drop_duplicates(["project", "reason"]).groupby("reason").head(most // 2)
    names = made.portfolio.projects["name"].map(one_line, na_action="ignore")
    columns = {
        "higher NPV": pairs["project"].map(names),
        "other": pairs["other"].map(names),
        "lead in NPV [money]": pairs["npv"],
        "lead in BCR": pairs["bcr"].round(2),
        "lead in IRR [%]": pairs["irr"],
        "why": pd.Series([_why(row, case) for row in pairs.itertuples()], index=pairs.index),
    }
    return laid_out(made, columns)


def _pairs(made: Recommendation) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the pairs in order of how many places they are apart both ways, and the cases."""
    best = made.evaluation.rank.sort_values(kind="stable").index[:MOST_COMPARED]
    case = figures(made, best)
    if len(case) < 2:
        return pd.DataFrame(columns=["project", "other", "npv", "bcr", "irr", "reason"]), case
    benefit, cost = _flows(made, best)
    rate = futures.rates(made.portfolio, made.settings, cost)
    pairs = appraisal.ranking_disagreements(benefit, cost, discount_rate=rate)
    places = case[["npv", "bcr", "irr"]].rank(ascending=False)
    apart = places.loc[pairs["other"]].to_numpy() - places.loc[pairs["project"]].to_numpy()
    apart = pd.DataFrame(apart).fillna(0.0)
    both = np.minimum(apart.max(axis=1), -apart.min(axis=1)).to_numpy()
    return pairs.iloc[np.argsort(-both, kind="stable")].reset_index(drop=True), case


def _why(pair, case: pd.DataFrame) -> str:
    """Word why two proposals change places: how much larger, how much later paid back."""
    first, other = case.loc[pair.project], case.loc[pair.other]
    words, ratio = [], first["cost_pv"] / other["cost_pv"]
    if "scale" in pair.reason:
        larger, times = ("it", ratio) if ratio >= 1 else ("the other", 1 / ratio)
        words.append(f"scale: {larger} costs {number(round(times, 1))} times as much")
    if "timing" in pair.reason:
        back = [_back(figures["payback"]) for figures in (first, other)]
        same = back[0] == back[1]
        words.append(
            f"timing: both {back[0]}" if same else f"timing: it is {back[0]}, the other {back[1]}"
        )
    return "; ".join(words)


def _back(years: float) -> str:
    return f"paid back after {years:.1f} years" if np.isfinite(years) else "never paid back"


def disagreements_in_words(made: Recommendation) -> str:
    """Say how many pairs change places, why, and name the pair furthest apart."""
    pairs, case = _pairs(made)
    if len(pairs) == 0:
        return "NPV, BCR and IRR put every two proposals in the same order."
    scale, timing = (pairs["reason"].str.contains(word).sum() for word in ("scale", "timing"))
    first, all_ = pairs.iloc[0], len(case) * (len(case) - 1) // 2
    return (
        f"Of {counted(all_, 'pair')} of proposals, {len(pairs)} ({percent(len(pairs) / all_)}) change "
        f"places between NPV, BCR and IRR: {scale} because of scale, {timing} because of timing. "
        f"Furthest apart are {named(made, [first['project']])}, ahead by NPV, and "
        f"{named(made, [first['other']])} ({_why(first, case)})."
    )


def known(made: Recommendation) -> list[str]:
    """Say what the board now knows."""
    return [*in_words(made)[:1], breakeven_in_words(made), disagreements_in_words(made)]


def _recommended(made: Recommendation) -> pd.Index:
    """Return the recommended proposals with cash flows, best first."""
    inside, rank = funded(made), made.evaluation.rank.sort_values(kind="stable")
    return rank.index[inside[rank.index].to_numpy()].intersection(
        made.evaluation.cost_by_year.index, sort=False
    )


def _flows(made: Recommendation, projects: pd.Index) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return benefit and cost of some projects by year from now. [currency]."""
    benefit, cost = (
        futures.from_now(made.portfolio, made.settings, flow.loc[flow.index.intersection(projects)])
        for flow in (made.evaluation.benefit_by_year, made.evaluation.cost_by_year)
    )
    order = projects.intersection(cost.index, sort=False)
    return benefit.loc[order], cost.loc[order]
