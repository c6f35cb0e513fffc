"""What people do in and around a meeting, each a line in the record, and what it amounts to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from pmo_lib.checks import InputError, require_series
from pmo_lib.record.entries import add, add_all, read, require
from pmo_lib.record.rules import VOTERS, Entry, ballot_frame, require_round
from pmo_lib.record.store import Record
from pmo_lib.tables.texts import clean_label
from pmo_lib.weights.pairwise import log_judgements


def add_member(record: Record, member: str, *, role: str, by: str, reason: str = "") -> int:
    """Add a person, or give one another role; the first must be the chair.

    Parameters
    ----------
    record : Record
        From `open_record`.
    member : str
        The name by which the person votes and signs.
    role : {"analyst", "member", "chair", "director"}
        A chair opens, closes and reveals rounds, in the chair's absence a director, who
        says why; members and chairs vote; an analyst may enter the ballot of another;
        chair and director decide.
    by, reason : str
        Who adds, and why.

    Returns
    -------
    int
        Number of the entry.

    Raises
    ------
    InputError
        If the role does not exist, the name is another's but for capitals or blanks, or
        who adds may not.
    """
    return add(record, Entry("member", by, subject=member, reason=reason, detail={"role": role}))


def declare_interest(record: Record, member: str, project: str, *, by: str, reason: str) -> int:
    """Note that a person has an interest in a project; parameters as `add_member`."""
    return add(
        record, Entry("interest", by, subject=member, reason=reason, detail={"project": project})
    )


def open_round(
    record: Record,
    round: str,
    *,
    by: str,
    labels: Mapping[str, str] | pd.Series | Iterable[str],
    about: str = "criteria",
    reason: str = "",
) -> int:
    """Open a round of weighing.

    Parameters
    ----------
    record : Record
        From `open_record`.
    round : str
        Its name, such as ``"1"``.
    by, reason : str
        The chair who opens it, and why; or a director, who has to say why.
    labels : Series or mapping of str, or labels
        What is weighed, each with the words that say its swing in units.
    about : {"criteria", "objectives"}
        What the labels are.

    Returns
    -------
    int
        Number of the entry.

    Raises
    ------
    InputError
        If the round exists, there are fewer than two labels, or who opens it may not.
    """
    if isinstance(labels, Mapping | pd.Series):
        words = {str(label): str(text) for label, text in labels.items()}
    else:
        words = dict.fromkeys(map(str, labels), "")
    return add(
        record,
        Entry("open", by, str(round), reason=reason, detail={"about": about, "labels": words}),
    )


def close_round(record: Record, round: str, *, by: str, reason: str = "") -> int:
    """Close a round: it accepts nothing more. Once, by a chair, or by a director who says why."""
    return add(record, Entry("close", by, str(round), reason=reason))


def reveal_round(record: Record, round: str, *, by: str, reason: str = "") -> int:
    """Show the ballots of a closed round to everybody. By a chair, or a director who says why."""
    return add(record, Entry("reveal", by, str(round), reason=reason))


def require_step(record: Record, step: str, round: str, *, by: str, reason: str = "") -> None:
    """Refuse what `close_round` (``"close"``) or `reveal_round` (``"reveal"``) would; add nothing."""
    require(record, Entry(step, by, str(round), reason=reason))


def vote(
    record: Record,
    round: str,
    answers: pd.Series | pd.DataFrame,
    *,
    member: str,
    kind: str,
    by: str = "",
    reason: str = "",
) -> int:
    """Cast a ballot; a later one of the same member takes its place.

    Parameters
    ----------
    record : Record
        From `open_record`.
    round : str
        An open round.
    answers : Series by label, or square DataFrame of judgements
        Points or swing weights (non-negative), places of an order (1 is best, ties
        share), or pairwise judgements (NaN where skipped).
    member : str
        Whose ballot it is.
    kind : {"points", "swing", "order", "pairwise"}
        How the member was asked.
    by : str, optional
        The analyst who enters it for the member.
    reason : str
        What the member says to it; as hidden as the ballot.

    Returns
    -------
    int
        Number of the entry: the receipt. It is on the disk.

    Raises
    ------
    InputError
        If the round is not open, the person has no vote, or the answers make no weights:
        labels left out, circular or unlinked judgements.
    """
    rows = _pairs(answers) if isinstance(answers, pd.DataFrame) else _single(answers)
    detail = {"kind": kind, "answers": rows}
    return add(record, Entry("vote", by or member, str(round), member, reason, detail))


def decide(
    record: Record, project: str, decision: str, *, by: str, reason: str, review: str = ""
) -> int:
    """Note what was decided on a project, at which review, by whom and why."""
    detail = {"decision": decision, "review": review}
    return add(record, Entry("decision", by, subject=project, reason=reason, detail=detail))


def note_override(record: Record, project: str, decision: str, *, by: str, reason: str) -> int:
    """Note that the board includes (``"in"``), excludes (``"out"``) or frees a project."""
    detail = {"decision": decision}
    return add(record, Entry("override", by, subject=project, reason=reason, detail=detail))


def save_settings(record: Record, settings, *, by: str, reason: str) -> int:
    """Keep the `workbench.Settings` that a result was made with."""
    detail = {"toml": settings.to_toml(), "hash": settings.hash()}
    return add(record, Entry("settings", by, reason=reason, detail=detail))


def approve_list(
    record: Record,
    decisions: Mapping[str, str] | pd.Series,
    *,
    settings,
    by: str,
    reason: str,
    overrides: Iterable[Mapping] = (),
) -> int:
    """Note what was decided on every project of a list, and what it rests on: all or nothing.

    In a record without members, who approves is entered as its chair.

    Parameters
    ----------
    record : Record
        From `open_record`.
    decisions : Series or mapping of str by project
        As `decide` takes them; their review is the meeting of the settings.
    settings : workbench.Settings
        What the list was made with.
    by, reason : str
        Who approves, and why.
    overrides : rows of project, decision and reason, optional
        What the board includes and excludes with it.

    Returns
    -------
    int
        Number of the last entry.

    Raises
    ------
    InputError
        If one entry is refused; nothing is noted then.
    """
    state, _ = read(record, kinds=["member"])
    chair = Entry("member", by, subject=by, reason=reason, detail={"role": "chair"})
    ruled = [
        Entry("override", by, subject=row["project"], reason=row["reason"],
              detail={"decision": row["decision"]})
        for row in overrides
    ]  # fmt: skip
    kept = Entry(
        "settings", by, reason=reason, detail={"toml": settings.to_toml(), "hash": settings.hash()}
    )
    decided = [
        Entry("decision", by, subject=project, reason=reason,
              detail={"decision": decision, "review": settings.meeting_date})
        for project, decision in decisions.items()
    ]  # fmt: skip
    return add_all(record, [*([] if state.members else [chair]), *ruled, kept, *decided])


def members(record: Record) -> pd.DataFrame:
    """Return everybody's ``role`` by member, ``at`` and ``by`` whom it was given."""
    _, entries = read(record, kinds=["member"])
    return _latest(entries, "member", lambda e: {"role": e.detail["role"]})


