"""What every output states about a list: how it was made, and what was read."""

from __future__ import annotations

from pmo_lib import periods
from pmo_lib.export.words import Money, joined, money_for, number, one_line
from pmo_lib.workbench import Recommendation
from pmo_lib.workbench.pricing import base_date

SUMMED = {
    "score": "value over not doing, on the weighted criteria",
    "npv": "net present value",
    "priority": "strategic priority",
}
"""What a portfolio sums, by the objective of the settings."""


def money_of(recommendation: Recommendation) -> Money:
    """Choose the unit in which a list's money is shown."""
    largest = recommendation.ranked_list["cost"].abs().max()
    return money_for(recommendation.settings.currency, float(largest))


def accounting(recommendation: Recommendation) -> str:
    """Account for every row read: used and set aside."""
    evaluation = recommendation.evaluation
    read, aside = recommendation.portfolio.rows_read, len(evaluation.set_aside)
    assessed, running = len(evaluation.score), len(evaluation.running)
    parts = [f"{assessed} proposals assessed", f"{running} running"]
    other = read - aside - assessed - running
    parts += [f"{other} complete"] if other else []
    return f"{read} project rows read = {read - aside} used ({joined(parts)}) + {aside} set aside."


def weights_line(recommendation: Recommendation) -> str:
    """State the weights in one line."""
    names = recommendation.portfolio.criteria["name"]
    words = [
        f"{one_line(names[criterion])} {number(round(100 * weight, 1))} %"
        for criterion, weight in recommendation.evaluation.weights.items()
    ]
    return f"Weights: {', '.join(words)}."


def basis(recommendation: Recommendation) -> str:
    """State the rule, what the list sums, and how good it is proven to be."""
    settings, choice = recommendation.settings, recommendation.choice
    words = f"Rule: {settings.rule}, on {SUMMED[settings.objective]}; {choice.sentence}."
    if not choice.reproducible:
        words += " The search was ended before proof: a list just as good may come out elsewhere."
    if settings.budget_scale != 1:
        words += f" Budgets are taken at {number(100 * settings.budget_scale)} %."
    return words


def prices(recommendation: Recommendation) -> str:
    """State the unit and base of money, and how it is discounted."""
    portfolio, settings = recommendation.portfolio, recommendation.settings
    base = one_line(settings.price_base) or "not stated"
    start = base_date(portfolio, settings)
    rate = f"{number(100 * settings.discount_rate)} % a year"
    if settings.discount_schedule:
        rate = f"the schedule {one_line(settings.discount_schedule)}"
    return f"Price base: {base}. Present values discounted by {rate} from {start}."


def years_of(recommendation: Recommendation) -> str:
    """Word the years that budgets cover: 2027-28 to 2031-32."""
    years = recommendation.portfolio.budgets["period"]
    if len(years) == 0:
        return ""
    first, last = periods.label(years.min()), periods.label(years.max())
    return first if first == last else f"{first} to {last}"


def legend(recommendation: Recommendation, money: Money) -> str:
    """Say what the columns of the list mean."""
    points = number(100 * recommendation.settings.too_close)
    years = years_of(recommendation)
    within = f" Costs: {money.unit} within {years}." if years else f" Costs: {money.unit}."
    return (
        f"≈ Too close to call: within {points} points of a project across the line. Score: weighted "
        f"value. BCR: present value of benefits over costs.{within} … In full on sheet Reasons."
    )


def to_read(recommendation: Recommendation) -> list[str]:
    """Return everything that must be read with the list, one text each."""
    return [
        weights_line(recommendation),
        prices(recommendation),
        basis(recommendation),
        accounting(recommendation),
        *recommendation.warnings,
    ]
