"""The command ``pmo ballot``: a board weighs or scores together, from opening a round to using it."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from pmo_lib import terminal
from pmo_lib.ballot_options import (
    BY,
    COMBINE,
    COUNTS,
    HELP,
    LEADER,
    LED,
    PLACE,
    RECORD,
    ROUND,
    SURE,
    WHY,
)
from pmo_lib.ballot_steps import (
    file_names,
    handed_in,
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

app = typer.Typer(
    name="ballot",
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command("open")
def open_(
    portfolio: PORTFOLIO,
    by: LEADER,
    member: Annotated[
        list[str] | None,
        typer.Option(
            "--member", metavar="NAME", help="Who votes beside the chair; may be repeated."
        ),
    ] = None,
    round: Annotated[
        str | None, typer.Option("--round", help="Its name; else the next number.")
    ] = None,
    about: Annotated[
        str, typer.Option("--about", help="What it asks about: criteria or objectives.")
    ] = "criteria",
    reason: LED = "",
    record: RECORD = None,
    as_json: JSON = False,
) -> None:
    """Open a round to weigh or score in.

    The first time, this makes the record and seats the board. Without --member, a new
    record takes its members from the table ballots. The chair votes too.
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
        print(f"Round {name} is open: {len(words)} {about} to weigh, or to score projects by.")
        print(f"May vote: {listed(turnout.index)}. Record: {kept.where}")
        print(f"Next: {_then('write', portfolio, record, ' --out ballots')}")
        print("      (for ballots that score projects, with --kind scores)")


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
        list[str] | None, typer.Option("--member", help="Only for this person; may be repeated.")
    ] = None,
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            help="How it asks: points, swing, order or pairwise; or scores, of every project.",
        ),
    ] = "points",
    round: ROUND = None,
    record: RECORD = None,
    as_json: JSON = False,
) -> None:
    """Write a ballot workbook for each member.

    To be mailed, and filled in with any spreadsheet program. Each says what it belongs to,
    and only this record reads it back.
    """
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
        tables, settings = proposals(portfolio, None)
        names = getattr(tables, records_.rounds(kept).at[name, "about"])["name"]
        whose = ", ".join(filter(None, (settings.organisation, settings.board)))
        for person, file in files.items():
            if kind == "scores":
                records_.write_scores(kept, name, person, file, portfolio=tables, belongs_to=whose)
            else:
                records_.write_ballot(
                    kept, name, person, file, kind=kind, names=names, belongs_to=whose
                )
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
    """Record filled-in ballot workbooks.

    Every problem of those that cannot be recorded is named. A later ballot of a member
    takes the place of the earlier one. Nothing on screen says how anybody voted.
    """
    with plain_errors(as_json):
        kept = reach(portfolio, record)
        name = the_round(kept, round) if round else None
        tables, _ = proposals(portfolio, None)
        done, problems = recorded(kept, tables, workbooks(files), name, by)
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
    """Say who has voted or scored, and who has not; never how."""
    with plain_errors(as_json):
        from pmo_lib import record as records_

        kept = reach(portfolio, record)
        name = the_round(kept, round)
        found, handed = records_.rounds(kept).loc[name], handed_in(kept, name)
        if as_json:
            facts = {"record": kept.where, "round": name, "about": found["about"]}
            voted, scored = records_.turnout(kept, name), records_.scored(kept, name)
            facts |= {"state": found["state"], "voted": list(voted.index[voted])}
            facts |= {"scored": list(scored.index[scored])}
            print_json(facts | {"not_yet": list(voted.index[~(voted | scored)])})
            return
        print(f"Round {name} ({found['about']}) is {found['state']}, opened by {found['open_by']}.")
        for verb, who in handed.items():
            print(f"{verb}, {who.sum()} of {len(who)}: {listed(who.index[who]) or 'nobody'}")
            print(f"Not yet: {listed(who.index[~who]) or 'nobody'}")


