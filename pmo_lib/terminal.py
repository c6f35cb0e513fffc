"""What the command line prints: lists, tables and accounts, as plain text."""

from __future__ import annotations

import os
import signal
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from threading import Event, Thread
from time import monotonic

import pandas as pd

from pmo_lib import statements
from pmo_lib.__main__ import STOPPED
from pmo_lib.wording import Money, counted, listed, one_line, total_words, worth_scale, worth_words

BLOCKS = {
    "mandatory": "Mandatory",
    "recommended": "Recommended",
    "not recommended": "Not recommended",
    "not assessed": "Not assessed (set aside)",
}
WIDTHS = (4, 44, 6, 6, 7, 7)
"""Of rank, project, score, BCR, cost and running total. [letters]"""

_STOPPING = "\nStopping with what is found by now; Ctrl-C again ends at once.\n"

EVERY = 5.0
"""How often progress is told where no person watches a bar. [s]"""


def print_recommendation(made) -> None:
    """Print the list as the board reads it, with the line where funding ends."""
    settings, table, sign = made.settings, made.ranked_list, made.settings.currency
    facts = (settings.organisation, settings.board, settings.meeting_date, settings.status)
    print(" · ".join(filter(None, (*facts, settings.marking))))
    print(made.headline)
    print(f"{statements.basis(made)} Money in {sign}m.\n")
    print(_row("rank", "project", "score", "BCR", "cost", "total") + "  why here")
    running = table[table["block"] == "continues"]
    if len(running):
        print("\nContinues (running work, taken off the budgets first)")
        cost = _number(running["cost"].sum() / 1e6, 2)
        print(_row("", counted(len(running), "running project"), "", "", cost, ""))
    for block, heading in BLOCKS.items():
        rows = table[table["block"] == block]
        if block == "not recommended":
            print("=" * 100)
            left = made.left_by_year()
            if len(left):
                print(f"     left over: {total_words(left.sum(), sign, whole=table['cost'].sum())}")
        if len(rows):
            print(f"\n{heading}")
        for row in rows.itertuples():
            score = _number(100 * row.score, 1) + "~" * bool(row.too_close)
            money = [_number(amount / 1e6, 2) for amount in (row.cost, row.running_total)]
            print(f"{_row(row.rank, row.name, score, _number(row.bcr, 2), *money)}  {row.why}")
    if table["too_close"].any():
        print(f"\n~ too close to call: within {100 * settings.too_close:g} points across the line")
    if len(made.other_list):
        lost = made.choice.value - made.other.value
        size = f"{worth_words(abs(lost), settings)} {'less' if lost >= 0 else 'more'}"
        print(f"\nThe other rule ({made.other_rule}): its list is worth {size}, and differs in")
        for row in made.other_list.itertuples():
            print(f"  rank {row.rank}: {row.name}, funded only by: {row.funded_by}")


def statements_of(made) -> list[str]:
    """Return what must be read with the list, the account of rows first."""
    how = [statements.weights_line(made), statements.prices(made)]
    return [statements.accounting(made), *how, *made.warnings]


def _row(*cells) -> str:
    text = ["" if pd.isna(cell) else str(cell) for cell in cells]
    text = [t if len(t) <= w else t[: w - 1] + "…" for t, w in zip(text, WIDTHS, strict=True)]
    text = [t.rjust(w) for t, w in zip(text, WIDTHS, strict=True)]
    return " ".join([text[0], text[1].lstrip().ljust(WIDTHS[1]), *text[2:]])


def _number(number: float, digits: int) -> str:
    return "" if pd.isna(number) else f"{number:,.{digits}f}"


