"""What the command line prints: lists, tables and accounts, as plain text."""

from __future__ import annotations

import signal
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pandas as pd

from pmo_lib.export import statements
from pmo_lib.wording import money_words, worth_between
from pmo_lib.workbench.settings import RULES

WORTH_UNITS = {"score": "points", "npv": "{}m of NPV", "priority": "% of priority"}


def account(tables, evaluation=None) -> dict:
    """Account for every row read: used and set aside together are the rows read."""
    aside = tables.set_aside if evaluation is None else evaluation.set_aside
    return {
        "rows_read": tables.rows_read,
        "used": tables.rows_read - len(aside),
        "set_aside": len(aside),
    }


def account_words(account: dict) -> str:
    """Word the account of rows: nothing is dropped in silence."""
    return (
        f"{account['rows_read']} project rows read = {account['used']} used + "
        f"{account['set_aside']} set aside."
    )


def print_recommendation(made) -> None:
    """Print the list as the board reads it, with the line where funding ends."""
    settings, table = made.settings, made.ranked_list
    title = " · ".join(
        part
        for part in (
            settings.organisation,
            settings.board,
            settings.meeting_date,
            settings.status,
            settings.marking,
        )
        if part
    )
    print(title)
    print(made.headline)
    print(f"{statements.basis(made)} Money in {settings.currency}m.\n")
    widths = (4, 44, 6, 6, 7, 7)
    print(_row(("rank", "project", "score", "BCR", "cost", "total"), widths) + "  why here")
    names = {
        "continues": "Continues (running work, taken off the budgets first)",
        "mandatory": "Mandatory",
        "recommended": "Recommended",
        "not recommended": "Not recommended",
        "not assessed": "Not assessed (set aside)",
    }
    for block, heading in names.items():
        rows = table[table["block"] == block]
        if block == "not recommended":
            print("=" * 100)
            if len(made.portfolio.budgets):
                left = made.limits[made.limits["kind"] == "money"]["left_over"].sum() / 1e6
                print(f"     left over: {settings.currency}{left:,.2f}m")
        if len(rows) == 0:
            continue
        print(f"\n{heading}")
        if block == "continues":
            cells = (
                "",
                f"{len(rows)} running project{'s' if len(rows) > 1 else ''}",
                "",
                "",
                _number(rows["cost"].sum() / 1e6, 2),
                "",
            )
            print(_row(cells, widths))
            continue
        for row in rows.itertuples():
            cells = (
                row.rank,
                row.name,
                _number(100 * row.score, 1) + ("~" if row.too_close else ""),
                _number(row.bcr, 2),
                _number(row.cost / 1e6, 2),
                _number(row.running_total / 1e6, 2),
            )
            print(f"{_row(cells, widths)}  {row.why}")
    if table["too_close"].any():
        print(f"\n~ too close to call: within {100 * settings.too_close:g} points across the line")
    if len(made.other_list):
        other = next(rule for rule in RULES if rule != settings.rule)
        print(f"\nThe other rule ({other}): its list {_other_worth(made)}, and differs in")
        for row in made.other_list.itertuples():
            print(f"  rank {row.rank}: {row.name}, funded only by: {row.funded_by}")


def statements_of(made) -> list[str]:
    """Return what must be read with the list, the account of rows first."""
    return [statements.accounting(made), *statements.to_read(made)[:2], *made.warnings]


def _other_worth(made) -> str:
    """Word how much more or less the other rule's list is worth."""
    lost = made.choice.value - made.other.value
    size = worth_between(abs(lost), abs(lost), made.settings)
    return f"is worth {size} {'less' if lost >= 0 else 'more'}"


def _row(cells, widths) -> str:
    text = ["" if _missing(cell) else str(cell) for cell in cells]
    text = [t if len(t) <= w else t[: w - 1] + "…" for t, w in zip(text, widths, strict=True)]
    return " ".join(
        t.ljust(w) if place == 1 else t.rjust(w)
        for place, (t, w) in enumerate(zip(text, widths, strict=True))
    )


def _missing(cell) -> bool:
    return cell is None or bool(pd.isna(cell))


def _number(number: float, digits: int) -> str:
    return "" if number != number else f"{number:,.{digits}f}"


