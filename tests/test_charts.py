"""Charts: what they show, that they render without a network, and that ranks agree."""

import itertools
import json
import re
import subprocess
import sys

import altair as alt
import numpy as np
import pandas as pd
import pytest
import vl_convert

from pmo_lib import charts, scoring
from pmo_lib.charts import live, ranking, style
from pmo_lib.checks import InputError

CHROMIUM = "/usr/bin/chromium"
HOSTILE = '<img src=x onerror="window.hacked=1">\'"</script>\\u0022 & {datum} \u202eevil\ud800'
OBJECTIVES = pd.Series({"safe": 0.5, "fair": 0.3, "green": 0.2})


class Made:
    """Invented projects for pictures: values, weights, cost, funded, names."""

    def __init__(self, n: int, seed: int = 3) -> None:
        rng = np.random.default_rng(seed)
        self.labels = pd.Index([f"P{number:03d}" for number in range(n)], name="project")
        self.weights = pd.Series({"safety": 0.4, "reach": 0.35, "net zero": 0.25})
        values = rng.beta(1.2, 1.4, (n, 3))
        self.values = pd.DataFrame(values, self.labels, self.weights.index)
        self.cost = pd.Series((10 ** rng.normal(6.2, 0.4, n)).round(-4), self.labels)
        self.funded = pd.Series(rng.random(n) < 0.5, self.labels)
        self.names = pd.Series(self.labels, self.labels).map("Project {} for the county".format)
        self.score = scoring.additive_value(self.values, self.weights)
        self.weighted_values = self.values * self.weights
        self.mandatory = pd.Series(rng.random(n) < 0.1, self.labels)
        self.budget = 0.45 * float(self.cost.sum())


def drawn(kind: str, made: Made):
    """Draw one of the charts that show projects."""
    if kind == "ranking":
        return charts.ranking_chart(made.weighted_values, funded=made.funded, names=made.names)
    if kind == "bubbles":
        return charts.value_against_cost(
            100 * made.score - 20,
            made.cost,
            funded=made.funded,
            names=made.names,
        )
    return charts.live_ranking(
        made.values,
        made.weights,
        cost=made.cost,
        budget=made.budget,
        mandatory=made.mandatory,
        names=made.names,
    )


def years(n: int, start: int = 2027) -> list[str]:
    return [f"{start + number}-04-01" for number in range(n)]


def a_flow(n: int = 6):
    cost = pd.Series(np.linspace(9e6, 0, n), index=years(n))
    return charts.flows_by_year(cost, cost[::-1].set_axis(cost.index) * 1.5)


def a_spend(**options):
    share = pd.Series({"fair": 0.25, "safe": 0.6, "green": 0.1, "no objective": 0.05})
    return charts.spend_against_importance(share, OBJECTIVES, **options)


def svg(chart) -> str:
    return vl_convert.vegalite_to_svg(chart.to_json())


def nodes(tree):
    """Walk every dictionary in a specification or scene."""
    if isinstance(tree, dict):
        yield tree
        for child in tree.values():
            yield from nodes(child)
    elif isinstance(tree, list):
        for child in tree:
            yield from nodes(child)


def lightness(colour: str) -> float:
    """CIE lightness: what a grey print keeps of a colour, from 0 to 100."""
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    return 116 * np.cbrt(luminance) - 16 if luminance > 0.008856 else 903.3 * luminance


# Every chart renders


@pytest.mark.parametrize("n", [12, 30, 300])
@pytest.mark.parametrize("kind", ["ranking", "bubbles", "live"])
def test_charts_of_projects_render(kind, n):
    made = Made(n)
    picture = svg(drawn(kind, made))
    assert picture.startswith("<svg")
    assert picture.count("<path") > 12
    assert "NaN" not in picture
    assert "Infinity" not in picture
    if n == 12:
        assert all(name in picture for name in made.names)


