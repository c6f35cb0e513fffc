"""Foreign spreadsheets, read through a column map: every row is used or set aside by name."""

from __future__ import annotations

import csv
import re

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmo_lib import tables
from pmo_lib.checks import InputError
from pmo_lib.tables.cells import Fault
from pmo_lib.tables.foreign import Format, foreign_date, foreign_number

FILE = """Titel;Amt;Kosten;Nutzen;Beginn;Ampel
Brücke;Bau;"£1,234.5m";2m;01.04.2027;g
Bad;Sport;(12.3)k;1k;;r
Bus;Verkehr;tbc;5k;01.04.2028;
Radweg;Bau;12k;n/a;2027-04-01;A
"""
MAP = """
[source]
encoding = "cp1252"

[values]
not_available = ["tbc", "n/a"]
date_formats = ["%d.%m.%Y"]

[projects.columns]
project = "Titel"
business_unit = "Amt"
planned_start = "Beginn"
category = { value = "Works" }

[cash_flows.columns]
project = "Titel"
period = { value = "2027-04-01" }
cost = { column = "Kosten", needed = true }
benefit = "Nutzen"

[status.columns]
project = "Titel"
review = { value = "1" }
confidence = { column = "Ampel", words = { G = "green", A = "amber", R = "red" } }
"""


@pytest.fixture
def foreign(tmp_path):
    (tmp_path / "list.csv").write_text(FILE, encoding="cp1252")
    (tmp_path / "map.toml").write_text(MAP, encoding="utf-8")
    return tmp_path


def test_foreign_file(foreign):
    portfolio = tables.read_portfolio(foreign / "list.csv", foreign / "map.toml")
    assert list(portfolio.projects.index) == ["Brücke", "Radweg"]
    assert portfolio.rows_read == 4 == len(portfolio.projects) + len(portfolio.set_aside)
    flows = portfolio.cash_flows.set_index("project")
    assert flows.loc["Brücke", "cost"] == 1_234_500_000
    assert flows.loc["Radweg", "cost"] == 12_000 and pd.isna(flows.loc["Radweg", "benefit"])
    assert portfolio.set_aside["reason"].to_dict() == {
        "Bad": "Kosten: '(12.3)k' is not 0 or more",
        "Bus": "Kosten: tbc",
    }
    assert portfolio.projects.loc["Brücke", ["planned_start", "category"]].tolist() == [
        "2027-04-01",
        "Works",
    ]
    assert portfolio.status.set_index("project")["confidence"].to_dict() == {
        "Brücke": "green",
        "Radweg": "amber",
    }
    assert "list.csv: 4 project rows read, 2 used, 2 set aside" in portfolio.notes
    assert any("'Nutzen' is not available in 1 rows: 'n/a'" in note for note in portfolio.notes)
    assert portfolio.intake is None


def test_unreadable_text_in_a_needed_column_sets_aside_and_elsewhere_is_an_error(foreign):
    text = FILE.replace("12k;n/a", "much;n/a")
    (foreign / "list.csv").write_text(text, encoding="cp1252")
    portfolio = tables.read_portfolio(foreign / "list.csv", foreign / "map.toml")
    assert portfolio.set_aside.loc["Radweg", "reason"] == "Kosten: 'much' is not a number"
    (foreign / "list.csv").write_text(FILE.replace("n/a", "much"), encoding="cp1252")
    with pytest.raises(InputError, match=r"row 5: Nutzen 'much' is not a number; .*not_available"):
        tables.read_portfolio(foreign / "list.csv", foreign / "map.toml")


def test_committed_projects_cannot_be_set_aside(foreign):
    text = MAP.replace("category = {", 'status = { value = "running" }\ncategory = {')
    (foreign / "map.toml").write_text(text, encoding="utf-8")
    with pytest.raises(
        InputError, match=r"list.csv row 4: running or mandatory project 'Bus' cannot be set"
    ):
        tables.read_portfolio(foreign / "list.csv", foreign / "map.toml")


