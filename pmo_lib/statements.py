"""What every output states about a list: how it was made, what was read, what it hangs on."""

from __future__ import annotations

import pandas as pd

from pmo_lib.tables import Portfolio
from pmo_lib.wording import (
    Money,
    counted,
    list_word,
    listed,
    long_date,
    money_for,
    money_words,
    number,
    one_line,
    sentence,
    worth_words,
    years_words,
)
from pmo_lib.workbench import Evaluation, Recommendation, Settings, differences
from pmo_lib.workbench.evaluation import corners
from pmo_lib.workbench.options import option_words
from pmo_lib.workbench.pricing import base_date
from pmo_lib.workbench.questions import PAYS

SUMMED = {
    "score": "value over not doing, on the weighted criteria",
    "npv": "net present value",
    "priority": "strategic priority",
}
"""What a portfolio sums, by the objective of the settings."""


def money_of(made: Recommendation) -> Money:
    """Choose the unit in which a list's money is shown."""
    return money_for(made.settings.currency, float(made.ranked_list["cost"].abs().max()))


def account(tables: Portfolio, evaluation: Evaluation | None = None) -> dict[str, int]:
    """Account for every row read: used and set aside together are the rows read."""
    read, aside = tables.rows_read, len((evaluation or tables).set_aside)
    return {"rows_read": read, "used": read - aside, "set_aside": aside}


def account_words(account: dict[str, int], parts: str = "") -> str:
    """Word the account of rows: nothing is dropped in silence."""
    read, used, aside = account.values()
    return f"{counted(read, 'project row')} read = {used:,} used{parts} + {aside:,} set aside."


def meeting_words(settings: Settings) -> str:
    """Say for the meeting of which day a list is; empty where none is stated.

    >>> meeting_words(Settings(meeting_date="2027-01-14"))
    'Meeting 14 January 2027'
    """
    return f"Meeting {long_date(settings.meeting_date)}" if settings.meeting_date else ""


def data_words(settings: Settings) -> str:
    """Say of which day the data are; empty where none is stated."""
    return f"Data of {long_date(settings.data_date)}" if settings.data_date else ""


def version_words(settings: Settings, opening: str = "version ") -> str:
    """Say which version of a list it is, after its opening; empty where none is stated.

    >>> version_words(Settings(version="3")), version_words(Settings(version=""), " v")
    ('version 3', '')
    """
    version = one_line(settings.version)
    return f"{opening}{version}" if version else ""


def occasion(settings: Settings) -> list[str]:
    """Say for which meeting a list is, on the data of which day and in which version, as stated.

    >>> occasion(Settings(meeting_date="2027-01-14"))
    ['Meeting 14 January 2027', 'Version 1']
    """
    parts = meeting_words(settings), data_words(settings), version_words(settings, "Version ")
    return [part for part in parts if part]


def accounting(made: Recommendation) -> str:
    """Account for every row read, with what those used are."""
    found, evaluation = account(made.portfolio, made.evaluation), made.evaluation
    status = made.portfolio.projects["status"].drop(evaluation.set_aside.index, errors="ignore")
    assessed, stopped = len(evaluation.score), int((status == "stopped").sum())
    running = len(evaluation.running) - len(ending(made))
    other = found["used"] - assessed - running - stopped
    parts = [f"{counted(assessed, 'proposal')} assessed", f"{running} running"]
    parts += [f"{stopped} stopped"] * (stopped > 0)
    return account_words(found, f" ({listed(parts + [f'{other} complete'] * (other > 0))})")


def ending(made: Recommendation) -> pd.Index:
    """Return the stopped projects that still cost something."""
    running = made.evaluation.running
    return running[made.portfolio.projects["status"].reindex(running) == "stopped"]


def block_words(made: Recommendation) -> dict[str, str]:
    """Return the heading of each block of proposals, in their order: as asked, or as approved."""
    done = list_word(made.settings).upper()
    return {
        "mandatory": "MANDATORY", "recommended": done, "not recommended": f"NOT {done}",
        "not assessed": "NOT ASSESSED",
    }  # fmt: skip


def committed(made: Recommendation) -> str:
    """Say how many projects run, and how many are stopped and still cost something."""
    stopped = len(ending(made))
    words = counted(len(made.evaluation.running) - stopped, "running project")
    return f"{words} and {stopped} stopped" if stopped else words


def weights_line(made: Recommendation) -> str:
    """State the weights in one line."""
    names = made.portfolio.criteria["name"]
    words = [
        f"{one_line(names[criterion])} {number(round(100 * weight, 1))} %"
        for criterion, weight in made.evaluation.weights.items()
    ]
    return f"Weights: {', '.join(words)}."


