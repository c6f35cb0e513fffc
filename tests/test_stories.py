"""What the notebooks tell: sentences and tables agree with the figures, for any portfolio."""

import dataclasses
import re
from pathlib import Path

import pandas as pd
import pytest

from pmo_lib import folder, workbench
from pmo_lib.stories import (
    afford,
    limit_pictures,
    limits,
    lists,
    pictures,
    plain,
    proposed,
    ranked_list,
    served,
    showing,
    worth,
)

EXAMPLE = Path(__file__).resolve().parents[1] / "data" / "northmere"
HOSTILE = "<script>alert('$1$')</script> *bold* | $5 | =1+1"


@pytest.fixture(scope="module")
def example(northmere):
    settings = folder.read_settings(EXAMPLE)
    return workbench.recommend(northmere, settings, explain=False)


def write(path, **tables):
    path.mkdir(exist_ok=True)
    for name, text in tables.items():
        (path / f"{name}.csv").write_text(text.strip() + "\n", "utf-8")
    return path


def proposals(n, names=None, **settings):
    """Write n proposals with two criteria and cash flows, nothing else."""
    names = names or [f"Project {i}" for i in range(n)]
    return {
        "projects": "project,name,status\n"
        + "\n".join(f'p{i},"{name}",proposed' for i, name in enumerate(names)),
        "criteria": "criterion,name,source,unit,direction,value_function,worst,best,weight,adds\n"
        "reach,Reach,performance,people,more,linear,0,1000,60,yes\n"
        "gain,Gain,npv,GBP,more,linear,-1000000,5000000,40,yes",
        "performance": "project,criterion,estimate,evidence\n"
        + "\n".join(f"p{i},reach,{(37 * i) % 1000},judged" for i in range(n)),
        "cash_flows": "project,period,cost,benefit\n"
        + "\n".join(
            f"p{i},2027-01-01,{100_000 + 10_000 * (i % 7)},0\np{i},2028-01-01,0,{90_000 + 9_000 * (i % 5)}"
            for i in range(n)
        ),
    }


def bare(path):
    return write(path, **proposals(5)), {"fiscal_year_start": "01-01"}


def one_without_benefit(path):
    tables = proposals(1)
    tables["cash_flows"] = "project,period,cost,benefit\np0,2027-01-01,1000,0"
    return write(path, **tables), {"currency": "$"}


def hostile(path):
    tables = proposals(3, names=[HOSTILE, "b\u202ec", "c"])
    tables["budgets"] = "period,fund,amount\n2027-01-01,general,250000"
    tables["objectives"] = f'objective,name,weight\no1,"{HOSTILE}",1\no2,Second,1'
    tables["contributions"] = "project,objective,level\n" + "\n".join(
        f"p{i},{o},{level}" for i, o, level in (
            (0, "o1", "strong"), (0, "o2", "none"), (1, "o1", "none"), (1, "o2", "none"), (2, "o1", "0.5"), (2, "o2", "low"),
        )
    )  # fmt: skip
    return write(path, **tables), {"currency": "$", "fiscal_year_start": "01-01"}


def many(path):
    tables = proposals(120)
    tables["budgets"] = "period,fund,amount\n2027-01-01,general,6000000"
    return write(path, **tables), {"objective": "npv", "rule": "down the list"}


def levels(path):
    tables = proposals(4)
    tables["criteria"] = (
        "criterion,name,source,unit,direction,value_function,levels,points,weight,adds\n"
        "reach,Reach,performance,level,more,levels,none:0; some:0.5; full:1,,60,yes\n"
        "gain,Payback,payback,years,less,piecewise,,0:1; 5:0.5; 10:0,40,no"
    )
    tables["performance"] = (
        "project,criterion,estimate,evidence\np0,reach,none,\np1,reach,some,measured\n"
        "p2,reach,full,estimated\np3,reach,some,"
    )
    tables["capacity"] = "role,period,amount\nlawyer,2027-01-01,1"
    tables["demand"] = "project,role,period,amount\np0,lawyer,2027-01-01,1\np1,lawyer,2027-01-01,1"
    return write(path, **tables), {"fiscal_year_start": "01-01"}


@pytest.fixture(
    scope="module",
    params=[bare, one_without_benefit, hostile, many, levels],
    ids=lambda make: make.__name__,
)
def anything(request, tmp_path_factory):
    """A recommendation for a portfolio that lacks most tables, and the list at other budgets."""
    path, changes = request.param(tmp_path_factory.mktemp("any") / "portfolio")
    portfolio, settings = folder.open_folder(path)
    settings = dataclasses.replace(settings, **changes)
    recommendation = workbench.recommend(portfolio, settings, explain=False)
    return recommendation, workbench.frontier(portfolio, settings, scales=(0.8,))


