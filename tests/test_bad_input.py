"""Every public function of scoring, weights and value against fifteen kinds of hard input.

Each pair of function and kind either raises an InputError whose words are given below,
or answers, and then the answer must be that of a slow, independent definition.
"""

import copy
import inspect
import itertools
import math

import numpy as np
import pandas as pd
import pytest

from pmo_lib import scoring, value, weights
from pmo_lib.checks import InputError

PROJECTS, CRITERIA = list("pqrs"), list("abc")
TABLE = pd.DataFrame(
    [[0.1, 0.9, 0.3], [0.7, 0.4, 0.2], [0.5, 0.6, 1.0], [0.9, 0.2, 0.8]], PROJECTS, CRITERIA
)
WEIGHTS = pd.Series([0.5, 0.2, 0.3], list("bac"))
DIRECTION = pd.Series(["less", "more", "more"], list("bca"))
NOT_DOING = pd.Series([0.25, 0.5, 0.0], list("cab"))
WORST, BEST = pd.Series({"c": 0.1, "a": 0.0, "b": 1.0}), pd.Series({"a": 0.8, "b": 0.0, "c": 0.9})
BEND = pd.Series([0.0, 0.5, 1.0], [0.2, 0.5, 0.8])
JUDGED = pd.DataFrame([[1, 2, 6], [1 / 2, 1, 5], [1 / 6, 1 / 5, 1]], CRITERIA, CRITERIA)
MEMBERS = pd.DataFrame([[0.5, 0.3, 0.2], [0.2, 0.2, 0.6], [0.4, 0.5, 0.1]], list("xyz"), CRITERIA)
PLACES = pd.DataFrame([[1, 2, 3], [2, 1, 3], [3, 1, 2]], list("xyz"), CRITERIA)
RATED = pd.Series(["low", "high", "none", "low"], PROJECTS)
LEVELS = pd.Series({"none": 0.0, "low": 0.3, "high": 1.0})


# The definitions, one project, pair or place at a time.


def sum_of_weighted(values, weights):
    return [sum(weights[c] * row[c] for c in row.index) for _, row in values.iterrows()]


def products(values, weights):
    return [[weights[c] * row[c] for c in row.index] for _, row in values.iterrows()]


def gain(values, weights, not_doing):
    return sum_of_weighted(values - not_doing[values.columns], weights)


def place(score):
    return [1 + sum(other > own for other in score) for own in score]


def closeness(performance, weights, direction):
    numbers = performance.astype(float)
    numbers /= numbers.abs().max().replace(0, 1)
    length = np.sqrt((numbers**2).sum()).replace(0, 1)
    scaled = numbers / length * weights[performance.columns]
    scaled *= [1 if direction[c] == "more" else -1 for c in performance]
    answers = []
    for _, row in scaled.iterrows():
        far, near = math.dist(row, scaled.max()), math.dist(row, scaled.min())
        answers.append(near / (far + near) if far + near > 0 else 0.5)
    return answers


def product(performance, weights, direction):
    signed = {c: weights[c] * (1 if direction[c] == "more" else -1) for c in performance}
    return [
        math.prod(float(row[c]) ** signed[c] for c in signed) for _, row in performance.iterrows()
    ]


def net_flow(performance, weights, direction):
    numbers, n = performance.astype(float), len(performance)
    numbers *= [1 if direction[c] == "more" else -1 for c in performance]
    flow = []
    for own in numbers.index:
        leads = [np.sign(numbers.loc[own] - numbers.loc[other]) for other in numbers.index]
        flow.append(sum((lead * weights).sum() for lead in leads) / max(n - 1, 1))
    return flow


def at_least_and_better(values):
    rows = values.to_numpy()
    return [[(one >= other).all() and (one > other).any() for other in rows] for one in rows]


def on_a_line(performance, worst, best):
    share = (performance.astype(float) - worst) / (best - worst)
    return share[performance.columns].map(lambda x: min(max(x, 0), 1))


def outside(performance, worst, best):
    ends = pd.DataFrame([worst, best])
    return [
        [not ends[c].min() <= row[c] <= ends[c].max() for c in performance]
        for _, row in performance.iterrows()
    ]


def between_points(performance, points):
    def one(level):
        for (x, u), (y, v) in itertools.pairwise(points.items()):
            if x <= level <= y:
                return u + (v - u) * (level - x) / (y - x)
        return points.iloc[0] if level < points.index[0] else points.iloc[-1]

    return [one(level) for level in performance]


def shares(points):
    return [own / sum(float(x) for x in points) for own in points]


