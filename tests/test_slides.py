"""The slides: native charts, marking on every one, the same bytes, and texts that stay text."""

import dataclasses
import io
import re
import time
import zipfile

import pytest
from dossier_base import FORMULA, LONG, SHOWN, TRAPS, hostile_dossier, plain_dossier

from pmo_lib.checks import InputError
from pmo_lib.export import slides, slides_base

pptx = pytest.importorskip("pptx", reason="the pack extra is not installed")


@pytest.fixture(scope="module")
def example(northmere):
    return plain_dossier(northmere)


@pytest.fixture(scope="module")
def written(example, tmp_path_factory):
    return slides.write_slides(example, tmp_path_factory.mktemp("slides") / "slides.pptx")


@pytest.fixture(scope="module")
def shown(written):
    return list(pptx.Presentation(written).slides)


def words(slide):
    """Every text of a slide: boxes, tables, the labels of charts."""
    found = []
    for shape in slide.shapes:
        if shape.has_text_frame:
            found.append(shape.text_frame.text)
        if shape.has_table:
            found += [cell.text for row in shape.table.rows for cell in row.cells]
        if shape.has_chart:
            plot = shape.chart.plots[0]
            found += [*plot.categories, *(series.name for series in plot.series)]
    return "\n".join(found)


def charts(slides_):
    return [shape for slide in slides_ for shape in slide.shapes if shape.has_chart]


def test_the_first_slide_is_the_ask(shown):
    text = words(shown[0])
    assert text.startswith("Approve 16 of 30 proposals, £57.8m of £60.0m")
    assert "1. Approve the 16 proposals above the line, of which 1 is mandatory" in text
    assert "2. Confirm that Mere visitor centre is included by the board" in text
    assert "4. Of running work: stop Westhaven leisure centre" in text


def test_every_slide_has_its_title_marking_version_and_number(shown):
    for number, slide in enumerate(shown, 1):
        text = words(slide)
        assert slide.shapes.title.text_frame.text
        assert text.count("OFFICIAL") == 2
        assert "FOR APPROVAL · version 1 · pack " in text
        assert f"{number} of {len(shown)}" in text


def test_every_project_of_the_list_is_on_a_slide_with_the_line_between(example, shown):
    ranked = example.recommendation.ranked_list
    table = [shape.table for slide in shown for shape in slide.shapes if shape.has_table]
    cells = [[cell.text for cell in row.cells] for one in table for row in one.rows]
    names = [row[1].removesuffix(" (mandatory)") for row in cells if len(row) == 6]
    names = [name for name in names if name != "Project"]
    line = names.index("FUNDING ENDS HERE · £2.2m left over")
    funded = ranked.loc[ranked["funded"], "name"].to_list()
    out = ranked.loc[ranked["block"] == "not recommended", "name"].to_list()
    assert names[:line] == funded and names[line + 1 :] == out


def test_a_long_list_says_how_many_it_leaves_to_the_paper(example, monkeypatch, tmp_path):
    monkeypatch.setattr(slides, "MOST_LISTED", 10)
    path = slides.write_slides(example, tmp_path / "s.pptx")
    titles = [s.shapes.title.text_frame.text for s in pptx.Presentation(path).slides]
    assert "16 proposals above the line, 13 below (nearest 10 of 29)" in titles


def test_what_is_debated_has_a_slide_of_its_own(example, shown):
    debated = example.agenda.index[example.agenda["decision"] == "debate"]
    name = example.recommendation.names(debated)[0]
    (slide,) = [s for s in shown if s.shapes.title.text_frame.text == f"Debate: {name}?"]
    text = words(slide)
    assert "Would fund it: Ann." in text and "Would not: Bo." in text
    assert "Ask first: Which is worth more: reach or risk?" in text


def test_charts_are_native_with_their_figures_and_words(shown):
    found = charts(shown)
    assert len(found) >= 4
    for shape in found:
        assert shape._element.nvGraphicFramePr.cNvPr.get("descr")
        book = zipfile.ZipFile(io.BytesIO(shape.chart.part.chart_workbook.xlsx_part.blob))
        assert "xl/worksheets/sheet1.xml" in book.namelist()
        scale = shape.chart.value_axis
        assert scale.minimum_scale == 0, "a cut axis exaggerates"
        axes = shape.chart._chartSpace.xpath("//c:axId/@val | //c:crossAx/@val")
        assert len(axes) == 6 and all(number.isdecimal() for number in axes), "not to the schema"
    left = next(s for s in found if s.chart.plots[0].series[0].name == "Left over")
    assert list(left.chart.plots[0].series[0].values) == pytest.approx([0.1, 0.5, 0.3, 0.5, 0.8])


