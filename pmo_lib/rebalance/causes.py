"""Since last time: what entered, left or moved, and which cause did it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import factorial, fsum

import numpy as np
import pandas as pd

from pmo_lib.checks import InputError, listing
from pmo_lib.rebalance.history import months_apart
from pmo_lib.rebalance.rebalancing import Rebalance

Decide = Callable[[frozenset], Rebalance]
"""Returns the rebalancing in which only the causes named are as they are now."""

MOST_CAUSES = 8
"""An attribution asks for every subset of the causes."""

_OUT = ("stop", "leave")
_TIMED = ("start later", "pause", "slow down", "resume")


def bridge(decide: Decide, causes: Sequence[str]) -> pd.DataFrame:
    """Say what changed between the last list and the new one, and the plain cause of each.

    Causes are changed one at a time, from the last list on. One that by itself gives a
    project its new place is its cause; where none does, those without which the project
    would be where it was are causes together.

    Parameters
    ----------
    decide : callable
        Given the set of causes that are as now, the others as last time; called once or
        twice for each cause.
    causes : sequence of str
        In words, such as ``"new data"``.

    Returns
    -------
    DataFrame by project that changed
        name (where known), ``change`` (entered, left, re-timed, moved), ``before`` and
        ``after`` (action), ``cause`` and ``reason`` in words.
    """
    everything = frozenset(causes)
    before, after = _places(decide(frozenset())), _places(decide(everything))
    projects = before.index.union(after.index, sort=False)
    before, after = (
        t.reindex(projects).fillna({"place": "", "action": "not there"}) for t in (before, after)
    )
    changed = projects[before["place"] != after["place"]]
    if len(changed) == 0:
        return pd.DataFrame(columns=["change", "before", "after", "cause", "reason"])

    def as_now(causes: frozenset) -> pd.Series:
        place = _places(decide(causes))["place"].reindex(changed, fill_value="")
        return place == after["place"][changed]

    alone = {c: as_now(frozenset({c})) for c in causes}
    without = {c: as_now(everything - {c}) for c in causes}
    rows = []
    for project in changed:
        single = [c for c in causes if alone[c][project]]
        needed = [c for c in causes if not without[c][project]]
        found = single or needed or list(causes)
        how = "alone" if single else "together"
        if len(found) > 1:
            how = "each alone" if single else "only together"
        words = " and ".join(found)
        was, now = before.loc[project], after.loc[project]
        reason = f"{words} {how}".capitalize()
        rows.append((_change(was, now), was["action"], now["action"], words, reason))
    columns = ["change", "before", "after", "cause", "reason"]
    table = pd.DataFrame(rows, columns=columns, index=changed)
    names = decide(everything).table.get("name")
    if names is not None:
        table.insert(0, "name", names.reindex(changed))
    return table


def attribution(decide: Decide, causes: Sequence[str], changed: Sequence[str]) -> pd.Series:
    r"""Share the change in value among its causes, whatever their order.

    Each cause gets its Shapley value [1]_, the mean of what it adds over all orders in
    which the causes could have come. The shares sum to the total change exactly, before they are
    rounded to floats, and a cause that did not change gets 0.

    Parameters
    ----------
    decide : callable
        As in `bridge`; called once for each subset of `changed`.
    causes, changed : sequence of str
        All causes, and those that are not as they were.

    Returns
    -------
    Series by cause, named ``"value"``
        In the order of causes; what rounding leaves over is put on the least. [value]

    Raises
    ------
    InputError
        If more than 8 causes changed, or one is not a cause.

    References
    ----------
    .. [1] L. S. Shapley, "A value for n-person games," in *Contributions to the Theory
       of Games II*. Princeton University Press, 1953, pp. 307-317.
    """
    unknown = [cause for cause in changed if cause not in causes]
    if unknown or len(changed) > MOST_CAUSES:
        raise InputError(
            f"changed: at most {MOST_CAUSES}, each one of causes; got {listing(changed, most=12)}"
        )
    n = len(changed)
    subsets = [frozenset(s) for size in range(n + 1) for s in combinations(changed, size)]
    worth = {s: decide(s).choice.value for s in subsets}
    exact = shapley(worth, changed)
    shares = pd.Series({c: float(exact.get(c, 0)) for c in causes}, name="value", dtype=float)
    rest = fsum([worth[frozenset(changed)], -worth[frozenset()], *(-shares)])
    if (shares != 0).any():
        shares[shares[shares != 0].abs().idxmin()] += rest
    return shares


def shapley(worth: Mapping[frozenset, float], players: Sequence[str]) -> dict[str, Fraction]:
    """Return the Shapley value of each player, in exact fractions.

    Parameters
    ----------
    worth : mapping of frozenset to float
        What every subset of the players is worth.
    players : sequence of str

    Examples
    --------
    >>> worth = {frozenset(): 0, frozenset("a"): 1, frozenset("b"): 2, frozenset("ab"): 6}
    >>> {player: float(share) for player, share in shapley(worth, "ab").items()}
    {'a': 2.5, 'b': 3.5}
    """
    n, shares = len(players), dict.fromkeys(players, Fraction(0))
    for subset, value in worth.items():
        for player in subset:
            orders = factorial(len(subset) - 1) * factorial(n - len(subset))
            added = Fraction(value) - Fraction(worth[subset - {player}])
            shares[player] += Fraction(orders, factorial(n)) * added
    return shares


def against_approved(
    table: pd.DataFrame, approvals: pd.DataFrame, status: pd.DataFrame
) -> pd.DataFrame:
    """Set the new list beside the last approved one, with what was reported in between.

    Parameters
    ----------
    table : DataFrame by project
        Of a `Rebalance`.
    approvals, status : DataFrame
        Tables of past reviews; the last review of each counts, and of status the one before.

    Returns
    -------
    DataFrame by project
        name (where known), ``change`` (entered, left, re-timed), ``before``, ``after``,
        ``months_later`` since the review before, ``changes`` and ``milestones`` as
        reported, and ``reason`` of the new action. Projects where nothing changed are left out.
    """
    decided = approvals[approvals["review"] == approvals["review"].max()]
    approved = decided.loc[decided["decision"].str.casefold() == "approved", "project"]
    going, was = ~table["action"].isin(_OUT), table.index.isin(approved)
    reports = status.sort_values("review", kind="stable").groupby("project")
    last, earlier = (reports.nth(-n).set_index("project").reindex(table.index) for n in (1, 2))
    later = months_apart(earlier["finish"], last["finish"])
    found = pd.DataFrame(index=table.index)
    if "name" in table:
        found["name"] = table["name"]
    timed = table["action"].isin(_TIMED) | (later.fillna(0) != 0)
    found["change"] = np.select(
        [going & ~was, was & ~going, going & timed], ["entered", "left", "re-timed"], ""
    )
    found["before"] = np.where(was, "approved", "not approved")
    found["after"], found["months_later"] = table["action"], later
    found = found.join(last[["changes", "milestones"]]).assign(reason=table["reason"])
    return found[found["change"] != ""]


def _places(found: Rebalance) -> pd.DataFrame:
    """Return the action of each project, and its place: its option, empty where it does not go on."""
    action, option = found.table["action"], found.table["option"]
    return pd.DataFrame({"place": option.astype(str).mask(action.isin(_OUT), ""), "action": action})


def _change(before: pd.Series, after: pd.Series) -> str:
    if not before["place"] or not after["place"]:
        return "entered" if after["place"] else "left"
    return "re-timed" if {before["action"], after["action"]} & set(_TIMED) else "moved"
