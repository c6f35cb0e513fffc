"""The notebooks in a real browser: every control by keyboard and mouse, without a network."""

import dataclasses
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from pmo_lib import folder, tables, workbench
from pmo_lib.widgets import live

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 120_000
"""Longest wait for anything on a busy machine. [ms]"""

SHOTS = os.environ.get("PMO_SHOTS")
"""Folder for pictures of what was seen; none are taken if it is not set."""


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    """JupyterLab on loopback over temporary folders, and its address."""
    home = tmp_path_factory.mktemp("lab")
    (home / "work").mkdir()
    news = home / "settings" / "@jupyterlab" / "apputils-extension"
    news.mkdir(parents=True)
    (news / "notification.jupyterlab-settings").write_text(
        '{"fetchNews": "false", "checkForUpdates": false}', "utf-8"
    )
    places = {
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTER_DATA_DIR": "data",
    }
    token = secrets.token_hex(8)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", "--port=0"]
    command += ["--allow-root", f"--IdentityProvider.token={token}"]
    command += [f"--ServerApp.root_dir={home / 'work'}"]
    env = {**os.environ, **{key: str(home / name) for key, name in places.items()}}
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=home / "work", env=env, stdout=log, stderr=log)
        try:
            yield _address(home / "log", server), token, home / "work"
        finally:
            server.terminate()
            server.wait(30)


def _address(log: Path, server: subprocess.Popen) -> str:
    for _ in range(600):
        found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text("utf-8"))
        if found:
            return found[0]
        assert server.poll() is None, log.read_text("utf-8")
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text('utf-8')}")


class Opened:
    """A notebook opened over a copy of the example and run to its end."""

    def __init__(self, browser, lab, stem: str, size=(1366, 768)) -> None:
        self.address, token, work = lab
        self.stem, self.home = stem, work / stem
        (self.home / "notebooks").mkdir(parents=True)
        for name in (f"{stem}.ipynb", folder.POINTER):
            shutil.copyfile(ROOT / "notebooks" / name, self.home / "notebooks" / name)
        shutil.copytree(folder.example_folder(), self.home / "data" / folder.EXAMPLE)
        self.portfolio = self.home / "data" / folder.EXAMPLE
        self.left, self.faults = [], []
        self.page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        self.page.set_default_timeout(PATIENCE)
        self.page.route("**/*", self._only_loopback)
        self.page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        self.page.goto(f"{self.address}/lab/tree/{stem}/notebooks/{stem}.ipynb?token={token}")
        self.idle()
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()

    def _only_loopback(self, route) -> None:
        if route.request.url.startswith((self.address, "data:", "blob:")):
            route.continue_()
        else:
            self.left.append(route.request.url)
            route.abort()

    def idle(self) -> None:
        self.page.get_by_text("| Idle").wait_for()

    def panel(self, words: str):
        """Return the innermost panel that holds some words."""
        return self.page.locator(".pmo-panel").filter(has_text=words).last

    def button(self, name: str):
        return self.page.get_by_role("button", name=name)

    def read(self, words: str) -> None:
        """Wait until the page shows some words."""
        self.page.locator(".pmo-panel", has_text=words).first.wait_for()

    def cells(self) -> int:
        return self.page.evaluate("() => document.querySelectorAll('.jp-Cell').length")

    def shot(self, name: str, at=None) -> None:
        if SHOTS:
            if at is not None:
                at.evaluate("e => e.scrollIntoView({block: 'start'})")
                self.page.wait_for_timeout(400)
            self.page.screenshot(path=str(Path(SHOTS) / f"{self.stem[:2]}-{name}.png"))

    def until(self, condition, words: str) -> None:
        """Wait until a condition holds."""
        end = time.monotonic() + PATIENCE / 1000
        while not condition():
            if time.monotonic() > end:
                self.shot("never-seen")
                raise AssertionError(f"never seen: {words}")
            self.page.wait_for_timeout(50)

    def close(self) -> None:
        assert self.left == [], "requests left the machine"
        assert self.faults == []
        self.page.close()


