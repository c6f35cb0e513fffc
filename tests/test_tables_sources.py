"""Files as they come: encodings, separators, workbooks, and files that are not what they seem."""

from __future__ import annotations

import contextlib
import csv
import datetime
import io
import tempfile
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from tables_base import BASE, write_folder

from pmo_lib import tables
from pmo_lib.checks import InputError
from pmo_lib.tables import texts


def workbook(path, sheets: dict, change=None):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    if change:
        change(book)
    book.save(path)
    return path


PROJECTS = [["project", "name", "size"], ["wall", "River wall", 900], ["app", "Resident app", 12.5]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_encodings_and_separators(encoding, mark, tmp_path):
    text = "project,name,sponsor\ncafé,Café £5,Zoë\n".replace(",", mark)
    (tmp_path / "projects.csv").write_bytes(text.encode(encoding))
    portfolio = tables.read_portfolio(tmp_path)
    assert portfolio.projects.loc["café", "name"] == "Café £5"
    noted = any("cp1252" in note for note in portfolio.notes)
    assert noted == (encoding == "cp1252")


def test_separator_named_in_a_first_line(tmp_path):
    (tmp_path / "projects.csv").write_text("sep=|\nproject|size\na,b|x\n")
    with pytest.raises(InputError, match=r"projects.csv row 2: size 'x'"):
        tables.read_portfolio(tmp_path)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "projects.csv").write_bytes(b"project,name\na,\x81\x8d\n")
    with pytest.raises(InputError, match=r"projects.csv: is not UTF-8 text; save it again"):
        tables.read_portfolio(tmp_path)


def test_quoted_newlines_keep_the_row_a_spreadsheet_shows(tmp_path):
    text = 'project,description,size\na,"two\nlines, quoted ""so""",1\n\nb,,many\n'
    (tmp_path / "projects.csv").write_text(text)
    with pytest.raises(InputError, match=r"projects.csv row 4: size 'many'"):
        tables.read_portfolio(tmp_path)
    (tmp_path / "projects.csv").write_text(text.replace("many", "3"))
    portfolio = tables.read_portfolio(tmp_path)
    assert portfolio.projects.loc["a", "description"] == 'two\nlines, quoted "so"'


def test_very_long_texts_are_read_and_endless_ones_named(tmp_path):
    (tmp_path / "projects.csv").write_text(f"project,description\na,{'x' * 100_000}\n")
    assert len(tables.read_portfolio(tmp_path).projects.loc["a", "description"]) == 100_000
    (tmp_path / "projects.csv").write_text(f"project,description\na,{'x' * 200_000}\n")
    with pytest.raises(InputError, match=r"row 2: cannot be split into cells \(field larger"):
        tables.read_portfolio(tmp_path)


def test_near_misses_of_columns_and_tables_are_faults_and_others_are_noted(tmp_path):
    (tmp_path / "projects.csv").write_text("project,sponser,colour\na,Zoë,red\n", encoding="utf-8")
    (tmp_path / "budget.csv").write_text("x\n1\n")
    (tmp_path / "README.md").write_text("not a table")
    with pytest.raises(tables.TableError) as caught:
        tables.read_portfolio(tmp_path)
    text = str(caught.value)
    assert "projects.csv: column 'sponser' is not known; did you mean 'sponsor'?" in text
    assert "table 'budget' is not known; did you mean 'budgets'?" in text
    (tmp_path / "budget.csv").rename(tmp_path / "weather.csv")
    (tmp_path / "projects.csv").write_text("project,sponsor,colour\na,Zoë,red\n", encoding="utf-8")
    notes = tables.read_portfolio(tmp_path).notes
    assert "projects.csv: column 'colour' is not known and was ignored" in notes
    assert any("table 'weather' is not known and was ignored" in n for n in notes)