def basis(made: Recommendation) -> str:
    """State the rule, what the list sums, and how good it is proven to be."""
    settings, choice = made.settings, made.choice
    words = f"Rule: {settings.rule}, on {SUMMED[settings.objective]}; {choice.sentence}."
    if settings.budget_scale != 1:
        words += f" Budgets are taken at {number(100 * settings.budget_scale)} %."
    if settings.starts_every:
        words += f" {starts_words(settings)}"
    return words


def starts_words(settings: Settings) -> str:
    """Say when proposals may start."""
    if not settings.starts_every:
        return "Work starts as planned."
    every = counted(settings.starts_every, "month")
    return f"Starts from earliest to latest are tried every {every}."


def for_this_run(saved: Settings, used: Settings) -> tuple[str, ...]:
    """Say which settings stand only for one run; nothing if none does.

    >>> for_this_run(Settings(), Settings(budget_scale=0.9))
    ('For this run only, not as saved: budgets are taken at 90 %.',)
    """
    parts = {
        "budget_scale": f"budgets are taken at {number(100 * used.budget_scale)} %",
        "starts_every": starts_words(used).rstrip(".").lower(),
    }
    words = [part for name, part in parts.items() if getattr(saved, name) != getattr(used, name)]
    return (f"For this run only, not as saved: {'; '.join(words)}.",) if words else ()


def conditions(made: Recommendation) -> pd.Series:
    """Word, by recommended project, the version and start taken where these are not the plan's."""
    if not made.choice.selected.any():
        return pd.Series(dtype="str")
    return option_words(made.portfolio, made.taken)


def prices(made: Recommendation) -> str:
    """State the unit and base of money, and how it is discounted."""
    settings = made.settings
    rate = f"{number(100 * settings.discount_rate)} % a year"
    if settings.discount_schedule:
        rate = f"the schedule {one_line(settings.discount_schedule)}"
    base = one_line(settings.price_base)
    return (
        f"{f'Price base: {base}.' if base else 'No price base is stated.'} "
        f"Present values discounted by {rate} from {base_date(made.portfolio, settings)}."
    )


def legend(made: Recommendation, money: Money) -> str:
    """Say what the columns of the list mean."""
    points, years = number(100 * made.settings.too_close), made.portfolio.budgets["period"]
    within = f" within {years_words(years)}" if len(years) else ""
    return (
        f"≈ Too close to call: within {points} points of a project across the line. Score: weighted "
        f"value. BCR: present value of benefits over costs. Costs: {money.unit}{within}. "
        "… In full on sheet Reasons."
    )


def to_read(made: Recommendation) -> list[str]:
    """Return everything that must be read with the list, one text each."""
    return [weights_line(made), prices(made), basis(made), accounting(made), *made.warnings]


def contributions(made: Recommendation) -> pd.DataFrame:
    """Lay out contributions, project x objective, in [0, 1]; missing where nobody rated."""
    table = made.portfolio.contributions.pivot(
        index="project", columns="objective", values="contribution"
    ).reindex(index=made.portfolio.projects.index, columns=made.portfolio.objectives.index)
    return table.fillna(0.0) if made.settings.unrated == "none" else table.dropna(how="all")


def saved_words(settings: Settings) -> str:
    """Say which settings are used, and who saved them why.

    >>> saved_words(Settings())
    'Settings as they came with the tables: nobody has saved any yet.'
    """
    if not settings.saved_by:
        return "Settings as they came with the tables: nobody has saved any yet."
    day, reason = long_date(settings.saved_on.partition("T")[0]), settings.saved_reason.rstrip(".")
    return f"Settings saved by {settings.saved_by} on {day}: {reason}."


def swing(criterion: pd.Series, *, currency: str = "£") -> str:
    """Say which swing a weight prices: from the worst reference to the best, in units.

    Parameters
    ----------
    criterion : Series
        A row of the criteria table.
    currency : str
        The sign of money.

    Examples
    --------
    >>> row = {"value_function": "linear", "worst": 0.0, "best": 40e3, "unit": "residents"}
    >>> swing(pd.Series(row))
    'from 0 to 40,000 residents'
    """
    unit, values = one_line(criterion["unit"]), corners(criterion)
    ends = values.idxmin(), values.idxmax()
    if isinstance(ends[0], str):
        return "from ‘{}’ to ‘{}’".format(*map(one_line, ends))
    if unit == currency:
        money = money_for(currency, max(map(abs, ends)))
        return f"from {money.shown(ends[0])} to {money.shown(ends[1])}"
    if unit in ("share", "%") and max(map(abs, ends)) <= 1:
        ends, unit = [100 * end for end in ends], "%"
    worst, best = map(number, ends)
    return f"from {worst} to {best} {unit}".rstrip().replace("-", "−")