def print_frame(heading: str, frame) -> None:
    """Print a table under its heading, as wide as the screen."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else 160)
    table = Table(title=Text(heading), box=None, header_style="bold", pad_edge=False)
    numeric = [
        frame[c].dtype.kind in "fiu" or str(frame[c].dtype) == "Int64" for c in frame.columns
    ]
    for column, right in zip(frame.columns, numeric, strict=True):
        longest = int(frame[column].map(_cell).map(len).max()) if len(frame) else 0
        wide = {"max_width": max(longest, 12), "min_width": longest} if right else {}
        if longest > 60 and column == frame.columns[-1] and console.width >= 156:
            wide = {"min_width": 36}
        table.add_column(Text(str(column)), justify="right" if right else "left", **wide)
    for row in frame.itertuples(index=False):
        table.add_row(*(Text(_cell(cell)) for cell in row))
    console.print(table)


def _cell(cell) -> str:
    if isinstance(cell, float) and not pd.isna(cell):
        return f"{cell:,.0f}" if abs(cell) >= 1000 else f"{cell:,.3g}"
    return "" if pd.isna(cell) else " ".join(str(cell).split())


def frontier_frame(found, settings, names: pd.Series) -> pd.DataFrame:
    """Lay out what each budget buys, one row a budget, by share of the budgets."""

    def called(labels) -> str:
        return "; ".join(map(one_line, names[list(labels)]))

    money = Money(settings.currency, "m")
    unit, factor = worth_scale(settings, money)
    frame = pd.DataFrame(
        {
            f"for proposals, {money.unit}": found["budget"] / 1e6,
            "projects": found["n"].where(found["value"].notna()).astype(float),
            f"best list, {unit}": factor * found["value"],
            f"down the list, {unit}": factor * found["walk"],
            f"{money.sign}1m more adds, {unit}": factor * found["worth_of_a_million"],
            f"enough people add, {unit}": factor * found["people"],
            "a better list adds at most, %": 100 * found["gap"],
            "enters": found["entered"].map(called),
            "leaves": found["left"].map(called),
        }
    )
    return frame.set_axis(pd.Index(100 * found["scale"], name="budgets, %"))


def print_frontier(frame) -> None:
    """Print what each budget buys, and below each what enters and leaves since the one above."""
    digits, blank = (2, 0, 1, 1, 2, 1, 2), " " * 12
    heads = [textwrap.wrap(name, 11) for name in (frame.index.name, *frame.columns[:7])]
    print("What each budget buys\n")
    for line in range(max(map(len, heads))):
        print("".join(f"{head[line] if line < len(head) else '':>12}" for head in heads))
    for scale, *row in frame.itertuples(name=None):
        cells = [_number(cell, places) or "-" for cell, places in zip(row, digits, strict=False)]
        print("".join(f"{cell:>12}" for cell in (_number(scale, 1), *cells)))
        for word, names in zip(("in: ", "out: "), row[7:], strict=True):
            if names:
                indent = blank + " " * len(word)
                print(
                    textwrap.fill(names, 98, initial_indent=blank + word, subsequent_indent=indent)
                )


def print_why(notes, found) -> None:
    """Print each answer under the name of its project, nearest to the line first."""
    print("\n".join(notes))
    words = {"funded": "in", "included": "in", "left out": "out", "excluded": "out"}
    for row in found.itertuples():
        print(f"\n{row.rank:>4} {row.name}: {words[row.case]}")
        print(textwrap.fill(row.says, 96, initial_indent="     ", subsequent_indent="     "))


def print_stopped(stopped: bool, missing: int = 0) -> None:
    """Say that an answer is not complete, and how many are missing where that is known."""
    if stopped:
        rest = f"; {missing} not answered" if missing else ""
        print(f"\nStopped early: this is what was found by then{rest}.")


def print_open(n: int, what: str) -> None:
    """Say that more time would tell more."""
    if n:
        print(f"\nLeft open: {counted(n, what)}; --seconds gives more time.")


def print_aside(aside) -> None:
    """Print what could not be assessed, by reason."""
    if len(aside):
        print(f"\nSet aside: {len(aside)}, never scored as zero")
        for reason, names in aside.groupby("reason", sort=False)["name"]:
            print(f"  {reason}: {listed(names, most=3)}")


def print_lines(heading: str, lines) -> None:
    """Print sentences under a heading, if there are any."""
    if lines:
        print(f"\n{heading}")
        for line in lines:
            print(f"  - {line}")


def print_written(written: list[str]) -> None:
    """Print which files were written."""
    for file in written:
        print(f"Wrote {file}")


@contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C stop with what is found by then, and the second end at once.

    Until someone asks whether to stop, it interrupts: a choice in progress keeps its best.
    """
    asked, heard = [], Event()

    def stop(number: int, _) -> None:
        asked.append(number)
        if len(asked) > 1:
            at_once(number, _)
        if not heard.is_set():
            _dismiss()
            raise KeyboardInterrupt
        os.write(2, _STOPPING.encode())

    def stopped() -> bool:
        heard.set()
        return bool(asked)

    with _on_ctrl_c(stop):
        yield stopped


def at_once(number: int, _) -> None:
    """End on Ctrl-C, in the middle of a choice, too, which would keep its best and go on."""
    _dismiss()
    raise SystemExit(STOPPED)


def _dismiss() -> None:
    """End the processes that work for this one, which would be waited for."""
    from multiprocessing import active_children

    for child in active_children():
        child.terminate()


@contextmanager
def _on_ctrl_c(do: Callable) -> Iterator[None]:
    before = signal.signal(signal.SIGINT, do)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def progress(stopped: Callable[[], bool] | None = None) -> Iterator[Callable]:
    """Tell progress on the error stream: a bar for a person, else lines.

    Ctrl-C ends at once, unless `stopped` says whether to stop with what is found.
    """
    with (
        _on_ctrl_c(at_once) if stopped is None else nullcontext(),
        _telling(stopped or bool) as tell,
    ):
        yield tell


@contextmanager
def _telling(stopped: Callable[[], bool]) -> Iterator[Callable]:
    if not sys.stderr.isatty():
        with _told_in_lines() as said:

            def line(done: int, total: int, words: str) -> bool:
                said[0] = f"{done} of {total}, {words}"
                return stopped()

            yield line
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("working", total=None)

        def told(done: int, total: int, words: str) -> bool:
            bar.update(task, completed=done, total=total, description=words[:60])
            return stopped()

        yield told


@contextmanager
def _told_in_lines() -> Iterator[list[str]]:
    """Print the newest words every few seconds, however long one step takes."""
    said, ended, began = ["working"], Event(), monotonic()

    def tell() -> None:
        while not ended.wait(EVERY):
            print(f"{said[0]} ({monotonic() - began:.0f} s)", file=sys.stderr, flush=True)

    teller = Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield said
    finally:
        ended.set()
        teller.join()


def print_problems(error) -> None:
    """Print what there is to mend on the error stream: a clash with its ways out, or a list."""
    conflict = getattr(error, "conflict", ())
    if conflict:
        lines = ["These limits cannot all hold:", *(f"  - {words}" for words in conflict)]
        lines += ["Each of these is a way out:" if error.remedies else ""]
        lines += [f"  {n}. {words}" for n, words in enumerate(error.remedies, start=1)]
    else:
        many = len(error.problems)
        lines = [f"{many} problems to mend:" if many > 1 else "One problem to mend:"]
        lines += [f"  - {problem}" for problem in error.problems]
    lines += getattr(error, "__notes__", ())
    print("\n".join(filter(None, lines)), file=sys.stderr)