def test_headings_that_are_not_there_are_all_named(foreign):
    text = MAP.replace('"Kosten"', '"Kosen"').replace('"Beginn"', '"Start"')
    (foreign / "map.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        tables.read_portfolio(foreign / "list.csv", foreign / "map.toml")
    one, other = caught.value.problems
    assert "names the column 'Start', which is not there" in one
    assert "names the column 'Kosen'" in other and "did you mean 'Kosten'?" in other


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("[values]", "[valus]", r"map.toml: 'valus' is not a known key; did you mean 'values'"),
        (
            "needed =",
            "neded =",
            r"\[cash_flows\] cost: 'neded' is not a known key; did you mean 'needed'",
        ),
        (
            "benefit =",
            "benefits =",
            r"'benefits' is not a column of cash_flows; did you mean 'benefit'",
        ),
        ('{ value = "Works" }', "3", r"\[projects\] category: must be a table of keys, got 3"),
        (
            '{ value = "Works" }',
            "{}",
            r"must have one of column, first_of, join and value, got none",
        ),
        ('"tbc"', '"("', r"not_available '\(' is no regular expression .*write \\\("),
        (
            "[projects.columns]",
            "[options.columns]",
            "'category' is not a column of options",
        ),
        ("[values]", "[values", r"map.toml: is not a TOML file"),
        ("needed = true", 'multiply = "x"', r"multiply must be a number, got 'x'"),
        ("[values]", '[values]\ndecimal = ","', r"thousands and decimal must be different"),
        ('encoding = "cp1252"', 'encoding = "latin-99"', r"list.csv: is not latin-99 text"),
    ],
)
def test_faults_of_a_map(old, new, sentence, foreign):
    assert old in MAP
    (foreign / "map.toml").write_text(MAP.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=sentence):
        tables.read_portfolio(foreign / "list.csv", foreign / "map.toml")


MISSHAPEN = [
    {},
    {"projects": 3},
    {"projects": {"columns": 3}},
    {"projects": {"columns": {"project": 3}}},
    {"projects": {"columns": {"project": {"column": 3}}}},
    {"projects": {"columns": {"project": {"first_of": "a"}}}},
    {"projects": {"columns": {"project": "Titel"}, "wide": 3}},
    {"projects": {"columns": {"project": "Titel"}, "wide": [{"column": "size"}]}},
    {"projects": {"columns": {"project": {"column": "Titel", "words": 3}}}},
    {"projects": {"rows": [3]}},
    {"projects": {"own_file": 3}},
    {"projects": {"own_file": "nowhere.csv"}},
    {"projects": {"columns": {"project": {"value": "same"}}}},
    {"projects": {"columns": {"project": "Titel"}}, "values": {"decimal": 3}},
    {"projects": {"columns": {"project": "Titel"}}, "values": {"not_available": 3}},
    {"projects": {"columns": {"project": "Titel"}}, "intake": {"heading": 3}},
    {"projects": {"columns": {"project": "Titel"}}, "source": 3},
    {"projects": {"columns": {"project": "Titel"}}, "source": {"delimiter": ";;"}},
    {"projects": {"columns": {"project": "Titel"}}, "source": {"header_row": True}},
]


@pytest.mark.parametrize("column_map", MISSHAPEN, ids=str)
def test_misshapen_maps_are_input_errors(column_map, foreign):
    with pytest.raises(InputError):
        tables.read_portfolio(foreign / "list.csv", column_map)


def test_labels_that_are_not_unique_name_both_rows(foreign):
    column_map = {"projects": {"columns": {"project": "Amt"}}}
    with pytest.raises(InputError, match="row 5: Amt 'Bau' stands in row 2 already"):
        tables.read_portfolio(foreign / "list.csv", column_map)


def test_a_map_that_is_not_there(foreign):
    with pytest.raises(
        InputError, match=r"'gmp': there is no such file; ready-made maps are 'gmpp'"
    ):
        tables.read_portfolio(foreign / "list.csv", "gmp")


