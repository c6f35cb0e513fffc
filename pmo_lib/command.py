"""What every command shares: options, files that are kept, JSON, plain errors."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from pmo_lib import statements, terminal
from pmo_lib.__main__ import ENDED, STOPPED
from pmo_lib.checks import InputError

PORTFOLIO = Annotated[
    Path,
    typer.Argument(
        metavar="PORTFOLIO", help="A folder of CSV files, an .xlsx workbook, or one CSV with --map."
    ),
]
MAP = Annotated[
    str | None,
    typer.Option(
        "--map",
        metavar="FILE or NAME",
        help="How to read a foreign spreadsheet: a TOML file (docs/column_maps.md), or the name of a "
        "ready-made map, such as gmpp.",
    ),
]
OUT = Annotated[
    Path | None,
    typer.Option("--out", help="Where to write: a folder, or a file ending in .xlsx or .csv."),
]
STARTS = Annotated[
    int | None,
    typer.Option(
        "--starts-every",
        metavar="MONTHS",
        help="For this run: try starts from earliest to latest, so many months apart; 0: as planned.",
    ),
]
BUDGET = Annotated[
    float | None,
    typer.Option(
        "--budget",
        metavar="SCALE",
        min=0.01,
        max=5,
        help="For this run: all budgets times this, such as 0.9.",
    ),
]
ASKING = Annotated[
    float,
    typer.Option(
        "--why",
        metavar="SECONDS",
        min=0,
        help="With --out: how long to ask what would bring each project in; 0 leaves it out.",
    ),
]
IN_DEPTH = Annotated[
    bool,
    typer.Option(
        "--in-depth",
        help="With --out: also sheets on what to debate, and how far the figures may be out.",
    ),
]
SECONDS = Annotated[
    float | None,
    typer.Option("--seconds", min=1, help="How long to ask in all; more time leaves less open."),
]
JSON = Annotated[
    bool, typer.Option("--json", help="Print one JSON document and nothing else; errors too.")
]


PROOF = ("value", "bound", "gap", "status", "reproducible")
"""What a JSON document says of a choice: its worth, how good it is proven, and how it ended."""


def proposals(portfolio: Path, column_map: str | None) -> tuple:
    """Open a portfolio that can be chosen from, with its settings."""
    from pmo_lib import folder

    tables, settings = folder.open_folder(portfolio, column_map)
    if tables.intake is not None:
        raise InputError(
            f"{portfolio}: read as {tables.intake.heading!r}; it has no criteria and budgets to choose "
            "by, so use pmo rank, or bring a portfolio of proposals"
        )
    return tables, settings


def proposals_for_this_run(portfolio: Path, column_map: str | None, **asked) -> tuple:
    """Open a portfolio with settings that stand for one run alone, and say which these are."""
    tables, saved = proposals(portfolio, column_map)
    asked = {name: setting for name, setting in asked.items() if setting is not None}
    settings = dataclasses.replace(saved, **asked)
    return tables, settings, statements.for_this_run(saved, settings)


def together(*steps: Callable[[], object]) -> list:
    """Do steps that read files, and raise the problems of all of them at once."""
    found, errors = [], []
    for step in steps:
        try:
            found.append(step())
        except InputError as error:
            errors.append(error)
    if len(errors) > 1:
        raise InputError(*(problem for error in errors for problem in error.problems))
    if errors:
        raise errors[0]
    return found


def labels(tables, asked: list[str]) -> list[str]:
    """Return the labels of projects that are asked for by label or by exact name."""
    names = tables.projects["name"]
    found = [[word] if word in names.index else list(names.index[names == word]) for word in asked]
    return [label for word, known in zip(asked, found, strict=True) for label in known or [word]]


def write_table(out: Path | None, stem: str, frame, title: str, notes, settings) -> list[str]:
    """Write a table with its title and notes, if it is to be written."""
    from pmo_lib import export

    how = {"title": title, "notes": notes, "marking": settings.marking}
    return write_files(out, stem, lambda file: export.write_table(frame, file, **how))


def write_files(out: Path | None, stem: str, write: Callable[[Path], object]) -> list[str]:
    """Write to the named file, or a workbook and CSV into a folder; keep what was there."""
    if out is None:
        return []
    from pmo_lib import folder

    named = out.suffix.lower() in (".xlsx", ".csv")
    files = [out] if named else [out / f"{stem}{ending}" for ending in (".xlsx", ".csv")]
    for kept in folder.write_keeping(files, write):
        print(f"Kept the earlier, different list as {kept}", file=sys.stderr)
    return [str(file) for file in files]


def records(frame) -> list[dict]:
    """Return a table as it stands in a JSON document; none is empty."""
    return [] if frame is None else json.loads(frame.to_json(orient="records", date_format="iso"))


def print_json(document: dict) -> None:
    """Print one JSON document and nothing else."""
    print(json.dumps(finite(document), ensure_ascii=False, allow_nan=False, indent=2))


def finite(node):
    """Replace what JSON cannot say: numbers that are not finite become null."""
    if isinstance(node, dict):
        return {key: finite(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [finite(value) for value in node]
    if isinstance(node, float) and (node != node or node in (float("inf"), float("-inf"))):
        return None
    return node


def told(error: InputError) -> dict:
    """Return an error as it stands in a JSON document."""
    found = {
        "problems": list(error.problems),
        "table": records(getattr(error, "table", None)),
        "conflict": list(getattr(error, "conflict", ())),
        "ways_out": list(getattr(error, "remedies", ())),
        "notes": list(getattr(error, "__notes__", ())),
    }
    return {"error": found}


@contextmanager
def plain_errors(as_json: bool) -> Iterator[None]:
    """Turn an input to mend into plain words and exit code 2."""
    try:
        yield
    except InputError as error:
        if as_json:
            print_json(told(error))
        else:
            terminal.print_problems(error)
        raise typer.Exit(2) from None
    except (KeyboardInterrupt, SystemExit) as ended:
        if isinstance(ended, SystemExit) and ended.code != STOPPED:
            raise
        print(ENDED, file=sys.stderr)
        raise typer.Exit(STOPPED) from None