def interests(record: Record) -> pd.DataFrame:
    """Return declared interests: member, project, reason, at and by."""
    _, entries = read(record, kinds=["interest"])
    rows = [(e.subject, e.detail["project"], e.reason, e.at, e.author) for e in entries]
    return pd.DataFrame(rows, columns=["member", "project", "reason", "at", "by"])


def decisions(record: Record) -> pd.DataFrame:
    """Return the latest decision on each project: decision, review, reason, at and by."""
    _, entries = read(record, kinds=["decision"])
    return _latest(entries, "project", lambda e: {**e.detail, "reason": e.reason})


def overrides(record: Record) -> pd.DataFrame:
    """Return what the board includes and excludes now, as the table `overrides`, and when."""
    _, entries = read(record, kinds=["override"])
    latest = _latest(entries, "project", lambda e: {**e.detail, "reason": e.reason})
    return latest[latest["decision"] != "free"] if len(latest) else latest


def saved_settings(record: Record, *, number: int | None = None):
    """Return the latest settings saved, or those of one entry.

    Raises
    ------
    InputError
        If none were saved, or the entry does not hold settings.
    """
    from pmo_lib.workbench import Settings

    _, entries = read(record, kinds=["settings"])
    kept = [e for e in entries if number is None or e.number == number]
    if not kept:
        raise InputError(
            "settings: none were saved under that number"
            if number
            else "settings: none were saved yet"
        )
    return Settings.from_toml(kept[-1].detail["toml"], source=f"entry {kept[-1].number}")


