"""Controls without a browser: what they do to settings, what they say, and what they escape."""

import asyncio
import dataclasses
import re
import threading

import pandas as pd
import pytest

from pmo_lib import charts, folder, tables, workbench
from pmo_lib.checks import InputError
from pmo_lib.widgets import (
    Trial,
    asked,
    board_now_knows,
    closing,
    cut_the_budget,
    half_and_double,
    half_and_double_in_words,
    include_one,
    live,
    live_weights,
    move_one_weight,
    opening,
    panel,
    ranked_list,
    save_settings,
    swing,
    weights_in_words,
    weights_table,
    words,
    write_list,
)
from pmo_lib.widgets import trial as trials
from pmo_lib.widgets.trial import CANNOT, COMING, EXACT, REASONS, WAITING, Latest

EVIL = "</script><b onclick=alert(1)>&$x$"


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """The example portfolio with its settings, and the list they give."""
    portfolio, settings = folder.open_folder(folder.example_folder())
    return portfolio, settings, workbench.recommend(portfolio, settings, explain=False)


@pytest.fixture
def trial(example):
    portfolio, settings, recommendation = example
    return Trial(portfolio, settings, recommendation, explain=False)


@pytest.fixture
def copied(tmp_path):
    import shutil

    path = tmp_path / "portfolio"
    shutil.copytree(folder.example_folder(), path)
    return path


def plain(html: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", html).split())


def control(box, kind: str):
    """Find the first control of a kind, by its class name."""
    for child in getattr(box, "children", ()):
        if type(child).__name__ == kind:
            return child
        found = control(child, kind)
        if found is not None:
            return found
    return None


def button(box, label: str):
    for child in getattr(box, "children", ()):
        if getattr(child, "description", "") == label:
            return child
        found = button(child, label)
        if found is not None:
            return found
    return None


def said(box) -> str:
    """Read every text of a panel."""
    texts = [plain(box.value)] if type(box).__name__ in ("HTML", "Failure") else []
    return " ".join(texts + [said(child) for child in getattr(box, "children", ())])


# Swings and weights -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"worst": 0.0, "best": 40_000.0, "unit": "residents"}, "from 0 to 40,000 residents"),
        ({"worst": -4e6, "best": 12e6, "unit": "£"}, "from −£4.0m to £12.0m"),
        ({"worst": 500.0, "best": -1500.0, "unit": "t CO2e"}, "from 500 to −1,500 t CO2e"),
        ({"worst": 0.0, "best": 1.0, "unit": "share"}, "from 0 to 100 %"),
        ({"worst": 0.0, "best": 3.0, "unit": pd.NA}, "from 0 to 3"),
    ],
)
def test_swing_is_stated_in_units(row, expected):
    assert swing(pd.Series({"value_function": "linear", **row})) == expected


def test_swing_of_levels_and_points():
    levels = {"value_function": "levels", "levels": "none:0; some:0.5; full:1", "unit": pd.NA}
    assert swing(pd.Series(levels)) == "from ‘none’ to ‘full’"
    points = {"value_function": "piecewise", "points": "0:1; 10:0.5; 90:0", "unit": "days"}
    assert swing(pd.Series(points)) == "from 90 to 0 days"


def test_a_moved_weight_keeps_the_proportions_of_the_others():
    weights = pd.Series({"a": 0.5, "b": 0.3, "c": 0.2})
    moved = pd.Series(words.moved_weight(weights, "a", 0.9))
    assert moved.sum() == pytest.approx(100)
    assert moved["b"] / moved["c"] == pytest.approx(1.5)
    assert words.moved_weight(weights, "a", 0.5) == {"a": 50, "b": 30, "c": 20}


def test_a_weight_that_held_everything_gives_to_all_alike():
    assert words.moved_weight(pd.Series({"a": 1.0, "b": 0.0, "c": 0.0}), "a", 0.4) == {
        "a": 40.0,
        "b": 30.0,
        "c": 30.0,
    }
    assert words.moved_weight(pd.Series({"a": 1.0}), "a", 0.4) == {"a": 100.0}


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), "0.5", None, True])
def test_a_share_out_of_range_is_refused(share):
    with pytest.raises(InputError, match="share: must"):
        words.moved_weight(pd.Series({"a": 0.5, "b": 0.5}), "a", share)


