"""Where the members of a board differ: on weights, on lists, and on which of it matters."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import altair as alt
import numpy as np
import pandas as pd

from pmo_lib import charts
from pmo_lib.dissent import AGREED, TOGETHER, Dissent, dissent_map, trade_offs
from pmo_lib.robustness import best_portfolios
from pmo_lib.stories import weighed
from pmo_lib.stories.plain import laid_out, named, verb
from pmo_lib.wording import counted, listed, one_line, sentence
from pmo_lib.workbench import Recommendation, robust
from pmo_lib.workbench.reasons import EXPLAINED_AT_MOST
from pmo_lib.workbench.settings import RULES

SETTINGS = "the saved settings"
"""Who is taken for the only member where there are no ballots."""

MOST_TRADED = 3
"""Pairs of criteria asked about, those on which members lie farthest apart first."""


@dataclass(frozen=True, eq=False)
class Differ:
    """What the members of a board weigh, and the lists they would each choose.

    Attributes
    ----------
    made : Recommendation
        The list that all of it is compared with.
    asked : workbench.robust.Asked
        The list as `dissent` and `robustness` ask for it; criteria go by their names.
    dissent : dissent.Dissent
        The lists; without ballots, of the saved settings alone.
    round : str
        Whose ballots these are; empty without ballots.
    gap : float
        How far from the best a list may be. [share]
    way : str
        How weights are combined: a key of `weighed.MEANS`.
    shares : Series by member or None
        How often each counts; None: all alike. [-]
    """

    made: Recommendation
    asked: robust.Asked
    dissent: Dissent
    round: str
    gap: float
    way: str
    shares: pd.Series | None

    @property
    def weights(self) -> pd.DataFrame:
        """The weights of members by criterion. [-]."""
        return self.dissent.weights

    @property
    def alone(self) -> bool:
        """Whether one person's weights are all there is."""
        return len(self.weights) == 1

    def combine(self, rows: pd.DataFrame) -> pd.Series:
        """Combine the weights of some members. [-]."""
        return _combine(rows, self.way, self.shares)

    def best(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the best list at each row of weights, as bools by project."""
        held = best_portfolios(
            self.asked.values, weight_sample=rows, gap=self.gap, **self.asked.problem
        )
        return held.set_axis(rows.index)


def rounds(made: Recommendation) -> list[str]:
    """Return the rounds in which criteria were weighed, the last one last."""
    table = made.portfolio.ballots
    return list(dict.fromkeys(table.loc[table["about"] == "criteria", "round"]))


def look(
    made: Recommendation,
    *,
    round: str = "",
    weights: pd.DataFrame | None = None,
    way: str = "mean",
    shares: pd.Series | None = None,
) -> Differ:
    """Find the list of each member, and what their disagreements change.

    Parameters
    ----------
    made : Recommendation
        The list, with the ballots of its portfolio.
    round : str, optional
        Whose ballots; by default the last round on criteria.
    weights : DataFrame of members by criterion, optional
        Used instead of the ballots, with names of criteria as columns. [-]
    way : str
        How weights are combined: a key of `weighed.MEANS`.
    shares : Series by member, optional
        How often each counts; by default all alike. [-]

    Raises
    ------
    InputError
        As `workbench.robust.asked` and `dissent.dissent_map`.
    """
    round = round or (rounds(made) or [""])[-1]
    cast = made.portfolio.ballots
    only = dataclasses.replace(made.portfolio, ballots=cast[cast["round"] == round])
    asked = robust.asked(dataclasses.replace(made, portfolio=only))
    if weights is None:
        weights = asked.ballots
    if len(weights) == 0:
        weights, round = asked.weights.to_frame(SETTINGS).T, ""
    few = len(made.evaluation.score) <= EXPLAINED_AT_MOST
    gap = 0.0 if few else made.settings.gap
    found = dissent_map(
        asked.problem | {"value": None}, asked.values, weights, together=_combine(weights, way, shares),
        names=made.portfolio.projects["name"], gap=gap, time_limit=made.settings.time_limit,
    )  # fmt: skip
    return Differ(made, asked, found, round, gap, way, shares)


def _combine(rows: pd.DataFrame, way: str, shares: pd.Series | None) -> pd.Series:
    counts = None if shares is None else shares.reindex(rows.index)
    return weighed.MEANS[way](rows, member_weights=counts)


def combined_in_words(seen: Differ) -> list[str]:
    """Say whether the list hangs on how weights are combined, and whether it is the settings'."""
    rows = weighed.in_three_ways(seen.weights, seen.shares)
    held = seen.best(rows)
    now, words = seen.made.choice.selected, []
    if (held == held.iloc[0]).all(axis=None) and len(rows) > 1:
        words.append(f"The best list is the same by the {listed(rows.index)} of the weights.")
    for way in held.index[1:]:
        moved = _moved(seen, held.iloc[0], held.loc[way])
        words += [f"By the {way}, against the mean, {_moves(*moved)}."] if any(moved) else []
    moved = _moved(seen, now, held.iloc[0].reindex(now.index, fill_value=False))
    words.append(
        f"Against the list of the settings, by the mean {_moves(*moved)}."
        if any(moved)
        else "By the mean, the list is that of the settings."
    )
    return [*words, *weighed.vetoes_in_words(seen.weights)]


def _moved(seen: Differ, before: pd.Series, after: pd.Series) -> tuple[str, str]:
    """Name what came in and what dropped out."""
    sides = (after & ~before, before & ~after)
    return tuple(named(seen.made, side.index[side]) for side in sides)


def _moves(entered: str, left: str) -> str:
    parts = [(entered, "in comes"), (left, "out goes")]
    return " and ".join(f"{words} {names}" for names, words in parts if names)


def whose_in_words(seen: Differ) -> str:
    """Say whose weights these are."""
    if not seen.round:
        return (
            "No ballots are known, so the weights of the saved settings stand for all of it. Open a round "
            "with pmo ballot open."
        )
    return f"Round {one_line(seen.round)}: {counted(len(seen.weights), 'ballot')}."


def divides(seen: Differ) -> pd.DataFrame:
    """Lay out the projects that divide the members: who would fund each, and who would not."""
    table, made = seen.dissent.divides, seen.made
    columns = {
        "rank": made.evaluation.rank.reindex(table.index),
        "divides": pd.Series(made.names(table.index), table.index, dtype=object),
        "cost [money]": made.evaluation.finance["cost_in_budget"].reindex(table.index),
        "would fund it": table["funded_by"].map(_who),
        "would not": table["left_out_by"].map(_who),
        "together": table["together"].map({True: "fund", False: "do not fund"}),
    }
    return laid_out(made, columns)


def _who(members: tuple) -> str:
    return listed(map(one_line, members), most=6)


def lists_chart(seen: Differ) -> alt.LayerChart | None:
    """Draw who would fund each project that divides; None where no project does."""
    table = seen.dissent.divides
    if len(table) == 0:
        return None
    return charts.lists_apart(
        seen.dissent.lists.loc[table.index, seen.weights.index],
        seen.dissent.lists.loc[table.index, TOGETHER],
        names=seen.made.portfolio.projects["name"],
        title="Where our lists differ",
        subtitle=counts_in_words(seen),
    )


def counts_in_words(seen: Differ) -> str:
    """Count what all would fund, what divides and what nobody would fund."""
    lists = seen.dissent.lists[seen.weights.index]
    nobody = int((~lists.any(axis=1)).sum())
    some = len(seen.dissent.divides)
    return (
        f"{counted(len(seen.dissent.core), 'proposal')} in everybody's list, {nobody} in nobody's, "
        f"{some or 'none'} {verb(max(some, 1), 'divides', 'divide')} the members."
    )


def divides_in_words(seen: Differ) -> list[str]:
    """Say what all would fund, what divides, and how good the lists are proven to be."""
    if seen.alone:
        return ["One person differs with nobody."]
    table, worst = seen.dissent.divides, seen.dissent.gaps.max()
    words = [sentence(counts_in_words(seen))]
    if len(table):
        own = {m: tuple(seen.dissent.lists.loc[table.index, m]) for m in seen.weights.index}
        groups = pd.Series(own).groupby(pd.Series(own), sort=False).groups.values()
        alike = [list(group) for group in groups]
        words.append(
            f"{sentence(counted(len(alike), 'different list'))[:-1]}: "
            + "; ".join(_who(tuple(group)) for group in alike)
            + "."
        )
        kept = table.index[table["together"].astype(bool)]
        words.append(f"Together, the board funds {named(seen.made, kept) or 'none'} of them.")
    words.append(
        "Every list is proven best: no better one exists."
        if not worst > 0
        else f"A better list could add at most {100 * worst:.2g} % to any of these."
    )
    return words


def disagreements(seen: Differ) -> pd.DataFrame:
    """Lay out, for each criterion, how far members differ and what that changes."""
    table = seen.dissent.criteria.iloc[: 0 if seen.alone else None]
    columns = {
        "criterion": pd.Series(table.index, table.index),
        "least [%]": table["low"],
        "by": table["low_by"].map(one_line),
        "most [%]": table["high"],
        "by whom": table["high_by"].map(one_line),
        "changes the list": table["matters"].map({True: "yes", False: "no"}),
        "comes in at either end": table["entered"].map(lambda p: named(seen.made, p)),
        "drops out": table["left"].map(lambda p: named(seen.made, p)),
    }
    return laid_out(seen.made, columns)


def disagreements_in_words(seen: Differ) -> list[str]:
    """Say of each criterion, then of the most contested pairs, whether the disagreement matters."""
    if seen.alone:
        return ["One person differs with nobody."]
    words = seen.dissent.criteria["says"].map(sentence).tolist()
    found = trade_offs(
        seen.asked.problem | {"value": None}, seen.asked.values, seen.weights, pairs=traded(seen),
        together=seen.dissent.together, names=seen.made.portfolio.projects["name"], gap=seen.gap,
        time_limit=seen.made.settings.time_limit,
    ) if traded(seen) else pd.DataFrame({"says": []})  # fmt: skip
    return words + found["says"].map(sentence).tolist()


def traded(seen: Differ) -> list[tuple]:
    """Return the pairs of criteria that members trade most differently against each other."""
    weights, labels = seen.weights, seen.weights.columns
    rows, others = np.triu_indices(len(labels), 1)
    ahead = weights.to_numpy()[:, rows] - weights.to_numpy()[:, others]
    apart = np.ptp(ahead, axis=0)
    order = np.argsort(-apart, kind="stable")[:MOST_TRADED]
    return [(labels[rows[at]], labels[others[at]]) for at in order if apart[at] >= AGREED]


def matters_in_words(seen: Differ) -> str:
    """Say in one sentence which disagreements change the list and which can be spared."""
    table = seen.dissent.criteria
    contested = table["high"] - table["low"] >= AGREED
    matter = table.index[table["matters"].astype(bool)]
    spared = table.index[contested & ~table["matters"].astype(bool)]
    parts = [
        f"{listed(matter)} {verb(len(matter), 'is', 'are')} contested and "
        f"{verb(len(matter), 'changes', 'change')} the list" if len(matter) else "",
        f"{listed(spared)} {verb(len(spared), 'is', 'are')} contested and "
        f"{verb(len(spared), 'changes', 'change')} nothing" if len(spared) else "",
    ]  # fmt: skip
    return sentence("; ".join(filter(None, parts)) or "No disagreement changes the list")


def added(seen: Differ) -> pd.DataFrame:
    """Return what this adds to the ranked list: in how many members' lists each project stands."""
    own = seen.dissent.lists[seen.weights.index]
    words = own.sum(axis=1).map(lambda n: f"{n} of {len(own.columns)}")
    return pd.DataFrame({"in the lists of": words})


def known(seen: Differ) -> list[str]:
    """Say what the board now knows."""
    if seen.alone:
        return [whose_in_words(seen), combined_in_words(seen)[-1]]
    return [
        *weighed.agreement_in_words(seen.weights)[:1],
        *divides_in_words(seen)[:1],
        matters_in_words(seen),
        combined_in_words(seen)[0],
    ]


def would_change(seen: Differ) -> list[str]:
    """Say on what the answer hangs."""
    settings = seen.made.settings
    said = [
        "A disagreement is tried at its ends, one criterion at a time, the others in proportion: two "
        "that change nothing alone may change the list together.",
        "Costs, budgets, people, links and what the board includes or excludes are taken as they stand.",
        "Names and roles in the record are taken on trust.",
    ]
    if settings.objective != "score":
        said.append(
            f"The list goes by {settings.objective}, not by score, so weights cannot change it."
        )
    if settings.rule != RULES[0]:
        said.append(f"The board goes {settings.rule}; what is asked here is the {RULES[0]}.")
    return said
