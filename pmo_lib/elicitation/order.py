"""An order, best first, by drag or by keyboard; what is worth the same shares a place."""

from __future__ import annotations

import pandas as pd

from pmo_lib.elicitation.answers import blank, weights
from pmo_lib.elicitation.look import SCRIPT, STYLE
from pmo_lib.elicitation.question import Question


def order(subjects: pd.DataFrame, *, draft: dict | None = None) -> Order:
    """Return a list to bring into order, the swing worth most first.

    Parameters
    ----------
    subjects : DataFrame by label
        name and swing of what is weighed, as `subjects` makes them.
    draft : dict, optional
        Where it starts; as the subjects stand if not given.

    Returns
    -------
    Order
        Drag, or move with Alt and the arrow keys.
    """
    return Order(subjects, draft or blank("order", subjects.index), how=_HOW)


def moved(draft: dict, label: str, place: int) -> dict:
    """Bring a label to a place, counted from 0; dropped into a tie, it joins it.

    >>> moved({"order": [["a"], ["b", "c"], ["d"]]}, "d", 0)
    {'order': [['d'], ['a'], ['b', 'c']]}
    >>> moved({"order": [["a"], ["b", "c"], ["d"]]}, "a", 1)
    {'order': [['b', 'a', 'c'], ['d']]}
    """
    ties = [kept for tie in draft["order"] if (kept := [other for other in tie if other != label])]
    before = 0
    for number, tie in enumerate(ties):
        if place <= before:
            return {"order": [*ties[:number], [label], *ties[number:]]}
        if place < before + len(tie):
            joined = [*tie[: place - before], label, *tie[place - before :]]
            return {"order": [*ties[:number], joined, *ties[number + 1 :]]}
        before += len(tie)
    return {"order": [*ties, [label]]}


def tied(draft: dict, label: str) -> dict:
    """Let a label share the place of the one above, or take a place of its own again.

    >>> once = tied({"order": [["a"], ["b"], ["c"]]}, "b")
    >>> once, tied(once, "b")
    ({'order': [['a', 'b'], ['c']]}, {'order': [['a'], ['b'], ['c']]})
    """
    ties = [list(tie) for tie in draft["order"]]
    number = next(n for n, tie in enumerate(ties) if label in tie)
    at = ties[number].index(label)
    if at:
        ties[number : number + 1] = [ties[number][:at], ties[number][at:]]
    elif number:
        ties[number - 1 : number + 1] = [ties[number - 1] + ties[number]]
    return {"order": ties}


