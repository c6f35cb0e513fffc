"""The sentences of the page: how exact it is, what the list is, what a decision costs."""

from __future__ import annotations

from pmo_lib import statements
from pmo_lib.boardroom.markup import bad, lines, text
from pmo_lib.boardroom.state import Room
from pmo_lib.statements import money_of
from pmo_lib.widgets.trial import CANNOT, COMING, EXACT, REASONS
from pmo_lib.widgets.words import tried
from pmo_lib.wording import (
    counted,
    list_word,
    listed,
    long_date,
    one_line,
    sentence,
    worth_words,
)
from pmo_lib.workbench import Recommendation

STATE = {
    EXACT: ("exact", "Exact answer"),
    REASONS: ("exact", "Exact answer · reasons coming"),
    COMING: ("coming", "Exact answer coming …"),
    CANNOT: ("cannot", "No list meets this"),
}
"""By state of the room: a key for its look, and its words."""

TRIED = "Exact answer · of what is tried"

MOST_NAMED = 6


def exactness(room: Room) -> tuple[str, str]:
    """Return how exact the page is, as a key and in words, and whether it shows what is saved."""
    kind, said = STATE[room.state]
    return kind, TRIED if room.state == EXACT and room.moved else said


def title_of(room: Room) -> str:
    """Return whose page it is, and for which meeting."""
    settings = room.saved
    when = long_date(settings.meeting_date) if settings.meeting_date else ""
    parts = [settings.board, when, settings.organisation or room.portfolio.source, settings.status]
    return " · ".join(one_line(part) for part in parts if part)


def headline(room: Room) -> str:
    """Return the last exact list in one sentence, and what is wrong if there is no newer one."""
    said = lines(room.answer.headline)
    return said + (
        bad(f"{plain(room.problem)}\nThe last exact list stays.") if room.problem else ""
    )


def plain(problem: str) -> str:
    """Say what has to be mended without naming a column."""
    return "\n".join(sentence(row.removeprefix("settings: ")) for row in problem.splitlines())


def against_saved(room: Room) -> str:
    """Say what is tried, and what enters and leaves the saved list."""
    departs = tried(room.portfolio, room.opening, room.answer)
    if not departs:
        return lines("This is the saved list: nothing is tried.", quiet=True)
    before, after = room.opening.choice.value, room.answer.choice.value
    told = _moved(room) or ["The same projects are recommended."]
    same = room.answer.settings.weights == room.opening.settings.weights
    if same and abs(after - before) > 5e-4:
        gap = worth_words(abs(after - before), room.answer.settings)
        told.append(f"The list is worth {gap} {'more' if after > before else 'less'}.")
    return lines(*(sentence(part) for part in departs), heading="Tried") + lines(*told)


def _moved(room: Room) -> list[str]:
    """Name what enters and what leaves the saved list; nothing if it stays."""
    parts = statements.moved(room.opening, room.answer).items()
    named = {word: [one_line(name) for name in part["name"]] for word, part in parts}
    return [
        f"{word.capitalize()}: {listed(names, most=MOST_NAMED)}."
        for word, names in named.items()
        if names
    ]


def to_approve(room: Room) -> str:
    """Say on a button what it approves: the saved list or the trial, in numbers."""
    what = "the trial" if room.moved else "the saved list"
    if room.state in (COMING, CANNOT):
        return f"Approve {what} · {STATE[room.state][1]}"
    return f"Approve {what}: {_size(room.answer)}"


def approving(room: Room) -> str:
    """State what an approval of the exact list would record, beside the saved list."""
    proposals = len(room.answer.evaluation.score)
    out = proposals - int(room.answer.choice.selected.sum())
    funds = f"{_size(room.answer)}, to fund, and {out} not to fund"
    if not room.moved:
        return f"This is the saved list: {funds}."
    departs = "; ".join(tried(room.portfolio, room.opening, room.answer))
    return " ".join([
        f"This is the trial, not the saved list ({_size(room.opening)}).",
        f"Tried: {departs}." if departs else "",
        f"Its list: {funds}.", *_moved(room), "From then on it is the saved list.",
    ])  # fmt: skip


def _size(made: Recommendation) -> str:
    """Word how many proposals a list funds, and for how much."""
    chosen = made.choice.selected.index[made.choice.selected]
    cost = money_of(made).shown(made.ranked_list["cost"].reindex(chosen).sum())
    return f"{counted(len(chosen), 'proposal')} for {cost}"


