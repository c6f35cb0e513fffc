"""What a notebook tells a board: plain tables and sentences computed from a recommendation.

One module for each question: `proposed` (what was proposed), `worth`, `cases` and `doubts`
(what it is worth, as a business case, and how far to trust it), `served` and `objectives` (what
it serves), `afford`, `limits` and `starts` (what can be afforded, and when), `running` (what to
stop), `sure` (what holds whatever the weights), `weighed`, `differ` and `rounds` (where members
differ, and what a round of weighing brings). Each has tables, sentences that read them
(``..._in_words``), what the board then knows (`known`), what that adds to the ranked list
(`added`) and what would change the answer (`would_change`).
"""

from pmo_lib.stories.lists import opening, ranked_list, standing
from pmo_lib.stories.showing import say, show

__all__ = ["opening", "ranked_list", "say", "show", "standing"]
