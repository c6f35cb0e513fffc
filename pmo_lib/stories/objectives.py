"""What each objective gets: benefits and their owners, what would close a gap, and whose list it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pmo_lib import alignment, periods
from pmo_lib.selection import InfeasibleError
from pmo_lib.statements import money_of
from pmo_lib.stories import served
from pmo_lib.stories.plain import funded, laid_out, named, verb
from pmo_lib.wording import counted, list_word, listed, one_line, percent
from pmo_lib.workbench import Recommendation

if TYPE_CHECKING:
    import altair as alt

NO_BENEFITS = (
    "No benefits are listed, so nothing can be said about when they arrive and who owns them."
)
MOST_DRAWN = 30
"""Benefits drawn on one map."""

WAITS = ("requires", "after", "together")
"""Links that let one project's benefit wait for another project."""


def benefits(made: Recommendation) -> pd.DataFrame:
    """List the benefits of recommended and running work by objective, first to arrive first.

    Returns
    -------
    DataFrame
        objective, benefit, project, status (recommended or running), from (year), owner, and
        the projects it waits for.
    """
    table, names = _benefits(made), made.portfolio.projects["name"].map(one_line)
    columns = {
        "objective": table["objective"].map(made.portfolio.objectives["name"]),
        "benefit": table["name"],
        "project": table["project"].map(names),
        "status": table["status"],
        "from": table["from_period"].map(periods.label, na_action="ignore"),
        "owner": table["owner"],
        "waits for": table["project"].map(_waits(made)),
    }
    return laid_out(made, columns)


def _benefits(made: Recommendation) -> pd.DataFrame:
    """Return the benefits of funded and running projects in the order they are told."""
    inside, evaluation = funded(made), made.evaluation
    status = dict.fromkeys(evaluation.running, "running")
    status |= dict.fromkeys(inside.index[inside], list_word(made.settings))
    table = made.portfolio.benefits
    table = table[table["project"].isin(status.keys())].reset_index(drop=True)
    place = {label: k for k, label in enumerate(_by_weight(made))}
    return table.assign(
        status=table["project"].map(status).astype("str"),
        place=table["objective"].map(place).astype(float),
    ).sort_values(["place", "from_period", "status"], kind="stable", ignore_index=True)


def _by_weight(made: Recommendation) -> pd.Index:
    """Order the objectives, most important first."""
    return made.evaluation.objective_weights.sort_values(ascending=False, kind="stable").index


def _waits(made: Recommendation) -> dict:
    """Name, by project, the projects that its links say it waits for."""
    links = made.portfolio.links
    links = links[links["relation"].isin(WAITS)]
    return {
        project: named(made, own["other"]) for project, own in links.groupby("project", sort=False)
    }


