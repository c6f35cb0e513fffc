"""The board room without a browser: what is tried, kept, undone, decided, escaped and refused."""

import asyncio
import dataclasses
import gc
import json
import re
import shutil
import time
from contextlib import suppress
from functools import partial
from html import unescape

import pandas as pd
import pytest
import traitlets
from altair.utils.schemapi import debug_mode
from test_widgets import plain

from pmo_lib import folder, record, workbench
from pmo_lib.boardroom import (
    asking,
    compare,
    decisions,
    keeping,
    markup,
    opening,
    ranking,
    state,
    tabs,
)
from pmo_lib.boardroom import page as page_module
from pmo_lib.boardroom import words as told
from pmo_lib.boardroom.frame import TABS, Frame
from pmo_lib.boardroom.opening import PORTFOLIO, open_room
from pmo_lib.boardroom.page import BoardRoom
from pmo_lib.boardroom.scenario_view import SAVED, TRIED
from pmo_lib.boardroom.state import Room
from pmo_lib.boardroom.voting import Voting
from pmo_lib.checks import InputError
from pmo_lib.widgets.trial import CANNOT, COMING, EXACT, REASONS

EVIL = "</script><script>window.pwned=1</script>&$x$"
LEFT_OUT, WISH, TAKEN = "bus-lanes", "visitor-centre", "street-trees"
REASONED = {"reason": "Promised", "by": "The chair"}


@pytest.fixture
def path(tmp_path):
    """A copy of the example that may be decided on."""
    target = tmp_path / "portfolio"
    shutil.copytree(folder.example_folder(), target)
    return target


@pytest.fixture(scope="module")
def example():
    """The example as read, with the list it gives."""
    portfolio, settings = folder.open_folder(folder.example_folder())
    return portfolio, settings, workbench.recommend(portfolio, settings, explain=False)


@pytest.fixture(autouse=True, scope="module")
def solved_once():
    """Solve the same question about the same tables once for all tests."""
    known, solve = {}, workbench.recommend

    def recommend(portfolio, settings, *, explain=True, progress=None):
        asked = (id(portfolio), settings.to_toml(), explain)
        if asked not in known:
            made = solve(portfolio, settings, explain=explain, progress=progress)
            known[asked] = portfolio, made
        return known[asked][1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbench, "recommend", recommend)
        yield


@pytest.fixture(autouse=True, scope="module")
def quick_charts():
    """Check a chart once it is whole, not each of its parts."""
    with debug_mode(False):
        yield


@pytest.fixture
def room(path, example):
    return Room(*example[:2], opening=example[2], path=path, explain=False)


@pytest.fixture
def again(path, example):
    """Open the same portfolio once more, as after a reload."""
    return lambda: Room(
        example[0], folder.read_settings(path), path=path, explain=False,
        opening=example[2] if folder.read_settings(path) == example[1] else None,
    )  # fmt: skip


@pytest.fixture
def board(room):
    return BoardRoom(room)


def said(widget) -> str:
    """Read every text of a widget and those in it."""
    own = unescape(plain(widget.value)) if type(widget).__name__ == "HTML" else ""
    return " ".join([own, *(said(child) for child in getattr(widget, "children", ()))])


def click(button) -> None:
    button.click()


# What is tried --------------------------------------------------------------------------------


def test_the_page_opens_with_the_saved_list_and_writes_nothing(room, path):
    assert (room.state, room.moved, room.steps) == (EXACT, False, (0, 0))
    assert room.answer is room.opening
    assert not keeping.kept_file(path).exists()
    assert not decisions.record_file(path).exists()


def test_a_budget_is_answered_as_a_recommendation_of_its_own(room):
    room.fund(0.85)
    expected = workbench.recommend(
        room.portfolio, dataclasses.replace(room.saved, budget_scale=0.85), explain=False
    )
    assert room.answer.choice.selected.equals(expected.choice.selected)
    assert room.state == EXACT and room.moved


def test_each_step_is_taken_back_and_taken_again(room):
    room.fund(0.9)
    room.rule_on(LEFT_OUT, "in", **REASONED)
    included = room.answer
    room.undo()
    assert room.settings.budget_scale == 0.9 and not room.settings.overrides
    room.undo()
    assert room.settings == room.saved and room.answer is room.opening
    room.redo()
    room.redo()
    assert room.answer.headline == included.headline
    assert room.project == LEFT_OUT and room.without is not None
    room.undo()
    room.fund(0.8)
    assert room.steps[1] == 0, "a new step leaves nothing to take again"


