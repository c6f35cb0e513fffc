"""Ballots without a browser: what controls do when asked, what they keep, say and escape."""

import json
import re
from html import unescape

import ipywidgets
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from record_base import WORDS

from pmo_lib import elicitation, record, scoring, workbench
from pmo_lib.checks import InputError
from pmo_lib.elicitation import answers, drafts, pairs, ranking
from pmo_lib.elicitation.order import moved as moved_in_order
from pmo_lib.elicitation.order import tied
from pmo_lib.elicitation.points import locked
from pmo_lib.elicitation.points import moved as moved_points
from pmo_lib.weights.group import KINDS, ballot_weights

LABELS = list(WORDS)
EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture
def what():
    return pd.DataFrame(
        {"name": ["Risk removed", "Reach", "Net saving"], "swing": WORDS.values()}, index=LABELS
    )


@pytest.fixture
def board(tmp_path):
    """A record with a chair, two members and an analyst, and round 1 open on two criteria."""
    kept = record.open_record(tmp_path / "board.sqlite")
    record.add_member(kept, "Ann", role="chair", by="Ann")
    for name, role in (("Bob", "member"), (EVIL, "member"), ("Cy", "analyst")):
        record.add_member(kept, name, role=role, by="Ann")
    record.open_round(kept, "1", by="Ann", labels={"reach": "0 to 1,000", "npv": ""})
    return kept


@pytest.fixture
def seat(board, small):
    """Return a function that opens a member's ballot."""
    portfolio, settings = small(), workbench.Settings()

    def take(member="Bob", kind="points", round="1", **changes):
        given = {"portfolio": portfolio, "settings": settings, **changes}
        return elicitation.ballot(board, round, member, kind=kind, **given)

    take.portfolio, take.settings = portfolio, settings
    return take


def ask(widget, **message):
    """Send what the browser would send."""
    widget._handle_custom_msg(message, [])


def within(box, kind):
    """Return all controls of a kind inside a box, by class name."""
    found = [box] if type(box).__name__ == kind else []
    return found + [w for child in getattr(box, "children", ()) for w in within(child, kind)]


def asking(panel):
    return within(panel, "Asking")[0]


def press(panel, label):
    next(b for b in within(panel, "Button") if b.description == label).click()


def said(box):
    texts = [w.value for kind in ("HTML", "Failure") for w in within(box, kind)]
    return " ".join(" ".join(unescape(re.sub("<[^>]+>", " ", text)).split()) for text in texts)


# Answers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_blank_draft_fits_its_question(kind):
    assert answers.fits(kind, answers.blank(kind, LABELS), LABELS)
    more = answers.blank(kind, [*LABELS, "other"])
    if kind != "pairwise":  # which is blank of anything
        assert not answers.fits(kind, more, LABELS)


def test_points_start_evenly_in_whole_points():
    assert list(answers.blank("points", "abcdef")["points"].values()) == [17.0] * 4 + [16.0] * 2


@pytest.mark.parametrize(
    ("kind", "draft"),
    [
        ("points", {"points": {"risk": 60.0, "access": 30.0, "savings": 10.0}, "locked": []}),
        ("swing", {"points": {"risk": 100.0, "access": 0.0, "savings": 40.0}}),
        ("order", {"order": [["access"], ["risk", "savings"]]}),
        ("pairwise", {"judgements": [["risk", "access", 3.0], ["savings", "risk", 0.5]]}),
    ],
)
def test_a_draft_goes_through_the_record_and_comes_back(tmp_path, kind, draft):
    draft = {**answers.blank(kind, LABELS), **draft}
    kept = record.open_record(tmp_path / "board.sqlite")
    record.add_member(kept, "Ann", role="chair", by="Ann")
    record.open_round(kept, "1", by="Ann", labels=WORDS)
    record.vote(kept, "1", answers.answers(kind, draft, LABELS), member="Ann", kind=kind)
    rows = record.ballots(kept, "1", reader="Ann")
    back = answers.draft_of(kind, rows)
    assert answers.fits(kind, back, LABELS)
    assert sorted(map(str, back.items())) == sorted(map(str, draft.items())) or kind == "pairwise"
    expected = ballot_weights(rows, labels=pd.Index(LABELS)).loc["Ann"]
    for one in (draft, back):
        found = answers.weights(kind, one, LABELS)
        np.testing.assert_allclose(found[LABELS], expected[LABELS], atol=1e-12)


