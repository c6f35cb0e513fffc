"""One member's ballot in one round: the question, the ranking beside it, and the vote."""

from __future__ import annotations

from functools import partial

import ipywidgets
import pandas as pd

from pmo_lib.checks import InputError, require_choice
from pmo_lib.elicitation.answers import answers, draft_of
from pmo_lib.elicitation.asking import WAY_WORDS, WAYS, Asking, printed
from pmo_lib.elicitation.drafts import read_draft
from pmo_lib.elicitation.ranking import Beside, ranks
from pmo_lib.elicitation.seat import VOTERS, Keeping, Seat, moment, seat, unseated
from pmo_lib.elicitation.subjects import subjects
from pmo_lib.tables import Portfolio
from pmo_lib.widgets.page import Page, paragraph
from pmo_lib.widgets.panel import WIDE, Failure, Panel
from pmo_lib.workbench import Settings


def ballot(
    record,
    round: str,
    member: str,
    *,
    portfolio: Portfolio,
    settings: Settings,
    kind: str = "points",
) -> Panel:
    """Return the ballot of one member in one round, to fill in and to vote.

    It opens as the member left it: with the draft kept at each change, or the last ballot
    in the record if that is newer. Who may see this is for the caller to know: it shows
    this member's own ballot and nobody else's.

    Parameters
    ----------
    record : Record
        From `record.open_record`.
    round, member : str
        Which round, whose ballot.
    portfolio, settings
        Give names, swings and the ranking now.
    kind : {"points", "swing", "order", "pairwise"}
        How a member is asked who has neither draft nor ballot; the member may choose
        another.

    Returns
    -------
    Panel
        What is wrong, such as a round that was never opened, is said in it.

    Raises
    ------
    InputError
        If the kind is unknown.
    """
    require_choice(kind, tuple(WAYS), name="kind")
    try:
        return _Ballot(seat(record, round, member), portfolio, settings, kind).panel
    except InputError as error:
        return unseated(error)


