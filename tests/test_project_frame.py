"""The frame: packaging, import graph, what the project says of itself."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CORE = (
    "checks",
    "periods",
    "value",
    "scoring",
    "cost_benefit",
    "appraisal",
    "alignment",
    "wording",
)
CORE_PACKAGES = ("selection", "rebalance", "robustness", "workbench")
VIEWS = {
    "altair",
    "ipywidgets",
    "anywidget",
    "xlsxwriter",
    "openpyxl",
    "typer",
    "IPython",
    "sqlite3",
    "sqlalchemy",
}


def _bounds(requirements):
    return dict(re.split(r"(?=>=)", r, maxsplit=1) for r in requirements)


def test_conda_environment_and_project_ask_for_the_same_packages():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = _bounds(project["dependencies"] + project["optional-dependencies"]["test"])
    lines = re.findall(r"^ +- ([^\s:]+)$", (ROOT / "environment.yml").read_text("utf-8"), re.M)
    found = _bounds(line for line in lines if line not in ("conda-forge", "pip"))
    assert found.pop("python") == project["requires-python"]
    assert found == wanted


def test_every_dependency_states_a_lower_bound():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for requirement in project["dependencies"] + project["optional-dependencies"]["test"]:
        assert re.fullmatch(r"[a-z-]+>=\d+(\.\d+)*", requirement), requirement


def _modules():
    return sorted((ROOT / "pmo_lib").rglob("*.py"))


def _name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path, *, top_only):
    tree = ast.parse(path.read_text("utf-8"))
    nodes = tree.body if top_only else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _is_core(path):
    parts = path.relative_to(ROOT / "pmo_lib").parts
    return parts[0] in CORE_PACKAGES or (len(parts) == 1 and path.stem in CORE)


@pytest.mark.parametrize("path", [p for p in _modules() if _is_core(p)], ids=_name)
def test_core_knows_nothing_of_views_or_files(path):
    tree = ast.parse(path.read_text("utf-8"))
    found = {name.split(".")[0] for name in _imports(path, top_only=False)}
    assert not found & VIEWS
    calls = {
        n.func.id
        for n in ast.walk(tree)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
    }
    silences_the_solver = {"open"} if _name(path) == "pmo_lib.selection.solver" else set()
    assert not (calls & {"open", "print", "input"}) - silences_the_solver


def test_import_graph_is_acyclic():
    names = {_name(path): path for path in _modules()}
    graph = {
        name: {
            found
            for found in _imports(path, top_only=True)
            if found in names and found != name and not name.startswith(found + ".")
        }
        - ({n for n in names if n.startswith(name + ".")} if path.stem == "__init__" else set())
        for name, path in names.items()
    }
    done: set[str] = set()
    while len(done) < len(graph):
        ready = {name for name, needs in graph.items() if name not in done and needs <= done}
        assert ready, f"cycle among {sorted(set(graph) - done)}"
        done |= ready


@pytest.mark.parametrize("path", _modules(), ids=_name)
def test_modules_stay_small(path):
    assert len(path.read_text("utf-8").splitlines()) <= 450


def test_public_names_do_not_leak_machine_paths():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in filter(None, listed.stdout.split("\0")):
        text = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        assert b"/ro" + b"ot/" not in text, name
        assert b"/wo" + b"rk/" not in text, name
