"""What another budget buys, what would bring a project in, where it binds: asked and told."""

import collections
import dataclasses
import itertools
import json
import re
import signal

import numpy as np
import pandas as pd
import pytest
import vl_convert
from typer.testing import CliRunner

from pmo_lib import charts, cli, folder, periods, selection, statements, workbench
from pmo_lib.checks import InputError
from pmo_lib.stories import limit_pictures, limits
from pmo_lib.wording import worth_between
from pmo_lib.workbench.answers import said

EXAMPLE = str(folder.example_folder())
SCALES = (0.8, 0.9, 0.95, 1.05, 1.2)
ROW = collections.namedtuple(
    "Row",
    "Index case low high extra_of extra_low extra_high where leaves enters cut_low cut_high",
    defaults=(np.nan, np.nan),
)


@pytest.fixture(scope="module")
def settings():
    return folder.read_settings(EXAMPLE)


@pytest.fixture(scope="module")
def made(northmere, settings):
    return workbench.recommend(northmere, settings, explain=False)


@pytest.fixture(scope="module")
def frontier(northmere, settings):
    return workbench.frontier(northmere, settings, scales=SCALES)


@pytest.fixture(scope="module")
def tight(made):
    return workbench.bottlenecks(made)


@pytest.fixture
def run():
    return lambda *words: CliRunner().invoke(cli.app, [str(word) for word in words])


# What another budget buys


def test_frontier_is_exact_on_a_portfolio_small_enough_to_list(small):
    portfolio, settings = small(), workbench.Settings(discount_rate=0.0, base_date="2027-04-01")
    worth = workbench.evaluate(portfolio, settings).worth
    cost = pd.Series({"flood": 600, "hubs": 300, "lights": 200, "roof": 100, "calls": 0})
    found = workbench.frontier(portfolio, settings, scales=(0.1, 0.2, 0.5, 1.0, 1.6))
    for row in found.itertuples():
        money = 850 * row.scale - 50
        best = max(
            (
                worth[list(some)].sum()
                for n in range(6)
                for some in itertools.combinations(cost.index.intersection(worth.index), n)
                if "roof" in some and cost[list(some)].sum() <= money
            ),
            default=np.nan,
        )
        assert row.budget == pytest.approx(money)
        assert row.value == pytest.approx(best, nan_ok=True)
    assert found["value"].isna().tolist() == [True, False, False, False, False]


def test_each_point_is_what_the_board_would_get_at_that_budget(northmere, settings, frontier, made):
    assert frontier["scale"].tolist() == sorted({*SCALES, 1.0})
    now = frontier[frontier["now"]].iloc[0]
    assert now["value"] == pytest.approx(made.choice.value, rel=settings.gap)
    assert now["walk"] == pytest.approx(made.other.value)
    scaled = dataclasses.replace(settings, budget_scale=0.9)
    again = workbench.recommend(northmere, scaled, explain=False)
    at = frontier.set_index("scale").loc[0.9]
    assert at["value"] == pytest.approx(again.choice.value, rel=settings.gap)
    money = again.limits[again.limits["kind"] == "money"]["available"].sum()
    assert at["budget"] == pytest.approx(money)


def test_frontier_rises_and_says_what_enters_and_leaves(frontier):
    known = frontier.dropna(subset="value")
    assert frontier["value"].isna().tolist() == [True, *[False] * 5]
    assert (known["value"].diff().iloc[1:] >= 0).all()
    assert (known["bound"] >= known["value"]).all()
    assert (known["walk"].dropna() <= known["bound"]).all()
    inside: set = set()
    for row in known.itertuples():
        assert not inside & set(row.entered)
        assert set(row.left) <= inside
        inside = (inside | set(row.entered)) - set(row.left)
        assert len(inside) == row.n
    gained = (known["value"].diff() / known["budget"].diff() * 1e6).iloc[1:]
    assert np.allclose(known["worth_of_a_million"].iloc[1:], gained)


