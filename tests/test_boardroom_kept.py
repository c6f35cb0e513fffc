"""Texts that the pages of one server work out once among them."""

import asyncio
import dataclasses
import json
import multiprocessing
import os
import stat
import subprocess
import sys
import threading
from functools import partial
from types import SimpleNamespace

import pytest
from test_boardroom import Trying, settled, slowly, working

from pmo_lib import board_command, folder, workbench
from pmo_lib.boardroom import kept, tabs
from pmo_lib.boardroom.frame import Frame
from pmo_lib.checks import InputError

waits = pytest.mark.skipif(kept.fcntl is None, reason="nobody waits here")
TEXTS = ["<p>short</p>", "<p>“whole”</p>"]


def tell(made) -> list[str]:
    """Give the texts their name."""
    raise AssertionError("told by `work`, which may ask another process to")


@pytest.fixture(scope="module")
def made():
    return workbench.recommend(*folder.open_folder(folder.example_folder()), explain=False)


@pytest.fixture
def place(tmp_path, monkeypatch):
    texts = tmp_path / "texts"
    texts.mkdir()
    monkeypatch.setenv(kept.PLACE, str(texts))
    return texts


def ask(made, work, *, told=tell, wanted=lambda: True):
    return kept.once(made, told, work, wanted=wanted)


def never() -> list[str]:
    raise AssertionError("worked out twice")


def ended() -> list[str]:
    raise InputError("its process was ended")


def beside(work) -> tuple[threading.Thread, list]:
    """Start some work in a thread, and return that with what it will have answered."""
    answers: list = []
    thread = threading.Thread(target=lambda: answers.append(work()), daemon=True)
    thread.start()
    return thread, answers


def test_what_is_known_is_not_worked_out_again_and_a_failure_is_not_known(made, place):
    with pytest.raises(InputError, match="ended"):
        ask(made, ended)
    assert ask(made, lambda: TEXTS) == TEXTS
    assert ask(made, never) == TEXTS
    (file,) = place.glob("*.json")
    assert json.loads(file.read_text("utf-8")) == TEXTS
    assert {f.suffix for f in place.iterdir()} == {".json", ".lock"}, "no draft is left"


def test_other_settings_tables_lists_and_tellers_are_told_anew(made, place):
    ask(made, lambda: TEXTS)
    less = dataclasses.replace(made.settings, budget_scale=0.9)
    costly = made.portfolio.cash_flows.assign(cost=made.portfolio.cash_flows["cost"] + 1)
    choice = dataclasses.replace(made.choice, selected=~made.choice.selected)
    others = [
        dataclasses.replace(made, settings=less),
        dataclasses.replace(made, portfolio=dataclasses.replace(made.portfolio, cash_flows=costly)),
        dataclasses.replace(made, choice=choice),
    ]
    for n, other in enumerate(others):
        assert ask(other, lambda n=n: [f"{n}"]) == [f"{n}"]
    assert ask(made, lambda: ["else"], told=slowly) == ["else"]
    again = dataclasses.replace(made, portfolio=folder.open_folder(folder.example_folder())[0])
    assert ask(again, never) == TEXTS, "the same tables, read by another page"


def test_without_the_folder_every_page_works_for_itself(made, place, monkeypatch):
    monkeypatch.setenv(kept.PLACE, str(place / "gone"))
    assert [ask(made, lambda: TEXTS), ask(made, list)] == [TEXTS, []]
    monkeypatch.delenv(kept.PLACE)
    assert [ask(made, lambda: TEXTS), ask(made, list)] == [TEXTS, []]
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("half", ['["<p>sho', "", '{"a": "b"}', "[1]"])
def test_what_is_not_whole_is_not_read(made, place, half):
    ask(made, lambda: TEXTS)
    (file,) = place.glob("*.json")
    file.write_text(half, "utf-8")
    assert ask(made, lambda: TEXTS) == TEXTS
    assert ask(made, never) == TEXTS


