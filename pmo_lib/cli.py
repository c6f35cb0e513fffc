"""The command ``pmo``: every step that needs no screen."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from pmo_lib import terminal
from pmo_lib.checks import InputError

app = typer.Typer(
    name="pmo",
    help="Check, score, price, rank and choose projects. Start with: pmo demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

PORTFOLIO = Annotated[
    Path, typer.Argument(help="A folder of CSV files, an .xlsx workbook, or one CSV with --map.")
]
MAP = Annotated[
    str | None,
    typer.Option(
        "--map", help="How to read a foreign spreadsheet: a TOML file, or a ready-made map."
    ),
]
OUT = Annotated[
    Path | None,
    typer.Option("--out", help="Where to write: a folder, or a file ending in .xlsx or .csv."),
]
JSON = Annotated[
    bool, typer.Option("--json", help="Print one JSON document and nothing else; errors too.")
]


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(help="The working folder to make.")],
    as_json: JSON = False,
) -> None:
    """Make a working folder: notebooks, a workbook to fill in, settings, and the example."""
    with _plain_errors(as_json):
        from pmo_lib import folder as folders

        made = folders.new_folder(folder)
        if as_json:
            _print_json({"folder": str(made)})
            return
        print(f"Made {made}. Next:")
        print(f"  1. fill in {made / 'portfolio.xlsx'} (each sheet explains itself)")
        print(f"  2. pmo check {made / 'portfolio.xlsx'}")
        print(f"  3. pmo choose {made / 'portfolio.xlsx'} --out {made / 'out'}")
        print(f"  or open the notebooks: jupyter lab {made / 'notebooks'}")


@app.command()
def template(
    file: Annotated[Path, typer.Argument(help="The workbook to write; must not exist yet.")],
    as_json: JSON = False,
) -> None:
    """Write an empty workbook: a sheet a table, with a dictionary, drop-downs and an example row."""
    with _plain_errors(as_json):
        from pmo_lib import tables

        if file.exists():
            raise InputError(f"{file}: already exists; name a new file, nothing is overwritten")
        tables.write_template(file)
        if as_json:
            _print_json({"template": str(file)})
        else:
            print(f"Wrote {file}. Fill it in, then: pmo check {file}")


@app.command()
def check(portfolio: PORTFOLIO, map: MAP = None, as_json: JSON = False) -> None:
    """Report every problem of the tables at once, and what a careful analyst would doubt."""
    with _plain_errors(as_json):
        from pmo_lib import folder, workbench

        tables, settings = folder.open_folder(portfolio, map)
        account, doubts, warnings = terminal.account(tables), None, ()
        aside = tables.set_aside
        if tables.intake is None:
            made = workbench.recommend(tables, settings, explain=False)
            doubts, warnings = workbench.review(tables, made.evaluation), made.warnings
            account, aside = terminal.account(tables, made.evaluation), made.evaluation.set_aside
        if as_json:
            _print_json(
                {
                    "problems": [],
                    "account": account,
                    "set_aside": _records(aside.reset_index()),
                    "notes": list(tables.notes),
                    "warnings": list(warnings),
                    "doubts": _records(doubts),
                }
            )
            return
        print(f"{portfolio}: no problem found.")
        print(terminal.account_words(account))
        terminal.print_aside(aside)
        terminal.print_lines("Notes", tables.notes)
        terminal.print_lines("Warnings", warnings)
        if doubts is not None and len(doubts):
            print("\nDoubts to settle before the board meets")
            for row in doubts.to_dict("records"):
                print(
                    f"  {row['doubt']}: {row['criteria']}: {row['what to know']}; {row['what to do']}"
                )


@app.command()
def rank(portfolio: PORTFOLIO, map: MAP = None, out: OUT = None, as_json: JSON = False) -> None:
    """Rank the projects by score, without choosing; a foreign intake by its own measure."""
    with _plain_errors(as_json):
        from pmo_lib import export, folder, workbench
        from pmo_lib import tables as table_module

        tables, settings = folder.open_folder(portfolio, map)
        if tables.intake is not None:
            heading = f"{tables.intake.heading}: {tables.intake.measure}"
            frame = table_module.intake_ranking(tables)
            account, warnings = terminal.account(tables), ()
            aside = tables.set_aside
        else:
            evaluation = workbench.evaluate(tables, settings)
            heading, frame = "Ranked by score", _ranking(tables, evaluation)
            account, warnings = terminal.account(tables, evaluation), evaluation.warnings
            aside = evaluation.set_aside
        written = _write(
            out,
            lambda file: export.write_table(
                frame,
                file,
                title=heading,
                notes=[terminal.account_words(account), *warnings],
                marking=settings.marking,
            ),
            ("ranking.xlsx", "ranking.csv"),
        )
        if as_json:
            _print_json(
                {
                    "heading": heading,
                    "account": account,
                    "ranking": _records(frame.reset_index()),
                    "set_aside": _records(aside.reset_index()),
                    "warnings": list(warnings),
                    "written": written,
                }
            )
            return
        terminal.print_frame(heading, frame)
        terminal.print_aside(aside)
        print("\n" + terminal.account_words(account))
        terminal.print_lines("Read with the list", warnings)
        terminal.print_written(written)


@app.command()
def choose(portfolio: PORTFOLIO, map: MAP = None, out: OUT = None, as_json: JSON = False) -> None:
    """Choose what to fund under every limit, with a reason for each project."""
    with _plain_errors(as_json):
        _choose(portfolio, map, out, as_json)


@app.command()
def frontier(
    portfolio: PORTFOLIO,
    map: MAP = None,
    points: Annotated[int, typer.Option(min=2, help="How many budgets to try.")] = 20,
    low: Annotated[
        float, typer.Option("--from", help="The smallest, as a share of the budgets.")
    ] = 0.6,
    high: Annotated[float, typer.Option("--to", help="The largest, likewise.")] = 1.3,
    out: OUT = None,
    as_json: JSON = False,
) -> None:
    """Show what more, or less, money would buy: the best list at each of many budgets.

    All budgets are made larger or smaller alike; running work keeps what it needs.
    Ctrl-C stops early and shows what is known by then.
    """
    with _plain_errors(as_json):
        from pmo_lib import export, workbench

        tables, settings = _proposals(portfolio, map)
        if not low < high:
            raise InputError(f"--from {low:g}: must be less than --to {high:g}; swap them")
        scales = [round(low + (high - low) * step / (points - 1), 6) for step in range(points)]
        with terminal.stoppable() as stopped, _progress(stopped) as progress:
            found = workbench.frontier(tables, settings, scales=scales, progress=progress)
        words = terminal.frontier_words(found, settings)
        words += [f"Each list sums {terminal.statements.SUMMED[settings.objective]}."]
        words += [terminal.account_words(terminal.account(tables))]
        frame = terminal.frontier_frame(found, settings)
        written = _write(
            out,
            lambda file: export.write_table(
                frame,
                file,
                title="What each budget buys",
                notes=words,
                marking=settings.marking,
            ),
            ("frontier.xlsx", "frontier.csv"),
        )
        if as_json:
            document = {"points": _records(found), "says": words, "complete": not stopped()}
            _print_json(document | {"settings_hash": settings.hash(), "written": written})
            return
        terminal.print_frontier(frame)
        terminal.print_lines("Read with the table", words)
        terminal.print_stopped(stopped())
        terminal.print_written(written)


@app.command()
def why(
    portfolio: PORTFOLIO,
    projects: Annotated[
        list[str] | None,
        typer.Argument(metavar="PROJECT", help="Only these, as in the projects table."),
    ] = None,
    map: MAP = None,
    out: OUT = None,
    as_json: JSON = False,
) -> None:
    """Say why each project is in or out: what would change that, and who would make room.

    Nearest to the line between funded and not funded first. Ctrl-C stops early and
    shows the answers found by then.
    """
    with _plain_errors(as_json):
        from pmo_lib import export, workbench

        made = workbench.recommend(*_proposals(portfolio, map), explain=False)
        with terminal.stoppable() as stopped, _progress(stopped) as progress:
            found = workbench.why_not(
                made,
                projects=projects or None,
                time_limit=300.0 if projects else 60.0,
                progress=progress,
            )
        notes = [made.headline, "Measured against the best affordable list."]
        notes += terminal.statements_of(made)
        frame = found[["name", "rank", "case", "says"]]
        written = _write(
            out,
            lambda file: export.write_table(
                frame,
                file,
                title="Why, or why not",
                notes=notes,
                marking=made.settings.marking,
            ),
            ("why.xlsx", "why.csv"),
        )
        if as_json:
            document = {"headline": made.headline, "projects": _records(found.reset_index())}
            document |= {"complete": not stopped(), "settings_hash": made.settings.hash()}
            _print_json(document | {"written": written})
            return
        terminal.print_why(notes, found)
        terminal.print_stopped(stopped())
        terminal.print_written(written)


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="Where to write the ranked list.")] = Path(
        "out"
    ),
    as_json: JSON = False,
) -> None:
    """Do the whole job on the example portfolio, and write the ranked list."""
    with _plain_errors(as_json):
        from pmo_lib import folder

        _choose(folder.example_folder(), None, out, as_json)


def _choose(portfolio: Path, column_map: str | None, out: Path | None, as_json: bool) -> None:
    from pmo_lib import export, workbench

    tables, settings = _proposals(portfolio, column_map)
    with _progress() as progress:
        made = workbench.recommend(tables, settings, progress=progress)
    written = _write(
        out,
        lambda file: export.write_ranked_list(made, file),
        ("ranked_list.xlsx", "ranked_list.csv"),
    )
    account = terminal.account(tables, made.evaluation)
    if as_json:
        _print_json(
            {
                "headline": made.headline,
                "marking": settings.marking,
                "status_of_the_list": settings.status,
                "rule": settings.rule,
                "sums": terminal.statements.SUMMED[settings.objective],
                "value": made.choice.value,
                "bound": made.choice.bound,
                "gap": made.choice.gap,
                "status": made.choice.status,
                "account": account,
                "ranked_list": _records(made.ranked_list.reset_index()),
                "limits": _records(made.limits.reset_index()),
                "other_list": _records(made.other_list.reset_index()),
                "warnings": list(made.warnings),
                "settings_hash": settings.hash(),
                "written": written,
            }
        )
        return
    terminal.print_recommendation(made)
    terminal.print_lines("Read with the list", terminal.statements_of(made))
    terminal.print_lines("Notes from reading the tables", tables.notes)
    terminal.print_written(written)


def _proposals(portfolio: Path, column_map: str | None) -> tuple:
    """Open a portfolio that can be chosen from, with its settings."""
    from pmo_lib import folder

    tables, settings = folder.open_folder(portfolio, column_map)
    if tables.intake is not None:
        raise InputError(
            f"{portfolio}: read as {tables.intake.heading!r}; it has no criteria and budgets to choose "
            "by, so use pmo rank, or bring a portfolio of proposals"
        )
    return tables, settings


def _ranking(tables, evaluation):
    """Lay out the ranking by score with the NPV order beside it."""
    frame = tables.projects.reindex(evaluation.score.index)[["name", "sponsor", "category"]]
    finance = evaluation.finance.reindex(frame.index)
    frame.insert(0, "rank", evaluation.rank)
    frame["score"] = evaluation.score
    frame["rank by NPV"] = finance["npv"].rank(ascending=False, method="min").astype("Int64")
    for column in ("npv", "bcr", "cost"):
        frame[column] = finance[column]
    return frame.sort_values(["rank", "name"])


def _write(out: Path | None, write: Callable[[Path], object], names: tuple[str, str]) -> list[str]:
    """Write to the named file, or under both names into a folder; keep what was there."""
    if out is None:
        return []
    from pmo_lib import folder

    files = [out] if out.suffix.lower() in (".xlsx", ".csv") else [out / name for name in names]
    earlier = {kept for file in files for kept in file.parent.glob("*(until *")}
    written = [str(file) for file in folder.write_keeping(files, write)]
    kept = {kept for file in files for kept in file.parent.glob("*(until *")} - earlier
    for file in sorted(kept):
        print(f"Kept the earlier, different list as {file}", file=sys.stderr)
    return written


def _records(frame) -> list[dict]:
    return [] if frame is None else json.loads(frame.to_json(orient="records", date_format="iso"))


def _print_json(document: dict) -> None:
    print(json.dumps(_finite(document), ensure_ascii=False, allow_nan=False, indent=2))


def _finite(node):
    """Replace what JSON cannot say: numbers that are not finite become null."""
    if isinstance(node, dict):
        return {key: _finite(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_finite(value) for value in node]
    if isinstance(node, float) and (node != node or node in (float("inf"), float("-inf"))):
        return None
    return node


@contextmanager
def _progress(stopped: Callable[[], bool] = bool) -> Iterator[Callable]:
    """Show progress on the error stream where a person watches it, until told to stop."""
    if not sys.stderr.isatty():
        yield lambda *_: stopped()
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("choosing", total=None)

        def told(done: int, total: int, words: str) -> bool:
            bar.update(task, completed=done, total=total, description=words[:60])
            return stopped()

        yield told


@contextmanager
def _plain_errors(as_json: bool) -> Iterator[None]:
    """Turn an input to mend into plain words and exit code 2."""
    try:
        yield
    except InputError as error:
        if as_json:
            found = getattr(error, "table", None)
            _print_json(
                {
                    "error": {
                        "problems": list(error.problems),
                        "table": _records(found),
                        "conflict": list(getattr(error, "conflict", ())),
                        "ways_out": list(getattr(error, "remedies", ())),
                    }
                }
            )
        else:
            terminal.print_problems(error)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        print("Stopped; nothing was written.", file=sys.stderr)
        raise typer.Exit(130) from None


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    app()


if __name__ == "__main__":
    main()