@pytest.mark.parametrize(
    ("kind", "draft"),
    [
        ("points", {"points": {"risk": -1, "access": 1, "savings": 1}, "locked": []}),
        ("points", {"points": {"risk": True, "access": 1, "savings": 1}, "locked": []}),
        ("points", {"points": {"risk": 1, "access": 1, "savings": 1}, "locked": ["x"]}),
        ("points", {"points": [1, 2, 3]}),
        ("swing", {"points": {"risk": float("nan"), "access": 1, "savings": 1}}),
        ("order", {"order": [["risk"], ["access"]]}),
        ("order", {"order": [["risk", "risk"], ["access"], ["savings"]]}),
        ("order", {"order": [["risk"], [], ["access", "savings"]]}),
        ("order", {"order": 7}),
        ("pairwise", {"judgements": [["risk", "risk", 2.0]], "skipped": []}),
        ("pairwise", {"judgements": [["risk", "access", 0.0]], "skipped": []}),
        ("pairwise", {"judgements": [["risk", "access", 2.0]], "skipped": [["access", "risk"]]}),
        ("pairwise", {"judgements": [["risk", "who", 2.0]], "skipped": []}),
        ("pairwise", None),
        ("points", "text"),
    ],
)
def test_a_draft_that_does_not_fit_is_seen(kind, draft):
    assert answers.fits(kind, draft, LABELS) is False


# Points and swings --------------------------------------------------------------------------


@given(
    moves=st.lists(
        st.tuples(st.sampled_from("abcd"), st.integers(0, 100), st.booleans()), max_size=12
    )
)
def test_points_always_sum_to_a_hundred_and_locks_hold(moves):
    draft = answers.blank("points", "abcd")
    for label, to, lock in moves:
        before = draft
        if lock:
            draft = locked(draft, label)
            assert draft["points"] == before["points"]
        elif label not in draft["locked"]:
            draft = moved_points(draft, label, to)
            for held in before["locked"]:
                assert draft["points"][held] == before["points"][held]
        assert sum(draft["points"].values()) == pytest.approx(100)
        assert answers.fits("points", draft, "abcd")


def test_moving_back_undoes_what_the_move_did_to_the_others(what):
    question = elicitation.points(what)
    ask(question, row=0, to=50)
    ask(question, row=1, to=30)
    before = question.draft
    for to in (60, 100, 80, 30):
        ask(question, row=1, to=to)
    assert question.draft == before


def test_a_locked_row_rests_and_its_share_is_kept(what):
    question = elicitation.points(what)
    ask(question, row=0, to=50, token="me:1")
    assert question.shown["token"] == "me:1"
    ask(question, press=0)
    assert question.shown["held"] == [0]
    ask(question, row=0, to=10, token="me:2")
    assert question.shown["points"][0] == 50
    assert question.shown["token"] == "me:2"
    ask(question, row=1, to=90)
    assert question.shown["points"] == [50, 50, 0]
    ask(question, press=1)
    assert "All others are locked" in question.shown["lines"][-1]
    ask(question, row=2, to=70)
    assert question.draft["points"]["savings"] == 0
    ask(question, press=0)
    assert question.shown["held"] == [1]


def test_a_ballot_that_sums_to_something_else_says_so(what):
    draft = {"points": {"risk": 4.0, "access": 3.0, "savings": 1.0}, "locked": []}
    question = elicitation.points(what, draft=draft)
    assert question.shown["lines"][0] == "The points sum to 8."
    assert question.shown["shares"] == ["50 %", "38 %", "12 %"]
    ask(question, row=0, to=50)
    assert sum(question.shown["points"]) == 100


def test_a_swing_sets_all_beside_the_one_worth_most(what):
    question = elicitation.swing(what)
    assert question.shown["lines"] == [
        "Nothing is given yet. First choose the one that is worth most."
    ]
    ask(question, row=0, to=40)
    assert "None has 100 yet" in question.shown["lines"][0]
    ask(question, press=2)
    assert question.draft == {"points": {"risk": 40.0, "access": 0.0, "savings": 100.0}}
    assert question.shown["held"] == [2]
    assert question.shown["shares"] == ["29 %", "0 %", "71 %"]
    assert question.answers.to_dict() == question.draft["points"]


