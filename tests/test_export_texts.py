"""Exports of hostile and awkward texts: shown as text, nothing run, nothing lost."""

import dataclasses
import io
import re
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmo_lib import export, folder, wording, workbench
from pmo_lib.export import account_sheets, layout, page, words
from pmo_lib.export.csv_file import as_csv, guarded
from pmo_lib.export.workbook import as_workbook
from pmo_lib.workbench import reasons

DATA = Path(__file__).resolve().parents[1] / "data" / "northmere"
HOSTILE = [
    "=cmd|' /C calc'!A0",
    "@SUM(1)",
    "+1+1",
    "-2+3",
    "<script>alert(1)</script>",
    "#let x = 1",
    'he said "yes" & left, £5; _x0041_',
    "مشروع الحماية من الفيضانات",
    "flood 🌊 wall 👩‍👩‍👧 家族センター",
    "https://example.org/a?b=c",
    "bus\u202elanes",
    "bell\x07 and \x1b escape",
    "one\r\ntwo\tthree",
    "mailto:someone@example.org",
    "{=1+1}",
    "1e5",
    "001",
    "&P &[Page] &G",
]
LONG = "Very long " + "x" * 5_000 + " name " + "word " * 800


def poisoned(portfolio):
    """Return the example with hostile texts wherever a text may stand."""
    cycle = iter(HOSTILE * 1_000)

    def poison(cells):
        return pd.Series([next(cycle) for _ in cells], index=cells.index, dtype="str")

    projects = portfolio.projects.copy()
    for column in ("name", "sponsor", "programme", "description"):
        projects[column] = poison(projects[column])
    projects.loc["bus-lanes", "name"] = LONG
    projects.loc[projects["mandatory"], "mandatory_reason"] = "=1+1; " + LONG
    criteria, objectives = portfolio.criteria.copy(), portfolio.objectives.copy()
    criteria["name"], objectives["name"] = poison(criteria["name"]), poison(objectives["name"])
    criteria["unit"] = poison(criteria["unit"])
    renamed = dict(zip(portfolio.budgets["fund"].unique(), HOSTILE, strict=False))
    renamed = {fund: f"{text} {n}" for n, (fund, text) in enumerate(renamed.items())}
    roles = dict(zip(portfolio.capacity["role"].unique(), HOSTILE, strict=False))
    tables = {
        name: getattr(portfolio, name).assign(
            **{key: getattr(portfolio, name)[key].map(new) for key in [key]}
        )
        for names, key, new in (
            (("budgets", "cash_flows"), "fund", renamed),
            (("capacity", "demand"), "role", roles),
        )
        for name in names
    }
    return dataclasses.replace(
        portfolio, projects=projects, criteria=criteria, objectives=objectives,
        limits=portfolio.limits.iloc[:0], notes=(HOSTILE[0], LONG), source=HOSTILE[1], **tables,
    )  # fmt: skip


@pytest.fixture(scope="module")
def hostile(northmere):
    settings = dataclasses.replace(
        folder.read_settings(DATA),
        organisation="=1+1 & Sons &P", board="@SUM(1)" * 30, marking="&P OFFICIAL " * 20,
        version="-1", price_base="=HYPERLINK(1)", currency='"£&',
    )  # fmt: skip
    settings = workbench.with_override(
        settings, "visitor-centre", "out", reason="=1+1", by="@chair",
    )  # fmt: skip
    return workbench.recommend(poisoned(northmere), settings, explain=False)


