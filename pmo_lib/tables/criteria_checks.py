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
    _check_parsed(
        rows, row, "points", criterion["points"], parse_points, "0:0; 1000:0.5; 40000:1", findings
    )


def _check_levels(rows: Rows, row: int, criterion: pd.Series, findings: Findings) -> None:
    _check_parsed(
        rows, row, "levels", criterion["levels"], parse_levels, "none:0; some:0.5; full:1", findings
    )


def _check_parsed(rows: Rows, row, name, text, parse, example: str, findings: Findings) -> None:
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
        return
    if values.max() == values.min():
        findings.cell(
            rows.sheet,
            row,
            rows.shown(name),
            text,
            expected="a list with different values",
            remedy="at least two values must differ",
        )


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