def levels_of(made, scales):
    return workbench.frontier(made.portfolio, made.settings, scales=scales)


def told(recommendation, at):
    """Return every table and every sentence that the four notebooks show."""
    again = afford.including_best_refused(recommendation)
    tables = [
        lists.opening(recommendation.portfolio, recommendation.settings),
        *(proposed.asked_by(recommendation, group) for group in proposed.GROUPS),
        *(ranked_list(recommendation, m.added(recommendation)) for m in (proposed, worth, served, afford)),
        afford.displaced(recommendation, again), limits.budgets(recommendation, at),
    ]  # fmt: skip
    for module, names in {
        proposed: "account asked_by_year not_assessed evidence_by_criterion judged_most doubts",
        worth: "schedule discounting by_year priced criteria performance values orders",
        served: "objectives contributions coverage spend_table could_serve",
        afford: "rules rule_differences money_left people_left other_limits left_out",
    }.items():
        tables += [getattr(module, name)(recommendation) for name in names.split()]
    sentences = [
        *proposed.known(recommendation), *worth.known(recommendation), *served.known(recommendation),
        *afford.known(recommendation, again), *proposed.would_change(recommendation),
        *worth.would_change(recommendation), *served.would_change(recommendation),
        *afford.would_change(recommendation, at), *afford.list_in_words(recommendation),
        worth.values_in_words(recommendation),
        *(proposed.asked_by_in_words(recommendation, group) for group in proposed.GROUPS),
    ]  # fmt: skip
    return tables, sentences


def test_any_portfolio_can_be_told(anything, monkeypatch):
    shown = []
    monkeypatch.setattr(showing, "display", lambda data, raw=False: shown.append(data))
    tables, sentences = told(*anything)
    for table in tables:
        showing.show(table)
    showing.say(*sentences)
    for sentence in sentences:
        assert re.search(r"[.?!]$", sentence), sentence
        assert not re.search(r"\bnan\b|\bNaN\b|<NA>|\bNone\b(?! serves)|\binf\b| {2}", sentence), (
            sentence
        )
    for page in shown:
        assert "<script" not in page["text/html"]
        assert not re.search(r"(?<!<span>)\$", page["text/html"])
        assert "\u202e" not in page["text/html"] + page["text/plain"]
        assert not re.search(r"\bnan\b|<NA>", page["text/plain"])


def test_any_portfolio_can_be_drawn(anything):
    recommendation, at = anything
    drawn = [
        pictures.asked_by_year(recommendation), pictures.evidence(recommendation), pictures.ranking(recommendation),
        pictures.flows(recommendation), pictures.value_against_cost(recommendation), pictures.spend(recommendation),
        pictures.npv_against_score(recommendation), pictures.value_functions(recommendation),
        limit_pictures.budgets_chart(recommendation, at),
    ]  # fmt: skip
    for chart in drawn:
        assert chart is None or chart.to_dict()["title"]


def test_the_example_can_be_told_and_drawn(example):
    tables, sentences = told(example, levels_of(example, (0.9,)))
    assert all(len(table) for table in tables)
    assert all(sentence.endswith(".") for sentence in sentences)
    assert pictures.spend(example) is not None


def test_used_and_set_aside_are_all_rows_read(example):
    table = proposed.account(example)
    assert (
        table["number"].iloc[:-1].sum() == table["number"].iloc[-1] == example.portfolio.rows_read
    )
    aside = len(example.evaluation.set_aside)
    words = proposed.account_in_words(example)
    used = example.portfolio.rows_read - aside
    assert re.search(rf"read = {used} used \(.*\) \+ {aside} set aside\.", words)


def test_stopped_work_is_counted_apart_from_work_that_continues(example):
    projects = example.portfolio.projects.copy()
    projects.loc["payroll", "status"] = "stopped"
    portfolio = dataclasses.replace(example.portfolio, projects=projects)
    made = workbench.recommend(portfolio, example.settings, explain=False)
    number = proposed.account(made).set_index("rows")["number"]
    assert number[["running, which continue", "stopped", "complete"]].tolist() == [11, 1, 4]
    assert "11 running, 1 stopped and 4 complete" in proposed.account_in_words(made)


def test_every_cut_through_the_money_adds_up_to_the_same(example):
    cost = example.evaluation.finance["cost_in_budget"].reindex(example.evaluation.score.index)
    for column in proposed.GROUPS:
        table = proposed.asked_by(example, column)
        assert table["proposals"].sum() == len(cost)
        assert table["cost [£m]"].sum() == pytest.approx(cost.sum() / 1e6)
        assert table["recommended"].sum() == example.choice.selected.sum()
    with pytest.raises(ValueError, match="column: must be one of"):
        proposed.asked_by(example, "name")


