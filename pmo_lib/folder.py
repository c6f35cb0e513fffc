"""A working folder: the tables, settings.toml beside them, and its earlier versions."""

from __future__ import annotations

import dataclasses
import itertools
import os
import shutil
import sysconfig
import tempfile
import tomllib
from datetime import datetime
from pathlib import Path

from pmo_lib import tables
from pmo_lib.checks import InputError
from pmo_lib.tables.writing import replacing
from pmo_lib.workbench import Settings

SETTINGS = "settings.toml"
HISTORY = "settings-history"
POINTER = "portfolio.toml"
EXAMPLE = "northmere"
WORKBOOK = "portfolio.xlsx"
RECORD = "record.sqlite"


def open_folder(
    path: str | os.PathLike, column_map: str | os.PathLike | None = None
) -> tuple[tables.Portfolio, Settings]:
    """Read a portfolio and the settings beside it.

    Parameters
    ----------
    path : path
        A folder of CSV files, or a workbook.
    column_map : path or name of a ready-made map, optional
        How to read a foreign spreadsheet.

    Returns
    -------
    (Portfolio, Settings)
        Settings are the defaults where there is no settings.toml.

    Raises
    ------
    InputError
        As `tables.read_portfolio` and `Settings.from_toml`.
    """
    workbook = Path(path) / WORKBOOK
    if workbook.is_file() and not any(Path(path).glob("*.csv")):
        raise InputError(f"{path}: holds no tables but a workbook; name that instead: {workbook}")
    return tables.read_portfolio(path, column_map), read_settings(path)


def settings_path(path: str | os.PathLike) -> Path:
    """Return where the settings of a portfolio live: in its folder, or beside its workbook."""
    path = Path(path)
    return path / SETTINGS if path.is_dir() else path.parent / SETTINGS


def read_settings(path: str | os.PathLike) -> Settings:
    """Read the settings of a portfolio, or the defaults if none were saved."""
    file = settings_path(path)
    if not file.exists():
        return Settings()
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{file.name}: is not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise InputError(f"{file.name}: cannot be read, {error.strerror}") from None
    return Settings.from_toml(text, source=file.name)


def save_settings(
    settings: Settings,
    path: str | os.PathLike,
    *,
    by: str,
    reason: str,
    now: datetime | None = None,
) -> Path:
    """Save settings beside the tables, keeping the earlier version.

    Parameters
    ----------
    settings : Settings
        What to save.
    path : path
        The portfolio: a folder or a workbook.
    by, reason : str
        Who saves, and why; both are kept in the file.
    now : datetime, optional
        When; the present by default.

    Returns
    -------
    Path
        The file written. The version it replaces is in ``settings-history/``.

    Raises
    ------
    InputError
        If the name or the reason is empty, or the folder cannot be written.
    """
    for name, words in (("by", by), ("reason", reason)):
        if not str(words).strip():
            raise InputError(f"{name}: is empty; saved settings state who saved them and why")
    now = now or datetime.now().astimezone()
    file = settings_path(path)
    saved = dataclasses.replace(
        settings,
        saved_by=by.strip(),
        saved_reason=reason.strip(),
        saved_on=now.isoformat("T", "seconds"),
    )
    try:
        if file.exists():
            _keep(file, now)
    except OSError as error:
        raise InputError(
            f"{file}: cannot be written, {error.strerror}; nothing was changed"
        ) from None
    write_text(file, saved.to_toml())
    return file


def history(path: str | os.PathLike) -> list[Path]:
    """List the earlier versions of a portfolio's settings, newest first."""
    folder = settings_path(path).parent / HISTORY
    return sorted(folder.glob("*.toml"), reverse=True) if folder.is_dir() else []


def here() -> tuple[Path, str | None]:
    """Return which portfolio the notebooks in this folder read, and its column map.

    The file ``portfolio.toml`` in the current folder, or the nearest one above it, names
    the portfolio (relative to itself) and, where needed, the column map.

    Raises
    ------
    InputError
        If there is no such file, or it does not name a portfolio.
    """
    for folder in (Path.cwd(), *Path.cwd().parents):
        file = folder / POINTER
        if file.is_file():
            break
    else:
        raise InputError(
            f'{POINTER}: not found here or above; write one with the line portfolio = "my.xlsx"'
        )
    try:
        named = tomllib.loads(file.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file.name}: is not valid TOML, {error}") from None
    if not isinstance(named.get("portfolio"), str):
        raise InputError(f'{file.name}: names no portfolio; write the line portfolio = "my.xlsx"')
    column_map = named.get("column_map") or None
    if column_map and (folder / column_map).exists():
        column_map = str(folder / column_map)
    return (folder / named["portfolio"]).resolve(), column_map


