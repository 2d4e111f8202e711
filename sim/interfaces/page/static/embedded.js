// Answers from the runs in this file: named ones of the agents, a grid of the twin's.

import { scenarioOf, valueAt } from "./state.js";

/** Return what is packed into this file, or null where the page is served. */
export async function unpacked(text) {
  if (!text) return null;
  const bytes = Uint8Array.from(atob(JSON.parse(text).deflated), (one) => one.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

/** Return a source that asks nobody. */
export function embeddedSource(facts, embedded) {
  const { grid, sides, answers, loop } = embedded;
  const key = (spec) => specKey(facts, spec);
  const keys = sides.map((side) => key(side.spec));
  const named = new Map(answers.map((one) => [keys[one.left] + keys[one.right], one]));
  const points = new Map(grid.points.map(([at, told]) => [JSON.stringify(at), told]));
  const base = { scenario: grid.scenario, changes: {} };
  const [baseKey, gridLeft] = [key(base), numbersOf(grid, grid.left)];

  function find({ left, right }) {
    const found = named.get(key(left) + key(right));
    if (found) return { ...found, left: sides[found.left].told, right: sides[found.right].told };
    const at = key(left) === baseKey ? pointOf(facts, grid, base, right) : null;
    const told = at && points.get(JSON.stringify(at));
    return told ? fromGrid(facts, grid, gridLeft, told, right) : null;
  }

  return {
    isEmbedded: true,
    grid,
    has: (question) => find(question) !== null,
    async ask(question, told) {
      const answer = find(question);
      if (answer) told({ kind: "answer", answer });
      else told({ kind: "error", message: "this file has no run of that; the served page runs anything." });
    },
    async loop({ left }) {
      return loop.find((one) => key(one.spec) === key(left))?.told ?? null;
    },
  };
}

function specKey(facts, spec) {
  const values = facts.controls.map((control) => valueAt(facts, spec, control.path));
  return JSON.stringify([scenarioOf(facts, spec.scenario).group, values]);
}

/** Return the point of the grid a spec is at, or null: other controls must be as the grid has them. */
function pointOf(facts, grid, base, spec) {
  if (spec.scenario !== grid.scenario) return null;
  const isSigned = JSON.stringify(valueAt(facts, spec, "levers.cap.members")) !== "0";
  for (const [path, value] of Object.entries(spec.changes)) {
    if (path in grid.levels) continue;
    const allowed = path in grid.fixed ? grid.fixed[path] : valueAt(facts, base, path);
    if (JSON.stringify(value) !== JSON.stringify(allowed)) return null;
  }
  if (isSigned && Object.keys(grid.fixed).some((path) => !(path in spec.changes))) return null;
  return Object.entries(grid.levels).map(([path, levels]) => {
    return !isSigned && path === "levers.cap.charge_rate_per_hour" ? levels[0] : valueAt(facts, spec, path);
  });
}

/** Return numbers from whole ones: base plus how they differ from it, each times its step. */
function numbersOf(grid, whole, under = null) {
  const added = (one, other) =>
    Array.isArray(one) ? one.map((value, place) => added(value, other?.[place])) : one + (other ?? 0);
  const scaled = (one, step) => (Array.isArray(one) ? one.map((value) => scaled(value, step)) : one * step);
  const outcomes = Object.keys(grid.steps);
  const london = {};
  outcomes.forEach((name, place) => {
    london[name] = scaled(added(whole.london[place], under?.london[place]), grid.steps[name]);
  });
  const boroughs = {};
  grid.borough_outcomes.forEach((name, place) => {
    boroughs[name] = [null, scaled(added(whole.boroughs[place], under?.boroughs[place]), grid.steps[name]), null];
  });
  return { months_apart: grid.months_apart, london, boroughs, fingerprint: under ? "point" : "base" };
}

function fromGrid(facts, grid, left, told, spec) {
  const levers = new Set(Object.keys(spec.changes).map((path) => path.split(".")[1]));
  return {
    ...grid.told,
    teller: "twin",
    left,
    right: numbersOf(grid, told, grid.left),
    differences: grid.rows.map((row, place) => {
      const [now, difference, low, high] = told.rows[place];
      return { ...row, new: now, difference, q10: low, q90: high };
    }),
    employers: Object.fromEntries(grid.borough_outcomes.map((name) => [name, null])),
    grounds: [...levers].map((lever) => facts.levers[lever].grounds),
    notes: [],
  };
}

/** Return a state's changes with the terms under which the grid was run. */
export function completed(source, state) {
  if (!source.isEmbedded || state.scenario !== source.grid.scenario) return state;
  const fixed = source.grid.fixed;
  const members = state.changes["levers.cap.members"] ?? 0;
  const own = Object.fromEntries(Object.entries(state.changes).filter(([path]) => !(path in fixed)));
  if (JSON.stringify(members) === "0") return { ...state, changes: own };
  const level = "levers.cap.charge_rate_per_hour";
  const levels = source.grid.levels[level];
  return { ...state, changes: { [level]: levels[Math.floor(levels.length / 2)], ...own, ...fixed } };
}
