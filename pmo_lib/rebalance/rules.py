"""What a board sets once for its reviews of running work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pmo_lib.checks import InputError, require_number, show

CONFIDENCES = ("green", "amber", "red")


@dataclass(frozen=True)
class Rules:
    """How a board reviews running work.

    Attributes
    ----------
    success : mapping of confidence to probability
        How likely a project rated green, amber or red brings its benefit; a project
        without a rating counts as certain. [-]
    protected : mapping of project to reason
        Projects that must go on as they are.
    most_stops, most_changes : int, optional
        At most so many projects may be stopped; may change at all, new starts included.
    finishing_months : int
        A project due to finish within so many months is not stopped or paused. [month]
    pause_months : int
        How long a pause lasts; 0 offers none. [month]
    cost_up : float
        Flag a cost to complete that rose by so much since the review before. [share]
    bcr_under : float
        Flag expected benefit for each unit of cost to complete below this. [-]
    reviews_amber : int
        Flag so many reviews running that were not green.
    """

    success: Mapping[str, float] = field(
        default_factory=lambda: {"green": 0.95, "amber": 0.8, "red": 0.5}
    )
    protected: Mapping[str, str] = field(default_factory=dict)
    most_stops: int | None = None
    most_changes: int | None = None
    finishing_months: int = 1
    pause_months: int = 12
    cost_up: float = 0.2
    bcr_under: float = 1.0
    reviews_amber: int = 2

    def __post_init__(self) -> None:
        if set(self.success) != set(CONFIDENCES):
            raise InputError(
                f"success: must name {', '.join(CONFIDENCES)}, got {show(', '.join(self.success))}"
            )
        for word, chance in self.success.items():
            require_number(chance, name=f"success of {word}", low=0, high=1)
        for name in ("most_stops", "most_changes", "finishing_months", "pause_months"):
            if getattr(self, name) is not None:
                require_number(getattr(self, name), name=name, low=0)
        require_number(self.cost_up, name="cost_up", low=0)
        require_number(self.bcr_under, name="bcr_under", low=0)
        require_number(self.reviews_amber, name="reviews_amber", low=1)
