"""What members have filled in and not voted yet, kept beside the record in small files."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from pmo_lib.folder import write_text


def draft_file(record, round: str, opened: str, member: str) -> Path:
    """Return where the draft of one member in one round is kept.

    Beside the record's file, in a folder that only its owner can open; for a record on
    a server, in the home folder of who runs this.

    Parameters
    ----------
    record : Record
        From `record.open_record`.
    round, opened, member : str
        Which round, when it was opened, whose draft: any text, as the name of the file is
        made of their hash.
    """
    url = record.engine.url
    if url.get_backend_name() == "sqlite":
        file = Path(url.database)
        folder, key = file.with_name(f"{file.stem} drafts"), [round, opened, member]
    else:
        folder, key = Path.home() / ".pmo-lib" / "drafts", [record.where, round, opened, member]
    return folder / f"{sha256(json.dumps(key).encode()).hexdigest()[:24]}.json"


def write_draft(file: Path, kind: str, drafts: dict[str, dict]) -> None:
    """Keep drafts by kind, and which of them is being filled in, whole or not at all.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    with suppress(OSError):  # said by what follows
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    write_text(file, json.dumps({"at": at, "kind": kind, "drafts": drafts}))


def read_draft(file: Path) -> tuple[str, str, dict]:
    """Read when drafts were kept, which kind was being filled in, and the drafts by kind.

    What cannot be read counts as not there: a draft is a convenience, the ballot is in
    the record.
    """
    try:
        kept = json.loads(file.read_text("utf-8"))
        at, kind, drafts = kept["at"], kept["kind"], kept["drafts"]
    except (OSError, ValueError, KeyError, TypeError):
        return "", "", {}
    good = isinstance(at, str) and isinstance(kind, str) and isinstance(drafts, dict)
    return (at, kind, drafts) if good else ("", "", {})
