"""Fixtures shared by the tests."""

import json
import math
from pathlib import Path

import hypothesis
import pytest
from browser_base import browser, lab  # noqa: F401  fixtures

# The same examples every time; new ones with: pytest --hypothesis-profile=search
hypothesis.settings.register_profile("steady", deadline=None, derandomize=True, max_examples=50)
hypothesis.settings.register_profile("search", deadline=None)
hypothesis.settings.register_profile("brief", deadline=None, derandomize=True, max_examples=10)
hypothesis.settings.load_profile("steady")

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


SMALL = {
    "projects": """project,name,sponsor,category,status,mandatory,mandatory_reason,size,size_unit
flood,Flood wall,Highways,Safety,proposed,no,,4,sites
hubs,Family hubs,Children,People,proposed,no,,2,sites
lights,Street lights,Highways,Safety,proposed,no,,2,sites
roof,School roof,Estates,Safety,proposed,yes,Legal duty,1,sites
calls,Call triage,Customer,People,proposed,no,,1,sites
depot,Depot,Highways,Safety,running,no,,,
""",
    "criteria": """criterion,name,source,unit,direction,value_function,worst,best,adds,weight
reach,Residents served,performance,residents,more,linear,0,1000,yes,60
npv,Net present value,npv,GBP,more,linear,0,1000,yes,40
""",
    "performance": """project,criterion,estimate,evidence,scored_by
flood,reach,900,measured,Analysts
hubs,reach,700,estimated,Analysts
lights,reach,400,judged,Highways
roof,reach,100,measured,Analysts
calls,reach,800,measured,Analysts
""",
    "cash_flows": """project,period,fund,cost,benefit
flood,2027-04-01,capital,600,0
flood,2028-04-01,capital,,900
hubs,2027-04-01,capital,300,0
hubs,2028-04-01,capital,,400
lights,2027-04-01,capital,200,0
lights,2028-04-01,capital,,500
roof,2027-04-01,capital,100,0
roof,2028-04-01,capital,,10
depot,2027-04-01,capital,50,0
""",
    "budgets": """period,fund,amount
2027-04-01,capital,850
2028-04-01,capital,0
""",
}


@pytest.fixture
def small(tmp_path):
    """Read a portfolio of six projects; each keyword replaces one table's CSV text."""
    from pmo_lib import tables

    def read(**changes):
        folder = tmp_path / f"small-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        for name, text in {**SMALL, **changes}.items():
            if text is not None:
                (folder / f"{name}.csv").write_text(text, "utf-8")
        return tables.read_portfolio(folder)

    read.tables = SMALL
    return read
