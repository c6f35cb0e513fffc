"""The rules between tables: what is referred to exists, money and people have a limit to count against."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pmo_lib.checks import InputError, listing, show
from pmo_lib.tables.criteria_checks import check_criteria, check_performance
from pmo_lib.tables.dictionary import AS_PROPOSED, TABLES
from pmo_lib.tables.link_checks import check_links
from pmo_lib.tables.period_checks import (
    check_hiring,
    check_money,
    check_people,
    check_periods,
)
from pmo_lib.tables.problems import Findings, Problem, known_or_near, place
from pmo_lib.tables.rows import Rows
from pmo_lib.tables.texts import fold
from pmo_lib.tables.value_texts import parse_group


def cross_check(
    tables: Mapping[str, Rows], findings: Findings, *, demonstration: bool = False
) -> None:
    """Report everything in which the tables of a portfolio contradict each other.

    Parameters
    ----------
    tables : mapping of str to Rows
        Every table, typed.
    findings : Findings
        Receives problems and notes.
    demonstration : bool
        For an intake demonstration, running projects need no cost.
    """
    _check_missing(tables, findings)
    for table in TABLES.values():
        _check_references(tables, tables[table.name], findings)
        if table.indexed:
            _check_lookalikes(tables[table.name], findings)
    _check_projects(tables["projects"], findings)
    _check_options(tables, findings)
    for table, low, middle, high in _ORDERED:
        _check_order(tables[table], low, middle, high, findings)
    check_criteria(tables["criteria"], findings)
    if len(tables["criteria"].frame):
        check_performance(tables["performance"], tables["criteria"], findings)
    check_periods(tables, findings)
    check_money(tables, findings)
    _check_transfers(tables, findings)
    check_people(tables, findings)
    check_hiring(tables, findings)
    if not demonstration:
        _check_committed_costs(tables, findings)
    check_links(tables["links"], findings)
    _check_limits(tables, findings)
    _check_overrides(tables, findings)
    _check_ballots(tables, findings)
    _check_schedules(tables["discount_schedules"], findings)


_ORDERED = [
    ("performance", "low", "estimate", "high"),
    ("cash_flows", "cost_low", "cost", "cost_high"),
    ("cash_flows", "benefit_low", "benefit", "benefit_high"),
    ("projects", "earliest_start", "", "latest_start"),
    ("projects", "lasts_low", "", "lasts_high"),
    ("projects", "planned_start", "", "planned_finish"),
    ("status", "start", "", "finish"),
    ("limits", "at_least", "", "at_most"),
]


def _check_missing(tables: Mapping[str, Rows], findings: Findings) -> None:
    """Report once each table that others name and that is not there; what follows is no news."""
    named = {
        (table.name, column.name, column.of)
        for table in TABLES.values()
        for column in table.columns
        if column.of not in ("", "capacity", "projects", "set_aside")
    }
    named |= {("transfers", f"{side}_period", "budgets") for side in ("from", "to")}
    ballots = tables["ballots"].frame
    for about in {"criteria", "objectives"} & set(ballots["about"].dropna()):
        named |= {("ballots", "first", about), ("ballots", "second", about)}
    for target in TABLES:
        columns = [
            (tables[name], column)
            for name, column, of in sorted(named)
            if of == target and tables[name].frame[column].notna().any()
        ]
        if columns and tables[target].frame.empty:
            sheets = " and ".join(dict.fromkeys(place(rows.sheet) for rows, _ in columns))
            sheet, given = tables[target].sheet, bool(tables[target].headings)
            what = "has no rows" if given else "is missing"
            remedy = "fill it in" if given else "add it: `pmo template` writes one"
            text = f"{place(sheet)} {what}, and {sheets} can only be read with it; {remedy}"
            expected = f"the table {target}"
            findings.problems.append(Problem(text, sheet, None, "", what, expected, remedy))
            findings.faulty |= {(rows.sheet, None, rows.shown(column)) for rows, column in columns}


def _check_references(tables: Mapping[str, Rows], rows: Rows, findings: Findings) -> None:
    for column in TABLES[rows.table].columns:
        if column.of and not (column.of == "capacity" and tables["capacity"].frame.empty):
            target = tables[column.of]
            known = target.frame[TABLES[column.of].key[0]].dropna().unique()
            cells = rows.frame[column.name]
            for row, found in cells[cells.notna() & ~cells.isin(known)].items():
                findings.cell(
                    rows.sheet,
                    row,
                    rows.shown(column.name),
                    found,
                    expected=f"in {place(target.sheet)}",
                    remedy=_meant(found, known),
                )


def _meant(found: str, known) -> str:
    if str(found).startswith("example"):
        return "this is an example row of the template: overwrite it or delete it"
    return known_or_near(found, known)


def _check_lookalikes(rows: Rows, findings: Findings) -> None:
    key = TABLES[rows.table].key[0]
    labels = rows.frame[key].dropna().drop_duplicates()
    folded = labels.map(fold)
    first = labels.groupby(folded).first()
    for row in labels.index[folded.duplicated()]:
        other = first[folded[row]]
        findings.cell(
            rows.sheet,
            row,
            rows.shown(key),
            labels[row],
            expected="a label of its own",
            fault=f"differs from {show(other)} only in capitals, blanks or hyphens",
            remedy="give one of them another label, or write both the same way",
        )


def _check_projects(rows: Rows, findings: Findings) -> None:
    frame = rows.frame
    for row in frame.index[frame["mandatory"] & frame["mandatory_reason"].isna()]:
        findings.fault(
            f"project {show(frame.at[row, 'project'])} is mandatory without a reason",
            sheet=rows.sheet,
            row=row,
            column=rows.shown("mandatory_reason"),
            found="nothing",
            expected="the duty that makes it mandatory",
            remedy="write the duty in mandatory_reason, or no in mandatory",
        )
    same = frame["name"].duplicated(keep=False) & frame["name"].notna()
    if same.any():
        findings.note(
            f"{place(rows.sheet)}: projects share a name: {listing(frame.loc[same, 'project'])}"
        )
    outside = (frame["planned_start"] < frame["earliest_start"]) | (
        frame["planned_start"] > frame["latest_start"]
    )
    for row in frame.index[outside]:
        findings.cell(
            rows.sheet,
            row,
            rows.shown("planned_start"),
            frame.at[row, "planned_start"],
            expected="between earliest_start and latest_start",
            remedy="correct one of the three dates",
        )


def _check_options(tables: Mapping[str, Rows], findings: Findings) -> None:
    options = tables["options"].frame
    known = set(zip(options["project"], options["option"], strict=True))
    for name in ("cash_flows", "demand", "approvals"):
        rows = tables[name]
        named = rows.frame[rows.frame["option"].notna() & (rows.frame["option"] != AS_PROPOSED)]
        for row, project, option in named[["project", "option"]].itertuples():
            if (project, option) not in known:
                own = options.loc[options["project"] == project, "option"].dropna()
                findings.cell(
                    rows.sheet,
                    row,
                    rows.shown("option"),
                    option,
                    expected=f"an option of project {show(project)}",
                    remedy=known_or_near(option, own),
                )
    _check_versions(tables, findings)


def _check_versions(tables: Mapping[str, Rows], findings: Findings) -> None:
    """Report options that nothing tells apart: neither flows nor demand of their own, nor a start."""
    rows, own = tables["options"], set()
    for name in ("cash_flows", "demand"):
        frame = tables[name].frame
        own |= set(zip(frame["project"], frame["option"].fillna(AS_PROPOSED), strict=True))
    flowing = {project for project, _ in own}
    for row, project, option, start in rows.frame[["project", "option", "start"]].itertuples():
        if project in flowing and (project, option) not in own and pd.isna(start):
            findings.cell(
                rows.sheet,
                row,
                rows.shown("start"),
                None,
                expected="a start",
                fault=f"is empty and option {show(option)} has no cash flows of its own",
                remedy="write when it starts, or give it cash flows",
            )


def _check_transfers(tables: Mapping[str, Rows], findings: Findings) -> None:
    """Report transfers from or to a budget that is not there, or to itself."""
    rows, parts = tables["transfers"], ("period", "fund", "unit")
    budgets = tables["budgets"].frame[["period", "fund", "business_unit"]].fillna("")
    known = set(budgets.itertuples(index=False, name=None))
    for row in rows.frame.index:
        ends = {}
        for side in ("from", "to"):
            label = rows.frame.loc[row, [f"{side}_{part}" for part in parts]]
            ends[side] = tuple(label.fillna(""))
            if label.iloc[0] == label.iloc[0] and ends[side] not in known:
                findings.cell(
                    rows.sheet,
                    row,
                    rows.shown(f"{side}_period"),
                    label.iloc[0],
                    expected="a budget",
                    fault=f"with {side}_fund {show(label.iloc[1])} is no row of budgets",
                    remedy="add that row to budgets, or correct the period or fund",
                )
        if ends["from"] == ends["to"]:
            findings.fault(
                "a transfer must go from one budget to another",
                sheet=rows.sheet,
                row=row,
                column=rows.shown("to_period"),
                found=ends["to"][0],
                expected="another budget",
                remedy="correct the period or fund, or delete the row",
            )


def _check_order(rows: Rows, low: str, middle: str, high: str, findings: Findings) -> None:
    frame = rows.frame
    names = [name for name in (low, middle, high) if name]
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    reported: set = set()
    for a, b in pairs:
        wrong = frame[a].notna() & frame[b].notna() & ~(frame[a] <= frame[b])
        for row in frame.index[wrong]:
            if row not in reported:
                reported.add(row)
                findings.fault(
                    f"{rows.shown(a)} {show(frame.at[row, a])} is above {rows.shown(b)} "
                    f"{show(frame.at[row, b])}",
                    sheet=rows.sheet,
                    row=row,
                    column=rows.shown(a),
                    found=str(frame.at[row, a]),
                    expected=f"at most {rows.shown(b)}",
                    remedy=f"order them {', '.join(names)}",
                )


def _check_committed_costs(tables: Mapping[str, Rows], findings: Findings) -> None:
    """Report running and mandatory projects without a cost, whose money would look free."""
    flows, projects = tables["cash_flows"], tables["projects"]
    if flows.frame.empty and tables["budgets"].frame.empty:
        return
    cost = rows_with_cost(flows, findings)
    placeholders = flows.frame[flows.frame["placeholder"].notna()]
    for project, by in placeholders.groupby("project")["placeholder"]:
        findings.note(
            f"{place(flows.sheet)}: the cost of {show(project)} is a placeholder by {listing(by.unique())}"
        )
    frame = projects.frame
    committed = (frame["status"] == "running") | (
        frame["mandatory"] & (frame["status"] != "complete")
    )
    for row in frame.index[committed & frame["project"].notna() & ~frame["project"].isin(cost)]:
        kind = "mandatory" if frame.at[row, "mandatory"] else "running"
        findings.fault(
            f"{kind} project {show(frame.at[row, 'project'])} has no cost",
            sheet=projects.sheet,
            row=row,
            column=projects.shown("project"),
            found="no cost in cash_flows",
            expected="a cost, or a placeholder that somebody stands behind",
            remedy="add its cost to cash_flows; if it is not known yet, enter an amount there "
            "and name who stands behind it in the column placeholder",
        )


def rows_with_cost(flows: Rows, findings: Findings) -> set[str]:
    """Return the projects that have a cost, or a cost cell already reported."""
    heading = flows.shown("cost")
    reported = [
        row for sheet, row, column in findings.faulty if (sheet, column) == (flows.sheet, heading)
    ]
    known = flows.frame["cost"].notna() | flows.frame.index.isin(reported)
    return set(flows.frame.loc[known, "project"].dropna())


def _check_limits(tables: Mapping[str, Rows], findings: Findings) -> None:
    rows = tables["limits"]
    for row in rows.frame.index:
        group, measure = rows.frame.at[row, "group"], rows.frame.at[row, "measure"]
        low, high = rows.frame.at[row, "at_least"], rows.frame.at[row, "at_most"]
        if pd.isna(low) and pd.isna(high):
            findings.cell(
                rows.sheet,
                row,
                rows.shown("at_most"),
                None,
                expected="a limit",
                fault="and at_least are both empty",
                remedy="write one of them",
            )
        for name, value in (("at_least", low), ("at_most", high)):
            if measure == "share" and value > 1:
                findings.cell(
                    rows.sheet,
                    row,
                    rows.shown(name),
                    value,
                    expected="a share from 0 to 1",
                    remedy="write 0.3 for 30 %",
                )
        if isinstance(group, str):
            _check_group(tables, rows, row, group, findings)


def _check_group(
    tables: Mapping[str, Rows], rows: Rows, row: int, group: str, findings: Findings
) -> None:
    try:
        kind, name = parse_group(group)
    except InputError:
        findings.cell(
            rows.sheet,
            row,
            rows.shown("group"),
            group,
            expected="category, programme, business_unit or objective, a colon and a name",
            remedy="write it as 'category: Digital'",
        )
        return
    table = "objectives" if kind == "objective" else "projects"
    known = set(tables[table].frame[kind].dropna())
    if name not in known:
        findings.cell(
            rows.sheet,
            row,
            rows.shown("group"),
            group,
            expected=f"a {kind} in {place(tables[table].sheet)}",
            remedy=known_or_near(name, sorted(known)),
        )


def _check_overrides(tables: Mapping[str, Rows], findings: Findings) -> None:
    frame = tables["projects"].frame
    mandatory = set(frame.loc[frame["mandatory"], "project"])
    excluded = tables["overrides"].frame.query("decision == 'out'")["project"]
    for project in excluded[excluded.isin(mandatory)]:
        findings.note(f"overrides: project {show(project)} is mandatory and excluded all the same")


def _check_ballots(tables: Mapping[str, Rows], findings: Findings) -> None:
    rows = tables["ballots"]
    for about, table in (("criteria", "criteria"), ("objectives", "objectives")):
        known = set(tables[table].frame[TABLES[table].key[0]].dropna())
        for name in ("first", "second"):
            cells = rows.frame.loc[rows.frame["about"] == about, name].dropna()
            for row, found in cells[~cells.isin(known)].items():
                findings.cell(
                    rows.sheet,
                    row,
                    rows.shown(name),
                    found,
                    expected=f"in {place(tables[table].sheet)}",
                    remedy=known_or_near(found, known),
                )
    pairwise = rows.frame["kind"] == "pairwise"
    for row in rows.frame.index[pairwise & rows.frame["second"].isna()]:
        findings.cell(
            rows.sheet,
            row,
            rows.shown("second"),
            None,
            expected="a label",
            remedy="a pairwise answer needs the label it is compared with",
        )
    for row in rows.frame.index[pairwise & (rows.frame["answer"] == 0)]:
        findings.cell(
            rows.sheet,
            row,
            rows.shown("answer"),
            0,
            expected="above 0",
            remedy="write how many times as much, such as 3 or 0.333",
        )


def _check_schedules(rows: Rows, findings: Findings) -> None:
    for (name, dated), group in rows.frame.groupby(["schedule", "dated_from"], dropna=False):
        if len(group["basis"].dropna().unique()) > 1:
            findings.fault(
                f"schedule {show(name)} of {show(dated)} is both by year and by length",
                sheet=rows.sheet,
                row=group.index[-1],
                column=rows.shown("basis"),
                expected="one basis for a schedule",
                remedy="give the two schedules different names",
            )
