"""What projects are worth in depth, and what they serve: told, drawn, and like the library."""

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest
from test_stories import HOSTILE, bare, hostile, levels, many, one_without_benefit

from pmo_lib import appraisal, charts, folder, uncertainty, workbench
from pmo_lib.checks import InputError
from pmo_lib.stories import cases, doubts, objectives, served, showing, worth
from pmo_lib.wording import Money
from pmo_lib.workbench import Settings, futures

MONEY = Money("£", "m")


@pytest.fixture(scope="module")
def example(northmere):
    settings = folder.read_settings(folder.example_folder())
    return workbench.recommend(northmere, settings, explain=False)


@pytest.fixture(scope="module")
def seen(example):
    return doubts.spread(example, draws=2000)


@pytest.fixture
def plain(small):
    """Recommend for six projects without ranges, benefits or objectives."""

    def make(**tables):
        return workbench.recommend(small(**tables), Settings(base_date="2027-04-01"), explain=False)

    return make


def recommended(made):
    return made.choice.selected.index[made.choice.selected]


# ---- business cases ------------------------------------------------------------------------


def test_the_business_case_is_that_of_the_evaluation(example):
    inside = recommended(example)
    case, finance = cases.figures(example, inside), example.evaluation.finance.loc[inside]
    for column in ("cost_pv", "benefit_pv", "npv", "bcr", "payback"):
        assert case[column].to_numpy() == pytest.approx(finance[column].to_numpy())
    table = cases.table(example).set_index("project")
    assert table.at["Harbourside flood wall", "NPSV [£m]"] == 8.85
    assert table.at["Fire safety in 14 schools", "paid back for good [years]"] == np.inf
    assert cases.in_words(example)[0] == (
        "Together the recommended proposals have an NPSV of £37.3m and a BCR of 1.67; 4 of 17 have an "
        "NPSV below zero."
    )


def test_the_ratio_on_a_fund_takes_other_costs_from_the_benefits(example):
    fund, taken = cases.constrained(example)
    assert fund == "capital"
    wall = example.portfolio.cash_flows.query("project == 'flood-wall' and fund == 'capital'")
    assert taken.loc["flood-wall"].sum() == wall["cost"].sum()
    rate = futures.rates(
        example.portfolio, example.settings, pd.DataFrame(columns=range(len(taken.columns)))
    )
    capital = float(taken.loc["flood-wall"].to_numpy() @ rate.to_numpy())
    finance = example.evaluation.finance.loc["flood-wall"]
    ratio = (finance["benefit_pv"] - finance["cost_pv"] + capital) / capital
    shown = cases.figures(example, pd.Index(["flood-wall"]))
    assert shown.at["flood-wall", "budget_bcr"] == pytest.approx(ratio)


def test_an_irr_that_is_not_unique_is_not_given(plain):
    flows = """project,period,fund,cost,benefit
flood,2027-04-01,capital,100,0
flood,2028-04-01,capital,,230
flood,2029-04-01,later,132,0
hubs,2027-04-01,capital,0,50
hubs,2028-04-01,later,40,0
depot,2027-04-01,capital,50,0
"""
    budgets = (
        "period,fund,amount\n2027-04-01,capital,850\n2028-04-01,later,400\n2029-04-01,later,400"
    )
    made = plain(cash_flows=flows, budgets=budgets, **THREE)
    table = cases.table(made).set_index("project")
    assert table.at["Flood wall", "IRR unique"] == "no: 10.0 % and 20.0 %"
    assert table.at["Family hubs", "IRR unique"] == "yes, −20.0 %; money comes first"
    assert table["IRR [%]"].isna().all()
    assert any(
        "More than one rate makes the NPV zero for Flood wall" in w for w in cases.in_words(made)
    )


THREE = {
    "projects": """project,name,sponsor,category,status,mandatory,mandatory_reason,size,size_unit
flood,Flood wall,Highways,Safety,proposed,no,,4,sites
hubs,Family hubs,Children,People,proposed,no,,2,sites
depot,Depot,Highways,Safety,running,no,,,
""",
    "performance": """project,criterion,estimate,evidence,scored_by
flood,reach,900,measured,Analysts
hubs,reach,700,estimated,Analysts
""",
}


