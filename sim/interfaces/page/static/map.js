// London as 33 tiles; one tab stop a map, arrows go from borough to borough.

import { el, svg } from "./svg.js";
import { dayOf, perCent } from "./words.js";

const TILE = 46;
const GAP = 2;

/** Draw one side's map at a month: the census at or before it. */
export function drawMap(id, facts, answer, side, view, open) {
  const figure = document.getElementById(id);
  const outcome = view.outcome;
  const census = Math.floor(view.month / 12);
  const means = answer[side].boroughs[outcome][1][census];
  const londonNow = answer[side].london[outcome][1][Math.floor(view.month / (answer[side].months_apart ?? 1))];
  const columns = Math.max(...facts.places.map((place) => place.column)) + 1;
  const rows = Math.max(...facts.places.map((place) => place.row)) + 1;
  const focused = figure.querySelector('[tabindex="0"]')?.dataset.name;
  const held = figure.contains(document.activeElement);
  const picture = svg("svg", {
    viewBox: `0 0 ${columns * TILE} ${rows * TILE}`,
    role: "group",
    "aria-label": `${view.title}: ${facts.outcomes[outcome].label}, ${dayOf(answer.opening, census * 12)}. Arrow keys go from borough to borough.`,
  });
  picture.append(hatch(`${id}-hatch`));
  const tiles = new Map();
  for (const place of facts.places) {
    // Boroughs are a matter of people: the twin's amounts stand a few points off, so they are not shown.
    const value = view.hides || answer.teller === "twin" ? null : means[facts.employers.findIndex((one) => one.name === place.employer)];
    const tile = tileOf(id, facts, place, value, view);
    tile.addEventListener("click", () => open(place.employer));
    picture.append(tile);
    tiles.set(place.name, { tile, place });
  }
  picture.addEventListener("keydown", (event) => walk(event, tiles, open));
  const first = tiles.get(focused)?.tile ?? tiles.values().next().value.tile;
  first.setAttribute("tabindex", "0");
  const heading = el("figcaption", {}, el("strong", { text: view.title }));
  heading.append(el("span", { class: "figure", text: view.hides ? "?" : perCent(londonNow) }, el("small", { text: outcome.endsWith("posts") ? " of posts" : " of workforce" })));
  figure.replaceChildren(heading, picture);
  if (held) first.focus();
}

function hatch(id) {
  const pattern = svg("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
  pattern.append(svg("line", { x1: 0, y1: 0, x2: 0, y2: 6, class: "hatch" }));
  return svg("defs", {}, pattern);
}

function tileOf(id, facts, place, value, view) {
  const text = value === null || value === undefined ? "–" : inWhole(value, facts.target);
  const level = place.scored && value !== null && value !== undefined ? shadeOf(facts, Number(text) / 100) : null;
  const [x, y, size] = [place.column * TILE + GAP / 2, place.row * TILE + GAP / 2, TILE - GAP];
  const label = `${place.name}: ${value === null ? view.hides ? "hidden" : "agents have not answered yet" : `${text} %`}${place.joint ? ", one employer with its neighbour" : ""}${place.scored ? "" : ", not scored"}`;
  const tile = svg("g", {
    class: `tile ${level === null ? "blank" : `shade-${level}`}${place.employer === view.unit ? " chosen" : ""}`,
    role: "button",
    tabindex: "-1",
    "aria-label": label,
    "data-name": place.name,
  });
  tile.append(svg("rect", { x, y, width: size, height: size, rx: 4 }));
  if (place.joint) {
    tile.append(svg("rect", { x, y, width: size, height: size, rx: 4, fill: `url(#${id}-hatch)` }));
    tile.append(svg("rect", { class: "clear", x: x + 4, y: y + 7, width: size - 8, height: size - 14, rx: 2 }));
  }
  tile.append(
    svg("text", { class: "place", x: x + size / 2, y: y + 19, "text-anchor": "middle", text: place.label }),
    svg("text", { class: "value", x: x + size / 2, y: y + 35, "text-anchor": "middle", text }),
    svg("title", { text: label }),
  );
  return tile;
}

function inWhole(share, target) {
  const whole = Math.round(100 * share);
  return String(whole === Math.round(100 * target) && share < target ? whole - 1 : whole);
}

function shadeOf(facts, share) {
  return facts.shades.edges.filter((edge) => share >= edge).length;
}

function walk(event, tiles, open) {
  const here = tiles.get(event.target.dataset?.name);
  if (!here) return;
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    open(here.place.employer);
    return;
  }
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!way) return;
  event.preventDefault();
  const next = nearest(here.place, way, tiles);
  if (!next) return;
  here.tile.setAttribute("tabindex", "-1");
  next.tile.setAttribute("tabindex", "0");
  next.tile.focus();
}

function nearest(from, [across, down], tiles) {
  let best = null;
  let least = Infinity;
  for (const one of tiles.values()) {
    const [dx, dy] = [one.place.column - from.column, one.place.row - from.row];
    const ahead = dx * across + dy * down;
    const aside = Math.abs(dx * down) + Math.abs(dy * across);
    if (ahead > 0 && ahead + 3 * aside < least) [best, least] = [one, ahead + 3 * aside];
  }
  return best;
}