def test_the_same_dossier_gives_the_same_bytes_at_another_time(example, written, tmp_path):
    time.sleep(2.1)  # zip files count in steps of two seconds
    again = slides.write_slides(example, tmp_path / "again.pptx")
    assert again.read_bytes() == written.read_bytes()
    facts = pptx.Presentation(again).core_properties
    assert {str(day)[:19] for day in (facts.created, facts.modified)} == {"2026-12-10 00:00:00"}
    assert facts.last_modified_by == "Northmere"


def test_what_people_write_is_text_and_what_does_not_fit_is_in_the_notes(small, tmp_path):
    path = slides.write_slides(hostile_dossier(small), tmp_path / "hostile.pptx")
    made = list(pptx.Presentation(path).slides)
    text = "\n".join(map(words, made))
    for name in SHOWN.values():
        assert name in text
    assert FORMULA in text, "no chart shows it"
    assert "\u202e" not in text and "[rocket] 漢字 שלום العربية" in text
    assert "🚀" not in text, "a machine without its font shows a box"
    assert any("🚀 漢字" in slide.notes_slide.notes_text_frame.text for slide in made)
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    assert not any("vba" in name.lower() or "script" in name.lower() for name in parts)
    relations = b"".join(part for name, part in parts.items() if name.endswith(".rels"))
    assert b'TargetMode="External"' not in relations
    for name, part in parts.items():
        if name.endswith(".xlsx"):
            with zipfile.ZipFile(io.BytesIO(part)) as sheet:
                assert b"<f>" not in sheet.read("xl/worksheets/sheet1.xml")


def test_a_text_of_ten_thousand_letters_is_shortened_in_sight_and_whole_in_the_notes(
    small, tmp_path
):
    dossier = hostile_dossier(small)
    made = dataclasses.replace(dossier.recommendation, headline=LONG)
    made.ranked_list["name"] = made.ranked_list["name"].replace(TRAPS["flood"], LONG)
    path = slides.write_slides(
        dataclasses.replace(dossier, recommendation=made), tmp_path / "long.pptx"
    )
    for slide in pptx.Presentation(path).slides:
        long = "WWW" in words(slide)
        assert not long or "…" in words(slide)
        assert not long or slide.notes_slide.notes_text_frame.text.count("W") >= len(LONG) - 1
        assert max(map(len, re.findall("W+", words(slide))), default=0) < 500
    assert any("WWW" in words(slide) for slide in pptx.Presentation(path).slides)


def test_nothing_stands_outside_the_slide(example, shown):
    wide, high = pptx.util.Pt(slides_base.WIDE), pptx.util.Pt(slides_base.HIGH)
    for slide in shown:
        for shape in slide.shapes:
            assert shape.left >= 0 and shape.left + shape.width <= wide
            tall = sum(row.height for row in shape.table.rows) if shape.has_table else shape.height
            assert shape.top >= 0 and shape.top + tall <= high


def test_the_two_series_of_a_chart_can_be_told_apart_without_colour():
    dark, light = (
        sum(share * int(fill[at : at + 2], 16) for share, at in ((0.3, 0), (0.59, 2), (0.11, 4)))
        for fill in slides_base.FILLS[:2]
    )
    assert light - dark > 100  # of 255


def test_decisions_stand_beside_the_projects(small, tmp_path):
    path = slides.write_slides(hostile_dossier(small), tmp_path / "decided.pptx")
    text = "\n".join(map(words, pptx.Presentation(path).slides))
    assert "Approve subject to: 1 project, £600" in text and "approve subject to" in text


def test_another_ending_is_refused(example, tmp_path):
    with pytest.raises(InputError, match=r"path: must end in \.pptx, got 'slides\.ppt'"):
        slides.write_slides(example, tmp_path / "slides.ppt")


def test_a_missing_package_is_named(example, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pptx", None)
    with pytest.raises(InputError, match="the pack needs python-pptx; install it with"):
        slides.write_slides(example, tmp_path / "slides.pptx")
