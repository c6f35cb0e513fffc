"""What the meeting should talk about: which questions settle most, and a table to go by."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from pmo_lib.checks import InputError, require_same_labels, require_series
from pmo_lib.robustness.admissible import require_weight_rows

DECISIONS = ("decide without debate", "debate", "decline")


def which_weighs_more(weight_sample: pd.DataFrame) -> pd.DataFrame:
    """Answer, for every draw and pair of criteria, which of the two weighs more.

    Pairs that every draw answers alike ask nothing and are left out.

    Returns
    -------
    DataFrame of shape (n_draws, n_questions)
        The criterion that weighs more; columns are (first, second). Other questions, such
        as which of an uncertain performance's values is true, are columns of their own.

    Examples
    --------
    >>> which_weighs_more(pd.DataFrame({"reach": [0.7, 0.4], "risk": [0.3, 0.6]}))
    question (reach, risk)
    0                reach
    1                 risk
    """
    weights = require_weight_rows(weight_sample)
    pairs = list(combinations(weights.columns, 2))
    answers = {(a, b): np.where(weights[a] >= weights[b], a, b) for a, b in pairs}
    asked = {pair: given for pair, given in answers.items() if len(set(given)) > 1}
    columns = pd.Index(list(asked), tupleize_cols=False, name="question")
    return pd.DataFrame(
        np.array(list(asked.values()), dtype=object).reshape(len(asked), len(weights)).T,
        weights.index, columns,
    )  # fmt: skip


def value_of_knowing(held: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Count how many borderline projects the answer to each question would settle.

    A project is settled if every draw that agrees with the answer holds it, or none
    does. What is borderline and settled is so in the draws at hand.

    Parameters
    ----------
    held : DataFrame of shape (n_draws, n_projects)
        True where the best portfolio of the draw holds the project.
    answers : DataFrame of shape (n_draws, n_questions)
        What each draw answers, as from `which_weighs_more`.

    Returns
    -------
    DataFrame by question
        The best first: ``settles``, the mean number of projects over the answers as often
        as the draws give them; ``at_least``, with the answer that settles fewest;
        ``undecided``, how many it leaves open, each counted in full at a share of one
        half and less towards 0 and 1. [projects]

    Examples
    --------
    >>> held = pd.DataFrame({"a": [True, True], "b": [True, False], "c": [False, True]})
    >>> asked = pd.DataFrame({"reach or risk": ["reach", "risk"]})
    >>> value_of_knowing(held, asked).loc["reach or risk"].to_dict()
    {'settles': 2.0, 'at_least': 2.0, 'undecided': 0.0}
    """
    require_same_labels(answers.index, held.index, name="answers", other="held")
    open_ = held.loc[:, (held.any() & ~held.all()).to_numpy()].astype(float)
    rows = []
    for question in answers.columns:
        given = answers[question].reindex(held.index)
        share = open_.groupby(given.to_numpy()).mean()
        often = given.value_counts(normalize=True).reindex(share.index).to_numpy()
        settled = ((share == 0) | (share == 1)).sum(axis=1).to_numpy()
        left = (share * (1 - share)).sum(axis=1).to_numpy()
        rows.append((settled @ often, settled.min(), 4 * left @ often))
    index = answers.columns.rename("question")
    table = pd.DataFrame(rows, index, ["settles", "at_least", "undecided"])
    return table.sort_values(["settles", "undecided"], ascending=[False, True], kind="stable")


def agenda(
    share: pd.Series,
    held: pd.DataFrame,
    answers: pd.DataFrame,
    *,
    lists: pd.DataFrame | None = None,
    proven: bool = False,
) -> pd.DataFrame:
    """Sort projects into decide without debate, debate and decline, with what to ask.

    Parameters
    ----------
    share : Series by project
        The core index, or the funding acceptability: 1 decides, 0 declines. [-]
    held, answers
        As in `value_of_knowing`.
    lists : DataFrame of shape (n_members, n_projects), optional
        True where a member's own best list holds the project.
    proven : bool, default False
        Whether `share` is the core index; a sampled share proves nothing for all weights.

    Returns
    -------
    DataFrame by project
        ``decision``; ``share``; ``often``, the share of draws that hold it [-]; ``reason``;
        ``for_it`` and ``against_it``, the members it divides; ``question``, the pair or label
        whose answer says most about it. Debated projects first, the most divided on top.

    Examples
    --------
    >>> held = pd.DataFrame({"a": [True, True], "b": [True, False]})
    >>> answers = pd.DataFrame({"reach or risk": ["reach", "risk"]})
    >>> agenda(held.mean(), held, answers)[["decision", "reason"]].to_numpy().tolist()[0]
    ['debate', 'funded in 50 % of 2 draws: in 100 % if reach, in 0 % if risk']
    """
    require_series(share, name="share")
    require_same_labels(held.columns, share.index, name="held", other="share")
    if not ((share >= 0) & (share <= 1)).all():
        raise InputError("share: each must lie in [0, 1], got others; use core_index")
    if lists is not None:
        require_same_labels(lists.columns, share.index, name="lists", other="share")
    known = (
        "whatever the weights the board would accept" if proven else f"in all {len(held):,} draws"
    )
    said = {1.0: f"funded {known}", 0.0: f"never funded {known}"}
    rows = []
    for project, part in share.items():
        debated = 0 < part < 1
        decision = DECISIONS[1] if debated else DECISIONS[0 if part == 1 else 2]
        question, reason = _telling(held[project], answers) if debated else ("", said.get(part, ""))
        own = (
            lists[project].astype(bool) if lists is not None and debated else pd.Series(dtype=bool)
        )
        rows.append(
            (decision, part, reason, tuple(own.index[own]), tuple(own.index[~own]), question)
        )
    columns = ["decision", "share", "reason", "for_it", "against_it", "question"]
    table = pd.DataFrame(rows, share.index, columns)
    table.insert(2, "often", held.mean())
    order = table["decision"].map({"debate": 0, "decide without debate": 1, "decline": 2})
    key = pd.DataFrame({"order": order, "clear": (share - 0.5).abs()})
    return table.loc[key.sort_values(["order", "clear"], kind="stable").index]


def _telling(held: pd.Series, answers: pd.DataFrame) -> tuple:
    """Return the question that says most about a project, and what each answer says."""
    overall = f"funded in {100 * held.mean():.0f} % of {len(held):,} draws"
    best, spread, words = "", 0.0, overall
    for question in answers.columns:
        shares = held.groupby(answers[question].reindex(held.index).to_numpy()).mean()
        often = answers[question].value_counts(normalize=True).reindex(shares.index)
        told = float((often * (shares - held.mean()) ** 2).sum())
        if told > spread + 1e-12:
            best, spread = question, told
            more = "" if not isinstance(question, tuple) else " weighs more"
            parts = [f"in {100 * p:.0f} % if {answer}{more}" for answer, p in shares.items()]
            words = f"{overall}: {', '.join(parts)}"
    return best, words
