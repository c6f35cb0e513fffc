"""Past reviews, triggers, causes and status files; and the review of the example portfolio."""

import dataclasses
import math
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmo_lib import folder, rebalance, workbench
from pmo_lib.checks import InputError
from pmo_lib.rebalance.causes import shapley
from pmo_lib.stories import running
from pmo_lib.workbench import rebalancing, since

ROOT = __import__("pathlib").Path(__file__).resolve().parents[1]
RULES = rebalance.Rules()


@pytest.fixture(scope="module")
def council():
    return folder.open_folder(ROOT / "data" / "northmere")


@pytest.fixture(scope="module")
def stated(council):
    return rebalancing.review_problem(*council, RULES)


@pytest.fixture(scope="module")
def found(council):
    return rebalancing.rebalance(*council, RULES)


def test_the_leisure_centre_stops_payroll_is_finished_and_two_come_in(council, found):
    table, settings_ = found.table, council[1]
    running = table[table["status"] == "running"]
    assert list(running.index[running["action"] == "stop"]) == ["leisure-centre"]
    assert set(running["action"].drop("leisure-centre")) == {"continue"}
    was = workbench.recommend(council[0], settings_, explain=False).choice.selected
    started = set(table.index[table["action"] == "start"])
    assert started - set(was.index[was]) == {"recycling-centre", "ev-charging"}
    assert set(was.index[was]) <= started
    assert found.choice.gap == 0
    centre = table.loc["leisure-centre"]
    assert centre[["cost_to_complete", "benefit", "sunk_cost", "frees"]].to_list() == [
        7_400_000, 4_900_000, 9_800_000, 7_100_000,
    ]  # fmt: skip
    assert centre["bcr"] == pytest.approx(0.5 * 3_568_048 / 7_175_374, rel=1e-6)
    assert "£7.40m still to pay for £4.90m of benefit" in centre["reason"]
    assert "stopping frees £7.10m" in centre["reason"]
    assert found.table["value"].sum() == pytest.approx(found.choice.value)
    released = found.people["released"].groupby("role").max()
    assert released[released > 0].to_dict() == {"civil engineer": 2.0, "project manager": 1.0}


def test_no_sunk_cost_of_the_example_decides_anything(council, found):
    portfolio, settings_ = council
    spent = np.random.default_rng(3).uniform(0, 1e8, len(portfolio.projects))
    other = dataclasses.replace(portfolio, projects=portfolio.projects.assign(sunk_cost=spent))
    again = rebalancing.rebalance(other, settings_, RULES)
    assert (again.table["sunk_cost"] != found.table["sunk_cost"]).all()
    pd.testing.assert_frame_equal(
        again.table.drop(columns="sunk_cost"), found.table.drop(columns="sunk_cost")
    )


def test_success_counts_cost_in_every_case(council, stated):
    """An expected NPV is the chance of the benefit, less all of the cost."""
    portfolio, settings_ = council
    asked = rebalancing.review_problem(
        portfolio, dataclasses.replace(settings_, objective="npv"), RULES
    )
    facts = asked["projects"]
    assert facts.loc[["payroll", "coast-road", "cloud-exit"], "success"].to_list() == [
        0.5,
        0.8,
        0.95,
    ]
    finance = workbench.evaluate(portfolio, settings_).finance.reindex(facts.index)
    wanted = facts["success"] * finance["benefit_pv"] - finance["cost_pv"]
    value = asked["value"].groupby(level=0, sort=False).first()
    np.testing.assert_allclose(value.reindex(wanted.index), wanted)
    np.testing.assert_allclose(facts["stop_value"], -facts["exit_cost"])
    assert stated["projects"].at["leisure-centre", "stop_value"] == pytest.approx(-0.21 * 0.3 / 16)


