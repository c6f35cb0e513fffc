"""How much of what is possible each number of changes brings."""

from __future__ import annotations

import altair as alt
import pandas as pd

from pmo_lib import checks
from pmo_lib.charts import style


def gain_by_changes(
    points: pd.DataFrame, *, title: str = "What each number of changes brings"
) -> alt.LayerChart:
    """Draw the share of the possible gain by the number of changes.

    Parameters
    ----------
    points : DataFrame by number of changes
        ``share`` of the gain that all changes bring, and ``gap`` (what a better set could
        still add, as a share); a row without share is not drawn. [-]
    title : str
        What is seen.

    Returns
    -------
    alt.LayerChart

    Raises
    ------
    InputError
        If no number of changes has a share.
    """
    known = points[points["share"].notna()]
    if len(known) == 0:
        raise checks.InputError("points: no number of changes has a share; nothing can be drawn")
    table = known[["share"]].astype(float).assign(changes=known.index.astype(int))
    table["words"] = [f"{100 * share:.0f} %" for share in table["share"]]
    base = alt.Chart(style.rows(table)).encode(
        x=alt.X("changes:O", title="changes: stops, pauses and new starts",
                axis=alt.Axis(labelAngle=0, ticks=False)),
        y=alt.Y("share:Q", title="share of the possible gain",
                scale=alt.Scale(domain=[0, 1.08], nice=False), axis=alt.Axis(format=".0%", tickCount=5)),
        tooltip=[alt.Tooltip("changes:O"), alt.Tooltip("words:N", title="of the possible gain")],
    )  # fmt: skip
    bars = base.mark_bar(color=style.FUNDED_FILL[style.FUNDED])
    words = base.mark_text(dy=-8, fontSize=style.FONT_SIZE, color=style.INK).encode(text="words:N")
    chart = alt.layer(bars, words).properties(width=style.WIDTH, height=240)
    worst = float(known["gap"].astype(float).max())
    proof = "Each is proven best." if worst == 0 else f"A better set could add {worst:.2%} at most."
    subtitle = f"Each bar is the best set of so many changes, chosen anew. {proof}"
    return style.dress(chart, title=title, subtitle=subtitle)
