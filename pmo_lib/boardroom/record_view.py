"""What the board has decided, and the files to take away."""

from __future__ import annotations

from pathlib import Path

import ipywidgets

from pmo_lib import folder, workbench
from pmo_lib.boardroom import decisions
from pmo_lib.boardroom.asking import FULL
from pmo_lib.boardroom.markup import bad, good, lines, table
from pmo_lib.boardroom.state import Room
from pmo_lib.boardroom.words import plain
from pmo_lib.checks import InputError
from pmo_lib.statements import saved_words, to_read
from pmo_lib.widgets.trial import EXACT, Latest

LISTS = ("ranked_list.xlsx", "ranked_list.csv")


class Recorded:
    """The decisions so far, the settings they rest on, and a button that writes the list.

    Attributes
    ----------
    widget : ipywidgets.VBox
        To be shown.
    """

    def __init__(self, room: Room) -> None:
        self.room = room
        self.decisions, self.notes, self.says = (ipywidgets.HTML() for _ in range(3))
        self.write = ipywidgets.Button(
            description="Write the ranked list", button_style="primary", layout=FULL
        )
        self.write.on_click(self._write)
        self._latest = Latest([self._written], self._wrote, self._failed, pause=0)
        self._shown: tuple = ()
        self.show()
        room.observe(self._follow, "version")
        self._follow()

    def show(self) -> None:
        """Show what is in the record now."""
        try:
            found = decisions.decided(self.room)
        except InputError as error:
            self.decisions.value = bad(plain(str(error)))
            return
        shown = table(found, "Decisions", empty="Nothing has been decided yet.")
        if shown != self.decisions.value:
            self.decisions.value = shown

    def _follow(self, _=None) -> None:
        if self._shown == (self.room.answer, self.room.saved):
            return
        self._shown = (self.room.answer, self.room.saved)
        trial = self.room.answer.settings.hash() != self.room.saved.hash()
        tried = ["What is on the page is a trial, and not saved."] if trial else []
        shown = lines(
            *tried, saved_words(self.room.saved), heading="What the list rests on"
        ) + lines(*to_read(self.room.answer))
        if shown != self.notes.value:
            self.notes.value = shown

    def _write(self, _) -> None:
        self.says.value = lines("Writing …", quiet=True)
        self.write.disabled = True
        self._latest.ask((self.room.answer, self.room.settings, self.room.state == EXACT))

    def _written(self, order: tuple) -> list[Path]:
        from pmo_lib import export

        answer, settings, ready = order
        same = ready and answer.settings.hash() == settings.hash()
        made = answer if same else workbench.recommend(self.room.portfolio, settings)
        files = [out_folder(self.room) / name for name in LISTS]
        folder.write_keeping(files, lambda file: export.write_ranked_list(made, file))
        return files

    def _wrote(self, _order, _stage, files: list[Path]) -> None:
        self.write.disabled = False
        names = " and ".join(file.name for file in files)
        tried = "It is the list that is tried, not the saved one." if self.room.moved else ""
        self.says.value = good(f"Wrote {names} in {files[0].parent}.", tried)

    def _failed(self, _order, error: InputError) -> None:
        self.write.disabled = False
        self.says.value = bad(plain(str(error)))


def out_folder(room: Room) -> Path:
    """Return where the page writes: the folder ``out`` beside the tables."""
    return (Path.cwd() if room.path is None else folder.settings_path(room.path).parent) / "out"