def test_moves_of_one_slider_are_one_step(room, monkeypatch):
    monkeypatch.setattr(state, "SAME_STEP", 60.0)
    for scale in (0.99, 0.98, 0.97):
        room.fund(scale)
    assert room.steps == (1, 0)
    room.weigh(dict.fromkeys(room.portfolio.criteria.index, 10.0))
    assert room.steps == (2, 0)
    room.undo()
    assert room.settings.budget_scale == 0.97


def test_undo_with_nothing_to_take_back_does_nothing(room):
    room.undo()
    room.redo()
    assert room.answer is room.opening and room.version == 0


def test_what_gives_no_list_says_so_and_keeps_the_last(room):
    room.weigh(dict.fromkeys(room.portfolio.criteria.index, 0.0))
    assert room.state == CANNOT and "at least one must be above 0" in room.problem
    assert room.answer is room.opening
    room.fund(0.1)
    assert room.state == CANNOT and room.problem
    assert room.answer is room.opening
    assert "The last exact list stays" in plain(told.headline(room))
    room.back()
    assert (room.state, room.problem) == (EXACT, "")


@pytest.mark.parametrize(
    ("project", "decision", "given", "match"),
    [
        ("nobody", "in", REASONED, "choose one"),
        ("", "in", REASONED, "choose one"),
        (None, "in", REASONED, "choose one"),
        (LEFT_OUT, "perhaps", REASONED, "decision"),
        (LEFT_OUT, "in", {"reason": " ", "by": "A"}, "reason: is empty"),
        (LEFT_OUT, "in", {"reason": "x", "by": "\u200b"}, "your name: is empty"),
        (LEFT_OUT, "in", {"reason": None, "by": "A"}, "reason: is empty"),
        (LEFT_OUT, "in", {"reason": "x" * 500, "by": "A"}, "longer"),
    ],
)
def test_a_board_decision_needs_a_project_a_name_and_a_reason(
    room, project, decision, given, match
):
    with pytest.raises(InputError, match=match):
        room.rule_on(project, decision, **given)
    assert room.settings == room.saved


def test_including_and_excluding_state_their_price(room):
    room.rule_on(LEFT_OUT, "in", **REASONED)
    lost = 100 * (room.opening.choice.value - room.answer.choice.value)
    words = plain(told.price(room))
    assert f"{lost:,.1f} points" in words and "displaces" in words and "The chair" in words
    room.free(LEFT_OUT)
    assert room.answer.headline == room.opening.headline and told.price(room) == ""
    room.rule_on(TAKEN, "out", **REASONED)
    lost = 100 * (room.opening.choice.value - room.answer.choice.value)
    assert lost > 0 and f"{lost:,.1f} points" in plain(told.price(room))
    room.rule_on(LEFT_OUT, "out", **REASONED)
    assert "not on the list in any case" in plain(told.price(room))


def test_a_search_that_is_overtaken_is_stopped(room, monkeypatch):
    seen = []

    def slow(portfolio, settings, *, explain=True, progress=None):
        if settings.budget_scale == 0.9:
            while not progress(0, 1, ""):
                pass
            seen.append("stopped")
        return real(portfolio, settings, explain=False)

    real = workbench.recommend
    monkeypatch.setattr(workbench, "recommend", slow)

    async def run():
        room._following._pause = 0.01
        room.fund(0.9)
        await asyncio.sleep(0.3)
        assert room.state == COMING and room.answer is room.opening
        room.fund(0.95)
        while room.state == COMING:
            await asyncio.sleep(0.02)

    asyncio.run(asyncio.wait_for(run(), 60))
    assert seen == ["stopped"]
    assert room.answer.settings.budget_scale == 0.95


# Scenarios and what is kept -------------------------------------------------------------------


def test_a_reload_comes_back_to_the_same_state(room, again):
    room.fund(0.9)
    room.save_scenario("Nine tenths", by="Ann")
    room.rule_on(LEFT_OUT, "in", **REASONED)
    again = again()
    assert again.settings == room.settings and again.project == LEFT_OUT
    assert again.answer.headline == room.answer.headline
    assert list(again.scenarios) == ["Nine tenths"] and again.scenarios["Nine tenths"].by == "Ann"
    again.restore("Nine tenths")
    assert again.settings.budget_scale == 0.9 and not again.settings.overrides


def test_what_another_page_tries_is_taken_up(room, again):
    other = again()
    other.fund(0.9)
    room.refresh()
    assert room.settings.budget_scale == 0.9 and room.answer.headline == other.answer.headline
    room.undo()
    assert room.settings.budget_scale == 1.0


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"board_room": 1}', '{"board_room": 9, "settings": ""}', "null",
     '{"board_room": 1, "settings": 3, "project": "", "scenarios": []}',
     '{"board_room": 1, "settings": "rule = 3", "project": "", "scenarios": []}'],
)  # fmt: skip
def test_a_damaged_file_is_said_and_not_used(path, again, text):
    keeping.kept_file(path).write_text(text, "utf-8")
    room = again()
    assert room.settings == room.saved and keeping.FILE in room.note


