"""How stated ranges become futures: percentiles, correlation, late starts, longer work."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from test_options import BUDGETS, PLANNED, dated

from pmo_lib import folder, workbench
from pmo_lib.checks import InputError
from pmo_lib.stories import doubts
from pmo_lib.workbench import futures
from pmo_lib.workbench.settings import Settings

DRAWS = 4000


@pytest.fixture(scope="module")
def example():
    return folder.open_folder(folder.example_folder())


def drawn(portfolio, settings, **rules):
    return futures.simulate(
        portfolio, dataclasses.replace(settings, futures=rules), draws=DRAWS
    )  # fmt: skip


def test_ends_that_some_futures_pass_widen_the_spread(example):
    narrow, wide = drawn(*example), drawn(*example, below_low=0.1, above_high=0.1)
    ranged = futures.ranged(*example)
    spread = {n: f.npv.loc[ranged].quantile(0.9, axis=1) - f.npv.loc[ranged].quantile(0.1, axis=1)
              for n, f in (("narrow", narrow), ("wide", wide))}  # fmt: skip
    assert (spread["wide"] > spread["narrow"]).all()
    cost = futures.estimates(*example)[0]
    project = cost.likely.index[(cost.width > 0).any(axis=1)][0]
    stated = example[0].cash_flows.query("project == @project")
    high = stated["cost_high"].fillna(stated["cost"]).sum()
    share = (wide.cost.loc[project] > high).mean()
    assert share == pytest.approx(0.1, abs=0.03)
    assert (narrow.cost.loc[project] <= high + 1).all()


def test_estimates_of_a_programme_move_together(example):
    ranged = futures.ranged(*example)
    programme = example[0].projects.loc[ranged, "programme"]
    pair = next(list(rows.index[:2]) for _, rows in programme.groupby(programme) if len(rows) > 1)
    alone, linked = drawn(*example), drawn(*example, together="programme", correlation=0.9)

    def between(found):
        return np.corrcoef(found.npv.loc[pair])[0, 1]

    assert abs(between(alone)) < 0.1 < 0.3 < between(linked)
    apart = drawn(*example, independent_years=True)
    assert apart.npv.loc[ranged].std(axis=1).sum() < alone.npv.loc[ranged].std(axis=1).sum()


def test_a_late_start_lowers_and_longer_work_delays_what_comes(example):
    portfolio, settings = example
    projects = portfolio.projects.copy()
    projects.loc["street-lighting", "late_high"] = 24
    late = dataclasses.replace(portfolio, projects=projects)
    base, found = drawn(*example), drawn(late, settings)
    assert found.npv.loc["street-lighting"].mean() < base.npv.loc["street-lighting"].mean()
    projects.loc["street-lighting", ["late_high", "lasts_high"]] = [np.nan, 36]
    longer = dataclasses.replace(portfolio, projects=projects)
    with pytest.raises(InputError, match="lasts_high need planned_start and planned_finish"):
        drawn(longer, settings)
    projects.loc["street-lighting", "planned_finish"] = "2028-12-31"
    found = drawn(dataclasses.replace(portfolio, projects=projects), settings)
    assert "duration" in set(found.tornado["stream"])
    projects.loc["street-lighting", "lasts_high"] = 6
    with pytest.raises(InputError, match="must last from lasts_low to lasts_high months"):
        drawn(dataclasses.replace(portfolio, projects=projects), settings)


def test_rules_of_futures_are_checked_and_told(example):
    for rules, words in (
        ({"below_low": 0.6}, r"below_low must lie in \[0, 0.49\], got 0.6"),
        ({"together": "sponsor"}, "together must be 'programme' or 'category'"),
        ({"correlation": 0.4}, "correlation holds inside a group"),
        ({"independent_years": 1}, "independent_years must be true or false"),
        ({"correlations": 1}, "did you mean 'correlation'"),
    ):
        with pytest.raises(InputError, match=words):
            Settings(futures=rules)
    with pytest.raises(InputError, match=r"futures: must be a table such as \[futures\]"):
        Settings(futures="wide")
    text = (
        '[futures]\nbelow_low = 0.1\nabove_high = 0.2\ntogether = "category"\ncorrelation = 0.5\n'
    )
    settings = dataclasses.replace(example[1], futures=Settings.from_toml(text).futures)
    assert Settings.from_toml(settings.to_toml()).futures == settings.futures
    made = workbench.recommend(example[0], settings, explain=False)
    words = doubts.stated_in_words(doubts.spread(made, draws=500))
    assert "10 % lie below a low and 20 % above a high" in words
    assert "inside a category move together (correlation 0.5)" in words


def test_ranges_of_dates_alone_are_ranges(small):
    portfolio = small()
    assert len(futures.ranged(portfolio, Settings())) == 0
    projects = portfolio.projects.assign(late_high=pd.Series({"flood": 12.0}))
    late = dataclasses.replace(portfolio, projects=projects)
    assert list(futures.ranged(late, Settings())) == ["flood"]


RANGED = """project,period,fund,cost,benefit,cost_low,cost_high,benefit_low,benefit_high
flood,2027-04-01,capital,600,0,480,900,,
flood,2028-04-01,capital,,900,,,900,900
hubs,2027-04-01,capital,300,0,,,,
hubs,2028-04-01,capital,,400,,,,
lights,2027-04-01,capital,200,0,,,,
lights,2028-04-01,capital,,500,,,,
roof,2027-04-01,capital,100,0,,,,
roof,2028-04-01,capital,,10,,,,
depot,2027-04-01,capital,50,0,,,,
"""


@pytest.fixture
def starting(small):
    """Recommend a list that can pay for the flood wall only from `day` on."""

    def made(day, first_year):
        portfolio = small(
            projects=dated(small, f"flood,2027-04-01,2027-04-01,{day},"),
            cash_flows=RANGED,
            budgets=BUDGETS.replace(",850", f",{first_year}"),
        )
        settings = dataclasses.replace(PLANNED, starts_every=6)
        found = workbench.recommend(portfolio, settings, explain=False)
        assert found.choice.option["flood"] == day
        return found

    return made


def test_futures_begin_when_the_list_starts_a_project(starting):
    made = starting("2028-04-01", 850)
    seen = doubts.spread(made, draws=DRAWS)
    planned = futures.simulate(made.portfolio, made.settings, draws=DRAWS)
    np.testing.assert_allclose(seen.futures.npv.loc["flood"], planned.npv.loc["flood"] / 1.1)
    assert seen.futures.cost.equals(planned.cost)
    first, second = seen.budgets.loc["2027-04-01"], seen.budgets.loc["2028-04-01"]
    assert first[["p10", "p90", "over"]].tolist() == [650, 650, 0]
    assert second["p10"] < 600 < second["p90"]
    assert 0.4 < second["over"] < 0.7
    bars = doubts.tornado(seen)
    assert (bars.iloc[0, 2:4].sort_values() * 1.1).between(-300, 120).all()


def test_a_part_year_moves_the_ends_of_an_estimate_with_it(starting):
    made = starting("2027-10-01", 950)
    listed = futures.as_listed(made)
    cost, benefit = futures.estimates(listed, made.settings)
    place = cost.likely.index.get_loc("flood")
    assert cost.likely.iloc[place].tolist() == [300, 300, 0]
    assert cost.lowest[place].tolist() == [240, 240, 0]
    assert cost.width[place].tolist() == [210, 210, 0]
    rate = futures.rates(listed, made.settings, cost.likely)
    net = (benefit.likely - cost.likely) @ rate.reindex(cost.likely.columns)
    npv = made.evaluation.finance["npv"]
    pd.testing.assert_series_equal(net, npv, check_names=False, check_index_type=False)
