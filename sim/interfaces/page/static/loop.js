// The circle as arrows, each as thick as it was measured to be; links can be cut.

import { byId, el, svg } from "./svg.js";
import { capital } from "./words.js";

const PLACES = {
  gaps: [300, 40],
  price: [520, 105],
  spending: [520, 235],
  agency: [80, 235],
  leaving: [300, 235],
  strain: [80, 105],
};
const [BOX_WIDTH, BOX_HEIGHT] = [140, 42];
const THINNEST = 1.5;
const THICKEST = 11;

/** Draw the loop, its first `shown` links, and the list in which they can be cut. */
export function drawLoop(loop, view, toggle) {
  const cuttable = loop.links.filter((link) => link.cut);
  const most = Math.max(...cuttable.map((link) => Math.abs(link.agency_share[1] ?? 0)), 0.01);
  const picture = svg("svg", { viewBox: "0 0 600 280", role: "img", "aria-label": spoken(cuttable, view) });
  picture.append(arrowHeads());
  for (const link of loop.links.filter((one) => !one.cut)) picture.append(arrow(link, { kind: "given", width: 1.5 }));
  cuttable.forEach((link, place) => {
    if (place >= view.shown) return;
    const isCut = view.cuts.includes(link.cut);
    const size = Math.abs(link.agency_share[1] ?? 0) / most;
    const width = isCut ? 2 : THINNEST + (THICKEST - THINNEST) * size;
    picture.append(arrow(link, { kind: isCut ? "cut" : "live", width, number: place + 1 }));
  });
  for (const node of loop.nodes) picture.append(nodeBox(node));
  byId("loop-drawing").replaceChildren(picture);
  const items = cuttable.map((link, place) => itemOf(link, place, view, toggle));
  const list = el("ol", {}, ...items);
  byId("loop-links").replaceChildren(list, el("p", { class: "fine", text: loop.measured }));
}

function itemOf(link, place, view, toggle) {
  if (place >= view.shown) return el("li", { class: "unseen", text: "…" });
  const isCut = view.cuts.includes(link.cut);
  const button = el("button", {
    type: "button",
    "aria-pressed": String(isCut),
    "aria-label": `Cut: ${link.label}`,
    text: isCut ? "Mend" : "Cut",
    onclick: () => toggle(link.cut),
  });
  const only = link.only_under ? ` (only where hiring is by ${link.only_under})` : "";
  const words = el("span", {}, el("strong", { text: capital(link.label) }), document.createTextNode(` ${strengthOf(link)}${only}`));
  return el("li", { class: isCut ? "is-cut" : "" }, words, button);
}

function strengthOf(link) {
  if (link.is_cut) return "cut in the base";
  const [share, price] = [link.agency_share[1], link.charge_rate[1]];
  if (share === null) return "not measured";
  return `${points(100 * share)} points of agency share, ${points(100 * price)} % on the charge`;
}

function points(value) {
  const text = Math.abs(value).toFixed(1);
  if (!/[1-9]/.test(text)) return "0";
  return `${value > 0 ? "+" : "\u2212"}${text}`;
}

function nodeBox(node) {
  const [x, y] = PLACES[node.id];
  const words = node.label.split(" ");
  const lines = [""];
  for (const word of words) {
    if (`${lines.at(-1)} ${word}`.trim().length > 18) lines.push(word);
    else lines[lines.length - 1] = `${lines.at(-1)} ${word}`.trim();
  }
  const group = svg("g", { class: "node" }, svg("rect", { x: x - BOX_WIDTH / 2, y: y - BOX_HEIGHT / 2, width: BOX_WIDTH, height: BOX_HEIGHT, rx: 8 }));
  lines.forEach((text, place) => {
    group.append(svg("text", { x, y: y + 4.5 + 15 * (place - (lines.length - 1) / 2), "text-anchor": "middle", text }));
  });
  return group;
}

function arrowHeads() {
  const heads = ["live", "given", "cut"].map((kind) =>
    svg(
      "marker",
      { id: `head-${kind}`, viewBox: "0 0 10 10", refX: 0, refY: 5, markerWidth: 13, markerHeight: 13, markerUnits: "userSpaceOnUse", orient: "auto" },
      svg("path", { class: `head ${kind}`, d: "M0 0L10 5L0 10Z" }),
    ),
  );
  return svg("defs", {}, ...heads);
}

function arrow(link, { kind, width, number: mark }) {
  const group = svg("g", {});
  const { path, middle } = courseOf(link);
  group.append(svg("path", { class: `link ${kind}`, d: path, "stroke-width": width.toFixed(1), "marker-end": `url(#head-${kind})` }));
  if (kind === "cut") group.append(svg("text", { class: "scissors", x: middle[0] + 14, y: middle[1] - 8, "text-anchor": "middle", text: "✂" }));
  if (mark) {
    group.append(
      svg("circle", { class: `mark ${kind}`, cx: middle[0], cy: middle[1], r: 10 }),
      svg("text", { class: "mark-text", x: middle[0], y: middle[1] + 4.5, "text-anchor": "middle", text: String(mark) }),
    );
  }
  return group;
}

function courseOf(link) {
  const [from, to] = [PLACES[link.from], PLACES[link.to]];
  if (link.from === link.to) {
    const [x, y] = from;
    const right = x + BOX_WIDTH / 2;
    return { path: `M${x + 20} ${y - BOX_HEIGHT / 2}C${x + 26} ${y - 66} ${right + 22} ${y - 70} ${right - 10} ${y - BOX_HEIGHT / 2 - 15}`, middle: [x + 46, y - 60] };
  }
  if (link.from === "spending" && link.to === "strain") {
    return { path: `M${from[0] - 30} ${from[1] + BOX_HEIGHT / 2}C${from[0] - 60} ${from[1] + 52} -60 ${from[1] + 70} ${to[0] - 52} ${to[1] + BOX_HEIGHT / 2 + 15}`, middle: [300, 272] };
  }
  const [start, end] = [edge(from, to, 3), edge(to, from, 16)];
  // Marks of arrows that cross stand apart.
  const along = link.from === "agency" ? 0.3 : 0.5;
  const middle = [start[0] + along * (end[0] - start[0]), start[1] + along * (end[1] - start[1])];
  return { path: `M${start[0]} ${start[1]}L${end[0]} ${end[1]}`, middle };
}

function edge([x, y], [tx, ty], away) {
  const [dx, dy] = [tx - x, ty - y];
  const reach = Math.min((BOX_WIDTH / 2 + away) / Math.max(Math.abs(dx), 1e-6), (BOX_HEIGHT / 2 + away) / Math.max(Math.abs(dy), 1e-6));
  return [x + dx * reach, y + dy * reach];
}

function spoken(links, view) {
  const seen = links.slice(0, view.shown).map((link) => `${link.label}${view.cuts.includes(link.cut) ? ", cut" : `, ${strengthOf(link)}`}`);
  return `The circle. ${seen.length ? `${seen.join("; ")}.` : "No link is shown yet."}`;
}