@pytest.mark.parametrize("chart", [a_flow, a_spend, lambda: a_flow(30), lambda: a_flow(1)])
def test_other_charts_render(chart):
    picture = svg(chart())
    assert "NaN" not in picture
    assert vl_convert.svg_to_png(picture)[:4] == b"\x89PNG"


@pytest.mark.parametrize("kind", ["ranking", "bubbles", "live"])
def test_small_and_degenerate_portfolios_render(kind):
    made = Made(1)
    assert "NaN" not in svg(drawn(kind, made))
    made = Made(5)
    made.values[:] = made.weighted_values.iloc[:] = 0.0
    made.score[:], made.cost[:], made.funded[:], made.budget = 0.2, 0.0, True, 0.0
    assert "NaN" not in svg(drawn(kind, made))


def test_importing_charts_compiles_no_grammar():
    code = "import sys, pmo_lib.charts; sys.exit('lark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_charts_carry_their_data_and_fetch_nothing():
    projects = [drawn(kind, Made(12)) for kind in ("ranking", "bubbles", "live")]
    for chart in [*projects, a_flow(), a_spend()]:
        spec = chart.to_dict()
        assert "url" not in {key for node in nodes(spec) for key in node}
        assert spec["title"]["text"]


def test_charts_of_many_projects_stay_of_one_size():
    sizes = {
        n: [float(svg(chart).split(side)[1].split('"')[0]) for side in (' width="', ' height="')]
        for n in (100, 1000)
        for chart in [charts.ranking_chart(Made(n).weighted_values, funded=Made(n).funded)]
    }
    assert max(sizes[1000]) < 1200
    assert np.abs(np.subtract(sizes[100], sizes[1000])).max() < 40


# Grey prints, units, words


@pytest.mark.parametrize("n", range(1, 13))
def test_fills_differ_in_lightness(n):
    steps = np.diff([lightness(colour) for colour in style.palette(n)])
    assert (steps > (9 if n <= len(style.RAMP) else 3)).all()


def test_funded_is_told_by_shape_and_by_fill():
    shapes, fills = style.FUNDED_SHAPE, style.FUNDED_FILL
    assert shapes[style.FUNDED] != shapes[style.NOT_FUNDED]
    assert lightness(fills[style.NOT_FUNDED]) - lightness(fills[style.FUNDED]) > 50
    for kind in ("ranking", "bubbles"):
        encodings = [
            node["encoding"]
            for node in nodes(drawn(kind, Made(12)).to_dict())
            if "encoding" in node
        ]
        marks = [e for e in encodings if "shape" in e]
        assert marks
        assert all(e["shape"]["field"] == e["fill"]["field"] == "state" for e in marks)


def test_flows_differ_in_lightness():
    light, dark = (lightness(charts.flows.FILL[what]) for what in ("benefit", "cost"))
    assert light - dark > 40


def titles(chart) -> set:
    return {node["title"] for node in nodes(chart.to_dict()) if isinstance(node.get("title"), str)}


def test_axes_state_units():
    made = Made(12)
    assert "score (out of 100)" in titles(drawn("ranking", made))
    assert {"cost [£k]", "value over not doing"} <= titles(drawn("bubbles", made))
    assert "£m a year, and in total" in titles(a_flow())
    assert "% of the money; % of the weight" in titles(a_spend())


def test_a_few_large_costs_are_drawn_on_a_square_root_scale_that_says_so():
    made = Made(30)
    made.cost.iloc[0] = 100 * made.cost.max()
    assert "cost [£m], square-root scale" in titles(drawn("bubbles", made))


def test_the_line_is_never_called_funded():
    text = drawn("live", Made(100)).to_json()
    assert "where the money runs out walking down the list" in text
    assert "funded" not in text


