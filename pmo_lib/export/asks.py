"""What a board is asked, in the words that paper, slides and minutes share."""

from __future__ import annotations

import pandas as pd

from pmo_lib import periods, statements
from pmo_lib.approval.changes import ACTIONS, sentence_of
from pmo_lib.approval.clash import APPROVED, DONE
from pmo_lib.approval.dossier import DECISIONS, Dossier
from pmo_lib.wording import (
    counted,
    listed,
    money_words,
    one_line,
    sentence,
)

CHANGES = tuple(ACTIONS)
"""What a review may do with running or paused work."""

HEAD_SHOWN = 48
"""Letters of a text shown at the head or foot of every page."""

SEAL_SHOWN = 12
"""Letters of the pack's mark that are printed."""


def shortened(text: str) -> str:
    """Cut a text for the head or foot of a page; what is cut stands in full elsewhere."""
    text = one_line(text)
    return text if len(text) <= HEAD_SHOWN else f"{text[: HEAD_SHOWN - 1]}…"


def occasion(dossier: Dossier) -> str:
    """Say who meets when, on the data of which day, as far as that is stated."""
    data = statements.data_words(dossier.recommendation.settings)
    return " · ".join(filter(None, (meeting(dossier), data)))


def meeting(dossier: Dossier) -> str:
    """Say who meets when, as far as that is stated."""
    settings = dossier.recommendation.settings
    day = statements.meeting_words(settings)
    return " · ".join(filter(None, (shortened(settings.board), day)))


def standing(dossier: Dossier) -> str:
    """Say status, version and the pack's mark."""
    settings = dossier.recommendation.settings
    version = shortened(statements.version_words(settings))
    parts = settings.status, version, f"pack {dossier.seal[:SEAL_SHOWN]}"
    return " · ".join(filter(None, parts))


def by_year(dossier: Dossier) -> pd.DataFrame:
    """Add up the money by budget year and in all; no rows where no budget is stated.

    Returns
    -------
    DataFrame
        One row each for what there is for proposals, what is recommended and what is left
        over; one column a year by its label, then ``"in all"``. [currency]
    """
    limits = dossier.recommendation.limits
    money = limits[(limits["kind"] == "money") & limits["label"].map(type).eq(tuple)]
    years = [periods.label(label[0]) for label in money["label"]]
    parts = ["available", "used", "left_over"]
    table = money[parts].astype(float).groupby(years).sum().T
    used = "Recommended" if dossier.decisions is None else "On this list"
    table.index = ["There is for proposals", used, "Left over"]
    return table.assign(**{"in all": table.sum(axis=1)}) if len(money) else table.iloc[:0]


def headline(dossier: Dossier) -> str:
    """Say in one sentence what is recommended; after the meeting, in three what was decided."""
    made = dossier.recommendation
    if dossier.decisions is None:
        return made.headline
    own, ranked = _on_proposals(dossier), made.ranked_list
    counts = own["decision"].map(DONE).value_counts()
    free = ranked.index[ranked["block"] != "continues"].difference(dossier.decisions.index)
    parts = [f"{counts[word]} {word}" for word in dict.fromkeys(DONE.values()) if word in counts]
    parts += [f"{len(free)} not decided"] if len(free) else []
    asked, approved = len(dossier.changes), len(changes(dossier))
    said = f"; {approved} of {counted(asked, 'change')} of running work approved" if asked else ""
    held, n = int(ranked["funded"].reindex(free).sum()), int(ranked["funded"].sum())
    still = f" ({held} of them not decided)" if held else ""
    rest = made.headline.partition(" proposals, ")[2].partition(" because ")[0].rstrip(".")
    return f"Proposals: {listed(parts)}{said}. The list that follows holds {n}{still}, {rest}."


def _on_proposals(dossier: Dossier) -> pd.DataFrame:
    """Return the decisions that are not on changes of running work."""
    return dossier.decisions.drop(dossier.changes.index, errors="ignore")


