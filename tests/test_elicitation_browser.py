"""Ballots in a real browser: by mouse and by keyboard alone, in JupyterLab and in a served page."""

import csv
import os
import secrets
import socket
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from browser_base import PATIENCE, SHOTS, until

from pmo_lib import record
from pmo_lib.weights.group import ballot_weights

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAMES = {
    "reach": '<img src=x onerror="window.hurt=1">',
    "saving": "=1+1",
    "risk": "'); DROP TABLE pmo_entries;--",
    "carbon": "Yearly emissions </script>",
}
MEASURED = ("reach", "saving", "risk")
LEVELS = ("none", "low", "moderate", "strong", "extreme")
SWINGS = dict.fromkeys(NAMES, "from 0 to 1,000 <b onmouseover=window.hurt=1>x</b>")
WHO = {
    "points": "Ann",
    "swing": "<img src=x onerror=window.hurt=1>",
    "order": "=1+1",
    "pairwise": "'; DROP TABLE pmo_entries;--",
}
AIMS = {"safe": "Safer <i>streets</i>", "kind": "=2+2"}
PANELS = [*WHO, "scores", "levels"]
"""Four ballots, scores in units, and contributions by level words, in this order on the page."""

SECRET = ("51.4375", "17.8125", "hush-hush")
"""What a member who is not shown here voted, scored and remarked."""
CODE = """
from IPython.display import display
from pmo_lib import elicitation, record, tables, workbench
portfolio, settings = tables.read_portfolio({folder!r}), workbench.Settings()
board = record.open_record({file!r})
for kind, member in {who!r}.items():
    display(elicitation.ballot(board, "1", member, portfolio=portfolio, settings=settings, kind=kind))
for round in ("1", "aims"):
    display(elicitation.scores(board, round, "Ann", portfolio=portfolio, settings=settings))
print("all shown")
"""


def laid_out(home: Path, name: str) -> record.Record:
    """Write a portfolio, a record with open rounds and a notebook of four ballots and scores."""
    folder = home / f"{name} portfolio"
    folder.mkdir()
    frames = {
        "projects": [["project", "name"], *([f"p{n}", f"<b>Project</b> {n}"] for n in range(6))],
        "criteria": [
            ["criterion", "name", "source", "unit", "direction", "value_function", "worst", "best", "weight"],
            *([c, NAMES[c], "performance", "x", "more", "linear", 0, 1000, 1] for c in MEASURED),
            ["carbon", NAMES["carbon"], "alignment", "share", "more", "linear", 0, 1, 1],
        ],
        "objectives": [["objective", "name", "weight"], *([o, name, 1] for o, name in AIMS.items())],
        "contributions": [
            ["project", "objective", "level"],
            *([f"p{n}", o, LEVELS[(n + k) % 5]] for n in range(6) for k, o in enumerate(AIMS)),
        ],
        "performance": [
            ["project", "criterion", "estimate", "evidence", "scored_by"],
            *([f"p{n}", c, 1000 * ((n * (k + 2) + k) % 7) / 7, "judged", "x"]
              for n in range(6) for k, c in enumerate(MEASURED)),
        ],
        "cash_flows": [
            ["project", "period", "fund", "cost", "benefit"],
            *([f"p{n}", "2027-04-01", "capital", 100, 0] for n in range(6)),
        ],
        "budgets": [["period", "fund", "amount"], ["2027-04-01", "capital", 300]],
    }  # fmt: skip
    for table, rows in frames.items():
        with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
    file = home / f"{name}.sqlite"
    board = record.open_record(file)
    record.add_member(board, "Ann", role="chair", by="Ann")
    for member in [*list(WHO.values())[1:], "Zed"]:
        record.add_member(board, member, role="member", by="Ann")
    record.open_round(board, "1", by="Ann", labels=SWINGS)
    record.open_round(board, "aims", by="Ann", labels=dict.fromkeys(AIMS, ""), about="objectives")
    hidden = pd.Series([51.4375, 20, 20, 8.5625], list(NAMES))
    record.vote(board, "1", hidden, member="Zed", kind="points", reason="hush-hush")
    hidden = pd.Series({"reach": 17.8125})
    record.score(board, "1", "p0", hidden, member="Zed", reason="hush-hush")
    code = CODE.format(folder=str(folder), file=str(file), who=WHO)
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(book, home / f"{name}.ipynb")
    return board


