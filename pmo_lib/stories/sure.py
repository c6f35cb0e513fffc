"""What is safe whatever the weights, what depends on them, and what to ask first."""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt
import numpy as np
import pandas as pd

from pmo_lib import charts, robustness, scoring
from pmo_lib.checks import InputError
from pmo_lib.dissent import Dissent, dissent_map, trade_offs
from pmo_lib.statements import swing
from pmo_lib.stories.plain import laid_out, named, ranked, verb
from pmo_lib.wording import counted, listed, number, one_line, percent, sentence
from pmo_lib.workbench import Recommendation, robust
from pmo_lib.workbench.reasons import EXPLAINED_AT_MOST
from pmo_lib.workbench.settings import RULES

LIST_DRAWS, RANK_DRAWS = 300, 10_000
"""Weights drawn: each needs its best list, or merely its ranks."""

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
        Every list that can be best, if they could be listed.
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
        parts = often.map(lambda part: f"{percent(part)} of draws")
        depends = DEPENDS + ": " + parts.mask(often == 1, DRAWN[0]).mask(often == 0, DRAWN[1])
        return depends.mask(self.share == 1, safe).mask(self.share == 0, out)

    @property
    def words(self) -> tuple[str, str]:
        """What is safe and what is out, in words that promise no more than was found."""
        return DRAWN if self.lists is None else PROVEN

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


def look(made: Recommendation, *, draws: int = LIST_DRAWS, progress=None) -> Sure:
    """Ask what is funded under each statement about the weights, and where members differ."""
    asked = robust.asked(made)
    settled = {
        words: _settled(asked, known, draws, made.settings.seed, progress)
        for words, known in robust.known_weights(asked).items()
    }
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


def _settled(asked: robust.Asked, known, n: int, seed: int, progress) -> Settled:
    """Draw weights, find the best list at each, and prove what can be proven."""
    draws = known.sample(n, seed=seed)
    held = robustness.best_portfolios(
        asked.values, weight_sample=draws, progress=progress, **asked.problem
    )
    draws = draws.loc[held.index]
    try:
        lists = robustness.nondominated_portfolios(asked.values, admissible=known, **asked.problem)
    except InputError as error:
        return Settled(known, draws, held, None, str(error))
    return Settled(known, draws, held, lists)


def statements(sure: Sure) -> pd.DataFrame:
    """Count, for each statement about the weights, what is safe, depends and is out."""
    rows = [
        {
            "known of the weights": words,
            "fund in every case": len(one.projects("safe")),
            "depends on the weights": len(one.projects(DEPENDS)),
            "never funded": len(one.projects("out")),
            "lists that none beats": np.nan if one.lists is None else len(one.lists),
            "how it is known": f"counted in {len(one.held):,} draws"
            if one.lists is None
            else "proven",
        }
        for words, one in sure.settled.items()
    ]
    return laid_out(sure.made, pd.DataFrame(rows).to_dict("series"))


def statements_in_words(sure: Sure) -> list[str]:
    """Say what the first statement settles, and what each of the others does."""
    made, said = sure.made, []
    for words, one in sure.settled.items():
        open_ = one.projects(DEPENDS)
        which = "none depends on the weights"
        if len(open_):
            which = f"{named(made, open_, most=6)} {verb(len(open_), 'depends', 'depend')} on the weights"
        said.append(
            f"{sentence(words)[:-1]}: {len(one.projects('safe'))} of {counted(len(one.share), 'proposal')} "
            f"are funded {one.words[0]}, {len(one.projects('out'))} {one.words[1]}; {which}."
        )
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
    near = f" Some lists are proven best to within {100 * gap:.2g} % only." if gap else ""
    return [
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
        f"weight from {sides[0]} to {sides[1]}: {named(sure.made, change.entered) or 'nothing'} "
        f"then {verb(len(change.entered), 'comes', 'come')} in for {named(sure.made, change.left) or 'nothing'}."
    )


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
        try:
            ends = robustness.rank_intervals(values, known)
        except InputError:
            pass
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
    """Say who is first in how many draws, and whose rank is least certain."""
    wide = (found["high"] - found["low"]).sort_values(ascending=False, kind="stable")
    always = found.index[(found["low"] == 1) & (found["high"] == 1)]
    first = named(sure.made, always) or named(sure.made, found.index[found["low"] == 1])
    row = found.loc[wide.index[0]]
    return [
        f"First in nine of ten draws or more: {first}."
        if len(always)
        else f"First in some: {first}.",
        f"Least certain is the rank of {named(sure.made, wide.index[:1])}: between {row['low']} and "
        f"{row['high']} in nine of ten draws.",
        f"Expected ranks are at most {max(found['error'].max(), 0.01):.2f} off, in 95 of 100 samples of "
        f"{RANK_DRAWS:,} draws.",
    ]


