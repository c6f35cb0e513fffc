"""Leave out members' names: tables, settings and decisions that name nobody of the board."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping

import pandas as pd

from pmo_lib.tables import Portfolio
from pmo_lib.tables.dictionary import TABLES
from pmo_lib.workbench import Settings

LEFT_OUT = "name left out"
"""What stands where a name was."""

_TEXTS = ("organisation", "board", "version", "marking", "price_base", "saved_reason")
_PARTS = ("programme", "business_unit", "category", "group", "fund", "points", "levels")
"""Columns that say how things belong together, or are computed with: no free text."""

_TITLES = r"(?:cllr|councillor|dr|dame|lord|lady|mr|mrs|ms|prof|sir)\.?\s+"
"""What may stand before a name, and be left away in a text."""


def without_names(
    portfolio: Portfolio, settings: Settings, *, people: Mapping[str, str] | None = None
) -> tuple[Portfolio, Settings]:
    """Return tables and settings without the names of members of the board.

    Members become "member 1", "member 2" in ballots; who included or excluded a project
    and who saved the settings is left out. In every other text, such as a reason or a
    note, a name is replaced likewise. The list that follows is the same.

    Parameters
    ----------
    portfolio, settings
        As read.
    people : mapping of name to words, optional
        Further people, and what stands for each, such as ``{"Ann Smith": "the chair"}``.

    Examples
    --------
    >>> settings = Settings(saved_by="Ann", saved_reason="as Ann said")
    >>> found = without_names(Portfolio(pd.DataFrame()), settings)[1]
    >>> found.saved_by, found.saved_reason
    ('name left out', 'as name left out said')
    """
    known = known_people(portfolio, settings, people)
    renamed = renaming(known)
    cast, stated = portfolio.ballots, portfolio.overrides
    tables = {n: renamed_table(n, getattr(portfolio, n), renamed) for n in TABLES}
    tables["ballots"] = cast.assign(member=cast["member"].map(known).astype(cast["member"].dtype))
    tables["overrides"] = tables["overrides"].assign(
        by=stated["by"].where(stated["by"].isna(), LEFT_OUT)
    )
    aside = portfolio.set_aside
    tables["set_aside"] = aside.assign(
        **{n: aside[n].map(renamed, na_action="ignore") for n in aside if len(aside)}
    )
    tables["notes"] = tuple(map(renamed, portfolio.notes))
    facts = {name: renamed(getattr(settings, name)) for name in _TEXTS}
    facts["saved_by"] = LEFT_OUT if settings.saved_by else ""
    facts["overrides"] = tuple(
        {**row, "by": LEFT_OUT, "reason": renamed(row["reason"])} for row in settings.overrides
    )
    facts["approval_matrix"] = tuple(
        {**row, "signs": renamed(row["signs"])} for row in settings.approval_matrix
    )
    if stated := settings.review.get("protected"):
        protected = {project: renamed(reason) for project, reason in stated.items()}
        facts["review"] = {**settings.review, "protected": protected}
    return dataclasses.replace(portfolio, **tables), dataclasses.replace(settings, **facts)


def known_people(
    portfolio: Portfolio, settings: Settings, people: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return everybody whom tables and settings name, and what stands for each."""
    members = portfolio.ballots["member"].dropna().unique()
    numbers = {member: f"member {n}" for n, member in enumerate(members, 1)}
    by = [*portfolio.overrides["by"].dropna(), *(row["by"] for row in settings.overrides)]
    others = dict.fromkeys(filter(None, [*by, settings.saved_by]), LEFT_OUT)
    return others | dict(people or {}) | numbers


def people_of(members: pd.DataFrame) -> dict[str, str]:
    """Return what stands for each member of a record: the role.

    >>> people_of(pd.DataFrame({"role": ["chair", "member"]}, ["Ann", "Bo"]))
    {'Ann': 'the chair', 'Bo': 'a member'}
    """
    roles = members["role"] if "role" in members else pd.Series(dtype="str")
    return {name: "a member" if role == "member" else f"the {role}" for name, role in roles.items()}


def renaming(known: Mapping[str, str]) -> Callable[[str], str]:
    """Return what replaces every name in a text, whole words only, in capitals or not.

    A name is known with or without what stands in brackets after it, or a title before it.

    >>> renaming({"Cllr Ann Smith (chair)": "member 1"})("as ann  smith and Ann Smithers said")
    'as member 1 and Ann Smithers said'
    """
    forms: dict[str, str] = {}
    for name, words in known.items():
        if words == name:
            continue
        bare = re.sub(r"\s*\([^)]*\)\s*$", "", name)
        untitled = re.sub(rf"^(?:{_TITLES})+", "", bare, flags=re.IGNORECASE)
        for form in (name, bare, untitled if " " in untitled else bare):
            forms.setdefault(_plain(form), words)
    forms.pop("", None)
    if not forms:
        return lambda text: text
    longest = sorted(forms, key=len, reverse=True)
    either = "|".join(r"\s+".join(map(re.escape, form.split())) for form in longest)
    pattern = re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
    return lambda text: pattern.sub(lambda found: forms[_plain(found[0])], text)


def renamed_table(name: str, frame: pd.DataFrame, renamed: Callable[[str], str]) -> pd.DataFrame:
    """Return a table with names replaced in its texts; labels that other tables name stay."""
    labels = {*TABLES[name].key, *_PARTS, *(c.name for c in TABLES[name].columns if c.of)}
    free = [
        c.name
        for c in TABLES[name].columns
        if c.kind in ("text", "label") and c.name in frame and c.name not in labels
    ]
    return frame.assign(
        **{c: frame[c].map(renamed, na_action="ignore") for c in free if len(frame)}
    )


def without_people(decisions: pd.DataFrame, known: Mapping[str, str]) -> pd.DataFrame:
    """Return decisions with names replaced in their conditions and comments."""
    renamed = renaming(known)
    return decisions.assign(**{c: decisions[c].map(renamed) for c in ("condition", "comment")})


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def named_members(portfolio: Portfolio, settings: Settings) -> list[str]:
    """Return the members whom tables and settings name; none after `without_names`."""
    found = known_people(portfolio, settings)
    return [n for n in found if n != LEFT_OUT and not n.removeprefix("member ").isdigit()]
