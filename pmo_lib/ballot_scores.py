"""What the scores of a revealed round come to, and a portfolio with them in it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pmo_lib import record
from pmo_lib.checks import InputError, show
from pmo_lib.command import records
from pmo_lib.folder import settings_path
from pmo_lib.tables import Portfolio, write_portfolio
from pmo_lib.wording import counted, one_line
from pmo_lib.workbench import Settings, evaluate


@dataclass(frozen=True, eq=False)
class Result:
    """The scores of a revealed round.

    Attributes
    ----------
    round : str
        Its name.
    portfolio : Portfolio
        With the board's scores in it.
    combined : DataFrame of projects by label
        The mean of the members' scores, missing where nobody scored.
    frames : dict of DataFrame by heading
        What is shown.
    says : list of str
        Sentences.
    """

    round: str
    portfolio: Portfolio
    combined: pd.DataFrame
    frames: dict[str, pd.DataFrame]
    says: list[str]

    def document(self) -> dict:
        """Return all of it as one JSON document."""
        frames = {heading.lower(): records(frame) for heading, frame in self.frames.items()}
        rows = {project: row.dropna().to_dict() for project, row in self.combined.iterrows()}
        return {"round": self.round, "scores": rows, "tables": frames, "says": self.says}


def of_round(
    kept: record.Record, round: str, portfolio: Portfolio, settings: Settings, *, drop: bool
) -> Result:
    """Combine the scores of a revealed round.

    Parameters
    ----------
    kept, round
        Its record, and its name.
    portfolio, settings
        As read.
    drop : bool
        Whether the highest and the lowest score of each project on each label are left out.

    Raises
    ------
    InputError
        If it is not revealed, holds no scores, or scores what the tables do not have.
    """
    state = record.rounds(kept).at[round, "state"]
    if state != "revealed":
        raise InputError(
            f"round {show(round)}: is {state}, so its scores are hidden until revealed"
        )
    given = record.scores(kept, round)
    if given.empty:
        raise InputError(f"round {show(round)}: nobody scored in it")
    about = given["about"].iloc[0]
    combined = record.combine_scores(given, drop_extremes=drop)
    supplied = record.supply_scores(portfolio, combined, about=about)
    left_out = ", the highest and the lowest left out" if drop else ""
    people, scored = given["member"].nunique(), len(combined)
    says = [
        f"{counted(people, 'member')} scored {counted(scored, 'project')} on the {about}; each project "
        f"has the mean of its scores{left_out}."
    ]
    frames = {"Combined": _combined(portfolio, about, combined, given)}
    frames["Ranks"] = ranks = _ranks(portfolio, supplied, settings)
    says.append(
        f"{counted(len(ranks), 'project')} {'changes' if len(ranks) == 1 else 'change'} rank."
    )
    return Result(round, supplied, combined, {h: f for h, f in frames.items() if len(f)}, says)


def _combined(portfolio, about: str, combined: pd.DataFrame, given: pd.DataFrame) -> pd.DataFrame:
    """Lay out the combined scores, and how many members scored each project."""
    names = portfolio.projects["name"].map(one_line)
    called = getattr(portfolio, about)["name"].map(one_line)
    labels = [label for label in called.index if label in combined]
    rows = [project for project in names.index if project in combined.index]
    table = combined.loc[rows, labels].round(3).rename(columns=called)
    table.insert(0, "scored by", given.groupby("project")["member"].nunique().loc[rows])
    table.insert(0, "project", names[rows])
    return table.reset_index(drop=True)


def _ranks(portfolio: Portfolio, supplied: Portfolio, settings: Settings) -> pd.DataFrame:
    """Lay out the projects whose rank the scores change."""
    now, then = evaluate(portfolio, settings).rank, evaluate(supplied, settings).rank
    now, then = now.astype("Int64"), then.sort_values(kind="stable").astype("Int64")
    names, before = portfolio.projects["name"].map(one_line), now.reindex(then.index)
    table = pd.DataFrame(
        {"project": names[then.index], "rank now": before, "with the scores": then}
    )
    return table[before.ne(then).fillna(True)].reset_index(drop=True)


def write(result: Result, path: Path, out: Path) -> Path:
    """Write the portfolio with the scores to a new place, with the settings it had.

    Raises
    ------
    InputError
        If something is there already, or it cannot be written.
    """
    if out.exists():
        raise InputError(f"{out}: is there already; name a new folder, or a new .xlsx")
    if out.suffix.lower() == ".xlsx" and settings_path(out).exists():
        raise InputError(
            f"{out}: its folder holds the settings of another portfolio; name a new one"
        )
    written = write_portfolio(result.portfolio, out)
    if settings_path(path).exists():
        shutil.copyfile(settings_path(path), settings_path(out))
    return written
