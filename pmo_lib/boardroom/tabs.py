"""Panels that follow the exact list while they are seen, and keep the last answer until then."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import ipywidgets

from pmo_lib.boardroom.frame import Frame
from pmo_lib.boardroom.markup import bad, lines
from pmo_lib.boardroom.state import Room
from pmo_lib.boardroom.words import plain
from pmo_lib.checks import InputError
from pmo_lib.widgets.trial import EXACT, REASONS, Latest
from pmo_lib.workbench import Recommendation

COMING = "Exact answer coming …"


class Followed:
    """Texts of one tab, worked out in the background for the list last answered.

    Parameters
    ----------
    room : Room
        Whose list is told.
    frame : Frame
        Says which tab is seen.
    tab : str
        The tab; nothing is worked out while another one is seen.
    tell : callable
        Given a Recommendation, returns one HTML text for each area.
    areas : int
        How many texts.
    pause : float
        How long the list must stand first. [s]
    apart : bool
        Whether it takes so long that a process of its own must do it, for as long as it takes.

    Attributes
    ----------
    areas : list of ipywidgets.HTML
        The texts.
    state : ipywidgets.HTML
        Says while something newer is coming.
    made : Recommendation or None
        The list that the texts tell of.
    """

    def __init__(
        self,
        room: Room,
        frame: Frame,
        tab: str,
        tell: Callable[[Recommendation], list[str]],
        *,
        areas: int = 2,
        pause: float = 0.2,
        apart: bool = False,
    ) -> None:
        self.apart = apart
        self.room, self.frame, self.tab, self.tell = room, frame, tab, tell
        self.areas = [ipywidgets.HTML() for _ in range(areas)]
        self.state = ipywidgets.HTML()
        self.made: Recommendation | None = None
        self._told: object = None
        self._latest = Latest([self._work], self._show, self._fail, pause)
        room.observe(self.follow, "version")
        frame.observe(self.follow, "tab")
        self.follow()

    def follow(self, _=None) -> None:
        """Work the texts out if they are seen and older than the list."""
        made = self.room.answer
        wanted = self.room.state in (EXACT, REASONS) and self.frame.tab == self.tab
        if not wanted or made.choice is self._told:
            return
        self._told = made.choice
        self._say(COMING)
        self._latest.ask(made)

    async def ready(self) -> None:
        """Work the texts out for the list as it stands, before anybody asks."""
        made = self.room.answer
        if self._told is not None:
            return
        try:
            texts = await asyncio.get_running_loop().run_in_executor(None, self._work, made)
        except InputError:
            return
        if self._told is None:
            self._told = made.choice
            self._show(made, 0, texts)

    def _work(self, made: Recommendation) -> list[str]:
        if not self.apart or threading.current_thread() is threading.main_thread():
            return self.tell(made)
        own = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=own, initializer=_gently) as worker:
            return worker.submit(self.tell, made).result()

    def _show(self, made: Recommendation, _stage, texts: list[str]) -> None:
        self.made = made
        for area, told in zip(self.areas, texts, strict=True):
            if area.value != told:
                area.value = told
        self._say("")

    def _fail(self, _made, error: InputError) -> None:
        self.state.value = bad(plain(str(error)))

    def _say(self, words: str) -> None:
        self.state.value = lines(words, quiet=True) if words else ""


def _gently() -> None:
    """Leave the machine to those who are waited for."""
    if hasattr(os, "nice"):
        os.nice(10)


def columns(*children) -> ipywidgets.Box:
    """Set widgets side by side where there is room."""
    box = ipywidgets.Box(list(children))
    box.add_class("pmo-columns")
    return box
