"""Everything a board may change, in one frozen bundle that reads and writes as TOML."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import tomlkit

from pmo_lib import periods
from pmo_lib.checks import InputError, show
from pmo_lib.rebalance.rules import Rules

RULES = ("best affordable list", "down the list")
OBJECTIVES = ("score", "npv", "priority")
OFFICES = ("supportive", "controlling", "directive")
NOT_DECISIVE = ("saved_by", "saved_reason", "saved_on", "office", "approval_matrix")
STATES = ("DRAFT", "FOR APPROVAL", "APPROVED")
MEASURES = ("share", "amount", "count")
OVERRIDE_KEYS = ("project", "decision", "reason", "by")
LIMIT_KEYS = ("group", "measure", "at_least", "at_most")
MATRIX_KEYS = ("role", "signs", "above")


def _help(
    words: str, default: Any = dataclasses.MISSING, factory: Any = dataclasses.MISSING
) -> Any:
    if factory is not dataclasses.MISSING:
        return field(default_factory=factory, metadata={"help": words})
    return field(default=default, metadata={"help": words})


@dataclass(frozen=True)
class Settings:
    """What a board may change, and what every output prints about it.

    Fields are documented where they are defined; `to_toml` writes the same words
    as comments. Weights are points on any non-negative scale; they are divided by
    their sum when used. Money is in plain currency units.
    """

    organisation: str = _help("Name of the organisation, printed on every output.", "")
    board: str = _help("Name of the deciding board.", "")
    meeting_date: str = _help("Date of the meeting (ISO).", "")
    data_date: str = _help("Date on which the tables were frozen (ISO).", "")
    version: str = _help("Version of the list, printed on every output.", "1")
    status: str = _help("DRAFT, FOR APPROVAL or APPROVED.", "DRAFT")
    marking: str = _help("Protective marking printed on every page.", "")
    currency: str = _help("Currency sign.", "£")
    price_base: str = _help("Price base of all money, in words.", "")
    base_date: str = _help(
        "The money year that is now: flows before it are sunk. Empty: the first budget period.", ""
    )
    fiscal_year_start: str = _help(
        "Month and day on which a money year starts. Empty: as in the tables.", ""
    )
    rule: str = _help(
        "'best affordable list' (exact) or 'down the list' (skip what does not fit).", RULES[0]
    )
    objective: str = _help("What the best list maximises: score, npv or priority.", "score")
    starts_every: int = _help(
        "Months between the starts tried from a project's earliest to its latest; 0: as planned.", 0
    )
    budget_scale: float = _help("Factor on every budget: 0.9 is a cut of 10 %.", 1.0)
    discount_schedule: str = _help("Name in the discount_schedules table.", "")
    discount_rate: float = _help(
        "Flat rate, used when no schedule is named: 0.035 is 3.5 %.", 0.035
    )
    unrated: str = _help("'none': an absent contribution counts as none. Empty: it is missing.", "")
    size_reference: float = _help(
        "Size at which a rating counts in full when portfolios are summed; 0: the largest proposal.",
        0.0,
    )
    too_close: float = _help(
        "Scores nearer than this are too close to call: 0.02 is 2 points.", 0.02
    )
    gap: float = _help("Accepted optimality gap: 0.001 is 0.1 %.", 1e-3)
    time_limit: float = _help("Longest time for one exact choice. [s]", 30.0)
    seed: int = _help("Seed of everything sampled.", 1)
    weights: Mapping[str, float] = _help(
        "Points by criterion. Empty: the weights of the criteria table.", factory=dict
    )
    swings: Mapping[str, list] = _help(
        "The swing (worst, best) each weight was judged for; a moved reference makes it stale.",
        factory=dict,
    )
    objective_weights: Mapping[str, float] = _help(
        "Points by objective. Empty: the weights of the objectives table.", factory=dict
    )
    overrides: tuple[Mapping[str, str], ...] = _help(
        "What the board includes or excludes: project, decision (in, out), reason, by.", ()
    )
    limits: tuple[Mapping[str, Any], ...] = _help(
        "Extra limits: group ('category: Digital'), measure (share, amount, count), at_least, at_most.",
        (),
    )
    office: str = _help(
        "How the office works: supportive, controlling or directive; who signs follows from it.",
        OFFICES[1],
    )
    approval_matrix: tuple[Mapping[str, Any], ...] = _help(
        "Who signs, where that differs: role, signs (what, in words), above (amount; 0: always).",
        (),
    )
    review: Mapping[str, Any] = _help(
        "Rules of reviews of running work, such as most_stops or success by confidence; empty: "
        "as the library states them.",
        factory=dict,
    )
    futures: Mapping[str, Any] = _help(
        "How ranges are read: below_low and above_high (shares of futures beyond the stated ends), "
        "together (programme or category) with correlation, independent_years; empty: ends, alone.",
        factory=dict,
    )
    saved_by: str = _help("Who saved these settings.", "")
    saved_reason: str = _help("Why they were saved.", "")
    saved_on: str = _help("When they were saved.", "")

    def __post_init__(self) -> None:
        problems = list(_problems(self))
        if problems:
            raise InputError(*problems)
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
        known = {f.name for f in dataclasses.fields(cls)}
        problems = [_unknown_key(key, known, source) for key in data if key not in known]
        data = {key: _freeze(value) for key, value in data.items() if key in known}
        try:
            settings = cls(**data)
        except InputError as error:
            raise InputError(*problems, *(f"{source}: {p}" for p in error.problems)) from None
        if problems:
            raise InputError(*problems)
        return settings

    def to_toml(self) -> str:
        """Write settings as TOML, each key with a comment that says what it means."""
        document = tomlkit.document()
        document.add(tomlkit.comment("Settings of this portfolio: everything a board may change."))
        fields = dataclasses.fields(self)
        scalars = [f for f in fields if not isinstance(getattr(self, f.name), Mapping | tuple)]
        for f in scalars:
            document.add(tomlkit.nl())
            document.add(tomlkit.comment(f.metadata["help"]))
            document.add(f.name, getattr(self, f.name))
        for f in fields:
            value = getattr(self, f.name)
            if isinstance(value, Mapping):
                document.add(tomlkit.nl())
                document.add(tomlkit.comment(f.metadata["help"]))
                table = tomlkit.table()
                for key, item in value.items():
                    table.add(str(key), list(item) if isinstance(item, list | tuple) else item)
                document.add(f.name, table)
            elif isinstance(value, tuple) and value:
                document.add(tomlkit.nl())
                array = tomlkit.aot()
                for row in value:
                    array.append(tomlkit.item({k: v for k, v in row.items() if v is not None}))
                document.add(f.name, array)
        return tomlkit.dumps(document)

    def hash(self) -> str:
        """Return a stable SHA-256 of every field that can change a result."""
        decisive = {
            key: value for key, value in dataclasses.asdict(self).items() if key not in NOT_DECISIVE
        }
        text = json.dumps(_plain(decisive), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()


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
    known = {f.name for f in dataclasses.fields(Rules)}
    problems = [_unknown_key(key, known, "review") for key in settings.review if key not in known]
    if problems:
        raise InputError(*problems)
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

    Raises
    ------
    InputError
        If a key is not one of these, or out of range.
    """
    usual = {"below_low": 0.0, "above_high": 0.0, "together": "", "correlation": 0.0}
    usual["independent_years"] = False
    problems = [
        _unknown_key(key, set(usual), "futures") for key in settings.futures if key not in usual
    ]
    rules = usual | dict(settings.futures)
    for key, most in (("below_low", 0.49), ("above_high", 0.49), ("correlation", 1.0)):
        if not (_is_number(rules[key]) and 0 <= rules[key] <= most):
            problems.append(f"futures: {key} must lie in [0, {most:g}], got {show(rules[key])}")
    if rules["together"] not in ("", "programme", "category"):
        problems.append(
            f"futures: together must be 'programme' or 'category', got {show(rules['together'])}"
        )
    elif _is_number(rules["correlation"]) and rules["correlation"] and not rules["together"]:
        problems.append("futures: correlation holds inside a group; say together = 'programme'")
    if not isinstance(rules["independent_years"], bool):
        problems.append(
            f"futures: independent_years must be true or false, got {show(rules['independent_years'])}"
        )
    if problems:
        raise InputError(*problems)
    return rules


