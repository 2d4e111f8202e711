// The numbers at the end of the horizon: as a table, as sentences, and how to read them.

import { seriesOf } from "./charts.js";
import { byId, el } from "./svg.js";
import { POSTS, UNFILLED, WORKFORCE, capital, dayOf, differenceIn, inUnit, shortName } from "./words.js";

const CHARGE = "charge_rate_per_hour";
const LEAST_TOLD = 0.0005;

/** Return one row an outcome: old, new, and the paired difference with its interval. */
export function rowsOf(facts, answer, unit) {
  if (unit === facts.london) {
    return answer.differences.map(({ outcome, label, unit: measure, old, new: now, difference, q10, q90 }) => {
      const isChance = outcome.startsWith("chance");
      return { outcome, label, unit: measure, old, now, difference, between: isChance ? null : [q10, q90] };
    });
  }
  const place = facts.employers.findIndex((one) => one.name === unit);
  return Object.entries(answer.employers).map(([outcome, found]) => {
    const [low, middle, high] = (found ?? [[], [], []]).map((one) => one[place] ?? null);
    const [old, now] = ["left", "right"].map((side) => answer[side].boroughs[outcome]?.[1].at(-1)[place] ?? null);
    return { outcome, ...facts.outcomes[outcome], old, now, difference: middle, between: low === null ? null : [low, high] };
  });
}

/** Return the rows of a month before the last: what stands there, with no paired interval. */
function rowsAt(facts, answer, unit, month) {
  const place = unit === facts.london ? null : unit;
  return Object.entries(facts.outcomes).map(([outcome, about]) => {
    const [old, now] = ["left", "right"].map((side) => {
      const seen = seriesOf(answer, side, outcome, place, facts.employers).filter(([at]) => at <= month);
      return seen.at(-1)?.[2] ?? null;
    });
    return { outcome, ...about, old, now, between: null };
  });
}

/** Return a row's label in a few words: the table has one line for it. */
function shortLabel({ outcome, label }) {
  const few = { [WORKFORCE]: "permanent of workforce", [POSTS]: "permanent of posts" };
  return few[outcome] ?? label.replace("chance of 90 % in ", "90 % in ");
}

/** Draw the table: both sides, the difference of what is shown, and the pairs' own interval. */
export function drawNumbers(facts, answer, view) {
  const isEnd = view.month >= 12 * answer.years;
  const rows = isEnd ? rowsOf(facts, answer, view.unit) : rowsAt(facts, answer, view.unit, view.month);
  const heads = ["", view.left, view.right, "Difference", ...(isEnd ? ["Same luck*"] : [])];
  const body = rows.filter((row) => row.old !== null || row.now !== null).map((row) => {
    const before = view.hidesAll ? "?" : inUnit(row.old, row.unit);
    const seen = view.hides ? [before, "?", "?"] : [before, inUnit(row.now, row.unit), signed(shownDifference(row), row.unit)];
    if (isEnd) seen.push(view.hides ? "?" : row.between ? between(row) : "");
    return el("tr", {}, el("th", { scope: "row", title: row.label, text: shortLabel(row) }), ...seen.map((text) => el("td", {}, ...unbroken(text))));
  });
  const name = view.unit === facts.london ? facts.london : shortName(view.unit);
  const told = isEnd ? ". *Both sides run with the same luck in the same boroughs: in 80 of 100 runs they differ by" : "";
  const table = el("table", {}, el("caption", { text: `${name}, ${dayOf(answer.opening, view.month)}: means${told}` }), el("thead", {}, el("tr", {}, ...heads.map((text) => el("th", { scope: "col", text })))), el("tbody", {}, ...body));
  byId("numbers").replaceChildren(table);
}