def test_a_further_million_stops_paying_once_at_the_first_such_budget(frontier):
    known = frontier.dropna(subset="value").reset_index(drop=True)
    now = known[known["now"]].iloc[0]
    half = 0.5 * now["value"] / now["budget"]
    pays = [
        any(
            more["value"] - one["value"] >= half * (more["budget"] - one["budget"])
            for _, more in known.loc[place + 1 :].iterrows()
        )
        for place, one in known.iterrows()
    ]
    assert known["stops_paying"].sum() == 1
    assert known["stops_paying"].idxmax() == pays.index(False) == known["now"].idxmax()


def test_where_people_hold_the_list_back_is_said(frontier, made, settings):
    alone = {"use": None, "capacity": None, "hiring": None}
    with_all = selection.choose(**made.problem | alone, gap=0)
    now = frontier[frontier["now"]].iloc[0]
    assert now["people"] == pytest.approx(with_all.value - now["bound"])
    known = frontier.dropna(subset="value")
    most = known.loc[known["people"].idxmax()]
    words = statements.frontier_words(frontier, settings)[-1]
    size = f"{100 * most['people']:.1f} points more at {100 * most['scale']:.4g} %"
    assert words.startswith("People hold the list back at") and size in words
    assert "it is people and not money" not in words
    rich = frontier.assign(bound=known["value"].max(), value=known["value"].max())
    assert "people and not money" in statements.frontier_words(rich, settings)[-1]
    enough = statements.frontier_words(frontier.assign(people=0.0), settings)
    assert not any("People" in words for words in enough)


def test_a_flat_stretch_before_a_million_pays_again_is_said(settings):
    table = pd.DataFrame({"scale": [0.9, 1.0, 1.1, 1.2], "budget": [9e6, 10e6, 11e6, 12e6]})
    table = table.assign(value=[90.0, 100.0, 100.5, 130.0], people=0.0, stops_paying=False)
    table = table.assign(bound=table["value"], now=table["scale"] == 1.0)
    table["worth_of_a_million"] = table["value"].diff()
    words = statements.frontier_words(table, settings)[-1]
    assert words.startswith("From 100 % to 110 % of the budgets, a further £1m adds less than half")
    assert words.endswith("with more than that it pays again.")


def test_without_budgets_the_frontier_is_over_all_that_is_asked(small):
    portfolio, settings = small(budgets=None), workbench.Settings(discount_rate=0.0)
    found = workbench.frontier(portfolio, settings, scales=(0.5, 1.5))
    assert found["budget"].tolist() == [600.0, 1200.0, 1800.0]
    assert found["value"].iloc[1] == found["value"].iloc[2] > found["value"].iloc[0]


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan")])
def test_a_scale_that_is_none_is_refused(northmere, settings, scale):
    with pytest.raises(InputError, match="scales"):
        workbench.frontier(northmere, settings, scales=[scale])


def test_frontier_can_be_stopped(northmere, settings):
    found = workbench.frontier(northmere, settings, scales=SCALES, progress=lambda *_: True)
    assert (found["bound"].dropna() >= found["value"].dropna()).all()
    assert len(found) == 6


# Why not?


def test_what_would_bring_it_in_brings_it_in(northmere, made, settings):
    answer = workbench.why_not(made, projects=["library-renewal"], time_limit=300)
    row = answer.loc["library-renewal"]
    budgets = northmere.budgets.copy()
    for label, more in row["where"].items():
        year, fund = label.split(" ", 1)
        at = (budgets["fund"] == fund) & (budgets["period"].map(periods.label) == year)
        budgets.loc[budgets.index[at][:1], "amount"] += more
    richer = dataclasses.replace(northmere, budgets=budgets)
    asked = workbench.with_override(settings, "library-renewal", "in", reason="r", by="b")
    again = workbench.recommend(richer, asked, explain=False)
    assert again.choice.value >= made.choice.value * (1 - 1e-9)
    assert sum(row["where"].values()) == pytest.approx(row["extra_high"])
    assert re.match(r"needs 3\.1 more points, or .*£0\.\d\dm more \(", row["says"])
    assert row["says"].endswith("including it now displaces Highways depot at Aldermoor (north)")
    assert (row["name"], row["rank"]) == ("Six libraries renewed and open on Sundays", 19)