def test_a_damaged_file_is_replaced_by_what_is_tried(path, again):
    keeping.kept_file(path).write_text("{", "utf-8")
    room = again()
    room.fund(0.9)
    assert room.note == "" and keeping.read_kept(path).settings.budget_scale == 0.9


def test_a_scenario_needs_a_name_and_one_of_that_name_is_replaced(room):
    for name in ("", "  ", None, "x" * 200):
        with pytest.raises(InputError, match="name of the scenario"):
            room.save_scenario(name)
    room.save_scenario("A")
    room.fund(0.9)
    room.save_scenario(" A ")
    assert list(room.scenarios) == ["A"] and room.scenarios["A"].settings.budget_scale == 0.9
    with pytest.raises(InputError, match="choose one"):
        room.restore("B")
    room.drop_scenario("A")
    assert not room.scenarios


def test_scenarios_stand_side_by_side(board):
    room = board.room
    room.fund(0.85)
    room.save_scenario("Cut")
    room.rule_on(WISH, "in", **REASONED)
    room.save_scenario("Promise")
    board.frame.tab = "compare"
    board.comparing.first.value, board.comparing.second.value = "Cut", "Promise"
    text = said(board.comparing.widget)
    assert "of the weights the board would accept, Cut is worth more than Promise" in text
    assert "Mere visitor centre" in text and "Share of the money by objective" in text
    board.comparing.second.value = SAVED
    click(board.comparing.restore)
    assert room.settings == room.saved


def test_comparing_counts_what_enters_and_what_it_costs(room):
    cut = workbench.recommend(
        room.portfolio, dataclasses.replace(room.saved, budget_scale=0.85), explain=False
    )
    found = compare.compare(room.opening, room.opening, cut, ("before", "after"))
    changed = workbench.differences(room.opening, cut)
    assert set(found.enters["project"]) == set(changed["name"])
    facts = found.facts.set_index("what")
    assert facts.loc["Proposals funded"].tolist() == [
        str(int(made.choice.selected.sum())) for made in (room.opening, cut)
    ]
    assert found.spend["before [%]"].sum() == pytest.approx(100, abs=3)
    with pytest.raises(InputError, match="two different"):
        compare.compare(room.opening, cut, cut, ("same", "same"))


# What callbacks receive -----------------------------------------------------------------------


def test_sliders_take_nothing_but_numbers_in_range(board):
    room, view = board.room, board.sliders.view
    for hostile in ("x", None, -1, 1e9, float("nan"), [1], {"a": 1}):
        with suppress(traitlets.TraitError):
            view._params = {**view._params, "weight_0": hostile, ranking.PERCENT: hostile}
        assert room.settings.budget_scale == 1.0 and room.state == EXACT, hostile
        assert room.settings.weights.get("residents", 0.0) == 0.0, hostile
        room.back()


def test_the_frame_takes_no_unknown_tab():
    frame = Frame()
    frame.tab = "health"
    frame.tab = "__proto__"
    assert frame.tab == "list"
    assert [key for key, _ in frame.tabs] == list(TABS)


def test_choices_take_nothing_that_is_not_offered(board):
    with pytest.raises(traitlets.TraitError):
        board.asking.project.value = "nobody"
    with pytest.raises(traitlets.TraitError):
        board.deciding.decision.value = "sell"


def test_the_sliders_follow_steps_back_and_scenarios(board):
    room, view = board.room, board.sliders.view
    room.fund(0.9)
    assert view._params[ranking.PERCENT] == pytest.approx(90)
    (marked,) = view._py_to_js_updates
    assert marked["value"] == ranking.chosen_rows(room.answer, room.opening)
    room.weigh({**dict.fromkeys(room.portfolio.criteria.index, 10.0), "risk": 50.0})
    assert view._params["weight_2"] == 50
    room.back()
    assert view._params["weight_2"] == pytest.approx(12) and view._params[ranking.PERCENT] == 100


def test_a_view_just_made_takes_the_state_and_does_not_give_its_own(board):
    room, view = board.room, board.sliders.view
    born = dict(view._params)
    room.fund(0.9)
    placed = view._params[ranking.SEEN]
    view._params = {**born, ranking.SEEN: 0}
    assert room.settings.budget_scale == 0.9 and room.steps == (1, 0)
    assert view._params[ranking.PERCENT] == pytest.approx(90)
    assert view._params[ranking.SEEN] > placed
    view._params = {**view._params, "weight_0": 77, ranking.SEEN: placed}
    assert not room.settings.weights, "what the page said before it heard of the new places"


