"""Changes of running work: a row to decide each, carried out once approved, told alike everywhere."""

import csv
import io
import json
import shutil
import zipfile

import pandas as pd
import pytest
from conftest import SMALL
from test_decisions import READER, filled, frame, opened, rows
from typer.testing import CliRunner

from pmo_lib import approval, cli, record, tables, workbench
from pmo_lib.approval import changes, decided, reading
from pmo_lib.checks import InputError
from pmo_lib.export import asks
from pmo_lib.export.decision_book import as_decision_book
from pmo_lib.export.first_page import COMMENT, CONDITION, DECISION
from pmo_lib.workbench import rebalancing

pytestmark = pytest.mark.filterwarnings(READER)
SETTINGS = workbench.Settings(
    organisation="Small Council", board="Board", meeting_date="2026-12-10", marking="OFFICIAL"
)
PROJECTS = SMALL["projects"].replace(
    "size_unit\n", "size_unit,exit_cost,pause_cost,restart_cost,slow_months,planned_finish\n"
)
WORK = {
    **SMALL,
    "projects": PROJECTS
    + """wing,Gallery wing,Culture,People,proposed,no,,1,sites,,,,,
pool,Old pool,Culture,People,running,no,,1,sites,20,,,,
road,Link road,Highways,Safety,running,no,,1,sites,200,5,7,,2028-03-31
yard,Goods yard,Highways,Safety,running,no,,1,sites,200,,,12,2028-03-31
lane,Cycle lane,Highways,Safety,paused,no,,1,sites,1,,10,,
""",
    "performance": SMALL["performance"]
    + """wing,reach,300,judged,Analysts
pool,reach,1,measured,Analysts
road,reach,800,measured,Analysts
yard,reach,700,measured,Analysts
lane,reach,900,measured,Analysts
""",
    "cash_flows": SMALL["cash_flows"]
    + """wing,2027-04-01,capital,10,0
wing,2028-04-01,capital,,20
pool,2026-04-01,capital,500,0
pool,2027-04-01,capital,100,0
pool,2028-04-01,capital,80,10
road,2027-04-01,capital,60,0
road,2028-04-01,capital,,90
yard,2027-04-01,capital,120,0
yard,2028-04-01,capital,,300
lane,2028-04-01,capital,40,0
lane,2029-04-01,capital,,90
""",
    "budgets": """period,fund,amount
2027-04-01,capital,1300
2028-04-01,capital,400
2029-04-01,capital,100
""",
    "capacity": "role,period,amount\n"
    + "".join(f"engineer,{y}-{m:02d}-01,9\n" for y in (2027, 2028, 2029) for m in range(1, 13)),
    "demand": "project,option,role,period,amount\n"
    + "".join(f"{p},,engineer,2027-{m:02d}-01,2\n" for p in ("pool", "road", "yard") for m in range(4, 10)),
    "links": """project,relation,other
wing,requires,pool
lights,excludes,pool
""",
}  # fmt: skip
ASKED = pd.DataFrame(
    {
        "action": ["stop", "pause", "slow down", "resume"],
        "name": ["Old pool", "Link road", "Goods yard", "Cycle lane"],
        "reason": ["£160 is freed", "waits", "slower", "worth it"],
        "frees": [160.0, 0.0, 0.0, -50.0],
    },
    ["pool", "road", "yard", "lane"],
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("work") / "in"
    folder.mkdir()
    for name, text in WORK.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    (folder / "settings.toml").write_text(SETTINGS.to_toml(), "utf-8")
    return workbench.recommend(tables.read_portfolio(folder), SETTINGS, explain=False), folder


@pytest.fixture(scope="module")
def dossier(made):
    return approval.dossier(made[0], changes=ASKED)


@pytest.fixture(scope="module")
def content(dossier):
    return as_decision_book(dossier)


def approved(made, decisions, **more):
    return decided.approved_list(made[0], decisions, by="Ann", changes=ASKED, explain=False, **more)


def by_year(portfolio, project, column="cost"):
    own = portfolio.cash_flows[portfolio.cash_flows["project"] == project]
    own = own.groupby("period")[column].sum()
    return {period[:4]: amount for period, amount in own.items() if amount}


# --- carried out ---------------------------------------------------------------------------


def test_each_change_is_carried_out_at_what_the_review_charges(made):
    was = made[0].portfolio
    now = changes.carried_out(was, SETTINGS, ASKED["action"])
    stands = now.projects["status"]
    assert stands[ASKED.index].tolist() == ["stopped", "running", "running", "running"]
    assert by_year(now, "pool") == {"2026": 500, "2027": 20}
    assert by_year(now, "pool", "benefit") == {}
    assert by_year(now, "road") == {"2027": 5, "2028": 67}
    assert by_year(now, "road", "benefit") == {"2029": 90}
    assert by_year(now, "yard") == {"2027": 60, "2028": 60}
    assert by_year(now, "yard", "benefit") == {"2029": 300}
    assert by_year(now, "lane") == {"2028": 50}
    finish = now.projects["planned_finish"]
    assert finish[["road", "yard"]].tolist() == ["2029-03-31", "2029-03-31"]
    people = now.demand.groupby("project")["amount"].sum()
    assert people.to_dict() == pytest.approx({"road": 12, "yard": 12})
    months = now.demand.groupby("project")["period"].agg(["min", "max"])
    assert months.loc["road"].tolist() == ["2028-04-01", "2028-09-01"]
    assert months.loc["yard"].tolist() == ["2027-04-01", "2028-09-01"]
    assert len(now.links) == 0 and len(was.links) == 2
    kept = was.cash_flows["project"].isin(["flood", "hubs", "depot"])
    assert by_year(now, "flood") == by_year(was, "flood") and kept.any()


def test_tables_with_changes_carried_out_are_read_again_as_they_are(made, tmp_path):
    now = changes.carried_out(made[0].portfolio, SETTINGS, ASKED["action"])
    path = approval_seal(approval.dossier(workbench.recommend(now, SETTINGS)), tmp_path)
    assert record.verify(path).holds


def approval_seal(dossier, folder):
    return record.seal(dossier, folder / "sealed.zip")


def test_the_approved_list_has_the_money_that_the_review_counts_on(northmere):
    settings = workbench.Settings(
        meeting_date="2026-12-10", discount_schedule="Green Book standard",
        base_date="2027-04-01", size_reference=1.0,
    )  # fmt: skip
    before = workbench.recommend(northmere, settings, explain=False)
    review = rebalancing.review(before)
    asked = changes.asked(review)
    assert asked["action"].to_dict() == {"leisure-centre": "stop"}
    decisions = frame(**{"leisure-centre": ("approve", "")})
    after = decided.approved_list(before, decisions, by="Ann", changes=asked, explain=False)
    money = [made.limits.query("kind == 'money'")["available"].sum() for made in (before, after)]
    assert money[1] - money[0] == pytest.approx(asked.at["leisure-centre", "frees"])
    assert after.ranked_list["cost"][after.ranked_list["funded"]].sum() == pytest.approx(
        review.found.money["new"].sum()
    )
    assert after.ranked_list.at["leisure-centre", "why"].startswith("Stopped: what ending it costs")


def test_a_paused_project_that_stays_paused_is_no_change(made):
    review = rebalancing.review(made[0])
    review.found.table["action"] = review.found.table["action"].where(
        review.found.table.index != "lane", "pause"
    )
    review.found.table.loc["lane", "changes"] = False
    assert "lane" not in changes.asked(review).index
    assert len(changes.asked(None)) == 0


def test_what_cannot_be_done_is_refused(made):
    with pytest.raises(InputError, match="'road' cannot slow down"):
        changes.carried_out(made[0].portfolio, SETTINGS, pd.Series({"road": "slow down"}))


# --- decided -------------------------------------------------------------------------------


def test_what_was_approved_is_carried_out_and_the_rest_goes_on(made):
    after = approved(made, frame(pool=("approve", ""), road=("reject", ""), yard=("defer", "")))
    stands = after.portfolio.projects["status"]
    assert stands[["pool", "road", "yard", "lane"]].tolist() == [
        "stopped",
        "running",
        "running",
        "paused",
    ]
    assert by_year(after.portfolio, "road") == by_year(made[0].portfolio, "road")
    why = after.ranked_list["why"]
    assert "it needs Old pool, which is stopped" in why["wing"]
    assert "lights" in made[0].problem["forced_out"]  # while its rival runs
    assert "lights" not in after.problem["forced_out"]
    assert after.settings.status == "DRAFT"
    same = approved(made, frame(pool=("reject", ""), road=("defer", "")))
    assert same.choice.selected.equals(made[0].choice.selected)


def test_the_list_is_approved_once_every_proposal_and_every_change_is_decided(made):
    words = {p: ("approve" if kept else "defer", "") for p, kept in made[0].choice.selected.items()}
    assert approved(made, frame(**words)).settings.status == "DRAFT"
    words |= dict.fromkeys(ASKED.index, ("reject", ""))
    assert approved(made, frame(**words)).settings.status == "APPROVED"


@pytest.mark.parametrize(
    ("decisions", "words"),
    [
        ({"wing": "approve", "pool": "approve"},
         "‘Gallery wing’ is approved and needs ‘Old pool’, which is stopped; do not stop it, or neither"),
        ({"lights": "approve", "pool": "reject"},
         "‘Street lights’ and ‘Old pool’ cannot both be done: the first is approved, the second running"),
        ({"roof": "defer"}, "‘School roof’ is mandatory and cannot be deferred"),
    ],
)  # fmt: skip
def test_clashes_are_told_in_words_a_chair_understands(made, decisions, words):
    with pytest.raises(InputError) as caught:
        approved(made, frame(**{p: (word, "") for p, word in decisions.items()}))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("link", "decisions", "words"),
    [
        ("hubs,requires,flood", {"hubs": "approve", "flood": "reject"},
         "‘Family hubs’ is approved and needs ‘Flood wall’, which is rejected; approve both, or neither"),
        ("hubs,together,flood", {"flood": "approve", "hubs": "defer"},
         "‘Flood wall’ is approved and has to be done together with ‘Family hubs’, which is deferred"),
        ("hubs,excludes,flood", {"hubs": "approve", "flood": "approve subject to"},
         "‘Family hubs’ and ‘Flood wall’ are both approved, and only one of the two can be done"),
        ("road,requires,flood", {"flood": "reject"},
         "‘Link road’ is running and needs ‘Flood wall’, which is rejected; approve both, or stop ‘Link road’ as well"),
        ("road,requires,pool", {"pool": "approve"},
         "‘Link road’ is running and needs ‘Old pool’, which is stopped; do not stop it, or stop ‘Link road’ as well"),
        ("roof,requires,flood", {"flood": "defer"},
         "‘School roof’ is mandatory and needs ‘Flood wall’, which is deferred; approve both"),
        ("lane,requires,hubs", {"lane": "approve", "hubs": "reject"},
         "‘Cycle lane’ is taken up again and needs ‘Family hubs’, which is rejected"),
    ],
)  # fmt: skip
def test_links_that_decisions_break_are_told(small, link, decisions, words):
    portfolio = small(**{**WORK, "links": f"project,relation,other\n{link}\n"})
    before = workbench.recommend(portfolio, SETTINGS, explain=False)
    stated = frame(**{p: (word, "x") for p, word in decisions.items()})
    with pytest.raises(InputError) as caught:
        decided.approved_list(before, stated, by="Ann", changes=ASKED)
    assert words in str(caught.value)
    assert "must be in" not in str(caught.value)


