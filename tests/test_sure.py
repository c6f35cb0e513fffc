"""How sure a list is: what is safe, what depends on the weights, what to ask, told and drawn."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from pmo_lib import charts, folder, robustness, workbench
from pmo_lib.checks import InputError
from pmo_lib.stories import agenda, methods, ranked_list, sure
from pmo_lib.workbench import robust

THREE = {"depot-aldermoor", "library-renewal", "youth-centres"}


@pytest.fixture(scope="module")
def made(northmere):
    settings = folder.read_settings(folder.example_folder())
    return workbench.recommend(northmere, settings, explain=False)


@pytest.fixture(scope="module")
def seen(made):
    return sure.look(made)


def told(seen):
    """Everything the notebook tells."""
    found, unproven = sure.ranks(seen), agenda.unproven(seen)
    tables = [sure.statements(seen), sure.depending(seen), sure.room(seen), agenda.debated(seen)]
    tables += [agenda.not_debated(seen), agenda.questions_table(seen), methods.other_methods(seen)]
    tables += [ranked_list(seen.made, sure.added(seen)), unproven]
    words = sure.statements_in_words(seen) + sure.room_in_words(seen)
    words += sure.ranks_in_words(seen, found) + agenda.disagreements_in_words(seen)
    words += agenda.agenda_in_words(seen) + agenda.unproven_in_words(seen, unproven)
    words += agenda.known(seen, unproven) + sure.would_change(seen)
    words += methods.other_methods_in_words(seen)
    sure.certainty_chart(seen, found).to_dict()
    return tables, words


class TestNorthmere:
    def test_three_depend_on_the_ballots_and_the_rest_is_proven(self, seen):
        words, one = seen.first
        assert words == robust.BALLOTS and one.lists is not None
        assert set(one.projects(sure.DEPENDS)) == THREE
        assert len(one.projects("safe")) == 16 and len(one.projects("out")) == 10
        counts = sure.statements(seen)[["safe [projects]", "depends [projects]", "out [projects]"]]
        assert counts.to_numpy().tolist() == [[16, 3, 10], [16, 3, 10], [11, 14, 4]]
        assert sure.statements_in_words(seen)[1] == (
            "Each weight between the least and the most a member gives it: the same proposals, "
            "in every case and never."
        )

    def test_every_draw_is_not_every_case(self, seen):
        order = seen.settled[robust.ORDER]
        assert order.held["flood-wall"].all() and 0 < order.share["flood-wall"] < 1
        assert order.standing["flood-wall"] == "depends: in every draw"
        assert seen.first[1].standing["flood-wall"] == "in every case"
        words = " ".join(sure.statements_in_words(seen))
        assert "There, Harbourside flood wall" in words and "still not in every case" in words

    def test_risk_is_contested_and_changes_nothing(self, seen):
        assert "Risk removed is contested (4 % to 22 %), and changes nothing." in (
            agenda.disagreements_in_words(seen)
        )

    def test_savings_against_access_changes_three(self, seen):
        (said,) = [
            words
            for words in agenda.disagreements_in_words(seen)
            if words.startswith("Reach into the most deprived wards against Net saving")
        ]
        assert said.endswith(
            "is contested (30 % to 71 %), and at 71 % Six libraries renewed and open on Sundays and "
            "Youth centres in Aldermoor, Thornley and Saltmarsh come in and Highways depot at "
            "Aldermoor (north) drops out."
        )

    def test_the_agenda_names_whom_each_project_divides(self, seen):
        debated = agenda.debated(seen)
        assert debated["would fund it"].tolist()[1:] == ["Cllr Priya Sandhu"] * 2
        assert debated["would not"][0] == "Cllr Priya Sandhu"
        assert debated["why"].str.contains("weighs more").all()
        assert agenda.not_debated(seen)["projects"].tolist() == [16, 10]
        asked = agenda.questions_table(seen)
        assert asked.iloc[0, 0].count("(from 0 to ") == 2
        assert asked.iloc[0, 1] > 2
        first, *safe = agenda.agenda_in_words(seen)
        assert first.startswith("Ask first whether Residents better served (from 0 to 40,000")
        assert [words.split(" (rank")[0] for words in safe] == [
            "Digital front door: identity platform", "Fire safety in 14 schools",
        ]  # fmt: skip

    def test_the_smallest_change_is_within_reach_of_the_list_and_far_from_the_first(self, seen):
        first, listed = sure.room_in_words(seen)
        assert "moves 16.7 points" in first and "replaces Harbourside flood wall" in first
        assert "moves 3.6 points of weight from Net saving" in listed
        room = sure.room(seen).set_index("criterion")
        access = room.loc["Reach into the most deprived wards"]
        assert access["list stays to [%]"] < access["members to [%]"]
        risk = room.loc["Risk removed"]
        assert risk["list stays from [%]"] < risk["members from [%]"]
        assert risk["list stays to [%]"] > risk["members to [%]"]

    def test_only_the_choice_between_the_depots_hangs_on_unproven_figures(self, seen):
        found = agenda.unproven(seen)
        assert found["figures at their"].tolist() == ["worst", "best"]
        assert set(found["comes in"]) == {"Highways depot at Saltmarsh (south)"}
        assert "Yearly emissions −600 to −360 (estimated)" in found["not measured"][0]

    def test_knowing_a_figure_settles_what_hangs_on_it(self, made, northmere, seen):
        table = northmere.performance.copy()
        mine = (table["project"] == "library-renewal") & (table["criterion"] == "residents")
        table.loc[mine, ["low", "high"]] = [0, 60_000]
        wide = dataclasses.replace(
            made, portfolio=dataclasses.replace(northmere, performance=table)
        )
        figures = robust.unproven_figures(wide).loc[[("library-renewal", "residents")]]
        _, one = seen.first
        found = robust.settled_by_figures(wide, seen.asked, figures, one.draws, one.held)
        assert found.index.tolist() == [("library-renewal", "residents")]
        assert 1 <= found["settles"].iloc[0] <= 3
        narrow = robust.unproven_figures(made).dropna(subset=["low", "high"])
        told = robust.settled_by_figures(made, seen.asked, narrow, one.draws, one.held)
        assert set(told.index.get_level_values(0)) <= THREE
        words = agenda.unproven_in_words(seen, agenda.unproven(seen))
        assert words[1].startswith(("Of what depends on the weights, knowing", "No figure alone"))

    def test_many_proposals_are_told_as_far_as_the_time_reached(self, seen, made, monkeypatch):
        monkeypatch.setattr(sure, "MOST_COMPARED", 20)
        monkeypatch.setattr(sure, "EXPLAINED_AT_MOST", 20)
        monkeypatch.setattr(agenda, "FIGURES_SECONDS", -1.0)
        hurried = sure.look(made, draws=40, seconds=-1.0)
        assert list(hurried.settled) == list(seen.settled)
        drawn = [len(one.held) for one in hurried.settled.values()]
        assert all(1 <= n < 40 for n in drawn)
        words = " ".join(sure.statements_in_words(hurried))
        assert "more than 20 proposals make too many lists" in words
        assert f"that settled {drawn[0]}, {drawn[1]} and {drawn[2]} of 300 draws" in words
        assert sure.room_in_words(hurried)[-1].startswith("What changes the list is not asked")
        found = agenda.unproven(hurried)
        words = agenda.unproven_in_words(hurried, found)
        assert found.attrs["asked"] < len(agenda._stated(hurried).index.unique("project"))
        assert f"{found.attrs['asked']} of these proposals were asked" in words[2]

    def test_a_figure_that_flips_is_found_by_choosing_again(self, made, northmere):
        table = northmere.performance.copy()
        mine = (table["project"] == "library-renewal") & (table["criterion"] == "residents")
        table.loc[mine, ["low", "high"]] = [0, 60_000]
        wide = dataclasses.replace(
            made, portfolio=dataclasses.replace(northmere, performance=table)
        )
        figures = robust.unproven_figures(wide).loc[[("library-renewal", "residents")]]
        flips = robust.flips(wide, robust.asked(wide), figures)
        assert flips.index.tolist() == [("library-renewal", "best")]
        table.loc[mine, "estimate"] = 60_000
        again = workbench.recommend(wide.portfolio, made.settings, explain=False)
        moved = workbench.differences(made, again)["change"]
        assert set(flips["entered"].iloc[0]) == set(moved.index[moved == "enters"])

    def test_other_methods_disagree_and_turn(self, seen):
        table = methods.other_methods(seen)
        assert len(table) == 8
        assert table.loc[0, ["rank", "TOPSIS", "PROMETHEE II"]].tolist() == [2, 2, 8]
        assert "beats 11 % of the others" in table.loc[0, "why"]
        words = methods.other_methods_in_words(seen)
        assert words[0].endswith("by 4 places at most; first is Harbourside flood wall.")
        assert all("none can" in turned for turned in words[1:4:2])
        assert words[-1].startswith("The weighted product ranks") and "it multiplies" in words[-1]

    def test_the_list_says_what_is_safe(self, seen):
        shown = ranked_list(seen.made, sure.added(seen)).set_index("project")[
            "whatever the weights"
        ]
        assert shown["Harbourside flood wall"] == "in every case"
        assert shown["Highways depot at Aldermoor (north)"].startswith("depends: 9")
        assert shown["Kettle Bridge strengthening"] == "never"


def test_values_and_limits_are_those_of_the_list(made, northmere):
    asked = robust.asked(made)
    assert (asked.values @ asked.weights - made.problem["value"]).abs().max() < 1e-12
    assert asked.problem["use"].shape[1] < made.problem["use"].shape[1] / 5
    now = pd.DataFrame([asked.weights])
    best = robustness.best_portfolios(asked.values, weight_sample=now, gap=0, **asked.problem)
    assert best.iloc[0].equals(made.choice.selected.rename(0))
    later = northmere.ballots.assign(round="2").query("member == 'Cllr Idris Fallon'")
    both = pd.concat([northmere.ballots, later], ignore_index=True)
    again = dataclasses.replace(made, portfolio=dataclasses.replace(northmere, ballots=both))
    assert robust.asked(again).ballots.index.tolist() == ["Cllr Idris Fallon"]


def test_criteria_that_weigh_the_same_have_no_order(made):
    asked = robust.asked(made)
    asked = dataclasses.replace(
        asked, weights=pd.Series([0.2, 0.2, 0.2, 0.1, 0.2, 0.1], asked.weights.index)
    )
    corners = robust.known_weights(asked)[robust.ORDER].vertices()
    assert (corners.max() > corners.iloc[:, :3].mean(axis=1).max()).any()
    least = corners.iloc[:, [0, 1, 2, 4]].min(axis=1)
    assert (least >= corners.iloc[:, [3, 5]].max(axis=1) - 1e-9).all()
    assert corners.max().round(9).tolist() == [1, 1, 1, round(1 / 5, 9), 1, round(1 / 5, 9)]


def test_without_ballots_the_order_is_what_is_known(small):
    made = workbench.recommend(small(), workbench.Settings(base_date="2027-04-01"))
    seen = sure.look(made, draws=20)
    assert list(seen.settled) == [robust.ORDER] and seen.dissent is None
    _, words = told(seen)
    assert "No ballots are known; the settings alone say what the weights are." in words
    assert "School roof (rank 4) is safe whatever its rank: mandatory: Legal duty." in words


@pytest.mark.parametrize("change", ["one proposal", "no budget", "starts", "one ballot"])
def test_whatever_a_portfolio_lacks_is_said(small, change):
    tables, settings = {}, {}
    if change == "one proposal":
        keep = ("project", "roof", "depot")
        tables = {
            name: "\n".join(row for row in small.tables[name].splitlines() if row.startswith(keep))
            for name in ("projects", "performance", "cash_flows")
        }
    if change == "no budget":
        tables = {"budgets": None}
    if change == "starts":
        settings = {"starts_every": 6}
        rows = small.tables["projects"].splitlines()
        head = rows[0] + ",planned_start,earliest_start,latest_start"
        dates = [row + ",2027-04-01,2027-04-01,2028-03-01" for row in rows[1:]]
        tables = {"projects": "\n".join([head, *dates])}
    if change == "one ballot":
        tables = {
            "ballots": "round,member,about,kind,first,second,answer\n"
            "1,Chair,criteria,points,reach,,70\n1,Chair,criteria,points,npv,,30\n"
        }
    portfolio = small(**tables)
    made = workbench.recommend(
        portfolio, workbench.Settings(base_date="2027-04-01", **settings), explain=False
    )
    seen = sure.look(made, draws=20)
    _, words = told(seen)
    assert all(words)
    if change == "one ballot":
        assert words[0].startswith("Any mixture of the members' ballots: ")
        assert "none depends on the weights" in words[0]
    if change == "one proposal":
        assert "No weights at all change the first place." in words


def test_too_many_lists_are_drawn_and_never_called_proven(small, monkeypatch):
    def refuse(*_, **__):
        raise InputError("values: 20,001 partial portfolios are too many")

    monkeypatch.setattr(robustness, "nondominated_portfolios", refuse)
    made = workbench.recommend(small(), workbench.Settings(base_date="2027-04-01"), explain=False)
    seen = sure.look(made, draws=30)
    _, one = seen.first
    assert one.words == ("in every draw", "in no draw")
    assert one.standing["roof"] == "in every draw"
    _, words = told(seen)
    assert f"Not proven for {robust.ORDER}: values: 20,001 partial portfolios are too many." in [
        said.split(" Every draw")[0] for said in words
    ]
    assert not [said for said in words if "in every case" in said]
    assert (agenda.agenda(seen)["reason"] == "funded in all 30 draws").any()


def test_lists_that_none_beats_tell_the_best_of_each_draw(seen):
    asked, (_, one) = seen.asked, seen.first
    solved = robustness.best_portfolios(
        asked.values, weight_sample=one.draws.head(40), gap=0, **asked.problem
    )
    assert solved.equals(one.held.head(40))


def picture(n):
    rng = np.random.default_rng(n)
    expected = np.sort(rng.uniform(1, n, n))
    share = rng.choice([0.0, 0.4, 1.0], n)
    table = {"expected": expected, "low": np.floor(expected), "high": np.ceil(expected),
             "best": np.nan, "worst": np.nan, "share": share,
             "state": np.select([share == 1, share == 0], ["safe", "out"], "depends")}  # fmt: skip
    return pd.DataFrame(table, index=[f"p{i}" for i in range(n)])


@pytest.mark.parametrize(("n", "panels"), [(1, 2), (12, 2), (60, 2), (61, 4), (300, 4)])
def test_a_picture_of_any_size(n, panels):
    drawn = charts.certainty(picture(n)).to_dict()
    assert len(drawn["hconcat"]) == panels
    rows = max(drawn["datasets"].values(), key=len)
    assert len(rows) == n
    text = drawn["title"]["subtitle"]
    assert ("most divided of" in text[-1]) == (n == 300)
    assert "Thin line" not in text[0]


def test_a_picture_refuses_what_it_cannot_draw():
    table = picture(3)
    with pytest.raises(InputError, match="table: has no project; nothing can be drawn"):
        charts.certainty(table.head(0))
    with pytest.raises(InputError, match="state must be one of safe, depends, out, got 'maybe'"):
        charts.certainty(table.assign(state="maybe"))
    with pytest.raises(InputError, match=r"share must lie in \[0, 1\]"):
        charts.certainty(table.assign(share=np.nan))