def test_the_weights_table_states_every_swing_and_sums_to_all(example):
    table = weights_table(example[2])
    assert table["weight [%]"].sum() == pytest.approx(100, abs=0.3)
    assert len(table) == len(example[0].criteria)
    assert table["the swing it prices"].str.startswith("from ").all()
    first = table.sort_values("weight [%]", ascending=False).iloc[0]
    assert first["criterion"] in weights_in_words(example[2])


def test_half_and_double_names_what_enters_and_leaves(example):
    portfolio, settings, recommendation = example
    table = half_and_double(recommendation)
    row = table[table["enters"] != ""].iloc[0]
    criterion = portfolio.criteria.index[portfolio.criteria["name"] == row["criterion"]][0]
    points = 100 * recommendation.evaluation.weights
    points[criterion] *= {"half": 0.5, "double": 2}[row["counted"]]
    again = workbench.recommend(
        portfolio, dataclasses.replace(settings, weights=points.to_dict()), explain=False
    )
    changed = workbench.differences(recommendation, again)
    for name in changed.loc[changed["change"] == "enters", "name"]:
        assert name in row["enters"]
    assert row["criterion"] in half_and_double_in_words(table)


def test_a_list_that_hangs_on_nothing_says_so():
    table = pd.DataFrame({"criterion": ["a", "b"], "enters": "", "leaves": ""})
    assert "does not hang on one weight" in half_and_double_in_words(table)


# Pages --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def evil(example):
    """A recommendation in which every text that a user writes tries to be markup."""
    portfolio, settings, _ = example
    projects = portfolio.projects.copy()
    for column in ("name", "sponsor", "category"):
        projects[column] = [f"{EVIL}{number}" for number in range(len(projects))]
    projects["mandatory_reason"] = EVIL
    criteria = portfolio.criteria.assign(name=EVIL)
    portfolio = dataclasses.replace(
        portfolio,
        projects=projects,
        criteria=criteria,
        source=EVIL,
        limits=portfolio.limits.iloc[:0],
    )
    marked = {"organisation": EVIL, "board": EVIL, "marking": EVIL, "price_base": EVIL}
    settings = dataclasses.replace(
        settings, currency="$", saved_by=EVIL, saved_on="2027-01-02", **marked
    )
    settings = dataclasses.replace(settings, saved_reason=EVIL)
    return workbench.recommend(portfolio, settings, explain=False)


def test_no_text_becomes_markup(evil):
    tried = Trial(evil.portfolio, evil.settings, evil, explain=False)
    refused = evil.ranked_list.query("block == 'not recommended'").index[0]
    panels = [move_one_weight(tried), include_one(tried), closing(tried), live_weights(tried)]
    tried.include(refused)
    pages = [
        opening(evil.portfolio, evil.settings),
        asked(evil),
        ranked_list(evil),
        board_now_knows(evil, tried.answer),
    ]
    html = [page.html for page in pages] + [part.static.html for part in panels]
    html += [text.value for part in panels for text in _texts(part)]
    assert any("&lt;/script&gt;" in text for text in html)
    for text in html:
        assert "<b onclick" not in text
        assert "</script" not in text


def _texts(box):
    if type(box).__name__ in ("HTML", "Failure"):
        yield box
    for child in getattr(box, "children", ()):
        yield from _texts(child)


def test_a_page_is_kept_from_the_typesetter(example):
    assert 'class="mathjax_ignore tex2jax_ignore"' in ranked_list(example[2])._repr_html_()


def test_the_ranked_list_shows_every_proposal_and_the_line(example):
    page, table = ranked_list(example[2]), example[2].ranked_list
    text = plain(page.html)
    for name in table.loc[table["block"] != "continues", "name"]:
        assert name in text.replace("&#x27;", "'").replace("&amp;", "&")
        assert name in page.text
    line = text.index("Funding ends here")
    for name in table.loc[table["block"] == "not recommended", "name"]:
        assert text.rindex(name.replace("'", "&#x27;")) > line
    left = example[2].limits.query("kind == 'money'")["left_over"].sum() / 1e6
    assert f"Left over: £{left:.2f}m" in text


