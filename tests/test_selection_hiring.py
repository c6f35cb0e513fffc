"""Hiring at a price: exact against trying every list."""

import itertools

import hypothesis
import pandas as pd
import pytest
from hypothesis import strategies as st

from pmo_lib import selection
from pmo_lib.checks import InputError
from pmo_lib.selection import choose


@hypothesis.settings(max_examples=40)
@hypothesis.given(
    st.lists(st.tuples(*[st.integers(0, 9)] * 4), min_size=1, max_size=6),
    st.integers(0, 6), st.integers(1, 5), st.integers(0, 30),
)  # fmt: skip
def test_hiring_equals_trying_every_list(projects, most, price, budget):
    table = pd.DataFrame(projects, columns=["value", "cost", "may", "june"], dtype=float)
    capacity, offer = pd.Series({"may": 6.0, "june": 4.0}), ["loan"]
    hiring = selection.Hiring(
        pd.Series([float(most)], offer), pd.DataFrame({"2027": [price]}, offer),
        pd.DataFrame({"may": [1.0], "june": [1.0]}, offer),
    )  # fmt: skip
    best = 0.0
    for taken in itertools.product([False, True], repeat=len(table)):
        chosen = table[list(taken)]
        hired = (chosen[["may", "june"]].sum() - capacity).clip(lower=0).max()
        if hired <= most and chosen["cost"].sum() + price * hired <= budget:
            best = max(best, chosen["value"].sum())
    found = choose(
        table["value"], table[["cost"]].set_axis(["2027"], axis=1), pd.Series({"2027": budget}),
        use=table[["may", "june"]], capacity=capacity, hiring=hiring,
    )  # fmt: skip
    assert found.value == best and found.status == "optimal"
    need = (table.loc[found.selected, ["may", "june"]].sum() - capacity).clip(lower=0).max()
    assert found.hired["loan"] == need
    assert found.cost == table.loc[found.selected, "cost"].sum() + price * need


def test_an_offer_to_hire_for_what_is_not_there_is_refused():
    value, cost = pd.Series({"a": 1.0}), pd.Series({"a": 1.0})
    offer = pd.DataFrame({"total": [1.0]}, ["loan"])
    hiring = selection.Hiring(
        pd.Series([1.0], ["loan"]), offer, pd.DataFrame({"x": [1.0]}, ["loan"])
    )
    with pytest.raises(InputError, match="hiring: adds names no label of capacity: 'x'"):
        choose(value, cost, 5, hiring=hiring)
