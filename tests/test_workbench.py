"""From tables and settings to a recommendation."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmo_lib import folder, scoring, workbench
from pmo_lib.checks import InputError
from pmo_lib.workbench import Settings

BASE = Settings(base_date="2027-04-01", discount_rate=0.0)


# --- settings ------------------------------------------------------------------------------

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
NAMES = WORDS.filter(lambda text: text.strip())


@given(
    organisation=WORDS,
    budget_scale=st.floats(0, 100),
    seed=st.integers(0, 2**40),
    weights=st.dictionaries(NAMES, st.floats(0.1, 1e6), max_size=4),
    overrides=st.lists(
        st.fixed_dictionaries(
            {"project": NAMES, "decision": st.just("in"), "reason": NAMES, "by": NAMES}
        ),
        max_size=3,
    ),
)
def test_settings_come_back_from_toml_as_they_were(**fields):
    fields["overrides"] = tuple(fields["overrides"])
    settings = Settings(**fields)
    again = Settings.from_toml(settings.to_toml())
    assert again == settings
    assert again.hash() == settings.hash()


def test_every_setting_is_explained_in_the_file():
    text = Settings().to_toml()
    for field in dataclasses.fields(Settings):
        assert field.metadata["help"].split("\n")[0] in text or field.default == ()


def test_hash_ignores_who_saved_but_not_what():
    settings = Settings()
    assert dataclasses.replace(settings, saved_by="A").hash() == settings.hash()
    assert dataclasses.replace(settings, budget_scale=0.9).hash() != settings.hash()


def test_all_problems_of_settings_at_once():
    with pytest.raises(InputError) as caught:
        Settings.from_toml('budgt_scale = 1\nrule = "best"\ngap = 2\nmeeting_date = "12/3/27"')
    text = str(caught.value)
    assert "'budgt_scale' is not a setting; did you mean 'budget_scale'?" in text
    assert "rule: must be one of 'best affordable list', 'down the list', got 'best'" in text
    assert "gap: must lie in [0, 1], got 2" in text
    assert "meeting_date: must be an ISO date" in text
    assert len(caught.value.problems) == 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rule = ", "is not valid TOML"),
        ("weights = 3", "weights: must be a table"),
        ("seed = true", "seed: must be a number, got True"),
        ("[weights]\nreach = -1", "got -1 for 'reach'"),
        ("[weights]\nreach = 0", "at least one must be above 0"),
        ("[swings]\nreach = [1]", "must be a pair"),
        ('[[overrides]]\nproject = "flood"\ndecision = "in"', "reason is missing"),
        (
            '[[overrides]]\nproject = "f"\ndecision = "maybe"\nreason = "r"\nby = "b"',
            "decision must be 'in' or 'out', got 'maybe'",
        ),
        ('[[limits]]\ngroup = "category: A"\nmesure = "count"', "did you mean 'measure'"),
        ('fiscal_year_start = "13-01"', "fiscal_year_start: must be an ISO date"),
    ],
)
def test_settings_name_what_is_wrong(text, words):
    with pytest.raises(InputError) as caught:
        Settings.from_toml(text)
    assert words in str(caught.value)


def test_an_override_replaces_the_earlier_one_of_its_project():
    once = workbench.with_override(Settings(), "hubs", "in", reason="r", by="Chair")
    twice = workbench.with_override(once, "hubs", "out", reason="s", by="Chair")
    assert [row["decision"] for row in twice.overrides] == ["out"]
    assert workbench.without_override(twice, "hubs") == Settings()


# --- evaluation ----------------------------------------------------------------------------


def test_score_is_the_weighted_sum_by_hand(small):
    evaluation = workbench.evaluate(small(), BASE)
    assert evaluation.score["flood"] == pytest.approx(0.6 * 0.9 + 0.4 * 0.3)
    assert evaluation.score["lights"] == pytest.approx(0.6 * 0.4 + 0.4 * 0.3)
    assert evaluation.finance.loc["hubs", "npv"] == 100
    assert evaluation.finance.loc["hubs", "bcr"] == pytest.approx(4 / 3)
    assert list(evaluation.score.sort_values().index) == list(
        evaluation.rank.sort_values(ascending=False).index
    )


def test_negative_npv_is_clipped_and_said(small):
    evaluation = workbench.evaluate(small(), BASE)
    assert evaluation.values.loc["roof", "npv"] == 0
    assert any("('roof', 'npv')" in w or "roof: npv" in w for w in evaluation.warnings)


def test_projects_without_names_are_said(small):
    header, *lines = small.tables["projects"].splitlines()
    place = header.split(",").index("name")
    bare = [",".join(c for at, c in enumerate(line.split(",")) if at != place) for line in lines]
    header = header.replace(",name", "", 1)
    warnings = workbench.evaluate(small(projects="\n".join([header, *bare])), BASE).warnings
    assert any("No project has a name" in w for w in warnings)
    assert not any("has a name" in w for w in workbench.evaluate(small(), BASE).warnings)


def test_worth_counts_from_not_doing_and_can_be_negative(small):
    criteria = small.tables["criteria"].replace("adds,weight", "adds,weight,not_doing")
    criteria = criteria.replace("yes,60", "yes,60,200").replace("yes,40", "yes,40,0")
    evaluation = workbench.evaluate(small(criteria=criteria), BASE)
    assert evaluation.worth["roof"] == pytest.approx(0.6 * (0.1 - 0.2))
    expected = scoring.value_over_not_doing(
        evaluation.values, evaluation.weights, evaluation.not_doing
    )
    pd.testing.assert_series_equal(evaluation.worth, expected, check_names=False)


def test_a_missing_estimate_sets_aside_in_sight(small):
    portfolio = small()
    evaluation = workbench.evaluate(portfolio, BASE)
    assert evaluation.set_aside.loc["calls", "reason"] == "no cost"
    assert "calls" not in evaluation.score.index
    listed = workbench.recommend(portfolio, BASE).ranked_list
    assert listed.loc["calls", "block"] == "not assessed"
    assert len(listed) == portfolio.rows_read


def test_every_missing_estimate_is_named(small):
    performance = "\n".join(
        line for line in small.tables["performance"].splitlines() if not line.startswith("calls")
    )
    reason = workbench.evaluate(small(performance=performance), BASE).set_aside.loc[
        "calls", "reason"
    ]
    assert reason == "no cost; no estimate for 'reach'"


def test_mandatory_without_estimate_is_an_error_not_set_aside(small):
    performance = small.tables["performance"].replace("roof,reach,100,measured,Analysts\n", "")
    with pytest.raises(InputError, match=r"mandatory project 'roof' cannot be assessed"):
        workbench.evaluate(small(performance=performance), BASE)


def test_undefined_ratio_sets_aside(small):
    criteria = small.tables["criteria"] + "ratio,BCR,bcr,-,more,linear,0,4,no,10\n"
    flows = small.tables["cash_flows"].replace(
        "lights,2027-04-01,capital,200", "lights,2027-04-01,capital,0"
    )
    evaluation = workbench.evaluate(small(criteria=criteria, cash_flows=flows), BASE)
    assert "benefit-cost ratio undefined" in evaluation.set_aside.loc["lights", "reason"]


def test_never_paying_back_is_worth_nothing_and_shown(small):
    criteria = small.tables["criteria"] + "back,Payback,payback,years,less,linear,5,0,no,10\n"
    evaluation = workbench.evaluate(small(criteria=criteria), BASE)
    assert np.isinf(evaluation.performance.loc["roof", "back"])
    assert evaluation.values.loc["roof", "back"] == 0


def test_sunk_cost_changes_nothing(small):
    before = workbench.recommend(small(), BASE)
    flows = small.tables["cash_flows"] + "flood,2026-04-01,capital,99999,0\n"
    after = workbench.recommend(small(cash_flows=flows), BASE)
    assert after.evaluation.finance.loc["flood", "sunk"] == 99999
    pd.testing.assert_series_equal(before.choice.selected, after.choice.selected)
    pd.testing.assert_series_equal(before.evaluation.score, after.evaluation.score)


def test_a_cost_without_a_budget_row_is_an_error(small):
    flows = small.tables["cash_flows"].replace("hubs,2027-04-01,capital", "hubs,2027-04-01,grant")
    with pytest.raises(InputError, match="budget"):
        workbench.evaluate(small(cash_flows=flows), BASE)


def test_cost_after_the_last_budget_period_is_totalled_and_said(small):
    flows = small.tables["cash_flows"] + "hubs,2031-04-01,capital,70,0\n"
    evaluation = workbench.evaluate(small(cash_flows=flows), BASE)
    assert evaluation.finance.loc["hubs", "cost_beyond"] == 70
    assert evaluation.cost.loc["hubs"].sum() == 300
    assert any("after the last budget period" in w for w in evaluation.warnings)


def test_a_unit_with_its_own_budget_is_charged_to_it(small):
    projects = small.tables["projects"].replace(
        "sponsor,category", "sponsor,business_unit,category"
    )
    projects = projects.replace("Highways,", "Highways,Roads,").replace(
        "Children,", "Children,Care,"
    )
    projects = projects.replace("Estates,", "Estates,Care,").replace("Customer,", "Customer,Care,")
    budgets = (
        "period,fund,business_unit,amount\n2027-04-01,capital,Roads,300\n2027-04-01,capital,,900\n"
    )
    portfolio = small(projects=projects, budgets=budgets)
    evaluation = workbench.evaluate(portfolio, BASE)
    assert evaluation.cost.loc["lights", ("2027-04-01", "capital", "Roads")] == 200
    assert evaluation.cost.loc["hubs", ("2027-04-01", "capital", "")] == 300
    chosen = workbench.recommend(portfolio, BASE).choice.selected
    assert not chosen["flood"] and chosen["lights"] and chosen["hubs"]


def test_row_order_changes_nothing(northmere):
    settings = folder.read_settings(folder.example_folder())
    frames = {
        name: getattr(northmere, name).sample(frac=1, random_state=7)
        for name in ("projects", "performance", "cash_flows", "contributions", "budgets", "demand")
    }
    shuffled = dataclasses.replace(northmere, **frames)
    before = workbench.recommend(northmere, settings, explain=False)
    after = workbench.recommend(shuffled, settings, explain=False)
    pd.testing.assert_series_equal(
        before.choice.selected.sort_index(), after.choice.selected.sort_index()
    )
    pd.testing.assert_frame_equal(
        before.evaluation.values, after.evaluation.values, check_like=True
    )


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (dataclasses.replace(BASE, weights={"reach": 1}), "weights: missing for 'npv'"),
        (dataclasses.replace(BASE, weights={"reach": 1, "x": 2}), "not in the criteria table: 'x'"),
        (dataclasses.replace(BASE, discount_schedule="Green"), "'Green' is not in the"),
        (dataclasses.replace(BASE, objective="priority"), "objective: 'priority' is missing for"),
        (
            workbench.with_override(BASE, "nobody", "in", reason="r", by="b"),
            "not in the projects table: 'nobody'",
        ),
        (
            workbench.with_override(BASE, "calls", "in", reason="r", by="b"),
            "'calls' cannot be included, as it is not an assessed proposal",
        ),
        (
            workbench.with_override(BASE, "roof", "out", reason="r", by="b"),
            "'roof' is mandatory and cannot be excluded",
        ),
    ],
)
def test_settings_that_do_not_fit_the_tables(small, settings, words):
    with pytest.raises(InputError) as caught:
        workbench.recommend(small(), settings)
    assert words in str(caught.value)


def test_a_moved_reference_makes_its_weight_stale(small):
    settings = dataclasses.replace(
        BASE, weights={"reach": 60, "npv": 40}, swings={"reach": [0, 500], "npv": [0, 1000]}
    )
    warnings = workbench.evaluate(small(), settings).warnings
    assert any("stale until confirmed: 'reach'" in w for w in warnings)


# --- recommendation ------------------------------------------------------------------------


def test_not_doing_may_be_a_level(small):
    criteria = small.tables["criteria"].replace("weight\n", "weight,levels,not_doing\n")
    criteria = criteria.replace(",60\n", ",60,,\n").replace(",40\n", ",40,,\n")
    criteria += "risk,Risk,performance,,less,levels,,,yes,50,none:1; some:0.5; high:0,some\n"
    words = {"flood": "none", "hubs": "some", "lights": "high", "roof": "some", "calls": "some"}
    performance = small.tables["performance"]
    performance += "".join(f"{p},risk,{w},judged,Analysts\n" for p, w in words.items())
    portfolio = small(criteria=criteria, performance=performance)
    found = workbench.evaluate(portfolio, workbench.Settings(base_date="2027-04-01"))
    assert found.not_doing["risk"] == 0.5
    plain = workbench.evaluate(small(), workbench.Settings(base_date="2027-04-01"))
    gained = found.worth * 1.5 - plain.worth
    assert gained.round(9).to_dict() == {"flood": 0.25, "hubs": 0.0, "lights": -0.25, "roof": 0.0}
    assert portfolio.criteria.at["risk", "not_doing_level"] == "some"


def test_the_list_by_hand(small):
    made = workbench.recommend(small(), BASE)
    chosen = made.choice.selected
    assert list(chosen.index[chosen]) == ["hubs", "lights", "roof"]
    assert made.choice.value == pytest.approx(0.46 + 0.36 + 0.06)
    assert list(made.ranked_list["block"].unique()) == [
        "continues",
        "mandatory",
        "recommended",
        "not recommended",
        "not assessed",
    ]
    money = made.limits[made.limits["kind"] == "money"]
    assert money["available"].iloc[0] == 850 - 50
    assert money["left_over"].iloc[0] == 800 - made.choice.cost
    funded = made.ranked_list[made.ranked_list["funded"]]
    assert funded["running_total"].iloc[-1] == funded["cost"].sum()


def test_best_list_equals_enumeration(small):
    made = workbench.recommend(small(), BASE)
    worth, cost = made.evaluation.worth, made.evaluation.cost.sum(axis=1)
    names = list(worth.index)
    best = -np.inf
    for code in range(2 ** len(names)):
        taken = [n for place, n in enumerate(names) if code >> place & 1]
        if "roof" in taken and cost[taken].sum() <= 800:
            best = max(best, worth[taken].sum())
    assert made.choice.value == pytest.approx(best)


def test_both_rules_are_always_at_hand(northmere):
    settings = folder.read_settings(folder.example_folder())
    best = workbench.recommend(northmere, settings, explain=False)
    walked = workbench.recommend(
        northmere, dataclasses.replace(settings, rule="down the list"), explain=False
    )
    pd.testing.assert_series_equal(best.other.selected, walked.choice.selected)
    worth = best.evaluation.worth
    assert worth[best.choice.selected].sum() >= worth[best.other.selected].sum() - 1e-9
    assert set(best.other_list.index) == set(
        best.choice.selected.index[best.choice.selected != best.other.selected]
    )


def test_overrides_carry_their_reason_into_the_list(small):
    settings = workbench.with_override(BASE, "hubs", "out", reason="Not this year", by="Chair")
    made = workbench.recommend(small(), settings)
    why = made.ranked_list.loc["hubs", "why"]
    assert why.startswith(
        "Excluded by the board: Not this year (Chair); costs the list 16.0 points"
    )
    assert made.ranked_list.loc["roof", "why"] == "Mandatory: Legal duty"
    changes = workbench.differences(workbench.recommend(small(), BASE), made)
    assert changes.loc["hubs", "change"] == "leaves"


def test_a_chosen_project_cannot_require_one_nobody_assessed(small):
    links = "project,relation,other\nhubs,requires,calls\n"
    with pytest.raises(InputError, match=r"'hubs' would be funded and requires 'calls'"):
        workbench.recommend(small(links=links), BASE)


def test_a_rival_of_running_work_is_out(small):
    links = "project,relation,other\nhubs,excludes,depot\n"
    made = workbench.recommend(small(links=links), BASE)
    assert not made.choice.selected["hubs"]
    assert made.ranked_list.loc["hubs", "why"] == "Rival of 'depot', which is running"


def test_running_work_beyond_the_budget_is_an_error(small):
    budgets = "period,fund,amount\n2027-04-01,capital,40\n2028-04-01,capital,0\n"
    with pytest.raises(InputError, match="running projects need more than there is in 2027-28"):
        workbench.recommend(small(budgets=budgets), BASE)


def test_without_budgets_everything_worth_doing_is_listed(small):
    made = workbench.recommend(small(budgets=None), BASE)
    assert made.choice.selected.all()
    assert "no budget is stated" in made.headline


def test_people_bind_beside_money(small):
    capacity = "role,period,amount\nengineer,2027-06-01,2\n"
    demand = "project,option,role,period,amount\nhubs,,engineer,2027-06-01,2\ndepot,,engineer,2027-06-01,1\n"
    made = workbench.recommend(small(capacity=capacity, demand=demand), BASE)
    assert not made.choice.selected["hubs"]
    assert "engineer short by 1.0 in Jun 2027" in made.ranked_list.loc["hubs", "why"]


def test_limits_by_category_hold(small):
    settings = dataclasses.replace(
        BASE, limits=({"group": "category: Safety", "measure": "count", "at_most": 1},)
    )
    made = workbench.recommend(small(), settings)
    chosen = made.choice.selected.index[made.choice.selected]
    assert (small().projects.loc[chosen, "category"] == "Safety").sum() == 1
    assert (made.limits["kind"] == "limit").any()


def test_an_unknown_group_is_named(small):
    settings = dataclasses.replace(
        BASE, limits=({"group": "colour: red", "measure": "count", "at_most": 1},)
    )
    with pytest.raises(InputError, match="group: 'colour: red' must be one of category"):
        workbench.recommend(small(), settings)


def test_more_money_is_never_worth_less(small):
    values = [
        workbench.recommend(small(), dataclasses.replace(BASE, budget_scale=s), explain=False)
        for s in (0.5, 0.8, 1.0, 1.3, 2.0)
    ]
    values = [made.choice.value for made in values]
    assert values == sorted(values)


def test_ratings_without_sizes_warn_and_name_what_splitting_would_fund(small):
    criteria = small.tables["criteria"].replace("1000,yes,60", "1000,no,60")
    projects = small.tables["projects"].replace(",2,sites", ",,").replace(",4,sites", ",,")
    made = workbench.recommend(small(criteria=criteria, projects=projects), BASE)
    assert any("favours small and split projects" in w for w in made.warnings)
    assert any("merely split in two" in w for w in made.warnings)


def test_too_close_to_call_marks_both_sides_of_the_line(small):
    settings = dataclasses.replace(BASE, too_close=0.5)
    made = workbench.recommend(small(), settings).ranked_list
    marked = set(made.index[made["too_close"]])
    assert marked & set(made.index[made["block"] == "recommended"])
    assert marked & set(made.index[made["block"] == "not recommended"])
    none = workbench.recommend(small(), dataclasses.replace(BASE, too_close=0.0)).ranked_list
    assert not none["too_close"].any()


# --- review --------------------------------------------------------------------------------


def test_review_names_each_planted_doubt(small):
    criteria = small.tables["criteria"] + (
        "twin,Reach again,performance,residents,more,linear,0,1000,yes,10\n"
        "flat,Same for all,performance,points,more,linear,0,100,no,10\n"
        "ratio,BCR,bcr,-,more,linear,0,4,no,10\n"
    )
    rows = small.tables["performance"].splitlines()
    twins = [row.replace(",reach,", ",twin,") for row in rows[1:]]
    flats = [f"{row.split(',')[0]},flat,50,judged,Analysts" for row in rows[1:]]
    performance = "\n".join(rows + twins + flats) + "\n"
    portfolio = small(criteria=criteria, performance=performance)
    found = workbench.review(portfolio, workbench.evaluate(portfolio, BASE))
    pairs = set(zip(found["doubt"], found["criteria"], strict=True))
    assert ("moves together", "reach, twin") in pairs
    assert ("hardly separates", "flat") in pairs
    assert ("counts twice", "ratio") in pairs
    assert ("counts twice", "npv, ratio") in pairs
    assert ("own score", "reach") in pairs


def test_a_clean_portfolio_raises_no_doubt(small):
    performance = small.tables["performance"].replace("judged,Highways", "judged,Analysts")
    portfolio = small(performance=performance)
    assert workbench.review(portfolio, workbench.evaluate(portfolio, BASE)).empty


# --- running work, links and money that must not look free ------------------------------------


def test_a_base_date_inside_a_money_year_is_refused(small):
    with pytest.raises(InputError, match="base_date: must start a money year, such as 2027-04-01"):
        workbench.evaluate(small(), dataclasses.replace(BASE, base_date="2027-06-01"))
    with pytest.raises(InputError, match="fiscal_year_start: is 01-01, but the years"):
        workbench.evaluate(small(), dataclasses.replace(BASE, fiscal_year_start="01-01"))


def test_a_proposal_whose_cost_is_all_in_the_past_is_set_aside(small):
    flows = small.tables["cash_flows"].replace("hubs,2027-04-01", "hubs,2026-04-01")
    evaluation = workbench.evaluate(small(cash_flows=flows), BASE)
    assert "all its cost lies before 2027-04-01" in evaluation.set_aside.loc["hubs", "reason"]


def test_budgets_of_past_years_are_not_there_to_spend(small):
    budgets = small.tables["budgets"] + "2026-04-01,capital,5000\n"
    made = workbench.recommend(small(budgets=budgets), BASE, explain=False)
    assert made.limits["available"].sum() == 800


@pytest.mark.parametrize("ends", ["hubs,together,calls", "calls,together,hubs"])
def test_together_with_what_nobody_assessed_is_an_error_both_ways(small, ends):
    with pytest.raises(InputError, match="'hubs' would be funded and requires 'calls'"):
        workbench.recommend(small(links=f"project,relation,other\n{ends}\n"), BASE)


def test_what_running_work_needs_is_in(small):
    links = "project,relation,other\ndepot,requires,flood\n"
    made = workbench.recommend(small(links=links), BASE)
    assert made.choice.selected["flood"]
    assert made.ranked_list.loc["flood", "why"] == "Needed by 'depot', which is running"


@pytest.mark.parametrize(
    ("decision", "words"),
    [("out", "'depot' is running; remove the override: stop it"), ("in", "it continues anyway")],
)
def test_running_work_cannot_be_overridden(small, decision, words):
    settings = workbench.with_override(BASE, "depot", decision, reason="r", by="b")
    with pytest.raises(InputError, match=words):
        workbench.recommend(small(), settings)


def test_a_paused_mandatory_project_is_an_error(small):
    projects = small.tables["projects"].replace("Safety,proposed,yes", "Safety,paused,yes")
    with pytest.raises(InputError, match="mandatory project 'roof' is paused"):
        workbench.evaluate(small(projects=projects), BASE)


def test_a_mandatory_rival_of_running_work_is_named(small):
    links = "project,relation,other\nroof,excludes,depot\n"
    with pytest.raises(InputError, match=r"'roof' must be in .* and excludes 'depot'"):
        workbench.recommend(small(links=links), BASE)


def test_people_are_those_of_the_option_that_is_ranked(small):
    flows = small.tables["cash_flows"].replace("project,period", "project,option,period")
    flows = flows.replace(",2027-", ",,2027-").replace(",2028-", ",,2028-")
    flows = flows.replace("hubs,,", "hubs,one,") + "hubs,two,2027-04-01,capital,300,0\n"
    options = "project,option,name\nhubs,one,Full\nhubs,two,Reduced\n"
    capacity = "role,period,amount\nengineer,2027-06-01,3\n"
    demand = (
        "project,option,role,period,amount\nhubs,one,engineer,2027-06-01,2\n"
        "hubs,two,engineer,2027-06-01,2\n"
    )
    tables = {"cash_flows": flows, "options": options, "capacity": capacity, "demand": demand}
    made = workbench.recommend(small(**tables), BASE)
    assert made.choice.selected["hubs"]


def test_running_work_that_needs_too_many_people_is_said(small):
    capacity = "role,period,amount\nengineer,2027-06-01,3\n"
    demand = "project,option,role,period,amount\ndepot,,engineer,2027-06-01,5\n"
    made = workbench.recommend(small(capacity=capacity, demand=demand), BASE)
    assert any("engineer short by 2.0 in Jun 2027" in w for w in made.warnings)


def test_a_limit_on_a_group_that_is_not_there_is_named(small):
    limits = ({"group": "category: Saftey", "measure": "count", "at_most": 0},)
    with pytest.raises(InputError, match="names an unknown category; known are"):
        workbench.recommend(small(), dataclasses.replace(BASE, limits=limits))
    for wrong in ({"at_most": "two"}, {"measure": "number", "at_most": 1}, {}):
        with pytest.raises(InputError, match="limits entry 1"):
            Settings(limits=({"group": "category: Safety", "measure": "count", **wrong},))


def test_a_limit_is_named_where_it_keeps_a_project_out(small):
    limits = ({"group": "category: Safety", "measure": "count", "at_most": 1},)
    made = workbench.recommend(small(), dataclasses.replace(BASE, limits=limits))
    assert "category: Safety may be at most 1 (count)" in made.ranked_list.loc["lights", "why"]


def test_alignment_needs_no_value_function_of_its_own(small):
    portfolio = small(
        criteria=small.tables["criteria"] + "fit,Fit,alignment,-,more,,,,no,20\n",
        objectives="objective,name,weight\nsafe,Safe,1\n",
        contributions="project,objective,level\n"
        + "".join(f"{p},safe,strong\n" for p in ("flood", "hubs", "lights", "roof", "calls")),
    )
    evaluation = workbench.evaluate(portfolio, BASE)
    assert evaluation.values["fit"].tolist() == pytest.approx([6 / 9] * 4)


def test_sizes_in_different_units_are_not_mixed(small):
    criteria = small.tables["criteria"].replace("1000,yes,60", "1000,no,60")
    projects = small.tables["projects"].replace(",2,sites", ",9000,residents", 1)
    warnings = workbench.evaluate(small(criteria=criteria, projects=projects), BASE).warnings
    assert any("sizes are in different units" in w for w in warnings)


def test_equal_settings_have_equal_hashes():
    assert Settings(budget_scale=1).hash() == Settings(budget_scale=1.0).hash()
    assert Settings(weights={"a": 1}).hash() == Settings(weights={"a": 1.0}).hash()
    limits = ({"group": "category: A", "measure": "count", "at_least": None, "at_most": 2},)
    settings = Settings(limits=limits, swings={"a": (0, 1)})
    assert Settings.from_toml(settings.to_toml()) == settings
    assert Settings.from_toml(settings.to_toml()).hash() == settings.hash()


def test_the_walk_says_which_lower_limit_it_could_not_keep(small):
    limits = ({"group": "category: People", "measure": "count", "at_least": 2},)
    settings = dataclasses.replace(BASE, limits=limits, rule="down the list")
    with pytest.raises(InputError, match="cannot all hold"):
        workbench.recommend(small(), settings)
    share = ({"group": "category: People", "measure": "share", "at_least": 0.6},)
    projects = small.tables["projects"].replace("Safety,proposed,yes", "People,proposed,yes")
    settings = dataclasses.replace(BASE, limits=share, rule="down the list")
    made = workbench.recommend(small(projects=projects), settings)
    assert any("does not meet" in w for w in made.warnings)
