"""The slides of a decision: one decision a slide, charts that can be edited."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from pmo_lib import statements
from pmo_lib.approval.dossier import Dossier
from pmo_lib.export import asks
from pmo_lib.export import slides_base as base
from pmo_lib.export.slides_base import LEFT_HALF, RIGHT_HALF, WHOLE, Box, Deck
from pmo_lib.tables.writing import ending_in, write_whole
from pmo_lib.wording import counted, list_word, listed, one_line, percent, sentence

ROWS = 16
"""Projects on one slide of the list."""

MOST_LISTED = 47
"""Projects shown of a longer list: those nearest to the line; the paper has all."""

MOST_WAITING = 8
"""Projects named that wait for one reason; the notes have all."""

MOST_DEBATED = 12
"""Debated projects with a slide of their own; the most divided."""


def write_slides(dossier: Dossier, path: str | os.PathLike) -> Path:
    """Write the decision as slides, whole or not at all; same input, same bytes.

    The ask, the list, each debated project, what is left over, what the money serves, what
    stops and starts, and what to know. What does not fit a slide is in its notes in full.

    Parameters
    ----------
    dossier : Dossier
        As `approval.dossier` returns it; what it does not hold has no slide.
    path : path
        Ends in ``.pptx``; its folder is made if need be. A file there is replaced.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If the ending is another, python-pptx is not installed, or the file cannot be
        written; what was there is kept.
    """
    path = ending_in(path, ".pptx")
    made = base.deck(dossier)
    for write in (_ask, _list, _debates, _left_over, _serves, _stops, _know):
        write(made)
    base.sign(made)
    return write_whole(path, base.content(made))


def _ask(made: Deck) -> None:
    """Say what is asked, beside the money by year."""
    dossier = made.dossier
    added = base.slide(made, asks.headline(dossier))
    by_year, money = asks.by_year(dossier), statements.money_of(dossier.recommendation)
    box = LEFT_HALF if len(by_year) else WHOLE
    texts = [f"{n}. {words}" for n, words in enumerate(asks.asks(dossier), 1)]
    if dossier.decisions is not None:
        texts = [*asks.decided(dossier), "Asked before the meeting:", *texts]
    base.points(made, added, box, texts, size=18)
    if len(by_year):
        table = by_year.drop(columns="in all").T.iloc[:, :2] / money.divisor
        words = f"{table.columns[0]}, and {table.columns[1].lower()}, by year. The paper has the figures."
        unit, form = f"{money.unit} a year", _form(money)
        base.chart(made, added, RIGHT_HALF, table, words=words, unit=unit, form=form)
    base.finish(made, added)


def _form(money) -> str:
    return "#,##0.0" if money.letter == "m" else "#,##0"


def _list(made: Deck) -> None:
    """Show the list around its cut line, some projects a slide."""
    ranked = made.dossier.recommendation.ranked_list
    funded, out = ranked[ranked["funded"]], ranked[ranked["block"] == "not recommended"]
    line, n = len(funded), len(funded) + len(out)
    first = min(max(line - 2 * MOST_LISTED // 3, 0), max(n - MOST_LISTED, 0))
    shown = pd.concat([funded, out]).iloc[first : first + MOST_LISTED]
    part = "" if n <= MOST_LISTED else f" (nearest {len(shown)} of {n:,})"
    before = int(shown["funded"].sum())
    rows = [_line(made, project) for project in shown.itertuples()]
    rows.insert(before, ["", asks.cut(made.dossier), "", "", "", ""])
    decided = "Sponsor" if made.dossier.decisions is None else "Decision"
    heads = ["Rank ", "Project", decided, "Score ", "BCR ", _cost_head(made)]
    for start in range(0, len(rows), ROWS):
        own = rows[start : start + ROWS]
        title = f"{counted(len(funded), 'proposal')} above the line, {len(out):,} below{part}"
        if len(rows) > ROWS:
            title += f" · {start // ROWS + 1} of {-(-len(rows) // ROWS)}"
        added = base.slide(made, title)
        heavy = before - start if start <= before < start + ROWS else None
        widths = (0.6, 4.6, 2.8, 0.9, 0.8, 1)
        base.table(made, added, WHOLE, heads, own, widths=widths, heavy=heavy, size=13)
        base.finish(made, added)


def _cost_head(made: Deck) -> str:
    return f"Cost {statements.money_of(made.dossier.recommendation).unit} "


def _line(made: Deck, project) -> list[str]:
    money = statements.money_of(made.dossier.recommendation)
    numbers = [
        "–" if pd.isna(x) else f"{x:,.{places}f}".replace("-", "−")
        for x, places in (
            (100 * project.score, 1), (project.bcr, 2),
            (project.cost / money.divisor, 1 if money.letter == "m" else 0),
        )
    ]  # fmt: skip
    rank = "–" if pd.isna(project.rank) else str(project.rank)
    duty = " (mandatory)" if project.block == "mandatory" else ""
    decisions, beside = made.dossier.decisions, one_line(project.sponsor)
    if decisions is not None:
        beside = decisions["decision"].get(project.Index, "–")
    return [rank, f"{one_line(project.name)}{duty}", beside, *numbers]


def _debates(made: Deck) -> None:
    """Give each debated project its slide."""
    debated = asks.debated(made.dossier)
    for project in debated.itertuples():
        if debated.index.get_loc(project.Index) >= MOST_DEBATED:
            break
        _debate(made, project)


def _debate(made: Deck, project) -> None:
    dossier, label = made.dossier, project.Index
    recommendation = dossier.recommendation
    row = recommendation.ranked_list.loc[label]
    added = base.slide(made, f"Debate: {recommendation.names([label])[0]}?")
    place = f"on the {list_word(recommendation.settings)} list"
    stands = place if row["funded"] else f"not {place}"
    points = [
        f"Now {stands}: rank {row['rank']}, score {100 * row['score']:.1f}, "
        f"cost {asks.amount(dossier, row['cost'])}.",
        sentence(project.reason),
    ]
    for words, members in (("Would fund it", project.for_it), ("Would not", project.against_it)):
        if len(members):
            points.append(f"{words}: {listed(map(one_line, members))}.")
    if asks.question(project.question):
        points.append(f"Ask first: {asks.question(project.question)}")
    points.append("Decide: approve, approve subject to, defer or reject.")
    base.points(made, added, LEFT_HALF, points)
    parts = 100 * recommendation.evaluation.weighted_values.loc[[label]].T
    names = recommendation.portfolio.criteria["name"].reindex(parts.index)
    table = parts.set_axis(["this project"], axis=1)
    table["most possible"] = 100 * recommendation.evaluation.weights.reindex(parts.index)
    table = table.set_axis([one_line(name) for name in names])
    words = "Points that each criterion gives this project, beside the most it could give."
    base.chart(made, added, RIGHT_HALF, table, words=words, unit="points", across=True)
    base.finish(made, added)


def _left_over(made: Deck) -> None:
    """Say what is left over and why, and who waits."""
    dossier = made.dossier
    by_year, money = asks.by_year(dossier), statements.money_of(dossier.recommendation)
    if len(by_year) == 0:
        return
    total = money.shown(by_year.at["Left over", "in all"])
    waits = pd.concat([asks.delayed(dossier), asks.turned_down(dossier, "defer")])
    added = base.slide(made, f"{total} is left over, and {counted(len(waits), 'project')} wait"
                       + ("s" if len(waits) == 1 else ""))  # fmt: skip
    texts = [sentence(asks.left_over(dossier).partition(" By year: ")[0])]
    for why, group in waits["name"].map(one_line).groupby(waits["why"], sort=False):
        texts.append(f"{listed(group, most=MOST_WAITING)}: {why}")
        made.shortened.extend([f"{listed(group)}: {why}"] * (len(group) > MOST_WAITING))
    base.points(made, added, LEFT_HALF, texts)
    table = by_year.drop(columns="in all").T[["Left over"]] / money.divisor
    words = "What is left over of the budgets, by year."
    unit, form = f"left over, {money.unit}", _form(money)
    base.chart(made, added, RIGHT_HALF, table, words=words, unit=unit, form=form)
    base.finish(made, added)


def _serves(made: Deck) -> None:
    """Set each objective's share of the money beside its importance."""
    from pmo_lib.alignment import NO_OBJECTIVE
    from pmo_lib.stories import served

    recommendation = made.dossier.recommendation
    weights = recommendation.evaluation.objective_weights
    if len(weights) == 0:
        return
    spend = served.spend(recommendation)
    if len(spend) == 0:
        return
    share = 100 * spend["share"].astype(float)
    table = pd.DataFrame({"share of the money": share, "importance": 100 * weights})
    table = table.reindex(weights.sort_values(ascending=False, kind="stable").index)
    if share.get(NO_OBJECTIVE, 0) > 0:
        table.loc[NO_OBJECTIVE] = [share[NO_OBJECTIVE], float("nan")]
    names = recommendation.portfolio.objectives["name"]
    apart = (table["share of the money"] - table["importance"]).dropna()
    most = one_line(names[apart.idxmax()])
    title = f"The money goes furthest beyond its importance to: {most}"
    if apart.abs().max() < 1:
        title = "The money follows what matters"
    added = base.slide(made, title)
    table.index = [one_line(names.get(o, o)) for o in table.index]
    place = Box(base.EDGE, base.TOP, 560, WHOLE.high)
    word = list_word(recommendation.settings)
    words = f"Share of the {word} money by objective, beside the importance of each."
    base.chart(made, added, place, table, words=words, unit="%", across=True, form="0")
    beside = Box(620, base.TOP, base.WIDE - base.EDGE - 620, WHOLE.high)
    says = [served.spend_in_words(recommendation), served.coverage_in_words(recommendation)]
    base.points(made, added, beside, says, size=14)
    base.finish(made, added)