def price(room: Room) -> str:
    """Say what the project last included or excluded costs the list, and what it displaces."""
    rows = {row["project"]: row for row in room.answer.settings.overrides}
    row = rows.get(room.project)
    if row is None or room.without is None or room.state == COMING:
        return ""
    if row["decision"] == "in":
        said = statements.price_of_including(room.without, room.answer, room.project)
    else:
        said = price_of_excluding(room.without, room.answer, room.project)
    return lines(" ".join(said)) + lines(_ruled(room, [row]), quiet=True)


def price_of_excluding(without: Recommendation, now: Recommendation, project: str) -> list[str]:
    """Say what leaving a project out costs the list, and what comes in.

    Parameters
    ----------
    without, now : Recommendation
        Under settings that differ only in excluding the project.
    project : str
        The project excluded.
    """
    (name,), settings = now.names([project]), now.settings
    if not without.choice.selected.get(project, False):
        return [f"{name} is not on the list in any case: excluding it costs nothing."]
    lost = without.choice.value - now.choice.value
    enters, leaves = (
        listed(map(one_line, part.drop(index=project, errors="ignore")["name"]))
        for part in statements.moved(without, now).values()
    )
    return [
        f"Excluding {name} costs the list {worth_words(lost, settings)}.",
        f"In its place: {enters}." if enters else "Nothing comes in for it.",
        *([f"With it, {leaves} also drops out."] if leaves else []),
    ]


def agenda_of(room: Room, made: Recommendation | None, first: str) -> str:
    """Say of which list the agenda is; nothing while there is none.

    Parameters
    ----------
    room : Room
        What is tried.
    made : Recommendation or None
        The list whose agenda is shown.
    first : str
        Hash of the settings with which the meeting opened.
    """
    if made is None:
        return ""
    told = made.settings.hash()
    if told == room.answer.settings.hash():
        return lines("For this list:", quiet=True)
    opened = "For the list the meeting opened with:"
    return lines(opened if told == first else "For a list tried before, not this one:", quiet=True)


def board_says(room: Room) -> str:
    """List what the board includes and excludes now."""
    rows = room.settings.overrides
    if not rows:
        return ""
    return lines(_ruled(room, rows))


def _ruled(room: Room, rows) -> str:
    verbs = {"in": "The board includes", "out": "The board excludes"}
    names = room.opening.names(row["project"] for row in rows)
    return " ".join(
        f"{verbs[row['decision']]} {name}: {row['reason']} ({row['by']})."
        for row, name in zip(rows, names, strict=True)
    )


def recommended(room: Room) -> str:
    """Lay out the exact list: what is recommended with its cost, the line, what is left out."""
    made, money = room.answer, money_of(room.answer)
    table = made.ranked_list[made.ranked_list["block"] != "continues"]
    was = room.opening.choice.selected
    rows, lined = [], False
    for row in table.itertuples():
        if not row.funded and not lined:
            left = made.left_by_year()
            over = f"{money.shown(left.sum(), 2)} left over" if len(left) else "no budget stated"
            rows.append(f'<li class="pmo-line">Funding ends here · {text(over)}</li>')
            lined = True
        before = bool(was.get(row.Index, False))
        look = " pmo-new" if row.funded and not before else ""
        look = " pmo-gone" if before and not row.funded else look
        rank = "–" if row.rank is None or str(row.rank) == "<NA>" else row.rank
        cost = "" if row.cost != row.cost else f"{row.cost / money.divisor:,.1f}"
        rows.append(
            f'<li class="pmo-project{look}" title="{text(f"{row.name}: {row.why}")}"><span class="n">{rank}</span>'
            f'<span class="w">{text(row.name)}</span><span class="c">{cost}</span></li>'
        )
    return f'<ol class="pmo-names">{"".join(rows)}</ol>'


def list_heading(room: Room) -> str:
    """Head the exact list, with how good it is proven to be."""
    money, choice = money_of(room.answer), room.answer.choice
    proof = sentence(choice.sentence)
    heading = f"The {list_word(room.answer.settings)} list [{text(money.unit)}]"
    return f"<h2>{heading}</h2>" + lines(proof, quiet=True)
