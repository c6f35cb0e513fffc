"""Time scoring beside plain numpy and other libraries, all in the same run.

    python benchmarks/bench_scoring.py
    python benchmarks/bench_scoring.py --projects 30 3000 --rounds 15

Every contender takes its turn in each round, and the medians over the rounds are
compared, so that a busy machine slows all of them alike. The numpy baseline is the
formula on bare arrays without loops over projects, labels or checks. Libraries that
are not installed are left out; one whose next size would take too long shows "-".
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from statistics import median

import numpy as np
import pandas as pd

from pmo_lib import scoring

CRITERIA = 10
MOST_TIMES_NUMPY = 3.0  # at the largest size
MOST_MILLISECONDS = 1.0  # at 3,000 projects
MOST_TIMES_IMPORT = 1.5
RANKING_MODULES = ("scoring", "weights", "value", "selection", "workbench")
Contenders = dict[str, Callable[[], object]]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--projects", type=int, nargs="+", default=[30, 300, 3_000, 30_000])
    options.add_argument("--rounds", type=int, default=9, help="turns of each contender")
    options.add_argument("--patience", type=float, default=3.0, help="most seconds for one call")
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    warnings.simplefilter("ignore")  # what the other libraries warn of is not our subject
    libraries = [name for name in LIBRARIES if importlib.util.find_spec(name)]
    print(f"{CRITERIA} criteria; median of {chosen.rounds} rounds; ", end="")
    print(f"times numpy beside: {', '.join(libraries) or 'no other library is installed'}")
    last: dict[tuple[str, str], tuple[int, float]] = {}
    for n in chosen.projects:
        problem = Problem(n, chosen.seed)
        for method, contenders in problem.contenders(libraries).items():
            seconds = race(method, contenders, n, last, chosen)
            print(row(method, n, seconds, libraries), flush=True)
    compare_imports(chosen.rounds)


class Problem:
    """One random problem in the form each contender takes."""

    def __init__(self, n: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.names = [f"criterion {j}" for j in range(CRITERIA)]
        self.matrix = np.asfortranarray(rng.random((n, CRITERIA)))  # column by column, as pandas
        self.weight = rng.dirichlet(np.ones(CRITERIA))
        self.sign = np.where(np.arange(CRITERIA) % 2 == 0, 1, -1)

    def contenders(self, libraries: list[str]) -> dict[str, Contenders]:
        """Return for each method the calls to compare, after checking that they agree."""
        index = pd.Index([f"project {i}" for i in range(len(self.matrix))])
        frame = pd.DataFrame(self.matrix, index, self.names)
        weights = pd.Series(self.weight, self.names)
        direction = pd.Series(np.where(self.sign > 0, "more", "less"), self.names)
        bare, weight, sign = frame.to_numpy(), self.weight, self.sign
        methods: dict[str, Contenders] = {
            "additive_value": {
                "pmo_lib": lambda: scoring.additive_value(frame, weights),
                "numpy": lambda: bare @ weight,
            },
            "weighted_values": {
                "pmo_lib": lambda: scoring.weighted_values(frame, weights),
                "numpy": lambda: bare * weight,
            },
            "topsis": {
                "pmo_lib": lambda: scoring.topsis(frame, weights, direction=direction),
                "numpy": lambda: numpy_topsis(bare, weight, sign),
            },
            "promethee_ii": {
                "pmo_lib": lambda: scoring.promethee_ii(frame, weights, direction=direction),
                "numpy": lambda: numpy_promethee(bare, weight, sign),
            },
        }
        for calls in methods.values():
            assert np.allclose(calls["pmo_lib"](), calls["numpy"]())
        for library in libraries:
            for method, call in LIBRARIES[library](self).items():
                methods[method][library] = call
        return methods


def numpy_topsis(matrix: np.ndarray, weight: np.ndarray, sign: np.ndarray) -> np.ndarray:
    scaled = matrix / np.sqrt((matrix**2).sum(axis=0)) * weight * sign
    to_best = np.sqrt(((scaled - scaled.max(axis=0)) ** 2).sum(axis=1))
    to_worst = np.sqrt(((scaled - scaled.min(axis=0)) ** 2).sum(axis=1))
    return to_worst / (to_best + to_worst)


def numpy_promethee(matrix: np.ndarray, weight: np.ndarray, sign: np.ndarray) -> np.ndarray:
    """Sort each criterion and count those below and above: no pairs."""
    flow = np.zeros(len(matrix))
    for column, share in zip(matrix.T, weight * sign, strict=True):
        ascending = np.sort(column)
        below = np.searchsorted(ascending, column, side="left")
        not_above = np.searchsorted(ascending, column, side="right")
        flow += share * (below + not_above - len(column))
    return flow / (len(flow) - 1)


def scikit_criteria(problem: Problem) -> Contenders:
    import skcriteria
    from skcriteria.agg.simple import WeightedSumModel
    from skcriteria.agg.topsis import TOPSIS
    from skcriteria.pipelines import mkpipe
    from skcriteria.preprocessing.scalers import VectorScaler

    scores = skcriteria.mkdm(problem.matrix, [max] * CRITERIA, weights=problem.weight)
    levels = skcriteria.mkdm(problem.matrix, problem.sign, weights=problem.weight)
    total, closeness = WeightedSumModel(), mkpipe(VectorScaler("matrix"), TOPSIS())
    return {
        "additive_value": lambda: total.evaluate(scores),
        "topsis": lambda: closeness.evaluate(levels),
    }


def pymcdm(problem: Problem) -> Contenders:
    from pymcdm.methods import PROMETHEE_II, TOPSIS, WSM
    from pymcdm.normalizations import vector_normalization

    given = problem.matrix, problem.weight, problem.sign
    total, closeness, flow = WSM(), TOPSIS(vector_normalization), PROMETHEE_II("usual")
    return {
        "additive_value": lambda: total(problem.matrix, problem.weight, np.ones(CRITERIA)),
        "topsis": lambda: closeness(*given),
        "promethee_ii": lambda: flow(*given),
    }


def pydecision(problem: Problem) -> Contenders:
    from pyDecision import algorithm

    quiet = {"graph": False, "verbose": False}
    upward, kinds = problem.matrix * problem.sign, np.where(problem.sign > 0, "max", "min")
    weight, none = list(problem.weight), [0.0] * CRITERIA
    usual = none, none, none, ["t1"] * CRITERIA
    most = ["max"] * CRITERIA
    return {
        "additive_value": lambda: algorithm.saw_method(problem.matrix, most, weight, **quiet),
        "topsis": lambda: algorithm.topsis_method(problem.matrix, weight, kinds, **quiet),
        "promethee_ii": lambda: algorithm.promethee_ii(upward, weight, *usual, sort=False, **quiet),
    }


LIBRARIES = {"skcriteria": scikit_criteria, "pymcdm": pymcdm, "pyDecision": pydecision}


def race(method: str, contenders: Contenders, n: int, last: dict, chosen) -> dict[str, float]:
    """Return the median seconds of each contender that is fast enough to take part."""
    seconds = {}
    for name, call in contenders.items():
        earlier, took = last.get((method, name), (n, 0.0))
        growth = 2 if method == "promethee_ii" and name in LIBRARIES else 1
        if took * (n / earlier) ** growth > chosen.patience:
            continue
        seconds[name] = once(call)
        last[method, name] = n, seconds[name]
    turns = {name: [] for name in seconds}
    for _ in range(chosen.rounds):
        for name, took in seconds.items():
            if took * len(turns[name]) <= chosen.patience:
                repeats = max(1, int(2e-3 / took))
                turns[name].append(once(contenders[name], repeats))
    return {name: median(times) for name, times in turns.items()}


def once(call: Callable[[], object], repeats: int = 1) -> float:
    begin = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - begin) / repeats


def row(method: str, n: int, seconds: dict[str, float], libraries: list[str]) -> str:
    own, base = seconds["pmo_lib"], seconds["numpy"]
    cells = [f"{method:<16}{n:>7,}", f"pmo_lib {own * 1e3:8.3f} ms {own / base:6.1f} x"]
    for name in libraries:
        ratio = f"{seconds[name] / base:,.1f} x" if name in seconds else "-"
        cells.append(f"{name} {ratio:>10}")
    if n >= 30_000 and own > MOST_TIMES_NUMPY * base:
        cells.append(f"OVER {MOST_TIMES_NUMPY:g} x")
    if n == 3_000 and own * 1e3 > MOST_MILLISECONDS:
        cells.append(f"OVER {MOST_MILLISECONDS:g} ms")
    return " | ".join(cells)


def compare_imports(rounds: int) -> None:
    """Time in fresh processes the modules a ranking needs, beside pandas and scipy.optimize."""
    modules = [f"pmo_lib.{name}" for name in RANKING_MODULES]
    missing = [name for name in modules if not importlib.util.find_spec(name)]
    own = ", ".join(name for name in modules if name not in missing)
    turns: dict[str, list[float]] = {own: [], "pandas, scipy.optimize": []}
    for _ in range(rounds + 1):
        for names, times in turns.items():
            command = [sys.executable, "-c", f"import {names}"]
            times.append(once(lambda command=command: subprocess.run(command, check=True)))
    ours, base = (median(times[1:]) for times in turns.values())  # the first fills the cache
    over = f" | OVER {MOST_TIMES_IMPORT:g} x" if ours > MOST_TIMES_IMPORT * base else ""
    print(f"import {own}: {ours:.2f} s, {ours / base:.2f} x pandas and scipy.optimize{over}")
    if missing:
        print(f"not there yet, so not timed: {', '.join(missing)}")


if __name__ == "__main__":
    main()