def rounds(record: Record) -> pd.DataFrame:
    """List the rounds.

    Returns
    -------
    DataFrame by round
        ``about``, ``state`` (open, closed, revealed), ``labels`` (a dict), when and by
        whom each step was taken, and how many have ``voted`` of those who ``may_vote``.
    """
    state, entries = read(record, kinds=["vote"])
    voted = pd.Series({(e.round, e.subject): 1 for e in entries}, dtype=int)
    columns = ["about", "state", "labels", "open", "open_by", "closed", "closed_by"]
    columns += ["revealed", "revealed_by"]
    frame = pd.DataFrame.from_dict(state.rounds, orient="index").reindex(columns=columns)
    counts = voted.groupby(level=0).sum() if len(voted) else voted
    frame["voted"] = [int(counts.get(name, 0)) for name in frame.index]
    frame["may_vote"] = sum(role in VOTERS for role in state.members.values())
    return frame.rename_axis("round")


def turnout(record: Record, round: str) -> pd.Series:
    """Return who of those who may vote has voted in a round: a bool by member."""
    return who_has(record, round, "vote").rename("voted")


def who_has(record: Record, round: str, kind: str) -> pd.Series:
    """Return who of those who may vote has an entry of a kind in a round: a bool by member."""
    round = clean_label(str(round))
    state, entries = read(record, kinds=[kind], round=round)
    require_round(state, round)
    done = {entry.subject for entry in entries}
    voters = [member for member, role in state.members.items() if role in VOTERS]
    return pd.Series([m in done for m in voters], pd.Index(voters, name="member"))


def ballots(record: Record, round: str, *, reader: str | None = None) -> pd.DataFrame:
    """Return the ballots of a round: the latest of each member.

    Parameters
    ----------
    record : Record
        From `open_record`.
    round : str
        Its name.
    reader : str, optional
        Who reads. Until the chair reveals the round, a reader gets the own ballot only,
        and nobody else's.

    Returns
    -------
    DataFrame
        The columns of the table `ballots` and ``at``; one row an answer.

    Raises
    ------
    InputError
        If the round or the reader is unknown.
    """
    round = clean_label(str(round))
    state, entries = read(record, kinds=["vote"], round=round, reader=reader)
    require_round(state, round)
    latest = {e.subject: e for e in entries if "answers" in e.detail}
    frames = [ballot_frame(state, e).assign(at=e.at) for e in latest.values()]
    columns = ["round", "member", "about", "kind", "first", "second", "answer", "at"]
    frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)
    texts = dict.fromkeys([c for c in columns if c != "answer"], "str")
    return frame.astype({**texts, "answer": float})


def _latest(entries: list[Entry], name: str, facts) -> pd.DataFrame:
    rows = {e.subject: {**facts(e), "at": e.at, "by": e.author} for e in entries}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(name)


def _single(answers: pd.Series) -> list[list]:
    require_series(answers, name="answers")
    return [[str(label), None, _plain(number)] for label, number in answers.items()]


def _pairs(judgements: pd.DataFrame) -> list[list]:
    """Return one row for each pair that was asked, as it was answered."""
    labels, logs = log_judgements(judgements, name="answers", allow_missing=True)
    given = judgements.reindex(columns=labels).to_numpy(dtype=float, na_value=np.nan)
    answers = np.where(np.isnan(given), 1 / given.T, given)
    asked = np.argwhere(np.triu(~np.isnan(logs), 1))
    return [[str(labels[i]), str(labels[j]), float(answers[i, j])] for i, j in asked]


def _plain(number):
    return float(number) if isinstance(number, int | float | np.number) else number