BAD = [
    {"row": 3, "to": 5}, {"row": -1, "to": 5}, {"row": True, "to": 5}, {"row": "0", "to": 5},
    {"row": 0, "to": "5"}, {"row": 0, "to": float("nan")}, {"row": 0, "to": None}, {"row": 1.0, "to": 2},
    {"press": 9}, {"press": [0]}, {"tie": 7}, {"tie": True}, {"row": 0, "step": 5}, {"row": 0, "step": -1},
    {"pair": [0, 0], "place": 1}, {"pair": [0, 1], "place": 9}, {"pair": [0, 1]}, {"pair": [0, 5], "place": 1},
    {"pair": [0, True], "place": 1}, {"pair": "01", "place": 1}, {"pair": [0, 1], "place": 1.5},
    {"skip": [0]}, {"skip": {}}, {"back": 1}, {}, [], "points", None, 7,
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_that_makes_no_sense_changes_nothing(what, kind):
    question = elicitation.WAYS[kind](what)
    before = (question.draft, question.shown)
    for message in BAD:
        question._handle_custom_msg(message, [])
    assert (question.draft, question.shown) == before


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_usable_stays_as_it_is(what, kind):
    question = elicitation.WAYS[kind](what)
    question.usable = False
    before = question.draft
    ask(question, row=2, to=0)
    ask(question, press=0)
    ask(question, tie=1)
    ask(question, pair=[0, 1], place=3)
    assert question.draft == before
    assert question.shown["usable"] is False


# Order --------------------------------------------------------------------------------------


@given(
    moves=st.lists(
        st.tuples(st.sampled_from("abcde"), st.integers(0, 4), st.booleans()), max_size=15
    )
)
def test_an_order_stays_an_order(moves):
    draft = answers.blank("order", "abcde")
    for label, place, tie in moves:
        draft = tied(draft, label) if tie else moved_in_order(draft, label, place)
        assert answers.fits("order", draft, "abcde")
        flat = [other for tie in draft["order"] for other in tie]
        assert tie or flat[place] == label


def test_an_order_moves_ties_and_counts_places(what):
    question = elicitation.order(what)
    ask(question, row=2, to=0)
    assert question.draft == {"order": [["savings"], ["risk"], ["access"]]}
    ask(question, tie=1)
    assert question.shown["places"] == [1, 2, 2]
    assert question.shown["heads"] == [True, True, False]
    ask(question, row=1, step=-1)
    ask(question, row=1, step=-1)
    ask(question, row=1, step=-1)
    assert question.draft == {"order": [["access"], ["savings"], ["risk"]]}
    assert question.shown["shares"] == ["61 %", "28 %", "11 %"]
    assert question.answers.to_dict() == {"risk": 3, "access": 1, "savings": 2}
    ask(question, tie=1)
    assert question.draft["order"][0] == ["access"], "the first has none above"


# Pairs --------------------------------------------------------------------------------------


def test_pairs_are_asked_until_all_is_linked_then_tested_then_at_will(what):
    question = elicitation.pairwise(what)
    assert question.shown["lines"] == ["No weights yet: nothing is answered."]
    assert question.shown["question"] == [0, 1, 0]
    ask(question, pair=[0, 1], place=1)
    assert question.shown["lines"] == [
        "No weights yet. Not compared with each other: Risk removed and Reach | Net saving."
    ]
    assert question.shown["purpose"].startswith("Needed: it links")
    ask(question, skip=[0, 2])
    assert question.shown["question"] == [1, 2, 0]
    assert question.shown["skips"][0]["text"] == "Skipped: Risk removed and Net saving"
    ask(question, pair=[1, 2], place=2)
    assert question.shown["question"] is None
    assert question.shown["lines"] == [
        "Consistency ratio so far: 0.00 (the answers hang together; up to 0.1 is good). "
        "1 pair not answered: completed to fit the rest.",
        "No pair is left to ask.",
    ]
    assert question.answers.at["risk", "access"] == 2
    assert answers.weights("pairwise", question.draft, LABELS).round(2).tolist() == [0.6, 0.3, 0.1]
    ask(question, ask=[2, 0])
    assert question.shown["question"] == [2, 0, 0]
    ask(question, back=[1, 0])
    assert question.draft["judgements"] == [["access", "savings", 3.0]]


def test_judgements_in_a_circle_are_refused_and_the_worst_is_named(what):
    question = elicitation.pairwise(what)
    for pair in ([0, 1], [1, 2], [2, 0]):
        ask(question, pair=pair, place=8)
    assert question.shown["lines"][0] == (
        "These answers run in a circle and cannot be used: Risk removed above Reach, Reach above "
        "Net saving and Net saving above Risk removed. Change one."
    )
    assert "look again" in question.shown["lines"][1]
    with pytest.raises(InputError, match="must not run in a circle"):
        answers.weights("pairwise", question.draft, LABELS)
    worst = question.shown["worst"]
    assert worst["words"].startswith("This fits the other answers least: ")
    ask(question, pair=worst["pair"], place=worst["place"])
    assert "circle" not in question.shown["lines"][0]
    assert question.shown["worst"] is None or worst["words"] != question.shown["worst"]["words"]


def test_an_answer_is_shown_on_the_scale_and_an_odd_one_as_it_is():
    for place in range(-8, 9):
        assert pairs.step(pairs.answer_at(place)) == place
    assert pairs.said("a", "b", 1.0) == "a and b are worth the same"
    assert pairs.said("a", "b", 2.5) == "a is worth 2.5 times as much as b"
    assert pairs.said("a", "b", 1 / 9) == (
        "b is worth 9 times as much as a (beyond comparison more)"
    )


def test_more_than_fifteen_can_be_compared_but_not_tested():
    names = {str(n): f"Criterion {n}" for n in range(16)}
    chain = [[str(n), str(n + 1), 2.0] for n in range(15)]
    draft = {"judgements": chain, "skipped": []}
    assert pairs.hanging_together(draft, names) == ["Consistency is not known for more than 15."]
    assert pairs.to_mend(draft, list(names)) is None


def test_a_published_example_is_filled_in_pair_by_pair(case):
    published = case("ahp_saaty2008_drinks")
    names, matrix = published["inputs"]["names"], published["inputs"]["matrix"]
    what = pd.DataFrame({"name": names, "swing": ""}, index=names)
    question, asked = elicitation.pairwise(what), 0
    while question.shown["question"]:
        i, j, _ = question.shown["question"]
        ask(question, pair=[i, j], place=pairs.step(matrix[i][j]))
        asked += 1
    assert asked == 21
    found = answers.weights("pairwise", question.draft, names)
    np.testing.assert_allclose(found, published["expected"]["weights"], atol=6e-4)
    assert "Consistency ratio so far: 0.02 (the answers hang together" in question.shown["lines"][0]


def test_a_published_example_with_a_pair_skipped_is_completed(case):
    published = case("ahp_incomplete_bozoki2010_4x4")
    names, given = published["inputs"]["names"], published["inputs"]["comparisons"]
    what = pd.DataFrame({"name": names, "swing": ""}, index=names)
    question = elicitation.pairwise(what)
    ask(question, skip=[names.index(name) for name in published["inputs"]["missing"][0]])
    for first, second, times in given:
        ask(question, pair=[names.index(first), names.index(second)], place=times - 1)
    assert question.shown["question"] is None
    found = answers.weights("pairwise", question.draft, names)
    np.testing.assert_allclose(found, published["expected"]["weights"], atol=6e-5)


# Ranking ------------------------------------------------------------------------------------


def test_the_ranking_beside_is_that_of_the_evaluation(small):
    portfolio, settings = small(), workbench.Settings()
    evaluation = workbench.evaluate(portfolio, settings)
    other = pd.Series({"reach": 0.1, "npv": 0.9})
    found = ranking.ranks(portfolio, settings, "criteria")(other)
    tried = workbench.Settings(weights=other.to_dict())
    pd.testing.assert_series_equal(found, workbench.evaluate(portfolio, tried).rank)
    page = ranking.moved(portfolio.projects["name"], evaluation.rank, found)
    changed = int((found != evaluation.rank).sum())
    assert f"{changed} of {len(found)} projects change rank" in page.text
    for project, name in portfolio.projects["name"][found.index].items():
        row = re.search(f"<tr><td[^>]*>{name}</td>(.*?)</tr>", page.html)[1]
        cells = re.findall(r">([^<]*)<", row)
        assert [c for c in cells if c][:2] == [str(evaluation.rank[project]), str(found[project])]


def test_the_ranking_follows_weights_of_objectives(northmere):
    settings = workbench.Settings()
    labels = northmere.objectives.index
    weights = pd.Series(np.arange(1.0, len(labels) + 1), labels)
    found = ranking.ranks(northmere, settings, "objectives")(weights / weights.sum())
    tried = workbench.Settings(objective_weights=weights.to_dict())
    pd.testing.assert_series_equal(found, workbench.evaluate(northmere, tried).rank)


def test_the_same_ranking_says_so(small):
    rank = scoring.rank(pd.Series({"flood": 0.5, "hubs": 0.3}))
    page = ranking.moved(small().projects["name"], rank, rank)
    assert page.text.startswith("Every project keeps its rank.")


# Ballots ------------------------------------------------------------------------------------


def test_a_ballot_says_who_votes_where_and_what_is_weighed(seat):
    panel = seat()
    assert "Bob (member) · round 1, on the criteria · open · 0 of 3 have voted" in said(panel)
    assert "You have not voted yet" in said(panel)
    rows = asking(panel).question.texts["rows"]
    assert rows == [
        {"name": "Residents served", "swing": "0 to 1,000"},
        {"name": "Net present value", "swing": "from 0 to 1,000 GBP"},
    ]
    assert "Residents served: 0 to 1,000" in panel.static.text


@pytest.mark.parametrize("kind", KINDS)
def test_a_vote_is_recorded_and_opens_again(board, seat, kind):
    panel = seat(kind=kind)
    question = asking(panel).question
    ask(question, press=0)
    ask(question, row=1, to=0)
    ask(question, pair=[0, 1], place=-3)
    press(panel, "Save my ballot")
    assert "Saved: entry 6 of the record" in said(panel)
    assert "this is it" in said(panel)
    rows = record.ballots(board, "1", reader="Bob")
    assert set(rows["kind"]) == {kind}
    expected = answers.weights(kind, question.draft, ["reach", "npv"])
    np.testing.assert_allclose(ballot_weights(rows).loc["Bob"][["reach", "npv"]], expected)
    again = seat(kind="swing")
    assert asking(again).kind == kind
    assert asking(again).question.draft == question.draft
    assert "this is it" in said(again)


def test_what_is_filled_in_survives_without_a_vote_and_per_member(board, seat):
    panel = seat()
    ask(asking(panel).question, row=0, to=80)
    ask(asking(panel).question, press=0)
    again = seat(kind="order")
    assert asking(again).kind == "points"
    assert asking(again).question.draft == {
        "points": {"reach": 80.0, "npv": 20.0},
        "locked": ["reach"],
    }
    assert record.ballots(board, "1", reader="Bob").empty
    assert asking(seat("Ann")).question.draft == answers.blank("points", ["reach", "npv"])


def test_each_way_of_asking_keeps_what_was_filled_in(seat):
    panel = seat()
    ask(asking(panel).question, row=0, to=80)
    way = within(panel, "Dropdown")[0]
    way.value = "order"
    ask(asking(panel).question, row=1, to=0)
    way.value = "points"
    assert asking(panel).question.draft["points"]["reach"] == 80
    again = seat()
    assert asking(again).drafts["order"] == {"order": [["npv"], ["reach"]]}


def test_a_newer_ballot_counts_over_an_older_draft(board, seat):
    ask(asking(seat()).question, row=0, to=80)
    ballot = pd.Series({"reach": 1, "npv": 2})
    record.vote(board, "1", ballot, member="Bob", kind="order", by="Cy")
    panel = seat()
    assert asking(panel).kind == "order"
    assert asking(panel).question.draft == {"order": [["reach"], ["npv"]]}
    ask(asking(panel).question, row=1, to=0)
    assert "says something else than what stands here" in said(panel)
    assert asking(seat()).question.draft == {"order": [["npv"], ["reach"]]}


def test_a_draft_of_another_record_of_that_name_is_not_taken(tmp_path, seat, board):
    ask(asking(seat()).question, row=0, to=80)
    (tmp_path / "board.sqlite").unlink()
    kept = record.open_record(tmp_path / "board.sqlite")
    record.add_member(kept, "Bob", role="chair", by="Bob")
    record.open_round(kept, "1", by="Bob", labels=["reach", "npv"])
    panel = seat()
    assert asking(panel).question.draft == answers.blank("points", ["reach", "npv"])


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"at": 1, "kind": "points", "drafts": {}}', "\x00"]
)
def test_a_spoilt_draft_counts_as_none(board, seat, tmp_path, text):
    ask(asking(seat()).question, row=0, to=80)
    (file,) = (tmp_path / "board drafts").iterdir()
    file.write_text(text, "utf-8")
    assert asking(seat()).question.draft == answers.blank("points", ["reach", "npv"])


