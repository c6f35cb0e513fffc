"use strict";
// Ranks the proposals anew while weights are moved. Everything it knows stands in the element "data";
// it fetches nothing. What is recommended was chosen before and is only marked here.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { projects, criteria, objectives, money, word, budget } = data;
  const FEW = 60; // More rows than this are shown around the line, and the rest on demand.
  const FIRST = 6, AROUND = 24, MOST_NAMED = 4, MOST_LABELS = data.projects.length > FEW ? 4 : 8;
  const TIE = 1e-12; // Scores closer than this share of the largest differ by rounding alone.
  const SVG = "http://www.w3.org/2000/svg";
  const root = document.documentElement;
  const get = id => document.getElementById(id);
  const n = projects.length, c = criteria.length;
  const values = Float64Array.from(projects.flatMap(project => project.values));
  const adopted = criteria.map(criterion => criterion.points);
  const kinds = criteria.map((_, j) => (c > 1 && c <= 8 ? Math.round((j * 7) / (c - 1)) : j % 8));

  let state = { points: [...adopted], budget: 100, only: ["", "", ""] };
  let whole = false, open = -1, past = [], last = { by: null, at: 0 };

  // ---- Words and elements -----------------------------------------------------------------

  const grouped = new Intl.NumberFormat("en-GB", { minimumFractionDigits: money.places, maximumFractionDigits: money.places });
  const amount = sum => grouped.format(Math.round((sum / money.divisor) * 10 ** money.places) / 10 ** money.places);
  const cash = sum => `${sum < 0 ? "−" : ""}${money.sign}${amount(Math.abs(sum))}${money.letter}`;
  const per = share => `${Math.round(100 * share)}\u00a0%`;
  const counted = (count, noun) => `${count === 0 ? "no" : count} ${noun}${count === 1 ? "" : "s"}`;
  const listed = (places, most) => {
    const names = places.slice(0, most).map(i => projects[i].name);
    if (places.length > most) names.push(`${places.length - most} more`);
    return names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names.join("");
  };

  function make(parent, name, set = {}, text = "") {
    const drawn = ["svg", "rect", "path", "circle", "line", "text", "g", "title"].includes(name);
    const made = drawn ? document.createElementNS(SVG, name) : document.createElement(name);
    for (const [key, value] of Object.entries(set)) made.setAttribute(key, value);
    if (text !== "") made.textContent = text;
    parent.append(made);
    return made;
  }
  function swatch(parent, j) {
    const svg = make(parent, "svg", { class: "swatch", "aria-hidden": "true", viewBox: "0 0 22 14", preserveAspectRatio: "none" });
    make(svg, "rect", { class: `k${kinds[j]}`, width: 22, height: 14 });
  }
  function say(element, text) {
    if (element.said === text) return;
    element.said = text;
    if (element.firstChild) element.firstChild.data = text;
    else element.textContent = text;
  }
  function put(element, key, value) {
    if (element.getAttribute(key) !== String(value)) element.setAttribute(key, value);
  }

  // ---- Scores, ranks and the line ---------------------------------------------------------

  function ranking({ points, budget: part }) {
    const total = points.reduce((sum, point) => sum + point, 0);
    const weights = points.map(point => point / total);
    const score = new Float64Array(n);
    let largest = 0;
    for (let i = 0, k = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < c; j++) sum += weights[j] * values[k++];
      score[i] = sum;
      largest = Math.max(largest, Math.abs(sum));
    }
    const order = projects.map((_, i) => i).sort((a, b) => score[b] - score[a] || a - b);
    const rank = new Int32Array(n);
    order.forEach((i, place) => {
      const before = order[place - 1];
      rank[i] = place > 0 && !(score[before] > score[i] + TIE * largest) ? rank[before] : place + 1;
    });
    order.sort((a, b) => projects[b].mandatory - projects[a].mandatory || rank[a] - rank[b] || a - b);
    const running = new Float64Array(n), above = new Uint8Array(n);
    const most = budget === null ? Infinity : (budget * part) / 100;
    let sum = 0, reached = 0;
    for (const i of order) {
      running[i] = sum += projects[i].cost;
      above[i] = sum <= most * (1 + TIE) ? 1 : 0;
      reached += above[i];
    }
    return { weights, score, rank, order, running, above, reached, most, spent: reached ? running[order[reached - 1]] : 0 };
  }

  const base = ranking(state);
  let now = base;

  // ---- The table: a pool of rows, filled by place -----------------------------------------

  const body = get("rows"), pool = [];
  const lineRow = make(body, "tr", { class: "line", role: "row" });
  const lineCell = make(lineRow, "td", { role: "cell" });
  const gapRow = make(body, "tr", { class: "gap", role: "row" });
  const gapCell = make(gapRow, "td", { role: "cell" });
  const detailRow = make(body, "tr", { class: "detail", role: "row", id: "detail" });
  const detailCell = make(detailRow, "td", { role: "cell" });
  for (const cell of [lineCell, gapCell, detailCell]) cell.colSpan = 8;

  function newRow() {
    const tr = make(body, "tr", { class: "row", role: "row" });
    const cell = (kind, name = "td", role = "cell") => make(tr, name, { class: kind, role });
    const row = { tr, project: -1, rank: cell("rank"), mark: cell("mark") };
    row.sign = make(row.mark, "span", { "aria-hidden": "true" });
    row.listed = make(row.mark, "span", { class: "unseen" });
    row.name = make(cell("name", "th", "rowheader"), "span", { role: "button", tabindex: 0, class: "opener" });
    row.name.parentNode.scope = "row";
    const toggle = () => {
      open = open === row.project ? -1 : row.project;
      detail(true);
      draw();
    };
    row.name.addEventListener("click", toggle);
    row.name.addEventListener("keydown", event => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      toggle();
    });
    row.bars = make(cell("bars"), "div", { class: "stack" });
    for (const kind of ["score", "cost", "running", "shift"]) row[kind] = cell(kind);
    return row;
  }

  function fill(row, i) {
    const project = projects[i], { weights, rank, score, running, above } = now;
    if (row.project !== i) {
      row.project = i;
      say(row.sign, project.listed ? (project.mandatory ? "■" : "●") : "○");
      row.sign.className = project.listed ? "mark on" : "mark";
      say(row.listed, project.listed ? `on the ${word} list` : "not on it");
      say(row.name, project.name);
      row.name.title = project.name;
      row.tr.dataset.project = project.id;
      say(row.cost, amount(project.cost));
    }
    put(row.tr, "class", `row${project.listed ? " listed" : ""}${above[i] ? "" : " below"}`);
    put(row.name, "aria-expanded", open === i);
    if (open === i) row.name.setAttribute("aria-controls", "detail");
    else row.name.removeAttribute("aria-controls");
    say(row.rank, String(rank[i]));
    say(row.score, (100 * score[i]).toFixed(1) + (project.close ? " ≈" : ""));
    say(row.running, amount(running[i]));
    const moved = base.rank[i] - rank[i];
    say(row.shift, moved === 0 ? "–" : moved > 0 ? `▲ ${moved}` : `▼ ${-moved}`);
    put(row.shift, "class", moved > 0 ? "shift up" : moved < 0 ? "shift down" : "shift");
    row.bars.style.backgroundImage = stack(i);
  }

  // The weighted values end to end, as one gradient with a fine line after each.
  function stack(i) {
    const stops = [];
    let x = 0;
    for (let j = 0; j < c; j++) {
      const to = x + 100 * now.weights[j] * values[i * c + j];
      if (to - x > 0.05) stops.push(`var(--c${kinds[j]}) ${x.toFixed(2)}% calc(${to.toFixed(2)}% - 1px),var(--fine) calc(${to.toFixed(2)}% - 1px) ${to.toFixed(2)}%`);
      x = to;
    }
    return `linear-gradient(90deg,${stops.join(",")}${stops.length ? "," : ""}transparent ${x.toFixed(2)}% 100%)`;
  }

  const matches = project => state.only.every((text, k) => text === "" || data.filters[k].of[project] === text);

  function shownRows() {
    const found = now.order.filter(matches);
    if (whole || found.length <= FEW) return { found, rows: found, gap: -1, missing: 0 };
    const reached = found.filter(i => now.above[i]).length;
    const first = Math.max(FIRST, Math.min(2 * FIRST, found.filter(i => projects[i].mandatory).length + FIRST / 2));
    const start = Math.min(Math.max(reached - AROUND / 2, first), found.length - AROUND);
    const rows = [...found.slice(0, first), ...found.slice(start, start + AROUND)];
    return { found, rows, gap: start > first ? first : -1, missing: start - first };
  }

  // Of many rows those in sight are filled at once, the others after the frame is painted.
  let later = [];
  function inSight(count) {
    if (count <= FEW || !pool.length) return () => true;
    const top = body.getBoundingClientRect().top, height = pool[0].tr.offsetHeight || 24;
    return place => (place + 9) * height > -top && (place - 9) * height < window.innerHeight - top;
  }
  function fillOthers() {
    for (const [row, i] of later) fill(row, i);
    later = [];
  }

  function before(element, place) {
    const next = place < pool.length ? pool[place].tr : null;
    if (element.nextElementSibling !== next) body.insertBefore(element, next);
  }

  function table() {
    const { found, rows, gap, missing } = shownRows();
    const seen = inSight(rows.length);
    while (pool.length < rows.length) pool.push(newRow());
    later = [];
    pool.forEach((row, place) => {
      if (row.tr.hidden !== place >= rows.length) row.tr.hidden = place >= rows.length;
      if (place < rows.length && seen(place)) fill(row, rows[place]);
      else if (place < rows.length) later.push([row, rows[place]]);
    });
    gapRow.hidden = gap < 0;
    if (gap >= 0) {
      before(gapRow, gap);
      say(gapCell, `${missing} of them not shown here`);
    }
    const reached = rows.filter(i => now.above[i]).length;
    lineRow.hidden = budget === null;
    before(lineRow, reached);
    say(lineCell, lineWords());
    const place = rows.indexOf(open);
    detailRow.hidden = place < 0;
    if (place >= 0) before(detailRow, place + 1);
    if (place >= 0 && place + 1 === reached) body.insertBefore(detailRow, lineRow);
    get("all").hidden = found.length <= FEW;
    const tail = rows.length < found.length ? `${rows.length} of ${found.length} proposals are shown: the first, and those around the line. ` : "";
    const kept = found.length < n ? `Only ${counted(found.length, "proposal")} of ${n} shown; ranks and line are those of all. ` : "";
    return kept + tail;
  }

  function lineWords() {
    const next = now.order[now.reached];
    const money = `${cash(now.spent)} of ${cash(now.most)}`;
    if (next === undefined) return `The money reaches every proposal: ${money}`;
    return `The money runs out here, walking down the list: ${money}; the next one costs ${cash(projects[next].cost)}`;
  }

  function detail(fresh) {
    if (open < 0) return;
    const project = projects[open], { weights, score } = now;
    if (!fresh && detailCell.dataset.points === String(weights)) return;
    detailCell.dataset.points = String(weights);
    detailCell.replaceChildren();
    const facts = [...data.filters.map(part => part.of[open]), project.facts].filter(text => text);
    make(detailCell, "p", {}, `${facts.join(" · ")}.`);
    const why = make(detailCell, "p");
    make(why, "strong", {}, `${project.listed ? `On the ${word} list` : `Not on the ${word} list`}: `);
    why.append(`${project.why}.`);
    const list = make(detailCell, "dl");
    criteria.forEach((criterion, j) => {
      const part = values[open * c + j];
      const term = make(list, "dt");
      swatch(term, j);
      term.append(` ${criterion.name}`);
      make(list, "dd", {}, project.measured[j]);
      make(list, "dd", {}, `${per(weights[j])} × ${part.toFixed(2)} = ${(100 * weights[j] * part).toFixed(1)}`);
    });
    make(list, "dt", {}, "Score");
    make(list, "dd");
    make(list, "dd", {}, (100 * score[open]).toFixed(1));
  }

  // ---- Value against cost -----------------------------------------------------------------

  const BOX = { left: 42, right: 508, top: 26, bottom: 338 };
  const scatter = get("scatter"), labels = [];
  put(scatter, "viewBox", "0 0 520 380");
  const step = nice(Math.max(...projects.map(project => project.cost)) || 1);
  const widest = step * Math.ceil((Math.max(...projects.map(project => project.cost)) || 1) / step);
  const across = cost => BOX.left + ((BOX.right - BOX.left) * cost) / widest;
  let ceiling = 0; // Highest score on the axis: a step of 20 above all.
  const down = score => BOX.bottom - ((BOX.bottom - BOX.top) * score) / ceiling;

  function nice(most) {
    const ten = 10 ** Math.floor(Math.log10(most / 4));
    return ten * [1, 2, 2.5, 5, 10].find(times => most <= 5 * times * ten);
  }
  const heights = [0, 1, 2, 3, 4].map(k => {
    const y = BOX.bottom - ((BOX.bottom - BOX.top) * k) / 4;
    make(scatter, "line", { class: "grid", x1: BOX.left, x2: BOX.right, y1: y, y2: y });
    return make(scatter, "text", { x: BOX.left - 6, y: y + 4, "text-anchor": "end" });
  });
  for (let cost = 0; cost <= widest * 1.001; cost += step)
    make(scatter, "text", { x: across(cost), y: BOX.bottom + 17, "text-anchor": "middle" }, +(cost / money.divisor).toFixed(2));
  make(scatter, "text", { x: BOX.right, y: BOX.bottom + 36, "text-anchor": "end" }, `cost within the budget years, ${money.sign}${money.letter}`);
  make(scatter, "text", { x: 8, y: 12 }, "score at these weights, of 100");

  // The points are four shapes: on the list or not, above the line or below; and the chosen one.
  const size = n > 150 ? 4 : 5.5;
  const clouds = ["point", "point listed", "point below", "point listed below", "point chosen"].map(kind => make(scatter, "path", { class: kind }));
  let pointed = -1;
  function dot(i) {
    const x = across(projects[i].cost).toFixed(1), y = down(now.score[i]).toFixed(1);
    if (projects[i].mandatory && projects[i].listed) return `M${x} ${y}m${-size} ${-size}h${2 * size}v${2 * size}h${-2 * size}z`;
    return `M${x} ${y}m${-size} 0a${size} ${size} 0 1 0 ${2 * size} 0a${size} ${size} 0 1 0 ${-2 * size} 0z`;
  }
  function nearest(event) {
    const box = scatter.getBoundingClientRect(), scale = 520 / box.width;
    const x = (event.clientX - box.left) * scale, y = (event.clientY - box.top) * scale;
    const away = projects.map((project, i) => (matches(i) ? Math.hypot(across(project.cost) - x, down(now.score[i]) - y) : Infinity));
    const near = away.indexOf(Math.min(...away));
    return away[near] < 14 ? near : -1;
  }
  scatter.addEventListener("pointermove", event => { const near = nearest(event); if (near !== pointed) { pointed = near; cloud(); } });
  scatter.addEventListener("pointerleave", () => { pointed = -1; cloud(); });
  scatter.addEventListener("click", event => { const near = nearest(event); if (near >= 0) choose(near); });
  function choose(i) {
    open = i;
    detail(true);
    draw();
    pool.find(row => !row.tr.hidden && row.project === i)?.tr.scrollIntoView({ block: "center" });
  }

  function cloud() {
    const shown = projects.map((_, i) => matches(i));
    ceiling = Math.min(1, Math.max(0.2, Math.ceil(5 * Math.max(...now.score) - 1e-9) / 5));
    heights.forEach((height, k) => say(height, String(Math.round(25 * k * ceiling))));
    const shapes = ["", "", "", "", open >= 0 && shown[open] ? dot(open) : ""];
    for (let i = 0; i < n; i++) if (shown[i]) shapes[projects[i].listed + 2 * !now.above[i]] += dot(i);
    clouds.forEach((shape, k) => put(shape, "d", shapes[k]));
    const telling = now.order.filter(i => shown[i] && (i === open || projects[i].listed !== !!now.above[i]));
    const first = now.order.filter(i => shown[i] && now.rank[i] <= 3);
    const taken = [];
    for (const i of new Set([...[pointed, open].filter(i => i >= 0 && shown[i]), ...first, ...telling])) {
      if (taken.length >= MOST_LABELS) break;
      const name = i !== pointed && projects[i].name.length > 26 ? `${projects[i].name.slice(0, 25).trimEnd()}…` : projects[i].name;
      const wide = 6.4 * name.length, x = across(projects[i].cost), y = down(now.score[i]) + 4;
      const left = x + wide + 10 > 520, at = left ? x - 9 - wide : x + 9;
      if (taken.some(box => Math.abs(box.y - y) < 15 && at < box.to && box.from < at + wide)) continue;
      taken.push({ y, from: at, to: at + wide, left, name });
    }
    while (labels.length < taken.length) labels.push(make(scatter, "text", { class: "label" }));
    labels.forEach((label, k) => {
      const box = taken[k];
      put(label, "visibility", box ? "visible" : "hidden");
      if (!box) return;
      say(label, box.name);
      put(label, "x", box.left ? box.to : box.from);
      put(label, "y", box.y);
      put(label, "text-anchor", box.left ? "end" : "start");
    });
    const best = now.order.reduce((a, b) => (now.rank[b] < now.rank[a] ? b : a));
    say(get("scatter-words"), `One point a proposal; the table holds its figures. Highest: ${projects[best].name}, ${(100 * now.score[best]).toFixed(1)} of 100 for ${cash(projects[best].cost)}.`);
  }

  // ---- Spend against strategy -------------------------------------------------------------

  const splits = projects.map(project => {
    const sum = project.serves.reduce((a, b) => a + b, 0);
    return [...project.serves.map(part => (sum > 0 ? part / sum : 0)), sum > 0 ? 0 : 1];
  });
  const given = shares(i => projects[i].listed);
  function shares(inside) {
    const spent = objectives.map(() => 0);
    for (let i = 0; i < n; i++) if (inside(i)) splits[i].forEach((part, k) => (spent[k] += part * projects[i].cost));
    const total = spent.reduce((a, b) => a + b, 0);
    return spent.map(part => (total > 0 ? part / total : 0));
  }
  const bars = objectives.map((objective, k) => {
    const tr = make(get("strategy").tBodies[0], "tr", { role: "row" });
    make(tr, "th", { scope: "row", role: "rowheader" }, objective.name);
    const figure = text => make(tr, "td", { role: "cell" }, text);
    const bar = { tr, given: figure(per(given[k])), walked: figure(""), weight: figure(objective.weight === null ? "–" : per(objective.weight)) };
    const svg = make(make(tr, "td", { class: "bar", "aria-hidden": "true" }), "svg", { viewBox: "0 0 100 20", preserveAspectRatio: "none" });
    bar.listed = make(svg, "rect", { class: "listed", y: 1, height: 8 });
    bar.above = make(svg, "rect", { class: "above", y: 10.5, height: 8 });
    if (objective.weight !== null) bar.aim = make(svg, "path", { class: "aim" });
    return bar;
  });

  function strategy() {
    const walked = shares(i => now.above[i]);
    const most = Math.max(0.1, ...given, ...walked, ...objectives.map(objective => objective.weight ?? 0)) * 1.05;
    const far = Math.ceil(most * 10) / 10;
    bars.forEach((bar, k) => {
      const { weight } = objectives[k];
      put(bar.listed, "width", (100 * given[k]) / far);
      put(bar.above, "width", (100 * walked[k]) / far);
      if (weight !== null) {
        const x = (100 * weight) / far;
        put(bar.aim, "d", `M${x} 0 ${x + 1.3} 10 ${x} 20 ${x - 1.3} 10Z`);
      }
      say(bar.walked, per(walked[k]));
      bar.tr.hidden = weight === null && given[k] === 0 && walked[k] === 0;
    });
  }

  // ---- What it says -----------------------------------------------------------------------

  function result() {
    if (budget === null) return "No budget is stated, so no line is drawn.";
    const { order, reached } = now;
    const inside = order.slice(0, reached).filter(i => projects[i].listed).length;
    const of = projects.filter(project => project.listed).length;
    const exact = ` Above the line: ${inside} of the ${of} on the ${word} list.`;
    if (reached === n) return "Walking down the list, the money reaches every proposal.";
    if (reached === 0) return "Walking down the list, the money does not reach the first proposal.";
    return `Walking down the list, the money runs out after ${reached} of ${n} proposals; the last it reaches is ${projects[order[reached - 1]].name}.${exact}`;
  }
  function changes() {
    const all = now.order, up = all.filter(i => now.above[i] && !base.above[i]), lost = all.filter(i => !now.above[i] && base.above[i]);
    const moved = all.filter(i => now.rank[i] !== base.rank[i]).length;
    if (!moved && !up.length && !lost.length) return `Every proposal stands where it stands at the ${word} weights.`;
    return [
      up.length ? `Now above the line: ${listed(up, MOST_NAMED)}.` : "",
      lost.length ? `Now below it: ${listed(lost, MOST_NAMED)}.` : "",
      moved ? `${counted(moved, "proposal")} ${moved === 1 ? "changes" : "change"} rank.` : "",
    ].filter(text => text).join(" ");
  }

  // ---- Controls ---------------------------------------------------------------------------

  const sliders = criteria.map((criterion, j) => {
    const part = make(get("sliders"), "div", { class: "slider" });
    const label = make(part, "label", { for: `weight-${j}` });
    swatch(label, j);
    label.append(criterion.name);
    const shown = make(part, "output", { for: `weight-${j}` });
    make(part, "p", { class: "swing", id: `swing-${j}` }, `${criterion.swing} · ${word} ${criterion.weight}`);
    const track = make(part, "div", { class: "track swing" });
    const tick = make(track, "span", { class: "tick", "aria-hidden": "true" });
    const input = make(track, "input", {
      type: "range", id: `weight-${j}`, min: 0, max: 100, step: 1, autocomplete: "off", "aria-describedby": `swing-${j}`,
    });
    tick.style.left = `calc(0.6rem + ${adopted[j] / 100} * (100% - 1.2rem))`;
    input.addEventListener("input", () => {
      const points = state.points.map((point, k) => (k === j ? Number(input.value) : point));
      if (points.some(point => point > 0)) move({ ...state, points }, input);
      else { input.value = state.points[j]; say(get("spoken"), "At least one criterion must weigh something."); }
    });
    return { input, shown };
  });

  const budgetInput = get("budget");
  budgetInput.previousElementSibling.style.left = `calc(0.6rem + ${100 / 150} * (100% - 1.2rem))`;
  budgetInput.addEventListener("input", () => move({ ...state, budget: Number(budgetInput.value) }, budgetInput));
  const selects = data.filters.map(({ name, of }, k) => {
    const texts = [...new Set(of)].filter(text => text).sort();
    if (texts.length < 2) return null;
    make(get("filters"), "label", { for: `only-${k}` }, name[0].toUpperCase() + name.slice(1));
    const select = make(get("filters"), "select", { id: `only-${k}`, autocomplete: "off" });
    make(select, "option", { value: "" }, `every ${name}`);
    for (const text of texts) make(select, "option", { value: text }, text);
    select.addEventListener("change", () => move({ ...state, only: state.only.map((old, m) => (m === k ? select.value : old)) }, null));
    return select;
  });

  // One drag, or a run of keys on one control, is one step back.
  function move(next, by) {
    const at = performance.now();
    if (by === null || by !== last.by || at - last.at > 1000) past.push(state);
    last = { by, at };
    show(next);
  }
  function show(next) {
    state = next;
    now = ranking(state);
    draw();
  }
  function undo() {
    if (!past.length) return;
    last = { by: null, at: 0 };
    show(past.pop());
  }
  const same = () => state.points.every((point, j) => point === adopted[j]) && state.budget === 100;

  get("return").addEventListener("click", () => { if (!same()) move({ ...state, points: [...adopted], budget: 100 }, null); });
  get("undo").addEventListener("click", undo);
  get("print").addEventListener("click", () => window.print());
  get("projector").addEventListener("click", ({ currentTarget }) => {
    put(currentTarget, "aria-pressed", root.classList.toggle("projector"));
  });
  get("all").addEventListener("click", () => { showWhole(!whole); draw(); });
  function showWhole(yes) {
    whole = yes;
    get("ranking").classList.toggle("whole", yes);
    put(get("all"), "aria-pressed", yes);
  }
  document.addEventListener("keydown", event => {
    if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    undo();
  });
  for (const folded of document.querySelectorAll("details")) folded.dataset.was = "";
  window.addEventListener("beforeprint", () => {
    root.dataset.whole = whole;
    for (const folded of document.querySelectorAll("details")) { folded.dataset.was = folded.open; folded.open = true; }
    showWhole(true);
    draw();
    follow();
  });
  window.addEventListener("afterprint", () => {
    for (const folded of document.querySelectorAll("details")) folded.open = folded.dataset.was === "true";
    showWhole(root.dataset.whole === "true");
    draw();
  });

  // ---- Drawing ----------------------------------------------------------------------------

  let saying = 0, charting = 0;
  function draw() {
    sliders.forEach(({ input, shown }, j) => {
      const place = String(Math.round(state.points[j]));
      if (input.value !== place) input.value = place;
      const share = per(now.weights[j]);
      say(shown, share);
      put(input, "aria-valuetext", `${share} of all weight; ${word} ${criteria[j].weight}`);
    });
    if (budget !== null) {
      if (budgetInput.value !== String(state.budget)) budgetInput.value = state.budget;
      say(get("budget-shown"), `${cash(now.most)}, ${state.budget}\u00a0%`);
      put(budgetInput, "aria-valuetext", `${cash(now.most)}, ${state.budget} % of the budget`);
    }
    selects.forEach((select, k) => { if (select && select.value !== state.only[k]) select.value = state.only[k]; });
    put(get("undo"), "aria-disabled", past.length === 0);
    root.classList.toggle("trying", !same());
    put(get("return"), "aria-disabled", same());
    say(get("state"), same() ? `These are the ${word} weights.` : `A trial, not the ${word} weights.`);
    const about = table();
    say(get("result"), result());
    say(get("moved"), about + changes());
    detail(false);
    printedWeights();
    window.cancelAnimationFrame(charting);
    charting = window.requestAnimationFrame(() => window.setTimeout(follow));
    window.clearTimeout(saying);
    saying = window.setTimeout(() => { say(get("spoken"), `${result()} ${changes()}`); keep(); }, 500);
  }
  // What may come a frame later than the ranking.
  function follow() {
    fillOthers();
    cloud();
    if (objectives.length) strategy();
  }

  function printedWeights() {
    const cell = get("printed-weights");
    if (!cell.childElementCount) {
      make(cell, "strong");
      criteria.forEach((criterion, j) => { swatch(cell, j); make(cell, "span"); });
    }
    const [title, ...parts] = cell.querySelectorAll("strong, span");
    say(title, `${get("state").textContent} `);
    parts.forEach((part, j) => say(part, `${criteria[j].name} ${per(now.weights[j])}${same() ? "" : ` (${word} ${criteria[j].weight})`}`));
  }

  // ---- What was tried stands in the address, so that a reload keeps it ----------------------

  function keep() {
    const tried = same() ? "" : `#w=${state.points.map(point => +point.toFixed(9)).join(",")}&b=${state.budget}`;
    if (tried === (location.hash.startsWith("#w=") ? location.hash : "")) return;
    try { history.replaceState(null, "", tried || location.pathname + location.search); } catch { /* some viewers forbid it */ }
  }
  function recall() {
    const found = /^#w=([\d.,]+)&b=(\d+)$/.exec(location.hash);
    if (!found) return;
    const points = found[1].split(",").map(Number), part = Number(found[2]);
    if (points.length !== c || !points.every(point => point >= 0 && point <= 100) || !points.some(point => point > 0) || part > 150) return;
    state = { ...state, points: points.map((point, j) => (Math.abs(point - adopted[j]) < 1e-8 ? adopted[j] : point)), budget: part };
    now = ranking(state);
  }

  get("budget-part").hidden = budget === null;
  get("filters").hidden = selects.every(select => select === null);
  get("strategy-part").hidden = objectives.length === 0;
  say(get("all"), `Show all ${n}`);
  recall();
  draw();
})();