def _stops(made: Deck) -> None:
    """Say what the review would stop and what the board's own changes cost."""
    dossier, prices = made.dossier, made.dossier.prices
    changed = asks.changes(dossier)
    rows = [[row.action, one_line(row.name), one_line(row.reason)] for row in changed.itertuples()]
    for row in prices.itertuples():
        action = "include" if row.decision == "in" else "exclude"
        says = f"{one_line(row.reason)} ({one_line(row.by)}). {asks.price(dossier, row)}"
        rows.append([action, one_line(row.name), says])
    for start in range(0, len(rows), 6):
        parts = [counted(len(changed), "change") + " to running work"] if len(changed) else []
        parts += (
            [counted(len(prices), "project") + " by the board's own decision"]
            if len(prices)
            else []
        )
        verb = "Decide" if dossier.decisions is None else "Decided"
        added = base.slide(made, f"{verb} separately: {listed(parts)}")
        base.table(
            made, added, WHOLE, ["Action", "Project", "Why, and what it costs"],
            rows[start : start + 6], widths=(1, 3, 6), size=13, lines=3,
        )  # fmt: skip
        base.finish(made, added)


def _know(made: Deck) -> None:
    """Say what must be read with the list, how sure it is, and who signs."""
    dossier = made.dossier
    agenda, texts = dossier.agenda, []
    if agenda is not None:
        counts = agenda["decision"].value_counts()
        texts.append(
            "Of the proposals: "
            + listed(f"{word} {counts[word]}" for word in counts.index)
            + "; whatever the weights the board would accept."
        )
    if dossier.room is not None and len(dossier.room):
        tight = (dossier.room["high"] - dossier.room["low"]).idxmin()
        row = dossier.room.loc[tight]
        texts.append(
            f"The weight the list hangs on most is {one_line(row['criterion'])}: now "
            f"{percent(row['weight'])}, the list stays from {percent(row['low'])} to "
            f"{percent(row['high'])}."
        )
    texts += [
        *dossier.certainty,
        *dossier.recommendation.warnings,
        statements.basis(dossier.recommendation),
    ]
    if dossier.since_last is not None:
        texts.append(
            f"Since last time {counted(len(dossier.since_last), 'project')} changed place."
        )
    signing = listed(dossier.matrix.loc[dossier.matrix["needed"], "role"].map(one_line))
    texts.append(f"To be signed by: {signing}.")
    added = base.slide(made, "What to know before deciding")
    base.points(made, added, WHOLE, texts)
    base.finish(made, added)
