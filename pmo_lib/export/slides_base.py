"""The slides themselves: texts that fit, tables, native charts, the marking on every one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd

from pmo_lib import periods
from pmo_lib.approval.dossier import Dossier
from pmo_lib.checks import InputError
from pmo_lib.export import asks
from pmo_lib.export.words import without_emoji, wrap
from pmo_lib.wording import one_line

WIDE, HIGH = 960.0, 540.0
"""Size of a slide, 16 to 9. [pt]"""

EDGE, TOP, FOOT = 40.0, 104.0, 508.0
"""Where the contents stand: left edge, under the title, above the foot. [pt]"""

FONT = "Arial"
INK, QUIET, PALE, LINE = "1F2F4A", "4D4D4D", "E4E8EF", "9AA3B2"
FILLS = ("12466B", "9EC3E6", "E1A12E", "5F5F5F")
"""Of series: neighbours differ in lightness, so a grey print tells them apart."""

LEADING = 1.2
"""Height of a line of type, as a multiple of its size. [-]"""

_STAMP = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, eq=False)
class Deck:
    """The slides being written.

    Attributes
    ----------
    show : pptx.Presentation
        Takes the slides.
    dossier : Dossier
        What they are of.
    shortened : list of str
        Texts of the present slide that did not fit; its notes hold them in full.
    """

    show: Any
    dossier: Dossier
    shortened: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Box:
    """A place on a slide. [pt]."""

    left: float
    top: float
    wide: float
    high: float


WHOLE = Box(EDGE, TOP, WIDE - 2 * EDGE, FOOT - TOP - 12)
LEFT_HALF = Box(EDGE, TOP, 430, FOOT - TOP - 12)
RIGHT_HALF = Box(490, TOP, WIDE - EDGE - 490, FOOT - TOP - 12)


def deck(dossier: Dossier) -> Deck:
    """Open an empty deck that states title, organisation and date; no clock is read."""
    try:
        from pptx import Presentation
        from pptx.util import Pt
    except ImportError:
        raise InputError(
            'the pack needs python-pptx; install it with: pip install "pmo-lib[pack]"'
        ) from None
    show, settings = Presentation(), dossier.recommendation.settings
    show.slide_width, show.slide_height = Pt(WIDE), Pt(HIGH)
    facts = show.core_properties
    facts.title = "Which projects to fund"
    facts.author = facts.last_modified_by = one_line(settings.organisation)[:255]
    facts.subject = one_line(dossier.recommendation.headline)[:255]
    facts.keywords, facts.comments = one_line(settings.marking)[:255], ""
    facts.category = facts.content_status = settings.status
    facts.revision, facts.created = 1, _moment(settings)
    facts.modified = facts.last_printed = _moment(settings)
    return Deck(show, dossier)


def _moment(settings) -> datetime:
    day = settings.meeting_date or settings.data_date
    return datetime(*periods.parse(day).timetuple()[:3]) if day else datetime(2000, 1, 1)


def slide(made: Deck, title: str):
    """Add a slide with its title, a sentence that says what is to be seen."""
    from pptx.util import Pt

    added = made.show.slides.add_slide(made.show.slide_layouts[5])
    place = added.shapes.title
    place.left, place.top = Pt(EDGE), Pt(36)
    place.width, place.height = Pt(WIDE - 2 * EDGE), Pt(62)
    for size, most in ((24, 2), (20, 2), (16, 3)):
        made.shortened.clear()
        line = fitted(made, title, WIDE - 2 * EDGE, size=size, bold=True, most=most)
        if not line.endswith("…"):
            break
    _write(place.text_frame, [line], size=size, bold=True, colour=INK)
    return added


def fitted(made: Deck, text: object, wide: float, *, size: float, most: int, bold=False) -> str:
    """Return a text that fits so many lines; one that does not, or has emoji, is in the notes in full."""
    text = one_line(text)
    shown = without_emoji(text)
    lines = wrap(shown, wide - 2, size=size, bold=bold)
    if len(lines) > most or shown != text:
        made.shortened.append(text)
    if len(lines) <= most:
        return shown
    last = wrap(lines[most - 1], max(wide - 2 * size, 0.4 * wide), size=size, bold=bold)[0]
    return " ".join([*lines[: most - 1], f"{last}…"])


def _write(
    frame, texts: Sequence[str], *, size: float, bold=False, colour: str = "000000", side="l"
):
    """Set paragraphs in a frame that does not change its size."""
    from pptx.dml.color import RGBColor
    from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
    from pptx.util import Pt

    frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
    frame.vertical_anchor = MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for place, text in enumerate(texts):
        line = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        run = line.add_run()
        run.text = without_emoji(text)
        run.font.name, run.font.size, run.font.bold = FONT, Pt(size), bold
        run.font.color.rgb = RGBColor.from_string(colour)
        line.alignment = {"l": PP_ALIGN.LEFT, "r": PP_ALIGN.RIGHT, "c": PP_ALIGN.CENTER}[side]
        line.space_after = Pt(size * 0.45)


def text(added, box: Box, texts: Sequence[str], *, size: float = 14, **look) -> None:
    """Set paragraphs in a box of their own."""
    from pptx.util import Pt

    shape = added.shapes.add_textbox(Pt(box.left), Pt(box.top), Pt(box.wide), Pt(box.high))
    _write(shape.text_frame, texts, size=size, **look)


def points(made: Deck, added, box: Box, texts: Sequence[str], *, size: float = 16) -> None:
    """Set points under each other, smaller if there are many; what does not fit is in the notes."""
    before = len(made.shortened)
    for smaller, most in ((size, 12), (size - 2, 12), (size - 4, 8), (11, 8), (11, 4)):
        del made.shortened[before:]
        shown = [fitted(made, one, box.wide, size=smaller, most=most) for one in texts]
        tall = [len(wrap(one, box.wide - 2, size=smaller)) + 0.45 for one in shown]
        room = box.high / (smaller * LEADING)
        if sum(tall) <= room:
            break
    else:
        kept = next((n for n in range(len(tall), 0, -1) if sum(tall[:n]) + 1.5 <= room), 0)
        made.shortened.extend(map(one_line, texts[kept:]))
        shown = [*shown[:kept], f"And {len(texts) - kept} more: see the notes."]
    text(added, box, shown, size=smaller)


def table(
    made: Deck,
    added,
    box: Box,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    widths: Sequence[float],
    size: float = 12,
    lines: int = 1,
    heavy: int | None = None,
) -> None:
    """Set a native table; cells that do not fit their lines are in the notes in full.

    Parameters
    ----------
    made, added, box
        The deck, the slide, the place; as tall as its rows need.
    heads, rows
        Texts. A head that ends in a blank stands over figures, to the right.
    widths : sequence of float
        Shares of the width.
    size : float
        Size of the type. [pt]
    lines : int
        Lines that a cell may take.
    heavy : int, optional
        Number of the row that is the cut line.
    """
    from pptx.util import Pt

    frame = added.shapes.add_table(
        len(rows) + 1, len(heads), Pt(box.left), Pt(box.top), Pt(box.wide), Pt(10)
    )
    laid = frame.table
    laid.horz_banding = False
    room = [box.wide * share / sum(widths) for share in widths]
    for place, wide in enumerate(room):
        laid.columns[place].width = Pt(wide)
    for number, cells in enumerate([heads, *rows]):
        most = 1
        for place, cell in enumerate(cells):
            bold = number == 0 or number - 1 == heavy
            shown = fitted(made, cell, room[place] - 10, size=size, most=lines, bold=bold)
            most = max(most, len(wrap(shown, room[place] - 12, size=size, bold=bold)))
            side = "r" if heads[place].endswith(" ") else "l"
            ground = PALE if bold else ("FFFFFF", "F5F7FA")[number % 2]
            colours = ("FFFFFF", INK) if number == 0 else ("000000", ground)
            _cell(laid.cell(number, place), shown, size=size, bold=bold, side=side, colours=colours)
        laid.rows[number].height = Pt(most * size * LEADING + 7)


def _cell(cell, shown: str, *, size: float, bold: bool, side: str, colours: tuple[str, str]):
    """Write one cell of a table, dark on light or the reverse."""
    from pptx.dml.color import RGBColor
    from pptx.util import Pt

    _write(cell.text_frame, [shown], size=size, bold=bold, side=side, colour=colours[0])
    cell.text_frame.paragraphs[0].space_after = Pt(0)
    cell.margin_left = cell.margin_right = Pt(5)
    cell.margin_top = cell.margin_bottom = Pt(3)
    cell.fill.solid()
    cell.fill.fore_color.rgb = RGBColor.from_string(colours[1])


def chart(
    made: Deck,
    added,
    box: Box,
    table_: pd.DataFrame,
    *,
    words: str,
    unit: str,
    across: bool = False,
    form: str = "#,##0.0",
) -> None:
    """Draw a native chart that can be edited, a column of the table a series.

    Parameters
    ----------
    made, added, box
        The deck, the slide, the place.
    table_ : DataFrame
        Categories by series; numbers in `unit`.
    words : str
        What is seen, for who cannot see it.
    unit : str
        Stands on the axis.
    across : bool
        Bars to the right instead of columns upwards.
    form : str
        Number format of the figures at the bars.
    """
    from pptx.chart.data import CategoryChartData
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
    from pptx.util import Pt

    labels = [fitted(made, name, box.wide * 0.4, size=11, most=2) for name in table_.index]
    data = CategoryChartData(number_format=form)
    data.categories = labels
    for name, column in table_.items():
        data.add_series(one_line(name), [None if x != x else float(x) for x in column])
    kind = XL_CHART_TYPE.BAR_CLUSTERED if across else XL_CHART_TYPE.COLUMN_CLUSTERED
    frame = added.shapes.add_chart(
        kind, Pt(box.left), Pt(box.top), Pt(box.wide), Pt(box.high), data
    )
    frame._element.nvGraphicFramePr.cNvPr.set("descr", one_line(words))
    drawn = frame.chart
    drawn.part.chart_workbook.update_from_xlsx_blob(_workbook(table_.set_axis(labels), form))
    drawn.has_title, drawn.has_legend = False, table_.shape[1] > 1
    drawn.font.size, drawn.font.name = Pt(11), FONT
    if drawn.has_legend:
        drawn.legend.position, drawn.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    for number in drawn._chartSpace.xpath("//c:axId | //c:crossAx"):
        number.set("val", number.get("val").lstrip("-"))  # the schema knows none below zero
    axis, steps = drawn.value_axis, drawn.category_axis
    axis.has_title, axis.has_major_gridlines = True, True
    if not (table_ < 0).any(axis=None):
        axis.minimum_scale = 0
    axis.axis_title.text_frame.text = one_line(unit)
    for run in axis.axis_title.text_frame.paragraphs[0].runs:
        run.font.size, run.font.bold = Pt(11), False
    axis.major_gridlines.format.line.color.rgb = RGBColor.from_string("D9D9D9")
    axis.tick_labels.font.size = steps.tick_labels.font.size = Pt(11)
    steps.reverse_order, steps.has_major_gridlines = across, False
    if across:
        axis.tick_label_position = XL_TICK_LABEL_POSITION.HIGH
    plot = drawn.plots[0]
    plot.gap_width, plot.overlap = 60, -5
    plot.has_data_labels = True
    plot.data_labels.font.size, plot.data_labels.number_format = Pt(10), form
    plot.data_labels.number_format_is_linked = False
    for series, fill in zip(plot.series, FILLS, strict=False):
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = RGBColor.from_string(fill)
        series.format.line.color.rgb = RGBColor.from_string(INK)
        series.invert_if_negative = False


def _workbook(table_: pd.DataFrame, form: str) -> bytes:
    """Write the figures behind a chart, texts as texts: nothing in it is a formula."""
    import xlsxwriter

    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})
        sheet, look = book.add_worksheet("Sheet1"), book.add_format({"num_format": form})
        for place, name in enumerate(table_.columns, 1):
            sheet.write_string(0, place, one_line(name))
        for row, (label, *cells) in enumerate(table_.itertuples(), 1):
            sheet.write_string(row, 0, label)
            for place, cell in enumerate(cells, 1):
                if cell == cell:
                    sheet.write_number(row, place, float(cell), look)
    return content.getvalue()


def finish(made: Deck, added) -> None:
    """Put what was shortened on a slide into its notes, in full."""
    texts = list(dict.fromkeys(made.shortened))
    if texts:
        added.notes_slide.notes_text_frame.text = "In full:\n" + "\n".join(texts)


def sign(made: Deck) -> None:
    """Write marking, meeting, version and number on every slide."""
    settings = made.dossier.recommendation.settings
    slides, side, middle = list(made.show.slides), 350, WIDE - 2 * EDGE - 700
    marking, organisation = asks.shortened(settings.marking), asks.shortened(settings.organisation)
    left = " · ".join(t for t in (organisation, asks.meeting(made.dossier)) if t)
    for number, added in enumerate(slides, 1):
        page = f"{asks.standing(made.dossier)} · {number} of {len(slides)}"
        for start, words, way in ((EDGE, left, "l"), (WIDE - EDGE - side, page, "r")):
            lines = wrap(words, side - 4, size=8)[:2]
            place = Box(start, FOOT + 6, side, 24)
            text(added, place, [" ".join(lines)], size=8, colour=QUIET, side=way)
        for box in (Box(EDGE, 12, WIDE - 2 * EDGE, 14), Box(EDGE + side, FOOT + 6, middle, 24)):
            text(added, box, [marking], size=11 if box.top < FOOT else 9, bold=True, side="c")


def content(made: Deck) -> bytes:
    """Return the bytes of the deck, the same for the same slides: no clock is in them."""
    drafted, final = io.BytesIO(), io.BytesIO()
    made.show.save(drafted)
    with zipfile.ZipFile(drafted) as old, zipfile.ZipFile(final, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return final.getvalue()
