"""What is safe whatever the weights, what depends on them, and what to ask first."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

import altair as alt
import numpy as np
import pandas as pd

from pmo_lib import charts, robustness
from pmo_lib.checks import InputError
from pmo_lib.dissent import Dissent, dissent_map
from pmo_lib.stories.plain import laid_out, named, verb
from pmo_lib.wording import counted, listed, percent, sentence
from pmo_lib.workbench import Recommendation, robust
from pmo_lib.workbench.reasons import EXPLAINED_AT_MOST
from pmo_lib.workbench.settings import RULES

LIST_DRAWS, RANK_DRAWS = 300, 10_000
"""Weights drawn: each needs its best list, or merely its ranks."""

DRAWS_SECONDS = 20.0
"""How long best lists are sought where they cannot all be listed; the draws found then count. [s]"""

MOST_COMPARED, SECONDS = 40, 90.0
"""Up to so many proposals no statement is hurried; beyond, all statements together get so long. [s]"""

MOST_CORNERS = 12
"""Corners of the weights whose best lists are found first, as they bound those of the draws.

Not where time is short: among a hundred proposals it settles ten times as many draws without.
"""

PROVEN, DRAWN = ("in every case", "never"), ("in every draw", "in no draw")
DEPENDS = "depends"


@dataclass(frozen=True, eq=False)
class Settled:
    """What one statement about the weights settles.

    Attributes
    ----------
    admissible : robustness.AdmissibleWeights
        The weights that agree with it.
    draws : DataFrame of shape (n_draws, n_criteria)
        Some of them. [-]
    held : DataFrame of shape (n_draws, n_projects)
        The best list at each.
    lists : DataFrame of shape (n_lists, n_projects) or None
        Every list that no other beats for all these weights, if they could be listed.
    why_not : str
        Why they could not.
    """

    admissible: robustness.AdmissibleWeights
    draws: pd.DataFrame
    held: pd.DataFrame
    lists: pd.DataFrame | None
    why_not: str = ""

    @property
    def share(self) -> pd.Series:
        """The core index where it is proven, else the share of draws that fund. [-]."""
        return (self.held if self.lists is None else self.lists).mean()

    @property
    def standing(self) -> pd.Series:
        """Each project in words: safe, out, or how often it is funded."""
        safe, out = self.words
        often = self.held.mean()
        parts = often.clip(0.01, 0.99).map(lambda part: f"{percent(part)} of draws")
        depends = DEPENDS + ": " + parts.mask(often == 1, DRAWN[0]).mask(often == 0, DRAWN[1])
        return depends.mask(self.share == 1, safe).mask(self.share == 0, out)

    @property
    def words(self) -> tuple[str, str]:
        """What is safe and what is out, in words that promise no more than was found."""
        return DRAWN if self.lists is None else PROVEN

    @property
    def proof(self) -> str:
        """How it is known."""
        if self.lists is None:
            return f"of {len(self.held):,} drawn: not proven"
        return f"proven: {counted(len(self.lists), 'list')} none beats"

    def projects(self, kind: str) -> pd.Index:
        """Return the projects that are ``"safe"`` or ``"out"``, or that depend on the weights."""
        known = {"safe": self.share == 1, "out": self.share == 0}
        depends = (self.share > 0) & (self.share < 1)
        return self.share.index[known.get(kind, depends)]


@dataclass(frozen=True, eq=False)
class Sure:
    """How sure a list is.

    Attributes
    ----------
    made : Recommendation
        The list.
    asked : workbench.robust.Asked
        The list as `robustness` asks for it.
    settled : dict of Settled
        By what is known of the weights, in words; the agenda goes by the first.
    dissent : dissent.Dissent or None
        Where the members' lists differ; None without ballots.
    """

    made: Recommendation
    asked: robust.Asked
    settled: dict[str, Settled]
    dissent: Dissent | None

    @property
    def first(self) -> tuple[str, Settled]:
        """What the agenda goes by, and in which words."""
        return next(iter(self.settled.items()))

    @property
    def few(self) -> bool:
        """Whether there are few enough proposals to ask what takes a choice for each."""
        return len(self.made.evaluation.score) <= EXPLAINED_AT_MOST


def look(
    made: Recommendation,
    *,
    draws: int = LIST_DRAWS,
    seconds: float = SECONDS,
    first: bool = False,
    progress: Callable[[], bool] = bool,
) -> Sure:
    """Ask what is funded under each statement about the weights, and where members differ.

    With more than `MOST_COMPARED` proposals all statements together take about `seconds`,
    the dissent of members not counted; each is then told by the draws that were settled.
    With `first`, only the statement that the agenda goes by is asked. `progress` is called
    now and then: where it returns True, the draws found by then count; it may raise as well.
    """
    asked, settled = robust.asked(made), {}
    known, end = robust.known_weights(asked), monotonic() + seconds
    known = dict(list(known.items())[:1]) if first else known
    for left, (words, one) in zip(range(len(known), 0, -1), known.items(), strict=True):
        share = (end - monotonic()) / left if len(made.evaluation.score) > MOST_COMPARED else None
        settled[words] = _settled(asked, one, draws, made.settings.seed, share, progress)
    found = None
    if len(asked.ballots):
        problem = asked.problem | {"value": None}
        few = len(made.evaluation.score) <= EXPLAINED_AT_MOST
        gap = 0.0 if few else made.settings.gap
        found = dissent_map(
            problem, asked.values, asked.ballots, names=made.portfolio.projects["name"],
            gap=gap, time_limit=made.settings.time_limit,
        )  # fmt: skip
    return Sure(made, asked, settled, found)


def _settled(asked, known, n: int, seed: int, seconds: float | None, stop: Callable) -> Settled:
    """Draw weights, find the best list at each, and prove what can be proven."""
    draws, began = known.sample(n, seed=seed), monotonic()
    end = began + (DRAWS_SECONDS if seconds is None else seconds)
    quarter = np.inf if seconds is None else began + seconds / 4
    try:
        if len(asked.values) > EXPLAINED_AT_MOST:
            raise InputError(f"more than {EXPLAINED_AT_MOST} proposals make too many lists")
        lists = robustness.nondominated_portfolios(
            asked.values,
            admissible=known,
            progress=lambda *_: stop() or monotonic() > quarter,
            **asked.problem,
        )
    except InputError as error:
        first = _corners(known) if seconds is None else draws.iloc[:0]
        found = robustness.best_portfolios(
            asked.values,
            weight_sample=pd.concat([first, draws]),
            progress=lambda done, _: (stop() or monotonic() > end) and done > len(first),
            **asked.problem,
        )
        held = found.iloc[len(first) :]
        held.attrs = found.attrs
        return Settled(known, draws.loc[held.index], held, None, str(error))
    return Settled(known, draws, robust.best_lists(asked, draws, lists), lists)


def _corners(known: robustness.AdmissibleWeights) -> pd.DataFrame:
    """Return the corners of admissible weights where there are few, labelled apart from draws."""
    corners = pd.DataFrame(columns=known.criteria, dtype=float)
    with suppress(InputError):
        corners = known.vertices()
    return corners.set_axis(-1 - corners.index)[: len(corners) * (len(corners) <= MOST_CORNERS)]


def statements(sure: Sure) -> pd.DataFrame:
    """Count, for each statement about the weights, what is safe, depends and is out."""
    rows = [
        {
            "known of the weights": words,
            "safe [projects]": len(one.projects("safe")),
            "depends [projects]": len(one.projects(DEPENDS)),
            "out [projects]": len(one.projects("out")),
            "safe and out mean": f"{' and '.join(one.words)}, {one.proof}",
        }
        for words, one in sure.settled.items()
    ]
    return laid_out(sure.made, pd.DataFrame(rows).to_dict("series"))


def statements_in_words(sure: Sure) -> list[str]:
    """Say what the first statement settles, and what each of the others does."""
    made, said, before = sure.made, [], None
    for words, one in sure.settled.items():
        open_ = one.projects(DEPENDS)
        if (
            before is not None
            and before.projects("safe").equals(one.projects("safe"))
            and before.projects("out").equals(one.projects("out"))
        ):
            said.append(
                f"{sentence(words)[:-1]}: the same proposals, {one.words[0]} and {one.words[1]}."
            )
            continue
        which = "none depends on the weights"
        if len(open_):
            which = f"{named(made, open_, most=6)} {verb(len(open_), 'depends', 'depend')} on the weights"
        said.append(
            f"{sentence(words)[:-1]}: {len(one.projects('safe'))} of "
            f"{counted(len(one.share), 'proposal')} are funded {one.words[0]}, "
            f"{len(one.projects('out'))} {one.words[1]}; {which}."
        )
        before = one
        rare = open_[one.held[open_].all()]
        if len(rare):
            said.append(
                f"There, {named(made, rare)} {verb(len(rare), 'is', 'are')} funded in every one of "
                f"{len(one.held)} draws and still not in every case: weights that drop "
                f"{verb(len(rare), 'it', 'them')} are rare, and exist."
            )
    return [*said, *_not_proven(sure)]


def _not_proven(sure: Sure) -> list[str]:
    """Say what could not be proven, and how far a share of draws may be off."""
    n = min(len(one.held) for one in sure.settled.values())
    most = 100 * robustness.monte_carlo_error(0.5, n)
    open_ = [(words, one.why_not) for words, one in sure.settled.items() if one.lists is None]
    gap = max(one.held.attrs["gap"] for one in sure.settled.values())
    many = len(sure.made.evaluation.score) > MOST_COMPARED
    asked = [len(one.held) for one in sure.settled.values() if one.lists is None]
    only = [
        f"With more than {MOST_COMPARED} proposals all of this is asked in about {SECONDS:g} s; that "
        f"settled {listed(f'{k:,}' for k in asked)} of {LIST_DRAWS} draws."
    ] * bool(many and min(asked, default=LIST_DRAWS) < LIST_DRAWS)
    near = f" Some lists are proven best to within {100 * gap:.2g} % only." if gap else ""
    return [
        *only,
        *(f"Not proven for {words}: {why}. Every draw is not every case." for words, why in open_),
        f"A share of {n} draws is at most {most:.0f} points off, in 95 of 100 samples.{near}",
    ]


def depending(sure: Sure) -> pd.DataFrame:
    """Lay out the proposals that depend on the weights under any statement, and under which."""
    made = sure.made
    kinds = pd.DataFrame({words: one.standing for words, one in sure.settled.items()})
    open_ = pd.DataFrame(
        {w: s.share.between(0, 1, inclusive="neither") for w, s in sure.settled.items()}
    )
    rank = made.evaluation.rank.reindex(kinds.index)[open_.any(axis=1)].sort_values(kind="stable")
    columns = {"rank": rank, "project": pd.Series(made.names(rank.index), rank.index)}
    columns["on the list"] = made.choice.selected.reindex(rank.index)
    return laid_out(made, columns | dict(kinds.loc[rank.index].items()))


def room(sure: Sure) -> pd.DataFrame:
    """Lay out how far each weight may move, the others in proportion, before anything changes.

    Returns
    -------
    DataFrame
        criterion; the weight now, the least and most a member gives it, and from where to
        where the first place and (for few proposals) the list stay as they are. [%]
    """
    asked = sure.asked
    columns = {"criterion": pd.Series(asked.weights.index), "weight [%]": asked.weights}
    if len(asked.ballots):
        columns |= {"members from [%]": asked.ballots.min(), "members to [%]": asked.ballots.max()}
    values = sure.made.evaluation.values.set_axis(asked.weights.index, axis=1)
    stays = {"first place": robustness.weight_stability_intervals(values, asked.weights)}
    if sure.few:
        stays["list"] = robustness.weight_stability_intervals(
            asked.values, asked.weights, **asked.problem
        )
    for what, table in stays.items():
        columns |= {f"{what} stays from [%]": table["low"], f"{what} stays to [%]": table["high"]}
    return laid_out(sure.made, {h: pd.Series(list(column)) for h, column in columns.items()})


def room_in_words(sure: Sure) -> list[str]:
    """Say the smallest change of weights that changes the first place, and the list."""
    made, asked = sure.made, sure.asked
    values = made.evaluation.values.set_axis(asked.weights.index, axis=1)
    first = robustness.smallest_change(values, asked.weights)
    words = [_change_words(sure, first, "the first place")]
    if sure.few:
        change = robustness.smallest_change(asked.values, asked.weights, **asked.problem)
        words.append(_change_words(sure, change, "the best affordable list"))
    else:
        words.append(
            f"What changes the list is not asked of more than {EXPLAINED_AT_MOST} proposals."
        )
    return words


def _change_words(sure: Sure, change: robustness.Change, what: str) -> str:
    if not change.moved >= 0:
        return f"No weights at all change {what}."
    moved = change.weights - sure.asked.weights
    sides = [
        listed(f"{label} ({percent(change.weights[label])})" for label in moved.index[part])
        for part in (moved < -1e-9, moved > 1e-9)
    ]
    return (
        f"The smallest change of weights that changes {what} moves {100 * change.moved:.1f} points of "
        f"weight from {sides[0]} to {sides[1]}; beyond that, {_with(sure, change.entered)} "
        f"{verb(len(change.entered), 'replaces', 'replace')} {_with(sure, change.left)}."
    )


def _with(sure: Sure, projects: tuple) -> str:
    return named(sure.made, projects) or "nothing"


def ranks(sure: Sure) -> pd.DataFrame:
    """Return how each proposal ranks over the weights of the first statement.

    Returns
    -------
    DataFrame by project
        ``expected`` rank, ``low`` to ``high`` in nine of ten draws and its ``error``;
        ``best`` and ``worst``, proven over all these weights, missing where there are too
        many proposals or weights to prove it. [rank]
    """
    values = sure.made.evaluation.values.set_axis(sure.asked.weights.index, axis=1)
    known = sure.first[1].admissible
    draws = known.sample(RANK_DRAWS, seed=sure.made.settings.seed)
    share = robustness.rank_acceptability(values, draws)
    table = robustness.expected_rank(share, RANK_DRAWS)
    ends = pd.DataFrame(np.nan, table.index, ["best", "worst"])
    if sure.few:
        with suppress(InputError):
            ends = robustness.rank_intervals(values, known)
    return table.join(ends)


def certainty_chart(sure: Sure, found: pd.DataFrame) -> alt.Chart:
    """Draw the ranks that each proposal may take, and how often it is funded."""
    words, one = sure.first
    table = found.assign(share=one.held.mean(), standing=one.standing)
    table["state"] = np.select([one.share == 1, one.share == 0], ["safe", "out"], DEPENDS)
    return charts.certainty(
        table,
        names=sure.made.portfolio.projects["name"],
        words=(one.words[0], "depends on the weights", one.words[1]),
        title="Who ranks where and who is funded, over " + words,
    )


def ranks_in_words(sure: Sure, found: pd.DataFrame) -> list[str]:
    """Say who is first, and whose rank is least certain."""
    made, wide = sure.made, found["high"] - found["low"]
    always = found.index[found["high"] == 1]
    first = always if len(always) else found.index[found["low"] == 1]
    words = [
        f"First in {'nine of ten draws' if len(always) else 'some draws'}: {named(made, first)}."
    ]
    if wide.max() > 0:
        low, high = found.loc[wide.idxmax(), ["low", "high"]]
        words.append(
            f"Least certain is the rank of {named(made, [wide.idxmax()])}: {low:.0f} to {high:.0f} in "
            "nine of ten draws."
        )
    error = max(found["error"].max(), 0.01)
    return [
        *words,
        f"Expected ranks are at most {error:.2f} off, in 95 of 100 samples of {RANK_DRAWS:,} draws.",
    ]


def added(sure: Sure) -> pd.DataFrame:
    """Return what this adds to the ranked list: safe, depends or out, under the first statement."""
    return pd.DataFrame({"whatever the weights": sure.first[1].standing})


def would_change(sure: Sure) -> list[str]:
    """Say on what the answer hangs."""
    made, (words, one) = sure.made, sure.first
    said = [
        f"All of this holds for {words}. A member who places weights outside it, or another round, "
        "may change it.",
        "Costs, budgets, people, links and what the board includes or excludes are taken as they stand.",
    ]
    if one.lists is None:
        said.append("Nothing here is proven: a draw may miss the weights at which a project moves.")
    if made.settings.objective != "score":
        said.append(
            f"The list goes by {made.settings.objective}, not by score, so weights cannot change it."
        )
    if made.settings.rule != RULES[0]:
        said.append(f"The board goes {made.settings.rule}; what is asked here is the {RULES[0]}.")
    return said