def test_a_draft_that_cannot_be_kept_is_said(seat, tmp_path):
    (tmp_path / "board drafts").write_text("a file where the folder should be", "utf-8")
    panel = seat()
    ask(asking(panel).question, row=0, to=80)
    assert "What you fill in is not kept until you save it." in said(panel)
    press(panel, "Save my ballot")
    assert "Saved: entry 6" in said(panel)


def test_drafts_are_written_whole_and_for_the_owner_only(tmp_path):
    file = tmp_path / "drafts" / "x.json"
    drafts.write_draft(file, "points", {"points": {"points": {"a": 1.0}}})
    assert json.loads(file.read_text("utf-8"))["kind"] == "points"
    assert file.parent.stat().st_mode & 0o077 == 0
    assert list(file.parent.iterdir()) == [file]


def test_answers_that_make_no_weights_are_not_saved(board, seat):
    panel = seat(kind="swing")
    press(panel, "Save my ballot")
    assert "Nothing was saved. Give points to at least one." in said(panel)
    within(panel, "Dropdown")[0].value = "pairwise"
    assert "The ranking follows as soon as the answers make weights." in said(panel)
    press(panel, "Save my ballot")
    assert "Nothing was saved. No weights yet: nothing is answered." in said(panel)
    assert record.ballots(board, "1", reader="Bob").empty


