"""Pairs: which of two swings is worth more and how many times, the most telling pair first."""

from __future__ import annotations

import pandas as pd

from pmo_lib.elicitation import pairs
from pmo_lib.elicitation.answers import blank
from pmo_lib.elicitation.look import SCRIPT, STYLE
from pmo_lib.elicitation.question import Question
from pmo_lib.wording import one_line


def pairwise(subjects: pd.DataFrame, *, draft: dict | None = None) -> Pairwise:
    """Return questions about two at a time, as few and as telling as can be.

    Parameters
    ----------
    subjects : DataFrame by label
        name and swing of what is weighed, as `subjects` makes them.
    draft : dict, optional
        Where it starts; with nothing answered if not given.

    Returns
    -------
    Pairwise
        Any pair may be skipped, answered anew or taken back.
    """
    return Pairwise(subjects, draft or blank("pairwise", subjects.index))


def without(draft: dict, first: str, second: str) -> dict:
    """Take back what was answered or skipped of a pair.

    >>> without({"judgements": [["a", "b", 2.0]], "skipped": [["c", "a"]]}, "b", "a")
    {'judgements': [], 'skipped': [['c', 'a']]}
    """
    pair = {first, second}
    return {
        "judgements": [kept for kept in draft["judgements"] if set(kept[:2]) != pair],
        "skipped": [kept for kept in draft["skipped"] if set(kept) != pair],
    }


def answered(draft: dict, first: str, second: str, answer: float) -> dict:
    """Answer a pair, in the place of what was answered before.

    >>> answered({"judgements": [["b", "a", 2.0]], "skipped": []}, "a", "b", 3.0)["judgements"]
    [['a', 'b', 3.0]]
    """
    rest = without(draft, first, second)
    return {**rest, "judgements": [*rest["judgements"], [first, second, answer]]}


def skipped(draft: dict, first: str, second: str) -> dict:
    """Skip a pair: it is not put again until it is taken back."""
    rest = without(draft, first, second)
    return {**rest, "skipped": [*rest["skipped"], [first, second]]}


