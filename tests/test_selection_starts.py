"""Start options, schedules with people, and the published scheduling instances."""

import numpy as np
import pandas as pd
import pytest

from pmo_lib import periods
from pmo_lib.checks import InputError
from pmo_lib.selection import InfeasibleError, choose, start_options

YEARS = ["2027-04-01", "2028-04-01", "2029-04-01"]


def starts(planned="2027-04-01", earliest=None, latest=None, index=("a",)):
    return pd.DataFrame(
        {"planned": planned, "earliest": earliest, "latest": latest}, index=list(index)
    )


def test_no_room_to_move_is_one_option_unchanged():
    cost = pd.DataFrame([[3.0, 2.0, 0.0]], index=["a"], columns=YEARS)
    found = start_options(pd.Series({"a": 5.0}), cost, starts())
    assert found.value.to_dict() == {("a", "2027-04-01"): 5.0}
    assert found.cost.to_numpy().tolist() == [[3, 2, 0]]
    undated = start_options(pd.Series({"a": 5.0}), cost, starts(planned=None))
    assert undated.value.index.to_list() == [("a", "as proposed")]


def test_money_moves_whole_and_by_twelfths():
    cost = pd.DataFrame([[12.0, 24.0, 0.0]], index=["a"], columns=YEARS)
    found = start_options(pd.Series({"a": 1.0}), cost, starts(latest="2028-07-01"))
    by_start = found.cost.droplevel(0)
    assert by_start.loc["2027-07-01"].tolist() == [9, 21, 6]
    assert by_start.loc["2028-04-01"].tolist() == [0, 12, 24]
    assert by_start.loc["2028-07-01"].tolist() == [0, 9, 21]
    assert found.beyond.droplevel(0)["2028-07-01"] == 6
    assert (found.cost.sum(axis=1) + found.beyond).tolist() == pytest.approx([36] * 6)
    assert found.start.tolist() == [0, 3, 6, 9, 12, 15]


def test_value_falls_with_delay_and_people_move_by_month():
    months = pd.MultiIndex.from_product([["architect"], ["2027-04-01", "2027-05-01", "2027-06-01"]])
    use = pd.DataFrame([[2.0, 1.0, 0.0]], index=["a"], columns=months)
    cost = pd.DataFrame([[1.0, 0.0, 0.0]], index=["a"], columns=YEARS)
    dates = starts(latest="2027-06-01")
    found = start_options(
        pd.Series({"a": 100.0}), cost, dates, use=use, every=1, discount_rate=0.12
    )
    assert found.use.to_numpy().tolist() == [[2, 1, 0], [0, 2, 1], [0, 0, 2]]
    assert found.value.tolist() == pytest.approx(
        [100, 100 * 1.12 ** (-1 / 12), 100 * 1.12 ** (-2 / 12)]
    )


def test_funds_stay_apart_and_earlier_starts_are_possible():
    columns = pd.MultiIndex.from_product([YEARS[:2], ["grant", "general"]])
    cost = pd.DataFrame([[0.0, 0.0, 6.0, 12.0]], index=["a"], columns=columns)
    dates = starts(planned="2028-04-01", earliest="2027-10-01")
    found = start_options(pd.Series({"a": 1.0}), cost, dates, every=6)
    assert found.cost.loc[("a", "2027-10-01")].tolist() == [3, 6, 3, 6]


def test_bad_starts_are_named():
    cost = pd.DataFrame([[12.0, 24.0, 0.0]], index=["a"], columns=YEARS)
    value = pd.Series({"a": 1.0})
    with pytest.raises(InputError, match="planned must lie between earliest and latest"):
        start_options(value, cost, starts(earliest="2028-04-01", latest="2029-04-01"))
    with pytest.raises(InputError, match="cost of 'a': must not move before the first period"):
        start_options(value, cost, starts(earliest="2026-04-01"))
    with pytest.raises(InputError, match="must be an ISO date"):
        start_options(value, cost, starts(planned="soon"))
    with pytest.raises(InputError, match="starts: labels must be those of value"):
        start_options(value, cost, starts(index=["b"]))


def test_a_delay_makes_room_for_both():
    value = pd.Series({"a": 10.0, "b": 9.0})
    cost = pd.DataFrame([[5.0, 0.0, 0.0], [5.0, 0.0, 0.0]], index=["a", "b"], columns=YEARS)
    dates = starts(latest="2028-04-01", index=["a", "b"])
    found = start_options(value, cost, dates, every=12, discount_rate=0.1)
    best = choose(found.value, found.cost, pd.Series(5.0, index=YEARS))
    assert best.option.to_dict() == {"a": "2027-04-01", "b": "2028-04-01"}


def schedule(data, makespan):
    """Lay out a scheduling instance: an option for each start, everything forced in."""
    durations, successors, capacities = data["durations"], data["successors"], data["capacities"]
    jobs = range(len(durations))
    early = [0] * len(durations)
    late = [makespan - d for d in durations]
    for j in jobs:
        for k in successors[j]:
            early[k] = max(early[k], early[j] + durations[j])
    for j in reversed(jobs):
        for k in successors[j]:
            late[j] = min(late[j], late[k] - durations[j])
    pairs = [
        (f"j{j:02}", f"t{t:02}") for j in jobs for t in range(early[j], max(late[j], early[j]) + 1)
    ]
    index = pd.MultiIndex.from_tuples(pairs)
    start = pd.Series([float(t[1:]) for _, t in pairs], index=index)
    job = index.get_level_values(0).str[1:].astype(int).to_numpy()
    finish = start + np.array(durations)[job]
    days = pd.MultiIndex.from_product([range(len(capacities)), range(makespan)])
    need = np.array(data["requests"])[job][:, [r for r, _ in days]]
    running = (start.to_numpy()[:, None] <= days.get_level_values(1).to_numpy()) & (
        finish.to_numpy()[:, None] > days.get_level_values(1).to_numpy()
    )
    use = pd.DataFrame(need * running, index=index, columns=days)
    in_time = (finish > makespan).astype(float)
    return (pd.Series(0.0, index=index), in_time, 0.0), {
        "use": use,
        "capacity": pd.Series([capacities[r] for r, _ in days], index=days, dtype=float),
        "start": start,
        "finish": finish,
        "after": [(f"j{k:02}", f"j{j:02}") for j in jobs for k in successors[j]],
        "forced_in": [f"j{j:02}" for j in jobs],
    }  # fmt: skip


@pytest.mark.parametrize("name", ["rcpsp_pat1_rcp", "rcpsp_pat8_rcp", "rcpsp_j301_1_sm"])
def test_published_schedules_fit_their_makespan_and_not_one_period_less(case, name):
    makespan = int(case(name)["expected"]["makespan"])
    data, constraints = schedule(case(name)["inputs"], makespan)
    found = choose(*data, **constraints)
    assert found.selected.all()
    taken = list(found.option.items())
    assert constraints["finish"][taken].max() == makespan
    assert (constraints["use"].loc[taken].sum() <= constraints["capacity"]).all()
    data, constraints = schedule(case(name)["inputs"], makespan - 1)
    with pytest.raises(InfeasibleError, match="cannot all hold"):
        choose(*data, **constraints)


def test_shifted_dates_stay_on_the_calendar():
    assert periods.shift("2027-04-01", 15) == "2028-07-01"
