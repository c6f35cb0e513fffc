"""Planted contradictions: the true culprits are named, none too many, with a way out."""

import numpy as np
import pandas as pd
import pytest

from pmo_lib.selection import InfeasibleError, choose
from pmo_lib.selection.build import build
from pmo_lib.selection.conflict import minimal_conflict
from pmo_lib.selection.model import replace_rows
from pmo_lib.selection.solver import solve

LABELS = list("abcdef")
VALUE = pd.Series([6.0, 5, 4, 3, 2, 1], index=LABELS)
COST = pd.DataFrame(
    {"2027": [4, 3, 2, 2, 1, 1], "2028": [0, 1, 2, 3, 4, 5]}, index=LABELS, dtype=float
)
BUDGET = pd.Series({"2027": 8.0, "2028": 10.0})
GROUPS = pd.DataFrame(
    {"it": [1, 1, 0, 0, 0, 0], "roads": [0, 0, 1, 1, 1, 1]}, index=LABELS, dtype=float
)
MONTHS = pd.MultiIndex.from_tuples([("architect", "2028-09-01"), ("tester", "2028-09-01")])
USE = pd.DataFrame([[2, 0], [2, 0], [0, 1], [0, 1], [1, 1], [0, 0]], index=LABELS, columns=MONTHS)
CAPACITY = pd.Series([3, 2], index=MONTHS)
START = pd.Series([0, 6, 0, 0, 0, 0], index=LABELS, dtype=float)


def limits(*rows):
    frame = pd.DataFrame(rows, columns=["group", "measure", "at_least", "at_most"])
    return {"limits": frame, "groups": GROUPS}


PEOPLE = {"use": USE, "capacity": CAPACITY}
AFTER = {"start": START, "finish": START + 3, "after": [("a", "b")]}
PLANTED = {
    "one year's money": ({"forced_in": list("abc")}, {"the budget of 2027 is 8", "'a' must be in", "'b' must be in", "'c' must be in"}),
    "the other year's money": ({"forced_in": list("def")}, {"the budget of 2028 is 10", "'d' must be in", "'e' must be in", "'f' must be in"}),
    "people": ({"forced_in": ["a", "b"], **PEOPLE}, {"the capacity of architect, 2028-09-01 is 3", "'a' must be in", "'b' must be in"}),
    "people of another role": ({"forced_in": ["c", "d", "e"], **PEOPLE}, {"the capacity of tester, 2028-09-01 is 2", "'c' must be in", "'d' must be in", "'e' must be in"}),
    "rivals both in": ({"forced_in": ["c", "f"], "excludes": [("f", "c")]}, {"'f' excludes 'c'", "'c' must be in", "'f' must be in"}),
    "what is required is out": ({"forced_in": ["c"], "forced_out": ["d"], "requires": [("c", "d")]}, {"'c' requires 'd'", "'c' must be in", "'d' must be out"}),
    "a chain of requirements": ({"forced_in": ["c"], "forced_out": ["e"], "requires": [("c", "d"), ("d", "e")]}, {"'c' requires 'd'", "'d' requires 'e'", "'c' must be in", "'e' must be out"}),
    "together but one is out": ({"forced_in": ["c"], "forced_out": ["d"], "together": [("c", "d")]}, {"'c' goes only together with 'd'", "'c' must be in", "'d' must be out"}),
    "together but rivals": ({"forced_in": ["c"], "together": [("c", "d")], "excludes": [("c", "d")]}, {"'c' goes only together with 'd'", "'c' excludes 'd'", "'c' must be in"}),
    "requires its rival": ({"forced_in": ["c"], "requires": [("c", "d")], "excludes": [("c", "d")]}, {"'c' requires 'd'", "'c' excludes 'd'", "'c' must be in"}),
    "required money": ({"forced_in": ["a"], "requires": [("a", "b"), ("b", "c")]}, {"the budget of 2027 is 8", "'a' must be in", "'a' requires 'b'", "'b' requires 'c'"}),
    "dates": ({"forced_in": ["a", "b"], **AFTER}, {"'a' starts only after 'b'", "'a' must be in", "'b' must be in"}),
    "too many of a group asked for": (limits(("it", "count", 3, None)), {"it: at least 3 projects"}),
    "more asked for than affordable": (limits(("roads", "amount", 19, None)), {"roads: at least 19 of money", "the budget of 2028 is 10"}),
    "at most none but one is in": ({"forced_in": ["a"], **limits(("it", "count", None, 0))}, {"it: at most 0 projects", "'a' must be in"}),
    "shares above the whole": ({"forced_in": ["a"], **limits(("it", "share", 0.7, None), ("roads", "share", 0.7, None))}, {"it: at least 70 % of the money", "roads: at least 70 % of the money", "'a' must be in"}),
    "a share that what is in breaks": ({"forced_in": ["a"], "forced_out": ["c", "d", "e", "f"], **limits(("it", "share", None, 0.5))}, {"it: at most 50 % of the money", "'a' must be in", "'c' must be out", "'d' must be out", "'e' must be out", "'f' must be out"}),
    "a count of projects that are out": ({"forced_out": ["a"], **limits(("it", "count", 2, None))}, {"it: at least 2 projects", "'a' must be out"}),
    "a count of rivals": ({"excludes": [("a", "b")], **limits(("it", "count", 2, None))}, {"it: at least 2 projects", "'a' excludes 'b'"}),
    "a count that people forbid": ({**PEOPLE, **limits(("it", "count", 2, None))}, {"it: at least 2 projects", "the capacity of architect, 2028-09-01 is 3"}),
    "a cap below what is in": ({"forced_in": ["f"], **limits(("roads", "amount", None, 5))}, {"roads: at most 5 of money", "'f' must be in"}),
}  # fmt: skip


