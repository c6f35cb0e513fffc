"""Three-point estimates, and the distributions they state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from pmo_lib import checks
from pmo_lib.checks import InputError
from pmo_lib.flows import aligned, by_period

Shape = Callable[[np.ndarray, float], np.ndarray]

_NODES = np.sin(np.pi / 2 * np.sin(np.linspace(0, np.pi / 2, 1025)) ** 2) ** 2


def triangular(quantile: np.ndarray, likely: float) -> np.ndarray:
    """Return where on the way from lowest (0) to highest (1) a quantile lies: triangle.

    Parameters
    ----------
    quantile : ndarray
        In [0, 1].
    likely : float
        Where the most likely amount lies, in [0, 1].
    """
    rising = np.sqrt(quantile * likely)
    return np.where(quantile < likely, rising, 1 - np.sqrt((1 - quantile) * (1 - likely)))


def pert(quantile: np.ndarray, likely: float) -> np.ndarray:
    r"""Return where from lowest (0) to highest (1) a quantile lies: PERT's beta distribution.

    With parameters :math:`1 + 4m` and :math:`5 - 4m` for a most likely amount at
    :math:`m`; read off a table of 1,025 exact quantiles, dense at the ends.
    """
    return np.interp(quantile, _NODES, _pert_table(float(likely)))


@dataclass(frozen=True, eq=False)
class Estimate:
    """Amounts that are known as a range; make it with `three_point`.

    Attributes
    ----------
    likely : DataFrame of shape (n_projects, n_periods), or Series of shape (n_projects,)
        The most likely amounts. [currency, or year]
    lowest, width, place : ndarray of shape (n_projects, n_periods or 1)
        Where the distribution begins, how far it reaches, and where on that way, in
        [0, 1], the most likely amount lies.
    shape : function
        `pert`, `triangular` or another function of quantile and likely place.
    """

    likely: pd.DataFrame | pd.Series
    lowest: np.ndarray
    width: np.ndarray
    place: np.ndarray
    shape: Shape


def three_point(
    low: pd.DataFrame | pd.Series,
    likely: pd.DataFrame | pd.Series,
    high: pd.DataFrame | pd.Series,
    *,
    percentiles: tuple[float, float] = (0.0, 1.0),
    shape: Shape = pert,
) -> Estimate:
    """State what is known of amounts: low, most likely, high.

    Parameters
    ----------
    low, likely, high : DataFrame of shape (n_projects, n_periods), or Series by project
        Of money by period 0 to T, or of years (start, duration); equal where certain.
        [currency or year]
    percentiles : tuple of two floats, default (0, 1)
        The shares of futures below low and below high: (0.1, 0.9) says that one in ten
        lies beyond either. [-]
    shape : function, default `pert`
        Or `triangular`.

    Raises
    ------
    InputError
        If labels differ, an amount is missing, the three are out of order, or the
        percentiles are not 0 <= low < high <= 1.

    Examples
    --------
    >>> days = pd.Series({"depot": 100.0})
    >>> wide = three_point(days * 0.8, days, days * 1.5, shape=triangular)
    >>> wide.lowest.tolist(), wide.width.tolist()
    ([[80.0]], [[70.0]])
    """
    if not 0 <= percentiles[0] < percentiles[1] <= 1:
        raise InputError(f"percentiles: must rise within [0, 1], got {checks.show(percentiles)}")
    frames = [_as_frame(part) for part in (likely, low, high)]
    middle = by_period(frames[0], name="likely")
    below = aligned(frames[1], frames[0], name="low", other_name="likely")
    above = aligned(frames[2], frames[0], name="high", other_name="likely")
    rule = "each must lie between low and high"
    good = (below <= middle) & (middle <= above)
    checks.require_all(good, frames[0], name="likely", rule=rule, rows="project")
    down, up = _reach(middle - below, above - middle, percentiles, shape)
    return Estimate(likely, middle - down, down + up, _share(down, up), shape)


def certain(likely: pd.DataFrame | pd.Series) -> Estimate:
    """State amounts that are known."""
    return three_point(likely, likely, likely)


def _as_frame(part) -> pd.DataFrame:
    return part.to_frame(0) if isinstance(part, pd.Series) else part


@lru_cache(maxsize=4096)
def _pert_table(likely: float) -> np.ndarray:
    from scipy.special import betaincinv

    return betaincinv(1 + 4 * likely, 5 - 4 * likely, _NODES)


def _reach(down, up, percentiles, shape) -> tuple[np.ndarray, np.ndarray]:
    """Return how far a distribution reaches from the likely amount to have these percentiles."""
    if percentiles == (0.0, 1.0):
        return down, up
    whole = down + up
    kinds, which = np.unique(_share(down, up), return_inverse=True)
    ends = np.array([_ends(kind, percentiles, shape) for kind in kinds])[which]
    return whole * ends[..., 0], whole * ends[..., 1]


def _share(down: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Return where the likely amount lies, without the rounding that sets like shapes apart."""
    whole = down + up
    return np.divide(down, whole, out=np.full(whole.shape, 0.5), where=whole > 0).round(9)


def _ends(share: float, percentiles, shape) -> tuple[float, float]:
    """Solve for the ends of one distribution whose low and high are 1 apart.

    Where the most likely amount lies between low and high follows from where it lies on
    the whole way, which is sought.
    """
    from scipy.optimize import brentq

    ends = np.array(percentiles)

    def off(likely: float) -> float:
        low, high = shape(ends, likely)
        return (likely - low) / (high - low) - share

    likely = brentq(off, 0.0, 1.0, xtol=1e-14)
    low, high = shape(ends, likely)
    return likely / (high - low), (1 - likely) / (high - low)
