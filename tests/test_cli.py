"""The command line, as a person or a script meets it."""

import dataclasses
import io
import json
import re
import shutil
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from pmo_lib import cli, folder, terminal, workbench

EXAMPLE = str(folder.example_folder())


@pytest.fixture
def run():
    def call(*words):
        return CliRunner().invoke(cli.app, [str(word) for word in words])

    return call


@pytest.fixture
def own(tmp_path):
    """A copy of the example that a test may spoil."""
    return shutil.copytree(folder.example_folder(), tmp_path / "own")


def test_help_names_every_command(run):
    result = run("--help")
    assert result.exit_code == 0
    for name in ("new", "template", "check", "rank", "choose", "demo"):
        assert f"\n  {name} " in result.output


@pytest.mark.parametrize("command", ["new", "template", "check", "rank", "choose", "demo"])
def test_every_command_explains_itself(run, command):
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "--json" in result.output


def test_demo_prints_the_list_and_writes_both_files(run, tmp_path):
    result = run("demo", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    rule = next(i for i, line in enumerate(lines) if line.startswith("=="))
    flood = next(i for i, line in enumerate(lines) if "flood wall" in line.lower())
    bus = next(i for i, line in enumerate(lines) if line.strip().startswith("6 Bus lanes"))
    assert flood < rule < bus
    assert "set aside" in result.stdout
    assert {file.name for file in tmp_path.iterdir()} == {"ranked_list.xlsx", "ranked_list.csv"}


def test_json_is_one_document_and_nothing_else(run):
    document = json.loads(run("choose", EXAMPLE, "--json").stdout)
    assert document["account"]["rows_read"] == (
        document["account"]["used"] + document["account"]["set_aside"]
    )
    funded = [row for row in document["ranked_list"] if row["funded"]]
    assert f"Approve {len(funded)} of 30 proposals" in document["headline"]
    assert document["gap"] == 0
    assert {row["project"] for row in document["ranked_list"]} >= {"flood-wall", "call-triage"}


def test_nothing_but_json_reaches_stdout_of_the_real_command():
    result = subprocess.run(
        [sys.executable, "-m", "pmo_lib", "choose", EXAMPLE, "--json"], capture_output=True
    )
    assert result.returncode == 0, result.stderr
    json.loads(result.stdout.decode("utf-8"))
    told = result.stderr.decode("utf-8").splitlines()
    assert all(re.fullmatch(r".* \(\d+ s\)", line) for line in told), told


def test_rank_shows_the_order_by_npv_beside(run):
    result = run("rank", EXAMPLE, "--json")
    ranking = json.loads(result.stdout)["ranking"]
    assert [row["rank"] for row in ranking] == sorted(row["rank"] for row in ranking)
    assert any(row["rank"] != row["rank by NPV"] for row in ranking)
    assert "Harbourside flood wall" in run("rank", EXAMPLE).stdout


def test_rank_prints_the_score_out_of_100(run):
    first = json.loads(run("rank", EXAMPLE, "--json").stdout)["ranking"][0]
    text = run("rank", EXAMPLE).stdout
    row = next(line for line in text.splitlines() if first["name"] in line)
    assert "score of 100" in text
    assert f" {100 * first['score']:.3g} " in row


@pytest.mark.parametrize(
    "words", [["choose", "--json"], ["rank", EXAMPLE, "--json", "--colour"], ["--json"]]
)
def test_a_word_not_understood_is_told_as_json(run, words):
    result = run(*words)
    assert result.exit_code == 2
    (problem,) = json.loads(result.stdout)["error"]["problems"]
    assert "Missing argument" in problem or "No such option" in problem
    plain = run(*[word for word in words if word != "--json"])
    assert plain.exit_code in (0, 2)
    assert "{" not in plain.stdout


def test_json_keeps_the_exit_code_of_what_can_be_done(run):
    assert run("rank", EXAMPLE, "--json").exit_code == 0
    assert run("rank", "--help", "--json").exit_code == 0


def test_long_work_is_told_on_the_error_stream_alone(run, monkeypatch):
    evaluate = workbench.evaluate

    def slow(*tables):
        time.sleep(0.3)
        return evaluate(*tables)

    monkeypatch.setattr(terminal, "EVERY", 0.1)
    monkeypatch.setattr(workbench, "evaluate", slow)
    result = run("rank", EXAMPLE, "--json")
    json.loads(result.stdout)
    assert "working (0 s)" in result.stderr


@pytest.mark.parametrize("words", [["check"], ["rank"], ["choose"]])
def test_a_folder_with_a_workbook_only_says_to_use_it(run, tmp_path, words):
    folder.new_folder(tmp_path / "mine")
    result = run(*words, tmp_path / "mine")
    assert result.exit_code == 2
    assert f"name that instead: {tmp_path / 'mine' / 'portfolio.xlsx'}" in result.stderr


def test_why_takes_a_name_or_a_label(run):
    answers = [
        json.loads(run("why", EXAMPLE, word, "--json").stdout)["projects"]
        for word in ("flood-wall", "Harbourside flood wall")
    ]
    told = [[(row["project"], row["case"]) for row in rows] for rows in answers]
    assert told[0] == told[1] == [("flood-wall", "funded")]
    assert "among the" in run("why", EXAMPLE, "harbourside").stderr


def test_a_conflict_names_its_projects(run, own):
    settings = folder.read_settings(own)
    settings = dataclasses.replace(settings, budget_scale=0.86)
    settings = workbench.with_override(settings, "flood-wall", "in", reason="x", by="y")
    (own / "settings.toml").write_text(settings.to_toml(), "utf-8")
    error = json.loads(run("choose", own, "--json").stdout)["error"]
    named = "'flood-wall' (Harbourside flood wall) must be in"
    assert any(words.startswith(named) for words in error["conflict"])
    assert any(named in words for words in error["ways_out"])
    assert named in error["problems"][0]


@pytest.mark.parametrize("ending", [".xlsx", ".csv"])
def test_rank_writes_its_list(run, tmp_path, ending):
    file = tmp_path / f"ranking{ending}"
    result = run("rank", EXAMPLE, "--out", file)
    assert result.exit_code == 0, result.output
    assert file.stat().st_size > 500


def test_check_reports_every_problem_with_its_place(run, own):
    projects = (own / "projects.csv").read_text("utf-8").replace("flood-wall,", "bus-lanes,", 1)
    (own / "projects.csv").write_text(projects, "utf-8")
    budgets = own / "budgets.csv"
    budgets.write_text(budgets.read_text("utf-8") + "2027-04-01,capital,,-5\n", "utf-8")
    result = run("check", own)
    assert result.exit_code == 2
    assert "problems to mend" in result.output
    assert "projects.csv row" in result.output
    assert "Traceback" not in result.output
    document = json.loads(run("check", own, "--json").stdout)
    assert len(document["error"]["problems"]) >= 2
    assert {"sheet", "row", "column", "found", "expected", "remedy"} <= set(
        document["error"]["table"][0]
    )


def test_check_of_a_clean_portfolio_accounts_for_every_row(run):
    result = run("check", EXAMPLE)
    assert result.exit_code == 0
    assert "no problem found" in result.stdout
    assert "project rows read =" in result.stdout
    document = json.loads(run("check", EXAMPLE, "--json").stdout)
    assert document["problems"] == []


@pytest.mark.parametrize("command", ["check", "rank", "choose"])
@pytest.mark.parametrize("as_json", [False, True])
def test_a_portfolio_that_is_not_there_is_said_plainly(run, tmp_path, command, as_json):
    words = [command, tmp_path / "nowhere"] + (["--json"] if as_json else [])
    result = run(*words)
    assert result.exit_code == 2
    assert "nowhere" in result.output
    assert "Traceback" not in result.output
    if as_json:
        assert json.loads(result.stdout)["error"]["problems"]


def test_template_is_written_once_and_accepted_by_check(run, tmp_path):
    file = tmp_path / "new.xlsx"
    assert run("template", file).exit_code == 0
    assert run("check", file).exit_code == 0
    content = file.read_bytes()
    again = run("template", file)
    assert again.exit_code == 2
    assert "already exists" in again.output
    assert file.read_bytes() == content


def test_new_makes_a_folder_that_works_and_overwrites_nothing(run, tmp_path):
    target = tmp_path / "mine"
    result = run("new", target)
    assert result.exit_code == 0, result.output
    assert (target / "notebooks" / "00_decision_on_one_page.ipynb").exists()
    assert (target / "notebooks" / "portfolio.toml").exists()
    assert (target / "settings.toml").exists()
    assert run("choose", target / "portfolio.xlsx", "--out", target / "out").exit_code == 0
    assert run("choose", target / "example" / "northmere").exit_code == 0
    again = run("new", target)
    assert again.exit_code == 2
    assert "not empty" in again.output
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


def test_an_earlier_list_that_differs_is_kept(run, tmp_path):
    assert run("choose", EXAMPLE, "--why", 0, "--out", tmp_path).exit_code == 0
    assert run("choose", EXAMPLE, "--why", 0, "--out", tmp_path).exit_code == 0
    assert len(list(tmp_path.iterdir())) == 2
    (tmp_path / "ranked_list.csv").write_text("signed by the chair", "utf-8")
    assert run("choose", EXAMPLE, "--why", 0, "--out", tmp_path).exit_code == 0
    (kept,) = [file for file in tmp_path.iterdir() if "(until" in file.name]
    assert kept.read_text("utf-8") == "signed by the chair"


def test_what_was_kept_is_returned(tmp_path):
    file = tmp_path / "list.csv"
    assert folder.write_keeping([file], lambda draft: draft.write_text("a")) == []
    assert folder.write_keeping([file], lambda draft: draft.write_text("a")) == []
    (kept,) = folder.write_keeping([file], lambda draft: draft.write_text("b"))
    assert (kept.read_text(), file.read_text()) == ("a", "b")


def test_limits_that_cannot_hold_are_named(run, own):
    settings = own / "settings.toml"
    limit = '\n[[limits]]\ngroup = "category: Digital"\nmeasure = "count"\nat_least = 99\n'
    settings.write_text(settings.read_text("utf-8") + limit, "utf-8")
    result = run("choose", own)
    assert result.exit_code == 2
    assert "Digital" in result.output
    assert "Traceback" not in result.output


def test_an_unwritable_place_is_said_plainly(run, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", "utf-8")
    result = run("demo", "--out", blocked / "out")
    assert result.exit_code == 2
    assert "cannot be written" in result.output


def test_the_government_portfolio_accounts_for_every_row(run, shared):
    file = shared / "data" / "gmpp_2022_23.csv"
    document = json.loads(run("rank", file, "--map", "gmpp", "--json").stdout)
    assert document["account"]["rows_read"] == 244
    assert document["account"]["used"] + document["account"]["set_aside"] == 244
    assert "intake demonstration, not a recommendation" in document["heading"].lower()
    text = run("rank", file, "--map", "gmpp").stdout
    assert "BCR" not in text
    assert "244 project rows read" in text
    refused = run("choose", file, "--map", "gmpp")
    assert refused.exit_code == 2
    assert "no criteria and budgets" in refused.output


@pytest.mark.parametrize("by", ["", "   "])
def test_saving_settings_wants_a_name_and_a_reason(own, by):
    settings = folder.read_settings(own)
    with pytest.raises(folder.InputError, match="by: is empty"):
        folder.save_settings(settings, own, by=by, reason="r")


def test_saving_settings_keeps_every_earlier_version(own):
    settings = folder.read_settings(own)
    first = (own / "settings.toml").read_text("utf-8")
    for number in range(3):
        folder.save_settings(settings, own, by="Analyst", reason=f"try {number}")
    kept = folder.history(own)
    assert len(kept) == 3
    assert first in [file.read_text("utf-8") for file in kept]
    saved = folder.read_settings(own)
    assert (saved.saved_by, saved.saved_reason) == ("Analyst", "try 2")
    assert saved.hash() == settings.hash()


def test_notebooks_find_the_portfolio_they_are_pointed_to(own, tmp_path, monkeypatch):
    inside = tmp_path / "notebooks"
    inside.mkdir()
    monkeypatch.chdir(inside)
    with pytest.raises(folder.InputError, match=r"portfolio.toml: not found here or above"):
        folder.here()
    (tmp_path / "portfolio.toml").write_text('portfolio = "own"', "utf-8")
    portfolio, settings = folder.open_here()
    assert "flood-wall" in portfolio.projects.index
    assert settings.organisation
    (tmp_path / "portfolio.toml").write_text("portfolio = 3", "utf-8")
    with pytest.raises(folder.InputError, match="names no portfolio"):
        folder.here()


# --- what is asked for one run, and what a workbook adds ------------------------------------


@pytest.fixture
def little(small, tmp_path):
    """A folder with the tables of a small portfolio and settings."""
    target = tmp_path / "little"
    target.mkdir()
    for name, text in small.tables.items():
        (target / f"{name}.csv").write_text(text, "utf-8")
    (target / "settings.toml").write_text('base_date = "2027-04-01"\nversion = "7"\n', "utf-8")
    return target


def opened(file):
    with warnings.catch_warnings(action="ignore"):  # of bars in cells, which openpyxl does not read
        return openpyxl.load_workbook(io.BytesIO(file.read_bytes()))


def test_settings_for_one_run_are_said_in_every_output(run, little, tmp_path):
    words = ["choose", little, "--starts-every", 3, "--budget", 0.9, "--why", 0]
    said = (
        "For this run only, not as saved: budgets are taken at 90 %; "
        "starts from earliest to latest are tried every 3 months."
    )
    result = run(*words, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert said in result.stdout
    document = json.loads(run(*words, "--json").stdout)
    assert said in document["warnings"]
    assert (
        document["settings_hash"]
        != json.loads(run("choose", little, "--json").stdout)["settings_hash"]
    )
    assert said in (tmp_path / "out" / "ranked_list.csv").read_text("utf-8-sig")
    sheet = opened(tmp_path / "out" / "ranked_list.xlsx")["Ranked list"]
    assert any(said in str(row[0].value) for row in sheet.iter_rows())
    assert 'version = "7"' in (little / "settings.toml").read_text("utf-8")
    assert "For this run" not in run("choose", little, "--budget", 1).stdout


def test_why_and_frontier_take_settings_for_one_run_and_say_so(run, little, tmp_path):
    words = ["why", little, "--starts-every", 3, "--budget", 0.9, "--seconds", 30]
    said = (
        "For this run only, not as saved: budgets are taken at 90 %; "
        "starts from earliest to latest are tried every 3 months."
    )
    result = run(*words, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert said in result.stdout and said in (tmp_path / "why.csv").read_text("utf-8-sig")
    less, chosen = (
        json.loads(run(*command, "--json").stdout)
        for command in (words, ("choose", little, *words[2:6]))
    )
    assert less["settings_hash"] == chosen["settings_hash"]
    assert less["headline"] == chosen["headline"] and said in less["warnings"]
    result = run("frontier", little, "--points", 3, "--starts-every", 3)
    assert result.exit_code == 0, result.output
    assert "For this run only, not as saved: starts from earliest to latest" in result.stdout
    assert "For this run" not in run("why", little).stdout


def test_what_is_left_open_is_counted_with_the_way_to_close_it(capsys):
    terminal.print_open(2, "project")
    assert capsys.readouterr().out == "\nLeft open: 2 projects; --seconds gives more time.\n"
    terminal.print_open(0, "project")
    assert capsys.readouterr().out == ""


def test_a_frontier_that_is_not_proven_says_how_to_go_on(run, little, monkeypatch):
    real = workbench.frontier
    monkeypatch.setattr(workbench, "frontier", lambda *a, **k: real(*a, **k).assign(gap=0.02))
    told = run("frontier", little, "--points", 3).stdout
    assert re.search(r"Left open: \d budgets; --seconds gives more time\.", told)


def test_a_setting_out_of_range_is_said_plainly(run, little):
    result = run("choose", little, "--starts-every", -1)
    assert result.exit_code == 2
    assert "starts_every: must lie in [0, 120], got -1" in result.stderr


def test_a_workbook_also_answers_why_not_unless_told_otherwise(run, little, tmp_path):
    file = tmp_path / "list.xlsx"
    result = run("choose", little, "--out", file)
    assert result.exit_code == 0, result.output
    assert "Asking what would bring each project in: 60 s at most" in result.stderr
    assert "Sheet Why not: 4 of 4 proposals answered" in result.stdout
    assert "Why not" in opened(file).sheetnames
    for words in (["--out", file, "--why", 0], ["--out", tmp_path / "list.csv"], []):
        plain = run("choose", little, *words)
        assert "Asking" not in plain.stderr
        assert "Sheet Why not" not in plain.stdout
    assert "Why not" not in opened(file).sheetnames


def test_json_of_choose_holds_options_starts_and_transfers(run):
    document = json.loads(run("choose", EXAMPLE, "--starts-every", 3, "--json").stdout)
    schedule = {row["project"]: row for row in document["schedule"]}
    moved = schedule["records-digitised"]
    assert (moved["option"], moved["start"]) == ("2028-09-01", "2028-09-01")
    assert (moved["planned"], moved["delay"]) == ("2028-06-01", 3)
    assert schedule["payroll"]["running"] and schedule["payroll"]["option"] is None
    assert [row["moved"] for row in document["transfers"]] == [0, 125_000, 75_000, 25_000]
    assert document["transfers"][1]["authority"] == "Director of Finance"
    assert document["complete"] is True


def test_json_of_why_holds_all_that_was_answered(run, little):
    document = json.loads(run("why", little, "--json").stdout)
    tables, settings = folder.open_folder(little)
    found = workbench.why_not(workbench.recommend(tables, settings))
    assert {row["project"] for row in document["projects"]} == set(found.index)
    assert all(row.keys() == {"project", *found.columns} for row in document["projects"])
    assert document["complete"] is True


# --- Ctrl-C ----------------------------------------------------------------------------------

ENDLESS = """
import sys
from threading import Timer
from pmo_lib import terminal
from pmo_lib.__main__ import main
from pmo_lib.selection import solver

began, run = [], solver._run

def told(highs):
    if not began:
        Timer(0.5, print, ["solving"], {"file": sys.stderr, "flush": True}).start()
        began.append(highs)
    run(highs)

terminal.EVERY, solver._run = 0.2, told
main()
"""


@pytest.fixture
def hard(little):
    """A folder whose best list takes minutes to prove."""
    draw, years = np.random.default_rng(4), range(2027, 2033)
    names = [f"p{n}" for n in range(90)]
    cost = draw.integers(100, 1000, (90, len(years)))
    tables = {
        "projects": "project,name,status",
        "performance": "project,criterion,estimate",
        "cash_flows": "project,period,fund,cost,benefit",
        "budgets": "period,fund,amount",
    }
    tables["projects"] += "".join(f"\n{p},Project {p},proposed" for p in names)
    worth = cost.sum(axis=1) + draw.integers(-50, 50, 90)
    tables["performance"] += "".join(
        f"\n{p},reach,{w / 10}" for p, w in zip(names, worth, strict=True)
    )
    for n, year in enumerate(years):
        tables["budgets"] += f"\n{year}-04-01,capital,{cost[:, n].sum() // 2}"
        rows = (f"\n{p},{year}-04-01,capital,{c},1" for p, c in zip(names, cost[:, n], strict=True))
        tables["cash_flows"] += "".join(rows)
    for name, text in tables.items():
        (little / f"{name}.csv").write_text(text + "\n", "utf-8")
    settings = 'gap = 0.0\ntime_limit = 300.0\nbase_date = "2027-04-01"\n'
    (little / "settings.toml").write_text(settings, "utf-8")
    return little


def interrupted(words, told):
    """Run a command, press Ctrl-C once it has told something, and return its document."""
    command = [sys.executable, "-c", ENDLESS, *map(str, words), "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert any(re.match(told, line) for line in process.stderr)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    document = json.loads(output)
    assert document["complete"] is False
    return document


unix = pytest.mark.skipif(sys.platform == "win32", reason="sends the signal of Ctrl-C")


@unix
def test_ctrl_c_while_choosing_keeps_the_best_found(hard):
    document = interrupted(["choose", hard], "solving")
    assert document["status"] == "stopped" and document["reproducible"] is False
    assert 0 < document["value"] < document["bound"]
    assert any(row["funded"] for row in document["ranked_list"])


@unix
def test_ctrl_c_keeps_the_points_found(hard):
    points = interrupted(["frontier", hard, "--points", 3], "solving")["points"]
    assert points and all(point["value"] < point["bound"] for point in points)


@unix
def test_ctrl_c_keeps_the_answers_so_far():
    answers = interrupted(["why", EXAMPLE], r"\d+ of 29")["projects"]
    assert 0 < len(answers) < 29


@unix
def test_ctrl_c_before_any_question_is_asked_ends_soon(hard):
    document = interrupted(["why", hard], "solving")
    assert len(document["projects"]) == 1


def test_ctrl_c_while_the_command_still_loads_shows_no_traceback():
    ended = """
import sys
class Ended:
    def find_spec(self, name, *_):
        if name == "pmo_lib.cli":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Ended())
from pmo_lib.__main__ import main
main()
"""
    done = subprocess.run([sys.executable, "-c", ended], capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr.strip()) == (130, "Stopped; nothing was written.")


def test_an_early_stop_is_said(capsys):
    terminal.print_stopped(False)
    terminal.print_stopped(True)
    assert capsys.readouterr().out.strip() == "Stopped early: this is what was found by then."


def test_the_first_ctrl_c_interrupts_until_someone_asks_and_the_second_ends_at_once(capfd):
    with terminal.stoppable() as stopped:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert stopped()
    with terminal.stoppable() as stopped:
        assert not stopped()
        signal.raise_signal(signal.SIGINT)
        assert stopped()
        with pytest.raises(SystemExit, match="130"):
            signal.raise_signal(signal.SIGINT)
    assert "Stopping with what is found by now" in capfd.readouterr().err


def test_ctrl_c_ends_at_once_where_no_best_is_kept(run, tmp_path, monkeypatch):
    """In the middle of a choice, too, which would keep its best and go on."""
    real, before = workbench.recommend, signal.getsignal(signal.SIGINT)

    def interrupted(*inputs, **options):
        signal.raise_signal(signal.SIGINT)
        return real(*inputs, **options)

    monkeypatch.setattr(workbench, "recommend", interrupted)
    result = run("check", EXAMPLE)
    assert result.exit_code == 130 and result.stderr == "Stopped; nothing was written.\n"
    assert signal.getsignal(signal.SIGINT) is before


def test_rebalance_says_what_to_stop_and_writes_its_sheet(run, tmp_path):
    found = json.loads(run("rebalance", EXAMPLE, "--out", tmp_path, "--json").stdout)
    assert found["says"][0] == "Westhaven leisure centre stops: £7.10m is free for other work."
    stopped = [row["project"] for row in found["actions"] if row["action"] == "stop"]
    assert stopped == ["leisure-centre"] and found["changes"] == 20
    assert {row["trigger"] for row in found["flags"]} >= {"benefit without an owner"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(tmp_path / "rebalancing.xlsx", data_only=True)
    rows = [[cell.value for cell in row] for row in book["Rebalancing"].iter_rows()]
    first = next(row for row in rows if row[1] == "stop")
    assert (first[0], first[2], first[6]) == ("Westhaven leisure centre", 7_400_000, 9_800_000)


def test_a_status_file_updates_the_review_and_reports_each_change(run, tmp_path):
    status = pd.read_csv(Path(EXAMPLE) / "status.csv", keep_default_na=False).query(
        "review == '2026-08'"
    )
    projects = pd.read_csv(Path(EXAMPLE) / "projects.csv").set_index("project")["status"]
    status = status[status["project"].map(projects) == "running"].assign(review="2026-11")
    status.loc[status["project"] == "coast-road", "confidence"] = "green"
    status.to_csv(tmp_path / "status.csv", index=False)
    found = json.loads(
        run("rebalance", EXAMPLE, "--status", tmp_path / "status.csv", "--json").stdout
    )
    assert found["status_changes"] == [
        {"project": "coast-road", "name": "Landslip repair on the coast road",
         "column": "confidence", "before": "amber", "after": "green"}
    ]  # fmt: skip
    assert not any(row["project"].startswith("Landslip") for row in found["flags"])
    status.head(3).to_csv(tmp_path / "short.csv", index=False)
    refused = run("rebalance", EXAMPLE, "--status", tmp_path / "short.csv", "--json")
    assert refused.exit_code == 2
    problems = json.loads(refused.stdout)["error"]["problems"]
    assert len(problems) == 9 and "is running and not in the file" in problems[0]


def test_a_review_reports_what_is_wrong_with_all_its_files_in_one_run(run, tmp_path):
    for name in ("projects", "budgets"):
        shutil.copy(f"{EXAMPLE}/{name}.csv", tmp_path)
    with (tmp_path / "budgets.csv").open("a", encoding="utf-8") as file:
        file.write("2027-04-01,capital,,many\n")
    refused = run("rebalance", tmp_path, "--status", tmp_path / "status.ods",
                  "--before", tmp_path / "last", "--json")  # fmt: skip
    assert refused.exit_code == 2
    problems = json.loads(refused.stdout)["error"]["problems"]
    for words in ("'many' is not a number", "status.ods", "last"):
        assert sum(words in problem for problem in problems) == 1


def test_rebalance_since_last_time_names_the_cause(run, tmp_path):
    before = tmp_path / "before"
    shutil.copytree(EXAMPLE, before)
    text = (before / "projects.csv").read_text("utf-8")
    rows = [line for line in text.splitlines() if not line.startswith("ev-charging")]
    (before / "projects.csv").write_text("\n".join(rows) + "\n", "utf-8")
    for name in ("cash_flows", "performance", "contributions", "demand", "benefits"):
        file = before / f"{name}.csv"
        lines = file.read_text("utf-8").splitlines()
        kept = [line for line in lines if "ev-charging" not in line]
        file.write_text("\n".join(kept) + "\n", "utf-8")
    found = json.loads(run("rebalance", EXAMPLE, "--before", before, "--json").stdout)
    changed = {row["name"]: row["cause"] for row in found["since_last"]}
    assert changed["Charging points in 30 car parks"] == "new data"
    assert set(found["causes"]) == {"new data", "new weights", "new limits", "an override"}
    assert found["causes"]["new weights"] == 0
