"""Decisions that come back from the workbook: all of them, and nothing else."""

import dataclasses
import io
import json
import shutil
import signal
import warnings
import zipfile

import office_base
import openpyxl
import pandas as pd
import pytest
from conftest import SMALL
from typer.testing import CliRunner

from pmo_lib import approval, cli, pack_commands, record, tables, workbench
from pmo_lib.approval import decided, reading
from pmo_lib.checks import InputError
from pmo_lib.export import pack_sheet
from pmo_lib.export.decision_book import as_decision_book
from pmo_lib.export.first_page import COMMENT, CONDITION, DECISION, LABEL

READER = "ignore:.*(extension is not supported|invalid specification|default style).*:UserWarning"
pytestmark = pytest.mark.filterwarnings(READER)
SETTINGS = workbench.Settings(
    organisation="Small Council", board="Board", meeting_date="2026-12-10", marking="OFFICIAL"
)
DECIDED = {
    "flood": ("approve", "", ""),
    "roof": ("approve", "", "due by law"),
    "hubs": ("approve subject to", "=a lease, signed by March", "@SUM(1) 🌊"),
    "lights": ("defer", "", "in May"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small") / "in"
    folder.mkdir()
    budgets = SMALL["budgets"].replace("850", "1050")
    for name, text in {**SMALL, "budgets": budgets}.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    (folder / "settings.toml").write_text(SETTINGS.to_toml(), "utf-8")
    return workbench.recommend(tables.read_portfolio(folder), SETTINGS), folder


@pytest.fixture(scope="module")
def content(made):
    return as_decision_book(approval.dossier(made[0]))


def opened(content):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(io.BytesIO(content))


def rows(book):
    """Return the row of each project of the list, counted from 1."""
    sheet = book["Ranked list"]
    found = {sheet.cell(row, LABEL + 1).value: row for row in range(1, sheet.max_row + 1)}
    return {label: row for label, row in found.items() if label}


def write(book, decisions):
    """Fill in decisions as a person would."""
    sheet = book["Ranked list"]
    for project, cells in decisions.items():
        for column, text in zip((DECISION, CONDITION, COMMENT), cells, strict=True):
            cell = sheet.cell(rows(book)[project], column + 1)
            cell.value = text or None
            if text.startswith("="):
                cell.data_type = "s"
    return book


def filled(content, path, decisions=None, change=None):
    """Save a workbook with decisions, and with what someone else did to it."""
    book = write(opened(content), DECIDED if decisions is None else decisions)
    if change:
        change(book)
    book.save(path)
    return path


# --- they come back ------------------------------------------------------------------------


def test_decisions_conditions_comments_and_signatures_come_back(content, tmp_path):
    def sign(book):
        sheet = book["Sign-off"]
        row = next(r for r in range(1, 30) if sheet.cell(r, 1).value == "Chair")
        sheet.cell(row, 5).value, sheet.cell(row, 6).value = "Ann Smith", "2026-12-10"

    found = reading.read_decisions(filled(content, tmp_path / "a.xlsx", change=sign))
    expected = {p: (d.strip(), c, m, "", "2026-12-10") for p, (d, c, m) in DECIDED.items()}
    assert {p: tuple(row) for p, row in found.decisions.iterrows()} == expected
    assert found.undecided == ("calls",)
    assert found.signatures.loc["chair", ["name", "date"]].tolist() == ["Ann Smith", "2026-12-10"]
    assert found.meeting_date == "2026-12-10"
    assert found.names


@pytest.mark.parametrize("text", ["Approve", " approve ", "APPROVE", "approve\n"])
def test_a_decision_may_be_written_as_people_write(content, tmp_path, text):
    path = filled(content, tmp_path / "a.xlsx", {"flood": (text, "", "")})
    assert reading.read_decisions(path).decisions.at["flood", "decision"] == "approve"


def test_decisions_come_back_where_the_settings_state_nothing(made, tmp_path):
    bare = dataclasses.replace(made[0], settings=workbench.Settings())
    found = reading.read_decisions(
        filled(as_decision_book(approval.dossier(bare)), tmp_path / "d.xlsx")
    )
    assert set(found.decisions.index) == set(DECIDED) and found.meeting_date == ""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_workbook_saved_by_libreoffice_reads_the_same(content, tmp_path):
    path = filled(content, tmp_path / "a.xlsx")
    for _ in range(2):  # saved twice
        saved = office_base.convert(path, "xlsx", tmp_path / "out", tmp_path / "profile")
        path = shutil.copy(saved, tmp_path / "a.xlsx")
    found = reading.read_decisions(path)
    assert {p: tuple(row)[:3] for p, row in found.decisions.iterrows()} == {
        p: (d, c, m) for p, (d, c, m) in DECIDED.items()
    }
    book = opened((tmp_path / "a.xlsx").read_bytes())
    book["Ranked list"].cell(rows(book)["flood"], 6).value = 1
    book.save(tmp_path / "b.xlsx")
    with pytest.raises(InputError, match=r"row 8 column F is protected.*was 600, now 1"):
        reading.read_decisions(tmp_path / "b.xlsx")


def test_a_pack_beside_its_filled_copy_is_open_where_it_should_be(content):
    book = opened(content)
    assert all(sheet.protection.sheet for sheet in book)
    unlocked = {
        (sheet.title, cell.column - 1)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if not cell.protection.locked
    }
    list_, sign = {("Ranked list", n) for n in (DECISION, CONDITION, COMMENT)}, "Sign-off"
    assert unlocked == list_ | {(sign, 4), (sign, 5), (sign, 6)}
    assert book["pack"].sheet_state == "veryHidden"


# --- troubles ------------------------------------------------------------------------------


def delete_row(book):
    book["Ranked list"].delete_rows(rows(book)["hubs"])


def sort_rows(book):
    sheet, at = book["Ranked list"], rows(book)
    for column in range(1, LABEL + 2):
        a, b = (sheet.cell(at[p], column) for p in ("flood", "hubs"))
        if not isinstance(a, openpyxl.cell.cell.MergedCell):
            kinds = b.data_type, a.data_type
            a.value, b.value = b.value, a.value
            a.data_type, b.data_type = kinds


def two_decisions(book):
    write(book, {"flood": ("approve, reject", "", "")})


def unknown_word(book):
    write(book, {"flood": ("aprove", "", "")})


def rename_sheet(book):
    book["Ranked list"].title = "Ranked list (2)"


def rename_other_sheet(book):
    book["Weights"].title = "Wts"


def add_sheet(book):
    book.create_sheet("Mine")


def inject_formula(book):
    book["Ranked list"].cell(rows(book)["flood"], DECISION + 1).value = '=IF(1,"approve","")'


def inject_comment(book):
    book["Ranked list"].cell(rows(book)["roof"], COMMENT + 1).value = "=1+1"


def formula_for_number(book):
    book["Ranked list"].cell(rows(book)["flood"], 6).value = "=1+1"


def number_for_formula(book):
    sheet = book["Constraints"]
    cell = next(c for r in sheet.iter_rows() for c in r if c.data_type == "f")
    cell.value = 5


def change_name(book):
    book["Ranked list"].cell(rows(book)["flood"], 2).value = "Flood gate"


def change_weight(book):
    sheet = book["Weights"]
    next(c for r in sheet.iter_rows() for c in r if c.value == 60).value = 61


def write_beside(book):
    book["Cover"].cell(60, 3).value = "approved!"


def no_condition(book):
    write(book, {"flood": ("approve subject to", "", "")})


def drop_hidden(book):
    del book["pack"]


def spoil_hidden(book):
    book["pack"].cell(7, 1).value = "x" + str(book["pack"].cell(7, 1).value)[1:]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (delete_row, "sheet 'Ranked list' row 9, project 'hubs', was deleted"),
        (sort_rows, "the rows were sorted or moved: 'flood' from row 8 to 9, 'hubs' from row 9 to 8"),
        (two_decisions, "row 8, project 'flood': 'approve, reject' holds 2 decisions"),
        (unknown_word, "project 'flood': 'aprove' is no decision; did you mean 'approve'?"),
        (rename_sheet, "'Ranked list' is missing; is 'Ranked list .2.' that sheet"),
        (rename_other_sheet, "sheet 'Weights' is missing; is 'Wts' that sheet"),
        (add_sheet, "'Mine' was added"),
        (inject_formula, "project 'flood': its decision is a formula"),
        (inject_comment, "project 'roof': its comment is a formula, '=1.1'"),
        (formula_for_number, "row 8 column F is protected.* was 600, now the formula =1.1"),
        (number_for_formula, "sheet 'Constraints'.* was the formula =.*, now 5"),
        (change_name, "row 8 column B is protected.* was 'Flood wall', now 'Flood gate'"),
        (change_weight, "sheet 'Weights' row .* was 60, now 61"),
        (write_beside, "sheet 'Cover' row 60 column C is protected .* was empty, now 'approved!'"),
        (no_condition, "project 'flood': is approved subject to no condition"),
        (drop_hidden, "is no workbook to decide in"),
        (spoil_hidden, "its hidden sheet was changed"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)  # fmt: skip
def test_planted_troubles_are_named(content, tmp_path, change, words):
    with pytest.raises(InputError, match=words) as caught:
        reading.read_decisions(filled(content, tmp_path / "a.xlsx", change=change))
    assert len(caught.value.problems) <= 3


def test_all_troubles_are_told_at_once(content, tmp_path):
    def change(book):
        for spoil in (change_name, change_weight, unknown_word, inject_comment):
            spoil(book)

    with pytest.raises(InputError) as caught:
        reading.read_decisions(filled(content, tmp_path / "a.xlsx", change=change))
    assert len(caught.value.problems) == 4


def test_another_pack_is_refused(made, content, tmp_path):
    found = reading.read_decisions(filled(content, tmp_path / "a.xlsx"))
    portfolio, settings = made[0].portfolio, made[0].settings
    assert decided.of_this_pack(found, portfolio, settings) == (portfolio, settings)
    with pytest.raises(InputError, match="belongs to another pack"):
        decided.of_this_pack(found, portfolio, dataclasses.replace(settings, version="2"))


@pytest.mark.parametrize("text", [b"", b"no zip"])
def test_what_is_no_workbook(tmp_path, text):
    (tmp_path / "a.xlsx").write_bytes(text)
    with pytest.raises(InputError, match=r"a\.xlsx: is not an \.xlsx workbook"):
        reading.read_decisions(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match="is not there"):
        reading.read_decisions(tmp_path / "b.xlsx")


def test_a_picture_holds_every_protected_cell(content):
    book = opened(content)
    hidden = book["pack"]
    text = "".join(hidden.cell(row, 1).value for row in range(6, hidden.max_row + 1))
    picture = pack_sheet.unpack_text(text)
    stands = {
        (sheet.title, cell.row - 1, cell.column - 1)
        for sheet in book
        if sheet.title != "pack"
        for row in sheet.iter_rows()
        for cell in row
        if cell.value not in (None, "") and cell.protection.locked
    }
    assert {(n, r, c) for n, cells in picture["sheets"].items() for r, c, *_ in cells} == stands


# --- the approved list ---------------------------------------------------------------------


def frame(**decisions):
    table = {
        p: (word, condition, "", "", "2026-12-10") for p, (word, condition) in decisions.items()
    }
    return pd.DataFrame.from_dict(
        table, orient="index", columns=["decision", "condition", "comment", "by", "date"]
    ).rename_axis("project")


def test_partial_approval_chooses_again_with_decisions_fixed(made):
    before, _ = made
    portfolio, settings = before.portfolio, before.settings
    decisions = frame(flood=("reject", ""), hubs=("approve subject to", "a lease"))
    after = decided.approved_list(before, decisions, by="Ann Smith")
    assert not after.choice.selected["flood"]
    assert after.choice.selected[["hubs", "lights", "roof"]].all()
    assert after.settings.status == "DRAFT"
    why = after.ranked_list["why"]
    assert "approved on 10 December 2026 subject to a lease (Ann Smith)" in why["hubs"]
    assert "rejected on 10 December 2026" in why["flood"]
    alone = workbench.with_override(settings, "flood", "out", reason="r", by="b")
    alone = workbench.recommend(portfolio, workbench.with_override(
        alone, "hubs", "in", reason="r", by="b"), explain=False)  # fmt: skip
    assert after.choice.selected.equals(alone.choice.selected)
    changed = decided.against(before, decisions)
    assert set(changed.index) == {"hubs", *(["flood"] if before.choice.selected["flood"] else [])}


def test_with_everything_decided_the_list_is_as_decided_and_approved(made):
    before, _ = made
    decisions = frame(
        flood=("defer", ""), roof=("approve", ""), hubs=("approve", ""), lights=("reject", "")
    )
    after = decided.approved_list(before, decisions, by="Ann")
    chosen = after.choice.selected
    assert set(chosen.index[chosen]) == {"roof", "hubs"}
    assert after.settings.status == "APPROVED"
    assert not after.ranked_list["why"].str.contains("costs the list nothing").any()


@pytest.mark.parametrize(
    ("decisions", "words"),
    [
        ({"roof": ("reject", "")}, "‘School roof’ is mandatory and cannot be rejected; approve it"),
        ({"calls": ("approve", "")}, "is not assessed .*, so it cannot be approved; defer it"),
        ({"ghost": ("approve", "")}, "decisions: 'ghost' not in the tables"),
    ],
)
def test_what_cannot_be_decided_is_named(made, decisions, words):
    with pytest.raises(InputError, match=words):
        decided.approved_list(made[0], frame(**decisions), by="Ann")


def test_approving_more_than_fits_says_what_is_short_and_what_to_defer(made):
    tight = workbench.recommend(
        made[0].portfolio, dataclasses.replace(SETTINGS, budget_scale=0.8), explain=False
    )
    decisions = frame(flood=("approve", ""), hubs=("approve", ""), lights=("approve", ""))
    words = (
        r"2027-28 capital is £410 short.*The fewest decisions to change so that the rest fits: "
        "defer or reject ‘Flood wall’"
    )
    with pytest.raises(InputError, match=words) as caught:
        decided.approved_list(tight, decisions, by="Ann")
    assert "must be in" not in str(caught.value)
    more = pd.concat([decisions, frame(roof=("reject", ""), calls=("approve", ""))])
    with pytest.raises(InputError) as all_told:
        decided.approved_list(tight, more, by="Ann")
    clash, unknown, short = all_told.value.problems
    assert "‘School roof’ is mandatory" in clash and "is not assessed" in unknown
    assert "2027-28 capital is £410 short" in short and "defer or reject ‘Flood wall’" in short
    enough = workbench.recommend(
        tight.portfolio, dataclasses.replace(SETTINGS, budget_scale=3.0), explain=False
    )
    with pytest.raises(InputError) as clashes:
        decided.approved_list(enough, more, by="Ann")
    assert clashes.value.problems == (clash, unknown)
    smaller = decisions.drop("flood")
    assert decided.approved_list(tight, smaller, by="Ann").choice.cost > 0


def test_decisions_stand_in_the_record_once(tmp_path):
    kept = record.open_record(tmp_path / "record.sqlite")
    decisions = frame(flood=("approve", ""), hubs=("approve subject to", "a lease"))
    assert decided.note(kept, decisions, by="Ann", review="2026-12-10") == 2
    assert decided.note(kept, decisions, by="Ann", review="2026-12-10") == 0
    found = record.decisions(kept)
    assert found.loc["hubs", ["decision", "reason", "review", "by"]].tolist() == [
        "approve subject to", "a lease", "2026-12-10", "Ann",
    ]  # fmt: skip
    with pytest.raises(InputError, match="'Bob' is not in the record"):
        decided.note(kept, frame(flood=("reject", "")), by="Bob")


# --- the command ---------------------------------------------------------------------------


def test_the_command_records_and_writes_the_approved_pack(made, content, tmp_path, monkeypatch):
    folder = shutil.copytree(made[1], tmp_path / "in")
    path = filled(content, tmp_path / "decide.xlsx")
    command = ["decisions", "read", str(path), str(folder), "--by", "Ann", "--json"]
    done = CliRunner().invoke(cli.app, [*command, "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["recorded"] == 4
    assert {row["project"]: row["decision"] for row in document["decisions"]} == {
        p: d for p, (d, _, _) in DECIDED.items()
    }
    kept = record.open_record(folder / "record.sqlite")
    assert set(record.decisions(kept).index) == set(DECIDED)
    book = opened((tmp_path / "out" / "decide.xlsx").read_bytes())
    sheet, at = book["Ranked list"], rows(book)
    assert sheet.cell(at["hubs"], DECISION + 1).value == "approve subject to"
    assert sheet.cell(at["hubs"], CONDITION + 1).value == "=a lease, signed by March"
    assert sheet.cell(at["hubs"], CONDITION + 1).data_type == "s"
    with zipfile.ZipFile(tmp_path / "out" / "sealed.zip") as sealed:
        assert "decisions.csv" in sealed.namelist()
    assert record.verify(tmp_path / "out" / "sealed.zip").holds
    monkeypatch.setattr(pack_commands, "_write_approved", interrupted)
    stopped = CliRunner().invoke(cli.app, command)
    assert stopped.exit_code == 130
    assert "the decisions stand in" in stopped.stderr and "no approved list" in stopped.stderr


def interrupted(*_):
    signal.raise_signal(signal.SIGINT)


def test_the_command_refuses_in_words(made, content, tmp_path):
    path = filled(content, tmp_path / "decide.xlsx", change=unknown_word)
    command = ["decisions", "read", str(path), str(made[1]), "--by", "Ann"]
    done = CliRunner().invoke(cli.app, command)
    assert done.exit_code == 2
    assert "did you mean 'approve'?" in done.output
    assert "Not checked yet: whether decisions clash, and whether there is money" in done.stderr
    assert not (made[1] / "record.sqlite").exists()
    path = filled(content, tmp_path / "empty.xlsx", {})
    done = CliRunner().invoke(
        cli.app, ["decisions", "read", str(path), str(made[1]), "--by", "Ann"]
    )
    assert "holds no decision" in done.output
