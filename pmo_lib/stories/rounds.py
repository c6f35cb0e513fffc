"""The board at work: declared interests, a second round, and a ballot of one's own."""

from __future__ import annotations

import atexit
import dataclasses
import os
import shutil
from dataclasses import dataclass
from tempfile import mkdtemp

import pandas as pd

from pmo_lib import folder, record
from pmo_lib.dissent import TOGETHER, what_changed, with_and_without
from pmo_lib.stories.differ import Differ, look, rounds
from pmo_lib.stories.plain import laid_out, named, verb
from pmo_lib.wording import counted, listed, one_line, sentence
from pmo_lib.workbench import Recommendation

PRACTICE, SECOND = "practice", "tried out"
"""Rounds of a record that is only there to try things on."""

ALONE = "You"
"""Who votes in a practice record where there are no ballots."""

SHARES = (0.25, 0.5, 0.75)
"""How far members move towards the combined weights when a second round is tried. [-]"""

NOTHING = "nothing"
TRIED = 0.5
"""How far they move in the second round that a practice record holds. [-]"""


@dataclass(frozen=True, eq=False)
class Board:
    """A board's record: its own, or one in a temporary folder to try things on.

    Attributes
    ----------
    record : record.Record
        Open.
    practice : bool
        Whether it goes when the notebook ends.
    """

    record: record.Record
    practice: bool


def open_board(made: Recommendation, path: str | os.PathLike) -> Board:
    """Open the record beside a portfolio, or fill one in a temporary folder from the tables.

    Parameters
    ----------
    made : Recommendation
        Whose tables give the ballots of a practice record.
    path : path
        The portfolio: a folder or a workbook. Nothing is written there.
    """
    own = record.beside(path)
    if own.is_file():
        return Board(record.open_record(own), practice=False)
    temporary = mkdtemp(prefix="pmo-practice-")
    atexit.register(shutil.rmtree, temporary, ignore_errors=True)
    kept = record.open_record(os.path.join(temporary, folder.RECORD))
    currency = made.settings.currency
    if rounds(made):
        record.rehearse(kept, made.portfolio, currency=currency)
    else:
        record.add_member(kept, ALONE, role="chair", by=ALONE)
    words = record.round_labels(made.portfolio, currency=currency)
    if len(words) > 1:
        chair = record.members(kept).index[0]
        record.open_round(kept, PRACTICE, by=chair, labels=words, reason="to try the ballot on")
    return Board(kept, practice=True)


def board_in_words(board: Board) -> list[str]:
    """Say which record this is, and what is kept of it."""
    if not board.practice:
        return [
            f"The record is {folder.RECORD} beside the tables: what is voted there is kept.",
        ]
    return [
        f"There is no {folder.RECORD} beside the tables, so the ballots of the tables stand in a record in "
        "a temporary folder: try things on it, nothing is kept.",
        "A record of the board's own begins with pmo ballot open.",
    ]


def declared(seen: Differ, board: Board) -> pd.DataFrame:
    """Return the declared interests of a record: member, project and reason.

    In a practice record without any, one is invented: the member who stands alone for the
    project that divides most.
    """
    found = record.interests(board.record)
    if not board.practice or len(found) or len(seen.dissent.divides) == 0:
        return found
    project, row = next(seen.dissent.divides.iterrows())
    member = min(row["funded_by"], row["left_out_by"], key=len)[0]
    record.declare_interest(
        board.record, member, project, by=member, reason="invented, to show what it changes"
    )
    return record.interests(board.record)


def without(seen: Differ, interests: pd.DataFrame) -> pd.DataFrame:
    """Lay out what changes without members who declare an interest, then without each in turn."""
    rows = [*_declared_rows(seen, interests), *_each_left_out(seen)]
    return laid_out(seen.made, pd.DataFrame(rows).to_dict("series")) if rows else pd.DataFrame()


def _counted(seen: Differ, interests: pd.DataFrame) -> pd.DataFrame:
    """Return the interests of members whose weights count."""
    return interests[interests["member"].isin(seen.weights.index)]


