"""How the board's page looks: two themes, three widths, and paper."""

from __future__ import annotations

STYLE = """
.pmo-board {
  --ink: #14181d; --paper: #ffffff; --raised: #f3f5f7; --quiet: #46505a; --rule: #b9c2cb;
  --accent: #12466b; --on-accent: #ffffff; --good: #135e35; --wait: #7a4a00; --bad: #9b1c13;
  --shade: #8d98a3; --filter: none; --type: 17px; --row: calc(1.38 * var(--type) + 11.5px);
  --large: calc(1.4 * var(--type)); --second: calc(3.4 * var(--type)); --head: 222px;
  container-type: inline-size; background: var(--paper); color: var(--ink);
  font: var(--type)/1.38 "Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif;
  padding: 8px 18px 10px; box-sizing: border-box; width: 100%; margin: 0; overflow: visible;
  --jp-widgets-color: var(--ink); --jp-widgets-label-color: var(--ink);
  --jp-widgets-font-size: var(--type); --jp-widgets-input-color: var(--ink);
  --jp-widgets-input-background-color: var(--paper); --jp-widgets-input-border-color: var(--quiet);
  --jp-widgets-input-focus-border-color: var(--accent); --jp-widgets-inline-height: 34px;
  --jp-widgets-inline-label-width: 108px; --jp-ui-font-color1: var(--ink);
  --jp-content-font-color1: var(--ink); --jp-widgets-margin: 2px;
}
.pmo-board[data-theme=dark] {
  --ink: #f4f6f8; --paper: #1a1a1a; --raised: #2a2d31; --quiet: #c3cad1; --rule: #5d666f;
  --accent: #9fc9ea; --on-accent: #10161c; --good: #8ee0ae; --wait: #ffd27a; --bad: #ffb3aa;
  --shade: #87929d; --filter: invert(0.9) hue-rotate(180deg); color-scheme: dark;
}
html:has(body.pmo-served), body.pmo-served { background: #ffffff !important; margin: 0; overflow-x: hidden; }
html:has(body.pmo-dark-page), body.pmo-served.pmo-dark-page { background: #1a1a1a !important; }
body.pmo-served .jp-MarkdownCell { display: none; }
body.pmo-served #main, body.pmo-served #jp-main-content-panel, body.pmo-served #rendered_cells { background: transparent !important; }
body.pmo-served #rendered_cells { padding: 0 !important; overflow: hidden auto !important; }
body.pmo-served .jp-Cell, body.pmo-served .jp-OutputArea, body.pmo-served .jp-OutputArea-output,
body.pmo-served .jp-Cell-outputWrapper, body.pmo-served .jp-OutputArea-child {
  padding: 0 !important; margin: 0 !important; overflow: visible; background: transparent;
}
body.pmo-served .jp-OutputPrompt, body.pmo-served .jp-OutputCollapser,
body.pmo-served .jp-Collapser, body.pmo-served .jp-CellHeader, body.pmo-served .jp-CellFooter { display: none; }
body.pmo-served [cell-index]:not(:has(.pmo-board)) { display: none; }

.pmo-board .widget-html, .pmo-board .jupyter-widgets.widget-html { height: auto; margin: 0; }
.pmo-board .widget-html-content, .pmo-board .jupyter-widgets-html-content {
  font-size: var(--type); line-height: 1.38; color: var(--ink); overflow: visible; align-self: stretch; width: 100%;
}
:has(> .pmo-board) { overflow: visible !important; }
.pmo-board p { margin: 4px 0; }
.pmo-board h2 { font-size: 1.15em; margin: 10px 0 4px; font-weight: 700; color: var(--ink); }
.pmo-board h2:first-child { margin-top: 0; }
.pmo-board .widget-label, .pmo-board label { white-space: normal; color: var(--ink); line-height: 1.2; }
.pmo-board .pmo-quiet { color: var(--quiet); font-size: 0.9em; }
.pmo-board .pmo-bad { border-left: 5px solid var(--bad); padding: 4px 12px; white-space: pre-wrap; color: var(--ink); }
.pmo-board .pmo-good { border-left: 5px solid var(--good); padding: 4px 12px; }
.pmo-board ul { margin: 4px 0; padding-left: 22px; }

.pmo-bar { display: flex; align-items: center; gap: 14px; flex-wrap: wrap; }
.pmo-title { font-size: 1.1em; margin: 0; font-weight: 700; flex: 1 1 auto; color: var(--ink); }
.pmo-marking { border: 1.5px solid var(--ink); padding: 1px 8px; font-weight: 700; font-size: 0.85em; letter-spacing: 0.06em; }
.pmo-marking[hidden] { display: none; }
.pmo-status { font-weight: 700; padding: 3px 12px; border-radius: 4px; border: 2px solid currentColor; min-width: 15em; text-align: center; }
.pmo-status[data-kind=exact] { color: var(--good); }
.pmo-status[data-kind=coming] { color: var(--wait); border-style: dashed; }
.pmo-status[data-kind=cannot] { color: var(--bad); border-style: double; }
.pmo-plain, .pmo-board .jupyter-button, .pmo-lost button {
  font: inherit; font-size: 0.95em; height: auto; min-height: 34px; line-height: 1.25; padding: 4px 12px;
  color: var(--ink); background: var(--raised); border: 1.5px solid var(--quiet); border-radius: 4px;
  cursor: pointer; white-space: normal; width: auto; box-shadow: none; overflow: visible;
}
.pmo-board .jupyter-button.mod-primary { background: var(--accent); color: var(--on-accent); border-color: var(--accent); font-weight: 700; }
.pmo-board .jupyter-button:disabled { opacity: 1; color: var(--quiet); background: transparent; border-style: dashed; cursor: default; }
.pmo-lost:empty { display: none; }
.pmo-board:has(.pmo-lost:not(:empty)) .pmo-status { color: var(--quiet); border-style: dashed; }
.pmo-lost { display: flex; gap: 16px; align-items: center; background: var(--bad); color: var(--paper); padding: 8px 14px; font-weight: 700; margin-bottom: 8px; }
.pmo-tabs { display: flex; flex-wrap: wrap; gap: 2px; border-bottom: 2px solid var(--accent); margin-top: 5px; }
.pmo-tabs button {
  font: inherit; padding: 5px 15px; border: 1.5px solid transparent; border-bottom: none; background: transparent;
  color: var(--ink); cursor: pointer; border-radius: 5px 5px 0 0;
}
.pmo-tabs button[aria-selected=true] { background: var(--accent); color: var(--on-accent); font-weight: 700; }
.pmo-board button:focus-visible, .pmo-board select:focus-visible, .pmo-board input:focus-visible,
.pmo-board textarea:focus-visible, .pmo-board [tabindex]:focus-visible {
  outline: 3px solid #d9720f; outline-offset: 2px;
}

/* Who drives stands beside the tabs, and takes no height. */
.pmo-board .pmo-sharing { display: flex; flex-flow: row nowrap !important; gap: 6px; align-items: center; justify-content: flex-end; align-self: flex-end; overflow: visible;
  height: var(--row); margin: calc(-2px - var(--row)) 0 2px; max-width: calc(100% - 50.5em); }
.pmo-board .pmo-sharing > .widget-html { flex: 0 1 auto; min-width: 0; }
.pmo-board .pmo-sharing p, .pmo-board .pmo-sharing .pmo-bad { font-size: 0.78em; line-height: 1.15; margin: 0; max-height: var(--row); overflow: hidden; text-align: right; }
.pmo-board .pmo-sharing .jupyter-button { flex: none; min-height: 0; padding: 2px 8px; margin: 0; font-size: 0.85em; }

.pmo-board .pmo-panel { display: none; padding: 1px 0 0; overflow: visible; max-width: none; width: 100%; }
.pmo-board[data-tab=list] .pmo-panel-list, .pmo-board[data-tab=compare] .pmo-panel-compare,
.pmo-board[data-tab=health] .pmo-panel-health, .pmo-board[data-tab=decisions] .pmo-panel-decisions,
.pmo-board[data-tab=capacity] .pmo-panel-capacity, .pmo-board[data-tab=alignment] .pmo-panel-alignment,
.pmo-board[data-tab=since] .pmo-panel-since, .pmo-board[data-tab=record] .pmo-panel-record { display: flex; }

.pmo-board .pmo-headline { min-height: calc(2.45 * var(--large)); }
.pmo-board .pmo-headline p { font-size: var(--large); font-weight: 700; line-height: 1.22; margin: 2px 0 0; }

.pmo-board .pmo-second { display: grid !important; grid-template-columns: minmax(0, 1.25fr) minmax(0, 1fr); gap: 2px 34px; height: var(--second); overflow: visible; width: 100%; }
.pmo-board .pmo-second .widget-html-content { font-size: 0.92em; line-height: 1.2; }
.pmo-board .pmo-second p, .pmo-board .pmo-second ul { margin: 0; }
.pmo-board .pmo-words { overflow: hidden auto; max-height: var(--second); }
/* What scrolls shows a shadow where more follows, which its own end covers. */
.pmo-board :is(.pmo-words, .pmo-exact, .pmo-scroll) {
  background: linear-gradient(var(--paper) 40%, transparent) top, linear-gradient(transparent, var(--paper) 60%) bottom,
    linear-gradient(var(--shade), transparent) top, linear-gradient(transparent, var(--shade)) bottom;
  background-repeat: no-repeat; background-size: 100% 26px, 100% 26px, calc(100% - 8px) 11px, calc(100% - 8px) 11px;
  background-attachment: local, local, scroll, scroll; }
.pmo-board .pmo-words > * { flex: none; overflow: visible; }
.pmo-board .pmo-advice { display: block; line-height: 1; }
.pmo-board .pmo-advice .widget-html, .pmo-board .pmo-advice .widget-html-content, .pmo-board .pmo-advice :is(p, ul, li) { display: inline; padding: 0; }
.pmo-board .pmo-advice :is(p, li)::after { content: " "; }
.pmo-board .pmo-told:has(.widget-html-content:not(:empty)) + .pmo-advice { display: none; }
.pmo-board .pmo-told .widget-html:has(> .widget-html-content:empty) { display: none; }

/* The list: sliders, ranking, exact list; the chart's own boxes step aside. */
.pmo-board .pmo-main { display: grid !important; grid-template-columns: 18.5% minmax(0, 1fr) 19%; grid-template-rows: auto 1fr;
  grid-template-areas: "sliders chart exact" "acts chart exact"; gap: 4px 22px; width: 100%; overflow: visible; }
.pmo-board .pmo-chart, .pmo-board .pmo-chart .vega-embed, .pmo-board .pmo-chart > div { display: contents !important; }
.pmo-board .pmo-chart .vega-bindings { grid-area: sliders; font: inherit; padding: 0; margin: 0; }
.pmo-board .pmo-chart .vega-bind input + span { display: none; }
.pmo-board .pmo-chart svg.marks { grid-area: chart; min-width: 0; width: 100%; height: auto; max-height: calc(100vh - var(--head)); display: block; filter: var(--filter); }
.pmo-board .pmo-acts { grid-area: acts; overflow: visible; }
.pmo-board .pmo-exact { grid-area: exact; min-width: 0; overflow: hidden auto; max-height: calc(100vh - var(--head)); }
.pmo-board .pmo-exact > * { flex: 0 0 auto; }
.pmo-board .pmo-exact > .pmo-scroll { flex: 0 1 auto; }
.pmo-board .pmo-chart .vega-bind { margin: 0 0 4px; }
.pmo-board .pmo-chart .vega-bind label { display: grid; grid-template-columns: 1fr 3.2em; column-gap: 8px; align-items: center; padding-left: 12px; }
.pmo-board .pmo-chart .vega-bind .vega-bind-name { grid-column: 1 / 3; width: auto; display: block; line-height: 1.15; margin: 0; }
.pmo-board .pmo-chart .vega-bind small { display: block; color: var(--quiet); font-size: 0.8em; }
.pmo-board .pmo-chart .vega-bind input[type=range] { width: 100%; margin: 0; accent-color: var(--accent); height: 20px; }
.pmo-board .pmo-chart .vega-bind select { font: inherit; color: var(--ink); background: var(--paper); border: 1.5px solid var(--quiet); padding: 3px; grid-column: 1 / 3; }
.pmo-board .widget-dropdown > select { appearance: auto; background-image: none; padding-right: 2px; }
.pmo-board[data-theme=dark] .pmo-chart svg .mark-rect path { stroke-width: 1; }
.pmo-board ::placeholder { color: var(--quiet); opacity: 1; }
.pmo-board .pmo-share { font-weight: 700; text-align: right; font-variant-numeric: tabular-nums; }
.pmo-board .pmo-weighed { position: relative; }
.pmo-board .pmo-weighed::before { content: ""; position: absolute; left: 0; top: 2px; bottom: 2px; width: 7px; background: var(--swatch); border: 1px solid #14181d; filter: var(--filter); }
.pmo-board .pmo-budget { border-top: 1px solid var(--rule); padding-top: 4px; }
.pmo-board .pmo-row:not(.pmo-ask .pmo-row) { display: flex; flex-flow: row wrap; gap: 6px; align-items: center; overflow: visible; }
.pmo-board .widget-inline-hbox .widget-label { height: auto; align-self: center; }
.pmo-board .pmo-fields .widget-inline-hbox { width: auto; flex: 1 1 auto; min-width: 0; margin: 1px 0; height: auto; align-items: center; }
.pmo-board .pmo-acts .widget-vbox, .pmo-board .pmo-acts .pmo-row { gap: 3px 6px; margin: 0; }
.pmo-board .pmo-acts .widget-inline-hbox .widget-label { width: 5.6em; text-align: left; }
.pmo-board .pmo-acts .widget-html:has(> .widget-html-content:empty) { display: none; }
.pmo-board .pmo-acts .pmo-row > .pmo-text { flex: 1 1 120px; }
.pmo-board .widget-text input[type=text], .pmo-board .widget-dropdown > select, .pmo-board textarea { font-size: var(--type); border-width: 1.5px; height: 32px; }
.pmo-board .pmo-scroll { overflow: auto; min-height: 160px; }
.pmo-board .pmo-exact .widget-html-content { font-size: 0.92em; line-height: 1.28; }
.pmo-board .pmo-exact ul { padding-left: 17px; }
.pmo-board ol.pmo-names { font-size: 0.98em; list-style: none; margin: 0; padding: 0; }
.pmo-board ol.pmo-names li { display: flex; gap: 8px; padding: 1px 2px; line-height: 1.25; }
.pmo-board ol.pmo-names .n { min-width: 1.6em; text-align: right; color: var(--quiet); flex: none; }
.pmo-board ol.pmo-names .w { flex: 1 1 auto; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.pmo-board ol.pmo-names .c { font-variant-numeric: tabular-nums; flex: none; }
.pmo-board .pmo-line { border-top: 3px solid var(--ink); margin: 3px 0; padding-top: 2px; font-weight: 700; }
.pmo-board li.pmo-new .c::before { content: "▲ new"; margin-right: 0.5em; font-weight: 700; color: var(--good); }
.pmo-board li.pmo-gone .c::before { content: "▼ out"; margin-right: 0.5em; font-weight: 700; color: var(--bad); }

/* The other tabs. */
.pmo-board .pmo-state { min-height: 1.5em; }
.pmo-board .pmo-state p { margin: 0; }
.pmo-board .pmo-columns { display: grid !important; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 8px 34px; width: 100%; overflow: visible; }
.pmo-board .pmo-columns.pmo-uneven { grid-template-columns: minmax(0, 1.9fr) minmax(0, 1fr); }
.pmo-board .pmo-columns > * { min-width: 0; overflow: visible; }
.pmo-board table { border-collapse: collapse; width: 100%; font-size: 0.92em; margin: 4px 0 10px; font-variant-numeric: tabular-nums; }
.pmo-board caption { text-align: left; font-weight: 700; padding: 4px 0; color: var(--ink); }
.pmo-board th, .pmo-board td { text-align: left; vertical-align: top; padding: 4px 8px; border-bottom: 1px solid var(--rule); white-space: normal; overflow-wrap: break-word; color: var(--ink); background: transparent; }
.pmo-board thead th { border-bottom: 2px solid var(--ink); vertical-align: bottom; }
.pmo-board tbody tr:nth-child(odd), .pmo-board tbody tr:hover { background: transparent; }
.pmo-board .num { text-align: right; }
.pmo-board td.short { white-space: nowrap; }
.pmo-board figure { margin: 4px 0 10px; }
.pmo-board figure img { width: min(100%, 940px); height: auto; filter: var(--filter); display: block; }
.pmo-board .pmo-wide { overflow-x: auto; }

@container (max-width: 1500px) {
  .pmo-board .pmo-main { grid-template-columns: 21% minmax(0, 1fr) 21%; gap: 2px 14px; }
}
@media (min-width: 1700px) { .pmo-board { --type: 18px; } }
@media (max-width: 1500px) { .pmo-board { --type: 14px; padding: 4px 12px; --jp-widgets-inline-height: 28px; --jp-widgets-inline-label-width: 84px; }
  .pmo-board .widget-text input[type=text], .pmo-board .widget-dropdown > select { height: 27px; } .pmo-plain, .pmo-board .jupyter-button { min-height: 27px; padding: 2px 9px; } }
@media (max-height: 850px) {
  .pmo-board { --large: calc(1.25 * var(--type)); --row: calc(1.38 * var(--type) + 5.5px); --second: calc(3.1 * var(--type)); --head: 163px; }
  .pmo-tabs { margin-top: 2px; } .pmo-tabs button { padding: 2px 14px; }
  .pmo-board .pmo-second .widget-html-content { font-size: 0.85em; }
  .pmo-board .pmo-chart .vega-bind { margin: 0 0 1px; } .pmo-board .pmo-chart .vega-bind input[type=range] { height: 16px; }
  .pmo-board .pmo-exact h2 { font-size: 1.05em; } .pmo-board .pmo-exact p { margin: 0; }
  .pmo-board ol.pmo-names { font-size: 0.94em; } .pmo-board ol.pmo-names li { line-height: 1.2; }
}
@media (max-width: 1180px) { .pmo-board { --large: calc(1.25 * var(--type)); --second: calc(4.2 * var(--type)); --head: 170px; } }
@container (max-width: 1180px) {
  .pmo-title { flex-basis: 0; font-size: 1em; line-height: 1.25; } .pmo-status { flex: none; width: 17em; min-width: 0; font-size: 0.8em; padding: 3px 0; } .pmo-bar { gap: 8px; }
  .pmo-board ol.pmo-names { columns: 2; column-gap: 34px; }
  .pmo-board .pmo-main { grid-template-columns: 25% minmax(0, 1fr); grid-template-areas: "sliders chart" "acts chart" "exact exact"; }
  .pmo-board .pmo-exact { max-height: none; }
  .pmo-board .pmo-sharing { position: sticky; bottom: 0; z-index: 5; order: 9; height: auto; max-width: none; align-self: stretch; margin: 4px 0 0;
    padding: 5px 12px; background: var(--raised); border-top: 2px solid var(--accent); }
}
@container (max-width: 980px) {
  .pmo-board .pmo-main { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); grid-template-rows: none;
    grid-template-areas: "chart chart" "sliders acts" "exact exact"; }
  .pmo-board .pmo-chart svg.marks { max-height: none; }
  .pmo-board .pmo-exact { max-height: none; }
  .pmo-board .pmo-columns, .pmo-board .pmo-columns.pmo-uneven { grid-template-columns: minmax(0, 1fr); }
  .pmo-board .pmo-second { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
  .pmo-board .pmo-second .widget-html-content { font-size: 0.85em; }
}
@media print {
  .pmo-board, .pmo-board[data-theme=dark] { --ink: #000; --paper: #fff; --quiet: #333; --filter: none; --type: 11px; padding: 0; }
  .pmo-tabs, .pmo-plain, .pmo-board .pmo-acts, .pmo-board .pmo-row, .pmo-board .widget-text, .pmo-board .widget-dropdown, .pmo-board .jupyter-button { display: none !important; }
  .pmo-board .pmo-exact, .pmo-board .pmo-words { max-height: none; overflow: visible; }
  .pmo-board .pmo-scroll { overflow: visible; }
  .pmo-board .pmo-headline, .pmo-board .pmo-state { min-height: 0; } .pmo-board .pmo-second { height: auto; margin: 2px 0 4px; }
  .pmo-board .pmo-main { grid-template: "sliders sliders" auto "chart exact" auto / minmax(0, 1fr) 31%; }
  .pmo-board .pmo-exact .widget-html-content { font-size: 0.86em; line-height: 1.2; } .pmo-board .pmo-exact h2 { margin: 3px 0; }
  .pmo-board .pmo-chart .vega-bindings { display: flex; flex-wrap: wrap; gap: 1px 16px; }
  .pmo-board .pmo-chart .vega-bind label { display: flex; gap: 5px; } .pmo-board .pmo-budget { border: 0; padding: 0; }
  .pmo-board .pmo-chart .vega-bind :is(small, input) { display: none; }
  .pmo-board .pmo-chart .vega-bind select { appearance: none; border: 0; padding: 0; }
  .pmo-board ol.pmo-names { columns: 1; } .pmo-board ol.pmo-names .w { white-space: normal; }
  .pmo-board .pmo-chart svg.marks { max-height: 150mm; }
  .pmo-board tr, .pmo-board li, .pmo-board figure { break-inside: avoid; }
  html:has(body.pmo-dark-page), body.pmo-served.pmo-dark-page { background: #fff !important; }
  html, body.pmo-served, body.pmo-served #main, body.pmo-served #jp-main-content-panel, body.pmo-served #rendered_cells {
    position: static !important; height: auto !important; width: auto !important; overflow: visible !important; contain: none !important; }
  @page { size: A4 landscape; margin: 10mm; }
}
"""
