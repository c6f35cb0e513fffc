"""Value functions: published numbers, limiting cases, invariants and refusals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmo_lib import value
from pmo_lib.checks import InputError

WORST = pd.Series({"cost": 4.0, "reach": 0.0})
BEST = pd.Series({"reach": 40_000.0, "cost": 0.0})


@pytest.fixture
def performance():
    return pd.DataFrame(
        {"reach": [0, 10_000, 40_000, 50_000, -1], "cost": [4, 3.0, 0, -1, 5]},
        index=pd.Index(list("pqrst"), name="project"),
    )


class TestLinear:
    def test_references_are_0_and_1_and_the_rest_lies_on_a_line(self, performance):
        found = value.linear_value(performance, worst=WORST, best=BEST)
        assert found["reach"].tolist() == [0, 0.25, 1, 1, 0]
        assert found["cost"].tolist() == [0, 0.25, 1, 1, 0]
        pd.testing.assert_index_equal(found.index, performance.index)
        pd.testing.assert_index_equal(found.columns, performance.columns)

    def test_the_argument_is_not_changed(self, performance):
        before = performance.copy()
        value.linear_value(performance, worst=WORST, best=BEST)
        pd.testing.assert_frame_equal(performance, before)

    @given(
        level=st.floats(-1e6, 1e6),
        worst=st.floats(-1e6, 1e6),
        span=st.floats(1e-3, 1e6),
        factor=st.floats(1e-3, 1e3),
        shift=st.floats(-1e3, 1e3),
    )
    @settings(deadline=None)
    def test_unit_and_zero_of_the_scale_do_not_count(self, level, worst, span, factor, shift):
        def linear(change):
            one = [pd.Series({"a": change(x)}) for x in (worst, worst + span)]
            levels = pd.DataFrame({"a": [change(level)]})
            return value.linear_value(levels, worst=one[0], best=one[1]).iloc[0, 0]

        plain = linear(lambda x: x)
        assert 0 <= plain <= 1
        assert linear(lambda x: factor * x + shift) == pytest.approx(plain, abs=1e-5)
        assert linear(lambda x: -x) == pytest.approx(plain, abs=1e-9)

    def test_swapped_references_turn_the_value_round(self, performance):
        one = value.linear_value(performance, worst=WORST, best=BEST)
        other = value.linear_value(performance, worst=BEST, best=WORST)
        pd.testing.assert_frame_equal(one, 1 - other)

    def test_extreme_levels_clip_and_do_not_overflow(self):
        levels = pd.DataFrame({"a": [-1.7e308, 1.7e308]})
        found = value.linear_value(
            levels, worst=pd.Series({"a": 0}), best=pd.Series({"a": -1e-300})
        )
        assert found["a"].tolist() == [1, 0]

    @pytest.mark.parametrize(
        ("worst", "best", "words"),
        [
            (
                WORST,
                WORST,
                "worst: each must differ from the best, got 0 for criterion 'reach' .2 such",
            ),
            (WORST, BEST.drop("cost"), "best: labels must be those of performance; missing 'cost'"),
            (WORST.rename({"cost": "risk"}), BEST, "worst: .*not in performance: 'risk'"),
            (WORST.replace(4, np.nan), BEST, r"worst: each must be a finite number, got nothing"),
            (WORST, BEST.to_dict(), "best: must be a Series with labels, got dict"),
            (WORST + 1.7e308, BEST - 1.7e308, "worst: each must differ from the best"),
        ],
    )
    def test_references_are_refused(self, performance, worst, best, words):
        with pytest.raises(InputError, match=words):
            value.linear_value(performance, worst=worst, best=best)


class TestBeyondReferences:
    def test_marks_what_clipping_hides_on_both_sides(self, performance):
        found = value.beyond_references(performance, worst=WORST, best=BEST)
        assert found.loc[found.any(axis=1)].index.tolist() == ["s", "t"]
        assert found.loc[["s", "t"]].all(axis=None)
        assert not found.loc[["p", "q", "r"]].any(axis=None)

    @given(st.lists(st.floats(-10, 10), min_size=1, max_size=8))
    @settings(deadline=None)
    def test_unmarked_performance_can_be_read_back_from_its_value(self, levels):
        levels = pd.DataFrame({"a": levels})
        worst, best = pd.Series({"a": 5.0}), pd.Series({"a": -3.0})
        beyond = value.beyond_references(levels, worst=worst, best=best)["a"]
        back = 5 - 8 * value.linear_value(levels, worst=worst, best=best)["a"]
        same = np.abs(back - levels["a"]) < 1e-9
        assert (same | beyond).all()
        assert not (beyond & (back == levels["a"])).any()

    def test_refuses_as_the_value_function_does(self, performance):
        with pytest.raises(InputError, match="best: labels must be those of performance"):
            value.beyond_references(performance, worst=WORST, best=BEST.drop("cost"))


class TestPiecewise:
    @pytest.mark.parametrize("function", ["f3", "f4"])
    def test_published(self, case, function):
        published = case("piecewise_linear_value_function")
        inputs = published["inputs"][function]
        points = pd.Series(inputs["values"], inputs["cutoffs"])
        found = value.piecewise_value(pd.Series(inputs["x"]), points=points)
        wanted = published["expected"][function]
        assert found.tolist() == pytest.approx(wanted, abs=published["tolerance"])

    def test_never_extrapolates(self, case):
        published = case("piecewise_linear_value_function")
        inputs, beyond = published["inputs"]["f4"], published["expected"]["f5_extrapolate"]
        points = pd.Series(inputs["values"], inputs["cutoffs"])
        found = value.piecewise_value(pd.Series(beyond["x"]), points=points)
        assert found.tolist() == np.clip(beyond["y"], 0, 1).tolist()

    def test_two_points_are_a_linear_value(self, performance):
        linear = value.linear_value(performance, worst=WORST, best=BEST)
        for criterion, levels in performance.items():
            ends = pd.Series([0, 1], [WORST[criterion], BEST[criterion]]).sort_index()
            found = value.piecewise_value(levels, points=ends)
            pd.testing.assert_series_equal(found, linear[criterion])

    def test_may_turn(self):
        points = pd.Series([0, 1, 0.2], [0, 5, 10])
        found = value.piecewise_value(
            pd.Series([2.5, 5, 7.5], list("abc"), name="age"), points=points
        )
        assert found.tolist() == pytest.approx([0.5, 1, 0.6])
        assert found.name == "age"

    @pytest.mark.parametrize(
        ("points", "words"),
        [
            (pd.Series([0, 1], [5, 5]), "each entry label must occur once"),
            (pd.Series([0, 1], [5, 4]), "at least two levels must strictly increase, got 5, 4"),
            (pd.Series([0.5], [5]), "at least two levels must strictly increase, got 5"),
            (pd.Series([0, 2], [4, 5]), r"points: each must lie in \[0, 1\], got 2"),
            (
                pd.Series([0, 1], ["a", "b"]),
                "points' levels: each must be a finite number, got 'a'",
            ),
            (
                pd.Series([0, 1], [0, np.inf]),
                "points' levels: each must be a finite number, got inf",
            ),
            (pd.Series([0, 1], [0, np.nan]), "points' levels: each must be a finite number"),
            ({0: 0, 1: 1}, "points: must be a Series with labels, got dict"),
        ],
    )
    def test_points_are_refused(self, points, words):
        with pytest.raises(InputError, match=words):
            value.piecewise_value(pd.Series({"p": 1.0}), points=points)

    def test_performance_is_refused(self):
        with pytest.raises(
            InputError, match=r"performance: .* got nothing \(missing\) for project 'q'"
        ):
            value.piecewise_value(pd.Series({"p": 1, "q": np.nan}), points=pd.Series({0: 0, 1: 1}))


class TestLevels:
    LEVELS = pd.Series({"none": 0, "some": 0.4, "full": 1})

    def test_words_become_their_values(self):
        found = value.level_value(
            pd.Series({"p": "full", "q": "none"}, name="reach"), levels=self.LEVELS
        )
        pd.testing.assert_series_equal(found, pd.Series({"p": 1.0, "q": 0.0}, name="reach"))

    @pytest.mark.parametrize("word", ["Full", "", None, np.nan, 1])
    def test_an_unknown_word_is_named(self, word):
        words = pd.Series({"p": "full", "q": word}, dtype=object)
        with pytest.raises(
            InputError, match=r"each must be one of 'none', 'some', 'full', got .* 'q'"
        ):
            value.level_value(words, levels=self.LEVELS)

    def test_a_missing_word_is_never_a_level(self):
        levels = pd.Series([0.0, 1.0], [np.nan, "full"])
        with pytest.raises(InputError, match=r"got nothing \(missing\) for project 'q'"):
            value.level_value(pd.Series({"p": "full", "q": np.nan}), levels=levels)

    def test_levels_are_refused(self):
        words = pd.Series({"p": "full"})
        with pytest.raises(InputError, match=r"levels: each must lie in \[0, 1\], got 9"):
            value.level_value(words, levels=pd.Series({"full": 9}))
        with pytest.raises(InputError, match="each entry label must occur once, repeated: 'full'"):
            value.level_value(words, levels=pd.Series([0, 1], ["full", "full"]))
