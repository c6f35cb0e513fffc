"""Several pages of one board without a browser: who drives, who is told, what comes back."""

import dataclasses
import os
import shutil
import time

import pytest
from test_boardroom import REASONED, click, confirm, said

from pmo_lib import board_command, folder, record, workbench
from pmo_lib.boardroom import decisions, keeping, shared
from pmo_lib.boardroom.sharing import Sharing
from pmo_lib.boardroom.state import Room
from pmo_lib.boardroom.voting import Voting
from pmo_lib.checks import InputError

TAKEN = "street-trees"


@pytest.fixture(scope="module")
def example():
    portfolio, settings = folder.open_folder(folder.example_folder())
    return portfolio, settings, workbench.recommend(portfolio, settings, explain=False)


@pytest.fixture(autouse=True, scope="module")
def nothing_solved(example):
    """Answer every question with the opening list under the settings asked for."""

    def recommend(portfolio, settings, *, explain=True, progress=None):
        return dataclasses.replace(example[2], settings=settings)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbench, "recommend", recommend)
        yield


@pytest.fixture
def path(tmp_path):
    shutil.copytree(folder.example_folder(), tmp_path / "portfolio")
    return tmp_path / "portfolio"


@pytest.fixture
def page(path, example):
    """Open one more page of the same portfolio."""
    return lambda: Room(*example[:2], opening=example[2], path=path, explain=False)


def gone(path) -> None:
    """Let the page that drives give no sign of life for a while."""
    before = time.time() - 2 * shared.GONE
    os.utime(keeping.kept_file(path), (before, before))


def test_the_first_who_moves_drives_and_the_others_follow(page):
    ann, bob = page(), page()
    ann.me = "Ann"
    ann.fund(0.9)
    bob.refresh()
    assert bob.settings.budget_scale == 0.9 and ann.shared.mine and not bob.own
    driver = bob.shared.other
    assert (driver.name, driver.did) == ("Ann", "all budgets at 90 %")
    ann.fund(0.8)
    ann.fund(0.7)
    ann.refresh()
    assert ann.settings.budget_scale == 0.7, "who drives is not sent back to what was kept before"


def test_nobody_overwrites_what_another_page_shows(page, path):
    ann, bob = page(), page()
    ann.fund(0.9)
    bob.refresh()
    bob.fund(0.6)
    assert bob.own and keeping.read_kept(path).settings.budget_scale == 0.9
    ann.fund(0.85)
    bob.refresh()
    assert bob.settings.budget_scale == 0.6, "a trial of one's own stays"
    bob.join()
    assert not bob.own and bob.settings.budget_scale == 0.85
    late = page()
    late.shared.kept = None
    late.fund(0.5)
    assert late.own and keeping.read_kept(path).settings.budget_scale == 0.85, "not looked yet"


def test_taking_over_tells_the_other_page_who_what_and_when(page, path):
    ann, bob = page(), page()
    theirs = Sharing(ann)
    assert theirs.widget.layout.display == "none"
    ann.fund(0.9)
    bob.me = "Bob <b>"
    bob.refresh()
    ours = Sharing(bob)
    assert "Another page drives since" in said(ours.says) and ours.join.layout.display == "none"
    bob.rule_on(TAKEN, "out", reason="Late", by="Bob <b>")
    assert "nobody else sees it" in said(ours.says) and ours.join.layout.display is None
    click(ours.take)
    assert ours.widget.layout.display == "none" and bob.shared.mine
    ann.refresh()
    told = said(theirs.says)
    assert "Bob <b> took over at " in told and "Street trees" in told and "excluded" in told
    assert "<b>" not in theirs.says.value and ann.settings.budget_scale == 0.9
    assert ann.settings.overrides[0]["project"] == TAKEN
    ann.undo()
    assert ann.own and not ann.settings.overrides
    click(theirs.join)
    assert not ann.own and ann.settings.overrides


def test_once_there_are_seats_only_a_chair_takes_over(page, path):
    kept = record.open_record(decisions.record_file(path))
    record.add_member(kept, "Ann", role="chair", by="Ann")
    record.add_member(kept, "Bob", role="member", by="Ann")
    ann, bob = page(), page()
    ann.fund(0.9)
    bob.refresh()
    bob.me = "Bob"
    ours = Sharing(bob)
    click(ours.take)
    assert "only Ann does" in said(ours.says) and ann.shared.mine
    mine = Voting(ann)
    mine.me.value = "Ann"
    assert ann.me == "Ann" and mine.heir.options[1:] == (("Bob", "Bob"),)
    mine.heir.value = "Bob"
    assert "Bob has the chair" in confirm(mine.hand)
    assert record.members(kept)["role"].to_dict() == {"Ann": "member", "Bob": "chair"}
    click(ours.take)
    assert bob.shared.mine


def test_a_page_that_went_away_drives_no_longer(page, path):
    ann, bob = page(), page()
    ann.fund(0.9)
    bob.refresh()
    assert bob.shared.other
    gone(path)
    bob.refresh()
    assert bob.shared.other is None
    bob.fund(0.8)
    assert bob.shared.mine and keeping.read_kept(path).settings.budget_scale == 0.8
    ann.refresh()
    assert ann.ousted and ann.settings.budget_scale == 0.8


