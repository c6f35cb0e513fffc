"""Fixtures shared by the tests."""

import json
import math
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference cases beside the project, or a skip that says so."""
    folder = ROOT.parent / "shared"
    if not (folder / "cases").is_dir():
        pytest.skip("the reference cases (../shared/cases) are not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def case(shared):
    """Read one reference case by name; a published null is NaN."""

    def read(name: str) -> dict:
        return _null_to_nan(json.loads((shared / "cases" / f"{name}.json").read_text("utf-8")))

    return read


@pytest.fixture(scope="session")
def northmere():
    """The example portfolio."""
    from pmo_lib import tables

    return tables.read_portfolio(ROOT / "data" / "northmere")


def _null_to_nan(node):
    if node is None:
        return math.nan
    if isinstance(node, dict):
        return {key: _null_to_nan(value) for key, value in node.items()}
    return [_null_to_nan(value) for value in node] if isinstance(node, list) else node
