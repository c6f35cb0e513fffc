"""Why not, what an override costs, and what one more of something is worth."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from test_selection import COST, VALUE, hard
from test_selection_random import both, every_portfolio, feasible, portfolios

from pmo_lib.checks import InputError
from pmo_lib.selection import InfeasibleError, bottlenecks, build, choose, why_not
from pmo_lib.selection.better import polish
from pmo_lib.selection.first import greedy_answer
from pmo_lib.selection.solver import Relaxed, solve


def test_a_project_left_out_hears_what_would_bring_it_in():
    found = why_not(VALUE, COST, 14)
    row = found.loc["1"]
    assert (row["case"], row["low"], row["high"]) == ("left out", 4, 4)
    assert (row["extra_of"], row["extra_low"], row["extra_high"], row["where"]) == (
        "budget",
        1,
        1,
        {"total": 1},
    )
    assert (row["enters"], row["leaves"]) == (("1",), ("3", "4"))
    assert row["says"] == "needs 4 more value, or 1 more budget (total: 1)"
    assert choose(VALUE + pd.Series({"1": 4.1, "2": 0, "3": 0, "4": 0}), COST, 14).selected["1"]
    assert choose(VALUE, COST, 15).selected["1"]


def test_a_funded_project_hears_how_much_worse_it_may_get():
    row = why_not(VALUE, COST, 14).loc["2"]
    assert (row["case"], row["low"], row["high"]) == ("funded", 6, 6)
    assert row["says"] == "may lose up to 6 of value"
    worse = VALUE - pd.Series({"2": 6.1, "1": 0, "3": 0, "4": 0})
    assert not choose(worse, COST, 14).selected["2"]


def test_an_override_has_a_price_in_value_and_names():
    found = why_not(VALUE, COST, 14, forced_in=["1"], forced_out=["2"])
    assert found.loc["1", "case"] == "included"
    assert found.loc["1", ["low", "high"]].tolist() == [0, 0]
    assert found.loc["1", "says"] == "the override costs nothing"
    assert found.loc["2", ["low", "high"]].tolist() == [2, 2]
    assert found.loc["2", "says"] == "the override costs 2 of value; it displaces '2'"


def test_a_project_no_list_can_hold_says_so():
    found = why_not(VALUE, COST, 14, forced_in=["2"], excludes=[("2", "1")])
    assert found.loc["1", "says"] == "no list that meets the limits can hold it"
    assert found.loc["1", "high"] == np.inf


def test_what_costs_more_than_there_is_hears_what_would_do():
    row = why_not(VALUE, COST + pd.Series({"1": 20, "2": 0, "3": 0, "4": 0}), 14).loc["1"]
    assert (row["low"], row["extra_low"], row["cut_low"], row["cut_high"]) == (np.inf, 21, 21, 21)
    assert row["says"] == (
        "no list that meets the limits can hold it; it needs 21 more budget (total: 21)"
    )


def test_where_money_is_not_enough_people_are_asked_for():
    use = pd.DataFrame({"architect": [2, 1, 1, 1]}, index=VALUE.index)
    row = why_not(VALUE, COST, 99, use=use, capacity=pd.Series({"architect": 3})).loc["1"]
    assert (row["extra_of"], row["where"]) == ("capacity", {"architect": 1})


def test_nearest_to_the_line_comes_first_and_progress_can_stop():
    told = []
    found = why_not(VALUE, COST, 14, progress=lambda *news: told.append(news) or len(told) == 2)
    assert len(found) == 2
    assert [news[:2] for news in told] == [(1, 4), (2, 4)]


def test_infeasible_limits_are_explained_first():
    with pytest.raises(InfeasibleError, match="cannot all hold"):
        why_not(VALUE, COST, 1, forced_in=["1"])


def test_only_the_projects_asked_about_are_answered():
    everything = why_not(VALUE, COST, 14)
    found = why_not(VALUE, COST, 14, projects=["3", "1"])
    assert set(found.index) == {"1", "3"}
    pd.testing.assert_frame_equal(found, everything.loc[found.index])
    with pytest.raises(InputError, match="projects: each must be a project of value, not there"):
        why_not(VALUE, COST, 14, projects=["9"])


def test_a_project_left_out_hears_how_much_cheaper_it_must_be():
    assert why_not(VALUE, COST, 14).loc["1", ["cut_low", "cut_high"]].tolist() == [1, 1]
    cheaper = choose(VALUE, COST - pd.Series({"1": 1, "2": 0, "3": 0, "4": 0}), 14)
    assert (cheaper.selected["1"], cheaper.value) == (True, 46)
    rival = why_not(VALUE, COST, 14, excludes=[("1", "2")]).loc["1"]
    assert rival[["cut_low", "cut_high"]].tolist() == [np.inf, np.inf]
    assert why_not(VALUE, COST, 14).loc["2", ["cut_low", "cut_high"]].isna().all()


def test_a_cut_is_no_more_than_the_project_costs_in_a_year():
    cost = pd.DataFrame({"2027": [2.0, 0, 1], "2028": [0.0, 5, 1]}, index=list("abc"))
    value, budget = pd.Series({"a": 5, "b": 9, "c": 3}), pd.Series({"2027": 2.0, "2028": 5.0})
    row = why_not(value, cost, budget).loc["c"]
    assert (row["extra_low"], row["cut_low"], row["cut_high"]) == (2, 2, 2)
    value["x"], cost.loc["x"] = 0.0, [1.0, 0.0]
    needy = why_not(value, cost, budget, requires=[("c", "x")]).loc["c"]
    assert (needy["extra_low"], needy["extra_high"]) == (3, 3)
    assert (needy["cut_low"], needy["cut_high"]) == (np.inf, np.inf)


def least(sums):
    return sums.min() if len(sums) else np.inf


def least_cut(lists, over, mine, data, c):
    """Return how much cheaper a project must be for one of some lists to meet every limit of money."""
    money, projects = data[1].sum(axis=1).to_numpy(), data[0].index.get_level_values(0)
    own = np.maximum(lists[:, mine] @ data[1].to_numpy()[mine], 0)
    low, high, fits = over.sum(axis=1), own.sum(axis=1), (over <= own + 1e-9).all(axis=1)
    for group, measure, *ends in c["limits"].itertuples(index=False):
        for sign, end in zip((1, -1), ends, strict=True):
            if measure == "count" or pd.isna(end):
                continue
            rate = c["groups"][group].reindex(projects).to_numpy() - end * (measure == "share")
            room = sign * (lists @ (rate * money) - end * (measure == "amount"))
            slope = sign * rate[mine][0]
            high = np.minimum(high, room / slope) if slope > 0 else high
            low = np.maximum(low, room / slope) if slope < 0 else low
            fits &= (room >= -1e-9) | (slope < 0)
    return least(low[fits & (low <= high + 1e-9)])


@given(portfolios())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_interval_holds_the_truth(problem):
    data, constraints = problem
    value, cost, budget = data
    everything = every_portfolio(value)
    every = everything[feasible(everything, data, constraints)]
    if not len(every):
        return
    worth = every @ value.to_numpy() + both(every, value, constraints)[:, 0]
    counts = constraints["limits"][constraints["limits"]["measure"] == "count"]
    counted = {**constraints, "limits": counts}
    roomy = everything[feasible(everything, (value, cost, budget + 1e6), counted)]
    added = both(roomy, value, constraints)
    good = roomy @ value.to_numpy() + added[:, 0] >= worth.max() - 1e-9
    roomy, over = roomy[good], roomy @ cost.to_numpy() + added[:, 1:] - budget.to_numpy()
    over = np.maximum(over[good], 0)
    limited = feasible(roomy, (value, cost, budget + 1e6), constraints)
    projects = value.index.get_level_values(0)
    found = why_not(*data, gap=0, **constraints)
    for project, row in found.iterrows():
        mine = projects == project
        holds = every[:, mine].any(axis=1)
        if row["case"] in ("left out", "funded"):
            side = worth[holds if row["case"] == "left out" else ~holds]
            truth = worth.max() - side.max() if len(side) else np.inf
            assert row["low"] - 1e-6 <= truth <= row["high"] + 1e-6
        if row["case"] == "left out":
            held = roomy[:, mine].any(axis=1)
            cut = least_cut(roomy[held], over[held], mine, data, constraints)
            assert row["cut_low"] - 1e-6 <= cut <= row["cut_high"] + 1e-6
            if row["extra_of"] == "budget":
                extra = least(over[held & limited].sum(axis=1))
                assert row["extra_low"] - 1e-6 <= extra <= row["extra_high"] + 1e-6


def test_one_more_is_worth_what_choosing_again_gains():
    use = pd.DataFrame(
        {("architect", "q1"): [2, 2, 1, 1], ("tester", "q1"): [1, 0, 0, 0]}, index=VALUE.index
    )
    capacity = pd.Series({("architect", "q1"): 3, ("tester", "q1"): 9})
    found = bottlenecks(VALUE, COST, 14, use=use, capacity=capacity)
    assert found.index[0] == "architect, q1"
    for name, step in (("architect, q1", 1), ("tester, q1", 1)):
        more = capacity.copy()
        more[tuple(name.split(", "))] += step
        gained = (
            choose(VALUE, COST, 14, use=use, capacity=more).value
            - choose(VALUE, COST, 14, use=use, capacity=capacity).value
        )
        assert found.loc[name, ["low", "high"]].tolist() == pytest.approx([gained, gained])
    assert found.loc["tester, q1", "high"] == 0


def test_steps_may_add_several_labels_at_once():
    steps = {"a pound more": ("budget", {"total": 1.0})}
    found = bottlenecks(VALUE, COST, 15, steps=steps)
    assert found.loc["a pound more", ["low", "enters", "leaves"]].tolist() == [4, ("3",), ("4",)]
    with pytest.raises(InputError, match="steps: 'x' must name labels of 'capacity'"):
        bottlenecks(VALUE, COST, 15, steps={"x": ("capacity", {"total": 1})})


def test_nothing_below_a_cutoff_is_proved():
    value, cost, budget = hard(25)
    model = build(value, cost, budget)
    best = solve(model, model.value).value
    for cutoff, bound in ((best - 50, best), (best + 50, best + 50)):
        found = solve(model, model.value, cutoff=cutoff)
        assert found.bound == pytest.approx(bound, abs=1e-6)
    assert solve(model, model.value, cutoff=best - 50).value == best


@given(portfolios())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_polished_list_fits_and_is_no_worse(problem):
    data, constraints = problem
    model = build(*data, **constraints)
    mixture, first = Relaxed(model, 1.0), greedy_answer(model)
    if first is not None and mixture.x is not None:
        better = polish(model, mixture, first, 0.01)
        assert model.value @ better >= model.value @ first - 1e-9
        taken = pd.Series(better[: model.n_options], index=model.options)[data[0].index]
        assert feasible(taken.to_numpy()[None], data, constraints).all()


def test_intervals_that_were_not_closed_in_time_still_hold_the_truth():
    value, cost, budget = hard(34)
    found = why_not(value, cost, budget, gap=0, time_limit=0.2)
    best = choose(value, cost, budget, gap=0)
    wide = found[found["high"] > found["low"] + 1e-6]
    assert len(wide)
    for project, row in wide.head(2).iterrows():
        side = {"forced_in" if row["case"] == "left out" else "forced_out": [project]}
        truth = best.value - choose(value, cost, budget, gap=0, **side).value
        assert row["low"] - 1e-6 <= truth <= row["high"] + 1e-6
    straddling = wide[wide["low"] == 0]
    assert straddling["says"].str.startswith("cannot tell").all()
