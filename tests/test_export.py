"""The workbook of the ranked list: what stands in it equals the recommendation."""

import dataclasses
import io
import os
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from pmo_lib import export, folder, periods, statements, workbench
from pmo_lib.checks import InputError
from pmo_lib.export import figure_sheets, page
from pmo_lib.export.workbook import SHEETS, as_workbook

DATA = Path(__file__).resolve().parents[1] / "data" / "northmere"
COST, YEAR, TOTAL, WHY, DECISION, LAST = 6, 7, 8, 9, 10, 11
READER = pytest.mark.filterwarnings("ignore:.*extension is not supported.*:UserWarning")
pytestmark = READER


@pytest.fixture(scope="module")
def made(northmere):
    """The example's recommendation, with every reason priced."""
    return workbench.recommend(northmere, folder.read_settings(DATA))


@pytest.fixture(scope="module")
def values(made):
    """The workbook as a reader sees it: the stored values."""
    return openpyxl.load_workbook(io.BytesIO(as_workbook(made)), data_only=True)


@pytest.fixture(scope="module")
def formulas(made):
    """The workbook with its formulas."""
    return openpyxl.load_workbook(io.BytesIO(as_workbook(made)))


def quick(portfolio, settings):
    """Recommend without pricing the reasons."""
    return workbench.recommend(portfolio, settings, explain=False)


def opened(recommendation, *, data_only=True):
    """Write a recommendation and open it again."""
    return openpyxl.load_workbook(io.BytesIO(as_workbook(recommendation)), data_only=data_only)


def bars(sheet):
    """Return the row of each bar of the first sheet by its first word."""
    first = {row: str(sheet.cell(row, 1).value) for row in range(5, sheet.max_row + 1)}
    words = ("COMMITTED", "RECOMMENDED", "MONEY", "NOT RECOMMENDED", "NOT ASSESSED")
    return {w: row for w in words for row, text in first.items() if text.startswith(w)}


def listed(sheet):
    """Return the printed projects of the first sheet: a list of rows of cells."""
    return [
        [cell.value for cell in row]
        for row in sheet.iter_rows(min_row=5, max_col=LAST)
        if isinstance(row[1].value, str) and row[1].value
    ]


# --- the first sheet -------------------------------------------------------------------------


def test_every_proposal_stands_once_in_printed_order(made, values):
    proposals = made.ranked_list[made.ranked_list["block"] != "continues"]
    assert [row[1] for row in listed(values["Ranked list"])] == list(proposals["name"])


def test_cells_equal_the_ranked_list(made, values):
    proposals = made.ranked_list[made.ranked_list["block"] != "continues"]
    for row, project in zip(listed(values["Ranked list"]), proposals.itertuples(), strict=True):
        assert row[2] == project.sponsor
        expected = [
            project.rank, 100 * project.score, project.bcr, project.cost, project.this_year,
            project.running_total,
        ]  # fmt: skip
        found = [row[0], row[3], row[4], row[COST - 1], row[YEAR - 1], row[TOTAL - 1]]
        for cell, number in zip(found, expected, strict=True):
            assert (cell is None) == bool(pd.isna(number))
            if cell is not None:
                assert cell == pytest.approx(float(number), rel=1e-12)


def test_totals_are_live_and_their_stored_values_equal_the_table(made, values, formulas):
    ranked, places = made.ranked_list, bars(values["Ranked list"])
    sums = ranked.groupby("block")[["cost", "this_year"]].sum()
    expected = {
        "COMMITTED": sums.loc["continues"],
        "RECOMMENDED": sums.loc["recommended"],
        "NOT RECOMMENDED": sums.loc["not recommended"],
    }
    for bar, money in expected.items():
        for column, name in ((COST, "cost"), (YEAR, "this_year")):
            stored = values["Ranked list"].cell(places[bar], column).value
            assert stored == pytest.approx(money[name], abs=0.005)
            assert formulas["Ranked list"].cell(places[bar], column).data_type == "f"


