"""The command line, as a person or a script meets it."""

import json
import shutil
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from pmo_lib import cli, folder

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
        [sys.executable, "-m", "pmo_lib.cli", "choose", EXAMPLE, "--json"], capture_output=True
    )
    assert result.returncode == 0, result.stderr
    json.loads(result.stdout.decode("utf-8"))
    assert result.stderr == b""


def test_rank_shows_the_order_by_npv_beside(run):
    result = run("rank", EXAMPLE, "--json")
    ranking = json.loads(result.stdout)["ranking"]
    assert [row["rank"] for row in ranking] == sorted(row["rank"] for row in ranking)
    assert any(row["rank"] != row["rank by NPV"] for row in ranking)
    assert "Harbourside flood wall" in run("rank", EXAMPLE).stdout


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
    assert run("choose", EXAMPLE, "--out", tmp_path).exit_code == 0
    assert run("choose", EXAMPLE, "--out", tmp_path).exit_code == 0
    assert len(list(tmp_path.iterdir())) == 2
    (tmp_path / "ranked_list.csv").write_text("signed by the chair", "utf-8")
    assert run("choose", EXAMPLE, "--out", tmp_path).exit_code == 0
    (kept,) = [file for file in tmp_path.iterdir() if "(until" in file.name]
    assert kept.read_text("utf-8") == "signed by the chair"


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