# --- the workbook --------------------------------------------------------------------------

FILLED = {
    "pool": ("approve subject to", "the club is told", "=1+1 at last"),
    "road": ("reject", "", "finish it"),
    "yard": ("defer", "", ""),
    "flood": ("approve", "", ""),
}


def test_every_change_has_a_row_to_decide_and_comes_back(dossier, content, tmp_path):
    sheet = opened(content)["Ranked list"]
    at = rows(opened(content))
    assert [sheet.cell(at[p], 2).value for p in ASKED.index] == [
        "Stop Old pool", "Pause Link road", "Slow down Goods yard", "Resume Cycle lane",
    ]  # fmt: skip
    assert all(not sheet.cell(at[p], DECISION + 1).protection.locked for p in ASKED.index)
    lists = {str(rule.sqref) for rule in sheet.data_validations.dataValidation}
    assert any(f"J{at['pool']}" in cells for cells in lists)
    assert max(at[p] for p in ASKED.index) < min(r for p, r in at.items() if p not in ASKED.index)
    found = reading.read_decisions(filled(content, tmp_path / "a.xlsx", FILLED))
    assert found.decisions["decision"].to_dict() == {p: d for p, (d, _, _) in FILLED.items()}
    assert found.decisions.at["pool", "comment"] == "=1+1 at last"
    assert found.changes["action"].to_dict() == ASKED["action"].to_dict()
    assert found.changes.at["pool", "frees"] == 160
    assert "lane" in found.undecided and list(found.asked) == asks.asks(dossier)


