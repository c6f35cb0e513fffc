"""Panels that follow the exact list while they are seen, and keep the last answer until then."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable

import ipywidgets

from pmo_lib.boardroom import kept
from pmo_lib.boardroom.frame import Frame
from pmo_lib.boardroom.markup import bad, lines
from pmo_lib.boardroom.state import Room
from pmo_lib.boardroom.words import plain
from pmo_lib.checks import InputError
from pmo_lib.widgets.trial import EXACT, REASONS, Latest
from pmo_lib.workbench import Recommendation

COMING = "Being worked out …"
LONG = "Being worked out, which can take a minute; what stands here is of the list before."

MOST_KNOWN = 4
"""Lists whose texts are kept, to be shown again at once."""


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
        self.state.add_class("pmo-state")
        self.made: Recommendation | None = None
        self._asked: Recommendation | None = None
        self._known: list[tuple[Recommendation, list[str]]] = []
        self._worker: multiprocessing.Process | None = None
        self._coming = LONG if apart else COMING
        self._latest = Latest([self._work], self._show, self._fail, pause)
        room.observe(self.follow, "version")
        frame.observe(self.follow, "tab")
        self.follow()

    def follow(self, _=None) -> None:
        """Work the texts out if they are seen; those that are known are shown in any case."""
        if self.frame.tab == self.tab or self._recalled(self.room.answer):
            self.ask()

    def ask(self) -> None:
        """Work the texts out for the list as it stands, unless they tell of it or soon will."""
        made = self.room.answer
        if self.room.state not in (EXACT, REASONS) or same_list(made, self._asked):
            return
        self._asked = made
        self._leave()
        if known := self._recalled(made):
            self._put(made, known)
        else:
            self._say(self._coming)
        self._latest.ask(made)

    def _recalled(self, made: Recommendation) -> list[str] | None:
        return next((texts for known, texts in self._known if same_list(known, made)), None)

    def _work(self, made: Recommendation) -> list[str]:
        if known := self._recalled(made):
            return known
        if not self.apart or threading.current_thread() is threading.main_thread():
            return self.tell(made)
        return kept.once(
            made, self.tell, lambda: self._worked_apart(made), wanted=lambda: made is self._asked
        )

    def _worked_apart(self, made: Recommendation) -> list[str]:
        own = multiprocessing.get_context("spawn")
        reader, writer = own.Pipe(duplex=False)
        self._worker = own.Process(target=_tell, args=(writer, self.tell, made), daemon=True)
        with reader:
            self._worker.start()
            writer.close()
            if made is not self._asked:
                self._leave()
            try:
                told = reader.recv()
            except EOFError:
                told = InputError(
                    "this could not be worked out: its process was ended; open the tab again"
                )
            self._worker.join()
        if isinstance(told, InputError):
            raise told
        return told

    def _leave(self) -> None:
        """End the work on a list that another one has overtaken."""
        if self._worker is not None and self._worker.is_alive():
            self._worker.terminate()

    def _show(self, made: Recommendation, _stage, texts: list[str]) -> None:
        if not self._recalled(made):
            self._known = [*self._known, (made, texts)][-MOST_KNOWN:]
        self._put(made, texts)

    def _put(self, made: Recommendation, texts: list[str]) -> None:
        self.made = made
        for area, told in zip(self.areas, texts, strict=True):
            if area.value != told:
                area.value = told
        self._say("")

    def _fail(self, _made, error: InputError) -> None:
        self._asked = None
        self.state.value = bad(plain(str(error)))

    def _say(self, words: str) -> None:
        self.state.value = lines(words, quiet=True) if words else ""


def same_list(one: Recommendation, other: Recommendation | None) -> bool:
    """Whether two answers are one list under the same settings; reasons may be missing in one."""
    return other is not None and (
        one is other
        or (
            one.settings == other.settings
            and one.choice.selected.equals(other.choice.selected)
            and one.choice.option.equals(other.choice.option)
        )
    )


def _tell(pipe, tell: Callable, made: Recommendation) -> None:
    """Work texts out in a process of its own that leaves the machine to those who are waited for."""
    if hasattr(os, "nice"):
        os.nice(10)
    try:
        pipe.send(tell(made))
    except InputError as error:
        pipe.send(error)


def columns(*children) -> ipywidgets.Box:
    """Set widgets side by side where there is room."""
    box = ipywidgets.Box(list(children))
    box.add_class("pmo-columns")
    return box
