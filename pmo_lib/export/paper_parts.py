"""What the decision paper says, part by part."""

from __future__ import annotations

import math

import pandas as pd

from pmo_lib import statements
from pmo_lib.approval.dossier import Dossier
from pmo_lib.export import asks, paper_pictures
from pmo_lib.export.paper_blocks import (
    CENTRE,
    column,
    figures,
    part,
    points,
    row,
    said,
    table,
)
from pmo_lib.wording import counted, listed, money_words, number, one_line, percent, sentence

ON_FIRST_PAGE = 3
"""Warnings that stand on the first page; all of them stand among the assumptions."""

MOST_ASKS = 8
"""Decisions named on the first page; each stands in its part as well."""

YEARS_ACROSS = 7
"""More budget years than this are added up on the first page."""

LONG_REASON = 60
"""Where half the reasons are longer than this, they have the wider column. [letters]"""

MOST_SETTLED = 40
"""Projects named that need no debate; the workbook has all."""


def decision(dossier: Dossier) -> list[dict]:
    """Return the first page: what is asked, the money, the conditions, who signs."""
    made = dossier.recommendation
    stated, decided = asks.conditions(dossier), asks.decided(dossier)
    waits = [(title, table["name"].map(one_line)) for title, _, table in asks.waits(dossier)]
    reading = list(made.warnings)
    more = len(reading) - ON_FIRST_PAGE
    if more > 0:
        reading = [*reading[:ON_FIRST_PAGE], f"And {more} more under Assumptions."]
    words = "What was asked before the meeting" if decided else "What is to be decided"
    few = _few(asks.asks(dossier), MOST_ASKS, "in the parts that follow")
    ask = [said("heading", words), points(few, numbered=True)]
    blocks = [
        said("lead", asks.headline(dossier)),
        _money(dossier),
        said("heading", "What was decided") if decided else None,
        points(decided),
        *([] if decided else ask),
        said("heading", "Subject to") if stated else None,
        points(_few(stated, 5, "in the list")),
        said("heading", "What is left over, and why"),
        said("text", asks.left_over(dossier)),
        *(
            block
            for title, names in waits
            if len(names)
            for block in (said("heading", title), said("text", f"{listed(names, most=6)}."))
        ),
        said("heading", "Read with this") if reading else None,
        points(reading),
        said("heading", "Signed"),
        _signatures(dossier),
        *(ask if decided else []),
    ]
    return [block for block in blocks if block]


def _few(texts: list[str], most: int, where: str) -> list[str]:
    """Return the first texts, and how many more there are where."""
    more = len(texts) - most
    return [*texts[:most], f"And {more} more {where}."] if more > 0 else texts


def _money(dossier: Dossier) -> dict | None:
    by_year, money = asks.by_year(dossier), statements.money_of(dossier.recommendation)
    if by_year.shape[1] > YEARS_ACROSS + 1:
        by_year = by_year[["in all"]]
    columns = [column(f"Money, {money.unit}", 1), *(figures(year) for year in by_year.columns)]
    kinds = ("row", "row", "sum")
    rows = [
        row(words, *(_money_cell(amount, money) for amount in amounts), kind=kind)
        for (words, *amounts), kind in zip(by_year.itertuples(), kinds, strict=False)
    ]
    return table(columns, rows, size=9.5)


def _signatures(dossier: Dossier) -> dict:
    matrix = dossier.matrix
    columns = [
        column("Role", 1.5), column("Signs", 3.4), column("Name", 2.2), column("Signature", 2.6),
        column("Date", 1.3),
    ]  # fmt: skip
    needed = matrix[matrix["needed"]]
    rows = [
        row(role, sentence(signs), "", "", "") for role, signs in needed[["role", "signs"]].values
    ]
    return table(columns, rows, size=9, roomy=True)


def parts(dossier: Dossier) -> list[dict]:
    """Return everything after the first page; what the dossier does not hold has no part."""
    found = [
        part("The ranked list", *_list(dossier)),
        part("In pictures", *paper_pictures.of_the_list(dossier)),
        part(WAITS[dossier.decisions is not None], *_waits(dossier)),
        part("What the board includes and excludes", *_prices(dossier), fresh=False),
        part("Why not", *_why_not(dossier), fresh=False),
        part("What deserves debate", *_agenda(dossier)),
        part("Running work", *_running(dossier), fresh=False),
        part("What changed since last time", *_since(dossier), fresh=False),
        part("What the money serves", *paper_pictures.of_objectives(dossier)),
        part("What other budgets would buy", *paper_pictures.of_budgets(dossier), fresh=False),
        part("Limits and people", *_limits(dossier)),
        part("Assumptions", *_assumptions(dossier), fresh=False),
    ]
    return [one for one in found if one["blocks"]]