def _plain(node: Any) -> Any:
    """Write equal settings alike: 1.0 as 1, tuples as lists."""
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_plain(value) for value in node]
    return int(node) if isinstance(node, float) and node.is_integer() else node


def _freeze(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _unknown_key(key: str, known: set[str], source: str) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else "; delete it"
    return f"{source}: key {show(key)} is not a setting{hint}"


def _problems(settings: Settings):
    """Yield one sentence for each setting that is not allowed."""
    for f in dataclasses.fields(settings):
        value, default = getattr(settings, f.name), f.default
        if isinstance(default, str) and not isinstance(value, str):
            yield f"{f.name}: must be text, got {show(value)}; write it in quotes"
        elif isinstance(default, int | float) and not _is_number(value):
            yield f"{f.name}: must be a number, got {show(value)}"
    if any(True for _ in _wrong_types(settings)):
        yield from _wrong_types(settings)
        return
    for name in ("meeting_date", "data_date", "base_date"):
        if getattr(settings, name):
            yield from _caught(periods.parse, getattr(settings, name), name=name)
    if settings.fiscal_year_start:
        day = f"2027-{settings.fiscal_year_start}"
        yield from _caught(periods.parse, day, name="fiscal_year_start")
    for name, allowed in (
        ("rule", RULES),
        ("objective", OBJECTIVES),
        ("status", STATES),
        ("office", OFFICES),
    ):
        if getattr(settings, name) not in allowed:
            words = ", ".join(map(show, allowed))
            yield f"{name}: must be one of {words}, got {show(getattr(settings, name))}"
    if _is_number(settings.starts_every) and settings.starts_every != int(settings.starts_every):
        yield f"starts_every: must be whole months, got {show(settings.starts_every)}"
    if settings.unrated not in ("", "none"):
        yield f"unrated: must be 'none' or empty, got {show(settings.unrated)}"
    for name, low, high in (
        ("starts_every", 0, 120), ("budget_scale", 0, 100), ("discount_rate", -0.99, 10), ("size_reference", 0, 1e18),
        ("too_close", 0, 1), ("gap", 0, 1), ("time_limit", 0.01, 86_400),
    ):  # fmt: skip
        value = getattr(settings, name)
        if _is_number(value) and not low <= value <= high:
            yield f"{name}: must lie in [{low:g}, {high:g}], got {show(value)}"
    for name in ("weights", "objective_weights"):
        points = getattr(settings, name)
        for key, value in points.items():
            if not _is_number(value) or not 0 <= value < float("inf"):
                yield f"{name}: each must be a number of at least 0, got {show(value)} for {show(key)}"
        if points and all(_is_number(v) for v in points.values()) and not sum(points.values()) > 0:
            yield f"{name}: at least one must be above 0, all are 0"
    for key, value in settings.swings.items():
        if not (
            isinstance(value, list | tuple) and len(value) == 2 and all(map(_is_number, value))
        ):
            yield f"swings: each must be a pair [worst, best], got {show(value)} for {show(key)}"
    if settings.review:
        yield from _caught(review_rules, settings)
    yield from _caught(future_rules, settings)
    yield from _override_problems(settings.overrides)
    for number, row in enumerate(settings.limits, start=1):
        yield from _limit_problems(row, f"limits entry {number}")
    for number, row in enumerate(settings.approval_matrix, start=1):
        where = f"approval_matrix entry {number}"
        yield from _keys_problems(row, MATRIX_KEYS, where, MATRIX_KEYS[:2])
        above = row.get("above", 0) if isinstance(row, Mapping) else 0
        if not (_is_number(above) and above >= 0):
            yield f"{where}: above must be an amount of at least 0, got {show(above)}"


def _limit_problems(row, where: str):
    wrong = list(_keys_problems(row, LIMIT_KEYS, where, ("group", "measure")))
    yield from wrong
    if wrong:
        return
    if row["measure"] not in MEASURES:
        yield f"{where}: measure must be one of {', '.join(MEASURES)}, got {show(row['measure'])}"
    bounds = [row.get(side) for side in ("at_least", "at_most")]
    for side, bound in zip(("at_least", "at_most"), bounds, strict=True):
        if bound is not None and not (_is_number(bound) and bound >= 0):
            yield f"{where}: {side} must be a number of at least 0, got {show(bound)}"
    if bounds == [None, None]:
        yield f"{where}: states neither at_least nor at_most"


def _override_problems(overrides):
    seen: dict[str, str] = {}
    for number, row in enumerate(overrides, start=1):
        where = f"overrides entry {number}"
        wrong = list(_keys_problems(row, OVERRIDE_KEYS, where, OVERRIDE_KEYS))
        yield from wrong
        if wrong:
            continue
        if row["decision"] not in ("in", "out"):
            yield f"{where}: decision must be 'in' or 'out', got {show(row['decision'])}"
        if seen.setdefault(row["project"], row["decision"]) != row["decision"]:
            yield f"{where}: project {show(row['project'])} is both in and out; keep one"


def _keys_problems(row, known, where, needed):
    if not isinstance(row, Mapping):
        yield f"{where}: must be a table with the keys {', '.join(known)}, got {show(row)}"
        return
    for key in row:
        if key not in known:
            yield _unknown_key(key, set(known), where)
    for key in needed:
        if not isinstance(row.get(key), str) or not row[key].strip():
            yield f"{where}: {key} is missing; every entry states {', '.join(needed)}"


def _wrong_types(settings: Settings):
    for name in ("weights", "swings", "objective_weights", "review", "futures"):
        if not isinstance(getattr(settings, name), Mapping):
            yield f"{name}: must be a table such as [{name}], got {show(getattr(settings, name))}"
    for name in ("overrides", "limits", "approval_matrix"):
        if not isinstance(getattr(settings, name), tuple):
            yield f"{name}: must be a list of tables such as [[{name}]], got {show(getattr(settings, name))}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _caught(function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except InputError as error:
        yield from error.problems
