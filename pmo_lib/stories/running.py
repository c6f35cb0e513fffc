"""What to stop, pause, continue, resume or start at a review, told from what lies ahead."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from pmo_lib import charts, rebalance
from pmo_lib.rebalance.standing import ROOM
from pmo_lib.statements import money_of
from pmo_lib.stories.plain import laid_out, named, verb
from pmo_lib.wording import (
    counted,
    limit_words,
    listed,
    money_words,
    one_line,
    percent,
    sentence,
    worth_words,
)
from pmo_lib.workbench import Recommendation
from pmo_lib.workbench.rebalancing import Review, review

__all__ = ["Review", "review"]

DISAGREES = 0.05
"""A report and cash flows further apart than this share of the forecast are named. [-]"""

IN_SIGHT = ("stop", "pause", "slow down", "resume", "start", "start later")
"""Actions that are a change."""


def stands(seen: Review) -> pd.DataFrame:
    """Lay out each running project: what is spent, what is still to pay, and what that brings."""
    table = seen.standing
    facts = seen.found.table.reindex(table.index)
    columns = {
        "project": table["name"].map(one_line),
        "spent, not counted [money]": table["sunk_cost"],
        "still to pay [money]": table["cost_to_complete"],
        "benefit left [money]": facts["benefit"],
        "benefit for each 1, expected": facts["bcr"].round(2),
        "confidence": facts["confidence"],
        "cost against baseline [%]": table["cost_drift"],
        "months late": table["months_late"],
        "verdict": table["verdict"].replace("", "as it should be"),
    }
    order = table["verdict"].eq("").astype(int).sort_values(kind="stable").index
    return laid_out(seen.made, {name: column.reindex(order) for name, column in columns.items()})


def stands_in_words(seen: Review) -> list[str]:
    """Name what would not be started today, with what stopping frees, and what is worth finishing."""
    table, words = seen.standing, []
    for row in table[~table["would_start"]].itertuples():
        freed = money_words(row.frees, seen.made.settings.currency)
        verdict = f"would not be started today: {row.reason}"
        if row.verdict == ROOM:
            verdict = (
                f"is worth finishing by itself ({row.reason}), but what else its money and people "
                "would do is worth more"
            )
        words.append(
            f"{one_line(row.name)} {verdict}. Stopping it frees {freed}{f' ({row.when})' if row.when else ''}."
        )
    worth_it = table.index[table["verdict"].str.startswith("late or dear")]
    if len(worth_it):
        words.append(
            f"Late or dear, and worth finishing all the same: {named(seen.made, worth_it)}."
        )
    words += _not_in_the_flows(seen)
    return words or ["All running work would be started again today, and none is late or dear."]


def _not_in_the_flows(seen: Review) -> list[str]:
    """Name running projects whose last report leaves more or less to pay than their cash flows."""
    portfolio, sign = seen.made.portfolio, seen.made.settings.currency
    last = portfolio.status.sort_values("review", kind="stable").groupby("project").last()
    table = seen.standing.join(last[["forecast_cost", "spent"]])
    gone = table["sunk_cost"].where(table["sunk_cost"] > 0, table["spent"]).fillna(table["spent"])
    table["reported"] = (table["forecast_cost"] - gone).clip(lower=0)
    apart = (table["reported"] - table["cost_to_complete"]).abs()
    return [
        f"{one_line(row.name)}: its last report leaves {money_words(row.reported, sign)} to pay, its "
        f"cash flows {money_words(row.cost_to_complete, sign)}. The review counts the cash flows; "
        "bring them up to date first."
        for row in table[apart > DISAGREES * table["forecast_cost"]].itertuples()
    ]


def actions(seen: Review, *, everything: bool = False) -> pd.DataFrame:
    """List what changes: stops and pauses first, then what only the review lets in.

    With everything, what goes on as it is and what is left follow.
    """
    table, chosen = seen.found.table, seen.made.choice.selected
    shown = (*IN_SIGHT, "continue", "leave") if everything else IN_SIGHT
    table = table[table["action"].isin(shown)]
    listed_ = chosen.reindex(table.index, fill_value=False).to_numpy(dtype=bool)
    order = table["action"].map({word: place for place, word in enumerate(shown)})
    table = table.assign(listed=listed_).iloc[
        np.lexsort((order.to_numpy(), listed_ | (order.to_numpy() >= len(IN_SIGHT))))
    ]
    runs = table["status"].isin(["running", "paused"])
    without = np.select(
        [runs, table["listed"]], [table["status"], "on the list"], "not on the list"
    )
    columns = {
        "action": table["action"],
        "project": table["name"].map(one_line),
        "without the review": pd.Series(without, index=table.index),
        "still to pay [money]": table["cost_to_complete"],
        "spent, not counted [money]": table["sunk_cost"],
        "cost of the change [money]": table["switching_cost"],
        "worth [worth]": table["value"],
        "reason": table["reason"],
    }
    return laid_out(seen.made, columns)


def actions_in_words(seen: Review) -> list[str]:
    """Say what the review would change, for how much more worth, and whom it lets in."""
    made, table = seen.made, seen.found.table
    was = set(made.choice.selected.index[made.choice.selected])
    stopped = table.index[table["action"].isin(["stop", "pause", "slow down"])]
    runs = table["status"].isin(["running", "paused"])
    goes = ~table["action"].isin(["stop", "leave"])
    new = [p for p in table.index[goes & ~runs] if p not in was]
    gone = [p for p in was if p in table.index and not goes[p]]
    if len(stopped) == 0 and not new and not gone:
        return ["Nothing should change: all running work goes on, and the list stays as it is."]
    kept = float(seen.problem["value"].groupby(level=0).first()[[*table.index[runs], *was]].sum())
    gain = seen.found.choice.value - kept
    words = []
    if len(stopped):
        freed = table.loc[stopped, "frees"].sum()
        money = money_words(abs(freed), made.settings.currency)
        what = f"{money} is free for other work" if freed > 0 else f"that costs {money}"
        words.append(f"{listed(_done(table.loc[stopped], made))}: {what}.")
    if new:
        words.append(f"{named(made, new)} {verb(len(new), 'comes', 'come')} in.")
    if gone:
        words.append(f"{named(made, gone)} {verb(len(gone), 'leaves', 'leave')} the list.")
    words.append(
        f"What lies ahead is then worth {worth_words(gain, made.settings)} more than with all "
        f"running work going on; {seen.found.choice.sentence}."
    )
    spent = table.loc[stopped, "sunk_cost"].sum()
    if spent > 0:
        words.append(
            f"{money_words(spent, made.settings.currency)} is already spent on that. It is gone "
            "either way, and no figure here uses it."
        )
    return words


def _done(table: pd.DataFrame, made: Recommendation) -> list[str]:
    verbs = {"stop": "stops", "pause": "pauses", "slow down": "slows down"}
    return [f"{one_line(row.name)} {verbs[row.action]}" for row in table.itertuples()]


def people(seen: Review) -> pd.DataFrame:
    """List, by role, the most people released and needed in any month."""
    table = seen.found.people
    if len(table) == 0 or not table[["released", "needed"]].to_numpy().any():
        return pd.DataFrame()
    role = table.index.get_level_values(0)
    most = table[["released", "needed"]].groupby(role, sort=False).max()
    most = most[most.any(axis=1)]
    return pd.DataFrame(
        {"role": most.index, "released, at most [FTE]": most["released"].to_numpy(),
         "needed by new work, at most [FTE]": most["needed"].to_numpy()}
    )  # fmt: skip


def churn(seen: Review, *, progress=lambda *_: None) -> pd.DataFrame:
    """Find the best value for each number of changes: `rebalance.churn_frontier`."""
    return rebalance.churn_frontier(
        **seen.problem, most_stops=seen.rules.most_stops, gap=seen.made.settings.gap,
        progress=progress,
    )  # fmt: skip


def churn_chart(seen: Review, found: pd.DataFrame) -> alt.LayerChart | None:
    """Draw what each number of changes brings; None where no number can be met."""
    if found["value"].notna().sum() < 2:
        return None
    return charts.gain_by_changes(found)


def churn_in_words(seen: Review, found: pd.DataFrame) -> list[str]:
    """Name the fewest changes with most of the gain, and what they are."""
    known = found[found["value"].notna()]
    if len(known) < 2:
        return ["No change is needed, or only one set of actions meets the limits."]
    enough = known[known["share"] >= 0.9].iloc[0]
    words = [
        f"{sentence(enough['reason'])} All {int(known.index[-1])} changes together bring the rest."
    ]
    for column, one in (("stopped", "stop"), ("paused", "pause"), ("slowed", "slow down")):
        if enough[column]:
            words.append(sentence(f"among them: {one} {named(seen.made, enough[column])}"))
    return words


def flags(seen: Review) -> pd.DataFrame:
    """List the projects that the board's rules flag."""
    portfolio = seen.made.portfolio
    table = rebalance.triggers(
        seen.found.table, portfolio.status, portfolio.approvals, portfolio.benefits, seen.rules
    )
    return table[["name", "trigger", "reason"]].rename(columns={"name": "project"})


