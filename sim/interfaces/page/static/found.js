// What we found: a page to print, each step with its chart, the guess, the finding, the decision.

import { byId, el, lineThrough, svg } from "./svg.js";
import { inHundred, shortName, wholePounds, yearOf } from "./words.js";

const PAPER = { width: 330, height: 120, left: 40, right: 44, top: 8, bottom: 20 };

/** Write the page from the notes of every step that was shown or written on. */
export function printFound(facts, steps, notes) {
  const parts = steps.filter(([id]) => notes[id]).map(([id, title], place) => {
    const drawn = facts.story.find((step) => step.id === id)?.drawn;
    return foundOf(facts, title, notes[id], drawn, place);
  });
  const none = el("p", { text: "Nothing was guessed, found or written yet." });
  byId("found").replaceChildren(
    el("h1", { text: "What we found" }),
    ...(parts.length ? parts : [none]),
    el("p", { class: "fine", text: `Permanence ${facts.version}. ${facts.calibration}. What a cap does is not identified by data: it follows from stated assumptions.` }),
  );
}

function foundOf(facts, title, { seen, drawn: guess, ...words }, drawn) {
  const lines = [];
  const tell = (label, text) => text && lines.push(el("p", {}, el("strong", { text: `${label}: ` }), text));
  tell("Question", words.question);
  tell("We guessed", [words.guess, guess ? `drawn: ${atTheEnd(facts, drawn, guess.values.at(-1))} at the end` : ""].filter(Boolean).join("; "));
  tell("The model", seen?.finding);
  tell("Our finding", words.finding);
  tell("Decision", words.decision || " ");
  const chart = drawn && (seen || guess) ? paperChart(facts, drawn, seen, guess) : null;
  return el("section", {}, el("h2", { text: title }), el("div", { class: "found-pair" }, el("div", {}, ...lines), chart));
}

function atTheEnd(facts, drawn, value) {
  return facts.outcomes[drawn.outcome].unit === "share" ? `${inHundred(value)} in 100` : wholePounds(value);
}

function paperChart(facts, drawn, seen, guess) {
  const { width, height, left, right, top, bottom } = PAPER;
  const values = guess?.values ?? [];
  const years = Math.max(1, (seen?.right.length ?? values.length) - 1);
  const [low, high] = drawn.scale;
  const x = (year) => left + ((width - left - right) * year) / years;
  const y = (value) => top + (height - top - bottom) * (1 - (Math.min(high, Math.max(low, value)) - low) / (high - low));
  const name = `${seen && seen.unit !== facts.london ? shortName(seen.unit) : facts.london}: ${facts.outcomes[drawn.outcome].label}`;
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": name });
  for (const tick of [low, (low + high) / 2, high]) {
    picture.append(svg("line", { class: "grid", x1: left, x2: width - right, y1: y(tick), y2: y(tick) }), svg("text", { x: left - 5, y: y(tick) + 4, "text-anchor": "end", text: atTheEnd(facts, drawn, tick).replace(" in 100", "") }));
  }
  const line = (points, look, text) => {
    if (!points?.length) return;
    picture.append(svg("path", { class: `line ${look}`, d: lineThrough(points.map((value, year) => [x(year), value === null ? null : y(value)])) }));
    const end = points.at(-1);
    if (end !== null) picture.append(svg("text", { class: `end ${look}`, x: width - right + 4, y: y(end) + 4, text }));
  };
  if (seen && !seen.isSame) line(seen.left, "left", "before");
  line(seen?.right, "right", seen?.isSame ? "what came" : "with it");
  line(values, "own", "guess");
  if (seen) for (const year of [0, years]) picture.append(svg("text", { x: x(year), y: height - 4, "text-anchor": "middle", text: String(yearOf(seen.opening, 12 * year)) }));
  return el("figure", {}, el("figcaption", { text: name }), picture);
}
