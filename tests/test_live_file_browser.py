"""The live page in real browsers, opened from disk with the network blocked."""

import base64
import contextlib
import dataclasses
import itertools
import json
import os
import re
import shutil
import subprocess

import browser_base
import numpy as np
import pandas as pd
import pytest
from browser_base import PATIENCE, SHOTS
from live_base import portfolio

from pmo_lib import folder, robustness, workbench
from pmo_lib.alignment import spend_by_objective
from pmo_lib.export.live_file import write_live
from pmo_lib.statements import contributions
from pmo_lib.widgets.live import line_inputs, walk, where_money_ends

pytestmark = pytest.mark.browser
ATTACK = "</script><script>window.pwned=1</script><img src=x onerror=window.pwned=2>"
FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")


@pytest.fixture(scope="module")
def made(northmere):
    """The example's recommendation under its own settings."""
    settings = folder.open_folder(folder.example_folder())[1]
    return workbench.recommend(northmere, settings, explain=False)


@pytest.fixture(scope="module")
def file(made, tmp_path_factory):
    """The example's live page, with an agenda of three kinds."""
    projects = made.evaluation.score.index
    held = pd.DataFrame(np.arange(3)[:, None] < np.arange(len(projects)) % 4, columns=projects)
    answers = pd.DataFrame({("reach", "risk"): ["reach", "reach", "risk"]})
    agenda = robustness.agenda(held.mean(), held, answers)
    path = tmp_path_factory.mktemp("live") / "live.html"
    return write_live(made, path, agenda=agenda, seal="5ea1" * 16)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """A recommendation of 80 proposals, and its page."""
    home = tmp_path_factory.mktemp("crowd")
    tables = portfolio(80, home / "tables")
    made = workbench.recommend(tables, workbench.Settings(status="APPROVED"), explain=False)
    return made, write_live(made, home / "live.html")


@contextlib.contextmanager
def opened(browser, path, size=(1366, 768), **how):
    """Open a page with the network blocked; nothing may be asked for, nothing may fail."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, **how)
    page.set_default_timeout(PATIENCE)
    asked, faults = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.context.set_offline(True)
    page.goto(path.as_uri())
    yield page
    assert {url.partition("#")[0] for url in asked} == {path.as_uri()}, (
        "more than the file was asked for"
    )
    assert faults == []
    page.close()


def until(page, condition):
    """Wait until an expression holds; the page's policy forbids waiting inside it."""
    browser_base.until(page, lambda: page.evaluate(condition), condition)


def shot(page, name):
    if SHOTS:
        page.screenshot(path=os.path.join(SHOTS, f"live-{name}.png"))


def weights_shown(page):
    return page.locator("#sliders output").all_inner_texts()


def set_slider(page, number, value):
    page.locator(f"#weight-{number}").evaluate(
        "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', {bubbles: true})) }", value
    )


def rows(page):
    """Read the rows shown, by project: rank, whether above the line, running total."""
    return page.evaluate(
        """() => [...document.querySelectorAll("#rows tr.row:not([hidden])")].map(tr => [
            tr.dataset.project, Number(tr.querySelector(".rank").textContent),
            !tr.classList.contains("below"), tr.querySelector(".running").textContent])"""
    )


ALL_RANKS = """draws => draws.map(points => {
  points.forEach((point, j) => {
    const slider = document.getElementById(`weight-${j}`);
    slider.value = point;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  });
  return [...document.querySelectorAll("#rows tr.row:not([hidden])")].map(tr => [
    tr.dataset.project, Number(tr.querySelector(".rank").textContent), !tr.classList.contains("below")]);
})"""


def test_ranks_equal_those_of_python_for_200_random_weightings(browser, tmp_path):
    tables = portfolio(60, tmp_path / "tables", pairs=12)
    made = workbench.recommend(tables, workbench.Settings(), explain=False)
    path = write_live(made, tmp_path / "live.html")
    rng, criteria = np.random.default_rng(9), made.evaluation.weights.index
    draws = rng.integers(0, 101, (200, len(criteria)))
    draws[::5, 1:] *= rng.integers(0, 2, (40, len(criteria) - 1))  # Weights of nothing too.
    draws[:, 0] += draws.sum(axis=1) == 0
    ties, given = 0, line_inputs(made)
    with opened(browser, path) as page:
        found = page.evaluate(ALL_RANKS, draws.tolist())
    for points, ranked in zip(draws, found, strict=True):
        weights = pd.Series(points / points.sum(), criteria)
        now = walk(made, weights)
        table = pd.DataFrame(ranked, columns=["project", "rank", "above"]).set_index("project")
        assert len(table) == 60
        pd.testing.assert_series_equal(
            table["rank"], now["rank"].loc[table.index], check_names=False, check_index_type=False
        )
        ties += int(now["rank"].duplicated().sum())
        now = now.assign(first=given["mandatory"], name=made.portfolio.projects["name"])
        now = now.sort_values(["first", "rank", "name"], ascending=[False, True, True])
        assert list(table.index) == list(now.index)
        above = now["cost"].cumsum() <= given["budget"] * (1 + 1e-12)
        assert list(table["above"]) == list(above)
    assert ties > 1_000


