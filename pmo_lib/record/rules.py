"""Who may add what to a record, and when: the state that its entries make, and the checks on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from pmo_lib.checks import InputError, require_choice, require_numbers, show
from pmo_lib.tables.problems import known_or_near
from pmo_lib.tables.texts import clean, fold
from pmo_lib.weights.group import KINDS, ballot_weights

ROLES = ("analyst", "member", "chair", "director")
"""What a person may be."""

MAY = {
    "member": ("analyst", "chair", "director"),
    "interest": ROLES,
    "open": ("chair", "director"),
    "close": ("chair", "director"),
    "reveal": ("chair", "director"),
    "vote": ("member", "chair", "analyst"),
    "score": ("member", "chair", "analyst"),
    "decision": ("chair", "director"),
    "override": ("chair", "director"),
    "settings": ("analyst", "chair", "director"),
}
"""By kind of entry, whose role allows adding it."""

VOTERS = ("member", "chair")
_LED = ("open", "close", "reveal")
_REASONED = ("interest", "decision", "override", "settings")
_VERBS = {
    "member": "add people",
    "open": "open a round",
    "close": "close a round",
    "reveal": "reveal a round",
    "vote": "vote",
    "score": "score",
    "decision": "decide",
    "override": "include or exclude a project",
    "settings": "save settings",
}


@dataclass(frozen=True)
class Entry:
    """One thing added to a record: what, by whom, about what, why, and in detail."""

    kind: str
    author: str
    round: str = ""
    subject: str = ""
    reason: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    at: str = ""
    number: int = 0


@dataclass
class State:
    """What the entries so far make: roles by person, and rounds by name."""

    members: dict[str, str] = field(default_factory=dict)
    rounds: dict[str, dict] = field(default_factory=dict)

    def take(self, entry: Entry) -> None:
        """Bring the state forward by one entry."""
        if entry.kind == "member":
            self.members[entry.subject] = entry.detail["role"]
        elif entry.kind == "open":
            self.rounds[entry.round] = {**entry.detail, "state": "open"}
        if entry.kind in _STEPS:
            done = _STEPS[entry.kind][1]
            self.rounds[entry.round] |= {"state": done, done: entry.at, f"{done}_by": entry.author}

    def hides(self, entry: Entry, reader: str | None) -> bool:
        """Tell whether an entry is a ballot, or scores, not yet revealed and another's."""
        round_ = self.rounds.get(entry.round)
        ballot = entry.kind in ("vote", "score")
        return ballot and round_["state"] != "revealed" and entry.subject != reader


STATE_KINDS = ("member", "open", "close", "reveal")
"""Kinds of entries that make the state."""

_STEPS = {"open": ("", "open"), "close": ("open", "closed"), "reveal": ("closed", "revealed")}


def check(state: State, entry: Entry) -> None:
    """Refuse an entry that its author may not add, or not now.

    Raises
    ------
    InputError
        It names what is wrong, who did what before, and what to do.
    """
    require_choice(entry.kind, list(MAY), name="kind")
    if not entry.author:
        raise InputError("by: is empty; a record states who added each entry")
    if entry.kind in _REASONED and not entry.reason:
        raise InputError("reason: is empty; a record states why")
    role = state.members.get(entry.author)
    if not state.members:
        if entry.kind != "member" or entry.detail.get("role") != "chair":
            raise InputError("members: there are none yet; add the chair first")
    elif role is None:
        known = known_or_near(entry.author, state.members)
        raise InputError(f"by: {show(entry.author)} is not in the record; {known}")
    elif role not in MAY[entry.kind]:
        raise InputError(
            f"by: {show(entry.author)} has the role {role} and may not {_VERBS[entry.kind]}; "
            f"ask the {' or '.join(MAY[entry.kind])}"
        )
    elif role == "director" and entry.kind in _LED and not entry.reason:
        raise InputError(
            "reason: is empty; a director leads a round in the absence of the chair, and says why"
        )
    _CHECKS[entry.kind](state, entry)


def ballot_frame(state: State, entry: Entry) -> pd.DataFrame:
    """Return a vote as rows of the table `ballots`."""
    answers = pd.DataFrame(entry.detail["answers"], columns=["first", "second", "answer"])
    about, kind = state.rounds[entry.round]["about"], entry.detail["kind"]
    facts = {"round": entry.round, "member": entry.subject, "about": about, "kind": kind}
    return pd.concat([pd.DataFrame(facts, answers.index), answers], axis=1)


def require_round(state: State, name: str) -> dict:
    """Return a round, or refuse a name that is not one."""
    if name not in state.rounds:
        known = known_or_near(name, state.rounds)
        raise InputError(f"round {show(name)}: was never opened; {known}")
    return state.rounds[name]


def _check_member(state: State, entry: Entry) -> None:
    require_choice(entry.detail.get("role"), ROLES, name="role")
    _require_text(entry.subject, "member")
    for known in state.members:
        if known != entry.subject and fold(known) == fold(entry.subject):
            raise InputError(f"member: {show(entry.subject)} is in the record as {show(known)}")
    made_chair = entry.detail["role"] == "chair" and state.members.get(entry.subject) != "chair"
    if state.members and made_chair and state.members[entry.author] == "analyst":
        raise InputError(
            f"by: {show(entry.author)} is an analyst and may not name a chair; ask the chair or director"
        )