WAITS = ("What waits to make room", "What waits, and what was rejected")
"""Heading of what is not on the list now: before the meeting, and after it."""


def _list(dossier: Dossier) -> list[dict]:
    """Lay out the ranked list with its cut line."""
    made, money = dossier.recommendation, statements.money_of(dossier.recommendation)
    decided = dossier.decisions
    long = made.ranked_list["why"].str.len().median() > LONG_REASON
    columns = [
        column("Rank", side=CENTRE, cm=1.1), column("Project, sponsor", 4 if long else 6),
        figures("Score", 1.3), figures("BCR", 1.1), figures(f"Cost {money.unit}", 1.3),
        figures("Running total", 1.4), column("Why here", 7.5 if long else 5.5),
    ]  # fmt: skip
    columns += [column("Decision", 2.2)] if decided is not None else []
    wide, ranked, rows = len(columns), made.ranked_list, []
    running = ranked[ranked["block"] == "continues"]
    if len(running):
        words = f"COMMITTED: {statements.committed(made)}, listed under Running work"
        rows.append(_bar(words, running["cost"].sum(), money, wide))
    for block, words in statements.block_words(made).items():
        listed_ = ranked[ranked["block"] == block]
        if block == "not recommended":
            rows.append(row({"text": asks.cut(dossier), "span": wide}, kind="cut"))
        if len(listed_):
            words = f"{words}: {counted(len(listed_), 'project')}"
            rows.append(_bar(words, listed_["cost"].sum(min_count=1), money, wide))
        rows += [_project(dossier, one, money) for one in listed_.itertuples()]
    legend = statements.legend(made, money).removesuffix(" … In full on sheet Reasons.")
    return [table(columns, rows, size=8), said("small", legend)]


def _bar(words: str, cost: float, money, wide: int) -> dict:
    return row({"text": words, "span": 4}, _money_cell(cost, money), {"text": "", "span": wide - 5},
               kind="bar")  # fmt: skip


def _money_cell(amount: float, money) -> str:
    if math.isnan(amount):
        return "–"
    return money.figure(amount)


def _project(dossier: Dossier, one, money) -> dict:
    """Lay out one project of the list."""
    rank = "–" if pd.isna(one.rank) else str(one.rank)
    score = "–" if pd.isna(one.score) else f"{'≈ ' * bool(one.too_close)}{100 * one.score:.1f}"
    bcr = "–" if pd.isna(one.bcr) else f"{one.bcr:,.2f}"
    cells = [
        rank, {"text": one_line(one.name) or str(one.Index), "under": one_line(one.sponsor)}, score,
        bcr, _money_cell(one.cost, money),
        "" if pd.isna(one.running_total) else _money_cell(one.running_total, money),
        sentence(one_line(one.why)),
    ]  # fmt: skip
    if dossier.decisions is not None:
        cells.append(_decided(dossier.decisions, one.Index))
    return row(*cells, kind="row" if one.funded else "quiet")


def _decided(decisions: pd.DataFrame, project) -> dict | str:
    if project not in decisions.index:
        return "–"
    found = decisions.loc[project]
    return {"text": found["decision"], "under": found["condition"]}


def _waits(dossier: Dossier) -> list:
    """Name who makes room, and for whom; and what the board deferred or rejected, and why."""
    columns, blocks = [column("Project", 4), figures("Cost"), column("Why", 7)], []
    for title, rule, waits in asks.waits(dossier):
        rows = [
            (one_line(one.name), asks.amount(dossier, one.cost), sentence(one.why))
            for one in waits.itertuples()
        ]
        if rows:
            blocks += [said("small", rule)] if rule else []
            blocks.append(table(columns, rows, title=title))
    return blocks