def test_breakeven_is_where_the_running_net_of_the_year_table_turns(example):
    table = worth.by_year(example).set_index("year").drop(index="all years")
    below = table.index[table["running net [£m]"] < 0][-1]
    year = table.index[table.index.get_loc(below) + 1]
    shown = cases.breakeven(example)
    assert shown["breakeven"].iloc[-1] == year == "2035-36"
    assert shown["cost [£m]"].iloc[:-1].sum() == pytest.approx(shown["cost [£m]"].iloc[-1])
    assert shown["breakeven, discounted"].iloc[-1] > year
    assert cases.breakeven_in_words(example) == (
        "All recommended work breaks even in 2035-36 before discounting and in 2036-37 after. Not in "
        "these years: Early help."
    )
    drawn = cases.cumulative(example).to_dict()["title"]["subtitle"]
    assert "from 2035-36 on" in drawn


def test_a_switching_value_makes_the_npv_zero(example):
    table = cases.switching(example, most=4)
    assert table["NPV 0 if all costs change by [%]"].abs().is_monotonic_increasing
    finance = example.evaluation.finance
    names = example.portfolio.projects["name"]
    for row in table.to_dict("records"):
        own = finance.loc[names.index[names == row["project"]][0]]
        change = row["NPV 0 if all costs change by [%]"] / 100
        assert own["benefit_pv"] == pytest.approx(own["cost_pv"] * (1 + change), rel=6e-4)
        change = row["or all benefits change by [%]"] / 100
        assert own["cost_pv"] == pytest.approx(own["benefit_pv"] * (1 + change), rel=6e-4)
    words = cases.switching_in_words(example)
    assert "bears costs 0.3 % higher or benefits 0.3 % lower; beyond that" in words[0]
    assert "needs costs 1.3 % lower or benefits 1.4 % higher" in words[1]


def test_pairs_that_change_places_are_those_of_the_library(example):
    pairs, case = cases._pairs(example)
    benefit, cost = cases._flows(example, case.index)
    rate = futures.rates(example.portfolio, example.settings, cost)
    found = appraisal.ranking_disagreements(benefit, cost, discount_rate=rate)
    key = ["project", "other"]
    assert sorted(map(tuple, pairs[key].to_numpy())) == sorted(map(tuple, found[key].to_numpy()))
    table = cases.disagreements(example)
    scale = table["why"].str.startswith("scale")
    assert (table.loc[scale, "lead in BCR"] < 0).all() and (table["lead in NPV [£m]"] > 0).all()
    assert (~scale).any()
    assert f"{len(found)} (13 %) change places" in cases.disagreements_in_words(example)


# ---- futures -------------------------------------------------------------------------------


def with_ranges(rows):
    flows = "project,period,fund,cost,benefit,cost_low,cost_high,benefit_low,benefit_high\n" + rows
    return {"cash_flows": flows, **THREE}


ROWS = """flood,2027-04-01,capital,600,0,500,900,,
flood,2028-04-01,capital,,900,,,,950
hubs,2027-04-01,capital,300,0,,,,
hubs,2028-04-01,capital,,400,,,,
depot,2027-04-01,capital,50,0,40,60,,
"""


def test_what_has_no_low_or_high_is_certain(plain):
    made = plain(**with_ranges(ROWS))
    cost, benefit = futures.estimates(made.portfolio, made.settings)
    assert cost.width.tolist() == [[400, 0], [0, 0], [20, 0]]
    assert benefit.lowest.tolist() == [[0, 900], [0, 400], [0, 0]]
    assert benefit.width.tolist() == [[0, 50], [0, 0], [0, 0]]
    assert futures.ranged(made.portfolio, made.settings).tolist() == ["flood", "depot"]
    drawn = futures.simulate(made.portfolio, made.settings, draws=50)
    npv = made.evaluation.finance["npv"]
    assert drawn.npv.loc["hubs"].to_numpy() == pytest.approx(np.full(50, npv["hubs"]))
    assert drawn.cost.loc["flood"].between(500, 900).all() and drawn.cost.loc["flood"].std() > 0


def test_futures_are_those_of_the_library_and_of_the_seed(example, seen):
    cost, benefit = futures.estimates(example.portfolio, example.settings)
    rate = futures.rates(example.portfolio, example.settings, cost.likely)
    direct = uncertainty.simulate(cost, benefit, discount_rate=rate, draws=2000, seed=1)
    pd.testing.assert_frame_equal(seen.futures.npv, direct.npv)
    other = dataclasses.replace(example.settings, seed=2)
    drawn = futures.simulate(example.portfolio, other, draws=2000)
    assert not np.allclose(drawn.npv.loc["flood-wall"], direct.npv.loc["flood-wall"])
    flows = example.evaluation.cost_by_year
    assert cost.likely.to_numpy() == pytest.approx(flows.reindex(cost.likely.index).to_numpy())


