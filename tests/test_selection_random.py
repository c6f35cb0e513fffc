"""Choosing against exhaustive enumeration, on random portfolios with every kind of limit."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from pmo_lib.selection import InfeasibleError, choose, walk_down_the_list


@st.composite
def portfolios(draw):
    """Return what `choose` takes, small enough to enumerate; starts and finishes in months."""
    options = draw(st.integers(1, 2))
    n = draw(st.integers(1, 14 if options == 1 else 8))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    projects = [f"p{j}" for j in range(n)]
    pairs = [(p, f"o{k}") for p in projects for k in range(rng.integers(1, options + 1))]
    index = pd.MultiIndex.from_tuples(pairs, names=["project", "option"])
    n_options = len(index)
    decimals = draw(st.sampled_from([0, 1, 2]))
    value = pd.Series(rng.uniform(-3, 10, n_options).round(decimals), index=index)
    periods = ["2027-04-01", "2028-04-01"]
    cost = pd.DataFrame(
        rng.uniform(-0.5, 6, (n_options, 2)).round(decimals), index=index, columns=periods
    )
    budget = pd.Series(rng.uniform(1, 4 * n, 2).round(decimals), index=periods)
    roles = pd.MultiIndex.from_tuples([("architect", "2028-09-01"), ("tester", "2028-10-01")])
    use = pd.DataFrame(rng.integers(0, 4, (n_options, 2)), index=index, columns=roles)
    capacity = pd.Series(rng.integers(1, 3 * n + 1, 2), index=roles)
    start = pd.Series(rng.integers(0, 12, n_options), index=index)
    links = {kind: [] for kind in ("requires", "excludes", "together", "after")}
    if n > 1:
        for _ in range(draw(st.integers(0, 4))):
            a, b = rng.choice(n, 2, replace=False)
            links[draw(st.sampled_from(sorted(links)))].append((projects[a], projects[b]))
    forced = rng.permutation(projects)[: draw(st.integers(0, 2))].tolist()
    bucket = pd.DataFrame(
        {"x": rng.integers(0, 2, n), "y": rng.choice([0, 0.5, 1], n)}, index=projects
    )
    rows = []
    for _ in range(draw(st.integers(0, 2))):
        measure = draw(
            st.sampled_from(
                ["share", "amount", "count"] if (cost >= 0).all(axis=None) else ["amount", "count"]
            )
        )
        low, high = {"share": (0.2, 0.7), "amount": (2.0, 9.0), "count": (1, 3)}[measure]
        side = draw(st.sampled_from(["low", "high", "both"]))
        rows.append(
            (
                draw(st.sampled_from(["x", "y"])),
                measure,
                low if side != "high" else None,
                high if side != "low" else None,
            )
        )
    pairs = {tuple(sorted(rng.choice(projects, 2, replace=False))) for _ in range(2 * (n > 1))}
    synergies = pd.DataFrame(rng.integers(-3, 4, (len(pairs), 3)), columns=["value", *periods])
    synergies.index = pd.Index(sorted(pairs))
    limits = pd.DataFrame(rows, columns=["group", "measure", "at_least", "at_most"])
    return (value, cost, budget), {
        **links, "use": use, "capacity": capacity, "start": start, "finish": start + 6,
        "forced_in": forced[:1], "forced_out": forced[1:], "limits": limits, "groups": bucket,
        "synergies": synergies if draw(st.booleans()) else None,
    }  # fmt: skip


def every_portfolio(value):
    """Return a 0/1 matrix with one row for each way to take at most one option a project."""
    projects = value.index.get_level_values(0)
    parts = [np.flatnonzero(projects == p) for p in projects.unique()]
    rows = np.zeros((1, len(value)))
    for columns in parts:
        choices = np.zeros((len(columns) + 1, len(value)))
        choices[np.arange(1, len(columns) + 1), columns] = 1
        rows = (rows[:, None, :] + choices[None, :, :]).reshape(-1, len(value))
    return rows


def both(x, value, c):
    """Return what synergies add to value and to the cost of each period."""
    projects = value.index.get_level_values(0)
    added = np.zeros((len(x), 3))
    for (a, b), numbers in ({} if c["synergies"] is None else c["synergies"].T).items():
        together = x[:, projects == a].any(axis=1) & x[:, projects == b].any(axis=1)
        added += np.outer(together, numbers)
    return added


def feasible(x, data, c, tolerance=1e-9):
    """Tell which rows of a 0/1 matrix meet every limit."""
    value, cost, budget = data
    projects = value.index.get_level_values(0)
    taken = {p: x[:, projects == p].sum(axis=1) > 0 for p in projects.unique()}
    spent = x @ cost.to_numpy() + both(x, value, c)[:, 1:]
    good = (spent <= budget.to_numpy() + tolerance).all(axis=1)
    good &= (x @ c["use"].to_numpy() <= c["capacity"].to_numpy()).all(axis=1)
    for a, b in c["requires"]:
        good &= ~taken[a] | taken[b]
    for a, b in c["excludes"]:
        good &= ~(taken[a] & taken[b])
    for a, b in c["together"]:
        good &= taken[a] == taken[b]
    for a, b in c["after"]:
        begins = x[:, projects == a] @ c["start"].to_numpy()[projects == a]
        ends = x[:, projects == b] @ c["finish"].to_numpy()[projects == b]
        good &= ~(taken[a] & taken[b]) | (begins >= ends)
    for p in c["forced_in"]:
        good &= taken[p]
    for p in c["forced_out"]:
        good &= ~taken[p]
    money = cost.sum(axis=1).to_numpy()
    for group, measure, low, high in c["limits"].itertuples(index=False):
        member = c["groups"][group].reindex(projects).to_numpy()
        amount = x @ ((member > 0) if measure == "count" else member * money)
        whole = x @ money if measure == "share" else 1.0
        if not pd.isna(low):
            good &= amount >= low * whole - tolerance
        if not pd.isna(high):
            good &= amount <= high * whole + tolerance
    return good


def as_row(found, value):
    """Return a choice as a 0/1 matrix of one row."""
    rows = set(found.option.dropna().items())
    return np.array([[float(label in rows) for label in value.index]])


@given(portfolios())
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_best_of_all_portfolios_is_chosen(problem):
    data, constraints = problem
    value, cost, _ = data
    every = every_portfolio(value)
    every = every[feasible(every, data, constraints)]
    if not len(every):
        with pytest.raises(InfeasibleError, match="cannot all hold"):
            choose(*data, **constraints)
        return
    worth = every @ value.to_numpy() + both(every, value, constraints)[:, 0]
    found = choose(*data, gap=0, **constraints)
    assert found.value == pytest.approx(worth.max(), abs=1e-9)
    assert found.bound >= worth.max() - 1e-9
    assert feasible(as_row(found, value), data, constraints).all()
    spent = every @ cost.sum(axis=1).to_numpy() + both(every, value, constraints)[:, 1:].sum(axis=1)
    assert found.cost == pytest.approx(spent[worth > worth.max() - 1e-9].min(), abs=1e-9)
    assert found.reproducible


@given(portfolios(), st.integers(0, 1000))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_later_objectives_decide_among_equals_in_their_order(problem, seed):
    (value, cost, budget), constraints = problem
    rng = np.random.default_rng(seed)
    value, c = (value > 4).astype(float), {**constraints, "synergies": None}
    first, second = (pd.Series(rng.integers(0, n, len(value)), index=value.index) for n in (2, 9))
    every = every_portfolio(value)
    every = every[feasible(every, (value, cost, budget), c)]
    if len(every):
        found = choose(value, cost, budget, then=[first, second], **c)
        orders = np.column_stack([-value, first, second])
        best = min(map(tuple, every @ orders))
        assert tuple(as_row(found, value)[0] @ orders) == best


@given(portfolios(), st.integers(0, 1000))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_order_of_rows_does_not_matter(problem, seed):
    (value, cost, budget), constraints = problem
    rng = np.random.default_rng(seed)
    shuffled = value.sample(frac=1, random_state=rng)
    other = {
        **constraints,
        "use": constraints["use"].sample(frac=1, random_state=rng),
        "groups": constraints["groups"].sample(frac=1, random_state=rng),
        "requires": constraints["requires"][::-1],
        "limits": constraints["limits"][::-1],
    }
    try:
        one = choose(value, cost, budget, **constraints)
    except InfeasibleError as error:
        with pytest.raises(InfeasibleError) as again:
            choose(shuffled, cost[cost.columns[::-1]], budget[::-1], **other)
        assert str(again.value) == str(error)
        return
    two = choose(shuffled, cost[cost.columns[::-1]], budget[::-1], **other)
    pd.testing.assert_series_equal(one.option, two.option.reindex(one.option.index))
    pd.testing.assert_frame_equal(one.slack, two.slack)


@given(portfolios())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_walk_meets_every_upper_limit(problem):
    (value, cost, budget), constraints = problem
    try:
        found = walk_down_the_list(value, cost, budget, **constraints)
    except InfeasibleError:
        return
    if "not met" in found.status:
        constraints = {**constraints, "limits": constraints["limits"].iloc[:0]}
    assert feasible(as_row(found, value), (value, cost, budget), constraints).all()


@pytest.mark.parametrize("seed", range(5))
def test_another_solver_interface_agrees(seed):
    rng = np.random.default_rng(seed)
    n, m = 40, 5
    labels = [f"p{j}" for j in range(n)]
    value = pd.Series(rng.uniform(0, 100, n), index=labels)
    cost = pd.DataFrame(rng.uniform(1e5, 1e7, (n, m)).round(2), index=labels)
    budget = (cost.sum() / 3).round(2)
    other = milp(
        -value.to_numpy(),
        constraints=LinearConstraint(cost.to_numpy().T, ub=budget.to_numpy()),
        integrality=np.ones(n),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0},
    )
    assert choose(value, cost, budget, gap=0).value == pytest.approx(-other.fun, rel=1e-9)
