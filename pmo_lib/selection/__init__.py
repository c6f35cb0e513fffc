"""Choose a portfolio: exactly, with proof, or down the list as a board would.

Every function takes the same limits; see `choose`.
"""

from pmo_lib.selection.bottlenecks import bottlenecks
from pmo_lib.selection.build import build
from pmo_lib.selection.choice import Choice, choose, choose_otherwise
from pmo_lib.selection.conflict import InfeasibleError
from pmo_lib.selection.frontier import frontier
from pmo_lib.selection.inputs import Hiring
from pmo_lib.selection.starts import StartOptions, start_options
from pmo_lib.selection.walk import walk_down_the_list
from pmo_lib.selection.why import why_not

__all__ = [
    "Choice",
    "Hiring",
    "InfeasibleError",
    "StartOptions",
    "bottlenecks",
    "build",
    "choose",
    "choose_otherwise",
    "frontier",
    "start_options",
    "walk_down_the_list",
    "why_not",
]