def test_the_distribution_is_the_summary_of_the_draws(example, seen):
    table = doubts.distribution(seen).set_index("project")
    draws = seen.futures.npv.loc[recommended(example)].sum()
    shown = table.loc["all recommended"]
    for share in (10, 50, 90):
        assert shown[f"P{share} [£m]"] == pytest.approx(draws.quantile(share / 100) / 1e6, abs=0.03)
    assert len(table) == 16 and shown["P50 ± [£m]"] > 0
    hubs = seen.futures.npv.loc["family-hubs"]
    assert table.at["Family hubs in five towns", "NPV below zero [%]"] == pytest.approx(
        100 * (hubs < 0).mean(), abs=0.06
    )
    words = doubts.distribution_in_words(seen)
    assert "estimates lean to the bright side: added up they give £37.3m" in words[1]
    assert re.search(r"Family hubs in five towns (89|90|91) % \(± 0\.\d\)", words[2])
    assert doubts.distribution_chart(seen).to_dict()["title"]["text"].startswith("What each")


def test_cost_over_budget_is_counted_in_the_same_futures(example, seen):
    paid = recommended(example).union(example.evaluation.running)
    budget = example.portfolio.budgets["amount"].sum()
    over = (seen.futures.cost.loc[paid].sum() > budget).mean()
    assert seen.budgets.at["all years", "over"] == pytest.approx(over, abs=1e-12)
    table = doubts.budgets(seen).set_index("year")
    assert table["budget [£m]"].iloc[:-1].sum() == pytest.approx(
        table.at["all years", "budget [£m]"]
    )
    assert re.search(
        rf"costs more than the budget in {100 * over:.0f} % \(± 1\.\d\) of futures",
        doubts.budgets_in_words(seen),
    )
    rich = dataclasses.replace(example.settings, budget_scale=2.0)
    never = futures.against_budgets(example.portfolio, rich, paid, draws=100)
    assert (never["over"] == 0).all()


def test_a_budget_met_exactly_by_certain_costs_is_not_exceeded(plain):
    made = plain(**with_ranges(ROWS), budgets="period,fund,amount\n2027-04-01,capital,350")
    paid = pd.Index(["hubs"])
    exact = dataclasses.replace(made.settings, budget_scale=300 / 350)
    assert (futures.against_budgets(made.portfolio, exact, paid, draws=10)["over"] == 0).all()
    short = dataclasses.replace(made.settings, budget_scale=299 / 350)
    assert (futures.against_budgets(made.portfolio, short, paid, draws=10)["over"] == 1).all()


def test_the_tornado_turns_around_the_middle_and_falls(example, seen):
    bars = doubts._bars(seen)
    assert bars["swing"].is_monotonic_decreasing
    assert bars["project"].isin(recommended(example)).all()
    assert (bars["p10"] * bars["p90"] < 0).all()
    assert ((bars["p90"] > bars["p10"]) == (bars["stream"] == "benefit")).all()
    assert doubts.tornado(seen).loc[0, "project"] == "Harbourside flood wall"
    assert "benefit of Harbourside flood wall drives the spread most" in doubts.tornado_in_words(
        seen
    )
    assert doubts.tornado_chart(seen) is not None
    wider = doubts.would_change(seen)[0]
    assert re.search(r"between £2\d\.\dm and £4\d\.\dm in eight futures of ten", wider)


# ---- objectives ----------------------------------------------------------------------------


def test_benefits_are_listed_with_year_owner_and_what_they_wait_for(example):
    table = objectives.benefits(example)
    inside = example.portfolio.projects["name"].reindex(recommended(example))
    chosen = table[table["status"] == "recommended"]
    assert set(chosen["project"]) == set(inside) and len(chosen) == 17
    app = table.set_index("project").loc["Digital front door: resident app and online payments"]
    assert (app["from"], app["waits for"]) == ("2030-31", "Digital front door: identity platform")
    words = objectives.benefits_in_words(example)
    assert words[0].startswith(
        "Of 17 benefits of recommended proposals the first arrives in 2028-29"
    )
    assert (
        words[1]
        == "Without an owner: Membership income above running cost (Westhaven leisure centre)."
    )