def test_a_moved_slider_tries_its_weight_and_walks_down_the_list(board):
    view = board.sliders.view
    view._params = {**view._params, "weight_2": 80}
    room = board.room
    assert room.settings.weights["risk"] == 80 and room.state == EXACT
    shares = pd.Series(room.settings.weights)
    table = ranking.quick_list(room.opening, shares / shares.sum(), 1.0)
    last = table.index[table["above"]][-1]
    assert room.portfolio.projects.at[last, "name"] in plain(board.sliders.says.value)


def test_what_is_tried_beside_an_approved_list_is_a_draft(path, example):
    approved = dataclasses.replace(example[1], status="APPROVED")
    opening = dataclasses.replace(example[2], settings=approved)
    room = Room(example[0], approved, opening=opening, path=path, explain=False)
    room.fund(0.9)
    assert (room.settings.status, room.answer.settings.status) == ("DRAFT", "DRAFT")
    assert "The recommended list" in told.list_heading(room)
    room.fund(1.0)
    assert room.settings == approved and not room.moved
    assert "The approved list" in told.list_heading(room)
    room.fund(0.9)
    room.back()
    assert room.settings == approved


def test_words_follow_a_slider_before_the_chart_has_told_and_nothing_is_tried_yet(board):
    room, view = board.room, board.sliders.view
    slid = {name: view._params[name] for name in board.sliders.names.values()}
    board.frame.slid = slid
    told = board.sliders.says.value
    assert told
    board.frame.slid = {**slid, "weight_2": 100, ranking.PERCENT: 55}
    assert board.sliders.says.value != told
    assert room.settings.budget_scale == 1.0 and not room.moved
    view._params = {**view._params, ranking.SEEN: -1}
    assert board.sliders.says.value == told, "a move that came too late is taken back in words, too"
    board.frame.slid = {"weight_0": "x", ranking.PERCENT: float("nan"), "unknown": 1}
    assert not room.moved


# Why, decisions, record -----------------------------------------------------------------------


def test_asking_about_a_project_says_why_and_what_would_change_it(board):
    board.asking.project.value = LEFT_OUT
    text = plain(board.asking.says.value)
    assert "Bus lanes on the Thornley Road, rank 6, is left out." in text
    assert "more points" in text
    click(board.asking.include)
    assert "Reason: is empty" in plain(board.asking.failure.value)
    board.asking.reason.value, board.asking.name.value = "Promised", "The chair"
    click(board.asking.include)
    assert board.asking.failure.value == ""
    assert "costs the list" in plain(board.asking.price.value)
    assert "is recommended" in plain(board.asking.says.value)
    click(board.asking.free)
    assert board.room.answer.headline == board.room.opening.headline


def test_approving_is_confirmed_recorded_and_saved(board, path, again):
    room, form = board.room, board.deciding
    saved = "17 proposals for £58.9m"
    assert form.whole.button.description == f"Approve the saved list: {saved}"
    room.rule_on(LEFT_OUT, "in", **REASONED)
    chosen = room.answer.choice.selected
    cost = room.answer.ranked_list["cost"][chosen.index[chosen]].sum() / 1e6
    trial = f"{int(chosen.sum())} proposals for £{cost:.1f}m"
    assert form.whole.button.description == f"Approve the trial: {trial}" and trial != saved
    click(form.whole.button)
    assert "Your name: is empty" in said(form.whole.widget)
    form.name.value, form.reason.value = "Ann", "Agreed"
    click(form.whole.yes)
    assert not decisions.record_file(path).exists(), "not asked, not recorded"
    click(form.whole.button)
    asked = said(form.whole.widget)
    assert (
        f"This is the trial, not the saved list ({saved}). Tried: the board includes Bus" in asked
    )
    assert f"Its list: {trial}, to fund, and {int((~chosen).sum())} not to fund." in asked
    assert "Enters: " in asked and "Record this as the board's decision?" in asked
    click(form.whole.no)
    assert not decisions.record_file(path).exists()
    click(form.whole.button)
    click(form.whole.yes)
    kept = record.open_record(decisions.record_file(path))
    found = record.decisions(kept)
    assert (found["decision"] == "fund").reindex(chosen.index).equals(chosen)
    assert list(record.overrides(kept).index) == [LEFT_OUT]
    assert record.saved_settings(kept).hash() == room.answer.settings.hash()
    assert folder.read_settings(path) == room.saved and room.saved.saved_by == "Ann"
    assert not room.moved and "Ann" in said(board.recorded.decisions)
    assert form.whole.button.description == f"Approve the saved list: {trial}"
    assert again().saved.overrides[0]["project"] == LEFT_OUT


