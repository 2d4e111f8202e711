// What the page shows, all of it in the address bar: a link is a scenario.

const VALUE_MARK = "~";

/** Return the state the page opens with. */
export function openingState(facts) {
  return {
    step: 0,
    revealed: true,
    links: 0,
    scenario: facts.start.base,
    leftChanges: {},
    changes: facts.start.changes ?? changesBetween(facts, facts.start.base, facts.start.policy),
    a: null,
    b: facts.start.b ?? null,
    leftIs: "base",
    rightIs: facts.start.b ? "b" : "policy",
    month: null,
    unit: facts.start.unit ?? facts.london,
    years: facts.years,
    seed: facts.seed,
    panel: "maps",
    shade: "workforce",
    view: "detail",
    run: null,
  };
}

/** Return a scenario's facts. */
export function scenarioOf(facts, name) {
  return facts.scenarios.find((one) => one.name === name);
}

/**
 * Return what gives one shipped scenario another's controls; null if their markets are apart.
 * Terms of a lever that came before its last are the scenario's own: no control makes them.
 */
export function changesBetween(facts, from, to) {
  const [before, after] = [scenarioOf(facts, from), scenarioOf(facts, to)];
  if (before.market !== after.market) return null;
  const found = {};
  for (const [path, value] of Object.entries(after.values)) {
    if (same(value, before.values[path])) continue;
    if (value === null) {
      if (after.values["levers.cap.members"] === 0) continue;
      return null;
    }
    found[path] = value;
  }
  return found;
}

/** Say whether two values of a control are the same. */
export function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Return the value a spec has at a control's path. */
export function valueAt(facts, spec, path) {
  return path in spec.changes ? spec.changes[path] : scenarioOf(facts, spec.scenario).values[path];
}

/** Return the base as a spec: a scenario and its changes. */
export function baseSpec(state) {
  return { scenario: state.scenario, changes: state.leftChanges };
}

/** Return the policy as a spec. */
export function policySpec(state) {
  return { scenario: state.scenario, changes: { ...state.leftChanges, ...state.changes } };
}

/** Return the two sides to set beside each other. */
export function sidesOf(state) {
  return {
    left: state.leftIs === "a" && state.a ? state.a : baseSpec(state),
    right: state.rightIs === "b" && state.b ? state.b : policySpec(state),
  };
}

/** Return the state with a control moved; back at its base it counts as not moved. */
export function moved(facts, state, path, value) {
  const changes = { ...state.changes };
  if (same(value, valueAt(facts, baseSpec(state), path)) || value === undefined) delete changes[path];
  else changes[path] = value;
  return { ...state, changes, rightIs: "policy" };
}

// The address

/** Return the state as the address carries it. */
export function written(facts, state) {
  const opening = { ...openingState(facts), rightIs: "policy" };
  const out = new URLSearchParams();
  out.set("base", state.scenario);
  for (const [path, value] of Object.entries(state.leftChanges)) out.set(`base:${path}`, JSON.stringify(value));
  for (const [path, value] of Object.entries(state.changes)) out.set(path, JSON.stringify(value));
  for (const key of ["step", "revealed", "links", "leftIs", "rightIs", "month", "unit", "years", "seed", "panel", "shade", "view", "run"]) {
    if (!same(state[key], opening[key])) out.set(key, String(state[key]));
  }
  for (const pin of ["a", "b"]) {
    if (state[pin]) out.set(pin, pinText(state[pin]));
  }
  return out.toString();
}

function pinText(spec) {
  return [spec.scenario, JSON.stringify(spec.changes)].join(VALUE_MARK);
}

function pinRead(facts, text) {
  const cut = text.indexOf(VALUE_MARK);
  const scenario = text.slice(0, cut);
  const changes = checkedChanges(facts, JSON.parse(text.slice(cut + 1)));
  if (!scenarioOf(facts, scenario)) throw new Error("no such scenario");
  return { scenario, changes };
}

function checkedChanges(facts, given) {
  const known = new Set(facts.controls.map((control) => control.path));
  return Object.fromEntries(Object.entries(given).filter(([path]) => known.has(path)));
}

/** Return the state an address tells, or the opening state where it tells nothing that is known. */
export function readState(facts, hash) {
  const opening = openingState(facts);
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  if (!scenarioOf(facts, given.get("base") ?? "")) return opening;
  const state = { ...opening, scenario: given.get("base"), changes: {}, leftChanges: {}, b: null, rightIs: "policy" };
  const [own, base] = [{}, {}];
  for (const [key, text] of given) {
    try {
      if (key.startsWith("base:")) base[key.slice(5)] = JSON.parse(text);
      else if (key.includes(".")) own[key] = JSON.parse(text);
      else if (key === "a" || key === "b") state[key] = pinRead(facts, text);
    } catch {
      // What cannot be read is left out: a mangled link still opens.
    }
  }
  state.changes = checkedChanges(facts, own);
  state.leftChanges = checkedChanges(facts, base);
  const whole = (key, low, high) => {
    const value = Number(given.get(key));
    if (given.has(key) && Number.isInteger(value) && value >= low && value <= high) state[key] = value;
  };
  whole("step", 0, facts.story.length);
  whole("links", 0, facts.links.length);
  whole("years", 1, facts.most_years);
  whole("seed", 0, 2 ** 31 - 1);
  whole("month", 0, 12 * state.years);
  whole("run", 0, facts.runs - 1);
  if (given.get("revealed") === "false") state.revealed = false;
  if (given.get("leftIs") === "a" && state.a) state.leftIs = "a";
  if (given.get("rightIs") === "b" && state.b) state.rightIs = "b";
  if (given.get("panel") === "loop") state.panel = "loop";
  if (given.get("shade") === "posts") state.shade = "posts";
  if (given.get("view") === "stage") state.view = "stage";
  if (facts.employers.some((one) => one.name === given.get("unit"))) state.unit = given.get("unit");
  return state;
}

/** Return the state at the start of a step of the story, its answer still hidden. */
export function atStep(facts, state, number) {
  if (number === 0) return { ...state, step: 0, revealed: true, month: null };
  const step = facts.story[number - 1];
  return {
    ...openingState(facts),
    a: state.a,
    b: state.b,
    seed: state.seed,
    years: facts.years,
    step: number,
    revealed: false,
    scenario: step.left.scenario,
    leftChanges: step.left.changes,
    leftIs: "base",
    rightIs: "policy",
    changes: storyChanges(facts, step),
    unit: step.unit,
    panel: step.panel,
    shade: state.shade,
    view: state.view,
    run: state.run,
    month: state.view === "stage" ? 0 : null,
  };
}

function storyChanges(facts, step) {
  const target = scenarioOf(facts, step.policy);
  const found = changesBetween(facts, step.left.scenario, step.policy) ?? {};
  for (const path of Object.keys(step.left.changes)) found[path] = target.values[path];
  return found;
}
