"""The command ``pmo board``: serve the board room on this machine, and print where it is."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from pmo_lib import terminal
from pmo_lib.checks import InputError
from pmo_lib.command import MAP, plain_errors

EXAMPLE_COPY = Path("out") / "board"
"""Where the example is copied to be decided on, below the current folder."""

LOG = "server.log"
"""Where what the server and its kernels say goes, in a folder that is gone with them."""

PATIENCE = 120.0
"""How long the server may take to listen. [s]"""


def board(
    portfolio: Annotated[
        Path | None,
        typer.Argument(help="A folder of CSV files or a workbook; without, a copy of the example."),
    ] = None,
    map: MAP = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The first port to try.")] = 8866,
    ip: Annotated[
        str,
        typer.Option(
            help="Who can reach it: 127.0.0.1, this machine alone; 0.0.0.0, your network, too."
        ),
    ] = ("127.0.0.1"),
    pool: Annotated[
        int,
        typer.Option(min=0, max=20, help="Pages kept ready to open at once; each takes 0.3 GB."),
    ] = 2,
) -> None:
    """Open the board room: one live page for the meeting. Ctrl-C closes it."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with plain_errors(False), tempfile.TemporaryDirectory(prefix="pmo-board-") as home:
        print("Opening the board room; this takes some seconds …", file=sys.stderr, flush=True)
        server, address = start(
            portfolio, column_map=map, home=Path(home), ip=ip, port=port, pool=pool
        )
        try:
            to_mend = unreadable(portfolio, map)
            if to_mend:
                print("The board room cannot show this portfolio yet:", file=sys.stderr)
                terminal.print_problems(InputError(*to_mend))
                print("Mend the tables and press “Read the portfolio again” on the page.")
            print(f"The board room is open: {address}", flush=True)
            print("Whoever has this address can take part. Ctrl-C closes it.", flush=True)
            server.wait()
            raise InputError(
                "board: the server has stopped by itself; give the same command again, nothing "
                f"recorded is lost; {said_last(Path(home))}"
            )
        except KeyboardInterrupt:
            print("\nClosed.", flush=True)
        finally:
            stop(server)


def start(
    portfolio: Path | None,
    *,
    home: Path,
    column_map: str | None = None,
    ip: str = "127.0.0.1",
    port: int = 8866,
    pool: int = 2,
    token: str | None = None,
) -> tuple[subprocess.Popen, str]:
    """Start the server, and wait until it listens.

    Parameters
    ----------
    portfolio : Path or None
        What is shown; None copies the example into ``out/board``, once.
    home : Path
        An empty folder for the server's own files.
    column_map : str, optional
        How a foreign spreadsheet is read.
    ip, port, pool
        Where it listens, and how many pages are kept ready.
    token : str, optional
        What the address carries; a new one that nobody can guess by default.

    Returns
    -------
    (Popen, str)
        The server, and the address to open.

    Raises
    ------
    InputError
        If Voila is missing, there is no such portfolio, or no port is free.
    """
    if find_spec("voila") is None or find_spec("sqlalchemy") is None:
        raise InputError('board: packages are missing; pip install "pmo-lib[board]"')
    from pmo_lib.boardroom import kept, opening, serving

    path = example() if portfolio is None else portfolio
    if not path.exists():
        raise InputError(f"{path}: is not there; name a folder of CSV files or a workbook")
    token = secrets.token_urlsafe(24) if token is None else token
    port = serving.free_port(ip, port)
    notebook = home / serving.NOTEBOOK
    shutil.copyfile(shipped(), notebook)
    env = serving.write_configuration(
        home, notebook=notebook, token=token, ip=ip, port=port, pool=pool
    )
    texts = home / "texts"
    texts.mkdir(mode=0o700)
    env = {**os.environ, **env, opening.PORTFOLIO: str(path.resolve()), kept.PLACE: str(texts)}
    if column_map:
        env[f"{opening.PORTFOLIO}_MAP"] = column_map
    with (home / LOG).open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "voila", "--no-browser"],
            cwd=home, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
    try:
        _listening(server, ip, port, home)
    except BaseException:
        stop(server)
        raise
    shown = "127.0.0.1" if ip == "0.0.0.0" else ip
    return server, f"http://{shown}:{port}/" + (f"?token={token}" if token else "")


def shipped() -> Path:
    """Return the notebook that is served: beside the code, or where it was installed."""
    from pmo_lib.boardroom.serving import NOTEBOOK

    beside = Path(__file__).resolve().parents[1] / "notebooks"
    installed = Path(sysconfig.get_path("data")) / "share/pmo-lib/notebooks"
    return (beside if beside.is_dir() else installed) / NOTEBOOK


def stop(server: subprocess.Popen) -> None:
    """Stop the server; its kernels go with it."""
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def example() -> Path:
    """Return a copy of the example portfolio to decide on, made once below this folder."""
    from pmo_lib import folder

    target = EXAMPLE_COPY / folder.EXAMPLE
    if not target.is_dir():
        try:
            shutil.copytree(folder.example_folder(), target)
        except OSError as error:
            raise InputError(f"{target}: cannot be written, {error.strerror}") from None
        print(f"The example portfolio is copied into {target}; decisions are kept there.")
    return target


def unreadable(portfolio: Path | None, column_map: str | None) -> tuple[str, ...]:
    """Return what has to be mended before the page can show a portfolio."""
    from pmo_lib.command import proposals

    try:
        proposals(example() if portfolio is None else portfolio, column_map)
    except InputError as error:
        return tuple(error.problems)
    return ()


def said_last(home: Path) -> str:
    """Return the last that the server said, of all that is kept from the terminal."""
    lines = (home / LOG).read_text("utf-8", errors="replace").split("\n")
    told = [line.strip() for line in lines if line.strip() and "WARNING" not in line]
    return f"its last words: {told[-1]}" if told else "it said nothing"


def _listening(server: subprocess.Popen, ip: str, port: int, home: Path) -> None:
    """Wait until the server takes connections."""
    end = time.monotonic() + PATIENCE
    reached = "127.0.0.1" if ip == "0.0.0.0" else ip
    while time.monotonic() < end:
        if server.poll() is not None:
            raise InputError(f"board: the server did not start; {said_last(home)}")
        with socket.socket() as trial:
            if trial.connect_ex((reached, port)) == 0:
                return
        time.sleep(0.1)
    raise InputError("board: the server does not answer; try again, or name another port")
