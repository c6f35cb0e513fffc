"""What later starts bring, told and drawn."""

import dataclasses

import pandas as pd
import pytest

from pmo_lib import charts, folder, workbench
from pmo_lib.checks import InputError
from pmo_lib.stories import starts


@pytest.fixture(scope="module")
def planned(northmere):
    settings = folder.read_settings(folder.example_folder())
    return workbench.recommend(northmere, settings, explain=False)


def test_a_later_start_is_told_with_what_it_brings_in(planned):
    moving = starts.later(planned)
    words = starts.later_in_words(planned, moving)
    assert words[0] == (
        "5 proposals may start at another time within the budgets; tried every 3 months, the list is "
        "worth 5.1 points more; Planning and property records made digital comes in."
    )
    assert sum(" moves from " in sentence for sentence in words) == 3
    assert starts.moved(moving).iloc[0, :4].tolist() == [
        "Planning and property records made digital", "Jun 2028", "Sep 2028", 3,
    ]  # fmt: skip
    assert len(starts.moved(planned)) == 0


def test_asked_the_other_way_round_it_says_the_same(planned):
    settings = dataclasses.replace(planned.settings, starts_every=3)
    moving = workbench.recommend(planned.portfolio, settings, explain=False)
    again = starts.later(moving)
    assert again.settings.starts_every == 0
    assert starts.later_in_words(moving, again) == starts.later_in_words(planned, moving)


def test_without_dates_nothing_moves(small):
    made = workbench.recommend(small(), workbench.Settings(base_date="2027-04-01"))
    assert starts.later_in_words(made, starts.later(made)) == [
        "No proposal states an earliest and a latest start, so none can move."
    ]
    assert starts.timeline(made) is None


def test_the_timeline_draws_every_dated_project_and_marks_what_moved(planned):
    moving = starts.later(planned)
    drawn = starts.timeline(moving).to_dict()
    (rows,) = drawn["datasets"].values()
    kinds = pd.DataFrame(rows).set_index("name")["kind"]
    assert len(kinds) == 12 + 18 and kinds.value_counts()["running"] == 12
    assert kinds[kinds == "moved"].index.tolist() == ["Planning and property records made digital"]


def test_a_schedule_without_starts_is_refused():
    empty = pd.DataFrame(
        {"start": [None], "finish": [None], "planned": [None], "running": [False]}, index=["a"]
    )
    with pytest.raises(InputError, match="no project has a start"):
        charts.timeline(empty)