def test_flows_say_when_the_benefits_make_up_for_the_costs():
    index = years(4)
    cost = pd.Series([4e6, 0, 3e6, 0], index=index)
    benefit = pd.Series([0, 6e6, 0, 2e6], index=index)
    chart = charts.flows_by_year(cost, benefit, price_base="2027-28 prices")
    assert chart.to_dict()["title"]["subtitle"] == [
        "Benefits have made up for the costs from 2030-31: +£1.0m by 2030-31.",
        "2027-28 prices.",
    ]
    never = charts.flows_by_year(cost, benefit / 10)
    assert never.to_dict()["title"]["subtitle"] == [
        "Benefits do not make up for the costs in these years: −£6.2m by 2030-31."
    ]
    always = charts.flows_by_year(cost, cost).to_dict()["title"]["subtitle"][0]
    assert always.startswith("Benefit less cost is never below zero")


def test_flows_in_any_order_of_periods():
    cost = pd.Series([4e6, 1e6], index=years(2))
    same = charts.flows_by_year(cost[::-1], cost).to_dict()
    assert same == charts.flows_by_year(cost, cost).to_dict()


def data_of(chart) -> list[dict]:
    """Return the rows of the largest data set."""
    return max(chart.to_dict()["datasets"].values(), key=len)


def test_ranking_is_in_order_of_score_with_ties_sharing_a_rank():
    weighted = pd.DataFrame(
        {"a": [0.1, 0.3, 0.2, 0.3], "b": [0.1, 0.2, 0.3, 0.4]}, index=list("wxyz")
    )
    funded = pd.Series([True, False, True, False], index=list("wxyz"))
    rows = data_of(charts.ranking_chart(weighted, funded=funded))
    assert [row["name"] for row in rows] == ["z", "x", "y", "w"]
    assert [row["rank"] for row in rows] == [1, 2, 2, 4]
    assert [row["place"] for row in rows] == [1, 2, 3, 4]
    assert [row["state"] for row in rows] == ["not funded", "not funded", "funded", "funded"]


@pytest.mark.parametrize(("n_funded", "first"), [(0, 1), (150, 133), (300, 265)])
def test_the_close_up_shows_the_last_funded_places(n_funded, first):
    made = Made(300)
    made.funded[:] = np.arange(300) < n_funded
    chart = charts.ranking_chart(made.weighted_values, funded=made.funded).to_dict()
    last = first + ranking.CLOSE_UP_ROWS - 1
    assert f"places {first} to {last}" in chart["title"]["subtitle"][1]


def test_spend_is_in_order_of_weight_with_the_rest_last():
    rows = data_of(a_spend(names=pd.Series({"safe": "Safe", "fair": "Fair", "green": "Green"})))
    assert [row["name"] for row in rows] == ["Safe", "Fair", "Green", "no objective"]
    assert [row["difference"] for row in rows] == pytest.approx([10, -5, -10, 5])


@pytest.mark.parametrize("n", [12, 60, 300])
def test_names_of_bubbles_do_not_overlap(n):
    chart = drawn("bubbles", Made(n))
    labels = {row["label"] for row in data_of(chart)} - {""}
    assert 5 <= len(labels) <= 14
    scene = vl_convert.vegalite_to_scenegraph(chart.to_json())
    boxes = []
    for item in (i for m in nodes(scene) if m.get("marktype") == "text" for i in m["items"]):
        if item.get("text") in labels:
            width = 5.6 * len(item["text"])
            shift = {"left": 0, "right": width}.get(item.get("align"), width / 2)
            left = item["x"] + item.get("dx", 0) - shift
            boxes.append((left, left + width, item["y"] + item.get("dy", 0)))
    assert len(boxes) == len(labels)
    for (a, b, y), (c, d, z) in itertools.combinations(boxes, 2):
        assert a >= d or c >= b or abs(y - z) >= 11


# Hostile and long texts


