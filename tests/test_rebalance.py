"""Rebalancing: exact against enumeration, and what it must never do."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmo_lib import rebalance, selection
from pmo_lib.checks import InputError

YEARS = ["2027-04-01", "2028-04-01", "2029-04-01"]
NAMES = list("abcdefghij")


@st.composite
def reviews(draw, most=10):
    """Draw a review of up to ten projects: whole money, values in quarters, links and limits."""
    n = draw(st.integers(1, most))
    names, whole = NAMES[:n], st.integers(0, 6)
    rows = st.lists(whole, min_size=n, max_size=n)
    status = draw(
        st.lists(st.sampled_from(["running", "paused", "proposed"]), min_size=n, max_size=n)
    )
    cost = pd.DataFrame({y: draw(rows) for y in YEARS}, index=names, dtype=float)
    use = pd.DataFrame({("engineer", y): draw(rows) for y in YEARS}, names, dtype=float)
    ends = draw(st.sets(st.sampled_from(names)))
    cost.loc[list(ends), YEARS[-1]] = use.loc[list(ends), ("engineer", YEARS[-1])] = 0.0
    projects = pd.DataFrame({"status": status}, index=names)
    for column in ("exit_cost", "contract_minimum", "pause_cost", "restart_cost"):
        projects[column] = [float(x % 3) for x in draw(rows)]
    for column in ("stop_value", "pause_value", "restart_value"):
        projects[column] = [-x / 4 for x in draw(rows)]
    projects["slow_months"] = [12.0 * (x % 2) for x in draw(rows)]
    protected = draw(st.sets(st.sampled_from(names), max_size=1))
    projects["protected"] = ["promised" if p in protected else "" for p in names]
    pairs = (
        st.lists(st.permutations(names).map(lambda p: tuple(p[:2])), max_size=2)
        if n > 1
        else st.just([])
    )
    optional = st.one_of(st.none(), st.integers(0, 4))
    return {
        "value": pd.Series(draw(st.lists(st.integers(-4, 20), min_size=n, max_size=n)), names) / 4,
        "cost": cost,
        "budget": pd.Series({y: float(draw(st.integers(4, 6 * n + 6))) for y in YEARS}),
        "projects": projects,
        "pause_months": draw(st.sampled_from([0, 12])),
        "discount_rate": draw(st.sampled_from([0.0, 0.25])),
        "use": use,
        "capacity": pd.Series(
            {("engineer", y): float(draw(st.integers(6, 6 * n + 6))) for y in YEARS}
        ),
        "most_stops": draw(optional),
        "most_changes": draw(optional),
        "requires": draw(pairs),
        "excludes": draw(pairs),
    }


def first_year(cost, amount):
    """Put an amount in the first year that costs, or the first of all."""
    laid = np.zeros(len(cost))
    laid[int(np.argmax(cost > 0))] = amount
    return laid


def slower(numbers, years=1):
    """Spread numbers over more years, by interpolating their running total."""
    busy = np.flatnonzero(numbers)
    if len(busy) == 0:
        return numbers
    first, length = busy[0], busy[-1] + 1 - busy[0]
    total = np.concatenate([[0.0], np.cumsum(numbers)])
    then = first + (np.arange(len(total)) - first) * length / (length + years)
    return np.diff(np.interp(then, np.arange(len(total)), total))


def choices(asked, p):
    """List what can be done with a project: going, value, cost, changes, stops, action."""
    row, cost = asked["projects"].loc[p], asked["cost"].loc[p].to_numpy()
    value, later = asked["value"][p], np.roll(cost, 1) * [0, 1, 1]
    use = asked["use"].loc[p].to_numpy()
    if row["status"] == "proposed":
        found = [
            (True, value, cost, use, 1, 0, "start"),
            (False, 0.0, 0 * cost, 0 * use, 0, 0, "leave"),
        ]
        return found[:1] if row["protected"] else found
    running = row["status"] == "running"
    on = (True, value, cost, use, 0, 0, "continue")
    if not running:
        resumed = cost + first_year(cost, row["restart_cost"])
        on = (True, value + row["restart_value"], resumed, use, 1, 0, "resume")
    if row["protected"]:
        return [on]
    gone = first_year(cost, row["exit_cost"] + row["contract_minimum"])
    found = [on, (False, row["stop_value"], gone, 0 * use, 1, 1, "stop")]
    fits = cost[-1] == 0 and use[-1] == 0
    if asked["pause_months"] and (fits or not running):
        waits = later + first_year(cost, row["pause_cost"]) + first_year(later, row["restart_cost"])
        value = value / (1 + asked["discount_rate"]) + row["pause_value"]
        found.append((True, value, waits, np.roll(use, 1) * [0, 1, 1], int(running), 0, "pause"))
    spread, people = slower(cost), slower(use)
    inside = max((cost - spread).sum(), (use - people).sum()) < 1e-6
    if running and row["slow_months"] and inside:
        cents = np.round(spread, 2)
        cents[cents.argmax()] += cost.sum() - cents.sum()
        less = asked["value"][p] / (1 + asked["discount_rate"])
        found.append((True, less, cents, people, 1, 0, "slow down"))
    return found


def enumerated(asked):
    """Return the best value and, of those, the fewest changes; None if nothing is allowed."""
    names = list(asked["value"].index)
    most = [np.inf if m is None else m for m in (asked["most_changes"], asked["most_stops"])]
    upper = np.concatenate([asked["budget"], asked["capacity"], most]) + 1e-9
    lists = [choices(asked, p) for p in names]
    total = np.zeros((1, 9))
    for one in lists:
        numbers = np.array([[c[1], *c[2], *c[3], *c[4:6]] for c in one], dtype=float)
        total = (total[:, None] + numbers[None]).reshape(-1, 9)
    allowed = (total[:, 1:] <= upper).all(axis=1)
    going = np.array(list(itertools.product(*[[c[0] for c in one] for one in lists])))
    place = {p: j for j, p in enumerate(names)}
    for a, b in asked["requires"]:
        allowed &= ~going[:, place[a]] | going[:, place[b]]
    for a, b in asked["excludes"]:
        allowed &= ~(going[:, place[a]] & going[:, place[b]])
    if not allowed.any():
        return None
    best = total[allowed, 0].max()
    return best, int(total[allowed & (total[:, 0] >= best - 1e-9), 7].min())


@settings(max_examples=40)
@given(reviews())
def test_enumeration_agrees(asked):
    wanted = enumerated(asked)
    if wanted is None:
        with pytest.raises(selection.InfeasibleError):
            rebalance.rebalance(**asked)
        return
    found = rebalance.rebalance(**asked)
    value, changes = wanted
    assert found.choice.value == pytest.approx(value, abs=1e-9)
    assert found.choice.gap == 0
    assert found.changes == found.table["changes"].sum() == changes
    assert found.table["value"].sum() == pytest.approx(value, abs=1e-9)
    assert (found.money["after"] <= asked["budget"] + 1e-9).all()
    taken = {p: {c[-1]: c for c in choices(asked, p)}[a] for p, a in found.table["action"].items()}
    np.testing.assert_allclose(sum(c[2] for c in taken.values()), found.money["after"])
    slack = found.choice.slack.query("kind == 'budget'").set_index("label")
    people = found.people
    np.testing.assert_allclose(sum(c[3] for c in taken.values()), people["after"])
    np.testing.assert_allclose(
        people["before"] - people["released"] + people["needed"], people["after"]
    )
    assert slack["used"].to_dict() == pytest.approx(found.money["after"].to_dict())
    assert slack["limit"].to_dict() == asked["budget"].to_dict()
    assert found.choice.cost == pytest.approx(found.money["after"].sum())


@settings(max_examples=12)
@given(reviews(most=6))
def test_churn_frontier_is_the_best_for_each_number_of_changes(asked):
    most = asked.pop("most_changes")
    if enumerated(asked | {"most_changes": None}) is None:
        return
    table = rebalance.churn_frontier(**asked)
    for changes, row in table.iterrows():
        wanted = enumerated(asked | {"most_changes": changes})
        assert (
            np.isnan(row["value"]) if wanted is None else row["value"] == pytest.approx(wanted[0])
        )
        if wanted is not None:
            assert row["gap"] == 0
            assert len(row["stopped"]) + len(row["started"]) <= changes
    assert table["share"].iloc[-1] == 1
    assert most is None or rebalance.churn_frontier(**asked, points=2).index[-1] == table.index[-1]


@settings(max_examples=12)
@given(reviews())
def test_without_running_projects_it_is_choosing(asked):
    asked["projects"] = asked["projects"][["status"]].assign(status="proposed")
    keep = ("value", "cost", "budget", "use", "capacity", "requires", "excludes")
    fewest = pd.Series(1.0, index=asked["value"].index)
    chosen = selection.choose(**{k: asked[k] for k in keep}, then=fewest)
    found = rebalance.rebalance(**{k: asked[k] for k in (*keep, "projects", "pause_months")})
    assert found.choice.selected.equals(chosen.selected)
    assert found.choice.value == chosen.value
    assert (found.table["action"].eq("start") == chosen.selected).all()


@settings(max_examples=12)
@given(reviews())
def test_a_budget_cut_of_nothing_changes_nothing(asked):
    projects = asked["projects"].assign(status="proposed", protected="")
    asked |= {"projects": projects, "most_stops": None, "most_changes": None, "pause_months": 0}
    last = rebalance.rebalance(**asked)
    went = last.choice.selected
    asked["projects"] = projects.assign(status=np.where(went, "running", "proposed"))
    asked["projects"][["stop_value", "pause_value", "slow_months"]] = 0.0
    again = rebalance.rebalance(**asked)
    assert again.changes == 0
    assert again.choice.value == pytest.approx(last.choice.value)


@given(reviews())
@settings(max_examples=12)
def test_all_protected_and_no_proposal_nothing_changes(asked):
    asked["projects"] = asked["projects"].assign(status="running", protected="by law")
    asked |= {
        "budget": asked["cost"].sum(),
        "capacity": asked["use"].sum(),
        "excludes": [],
        "most_stops": 0,
        "most_changes": 0,
    }
    found = rebalance.rebalance(**asked)
    assert (found.table["action"] == "continue").all()
    assert (found.table["reason"] == "by law").all()


@given(reviews(), st.integers(0, 9))
@settings(max_examples=12)
def test_sunk_cost_decides_nothing(asked, seed):
    if enumerated(asked) is None:
        return
    one = rebalance.rebalance(**asked)
    spent = np.random.default_rng(seed).uniform(0, 1e12, len(asked["value"]))
    asked["projects"] = asked["projects"].assign(sunk_cost=spent)
    other = rebalance.rebalance(**asked)
    assert (other.table["sunk_cost"] == spent).all()
    pd.testing.assert_frame_equal(
        one.table.drop(columns="sunk_cost"), other.table.drop(columns="sunk_cost")
    )


def two():
    """Return a review of a pool that runs and two proposals, one of which may start later."""
    index = pd.MultiIndex.from_tuples(
        [
            ("pool", "as proposed"),
            ("hubs", "as proposed"),
            ("hubs", "2028-04-01"),
            ("app", "as proposed"),
        ]
    )
    cost = pd.DataFrame(0.0, index=index, columns=YEARS)
    cost.iloc[[0, 1, 3], 0] = [7.0, 6.0, 2.0]
    cost.iloc[2, 1] = 6.0
    return {
        "value": pd.Series([4.0, 9.0, 8.5, 1.0], index),
        "cost": cost,
        "budget": pd.Series(7.0, YEARS),
        "delay": pd.Series([0, 0, 12, 0], index),
        "projects": pd.DataFrame(
            {"status": ["running", "proposed", "proposed"], "exit_cost": [2.0, 0.0, 0.0]},
            index=["pool", "hubs", "app"],
        ),
    }


def test_a_proposal_starts_later_beside_work_that_goes_on():
    found = rebalance.rebalance(**two())
    assert found.table["action"].to_dict() == {
        "pool": "continue",
        "hubs": "start later",
        "app": "leave",
    }
    assert found.table["option"].to_dict()["hubs"] == "2028-04-01"
    assert (
        found.table.at["app", "reason"]
        == "Does not fit beside what is worth more within the same limits"
    )
    assert "if it starts later" in found.table.at["hubs", "reason"]


def test_what_stopping_costs_is_taken_off_the_budget():
    asked = two()
    asked["value"]["pool"] = -1.0
    found = rebalance.rebalance(**asked)
    assert found.table["action"].to_list() == ["stop", "start later", "start"]
    assert found.money.loc[YEARS[0]].to_dict() == {
        "before": 7.0, "freed": 5.0, "new": 2.0, "after": 4.0, "budget": 7.0,
    }  # fmt: skip
    assert found.table.loc["pool", ["switching_cost", "frees"]].to_list() == [2.0, 5.0]
    assert found.table.at["pool", "reason"] == "7 still to pay; stopping frees 5"


def test_a_stopped_project_does_not_carry_a_link():
    asked = two()
    asked["value"]["pool"] = -1.0
    found = rebalance.rebalance(**asked, requires=[("hubs", "pool")])
    assert found.table["action"].to_list() == ["continue", "start later", "leave"]
    found = rebalance.rebalance(**asked, requires=[("hubs", "pool")], forced_out={"pool": 1})
    assert found.table["action"].to_list() == ["stop", "leave", "start"]


def test_what_the_board_excludes_is_stopped_with_its_reason():
    asked = two()
    found = rebalance.rebalance(**asked, forced_out=pd.Series({"pool": "Excluded by the board"}))
    assert found.table.loc["pool", ["action", "reason"]].to_list() == [
        "stop",
        "Excluded by the board",
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": "closed"}, r"projects: status of pool: must be one of .* got 'closed'"),
        ({"exit_cost": -1.0}, r"projects: each must be at least 0, got -1 for project 'pool'"),
        ({"exit_cost": np.inf}, r"projects: each must be a finite number, got inf"),
    ],
)
def test_faults_are_named(change, words):
    asked = two()
    asked["projects"].loc["pool", list(change)] = list(change.values())
    with pytest.raises(InputError, match=words):
        rebalance.rebalance(**asked)


def test_faults_in_labels_are_named():
    asked = two()
    with pytest.raises(InputError, match="projects: labels must be those of value; missing 'app'"):
        rebalance.rebalance(**asked | {"projects": asked["projects"].drop("app")})
    with pytest.raises(InputError, match="projects: must have a column status"):
        rebalance.rebalance(**asked | {"projects": asked["projects"][["exit_cost"]]})
    running = asked["projects"].assign(status="running")
    with pytest.raises(InputError, match=r"one option for each project that runs .*'hubs'"):
        rebalance.rebalance(**asked | {"projects": running})


def test_too_few_changes_are_named_in_the_clash():
    asked = two() | {"budget": pd.Series(1.0, YEARS)}
    with pytest.raises(selection.InfeasibleError, match="at most 0 projects may change"):
        rebalance.rebalance(**asked | {"budget": pd.Series(3.0, YEARS)}, most_changes=0)


def test_standing_names_what_would_not_be_started_and_what_is_worth_finishing():
    asked = two()
    asked["value"] = pd.Series([4.0, 9.0, 8.5, 1.0], asked["value"].index)
    drift = pd.DataFrame({"cost_drift": [0.5], "months_late": [0.0]}, index=["pool"])
    table = rebalance.standing(**asked, drift=drift)
    assert table.loc["pool", "verdict"] == "late or dear, and worth finishing"
    table = rebalance.standing(**asked | {"budget": pd.Series([7.0, 0.0, 0.0], YEARS)}, drift=drift)
    assert table.loc["pool", "verdict"] == "would not be started today"
    assert table.loc["pool", ["frees", "when"]].to_list() == [5.0, "2027-28 5"]
    asked["projects"] = asked["projects"].assign(bcr=2.4)
    table = rebalance.standing(**asked | {"budget": pd.Series([7.0, 0.0, 0.0], YEARS)}, drift=drift)
    assert table.loc["pool", "verdict"].startswith("worth finishing by itself, but")