class _Ballot:
    """What a ballot shows of the record, and what its buttons do."""

    def __init__(self, seat: Seat, portfolio, settings, kind: str) -> None:
        self.seat, about = seat, seat.row["about"]
        self.own = self.voted()
        what = subjects(portfolio, settings, about=about, labels=seat.row["labels"])
        self.labels = list(what.index)
        beside = Beside(portfolio, settings, partial(ranks, about=about))
        self.asking = Asking(what, beside, *self.start(kind))
        self.keeping = Keeping(seat.draft_file())
        self.who, self.said, self.failure = ipywidgets.HTML(), ipywidgets.HTML(), Failure()
        self.reason = ipywidgets.Text(
            description="Remark", placeholder="if you wish; as hidden as the ballot",
            continuous_update=False, style=WIDE, layout={"width": "auto", "max_width": "620px"},
        )  # fmt: skip
        self.save = ipywidgets.Button(
            description="Save my ballot", button_style="primary", layout={"width": "auto"}
        )
        again = ipywidgets.Button(description="Look again", layout={"width": "auto"})
        self.asking.observe(lambda _: self.changed(), ["drafts", "kind"])
        self.save.on_click(lambda _: self.vote())
        again.on_click(lambda _: self.refresh())
        self.show()
        parts = [self.who, self.asking, self.reason, ipywidgets.HBox([self.save, again])]
        parts += [self.failure, self.keeping.failure, self.said]
        self.panel = Panel(parts, Page(self.who.value, self.words()) + printed(what))

    def voted(self) -> pd.DataFrame:
        """Read the member's own last ballot."""
        from pmo_lib import record as records

        return records.ballots(self.seat.record, self.seat.round, reader=self.seat.member).query(
            "member == @self.seat.member"
        )

    def start(self, kind: str) -> tuple[str, dict]:
        """Return how the member is asked, and the drafts by kind: what is newest counts."""
        at, kept, drafts = read_draft(self.seat.draft_file())
        kind = kept if kept in WAYS else kind
        own = self.own
        final = self.seat.row["state"] != "open"
        if len(own) and (final or own["at"].iloc[0] > at or kind not in drafts):
            kind = own["kind"].iloc[0]
            drafts = {**drafts, kind: draft_of(kind, own)}
        return kind, drafts

    def words(self) -> str:
        """Say who votes, in which round, and how it stands."""
        row = self.seat.row
        return self.seat.words(f"{row['voted']} of {row['may_vote']} have voted")

    def standing(self) -> str:
        """Say whether the member's ballot is in the record, and can be changed."""
        role, state, own = self.seat.role, self.seat.row["state"], len(self.own) > 0
        if role not in VOTERS:
            return f"The role {role} has no vote: try what you like, nothing is kept."
        if state != "open":
            yours = "This is yours." if own else "You have no ballot in it."
            if own and not self.as_voted():
                yours = "Yours is as you last saved it, not what stands here."
            return f"The round is {state}: ballots can no longer change. {yours}"
        if not own:
            return "You have not voted yet. What you fill in is kept; only Save my ballot votes."
        at = moment(self.own["at"].iloc[0])
        if self.as_voted():
            return f"Your ballot is in the record, of {at}: this is it."
        return (
            f"Your ballot in the record, of {at}, says something else than what stands here. "
            "Save my ballot replaces it."
        )

    def as_voted(self) -> bool:
        """Tell whether what is filled in is what the own ballot in the record says."""
        kind = self.own["kind"].iloc[0]
        if kind != self.asking.kind:
            return False
        voted = answers(kind, draft_of(kind, self.own), self.labels)
        return _same(voted, self.asking.answers)

    def show(self) -> None:
        """Show who votes and how it stands."""
        head = paragraph(self.words(), strong=True) + paragraph(self.standing())
        self.who.value = f'<div role="status">{head.html}</div>'
        self.save.disabled = self.reason.disabled = not self.seat.votes
        self.asking.usable = self.seat.row["state"] == "open"

    def changed(self) -> None:
        """Keep what is filled in, and say whether it is still what was voted."""
        self.said.value = self.failure.words = ""
        if self.seat.votes:
            self.keeping.ask(self.asking.kind, self.asking.drafts)
        self.show()

    def refresh(self) -> None:
        """Read the record again."""
        try:
            self.seat = seat(self.seat.record, self.seat.round, self.seat.member)
            self.own = self.voted()
        except InputError as error:
            self.failure.words = str(error)
            return
        self.show()

    def vote(self) -> None:
        """Vote, and give the receipt or say what has to be mended."""
        from pmo_lib import record as records

        self.said.value = self.failure.words = ""
        asking, here = self.asking, self.seat
        if refusal := asking.refusal():
            self.failure.words = f"Nothing was saved. {refusal}"
            return
        try:
            number = records.vote(
                here.record,
                here.round,
                asking.answers,
                member=here.member,
                kind=asking.kind,
                reason=self.reason.value,
            )
        except InputError as error:
            self.refresh()
            self.failure.words = f"Nothing was saved. {error}"
            return
        self.refresh()
        self.said.value = paragraph(
            f"Saved: entry {number} of the record, by {WAY_WORDS[asking.kind].split(':')[0]}.",
            "You may change it until the chair closes the round; others see it when the chair "
            "reveals it.",
        ).html
        self.keeping.ask(asking.kind, {**asking.drafts, asking.kind: asking.question.draft})


def _same(one: pd.Series | pd.DataFrame, other: pd.Series | pd.DataFrame) -> bool:
    """Tell whether two answers say the same; pairs may be laid out either way round."""
    if isinstance(one, pd.DataFrame):
        one, other = (part.fillna(1 / part.T) for part in (one, other))
    return bool((one - other).abs().max(axis=None) < 1e-9) and one.isna().equals(other.isna())
