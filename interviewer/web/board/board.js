// The diagram editor. The page around it hands it a board (boxes and edges as JSON) and gets one back after every change.
import { HEIGHT, WIDTH, arrow, bounds, box, follow, fresh, graphOf, paperOf, say, shape, spread } from "./shapes.js";

const MOST_BOXES = 200, MOST_EDGES = 400, MOST_STEPS = 200, LONGEST = 80, PAUSE = 300, ROW = 104, READABLE = 0.6;
const by = (id) => document.getElementById(id);
const desk = by("desk"), field = by("name"), place = by("paper"), button = (what) => document.querySelector(`[data-do="${what}"]`);
const graph = graphOf();
let editable = false, chosen = null, joining = null, steps = [], at = -1, editing = null;

const canJoin = () => editable && graph.getLinks().length <= MOST_EDGES;
const paper = paperOf(place, graph, { canJoin, canEdit: () => editable });

const tell = (text) => { by("told").textContent = text; };
const oneLine = (text) => text.replace(/\s+/g, " ").trim().slice(0, LONGEST).trim();
const ordered = (cells) => cells.sort((a, b) => a.get("order") - b.get("order"));

// ---------------------------------------------------------------- the board, and what was before it

const board = () => ({
  boxes: ordered(graph.getElements()).map((cell) => {
    const { x, y } = cell.position();
    return { id: cell.id, name: cell.get("name"), kind: cell.get("kind"), x: Math.round(x), y: Math.round(y) };
  }),
  edges: ordered(graph.getLinks()).filter((link) => link.source().id && link.target().id)
    .map((link) => ({ id: link.id, source: link.source().id, target: link.target().id, label: link.get("label") })),
});

const show = (data) => {
  finish(false);
  const keep = chosen;
  graph.resetCells([...data.boxes.map(box), ...data.edges.map(arrow)]);
  spread(graph);
  choose(graph.getCell(keep) ? keep : null);
};

let timer = 0;
const send = () => {
  if (!timer) return;
  clearTimeout(timer);
  timer = 0;
  parent.postMessage({ kind: "board:changed", board: JSON.parse(steps[at]) }, location.origin);
};
const changed = () => {
  clearTimeout(timer);
  timer = setTimeout(send, PAUSE);
  state();
};

// One step of what can be undone; nothing if nothing is different.
const step = () => {
  spread(graph);
  const now = JSON.stringify(board());
  if (now === steps[at]) return;
  steps = [...steps.slice(Math.max(0, at + 1 - MOST_STEPS), at + 1), now];
  at = steps.length - 1;
  tell("");
  changed();
};

const go = (by) => {
  if (!editable || steps[at + by] === undefined) return;
  at += by;
  show(JSON.parse(steps[at]));
  changed();
};

const state = () => {
  document.body.classList.toggle("readonly", !editable);
  for (const one of document.querySelectorAll("[data-add], [data-do]")) one.disabled = !editable;
  for (const what of ["fit", "in", "out"]) button(what).disabled = false;
  if (!editable) { by("hint").textContent = ""; return; }
  button("undo").disabled = at < 1;
  button("redo").disabled = at >= steps.length - 1;
  button("rename").disabled = button("remove").disabled = !chosen;
  button("join").disabled = graph.getElements().length < 1;
  button("join").setAttribute("aria-pressed", String(!!joining));
  place.classList.toggle("joining", !!joining);
  by("hint").textContent = joining
    ? (joining.from ? "Now the box where the arrow ends" : "Choose the box where the arrow starts")
    : graph.getElements().length ? "" : "Add a box. Drag the dot at its side to another box to draw an arrow.";
  by("hint").style.top = joining ? "8px" : "";
};

// ---------------------------------------------------------------- what is chosen, named, joined

const mark = (id, name, on) => id && paper.findViewByModel(id)?.el.classList.toggle(name, on);

const choose = (id) => {
  mark(chosen, "chosen", false);
  chosen = id;
  mark(chosen, "chosen", true);
  state();
};

const free = (name, but) => {
  const taken = new Set(graph.getElements().filter((cell) => cell.id !== but).map((cell) => cell.get("name").toLowerCase()));
  let found = name;
  for (let n = 2; taken.has(found.toLowerCase()); n += 1) found = `${name.slice(0, LONGEST - 6)} (${n})`;
  return found;
};