def test_what_is_asked_by_year_adds_up_and_meets_the_budget(example):
    table = proposed.asked_by_year(example).set_index("year")
    assert table["budget [£m]"].iloc[-1] == pytest.approx(
        example.portfolio.budgets["amount"].sum() / 1e6
    )
    parts = table.iloc[:-1].sum()
    for column in table.columns[:-1]:
        assert parts[column] == pytest.approx(table.at["all years", column])
    left = example.limits[example.limits["kind"] == "money"]["available"].sum()
    assert table.at["all years", "left for proposals [£m]"] == pytest.approx(left / 1e6)


def test_the_tightest_year_is_the_one_named(example):
    table = proposed.asked_by_year(example).set_index("year").iloc[:-1, -1]
    assert f"The tightest year is {table.idxmax()}:" in proposed.asked_by_year_in_words(example)


def test_evidence_splits_each_score(example):
    points = proposed.evidence_by_project(example)
    assert points.sum(axis=1).to_numpy() == pytest.approx(100 * example.evaluation.score.to_numpy())
    most = points["judged"].idxmax()
    assert plain.named(example, [most]) in proposed.evidence_in_words(example)
    assert proposed.judged_most(example)["project"].iloc[0] == plain.named(example, [most])


def test_money_by_year_and_priced_agree_with_the_evaluation(example):
    by_year = worth.by_year(example).set_index("year")
    inside = example.choice.selected.index[example.choice.selected]
    cost = example.evaluation.finance["cost"][inside].sum() / 1e6
    assert by_year.at["all years", "cost [£m]"] == pytest.approx(cost, abs=0.01)
    assert not (by_year.iloc[-2][["cost [£m]", "benefit [£m]"]] == 0).all()
    priced = worth.priced(example, most=3)
    assert priced["rank"].tolist() == [1, 2, 3]
    assert (priced["NPV [£m]"] > 0).equals(priced["BCR"] > 1)


def test_discounting_starts_at_one_and_falls(example):
    factors = worth.discounting(example).iloc[:, 2]
    assert factors[0] == 1
    assert factors.is_monotonic_decreasing


def test_points_of_the_best_add_up_to_its_score(example):
    words = worth.values_in_words(example)
    points = [float(p) for p in re.findall(r"([\d.]+)(?: points\.| from )", words)]
    assert sum(points) == pytest.approx(100 * example.evaluation.score.max(), abs=0.3)


def test_widest_differences_come_first(example):
    gap = worth.orders(example)["widest difference [places]"]
    assert gap.is_monotonic_decreasing


def test_spend_on_objectives_is_the_cost_of_the_list(example):
    spend = served.spend(example)
    cost = example.evaluation.finance["cost_in_budget"]
    inside = example.choice.selected.index[example.choice.selected]
    assert spend["spend"].sum() == pytest.approx(cost[inside].sum())
    assert spend["running"].sum() == pytest.approx(cost[example.evaluation.running].sum())
    assert spend["share"].sum() == pytest.approx(1)


def test_objectives_served_by_one_project_or_none_are_named(example):
    table = served.coverage(example)
    words = served.coverage_in_words(example)
    for _, row in table.iterrows():
        assert (row["objective"] in words) == (row["of which recommended"] <= 1)


def test_left_out_that_could_serve_are_not_funded_and_serve_strongly(example):
    table = served.could_serve(example)
    out = example.ranked_list[~example.ranked_list["funded"]]["name"]
    assert table["project"].isin(out).all()
    assert table["serves it"].isin(["strong", "extreme"]).all()


def test_both_rules_are_measured_alike(example):
    table = afford.rules(example).set_index("rule")
    best, walked = (
        table.at[rule, "worth [points]"] for rule in ("best affordable list", "down the list")
    )
    assert best >= walked
    shown = float(re.search(r"worth ([\d.]+) points more", afford.rules_in_words(example)).group(1))
    assert shown == pytest.approx(best - walked, abs=0.11)
    other = dataclasses.replace(example.settings, rule="down the list")
    turned = workbench.recommend(example.portfolio, other, explain=False)
    assert afford.rules_in_words(turned) == afford.rules_in_words(example)


def test_money_left_over_is_that_of_the_limits(example):
    table = afford.money_left(example).set_index("year")
    money = example.limits[example.limits["kind"] == "money"]
    assert table.at["all years", "left over [£m]"] == pytest.approx(money["left_over"].sum() / 1e6)
    funds = [column for column in table.columns if column.startswith("left over: ")]
    assert table[funds].sum(axis=1).to_numpy() == pytest.approx(table["left over [£m]"].to_numpy())