def disagreements_in_words(sure: Sure) -> list[str]:
    """Say of each criterion how far members differ, and what it changes; then of the first question."""
    if sure.dissent is None:
        return ["No ballots are known; the settings alone say what the weights are."]
    made, words = sure.made, [sentence(says) for says in sure.dissent.criteria["says"]]
    asked = questions(sure)
    if len(asked):
        words += trade_offs(
            sure.asked.problem | {"value": None}, sure.asked.values, sure.asked.ballots,
            pairs=list(asked.index), names=made.portfolio.projects["name"], gap=made.settings.gap,
        )["says"].map(sentence).tolist()  # fmt: skip
    return words


def questions(sure: Sure, *, most: int = 3) -> pd.DataFrame:
    """Return the questions that would settle most: `robustness.value_of_knowing`."""
    _, one = sure.first
    answers = robustness.which_weighs_more(one.draws)
    found = robustness.value_of_knowing(one.held, answers)
    return found[found["settles"] >= 0.05].head(most)


def questions_table(sure: Sure) -> pd.DataFrame:
    """Lay out what to ask first, how much it would settle, and what members have said."""
    made, ballots = sure.made, sure.asked.ballots
    rows = []
    for (one, other), row in questions(sure).iterrows():
        ahead = ballots.get(one, pd.Series()) - ballots.get(other, pd.Series())
        rows.append({
            "which swing is worth more?": " or ".join(_swing(sure, label) for label in (one, other)),
            "settles, on average [projects]": round(row["settles"], 1),
            "the first, say": listed(ahead.index[ahead > 1e-9]),
            "the second, say": listed(ahead.index[ahead < -1e-9]),
            "as much, say": listed(ahead.index[ahead.abs() <= 1e-9]),
        })  # fmt: skip
    return laid_out(made, pd.DataFrame(rows).to_dict("series"))


def _swing(sure: Sure, label) -> str:
    """Word a criterion with the swing its weight prices."""
    table = sure.made.portfolio.criteria
    row = table.iloc[sure.asked.weights.index.get_loc(label)]
    return f"{label} ({swing(row, currency=sure.made.settings.currency)})"


def agenda(sure: Sure) -> pd.DataFrame:
    """Sort the proposals into decide, debate and decline: `robustness.agenda` of the first statement."""
    _, one = sure.first
    lists = None if sure.dissent is None else sure.dissent.lists[sure.asked.ballots.index].T
    answers = robustness.which_weighs_more(one.draws)
    return robustness.agenda(
        one.share, one.held, answers, lists=lists, proven=one.lists is not None
    )


def debated(sure: Sure) -> pd.DataFrame:
    """Lay out what deserves debate: why, whom it divides, and what to ask."""
    table = agenda(sure)
    table = table[table["decision"] == "debate"]
    made = sure.made
    columns = {
        "rank": made.evaluation.rank.reindex(table.index),
        "debate": pd.Series(made.names(table.index), table.index),
        "on the list": made.choice.selected.reindex(table.index),
        "cost [money]": made.evaluation.finance["cost_in_budget"].reindex(table.index),
        "why": table["reason"],
        "would fund it": table["for_it"].map(listed),
        "would not": table["against_it"].map(listed),
        "ask first": table["question"].map(lambda pair: " or ".join(pair) + "?" if pair else ""),
    }
    return laid_out(made, columns)


