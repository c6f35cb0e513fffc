"""The notebooks in a real browser: every control by keyboard and mouse, without a network."""

import dataclasses

import pandas as pd
import pytest
from browser_base import Opened

from pmo_lib import folder, tables, workbench
from pmo_lib.widgets import live

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def chart_order(opened: Opened, names) -> list[str]:
    """Read the projects in the live chart from top to bottom."""
    read = opened.page.locator(".vega-embed svg .mark-text text").evaluate_all(
        "nodes => nodes.map(n => [n.textContent, n.getBoundingClientRect().top])"
    )
    stems = {_stem(name): name for name in names}
    seen = [(top, stems[_stem(words)]) for words, top in read if _stem(words) in stems]
    return [name for _, name in sorted(seen)]


def _stem(name: str) -> str:
    """Return what is left of a name that may be cut short in a chart."""
    return name.rstrip("…").strip()[:30]


def test_04_the_ranking_follows_the_sliders(browser, lab):
    opened = Opened(browser, lab, "04_what_matters_most")
    portfolio = tables.read_portfolio(opened.portfolio)
    settings = folder.read_settings(opened.portfolio)
    saved = workbench.recommend(portfolio, settings, explain=False)
    names = portfolio.projects["name"]
    sliders = opened.page.locator(".vega-bindings input[type=range]")
    sliders.first.wait_for(state="attached")
    opened.button("Write the ranked list").wait_for(state="attached")
    opened.idle()
    assert sliders.count() == len(portfolio.criteria)
    cells = opened.cells()

    def points() -> pd.Series:
        read = [float(sliders.nth(n).input_value()) for n in range(sliders.count())]
        return pd.Series(read, index=saved.evaluation.weights.index)

    def python_order(weights: pd.Series) -> list[str]:
        return list(names[live.walk(saved, weights / weights.sum()).index])

    def agree() -> bool:
        return chart_order(opened, names) == python_order(points())

    opening = points()
    opened.until(agree, "the opening order in the chart")
    opened.shot("1-before", opened.page.locator(".vega-bindings"))

    sliders.nth(1).focus()
    for _ in range(30):
        opened.page.keyboard.press("ArrowRight")
    assert points().iloc[1] == opening.iloc[1] + 30
    assert python_order(points()) != python_order(opening)
    opened.until(agree, "the order after moving a slider by keyboard")
    opened.read(live.where_money_ends(portfolio, live.walk(saved, points() / points().sum())))
    opened.page.keyboard.press("d")
    opened.page.keyboard.press("d")
    opened.page.wait_for_timeout(300)
    assert opened.cells() == cells
    opened.shot("2-keyboard", opened.page.locator(".vega-bindings"))

    box = sliders.nth(4).bounding_box()
    middle = box["y"] + box["height"] / 2
    opened.page.mouse.move(box["x"] + box["width"] * opening.iloc[4] / 100, middle)
    opened.page.mouse.down()
    opened.page.mouse.move(box["x"] + box["width"] * 0.7, middle, steps=8)
    opened.page.mouse.up()
    assert points().iloc[4] > 60
    opened.until(agree, "the order after moving a slider by mouse")
    opened.read(live.where_money_ends(portfolio, live.walk(saved, points() / points().sum())))
    opened.read("The weights were moved")

    moved = points()
    opened.button("Exact list at these weights").click()
    opened.read("Exact answer coming")
    opened.read("Exact answer.")
    tried = dataclasses.replace(settings, weights=moved.to_dict())
    exact = workbench.recommend(portfolio, tried, explain=False)
    for name in workbench.differences(saved, exact)["name"].head(3):
        opened.read(name)
    opened.shot("3-exact", opened.button("Exact list at these weights"))

    opened.button("Save these settings").click()
    opened.read("by: is empty")
    opened.page.get_by_label("Your name").fill("A. Chair <b>")
    opened.page.get_by_label("Reason").fill("agreed on the day")
    opened.button("Save these settings").click()
    opened.read("Saved in settings.toml")
    opened.read("A. Chair <b>")
    written = folder.read_settings(opened.portfolio)
    assert dict(written.weights) == moved.to_dict()
    assert (written.saved_by, written.saved_reason) == ("A. Chair <b>", "agreed on the day")
    (earlier,) = folder.history(opened.portfolio)
    assert workbench.Settings.from_toml(earlier.read_text("utf-8")) == settings
    opened.shot("4-saved", opened.button("Save these settings"))

    sliders.nth(0).focus()
    opened.page.keyboard.press("End")
    opened.until(agree, "the order with one slider at its end")
    opened.button("Return to the saved weights").click()
    shares = 100 * moved / moved.sum()
    opened.until(lambda: (points() - shares).abs().max() < 0.51, "the saved weights on the sliders")
    opened.until(
        lambda: chart_order(opened, names) == python_order(moved),
        "the order under the saved weights",
    )
    opened.close()