def places_of(ranking):
    """Return, for each label of a ranking, the places that it fills with those it ties."""
    groups = [group if isinstance(group, tuple) else (group,) for group in ranking]
    first = 1
    for group in groups:
        yield from [range(first, first + len(group))] * len(group)
        first += len(group)


def centroid(ranking):
    ends = sorted({max(filled) for filled in places_of(ranking)})
    return [sum(1 / e for e in ends if e >= max(f)) / len(ends) for f in places_of(ranking)]


def by_sum(ranking):
    n = len(list(places_of(ranking)))
    return shares([sum(n + 1 - k for k in filled) / len(filled) for filled in places_of(ranking)])


def by_reciprocal(ranking):
    return shares([sum(1 / k for k in filled) / len(filled) for filled in places_of(ranking)])


def by_row_means(judgements):
    return shares([math.prod(row) ** (1 / len(row)) for _, row in judgements.iterrows()])


def contradiction(judgements):
    if len(judgements) < 3:
        return 0.0
    (_, ab, ac), (_, _, bc), _ = judgements.to_numpy()
    turn = (ab * bc / ac) ** (1 / 3)  # for three criteria the eigenvalue is 1 + t + 1 / t
    return (turn + 1 / turn - 2) / 2 / 0.58


def filled(judgements):
    full = judgements.astype(float)
    for own, other in itertools.permutations(full.index, 2):
        third = [c for c in full.index if c not in (own, other)]
        if np.isnan(full.loc[own, other]):
            full.loc[own, other] = full.loc[own, third[0]] * full.loc[third[0], other]
    return full


def geometric_mean(judgements):
    return np.prod([j.to_numpy() for j in judgements], axis=0) ** (1 / len(judgements))


def mean_weights(weights):
    return [sum(weights[c]) / len(weights) for c in weights]


def agreement(rankings):
    def mean_place(row):
        return [(sum(x < own for x in row) + sum(x <= own for x in row) + 1) / 2 for own in row]

    places = [mean_place(row) for _, row in rankings.iterrows()]
    m, n = len(places), len(places[0])
    sums = [sum(member[j] for member in places) for j in range(n)]
    ties = sum(member.count(x) ** 3 - member.count(x) for member in places for x in set(member))
    return 12 * sum((s - sum(sums) / n) ** 2 for s in sums) / (m**2 * (n**3 - n) - m * ties)


def disorder(performance):
    spread = []
    for c in performance:
        parts = [p for p in shares(performance[c]) if p > 0] if any(performance[c]) else []
        flat = len(set(performance[c])) == 1
        spread.append(
            0 if flat else 1 + sum(p * math.log(p) for p in parts) / math.log(len(performance))
        )
    return shares(spread)


def information(performance, direction):
    numbers = performance.astype(float)
    scaled = (numbers - numbers.min()) / (numbers.max() - numbers.min())
    for c in scaled:
        scaled[c] = scaled[c] if direction[c] == "more" else 1 - scaled[c]
    return shares((scaled.std() * (1 - scaled.corr()).sum()).fillna(0))


# The functions: valid arguments, in labels of any order, and the definition.