def test_a_round_closed_meanwhile_refuses_and_shows_it(board, seat):
    panel = seat()
    record.close_round(board, "1", by="Ann")
    press(panel, "Save my ballot")
    assert "Nothing was saved. round '1': was closed already, by 'Ann'" in said(panel)
    assert "The round is closed: ballots can no longer change. You have no ballot in it." in said(
        panel
    )
    assert asking(panel).usable is False
    assert asking(panel).question.usable is False
    before = asking(panel).question.draft
    ask(asking(panel).question, row=0, to=80)
    assert asking(panel).question.draft == before


def test_look_again_reads_the_record(board, seat):
    panel = seat()
    record.vote(board, "1", pd.Series({"reach": 1, "npv": 1}), member="Ann", kind="points")
    press(panel, "Look again")
    assert "1 of 3 have voted" in said(panel)


def test_who_has_no_vote_may_try_and_nothing_is_kept(board, seat, tmp_path):
    panel = seat("Cy")
    assert "The role analyst has no vote" in said(panel)
    save = next(b for b in within(panel, "Button") if b.description == "Save my ballot")
    assert save.disabled
    ask(asking(panel).question, row=0, to=80)
    assert not (tmp_path / "board drafts").exists()


def test_a_ballot_never_shows_another_ones(board, seat):
    ballot = pd.Series({"reach": 86.125, "npv": 13.875})
    record.vote(board, "1", ballot, member="Ann", kind="points", reason="secret")
    panel = seat()
    everything = json.dumps([w.get_state() for w in _all(panel)], default=str)
    assert "86.125" not in everything
    assert "secret" not in everything
    assert asking(panel).question.draft == answers.blank("points", ["reach", "npv"])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"round": "9"}, "round '9': was never opened"),
        ({"member": "Zed"}, "member: 'Zed' is not in the record"),
    ],
)
def test_what_cannot_be_opened_says_why(seat, changes, words):
    panel = seat(**changes)
    assert words in said(panel)
    assert words in panel.static.text
    assert within(panel, "Asking") == []


