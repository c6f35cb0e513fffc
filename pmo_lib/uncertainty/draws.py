"""Draw what projects cost and are worth, many times over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmo_lib import checks
from pmo_lib.checks import InputError
from pmo_lib.discounting import factors_at, require_all_factors
from pmo_lib.uncertainty.estimates import Estimate


@dataclass(frozen=True, eq=False)
class Futures:
    """What each project is worth and costs in every draw.

    Attributes
    ----------
    npv, cost : DataFrame of shape (n_projects, n_draws)
        Net present value, and total undiscounted cost. [currency]
    tornado : DataFrame
        Each ``project`` and ``stream`` that is uncertain, with the project's NPV when that
        stream alone is at its 10th (``p10``) and 90th percentile (``p90``), all others at
        the median, and the ``swing`` between them, largest first. [currency]
    """

    npv: pd.DataFrame
    cost: pd.DataFrame
    tornado: pd.DataFrame


def simulate(
    cost: Estimate,
    benefit: Estimate,
    *,
    discount_rate: float | pd.Series,
    start: Estimate | None = None,
    duration: Estimate | None = None,
    uplift: pd.DataFrame | None = None,
    residual: bool = False,
    independent_periods: bool = False,
    groups: pd.Series | None = None,
    correlation: float = 0.0,
    draws: int = 10_000,
    seed: int = 0,
) -> Futures:
    """Draw what every project costs and is worth, many times over.

    Parameters
    ----------
    cost, benefit : Estimate by project and period
        Both counted as positive. [currency]
    discount_rate : float or Series
        Yearly rate above -1, or discount factors by period; between and beyond the
        periods they go on at the nearest yearly rate. [1/year or -]
    start : Estimate by project, optional
        How much later than planned the project starts; moves all its flows. [year]
    duration : Estimate by project, optional
        How long delivery takes, the most likely being the plan; the difference moves
        the benefits. [year]
    uplift : DataFrame by project, optional
        Optimism bias in the columns ``cost`` and ``duration``, as shares to add. An item
        that has both an uplift and a range is an error, as the same risk would count
        twice, unless `residual` says the uplift is for what the range leaves out. [-]
    independent_periods : bool, default False
        Draw cost and benefit for each period by itself.
    groups : Series by project, optional
        Programme or category, inside which `correlation` in [0, 1] holds between the
        normal scores of the same stream (a Gaussian copula).
    draws, seed : int
        How many futures, and where the random numbers begin.

    Raises
    ------
    InputError
        If labels differ, an item has a range and an uplift, or a number is out of range.

    Examples
    --------
    >>> from pmo_lib.uncertainty import certain, three_point, triangular
    >>> amounts = pd.DataFrame({0: [100.0], 1: [0.0]}, index=["depot"])
    >>> gain = certain(pd.DataFrame({0: [0.0], 1: [150.0]}, index=["depot"]))
    >>> cost = three_point(amounts * 0.8, amounts, amounts * 1.5, shape=triangular)
    >>> futures = simulate(cost, gain, discount_rate=0.25, draws=1000)
    >>> bool(futures.npv.loc["depot"].between(-30, 40).all())
    True
    """
    given = {"cost": cost, "benefit": benefit, "start": start, "duration": duration}
    given = {stream: estimate for stream, estimate in given.items() if estimate is not None}
    order = {stream: _order(e, cost, name=stream) for stream, e in given.items()}
    projects = cost.likely.index
    raised = _uplifts(uplift, projects, given, order, residual)
    draws = int(checks.require_number(draws, name="draws", low=2))
    n_periods = cost.lowest.shape[1]
    factors = require_all_factors(discount_rate, n_periods)
    each = n_periods if independent_periods else 0
    npv, total, bars = np.empty((len(projects), draws)), np.empty((len(projects), draws)), []
    for i, drawn in enumerate(_draw(projects, given, draws, seed, groups, correlation, each)):
        rows = {
            s: (e.lowest[order[s][i]], e.width[order[s][i]], e.place[order[s][i]], e.shape)
            for s, e in given.items()
        }
        planned = duration.likely.iloc[order["duration"][i]] if duration is not None else 0.0
        fixed = factors, {item: column[i] for item, column in raised.items()}, planned
        npv[i], total[i] = _outcome(rows, drawn, *fixed)
        bars += _bars(projects[i], rows, *fixed)
    tornado = pd.DataFrame(bars, columns=["project", "stream", "p10", "p90"])
    tornado["swing"] = (tornado["p90"] - tornado["p10"]).abs()
    return Futures(
        pd.DataFrame(npv, index=projects, copy=False),
        pd.DataFrame(total, index=projects, copy=False),
        tornado.sort_values("swing", ascending=False, kind="stable", ignore_index=True),
    )


def _order(estimate: Estimate, cost: Estimate, *, name: str) -> np.ndarray:
    """Return the rows of an estimate in the order of the cost's projects, or refuse its labels."""
    kind = pd.DataFrame if name in ("cost", "benefit") else pd.Series
    if not (isinstance(estimate, Estimate) and isinstance(estimate.likely, kind)):
        raise InputError(
            f"{name}: must be an estimate of a {kind.__name__}; make it with "
            "uncertainty.three_point or uncertainty.certain"
        )
    own, wanted = estimate.likely, cost.likely
    checks.require_same_labels(own.index, wanted.index, name=name, other="cost")
    if name == "benefit":
        checks.require_same_labels(own.columns, wanted.columns, name=name, other="cost")
    return own.index.get_indexer(wanted.index)


