"""The live page as a file: what stands in it, what it says, what it can never do."""

import base64
import dataclasses
import hashlib
import json
from html.parser import HTMLParser
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
from live_base import portfolio

from pmo_lib import export, robustness, workbench
from pmo_lib.checks import InputError
from pmo_lib.export.live_data import as_json, live_data
from pmo_lib.export.live_file import live_page, write_live
from pmo_lib.widgets.live import line_inputs
from pmo_lib.workbench import Settings

ATTACK = "</script><script>window.pwned=1</script>"
HOSTILE = f"{ATTACK}<img src=x onerror=window.pwned=2>\"'&#x3c;\u2028"


class Page(HTMLParser):
    """The elements of a page, with the text of scripts and styles."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.inside, self.words, self.within = [], {}, [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.within = (tag, dict(attrs).get("type", "")) if tag in ("script", "style") else None

    def handle_endtag(self, tag):
        self.within = None

    def handle_data(self, data):
        if self.within:
            self.inside.setdefault(self.within, []).append(data)
        else:
            self.words.append(data)

    def all(self, *tags):
        return [attrs for tag, attrs in self.elements if tag in tags]

    @property
    def data(self):
        return json.loads("".join(self.inside["script", "application/json"]))

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def made(northmere):
    """The example's recommendation, under a marking."""
    settings = Settings(
        organisation="Northmere", board="Board", data_date="2026-11-13", marking="OFFICIAL"
    )
    return workbench.recommend(northmere, settings, explain=False)


@pytest.fixture(scope="module")
def agenda(made):
    """An agenda of every project: the first decided, the second debated, the rest declined."""
    projects = made.evaluation.score.index
    held = pd.DataFrame(False, index=range(4), columns=projects)
    held.iloc[:, 0] = True
    held.iloc[:3, 1] = True
    answers = pd.DataFrame({("reach", "risk"): ["reach", "reach", "reach", "risk"]})
    lists = pd.DataFrame(True, index=["Ann", "Bo"], columns=projects)
    return robustness.agenda(held.mean(), held, answers, lists=lists)


def part(name):
    """Read one of the parts a page is made of."""
    return files("pmo_lib.export").joinpath(name).read_text("utf-8")


def test_the_data_are_those_of_the_recommendation(made):
    data = Page(live_page(made)).data
    read = pd.DataFrame(data["projects"]).set_index("id")
    assert sorted(read.index) == sorted(made.evaluation.score.index)
    values = pd.DataFrame(read["values"].tolist(), read.index)
    np.testing.assert_array_equal(values, made.evaluation.values.loc[read.index])
    assert [c["points"] / 100 for c in data["criteria"]] == pytest.approx(made.evaluation.weights)
    assert set(read.index[read["listed"]]) == set(made.ranked_list.query("funded").index)
    assert list(read["name"]) == sorted(read["name"])
    assert read.at["street-lighting", "measured"][0] == "17,000 residents"
    assert read.at["street-lighting", "measured"][3] == "−1,150 t CO2e a year"


def test_the_line_is_that_of_the_notebook(made):
    data, given = live_data(made), line_inputs(made)
    read = pd.DataFrame(data["projects"]).set_index("id")
    assert data["budget"] == given["budget"]
    pd.testing.assert_series_equal(
        read["cost"], given["cost"].loc[read.index], check_names=False, check_index_type=False
    )
    assert (read["mandatory"] == given["mandatory"].loc[read.index]).all()


def test_nothing_but_its_own_script_and_style_may_run(made):
    page = Page(live_page(made))
    policy = next(m["content"] for m in page.all("meta") if "http-equiv" in m)
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    for tag in ("script", "style"):
        text = "".join(page.inside[tag, ""])
        code = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{code}'" in policy
    assert len(page.all("script")) == 2
    for tag, attrs in page.elements:
        assert not {"src", "style", "action", "srcset", "background"} & set(attrs), tag
        assert not [name for name in attrs if name.startswith("on")], tag
        assert attrs.get("href", "#ranking") == "#ranking"


def test_the_script_makes_no_elements_of_text_and_runs_none():
    script = part("live.js")
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
    ):
        assert word not in script
    for word in ("fetch(", "XMLHttpRequest", "WebSocket", "import(", "localStorage"):
        assert word not in script
    assert "<!--" not in script and "</script" not in script


def test_a_hostile_text_is_only_ever_text(made, agenda):
    tables = made.portfolio
    names = {
        table: getattr(tables, table).assign(name=HOSTILE) for table in ("criteria", "objectives")
    }
    projects = tables.projects.assign(name=HOSTILE, sponsor=HOSTILE, category=HOSTILE)
    settings = dataclasses.replace(
        made.settings, organisation=HOSTILE, board=HOSTILE, marking=HOSTILE, version=HOSTILE,
        price_base=HOSTILE, currency="<",
    )  # fmt: skip
    hostile = workbench.recommend(
        dataclasses.replace(tables, projects=projects, limits=tables.limits[:0], **names),
        settings,
        explain=False,
    )
    said = agenda.assign(reason=f"x: {HOSTILE}", question=[(HOSTILE, HOSTILE)] * len(agenda))
    text = live_page(hostile, agenda=said, seal=HOSTILE)
    page, plain = Page(text), Page(live_page(made, agenda=agenda, seal="ab"))
    assert ATTACK not in text
    tags = [[tag for tag, _ in one.elements if tag != "li"] for one in (page, plain)]
    assert set(tags[0]) == set(tags[1]) and tags[0].count("script") == 2
    assert page.data["projects"][0]["name"].startswith(ATTACK)
    assert ATTACK in page.text


