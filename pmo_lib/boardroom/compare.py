"""Scenarios side by side: what enters and leaves, worth, cost, spend by objective, and how sure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmo_lib import periods, workbench
from pmo_lib.checks import InputError
from pmo_lib.statements import money_of
from pmo_lib.stories import served
from pmo_lib.widgets.words import tried
from pmo_lib.wording import listed, number, one_line, percent, sentence, worth_words
from pmo_lib.workbench import Recommendation, Settings, robust

DRAWS = 1000
"""Weights drawn to ask which list is worth more. [-]"""


@dataclass(frozen=True, eq=False)
class Compared:
    """Two lists side by side.

    Attributes
    ----------
    facts : DataFrame
        What is compared, and its figure in each list.
    spend : DataFrame
        Share of the money by objective in each; empty without objectives.
    enters : DataFrame
        Projects on one list only: project, cost, and the list that holds it.
    says : list of str
        Sentences.
    """

    facts: pd.DataFrame
    spend: pd.DataFrame
    enters: pd.DataFrame
    says: list[str]


def compare(
    opening: Recommendation, first: Recommendation, second: Recommendation, names: tuple[str, str]
) -> Compared:
    """Set two lists side by side.

    Parameters
    ----------
    opening : Recommendation
        The saved list, against which each is described.
    first, second : Recommendation
        The lists.
    names : (str, str)
        What they are called.

    Returns
    -------
    Compared
        Lists summed under weights of their own are not compared by worth.

    Raises
    ------
    InputError
        If both have one name.
    """
    if names[0] == names[1]:
        raise InputError("compare: choose two different lists")
    both = {names[0]: first, names[1]: second}
    facts = {name: _facts(opening, made) for name, made in both.items()}
    return Compared(
        pd.DataFrame(facts).rename_axis("what").reset_index(),
        _spend(both),
        _only(first, second, names),
        _says(first, second, names),
    )


def answered(portfolio, settings: Settings, known: dict[str, Recommendation], stop=None):
    """Return the exact list of settings, from those known where it is."""
    key = settings.hash()
    if key not in known:
        known[key] = workbench.recommend(portfolio, settings, explain=False, progress=stop)
    return known[key]


def _facts(opening: Recommendation, made: Recommendation) -> dict[str, str]:
    money, left = money_of(made), made.left_by_year()
    funded = made.ranked_list[made.ranked_list["funded"].astype(bool)]
    departs = tried(made.portfolio, opening, made)
    facts = {
        "What is tried": "; ".join(departs) or "as saved",
        "Proposals funded": str(len(funded)),
        f"Cost [{money.unit}]": f"{funded['cost'].sum() / money.divisor:,.1f}",
        "Worth": worth_words(made.choice.value, made.settings),
        "Proof": made.choice.sentence,
        "All budgets": f"{number(round(100 * made.settings.budget_scale, 2))} %",
    }
    for year, amount in left.items():
        facts[f"Left over {periods.label(year)} [{money.unit}]"] = f"{amount / money.divisor:,.2f}"
    return facts


def _spend(both: dict[str, Recommendation]) -> pd.DataFrame:
    shares = {name: served.spend(made) for name, made in both.items()}
    table = next(iter(shares.values()))
    if len(table) == 0:
        return pd.DataFrame()
    columns = {"objective": table["name"], "importance [%]": 100 * table["importance"]}
    columns |= {
        f"{name} [%]": (100 * f["share"].astype(float)).round(0) for name, f in shares.items()
    }
    return pd.DataFrame(columns).reset_index(drop=True)


def _only(first: Recommendation, second: Recommendation, names) -> pd.DataFrame:
    table, money = workbench.differences(first, second), money_of(first)
    if len(table) == 0:
        return pd.DataFrame()
    where = np.where(table["change"] == "leaves", names[0], names[1])
    return pd.DataFrame({
        "project": table["name"].map(one_line).to_numpy(),
        f"cost [{money.unit}]": (table["cost"] / money.divisor).round(1).to_numpy(),
        "only in": where,
    }).sort_values("only in", kind="stable", ignore_index=True)  # fmt: skip


def _says(first: Recommendation, second: Recommendation, names) -> list[str]:
    table, said = workbench.differences(first, second), []
    for change, verb in (("leaves", "leave"), ("enters", "enter")):
        part = table.loc[table["change"] == change, "name"]
        if len(part):
            said.append(
                f"From {names[0]} to {names[1]}, {listed(map(one_line, part), most=6)} {verb}."
            )
    if not said:
        return ["Both lists fund the same projects."]
    if first.settings.weights == second.settings.weights:
        gap = second.choice.value - first.choice.value
        words = worth_words(abs(gap), first.settings)
        said.append(f"{names[1]} is worth {words} {'more' if gap > 0 else 'less'}.")
    share = _worth_more(first, second)
    if share is not None:
        said.append(sentence(
            f"at {percent(share)} of the weights the board would accept, {names[0]} is worth more "
            f"than {names[1]}"
        ))  # fmt: skip
    return said


def _worth_more(first: Recommendation, second: Recommendation) -> float | None:
    """Return the share of acceptable weights at which the first list is worth more."""
    asked = robust.asked(first)
    if asked.values.index.nlevels > 1 or asked.problem["synergies"] is not None:
        return None
    known = next(iter(robust.known_weights(asked).values()))
    draws = known.sample(DRAWS, seed=first.settings.seed)[list(asked.values.columns)]
    worth = [
        made.choice.selected.reindex(asked.values.index, fill_value=False).to_numpy(float)
        @ asked.values.to_numpy() @ draws.to_numpy().T
        for made in (first, second)
    ]  # fmt: skip
    return float((worth[0] > worth[1]).mean())