def test_money_left_equals_what_the_limits_leave_over(made, values, formulas):
    sheet = values["Ranked list"]
    row = bars(sheet)["MONEY"]
    money = made.limits[made.limits["kind"] == "money"]
    assert sheet.cell(row, COST).value == pytest.approx(money["left_over"].sum(), abs=0.005)
    by_year = money.groupby([label[0] for label in money["label"]])["left_over"].sum()
    words = [f"{periods.label(y)} £{amount / 1e6:,.1f}m" for y, amount in by_year.items()]
    assert sheet.cell(row, WHY).value == " · ".join(words)
    assert formulas["Ranked list"].cell(row, WHY).value.startswith('="2027-28 £"&FIXED(')


def test_the_cut_line_is_a_thick_border_of_the_cells(formulas):
    sheet = formulas["Ranked list"]
    row = bars(sheet)["MONEY"]
    assert [sheet.cell(row, n).border.top.style for n in range(1, LAST + 1)] == ["thick"] * LAST
    above = [sheet.cell(row - 1, n).border.bottom.style for n in range(1, LAST + 1)]
    assert above == ["thick"] * LAST
    assert len(sheet.conditional_formatting) == 0


def test_too_close_to_call_is_marked_where_the_list_says_so(made, formulas):
    sheet = formulas["Ranked list"]
    marked = {
        row[1].value
        for row in sheet.iter_rows(min_row=5, max_col=LAST)
        if row[3].number_format.startswith('0.0"≈"')
    }
    assert marked == set(made.ranked_list.loc[made.ranked_list["too_close"], "name"])
    foot = "\n".join(str(row[0].value) for row in sheet.iter_rows(min_row=30, max_col=1))
    assert "≈ Too close to call: within 2 points" in foot


def test_head_and_foot_say_what_the_settings_say(made, values):
    sheet, settings = values["Ranked list"], made.settings
    text = "\n".join(str(c.value) for row in sheet.iter_rows() for c in row if c.value is not None)
    for words in (settings.organisation, settings.board, settings.status, settings.marking):
        assert words in text
    assert "Meeting 10 December 2026 · Data of 13 November 2026 · Version 1" in text
    assert sheet["A3"].value == made.headline
    for state in (statements.weights_line, statements.prices, statements.basis):
        assert state(made) in text
    assert statements.accounting(made) in text
    assert all(warning in text for warning in made.warnings)


def test_it_is_one_page_with_legible_type(formulas):
    """A4 landscape less its margins, in points, shrinks 9 point type to no less than 7.5."""
    sheet = formulas["Ranked list"]
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (None, None)  # 1 and 1
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    margins = sheet.page_margins
    wide = 841.9 - 72 * (margins.left + margins.right)
    high = 595.3 - 72 * (margins.top + margins.bottom)
    rows = sum(sheet.row_dimensions[n].height for n in range(1, sheet.max_row + 1))
    columns = 0.0
    for cells in sheet.column_dimensions.values():
        columns += (cells.max - cells.min + 1) * (round(cells.width * 7 - 5) + 5) * 0.75
    scale = min(wide / columns, high / rows)
    assert int(100 * scale) / 100 * page.SIZE >= 7.5


def test_duties_keep_their_whole_reason_and_shortened_ones_end_in_an_ellipsis(made, values):
    proposals = made.ranked_list[made.ranked_list["block"] != "continues"]
    whole = 0
    for row, project in zip(listed(values["Ranked list"]), proposals.itertuples(), strict=True):
        reason = project.why[:1].upper() + project.why[1:]
        if row[WHY - 1] == reason:
            whole += 1
        else:
            assert project.block != "mandatory"
            assert row[WHY - 1].endswith(" …")
            assert reason.startswith(row[WHY - 1].removesuffix(" …"))
    assert whole >= 8
    reasons = [row[3].value for row in values["Reasons"].iter_rows(min_row=5)]
    for whole_reason, reason in zip(reasons, made.ranked_list["why"], strict=True):
        assert "…" not in whole_reason  # names stand in full
        assert all(part in whole_reason for part in reason.split(" …"))


