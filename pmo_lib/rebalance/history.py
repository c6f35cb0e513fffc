"""What was promised, what is forecast and what came: past reviews against their baseline."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmo_lib import periods


def drift(status: pd.DataFrame, approvals: pd.DataFrame) -> pd.DataFrame:
    """Measure each forecast against its baseline, review by review.

    The baseline of cost is the cost first approved; of benefit and finish, and of cost
    where nothing was approved, the first forecast.

    Parameters
    ----------
    status, approvals : DataFrame
        Tables of past reviews.

    Returns
    -------
    DataFrame, one row a project and review
        ``project``, ``review``, ``baseline_cost``, ``forecast_cost``, ``cost_drift``
        [share], ``baseline_benefit``, ``forecast_benefit``, ``benefit_drift`` [share],
        ``baseline_finish``, ``finish``, ``months_late`` and ``cost_to_complete``
        (forecast less spent; never below 0), ``changes`` and ``milestones``.
    """
    table = status.sort_values(["project", "review"], kind="stable").reset_index(drop=True)
    first = table.groupby("project")[["forecast_cost", "forecast_benefit", "finish"]].first()
    approved = _approved(approvals).groupby("project")["cost"].first()
    base = first.set_axis(["baseline_cost", "baseline_benefit", "baseline_finish"], axis=1)
    base["baseline_cost"] = approved.reindex(base.index).fillna(base["baseline_cost"])
    table = table.join(base, on="project")
    table = _with_drift(table)
    table["months_late"] = months_apart(table["baseline_finish"], table["finish"])
    table["cost_to_complete"] = (table["forecast_cost"] - table["spent"]).clip(lower=0)
    return table[[
        "project", "review", "baseline_cost", "forecast_cost", "cost_drift", "baseline_benefit",
        "forecast_benefit", "benefit_drift", "baseline_finish", "finish", "months_late",
        "cost_to_complete", "changes", "milestones",
    ]]  # fmt: skip


def programme_drift(drifts: pd.DataFrame, programme: pd.Series) -> pd.DataFrame:
    """Add up the drift of projects by programme and review.

    Parameters
    ----------
    drifts : DataFrame
        From `drift`.
    programme : Series by project

    Returns
    -------
    DataFrame by (programme, review)
        ``projects`` (how many), baselines and forecasts summed, ``cost_drift`` and
        ``benefit_drift`` of the sums [share], and the most ``months_late``.
    """
    keys = [drifts["project"].map(programme).rename("programme"), drifts["review"]]
    amounts = [
        f"{kind}_{what}" for what in ("cost", "benefit") for kind in ("baseline", "forecast")
    ]
    groups = drifts.groupby(keys)
    table = _with_drift(groups[amounts].sum().assign(projects=groups.size()))
    return table.assign(months_late=groups["months_late"].max())


def promised(projects: pd.DataFrame, status: pd.DataFrame, approvals: pd.DataFrame) -> pd.DataFrame:
    """Set what completed projects promised beside what they delivered.

    Returns
    -------
    DataFrame by completed project
        name, category, sponsor, and the last row of `drift`: baselines are what was
        promised, forecasts what was delivered.
    """
    last = drift(status, approvals).groupby("project").last()
    done = projects.index[projects["status"] == "complete"]
    return projects.loc[done, ["name", "category", "sponsor"]].join(last.drop(columns="review"))


def track_record(delivered: pd.DataFrame, proposals: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """Show each proposal's estimate beside what its sponsor or category delivered before.

    Parameters
    ----------
    delivered : DataFrame
        From `promised`.
    proposals : DataFrame by project
        name, category, sponsor, and ``cost`` and ``benefit`` as estimated. [currency]
    by : str
        ``"category"`` or ``"sponsor"``.

    Returns
    -------
    DataFrame by proposal that has completed work of its kind
        name, the group, ``completed`` (how many), ``cost`` and ``benefit`` as estimated,
        ``cost_ratio`` and ``benefit_ratio`` (delivered to promised, of the sums),
        ``months_late`` (mean), and ``cost_as_before`` and ``benefit_as_before``.
    """
    amounts = ["baseline_cost", "forecast_cost", "baseline_benefit", "forecast_benefit"]
    groups = delivered.groupby(by)
    sums = groups[amounts].sum()
    record = pd.DataFrame({"completed": groups.size()})
    for what in ("cost", "benefit"):
        record[f"{what}_ratio"] = sums[f"forecast_{what}"] / sums[f"baseline_{what}"]
    record["months_late"] = groups["months_late"].mean()
    table = proposals[["name", by, "cost", "benefit"]].join(record, on=by, how="inner")
    for what in ("cost", "benefit"):
        table[f"{what}_as_before"] = table[what] * table[f"{what}_ratio"]
    return table


def unapproved(projects: pd.DataFrame, approvals: pd.DataFrame) -> pd.DataFrame:
    """List running and paused projects that no board ever approved.

    Returns
    -------
    DataFrame by project
        name, programme, sponsor, planned_start, sunk_cost and description.
    """
    shown = ["name", "programme", "sponsor", "planned_start", "sunk_cost", "description"]
    runs = projects["status"].isin(["running", "paused"])
    return projects.loc[runs & ~projects.index.isin(_approved(approvals)["project"]), shown]


def _approved(approvals: pd.DataFrame) -> pd.DataFrame:
    """Return what was approved, first review first."""
    approved = approvals[approvals["decision"].str.casefold() == "approved"]
    return approved.sort_values("review", kind="stable")


def _with_drift(table: pd.DataFrame) -> pd.DataFrame:
    """Add how far each forecast of cost and benefit is from its baseline. [share]."""
    for what in ("cost", "benefit"):
        before = table[f"baseline_{what}"]
        table[f"{what}_drift"] = table[f"forecast_{what}"] / before.where(before != 0) - 1
    return table


def months_apart(start: pd.Series, end: pd.Series) -> pd.Series:
    """Count the months from one date to another, row by row; missing where either is."""
    months = [
        np.nan if pd.isna(a) or pd.isna(b) else periods.months_between(a, b)
        for a, b in zip(start, end, strict=True)
    ]
    return pd.Series(months, index=start.index, dtype=float)