class Order(Question):
    """A list to sort; parameters and attributes as `Question`."""

    _esm = (
        SCRIPT
        + """
    export default {
      render({ model, el }) {
        const box = framed(el), texts = model.get("texts"), said = spoken();
        box.append(...texts.how.map((line) => make("p", "", line)));
        const list = make("ol", "pmo-order");
        list.setAttribute("role", "listbox");
        list.setAttribute("aria-label", "Order, the one worth most first");
        box.append(list, said);
        let dragged = -1, active = -1, moved = -1;
        const sequence = () => model.get("shown").sequence;
        const usable = () => model.get("shown").usable;
        const move = (row, to) => { moved = row; model.send({ row, to }); };
        const shift = (row, step) => { moved = row; model.send({ row, step }); };
        const tie = (row) => { moved = row; model.send({ tie: row }); };
        const focus = (row) => {
          active = row;
          items.forEach(({ node }, other) => { node.tabIndex = other === row ? 0 : -1; });
          items[row].node.focus();
        };
        const mark = (row, below) => items.forEach(({ node }, other) => {
          node.classList.toggle("pmo-over", other === row && !below);
          node.classList.toggle("pmo-under", other === row && below);
        });
        const items = texts.rows.map(({ name, swing }, row) => {
          const node = make("li", "pmo-row"), words = make("div", "pmo-words");
          node.setAttribute("role", "option");
          node.draggable = true;
          const place = make("span", "pmo-place"), share = make("output", "pmo-share");
          words.append(make("span", "pmo-name", name), make("div", "pmo-swing", swing));
          const at = () => sequence().indexOf(row);
          const up = control("\\u2191", () => shift(row, -1));
          const down = control("\\u2193", () => shift(row, 1));
          const same = control("=", () => tie(row));
          up.setAttribute("aria-label", "Up: " + name);
          down.setAttribute("aria-label", "Down: " + name);
          same.setAttribute("aria-label", "Same place as the one above: " + name);
          same.title = "Same place as the one above";
          for (const button of [up, down, same]) button.tabIndex = -1;
          node.append(place, words, share, same, up, down);
          node.addEventListener("focus", () => { active = row; });
          node.addEventListener("keydown", (event) => {
            const step = { ArrowUp: -1, ArrowDown: 1 }[event.key], end = { Home: 0, End: items.length - 1 }[event.key];
            if (event.ctrlKey || event.metaKey) return;
            if (event.key === "=" || event.key === " ") { event.preventDefault(); if (usable()) tie(row); return; }
            if (step === undefined && end === undefined) return;
            event.preventDefault();
            const to = Math.min(Math.max(end ?? at() + step, 0), items.length - 1);
            if (!event.altKey) focus(sequence()[to]);
            else if (usable() && end !== undefined) move(row, end);
            else if (usable()) shift(row, step);
          });
          node.addEventListener("dragstart", (event) => {
            if (!usable()) { event.preventDefault(); return; }
            dragged = row;
            event.dataTransfer.effectAllowed = "move";
            event.dataTransfer.setData("text/plain", "");
          });
          const below = (event) => {
            const { top, height } = node.getBoundingClientRect();
            return event.clientY > top + height / 2;
          };
          node.addEventListener("dragover", (event) => {
            if (dragged < 0) return;
            event.preventDefault();
            mark(row, below(event));
          });
          node.addEventListener("drop", (event) => {
            if (dragged < 0) return;
            event.preventDefault();
            event.stopPropagation();
            const from = sequence().indexOf(dragged), to = at() + (below(event) ? 1 : 0);
            const place = from < to ? to - 1 : to;
            if (place !== from) move(dragged, place);
            mark(-1);
          });
          node.addEventListener("dragend", () => { dragged = -1; mark(-1); });
          return { node, place, share, up, down, same };
        });
        list.append(...items.map(({ node }) => node));
        const update = () => {
          const { sequence, places, shares, heads, lines, usable } = model.get("shown");
          const held = document.activeElement;
          const inside = list.contains(held);
          const now = [...list.children].map((node) => items.findIndex((item) => item.node === node));
          if (now.some((row, at) => row !== sequence[at]))
            list.append(...sequence.map((row) => items[row].node));
          if (active < 0) active = sequence[0];
          sequence.forEach((row, at) => {
            const { node, place, share, up, down, same } = items[row];
            put(place, (heads[at] ? "" : "= ") + places[at] + ".");
            put(share, shares[at]);
            node.setAttribute("aria-selected", String(row === active));
            node.setAttribute("aria-posinset", at + 1);
            node.setAttribute("aria-setsize", sequence.length);
            node.tabIndex = row === active ? 0 : -1;
            node.draggable = usable;
            up.disabled = !usable || at === 0;
            down.disabled = !usable || at === sequence.length - 1;
            same.disabled = !usable || at === 0;
            same.setAttribute("aria-pressed", String(!heads[at]));
          });
          if (inside && held.isConnected) held.focus();
          const news = moved < 0 ? [] : [texts.rows[moved].name + ": place "
            + places[sequence.indexOf(moved)] + " of " + sequence.length + "."];
          tell(said, [...news, ...lines]);
        };
        model.on("change:shown", update);
        update();
        return () => model.off("change:shown", update);
      },
    };
    """
    )
    _css = (
        STYLE
        + """
    .pmo-ask ol.pmo-order { list-style: none; margin: 6px 0; padding: 0; }
    .pmo-ask .pmo-order li { display: flex; gap: 10px; align-items: center; cursor: grab; }
    .pmo-ask .pmo-order .pmo-words { flex: 1 1 auto; }
    .pmo-ask .pmo-order .pmo-place { min-width: 2.8em; text-align: right; font-weight: 600; }
    .pmo-ask .pmo-order li.pmo-over { box-shadow: inset 0 3px 0 #1a73c8; }
    .pmo-ask .pmo-order li.pmo-under { box-shadow: inset 0 -3px 0 #1a73c8; }
    """
    )
    kind = "order"

    def _asked(self, message: dict) -> None:
        """Do what the browser asks, if it can be done."""
        label, tie, to = (self._label(message.get(name)) for name in ("row", "tie", "to"))
        place, step = message.get("to"), message.get("step")
        if label and step in (-1, 1):
            place = self.shown["sequence"].index(message["row"]) + step
            to = self._label(place)
        if label is not None and to is not None:
            self.draft = moved(self.draft, label, place)
        elif tie is not None:
            self.draft = tied(self.draft, tie)

    def _show(self) -> None:
        ties = self.draft["order"]
        places = self.answers
        shares = weights(self.kind, self.draft, self.labels)
        sequence = [label for tie in ties for label in tie]
        self.shown = {
            "sequence": [self.labels.index(label) for label in sequence],
            "places": [int(places[label]) for label in sequence],
            "heads": [label == tie[0] for tie in ties for label in tie],
            "shares": [f"{100 * shares[label]:.0f} %" for label in sequence],
            "lines": ["Each share is the middle of all weights that agree with this order."],
            "usable": self.usable,
        }


_HOW = [
    "Imagine everything at its worst. Put first what you would move to its best first, and so on.",
    "Drag, or use the keyboard: the arrow keys go through the list, Alt with an arrow key moves, "
    "= shares the place of the one above.",
]
