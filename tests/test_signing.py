"""The notebook of the pack: what it previews, and the button that writes it."""

import base64
import zipfile

import pytest
from dossier_base import hostile_dossier, plain_dossier

from pmo_lib.approval.pack import PARTS, SEALED, USUAL
from pmo_lib.stories import signing
from pmo_lib.widgets.signing import write_the_pack

for package in ("typst", "pptx"):
    pytest.importorskip(package, reason="the pack extra is not installed")


@pytest.fixture(scope="module")
def dossier(northmere):
    return plain_dossier(northmere)


@pytest.fixture(scope="module")
def drafted(dossier):
    return signing.drafts(dossier)


def test_it_says_what_is_asked_who_signs_and_who_waits(dossier):
    assert signing.asked(dossier)[0].startswith("Approve 16 of 30 proposals")
    assert signing.signatures(dossier)["role"].to_list()[-1] == "chair"
    waits = signing.waits(dossier).set_index("waits")["why"]
    assert waits["Solar roofs on 38 schools"].startswith("Makes room for Mere visitor centre")
    assert any(dossier.seal[:12] in words for words in signing.would_change(dossier))


def test_every_part_is_previewed(drafted):
    table = signing.contents(drafted).set_index("file")["holds"]
    assert list(table.index) == [PARTS[part].file for part in USUAL]
    assert int(table["paper.pdf"].split()[0]) > 5
    assert signing.first_page(drafted).data.startswith(b"\x89PNG")
    assert "Ranked list" in signing.sheets(drafted)["sheet"].to_list()
    shown = signing.slides(drafted)
    assert shown["says"].str.startswith("Debate: ").any() and (shown["chart"] == "yes").any()


def test_nothing_is_written_before_the_button_is_pressed(small, tmp_path):
    dossier, out = hostile_dossier(small), tmp_path / "pack"
    panel = write_the_pack(dossier, out)
    assert not out.exists()
    assert "Boxes and a button stand here" in panel.static.text
    boxes = {w.description.partition(":")[0]: w for w in panel.children if hasattr(w, "indent")}
    boxes["slides.pptx"].value = boxes["decide.xlsx"].value = False
    button = next(w for w in panel.children if hasattr(w, "children")).children[0]
    button.click()
    said = panel.children[-2].value
    assert sorted(path.name for path in out.iterdir()) == sorted(
        ["paper.pdf", "minutes.md", "decision_log.csv", SEALED]
    )
    held = base64.b64encode((out / "minutes.md").read_bytes()).decode()
    assert f'<a download="minutes.md" href="data:application/octet-stream;base64,{held}">' in said
    assert said.count("<a download=") == 4 and "<script>" not in said
    assert zipfile.is_zipfile(out / SEALED) and not button.disabled


def test_what_cannot_be_written_is_said_as_text(small, tmp_path):
    (tmp_path / "pack").write_text("a file")
    panel = write_the_pack(hostile_dossier(small), tmp_path / "pack")
    button = next(w for w in panel.children if hasattr(w, "children")).children[0]
    button.click()
    assert "is a file; name a folder" in panel.children[-3].words and not button.disabled
