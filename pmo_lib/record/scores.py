"""Scores that members give projects in a round: as hidden as ballots, and what they come to."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import pandas as pd

from pmo_lib.checks import InputError, listing, require_choice, require_frame, require_series
from pmo_lib.record.entries import add, add_all, read
from pmo_lib.record.meeting import who_has
from pmo_lib.record.rules import Entry, require_round
from pmo_lib.record.store import Record
from pmo_lib.tables import Portfolio, parse_levels
from pmo_lib.tables.dictionary import CONTRIBUTION_LEVELS
from pmo_lib.tables.texts import clean_label

COLUMNS = ["round", "member", "about", "project", "label", "score", "at"]


def score(
    record: Record,
    round: str,
    project: str,
    scores: pd.Series,
    *,
    member: str,
    by: str = "",
    reason: str = "",
) -> int:
    """Score one project in a round; later scores of the same member and project take their place.

    Parameters
    ----------
    record : Record
        From `open_record`.
    round : str
        An open round; its labels are what projects are scored on.
    project : str
        Which project.
    scores : Series by label
        In a round about objectives, contributions in [0, 1]; about criteria, estimates in
        the criterion's unit, or the value of a level word. Labels may be left out.
    member : str
        Whose scores they are.
    by : str, optional
        The analyst who enters them for the member.
    reason : str
        Why; as hidden as the scores.

    Returns
    -------
    int
        Number of the entry: the receipt. It is on the disk.

    Raises
    ------
    InputError
        If the round is not open, the person has no vote, a label is unknown, or a number
        is missing or out of range.
    """
    return add(record, _entry(round, project, scores, member, by, reason))


def score_all(
    record: Record,
    round: str,
    scores: pd.DataFrame,
    *,
    member: str,
    by: str = "",
    reason: str = "",
) -> int:
    """Score many projects in a round at once: all of it or nothing.

    Parameters
    ----------
    record, round, member, by, reason
        As in `score`.
    scores : DataFrame of projects by label
        Scores as `score` takes them; missing where nothing is scored.

    Returns
    -------
    int
        Number of the last entry: the receipt. All of them are on the disk.

    Raises
    ------
    InputError
        As `score`, or if nothing is scored.
    """
    require_frame(scores, name="scores")
    given = {project: row.dropna() for project, row in scores.iterrows()}
    entries = [
        _entry(round, project, row, member, by, reason)
        for project, row in given.items()
        if len(row)
    ]
    if not entries:
        raise InputError("scores: none is given; score at least one project")
    return add_all(record, entries)


def _entry(round: str, project: str, scores: pd.Series, member: str, by: str, reason: str) -> Entry:
    require_series(scores, name="scores")
    given = {str(label): _plain(number) for label, number in scores.items()}
    detail = {"project": clean_label(str(project)), "scores": given}
    return Entry("score", by or member, str(round), member, reason, detail)


def scores(record: Record, round: str, *, reader: str | None = None) -> pd.DataFrame:
    """Return the scores of a round: the latest of each member and project.

    Parameters
    ----------
    record : Record
        From `open_record`.
    round : str
        Its name.
    reader : str, optional
        Who reads. Until the chair reveals the round, a reader gets the own scores only,
        and nobody else's.

    Returns
    -------
    DataFrame
        round, member, about, project, label, score and at; one row a score.

    Raises
    ------
    InputError
        If the round or the reader is unknown.
    """
    round = clean_label(str(round))
    state, entries = read(record, kinds=["score"], round=round, reader=reader)
    about = require_round(state, round)["about"]
    shown = [entry for entry in entries if "scores" in entry.detail]
    latest = {(entry.subject, entry.detail["project"]): entry for entry in shown}
    rows = [
        (round, member, about, project, label, number, entry.at)
        for (member, project), entry in latest.items()
        for label, number in entry.detail["scores"].items()
    ]
    texts = {column: "str" for column in COLUMNS if column != "score"}
    return pd.DataFrame(rows, columns=COLUMNS).astype({**texts, "score": float})


def scored(record: Record, round: str) -> pd.Series:
    """Return who of those who may vote has scored in a round: a bool by member."""
    return who_has(record, round, "score").rename("scored")


def scored_projects(portfolio: Portfolio) -> pd.DataFrame:
    """Return the projects that a board scores: the proposals."""
    return portfolio.projects[portfolio.projects["status"] == "proposed"]


def level_words(portfolio: Portfolio, about: str, labels: Iterable[str]) -> dict[str, dict]:
    """Return, by label that a board can score, its level words with their values.

    Parameters
    ----------
    portfolio : Portfolio
        Its criteria say what is measured in a unit, rated by words, or computed.
    about : {"criteria", "objectives"}
        What the labels are.
    labels : iterable of str
        What a round asks about.

    Returns
    -------
    dict of dict
        No words where a number in the criterion's unit is wanted; criteria that are
        computed from other tables are left out.
    """
    if about == "objectives":
        return dict.fromkeys(labels, CONTRIBUTION_LEVELS)
    table = portfolio.criteria.reindex(list(labels))
    table = table[table["source"] == "performance"]
    return {
        label: parse_levels(row["levels"]).to_dict() if row["value_function"] == "levels" else {}
        for label, row in table.iterrows()
    }


def combine_scores(scores: pd.DataFrame, *, drop_extremes: bool = False) -> pd.DataFrame:
    """Combine the scores of members by their mean, if wished without the highest and the lowest.

    Parameters
    ----------
    scores : DataFrame
        As `scores` returns them: member, project, label and score.
    drop_extremes : bool
        Whether each project on each label loses its highest and its lowest score.

    Returns
    -------
    DataFrame of shape (n_projects, n_labels)
        Missing where nobody scored.

    Raises
    ------
    InputError
        If a project is to lose two of fewer than three scores.

    Examples
    --------
    >>> rows = [("x", "a", "reach", 0.0), ("y", "a", "reach", 0.5), ("z", "a", "reach", 0.7)]
    >>> given = pd.DataFrame(rows, columns=["member", "project", "label", "score"])
    >>> combine_scores(given, drop_extremes=True).loc["a", "reach"]
    np.float64(0.5)
    """
    require_frame(scores, name="scores")
    cells = scores.groupby(["project", "label"], sort=False)["score"]
    if not drop_extremes:
        return cells.mean().unstack()
    few = cells.size()[cells.size() < 3]
    if len(few):
        raise InputError(
            "scores: dropping the highest and lowest needs at least three members, fewer scored "
            f"{listing(dict.fromkeys(few.index.get_level_values('project')))}"
        )
    return ((cells.sum() - cells.max() - cells.min()) / (cells.size() - 2)).unstack()


def supply_scores(portfolio: Portfolio, combined: pd.DataFrame, *, about: str) -> Portfolio:
    """Give a portfolio the scores of its board in place of those it came with.

    Parameters
    ----------
    portfolio : Portfolio
        As read.
    combined : DataFrame of projects by labels
        As `combine_scores` returns them; what is missing leaves the tables as they are.
    about : {"criteria", "objectives"}
        What the labels are.

    Returns
    -------
    Portfolio
        With other contributions, or other estimates; a level is the word nearest in value.

    Raises
    ------
    InputError
        If a project or a label is not in the portfolio, or a criterion's performance is
        computed.
    """
    require_choice(about, ("criteria", "objectives"), name="about")
    known = {"projects": portfolio.projects.index, about: getattr(portfolio, about).index}
    for found, (name, labels) in zip(
        (combined.index, combined.columns), known.items(), strict=True
    ):
        unknown = found.difference(labels, sort=False)
        if len(unknown):
            raise InputError(f"scores: {listing(unknown)} not among the {name} of the portfolio")
    given = combined.rename_axis(index="project", columns="label").reset_index()
    rows = given.melt("project", value_name="score").dropna(subset="score", ignore_index=True)
    if about == "objectives":
        return _with(portfolio, "contributions", "objective", _contributions(rows))
    return _with(portfolio, "performance", "criterion", _estimates(rows, portfolio.criteria))


def _contributions(rows: pd.DataFrame) -> pd.DataFrame:
    words = {round(number, 9): word for word, number in CONTRIBUTION_LEVELS.items()}
    return pd.DataFrame(
        {
            "project": rows["project"],
            "objective": rows["label"],
            "contribution": rows["score"],
            "level": rows["score"].round(9).map(words),
            "statement": "scored by the board",
        }
    )


def _estimates(rows: pd.DataFrame, criteria: pd.DataFrame) -> pd.DataFrame:
    computed = criteria.index[criteria["source"] != "performance"].intersection(rows["label"])
    if len(computed):
        raise InputError(f"scores: {listing(computed)} computed from other tables, not scored")
    levels = {
        label: parse_levels(text)
        for label, text in criteria.loc[criteria["value_function"] == "levels", "levels"].items()
    }
    worded = rows["label"].isin(levels)
    words = [
        (levels[label] - number).abs().idxmin() if label in levels else None
        for label, number in zip(rows["label"], rows["score"], strict=True)
    ]
    return pd.DataFrame(
        {
            "project": rows["project"],
            "criterion": rows["label"],
            "estimate": rows["score"].where(~worded),
            "level": words,
            "evidence": "judged",
            "scored_by": "the board",
        }
    )


def _with(portfolio: Portfolio, name: str, label: str, rows: pd.DataFrame) -> Portfolio:
    """Replace the rows of a table that have the same project and label."""
    table = getattr(portfolio, name)
    keys = ["project", label]
    old = pd.MultiIndex.from_frame(table[keys]).isin(pd.MultiIndex.from_frame(rows[keys]))
    new = rows.reindex(columns=table.columns).astype(table.dtypes)
    table = pd.concat([table[~old], new], ignore_index=True)
    return dataclasses.replace(portfolio, **{name: table})


def _plain(number: object) -> object:
    return number.item() if hasattr(number, "item") else number
