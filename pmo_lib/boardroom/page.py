"""The board's page, put together: frame, headline, and one panel a tab."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import suppress

import ipywidgets

from pmo_lib.boardroom import agenda_items, words
from pmo_lib.boardroom.asking import FULL, Asking
from pmo_lib.boardroom.decision_view import Deciding
from pmo_lib.boardroom.frame import Frame
from pmo_lib.boardroom.markup import lines
from pmo_lib.boardroom.ranking import colours
from pmo_lib.boardroom.record_view import Recorded
from pmo_lib.boardroom.scenario_view import Comparing, Saving
from pmo_lib.boardroom.sharing import Sharing
from pmo_lib.boardroom.sliders import Sliders
from pmo_lib.boardroom.state import Room
from pmo_lib.boardroom.tabs import Followed, columns
from pmo_lib.boardroom.voting import Voting
from pmo_lib.widgets.page import Page, asked, ranked_list
from pmo_lib.widgets.panel import static_controls
from pmo_lib.widgets.trial import EXACT, REASONS
from pmo_lib.wording import one_line

LOOKS = 1.0
"""How often it is looked whether somebody else changed what is tried. [s]"""

QUIET, SIGNS = 22, 60
"""Looks after which a page that nobody has opened yet works out its agenda, and after which it
says that it waits, so that it is kept."""

LEFT = 180.0
"""After how long without a sign of life a page counts as gone; one in a hidden tab gives one each
minute. [s]"""

CAPTION = (
    "● on the exact list, ◇ not, ■ must be done. "
    "Thick line: where the money runs out, walking down the list."
)


class BoardRoom(ipywidgets.VBox):
    """The page of a board: its agenda as tabs over one room.

    Parameters
    ----------
    room : Room
        What is tried.

    Attributes
    ----------
    room, frame
        The room, and the frame with its tabs.
    sharing, sliders, asking, saving, comparing, deciding, recorded, voting
        The parts with controls.
    """

    def __init__(self, room: Room) -> None:
        self.room = room
        self.frame = frame = Frame(
            title=words.title_of(room),
            marking=one_line(room.saved.marking),
            shares=colours(room.opening),
        )
        self.sharing = Sharing(room)
        self.sliders, self.asking, self.saving = Sliders(room), Asking(room), Saving(room)
        self.comparing = Comparing(room, frame)
        self.recorded, self.voting = Recorded(room), Voting(room)
        self.deciding = Deciding(room, self.recorded.show)
        self.headline, self.tried, self.heading, self.names = (ipywidgets.HTML() for _ in range(4))
        self.agenda_of, self._first = ipywidgets.HTML(), room.opening.settings.hash()
        self.debate = Followed(room, frame, "decisions", agenda_items.debate, pause=1.0, apart=True)
        self.told = {
            tab: Followed(room, frame, tab, tell)
            for tab, tell in (
                ("health", agenda_items.health),
                ("capacity", agenda_items.capacity),
                ("alignment", agenda_items.alignment),
                ("since", agenda_items.since),
            )
        }
        self.headline.add_class("pmo-headline")
        sharing = [self.sharing.connection, frame, self.sharing.widget]
        super().__init__([*sharing, self.headline, *self._panels()])
        self.add_class("pmo-board")
        self._shown: tuple = ()
        self.debate.areas[0].observe(self._date_agenda, "value")
        frame.observe(lambda change: self.sliders.hear(change["new"]), "slid")
        room.observe(self._follow, "version")
        self._follow()
        self._watch, self._ready = None, False
        with suppress(RuntimeError):
            self._watch = asyncio.get_running_loop().create_task(self._look())

    def _panels(self) -> list[ipywidgets.Widget]:
        decided = columns(
            ipywidgets.VBox([self.debate.state, *self.debate.areas]), self.deciding.widget
        )
        decided.add_class("pmo-uneven")
        files = [self.recorded.write, self.recorded.says, self.recorded.notes]
        recorded = columns(self.recorded.decisions, ipywidgets.VBox(files))
        panels = {
            "list": self._main(),
            "compare": self.comparing.widget,
            "decisions": ipywidgets.VBox([decided]),
            "record": ipywidgets.VBox([self.voting.widget, recorded]),
        }
        for tab, told in self.told.items():
            panels[tab] = ipywidgets.VBox([told.state, columns(*told.areas)])
        for tab, panel in panels.items():
            panel.add_class("pmo-panel")
            panel.add_class(f"pmo-panel-{tab}")
        return [panels[tab] for tab, _ in self.frame.tabs]

    def _main(self) -> ipywidgets.Box:
        self.undo, self.redo, self.back = (
            ipywidgets.Button(description=word, layout=FULL)
            for word in ("Undo", "Redo", "Back to the saved list")
        )
        self.undo.on_click(lambda _: self.room.undo())
        self.redo.on_click(lambda _: self.room.redo())
        self.back.on_click(lambda _: self.room.back())
        row = ipywidgets.HBox([self.undo, self.redo, self.back])
        row.add_class("pmo-row")
        acts = ipywidgets.VBox([row, self.asking.widget, self.saving.widget])
        acts.add_class("pmo-acts")
        self.names.add_class("pmo-scroll")
        caption = ipywidgets.HTML(lines(CAPTION, quiet=True))
        exact = ipywidgets.VBox([self.heading, self.names, self.tried])
        exact.add_class("pmo-exact")
        advice = ipywidgets.VBox([self.agenda_of, self.debate.areas[0]])
        advice.add_class("pmo-advice")
        told = ipywidgets.VBox([self.asking.told, advice])
        told.add_class("pmo-words")
        quick = ipywidgets.VBox([self.sliders.says, caption])
        second = ipywidgets.Box([told, quick])
        second.add_class("pmo-second")
        main = ipywidgets.Box([self.sliders.view, acts, exact])
        main.add_class("pmo-main")
        return ipywidgets.VBox([second, main])

    def _follow(self, _=None) -> None:
        room, frame = self.room, self.frame
        frame.kind, frame.words = words.exactness(room)
        headline = words.headline(room)
        if self.headline.value != headline:
            self.headline.value = headline
        if self._shown != (room.answer, room.opening):
            self._shown = (room.answer, room.opening)
            for area, shown in (
                (self.heading, words.list_heading(room)),
                (self.names, words.recommended(room)),
                (self.tried, words.against_saved(room)),
            ):
                if area.value != shown:
                    area.value = shown
        back, again = room.steps
        self.undo.disabled, self.redo.disabled = back == 0, again == 0
        self.back.disabled = not room.moved
        self._date_agenda()

    def _date_agenda(self, _=None) -> None:
        shown = words.agenda_of(self.room, self.debate.made, self._first)
        if self.agenda_of.value != shown:
            self.agenda_of.value = shown

    async def _look(self) -> None:
        """Work out the agenda once somebody looks, or none did; take up what others change."""
        for looks in itertools.count():
            await asyncio.sleep(LOOKS)
            if self._left():
                continue
            self.room.refresh()
            answered = self.room.state in (EXACT, REASONS)
            if answered and not self._ready and (self.sharing.connection.asked or looks >= QUIET):
                self._ready = True
                self.debate.ask()
            if self.frame.tab == "record":
                self.recorded.show()
                self.voting.show()
            if not self.sharing.connection.asked and looks % SIGNS == 0:
                self.frame.send({"waits": True})

    def _left(self) -> bool:
        """Whether the page has gone without a word: its kernel then falls silent, and is culled."""
        return self.sharing.connection.asked != 0 and self.room.shared.silence > LEFT

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        page = self.static()
        data["text/html"], data["text/plain"] = page._repr_html_(), page.text
        return bundle

    def static(self) -> Page:
        """Return what a printed or stored notebook shows in place of the page."""
        told = static_controls(
            "The board room stands here when the notebook runs, or as a page of its own with: pmo board. "
            "Its opening state:"
        )
        return told + asked(self.room.opening) + ranked_list(self.room.opening)