def chart_order(opened: Opened, names) -> list[str]:
    """Read the projects in the live chart from top to bottom."""
    read = opened.page.locator(".vega-embed svg .mark-text text").evaluate_all(
        "nodes => nodes.map(n => [n.textContent, n.getBoundingClientRect().top])"
    )
    stems = {_stem(name): name for name in names}
    seen = [(top, stems[_stem(words)]) for words, top in read if _stem(words) in stems]
    return [name for _, name in sorted(seen)]


def _stem(name: str) -> str:
    """Return what is left of a name that may be cut short in a chart."""
    return name.rstrip("…").strip()[:30]


def test_04_the_ranking_follows_the_sliders(browser, lab):
    opened = Opened(browser, lab, "04_what_matters_most")
    portfolio = tables.read_portfolio(opened.portfolio)
    settings = folder.read_settings(opened.portfolio)
    saved = workbench.recommend(portfolio, settings, explain=False)
    names = portfolio.projects["name"]
    sliders = opened.page.locator(".vega-bindings input[type=range]")
    sliders.first.wait_for(state="attached")
    opened.button("Write the ranked list").wait_for(state="attached")
    opened.idle()
    assert sliders.count() == len(portfolio.criteria)
    cells = opened.cells()

    def points() -> pd.Series:
        read = [float(sliders.nth(n).input_value()) for n in range(sliders.count())]
        return pd.Series(read, index=saved.evaluation.weights.index)

    def python_order(weights: pd.Series) -> list[str]:
        return list(names[live.walk(saved, weights / weights.sum()).index])

    def agree() -> bool:
        return chart_order(opened, names) == python_order(points())

    opening = points()
    opened.until(agree, "the opening order in the chart")
    opened.shot("1-before", opened.page.locator(".vega-bindings"))

    sliders.nth(1).focus()
    for _ in range(30):
        opened.page.keyboard.press("ArrowRight")
    assert points().iloc[1] == opening.iloc[1] + 30
    assert python_order(points()) != python_order(opening)
    opened.until(agree, "the order after moving a slider by keyboard")
    opened.read(live.where_money_ends(portfolio, live.walk(saved, points() / points().sum())))
    opened.page.keyboard.press("d")
    opened.page.keyboard.press("d")
    opened.page.wait_for_timeout(300)
    assert opened.cells() == cells
    opened.shot("2-keyboard", opened.page.locator(".vega-bindings"))

    box = sliders.nth(4).bounding_box()
    middle = box["y"] + box["height"] / 2
    opened.page.mouse.move(box["x"] + box["width"] * opening.iloc[4] / 100, middle)
    opened.page.mouse.down()
    opened.page.mouse.move(box["x"] + box["width"] * 0.7, middle, steps=8)
    opened.page.mouse.up()
    assert points().iloc[4] > 60
    opened.until(agree, "the order after moving a slider by mouse")
    opened.read(live.where_money_ends(portfolio, live.walk(saved, points() / points().sum())))
    opened.read("The weights were moved")

    moved = points()
    opened.button("Exact list at these weights").click()
    opened.read("Exact answer coming")
    opened.read("Exact answer.")
    tried = dataclasses.replace(settings, weights=moved.to_dict())
    exact = workbench.recommend(portfolio, tried, explain=False)
    for name in workbench.differences(saved, exact)["name"].head(3):
        opened.read(name)
    opened.shot("3-exact", opened.button("Exact list at these weights"))

    opened.button("Save these settings").click()
    opened.read("by: is empty")
    opened.page.get_by_label("Your name").fill("A. Chair <b>")
    opened.page.get_by_label("Reason").fill("agreed on the day")
    opened.button("Save these settings").click()
    opened.read("Saved in settings.toml")
    opened.read("A. Chair <b>")
    written = folder.read_settings(opened.portfolio)
    assert dict(written.weights) == moved.to_dict()
    assert (written.saved_by, written.saved_reason) == ("A. Chair <b>", "agreed on the day")
    (earlier,) = folder.history(opened.portfolio)
    assert workbench.Settings.from_toml(earlier.read_text("utf-8")) == settings
    opened.shot("4-saved", opened.button("Save these settings"))

    sliders.nth(0).focus()
    opened.page.keyboard.press("End")
    opened.until(agree, "the order with one slider at its end")
    opened.button("Return to the saved weights").click()
    shares = 100 * moved / moved.sum()
    opened.until(lambda: (points() - shares).abs().max() < 0.51, "the saved weights on the sliders")
    opened.until(
        lambda: chart_order(opened, names) == python_order(moved),
        "the order under the saved weights",
    )
    opened.close()


