"""The rules of links between projects: no loops, no contradictions."""

from __future__ import annotations

from collections.abc import Iterable

from pmo_lib.checks import show
from pmo_lib.tables.problems import Findings
from pmo_lib.tables.rows import Rows


def check_links(rows: Rows, findings: Findings) -> None:
    """Report links to itself, cycles of requires and after, and links that cannot all hold."""
    frame = rows.frame.dropna(subset=["project", "relation", "other"])
    for row in frame.index[frame["project"] == frame["other"]]:
        findings.fault(
            f"project {show(frame.at[row, 'project'])} is linked to itself",
            sheet=rows.sheet,
            row=row,
            column=rows.shown("other"),
            found=frame.at[row, "other"],
            expected="another project",
            remedy="name another project or delete the row",
        )
    frame = frame[frame["project"] != frame["other"]]
    pairs = {
        relation: list(zip(group["project"], group["other"], strict=True))
        for relation, group in frame.groupby("relation")
    }
    for relation in ("requires", "after"):
        for cycle in cycles(pairs.get(relation, [])):
            row = _row_of(frame, relation, cycle[-2], cycle[-1])
            findings.fault(
                f"{relation} goes in a circle: {' -> '.join(show(p) for p in cycle)}",
                sheet=rows.sheet,
                row=row,
                column=rows.shown("relation"),
                found=" -> ".join(cycle),
                expected="no circle",
                remedy=_CIRCLE[relation],
            )
    _check_contradictions(rows, frame, pairs, findings)


_CIRCLE = {
    "requires": "delete one of these links, or link the projects by 'together'",
    "after": "delete one of these links",
}


def cycles(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Return one cycle for each group of projects that lead back to themselves.

    >>> cycles([("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")])
    [['a', 'b', 'c', 'a']]
    """
    ahead = _neighbours(pairs)
    found, done = [], set()
    for start in ahead:
        trail, position, steps = [start], {start: 0}, [iter(ahead[start])]
        while steps and start not in done:
            node = next(steps[-1], None)
            if node is None:
                steps.pop()
                done.add(trail[-1])
                position.pop(trail.pop())
            elif node in position:
                found.append([*trail[position[node] :], node])
                done.update(trail)
                break
            elif node not in done:
                position[node] = len(trail)
                trail.append(node)
                steps.append(iter(ahead.get(node, ())))
    return found


def _check_contradictions(rows: Rows, frame, pairs: dict, findings: Findings) -> None:
    together = pairs.get("together", [])
    needs = _neighbours([*pairs.get("requires", []), *together, *((b, a) for a, b in together)])
    reached: dict[str, set[str]] = {}
    for one, other in pairs.get("excludes", []):
        row = _row_of(frame, "excludes", one, other)
        for project in _who_needs_both(needs, reached, one, other):
            both = (
                f"it needs {show(one)} and {show(other)}"
                if project not in (one, other)
                else (f"it needs {show(other if project == one else one)}")
            )
            findings.fault(
                f"project {show(project)} can never be funded: {both}, and {show(one)} excludes {show(other)}",
                sheet=rows.sheet,
                row=row,
                column=rows.shown("relation"),
                found="excludes",
                expected="links that can all hold",
                remedy="delete one of these links",
            )
            break


def _who_needs_both(needs: dict, reached: dict, one: str, other: str) -> list[str]:
    """Return the projects that lead to both, the excluding ones first."""
    for project in needs:
        if project not in reached:
            reached[project] = _reach(needs, project)
    both = [p for p in needs if {one, other} <= reached[p] | {p}]
    return sorted(both, key=lambda p: p not in (one, other))


def _reach(needs: dict, start: str) -> set[str]:
    seen, waiting = {start}, [start]
    while waiting:
        for node in needs.get(waiting.pop(), ()):
            if node not in seen:
                seen.add(node)
                waiting.append(node)
    return seen


def _neighbours(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    ahead: dict[str, list[str]] = {}
    for project, other in pairs:
        ahead.setdefault(project, []).append(other)
    return ahead


def _row_of(frame, relation: str, project: str, other: str) -> int:
    same = (
        (frame["relation"] == relation) & (frame["project"] == project) & (frame["other"] == other)
    )
    return int(frame.index[same][0])