def test_the_map_links_each_benefit_and_shows_an_objective_without_one():
    benefits = pd.DataFrame(
        {"project": ["p", "p", "q"], "objective": ["o", "n", "o"], "name": ["A", "B", HOSTILE],
         "words": ["from 2028", "", ""]}, index=["a", "b", "c"],
    )  # fmt: skip
    goals = pd.DataFrame({"name": ["One", "Two", "Three"], "words": ""}, index=["o", "n", "x"])
    projects = pd.Series({"p": "Pier", "q": "Quay", "r": "Road"})
    drawn = charts.benefits_map(benefits, goals, projects=projects).to_dict()
    lines, *boxes = [*drawn["datasets"].values()]
    assert len(lines) == 12
    rows = [row for part in boxes for row in part]
    assert sorted(row["label"] for row in rows) == sorted("abcpqonx")
    assert [row["label"] for row in rows if row["empty"]] == ["x"]
    ys = {(row["column"], row["label"]): row["y"] for row in rows}
    assert ys["project", "p"] != ys["project", "q"]
    assert ys["objective", "o"] == pytest.approx((ys["benefit", "a"] + ys["benefit", "c"]) / 2)
    with pytest.raises(InputError, match="each objective must be one of those given"):
        charts.benefits_map(benefits, goals.drop(index="n"), projects=projects)
    with pytest.raises(InputError, match="benefits: none is stated"):
        charts.benefits_map(benefits.iloc[:0], goals, projects=projects)


def test_funding_is_marked_as_the_difference_says(example):
    table = served.spend_table(example)
    gap = table["difference [points]"]
    marks = np.select([gap > 5, gap < -5], ["over-funded", "under-funded"], "in line")
    assert table["funding"].tolist() == marks.tolist()


def test_closing_a_gap_costs_what_the_added_projects_cost(example):
    table = objectives.closing(example).set_index("objective")
    row = table.loc["Help people live independently"]
    finance, names = example.evaluation.finance, example.portfolio.projects["name"]
    added = names.index[[name in row["to be funded"] for name in names]]
    assert finance.loc[added, "cost_in_budget"].sum() == pytest.approx(row["cost [£m]"] * 1e6)
    assert row["then [%]"] >= row["importance [%]"]
    short = table.loc["Give every child a good start"]
    assert short["then [%]"] < short["importance [%]"]
    assert any(
        w.startswith("No proposals bring Give every child")
        for w in objectives.closing_in_words(example)
    )


def test_the_most_an_objective_can_get_is_that_of_all_subsets():
    part = pd.Series({"a": 0.1, "b": 0.9, "c": 0.3, "d": 0.5})
    cost = pd.Series({"a": 4.0, "b": 1.0, "c": 5.0, "d": 2.0})
    inside = pd.Series({"a": True, "b": False, "c": False, "d": False})
    subsets = [
        inside | pd.Series([False, *(bool(k & bit) for bit in (1, 2, 4))], index=part.index)
        for k in range(8)
    ]
    best = max((part * cost)[kept].sum() / cost[kept].sum() for kept in subsets)
    assert objectives._most(part, cost, inside) == pytest.approx(best)
    assert objectives._most(part, cost * 0, inside) == 0


def test_every_level_adds_up_as_printed(example):
    table = objectives.rolled_up(example)
    figures = table.columns[2:]
    whole, units = table.iloc[0], table[table["programme"] == "all of it"]
    for column in figures:
        assert units[column].sum() == whole[column]
        for _, unit in units.iterrows():
            own = table[
                (table["business unit"] == unit["business unit"])
                & (table["programme"] != "all of it")
            ]
            assert own[column].sum() == unit[column]
    inside = recommended(example)
    assert whole["recommended"] == len(inside)
    assert whole["cost [£]"] == example.evaluation.finance.loc[inside, "cost"].sum()
    assert "Place gets 63 % of it, for 8 proposals." in objectives.rolled_up_in_words(example)


def test_each_unit_sees_its_own_order_beside_the_boards(example):
    table = objectives.units(example)
    assert len(table) == len(example.evaluation.rank)
    for _, own in table.groupby("business unit"):
        assert own["place in the unit"].tolist() == list(range(1, len(own) + 1))
        assert own["place on the board's list"].is_monotonic_increasing
    assert any(
        "Bus lanes on the Thornley Road stands 4th in the unit and is left out, while 5 that stand lower"
        in words for words in objectives.units_in_words(example)
    )  # fmt: skip


# ---- whatever the portfolio ----------------------------------------------------------------


