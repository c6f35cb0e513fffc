"""A member's scores of one project at a time: a word of a list, or a number, for each label."""

from __future__ import annotations

from collections.abc import Callable

import anywidget
import pandas as pd
import traitlets

from pmo_lib.elicitation.answers import label_at
from pmo_lib.elicitation.look import SCRIPT, STYLE
from pmo_lib.wording import one_line

BLANK = "not scored"
"""What a list says where nothing is scored."""

_LONGEST = 100
"""Most letters taken from a field. [-]"""


class Sheet(anywidget.AnyWidget):
    """Which project, and its fields; each change says for which project it was meant.

    The page turns at once, here and there; changes come one by one and in order, so that a
    button pressed right after one finds it.

    Parameters
    ----------
    what : DataFrame by label
        name and swing of what is scored.
    words : dict by label
        The words to choose from; none where a number is wanted.
    projects : DataFrame by project
        name and description.
    filled, turned : callable
        Told project, label and text of each change; told to which project the page turns.
    """

    _esm = (
        SCRIPT
        + """
    export default {
      render({ model, el }) {
        const box = framed(el), { rows, projects, blank } = model.get("texts");
        const me = Math.random().toString(36).slice(2);
        let project = "", values = {}, count = 0, last = "";
        const line = (name, tag) => {
          const row = make("div", "pmo-field"), label = make("label", "", name), field = make(tag);
          label.htmlFor = field.id = "pmo-" + Math.random().toString(36).slice(2);
          row.append(label, field);
          box.append(row);
          return field;
        };
        const which = line("Project", "select"), about = make("p", "pmo-swing");
        which.append(...projects.map(({ key }) => { const o = make("option"); o.value = key; return o; }));
        box.append(about);
        which.addEventListener("input", () => {
          project = which.value;
          last = me + ":" + ++count;
          model.send({ turn: project, token: last });
          fill(true);
        });
        const fields = rows.map(({ name, hint, words }, row) => {
          const field = line(name, words.length ? "select" : "input");
          field.title = hint;
          if (!words.length) field.placeholder = hint;
          field.addEventListener("input", () => {
            (values[project] ??= [])[row] = field.value;
            model.send({ project, row, text: field.value });
          });
          return { field, words };
        });
        const fill = (all) => {
          put(about, projects.find(({ key }) => key === project).about);
          fields.forEach(({ field, words }, row) => {
            if (!all && field === document.activeElement) return;
            const text = (values[project] || [])[row] || "";
            if (words.length) {
              const known = [...new Set([blank, ...words, text || blank])];
              field.replaceChildren(...known.map((word) => make("option", "", word)));
            }
            field.value = text || (words.length ? blank : "");
          });
        };
        const update = () => {
          const { project: now, names, values: given, token, usable } = model.get("shown");
          if (token === last) last = "";
          const turned = !last && now !== project;
          if (turned) project = which.value = now;
          values = structuredClone(given);
          [...which.options].forEach((option, at) => put(option, names[at]));
          for (const { field } of fields) field.disabled = !usable;
          fill(turned);
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
    .pmo-ask .pmo-field { display: flex; gap: 8px; align-items: center; margin: 4px 0; }
    .pmo-ask .pmo-field label { flex: 0 0 42%; overflow-wrap: anywhere; line-height: 1.25; font-size: 13px; }
    .pmo-ask .pmo-field select, .pmo-ask .pmo-field input { flex: 1 1 auto; min-width: 0; height: 28px;
      font: inherit; font-size: 13px; padding: 2px 8px; box-sizing: border-box; }
    """
    )
    texts = traitlets.Dict().tag(sync=True)
    shown = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        what: pd.DataFrame,
        words: dict[str, dict],
        projects: pd.DataFrame,
        *,
        filled: Callable[[str, str, str], None],
        turned: Callable[[str], None],
    ) -> None:
        self.labels, self.projects, self._token = list(words), list(projects.index), ""
        self._filled, self._turned = filled, turned
        what = what.loc[self.labels].map(one_line)
        rows = [
            {"name": what.at[label, "name"], "hint": what.at[label, "swing"], "words": list(known)}
            for label, known in words.items()
        ]
        about = projects["description"].map(one_line)
        pages = [{"key": project, "about": about[project]} for project in self.projects]
        super().__init__(texts={"rows": rows, "projects": pages, "blank": BLANK})
        self.on_msg(lambda _widget, message, _buffers: self._asked(message))

    def show(self, project: str, names: list[str], drafts: dict, *, usable: bool) -> None:
        """Show a project, what all of them are called now, and what is filled in for each."""
        values = {
            of: [draft.get(label, "") for label in self.labels] for of, draft in drafts.items()
        }
        now = {"project": project, "names": names, "values": values, "usable": usable}
        self.shown = {**now, "token": self._token}

    def _asked(self, message: object) -> None:
        """Do what the browser asks, if it makes sense."""
        if not isinstance(message, dict):
            return
        project, row, text = (message.get(name) for name in ("project", "row", "text"))
        turn, token = message.get("turn"), message.get("token")
        if isinstance(turn, str) and turn in self.projects:
            self._token = token[:80] if isinstance(token, str) else ""
            self._turned(turn)
        label = label_at(self.labels, row)
        texts = isinstance(project, str) and isinstance(text, str) and project in self.projects
        if label is not None and texts and self.shown["usable"]:
            self._filled(project, label, text[:_LONGEST])
