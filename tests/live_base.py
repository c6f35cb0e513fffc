"""Portfolios of any size for the live page."""

from pathlib import Path

import numpy as np
import pandas as pd

from pmo_lib import tables

CRITERIA = {
    "reach": ("Residents better served", "residents", 40_000.0),
    "wards": ("Reach into the most deprived wards", "residents", 10_000.0),
    "risk": ("Risk removed", "risk register points", 30.0),
    "carbon": ("Emissions saved", "t CO2e a year", 1_500.0),
    "jobs": ("Jobs kept or made", "jobs", 400.0),
}
SPONSORS = ("Highways", "Environment", "Children's services", "Adult care", "Finance", "Digital")
CATEGORIES = ("Transport", "Environment", "People", "Digital", "Estate")
OBJECTIVES = ("Safe places", "A good start", "Independent lives", "Net zero", "Thriving towns")
WORDS = (
    ("Flood wall at", "Family hub in", "Solar roofs in", "Safer junctions in", "Library of"),
    ("Aldermoor", "Thornley", "Saltmarsh", "Westhaven", "Harbourside", "Castle Hill", "Mere"),
)


def portfolio(n, folder, *, seed=1, pairs=0):
    """Write a random portfolio as CSV and read it; the last `pairs` projects equal the first."""
    rng = np.random.default_rng(seed)
    labels = [f"p{i:04}" for i in range(n)]
    names = [f"{rng.choice(WORDS[0])} {rng.choice(WORDS[1])}, part {i + 1}" for i in range(n)]
    projects = pd.DataFrame(
        {
            "project": labels,
            "name": names,
            "sponsor": rng.choice(SPONSORS, n),
            "programme": rng.choice(["Early help", "Flood and climate", "Thriving towns"], n),
            "category": rng.choice(CATEGORIES, n),
            "status": "proposed",
            "mandatory": ["yes" if i % 40 == 7 else "no" for i in range(n)],
            "mandatory_reason": ["Legal duty" if i % 40 == 7 else "" for i in range(n)],
        }
    )
    measured = pd.DataFrame(
        {c: np.round(rng.beta(0.8, 2.2, n) * best, 1) for c, (_, _, best) in CRITERIA.items()},
        index=labels,
    )
    cost = np.round(rng.lognormal(14.2, 0.8, n), -4)
    if pairs:
        measured.iloc[-pairs:] = measured.iloc[:pairs].to_numpy()
    performance = measured.rename_axis("project").reset_index()
    flows = pd.DataFrame({"project": labels, "period": "2027-04-01", "cost": cost})
    rated = pd.DataFrame(
        rng.choice(["none", "low", "moderate", "strong"], (n, len(OBJECTIVES))),
        labels,
        pd.Index([f"o{k}" for k in range(len(OBJECTIVES))]),
    )
    frames = {
        "projects": projects,
        "criteria": pd.DataFrame(
            [(c, name, "performance", unit, "more", "linear", 0, best, "yes", 20)
             for c, (name, unit, best) in CRITERIA.items()],
            columns=["criterion", "name", "source", "unit", "direction", "value_function",
                     "worst", "best", "adds", "weight"],
        ),
        "performance": performance.melt("project", var_name="criterion", value_name="estimate"),
        "cash_flows": flows.assign(fund="capital"),
        "budgets": pd.DataFrame({"period": ["2027-04-01"], "fund": "capital", "amount": round(0.45 * cost.sum())}),
        "objectives": pd.DataFrame({"objective": rated.columns, "name": OBJECTIVES, "weight": 20}),
        "contributions": rated.rename_axis("project").reset_index().melt("project", var_name="objective", value_name="level"),
    }  # fmt: skip
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    return tables.read_portfolio(folder)
