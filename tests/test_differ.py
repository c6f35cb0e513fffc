"""Where members differ, told and drawn: weights, lists, what matters, interests, rounds, a ballot."""

import dataclasses
import shutil

import numpy as np
import pandas as pd
import pytest

from pmo_lib import charts, folder, record, workbench
from pmo_lib.checks import InputError
from pmo_lib.stories import differ, ranked_list, rounds, weighed

SAVER, EQUALISER = "Cllr Idris Fallon", "Cllr Priya Sandhu"
THREE = {"depot-aldermoor", "library-renewal", "youth-centres"}


@pytest.fixture(scope="module")
def made(northmere):
    settings = folder.read_settings(folder.example_folder())
    return workbench.recommend(northmere, settings, explain=False)


@pytest.fixture(scope="module")
def seen(made):
    return differ.look(made)


@pytest.fixture(scope="module")
def board(made):
    return rounds.open_board(made, folder.example_folder())


def with_ballots(made, rows):
    columns = made.portfolio.ballots.columns
    table = pd.DataFrame(rows, columns=columns).astype(made.portfolio.ballots.dtypes)
    return dataclasses.replace(made, portfolio=dataclasses.replace(made.portfolio, ballots=table))


def points(made, member, name="1", **given):
    labels = made.portfolio.criteria.index
    return [(name, member, "criteria", "points", c, None, given.get(c, 10)) for c in labels]


def told(seen, board):
    """Everything the notebook tells."""
    interests, closer = rounds.declared(seen, board), rounds.closing(seen)
    first, second = rounds.first_round(seen), rounds.next_round(seen, board)
    weights, together = seen.weights, seen.dissent.together
    tables = [weighed.weightings(weights, together), weighed.pairs(weights), closer]
    tables += [weighed.combined(weights, seen.asked.weights), differ.divides(seen)]
    tables += [differ.disagreements(seen), rounds.without(seen, interests)]
    tables += [rounds.changed(first, second), ranked_list(seen.made, differ.added(seen))]
    words = [*rounds.board_in_words(board), differ.whose_in_words(seen)]
    words += weighed.weightings_in_words(weights) + weighed.agreement_in_words(weights)
    words += differ.combined_in_words(seen) + differ.divides_in_words(seen)
    words += differ.disagreements_in_words(seen) + rounds.without_in_words(seen, interests)
    words += rounds.changed_in_words(first, second) + rounds.closing_in_words(seen, closer)
    words += differ.known(seen) + differ.would_change(seen)
    for chart in (weighed.weights_chart(weights, together), differ.lists_chart(seen)):
        assert chart is None or chart.to_dict()
    return tables, words


