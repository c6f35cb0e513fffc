"""Everything a board may change, in one frozen bundle that reads and writes as TOML."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import tomlkit

from pmo_lib.checks import InputError, refuse, show
from pmo_lib.rebalance.rules import Rules
from pmo_lib.workbench import allowed
from pmo_lib.workbench.allowed import either, keyed, no_less, one_of, text, within

RULES = ("best affordable list", "down the list")
OBJECTIVES = ("score", "npv", "priority")
OFFICES = ("supportive", "controlling", "directive")
NOT_DECISIVE = ("saved_by", "saved_reason", "saved_on", "office", "approval_matrix")
STATES = ("DRAFT", "FOR APPROVAL", "APPROVED")
MEASURES = ("share", "amount", "count")

_OVERRIDE = {"project": text, "decision": either("in", "out"), "reason": text, "by": text}
_LIMIT = {"group": text, "measure": one_of(*MEASURES)}
_BOUNDS = {"at_least": no_less("a number"), "at_most": no_less("a number")}
_SIGNS = {"role": text, "signs": text}
_FUTURES = {
    "below_low": within(0, 0.49),
    "above_high": within(0, 0.49),
    "together": either("programme", "category"),
    "correlation": within(0, 1),
    "independent_years": allowed.flag,
}
_AS_STATED = dict(zip(_FUTURES, (0.0, 0.0, "", 0.0, False), strict=True))


def _setting(words: str, default: Any, check: allowed.Check = lambda value: ()) -> Any:
    """Declare a setting: what it is, what it is if not stated, and what it may be."""
    stated = {"default_factory" if default is dict else "default": default}
    return field(**stated, metadata={"help": words, "check": check})


def _date(words: str) -> Any:
    return _setting(words, "", allowed.day("2027-04-01"))


def _choice(words: str, choices: tuple[str, ...], default: str = "") -> Any:
    return _setting(words, default or choices[0], one_of(*choices))


@dataclass(frozen=True)
class Settings:
    """What a board may change, and what every output prints about it.

    Fields are documented where they are defined; `to_toml` writes the same words
    as comments. Weights are points on any non-negative scale; they are divided by
    their sum when used. Money is in plain currency units.
    """

    organisation: str = _setting("Name of the organisation, printed on every output.", "")
    board: str = _setting("Name of the deciding board.", "")
    meeting_date: str = _date("Date of the meeting (ISO).")
    data_date: str = _date("Date on which the tables were frozen (ISO).")
    version: str = _setting("Version of the list, printed on every output.", "1")
    status: str = _choice("DRAFT, FOR APPROVAL or APPROVED.", STATES)
    marking: str = _setting("Protective marking printed on every page.", "")
    currency: str = _setting("Currency sign.", "£")
    price_base: str = _setting("Price base of all money, in words.", "")
    base_date: str = _date(
        "The money year that is now: flows before it are sunk. Empty: the first budget period."
    )
    fiscal_year_start: str = _setting(
        "Month and day on which a money year starts. Empty: as in the tables.",
        "",
        allowed.day("04-01", "2027-{}"),
    )
    rule: str = _choice(
        "'best affordable list' (exact) or 'down the list' (skip what does not fit).", RULES
    )
    objective: str = _choice("What the best list maximises: score, npv or priority.", OBJECTIVES)
    starts_every: int = _setting(
        "Months between the starts tried from a project's earliest to its latest; 0: as planned.",
        0,
        allowed.both(within(0, 120), allowed.whole_months),
    )
    budget_scale: float = _setting(
        "Factor on every budget: 0.9 is a cut of 10 %.", 1.0, within(0, 100)
    )
    discount_schedule: str = _setting("Name in the discount_schedules table.", "")
    discount_rate: float = _setting(
        "Flat rate, used when no schedule is named: 0.035 is 3.5 %.", 0.035, within(-0.99, 10)
    )
    unrated: str = _setting(
        "'none': an absent contribution counts as none. Empty: it is missing.", "", either("none")
    )
    size_reference: float = _setting(
        "Size at which a rating counts in full when portfolios are summed; 0: the largest proposal.",
        0.0,
        within(0, 1e18),
    )
    too_close: float = _setting(
        "Scores nearer than this are too close to call: 0.02 is 2 points.", 0.02, within(0, 1)
    )
    gap: float = _setting("Accepted optimality gap: 0.001 is 0.1 %.", 1e-3, within(0, 1))
    time_limit: float = _setting(
        "Longest time for one exact choice. [s]", 30.0, within(0.01, 86_400)
    )
    seed: int = _setting("Seed of everything sampled.", 1)
    weights: Mapping[str, float] = _setting(
        "Points by criterion. Empty: the weights of the criteria table.", dict, allowed.points
    )
    swings: Mapping[str, list] = _setting(
        "The swing (worst, best) each weight was judged for; a moved reference makes it stale.",
        dict,
        allowed.swings,
    )
    objective_weights: Mapping[str, float] = _setting(
        "Points by objective. Empty: the weights of the objectives table.", dict, allowed.points
    )
    overrides: tuple[Mapping[str, str], ...] = _setting(
        "What the board includes or excludes: project, decision (in, out), reason, by.",
        (),
        keyed(_OVERRIDE, {}),
    )
    limits: tuple[Mapping[str, Any], ...] = _setting(
        "Extra limits: group ('category: Digital'), measure (share, amount, count), at_least, at_most.",
        (),
        keyed(_LIMIT, _BOUNDS),
    )
    office: str = _choice(
        "How the office works: supportive, controlling or directive; who signs follows from it.",
        OFFICES,
        "controlling",
    )
    approval_matrix: tuple[Mapping[str, Any], ...] = _setting(
        "Who signs, where that differs: role, signs (what, in words), above (amount; 0: always).",
        (),
        keyed(_SIGNS, {"above": no_less("an amount")}),
    )
    review: Mapping[str, Any] = _setting(
        "Rules of reviews of running work, such as most_stops or success by confidence; empty: "
        "as the library states them.",
        dict,
    )
    futures: Mapping[str, Any] = _setting(
        "How ranges are read: below_low and above_high (shares of futures beyond the stated ends), "
        "together (programme or category) with correlation, independent_years; empty: ends, alone.",
        dict,
        keyed({}, _FUTURES),
    )
    saved_by: str = _setting("Who saved these settings.", "")
    saved_reason: str = _setting("Why they were saved.", "")
    saved_on: str = _setting("When they were saved.", "")

    def __post_init__(self) -> None:
        refuse(list(_problems(self)) or _contradictions(self))
        stated = ({k: v for k, v in row.items() if v is not None} for row in self.limits)
        object.__setattr__(self, "limits", tuple(stated))
        swings = {key: [float(end) for end in ends] for key, ends in self.swings.items()}
        object.__setattr__(self, "swings", swings)

    @classmethod
    def from_toml(cls, text: str, *, source: str = "settings.toml") -> Settings:
        """Read settings from TOML text.

        Raises
        ------
        InputError
            If the text is not TOML, a key is unknown, or a value is not allowed;
            all problems at once, each opening with `source`.
        """
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"{source}: is not valid TOML, {error}") from None
        known = [f.name for f in dataclasses.fields(cls)]
        problems = list(allowed.unknown_keys(data, known))
        data = {key: data[key] for key in known if key in data}
        lists = {key: tuple(value) for key, value in data.items() if isinstance(value, list)}
        try:
            settings = cls(**{**data, **lists})
        except InputError as error:
            problems += error.problems
        refuse(f"{source}: {problem}" for problem in problems)
        return settings

    def to_toml(self) -> str:
        """Write settings as TOML, each key with a comment that says what it means."""
        document = tomlkit.document()
        document.add(tomlkit.comment("Settings of this portfolio: everything a board may change."))
        stated = [(f, getattr(self, f.name)) for f in dataclasses.fields(self)]
        for f, value in sorted(stated, key=lambda pair: isinstance(pair[1], Mapping | tuple)):
            if value != ():
                document.add(tomlkit.nl())
            if not isinstance(value, tuple):
                document.add(tomlkit.comment(f.metadata["help"]))
                document.add(f.name, dict(value) if isinstance(value, Mapping) else value)
            elif value:
                document.add(f.name, tomlkit.item([dict(row) for row in value]))
        return tomlkit.dumps(document)

    @property
    def approved(self) -> bool:
        """Whether the list of these settings is approved."""
        return self.status == "APPROVED"

    def hash(self) -> str:
        """Return a stable SHA-256 of every field that can change a result."""
        decisive = {
            key: value for key, value in dataclasses.asdict(self).items() if key not in NOT_DECISIVE
        }
        text = json.dumps(_plain(decisive), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()


def as_tried(settings: Settings, saved: Settings) -> Settings:
    """Return settings as they stand beside the saved ones: only what was approved is approved.

    >>> saved = Settings(status="APPROVED")
    >>> as_tried(dataclasses.replace(saved, budget_scale=0.9), saved).status
    'DRAFT'
    """
    as_saved = dataclasses.replace(settings, status=saved.status)
    if as_saved.hash() == saved.hash():
        return as_saved
    return dataclasses.replace(settings, status="DRAFT") if settings.approved else settings


def with_override(
    settings: Settings, project: str, decision: str, *, reason: str, by: str
) -> Settings:
    """Return settings in which the board includes (``"in"``) or excludes (``"out"``) a project.

    An earlier override of the same project is replaced.
    """
    kept = tuple(row for row in settings.overrides if row["project"] != project)
    row = {"project": project, "decision": decision, "reason": reason, "by": by}
    return dataclasses.replace(settings, overrides=(*kept, row))


def without_override(settings: Settings, project: str) -> Settings:
    """Return settings without the override of a project."""
    kept = tuple(row for row in settings.overrides if row["project"] != project)
    return dataclasses.replace(settings, overrides=kept)


def review_rules(settings: Settings) -> Rules:
    """Return the rules by which running work is reviewed.

    Raises
    ------
    InputError
        If a key is not a rule, or a rule is out of range.
    """
    known = [f.name for f in dataclasses.fields(Rules)]
    refuse(f"review: {fault}" for fault in allowed.unknown_keys(settings.review, known))
    try:
        return Rules(**settings.review)
    except TypeError as error:
        raise InputError(f"review: {error}; see the comments of the settings") from None


def future_rules(settings: Settings) -> dict[str, Any]:
    """Return how ranges become futures, with what is not stated filled in.

    Returns
    -------
    dict
        ``below_low`` and ``above_high`` in [0, 0.5) (0: low and high are the ends of the
        possible), ``together`` (``"programme"``, ``"category"`` or empty), ``correlation``
        inside it in [0, 1], ``independent_years`` (each year drawn by itself).
    """
    return _AS_STATED | dict(settings.futures)


def _plain(node: Any) -> Any:
    """Write equal settings alike: 1.0 as 1, tuples as lists."""
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_plain(value) for value in node]
    return int(node) if isinstance(node, float) and node.is_integer() else node


def _problems(settings: Settings) -> Iterator[str]:
    """Yield one sentence for each setting that is not allowed."""
    for f in dataclasses.fields(settings):
        value, (words, holds) = getattr(settings, f.name), _KINDS[f.type.partition("[")[0]]
        check = f.metadata["check"]
        if not holds(value):
            yield f"{f.name}: must be {words.format(f.name)}, got {show(value)}"
        elif isinstance(value, tuple):
            for number, row in enumerate(value, start=1):
                yield from (f"{f.name} entry {number}: {fault}" for fault in check(row))
        else:
            yield from (f"{f.name}: {fault}" for fault in check(value))


def _contradictions(settings: Settings) -> Iterator[str]:
    """Yield what does not go together, each part being allowed by itself."""
    for number, row in enumerate(settings.limits, start=1):
        if row.get("at_least") is None and row.get("at_most") is None:
            yield f"limits entry {number}: states neither at_least nor at_most"
    decided = {(row["project"], row["decision"]) for row in settings.overrides}
    for project in sorted(p for p, side in decided if side == "in" and (p, "out") in decided):
        yield f"overrides: project {show(project)} is both in and out; keep one"
    if settings.futures.get("correlation") and not settings.futures.get("together"):
        yield "futures: correlation holds inside a group; say together = 'programme'"
    try:
        review_rules(settings)
    except InputError as error:
        yield from error.problems


_KINDS = {
    "str": ("text in quotes", lambda value: isinstance(value, str)),
    "int": ("a number", allowed.is_number),
    "float": ("a number", allowed.is_number),
    "Mapping": ("a table such as [{}]", lambda value: isinstance(value, Mapping)),
    "tuple": ("a list of tables such as [[{}]]", lambda value: isinstance(value, tuple)),
}
"""What a setting is, by the type of its field, in words and as a test."""
