"""Versions, starts, order in time, transfers and synergies, from the tables to the list."""

import dataclasses
import itertools

import pandas as pd
import pytest
from hypothesis import given, settings, strategies

from pmo_lib import export, tables, workbench
from pmo_lib.checks import InputError
from pmo_lib.export import limit_sheets
from pmo_lib.stories import limits
from pmo_lib.workbench import options

PLANNED = workbench.Settings(base_date="2027-04-01", discount_rate=0.1)
BUDGETS = "period,fund,amount\n2027-04-01,capital,850\n2028-04-01,capital,600\n"


def dated(small, text: str) -> str:
    """Return the projects table with start, earliest, latest and finish of some projects."""
    dates = {line.split(",")[0]: line for line in text.split()}
    rows = small.tables["projects"].splitlines()
    head = rows[0] + ",planned_start,earliest_start,latest_start,planned_finish"
    return "\n".join(
        [
            head,
            *(
                row + dates.get(row.split(",")[0], ",,,,")[len(row.split(",")[0]) :]
                for row in rows[1:]
            ),
        ]
    )


def funded(recommendation) -> set:
    return set(recommendation.choice.selected.index[recommendation.choice.selected])


def test_a_later_start_brings_a_project_in(small):
    portfolio = small(
        projects=dated(small, "flood,2027-04-01,2027-04-01,2028-04-01,"), budgets=BUDGETS
    )
    planned = workbench.recommend(portfolio, PLANNED)
    assert funded(planned) == {"roof", "hubs", "lights"}
    moved = workbench.recommend(portfolio, dataclasses.replace(PLANNED, starts_every=12))
    assert funded(moved) == {"roof", "hubs", "lights", "flood"}
    assert moved.choice.option["flood"] == "2028-04-01"
    worth = moved.evaluation.worth
    rest = worth.drop(["flood"])[["roof", "hubs", "lights"]].sum()
    assert moved.choice.value == pytest.approx(rest + worth["flood"] / 1.1)
    assert moved.evaluation.cost_by_year.loc["flood"].to_dict() == {
        "2027-04-01": 0.0, "2028-04-01": 600.0, "2029-04-01": 0.0,
    }  # fmt: skip
    assert moved.ranked_list.at["flood", "cost"] == 600
    assert "starts Apr 2028 instead of Apr 2027" in moved.ranked_list.at["flood", "why"]


def test_a_part_year_spreads_money_by_month_and_people_move_whole(small):
    portfolio = small(
        projects=dated(small, "flood,2027-04-01,2027-04-01,2027-10-01,"),
        demand="project,role,period,amount\nflood,engineer,2027-05-01,2\n",
    )
    plan = options.options(
        portfolio, dataclasses.replace(PLANNED, starts_every=3), pd.Index(["flood"])
    )
    assert list(plan.index.get_level_values(1)) == ["as proposed", "2027-07-01", "2027-10-01"]
    flows = options.moved_flows(portfolio, plan).set_index("option")
    cost = flows.loc["2027-10-01"].groupby("period")["cost"].sum()
    assert cost.to_dict() == {"2027-04-01": 300.0, "2028-04-01": 300.0, "2029-04-01": 0.0}
    demand = options.moved_demand(portfolio, plan).set_index("option")
    assert demand["period"].to_dict() == {
        "as proposed": "2027-05-01", "2027-07-01": "2027-08-01", "2027-10-01": "2027-11-01",
    }  # fmt: skip


@settings(max_examples=40)
@given(months=strategies.integers(-30, 60))
def test_moving_flows_keeps_their_total_and_never_spends_before_the_start(northmere, months):
    plan = options.options(northmere, PLANNED, pd.Index(["flood-wall", "family-hubs"]))
    start = plan["start"].map(lambda day: options.periods.shift(day, months))
    moved = options.moved_flows(northmere, plan.assign(months=months, start=start))
    still = options.moved_flows(northmere, plan)
    for stream, end in itertools.product(("cost", "benefit"), ("", "_low", "_high")):
        total = [flows.groupby("project")[stream + end].sum() for flows in (moved, still)]
        pd.testing.assert_series_equal(*total)
    for stream in ("cost", "benefit"):
        assert not (moved[stream] < moved[f"{stream}_low"]).any()
        assert not (moved[stream] > moved[f"{stream}_high"]).any()
    year = moved["project"].map(start.droplevel(1)).map(lambda day: options.periods.shift(day, -12))
    assert (moved["period"] > year).all()