def test_standing_of_the_example(stated, council):
    drifts = rebalance.drift(council[0].status, council[0].approvals)
    table = rebalance.standing(**stated, drift=drifts.groupby("project").last(), currency="£")
    assert list(table.index[~table["would_start"]]) == ["leisure-centre"]
    assert table.at["leisure-centre", "when"] == (
        "2027-28 capital £2.10m, 2028-29 capital £3.30m, 2029-30 capital £1.70m"
    )
    assert table.at["payroll", "verdict"] == "late or dear, and worth finishing"
    assert table.at["town-hall-roof", "verdict"] == ""


def test_protected_finishing_and_unassessed_work_goes_on(council):
    portfolio, settings_ = council
    rules = dataclasses.replace(RULES, protected={"leisure-centre": "promised"}, most_changes=18)
    late = portfolio.status.copy()
    late.loc[(late["project"] == "town-hall-roof"), "finish"] = "2027-01-08"
    blank = portfolio.performance[portfolio.performance["project"] != "electric-fleet"]
    changed = dataclasses.replace(portfolio, status=late, performance=blank)
    table = rebalancing.rebalance(changed, settings_, rules).table
    assert table.loc["leisure-centre", ["action", "reason"]].to_list() == [
        "continue", "Protected: promised",
    ]  # fmt: skip
    assert table.at["town-hall-roof", "reason"] == "Finishes in Jan 2027: too late to stop"
    assert "electric-fleet" not in table.index
    assert table["changes"].sum() <= 18
    with pytest.raises(InputError, match="protected: not an assessed project: nothing"):
        rebalancing.rebalance(
            portfolio, settings_, dataclasses.replace(RULES, protected={"nothing": "x"})
        )


def test_a_paused_project_is_resumed_or_waits(council):
    portfolio, settings_ = council
    paused = portfolio.projects.copy()
    paused.loc["coast-road", "status"] = "paused"
    changed = dataclasses.replace(portfolio, projects=paused)
    paused.loc["coast-road", "restart_cost"] = 50_000
    row = rebalancing.rebalance(changed, settings_, RULES).table.loc["coast-road"]
    assert row[["action", "changes", "switching_cost"]].to_list() == ["resume", True, 50_000]


def test_drift_of_the_example(council):
    portfolio = council[0]
    table = rebalance.drift(portfolio.status, portfolio.approvals)
    last = table.groupby("project").last()
    assert last.loc["leisure-centre", "cost_drift"] == pytest.approx(17.2 / 12.6 - 1)
    assert last.loc["leisure-centre", "benefit_drift"] == pytest.approx(4.9 / 7.4 - 1)
    assert last.loc[["leisure-centre", "payroll", "care-home"], "months_late"].to_list() == [
        11,
        7,
        0,
    ]
    assert last.at["leisure-centre", "cost_to_complete"] == 7_400_000
    assert last.at["town-hall-roof", "baseline_cost"] == 800_000
    programmes = rebalance.programme_drift(table, portfolio.projects["programme"])
    row = programmes.loc[("Thriving towns", "2026-08")]
    assert row["cost_drift"] == pytest.approx((17.2 + 11.5 + 0.87) / (12.6 + 11 + 0.62) - 1)
    assert row[["projects", "months_late"]].to_list() == [3, 11]


def test_completed_projects_stay_in_sight(council, stated):
    portfolio = council[0]
    done = rebalance.promised(portfolio.projects, portfolio.status, portfolio.approvals)
    assert sorted(done.index) == [
        "contact-centre-move", "gritting-routes", "library-self-service", "school-boilers",
    ]  # fmt: skip
    row = done.loc["library-self-service"]
    assert row[["baseline_cost", "forecast_cost", "months_late"]].to_list() == [620_000, 870_000, 1]
    facts = stated["projects"].rename(columns={"cost_to_complete": "cost"})
    proposals = facts[facts["status"] == "proposed"]
    beside = rebalance.track_record(done, proposals, by="sponsor")
    row = beside.loc["library-renewal"]
    assert row["cost_ratio"] == pytest.approx(870 / 620)
    assert row["cost_as_before"] == pytest.approx(2_900_000 * 870 / 620)
    assert "family-hubs" not in beside.index
    assert "Digital" in set(rebalance.track_record(done, proposals, by="category")["category"])
    assert list(rebalance.unapproved(portfolio.projects, portfolio.approvals).index) == [
        "town-hall-roof"
    ]


