"""Decisions taken on the page: into the record beside the tables, with who and why."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pmo_lib import folder
from pmo_lib.boardroom.state import Room, stated
from pmo_lib.checks import InputError, require_choice
from pmo_lib.tables.texts import clean_label
from pmo_lib.wording import counted
from pmo_lib.workbench import Settings

FUND, DECLINE = "fund", "do not fund"
DECISIONS = (FUND, DECLINE, "defer", "continue", "pause", "stop")
"""What can be decided on a project."""


def record_file(path: str | Path) -> Path:
    """Return where the record of a portfolio's board is: beside its tables."""
    return folder.settings_path(path).with_name(folder.RECORD)


def opened(path: str | Path):
    """Open the record of a portfolio if there is one; None if nothing was ever recorded.

    Raises
    ------
    InputError
        If the package for records is missing, or the file is not a record.
    """
    return _open(path) if record_file(path).exists() else None


def decide_one(room: Room, project: str, decision: str, *, by: str, reason: str) -> int:
    """Note what the board decides on one project.

    Returns
    -------
    int
        Number of the entry.

    Raises
    ------
    InputError
        If the project or decision is none, name or reason is missing, or who decides may not.
    """
    from pmo_lib import record

    if project not in room.portfolio.projects.index:
        raise InputError("project: choose one")
    require_choice(decision, DECISIONS, name="decision")
    by, reason = clean_label(stated(by, "your name")), stated(reason, "reason")
    board = _opened_for(room, by)
    review = room.saved.meeting_date
    entry = record.decide(board, project, decision, by=by, reason=reason, review=review)
    room.me = by
    return entry


def approve(room: Room, *, by: str, reason: str) -> str:
    """Record the exact list as the board's decision, and save its settings beside the tables.

    What the board includes and excludes is noted first, then the settings, then a decision
    for each proposal: all of it or nothing.

    Returns
    -------
    str
        What was recorded.

    Raises
    ------
    InputError
        If no exact list is known, name or reason is missing, who decides may not, what is
        tried is this page's alone, or somebody saved other settings since the page opened.
    """
    from pmo_lib import record

    by, reason = clean_label(stated(by, "your name")), stated(reason, "reason")
    require_list(room)
    made = room.answer
    selected = made.choice.selected.reindex(made.evaluation.score.index)
    record.approve_list(
        _open(room.path),
        selected.map({True: FUND, False: DECLINE}),
        settings=made.settings,
        by=by,
        reason=reason,
        overrides=[row for row in made.settings.overrides if row not in room.saved.overrides],
    )
    folder.save_settings(made.settings, room.path, by=by, reason=reason)
    room.me = by
    return f"Recorded: {counted(int(selected.sum()), 'proposal')} to fund, {counted(int((~selected).sum()), 'proposal')} not to fund."


def require_list(room: Room) -> None:
    """Refuse to approve what is not known exactly, not seen by all, or overtaken on disk."""
    _require_disk(room)
    if room.problem or room.answer.settings.hash() != room.settings.hash():
        raise InputError("list: the exact answer is still coming; decide when it is there")
    if room.own:
        raise InputError(
            "list: what is on this page is yours alone; take over first, so that all see what is decided"
        )
    if folder.read_settings(room.path) != room.saved:
        raise InputError(
            "settings: somebody saved others since this page opened; load the page again"
        )


def decided(room: Room) -> pd.DataFrame:
    """Lay out the latest decision on each project; empty if none was ever recorded."""
    from pmo_lib import record

    board = None if room.path is None else opened(room.path)
    found = pd.DataFrame() if board is None else record.decisions(board)
    if len(found) == 0:
        return pd.DataFrame()
    found = found.sort_values("at", ascending=False, kind="stable")
    return pd.DataFrame({
        "project": room.opening.names(found.index), "decision": found["decision"].to_numpy(),
        "why": found["reason"].to_numpy(), "by": found["by"].to_numpy(),
        "at": [_moment(at) for at in found["at"]],
    })  # fmt: skip


def settings_as_saved(room: Room) -> Settings:
    """Return the settings now saved beside the tables."""
    return folder.read_settings(room.path)


def _require_disk(room: Room) -> None:
    if room.path is None:
        raise InputError("record: this page shows no portfolio on disk; nothing can be recorded")


def opened_to_write(room: Room):
    """Open the record beside a room's portfolio, or make one.

    Raises
    ------
    InputError
        If there is no portfolio on disk, or as `opened`.
    """
    _require_disk(room)
    return _open(room.path)


def _opened_for(room: Room, by: str):
    """Open the record to write; the first who decides is entered as its chair."""
    from pmo_lib import record

    board = opened_to_write(room)
    if len(record.members(board)) == 0:
        record.add_member(board, by, role="chair", by=by, reason="First to decide on the page")
    return board


def _open(path: str | Path):
    try:
        from pmo_lib import record
    except ModuleNotFoundError:
        raise InputError('record: a package is missing; pip install "pmo-lib[board]"') from None
    return record.open_record(record_file(path))


def _moment(at: str) -> str:
    """Word the moment of an entry: 2026-12-10 14:05."""
    return at[:16].replace("T", " ")
