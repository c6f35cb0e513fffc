"""One HTML file that ranks anew as weights move: opened from disk, without a network."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterable
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

import pandas as pd

from pmo_lib import __version__, statements
from pmo_lib.checks import InputError
from pmo_lib.export.live_data import as_json, live_data
from pmo_lib.robustness.agenda import DECISIONS
from pmo_lib.tables.writing import ending_in, write_whole
from pmo_lib.wording import counted, list_word, listed, one_line, sentence, visible
from pmo_lib.workbench import Recommendation
from pmo_lib.workbench.settings import RULES

HEADINGS = {
    DECISIONS[1]: "Debate: depends on the weights",
    DECISIONS[0]: "Decide without debate: fund in every case",
    DECISIONS[2]: "Decline: never funded",
}
"""Headings of the agenda, by decision, in their order on the page."""


def write_live(
    recommendation: Recommendation,
    path: str | os.PathLike,
    *,
    agenda: pd.DataFrame | None = None,
    seal: str = "",
) -> Path:
    """Write one HTML file that every member can open and re-rank, whole or not at all.

    It fetches nothing and runs no script but its own: a Content-Security-Policy in the
    page names both by their hashes. The list of the recommendation is marked in it and
    never moves; the order on the page is the quick one.

    Parameters
    ----------
    recommendation : Recommendation
        As `workbench.recommend` returns it.
    path : path
        Ends in ``.html``; its folder is made if need be. A file there is replaced.
    agenda : DataFrame by project, optional
        What `robustness.agenda` returns: decision, reason, for_it, against_it, question.
    seal : str
        Hash of the seal the file goes with, printed in it.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If it is no recommendation, the agenda is not of its projects or sorts them
        otherwise, the ending is another, or the file cannot be written.
    """
    path = ending_in(path, ".html")
    page = live_page(recommendation, agenda=agenda, seal=seal)
    return write_whole(path, page.encode())


def live_page(
    recommendation: Recommendation, *, agenda: pd.DataFrame | None = None, seal: str = ""
) -> str:
    """Return the text of the page; parameters and errors are those of `write_live`."""
    if not isinstance(recommendation, Recommendation):
        found = type(recommendation).__name__
        raise InputError(f"recommendation: must be what workbench.recommend returns, got {found}")
    _require_agenda(recommendation, agenda)
    made, settings = recommendation, recommendation.settings
    style = _part("live.css").replace("$marking", _css_text(settings.marking))
    script = _part("live.js")
    funded = made.ranked_list.index[made.ranked_list["funded"].astype(bool)]
    exact = settings.rule == RULES[0]
    return Template(_part("live.html")).substitute(
        policy=_policy(script, style),
        style=style,
        script=script,
        data=as_json(live_data(made)),
        **{name: escape(text) for name, text in _head(made).items()},
        word=list_word(made.settings),
        exact_word="exact" if exact else "by the board's rule",
        exact_title=f"{'Exact' if exact else 'By the board’s rule'}: the {list_word(made.settings)} list",
        headline=escape(one_line(made.headline)),
        basis=escape(one_line(statements.basis(made))),
        unit=escape(statements.money_of(made).unit),
        budget_note=escape(_budget_note(made)),
        signs="".join(f"<span>{escape(text)}</span>" for text in _signs(made)),
        listed=_items(made.names(funded)),
        agenda="" if agenda is None else _agenda(made, agenda),
        notes=_notes(made),
        made=_made_from(made, seal),
    )


def _part(name: str) -> str:
    return files("pmo_lib.export").joinpath(name).read_text("utf-8")


def _policy(script: str, style: str) -> str:
    """Forbid every fetch, and every script and style but those of the page."""
    script, style = (
        base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()
        for part in (script, style)
    )
    return (
        f"default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _css_text(text: str) -> str:
    r"""Quote a text for a style sheet; every letter but plain ones is written by its number.

    >>> print(_css_text('"; }</style>'))
    "\000022\00003b \00007d\00003c\00002fstyle\00003e"
    """
    plain = (c if c.isalnum() or c == " " else f"\\{ord(c):06x}" for c in one_line(text))
    return f'"{"".join(plain)}"'


def _signs(made: Recommendation) -> list[str]:
    return [one_line(t) for t in (made.settings.status, made.settings.marking) if one_line(t)]


def _head(made: Recommendation) -> dict[str, str]:
    """Word who decides on what, and when; on the title, the marking comes first."""
    settings = made.settings
    who = " · ".join(one_line(t) for t in (settings.organisation, settings.board) if t)
    facts = " · ".join(statements.occasion(settings))
    title = " · ".join([*_signs(made)[::-1], "Live ranking of proposals", *([who] if who else [])])
    foot = " · ".join(filter(None, [*_signs(made)[::-1], who, facts]))
    return {"who": who, "facts": facts, "title": title, "foot": foot}


def _budget_note(made: Recommendation) -> str:
    running = counted(len(made.evaluation.running), "running project")
    took = f", after {running}" if len(made.evaluation.running) else ""
    return f"All years and funds together{took}. 100\u00a0% is what there is."


def _notes(made: Recommendation) -> str:
    """Lay out what must be read with the list: warnings, what is set aside, running work."""
    aside, running = made.evaluation.set_aside, made.evaluation.running
    names = dict(zip(aside.index, made.names(aside.index), strict=True))
    reasons = [
        f"{names[label]}: {sentence(one_line(row.reason))}" for label, row in aside.iterrows()
    ]
    parts = [
        ("Read with this list", _items(map(sentence, made.warnings))),
        ("Not assessed, and why", _items(reasons)),
        ("Running work, its money taken first", _items(made.names(running), "running project", 12)),
    ]
    filled = [(title, body) for title, body in parts if body]
    return "".join(f"<section><h2>{title}</h2>{body}</section>\n" for title, body in filled)


def _made_from(made: Recommendation, seal: str) -> str:
    """State weights, prices, the account of rows, and the hashes."""
    words = [
        statements.weights_line(made),
        statements.prices(made),
        statements.accounting(made),
        statements.saved_words(made.settings),
    ]
    hashes = {"Settings": made.settings.hash(), "Sealed, locked and checkable": one_line(seal)}
    codes = [f"<p>{name}: <code>{escape(code)}</code></p>" for name, code in hashes.items() if code]
    stated = "".join(f"<p>{escape(one_line(text))}</p>" for text in words)
    return (
        f"{stated}{''.join(codes)}<p>Written by pmo-lib {__version__}; works without a network.</p>"
    )


def _items(texts: Iterable[str], noun: str = "", most: int = 0) -> str:
    return _list([f"<li>{escape(visible(text))}</li>" for text in texts], noun, most)


def _list(items: list[str], noun: str = "", most: int = 0) -> str:
    """List items, folded away where they are more than a most; nothing if there are none."""
    body = f"<ul>{''.join(items)}</ul>" if items else ""
    if not most or len(items) <= most:
        return body
    return f"<details><summary>{counted(len(items), noun)}</summary>{body}</details>"


def _require_agenda(made: Recommendation, agenda: pd.DataFrame | None) -> None:
    if agenda is None:
        return
    needed = ["decision", "reason", "for_it", "against_it", "question"]
    missing = [name for name in needed if name not in agenda.columns]
    if missing:
        raise InputError(f"agenda: columns {listed(missing)} are missing; use robustness.agenda")
    if not agenda.index.isin(made.ranked_list.index).all():
        raise InputError("agenda: must be of the projects on the list; ask robustness.agenda again")
    if not agenda["decision"].isin(DECISIONS).all():
        raise InputError(f"agenda: each decision must be one of {', '.join(DECISIONS)}")


def _agenda(made: Recommendation, agenda: pd.DataFrame) -> str:
    """Lay out what to debate, with what to ask; then what needs no debate."""
    columns, funded = [], made.ranked_list["funded"].astype(bool)
    for decision, heading in HEADINGS.items():
        rows = agenda[agenda["decision"] == decision]
        told = [_debate(row) if decision == DECISIONS[1] else "" for row in rows.itertuples()]
        items = [
            f"<li>{_mark(made, funded[project])}{escape(name)}{more}</li>"
            for project, name, more in zip(rows.index, made.names(rows.index), told, strict=True)
        ]
        body = _list(items, "proposal", most=20)
        columns.append(f"<div><h3>{heading} ({len(rows)})</h3>{body or '<p>None.</p>'}</div>")
    return (
        '<section class="agenda" aria-labelledby="agenda-title"><h2 id="agenda-title">Agenda: what '
        "deserves debate</h2><p>From exact lists at many weights; the sliders do not change it.</p>"
        f'<div class="columns">{"".join(columns)}</div></section>'
    )


def _debate(row) -> str:
    """Word why a proposal is debated, whom it divides, and what to ask first."""
    _, _, telling = str(row.reason).partition(": ")
    question = row.question if isinstance(row.question, tuple) else ()
    parts = [
        f"of the weights the board would accept, recommended {telling}" if telling else "",
        f"ask first which is worth more: {' or '.join(map(one_line, question))}"
        if question
        else "",
        f"for it: {listed(map(one_line, row.for_it))}" if len(row.for_it) else "",
        f"against it: {listed(map(one_line, row.against_it))}" if len(row.against_it) else "",
    ]
    words = " ".join(sentence(one_line(part)) for part in parts if part)
    return f"<small>{escape(words)}</small>" if words else ""


def _mark(made: Recommendation, inside: bool) -> str:
    """Mark a project as on the list or not, for the eye and for the ear."""
    sign, kind = ("●", "mark on") if inside else ("○", "mark")
    words = f"on the {list_word(made.settings)} list: " if inside else "not on it: "
    return (
        f'<span class="{kind}" aria-hidden="true">{sign}</span><span class="unseen">{words}</span>'
    )
