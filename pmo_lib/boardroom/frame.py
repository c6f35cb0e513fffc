"""The frame of the board's page: tabs, themes, keys."""

from __future__ import annotations

import anywidget
import traitlets

from pmo_lib.boardroom.look import STYLE

TABS = {
    "list": "The list",
    "compare": "Compare",
    "health": "Health",
    "decisions": "Decisions",
    "capacity": "Capacity",
    "alignment": "Alignment",
    "since": "Since last time",
    "record": "Record",
}
"""What the page shows, one at a time, in the order of an agenda."""


class Frame(anywidget.AnyWidget):
    """Tabs, theme and print buttons over the panels of a page; keys stay inside it.

    Changing tab or theme needs no kernel.

    Attributes
    ----------
    tab : str
        The tab that is shown, for those who compute only what is seen.
    words, kind : str
        How exact the page is, in words for all to read, and as a key for its colour.
    shares : list of str
        Fills of the criteria, in the order of the sliders.
    slid : dict
        Where the sliders stand by name, told before the chart is drawn anew, so that words can
        follow meanwhile; what counts is what the chart's own parameters say.
    """

    title = traitlets.Unicode("").tag(sync=True)
    marking = traitlets.Unicode("").tag(sync=True)
    tabs = traitlets.List(traitlets.List(traitlets.Unicode())).tag(sync=True)
    tab = traitlets.Unicode("list").tag(sync=True)
    words = traitlets.Unicode("").tag(sync=True)
    kind = traitlets.Unicode("exact").tag(sync=True)
    shares = traitlets.List(traitlets.Unicode()).tag(sync=True)
    slid = traitlets.Dict().tag(sync=True)

    def __init__(self, **traits) -> None:
        super().__init__(**({"tabs": [list(pair) for pair in TABS.items()]} | traits))

    @traitlets.validate("tab")
    def _known(self, proposal):
        return proposal["value"] if proposal["value"] in TABS else "list"

    _css = STYLE
    _esm = r"""
    const SLIDERS = ".vega-bindings input[type=range][name^=weight_]";
    const keep = (key, value) => { try { localStorage.setItem("pmo-board-" + key, value); } catch {} };
    const kept = (key) => { try { return localStorage.getItem("pmo-board-" + key); } catch { return null; } };
    const make = (tag, props = {}, words = "") => {
      const made = document.createElement(tag);
      for (const [name, value] of Object.entries(props)) made.setAttribute(name, value);
      made.textContent = words;
      return made;
    };

    export default {
      render({ model, el }) {
        const bar = make("div", { class: "pmo-bar" });
        const title = make("h1", { class: "pmo-title" });
        const marking = make("span", { class: "pmo-marking" });
        const status = make("div", { class: "pmo-status", role: "status" });
        const theme = make("button", { type: "button", class: "pmo-plain" });
        const print = make("button", { type: "button", class: "pmo-plain" }, "Print");
        const nav = make("div", { class: "pmo-tabs", role: "tablist", "aria-label": "Agenda" });
        bar.append(title, marking, status, theme, print);
        el.append(bar, nav);
        el.classList.add("pmo-frame");
        let board = null, ended = false, watch = null;

        const showTheme = (name) => {
          board?.setAttribute("data-theme", name);
          document.body.classList.toggle("pmo-dark-page", name === "dark" && !!document.body.dataset.voila);
          theme.textContent = name === "dark" ? "Projector theme" : "Dark theme";
          keep("theme", name);
        };
        theme.addEventListener("click", () =>
          showTheme(board?.getAttribute("data-theme") === "dark" ? "light" : "dark"));
        print.addEventListener("click", () => window.print());

        const buttons = model.get("tabs").map(([key, words]) => {
          const button = make("button", {
            type: "button", role: "tab", id: "pmo-tab-" + key, "aria-controls": "pmo-panel-" + key,
          }, words);
          button.dataset.key = key;
          button.addEventListener("click", () => select(key));
          nav.append(button);
          return button;
        });
        const select = (key, focus = false) => {
          if (!buttons.some((b) => b.dataset.key === key)) key = "list";
          board?.setAttribute("data-tab", key);
          for (const button of buttons) {
            const on = button.dataset.key === key;
            button.setAttribute("aria-selected", on);
            button.tabIndex = on ? 0 : -1;
            if (on && focus) button.focus();
          }
          keep("tab", key);
          if (model.get("tab") !== key) { model.set("tab", key); model.save_changes(); }
        };
        nav.addEventListener("keydown", (event) => {
          const at = buttons.indexOf(document.activeElement), last = buttons.length - 1;
          const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1,
                       Home: 0, End: last }[event.key];
          if (at < 0 || to === undefined) return;
          event.preventDefault();
          select(buttons[to].dataset.key, true);
        });

        const share = () => {
          const inputs = [...board.querySelectorAll(SLIDERS)];
          const total = inputs.reduce((sum, input) => sum + Number(input.value), 0);
          const fills = model.get("shares");
          inputs.forEach((input, n) => {
            const label = input.closest("label") ?? input.parentElement;
            let shown = label.querySelector(".pmo-share");
            if (!shown) {
              shown = make("output", { class: "pmo-share", "aria-live": "off" });
              label.append(shown);
              label.style.setProperty("--swatch", fills[n] ?? "transparent");
              label.classList.add("pmo-weighed");
              const name = label.querySelector(".vega-bind-name");
              const [first, ...rest] = (name?.textContent ?? "").split(": ");
              if (name && rest.length) {
                name.replaceChildren(make("b", {}, first), make("small", {}, rest.join(": ")));
                input.setAttribute("aria-label", "Weight of " + first + ", " + rest.join(": "));
              }
            }
            const words = (total > 0 ? Math.round((100 * input.value) / total) : 0) + " %";
            if (shown.textContent !== words) shown.textContent = words;
            input.setAttribute("aria-valuetext", input.value + " points, " + words + " of all weight");
          });
          const budget = board.querySelector(".vega-bindings input[name=budget_percent]");
          if (budget) {
            const label = budget.closest("label") ?? budget.parentElement;
            label.classList.add("pmo-budget");
            let shown = label.querySelector(".pmo-share");
            if (!shown) { shown = make("output", { class: "pmo-share", "aria-live": "off" }); label.append(shown); }
            const words = budget.value + " %";
            if (shown.textContent !== words) shown.textContent = words;
            budget.setAttribute("aria-label", "All budgets, per cent of the plan");
          }
          for (const [look, name] of [[".pmo-scroll", "The exact list"], [".pmo-words", "Answers and advice"]]) {
            const box = board.querySelector(look + ":not([role=region])");
            if (!box) continue;
            box.tabIndex = 0; box.setAttribute("role", "region"); box.setAttribute("aria-label", name);
          }
          for (const svg of board.querySelectorAll(".vega-embed svg.marks:not([data-named])")) {
            svg.setAttribute("data-named", "");
            svg.setAttribute("role", "img");
            svg.setAttribute("aria-label", "Ranked list as the sliders stand, with the line where the money runs out; the exact list beside it says the same in words");
            for (const group of svg.children) group.setAttribute("aria-hidden", "true");
            for (const name of ["role", "aria-roledescription", "aria-label"]) svg.parentElement.removeAttribute(name);
            svg.removeAttribute("width"); svg.removeAttribute("height");
          }
        };
        const slide = (event) => {
          const bindings = event.target.closest(".vega-bindings");
          if (!bindings || event.target.type !== "range") return;
          const inputs = [...bindings.querySelectorAll("input[type=range]")];
          model.set("slid", Object.fromEntries(inputs.map((input) => [input.name, Number(input.value)])));
          model.save_changes();
        };
        const stop = (event) => { if (!event.ctrlKey && !event.metaKey) event.stopPropagation(); };
        const attach = () => {
          if (ended) return;
          board = el.closest(".pmo-board");
          if (!board) { requestAnimationFrame(attach); return; }
          if (document.body.dataset.voila) document.body.classList.add("pmo-served");
          for (const button of buttons) {
            const panel = board.querySelector(".pmo-panel-" + button.dataset.key);
            if (!panel) continue;
            panel.id = "pmo-panel-" + button.dataset.key;
            panel.setAttribute("role", "tabpanel");
            panel.setAttribute("aria-labelledby", button.id);
          }
          board.addEventListener("keydown", stop);
          board.addEventListener("input", slide, true);
          board.addEventListener("input", share);
          watch = new MutationObserver(share);
          watch.observe(board, { childList: true, subtree: true });
          showTheme(kept("theme") === "dark" ? "dark" : "light");
          select(kept("tab") ?? "list");
          share();
        };
        const words = () => {
          if (title.textContent !== model.get("title")) title.textContent = model.get("title");
          marking.textContent = model.get("marking");
          marking.hidden = !model.get("marking");
          if (status.textContent !== model.get("words")) status.textContent = model.get("words");
          status.dataset.kind = model.get("kind");
        };
        for (const name of ["title", "marking", "words", "kind"]) model.on("change:" + name, words);

        words();
        attach();
        return () => {
          ended = true;
          watch?.disconnect();
          board?.removeEventListener("keydown", stop);
          board?.removeEventListener("input", slide, true);
          board?.removeEventListener("input", share);
        };
      },
    };
    """
