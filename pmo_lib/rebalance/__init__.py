"""Change a running portfolio: what to stop, pause, continue, resume or start, and why.

A project's actions are the options of `selection`'s one exact model. Money already
spent is shown and never used.
"""

from pmo_lib.rebalance.causes import against_approved, attribution, bridge
from pmo_lib.rebalance.churn import churn_frontier
from pmo_lib.rebalance.history import drift, programme_drift, promised, track_record, unapproved
from pmo_lib.rebalance.rebalancing import Rebalance, rebalance
from pmo_lib.rebalance.rules import Rules
from pmo_lib.rebalance.standing import standing
from pmo_lib.rebalance.status import contradictions, mapped_status, update_status
from pmo_lib.rebalance.triggers import key_figures, triggers

__all__ = [
    "Rebalance",
    "Rules",
    "against_approved",
    "attribution",
    "bridge",
    "churn_frontier",
    "contradictions",
    "drift",
    "key_figures",
    "mapped_status",
    "programme_drift",
    "promised",
    "rebalance",
    "standing",
    "track_record",
    "triggers",
    "unapproved",
    "update_status",
]