FUNCTIONS = {
    scoring.additive_value: ({"values": TABLE, "weights": WEIGHTS}, sum_of_weighted),
    scoring.weighted_values: ({"values": TABLE, "weights": WEIGHTS}, products),
    scoring.value_over_not_doing: (
        {"values": TABLE, "weights": WEIGHTS, "not_doing": NOT_DOING},
        gain,
    ),
    scoring.rank: ({"score": TABLE["c"]}, place),
    scoring.topsis: (
        {"performance": TABLE, "weights": WEIGHTS, "direction": DIRECTION},
        closeness,
    ),
    scoring.weighted_product: (
        {"performance": TABLE, "weights": WEIGHTS, "direction": DIRECTION},
        product,
    ),
    scoring.promethee_ii: (
        {"performance": TABLE, "weights": WEIGHTS, "direction": DIRECTION},
        net_flow,
    ),
    scoring.dominates: ({"values": TABLE}, at_least_and_better),
    value.linear_value: ({"performance": TABLE, "worst": WORST, "best": BEST}, on_a_line),
    value.beyond_references: ({"performance": TABLE, "worst": WORST, "best": BEST}, outside),
    value.piecewise_value: ({"performance": TABLE["c"], "points": BEND}, between_points),
    value.level_value: (
        {"performance": RATED, "levels": LEVELS},
        lambda performance, levels: [levels[word] for word in performance],
    ),
    weights.normalise: ({"points": pd.Series({"a": 3, "b": 5, "c": 2})}, shares),
    weights.rank_order_centroid: ({"ranking": CRITERIA}, centroid),
    weights.rank_sum: ({"ranking": CRITERIA}, by_sum),
    weights.rank_reciprocal: ({"ranking": CRITERIA}, by_reciprocal),
    weights.pairwise_eigenvector: ({"judgements": JUDGED}, by_row_means),
    weights.pairwise_geometric_mean: ({"judgements": JUDGED}, by_row_means),
    weights.consistency_ratio: ({"judgements": JUDGED}, contradiction),
    weights.complete_judgements: ({"judgements": JUDGED}, filled),
    weights.aggregate_judgements: ({"judgements": [JUDGED, JUDGED.T]}, geometric_mean),
    weights.aggregate_weights: ({"weights": MEMBERS}, mean_weights),
    weights.kendalls_w: ({"rankings": PLACES}, agreement),
    weights.entropy: ({"performance": TABLE}, disorder),
    weights.critic: ({"performance": TABLE, "direction": DIRECTION}, information),
}
RANKINGS = {weights.rank_order_centroid, weights.rank_sum, weights.rank_reciprocal}
PAIRWISE = {
    weights.pairwise_eigenvector,
    weights.pairwise_geometric_mean,
    weights.consistency_ratio,
    weights.complete_judgements,
    weights.aggregate_judgements,
}
SPREAD = {weights.entropy, weights.critic}
VALUES = {f for f, (arguments, _) in FUNCTIONS.items() if "values" in arguments}
WEIGHTED = {f for f, (arguments, _) in FUNCTIONS.items() if arguments.get("weights") is WEIGHTS}
DIRECTED = {f for f, (arguments, _) in FUNCTIONS.items() if "direction" in arguments}
EVERY = set(FUNCTIONS)


# The kinds: how the arguments change, for which functions, and who refuses in what words.


def first_of(arguments):
    return next(iter(arguments))


def change_data(arguments, change):
    """Change the first argument, of a list of judgements the second."""
    name = first_of(arguments)
    data = copy.deepcopy(arguments[name])
    if name == "judgements" and isinstance(data, list):
        return {name: [data[0], change(data[1])]}
    return arguments | {name: change(data)}


def with_cell(cell):
    def change(data):
        data = data.astype(object)
        if isinstance(data, pd.Series):
            data.iloc[1] = cell
        else:
            data.iloc[1, 2] = cell
            if data.columns.equals(data.index):
                data.iloc[2, 1] = 1 / cell if isinstance(cell, float) else cell
        return data

    return change


def in_ranking(ranking):
    return lambda function, arguments: {"ranking": ranking}


def cell(content):
    return lambda function, arguments: change_data(arguments, with_cell(content))


def first_rows(n):
    def kind(function, arguments):
        square = function in PAIRWISE
        change = lambda data: data.iloc[:n, :n] if square else data.iloc[:n]  # noqa: E731
        if isinstance(arguments[first_of(arguments)], list):
            return {"judgements": [j.iloc[:n, :n] for j in arguments["judgements"]]}
        return change_data(arguments, change)

    return kind


def same_rows(function, arguments):
    def change(data):
        if function in PAIRWISE:
            return data * 0 + 1
        return data.iloc[[0] * len(data)].set_axis(data.index)

    return change_data(arguments, change)


def column_of(content):
    def kind(function, arguments):
        def change(data):
            if isinstance(data, pd.Series):
                return data * 0 + content
            return data.assign(b=content)

        return change_data(arguments, change)

    return kind


def no_second_criterion(function, arguments):
    rest = arguments[first_of(arguments)].drop(columns="b")
    return change_data(arguments, lambda data: rest.assign(b=0.0 * rest["a"], a=1 - rest["c"]))


def money(function, arguments):
    def large(data):
        if function in PAIRWISE:
            rows = [[1, 4e9, 8e9], [1 / 4e9, 1, 3], [1 / 8e9, 1 / 3, 1]]
            return pd.DataFrame(rows, data.index, data.columns)
        return (data * 4e9).round().astype("int64")

    changed = change_data(arguments, large)
    if "best" in arguments:
        changed |= {"worst": arguments["worst"] * 4e9, "best": arguments["best"] * 4e9}
    if function is value.piecewise_value:
        changed["points"] = pd.Series(BEND.to_numpy(), (BEND.index * 4e9).astype("int64"))
    return changed


def tied(function, arguments):
    def change(data):
        if function in PAIRWISE:
            data.loc["a", "b"] = data.loc["b", "a"] = 1.0
        elif isinstance(data, pd.Series):
            data.iloc[1] = data.iloc[2]
        elif function is weights.kendalls_w:
            data.loc["x"] = [1, 1, 3]
        else:
            data.iloc[1] = data.iloc[2]
        if function not in PAIRWISE | {weights.aggregate_weights} and data.ndim == 2:
            data.iloc[-1, 0] = data.iloc[0, 0]
        return data

    return change_data(arguments, change)