def test_triggers_of_the_example(council, stated):
    tables = (council[0].status, council[0].approvals, council[0].benefits)
    flags = rebalance.triggers(stated["projects"], *tables, RULES)
    by = flags.groupby("trigger")["project"].agg(set).to_dict()
    assert by == {
        "benefit-cost ratio under 1": {"leisure-centre"},
        "benefit without an owner": {"leisure-centre"},
        "amber or red 2 reviews running": {
            "leisure-centre", "payroll", "eastern-link", "coast-road", "care-records",
        },
    }  # fmt: skip
    strict = dataclasses.replace(RULES, cost_up=0.1, bcr_under=0.0, reviews_amber=3)
    flags = rebalance.triggers(stated["projects"], *tables, strict)
    risen = flags[flags["trigger"] == "cost to complete up 10 %"].set_index("project")["reason"]
    assert risen.to_dict() == {"leisure-centre": "Up 14 %"}


def test_key_figures_against_targets(found):
    targets = pd.DataFrame(
        {"programme": ["Safer streets"] * 2, "figure": ["amber", "benefit for each 1"],
         "at_least": [np.nan, 1.5], "at_most": [0, np.nan]}
    )  # fmt: skip
    figures = rebalance.key_figures(found.table, targets).set_index(["programme", "figure"])
    assert figures.loc["Safer streets"]["met"].dropna().to_dict() == {
        "amber": False, "benefit for each 1": True,
    }  # fmt: skip
    goes = found.table[~found.table["action"].isin(["stop", "leave"])]
    cost = figures.xs("cost to complete", level="figure")["value"]
    assert cost.sum() == goes["cost_to_complete"].sum()
    with pytest.raises(InputError, match="targets: no such figure: 'ambre'; known are 'projects'"):
        rebalance.key_figures(found.table, targets.assign(figure="ambre"))


def test_the_new_list_against_the_last_approved_one(council, found):
    table = rebalance.against_approved(found.table, council[0].approvals, council[0].status)
    row = table.loc["leisure-centre"]
    assert row[["change", "before", "after", "months_later"]].to_list() == [
        "left", "approved", "stop", 11,
    ]  # fmt: skip
    assert row["changes"].startswith("Cost up £2.1m")
    assert table.loc["payroll", ["change", "months_later"]].to_list() == ["re-timed", 7]
    assert "care-home" not in table.index
    assert table.at["town-hall-roof", "change"] == "entered"


def test_each_change_since_last_time_has_its_plain_cause(council):
    portfolio, settings_ = council
    earlier = portfolio.status[portfolio.status["review"] == "2026-05"]
    better = portfolio.cash_flows.copy()
    better.loc[better["project"] == "leisure-centre", ["cost", "cost_low"]] *= 0.05
    before = (
        dataclasses.replace(portfolio, status=earlier, cash_flows=better),
        dataclasses.replace(settings_, budget_scale=1.0),
    )
    after = (
        portfolio,
        workbench.with_override(settings_, "visitor-centre", "in", reason="x", by="y"),
    )
    table, shares = since.since_last(before, after, RULES)
    assert table.loc["leisure-centre", ["change", "cause"]].to_list() == ["left", "new data"]
    assert table.loc["visitor-centre", ["change", "cause"]].to_list() == ["entered", "an override"]
    assert shares[["new weights", "new limits"]].to_list() == [0.0, 0.0]
    values = [rebalancing.rebalance(*time, RULES).choice.value for time in (before, after)]
    assert math.fsum(shares) == values[1] - values[0]
    assert shares["an override"] < 0
    table, shares = since.since_last(after, after, RULES)
    assert len(table) == 0
    assert (shares == 0).all()


def toy(values, actions):
    """Decide from tables of values and actions by set of causes."""

    def decide(causes):
        table = pd.DataFrame({"action": actions(causes)})
        table["option"] = np.where(table["action"] == "leave", None, "as proposed")
        return SimpleNamespace(table=table, choice=SimpleNamespace(value=values[causes]))

    return decide


