"""Execute notebooks and store them executed: `python notebooks/execute.py [NAME ...]`.

What is stored is the same on every machine: counts from 1 to n, cell ids by place, no
widget state, no times. A control is stored as the page that stands in its place until a
kernel runs; charts are stored as pictures.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent
WIDGET = "application/vnd.jupyter.widget-view+json"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def execute(path: Path) -> Path:
    """Execute one notebook in its folder and store it."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        store_widget_state=False,
    )
    client.execute()
    tidy(notebook)
    text = nbformat.writes(notebook, indent=1, ensure_ascii=False)
    path.write_text(text.rstrip("\n") + "\n", encoding="utf-8", newline="\n")
    return path


def tidy(notebook: nbformat.NotebookNode) -> None:
    """Leave in an executed notebook only what is the same on every machine."""
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )
    for place, cell in enumerate(notebook.cells, start=1):
        cell.id = f"cell-{place:02d}"
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [kept for kept in map(_stored, cell.outputs) if kept is not None]


def _stored(output: nbformat.NotebookNode) -> nbformat.NotebookNode | None:
    """Replace a control by its static page; drop one that has none."""
    data = output.get("data")
    if data is None:
        return output
    if WIDGET in data:
        del data[WIDGET]
        if "text/html" not in data:
            return None
    return output


def main(names: list[str]) -> int:
    """Execute the named notebooks, or all of them."""
    paths = [(HERE / Path(name).name).with_suffix(".ipynb") for name in names] or sorted(
        HERE.glob("*.ipynb")
    )
    for path in paths:
        print(f"executing {path.name}", flush=True)
        execute(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
