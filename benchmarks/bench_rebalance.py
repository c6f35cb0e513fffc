"""Time the rebalancing of running and proposed projects over five years, and its churn frontier.

Running projects can go on, pause for a year or stop; money by year limits them, and with
``--roles`` people by role and quarter too.

    python benchmarks/bench_rebalance.py --running 300 --proposed 300
"""

import argparse
import time

import numpy as np
import pandas as pd

from pmo_lib import rebalance

YEARS = [f"{2027 + y}-04-01" for y in range(5)]


def instance(running, proposed, *, roles=0, seed=0):
    """Return the arguments of `rebalance.rebalance` for random projects under a cut budget."""
    rng, n = np.random.default_rng(seed), running + proposed
    index = pd.Index([f"p{i:04}" for i in range(n)], name="project")
    runs = np.arange(n) < running
    first = np.where(runs, 0, rng.integers(0, 3, n))
    length = rng.integers(1, 4, n)
    year = np.arange(5)
    active = (year >= first[:, None]) & (year < (first + length)[:, None])
    spend = np.round(rng.lognormal(13, 0.8, n), -3)
    cost = pd.DataFrame(active * spend[:, None], index=index, columns=YEARS)
    total = cost.sum(axis=1)
    value = (total * rng.uniform(0.4, 2.0, n) / 1e6).round(4)
    amounts = {"exit_cost": 0.1, "pause_cost": 0.03, "restart_cost": 0.05}
    projects = pd.DataFrame(
        {name: (total * share * runs).round(-2) for name, share in amounts.items()}, index=index
    ).assign(status=np.where(runs, "running", "proposed"), sunk_cost=total)
    asked = {
        "value": value, "cost": cost, "budget": (cost.sum() * 0.55).round(-3),
        "projects": projects, "pause_months": 12, "discount_rate": 0.035,
    }  # fmt: skip
    if roles:
        months = [f"{2027 + q // 4}-{(1, 4, 7, 10)[q % 4]:02}-01" for q in range(20)]
        slots = pd.MultiIndex.from_product([[f"role {r}" for r in range(roles)], months])
        need = rng.integers(0, 4, (n, roles))
        use = need[:, :, None] * np.repeat(active, 4, axis=1)[:, None, :]
        asked["use"] = pd.DataFrame(use.reshape(n, -1).astype(float), index=index, columns=slots)
        asked["capacity"] = (asked["use"].sum() * 0.7).round()
    return asked


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--running", type=int, default=300)
    parser.add_argument("--proposed", type=int, default=300)
    parser.add_argument("--roles", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    for seed in range(args.seeds):
        asked = instance(args.running, args.proposed, roles=args.roles, seed=seed)
        began = time.perf_counter()
        found = rebalance.rebalance(**asked, time_limit=10)
        spent = time.perf_counter() - began
        actions = found.table["action"].value_counts().to_dict()
        print(f"seed {seed}: {spent:.1f} s, gap {found.choice.gap:.5%}, {found.choice.status}")
        print(f"  {found.changes} changes: {actions}")
        began, told = time.perf_counter(), []
        table = rebalance.churn_frontier(
            **asked, points=20, time_limit=30, progress=lambda *done, told=told: told.append(done)
        )
        spent = time.perf_counter() - began
        print(f"  churn: {len(table)} points in {spent:.1f} s, worst gap {table['gap'].max():.4%}")
        print(f"  progress told {len(told)} times")


if __name__ == "__main__":
    main()
