"""What a notebook tells a board: plain tables and sentences computed from a recommendation.

One module for each question: `proposed` (what was proposed), `worth` (what it is worth),
`served` (what it serves), `afford` (what can be afforded), `starts` (when). Each has tables,
sentences that read them (``..._in_words``), what the board then knows (`known`), what that
adds to the ranked list (`added`) and what would change the answer (`would_change`).
"""

from pmo_lib.stories.lists import opening, ranked_list, standing
from pmo_lib.stories.showing import say, show

__all__ = ["opening", "ranked_list", "say", "show", "standing"]