def test_where_people_are_short_and_money_is_left_people_are_named(northmere, made):
    row = workbench.why_not(made, projects=["records-digitised"]).loc["records-digitised"]
    assert "or at most 1.5 more person-months (integration architect Sep 2028 0.5" in row["says"]
    capacity = northmere.capacity.copy()
    capacity.loc[capacity["role"] == "integration architect", "amount"] += 0.5
    more = dataclasses.replace(northmere, capacity=capacity)
    again = workbench.recommend(more, made.settings, explain=False)
    assert again.choice.selected["records-digitised"]
    assert again.choice.value >= made.choice.value


def test_an_override_has_its_price(northmere, made, settings):
    row = workbench.why_not(made, projects=["fire-safety"]).loc["fire-safety"]
    assert row["says"].startswith("Mandatory: costs the list 1.2 points and displaces Charging")
    asked = workbench.with_override(settings, "flood-wall", "out", reason="r", by="b")
    without = workbench.recommend(northmere, asked, explain=False)
    row = workbench.why_not(without, projects=["flood-wall"]).loc["flood-wall"]
    lost = made.choice.value - without.choice.value
    assert row["low"] <= lost + 1e-9
    assert row["high"] >= lost - 1e-9
    assert row["says"].startswith("Excluded by the board: costs the list 31.4 points; it would be")


def test_what_is_funded_stays_until_it_loses_as_much(northmere, made, settings):
    row = workbench.why_not(made, projects=["depot-aldermoor"]).loc["depot-aldermoor"]
    assert row["says"] == (
        "stays unless it loses 1.6 points or more; without it, "
        "Highways depot at Saltmarsh (south) would come in"
    )
    asked = workbench.with_override(settings, "depot-aldermoor", "out", reason="r", by="b")
    without = workbench.recommend(northmere, asked, explain=False)
    assert made.choice.value - without.choice.value == pytest.approx(row["low"], abs=2e-3)


def test_asking_ends_when_what_was_asked_is_answered_or_told_to_stop(made):
    seen = []
    workbench.why_not(made, projects=["bus-lanes"], progress=lambda *what: seen.append(what[0]))
    assert seen == list(range(1, len(seen) + 1))
    assert len(seen) < len(made.choice.selected)
    assert len(workbench.why_not(made, progress=lambda done, *_: done == 2)) == 2
    for slip, hint in (("flood-wal", "did you mean 'flood-wall'"), ("payroll", "it is running")):
        with pytest.raises(InputError, match=hint):
            workbench.why_not(made, projects=[slip])
    with pytest.raises(InputError) as caught:
        workbench.why_not(made, projects=["visitor-centre", "payroll", "call-triage", "nowhere"])
    running, aside, unknown = caught.value.problems
    assert "'payroll'" in running and "it is running: ask `pmo rebalance`" in running
    assert "'call-triage'" in aside and "it is set aside (no cost); supply that" in aside
    assert "'nowhere' not among the 29 assessed proposals; write" in unknown


