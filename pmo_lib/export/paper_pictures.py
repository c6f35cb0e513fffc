"""The pictures of the decision paper; a large portfolio is drawn as far as a reader can see."""

from __future__ import annotations

import pandas as pd

from pmo_lib.approval.dossier import Dossier
from pmo_lib.export.paper_blocks import frame, picture, points, said
from pmo_lib.statements import frontier_words, money_of
from pmo_lib.wording import worth_scale
from pmo_lib.workbench import Recommendation

MOST_BUBBLES = 300
"""Projects drawn one by one; of more, those nearest to the line."""

MOST_CELLS = 2400
"""Roles times months that are drawn."""

MOST_ROLES = 2
"""Roles whose people are drawn one by one: the fullest."""


def of_the_list(dossier: Dossier) -> list[dict | None]:
    """Draw what is asked by year, what each project is worth against its cost, and the flows."""
    from pmo_lib.stories import pictures

    made, asked = dossier.recommendation, None
    if len(made.portfolio.budgets):
        asked = picture(pictures.asked_by_year(made), "The amounts stand on the first page.")
    return [
        asked,
        picture(_bubbles(made), "The figures stand in the ranked list."),
        picture(pictures.flows(made)),
    ]


def _bubbles(made: Recommendation):
    """Draw worth against cost, of a large portfolio only those nearest to the line by rank."""
    from pmo_lib import charts

    rank = made.evaluation.rank.sort_values(kind="stable")
    n, line = len(rank), int(made.choice.selected.sum())
    first = min(max(line - MOST_BUBBLES // 2, 0), max(n - MOST_BUBBLES, 0))
    shown = rank.index[first : first + MOST_BUBBLES]
    unit, factor = worth_scale(made.settings, money_of(made))
    cost = made.evaluation.finance["cost_in_budget"].reindex(shown)
    shown = shown[cost.ge(0).to_numpy()]
    if len(shown) == 0:
        return None
    title = "What each project is worth against what it costs"
    if n > MOST_BUBBLES:
        title = f"Worth against cost: the {len(shown)} of {n:,} nearest to the line"
    return charts.value_against_cost(
        factor * made.evaluation.worth[shown],
        cost[shown],
        funded=made.choice.selected[shown],
        names=made.portfolio.projects["name"],
        value_title=f"worth over not doing [{unit}]",
        currency=made.settings.currency,
        title=title,
    )


def of_budgets(dossier: Dossier) -> list[dict | None]:
    """Draw what smaller and larger budgets would buy, where that was asked."""
    from pmo_lib.stories import limit_pictures

    if dossier.budgets is None:
        return []
    made = dossier.recommendation
    return [
        picture(limit_pictures.budgets_chart(made, dossier.budgets)),
        points(frontier_words(dossier.budgets, made.settings)),
    ]


def of_objectives(dossier: Dossier) -> list[dict | None]:
    """Draw where the money goes, and count what serves each objective."""
    from pmo_lib.stories import pictures, served

    made = dossier.recommendation
    if len(made.evaluation.objective_weights) == 0:
        return []
    return [
        picture(pictures.spend(made)),
        frame(served.coverage(made), numbers=2.1),
        said("small", served.coverage_in_words(made)),
    ]


def of_people(dossier: Dossier) -> list[dict | None]:
    """Draw how full each role is by month, and the people in each."""
    from pmo_lib import charts

    people = people_by_month(dossier.recommendation)
    if people is None:
        return []
    used, there = people
    if used.size > MOST_CELLS:
        return [
            said("small", "Roles by month are too many to draw here; the workbook has them all.")
        ]
    share = (used / there.where(there > 0)).max(axis=1).sort_values(ascending=False, kind="stable")
    near = share.index[:MOST_ROLES]
    title = "People by month" if len(near) == len(share) else "People by month, the fullest roles"
    return [
        picture(charts.use_map(used, there, title="How full each role is", row_title="role")),
        picture(charts.people_by_month(used.loc[near], there.loc[near], title=title)),
    ]


def people_by_month(made: Recommendation) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Return people used and there after running work, role x month; None without limits. [FTE]."""
    table = made.limits[made.limits["kind"] == "people"]
    if not (table["available"] > 0).any():
        return None
    table = table.assign(
        role=[role for role, _ in table["label"]], month=[m for _, m in table["label"]]
    )
    used, there = (
        table.pivot_table(index="role", columns="month", values=column, aggfunc="sum")
        for column in ("used", "available")
    )
    return used, there
