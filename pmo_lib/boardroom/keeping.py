"""The file beside the tables that holds what the board tries and its scenarios."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pmo_lib import folder
from pmo_lib.checks import InputError
from pmo_lib.tables.texts import clean
from pmo_lib.workbench import Settings

FILE = "board-room.json"
VERSION = 1

LONGEST_CHANGE = 5.0
"""How long one change of the file may keep others waiting. [s]"""


@dataclass(frozen=True)
class Driver:
    """The page whose trial all see: what it is called, who sits there, since when.

    Attributes
    ----------
    page, name : str
        What its kernel calls it, and who sits before it; empty if nobody drives, or nobody said.
    since, at, did : str
        When it took over, when it last changed something, and what.
    """

    page: str = ""
    name: str = ""
    since: str = ""
    at: str = ""
    did: str = ""


@dataclass(frozen=True)
class Scenario:
    """Settings under a name: what was tried, by whom it was kept and when."""

    name: str
    settings: Settings
    by: str = ""
    at: str = ""

    @classmethod
    def now(cls, name: str, settings: Settings, *, by: str = "") -> Scenario:
        """Name settings at this moment."""
        return cls(name, settings, by, moment())


@dataclass(frozen=True)
class Kept:
    """What is in the file: settings tried, the project last decided on, scenarios, who drives."""

    settings: Settings
    project: str = ""
    scenarios: tuple[Scenario, ...] = ()
    driver: Driver = Driver()


def moment() -> str:
    """Return the moment in local time, to the second."""
    return datetime.now().astimezone().isoformat("T", "seconds")


def kept_file(path: str | Path) -> Path:
    """Return where the board room of a portfolio keeps what is tried."""
    return folder.settings_path(path).parent / FILE


def write_kept(path: str | Path, kept: Kept) -> None:
    """Write what is tried, whole or not at all.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    document = {
        "board_room": VERSION,
        "settings": kept.settings.to_toml(),
        "project": kept.project,
        "scenarios": [
            {"name": s.name, "by": s.by, "at": s.at, "settings": s.settings.to_toml()}
            for s in kept.scenarios
        ],
        "driver": vars(kept.driver),
    }
    folder.write_text(kept_file(path), json.dumps(document, ensure_ascii=False, indent=1))


def read_kept(path: str | Path) -> Kept | None:
    """Read what was tried; None if nothing was.

    Raises
    ------
    InputError
        If the file is not what this library writes.
    """
    file = kept_file(path)
    try:
        document = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"{FILE}: cannot be read, {error.strerror}") from None
    except ValueError:
        raise InputError(f"{FILE}: is damaged; delete it") from None
    try:
        if document["board_room"] != VERSION:
            raise InputError(f"{FILE}: was written by another version; delete it")
        rows = [
            Scenario(clean(row["name"]), _settings(row), clean(row["by"]), clean(row["at"]))
            for row in document["scenarios"]
        ]
        driver = Driver(**{key: clean(word) for key, word in document.get("driver", {}).items()})
        return Kept(_settings(document), clean(document["project"]), tuple(rows), driver)
    except (KeyError, TypeError, AttributeError):
        raise InputError(f"{FILE}: is not what the board room writes; delete it") from None


def change_kept(path: str | Path, change: Callable[[Kept | None], Kept]) -> Kept:
    """Change what is kept; nobody else changes it between the look and the change.

    Parameters
    ----------
    path : path
        The portfolio.
    change : callable
        Given what is kept, None if nothing that can be read, returns what is kept from now on.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    with _alone(kept_file(path)):
        try:
            before = read_kept(path)
        except InputError:
            before = None
        after = change(before)
        if after != before:
            write_kept(path, after)
    return after


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Keep others out of the file; one who stays away longer than a change takes is passed over."""
    lock = file.with_suffix(".lock")
    try:
        while not _locked(lock):
            time.sleep(0.01)
        yield
    finally:
        with suppress(OSError):
            lock.unlink()


def _locked(lock: Path) -> bool:
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        with suppress(OSError):
            if time.time() - lock.stat().st_mtime > LONGEST_CHANGE:
                lock.unlink()
        return False
    except OSError:
        return True  # the folder cannot be written: that is said by who writes
    return True


def _settings(row: dict) -> Settings:
    if not isinstance(row["settings"], str):
        raise InputError(f"{FILE}: is not what the board room writes; delete it")
    return Settings.from_toml(row["settings"], source=FILE)