def _check_interest(state: State, entry: Entry) -> None:
    if entry.subject not in state.members:
        known = known_or_near(entry.subject, state.members)
        raise InputError(f"member: {show(entry.subject)} is not in the record; {known}")
    _require_text(entry.detail.get("project"), "project")


def _check_open(state: State, entry: Entry) -> None:
    _require_text(entry.round, "round")
    if entry.round in state.rounds:
        raise InputError(_done_already(state, entry.round, "open"))
    require_choice(entry.detail.get("about"), ("criteria", "objectives"), name="about")
    labels = entry.detail.get("labels")
    if not (isinstance(labels, dict) and len(labels) > 1):
        raise InputError("labels: a round must weigh at least two, each with its words")
    for label, words in labels.items():
        _require_text(label, "labels")
        _require_text(words, f"labels: the words of {show(label)}", empty=True)


def _check_step(state: State, entry: Entry) -> None:
    round_ = require_round(state, entry.round)
    before, after = _STEPS[entry.kind]
    if round_["state"] != before:
        if after in round_:
            raise InputError(_done_already(state, entry.round, after))
        raise InputError(f"round {show(entry.round)}: is {round_['state']}; close it first")


def _check_voter(state: State, entry: Entry) -> dict:
    """Return the round if it is open and the entry is of, or entered for, one who votes."""
    round_ = require_round(state, entry.round)
    if round_["state"] != "open":
        done = _done_already(state, entry.round, "closed")
        raise InputError(f"{done}; it accepts no more ballots")
    if state.members.get(entry.subject) not in VOTERS:
        raise InputError(
            f"member: {show(entry.subject)} has no vote; only {' and '.join(VOTERS)} vote"
        )
    if entry.author != entry.subject and state.members[entry.author] != "analyst":
        raise InputError(
            f"by: {show(entry.author)} cannot vote for {show(entry.subject)}; "
            "only an analyst enters the ballot of another"
        )
    return round_


def _check_vote(state: State, entry: Entry) -> None:
    round_ = _check_voter(state, entry)
    answers, labels = entry.detail.get("answers"), pd.Index(round_["labels"], name="criterion")
    require_choice(entry.detail.get("kind"), KINDS, name="kind")
    if not (isinstance(answers, list) and all(map(_is_answer, answers))):
        raise InputError("answers: each must be a label, perhaps another, and a number")
    if not answers:
        raise InputError("answers: all were skipped; answer at least those that link the labels")
    ballot_weights(ballot_frame(state, entry), labels=labels)


def _check_score(state: State, entry: Entry) -> None:
    round_ = _check_voter(state, entry)
    _require_text(entry.detail.get("project"), "project")
    given, known = entry.detail.get("scores"), round_["labels"]
    if not isinstance(given, dict):
        raise InputError("scores: must be numbers by label")
    unknown = [label for label in given if label not in known]
    if unknown:
        raise InputError(
            f"scores: {show(unknown[0])} is not weighed; {known_or_near(unknown[0], known)}"
        )
    limits = {"low": 0.0, "high": 1.0} if round_["about"] == "objectives" else {}
    require_numbers(pd.Series(given, dtype=object), name="scores", **limits)


def _check_project(state: State, entry: Entry) -> None:
    _require_text(entry.subject, "project")
    _require_text(entry.detail.get("decision"), "decision")
    _require_text(entry.detail.get("review", ""), "review", empty=True)
    if entry.kind == "override":
        require_choice(entry.detail["decision"], ("in", "out", "free"), name="decision")


def _check_settings(state: State, entry: Entry) -> None:
    from pmo_lib.workbench import Settings

    toml = entry.detail.get("toml")
    if not isinstance(toml, str) or Settings.from_toml(toml).hash() != entry.detail.get("hash"):
        raise InputError("settings: must be TOML text and its hash, which differ")


_CHECKS: dict[str, Callable[[State, Entry], None]] = {
    "member": _check_member,
    "interest": _check_interest,
    "open": _check_open,
    "close": _check_step,
    "reveal": _check_step,
    "vote": _check_vote,
    "score": _check_score,
    "decision": _check_project,
    "override": _check_project,
    "settings": _check_settings,
}


def _is_answer(answer: Any) -> bool:
    if not (isinstance(answer, list) and len(answer) == 3):
        return False
    first, second, number = answer
    return (
        isinstance(first, str)
        and (second is None or isinstance(second, str))
        and isinstance(number, int | float)
    )


def _done_already(state: State, name: str, step: str) -> str:
    round_ = state.rounds[name]
    by, at = round_[f"{step}_by"], round_[step]
    verb = "opened" if step == "open" else step
    return f"round {show(name)}: was {verb} already, by {show(by)} at {at}"


def _require_text(text: Any, name: str, *, empty: bool = False) -> None:
    if not (isinstance(text, str) and (empty or text)):
        raise InputError(f"{name}: must be a text, got {show(text)}")
    if clean(text) != text:
        raise InputError(
            f"{name}: {show(text)} has blanks around it or characters that are not seen"
        )
