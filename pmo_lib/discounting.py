"""Price one unit of money in each period: discount factors by rate or by schedule.

Official practice publishes its rates in dated schedules, which are tables: a new
schedule is new rows. Periods are whole numbers; period 0 is now and has factor 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from pmo_lib import checks
from pmo_lib.checks import InputError

SCHEDULE_COLUMNS = ("basis", "year", "rate")


def official_schedules() -> pd.DataFrame:
    """Read the published schedules that come with the library, as rows of `discount_schedules`.

    Returns
    -------
    DataFrame
        ``schedule``, ``dated_from``, ``basis``, ``year``, ``rate`` [1/year], ``source``.

    Examples
    --------
    >>> schedules = official_schedules()
    >>> standard = schedules[schedules["schedule"] == "Green Book standard"]
    >>> scheduled_discount_factors(standard, 31).round(4).iloc[[1, 30, 31]].tolist()
    [0.9662, 0.3563, 0.3459]
    """
    return pd.read_csv(Path(__file__).with_name("official") / "discount_schedules.csv")


def discount_factors(rate: float, periods: int | Iterable[int], *, lag: float = 0.0) -> pd.Series:
    r"""Price one unit of money in each period at one yearly rate.

    The factor of period :math:`t` is :math:`(1 + r)^{-t - lag}`.

    Parameters
    ----------
    rate : float
        Yearly discount rate, above -1; 0.035 is 3.5 %. [1/year]
    periods : int or iterable of int
        The last period T, for the factors of 0 to T; or the periods themselves.
    lag : float, default 0
        How long after the start of its period money flows, in [0, 1]: 0 leaves period 0
        undiscounted, 0.5 is mid-year, 1 discounts the first flow as spreadsheets do.
        [year]

    Returns
    -------
    Series of shape (n_periods,)
        Factors named ``"discount_factor"``, labelled by ``period``. [-]

    Raises
    ------
    InputError
        If the rate is not a number above -1, a period is negative, repeated or not
        a whole number, or a factor is too large to compute.

    Examples
    --------
    >>> discount_factors(0.25, 2).tolist()
    [1.0, 0.8, 0.64]
    """
    years, lag = _as_years(periods), checks.require_number(lag, name="lag", low=0, high=1)
    return _factors(1 + require_rate(rate), years, lag)


def scheduled_discount_factors(
    schedule: pd.DataFrame, periods: int | Iterable[int], *, lag: float = 0.0
) -> pd.Series:
    r"""Price one unit of money in each period by a published schedule of rates.

    *By year*, the rate may change from year to year and the factor of period
    :math:`t` is the product :math:`\prod_{s=1}^{t} (1 + r_s)^{-1}`, not
    :math:`(1 + r_t)^{-t}`; the last rate goes on for ever [1]_. *By length*, the
    whole analysis takes one rate, that of its length T, interpolated linearly
    between the lengths quoted; a shorter or longer analysis takes the rate of the
    nearest length quoted [2]_.

    Parameters
    ----------
    schedule : DataFrame
        The rows of one schedule: ``basis`` (``"by year"`` or ``"by length"``, the
        same in each row), ``year`` (by year: the first year in which the rate
        applies, 1 being the first after now; by length: the length quoted), ``rate``
        (0.035 is 3.5 %). Further columns are ignored. [-, year, 1/year]
    periods : int or iterable of int
        The last period T, for the factors of 0 to T; or the periods themselves, of
        which the last is the length of the analysis.

    Returns
    -------
    Series of shape (n_periods,)
        Factors named ``"discount_factor"``, labelled by ``period``. [-]

    Raises
    ------
    InputError
        If a column is missing, the rows mix schedules or bases, a year is repeated,
        a rate is not above -1, or a schedule by year does not start in year 1.

    References
    ----------
    .. [1] HM Treasury, *The Green Book: Central Government Guidance on Appraisal and
       Evaluation*. London, 2022, annex 6.
    .. [2] Office of Management and Budget, *Circular A-94*. Washington, 1992,
       appendix C.

    Examples
    --------
    >>> falling = pd.DataFrame({"basis": "by year", "year": [1, 3], "rate": [0.25, 0.0]})
    >>> scheduled_discount_factors(falling, 4).tolist()
    [1.0, 0.8, 0.64, 0.64, 0.64]
    """
    basis, first_years, rates = _schedule(schedule)
    years, lag = _as_years(periods), checks.require_number(lag, name="lag", low=0, high=1)
    last = int(years.max())
    if basis == "by length":
        return _factors(1 + np.interp(last, first_years, rates), years, lag)
    place = np.searchsorted(first_years, np.arange(1, last + 2), side="right") - 1
    growing = 1 + rates[place]
    chained = 1 / (np.cumprod([1.0, *growing[:-1]]) * growing**lag)
    return pd.Series(chained[years], index=years, name="discount_factor")


def require_factors(discount_rate: float | pd.Series, n_periods: int) -> np.ndarray:
    """Return the factors of periods 0 to T for a rate or a Series of factors, or refuse them.

    Parameters
    ----------
    discount_rate : float or Series
        Yearly rate above -1, or discount factors by period, which must hold the periods
        0 to `n_periods` - 1, the first of them 1 unless money flows with a lag. [1/year or -]
    n_periods : int
        T + 1.

    Returns
    -------
    ndarray of shape (n_periods,)
        Non-negative, finite. [-]

    Raises
    ------
    InputError
        If the rate or a factor is bad, or a period has no factor.
    """
    years = np.arange(n_periods)
    if not isinstance(discount_rate, pd.Series):
        return growth(1 + require_rate(discount_rate, name="discount_rate"), -years)
    name = "discount_rate"
    checks.require_series(discount_rate, name=name)
    factors = checks.require_numbers(discount_rate, name=name, low=0).reindex(years)
    if factors.isna().any():
        missing = checks.listing(factors.index[factors.isna()])
        raise InputError(f"{name}: has no factor for period {missing}; give 0 to {n_periods - 1}")
    if not 0.5 < factors[0] < 2:
        raise InputError(
            f"{name}: the factor of period 0 must be 1, or near it with a lag, "
            f"got {checks.show(factors[0])}; give discount "
            "factors (cost_benefit.scheduled_discount_factors), not rates, by period"
        )
    return factors.to_numpy()


def require_all_factors(discount_rate: float | pd.Series, n_periods: int) -> np.ndarray:
    """Return factors as `require_factors`, with all later ones given, at least two."""
    given = len(discount_rate) if isinstance(discount_rate, pd.Series) else 0
    return require_factors(discount_rate, max(2, n_periods, given))


def factors_at(factors: np.ndarray, years: np.ndarray) -> np.ndarray:
    """Return factors at any moments, from those of periods 0 to T, at least two of them.

    Between periods they fall at that year's rate; before 0 and after T they go on at the
    nearest one.
    """
    logs, last = np.log(factors), len(factors) - 1
    moved = np.interp(years, np.arange(last + 1), logs)
    moved += np.minimum(years, 0) * (logs[1] - logs[0])
    moved += np.maximum(years - last, 0) * (logs[-1] - logs[-2])
    return np.exp(moved)


def require_rate(rate: float, *, name: str = "rate") -> float:
    """Return a yearly rate as a float, or refuse it unless it is a number above -1."""
    rate = checks.require_number(rate, name=name, low=-1)
    if rate == -1:
        raise InputError(f"{name}: must be above -1, got -1")
    return rate


def growth(base: float, years: np.ndarray) -> np.ndarray:
    """Raise a yearly growth factor to whole years, refusing what overflows."""
    with np.errstate(over="ignore", under="ignore"):
        powers = np.float64(base) ** years
    if not np.isfinite(powers).all():
        raise InputError(
            f"rate: {base - 1:.6g} a year over {np.abs(years).max():g} years is too large to compute"
        )
    return powers


def _factors(base: float, years: pd.Index, lag: float) -> pd.Series:
    return pd.Series(growth(base, -(years + lag)), index=years, name="discount_factor")


def _as_years(periods: int | Iterable[int]) -> pd.Index:
    """Return whole, distinct, non-negative periods: 0 to T if a number T is given."""
    whole = isinstance(periods, int | np.integer) and not isinstance(periods, bool)
    if whole and periods >= 0:
        return pd.RangeIndex(int(periods) + 1, name="period")
    listed = isinstance(periods, Iterable) and not isinstance(periods, str)
    years = pd.Index(list(periods) if listed else [periods], name="period")
    if not (listed and pd.api.types.infer_dtype(years) == "integer" and (years >= 0).all()):
        raise InputError(
            "periods: must be a whole number, 0 or more, or a list of such, "
            f"got {checks.listing(years) or 'an empty list'}"
        )
    checks.require_unique(years, name="periods", axis="period")
    return years


def _schedule(schedule: pd.DataFrame) -> tuple[str, np.ndarray, np.ndarray]:
    """Return the basis, years and rates of one schedule, by rising year, or refuse it."""
    checks.require_frame(schedule, name="schedule")
    missing = [column for column in SCHEDULE_COLUMNS if column not in schedule.columns]
    if missing:
        raise InputError(f"schedule: must have the columns {checks.listing(missing)}, got none")
    for column in schedule.columns.intersection(["schedule", "dated_from", "basis"]):
        if len(found := schedule[column].unique()) > 1:
            found = checks.listing(found)
            raise InputError(f"schedule: must hold one {column}, got {found}; pick its rows")
    basis = schedule["basis"].iloc[0]
    checks.require_choice(basis, ("by year", "by length"), name="schedule basis")
    years = checks.require_numbers(schedule["year"], name="schedule year", low=0).to_numpy()
    rates = checks.require_numbers(schedule["rate"], name="schedule rate", low=-1).to_numpy()
    if not (rates > -1).all():
        raise InputError("schedule rate: each must be above -1, got -1")
    checks.require_unique(pd.Index(years), name="schedule year")
    order = np.argsort(years)
    if basis == "by year" and years[order[0]] != 1:
        raise InputError(
            f"schedule: the first rate must apply from year 1, got year {years[order[0]]:g}"
        )
    return basis, years[order], rates[order]
