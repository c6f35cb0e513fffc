"""What a setting may be: each check yields, in words, what is wrong with a value."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pmo_lib import periods
from pmo_lib.checks import InputError, show

Check = Callable[[Any], Iterable[str]]


def is_number(value: Any) -> bool:
    """Tell whether a value is a number, which yes, no and missing are not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _rule(words: str, holds: Callable[[Any], bool]) -> Check:
    return lambda value: () if holds(value) else (f"must {words}, got {show(value)}",)


text = _rule("be text", lambda value: isinstance(value, str))
flag = _rule("be true or false", lambda value: isinstance(value, bool))
whole_months = _rule("be whole months", lambda value: value % 1 == 0)


def within(low: float, high: float) -> Check:
    """Allow the numbers from low to high."""
    return _rule(f"lie in [{low:g}, {high:g}]", lambda v: is_number(v) and low <= v <= high)


def no_less(noun: str) -> Check:
    """Allow finite numbers that are not negative."""
    return _rule(f"be {noun} of at least 0", lambda v: is_number(v) and 0 <= v < float("inf"))


def one_of(*words: str) -> Check:
    """Allow some words."""
    return _rule(f"be one of {', '.join(map(show, words))}", lambda value: value in words)


def either(*words: str) -> Check:
    """Allow some words, or none."""
    return _rule(f"be {' or '.join(map(show, words))}", lambda value: value in ("", *words))


def day(example: str, form: str = "{}") -> Check:
    """Allow an ISO date, or what becomes one in a form; empty means not stated."""

    def holds(value: str) -> bool:
        try:
            return not value or bool(periods.parse(form.format(value)))
        except InputError:
            return False

    return _rule(f"be an ISO date such as {example}", holds)


def both(*checks: Check) -> Check:
    """Allow what every check allows."""
    return lambda value: (fault for check in checks for fault in check(value))


def each(check: Check) -> Check:
    """Allow a table if a check allows each of its values."""
    return lambda table: (
        f"each {fault} for {show(key)}" for key, value in table.items() for fault in check(value)
    )


def points(table: Mapping) -> Iterable[str]:
    """Allow points on any non-negative scale, at least one of them above 0."""
    faults = list(each(no_less("a number"))(table))
    if table and not faults and not sum(table.values()) > 0:
        return ["at least one must be above 0, all are 0"]
    return faults


def _is_pair(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2 and all(map(is_number, value))


swings = each(_rule("be a pair [worst, best]", _is_pair))


def keyed(needed: Mapping[str, Check], optional: Mapping[str, Check]) -> Check:
    """Allow a table that states every text needed and no key that is unknown."""
    known = {**needed, **optional}

    def check(row: Any) -> Iterable[str]:
        if not isinstance(row, Mapping):
            yield f"must be a table with the keys {', '.join(known)}, got {show(row)}"
            return
        yield from unknown_keys(row, known)
        for key, allows in known.items():
            stated = row.get(key)
            if key in needed and not (isinstance(stated, str) and stated.strip()):
                yield f"{key} is missing; every entry states {', '.join(needed)}"
            elif stated is not None:
                yield from (f"{key} {fault}" for fault in allows(stated))

    return check


def unknown_keys(given: Iterable[str], known: Iterable[str]) -> Iterable[str]:
    """Yield a sentence for each key that nobody knows, with the nearest that somebody does."""
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean '{near[0]}'?" if near else "delete it"
            yield f"key {show(key)} is not a setting; {hint}"
