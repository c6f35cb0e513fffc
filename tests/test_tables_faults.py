"""Every planted fault is named precisely: file, row, column, what was found, what to do."""

from __future__ import annotations

import pytest
from tables_base import BASE, write_folder

from pmo_lib import tables
from pmo_lib.checks import InputError


def swap(table: str, old: str, new: str) -> dict:
    assert old in BASE[table], (table, old)
    return {table: BASE[table].replace(old, new, 1)}


def add(table: str, line: str) -> dict:
    return {table: BASE[table] + line + "\n"}


def with_not_doing(cell: str, *, row: int = 2) -> str:
    """Return the criteria with a column not_doing, filled in one row."""
    head, *lines = BASE["criteria"].splitlines()
    rows = [f"{line},{cell if place == row else ''}" for place, line in enumerate(lines)]
    return "\n".join([f"{head},not_doing", *rows]) + "\n"


def planned(day: str) -> str:
    """Return the projects with a planned start for the first."""
    head, *lines = BASE["projects"].splitlines()
    rows = [f"{line},{'' if place else day}" for place, line in enumerate(lines)]
    return "\n".join([f"{head},planned_start", *rows]) + "\n"


FAULTS = {
    "repeated project": (
        add("projects", "wall,Again,,,,,,,,"),
        r"projects.csv row 6: project 'wall' stands in row 2 already; remove one",
    ),
    "project without label": (
        add("projects", ",Nameless,,,,,,,,"),
        r"projects.csv row 6: project is empty; every row needs one",
    ),
    "label differs by capitals": (
        add("projects", "Wall,Other,,,,,,,,"),
        r"projects.csv row 6: project 'Wall' differs from 'wall' only in capitals",
    ),
    "unknown status": (
        swap("projects", "proposed", "propsed"),
        r"row 2: status 'propsed' is not one of proposed, .*; did you mean 'proposed'\?",
    ),
    "mandatory neither yes nor no": (
        swap("projects", "proposed,yes", "proposed,perhaps"),
        r"projects.csv row 4: mandatory 'perhaps' is not yes or no",
    ),
    "mandatory without reason": (
        swap("projects", "Fire safety order", ""),
        r"projects.csv row 4: project 'alarms' is mandatory without a reason; write the duty",
    ),
    "starts in the wrong order": (
        swap("projects", "2027-04-01,2028-04-01", "2029-04-01,2028-04-01"),
        r"projects.csv row 2: earliest_start '2029-04-01' is above latest_start '2028-04-01'",
    ),
    "planned start outside its window": (
        {"projects": planned("2029-04-01")},
        r"projects.csv row 2: planned_start '2029-04-01' is not between earliest_start and latest",
    ),
    "negative size": (swap("projects", ",900", ",-900"), r"row 2: size -900 is not 0 or more"),
    "date that is none": (
        swap("projects", "2027-04-01,2028", "2027-02-30,2028"),
        r"row 2: earliest_start '2027-02-30' is not a day of the calendar",
    ),
    "date in another order": (
        swap("projects", "2027-04-01,2028", "01/04/2027,2028"),
        r"row 2: earliest_start '01/04/2027' is not an ISO date; write year-month-day",
    ),
    "date of another age": (
        swap("projects", "2027-04-01,2028", "0207-04-01,2028"),
        r"earliest_start '0207-04-01' is not a date from 1900 to 2200",
    ),
    "misspelt required column": (
        swap("projects", "project,name", "projekt,name"),
        r"projects.csv: has no column 'project'; rename the column 'projekt' to 'project'",
    ),
    "repeated heading": (
        swap("projects", "project,name", "project,project"),
        r"projects.csv row 1: the heading 'project' occurs more than once",
    ),
    "too many cells": (
        swap("projects", "River wall,", "River wall, long,"),
        r"projects.csv row 2: has 11 cells under 10 headings; put quotation marks",
    ),
    "option of nobody": (
        add("options", "wharf,later,,"),
        r"options.csv row 3: project 'wharf' is not in projects.csv",
    ),
    "unknown option in flows": (
        swap("cash_flows", "wall,,2028", "wall,latr,2028"),
        r"cash_flows.csv row 3: option 'latr' is not an option of project 'wall'; did you mean 'later'",
    ),
    "unknown project in flows": (
        swap("cash_flows", "app,,2027", "ap,,2027"),
        r"cash_flows.csv row 6: project 'ap' is not in projects.csv; did you mean 'app'\?",
    ),
    "text in a number": (
        swap("cash_flows", "1200000,0", "abc,0"),
        r"cash_flows.csv row 2: cost 'abc' is not a number; write a number such as 1200",
    ),
    "separators in a number": (
        swap("cash_flows", "1200000,0", '"1,200,000",0'),
        r"cash_flows.csv row 2: cost '1,200,000' is not a number; write 1200000, without",
    ),
    "not a number at all": (
        swap("cash_flows", "1200000,0", "nan,0"),
        r"row 2: cost 'nan' is not a number",
    ),
    "infinite number": (
        swap("cash_flows", "1200000,0", "1e999,0"),
        r"row 2: cost '1e999' is not a finite number",
    ),
    "percentage in a number": (
        swap("discount_schedules", "0.035", "3.5%"),
        r"rate '3.5%' is not a number; write 0.035 for 3.5%",
    ),
    "rate in per cent": (
        swap("discount_schedules", "0.035", "3.5"),
        r"rate 3.5 is not a share \(-0.5 to 1\); write 0.035 for 3.5 %",
    ),
    "error of the spreadsheet": (
        swap("cash_flows", "1200000,0", "#REF!,0"),
        r"row 2: cost '#REF!' is a spreadsheet error",
    ),
    "negative cost": (
        swap("cash_flows", "1200000,0", "-5,0"),
        r"cash_flows.csv row 2: cost -5 is not 0 or more",
    ),
    "low above estimate": (
        swap("cash_flows", "1000000,1500000", "1300000,1500000"),
        r"row 2: cost_low 1,300,000 is above cost 1,200,000; order them cost_low, cost, cost_high",
    ),
    "repeated flow": (
        add("cash_flows", "wall,as proposed,2027-04-01,general,1,,,,"),
        r"row 7: project 'wall' and option 'as proposed' and period .* stands in row 2 already",
    ),
    "period that is no date": (
        swap("cash_flows", "wall,,2028-04-01", "wall,,2028-29"),
        r"cash_flows.csv row 3: period '2028-29' is not an ISO date",
    ),
    "period off the fiscal year": (
        swap("cash_flows", "wall,,2028-04-01", "wall,,2028-01-01"),
        r"row 3: period '2028-01-01' is not the start of a year \(-04-01\); write 2028-04-01",
    ),
    "budget off the fiscal year": (
        swap("budgets", "2028-04-01", "2028-05-01"),
        r"budgets.csv row 3: period '2028-05-01' is not the start of a year",
    ),
    "fund without a budget": (
        swap("cash_flows", "2028-04-01,general", "2028-04-01,generl"),
        r"row 3: cost 300,000 in period 2028-04-01, fund 'generl' has no budget row.*did you mean 'general'",
    ),
    "year without a budget": (
        swap("cash_flows", "portal,,2027-04-01,grant", "portal,,2028-04-01,grant"),
        r"row 4: cost 5000 in period 2028-04-01, fund 'grant' has no budget row",
    ),
    "budget of another unit": (
        swap("cash_flows", "wall,,2027-04-01,general", "wall,,2027-04-01,grant"),
        r"row 2: cost 1,200,000 in period 2027-04-01, fund 'grant' has no budget row for business unit",
    ),
    "negative budget": (
        swap("budgets", ",2000000", ",-2000000"),
        r"budgets.csv row 2: amount -2,000,000 is not 0 or more",
    ),
    "budget without amount": (
        swap("budgets", ",10000", ","),
        r"budgets.csv row 4: amount is empty; every row needs one",
    ),
    "running without a cost": (
        swap("cash_flows", "portal,,2027-04-01,grant,5000", "portal,,2027-04-01,grant,"),
        r"projects.csv row 3: running project 'portal' has no cost; .*placeholder",
    ),
    "mandatory without a cost": (
        swap("cash_flows", "alarms,,2027-04-01,,80000", "alarms,,2027-04-01,,"),
        r"projects.csv row 4: mandatory project 'alarms' has no cost",
    ),
    "criterion without best": (
        swap("criteria", "linear,0,40000", "linear,0,"),
        r"criteria.csv row 2: best is empty; a linear value function needs worst and best",
    ),
    "best equals worst": (
        swap("criteria", "linear,0,40000", "linear,7,7"),
        r"criteria.csv row 2: best 7 is the same as worst",
    ),
    "best against direction": (
        swap("criteria", "more,linear,0,40000", "less,linear,0,40000"),
        r"best 40,000 and worst 0 contradict direction 'less'",
    ),
    "points that are none": (
        swap("criteria", "0:0; 10:0.5; 100:1", "0-0; 10"),
        r"criteria.csv row 3: points '0-0; 10' is not a list of pairs",
    ),
    "levels without values": (
        swap("criteria", "none:1; some:0.5; high:0", ""),
        r"criteria.csv row 4: levels is empty; write it as none:0; some:0.5",
    ),
    "points against direction": (
        swap("criteria", "more,piecewise", "less,piecewise"),
        r"criteria.csv row 3: points '0:0; 10:0.5; 100:1' is not in line with direction 'less'",
    ),
    "not doing a number where there are levels": (
        {"criteria": with_not_doing("3")},
        r"row 4: not_doing 3 is not a level of the criterion; write one of 'none', 'some'",
    ),
    "not doing a level that is none": (
        {"criteria": with_not_doing("huge")},
        r"row 4: not_doing 'huge' is not a level of the criterion",
    ),
    "not doing a word where there are numbers": (
        {"criteria": with_not_doing("some", row=0)},
        r"row 2: not_doing 'some' is not a number; write it in the natural unit",
    ),
    "no value function": (
        swap("criteria", "more,linear,0,3", "more,,0,3"),
        r"criteria.csv row 5: value_function is empty; write linear, piecewise or levels",
    ),
    "unknown direction": (
        swap("criteria", "less,levels", "lower,levels"),
        r"criteria.csv row 4: direction 'lower' is not one of more, less",
    ),
    "negative weight": (swap("criteria", ",40\n", ",-40\n"), r"row 2: weight -40 is not 0 or more"),
    "unknown criterion": (
        swap("performance", "wall,residents", "wall,residence"),
        r"performance.csv row 2: criterion 'residence' is not in criteria.csv; did you mean 'residents'",
    ),
    "unknown level": (
        swap("performance", "wall,risk,some", "wall,risk,sum"),
        r"performance.csv row 3: estimate 'sum' is not a level of criterion 'risk'",
    ),
    "number for a level": (
        swap("performance", "wall,risk,some", "wall,risk,2"),
        r"row 3: estimate 2 is not a level of criterion 'risk'; write one of 'none', 'some', 'high'",
    ),
    "word for a number": (
        swap("performance", "12000,9000", "many,9000"),
        r"performance.csv row 2: estimate 'many' is not a number",
    ),
    "estimate above high": (
        swap("performance", "12000,9000,15000", "12000,9000,10000"),
        r"row 2: estimate 12,000 is above high 10,000; order them low, estimate, high",
    ),
    "repeated performance": (
        add("performance", "wall,risk,none,,,"),
        r"performance.csv row 5: project 'wall' and criterion 'risk' stands in row 3 already",
    ),
    "unknown contribution": (
        swap("contributions", "strong", "huge"),
        r"contributions.csv row 2: level 'huge' is not one of none, low, moderate, strong, extreme",
    ),
    "contribution above 1": (
        swap("contributions", "0.2", "9"),
        r"contributions.csv row 3: level 9 is not 0 to 1",
    ),
    "contribution left empty": (
        swap("contributions", "strong", ""),
        r"contributions.csv row 2: level is empty",
    ),
    "unknown objective": (
        swap("contributions", "wall,safe", "wall,save"),
        r"contributions.csv row 2: objective 'save' is not in objectives.csv; did you mean 'safe'",
    ),
    "benefit of an unknown objective": (
        swap("benefits", "wall,safe", "wall,saef"),
        r"benefits.csv row 2: objective 'saef' is not in objectives.csv",
    ),
    "negative capacity": (
        swap("capacity", "04-01,6", "04-01,-6"),
        r"capacity.csv row 2: amount -6 is not 0 or more",
    ),
    "month not from its first day": (
        swap("demand", "2027-04-01", "2027-04-15"),
        r"demand.csv row 2: period '2027-04-15' is not the first of a month; write 2027-04-01",
    ),
    "unknown role": (
        swap("demand", "engineer", "enginer"),
        r"demand.csv row 2: role 'enginer' is not in capacity.csv; did you mean 'engineer'",
    ),
    "month without capacity": (
        swap("capacity", "engineer,2027-05", "engineer,2027-07")
        | swap("demand", "2027-04", "2027-05"),
        r"demand.csv row 2: amount 2 for role 'engineer' in period 2027-05-01 has no capacity row",
    ),
    "link to itself": (
        add("links", "wall,requires,wall"),
        r"links.csv row 4: project 'wall' is linked to itself",
    ),
    "circle of requires": (
        add("links", "portal,requires,alarms\nalarms,requires,app"),
        r"requires goes in a circle: 'app' -> 'portal' -> 'alarms' -> 'app'; delete one",
    ),
    "circle of after": (
        add("links", "portal,after,alarms\nalarms,after,portal"),
        r"after goes in a circle: 'portal' -> 'alarms' -> 'portal'",
    ),
    "requires and excludes": (
        add("links", "portal,excludes,app"),
        r"links.csv row 4: project 'app' can never be funded: it needs 'portal', and 'portal' excludes",
    ),
    "needs two that exclude each other": (
        add("links", "alarms,together,app\nalarms,requires,wall"),
        r"links.csv row 3: project .* can never be funded",
    ),
    "unknown relation": (
        swap("links", "excludes", "exclude"),
        r"links.csv row 3: relation 'exclude' is not one of .*did you mean 'excludes'",
    ),
    "unknown end of a link": (
        swap("links", "requires,portal", "requires,portall"),
        r"links.csv row 2: other 'portall' is not in projects.csv; did you mean 'portal'",
    ),
    "limit for nobody": (
        swap("limits", "category: Digital", "category: Digitl"),
        r"limits.csv row 2: group 'category: Digitl' is not a category in projects.csv; did you mean 'Digital'",
    ),
    "limit without a kind": (
        swap("limits", "category: Digital", "Digital"),
        r"limits.csv row 2: group 'Digital' is not category, programme",
    ),
    "share above 1": (
        swap("limits", "0.6", "60"),
        r"at_most 60 is not a share from 0 to 1; write 0.3",
    ),
    "limits crossed": (swap("limits", "0.1,0.6", "0.7,0.6"), r"at_least 0.7 is above at_most 0.6"),
    "limit without a number": (
        swap("limits", "0.1,0.6", ","),
        r"at_most and at_least are both empty",
    ),
    "override without reason": (
        swap("overrides", "Promised", ""),
        r"overrides.csv row 2: reason is empty",
    ),
    "override without name": (
        swap("overrides", "The chair", ""),
        r"overrides.csv row 2: by is empty",
    ),
    "override in and out": (
        add("overrides", "app,out,Too dear,Treasurer"),
        r"overrides.csv row 3: project 'app' is both included and excluded \(row 2 and here\)",
    ),
    "ballot on an unknown criterion": (
        swap("ballots", "risk,residents", "risc,residents"),
        r"ballots.csv row 2: first 'risc' is not in criteria.csv; did you mean 'risk'",
    ),
    "pairwise ballot with one side": (
        swap("ballots", "risk,residents", "risk,"),
        r"ballots.csv row 2: second is empty; a pairwise answer needs",
    ),
    "progress in per cent": (
        swap("status", "0.4", "40"),
        r"status.csv row 2: progress 40 is not 0 to 1",
    ),
    "finish before start": (
        swap("status", "2026-04-01,2028-03-31", "2026-04-01,2025-03-31"),
        r"status.csv row 2: start '2026-04-01' is above finish '2025-03-31'",
    ),
    "unknown confidence": (
        swap("status", "amber", "purple"),
        r"status.csv row 2: confidence 'purple' is not one of red, amber, green",
    ),
    "schedule on two bases": (
        add("discount_schedules", "official,2026-01-01,by length,5,0.03"),
        r"schedule 'official' of '2026-01-01' is both by year and by length",
    ),
    "no projects": ({"projects": None}, r"has no table 'projects'; start from the template"),
    "empty projects file": ({"projects": ""}, r"projects.csv: has no headings"),
    "projects without rows": (
        dict.fromkeys(BASE) | {"projects": "project,name\n,\n"},
        r"projects.csv: has no rows; write one row for each project",
    ),
    "quotation mark left open": (
        swap("projects", "River wall", '"River wall'),
        r"projects.csv row 2: cannot be split into cells .*quotation mark",
    ),
    "NUL character": (swap("projects", "River", "Ri\0ver"), r"projects.csv line 2: holds a NUL"),
    "left over from the template": (
        add("overrides", "example-app,in,Reason,Chair"),
        r"project 'example-app' is not in projects.csv; this is an example row of the template",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_planted_fault_is_named(name, tmp_path):
    changed, sentence = FAULTS[name]
    folder = write_folder(tmp_path / "portfolio", **changed)
    before = sorted(path.name for path in folder.iterdir())
    with pytest.raises(InputError, match=sentence):
        tables.read_portfolio(folder)
    assert sorted(path.name for path in folder.iterdir()) == before


def test_base_has_no_fault(tmp_path):
    portfolio = tables.read_portfolio(write_folder(tmp_path / "portfolio"))
    assert portfolio.rows_read == len(portfolio.projects) == 4
    assert len(portfolio.set_aside) == 0
    assert portfolio.notes == (
        "criteria.csv: 4 rows have no name; the label stands for it",
        "cash_flows.csv: the cost of 'alarms' is a placeholder by 'Chief engineer'",
    )


def test_a_missing_table_is_told_once_and_a_lost_column_by_its_name(tmp_path):
    folder = write_folder(tmp_path / "portfolio")
    (folder / "criteria.csv").unlink()
    with pytest.raises(tables.TableError) as caught:
        tables.read_portfolio(folder)
    told = [words for words in caught.value.problems if "criteri" in words]
    assert len(told) == 1 and told[0].startswith("sheet 'criteria' is missing, and ")
    flags = {"projects": BASE["projects"].replace("mandatory", "obligatory", 1)}
    assert flags["projects"] != BASE["projects"]
    notes = tables.read_portfolio(write_folder(tmp_path / "flags", **flags)).notes
    assert any("'mandatory'" in note and "what it says may be lost" in note for note in notes)


def test_all_faults_come_at_once_with_a_frame(tmp_path):
    changed = swap("cash_flows", "1200000,0", "abc,0") | swap("budgets", ",10000", ",ten")
    changed |= swap("overrides", "app,in", "ap,in")
    with pytest.raises(tables.TableError) as caught:
        tables.read_portfolio(write_folder(tmp_path / "portfolio", **changed))
    frame = caught.value.table
    assert len(caught.value.problems) == len(frame) == 3
    assert list(frame.columns) == ["sheet", "row", "column", "found", "expected", "remedy"]
    assert frame.iloc[0].tolist() == [
        "budgets.csv",
        4,
        "amount",
        "'ten'",
        "a number",
        "write a number such as 1200",
    ]


@pytest.mark.parametrize(
    ("table", "right", "wrong"),
    [("projects", "project", "projekt"), ("cash_flows", "period", "peroid")],
)
def test_a_wrong_heading_comes_first_and_without_what_follows_from_it(
    table, right, wrong, tmp_path
):
    changed = {table: BASE[table].replace(right, wrong, 1)}
    told = f"{table}.csv: has no column '{right}'; rename the column '{wrong}' to '{right}'"
    with pytest.raises(tables.TableError) as caught:
        tables.read_portfolio(write_folder(tmp_path / "alone", **changed))
    assert caught.value.problems == (told,)
    changed |= swap("budgets", ",10000", ",ten")
    with pytest.raises(tables.TableError) as caught:
        tables.read_portfolio(write_folder(tmp_path / "with_another", **changed))
    assert caught.value.problems[0] == told and "'ten' is not a number" in caught.value.problems[1]


def test_one_fault_is_not_reported_twice(tmp_path):
    changed = swap(
        "budgets", "2027-04-01,grant,Digital office,10000", "soon,grant,Digital office,ten"
    )
    with pytest.raises(tables.TableError) as caught:
        tables.read_portfolio(write_folder(tmp_path / "portfolio", **changed))
    cells = caught.value.table[["sheet", "row", "column"]]
    assert not cells.duplicated().any()


def test_a_long_run_of_one_fault_is_counted(tmp_path):
    many = "project,size\n" + "".join(f"p{i},abc\n" for i in range(500))
    (tmp_path / "projects.csv").write_text(many)
    with pytest.raises(
        tables.TableError, match=r"490 more rows of column 'size' are not a number"
    ) as caught:
        tables.read_portfolio(tmp_path)
    assert len(caught.value.problems) == 11
    assert len(caught.value.table) == 500


def test_missing_estimate_of_a_proposal_is_no_error(tmp_path):
    portfolio = tables.read_portfolio(write_folder(tmp_path / "portfolio"))
    app = portfolio.cash_flows[portfolio.cash_flows["project"] == "app"]
    assert app["cost"].isna().all()
    assert "app" in portfolio.projects.index
