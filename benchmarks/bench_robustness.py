"""Time rank acceptability beside plain numpy, and funding acceptability beside every solve.

    python benchmarks/bench_robustness.py
    python benchmarks/bench_robustness.py --projects 300 --rounds 9 --solved 50

Contenders take turns in each round and the medians are compared, so that a busy machine
slows all alike. The numpy baseline is one product, one argsort and one bincount on bare
arrays, without labels, checks or ties; pysensmcda takes part where it is installed.
Memory is the peak that a call asks for beyond what its inputs hold.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from statistics import median

import numpy as np
import pandas as pd

from pmo_lib import robustness, selection

CRITERIA, YEARS = 8, 3
MOST_TIMES_NUMPY = 1.3
MOST_MEGABYTES = 300  # at 3,000 projects


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--projects", type=int, nargs="+", default=[50, 300, 3_000])
    options.add_argument("--draws", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=5, help="turns of each contender")
    options.add_argument("--funding-projects", type=int, nargs="*", default=[30, 100])
    options.add_argument("--funding-draws", type=int, default=1_000)
    options.add_argument("--solved", type=int, default=20, help="draws also solved one by one")
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    print(f"rank acceptability, {CRITERIA} criteria, {chosen.draws:,} draws")
    for n in chosen.projects:
        compare_ranks(n, chosen)
    print(f"\nfunding acceptability, {YEARS} years, {chosen.funding_draws:,} draws")
    for n in chosen.funding_projects:
        compare_funding(n, chosen)


def compare_ranks(n: int, chosen) -> None:
    rng = np.random.default_rng(chosen.seed)
    bare, weights = rng.random((n, CRITERIA)), rng.dirichlet(np.ones(CRITERIA), chosen.draws)
    values, sample = pd.DataFrame(bare), pd.DataFrame(weights)
    calls: dict[str, Callable[[], object]] = {
        "pmo_lib": lambda: robustness.rank_acceptability(values, sample),
        "numpy": lambda: numpy_acceptability(bare, weights),
    }
    if importlib.util.find_spec("pysensmcda"):
        calls["pysensmcda"] = lambda: pysensmcda_acceptability(bare, weights)
    for name, call in calls.items():
        assert np.allclose(call(), calls["numpy"]()), name
    turns: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(chosen.rounds):
        for name, call in calls.items():
            turns[name].append(once(call))
    seconds = {name: median(times) for name, times in turns.items()}
    base, megabytes = seconds["numpy"], peak(calls["pmo_lib"])
    cells = [f"{n:>7,} projects"]
    cells += [f"{name} {took * 1e3:9.1f} ms {took / base:6.2f} x" for name, took in seconds.items()]
    cells.append(f"peak {megabytes:.0f} MB (numpy {peak(calls['numpy']):.0f} MB)")
    if seconds["pmo_lib"] > MOST_TIMES_NUMPY * base:
        cells.append(f"OVER {MOST_TIMES_NUMPY:g} x")
    if megabytes > MOST_MEGABYTES:
        cells.append(f"OVER {MOST_MEGABYTES} MB")
    print(" | ".join(cells), flush=True)


def numpy_acceptability(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    p = len(values)
    order = np.argsort(-(weights @ values.T), axis=1)
    cells = order * p + np.arange(p)
    return np.bincount(cells.ravel(), minlength=p * p).reshape(p, p) / len(weights)


def pysensmcda_acceptability(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    from pysensmcda import smaa

    drawn = smaa.simulate(
        lambda matrix, weight, types: matrix @ weight, values, np.ones(CRITERIA), weights=weights,
        reverse_ranking=True, store="accumulate",
    )  # fmt: skip
    return smaa.rank_acceptability(drawn)


def compare_funding(n: int, chosen) -> None:
    values, cost, budget = funding_problem(n, chosen.seed)
    order = list(values.columns)
    for known, ranking in (("order known", order), ("nothing known", None)):
        admissible = robustness.admissible_weights(values.columns, ranking=ranking)
        sample = admissible.sample(chosen.funding_draws, seed=chosen.seed)
        began = time.perf_counter()
        held = robustness.best_portfolios(values, cost, budget, sample)
        took = time.perf_counter() - began
        exact, each = solve_each(values, cost, budget, sample.iloc[: chosen.solved])
        found = held.iloc[: len(exact)].to_numpy()
        scores = values.to_numpy() @ sample.iloc[: len(exact)].to_numpy().T
        lost = 1 - (found.T * scores).sum(axis=0) / (exact.T * scores).sum(axis=0)
        share_off = np.abs(found.mean(axis=0) - exact.mean(axis=0))
        print(
            f"{n:>7,} projects, {known}: {took:.1f} s, {held.attrs['searches']} searches, "
            f"{held.attrs['solves']} solves, proven gap {held.attrs['gap']:.2%} | every draw solved: "
            f"{each * len(sample):.0f} s ({each:.2f} s x {len(sample):,}), {each * len(sample) / took:.0f} "
            f"times as long | of {len(exact)} draws solved: value lost {lost.mean():.3%} mean, "
            f"{lost.max():.3%} most; share off by {share_off.mean():.3f} mean, {share_off.max():.3f} most",
            flush=True,
        )
    times = []
    for workers in (ThreadPoolExecutor(1), ProcessPoolExecutor(2)):
        with workers as executor:
            began = time.perf_counter()
            again = robustness.best_portfolios(values, cost, budget, sample, executor=executor)
            times.append(time.perf_counter() - began)
        assert again.equals(held)
    print(f"{n:>7,} projects, two processes: {times[1] / times[0]:.2f} x the time of one")


def funding_problem(n: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Large projects cost more and are worth more; budgets pay for two in five."""
    rng = np.random.default_rng(seed)
    projects = [f"project {i}" for i in range(n)]
    cost = rng.integers(50, 1_000, (n, YEARS)) * 1_000.0
    size = cost.sum(axis=1, keepdims=True)
    values = rng.random((n, CRITERIA)) * (size / size.mean()) ** 0.7
    years = [f"{2027 + year}-04-01" for year in range(YEARS)]
    frame = pd.DataFrame(cost, projects, years)
    names = [f"criterion {j}" for j in range(CRITERIA)]
    return pd.DataFrame(values, projects, names), frame, (frame.sum() * 0.4).round(-3)


def solve_each(values, cost, budget, sample) -> tuple[np.ndarray, float]:
    """Return which projects the proven best portfolio of each draw holds, and seconds a draw."""
    began = time.perf_counter()
    chosen = [
        selection.choose(values @ weights, cost, budget, gap=0).selected.to_numpy()
        for _, weights in sample.iterrows()
    ]
    return np.array(chosen), (time.perf_counter() - began) / len(chosen)


def once(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def peak(call: Callable[[], object]) -> float:
    """Return the most memory in use during a call. [MB]"""
    tracemalloc.start()
    call()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 1e6


if __name__ == "__main__":
    main()
