"""The workbook to decide in and the pack around it: whole, marked, harmless, the same again."""

import csv
import dataclasses
import gc
import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from concurrent import futures
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import openpyxl
import pandas as pd
import pytest
from conftest import SMALL
from test_export_texts import HOSTILE, LONG, poisoned
from typer.testing import CliRunner

from pmo_lib import approval, cli, export, folder, record, tables, workbench
from pmo_lib.approval import pack, reading
from pmo_lib.approval.archive import NO_PACK
from pmo_lib.approval.decided import approved_list
from pmo_lib.approval.matrix import READY, approval_matrix, raci
from pmo_lib.approval.names import known_people, people_of, renaming, without_people
from pmo_lib.checks import InputError
from pmo_lib.export import paper_pictures
from pmo_lib.export.decision_book import CONTENTS, as_decision_book
from pmo_lib.export.first_page import COMMENT, CONDITION, DECISION, LABEL
from pmo_lib.export.live_file import live_page
from pmo_lib.export.paper_parts import decision, parts
from pmo_lib.rebalance.rules import Rules
from pmo_lib.robustness import processes
from pmo_lib.stories import doubts
from pmo_lib.workbench import rebalancing
from pmo_lib.workbench.since import since_last

DATA = Path(__file__).resolve().parents[1] / "data" / "northmere"
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported.*:UserWarning")


@pytest.fixture(scope="module")
def made(northmere):
    settings = workbench.with_override(
        folder.read_settings(DATA), "visitor-centre", "in", reason="Promised", by="Cllr Ann"
    )
    return workbench.recommend(northmere, settings, explain=False)


def agenda_of(made):
    """Return an agenda such as robustness.agenda gives, without asking for it."""
    projects = made.evaluation.score.index
    kinds = np.array(["debate", "decide without debate", "decline"])
    table = pd.DataFrame({"decision": kinds[np.arange(len(projects)) % 3]}, projects)
    table["share"] = table["decision"].map({"debate": 0.5, "decline": 0.0}).fillna(1.0)
    table["often"] = table["share"].replace(0.5, 0.95)
    table["reason"] = "funded in half of the draws"
    debated = table["decision"] == "debate"
    table["for_it"] = [("Cllr Ann", "Cllr Bob") if d else () for d in debated]
    table["against_it"] = [("Cllr Eve",) if d else () for d in debated]
    table["question"] = [("Residents", "Risk") if d else "" for d in debated]
    return table


@pytest.fixture(scope="module")
def dossier(made):
    """Everything a pack can hold, asked quickly."""
    answers = workbench.why_not(made, projects=["visitor-centre", "bus-lanes"], time_limit=5)
    review = rebalancing.review(made)
    before = made.portfolio, dataclasses.replace(made.settings, overrides=())
    since, causes = since_last(before, (made.portfolio, made.settings), Rules())
    room = pd.DataFrame({"criterion": ["Reach"], "weight": [0.4], "low": [0.3], "high": [0.6]})
    budgets = workbench.frontier(made.portfolio, made.settings, scales=[0.5, 0.9], time_limit=2)
    return approval.dossier(
        made, answers=answers, review=review, agenda=agenda_of(made), certainty=("Proven.",),
        room=room, budgets=budgets, since_last=since, causes=causes,
    )  # fmt: skip


@pytest.fixture(scope="module")
def content(dossier):
    return as_decision_book(dossier)


@pytest.fixture(scope="module")
def book(content):
    return openpyxl.load_workbook(io.BytesIO(content), data_only=True)


def texts(sheet):
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]


# --- what it holds -------------------------------------------------------------------------


def test_every_sheet_is_there_in_order_and_told_on_the_cover(book):
    names = [name for name in book.sheetnames if name not in ("pack", "Texts in full")]
    assert names == ["Cover", *CONTENTS]
    assert set(CONTENTS) <= set(texts(book["Cover"]))


def test_the_cover_states_recommendation_amounts_meeting_version_and_pack(dossier, book):
    found = " | ".join(texts(book["Cover"]))
    made = dossier.recommendation
    for words in (made.headline, "10 December 2026", "Version 1", "DRAFT · OFFICIAL", dossier.seal):
        assert words in found
    numbers = [c.value for row in book["Cover"].iter_rows() for c in row if c.data_type == "n"]
    for amount in dossier.amounts.values():
        assert any(value == pytest.approx(amount) for value in numbers if value is not None)


