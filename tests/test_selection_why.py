"""Why not, what an override costs, and what one more of something is worth."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from test_selection import COST, VALUE, hard
from test_selection_random import both, every_portfolio, feasible, portfolios

from pmo_lib.checks import InputError
from pmo_lib.selection import InfeasibleError, bottlenecks, choose, why_not


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


@given(portfolios())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_interval_holds_the_truth(problem):
    data, constraints = problem
    value = data[0]
    every = every_portfolio(value)
    every = every[feasible(every, data, constraints)]
    if not len(every):
        return
    worth = every @ value.to_numpy() + both(every, value, constraints)[:, 0]
    projects = value.index.get_level_values(0)
    found = why_not(*data, gap=0, **constraints)
    for project, row in found.iterrows():
        holds = every[:, projects == project].any(axis=1)
        if row["case"] in ("left out", "funded"):
            side = worth[holds if row["case"] == "left out" else ~holds]
            truth = worth.max() - side.max() if len(side) else np.inf
            assert row["low"] - 1e-6 <= truth <= row["high"] + 1e-6


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


def test_intervals_that_were_not_closed_in_time_still_hold_the_truth():
    value, cost, budget = hard(40)
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
