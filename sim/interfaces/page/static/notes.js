// What the room says: question, guess, finding, decision, step by step; kept in this browser.

import { byId, el } from "./svg.js";

const KEY = "permanence-notes";
const FIELDS = [
  ["question", "Question"],
  ["guess", "The room's guess"],
  ["finding", "Finding"],
  ["decision", "Decision"],
];

/** Return all notes by step. */
export function readNotes() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return typeof found === "object" && found !== null ? found : {};
  } catch {
    return {};
  }
}

function keepNotes(all) {
  try {
    localStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    // A browser that keeps nothing still shows what is written.
  }
}

/** Keep something of a step beside what is written on it. */
export function keepStep(step, content) {
  const now = readNotes();
  now[step] = { ...now[step], ...content };
  keepNotes(now);
}

/** Return the line the room drew at a step, a value a year, or null. */
export function drawnAt(step, years) {
  const values = readNotes()[step]?.drawn?.values;
  return Array.isArray(values) && values.length === years + 1 && values.every(Number.isFinite) ? values : null;
}

/** Show the notes of a step; what is typed is kept at once. */
export function showNotes(step, title, numbers) {
  byId("notes-title").textContent = `Notes: ${title}`;
  const kept = readNotes()[step] ?? {};
  const fields = FIELDS.map(([name, label]) => {
    const id = `note-${name}`;
    const area = el("textarea", { id, rows: 2, maxlength: 2000 });
    area.value = kept[name] ?? "";
    area.addEventListener("input", () => {
      const now = readNotes();
      now[step] = { ...now[step], [name]: area.value };
      keepNotes(now);
    });
    const row = el("div", { class: "note" }, el("label", { for: id, text: label }), area);
    if (name === "finding") row.insertBefore(insertButton(area, numbers), area);
    return row;
  });
  byId("note-fields").replaceChildren(...fields);
}

function insertButton(area, numbers) {
  const insert = () => {
    area.value = [area.value.trim(), numbers()].filter(Boolean).join("\n");
    area.dispatchEvent(new Event("input"));
    area.focus();
  };
  return el("button", { type: "button", id: "insert-numbers", text: "Insert numbers", onclick: insert });
}

/** Return the notes of a step as sentences. */
export function notesInWords(step) {
  const kept = readNotes()[step] ?? {};
  const told = FIELDS.filter(([name]) => kept[name]?.trim()).map(([name, label]) => `${label}: ${kept[name].trim()}`);
  if (kept.drawn?.words) told.unshift(`Drawn guess: ${kept.drawn.words}`);
  return told.join("\n");
}

/** Return all notes as one text, with the link that shows what the room saw. */
export function notesFile(steps, link) {
  const parts = ["# Notes of a Permanence workshop", "", `Link: ${link}`];
  for (const [id, title] of steps) {
    const words = notesInWords(id);
    if (words) parts.push("", `## ${title}`, "", ...words.split("\n").map((line) => `${line}  `));
  }
  return `${parts.join("\n")}\n`;
}

/** Give the reader a file. */
export function saveFile(name, text, kind) {
  const url = URL.createObjectURL(new Blob([text], { type: kind }));
  const link = el("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
