// Controls, each made from what its lever declares of itself.

import { byId, el } from "./svg.js";
import { baseSpec, policySpec, same, scenarioOf, valueAt } from "./state.js";
import { capital, controlValue, shortName } from "./words.js";

let number = 0;

/** Make every control; `change(path, value)` is called when one is moved. */
export function makeControls(facts, isOffered, change) {
  const made = [];
  const first = byId("first");
  const rest = byId("rest");
  for (const [lever, about] of Object.entries(facts.levers)) {
    const own = facts.controls.filter((one) => one.lever === lever && one.kind !== "links" && isOffered(one));
    for (const control of own.filter((one) => one.first || one.levels)) {
      const one = makeControl(facts, control, change, capital(about.label));
      made.push(one);
      first.append(one.row);
    }
    const more = own.filter((one) => !one.first && !one.levels);
    if (!more.length) continue;
    const group = el("fieldset", {}, el("legend", { text: capital(about.label) }));
    for (const control of more) {
      const one = makeControl(facts, control, change, "");
      made.push(one);
      group.append(one.row);
    }
    rest.append(group);
  }
  byId("more").hidden = !rest.childElementCount;
  return made;
}

function makeControl(facts, control, change, lever) {
  const id = `control-${(number += 1)}`;
  const output = el("output", { for: id });
  const label = el("label", { for: id, text: capital(control.label) });
  const input = makeInput(facts, control, id, change);
  const row = el("div", { class: `control ${control.kind}`, title: aboutOf(facts, control) });
  row.append(el("div", { class: "label" }, label, output), input.element);
  if (lever) label.dataset.lever = lever;
  return {
    control,
    row,
    show(spec, base, isLive) {
      input.element.disabled = !isLive;
      const value = valueAt(facts, spec, control.path);
      input.set(value);
      output.textContent = controlValue(control, value);
      const isMoved = !same(value, valueAt(facts, base, control.path));
      row.classList.toggle("is-moved", isMoved);
    },
  };
}

function aboutOf(facts, control) {
  return `${facts.levers[control.lever].grounds} Unit: ${control.unit}. Source: ${control.source}.`;
}

function makeInput(facts, control, id, change) {
  const { path, kind } = control;
  if (kind === "choice") {
    const options = control.choices.map(([value, text]) => el("option", { value, text }));
    if (path.startsWith("structure.")) options.unshift(el("option", { value: "", text: "all in turn" }));
    const element = el("select", { id, onchange: () => change(path, element.value || undefined) }, ...options);
    return { element, set: (value) => (element.value = value ?? "") };
  }
  if (kind === "switch") {
    const element = el("input", { id, type: "checkbox", onchange: () => change(path, element.checked) });
    return { element, set: (value) => (element.checked = Boolean(value)) };
  }
  if (kind === "date" || kind === "text") {
    const type = kind === "date" ? "date" : "text";
    const element = el("input", { id, type, maxlength: 40, onchange: () => change(path, element.value || undefined) });
    return { element, set: (value) => (element.value = value ?? "") };
  }
  if (control.levels) return levelInput(control, id, change);
  const [low, high, step] = control.offered ?? [...(control.allowed ?? [0, 1]), control.whole ? 1 : kind === "members" ? 0.05 : "any"];
  const type = control.offered || kind === "members" ? "range" : "number";
  const told = () => {
    const value = Number(element.value);
    if (element.value === "" || Number.isNaN(value)) return;
    const decimals = step === "any" ? 6 : (String(step).split(".")[1] ?? "").length;
    change(path, Number(value.toFixed(decimals)));
  };
  const event = type === "range" ? "oninput" : "onchange";
  const element = el("input", { id, type, min: low, max: high, step, [event]: told });
  return {
    element,
    set(value) {
      const shown = Array.isArray(value) ? 0 : value;
      if (document.activeElement === element && type === "number") return;
      element.value = shown ?? (type === "range" ? (low + high) / 2 : "");
      element.setAttribute("aria-valuetext", controlValue(control, value));
    },
  };
}

/** Make a slider over a few levels, the nearest one where the value is between them. */
function levelInput(control, id, change) {
  const { levels, path } = control;
  const told = () => change(path, levels[Number(element.value)]);
  const element = el("input", { id, type: "range", min: 0, max: levels.length - 1, step: 1, oninput: told });
  return {
    element,
    set(value) {
      const known = typeof value === "number" ? value : levels[0];
      const away = levels.map((level) => Math.abs(level - known));
      element.value = away.indexOf(Math.min(...away));
      element.setAttribute("aria-valuetext", controlValue(control, value));
    },
  };
}

