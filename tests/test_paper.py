"""The decision paper: tagged, whole, the same bytes, and what people write stays text."""

import dataclasses
import re
import shutil
import subprocess

import pytest
from dossier_base import LONG, SHOWN, hostile_dossier, plain_dossier

from pmo_lib.checks import InputError
from pmo_lib.export import asks, paper, paper_blocks, paper_parts, paper_pictures
from pmo_lib.export.paper_blocks import column, part, picture, points, row, said, table
from pmo_lib.wording import one_line

pytest.importorskip("typst", reason="the pack extra is not installed")


@pytest.fixture(scope="module")
def example(northmere):
    return plain_dossier(northmere)


@pytest.fixture(scope="module")
def written(example, tmp_path_factory):
    return paper.write_paper(example, tmp_path_factory.mktemp("paper") / "paper.pdf")


@pytest.fixture
def no_pictures(monkeypatch):
    """Leave the pictures out: they take most of the time."""
    for name in ("of_the_list", "of_objectives", "of_budgets", "of_people"):
        monkeypatch.setattr(paper_pictures, name, lambda dossier: [])


def text_of(path, *more):
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    found = subprocess.run(
        ["pdftotext", "-raw", *more, str(path), "-"], capture_output=True, check=True
    )
    return found.stdout.decode().replace("\u200b", "")


def letters(text):
    """A text without its blanks: lines may break anywhere."""
    return re.sub(r"\s", "", text)


def words_of(contents):
    """Every text of the contents but the drawings, one after the other."""
    if isinstance(contents, dict):
        return " ".join(words_of(part) for key, part in contents.items() if key != "svg")
    if isinstance(contents, list | tuple):
        return " ".join(map(words_of, contents))
    return contents if isinstance(contents, str) else ""


def test_it_is_tagged_and_promises_the_standard_for_screen_readers(written):
    content = written.read_bytes()
    assert content.startswith(b"%PDF-1.7") and b"/StructTreeRoot" in content
    typst = pytest.importorskip("typst")
    if "pdf_tags" in (typst.compile.__doc__ or "") + str(typst.compile.__text_signature__):
        assert b"pdfuaid:part>1<" in content or b'pdfuaid:part="1"' in content


def test_the_same_dossier_gives_the_same_bytes_dated_by_the_meeting(example, written, tmp_path):
    again = paper.write_paper(example, tmp_path / "again.pdf")
    assert again.read_bytes() == written.read_bytes()
    assert b"D:20261210000000Z" in again.read_bytes()


def test_every_project_stands_in_it(example, written):
    text = letters(text_of(written))
    names = example.recommendation.ranked_list["name"]
    assert len(names) == 42
    assert [name for name in names if letters(one_line(name)) not in text] == []


def test_the_first_page_is_the_decision(example, written):
    page = " ".join(text_of(written, "-f", "1", "-l", "1").split())
    assert "Approve 16 of 30 proposals" in page
    assert "Approve the 16 proposals above the line, of which 1 is mandatory, for £57.8m" in page
    assert "Confirm that Mere visitor centre is included by the board" in page
    assert "stop Westhaven leisure centre" in page
    assert "£2.2m, because nothing left out fits" in page
    for role in ("sponsor", "PMO director", "finance", "chair"):
        assert role in page


def test_every_page_has_marking_version_and_number(written):
    pages = text_of(written).split("\f")[:-1]
    assert len(pages) > 5
    for number, page in enumerate(pages, 1):
        assert page.count("OFFICIAL") >= 2
        assert "FOR APPROVAL · version 1 · pack " in page
        assert f"Page {number} of {len(pages)}" in page


def test_the_cut_line_stands_between_the_last_funded_and_the_first_not(example):
    (list_,) = [b for b in paper_parts._list(example) if b["kind"] == "table"]
    kinds = [row["kind"] for row in list_["rows"]]
    cut = kinds.index("cut")
    assert kinds.count("cut") == 1
    assert set(kinds[cut:]) == {"cut", "bar", "quiet"} and "quiet" not in kinds[:cut]
    assert list_["rows"][cut]["cells"][0]["text"] == "FUNDING ENDS HERE · £2.2m left over"


def compiled(example, tmp_path, **changed):
    """The pages of a paper whose contents were changed, as text."""
    contents = paper._contents(example, "A4") | changed
    path = tmp_path / "changed.pdf"
    path.write_bytes(paper._compiled(paper._typst(), contents))
    return text_of(path).split("\f")


