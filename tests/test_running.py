"""A review of running work, told and drawn."""

import dataclasses

import pandas as pd
import pytest

from pmo_lib import charts, folder, workbench
from pmo_lib.checks import InputError
from pmo_lib.stories import running
from pmo_lib.workbench.settings import Settings, review_rules


@pytest.fixture(scope="module")
def seen(northmere):
    settings = folder.read_settings(folder.example_folder())
    return running.review(workbench.recommend(northmere, settings, explain=False))


def test_the_review_stops_one_finishes_another_and_lets_two_in(seen):
    words = running.actions_in_words(seen)
    assert words[0] == "Westhaven leisure centre stops: £7.10m is free for other work."
    assert words[1].startswith("Reuse and recycling centre at Westhaven and Charging points")
    assert "22.2 points more than with all running work going on; no better list" in words[2]
    assert words[3].startswith("£9.80m is already spent on that. It is gone either way")
    table = running.actions(seen)
    assert table.loc[0, ["action", "project"]].tolist() == ["stop", "Westhaven leisure centre"]
    assert (table["action"] == "start").sum() == 19
    assert table["without the review"].value_counts().to_dict() == {
        "on the list": 17, "not on the list": 2, "running": 1,
    }  # fmt: skip
    assert table.loc[1:2, "without the review"].tolist() == ["not on the list"] * 2
    payroll = running.stands(seen).set_index("project").loc["Payroll and HR system"]
    assert payroll["verdict"] == "late or dear, and worth finishing"
    assert payroll[["spent, not counted [£m]", "still to pay [£m]"]].tolist() == [3.15, 0.9]


def test_the_record_of_reviews_is_told(seen):
    flags = running.flags(seen)
    assert flags["trigger"].str.startswith("benefit-cost").sum() == 1
    assert running.never_approved(seen) == (
        "No board approved Saltmarsh town hall roof (Director of Property), and it runs."
    )
    since = running.since_last(seen)
    assert since["change"].tolist() == sorted(
        since["change"], key=["left", "re-timed", "entered"].index
    )
    assert since.loc[0, ["project", "months later"]].tolist() == ["Westhaven leisure centre", 11.0]
    assert len(running.delivered(seen)) == 4
    records = running.record_of(seen).set_index("proposal")
    libraries = records.loc["Six libraries renewed and open on Sundays"]
    assert libraries["cost if as before [£m]"] == pytest.approx(2.9 * 0.87 / 0.62, abs=0.01)
    drift = running.programmes(seen)
    assert drift["cost drift [%]"].max() == 22.1
    assert "The board's rules flag 5 of 12 running projects." in running.known(seen)


def test_each_number_of_changes_is_drawn_with_its_proof(seen):
    found = pd.DataFrame(
        {"value": [1.0, None, 3.0], "share": [0.0, None, 1.0], "gap": [0.0, None, 0.0],
         "reason": ["No change: no gain yet", "1 change: none found in time", "2 changes bring 100 %"],
         "stopped": [(), (), ("payroll",)], "paused": [(), (), ()], "slowed": [(), (), ()], "started": [(), (), ()]},
        index=pd.Index([0, 1, 2], name="changes"),
    )  # fmt: skip
    drawn = running.churn_chart(seen, found).to_dict()
    (rows,) = drawn["datasets"].values()
    assert [row["words"] for row in rows] == ["0 %", "100 %"]
    assert "Each is proven best" in drawn["title"]["subtitle"]
    assert running.churn_in_words(seen, found)[1] == "Among them: stop Payroll and HR system."
    assert running.churn_chart(seen, found.head(1)) is None
    with pytest.raises(InputError, match="no number of changes has a share"):
        charts.gain_by_changes(found.iloc[[1]])


def test_without_status_or_running_work_a_review_says_so(small):
    projects = "\n".join(
        line for line in small.tables["projects"].splitlines() if not line.startswith("depot")
    )
    flows = "\n".join(
        line for line in small.tables["cash_flows"].splitlines() if not line.startswith("depot")
    )
    made = workbench.recommend(
        small(projects=projects, cash_flows=flows), workbench.Settings(base_date="2027-04-01")
    )
    seen = running.review(made)
    assert running.stands_in_words(seen) == [
        "All running work would be started again today, and none is late or dear."
    ]
    assert running.actions_in_words(seen) == [
        "Nothing should change: all running work goes on, and the list stays as it is."
    ]
    for table in (running.flags, running.programmes, running.delivered, running.people):
        assert len(table(seen)) == 0
    assert running.never_approved(seen).startswith("No approvals are recorded")
    assert running.record_of(seen).empty and running.known(seen)


def test_a_report_that_the_cash_flows_do_not_follow_is_named(seen):
    status = seen.made.portfolio.status.copy()
    last = (status["project"] == "cloud-exit") & (status["review"] == "2026-08")
    status.loc[last, "forecast_cost"] = 2_400_000
    portfolio = dataclasses.replace(seen.made.portfolio, status=status)
    other = dataclasses.replace(seen, made=dataclasses.replace(seen.made, portfolio=portfolio))
    told = [words for words in running.stands_in_words(other) if "its last report leaves" in words]
    assert told == [
        "Move out of the Castle House data centre: its last report leaves £1.35m to pay, its cash "
        "flows £0.60m. The review counts the cash flows; bring them up to date first."
    ]
    assert not [words for words in running.stands_in_words(seen) if "last report leaves" in words]


def test_the_rules_of_reviews_are_settings():
    text = Settings(
        review={"most_stops": 2, "success": {"green": 1, "amber": 0.9, "red": 0.1}}
    ).to_toml()
    rules = review_rules(Settings.from_toml(text))
    assert rules.most_stops == 2 and rules.success["red"] == 0.1
    with pytest.raises(InputError, match="review: key 'most_stop' is not a setting; did you mean"):
        Settings(review={"most_stop": 2})
    with pytest.raises(InputError, match="success of red: must lie in"):
        Settings(review={"success": {"green": 1, "amber": 0.9, "red": 7}})


def test_a_protected_project_goes_on(seen):
    settings = dataclasses.replace(
        seen.made.settings, review={"protected": {"leisure-centre": "promised to Westhaven"}}
    )
    made = dataclasses.replace(seen.made, settings=settings)
    assert running.actions_in_words(running.review(made)) == [
        "Nothing should change: all running work goes on, and the list stays as it is."
    ]
