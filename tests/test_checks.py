"""The shared checks: what passes, what is refused, and the words of each refusal."""

import numpy as np
import pandas as pd
import pytest

from pmo_lib import checks
from pmo_lib.checks import InputError


def test_an_error_lists_every_problem():
    error = InputError("cost: first", "cost: second")
    assert error.problems == ("cost: first", "cost: second")
    assert str(error) == "cost: first\ncost: second"
    assert isinstance(error, ValueError)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("audit", "'audit'"),
        ("two\n lines", "'two lines'"),
        ("x" * 70, "'" + "x" * 57 + "...'"),
        (np.nan, "nothing (missing)"),
        (None, "nothing (missing)"),
        (pd.NA, "nothing (missing)"),
        (True, "True"),
        (0.1, "0.1"),
        (1_234_567, "1,234,567"),
        (10**400, "a whole number too large to compute with"),
        (("a", 1), "('a', 1)"),
    ],
)
def test_found_values_are_worded_shortly(value, words):
    assert checks.show(value) == words


def test_a_listing_stops_after_the_first_few():
    assert checks.listing("abc") == "'a', 'b', 'c'"
    assert checks.listing(range(7), most=2) == "0, 1 and 5 more"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([[1.0]], "values: must be a DataFrame, got list"),
        (pd.DataFrame(), r"at least one row and one column, got \(0, 0\)"),
        (pd.DataFrame([[1], [2]], ["a", "a"]), "each row label must occur once, repeated: 'a'"),
        (pd.DataFrame([[1, 2]], columns=["x", "x"]), "each column label must occur once"),
    ],
)
def test_frames_are_refused(data, words):
    with pytest.raises(InputError, match=words):
        checks.require_frame(data, name="values")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"a": 1}, "weights: must be a Series with labels, got dict"),
        (pd.Series(dtype=float), "at least one entry, got none"),
        (pd.Series([1, 2], ["a", "a"]), "each entry label must occur once, repeated: 'a'"),
    ],
)
def test_series_are_refused(data, words):
    with pytest.raises(InputError, match=words):
        checks.require_series(data, name="weights")


def test_labels_may_come_in_any_order_but_must_be_the_same():
    checks.require_same_labels(["b", "a"], pd.Index(["a", "b"]), name="weights", other="values")
    words = "weights: labels must be those of values; missing 'b'; not in values: 'c', 'd'"
    with pytest.raises(InputError, match=words):
        checks.require_same_labels(["a", "c", "d"], ["a", "b"], name="weights", other="values")


@pytest.mark.parametrize(
    "data",
    [
        pd.Series([1, 2]),
        pd.Series([1, 2], dtype="Int64"),
        pd.Series([1, 2], dtype="float32"),
        pd.Series([1, 2.0], dtype=object),
        pd.Series([1, 2], dtype="category"),
        pd.DataFrame({"a": [1], "b": [2.0]}),
        pd.DataFrame({"a": pd.array([1.0], dtype="Float64")}),
    ],
)
def test_every_kind_of_number_becomes_float64(data):
    numbers = checks.require_numbers(data, name="cost")
    kinds = {numbers.dtype} if isinstance(numbers, pd.Series) else set(numbers.dtypes)
    assert kinds == {np.dtype("float64")}
    assert numbers.to_numpy().ravel().tolist() == data.to_numpy().ravel().tolist()


def test_float64_is_passed_through_without_a_copy():
    for data in (pd.Series([1.0, 2.0]), pd.DataFrame({"a": [1.0], "b": [2.0]})):
        assert checks.require_numbers(data, name="cost") is data


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("12", "got '12' for project 'b', criterion 'y' "),
        (np.nan, r"got nothing \(missing\) for project 'b'"),
        (None, r"got nothing \(missing\)"),
        (pd.NA, r"got nothing \(missing\)"),
        (np.inf, "got inf"),
        (True, "got True"),
        (1j, "got '1j'"),
        (10**400, "too large to compute with"),
        (pd.Timestamp("2027-04-01"), "got '2027-04-01"),
    ],
)
def test_a_cell_that_is_no_finite_number_is_named(cell, words):
    data = pd.DataFrame({"x": [1.0, 2.0], "y": pd.Series([1.0, cell], dtype=object)})
    data.index, data.columns.name = pd.Index(["a", "b"], name="project"), "criterion"
    with pytest.raises(InputError, match=r"cost: each must be a finite number, .*1 such in all"):
        checks.require_numbers(data, name="cost")
    with pytest.raises(InputError, match=words):
        checks.require_numbers(data, name="cost")