NAMES = pd.Series({"a": "Alpha", "b": "Beta"})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"low": 0.0, "high": 0.02}, "cannot tell: a list with it is worth between 0.0 and 2.0 p"),
        ({"low": 0.0, "high": 0.0}, "a list with it is worth as much"),
        ({"low": np.inf, "high": np.inf}, "no list within the limits can hold it"),
        ({"low": 0.0, "high": np.inf}, "cannot tell in the time given"),
        ({"low": 0.01, "high": 0.02}, "needs between 1.0 and 2.0 more points"),
        ({"case": "funded", "low": np.inf, "high": np.inf}, "no list within .* do without it"),
        ({"case": "funded", "low": 0.0, "high": 0.0}, "a list without it is worth as much"),
        ({"low": 0.03, "high": np.inf}, "a list with it is worth at least 3.0 points less"),
        ({"cut_low": 5e5, "cut_high": 5e5}, "needs 2.0 more points, or £0.50m less cost$"),
        ({"cut_low": 0.0, "cut_high": 5e5}, "more points, or at most £0.50m less cost$"),
        ({"cut_low": np.inf, "cut_high": np.inf}, "needs 2.0 more points$"),
        (
            {"low": np.inf, "high": np.inf, "cut_low": 5e5, "cut_high": 5e5},
            "no list within the limits can hold it; it needs £0.50m less cost$",
        ),
        ({"leaves": ("b",)}, "needs 2.0 more points; including it now displaces Beta"),
        (
            {
                "extra_of": "budget", "extra_low": 5e5, "extra_high": 1.4e6,
                "where": {("2030-04-01", "capital"): 1.4e6},
            },
            "or between £0.50m and £1.40m more \\(with £1.40m: 2030-31 capital £1.40m\\)",
        ),
    ],
)  # fmt: skip
def test_answers_are_worded_for_a_board(changes, words):
    row = ROW("a", "left out", 0.02, 0.02, "", np.nan, np.nan, {}, (), ())._replace(**changes)
    assert re.match(words, said(row, names=NAMES, settings=workbench.Settings())) or (
        re.search(words, said(row, names=NAMES, settings=workbench.Settings()))
    )


def test_an_override_whose_price_straddles_zero_cannot_be_told():
    row = ROW("a", "included", 0.0, 0.01, "", np.nan, np.nan, {}, (), ("b",))
    words = said(row, names=NAMES, settings=workbench.Settings(), forced="Mandatory: law")
    assert words.startswith("Mandatory: cannot tell what it costs, between 0.0 and 1.0 points")
    free = said(row._replace(high=0.0), names=NAMES, settings=workbench.Settings(), forced="X: y")
    assert free == "X: costs the list nothing"


def test_worth_is_worded_in_what_is_summed():
    npv = workbench.Settings(objective="npv")
    assert worth_between(2e6, 3e6, npv) == "between £2.00m and £3.00m of NPV"
    assert worth_between(1e-5, 2e-5, workbench.Settings()) == "less than 0.1 points"
    row = ROW("a", "left out", 2e6, 2e6, "", np.nan, np.nan, {}, (), ())
    assert said(row, names=NAMES, settings=npv) == "needs £2.00m of NPV more"


# Where it binds


def test_one_more_person_is_worth_what_the_list_gains(northmere, made, tight):
    rows = tight[tight["high"] > 0]
    assert rows["step"].unique().tolist() == [
        "one more integration architect, Sep 2028 to Nov 2028"
    ]
    capacity = northmere.capacity.copy()
    months = ["2028-09-01", "2028-10-01", "2028-11-01"]
    at = (capacity["role"] == "integration architect") & capacity["period"].isin(months)
    capacity.loc[at, "amount"] += 1
    more = dataclasses.replace(northmere, capacity=capacity)
    gain = workbench.recommend(more, made.settings, explain=False).choice.value - made.choice.value
    assert rows["low"].iloc[0] <= gain + 1e-9
    assert rows["high"].iloc[0] >= gain - 1e-9
    assert rows["enters"].iloc[0] == ("records-digitised",)


def test_every_budget_and_role_has_its_use_and_slack(made, tight):
    assert set(tight["kind"]) == {"money", "people"}
    assert np.allclose(tight["available"] - tight["used"], tight["left_over"])
    assert len(tight) == (made.limits["kind"] != "limit").sum()
    empty = tight[tight["available"] == 0]
    assert empty["full"].isna().all()
    assert (tight["low"] <= tight["high"]).all()


def test_what_cannot_bind_is_not_asked(made, monkeypatch):
    asked = {}
    real = selection.bottlenecks
    monkeypatch.setattr(
        selection, "bottlenecks", lambda *a, steps, **k: asked.update(steps) or real(*a, steps=steps, **k)
    )  # fmt: skip
    tight = workbench.bottlenecks(made)
    roles = {label[0] for kind, added in asked.values() if kind == "capacity" for label in added}
    need = workbench.choosing_problem(made.portfolio, made.settings, made.evaluation)
    can = (need["use"].sum() > need["capacity"]).groupby("role").any()
    assert roles == set(can.index[can])
    other = tight[[label[0] not in roles and kind == "people" for kind, label in zip(tight["kind"], tight["label"], strict=True)]]  # fmt: skip
    assert len(other)
    assert (other["high"] == 0).all()


