"""The rules of criteria and of the performance given on them."""

from __future__ import annotations

import pandas as pd

from pmo_lib.checks import InputError, listing, show
from pmo_lib.tables.problems import Findings, known_or_near, place
from pmo_lib.tables.rows import Rows
from pmo_lib.tables.value_texts import parse_levels, parse_points


def check_criteria(rows: Rows, findings: Findings) -> None:
    """Report criteria whose value function lacks its parameters or contradicts itself."""
    checks = {"linear": _check_linear, "piecewise": _check_points, "levels": _check_levels}
    for row, criterion in rows.frame.iterrows():
        function = criterion["value_function"]
        if function in checks:
            checks[function](rows, row, criterion, findings)
        elif pd.isna(function) and criterion["source"] != "alignment":
            findings.cell(
                rows.sheet,
                row,
                rows.shown("value_function"),
                None,
                expected="a value function",
                remedy="write linear, piecewise or levels",
            )
        _check_not_doing(rows, row, criterion, findings)


def _check_not_doing(rows: Rows, row: int, criterion: pd.Series, findings: Findings) -> None:
    """Report a number where the criterion has levels, and a word that is none of them."""
    number, word = criterion["not_doing"], criterion["not_doing_level"]
    if pd.isna(number) and pd.isna(word):
        return
    known = []
    if criterion["value_function"] == "levels":
        try:
            known = list(parse_levels(criterion["levels"]).index)
        except (InputError, AttributeError):
            return
    if word in known or (not known and pd.isna(word)):
        return
    findings.cell(
        rows.sheet,
        row,
        rows.shown("not_doing"),
        number if pd.isna(word) else word,
        expected="a level of the criterion" if known else "a number",
        remedy=f"write one of {listing(known, most=12)}"
        if known
        else "write it in the natural unit",
    )


def _check_linear(rows: Rows, row: int, criterion: pd.Series, findings: Findings) -> None:
    worst, best = criterion["worst"], criterion["best"]
    for name in ("worst", "best"):
        if pd.isna(criterion[name]):
            findings.cell(
                rows.sheet,
                row,
                rows.shown(name),
                None,
                expected="a number",
                remedy="a linear value function needs worst and best",
            )
    if pd.isna(worst) or pd.isna(best):
        return
    fault = ""
    if worst == best:
        fault = "is the same as worst"
    elif (criterion["direction"] == "more") != (best > worst) and pd.notna(criterion["direction"]):
        fault = f"and worst {show(worst)} contradict direction {show(criterion['direction'])}"
    if fault:
        findings.cell(
            rows.sheet,
            row,
            rows.shown("best"),
            best,
            expected="better than worst",
            fault=fault,
            remedy="best must be the better end: above worst if more is better, below if less is",
        )


def _check_points(rows: Rows, row: int, criterion: pd.Series, findings: Findings) -> None:
    text, direction = criterion["points"], criterion["direction"]
    found = _check_parsed(
        rows, row, "points", text, parse_points, "0:0; 1000:0.5; 40000:1", findings
    )
    if found is None or pd.isna(direction):
        return
    ends = found.sort_index().iloc[[0, -1]]
    if ends.iloc[0] != ends.iloc[1] and (direction == "more") != (ends.iloc[1] > ends.iloc[0]):
        findings.cell(
            rows.sheet,
            row,
            rows.shown("points"),
            text,
            expected=f"in line with direction {show(direction)}",
            remedy="turn the values round, or correct the direction",
        )


def _check_levels(rows: Rows, row: int, criterion: pd.Series, findings: Findings) -> None:
    _check_parsed(
        rows, row, "levels", criterion["levels"], parse_levels, "none:0; some:0.5; full:1", findings
    )


def _check_parsed(rows: Rows, row, name, text, parse, example: str, findings: Findings):
    """Return the pairs of a text, or None if they are reported."""
    try:
        if pd.isna(text):
            raise InputError("empty")
        values = parse(text)
    except InputError:
        findings.cell(
            rows.sheet,
            row,
            rows.shown(name),
            text,
            expected=f"a list of pairs with values from 0 to 1, such as {example}",
            remedy=f"write it as {example}",
        )
        return None
    if values.max() == values.min():
        findings.cell(
            rows.sheet,
            row,
            rows.shown(name),
            text,
            expected="a list with different values",
            remedy="at least two values must differ",
        )
        return None
    return values


def check_performance(rows: Rows, criteria: Rows, findings: Findings) -> None:
    """Report words where numbers belong, numbers where words belong, and unknown words."""
    known = (
        criteria.frame.dropna(subset=["criterion"])
        .drop_duplicates("criterion")
        .set_index("criterion")
    )
    functions = rows.frame["criterion"].map(known["value_function"])
    for row in rows.frame.index[(functions != "levels") & rows.frame["level"].notna()]:
        findings.cell(
            rows.sheet,
            row,
            rows.shown("estimate"),
            rows.frame.at[row, "level"],
            expected="a number",
            remedy="write a number, or leave the cell empty if it is not known",
        )
    for criterion in known.index[known["value_function"] == "levels"]:
        try:
            words = list(parse_levels(known.at[criterion, "levels"]).index)
        except InputError:
            continue
        _check_words(rows, criterion, words, findings)
    computed = known.index[known["source"] != "performance"]
    unused = rows.frame["criterion"].isin(computed)
    if unused.any():
        findings.note(
            f"{place(rows.sheet)}: {int(unused.sum())} rows are ignored, because criterion "
            f"{listing(rows.frame.loc[unused, 'criterion'].unique())} is computed here"
        )


def _check_words(rows: Rows, criterion: str, words: list[str], findings: Findings) -> None:
    frame = rows.frame[rows.frame["criterion"] == criterion]
    for row in frame.index[frame["level"].notna() & ~frame["level"].isin(words)]:
        found = frame.at[row, "level"]
        findings.cell(
            rows.sheet,
            row,
            rows.shown("estimate"),
            found,
            expected=f"a level of criterion {show(criterion)}",
            remedy=known_or_near(found, words),
        )
    for row in frame.index[frame["estimate"].notna()]:
        findings.cell(
            rows.sheet,
            row,
            rows.shown("estimate"),
            frame.at[row, "estimate"],
            expected=f"a level of criterion {show(criterion)}",
            remedy=f"write one of {listing(words, most=12)}",
        )
