"""What some draws of weights tell of the others: the value of the best portfolio is convex in them."""

from __future__ import annotations

import numpy as np

from pmo_lib.robustness.bounds import Choosing, reduced_worth

SAME = 1e-9
"""Values closer than this share of the largest are equal."""


class Known:
    """Portfolios found so far, where each is best, and how good any can be elsewhere.

    Attributes
    ----------
    worth : array of shape (n_columns, n_draws)
        What each column adds at each draw. [value]
    lists : array of shape (n_lists, n_columns)
        The portfolios.
    searches, solves : int
        How many draws were searched, and how many of them by the solver.
    """

    def __init__(self, problem: Choosing, weights: np.ndarray, start: np.ndarray, gap: float):
        self.problem, self.weights, self.gap = problem, weights, gap
        self.worth = problem.worth(weights)
        self.lists, self.spots = start[None], [[]]
        self.searches = self.solves = 0
        self.points, self.tops = [], []

    def best(self, draw: int) -> np.ndarray:
        """Return the portfolio that is worth most at a draw."""
        return self.lists[int((self.lists @ self.worth[:, draw]).argmax())]

    def learn(self, draw: int, taken: np.ndarray, gap: float, solved: bool) -> tuple[int, float]:
        """Take up what a search found; return the place of its portfolio, and its gap."""
        same = np.flatnonzero((self.lists == taken).all(axis=1))
        if len(same) == 0:
            self.lists, same = np.vstack([self.lists, taken]), [len(self.lists)]
            self.spots.append([])
        self.searches, self.solves = self.searches + 1, self.solves + solved
        if gap == 0:
            self.spots[same[0]].append(draw)
        if self.gap:
            value = float(taken @ self.worth[:, draw])
            self.points.append(self.weights[draw])
            self.tops.append(value + gap * abs(value))
        return same[0], gap

    def settled(self, draw: int) -> tuple[int, float]:
        """Return the portfolio that will do at a draw, and how much better any could be.

        One that is best at several draws is best at their mixtures. Where a gap is
        allowed, and searches need the solver, one as near to the same mixture of the best
        values will do. If none will, the place is -1.
        """
        value = self.lists @ self.worth[:, draw]
        best = int(value.argmax())
        if self._best_around(value, best, draw):
            return best, 0.0
        if not (self.gap and self.solves):
            return -1, 0.0
        above = self._most(draw) - value[best]
        short = max(above, 0.0) / max(abs(value[best]), 1e-300)
        return (best, short) if short <= self.gap else (-1, 0.0)

    def _best_around(self, value: np.ndarray, best: int, draw: int) -> bool:
        from scipy.optimize import nnls

        tied = (value >= value[best] - SAME * np.abs(value).max()).sum() > 1
        if tied or not self.spots[best]:
            return False
        try:
            _, distance = nnls(self.weights[self.spots[best]].T, self.weights[draw])
        except RuntimeError:
            return False
        return distance <= SAME

    def _most(self, draw: int) -> float:
        """Return the least mixture of known best values that makes the weights of a draw."""
        from scipy.optimize import linprog

        if len(self.points) == self.searches:
            self._learn_corners()
        found = linprog(self.tops, A_eq=np.transpose(self.points), b_eq=self.weights[draw])
        return np.inf if found.x is None else float(found.fun)

    def _learn_corners(self) -> None:
        """Bound the best value where one criterion has all the weight."""
        model, corners = self.problem.model, np.eye(self.weights.shape[1])
        for corner, worth in zip(corners, self.problem.worth(corners).T, strict=True):
            reduced, used = reduced_worth(self.problem, worth)
            ends = np.maximum(model.lower * reduced, model.upper * reduced)
            self.points.append(corner)
            self.tops.append(used + ends.sum())
