"""One pure step from tables and settings to a ranked, funded, explained list."""

from pmo_lib.workbench.binding import bottlenecks
from pmo_lib.workbench.evaluation import Evaluation, evaluate
from pmo_lib.workbench.options import schedule
from pmo_lib.workbench.problem import choosing_problem
from pmo_lib.workbench.questions import frontier, why_not
from pmo_lib.workbench.recommendation import (
    Recommendation,
    differences,
    recommend,
)
from pmo_lib.workbench.review import review
from pmo_lib.workbench.settings import Settings, as_tried, with_override, without_override

__all__ = [
    "Evaluation",
    "Recommendation",
    "Settings",
    "as_tried",
    "bottlenecks",
    "choosing_problem",
    "differences",
    "evaluate",
    "frontier",
    "recommend",
    "review",
    "schedule",
    "why_not",
    "with_override",
    "without_override",
]
