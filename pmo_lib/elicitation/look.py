"""What the controls of a ballot share in the browser: safe keys, texts as text, one look."""

SCRIPT = """
const make = (tag, look = "", text = "") => {
  const node = document.createElement(tag);
  if (look) node.className = look;
  if (text) node.textContent = text;
  return node;
};
const put = (node, text) => { if (node.textContent !== text) node.textContent = text; };
const control = (text, press, look = "pmo-press") => {
  const node = make("button", look, text);
  node.type = "button";
  node.addEventListener("click", press);
  return node;
};
const framed = (el) => {
  const box = make("div", "pmo-ask");
  box.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
  });
  el.append(box);
  return box;
};
const spoken = () => {
  const node = make("div", "pmo-said");
  node.setAttribute("role", "status");
  node.setAttribute("aria-live", "polite");
  return node;
};
const tell = (node, lines) => {
  const words = lines.join("\\n");
  if (node.dataset.words === words) return;
  node.dataset.words = words;
  node.replaceChildren(...lines.map((line) => make("p", "", line)));
};
"""
"""Functions for the scripts of the controls; every text goes in as text."""

STYLE = """
.pmo-ask { font-size: 14px; line-height: 1.35; max-width: 640px; padding: 2px;
  color: var(--jp-content-font-color1, #1b1b1b); font-family: var(--jp-content-font-family, sans-serif); }
.pmo-ask p { margin: 4px 0; }
.pmo-ask .pmo-name { font-weight: 600; overflow-wrap: anywhere; }
.pmo-ask .pmo-swing { opacity: 0.8; font-size: 13px; overflow-wrap: anywhere; }
.pmo-ask .pmo-share { min-width: 3.2em; text-align: right; font-weight: 600;
  font-variant-numeric: tabular-nums; }
.pmo-ask .pmo-said { min-height: 1.4em; margin-top: 6px; }
.pmo-ask .pmo-row { border-bottom: 1px solid rgba(128,128,128,0.35); padding: 7px 4px; }
.pmo-ask input[type=range] { accent-color: #12466b; margin: 0; }
.pmo-ask input[type=number] { width: 4.6em; font: inherit; padding: 2px 4px; }
.pmo-ask button { font: inherit; font-size: 13px; padding: 3px 10px; border-radius: 4px; cursor: pointer;
  border: 1px solid rgba(128,128,128,0.6); background: transparent; color: inherit; }
.pmo-ask button:hover:enabled { background: rgba(128,128,128,0.15); }
.pmo-ask button[aria-pressed=true], .pmo-ask button.pmo-main { background: #12466b; color: #fff;
  border-color: #12466b; }
.pmo-ask button:disabled { opacity: 0.5; cursor: default; }
.pmo-ask :focus-visible { outline: 3px solid #1a73c8; outline-offset: 2px; }
"""
