"""Time a whole pack: by the command in a process of its own, and artefact by artefact, with sizes.

    python benchmarks/bench_pack.py
    python benchmarks/bench_pack.py --times 1 10 100 --rounds 3 --why 0

The example portfolio is repeated to some thirty, three hundred and three thousand proposals. "Cold"
is `pmo pack` as a person runs it: start, reading, choosing, every file, and the seal. Beside it
stands, from the same round, what the packages it computes with take to be imported alone, so that a
busy machine shows. "Of a made list" is asking, every file and the seal, as the command does it: the
paper in a process of its own. The rest is the same in this process, one after another. Processor
time counts all cores of a process; the least of the rounds is printed. `--why` asks, for so many
seconds, what would bring each project in.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bench_workbench import repeated

from pmo_lib import approval, folder, workbench
from pmo_lib.approval import pack
from pmo_lib.tables import Portfolio, write_portfolio

MOST_SECONDS = {300: 5.0, 3_000: 30.0}
"""For a whole pack of that many proposals, cold, without asking."""

MADE = "the whole pack, of a made list"
COMMAND = "import sys; from pmo_lib.__main__ import main; sys.exit(main())"
PACKAGES = "import numpy, pandas, scipy.sparse, highspy"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--times", type=int, nargs="+", default=[1, 10, 100])
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--why", type=float, default=0.0, help="seconds of asking")
    chosen = options.parse_args()
    example, settings = folder.open_folder(folder.example_folder())
    for times in chosen.times:
        with tempfile.TemporaryDirectory(prefix="pmo-bench-") as home:
            source = Path(home) / "portfolio"
            write_portfolio(named_apart(repeated(example, times)), source)
            (source / "settings.toml").write_text(settings.to_toml(), "utf-8")
            measure(source, Path(home), chosen.rounds, chosen.why)


def named_apart(portfolio: Portfolio) -> Portfolio:
    """Name the copy in every copied project, as no two of a real portfolio have one name."""
    projects, copies = portfolio.projects, portfolio.projects.index.str.extract(r"-(\d+)$")[0]
    more = ("; part " + copies).where(copies.notna(), "").to_numpy()
    return replace(portfolio, projects=projects.assign(name=projects["name"] + more))


def measure(source: Path, home: Path, rounds: int, why: float) -> None:
    """Print what a pack of one portfolio takes, cold and warm, and how large its files are."""
    rounds_cold = [cold(source, home / f"cold-{n}", why) for n in range(rounds)]
    rounds_warm = [warm(source, home / f"warm-{n}", why) for n in range(rounds)]
    n = rounds_warm[0].pop("proposals")
    for found in rounds_warm[1:]:
        del found["proposals"]
    made = [found.pop(MADE) for found in rounds_warm]
    print(f"\n{n:,} proposals", flush=True)
    (wall, cpu, memory), (bare, _, _) = (min(runs) for runs in zip(*rounds_cold, strict=True))
    limit = next((seconds for most, seconds in MOST_SECONDS.items() if n <= most), None)
    over = f"   OVER {limit:g} s" if limit and wall > limit and why == 0 else ""
    line("the whole pack, cold", wall, cpu, f"{memory:,.0f} MB at most{over}")
    print(f"  {'times its packages imported alone':<34}{wall / bare:8.1f} x")
    line(MADE, *map(min, zip(*made, strict=True)))
    for words in rounds_warm[0]:
        line(words, *map(min, zip(*(found[words] for found in rounds_warm), strict=True)))
    least = [sum(took for took, _ in found.values()) for found in rounds_warm]
    print(f"  {'all of these, one after another':<34}{min(least):8.2f} s")
    for file in sorted((home / "cold-0").iterdir()):
        print(f"  {file.name:<34}{file.stat().st_size / 1024:8,.0f} KB")


def line(words: str, wall: float, cpu: float, more: str = "") -> None:
    print(f"  {words:<34}{wall:8.2f} s{cpu:9.2f} s of processor   {more}".rstrip(), flush=True)


def cold(source: Path, out: Path, why: float) -> tuple:
    """Run the command, and the imports of its packages alone; seconds, processor [s], memory [MB]."""
    words = ["-c", COMMAND, "pack", str(source), "--out", str(out), "--why", str(why)]
    return ran(words), ran(["-c", PACKAGES])


def ran(words: list[str]) -> tuple[float, float, float]:
    began = time.perf_counter()
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen([sys.executable, *words], stdout=told, stderr=told)
        _, failed, used = os.wait4(process.pid, 0)
        took, process.returncode = time.perf_counter() - began, failed
        told.seek(0)
        if failed:
            raise SystemExit(told.read().decode())
    return took, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def warm(source: Path, out: Path, why: float) -> dict:
    """Do the same step by step in this process; seconds and processor time of each. [s]"""
    found: dict = {}
    tables, settings = taken(found, "reading", lambda: folder.open_folder(source))
    made = taken(found, "choosing exactly", lambda: workbench.recommend(tables, settings))
    dossier = taken(found, "asking", lambda: approval.gather(made, time_limit=why))
    out.mkdir()
    for name in pack.USUAL:
        part = pack.PARTS[name]
        taken(found, part.words, lambda part=part: part.write(dossier, out / part.file))
    taken(found, "the sealed file", lambda: sealed(dossier, out))
    with pack.helper() as helper:
        if helper:
            helper.submit(int).result()  # by now it is ready

        def whole():
            asked = approval.gather(made, time_limit=why)
            return pack.write_pack(asked, out / "again", helper=helper)

        taken(found, MADE, whole)
    return found | {"proposals": len(made.evaluation.score)}


def sealed(dossier, out: Path) -> Path:
    from pmo_lib.approval.seal import seal

    documents = {file.name: file.read_bytes() for file in out.iterdir()}
    return seal(dossier, out / pack.SEALED, documents=documents)


def taken(found: dict, words: str, call: Callable):
    """Call, and note the seconds and the processor time that it took. [s]"""
    began, used = time.perf_counter(), time.process_time()
    result = call()
    found[words] = time.perf_counter() - began, time.process_time() - used
    return result


if __name__ == "__main__":
    main()
