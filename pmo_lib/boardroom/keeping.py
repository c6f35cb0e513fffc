"""The file beside the tables that holds what the board tries and its scenarios."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pmo_lib import folder
from pmo_lib.checks import InputError
from pmo_lib.tables.texts import clean
from pmo_lib.workbench import Settings

FILE = "board-room.json"
VERSION = 1


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
        return cls(name, settings, by, datetime.now().astimezone().isoformat("T", "seconds"))


@dataclass(frozen=True)
class Kept:
    """What is in the file: settings tried, the project last decided on, and the scenarios."""

    settings: Settings
    project: str = ""
    scenarios: tuple[Scenario, ...] = ()


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
        return Kept(_settings(document), clean(document["project"]), tuple(rows))
    except (KeyError, TypeError, AttributeError):
        raise InputError(f"{FILE}: is not what the board room writes; delete it") from None


def _settings(row: dict) -> Settings:
    if not isinstance(row["settings"], str):
        raise InputError(f"{FILE}: is not what the board room writes; delete it")
    return Settings.from_toml(row["settings"], source=FILE)