class Ballots:
    """Four ballots and two sheets of scores on one page, wherever it is served."""

    def __init__(self, browser, home: Path, name: str, address: str, start) -> None:
        self.name, self.address, self._start = name, address, start
        self.board = laid_out(home, name)
        self.faults, self.heard = [], []
        self.page = browser.new_page(viewport={"width": 1366, "height": 900})
        self.page.set_default_timeout(PATIENCE)
        self.page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        self.page.on("websocket", lambda line: line.on("framereceived", self.hear))
        self.open()

    def hear(self, part: str | bytes) -> None:
        """Keep what the server sends the page, as it comes over the line."""
        self.heard.append(part if isinstance(part, bytes) else part.encode())

    def open(self) -> None:
        """Load the page anew and wait until all ballots are shown."""
        self._start(self)
        self.page.get_by_text("all shown", exact=True).last.wait_for()
        asked = self.page.locator(".pmo-ask")
        self.until(lambda: asked.count() == len(PANELS), "four ballots and two sheets")
        for kind in ("scores", "levels"):
            self.panel(kind).get_by_role("button", name="Save these scores").wait_for()

    def panel(self, kind: str):
        return self.page.locator(".pmo-panel").nth(PANELS.index(kind))

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def until(self, condition, words: str) -> None:
        until(self.page, condition, words, shot=self.shot)

    def read(self, kind: str, words: str) -> None:
        self.panel(kind).get_by_text(words).first.wait_for()

    def numbers(self, kind: str) -> list[float]:
        fields = self.panel(kind).locator("input[type=number]")
        return [float(field.input_value()) for field in fields.all()]

    def list_of(self, kind: str, css: str) -> list[str]:
        return self.panel(kind).locator(css).all_inner_texts()

    def ballot(self, kind: str) -> pd.Series | None:
        """Return the member's weights by what the record holds."""
        rows = record.ballots(self.board, "1", reader=WHO[kind])
        return ballot_weights(rows).loc[WHO[kind]] if len(rows) else None

    def shot(self, name: str, kind: str = "") -> None:
        if SHOTS:
            if kind:
                self.panel(kind).evaluate("e => e.scrollIntoView({block: 'start'})")
                self.page.wait_for_timeout(500)
            self.page.screenshot(path=str(Path(SHOTS) / f"{self.name}-{name}{kind}.png"))


def drag(ballots: Ballots, slider, share: float) -> None:
    """Drag a slider's handle from where it stands to a share of its length, by mouse."""
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    low, high, now = (float(slider.get_attribute(a)) for a in ("min", "max", "min"))
    now = float(slider.input_value())
    middle = box["y"] + box["height"] / 2
    at = [box["x"] + 8 + (box["width"] - 16) * part for part in ((now - low) / (high - low), share)]
    ballots.page.mouse.move(at[0], middle)
    ballots.page.mouse.down()
    ballots.page.mouse.move(at[1], middle, steps=6)
    ballots.page.mouse.up()


def by_mouse(ballots: Ballots) -> dict:
    """Fill in every ballot by mouse; return what then stands there."""
    points = ballots.panel("points")
    drag(ballots, points.locator("input[type=range]").nth(0), 0.6)
    ballots.until(lambda: 55 <= ballots.numbers("points")[0] <= 65, "points dragged")
    ballots.until(lambda: sum(ballots.numbers("points")) == 100, "the others gave way")
    first = ballots.numbers("points")[0]
    points.get_by_role("button", name="Lock").nth(0).click()
    points.locator("button[aria-pressed=true]").wait_for()
    drag(ballots, points.locator("input[type=range]").nth(1), 0.3)
    ballots.until(lambda: 25 <= ballots.numbers("points")[1] <= 35, "points dragged beside a lock")
    ballots.until(lambda: sum(ballots.numbers("points")) == 100, "the others gave way")
    assert ballots.numbers("points")[0] == first
    ballots.read("points", "change rank")

    swing = ballots.panel("swing")
    swing.get_by_role("button", name="Worth most").nth(2).click()
    ballots.until(lambda: ballots.numbers("swing")[2] == 100, "the one worth most")
    drag(ballots, swing.locator("input[type=range]").nth(0), 0.5)
    ballots.until(lambda: 45 <= ballots.numbers("swing")[0] <= 55, "swing dragged")

    items = ballots.panel("order").locator(".pmo-order li")
    items.nth(3).drag_to(items.nth(0), target_position={"x": 80, "y": 4})
    ballots.until(lambda: NAMES["carbon"] in items.nth(0).inner_text(), "dragged to the top")
    ballots.panel("order").get_by_role("button", name="Same place").nth(2).click()
    ballots.until(lambda: ballots.list_of("order", ".pmo-place")[2] == "= 2.", "a shared place")

    pairs = ballots.panel("pairwise")
    scale = pairs.locator("input.pmo-scale")
    drag(ballots, scale, 0.25)
    pairs.get_by_text("is worth 5 times as much").wait_for()
    pairs.get_by_role("button", name="Answer", exact=True).click()
    pairs.get_by_text("Question 2").wait_for()
    pairs.get_by_role("button", name="Skip").click()
    pairs.get_by_text("Question 3").wait_for()
    assert len(ballots.list_of("pairwise", ".pmo-given li")) == 2
    pairs.get_by_role("button", name="Save my ballot").click()
    ballots.read("pairwise", "Nothing was saved. No weights yet. Not compared with each other")

    scores = ballots.panel("scores")
    scores.get_by_label("Project").select_option(index=2)
    scores.get_by_label(NAMES["reach"], exact=True).fill("900")
    scores.get_by_label(NAMES["risk"], exact=True).fill("lots")
    scores.get_by_label(NAMES["saving"], exact=True).click()
    ballots.read("scores", "lots is not a number")
    scores.get_by_label(NAMES["risk"], exact=True).fill("1000")
    ballots.read("scores", "change")

    levels = ballots.panel("levels")
    levels.get_by_label("Project").select_option(index=1)
    levels.get_by_label(AIMS["safe"], exact=True).select_option("extreme")
    levels.get_by_label(AIMS["kind"], exact=True).select_option("strong")
    ballots.read("levels", "change")
    return standing(ballots)


