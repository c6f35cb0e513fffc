"""One row a criterion: a slider, its number, a button, and the share it comes to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from pmo_lib.elicitation.answers import ALL, is_number, weights
from pmo_lib.elicitation.look import SCRIPT, STYLE
from pmo_lib.elicitation.question import Question


@dataclass(frozen=True)
class Manner:
    """In what one way of asking by rows differs from another.

    Attributes
    ----------
    kind : str
        As `record.vote` calls it.
    how : str
        What the member is asked to do.
    button : str
        What the button of a row does.
    moved : callable
        Given a draft, a label and its new points; returns the draft.
    pressed : callable
        Given a draft and the label whose button was pressed; returns the draft.
    held : callable
        Given a draft; returns the labels whose button is down.
    stiff : bool
        Whether a row whose button is down cannot be moved.
    says : callable
        Given a draft; returns sentences.
    """

    kind: str
    how: str
    button: str
    moved: Callable[[dict, str, float], dict]
    pressed: Callable[[dict, str], dict]
    held: Callable[[dict], list]
    stiff: bool
    says: Callable[[dict], list[str]]


class Rows(Question):
    """Sliders in rows.

    Parameters
    ----------
    manner : Manner
        How it is asked.
    subjects, draft
        As in `Question`, like the attributes.
    """

    _esm = (
        SCRIPT
        + """
    export default {
      render({ model, el }) {
        const box = framed(el), texts = model.get("texts"), said = spoken();
        const me = Math.random().toString(36).slice(2);
        let count = 0, last = "", edited = -1, waiting = null;
        const send = (row, to) => {
          last = me + ":" + ++count;
          edited = row;
          model.send({ row, to, token: last });
        };
        const soon = (row, to, pause) => {
          clearTimeout(waiting);
          edited = row;
          last = "not sent yet";
          waiting = setTimeout(() => send(row, to), pause);
        };
        const now = (row, to) => { clearTimeout(waiting); send(row, to); };
        box.append(make("p", "", texts.how));
        const rows = texts.rows.map(({ name, swing }, row) => {
          const line = make("div", "pmo-row"), words = make("div", "pmo-words");
          line.setAttribute("role", "group");
          line.setAttribute("aria-label", name);
          words.append(make("span", "pmo-name", name), make("div", "pmo-swing", swing));
          const slider = make("input"), field = make("input"), tools = make("div", "pmo-tools");
          slider.type = "range";
          field.type = "number";
          for (const input of [slider, field]) { input.min = 0; input.max = texts.all; input.step = 1; }
          slider.setAttribute("aria-label", name + ", points, slider");
          field.setAttribute("aria-label", name + ", points");
          slider.addEventListener("input", () => soon(row, Number(slider.value), 25));
          slider.addEventListener("change", () => now(row, Number(slider.value)));
          const typed = (pause) => {
            if (field.value === "" || !field.validity.valid) return;
            pause ? soon(row, Number(field.value), pause) : now(row, Number(field.value));
          };
          field.addEventListener("input", () => typed(500));
          field.addEventListener("change", () => { typed(0); if (!field.validity.valid) update(); });
          const button = control(texts.button, () => { clearTimeout(waiting); model.send({ press: row }); });
          button.setAttribute("aria-label", texts.button + ": " + name);
          const share = make("output", "pmo-share");
          tools.append(slider, field, button, share);
          line.append(words, tools);
          box.append(line);
          return { line, slider, field, button, share };
        });
        box.append(said);
        const update = () => {
          const { points, held, shares, lines, token, usable } = model.get("shown");
          if (token === last) { edited = -1; last = ""; }
          rows.forEach(({ slider, field, button, share }, row) => {
            const down = held.includes(row);
            if (row !== edited) {
              if (Number(slider.value) !== points[row]) slider.value = points[row];
              if (document.activeElement !== field || Number(field.value) !== points[row])
                field.value = Math.round(points[row] * 10) / 10;
            }
            slider.disabled = field.disabled = !usable || (texts.stiff && down);
            button.disabled = !usable;
            button.setAttribute("aria-pressed", String(down));
            put(share, shares[row]);
          });
          tell(said, lines);
        };
        model.on("change:shown", update);
        update();
        return () => { clearTimeout(waiting); model.off("change:shown", update); };
      },
    };
    """
    )
    _css = (
        STYLE
        + """
    .pmo-ask .pmo-tools { display: flex; gap: 10px; align-items: center; margin-top: 4px; }
    .pmo-ask .pmo-tools button { white-space: nowrap; }
    .pmo-ask .pmo-tools input[type=range] { flex: 1 1 160px; min-width: 120px; }
    """
    )

    def __init__(self, manner: Manner, subjects: pd.DataFrame, draft: dict) -> None:
        self.kind, self._manner = manner.kind, manner
        self._moving: tuple[str, dict] | None = None
        self._token = ""
        how = {"how": manner.how, "button": manner.button, "all": ALL, "stiff": manner.stiff}
        super().__init__(subjects, draft, **how)

    def _asked(self, message: dict) -> None:
        """Do what the browser asks, if it can be done."""
        row, to, token = (message.get(name) for name in ("row", "to", "token"))
        if is_number(to) and (label := self._label(row)) is not None:
            self._token = token[:80] if isinstance(token, str) else ""
            self._move(label, min(max(float(to), 0.0), float(ALL)))
            self._show()
        elif (label := self._label(message.get("press"))) is not None:
            self._moving, self.draft = None, self._manner.pressed(self.draft, label)

    def _move(self, label: str, to: float) -> None:
        """Move one row from where all stood when its move began, so that moving back undoes it."""
        if self._moving is None or self._moving[0] != label:
            self._moving = label, self.draft
        if label not in self._manner.held(self.draft) or not self._manner.stiff:
            self.draft = self._manner.moved(self._moving[1], label, to)

    def _show(self) -> None:
        draft, held = self.draft, self._manner.held(self.draft)
        points = self.answers
        shares = weights(self.kind, draft, self.labels) if points.sum() > 0 else points
        self.shown = {
            "points": points.tolist(),
            "held": [n for n, label in enumerate(self.labels) if label in held],
            "shares": [f"{100 * share:.0f} %" for share in shares],
            "lines": self._manner.says(draft),
            "token": self._token,
            "usable": self.usable,
        }
