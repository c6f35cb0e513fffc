"""The board room as a page of its own, in a real browser: a review from load to decision."""

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from browser_base import PATIENCE, SHOTS, until

from pmo_lib import board_command, folder, record, workbench
from pmo_lib.boardroom import decisions, keeping, ranking
from pmo_lib.boardroom.frame import TABS
from pmo_lib.stories import afford

pytestmark = [pytest.mark.browser, pytest.mark.slow]
pytest.importorskip("voila", reason="voila is not installed")
EVIL = "</script><script>window.pwned=1</script>"
NEWCOMER = "visitor-centre"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The board room over a copy of the example in which one project has a hostile name."""
    home = tmp_path_factory.mktemp("board")
    portfolio = home / "portfolio"
    shutil.copytree(folder.example_folder(), portfolio)
    file = portfolio / "projects.csv"
    text = file.read_text("utf-8")
    assert "Mere visitor centre" in text
    file.write_text(text.replace("Mere visitor centre", f"{EVIL} visitor centre"), "utf-8")
    (home / "server").mkdir()
    server, address = board_command.start(portfolio, home=home / "server", port=18866, pool=1)
    yield address, portfolio
    board_command.stop(server)


TEXTS = """() => [...document.querySelectorAll(".pmo-chart svg .mark-text text")].map(t =>
  [t.textContent, t.getBoundingClientRect().top, t.getBoundingClientRect().left])"""


LEAVING = ("Kernel connection is disposed", "[anywidget] Failed to initialize model.")
"""What a page says to itself while it is left, and where it is too slow: it then loads itself again."""


class Board:
    """The page, and what a person sees of it."""

    def __init__(self, browser, address: str) -> None:
        self.address, self.left, self.faults = address, [], []
        self.context = browser.new_context(viewport={"width": 1920, "height": 1080})
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.route("**/*", self._only_here)
        self.page.on("pageerror", lambda fault: self._fault(str(fault)))
        self.load(address)

    def _only_here(self, route) -> None:
        if route.request.url.startswith((self.address.split("?")[0], "data:", "blob:")):
            route.continue_()
        else:
            self.left.append(route.request.url)
            route.abort()

    def _fault(self, words: str) -> None:
        if words not in LEAVING:
            self.faults.append(words)

    def load(self, address: str | None = None) -> None:
        if address is None:
            self.page.reload()
        else:
            self.page.goto(address)
        self.page.locator(".vega-bindings output.pmo-share").first.wait_for(state="attached")
        self.exact()

    def exact(self) -> None:
        """Wait for the exact answer of what is on the sliders."""
        self.page.wait_for_timeout(150)
        self.page.locator(".pmo-status[data-kind=exact]").wait_for()
        self.page.wait_for_timeout(350)
        self.page.locator(".pmo-status[data-kind=exact]").wait_for()

    def settled(self) -> None:
        """Wait until nothing that is seen says that an answer is coming."""
        self.page.wait_for_timeout(300)
        self.until(
            lambda: not re.search("answer coming|eing worked out", self.texts),
            "a tab that is answered",
        )

    @property
    def texts(self) -> str:
        return self.page.locator("[role=tabpanel]").locator("visible=true").inner_text()

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).click()

    def button(self, name: str):
        return self.page.get_by_role("button", name=name, exact=True)

    def field(self, label: str):
        return self.page.get_by_label(label, exact=True).locator("visible=true")

    def weight(self, place: int):
        return self.page.locator(f".vega-bindings input[name=weight_{place}]")

    @property
    def budget(self):
        return self.page.locator(".vega-bindings input[name=budget_percent]")

    @property
    def headline(self) -> str:
        return self.page.locator(".pmo-headline p").first.inner_text()

    def reads(self, words) -> None:
        self.page.get_by_text(words).locator("visible=true").first.wait_for()

    def order(self, names) -> list[str]:
        """Read the projects of the live chart from top to bottom."""
        read = self.page.locator(".vega-embed svg .mark-text text").evaluate_all(
            "nodes => nodes.map(n => [n.textContent, n.getBoundingClientRect().top])"
        )
        stems = {_stem(name): label for label, name in names.items()}
        seen = [(top, stems[_stem(words)]) for words, top in read if _stem(words) in stems]
        return [label for _, label in sorted(seen)]

    def rows(self, texts: list | None = None) -> list[tuple[str, int]]:
        """Read the live chart from top to bottom: name and rank of each row."""
        if texts is None:
            texts = self.page.evaluate(TEXTS)
        by_row: dict[int, list] = {}
        for words, top, left in texts:
            by_row.setdefault(round(top), []).append((left, words))
        lines = [[words for _, words in sorted(row)] for _, row in sorted(by_row.items())]
        return [(row[1], int(row[0])) for row in lines if row[0].isdecimal() and len(row) == 5]

    def until(self, condition, words: str) -> None:
        until(self.page, condition, words, shot=self.shot)

    def shot(self, name: str) -> None:
        if SHOTS:
            self.page.screenshot(path=f"{SHOTS}/10-{name}.png")

    def close(self) -> None:
        assert self.left == [], "requests left the machine"
        assert self.faults == []
        assert self.page.evaluate("window.pwned") is None
        self.page.unroute("**/*")  # else the last word of a page that is left goes unheard
        self.page.goto("about:blank")
        self.context.close()


def _stem(name: str) -> str:
    return " ".join(name.rstrip("…").split())[:28]


def test_a_review_from_load_to_decision(browser, served):
    address, path = served
    portfolio, settings = folder.open_folder(path)
    saved = workbench.recommend(portfolio, settings, explain=False)
    names = portfolio.projects["name"].reindex(saved.evaluation.score.index)

    # 1 load: the saved list, exactly
    board = Board(browser, address)
    assert board.headline == saved.headline
    quick = ranking.quick_list(saved, saved.evaluation.weights, 1.0)
    board.until(lambda: board.order(names) == list(quick.index), "the opening order")
    assert EVIL in board.page.locator("ol.pmo-names").inner_text()
    assert not keeping.kept_file(path).exists(), "looking on writes nothing"
    board.shot("1-load")

    # 2 weigh: the ranking at once, the exact list after it; focus stays
    slider = board.weight(2)
    slider.focus()
    for _ in range(30):
        board.page.keyboard.press("ArrowRight")
    assert slider.input_value() == "42"
    points = pd.Series(
        [float(board.weight(n).input_value()) for n in range(len(saved.evaluation.weights))],
        saved.evaluation.weights.index,
    )
    moved = ranking.quick_list(saved, points / points.sum(), 1.0)
    board.until(lambda: board.order(names) == list(moved.index), "the order as weighed")
    tried = workbench.Settings(**{**vars(settings), "weights": points.to_dict()})
    weighed = workbench.recommend(portfolio, tried, explain=False)
    board.until(lambda: board.headline == weighed.headline, "the exact list as weighed")
    assert board.page.evaluate("document.activeElement.name") == "weight_2"
    board.shot("2-weigh")

    # 3 cut the budget by 15 %; then take it back, and again
    board.budget.focus()
    for _ in range(15):
        board.page.keyboard.press("ArrowLeft")
    less = workbench.Settings(**{**vars(tried), "budget_scale": 0.85})
    cut = workbench.recommend(portfolio, less, explain=False)
    board.until(lambda: board.headline == cut.headline, "the exact list at 85 %")
    board.exact()
    board.shot("3-cut")

    # a tab opened before the answer is there follows it, and nothing stays coming
    board.button("Undo").click()
    board.tab("Capacity")
    board.reads(afford.money_in_words(weighed))
    board.settled()
    board.tab("The list")
    board.until(lambda: board.headline == weighed.headline, "the step taken back")
    board.until(lambda: board.budget.input_value() == "100", "the slider back")
    board.exact()
    board.button("Redo").click()
    board.until(lambda: board.budget.input_value() == "85", "the slider again")
    board.until(lambda: board.headline == cut.headline, "the step taken again")
    board.exact()

    # 4 keep it, and 5 ask why not
    board.field("Scenario").fill("Cut <b>15</b> %")
    board.button("Save scenario").click()
    board.reads("Saved as Cut <b>15</b> %")
    board.field("Ask about").select_option(value=_value(board, "visitor centre"))
    board.reads(re.compile("is left out"))
    board.reads(re.compile("Needs .* more points"))
    board.shot("5-why")

    # 6 force one in: a name and a reason first, then the price
    board.button("Include it").click()
    board.reads("Reason: is empty")
    board.field("Reason").fill("Promised to the town")
    board.button("Include it").click()
    board.reads("Your name: is empty")
    board.field("Your name").fill("Ann Chair")
    board.button("Include it").click()
    board.reads(re.compile("Including .* costs the list"))
    board.reads("Promised to the town (Ann Chair)")
    board.exact()
    assert keeping.read_kept(path).settings.overrides[0]["project"] == NEWCOMER
    board.shot("6-include")

    # 7 rebalance
    board.tab("Health")
    board.reads("If running work were reviewed today")
    board.shot("7-health")

    # 8 a second scenario, and 9 compare
    board.tab("The list")
    board.field("Scenario").fill("With the promise")
    board.button("Save scenario").click()
    board.reads("Saved as With the promise")
    board.tab("Compare")
    board.field("List A").select_option(label="Cut <b>15</b> %")
    board.field("List B").select_option(label="With the promise")
    board.reads(re.compile("of the weights the board would accept"))
    board.shot("9-compare")

    # reload: the same state
    before = board.headline
    board.load()
    board.until(lambda: board.headline == before, "the same list after a reload")
    board.until(lambda: board.budget.input_value() == "85", "the same budget after a reload")
    assert board.page.get_by_role("tab", name="Compare").get_attribute("aria-selected") == "true"

    # 10 take one up again
    board.field("List B").select_option(label="Cut <b>15</b> %")
    board.button("Take list B up again").click()
    board.until(lambda: board.headline == cut.headline, "the scenario taken up again")
    board.exact()

    # 11 decide: confirmed, recorded
    board.tab("Decisions")
    board.field("Your name").fill("Ann Chair")
    board.field("Reason").fill("Agreed on the day")
    board.page.get_by_role(
        "button", name=re.compile(r"^Approve the trial: \d+ proposals for £")
    ).click()
    board.reads(re.compile("This is the trial, not the saved list .*Record this as the board's"))
    assert not decisions.record_file(path).exists()
    board.button("Yes, record it").locator("visible=true").click()
    board.reads(re.compile("Recorded: 1"))
    kept = record.decisions(record.open_record(decisions.record_file(path)))
    assert set(kept.index[kept["decision"] == "fund"]) == set(
        cut.choice.selected.index[cut.choice.selected]
    )
    assert folder.read_settings(path).budget_scale == 0.85
    board.shot("11-decide")

    # 12 export
    board.tab("Record")
    board.reads("Ann Chair")
    board.button("Write the ranked list").click()
    board.reads(re.compile("Wrote ranked_list.xlsx and ranked_list.csv"))
    assert (path / "out" / "ranked_list.xlsx").is_file()
    board.shot("12-record")
    board.close()


NAMELESS = """() => [...document.querySelectorAll(
  '.pmo-board button, .pmo-board input, .pmo-board select, .pmo-board [role=tab], .pmo-board img, .pmo-board svg')]
  .filter(e => e.getClientRects().length)
  .filter(e => !(e.getAttribute('aria-label') || e.alt || e.textContent.trim()
    || (e.labels && [...e.labels].some(l => l.textContent.trim()))))
  .map(e => e.outerHTML.slice(0, 200))"""
HEIGHT = "(document.querySelector('#rendered_cells') ?? document.body).scrollHeight"
FOCUSED = """() => { const e = document.activeElement;
  return [e.tagName, e.name || e.id || '', (e.labels?.[0]?.textContent ?? '') || e.textContent.trim()]; }"""


@pytest.fixture(scope="module")
def opened(browser, served):
    """One page for the tests after the review."""
    board = Board(browser, served[0])
    away = board.button("Take over").locator("visible=true")
    away.wait_for(state="hidden")  # the page of the review has only just gone, and drove
    yield board
    board.close()


def test_the_page_by_keyboard_alone(opened):
    board = opened
    keys, page = board.page.keyboard, board.page

    def to(wanted) -> None:
        for _ in range(80):
            keys.press("Tab")
            found = page.evaluate(FOCUSED)
            if wanted(found):
                return
        raise AssertionError("never reached by Tab")

    page.locator("body").focus()
    to(lambda found: found[1].startswith("pmo-tab-"))
    keys.press("Home")
    for place, name in enumerate(("Compare", "Health", "Decisions", "Capacity", "Alignment")):
        keys.press("ArrowRight")
        selected = page.locator("[role=tab][aria-selected=true]")
        assert selected.inner_text() == name, place
        assert page.locator("[role=tabpanel]").locator("visible=true").count() == 1
        assert page.evaluate(NAMELESS) == []
    keys.press("End")
    assert page.locator("[role=tab][aria-selected=true]").inner_text() == "Record"
    assert page.evaluate(NAMELESS) == []
    keys.press("Home")
    assert page.evaluate(NAMELESS) == []

    to(lambda found: found[1] == "weight_3")
    before = board.weight(3).input_value()
    keys.press("End")
    board.until(lambda: board.page.locator(".pmo-status[data-kind=coming]").count(), "coming")
    board.exact()
    assert page.evaluate(FOCUSED)[1] == "weight_3" and board.weight(3).input_value() == "100"
    to(lambda found: found[0] == "BUTTON" and found[2] == "Undo")
    keys.press("Enter")
    board.until(lambda: board.weight(3).input_value() == before, "the slider back")
    to(lambda found: found[0] == "SELECT" and found[2].startswith("Ask about"))
    keys.press("ArrowDown")
    board.reads(re.compile("rank 1, is "))


def test_every_control_by_mouse(opened, served):
    board, page = opened, opened.page
    before = board.weight(0).input_value()
    box = board.weight(0).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    assert float(board.weight(0).input_value()) > 80
    board.exact()
    board.button("Back to the saved list").click()
    board.until(lambda: board.weight(0).input_value() == before, "the saved weights")
    rows = board.rows()
    page.locator(".vega-bindings select").select_option(label="Digital")
    board.until(lambda: 0 < len(board.rows()) < len(rows), "one category alone")
    page.locator(".vega-bindings select").select_option(label="all proposals")
    board.until(lambda: board.rows() == rows, "all of them, in their order")

    board.field("Ask about").select_option(value=_value(board, "Family hubs"))
    board.field("Reason").fill("What if")
    board.field("Your name").fill("Ann Chair")
    board.button("Exclude it").click()
    board.reads(re.compile("Excluding Family hubs in five towns costs"))
    board.button("Leave it open").click()
    board.until(lambda: "board excludes" not in board.texts, "left open")
    board.exact()
    assert page.evaluate(HEIGHT) <= 1080, "the main view needs no scrolling, with an answer, too"

    board.field("Scenario").fill("To forget")
    board.button("Save scenario").click()
    board.reads("Saved as To forget")
    board.tab("Compare")
    board.field("List B").select_option(label="To forget")
    board.button("Forget list B").click()
    board.until(lambda: "To forget" not in board.texts, "a scenario forgotten")
    board.tab("Decisions")
    board.field("Your name").fill("Ann Chair")
    board.field("Reason").fill("Asked for more")
    board.field("Project").select_option(label="1. Harbourside flood wall")
    board.field("Decision").select_option(label="defer")
    board.button("Decide on this project").click()
    board.button("No, go back").locator("visible=true").click()
    board.button("Decide on this project").click()
    board.button("Yes, record it").locator("visible=true").click()
    board.reads("Recorded: Harbourside flood wall, defer.")
    page.evaluate("window.print = () => { window.printed = true; }")
    board.button("Print").click()
    assert page.evaluate("window.printed")
    board.tab("The list")


ANALYSTS = (
    "optimality", "infeasible", "override", "slack", "forced", "zombie", "churn", "sealed", "dissent",
    "admissible", "acceptability", "core index", "borderline", "exterior", "draws", "gap reached",
)  # fmt: skip


@pytest.mark.parametrize("theme", ["Projector theme", "Dark theme"])
def test_no_tab_has_a_serious_fault_or_an_analysts_word(opened, theme):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    board, page = opened, opened.page
    if board.button(theme).count():
        board.button(theme).click()
    faults = []
    for name in TABS.values():
        board.tab(name)
        board.settled()
        for fault in axe.Axe().run(page).response["violations"]:
            if fault["impact"] in ("serious", "critical"):
                faults.append((name, fault["id"], [n["html"][:120] for n in fault["nodes"][:3]]))
        told = board.texts.lower()
        assert [word for word in ANALYSTS if re.search(rf"\b{word}", told)] == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= 1920, name
        board.shot(f"{theme.split()[0].lower()}-{name.split()[-1]}")
    assert faults == []
    if theme == "Dark theme":
        board.button("Projector theme").click()
    board.tab("The list")


STEPS = """async moves => {
  const painted = () => new Promise(go => requestAnimationFrame(() => requestAnimationFrame(go)));
  const svg = document.querySelector(".pmo-chart svg.marks");
  const order = () => [...svg.querySelectorAll(".mark-text text")].map(t => t.textContent + t.getAttribute("transform")).join();
  let blank = 0, ended = false;
  const look = () => { if (!svg.isConnected || !svg.querySelector("text")) blank++; if (!ended) requestAnimationFrame(look); };
  look();
  const found = [];
  for (const [number, points] of moves) {
    const input = document.querySelector(`.vega-bindings input[name=weight_${number}]`);
    input.value = points;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    await painted();
    for (let seen = ""; seen !== order();) { seen = order(); await painted(); }
    found.push([...svg.querySelectorAll(".mark-text text")].map(t => [t.textContent, t.getBoundingClientRect().top, t.getBoundingClientRect().left]));
  }
  ended = true;
  return [found, blank];
}"""


def test_ranks_equal_those_of_python_for_200_random_weightings(opened, served):
    board, (_, path) = opened, served
    saved = workbench.recommend(*folder.open_folder(path), explain=False)
    board.button("Back to the saved list").click(force=True)
    board.exact()
    names, criteria = saved.portfolio.projects["name"], saved.evaluation.weights.index
    stems = {_stem(names[label]): label for label in saved.evaluation.score.index}
    points = np.array([float(board.weight(n).input_value()) for n in range(len(criteria))])
    scale = float(board.budget.input_value()) / 100
    rng = np.random.default_rng(9)
    moves = [[int(rng.integers(len(criteria))), int(rng.integers(1, 101))] for _ in range(200)]
    found, blank = board.page.evaluate(STEPS, moves)
    assert blank == 0, "frames without a ranking"
    seen = set()
    for (number, moved), texts in zip(moves, found, strict=True):
        points[number] = moved
        now = ranking.quick_list(saved, pd.Series(points / points.sum(), criteria), scale)
        shown = board.rows(texts)
        assert [(stems[_stem(name)], rank) for name, rank in shown] == list(now["rank"].items())
        seen.add(tuple(now.index))
    assert len(seen) > 100, "weightings that order the list differently"
    board.exact()


def test_it_is_read_from_the_back_of_the_room_and_on_paper(opened):
    board, page = opened, opened.page
    board.field("Ask about").select_option(label="choose a project …")
    board.until(lambda: "is recommended" not in board.texts, "nothing asked")
    assert page.evaluate(HEIGHT) <= 1080, "the main view needs no scrolling"
    large = page.evaluate(
        """() => [...document.querySelectorAll(".pmo-chart svg .mark-text text")].map(t =>
          parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a)"""
    )
    assert sorted(large)[5] >= 23.5, "letters of the ranked list"
    headline = "parseFloat(getComputedStyle(document.querySelector('.pmo-headline p')).fontSize)"
    assert page.evaluate(headline) >= 24
    page.emulate_media(media="print")
    assert board.button("Include it").is_visible() is False
    assert page.locator(".pmo-headline").is_visible()
    whole = page.pdf(prefer_css_page_size=True)
    if SHOTS:
        (Path(SHOTS) / "10-print.pdf").write_bytes(whole)
    assert whole.startswith(b"%PDF") and len(re.findall(rb"/Type /Page\b", whole)) <= 2
    page.emulate_media(media="screen")


def _value(board: Board, words: str) -> str:
    option = board.field("Ask about").locator("option", has_text=words)
    return option.get_attribute("value")