def standing(ballots: Ballots) -> dict:
    """Return what stands in every ballot."""
    return {
        "points": ballots.numbers("points"),
        "locks": ballots.panel("points").locator("button[aria-pressed=true]").count(),
        "swing": ballots.numbers("swing"),
        "order": ballots.list_of("order", "li .pmo-name"),
        "places": ballots.list_of("order", ".pmo-place"),
        "pairs": ballots.list_of("pairwise", ".pmo-given .pmo-text"),
        "scores": [w.input_value() for w in ballots.panel("scores").locator("input").all()],
        "levels": [w.input_value() for w in ballots.panel("levels").locator("select").all()],
    }


def by_keyboard(ballots: Ballots) -> None:
    """Go on by keyboard alone: from the choice of way, by Tab, to the receipt."""
    before = ballots.numbers("points")
    enter(ballots, "points")
    ballots.press("Tab")  # the lock of the first row, whose slider and number rest
    ballots.press("Tab", *["ArrowRight"] * 12, "ArrowLeft", "ArrowLeft")
    wanted = before[1] + 10
    ballots.until(lambda: ballots.numbers("points")[1] == wanted, "a slider moved by keyboard")
    ballots.press("d", "d")
    ballots.press("Tab", "ControlOrMeta+a", *str(round(wanted - 5)), "Tab")
    ballots.until(lambda: ballots.numbers("points")[1] == wanted - 5, "a number typed")
    ballots.until(lambda: sum(ballots.numbers("points")) == 100, "the others gave way")
    assert ballots.numbers("points")[0] == before[0]
    save(ballots, "points")
    assert ballots.ballot("points")["saving"] == pytest.approx((wanted - 5) / 100)

    enter(ballots, "swing")
    ballots.press("Tab", "End", "Tab", "Tab", "Tab", *["ArrowUp"] * 7)
    ballots.until(lambda: ballots.numbers("swing")[:3] == [100, 7, 100], "swings by keyboard")
    save(ballots, "swing")
    assert ballots.ballot("swing")["reach"] == pytest.approx(100 / 207)

    enter(ballots, "order")
    ballots.press("Tab", "End", "Alt+ArrowUp", "Alt+ArrowUp", "d", "d")
    names = [NAMES[c] for c in ("carbon", "risk", "reach", "saving")]
    ballots.until(lambda: ballots.list_of("order", "li .pmo-name") == names, "moved by keyboard")
    save(ballots, "order")

    enter(ballots, "pairwise")
    ballots.press("Tab", *["ArrowLeft"] * 2, "Enter")
    ballots.panel("pairwise").get_by_text("Question 4").wait_for()
    ballots.press("ArrowRight", "Tab", "Enter")
    ballots.panel("pairwise").get_by_text("Question 5").wait_for()
    ballots.read("pairwise", "Consistency ratio so far")
    save(ballots, "pairwise")

    ballots.panel("scores").get_by_label("Project").focus()
    ballots.press("Tab", "Tab", *"250", "d", "d", "Backspace", "Backspace")
    save(ballots, "scores", "Save these scores")
    found = record.scores(ballots.board, "1", reader="Ann").set_index("label")["score"]
    assert found.to_dict() == {"reach": 900, "saving": 250, "risk": 1000}
    ballots.press("Tab", "Enter")
    ballots.until(lambda: set(standing(ballots)["scores"]) == {""}, "the next project")

    ballots.panel("levels").get_by_label("Project").focus()
    ballots.press("Tab", "ArrowUp", "ArrowUp", "Tab", "Home", "ArrowDown", "d", "d")
    save(ballots, "levels", "Save these scores")
    found = record.scores(ballots.board, "aims", reader="Ann")
    assert found[["project", "label", "score"]].to_numpy().tolist() == [
        ["p1", "safe", pytest.approx(3 / 9)], ["p1", "kind", 0.0],
    ]  # fmt: skip