@settings(max_examples=60)
@given(st.lists(st.floats(-1e9, 1e9, allow_subnormal=False), min_size=8, max_size=8))
def test_the_attribution_sums_exactly_and_gives_nothing_to_what_did_not_change(values):
    causes = ["data", "weights", "limits"]
    subsets = [frozenset(c for k, c in enumerate(causes) if bits >> k & 1) for bits in range(8)]
    worth = dict(zip(subsets, values, strict=True))
    decide = toy(worth, lambda _: {"a": "start"})
    exact = shapley(worth, causes)
    assert sum(exact.values()) == Fraction(values[7]) - Fraction(values[0])
    shares = rebalance.attribution(decide, [*causes, "idle"], causes)
    np.testing.assert_allclose(shares[causes], [float(exact[c]) for c in causes], atol=1e-6)
    assert math.fsum(shares) == pytest.approx(values[7] - values[0], rel=1e-15, abs=1e-6)
    assert shares["idle"] == 0
    turned = rebalance.attribution(decide, [*causes, "idle"], causes[::-1])
    np.testing.assert_allclose(turned, shares, rtol=1e-9, atol=1e-3)


def test_attribution_by_hand():
    """Two causes worth 1 and 2 alone, and 6 together, share 6 as 2.5 and 3.5."""
    values = {frozenset(): 0.0, frozenset("a"): 1.0, frozenset("b"): 2.0, frozenset("ab"): 6.0}
    shares = rebalance.attribution(toy(values, lambda _: {"p": "start"}), ["a", "b"], ["a", "b"])
    assert shares.to_dict() == {"a": 2.5, "b": 3.5}
    with pytest.raises(InputError, match="changed: at most 8, each one of causes; got 'c'"):
        rebalance.attribution(toy(values, lambda _: {}), ["a", "b"], ["c"])


def test_bridge_tells_one_cause_from_causes_that_need_each_other():
    def actions(causes):
        return {
            "alone": "start" if "data" in causes else "leave",
            "both": "start" if len(causes) == 2 else "leave",
            "either": "leave" if causes else "start",
            "same": "start",
        }

    table = rebalance.bridge(toy(dict.fromkeys(range(9), 0) | {
        frozenset(): 0, frozenset({"data"}): 0, frozenset({"limits"}): 0,
        frozenset({"data", "limits"}): 0}, actions), ["data", "limits"])  # fmt: skip
    assert table["change"].to_dict() == {"alone": "entered", "both": "entered", "either": "left"}
    assert table["reason"].to_dict() == {
        "alone": "Data alone",
        "both": "Data and limits only together",
        "either": "Data and limits each alone",
    }


@pytest.fixture
def report(council):
    """Return the status file of a next review: as the last one, for work that runs."""
    last = council[0].status.query("review == '2026-08'")
    runs = council[0].projects["status"] == "running"
    return (
        last[last["project"].isin(runs.index[runs])].assign(review="2026-11").reset_index(drop=True)
    )


def test_a_status_file_updates_the_portfolio_and_reports_every_change(council, report):
    portfolio = council[0]
    report.loc[report["project"] == "payroll", ["spent", "confidence"]] = [3_100_000, "amber"]
    report["sunk_cost"] = report["project"].map({"payroll": 3_200_000.0})
    new, changes = rebalance.update_status(portfolio, report)
    assert changes.drop(columns="name").to_numpy().tolist() == [
        ["payroll", "sunk_cost", 3_150_000, 3_200_000],
        ["payroll", "spent", 2_950_000, 3_100_000],
        ["payroll", "confidence", "red", "amber"],
    ]
    assert len(new.status) == len(portfolio.status) + len(report)
    assert new.projects.at["payroll", "sunk_cost"] == 3_200_000
    assert portfolio.projects.at["payroll", "sunk_cost"] == 3_150_000
    again, nothing = rebalance.update_status(new, report)
    assert len(nothing) == 0
    assert len(again.status) == len(new.status)
    assert rebalancing.latest(new.status).at["payroll", "confidence"] == "amber"


