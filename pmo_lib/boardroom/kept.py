"""Texts that take long, worked out once for all pages of one server."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from pmo_lib import folder
from pmo_lib.approval.mark import mark_of
from pmo_lib.checks import InputError
from pmo_lib.workbench import Recommendation

try:
    import fcntl
except ImportError:  # Windows: nobody waits for another page, each works out what is not there yet
    fcntl = None

PLACE = "PMO_BOARD_TEXTS"
"""Environment variable by which `pmo board` names a folder of its own that only its user may enter."""

LONGEST = 600.0
"""How long a page waits for another one, before it works a text out as well. [s]

The other one may be slow on a busy machine; one that has ended is not waited for at all.
"""


def once(
    made: Recommendation,
    tell: Callable[[Recommendation], list[str]],
    work: Callable[[], list[str]],
    *,
    wanted: Callable[[], bool],
) -> list[str]:
    """Return what a list is told by, worked out here only if no page of this server has done so.

    A page that finds another one at it waits, and takes over if that one ends without an
    answer. Without the folder named by `PLACE` every page works for itself.

    Parameters
    ----------
    made : Recommendation
        The list; the same tables, settings and choice make the same list.
    tell : callable
        What tells it, known by its name.
    work : callable
        Works the texts out.
    wanted : callable
        Whether the list is still asked for.

    Raises
    ------
    InputError
        As `work`; or if the list was overtaken while another page was at it.
    """
    place = os.environ.get(PLACE)
    if not place:
        return work()
    file = Path(place) / f"{tell.__name__}-{mark_of(made)}.json"
    try:
        lock = file.with_suffix(".lock").open("wb")
    except OSError:
        return work()
    with lock:
        _wait(lock, wanted)
        if not wanted():
            raise InputError("this was overtaken by another list")
        texts = _read(file)
        if texts is None:
            texts = work()
            with suppress(InputError):  # not written, the next page works it out again
                folder.write_text(file, json.dumps(texts))
    return texts


def _wait(lock: IO, wanted: Callable[[], bool]) -> None:
    """Wait until nobody else holds a file; it is held until it is closed, by whatever end."""
    end = time.monotonic() + LONGEST
    with suppress(OSError):
        while fcntl is not None and wanted() and time.monotonic() < end:
            try:
                return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.1)


def _read(file: Path) -> list[str] | None:
    with suppress(OSError, ValueError):
        texts = json.loads(file.read_text("utf-8"))
        if isinstance(texts, list) and all(isinstance(text, str) for text in texts):
            return texts
    return None
