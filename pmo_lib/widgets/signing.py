"""The button that writes a pack: what goes into it, how far it is, and the files to take away."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path

import ipywidgets

from pmo_lib.approval import Dossier
from pmo_lib.approval.pack import PARTS, SEALED, USUAL, write_pack
from pmo_lib.widgets.keep import out_folder
from pmo_lib.widgets.page import Page, paragraph
from pmo_lib.widgets.panel import Failure, Panel, static_controls
from pmo_lib.widgets.trial import Latest
from pmo_lib.wording import counted

LARGEST = 6_000_000
"""A larger file is not held in the page; its place is named. [bytes]"""


def write_the_pack(dossier: Dossier, out: str | Path | None = None) -> Panel:
    """Return the controls that write a pack: its parts, a button, progress, links.

    Parameters
    ----------
    dossier : Dossier
        What is written.
    out : path, optional
        The folder to write to; by default ``out`` beside the notebooks folder. Nothing is
        written before the button is pressed.

    Returns
    -------
    Panel
        Files of an earlier pack that differ are kept under a dated name.
    """
    boxes = {
        name: ipywidgets.Checkbox(
            value=name in USUAL, description=f"{part.file}: {part.words}", indent=False,
            layout={"width": "auto"},
        )
        for name, part in PARTS.items()
    }  # fmt: skip
    button = ipywidgets.Button(
        description="Write the pack", button_style="primary", layout={"width": "auto"}
    )
    bar = ipywidgets.IntProgress(min=0, max=1, layout={"width": "420px", "visibility": "hidden"})
    said, failure = ipywidgets.HTML(), Failure()

    def told(done: int, total: int, words: str) -> None:
        bar.max, bar.value = total, done
        said.value = paragraph(f"Writing {words} …").html

    def wrote(_order, _stage, result) -> None:
        button.disabled = False
        bar.layout.visibility = "hidden"
        said.value = written(*result).html

    def refused(_order, error) -> None:
        button.disabled = False
        bar.layout.visibility = "hidden"
        said.value, failure.words = "", str(error)

    work = Latest([_write], wrote, refused, pause=0)

    def click(_) -> None:
        button.disabled, failure.words = True, ""
        bar.layout.visibility = "visible"
        parts = [name for name, box in boxes.items() if box.value]
        work.ask(_Order(dossier, out, parts, told))

    button.on_click(click)
    static = static_controls(
        "Boxes and a button stand here when the notebook runs: choose what goes into the pack, press, "
        f"and take the files away. {SEALED} is always written: it is the one that can be checked."
    )
    return Panel([*boxes.values(), ipywidgets.HBox([button, bar]), failure, said], static)


@dataclass(frozen=True, eq=False)
class _Order:
    """What was chosen when the button was pressed."""

    dossier: Dossier
    out: str | Path | None
    parts: list[str]
    told: Callable


def _write(order: _Order) -> tuple[list[Path], list[Path]]:
    target = out_folder() / "pack" if order.out is None else Path(order.out)
    return write_pack(order.dossier, target, parts=order.parts, progress=order.told)


def written(files: list[Path], kept: list[Path]) -> Page:
    """Say what was written, with a link to take each file away."""
    where = f"Wrote {counted(len(files), 'file')} in {files[0].parent}."
    earlier = f"Kept from before: {', '.join(path.name for path in kept)}." if kept else ""
    links = "".join(f"<li>{_link(path)}</li>" for path in files)
    page = paragraph(where, earlier)
    return Page(f"{page.html}<ul>{links}</ul>", f"{page.text}\n{[path.name for path in files]}")


def _link(path: Path) -> str:
    """Return a link that holds the file itself, so that it needs no server."""
    content, name = path.read_bytes(), escape(path.name)
    if len(content) > LARGEST:
        return f"{name}: too large to hand over here; it is in the folder"
    held = base64.b64encode(content).decode()
    return f'<a download="{name}" href="data:application/octet-stream;base64,{held}">{name}</a>'
