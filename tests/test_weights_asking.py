"""Asking for weights: balanced points, the fewest telling questions, contradictions and circles."""

import itertools
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pmo_lib import weights
from pmo_lib.checks import InputError
from pmo_lib.weights import asking

NAN = float("nan")


def square(rows, names=None):
    names = list(names or "abcdefghijklmno"[: len(rows)])
    return pd.DataFrame(rows, names, names, dtype=float)


def unasked(n):
    return square(np.full((n, n), NAN))


def asked(n, answers):
    frame = unasked(n)
    for first, second, answer in answers:
        frame.at[first, second] = answer
    return frame


def consistent(worth):
    worth = np.asarray(worth, dtype=float)
    return square(worth[:, None] / worth)


@st.composite
def judged(draw, least=3, most=6):
    n = draw(st.integers(least, most))
    frame = square(np.ones((n, n)))
    for i, j in itertools.combinations(range(n), 2):
        answer = draw(st.floats(1 / 9, 9))
        frame.iloc[i, j], frame.iloc[j, i] = answer, 1 / answer
    return frame


def several(matrices):
    return matrices if isinstance(matrices[0][0], list) else [matrices]


class TestPublishedCases:
    MATRICES = ("matrix", "matrices", "criteria_matrix", "style", "reliability")

    def test_all_pairwise_cases_are_answered_alike_by_the_eigenvector_or_refused(self, shared):
        found = {}
        for path in sorted((shared / "cases").glob("ahp_*.json")):
            inputs = json.loads(path.read_text("utf-8"))["inputs"]
            for name in self.MATRICES:
                for matrix in several(inputs[name]) if name in inputs else ():
                    found.setdefault(path.stem, []).append(square(matrix))
        assert len(found) == 8  # all but the incomplete one, the table and the measured points
        for matrices in found.values():
            for matrix in matrices:
                full = weights.complete_judgements(matrix)
                ring = asking.circle(matrix)
                if ring and asking.consistency_so_far(matrix) > asking.ASK_AGAIN:
                    with pytest.raises(InputError, match="circle"):
                        asking.usable_weights(matrix)
                    continue
                expected = weights.pairwise_eigenvector(full)
                pd.testing.assert_series_equal(asking.usable_weights(matrix), expected)
                if not matrix.isna().any(axis=None):
                    ratio = weights.consistency_ratio(matrix)
                    assert asking.consistency_so_far(matrix) == pytest.approx(ratio)

    def test_the_incomplete_case(self, case):
        published = case("ahp_incomplete_bozoki2010_4x4")
        matrix = asked(4, published["inputs"]["comparisons"])
        found = asking.usable_weights(matrix)
        assert found.tolist() == pytest.approx(published["expected"]["weights"], abs=6e-5)
        ratio = published["expected"]["cr"] * 0.8286 / 0.90  # the case's random index
        share = 1 - 2 / 6  # one pair of three that could contradict is missing
        assert asking.consistency_so_far(matrix) == pytest.approx(ratio / share, abs=6e-5 / share)