def frontier_words(found: pd.DataFrame, settings: Settings) -> list[str]:
    """Read `workbench.frontier`: which budgets are too small, and where a million stops paying."""
    unmet, marked = found[found["value"].isna()], found[found["stops_paying"]]
    words, million = [], f"a further {settings.currency}1m"
    if len(unmet):
        words.append(
            f"Of the budgets tried, those up to {100 * unmet['scale'].max():.4g} % leave too little for "
            "running work or for what must be in."
        )
    known = found[found["value"].notna()]
    now, last = known[known["now"]], known.tail(1).squeeze()
    if len(now) and last["budget"] > now["budget"].iloc[0]:
        now = now.iloc[0]
        more = money_words(last["budget"] - now["budget"], settings.currency)
        words.append(
            f"{more} more, {100 * last['scale']:.4g} % of the budgets, would add "
            f"{worth_words(last['value'] - now['value'], settings)} to "
            f"{worth_words(now['value'], settings)}."
        )
    else:
        words.append("No larger budget was tried than there is now.")
    if len(marked):
        first = marked.iloc[0]
        budget = money_words(first["budget"], settings.currency)
        where = (
            "the present budgets" if first["now"] else f"{budget} ({100 * first['scale']:.4g} %)"
        )
        words.append(
            f"From {where} to the {100 * last['scale']:.4g} % tried, {million} adds less than half of what "
            "one buys now on average."
        )
    else:
        words += _pause_words(known, million)
    return [*words, *_people_words(known, settings)]


def _pause_words(known: pd.DataFrame, million: str) -> list[str]:
    """Say between which budgets a million buys little although it pays again at a larger one."""
    today = known[known["now"]] if known["now"].any() else known.head(1)
    average = (1e6 * today["value"] / today["budget"].where(today["budget"] > 0)).max()
    if len(known) < 2 or not average > 0:
        return []
    little = (known["worth_of_a_million"] < PAYS * average).to_numpy()
    scales = [f"{100 * scale:.4g} %" for scale in known["scale"]]
    steps = [place for place in range(1, len(known)) if little[place]]
    firsts = [place for place in steps if place - 1 not in steps]
    lasts = [place for place in steps if place + 1 not in steps]
    spans = [f"from {scales[a - 1]} to {scales[b]}" for a, b in zip(firsts, lasts, strict=True)]
    if not spans:
        return [
            f"Between all budgets tried, {million} adds at least half of what one buys now on average."
        ]
    return [
        f"{sentence(listed(spans)).rstrip('.')} of the budgets, {million} adds less than half of what "
        "one buys now on average; with more than that it pays again."
    ]


def _people_words(known: pd.DataFrame, settings: Settings) -> list[str]:
    """Say at which budgets people hold the list back, and where they do and money does not."""
    short = known[known["people"] > 1e-9 * known["value"].abs()]
    if len(short) == 0:
        return []
    scales = [f"{100 * scale:.4g} %" for scale in short["scale"]]
    where = (
        scales[0]
        if len(scales) == 1
        else f"{len(scales)} of the {len(known)} budgets tried that are enough, the smallest {scales[0]}"
    )
    most = short.loc[short["people"].idxmax()]
    words = (
        f"People hold the list back at {where}: with enough people, and the money as it is, it would "
        f"be worth at least {worth_words(most['people'], settings)} more at {100 * most['scale']:.4g} %."
    )
    flat = short[short["value"] >= known["bound"].iloc[-1] * (1 - 1e-9)]
    flat = flat[flat["scale"] < known["scale"].iloc[-1]]
    if len(flat):
        words += (
            f" From {100 * flat['scale'].iloc[0]:.4g} % on it is people and not money that bind."
        )
    return [words]


def moved(before: Recommendation, after: Recommendation) -> dict[str, pd.DataFrame]:
    """Return what enters and what leaves between two lists, by ``"enters"`` and ``"leaves"``."""
    table = differences(before, after)
    return {change: table[table["change"] == change] for change in ("enters", "leaves")}


def price_of_including(
    without: Recommendation, including: Recommendation, project: str
) -> list[str]:
    """Say what including a project costs the list, and which projects it displaces.

    Parameters
    ----------
    without, including : Recommendation
        Under settings that differ only in including the project.
    project : str
        The project included.

    Returns
    -------
    list of str
        Sentences: the price, what is displaced, what comes in beside it.
    """
    settings, name = including.settings, including.names([project])[0]
    if without.choice.selected.get(project, False):
        return [f"{name} is on the list in any case: including it costs nothing."]
    lost, total = without.choice.value - including.choice.value, without.choice.value
    enters, leaves = (
        listed(map(one_line, table.drop(index=project, errors="ignore")["name"]))
        for table in moved(without, including).values()
    )
    return [
        f"Including {name} costs the list {worth_words(lost, settings)}: from "
        f"{worth_words(total, settings)} to {worth_words(total - lost, settings)}.",
        f"It displaces {leaves}." if leaves else "It displaces nothing: it fits beside them.",
        *([f"With the money that this leaves, {enters} also comes in."] if enters else []),
    ]