def test_a_start_that_pushes_money_or_people_past_the_limits_is_not_offered(small):
    portfolio = small(
        projects=dated(small, "flood,2027-04-01,2027-04-01,2030-04-01,"), budgets=BUDGETS
    )
    every = dataclasses.replace(PLANNED, starts_every=12)
    problem = workbench.choosing_problem(portfolio, every, workbench.evaluate(portfolio, every))
    assert list(problem["value"].loc["flood"].index) == ["as proposed", "2028-04-01"]


def test_a_start_into_months_without_a_capacity_row_is_not_offered(small):
    projects = dated(small, "flood,2027-04-01,2027-04-01,2028-04-01,")
    people = "project,role,period,amount\nflood,engineer,2027-05-01,2\n"
    capacity = "role,period,amount\n" + "".join(
        f"engineer,{month},9\n" for month in ("2027-05-01", "2027-08-01", "2028-05-01")
    )
    portfolio = small(projects=projects, budgets=BUDGETS, demand=people, capacity=capacity)
    every = dataclasses.replace(PLANNED, starts_every=3)
    problem = workbench.choosing_problem(portfolio, every, workbench.evaluate(portfolio, every))
    offered = ["as proposed", "2027-07-01", "2028-04-01"]
    assert list(problem["value"].loc["flood"].index) == offered


def test_a_version_has_money_and_a_share_of_the_value_of_its_own(small):
    flows = small.tables["cash_flows"] + "flood,2027-04-01,capital,150,0,smaller\n"
    flows = flows.replace("cost,benefit", "cost,benefit,option", 1)
    portfolio = small(
        cash_flows=flows, options="project,option,name,value_share\nflood,as proposed,Whole wall,\n"
        "flood,smaller,Lower wall,0.5\n",
    )  # fmt: skip
    found = workbench.recommend(portfolio, PLANNED)
    assert found.choice.option["flood"] == "smaller"
    assert found.ranked_list.at["flood", "cost"] == 150
    assert "as “Lower wall”" in found.ranked_list.at["flood", "why"]
    worth = found.evaluation.worth
    assert found.choice.value == pytest.approx(
        worth[["roof", "hubs", "lights"]].sum() + worth["flood"] / 2
    )


def test_npv_of_a_version_is_its_own(small):
    flows = (
        small.tables["cash_flows"]
        + "flood,2027-04-01,capital,150,0,smaller\nflood,2028-04-01,capital,0,330,smaller\n"
    )
    flows = flows.replace("cost,benefit", "cost,benefit,option", 1)
    portfolio = small(
        cash_flows=flows, options="project,option\nflood,as proposed\nflood,smaller\n"
    )
    npv = dataclasses.replace(PLANNED, objective="npv")
    problem = workbench.choosing_problem(portfolio, npv, workbench.evaluate(portfolio, npv))
    assert problem["value"]["flood", "smaller"] == pytest.approx(330 / 1.1 - 150)


def test_order_in_time_is_kept_among_proposals(small):
    projects = dated(
        small, "flood,2027-04-01,,,2028-03-31 hubs,2027-04-01,2027-04-01,2028-04-01,2028-03-31"
    )
    budgets = BUDGETS.replace("850", "2000")
    links = "project,relation,other\nhubs,after,flood\n"
    portfolio = small(projects=projects, budgets=budgets, links=links)
    planned = workbench.recommend(portfolio, PLANNED)
    assert funded(planned) == {"flood", "lights", "roof"}
    moved = workbench.recommend(portfolio, dataclasses.replace(PLANNED, starts_every=12))
    assert moved.choice.option["hubs"] == "2028-04-01" and "flood" in funded(moved)


def test_order_in_time_needs_dates(small):
    portfolio = small(links="project,relation,other\nhubs,after,flood\n")
    with pytest.raises(InputError, match="'flood' is linked by 'after' but has no planned_start"):
        workbench.recommend(portfolio, PLANNED)