def test_amounts_agree_with_the_list(dossier):
    made, amounts = dossier.recommendation, dossier.amounts
    assert amounts["recommended"] == made.ranked_list["running_total"].max()
    assert amounts["left over"] == pytest.approx(made.left_by_year().sum())
    assert amounts["available"] - amounts["left over"] == pytest.approx(amounts["recommended"])


def test_the_list_is_the_foundations_with_room_to_decide(dossier, book):
    made, sheet = dossier.recommendation, book["Ranked list"]
    proposals = made.ranked_list[made.ranked_list["block"] != "continues"]
    rows = [row for row in range(1, sheet.max_row + 1) if sheet.cell(row, LABEL + 1).value]
    changed = dict.fromkeys(dossier.changes.index)
    assert [sheet.cell(row, LABEL + 1).value for row in rows] == [*changed, *proposals.index]
    asked = ["Stop Westhaven leisure centre"]
    assert [sheet.cell(row, 2).value for row in rows] == [*asked, *proposals["name"]]
    assert sheet.cell(4, COMMENT + 1).value == "Comment"
    lists = [(v.formula1, v.sqref) for v in sheet.data_validations.dataValidation]
    assert lists[0][0] == '"approve,approve subject to,defer,reject"'
    assert sum(len(sqref.ranges) for _, sqref in lists) == len(rows)
    assert sheet.column_dimensions["M"].hidden


def test_live_counts_of_decisions_on_the_cover(content, dossier):
    formulas = openpyxl.load_workbook(io.BytesIO(content))["Cover"]
    found = [c.value for row in formulas.iter_rows() for c in row if c.data_type == "f"]
    assert sum("COUNTIF('Ranked list'!" in text for text in found) == 6
    projects = dossier.recommendation.choice.selected.index[:3]
    table = pd.DataFrame({"decision": ["approve", "approve", "defer"]}, index=projects)
    stated = dataclasses.replace(dossier, decisions=approval.dossier(
        dossier.recommendation, decisions=table).decisions)  # fmt: skip
    cover = openpyxl.load_workbook(io.BytesIO(as_decision_book(stated)), data_only=True)["Cover"]
    counts = {cover.cell(row, 5).value: cover.cell(row, 6).value for row in range(7, 14)}
    assert counts["Approve"] == 2
    assert counts["Defer"] == 1
    assert counts["Reject"] == 0


def test_agenda_overrides_sensitivity_bridge_and_sign_off(dossier, book):
    agenda = " | ".join(texts(book["Agenda"]))
    assert "DEBATE: in or out depends on the weights: 10 of 29" in agenda
    assert "Residents or Risk?" in agenda
    assert "Proven." in agenda
    rows = list(book["Agenda"].iter_rows(values_only=True))
    sure = [row[4] for row in rows if "half of the draws" in str(row[5])]
    assert sure == [95] * 10 + [100] * 10 + [0] * 9, "of the draws, not of the lists"
    override = " | ".join(texts(book["Overrides"]))
    assert "Promised" in override
    assert "points" in override
    sensitivity = texts(book["Sensitivity"])
    assert "too little" in sensitivity
    assert "Reach" in sensitivity
    since = " | ".join(texts(book["Since last time"]))
    assert "an override" in since
    sign = " | ".join(texts(book["Sign-off"]))
    assert "above £1.00m" in sign
    assert "A, R" in sign


def test_formulas_have_the_values_they_give_and_no_other_cell_is_a_formula(content):
    formulas = openpyxl.load_workbook(io.BytesIO(content))
    values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    n = 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    n += 1
                    assert values[sheet.title][cell.coordinate].value is not None
    assert n > 100


def test_every_sheet_prints_landscape_with_marking_version_and_page_of(content):
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book:
        if sheet.title == "pack":
            continue
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage  # one page wide, on Letter too
        assert sheet.page_setup.fitToWidth in (None, 1)
        assert "OFFICIAL" in sheet.oddHeader.center.text
        assert "DRAFT v1" in sheet.oddFooter.left.text
        assert "&P of &N" in sheet.oddFooter.right.text
        assert sheet.protection.sheet
    repeated = [s.title for s in book if s.print_title_rows]
    assert {"Ranked list", "Agenda", "Overrides", "Reasons", "Sign-off"} <= set(repeated)


