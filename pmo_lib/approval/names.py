"""Leave out members' names: tables and settings that name nobody of the board."""

from __future__ import annotations

import dataclasses

import pandas as pd

from pmo_lib.tables import Portfolio
from pmo_lib.workbench import Settings

LEFT_OUT = "name left out"
"""What stands where a name was."""


def without_names(portfolio: Portfolio, settings: Settings) -> tuple[Portfolio, Settings]:
    """Return tables and settings without the names of members of the board.

    Members become "member 1", "member 2" in ballots; who included or excluded a project
    and who saved the settings is left out. The list that follows is the same.

    Examples
    --------
    >>> settings = Settings(saved_by="Ann", saved_reason="new weights")
    >>> without_names(Portfolio(pd.DataFrame()), settings)[1].saved_by
    'name left out'
    """
    cast, stated = portfolio.ballots, portfolio.overrides
    numbers = {m: f"member {n}" for n, m in enumerate(cast["member"].dropna().unique(), 1)}
    tables = {
        "ballots": cast.assign(member=cast["member"].map(numbers).astype(cast["member"].dtype)),
        "overrides": stated.assign(by=stated["by"].where(stated["by"].isna(), LEFT_OUT)),
    }
    overrides = tuple({**row, "by": LEFT_OUT} for row in settings.overrides)
    saved_by = LEFT_OUT if settings.saved_by else ""
    return (
        dataclasses.replace(portfolio, **tables),
        dataclasses.replace(settings, overrides=overrides, saved_by=saved_by),
    )


def named_members(portfolio: Portfolio, settings: Settings) -> list[str]:
    """Return the members whom tables and settings name; none after `without_names`."""
    by = [row["by"] for row in settings.overrides] + [settings.saved_by]
    found = pd.Series([*portfolio.ballots["member"], *portfolio.overrides["by"], *by], dtype="str")
    found = found.dropna().drop_duplicates()
    return [n for n in found if n and n != LEFT_OUT and not n.removeprefix("member ").isdigit()]