def test_an_approval_that_is_refused_leaves_no_entry(room, path):
    kept = record.open_record(decisions.record_file(path))
    record.add_member(kept, "Ann", role="chair", by="Ann")
    record.add_member(kept, "Eve", role="analyst", by="Ann")
    with pytest.raises(InputError, match=r"Eve.* has the role analyst and may not decide"):
        decisions.approve(room, by="Eve", reason="May save settings, but not decide")
    assert list(record.history(kept)["kind"]) == ["member", "member"]
    assert decisions.settings_as_saved(room) == room.saved
    decisions.approve(room, by="Ann", reason="Agreed")
    assert set(record.history(kept)["kind"]) == {"member", "settings", "decision"}


def test_what_is_confirmed_is_what_was_shown(board, path):
    form = board.deciding
    form.name.value, form.reason.value = "Ann", "Agreed"
    click(form.whole.button)
    board.room.fund(0.9)
    assert "has changed since you were asked" in said(form.whole.widget), "before anybody confirms"
    click(form.whole.yes)
    assert "has changed since you were asked" in said(form.whole.widget)
    assert not decisions.record_file(path).exists()


def test_one_project_is_decided_on(board, path):
    form = board.deciding
    form.name.value, form.reason.value = "Ann", "Late and dear"
    click(form.one.button)
    assert "Project: choose one" in said(form.one.widget)
    form.project.value, form.decision.value = "leisure-centre", "stop"
    click(form.one.button)
    click(form.one.yes)
    assert "Recorded: Westhaven leisure centre, stop." in said(form.one.widget)
    found = decisions.decided(board.room)
    assert found.iloc[0][["project", "decision", "by"]].tolist() == [
        "Westhaven leisure centre", "stop", "Ann"
    ]  # fmt: skip
    form.name.value, form.reason.value = "Mallory", "I like it"
    click(form.one.button)
    click(form.one.yes)
    assert "Mallory" in said(form.one.widget) and "not in the record" in said(form.one.widget)


def test_nothing_is_approved_over_what_somebody_else_saved(board, path):
    form, room = board.deciding, board.room
    folder.save_settings(
        dataclasses.replace(room.saved, budget_scale=0.9), path, by="Bob", reason="Later"
    )
    form.name.value, form.reason.value = "Ann", "Agreed"
    click(form.whole.button)
    click(form.whole.yes)
    assert "Somebody saved others" in said(form.whole.widget)
    assert not decisions.record_file(path).exists()


def test_a_record_that_is_none_is_said(board, path):
    decisions.record_file(path).write_text("not a database, long enough to be read as one" * 50)
    board.recorded.show()
    assert "not a record" in plain(board.recorded.decisions.value)


def test_the_ranked_list_is_written_beside_the_tables(board, path):
    click(board.recorded.write)
    assert "Wrote ranked_list.xlsx and ranked_list.csv" in plain(board.recorded.says.value)
    assert (path / "out" / "ranked_list.csv").is_file()


# Weigh together -------------------------------------------------------------------------------


def confirm(asked) -> str:
    """Press a button and confirm; return what it said before and after."""
    click(asked.button)
    before = said(asked.widget)
    click(asked.yes)
    return f"{before} {said(asked.widget)}"


def seen(*parts) -> list[bool]:
    return [part.layout.display != "none" for part in parts]