class TestNorthmere:
    def test_everything_is_told_in_sentences(self, seen, board):
        tables, words = told(seen, board)
        assert all(len(table) for table in tables)
        assert all(w.endswith(".") and "nan" not in w.lower().split() for w in words)

    def test_who_weighed_what(self, seen):
        table = weighed.weightings(seen.weights, seen.dissent.together).set_index("weight [%]")
        assert table.loc["Risk removed"].tolist() == [12, 10, 12, 22, 4, 12]
        words = weighed.weightings_in_words(seen.weights)
        assert words == [
            "Farthest apart on Net saving to the council and county: Cllr Priya Sandhu gives it 12 %, "
            "Cllr Idris Fallon gives it 32 %.",
            "Agreed within 5 points of weight: Residents better served.",
        ]

    def test_the_way_of_combining_changes_nothing(self, seen):
        table = weighed.combined(seen.weights, seen.asked.weights).set_index("criterion")
        assert table.loc["Risk removed", ["mean [%]", "geometric mean [%]", "median [%]"]].tolist() == [
            12.0, 10.9, 12.2,
        ]  # fmt: skip
        assert differ.combined_in_words(seen) == [
            "The best list is the same by the mean, geometric mean and median of the weights.",
            "By the mean, the list is that of the settings.",
        ]

    def test_who_is_far_from_whom(self, seen):
        first = weighed.pairs(seen.weights).iloc[0]
        assert (first["member"], first["other"]) == (SAVER, EQUALISER)
        assert first["placed otherwise [%]"] == 22 and first["by [points of weight]"] == 20
        assert "Kendall's W is 0.63" in weighed.agreement_in_words(seen.weights)[0]

    def test_three_projects_divide_and_risk_changes_nothing(self, seen):
        assert differ.divides_in_words(seen)[0] == (
            "16 proposals in everybody's list, 10 in nobody's, 3 divide the members."
        )
        assert differ.divides(seen)["would fund it"].tolist()[:2] == [EQUALISER] * 2
        words = differ.disagreements_in_words(seen)
        assert "Risk removed is contested (4 % to 22 %), and changes nothing." in words
        (against,) = [w for w in words if "wards against Net saving" in w]
        assert "Six libraries" in against and "Youth centres" in against and "depot" in against
        changes = differ.disagreements(seen).set_index("criterion")["changes the list"]
        assert changes["Risk removed"] == "no" and (changes == "yes").sum() == 2

    def test_savings_against_access_is_what_members_trade_most_differently(self, seen):
        assert set(differ.traded(seen)[0]) == {
            "Reach into the most deprived wards", "Net saving to the council and county",
        }  # fmt: skip

    def test_nothing_hangs_on_one_member_and_that_is_found_by_choosing_again(self, seen, made):
        interests = pd.DataFrame(
            [(SAVER, "depot-aldermoor", "Lives beside it"), (EQUALISER, "youth-centres", "Chairs it")],
            columns=["member", "project", "reason"],
        )  # fmt: skip
        table = rounds.without(seen, interests)
        assert table["because"].tolist()[:3] == [
            "declared: Highways depot at Aldermoor (north)",
            "declared: Youth centres in Aldermoor, Thornley and Saltmarsh",
            "declared any",
        ]
        assert table["without"][2] == f"{SAVER} and {EQUALISER}"
        assert len(table) == 3 + len(seen.weights)
        alone = table[table["because"] == "for comparison"].set_index("without")
        assert alone.at[SAVER, "by [points of weight]"] == -2.8
        assert alone.at[SAVER, "weight moves most on"].startswith("Net saving")
        rest = seen.weights.drop(SAVER).mean().set_axis(made.portfolio.criteria.index)
        again = workbench.recommend(
            made.portfolio,
            dataclasses.replace(made.settings, weights=(100 * rest).to_dict(), swings={}),
            explain=False,
        )
        assert (table["comes in"][0] == "nothing") == again.choice.selected.equals(
            made.choice.selected
        )

    def test_a_second_round_is_tried_out_and_said_to_be(self, seen, board):
        second = rounds.next_round(seen, board)
        assert rounds.next_round(seen, board).round == second.round == "tried out"
        halves = (seen.weights + seen.dissent.together) / 2
        assert np.allclose(second.weights, halves, atol=1e-6)
        assert rounds.changed_in_words(seen, second)[0].startswith("Nobody has voted again")
        table = rounds.changed(seen, second).set_index("member")
        assert table.at[SAVER, "placed otherwise than before [%]"] == 5.5

    def test_how_far_all_would_have_to_move(self, seen):
        closer = rounds.closing(seen)
        assert closer["still divides [projects]"].tolist() == [3, 3, 3, 0]
        assert rounds.closing_in_words(seen, closer) == [
            "If each moved 75 % of the way to the combined weights, all lists would be the same."
        ]

    def test_the_list_says_how_many_would_fund_each(self, seen):
        shown = ranked_list(seen.made, differ.added(seen)).set_index("project")["in the lists of"]
        assert shown["Harbourside flood wall"] == "5 of 5"
        assert shown["Highways depot at Aldermoor (north)"] == "4 of 5"