def not_debated(sure: Sure) -> pd.DataFrame:
    """Lay out what needs no debate: how many, what they cost, and which."""
    table, made = agenda(sure), sure.made
    cost = made.evaluation.finance["cost_in_budget"]
    groups = {
        word: table.index[table["decision"] == word]
        for word in ("decide without debate", "decline")
    }
    columns = {
        "decision": pd.Series(list(groups)),
        "projects": pd.Series([len(group) for group in groups.values()]),
        "cost [money]": pd.Series([cost.reindex(group).sum() for group in groups.values()]),
        "which": pd.Series([listed(made.names(group)) for group in groups.values()]),
    }
    return laid_out(made, columns)


def agenda_in_words(sure: Sure) -> list[str]:
    """Say what to ask first and what it would settle; and why low ranks are safe."""
    made, (_, one) = sure.made, sure.first
    open_, words = one.projects(DEPENDS), []
    asked = questions(sure, most=1)
    if len(open_) == 0:
        words.append("Nothing depends on the weights, so there is nothing to debate about them.")
    elif len(asked) == 0:
        words.append(
            "Which of two criteria weighs more settles nothing here: ask by how much, in points."
        )
    else:
        (first, second), settles = asked.index[0], asked["settles"].iloc[0]
        words.append(
            f"Ask first whether {_swing(sure, first)} or {_swing(sure, second)} is worth more: the answer "
            f"settles {settles:.1f} of {counted(len(open_), 'debated project')} on average."
        )
    why = made.ranked_list["why"].reindex(one.projects("safe"))
    why = why[why.str.match("Mandatory|Needed by|Included")]
    return words + [
        f"{ranked(made, project)} is safe whatever its rank: {text[:1].lower() + text[1:]}."
        for project, text in why.str.split(";").str[0].items()
    ]


def unproven(sure: Sure) -> pd.DataFrame:
    """List the proposals whose unmeasured figures change the list, at their worst or best."""
    made, figures = sure.made, _stated(sure)
    if len(figures) == 0 or not sure.few:
        return pd.DataFrame()
    table = robust.flips(made, sure.asked, figures)
    names = pd.Series(sure.asked.weights.index, made.evaluation.weights.index)
    rows = []
    for (project, end), row in table.iterrows():
        mine = figures.loc[[project]].reset_index("project")
        spans = [
            f"{names[criterion]} {number(f.low)} to {number(f.high)} ({f.evidence})"
            for criterion, f in zip(mine.index, mine.itertuples(), strict=True)
        ]
        rows.append({
            "project": named(made, [project]), "figures at their": end, "not measured": listed(spans),
            "comes in": named(made, row["entered"]), "drops out": named(made, row["left"]),
        })  # fmt: skip
    return pd.DataFrame(rows)


def _stated(sure: Sure) -> pd.DataFrame:
    return robust.unproven_figures(sure.made).dropna(subset=["low", "high"])


def unproven_in_words(sure: Sure, found: pd.DataFrame) -> list[str]:
    """Say which unmeasured figures are worth measuring before the decision, and which are not."""
    stated, every = _stated(sure), robust.unproven_figures(sure.made)
    if not sure.few:
        return [f"Not asked: there are more than {EXPLAINED_AT_MOST} proposals."]
    if len(stated) == 0:
        return ["No figure that is not measured states a low and a high, so none could be asked."]
    projects = stated.index.unique("project")
    words = [
        f"{len(stated)} of {len(every)} figures that nobody measured state a low and a high "
        f"({(stated['evidence'] == 'judged').sum()} judged), for {counted(len(projects), 'proposal')}."
    ]
    if len(found) == 0:
        return [
            *words,
            "Not one proposal's figures, all at their worst or all at their best, change the list.",
        ]
    return [
        *words,
        f"Measure first those of {listed(found['project'].unique())}: no other proposal's figures, all at "
        "their worst or all at their best, change the list.",
    ]


