// The circle as five plain boxes; pulses run along each link, as large as that month's flow.

import { svg } from "./svg.js";
import { whole } from "./words.js";

const [RING_WIDE, RING_TALL, CENTRE_X, CENTRE_Y] = [1000, 700, 500, 322];
const [ACROSS, DOWN] = [316, 262];
const [NODE_WIDE, NODE_TALL, ROW_TALL] = [308, 92, 36];
const PULSES = 3;
const LARGEST = 24;
const QUARTER = Math.PI / 2;

/** Make the ring once; `show(view)` changes its numbers, `move(part)` its pulses. */
export function makeRing(facts, toggle) {
  const element = svg("svg", { class: "ring", viewBox: `0 0 ${RING_WIDE} ${RING_TALL}`, role: "group", "aria-label": "The circle" });
  const links = facts.ring.map((link, place) => ringLink(facts, link, place, toggle));
  const boxes = facts.ring.map((link, place) => ringBox(link.source, place, facts.ring.length));
  const [price, above, below] = centreTexts();
  element.append(...links.map((link) => link.under), ...boxes, ...links.map((link) => link.over), above, price, below);
  return {
    element,
    /** Show a month's flows, with the largest of each, and which links are cut. */
    show({ flows, most, month, cuts, centre, canCut }) {
      for (const link of links) link.show(flows[link.name][month], most[link.name], cuts, canCut);
      [above.textContent, price.textContent, below.textContent] = centre;
    },
    move(part) {
      for (const link of links) link.move(part);
    },
  };
}

function centreTexts() {
  const middle = { x: CENTRE_X, "text-anchor": "middle" };
  return [
    svg("text", { ...middle, class: "big", y: CENTRE_Y + 78 }),
    svg("text", { ...middle, class: "beside", y: CENTRE_Y - 4 }),
    svg("text", { ...middle, class: "beside", y: CENTRE_Y + 122 }),
  ];
}

function onRing(turn) {
  const angle = turn * 4 * QUARTER - QUARTER;
  return [CENTRE_X + ACROSS * Math.cos(angle), CENTRE_Y + DOWN * Math.sin(angle)];
}

function ringBox(lines, place, count) {
  const [x, y] = onRing(place / count);
  const group = svg("g", { class: "ring-box" }, svg("rect", { x: x - NODE_WIDE / 2, y: y - NODE_TALL / 2, width: NODE_WIDE, height: NODE_TALL, rx: 12 }));
  lines.forEach((text, row) => {
    group.append(svg("text", { x, y: y + 11 + ROW_TALL * (row - (lines.length - 1) / 2), "text-anchor": "middle", text }));
  });
  return group;
}

function ringLink(facts, link, place, toggle) {
  const count = facts.ring.length;
  const turn = (part) => (place + part) / count;
  const path = Array.from({ length: 25 }, (_, step) => onRing(turn(step / 24)).map((one) => one.toFixed(1)).join(" "));
  const track = svg("path", { class: "track", d: `M${path.join("L")}` });
  const pulses = Array.from({ length: PULSES }, () => svg("circle", { class: "pulse", r: 0 }));
  const under = svg("g", { class: "ring-link", "data-link": link.name }, track, ...pulses);
  const label = flowLabel(facts, link, turn(0.5), toggle);
  let size = 0;
  return {
    name: link.name,
    under,
    over: label.group,
    show(flow, most, cuts, canCut) {
      const isCut = link.cut !== null && cuts.includes(link.cut);
      size = isCut || !flow ? 0 : Math.max(4, LARGEST * Math.sqrt(flow / Math.max(most, 1e-9)));
      under.classList.toggle("is-cut", isCut);
      under.dataset.flow = isCut ? "cut" : String(flow);
      for (const pulse of pulses) pulse.setAttribute("r", size.toFixed(1));
      label.show(isCut, flow, canCut);
    },
    move(part) {
      pulses.forEach((pulse, number) => {
        const [x, y] = onRing(turn(0.2 + (0.6 * (number + part)) / PULSES));
        pulse.setAttribute("cx", x.toFixed(1));
        pulse.setAttribute("cy", y.toFixed(1));
      });
    },
  };
}

/** Make what a link says of itself; where it can be cut, this is the button that cuts it. */
function flowLabel(facts, link, turn, toggle) {
  const [x, y] = onRing(turn);
  const side = Math.abs(x - CENTRE_X) < 20 ? 0 : Math.sign(x - CENTRE_X);
  const at = { x: x + 34 * side, y: side === 0 ? y + 66 : y + (y < CENTRE_Y ? -14 : 12), "text-anchor": ["end", "middle", "start"][side + 1] };
  const text = svg("text", { class: "flow", ...at });
  const group = svg("g", { class: "flow-label" }, text);
  const act = () => group.getAttribute("role") === "button" && toggle(link.cut);
  group.addEventListener("click", act);
  group.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    act();
  });
  const words = facts.links.find((one) => one.cut === link.cut)?.label ?? "an open gap is a borough short of staff";
  return {
    group,
    show(isCut, flow, canCut) {
      text.textContent = isCut ? "✂ cut" : `${whole(flow)}${link.counts.startsWith("p ") ? "" : " "}${link.counts}`;
      if (link.cut === null || !canCut) {
        for (const name of ["role", "tabindex", "aria-pressed", "aria-label"]) group.removeAttribute(name);
        return;
      }
      const told = { role: "button", tabindex: "0", "aria-pressed": String(isCut), "aria-label": `Cut: ${words}` };
      for (const [name, value] of Object.entries(told)) if (group.getAttribute(name) !== value) group.setAttribute(name, value);
    },
  };
}