const edit = (cell) => {
  if (!editable || !cell) return;
  finish(true);
  choose(cell.id);
  paper.requireView(cell);
  const view = paper.findViewByModel(cell);
  const middle = paper.localToPaperPoint(cell.isLink() ? view.getPointAtRatio(cell.get("at") ?? 0.5) : cell.getBBox().center());
  const width = Math.max(160, WIDTH * paper.scale().sx);
  field.hidden = false;
  field.style.width = `${width}px`;
  field.style.left = `${Math.max(4, Math.min(desk.clientWidth - width - 4, middle.x - width / 2))}px`;
  field.style.top = `${Math.max(4, Math.min(desk.clientHeight - 40, middle.y - 16))}px`;
  field.value = cell.isLink() ? cell.get("label") : cell.get("name");
  field.setAttribute("aria-label", cell.isLink() ? "Label of the arrow" : "Name of the box");
  field.placeholder = cell.isLink() ? "label" : "name";
  editing = cell.id;
  field.focus({ preventScroll: true });
  field.select();
};

const finish = (keep) => {
  const cell = editing && graph.getCell(editing);
  editing = null;
  field.hidden = true;
  if (!cell || !keep) return;
  const text = oneLine(field.value);
  if (cell.isLink()) {
    say(cell, text);
  } else if (text) {
    const name = free(text, cell.id);
    shape(cell, name);
    if (name !== text) { step(); tell("There is a box of that name already, so this one got a number."); return; }
  }
  step();
};

const add = (kind, x, y) => {
  if (!editable) return;
  if (graph.getElements().length >= MOST_BOXES) { tell(`A diagram may have ${MOST_BOXES} boxes.`); return; }
  finish(true);
  const name = free(kind[0].toUpperCase() + kind.slice(1));
  const cell = box({ id: fresh("b"), name, kind, x: Math.round(x / 8) * 8, y: Math.round(y / 8) * 8 });
  graph.addCell(cell);
  step();
  edit(cell);
};

const addSomewhere = (kind) => {
  const seen = paper.getArea().center();
  const at = { x: seen.x - WIDTH / 2, y: seen.y - HEIGHT / 2 };
  const near = (cell) => Math.abs(cell.position().x - at.x) < WIDTH + 24 && Math.abs(cell.position().y - at.y) < HEIGHT + 24;
  while (graph.getElements().some(near)) at.y += ROW;
  add(kind, at.x, at.y);
  const shown = paper.getArea();
  if (at.y + HEIGHT > shown.y + shown.height) fit();
};

const join = (from, to) => {
  joining = null;
  if (!canJoin() || graph.getLinks().length >= MOST_EDGES) { tell(`A diagram may have ${MOST_EDGES} arrows.`); state(); return; }
  const cell = arrow({ id: fresh("e"), source: from, target: to });
  graph.addCell(cell);
  step();
  edit(cell);
};

const remove = () => {
  if (!editable || !chosen) return;
  graph.getCell(chosen)?.remove();
  choose(null);
  step();
};

const nudge = (dx, dy) => {
  const cell = chosen && graph.getCell(chosen);
  if (!editable || !cell?.isElement()) return;
  cell.translate(dx, dy);
  step();
};

// ---------------------------------------------------------------- pointer

const touched = () => {
  finish(true);
  place.focus({ preventScroll: true });
};
let last = { id: null, at: 0 };
paper.on("cell:pointerdown", (view) => { touched(); if (!joining) choose(view.model.id); });
paper.on("cell:pointerclick", (view) => {
  const { model } = view, now = Date.now(), again = last.id === model.id && now - last.at < 400;
  last = { id: model.id, at: now };
  if (joining && model.isElement()) {
    last.id = null;
    if (joining.from) { mark(joining.from, "from", false); join(joining.from, model.id); return; }
    joining = { from: model.id };
    mark(model.id, "from", true);
    state();
  } else if (again) {
    edit(model);
  }
});
paper.on("element:pointerup", () => step());
graph.on("change:position", (cell) => { if (cell.isElement()) follow(graph, cell); });
graph.on("remove", (cell) => { if (cell.id === chosen) choose(null); });
paper.on("link:connect", ({ model }) => {
  model.source({ id: model.source().id });
  model.target({ id: model.target().id });
  if (graph.getLinks().length > MOST_EDGES) { model.remove(); tell(`A diagram may have ${MOST_EDGES} arrows.`); return; }
  spread(graph);
  step();
  // After the pointer's own end, which would take the focus again.
  setTimeout(() => edit(graph.getCell(model.id)), 0);
});