def _outcomes(dossier: Dossier) -> list[tuple[str, str, str]]:
    """Say of each change that was asked what it is, what was decided, and what follows."""
    said = []
    for project, what in sentence_of(dossier.changes).items():
        action = dossier.changes.at[project, "action"]
        if project not in dossier.decisions.index:
            said.append((what, "not decided", _as_it_is(action)))
            continue
        row = dossier.decisions.loc[project]
        how, comment = DONE[row["decision"]], one_line(row["comment"])
        how += (
            f" subject to {one_line(row['condition'])}" if row["decision"] == DECISIONS[1] else ""
        )
        done = row["decision"] in APPROVED
        follows = "this list counts on it" if done else _as_it_is(action)
        said.append((what, how, f"{follows} ({comment})" if comment else follows))
    return said


def _as_it_is(action: str) -> str:
    return "it stays paused" if action == "resume" else "the work goes on as it is"


def decided_changes(dossier: Dossier) -> list[str]:
    """Say of each change of running work what was decided and what follows; none before."""
    if dossier.decisions is None:
        return []
    return [f"{what}: {how}; {follows}." for what, how, follows in _outcomes(dossier)]


def subject(dossier: Dossier, project) -> str:
    """Name what is decided on: a proposal, or a change of running work."""
    if project in dossier.changes.index:
        return sentence_of(dossier.changes)[project]
    return dossier.recommendation.names([project])[0]


def asks(dossier: Dossier) -> list[str]:
    """Say what is to be decided, one sentence or two for each decision.

    After the meeting, what was asked before it, as it was told then.
    """
    if dossier.asked:
        return list(dossier.asked)
    ranked = dossier.recommendation.ranked_list
    parts = [
        _approve(dossier, ranked[ranked["funded"]]),
        *_confirm(dossier),
        *_leave(ranked[ranked["block"] == "not recommended"]),
        *_change(dossier),
        *_complete(ranked[ranked["block"] == "not assessed"]),
    ]
    return [part for part in parts if part]


def _approve(dossier: Dossier, funded: pd.DataFrame) -> str:
    if len(funded) == 0:
        return "Fund none of the proposals."
    made, duty = dossier.recommendation, int((funded["block"] == "mandatory").sum())
    total = statements.money_of(made).shown(float(funded["cost"].sum()))
    be = "is" if duty == 1 else "are"
    of_these = f", of which {duty} {be} mandatory" if duty else ""
    which = "the proposal" if len(funded) == 1 else f"the {len(funded)} proposals"
    return f"Approve {which} above the line{of_these}, for {total} in all."


def _confirm(dossier: Dossier) -> list[str]:
    words = {"in": "included", "out": "excluded"}
    return [
        f"Confirm that {one_line(row.name)} is {words[row.decision]} by the board "
        f"({one_line(row.reason)}; {one_line(row.by)}). {price(dossier, row)}".rstrip()
        for row in dossier.prices.itertuples()
        if dossier.decisions is None or row.Index not in dossier.decisions.index
    ]


def price(dossier: Dossier, row) -> str:
    """Say what one row of a dossier's prices costs the list."""
    if row.low != row.low:
        return "Its price was not asked."
    says = one_line(row.says)
    return sentence(says.partition(": ")[2] if says.startswith(("Included", "Excluded")) else says)


def _leave(refused: pd.DataFrame) -> list[str]:
    if len(refused) == 0:
        return []
    return [f"Defer or reject the {counted(len(refused), 'proposal')} below the line."]


def _change(dossier: Dossier) -> list[str]:
    changed = changes(dossier)
    said = [
        f"{action} {listed(map(one_line, changed.loc[changed['action'] == action, 'name']))}"
        for action in CHANGES
        if (changed["action"] == action).any()
    ]
    words = f"Of running work: {listed(said)}. The list does not count on it."
    return [words] if said else []


def _complete(aside: pd.DataFrame) -> list[str]:
    if len(aside) == 0:
        return []
    names = listed(map(one_line, aside["name"]), most=4)
    return [f"Note {counted(len(aside), 'proposal')} that cannot be assessed yet: {names}."]


