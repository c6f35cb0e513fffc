"""What the tests of the record share: a small board, and a PostgreSQL server on loopback."""

import glob
import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest

from pmo_lib import record

WORDS = {
    "risk": "Risk removed: 0 to 30 points",
    "access": "Reach: 0 to 10,000 residents",
    "savings": "Saving: -£4m to £12m",
}


def points(*numbers):
    return pd.Series(numbers, index=list(WORDS)[: len(numbers)], dtype=float)


def seated(where):
    """Make a record with a chair, two members, an analyst and a director, and open round 1."""
    kept = record.open_record(where)
    record.add_member(kept, "Ann", role="chair", by="Cy")
    for name, role in (("Bob", "member"), ("Eve", "member"), ("Cy", "analyst"), ("Di", "director")):
        record.add_member(kept, name, role=role, by="Ann")
    record.open_round(kept, "1", by="Ann", labels=WORDS)
    return kept


def revealed(kept, name="1"):
    record.close_round(kept, name, by="Ann")
    record.reveal_round(kept, name, by="Ann")


def _programs():
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda f: int(f.split("/")[4]))
    found = shutil.which("initdb")
    return Path(folders[-1]) if folders else Path(found).parent if found else None


@contextmanager
def server():
    """Start a PostgreSQL server on loopback for the time of the tests; give its address."""
    programs = _programs()
    if programs is None:
        pytest.skip("no PostgreSQL server here: neither initdb on the path nor /usr/lib/postgresql")
    pytest.importorskip("psycopg", reason="the package psycopg is not installed")
    root = os.name == "posix" and os.geteuid() == 0
    user = ["runuser", "-u", "postgres", "--"] if root else []  # the server refuses to run as root
    if root and not shutil.which("runuser"):
        pytest.skip("PostgreSQL does not run as root, and there is no runuser here")
    with tempfile.TemporaryDirectory(prefix="pmo-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if root:
            shutil.chown(folder, "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} "
        options += "-c max_connections=120"
        data = ["-D", str(folder / "data")]
        run(user, programs / "initdb", *data, "-A", "trust", "-U", "board", "-E", "UTF8")
        control = [programs / "pg_ctl", *data, "-w", "-l", str(folder / "log")]
        run(user, *control, "-o", options, "start")
        try:
            yield f"postgresql://board@127.0.0.1:{port}/postgres"
        finally:
            run(user, *control, "-m", "immediate", "stop")


def run(user, *command):
    command = [*user, *map(str, command)]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, cwd="/", timeout=60
    )
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
