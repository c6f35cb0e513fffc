"""Every notebook is stored executed, reads like the others, and says nothing of a machine."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST_LINES = 12
PAGE_00 = "00_decision_on_one_page"
MACHINE = re.compile(
    r"/(?:home|root|tmp|work|usr|opt|Users|var|mnt)/|\\Users\\|[A-Z]:\\|site-packages"
    r"|0x[0-9a-f]{6,}|localhost|127\.0\.0\.1"
)


@pytest.fixture(params=NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def stored(request):
    path = request.param
    return path.stem, nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def statements(cell):
    return ast.parse(cell.source).body


def test_the_notebooks_are_there():
    assert PAGE_00 in [path.stem for path in NOTEBOOKS]


def test_stored_executed_from_one_to_n(stored):
    _, notebook = stored
    counts = [cell.execution_count for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))
    assert all(cell.source.strip() for cell in notebook.cells)


def test_no_error_warning_or_widget_is_stored(stored):
    _, notebook = stored
    assert "widgets" not in notebook.metadata
    for cell in code_cells(notebook):
        for output in cell.outputs:
            assert output.output_type != "error"
            assert output.get("name") != "stderr", output.get("text")
            kinds = output.get("data", {})
            assert not [kind for kind in kinds if "widget" in kind]
            assert "image/svg+xml" not in kinds, "not shown before a notebook is trusted; store PNG"
        assert cell.outputs or not _shows(cell), f"nothing is stored for: {cell.source}"


def _shows(cell) -> bool:
    silent = cell.source.rstrip().endswith(";")
    return isinstance(statements(cell)[-1], ast.Expr) and not silent


def test_nothing_refers_to_a_machine(stored):
    _, notebook = stored
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.language_info == {"name": "python"}
    for cell in notebook.cells:
        texts = [cell.source]
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            texts += [output.get("text", "")]
            texts += [str(data[kind]) for kind in data if not kind.startswith("image/png")]
        for text in texts:
            found = MACHINE.search(text)
            assert not found, f"{found and found[0]!r} in {text[:200]!r}"


def test_cells_have_ids_by_place(stored):
    _, notebook = stored
    assert [cell.id for cell in notebook.cells] == [
        f"cell-{place:02d}" for place in range(1, len(notebook.cells) + 1)
    ]


def test_cells_are_calls_not_programs(stored):
    _, notebook = stored
    for cell in code_cells(notebook):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert len(lines) <= MOST_LINES, cell.source
        assert not re.search(r"^\s*[%!]", cell.source, re.MULTILINE), cell.source
        for node in ast.walk(ast.parse(cell.source)):
            assert not isinstance(node, ast.ClassDef | ast.Try | ast.AsyncFunctionDef), cell.source
            if isinstance(node, ast.FunctionDef):
                assert node.name == "show", cell.source
                assert node.end_lineno - node.lineno <= 1, cell.source
        assert "sys.path" not in cell.source


def test_imports_come_first(stored):
    stem, notebook = stored
    first, *rest = code_cells(notebook)
    imports = [isinstance(node, ast.Import | ast.ImportFrom) for node in statements(first)]
    assert any(imports)
    for cell in rest:
        assert not [n for n in statements(cell) if isinstance(n, ast.Import | ast.ImportFrom)]
    if stem == PAGE_00:
        assert len(code_cells(notebook)) == 5
        hidden = [cell.metadata.get("jupyter", {}) for cell in code_cells(notebook)]
        assert all(part.get("source_hidden") for part in hidden)


def test_opens_with_a_question_and_has_something_to_check(stored):
    _, notebook = stored
    opening = notebook.cells[0]
    assert opening.cell_type == "markdown"
    assert re.match(r"# .+\?", opening.source), opening.source
    assert any(_checked(cell) for cell in code_cells(notebook)), "no cell is marked for nbval"
    for cell in code_cells(notebook):
        if "NBVAL_CHECK_OUTPUT" in cell.source:
            assert cell.source.startswith("# NBVAL_CHECK_OUTPUT")


def _checked(cell) -> bool:
    tags = cell.metadata.get("tags", [])
    return "NBVAL_CHECK_OUTPUT" in cell.source or "nbval-check-output" in tags


def test_prose_holds_for_any_portfolio(stored):
    """Sentences about one portfolio are computed, never written into a copied notebook."""
    _, notebook = stored
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            assert "northmere" not in cell.source.lower()
            assert not re.search(r"[£$€]\s?\d", cell.source), cell.source
