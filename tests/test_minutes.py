"""Minutes and the log of decisions: a form before the meeting, what was decided after it."""

import csv
import dataclasses
import io

import pytest
from dossier_base import LONG, SHOWN, hostile_dossier, plain_dossier

from pmo_lib import approval
from pmo_lib.checks import InputError
from pmo_lib.export import minutes


@pytest.fixture(scope="module")
def example(northmere):
    return plain_dossier(northmere)


@pytest.fixture(scope="module")
def decided(example):
    import pandas as pd

    ranked = example.recommendation.ranked_list
    table = pd.DataFrame("", ranked.index[ranked["funded"]], ["condition", "comment", "by", "date"])
    table.insert(0, "decision", "approve")
    table.loc["flood-wall", ["decision", "condition"]] = ["approve subject to", "Grant confirmed"]
    table.loc["office-moves"] = ["defer", "", "until the lease is settled", "The chair", ""]
    checked = approval.dossier(example.recommendation, decisions=table).decisions
    return dataclasses.replace(example, decisions=checked)


def read(path):
    return path.read_text("utf-8")


def section(text, title):
    return text.partition(f"## {title}\n")[2].partition("\n## ")[0]


def rows_of(path):
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))


def test_before_the_meeting_they_are_a_form_to_fill_in(example, tmp_path):
    text = read(minutes.write_minutes(example, tmp_path / "minutes.md"))
    assert "# Minutes of Investment Board, 10 December 2026 (draft, to be filled in)" in text
    assert text.count("**OFFICIAL**") == 2 and "FOR APPROVAL · version 1 · pack" in text
    decisions = section(text, "Decisions")
    assert "- **D1** Approve the 16 proposals above the line" in decisions
    assert "| D6 | Stop Westhaven leisure centre | – | ______ | ______ |" in decisions
    assert "| D7 | Fire safety in 14 schools | £2.60m | ______ | ______ |" in decisions
    assert decisions.count("\n| D") == 17
    for title in ("Delayed to make room", "Actions", "Information", "Signed"):
        assert section(text, title).strip()


def test_they_name_what_was_delayed_to_make_room(example, decided, tmp_path):
    before = section(
        read(minutes.write_minutes(example, tmp_path / "m.md")), "Delayed to make room"
    )
    assert (
        "- Solar roofs on 38 schools, £2.40m: Makes room for Mere visitor centre, which the board "
        "includes.\n" in before
    )
    assert "though they rank among the first" in before
    text = read(minutes.write_minutes(decided, tmp_path / "m.md"))
    assert "County Hall, £2.60m: Until the lease is settled." in section(
        text, "Deferred by the board"
    )
    after = section(text, "Delayed to make room")
    assert "until the lease" not in after.lower()
    assert "## Rejected by the board" not in text


def test_afterwards_they_say_what_was_decided_and_who_has_to_act(decided, tmp_path):
    text = read(minutes.write_minutes(decided, tmp_path / "minutes.md"))
    assert "draft" not in text.splitlines()[2]
    decisions = section(text, "Decisions")
    assert "- Approve: 15 projects, £38.80m" in decisions and "- Defer: 1 project" in decisions
    assert (
        "| Harbourside flood wall | £19.00m | approve subject to | Grant confirmed |" in decisions
    )
    actions = section(text, "Actions")
    assert (
        "Meet the condition of Harbourside flood wall: Grant confirmed | Director of Env" in actions
    )
    assert "stop Westhaven" not in actions
    assert "Stop Westhaven leisure centre: not decided; the work goes on as it is." in decisions
    assert "Complete the estimates of Call triage with speech recognition" in actions


def test_the_log_has_one_row_for_each_project_that_can_be_decided_on(example, decided, tmp_path):
    before = rows_of(minutes.write_decision_log(example, tmp_path / "log.csv"))
    after = rows_of(minutes.write_decision_log(decided, tmp_path / "log.csv"))
    assert len(before) == len(after) == 31
    assert (before[0]["project"], before[0]["recommended"]) == ("leisure-centre", "stop")
    assert before[0]["cost"] == "" and "stopping frees £7.10m" in before[0]["why"]
    assert {row["decision"] for row in before} == {""}
    found = {row["project"]: row for row in after}
    assert found["flood-wall"]["decision"] == "approve subject to"
    assert found["flood-wall"]["condition"] == "Grant confirmed"
    assert found["flood-wall"]["cost"] == "19000000"
    assert (
        found["flood-wall"]["date"] == "2026-12-10" and found["flood-wall"]["marking"] == "OFFICIAL"
    )
    assert {row["pack"] for row in after} == {example.seal}


def test_what_people_write_is_text(small, tmp_path):
    dossier = hostile_dossier(small)
    text = read(minutes.write_minutes(dossier, tmp_path / "hostile.md"))
    assert "<script>" not in text.replace("\\<script\\>", "") and "\u202e" not in text
    form = read(minutes.write_minutes(hostile_dossier(small, decided=False), tmp_path / "form.md"))
    for name in SHOWN.values():
        assert name in form.replace("\\", "")
    for line in text.splitlines():
        if line.startswith("| D"):
            assert line.replace("\\|", "").count("|") == 8  # no cell adds a column
    table = rows_of(minutes.write_decision_log(dossier, tmp_path / "hostile.csv"))
    for row in table:
        assert not any(cell.startswith(("=", "@", "+", "-")) for cell in row.values())
    assert {"'=cmd|' /C calc'!A0", "'@SUM(1)"} <= {row["name"] for row in table}


def test_nothing_is_cut(small, tmp_path):
    dossier = hostile_dossier(small)
    dossier.recommendation.ranked_list["name"] = LONG
    text = read(minutes.write_minutes(dossier, tmp_path / "long.md"))
    assert LONG in text
    table = rows_of(minutes.write_decision_log(dossier, tmp_path / "long.csv"))
    assert {row["name"] for row in table} == {LONG}


def test_the_same_dossier_gives_the_same_bytes(example, tmp_path):
    for write, ending in ((minutes.write_minutes, "md"), (minutes.write_decision_log, "csv")):
        one, other = (write(example, tmp_path / f"{name}.{ending}") for name in "ab")
        assert one.read_bytes() == other.read_bytes()


def test_nothing_waits_where_everything_is_funded(small, tmp_path):
    from pmo_lib import workbench

    portfolio = small(
        budgets="period,fund,amount\n2027-04-01,capital,90000\n2028-04-01,capital,0\n"
    )
    made = workbench.recommend(portfolio, workbench.Settings(), explain=False)
    text = read(minutes.write_minutes(approval.dossier(made), tmp_path / "m.md"))
    assert section(text, "Delayed to make room").strip() == "Nothing had to make room."
    assert "# Minutes of the board (draft, to be filled in)\n" in text
    assert "Held on: ______ Present: ______" in text


@pytest.mark.parametrize(
    "write, name, ending",
    [(minutes.write_minutes, "m.txt", ".md"), (minutes.write_decision_log, "l.xlsx", ".csv")],
)
def test_another_ending_is_refused(example, tmp_path, write, name, ending):
    with pytest.raises(InputError, match=f"path: must end in {ending}, got '{name}'"):
        write(example, tmp_path / name)