def test_parts_are_well_formed_and_every_reference_has_its_part(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        for name in names:
            ElementTree.fromstring(archive.read(name))
        for name in (n for n in names if n.endswith(".rels")):
            base = Path(name).parents[1]
            for link in ElementTree.fromstring(archive.read(name)):
                target = link.get("Target")
                path = (
                    target.lstrip("/")
                    if target.startswith("/")
                    else os.path.normpath(base / target)
                )
                assert path in names, (name, target)


def test_the_same_dossier_gives_the_same_bytes(dossier, content):
    assert as_decision_book(dossier) == content


# --- agenda in the ordinary workbook -------------------------------------------------------


def test_the_ranked_workbook_takes_an_agenda(made, tmp_path):
    path = export.write_ranked_list(made, tmp_path / "a.xlsx", agenda=agenda_of(made))
    book = openpyxl.load_workbook(path)
    assert "Agenda" in book.sheetnames
    assert "Cllr Ann and Cllr Bob" in texts(book["Agenda"])
    assert "Comment" not in texts(book["Ranked list"])
    with pytest.raises(InputError, match="agenda: must be of the projects on the list"):
        other = agenda_of(made).rename(index={"bus-lanes": "none"})
        export.write_ranked_list(made, tmp_path / "b.xlsx", agenda=other)


# --- who signs -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("office", "amount", "signs"),
    [
        ("supportive", 9e9, ["sponsor", "chair"]),
        ("controlling", 1e6, ["sponsor", "PMO director", "chair"]),
        ("controlling", 1e6 + 1, ["sponsor", "PMO director", "finance", "chair"]),
        ("directive", 5e6, ["sponsor", "PMO director", "finance"]),
        ("directive", 6e6, ["sponsor", "PMO director", "finance", "chair"]),
    ],
)
def test_ready_made_matrices(office, amount, signs):
    table = approval_matrix(workbench.Settings(office=office), amount)
    assert table.loc[table["needed"], "role"].to_list() == signs
    assert set(READY) == {"supportive", "controlling", "directive"}


def test_duties_follow_from_who_signs(dossier):
    letters = {}
    for office in READY:
        table = raci(approval_matrix(workbench.Settings(office=office), 6e6))
        assert (table.map(lambda cell: "A" in cell).sum(axis=1) == 1).all()  # one answers
        assert table.map(lambda cell: "R" in cell).any(axis=1).all()  # somebody does it
        letters[office] = table
    assert list(letters["supportive"]) == ["sponsor", "chair"]
    assert letters["controlling"].at["The decisions are recorded", "PMO director"] == "A, R"
    assert letters["controlling"].loc["That the money is there"].tolist() == ["C", "C", "A, R", "I"]
    small = raci(approval_matrix(workbench.Settings(office="directive"), 1e6))
    assert small.at["Each project is decided", "finance"] == "A, R"  # the chair signs from 5m on
    own = ({"role": "mayor", "signs": "the list"}, {"role": "PMO", "signs": "the rules"},
           {"role": "treasurer", "signs": "the list", "above": 2e6})  # fmt: skip
    settings = workbench.Settings(approval_matrix=own)
    assert raci(approval_matrix(settings, 1e6)).loc["The list"].tolist() == ["A", "I", "R"]
    assert raci(approval_matrix(settings, 3e6)).loc["The list"].tolist() == ["R", "C", "A"]
    many = tuple({"role": f"role {n}", "signs": f"part {n}"} for n in range(7))
    made = dataclasses.replace(
        dossier.recommendation,
        settings=dataclasses.replace(dossier.recommendation.settings, approval_matrix=many),
    )
    found = texts(
        openpyxl.load_workbook(io.BytesIO(as_decision_book(approval.dossier(made))))["Sign-off"]
    )
    assert {"Role 6", "Part 6", "C", "I", "A, R"} <= set(found)
    assert found.count("Who does what") == 2


def test_a_matrix_of_the_organisations_own():
    rows = ({"role": "mayor", "signs": "the list", "above": 2e6}, {"role": "chair", "signs": "it"})
    settings = workbench.Settings(approval_matrix=rows)
    assert workbench.Settings.from_toml(settings.to_toml()) == settings
    assert settings.hash() == workbench.Settings().hash()
    table = approval_matrix(settings, 1e6)
    assert table["needed"].to_list() == [False, True]
    with pytest.raises(InputError, match="approval_matrix entry 1: above must be an amount"):
        workbench.Settings(approval_matrix=({"role": "a", "signs": "b", "above": -1},))
    with pytest.raises(InputError, match="office: must be one of 'supportive'"):
        workbench.Settings(office="loose")


