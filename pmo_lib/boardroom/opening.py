"""Open the board room of a portfolio, or say what to do first."""

from __future__ import annotations

import os
from pathlib import Path

import ipywidgets
import pandas as pd

from pmo_lib import folder
from pmo_lib.boardroom.connection import Connection
from pmo_lib.boardroom.frame import Frame
from pmo_lib.boardroom.markup import bad, lines
from pmo_lib.boardroom.page import BoardRoom
from pmo_lib.boardroom.state import Room
from pmo_lib.checks import InputError
from pmo_lib.stories import lists

PORTFOLIO = "PMO_BOARD_PORTFOLIO"
"""Environment variable by which `pmo board` names the portfolio."""


class Opened(ipywidgets.VBox):
    """The board room, or, where the portfolio cannot be read, what to mend.

    Parameters
    ----------
    path : path, optional
        The portfolio; by default what `pmo board` names, else what the notebooks read.

    Attributes
    ----------
    board : BoardRoom or None
        The page, once the portfolio can be read.
    problems : tuple of str
        What has to be mended first.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self._path, self.board, self.problems = path, None, ()
        self.says = ipywidgets.HTML()
        self.again = ipywidgets.Button(
            description="Read the portfolio again", button_style="primary"
        )
        self.again.on_click(lambda _: self.read())
        super().__init__([])
        self.read()

    def read(self) -> None:
        """Read the portfolio, and show the page or what to mend."""
        try:
            path, column_map = _named(self._path)
            portfolio, settings = folder.open_folder(path, column_map)
            if portfolio.intake is not None:
                raise InputError(
                    f"{portfolio.source}: has no criteria and budgets to choose by; bring a "
                    "portfolio of proposals, such as the workbook that pmo new makes"
                )
            self.board = BoardRoom(Room(portfolio, settings, path=path))
            self.problems, self.children = (), (self.board,)
        except InputError as error:
            self.problems = tuple(error.problems)
            self._mend()

    def used(self) -> pd.DataFrame:
        """State the portfolio and settings used, or what has to be mended first."""
        if self.board is None:
            return pd.DataFrame({"mend first": list(self.problems)})
        return lists.opening(self.board.room.portfolio, self.board.room.saved)

    def _mend(self) -> None:
        head = lines("The board room opens when this is mended", heading="Not yet")
        next_ = lines(
            "Mend the tables, save them, then read the portfolio again.",
            "pmo check PORTFOLIO says the same with every sheet, row and column.",
            "pmo board without a portfolio shows the example.",
        )
        self.says.value = head + bad("\n".join(self.problems[:20])) + next_
        panel = ipywidgets.VBox([self.says, self.again])
        for name in ("pmo-panel", "pmo-panel-list"):
            panel.add_class(name)
        frame = Frame(
            title="Board room", words="Not yet", kind="cannot", tabs=[["list", "To mend"]]
        )
        box = ipywidgets.VBox([Connection(), frame, panel])
        box.add_class("pmo-board")
        self.children = (box,)

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        if self.board is not None:
            page = self.board.static()
            data["text/html"], data["text/plain"] = page._repr_html_(), page.text
        return bundle


def open_room(path: str | Path | None = None) -> Opened:
    """Open the board room of a portfolio; it never raises for a portfolio that must be mended."""
    return Opened(path)


def _named(path: str | Path | None) -> tuple[Path, str | None]:
    if path is not None:
        return Path(path), None
    if os.environ.get(PORTFOLIO):
        return Path(os.environ[PORTFOLIO]), os.environ.get(f"{PORTFOLIO}_MAP") or None
    return folder.here()
