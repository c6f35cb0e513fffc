"""Time the live page in a real browser: slider step to painted ranking, and blank frames.

A step sets a slider, sends its event and waits until the frame with the new ranking is painted;
each begins at the start of a frame, as a browser hands over what a hand does. ``work`` is the share
of script, style and layout alone; ``CPU`` is what the page's main thread computes for a step, ranking
and charts, whatever else the machine is busy with. Needs playwright and a Chromium.

    python benchmarks/bench_live.py --projects 30 300 1000 --steps 100
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from pmo_lib import workbench
from pmo_lib.export.live_file import write_live

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from browser_base import CHROMIUM, FLAGS
from live_base import portfolio

WATCH = """whole => {
  if (whole) document.getElementById("all").click();
  window.blank = 0;
  const seen = () => {
    const row = document.querySelector("#rows tr.row:not([hidden])");
    if (!row || !row.textContent || row.getBoundingClientRect().height < 5) window.blank++;
    requestAnimationFrame(seen);
  };
  requestAnimationFrame(seen);
}"""

STEP = """async step => {
  const sliders = [...document.querySelectorAll("#sliders input")];
  const slider = sliders[step % sliders.length];
  await new Promise(go => requestAnimationFrame(go));
  const began = performance.now();
  slider.value = (Number(slider.value) + 1 + step % 5) % 101;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  document.body.getBoundingClientRect();
  const work = performance.now() - began;
  await new Promise(go => {
    const port = new MessageChannel(); port.port1.onmessage = go; port.port2.postMessage(0); });
  const painted = performance.now() - began;
  await new Promise(go => requestAnimationFrame(() => setTimeout(() => setTimeout(go))));
  return [work, painted];
}"""


def cpu(session):
    """Return what the page's main thread has computed so far. [ms]."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return 1e3 * next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")


def steps(page, n, *, whole):
    """Return work, time to painted ranking and CPU of each step [ms], and the blank frames."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.evaluate(WATCH, whole)
    found = []
    for step in range(-10, n):
        before = cpu(session)
        times = page.evaluate(STEP, step + 10)
        if step >= 0:
            found.append((*times, cpu(session) - before))
    return np.array(found), page.evaluate("window.blank")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--projects", type=int, nargs="+", default=[30, 300, 1_000])
    options.add_argument("--steps", type=int, default=100)
    asked = options.parse_args()
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        print("                           median / p95 [ms]")
        print("projects  rows     KB         work        painted            CPU   blank frames")
        for n in asked.projects:
            read = portfolio(n, Path(home) / str(n))
            made = workbench.recommend(read, workbench.Settings(), explain=False)
            path = write_live(made, Path(home) / f"{n}.html")
            for whole in (False, True)[: 1 + (n > 60)]:
                page = browser.new_page(viewport={"width": 1920, "height": 1080})
                page.goto(path.as_uri())
                found, blank = steps(page, asked.steps, whole=whole)
                middle, most = np.percentile(found, [50, 95], axis=0)
                rows = "all" if whole or n <= 60 else "few"
                figures = (f"{a:6.1f} /{b:6.1f}" for a, b in zip(middle, most, strict=True))
                print(f"{n:8,} {rows:>5} {path.stat().st_size / 1e3:6.0f}", *figures, f"{blank:9}")
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
