"""What a revealed round says, and its weights put to use."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pmo_lib import dissent, record, workbench
from pmo_lib.checks import InputError, listing, require_choice, show
from pmo_lib.command import records
from pmo_lib.folder import save_settings
from pmo_lib.record.rules import ROLES
from pmo_lib.stories import differ, rounds, weighed
from pmo_lib.tables import Portfolio
from pmo_lib.weights import kendalls_w
from pmo_lib.weights.group import ballot_weights
from pmo_lib.widgets.keep import judged_swings
from pmo_lib.wording import one_line
from pmo_lib.workbench import Settings, robust


@dataclass(frozen=True, eq=False)
class Result:
    """A revealed round.

    Attributes
    ----------
    record : record.Record
        Where it stands.
    portfolio, settings
        Of the tables, with the ballots of the record.
    round, about, way : str
        Its name, what was weighed (criteria, objectives), and how weights are combined.
    weights : DataFrame of members by label
        Each row sums to 1. [-]
    shares : Series by member
        How often each counts. [-]
    """

    record: record.Record
    portfolio: Portfolio
    settings: Settings
    round: str
    about: str
    way: str
    weights: pd.DataFrame
    shares: pd.Series

    @property
    def together(self) -> pd.Series:
        """The combined weights. [-]."""
        return weighed.MEANS[self.way](self.weights, member_weights=self.shares)

    @property
    def points(self) -> dict[str, float]:
        """The combined weights as settings keep them. [points of 100]."""
        return (100 * self.together).round(2).to_dict()


@dataclass(frozen=True, eq=False)
class Told:
    """What a round says: facts, tables by heading, and sentences by heading."""

    facts: dict
    frames: dict[str, pd.DataFrame]
    says: dict[str, list[str]]

    def document(self) -> dict:
        """Return all of it as one JSON document."""
        frames = {heading.lower(): records(frame) for heading, frame in self.frames.items()}
        return self.facts | {"tables": frames, "says": self.says}


def of_round(
    kept: record.Record,
    round: str,
    portfolio: Portfolio,
    settings: Settings,
    *,
    combine: str = "mean",
    counts: Iterable[str] = (),
) -> Result:
    """Read a revealed round.

    Parameters
    ----------
    kept : record.Record
        Its record.
    round : str
        Its name.
    portfolio, settings
        As read.
    combine : {"mean", "geometric mean", "median"}
        How weights are combined.
    counts : list of str
        Roles that count otherwise than once, such as ``"chair=2"``.

    Raises
    ------
    InputError
        If it is not revealed, has no ballot, or weighs other labels than the tables now have.
    """
    require_choice(combine, list(weighed.MEANS), name="--combine")
    facts = record.rounds(kept).loc[round]
    if facts["state"] != "revealed":
        todo = "the chair closes it, then reveals it" if facts["state"] == "open" else (
            "the chair reveals it: pmo ballot reveal")  # fmt: skip
        raise InputError(
            f"round {show(round)}: is {facts['state']}, so its ballots are hidden; {todo}"
        )
    cast, labels = record.ballots(kept, round), getattr(portfolio, facts["about"]).index
    if len(cast) == 0 and len(record.scores(kept, round)):
        raise InputError(
            f"round {show(round)}: holds scores, no weights; show them with pmo ballot scores"
        )
    if len(cast) == 0:
        raise InputError(f"round {show(round)}: nobody voted in it; open another round")
    if set(labels) != set(facts["labels"]):
        raise InputError(
            f"round {show(round)}: weighs {listing(facts['labels'])}, but the tables now have "
            f"{listing(labels)}; open another round"
        )
    weights = ballot_weights(cast, labels=labels)[labels]
    roles = record.members(kept)["role"].reindex(weights.index)
    shares = roles.map({**dict.fromkeys(ROLES, 1.0), **_times(counts)})
    given = record.supply(portfolio, kept)
    return Result(kept, given, settings, round, facts["about"], combine, weights, shares)


def _times(counts: Iterable[str]) -> dict[str, float]:
    """Read how often roles count."""
    found = {}
    for text in counts:
        role, _, times = text.partition("=")
        require_choice(role.strip(), ROLES, name="--counts")
        try:
            found[role.strip()] = float(times)
        except ValueError:
            raise InputError(
                f"--counts: {show(text)} must read role=times, such as chair=2"
            ) from None
    return found


def told(result: Result, *, unnamed: bool = False) -> Told:
    """Lay out what a round says; unnamed leaves out who is who, and what would tell it."""
    weights, shares = result.weights, result.shares
    if unnamed:
        both = weights.assign(**{"": shares})
        both = dissent.unnamed(both, seed=secrets.randbits(32))
        weights, shares = both.drop(columns=""), both[""]
    names = getattr(result.portfolio, result.about)["name"]
    called = names.where(names.notna() & ~names.duplicated(keep=False), names.index.to_series())
    shown, together = weights.rename(columns=called), result.together.rename(called)
    saved = _of_settings(result).rename(called)
    frames = {
        "Weights": weighed.weightings(shown, together),
        "Combined": weighed.combined(shown, saved, shares),
        "Who is far from whom": weighed.pairs(shown),
    }
    says = {"The weights": weighed.weightings_in_words(shown) + weighed.agreement_in_words(shown)}
    facts = {"round": result.round, "about": result.about, "combined_by": result.way,
             "weights": result.together.to_dict(), "kendalls_w": _agreement(weights)}  # fmt: skip
    if result.about == "criteria":
        _lists(result, weights, shares, frames, says, facts, unnamed=unnamed)
    return Told(facts, frames, says)


def _agreement(weights: pd.DataFrame) -> float | None:
    differ_ = len(weights) > 1 and weights.nunique(axis=1).max() > 1
    return kendalls_w(weights) if differ_ else None


def _of_settings(result: Result) -> pd.Series:
    """Return the weights that are in force now. [-]."""
    table = getattr(result.portfolio, result.about)["weight"]
    stated = {"criteria": result.settings.weights, "objectives": result.settings.objective_weights}
    points = pd.Series({label: stated[result.about].get(label, 0.0) for label in table.index})
    points = points if stated[result.about] else table
    return points / points.sum()


def _lists(result: Result, weights, shares, frames, says, facts, *, unnamed: bool) -> None:
    """Add where the lists differ, what matters of it, interests, and what changed since."""
    made = workbench.recommend(result.portfolio, result.settings, explain=False)
    called = pd.Series(robust.criterion_names(made), made.portfolio.criteria.index)

    seen = differ.look(made, round=result.round, weights=weights.rename(columns=called),
                       way=result.way, shares=shares)  # fmt: skip
    frames["Where lists differ"] = differ.divides(seen)
    frames["What each disagreement changes"] = differ.disagreements(seen)
    says["Where lists differ"] = differ.divides_in_words(seen)
    says["What matters"] = differ.disagreements_in_words(seen)
    says["The list"] = differ.combined_in_words(seen)
    facts |= {"core": list(seen.dissent.core), "divides": list(seen.dissent.divides.index)}
    if unnamed:
        return
    declared = record.interests(result.record)
    if len(declared):
        frames["Without members who declared an interest"] = rounds.without(seen, declared)
        says["Declared interests"] = rounds.without_in_words(seen, declared)
    known = differ.rounds(made)
    if known.index(result.round):
        before = differ.look(made, round=known[known.index(result.round) - 1], way=result.way)
        frames["What changed since the round before"] = rounds.changed(before, seen)
        says["Since the round before"] = rounds.changed_in_words(before, seen)


def adopted(result: Result) -> list[str]:
    """Word each combined weight, with the one that was in force before."""
    names, before = getattr(result.portfolio, result.about)["name"], _of_settings(result)
    words = [
        f"{one_line(names[label]) or label}: {100 * weight:.1f} %"
        for label, weight in result.together.items()
    ]
    if before.isna().any():
        return words
    return [f"{one} (before: {100 * was:.1f} %)" for one, was in zip(words, before, strict=True)]


def adopt(result: Result, path: Path, *, by: str, reason: str) -> tuple[Path, dict]:
    """Write the combined weights into the settings of a portfolio, in the record first.

    Returns
    -------
    (Path, dict of DataFrame)
        The file, and what ``enters`` and ``leaves`` the list.

    Raises
    ------
    InputError
        If name or reason is empty, who adopts may not, or the folder cannot be written.
    """
    from pmo_lib import statements

    settings = dataclasses.replace(result.settings, objective_weights=result.points)
    if result.about == "criteria":
        swings = judged_swings(result.portfolio.criteria)
        settings = dataclasses.replace(result.settings, weights=result.points, swings=swings)
    before, after = (
        workbench.recommend(result.portfolio, one, explain=False)
        for one in (result.settings, settings)
    )
    record.save_settings(result.record, settings, by=by, reason=reason)
    return save_settings(settings, path, by=by, reason=reason), statements.moved(before, after)