def test_hidden_characters_and_blanks_are_removed_and_noted(tmp_path):
    text = "project,name\n wall ,River\u202e wall\u200b\nap\u0007p,App\n"
    (tmp_path / "projects.csv").write_text(text, encoding="utf-8")
    portfolio = tables.read_portfolio(tmp_path)
    assert list(portfolio.projects.index) == ["wall", "app"]
    assert portfolio.projects.loc["wall", "name"] == "River wall"
    assert portfolio.notes == (
        "projects.csv: hidden characters were removed from column 'project', rows 3 (1 cells)",
        "projects.csv: stray blanks were removed from column 'project', rows 2 (1 cells)",
        "projects.csv: hidden characters were removed from column 'name', rows 2 (1 cells)",
    )


def test_hidden_characters_do_not_reach_an_error(tmp_path):
    (tmp_path / "projects.csv").write_text("project,size\na,1\u202e2\x07\n", encoding="utf-8")
    with pytest.raises(
        InputError, match="row 2: size '12' holds hidden characters; type it"
    ) as caught:
        tables.read_portfolio(tmp_path)
    assert not texts.has_hidden(str(caught.value))


def test_one_csv_file_is_the_projects_or_needs_a_map(tmp_path):
    (tmp_path / "intake.csv").write_text("Project;Name\na;Alpha\n")
    portfolio = tables.read_portfolio(tmp_path / "intake.csv")
    assert list(portfolio.projects["name"]) == ["Alpha"]
    (tmp_path / "intake.csv").write_text("Titel;Kosten\na;3\n")
    with pytest.raises(
        InputError, match=r"no column 'project' \(found 'Titel', 'Kosten'\); name a column map"
    ):
        tables.read_portfolio(tmp_path / "intake.csv")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nowhere", "there is no such file or folder"),
        ("empty", "holds no CSV files; a portfolio needs at least projects.csv"),
        ("old.ods", "must be a folder of CSV files, a .csv or an .xlsx"),
    ],
)
def test_paths_that_hold_no_portfolio(name, sentence, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "old.ods").write_text("x")
    with pytest.raises(InputError, match=sentence):
        tables.read_portfolio(tmp_path / name)


def test_workbook_cells_of_every_kind(tmp_path):
    rows = [
        ["Project", "Name", "Planned Start", "Size", "Mandatory", "Mandatory reason"],
        ["wall", "River wall", datetime.datetime(2027, 4, 1), 900, True, "Law"],
        [101, 7, "2027-04-01", "1200", "NO", None],
        [None, None, None, None, None, None],
        [3.5, "x", None, None, 0, None],
    ]
    portfolio = tables.read_portfolio(workbook(tmp_path / "p.xlsx", {"Projects": rows}))
    assert list(portfolio.projects.index) == ["wall", "101", "3.5"]
    assert list(portfolio.projects["planned_start"][:2]) == ["2027-04-01"] * 2
    assert list(portfolio.projects["size"][:2]) == [900, 1200]
    assert list(portfolio.projects["mandatory"]) == [True, False, False]
    assert portfolio.notes == ()


@pytest.mark.parametrize(
    ("cell", "value", "sentence"),
    [
        ("C2", "1,200", r"sheet 'projects' row 2: size '1,200' is not a number; write 1200"),
        ("C2", "=1+1", r"row 2: size '=1\+1' is a formula without a stored value; recalculate"),
        ("C2", datetime.datetime(2027, 4, 1), r"row 2: size .* is not a number"),
        ("C2", "#REF!", r"row 2: size '#REF!' is a spreadsheet error"),
        ("D2", 46113, r"row 2: planned_start 46,113 is not an ISO date"),
        (
            "D2",
            datetime.datetime(2027, 4, 1, 9, 30),
            r"planned_start .* is not a date without a time",
        ),
        ("C2", True, r"row 2: size True is not a number"),
    ],
)
def test_workbook_faults(cell, value, sentence, tmp_path):
    def change(book):
        book["projects"]["D1"] = "planned_start"
        book["projects"][cell] = value

    with pytest.raises(InputError, match=sentence):
        tables.read_portfolio(workbook(tmp_path / "p.xlsx", {"projects": PROJECTS}, change))


