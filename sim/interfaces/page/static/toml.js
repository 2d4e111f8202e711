// The policy as a scenario file that the command line takes.

import { scenarioOf } from "./state.js";

/** Return a spec as a scenario file. */
export function scenarioFile(facts, spec, title, why) {
  const from = scenarioOf(facts, spec.scenario).written_as;
  const lines = from ? [] : [`# Extends the scenario of the result this page was made from: keep ${spec.scenario}.toml beside it.`];
  lines.push(`title = ${quoted(title)}`, `extends = ${quoted(from ? from.scenario : spec.scenario)}`);
  if (why.trim()) lines.push(`why = ${quoted(why.trim())}`);
  const kinds = Object.fromEntries(facts.controls.map((control) => [control.path, control.kind]));
  const groups = {};
  for (const [path, value] of Object.entries({ ...from?.changes, ...spec.changes })) {
    const cut = path.lastIndexOf(".");
    (groups[path.slice(0, cut)] ??= []).push([path.slice(cut + 1), tomlValue(value, kinds[path])]);
  }
  for (const [group, pairs] of Object.entries(groups)) {
    lines.push("", `[${group}]`, ...pairs.map(([key, value]) => `${key} = ${value}`));
  }
  return `${lines.join("\n")}\n`;
}

function tomlValue(value, kind) {
  if (kind === "date") return String(value);
  if (Array.isArray(value)) return `[${value.map(quoted).join(", ")}]`;
  return typeof value === "string" ? quoted(value) : String(value);
}

function quoted(text) {
  const escapes = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "" };
  const plain = text.replace(/["\\\n\t\r]/g, (found) => escapes[found]);
  return `"${plain.replace(/[\u0000-\u001f\u007f]/g, "")}"`;
}
