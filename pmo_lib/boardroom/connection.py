"""Whether the kernel behind the page still answers, how the page comes back, whose page it is."""

from __future__ import annotations

import anywidget
import traitlets


class Connection(anywidget.AnyWidget):
    """A line at the top that is empty while the kernel answers, and says so when it does not.

    Every other second the page asks for a sign of life. Where three stay out, or the line or
    the kernel is known to have ended, it looks what has become of them, says so, and, served
    as a page of its own, connects or loads itself again as soon as that helps. A notebook says
    which cells to run.

    Attributes
    ----------
    asked, answered : int
        Sign of life: the page counts up, the kernel repeats.
    page : str
        What the kernel calls this page.
    was : str
        What the page that stood in this window before was called; empty if none did.
    me : str
        Who sits before the page; the window remembers it.
    """

    asked = traitlets.Int(0).tag(sync=True)
    answered = traitlets.Int(0).tag(sync=True)
    page = traitlets.Unicode("").tag(sync=True)
    was = traitlets.Unicode("").tag(sync=True)
    me = traitlets.Unicode("").tag(sync=True)

    @traitlets.observe("asked")
    def _here(self, change) -> None:
        self.answered = change["new"]

    _css = """
    .pmo-board .jupyter-widgets-disconnected::before { content: none; }
    """
    _esm = r"""
    const EVERY = 2000, UNHEARD = 3, LONG = 5, TOO_LONG = 30;
    const KEPT = "The last exact answer stays on the page, and what was tried is kept.";
    const SAYS = {
      away: "The connection is lost. " + KEPT + " The page comes back by itself when the board room answers; what you move until then is not kept.",
      gone: "What worked out the answers has stopped. " + KEPT + " The page is loading itself again.",
      often: "What worked out the answers has stopped several times. " + KEPT,
      anew: "The connection is lost: the board room was opened anew and has another address. " + KEPT + " Ask the chair for the address.",
      busy: "No sign of life for a while: an answer takes long. " + KEPT,
      notebook: "The kernel does not answer. " + KEPT + " Run all cells again, and the page comes back as it was.",
    };
    const recall = (key) => { try { return sessionStorage.getItem("pmo-board-" + key); } catch { return null; } };
    const remember = (key, value) => { try { sessionStorage.setItem("pmo-board-" + key, value); } catch {} };
    const served = () => {
      const words = document.getElementById("jupyter-config-data")?.textContent;
      return document.body.dataset.voila && words ? JSON.parse(words) : null;
    };

    export default {
      render({ model, el }) {
        const line = document.createElement("div");
        line.className = "pmo-lost";
        line.setAttribute("role", "alert");
        el.append(line);

        let unheard = 0, cut = 0, shown = "", leaving = false;
        const show = (what) => {
          if (what === shown) return;
          shown = what;
          line.replaceChildren();
          line.dataset.kind = what;
          if (!what) return;
          const words = document.createElement("span");
          words.textContent = SAYS[what];
          line.append(words);
          if (what === "notebook") return;
          const again = document.createElement("button");
          again.type = "button";
          again.textContent = what === "away" ? "Try now" : "Load the page again";
          again.addEventListener("click", () => (what === "away" ? look() : location.reload()));
          line.append(again);
        };
        const load = () => {
          if (leaving) return;
          if (!window.pmoLoadAgain?.()) { show("often"); return; } // of the page around the notebook
          leaving = true;
          show("gone");
        };
        const kernel = model.widget_manager?.kernel;
        const joined = () => !kernel || kernel.connectionStatus === "connected";
        const look = async () => {
          const config = served();
          if (!config) { show("notebook"); return; }
          let answer, state;
          try {
            answer = await fetch(`${config.baseUrl}api/kernels/${config.kernelId}${location.search}`, { cache: "no-store" });
            state = answer.ok && !answer.redirected ? (await answer.json()).execution_state : "";
          } catch { cut = 0; show("away"); return; }
          if (answer.status === 404 || state === "dead") load();
          else if (!state) show(answer.status < 500 ? "anew" : "away");
          else if (!joined()) {
            cut += 1;
            show("away");
            if (cut > LONG) load();
            else kernel.reconnect().catch(() => {});
          }
          else if (unheard > TOO_LONG && state !== "busy") load();
          else if (unheard > LONG) show("busy");
        };
        const ask = () => {
          model.set("asked", Date.now() % 1e9);
          model.save_changes();
        };
        const beat = setInterval(() => {
          unheard += 1;
          if (!leaving && (unheard > UNHEARD || !joined())) look();
          ask();
        }, EVERY);
        model.on("change:answered", () => { unheard = cut = 0; if (!leaving) show(""); });
        const ended = (_, status) => {
          if (leaving || !["restarting", "autorestarting", "dead"].includes(status)) return;
          if (served()) load();
          else show("notebook");
        };
        const parted = () => { if (!leaving && !joined()) look(); };
        kernel?.statusChanged.connect(ended);
        kernel?.connectionStatusChanged.connect(parted);
        addEventListener("beforeunload", () => { leaving = true; });

        model.set("was", recall("page") ?? "");
        if (!model.get("me") && recall("me")) model.set("me", recall("me"));
        remember("page", model.get("page"));
        model.on("change:me", () => remember("me", model.get("me")));
        ask();
        return () => {
          clearInterval(beat);
          kernel?.statusChanged.disconnect(ended);
          kernel?.connectionStatusChanged.disconnect(parted);
        };
      },
    };
    """