def test_what_is_not_asked_in_time_has_no_worth(made):
    tight = workbench.bottlenecks(made, progress=lambda done, *_: done == 1)
    assert tight["low"].isna().any()
    assert (tight["low"].isna() == tight["high"].isna()).all()


# Pictures and sentences


def pictures(made, frontier):
    return [limit_pictures.budgets_chart(made, frontier), *limit_pictures.use_charts(made)]


def test_pictures_show_every_role_fund_and_budget(made, frontier):
    drawn = [vl_convert.vegalite_to_svg(chart.to_json()) for chart in pictures(made, frontier)]
    assert len(drawn) == 4
    for picture in drawn:
        assert "NaN" not in picture
        assert "Infinity" not in picture
    assert "budgets now; from here a further million stops paying" in drawn[0]
    assert "best list" in drawn[0]
    for role in set(made.portfolio.capacity["role"]):
        assert role in drawn[1]
        assert role in drawn[2]
    for fund in set(made.portfolio.budgets["fund"]):
        assert fund in drawn[3]
    assert "100 %" in drawn[3]


def test_a_band_says_what_is_proven():
    points = pd.DataFrame(
        {"budget": [1e6, 2e6], "value": [10.0, 12.0], "bound": [10.0, 13.0], "walk": [9.0, np.nan]}
    )
    chart = charts.value_against_budget(points, value_title="worth", now=1e6, stops_paying=2e6)
    picture = vl_convert.vegalite_to_svg(chart.to_json())
    assert "proven" in chart.to_dict()["title"]["subtitle"]
    assert "budgets now<" in picture
    with pytest.raises(InputError, match="lacks the columns 'walk'"):
        charts.value_against_budget(points.drop(columns="walk"), value_title="worth")
    with pytest.raises(InputError, match="no budget has a value"):
        charts.value_against_budget(points.assign(value=np.nan), value_title="worth")


def test_use_is_drawn_fullest_first_and_hostile_names_stay_text():
    months = ["2027-04-01", "2027-05-01"]
    there = pd.DataFrame(2.0, index=["idle", "</script>&'\""], columns=months)
    used = there.mul([0.1, 1.0], axis=0)
    for chart in (
        charts.use_map(used, there, title="Use"),
        charts.people_by_month(used, there),
    ):
        picture = vl_convert.vegalite_to_svg(chart.to_json())
        assert picture.index("&lt;/script&gt;") < picture.index("idle")
    with pytest.raises(InputError, match="nothing is available anywhere"):
        charts.use_map(used, there * 0, title="Use")
    with pytest.raises(InputError, match="used"):
        charts.use_map(used.iloc[:1], there, title="Use")


def test_the_example_is_told(made, frontier, tight):
    table = limits.budgets(made, frontier)
    assert table["worth [points]"].tolist()[3] == 369.9
    assert table["enters"].iloc[:2].tolist() == ["–", "–"]
    assert (
        "From the present budgets to the 120 % tried, a further £1m adds"
        in limits.budgets_in_words(made, frontier)
    )
    unmarked = frontier.assign(now=False)
    assert "No larger budget was tried" in limits.budgets_in_words(made, unmarked)
    answer = limits.bring_in(made)
    words = limits.bring_in_in_words(made, answer)
    assert words.startswith("Bus lanes on the Thornley Road (rank 6) needs 31.4 more points, or ")
    assert len(limits.more_people(made, tight)) == 1
    assert limits.more_in_words(made, tight) == (
        "One more integration architect, Sep 2028 to Nov 2028 would add 5.2 points and bring in "
        "Planning and property records made digital. Of no budget is 1 % more alone worth anything."
    )


