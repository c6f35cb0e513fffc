"""Minutes as decisions, actions and information, and the log of decisions: before and after."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from pmo_lib import statements
from pmo_lib.approval.dossier import Dossier
from pmo_lib.export import asks
from pmo_lib.export.csv_file import frame_as_csv
from pmo_lib.tables.writing import ending_in, write_whole
from pmo_lib.wording import counted, listed, long_date, one_line, sentence

BLANK = "______"
"""What stands where someone has to write."""

_SIGNS = re.compile(r"([\\`*_\[\]<>|~&$])")
_OPENS = re.compile(r"^(\d*)([.)#+=-])")


def write_minutes(dossier: Dossier, path: str | os.PathLike) -> Path:
    """Write minutes in Markdown: decisions, what was delayed to make room, actions, information.

    Before the meeting they are a form to fill in, with what is recommended; afterwards they
    say what was decided.

    Parameters
    ----------
    dossier : Dossier
        As `approval.dossier` returns it.
    path : path
        Ends in ``.md``; its folder is made if need be. A file there is replaced.

    Returns
    -------
    Path
        The file written: UTF-8, every text of the tables as text.

    Raises
    ------
    InputError
        If the ending is another or the file cannot be written; what was there is kept.
    """
    path = ending_in(path, ".md")
    parts = [
        _opening(dossier),
        _section("Decisions", _decisions(dossier)),
        *(_section(title, _waiting(dossier, *found)) for title, *found in asks.waits(dossier)),
        _section("Actions", _actions(dossier)),
        _section("Information", _information(dossier)),
        _section("Signed", _signed(dossier)),
    ]
    marking = plain(dossier.recommendation.settings.marking)
    text = "\n\n".join([*parts, f"**{marking}**" if marking else "", ""])
    return write_whole(path, text.replace("\n\n\n\n", "\n\n").encode())


def write_decision_log(dossier: Dossier, path: str | os.PathLike) -> Path:
    """Write one row for each project, and each change of running work, to decide on, as CSV.

    Of a change, recommended is the change and cost is empty; of a project, it is what was
    recommended to the board, whatever was decided. Columns: number, date, project, name,
    sponsor, rank, cost, recommended, decision, condition, comment, by, why; then marking, status, version and the pack's mark on every
    row. Decision and what follows are empty before the meeting.

    Parameters
    ----------
    dossier : Dossier
        As `approval.dossier` returns it.
    path : path
        Ends in ``.csv``; its folder is made if need be. A file there is replaced.

    Returns
    -------
    Path
        The file written: UTF-8 with a byte-order mark, no text a formula.

    Raises
    ------
    InputError
        If the ending is another or the file cannot be written; what was there is kept.
    """
    path = ending_in(path, ".csv")
    return write_whole(path, frame_as_csv(log(dossier)))


def log(dossier: Dossier) -> pd.DataFrame:
    """Lay out the log of decisions: changes of running work, then the ranked list in its order."""
    settings, ranked = dossier.recommendation.settings, dossier.recommendation.ranked_list
    decided, asked = _decided(dossier), dossier.changes
    rows = ranked[ranked["block"].ne("continues") & ~ranked.index.isin(asked.index)]
    facts = {"block": asked["action"], "why": asked["reason"], "cost": float("nan")}
    changes = ranked.reindex(asked.index).assign(**facts, rank=pd.NA)
    rows = pd.concat([changes, rows]) if len(changes) else rows
    if dossier.recommended is not None:
        seen = dossier.recommended.drop(asked.index, errors="ignore").reindex(rows.index)
        rows = rows.assign(block=seen.fillna(rows["block"]))
    words, cost = decided.reindex(rows.index).fillna(""), rows["cost"]
    whole = (cost.dropna() % 1 == 0).all()
    date = words["date"].where(words["date"].ne(""), settings.meeting_date)
    return pd.DataFrame(
        {
            "number": range(1, len(rows) + 1),
            "date": date.to_numpy(),
            "project": rows.index.astype(str),
            "name": rows["name"].to_numpy(),
            "sponsor": rows["sponsor"].to_numpy(),
            "rank": rows["rank"].astype("Int64").array,
            "cost": (cost.astype("Int64") if whole else cost).array,
            "recommended": rows["block"].to_numpy(),
            **{name: words[name].to_numpy() for name in ("decision", "condition", "comment", "by")},
            "why": rows["why"].to_numpy(),
            "marking": settings.marking,
            "status": settings.status,
            "version": settings.version,
            "pack": dossier.seal,
        }
    )


def plain(text: object) -> str:
    r"""Return a text that Markdown shows as it is, on one line.

    >>> print(plain("1. <script> *bold* | cell"))
    1\. \<script\> \*bold\* \| cell
    >>> print(plain("#let - 2027-28"))
    \#let - 2027-28
    """
    return _OPENS.sub(r"\1\\\2", _SIGNS.sub(r"\\\1", one_line(text)))


def _decided(dossier: Dossier) -> pd.DataFrame:
    """Return the decisions; no rows before the meeting."""
    if dossier.decisions is not None:
        return dossier.decisions
    return pd.DataFrame(columns=["decision", "condition", "comment", "by", "date"], dtype="str")


def _section(title: str, lines: Iterable[str]) -> str:
    return "\n".join([f"## {title}", "", *lines])


def _opening(dossier: Dossier) -> str:
    """Say whose minutes of which meeting these are, and what they are of."""
    settings = dossier.recommendation.settings
    draft = "" if dossier.decisions is not None else " (draft, to be filled in)"
    day = f", {long_date(settings.meeting_date)}" if settings.meeting_date else ""
    lines = [
        f"**{plain(settings.marking)}**" if settings.marking else "",
        f"# Minutes of {plain(settings.board) or 'the board'}{day}{draft}",
        f"{plain(settings.organisation)} · {plain(asks.standing(dossier))}".removeprefix(" · "),
        f"{'' if day else f'Held on: {BLANK} '}Present: {BLANK} In the chair: {BLANK} Apologies: {BLANK} Interests declared: {BLANK}",
        plain(asks.headline(dossier))
        if dossier.decisions is not None
        else f"Recommended: {plain(dossier.recommendation.headline)}",
    ]
    return "\n\n".join(line for line in lines if line)


def _table(heads: list[str], rows: Iterable[Iterable[str]]) -> list[str]:
    lines = [f"| {' | '.join(cells)} |" for cells in (heads, ["---"] * len(heads), *rows)]
    return lines


def _decisions(dossier: Dossier) -> list[str]:
    """List the decisions by number: on the list as a whole, then project by project."""
    decided, made = dossier.decisions, dossier.recommendation
    rows = log(dossier)
    if decided is None:
        asked = [
            f"- **D{n}** {plain(ask)} Decided: {BLANK}"
            for n, ask in enumerate(asks.asks(dossier), 1)
        ]
        asked_of = made.ranked_list["funded"] | made.ranked_list.index.isin(dossier.changes.index)
        rows = rows[asked_of.reindex(rows["project"]).to_numpy()]
        title = "Project by project (approve, approve subject to, defer or reject):"
    else:
        rows = rows[rows["decision"].ne("")]
        asked = [f"- {plain(line)}" for line in asks.decided(dossier)]
        title = "Project by project:"
    start = len(asked) if decided is None else 0
    cells = [
        [f"D{start + n}", plain(_named(dossier, row)), asks.amount(dossier, row.cost), plain(row.decision) or BLANK,
         plain(row.condition) or ("" if row.decision else BLANK), plain(row.comment), plain(row.by)]
        for n, row in enumerate(rows.rename_axis(None).itertuples(index=False), 1)
    ]  # fmt: skip
    heads = ["", "Project", "Cost", "Decision", "Condition", "Comment", "By"]
    return [*asked, "", title, "", *_table(heads, cells)]


def _named(dossier: Dossier, row) -> str:
    changed = row.project in dossier.changes.index
    return asks.subject(dossier, row.project) if changed else row.name


def _waiting(dossier: Dossier, rule: str, table: pd.DataFrame) -> list[str]:
    """Name what waits or was turned down, and why."""
    rows = [
        f"- {plain(row.name)}, {asks.amount(dossier, row.cost)}: {plain(sentence(row.why))}"
        for row in table.itertuples(index=False)
    ]
    return [*([rule, ""] if rule else []), *rows] if rows else ["Nothing had to make room."]


def _actions(dossier: Dossier) -> list[str]:
    """List what has to be done, by whom where that is known."""
    rows = [
        [f"A{n}", plain(what), plain(who) or BLANK, BLANK]
        for n, (what, who) in enumerate(_to_do(dossier), 1)
    ]
    rows = rows or [["A1", BLANK, BLANK, BLANK]]
    return _table(["", "Action", "Who", "By when"], rows)


def _to_do(dossier: Dossier) -> list[tuple[str, str]]:
    """Find actions: conditions to meet, changes of running work, estimates to complete."""
    made = dossier.recommendation
    ranked, found = made.ranked_list, []
    stated = _decided(dossier).query("condition != ''")
    for project, condition in stated["condition"].items():
        subject = asks.subject(dossier, project)
        of = (
            f"to {subject[:1].lower()}{subject[1:]}"
            if project in dossier.changes.index
            else f"of {subject}"
        )
        words = f"Meet the condition {of}: {condition}"
        found.append((words, ranked["sponsor"].get(project)))
    sponsor = made.portfolio.projects["sponsor"]
    for change in asks.changes(dossier).itertuples():
        decided = "Plan how to" if dossier.decisions is not None else "If so decided, plan how to"
        found.append((f"{decided} {change.action} {one_line(change.name)}", sponsor[change.Index]))
    aside_now = made.evaluation.set_aside
    for aside in aside_now[~aside_now.index.isin(dossier.changes.index)].itertuples():
        found.append((f"Complete the estimates of {made.names([aside.Index])[0]}: {aside.reason}",
                      sponsor.get(aside.Index)))  # fmt: skip
    return found


def _information(dossier: Dossier) -> list[str]:
    """State what was noted: money, weights, rule, what deserved debate, what changed."""
    made = dossier.recommendation
    debated = asks.debated(dossier)
    notes = [f"Left over: {asks.left_over(dossier)}", *statements.to_read(made)]
    if len(debated):
        notes.append(f"Depends on the weights: {listed(made.names(debated.index))}.")
    notes += [
        f"{one_line(row.name)} is {'included' if row.decision == 'in' else 'excluded'} by the board: "
        f"{asks.price(dossier, row)}"
        for row in dossier.prices.itertuples()
    ]
    if dossier.since_last is not None:
        notes.append(
            f"Since last time {counted(len(dossier.since_last), 'project')} changed place."
        )
    notes.append(f"The mark of this pack: {dossier.seal}")
    return [f"- **I{n}** {plain(note)}" for n, note in enumerate(notes, 1)]


def _signed(dossier: Dossier) -> list[str]:
    matrix = dossier.matrix[dossier.matrix["needed"]]
    rows = [
        [plain(role), plain(signs), BLANK, BLANK]
        for role, signs in matrix[["role", "signs"]].values
    ]
    return _table(["Role", "Signs", "Name and signature", "Date"], rows)