def test_a_start_before_running_work_is_finished_is_out(small):
    projects = dated(
        small, "depot,2026-04-01,,,2028-01-31 lights,2027-04-01,2027-04-01,2028-04-01,"
    )
    links = "project,relation,other\nlights,after,depot\n"
    portfolio = small(projects=projects, links=links, budgets=BUDGETS.replace("850", "2000"))
    planned = workbench.recommend(portfolio, PLANNED)
    assert "Cannot start before 'depot' is finished" in planned.ranked_list.at["lights", "why"]
    moved = workbench.recommend(portfolio, dataclasses.replace(PLANNED, starts_every=12))
    assert moved.choice.option["lights"] == "2028-04-01"


def test_money_carried_over_is_named_with_who_allows_it(small):
    transfers = (
        "from_period,from_fund,to_period,to_fund,at_most,authority\n"
        "2028-04-01,capital,2027-04-01,capital,500,Director of Finance\n"
    )
    portfolio = small(budgets=BUDGETS, transfers=transfers)
    found = workbench.recommend(portfolio, PLANNED)
    assert funded(found) == {"flood", "hubs", "lights", "roof"}
    assert found.choice.transfers["moved"].tolist() == [400.0]
    (said,) = (words for words in found.warnings if " moves from " in words)
    assert said == (
        "£400 moves from 2028-29 capital to 2027-28 capital, as Director of Finance allows; "
        "without it the list is worth 62.7 points less and loses Flood wall."
    )


def test_each_transfer_says_what_it_changes_by_choosing_without_it(small):
    transfers = (
        "from_period,from_fund,to_period,to_fund,at_most,authority\n"
        "2028-04-01,capital,2027-04-01,capital,300,Director of Finance\n"
        "2028-04-01,reserve,2027-04-01,capital,100,Board\n2028-04-01,reserve,2028-04-01,capital,9,\n"
    )
    budgets = BUDGETS + "2028-04-01,reserve,100\n"
    found = workbench.recommend(small(budgets=budgets, transfers=transfers), PLANNED)
    table = limits.means_of(found)
    assert table["used"].tolist() == ["£300", "£100", "£0"]
    assert table["what it changes"].tolist()[2] == "nothing"
    for place, words in enumerate(table["what it changes"][:2]):
        kept = found.portfolio.transfers.drop(index=place)
        alone = dataclasses.replace(found.portfolio, transfers=kept)
        without = workbench.recommend(alone, PLANNED, explain=False)
        lost = 100 * (found.choice.value - without.choice.value)
        assert f"{lost:.1f} points less and loses" in words
    (all_of_them,) = (words for words in found.warnings if words.startswith("Without any of these"))
    nothing = dataclasses.replace(found.portfolio, transfers=found.portfolio.transfers[:0])
    lost = found.choice.value - workbench.recommend(nothing, PLANNED, explain=False).choice.value
    assert f"{100 * lost:.1f} points less" in all_of_them


CROWDED = {
    "capacity": "role,period,amount\nengineer,2027-09-01,1\nengineer,2027-10-01,1\n",
    "demand": "project,role,period,amount\nhubs,engineer,2027-09-01,1\nhubs,engineer,2027-10-01,1\n"
    "lights,engineer,2027-09-01,1\nlights,engineer,2027-10-01,0.5\n",
}
OFFER = "role,from_period,to_period,at_most,price,fund,authority\n"


def test_people_are_hired_at_a_price_where_that_is_worth_it(small, tmp_path):
    alone = workbench.recommend(small(**CROWDED), PLANNED)
    assert funded(alone) == {"roof", "flood"}
    offer = OFFER + "engineer,2027-09-01,2027-10-01,2,{},capital,Director of People\n"
    found = workbench.recommend(small(**CROWDED, hiring=offer.format(20)), PLANNED)
    assert funded(found) == {"roof", "hubs", "lights"}
    assert found.choice.hired.tolist() == [1.0]
    assert found.choice.cost == 640
    (said,) = (words for words in found.warnings if " FTE hired " in words)
    assert said.startswith(
        "1.00 FTE hired (engineer, Sep 2027 to Oct 2027, paid by capital) for £40"
    )
    left = found.choice.slack.set_index(["kind", "label"])["left"]
    assert left["budget", ("2027-04-01", "capital")] == 850 - 50 - 640
    assert left["capacity", ("engineer", "2027-09-01")] == 0
    sheet = limit_sheets.people(found).loc[("engineer", "2027-09-01")]
    assert sheet[["there", "available", "used", "left"]].tolist() == [1, 2, 2, 0]
    export.write_ranked_list(found, tmp_path / "list.xlsx")
    dear = workbench.recommend(small(**CROWDED, hiring=offer.format(110)), PLANNED)
    assert funded(dear) == {"roof", "flood"} and dear.choice.hired.tolist() == [0.0]
    half = offer.replace(",2,{}", ",0.5,{}").format(1)
    assert funded(workbench.recommend(small(**CROWDED, hiring=half), PLANNED)) == {"roof", "flood"}


