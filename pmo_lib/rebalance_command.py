"""The command ``pmo rebalance``: what to stop, continue and start, and what changed since last time."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path
from typing import Annotated

import typer

from pmo_lib import terminal
from pmo_lib.command import (
    BUDGET,
    JSON,
    MAP,
    OUT,
    PORTFOLIO,
    PROOF,
    plain_errors,
    print_json,
    proposals_for_this_run,
    records,
    together,
    write_files,
)
from pmo_lib.wording import listed, worth_words


def rebalance(
    portfolio: PORTFOLIO,
    map: MAP = None,
    status: Annotated[
        Path | None,
        typer.Option(
            "--status", help="A new status report: a CSV file, or a workbook's sheet status."
        ),
    ] = None,
    status_map: Annotated[
        str | None,
        typer.Option(
            "--status-map",
            help="How to read a foreign status report: a TOML map with [status.columns].",
        ),
    ] = None,
    before: Annotated[
        Path | None,
        typer.Option(
            "--before", help="The portfolio of the last review: says what changed, and why."
        ),
    ] = None,
    budget: BUDGET = None,
    out: OUT = None,
    as_json: JSON = False,
) -> None:
    """Say what to stop, pause, continue, resume or start.

    Only what lies ahead counts: what is already spent is shown and never used. The rules of
    the review stand in the settings under review. Ctrl-C ends the search and keeps the best
    found by then.
    """  # fmt: skip
    with plain_errors(as_json):
        from pmo_lib import export, folder, workbench
        from pmo_lib.rebalance import mapped_status, update_status
        from pmo_lib.stories import running
        from pmo_lib.tables import read_table
        from pmo_lib.workbench import rebalancing, since

        table = functools.partial(read_table, name="status")
        with terminal.stoppable() as stopped, terminal.progress(stopped) as progress:
            (opened, settings, tried), report, last = together(
                lambda: proposals_for_this_run(portfolio, map, budget_scale=budget),
                lambda: (
                    status and (mapped_status(status, status_map) if status_map else table(status))
                ),
                lambda: before and folder.open_folder(before),
            )
            updates = None
            if report is not None:
                opened, updates = update_status(opened, report)
            progress(0, 3, "the list without a review")
            made = workbench.recommend(opened, settings, explain=False, progress=progress)
            words = "what to stop, continue and start"
            progress(1, 3, words)
            seen = rebalancing.review(made, progress=lambda *_: progress(1, 3, words))
            bridge = None
            if last is not None:
                progress(2, 3, "what changed since last time")
                bridge, shares = since.since_last(last, (opened, settings), seen.rules)
                differs = since.differing(last, (opened, settings))
        words = running.actions_in_words(seen) + running.stands_in_words(seen)
        words += [running.never_approved(seen), *tried]
        words += [running.figures_in_words(seen), *running.not_assessed(seen)]
        if bridge is not None:
            moved = {c: worth_words(share, settings) for c, share in shares.items() if share}
            told_ = listed(f"{cause} {amount}" for cause, amount in moved.items())
            words.append(f"Since last time, what lies ahead is worth: {told_ or 'the same'}.")
        first = [
            f"A review would change this list (sheet Rebalancing): {word}" for word in words[:2]
        ]
        made = dataclasses.replace(made, warnings=(*first, *made.warnings, *words[2:]))
        whole = running.actions(seen, everything=True)
        written = write_files(out, "rebalancing", lambda file: (
            export.write_ranked_list(made, file, review=seen) if file.suffix.lower() == ".xlsx"
            else export.write_table(whole, file, title="What to stop, continue and start", notes=words)
        ))  # fmt: skip
        frames = {"flags": running.flags(seen), "status_changes": updates, "since_last": bridge}
        if bridge is not None:
            frames["what_differs"] = differs
        if as_json:
            proof = {name: getattr(seen.found.choice, name) for name in PROOF}
            document = {"says": words, "changes": seen.found.changes, **proof}
            document |= {"actions": records(seen.found.table.reset_index())}
            document |= {"standing": records(seen.standing.reset_index())}
            document |= {name: records(frame) for name, frame in frames.items()}
            document |= {"causes": {} if bridge is None else shares.to_dict()}
            document |= {"complete": not stopped(), "settings_hash": settings.hash()}
            print_json(document | {"written": written})
            return
        terminal.print_lines("What the review would do", words)
        for heading, frame in (
            ("\nHow running work stands", running.stands(seen)),
            ("\nWhat changes", running.actions(seen)),
            *((f"\n{name.replace('_', ' ').capitalize()}", f) for name, f in frames.items()),
        ):
            if frame is not None and len(frame):
                terminal.print_frame(heading, frame)
        terminal.print_lines("On what this hangs", running.would_change(seen))
        terminal.print_stopped(stopped())
        terminal.print_written(written)