def enter(ballots: Ballots, kind: str) -> None:
    """Stand on the choice of way, from where Tab goes into the question."""
    ballots.panel(kind).get_by_label("How to answer").focus()


def save(ballots: Ballots, kind: str, name: str = "Save my ballot") -> None:
    """Go on by Tab to the button that saves, and press it."""
    button = ballots.panel(kind).get_by_role("button", name=name)
    for _ in range(40):
        if button.evaluate("e => e === document.activeElement"):
            break
        ballots.press("Tab")
    ballots.press("Enter")
    ballots.read(kind, "Saved: entry")
    if kind in WHO:
        ballots.read(kind, "this is it")


def go_through(ballots: Ballots) -> None:
    filled = by_mouse(ballots)
    for kind in PANELS:
        ballots.shot("1-mouse-", kind)
    ballots.page.wait_for_timeout(1000)  # drafts are kept a moment after the last change
    ballots.open()
    assert standing(ballots) == filled
    ballots.read("points", "You have not voted yet")
    by_keyboard(ballots)
    for kind in PANELS:
        ballots.shot("2-keyboard-", kind)
    filled = standing(ballots)
    ballots.page.wait_for_timeout(1000)
    ballots.open()
    assert standing(ballots) == filled
    ballots.read("swing", "Your ballot is in the record")
    record.close_round(ballots.board, "1", by="Ann")
    ballots.panel("points").get_by_role("button", name="Save my ballot").click()
    ballots.read("points", "Nothing was saved. round '1': was closed already, by 'Ann'")
    ballots.shot("3-closed-", "points")
    assert ballots.page.evaluate("() => window.hurt") is None
    assert ballots.faults == []
    assert len(record.turnout(ballots.board, "1")) == 5
    assert record.turnout(ballots.board, "1").all()
    require_hidden(ballots)


def require_hidden(ballots: Ballots) -> None:
    """Find nothing of a member's ballot in what the server sent, beside what it did send."""
    sent = b"".join(ballots.heard) + ballots.page.content().encode()
    assert b"Your ballot is in the record" in sent and b"5 of 5 have voted" in sent
    assert not [word for word in SECRET if word.encode() in sent]


def test_ballots_in_jupyterlab(browser, lab):
    address, token, work = lab

    def start(ballots: Ballots) -> None:
        page = ballots.page
        page.goto(f"{address}/lab/tree/lab.ipynb?token={token}")
        page.get_by_text("| Idle").wait_for()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        page.wait_for_timeout(500)

    ballots = Ballots(browser, work, "lab", address, start)
    cells = ballots.page.locator(".jp-Cell").count()
    go_through(ballots)
    assert ballots.page.locator(".jp-Cell").count() == cells
    ballots.page.close()


@pytest.fixture
def served(tmp_path):
    """Voila on loopback over a folder, with a token, and its address."""
    pytest.importorskip("voila", reason="voila is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(8)
    command = [sys.executable, "-m", "voila", ".", "--no-browser", f"--port={port}"]
    command += ["--Voila.ip=127.0.0.1", f"--Voila.token={token}"]
    places = {f"JUPYTER_{name}_DIR": str(tmp_path / name) for name in ("CONFIG", "RUNTIME", "DATA")}
    home = tmp_path / "pages"
    home.mkdir()
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=home, env={**os.environ, **places}, stdout=log, stderr=log
        )
        try:
            yield f"http://127.0.0.1:{port}", token, home, server, tmp_path / "log"
        finally:
            server.terminate()
            server.wait(30)


def test_ballots_in_a_served_page(browser, served):
    address, token, home, server, log = served
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", int(address.rsplit(":", 1)[1]))) == 0:
                break
        assert server.poll() is None, log.read_text("utf-8")
        time.sleep(0.1)

    def start(ballots: Ballots) -> None:
        ballots.page.goto(f"{address}/voila/render/voila.ipynb?token={token}")

    ballots = Ballots(browser, home, "voila", address, start)
    go_through(ballots)
    ballots.page.close()