class Pairwise(Question):
    """One pair at a time, and the answers so far; parameters and attributes as `Question`."""

    _esm = (
        SCRIPT
        + """
    export default {
      render({ model, el }) {
        const box = framed(el), { rows, scale, how } = model.get("texts"), said = spoken();
        box.append(make("p", "", how));
        const form = make("div", "pmo-pair"), title = make("p", "pmo-title"), why = make("p", "pmo-swing");
        form.setAttribute("role", "group");
        const sides = make("div", "pmo-sides");
        const cards = [0, 1].map(() => {
          const card = make("div", "pmo-card");
          const name = make("div", "pmo-name"), swing = make("div", "pmo-swing");
          card.append(name, swing);
          sides.append(card);
          return { card, name, swing };
        });
        const slider = make("input", "pmo-scale"), ticks = make("div", "pmo-ticks"), words = make("p", "pmo-words");
        slider.type = "range";
        slider.min = -8; slider.max = 8; slider.step = 1;
        for (const tick of [9, 7, 5, 3, 1, 3, 5, 7, 9]) ticks.append(make("span", "", String(tick)));
        ticks.setAttribute("aria-hidden", "true");
        let asked = null, known = "", spot = false;
        const place = () => -Number(slider.value);
        const say = () => {
          if (!asked) return;
          const at = place(), times = Math.abs(at) + 1;
          const [more, less] = (at >= 0 ? [0, 1] : [1, 0]).map((side) => rows[asked[side]].name);
          const text = at === 0 ? more + " and " + less + " are worth the same (1)."
            : more + " is worth " + times + " times as much as " + less + ": " + scale[times - 1] + ".";
          put(words, text);
          slider.setAttribute("aria-valuetext", text);
          cards[0].card.classList.toggle("pmo-more", at > 0);
          cards[1].card.classList.toggle("pmo-more", at < 0);
        };
        const go = (message) => { spot = true; model.send(message); };
        const answer = () => { if (asked) go({ pair: asked, place: place() }); };
        slider.addEventListener("input", say);
        slider.addEventListener("keydown", (event) => { if (event.key === "Enter") answer(); });
        const tools = make("div", "pmo-buttons");
        const main = control("Answer", answer, "pmo-main");
        const skip = control("Skip", () => asked && go({ skip: asked }));
        tools.append(main, skip);
        form.append(title, why, sides, slider, ticks, words, tools);
        const mend = make("div", "pmo-mend"), given = make("ul", "pmo-given");
        given.setAttribute("aria-label", "Answers so far");
        const heading = make("p", "pmo-title", "Answers so far");
        box.append(form, said, mend, heading, given);
        const update = () => {
          const { question, number, purpose, judged, skips, worst, lines, usable } = model.get("shown");
          asked = question ? question.slice(0, 2) : null;
          form.hidden = !asked;
          if (asked) {
            put(title, "Question " + number + ": which is worth more, and how many times?");
            form.setAttribute("aria-label", title.textContent);
            put(why, purpose);
            asked.forEach((row, side) => {
              put(cards[side].name, rows[row].name);
              put(cards[side].swing, rows[row].swing);
            });
            slider.setAttribute("aria-label", rows[asked[0]].name + " beside " + rows[asked[1]].name);
            const key = JSON.stringify([question, number]);
            if (key !== known) { slider.value = -question[2]; known = key; }
            say();
          }
          for (const part of [slider, main, skip]) part.disabled = !usable;
          tell(said, lines);
          mend.replaceChildren();
          if (worst) {
            mend.append(make("p", "", worst.words));
            const button = control(worst.button, () => go({ pair: worst.pair, place: worst.place }));
            const other = control("Ask me again", () => go({ ask: worst.pair }));
            button.disabled = other.disabled = !usable;
            mend.append(button, other);
          }
          heading.hidden = !(judged.length + skips.length);
          const line = (pair, text, verb) => {
            const item = make("li", "pmo-row"), again = control(verb, () => go({ ask: pair }));
            const name = pair.map((row) => rows[row].name).join(" and ");
            again.setAttribute("aria-label", verb + ": " + name);
            again.disabled = !usable;
            item.append(make("span", "pmo-text", text), again);
            if (verb === "Change") {
              const back = control("Take back", () => go({ back: pair }));
              back.setAttribute("aria-label", "Take back: " + name);
              back.disabled = !usable;
              item.append(back);
            }
            return item;
          };
          given.replaceChildren(...judged.map(({ pair, text }) => line(pair, text, "Change")),
            ...skips.map(({ pair, text }) => line(pair, text, "Ask me")));
          if (spot) { spot = false; (asked ? slider : box.querySelector("button:enabled"))?.focus(); }
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
    .pmo-ask .pmo-pair { border: 1px solid rgba(128,128,128,0.45); border-radius: 6px; padding: 8px 12px;
      margin: 8px 0; }
    .pmo-ask .pmo-title { font-weight: 600; }
    .pmo-ask [hidden] { display: none; }
    .pmo-ask .pmo-sides { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; margin: 6px 0; }
    .pmo-ask .pmo-card { border: 1px solid rgba(128,128,128,0.45); border-radius: 6px; padding: 6px 10px; }
    .pmo-ask .pmo-card.pmo-more { border-color: #12466b; box-shadow: 0 0 0 2px #12466b; }
    .pmo-ask .pmo-card:last-child { text-align: right; }
    .pmo-ask input.pmo-scale { width: 100%; height: 22px; appearance: none; background: transparent; }
    .pmo-ask .pmo-scale::-webkit-slider-runnable-track { height: 4px; background: rgba(128,128,128,0.5); }
    .pmo-ask .pmo-scale::-moz-range-track { height: 4px; background: rgba(128,128,128,0.5); }
    .pmo-ask .pmo-scale::-webkit-slider-thumb { appearance: none; width: 18px; height: 18px;
      margin-top: -7px; border-radius: 50%; background: #12466b; border: 2px solid #fff; }
    .pmo-ask .pmo-scale::-moz-range-thumb { width: 14px; height: 14px; border-radius: 50%;
      background: #12466b; border: 2px solid #fff; }
    .pmo-ask .pmo-ticks { display: flex; justify-content: space-between; padding: 0 5px; font-size: 12px;
      opacity: 0.75; }
    .pmo-ask .pmo-buttons, .pmo-ask .pmo-mend { display: flex; flex-wrap: wrap; gap: 8px; margin: 6px 0; }
    .pmo-ask .pmo-mend p { flex: 1 1 100%; border-left: 4px solid #b36b00; padding-left: 8px; }
    .pmo-ask ul.pmo-given { list-style: none; margin: 4px 0; padding: 0; }
    .pmo-ask .pmo-given li { display: flex; gap: 8px; align-items: center; }
    .pmo-ask .pmo-given button { white-space: nowrap; }
    .pmo-ask .pmo-given .pmo-text { flex: 1 1 auto; overflow-wrap: anywhere; }
    """
    )
    kind = "pairwise"

    def __init__(self, subjects: pd.DataFrame, draft: dict) -> None:
        self._names = {label: one_line(name) for label, name in subjects["name"].items()}
        self._again: tuple[str, str] | None = None
        super().__init__(subjects, draft, how=_HOW, scale=list(pairs.SCALE.values()))

    def _asked(self, message: dict) -> None:
        """Do what the browser asks, if it can be done."""
        place = message.get("place")
        if pair := self._pair(message.get("pair")):
            if isinstance(place, int) and not isinstance(place, bool) and abs(place) <= 8:
                self._change(answered(self.draft, *pair, pairs.answer_at(place)))
        elif pair := self._pair(message.get("skip")):
            self._change(skipped(self.draft, *pair))
        elif pair := self._pair(message.get("back")):
            self._change(without(self.draft, *pair))
        elif pair := self._pair(message.get("ask")):
            self._again = pair
            self._show()

    def _change(self, draft: dict) -> None:
        self._again = None
        if draft == self.draft:
            self._show()
        self.draft = draft

    def _pair(self, rows: object) -> tuple[str, str] | None:
        pair = tuple(map(self._label, rows)) if isinstance(rows, list) else ()
        return pair if len(set(pair)) == len(pair) == 2 and None not in pair else None

    def _rows(self, *labels: str) -> list[int]:
        return [self.labels.index(label) for label in labels]

    def _show(self) -> None:
        draft, worst = self.draft, self._worst()
        question, purpose = self._question()
        if worst and purpose == pairs.PURPOSES["refines"]:
            purpose = "All is weighed and tested; below stands what does not fit."
        lines = pairs.hanging_together(draft, self._names)
        if question is None:
            lines.append("No pair is left to ask.")
        self.shown = {
            "question": question,
            "number": len(draft["judgements"]) + len(draft["skipped"]) + 1,
            "purpose": purpose,
            "judged": [
                {"pair": self._rows(a, b), "text": self._said(a, b, answer)}
                for a, b, answer in reversed(draft["judgements"])
            ],
            "skips": [
                {
                    "pair": self._rows(a, b),
                    "text": f"Skipped: {self._names[a]} and {self._names[b]}",
                }
                for a, b in draft["skipped"]
            ],
            "worst": worst,
            "lines": lines,
            "usable": self.usable,
        }

    def _question(self) -> tuple[list[int] | None, str]:
        """Return the pair to ask with where its slider starts, and why it is asked."""
        if self._again:
            given = {frozenset(j[:2]): j for j in self.draft["judgements"]}
            first, second, answer = given.get(frozenset(self._again), [*self._again, 1.0])
            return [*self._rows(first, second), pairs.step(answer)], "Asked again, as you wished."
        found = pairs.next_question(self.draft, self.labels)
        if found is None:
            return None, ""
        return [*self._rows(*found[:2]), 0], pairs.PURPOSES[found[2]]

    def _said(self, first: str, second: str, answer: float) -> str:
        return pairs.said(self._names[first], self._names[second], answer)

    def _worst(self) -> dict | None:
        worst = pairs.to_mend(self.draft, self.labels)
        if worst is None:
            return None
        first, second, place = worst["first"], worst["second"], pairs.step(worst["mended"])
        times = f"{abs(place) + 1} times as much" if place else "the same"
        return {
            "words": f"This fits the other answers least: {self._said(first, second, worst['answer'])}. "
            f"By the others: {self._said(first, second, worst['mended'])}. The consistency ratio would "
            f"go from {worst['now']:.2f} to {worst['then']:.2f}.",
            "button": f"Answer that instead: {times}",
            "pair": self._rows(first, second),
            "place": place,
        }


_HOW = (
    "Two at a time: from worst to best, which is worth more, and how many times as much? Move the "
    "slider towards the one worth more, then answer. Skip what you do not want to judge: the rest "
    "is completed to fit."
)
