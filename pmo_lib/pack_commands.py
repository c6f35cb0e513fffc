"""The commands ``pmo pack``, ``decisions``, ``verify``, ``key`` and ``sign``: an approval, out and back."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Annotated

import typer

from pmo_lib import statements, terminal
from pmo_lib.__main__ import STOPPED
from pmo_lib.checks import InputError
from pmo_lib.command import (
    JSON,
    MAP,
    PORTFOLIO,
    plain_errors,
    print_json,
    proposals,
    records,
)
from pmo_lib.wording import counted, listed, one_line

RECORD = Annotated[
    str | None,
    typer.Option(
        "--record",
        metavar="FILE or URL",
        help="Another record than record.sqlite beside the tables: a file, or an address.",
    ),
]
SEALED = Annotated[Path, typer.Argument(metavar="SEALED.zip", help="A sealed pack.")]

decisions = typer.Typer(
    name="decisions",
    help="Bring what the board decided back from the workbook.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def pack(
    portfolio: PORTFOLIO,
    map: MAP = None,
    out: Annotated[Path, typer.Option("--out", help="The folder to write.")] = Path("pack"),
    why: Annotated[
        float,
        typer.Option(
            "--why",
            metavar="SECONDS",
            min=0,
            help="How long to ask what would bring each project in; 0 leaves out that, what to debate "
            "and other budgets.",
        ),
    ] = 60.0,
    before: Annotated[
        Path | None, typer.Option("--before", help="The portfolio of last time: says what changed.")
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Also the HTML file that every member can re-rank.")
    ] = False,
    names: Annotated[
        bool, typer.Option("--names/--no-names", help="With members' names, or without.")
    ] = True,
    record: RECORD = None,
    as_json: JSON = False,
) -> None:
    """Write what the board decides from.

    A workbook to decide in, a paper (PDF), slides, minutes, a log of decisions and a sealed
    file. The chair fills in the yellow cells of decide.xlsx; pmo decisions read brings them back.
    """
    with plain_errors(as_json):
        from pmo_lib import approval, folder, workbench
        from pmo_lib.approval import pack as packs
        from pmo_lib.approval.names import known_people

        tables, settings = proposals(portfolio, map)
        kept_record = _record(portfolio, record)
        if record and kept_record is None:
            raise InputError(f"--record {record}: is not there; name a record, or leave it out")
        tables = _with_ballots(tables, kept_record)
        last = folder.open_folder(before) if before else None
        people = None
        if not names:
            people = known_people(tables, settings, _people(kept_record))
            tables, settings = approval.without_names(tables, settings, people=people)
            last = last and approval.without_names(*last, people=people)
        with (
            terminal.stoppable() as stopped,
            terminal.progress(stopped) as progress,
            packs.helper() as helper,
        ):
            made = workbench.recommend(tables, settings, progress=progress)
            dossier = approval.gather(
                made, time_limit=why, before=last, names=names, progress=progress
            )
            early = stopped()
            parts = [*packs.USUAL, *(["live"] if live else [])]
            files, kept = packs.write_pack(
                dossier, out, parts=parts, record=kept_record, people=people, helper=helper,
                progress=progress,
            )  # fmt: skip
        for file in kept:
            print(f"Kept the earlier, different file as {file}", file=sys.stderr)
        if as_json:
            document = {
                "headline": made.headline,
                "mark": dossier.seal,
                "marking": settings.marking,
            }
            document |= {"status_of_the_list": settings.status, "complete": not early}
            document |= {"written": [str(file) for file in files], "kept": [str(k) for k in kept]}
            print_json(document)
            return
        print(made.headline)
        version = statements.version_words(settings, ", version ")
        print(f"Status {settings.status}{version}; pack {dossier.seal[:12]}")
        terminal.print_stopped(early)
        if early:
            print("What was not asked by then is left out of the pack.")
        words = {part.file: part.words for part in packs.PARTS.values()}
        for file in files:
            size = f"{file.stat().st_size / 1024:,.0f} KB"
            print(f"  {file} ({size}): {words.get(file.name, 'the sealed file')}")
        print(
            f"Next: the chair fills in {files[0]}; then pmo decisions read {files[0]} {portfolio} "
            "--by NAME --out FOLDER"
        )


@decisions.command("read")
def read(
    workbook: Annotated[Path, typer.Argument(metavar="PACK.xlsx", help="The workbook filled in.")],
    portfolio: Annotated[
        Path, typer.Argument(help="The portfolio it was made from, or the sealed file of its pack.")
    ],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who decided: the chair.")],
    map: MAP = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="A new folder for the pack of the approved list.")
    ] = None,
    record: RECORD = None,
    as_json: JSON = False,
) -> None:
    """Read decisions back, record them, and choose again.

    What was approved is in, what was deferred or rejected is out; the rest is chosen again.
    Nothing is recorded if the workbook is of another pack, its protected content was
    changed, or what was approved does not fit.
    """
    with plain_errors(as_json):
        from pmo_lib import workbench
        from pmo_lib.approval import decided
        from pmo_lib.approval.names import LEFT_OUT, known_people, without_people
        from pmo_lib.approval.reading import read_decisions

        if not by.strip():
            raise InputError("--by: is empty; name who decided")
        with terminal.progress() as progress:
            filled = read_decisions(workbook)
            opened, kept = _opened(portfolio, map, record), _record(portfolio, record)
            people = _people(kept) | {by: "the chair"}
            tables, settings = decided.of_this_pack(filled, *opened, people=people)
            if len(filled.decisions) == 0:
                raise InputError(f"{workbook.name}: holds no decision; fill in its yellow cells")
            before = workbench.recommend(tables, settings, explain=False)
            stated, known = filled.decisions.assign(by=by), known_people(*opened, people)
            if not filled.names:
                stated = without_people(stated, known).assign(by=LEFT_OUT)
            after = decided.approved_list(
                before, stated, by=stated["by"].iloc[0], changes=filled.changes, progress=progress
            )
        kept = _record(portfolio, record, new=True)
        review, asked = filled.meeting_date, filled.changes
        n = decided.note(kept, filled.decisions, by=by, review=review, changes=asked)
        try:
            with terminal.progress():
                written = _write_approved(before, after, filled, stated, out, kept, known)
        except SystemExit:
            print(
                f"Stopped: the decisions stand in {kept.where}, but no approved list was written; give "
                "the same command again.",
                file=sys.stderr,
            )
            raise typer.Exit(STOPPED) from None
        against = decided.against(before, filled.decisions, asked)
        moved = workbench.differences(before, after)
        if as_json:
            document = {"headline": after.headline, "status_of_the_list": after.settings.status}
            document |= {"decisions": records(filled.decisions.reset_index())}
            document |= {"changes_of_running_work": records(asked.reset_index())}
            document |= {"undecided": list(filled.undecided), "recorded": n}
            document |= {"against_the_recommendation": records(against.reset_index())}
            document |= {"differences": records(moved.reset_index())}
            document |= {"signatures": records(filled.signatures.reset_index())}
            print_json(document | {"record": kept.where, "written": written})
            return
        _print_read(filled, before, after, against, moved)
        print(f"\n{counted(n, 'decision')} written to {kept.where}")
        terminal.print_written(written)


def verify(
    sealed: SEALED,
    keys: Annotated[
        list[str] | None,
        typer.Option(
            "--key",
            metavar="ROLE=FILE",
            help="A public key that you trust, such as chair=chair.pub; may be repeated.",
        ),
    ] = None,
    as_json: JSON = False,
) -> None:
    """Check a sealed pack, and who signed it.

    That no byte was changed, and that the same list comes out again. The files handed out
    beside it must be as they were sealed, if they are there. Exit code 1 means that it does
    not hold.
    """
    with plain_errors(as_json):
        from pmo_lib.approval import seal

        with terminal.progress() as progress:
            verdict = seal.verify(sealed, keys=_keys(keys), progress=progress)
        if as_json:
            document = {"holds": verdict.holds, "says": verdict.words, "facts": verdict.facts}
            print_json(document | {"findings": records(verdict.findings)})
        else:
            print(verdict.words)
            marks = {True: "yes", False: "NO", None: "-"}
            told = int(len(verdict.findings) == 1)  # in the sentence above
            for check, holds, says in verdict.findings[told:].itertuples(index=False):
                print(f"  {marks[holds]:>3}  {check:<10} {one_line(says)}")
    if not verdict.holds:
        raise typer.Exit(1)


def key(
    file: Annotated[Path, typer.Argument(help="The secret key to make, such as chair.key.")],
    as_json: JSON = False,
) -> None:
    """Make a pair of keys to sign with, once.

    A secret file to keep, and a public one beside it to hand out (chair.key, chair.pub).
    """
    with plain_errors(as_json):
        from pmo_lib.approval import keys

        secret, public = keys.make_key(file)
        if as_json:
            print_json({"secret": str(secret), "public": str(public)})
            return
        print(f"Made {secret} (keep it to yourself) and {public} (hand it to whoever checks)")


def sign(
    sealed: SEALED,
    role: Annotated[str, typer.Option("--role", help="Who signs, such as chair.")],
    file: Annotated[Path, typer.Option("--key", metavar="FILE", help="Your secret key.")],
    date: Annotated[
        str,
        typer.Option(
            "--date", help="The day of signing, such as 2027-01-14; not before the meeting."
        ),
    ] = "",
    as_json: JSON = False,
) -> None:
    """Sign a sealed pack by role.

    It is checked first, and stays the same pack.
    """
    with plain_errors(as_json):
        from pmo_lib.approval import contents, keys

        secret = keys.read_key(file, kind="secret")
        with terminal.progress():
            files = keys.sign(sealed, role=role, key=secret, day=date)
        draft = contents.DECIDED not in files
        if as_json:
            print_json({"signed": str(sealed), "role": role, "draft": draft})
            return
        print(f"Signed {sealed} as {one_line(role)}")
        if draft:
            print("Caution: this is a draft, the pack holds no decisions of the board")


COMMANDS = (pack, verify, key, sign)
"""What is added to the command line, beside the commands of `decisions`."""


def _record(portfolio: Path, named: str | None, *, new: bool = False):
    """Open the record named or beside the tables; None if it is not there and is not to be made."""
    from pmo_lib import record as records_

    where = named or str(records_.beside(portfolio))
    if not new and "://" not in where and not Path(where).exists():
        return None
    return records_.open_record(where)


def _with_ballots(tables, kept):
    """Give tables the ballots of rounds that a record has revealed."""
    from pmo_lib import record as records_

    if kept is None:
        return tables
    return dataclasses.replace(tables, ballots=records_.supply(tables, kept).ballots)


def _opened(portfolio: Path, column_map: str | None, named: str | None) -> tuple:
    """Open tables and settings: of a portfolio with its record, or as they were sealed."""
    if portfolio.suffix.lower() != ".zip":
        tables, settings = proposals(portfolio, column_map)
        return _with_ballots(tables, _record(portfolio, named)), settings
    from pmo_lib.approval import again, archive

    if not portfolio.is_file():
        raise InputError(f"{portfolio}: is not there; name a sealed pack, or a portfolio")
    files, problems = archive.opened(portfolio.read_bytes())
    if problems:
        raise InputError(*(f"{portfolio.name}: {words}" for words in problems))
    return again.inputs(files)


def _keys(stated: list[str] | None) -> dict[str, bytes] | None:
    """Read trusted keys, each stated as ROLE=FILE."""
    from pmo_lib.approval import keys

    if not stated:
        return None
    pairs = [words.partition("=") for words in stated]
    if wrong := [role for role, sign, file in pairs if not (role and sign and file)]:
        raise InputError(f"--key {wrong[0]}: must read ROLE=FILE, such as chair=chair.pub")
    return {role: keys.read_key(file, kind="public") for role, _, file in pairs}


def _people(kept) -> dict[str, str]:
    """Return what stands for each member of a record where names are left out."""
    from pmo_lib import record as records_
    from pmo_lib.approval.names import people_of

    return {} if kept is None else people_of(records_.members(kept))


def _write_approved(before, made, filled, stated, out: Path | None, record, people) -> list[str]:
    """Write the pack of the approved list, if it is to be written."""
    if out is None:
        return []
    from pmo_lib import approval
    from pmo_lib.approval import pack as packs

    dossier = approval.dossier(
        made, changes=filled.changes, decisions=stated, asked=filled.asked,
        recommended=before.ranked_list["block"], names=filled.names,
    )  # fmt: skip
    files, kept = packs.write_pack(dossier, out, record=record, people=people)
    for file in kept:
        print(f"Kept the earlier, different file as {file}", file=sys.stderr)
    return [str(file) for file in files]


def _print_read(filled, before, after, against, moved) -> None:
    """Print what was decided, where it differs, and the list that follows."""
    from pmo_lib.approval.changes import sentence_of

    asked = filled.changes
    own = filled.decisions.drop(asked.index, errors="ignore")
    n = own["decision"].value_counts()
    if len(own):
        print(f"Decided on proposals: {listed(f'{word} {count}' for word, count in n.items())}")
    for project, words in sentence_of(asked).items():
        told = filled.decisions["decision"].get(project, "not decided; the work goes on as it is")
        print(f"Of running work: {words}: {told}")
    free = [project for project in filled.undecided if project not in asked.index]
    if free:
        print(f"Not decided, so chosen again: {listed(before.names(free), most=6)}")
    if len(against):
        terminal.print_frame(
            "\nWhere the board decided otherwise, or on a condition", against.drop(columns="rank")
        )
    if len(moved):
        terminal.print_frame("\nWhat that changes on the list", moved[["name", "change", "cost"]])
    else:
        print("The list is the one recommended.")
    print(f"\nThe list that follows, {after.settings.status}: {after.headline}")
    signed = filled.signatures[filled.signatures["name"] != ""]
    for role, row in signed.iterrows():
        print(f"Signed as {role}: {one_line(row['name'])} {one_line(row['date'])}".rstrip())