def test_a_long_list_unfolds_around_the_line(example, monkeypatch):
    from pmo_lib.widgets import page

    monkeypatch.setattr(page, "ROWS_AT_ONCE", 20)
    html = ranked_list(example[2]).html
    assert html.count("<details>") == 2
    assert all(
        name.replace("'", "&#x27;") in html
        for name in example[2].evaluation.score.index.map(example[0].projects["name"])
    )


def test_the_opening_says_who_saved_the_settings(example):
    portfolio, settings, _ = example
    assert "nobody has saved any yet" in opening(portfolio, settings).text
    saved = dataclasses.replace(
        settings, saved_by="A. Chair", saved_reason="agreed", saved_on="2027-01-14T10:00:00"
    )
    assert "saved by A. Chair on 14 January 2027: agreed." in opening(portfolio, saved).text
    assert f"Portfolio {portfolio.source}, data of" in opening(portfolio, saved).text


# Trials -------------------------------------------------------------------------------------


def test_a_trial_answers_exactly_and_returns(trial, example):
    portfolio, settings, _ = example
    trial.change(budget_scale=0.9)
    cut = workbench.recommend(
        portfolio, dataclasses.replace(settings, budget_scale=0.9), explain=False
    )
    assert trial.answer.choice.selected.equals(cut.choice.selected)
    assert (trial.state, trial.moved) == (EXACT, True)
    trial.back()
    assert trial.answer is trial.opening
    assert not trial.moved


def test_what_is_tried_beside_an_approved_list_is_a_draft(example):
    portfolio, settings, made = example
    approved = dataclasses.replace(settings, status="APPROVED")
    opening = dataclasses.replace(made, settings=approved)
    trial = Trial(portfolio, approved, opening, explain=False)
    trial.change(budget_scale=0.9)
    assert (trial.settings.status, trial.answer.settings.status) == ("DRAFT", "DRAFT")
    assert trial.move(weights=dict.fromkeys(portfolio.criteria.index, 1.0))
    assert trial.settings.status == "DRAFT"
    trial.move(weights=settings.weights)
    trial.change(budget_scale=1.0)
    assert trial.settings == approved


def test_what_cannot_be_keeps_the_last_list(trial):
    trial.change(budget_scale=0.9)
    before = trial.answer
    trial.change(budget_scale=0.01)
    assert (trial.state, trial.answer) == (CANNOT, before)
    assert "running projects need more" in trial.problem
    trial.change(weights={"residents": -1})
    assert "weights: each must be a number of at least 0" in trial.problem
    trial.change(budget_scale=1.0)
    assert (trial.state, trial.problem) == (EXACT, "")


def test_moving_without_asking_waits(trial):
    before, version = trial.answer, trial.version
    assert trial.move(weights=dict.fromkeys(trial.portfolio.criteria.index, 1.0))
    assert (trial.state, trial.answer, trial.version) == (WAITING, before, version + 1)
    trial.move(weights=dict.fromkeys(trial.portfolio.criteria.index, 2.0))
    assert trial.version == version + 1
    trial.ask()
    assert trial.state == EXACT
    assert trial.answer.evaluation.weights.max() == trial.answer.evaluation.weights.min()


def test_including_keeps_what_the_board_had_decided(example):
    portfolio, settings, recommendation = example
    refused = recommendation.ranked_list.query("block == 'not recommended'").index
    settings = workbench.with_override(settings, refused[0], "out", reason="no", by="board")
    trial = Trial(portfolio, settings, explain=False)
    trial.include(refused[0])
    assert trial.answer.choice.selected[refused[0]]
    trial.include(refused[1])
    assert not trial.answer.choice.selected[refused[0]]
    trial.include("")
    assert trial.settings.overrides == settings.overrides
    assert trial.included == ""


def test_the_newest_request_wins_and_the_kernel_stays_free():
    """Requests are answered off the loop; one that is overtaken is never shown."""
    seen, gate, threads = [], threading.Event(), []

    def slow(request):
        threads.append(threading.current_thread() is threading.main_thread())
        gate.wait(5)
        return request * 10

    async def scene():
        latest = Latest([slow], lambda *result: seen.append(result), print, pause=0)
        latest.ask(1)
        while not threads:
            await asyncio.sleep(0.001)
        latest.ask(2)
        latest.ask(3)
        assert seen == []
        gate.set()
        await latest.task

    asyncio.run(scene())
    assert seen == [(3, 0, 30)]
    assert threads == [False, False]


