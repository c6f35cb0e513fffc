"""What a board is asked, in the words that paper, slides and minutes share."""

from __future__ import annotations

import pandas as pd

from pmo_lib import periods, statements
from pmo_lib.approval.dossier import Dossier
from pmo_lib.wording import (
    counted,
    listed,
    long_date,
    money_words,
    one_line,
    sentence,
)

CHANGES = ("stop", "pause", "resume")
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
    """Say who meets when, on the data of which day."""
    settings = dossier.recommendation.settings
    parts = [
        shortened(settings.board),
        f"Meeting {long_date(settings.meeting_date)}",
        f"Data of {long_date(settings.data_date)}",
    ]
    return " · ".join(part for part in parts if part)


def meeting(dossier: Dossier) -> str:
    """Say who meets when."""
    return " · ".join(occasion(dossier).split(" · ")[:-1])


def standing(dossier: Dossier) -> str:
    """Say status, version and the pack's mark."""
    settings = dossier.recommendation.settings
    version, mark = shortened(settings.version), dossier.seal[:SEAL_SHOWN]
    return f"{settings.status} · version {version} · pack {mark}"


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
    table.index = ["There is for proposals", "Recommended", "Left over"]
    return table.assign(**{"in all": table.sum(axis=1)}) if len(money) else table.iloc[:0]


def asks(dossier: Dossier) -> list[str]:
    """Say what is to be decided, one sentence or two for each decision."""
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
    """Return the rows of the review that stop, pause or resume work; none without a review."""
    if dossier.review is None:
        return pd.DataFrame(columns=["action", "name", "reason", "frees"])
    table = dossier.review.found.table
    return table[table["action"].isin(CHANGES)]


def decided(dossier: Dossier) -> list[str]:
    """Say how many projects were approved, deferred and rejected, and for how much."""
    if dossier.decisions is None:
        return []
    cost = dossier.recommendation.ranked_list["cost"]
    return [
        f"{sentence(word)[:-1]}: {counted(len(group), 'project')}, "
        f"{amount(dossier, float(cost.reindex(group.index).sum()))}"
        for word, group in dossier.decisions.groupby("decision", sort=False)
    ]


def conditions(dossier: Dossier) -> list[str]:
    """Say what the approval is subject to: other starts or versions, and what the board decided."""
    made = dossier.recommendation
    said = [
        f"{made.names([project])[0]}: {one_line(words)}."
        for project, words in statements.conditions(made).items()
    ]
    decided = dossier.decisions
    if decided is not None:
        stated = decided[decided["condition"] != ""]["condition"]
        names = made.names(stated.index)
        said += [f"{n}: {sentence(one_line(w))}" for n, w in zip(names, stated, strict=True)]
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


def delayed(dossier: Dossier) -> pd.DataFrame:
    """List what waits so that the list fits: who makes room, for whom, and why.

    Returns
    -------
    DataFrame by project
        ``name``, ``cost`` [currency] and ``why`` in words: proposals that rank alone would
        let in or an override keeps out, proposals that start later, running work that a
        review stops or pauses, and what the board deferred.
    """
    made, changed = dossier.recommendation, changes(dossier)
    less = changed[changed["action"] != "resume"]
    why = _overtaken(dossier) | _displaced(dossier) | _later(dossier)
    why |= {row.Index: f"would {row.action}: {one_line(row.reason)}" for row in less.itertuples()}
    if dossier.decisions is not None:
        decided = dossier.decisions["decision"]
        put_off = dossier.decisions[decided == "defer"]
        approved = decided.index[decided.str.startswith("approve")]
        why |= {row.Index: _deferred(row) for row in put_off.itertuples()}
        why = {project: words for project, words in why.items() if project not in approved}
    table = pd.DataFrame({"why": pd.Series(why, dtype="str")})
    table.insert(0, "name", made.names(table.index))
    table.insert(1, "cost", made.evaluation.finance["cost_in_budget"].reindex(table.index))
    return table.rename_axis("project")


def _deferred(row) -> str:
    return "deferred by the board" + (f": {one_line(row.comment)}" if row.comment else "")


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
    return "–" if cost != cost else money_words(cost, one_line(sign))