def test_it_opens_at_the_recommended_weights_and_says_so(browser, made, file):
    with opened(browser, file, (1920, 1080)) as page:
        assert weights_shown(page) == [f"{100 * w:.0f}\u00a0%" for w in made.evaluation.weights]
        now = walk(made, made.evaluation.weights)
        read = rows(page)
        assert [row[:3] for row in read] == [
            [project, row["rank"], row["above"]] for project, row in now.iterrows()
        ]
        said = page.locator("#result").inner_text()
        assert said.startswith(where_money_ends(made.portfolio, now))
        assert "of the 17 on the recommended list." in said
        marked = page.locator("#rows tr.row.listed").evaluate_all(
            "all => all.map(e => e.dataset.project)"
        )
        assert set(marked) == set(made.ranked_list.query("funded").index)
        assert page.locator("#rows tr.line").inner_text().startswith("The money runs out here")
        cost, rated = line_inputs(made)["cost"], contributions(made).loc[now.index]
        listed = made.ranked_list.loc[now.index, "funded"].astype(bool)
        spent = [
            spend_by_objective(rated, cost, inside)["share"] for inside in (listed, now["above"])
        ]
        shares = zip(*spent, made.evaluation.objective_weights, strict=False)
        told = page.locator("#strategy tbody tr:not([hidden])").evaluate_all(
            "all => all.map(e => [...e.querySelectorAll('td')].slice(0, 3).map(t => parseInt(t.textContent)))"
        )
        assert told == [[int(100 * share + 0.5) for share in row] for row in shares]
        assert page.evaluate("document.documentElement.scrollWidth") == 1920
        last = page.locator("#rows tr.row").last.bounding_box()
        assert last["y"] + last["height"] < 1090
        shot(page, "1920-light")