def test_decisions_are_chosen_from_a_list(made, formulas):
    sheet = formulas["Ranked list"]
    cells = {str(v.sqref) for v in sheet.data_validations.dataValidation}
    offered = {v.formula1 for v in sheet.data_validations.dataValidation}
    assert offered == {'"approve,approve subject to,defer,reject"'}
    proposals = (made.ranked_list["block"] != "continues").sum()
    assert sum(len(cell.split()) for cell in cells) == proposals


# --- the later sheets ------------------------------------------------------------------------


def test_every_sheet_is_a_marked_page(made, formulas):
    assert formulas.sheetnames == [
        name
        for name in SHEETS
        if name not in ("Why not", "Agenda", "Rebalancing", *figure_sheets.FUTURES)
    ]
    for sheet in formulas:
        assert sheet.page_setup.orientation == "landscape"
        assert str(sheet.page_setup.paperSize) == "9"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.freeze_panes is not None
        assert made.settings.marking in sheet.oddHeader.center.text
        assert made.settings.marking in sheet.oddFooter.center.text
        assert sheet.oddFooter.right.text.strip() == "Page &P of &N"
        for part in (sheet.oddHeader.right.text, sheet.oddFooter.left.text):
            assert "DRAFT v1" in part
        if sheet.title != "Constraints":  # several tables, each with its own headings
            assert sheet.print_title_rows


def test_values_add_up_to_the_score(made, values, formulas):
    sheet = values["Weighted values"]
    rows = [row for row in sheet.iter_rows(min_row=6) if isinstance(row[0].value, int)]
    best = made.ranked_list[made.ranked_list["rank"].notna()].sort_values(["rank", "name"])
    assert [row[1].value for row in rows] == list(best["name"])
    for row, project in zip(rows, best.itertuples(), strict=True):
        points = [cell.value for cell in row[3:-1]]
        assert row[-1].value == pytest.approx(sum(points), abs=1e-9)
        assert row[-1].value == pytest.approx(100 * project.score, abs=1e-9)
        assert formulas["Weighted values"][row[-1].coordinate].data_type == "f"


def test_prices_equal_the_evaluation(made, values):
    finance = made.evaluation.finance
    names = made.ranked_list["name"]
    rows = [r for r in values["NPV and BCR"].iter_rows(min_row=6, values_only=True) if r[2]]
    assert len(rows) == len(finance.index.intersection(names.index))
    by_name = finance.set_axis(names.reindex(finance.index), axis=0)
    for row in rows:
        project = by_name.loc[row[1]]
        assert row[3:9] == pytest.approx(
            [*project[["cost_in_budget", "cost_beyond", "sunk", "cost_pv", "benefit_pv", "npv"]]]
        )
        assert row[9] == pytest.approx(project["bcr"])
        never = project["payback"] == float("inf")
        assert row[10] == ("never" if never else pytest.approx(project["payback"]))
    assert any(row[10] == "never" for row in rows)


def test_left_over_equals_the_limits(made, values):
    sheet = values["Constraints"]
    rows = {row[0]: row for row in sheet.iter_rows(min_row=5, values_only=True)}
    money = made.limits[made.limits["kind"] == "money"]
    for limit in money.itertuples():
        year, fund = limit.label
        there, running, *found = rows[f"{periods.label(year)} {fund}"][1:6]
        expected = [limit.available, limit.used, limit.left_over]
        assert found == pytest.approx(expected, abs=0.005)
        assert there - running == pytest.approx(limit.available, abs=0.005)
    tight = {"integration architect Sep 2028", "integration architect Oct 2028"}
    assert tight <= rows.keys()


def test_people_left_over_by_month(made, values):
    sheet = values["People by month"]
    heads = [str(cell.value).split("\n")[0] for cell in sheet[4]]
    people = made.limits[made.limits["kind"] == "people"]
    people = dict(zip(people["label"], people["left_over"], strict=True))
    found = 0
    for row in sheet.iter_rows(min_row=5, values_only=True):
        for role, amount in zip(heads[1:], row[1:], strict=True):
            month = pd.Timestamp(f"1 {row[0]}").date().isoformat()
            assert amount == pytest.approx(people[role, month], abs=1e-9)
            found += 1
    assert found == len(people)


