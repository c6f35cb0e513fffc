"""Sign a sealed pack by role, and check who signed: Ed25519 keys in plain files."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from pmo_lib import periods
from pmo_lib.approval import archive
from pmo_lib.approval.matrix import approval_matrix
from pmo_lib.checks import InputError, show
from pmo_lib.tables.writing import write_whole
from pmo_lib.wording import one_line
from pmo_lib.workbench import Settings

_NEEDED = 'signing needs the package cryptography; install it: pip install "pmo-lib[pack]"'


def make_key(path: str | os.PathLike) -> tuple[Path, Path]:
    """Make a key pair: a secret file that only its owner can read, and a public one beside it.

    Parameters
    ----------
    path : path
        Of the secret key, such as ``chair.key``; must not be there yet.

    Returns
    -------
    (Path, Path)
        The secret file, to be kept by whoever signs, and the public one (``chair.pub``),
        to be handed to whoever checks.

    Raises
    ------
    InputError
        If a file is there, nothing can be written, or a package is missing.
    """
    ed25519, serialization = _cryptography()
    secret, public = Path(path), Path(path).with_suffix(".pub")
    for file in (secret, public):
        if file.exists():
            raise InputError(f"{file}: is there already; name another file, no key is overwritten")
    key = ed25519.Ed25519PrivateKey.generate()
    raw = serialization.Encoding.Raw, serialization.PrivateFormat.Raw
    held = key.private_bytes(*raw, serialization.NoEncryption()).hex()
    _write(secret, f"pmo secret key {held}\n", 0o600)
    shown = key.public_key().public_bytes(raw[0], serialization.PublicFormat.Raw).hex()
    _write(public, f"pmo public key {shown}\n", 0o644)
    return secret, public


def read_key(path: str | os.PathLike, *, kind: str = "") -> bytes:
    """Read a key.

    Parameters
    ----------
    kind : {"", "secret", "public"}
        Which it must be.

    Raises
    ------
    InputError
        If there is none in the file, or it is the other of the pair.
    """
    try:
        words = Path(path).read_text("ascii").split()
        if words[0] == "pmo" and words[2] == "key" and len(words[3]) == 64:
            if kind and words[1] != kind:
                use = (
                    "one signs with the secret key"
                    if kind == "secret"
                    else "hand out the public one"
                )
                raise InputError(f"{path}: is a {words[1]} key; {use}")
            return bytes.fromhex(words[3])
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); name a key file") from None
    except (ValueError, IndexError):
        pass
    raise InputError(f"{path}: is no key; make one with pmo key")


def sign(path: str | os.PathLike, *, role: str, key: bytes, day: str = "") -> dict[str, bytes]:
    """Sign a sealed pack by a role; one of that role with the same key is replaced.

    Parameters
    ----------
    path : path
        The sealed file, which is checked first.
    role : str
        Who signs: a role of the pack's approval matrix, such as ``"chair"``.
    key : bytes
        The secret key, from `read_key`.
    day : str
        The date stated (ISO); no clock is read.

    Returns
    -------
    dict of bytes
        What the sealed file holds now, by name.

    Raises
    ------
    InputError
        If the pack is not whole, its settings know no such role, the date is none or before
        the meeting, or the role has signed with another key.
    """
    ed25519, serialization = _cryptography()
    path, role = Path(path), " ".join(role.split())
    if not role:
        raise InputError("role: is empty; say who signs, such as chair")
    files, problems = archive.opened(_content(path))
    if problems == [archive.NO_PACK]:
        raise InputError(f"{path.name}: {archive.NO_PACK}")
    if problems:
        raise InputError(
            f"{path.name}: is not as it was sealed, so it is not signed: {problems[0]}"
        )
    role = _known_role(files, role)
    _require_day(day, archive.stated(files)[0].get("meeting", ""))
    pair = ed25519.Ed25519PrivateKey.from_private_bytes(key)
    raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
    stated = {"role": role, "date": day, "key": pair.public_key().public_bytes(*raw).hex()}
    _require_same_key(files, stated)
    stated["signature"] = pair.sign(_signed(files, stated)).hex()
    files[_entry(role)] = (json.dumps(stated, indent=1, sort_keys=True) + "\n").encode()
    write_whole(path, archive.pack(files))
    return files


def _known_role(files: Mapping[str, bytes], role: str) -> str:
    """Return the role as the settings of a pack word it."""
    settings = Settings.from_toml(files["settings.toml"].decode("utf-8"), source="settings.toml")
    known = {r.casefold(): r for r in approval_matrix(settings, 0.0)["role"].map(one_line)}
    if role.casefold() not in known:
        raise InputError(
            f"role: {show(role)} does not sign this pack; its roles are {', '.join(known.values())}"
        )
    return known[role.casefold()]


def _require_day(day: str, meeting: str) -> None:
    if day:
        periods.parse(day, name="date")
    if day and meeting and day < meeting:
        raise InputError(
            f"date: {day} is before the meeting of {meeting}; state the day on which it is signed"
        )


def _require_same_key(files: Mapping[str, bytes], stated: Mapping[str, str]) -> None:
    """Refuse to replace the signature of somebody else."""
    name = _entry(stated["role"])
    holds, _ = _checked(files, name, None) if name in files else (False, "")
    if holds and json.loads(files[name])["key"] != stated["key"]:
        raise InputError(
            f"role: {show(stated['role'])} has signed this pack already, with another key; sign with "
            "that key, or seal the pack anew"
        )


def signatures(files: Mapping[str, bytes], keys: Mapping[str, bytes] | None) -> list[tuple]:
    """Check every signature in a pack; with trusted keys, also whose it is.

    Returns
    -------
    list of (check, holds, says)
        As the findings of `seal.Verdict`.
    """
    names = sorted(name for name in files if name.startswith(archive.SIGNATURES))
    checked = {name: _checked(files, name, keys) for name in names}
    signed = {name for name, (holds, _) in checked.items() if holds}
    missing = [role for role in sorted(keys or ()) if _entry(role) not in signed]
    found = [("signatures", *one) for one in checked.values()]
    return found + [("signatures", False, f"It is not signed as {role}.") for role in missing]


def _checked(files: Mapping[str, bytes], name: str, keys) -> tuple[bool | None, str]:
    """Check one signature."""
    try:
        ed25519, _ = _cryptography()
    except InputError as error:
        return None, f"{show(name)} was not checked: {error}"
    from cryptography.exceptions import InvalidSignature

    try:
        stated = json.loads(files[name])
        role, key = stated["role"], bytes.fromhex(stated["key"])
        public = ed25519.Ed25519PublicKey.from_public_bytes(key)
        public.verify(bytes.fromhex(stated["signature"]), _signed(files, stated))
        if _entry(role) != name:
            raise ValueError
    except (InvalidSignature, ValueError, KeyError, TypeError, AttributeError):
        return False, f"{show(name)} is no signature of this pack."
    day = f" on {stated['date']}" if stated["date"] else ""
    if keys is None:
        return (
            True,
            f"Signed as {role}{day} with the key {stated['key'][:16]}; compare it with theirs.",
        )
    if role not in keys:
        return None, f"Signed as {role}{day}; no trusted key was named for this role."
    if keys[role] != key:
        return False, f"Signed as {role}{day}, but not with the key that is trusted for this role."
    return True, f"Signed as {role}{day}, with the trusted key."


def _signed(files: Mapping[str, bytes], stated: Mapping[str, str]) -> bytes:
    """Return what is signed: role, date and manifest."""
    return f"{stated['role']}\n{stated['date']}\n".encode() + files[archive.MANIFEST]


def _entry(role: str) -> str:
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in role.casefold())
    if not role.isascii():
        plain += f"-{archive.sha256(role.encode('utf-8', 'surrogatepass'))[:8]}"
    return f"{archive.SIGNATURES}{plain}.json"


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); name a sealed pack") from None


def _write(path: Path, text: str, mode: int) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)


def _cryptography():
    try:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        raise InputError(_NEEDED) from None
    return ed25519, serialization