def told(made):
    """Return every table, sentence and picture of the notebooks' new parts."""
    seen = doubts.spread(made, draws=50)
    tables = [
        cases.table(made), cases.breakeven(made), cases.switching(made), cases.disagreements(made),
        doubts.distribution(seen), doubts.budgets(seen), doubts.tornado(seen),
        objectives.benefits(made), objectives.closing(made), objectives.rolled_up(made),
        objectives.units(made), served.spend_table(made),
    ]  # fmt: skip
    sentences = [
        *cases.in_words(made), cases.breakeven_in_words(made), *cases.switching_in_words(made),
        cases.disagreements_in_words(made), *cases.known(made), doubts.stated_in_words(seen),
        *doubts.distribution_in_words(seen), doubts.budgets_in_words(seen),
        doubts.tornado_in_words(seen), *doubts.known(seen), *doubts.would_change(seen),
        *objectives.benefits_in_words(made), *objectives.closing_in_words(made),
        objectives.rolled_up_in_words(made), *objectives.units_in_words(made),
        *objectives.known(made),
    ]  # fmt: skip
    pictures = [
        cases.cumulative(made), doubts.distribution_chart(seen), doubts.tornado_chart(seen),
        objectives.benefits_map(made),
    ]  # fmt: skip
    return tables, sentences, pictures


def readable(sentences):
    for sentence in sentences:
        assert re.search(r"[.?!]$", sentence), sentence
        assert not re.search(r"\bnan\b|\bNaN\b|<NA>|\bNone\b|\binf\b| {2}", sentence), sentence


@pytest.mark.parametrize(
    "make", [bare, one_without_benefit, hostile, many, levels], ids=lambda make: make.__name__
)
def test_any_portfolio_can_be_told_and_drawn(make, tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr(showing, "display", lambda data, raw=False: shown.append(data))
    path, changes = make(tmp_path / "portfolio")
    portfolio, settings = folder.open_folder(path)
    settings = dataclasses.replace(settings, **changes)
    tables, sentences, pictures = told(workbench.recommend(portfolio, settings, explain=False))
    for table in tables:
        showing.show(table)
    showing.say(*sentences)
    readable(sentences)
    for page in shown:
        assert "<script" not in page["text/html"] and "\u202e" not in page["text/plain"]
        assert not re.search(r"(?<!<span>)\$", page["text/html"])
        assert not re.search(r"\bnan\b|<NA>", page["text/plain"])
    for chart in pictures:
        assert chart is None or chart.to_dict()["title"]


def test_the_example_has_all_of_it(example):
    tables, sentences, pictures = told(example)
    assert all(len(table) for table in tables) and all(pictures)
    readable(sentences)


def test_without_ranges_benefits_or_objectives_it_says_so(plain):
    made = plain()
    seen = doubts.spread(made)
    assert len(seen.ranged) == 0 and doubts.distribution_chart(seen) is None
    for words in (doubts.stated_in_words(seen), *doubts.known(seen), doubts.budgets_in_words(seen)):
        assert words == doubts.NO_RANGE
    assert objectives.benefits_in_words(made) == [objectives.NO_BENEFITS]
    assert objectives.benefits_map(made) is None
    assert objectives.closing_in_words(made) == [served.NONE_STATED]
    assert objectives.closing(made).empty and objectives.benefits(made).empty
    assert objectives.units_in_words(made) == [
        "No proposal states a business unit, so there is one list only."
    ]


def test_without_cash_flows_or_anything_recommended_it_says_so(plain):
    made = plain(budgets="period,fund,amount\n2027-04-01,capital,150\n2028-04-01,capital,0")
    assert cases.table(made)["project"].tolist() == ["School roof"]
    out = dataclasses.replace(made.choice, selected=made.choice.selected & False)
    made = dataclasses.replace(made, choice=out)
    none = "No proposal with cash flows is recommended."
    assert cases.in_words(made) == [none] and cases.breakeven_in_words(made) == none
    assert cases.table(made).empty and cases.cumulative(made) is None


def test_ranges_and_cumulative_refuse_what_cannot_be_drawn():
    with pytest.raises(InputError, match="each low must be at most its high"):
        charts.ranges(pd.DataFrame({"low": [2.0], "high": [1.0]}), money=MONEY, title="t")
    year = pd.Series({"2027-04-01": 5.0, "2028-04-01": 0.0})
    titles = [
        charts.cumulative_flows(year, benefit).to_dict()["title"]["subtitle"]
        for benefit in (year * 0, year, pd.Series({"2027-04-01": 0.0, "2028-04-01": 6.0}))
    ]
    assert titles[0].startswith("In these years benefits do not make up")
    assert titles[1].startswith("Cost is never ahead")
    assert "from 2028-29 on" in titles[2]
    with pytest.raises(InputError, match="benefit"):
        charts.cumulative_flows(year, year.iloc[:1])
