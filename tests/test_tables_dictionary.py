"""The printed dictionary follows the data; the data follows itself."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from pmo_lib import tables
from pmo_lib.tables.column_map import read_column_map
from pmo_lib.tables.dictionary import KINDS

DOCS = Path(__file__).resolve().parents[1] / "docs"


def test_printed_dictionary_is_current():
    printed = (DOCS / "data_dictionary.md").read_text("utf-8")
    assert printed == tables.dictionary_markdown(), "print it again: see the test for how"


def test_printed_map_examples_are_maps():
    text = (DOCS / "column_maps.md").read_text("utf-8")
    examples = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    column_map = read_column_map(tomllib.loads(examples[0]) | tomllib.loads(examples[1]))
    assert list(column_map.tables) == ["projects", "cash_flows"]
    assert column_map.heading.startswith("Intake demonstration")


def test_keys_kinds_and_references_exist():
    for table in tables.TABLES.values():
        assert set(table.key) <= set(table.headings)
        assert not table.spread or table.spread in table.key
        assert len(set(table.headings)) == len(table.headings)
        for column in table.columns:
            assert column.kind in KINDS
            assert column.required in ("", "column", "cell")
            assert not column.of or column.of in tables.TABLES
            assert column.meaning and "|" not in column.meaning


def test_portfolio_has_every_table():
    portfolio = tables.Portfolio(projects=tables.empty_frame("projects"))
    for name in tables.TABLES:
        assert getattr(portfolio, name).empty
