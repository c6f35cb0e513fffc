"""Processes of this machine for searches that take long, where starting them does no harm."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

PAYS = 2.0
"""Once searches have taken so long, processes are started: two take about a second. [s]"""


class _Deaf(multiprocessing.context.SpawnProcess):
    """A process that does not hear Ctrl-C, from its very start."""

    def start(self) -> None:
        before = signal.getsignal(signal.SIGINT)
        hears = before is not None and threading.current_thread() is threading.main_thread()
        if not hears:
            return super().start()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            super().start()
        finally:
            signal.signal(signal.SIGINT, before)


class _Context(multiprocessing.context.SpawnContext):
    Process = _Deaf


def processes(most: int | None = None) -> ProcessPoolExecutor | None:
    """Return one process for each processor, or fewer; None where they cannot be started safely.

    Each begins anew and imports the main module. That is safe in a notebook, from a command
    and in a script that asks for its ``__name__``; any other script would run once more in
    every process. They leave Ctrl-C to the process that started them.
    """
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if (workers or 1) < 2 or multiprocessing.parent_process() is not None or not _importable():
        return None
    return ProcessPoolExecutor(
        most or workers,
        mp_context=_Context(),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
    )


def _importable() -> bool:
    """Tell whether importing the main module again runs nothing."""
    main = sys.modules["__main__"]
    file = getattr(main, "__file__", None)
    if file is None or getattr(main, "__spec__", None) is not None:
        return True
    try:
        return "__name__" in Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return False