def test_states_follow_each_other_in_a_kernel(example):
    portfolio, settings, recommendation = example
    states = []

    async def scene():
        trial = Trial(portfolio, settings, recommendation, explain=True, pause=0)
        trial.observe(lambda _: states.append(trial.state), "version")
        trial.change(budget_scale=0.95)
        await trial._latest.task
        return trial

    trial = asyncio.run(scene())
    assert states == [COMING, REASONS, EXACT]
    assert trial.answer.settings.budget_scale == 0.95


def test_a_refused_request_in_a_kernel_is_told_and_other_faults_surface():
    told = []

    def refuse(request):
        raise InputError(f"budget: {request} is too little")

    def fault(request):
        raise ZeroDivisionError

    async def scene(stage):
        latest = Latest([stage], print, lambda request, error: told.append(str(error)), pause=0)
        latest.ask(5)
        await latest.task

    asyncio.run(scene(refuse))
    assert told == ["budget: 5 is too little"]
    with pytest.raises(ZeroDivisionError):
        asyncio.run(scene(fault))


# Controls -----------------------------------------------------------------------------------


def test_one_weight(trial):
    box = move_one_weight(trial)
    which, slider = control(box, "Dropdown"), control(box, "IntSlider")
    assert slider.value == round(100 * trial.opening.evaluation.weights.max())
    which.value = "risk"
    assert not trial.moved
    slider.value = 40
    assert trial.answer.evaluation.weights["risk"] == pytest.approx(0.4)
    assert "weighs 40 % instead of 12 %, the others in proportion" in said(box)
    trial.back()
    assert slider.value == 12
    assert "Nothing is tried" in said(box)


def test_the_budget(trial):
    box = cut_the_budget(trial)
    control(box, "IntSlider").value = 90
    assert trial.settings.budget_scale == 0.9
    assert "Budgets at 90 %: £75.6m" in said(box)
    assert "Leaves:" in said(box)


def test_including_one_names_price_and_displaced(trial, example):
    portfolio, settings, before = example
    box = include_one(trial)
    which = control(box, "Dropdown")
    refused = [value for _, value in which.options if value]
    assert refused == list(before.ranked_list.query("block == 'not recommended'").index)
    which.value = "visitor-centre"
    asked_for = workbench.with_override(settings, "visitor-centre", "in", reason="x", by="y")
    after = workbench.recommend(portfolio, asked_for, explain=False)
    table = workbench.differences(before, after)
    assert f"{100 * (before.choice.value - after.choice.value):.1f} points" in said(box)
    for name in table.loc[table["change"] == "leaves", "name"]:
        assert name in said(box)
    which.value = ""
    assert not trial.moved


def test_a_price_is_held_against_everything_else_tried(trial):
    cut_the_budget(trial)
    trial.change(budget_scale=0.95)
    base = trial.answer
    trial.include("visitor-centre")
    assert trial.without.choice.value == base.choice.value


def test_every_control_has_a_label_and_safe_keys(trial):
    for box in (
        move_one_weight(trial),
        cut_the_budget(trial),
        include_one(trial),
        closing(trial),
        live_weights(trial),
    ):
        assert isinstance(box.children[-1], panel.Keys)
        assert "pmo-panel" in box._dom_classes
        for kind in ("IntSlider", "Dropdown", "Text", "Button"):
            found = control(box, kind)
            assert found is None or found.description


def test_a_printed_notebook_shows_the_opening_state(trial):
    bundle = cut_the_budget(trial)._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert "Budgets at 100 %" in data["text/html"]
    assert "Budgets at 100 %" in data["text/plain"]
    assert any("widget-view" in kind for kind in data)


# The live ranking ---------------------------------------------------------------------------