@pytest.mark.parametrize("kind", ["ranking", "bubbles", "live"])
def test_hostile_names_stay_text(kind):
    made = Made(12)
    made.names.iloc[0] = HOSTILE
    made.weights = made.weights.rename({"net zero": HOSTILE})
    made.values = made.values.rename(columns={"net zero": HOSTILE})
    made.weighted_values = made.weighted_values.rename(columns={"net zero": HOSTILE})
    chart = drawn(kind, made)
    expressions = [node["labelExpr"] for node in nodes(chart.to_dict()) if "labelExpr" in node]
    assert not any("<" in text or "&" in text or "{datum}" in text for text in expressions)
    picture = svg(chart)
    assert "<img" not in picture
    assert "\u202e" not in picture


def test_long_names_are_cut_and_kept_whole_in_the_tooltip():
    made = Made(12)
    made.names.iloc[0] = "A very long name of a project " * 5
    chart = drawn("ranking", made)
    assert made.names.iloc[0].strip() in {row["name"] for row in data_of(chart)}
    marks = [node["mark"] for node in nodes(chart.to_dict()) if "mark" in node]
    assert any(0 < mark.get("limit", 0) <= 250 for mark in marks)
    printed = re.findall(r"<text[^>]*>([^<]*)</text>", svg(chart))
    assert any(text.startswith("A very long name") for text in printed)
    assert made.names.iloc[0].strip() not in printed


def test_projects_of_one_name_stay_apart():
    made = Made(12)
    made.names[:] = "the same"
    texts = [piece.split("</text>")[0] for piece in svg(drawn("ranking", made)).split("<text")]
    assert sum(text.endswith(">the same") for text in texts) == 12


# The live ranking scores as Python does


def in_python(made: Made, points: np.ndarray) -> pd.DataFrame:
    """Rank and walk down the list, mandatory first, at slider positions."""
    weights = pd.Series(points / points.sum(), index=made.weights.index)
    score = scoring.additive_value(made.values, weights).round(11)
    table = pd.DataFrame({"rank": scoring.rank(score), "first": made.mandatory, "cost": made.cost})
    table["order"] = np.arange(len(table))
    table = table.sort_values(["first", "rank", "order"], ascending=[False, True, True])
    table["running"] = table["cost"].cumsum()
    return table


def with_points(chart, points: np.ndarray) -> dict:
    spec = chart.to_dict()
    for number, position in enumerate(points):
        param = next(p for p in spec["params"] if p["name"] == f"weight_{number}")
        param["value"] = float(position)
    return spec


def in_vega(spec: dict) -> tuple[list[str], list[int], list[str]]:
    """Return names, ranks and the words beside lines, from top to bottom."""
    scene = vl_convert.vegalite_to_scenegraph(spec)
    marks = [m["items"] for m in nodes(scene) if m.get("marktype") == "text" and m.get("items")]
    columns = [sorted((i.get("y", 0), i.get("text", "")) for i in m) for m in marks]
    place = next(k for k, c in enumerate(columns) if all(t.startswith("P") for _, t in c))
    names, ranks = columns[place], columns[place - 1]
    notes = [(y, t) for c in columns for y, t in c if "£" in t and "," not in t]
    above = [sum(y < line for y, _ in names) for line, _ in notes]
    return [t for _, t in names], [int(t) for _, t in ranks], above


def tied(n: int) -> Made:
    """Make projects of which some have equal scores, and some are mandatory."""
    made = Made(n, seed=5)
    made.names[:] = made.labels
    made.values.iloc[3] = made.values.iloc[1]
    made.values.iloc[7] = made.values.iloc[1].to_numpy()
    return made


@pytest.mark.parametrize("seed", range(4))
def test_ranks_in_vega_are_ranks_in_python(seed):
    made = tied(30)
    points = np.random.default_rng(seed).integers(0, 101, 3).astype(float)
    known = in_python(made, points)
    names, ranks, above = in_vega(with_points(drawn("live", made), points))
    assert names == known.index.tolist()
    assert ranks == known["rank"].tolist()
    assert above == [int((known["running"] <= made.budget).sum())]