def possible(model, rows):
    nothing = np.zeros(model.n_columns)
    return solve(replace_rows(model, rows), nothing).status != "infeasible"


@pytest.mark.parametrize("name", PLANTED)
def test_the_true_culprits_are_named_and_none_too_many(name):
    constraints, culprits = PLANTED[name]
    with pytest.raises(InfeasibleError, match="these cannot all hold") as caught:
        choose(VALUE, COST, BUDGET, **constraints)
    assert caught.value.remedies
    model = build(VALUE, COST, BUDGET, **constraints)
    conflict = minimal_conflict(model)
    assert {rows[0].words for rows in conflict} == set(caught.value.conflict)
    for left_out in conflict:
        rest = [row for rows in conflict if rows is not left_out for row in rows]
        assert possible(model, rest)
    assert not possible(model, [row for rows in conflict for row in rows])
    assert set(caught.value.conflict) == culprits


def test_a_clash_that_only_a_search_can_prove_names_no_innocents():
    labels = [f"p{i}" for i in range(14)]
    shares = np.random.default_rng(0).integers(1, 100, (14, 2)) / 100
    groups = pd.DataFrame(shares, labels, ["one", "two"])
    half = {group: round(50 * shares[:, j].sum()) for j, group in enumerate(groups)}
    rows = [(group, "amount", half[group], half[group]) for group in groups]
    frame = pd.DataFrame(rows, columns=["group", "measure", "at_least", "at_most"])
    with pytest.raises(InfeasibleError) as caught:
        choose(
            pd.Series(1.0, labels), pd.Series(100.0, labels), 1_350, limits=frame, groups=groups,
            excludes=[("p0", "p1"), ("p2", "p3")], requires=[("p4", "p5")],
        )  # fmt: skip
    named = set(caught.value.conflict)
    assert named <= {
        f"{g}: at {end} {half[g]} of money" for g in groups for end in ("least", "most")
    }


@pytest.mark.parametrize(
    ("name", "remedies"),
    [
        (
            "one year's money",
            ("raise the budget of 2027 by 1", "drop the rule that 'a' must be in"),
        ),
        (
            "people",
            (
                "raise the capacity of architect, 2028-09-01 by 1",
                "drop the rule that 'a' must be in",
            ),
        ),
        (
            "rivals both in",
            ("drop the rule that 'c' must be in", "drop the rule that 'f' excludes 'c'"),
        ),
        ("too many of a group asked for", ("ease it: at least 3 projects to 2",)),
        (
            "a cap below what is in",
            ("ease roads: at most 5 of money to 6", "drop the rule that 'f' must be in"),
        ),
    ],
)
def test_the_cheapest_way_out_of_each_kind_is_named(name, remedies):
    with pytest.raises(InfeasibleError) as caught:
        choose(VALUE, COST, BUDGET, **PLANTED[name][0])
    kinds = [remedy[:13] for remedy in remedies]
    assert [found[:13] for found in caught.value.remedies] == kinds
    if remedies[0].startswith(("raise", "ease")):
        assert caught.value.remedies[0] == remedies[0]


def test_an_eased_share_is_a_share():
    constraints, _ = PLANTED["a share that what is in breaks"]
    with pytest.raises(InfeasibleError, match="ease it: at most 50 % of the money to 100 %"):
        choose(VALUE, COST, BUDGET, **constraints)


def test_money_and_people_are_raised_together_where_neither_is_enough():
    with pytest.raises(InfeasibleError) as caught:
        choose(VALUE, COST, BUDGET, forced_in=list("abc"), **PEOPLE)
    assert caught.value.remedies[0] == (
        "raise the budget of 2027 by 1 and raise the capacity of architect, 2028-09-01 by 1"
    )


def test_months_that_are_raised_alike_are_told_as_one_span():
    roles = ["tester"] * 4 + ["architect"] * 2
    days = [f"2028-{m:02}-01" for m in (1, 2, 3, 4, 1, 2)]
    months = pd.MultiIndex.from_arrays([roles, days])
    use = pd.DataFrame([[1, 2, 2, 2, 2, 3], [1, 2, 2, 2, 2, 3]], list("ab"), months)
    capacity = pd.Series([2, 3, 3, 2, 3, 3], months)
    with pytest.raises(InfeasibleError) as caught:
        choose(VALUE[:2], COST[:2], BUDGET, forced_in=["a", "b"], use=use, capacity=capacity)
    assert caught.value.remedies[0] == (
        "raise the capacity of architect, 2028-01-01 by 1 and raise the capacity of architect, "
        "2028-02-01 by 3 and raise the capacity of tester, 2028-02-01 to 2028-03-01 by 1 and raise "
        "the capacity of tester, 2028-04-01 by 2"
    )
