"""Rules a board states once, and the projects that they flag."""

from __future__ import annotations

import pandas as pd

from pmo_lib.checks import InputError, listing
from pmo_lib.rebalance.history import drift
from pmo_lib.rebalance.rules import Rules


def triggers(
    projects: pd.DataFrame,
    status: pd.DataFrame,
    approvals: pd.DataFrame,
    benefits: pd.DataFrame,
    rules: Rules,
) -> pd.DataFrame:
    """Flag running and paused projects by the rules of the board.

    Parameters
    ----------
    projects : DataFrame by project
        ``status``, ``name`` and ``bcr``, expected on what lies ahead (missing: not judged).
    status, approvals, benefits : DataFrame
        Tables.
    rules : Rules

    Returns
    -------
    DataFrame
        One row a flag: project, name, ``trigger`` (the rule in words) and ``reason``
        (what was found).
    """
    runs = projects[projects["status"].isin(["running", "paused"])]
    rows: list[tuple] = []
    reviews = dict(list(drift(status, approvals).groupby("project")))
    rated = {
        p: t["confidence"].tolist() for p, t in status.sort_values("review").groupby("project")
    }
    ownerless = benefits[benefits["owner"].isna()].groupby("project")["name"].first()
    for project, row in runs.iterrows():
        costs = reviews[project]["cost_to_complete"].tolist()[-2:] if project in reviews else []
        if len(costs) == 2 and costs[0] > 0 and costs[1] > costs[0] * (1 + rules.cost_up):
            rise = 100 * (costs[1] / costs[0] - 1)
            rows.append(
                (project, f"cost to complete up {100 * rules.cost_up:g} %", f"Up {rise:.0f} %")
            )
        if row["bcr"] < rules.bcr_under:
            rows.append((
                project, f"benefit-cost ratio under {rules.bcr_under:g}",
                f"{row['bcr']:.2f} on what lies ahead, allowing for what may fail",
            ))  # fmt: skip
        last = rated.get(project, [])[-rules.reviews_amber :]
        if len(last) == rules.reviews_amber and all(w in ("amber", "red") for w in last):
            rows.append((
                project, f"amber or red {rules.reviews_amber} reviews running", ", then ".join(last)
            ))  # fmt: skip
        if project in ownerless.index:
            rows.append((project, "benefit without an owner", ownerless[project]))
    table = pd.DataFrame(rows, columns=["project", "trigger", "reason"])
    table.insert(1, "name", table["project"].map(projects["name"]))
    return table


def key_figures(table: pd.DataFrame, targets: pd.DataFrame | None = None) -> pd.DataFrame:
    """Add up what lies ahead by programme, against targets.

    Parameters
    ----------
    table : DataFrame by project
        ``programme``, ``action``, ``cost_to_complete``, ``benefit``, ``success``,
        ``sunk_cost`` and ``confidence``, as in the table of a `Rebalance`.
    targets : DataFrame with columns programme, figure, at_least, at_most, optional
            A missing bound is none.

    Returns
    -------
    DataFrame with columns programme, figure, value, at_least, at_most and met
        Figures of what goes on or starts: ``projects``, ``cost to complete``,
        ``expected benefit`` [currency], ``benefit for each 1`` (undiscounted), ``red`` and
        ``amber`` (how many), of every programme of the table. ``met`` is missing where
        there is no target.
    """
    goes = table[~table["action"].isin(["stop", "leave"])]
    groups = goes.assign(
        expected=goes["benefit"] * goes["success"],
        red=goes["confidence"].eq("red"),
        amber=goes["confidence"].eq("amber"),
    ).groupby("programme")
    sums = groups[["cost_to_complete", "expected", "red", "amber"]].sum()
    sums.insert(0, "projects", groups.size())
    sums = sums.reindex(sorted(table["programme"].dropna().unique()), fill_value=0).rename_axis(
        "programme"
    )
    sums["ratio"] = sums["expected"] / sums["cost_to_complete"].where(sums["cost_to_complete"] > 0)
    words = {
        "cost_to_complete": "cost to complete", "expected": "expected benefit",
        "ratio": "benefit for each 1",
    }  # fmt: skip
    sums = sums.rename(columns=words).astype(float).reset_index()
    long = sums.melt("programme", var_name="figure").sort_values("programme", kind="stable")
    columns = ["programme", "figure", "at_least", "at_most"]
    targets = pd.DataFrame(columns=columns) if targets is None else targets[columns]
    for column in ("programme", "figure"):
        unknown = set(targets[column]) - set(long[column])
        if unknown:
            raise InputError(
                f"targets: no such {column}: {listing(sorted(unknown))}; known are "
                f"{listing(long[column].unique(), most=12)}"
            )
    long = long.merge(targets, how="left", on=["programme", "figure"])
    low, high = (long[side].astype(float) for side in ("at_least", "at_most"))
    met = (low.isna() | (long["value"] >= low)) & (high.isna() | (long["value"] <= high))
    return long.assign(met=met.astype("boolean").where(low.notna() | high.notna()))