def test_data_cannot_end_their_element():
    data = {"<!--": ["</script>", "]]>", "&lt;", "\u2028"]}
    text = as_json(data)
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == data


def test_it_says_what_is_exact_and_what_is_quick(made):
    text = Page(live_page(made)).text
    assert "Exact: the recommended list" in text and made.headline in text
    assert "no better list exists" in text
    assert (
        "It knows no years, funds, people, links or limits" in text and "it is no decision." in text
    )
    assert "Return to the recommended weights" in text


@pytest.mark.parametrize("name", ["live.js", "live.html"])
def test_the_line_never_funds(name):
    text = part(name).lower()
    for word in ("funded", "infeasible", "optimal", "slack", "churn", "override"):
        assert word not in text


def test_an_approved_list_is_called_approved(made):
    settings = dataclasses.replace(made.settings, status="APPROVED")
    text = Page(live_page(dataclasses.replace(made, settings=settings))).text
    assert "Return to the approved weights" in text and "Exact: the approved list" in text
    assert "recommended list" not in text


def test_a_list_by_the_other_rule_is_not_called_exact(made):
    settings = dataclasses.replace(made.settings, rule="down the list")
    text = Page(live_page(workbench.recommend(made.portfolio, settings, explain=False))).text
    assert "By the board’s rule: the recommended list" in text
    assert "exact" not in text.lower().replace("from exact lists", "")


def test_marking_dates_version_and_hashes_stand_in_it(made):
    page = Page(live_page(made, seal="5ea1" * 16))
    for words in (
        "OFFICIAL",
        "Data of 13 November 2026",
        "Version 1",
        made.settings.hash(),
        "5ea1" * 16,
    ):
        assert words in page.text
    assert '@bottom-left { content: "OFFICIAL"' in "".join(page.inside["style", ""])
    assert "Sealed" not in Page(live_page(made)).text
    assert all(warning in page.text for warning in made.warnings)
    aside = made.evaluation.set_aside
    assert all(name in page.text for name in made.names(aside.index))
    assert all(name in page.text for name in made.names(made.evaluation.running))


def test_controls_are_named_and_ids_unique(made, agenda):
    page = Page(live_page(made, agenda=agenda))
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    labelled = {label["for"] for label in page.all("label")}
    assert {control["id"] for control in page.all("input", "select")} <= labelled
    pointed = {
        name
        for _, attrs in page.elements
        for key in ("aria-labelledby", "aria-describedby")
        for name in attrs.get(key, "").split()
    }
    assert pointed <= set(ids)
    assert [len(page.all(tag)) for tag in ("h1", "header", "main", "footer", "html")] == [1] * 5


def test_the_agenda_stands_in_it(made, agenda):
    text = Page(live_page(made, agenda=agenda)).text
    first, second = made.names(agenda.index[agenda["decision"] != "decline"])[::-1]
    assert "Debate: depends on the weights (1)" in text
    assert (
        f"Decide without debate: fund in every case (1) ● on the recommended list: {first}" in text
    )
    assert (
        f"{second} Of the weights the board would accept, recommended in 100 % if reach weighs more, in 0 % "
        "if risk weighs more. Ask first which is worth more: reach or risk. For it: Ann and Bo."
        in text
    )
    assert "Agenda" not in Page(live_page(made)).text


def test_300_projects_stay_small(tmp_path):
    tables = portfolio(300, tmp_path)
    made = workbench.recommend(tables, Settings(), explain=False)
    path = write_live(made, tmp_path / "new" / "live.html")
    assert path.stat().st_size < 400_000  # 1.5 MB is the most it may ever be


def test_the_same_list_writes_the_same_bytes(made, agenda):
    assert live_page(made, agenda=agenda) == live_page(made, agenda=agenda)


def test_without_budgets_objectives_or_alternatives(small):
    tables = small(budgets=None)
    data = live_data(workbench.recommend(tables, Settings(), explain=False))
    assert data["budget"] is None and data["objectives"] == []
    assert [project["serves"] for project in data["projects"]] == [[]] * 4


def test_what_cannot_be_written_is_refused(made, agenda, tmp_path):
    kept = tmp_path / "live.html"
    kept.write_text("kept", "utf-8")
    with pytest.raises(InputError, match=r"path: must end in \.html, got 'live\.htm'"):
        write_live(made, tmp_path / "live.htm")
    with pytest.raises(InputError, match=r"must be what workbench\.recommend returns, got str"):
        write_live("list", kept)
    with pytest.raises(InputError, match="agenda: columns question are missing"):
        write_live(made, kept, agenda=agenda.drop(columns="question"))
    with pytest.raises(InputError, match="agenda: must be of the projects on the list"):
        write_live(made, kept, agenda=agenda.rename({agenda.index[0]: "other"}))
    with pytest.raises(InputError, match="agenda: each decision must be one of"):
        write_live(made, kept, agenda=agenda.assign(decision="maybe"))
    assert kept.read_text("utf-8") == "kept"
    assert export.write_live(made, kept, agenda=agenda) == kept
    assert kept.read_text("utf-8").startswith("<!DOCTYPE html>")