def test_a_board_takes_its_seats_votes_and_tries_what_it_weighs(room, path):
    ours = Voting(room)
    assert "pmo ballot open" in said(ours.standing) and not ours.place.children
    assert seen(ours.seat.widget, ours._seats, ours._who) == [True, True, False]
    click(ours.seat.button)
    assert "Your name: is empty" in said(ours.seat.widget)
    ours.name.value = "Ann"
    assert "Ann takes the chair" in confirm(ours.seat) and ours.me.value == "Ann"
    ours.name.value = "Bob"
    assert "Ann gives Bob a seat" in confirm(ours.seat)
    ours.name.value = "Bob"
    assert "has a seat already" in confirm(ours.seat)
    assert "Open round" in (told := confirm(ours.step)) and "on 6 criteria" in told
    kept = record.open_record(decisions.record_file(path))
    ((name, row),) = record.rounds(kept).iterrows()
    assert row["labels"] == record.round_labels(room.portfolio)

    theirs = Voting(
        Room(room.portfolio, room.saved, opening=room.opening, path=path, explain=False)
    )
    assert not theirs.place.children, "nobody's ballot before a name is chosen"
    theirs.me.value = "Bob"
    assert seen(theirs.step.widget, theirs._seats) == [False, False]
    assert "only the chair" in confirm(theirs.step)
    (paper,) = theirs.place.children
    assert "Bob (member)" in said(paper) and "pmo-panel" not in paper._dom_classes
    theirs.show()
    assert theirs.place.children == (paper,), "a look at the record leaves the ballot alone"
    first, *rest = room.portfolio.criteria.index
    points = pd.Series({first: 60.0} | dict.fromkeys(rest, 8.0))
    record.vote(kept, name, points, member="Bob", kind="points")
    for page in (ours, theirs):
        page.show()
        assert "Voted: Bob. Not yet: Ann." in said(page.standing)
        assert "60" not in said(page.standing) and not seen(page._result)[0]

    assert "Close round" in confirm(ours.step) and ours.step.button.description.startswith("Reveal")
    theirs.show()
    assert not theirs.place.children and seen(theirs._result) == [False]
    assert "is revealed" in confirm(ours.step) and ours.step.button.description == "Open a round"
    theirs.show()
    assert "60" in said(theirs.found) and seen(theirs._result, theirs.attempt) == [True, True]
    click(theirs.attempt)
    assert theirs.room.settings.weights == points.to_dict() and theirs.room.moved


def test_a_step_that_another_took_meanwhile_is_not_taken_twice(room, path):
    page, kept = Voting(room), record.open_record(decisions.record_file(path))
    record.add_member(kept, "Ann", role="chair", by="Ann")
    page.show()
    page.me.value = "Ann"
    click(page.step.button)
    record.open_round(kept, "1", by="Ann", labels=record.round_labels(room.portfolio))
    click(page.step.yes)
    assert "has changed since you were asked" in said(page.step.widget)
    assert list(record.rounds(kept)["state"]) == ["open"]


def test_a_revealed_round_without_ballots_or_on_objectives_gives_no_weights(room, path):
    kept = record.open_record(decisions.record_file(path))
    record.add_member(kept, EVIL, role="chair", by=EVIL)
    page = Voting(room)
    for name, about in (("empty", "criteria"), ("ends", "objectives")):
        labels = record.round_labels(room.portfolio, about=about)
        record.open_round(kept, name, by=EVIL, labels=labels, about=about)
        if about == "objectives":
            answers = pd.Series(1.0, list(labels))
            record.vote(kept, name, answers, member=EVIL, kind="points")
        record.close_round(kept, name, by=EVIL)
        record.reveal_round(kept, name, by=EVIL)
        page.show()
        assert seen(page._result, page.attempt) == [True, False]
        assert ("nobody voted in it" in said(page.found)) == (name == "empty")
    assert "<script" not in page.standing.value + page.found.value


# What is read ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def toured(tmp_path_factory, quick_charts):
    """A page over a portfolio with a hostile name, after a tour of all tabs and controls."""
    path = tmp_path_factory.mktemp("toured") / "portfolio"
    shutil.copytree(folder.example_folder(), path)
    file = path / "projects.csv"
    text = file.read_text("utf-8").replace("Bus lanes on the Thornley Road", EVIL)
    file.write_text(text, "utf-8")
    room = Room(*folder.open_folder(path), path=path, explain=False)
    board = BoardRoom(room)
    empty = [f.areas[1].value for f in (board.debate, *board.told.values())]
    for tab in TABS:
        board.frame.tab = tab
    board.frame.tab = "list"
    board.asking.project.value = LEFT_OUT
    room.rule_on(LEFT_OUT, "in", reason=EVIL, by=EVIL[:60])
    room.save_scenario(EVIL)
    board.frame.tab = "compare"
    return board, empty


def test_every_tab_tells_of_the_list_once_it_is_seen(toured):
    board, empty = toured
    assert empty == [""] * 5
    for followed in (board.debate, *board.told.values()):
        assert all(len(plain(area.value)) > 20 for area in followed.areas), followed.tab
        assert followed.state.value == ""


def test_the_agenda_says_of_which_list_it_is(toured, room):
    board, _ = toured
    assert "For the list the meeting opened with:" in said(board.agenda_of)
    made, first = room.opening, room.saved.hash()
    assert told.agenda_of(room, None, first) == ""
    assert "For this list" in told.agenda_of(room, made, first)
    room.fund(0.9)
    assert "meeting opened with" in told.agenda_of(room, made, first)
    assert "For a list tried before, not this one" in told.agenda_of(room, made, "other")