def test_every_control_works_by_mouse(browser, made, file):
    with opened(browser, file) as page:
        before = weights_shown(page)
        box = page.locator("#weight-2").bounding_box()
        page.mouse.move(box["x"] + 0.12 * box["width"] + 5, box["y"] + box["height"] / 2)
        page.mouse.down()
        for part in (0.3, 0.5, 0.75):
            page.mouse.move(box["x"] + part * box["width"], box["y"] + box["height"] / 2)
        page.mouse.up()
        assert int(weights_shown(page)[2][:2]) > 35
        assert page.locator("#state").inner_text() == "A trial, not the recommended weights."
        assert "change rank" in page.locator("#moved").inner_text()
        until(page, "document.getElementById('spoken').textContent.includes('change rank')")
        page.get_by_role("button", name="Undo").click()  # One drag is one step.
        assert weights_shown(page) == before
        set_slider(page, 0, 90)
        page.get_by_role("button", name="Return to the recommended weights").click()
        assert weights_shown(page) == before
        budget = page.get_by_label("Budget for the line")
        budget.fill("50")
        assert page.locator("#budget-shown").inner_text() == "£30.0m, 50\u00a0%"
        half = walk(made, made.evaluation.weights)["running"] <= 30e6
        assert [row[2] for row in rows(page)] == list(half)
        page.get_by_role("button", name="Return to the recommended weights").click()
        page.get_by_label("Category").select_option("Transport")
        assert (
            page.locator("#moved")
            .inner_text()
            .startswith("Only 6 proposals of 29 shown; ranks and line")
        )
        assert len(rows(page)) == 6
        page.get_by_role("button", name="Undo").click()
        assert len(rows(page)) == 29
        page.get_by_role("button", name="Harbourside flood wall").click()
        detail = page.locator("#detail")
        assert "33,000 residents" in detail.inner_text() and "67.0" in detail.inner_text()
        page.get_by_role("button", name="Harbourside flood wall").click()
        assert not detail.is_visible()
        page.locator("#scatter").scroll_into_view_if_needed()
        box = page.locator("#scatter").bounding_box()
        at = (
            box["x"] + box["width"] * 485 / 520,
            box["y"] + box["height"] * (338 - 312 * 0.67 / 0.8) / 380,
        )
        page.mouse.move(*at)
        page.mouse.click(*at)
        assert "33,000 residents" in detail.inner_text()
        page.evaluate("window.print = () => { window.printed = true }")
        page.get_by_role("button", name="Print").click()
        assert page.evaluate("window.printed") is True
        page.get_by_role("button", name="Projector size").click()
        assert (
            page.get_by_role("button", name="Projector size").get_attribute("aria-pressed")
            == "true"
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 1366


def test_every_control_works_by_keyboard(browser, file):
    with opened(browser, file) as page:
        reached = []
        for _ in range(24):
            page.keyboard.press("Tab")
            reached.append(
                page.evaluate("document.activeElement.id || document.activeElement.className")
            )
        needed = [
            "skip",
            "projector",
            "print",
            "return",
            "undo",
            *(f"weight-{j}" for j in range(6)),
        ]
        needed += ["budget", "only-0", "only-1", "only-2"]
        assert reached[: len(needed)] == needed
        before = weights_shown(page)
        page.locator("#weight-1").focus()
        for key in ("ArrowRight", "ArrowUp", "PageUp", "ArrowLeft"):
            page.keyboard.press(key)
        assert page.locator("#weight-1").input_value() == "31"
        words = page.locator("#weight-1").get_attribute("aria-valuetext")
        assert words == "28\u00a0% of all weight; recommended 20\u00a0%"
        assert page.evaluate("document.activeElement.id") == "weight-1"
        page.keyboard.press("Control+z")  # A run of keys on one control is one step.
        assert weights_shown(page) == before
        assert page.evaluate("document.activeElement.id") == "weight-1"
        page.keyboard.press("End")
        page.locator("#return").focus()
        page.keyboard.press("Enter")
        assert weights_shown(page) == before
        assert page.evaluate("document.activeElement.id") == "return"
        page.locator("#budget").focus()
        page.keyboard.press("Home")
        assert "does not reach the first proposal" in page.locator("#result").inner_text()
        page.locator("#undo").focus()
        page.keyboard.press("Space")
        assert "runs out after 12 of 29" in page.locator("#result").inner_text()
        page.locator("#only-2").focus()
        page.keyboard.type("Director of Fin")
        page.keyboard.press("Enter")
        until(page, "document.getElementById('moved').textContent.startsWith('Only')")
        page.keyboard.press("Control+z")
        page.locator("#rows .opener").first.focus()
        page.keyboard.press("Enter")
        assert page.locator("#rows .opener").first.get_attribute("aria-expanded") == "true"
        assert page.locator("#detail").is_visible()
        page.locator("#projector").focus()
        page.keyboard.press("Space")
        assert page.locator("#projector").get_attribute("aria-pressed") == "true"


def test_weights_of_nothing_are_not_taken(browser, file):
    with opened(browser, file) as page:
        for number in range(6):
            set_slider(page, number, 0)
        assert weights_shown(page) == ["0\u00a0%"] * 5 + ["100\u00a0%"]
        assert page.locator("#weight-5").input_value() == "14"


def test_a_reload_keeps_the_trial_and_a_fresh_start_does_not(browser, file):
    with opened(browser, file) as page:
        before = weights_shown(page)
        set_slider(page, 3, 70)
        tried = weights_shown(page)
        until(page, "location.hash.startsWith('#w=')")
        page.reload()
        assert weights_shown(page) == tried != before
        page.get_by_role("button", name="Return to the recommended weights").click()
        until(page, "location.hash === ''")
        page.reload()
        assert weights_shown(page) == before
        for wrong in ("#w=1,2&b=100", "#w=0,0,0,0,0,0&b=100", "#w=1,1,1,1,1,999&b=100", "#w=x"):
            page.goto("about:blank")
            page.goto(file.as_uri() + wrong)
            assert weights_shown(page) == before
        page.goto("about:blank")
        page.goto(file.as_uri())


def test_a_hostile_name_does_nothing(browser, made, tmp_path):
    tables = made.portfolio
    projects = tables.projects.assign(name=ATTACK, sponsor=ATTACK)
    settings = dataclasses.replace(made.settings, organisation=ATTACK, marking=ATTACK)
    hostile = workbench.recommend(
        dataclasses.replace(
            tables, projects=projects, criteria=tables.criteria.assign(name=ATTACK)
        ),
        settings,
        explain=False,
    )
    with opened(browser, write_live(hostile, tmp_path / "live.html")) as page:
        page.locator("#rows .opener").first.click()
        assert page.locator("#rows .opener").first.inner_text() == ATTACK
        assert page.evaluate("window.pwned") is None
        assert page.locator("img").count() == 0
    page = browser.new_page()  # What the policy forbids, an intruder cannot do either.
    page.goto(f"file://{tmp_path}/live.html")
    page.evaluate(
        """() => { const s = document.createElement("script"); s.textContent = "window.pwned = 3";
        document.body.append(s); const i = new Image(); i.src = "data:image/gif;base64,"; document.body.append(i); }"""
    )
    fetched = "fetch('data:text/plain,x').then(() => 'fetched', () => 'refused')"
    assert page.evaluate(fetched) == "refused"
    assert page.evaluate("window.pwned") is None
    page.close()


def test_many_rows_are_shown_around_the_line_and_all_on_demand(browser, crowd):
    made, path = crowd
    with opened(browser, path, (1920, 1080), color_scheme="dark") as page:
        assert len(rows(page)) == 30
        assert page.locator("#moved").inner_text().startswith("30 of 80 proposals are shown")
        now = walk(made, made.evaluation.weights)
        near = list(now.index[:6]) + list(
            now.index[now["above"].sum() - 12 : now["above"].sum() + 12]
        )
        assert [row[1] for row in rows(page)] == list(now["rank"].loc[near])
        page.get_by_role("button", name="Show all 80").focus()
        page.keyboard.press("Enter")
        until(page, "document.querySelectorAll('#rows tr.row:not([hidden])').length === 80")
        page.mouse.wheel(0, 5_000)
        assert [row[1] for row in rows(page)] == list(now["rank"])
        shot(page, "crowd-dark")


def test_no_frame_is_blank_and_focus_stays(browser, file):
    with opened(browser, file) as page:
        page.locator("#weight-0").focus()
        blank = page.evaluate(
            """async () => { const s = document.getElementById("weight-0"); let blank = 0;
            for (let i = 0; i < 50; i++) {
              s.value = i; s.dispatchEvent(new Event("input", {bubbles: true}));
              await new Promise(go => requestAnimationFrame(go));
              const row = document.querySelector("#rows tr.row");
              if (!row.textContent || row.getBoundingClientRect().height < 5) blank++;
            } return blank; }"""
        )
        assert blank == 0
        assert page.evaluate("document.activeElement.id") == "weight-0"


def test_it_prints_whole_on_landscape_pages(browser, crowd, file, tmp_path):
    if not (shutil.which("pdftotext") and shutil.which("pdfinfo")):
        pytest.skip("pdftotext is not installed")
    made, path = crowd
    with opened(browser, path, (1920, 1080), color_scheme="dark") as page:
        set_slider(page, 0, 60)
        page.pdf(path=str(tmp_path / "live.pdf"), prefer_css_page_size=True)
        assert len(rows(page)) == 30  # As before printing.
    facts = subprocess.run(
        ["pdfinfo", tmp_path / "live.pdf"], capture_output=True, text=True
    ).stdout
    assert "A4" in facts and re.search(r"Page size: +84\d\.\d* x 59\d", facts)
    run = ["pdftotext", "-layout", tmp_path / "live.pdf", "-"]
    words = " ".join(subprocess.run(run, capture_output=True, text=True).stdout.split())
    assert all(name in words for name in made.names(made.evaluation.score.index))
    for text in ("A trial, not the approved weights.", "(approved 20 %)", "Spend against strategy"):
        assert text in words
    assert "Projector size" not in words
    with opened(browser, file) as page:
        names = page.locator("#rows tr.row .opener").all_inner_texts()
        page.pdf(path=str(tmp_path / "few.pdf"), prefer_css_page_size=True)
    run = ["pdftotext", "-layout", "-l", "1", tmp_path / "few.pdf", "-"]
    first = " ".join(subprocess.run(run, capture_output=True, text=True).stdout.split())
    assert len(names) == 29 and all(name in first for name in names), "the list on one page"
    assert "These are the recommended weights." in first and "Show only" not in first


@pytest.mark.parametrize(
    ("size", "theme", "projector"),
    [((1920, 1080), "light", False), ((1366, 768), "dark", True), ((820, 1180), "light", False)],
)
def test_names_and_contrasts_have_no_serious_fault(browser, file, size, theme, projector):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    with opened(browser, file, size, color_scheme=theme) as page:
        if projector:
            page.locator("#projector").click()
        set_slider(page, 2, 60)
        page.locator("#rows .opener").first.click()
        found = axe.Axe().run(page).response["violations"]
        shot(page, f"{size[0]}-{theme}")
        named = [(f["id"], f["impact"], [n["html"][:120] for n in f["nodes"][:3]]) for f in found]
        assert [fault for fault in named if fault[1] in ("serious", "critical")] == []


class Firefox:
    """A headless Firefox spoken to by its own protocol, WebDriver BiDi."""

    def __init__(self, home):
        socket = pytest.importorskip("websocket", reason="websocket-client is not installed")
        command = [FIREFOX, "--headless", "--no-remote", "--profile", str(home)]
        self.process = subprocess.Popen(
            [*command, "--remote-debugging-port=0", "about:blank"],
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
            env={**os.environ, "HOME": str(home)},
        )  # fmt: skip
        lines = itertools.islice(self.process.stderr, 200)
        address = next((m[0] for line in lines if (m := re.search(r"ws://[\d.:]+", line))), None)
        assert address, "Firefox did not start"
        self.socket = socket.create_connection(
            f"{address}/session", timeout=120, suppress_origin=True
        )
        self.numbers, self.events = itertools.count(1), []
        self.call("session.new", capabilities={})
        self.context = self.call("browsingContext.getTree")["contexts"][0]["context"]

    def call(self, method, **params):
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == number:
                assert answer["type"] == "success", answer
                return answer["result"]
            self.events.append(answer)

    def ask(self, words):
        target = {"context": self.context}
        answer = self.call("script.evaluate", expression=words, target=target, awaitPromise=True)
        return answer["result"].get("value")

    def close(self):
        with contextlib.suppress(Exception):
            self.call("browser.close")
        self.socket.close()
        self.process.terminate()
        self.process.wait(60)
        self.process.stderr.close()


@pytest.mark.skipif(not FIREFOX, reason="no Firefox is installed")
def test_it_works_in_firefox(made, file, tmp_path):
    firefox = Firefox(tmp_path)
    try:
        firefox.call("session.subscribe", events=["network.beforeRequestSent", "log.entryAdded"])
        here = {"context": firefox.context}
        firefox.call("browsingContext.setViewport", **here, viewport={"width": 1366, "height": 768})
        firefox.call("browsingContext.navigate", **here, url=file.as_uri(), wait="complete")
        now = walk(made, made.evaluation.weights)
        assert firefox.ask("document.querySelectorAll('#rows tr.row').length") == len(now)
        assert firefox.ask("document.getElementById('result').textContent").startswith(
            where_money_ends(made.portfolio, now)
        )
        firefox.ask("document.getElementById('weight-0').focus()")
        keys = [
            {"type": kind, "value": "\ue014"} for _ in range(5) for kind in ("keyDown", "keyUp")
        ]
        firefox.call(
            "input.performActions", **here, actions=[{"type": "key", "id": "k", "actions": keys}]
        )
        points = 100 * made.evaluation.weights + [5, 0, 0, 0, 0, 0]
        moved = walk(made, points / points.sum())
        ranks = "[...document.querySelectorAll('#rows .rank')].map(e => e.textContent).join()"
        assert firefox.ask(ranks) == ",".join(map(str, moved["rank"]))
        firefox.ask("new Promise(go => setInterval(() => location.hash && go(), 50))")
        firefox.call("browsingContext.reload", **here, wait="complete")
        assert firefox.ask(ranks) == ",".join(map(str, moved["rank"]))
        firefox.ask("document.getElementById('return').click()")
        assert firefox.ask(ranks) == ",".join(map(str, now["rank"]))
        printed = firefox.call("browsingContext.print", **here, orientation="landscape")
        assert base64.b64decode(printed["data"]).startswith(b"%PDF")
        asked = [e["params"]["request"]["url"] for e in firefox.events if "request" in e["params"]]
        assert [url for url in asked if not url.startswith(("file:", "data:", "about:"))] == []
        said = [e["params"]["text"] for e in firefox.events if e["method"] == "log.entryAdded"]
        assert said == []
    finally:
        firefox.close()