def test_merged_cells_are_named(tmp_path):
    path = workbook(
        tmp_path / "p.xlsx", {"projects": PROJECTS}, lambda b: b["projects"].merge_cells("A2:A3")
    )
    with pytest.raises(
        InputError, match=r"sheet 'projects' row 2: the cells A2:A3 are merged; unmerge"
    ):
        tables.read_portfolio(path)


def test_formulas_with_stored_values_are_used_and_noted(tmp_path):
    path = tmp_path / "p.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("projects")
        sheet.write_row(0, 0, ["project", "size"])
        sheet.write_string(1, 0, "wall")
        sheet.write_formula(1, 1, "=450*2", None, 900)
    portfolio = tables.read_portfolio(path)
    assert portfolio.projects.loc["wall", "size"] == 900
    assert portfolio.notes[
        -1
    ] == "sheet 'projects': 1 cells are formulas; their stored values are used" or (
        "sheet 'projects': 1 cells are formulas; their stored values are used" in portfolio.notes
    )


def test_hidden_and_extra_sheets_are_noted(tmp_path):
    def hide(book):
        book["projects"].sheet_state = "hidden"

    sheets = {"Notes": [["x"]], "projects": PROJECTS}
    notes = tables.read_portfolio(workbook(tmp_path / "p.xlsx", sheets, hide)).notes
    assert "sheet 'projects': is hidden; it was read all the same" in notes
    assert "p.xlsx: table 'notes' is not known and was ignored" in notes


def test_sheet_names_are_matched_whatever_capitals(tmp_path):
    sheets = {
        "PROJECTS": PROJECTS,
        "Cash Flows": [["Project", "Period", "Cost"], ["wall", "2027-04-01", 5]],
    }
    assert tables.read_portfolio(workbook(tmp_path / "p.xlsx", sheets)).cash_flows[
        "cost"
    ].tolist() == [5]
    sheets = {"projects": PROJECTS, "Projects ": PROJECTS}
    with pytest.raises(InputError, match="there is more than one table 'projects'"):
        tables.read_portfolio(workbook(tmp_path / "p.xlsx", sheets))


def test_a_hundred_thousand_empty_rows_are_skipped(tmp_path):
    path = tmp_path / "p.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet, colour = book.add_worksheet("projects"), book.add_format({"bg_color": "#FF0000"})
        sheet.write_row(0, 0, ["project", "name"])
        sheet.write_row(1, 0, ["wall", "River wall"])
        for row in range(2, 100_002):
            sheet.write_blank(row, 0, None, colour)
    assert len(tables.read_portfolio(path).projects) == 1
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "projects.csv").write_text("project,name\n" + ",\n" * 100_000 + "wall,\n")
    assert len(tables.read_portfolio(tmp_path / "c").projects) == 1