# --- harmless ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile(northmere):
    """A dossier with hostile texts in every field, decisions among them."""
    settings = dataclasses.replace(
        folder.read_settings(DATA), organisation="=1+1 & Sons", board="#let x = 1",
        marking="<b>OFFICIAL</b>", version="=2", currency='"£&',
        approval_matrix=({"role": HOSTILE[0], "signs": LONG, "above": 1e6},
                         {"role": "<script>", "signs": HOSTILE[1]}),
    )  # fmt: skip
    settings = workbench.with_override(settings, "visitor-centre", "out", reason=LONG, by="@SUM(1)")
    portfolio = poisoned(northmere)
    portfolio = dataclasses.replace(portfolio, transfers=portfolio.transfers.iloc[:0])
    made = workbench.recommend(portfolio, settings, explain=False)
    agenda = agenda_of(made).assign(reason=HOSTILE[0])
    agenda["for_it"] = [tuple(HOSTILE[:3])] * len(agenda)
    agenda["question"] = [tuple(HOSTILE[3:5])] * len(agenda)
    changes = pd.DataFrame(
        {"action": ["stop", "pause"], "name": [HOSTILE[0], LONG], "reason": [LONG, HOSTILE[1]],
         "sponsor": [HOSTILE[2], LONG]}, ["leisure-centre", "payroll"],
    )  # fmt: skip
    return approval.dossier(made, agenda=agenda, certainty=(HOSTILE[0], LONG), changes=changes)


def decided(hostile, words):
    projects = hostile.recommendation.choice.selected.index.append(hostile.changes.index)
    words = [words[n % len(words)] for n in range(len(projects))]
    table = pd.DataFrame({"condition": words, "comment": words[::-1], "by": words}, projects)
    stated = {"decisions": table.assign(decision="defer"), "asked": words}
    return approval.dossier(hostile.recommendation, changes=hostile.changes, **stated)


def test_hostile_texts_are_texts_and_none_is_lost(hostile):
    for one in (hostile, decided(hostile, [*HOSTILE, LONG])):
        content = as_decision_book(one)
        book = openpyxl.load_workbook(io.BytesIO(content))
        ours = re.compile(r"=[\w\s'(),.:!$*+\-/&\"<>=·£%]+$")
        shown = ""
        for sheet in book:
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.data_type == "f":
                        assert ours.match(cell.value), cell.value
                        assert "cmd" not in cell.value
                    elif isinstance(cell.value, str):
                        assert len(cell.value) <= 32_767
                        shown += cell.value + "\n"
        whole = "".join(str(row[2].value) for row in book["Texts in full"].iter_rows())
        joined = re.sub(r"\s", "", whole)
        assert re.sub(r"\s", "", LONG) in joined
        assert "\u202e" not in shown
        for text in ("=cmd|' /C calc'!A0", "<script>", "@SUM(1)", "#let x = 1", "&P &[Page] &G"):
            assert text in shown
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                ElementTree.fromstring(archive.read(name))
                assert b"<hyperlink" not in archive.read(name)


