"""Seal an approval as one file, and check such a file: whole, true, and the same again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pmo_lib.approval import archive
from pmo_lib.approval.contents import files_of
from pmo_lib.approval.dossier import Dossier
from pmo_lib.checks import InputError
from pmo_lib.tables.writing import ending_in, write_whole

CHECKS = {
    "integrity": "nothing was changed since it was sealed",
    "documents": "the files handed out beside it are as they were then",
    "signatures": "each signature is of this pack",
    "inputs": "tables and settings read as they were sealed",
    "cells": "every cell follows from tables, settings and the list",
    "limits": "the list meets every limit",
    "value": "the list is worth what is stated",
    "bound": "no list is worth more than was stated to be possible",
    "again": "choosing again finds the same list",
    "software": "it was made by what computes here",
}
"""What is checked, in this order; the last two may differ without anything being wrong."""

BESIDE = ("again", "software")
"""Checks whose outcome does not make a pack false."""


@dataclass(frozen=True, eq=False)
class Verdict:
    """What checking a sealed pack found.

    Attributes
    ----------
    holds : bool
        Whether it is whole and true, and no file handed out beside it was changed; choosing
        again and versions are told beside.
    findings : DataFrame
        ``check`` (of `CHECKS`), ``holds`` (True, False, or None where it could not be
        asked) and ``says``, one row a finding.
    facts : dict of str
        What the manifest states.
    """

    holds: bool
    findings: pd.DataFrame
    facts: dict[str, str]

    @property
    def words(self) -> str:
        """The verdict in one sentence."""
        if not self.holds:
            wrong = self.findings[self.findings["holds"].eq(False)]
            wrong = wrong[~wrong["check"].isin(BESIDE)]
            own = wrong.loc[wrong["check"] != "documents", "says"]
            if len(own) == 0:
                return f"The sealed file holds, but {' '.join(wrong['says'])}"
            no_pack = own.iloc[0] == archive.NO_PACK
            return own.iloc[0] if no_pack else f"This pack does not hold: {own.iloc[0]}"
        again = self.findings.loc[self.findings["check"] == "again", "says"]
        return f"This pack holds: it is whole and true. {'; '.join(again)}".strip()


def seal(
    dossier: Dossier,
    path: str | os.PathLike,
    *,
    documents: Mapping[str, bytes] | None = None,
    record=None,
    people: Mapping[str, str] | None = None,
) -> Path:
    """Write tables, settings, list and results as one locked and checkable file.

    The same dossier gives the same bytes; no clock is read. A file there is replaced.

    Parameters
    ----------
    dossier : Dossier
        What is sealed; where it holds no members' names, neither does the file.
    path : path
        Ends in ``.zip``; its folder is made if need be.
    documents : dict of bytes, optional
        What is handed out beside it, by file name: `verify` compares files of these names
        beside the sealed one.
    record : record.Record, optional
        Its decisions and revealed ballots are sealed as well.
    people : mapping of name to words, optional
        As in `contents.files_of`.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If the path does not end in .zip or cannot be written.
    """
    path = ending_in(path, ".zip")
    content = archive.pack(files_of(dossier, documents=documents, record=record, people=people))
    return write_whole(path, content)


def verify(
    path: str | os.PathLike, *, keys: Mapping[str, bytes] | None = None, progress=None
) -> Verdict:
    """Check a sealed pack: whole, true, and whether the list comes out again.

    Parameters
    ----------
    path : path
        The sealed file.
    keys : dict of bytes, optional
        The public key of each role that is trusted, as `approval.keys.read_key` returns it.
    progress : callable, optional
        Called with (done, total, words).

    Returns
    -------
    Verdict
        Once a byte was changed, nothing else is asked.

    Raises
    ------
    InputError
        If there is no such file.
    """
    from pmo_lib.approval import again
    from pmo_lib.approval import keys as signing

    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); name a sealed pack") from None
    files, problems = archive.opened(content)
    if problems:
        return _verdict([("integrity", False, words) for words in problems], {})
    facts, _ = archive.stated(files)
    found = [("integrity", True, f"All {len(files)} files and every byte are as sealed.")]
    found += again.documents(files, path.parent)
    found += signing.signatures(files, keys)
    return _verdict(found + again.checks(files, facts, progress=progress), facts)


def _verdict(found: list[tuple], facts: dict[str, str]) -> Verdict:
    findings = pd.DataFrame(found, columns=["check", "holds", "says"]).astype({"holds": object})
    wrong = [holds is False and check not in BESIDE for check, holds, _ in found]
    return Verdict(not any(wrong), findings, facts)