class TestQuestions:
    @pytest.mark.parametrize("n", [2, 3, 5, 8])
    def test_few_answers_make_weights_and_test_each_other(self, n):
        truth = consistent(np.arange(1, n + 1))
        frame, count = unasked(n), 0
        while len(rest := asking.questions(frame)) and rest.at[0, "purpose"] != "refines":
            first, second = rest.loc[0, ["first", "second"]]
            frame.at[first, second] = truth.at[first, second]
            count += 1
        assert count == n - 1 + (n > 2) * -(-(n - 1) // 2)
        expected = weights.pairwise_eigenvector(truth)
        pd.testing.assert_series_equal(asking.usable_weights(frame), expected)

    def test_linking_comes_first_from_one_hub(self):
        rest = asking.questions(asked(4, [("b", "c", 2)]))
        assert rest.loc[:3, "purpose"].tolist() == ["links"] * 4
        assert set(rest.loc[0, ["first", "second"]]) & {"b", "c"}
        assert rest["variance"].iloc[0] == np.inf

    def test_then_what_tests_a_lone_judgement(self):
        rest = asking.questions(
            asked(4, [("a", "b", 2), ("b", "c", 2), ("a", "c", 4), ("c", "d", 2)])
        )
        assert rest["purpose"].tolist() == ["checks", "checks"]
        assert set(rest["first"] + rest["second"]) == {"ad", "bd"}
        assert rest["variance"].tolist() == pytest.approx([5 / 3, 5 / 3])

    def test_a_skipped_pair_is_not_asked_again_and_another_way_is_found(self):
        frame, skip = unasked(3), [("b", "a")]
        assert "ab" not in set(asking.questions(frame, skip=skip).eval("first + second"))
        frame.at["a", "c"] = 2
        assert asking.questions(frame, skip=skip).loc[0, ["first", "second"]].tolist() == ["b", "c"]

    def test_when_all_links_are_skipped_the_groups_are_named(self):
        frame = asked(4, [("a", "b", 2), ("c", "d", 3)])
        pairs = [("a", "c"), ("a", "d"), ("b", "c"), ("b", "d")]
        assert asking.questions(frame, skip=pairs).empty
        with pytest.raises(InputError, match=r"unlinked groups \('a', 'b'\), \('c', 'd'\)"):
            asking.usable_weights(frame)
        assert np.isnan(asking.consistency_so_far(frame))

    def test_nothing_is_left_to_ask(self):
        assert asking.questions(consistent([1, 2, 3])).empty

    @settings(max_examples=30)
    @given(judged(), st.data())
    def test_the_variance_is_that_of_the_least_squares_fit(self, full, data):
        n = len(full)
        pairs = list(itertools.combinations(full.index, 2))
        kept = data.draw(st.sets(st.sampled_from(pairs), min_size=n - 1))
        rows = np.array([(full.index == i).astype(float) - (full.index == j) for i, j in kept])
        assume(np.linalg.matrix_rank(rows) == n - 1)
        spread = np.linalg.pinv(rows.T @ rows)
        for row in asking.questions(
            asked(n, [(i, j, full.at[i, j]) for i, j in kept])
        ).itertuples():
            way = (full.index == row.first).astype(float) - (full.index == row.second)
            assert row.variance == pytest.approx(way @ spread @ way)


class TestContradictions:
    def test_one_slip_in_consistent_answers_is_found_and_mended(self):
        frame = consistent([8, 4, 2, 1, 16])
        frame.at["b", "d"], frame.at["d", "b"] = 1 / 9, 9
        worst = asking.worst_contradiction(frame)
        assert (worst["first"], worst["second"]) == ("b", "d")
        assert (worst["answer"], worst["mended"]) == pytest.approx((1 / 9, 4))
        assert worst["now"] == pytest.approx(weights.consistency_ratio(frame))
        assert worst["then"] == pytest.approx(0, abs=1e-9)

    def test_nothing_contradicts_what_is_consistent_or_untested(self):
        assert asking.worst_contradiction(consistent([3, 2, 1])) is None
        assert asking.worst_contradiction(asked(3, [("a", "b", 9), ("b", "c", 9)])) is None
        assert asking.consistency_so_far(asked(3, [("a", "b", 9), ("b", "c", 9)])) == 0

    @settings(max_examples=30)
    @given(judged())
    def test_no_other_change_of_one_answer_fits_better(self, frame):
        worst = asking.worst_contradiction(frame)
        if worst is None:
            return
        best = misfit(frame, worst["first"], worst["second"], worst["mended"])
        centre = np.log(frame.to_numpy()).mean(axis=1)
        for i, j in itertools.combinations(range(len(frame)), 2):
            for answer in np.exp((centre[i] - centre[j]) * np.linspace(0, 3, 7)):
                names = frame.index[i], frame.index[j]
                assert misfit(frame, *names, answer) >= best - 1e-9

    @settings(max_examples=30)
    @given(judged(least=4), st.data())
    def test_where_pairs_were_skipped_the_removal_that_helps_most_is_found(self, full, data):
        pairs = list(itertools.combinations(full.index, 2))
        kept = data.draw(st.sets(st.sampled_from(pairs), min_size=len(full)))
        rows, _ = fitted(full, kept)
        assume(np.linalg.matrix_rank(rows) == len(full) - 1)
        self.require_worst_to_go(full, kept)

    def test_it_need_not_be_the_farthest_from_the_fit(self):
        answers = {("a", "b"): 5, ("b", "c"): 5, ("c", "d"): 0.2, ("a", "d"): 2, ("a", "c"): 5}
        full = unasked(4)
        for pair, answer in answers.items():
            full.at[pair] = answer
        worst = self.require_worst_to_go(full, set(answers))
        assert (worst["first"], worst["second"], worst["answer"]) == ("a", "b", 5)

    def require_worst_to_go(self, full, kept):
        """Hold the answer found against removing each answer in turn."""
        worst = asking.worst_contradiction(asked(len(full), [(*p, full.at[p]) for p in kept]))
        now = misfit_of(*fitted(full, kept))
        left = {}
        for pair in kept:
            rows, logs = fitted(full, kept - {pair})
            if np.linalg.matrix_rank(rows) == len(full) - 1:
                left[pair] = misfit_of(rows, logs)
        if worst is None:
            assert all(now - rest < 1e-6 for rest in left.values())
            return None
        pair = (worst["first"], worst["second"])
        pair = pair if pair in kept else pair[::-1]
        assert left[pair] == pytest.approx(min(left.values()), abs=1e-8)
        return worst

    def test_the_ratio_grows_into_that_of_all_answers(self):
        full = square([[1, 2, 4, 1], [1 / 2, 1, 2, 4], [1 / 4, 1 / 2, 1, 2], [1, 1 / 4, 1 / 2, 1]])
        part = full.copy()
        part.loc["a", "c"] = part.loc["c", "a"] = NAN
        excess = np.linalg.eigvals(weights.complete_judgements(part)).real.max() - 4
        # one pair of three that could contradict is missing
        assert asking.consistency_so_far(part) == pytest.approx(excess / 3 / (0.9 * 2 / 3))
        assert asking.consistency_so_far(full) == pytest.approx(weights.consistency_ratio(full))


def fitted(full, pairs):
    """Return the equations of a logarithmic fit, and their right sides."""
    pairs = sorted(pairs)
    rows = [(full.index == i).astype(float) - (full.index == j) for i, j in pairs]
    return np.array(rows), np.log([full.at[pair] for pair in pairs])


def misfit_of(rows, logs):
    return np.sum((logs - rows @ np.linalg.lstsq(rows, logs, rcond=None)[0]) ** 2)


def misfit(frame, first, second, answer):
    """Return the squared error of the logarithmic fit after one answer is changed."""
    logs = np.log(frame.to_numpy())
    i, j = frame.index.get_loc(first), frame.index.get_loc(second)
    logs[i, j], logs[j, i] = np.log(answer), -np.log(answer)
    centre = logs.mean(axis=1)
    return ((logs - (centre[:, None] - centre)) ** 2).sum() / 2


class TestCircles:
    CIRCLE = square([[1, 9, 1 / 9], [1 / 9, 1, 9], [9, 1 / 9, 1]])

    def test_a_circle_is_refused_with_its_way_and_the_mend(self):
        words = (
            r"must not run in a circle, 'a' is worth 9 times 'b', 'b' is worth 9 times 'c', "
            r"'c' is worth 9 times 'a' \(consistency ratio 6.13\); change one: by the others, "
            r"'b' would be worth 81 times 'a', not 0.111"
        )
        with pytest.raises(InputError, match=words):
            asking.usable_weights(self.CIRCLE)

    def test_a_circle_within_a_slip_of_judgement_is_used(self):
        slight = square([[1, 1.1, 1 / 1.1], [1 / 1.1, 1, 1.1], [1.1, 1 / 1.1, 1]])
        assert asking.circle(slight) == ["a", "b", "c"]
        assert asking.usable_weights(slight).tolist() == pytest.approx([1 / 3] * 3)

    def test_the_shortest_is_found_also_where_pairs_were_skipped(self):
        ring = asked(5, [(x, y, 3) for x, y in zip("abcde", "bcdea", strict=True)])
        assert asking.circle(ring) == list("abcde")
        ring.at["c", "a"] = 3
        assert asking.circle(ring) == list("abc")
        with pytest.raises(InputError, match="run in a circle"):
            asking.usable_weights(ring)

    @settings(max_examples=40)
    @given(judged())
    def test_there_is_none_if_and_only_if_the_answers_rank(self, frame):
        ring = asking.circle(frame)
        if ring:
            steps = zip(ring, [*ring[1:], ring[0]], strict=True)
            assert len(ring) >= 3 and all(frame.at[x, y] > 1 for x, y in steps)
        else:
            above = (frame > 1 + 1e-8).sum(axis=1)
            for x, y in itertools.permutations(frame.index, 2):
                assert (
                    frame.at[x, y] <= 1 + 1e-8
                    or above[x] > above[y]
                    or (frame == 1).sum().sum() > len(frame)
                )

    def test_equal_answers_make_no_circle(self):
        assert asking.circle(square(np.ones((4, 4)))) == []


class TestBalance:
    POINTS = pd.Series({"a": 40.0, "b": 30.0, "c": 20.0, "d": 10.0})

    def test_the_free_give_way_in_proportion_and_the_locked_stay(self):
        moved = self.POINTS.where(self.POINTS.index != "a", 55)
        found = asking.balance(moved, changed="a", locked=["b"])
        assert found.to_dict() == {"a": 55, "b": 30, "c": 10, "d": 5}

    @pytest.mark.parametrize(
        "to, locked, expected",
        [
            (100, [], [100, 0, 0, 0]),
            (250, ["d"], [90, 0, 0, 10]),
            (0, ["b", "c", "d"], [40, 30, 20, 10]),  # nothing else is free
            (41, [], [41, 29, 20, 10]),
        ],
    )
    def test_limits(self, to, locked, expected):
        moved = self.POINTS.where(self.POINTS.index != "a", to)
        assert asking.balance(moved, changed="a", locked=locked).tolist() == expected

    def test_zeros_share_evenly(self):
        found = asking.balance(pd.Series({"a": 50, "b": 0, "c": 0, "d": 0}), changed="a")
        assert sorted(found) == [16, 17, 17, 50]

    def test_the_argument_stays_as_it_was(self):
        moved = pd.Series({"a": 50.0, "b": 60.0})
        asking.balance(moved, changed="a")
        assert moved.tolist() == [50, 60]

    @given(
        st.lists(st.floats(0, 1e4), min_size=2, max_size=8),
        st.integers(0, 7),
        st.sets(st.integers(0, 7)),
        st.sampled_from([100, 100.0, 10, 33.5]),
    )
    def test_it_always_sums_to_the_total(self, numbers, changed, locked, total):
        points = pd.Series(numbers, index=[f"c{i}" for i in range(len(numbers))])
        changed = f"c{changed % len(numbers)}"
        locked = {f"c{i % len(numbers)}" for i in locked} - {changed}
        assume(points[list(locked)].sum() <= total)
        found = asking.balance(points, changed=changed, locked=locked, total=total)
        assert found.sum() == pytest.approx(total)
        assert (found >= 0).all() and found.index.equals(points.index)
        assert (found[list(locked)] == points[list(locked)]).all()
        free = [c for c in points.index if c != changed and c not in locked]
        rest = points[free].sum()
        if rest > 0:
            share = points[free] / rest * (total - found.drop(free).sum())
            assert (found[free] - share).abs().max() <= 1 + 1e-6

    @pytest.mark.parametrize(
        "change, words",
        [
            ({"changed": "x"}, "points: 'x' not among them"),
            ({"changed": "a", "locked": ["y"]}, "points: 'y' not among them"),
            ({"changed": "a", "locked": ["a"]}, "locked: 'a' is locked and cannot be changed"),
            (
                {"changed": "d", "locked": list("abc"), "total": 50},
                "locked: sum to 90, more than 50",
            ),
            ({"changed": "a", "total": NAN}, "total: must"),
        ],
    )
    def test_refusals(self, change, words):
        with pytest.raises(InputError, match=words):
            asking.balance(self.POINTS, **change)

    def test_points_must_be_numbers(self):
        with pytest.raises(InputError, match="points: each must be at least 0"):
            asking.balance(pd.Series({"a": -1.0, "b": 2.0}), changed="a")
