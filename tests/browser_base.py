"""A real browser and a JupyterLab on loopback, for tests of what people click."""

import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pmo_lib import folder

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


def until(page, condition, words: str, *, shot=lambda _: None) -> None:
    """Wait until a condition holds; where it never does, take a picture and say what was not seen."""
    end = time.monotonic() + PATIENCE / 1000
    while not condition():
        if time.monotonic() > end:
            shot("never-seen")
            raise AssertionError(f"never seen: {words}")
        page.wait_for_timeout(50)


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
        own = f"{self.address}/lab/workspaces/{stem}"  # else the tabs of earlier tests come back
        self.page.goto(f"{own}/tree/{stem}/notebooks/{stem}.ipynb?token={token}")
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
        until(self.page, condition, words, shot=self.shot)

    def close(self) -> None:
        assert self.left == [], "requests left the machine"
        assert self.faults == []
        self.page.close()