@pytest.mark.parametrize("seed", range(2))
def test_a_long_list_shows_its_head_and_the_rows_around_the_line(seed):
    made = tied(300)
    points = np.random.default_rng(seed).integers(0, 101, 3).astype(float)
    known = in_python(made, points)
    names, ranks, above = in_vega(with_points(drawn("live", made), points))
    n_above = int((known["running"] <= made.budget).sum())
    start = n_above - (live.Sizes().part - live.FIRST_ROWS) // 2
    shown = known.iloc[[*range(live.FIRST_ROWS), *range(start, start + 32)]]
    assert names == shown.index.tolist()
    assert ranks == shown["rank"].tolist()
    assert above == [live.FIRST_ROWS + 16]


def test_equal_scores_keep_the_order_given():
    made = tied(12)
    made.values[:] = 0.5
    made.mandatory[:] = False
    names, ranks, _ = in_vega(drawn("live", made).to_dict())
    assert names == made.labels.tolist()
    assert set(ranks) == {1}


def test_scores_that_differ_by_rounding_alone_are_equal():
    made = tied(12)
    made.values[:] = 0.0
    made.mandatory[:] = False
    made.values.iloc[2, 0], made.values.iloc[5, 1] = 0.35, 0.01
    points = np.array([1.0, 35.0, 64.0])
    assert 100 * 0.01 * 0.35 < 100 * 0.35 * 0.01
    names, ranks, _ = in_vega(with_points(drawn("live", made), points))
    assert names[:2] == ["P002", "P005"]
    assert ranks[:3] == [1, 1, 3]


def test_a_budget_spent_to_the_penny_reaches_the_last_project():
    made = tied(12)
    made.cost[:], made.mandatory[:] = 0.1, False
    made.budget = 0.3
    assert sum([0.1] * 3) > 0.3
    assert in_vega(drawn("live", made).to_dict())[2] == [3]


@pytest.mark.parametrize(("budget", "above"), [(0, 0), (1e8, 12)])
def test_the_line_at_the_ends_of_the_list(budget, above):
    made = tied(12)
    made.budget = budget
    assert in_vega(drawn("live", made).to_dict())[2] == [above]


def test_sliders_all_at_zero_score_nothing():
    made = tied(12)
    spec = with_points(drawn("live", made), np.zeros(3))
    names, ranks, _ = in_vega(spec)
    assert set(ranks) == {1}
    assert len(names) == 12
    assert "NaN" not in vl_convert.vegalite_to_svg(spec)


def test_sliders_state_their_swing_and_start_at_the_weights():
    made = Made(12)
    chart = charts.live_ranking(
        made.values,
        made.weights[::-1],
        cost=made.cost,
        budget=made.budget,
        swings=pd.Series({"reach": "from 0 to 40,000", "safety": "from 9 to 0", "net zero": "-"}),
        criterion_names=pd.Series({"reach": "Residents", "safety": "Safety", "net zero": "CO2"}),
    )
    sliders = {p["name"]: p for p in chart.to_dict()["params"]}
    names = charts.slider_names(made.values.columns)
    assert sliders[names["reach"]]["bind"]["name"] == "Residents: from 0 to 40,000"
    assert sliders[names["reach"]]["value"] == pytest.approx(35)
    assert sliders["budget"]["value"] == made.budget
    assert "CO2 25%" in svg(chart)


def test_the_kernel_sees_sliders_and_budget():
    widget = alt.JupyterChart(drawn("live", Made(12)))
    assert widget.params.trait_values() == {
        "weight_0": 40.0,
        "weight_1": 35.0,
        "weight_2": 25.0,
        "budget": Made(12).budget,
    }
    widget.params.weight_0 = 10.0
    assert widget._params["weight_0"] == 10.0


