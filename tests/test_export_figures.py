"""The figures of the notebooks on worth and strategy stand in the workbook, as they are shown there."""

import warnings

import openpyxl
import pytest

from pmo_lib import export, workbench
from pmo_lib.export import figure_sheets
from pmo_lib.stories import cases, doubts, objectives, served


@pytest.fixture(scope="module")
def made(northmere):
    from pmo_lib import folder

    settings = folder.read_settings(folder.example_folder())
    return workbench.recommend(northmere, settings, explain=False)


@pytest.fixture(scope="module")
def spread(made):
    return doubts.spread(made, draws=500)


@pytest.fixture(scope="module")
def book(made, spread, tmp_path_factory):
    file = tmp_path_factory.mktemp("figures") / "list.xlsx"
    export.write_ranked_list(made, file, futures=spread)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(file)


SHOWN = {
    "Business cases": cases.table,
    "Switching values": cases.switching,
    "Disagreements": cases.disagreements,
    "Breakeven": cases.breakeven,
    "Benefits": objectives.benefits,
    "Coverage": served.coverage,
    "Closing gaps": objectives.closing,
    "Totals": objectives.rolled_up,
    "Business units": objectives.units,
    "Futures": doubts.distribution,
    "Budget futures": doubts.budgets,
    "What drives the spread": doubts.tornado,
}


def plain(cell):
    """Return a cell as the sheets write it."""
    written = figure_sheets._cell(cell)
    return None if written == "" else written


@pytest.mark.parametrize("name", SHOWN)
def test_each_table_stands_on_a_sheet_of_its_own(book, made, spread, name):
    wanted = SHOWN[name](spread if name in figure_sheets.FUTURES else made)
    rows = [[cell.value for cell in row] for row in book[name].iter_rows()]
    first = next(n for n, row in enumerate(rows) if row[0] == wanted.columns[0])
    assert rows[first][: wanted.shape[1]] == list(wanted.columns)
    found = [row[: wanted.shape[1]] for row in rows[first + 1 :]]
    expected = [[plain(c) for c in row] for row in wanted.itertuples(index=False, name=None)]
    for row, other in zip(found, expected, strict=True):
        for cell, wanted_cell in zip(row, other, strict=True):
            number = isinstance(wanted_cell, float)
            cell = None if cell == "" else cell
            assert cell == (pytest.approx(wanted_cell) if number else wanted_cell)


def test_without_ranges_or_flows_the_sheets_say_so(small, tmp_path):
    made = workbench.recommend(small(), workbench.Settings())
    export.write_ranked_list(made, tmp_path / "list.xlsx", futures=doubts.spread(made))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(tmp_path / "list.xlsx")
    cells = [str(cell.value) for row in book["Futures"].iter_rows() for cell in row]
    assert any("cost_low" in words for words in cells)
    assert set(SHOWN) <= set(book.sheetnames)
    export.write_ranked_list(made, tmp_path / "list.xlsx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = openpyxl.load_workbook(tmp_path / "list.xlsx").sheetnames
    assert not set(figure_sheets.FUTURES) & set(names)