def delete_change(book):
    book["Ranked list"].delete_rows(rows(book)["pool"])


def swap_changes(book):
    sheet, at = book["Ranked list"], rows(book)
    for column in (2, 3, 9, 13):
        one, other = (sheet.cell(at[p], column) for p in ("pool", "road"))
        one.value, other.value = other.value, one.value


def put(project, column, text):
    def change(book):
        book["Ranked list"].cell(rows(book)[project], column + 1).value = text

    change.__name__ = f"{project} {text}"
    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (delete_change, "project 'pool', was deleted"),
        (swap_changes, "the rows were sorted or moved: 'pool' from row"),
        (put("pool", DECISION, "stop"), "project 'pool': 'stop' is no decision"),
        (put("pool", DECISION, "approve; reject"), "'approve; reject' holds 2 decisions"),
        (put("pool", DECISION, '=IF(1,"approve","")'), "project 'pool': its decision is a formula"),
        (put("pool", CONDITION, "=1+1"), "project 'pool': its condition is a formula"),
        (put("pool", COMMENT, "=1+1"), "project 'pool': its comment is a formula"),
        (
            put("pool", DECISION, "approve subject to"),
            "'pool': is approved subject to no condition",
        ),
        (put("pool", 1, "Resume Old pool"), "was 'Stop Old pool', now 'Resume Old pool'"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_troubles_in_the_row_of_a_change_are_named(content, tmp_path, change, words):
    with pytest.raises(InputError) as caught:
        reading.read_decisions(filled(content, tmp_path / "a.xlsx", {}, change))
    assert words in str(caught.value)


# --- told alike everywhere -----------------------------------------------------------------


def test_log_minutes_workbook_paper_record_and_seal_say_the_same(made, content, tmp_path):
    folder = shutil.copytree(made[1], tmp_path / "in")
    ranked = made[0].ranked_list
    one = ranked.index[ranked["block"] == "recommended"].difference(["flood"])[0]
    path = filled(content, tmp_path / "decide.xlsx", {**FILLED, one: ("reject", "", "too dear")})
    command = ["decisions", "read", str(path), str(folder), "--by", "Ann"]
    console = CliRunner().invoke(cli.app, command).stdout
    assert "Decided on proposals: approve 1 and reject 1\n" in console
    (folder / "record.sqlite").unlink()
    command.append("--json")
    done = CliRunner().invoke(cli.app, [*command, "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert len(json.loads(done.stdout)["changes_of_running_work"]) == 4
    kept = record.decisions(record.open_record(folder / "record.sqlite"))
    assert kept.loc[["pool", "road", "yard", "flood"], "decision"].tolist() == [
        "approve subject to: stop", "reject: pause", "defer: slow down", "approve",
    ]  # fmt: skip
    out = tmp_path / "out"
    log = list(csv.DictReader(io.StringIO((out / "decision_log.csv").read_text("utf-8-sig"))))
    told = {row["project"]: (row["recommended"], row["decision"]) for row in log}
    assert told["pool"] == ("stop", "approve subject to")
    assert told["road"] == ("pause", "reject")
    assert told["lane"] == ("resume", "")
    assert told[one] == ("recommended", "reject")
    minutes = (out / "minutes.md").read_text("utf-8")
    for words in (
        "- Stop Old pool: approved subject to the club is told; this list counts on it",
        "- Pause Link road: rejected; the work goes on as it is (finish it).",
        "- Resume Cycle lane: not decided; it stays paused.",
        "Meet the condition to stop Old pool: the club is told",
        "Plan how to stop Old pool",
    ):
        assert words in minutes.replace("\\", ""), words
    assert "Plan how to pause" not in minutes
    refused = minutes.partition("## Rejected by the board\n")[2].partition("\n## ")[0]
    assert "Too dear" in refused
    waits = minutes.partition("## Delayed to make room\n")[2].partition("\n## ")[0]
    assert made[0].names([one])[0] not in waits and "Link road" not in refused
    assert "3 running and 1 stopped) + " in minutes
    book = opened((out / "decide.xlsx").read_bytes())
    at = rows(book)
    shown = [book["Ranked list"].cell(at[p], DECISION + 1).value for p in ASKED.index]
    assert shown == ["approve subject to", "reject", "defer", None]
    cover = " ".join(str(c.value) for row in book["Cover"].iter_rows() for c in row if c.value)
    assert "1 of 4 changes of running work approved" in cover
    with zipfile.ZipFile(out / "sealed.zip") as sealed:
        decisions = sealed.read("decisions.csv").decode("utf-8-sig")
        assert "pool,stop,approve subject to,the club is told" in decisions
        assert ",stopped," in sealed.read("inputs/projects.csv").decode()
        assert "resume,Cycle lane" in sealed.read("changes.csv").decode()
    verdict = record.verify(out / "sealed.zip")
    assert verdict.holds, verdict.words
    again = CliRunner().invoke(cli.app, command)
    assert json.loads(again.stdout)["recorded"] == 0


def test_what_was_asked_stays_what_was_asked(made, dossier, content, tmp_path):
    found = reading.read_decisions(filled(content, tmp_path / "a.xlsx", FILLED))
    after = approved(made, found.decisions)
    later = approval.dossier(
        after, changes=found.changes, decisions=found.decisions, asked=found.asked
    )
    assert asks.asks(later) == asks.asks(dossier)
    assert any("stop Old pool, pause Link road" in ask for ask in asks.asks(later))
    words = asks.headline(later)
    assert words.startswith("Proposals: 1 approved and ")
    n = int(after.ranked_list["funded"].sum())
    assert f"1 of 4 changes of running work approved. The list that follows holds {n} (" in words
    assert later.prices.index.to_list() == ["wing"]
