"""Choosing: published optima, what counts as a limit, ties, errors, stopping."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pmo_lib.checks import InputError
from pmo_lib.selection import (
    InfeasibleError,
    choose,
    choose_otherwise,
    frontier,
    solver,
    walk_down_the_list,
)
from pmo_lib.selection.build import build
from pmo_lib.selection.frontier import _monotone
from pmo_lib.selection.solver import Solution, quiet, solve

CASES = sorted(
    path.stem
    for path in (Path(__file__).resolve().parents[2] / "shared" / "cases").glob("*.json")
    if path.stem.startswith(("mkp_", "knapsack_"))
)

VALUE = pd.Series({"1": 16, "2": 22, "3": 12, "4": 8})
COST = pd.Series({"1": 5, "2": 7, "3": 4, "4": 3})


def names(choice):
    return sorted(choice.selected.index[choice.selected])


def exactly(n):
    limits = pd.DataFrame(
        [("all", "count", n, n)], columns=["group", "measure", "at_least", "at_most"]
    )
    return {"limits": limits, "groups": pd.DataFrame({"all": 1.0}, index=VALUE.index)}


@pytest.mark.parametrize(
    "name", CASES or [pytest.param("none", marks=pytest.mark.skip("no cases"))]
)
def test_published_knapsacks_reach_their_optimum(case, name):
    data = case(name)["inputs"]
    labels = [f"p{j}" for j in range(data["n"])]
    value = pd.Series(data["profits"], index=labels)
    cost = pd.DataFrame(np.array(data["weights"]).T, index=labels)
    found = choose(value, cost, pd.Series(data["capacities"]), gap=0, time_limit=300)
    assert found.value == pytest.approx(case(name)["expected"]["optimum"], rel=1e-6)
    assert found.status == "optimal"
    assert (cost[found.selected].sum() <= pd.Series(data["capacities"])).all()


@pytest.mark.parametrize(
    ("constraints", "value", "chosen"),
    [
        ({}, 42, ["2", "3", "4"]),
        (exactly(2), 38, ["1", "2"]),
        ({"requires": [("2", "1")]}, 38, ["1", "2"]),
        ({"excludes": [("2", "4")]}, 38, ["1", "2"]),
    ],
)
def test_winston_capital_budgeting(constraints, value, chosen):
    found = choose(VALUE, COST, 14, **constraints)
    assert found.value == value
    assert names(found) == chosen
    assert found.sentence == "no better list exists"
    assert found.reproducible


def test_lorie_savage_nine_projects():
    labels = list("abcdefghi")
    value = pd.Series([14, 17, 17, 15, 40, 12, 14, 10, 12], index=labels)
    cost = pd.DataFrame(
        {"one": [12, 54, 6, 6, 30, 6, 48, 36, 18], "two": [3, 7, 6, 2, 35, 6, 4, 3, 3]},
        index=labels,
    )
    found = choose(value, cost, pd.Series({"one": 50, "two": 20}))
    assert found.value == 70
    assert names(found) == ["a", "c", "d", "f", "i"]
    assert found.slack.set_index("label")["left"].to_dict() == {"one": 2, "two": 0}
    assert found.slack.set_index("label")["used"].to_dict() == {"one": 48, "two": 20}


def project_server(shared):
    path = shared / "cases" / "project_server_example.csv"
    return pd.read_csv(path, keep_default_na=False, index_col="project")


@pytest.mark.parametrize(
    ("millions", "percent"),
    [(1, 10.56), (2, 19.08), (3, 27.89), (5, 44.17), (8, 64.58), (12, 85.99), (15, 93.59)],
)
def test_project_server_frontier_points(shared, millions, percent):
    data = project_server(shared)
    found = choose(data["priority_pct_published"], data["total_cost"], millions * 1_000_000)
    assert found.value == pytest.approx(percent, abs=0.006)


DRIVERS = {
    "Increase Market Share": 33.67,
    "Expanding into New Markets": 30.92,
    "Standardize Processes": 10.55,
    "Improve Product Quality": 10.49,
    "Improve Customer Satisfaction": 7.18,
    "Reduce Expense Base": 3.74,
    "Improve Employee Satisfaction": 3.45,
}
RATINGS = {"No rating": 0, "None": 0, "Low": 1, "Moderate": 3, "Strong": 6, "Extreme": 9}


def test_project_server_with_force_ins(shared):
    data = project_server(shared)
    total = data[list(DRIVERS)].replace(RATINGS).astype(float) @ pd.Series(DRIVERS)
    priority = 100 * total / total.sum()
    assert choose(priority, data["total_cost"], 10_000_000).value == pytest.approx(75.93, abs=0.005)
    assert choose(priority, data["total_cost"], 10_000_000).cost == 9_940_000
    reasons = pd.Series("the board", index=data.index[data["forced_in"] == 1])
    found = choose(priority, data["total_cost"], 10_000_000, forced_in=reasons)
    assert found.value == pytest.approx(69.60, abs=0.006)
    assert found.cost == 9_966_000
    assert found.selected[reasons.index].all()


def test_one_option_of_a_project_at_most():
    value = pd.Series({("a", "full"): 10, ("a", "small"): 6, ("b", "full"): 5})
    cost = pd.Series({("a", "full"): 8, ("a", "small"): 4, ("b", "full"): 4})
    found = choose(value, cost, 8)
    assert found.option.to_dict() == {"a": "small", "b": "full"}
    roomy = choose(value, cost, 16)
    assert roomy.option.to_dict() == {"a": "full", "b": "full"}
    assert choose(value, cost, 3).option.isna().all()


def test_projects_without_options_are_as_proposed():
    found = choose(VALUE, COST, 14)
    assert found.option.dropna().unique().tolist() == ["as proposed"]
    assert found.option.isna().tolist() == [True, False, False, False]


def test_people_bind_too():
    use = pd.DataFrame({("architect", "2028-09-01"): [2, 2, 1, 1]}, index=VALUE.index)
    capacity = pd.Series({("architect", "2028-09-01"): 2})
    found = choose(VALUE, COST, 14, use=use, capacity=capacity)
    assert names(found) == ["2"]
    left = found.slack.set_index("kind").loc["capacity"]
    assert (left["label"], left["used"], left["left"]) == (("architect", "2028-09-01"), 2, 0)


def test_budgets_by_period_and_fund():
    columns = pd.MultiIndex.from_tuples([("2027", "grant"), ("2027", "general")])
    cost = pd.DataFrame([[5, 0], [7, 0], [0, 4], [0, 3]], index=VALUE.index, columns=columns)
    budget = pd.Series([7.0, 3.0], index=columns[::-1][::-1])
    assert names(choose(VALUE, cost, budget)) == ["2", "4"]
    assert names(choose(VALUE, cost, budget[::-1])) == ["2", "4"]


def test_a_project_starts_only_after_another_finishes():
    index = pd.MultiIndex.from_product([["a", "b"], ["now", "later"]])
    value = pd.Series([10.0, 9.0, 10.0, 9.0], index=index)
    cost = pd.Series(1.0, index=index)
    start = pd.Series([0, 6, 0, 6], index=index)
    found = choose(value, cost, 2, after=[("b", "a")], start=start, finish=start + 6)
    assert found.option.to_dict() == {"a": "now", "b": "later"}
    tight = choose(value, cost, 2, after=[("b", "a")], start=start, finish=start + 7)
    assert tight.value == 10


def limit(*row):
    return pd.DataFrame([row], columns=["group", "measure", "at_least", "at_most"])


GROUPS = pd.DataFrame({"digital": [0, 1, 0, 0], "roads": [1, 0, 0.5, 0]}, index=VALUE.index)


@pytest.mark.parametrize(
    ("row", "chosen"),
    [
        (("digital", "share", np.nan, 0.4), ["1", "3", "4"]),
        (("digital", "share", 0.55, np.nan), ["1", "2"]),
        (("digital", "amount", np.nan, 6), ["1", "3", "4"]),
        (("digital", "count", np.nan, 0), ["1", "3", "4"]),
        (("roads", "count", 2, np.nan), ["1", "3", "4"]),
        (("roads", "amount", 7, None), ["1", "3", "4"]),
        (("roads", "amount", 0, 2), ["2", "3", "4"]),
    ],
)
def test_limits_on_groups(row, chosen):
    found = choose(VALUE, COST, 14, limits=limit(*row), groups=GROUPS)
    assert names(found) == chosen
    slack = found.slack[found.slack["kind"] == "limit"]
    assert (slack["left"] >= 0).all()


def test_slack_of_a_share_is_a_share():
    found = choose(VALUE, COST, 14, limits=limit("digital", "share", 0.25, 0.5), groups=GROUPS)
    slack = found.slack[found.slack["kind"] == "limit"].set_index("label")
    assert slack.loc[[("digital", "share", "at most")], "limit"].item() == 0.5
    assert slack["used"].iloc[0] == pytest.approx(COST["2"] / COST[found.selected].sum())


def test_negative_values_are_left_out_unless_required():
    value = pd.Series({"a": 10, "enabler": -3, "drain": -1})
    cost = pd.Series({"a": 1, "enabler": 1, "drain": 1})
    assert names(choose(value, cost, 3)) == ["a"]
    found = choose(value, cost, 3, requires=[("a", "enabler")])
    assert (names(found), found.value) == (["a", "enabler"], 7)
    assert names(choose(-value.abs(), cost, 3)) == []


def test_a_project_that_frees_money_pays_for_another():
    value = pd.Series({"sale": -1, "big": 5})
    found = choose(value, pd.Series({"sale": -4, "big": 6}), 2)
    assert names(found) == ["big", "sale"]


def test_limits_hold_exactly_in_decimals():
    value = pd.Series({"a": 1.0, "b": 1.0})
    assert choose(value, pd.Series({"a": 0.1, "b": 0.2}), 0.3).value == 2
    assert choose(value, pd.Series({"a": 0.1, "b": 0.2}), 0.2999999999).value == 1
    large = pd.Series({"a": 5e10, "b": 5e10 + 0.01})
    assert choose(value, large, 1e11).value == 1
    assert choose(value, large, 1e11 + 0.01).value == 2
    thirds = pd.Series(200 / 3, index=list("abc"))
    assert choose(pd.Series(1.0, index=list("abc")), thirds, 200).value == 3


def test_thirds_that_fill_a_budget_fit_it():
    value, cost = pd.Series({"a": 2.0, "b": 1.0}), pd.Series({"a": 20 / 3, "b": 10 / 3})
    for budget, best in ((20 / 3, 2.0), (10.0, 3.0)):
        found = choose(value, cost, budget)
        assert (found.value, found.bound, found.slack["left"].min() >= 0) == (best, best, True)
    short = choose(value, cost, 20 / 3 - 1e-9)
    assert short.value == 1.0 <= short.bound and short.slack["left"].min() >= 0
    by_year = pd.DataFrame({"2027": cost, "2028": 0.0})
    moves = pd.DataFrame({"from": ["2028"], "to": ["2027"], "at_most": [10.0]})
    moved = choose(value, by_year, pd.Series({"2027": 0.0, "2028": 20 / 3}), transfers=moves)
    assert moved.value == 2.0 == moved.bound


def test_an_answer_within_the_tolerance_of_the_solver_only_is_cut_off():
    value = pd.Series({"a": 1.0, "b": 1.0, "sale": -0.5})
    cost = pd.Series({"a": 5e10, "b": 5e10 + 0.01, "sale": -0.02})
    model = build(value, cost, 1e11)
    found = solve(model, model.value)
    assert (found.value, found.bound, found.status) == (1.5, 1.5, "optimal")
    without = build(value, cost, 1e11, forced_out=["sale"])
    assert solve(without, without.value).value == 1


def test_int64_money_does_not_overflow():
    cost = pd.Series({"a": 4_000_000_000, "b": 9_000_000_000_000_000_000}, dtype="int64")
    assert names(choose(pd.Series({"a": 1, "b": 2}), cost, 5e9)) == ["a"]


def test_ties_go_to_the_cheaper_then_to_the_first_label():
    value = pd.Series(1.0, index=["d", "c", "b", "a"])
    cost = pd.Series([2.0, 2.0, 2.0, 3.0], index=["d", "c", "b", "a"])
    found = choose(value, cost, 4)
    assert names(found) == ["b", "c"]
    assert found.reproducible


def test_many_equal_projects_are_taken_by_label():
    labels = [f"p{j:02}" for j in range(40)]
    found = choose(pd.Series(1.0, index=labels[::-1]), pd.Series(1.0, index=labels), 17)
    assert names(found) == labels[:17]


def test_one_project_and_none_affordable():
    found = choose(pd.Series({"a": 1.0}), pd.Series({"a": 2.0}), 1)
    assert (found.value, found.bound, found.gap) == (0, 0, 0)
    assert not found.selected.any()


def test_inputs_are_not_changed():
    value, cost = VALUE.copy(), COST.copy()
    choose(value, cost, 14, forced_in=["1"])
    pd.testing.assert_series_equal(value, VALUE)
    pd.testing.assert_series_equal(cost, COST)


def test_doing_both_may_add_value_and_save_money():
    both = pd.DataFrame({"value": [10], "cost": [-1]}, index=pd.Index([("1", "4")]))
    found = choose(VALUE, COST, 14, synergies=both)
    assert (names(found), found.value, found.cost) == (["1", "2", "4"], 56, 14)
    less = choose(VALUE, COST, 15, synergies=-both)
    assert names(less) == ["2", "3", "4"]
    with pytest.raises(InputError, match="synergies: columns must be value and, for costs, 'cost'"):
        choose(VALUE, COST, 14, synergies=both.rename(columns={"cost": "2027"}))


YEARLY = pd.DataFrame({"2027": [6, 2, 0], "2028": [0, 5, 4]}, index=list("abc"))


def moves(*rows):
    return pd.DataFrame(rows, columns=["from", "to", "at_most"])


def test_what_is_left_of_a_year_may_be_carried_over():
    value, budget = pd.Series({"a": 5, "b": 4, "c": 3}), pd.Series({"2027": 8.0, "2028": 6.0})
    assert names(choose(value, YEARLY, budget)) == ["a", "b"]
    roomy = pd.Series({"2027": 11.1, "2028": 6.0})
    assert names(choose(value, YEARLY, roomy, transfers=moves(("2027", "2028", 2)))) == ["a", "b"]
    found = choose(value, YEARLY, roomy, transfers=moves(("2027", "2028", 5)))
    assert names(found) == ["a", "b", "c"]
    assert found.transfers["moved"].tolist() == [3]
    assert found.slack.set_index("label")["left"].to_dict() == {"2027": 0.1, "2028": 0}
    with pytest.raises(
        InputError, match="transfers: each must name two labels of budget, got '2027' to '2031'"
    ):
        choose(value, YEARLY, budget, transfers=moves(("2027", "2031", 1)))
    with pytest.raises(InfeasibleError, match="raise the budget of 2028 by 1"):
        choose(value, YEARLY, roomy, transfers=moves(("2027", "2028", 2)), forced_in=list("abc"))


def test_among_equals_the_second_objective_decides():
    value, cost = pd.Series(1.0, index=list("abc")), pd.Series([1.0, 2.0, 3.0], index=list("abc"))
    changes = pd.Series([1, 1, 0], index=list("abc"))
    assert names(choose(value, cost, 3)) == ["a", "b"]
    assert names(choose(value, cost, 5, then=changes)) == ["a", "c"]
    assert names(choose(value, cost, 5, then=[changes * 0, -cost])) == ["b", "c"]


def test_among_equals_the_cheapest_then_the_fewest_changes():
    value = pd.Series(1.0, index=list("abcd"))
    cost = pd.Series([1.0, 2.0, 2.0, 3.0], index=list("abcd"))
    changes = pd.Series([1, 1, 0, 0], index=list("abcd"))
    assert names(choose(value, cost, 4)) == ["a", "b"]
    assert names(choose(value, cost, 4, then=[cost, changes])) == ["a", "c"]
    few = pd.Series([1, 0, 0, 1], index=list("abcd"))
    assert names(choose(value, cost, 4, then=[few, cost])) == ["b", "c"]


def hard(n=100, m=5, seed=1):
    rng = np.random.default_rng(seed)
    labels = [f"p{j:03}" for j in range(n)]
    cost = pd.DataFrame(rng.integers(1, 1000, (n, m)).astype(float), index=labels)
    value = (cost.mean(axis=1) + 500 * rng.random(n)).round(2)
    return value, cost, (cost.sum() / 4).round()


def test_a_gap_that_is_reached_after_a_second_stops_the_search():
    found = choose(*hard(), gap=0.05)
    assert found.status in ("gap reached", "optimal")
    assert found.gap <= 0.05
    assert found.bound >= found.value
    assert found.sentence.startswith("a better list could add at most") or found.gap == 0


def test_a_machine_busy_with_other_work_does_not_shorten_the_search(monkeypatch):
    monkeypatch.setattr(solver, "process_time", lambda: 0.0)
    assert choose(*hard(), gap=0.05, time_limit=2).status == "time limit"


def test_the_time_limit_returns_the_best_found_with_its_gap():
    found = choose(*hard(), gap=0, time_limit=0.5)
    assert found.status == "time limit"
    assert 0 < found.gap < 0.1
    assert not found.reproducible
    assert f"{np.ceil(found.gap * 1e4) / 100:.2f} %; the search was ended there" in found.sentence


def test_progress_is_told_and_can_stop():
    told = []

    def progress(value, bound, gap, seconds):
        told.append((value, bound, gap, seconds))
        return len(told) >= 3

    found = choose(*hard(), gap=0, progress=progress)
    assert found.status == "stopped"
    assert len(told) == 3
    assert found.value >= told[-1][0] - 1e-9
    assert found.bound <= told[0][1] + 1e-9 or told[0][1] == np.inf


def test_an_error_in_progress_surfaces():
    def progress(*_):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        choose(*hard(), gap=0, progress=progress)


@pytest.mark.skipif(os.name == "nt", reason="signals differ")
def test_ctrl_c_keeps_the_best_found():
    script = (
        "import signal, sys; sys.path.insert(0, 'tests')\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background\n"
        "import test_selection as t, threading, _thread\n"
        "threading.Timer(1.5, _thread.interrupt_main).start()\n"
        "found = t.choose(*t.hard(), gap=0, time_limit=30)\n"
        "print(found.status, found.gap < 0.05, found.selected.any(), flush=True)\n"
        "print(t.choose(t.VALUE, t.COST, 14).value)\n"
    )
    root = Path(__file__).resolve().parents[1]
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=root, check=True
    )
    assert ran.stdout == "stopped True True\n42.0\n"


def test_solver_chatter_is_silenced_at_the_descriptor(capfd):
    with quiet():
        os.write(1, b"chatter from C\n")
    os.write(1, b"after\n")
    assert capfd.readouterr().out == "after\n"


def test_choosing_prints_nothing(capfd):
    choose(VALUE, COST, 14)
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_prints_of_other_threads_survive():
    script = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "import test_selection as t, threading, time\n"
        "def talk():\n"
        "    for k in range(20): print('line', k); time.sleep(0.03)\n"
        "talker = threading.Thread(target=talk); talker.start()\n"
        "t.choose(*t.hard(), gap=0, time_limit=1)\n"
        "talker.join(); print('end')\n"
    )
    root = Path(__file__).resolve().parents[1]
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=root, check=True
    )
    assert ran.stdout.splitlines() == [f"line {k}" for k in range(20)] + ["end"]


def test_choices_in_several_threads_agree():
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda budget: choose(VALUE, COST, budget).value, [14] * 8 + [5] * 8))
    assert found == [42] * 8 + [16] * 8
    assert threading.active_count() < 10


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"requires": [("1", "1")]}, r"requires: a project cannot be linked to itself, got '1'"),
        ({"excludes": [("1", "9")]}, r"excludes: each must be a project of value, not there: '9'"),
        ({"together": ["12"]}, r"together: each must be a \(project, other\) pair, got '12'"),
        ({"forced_in": ["7"]}, r"forced_in: each must be a project of value, not there: '7'"),
        ({"forced_in": "1"}, r"forced_in: must be names or a Series of reasons, got the text '1'"),
        (
            {"forced_in": ["1"], "forced_out": ["1"]},
            r"forced_in: cannot be in forced_out too, got '1'",
        ),
        ({"after": [("1", "2")]}, r"after: needs start and finish"),
        ({"limits": limit("x", "share", 0.1, None)}, r"limits: need groups"),
        (
            {"limits": limit("x", "share", 0.1, None), "groups": GROUPS},
            r"limits: each group must be a column of groups, got 'x'",
        ),
        (
            {"limits": limit("roads", "sum", 1, None), "groups": GROUPS},
            r"measure of 'roads': must be one of",
        ),
        (
            {"limits": limit("roads", "share", 2, None), "groups": GROUPS},
            r"share of 'roads': must lie in \[0, 1\], got 2",
        ),
        (
            {"limits": limit("roads", "count", 2, 1), "groups": GROUPS},
            r"at_least must not exceed at_most",
        ),
        (
            {"limits": limit("roads", "count", None, None), "groups": GROUPS},
            r"must have at_least or at_most",
        ),
        ({"use": COST.to_frame("a")}, r"capacity: must be given with use"),
        ({"gap": -1}, r"gap: must be at least 0, got -1"),
        ({"time_limit": np.nan}, r"time_limit: must be at least 0.01, got nothing"),
    ],
)
def test_bad_constraints_are_named(arguments, message):
    with pytest.raises(InputError, match=message):
        choose(VALUE, COST, 14, **arguments)


@pytest.mark.parametrize(
    ("value", "cost", "budget", "message"),
    [
        (VALUE, COST, -1, r"budget: must be at least 0, got -1"),
        (VALUE, COST, np.nan, r"budget: must be at least 0, got nothing"),
        (
            VALUE,
            COST.rename({"1": "x"}),
            14,
            r"cost: labels must be those of value; missing '1'; not in value: 'x'",
        ),
        (VALUE, COST.replace(5, np.nan), 14, r"cost: each must be a finite number, got nothing"),
        (VALUE.replace(16, np.inf), COST, 14, r"value: each must be a finite number, got inf"),
        (pd.concat([VALUE, VALUE]), COST, 14, r"value: each entry label must occur once, repeated"),
        (VALUE, COST.to_frame("2027"), 14, r"budget: must be a Series"),
        (
            VALUE,
            COST,
            pd.Series({"2027": 14}),
            r"cost: must be a DataFrame with the labels of budget",
        ),
        (
            VALUE,
            COST.to_frame("2027"),
            pd.Series({"2028": 14}),
            r"cost columns: labels must be those of budget",
        ),
        (VALUE.tolist(), COST, 14, r"value: must be a Series"),
        (VALUE.rename({"1": None}), COST, 14, r"value: every project and option must be named"),
        (VALUE.astype(str), COST, 14, r"value: each must be a finite number, got '16'"),
    ],
)
def test_bad_data_is_named(value, cost, budget, message):
    with pytest.raises(InputError, match=message):
        choose(value, cost, budget)


def test_an_impossible_order_names_the_clash_and_a_way_out():
    with pytest.raises(InfeasibleError, match="these cannot all hold") as caught:
        choose(VALUE, COST, 14, forced_in=pd.Series({"1": "statutory", "2": "promised", "3": ""}))
    assert caught.value.conflict == (
        "the budget is 14",
        "'1' must be in (statutory)",
        "'2' must be in (promised)",
        "'3' must be in",
    )
    assert caught.value.remedies[0] == "raise the budget by 2"
    assert caught.value.remedies[1].startswith("drop the rule that")
    assert len(caught.value.remedies) == 2


def test_the_walk_skips_what_does_not_fit():
    found = walk_down_the_list(VALUE, COST, 14)
    assert names(found) == ["1", "2"]
    assert found.value == 38
    assert np.isnan(found.bound)
    assert found.sentence == "how much a better list could add is not known"
    assert names(walk_down_the_list(["4", "3", "2", "1"], COST, 14)) == ["2", "3", "4"]


def test_the_walk_takes_what_a_project_requires_along():
    score = pd.Series({"app": 9, "b": 5, "platform": 1, "c": 0.5})
    cost = pd.Series({"app": 4, "b": 4, "platform": 4, "c": 1})
    found = walk_down_the_list(score, cost, 9, requires=[("app", "platform")])
    assert names(found) == ["app", "c", "platform"]
    small = walk_down_the_list(score, cost, 7, requires=[("app", "platform")])
    assert names(small) == ["b", "c"]
    pair = walk_down_the_list(score, cost, 9, together=[("platform", "app")])
    assert names(pair) == ["app", "c", "platform"]


def test_the_walk_respects_overrides_links_people_and_limits():
    use = pd.DataFrame({"m": [3, 1, 1, 1]}, index=VALUE.index)
    walked = walk_down_the_list(VALUE, COST, 14, use=use, capacity=pd.Series({"m": 3}))
    assert names(walked) == ["2", "3", "4"]
    assert names(walk_down_the_list(VALUE, COST, 14, forced_in=["4"])) == ["2", "3", "4"]
    assert names(walk_down_the_list(VALUE, COST, 14, forced_out=["2"])) == ["1", "3", "4"]
    assert names(walk_down_the_list(VALUE, COST, 14, excludes=[("2", "1")])) == ["2", "3", "4"]
    capped = walk_down_the_list(
        VALUE, COST, 14, limits=limit("digital", "amount", None, 6), groups=GROUPS
    )
    assert names(capped) == ["1", "3", "4"]
    short = walk_down_the_list(
        VALUE, COST, 14, limits=limit("roads", "count", 2, None), groups=GROUPS
    )
    assert short.status == "walked down the list; not met: roads: at least 2 projects"


def test_the_walk_says_when_what_is_forced_in_does_not_fit():
    with pytest.raises(InfeasibleError, match="the budget is 11"):
        walk_down_the_list(VALUE, COST, 11, forced_in=["1", "2"])


def test_the_walk_finds_options_that_fit_all_that_is_forced_in():
    value = pd.Series({("a", "full"): 10, ("a", "small"): 6, ("b", "full"): 5})
    cost = pd.Series({("a", "full"): 8, ("a", "small"): 4, ("b", "full"): 4})
    found = walk_down_the_list(value, cost, 8, forced_in=["a", "b"])
    assert found.option.to_dict() == {"a": "small", "b": "full"}
    by_project = walk_down_the_list(pd.Series({"b": 2, "a": 1}), cost, 12)
    assert by_project.option.to_dict() == {"a": "small", "b": "full"}


def test_the_walk_is_quick_at_300_projects():
    value, cost, budget = hard(300)
    began = time.perf_counter()
    found = walk_down_the_list(value, cost, budget)
    assert (cost[found.selected].sum() <= budget).all()
    assert time.perf_counter() - began < 5


def frontier_of(shared, budgets, **more):
    data = project_server(shared)
    return frontier(data["priority_pct_published"], data["total_cost"], budgets, gap=0, **more)


def test_project_server_frontier_is_exact(shared):
    points = [1e6, 2e6, 3e6, 5e6, 8e6, 12e6, 15e6]
    found = frontier_of(shared, points)
    published = [10.56, 19.08, 27.89, 44.17, 64.58, 85.99, 93.59]
    assert found["value"].tolist() == pytest.approx(published, abs=0.006)
    assert (found["gap"] == 0).all()


def test_the_frontier_never_falls_and_names_what_changes(shared):
    found = frontier_of(shared, np.linspace(0, 20e6, 50))
    assert (found["value"].diff().iloc[1:] >= 0).all()
    assert (found["bound"].diff().iloc[1:] >= 0).all()
    assert (found["cost"] <= found["budget"]).all()
    funded = set()
    for row in found.itertuples():
        assert not funded & set(row.entered)
        assert set(row.left) <= funded
        funded = (funded | set(row.entered)) - set(row.left)
        assert len(funded) == row.n
    assert found["worth"].iloc[-1] == 0


def test_the_frontier_under_constraints():
    budgets = pd.DataFrame({"2027": [3, 6, 12], "2028": [3, 6, 12]})
    cost = pd.DataFrame({"2027": COST, "2028": COST / 2})
    found = frontier(VALUE, cost, budgets, forced_in=["2"])
    assert found["value"].isna().tolist() == [True, True, False]
    assert found["value"].iloc[-1] == 38
    with pytest.raises(InfeasibleError, match="'2' must be in"):
        frontier(VALUE, cost, budgets.iloc[:2], forced_in=["2"])
    with pytest.raises(InputError, match="each point must be at least the one before"):
        frontier(VALUE, cost, pd.DataFrame({"2027": [3, 1], "2028": [3, 9]}))
    with pytest.raises(InputError, match="budgets: must be at least 0, got -1"):
        frontier(VALUE, COST, [-1])


def test_a_frontier_that_is_stopped_keeps_what_it_has():
    value, cost, budget = hard()
    points = pd.DataFrame([budget * share for share in (0.5, 1, 1.5)])
    found = frontier(value, cost, points, gap=0, time_limit=3, progress=lambda done, points: True)
    assert (found["value"].diff().iloc[1:] >= 0).all()
    assert (found["gap"] < 0.2).all()


def test_points_of_a_frontier_share_what_they_prove():
    points = [Solution(np.zeros(1), v, b, "time limit", 0.0) for v, b in ((5, 9), (4, 8), (6, 7))]
    shared = [(one.value, one.bound) for one in _monotone(points)]
    assert shared == [(5, 7), (5, 7), (6, 7)]


def test_one_project_decided_otherwise_equals_choosing_with_it_forced():
    value = pd.Series({"a": 16, "b": 22, "c": 12, "d": 8})
    cost = pd.Series({"a": 5, "b": 7, "c": 4, "d": 3})
    limits = {"requires": [("b", "a")], "forced_in": pd.Series({"d": "asked"})}
    model = build(value, cost, 14, **limits)
    for project, decision, forced in (
        ("c", "out", {"forced_out": ["c"]}),
        ("b", "in", {"forced_in": ["b", "d"]}),
        ("d", "free", {"forced_in": ()}),
    ):
        expected = None
        with contextlib.suppress(InfeasibleError):
            expected = choose(value, cost, 14, **{**limits, **forced})
        found = choose_otherwise(model, project, decision, gap=0, time_limit=5)
        assert (found is None) == (expected is None)
        if found is not None:
            assert found.value == expected.value
            pd.testing.assert_series_equal(found.selected, expected.selected)
