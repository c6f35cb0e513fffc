"""What all pages of a board see: one of them drives, the others follow, nothing is overwritten unseen."""

from __future__ import annotations

import dataclasses
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pmo_lib.boardroom.keeping import (
    Driver,
    Kept,
    Scenario,
    change_kept,
    kept_file,
    moment,
    read_kept,
)
from pmo_lib.checks import InputError
from pmo_lib.tables import Portfolio
from pmo_lib.wording import listed, number, one_line
from pmo_lib.workbench import Settings

GONE = 15.0
"""After how long without a sign of life a page that drives is no longer there. [s]"""

SILENT = 75.0
"""After how long without a word from its page a kernel gives no sign of life; pages out of sight
speak once a minute. [s]"""


class Shared:
    """The file beside the tables, as one page sees it and may change it.

    A page that changes something while nobody drives, drives from then on, until another
    takes over; it gives a sign of life by the file's time. What is written without driving
    is scenarios alone.

    Parameters
    ----------
    path : Path or None
        The portfolio; None keeps everything in memory.

    Attributes
    ----------
    page : str
        What this page is called; nobody can guess it.
    kept : Kept or None
        What the file said at the last look.
    note : str
        Why the file could not be read or written.
    heard : float
        When the page last spoke. [s of the monotonic clock]
    """

    def __init__(self, path: Path | None) -> None:
        self.path, self.page = path, secrets.token_hex(8)
        self.kept: Kept | None = None
        self.note, self._text, self.heard = "", None, time.monotonic()

    @property
    def silence(self) -> float:
        """For how long the page has not spoken. [s]."""
        return time.monotonic() - self.heard

    @property
    def mine(self) -> bool:
        """Whether this page drives."""
        return self.kept is not None and self.kept.driver.page == self.page

    @property
    def other(self) -> Driver | None:
        """Who drives on another page that is still there."""
        there = self.kept is not None and self.kept.driver.page not in ("", self.page)
        return self.kept.driver if there and self._alive() else None

    def look(self) -> bool:
        """Read what the file says, and give a sign of life if this page drives.

        Returns
        -------
        bool
            Whether it says something new.
        """
        if self.path is None:
            return False
        file = kept_file(self.path)
        with suppress(OSError):
            text = file.read_text("utf-8")
            if text != self._text:
                self._text = text
                return self._read()
            if self.mine and self.silence < SILENT:
                os.utime(file)
        return False

    def offer(
        self, settings: Settings, project: str, *, me: str, did: str, over: bool = False
    ) -> None:
        """Show all what is tried here, unless another page drives.

        Parameters
        ----------
        settings, project
            What is tried, and the project last included or excluded.
        me, did : str
            Who does it, and what.
        over : bool
            Whether to take over from another page that drives.
        """

        def change(kept: Kept | None) -> Kept:
            was = Driver() if kept is None else kept.driver
            if was.page not in ("", self.page) and self._alive() and not over:
                return kept
            since = was.since if was.page == self.page else moment()
            driver = Driver(self.page, me, since, moment(), did)
            return Kept(settings, project, () if kept is None else kept.scenarios, driver)

        self._change(change)

    def come_back(self, was: str) -> None:
        """Drive on if the page that stood in this window before did."""
        if was and was != self.page:
            self._rename(was, page=self.page)

    def name(self, me: str) -> None:
        """Say who drives, if this page does."""
        if me:
            self._rename(self.page, name=me)

    def _rename(self, whose: str, **said: str) -> None:
        def change(kept: Kept | None) -> Kept | None:
            if kept is None or kept.driver.page != whose:
                return kept
            return dataclasses.replace(kept, driver=dataclasses.replace(kept.driver, **said))

        if self.kept is not None and self.kept.driver.page == whose:
            self._change(change)

    def scenarios(self, change: Callable[[tuple], tuple], settings: Settings, project: str) -> None:
        """Change the scenarios that are in the file, whoever drives."""

        def changed(kept: Kept | None) -> Kept:
            kept = kept or Kept(settings, project)
            return dataclasses.replace(kept, scenarios=change(kept.scenarios))

        self._change(changed)

    def _change(self, change: Callable[[Kept | None], Kept | None]) -> None:
        """Change the file, and remember what it says; without a file, change what is remembered."""
        try:
            if self.path is None:
                self.kept = change(self.kept)
            else:
                self.kept, self._text = change_kept(self.path, change), None
            self.note = ""
        except InputError as error:
            self.note = str(error)

    def _read(self) -> bool:
        try:
            self.kept, self.note = read_kept(self.path), ""
        except InputError as error:
            self.note = f"{error}; the page opens with the saved settings"
        return True

    def _alive(self) -> bool:
        try:
            return time.time() - kept_file(self.path).stat().st_mtime < GONE
        except (OSError, TypeError):
            return False


def done(portfolio: Portfolio, before: Settings, after: Settings) -> str:
    """Say in a few words what somebody changed; empty if nothing that a page can change."""
    parts = []
    weights = portfolio.criteria["weight"].to_dict()
    was, now = ({**weights, **made.weights} for made in (before, after))
    moved = [label for label in weights if was[label] != now[label]]
    names = [one_line(name) for name in portfolio.criteria["name"].reindex(moved)]
    if names:
        parts.append(f"the weight of {listed(names)}" if len(names) < 3 else "the weights")
    if before.budget_scale != after.budget_scale:
        parts.append(f"all budgets at {number(100 * after.budget_scale)} %")
    verbs = {"in": "included", "out": "excluded"}
    still = {row["project"] for row in after.overrides}
    added = [(row, "") for row in after.overrides if row not in before.overrides]
    for row, no in [
        *added,
        *((row, "no longer ") for row in before.overrides if row["project"] not in still),
    ]:
        name = one_line(portfolio.projects["name"].get(row["project"], row["project"]))
        parts.append(f"{name} {no}{verbs[row['decision']]}")
    return "; ".join(parts)


def by_name(scenarios: tuple[Scenario, ...]) -> dict[str, Scenario]:
    """Return scenarios by name, in the order they were kept."""
    return {scenario.name: scenario for scenario in scenarios}