def own_weights(change):
    """Change the weights, which are the data themselves where weights are made or combined."""

    def kind(function, arguments):
        if function in WEIGHTED:
            return arguments | {"weights": change(arguments["weights"].copy())}
        if function is weights.aggregate_weights:
            row = lambda data: pd.concat([data.iloc[:1], change(data.iloc[1]).to_frame().T])  # noqa: E731
            return change_data(arguments, row)
        return change_data(arguments, lambda data: change(data.astype(float)))

    return kind


def negative(data):
    data.iloc[0], data.iloc[1] = data.iloc[0] + 1, data.iloc[1] - 1 - data.iloc[1]
    data.iloc[2] -= 1
    return data


def unknown(function, arguments):
    return arguments | {"direction": arguments["direction"].replace("less", "min")}


MISSING = r"got nothing \(missing\)"
WEIGHING = WEIGHTED | {weights.aggregate_weights}
NUMBERS = EVERY - RANKINGS - {value.level_value}

KINDS = [
    # kind, how, which functions, the words of their refusal or None where they answer
    ("NaN cell", cell(np.nan), EVERY - RANKINGS - {weights.complete_judgements}, MISSING),
    ("NaN cell", cell(np.nan), {weights.complete_judgements}, None),
    ("NaN cell", in_ranking(["a", np.nan]), RANKINGS, MISSING),
    ("infinity", cell(np.inf), NUMBERS, "got inf"),
    ("infinity", cell(np.inf), {value.level_value}, "each must be one of .* got inf"),
    ("negative weight", own_weights(negative), WEIGHING, "each must be at least 0, got -"),
    ("negative weight", own_weights(negative), {weights.normalise}, "at least 0, got -1"),
    ("negative weight", cell(-0.5), PAIRWISE, "each must be positive, got -0.5"),
    ("NaN weight", own_weights(lambda w: w.where(w != 0.2)), WEIGHTED, MISSING),
    ("NaN weight", own_weights(lambda w: w.where(w != 2)), {weights.normalise}, MISSING),
    ("NaN weight", cell(np.nan), {weights.aggregate_weights}, MISSING),
    ("weights sum to 2", own_weights(lambda w: 2 * w), WEIGHING, "sum to 1, got 2"),
    ("weights sum to 2", own_weights(lambda w: w / 5), {weights.normalise}, None),
    ("all-zero column", column_of(0.0), VALUES | {scoring.rank, scoring.topsis}, None),
    ("all-zero column", column_of(0.0), {scoring.promethee_ii, value.linear_value}, None),
    ("all-zero column", column_of(0.0), {scoring.weighted_product}, "above 0 where less is bett"),
    ("all-zero column", column_of(0.0), {value.beyond_references, value.piecewise_value}, None),
    ("all-zero column", column_of(0.0), SPREAD | {weights.kendalls_w}, None),
    ("all-zero column", no_second_criterion, {weights.aggregate_weights}, None),
    ("all-zero column", column_of(0.0), PAIRWISE, "each must be positive, got 0"),
    ("all-zero column", column_of(0), {weights.normalise}, "add up to a positive"),
    ("constant column", column_of(0.4), VALUES | {scoring.rank, scoring.topsis}, None),
    ("constant column", column_of(0.4), {scoring.promethee_ii, value.linear_value}, None),
    ("constant column", column_of(0.4), {scoring.weighted_product}, None),
    ("constant column", column_of(0.4), {value.beyond_references, value.piecewise_value}, None),
    ("constant column", column_of(0.4), SPREAD | {weights.kendalls_w, weights.normalise}, None),
    ("constant column", column_of(0.4), {weights.aggregate_weights}, "row must sum to 1"),
    ("zero in a cost", cell(0.0), NUMBERS - PAIRWISE - {weights.aggregate_weights}, None),
    ("zero in a cost", cell(0), PAIRWISE, "each must be positive, got 0"),
    ("zero in a cost", cell(0), {weights.aggregate_weights}, "each row must sum to 1"),
    ("zero in a cost", cell(0), {value.level_value}, "each must be one of .* got 0"),
    ("identical rows", same_rows, EVERY - RANKINGS - SPREAD, None),
    ("identical rows", same_rows, SPREAD, "at least one criterion must vary"),
    ("identical rows", in_ranking(["a", "b", "a"]), RANKINGS, "repeated: 'a'"),
    ("no project", first_rows(0), EVERY - RANKINGS, "at least one (row|entry)"),
    ("no project", in_ranking([]), RANKINGS, "hold at least one label"),
    ("one project", first_rows(1), EVERY - RANKINGS - SPREAD - {weights.kendalls_w}, None),
    ("one project", first_rows(1), SPREAD, "at least two projects, got 1"),
    ("one project", first_rows(1), {weights.kendalls_w}, "at least two members"),
    ("one project", in_ranking(["a"]), RANKINGS, None),
    ("text for a number", cell("high"), NUMBERS, "must be a finite number, got 'high'"),
    ("text for a number", cell("12"), NUMBERS, "must be a finite number, got '12'"),
    ("text for a number", cell("12"), {value.level_value}, "be one of .* got '12'"),
    ("text for a number", in_ranking("abc"), RANKINGS, "must be a list .* got str"),
    ("wrong weight length", own_weights(lambda w: w[:2]), WEIGHTED, "labels must be th"),
    (
        "wrong weight length",
        own_weights(lambda w: pd.concat([w, pd.Series({"d": 0.0})])),
        WEIGHTED,
        "weights: labels must be those of .*; not in .*: 'd'",
    ),
    (
        "wrong weight length",
        lambda function, arguments: change_data(arguments, lambda j: j.iloc[:2]),
        PAIRWISE,
        "columns: labels must be those of the rows",
    ),
    (
        "unknown direction",
        unknown,
        DIRECTED,
        "'more' or 'less', got 'min' for criterion 'b",
    ),
    ("int64 money", money, NUMBERS - VALUES - {weights.aggregate_weights}, None),
    ("int64 money", money, VALUES, r"each must lie in \[0, 1\], got 400,000,000"),
    ("int64 money", money, {weights.aggregate_weights}, "each row must sum to 1, got 4,0"),
    ("int64 money", cell(4_000_000_000), {value.level_value}, "got 4,000,000,000"),
    ("int64 money", in_ranking([2**62, 4_000_000_000]), RANKINGS, None),
    ("ties", tied, EVERY - RANKINGS, None),
    ("ties", in_ranking(["a", ("b", "c"), "d"]), RANKINGS, None),
    ("ties", in_ranking([("a", "b")]), RANKINGS, None),
]