def programmes(seen: Review) -> pd.DataFrame:
    """Add up the drift of running work by programme, at each review."""
    table = rebalance.programme_drift(seen.drift, seen.made.portfolio.projects["programme"])
    table = table.reset_index()
    columns = {
        "programme": table["programme"],
        "review": table["review"],
        "projects": table["projects"],
        "cost, baseline [money]": table["baseline_cost"],
        "cost, forecast [money]": table["forecast_cost"],
        "cost drift [%]": table["cost_drift"],
        "benefit drift [%]": table["benefit_drift"],
        "most months late": table["months_late"],
    }
    return laid_out(seen.made, columns)


def delivered(seen: Review) -> pd.DataFrame:
    """Set what completed projects promised beside what they delivered."""
    portfolio = seen.made.portfolio
    table = rebalance.promised(portfolio.projects, portfolio.status, portfolio.approvals)
    columns = {
        "project": table["name"],
        "category": table["category"],
        "cost promised [money]": table["baseline_cost"],
        "cost delivered [money]": table["forecast_cost"],
        "benefit promised [money]": table["baseline_benefit"],
        "benefit delivered [money]": table["forecast_benefit"],
        "months late": table["months_late"],
    }
    return laid_out(seen.made, columns)


def record_of(seen: Review, *, by: str = "category") -> pd.DataFrame:
    """Show new estimates beside what the same category or sponsor delivered before."""
    portfolio, made = seen.made.portfolio, seen.made
    done = rebalance.promised(portfolio.projects, portfolio.status, portfolio.approvals)
    asked = portfolio.projects.loc[made.evaluation.score.index].assign(
        cost=made.evaluation.finance["cost"], benefit=made.evaluation.benefit_by_year.sum(axis=1)
    )
    table = rebalance.track_record(done, asked, by=by)
    columns = {
        "proposal": table["name"],
        by: table[by],
        "completed of its kind": table["completed"],
        "cost as estimated [money]": table["cost"],
        "cost if as before [money]": table["cost_as_before"],
        "benefit as estimated [money]": table["benefit"],
        "benefit if as before [money]": table["benefit_as_before"],
        "months late before": table["months_late"],
    }
    return laid_out(made, columns)


