"""Time prices and their spread beside plain numpy and other libraries, in the same run.

    python benchmarks/bench_finance.py
    python benchmarks/bench_finance.py --projects 300 --draws 10000 --rounds 9

Every contender takes its turn in each round, and the medians over the rounds are
compared, so that a busy machine slows all of them alike. Libraries that are not
installed are left out.
"""

from __future__ import annotations

import argparse
import importlib.util
import resource
import time
from collections.abc import Callable
from statistics import median

import numpy as np
import pandas as pd

from pmo_lib import cost_benefit, uncertainty

RATE = 0.035
MOST_MILLISECONDS = 50.0  # all roots of 3,000 projects
MOST_TIMES_NUMPY = 1.5  # draws
MOST_MEGABYTES = 500.0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--flows", type=int, default=3_000, help="projects that are priced")
    options.add_argument("--projects", type=int, default=300, help="projects that are drawn")
    options.add_argument("--draws", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=9, help="turns of each contender")
    chosen = options.parse_args()
    flows = yearly_flows(chosen.flows, 21)
    print(f"{chosen.flows:,} projects x 21 flows; median of {chosen.rounds} rounds")
    show("net present value", race(prices(flows), chosen.rounds), "numpy")
    seconds = race(rates(flows), chosen.rounds)
    show("all rates of return", seconds, "pmo_lib")
    if seconds["pmo_lib"] * 1e3 > MOST_MILLISECONDS:
        print(f"  OVER {MOST_MILLISECONDS:g} ms")
    print(f"{chosen.projects:,} projects x 10 years x {chosen.draws:,} draws, triangular")
    seconds = race(spreads(chosen.projects, chosen.draws), chosen.rounds)
    show("draws of cost and benefit", seconds, "numpy")
    if seconds["pmo_lib"] > MOST_TIMES_NUMPY * seconds["numpy"]:
        print(f"  OVER {MOST_TIMES_NUMPY:g} x")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  peak memory of the whole run {peak:.0f} MB", end="")
    print(f" | OVER {MOST_MEGABYTES:g} MB" if peak > MOST_MEGABYTES else "")


def yearly_flows(n: int, periods: int) -> pd.DataFrame:
    """Return investments that pay back unevenly; one in three is closed down at a cost."""
    random = np.random.default_rng(1)
    flows = random.uniform(0, 1e6, (n, periods))
    flows[:, :3] = -random.uniform(1e6, 4e6, (n, 3))
    flows[::3, -1] = -random.uniform(1e6, 4e6, len(flows[::3]))
    return pd.DataFrame(flows, [f"project {i}" for i in range(n)])


def prices(flows: pd.DataFrame) -> dict[str, Callable]:
    bare = flows.to_numpy()
    factors = 1.035 ** -np.arange(bare.shape[1])
    calls = {
        "numpy": lambda: bare @ factors,
        "pmo_lib": lambda: cost_benefit.net_present_value(flows, discount_rate=RATE),
    }
    if importlib.util.find_spec("numpy_financial"):
        import numpy_financial

        calls["numpy_financial"] = lambda: [numpy_financial.npv(RATE, row) for row in bare]
    if importlib.util.find_spec("pyxirr"):
        import pyxirr

        rows = bare.tolist()
        calls["pyxirr"] = lambda: [pyxirr.npv(RATE, row) for row in rows]
    for call in calls.values():
        assert np.allclose(call(), bare @ factors)
    return calls


def rates(flows: pd.DataFrame) -> dict[str, Callable]:
    """Return calls for all roots here, and for the one root that others give."""
    calls = {"pmo_lib": lambda: cost_benefit.internal_rates_of_return(flows)}
    rows = flows.to_numpy().tolist()
    if importlib.util.find_spec("numpy_financial"):
        import numpy_financial

        calls["numpy_financial"] = lambda: [numpy_financial.irr(row) for row in rows]
    if importlib.util.find_spec("pyxirr"):
        import pyxirr

        calls["pyxirr"] = lambda: [pyxirr.irr(row) for row in rows]
    return calls


def spreads(n: int, draws: int) -> dict[str, Callable]:
    flows = yearly_flows(n, 10)
    cost, benefit = flows.clip(upper=0).abs(), flows.clip(lower=0)
    money = {
        "cost": uncertainty.three_point(cost * 0.9, cost, cost * 1.4, shape=uncertainty.triangular),
        "benefit": uncertainty.three_point(
            benefit * 0.6, benefit, benefit * 1.1, shape=uncertainty.triangular
        ),
    }
    bare = {"cost": cost.to_numpy(), "benefit": benefit.to_numpy()}
    ours = uncertainty.simulate(**money, discount_rate=RATE, draws=draws)
    npv, total = numpy_draws(bare, draws)
    assert np.allclose(ours.npv, npv)
    assert np.allclose(ours.cost, total)
    return {
        "numpy": lambda: numpy_draws(bare, draws),
        "pmo_lib": lambda: uncertainty.simulate(**money, discount_rate=RATE, draws=draws),
    }


def numpy_draws(money: dict[str, np.ndarray], draws: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw the same futures on bare arrays: one quantile a project and stream."""
    n, periods = money["cost"].shape
    factors, random = 1.035 ** -np.arange(periods), np.random.default_rng(0)
    quantiles = random.random((n, 2, draws))
    worth = {}
    for k, (low, high) in enumerate(((0.9, 1.4), (0.6, 1.1))):
        u, place = quantiles[:, k], (1 - low) / (high - low)
        way = np.where(u < place, np.sqrt(u * place), 1 - np.sqrt((1 - u) * (1 - place)))
        worth[k] = low + (high - low) * way
    npv = worth[1] * (money["benefit"] @ factors)[:, None]
    npv -= worth[0] * (money["cost"] @ factors)[:, None]
    return npv, worth[0] * money["cost"].sum(axis=1)[:, None]


def race(calls: dict[str, Callable], rounds: int) -> dict[str, float]:
    turns = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            begin = time.perf_counter()
            call()
            turns[name].append(time.perf_counter() - begin)
    return {name: median(times) for name, times in turns.items()}


def show(title: str, seconds: dict[str, float], base: str) -> None:
    cells = [
        f"{name} {took * 1e3:,.2f} ms {took / seconds[base]:,.1f} x"
        for name, took in seconds.items()
    ]
    print(f"  {title:<26} | " + " | ".join(cells), flush=True)


if __name__ == "__main__":
    main()
