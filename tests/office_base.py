"""LibreOffice at work for the tests that need it."""

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path


def convert(path: Path, kind: str, out: Path, profile: Path) -> Path:
    """Save a file as another kind; one that hangs is ended with all that it started."""
    command = [
        "soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless",
        "--convert-to", kind, "--outdir", str(out), str(path),
    ]  # fmt: skip
    office = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        assert office.wait(timeout=180) == 0
    finally:
        with suppress(ProcessLookupError):
            os.killpg(office.pid, signal.SIGKILL)
    return out / f"{path.stem}.{kind}"