def figures(seen: Review) -> pd.DataFrame:
    """Set what goes on or starts beside the targets of each programme; those not met first."""
    table = rebalance.key_figures(seen.found.table, seen.made.portfolio.targets)
    table = table[table["met"].notna()].sort_values("met", kind="stable")
    sign = seen.made.settings.currency
    worded = {
        "cost to complete": lambda amount: money_words(amount, sign),
        "expected benefit": lambda amount: money_words(amount, sign),
        "benefit for each 1": lambda amount: f"{amount:.2f}",
    }

    def words(row: pd.Series, column: str) -> str:
        amount = row[column]
        return "" if pd.isna(amount) else worded.get(row["figure"], "{:g}".format)(amount)

    columns = {"value": "stands at", "at_least": "at least", "at_most": "at most"}
    found = table[["programme", "figure"]].copy()
    for column, heading in columns.items():
        found[heading] = [words(row, column) for _, row in table.iterrows()]
    found["target met"] = np.where(table["met"].astype(bool), "yes", "NO")
    return found.reset_index(drop=True)


def figures_in_words(seen: Review) -> str:
    """Name the targets that are not met."""
    table = figures(seen)
    if len(table) == 0:
        return "No targets are stated by programme (table targets)."
    missed = table[table["target met"] == "NO"]
    if len(missed) == 0:
        return f"All {len(table)} targets of the programmes are met."
    words = [
        f"{row.programme}: {row.figure} {row[3]} ("
        + (f"at least {row[4]}" if row[4] else f"at most {row[5]}")
        + ")"
        for row in missed.itertuples()
    ]
    return f"{len(missed)} of {len(table)} targets are not met: {listed(words, most=6)}."