def test_an_unknown_kind_is_refused(seat, small):
    with pytest.raises(InputError, match="kind: must be"):
        seat(kind="stars")
    with pytest.raises(InputError, match="about: must be"):
        elicitation.weigh(small(), workbench.Settings(), about="weather")


def test_a_round_that_weighs_other_things_has_no_ranking(board, seat):
    record.open_round(board, "2", by="Ann", labels={"beauty": "", "ease": ""})
    panel = seat(round="2")
    assert "No ranking can be shown." in said(panel)
    press(panel, "Save my ballot")
    assert "Saved: entry" in said(panel)


def test_no_text_becomes_markup(board, seat, small):
    projects = small.tables["projects"].replace("Flood wall", EVIL)
    criteria = small.tables["criteria"].replace("Residents served", EVIL)
    panel = seat(EVIL, portfolio=small(projects=projects, criteria=criteria))
    ask(asking(panel).question, row=1, to=90)
    press(panel, "Save my ballot")
    html = " ".join(w.value for kind in ("HTML", "Failure") for w in within(panel, kind))
    assert "&lt;img" in html
    assert "<img" not in html
    assert "<img" not in panel.static.html
    assert record.turnout(board, "1")[EVIL]


def test_trying_needs_no_record(small):
    panel = elicitation.weigh(small(), workbench.Settings(), kind="order")
    ask(asking(panel).question, row=1, to=0)
    assert "change rank" in said(panel) or "keeps its rank" in said(panel)
    assert "Controls stand here when the notebook runs" in panel.static.text
    assert isinstance(panel, ipywidgets.VBox)


def test_one_criterion_cannot_be_weighed(small):
    one = small.tables["criteria"].rsplit("\n", 2)[0] + "\n"
    with pytest.raises(InputError, match="criteria: at least two must be weighed, found 1"):
        elicitation.subjects(small(criteria=one), workbench.Settings())


# Scores -------------------------------------------------------------------------------------

RATED = {
    "objectives": """objective,name,weight
safe,Safe streets,60
kind,Kind services,40
""",
    "contributions": """project,objective,level,statement
flood,safe,strong,
hubs,safe,none,
lights,safe,low,
roof,safe,none,
flood,kind,none,
hubs,kind,strong,
lights,kind,none,
roof,kind,none,
""",
    "criteria": """criterion,name,source,unit,direction,value_function,worst,best,adds,weight,levels
reach,Residents served,performance,residents,more,linear,0,1000,yes,20,
ease,Ease,performance,,more,levels,,,yes,20,hard:0; fair:0.5; easy:1
fit,Alignment,alignment,share,more,linear,0,1,no,60,
""",
    "performance": """project,criterion,estimate,evidence,scored_by
flood,reach,900,measured,Analysts
hubs,reach,700,estimated,Analysts
lights,reach,400,judged,Highways
roof,reach,100,measured,Analysts
flood,ease,hard,judged,Analysts
hubs,ease,fair,judged,Analysts
lights,ease,fair,judged,Analysts
roof,ease,easy,judged,Analysts
""",
}


@pytest.fixture
def jury(board, small):
    """Open a round on objectives and one on criteria, and return a member's scores."""
    portfolio, settings = small(**RATED), workbench.Settings()
    record.open_round(board, "o", by="Ann", labels=["safe", "kind"], about="objectives")
    record.open_round(board, "c", by="Ann", labels=["reach", "ease", "fit"])

    def take(round, member="Bob"):
        return elicitation.scores(board, round, member, portfolio=portfolio, settings=settings)

    take.portfolio, take.settings = portfolio, settings
    return take


def sheet(panel):
    return within(panel, "Sheet")[0]


def row_of(panel, name):
    return [row["name"] for row in sheet(panel).texts["rows"]].index(name)


def put(panel, name, text):
    """Fill in a field as the browser would."""
    project = sheet(panel).shown["project"]
    ask(sheet(panel), project=project, row=row_of(panel, name), text=text)


def stands(panel, name):
    shown = sheet(panel).shown
    return shown["values"].get(shown["project"], [""] * 9)[row_of(panel, name)]


def turn(panel, project):
    ask(sheet(panel), turn=project, token="me:1")
    assert (sheet(panel).shown["project"], sheet(panel).shown["token"]) == (project, "me:1")