def _why_not(dossier: Dossier) -> list:
    """Say of each proposal left out what would bring it in."""
    if dossier.answers is None:
        return []
    answers, asked = dossier.answers, len(dossier.recommendation.evaluation.score)
    untold = answers["low"].le(0) & answers["high"].eq(math.inf)
    answers = answers[~untold]
    out = answers[answers["case"].isin(["left out", "excluded"])].sort_values("rank")
    inside = answers[answers["case"].isin(["funded", "included"])].sort_values("rank")
    note = (
        f"{len(answers)} of {counted(asked, 'proposal')} answered, nearest to the line first. Each "
        "answer is a choice made again, exactly; ‘between’ gives what is proven in the time taken."
    )
    if untold.any():
        note += f" Nothing could be told of {untold.sum()} more; the workbook names them."
    columns = [column("Rank", side=CENTRE), column("Project", 3), column("What it would take", 8)]
    tables = [
        table(columns, _answers(group), title=title)
        for group, title in ((out, "Left out: what would bring it in"),
                             (inside, "On the list: what would push it out"))
    ]  # fmt: skip
    return [said("small", note), *tables] if len(untold) else []


def _answers(group: pd.DataFrame) -> list[tuple]:
    return [
        (str(one.rank), one_line(one.name), sentence(one_line(one.says)))
        for one in group.itertuples()
    ]


def _prices(dossier: Dossier) -> list:
    """Price what the board includes or excludes."""
    columns = [
        column("Project", 3), column("Board", 1.2), column("Reason, by", 3), column("Price", 5),
    ]  # fmt: skip
    words = {"in": "includes", "out": "excludes"}
    rows = [
        (one_line(one.name), words[one.decision], f"{one_line(one.reason)} ({one_line(one.by)})",
         asks.price(dossier, one))
        for one in dossier.prices.itertuples()
    ]  # fmt: skip
    return [table(columns, rows)]


def _agenda(dossier: Dossier) -> list:
    """Say what needs no debate, what does, and how far each weight may move."""
    if dossier.agenda is None:
        return []
    made, columns = dossier.recommendation, [
        column("Project", 3), column("Why it is open", 4.5), column("Would fund it", 2.5),
        column("Would not", 2.5), column("Ask first", 3),
    ]  # fmt: skip
    rows = [
        (name, sentence(one.reason), listed(map(one_line, one.for_it)) or "–",
         listed(map(one_line, one.against_it)) or "–", asks.question(one.question) or "–")
        for name, one in _named(made, asks.debated(dossier))
    ]  # fmt: skip
    settled = [
        f"{sentence(word)[:-1]} ({len(group)}): {_few_names(made, group.index)}."
        for word, group in dossier.agenda.groupby("decision", sort=False)
        if word != "debate"
    ]
    return [
        points(settled),
        table(columns, rows, title="Debate these"),
        said("heading", "How far that may be relied on") if dossier.certainty else None,
        points(dossier.certainty),
        _room(dossier),
    ]


def _few_names(made, projects: pd.Index) -> str:
    more = " (the workbook names them)" if len(projects) > MOST_SETTLED else ""
    return listed(made.names(projects), most=MOST_SETTLED) + more


def _named(made, rows: pd.DataFrame):
    return zip(made.names(rows.index), rows.itertuples(), strict=True)


def _room(dossier: Dossier) -> dict | None:
    if dossier.room is None:
        return None
    columns = [
        column("Criterion", 4), figures("Weight now"), figures("The list stays from"), figures("to"),
    ]  # fmt: skip
    rows = [
        (one_line(one.criterion), *map(percent, (one.weight, one.low, one.high)))
        for one in dossier.room.itertuples()
    ]
    return table(columns, rows, title="How far each weight may move alone before the list changes")


def _running(dossier: Dossier) -> list:
    """Lay out running work, and what a review would change of it."""
    made, money = dossier.recommendation, statements.money_of(dossier.recommendation)
    running = made.ranked_list[made.ranked_list["block"] == "continues"]
    if dossier.review is None:
        ending = statements.ending(made)
        columns = [
            column("Project", 6),
            column("Sponsor", 3),
            figures(f"Still to pay {money.unit}"),
        ]
        rows = [
            (
                one_line(one.name) + ", stopped" * (one.Index in ending),
                one_line(one.sponsor),
                _money_cell(one.cost, money),
            )
            for one in running.itertuples()
        ]
        return [
            points(asks.decided_changes(dossier)),
            table(columns, rows, title="Running work, paid before anything else"),
        ]
    facts = dossier.review.found.table
    facts = facts[facts["action"].isin((*asks.CHANGES, "continue"))]
    order = {action: place for place, action in enumerate((*asks.CHANGES, "continue"))}
    facts = facts.iloc[facts["action"].map(order).argsort(kind="stable").to_numpy()]
    columns = [
        column("Action", 1.6), column("Project", 4), figures(f"Still to pay {money.unit}"),
        figures("Benefit for each 1"), column("Why", 6.5),
    ]  # fmt: skip
    rows = [
        row(one.action, one_line(one.name), _money_cell(one.cost_to_complete, money),
            "–" if pd.isna(one.bcr) else f"{one.bcr:,.2f}", sentence(one_line(one.reason)),
            kind="quiet" if one.action == "continue" else "row")
        for one in facts.itertuples()
    ]  # fmt: skip
    aside = running.index.difference(facts.index)
    note = f"Goes on, not reviewed: {listed(made.names(aside))}." if len(aside) else ""
    return [
        said("small", "What is already spent counts for nothing. The ranked list is the one in which "
             "all running work goes on; a change takes effect when the board decides it."),
        table(columns, rows),
        said("small", note) if note else None,
    ]  # fmt: skip


