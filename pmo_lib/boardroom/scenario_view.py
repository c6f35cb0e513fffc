"""Save what is tried under a name, set two lists side by side, take one up again."""

from __future__ import annotations

import ipywidgets

from pmo_lib.boardroom.asking import FULL
from pmo_lib.boardroom.compare import Compared, answered, compare
from pmo_lib.boardroom.frame import Frame
from pmo_lib.boardroom.markup import bad, good, lines, table
from pmo_lib.boardroom.state import Room
from pmo_lib.boardroom.tabs import COMING, columns
from pmo_lib.boardroom.words import plain
from pmo_lib.checks import InputError
from pmo_lib.widgets.panel import Quiet
from pmo_lib.widgets.trial import EXACT, REASONS, Latest

MOST_KNOWN = 12
"""Lists that are kept in memory for further comparisons."""

SAVED, TRIED = "As saved", "As tried now"


class Saving:
    """A name and a button: keep what is tried as a scenario."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.name = ipywidgets.Text(description="Scenario", placeholder="a name", layout=FULL)
        self.save = ipywidgets.Button(description="Save scenario", layout=FULL)
        self.says = ipywidgets.HTML()
        self.save.on_click(self._save)
        row = ipywidgets.HBox([self.name, self.save])
        row.add_class("pmo-row")
        row.add_class("pmo-fields")
        self.widget = ipywidgets.VBox([row, self.says])

    def _save(self, _) -> None:
        try:
            kept = self.room.save_scenario(self.name.value)
        except InputError as error:
            self.says.value = bad(plain(str(error)))
            return
        self.name.value = ""
        self.says.value = good(f"Saved as {kept.name}; see Compare.")


class Comparing:
    """Two choices of a list, their comparison, and the way back to one of them.

    Attributes
    ----------
    first, second : ipywidgets.Dropdown
        The lists.
    widget : ipywidgets.VBox
        To be shown.
    """

    def __init__(self, room: Room, frame: Frame) -> None:
        self.room, self.frame, self._known, self._busy = room, frame, {}, Quiet()
        self.first, self.second = (
            ipywidgets.Dropdown(description=words, layout=FULL) for words in ("List A", "List B")
        )
        self.restore, self.drop = (
            ipywidgets.Button(description=words, layout=FULL)
            for words in ("Take list B up again", "Forget list B")
        )
        self.left, self.right, self.says = (ipywidgets.HTML() for _ in range(3))
        self.restore.on_click(self._restore)
        self.drop.on_click(self._drop)
        self._latest = Latest([self._compared], self._show, self._fail, pause=0.1)
        self._asked: tuple | None = None
        self._follow()
        for chosen in (self.first, self.second):
            chosen.observe(self._ask, "value")
        room.observe(self._follow, "version")
        frame.observe(self._ask, "tab")
        row = ipywidgets.HBox([self.first, self.second, self.restore, self.drop])
        row.add_class("pmo-row")
        row.add_class("pmo-fields")
        self.widget = ipywidgets.VBox([row, self.says, columns(self.left, self.right)])

    def _follow(self, _=None) -> None:
        """Offer every list there is, without changing what is chosen."""
        options = (SAVED, TRIED, *self.room.scenarios)
        if self.first.options != options:
            with self._busy:
                for chosen, usual in ((self.first, SAVED), (self.second, options[-1])):
                    now = chosen.value
                    chosen.options = options
                    chosen.value = now if now in options and now != TRIED else usual
        self._ask()

    def _settings(self, name: str):
        known = {SAVED: self.room.saved, TRIED: self.room.settings}
        return known.get(name) or self.room.scenario(name).settings

    def _ask(self, _=None) -> None:
        seen = self.frame.tab == "compare" and self.room.state in (EXACT, REASONS)
        if self._busy or not seen:
            return
        names = (self.first.value, self.second.value)
        try:
            asked = (names, *(self._settings(name) for name in names))
        except InputError as error:
            self.says.value = bad(plain(str(error)))
            return
        if asked == self._asked:
            return
        self._asked = asked
        if names[0] == names[1]:
            self.says.value = lines("Choose two different lists.")
            return
        self.says.value = lines(COMING, quiet=True)
        self._latest.ask(asked)

    def _compared(self, asked: tuple) -> Compared:
        names, *settings = asked
        known = self._known
        for made in (self.room.opening, self.room.answer):
            known[made.settings.hash()] = made
        made = [answered(self.room.portfolio, one, known) for one in settings]
        self._known = dict(list(known.items())[-MOST_KNOWN:])
        return compare(self.room.opening, *made, names)

    def _show(self, _asked, _stage, found: Compared) -> None:
        self.says.value = ""
        self.left.value = lines(*found.says, heading="Side by side") + table(
            found.enters, "Projects on one list only", empty="None: the lists are the same."
        )
        self.right.value = table(found.facts, "Figures") + table(
            found.spend, "Share of the money by objective", empty="No objectives are stated."
        )

    def _fail(self, _asked, error: InputError) -> None:
        self.says.value = bad(plain(str(error)))

    def _restore(self, _) -> None:
        try:
            if self.second.value == SAVED:
                self.room.back()
            elif self.second.value != TRIED:
                self.room.restore(self.second.value)
        except InputError as error:
            self.says.value = bad(plain(str(error)))

    def _drop(self, _) -> None:
        try:
            self.room.drop_scenario(self.second.value)
        except InputError:
            self.says.value = bad("Only a scenario that was saved can be forgotten.")
