"""Choose a portfolio: exactly, with proof, or down the list as a board would.

Every function takes the same limits; see `choose`.
"""

from pmo_lib.selection.choice import Choice, choose
from pmo_lib.selection.conflict import InfeasibleError
from pmo_lib.selection.frontier import frontier
from pmo_lib.selection.walk import walk_down_the_list

__all__ = ["Choice", "InfeasibleError", "choose", "frontier", "walk_down_the_list"]
