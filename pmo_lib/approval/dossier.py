"""The dossier of a decision: everything that workbook, paper, slides, minutes and seal print."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from pmo_lib.approval import changes as changing
from pmo_lib.approval.mark import mark_of
from pmo_lib.approval.matrix import approval_matrix
from pmo_lib.approval.names import named_members
from pmo_lib.checks import InputError, listing
from pmo_lib.workbench import Recommendation, frontier, why_not
from pmo_lib.workbench.rebalancing import Review

DECISIONS = ("approve", "approve subject to", "defer", "reject")
"""What may be decided on a project."""

DECIDED = ["decision", "condition", "comment", "by", "date"]
"""Columns of decisions."""

Told = Callable[[int, int, str], bool | None]
"""Called with steps done, steps in all and the step in words; returns True to stop."""


@dataclass(frozen=True, eq=False)
class Dossier:
    """What every artefact of one decision prints; made by `dossier` or `gather`.

    Attributes
    ----------
    recommendation : Recommendation
        The list; its settings hold organisation, board, meeting, version, status, marking.
    answers : DataFrame by project, or None
        Of `workbench.why_not`: name, rank, case, low, high, leaves, enters, where, says.
    review : workbench.rebalancing.Review or None
        What to stop, continue and start; None where nothing runs or nobody asked.
    agenda : DataFrame by project, or None
        Of `robustness.agenda`, debated projects first: decision (decide without debate,
        debate, decline), share, reason, for_it and against_it (tuples of members; of one
        text such as "3 members" where names are left out), question (a pair of criteria,
        or ""). None if not asked or too large.
    certainty : tuple of str
        How far the agenda may be relied on, in sentences; empty without one.
    room : DataFrame or None
        How far each weight may move: criterion (its name), weight, low, high (the list
        stays as it is in between). [-]
    budgets : DataFrame or None
        Of `workbench.frontier`: what smaller and larger budgets would buy.
    prices : DataFrame by project
        What the board includes or excludes: name, decision (in, out), reason, by, low and
        high (what it costs the list, in what the list sums; NaN if not asked) and says.
        No rows where there are no overrides.
    since_last : DataFrame by project, or None
        What changed since last time: name, change, before, after, cause, reason.
    causes : Series by cause, or None
        Share of each cause in the change of what lies ahead.
    matrix : DataFrame
        Who signs: role, signs (what, in words), above [currency], needed (bool).
    changes : DataFrame by project
        What is asked of running and paused work: action (of `changes.ACTIONS`), name,
        sponsor, bcr, reason, frees. A decision on one of these projects is on its change.
    decisions : DataFrame by project, or None
        What the board decided: decision (one of `DECISIONS`), condition, comment, by, date
        (ISO); "" where nothing is stated. None before the meeting.
    asked : tuple of str
        What the board was asked, as the pack said before the meeting; empty before it.
    recommended : Series of str by project, or None
        The block of each project on the list that the board saw; None before the meeting.
    names : bool
        Whether members' names are in it. Where not, tables and settings hold none either.
    seal : str
        The pack's mark, 64 hexadecimal letters: of tables, settings and list. The same in
        every artefact and in the sealed file; print it, whole or its first 12 letters.
    """

    recommendation: Recommendation
    answers: pd.DataFrame | None
    review: Review | None
    agenda: pd.DataFrame | None
    certainty: tuple[str, ...]
    room: pd.DataFrame | None
    budgets: pd.DataFrame | None
    prices: pd.DataFrame
    since_last: pd.DataFrame | None
    causes: pd.Series | None
    matrix: pd.DataFrame
    changes: pd.DataFrame
    decisions: pd.DataFrame | None
    asked: tuple[str, ...]
    recommended: pd.Series | None
    names: bool
    seal: str

    @property
    def amounts(self) -> dict[str, float]:
        """Money of the list: recommended, this year, running; with budgets also available, left over. [currency]."""
        made = self.recommendation
        ranked, money = made.ranked_list, made.limits[made.limits["kind"] == "money"]
        funded, running = ranked[ranked["funded"]], ranked[ranked["block"] == "continues"]
        found = {
            "recommended": float(funded["cost"].sum()),
            "this year": float(funded["this_year"].sum()),
            "running": float(running["cost"].sum()),
        }
        if len(money):
            found["available"] = float(money["available"].sum())
            found["left over"] = float(money["left_over"].sum())
        return found


def dossier(
    recommendation: Recommendation,
    *,
    answers: pd.DataFrame | None = None,
    review: Review | None = None,
    agenda: pd.DataFrame | None = None,
    certainty: tuple[str, ...] = (),
    room: pd.DataFrame | None = None,
    budgets: pd.DataFrame | None = None,
    prices: pd.DataFrame | None = None,
    since_last: pd.DataFrame | None = None,
    causes: pd.Series | None = None,
    changes: pd.DataFrame | None = None,
    decisions: pd.DataFrame | None = None,
    asked: tuple[str, ...] = (),
    recommended: pd.Series | None = None,
    names: bool = True,
) -> Dossier:
    """Put together what is known already; nothing is asked, so it takes no time.

    Parameters
    ----------
    recommendation, answers, review, agenda, certainty, room, budgets, prices, since_last, causes
        As the attributes of `Dossier`. Prices are taken from `answers` if they are not given.
    changes, decisions, asked, recommended
        Likewise. Changes are those of `review` if they are not given.
    names : bool, default True
        False: without members' names, which tables and settings must not hold either
        (`approval.without_names` before recommending).

    Raises
    ------
    InputError
        If names are to be left out and tables or settings hold some, or a decision is
        none of `DECISIONS` or on no project of the list.
    """
    if not isinstance(recommendation, Recommendation):
        found = type(recommendation).__name__
        raise InputError(f"recommendation: must be what workbench.recommend returns, got {found}")
    if not names and (found := named_members(recommendation.portfolio, recommendation.settings)):
        raise InputError(
            f"names: to be left out, and tables or settings name {listing(found)}; recommend from "
            "what approval.without_names returns"
        )
    changes = changing.asked(review) if changes is None else changing.as_changes(changes)
    if decisions is not None:
        decisions = _decided(decisions, recommendation, changes)
    cost = float(recommendation.ranked_list.query("funded")["cost"].sum())
    return Dossier(
        recommendation=recommendation,
        answers=answers,
        review=review,
        agenda=_without(agenda) if agenda is not None and not names else agenda,
        certainty=tuple(certainty),
        room=room,
        budgets=budgets,
        prices=_prices(recommendation, answers if prices is None else prices, decisions),
        since_last=since_last,
        causes=causes,
        matrix=approval_matrix(recommendation.settings, cost),
        changes=changes,
        decisions=decisions,
        asked=tuple(asked),
        recommended=recommended,
        names=names,
        seal=mark_of(recommendation),
    )


def gather(
    recommendation: Recommendation,
    *,
    time_limit: float = 60.0,
    before: tuple | None = None,
    decisions: pd.DataFrame | None = None,
    names: bool = True,
    progress: Told | None = None,
) -> Dossier:
    """Ask everything a pack holds of a recommendation, step by step.

    Parameters
    ----------
    recommendation : Recommendation
        The list.
    time_limit : float
        For the questions why not and what if; 0 leaves both out. [s]
    before : (Portfolio, Settings), optional
        As of last time, for the bridge since then.
    decisions, names
        As in `dossier`.
    progress : callable, optional
        Told before and in each step; return True to leave out what is still to come.

    Raises
    ------
    InputError
        As `dossier`.
    """
    made, found, step = recommendation, {}, []

    def late(*_) -> bool:
        return bool(progress and progress(*step))

    steps = {
        "what would bring each project in": lambda: {"answers": _answers(made, time_limit, late)},
        "what running work to stop or continue": lambda: {"review": _review(made, late)},
        "what to debate": lambda: debated(made, late) if time_limit else {},
        "what other budgets would buy": lambda: _budgets(made, time_limit, late),
        "what changed since last time": lambda: _since(made, before),
    }
    for done, (words, ask) in enumerate(steps.items()):
        step[:] = done, len(steps), words
        if late():
            break
        found |= ask()
    return dossier(recommendation, decisions=decisions, names=names, **found)


def _answers(made: Recommendation, time_limit: float, late: Told) -> pd.DataFrame | None:
    return why_not(made, time_limit=time_limit, progress=late) if time_limit else None


def _budgets(made: Recommendation, time_limit: float, late: Told) -> dict:
    """Ask what budgets a fifth smaller to a fifth larger would buy, as far as the time allows."""
    if not time_limit or len(made.evaluation.score) > MOST_ASKED:
        return {}
    seconds = min(time_limit, MOST_SECONDS)
    how = {"scales": SCALES, "time_limit": seconds, "progress": late}
    return {"budgets": frontier(made.portfolio, made.settings, **how)}


def _review(made: Recommendation, late: Told) -> Review | None:
    from pmo_lib.workbench import rebalancing

    runs = made.portfolio.projects["status"].isin(["running", "paused"]).any()
    return rebalancing.review(made, progress=late) if runs else None


class _GivenUp(Exception):
    """What was asked is not wanted any more."""


def debated(made: Recommendation, stop: Callable[[], bool] = bool) -> dict:
    """Ask what is safe whatever the weights, and what to debate; nothing if told to stop.

    Returns
    -------
    dict
        ``agenda``, ``certainty`` and ``room`` of `dossier`, as far as the size of the list
        allows.
    """
    from pmo_lib.stories import agenda as meeting
    from pmo_lib.stories import sure

    if len(made.evaluation.score) > MOST_ASKED or len(made.evaluation.weights) < 2:
        return {}

    def given_up() -> bool:
        if stop():
            raise _GivenUp
        return False

    try:
        looked = sure.look(made, progress=given_up)
    except _GivenUp:
        return {}
    certainty = [*sure.statements_in_words(looked), *meeting.agenda_in_words(looked)]
    found = {"agenda": meeting.agenda(looked), "certainty": tuple(certainty)}
    return found | ({"room": _room(looked.asked)} if looked.few else {})


def _room(asked) -> pd.DataFrame:
    """Find how far each weight may move before the best affordable list changes."""
    from pmo_lib.robustness import weight_stability_intervals

    room = weight_stability_intervals(asked.values, asked.weights, **asked.problem)
    room.insert(1, "weight", asked.weights.reindex(room["criterion"]).to_numpy())
    return room


MOST_ASKED = 300
"""Proposals beyond which no agenda is drawn up, and no other budgets are tried."""

SCALES = (0.8, 0.85, 0.9, 0.95, 1.05, 1.1, 1.15, 1.2)
"""Shares of the budgets that are tried besides all of them. [-]"""

MOST_SECONDS = 10.0
"""How long other budgets are tried. [s]"""


def _since(made: Recommendation, before: tuple | None) -> dict:
    if before is None:
        return {}
    from pmo_lib.workbench import since
    from pmo_lib.workbench.settings import review_rules

    rules = review_rules(made.settings)
    bridge, shares = since.since_last(before, (made.portfolio, made.settings), rules)
    return {"since_last": bridge, "causes": shares}


def _prices(made: Recommendation, answers: pd.DataFrame | None, decisions) -> pd.DataFrame:
    """Lay out what the board includes or excludes, and what that costs where it is known.

    What was decided in the meeting is a decision, and told as one.
    """
    stated = made.portfolio.overrides.to_dict("records") + list(made.settings.overrides)
    told = () if decisions is None else decisions.index
    rows = {row["project"]: row for row in stated if row["project"] not in told}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["decision", "reason", "by"])
    table.insert(0, "name", made.names(table.index))
    known = pd.DataFrame(index=table.index) if answers is None else answers.reindex(table.index)
    for column, missing in (("low", float("nan")), ("high", float("nan")), ("says", "not asked")):
        table[column] = known[column].fillna(missing) if column in known else missing
    return table.rename_axis("project")


def _decided(decisions: pd.DataFrame, made: Recommendation, changes) -> pd.DataFrame:
    """Check decisions and give them all their columns."""
    table = decisions.reindex(columns=DECIDED).astype(object)
    table = table.where(table.notna(), "").astype("str")
    unknown = table.index.difference(made.ranked_list.index.union(changes.index))
    wrong = set(table["decision"]) - set(DECISIONS)
    problems = []
    if len(unknown):
        problems.append(f"decisions: {listing(unknown)} not on the list; name projects by label")
    if wrong:
        problems.append(f"decisions: must be {', '.join(DECISIONS)}, got {listing(sorted(wrong))}")
    if problems:
        raise InputError(*problems)
    return table.rename_axis("project")


def _without(agenda: pd.DataFrame) -> pd.DataFrame:
    """Say how many members, not which."""
    counts = {
        side: [(f"{len(m)} member{'s' * (len(m) != 1)}",) if m else () for m in agenda[side]]
        for side in ("for_it", "against_it")
    }
    return agenda.assign(**{side: pd.Series(c, agenda.index) for side, c in counts.items()})
