// The circle as arrows, each as thick as the feedback measured through it; links can be cut.

import { byId, el, svg } from "./svg.js";
import { capital } from "./words.js";

const WIDE = 580;
const MARGIN = 6;
const [BOX_WIDE, LETTER_WIDE] = [92, 7.6];
const LINE_TALL = 14;
const [THINNEST, THICKEST] = [1.2, 9];
const LEAST_DRAWN = 0.06;
const STEPS = 60;
const ROOM_FOR_HEAD = 11;

/** Draw the loop, its first `shown` links that can be cut, and the list in which they can be. */
export function drawLoop(loop, view, toggle) {
  const tall = WIDE / loop.shape;
  const at = Object.fromEntries(loop.nodes.map((node) => [node.name, boxOf(node, tall)]));
  const most = Math.max(...loop.links.map((link) => link.feedback_through ?? 0), 1e-6);
  const picture = svg("svg", { viewBox: `0 0 ${WIDE} ${tall.toFixed(0)}`, role: "img", "aria-label": spoken(loop, view) });
  picture.append(arrowHeads());
  const marks = [];
  const atWork = new Set();
  const seen = new Set(loop.cuts.slice(0, view.shown).map((one) => one.cut));
  for (const link of loop.links) {
    const part = (link.feedback_through ?? 0) / most;
    const isCut = view.cuts.includes(link.cut);
    if (link.cut ? !seen.has(link.cut) : part < LEAST_DRAWN) continue;
    if (!isCut && !link.gain.q50 && link.cause !== link.effect) continue;
    const look = isCut ? "cut" : !link.cut ? "given" : link.gain.q50 < 0 ? "lowers" : "raises";
    const number = link.cut ? loop.cuts.findIndex((one) => one.cut === link.cut) + 1 : null;
    const width = isCut ? 2 : THINNEST + (THICKEST - THINNEST) * part;
    const course = courseOf(at[link.cause], at[link.effect], link.bend);
    picture.append(arrow(course.path, look, width));
    atWork.add(link.cause).add(link.effect);
    if (number) marks.push(markOf(course.middle, number, isCut, link.gain.q50));
  }
  for (const node of loop.nodes) picture.append(nodeBox(node, at[node.name], atWork.has(node.name)));
  picture.append(...marks);
  byId("loop-drawing").replaceChildren(picture);
  const items = loop.cuts.map((one, place) => itemOf(loop, one, place, view, toggle));
  const isWhole = view.shown >= loop.cuts.length;
  const words = isWhole ? el("p", { class: "fine found", title: loop.measured, text: loop.finding }) : el("p", { class: "fine", text: loop.measured });
  byId("loop-links").replaceChildren(el("ol", {}, ...items), words);
}

function itemOf(loop, one, place, view, toggle) {
  if (place >= view.shown) return el("li", { class: "unseen", text: "…" });
  const isCut = view.cuts.includes(one.cut);
  const button = el("button", {
    type: "button",
    "aria-pressed": String(isCut),
    "aria-label": `Cut: ${one.label}`,
    text: isCut ? "Mend" : "Cut",
    onclick: () => toggle(one.cut),
  });
  const words = el("span", {}, el("strong", { text: capital(one.label) }), document.createTextNode(` ${strengthOf(loop, one)}`));
  return el("li", { class: isCut ? "is-cut" : "" }, words, button);
}

function strengthOf(loop, one) {
  if (one.is_cut) return "cut in the base";
  const label = Object.fromEntries(loop.nodes.map((node) => [node.name, node.box.join(" ")]));
  const own = loop.links.filter((link) => link.cut === one.cut && link.gain.q50);
  if (!own.length) {
    return one.only_under ? `not at work here: only where hiring goes by ${one.only_under}` : "not at work here";
  }
  if (own[0].cause === own[0].effect) return `${gain(own[0].gain.q50)} ${own[0].unit} of rivals' charges`;
  const sorted = [...own].sort((one, other) => (other.feedback_through ?? 0) - (one.feedback_through ?? 0));
  const sharesEffect = own.every((link) => link.effect === own[0].effect);
  const told = sorted.slice(0, 2).map((link, place, all) => {
    const unit = link.unit === all.at(-1).unit && place < all.length - 1 ? "" : ` ${link.unit}`;
    return `${label[sharesEffect ? link.cause : link.effect].replace(" from agency", "")} ${gain(link.gain.q50)}${unit}`;
  });
  return told.join(", ");
}