def word(function):
    return f"{function.__module__.split('.')[1]}.{function.__name__}"


PAIRS = [
    pytest.param(function, how, words, id=f"{word(function)}-{kind}")
    for kind, how, functions, words in KINDS
    for function in sorted(functions, key=word)
]


@pytest.mark.parametrize(("function", "how", "words"), PAIRS)
def test_hard_input_is_refused_or_answered(function, how, words):
    arguments, definition = FUNCTIONS[function]
    changed = how(function, arguments)
    if words is not None:
        with pytest.raises(InputError, match=words):
            function(**changed)
    else:
        found = np.asarray(function(**changed), dtype=float)
        assert found == pytest.approx(np.asarray(definition(**changed), dtype=float), abs=1e-9)


@pytest.mark.parametrize("function", sorted(FUNCTIONS, key=word), ids=word)
def test_the_untouched_arguments_are_answered(function):
    arguments, definition = FUNCTIONS[function]
    found = np.asarray(function(**arguments), dtype=float)
    assert found == pytest.approx(np.asarray(definition(**arguments), dtype=float), abs=1e-9)


def test_every_public_function_faces_every_kind_that_can_reach_it():
    public = {
        function
        for module in (scoring, weights, value)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_") and function.__module__.startswith(module.__name__)
    }
    assert public == EVERY
    faced = {(kind, function) for kind, _, functions, _ in KINDS for function in functions}
    kinds = {kind for kind, _ in faced}
    assert len(kinds) == 16  # fifteen, with constant and all-zero columns told apart
    unreached = {
        "infinity": RANKINGS,  # any label is as good as another
        "zero in a cost": RANKINGS,
        "all-zero column": RANKINGS | {value.level_value},
        "constant column": RANKINGS | PAIRWISE | {value.level_value},
        "negative weight": EVERY - WEIGHING - PAIRWISE - {weights.normalise},
        "NaN weight": EVERY - WEIGHING - {weights.normalise},
        "weights sum to 2": EVERY - WEIGHING - {weights.normalise},
        "wrong weight length": EVERY - WEIGHTED - PAIRWISE,
        "unknown direction": EVERY - DIRECTED,
    }
    for kind in kinds:
        missed = {function for function in EVERY if (kind, function) not in faced}
        assert missed == unreached.get(kind, set()), kind
