// How boxes and arrows look and hold together, in terms of JointJS. Names are only ever text nodes.
const { dia, shapes, g } = globalThis.joint;

export const WIDTH = 176, HEIGHT = 64;
const LOOP = 44, LANE = 18;
const BODY = {
  box: "M8 0H168A8 8 0 0 1 176 8V56A8 8 0 0 1 168 64H8A8 8 0 0 1 0 56V8A8 8 0 0 1 8 0Z",
  store: "M0 9A88 9 0 0 1 176 9V55A88 9 0 0 1 0 55ZM176 9A88 9 0 0 1 0 9",
  queue: "M9 0H167A9 32 0 0 1 167 64H9A9 32 0 0 1 9 0ZM167 64A9 32 0 0 1 167 0",
};
const FONT = { fontFamily: "system-ui, sans-serif", fontWeight: 400 };

const Box = dia.Element.define("board.Box", {
  z: 2,
  size: { width: WIDTH, height: HEIGHT },
  attrs: {
    name: {
      ...FONT, fontSize: 14, x: WIDTH / 2, y: HEIGHT / 2 + 1, textAnchor: "middle", textVerticalAnchor: "middle",
      lineHeight: 18, textWrap: { width: WIDTH - 40, height: HEIGHT - 4, ellipsis: true },
    },
    handle: { cx: WIDTH, cy: HEIGHT / 2, r: 7 },
    reach: { cx: WIDTH, cy: HEIGHT / 2, r: 16, magnet: true },
  },
}, {
  markup: [
    { tagName: "path", selector: "body", className: "body" },
    { tagName: "text", selector: "name", className: "name" },
    { tagName: "circle", selector: "handle", className: "handle" },
    { tagName: "circle", selector: "reach", className: "reach" },
  ],
});

const Arrow = dia.Link.define("board.Arrow", {
  z: 1,
  attrs: {
    line: { connection: true, targetMarker: { type: "path", d: "M 11 -5 0 0 11 5 z", fill: "var(--soft)", stroke: "none" } },
    grip: { connection: true },
  },
  defaultLabel: {
    markup: [{ tagName: "rect", selector: "back" }, { tagName: "text", selector: "text" }],
    attrs: {
      text: {
        ...FONT, fontSize: 13, textAnchor: "middle", textVerticalAnchor: "middle",
        lineHeight: 16, textWrap: { width: 132, height: 54, ellipsis: true },
      },
      back: { ref: "text", x: "calc(x - 4)", y: "calc(y - 1)", width: "calc(w + 8)", height: "calc(h + 2)", rx: 3 },
    },
  },
}, {
  markup: [
    { tagName: "path", selector: "grip", className: "grip" },
    { tagName: "path", selector: "line", className: "line" },
  ],
});

const ArrowView = dia.LinkView.extend({
  presentationAttributes: dia.LinkView.addPresentationAttributes({ lane: [dia.LinkView.Flags.UPDATE] }),
});

let made = 0;
export const fresh = (letter) => `${letter}${Date.now().toString(36)}${(made += 1).toString(36)}`;

export const box = ({ id, name, kind, x, y }) => {
  const cell = new Box({ id, position: { x, y }, order: (made += 1) });
  shape(cell, name, kind);
  return cell;
};

export const shape = (cell, name, kind = cell.get("kind")) => {
  cell.set({ name, kind });
  cell.attr({ body: { d: BODY[kind] ?? BODY.box, class: `body ${kind}`, title: name }, name: { text: name } });
};

export const arrow = ({ id, source, target, label = "" }) => {
  const cell = new Arrow({ id, source: source ? { id: source } : {}, target: target ? { id: target } : {}, order: (made += 1) });
  say(cell, label);
  return cell;
};

export const say = (cell, label) => {
  cell.set("label", label);
  cell.labels(label ? [{ attrs: { text: { text: label } }, position: cell.get("at") ?? 0.5 }] : []);
};

// Arrows between the same two boxes run side by side, with their labels one after the other; loops stand on each other.
export const spread = (graph) => {
  const pairs = new Map();
  for (const link of graph.getLinks()) {
    const ends = [link.source().id, link.target().id];
    if (!ends[0] || !ends[1]) continue;
    const key = [...ends].sort().join(" ");
    if (!pairs.has(key)) pairs.set(key, []);
    pairs.get(key).push(link);
  }
  for (const links of pairs.values()) {
    const gap = Math.min(LANE, 44 / Math.max(1, links.length - 1));
    links.forEach((link, n) => {
      const middle = n - (links.length - 1) / 2;
      const along = 0.5 + middle * Math.min(0.24, 0.7 / links.length);
      const back = link.source().id > link.target().id;
      const at = Number((back ? 1 - along : along).toFixed(3));
      if (link.source().id === link.target().id) { loop(link, n); return; }
      link.vertices([]);
      link.set("lane", middle * gap);
      if (link.get("at") === at) return;
      link.set("at", at);
      say(link, link.get("label"));
    });
  }
};

const loop = (link, n) => {
  const { x, y } = link.getSourceElement().position();
  const top = y - LOOP - 24 * n;
  link.vertices([{ x: x + WIDTH * 0.3, y: top }, { x: x + WIDTH * 0.7, y: top }]);
};

export const follow = (graph, cell) => {
  graph.getConnectedLinks(cell).filter((link) => link.hasLoop()).forEach(loop);
};

const anchor = (view, _magnet, _ref, _options, end, linkView) => {
  const here = view.model.getBBox().center(), link = linkView.model, lane = link.get("lane");
  const other = end === "source" ? link.getTargetElement() : link.getSourceElement();
  if (link.hasLoop()) return new g.Point(here.x + WIDTH * (end === "source" ? -0.2 : 0.2), here.y);
  if (!lane || !other) return here;
  const there = other.getBBox().center();
  const [from, to] = view.model.id < other.id ? [here, there] : [there, here];
  const length = from.distance(to) || 1;
  return new g.Point(here.x - ((to.y - from.y) / length) * lane, here.y + ((to.x - from.x) / length) * lane);
};

const border = (line, view) => {
  const hits = line.intersect(view.model.getBBox());
  return hits ? line.start.chooseClosest(hits) : line.end;
};

export const graphOf = () => new dia.Graph({}, { cellNamespace: { ...shapes, board: { Box, Arrow } } });

export const paperOf = (el, graph, { canJoin, canEdit }) => new dia.Paper({
  el, model: graph, cellViewNamespace: { ...shapes, board: { Box, Arrow } },
  width: "100%", height: "100%", async: false, gridSize: 8, sorting: dia.Paper.sorting.APPROX, labelsLayer: true,
  linkView: ArrowView, defaultAnchor: anchor, defaultConnectionPoint: border,
  defaultConnector: { name: "straight", args: { cornerType: "cubic", cornerRadius: 16 } },
  defaultLink: () => arrow({ id: fresh("e") }),
  linkPinning: false, magnetThreshold: "onleave", moveThreshold: 2, clickThreshold: 4,
  validateConnection: (from, _a, to) => !!to && to.model.isElement() && from !== to && canJoin(),
  interactive: (view) => canEdit() && (view.model.isLink() ? false : { elementMove: true, addLinkFromMagnet: canJoin() }),
});

export const bounds = (graph) => graph.getBBox() ?? new g.Rect(0, 0, 0, 0);