def not_assessed(seen: Review) -> list[str]:
    """Name running work that the review could not judge, and that therefore goes on."""
    portfolio = seen.made.portfolio
    runs = portfolio.projects["status"].isin(["running", "paused"])
    left = portfolio.projects[runs & ~portfolio.projects.index.isin(seen.found.table.index)]
    if len(left) == 0:
        return []
    why = seen.left_out.reindex(left.index).fillna("no estimates")
    words = [f"{one_line(name)} ({why[label]})" for label, name in left["name"].items()]
    return [
        f"Not judged, for want of estimates, so {verb(len(left), 'it goes', 'they go')} on and "
        f"{verb(len(left), 'its', 'their')} cost comes off the budgets first: {listed(words, most=6)}."
    ]


def never_approved(seen: Review) -> str:
    """Name running work that no board ever approved."""
    portfolio = seen.made.portfolio
    if len(portfolio.approvals) == 0:
        return "No approvals are recorded, so what a board approved cannot be told."
    table = rebalance.unapproved(portfolio.projects, portfolio.approvals)
    if len(table) == 0:
        return "Every running project was approved by a board."
    names = listed(
        [f"{one_line(row.name)} ({one_line(row.sponsor)})" for row in table.itertuples()]
    )
    return f"No board approved {names}, and {verb(len(table), 'it runs', 'they run')}."


def since_last(seen: Review) -> pd.DataFrame:
    """Lay out what differs from the last approved list, with what was reported in between."""
    portfolio = seen.made.portfolio
    table = rebalance.against_approved(seen.found.table, portfolio.approvals, portfolio.status)
    place = table["change"].map({"left": 0, "re-timed": 1, "entered": 2})
    table = table.iloc[np.argsort(place.to_numpy(), kind="stable")]
    shown = ["name", "change", "after", "months_later", "changes", "milestones", "reason"]
    return table[shown].rename(
        columns={"name": "project", "after": "now", "months_later": "months later",
                 "changes": "change requests"}
    ).reset_index(drop=True)  # fmt: skip


def added(seen: Review) -> pd.DataFrame:
    """Return what the review adds to the ranked list: the action and what is still to pay."""
    table = seen.found.table
    money = money_of(seen.made)
    paid = (table["cost_to_complete"] / money.divisor).round(2)
    paid = paid.where(table["action"] != "leave")
    return pd.DataFrame({"after the review": table["action"], f"to pay [{money.unit}]": paid})


def known(seen: Review) -> list[str]:
    """Say what the board now knows."""
    flagged = flags(seen)["project"].nunique()
    running = len(seen.standing)
    return [
        *actions_in_words(seen)[:3],
        *stands_in_words(seen)[-1:],
        f"The board's rules flag {flagged} of {counted(running, 'running project')}.",
        never_approved(seen),
    ]


def would_change(seen: Review) -> list[str]:
    """Say on what the answer hangs: probabilities of success, costs of switching, protection."""
    chances = listed(f"{word} {percent(chance)}" for word, chance in seen.rules.success.items())
    words = [
        f"Success is taken as {chances}; other probabilities may move what is stopped.",
        f"Nothing that finishes within {counted(seen.rules.finishing_months, 'month')} is stopped, and "
        f"a pause lasts {counted(seen.rules.pause_months, 'month')}.",
    ]
    kept = seen.found.money
    tight = kept.index[(kept["budget"] - kept["after"]).abs() < 0.5]
    if len(tight):
        words.append(
            f"Nothing is left of {listed([limit_words(label) for label in tight], most=4)}."
        )
    return words