def test_wide_columns_coalescing_and_own_rows(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Bids"
    for row in [
        ["Capital bids 2027", None, None, None, None, None, None],
        ["Bid", "Office", "2027-28", "2028-29", "Benefit 28", "Riders", "Safety"],
        ["Tram", "A", 10, "£20k", 7, 900, "good"],
        ["Tram", "B", None, 5, None, None, "poor"],
    ]:
        book.active.append(row)
    book.active.merge_cells("A1:G1")
    book.create_sheet("Else")
    book.save(tmp_path / "bids.xlsx")
    (tmp_path / "criteria.csv").write_text(
        "criterion,direction,value_function,worst,best,levels\n"
        'riders,more,linear,0,1000,\nsafety,more,levels,,,"poor:0; good:1"\n'
    )
    (tmp_path / "map.toml").write_text("""
[source]
sheet = "bids"
header_row = 2

[criteria]
own_file = "criteria.csv"

[budgets]
rows = [{ period = "2027-04-01", amount = 50000 }, { period = "2028-04-01", amount = 50000 }]

[projects.columns]
project = { join = ["Bid", "Office"] }

[cash_flows.columns]
project = { join = ["Bid", "Office"] }

[[cash_flows.wide]]
column = "cost"
multiply = 1000
headings = { "2027-28" = "2027-04-01", "2028-29" = "2028-04-01" }

[[cash_flows.wide]]
column = "benefit"
headings = { "Benefit 28" = "2028-04-01" }

[performance.columns]
project = { join = ["Bid", "Office"] }

[[performance.wide]]
column = "estimate"
headings = { Riders = "riders", Safety = "safety" }
""")
    portfolio = tables.read_portfolio(tmp_path / "bids.xlsx", tmp_path / "map.toml")
    flows = portfolio.cash_flows.set_index(["project", "period"])[["cost", "benefit"]]
    assert flows["cost"].to_dict() == {
        ("Tram, A", "2027-04-01"): 10_000,
        ("Tram, A", "2028-04-01"): 20_000,
        ("Tram, B", "2028-04-01"): 5_000,
    }
    assert flows.loc[("Tram, A", "2028-04-01"), "benefit"] == 7
    performance = portfolio.performance.set_index(["project", "criterion"])
    assert performance.loc[("Tram, A", "riders"), "estimate"] == 900
    assert performance.loc[("Tram, B", "safety"), "level"] == "poor"
    assert len(performance) == 3


def test_a_workbook_with_several_sheets_needs_a_name(tmp_path):
    book = openpyxl.Workbook()
    book.create_sheet("Two")
    book.save(tmp_path / "p.xlsx")
    column_map = {"projects": {"columns": {"project": "x"}}}
    with pytest.raises(InputError, match=r"has 2 sheets \('Sheet', 'Two'\); say in the map which"):
        tables.read_portfolio(tmp_path / "p.xlsx", column_map)
    with pytest.raises(InputError, match=r"has no table 'Twoo' with headings; did you mean 'two'"):
        tables.read_portfolio(tmp_path / "p.xlsx", column_map | {"source": {"sheet": "Twoo"}})


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("£1,234.5m", 1_234_500_000),
        ("(12.3)", -12.3),
        ("-£4", -4),
        ("£-4", -4),
        ("−7", -7),
        ("12%", 0.12),
        ("-47 %", -0.47),
        ("1,234", 1234),
        ("12,345,678.90", 12_345_678.9),
        ("0.1bn", 100_000_000),
        ("5 million", 5_000_000),
        ("€3k", 3000),
        ("12 GBP", 12),
        (".5", 0.5),
        (7, 7),
    ],
)
def test_money_texts(text, number):
    assert foreign_number(text) == number


@pytest.mark.parametrize(
    "text",
    ["abc", "1,23", "12,34,567", "1.2.3", "(5", "5)", "--5", "-£-5", "£", "5x", "1e5", "m5", ""],
)
def test_texts_that_are_no_money(text):
    assert isinstance(foreign_number(text), Fault)


def test_a_unit_in_the_text_stands_in_place_of_the_multiplier():
    millions = Format(multiply=1_000_000)
    assert foreign_number("34", millions) == 34_000_000
    assert foreign_number("£34m", millions) == 34_000_000
    assert foreign_number("£34k", millions) == 34_000
    assert foreign_number(10.95, millions) == 10_950_000


@given(st.integers(-(10**15), 10**15))
def test_grouped_numbers_read_back(number):
    assert foreign_number(f"{number:,}") == number
    assert (
        foreign_number(f"{number:,}".replace(",", "."), Format(thousands=".", decimal=","))
        == number
    )
    assert foreign_number(f"({abs(number):,})") == -abs(number)


def test_dates_in_other_orders():
    form = Format(date_formats=("%d/%m/%Y", "%B %Y"))
    assert foreign_date("01/04/2027", form) == "2027-04-01"
    assert foreign_date("April 2027", form) == "2027-04-01"
    assert foreign_date("2027-04-01", form) == "2027-04-01"
    assert isinstance(foreign_date("04-01-2027", form), Fault)