def _zip(**members: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"project,name\n", r"p.xlsx: is not an .xlsx workbook; open it in a spreadsheet"),
        (b"", r"p.xlsx: is not an .xlsx workbook"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 600, r"p.xlsx: is an older .xls workbook or protected"),
        (b"PK\x03\x04" + b"0" * 600, r"p.xlsx: is not an .xlsx workbook"),
        (_zip(a=b"x"), r"p.xlsx: is not an .xlsx workbook"),
        (_zip(bomb=b"0" * 60_000_000), r"p.xlsx: would unpack to 60 MB in 1 parts"),
    ],
    ids=["text", "nothing", "xls", "broken zip", "other zip", "bomb"],
)
def test_workbooks_that_are_none(content, sentence, tmp_path):
    (tmp_path / "p.xlsx").write_bytes(content)
    with pytest.raises(InputError, match=sentence):
        tables.read_portfolio(tmp_path / "p.xlsx")


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"])
def test_damaged_workbooks(part, tmp_path):
    good = workbook(tmp_path / "good.xlsx", {"projects": PROJECTS})
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(tmp_path / "p.xlsx", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data[: len(data) // 2] if name == part else data)
    with pytest.raises(InputError, match=r"p.xlsx.*(damaged|is not an .xlsx workbook)"):
        tables.read_portfolio(tmp_path / "p.xlsx")


def test_tables_that_are_frames_already():
    frames = {
        "projects": pd.DataFrame(
            {"name": ["River wall"]}, index=pd.Index(["wall"], name="project")
        ),
        "cash_flows": pd.DataFrame({"project": "wall", "period": ["2027-04-01"], "cost": [5]}),
    }
    portfolio = tables.portfolio_of(frames)
    assert portfolio.cash_flows["cost"].tolist() == [5.0]
    assert portfolio.cash_flows["option"].tolist() == ["as proposed"]
    with pytest.raises(InputError, match=r"sheet 'cash_flows' row 2: cost -5 is not 0 or more"):
        tables.portfolio_of(frames | {"cash_flows": frames["cash_flows"].assign(cost=-5)})
    with pytest.raises(InputError, match="tables: 'cost' is not a table"):
        tables.portfolio_of({"cost": frames["projects"]})


def test_frames_have_their_columns_and_dtypes_even_when_empty(tmp_path):
    (tmp_path / "projects.csv").write_text("project\nwall\n")
    small = tables.read_portfolio(tmp_path)
    full = tables.read_portfolio(write_folder(tmp_path / "full"))
    for name in tables.TABLES:
        one, other = getattr(small, name), getattr(full, name)
        assert one.dtypes.to_dict() == other.dtypes.to_dict(), name
        assert one.index.name == other.index.name
    assert (
        small.performance.columns.get_loc("level")
        == small.performance.columns.get_loc("estimate") + 1
    )


def test_levels_are_split_off(tmp_path):
    portfolio = tables.read_portfolio(write_folder(tmp_path / "p"))
    risk = portfolio.performance.set_index(["project", "criterion"]).loc[("wall", "risk")]
    assert risk["level"] == "some" and pd.isna(risk["estimate"])
    contributions = portfolio.contributions.set_index("objective")
    assert contributions.loc["safe", ["level", "contribution"]].tolist() == ["strong", 6 / 9]
    assert contributions.loc["online", "contribution"] == 0.2
    assert pd.isna(contributions.loc["online", "level"])


def test_costs_outside_the_budget_years_are_noted(tmp_path):
    flows = (
        BASE["cash_flows"] + "wall,,2035-04-01,general,7000,,,,\nwall,,2020-04-01,general,1,,,,\n"
    )
    notes = tables.read_portfolio(write_folder(tmp_path / "p", cash_flows=flows)).notes
    assert any(
        "cost of 7000 falls after the last period of budgets.csv (2028-04-01): totalled" in n
        for n in notes
    )
    assert any(
        "cost of 1 falls before the first period of budgets.csv (2027-04-01)" in n for n in notes
    )


@settings(max_examples=20, deadline=None)
@given(
    cells=st.lists(st.lists(st.text(max_size=12), max_size=8), max_size=6),
    content=st.binary(max_size=200),
)
def test_anything_reads_or_is_an_input_error(cells, content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        rows = [["project", "status", "mandatory", "size", "planned_start"], *cells]
        with (path / "projects.csv").open(
            "w", encoding="utf-8", newline="", errors="replace"
        ) as file:
            csv.writer(file).writerows(rows)
        (path / "cash_flows.csv").write_bytes(b"project,period,cost\n" + content)
        with contextlib.suppress(InputError):
            tables.read_portfolio(path)


@given(st.text(alphabet="'=+-@ab\n"))
def test_protection_is_undone(text):
    assert texts.unprotect(texts.protect(text)) == text
    assert not texts.protect(text).startswith(("=", "+", "-", "@"))


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text):
    assert texts.clean(texts.clean(text)) == texts.clean(text)
    assert texts.clean_label(texts.clean_label(text)) == texts.clean_label(text)
    assert not texts.has_hidden(texts.clean(text))