def print_frame(heading: str, frame) -> None:
    """Print a table under its heading, as wide as the screen."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else 140)
    table = Table(title=Text(heading), box=None, header_style="bold", pad_edge=False)
    numeric = [
        frame[c].dtype.kind in "fiu" or str(frame[c].dtype) == "Int64" for c in frame.columns
    ]
    for column, right in zip(frame.columns, numeric, strict=True):
        table.add_column(Text(str(column)), justify="right" if right else "left")
    for row in frame.itertuples(index=False):
        table.add_row(*(Text(_cell(cell)) for cell in row))
    console.print(table)


def _cell(cell) -> str:
    if _missing(cell):
        return ""
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 1000 else f"{cell:,.3g}"
    return " ".join(str(cell).split())


def frontier_frame(found, settings) -> pd.DataFrame:
    """Lay out what each budget buys, one row a budget, by share of the budgets."""
    money, unit = settings.currency, WORTH_UNITS[settings.objective].format(settings.currency)
    factor = 1e-6 if settings.objective == "npv" else 100.0
    frame = pd.DataFrame(
        {
            "budgets, %": 100 * found["scale"],
            f"for proposals, {money}m": found["budget"] / 1e6,
            "projects": found["n"].where(found["value"].notna()).astype(float),
            f"best list, {unit}": factor * found["value"],
            f"down the list, {unit}": factor * found["walk"],
            f"{money}1m more adds, {unit}": factor * found["worth_of_a_million"],
            "a better list adds at most, %": 100 * found["gap"],
        }
    )
    for column, name in (("entered", "enters"), ("left", "leaves")):
        frame[name] = [", ".join(map(str, projects)) for projects in found[column]]
    return frame.set_index("budgets, %")


def print_frontier(frame) -> None:
    """Print what each budget buys, and below each what enters and leaves since the one above."""
    digits = (2, 0, 1, 1, 2, 2)
    heads = [textwrap.wrap(name, 13) for name in (frame.index.name, *frame.columns[:6])]
    print("What each budget buys\n")
    for line in range(max(map(len, heads))):
        print("".join(f"{head[line] if line < len(head) else '':>14}" for head in heads))
    for scale, row in zip(frame.index, frame.itertuples(index=False), strict=True):
        cells = [_number(cell, places) or "-" for cell, places in zip(row, digits, strict=False)]
        print("".join(f"{cell:>14}" for cell in (_number(scale, 1), *cells)))
        moved = [
            f"{word}: {names}" for word, names in zip(("in", "out"), row[6:], strict=True) if names
        ]
        if moved:
            blank = " " * 14
            print(
                textwrap.fill("; ".join(moved), 98, initial_indent=blank, subsequent_indent=blank)
            )


def frontier_words(found, settings) -> list[str]:
    """Say where a further million stops paying, and at which budgets nothing is possible."""
    unmet, marked = found[found["value"].isna()], found[found["stops_paying"]]
    words = []
    if len(unmet):
        words.append(
            f"Up to {100 * unmet['scale'].max():.4g} % of the budgets there is too little for running "
            "work or for what must be in."
        )
    if len(marked):
        budget = money_words(marked["budget"].iloc[0], settings.currency)
        words.append(
            f"From {budget} ({100 * marked['scale'].iloc[0]:.4g} %) on, a further "
            f"{settings.currency}1m adds less than half of what one buys now on average."
        )
    else:
        words.append("In this range a further million never stops paying.")
    return words


def print_why(notes, found) -> None:
    """Print each answer under the name of its project, nearest to the line first."""
    print("\n".join(notes))
    words = {"funded": "in", "included": "in", "left out": "out", "excluded": "out"}
    for row in found.itertuples():
        print(f"\n{row.rank:>4} {row.name}: {words[row.case]}")
        print(textwrap.fill(row.says, 96, initial_indent="     ", subsequent_indent="     "))


def print_stopped(stopped: bool) -> None:
    """Say that an answer is not complete."""
    if stopped:
        print("\nStopped early: this is what was found by then.")


def print_aside(aside) -> None:
    """Print what could not be assessed, by reason."""
    if len(aside):
        print(f"\nSet aside: {len(aside)}, never scored as zero")
        reasons = aside.groupby("reason", sort=False)["name"]
        for reason, names in reasons:
            shown = ", ".join(map(str, names.head(3)))
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            print(f"  {reason}: {shown}{more}")


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
    """Let the first Ctrl-C stop after the answer in progress, and the second at once."""
    asked: list[int] = []

    def stop(number: int, _) -> None:
        asked.append(number)
        if len(asked) > 1:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before)


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
    print("\n".join(filter(None, lines)), file=sys.stderr)