def test_what_opens_something_stays_on_its_page(example, no_pictures, tmp_path):
    """Bars with the row that they open, headings and what is said of a table with its first row."""
    columns, parts = [column("Rank"), column("Project", 1)], []
    for n in range(44, 62):
        rows = [row(f"{k}", "filler") for k in range(n)]
        rows += [row({"text": f"cut{n}.", "span": 2}, kind="cut"), row(f"bar{n}.", "", kind="bar")]
        parts.append(part(f"List {n}", table(columns, [*rows, row("1", f"opened{n}.")])))
        above = points([f"point {k}" for k in range(n - 6)])
        parts.append(part(f"Above {n}", above))
        below = table(columns, [row("1", f"row{n}.")], title="Title")
        parts.append(part(f"head{n}.", said("small", f"said{n}."), below, fresh=False))
    pages = compiled(example, tmp_path, parts=parts)
    for n in range(44, 62):
        for words in (
            (f"cut{n}.", f"bar{n}.", f"opened{n}."),
            (f"head{n}.", f"said{n}.", f"row{n}."),
        ):
            (page,) = [page for page in pages if words[0] in page]
            assert all(word in page for word in words), words
    mattered = [page for page in pages if "cut" in page and "filler" not in page]
    assert len(mattered) > 1, [page[-60:] for page in pages]


@pytest.mark.parametrize("more", [0, 10, 14])
def test_who_signs_stands_on_the_first_page(example, no_pictures, tmp_path, more):
    decision = list(example_decision := paper_parts.decision(example))
    decision[2:2] = [points([f"asked {n}" for n in range(more)])] if more else []
    first = compiled(example, tmp_path, decision=decision, parts=[])[0]
    assert example_decision[-1]["roomy"] and first.count("asked") == more
    assert all(words in first for words in ("Signed", "Signature", "PMO director", "chair"))


def test_a_long_agenda_and_what_could_not_be_told_are_counted_not_listed(example, monkeypatch):
    monkeypatch.setattr(paper_parts, "MOST_SETTLED", 3)
    answers = example.answers.assign(low=0.0, high=float("inf"))
    dossier = dataclasses.replace(example, answers=answers)
    settled = paper_parts._agenda(dossier)[0]["items"][0]
    assert settled.endswith("and 25 more (the workbook names them).")
    note, *tables = paper_parts._why_not(dossier)
    assert "Nothing could be told of 2 more; the workbook names them." in note["text"]
    assert tables == [None, None]


def test_what_people_write_is_text_and_whole(small, tmp_path):
    dossier = hostile_dossier(small)
    path = paper.write_paper(dossier, tmp_path / "hostile.pdf")
    text = letters(text_of(path))
    for name in SHOWN.values():
        assert letters(name) in text
    assert "[rocket]" in text and "[U+6F22]" in text  # named, as no font here draws it
    assert text.count("W") >= len(LONG)
    assert b"/JavaScript" not in path.read_bytes() and b"/Launch" not in path.read_bytes()


def test_texts_too_long_for_head_and_foot_stand_in_full_elsewhere(small, no_pictures, tmp_path):
    dossier = hostile_dossier(small)
    settings = dataclasses.replace(
        dossier.recommendation.settings, organisation="o" * 3000, marking="m" * 3000
    )
    made = dataclasses.replace(dossier.recommendation, settings=settings)
    path = paper.write_paper(dataclasses.replace(dossier, recommendation=made), tmp_path / "p.pdf")
    text = letters(text_of(path))
    assert text.count("o") >= 3000 and text.count("m") >= 3000
    first = text_of(path, "-f", "1", "-l", "1")
    assert f"{'m' * 47}…" in first and "What is to be decided" not in first


@pytest.mark.parametrize("sheet, size", [("A4", "595.276 x 841.89"), ("Letter", "612 x 792")])
def test_it_is_printed_on_the_sheet_asked_for(small, no_pictures, tmp_path, sheet, size):
    if shutil.which("pdfinfo") is None:
        pytest.skip("pdfinfo (poppler-utils) is not installed")
    path = paper.write_paper(hostile_dossier(small), tmp_path / "p.pdf", sheet=sheet)
    said = subprocess.run(["pdfinfo", path], capture_output=True, check=True).stdout.decode()
    assert size in said and re.search(r"Tagged: +yes", said)


