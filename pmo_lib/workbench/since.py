"""Since last time: what differs between two reviews, and what each cause did to the list."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator

import pandas as pd

from pmo_lib import rebalance as core
from pmo_lib.tables import Portfolio
from pmo_lib.wording import limit_words, money_words, one_line
from pmo_lib.workbench import pricing
from pmo_lib.workbench.evaluation import Evaluation, evaluate
from pmo_lib.workbench.rebalancing import rebalance
from pmo_lib.workbench.settings import Settings

CAUSES = {
    "new data": (),
    "new weights": ("weights", "swings", "objective_weights"),
    "new limits": ("limits", "budgets", "budget_scale", "capacity", "transfers", "hiring"),
    "an override": ("overrides",),
}
"""Why a list may change, and the tables and settings that belong to each but the first."""

WEIGHTS = {"criteria": ("weight", "swing_worst", "swing_best"), "objectives": ("weight", "rank")}


def since_last(
    before: tuple[Portfolio, Settings], after: tuple[Portfolio, Settings], rules: core.Rules
) -> tuple[pd.DataFrame, pd.Series]:
    """Say what changed since last time, and why: `rebalance.bridge` and `rebalance.attribution`.

    Both times are rebalanced, and mixtures of them in which only some causes have changed.
    What is neither weights, limits nor overrides is data; all are rebalanced by the same
    rules. An override of a project that was not there yet is left out.
    """
    decide = functools.cache(lambda causes: rebalance(*_mixed(before, after, causes), rules))
    changed = [c for c in CAUSES if not _alike(before, _mixed(before, after, frozenset({c})))]
    return core.bridge(decide, changed), core.attribution(decide, list(CAUSES), changed)


def _mixed(before, after, causes) -> tuple[Portfolio, Settings]:
    """Return tables and settings of before, with those of the causes as after."""
    mixed = list(after if "new data" in causes else before)
    for cause, names in CAUSES.items():
        taken = after if cause in causes else before
        for place, source in enumerate(taken) if names else ():
            own = {n: getattr(source, n) for n in names if hasattr(source, n)}
            mixed[place] = dataclasses.replace(mixed[place], **own)
    weighed = (after if "new weights" in causes else before)[0]
    tables = {
        name: getattr(mixed[0], name).assign(**getattr(weighed, name)[list(columns)])
        for name, columns in WEIGHTS.items()
    }
    stated, there = mixed[0].overrides, mixed[0].projects.index
    known = tuple(row for row in mixed[1].overrides if row["project"] in there)
    tables["overrides"] = stated[stated["project"].isin(there)]
    return dataclasses.replace(mixed[0], **tables), dataclasses.replace(mixed[1], overrides=known)


def _alike(one, other) -> bool:
    """Tell whether tables and settings are the same."""
    tables = (vars(one[0]).items(), vars(other[0]))
    same = all(t.equals(tables[1][n]) for n, t in tables[0] if isinstance(t, pd.DataFrame))
    return same and one[1].hash() == other[1].hash()


def differing(
    before: tuple[Portfolio, Settings], after: tuple[Portfolio, Settings]
) -> pd.DataFrame:
    """List what differs between two reviews: weights, limits, overrides and projects.

    Returns
    -------
    DataFrame
        cause (as in `CAUSES`), what, and how it stood before and after, in words. What is
        not there is empty.
    """
    sign = after[1].currency
    times = [(*time, evaluate(*time)) for time in (before, after)]
    rows = []
    for cause, worded in (
        ("new weights", lambda portfolio, _, found: _weights(portfolio, found)),
        ("new limits", lambda portfolio, settings, _: _budgets(portfolio, settings, sign)),
        ("new limits", lambda portfolio, *_: _people(portfolio)),
        ("new limits", lambda portfolio, settings, _: _limits(portfolio, settings)),
        ("an override", lambda portfolio, settings, _: _overrides(portfolio, settings)),
        ("new data", lambda portfolio, _, found: _projects(portfolio, found, sign)),
    ):
        old, new = (dict(worded(*time)) for time in times)
        changed = [what for what in {**old, **new} if old.get(what) != new.get(what)]
        rows += [(cause, what, old.get(what, ""), new.get(what, "")) for what in changed]
    return pd.DataFrame(rows, columns=["cause", "what", "before", "after"])


def _weights(portfolio: Portfolio, evaluation: Evaluation) -> Iterator[tuple[str, str]]:
    for table, weights in (
        (portfolio.criteria, evaluation.weights),
        (portfolio.objectives, evaluation.objective_weights),
    ):
        for label, weight in weights.items():
            yield one_line(table.at[label, "name"]), f"{100 * weight:.1f} %"


def _budgets(portfolio: Portfolio, settings: Settings, sign: str) -> Iterator[tuple[str, str]]:
    for label, amount in pricing.budget(portfolio, settings).items():
        yield f"budget of {limit_words(label)}", money_words(amount, sign)


def _people(portfolio: Portfolio) -> Iterator[tuple[str, str]]:
    for role, amounts in portfolio.capacity.groupby("role")["amount"]:
        yield f"people: {role}", f"{amounts.sum():g} person-months"


def _limits(portfolio: Portfolio, settings: Settings) -> Iterator[tuple[str, str]]:
    for row in [*portfolio.limits.to_dict("records"), *settings.limits]:
        ends = [
            f"{word} {row[end]:g}"
            for end, word in (("at_least", "at least"), ("at_most", "at most"))
            if row.get(end) is not None and not pd.isna(row[end])
        ]
        yield f"{row['measure']} of {row['group']}", ", ".join(ends)


def _overrides(portfolio: Portfolio, settings: Settings) -> Iterator[tuple[str, str]]:
    names = portfolio.projects["name"]
    for row in [*portfolio.overrides.to_dict("records"), *settings.overrides]:
        name = one_line(names.get(row["project"], row["project"]))
        yield name, {"in": "included", "out": "excluded"}[row["decision"]]


def _projects(portfolio: Portfolio, evaluation: Evaluation, sign: str) -> Iterator[tuple[str, str]]:
    table = portfolio.projects
    for project, row in table.iterrows():
        words = [row["status"]]
        if project in evaluation.finance.index:
            cost = evaluation.finance.at[project, "cost"]
            benefit = evaluation.benefit_by_year.loc[project].sum()
            words.append(
                f"{money_words(cost, sign)} to pay for {money_words(benefit, sign)} of benefit"
            )
        yield one_line(row["name"]), ", ".join(words)
    stated = portfolio.performance.dropna(subset=["estimate", "level"], how="all")
    for row in stated.itertuples():
        name = one_line(table["name"].get(row.project, row.project))
        criterion = one_line(portfolio.criteria["name"].get(row.criterion, row.criterion))
        yield f"{name}: {criterion}", f"{row.estimate:g}" if pd.isna(row.level) else row.level