def test_the_walk_ends_where_the_money_does(example):
    recommendation = example[2]
    given = live.line_inputs(recommendation)
    table = live.walk(recommendation, recommendation.evaluation.weights)
    assert table["rank"].equals(recommendation.evaluation.rank.reindex(table.index))
    mandatory = given["mandatory"][given["mandatory"]].index
    assert list(table.index[: len(mandatory)]) == list(mandatory)
    assert table.loc[table["above"], "cost"].sum() <= given["budget"]
    first_below = table.index[~table["above"]][0]
    assert table.at[first_below, "running"] > given["budget"]
    sentence = live.where_money_ends(recommendation.portfolio, table)
    assert "walking down the list" in sentence.lower()
    assert "funded" not in sentence


def test_sliders_move_the_trial_and_words_follow(trial):
    box = live_weights(trial)
    view = control(box, "JupyterChart")
    names = charts.slider_names(trial.portfolio.criteria.index)
    opening_position = getattr(view.params, names["access"])
    setattr(view.params, names["access"], 60)
    assert trial.settings.weights["access"] == 60
    assert trial.state == WAITING
    assert "change rank" in said(box)
    assert "The weights were moved" in said(box)
    button(box, "Exact list at these weights").click()
    assert trial.state == EXACT
    assert trial.answer.evaluation.weights["access"] > 0.4
    button(box, "Return to the saved weights").click()
    assert getattr(view.params, names["access"]) == opening_position
    assert not trial.moved
    assert "Every project stands where it stands" in said(box)


def test_saved_from_elsewhere_moves_the_sliders(trial):
    view = control(live_weights(trial), "JupyterChart")
    names = charts.slider_names(trial.portfolio.criteria.index)
    trial.change(weights=dict.fromkeys(trial.portfolio.criteria.index, 1.0))
    share = 100 / len(names)
    assert getattr(view.params, names["risk"]) == pytest.approx(share)


@pytest.mark.parametrize("sent", [float("nan"), float("inf"), 1e9, -5])
def test_what_a_page_sends_is_checked(trial, sent):
    view = control(live_weights(trial), "JupyterChart")
    names = charts.slider_names(trial.portfolio.criteria.index)
    setattr(view.params, names["access"], sent)
    assert trial.settings.weights["access"] == 0


def test_all_sliders_at_zero_is_told_as_text(trial):
    box = live_weights(trial)
    view = control(box, "JupyterChart")
    for name in charts.slider_names(trial.portfolio.criteria.index).values():
        setattr(view.params, name, 0)
    assert "weights: at least one must be above 0, all are 0" in said(box)
    view.params.weight_0 = 10
    assert trial.state == WAITING


# Keeping ------------------------------------------------------------------------------------


def test_saving_takes_a_name_and_a_reason_and_keeps_the_earlier_version(copied):
    portfolio, settings = folder.open_folder(copied)
    trial = Trial(portfolio, settings, explain=False)
    box = save_settings(trial, copied)
    trial.change(weights=dict.fromkeys(portfolio.criteria.index, 1.0))
    trial.include("visitor-centre")
    button(box, "Save these settings").click()
    assert "by: is empty" in said(box)
    assert folder.history(copied) == []
    button(box, "Your name").value, button(box, "Reason").value = "<i>A. Chair</i>", "agreed"
    button(box, "Save these settings").click()
    assert "Saved in settings.toml" in said(box)
    assert "<i>A. Chair" not in "".join(text.value for text in _texts(box))
    saved = folder.read_settings(copied)
    assert saved.swings["residents"] == [0.0, 40_000.0]
    assert saved.overrides[-1]["by"] == "<i>A. Chair</i>"
    assert saved.overrides[-1]["reason"] == "agreed"
    assert len(folder.history(copied)) == 1
    assert not trial.moved
    assert trial.opening.choice.selected["visitor-centre"]


def test_saving_never_overwrites_what_somebody_else_saved(copied):
    portfolio, settings = folder.open_folder(copied)
    trial = Trial(portfolio, settings, explain=False)
    other = dataclasses.replace(settings, too_close=0.01)
    folder.save_settings(other, copied, by="B. Member", reason="meanwhile")
    box = save_settings(trial, copied)
    button(box, "Your name").value, button(box, "Reason").value = "A. Chair", "agreed"
    button(box, "Save these settings").click()
    assert "changed since this notebook read them" in said(box)
    assert "B. Member" in said(box)
    assert folder.read_settings(copied).too_close == 0.01