/** Fill the two lists of scenarios. */
export function fillPicks(facts, isOffered, onBase, onPreset) {
  const base = byId("base");
  for (const one of facts.scenarios.filter(isOffered)) {
    base.append(el("option", { value: one.name, text: `${one.name} (${one.opening.slice(0, 4)})`, title: one.title }));
  }
  base.addEventListener("change", () => onBase(base.value));
  const preset = byId("preset");
  preset.addEventListener("change", () => onPreset(preset.value));
}

/** Show which base and which shipped policy the state is at. */
export function showPicks(facts, state, presets) {
  byId("base").value = state.scenario;
  const preset = byId("preset");
  const at = Object.keys(presets).find((name) => same(sorted(presets[name]), sorted(state.changes)));
  const options = Object.keys(presets).map((name) =>
    el("option", { value: name, text: name === state.scenario ? "as the base" : name }),
  );
  if (at === undefined) options.unshift(el("option", { value: "", text: "your own" }));
  preset.replaceChildren(...options);
  preset.value = at ?? "";
}

function sorted(changes) {
  return Object.entries(changes).sort(([one], [other]) => (one < other ? -1 : 1));
}

/** List what was moved from the base, each with a way back. */
export function showMoved(facts, state, undo) {
  const items = Object.entries(state.changes).map(([path, value]) => {
    const control = facts.controls.find((one) => one.path === path);
    const before = controlValue(control, valueAt(facts, baseSpec(state), path));
    const name = nameOf(facts, control);
    const text = `${name}: ${before} → ${controlValue(control, value)}`;
    const back = el("button", {
      type: "button",
      class: "undo",
      "aria-label": `Undo: ${text}`,
      text: "×",
      onclick: () => undo(path),
    });
    return el("li", {}, el("span", { text }), back);
  });
  const shown = isPinned(state, "right") ? `Nothing. The right side shows ${sideInWords(facts, state, "right")}.` : "Nothing: policy and base are the same.";
  byId("moved").replaceChildren(...(items.length ? items : [el("li", { text: shown })]));
  byId("reset").disabled = !items.length && !isPinned(state, "right");
}

/** Return a control's name as people say it. */
export function nameOf(facts, control) {
  return capital(control.label);
}

function isPinned(state, side) {
  return Boolean(side === "left" ? state.leftIs === "a" && state.a : state.rightIs === "b" && state.b);
}

/** Return what a side is, in a few words. */
export function sideInWords(facts, state, side) {
  const pin = side === "left" ? "a" : "b";
  if (isPinned(state, side)) return `${pin.toUpperCase()}: ${specInWords(facts, state[pin])}`;
  if (side === "left") return `Base: ${specInWords(facts, baseSpec(state))}`;
  if (!Object.keys(state.changes).length) return "Policy: as the base";
  return `Policy: ${specInWords(facts, policySpec(state))}`;
}

const CAP_TERMS = ["levers.cap.charge_rate_per_hour", "levers.cap.members"];

/** Return who signs a cap of how much, if that is not the scenario's own. */
function capInWords(facts, spec, members) {
  const own = scenarioOf(facts, spec.scenario).values;
  if (members === 0 || CAP_TERMS.every((path) => same(valueAt(facts, spec, path), own[path]))) return [];
  const [level, signed] = CAP_TERMS.map((path) => facts.controls.find((one) => one.path === path));
  return [`a cap of ${controlValue(level, valueAt(facts, spec, level.path))}, signed by ${controlValue(signed, members)}`];
}

/** Return a spec in a few words: who signs what, or a shipped scenario's name. */
export function specInWords(facts, spec) {
  const named = facts.scenarios.find((one) => {
    if (one.group !== scenarioOf(facts, spec.scenario).group) return false;
    return facts.controls.every((control) => same(valueAt(facts, spec, control.path), one.values[control.path]));
  });
  if (named) return named.name.replaceAll("-", " ");
  const members = valueAt(facts, spec, "levers.cap.members");
  const words = capInWords(facts, spec, members);
  for (const control of facts.controls.filter((one) => one.first || one.kind === "links")) {
    const value = valueAt(facts, spec, control.path);
    if (same(value, scenarioOf(facts, spec.scenario).values[control.path])) continue;
    if (CAP_TERMS.includes(control.path) || (control.lever === "cap" && members === 0)) continue;
    if (control.kind === "links") words.push(...value.map((cut) => `cut: ${facts.links.find((one) => one.cut === cut)?.label ?? cut}`));
    else words.push(`${control.label} ${controlValue(control, value)}`);
  }
  const start = spec.scenario.replaceAll("-", " ");
  return words.length ? words.map(shortName).join(", ") : `${start}, changed`;
}