def _since(dossier: Dossier) -> list:
    """Bridge from last time to now."""
    if dossier.since_last is None:
        return []
    columns = [
        column("Project", 4), column("Change", 1.6), column("Before", 1.8), column("Now", 1.8),
        column("Because of", 3), column("Why", 5),
    ]  # fmt: skip
    rows = [
        (one_line(one.name), *(one_line(cell) for cell in (one.change, one.before, one.after)),
         one_line(one.cause), sentence(one_line(one.reason)))
        for one in dossier.since_last.itertuples()
    ]  # fmt: skip
    if not rows:
        return [said("text", "Nothing changed since last time.")]
    causes = dossier.causes if dossier.causes is not None else pd.Series(dtype=float)
    shares = [f"{cause} {percent(share)}" for cause, share in causes.items() if share]
    words = f"Share in the change of what lies ahead: {listed(shares)}." if shares else ""
    return [said("small", words) if words else None, table(columns, rows)]


def _limits(dossier: Dossier) -> list:
    """State every budget and limit, and of people each role's fullest month."""
    made, sign = dossier.recommendation, one_line(dossier.recommendation.settings.currency)
    limits = made.limits
    money, people = limits[limits["kind"] == "money"], limits[limits["kind"] == "people"]
    amounts = [column("Budget", 5), figures("There is"), figures("Used"), figures("Left over")]
    budgets = [
        (name, *(money_words(x, sign) for x in (one.available, one.used, one.left_over)))
        for name, one in zip(money.index, money.itertuples(), strict=True)
    ]
    roles = [label[0] for label in people["label"]]
    tightest = people.loc[people["left_over"].groupby(roles).idxmin()] if len(people) else people
    persons = [column("Role and month in which least is left", 5), figures("There is, FTE"),
               figures("Used, FTE"), figures("Left over, FTE")]  # fmt: skip
    others = limits[limits["kind"] == "limit"]
    rules = [column("Limit", 5), figures("Limit"), figures("Used"), figures("Left over")]
    return [
        table(amounts, budgets, title="Budgets, after running work"),
        table(rules, _numbers(others), title="Limits on groups"),
        table(persons, _numbers(tightest), title="People, after running work"),
        *paper_pictures.of_people(dossier),
    ]


def _numbers(limits: pd.DataFrame) -> list[tuple]:
    parts_ = limits[["available", "used", "left_over"]].round(3)
    return [(name, *map(number, cells)) for name, *cells in parts_.itertuples()]


def _assumptions(dossier: Dossier) -> list:
    """State how the list was made, on what, and what is set aside."""
    made = dossier.recommendation
    criteria = made.portfolio.criteria.loc[made.evaluation.weights.index]
    columns = [column("Criterion", 4), figures("Weight"), column("The swing that it prices", 6)]
    rows = [
        (
            one_line(one["name"]),
            percent(weight),
            statements.swing(one, currency=made.settings.currency),
        )
        for (_, one), weight in zip(criteria.iterrows(), made.evaluation.weights, strict=True)
    ]
    aside, settings = made.evaluation.set_aside, made.settings
    stated = [settings.organisation, settings.marking, settings.version, settings.board]
    return [
        points([*statements.to_read(made)[1:], statements.saved_words(made.settings)]),
        table(columns, rows, title="Weights"),
        table([column("Set aside", 4), column("Why", 7)],
              [(one_line(one.name) or str(one.Index), sentence(one_line(one.reason))) for one in aside.itertuples()],
              title="Not assessed"),
        *(said("small", f"At the head and foot of every page, in full: {one_line(text)}")
          for text in stated if asks.shortened(text) != one_line(text)),
        said("small", f"The mark of this pack, in every file of it: {dossier.seal}"),
    ]  # fmt: skip