let pan = null;
paper.on("blank:pointerdown", (event) => {
  touched();
  cancelJoin();
  choose(null);
  const { tx, ty } = paper.translate();
  pan = { x: event.clientX - tx, y: event.clientY - ty };
  place.classList.add("panning");
});
paper.on("blank:pointermove", (event) => {
  if (pan && !pinch) paper.translate(event.clientX - pan.x, event.clientY - pan.y);
});
paper.on("blank:pointerup", () => { pan = null; place.classList.remove("panning"); });

const cancelJoin = () => {
  mark(joining?.from, "from", false);
  joining = null;
};

const zoom = (factor, x = desk.clientWidth / 2, y = desk.clientHeight / 2) => {
  const scale = Math.max(0.2, Math.min(2, paper.scale().sx * factor));
  paper.scaleUniformAtPoint(scale, paper.paperToLocalPoint(x, y));
};
let unfitted = false;
// Everything in view; `least` is the scale below which what is at the upper left is worth more than the whole.
const fit = (least = 0.2) => {
  unfitted = desk.clientWidth < 50;
  if (unfitted) return;
  if (!graph.getElements().length) { paper.scale(1); paper.translate(0, 0); return; }
  const area = bounds(graph).inflate(24, 40), room = { x: desk.clientWidth, y: desk.clientHeight };
  const scale = Math.max(least, Math.min(1, room.x / area.width, room.y / area.height));
  const start = (from, length, space) => Math.max(0, (space - length * scale) / 2) - from * scale;
  paper.scale(scale);
  paper.translate(start(area.x, area.width, room.x), start(area.y, area.height, room.y));
};
place.addEventListener("wheel", (event) => {
  event.preventDefault();
  const { left, top } = desk.getBoundingClientRect(), { tx, ty } = paper.translate();
  finish(true);
  if (event.ctrlKey || event.metaKey) zoom(Math.exp(-event.deltaY / 300), event.clientX - left, event.clientY - top);
  else paper.translate(tx - event.deltaX, ty - event.deltaY);
}, { passive: false });

// Behind another tab there is no room to fit anything into, and a label has no size to put a ground under.
let hidden = false;
new ResizeObserver(() => {
  const before = hidden;
  hidden = desk.clientWidth < 50;
  if (!before || hidden) return;
  if (unfitted) fit(READABLE);
  for (const link of graph.getLinks()) paper.findViewByModel(link)?.render();
}).observe(desk);

let pinch = null;
const apart = ([a, b]) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
place.addEventListener("touchstart", (event) => { pinch = event.touches.length === 2 ? apart(event.touches) : null; }, { passive: true });
place.addEventListener("touchmove", (event) => {
  if (!pinch || event.touches.length !== 2) return;
  const [a, b] = event.touches, now = apart(event.touches), { left, top } = desk.getBoundingClientRect();
  zoom(now / pinch, (a.clientX + b.clientX) / 2 - left, (a.clientY + b.clientY) / 2 - top);
  pinch = now;
}, { passive: true });
place.addEventListener("touchend", () => { pinch = null; }, { passive: true });

// ---------------------------------------------------------------- the palette: a click adds, a drag places

