"""Pictures of frames for notebooks and the board: a frame in, a chart out.

Nothing is calculated here but where things stand on the page, except in the live
ranking, which has to score in the browser. A chart writes no file and needs no
network. Which projects are funded is told by shape and fill, not by colour alone,
and the colours rise in lightness, so a grey print says the same.
"""

from pmo_lib.charts.benefits_map import benefits_map
from pmo_lib.charts.bubbles import value_against_cost
from pmo_lib.charts.certainty import certainty
from pmo_lib.charts.changes import gain_by_changes
from pmo_lib.charts.cumulative import cumulative_flows
from pmo_lib.charts.differ import lists_apart, weights_apart
from pmo_lib.charts.flows import flows_by_year
from pmo_lib.charts.frontier import value_against_budget
from pmo_lib.charts.live import SLIDER_STYLE, live_ranking, slider_names
from pmo_lib.charts.ranges import ranges
from pmo_lib.charts.ranking import ranking_chart
from pmo_lib.charts.spend import spend_against_importance
from pmo_lib.charts.timeline import timeline
from pmo_lib.charts.use import people_by_month, use_map

__all__ = [
    "SLIDER_STYLE",
    "benefits_map",
    "certainty",
    "cumulative_flows",
    "flows_by_year",
    "gain_by_changes",
    "lists_apart",
    "live_ranking",
    "people_by_month",
    "ranges",
    "ranking_chart",
    "slider_names",
    "spend_against_importance",
    "timeline",
    "use_map",
    "value_against_budget",
    "value_against_cost",
    "weights_apart",
]
