"""Money, worth, limits, dates and names as a reader sees them: the only place that words them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from pmo_lib import periods
from pmo_lib.checks import InputError

_BREAKS = re.compile("\r\n?|\x0b|\x0c|\u2028|\u2029|\u0085")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: object) -> str:
    r"""Return a text as it may be printed: what cannot be seen is shown as a replacement mark.

    >>> visible("bus\u202elanes\r\n=1")
    'bus\ufffdlanes\n=1'
    """
    text = str(text)
    return text if text.isprintable() else _UNSEEN.sub("\ufffd", _BREAKS.sub("\n", text))


def one_line(text: object) -> str:
    """Return a visible text with every run of blanks as one; what is missing is empty."""
    return "" if pd.isna(text) else " ".join(visible(text).split())


def listed(words: Iterable, *, most: int | None = None) -> str:
    """Join words as a sentence does; beyond a number, say how many more there are.

    >>> listed("abc"), listed("abcd", most=2)
    ('a, b and c', 'a, b and 2 more')
    """
    words = [str(word) for word in words]
    if most is not None and len(words) > most:
        words = [*words[:most], f"{len(words) - most} more"]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def counted(n: int, one: str, many: str = "") -> str:
    """Word a count with its noun.

    >>> counted(1, "proposal"), counted(3, "proposal"), counted(0, "proposal")
    ('1 proposal', '3 proposals', 'no proposals')
    """
    return f"{'no' if n == 0 else format(n, ',')} {one if n == 1 else many or f'{one}s'}"


def sentence(text: str) -> str:
    """Make a sentence of a text: a capital first and a full stop last.

    >>> sentence("no better list exists")
    'No better list exists.'
    """
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


def number(value: float) -> str:
    """Word a number of any size: separators, no useless decimals.

    >>> number(40000.0), number(0.5)
    ('40,000', '0.5')
    """
    return f"{value:,.10g}" if abs(value) < 1e15 else f"{value:.6g}"


def percent(share: float) -> str:
    """Word a share.

    >>> percent(0.234)
    '23 %'
    """
    return f"{100 * share:,.0f} %" if math.isfinite(share) else "–"


def long_date(day: str) -> str:
    """Word an ISO date.

    >>> long_date("2027-01-14")
    '14 January 2027'
    """
    if not day:
        return "not stated"
    moment = periods.parse(day)
    return f"{moment.day} {moment:%B %Y}"


def list_word(settings) -> str:
    """Say what the list of these settings is: approved, or recommended until it is."""
    return "approved" if settings.approved else "recommended"


def years_words(days: Iterable[str]) -> str:
    """Word the years from the first to the last of some periods; none is empty.

    >>> years_words(["2027-04-01", "2028-04-01"])
    '2027-28 to 2028-29'
    """
    days = sorted(days)
    return " to ".join(dict.fromkeys(periods.label(day) for day in (days[:1] + days[-1:])))


def fund_words(parts: Iterable) -> str:
    """Word a fund, and the part of the organisation it is kept for."""
    return ", ".join(one_line(part) for part in parts if part)


def limit_words(label) -> str:
    """Word what is limited: a budget, a role in a month, a group of projects.

    >>> limit_words(("2028-04-01", "capital")), limit_words(("civil engineer", "2028-09-01"))
    ('2028-29 capital', 'civil engineer Sep 2028')
    >>> limit_words(("category: Digital", "count", "at most")), limit_words(None)
    ('category: Digital: at most (count)', 'all years')
    """
    if not isinstance(label, tuple):
        return "all years" if label is None or label == "total" else periods.label(label)
    first, *rest = label
    try:
        year = periods.label(first)
    except InputError:
        first = one_line(first)
        if len(rest) == 1:
            return f"{first} {periods.month_label(rest[0])}"
        return f"{first}: {rest[1]} ({rest[0]})"
    return f"{year} {fund_words(rest)}".rstrip()


@dataclass(frozen=True)
class Money:
    """How money is shown in one place: in millions, thousands or single units.

    Parameters
    ----------
    sign : str
        The currency.
    letter : {"m", "k", ""}
        Millions, thousands or single units.
    """

    sign: str
    letter: str

    @property
    def unit(self) -> str:
        """The unit for a heading."""
        return f"{self.sign}{self.letter}"

    @property
    def divisor(self) -> int:
        """What an amount is divided by to be shown."""
        return {"m": 1_000_000, "k": 1_000, "": 1}[self.letter]

    def unit_words(self, amount: float) -> str:
        """Word an amount that is already in this unit.

        >>> Money("£", "m").unit_words(-3.25)
        '−£3.2m'
        """
        return f"{'−' if amount < 0 else ''}{self.sign}{abs(amount):,.1f}{self.letter}"

    def shown(self, amount: float, places: int = 1) -> str:
        """Word an amount, rounding halves up as spreadsheets do.

        >>> Money("£", "m").shown(250_000), Money("£", "m").shown(-250_000, 2)
        ('£0.3m', '−£0.25m')
        """
        figure = self.figure(amount, places)
        minus = "−" if figure.startswith("−") else ""
        return f"{minus}{self.sign}{figure.removeprefix('−')}{self.letter}"

    def figure(self, amount: float, places: int = 1) -> str:
        """Word an amount under a heading that states the unit, rounded as `shown`.

        >>> Money("£", "m").figure(21_250_000), Money("£", "m").figure(-1_234_500_000)
        ('21.3', '−1,234.5')
        """
        places = places if self.letter == "m" else 0
        exact = Decimal(repr(float(amount))) / self.divisor
        rounded = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
        return f"{'−' if rounded < 0 else ''}{abs(rounded):,.{places}f}"


def money_for(sign: str, largest: float) -> Money:
    """Choose millions, thousands or single units by the largest amount of a table.

    >>> money_for("£", 19e6).unit
    '£m'
    """
    return Money(one_line(sign), "m" if not largest < 5e6 else "k" if largest >= 1e4 else "")


def money_words(amount: float, currency: str = "") -> str:
    """Word money for a sentence, in millions where it is large.

    >>> money_words(5_600_000, "£"), money_words(950, "£")
    ('£5.60m', '£950')
    """
    return Money(currency, "m" if abs(amount) >= 100_000 else "").shown(amount, 2)


def total_words(amount: float, currency: str, *, whole: float) -> str:
    """Word a sum over a list: to a tenth of a million where the whole list costs ten or more.

    >>> total_words(1_100_000, "£", whole=58_900_000), total_words(1_100_000, "£", whole=6e6)
    ('£1.1m', '£1.10m')
    """
    return Money(currency, "m").shown(amount) if whole >= 1e7 else money_words(amount, currency)


def money_alike(amounts: Iterable[float], currency: str = "") -> list[str]:
    """Word amounts that stand beside each other: in millions where all are large, else in full.

    >>> money_alike([140_000, 82_500], "£"), money_alike([140_000, 5_600_000], "£")
    (['£140,000', '£82,500'], ['£0.14m', '£5.60m'])
    """
    amounts = list(amounts)
    large = all(abs(amount) >= 100_000 for amount in amounts)
    return [Money(currency, "m" if large else "").shown(amount, 2) for amount in amounts]


def worth_scale(settings, money: Money) -> tuple[str, float]:
    """Return the unit of what a list sums and the factor to it: points, NPV or % of priority."""
    npv = f"{money.unit} NPV", 1 / money.divisor
    return {"score": ("points", 100.0), "npv": npv, "priority": ("% of priority", 100.0)}[
        settings.objective
    ]


def worth_words(worth: float, settings) -> str:
    """Word what a list, or a difference of lists, is worth.

    >>> from pmo_lib.workbench import Settings
    >>> worth_words(0.7, Settings()), worth_words(1_400_000, Settings(objective="npv"))
    ('70.0 points', '£1.40m of NPV')
    """
    return worth_between(worth, worth, settings)


def worth_between(low: float, high: float, settings) -> str:
    """Word what lies between two proven bounds, as one number where both read alike.

    >>> from pmo_lib.workbench import Settings
    >>> worth_between(0.0866, 0.0867, Settings()), worth_between(0.0, 0.02, Settings())
    ('8.7 points', 'between 0.0 and 2.0 points')
    """
    if settings.objective == "npv":
        return f"{money_between(low, high, settings.currency)} of NPV"
    unit = "% of priority" if settings.objective == "priority" else "points"
    if 0 < high < 0.0005:
        return f"less than 0.1 {unit}"
    return f"{between(*(f'{100 * bound + 0.0:,.1f}' for bound in (low, high)))} {unit}"


def money_between(low: float, high: float, currency: str) -> str:
    """Word money that lies between two proven bounds.

    >>> money_between(979_739, 1_400_000, "£")
    'between £0.98m and £1.40m'
    """
    return between(*(money_words(bound, currency) for bound in (low, high)))


def between(low: str, high: str) -> str:
    """Word two bounds as one where they read alike."""
    return high if low == high else f"between {low} and {high}"