def test_contributions_are_scored_saved_and_open_again(board, jury):
    panel = jury("o")
    assert "Bob (member) · round o, on the objectives · open · 0 of 5 projects scored" in said(
        panel
    )
    put(panel, "Safe streets", "none")
    put(panel, "Kind services", "low")
    assert "change rank" in said(panel)
    assert record.scores(board, "o", reader="Bob").empty
    assert stands(jury("o"), "Kind services") == "low", "a draft is kept"
    press(panel, "Save these scores")
    assert "Saved: entry" in said(panel)
    assert "1 of 5 projects scored" in said(panel)
    found = record.scores(board, "o", reader="Bob")
    assert dict(zip(found["label"], found["score"], strict=True)) == {"safe": 0, "kind": 1 / 9}
    press(panel, "Next project")
    assert sheet(panel).shown["project"] == "hubs"
    assert stands(panel, "Safe streets") == ""
    press(panel, "Save these scores")
    assert "Nothing was saved. score at least one" in said(panel)
    again = jury("o")
    turn(again, "flood")
    assert stands(again, "Kind services") == "low"


def test_scores_given_elsewhere_are_shown_as_they_are(board, jury):
    record.score(board, "o", "roof", pd.Series({"safe": 0.25}), member="Bob", by="Cy")
    record.score(board, "c", "roof", pd.Series({"fit": 1.0, "reach": 5.0}), member="Bob")
    record.score(board, "c", "who", pd.Series({"reach": 5.0}), member="Bob")
    panel = jury("o")
    turn(panel, "roof")
    assert stands(panel, "Safe streets") == "0.25"
    assert "1 of 4 projects changes rank: Street lights from 3 to 4" in said(panel)
    turn(panel, "hubs")
    assert stands(panel, "Safe streets") == ""
    panel = jury("c")
    turn(panel, "roof")
    assert stands(panel, "Residents served") == "5"
    assert "1 of 5 projects scored" in said(panel)


def test_estimates_are_numbers_in_their_unit_or_level_words(board, jury):
    panel = jury("c")
    rows = sheet(panel).texts["rows"]
    assert [row["name"] for row in rows] == ["Residents served", "Ease"]
    assert [row["words"] for row in rows] == [[], ["hard", "fair", "easy"]]
    put(panel, "Residents served", "lots")
    assert "Flood wall, Residents served: lots is not a number" in said(panel)
    press(panel, "Save these scores")
    assert record.scores(board, "c", reader="Bob").empty
    put(panel, "Residents served", "450")
    put(panel, "Ease", "easy")
    press(panel, "Save these scores")
    found = record.scores(board, "c", reader="Bob")
    assert dict(zip(found["label"], found["score"], strict=True)) == {"reach": 450, "ease": 1}
    assert stands(jury("c"), "Ease") == "easy"


def test_changes_after_saving_are_told_and_stay_with_the_project_they_were_meant_for(board, jury):
    panel = jury("o")
    put(panel, "Safe streets", "low")
    press(panel, "Save these scores")
    assert "not what you saved" not in said(panel)
    put(panel, "Kind services", "low")
    assert "What stands here is not what you saved: Save these scores replaces it." in said(panel)
    press(panel, "Next project")
    ask(sheet(panel), project="flood", row=0, text="strong")  # on its way when the page turned
    assert sheet(panel).shown["project"] == "hubs" and stands(panel, "Safe streets") == ""
    turn(panel, "flood")
    assert stands(panel, "Safe streets") == "strong"
    assert stands(jury("o"), "Safe streets") == "strong"


@pytest.mark.parametrize("message", [
    None, [], {}, {"project": "flood", "row": 0}, {"project": "flood", "row": 2, "text": "low"},
    {"project": "flood", "row": True, "text": "low"}, {"project": "who", "row": 0, "text": "low"},
    {"project": 1, "row": 0, "text": "low"}, {"project": "flood", "row": 0, "text": 3},
    {"turn": "who"}, {"turn": ["flood"]}, {"turn": None},
])  # fmt: skip
def test_a_message_about_scores_that_makes_no_sense_changes_nothing(board, jury, message):
    panel = jury("o")
    before = sheet(panel).shown
    sheet(panel)._handle_custom_msg(message, [])
    assert sheet(panel).shown == before
    press(panel, "Save these scores")
    assert "score at least one" in said(panel)
    record.close_round(board, "o", by="Ann")
    closed = jury("o")
    ask(sheet(closed), project="flood", row=0, text="low")
    assert stands(closed, "Safe streets") == ""


