"""The workbook in LibreOffice: formulas give the stored values, the first sheet is one page."""

import re
import shutil
import subprocess
from pathlib import Path

import office_base
import openpyxl
import pandas as pd
import pytest

from pmo_lib import approval, export, folder, workbench
from pmo_lib.approval import DECISIONS
from pmo_lib.export.decision_book import as_decision_book

DATA = Path(__file__).resolve().parents[1] / "data" / "northmere"
ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed"),
    pytest.mark.filterwarnings("ignore:.*extension is not supported.*:UserWarning"),
]


@pytest.fixture(scope="module")
def made(northmere):
    return workbench.recommend(northmere, folder.read_settings(DATA))


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Convert a file with LibreOffice under a profile of its own."""
    profile = tmp_path_factory.mktemp("profile")
    (profile / "user").mkdir()
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE, "utf-8")

    def convert(path: Path, kind: str) -> Path:
        return office_base.convert(path, kind, path.parent / f"as-{kind}", profile)

    return convert


def test_recomputed_formulas_equal_the_stored_values(made, office, tmp_path):
    """The workbook to decide in has every sheet of the list, and counts decisions beside."""
    words = pd.Series(DECISIONS).reindex(range(len(made.evaluation.score))).ffill()
    decisions = pd.DataFrame({"decision": words.to_numpy()}, made.evaluation.score.index)
    path = tmp_path / "decide.xlsx"
    path.write_bytes(as_decision_book(approval.dossier(made, decisions=decisions)))
    stored = openpyxl.load_workbook(path, data_only=True)
    formulas = openpyxl.load_workbook(path)
    spoilt = spoil(path, tmp_path / "spoilt.xlsx")
    again = openpyxl.load_workbook(office(spoilt, "xlsx"), data_only=True)
    compared = 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type != "f":
                    continue
                was = stored[sheet.title][cell.coordinate].value
                now = again[sheet.title][cell.coordinate].value
                if isinstance(was, str):
                    assert now == was
                else:
                    assert now == pytest.approx(was, rel=1e-9, abs=1e-6), (sheet.title, cell.value)
                compared += 1
    assert compared > 300


def spoil(path: Path, target: Path) -> Path:
    """Replace every stored number of a formula, so that only a recalculation can mend it."""
    import zipfile

    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            content = source.read(name)
            if name.startswith("xl/worksheets/"):
                content = re.sub(rb"</f><v>[^<]*</v>", b"</f><v>-7</v>", content)
            copy.writestr(name, content)
    return target


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_the_first_sheet_prints_as_one_legible_page(made, office, tmp_path):
    path = export.write_ranked_list(made, tmp_path / "list.xlsx")
    pdf = office(path, "pdf")
    pages = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True)
    first, second, *_ = pages.stdout.decode().split("\f")
    names = made.ranked_list.loc[made.ranked_list["block"] != "continues", "name"]
    assert len(names) == 30
    for name in names:
        assert name.split()[0] in first
    for words in (
        "MONEY LEFT OVER",
        "NOT ASSESSED",
        "Weights:",
        "Read with this list",
        "Page 1 of",
    ):
        assert words in first
    assert "Reasons in full" in second
    boxes = subprocess.run(
        ["pdftotext", "-f", "1", "-l", "1", "-bbox-layout", str(pdf), "-"],
        check=True, capture_output=True,
    )  # fmt: skip
    assert type_size(boxes.stdout.decode(), "Director of Property") >= 7.5


def type_size(boxes: str, words: str) -> float:
    """Return the size in which words are printed, from their width. [pt]."""
    from pmo_lib.export.words import _SAFETY, width

    found = re.compile(r'<word xMin="([\d.]+)" [^>]*xMax="([\d.]+)" [^>]*>([^<]*)</word>').findall(
        boxes
    )
    texts = [text for _, _, text in found]
    wanted = words.split()
    place = next(n for n in range(len(texts)) if texts[n : n + len(wanted)] == wanted)
    printed = float(found[place + len(wanted) - 1][1]) - float(found[place][0])
    return printed / (width(words, size=1) / _SAFETY)
