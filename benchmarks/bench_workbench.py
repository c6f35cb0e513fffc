"""Time one evaluation and one recommendation of the example portfolio, repeated to many proposals.

    python benchmarks/bench_workbench.py
    python benchmarks/bench_workbench.py --times 1 10 100

Money and people grow with the proposals. Processor time of the fastest of several rounds is
printed, so that a busy machine does not count against the code.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from collections.abc import Callable

import pandas as pd

from pmo_lib import folder, workbench
from pmo_lib.tables import Portfolio

MOST_MILLISECONDS = 50  # for an evaluation at 300 proposals


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--times", type=int, nargs="+", default=[1, 10, 100])
    options.add_argument("--rounds", type=int, default=7)
    chosen = options.parse_args()
    portfolio, settings = folder.open_folder(folder.example_folder())
    for times in chosen.times:
        many = repeated(portfolio, times)
        n = len(workbench.evaluate(many, settings).score)
        took = fastest(lambda many=many: workbench.evaluate(many, settings), chosen.rounds)
        over = f"  OVER {MOST_MILLISECONDS} ms" if n <= 300 and took > MOST_MILLISECONDS else ""
        print(f"{n:>6,} proposals | evaluate {took:7.1f} ms of processor time{over}", flush=True)


def repeated(portfolio: Portfolio, times: int) -> Portfolio:
    """Return the portfolio with its proposals, budgets and people so many times over."""
    proposed = portfolio.projects.index[portfolio.projects["status"] == "proposed"]
    tables = {}
    for field in dataclasses.fields(portfolio):
        table = getattr(portfolio, field.name)
        if not isinstance(table, pd.DataFrame) or field.name in ("set_aside", "links", "status"):
            continue
        copies = [table]
        for copy in range(1, times):
            if field.name == "projects":
                more = table.loc[proposed].assign(mandatory=False)
                copies.append(more.set_axis([f"{p}-{copy}" for p in proposed]))
            elif "project" in table and field.name not in ("overrides", "approvals"):
                more = table[table["project"].isin(proposed)]
                more = more.assign(project=more["project"] + f"-{copy}")
                if field.name == "benefits":
                    more = more.assign(benefit=more["benefit"] + f"-{copy}")
                copies.append(more)
        labelled = field.name in ("projects", "criteria", "objectives")
        whole = pd.concat(copies, ignore_index=not labelled).rename_axis(table.index.name)
        if field.name in ("budgets", "capacity"):
            whole = whole.assign(amount=whole["amount"] * times)
        tables[field.name] = whole
    return dataclasses.replace(portfolio, **tables)


def fastest(call: Callable[[], object], rounds: int) -> float:
    """Return the least processor time of a call. [ms]"""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        call()
        times.append(time.process_time() - began)
    return min(times) * 1e3


if __name__ == "__main__":
    main()
