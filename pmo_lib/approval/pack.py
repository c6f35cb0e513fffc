"""Write a pack: what a board needs to decide, and what an auditor needs to believe it."""

from __future__ import annotations

import gc
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from pmo_lib.approval.dossier import Dossier
from pmo_lib.approval.seal import seal
from pmo_lib.checks import InputError, listing
from pmo_lib.tables.writing import write_whole


@dataclass(frozen=True)
class Part:
    """One file of a pack: its name, what it is for, and what writes it."""

    file: str
    words: str
    write: Callable[[Dossier, Path], object]


def write_workbook(dossier: Dossier, path: Path) -> Path:
    """Write the workbook to decide in, whole or not at all."""
    from pmo_lib.export.decision_book import as_decision_book

    return write_whole(path, as_decision_book(dossier))


def _paper(dossier: Dossier, path: Path) -> object:
    from pmo_lib.export.paper import write_paper

    return write_paper(dossier, path)


def _slides(dossier: Dossier, path: Path) -> object:
    from pmo_lib.export.slides import write_slides

    return write_slides(dossier, path)


def _minutes(dossier: Dossier, path: Path) -> object:
    from pmo_lib.export.minutes import write_minutes

    return write_minutes(dossier, path)


def _log(dossier: Dossier, path: Path) -> object:
    from pmo_lib.export.minutes import write_decision_log

    return write_decision_log(dossier, path)


def _live(dossier: Dossier, path: Path) -> object:
    from pmo_lib.export.live_file import write_live

    return write_live(dossier.recommendation, path, agenda=dossier.agenda, seal=dossier.seal)


PARTS = {
    "workbook": Part("decide.xlsx", "the workbook to decide in", write_workbook),
    "paper": Part("paper.pdf", "the paper to read", _paper),
    "slides": Part("slides.pptx", "the slides to present", _slides),
    "minutes": Part("minutes.md", "the minutes", _minutes),
    "log": Part("decision_log.csv", "the decision log", _log),
    "live": Part("live.html", "the list that every member can re-rank", _live),
}
"""What a pack may hold; the sealed file is always written."""

SEALED = "sealed.zip"
"""Name of the sealed file."""

USUAL = tuple(name for name in PARTS if name != "live")


BESIDE = "paper"
"""The part that takes longest, which a helper writes."""


@contextmanager
def helper() -> Iterator[Executor | None]:
    """Start a process that gets ready to write the paper, while the list is chosen here.

    There is none on a machine with one processor, or where none can be started safely. Until
    it is done, memory that goes in circles is looked for seldom: there is little, and looking
    for it takes a third of the time.
    """
    from pmo_lib.robustness.processes import processes

    _charts_load_less()
    often = gc.get_threshold()
    gc.set_threshold(100 * often[0], *often[1:])
    try:
        with processes(1) or nullcontext() as pool:
            if pool:
                pool.submit(_get_ready)
            yield pool
    finally:
        gc.set_threshold(*often)


def _get_ready() -> None:
    """Load what draws and sets the paper."""
    _charts_load_less()
    from pmo_lib.export import paper_blocks
    from pmo_lib.stories import pictures  # noqa: F401

    gc.set_threshold(100 * gc.get_threshold()[0])
    paper_blocks.get_ready()


def _charts_load_less() -> None:
    """Keep charts from loading, for seconds, what checks addresses: none of them has any."""
    sys.modules.setdefault("rfc3987_syntax", None)


def _write(part: str, dossier: Dossier, path: Path) -> None:
    PARTS[part].write(dossier, path)


def _written(beside: Future) -> bool:
    """Wait for the helper; False if it was ended from outside, so that its part is not written."""
    try:
        beside.result()
    except BrokenExecutor:
        return False
    return True


def write_pack(
    dossier: Dossier,
    folder: str | Path,
    *,
    parts: Iterable[str] = USUAL,
    record=None,
    people: Mapping[str, str] | None = None,
    helper: Executor | None = None,
    progress=None,
) -> tuple[list[Path], list[Path]]:
    """Write a pack into a folder, whole or not at all.

    Parameters
    ----------
    dossier : Dossier
        What is written.
    folder : path
        Made if need be. Files there that differ are kept under a dated name: a workbook
        that was filled in is never lost.
    parts : iterable of str
        Of `PARTS`; the sealed file holds the hash of each.
    record : record.Record, optional
        Its decisions and revealed ballots are sealed as well.
    people : mapping of name to words, optional
        What stands for names in that record, as in `contents.files_of`.
    helper : Executor, optional
        A process that writes the paper meanwhile: the same bytes, sooner.
    progress : callable, optional
        Called with (done, total, words).

    Returns
    -------
    (list of Path, list of Path)
        The files written, the sealed one last, and where earlier ones are kept.

    Raises
    ------
    InputError
        If a part is not known, a package is missing, or a file cannot be written.
    """
    from pmo_lib.folder import put_aside, write_keeping

    folder, parts = Path(folder), list(dict.fromkeys(parts))
    if unknown := [name for name in parts if name not in PARTS]:
        raise InputError(f"parts: {listing(unknown)} not known; choose among {', '.join(PARTS)}")
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is a file; name a folder")
    with tempfile.TemporaryDirectory() as name:
        scratch, beside = Path(name), {}
        if helper and BESIDE in parts:
            path = scratch / PARTS[BESIDE].file
            beside[BESIDE] = helper.submit(_write, BESIDE, dossier, path)
        for done, part in enumerate(sorted(parts, key=lambda part: part == BESIDE)):
            if progress:
                progress(done, len(parts) + 1, PARTS[part].words)
            if part not in beside or not _written(beside[part]):
                _write(part, dossier, scratch / PARTS[part].file)
        if progress:
            progress(len(parts), len(parts) + 1, "the sealed file")
        documents = {PARTS[part].file: (scratch / PARTS[part].file).read_bytes() for part in parts}
        seal(dossier, scratch / SEALED, documents=documents, record=record, people=people)
        documents[SEALED] = (scratch / SEALED).read_bytes()
    files, kept = [folder / name for name in documents], []
    for part in PARTS.values():  # one of an earlier pack would seem to belong to this one
        if part.file not in documents and (folder / part.file).is_file():
            kept += put_aside([folder / part.file])
    for file, content in zip(files, documents.values(), strict=True):
        kept += write_keeping([file], lambda draft, content=content: draft.write_bytes(content))
    return files, kept
