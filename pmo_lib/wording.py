"""Money, worth, limits and names as a reader sees them: the only place that words them."""

from __future__ import annotations

from pmo_lib import periods
from pmo_lib.checks import InputError


def label_words(label) -> str:
    """Word a budget or a role in a month: 2030-31 capital; civil engineer Sep 2028."""
    if not isinstance(label, tuple):
        return "all years" if label == "total" else periods.label(label)
    try:
        first = periods.label(label[0])
    except InputError:
        return f"{label[0]} {periods.month_label(label[1])}"
    return " ".join([first, *(str(part) for part in label[1:] if part)])


def limit_words(label) -> str:
    """Word a budget label for a reader: 2028-29 (capital)."""
    if isinstance(label, tuple):
        year, *rest = label
        kept = ", ".join(str(part) for part in rest if part)
        return f"{periods.label(year)} ({kept})" if kept else periods.label(year)
    return "all years" if label is None or label == "total" else periods.label(label)


def money_words(amount: float, currency: str = "") -> str:
    """Word money for a sentence, in millions where it is large.

    >>> money_words(5_600_000, "£"), money_words(950, "£")
    ('£5.60m', '£950')
    """
    if abs(amount) >= 100_000:
        return f"{currency}{amount / 1e6:,.2f}m"
    return f"{currency}{amount:,.0f}"


def worth_between(low: float, high: float, settings) -> str:
    """Word what lies between two proven bounds, as one number where both read alike.

    >>> from pmo_lib.workbench import Settings
    >>> worth_between(0.0866, 0.0867, Settings()), worth_between(0.7, 0.7, Settings())
    ('8.7 points', '70.0 points')
    >>> worth_between(0.7, 0.72, Settings()), worth_between(0.0, 0.02, Settings())
    ('between 70.0 and 72.0 points', 'between 0.0 and 2.0 points')
    """
    if settings.objective == "npv":
        return f"{money_between(low, high, settings.currency)} of NPV"
    unit = "% of priority" if settings.objective == "priority" else "points"
    if 0 < high < 0.0005:
        return f"less than 0.1 {unit}"
    words = [f"{100 * bound:,.1f}" for bound in (low, high)]
    return f"{between(*words)} {unit}"


def money_between(low: float, high: float, currency: str) -> str:
    """Word money that lies between two proven bounds.

    >>> money_between(979_739, 1_400_000, "£")
    'between £0.98m and £1.40m'
    """
    return between(*(money_words(bound, currency) for bound in (low, high)))


def between(low: str, high: str) -> str:
    """Word two bounds as one where they read alike."""
    return high if low == high else f"between {low} and {high}"
