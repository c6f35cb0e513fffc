"""Compare the exact choice with other solvers on the same model, each in its own process.

Projects x 5 years x 4 roles by quarter, 3 starts each. Rivals are OR-tools CP-SAT,
CBC through PuLP and HiGHS without our first answer; one that is not installed for
``--rival-python`` is skipped. Gaps are to the best bound that any solver proved.

    python benchmarks/bench_selection.py --sizes 30 300 --seconds 1 5

With ``--questions`` it times why-not and the frontier of 50 points instead, for the
given sizes, seconds and starts a project.

    python benchmarks/bench_selection.py --questions --sizes 100 --seconds 10 50 --starts 1
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np

YEARS, ROLES = 5, 4
SOLVERS = ("ours", "highs", "cpsat", "cbc")


def instance(n, seed=0, starts=3):
    """Return value, cost, budget, use and capacity of random projects with start shifts."""
    import pandas as pd

    rng, quarters = np.random.default_rng(seed), 4 * YEARS
    length = rng.integers(2, 9, n)
    spend = rng.lognormal(0, 0.7, n) * 100_000
    first = rng.integers(0, quarters - 6, n)
    worth = spend * length * rng.uniform(0.6, 1.6, n) / 1e5
    need = rng.integers(0, 4, (n, ROLES)) * (rng.random((n, ROLES)) < 0.6)
    index = pd.MultiIndex.from_product(
        [[f"p{i:04}" for i in range(n)], [f"+{2 * s}q" for s in range(starts)]]
    )
    running = np.zeros((n, starts, quarters))
    for i in range(n):
        for s in range(starts):
            running[i, s, first[i] + 2 * s : first[i] + 2 * s + length[i]] = 1
    cost = (running * spend[:, None, None]).reshape(n * starts, YEARS, 4).sum(axis=2).round()
    use = (running[:, :, None, :] * need[:, None, :, None]).reshape(n * starts, -1)
    value = (worth[:, None] * 0.98 ** (2 * np.arange(starts))).round(3).ravel()
    years = [f"{2027 + y}-04-01" for y in range(YEARS)]
    slots = pd.MultiIndex.from_product([[f"role {r}" for r in range(ROLES)], range(quarters)])
    now = np.arange(0, n * starts, starts)
    people = np.floor(use[now].sum(axis=0).reshape(ROLES, quarters).mean(axis=1) * 0.6)
    return (
        pd.Series(value, index=index),
        pd.DataFrame(cost, index=index, columns=years),
        pd.Series((cost[now].sum(axis=0) * 0.45).round(), index=years),
        pd.DataFrame(use, index=index, columns=slots),
        pd.Series(np.repeat(people, quarters), index=slots),
    )


def write_model(path, n, seed):
    """Write the rows of the model, all of the form a x <= b, for solvers that know no tables."""
    from pmo_lib.selection.build import build

    value, cost, budget, use, capacity = instance(n, seed)
    model = build(value, cost, budget, use=use, capacity=capacity)
    np.savez(
        path,
        value=model.value,
        lengths=[len(r.columns) for r in model.rows],
        columns=np.concatenate([r.columns for r in model.rows]),
        numbers=np.concatenate([r.coefficients for r in model.rows]),
        high=[r.high for r in model.rows],
    )


def read_rows(path):
    data = np.load(path)
    ends = np.cumsum(data["lengths"])[:-1]
    parts = zip(
        np.split(data["columns"], ends), np.split(data["numbers"], ends), data["high"], strict=True
    )
    return data["value"], list(parts)


def run_ours(n, seed, marks, path, first=True):
    """Log the value and bound known at each mark; without `first`, plain HiGHS."""
    from pmo_lib.selection import choice, solver
    from pmo_lib.selection.build import build

    value, cost, budget, use, capacity = instance(n, seed)
    model = build(value, cost, budget, use=use, capacity=capacity)
    log, run = [], choice.search if first else partial(solver.solve, objective=model.value)
    found = run(
        model, gap=0, time_limit=max(marks), progress=lambda *news: log.append(news) and None
    )
    log.append((found.value, found.bound, 0, found.seconds))
    return [known_by(log, mark) for mark in marks]


def run_cpsat(n, seed, marks, path):
    from ortools.sat.python import cp_model

    value, rows = read_rows(path)
    model = cp_model.CpModel()
    x = [model.new_bool_var("") for _ in value]
    for columns, numbers, high in rows:
        model.add(sum(int(a) * x[j] for j, a in zip(columns, numbers, strict=True)) <= int(high))
    model.maximize(sum(round(1000 * v) * x[j] for j, v in enumerate(value)))
    log, began = [], time.perf_counter()

    class Log(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self):
            log.append(
                (
                    self.objective_value / 1000,
                    self.best_objective_bound / 1000,
                    0,
                    time.perf_counter() - began,
                )
            )

    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(marks)
    solver.solve(model, Log())
    log.append((solver.objective_value / 1000, solver.best_objective_bound / 1000, 0, max(marks)))
    return [known_by(log, mark) for mark in marks]


def run_cbc(n, seed, marks, path):
    import pulp

    value, rows = read_rows(path)
    answers = []
    for mark in marks:
        model = pulp.LpProblem("choose", pulp.LpMaximize)
        x = [pulp.LpVariable(f"x{j}", cat="Binary") for j in range(len(value))]
        model += pulp.lpSum(v * one for v, one in zip(value, x, strict=True))
        for columns, numbers, high in rows:
            model += pulp.lpSum(a * x[j] for j, a in zip(columns, numbers, strict=True)) <= high
        model.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=mark))
        taken = [(one.value() or 0) > 0.5 for one in x]
        fits = all(
            sum(a for j, a in zip(c, k, strict=True) if taken[j]) <= b + 1e-6 for c, k, b in rows
        )
        answers.append((float(value[taken].sum()) if fits else float("-inf"), float("inf")))
    return answers


def known_by(log, mark):
    seen = [(value, bound) for value, bound, _, seconds in log if seconds <= mark + 0.3]
    return (max((v for v, _ in seen), default=-np.inf), min((b for _, b in seen), default=np.inf))


def run_one(solver, n, seed, marks, path):
    """Run one solver in this process and print what it knew at each mark."""
    runs = {
        "ours": run_ours,
        "highs": lambda *a: run_ours(*a, first=False),
        "cpsat": run_cpsat,
        "cbc": run_cbc,
    }
    answers = runs[solver](n, seed, marks, path)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"answers": answers, "memory": memory}))


def compare(n, marks, python, seed):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.npz"
        write_model(path, n, seed)
        found = {}
        for solver in SOLVERS:
            interpreter = sys.executable if solver in ("ours", "highs") else python
            command = [
                interpreter,
                __file__,
                "--one",
                solver,
                "--model",
                str(path),
                "--sizes",
                str(n),
            ]
            command += ["--seed", str(seed), "--seconds", *map(str, marks)]
            ran = subprocess.run(command, capture_output=True, text=True)
            if ran.returncode == 0:
                found[solver] = json.loads(ran.stdout.splitlines()[-1])
            else:
                print(f"{n:>6}  {solver}: not run ({ran.stderr.strip().splitlines()[-1:]})")
    best = min(bound for one in found.values() for _, bound in one["answers"] if bound > 0)
    ours = [
        f"{100 * (b - v) / v:8.3f} %" if v > 0 else "    none  "
        for v, b in found["ours"]["answers"]
    ]
    for solver, one in found.items():
        gaps = [
            f"{100 * (best - value) / best:8.3f} %" if value > 0 else "    none  "
            for value, _ in one["answers"]
        ]
        print(f"{n:>6}  {solver:<6} {'  '.join(gaps)}   {one['memory']:>5} MB", flush=True)
    print(f"{n:>6}  proven {'  '.join(ours)}   by ours alone", flush=True)


def ask(n, seconds, starts, seed):
    """Print how many projects cannot be told apart in time, and how well a frontier is proved."""
    import pandas as pd

    from pmo_lib.selection import frontier, why_not

    value, cost, budget, use, capacity = instance(n, seed, starts)
    people = {"use": use, "capacity": capacity, "time_limit": seconds}
    began, told = time.perf_counter(), []
    found = why_not(
        value, cost, budget, **people,
        progress=lambda *_: told.append(time.perf_counter() - began),
    )  # fmt: skip
    unclear = ((found["low"] == 0) & (found["high"] > 0)).sum()
    print(
        f"{n:>6}  {starts} starts  {seconds:g} s  why not: cannot tell {unclear} of {len(found)} "
        f"({100 * unclear / len(found):.0f} %),",
        end="",
    )
    print(f" first after {told[0]:.1f} s, all after {time.perf_counter() - began:.1f} s")
    points = pd.DataFrame([budget * share for share in np.linspace(0.3, 1.6, 50)])
    began = time.perf_counter()
    gaps = 100 * frontier(value, cost, points, **people)["gap"]
    print(
        f"{n:>6}  {starts} starts  {seconds:g} s  frontier of 50: gap {gaps.mean():.2f} % on average,",
        end="",
    )
    print(f" {gaps.max():.2f} % at most, after {time.perf_counter() - began:.1f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[30, 100, 300, 1000, 3000])
    parser.add_argument("--seconds", type=float, nargs="+", default=[1, 5, 30])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rival-python", default=sys.executable)
    parser.add_argument("--questions", action="store_true")
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--one", choices=SOLVERS)
    parser.add_argument("--model")
    options = parser.parse_args()
    if options.one:
        run_one(options.one, options.sizes[0], options.seed, options.seconds, options.model)
        return
    for n in options.sizes if options.questions else ():
        for seconds in options.seconds:
            ask(n, seconds, options.starts, options.seed)
    if options.questions:
        return
    heads = "  ".join(f"{mark:g} s".rjust(10) for mark in options.seconds)
    print(f"{'n':>6}  {'':<6} {heads}   gap to the best bound proved by any; memory")
    for n in options.sizes:
        compare(n, options.seconds, options.rival_python, options.seed)


if __name__ == "__main__":
    main()