def _declared_rows(seen: Differ, interests: pd.DataFrame) -> list[dict]:
    counts = _counted(seen, interests)
    if len(counts) == 0 or set(seen.weights.index) <= set(counts["member"]):
        return []
    weights, changes = with_and_without(
        seen.asked.problem | {"value": None}, seen.asked.values, seen.weights, counts,
        combine=seen.combine, gap=seen.gap, time_limit=seen.made.settings.time_limit,
    )  # fmt: skip
    kept = changes.iloc[1:] if len(changes) > 3 else changes.iloc[1:-1]  # one project, or more
    return [
        _row(
            seen, row["without"],
            "declared any" if project == "none declared" else f"declared: {named(seen.made, [project])}",
            weights.loc[project] - weights.loc["all"], row["entered"], row["left"],
        ) for project, row in kept.iterrows()
    ]  # fmt: skip


def _each_left_out(seen: Differ) -> list[dict]:
    if seen.alone:
        return []
    everybody = seen.dissent.together
    rows = {m: seen.combine(seen.weights.drop(m)) for m in seen.weights.index}
    held = seen.best(pd.DataFrame({TOGETHER: everybody, **rows}).T)
    base = held.loc[TOGETHER]
    return [
        _row(seen, (m,), "for comparison", rows[m] - everybody,
             base.index[held.loc[m] & ~base], base.index[base & ~held.loc[m]])
        for m in rows
    ]  # fmt: skip


def _row(seen: Differ, members, because: str, step: pd.Series, entered, left) -> dict:
    most = step.abs().idxmax()
    return {
        "without": listed(map(one_line, members), most=4),
        "because": because,
        "weight moves most on": one_line(most),
        "by [points of weight]": round(100 * step[most], 1),
        "comes in": named(seen.made, entered) or NOTHING,
        "drops out": named(seen.made, left) or NOTHING,
    }


def _another(row: dict) -> bool:
    """Tell whether a row says that the list is another."""
    return (row["comes in"], row["drops out"]) != (NOTHING, NOTHING)


def without_in_words(seen: Differ, interests: pd.DataFrame) -> list[str]:
    """Say who declared what, and whether the list is another without them, or without anyone."""
    words, counts = [], _counted(seen, interests)
    if len(interests) == 0:
        words.append("No interest is declared. pmo ballot interest notes one, with its reason.")
    for row in interests.itertuples():
        what = f"{one_line(row.member)} declares an interest in {named(seen.made, [row.project])}"
        words.append(f"{what}: {one_line(row.reason)}.")
    if len(counts) and set(seen.weights.index) <= set(counts["member"]):
        words.append("Everybody who voted declared an interest, so no list is without them.")
    rows = _declared_rows(seen, interests)
    other = [row["without"] for row in rows if _another(row)]
    if other:
        words.append(f"Without {listed(dict.fromkeys(other))}, the list is another.")
    elif rows:
        words.append("Without those who declared one, the combined list is the same.")
    each = [row["without"] for row in _each_left_out(seen) if _another(row)]
    if not seen.alone:
        words.append(
            f"The list hangs on {listed(each)}: without {verb(len(each), 'that member', 'any of them')} it is another."
            if each
            else "It hangs on no single member: without any one of them the list is the same."
        )
    return words


def next_round(seen: Differ, board: Board) -> Differ | None:
    """Return the round that followed; in a practice record, one in which all moved half way.

    None where a board's own record, and its tables, hold one round only.
    """
    made, known = seen.made, rounds(seen.made)
    if not board.practice or len(known) > 1 or seen.alone:
        return None if len(known) < 2 else look(made, round=known[-1])
    kept, chair = board.record, record.members(board.record).index[0]
    words = record.round_labels(made.portfolio, currency=made.settings.currency)
    moved = seen.weights + TRIED * (seen.dissent.together - seen.weights)
    if SECOND not in record.rounds(kept).index:
        record.open_round(
            kept, SECOND, by=chair, labels=words, reason="all move half way, tried out"
        )
        for member, weights in moved.iterrows():
            answers = (100 * weights).set_axis(list(words))
            record.vote(kept, SECOND, answers, member=member, kind="points")
        record.close_round(kept, SECOND, by=chair)
        record.reveal_round(kept, SECOND, by=chair)
    return look(
        dataclasses.replace(made, portfolio=record.supply(made.portfolio, kept)), round=SECOND
    )


def first_round(seen: Differ) -> Differ:
    """Return the round before the last one, or the last one where there is no other."""
    known = rounds(seen.made)
    return look(seen.made, round=known[-2]) if len(known) > 1 else seen