@pytest.mark.parametrize("change", [{}, {"budgets": None}])
def test_a_portfolio_without_most_tables_is_told(small, change):
    portfolio, settings = small(**change), workbench.Settings(discount_rate=0.0)
    made = workbench.recommend(portfolio, settings, explain=False)
    frontier = workbench.frontier(portfolio, settings, scales=(0.5, 1.2))
    tight, answer = workbench.bottlenecks(made), limits.bring_in(made)
    for words in (
        limits.budgets_in_words(made, frontier),
        limits.bring_in_in_words(made, answer),
        limits.more_in_words(made, tight),
    ):
        assert words.endswith(".")
        assert not re.search(r"\bnan\b|\binf\b|None", words), words
    assert len(limits.budgets(made, frontier)) == 3
    for chart in pictures(made, frontier):
        assert "NaN" not in vl_convert.vegalite_to_svg(chart.to_json())


# The command line


@pytest.mark.parametrize("command", ["frontier", "why"])
def test_commands_are_named_and_explained(run, command):
    assert f"\n  {command} " in run("--help").output
    words = run(command, "--help").output
    assert "--json" in words
    assert "Ctrl-C" in words


def test_frontier_prints_writes_and_says_what_it_found(run, tmp_path):
    options = ("--points", 4, "--from", 0.8, "--to", 1.1)
    file = tmp_path / "frontier.xlsx"
    result = run("frontier", EXAMPLE, *options, "--out", file)
    assert result.exit_code == 0, result.output
    assert "369.9" in result.stdout
    assert "a further £1m adds less than half" in result.stdout
    assert "those up to 80 % leave too little" in result.stdout
    assert "            out: Cyber defence: separate networks and offline backup\n" in result.stdout
    written = pd.read_excel(file, header=None).astype("str")
    assert (written == "Cyber defence: separate networks and offline backup").any(axis=None)
    document = json.loads(run("frontier", EXAMPLE, *options, "--json").stdout)
    assert document["complete"]
    assert [point["scale"] for point in document["points"]] == [0.8, 0.9, 1.0, 1.1]
    assert document["points"][0]["value"] is None
    refused = run("frontier", EXAMPLE, "--from", 1.2, "--to", 0.8)
    assert refused.exit_code == 2
    assert "swap them" in refused.output


def test_why_answers_for_the_projects_named(run, tmp_path):
    result = run("why", EXAMPLE, "fire-safety", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert "  27 Fire safety in 14 schools: in\n     Mandatory: costs" in result.stdout
    assert {file.name for file in tmp_path.iterdir()} == {"why.xlsx", "why.csv"}
    document = json.loads(run("why", EXAMPLE, "fire-safety", "--json").stdout)
    assert [row["project"] for row in document["projects"]] == ["fire-safety"]
    assert document["complete"]
    refused = run("why", EXAMPLE, "nowhere", "--json")
    assert refused.exit_code == 2
    assert "nowhere" in json.loads(refused.stdout)["error"]["problems"][0]


def test_an_interrupt_keeps_what_was_found(run, monkeypatch):
    real, before = workbench.why_not, signal.getsignal(signal.SIGINT)

    def interrupted(made, *, progress, **options):
        def told(done, total, words):
            if done == 2:
                signal.raise_signal(signal.SIGINT)
            return progress(done, total, words)

        return real(made, progress=told, **options)

    monkeypatch.setattr(workbench, "why_not", interrupted)
    result = run("why", EXAMPLE)
    assert result.exit_code == 0, result.output
    assert "Stopped early" in result.stdout
    document = json.loads(run("why", EXAMPLE, "--json").stdout)
    assert len(document["projects"]) == 2
    assert not document["complete"]
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupted_frontier_keeps_what_is_proven(run, monkeypatch):
    real = workbench.frontier

    def interrupted(*what, progress, **options):
        def told(done, total, words):
            assert not progress(done, total, words)
            signal.raise_signal(signal.SIGINT)
            return progress(done, total, words)

        return real(*what, progress=told, **options)

    monkeypatch.setattr(workbench, "frontier", interrupted)
    result = run("frontier", EXAMPLE, "--points", 3, "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert len(document["points"]) == 4
    assert not document["complete"]
