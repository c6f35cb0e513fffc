"""Contribution to objectives: sums by hand, limits, invariances, bad input."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pmo_lib import alignment, selection
from pmo_lib.checks import InputError

CONTRIBUTION = pd.DataFrame(
    [[1.0, 0.5, 0.0], [0.0, 0.5, 0.0], [0.0, 0.0, 0.0]],
    index=["wall", "hub", "depot"],
    columns=["safety", "access", "savings"],
)
WEIGHTS = pd.Series({"savings": 0.25, "access": 0.25, "safety": 0.5})
COST = pd.Series({"depot": 3.0, "wall": 12.0, "hub": 5.0})
ALL = pd.Series(True, index=CONTRIBUTION.index)


@st.composite
def portfolios(draw):
    """Draw contributions, weights, costs and a selection."""
    n, m = draw(st.integers(1, 7)), draw(st.integers(1, 5))
    levels = st.sampled_from([0, 1 / 9, 3 / 9, 6 / 9, 1])
    cells = draw(st.lists(levels, min_size=n * m, max_size=n * m))
    points = draw(st.lists(st.integers(0, 9), min_size=m, max_size=m))
    assume(sum(points))
    projects, objectives = [f"p{i}" for i in range(n)], [f"o{j}" for j in range(m)]
    cost = draw(st.lists(st.integers(0, 10**7), min_size=n, max_size=n))
    chosen = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    return (
        pd.DataFrame(np.reshape(cells, (n, m)), index=projects, columns=objectives),
        pd.Series(points, index=objectives) / sum(points),
        pd.Series(cost, index=projects),
        pd.Series(chosen, index=projects),
    )


def test_alignment_by_hand():
    found = alignment.alignment(CONTRIBUTION, WEIGHTS)
    assert found.to_dict() == {"wall": 0.625, "hub": 0.125, "depot": 0.0}
    assert found.name == "alignment"


def test_priority_by_hand():
    found = alignment.priority(CONTRIBUTION, WEIGHTS)
    assert found.to_dict() == pytest.approx({"wall": 5 / 6, "hub": 1 / 6, "depot": 0})
    assert found.name == "priority"


def test_spend_by_hand():
    found = alignment.spend_by_objective(CONTRIBUTION, COST, ALL)
    assert found["spend"].to_dict() == {
        "safety": 8.0,
        "access": 9.0,
        "savings": 0.0,
        "no objective": 3.0,
    }
    assert found["share"].tolist() == [0.4, 0.45, 0.0, 0.15]
    assert found.index.name == "objective"


def test_nothing_selected_spends_nothing():
    found = alignment.spend_by_objective(CONTRIBUTION, COST, ~ALL)
    assert (found == 0).all(axis=None)


def test_coverage_by_hand():
    found = alignment.coverage(CONTRIBUTION, ALL)
    assert found["n_projects"].to_dict() == {"safety": 1, "access": 2, "savings": 0}
    assert found["highest"].tolist() == [1.0, 0.5, 0.0]
    assert found["best_project"].tolist()[:2] == ["wall", "wall"]
    assert found.loc["safety", "sole_project"] == "wall"
    assert found[["best_project", "sole_project"]].isna().sum().tolist() == [1, 2]


def test_coverage_of_a_smaller_selection():
    found = alignment.coverage(CONTRIBUTION, ALL & CONTRIBUTION["safety"].lt(1))
    assert found.loc["access", "sole_project"] == "hub"
    assert found.loc["safety"].isna().tolist() == [False, False, True, True]


@given(portfolios())
def test_bounds_and_totals(portfolio):
    contribution, weights, cost, selected = portfolio
    assert alignment.alignment(contribution, weights).between(0, 1).all()
    if (contribution @ weights).sum() > 0:
        priority = alignment.priority(contribution, weights)
        assert (priority >= 0).all()
        assert priority.sum() == pytest.approx(1)
    spend = alignment.spend_by_objective(contribution, cost, selected)
    assert spend["spend"].sum() == pytest.approx(cost[selected].sum(), abs=0.005)
    assert spend["share"].sum() == pytest.approx(float(cost[selected].sum() > 0))
    served = alignment.coverage(contribution, selected)
    assert (served["highest"] > 0).equals(served["n_projects"] > 0)
    assert served["sole_project"].notna().equals(served["n_projects"] == 1)


@given(portfolios(), st.randoms())
def test_the_order_of_labels_does_not_matter(portfolio, random):
    contribution, weights, cost, selected = portfolio
    rows, columns = list(contribution.index), list(contribution.columns)
    random.shuffle(rows)
    random.shuffle(columns)
    other = contribution.loc[rows, columns]
    pd.testing.assert_series_equal(
        alignment.alignment(other, weights), alignment.alignment(contribution, weights).loc[rows]
    )
    pd.testing.assert_frame_equal(
        alignment.spend_by_objective(other, cost, selected).sort_index(),
        alignment.spend_by_objective(contribution, cost, selected).sort_index(),
    )
    pd.testing.assert_series_equal(
        alignment.coverage(other, selected)["n_projects"].sort_index(),
        alignment.coverage(contribution, selected)["n_projects"].sort_index(),
    )


@given(portfolios())
def test_doubling_contributions_leaves_priority_and_spend(portfolio):
    contribution, weights, cost, selected = portfolio
    assume((contribution @ weights).sum() > 0)
    half = contribution / 2
    pd.testing.assert_series_equal(
        alignment.priority(half, weights), alignment.priority(contribution, weights)
    )
    pd.testing.assert_frame_equal(
        alignment.spend_by_objective(half, cost, selected),
        alignment.spend_by_objective(contribution, cost, selected),
    )


def test_large_whole_money_does_not_overflow():
    cost = pd.Series({"wall": 4_000_000_000, "hub": 4_000_000_000, "depot": 0})
    found = alignment.spend_by_objective(CONTRIBUTION, cost, ALL)
    assert found["spend"].sum() == pytest.approx(8e9)


def test_arguments_are_left_as_they_were():
    before = CONTRIBUTION.copy()
    alignment.spend_by_objective(CONTRIBUTION, COST, ALL)
    alignment.coverage(CONTRIBUTION, ALL)
    pd.testing.assert_frame_equal(CONTRIBUTION, before)


def bad(column="safety", value=1.5):
    return CONTRIBUTION.assign(**{column: [value, 0.0, 0.0]})


@pytest.mark.parametrize("function", [alignment.alignment, alignment.priority])
@pytest.mark.parametrize(
    ("contribution", "weights", "message"),
    [
        (bad(), WEIGHTS, r"contribution: each must lie in \[0, 1\], got 1.5 for row 'wall'"),
        (bad(value=np.nan), WEIGHTS, "contribution: .*missing"),
        (bad(value="strong"), WEIGHTS, "contribution: .*got 'strong'"),
        (CONTRIBUTION.iloc[[0, 0]], WEIGHTS, "contribution: each row label must occur once"),
        (CONTRIBUTION, WEIGHTS * 2, "objective_weights: must sum to 1, got 2"),
        (CONTRIBUTION, -WEIGHTS, "objective_weights: each must be at least 0"),
        (CONTRIBUTION, WEIGHTS[:2], "objective_weights: labels must be those of contribution"),
        (CONTRIBUTION, [0.5, 0.25, 0.25], "objective_weights: must be a Series"),
    ],
)
def test_bad_contributions_and_weights_are_refused(function, contribution, weights, message):
    with pytest.raises(InputError, match=message):
        function(contribution, weights)


def test_priority_of_projects_that_serve_nothing_is_refused():
    with pytest.raises(InputError, match="at least one project must serve an objective"):
        alignment.priority(CONTRIBUTION * 0, WEIGHTS)


@pytest.mark.parametrize(
    ("contribution", "cost", "selected", "message"),
    [
        (bad(), COST, ALL, r"contribution: each must lie in \[0, 1\]"),
        (CONTRIBUTION, -COST, ALL, "cost: each must be at least 0"),
        (CONTRIBUTION, COST[:2], ALL, "cost: labels must be those of contribution; missing 'hub'"),
        (CONTRIBUTION, COST, ALL[:2], "selected: labels must be those of contribution"),
        (CONTRIBUTION, COST, ALL * 1, "selected: each must be True or False, got 1 for project"),
        (CONTRIBUTION, COST, [True] * 3, "selected: must be a Series"),
        (
            CONTRIBUTION.rename(columns={"safety": "no objective"}),
            COST,
            ALL,
            "no objective may be called 'no objective'",
        ),
    ],
)
def test_bad_spend_is_refused(contribution, cost, selected, message):
    with pytest.raises(InputError, match=message):
        alignment.spend_by_objective(contribution, cost, selected)


def test_bad_coverage_is_refused():
    with pytest.raises(InputError, match="selected: each must be True or False, got 'yes'"):
        alignment.coverage(CONTRIBUTION, ALL.astype("object").where(~ALL, "yes"))


# Spend against what is wanted


def test_spend_against_importance_by_hand():
    found = alignment.spend_against_importance(CONTRIBUTION, COST, ALL, WEIGHTS)
    assert found["share"].to_dict() == {"safety": 0.4, "access": 0.45, "savings": 0.0}
    assert found["gap"].round(9).tolist() == [-0.1, 0.2, -0.25]
    assert found["funding"].tolist() == ["under-funded", "over-funded", "under-funded"]
    loose = alignment.spend_against_importance(CONTRIBUTION, COST, ALL, WEIGHTS, tolerance=0.1)
    assert loose["funding"].tolist() == ["in line", "over-funded", "under-funded"]


def test_buckets_by_hand():
    bucket = pd.Series({"hub": "grow", "wall": "run", "depot": "run"})
    targets = pd.Series({"grow": 0.5, "run": 0.5})
    found = alignment.spend_by_bucket(bucket, COST, ALL, targets)
    assert found["spend"].to_dict() == {"grow": 5.0, "run": 15.0}
    assert found["gap"].tolist() == [-0.25, 0.25]
    assert found["funding"].tolist() == ["under-funded", "over-funded"]
    assert found.index.name == "bucket"


@pytest.mark.parametrize(
    ("bucket", "targets", "message"),
    [
        ("dream", {"run": 1.0}, "bucket: each must have a target: 'run', got 'dream' for project"),
        (None, {"run": 1.0}, "bucket: each must have a target"),
        ("run", {"run": 0.7}, "targets: must sum to 1, got 0.7"),
    ],
)
def test_bad_buckets_are_refused(bucket, targets, message):
    buckets = pd.Series({"wall": bucket, "hub": "run", "depot": "run"}, dtype=object)
    with pytest.raises(InputError, match=message):
        alignment.spend_by_bucket(buckets, COST, ALL, pd.Series(targets))


# Roll-ups


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.integers(-(10**12), 10**12),
            st.sampled_from("xyz"),
            st.sampled_from(["p", "q", None]),
        ),
        min_size=1,
        max_size=9,
    )
)
def test_roll_ups_add_up_to_the_penny(rows):
    index = [f"project {i}" for i in range(len(rows))]
    amounts = pd.DataFrame({"cost": [pennies / 100 for pennies, _, _ in rows]}, index=index)
    levels = pd.DataFrame([row[1:] for row in rows], index=index, columns=["unit", "programme"])
    table = alignment.roll_up(amounts, levels)
    pennies = (table["cost"] * 100).round().astype("int64")
    for level in ("portfolio", "unit", "programme", "project"):
        assert pennies[table["level"] == level].sum() == sum(row[0] for row in rows)
    for unit in levels["unit"].unique():
        inside = table["unit"] == unit
        parts = pennies[inside & (table["level"] == "programme")].sum()
        assert pennies[inside & (table["level"] == "unit")].item() == parts


def test_a_roll_up_reads_from_the_outside_in():
    levels = pd.DataFrame(
        {"unit": ["Place", "Place", "People"], "programme": ["Roads", np.nan, "Hubs"]},
        index=["wall", "depot", "hub"],
    )
    found = alignment.roll_up(COST.to_frame("cost"), levels)
    assert found[["level", "unit", "programme", "project"]].to_numpy().tolist() == [
        ["portfolio", "", "", ""],
        ["unit", "People", "", ""],
        ["programme", "People", "Hubs", ""],
        ["project", "People", "Hubs", "hub"],
        ["unit", "Place", "", ""],
        ["programme", "Place", "Roads", ""],
        ["project", "Place", "Roads", "wall"],
        ["programme", "Place", "none", ""],
        ["project", "Place", "none", "depot"],
    ]
    assert found["cost"].tolist() == [20, 5, 5, 5, 15, 12, 12, 3, 3]


def test_bad_roll_ups_are_refused():
    levels = pd.DataFrame({"unit": "x"}, index=COST.index)
    with pytest.raises(InputError, match="levels: labels must be those of amounts"):
        alignment.roll_up(COST.to_frame(), levels.iloc[:2])
    with pytest.raises(InputError, match="amounts: each must lie in"):
        alignment.roll_up(COST.to_frame() * 1e13, levels)


# Closing a gap


@settings(max_examples=20)
@given(portfolios(), st.integers(0, 90).map(lambda percent: percent / 100))
def test_a_gap_is_closed_at_the_least_cost(portfolio, share):
    contribution, _, cost, selected = portfolio
    objective, others = contribution.columns[0], cost.index[~selected]

    def served(chosen):
        spend = alignment.spend_by_objective(contribution, cost, chosen)["spend"]
        return spend[objective] >= share * spend.sum() - 1e-6 * max(spend.sum(), 1)

    sets = itertools.chain.from_iterable(
        itertools.combinations(others, k) for k in range(len(others) + 1)
    )
    possible = [cost[list(more)].sum() for more in sets if served(selected | cost.index.isin(more))]
    if not possible:
        with pytest.raises(selection.InfeasibleError, match=objective):
            alignment.close_gap(contribution, cost, selected, objective=objective, share=share)
        return
    found = alignment.close_gap(contribution, cost, selected, objective=objective, share=share)
    assert found.cost == pytest.approx(min(possible), rel=1e-6, abs=1)
    assert found.at_least == pytest.approx(found.cost, rel=1e-6, abs=1)
    assert found.added["cost"].sum() == found.cost
    assert not selected[found.added.index].any()


def test_a_share_too_small_to_measure_is_a_share():
    cost, kept = pd.Series({"a": 0.0, "b": 1.0, "c": 2.0}), pd.Series(False, ["a", "b", "c"])
    contribution = pd.DataFrame({"o": [0, 0, 1.0]}, index=cost.index)
    tiny = {"objective": "o", "share": 2.2e-313}
    assert alignment.close_gap(contribution, cost, kept, **tiny).cost == 0
    kept["b"] = True
    assert alignment.close_gap(contribution, cost, kept, **tiny).cost == 2


def test_the_share_after_closing_a_gap():
    kept = pd.Series({"wall": True, "hub": False, "depot": False})
    found = alignment.close_gap(CONTRIBUTION, COST, kept, objective="access", share=0.5)
    assert found.added.index.tolist() == ["hub"]
    assert found.added.loc["hub"].tolist() == [5.0, 0.5]
    assert (found.cost, found.at_least) == (5.0, 5.0)
    assert (found.share_before, found.share_after) == (pytest.approx(1 / 3), pytest.approx(9 / 17))
    with pytest.raises(InputError, match="objective: must be one of 'safety', 'access', 'savings'"):
        alignment.close_gap(CONTRIBUTION, COST, kept, objective="speed", share=0.5)
    with pytest.raises(selection.InfeasibleError, match="savings"):
        alignment.close_gap(CONTRIBUTION, COST, kept, objective="savings", share=0.5)
