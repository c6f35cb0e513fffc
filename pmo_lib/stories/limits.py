"""What the limits cost: other budgets, what would bring a project in, and where people bind."""

from __future__ import annotations

import pandas as pd

from pmo_lib import workbench
from pmo_lib.statements import frontier_words
from pmo_lib.stories.lists import best_refused
from pmo_lib.stories.plain import laid_out, named, ranked
from pmo_lib.wording import listed, money_words, sentence, worth_words
from pmo_lib.workbench import Recommendation, means


def budgets(made: Recommendation, frontier: pd.DataFrame) -> pd.DataFrame:
    """Lay out what `workbench.frontier` found: what each budget buys, and what a further million adds.

    What enters and leaves is against the row before.
    """
    known, sign = frontier["value"].notna(), made.settings.currency
    columns = {
        "budgets [%]": frontier["scale"],
        "for proposals [money]": frontier["budget"],
        "cost [money]": frontier["cost"],
        "projects": frontier["n"].where(known).astype("Int64"),
        "worth [worth]": frontier["value"],
        "down the list [worth]": frontier["walk"],
        f"{sign}1m more adds [worth]": frontier["worth_of_a_million"],
        **_short_of_people(frontier),
        "enters": _names(made, frontier["entered"].where(known.shift(fill_value=False))),
        "leaves": _names(made, frontier["left"]),
    }
    return laid_out(made, columns)


def means_of(made: Recommendation) -> pd.DataFrame:
    """List what may be moved between budgets, or hired, and what each changes: chosen without it."""
    asked, names = (made.problem, made.choice), made.portfolio.projects["name"]
    table = means.used(*asked, made.portfolio, made.settings)
    changed = means.changed(*asked, table, made.settings)
    lost = {
        name: means.without_words(row, names, made.settings) for name, row in changed.iterrows()
    }
    sizes = {
        column: [
            money_words(size, made.settings.currency) if kind == "transfer" else f"{size:,.2f} FTE"
            for kind, size in zip(table["kind"], table[column], strict=True)
        ]
        for column in ("at_most", "used")
    }
    columns = {
        "may be moved or hired": table["what"], "at most": sizes["at_most"], "used": sizes["used"],
        "allowed by": table["authority"], "what it changes": [lost.get(k, "nothing") for k in table.index],
    }  # fmt: skip
    return laid_out(made, columns)


def _short_of_people(frontier: pd.DataFrame) -> dict[str, pd.Series]:
    """Return what people enough would add, where they hold back any list."""
    return {"enough people add [worth]": frontier["people"]} if frontier["people"].any() else {}


def _names(made: Recommendation, cells: pd.Series) -> list[str]:
    moved = [cell if isinstance(cell, tuple) else () for cell in cells]
    return [named(made, projects, most=3) or "–" for projects in moved]


def budgets_in_words(made: Recommendation, frontier: pd.DataFrame) -> str:
    """Say where a further million stops paying, and what the largest budget tried would add."""
    return " ".join(frontier_words(frontier, made.settings))


def budget_at(frontier: pd.DataFrame, column: str) -> float | None:
    """Return the budget at the row that a column marks, if it can be met."""
    marked = frontier[frontier[column] & frontier["value"].notna()]
    return None if len(marked) == 0 else float(marked["budget"].iloc[0])


def bring_in(made: Recommendation) -> pd.DataFrame:
    """Ask of the best-ranked proposal left out what would bring it in; empty if there is none."""
    project = best_refused(made)
    if project is None:
        return pd.DataFrame(columns=["name", "rank", "case", "says"])
    return workbench.why_not(made, projects=[project], time_limit=300.0)


def bring_in_in_words(made: Recommendation, answer: pd.DataFrame) -> str:
    """Say what would bring in the best-ranked proposal left out."""
    if len(answer) == 0:
        return "Every assessed proposal is funded, or none could be asked about."
    project, says = answer.index[0], answer["says"].iloc[0]
    says = says if says.startswith(("needs", "stays")) else f"is left out: {says}"
    return sentence(f"{ranked(made, project)} {says}")


def more_people(made: Recommendation, tight: pd.DataFrame) -> pd.DataFrame:
    """List where nothing is left of a role, and what one more person would be worth, most first.

    Read from what `workbench.bottlenecks` found; two bounds are given as the choice proves them.
    """
    rows = tight[(tight["kind"] == "people") & ((tight["full"] > 1 - 1e-9) | (tight["high"] > 0))]
    rows = rows.drop_duplicates("step").sort_values("low", ascending=False, kind="stable")
    columns = {
        "more": rows["step"],
        "adds at least [worth]": rows["low"].astype(float),
        "adds at most [worth]": rows["high"].astype(float),
        "enters": _names(made, rows["enters"]),
        "leaves": _names(made, rows["leaves"]),
    }
    return laid_out(made, columns)


def more_in_words(made: Recommendation, tight: pd.DataFrame) -> str:
    """Say which more people are worth most, and whether 1 % more of a budget alone is worth anything."""
    people, money = (
        tight[(tight["kind"] == kind) & (tight["low"] > 0)].drop_duplicates("step")
        for kind in ("people", "money")
    )
    words = "no role is worth one more person for three months"
    if len(people):
        best = people.loc[people["low"].idxmax()]
        words = f"{best['step']} would add {worth_words(best['low'], made.settings)}"
        words += f" and bring in {named(made, best['enters'])}" if best["enters"] else ""
    alone = " Of no budget is 1 % more alone worth anything"
    if len(money):
        steps = listed(money.sort_values("low", ascending=False)["step"], most=4)
        alone = f" Of the budgets, these are worth more alone: {steps}"
    return sentence(sentence(words) + alone)
