"""When the work is done, and what starting later would bring in."""

from __future__ import annotations

import dataclasses

import altair as alt
import pandas as pd

from pmo_lib import charts, periods, workbench
from pmo_lib.stories.plain import laid_out, named, verb
from pmo_lib.wording import counted, sentence, worth_words
from pmo_lib.workbench import Recommendation

EVERY = 3
"""Months between the starts tried where the settings try none."""


def later(made: Recommendation) -> Recommendation:
    """Choose again with starts between earliest and latest, or as planned if the list has them."""
    every = 0 if made.settings.starts_every else EVERY
    settings = dataclasses.replace(made.settings, starts_every=every)
    return workbench.recommend(made.portfolio, settings, explain=False)


def later_in_words(made: Recommendation, other: Recommendation) -> list[str]:
    """Say whether other starts make a better list, and what moves."""
    planned, moving = (other, made) if made.settings.starts_every else (made, other)
    every = moving.settings.starts_every
    may = moving.problem["value"].groupby(level=0).size()
    may = may.index[may > 1]
    if len(may) == 0:
        return ["No proposal states an earliest and a latest start, so none can move."]
    tried = f"{counted(len(may), 'proposal')} may start at another time within the budgets; tried every {every} months"
    gain = moving.choice.value - planned.choice.value
    if gain <= moving.choice.bound - moving.choice.value + 1e-9:
        return [sentence(f"{tried}, no other start makes the list worth more")]
    differ = workbench.differences(planned, moving)["change"]
    words = [f"{tried}, the list is worth {worth_words(gain, moving.settings)} more"]
    for change, one, many in (("enters", "comes in", "come in"), ("leaves", "leaves", "leave")):
        projects = differ.index[differ == change]
        if len(projects):
            words.append(f"{named(moving, projects)} {verb(len(projects), one, many)}")
    moves = [warning for warning in moving.warnings if " moves from " in warning]
    return [sentence("; ".join(words)), *moves]


def moved(made: Recommendation) -> pd.DataFrame:
    """List recommended projects that do not start as planned."""
    table = workbench.schedule(made)
    table = table[~table["running"] & (table["delay"] != 0)]
    names = made.portfolio.projects["name"].reindex(table.index)
    columns = {
        "project": names,
        "planned start": table["planned"].map(periods.month_label, na_action="ignore"),
        "start": table["start"].map(periods.month_label, na_action="ignore"),
        "months later": table["delay"].astype(int),
        "cost [money]": made.evaluation.finance["cost_in_budget"].reindex(table.index),
    }
    return laid_out(made, columns)


def timeline(made: Recommendation) -> alt.LayerChart | None:
    """Draw when running and recommended work starts and finishes; None without any start."""
    table = workbench.schedule(made)
    if not table["start"].notna().any():
        return None
    return charts.timeline(table, names=made.portfolio.projects["name"])