def test_a_kernel_whose_page_is_silent_gives_no_sign_of_life(page, path):
    ann, bob = page(), page()
    sharing = Sharing(ann)
    ann.fund(0.9)
    bob.refresh()
    ann.shared.heard -= 2 * shared.SILENT
    gone(path)
    ann.refresh()
    bob.refresh()
    assert bob.shared.other is None
    sharing.connection.asked += 1  # the page speaks again
    ann.refresh()
    bob.refresh()
    assert bob.shared.other


def test_a_trial_of_ones_own_outlives_who_drove_and_is_shown_by_a_press(page, path):
    ann, bob = page(), page()
    ann.fund(0.9)
    bob.refresh()
    bob.fund(0.8)
    gone(path)
    bob.refresh()
    ours = Sharing(bob)
    assert "Nobody drives now" in said(ours.says) and bob.settings.budget_scale == 0.8
    click(ours.take)
    assert keeping.read_kept(path).settings.budget_scale == 0.8 and not bob.own


def test_a_page_that_is_loaded_again_drives_on(page):
    ann = page()
    ann.me = "Ann"
    ann.fund(0.9)
    again, other = page(), page()
    assert again.settings.budget_scale == 0.9 and again.shared.other
    connection = Sharing(again).connection
    connection.was = ann.shared.page
    assert again.shared.mine and again.shared.kept.driver.name == "Ann"
    again.fund(0.8)
    assert not again.own
    other.come_back("somebody else's")
    assert not other.shared.mine
    ann.refresh()
    assert ann.ousted, "the page of before, should it still live, is told"


def test_scenarios_of_two_pages_are_both_kept(page, path):
    ann, bob = page(), page()
    ann.fund(0.9)
    ann.save_scenario("One", by="Ann")
    bob.save_scenario("Two")
    assert [s.name for s in keeping.read_kept(path).scenarios] == ["One", "Two"]
    assert keeping.read_kept(path).settings.budget_scale == 0.9 and ann.shared.mine
    ann.refresh()
    ann.drop_scenario("One")
    bob.refresh()
    assert list(ann.scenarios) == list(bob.scenarios) == ["Two"]


def test_nobody_approves_what_the_others_do_not_see(page):
    ann, bob = page(), page()
    ann.fund(0.9)
    bob.refresh()
    bob.fund(0.8)
    with pytest.raises(InputError, match="yours alone; take over first"):
        decisions.approve(bob, by="Bob", reason="Mine")
    bob.join()
    decisions.approve(bob, by="Bob", reason="Ours")
    bob.keep(decisions.settings_as_saved(bob))
    ann.refresh()
    assert ann.saved == bob.saved and ann.saved.budget_scale == 0.9 and not ann.moved


def test_what_was_moved_is_kept_before_it_is_answered(page, path, monkeypatch):
    room = page()

    def fails(*_, **__):
        raise InputError("no list meets this")

    monkeypatch.setattr(workbench, "recommend", fails)
    room.fund(0.9)
    assert keeping.read_kept(path).settings.budget_scale == 0.9


def test_one_who_never_finishes_a_change_keeps_nobody_waiting(page, path, monkeypatch):
    monkeypatch.setattr(keeping, "LONGEST_CHANGE", 0.1)
    keeping.kept_file(path).with_suffix(".lock").touch()
    page().fund(0.9)
    assert keeping.read_kept(path).settings.budget_scale == 0.9
    assert not list(path.glob("*.lock"))


@pytest.mark.parametrize("driver", ["3", "[]", '{"page": 3}', '{"other": "x"}', "null"])
def test_a_file_with_a_hostile_driver_is_said(path, page, driver):
    page().fund(0.9)
    text = keeping.kept_file(path).read_text("utf-8")
    head, _ = text.split('"driver": ')
    keeping.kept_file(path).write_text(f'{head}"driver": {driver}}}', "utf-8")
    room = page()
    assert keeping.FILE in room.note and room.settings == room.saved


def test_who_sits_at_a_page_is_short_and_plain(page):
    room = page()
    room.me = "x\u200b" * 300
    assert len(room.me) <= 80 and "\u200b" not in room.me


def test_what_was_done_is_told_in_words(example):
    portfolio, settings, _ = example
    weighed = dataclasses.replace(settings, weights={**portfolio.criteria["weight"], "risk": 50.0})
    assert shared.done(portfolio, settings, weighed) == "the weight of Risk removed"
    ruled = workbench.with_override(settings, TAKEN, "in", **REASONED)
    assert shared.done(portfolio, settings, ruled).endswith("towns included")
    assert shared.done(portfolio, ruled, settings).endswith("towns no longer included")
    assert shared.done(portfolio, settings, settings) == ""


def test_a_portfolio_to_mend_is_said_on_the_command_line_too(path, tmp_path):
    assert board_command.unreadable(path, None) == ()
    (path / "budgets.csv").write_text("when\n", "utf-8")
    assert any("budgets" in problem for problem in board_command.unreadable(path, None))
    (tmp_path / "empty").mkdir()
    assert board_command.unreadable(tmp_path / "empty", None)
