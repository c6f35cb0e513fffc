"""Written and read again, a portfolio is the same; the template reads as it is."""

from __future__ import annotations

import stat
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tables_base import write_folder

from pmo_lib import tables
from pmo_lib.checks import InputError
from pmo_lib.tables import texts, writing


def same(one, other):
    for name in tables.TABLES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), obj=name)


@pytest.mark.parametrize("target", ["folder", "p.xlsx"])
def test_a_full_portfolio_round_trips(target, tmp_path):
    portfolio = tables.read_portfolio(write_folder(tmp_path / "p"))
    written = tables.write_portfolio(portfolio, tmp_path / "out" / target)
    again = tables.read_portfolio(written)
    same(portfolio, again)
    assert again.rows_read == portfolio.rows_read
    assert list((tmp_path / "out").rglob(".*")) == []


labels = st.one_of(
    st.sampled_from(
        ["=1+1", "+x", "-x", "@x", "'=x", "''-y", "'tis", "#N/A?", "1,5", "None", "nan", "001"]
    ),
    st.text(min_size=1, max_size=30),
).map(texts.clean_label)
free = st.one_of(st.just('a "quoted"\nline; and, more'), st.text(max_size=40)).map(texts.clean)
plain = labels.filter(bool).filter(lambda text: "_x0" not in text and "x005F_" not in text)
amounts = st.floats(-1e12, 1e12).map(lambda x: float(f"{x:.12g}"))
hostile = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def portfolios(draw):
    names = draw(st.lists(plain, min_size=1, max_size=4, unique_by=texts.fold))
    projects = pd.DataFrame({"project": names})
    for column in ("name", "sponsor", "category"):
        projects[column] = [draw(plain) for _ in names]
    projects["description"] = [draw(free) or None for _ in names]
    projects["size"] = [abs(draw(amounts)) for _ in names]
    projects["mandatory"] = [draw(st.booleans()) for _ in names]
    projects["mandatory_reason"] = [draw(plain) for _ in names]
    flows = pd.DataFrame({"project": names, "period": "2027-04-01", "fund": draw(plain)})
    flows["cost"] = [abs(draw(amounts)) for _ in names]
    flows["benefit"] = [draw(amounts) for _ in names]
    return tables.portfolio_of({"projects": projects, "cash_flows": flows})


@pytest.mark.parametrize("target", ["folder", "p.xlsx"])
@hostile
@given(portfolio=portfolios())
def test_hostile_texts_round_trip(target, portfolio):
    with tempfile.TemporaryDirectory() as folder:
        same(
            portfolio,
            tables.read_portfolio(tables.write_portfolio(portfolio, Path(folder) / target)),
        )


@hostile
@given(cost=st.floats(0, 1e300))
def test_csv_keeps_every_digit(cost):
    portfolio = tables.portfolio_of({"projects": pd.DataFrame({"project": ["a"], "size": [cost]})})
    with tempfile.TemporaryDirectory() as folder:
        again = tables.read_portfolio(tables.write_portfolio(portfolio, Path(folder) / "p"))
    assert again.projects.loc["a", "size"] == cost


def test_texts_are_never_formulas(tmp_path):
    frame = pd.DataFrame(
        {"project": ["=1+1"], "name": ["@SUM(A1)"], "description": ["+cmd|' /C calc'!A0"]}
    )
    portfolio = tables.portfolio_of({"projects": frame})
    tables.write_portfolio(portfolio, tmp_path / "p.xlsx")
    cells = openpyxl.load_workbook(tmp_path / "p.xlsx")["projects"][2]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    tables.write_portfolio(portfolio, tmp_path / "p")
    text = (tmp_path / "p" / "projects.csv").read_text("utf-8-sig")
    assert text.splitlines()[1].startswith("'=1+1,'@SUM(A1),")
    assert "'+cmd" in text


def test_set_aside_projects_are_written_too(tmp_path):
    portfolio = tables.portfolio_of({"projects": pd.DataFrame({"project": ["a"]})})
    aside = pd.DataFrame({"project": ["b"], "name": ["B"], "reason": ["no cost"]})
    portfolio = replace(portfolio, set_aside=tables.as_frame("set_aside", aside), rows_read=2)
    for target in ("p", "p.xlsx"):
        again = tables.read_portfolio(tables.write_portfolio(portfolio, tmp_path / target))
        same(portfolio, again)
        assert again.rows_read == 2