def changes(dossier: Dossier) -> pd.DataFrame:
    """Return what is asked of running work; after the meeting, what was approved of it."""
    asked, decided = dossier.changes, dossier.decisions
    if decided is None:
        return asked
    return asked[asked.index.isin(decided.index[decided["decision"].isin(APPROVED)])]


def decided(dossier: Dossier) -> list[str]:
    """Say how many projects were approved, deferred and rejected, and for how much."""
    if dossier.decisions is None:
        return []
    cost = dossier.recommendation.ranked_list["cost"]
    return [
        *(
            f"{sentence(word)[:-1]}: {counted(len(group), 'project')}, "
            f"{amount(dossier, float(cost.reindex(group.index).sum()))}"
            for word, group in _on_proposals(dossier).groupby("decision", sort=False)
        ),
        *decided_changes(dossier),
    ]


def conditions(dossier: Dossier) -> list[str]:
    """Say what the approval is subject to: other starts or versions, and what the board decided."""
    made = dossier.recommendation
    said = [
        f"{made.names([project])[0]}: {one_line(words)}."
        for project, words in statements.conditions(made).items()
    ]
    if dossier.decisions is not None:
        stated = dossier.decisions["condition"]
        stated = stated[stated != ""]
        said += [f"{subject(dossier, p)}: {sentence(one_line(w))}" for p, w in stated.items()]
    return said


def left_over(dossier: Dossier) -> str:
    """Say what is left over and why, as the headline does, then year by year."""
    made, table = dossier.recommendation, by_year(dossier)
    if len(table) == 0:
        return "No budget is stated, so nothing is left over."
    money = statements.money_of(made)
    left = table.loc["Left over"]
    why = made.headline.rpartition(" left because ")[2]
    years = [f"{year} {money.shown(amount)}" for year, amount in left.iloc[:-1].items()]
    return f"{money.shown(left['in all'])}, because {sentence(why)[:1].lower()}{sentence(why)[1:]} By year: {', '.join(years)}."


def cut(dossier: Dossier) -> str:
    """Word the line at which funding ends."""
    amounts = dossier.amounts
    if "left over" not in amounts:
        return "FUNDING ENDS HERE · no budget is stated"
    left = statements.money_of(dossier.recommendation).shown(amounts["left over"])
    return f"FUNDING ENDS HERE · {left} left over"


def waits(dossier: Dossier) -> list[tuple[str, str, pd.DataFrame]]:
    """List what is not on the list now: a title, by which rule it is named, and a table each.

    First what was delayed to make room; after the meeting also what the board deferred, and
    what it rejected, where it did.
    """
    found = [("Delayed to make room", _rule(dossier), delayed(dossier))]
    for decision, word in (("defer", "Deferred"), ("reject", "Rejected")):
        table = turned_down(dossier, decision)
        found += [(f"{word} by the board", "", table)] if len(table) else []
    return found


def turned_down(dossier: Dossier, decision: str) -> pd.DataFrame:
    """List the proposals that the board deferred, or rejected, and why; none before it met.

    Returns
    -------
    DataFrame by project
        As `delayed`.
    """
    if dossier.decisions is None:
        return _laid_out(dossier, {})
    own = _on_proposals(dossier)
    return _laid_out(
        dossier,
        {
            row.Index: "; ".join(one_line(text) for text in (row.condition, row.comment) if text)
            or "no reason stated"
            for row in own[own["decision"] == decision].itertuples()
        },
    )