def gmpp(shared):
    return shared / "data" / "gmpp_2022_23.csv"


def test_government_portfolio_accounts_for_every_row(shared):
    portfolio = tables.read_portfolio(gmpp(shared), "gmpp")
    assert portfolio.rows_read == 244 == len(portfolio.projects) + len(portfolio.set_aside)
    raw = pd.read_csv(gmpp(shared), dtype=str)
    names = [*portfolio.projects.index, *portfolio.set_aside.index]
    assert sorted(names) == sorted(" ".join(name.split()) for name in raw["project_name"])
    numeric = raw.iloc[:, [10, 11]].apply(pd.to_numeric, errors="coerce").notna().all(axis=1)
    assert len(portfolio.projects) == numeric.sum() == 102
    assert portfolio.set_aside["reason"].str.len().gt(0).all()


def test_government_portfolio_is_ranked_as_a_demonstration(shared):
    portfolio = tables.read_portfolio(gmpp(shared), "gmpp")
    assert portfolio.intake.heading == "Intake demonstration, not a recommendation"
    assert "undiscounted" in portfolio.intake.measure and "BCR" not in portfolio.intake.measure
    ranking = tables.intake_ranking(portfolio)
    assert len(ranking) == 102 and ranking["rank"].is_monotonic_increasing
    pd.testing.assert_series_equal(
        ranking["ratio"], ranking["benefit"] / ranking["cost"], check_names=False
    )
    assert ranking["ratio"].is_monotonic_decreasing
    assert ranking.loc["GOV.UK One Login", ["cost", "benefit"]].tolist() == [305e6, 1752e6]
    assert set(ranking["confidence"].dropna()) == {"red", "amber", "green"}
    assert ranking["category"].notna().all() and ranking["size"].notna().all()
    assert ranking["ratio"].iloc[-1] < 0


def test_government_portfolio_of_another_year_needs_only_another_map(shared, tmp_path):
    with gmpp(shared).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    headings = {
        "project_name": "Project Name",
        "TOTAL Baseline Benefits (£m)": "Benefits 23/24 £m",
        "IPA Delivery Confidence Assessment": "NISTA rating",
    }
    rows[0] = [headings.get(heading, heading) for heading in rows[0]]
    rows[3][11] = "£1,060.5"
    rows[5][10] = "Withheld"
    with (tmp_path / "next.csv").open("w", encoding="cp1252", errors="replace", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    text = tables.ready_made_maps()["gmpp"].read_text("utf-8")
    (tmp_path / "next.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        tables.read_portfolio(tmp_path / "next.csv", tmp_path / "next.toml")
    named = {
        re.search(r"names the column '(.*?)', which", problem)[1]
        for problem in caught.value.problems
    }
    assert named == {"TOTAL Baseline Benefits (£m)", "IPA Delivery Confidence Assessment"}
    for old, new in headings.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    (tmp_path / "next.toml").write_text(text, encoding="utf-8")
    portfolio = tables.read_portfolio(tmp_path / "next.csv", tmp_path / "next.toml")
    assert portfolio.rows_read == 244 == len(portfolio.projects) + len(portfolio.set_aside)
    assert portfolio.intake.frame.loc[rows[3][0], "benefit"] == 1_060_500_000
    assert "'Withheld' is not a number" in portfolio.set_aside.loc[rows[5][0], "reason"]


def test_ranking_shares_the_better_rank_and_ends_with_what_has_none():
    portfolio = tables.portfolio_of({"projects": pd.DataFrame({"project": list("abcd")})})
    with pytest.raises(InputError, match="'tables': holds no intake demonstration"):
        tables.intake_ranking(portfolio)
    frame = pd.DataFrame(
        {"cost": [1.0, 2, 4, 0], "benefit": [1.0, 4, 8, 3], "ratio": [1.0, 2, 2, float("nan")]},
        index=pd.Index(list("abcd"), name="project"),
    ).reindex(
        columns=["name", "cost", "benefit", "ratio", "confidence", "category", "size", "size_unit"]
    )
    intake = tables.Intake("heading", "measure", frame)
    ranked = tables.intake_ranking(tables.Portfolio(projects=portfolio.projects, intake=intake))
    assert ranked["rank"].tolist()[:3] == [1, 1, 3]
    assert list(ranked.index) == ["b", "c", "a", "d"] and pd.isna(ranked["rank"].iloc[-1])