def test_what_the_dossier_lacks_has_no_part(example, no_pictures):
    bare = dataclasses.replace(
        example, answers=None, review=None, agenda=None, certainty=(), prices=example.prices[:0]
    )
    headings = [part["heading"] for part in paper_parts.parts(bare)]
    assert "Why not" not in headings and "What deserves debate" not in headings
    assert "What the board includes and excludes" not in headings
    assert "Running work" in headings  # named although nobody reviewed it


def test_decisions_are_named_when_there_are_some(small, no_pictures):
    dossier = hostile_dossier(small)
    said = words_of(paper._contents(dossier, "A4"))
    assert "What was decided" in said and "Approve subject to: 1 project, £600" in said
    assert "Defer: 1 project, £300" in said
    before = words_of(paper._contents(hostile_dossier(small, decided=False), "A4"))
    assert "What was decided" not in before and "What is to be decided" in before


def test_what_waits_is_named_with_who_it_makes_room_for(example):
    waits = asks.delayed(example)
    assert waits.at["office-moves", "why"] == (
        "makes room for Mere visitor centre, which the board includes"
    )
    assert "leisure-centre" not in waits.index, "what is stopped does not wait"
    assert waits.at["bus-lanes", "why"].startswith("ranks 6 and waits: ")


def test_all_signs_called_drawn_are_drawn(tmp_path):
    import unicodedata

    signs = [
        chr(code)
        for low, high in paper.DRAWN
        for code in range(low, high + 1)
        if unicodedata.category(chr(code)) not in ("Cn", "Mn")
    ]
    marks = [f"a{chr(code)}" for code in (*range(0x300, 0x305), *range(0x306, 0x30D))]
    contents = {"title": "T", "text": "".join(signs) + " " + " ".join(marks)}
    page = paper.printable({"kind": "text", "text": contents["text"]})
    assert letters(page["text"].replace("\u200b", "")) == letters(
        unicodedata.normalize("NFC", contents["text"])
    )
    made = {
        "title": "T", "organisation": "", "marking": "", "status": "", "standing": "",
        "occasion": "", "foot": "", "first": "F", "decision": [page], "parts": [],
        "sheet": "a4", "fonts": paper_blocks.FONTS, "day": None,
    }  # fmt: skip
    assert paper._compiled(paper._typst(), made).startswith(b"%PDF")


def test_other_budgets_are_drawn_and_read_where_they_were_asked(example):
    from pmo_lib import workbench

    made = example.recommendation
    found = workbench.frontier(made.portfolio, made.settings, scales=(0.9,), time_limit=5)
    drawn, said = paper_pictures.of_budgets(dataclasses.replace(example, budgets=found))
    assert drawn["kind"] == "picture" and len(said["items"]) >= 2
    assert paper_pictures.of_budgets(example) == []


def test_a_picture_says_what_it_shows(example):
    from pmo_lib.stories import pictures

    drawn = picture(pictures.asked_by_year(example.recommendation), "See the table.")
    assert drawn["alt"].startswith("What is asked in each year, and what there is. Black line")
    assert drawn["alt"].endswith("See the table.") and "<svg" in drawn["svg"]
    assert 0 < drawn["share"] <= 1


def test_a_large_portfolio_is_drawn_as_far_as_can_be_seen(example, monkeypatch):
    monkeypatch.setattr(paper_pictures, "MOST_BUBBLES", 10)
    monkeypatch.setattr(paper_pictures, "MOST_CELLS", 10)
    chart = paper_pictures._bubbles(example.recommendation).to_dict()
    assert chart["title"]["text"] == "Worth against cost: the 10 of 29 nearest to the line"
    (said,) = paper_pictures.of_people(example)
    assert said["text"].startswith("Roles by month are too many")


@pytest.mark.parametrize(
    "name, sheet, match",
    [("paper.txt", "A4", "path: must end in .pdf, got 'paper.txt'"),
     ("paper.pdf", "A5", "sheet: must be one of A4, Letter, got 'A5'")],
)  # fmt: skip
def test_what_cannot_be_written_is_refused(example, tmp_path, name, sheet, match):
    with pytest.raises(InputError, match=match):
        paper.write_paper(example, tmp_path / name, sheet=sheet)


def test_a_missing_package_is_named(example, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    with pytest.raises(
        InputError, match=r"needs typst; install it with: pip install .pmo-lib\[pack"
    ):
        paper.write_paper(example, tmp_path / "paper.pdf")
