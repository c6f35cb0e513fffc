"""What the meeting should talk about: disagreements that matter, questions, and figures to prove."""

from __future__ import annotations

from time import monotonic

import pandas as pd

from pmo_lib import robustness
from pmo_lib.dissent import trade_offs
from pmo_lib.statements import swing
from pmo_lib.stories.plain import laid_out, named, ranked
from pmo_lib.stories.sure import DEPENDS, Sure, room_in_words, statements_in_words
from pmo_lib.wording import counted, listed, number, sentence
from pmo_lib.workbench import robust

LEAST = 0.05
"""A question that settles less on average is not asked. [projects]"""

FIGURES_SECONDS = 30.0
"""How long unproven figures of many proposals are asked. [s]"""


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
    return found[found["settles"] >= LEAST].head(most)


def questions_table(sure: Sure) -> pd.DataFrame:
    """Lay out what to ask first, how much it would settle, and what members have said."""
    made, ballots = sure.made, sure.asked.ballots
    rows = []
    for (one, other), row in questions(sure).iterrows():
        ahead = ballots.get(one, pd.Series()) - ballots.get(other, pd.Series())
        rows.append({
            "which swing is worth more?": " or ".join(_swing(sure, label) for label in (one, other)),
            "settles, on average [projects]": round(row["settles"], 1),
            "the first, say": listed(ahead.index[ahead > 1e-9]) or "nobody",
            "the second, say": listed(ahead.index[ahead < -1e-9]) or "nobody",
            "as much, say": listed(ahead.index[ahead.abs() <= 1e-9]) or "nobody",
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
        sentence(
            f"{ranked(made, project)} is safe whatever its rank: {text[:1].lower() + text[1:]}"
        )
        for project, text in why.str.split(";").str[0].items()
    ]


def unproven(sure: Sure) -> pd.DataFrame:
    """List the proposals whose unmeasured figures change the list, at their worst or best.

    Of many proposals, those are told that were asked in `FIGURES_SECONDS`; ``attrs["asked"]``
    says how many.
    """
    made, figures, end = sure.made, _stated(sure), monotonic() + FIGURES_SECONDS
    if len(figures) == 0:
        return pd.DataFrame()
    late = None if sure.few else (lambda *_: monotonic() > end)
    table = robust.flips(made, sure.asked, figures, progress=late)
    names = pd.Series(sure.asked.weights.index, made.evaluation.weights.index)
    rows = []
    for (project, end), row in table.iterrows():
        mine = figures.loc[[project]].reset_index("project")
        spans = [
            f"{names[criterion]} {_range(f.low, f.high)} ({f.evidence})"
            for criterion, f in zip(mine.index, mine.itertuples(), strict=True)
        ]
        rows.append({
            "project": named(made, [project]), "figures at their": end, "not measured": listed(spans),
            "comes in": named(made, row["entered"]), "drops out": named(made, row["left"]),
        })  # fmt: skip
    told = pd.DataFrame(rows)
    told.attrs = table.attrs
    return told


def _figure_to_know(sure: Sure) -> str:
    """Say which figure, once known, would settle most of what depends on the weights."""
    (_, one), figures = sure.first, _stated(sure)
    open_ = one.projects(DEPENDS)
    if len(open_) == 0 or sure.asked.values.index.nlevels > 1:
        return "Which figure would settle most is asked where weights matter and none may move."
    found = robust.settled_by_figures(sure.made, sure.asked, figures, one.draws, one.held)
    if len(found) == 0 or found["settles"].iloc[0] < LEAST:
        return "No figure alone would settle what depends on the weights, low or high."
    (project, criterion), row = found.index[0], figures.loc[found.index[0]]
    name = dict(zip(sure.made.portfolio.criteria.index, sure.asked.weights.index, strict=True))
    return (
        f"Of what depends on the weights, knowing {name[criterion]} of {named(sure.made, [project])} "
        f"({_range(row['low'], row['high'])}) would settle most: "
        f"{found['settles'].iloc[0]:.1f} of {counted(len(open_), 'project')} on average, among the "
        "lists found."
    )


def _range(low: float, high: float) -> str:
    return f"{number(low)} to {number(high)}".replace("-", "−")


def _stated(sure: Sure) -> pd.DataFrame:
    return robust.unproven_figures(sure.made).dropna(subset=["low", "high"])


def unproven_in_words(sure: Sure, found: pd.DataFrame) -> list[str]:
    """Say which unmeasured figures are worth measuring before the decision, and which are not."""
    stated, every = _stated(sure), robust.unproven_figures(sure.made)
    if len(stated) == 0:
        return ["No figure that is not measured states a low and a high, so none could be asked."]
    projects = stated.index.unique("project")
    words = [
        f"{len(stated)} of {len(every)} figures that nobody measured state a low and a high "
        f"({(stated['evidence'] == 'judged').sum()} judged), for {counted(len(projects), 'proposal')}.",
        _figure_to_know(sure),
    ]
    asked = found.attrs.get("asked", len(projects))
    if asked < len(projects):
        words.append(
            f"{asked} of these proposals were asked in {FIGURES_SECONDS:g} s, those first whose "
            "figures move their worth most; what follows is of them."
        )
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


def known(sure: Sure, found: pd.DataFrame) -> list[str]:
    """Say what the board now knows; `found` is what `unproven` returns."""
    return [
        statements_in_words(sure)[0],
        agenda_in_words(sure)[0],
        *room_in_words(sure)[1:],
        unproven_in_words(sure, found)[-1],
    ]
