"""The frame around controls: safe keys, labels that fit, and a static form to print."""

from __future__ import annotations

from html import escape

import anywidget
import ipywidgets
import traitlets

from pmo_lib.charts import SLIDER_STYLE
from pmo_lib.widgets.page import Page, bullets, paragraph
from pmo_lib.widgets.trial import CANNOT, COMING, EXACT, REASONS, WAITING, Trial

WIDE = {"description_width": "130px"}
"""Style that leaves room for the label of a control."""

STATE_WORDS = {
    EXACT: "Exact answer.",
    COMING: "Exact answer coming … the last exact list stays until then.",
    REASONS: "Exact answer; the price of each reason is coming …",
    CANNOT: "No answer. The last exact list stays below.",
    WAITING: "The weights were moved; the exact list is still that of the weights before.",
}


class Keys(anywidget.AnyWidget):
    """An invisible widget that keeps keys pressed in a control away from the notebook.

    Without it JupyterLab takes them as commands: ``d d`` in a slider deletes the cell.
    Keys with Ctrl or Meta pass, so that saving still works.
    """

    _esm = """
    export default {
      render({ el }) {
        el.style.display = "none";
        const stop = (event) => {
          if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
        };
        let panel = null, ended = false;
        const attach = () => {
          if (ended) return;
          panel = el.closest(".pmo-panel");
          if (panel) panel.addEventListener("keydown", stop);
          else requestAnimationFrame(attach);
        };
        attach();
        return () => { ended = true; if (panel) panel.removeEventListener("keydown", stop); };
      },
    };
    """
    _css = """
    .pmo-panel { max-width: 1180px; padding: 8px 2px 12px; overflow: visible; }
    .pmo-panel .widget-label, .pmo-panel .jupyter-widgets label { white-space: normal; }
    .pmo-panel .widget-html-content, .pmo-panel .jupyter-widgets-html-content {
      line-height: 1.4; font-size: 14px; overflow: visible;
    }
    .pmo-panel .widget-inline-hbox .widget-label { text-align: left; }
    .pmo-panel .widget-html { height: auto; }
    .pmo-panel button:focus-visible, .pmo-panel select:focus-visible,
    .pmo-panel input:focus-visible, .pmo-panel .noUi-handle:focus-visible {
      outline: 3px solid #1a73c8; outline-offset: 2px;
    }
    """


class Sliders(Keys):
    """Keys for a chart whose Vega parameters are sliders; beside each stands its share.

    The share is computed in the browser, so that it moves with the slider.
    """

    _esm = """
    const SLIDERS = ".vega-bindings input[type=range]";
    const share = (panel) => {
      const inputs = [...panel.querySelectorAll(SLIDERS)];
      const total = inputs.reduce((sum, input) => sum + Number(input.value), 0);
      for (const input of inputs) {
        const label = input.closest("label") ?? input.parentElement;
        let shown = label.querySelector(".pmo-share");
        if (!shown) {
          shown = document.createElement("output");
          shown.className = "pmo-share";
          label.append(shown);
        }
        const words = (total > 0 ? Math.round((100 * input.value) / total) : 0) + " %";
        if (shown.textContent !== words) shown.textContent = words;
      }
    };
    export default {
      render({ el }) {
        el.style.display = "none";
        const stop = (event) => {
          if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
        };
        let panel = null, ended = false, watch = null;
        const update = () => share(panel);
        const attach = () => {
          if (ended) return;
          panel = el.closest(".pmo-panel");
          if (!panel) { requestAnimationFrame(attach); return; }
          panel.addEventListener("keydown", stop);
          panel.addEventListener("input", update);
          panel.classList.add("pmo-live");
          watch = new MutationObserver(update);
          watch.observe(panel, { childList: true, subtree: true, characterData: true });
          update();
        };
        attach();
        return () => {
          ended = true;
          watch?.disconnect();
          panel?.removeEventListener("keydown", stop);
          panel?.removeEventListener("input", update);
        };
      },
    };
    """

    _css = (
        Keys._css
        + SLIDER_STYLE
        + """
    .pmo-panel.pmo-live { max-width: 1640px; }
    .pmo-live .vega-embed .vega-bindings { font-size: 14px; }
    .pmo-live .vega-bind-name { width: min(560px, 52vw); }
    .pmo-live .vega-bind input[type=range] { width: 230px; accent-color: #12466b; }
    .pmo-live .pmo-share { min-width: 3.5em; text-align: right; font-weight: 600; }
    """
    )