def changed(before: Differ, after: Differ | None) -> pd.DataFrame:
    """Lay out how far each member moved between two rounds, on what, and what it did to the lists."""
    if after is None or not before.weights.index.isin(after.weights.index).any():
        return pd.DataFrame()
    table = what_changed(before.dissent, after.dissent)
    columns = {
        "member": pd.Series(table.index, table.index).map(one_line),
        "placed otherwise than before [%]": table["moved"],
        "most on": table["criterion"].map(one_line).mask(table["moved"] < 5e-4),
        "by [points of weight]": (100 * table["by"]).round(1),
        "comes in": table["entered"].map(lambda p: named(before.made, p) or NOTHING),
        "drops out": table["left"].map(lambda p: named(before.made, p) or NOTHING),
    }
    return laid_out(before.made, columns)


def changed_in_words(before: Differ, after: Differ | None) -> list[str]:
    """Say between which rounds, how far members moved, and what is left that divides them."""
    if after is None:
        return ["One round only so far: a second one shows here what has changed."]
    tried = after.round == SECOND
    words = [
        f"Nobody has voted again: this is round {before.round} beside one that is tried out, in which each "
        "member moves half way to the combined weights."
        if tried
        else f"Round {after.round} beside round {before.round}."
    ]
    both = before.weights.index.intersection(after.weights.index)
    fewer = len(both) < max(len(before.weights), len(after.weights))
    if fewer:
        words.append(sentence(f"{counted(len(both), 'member')} took part in both"))
    then, now = len(before.dissent.divides), len(after.dissent.divides)
    same = set(before.dissent.divides.index) == set(after.dissent.divides.index)
    words.append(
        f"The same {counted(now, 'project')} {verb(now, 'divides', 'divide')} the members as before."
        if same and now
        else f"{counted(then, 'project')} divided the members, now {counted(now, 'project')}.".capitalize()
    )
    return words


def closing(seen: Differ) -> pd.DataFrame:
    """Lay out what would still divide the members if each moved part of the way together."""
    if seen.alone:
        return pd.DataFrame()
    rows = []
    for share in (0.0, *SHARES):
        moved = seen.weights + share * (seen.dissent.together - seen.weights)
        held = seen.best(moved)
        open_ = held.columns[held.any() & ~held.all()]
        rows.append({
            "each moves towards the combined weights [%]": 100 * share,
            "still divides [projects]": len(open_),
            "which": named(seen.made, open_) or "none",
        })  # fmt: skip
    return pd.DataFrame(rows)


def closing_in_words(seen: Differ, table: pd.DataFrame) -> list[str]:
    """Say how far members would have to move before their lists agree."""
    if len(table) == 0:
        return ["One person differs with nobody."]
    left = table["still divides [projects]"]
    if left.iloc[0] == 0:
        return [
            "All lists are the same already: a second round could change weights, and nothing else."
        ]
    done = table["each moves towards the combined weights [%]"][left == 0]
    if len(done) == 0:
        return [
            f"Even if each moved {table.iloc[-1, 0]:.0f} % of the way, {counted(left.iloc[-1], 'project')} would "
            "still divide the members: talk about these, not about weights."
        ]
    return [
        f"If each moved {done.iloc[0]:.0f} % of the way to the combined weights, all lists would be the same."
    ]


def ballot(seen: Differ, board: Board, member: str = ""):
    """Return the controls of a member's ballot in the round that is open.

    Parameters
    ----------
    seen, board
        In a practice record its own round and first member are taken.
    member : str
        Who votes, as in the record; empty shows how to begin.

    Returns
    -------
    Panel or Page
    """
    from pmo_lib import elicitation
    from pmo_lib.widgets.page import paragraph

    found = record.rounds(board.record)
    open_ = found.index[(found["state"] == "open") & (found["about"] == "criteria")]
    if board.practice:
        member = member or record.members(board.record).index[0]
    if len(open_) == 0:
        return paragraph("No round is open. A chair opens one with pmo ballot open.")
    if not member:
        return paragraph(
            f"Round {open_[-1]} is open. Write your name, as it stands in the record, between the quotes above."
        )
    return elicitation.ballot(
        board.record, open_[-1], member, portfolio=seen.made.portfolio, settings=seen.made.settings,
        kind="points",
    )  # fmt: skip