def open_here() -> tuple[tables.Portfolio, Settings]:
    """Read the portfolio that this folder's notebooks point to, and its settings.

    Where a record of the board stands beside it, its revealed ballots and its decisions count.
    """
    path, column_map = here()
    portfolio, settings = open_folder(path, column_map)
    kept = settings_path(path).with_name(RECORD)
    if kept.is_file():
        from pmo_lib import record

        portfolio = record.supply(portfolio, record.open_record(kept))
    return portfolio, settings


def example_folder() -> Path:
    """Return the folder of the example portfolio."""
    return _shipped("data") / EXAMPLE


def new_folder(path: str | os.PathLike, *, progress=lambda *_: None) -> Path:
    """Make a working folder: notebooks, a workbook to fill in, settings, and the example.

    Parameters
    ----------
    path : path
        A folder that does not exist yet, or is empty.
    progress : callable, optional
        Called with (done, total, words).

    Returns
    -------
    Path
        The folder, which appears whole or not at all.

    Raises
    ------
    InputError
        If the folder exists and is not empty: nothing there is overwritten.
    """
    target = Path(path)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(f"{target}: already exists and is not empty; name a new folder")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".new-") as scratch:
            draft = Path(scratch) / "folder"
            progress(0, 3, "notebooks")
            (draft / "notebooks").mkdir(parents=True)
            for source in sorted(_shipped("notebooks").glob("*.ipynb")):
                shutil.copyfile(source, draft / "notebooks" / source.name)
            progress(1, 3, "the example")
            shutil.copytree(example_folder(), draft / "example" / EXAMPLE)
            progress(2, 3, "the workbook to fill in")
            tables.write_template(draft / WORKBOOK)
            write_text(draft / SETTINGS, Settings().to_toml())
            write_text(draft / "notebooks" / POINTER, _POINTER_TEXT)
            if target.exists():
                target.rmdir()
            os.replace(draft, target)
    except OSError as error:
        raise InputError(f"{target}: cannot be made, {error.strerror}") from None
    return target


_POINTER_TEXT = """\
# Which portfolio these notebooks read: a workbook or a folder of CSV files, relative to this
# file. To look at the example instead, write portfolio = "../example/northmere".
portfolio = "../portfolio.xlsx"
# A map that reads a foreign spreadsheet: a TOML file, or the name of a ready-made map.
column_map = ""
"""


def _shipped(name: str) -> Path:
    """Return a folder that comes with the project: beside the code, or where it was installed."""
    beside = Path(__file__).resolve().parents[1] / name
    return beside if beside.is_dir() else Path(sysconfig.get_path("data")) / "share/pmo-lib" / name


def _keep(file: Path, now: datetime) -> None:
    """Copy a settings file into its history under the moment it was replaced."""
    folder = file.parent / HISTORY
    folder.mkdir(exist_ok=True)
    shutil.copyfile(file, _unused(folder, now, "{}{}.toml", "-{}"))


def _unused(folder: Path, moment: datetime, form: str, again: str) -> Path:
    """Return an unused name that says a moment; `again` words the number of a further one."""
    stamp, numbers = moment.strftime("%Y-%m-%dT%H%M%S"), map(again.format, itertools.count(1))
    names = (form.format(stamp, number) for number in itertools.chain([""], numbers))
    return next(folder / name for name in names if not (folder / name).exists())


def write_keeping(files: list[Path], write) -> list[Path]:
    """Write output files, keeping any earlier file that differs under a dated name.

    Parameters
    ----------
    files : list of Path
        What to write; missing folders are made.
    write : callable
        Writes one file; it is given the path.

    Returns
    -------
    list of Path
        Where earlier files are kept: a filled-in list of an earlier run is never lost.

    Raises
    ------
    InputError
        If a file cannot be written.
    """
    kept = []
    for file in files:
        with replacing(file) as draft:
            write(draft)
            if file.exists() and file.read_bytes() != draft.read_bytes():
                kept += put_aside([file])
    return kept


def put_aside(files: list[Path]) -> list[Path]:
    """Give files a dated name, and return it."""
    kept = []
    for file in files:
        kept.append(_dated(file))
        os.replace(file, kept[-1])
    return kept


def _dated(file: Path) -> Path:
    """Return an unused name that says when the file was last written."""
    moment = datetime.fromtimestamp(file.stat().st_mtime)
    stem, ending = (part.replace("{", "{{").replace("}", "}}") for part in (file.stem, file.suffix))
    return _unused(file.parent, moment, f"{stem} (until {{}}{{}}){ending}", ", {}")


def write_text(file: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    with replacing(file) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")
