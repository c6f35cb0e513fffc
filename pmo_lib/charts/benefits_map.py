"""What serves what: projects, the benefits they bring, and the objectives these serve."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from pmo_lib import checks
from pmo_lib.charts import style
from pmo_lib.wording import one_line

COLUMNS = {"project": (0, 290), "benefit": (330, 640), "objective": (690, 930)}
"""Left and right edges of the boxes. [px]"""

FILLS = {"project": "#dbe6f3", "benefit": "#ffffff", "objective": "#12466b"}
STEP, BOX, GAP = 42, 34, 16
"""Height of a row, of a box in it, and room between objectives. [px]"""

LETTER = 5.7
"""Width of a letter of the smaller text. [px]"""


def benefits_map(
    benefits: pd.DataFrame,
    objectives: pd.DataFrame,
    *,
    projects: pd.Series,
    title: str = "What the money brings, and what that serves",
    subtitle: str = "",
) -> alt.LayerChart:
    """Draw three columns of boxes, a line from each project by its benefits to an objective.

    Parameters
    ----------
    benefits : DataFrame by benefit
        ``project``, ``objective``, ``name`` and ``words``, such as when it arrives and who
        owns it. The order within an objective is that of the rows.
    objectives : DataFrame by objective
        ``name`` and ``words``, from top to bottom; one without a benefit is drawn dashed.
    projects : Series by project
        What to print.
    title, subtitle : str
        What is seen.

    Returns
    -------
    alt.LayerChart

    Raises
    ------
    InputError
        If there is no benefit, or one names an objective or project that is not given.
    """
    if len(benefits) == 0:
        raise checks.InputError("benefits: none is stated, so nothing can be drawn")
    for column, known in (("objective", objectives.index), ("project", projects.index)):
        good = benefits[column].isin(known).to_numpy()
        rule = f"each {column} must be one of those given"
        checks.require_all(good, benefits[column], name="benefits", rule=rule, rows="benefit")
    boxes = _boxes(benefits, objectives, projects)
    height = float(boxes["y"].max()) + BOX / 2 + 2
    chart = _drawn(_lines(benefits, boxes), boxes, height)
    chart = chart.properties(width=COLUMNS["objective"][1], height=height)
    return style.dress(chart, title=title, subtitle=subtitle)


def _boxes(benefits, objectives, projects) -> pd.DataFrame:
    """Return a row for each box: its column, label, place (``y``) and texts."""
    place, top = {}, 0.0
    for objective in objectives.index:
        own = benefits.index[benefits["objective"] == objective]
        place |= {("benefit", benefit): top + STEP * k for k, benefit in enumerate(own)}
        place["objective", objective] = top + STEP * (max(len(own), 1) - 1) / 2
        top += STEP * max(len(own), 1) + GAP
    rows = pd.Series({label: y for (column, label), y in place.items() if column == "benefit"})
    level = rows.groupby(benefits["project"].reindex(rows.index)).mean().sort_values(kind="stable")
    if len(level) < len(rows):
        level[:] = (
            np.linspace(rows.min(), rows.max(), len(level)) if len(level) > 1 else rows.mean()
        )
    place |= {("project", project): y for project, y in level.items()}
    given = {"project": projects.to_frame("name").assign(words=""), "benefit": benefits,
             "objective": objectives}  # fmt: skip
    table = pd.DataFrame(
        [(column, label, y + BOX / 2 + 2, *given[column].loc[label, ["name", "words"]])
         for (column, label), y in place.items()],
        columns=["column", "label", "y", "name", "words"],
    )  # fmt: skip
    served = benefits["objective"]
    table["empty"] = (table["column"] == "objective") & ~table["label"].isin(served)
    table["left"], table["right"] = np.array([COLUMNS[column] for column in table["column"]]).T
    return table


def _lines(benefits: pd.DataFrame, boxes: pd.DataFrame) -> pd.DataFrame:
    """Return the two ends of each line: project to benefit, benefit to objective."""
    at = boxes.set_index(["column", "label"])["y"]
    ends = []
    for from_, to in (("project", "benefit"), ("benefit", "objective")):
        for benefit, row in benefits.assign(benefit=benefits.index).iterrows():
            line = f"{from_} {benefit}"
            ends.append((line, COLUMNS[from_][1], at[from_, row[from_]]))
            ends.append((line, COLUMNS[to][0], at[to, row[to]]))
    return pd.DataFrame(ends, columns=["line", "x", "y"])


def _drawn(lines: pd.DataFrame, boxes: pd.DataFrame, height: float) -> alt.LayerChart:
    """Draw lines, boxes over them, and their texts."""
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, COLUMNS["objective"][1]], nice=False))
    scale = alt.Scale(domain=[0, height], reverse=True, nice=False)
    y = alt.Y("y:Q", axis=None, scale=scale)
    links = alt.Chart(style.rows(lines)).mark_line(color="#9a9a9a", strokeWidth=1.6)
    table = boxes.rename(columns={"left": "x"}).assign(
        top=boxes["y"] - BOX / 2, bottom=boxes["y"] + BOX / 2, full=boxes["name"].map(one_line)
    )
    most = ((boxes["right"] - boxes["left"] - 16) / LETTER).astype(int)
    for column in ("name", "words"):
        table[column] = [
            style.shortened(one_line(words), n)
            for words, n in zip(boxes[column], most, strict=True)
        ]
    layers = [links.encode(x=x, y=y, detail="line:N")]
    for column, fill in FILLS.items():
        for empty in (False, True):
            part = table[(table["column"] == column) & (table["empty"] == empty)]
            if len(part):
                layers += _column(part, x, y, "white" if empty else fill, dashed=empty)
    return alt.layer(*layers)


def _column(part: pd.DataFrame, x: alt.X, y: alt.Y, fill: str, *, dashed: bool) -> list[alt.Chart]:
    """Draw the boxes of one column, with a line of words under each name that has some."""
    ink = "white" if fill == FILLS["objective"] else style.INK
    dash = {"strokeDash": [5, 4], "strokeWidth": 1.8} if dashed else {"strokeWidth": 0.8}
    base = alt.Chart(style.rows(part)).encode(
        x=x,
        y=y,
        tooltip=[alt.Tooltip("full:N", title="name"), alt.Tooltip("words:N", title="read")],
    )
    top = alt.Y("top:Q", axis=None, scale=y.to_dict()["scale"])
    box = base.mark_rect(fill=fill, stroke=style.INK, cornerRadius=3, **dash)
    two = bool(part["words"].ne("").any())
    name, words = (
        base.mark_text(align="left", dx=8, dy=dy, color=ink, fontSize=size, **weight).encode(
            text=text
        )
        for text, dy, size, weight in (
            ("name:N", -7 * two, 11.5, {"fontWeight": "bold"} if ink == "white" else {}),
            ("words:N", 8, 10.5, {}),
        )
    )
    return [box.encode(x2="right:Q", y=top, y2="bottom:Q"), name, *([words] if two else [])]