class Quiet:
    """Mark changes that the notebook makes itself, so that controls do not answer them."""

    def __init__(self) -> None:
        self._on = False

    def __enter__(self) -> None:
        self._on = True

    def __exit__(self, *_) -> None:
        self._on = False

    def __bool__(self) -> bool:
        return self._on


class Panel(ipywidgets.VBox):
    """Controls with safe keys; where no kernel answers, their opening state is shown instead.

    Parameters
    ----------
    children : list of widgets
        From top to bottom.
    static : Page
        What a printed or stored notebook shows in place of the controls.
    keys : Keys, optional
        What keeps keys away from the notebook.
    """

    def __init__(self, children: list, static: Page, keys: Keys | None = None) -> None:
        super().__init__([*children, keys or Keys()])
        self.static = static
        self.add_class("pmo-panel")

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        data["text/html"], data["text/plain"] = self.static._repr_html_(), self.static.text
        return bundle


class Failure(ipywidgets.HTML):
    """A place for what has to be mended: shown as text, whatever it holds."""

    words = traitlets.Unicode("")

    @traitlets.observe("words")
    def _show(self, change) -> None:
        lines = "".join(f"<div>{escape(line)}</div>" for line in change["new"].splitlines())
        box = "border-left:4px solid #b3261e;padding:4px 10px;margin:4px 0;white-space:pre-wrap"
        self.value = f'<div role="alert" style="{box}">{lines}</div>' if lines else ""


def follow(trial: Trial, words, *, quiet: bool = False, reasons: bool = False) -> ipywidgets.HTML:
    """Return a text that follows a trial: its state, its problem, and what `words` reads of it.

    Parameters
    ----------
    trial : Trial
        What to follow.
    words : callable
        Given the trial; returns a Page.
    quiet : bool
        Whether to leave out the state, because a text beside it shows it.
    reasons : bool
        Whether to say that the price of each reason is still coming.
    """
    area = ipywidgets.HTML(layout={"min_height": "64px", "width": "auto"})

    def show(_=None) -> None:
        page = words(trial)
        area.value = (page if quiet else status(trial, reasons=reasons) + page).html

    show()
    trial.observe(show, "version")
    return area


def linked(trial: Trial, control, push, shown):
    """Link a control to a trial: `push` takes a value set by hand, `shown` reads the trial's.

    Returns
    -------
    callable
        Shows the trial's value in the control, as every change of the trial does.
    """
    busy = Quiet()

    def move(change) -> None:
        if not busy:
            push(change["new"])

    def show(_=None) -> None:
        with busy:
            control.value = shown()

    control.observe(move, "value")
    trial.observe(show, "version")
    return show


def status(trial: Trial, *, reasons: bool = False) -> Page:
    """Say whether what is shown is exact, coming, or cannot be had, and why not."""
    if trial.state == CANNOT:
        return paragraph(STATE_WORDS[CANNOT]) + bullets(trial.problem.splitlines())
    words = STATE_WORDS[EXACT if trial.state == REASONS and not reasons else trial.state]
    html = f'<p role="status" style="margin:6px 0;opacity:0.8">{escape(words)}</p>'
    return Page(html, words)


def slider(words: str, low: int, high: int, value: int) -> ipywidgets.IntSlider:
    """Return a slider with its label beside it."""
    return ipywidgets.IntSlider(
        value=value, min=low, max=high, description=words, style=WIDE, layout={"width": "620px"}
    )


def chooser(words: str, options: list, value) -> ipywidgets.Dropdown:
    """Return a choice of one, with its label beside it."""
    return ipywidgets.Dropdown(
        options=options, value=value, description=words, style=WIDE, layout={"width": "620px"}
    )


def static_controls(*sentences: str) -> Page:
    """Say in a printed notebook what the controls that stood here do."""
    return paragraph(*sentences, quiet=True)
