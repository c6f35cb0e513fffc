"""Ask a member for weights: by points, swings, an order or pairs, with the ranking beside it.

`ballot` is a member's ballot in a round of the record; `weigh` is the same for trying,
without a record; `scores` asks a board for its own scores, `board_scores` shows what they
come to. `points`, `swing`, `order` and `pairwise` return one question each. All
work by mouse and by keyboard alone, in a notebook and in a served page.
"""

from pmo_lib.elicitation.asking import WAYS, weigh
from pmo_lib.elicitation.ballot import ballot
from pmo_lib.elicitation.order import order
from pmo_lib.elicitation.pairwise import pairwise
from pmo_lib.elicitation.points import points
from pmo_lib.elicitation.scores import board_scores, scores
from pmo_lib.elicitation.subjects import subjects
from pmo_lib.elicitation.swing import swing

__all__ = [
    "WAYS",
    "ballot",
    "board_scores",
    "order",
    "pairwise",
    "points",
    "scores",
    "subjects",
    "swing",
    "weigh",
]