@pytest.mark.parametrize(
    ("project", "cells", "words"),
    [
        ("payroll", {"status": "complete", "progress": 1.0}, "row 3: 'payroll' is complete and has cost to come"),
        ("payroll", {"status": "complete", "spent": 4_050_000}, "row 3: 'payroll' is complete with progress 0.82"),
        ("payroll", {"forecast_cost": np.nan}, "row 3: 'payroll' is running without a budget"),
        ("payroll", {"progress": 1.2}, "row 3: progress 1.2 is not 0 to 1"),
        ("payroll", {"spent": 5e6}, "row 3: 'payroll' has spent 5,000,000, more than its forecast_cost"),
        ("payroll", {"start": "2029-06-01", "finish": "2030-01-01"}, "row 3: 'payroll' has benefits in '2028-04-01', before its start"),
        ("payroll", {"confidence": "purple"}, "row 3: confidence 'purple' is not"),
        ("payroll", {"status": "gone"}, "status 'gone' is not"),
        ("payroll", {"project": "cloud-exit"}, "'payroll' is running and not in the file"),
    ],
)  # fmt: skip
def test_contradictory_status_is_reported_row_by_row(council, report, project, cells, words):
    report["status"] = None
    for column, cell in cells.items():
        report[column] = report[column].astype(object)
        report.loc[report["project"] == project, column] = cell
    report.loc[0, "progress"] = 7.0
    with pytest.raises(InputError) as error:
        rebalance.update_status(council[0], report)
    assert words in str(error.value)
    assert "row 2: progress 7 is not 0 to 1" in str(error.value)


def test_a_foreign_status_report_is_read_through_a_map(council, report, tmp_path):
    foreign = report.rename(
        columns={"project": "Work", "confidence": "RAG", "forecast_cost": "EAC"}
    )
    foreign["RAG"] = foreign["RAG"].map({"green": "G", "amber": "A", "red": "R"})
    foreign["EAC"] = ["£" + f"{amount / 1e6:.3f}m" for amount in foreign["EAC"]]
    foreign.loc[foreign["Work"] == "payroll", "RAG"] = "A"
    foreign["Gone"] = [31_000 if work == "payroll" else None for work in foreign["Work"]]
    foreign.to_csv(tmp_path / "office.csv", index=False)
    (tmp_path / "office.toml").write_text(
        """
        [projects.columns]
        project = "Work"
        exit_cost = "Gone"

        [status.columns]
        project = "Work"
        review = { value = "2026-11" }
        forecast_cost = "EAC"
        spent = "spent"
        progress = "progress"
        confidence = { column = "RAG", words = { R = "red", A = "amber", G = "green" } }
        """, "utf-8")  # fmt: skip
    read = rebalance.mapped_status(tmp_path / "office.csv", tmp_path / "office.toml")
    _, changes = rebalance.update_status(council[0], read)
    told = changes.set_index(["project", "column"])["after"]
    assert told["payroll", "confidence"] == "amber" and told["payroll", "exit_cost"] == 31_000
    assert "forecast_cost" not in told.index.get_level_values(1)
    text = (
        (tmp_path / "office.toml").read_text("utf-8").replace("[status.columns]", "[links.columns]")
    )
    (tmp_path / "other.toml").write_text(text.split("review")[0], "utf-8")
    with pytest.raises(InputError, match=r"add \[status.columns\]"):
        rebalance.mapped_status(tmp_path / "office.csv", tmp_path / "other.toml")
    broken = foreign.assign(EAC="about four")
    broken.to_csv(tmp_path / "office.csv", index=False)
    broken.loc[1:, "EAC"] = "£4.1m"
    broken.loc[2, "spent"] = 9e6
    broken.head(10).to_csv(tmp_path / "office.csv", index=False)
    read = rebalance.mapped_status(tmp_path / "office.csv", tmp_path / "office.toml")
    with pytest.raises(InputError) as error:
        rebalance.update_status(council[0], read)
    found = "\n".join(error.value.problems)
    assert "office.csv row 2: EAC 'about four' is not a number" in found
    assert "more than its forecast_cost 4,100,000" in found
    assert "is running and not in the file" in found
    assert "without a budget" not in found


