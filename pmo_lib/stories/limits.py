"""What the limits cost: other budgets, what would bring a project in, and where people bind."""

from __future__ import annotations

import pandas as pd

from pmo_lib import workbench
from pmo_lib.stories.lists import best_refused
from pmo_lib.stories.plain import (
    listed,
    money_of,
    named,
    ranked,
    scaled,
    sentence,
    worth_in_words,
    worth_shown,
    worth_unit,
)
from pmo_lib.workbench import Recommendation


def budgets(recommendation: Recommendation, frontier: pd.DataFrame) -> pd.DataFrame:
    """Lay out what `workbench.frontier` found: what each budget buys, and what a further million adds.

    What enters and leaves is against the row before.
    """
    money, unit = money_of(recommendation), worth_unit(recommendation)
    known = frontier["value"].notna()
    moved = {
        name: [
            named(recommendation, cell, most=3) if len(cell) else "–" for cell in frontier[column]
        ]
        for name, column in (("enters", "entered"), ("leaves", "left"))
    }
    moved["enters"] = [
        words if before else "–"
        for words, before in zip(moved["enters"], known.shift(fill_value=False), strict=True)
    ]
    shown = {
        "budgets [%]": (100 * frontier["scale"]).round(1),
        f"for proposals [{money.unit}]": scaled(frontier["budget"], money),
        f"cost [{money.unit}]": scaled(frontier["cost"], money),
        "projects": frontier["n"].where(known).astype("Int64"),
        f"worth [{unit}]": worth_shown(recommendation, frontier["value"]).round(1),
        f"down the list [{unit}]": worth_shown(recommendation, frontier["walk"]).round(1),
        f"{money.sign}1m more adds [{unit}]": worth_shown(
            recommendation, frontier["worth_of_a_million"]
        ).round(1),
    }
    return pd.DataFrame(shown | moved)


def budgets_in_words(recommendation: Recommendation, frontier: pd.DataFrame) -> str:
    """Say where a further million stops paying, and what the largest budget tried would add."""
    money, known = money_of(recommendation), frontier[frontier["value"].notna()]
    now = known[known["now"]]
    if len(now) == 0 or len(known) < 2 or known["budget"].iloc[-1] <= now["budget"].iloc[0]:
        return "No larger budget was tried than there is now."
    now, last = now.iloc[0], known.iloc[-1]
    more, gain = last["budget"] - now["budget"], last["value"] - now["value"]
    words = (
        f"{money.shown(more)} more, {100 * last['scale']:g} % of the budgets, would add "
        f"{worth_in_words(recommendation, gain)} to {worth_in_words(recommendation, now['value'])}. "
    )
    stops = budget_at(frontier, "stops_paying")
    one = f"a further {money.sign}1m"
    if stops is None:
        return words + f"Within this range {one} does not stop paying."
    where = (
        "From the present budgets on" if stops == now["budget"] else f"From {money.shown(stops)} on"
    )
    return words + f"{where}, {one} adds less than half of what one buys now on average."


def budget_at(frontier: pd.DataFrame, column: str) -> float | None:
    """Return the budget at the row that a column marks, if it can be met."""
    marked = frontier[frontier[column] & frontier["value"].notna()]
    return None if len(marked) == 0 else float(marked["budget"].iloc[0])


def bring_in(recommendation: Recommendation) -> pd.DataFrame:
    """Ask of the best-ranked proposal left out what would bring it in; empty if there is none."""
    project = best_refused(recommendation)
    if project is None:
        return pd.DataFrame(columns=["name", "rank", "case", "says"])
    return workbench.why_not(recommendation, projects=[project], time_limit=300.0)


def bring_in_in_words(recommendation: Recommendation, answer: pd.DataFrame) -> str:
    """Say what would bring in the best-ranked proposal left out."""
    if len(answer) == 0:
        return "Every assessed proposal is funded, or none could be asked about."
    project, says = answer.index[0], answer["says"].iloc[0]
    says = says if says.startswith(("needs", "stays")) else f"is left out: {says}"
    return sentence(f"{ranked(recommendation, project)} {says}")


def more_people(recommendation: Recommendation, tight: pd.DataFrame) -> pd.DataFrame:
    """List where nothing is left of a role, and what one more person would be worth, most first.

    Read from what `workbench.bottlenecks` found; two bounds are given as the choice proves them.
    """
    unit = worth_unit(recommendation)
    rows = tight[(tight["kind"] == "people") & ((tight["full"] > 1 - 1e-9) | (tight["high"] > 0))]
    rows = rows.drop_duplicates("step").sort_values("low", ascending=False, kind="stable")
    return pd.DataFrame(
        {
            "more": rows["step"],
            f"adds at least [{unit}]": worth_shown(recommendation, rows["low"]).round(1),
            f"adds at most [{unit}]": worth_shown(recommendation, rows["high"]).round(1),
            "enters": [named(recommendation, cell) if cell else "–" for cell in rows["enters"]],
            "leaves": [named(recommendation, cell) if cell else "–" for cell in rows["leaves"]],
        }
    ).reset_index(drop=True)


def more_in_words(recommendation: Recommendation, tight: pd.DataFrame) -> str:
    """Say which more people are worth most, and whether 1 % more of a budget alone is worth anything."""
    people, money = (
        tight[(tight["kind"] == kind) & (tight["low"] > 0)].drop_duplicates("step")
        for kind in ("people", "money")
    )
    if len(people):
        best = people.loc[people["low"].idxmax()]
        words = f"{best['step']} would add {worth_in_words(recommendation, best['low'])}"
        words += f" and bring in {named(recommendation, best['enters'])}" if best["enters"] else ""
    else:
        words = "no role is worth one more person for three months"
    if len(money):
        steps = listed(money.sort_values("low", ascending=False)["step"])
        return sentence(sentence(words) + f" Of the budgets, these are worth more alone: {steps}")
    return sentence(sentence(words) + " Of no budget is 1 % more alone worth anything")