def test_00_what_if_on_one_page(browser, lab):
    opened = Opened(browser, lab, "00_decision_on_one_page")
    portfolio = tables.read_portfolio(opened.portfolio)
    settings = folder.read_settings(opened.portfolio)
    saved = workbench.recommend(portfolio, settings, explain=False)
    opened.button("Write the ranked list").wait_for(state="attached")
    opened.idle()
    cells = opened.cells()
    opened.shot("0-top")

    budget = opened.panel("Every budget at")
    budget.get_by_role("slider").focus()
    for _ in range(10):
        opened.page.keyboard.press("ArrowLeft")
    opened.page.keyboard.press("d")
    opened.page.keyboard.press("d")
    opened.read("Budgets at 90 %")
    opened.read("every budget is taken at 90 % instead of 100 %")
    assert opened.cells() == cells
    less = dataclasses.replace(settings, budget_scale=0.9)
    cut = workbench.recommend(portfolio, less, explain=False)
    for name in workbench.differences(saved, cut)["name"].head(3):
        budget.get_by_text(name).first.wait_for()
    opened.shot("1-budget", budget)
    opened.button("Return to the saved settings").click()
    opened.read("Nothing is tried")

    weight = opened.panel("Its weight, %")
    weight.get_by_role("slider").focus()
    for _ in range(15):
        opened.page.keyboard.press("ArrowRight")
    opened.read("the others in proportion")
    opened.shot("2-weight", weight)
    opened.button("Return to the saved settings").click()
    opened.read("Nothing is tried")

    refused = saved.ranked_list.query("block == 'not recommended'").index[0]
    asked = workbench.with_override(settings, refused, "in", reason="test", by="test")
    including = workbench.recommend(portfolio, asked, explain=False)
    table = workbench.differences(saved, including)
    panel = opened.page.locator(".pmo-panel", has=opened.page.get_by_label("Include"))
    panel.get_by_label("Include").select_option(value=_option(panel, saved, refused))
    panel.get_by_text(f"Including {portfolio.projects.at[refused, 'name']} costs").wait_for()
    for name in table.loc[table["change"] == "leaves", "name"]:
        panel.get_by_text(name).first.wait_for()
    lost = 100 * (saved.choice.value - including.choice.value)
    panel.get_by_text(f"{lost:,.1f} points").first.wait_for()
    opened.shot("3-include", panel)

    opened.button("Write the ranked list").click()
    opened.read("Wrote ranked_list.xlsx and ranked_list.csv")
    assert {f.name for f in (opened.home / "out").iterdir()} == {
        "ranked_list.xlsx",
        "ranked_list.csv",
    }
    assert folder.read_settings(opened.portfolio) == settings
    opened.shot("4-written", opened.button("Write the ranked list"))
    opened.close()


def _option(panel, recommendation, project) -> str:
    name = recommendation.ranked_list.at[project, "name"]
    return panel.get_by_label("Include").locator("option", has_text=name).get_attribute("value")