def test_the_other_rule_is_told_in_names_and_value(made, values):
    sheet = values["Other rule"]
    words = sheet["A3"].value
    worth = made.evaluation.worth
    lost = worth[made.choice.selected].sum() - worth[made.other.selected].sum()
    assert all(name in words for name in made.other_list["name"])
    assert f"worth {100 * lost:.1f} points less" in words
    table = {row[1]: row for row in sheet.iter_rows(min_row=5, values_only=True)}
    differs = {name for name, row in table.items() if row[6]}
    assert differs == set(made.other_list["name"])
    for rule, choice in (("best affordable list", made.choice), ("down the list", made.other)):
        assert table[f"Together: {rule}"][3] == pytest.approx(100 * worth[choice.selected].sum())


def test_score_and_npv_stand_side_by_side(made, values):
    rows = list(values["Score beside NPV"].iter_rows(min_row=5, values_only=True))
    npv = [row[6] for row in rows]
    assert npv == sorted(npv, reverse=True)
    assert sorted(row[1] for row in rows) == sorted(row[5] for row in rows)
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)


def test_alignment_is_live_and_equals_the_evaluation(made, values, formulas):
    names = made.ranked_list["name"]
    aligned = made.evaluation.alignment.set_axis(names.reindex(made.evaluation.alignment.index))
    rows = {row[1].value: row for row in values["Alignment"].iter_rows(min_row=7)}
    for name, number in aligned.dropna().items():
        if name in rows:
            assert rows[name][-1].value == pytest.approx(number, abs=1e-12)
    cell = rows["Harbourside flood wall"][-1].coordinate
    assert formulas["Alignment"][cell].value.startswith("=SUMPRODUCT(")


def test_set_aside_accounts_for_every_row(made, values):
    sheet = values["Set aside"]
    assert sheet["A3"].value == statements.accounting(made)
    portfolio, evaluation = made.portfolio, made.evaluation
    assert f"{portfolio.rows_read} project rows read" in sheet["A3"].value
    complete = (portfolio.projects["status"] == "complete").sum()
    used = len(evaluation.score) + len(evaluation.running) + complete
    assert used + len(evaluation.set_aside) == portfolio.rows_read
    rows = [row[0] for row in sheet.iter_rows(min_row=6, values_only=True)]
    assert rows == list(evaluation.set_aside.index)


def test_weights_are_told_with_their_swing(made, values):
    rows = {row[0]: row for row in values["Weights"].iter_rows(min_row=5, values_only=True)}
    for criterion, weight in made.evaluation.weights.items():
        row = rows[made.portfolio.criteria.at[criterion, "name"]]
        assert row[1] == pytest.approx(100 * weight)
    assert rows["Residents better served"][2] == "from 0 to 40,000 residents"


# --- time, transfers and answers ---------------------------------------------------------------


@pytest.fixture(scope="module")
def moving(northmere, made):
    """The example with starts tried every three months: one project starts later."""
    return quick(northmere, dataclasses.replace(made.settings, starts_every=3))


@pytest.fixture(scope="module")
def later(moving):
    return opened(moving)


def answered(**changes):
    """Return a row of `workbench.why_not`, made by hand."""
    row = {
        "name": "x", "rank": 1, "case": "left out", "low": 0.03, "high": 0.03, "extra_of": "budget",
        "extra_low": 3e5, "extra_high": 4.8e6, "where": {"2028-29 capital": 4.8e6}, "leaves": (),
        "enters": (), "says": "needs 3.0 more points",
    }  # fmt: skip
    nothing = {"extra_of": None, "extra_low": np.nan, "extra_high": np.nan, "where": {}}
    return row | (nothing if changes.get("case", "left out") != "left out" else {}) | changes