def _uplifts(uplift, projects, given, order, residual) -> dict[str, np.ndarray]:
    """Return the uplift of cost and duration by project, or refuse it beside a range."""
    raised = {item: np.zeros(len(projects)) for item in ("cost", "duration")}
    if uplift is not None:
        checks.require_frame(uplift, name="uplift")
    for item in () if uplift is None else uplift.columns:
        checks.require_choice(item, tuple(set(raised) & set(given)), name="uplift column")
        checks.require_same_labels(uplift.index, projects, name="uplift", other="cost")
        column = checks.require_numbers(uplift[item], name="uplift", low=0, rows="project")
        raised[item] = column.reindex(projects).to_numpy()
        ranged = given[item].width[order[item]].any(axis=1)
        twice = projects[ranged & (raised[item] > 0)]
        if len(twice) and not residual:
            raise InputError(
                f"uplift: {item} has both optimism bias and a range for {checks.listing(twice)}; "
                "the same risk would count twice: drop one, or declare the uplift residual"
            )
    return raised


def _draw(projects, given, draws, seed, groups, rho, n_periods):
    """Yield the quantiles of each project in turn, by stream."""
    seed = int(checks.require_number(seed, name="seed", low=0))
    random, common = np.random.default_rng(seed), {}
    rho = checks.require_number(rho, name="correlation", low=0, high=1)
    if rho and groups is None:
        raise InputError("correlation: holds inside groups; give a Series of them by project")
    if groups is not None:
        from scipy.special import ndtr

        checks.require_same_labels(groups.index, projects, name="groups", other="cost")
        groups = groups.reindex(projects)
    for project in projects:
        drawn = {}
        for stream in given:
            size = (draws, n_periods) if n_periods and stream in ("cost", "benefit") else draws
            if groups is None:
                drawn[stream] = random.random(size)
                continue
            key = groups[project], stream
            own = random.standard_normal(size)
            if pd.notna(groups[project]):
                if key not in common:
                    common[key] = random.standard_normal(size)
                own = np.sqrt(rho) * common[key] + np.sqrt(1 - rho) * own
            drawn[stream] = ndtr(own)
        yield drawn


def _moves(row: tuple, quantile: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return where on its way each draw lies, with the columns that move together."""
    _, width, place, shape = row
    if quantile.ndim == 2:
        return [(shape(quantile[:, t], place[t]), np.array([t])) for t in np.flatnonzero(width)]
    kinds = np.unique(place[width > 0])
    return [(shape(quantile, m), np.flatnonzero((place == m) & (width > 0))) for m in kinds]


def _weighed(row: tuple, moves: list, weights: np.ndarray) -> np.ndarray:
    """Add up one row's amounts times the weights of their periods, for each draw."""
    total = weights @ row[0]
    for way, columns in moves:
        total = total + way * (weights[..., columns] @ row[1][columns])
    return total


def _outcome(rows: dict, drawn: dict, factors: np.ndarray, raised: dict, planned: float):
    """Return one project's NPV and total cost for each draw."""
    moves = {stream: _moves(row, drawn[stream]) for stream, row in rows.items()}
    periods = len(rows["cost"][0])
    begin, late, once = 0.0, 0.0, np.ones(1)
    if "start" in rows:
        begin = late = _weighed(rows["start"], moves["start"], once)
    if "duration" in rows:
        lasts = _weighed(rows["duration"], moves["duration"], once) * (1 + raised["duration"])
        late = begin + lasts - planned
    worth = {}
    for stream, by in (("cost", begin), ("benefit", late)):
        weights, share = _discounts(factors, periods, by)
        worth[stream] = share * _weighed(rows[stream], moves[stream], weights)
    more = 1 + raised["cost"]
    total = more * _weighed(rows["cost"], moves["cost"], np.ones(periods))
    return worth["benefit"] - more * worth["cost"], total


def _discounts(factors: np.ndarray, periods: int, by) -> tuple[np.ndarray, np.ndarray | float]:
    """Return factors by period of flows that come later, and what to multiply them by."""
    yearly = np.diff(np.log(factors))
    if not np.any(by) or np.ptp(yearly) < 1e-12:
        return factors[:periods], np.exp(by * yearly[0])
    return factors_at(factors, np.arange(periods) + np.reshape(by, (-1, 1))), 1.0


def _bars(project, rows: dict, factors: np.ndarray, raised: dict, planned: float) -> list[tuple]:
    """Return the NPV with each uncertain stream at its 10th and 90th percentile in turn."""
    ranged = [stream for stream, row in rows.items() if row[1].any()]
    drawn = {stream: np.full(2 * len(ranged), 0.5) for stream in rows}
    for k, stream in enumerate(ranged):
        drawn[stream][2 * k : 2 * k + 2] = 0.1, 0.9
    npv, _ = _outcome(rows, drawn, factors, raised, planned)
    ends = np.broadcast_to(npv, 2 * len(ranged)).reshape(-1, 2)
    return [(project, stream, *pair) for stream, pair in zip(ranged, ends, strict=True)]