def test_scores_stay_hidden_until_revealed_then_combine(board, jury):
    given = {"Ann": 0.1, "Bob": 0.5, EVIL: 0.9}
    for member, number in given.items():
        scored = pd.Series({"safe": number, "kind": 1.0})
        record.score(board, "o", "hubs", scored, member=member, reason="secret")
    assert record.scores(board, "o").empty
    assert set(record.scores(board, "o", reader="Bob")["member"]) == {"Bob"}
    assert "secret" not in record.history(board)["reason"].tolist()
    view = {"portfolio": jury.portfolio, "settings": jury.settings}
    assert "no scores are revealed" in said(elicitation.board_scores(board, "o", **view))
    record.close_round(board, "o", by="Ann")
    with pytest.raises(InputError, match="accepts no more ballots"):
        record.score(board, "o", "hubs", scored, member="Bob")
    assert "Nothing can be saved: the round is closed." in said(jury("o"))
    record.reveal_round(board, "o", by="Ann")
    found = record.scores(board, "o")
    assert record.combine_scores(found).at["hubs", "kind"] == 1
    assert record.combine_scores(found, drop_extremes=True).at["hubs", "safe"] == pytest.approx(0.5)
    panel = elicitation.board_scores(board, "o", **view)
    assert "3 members scored 1 project on the objectives" in said(panel)
    assert "rank" in said(panel)
    within(panel, "Checkbox")[0].value = True
    assert "needs at least" not in said(panel)


def test_dropping_two_of_two_scores_is_refused(board, jury):
    for member in ("Ann", "Bob"):
        record.score(board, "o", "hubs", pd.Series({"safe": 1.0}), member=member)
    record.close_round(board, "o", by="Ann")
    record.reveal_round(board, "o", by="Ann")
    view = {"portfolio": jury.portfolio, "settings": jury.settings}
    panel = elicitation.board_scores(board, "o", **view)
    within(panel, "Checkbox")[0].value = True
    assert "needs at least three members, fewer scored 'hubs'" in said(panel)


@pytest.mark.parametrize(
    ("round", "given", "words"),
    [
        ("o", {"safe": 1.5}, r"scores: each must lie in \[0, 1\]"),
        ("o", {"safe": float("nan")}, "scores: .*missing"),
        ("o", {"safe": "1"}, "scores: "),
        ("o", {"reach": 1.0}, "scores: 'reach' is not weighed"),
        ("o", {}, "scores: must have at least one entry"),
        ("9", {"safe": 1.0}, "was never opened"),
    ],
)
def test_scores_that_cannot_be_are_refused(board, jury, round, given, words):
    with pytest.raises(InputError, match=words):
        record.score(board, round, "hubs", pd.Series(given, dtype=object), member="Bob")
    with pytest.raises(InputError, match="has no vote"):
        record.score(board, "o", "hubs", pd.Series({"safe": 1.0}), member="Cy")


def test_scores_of_the_board_take_the_place_of_those_that_came(jury):
    combined = pd.DataFrame({"safe": [1 / 3, np.nan], "kind": [1.0, 0.25]}, index=["hubs", "roof"])
    supplied = record.supply_scores(jury.portfolio, combined, about="objectives")
    frame = supplied.contributions.set_index(["project", "objective"])
    assert len(frame) == len(jury.portfolio.contributions)
    assert frame.at[("hubs", "safe"), "contribution"] == pytest.approx(1 / 3)
    assert frame.at[("hubs", "safe"), "level"] == "moderate"
    assert frame.at[("roof", "kind"), "contribution"] == 0.25
    assert pd.isna(frame.at[("roof", "kind"), "level"])
    assert frame.at[("roof", "safe"), "contribution"] == 0
    combined = pd.DataFrame({"reach": [50.0], "ease": [0.6]}, index=["hubs"])
    supplied = record.supply_scores(jury.portfolio, combined, about="criteria")
    frame = supplied.performance.set_index(["project", "criterion"])
    assert frame.at[("hubs", "reach"), "estimate"] == 50
    assert frame.at[("hubs", "ease"), "level"] == "fair"
    assert workbench.evaluate(supplied, jury.settings).performance.at["hubs", "reach"] == 50
    assert jury.portfolio.performance["scored_by"].ne("the board").all()


@pytest.mark.parametrize(
    ("combined", "words"),
    [
        (pd.DataFrame({"fit": [1.0]}, index=["hubs"]), "'fit' computed from other tables"),
        (pd.DataFrame({"who": [1.0]}, index=["hubs"]), "'who' not among the criteria"),
        (pd.DataFrame({"reach": [1.0]}, index=["who"]), "'who' not among the projects"),
    ],
)
def test_scores_of_what_is_not_there_are_refused(jury, combined, words):
    with pytest.raises(InputError, match=words):
        record.supply_scores(jury.portfolio, combined, about="criteria")


def test_scores_replay_with_the_record(board, jury, tmp_path):
    record.score(board, "o", "hubs", pd.Series({"safe": 1.0}), member="Bob")
    record.close_round(board, "o", by="Ann")
    record.reveal_round(board, "o", by="Ann")
    record.export_record(board, tmp_path / "all.json")
    other = record.open_record(tmp_path / "other.sqlite")
    record.import_record(other, tmp_path / "all.json")
    pd.testing.assert_frame_equal(record.scores(other, "o"), record.scores(board, "o"))


def _all(box):
    yield box
    for child in getattr(box, "children", ()):
        yield from _all(child)