@pytest.fixture
def page():
    """An empty page of a browser without network, or a skip that says why."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    switches = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
        "--disable-background-networking --disable-component-update --disable-sync"
    )
    with playwright.sync_playwright() as driver:
        try:
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=switches.split())
        except playwright.Error:
            pytest.skip(f"no browser at {CHROMIUM}")
        yield browser.new_page()
        browser.close()


@pytest.mark.browser
def test_moving_a_slider_ranks_anew_in_a_browser(page):
    made = tied(30)
    hostile = made.names.copy()
    chart = charts.live_ranking(
        made.values,
        made.weights,
        cost=made.cost,
        budget=made.budget,
        mandatory=made.mandatory,
        names=hostile,
        swings=pd.Series(HOSTILE, index=made.weights.index),
    )
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(f"<style>{charts.SLIDER_STYLE}</style><div id=chart></div>")
    script = "window.show = async spec => { await vegaEmbed('#chart', spec, {renderer: 'svg'}); }"
    version = alt.SCHEMA_VERSION.lstrip("v").rsplit(".", 1)[0]
    page.add_script_tag(content=vl_convert.javascript_bundle(script, version), type="module")
    page.wait_for_function("!!window.show")
    page.evaluate("spec => window.show(spec)", json.loads(chart.to_json()))
    sliders = page.locator("input[type=range]")
    assert sliders.count() == 3
    rng = np.random.default_rng(8)
    for points in rng.integers(0, 101, (4, 3)):
        for number, position in enumerate(points):
            sliders.nth(number).fill(str(position))
        page.wait_for_timeout(200)
        texts = page.locator("svg text").evaluate_all(
            "list => list.map(t => [t.getBoundingClientRect().y, t.textContent])"
        )
        seen = [text for _, text in sorted(texts) if text.startswith("P") and text[1:].isdigit()]
        assert seen == in_python(made, points.astype(float)).index.tolist()
    assert page.evaluate("window.hacked") is None
    assert said == []
    assert asked == []


# Bad input


def test_bad_input_is_refused():
    made = Made(5)
    with pytest.raises(InputError, match=r"weighted_values: each must lie in \[0, 1\], got 2"):
        charts.ranking_chart(made.weighted_values + 2, funded=made.funded)
    with pytest.raises(InputError, match="funded: labels must be those of weighted_values"):
        charts.ranking_chart(made.weighted_values, funded=made.funded[:3])
    with pytest.raises(InputError, match=r"funded: each must be True or False, got . for 'P000'"):
        charts.ranking_chart(made.weighted_values, funded=made.funded * 1 + 1)
    with pytest.raises(InputError, match="names: has no name for 'P003', 'P004'; add it"):
        charts.ranking_chart(made.weighted_values, funded=made.funded, names=made.names[:3])
    with pytest.raises(InputError, match="cost: each must be at least 0"):
        charts.value_against_cost(made.score, -made.cost, funded=made.funded)
    with pytest.raises(InputError, match="value: each must be a finite number"):
        charts.value_against_cost(made.score * np.nan, made.cost, funded=made.funded)
    with pytest.raises(InputError, match="benefit: labels must be those of cost"):
        charts.flows_by_year(
            pd.Series([1.0], index=years(1)), pd.Series([1.0], index=years(1, 2030))
        )
    with pytest.raises(InputError, match="period: must be an ISO date"):
        charts.flows_by_year(pd.Series([1.0]), pd.Series([1.0]))
    with pytest.raises(InputError, match="objective_weights: labels must be those of share"):
        charts.spend_against_importance(pd.Series({"a": 1.0}), OBJECTIVES)
    with pytest.raises(InputError, match="weights: must sum to 1"):
        charts.live_ranking(made.values, made.weights * 2, cost=made.cost, budget=1)
    with pytest.raises(InputError, match="budget: must be at least 0"):
        charts.live_ranking(made.values, made.weights, cost=made.cost, budget=-1)