@app.command()
def close(
    portfolio: PORTFOLIO,
    by: LEADER,
    yes: SURE = False,
    round: ROUND = None,
    reason: LED = "",
    record: RECORD = None,
    as_json: JSON = False,
) -> None:
    """Close a round: it accepts nothing more. The chair does it, and it cannot be undone.

    In the absence of the chair the director may, who says why with --reason.
    """
    with plain_errors(as_json):
        from pmo_lib import record as records_

        kept = reach(portfolio, record)
        name = the_round(kept, round)
        records_.require_step(kept, "close", name, by=by, reason=reason)
        counts = [
            f"{who.sum()} of {len(who)} have {verb.lower()}"
            + (f", without {listed(who.index[~who])}" if not who.all() else "")
            for verb, who in handed_in(kept, name).items()
        ]
        _sure(f"close round {name} for good: {'; '.join(counts)}", yes, as_json)
        receipt = records_.close_round(kept, name, by=by, reason=reason)
        next_ = f"Round {name} is closed. Next: {_then('reveal', portfolio, record, f' --by {shlex.quote(by)}')}"
        _said(as_json, receipt, next_, round=name, state="closed")


@app.command()
def reveal(
    portfolio: PORTFOLIO,
    by: LEADER,
    yes: SURE = False,
    round: ROUND = None,
    reason: LED = "",
    record: RECORD = None,
    as_json: JSON = False,
) -> None:
    """Show the ballots of a closed round to everybody. The chair does it; it cannot be undone.

    In the absence of the chair the director may, who says why with --reason.
    """
    with plain_errors(as_json):
        from pmo_lib import record as records_

        kept = reach(portfolio, record)
        name = the_round(kept, round)
        records_.require_step(kept, "reveal", name, by=by, reason=reason)
        _sure(f"show everybody's ballot of round {name} to everybody", yes, as_json)
        receipt = records_.reveal_round(kept, name, by=by, reason=reason)
        word = "scores" if list(handed_in(kept, name)) == ["Scored"] else "show"
        next_ = f"Round {name} is revealed. Next: {_then(word, portfolio, record)}"
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
    """Show the weights, how far all agree, and where lists differ."""
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
        if "Scored" in handed_in(kept, name):
            print(f"Its scores: {_then('scores', portfolio, record)}")


@app.command()
def scores(
    portfolio: PORTFOLIO,
    round: ROUND = None,
    drop: Annotated[
        bool,
        typer.Option("--drop-extremes", help="Leave out the highest and the lowest score of each."),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="A new folder or .xlsx: this portfolio with the scores in it."),
    ] = None,
    record: RECORD = None,
    as_json: JSON = False,
) -> None:
    """Show what scores come to, and which ranks they change.

    With --out, writes the portfolio anew with the board's scores in the place of those it
    came with; nothing is changed in the one named.
    """
    with plain_errors(as_json):
        from pmo_lib import ballot_scores as results

        tables, settings = proposals(portfolio, None)
        kept = reach(portfolio, record)
        result = results.of_round(kept, the_round(kept, round), tables, settings, drop=drop)
        written = results.write(result, portfolio, out) if out else None
        if as_json:
            print_json(result.document() | ({"written": str(written)} if written else {}))
            return
        terminal.print_lines("The scores", result.says)
        for heading, frame in result.frames.items():
            terminal.print_frame(f"\n{heading}", frame)
        if written:
            terminal.print_written([str(written)])


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
    """Write the combined weights into settings.toml, keeping the earlier."""
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
        print(f"Weights of {result.about} by round {name}, combined by {combine}:")
        for words in results.adopted(result):
            print(f"  {words}")
        print(f"Wrote {file}; the earlier settings are kept in settings-history.")
        for side, table in moved.items():
            print(f"  {side}: {listed(table['name']) or 'nothing'}")


def _then(word: str, portfolio: Path, named: str | None, rest: str = "") -> str:
    """Word the command that comes next; another record is not repeated, it may hold a password."""
    end = " --record ..." if named and named != os.environ.get(PLACE) else ""
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