class TestBoard:
    def test_nothing_is_written_beside_the_tables(self, made, seen, tmp_path):
        own = shutil.copytree(folder.example_folder(), tmp_path / "own")
        before = sorted(path.name for path in own.iterdir())
        board = rounds.open_board(made, own)
        rounds.declared(seen, board)
        rounds.ballot(seen, board)
        assert board.practice and sorted(path.name for path in own.iterdir()) == before

    def test_a_record_of_its_own_is_read_and_never_written(self, made, seen, tmp_path):
        own = shutil.copytree(folder.example_folder(), tmp_path / "own")
        kept = record.open_record(record.beside(own))
        record.rehearse(kept, made.portfolio)
        board = rounds.open_board(made, own)
        words = rounds.board_in_words(board)
        assert not board.practice and words[0].endswith("what is voted there is kept.")
        entries = len(record.history(kept))
        assert len(rounds.declared(seen, board)) == 0
        assert rounds.changed_in_words(seen, rounds.next_round(seen, board)) == [
            "One round only so far: a second one shows here what has changed."
        ]
        assert len(record.history(kept)) == entries

    def test_the_ballot_is_ones_own(self, seen, board, made, tmp_path):
        assert "practice" in rounds.ballot(seen, board).static.text
        own = shutil.copytree(folder.example_folder(), tmp_path / "own")
        kept = record.open_record(record.beside(own))
        record.rehearse(kept, made.portfolio)
        mine = rounds.open_board(made, own)
        assert "No round is open" in rounds.ballot(seen, mine).text
        words = record.round_labels(made.portfolio)
        record.open_round(kept, "2", by="Cllr Helen Marchbank (chair)", labels=words)
        assert "Write your name" in rounds.ballot(seen, mine).text
        assert SAVER in rounds.ballot(seen, mine, SAVER).static.text

    def test_two_rounds_of_the_record_are_set_side_by_side(self, made):
        rows = points(made, "x", savings=50) + points(made, "y", access=50)
        rows += points(made, "x", "2", savings=20) + points(made, "z", "2", access=50)
        two = with_ballots(made, rows)
        last = differ.look(two)
        assert last.round == "2" and list(last.weights.index) == ["x", "z"]
        board = rounds.open_board(two, folder.example_folder())
        first, second = rounds.first_round(last), rounds.next_round(last, board)
        assert (first.round, second.round) == ("1", "2")
        assert rounds.changed(first, second)["member"].tolist() == ["x", "together"]
        words = rounds.changed_in_words(first, second)
        assert words[:2] == ["Round 2 beside round 1.", "1 member took part in both."]


