"""How quick the board's page is, in a real browser, at 30, 300 and 1,000 projects.

Printed: time to the first usable page with and without a page kept ready; from a slider step to
the painted ranking, and to the kernel's sentence about it; the same step by showing the chart
again through an Output widget, in the same page; memory of one member's kernel.

    python benchmarks/bench_board.py --projects 30 300 1000 --steps 100
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from playwright.sync_api import sync_playwright

from pmo_lib import board_command

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from browser_base import CHROMIUM, FLAGS
from live_base import portfolio as write_portfolio

USABLE = ".vega-bindings output.pmo-share"
STEP = """async ([name, value, other]) => {
  const input = document.querySelector(`.vega-bindings input[name=${name}]`);
  const svg = document.querySelector('.pmo-chart svg.marks');
  const says = document.querySelector('.pmo-second');
  const was = says.textContent;
  const begun = performance.now();
  let painted = 0, told = 0, blank = 0;
  const done = new Promise((resolve) => {
    const look = () => {
      if (!document.querySelector('.pmo-chart svg.marks text')) blank += 1;
      if (!told && says.textContent !== was) told = performance.now() - begun;
      if ((painted && told) || performance.now() - begun > 3000) resolve();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  const watch = new MutationObserver(() => {
    if (painted) return;
    painted = -1;
    requestAnimationFrame(() => { painted = performance.now() - begun; });
  });
  watch.observe(svg, { subtree: true, attributes: true, childList: true, characterData: true });
  input.value = value;
  input.dispatchEvent(new Event('input', { bubbles: true }));
  await done;
  watch.disconnect();
  return [painted, told, blank];
}"""
AGAIN = """async () => {
  const begun = performance.now();
  const box = document.querySelector('.bench-output');
  let blank = 0;
  const before = box.querySelector('img, svg');
  document.querySelector('.bench-button').click();
  return await new Promise((resolve) => {
    const look = () => {
      const now = box.querySelector('img, svg');
      if (!now) blank += 1;
      if ((now && now !== before) || performance.now() - begun > 5000) {
        requestAnimationFrame(() => resolve([performance.now() - begun, blank]));
      } else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}"""
OUTPUT = """
import ipywidgets
from IPython.display import SVG
import vl_convert
from pmo_lib.boardroom import ranking
area, again = ipywidgets.Output(), ipywidgets.Button(description="again")
area.add_class("bench-output"); again.add_class("bench-button")
def show(_=None):
    with area:
        area.clear_output()
        chart = ranking.live_chart(opened.board.room.opening)
        display(SVG(vl_convert.vegalite_to_svg(chart.to_dict())))
again.on_click(show)
show()
box = ipywidgets.VBox([again, area])
opened.board.children = (*opened.board.children, box)
opened
"""


def serve(home: Path, n: int, *, pool: int, port: int, beside: bool = False):
    """Serve a random portfolio; beside it, if asked, a chart that is shown anew each time."""
    portfolio = home / "portfolio"
    write_portfolio(n, portfolio)
    (home / "server").mkdir()
    from pmo_lib.boardroom import serving

    if beside:
        shipped = Path(__file__).resolve().parents[1] / "notebooks" / serving.NOTEBOOK
        notebook = nbformat.read(shipped, as_version=4)
        notebook.cells[-2].source = OUTPUT
        copies = home / "notebooks"
        copies.mkdir()
        nbformat.write(notebook, copies / serving.NOTEBOOK)
        kept, board_command.shipped = board_command.shipped, lambda: copies / serving.NOTEBOOK
    try:
        return board_command.start(portfolio, home=home / "server", port=port, pool=pool)
    finally:
        if beside:
            board_command.shipped = kept


def usable(browser, address: str):
    """Open the page and return it with the seconds until its sliders can be moved."""
    page, begun = browser.new_page(viewport={"width": 1920, "height": 1080}), time.monotonic()
    page.set_default_timeout(120_000)
    page.goto(address)
    page.locator(USABLE).first.wait_for(state="attached")
    return page, time.monotonic() - begun


def steps(page, n: int) -> dict[str, list[float]]:
    """Step a slider and return the times, and how many frames were blank. [ms]"""
    page.locator(".pmo-status[data-kind=exact]").wait_for()
    page.wait_for_timeout(20_000)  # reasons and agenda of the opening list
    found = {"painted": [], "told": [], "blank": []}
    for step in range(n):
        value = str(20 + 7 * (step % 9))
        for name, took in zip(found, page.evaluate(STEP, ["weight_0", value, 0]), strict=True):
            found[name].append(took)
        page.wait_for_timeout(250)
    return found


def line(words: str, times: list[float]) -> None:
    """Print a median and a 95th percentile."""
    times = sorted(times)
    print(f"{words:52s} {statistics.median(times):8.0f} {times[int(0.95 * (len(times) - 1))]:8.0f}")


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--projects", type=int, nargs="+", default=[30, 300, 1_000])
    options.add_argument("--steps", type=int, default=100)
    asked = options.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for pool, words in ((0, "none kept ready"), (1, "one kept ready")):
            with tempfile.TemporaryDirectory(prefix="pmo-bench-") as home:
                server, address = serve(Path(home), 30, pool=pool, port=18900)
                if pool:
                    time.sleep(30)
                page, seconds = usable(browser, address)
                print(f"first usable page, {words:31s} {seconds:8.1f} s", flush=True)
                page.close()
                board_command.stop(server)
        for n in asked.projects:
            one_size(browser, n, asked.steps)
        browser.close()


def one_size(browser, n: int, count: int) -> None:
    """Measure one page over a portfolio of a size, and print."""
    with tempfile.TemporaryDirectory(prefix="pmo-bench-") as home:
        server, address = serve(Path(home), n, pool=0, port=18950, beside=True)
        page, _ = usable(browser, address)
        found = steps(page, count)
        print(f"\n{f'{n:,} projects, one slider step, ms':52s} {'median':>8s} {'p95':>8s}")
        line("to the painted ranking", found["painted"])
        line("to the kernel's sentence", [t for t in found["told"] if t] or [float("nan")])
        print(f"{f'blank frames in {count} steps':52s} {sum(found['blank']):8.0f}")
        shown = [page.evaluate(AGAIN) for _ in range(max(5, count // 10))]
        line("the chart shown anew through an Output", [took for took, _ in shown])
        print(f"{'blank frames':52s} {sum(blank for _, blank in shown):8.0f}")
        ratio = statistics.median(t for t, _ in shown) / statistics.median(found["painted"])
        print(f"{'times slower than a slider step':52s} {ratio:8.0f}")
        print(f"memory of one member's kernel, MB: {max(board_memory(server)):.0f}", flush=True)
        page.close()
        board_command.stop(server)


def board_memory(server) -> list[float]:
    """Return the resident memory of the kernels of a server. [MB]"""
    listed = subprocess.run(["ps", "-eo", "ppid,rss"], capture_output=True, text=True).stdout
    rows = [row.split() for row in listed.splitlines()[1:]]
    return [int(rss) / 1024 for ppid, rss in rows if int(ppid) == server.pid]


if __name__ == "__main__":
    main()