def test_what_nobody_has_decided_is_worded_as_recommended(toured):
    board, _ = toured
    health, since = (
        plain(board.told[tab].areas[n].value) for tab, n in (("health", 1), ("since", 0))
    )
    assert "Recommended if running work were reviewed today, for the board to decide" in health
    assert "would leave" in since and "finish moved, as reported" in since
    for done in ("entered", "left", "re-timed"):
        assert done not in since.split(), done
    assert "what the board decides on them stands under Record" in since


def test_the_page_speaks_the_words_of_a_board(toured):
    board, _ = toured
    text = (said(board) + plain(board.static().html)).lower()
    for word in ("optimality", "infeasible", "override", "slack", "forced", "zombie", "churn",
                 "sealed", "dissent", "admissible", "acceptability"):  # fmt: skip
        assert not re.search(rf"\b{word}", text), word


def test_hostile_names_stay_text(toured):
    board, _ = toured

    def html(widget):
        own = widget.value if type(widget).__name__ == "HTML" else ""
        return own + "".join(map(html, getattr(widget, "children", ())))

    assert "<script" not in html(board).lower() and "<script" not in board.static().html
    assert "window.pwned" in html(board)
    assert "<script" not in json.dumps(board.sliders.view.spec["params"]).lower()


def test_tables_and_pictures_escape_what_they_hold():
    frame = pd.DataFrame({EVIL: [EVIL], "n [£m]": [1.25], "whole": [3.0]})
    html = markup.table(frame, EVIL)
    assert "<script" not in html and "1.25" in html and ">3<" in html
    assert markup.table(None, "x", empty="none") == "<h2>x</h2><p>none</p>"
    assert "alert" in markup.bad(EVIL) and "<script" not in markup.bad(EVIL)


def test_capacity_pictures_are_named(toured):
    left, right = (area.value for area in toured[0].told["capacity"].areas)
    for alt in re.findall(r'<img[^>]* alt="([^"]*)"', left + right):
        assert len(alt) > 20
    assert "<img" in left and "<img" in right


def test_choices_are_best_ranked_first(room):
    names = [name for name, _ in asking.choices(room)]
    assert names[0] == "1. Harbourside flood wall" and len(names) == 29


# What follows the list ------------------------------------------------------------------------


class Trying(traitlets.HasTraits):
    """As much of a room as texts follow: an answer that is there at once, or still coming."""

    version = traitlets.Int(0)
    state, answer = EXACT, traitlets.Any()

    def answers(self, made, state=EXACT) -> None:
        self.answer, self.state = made, state
        self.version += 1


def slowly(made) -> list[str]:
    """Take for ever over the list of the full budget, and no time over others."""
    if made.settings.budget_scale == 1:
        time.sleep(30)
    return [f"<p>{made.settings.budget_scale}</p>"]


async def settled(followed, seconds: float = 60.0) -> str:
    """Wait until a text no longer says that something is being worked out."""
    for _ in range(int(seconds / 0.02)):
        await asyncio.sleep(0.02)
        if "eing worked out" not in followed.state.value:
            return followed.areas[0].value
    raise AssertionError("still says that it is being worked out")


async def working(followed, *earlier):
    """Wait for the process that works a text out."""
    while (worker := followed._worker) is None or worker in earlier or not worker.is_alive():
        await asyncio.sleep(0.02)
    return worker


@pytest.fixture
def lists(example, room):
    """One list twice, the second time with its reasons priced, and another."""
    _, settings, made = example
    less = workbench.recommend(room.portfolio, dataclasses.replace(settings, budget_scale=0.9))
    twin = dataclasses.replace(made, choice=dataclasses.replace(made.choice, seconds=9.0))
    return made, twin, less


def test_a_text_is_worked_out_once_a_list_and_only_while_it_is_seen(lists):
    made, twin, less = lists
    told, trying, frame = [], Trying(answer=made), Frame()

    def tell(made):
        told.append(made)
        return [f"<p>{made.settings.budget_scale}</p>"]

    async def meeting() -> None:
        followed = tabs.Followed(trying, frame, "capacity", tell, areas=1, pause=0)
        trying.answers(made, COMING)
        await asyncio.sleep(0.05)
        assert told == [], "nobody looks"
        frame.tab = "capacity"
        trying.answers(made, REASONS)
        assert await settled(followed) == "<p>1.0</p>"
        trying.answers(twin)
        await asyncio.sleep(0.05)
        assert told == [made], "the same list, its reasons priced"
        for answer in (less, made, less, twin):  # moves and moves back, quicker than any answer
            trying.answers(answer)
            trying.answers(answer, COMING)
            frame.tab = "list"
            trying.answers(answer)
            frame.tab = "capacity"
        trying.answers(less)
        frame.tab = "list"
        assert await settled(followed) == "<p>0.9</p>" and followed.made is less
        frame.tab = "capacity"
        assert followed.state.value == "", "nothing newer is coming"
        frame.tab, asked = "list", len(told)
        trying.answers(made)
        assert followed.areas[0].value == "<p>1.0</p>", "no advice on the list before beside this"
        await settled(followed)
        assert tabs.same_list(followed.made, made) and len(told) == asked, (
            "known, not worked out again"
        )

    asyncio.run(meeting())


