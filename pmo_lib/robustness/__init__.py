"""What is safe whatever the weights, and what deserves the meeting's time.

Weights a board would accept are a set (`admissible_weights`, `hull_weights`) or a finite
sample (any frame of weights, such as `weights.group.ballot_weights`). `core_index` proves
what holds for every admissible weight; `funding_acceptability` counts draws, and a share
of 1 there proves nothing.
"""

from pmo_lib.robustness.acceptability import best_portfolios, funding_acceptability, regret
from pmo_lib.robustness.admissible import AdmissibleWeights, admissible_weights, hull_weights
from pmo_lib.robustness.agenda import agenda, value_of_knowing, which_weighs_more
from pmo_lib.robustness.core import core_index, nondominated_portfolios
from pmo_lib.robustness.ranks import (
    central_weights,
    confidence_factor,
    expected_rank,
    first_k_acceptability,
    monte_carlo_error,
    pairwise_winning,
    rank_acceptability,
    rank_intervals,
)
from pmo_lib.robustness.stability import (
    Change,
    rank_reversals,
    smallest_change,
    weight_stability_intervals,
)

__all__ = [
    "AdmissibleWeights",
    "Change",
    "admissible_weights",
    "agenda",
    "best_portfolios",
    "central_weights",
    "confidence_factor",
    "core_index",
    "expected_rank",
    "first_k_acceptability",
    "funding_acceptability",
    "hull_weights",
    "monte_carlo_error",
    "nondominated_portfolios",
    "pairwise_winning",
    "rank_acceptability",
    "rank_intervals",
    "rank_reversals",
    "regret",
    "smallest_change",
    "value_of_knowing",
    "weight_stability_intervals",
    "which_weighs_more",
]
