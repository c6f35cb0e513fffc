"""The worked example of Microsoft Project Server's portfolio analysis, end to end.

21 projects are rated against 7 business drivers; the published priorities, the
alignment of spend and the exact best portfolios are reproduced.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from pmo_lib import alignment, selection

RATINGS = {"None": 0, "No rating": 0, "Low": 1, "Moderate": 3, "Strong": 6, "Extreme": 9}
DRIVER_WEIGHTS = pd.Series(
    {
        "Increase Market Share": 33.67,
        "Expanding into New Markets": 30.92,
        "Standardize Processes": 10.55,
        "Improve Product Quality": 10.49,
        "Improve Customer Satisfaction": 7.18,
        "Reduce Expense Base": 3.74,
        "Improve Employee Satisfaction": 3.45,
    }
)


class Example(NamedTuple):
    table: pd.DataFrame
    contribution: pd.DataFrame
    cost: pd.Series
    priority: pd.Series
    published: pd.Series


@pytest.fixture(scope="module")
def example(shared) -> Example:
    path = shared / "cases" / "project_server_example.csv"
    table = pd.read_csv(path, keep_default_na=False, index_col="project")
    contribution = table[list(DRIVER_WEIGHTS.index)].replace(RATINGS).astype("float64") / 9
    priority = 100 * alignment.priority(contribution, DRIVER_WEIGHTS / DRIVER_WEIGHTS.sum())
    return Example(
        table, contribution, table["total_cost"], priority, table["priority_pct_published"]
    )


def test_priorities(example):
    assert len(example.priority) == 21
    assert example.priority.sum() == pytest.approx(100)
    np.testing.assert_allclose(example.priority, example.published, rtol=0, atol=0.005)


def test_alignment_of_spend(example):
    selected = example.table["selected_published"] == 1
    found = alignment.spend_by_objective(example.contribution, example.cost, selected)
    assert (100 * found["share"]).round(1).to_dict() == {
        "Expanding into New Markets": 24.1,
        "Improve Customer Satisfaction": 21.4,
        "Improve Employee Satisfaction": 8.9,
        "Improve Product Quality": 14.2,
        "Increase Market Share": 13.6,
        "Reduce Expense Base": 6.9,
        "Standardize Processes": 11.1,
        "no objective": 0.0,
    }
    assert found["spend"].sum() == pytest.approx(9_786_000)


@pytest.mark.parametrize(
    ("forced_in", "percent", "cost"),
    [
        (("Customer service feedback portal", "Apparel ERP Upgrade"), 69.60, 9_966_000),
        ((), 75.93, 9_940_000),
    ],
)
def test_the_best_portfolio_for_ten_million(example, forced_in, percent, cost):
    choice = selection.choose(example.priority, example.cost, 10e6, gap=0, forced_in=forced_in)
    assert choice.value == pytest.approx(percent, abs=0.005)
    assert choice.cost == cost
    assert choice.status == "optimal"
    assert choice.selected[list(forced_in)].all()
    assert example.cost[choice.selected].sum() == cost


def test_the_best_portfolio_beats_the_published_one(example):
    published = example.table["selected_published"] == 1
    forced_in = example.table.index[example.table["forced_in"] == 1]
    assert published.sum() == 12
    assert example.cost[published].sum() == 9_786_000
    assert example.priority[published].sum() == pytest.approx(67.29, abs=0.005)
    choice = selection.choose(example.priority, example.cost, 10e6, forced_in=list(forced_in))
    assert choice.value > 69


@pytest.mark.parametrize(
    ("millions", "percent"),
    [(1, 10.56), (2, 19.08), (3, 27.89), (5, 44.17), (8, 64.58), (12, 85.99), (15, 93.59)],
)
def test_frontier_points_at_the_published_rounded_priorities(example, millions, percent):
    choice = selection.choose(example.published, example.cost, millions * 1e6, gap=0)
    assert choice.value == pytest.approx(percent, abs=1e-9)
    assert example.cost[choice.selected].sum() <= millions * 1e6
