"""The command ``pmo``: every step that needs no screen."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from pmo_lib import ballot_commands, board_command, pack_commands, statements, terminal
from pmo_lib.checks import InputError
from pmo_lib.command import (
    ASKING,
    BUDGET,
    IN_DEPTH,
    JSON,
    MAP,
    OUT,
    PORTFOLIO,
    PROOF,
    SECONDS,
    STARTS,
    labels,
    plain_errors,
    print_json,
    proposals_for_this_run,
    records,
    told,
    write_files,
    write_table,
)  # fmt: skip
from pmo_lib.rebalance_command import rebalance

_UsageError = typer.BadParameter.__base__


class _Commands(TyperGroup):
    """The commands; with --json, a word that is not understood is told as JSON too."""

    def main(self, args=None, prog_name=None, standalone_mode=True, **extra):
        """Run a command."""
        args = list(sys.argv[1:] if args is None else args)
        if "--json" not in args or not standalone_mode:
            return super().main(args, prog_name, standalone_mode=standalone_mode, **extra)
        try:
            sys.exit(super().main(args, prog_name, standalone_mode=False, **extra))
        except _UsageError as error:
            print_json(told(InputError(error.format_message())))
            sys.exit(2)


app = typer.Typer(
    name="pmo",
    cls=_Commands,
    help="Check, score, price, rank and choose projects. Start with: pmo demo\n\n"
    "Each command explains itself: pmo choose --help. PORTFOLIO is your folder or workbook.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(ballot_commands.app)
app.add_typer(pack_commands.decisions)


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(help="The working folder to make.")],
    as_json: JSON = False,
) -> None:
    """Make a working folder with a workbook to fill in.

    Notebooks, settings and the example portfolio are in it, too.
    """
    with plain_errors(as_json):
        from pmo_lib import folder as folders

        with terminal.progress() as progress:
            made = folders.new_folder(folder, progress=progress)
        if as_json:
            print_json({"folder": str(made)})
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
    """Write the workbook to fill in.

    A sheet a table, with a dictionary, drop-downs and example rows.
    """
    with plain_errors(as_json):
        from pmo_lib import tables

        if file.exists():
            raise InputError(f"{file}: already exists; name a new file, nothing is overwritten")
        with terminal.progress():
            tables.write_template(file)
        if as_json:
            print_json({"template": str(file)})
        else:
            print(f"Wrote {file}. Fill it in, then: pmo check {file}")


@app.command()
def check(portfolio: PORTFOLIO, map: MAP = None, as_json: JSON = False) -> None:
    """Report every problem at once, then what is doubtful.

    Each with its sheet, row, column and remedy. Nothing is changed or written.
    """
    with plain_errors(as_json):
        from pmo_lib import folder, workbench

        evaluation, doubts, warnings = None, None, ()
        with terminal.progress():
            tables, settings = folder.open_folder(portfolio, map)
            if tables.intake is None:
                made = workbench.recommend(tables, settings, explain=False)
                evaluation, warnings = made.evaluation, made.warnings
                doubts = workbench.review(tables, evaluation)
        account, aside = statements.account(tables, evaluation), (evaluation or tables).set_aside
        if as_json:
            document = {"problems": [], "account": account}
            document |= {"set_aside": records(aside.reset_index()), "notes": list(tables.notes)}
            print_json(document | {"warnings": list(warnings), "doubts": records(doubts)})
            return
        print(f"{portfolio}: no problem found.")
        print(statements.account_words(account))
        terminal.print_aside(aside)
        warned = {words.rstrip(".") for words in warnings}
        terminal.print_lines("Notes", [note for note in tables.notes if note not in warned])
        terminal.print_lines("Warnings", warnings)
        if doubts is not None and len(doubts):
            print("\nDoubts to settle before the board meets")
            for doubt, criteria, known, remedy in doubts.itertuples(index=False):
                print(f"  {doubt}: {criteria}: {known}; {remedy}")


@app.command()
def rank(portfolio: PORTFOLIO, map: MAP = None, out: OUT = None, as_json: JSON = False) -> None:
    """Rank the projects by score, without choosing.

    A foreign list that has no criteria (see --map) is ranked by its own measure.
    """
    with plain_errors(as_json):
        from pmo_lib import folder, workbench
        from pmo_lib import tables as table_module

        evaluation, warnings = None, ()
        with terminal.progress():
            tables, settings = folder.open_folder(portfolio, map)
            if tables.intake is None:
                evaluation = workbench.evaluate(tables, settings)
        if tables.intake is not None:
            heading = f"{tables.intake.heading}: {tables.intake.measure}"
            frame = shown = table_module.intake_ranking(tables)
        else:
            heading, frame, warnings = (
                "Ranked by score",
                _ranking(tables, evaluation),
                evaluation.warnings,
            )
            shown = frame.assign(score=100 * frame["score"]).rename(
                columns={"score": "score of 100"}
            )
        account, aside = statements.account(tables, evaluation), (evaluation or tables).set_aside
        words = statements.account_words(account)
        written = write_table(out, "ranking", shown, heading, [words, *warnings], settings)
        if as_json:
            document = {"heading": heading, "account": account, "warnings": list(warnings)}
            document |= {"ranking": records(frame.reset_index()), "written": written}
            print_json(document | {"set_aside": records(aside.reset_index())})
            return
        terminal.print_frame(heading, shown)
        terminal.print_aside(aside)
        print(f"\n{words}")
        terminal.print_lines("Read with the list", warnings)
        terminal.print_written(written)


@app.command()
def choose(
    portfolio: PORTFOLIO,
    map: MAP = None,
    starts_every: STARTS = None,
    budget: BUDGET = None,
    out: OUT = None,
    why: ASKING = 60.0,
    in_depth: IN_DEPTH = False,
    as_json: JSON = False,
) -> None:
    """Choose what to fund, with a reason for each project.

    The list keeps every limit: budgets, people, links and what must be in. A workbook also
    gets what would bring each project in. Ctrl-C stops early and keeps the best found by
    then.
    """
    with plain_errors(as_json):
        asked = {"starts_every": starts_every, "budget_scale": budget}
        _choose(portfolio, map, out, as_json, asked=asked, asking=why, in_depth=in_depth)


@app.command()
def frontier(
    portfolio: PORTFOLIO,
    map: MAP = None,
    points: Annotated[int, typer.Option(min=2, help="How many budgets to try.")] = 20,
    low: Annotated[
        float, typer.Option("--from", help="The smallest budget tried; 0.6 is 60 % of what it is.")
    ] = 0.6,
    high: Annotated[float, typer.Option("--to", help="The largest; 1.3 is 30 % more.")] = 1.3,
    starts_every: STARTS = None,
    seconds: SECONDS = 10.0,
    out: OUT = None,
    as_json: JSON = False,
) -> None:
    """Show what larger and smaller budgets would buy.

    The best list at each of many budgets. All budgets are made larger or smaller alike;
    running work keeps what it needs. Ctrl-C stops early and shows what is known by then.
    """
    with plain_errors(as_json):
        from pmo_lib import workbench
        from pmo_lib.selection.choice import ENDED

        if not low < high:
            raise InputError(f"--from {low:g}: must be less than --to {high:g}; swap them")
        scales = [round(low + (high - low) * step / (points - 1), 6) for step in range(points)]
        with terminal.stoppable() as stopped, terminal.progress(stopped) as progress:
            tables, settings, tried = proposals_for_this_run(
                portfolio, map, starts_every=starts_every
            )
            evaluation = workbench.evaluate(tables, settings)
            found = workbench.frontier(
                tables, settings, evaluation=evaluation, scales=scales, time_limit=seconds,
                progress=progress,
            )  # fmt: skip
        words = statements.frontier_words(found, settings)
        words += [f"Each list sums {statements.SUMMED[settings.objective]}."]
        if (found["gap"] > 0).any():
            words.append(f"Where a better list could add something, {ENDED}.")
        words += [*tried, statements.account_words(statements.account(tables, evaluation))]
        names, title = tables.projects["name"], "What each budget buys"
        frame = terminal.frontier_frame(found, settings, names)
        written = write_table(out, "frontier", frame, title, words, settings)
        if as_json:
            document = {"points": records(found), "says": words, "complete": not stopped()}
            print_json(document | {"settings_hash": settings.hash(), "written": written})
            return
        terminal.print_frontier(frame)
        terminal.print_lines("Read with the table", words)
        terminal.print_stopped(stopped())
        terminal.print_open((found["gap"] > settings.gap).sum(), "budget")
        terminal.print_written(written)


@app.command()
def why(
    portfolio: PORTFOLIO,
    projects: Annotated[
        list[str] | None,
        typer.Argument(metavar="PROJECT", help="Only these, by label or by exact name."),
    ] = None,
    map: MAP = None,
    starts_every: STARTS = None,
    budget: BUDGET = None,
    seconds: SECONDS = None,
    out: OUT = None,
    as_json: JSON = False,
) -> None:
    """Say what would bring each project in, or push it out.

    And who would make room. Nearest to the line between funded and not funded first. It asks
    for a minute, about projects that are named for five. Ctrl-C stops early and shows the
    answers found by then.
    """
    with plain_errors(as_json):
        from pmo_lib import workbench

        with terminal.stoppable() as stopped, terminal.progress(stopped) as progress:
            run = {"starts_every": starts_every, "budget_scale": budget}
            tables, settings, tried = proposals_for_this_run(portfolio, map, **run)
            asked, limit = labels(tables, projects or []), seconds or (300.0 if projects else 60.0)
            made = workbench.recommend(tables, settings, explain=False, progress=progress)
            made = dataclasses.replace(made, warnings=(*made.warnings, *tried))
            if "stopped" in {one.status for one in made.by_rule.values()}:
                limit = 1.0
            found = workbench.why_not(
                made, projects=asked or None, time_limit=limit, progress=progress
            )
        notes = [
            made.headline,
            statements.basis(made),
            "Measured against the best affordable list.",
        ]
        notes += terminal.statements_of(made)
        frame = found[["name", "rank", "case", "says"]]
        written = write_table(out, "why", frame, "Why, or why not", notes, settings)
        if as_json:
            document = {"headline": made.headline, "projects": records(found.reset_index())}
            document |= {"complete": not stopped(), "settings_hash": settings.hash()}
            print_json(document | {"warnings": list(made.warnings), "written": written})
            return
        terminal.print_why(notes, found)
        missing = len(asked or made.evaluation.score) - len(found)
        terminal.print_stopped(stopped(), missing)
        terminal.print_open(((found["low"] == 0) & (found["high"] > 0)).sum(), "project")
        terminal.print_written(written)


app.command()(rebalance)


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="Where to write the ranked list.")] = Path(
        "out"
    ),
    as_json: JSON = False,
) -> None:
    """Do the whole job on the example, and write its ranked list."""
    with plain_errors(as_json):
        from pmo_lib import folder

        _choose(folder.example_folder(), None, out, as_json)


app.command()(board_command.board)
for command in pack_commands.COMMANDS:
    app.command()(command)


def _choose(
    portfolio, column_map, out, as_json, *, asked=None, asking: float = 0.0, in_depth: bool = False
) -> None:
    """Choose, write and print; `asked` are settings for this run alone."""
    from pmo_lib import export, workbench

    answers, more = None, {}
    with terminal.stoppable() as stopped, terminal.progress(stopped) as progress:
        tables, settings, tried = proposals_for_this_run(portfolio, column_map, **asked or {})
        made = workbench.recommend(tables, settings, progress=progress)
        book = out and out.suffix.lower() != ".csv"
        if book and asking and not stopped():
            print(f"Asking what would bring each project in: {asking:g} s at most", file=sys.stderr)
            answers = workbench.why_not(made, time_limit=asking, progress=progress)
        if book and in_depth and not stopped():
            from pmo_lib.approval.dossier import debated
            from pmo_lib.stories import doubts

            progress(0, 2, "how far the figures may be out")
            more["futures"] = doubts.spread(made)
            progress(1, 2, "what to debate")
            more["agenda"] = debated(made, stopped).get("agenda")
        early = stopped()
        progress(1, 2, "writing")
        made = dataclasses.replace(made, warnings=(*made.warnings, *tried))
        written = write_files(
            out, "ranked_list",
            lambda file: export.write_ranked_list(made, file, answers=answers, **more),
        )  # fmt: skip
    if as_json:
        frames = {name: getattr(made, name) for name in ("ranked_list", "limits", "other_list")}
        if made.choice.selected.any():
            frames["schedule"] = workbench.schedule(made).join(made.choice.option)
        document = {
            "headline": made.headline,
            "marking": settings.marking,
            "status_of_the_list": settings.status,
            "rule": settings.rule,
            "sums": statements.SUMMED[settings.objective],
            **{name: getattr(made.choice, name) for name in PROOF},
            "account": statements.account(tables, made.evaluation),
            **{name: records(frame.reset_index()) for name, frame in frames.items()},
            "transfers": records(made.choice.transfers),
            "hired": made.choice.hired.to_dict(),
            "complete": not early,
            "warnings": list(made.warnings),
            "settings_hash": settings.hash(),
            "written": written,
        }
        print_json(document)
        return
    terminal.print_recommendation(made)
    terminal.print_lines("Read with the list", terminal.statements_of(made))
    terminal.print_lines("Notes from reading the tables", tables.notes)
    terminal.print_stopped(early)
    terminal.print_written(written)
    if answers is not None:
        print(f"Sheet Why not: {len(answers)} of {len(made.evaluation.score)} proposals answered")


def _ranking(tables, evaluation):
    """Lay out the ranking by score with the NPV order beside it."""
    frame = tables.projects.reindex(evaluation.score.index)[["name", "sponsor", "category"]]
    finance = evaluation.finance.reindex(frame.index)
    frame.insert(0, "rank", evaluation.rank)
    frame["score"] = evaluation.score
    frame["rank by NPV"] = finance["npv"].rank(ascending=False, method="min").astype("Int64")
    return frame.join(finance[["npv", "bcr", "cost"]]).sort_values(["rank", "name"])


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    app()