def test_work_on_an_overtaken_list_is_ended(lists):
    made, _, less = lists
    trying, frame = Trying(answer=made), Frame(tab="decisions")

    async def meeting() -> None:
        followed = tabs.Followed(trying, frame, "decisions", slowly, areas=1, pause=0, apart=True)
        assert "can take a minute" in followed.state.value
        overtaken = await working(followed)
        trying.answers(less)
        assert await settled(followed) == "<p>0.9</p>"
        assert overtaken.exitcode < 0, "stopped, not waited for"
        trying.answers(made)
        (await working(followed, overtaken)).kill()
        assert await settled(followed) == "<p>0.9</p>", "the last answer stays"
        assert "open the tab again" in followed.state.value

    asyncio.run(meeting())


def test_a_page_that_went_away_follows_no_longer_so_that_its_kernel_rests(room, monkeypatch):
    monkeypatch.setattr(page_module, "LOOKS", 0.01)
    looked = []
    monkeypatch.setattr(room, "refresh", lambda: looked.append(1))

    async def meeting() -> None:
        line = BoardRoom(room).sharing.connection
        line.asked = 1
        room.shared.heard -= 2 * page_module.LEFT
        await asyncio.sleep(0.1)
        assert not looked
        line.asked = 2
        await asyncio.sleep(0.1)
        assert looked

    asyncio.run(meeting())


def test_a_fault_is_said_and_the_next_list_is_told(lists):
    made, _, less = lists
    trying, faults = Trying(answer=made), []

    def tell(made):
        if made.settings.budget_scale == 1:
            raise ZeroDivisionError("ours")
        return ["<p>told</p>"]

    async def meeting() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, seen: faults.append(seen))
        followed = tabs.Followed(trying, Frame(tab="since"), "since", tell, areas=1, pause=0)
        await settled(followed)
        assert "a fault of the program" in followed.state.value
        trying.answers(less)
        assert await settled(followed) == "<p>told</p>" and followed.state.value == ""

    asyncio.run(meeting())
    gc.collect()


# Opening --------------------------------------------------------------------------------------


@pytest.fixture
def listed_before(example, monkeypatch):
    """Open the unchanged example with the list that is known already."""
    known = partial(Room, opening=example[2], explain=False)
    monkeypatch.setattr(opening, "Room", known)


def test_a_broken_portfolio_shows_what_to_mend_and_is_read_again(path, listed_before):
    budgets = (path / "budgets.csv").read_text("utf-8")
    (path / "budgets.csv").write_text(budgets.replace("period", "when", 1), "utf-8")
    opened = open_room(path)
    assert opened.board is None and "budgets" in said(opened)
    assert "pmo check" in said(opened) and len(opened.used()) == len(opened.problems)
    (path / "budgets.csv").write_text(budgets, "utf-8")
    click(opened.again)
    assert opened.board is not None and opened.children == (opened.board,)
    assert opened.used()["which"].iloc[0].startswith("portfolio")


@pytest.mark.parametrize("make", ["empty folder", "missing", "no proposals"])
def test_an_empty_portfolio_says_what_to_do(tmp_path, make):
    target = tmp_path / "portfolio"
    if make != "missing":
        target.mkdir()
    if make == "no proposals":
        (target / "projects.csv").write_text("project,name\n", "utf-8")
    opened = open_room(target)
    assert opened.board is None and opened.problems
    assert "Mend the tables" in said(opened)


def test_the_portfolio_that_the_command_names_is_opened(path, listed_before, monkeypatch):
    monkeypatch.setenv(PORTFOLIO, str(path))
    assert open_room().board.room.path == path


def test_a_small_portfolio_without_budgets_or_objectives_opens(small, tmp_path):
    portfolio = small(budgets=None)
    board = BoardRoom(Room(portfolio, workbench.Settings(), explain=False))
    for tab in TABS:
        board.frame.tab = tab
    assert not board.sliders.budgeted and "no budget stated" in said(board)
    form = board.deciding
    form.name.value, form.reason.value = "Ann", "Agreed"
    click(form.whole.button)
    click(form.whole.yes)
    assert "nothing can be recorded" in said(form.whole.widget)
    assert TRIED in board.comparing.second.options