ANSWERS = pd.DataFrame.from_dict(
    {
        "bus-lanes": answered(leaves=("flood-wall",), enters=("bus-lanes", "ev-charging")),
        "records-digitised": answered(
            extra_of="capacity", extra_low=0.0, extra_high=1.5, where={"architect Sep 2028": 1.5}
        ),
        "flood-wall": answered(case="funded", high=0.05, leaves=("flood-wall",), enters=()),
        "fire-safety": answered(case="included", low=np.inf, high=np.inf),
        "send-places": answered(high=np.inf, where={}),
    },
    orient="index",
)


def test_why_not_says_in_words_what_would_change_the_list(made):
    book = openpyxl.load_workbook(io.BytesIO(as_workbook(made, ANSWERS)))
    assert book.sheetnames == [
        n for n in SHEETS if n not in ("Agenda", "Rebalancing", *figure_sheets.FUTURES)
    ]
    sheet = book["Why not"]
    assert "5 of 29 proposals answered" in sheet["A3"].value
    bus, records, wall, fire, send = (
        row[2:] for row in sheet.iter_rows(min_row=5, max_row=9, values_only=True)
    )
    assert bus == (
        "out", "Needs 3.0 more points", "3.0 points", "between £0.30m and £4.80m",
        "2028-29 capital £4.80m", "Harbourside flood wall", "Charging points in 30 car parks",
    )  # fmt: skip
    assert records[3:5] == ("at most 1.5 person-months", "architect Sep 2028 1.5")
    assert wall[0] == "in" and wall[2:] == ("between 3.0 and 5.0 points", "–", "–", "–", "–")
    assert (fire[0], fire[2]) == ("in, must be", "no list is possible")
    assert send[2:5] == ("cannot tell", "–", "–")


def test_answers_of_other_projects_are_refused(made, tmp_path):
    with pytest.raises(InputError, match="answers: must be of the projects on the list"):
        export.write_ranked_list(made, tmp_path / "a.xlsx", answers=ANSWERS.rename(index=str.upper))


def test_answers_that_were_stopped_early_leave_a_sheet_that_says_so(made):
    sheet = openpyxl.load_workbook(io.BytesIO(as_workbook(made, ANSWERS.iloc[:0])))["Why not"]
    assert sheet["A5"].value == "No proposal was answered."


def test_the_schedule_says_what_starts_when(moving, later):
    sheet, table = later["Schedule"], workbench.schedule(moving)
    rows = {row[0]: row[1:] for row in sheet.iter_rows(min_row=5, values_only=True)}
    assert list(rows) == moving.names(table.index)
    assert sheet["A3"].value == "Starts from earliest to latest are tried every 3 months."
    assert rows["Planning and property records made digital"] == (
        "recommended", "Sep 2028", "Jun 2028", 3, "Oct 2030", "starts Sep 2028 instead of Jun 2028",
    )  # fmt: skip
    assert rows["Payroll and HR system"][0] == "running"
    assert [row[3] for row in rows.values()].count(None) == len(rows) - 1
    assert {row[5] for row in rows.values()} > {"as planned"}


def test_people_by_year_add_up_to_the_limits(moving, later):
    people = moving.limits[moving.limits["kind"] == "people"]
    rows = list(later["People by year"].iter_rows(min_row=5, values_only=True))
    roles = {role for role, _ in people["label"]}
    assert {(row[0], row[1]) for row in rows} == {
        (role, f"{year}-{year - 1999}") for role in roles for year in range(2027, 2032)
    }
    assert 12 * sum(row[4] for row in rows) == pytest.approx(people["used"].sum())
    assert 12 * sum(row[5] for row in rows) == pytest.approx(people["left_over"].sum())
    assert all(row[2] - row[3] - row[4] == pytest.approx(row[5]) for row in rows)
    (full,) = [row for row in rows if row[:2] == ("integration architect", "2028-29")]
    assert full[7:] == ("Sep 2028", 0)