@pytest.mark.parametrize("missing", [np.nan, None, pd.NA])
def test_missing_numbers_pass_where_they_may(missing):
    data = pd.Series([1, missing], dtype=object)
    numbers = checks.require_numbers(data, name="cost", low=0, allow_missing=True)
    assert numbers.dtype == np.float64
    assert numbers[0] == 1
    assert np.isnan(numbers[1])
    with pytest.raises(InputError, match="got 'x'"):
        checks.require_numbers(pd.Series([missing, "x"]), name="cost", allow_missing=True)


@pytest.mark.parametrize(
    ("low", "high", "bad", "rule"),
    [
        (0, 1, -1e-300, r"each must lie in \[0, 1\]"),
        (0, 1, 1.5, r"each must lie in \[0, 1\], got 1.5"),
        (0, np.inf, -1.0, "each must be at least 0, got -1"),
        (-np.inf, 5, 6.0, "each must be at most 5, got 6"),
    ],
)
def test_a_number_out_of_range_is_named(low, high, bad, rule):
    with pytest.raises(InputError, match=rule):
        checks.require_numbers(pd.Series([0.5, bad]), name="values", low=low, high=high)


def test_the_unit_interval_is_closed_and_holds_negative_zero():
    edge = pd.Series([0.0, -0.0, 1.0, 5e-324])
    assert checks.require_numbers(edge, name="values", low=0, high=1) is edge
    with pytest.raises(InputError, match="lie in"):
        checks.require_numbers(pd.Series([np.nextafter(1, 2)]), name="values", low=0, high=1)


@pytest.mark.parametrize("bad", [np.nan, np.inf, "1", True, None])
def test_one_number_is_refused(bad):
    with pytest.raises(InputError, match=r"gap: must .* got"):
        checks.require_number(bad, name="gap", low=0)
    assert checks.require_number(1, name="gap", low=0) == 1.0


def test_weights_come_back_in_the_order_of_the_criteria():
    weights = pd.Series({"b": 0.25, "a": 0.75})
    assert checks.require_weights(weights, criteria=pd.Index(["a", "b"])).tolist() == [0.75, 0.25]
    with pytest.raises(InputError, match=r"must sum to 1, got 2; divide them with weights\.norm"):
        checks.require_weights(pd.Series({"a": 2.0}), criteria=["a"])


def test_directions_come_back_in_the_order_of_the_criteria():
    direction = pd.Series({"b": "less", "a": "more"})
    assert checks.require_direction(direction, criteria=["a", "b"]).tolist() == ["more", "less"]


@pytest.mark.parametrize("bad", ["max", 1, np.nan, None, pd.NA, ["more"]])
def test_an_unknown_direction_is_named(bad):
    direction = pd.Series(["more", bad], ["a", "b"], dtype=object)
    with pytest.raises(InputError, match=r"each must be 'more' or 'less', got .*criterion 'b'"):
        checks.require_direction(direction, criteria=["a", "b"])


def test_any_rule_can_name_the_first_offender():
    data = pd.Series({"a": 1.0, "b": 0.0, "c": 0.0})
    checks.require_all(np.array([True] * 3), data, name="judgements", rule="each must be positive")
    with pytest.raises(InputError, match=r"each must be positive, got 0 for row 'b' \(2 such in a"):
        checks.require_all(data > 0, data, name="judgements", rule="each must be positive")


def test_a_choice_lists_what_is_allowed():
    checks.require_choice("npv", ("score", "npv"), name="objective")
    with pytest.raises(InputError, match="objective: must be one of 'score', 'npv', got 'roi'"):
        checks.require_choice("roi", ("score", "npv"), name="objective")


def test_a_table_without_rows_or_columns_has_no_bad_number():
    for data in (
        pd.DataFrame(),
        pd.DataFrame({"a": []}, dtype=object),
        pd.Series([], dtype=object),
    ):
        assert checks.require_numbers(data, name="cost", low=0).shape == data.shape