def test_the_tightest_role_comes_first(example):
    table = afford.people_left(example)
    part = table["left over [FTE]"] / table["after running work [FTE]"]
    assert part.is_monotonic_increasing
    full = table[table["months with nothing left"] > 0]["role"]
    assert all(role in afford.people_in_words(example) for role in full)


def test_including_the_best_refused_funds_it_at_a_price(example):
    project = lists.best_refused(example)
    out = example.choice.selected.index[~example.choice.selected]
    assert example.evaluation.rank[project] == example.evaluation.rank[out].min()
    again = afford.including_best_refused(example)
    assert again.choice.selected[project]
    words = afford.displaced_in_words(example, again)
    assert plain.named(example, [project]) in words
    lost = float(re.search(r"costs the list ([\d.]+) points", words).group(1))
    assert lost >= 0
    table = afford.displaced(example, again)
    change = table["worth [points]"].where(table["change"] == "enters", -table["worth [points]"])
    assert -change.sum() == pytest.approx(lost, abs=0.5)


def test_what_cannot_be_included_is_said(example):
    assert "cannot be had" in afford.displaced_in_words(example, None)
    excluded = workbench.with_override(
        example.settings, lists.best_refused(example), "out", reason="no", by="chair"
    )
    again = workbench.recommend(example.portfolio, excluded, explain=False)
    assert afford.including_best_refused(again) is None


def test_more_budget_never_buys_less(example):
    frontier = levels_of(example, (0.01, 1.0, 1.1))
    table = limits.budgets(example, frontier)
    assert table["worth [points]"].iloc[1:].is_monotonic_increasing
    assert table.loc[0, ["enters", "leaves"]].tolist() == ["–", "–"]
    words = afford.would_change(example, frontier)
    assert words[0].startswith("Of the budgets tried, those up to 1 % leave too little")
    assert "110 % of the budgets, would add" in words[1]


def test_opening_says_who_saved_the_settings_and_what_the_board_fixed(example):
    project = lists.best_refused(example)
    settings = workbench.with_override(example.settings, project, "in", reason="r", by="chair")
    settings = dataclasses.replace(
        settings, saved_by="A. Chair", saved_reason="tried", saved_on="2026-12-01T10:00:00"
    )
    table = lists.opening(example.portfolio, settings).set_index("used here")["which"]
    assert table["settings saved"] == "2026-12-01 by A. Chair: tried"
    assert table["the board includes, excludes"] == f"{plain.named(example, [project])} in"


def test_ranked_list_is_short_and_counts_what_it_leaves_out(tmp_path):
    path, changes = many(tmp_path / "portfolio")
    portfolio, settings = folder.open_folder(path)
    recommendation = workbench.recommend(
        portfolio, dataclasses.replace(settings, **changes), explain=False
    )
    table = ranked_list(recommendation, most=10)
    funded = int(recommendation.choice.selected.sum())
    assert f"… {funded - 5} more" in table["project"].tolist()
    assert f"… {120 - funded - 5} more" in table["project"].tolist()
    assert len(table) == 13


def test_ranked_list_has_the_line_with_what_is_left_over(example):
    table = ranked_list(example)
    place = table.index[table["decision"] == "— the line —"][0]
    assert table["project"][place].endswith("left over")
    assert table["decision"][:place].str.startswith(("fund", "continues")).all()
    assert not table["decision"][place + 1 :].str.startswith("fund").any()


def test_tables_show_one_number_of_decimals_a_unit():
    frame = pd.DataFrame(
        {
            "cost [£m]": [1.25, None],
            "budget [£m]": [3.0, 4.0],
            "n": [1, 2],
            "t [years]": [2.5, float("inf")],
        }
    )
    places = showing._places(frame)
    cells = {column: showing.shown_cells(frame[column], places[column]) for column in frame}
    assert cells["cost [£m]"] == ["1.25", "–"]
    assert cells["budget [£m]"] == ["3.00", "4.00"]
    assert cells["n"] == ["1", "2"]
    assert cells["t [years]"] == ["2.5", "never"]


def test_show_passes_over_what_cannot_be_drawn(monkeypatch):
    shown = []
    monkeypatch.setattr(showing, "display", lambda data, raw=False: shown.append(data))
    showing.show(None)
    showing.say()
    assert shown == []
    showing.say("one", "two")
    assert shown[0]["text/plain"] == "one\ntwo"
    assert shown[0]["text/html"].count("<li>") == 2