def test_transfers_stand_with_amount_and_authority(moving, later):
    rows = {row[0]: row[1:] for row in later["Constraints"].iter_rows(min_row=5, values_only=True)}
    moved = rows["2028-29 revenue to 2029-30 revenue: Director of Finance"]
    assert moved[:3] == (150_000, 125_000, 25_000)
    money = moving.limits[moving.limits["kind"] == "money"]
    for limit in money.itertuples():
        there, running, available, used, left, _, net = rows[limit.Index]
        assert there - running + net == pytest.approx(available)
        assert left == pytest.approx(limit.left_over, abs=0.005)
        assert available - used == pytest.approx(left, abs=0.005)
    assert rows["2028-29 revenue"][-1] == -125_000
    assert rows["All years and funds"][-1] == 0
    places = bars(later["Ranked list"])
    left = later["Ranked list"].cell(places["MONEY"], COST).value
    assert left == pytest.approx(money["left_over"].sum(), abs=0.005)


def test_a_later_start_is_a_condition_on_the_first_page(moving, later, values):
    conditions = {row[1]: row[LAST - 1] for row in listed(later["Ranked list"]) if row[LAST - 1]}
    said = "starts Sep 2028 instead of Jun 2028"
    assert conditions == {"Planning and property records made digital": said}
    assert not any(row[LAST - 1] for row in listed(values["Ranked list"]))
    assert "Starts from earliest to latest are tried every 3 months." in "".join(
        str(row[0].value) for row in later["Ranked list"].iter_rows(min_row=30)
    )


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("starts Sep 2028 instead of Jun 2028", "starts Sep 2028"),
        ("as “Reduced”, starts Sep 2028 instead of Jun 2028", "as “Reduced”, starts Sep 2028"),
        ("as “Without the northern half of the works”", "see Schedule"),
    ],
)
def test_thirty_conditions_still_fit_one_page(moving, monkeypatch, words, shown):
    every = pd.Series(words, index=moving.ranked_list.index, dtype="str")
    monkeypatch.setattr(statements, "conditions", lambda _: every)
    sheet = opened(moving)["Ranked list"]
    assert sheet.page_setup.fitToHeight is None  # one page
    test_it_is_one_page_with_legible_type({"Ranked list": sheet})
    assert [row[LAST - 1] for row in listed(sheet)] == [shown] * 30


def test_without_starts_people_or_transfers_the_sheets_say_so(small):
    bare = quick(small(), workbench.Settings(base_date="2027-04-01"))
    book = opened(bare)
    assert book["Schedule"]["A3"].value == "No running or recommended project states a start."
    assert book["People by year"]["A4"].value.startswith("No capacity is stated")
    cells = [row[0] for row in book["Constraints"].iter_rows(values_only=True)]
    assert "No money may be moved between budgets." in cells


# --- other portfolios ------------------------------------------------------------------------


def without(portfolio, *tables):
    """Return a portfolio with some tables empty."""
    return dataclasses.replace(portfolio, **{t: getattr(portfolio, t).iloc[:0] for t in tables})


def test_without_budgets_people_and_limits(northmere, made):
    bare = without(northmere, "budgets", "capacity", "demand", "limits")
    book = opened(quick(bare, made.settings))
    text = [cell for row in book["Ranked list"].iter_rows(values_only=True) for cell in row]
    assert "No budget is stated" in text
    assert book["Cost by year"].max_row > 40
    assert book["People by month"]["A4"].value.startswith("No capacity is stated")


def test_without_objectives(northmere, made):
    criteria = northmere.criteria.drop(index="alignment")
    portfolio = without(northmere, "objectives", "contributions", "benefits", "limits")
    book = opened(quick(dataclasses.replace(portfolio, criteria=criteria), made.settings))
    assert book["Alignment"]["A4"].value == "No objectives are stated."


def test_down_the_list_by_npv_in_another_currency(northmere, made):
    settings = dataclasses.replace(
        made.settings, rule="down the list", objective="npv", currency="€", budget_scale=0.9
    )
    other = quick(northmere, settings)
    sheet = opened(other)["Ranked list"]
    assert next(row[1] for row in listed(sheet)) == other.ranked_list["name"].iloc[12]
    assert sheet.cell(4, COST).value.startswith("Cost €m")
    text = "\n".join(str(row[0]) for row in sheet.iter_rows(min_row=30, values_only=True))
    assert "Rule: down the list, on net present value" in text
    assert "Budgets are taken at 90 %" in text


