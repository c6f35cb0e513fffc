"""From three-point estimates to the spread of what projects cost and are worth.

One quantile is drawn for each project and stream (cost, benefit, start, duration) and
moves all its periods: a project that is dear in one year is dear in all. Drawing each
year for itself hides risk, and is a stated choice. Figures carry the error that the
number of draws leaves in them.
"""

from pmo_lib.uncertainty.draws import Futures, simulate
from pmo_lib.uncertainty.estimates import Estimate, certain, pert, three_point, triangular
from pmo_lib.uncertainty.figures import portfolio, summary

__all__ = [
    "Estimate",
    "Futures",
    "certain",
    "pert",
    "portfolio",
    "simulate",
    "summary",
    "three_point",
    "triangular",
]