def delayed(dossier: Dossier) -> pd.DataFrame:
    """List what waits so that the list fits: who makes room, for whom, and why.

    Returns
    -------
    DataFrame by project
        ``name``, ``cost`` [currency] and ``why`` in words: proposals that rank alone would
        let in or an override keeps out, proposals that start later, and running work that a
        review pauses or slows down; what it stops does not wait. After the meeting no proposal
        that was decided on, and of the others those that do not fit.
    """
    made, changed = dossier.recommendation, changes(dossier)
    less = changed[changed["action"].isin(["pause", "slow down"])]
    why = _overtaken(dossier) | _displaced(dossier) | _later(dossier)
    cost = made.evaluation.finance["cost_in_budget"]
    if dossier.decisions is None:
        would = {row.Index: f"would {row.action}" for row in less.itertuples()}
    else:
        told = _on_proposals(dossier).index
        why = {project: words for project, words in why.items() if project not in told}
        would = {row.Index: f"{ACTIONS[row.action]} by the board" for row in less.itertuples()}
        cost = less["frees"].combine_first(cost)
    why |= {project: f"{words}: {less.at[project, 'reason']}" for project, words in would.items()}
    return _laid_out(dossier, why, cost)


def _laid_out(dossier: Dossier, why: dict, cost: pd.Series | None = None) -> pd.DataFrame:
    """Set name and cost beside why each project waits."""
    made = dossier.recommendation
    cost = made.ranked_list["cost"] if cost is None else cost
    table = pd.DataFrame({"why": pd.Series(why, dtype="str")})
    table.insert(0, "name", made.names(table.index))
    table.insert(1, "cost", cost.reindex(table.index))
    return table.rename_axis("project")


def _rule(dossier: Dossier) -> str:
    """Say by which rule `delayed` names a project."""
    funded = int(dossier.recommendation.ranked_list["funded"].sum())
    if dossier.decisions is not None:
        return (
            "Named are proposals not decided on that do not fit though they rank among the first "
            f"{funded}, as many as are on this list, that what the board includes displaces, or that "
            "start later than planned; and running work paused or slowed down."
        )
    return (
        f"Named are proposals that are left out though they rank among the first {funded}, as many "
        "as are recommended, or that what the board includes displaces; those that start later "
        "than planned; and running work to be paused or slowed down."
    )


def _displaced(dossier: Dossier) -> dict[str, str]:
    """Say of each project that an override keeps out, which override it is."""
    if dossier.answers is None:
        return {}
    forced = dossier.prices.index[dossier.prices["decision"] == "in"]
    rows = dossier.answers[dossier.answers.index.isin(forced)]
    made = dossier.recommendation
    return {
        project: f"makes room for {made.names([row.Index])[0]}, which the board includes"
        for row in rows.itertuples()
        for project in row.enters
        if project != row.Index
    }


def _overtaken(dossier: Dossier) -> dict[str, str]:
    """Say of each proposal left out why it is, if as many as are funded rank no better."""
    ranked = dossier.recommendation.ranked_list
    out = ranked[ranked["block"].eq("not recommended") & ranked["rank"].le(ranked["funded"].sum())]
    if dossier.decisions is not None:  # what is excluded, or loses to a rival, makes no room
        out = out[out["why"].str.startswith("Does not fit")]
    return {row.Index: f"ranks {row.rank} and waits: {_lower(row.why)}" for row in out.itertuples()}


def _lower(words: str) -> str:
    """Word the first clause of a reason inside a sentence."""
    words = one_line(words).partition(";")[0]
    return words[:1].lower() + words[1:]


def _later(dossier: Dossier) -> dict[str, str]:
    words = statements.conditions(dossier.recommendation)
    return {project: one_line(text) for project, text in words.items() if "instead of" in text}


def debated(dossier: Dossier) -> pd.DataFrame:
    """Return the projects that deserve debate; none where no agenda was drawn up."""
    if dossier.agenda is None:
        return pd.DataFrame(columns=["decision", "share", "reason", "question"])
    return dossier.agenda[dossier.agenda["decision"] == "debate"]


def question(pair) -> str:
    """Word what to ask first of a debated project."""
    if not isinstance(pair, tuple):
        return one_line(pair)
    return f"Which is worth more: {' or '.join(map(one_line, pair))}?"


def amount(dossier: Dossier, cost: float) -> str:
    """Word a cost; a dash where there is none."""
    sign = dossier.recommendation.settings.currency
    return "–" if pd.isna(cost) else money_words(cost, one_line(sign))
