"""Weights of criteria: from points, an order, pairwise judgements or a group.

A weight prices the swing of its criterion from value 0 to value 1, so ask for it
with that swing in view. Every function that makes weights returns a Series
``"weight"`` by criterion, non-negative and summing to 1. `entropy` and `critic`
describe how data are spread and know nothing of what a board wants: look at them
to see which criteria separate the projects, never decide by them. `asking` puts
questions and finds contradictions, `group` combines and compares members.
"""

from pmo_lib.weights import asking, group
from pmo_lib.weights.pairwise import (
    RANDOM_INDEX,
    aggregate_judgements,
    complete_judgements,
    consistency_ratio,
    pairwise_eigenvector,
    pairwise_geometric_mean,
)
from pmo_lib.weights.points import (
    aggregate_weights,
    kendalls_w,
    normalise,
    rank_order_centroid,
    rank_reciprocal,
    rank_sum,
)
from pmo_lib.weights.spread import critic, entropy

__all__ = [
    "RANDOM_INDEX",
    "aggregate_judgements",
    "aggregate_weights",
    "asking",
    "complete_judgements",
    "consistency_ratio",
    "critic",
    "entropy",
    "group",
    "kendalls_w",
    "normalise",
    "pairwise_eigenvector",
    "pairwise_geometric_mean",
    "rank_order_centroid",
    "rank_reciprocal",
    "rank_sum",
]