class TestFewOrOdd:
    def test_without_ballots_the_settings_stand_for_all(self, made):
        none = with_ballots(made, [])
        board = rounds.open_board(none, folder.example_folder())
        seen = differ.look(none)
        _tables, words = told(seen, board)
        assert list(seen.weights.index) == ["the saved settings"]
        assert words.count("One person differs with nobody.") == 3
        assert differ.known(seen)[0].startswith("No ballots are known")
        assert board.practice and "You" in rounds.ballot(seen, board).static.text

    def test_members_who_all_agree(self, made):
        rows = points(made, "x", savings=20) + points(made, "y", savings=20)
        seen = differ.look(with_ballots(made, rows))
        _tables, words = told(seen, rounds.open_board(seen.made, folder.example_folder()))
        assert differ.lists_chart(seen) is None and len(differ.divides(seen)) == 0
        assert "No disagreement changes the list." in differ.known(seen)
        assert "All lists are the same already" in " ".join(words)

    def test_members_who_rank_nothing_have_no_order_to_agree_on(self, made):
        seen = differ.look(with_ballots(made, points(made, "x") + points(made, "y")))
        assert "no order to agree on" in weighed.agreement_in_words(seen.weights)[0]

    def test_a_veto_is_said_and_vetoes_on_everything_leave_no_geometric_mean(self, made):
        rows = points(made, "x", risk=0) + points(made, "y", savings=30)
        seen = differ.look(with_ballots(made, rows))
        assert "Someone gives Risk removed nothing" in differ.combined_in_words(seen)[-1]
        board = pd.DataFrame([[1, 0], [0, 1.0]], ["x", "y"], ["a", "b"])
        assert weighed.in_three_ways(board).index.tolist() == ["mean", "median"]

    def test_everybody_declared_an_interest(self, seen):
        everybody = pd.DataFrame({"member": seen.weights.index, "project": "depot-aldermoor", "reason": "x"})  # fmt: skip
        assert len(rounds.without(seen, everybody)) == len(seen.weights)
        words = rounds.without_in_words(seen, everybody)
        assert "Everybody who voted declared an interest, so no list is without them." in words

    def test_an_interest_of_who_did_not_vote_changes_nothing(self, seen):
        other = pd.DataFrame([("Zoe", "gone", "x")], columns=["member", "project", "reason"])
        assert len(rounds.without(seen, other)) == len(seen.weights)
        assert rounds.without_in_words(seen, other)[0] == "Zoe declares an interest in gone: x."

    def test_names_of_any_kind_stay_text(self, made):
        evil = "<img src=x onerror=alert(1)>\n$x$"
        rows = points(made, evil, savings=40) + points(made, "'; DROP--", access=40)
        seen = differ.look(with_ballots(made, rows))
        words = differ.known(seen) + differ.divides_in_words(seen)
        words += weighed.weightings_in_words(seen.weights)
        words += weighed.agreement_in_words(seen.weights)
        assert all("\n" not in w for w in words)
        assert differ.lists_chart(seen).to_dict() and "\n" not in differ.divides(seen).to_csv(
            index=False, lineterminator="|"
        )

    def test_many_members_are_rows(self, made):
        rows = [row for n in range(9) for row in points(made, f"m{n}", savings=10 + 5 * n)]
        seen = differ.look(with_ballots(made, rows))
        table = weighed.weightings(seen.weights, seen.dissent.together)
        assert len(table) == 10 and table.iloc[-1, 0] == "together"


class TestCharts:
    def test_who_gives_most_and_least_is_named(self, seen):
        spec = weighed.weights_chart(seen.weights, seen.dissent.together).to_json()
        for words in ("Cllr Ruth Adeyemi ", " Cllr Martin Oakes", "2 members"):
            assert words in spec

    def test_funded_or_not_is_told_by_shape_too(self, seen):
        lists = seen.dissent.lists.loc[["library-renewal"], [SAVER, EQUALISER]]
        chart = charts.lists_apart(lists, pd.Series({"library-renewal": False}))
        marks = chart.to_dict()["layer"][1]["encoding"]
        assert marks["shape"]["scale"]["range"] == ["circle", "diamond"]

    def test_many_projects_and_members_are_cut_and_said_to_be(self):
        lists = pd.DataFrame(np.eye(60, 30, dtype=bool)).rename(index=str, columns=str)
        chart = charts.lists_apart(lists, lists["0"]).to_dict()
        assert "The 40 most divided of 60 are drawn." in chart["title"]["subtitle"]

    @pytest.mark.parametrize("act, words", [
        (lambda: charts.weights_apart(pd.DataFrame(), pd.Series(dtype=float)), "weights: must have at least"),
        (lambda: charts.weights_apart(pd.DataFrame({"a": [1.0]}), pd.Series({"b": 1.0})), "together: labels"),
        (lambda: charts.lists_apart(pd.DataFrame(), pd.Series(dtype=bool)), "lists: must have at least"),
        (lambda: charts.lists_apart(pd.DataFrame({"x": [True]}, ["p"]), pd.Series({"q": True})), "together: labels"),
        (lambda: charts.lists_apart(pd.DataFrame({"x": [True]}, ["p"]), pd.Series({"p": 2})), "each must be True or False"),
    ])  # fmt: skip
    def test_refusals(self, act, words):
        with pytest.raises(InputError, match=words):
            act()
