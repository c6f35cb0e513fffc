"""A round of weighing on the command line: open, write, read, close, reveal, show, adopt."""

import json
import shutil
from types import SimpleNamespace

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from pmo_lib import ballot_commands, ballot_results, cli, folder, record
from pmo_lib.weights.group import median_weights

CHAIR, SAVER, EQUALISER = "Cllr Helen Marchbank (chair)", "Cllr Idris Fallon", "Cllr Priya Sandhu"
LABELS = ["residents", "access", "risk", "carbon", "savings", "alignment"]
POINTS = {
    "Helen": [22, 20, 12, 10, 22, 14],
    "Idris": [20, 16, 10, 10, 28, 16],
    "Priya": [22, 28, 12, 12, 14, 12],
    "Martin": [22, 16, 18, 8, 22, 14],
    "Ruth": [24, 20, 6, 15, 19.0625, 16],
}
TELLING = "19.0625"


@pytest.fixture
def run():
    def call(*words, **more):
        return CliRunner().invoke(cli.app, ["ballot", *map(str, words)], **more)

    return call


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of the example at each step of one round: opened, voted, closed, revealed."""
    home = tmp_path_factory.mktemp("course")

    def call(*words):
        result = CliRunner().invoke(cli.app, ["ballot", *map(str, words)])
        assert result.exit_code == 0, result.output
        return result.stdout

    own = shutil.copytree(folder.example_folder(), home / "opened")
    call("open", own, "--by", CHAIR)
    call("write", own, "--out", home / "ballots")
    for file in (home / "ballots").glob("*.xlsx"):
        fill(file, next(points for name, points in POINTS.items() if name in file.name))
    for before, after, words in (
        ("opened", "voted", ["read", home / "ballots"]),
        ("voted", "closed", ["close", "--yes", "--by", CHAIR]),
        ("closed", "revealed", ["reveal", "--yes", "--by", CHAIR]),
    ):
        own = shutil.copytree(home / before, home / after)
        call(words[0], own, *words[1:])
    return home


@pytest.fixture(scope="module")
def foreign(tmp_path_factory):
    """A ballot of another board, which weighs the same criteria in a round of the same name."""
    home = tmp_path_factory.mktemp("foreign")
    kept = record.open_record(home / "other.sqlite")
    record.add_member(kept, CHAIR, role="chair", by=CHAIR)
    record.open_round(kept, "2", by=CHAIR, labels=LABELS)
    path = record.write_ballot(kept, "2", CHAIR, home / "ballot.xlsx", belongs_to="Southmere")
    fill(path, POINTS["Helen"])
    return path


@pytest.fixture
def at(course, tmp_path):
    return lambda step: shutil.copytree(course / step, tmp_path / step)


def fill(file, answers):
    book = openpyxl.load_workbook(file)
    for place, answer in enumerate(answers):
        book["ballot"].cell(9 + place, 3).value = answer
    book.save(file)


def told(result):
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def entries(own):
    return len(record.history(record.open_record(record.beside(own))))


def test_help_tells_the_course_of_a_round(run):
    shown = run("--help").stdout
    places = [shown.index(f"{n}. pmo ballot {word}") for n, word in enumerate(
        ["open", "write", "read", "status", "close", "reveal", "show", "adopt"], start=1
    )]  # fmt: skip
    assert places == sorted(places)
    assert "close and reveal need --yes" in shown


class TestOpening:
    def test_members_come_from_the_table_and_the_round_follows_those_of_it(self, course):
        kept = record.open_record(record.beside(course / "opened"))
        assert record.rounds(kept).index.tolist() == ["2"]
        assert record.rounds(kept).at["2", "labels"]["risk"] == "from 0 to 30 risk register points"
        assert record.members(kept)["role"].tolist() == ["chair"] + ["member"] * 4
        assert record.members(kept).index[0] == CHAIR

    def test_members_named_take_the_place_of_those_of_the_table(self, run, tmp_path):
        own = shutil.copytree(folder.example_folder(), tmp_path / "own")
        words = ["open", own, "--by", " Ann ", "--member", "Bob", "--member", "Eve", "--json"]
        found = told(run(*words, "--about", "objectives", "--round", "aims"))
        assert found["may_vote"] == ["Ann", "Bob", "Eve"] and found["round"] == "aims"
        assert next(iter(found["weighs"])) == "safe-places"
        again = ["--round", "more", "--member", "Flo", "--json"]
        assert told(run(*words[:4], *again))["may_vote"][-1] == "Flo"

    def test_another_record_may_be_named(self, run, tmp_path):
        own, other = folder.example_folder(), tmp_path / "board.sqlite"
        told(run("open", own, "--by", CHAIR, "--record", other, "--json"))
        assert other.is_file() and not record.beside(own).exists()
        assert told(run("status", own, "--record", other, "--json"))["state"] == "open"

    def test_people_are_seated_later_and_declare_interests(self, run, at):
        own = at("opened")
        run("member", own, "Zoe", "--by", CHAIR, "--role", "analyst")
        name = "Six libraries renewed and open on Sundays"
        found = told(run("interest", own, SAVER, name, "--by", SAVER, "--reason", "x", "--json"))
        assert found["project"] == "library-renewal"
        kept = record.open_record(record.beside(own))
        assert record.members(kept).at["Zoe", "role"] == "analyst"
        assert record.interests(kept)["member"].tolist() == [SAVER]


class TestBallots:
    def test_a_workbook_for_each_says_what_is_weighed(self, course):
        files = sorted(file.name for file in (course / "ballots").iterdir())
        assert len(files) == 5 and files[0] == "ballot 2 Cllr Helen Marchbank (chair).xlsx"
        sheet = openpyxl.load_workbook(course / "ballots" / files[0])["ballot"]
        assert sheet.cell(10, 2).value == (
            "Reach into the most deprived wards: from 0 to 10,000 residents"
        )

    def test_a_name_that_no_disk_takes_gets_a_file_all_the_same(self, run, at, tmp_path):
        own = at("opened")
        for name in ("a/b", "a:b", "../../evil"):
            run("member", own, name, "--by", CHAIR)
        words = [w for name in ("a/b", "a:b", "../../evil") for w in ("--member", name)]
        files = told(run("write", own, "--out", tmp_path / "out", *words, "--json"))["written"]
        assert len(set(files.values())) == 3
        assert {f.parent for f in (tmp_path / "out").rglob("*.xlsx")} == {tmp_path / "out"}

    def test_a_filled_ballot_is_never_overwritten(self, run, course, at):
        result = run("write", at("opened"), "--out", course / "ballots", "--json")
        assert result.exit_code == 2 and "never overwritten" in result.stdout

    def test_good_ones_are_recorded_and_every_problem_of_the_others_is_named(self, run, course, at):
        own = at("opened")
        ballots = shutil.copytree(course / "ballots", own.parent / "ballots")
        bad, twice = (next(ballots.glob(f"*{name}*")) for name in ("Ruth", "Martin"))
        fill(bad, [24, "lots", None, 15, -1, 16])
        shutil.copy(twice, ballots / "twice.xlsx")
        (ballots / "notes.xlsx").write_text("not a workbook")
        result = run("read", own, ballots, "--json")
        found = json.loads(result.stdout)
        assert result.exit_code == 2
        assert {one["member"] for one in found["recorded"]} == {CHAIR, SAVER, EQUALISER}
        problems = "\n".join(found["error"]["problems"])
        for words in ("C10 'lots' and C13 -1 are not a number", "row 11: C is empty", "notes.xlsx",
                      "twice.xlsx: is not the only ballot of 'Cllr Martin Oakes'"):  # fmt: skip
            assert words in problems
        names = {file.name for file in ballots.iterdir()}
        assert {p.split(": ")[0] for p in found["error"]["problems"]} <= names
        assert told(run("status", own, "--json"))["not_yet"] == ["Cllr Martin Oakes", "Cllr Ruth Adeyemi"]  # fmt: skip

    def test_an_analyst_may_enter_them_and_a_member_may_not(self, run, course, at):
        own = at("opened")
        run("member", own, "Zoe", "--by", CHAIR, "--role", "analyst")
        ballot = next((course / "ballots").glob("*Ruth*"))
        assert run("read", own, ballot, "--by", SAVER).exit_code == 2
        told(run("read", own, ballot, "--by", "Zoe", "--json"))
        kept = record.open_record(record.beside(own))
        assert record.history(kept, kind="vote")["author"].tolist() == ["Zoe"]

    @pytest.mark.parametrize("step", ["voted", "closed"])
    def test_nothing_says_how_anybody_voted_before_it_is_revealed(self, run, at, step, tmp_path):
        own = at(step)
        for words in (["status"], ["show"], ["adopt", "--by", CHAIR, "--reason", "x"],
                      ["close"], ["reveal", "--by", EQUALISER, "--yes"],
                      ["write", "--out", tmp_path / "out"]):  # fmt: skip
            for more in ([], ["--json"]) if words == ["show"] else (["--json"],):
                result = run(words[0], own, *words[1:], *more)
                assert TELLING not in result.output and "0.190" not in result.output
        for file in (tmp_path / "out").glob("*.xlsx"):
            cells = openpyxl.load_workbook(file)["ballot"].iter_rows(min_row=9, values_only=True)
            assert all(row[2] is None for row in cells)


class TestSteps:
    def test_status_says_who_and_never_how(self, run, at):
        found = told(run("status", at("voted"), "--json"))
        assert found["state"] == "open" and len(found["voted"]) == 5 and found["not_yet"] == []
        assert found.keys() == {"record", "round", "about", "state", "voted", "not_yet", "scored"}

    @pytest.mark.parametrize("step, word", [("voted", "close"), ("closed", "reveal")])
    def test_what_cannot_be_undone_is_asked(self, run, at, monkeypatch, step, word):
        own = at(step)
        before = entries(own)
        result = run(word, own, "--by", CHAIR)
        assert result.exit_code == 2 and "--yes: is missing" in result.stderr
        person = SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True))
        monkeypatch.setattr(ballot_commands, "sys", person)
        assert run(word, own, "--by", CHAIR, input="n\n").exit_code == 1
        assert entries(own) == before
        assert run(word, own, "--by", CHAIR, input="y\n").exit_code == 0
        assert entries(own) == before + 1

    @pytest.mark.parametrize("step, words, said", [
        ("opened", ["status", "--round", "3"], "'3' was never opened"),
        ("opened", ["open", "--by", CHAIR], "round '2': is open; close it first"),
        ("opened", ["open", "--by", SAVER, "--round", "3"], "may not open a round"),
        ("opened", ["open", "--by", " "], "--by: is empty"),
        ("opened", ["open", "--by", CHAIR, "--about", "projects"], "--about"),
        ("opened", ["member", "Zoe", "--by", SAVER], "may not add people"),
        ("opened", ["member", "Zoe", "--by", CHAIR, "--role", "king"], "role"),
        ("opened", ["interest", SAVER, "flood-wal", "--by", SAVER, "--reason", "x"], "'flood-wal' is not in"),
        ("opened", ["interest", SAVER, "flood-wall", "--by", SAVER, "--reason", " "], "reason: is empty"),
        ("opened", ["write", "--out", "x", "--member", "Nobody"], "'Nobody' has no vote"),
        ("opened", ["write", "--out", "x", "--kind", "dice"], "kind"),
        ("opened", ["show"], "is open, so its ballots are hidden; the chair closes it"),
        ("voted", ["close", "--by", SAVER], "may not close a round; ask the chair or director"),
        ("opened", ["read", "FOREIGN"], "belongs to no round of this record; read it with the portfolio"),
        ("voted", ["reveal", "--yes", "--by", CHAIR], "close it first"),
        ("closed", ["close", "--yes", "--by", CHAIR], "was closed already"),
        ("closed", ["reveal", "--by", SAVER], "may not reveal a round; ask the chair or director"),
        ("closed", ["write", "--out", "x"], "is closed; it accepts no ballots"),
        ("closed", ["show"], "is closed, so its ballots are hidden; the chair reveals it"),
        ("closed", ["adopt", "--by", CHAIR, "--reason", "x"], "its ballots are hidden"),
        ("revealed", ["show", "--combine", "dice"], "--combine"),
        ("revealed", ["show", "--counts", "king=2"], "--counts"),
        ("revealed", ["show", "--counts", "chair=much"], "must read role=times"),
        ("revealed", ["show", "--counts", "chair=0", "--counts", "member=0"], "points: must add up"),
        ("revealed", ["adopt", "--by", SAVER, "--reason", "x"], "may not save settings"),
        ("revealed", ["adopt", "--by", CHAIR, "--reason", " "], "reason: is empty"),
    ])  # fmt: skip
    def test_refusals_say_what_to_do_and_leave_nothing(
        self, run, at, step, words, said, foreign, tmp_path, monkeypatch
    ):
        monkeypatch.chdir(tmp_path)
        own = at(step)
        words = [foreign if word == "FOREIGN" else word for word in words]
        before, settings = entries(own), (own / "settings.toml").read_bytes()
        result = run(words[0], own, *words[1:], "--json")
        assert result.exit_code == 2
        assert said in json.loads(result.stdout)["error"]["problems"][0]
        assert entries(own) == before and (own / "settings.toml").read_bytes() == settings
        assert not (tmp_path / "x").exists()

    def test_a_closed_round_accepts_no_workbook(self, run, course, at):
        result = run("read", at("closed"), next((course / "ballots").glob("*Ruth*")))
        assert result.exit_code == 2 and "closed and accepts no ballots" in result.stderr

    def test_without_a_record_it_says_how_to_begin_and_makes_none(self, run, tmp_path):
        own = shutil.copytree(folder.example_folder(), tmp_path / "own")
        for word in ("status", "show", "write"):
            words = ["--out", tmp_path / "x"] if word == "write" else []
            result = run(word, own, *words)
            assert result.exit_code == 2 and "start with pmo ballot open" in result.stderr
        assert not record.beside(own).exists()

    def test_a_chair_unlike_those_of_the_table_is_asked_back(self, run, tmp_path):
        own = shutil.copytree(folder.example_folder(), tmp_path / "own")
        result = run("open", own, "--by", "Cllr Helen Marchbank")
        assert result.exit_code == 2
        assert "is not among the members of the table ballots" in result.stderr


@pytest.fixture(scope="module")
def shown(course):
    """What the revealed round says, with an interest declared."""
    kept = record.open_record(record.beside(course / "revealed"))
    record.declare_interest(kept, SAVER, "depot-aldermoor", by=SAVER, reason="Lives beside it")
    words = ["ballot", "show", str(course / "revealed"), "--json"]
    return told(CliRunner().invoke(cli.app, words))


class TestResults:
    def test_weights_and_agreement(self, shown):
        assert shown["weights"]["risk"] == pytest.approx(0.116, abs=1e-3)
        assert shown["kendalls_w"] == pytest.approx(0.78, abs=0.01)
        assert len(shown["tables"]["who is far from whom"]) == 10

    def test_where_lists_differ_and_what_matters(self, shown):
        assert len(shown["core"]) == 16
        assert set(shown["divides"]) == {"depot-aldermoor", "library-renewal", "youth-centres"}
        assert (
            "Risk removed is contested (6 % to 18 %), and changes nothing."
            in (shown["says"]["What matters"])
        )

    def test_interests_and_what_changed_since_the_round_before(self, shown):
        assert shown["says"]["Declared interests"][0] == (
            f"{SAVER} declares an interest in Highways depot at Aldermoor (north): Lives beside it."
        )
        moved = pd.DataFrame(shown["tables"]["what changed since the round before"])
        assert moved.set_index("member")["placed otherwise than before [%]"][SAVER] == 4
        assert shown["says"]["Since the round before"][0] == "Round 2 beside round 1."

    def test_unnamed_it_reads_as_words_and_tables_and_names_nobody(self, run, shown, course):
        result = run("show", course / "revealed", "--unnamed")
        assert result.exit_code == 0
        for words in ("Kendall's W is 0.78", "16 proposals in everybody's list", "Member 5",
                      "Who is far from whom"):  # fmt: skip
            assert words in result.stdout
        assert "Cllr" not in result.stdout and "Lives beside it" not in result.stdout

    def test_a_role_may_count_more(self, course):
        own = course / "revealed"
        kept = record.open_record(record.beside(own))
        plain, twice = (
            ballot_results.of_round(kept, "2", *folder.open_folder(own), counts=counts).together
            for counts in ((), ["chair=2"])
        )
        assert twice["savings"] == pytest.approx((5 * plain["savings"] + 0.22) / 6)

    def test_adopting_writes_settings_keeps_the_earlier_and_the_record(self, run, at, monkeypatch):
        own = at("revealed")
        words = ["--by", CHAIR, "--reason", "Agreed", "--combine", "median", "--json"]
        found = told(run("adopt", own, *words))
        kept = record.open_record(record.beside(own))
        board = pd.DataFrame(POINTS, LABELS).T
        median = median_weights(board.div(board.sum(axis=1), axis=0))
        saved = folder.read_settings(own)
        assert saved.weights == (100 * median).round(2).to_dict() == found["weights"]
        assert (saved.saved_by, saved.saved_reason) == (CHAIR, "Agreed")
        assert saved.swings["carbon"] == [500, -1500]
        assert len(folder.history(own)) == 1
        assert record.saved_settings(kept).weights == saved.weights
        assert (found["enters"], found["leaves"]) == ([], [])

    def test_notebooks_read_the_revealed_ballots_beside_the_tables(self, at, monkeypatch):
        own = at("revealed")
        (own / "portfolio.toml").write_text('portfolio = "."', "utf-8")
        monkeypatch.chdir(own)
        portfolio, _ = folder.open_here()
        assert portfolio.ballots["round"].unique().tolist() == ["1", "2"]
        last = portfolio.ballots[portfolio.ballots["round"] == "2"].set_index(["member", "first"])
        assert last.at[("Cllr Ruth Adeyemi", "savings"), "answer"] == 19.0625
        assert "ballots of round 2 are those of the record" in portfolio.notes


def test_objectives_are_weighed_and_adopted_too(run, tmp_path):
    own = shutil.copytree(folder.example_folder(), tmp_path / "own")
    run("open", own, "--by", "Ann", "--member", "Bob", "--about", "objectives")
    kept, labels = record.open_record(record.beside(own)), folder.open_folder(own)[0].objectives
    for name, points in (("Ann", range(1, 7)), ("Bob", range(6, 0, -1))):
        record.vote(kept, "2", pd.Series(points, labels.index), member=name, kind="points")
    run("close", own, "--by", "Ann", "--yes")
    run("reveal", own, "--by", "Ann", "--yes")
    shown = told(run("show", own, "--json"))
    assert "core" not in shown and set(shown["weights"]) == set(labels.index)
    said = run("adopt", own, "--by", "Ann", "--reason", "Agreed").stdout
    assert "Weights of objectives by round 2, combined by mean:\n" in said
    assert "  Keep people and places safe: 16.7 % (before: 20.0 %)\n" in said
    assert set(folder.read_settings(own).objective_weights.values()) == {16.67}
    assert folder.read_settings(own).weights == {}


def test_a_round_nobody_voted_in_or_on_other_criteria_says_so(run, tmp_path):
    own = shutil.copytree(folder.example_folder(), tmp_path / "own")
    run("open", own, "--by", CHAIR)
    run("close", own, "--by", CHAIR, "--yes")
    run("reveal", own, "--by", CHAIR, "--yes")
    assert "nobody voted in it" in run("show", own).stderr
    kept = record.open_record(record.beside(own))
    record.open_round(kept, "other", by=CHAIR, labels=["residents", "charm"])
    record.vote(kept, "other", pd.Series({"residents": 1, "charm": 2}), member=CHAIR, kind="points")
    record.close_round(kept, "other", by=CHAIR)
    record.reveal_round(kept, "other", by=CHAIR)
    assert "weighs 'residents', 'charm', but the tables now have" in run("show", own).stderr


def test_points_that_do_not_add_to_a_hundred_are_told():
    from pmo_lib.ballot_steps import _note

    points = pd.Series({"reach": 60.0, "risk": 35.0})
    said = _note(record.Ballot("1", "Ann", "points", points))
    assert said == "; 95 points in all, read as shares of that"
    assert _note(record.Ballot("1", "Ann", "points", points + 2.5)) == ""
    assert _note(record.Ballot("1", "Ann", "swing", points)) == ""
