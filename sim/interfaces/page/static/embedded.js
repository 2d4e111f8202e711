// Answers from the runs in this file: named ones of the agents, a grid of the twin's.

import { same, scenarioOf, valueAt } from "./state.js";

const LEVEL = "levers.cap.charge_rate_per_hour";
const MEMBERS = "levers.cap.members";

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
      else told({ kind: "error", message: "this file holds no run of that; the served page can run anything." });
    },
    async run({ left, right, number }) {
      const found = embedded.runs.find((one) => {
        const own = answers[one.answer];
        return (number === null || one.number === number) && keys[own.left] === key(left) && keys[own.right] === key(right);
      });
      return found ? { ...found, left: embedded.run_sides[found.left], right: embedded.run_sides[found.right] } : null;
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
  const members = valueAt(facts, spec, MEMBERS);
  const isMoved = MEMBERS in spec.changes || (LEVEL in spec.changes && !same(members, 0));
  const isSigned = isMoved && !same(members, 0);
  for (const [path, value] of Object.entries(spec.changes)) {
    if (!(path in grid.levels) && !(isSigned && same(value, grid.fixed[path]))) return null;
  }
  if (isSigned && Object.entries(grid.fixed).some(([path, value]) => !same(valueAt(facts, spec, path), value))) return null;
  const cap = isSigned ? [valueAt(facts, spec, LEVEL), members] : isMoved && grid.caps_already ? [grid.levels[LEVEL][0], 0] : [null, null];
  const others = Object.keys(grid.levels).filter((path) => path !== LEVEL && path !== MEMBERS);
  return [...cap, ...others.map((path) => valueAt(facts, spec, path))];
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
  return { months_apart: grid.months_apart, london, boroughs, fingerprint: under ? "point" : "base", structures: grid.structures };
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
export function completed(facts, source, state) {
  if (!source.isEmbedded || state.scenario !== source.grid.scenario) return state;
  const { fixed, levels } = source.grid;
  const base = { scenario: state.scenario, changes: {} };
  const own = Object.fromEntries(Object.entries(state.changes).filter(([path]) => !(path in fixed)));
  const members = MEMBERS in own ? own[MEMBERS] : valueAt(facts, base, MEMBERS);
  const isSigned = !same(members, 0) && (MEMBERS in own || LEVEL in own);
  if (!isSigned) return { ...state, changes: own };
  const terms = Object.fromEntries(Object.entries(fixed).filter(([path, value]) => !same(value, valueAt(facts, base, path))));
  const middle = { [LEVEL]: levels[LEVEL][Math.floor(levels[LEVEL].length / 2)] };
  return { ...state, changes: { ...middle, ...own, ...terms } };
}
