"""Dossiers that the tests of paper, slides and minutes share: a plain one, and one full of traps."""

import dataclasses
import functools

import pandas as pd

from pmo_lib import approval, workbench
from pmo_lib.workbench import Settings

LONG = "W" * 10_000
TRAPS = {
    "flood": "=cmd|' /C calc'!A0",
    "hubs": "<script>alert(1)</script>",
    "lights": '#let x = 1; #panic("no") $x^2$ *bold* _it_ `raw` @ref \\u{202e}',
    "roof": "@SUM(1)",
    "calls": "bus\u202elanes 🚀 漢字 שלום العربية",
    "depot": LONG,
}
"""What projects are called, by project."""

FORMULA = "=1+1 reach"
"""What a criterion is called."""

SHOWN = {
    "flood": "=cmd|' /C calc'!A0",
    "hubs": "<script>alert(1)</script>",
    "roof": "@SUM(1)",
    "lights": "#let x = 1; #panic",
}
"""Of these, what any program can find again as it stands."""


@functools.cache
def plain_dossier(portfolio):
    """A dossier of the example, with what is known quickly."""
    settings = Settings(
        organisation="Northmere", board="Investment Board", meeting_date="2026-12-10",
        data_date="2026-11-13", marking="OFFICIAL", status="FOR APPROVAL",
        discount_schedule="Green Book standard", base_date="2027-04-01", size_reference=1.0,
    )  # fmt: skip
    settings = workbench.with_override(
        settings, "visitor-centre", "in", reason="Promised in 2024", by="The chair"
    )
    made = workbench.recommend(portfolio, settings, explain=False)
    review = workbench.rebalancing.review(made)
    answers = workbench.why_not(made, projects=["visitor-centre", "bus-lanes"], time_limit=5)
    return approval.dossier(made, answers=answers, review=review, agenda=agenda_of(made))


def agenda_of(made):
    """An agenda as `robustness.agenda` lays it out: one project debated, the others settled."""
    projects = made.evaluation.score.index
    settled = ("decide without debate", 1.0, 1.0, "funded in every draw", (), (), "")
    rows = dict.fromkeys(projects, settled)
    first = projects[0]
    rows[first] = ("debate", 0.5, 0.5, "funded in half", ("Ann",), ("Bo",), ("reach", "risk"))
    columns = ["decision", "share", "often", "reason", "for_it", "against_it", "question"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    return table.sort_values("share").rename_axis("project")


def hostile_dossier(small, *, decided=True):
    """A dossier with a trap in every text that people write."""
    projects = small.tables["projects"]
    for label, name in TRAPS.items():
        words = name.replace('"', '""')
        start = next(line for line in projects.splitlines() if line.startswith(f"{label},"))
        cells = start.split(",")
        projects = projects.replace(start, ",".join([label, f'"{words}"', *cells[2:]]))
    trap = "<script>#let =1+1 🚀"
    portfolio = small(
        projects=projects.replace("Highways", trap).replace("Legal duty", trap),
        criteria=small.tables["criteria"].replace("Residents served", FORMULA),
    )
    settings = Settings(
        organisation=trap, board=trap, marking=trap, version=trap, price_base=trap,
        currency="£", meeting_date="2027-01-14",
        overrides=({"project": "lights", "decision": "in", "reason": trap, "by": trap},),
        approval_matrix=({"role": trap, "signs": trap},),
    )  # fmt: skip
    made = workbench.recommend(portfolio, settings, explain=False)
    rows = {
        "flood": ("approve subject to", trap, trap, trap, "2027-01-14"),
        "hubs": ("defer", "", trap, trap, "2027-01-14"),
    }
    columns = ["decision", "condition", "comment", "by", "date"]
    decisions = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    review = workbench.rebalancing.review(made)
    found = approval.dossier(made, review=review, agenda=agenda_of(made),
                             answers=workbench.why_not(made, time_limit=5),
                             decisions=decisions if decided else None)  # fmt: skip
    room = pd.DataFrame({"criterion": [trap], "weight": [0.5], "low": [0.1], "high": [0.9]})
    return dataclasses.replace(found, certainty=(trap,), room=room)