for (const one of document.querySelectorAll("[data-add]")) {
  let start = null, ghost = null, dragged = false;
  one.addEventListener("pointerdown", (event) => {
    if (!editable) return;
    start = event;
    dragged = false;
    one.setPointerCapture(event.pointerId);
  });
  one.addEventListener("pointermove", (event) => {
    if (!start || (!ghost && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) < 6)) return;
    if (!ghost) {
      ghost = document.createElement("div");
      ghost.className = "ghost";
      ghost.textContent = one.textContent.trim();
      document.body.append(ghost);
      dragged = true;
    }
    ghost.style.left = `${event.clientX - 24}px`;
    ghost.style.top = `${event.clientY - 16}px`;
  });
  const end = (event) => {
    const dropped = ghost && event.type === "pointerup" && desk.contains(document.elementFromPoint(event.clientX, event.clientY));
    ghost?.remove();
    start = ghost = null;
    if (!dropped) return;
    const { x, y } = paper.clientToLocalPoint(event.clientX, event.clientY);
    add(one.dataset.add, x - WIDTH / 2, y - HEIGHT / 2);
  };
  one.addEventListener("pointerup", end);
  one.addEventListener("pointercancel", end);
  one.addEventListener("click", () => { if (!dragged) addSomewhere(one.dataset.add); dragged = false; });
}

// ---------------------------------------------------------------- keys and buttons

const actions = {
  undo: () => go(-1),
  redo: () => go(1),
  remove,
  rename: () => edit(graph.getCell(chosen)),
  join: () => {
    const from = chosen && graph.getCell(chosen)?.isElement() ? chosen : null;
    if (joining) cancelJoin();
    else if (editable) { joining = { from }; mark(from, "from", true); }
    state();
  },
  fit: () => fit(), in: () => zoom(1.25), out: () => zoom(0.8),
};
for (const one of document.querySelectorAll("[data-do]")) {
  // The field would lose what it holds with the focus.
  one.addEventListener("pointerdown", () => finish(true));
  one.addEventListener("click", () => actions[one.dataset.do]());
}

const ARROWS = { ArrowLeft: [-8, 0], ArrowRight: [8, 0], ArrowUp: [0, -8], ArrowDown: [0, 8] };
document.addEventListener("keydown", (event) => {
  if (event.target === field || event.altKey) return;
  const held = event.ctrlKey || event.metaKey, key = event.key.toLowerCase();
  const what = held
    ? { z: event.shiftKey ? "redo" : "undo", y: "redo" }[key]
    : { delete: "remove", backspace: "remove", f2: "rename", a: "join", 0: "fit", "+": "in", "=": "in", "-": "out" }[key]
      ?? (key === "enter" && event.target === place ? "rename" : undefined);
  if (what) { event.preventDefault(); actions[what](); return; }
  if (key === "escape") { cancelJoin(); choose(null); }
  if (ARROWS[event.key] && chosen && event.target === place) { event.preventDefault(); nudge(...ARROWS[event.key]); }
});
field.addEventListener("keydown", (event) => {
  if (event.isComposing || (event.key !== "Enter" && event.key !== "Escape")) return;
  event.preventDefault();
  event.stopPropagation();
  finish(event.key === "Enter");
  place.focus({ preventScroll: true });
});
field.addEventListener("blur", () => finish(true));

// ---------------------------------------------------------------- the page around it

const TOKENS = new Set(["paper", "sheet", "ink", "soft", "line", "edge", "accent", "accent-ink", "wash", "problem"]);
const hear = {
  "board:load": ({ board: data, editable: may, fresh: first }) => {
    clearTimeout(timer);
    timer = 0;
    editable = may === true;
    const text = JSON.stringify(data);
    if (first) { steps = []; at = -1; chosen = null; }
    if (text !== steps[at]) { steps = [...steps.slice(0, at + 1), text]; at = steps.length - 1; }
    tell("");
    show(data);
    requestAnimationFrame(() => { if (first || !paper.getArea().intersect(bounds(graph))) fit(READABLE); });
  },
  "board:lock": () => { editable = false; finish(false); state(); },
  "board:theme": ({ tokens, dark }) => {
    const root = document.documentElement.style;
    root.colorScheme = dark === true ? "dark" : "light";
    for (const [name, value] of Object.entries(tokens)) {
      if (TOKENS.has(name) && /^[#\w(),.% -]{1,60}$/.test(value)) root.setProperty(`--${name}`, value);
    }
  },
};
addEventListener("message", (event) => {
  if (event.source !== parent || event.origin !== location.origin) return;
  hear[event.data?.kind]?.(event.data);
});
// What was drawn is on its way before anything is pressed outside.
addEventListener("blur", () => { finish(true); send(); });
addEventListener("pagehide", send);
state();
parent.postMessage({ kind: "board:ready" }, location.origin);