def test_settings_without_a_list_are_not_saved(copied):
    trial = Trial(*folder.open_folder(copied), explain=False)
    trial.change(budget_scale=0.01)
    box = save_settings(trial, copied)
    button(box, "Save these settings").click()
    assert "these give no list" in said(box)
    button(box, "Return to the saved settings").click()
    assert trial.state == EXACT


def test_failures_are_text():
    failure = panel.Failure()
    failure.words = f"budget: {EVIL}\nsecond"
    assert "&lt;/script&gt;" in failure.value
    assert "<b onclick" not in failure.value
    failure.words = ""
    assert failure.value == ""


def test_the_list_is_written_beside_the_notebooks(trial, tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / folder.POINTER).write_text('portfolio = "x"', "utf-8")
    monkeypatch.chdir(tmp_path / "notebooks")
    box = write_list(trial)
    button(box, "Write the ranked list").click()
    assert "Wrote ranked_list.xlsx and ranked_list.csv" in said(box)
    assert sorted(f.name for f in (tmp_path / "out").iterdir()) == [
        "ranked_list.csv",
        "ranked_list.xlsx",
    ]
    assert not button(box, "Write the ranked list").disabled


def test_a_list_edited_since_is_kept(trial, tmp_path):
    box = write_list(trial, tmp_path)
    (tmp_path / "ranked_list.csv").write_text("decided by hand", "utf-8")
    button(box, "Write the ranked list").click()
    kept = list(tmp_path.glob("ranked_list (until *.csv"))
    assert [f.read_text("utf-8") for f in kept] == ["decided by hand"]


def test_a_tried_list_says_that_it_is_not_saved(trial, tmp_path):
    trial.change(budget_scale=0.9)
    box = write_list(trial, tmp_path)
    button(box, "Write the ranked list").click()
    assert "tried, not saved" in said(box)
    trial.change(budget_scale=0.01)
    button(box, "Write the ranked list").click()
    assert "these give no list to write" in said(box)


def test_trial_words_have_the_board_s_words(trial):
    assert set(panel.STATE_WORDS) == {EXACT, COMING, REASONS, CANNOT, WAITING}
    assert trials.TRIED_WHY == "what if, not decided"


# Any portfolio ------------------------------------------------------------------------------


def small(budget: float | None) -> Trial:
    """Three proposals, one criterion, dollars, and a budget or none."""
    projects = ["a", "b", "c"]
    frames = {
        "projects": pd.DataFrame({"project": projects, "name": ["Alpha", "Beta", "Gamma"]}),
        "criteria": pd.DataFrame(
            {
                "criterion": ["x"], "name": ["Reach"], "source": ["performance"],
                "unit": ["people"], "direction": ["more"], "value_function": ["linear"],
                "worst": [0], "best": [10], "adds": ["yes"], "weight": [5],
            }
        ),
        "performance": pd.DataFrame({"project": projects, "criterion": "x", "estimate": [1, 5, 9]}),
        "cash_flows": pd.DataFrame(
            {"project": projects, "period": "2027-01-01", "cost": [100, 200, 300], "benefit": 0}
        ),
    }  # fmt: skip
    if budget is not None:
        frames["budgets"] = pd.DataFrame({"period": ["2027-01-01"], "amount": [budget]})
    settings = workbench.Settings(fiscal_year_start="01-01", currency="$")
    return Trial(tables.portfolio_of(frames), settings, explain=False)


def test_without_a_budget_there_is_nothing_to_cut():
    trial = small(None)
    box = cut_the_budget(trial)
    assert control(box, "IntSlider").disabled
    assert "No budget is stated" in said(box)
    assert "reaches every proposal" in said(live_weights(trial))
    assert "No project is refused" in include_one(trial).static.text


def test_small_money_is_shown_in_single_units():
    trial = small(420)
    assert "Budgets at 100 %: $420; running work takes $0, the list $400" in said(
        cut_the_budget(trial)
    )
    assert "2027, with $20 left over" in board_now_knows(trial.opening, trial.opening).text
    box = include_one(trial)
    trial.include("b")
    assert "It displaces Gamma" in said(box)
    trial.include("a")
    assert "on the list in any case" in said(box)
    assert "one criterion only" in half_and_double_in_words(half_and_double(trial.opening))