@waits
def test_a_page_waits_for_another_that_is_at_it(made, place):
    at_it, go, waiting = threading.Event(), threading.Event(), threading.Event()

    def work() -> list[str]:
        at_it.set()
        assert go.wait(10)
        return TEXTS

    first, one = beside(lambda: ask(made, work))
    assert at_it.wait(10)
    second, other = beside(lambda: ask(made, never, wanted=lambda: waiting.set() or True))
    assert waiting.wait(10) and not other
    with pytest.raises(InputError, match="overtaken"):
        ask(made, never, wanted=lambda: False)
    go.set()
    first.join(10)
    second.join(10)
    assert [*one, *other] == [TEXTS, TEXTS]


HOLD = "import fcntl, sys; f = open(sys.argv[1]); fcntl.flock(f, fcntl.LOCK_EX); print(flush=True); input()"


@waits
def test_a_page_that_died_or_takes_too_long_holds_up_nobody(made, place, monkeypatch):
    with pytest.raises(InputError):
        ask(made, ended)
    (lock,) = place.glob("*.lock")
    waiting, pipe = threading.Event(), subprocess.PIPE
    command = [sys.executable, "-c", HOLD, str(lock)]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as other:
        assert other.stdout.readline()
        with monkeypatch.context() as patch:
            patch.setattr(kept, "LONGEST", 0.2)
            assert ask(made, lambda: TEXTS) == TEXTS
        (file,) = place.glob("*.json")
        file.unlink()
        heir, texts = beside(lambda: ask(made, list, wanted=lambda: waiting.set() or True))
        assert waiting.wait(10) and not texts
        other.kill()
        heir.join(10)
    assert texts == [[]]


@waits
def test_two_pages_share_a_worker_and_an_overtaken_one_makes_way(made, place, monkeypatch):
    spawn, begun = multiprocessing.get_context("spawn"), []

    def process(**kwargs) -> multiprocessing.Process:
        begun.append(spawn.Process(**kwargs))
        return begun[-1]

    own = SimpleNamespace(Pipe=spawn.Pipe, Process=process)
    monkeypatch.setattr(tabs.multiprocessing, "get_context", lambda _: own)
    less = dataclasses.replace(made, settings=dataclasses.replace(made.settings, budget_scale=0.9))
    follow = partial(tabs.Followed, tab="decisions", tell=slowly, areas=1, pause=0, apart=True)

    async def meeting() -> None:
        one, other = Trying(answer=made), Trying(answer=made)
        ann = follow(one, Frame(tab="decisions"))
        first = await working(ann)
        bob = follow(other, Frame(tab="decisions"))
        await asyncio.sleep(0.3)
        assert begun == [first], "the other page waits"
        other.answers(less)
        assert await settled(bob) == "<p>0.9</p>" and first.is_alive(), "and no longer than it asks"
        other.answers(made)
        one.answers(less)
        heir = await working(bob)
        assert await settled(ann) == "<p>0.9</p>"
        assert first.exitcode < 0
        other.answers(less)
        assert await settled(bob) == "<p>0.9</p>", "known, so at once"
        while heir.exitcode is None:  # it is being ended meanwhile
            await asyncio.sleep(0.02)
        assert heir.exitcode < 0
        assert len(begun) == 3, "what the other page found is shown"

    asyncio.run(asyncio.wait_for(meeting(), 120))


def test_a_server_has_a_folder_of_its_own_for_them(tmp_path, monkeypatch):
    pytest.importorskip("voila", reason="voila is not installed")
    monkeypatch.setenv(kept.PLACE, "another server's")
    asked = {}
    monkeypatch.setattr(
        board_command.subprocess, "Popen", lambda *_, **kwargs: asked.update(kwargs)
    )
    monkeypatch.setattr(board_command, "_listening", lambda *_: None)
    board_command.start(tmp_path, home=tmp_path, port=18886)
    place = tmp_path / "texts"
    assert asked["env"][kept.PLACE] == str(place)
    if os.name == "posix":
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
