"""The command ``pmo ballot``: a board weighs criteria together, from opening a round to using it."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from pmo_lib import terminal
from pmo_lib.ballot_steps import (
    file_names,
    next_round,
    reach,
    recorded,
    seat,
    the_round,
    workbooks,
)
from pmo_lib.checks import InputError, listing, require_choice, show
from pmo_lib.command import JSON, PORTFOLIO, plain_errors, print_json, proposals, told
from pmo_lib.wording import listed

HELP = """Weigh criteria together: open a round, gather ballots, reveal them, use the result.

\b
A round, from first to last (PORTFOLIO is the folder or workbook you use):
  1. pmo ballot open PORTFOLIO --by "Ann" --member "Bob" --member "Eve"
  2. pmo ballot write PORTFOLIO --out ballots    a workbook for each, to mail
  3. pmo ballot read PORTFOLIO ballots           the filled-in ones
  4. pmo ballot status PORTFOLIO                 who has voted; never how
  5. pmo ballot close PORTFOLIO --by "Ann"
  6. pmo ballot reveal PORTFOLIO --by "Ann"
  7. pmo ballot show PORTFOLIO                   weights, and where lists differ
  8. pmo ballot adopt PORTFOLIO --by "Ann" --reason "Agreed on 3 May"

Everything is kept in record.sqlite beside the tables, and only ever added to.
Ballots stay hidden until the chair reveals the round. Names are taken on trust.
"""

app = typer.Typer(
    name="ballot",
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

RECORD = Annotated[
    str | None,
    typer.Option(
        "--record",
        metavar="FILE or URL",
        help="Another record: a file, or postgresql://user:password@host/database.",
    ),
]
ROUND = Annotated[str | None, typer.Option("--round", help="Which round; else the last opened.")]
BY = Annotated[str, typer.Option("--by", metavar="NAME", help="Your name, as in the record.")]
WHY = Annotated[str, typer.Option("--reason", help="Why; kept in the record.")]
SURE = Annotated[bool, typer.Option("--yes", help="Do not ask; this cannot be undone.")]
COMBINE = Annotated[
    str, typer.Option("--combine", help="How weights are combined: mean, geometric mean or median.")
]
COUNTS = Annotated[
    list[str] | None,
    typer.Option(
        "--counts", metavar="ROLE=TIMES", help="A role that counts otherwise, as chair=2; repeat."
    ),
]


@app.command("open")
def open_(
    portfolio: PORTFOLIO,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="The chair, who opens it.")],
    member: Annotated[
        list[str] | None,
        typer.Option("--member", metavar="NAME", help="Who votes beside the chair; repeat."),
    ] = None,
    round: Annotated[
        str | None, typer.Option("--round", help="Its name; else the next number.")
    ] = None,
    about: Annotated[
        str, typer.Option("--about", help="What is weighed: criteria or objectives.")
    ] = "criteria",
    reason: WHY = "",
    record: RECORD = None,
    as_json: JSON = False,
) -> None:
    """Open a round of weighing; the first time, this makes the record and seats the board.

    Without --member, a new record takes its members from the table ballots. The chair votes
    too.
    """
    with plain_errors(as_json):
        from pmo_lib import record as records_

        require_choice(about, ("criteria", "objectives"), name="--about")
        tables, settings = proposals(portfolio, None)
        words = records_.round_labels(tables, about=about, currency=settings.currency)
        if len(words) < 2:
            raise InputError(f"{portfolio}: has fewer than two {about}; there is nothing to weigh")
        kept = reach(portfolio, record, new=True)
        chair = seat(kept, tables, by, member or [], reason)
        name = round or next_round(kept, tables)
        records_.open_round(kept, name, by=chair, labels=words, about=about, reason=reason)
        turnout = records_.turnout(kept, name)
        if as_json:
            found = {"record": kept.where, "round": name, "about": about, "weighs": words}
            print_json(found | {"may_vote": list(turnout.index)})
            return
        print(f"Round {name} is open: {len(words)} {about} to weigh.")
        print(f"May vote: {listed(turnout.index)}. Record: {kept.where}")
        print(f"Next: {_then('write', portfolio, record, ' --out ballots')}")


@app.command()
def member(
    portfolio: PORTFOLIO,
    name: Annotated[str, typer.Argument(help="Who.")],
    by: BY,
    role: Annotated[
        str,
        typer.Option("--role", help="member (votes), chair, analyst (enters ballots), director."),
    ] = "member",
    reason: WHY = "",
    record: RECORD = None,
    as_json: JSON = False,
) -> None:
    """Add a person to the board, or give one another role."""
    with plain_errors(as_json):
        from pmo_lib import record as records_

        kept = reach(portfolio, record)
        receipt = records_.add_member(kept, name, role=role, by=by, reason=reason)
        _said(as_json, receipt, f"{name} is {role} now.", member=name, role=role)


@app.command()
def interest(
    portfolio: PORTFOLIO,
    name: Annotated[str, typer.Argument(metavar="MEMBER", help="Who has an interest.")],
    project: Annotated[str, typer.Argument(help="In which project: its label or exact name.")],
    by: BY,
    reason: Annotated[str, typer.Option("--reason", help="Which interest it is.")],
    record: RECORD = None,
    as_json: JSON = False,
) -> None:
    """Note that a member has an interest in a project; show then compares without that member."""
    with plain_errors(as_json):
        from pmo_lib import record as records_
        from pmo_lib.command import labels
        from pmo_lib.tables.problems import known_or_near

        tables, _ = proposals(portfolio, None)
        (label,) = labels(tables, [project])[:1]
        if label not in tables.projects.index:
            known = known_or_near(label, tables.projects.index)
            raise InputError(f"project: {show(project)} is not in {portfolio}; {known}")
        kept = reach(portfolio, record)
        receipt = records_.declare_interest(kept, name, label, by=by, reason=reason)
        _said(as_json, receipt, f"Noted: {name}, {label}.", member=name, project=label)


@app.command()
def write(
    portfolio: PORTFOLIO,
    out: Annotated[Path, typer.Option("--out", help="The folder for the workbooks.")],
    member: Annotated[
        list[str] | None, typer.Option("--member", help="Only for this person; repeat.")
    ] = None,
    kind: Annotated[
        str, typer.Option("--kind", help="How it asks: points, swing, order or pairwise.")
    ] = "points",
    round: ROUND = None,
    record: RECORD = None,
    as_json: JSON = False,
) -> None:
    """Write a ballot workbook for each member, to be mailed and filled in a spreadsheet."""
    with plain_errors(as_json):
        from pmo_lib import record as records_

        kept = reach(portfolio, record)
        name = the_round(kept, round)
        people = member or list(records_.turnout(kept, name).index)
        files = dict(zip(people, file_names(out, name, people), strict=True))
        there = [file.name for file in files.values() if file.exists()]
        if there:
            raise InputError(
                f"{out}: holds {listing(there)} already; name another folder, a ballot that may be filled "
                "in is never overwritten"
            )
        tables, _ = proposals(portfolio, None)
        names = getattr(tables, records_.rounds(kept).at[name, "about"])["name"]
        for person, file in files.items():
            records_.write_ballot(kept, name, person, file, kind=kind, names=names)
        if as_json:
            written = {person: str(file) for person, file in files.items()}
            print_json({"round": name, "kind": kind, "written": written})
            return
        terminal.print_written([str(file) for file in files.values()])
        again = _then("read", portfolio, record, f" {shlex.quote(str(out))}")
        print(f"Mail each to its member. When they are back: {again}")


@app.command()
def read(
    portfolio: PORTFOLIO,
    files: Annotated[
        list[Path], typer.Argument(metavar="BALLOT ...", help="Filled-in workbooks, or folders.")
    ],
    by: Annotated[
        str,
        typer.Option("--by", metavar="NAME", help="The analyst who enters them for the members."),
    ] = "",
    round: ROUND = None,
    record: RECORD = None,
    as_json: JSON = False,
) -> None:
    """Record filled-in ballot workbooks; name every problem of those that cannot be.

    A later ballot of a member takes the place of the earlier one. Nothing on screen says how
    anybody voted.
    """
    with plain_errors(as_json):
        kept = reach(portfolio, record)
        name = the_round(kept, round) if round else None
        done, problems = recorded(kept, workbooks(files), name, by)
        error = InputError(*problems)
        if as_json:
            print_json({"recorded": done} | (told(error) if problems else {}))
        else:
            for one in done:
                print(
                    f"Recorded: {one['member']}, round {one['round']}, receipt {one['receipt']}"
                    f"{one['note']}"
                )
            if problems:
                terminal.print_problems(error)
        if problems:
            raise typer.Exit(2)


@app.command()
def status(
    portfolio: PORTFOLIO, round: ROUND = None, record: RECORD = None, as_json: JSON = False
) -> None:
    """Say who has voted and who has not; never how."""
    with plain_errors(as_json):
        from pmo_lib import record as records_

        kept = reach(portfolio, record)
        name = the_round(kept, round)
        found, turnout = records_.rounds(kept).loc[name], records_.turnout(kept, name)
        voted = {"voted": list(turnout.index[turnout]), "not_yet": list(turnout.index[~turnout])}
        if as_json:
            facts = {"record": kept.where, "round": name, "about": found["about"]}
            print_json(facts | {"state": found["state"]} | voted)
            return
        print(f"Round {name} ({found['about']}) is {found['state']}, opened by {found['open_by']}.")
        print(f"Voted, {turnout.sum()} of {len(turnout)}: {listed(voted['voted']) or 'nobody'}")
        print(f"Not yet: {listed(voted['not_yet']) or 'nobody'}")


@app.command()
def close(
    portfolio: PORTFOLIO,
    by: BY,
    yes: SURE = False,
    round: ROUND = None,
    reason: WHY = "",
    record: RECORD = None,
    as_json: JSON = False,
) -> None:
    """Close a round: it accepts nothing more. Only a chair may, and it cannot be undone."""
    with plain_errors(as_json):
        from pmo_lib import record as records_

        kept = reach(portfolio, record)
        name = the_round(kept, round)
        turnout = records_.turnout(kept, name)
        missing = listed(turnout.index[~turnout])
        who = f"without {missing}" if missing else "everybody has voted"
        what = f"close round {name} for good, with {turnout.sum()} of {len(turnout)} ballots: {who}"
        _sure(what, yes, as_json)
        receipt = records_.close_round(kept, name, by=by, reason=reason)
        next_ = f"Round {name} is closed. Next: {_then('reveal', portfolio, record, f' --by {shlex.quote(by)}')}"
        _said(as_json, receipt, next_, round=name, state="closed")


@app.command()
def reveal(
    portfolio: PORTFOLIO,
    by: BY,
    yes: SURE = False,
    round: ROUND = None,
    reason: WHY = "",
    record: RECORD = None,
    as_json: JSON = False,
) -> None:
    """Show the ballots of a closed round to everybody. Only a chair may; it cannot be undone."""
    with plain_errors(as_json):
        from pmo_lib import record as records_

        kept = reach(portfolio, record)
        name = the_round(kept, round)
        _sure(f"show everybody's ballot of round {name} to everybody", yes, as_json)
        receipt = records_.reveal_round(kept, name, by=by, reason=reason)
        next_ = f"Round {name} is revealed. Next: {_then('show', portfolio, record)}"
        _said(as_json, receipt, next_, round=name, state="revealed")


@app.command("show")
def show_(
    portfolio: PORTFOLIO,
    round: ROUND = None,
    combine: COMBINE = "mean",
    counts: COUNTS = None,
    unnamed: Annotated[bool, typer.Option("--unnamed", help="Leave the names out.")] = False,
    record: RECORD = None,
    as_json: JSON = False,
) -> None:
    """Show what a revealed round says: weights, agreement, and where the lists differ."""
    with plain_errors(as_json):
        from pmo_lib import ballot_results as results

        opened, kept = proposals(portfolio, None), reach(portfolio, record)
        name = the_round(kept, round)
        result = results.of_round(kept, name, *opened, combine=combine, counts=counts or ())
        with terminal.progress():
            found = results.told(result, unnamed=unnamed)
        if as_json:
            print_json(found.document())
            return
        for heading, words in found.says.items():
            terminal.print_lines(heading, words)
        for heading, frame in found.frames.items():
            if len(frame):
                terminal.print_frame(f"\n{heading}", frame)
        use = _then("adopt", portfolio, record, " --by NAME --reason WHY")
        print(f"\nTo use these weights: {use}")


@app.command()
def adopt(
    portfolio: PORTFOLIO,
    by: BY,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the settings.")],
    round: ROUND = None,
    combine: COMBINE = "mean",
    counts: COUNTS = None,
    record: RECORD = None,
    as_json: JSON = False,
) -> None:
    """Write the combined weights of a revealed round into settings.toml; the earlier one is kept."""
    with plain_errors(as_json):
        from pmo_lib import ballot_results as results

        opened, kept = proposals(portfolio, None), reach(portfolio, record)
        name = the_round(kept, round)
        result = results.of_round(kept, name, *opened, combine=combine, counts=counts or ())
        with terminal.progress():
            file, moved = results.adopt(result, portfolio, by=by, reason=reason)
        if as_json:
            changes = {side: list(table["name"]) for side, table in moved.items()}
            print_json({"round": name, "settings": str(file), "weights": result.points, **changes})
            return
        print(f"Wrote {file}; the earlier settings are kept in settings-history.")
        for side, table in moved.items():
            print(f"  {side}: {listed(table['name']) or 'nothing'}")


def _then(word: str, portfolio: Path, named: str | None, rest: str = "") -> str:
    """Word the command that comes next; another record is not repeated, it may hold a password."""
    end = " --record ..." if named else ""
    return f"pmo ballot {word} {shlex.quote(str(portfolio))}{rest}{end}"


def _sure(what: str, yes: bool, as_json: bool) -> None:
    """Ask before what cannot be undone; where nobody can answer, refuse."""
    if yes:
        return
    if as_json or not sys.stdin.isatty():
        raise InputError(
            f"--yes: is missing; this would {what}. Repeat with --yes if that is meant"
        )
    if not typer.confirm(f"This will {what}. Go on?"):
        print("Nothing was done.")
        raise typer.Exit(1)


def _said(as_json: bool, receipt: int, words: str, **facts) -> None:
    if as_json:
        print_json(facts | {"receipt": receipt})
    else:
        print(words)
