"""What is signed: what the board is asked, who signs, and what each file of the pack holds."""

from __future__ import annotations

import io
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pmo_lib.approval import Dossier
from pmo_lib.approval.pack import PARTS, USUAL
from pmo_lib.export import asks
from pmo_lib.wording import counted, listed, money_words, one_line, sentence


@dataclass(frozen=True, eq=False)
class Drafts:
    """A pack as it would be written: nothing of it is kept on the disk.

    Attributes
    ----------
    dossier : Dossier
        What it is made of.
    files : dict of bytes
        Each part by its name in `approval.pack.PARTS`.
    pages : list of bytes
        The pages of the paper, as PNG pictures.
    """

    dossier: Dossier
    files: dict[str, bytes]
    pages: list[bytes]


def drafts(dossier: Dossier) -> Drafts:
    """Write every usual part of a pack into a temporary folder, and read it back."""
    from pmo_lib.export.paper import draw_pages

    with tempfile.TemporaryDirectory() as name:
        paths = {part: Path(name) / PARTS[part].file for part in USUAL}
        for part, path in paths.items():
            PARTS[part].write(dossier, path)
        files = {part: path.read_bytes() for part, path in paths.items()}
    return Drafts(dossier, files, draw_pages(dossier))


def asked(dossier: Dossier) -> list[str]:
    """Say what the board is asked, and what is left over."""
    return [
        sentence(dossier.recommendation.headline),
        *asks.asks(dossier),
        f"Left over: {asks.left_over(dossier)}",
    ]


def waits(dossier: Dossier) -> pd.DataFrame:
    """List what waits so that the list fits, and for whom it makes room."""
    table = asks.delayed(dossier)
    return pd.DataFrame(
        {
            "waits": table["name"].map(one_line),
            "cost": [asks.amount(dossier, cost) for cost in table["cost"]],
            "why": table["why"].map(sentence),
        }
    )


def signatures(dossier: Dossier) -> pd.DataFrame:
    """Lay out who signs what, above which amount, and whether this list needs it."""
    matrix, sign = dossier.matrix, one_line(dossier.recommendation.settings.currency)
    return pd.DataFrame(
        {
            "role": matrix["role"].map(one_line),
            "signs": matrix["signs"].map(one_line),
            "above": [money_words(x, sign) if x > 0 else "any amount" for x in matrix["above"]],
            "needed for this list": matrix["needed"],
        }
    )


def contents(drafted: Drafts) -> pd.DataFrame:
    """List the parts of the pack: the file, what it is for, and how much it holds."""
    holds = {
        "workbook": counted(len(_sheets(drafted)), "sheet"),
        "paper": counted(len(drafted.pages), "page"),
        "slides": counted(len(_titles(drafted)), "slide"),
    }
    rows = [
        (PARTS[part].file, PARTS[part].words, holds.get(part, counted(_lines(content), "line")))
        for part, content in drafted.files.items()
    ]
    return pd.DataFrame(rows, columns=["file", "what it is", "holds"])


def _lines(content: bytes) -> int:
    return content.count(b"\n")


def first_page(drafted: Drafts):
    """Return the first page of the paper as a picture."""
    from IPython.display import Image

    words = "The first page of the paper: what is asked, the money, who signs"
    return Image(drafted.pages[0], format="png", width=660, alt=words)


def sheets(drafted: Drafts) -> pd.DataFrame:
    """List the sheets of the workbook and how many rows each has."""
    return pd.DataFrame(_sheets(drafted), columns=["sheet", "rows"])


def _sheets(drafted: Drafts) -> list[tuple[str, int]]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(drafted.files["workbook"]), read_only=True)
    return [(sheet.title, sheet.max_row or 0) for sheet in book.worksheets]


def slides(drafted: Drafts) -> pd.DataFrame:
    """List the slides by their titles, and which have a chart that can be edited."""
    return pd.DataFrame(_titles(drafted), columns=["slide", "says", "chart"])


def _titles(drafted: Drafts) -> list[tuple[int, str, str]]:
    from pptx import Presentation

    made = Presentation(io.BytesIO(drafted.files["slides"]))
    return [
        (number, slide.shapes.title.text_frame.text, "yes" * any(s.has_chart for s in slide.shapes))
        for number, slide in enumerate(made.slides, 1)
    ]


def minutes(drafted: Drafts) -> list[str]:
    """Return the headings of the minutes."""
    text = drafted.files["minutes"].decode()
    return [line.lstrip("# ") for line in text.splitlines() if line.startswith("#")]


def would_change(dossier: Dossier) -> list[str]:
    """Say on what the pack hangs: its mark, who has not signed, what is not in it."""
    settings = dossier.recommendation.settings
    needed = listed(dossier.matrix.loc[dossier.matrix["needed"], "role"].map(one_line))
    words = [
        f"The pack carries the mark {dossier.seal[: asks.SEAL_SHOWN]}: any other table, setting or "
        "list has another.",
        f"Its status is {settings.status}; it is signed by {needed}.",
        "Decisions come back in the workbook; what is deferred or rejected frees money, and the "
        "choice is made again with what was approved.",
    ]
    if dossier.decisions is None:
        words.append("Nothing is decided yet: minutes and log are forms to fill in.")
    if dossier.names:
        words.append("Members are named in it; leave their names out before it is handed on.")
    return words
