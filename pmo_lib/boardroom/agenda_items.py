"""What each tab tells of an exact list: health, capacity, alignment, since last time, the agenda."""

from __future__ import annotations

import pandas as pd

from pmo_lib import robustness, workbench
from pmo_lib.boardroom.markup import lines, picture, table
from pmo_lib.statements import accounting
from pmo_lib.stories import (
    afford,
    agenda,
    limit_pictures,
    objectives,
    pictures,
    running,
    served,
    sure,
)
from pmo_lib.wording import counted, listed, one_line, percent
from pmo_lib.workbench import Recommendation, rebalancing

OFTEN = (
    (0.9, "nearly always funded"),
    (0.6, "mostly funded"),
    (0.4, "a close call"),
    (0.1, "mostly not funded"),
    (0.0, "hardly ever funded"),
)
"""From which share of the weights on, and how that is said. [-]"""


REVIEWED = "Recommended if running work were reviewed today, for the board to decide"
STANDS = "These are recommendations; what the board decides on them stands under Record."
WOULD = {"entered": "would enter", "left": "would leave", "re-timed": "would be re-timed"}
"""What a review recommends, as the board reads it before it has decided."""


def health(made: Recommendation) -> list[str]:
    """Say how running work stands, what a review would change, and what is not known."""
    seen = rebalancing.review(made)
    aside = made.evaluation.set_aside.rename(columns={"name": "project"})
    doubts = workbench.review(made.portfolio, made.evaluation)
    names = made.portfolio.criteria["name"]
    doubts["criteria"] = [
        listed(one_line(names.get(c, c)) for c in cell.split(", ")) for cell in doubts["criteria"]
    ]
    left = (
        lines(*running.stands_in_words(seen), heading="Running work")
        + table(_brief(running.stands(seen)), "How running work stands")
        + table(
            running.flags(seen).rename(columns={"trigger": "rule"}),
            "What the board's rules flag",
            empty="No rule flags anything.",
        )
    )
    right = (
        lines(*running.actions_in_words(seen), heading=REVIEWED)
        + table(
            _changes(running.actions(seen)),
            "Recommended: what to stop, pause and start",
            empty="No change is recommended.",
        )
        + table(aside, "Not assessed", empty="Every proposal is assessed.")
        + lines(accounting(made), quiet=True)
        + table(doubts, "Doubts to settle", empty="None is known.")
    )
    return [left, right]


def _brief(stands: pd.DataFrame) -> pd.DataFrame:
    """Leave out what the sentences say, and what nobody can read from the back of a room."""
    return stands.drop(columns=[c for c in stands if c.startswith(("spent", "benefit for"))])


def _changes(actions: pd.DataFrame) -> pd.DataFrame:
    """Keep what differs from the list, in the columns that matter for a decision."""
    actions = actions[actions["without the review"] != "on the list"]
    actions = actions.rename(columns={"action": "recommended"})
    return actions.drop(
        columns=[c for c in actions if c.startswith(("spent", "cost of", "without"))]
    )


def capacity(made: Recommendation) -> list[str]:
    """Say where money and people are short."""
    drawn = limit_pictures.use_charts(made)
    where = "Darker is fuller; the tables beside it say the same in figures"
    left = (
        lines(afford.money_in_words(made), heading="Money")
        + table(afford.money_left(made), "Left over by year")
        + "".join(picture(chart, f"How full each fund is by year. {where}") for chart in drawn[2:])
        + table(afford.other_limits(made), "Other limits", empty="No other limit is stated.")
    )
    right = (
        lines(afford.people_in_words(made), heading="People")
        + table(afford.people_left(made), "Where people are short")
        + "".join(picture(chart, f"How full each role is by month. {where}") for chart in drawn[:1])
    )
    return [left, right]


def alignment(made: Recommendation) -> list[str]:
    """Say which objectives the money serves."""
    left = (
        lines(served.spend_in_words(made), heading="Money against what matters")
        + picture(
            pictures.spend(made), f"Share of the money by objective. {served.spend_in_words(made)}"
        )
        + lines(served.coverage_in_words(made))
    )
    right = table(served.spend_table(made), "Spend beside importance") + lines(
        *objectives.closing_in_words(made), heading="What would close the gaps"
    )
    return [left, right]


def since(made: Recommendation) -> list[str]:
    """Say what would differ from the last approved list, with what was reported in between."""
    seen = rebalancing.review(made)
    found = running.since_last(seen)
    late, timed = found["months later"].fillna(0) != 0, found["change"] == "re-timed"
    found["change"] = found["change"].map(WOULD).mask(timed & late, "finish moved, as reported")
    left = lines(running.never_approved(seen), heading="Since last time") + table(
        found.rename(columns={"now": "recommended"}),
        "Recommended now, beside what was approved last",
        empty="What is recommended does not differ from what was approved.",
    )
    left += lines(STANDS, quiet=True)
    right = table(
        running.delivered(seen), "Promised and delivered", empty="No completed work was reported."
    ) + table(running.programmes(seen), "Programmes at each review", empty="No review is recorded.")
    return [left, right]


def debate(made: Recommendation) -> list[str]:
    """Say what needs no debate, what deserves it and what to ask first."""
    seen = sure.look(made, first=True)
    first, debated, sorted_ = (
        agenda.agenda_in_words(seen)[:1],
        agenda.debated(seen),
        agenda.agenda(seen),
    )
    table_, counts = agenda.not_debated(seen), sorted_["decision"].value_counts()
    debated["why"] = _how_sure(seen, sorted_.loc[sorted_["decision"] == "debate", "question"])
    debated = debated.rename(columns={"why": "how sure"})
    named = listed([one_line(name) for name in debated["debate"]], most=6)
    told = [
        f"{counted(int(counts.get('decide without debate', 0)), 'proposal')} can be decided without debate."
    ]
    told += [f"Debate {named}."] if named else ["Nothing depends on the weights."]
    told += [f"{counted(int(counts.get('decline', 0)), 'proposal').capitalize()} can be declined."]
    short = lines(*told, *first)
    whole = table(debated, "Deserves debate", empty="Nothing deserves debate.") + table(
        table_, "Needs no debate"
    )
    return [short, whole]


def _how_sure(seen: sure.Sure, questions: pd.Series) -> list[str]:
    """Say how often each debated project is funded, in words before figures."""
    _, one = seen.first
    answers, told = robustness.which_weighs_more(one.draws), []
    for project, question in questions.items():
        held = one.held[project]
        word = next(word for least, word in OFTEN if held.mean() >= least)
        words = f"{word}: at {percent(held.mean())} of the weights the board would accept"
        if question:
            shares = held.groupby(answers[question].reindex(held.index).to_numpy()).mean()
            parts = (f"{percent(share)} if {first} weighs more" for first, share in shares.items())
            words += f"; at {', at '.join(parts)}"
        told.append(words)
    return told
