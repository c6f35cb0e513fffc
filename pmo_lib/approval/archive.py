"""A zip that is the same, byte for byte, whenever it is made of the same files; and its check."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping

from pmo_lib.checks import show

MANIFEST = "manifest.txt"

FORMAT = "pmo sealed pack 1"
"""First line of the manifest."""

NO_PACK = "This is no sealed pack; give the sealed.zip of one"

SIGNATURES = "signatures/"
"""Where signatures are: they sign the manifest, so it does not list them."""

_DATE = (1980, 1, 1, 0, 0, 0)
_HEADER, _SIGN = 30, b"PK\x03\x04"


def manifest(files: Mapping[str, bytes], facts: Mapping[str, str]) -> bytes:
    """Return the manifest: what it is, then hash, size and name of every file, then its own hash.

    >>> print(manifest({"a.txt": b"1"}, {"mark": "ab"}).decode().splitlines()[1])
    mark: ab
    """
    lines = [FORMAT, *(f"{name}: {' '.join(words.split())}" for name, words in facts.items()), ""]
    for name in sorted(files):
        lines.append(f"{sha256(files[name])} {len(files[name])} {name}")
    text = "\n".join(lines) + "\n"
    return f"{text}\nmanifest {sha256(text.encode())}\n".encode()


def sha256(content: bytes) -> str:
    """Return the SHA-256 of some bytes in hexadecimal letters."""
    return hashlib.sha256(content).hexdigest()


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return files as a zip: in order of their names, the manifest first, no clock, not compressed.

    Nothing is compressed, as the same text may be compressed otherwise on another machine.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in in_order(files):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, files[name])
    return target.getvalue()


def in_order(names) -> list[str]:
    """Return names in the order of a sealed zip: the manifest, the rest, the signatures."""
    return sorted(names, key=lambda name: (name != MANIFEST, name.startswith(SIGNATURES), name))


def opened(content: bytes) -> tuple[dict[str, bytes], list[str]]:
    """Take a zip apart and name everything that is not as it was sealed.

    Returns
    -------
    (dict of bytes, list of str)
        Files by name, as far as they can be read; and one sentence a problem.
    """
    try:
        files, damaged = _entries(content)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, OSError):
        if FORMAT.encode() not in content and not content.startswith(_SIGN):
            return {}, [NO_PACK]
        return _salvaged(content), [f"the directory of the archive is damaged, {_end(content)}"]
    if MANIFEST not in files and not any(name.startswith("inputs/") for name in files):
        return files, [NO_PACK]
    if MANIFEST not in files:
        words = damaged.get(MANIFEST, f"{show(MANIFEST)} is missing")
        return files, [f"{words}; without it nothing can be checked"]
    problems = [*damaged.values(), *_against_manifest(files, damaged)]
    return files, problems or _as_packed(files, content)


def stated(files: Mapping[str, bytes]) -> tuple[dict[str, str], dict[str, tuple[str, int]]]:
    """Read the manifest: its facts, and hash and size of each file by name.

    Raises
    ------
    ValueError
        If it is no manifest, or its own hash is not that of its text.
    """
    try:
        text = files[MANIFEST].decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("it is no text") from None
    body, mark, own = text.rpartition("\nmanifest ")
    if not mark or own != sha256(body.encode()) + "\n" or not text.startswith(FORMAT + "\n"):
        raise ValueError("its own hash does not fit its text")
    head, _, listed = body.partition("\n\n")
    facts = dict(line.split(": ", 1) for line in head.splitlines()[1:] if ": " in line)
    rows = [line.split(" ", 2) for line in listed.splitlines()]
    if not all(len(row) == 3 and row[1].isdecimal() for row in rows):
        raise ValueError("a line of it is not hash, size and name")
    return facts, {name: (digest, int(size)) for digest, size, name in rows}


def _entries(content: bytes) -> tuple[dict[str, bytes], dict[str, str]]:
    """Read every entry; say of each that cannot be read, or stands twice, what is wrong."""
    files, damaged = {}, {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            name = entry.filename
            if name in files:
                damaged[name] = f"{show(name)} stands in it twice"
                continue
            try:
                files[name] = archive.read(entry)
            except Exception:  # a damaged entry may fail in any way
                damaged[name] = f"{show(name)} is damaged: its bytes do not fit their checksum"
    return files, damaged


def _against_manifest(files: dict[str, bytes], damaged=()) -> list[str]:
    """Name what is missing, new, renamed or changed against the manifest, and changed order."""
    try:
        _, rows = stated(files)
    except ValueError as error:
        return [f"{show(MANIFEST)} was changed: {error}"]
    own = {name for name in files if name != MANIFEST and not name.startswith(SIGNATURES)}
    hashes = {name: sha256(files[name]) for name in own}
    missing = [name for name in rows if name not in own and name not in damaged]
    added = sorted(own - rows.keys())
    problems = []
    for name in missing:
        same = next((other for other in added if hashes[other] == rows[name][0]), None)
        if same is None:
            problems.append(f"{show(name)} was deleted")
        else:
            added.remove(same)
            problems.append(f"{show(name)} was renamed to {show(same)}")
    problems += [f"{show(name)} was added" for name in added]
    for name in sorted((own & rows.keys()) - set(damaged)):
        if hashes[name] != rows[name][0]:
            problems.append(f"{show(name)} was changed{_where(files[name], rows[name][1])}")
    if not problems and not damaged and list(files) != in_order(files):
        first = next(a for a, b in zip(files, in_order(files), strict=True) if a != b)
        problems.append(f"the entries were put in another order, from {show(first)} on")
    return problems


def _where(content: bytes, size: int) -> str:
    return (
        "" if len(content) == size else f" ({size:,} bytes were sealed, {len(content):,} are there)"
    )


def _as_packed(files: dict[str, bytes], content: bytes) -> list[str]:
    """Name the first byte outside the files that is not as it was packed."""
    again = pack(files)
    if again == content:
        return []
    ends = zip(content, again, strict=False)
    place = next((n for n, (a, b) in enumerate(ends) if a != b), min(len(content), len(again)))
    for name, (start, end) in _regions(again).items():
        if start <= place < end:
            return [f"byte {place:,}, in the header of {show(name)}, was changed"]
    where = "the directory of the archive" if place < len(again) else "what follows the archive"
    return [f"byte {place:,}, in {where}, was changed"]


def _regions(content: bytes) -> dict[str, tuple[int, int]]:
    """Return where each entry starts and ends in a zip that `pack` made."""
    regions, at = {}, 0
    while content[at : at + 4] == _SIGN:
        long = int.from_bytes(content[at + 26 : at + 28], "little")
        size = int.from_bytes(content[at + 18 : at + 22], "little")
        name = content[at + _HEADER : at + _HEADER + long].decode("utf-8", "replace")
        regions[name] = (at, at + _HEADER + long + size)
        at += _HEADER + long + size
    return regions


def _salvaged(content: bytes) -> dict[str, bytes]:
    """Return the files of a zip whose directory cannot be read."""
    found = {}
    for name, (start, end) in _regions(content).items():
        found[name] = content[start + _HEADER + len(name.encode()) : end]
    return found


def _end(content: bytes) -> str:
    """Say how much of a damaged archive can still be read."""
    found = _salvaged(content)
    if MANIFEST not in found:
        return "and no manifest can be read"
    problems = _against_manifest(found)
    return (
        "; ".join(problems)
        if problems
        else f"though the {len(found)} files before it are as sealed"
    )