def other_methods(sure: Sure, *, most: int = 8) -> pd.DataFrame:
    """List the proposals that TOPSIS or PROMETHEE II rank most otherwise, on the same values, and why."""
    table = _orders(sure)
    apart = table[["TOPSIS", "PROMETHEE II"]].sub(table["rank"], axis=0).abs().max(axis=1)
    shown = table.loc[apart[apart > 0].sort_values(ascending=False, kind="stable").index[:most]]
    shown.insert(1, "project", sure.made.names(shown.index))
    shown["why"] = [_why_otherwise(sure, project, row) for project, row in shown.iterrows()]
    return shown.reset_index(drop=True)


def _orders(sure: Sure) -> pd.DataFrame:
    """Rank by the value model and by two other methods."""
    made, values = sure.made, sure.made.evaluation.values
    how = {"weights": made.evaluation.weights, "direction": pd.Series("more", values.columns)}
    return pd.DataFrame({
        "rank": made.evaluation.rank,
        "TOPSIS": scoring.rank(scoring.topsis(values, **how)),
        "PROMETHEE II": scoring.rank(scoring.promethee_ii(values, **how)),
    })  # fmt: skip


def _why_otherwise(sure: Sure, project, row: pd.Series) -> str:
    """Say which criterion moves a project in the method that moves it most."""
    values, weights = sure.made.evaluation.values, sure.made.evaluation.weights
    label = dict(zip(values.columns, sure.asked.weights.index, strict=True))
    shift = row["rank"] - row[["TOPSIS", "PROMETHEE II"]]
    method = shift.abs().astype(int).idxmax()
    up = shift[method] > 0
    if method == "TOPSIS":
        lead = weights * (values - values.mean()) / np.sqrt((values**2).sum()).replace(0, 1)
        which = (lead if up else -lead).loc[project].idxmax()
        side = "far ahead" if up else "far behind"
        return f"{method}: distances are squared, and it is {side} on {label[which]}"
    beaten = values.loc[project] > values
    share = beaten.sum() / max(len(values) - 1, 1)
    gain = weights * (share - values.loc[project])
    which = (gain if up else -gain).idxmax()
    return (
        f"{method}: who is beaten counts, not by how much; {values.loc[project, which]:.2f} on "
        f"{label[which]} beats {percent(share[which])} of the others"
    )


def other_methods_in_words(sure: Sure) -> list[str]:
    """Say how far the orders agree, and how often they turn when a third proposal is withdrawn."""
    made, table = sure.made, _orders(sure)
    words = []
    for method, score in (("TOPSIS", scoring.topsis), ("PROMETHEE II", scoring.promethee_ii)):
        moved = int((table[method] != table["rank"]).sum())
        first = table.index[table[method] == 1]
        words.append(
            f"{method} ranks {moved} of {counted(len(table), 'proposal')} otherwise, by "
            f"{counted(int((table[method] - table['rank']).abs().max()), 'place')} at most; first is "
            f"{named(made, first)}."
        )
        if sure.few:
            turned = robustness.rank_reversals(made.evaluation.values, _scored(made, score))
            pairs = turned[["before", "after"]].drop_duplicates()
            words.append(
                f"With {method}, {counted(len(pairs), 'pair')} of proposals "
                f"{verb(len(pairs), 'changes', 'change')} order when some third one is withdrawn; in "
                "the board's value model none can."
            )
    return words


def _scored(made: Recommendation, score):
    """Return a method as a function of values alone."""
    weights = made.evaluation.weights
    more = pd.Series("more", weights.index)
    return lambda values: score(values, weights, direction=more)


def known(sure: Sure, found: pd.DataFrame) -> list[str]:
    """Say what the board now knows; `found` is what `unproven` returns."""
    return [
        statements_in_words(sure)[0],
        agenda_in_words(sure)[0],
        *room_in_words(sure)[1:],
        unproven_in_words(sure, found)[-1],
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
