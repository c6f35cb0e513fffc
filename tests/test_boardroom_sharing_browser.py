"""The board room on several devices, on a line that breaks, and in Firefox."""

import contextlib
import json
import re
import shutil
import socket
import threading
import time

import pandas as pd
import psutil
import pytest
from browser_base import Opened
from test_boardroom_browser import HEIGHT, Board, _stem
from test_live_file_browser import FIREFOX, Firefox

from pmo_lib import board_command, folder, record, workbench
from pmo_lib.boardroom import decisions, keeping, ranking

pytestmark = [pytest.mark.browser, pytest.mark.slow]
pytest.importorskip("voila", reason="voila is not installed")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The board room over a copy of the example whose board has two seats and an open round."""
    home = tmp_path_factory.mktemp("shared")
    portfolio = home / "portfolio"
    shutil.copytree(folder.example_folder(), portfolio)
    kept = record.open_record(decisions.record_file(portfolio))
    record.add_member(kept, "Ann", role="chair", by="Ann")
    record.add_member(kept, "Bob", role="member", by="Ann")
    words = record.round_labels(folder.open_folder(portfolio)[0])
    record.open_round(kept, "1", by="Ann", labels=words)
    (home / "server").mkdir()
    server, address = board_command.start(portfolio, home=home / "server", port=18876, pool=2)
    yield address, portfolio, server
    board_command.stop(server)


SCROLLED = "document.querySelector('#rendered_cells').scrollTop"


class Wire:
    """The line between a page and the server, which can be cut and mended."""

    def __init__(self, address: str) -> None:
        self.server = int(re.search(r":(\d+)/", address)[1])
        self.listener = socket.create_server(("127.0.0.1", 0))
        here = f":{self.listener.getsockname()[1]}/"
        self.address = address.replace(f":{self.server}/", here)
        self.whole, self.ends = True, []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                page, _ = self.listener.accept()
                if not self.whole:
                    page.close()
                    continue
                server = socket.create_connection(("127.0.0.1", self.server))
                self.ends += [page, server]
                for ends in ((page, server), (server, page)):
                    threading.Thread(target=self._carry, args=ends, daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                target.sendall(data)
        self._end(source, target)

    def _end(self, *ends: socket.socket) -> None:
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        self.whole = False
        self._end(*self.ends)

    def mend(self) -> None:
        self.whole = True

    def close(self) -> None:
        self.cut()
        for end in (self.listener, *self.ends):
            end.close()


def kernel_of(board: Board) -> psutil.Process:
    """Return the process that works for a page."""
    name = board.page.evaluate(
        "JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId"
    )
    (found,) = (p for p in psutil.process_iter() if any(name in c for c in _command(p)))
    return found


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def state(board: Board) -> dict:
    """Read everything a meeting has moved on a page."""
    page = board.page
    return {
        "list": board.headline,
        "weights": [w.input_value() for w in page.locator("input[name^=weight_]").all()],
        "budget": board.budget.input_value(),
        "tab": page.locator("[role=tab][aria-selected=true]").inner_text(),
        "scenarios": page.get_by_label("List B").locator("option").all_inner_texts(),
        "me": page.get_by_label("I am", exact=True).input_value(),
        "points": [n.input_value() for n in page.locator(".pmo-ask input[type=number]").all()],
        "decided": page.locator("table", has_text="Decisions").inner_text(),
    }


def settled(board: Board) -> dict:
    """Read the state once it no longer changes."""
    board.page.locator(".pmo-ask").wait_for()
    seen = [{}, state(board)]
    while seen[-1] != seen[-2]:
        board.page.wait_for_timeout(1500)
        seen.append(state(board))
    return seen[-1]


def comes_back(board: Board, before: dict) -> None:
    """Wait until a page reads as before; tell what differs where it never does."""
    with contextlib.suppress(AssertionError):
        board.until(lambda: state(board) == before, "the same state")
    assert state(board) == before


def press(board: Board, slider, key: str, times: int) -> None:
    slider.focus()
    for _ in range(times):
        board.page.keyboard.press(key)


def test_a_meeting_on_two_devices_and_a_line_that_breaks(browser, served, request):
    address, path, _ = served
    wire = Wire(address)
    request.addfinalizer(wire.close)
    ann, bob = Board(browser, wire.address), Board(browser, address)
    shared = bob.page.locator(".pmo-sharing")
    assert not shared.is_visible() and not keeping.kept_file(path).exists()

    # each says who they are; the chair moves the budget, the member sees it without a reload
    for board, name in ((ann, "Ann (chair)"), (bob, "Bob (member)")):
        board.tab("Record")
        board.field("I am").select_option(name)
        board.page.locator(".pmo-ask").wait_for()
        board.tab("The list")
    press(ann, ann.budget, "ArrowLeft", 10)
    bob.until(lambda: bob.budget.input_value() == "90", "the budget on the other page")
    bob.reads(re.compile(r"Ann drives since \d\d:\d\d; last change at .*: all budgets at 90 %"))
    ann.exact()
    bob.until(lambda: bob.headline == ann.headline, "the exact list on both pages")
    assert not ann.page.locator(".pmo-sharing").is_visible()
    bob.shot("follows")
    assert bob.page.evaluate(HEIGHT) <= 1080, "who drives is said without a line of its own"

    # what one reads far down stays where it is while the other goes on
    bob.tab("Since last time")
    bob.reads("Programmes at each review")
    bob.page.evaluate(f"{SCROLLED} = 300")
    press(ann, ann.budget, "ArrowLeft", 2)
    bob.until(lambda: bob.budget.input_value() == "88", "the budget once more")
    bob.exact()
    bob.settled()
    assert bob.page.evaluate(SCROLLED) == 300
    press(ann, ann.budget, "ArrowRight", 2)
    bob.until(lambda: bob.budget.input_value() == "90", "the budget as before")
    bob.tab("The list")
    bob.exact()

    # what the member moves is theirs alone; only the chair takes over
    press(bob, bob.weight(2), "End", 1)
    bob.reads("nobody else sees it")
    bob.exact()
    assert bob.headline != ann.headline and ann.weight(2).input_value() == "12"
    assert not keeping.read_kept(path).settings.weights
    bob.button("Take over").click()
    bob.reads(re.compile("only Ann does"))
    bob.button("Back to what all see").click()
    bob.until(lambda: bob.weight(2).input_value() == "12", "the shared weights again")

    # a second page of the chair is told, takes over with one press, and the first is told
    second = Board(browser, address)
    second.tab("Record")
    second.field("I am").select_option("Ann (chair)")
    second.tab("The list")
    second.reads(re.compile("Ann drives since .* all budgets at 90 %"))
    press(second, second.weight(1), "End", 1)
    second.reads("nobody else sees it")
    second.button("Take over").click()
    ann.reads(re.compile("Ann took over at .*: the weight of .*What you tried before is one Undo"))
    for board in (ann, bob):
        board.until(lambda b=board: b.weight(1).input_value() == "100", "the weight on all pages")
    ann.shot("ousted")
    ann.button("Take over").click()
    second.reads(re.compile("Ann took over"))

    # closing a page ends what worked for it
    left = kernel_of(second)
    closed, second.page = second.page, second.context.new_page()
    closed.close(run_before_unload=True)
    left.wait(60)
    second.close()

    # a ballot on the member's own device; the chair sees that, not how
    bob.tab("Record")
    first = bob.page.locator(".pmo-ask input[type=number]").first
    first.fill("60")
    first.press("Tab")
    bob.button("Save my ballot").click()
    ann.tab("Record")
    ann.reads("Voted: Bob. Not yet: Ann.")

    # decide and keep a scenario, then kill the kernel: the page comes back as it was
    ann.tab("The list")
    ann.field("Scenario").fill("Agreed")
    ann.button("Save scenario").click()
    ann.reads("Saved as Agreed")
    ann.exact()
    record.decide(
        record.open_record(decisions.record_file(path)), "leisure-centre", "stop", by="Ann",
        reason="Late",
    )  # fmt: skip
    ann.tab("Record")
    ann.reads("Late")
    before, killed = settled(ann), kernel_of(ann)
    assert before["scenarios"][-1] == "Agreed" and before["weights"][1] == "100"
    with ann.page.expect_event("load"):
        killed.kill()
        ann.reads(re.compile("what was tried is kept"))
        ann.shot("killed")
    ann.until(lambda: ann.page.locator(".vega-bindings output").count() > 6, "the page again")
    ann.until(lambda: ann.page.locator(".pmo-ask").is_visible(), "the ballot again")
    ann.exact()
    comes_back(ann, before)
    assert kernel_of(ann).pid != killed.pid
    assert not ann.page.locator(".pmo-sharing").is_visible(), "who drove drives on"

    # cut the line: the page says so, ranks on, and comes back by itself
    wire.cut()
    ann.reads(re.compile("The connection is lost.*comes back by itself"))
    ann.shot("cut")
    wire.mend()
    ann.until(lambda: not ann.page.locator(".pmo-lost span").count(), "the line mended")
    ann.until(lambda: ann.page.locator(".pmo-ask").is_visible(), "the ballot again")
    ann.exact()
    comes_back(ann, before)
    ann.tab("The list")
    press(ann, ann.budget, "ArrowRight", 5)
    bob.until(lambda: bob.budget.input_value() == "95", "who drove still drives")
    for board in (ann, bob):
        board.close()


def test_a_notebook_comes_back_after_a_restart(browser, lab):
    opened = Opened(browser, lab, "10_the_board_room", (1920, 1080))
    budget = opened.page.locator(".vega-bindings input[name=budget_percent]")
    budget.wait_for()
    opened.page.locator(".pmo-status[data-kind=exact]").wait_for()
    opened.page.wait_for_timeout(1000)  # a view just made is put where the room stands first
    budget.focus()
    for _ in range(10):
        opened.page.keyboard.press("ArrowLeft")
    kept = keeping.kept_file(opened.portfolio)
    opened.until(kept.exists, "what is tried, kept")
    opened.until(
        lambda: keeping.read_kept(opened.portfolio).settings.budget_scale == 0.9, "all of it"
    )
    opened.page.get_by_role("menuitem", name="Kernel", exact=True).click()
    opened.page.get_by_role("menuitem", name="Restart Kernel and Run All Cells").click()
    opened.page.get_by_role("button", name="Confirm Kernel Restart").click()
    opened.until(lambda: budget.count() == 0, "the page of before gone")
    budget.wait_for()
    opened.until(lambda: budget.input_value() == "90", "the budget again")
    opened.page.locator(".pmo-status[data-kind=exact]").wait_for()
    assert keeping.read_kept(opened.portfolio).settings.budget_scale == 0.9
    assert not opened.page.locator(".pmo-sharing").is_visible()
    opened.close()


def press_in(firefox: Firefox, key: str, times: int = 1) -> None:
    keys = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")] * times
    actions = [{"type": "key", "id": "keys", "actions": keys}]
    firefox.call("input.performActions", context=firefox.context, actions=actions)


@pytest.mark.skipif(not FIREFOX, reason="no Firefox is installed")
def test_the_ranking_and_the_exact_list_in_firefox(served, tmp_path):
    address, path, _ = served
    keeping.kept_file(path).unlink(missing_ok=True)
    portfolio, settings = folder.open_folder(path)
    saved = workbench.recommend(portfolio, settings, explain=False)
    firefox = Firefox(tmp_path)

    def wait(words: str) -> None:
        firefox.ask(f"new Promise(go => setInterval(() => ({words}) && go(), 50))")

    try:
        firefox.call("session.subscribe", events=["network.beforeRequestSent"])
        here = {"context": firefox.context}
        firefox.call("browsingContext.setViewport", **here, viewport={"width": 1366, "height": 768})
        firefox.call("browsingContext.navigate", **here, url=address, wait="complete")
        wait("document.querySelector('.pmo-budget output')")
        wait("document.querySelector('.pmo-status')?.dataset.kind === 'exact'")
        headline = "document.querySelector('.pmo-headline p').innerText"
        back = "[...document.querySelectorAll('button')].find(b => b.title === 'Back to the saved list')"
        firefox.ask(f"{back}.disabled || {back}.click()")  # from what an earlier page left
        wait(f"{headline} === {json.dumps(saved.headline)}")
        firefox.ask("document.querySelector('input[name=weight_2]').focus()")
        press_in(firefox, "\ue010")
        read = "[...document.querySelectorAll('input[name^=weight_]')].map(e => e.value).join()"
        points = pd.Series(map(float, firefox.ask(read).split(",")), saved.evaluation.weights.index)
        assert points.iloc[2] == 100
        wanted = list(ranking.quick_list(saved, points / points.sum(), 1.0).index)
        assert wanted != list(ranking.quick_list(saved, saved.evaluation.weights, 1.0).index)
        texts = (
            "JSON.stringify([...document.querySelectorAll('.vega-embed svg .mark-text text')]"
            ".map(e => [e.getBoundingClientRect().top, e.textContent]))"
        )
        stems = {_stem(name): label for label, name in portfolio.projects["name"].items()}
        for _ in range(300):
            shown = sorted((top, words) for top, words in json.loads(firefox.ask(texts)))
            if [stems[_stem(w)] for _, w in shown if _stem(w) in stems] == wanted:
                break
            time.sleep(0.1)
        else:
            raise AssertionError(f"never seen: {wanted}")
        firefox.ask("document.querySelector('input[name=budget_percent]').focus()")
        press_in(firefox, "\ue012", 10)
        tried = workbench.Settings(
            **{**vars(settings), "weights": points.to_dict(), "budget_scale": 0.9}
        )
        exact = workbench.recommend(portfolio, tried, explain=False)
        assert exact.headline != saved.headline
        wait(f"{headline} === {json.dumps(exact.headline)}")
        asked = [e["params"]["request"]["url"] for e in firefox.events if "request" in e["params"]]
        here = (address.split("?")[0], "data:", "about:", "blob:", "ws://127.0.0.1")
        assert [url for url in asked if not url.startswith(here)] == []
    finally:
        firefox.close()