def test_00_what_if_on_one_page(browser, lab):
    opened = Opened(browser, lab, "00_decision_on_one_page")
    portfolio = tables.read_portfolio(opened.portfolio)
    settings = folder.read_settings(opened.portfolio)
    saved = workbench.recommend(portfolio, settings, explain=False)
    opened.button("Write the ranked list").wait_for(state="attached")
    opened.idle()
    cells = opened.cells()
    opened.shot("0-top")

    budget = opened.panel("Every budget at")
    budget.get_by_role("slider").focus()
    for _ in range(10):
        opened.page.keyboard.press("ArrowLeft")
    opened.page.keyboard.press("d")
    opened.page.keyboard.press("d")
    opened.read("Budgets at 90 %")
    opened.read("every budget is taken at 90 % instead of 100 %")
    assert opened.cells() == cells
    less = dataclasses.replace(settings, budget_scale=0.9)
    cut = workbench.recommend(portfolio, less, explain=False)
    for name in workbench.differences(saved, cut)["name"].head(3):
        budget.get_by_text(name).first.wait_for()
    opened.shot("1-budget", budget)
    opened.button("Return to the saved settings").click()
    opened.read("Nothing is tried")

    weight = opened.panel("Its weight, %")
    weight.get_by_role("slider").focus()
    for _ in range(15):
        opened.page.keyboard.press("ArrowRight")
    opened.read("the others in proportion")
    opened.shot("2-weight", weight)
    opened.button("Return to the saved settings").click()
    opened.read("Nothing is tried")

    refused = saved.ranked_list.query("block == 'not recommended'").index[0]
    asked = workbench.with_override(settings, refused, "in", reason="test", by="test")
    including = workbench.recommend(portfolio, asked, explain=False)
    table = workbench.differences(saved, including)
    panel = opened.page.locator(".pmo-panel", has=opened.page.get_by_label("Include"))
    panel.get_by_label("Include").select_option(value=_option(panel, saved, refused))
    panel.get_by_text(f"Including {portfolio.projects.at[refused, 'name']} costs").wait_for()
    for name in table.loc[table["change"] == "leaves", "name"]:
        panel.get_by_text(name).first.wait_for()
    lost = 100 * (saved.choice.value - including.choice.value)
    panel.get_by_text(f"{lost:,.1f} points").first.wait_for()
    opened.shot("3-include", panel)

    opened.button("Write the ranked list").click()
    opened.read("Wrote ranked_list.xlsx and ranked_list.csv")
    assert {f.name for f in (opened.home / "out").iterdir()} == {
        "ranked_list.xlsx",
        "ranked_list.csv",
    }
    assert folder.read_settings(opened.portfolio) == settings
    opened.shot("4-written", opened.button("Write the ranked list"))
    opened.close()


def _option(panel, recommendation, project) -> str:
    name = recommendation.ranked_list.at[project, "name"]
    return panel.get_by_label("Include").locator("option", has_text=name).get_attribute("value")


def test_10_keys_in_the_board_room_stay_there(browser, lab):
    opened = Opened(browser, lab, "10_the_board_room")
    slider = opened.page.locator(".vega-bindings input[name=weight_1]")
    slider.wait_for(state="attached")
    opened.idle()
    cells, before = opened.cells(), float(slider.input_value())
    slider.focus()
    for key in ("ArrowRight", "d", "d"):
        opened.page.keyboard.press(key)
    opened.page.get_by_role("tab", name="Health").click()
    for key in ("d", "d"):
        opened.page.keyboard.press(key)
    opened.page.get_by_text("If running work were reviewed today").wait_for()
    assert opened.cells() == cells and float(slider.input_value()) == before + 1
    opened.shot("1-board-in-lab", opened.page.locator(".pmo-board"))
    opened.close()