def test_a_long_list_takes_several_pages(northmere, made):
    many = grown(northmere, 2)
    book = opened(quick(many, made.settings))
    sheet = book["Ranked list"]
    assert sheet.page_setup.fitToHeight == 0
    assert len(listed(sheet)) == 2 * 30
    assert sheet.print_title_rows == "$4:$4"


def grown(portfolio, times):
    """Return a portfolio with each proposal several times over."""
    proposals = portfolio.projects.index[portfolio.projects["status"] == "proposed"]
    changes = {"rows_read": portfolio.rows_read + (times - 1) * len(proposals)}
    for name in ("projects", "performance", "cash_flows", "contributions", "demand"):
        table = getattr(portfolio, name)
        flat = table.reset_index() if table.index.name else table
        own = flat[flat["project"].isin(proposals)]
        copies = [own.assign(project=own["project"] + f"-{n}") for n in range(1, times)]
        flat = pd.concat([flat, *copies], ignore_index=True)
        changes[name] = flat.set_index("project") if table.index.name else flat
    changes["projects"]["mandatory"] &= ~changes["projects"].index.str.contains(r"-\d$")
    return dataclasses.replace(portfolio, **changes)


# --- the file --------------------------------------------------------------------------------


def test_same_input_same_bytes(made):
    assert as_workbook(made) == as_workbook(made)


def test_unknown_endings_are_refused(made, tmp_path):
    with pytest.raises(InputError, match=r"path: must end in \.xlsx or \.csv, got 'list\.pdf'"):
        export.write_ranked_list(made, tmp_path / "list.pdf")


def test_anything_but_a_recommendation_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"recommendation: must be what .* returns, got DataFrame"):
        export.write_ranked_list(pd.DataFrame(), tmp_path / "list.xlsx")


@pytest.mark.parametrize("name", ["list.xlsx", "list.csv"])
def test_a_file_is_written_whole_or_not_at_all(made, tmp_path, name, monkeypatch):
    path = tmp_path / name
    assert export.write_ranked_list(made, str(path)) == path
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"cannot be written \((Not a directory|File exists)\)"):
        export.write_ranked_list(made, path / name)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(InputError, match=r"cannot be written \(Permission denied\); close it"):
        export.write_ranked_list(made, path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_parts_are_well_formed_and_nothing_links_outside(made):
    from xml.etree import ElementTree

    with zipfile.ZipFile(io.BytesIO(as_workbook(made))) as parts:
        for name in parts.namelist():
            ElementTree.fromstring(parts.read(name))
            assert "externalLink" not in name
            assert b'TargetMode="External"' not in parts.read(name)


def test_nothing_recommended_and_nothing_running(northmere, made):
    kept = northmere.projects["status"] == "proposed"
    kept &= ~northmere.projects["mandatory"]
    portfolio = dataclasses.replace(
        northmere, projects=northmere.projects[kept], rows_read=int(kept.sum())
    )
    for name in ("cash_flows", "performance", "contributions", "demand"):
        table = getattr(portfolio, name)
        keep = table["project"].isin(portfolio.projects.index)
        portfolio = dataclasses.replace(portfolio, **{name: table[keep]})
    settings = dataclasses.replace(made.settings, limits=())
    for project in made.evaluation.score.index:
        if project in portfolio.projects.index:
            settings = workbench.with_override(settings, project, "out", reason="late", by="chair")
    nothing = quick(without(portfolio, "links", "limits", "status"), settings)
    assert not nothing.ranked_list["funded"].any()
    sheet = opened(nothing)["Ranked list"]
    assert len(listed(sheet)) == kept.sum()
    assert sheet.cell(bars(sheet)["RECOMMENDED"], 1).value == "RECOMMENDED by rank: no projects"
    assert sheet.cell(bars(sheet)["COMMITTED"], COST).value == 0
    left = nothing.limits.loc[nothing.limits["kind"] == "money", "left_over"].sum()
    assert sheet.cell(bars(sheet)["MONEY"], COST).value == pytest.approx(left)