def test_an_old_table_does_not_stay_behind(tmp_path):
    folder = write_folder(tmp_path / "p")
    small = tables.portfolio_of({"projects": pd.DataFrame({"project": ["a"]})})
    tables.write_portfolio(small, folder)
    same(small, tables.read_portfolio(folder))


@pytest.mark.parametrize("target", ["p", "p.xlsx"])
def test_failed_writing_leaves_the_old_files_whole(target, tmp_path, monkeypatch):
    portfolio = tables.read_portfolio(write_folder(tmp_path / "base"))
    path = tables.write_portfolio(portfolio, tmp_path / "out" / target)
    files = [path] if path.is_file() else sorted(path.iterdir())
    before = {file: file.read_bytes() for file in files}

    def fail(*args, **kwargs):
        raise RuntimeError("out of order")

    place = (
        "pmo_lib.tables.template._table_sheet" if target == "p.xlsx" else "pathlib.Path.write_text"
    )
    monkeypatch.setattr(place, fail)
    with pytest.raises(RuntimeError):
        tables.write_portfolio(portfolio, path)
    left = [file for file in (tmp_path / "out").rglob("*") if file.is_file()]
    assert {file: file.read_bytes() for file in left} == before


def test_a_text_too_long_for_a_workbook_is_refused(tmp_path):
    frame = pd.DataFrame({"project": ["a"], "description": ["x" * 40_000]})
    portfolio = tables.portfolio_of({"projects": frame})
    with pytest.raises(
        InputError, match=r"projects description: .* 40,000 characters, a cell of a workbook"
    ):
        tables.write_portfolio(portfolio, tmp_path / "p.xlsx")
    assert list(tmp_path.iterdir()) == []
    same(portfolio, tables.read_portfolio(tables.write_portfolio(portfolio, tmp_path / "p")))


def test_places_that_cannot_be_written(tmp_path):
    portfolio = tables.portfolio_of({"projects": pd.DataFrame({"project": ["a"]})})
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="is a file; name a folder, or a workbook"):
        tables.write_portfolio(portfolio, tmp_path / "file")
    with pytest.raises(InputError, match=r"cannot be written \(.*\); choose another place"):
        tables.write_portfolio(portfolio, tmp_path / "file" / "p.xlsx")
    with pytest.raises(InputError, match=r"t.csv: must end in .xlsx"):
        tables.write_template(tmp_path / "t.csv")


def test_template_reads_as_it_is(tmp_path):
    portfolio = tables.read_portfolio(tables.write_template(tmp_path / "new.xlsx"))
    assert portfolio.notes == ()
    for name in tables.TABLES:
        assert len(getattr(portfolio, name)) >= (name != "set_aside"), name
    assert all(label.startswith("example") for label in portfolio.projects.index)
    assert len(portfolio.set_aside) == 0


def test_template_helps_to_fill_it_in(tmp_path):
    book = openpyxl.load_workbook(tables.write_template(tmp_path / "new.xlsx"))
    assert book.sheetnames[:3] == ["Read me", "dictionary", "projects"]
    sheet = book["projects"]
    assert sheet.freeze_panes == "B2"
    lists = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert lists["G2:G5001"] == '"proposed,running,paused,stopped,complete"'
    assert lists["H2:H5001"] == '"yes,no"'
    links = {
        str(rule.sqref): rule.formula1 for rule in book["links"].data_validations.dataValidation
    }
    assert links["A2:A5001"] == "'projects'!$A$2:$A$5000"
    size = next(cell for cell in sheet[1] if cell.value == "size")
    assert "Unit: size_unit" in size.comment.text
    with zipfile.ZipFile(tmp_path / "new.xlsx") as archive:
        assert all(
            b"<f>" not in archive.read(part) for part in archive.namelist() if "sheets/" in part
        )
    assert stat.S_IMODE((tmp_path / "new.xlsx").stat().st_mode) == 0o644


def test_replacing_removes_its_file_on_failure(tmp_path):
    with pytest.raises(RuntimeError), writing.replacing(tmp_path / "a.csv") as file:
        file.write_text("half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