/** Return the difference between two values as they are written: a reader can add it up. */
function shownDifference({ old, now, unit }) {
  if (old === null || now === null || old === undefined || now === undefined) return null;
  const decimals = unit.startsWith("share") ? (unit.startsWith("share of runs") ? 100 : 1000) : unit.includes("hour") ? 100 : 0;
  if (decimals) return (Math.round(now * decimals) - Math.round(old * decimals)) / decimals;
  const size = Math.max(Math.abs(old), Math.abs(now));
  const step = unit.startsWith("£") ? (size >= 99_999.5 ? 1e5 : size >= 9_999.5 ? 1e3 : 1) : 0.01;
  return (Math.round(now / step) - Math.round(old / step)) * step;
}

function signed(value, unit) {
  return value === null ? "–" : differenceIn(value, unit);
}

function between({ between: [low, high], unit }) {
  return `${signed(low, unit)} to ${signed(high, unit)}`;
}

/** Return a cell's words, each number whole: a line may end at "to" alone. */
function unbroken(text) {
  const parts = text.split(" to ").map((part) => el("span", { class: "whole", text: part }));
  return parts.length === 2 ? [parts[0], " to ", parts[1]] : parts;
}

function lastDay(answer) {
  return dayOf(answer.opening, 12 * answer.years);
}

/** Return what was found, in sentences with the numbers in them. */
export function findingOf(facts, answer, unit) {
  const name = unit === facts.london ? facts.london : shortName(unit);
  const rows = Object.fromEntries(rowsOf(facts, answer, unit).map((row) => [row.outcome, row]));
  const isSame = answer.left.fingerprint === answer.right.fingerprint;
  const told = isSame ? courseInWords(facts, answer, unit) : differencesOf(rows);
  const when = isSame ? `${dayOf(answer.opening, 0)} to ${lastDay(answer)}` : lastDay(answer);
  return `${name}, ${when}${answer.teller === "twin" ? " (estimate)" : ""}: ${told}`;
}

function courseInWords(facts, answer, unit) {
  const told = [WORKFORCE, POSTS, UNFILLED, CHARGE].map((outcome) => {
    const rows = seriesOf(answer, "left", outcome, unit === facts.london ? null : unit, facts.employers);
    const { label, unit: measure } = facts.outcomes[outcome];
    return `${label} ${inUnit(rows[0][2], measure)} to ${inUnit(rows.at(-1)[2], measure)}`;
  });
  return `${told.join(", ")} (means).`;
}

function differencesOf(rows) {
  const told = [WORKFORCE, POSTS, UNFILLED, CHARGE].filter((outcome) => rows[outcome]).map((outcome) => {
    const row = rows[outcome];
    const points = outcome === WORKFORCE ? " points in 80 % of runs" : "";
    const spread = row.between && outcome !== CHARGE ? ` (same luck: ${between(row)}${points})` : "";
    const label = { [POSTS]: "of posts", [CHARGE]: "an agency hour" }[outcome] ?? row.label;
    return `${label} ${inUnit(row.now, row.unit)}, not ${inUnit(row.old, row.unit)}${spread}`;
  });
  return `${told.join("; ")}.`;
}

/** Return how to read the numbers: what bands hold, what is not known, what is only an empty post. */
export function readingOf(facts, answer, unit, hides) {
  const runs = answer.teller === "twin" ? "the twin's draws, an estimate," : `${answer.runs} runs`;
  const structures = answer.left.structures > 1 ? `, luck and ${answer.left.structures} rival structures` : " and luck, in one of several rival structures";
  const found = [`Lines: means; bands: 80 % of ${runs} over parameters${structures}.`];
  if (answer.grounds.length) found.push(...answer.grounds);
  if (!hides && answer.left.fingerprint !== answer.right.fingerprint) {
    const rows = Object.fromEntries(rowsOf(facts, answer, unit).map((row) => [row.outcome, row]));
    const [share, empty] = [rows[WORKFORCE].difference, rows[UNFILLED].difference];
    if (share > LEAST_TOLD && empty > LEAST_TOLD) {
      found.push(`Part of the rise in the first share is posts left empty: ${facts.outcomes[UNFILLED].label} ${signed(empty, "share")} points.`);
    }
  }
  return found.map(capital).join(" ");
}