def test_a_hostile_workbook_reads_back(hostile, tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(as_decision_book(hostile))
    found = reading.read_decisions(path)
    n = (hostile.recommendation.ranked_list["block"] != "continues").sum()
    assert len(found.undecided) == n + len(hostile.changes)
    assert found.changes["name"].to_list() == hostile.changes["name"].to_list()


def test_hostile_projects_seal_and_verify(hostile, tmp_path):
    from pmo_lib.approval import seal

    made = hostile.recommendation
    written = tables.write_portfolio(made.portfolio, tmp_path / "in")
    made = workbench.recommend(tables.read_portfolio(written), made.settings, explain=False)
    plain = approval.dossier(made)
    for one in (plain, decided(plain, [*HOSTILE, LONG])):
        path = seal.seal(one, tmp_path / "a.zip")
        verdict = seal.verify(path)
        assert verdict.holds, verdict.findings["says"].tolist()
        with zipfile.ZipFile(path) as archive:
            for name in (n for n in archive.namelist() if n.endswith(".csv")):
                text = io.StringIO(archive.read(name).decode("utf-8-sig"), newline="")
                for cell in (cell for row in csv.reader(text) for cell in row):
                    number = cell.lstrip("-").replace(".", "").replace("e-", "").isdecimal()
                    assert not cell.lstrip().startswith(("=", "@", "+", "-")) or number, cell


# --- the pack ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def little(tmp_path_factory):
    where = tmp_path_factory.mktemp("little")
    for name, text in SMALL.items():
        (where / f"{name}.csv").write_text(text, "utf-8")
    settings = workbench.Settings(marking="OFFICIAL", meeting_date="2026-12-10")
    (where / "settings.toml").write_text(settings.to_toml(), "utf-8")
    return where


def test_the_command_writes_every_part_the_same_twice_and_keeps_what_was_filled_in(
    little, tmp_path
):
    run = [
        "pack",
        str(little),
        "--out",
        str(tmp_path),
        "--why",
        "0",
        "--live",
        "--no-names",
        "--json",
    ]
    first = CliRunner().invoke(cli.app, run)
    assert first.exit_code == 0, first.output
    names = {Path(name).name for name in json.loads(first.stdout)["written"]}
    assert names == {part.file for part in pack.PARTS.values()} | {pack.SEALED}
    before = {name: (tmp_path / name).read_bytes() for name in names}
    (tmp_path / "decide.xlsx").write_bytes(b"filled in")
    second = json.loads(CliRunner().invoke(cli.app, run).stdout)
    assert {name: (tmp_path / name).read_bytes() for name in names} == before
    assert [Path(kept).read_bytes() for kept in second["kept"]] == [b"filled in"]
    done = CliRunner().invoke(cli.app, ["verify", str(tmp_path / pack.SEALED), "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["holds"]
    (tmp_path / pack.SEALED).write_bytes(before[pack.SEALED][:-30])
    done = CliRunner().invoke(cli.app, ["verify", str(tmp_path / pack.SEALED)])
    assert done.exit_code == 1
    assert len(done.stdout.splitlines()) == 1 and "does not hold" in done.stdout
    done = CliRunner().invoke(cli.app, ["verify", str(tmp_path / "paper.pdf")])
    assert (done.exit_code, done.stdout) == (1, f"{NO_PACK}\n")


def test_a_helper_writes_the_paper_and_may_be_gone(little, tmp_path, monkeypatch):
    monkeypatch.setattr(processes, "processes", lambda most: None)
    paper = pack.Part("paper.pdf", "", lambda dossier, path: path.write_text(dossier.seal))
    monkeypatch.setitem(pack.PARTS, "paper", paper)

    class Helper:
        def __init__(self, error):
            self.error, self.asked = error, []

        def submit(self, write, *what):
            self.asked.append(what[0])
            done = futures.Future()
            done.set_exception(self.error) if self.error else done.set_result(write(*what))
            return done

    dossier = approval.dossier(workbench.recommend(*folder.open_folder(little), explain=False))
    alone, _ = pack.write_pack(dossier, tmp_path / "alone", parts=["paper", "minutes"])
    for error in (None, futures.BrokenExecutor()):
        own = Helper(error)
        files, _ = pack.write_pack(
            dossier, tmp_path / f"with {error}", parts=["paper", "minutes"], helper=own
        )
        assert own.asked == ["paper"]
        assert [f.read_bytes() for f in files] == [f.read_bytes() for f in alone]
    often = gc.get_threshold()
    with pack.helper() as none:
        assert none is None and gc.get_threshold()[0] > often[0]
    assert gc.get_threshold() == often


def test_keys_and_signatures_from_the_command_line(little, tmp_path):
    def run(*words):
        done = CliRunner().invoke(cli.app, list(map(str, words)))
        return done.exit_code, done.output

    made = workbench.recommend(*folder.open_folder(little), explain=False)
    files, _ = pack.write_pack(approval.dossier(made), tmp_path, parts=["minutes"])
    assert [file.name for file in files] == ["minutes.md", "sealed.zip"]
    assert run("key", tmp_path / "chair.key")[0] == 0
    code, said = run("sign", files[1], "--role", "chair", "--key", tmp_path / "chair.key")
    assert code == 0
    assert "Caution: this is a draft" in said
    code, said = run("verify", files[1], "--key", f"chair={tmp_path / 'chair.pub'}")
    assert code == 0
    assert "with the trusted key" in said
    code, said = run("verify", files[1], "--key", "chair")
    assert code == 2
    assert "must read ROLE=FILE" in said


def test_a_part_that_fails_leaves_nothing(little, tmp_path, monkeypatch):
    def fail(dossier, path):
        raise InputError("no paper today")

    made = workbench.recommend(*folder.open_folder(little), explain=False)
    monkeypatch.setitem(pack.PARTS, "paper", pack.Part("paper.pdf", "", fail))
    with pytest.raises(InputError, match="no paper today"):
        pack.write_pack(approval.dossier(made), tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(InputError, match="parts: 'film' not known; choose among workbook"):
        pack.write_pack(approval.dossier(made), tmp_path / "out", parts=["film"])


def test_gather_asks_what_can_be_asked_and_stops_when_told(little):
    made = workbench.recommend(*folder.open_folder(little), explain=False)
    told = []
    whole = approval.gather(made, time_limit=5, progress=lambda *step: told.append(step[2]))
    assert len(set(told)) == 5
    assert whole.answers is not None
    assert whole.agenda is not None
    assert whole.room is not None
    assert whole.review is not None
    assert whole.since_last is None
    none = approval.gather(made, progress=lambda *_: True)
    assert none.answers is None
    assert none.agenda is None


def test_names_of_members_are_left_out_of_every_part(northmere, tmp_path, monkeypatch):
    for picture in (
        "of_the_list",
        "of_objectives",
        "of_budgets",
        "of_people",
    ):  # they take the time
        monkeypatch.setattr(paper_pictures, picture, lambda dossier: [])
    names = [name.partition(" (")[0] for name in northmere.ballots["member"].unique()]
    bare = [name.removeprefix("Cllr ") for name in names]
    settings = workbench.with_override(
        dataclasses.replace(folder.read_settings(DATA), saved_by="Sam Hall", saved_reason=f"as {bare[1]}"),
        "visitor-centre", "in", reason=f"Promised by {bare[0].upper()}", by="Cllr Ruth Adeyemi",
    )  # fmt: skip
    projects, links = northmere.projects.copy(), northmere.links.copy()
    projects["name"] += f", says {names[2]}"
    projects["description"] = f"{names[3]} and sam  hall and Nora Gale asked for it"
    links["note"] = f"{bare[4]}: needed"
    told = dataclasses.replace(northmere, projects=projects, links=links)
    people = people_of(pd.DataFrame({"role": ["chair"]}, ["Nora Gale"]))
    without = approval.without_names(told, settings, people=people)
    assert without[0].projects["description"].iloc[0].startswith("member ")
    assert without[0].projects["description"].iloc[0].endswith("and the chair asked for it")
    made = workbench.recommend(*without, explain=False)
    words = f"{names[0]} and {bare[1]} agree with nora gale"
    table = pd.DataFrame({"decision": ["approve subject to"], "condition": [words],
                          "comment": [words], "by": ["name left out"]}, ["flood-wall"])  # fmt: skip
    known = known_people(told, settings, people)
    stated = without_people(table, known)
    kept = record.open_record(tmp_path / "record.sqlite")
    record.add_member(kept, "Nora Gale", role="chair", by="Nora Gale")
    said = f"as Nora Gale and {bare[2]} said"
    record.decide(kept, "flood-wall", "approve", by="Nora Gale", reason=said)
    dossier = approval.dossier(made, agenda=agenda_of(made), decisions=stated, names=False)
    parts = ["workbook", "minutes", "log", "live", "paper"]
    files, _ = pack.write_pack(dossier, tmp_path / "out", parts=parts, record=kept, people=known)
    for file in files:
        content = [file.read_bytes()]
        if file.suffix in (".xlsx", ".zip"):
            with zipfile.ZipFile(file) as archive:
                content += [archive.read(name) for name in archive.namelist()]
        if file.suffix == ".pdf" and shutil.which("pdftotext"):
            command = ["pdftotext", str(file), "-"]
            content = [subprocess.run(command, check=True, capture_output=True).stdout]
        for name in [*bare, "Cllr Ann", "Cllr Bob", "Sam Hall", "Nora Gale"]:
            found = [re.sub(rb"\s+", b" ", part).lower() for part in content]
            assert all(name.lower().encode() not in part for part in found), (file.name, name)
    assert "2 members" in texts(openpyxl.load_workbook(files[0])["Agenda"])
    assert record.verify(files[-1]).holds


def test_names_are_replaced_as_whole_words_only():
    renamed = renaming({"Ann": "member 1", "Cllr Ann Lee (chair)": "the chair"})
    for text, words in (
        ("Ann Lee and ANN, not Annual", "the chair and member 1, not Annual"),
        ("joann asks", "joann asks"),
        ("Cllr  Ann Lee (Chair) asks", "the chair asks"),
        ("", ""),
    ):
        assert renamed(text) == words


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (pd.DataFrame({"decision": ["maybe"]}, ["flood"]), "got 'maybe'"),
        (pd.DataFrame({"decision": ["approve"]}, ["ghost"]), "'ghost' not on the list"),
    ],
)
def test_a_dossier_refuses_decisions_that_are_none(little, table, words):
    made = workbench.recommend(*folder.open_folder(little), explain=False)
    with pytest.raises(InputError, match=words):
        approval.dossier(made, decisions=table)
    with pytest.raises(InputError, match="recommendation: must be what"):
        approval.dossier(tables)


def test_an_approved_workbook_is_locked(little):
    made = workbench.recommend(*folder.open_folder(little), explain=False)
    table = pd.DataFrame({"decision": ["approve"], "condition": ["a lease"]}, ["flood"])
    content = as_decision_book(approval.dossier(made, decisions=table))
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Ranked list"]
    row = next(r for r in range(1, 30) if sheet.cell(r, LABEL + 1).value == "flood")
    assert sheet.cell(row, DECISION + 1).value == "approve"
    assert sheet.cell(row, CONDITION + 1).value == "a lease"
    assert all(sheet.cell(row, column + 1).protection.locked for column in range(LABEL))


def test_once_approved_every_file_says_so(made, tmp_path):
    table = pd.DataFrame({"decision": "defer"}, made.evaluation.score.index)
    table = table.assign(condition="", comment="", date="")
    table.loc[made.choice.selected, "decision"] = "approve"
    after = approved_list(made, table, by="Ann", explain=False)
    assert after.settings.status == "APPROVED"
    dossier = approval.dossier(after, agenda=agenda_of(after), decisions=table)
    files, _ = pack.write_pack(dossier, tmp_path, parts=["workbook", "slides", "minutes"])
    spread = doubts.spread(after, draws=100)
    ranked, said = export.write_ranked_list(after, tmp_path / "list.xlsx", futures=spread), {}
    for file in (ranked, files[0]):
        book = openpyxl.load_workbook(file, data_only=True)
        said |= {f"{file.stem}: {s.title}": " ".join(texts(s)) for s in book if s.title != "pack"}
    with zipfile.ZipFile(files[1]) as deck:
        slides = (name for name in deck.namelist() if "slides/slide" in name)
        said["slides"] = "".join(deck.read(name).decode() for name in slides)
    said["minutes"] = files[2].read_text("utf-8")
    said["live"] = re.sub(r"<script>.*?</script>", "", live_page(after), flags=re.DOTALL)
    said["paper"] = str([decision(dossier), *parts(dossier)])
    assert {name for name, text in said.items() if "recommended" in text.lower()} == set()
    assert "NOT APPROVED by rank: 13 projects" in said["decide: Ranked list"]
    assert "Taken by mandatory and approved" in said["decide: Cost by year"]
    assert "Now on the approved list" in said["slides"]
    assert "all approved" in said["list: Futures"]
    assert "that an approved proposal" in said["list: Futures"]
    assert "NOT APPROVED: 13 projects" in said["paper"] and "approved list" in said["live"]
    assert record.verify(files[-1]).findings.set_index("check").at["cells", "holds"] is True


def test_reasons_of_an_approved_list_say_so(northmere):
    settings = folder.read_settings(DATA)
    draft, approved = (
        workbench.recommend(
            northmere, dataclasses.replace(settings, status=status), explain=False
        ).ranked_list["why"]
        for status in ("DRAFT", "APPROVED")
    )
    rival = "Rival of Highways depot at Aldermoor (north), which is "
    assert draft["depot-saltmarsh"] == f"{rival}recommended"
    assert approved["depot-saltmarsh"] == f"{rival}approved"
    assert not approved.str.contains("ecommended").any()