def test_offers_to_hire_that_nobody_could_take_up_are_reported(small):
    with pytest.raises(tables.TableError) as caught:
        small(
            **CROWDED,
            hiring=OFFER
            + "engineer,2027-09-01,2027-08-01,1,5,capital,\n"
            + "engineer,2027-10-01,2027-11-01,1,5,capital,\n"
            + "engineer,2027-09-01,2027-09-01,1,5,revenue,\n",
        )
    words = " ".join(caught.value.problems)
    assert "a month not before the first" in words
    assert "role 'engineer' has no capacity row in '2027-11-01'" in words
    assert "fund 'revenue' has no row of budgets in '2027-04-01'" in words


def test_what_doing_both_adds_is_counted(small):
    alone = workbench.recommend(small(), PLANNED)
    assert funded(alone) == {"roof", "hubs", "lights"}
    links = "project,relation,other,value,cost\nflood,synergy,roof,80,\nlights,synergy,depot,5,10\n"
    found = workbench.recommend(small(links=links), PLANNED)
    assert funded(found) == {"roof", "flood"}
    worth = found.evaluation.worth
    assert found.choice.value == pytest.approx(worth[["roof", "flood"]].sum() + 0.80)
    assert found.problem["value"]["lights"] == pytest.approx(worth["lights"] + 0.05)
    assert found.problem["cost"].loc["lights"].sum() == 210


def test_the_list_with_options_equals_trying_all(small):
    projects = dated(
        small,
        "flood,2027-04-01,2027-04-01,2028-04-01, hubs,2027-04-01,2027-04-01,2028-04-01, "
        "lights,2027-04-01,2027-04-01,2028-04-01,",
    )
    every = dataclasses.replace(PLANNED, starts_every=6)
    portfolio = small(projects=projects, budgets=BUDGETS.replace("600", "350"))
    problem = workbench.choosing_problem(portfolio, every, workbench.evaluate(portfolio, every))
    value, cost, budget = problem["value"], problem["cost"], problem["budget"]
    best = 0.0
    projects = value.index.unique(0)
    for taken in itertools.product(*([None, *value.loc[p].index] for p in projects)):
        labels = [(p, o) for p, o in zip(projects, taken, strict=True) if o is not None]
        if ("roof", "as proposed") in labels and (cost.loc[labels].sum() <= budget + 1e-9).all():
            best = max(best, value[labels].sum())
    found = workbench.recommend(portfolio, every)
    assert found.choice.value == pytest.approx(best) and len(value) == 10


def test_options_that_nothing_tells_apart_and_transfers_to_nowhere_are_reported(small):
    with pytest.raises(tables.TableError) as caught:
        small(
            options="project,option\nflood,smaller\n",
            transfers="from_period,from_fund,to_period,to_fund,at_most\n"
            "2027-04-01,capital,2031-04-01,capital,5\n2027-04-01,capital,2027-04-01,capital,5\n",
        )
    words = " ".join(caught.value.problems)
    assert "option 'smaller' has no cash flows of its own" in words
    assert "'2031-04-01' with to_fund 'capital' is no row of budgets" in words
    assert "a transfer must go from one budget to another" in words


def test_the_schedule_says_when_work_starts_and_finishes(northmere):
    settings = workbench.Settings(base_date="2027-04-01", discount_schedule="Green Book standard")
    made = workbench.recommend(northmere, settings, explain=False)
    table = workbench.schedule(made)
    assert table.loc["cloud-exit", ["start", "finish"]].tolist() == ["2026-01-01", "2028-08-31"]
    assert table.loc["flood-wall", "start"] == "2027-04-01"
    assert set(table.index) == set(made.evaluation.running) | funded(made)