function gain(value) {
  const text = Math.abs(value).toFixed(2);
  if (!/[1-9]/.test(text)) return "0.00";
  return `${value > 0 ? "+" : "\u2212"}${text}`;
}

function boxOf(node, tall) {
  const high = LINE_TALL * node.box.length + 8;
  return { x: MARGIN + node.x * (WIDE - 2 * MARGIN), y: Math.min(tall * (1 - node.y), tall - high / 2 - 2), wide: Math.max(BOX_WIDE, LETTER_WIDE * Math.max(...node.box.map((line) => line.length)) + 8), high };
}

function nodeBox(node, { x, y, wide, high }, isAtWork) {
  const group = svg("g", { class: isAtWork ? "node" : "node idle" }, svg("rect", { x: x - wide / 2, y: y - high / 2, width: wide, height: high, rx: 7 }));
  node.box.forEach((text, place) => {
    group.append(svg("text", { x, y: y + 4 + LINE_TALL * (place - (node.box.length - 1) / 2), "text-anchor": "middle", text }));
  });
  return group;
}

function arrowHeads() {
  const heads = ["raises", "lowers", "given", "cut"].map((kind) =>
    svg(
      "marker",
      { id: `head-${kind}`, viewBox: "0 0 10 10", refX: 0, refY: 5, markerWidth: ROOM_FOR_HEAD, markerHeight: 11, markerUnits: "userSpaceOnUse", orient: "auto" },
      svg("path", { class: `head ${kind}`, d: "M0 0L10 5L0 10Z" }),
    ),
  );
  return svg("defs", {}, ...heads);
}

function arrow(path, kind, width) {
  return svg("path", { class: `link ${kind}`, d: path, "stroke-width": width.toFixed(1), "marker-end": `url(#head-${kind})` });
}

function markOf([x, y], number, isCut, strength) {
  const kind = isCut ? "cut" : strength < 0 ? "lowers" : "raises";
  const group = svg(
    "g",
    {},
    svg("circle", { class: `mark ${kind}`, cx: x, cy: y, r: 9 }),
    svg("text", { class: "mark-text", x, y: y + 4.2, "text-anchor": "middle", text: String(number) }),
  );
  if (isCut) group.append(svg("text", { class: "scissors", x: x + 17, y: y + 5, "text-anchor": "middle", text: "✂" }));
  return group;
}

/** Return the visible part of a bent arrow between two boxes, and where its mark stands. */
function courseOf(from, to, bend) {
  if (from === to) {
    const [x, y] = [from.x - from.wide / 2, from.y];
    return { path: `M${x} ${y - 7}C${x - 46} ${y - 26} ${x - 52} ${y + 14} ${x - 13} ${y + 1}`, middle: [x - 34, y - 7] };
  }
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const control = [(from.x + to.x) / 2 - bend * dy, (from.y + to.y) / 2 + bend * dx];
  const point = (t) => [0, 1].map((axis) => {
    const [a, b, c] = [axis ? from.y : from.x, control[axis], axis ? to.y : to.x];
    return (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t ** 2 * c;
  });
  const points = Array.from({ length: STEPS + 1 }, (_, step) => point(step / STEPS));
  const seen = points.filter((one) => !isIn(one, from, 2) && !isIn(one, to, ROOM_FOR_HEAD + 1));
  if (seen.length < 2) seen.splice(0, seen.length, points[24], points[36]);
  const path = seen.map(([x, y], place) => `${place ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  return { path, middle: seen[Math.floor(seen.length * 0.45)] };
}

function isIn([x, y], box, away) {
  return Math.abs(x - box.x) < box.wide / 2 + away && Math.abs(y - box.y) < box.high / 2 + away;
}

function spoken(loop, view) {
  const seen = loop.cuts.slice(0, view.shown).map((one) => `${one.label}${view.cuts.includes(one.cut) ? ", cut" : `: ${strengthOf(loop, one)}`}`);
  return `The circle. ${seen.length ? `${seen.join("; ")}.` : "No link is shown yet."}`;
}