def benefits_in_words(made: Recommendation) -> list[str]:
    """Say when benefits arrive, which have no owner and which wait for another project."""
    table, word = _benefits(made), list_word(made.settings)
    if len(table) == 0:
        return [NO_BENEFITS]
    chosen = table[table["status"] == word]
    dated = chosen["from_period"].dropna().sort_values()
    said = []
    if len(dated):
        half = periods.label(dated.iloc[(len(dated) - 1) // 2])
        said.append(
            f"Of {counted(len(chosen), 'benefit')} of {word} proposals the first arrives in "
            f"{periods.label(dated.iloc[0])}, half by {half}, the last in "
            f"{periods.label(dated.iloc[-1])}."
        )
    ownerless = table[table["owner"].fillna("").str.strip() == ""]
    if len(ownerless):
        words = [f"{one_line(row.name)} ({named(made, [row.project])})" for row in
                 ownerless[["name", "project"]].itertuples(index=False)]  # fmt: skip
        said.append(f"Without an owner: {listed(words, most=4)}.")
    links = made.portfolio.links
    links = links[links["relation"].isin(WAITS) & links["project"].isin(chosen["project"])]
    for other, own in links.groupby("other", sort=False):
        wait = verb(len(own), "waits", "wait")
        said.append(f"{named(made, own['project'])} {wait} for {named(made, [other])}.")
    return said or [
        f"{counted(len(chosen), 'benefit').capitalize()} of {word} proposals; none is dated."
    ]


def benefits_map(made: Recommendation) -> alt.LayerChart | None:
    """Draw recommended projects, their benefits and the objectives these serve."""
    from pmo_lib import charts

    table, weight = _benefits(made), made.evaluation.objective_weights
    word = list_word(made.settings)
    running = table[table["status"] == "running"].groupby("objective").size()
    table = table[(table["status"] == word) & table["place"].notna()]
    if len(table) == 0:
        return None
    shown = table.head(MOST_DRAWN)
    count = table.groupby("objective").size()
    when = shown["from_period"].map(periods.label, na_action="ignore").fillna("not dated")
    owner = shown["owner"].map(one_line, na_action="ignore").fillna("no owner")
    order = _by_weight(made)
    words = [
        f"{percent(weight[o])} · {count.get(o, 0)} {word}, {running.get(o, 0)} running"
        for o in order
    ]
    names = made.portfolio.objectives["name"].reindex(order)
    return charts.benefits_map(
        shown.set_index("benefit").assign(words=("from " + when + " · " + owner).to_numpy()),
        pd.DataFrame({"name": names, "words": words}, index=order),
        projects=made.portfolio.projects["name"],
        subtitle=f"{word.capitalize()} projects, the benefits they bring, from when and owned by whom, "
        "and the objectives these serve.",
    )


def closing(made: Recommendation) -> pd.DataFrame:
    """Say what would have to be funded for each under-funded objective to get its share.

    Returns
    -------
    DataFrame
        objective (widest gap first); importance, its share of the money now and then [%]; the
        cheapest proposals to add, and what they cost [money] whatever the budgets allow. Where
        importance is out of reach, what brings the objective nearest to it.
    """
    found = _closing(made)
    money = made.portfolio.objectives["name"].map(one_line)
    columns = {
        "objective": pd.Series(found.index.map(money), index=found.index),
        "importance [%]": found["importance"],
        "share of the money now [%]": found["share"],
        "then [%]": found["then"],
        "to be funded": found["added"],
        "cost [money]": found["cost"],
    }
    return laid_out(made, columns)


def _closing(made: Recommendation) -> pd.DataFrame:
    """Return, by under-funded objective, what `alignment.close_gap` finds for its share.

    Where no proposals can bring the whole of it, `most` says so, and they bring the most they
    can.
    """
    table = served.funding(made)
    table = table[table["funding"] == "under-funded"].sort_values("gap", kind="stable")
    rated, cost, inside = served.spending(made)
    links, rows = _links(made, rated.index), []
    for objective, wanted in table["importance"].items():
        most = _most(rated[objective] / rated.sum(axis=1), cost, inside)
        share = min(wanted, most * (1 - 1e-9))
        try:
            found = alignment.close_gap(
                rated, cost, inside, objective=objective, share=share, **links
            )
            rows.append((named(made, found.added.index, most=9), found.cost, found.share_after))
        except InfeasibleError:
            rows.append(("links between projects keep it open", float("nan"), float("nan")))
    found = pd.DataFrame(rows, columns=["added", "cost", "then"], index=table.index)
    return table.join(found.astype({"added": "str", "cost": float, "then": float}))


def _most(part: pd.Series, cost: pd.Series, inside: pd.Series) -> float:
    """Return the largest share of the money that adding projects can bring an objective."""
    part, share = part.fillna(0.0), -1.0
    while True:
        kept = inside | (part > share)
        spent = float(cost[kept].sum())
        now = float((part * cost)[kept].sum()) / spent if spent > 0 else 0.0
        if share >= 0 and now <= share:
            return share
        share = now


def _links(made: Recommendation, projects: pd.Index) -> dict:
    """Return the links of the choice among some projects, and what the board leaves out."""
    links = {
        name: [pair for pair in made.problem[name] if set(pair) <= set(projects)]
        for name in ("requires", "excludes", "together")
    }
    return links | {"forced_out": projects.intersection(made.problem["forced_out"])}


def closing_in_words(made: Recommendation) -> list[str]:
    """Name over- and under-funded objectives, and what would close the widest gaps."""
    table = served.funding(made)
    if len(table) == 0:
        return [served.NONE_STATED]
    names, said = made.portfolio.objectives["name"].map(one_line), []
    for mark in ("over-funded", "under-funded"):
        own = table.index[table["funding"] == mark]
        if len(own):
            be = verb(len(own), "is", "are")
            said.append(f"More than 5 points from importance, {listed(names[own])} {be} {mark}.")
    for objective, row in _closing(made).dropna().iterrows():
        goal = f"its importance of {percent(row['importance'])}"
        start = f"To bring {names[objective]} from {percent(row['share'])} of the money to {goal}"
        if row["then"] < row["importance"] - 1e-6:
            start = (
                f"No proposals bring {names[objective]} to {goal}; for the most they can, "
                f"{percent(row['then'])} instead of {percent(row['share'])} of the money"
            )
        if row["cost"] > 0:
            said.append(
                f"{start}, {row['added']} would have to be funded, for "
                f"{money_of(made).shown(row['cost'])} on top of the list."
            )
    return said or ["Every objective is within 5 points of its importance."]


def rolled_up(made: Recommendation) -> pd.DataFrame:
    """Add the list up by programme, by business unit and in all, to the last unit of money.

    Returns
    -------
    DataFrame
        business unit, programme; recommended proposals; their cost, benefit and NPV, and what
        running work still costs [currency]. Each total is the sum of its parts as printed.
    """
    finance, evaluation, inside = made.evaluation.finance, made.evaluation, funded(made)
    chosen = pd.Series(finance.index.isin(inside.index[inside]), index=finance.index)
    runs = pd.Series(finance.index.isin(evaluation.running), index=finance.index)
    benefit = evaluation.benefit_by_year.sum(axis=1).reindex(finance.index)
    kept = finance.index[chosen | runs]
    if len(kept) == 0:
        return pd.DataFrame()
    sign, word = made.settings.currency, list_word(made.settings)
    amounts = pd.DataFrame(
        {
            word: chosen.astype(float),
            f"cost [{sign}]": finance["cost"].where(chosen, 0.0),
            f"benefit [{sign}]": benefit.where(chosen, 0.0),
            f"NPV [{sign}]": finance["npv"].where(chosen, 0.0),
            f"running, still to pay [{sign}]": finance["cost"].where(runs, 0.0),
        }
    ).loc[kept]
    levels = made.portfolio.projects.loc[kept, ["business_unit", "programme"]]
    table = alignment.roll_up(amounts.round(), levels)
    table = table[table["level"] != "project"].reset_index(drop=True)
    whole = {"portfolio": "all", "business_unit": "all of it"}
    table["programme"] = table["programme"].where(
        table["level"] == "programme", table["level"].map(whole)
    )
    table = table.rename(columns={"business_unit": "business unit"}).drop(columns="level")
    table["business unit"] = table["business unit"].replace("", "all")
    return table.drop(columns="project").astype({word: int})


def rolled_up_in_words(made: Recommendation) -> str:
    """Say which business unit gets most of the money, and that the parts add up."""
    table, word = rolled_up(made), list_word(made.settings)
    if len(table) == 0:
        return f"Nothing with a cost is {word} or running."
    whole, cost = table.iloc[0], table.columns[3]
    units = table[table["programme"] == "all of it"].sort_values(
        cost, ascending=False, kind="stable"
    )
    total = money_of(made).shown(whole[cost])
    words = f"The {word} proposals cost {total} in all, and each total is the sum of its parts"
    if not whole[cost] > 0 or len(units) < 2:
        return f"{words}."
    first = units.iloc[0]
    return (
        f"{words}; {one_line(first['business unit'])} gets {percent(first[cost] / whole[cost])} of it, "
        f"for {counted(first[word], 'proposal')}."
    )


def units(made: Recommendation) -> pd.DataFrame:
    """Set each business unit's own order beside the board's.

    Returns
    -------
    DataFrame
        business unit, place in the unit, place on the board's list, project, score [of 100],
        cost [money], recommended; one unit after the other.
    """
    table = _places(made)
    columns = {
        "business unit": table["unit"],
        "place in the unit": table["own"],
        "place on the board's list": table["rank"],
        "project": table["name"],
        "score [of 100]": table["score"],
        "cost [money]": table["cost"],
        list_word(made.settings): table["funded"],
    }
    return laid_out(made, columns)


def _places(made: Recommendation) -> pd.DataFrame:
    """Return unit, place in it and place in all of the assessed proposals, unit by unit."""
    evaluation, projects = made.evaluation, made.portfolio.projects
    index = evaluation.rank.index
    unit = projects["business_unit"].reindex(index).map(one_line).replace("", "none")
    table = pd.DataFrame(
        {
            "unit": unit,
            "own": evaluation.rank.groupby(unit).rank(method="min").astype(int),
            "rank": evaluation.rank,
            "name": projects["name"].reindex(index).map(one_line),
            "score": evaluation.score,
            "cost": evaluation.finance["cost_in_budget"].reindex(index),
            "funded": funded(made),
        }
    )
    return table.sort_values(["unit", "rank"], kind="stable")


def units_in_words(made: Recommendation) -> list[str]:
    """Name, in each unit, the best proposal that is left out while lower ones are funded."""
    table, word = _places(made), list_word(made.settings)
    if (table["unit"] == "none").all():
        return ["No proposal states a business unit, so there is one list only."]
    said = []
    for unit, own in table.groupby("unit", sort=True):
        words = f"{unit}: {int(own['funded'].sum())} of {counted(len(own), 'proposal')} {word}"
        out = own[~own["funded"]]
        lower = own[own["funded"] & (own["own"] > out["own"].iloc[0])] if len(out) else out
        if len(lower):
            first = out.iloc[0]
            words += (
                f"; {first['name']} stands {_ordinal(first['own'])} in the unit and is left out, while "
                f"{len(lower)} that stand lower {verb(len(lower), 'is', 'are')} {word}"
            )
        said.append(f"{words}.")
    return said


def _ordinal(place: int) -> str:
    """Word a place: 1st, 2nd, 11th.

    >>> _ordinal(2), _ordinal(11)
    ('2nd', '11th')
    """
    ends = {1: "st", 2: "nd", 3: "rd"}
    return f"{place}{'th' if place % 100 in (11, 12, 13) else ends.get(place % 10, 'th')}"


def known(made: Recommendation) -> list[str]:
    """Say what the board now knows."""
    return [benefits_in_words(made)[0], *closing_in_words(made)[-1:], rolled_up_in_words(made)]