def cells(content):
    """Return every cell of a workbook with its sheet."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [(s.title, c) for s in book for row in s.iter_rows() for c in row if c.value is not None]


@pytest.mark.filterwarnings("ignore:.*extension is not supported.*:UserWarning")
def test_hostile_texts_are_texts_and_only_our_formulas_are_formulas(hostile):
    content = as_workbook(hostile)
    ours = re.compile(
        r"=(SUM\([A-Z]+\d+:[A-Z]+\d+\)|[A-Z]+\d+([-+/][A-Z]+\d+)*|ROUND\(.*\)|IF\(.*\)|SUMPRODUCT\(.*\)"
        r"|SUMIF\([^\"]*\"yes\"[^\"]*\)|'Cost by year'!\$[A-Z]+\$\d+|(running|left)_[a-z_0-9]+"
        r'|"2027-28 .*FIXED\(.*)'
    )
    texts = set()
    for title, cell in cells(content):
        if cell.data_type == "f":
            assert ours.fullmatch(cell.value), (title, cell.coordinate, cell.value)
        else:
            assert cell.hyperlink is None
            texts.add(cell.value)
    for text in HOSTILE:
        assert any(wording.one_line(text) in str(one) for one in texts), text
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for name in parts.namelist():
            part = parts.read(name).decode()
            assert "<script" not in part
            assert 'TargetMode="External"' not in part
            assert "hyperlink" not in part


@pytest.mark.filterwarnings("ignore:.*extension is not supported.*:UserWarning")
def test_hostile_answers_are_texts(hostile):
    rows = {
        project: {
            "name": HOSTILE[n], "rank": n, "case": "left out", "low": 0.1, "high": 0.1, "leaves": (),
            "extra_of": "budget", "extra_low": 1.0, "extra_high": 2.0, "enters": (),
            "where": {HOSTILE[n]: 1.0}, "says": HOSTILE[n] if n else LONG,
        }
        for n, project in enumerate(hostile.evaluation.score.index[: len(HOSTILE)])
    }  # fmt: skip
    content = as_workbook(hostile, pd.DataFrame.from_dict(rows, orient="index"))
    found = [cell for title, cell in cells(content) if title == "Why not"]
    assert not [cell for cell in found if cell.data_type == "f" or cell.hyperlink]
    texts = "\n".join(str(cell.value) for cell in found)
    assert all(wording.one_line(text) in texts for text in HOSTILE)
    assert "… [Texts in full, " in texts


@pytest.mark.filterwarnings("ignore:.*extension is not supported.*:UserWarning")
def test_what_is_too_long_for_its_cell_stands_in_full_on_the_last_sheet(hostile):
    book = openpyxl.load_workbook(io.BytesIO(as_workbook(hostile)))
    assert book.sheetnames[-1] == "Texts in full"
    pieces = {}
    for row in book["Texts in full"].iter_rows(min_row=5, values_only=True):
        pieces[row[0]] = pieces.get(row[0], "") + row[2]
    whole = {"".join(text.split()) for text in pieces.values()}
    assert "".join(LONG.split()) in whole
    marks = [
        c.value for s in book for row in s.iter_rows() for c in row
        if isinstance(c.value, str) and "… [Texts in full, " in c.value
    ]  # fmt: skip
    assert {int(re.search(r"full, (\d+)\]", mark)[1]) for mark in marks} == set(pieces)
    for sheet in book:
        heights = [d.height for d in sheet.row_dimensions.values() if d.height]
        assert max(heights) <= 409


@pytest.mark.filterwarnings("ignore:.*extension is not supported.*:UserWarning")
def test_page_headers_cannot_be_made_to_say_something_else(hostile):
    book = openpyxl.load_workbook(io.BytesIO(as_workbook(hostile)))
    for sheet in book:
        for part in (sheet.oddHeader, sheet.oddFooter):
            assert (
                len("".join(side.text or "" for side in (part.left, part.center, part.right))) < 256
            )
        assert sheet.oddHeader.center.text.startswith("&B &&P OFFICIAL")


# --- CSV -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(northmere):
    return workbench.recommend(northmere, folder.read_settings(DATA), explain=False)


def test_csv_reads_back_as_the_ranked_list(made, tmp_path):
    path = export.write_ranked_list(made, tmp_path / "list.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbfproject,block,name,")
    back = pd.read_csv(path, index_col="project", dtype=str)
    for column in made.ranked_list:
        mine, theirs = made.ranked_list[column], back[column]
        if pd.api.types.is_float_dtype(mine):
            np.testing.assert_array_equal([*map(float, theirs)], mine.to_numpy())
        else:
            assert [*theirs.dropna()] == [*mine.dropna().map(str)]
            assert (theirs.isna() == mine.isna()).all()
    assert (back["marking"] == "OFFICIAL").all()
    assert (back["status"] == "DRAFT").all()
    assert "project rows read" in back["read_with_the_list"].iloc[0]
    assert back["read_with_the_list"].iloc[1:].isna().all()


def test_csv_guards_text_and_leaves_numbers_alone(hostile, made):
    table = pd.read_csv(io.BytesIO(as_csv(hostile)), dtype=str, keep_default_na=False)
    texts = ["project", "block", "name", "sponsor", "programme", "category", "why", "marking",
             "status", "version", "read_with_the_list"]  # fmt: skip
    for column in texts:
        first = table[column].str.lstrip().str[:1]
        assert not first.isin(["=", "+", "-", "@"]).any(), column
    assert (table["name"] == "'=cmd|' /C calc'!A0").any()
    assert (table["version"] == "'-1").all()
    negative = pd.read_csv(io.BytesIO(as_csv(made)))["npv"]
    assert negative.min() < 0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1", "'=1"),
        ("\t=1", "'\t=1"),
        ("\r@x", "'\n@x"),
        (" +1", "' +1"),
        ("'=1", "''=1"),
        ("a=1", "a=1"),
    ],
)
def test_guarded(text, shown):
    assert guarded(text) == shown


# --- words -----------------------------------------------------------------------------------


@given(st.text(max_size=200), st.floats(20, 300))
def test_wrapping_loses_no_letter_and_keeps_to_the_width(text, room):
    text = wording.visible(text)
    lines = words.wrap(text, room)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert words.width(line.rstrip()) <= room * (1 + 1e-9) or len(line.strip()) == 1


@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.text("ab c;,", max_size=400)), min_size=1, max_size=30
    ),
    st.floats(10, 1000),
)
def test_what_is_fitted_keeps_to_its_room_and_shows_as_much_as_it_can(rows, room):
    entries = [
        layout.Entry(str(n), "name", "sponsor", "", lines, *layout.wordings(why, 120))
        for n, (lines, why) in enumerate(rows)
    ]
    levels, fits = layout.fit(entries, room=room, order=range(len(entries)))
    heights = [one.height(level) for one, level in zip(entries, levels, strict=True)]
    assert fits == (sum(one.height(0) for one in entries) <= room)
    if fits:
        left = room - sum(heights)
        assert left >= -1e-9
        for one, level, tall in zip(entries, levels, heights, strict=True):
            more = one.height(level + 1) if level + 1 < len(one.reasons) else float("inf")
            assert more - tall > left
    else:
        assert levels == [len(one.reasons) - 1 for one in entries]


@given(st.text("ab c;,", max_size=600), st.floats(60, 300))
def test_wordings_grow_and_say_when_they_leave_something_out(why, room):
    texts, lines = layout.wordings(why, room)
    assert list(lines) == sorted(lines)
    assert max(lines) <= layout.MOST_LINES
    whole = len(words.wrap(why, room)) <= layout.MOST_LINES
    assert texts[-1] == why if whole else texts[-1].endswith(" …")
    assert all(text.endswith(" …") for text in texts[:-1])


@given(st.text())
def test_visible_text_is_printable_and_stays_so(text):
    shown = wording.visible(text)
    assert wording.visible(shown) == shown
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff\ufffe\uffff]", shown
    )
    shown.encode("utf-8")


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (250_000, "£0.3m"),
        (-250_000, "−£0.3m"),
        (-1e-9, "£0.0m"),
        (1e9, "£1,000.0m"),
        (49_999, "£0.0m"),
    ],
)
def test_money_rounds_halves_up_as_spreadsheets_do(amount, shown):
    assert wording.Money("£", "m").shown(amount) == shown


@pytest.mark.parametrize(
    ("largest", "unit", "form"),
    [
        (5e6, "£m", "#,##0.0,,"),
        (5e5, "£k", "#,##0,"),
        (900, "£", "#,##0"),
        (float("nan"), "£m", "#,##0.0,,"),
    ],
)
def test_the_unit_of_money_follows_the_largest_amount(largest, unit, form):
    money = wording.money_for("£", largest)
    assert (money.unit, page.money_format(money, 1)) == (unit, form)


def test_reasons_name_other_projects_in_full_unless_their_names_begin_alike():
    long, twins = "A bridge over the river from the old mill to the market", "T" * 42
    names = pd.Series(["Depot", long, f"{twins} one", f"{twins} two"])
    short, alike = map(reasons.short_name, (long, names[2]))
    told = pd.Series([f"Displaces {short}", f"Rival of {alike}", "Fits", "Fits"])
    whole, open_ = account_sheets._names_in_full(told, names)
    assert short != long and short.endswith("…") and len(alike) == 42
    assert whole.tolist() == [f"Displaces {long}", f"Rival of {alike}", "Fits", "Fits"]
    assert open_ == [alike]
    assert account_sheets._names_in_full(told, names[:1])[1] == []
