"""Execute notebooks and store them executed: `python notebooks/execute.py [NAME ...]`.

What is stored is the same on every machine: counts from 1 to n, cell ids by place, no
widget state, no times. A control is stored as the page that stands in its place until a
kernel runs; a chart is stored as a PNG picture, which JupyterLab also shows in a notebook that
it does not trust yet.
"""

from __future__ import annotations

import base64
import re
import sys
import zlib
from pathlib import Path

import nbformat
import vl_convert
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent
WIDGET = "application/vnd.jupyter.widget-view+json"
SVG, PNG = "image/svg+xml", "image/png"
SIZE = re.compile(r'<svg[^>]*? width="([\d.]+)" height="([\d.]+)"')
SCALE = 1.6
"""Pixels of a stored picture for each pixel on the page."""

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
    """Replace a control by its static page, and a drawing by a picture of it."""
    data = output.get("data")
    if data is None:
        return output
    if WIDGET in data:
        del data[WIDGET]
        if "text/html" not in data:
            return None
    if SVG in data:
        drawing = data.pop(SVG)
        picture = smaller(vl_convert.svg_to_png(drawing, scale=SCALE))
        data[PNG] = base64.b64encode(picture).decode()
        width, height = (round(float(x)) for x in SIZE.search(drawing).groups())
        output.metadata = nbformat.from_dict({PNG: {"width": width, "height": height}})
    return output


def smaller(png: bytes) -> bytes:
    """Compress the pixels of a PNG picture as far as they go, changing none."""
    head, chunks, place = png[:8], [], 8
    while place < len(png):
        size = int.from_bytes(png[place : place + 4])
        chunks.append((png[place + 4 : place + 8], png[place + 8 : place + 8 + size]))
        place += size + 12
    pixels = zlib.decompress(b"".join(part for kind, part in chunks if kind == b"IDAT"))
    kept = [chunk for chunk in chunks if chunk[0] != b"IDAT"]
    kept.insert(-1, (b"IDAT", zlib.compress(pixels, 9)))
    return head + b"".join(
        len(part).to_bytes(4) + kind + part + zlib.crc32(kind + part).to_bytes(4)
        for kind, part in kept
    )


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
