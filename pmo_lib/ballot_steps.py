"""The steps behind ``pmo ballot``: finding the record and the round, seats, files of ballots."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from pmo_lib.checks import InputError, listing, show
from pmo_lib.wording import listed, number

START = "pmo ballot open PORTFOLIO --by CHAIR"
"""What to do where there is nothing yet."""


def reach(portfolio: Path, named: str | None, *, new: bool = False):
    """Open the record of a portfolio, or the one named; a new file only where one is asked for."""
    from pmo_lib import record as records_
    from pmo_lib.record.store import is_address

    where = named or str(records_.beside(portfolio))
    if not new and not is_address(where) and not Path(where).exists():
        raise InputError(f"{where}: is not there, so no round was opened; start with {START}")
    return records_.open_record(where)


def seat(kept, tables, by: str, named: list[str], reason: str) -> str:
    """Give seats to those who have none yet, the chair first; return who is chair.

    A new record takes its members from the table ballots if none are named.
    """
    from pmo_lib import record as records_
    from pmo_lib.tables.texts import clean_label

    chair, named = clean_label(by), [clean_label(name) for name in named]
    if not chair:
        raise InputError("--by: is empty; name the chair")
    known = list(records_.members(kept).index)
    if not known:
        named = named or _voters_of_tables(tables, chair)
        records_.add_member(kept, chair, role="chair", by=chair, reason=reason)
        known = [chair]
    for name in dict.fromkeys(named):
        if name not in known:
            records_.add_member(kept, name, role="member", by=chair, reason=reason)
    return chair


def _voters_of_tables(tables, chair: str) -> list[str]:
    """Return the members of the table ballots, or refuse a chair who is not one of them."""
    from pmo_lib import record as records_
    from pmo_lib.tables.problems import known_or_near

    found = records_.voters(tables)
    if found and chair not in found:
        raise InputError(
            f"--by: {show(chair)} is not among the members of the table ballots; "
            f"{known_or_near(chair, found)}, or name the members with --member"
        )
    return found


def next_round(kept, tables) -> str:
    """Return the next number for a round; refuse while another is open."""
    from pmo_lib import record as records_

    found = records_.rounds(kept)
    busy = found.index[found["state"] == "open"]
    if len(busy):
        raise InputError(
            f"round {show(busy[-1])}: is open; close it first, or name the new one with --round"
        )
    names = [*found.index, *tables.ballots["round"].unique()]
    return str(max((int(name) for name in names if name.isdecimal()), default=0) + 1)


def the_round(kept, asked: str | None) -> str:
    """Return the round that is meant: the one asked for, else the last one opened."""
    from pmo_lib import record as records_
    from pmo_lib.tables.problems import known_or_near
    from pmo_lib.tables.texts import clean_label

    found = records_.rounds(kept).index
    if len(found) == 0:
        raise InputError(f"{kept.where}: no round was opened yet; start with {START}")
    if asked is not None and clean_label(asked) not in found:
        raise InputError(f"--round: {show(asked)} was never opened; {known_or_near(asked, found)}")
    return found[-1] if asked is None else clean_label(asked)


def file_names(out: Path, round: str, people: list[str]) -> list[Path]:
    """Return a file for each person, with no sign in its name that a disk refuses."""
    stems = [re.sub(r"[^\w .()-]+", "_", f"ballot {round} {person}")[:100] for person in people]
    again = [stems[:place].count(stem) for place, stem in enumerate(stems)]
    return [out / f"{stem}{f' {n + 1}' if n else ''}.xlsx" for stem, n in zip(stems, again, strict=True)]  # fmt: skip


def workbooks(paths: list[Path]) -> list[Path]:
    """Return the files named, and the workbooks of the folders named."""
    found = [sorted(p.glob("*.xlsx")) if p.is_dir() else [p] for p in paths]
    empty = [str(p) for p, inside in zip(paths, found, strict=True) if not inside]
    if empty:
        raise InputError(f"{listing(empty)}: holds no workbook; name the folder of the ballots")
    return [f for inside in found for f in inside if not f.name.startswith(("~", "."))]


def handed_in(kept, name: str) -> dict[str, pd.Series]:
    """Return by what was done, Voted or Scored, who has; Handed in while nobody has done either."""
    from pmo_lib import record as records_

    voted, scored = records_.turnout(kept, name), records_.scored(kept, name)
    done = {verb: who for verb, who in (("Voted", voted), ("Scored", scored)) if who.any()}
    return done or {"Handed in": voted}


def recorded(
    kept, tables, files: list[Path], round: str | None, by: str
) -> tuple[list[dict], list[str]]:
    """Record what can be, and word the problems of the rest, each with its file."""
    from pmo_lib import record as records_

    filled, done, problems = {}, [], []
    for file in files:
        try:
            filled[file] = records_.read_ballot(kept, file, round=round, portfolio=tables)
        except InputError as error:
            problems += _of_file(file, error)
    whose = [(one.round, one.member) for one in filled.values()]
    for file, one in filled.items():
        if whose.count((one.round, one.member)) > 1:
            problems.append(f"{file.name}: is not the only ballot of {show(one.member)}; keep one")
            continue
        try:
            who = {"member": one.member, "by": by}
            if one.kind == "scores":
                receipt = records_.score_all(kept, one.round, one.answers, **who)
            else:
                receipt = records_.vote(kept, one.round, one.answers, kind=one.kind, **who)
        except InputError as error:
            problems += _of_file(file, error)
        else:
            facts = {"member": one.member, "round": one.round, "receipt": receipt}
            note = _scored(kept, tables, one) if one.kind == "scores" else _note(one)
            done.append({"file": str(file), **facts, "note": note})
    return done, problems


def _scored(kept, tables, ballot) -> str:
    """Say how much is scored, and which scores in a unit lie beyond its references."""
    from pmo_lib import record as records_

    part, whole = int(ballot.answers.notna().sum(axis=None)), ballot.answers.size
    about = records_.rounds(kept).at[ballot.round, "about"]
    words = records_.level_words(tables, about, ballot.answers.columns)
    measured = ballot.answers[[label for label, named in words.items() if not named]]
    return f"; {part} of {whole} cells scored{_beyond(measured, tables.criteria)}"


def _note(ballot) -> str:
    """Say where points do not add up to 100, as they count as shares."""
    total = float(ballot.answers.sum()) if ballot.kind == "points" else 100.0
    return "" if abs(total - 100) < 0.5 else f"; {total:g} points in all, read as shares of that"


def _beyond(scores: pd.DataFrame, criteria: pd.DataFrame) -> str:
    """Name the scores beyond the references of their criterion, which count as the nearest one."""
    ends = criteria[["worst", "best"]].reindex(scores.columns)
    beyond = scores.lt(ends.min(axis=1)) | scores.gt(ends.max(axis=1))
    cells = [
        f"{scores.index[row]} on {scores.columns[column]} ({number(scores.iloc[row, column])})"
        for row, column in zip(*beyond.to_numpy().nonzero(), strict=True)
    ]
    return f"; beyond the scale, so counted as its nearest end: {listed(cells)}" if cells else ""


def _of_file(file: Path, error: InputError) -> list[str]:
    return [p if file.name in p else f"{file.name}: {p}" for p in error.problems]