def test_a_status_table_that_contradicts_itself_is_not_reviewed(council):
    portfolio, settings_ = council
    assert rebalance.contradictions(portfolio) == []
    status = portfolio.status.copy()
    last = (status["project"] == "payroll") & (status["review"] == "2026-08")
    status.loc[last, "spent"] = 9e6
    gone = (status["project"] == "coast-road") & (status["review"] == "2026-08")
    faulty = dataclasses.replace(portfolio, status=status[~gone])
    with pytest.raises(InputError) as error:
        rebalancing.review(workbench.recommend(faulty, settings_, explain=False))
    assert len(error.value.problems) == 2
    assert "status, review 2026-08: 'payroll' has spent 9,000,000, more than" in str(error.value)
    assert "'coast-road' is running and not in the file" in str(error.value)
    none = dataclasses.replace(portfolio, status=portfolio.status[:0])
    assert rebalance.contradictions(none) == []


def test_what_differs_between_two_reviews_is_named(council):
    portfolio, settings_ = council
    budgets = portfolio.budgets.copy()
    budgets.loc[0, "amount"] -= 1_000_000
    performance = portfolio.performance.copy()
    performance.loc[0, "estimate"] += 1
    weights = workbench.evaluate(portfolio, settings_).weights * 100
    weights["risk" if "risk" in weights else weights.index[0]] += 20
    after = (
        dataclasses.replace(portfolio, budgets=budgets, performance=performance),
        workbench.with_override(
            dataclasses.replace(settings_, weights=weights.to_dict()), "visitor-centre", "in",
            reason="Promised", by="The chair",
        ),
    )  # fmt: skip
    table = since.differing(council, after)
    counts = table["cause"].value_counts()
    assert counts["new weights"] == len(weights)
    assert counts[["new limits", "an override", "new data"]].to_list() == [1, 1, 1]
    limit = table[table["cause"] == "new limits"].iloc[0]
    assert limit["what"].startswith("budget of 2027-28") and limit["before"] > limit["after"]
    override = table[table["cause"] == "an override"].iloc[0].to_list()
    assert override == ["an override", "Mere visitor centre", "", "included"]
    assert len(since.differing(council, council)) == 0


def test_work_that_cannot_be_judged_goes_on_and_is_named(council):
    portfolio, settings_ = council
    told = portfolio.performance[portfolio.performance["project"] != "payroll"]
    bare = dataclasses.replace(portfolio, performance=told)
    seen = rebalancing.review(workbench.recommend(bare, settings_, explain=False))
    assert list(seen.left_out.index) == ["payroll"]
    assert "payroll" not in seen.found.table.index
    (words,) = running.not_assessed(seen)
    assert (
        words.startswith("Not judged, for want of estimates, so it goes on") and "ayroll" in words
    )


def test_targets_of_programmes_are_told(council):
    seen = rebalancing.review(workbench.recommend(*council, explain=False))
    table = running.figures(seen)
    assert table["target met"].tolist()[:3] == ["NO", "NO", "yes"]
    assert "Digital council: red 1 (at most 0)" in running.figures_in_words(seen)
    none = dataclasses.replace(council[0], targets=council[0].targets[:0])
    bare = rebalancing.review(workbench.recommend(none, council[1], explain=False))
    assert running.figures_in_words(bare) == "No targets are stated by programme (table targets)."


def test_rules_are_checked():
    with pytest.raises(InputError, match="success: must name green, amber, red"):
        rebalance.Rules(success={"green": 1.0})
    with pytest.raises(InputError, match=r"success of red: must lie in \[0, 1\], got 2"):
        rebalance.Rules(success={"green": 1, "amber": 1, "red": 2})
