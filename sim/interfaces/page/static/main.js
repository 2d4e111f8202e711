// The page: one state, written in the address; every change asks, every answer draws.

import { fillPicks, makeControls, showMoved, showPicks, sideInWords, specInWords } from "./controls.js";
import { drawCharts } from "./charts.js";
import { completed, unpacked } from "./embedded.js";
import { drawLoop } from "./loop.js";
import { drawMap } from "./map.js";
import { notesFile, notesInWords, saveFile, showNotes } from "./notes.js";
import { drawNumbers, findingOf, readingOf } from "./numbers.js";
import { atStep, baseSpec, changesBetween, moved, openingState, policySpec, readState, sidesOf, valueAt, written } from "./state.js";
import { makeHandout, makeSteps, showStory } from "./story.js";
import { sourceOf } from "./source.js";
import { byId, el } from "./svg.js";
import { scenarioFile } from "./toml.js";
import { capital, dayOf, shortName } from "./words.js";

const ASK_AT_MOST_EVERY = 90;
const FRAME = 70;
const CUTS = "structure.cut_links";

const facts = JSON.parse(byId("facts").textContent);
const source = sourceOf(facts, await unpacked(byId("embedded")?.textContent));
let state = opened();
let answer = null;
let asked = "";
let loop = { key: "", content: null };
let player = null;
let controls = [];
/** What the benchmark reads: when the page was ready, when answers came. */
const timings = { ready: null, moved: null, quick: null, agents: null };
window.permanence = { timings };

function opened() {
  const found = readState(facts, location.hash);
  return source.isEmbedded ? { ...found, years: facts.years, seed: facts.seed } : found;
}

// Changes of state

function change(next, { keepsHistory = false } = {}) {
  state = next;
  const address = `#${written(facts, state)}`;
  if (keepsHistory) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
  render();
}

function move(path, value) {
  let next = moved(facts, state, path, value);
  const needsLevel = path === "levers.cap.members" && value !== 0 && valueAt(facts, policySpec(next), "levers.cap.charge_rate_per_hour") === null;
  if (needsLevel && answer) {
    const opening = Math.round(answer.left.london.charge_rate_per_hour[1][0]);
    next = moved(facts, next, "levers.cap.charge_rate_per_hour", opening);
  }
  change(path.startsWith("levers.") ? completed(facts, source, next) : next);
}

function toBase() {
  change({ ...state, changes: {}, leftIs: "base", rightIs: "policy" });
  say("Back to the base.");
}

function goTo(number) {
  stop();
  change(atStep(facts, state, number), { keepsHistory: true });
  say(number ? facts.story[number - 1].title : "Explore");
}

function reveal() {
  if (state.step === 0) return;
  change({ ...state, revealed: !state.revealed, links: state.links || 1 });
}

function pin(which) {
  const spec = policySpec(state);
  change({ ...state, [which]: spec, [which === "a" ? "leftIs" : "rightIs"]: which });
  say(`Pinned as ${which.toUpperCase()}.`);
}

function openBorough(employer) {
  change({ ...state, unit: state.unit === employer ? facts.london : employer }, { keepsHistory: true });
}

// Asking

let lastAsked = 0;
let waiting = null;

function ask() {
  const question = { ...sidesOf(state), seed: state.seed, years: state.years };
  const key = JSON.stringify(question);
  if (key === asked) return;
  asked = key;
  timings.moved = performance.now();
  timings.quick = timings.agents = null;
  document.body.dataset.teller = "";
  clearTimeout(waiting);
  const wait = Math.max(0, ASK_AT_MOST_EVERY - (performance.now() - lastAsked));
  const send = () => {
    lastAsked = performance.now();
    source.ask(question, (message) => key === asked && hear(message, key));
  };
  if (wait === 0) send();
  else waiting = setTimeout(send, wait);
  byId("teller").classList.add("is-asking");
}

function hear(message, key) {
  if (message.kind === "answer") {
    answer = message.answer;
    byId("progress").textContent = "";
    byId("teller").classList.remove("is-asking");
    tell();
    draw();
    timings[answer.teller === "agents" ? "agents" : "quick"] = performance.now();
    timings.ready ??= performance.now();
    document.body.dataset.teller = answer.teller;
  } else if (message.kind === "progress") {
    byId("progress").textContent = `agents ${message.done} of ${message.of}`;
  } else if (message.kind === "error") {
    byId("progress").textContent = "";
    byId("teller").classList.remove("is-asking");
    const teller = byId("teller");
    teller.className = "fault";
    teller.textContent = `Not answered: ${message.message}`;
    if (message.status === 429 || message.status === 503) {
      setTimeout(() => {
        if (key === asked) asked = "";
        ask();
      }, 1200);
    }
  }
}

function tell() {
  const teller = byId("teller");
  const isAgents = answer.teller === "agents";
  teller.className = isAgents ? "agents" : "twin";
  teller.textContent = isAgents
    ? `✓ ${answer.runs} paired agent runs`
    : "Quick estimate: borough twin";
}

async function askLoop() {
  const left = { ...sidesOf(state).left };
  const key = JSON.stringify([left, state.seed, state.years]);
  if (loop.key === key) return;
  loop = { key, content: null };
  const content = await source.loop({ left, right: left, seed: state.seed, years: state.years });
  if (loop.key !== key) return;
  loop = { key: content ? key : "", content };
  drawCircle();
}

// Drawing

function month() {
  const last = 12 * state.years;
  return state.month === null ? last : Math.min(state.month, last);
}

function render() {
  const [base, policy] = [baseSpec(state), policySpec(state)];
  const isLive = !source.isEmbedded || state.scenario === source.grid.scenario;
  for (const control of controls) control.show(policy, base, isLive);
  showPicks(facts, state, presetsOf(state.scenario));
  showMoved(facts, state, (path) => move(path, undefined));
  showPins();
  byId("month").max = 12 * state.years;
  byId("month").value = month();
  ask();
  draw();
}

function draw() {
  showPanel();
  showStory(facts, state, answer ? findingOf(facts, answer, state.unit) : "");
  if (!answer) return;
  const isCurrent = answer.years === state.years;
  const at = Math.min(month(), 12 * answer.years);
  const isLondon = state.unit === facts.london;
  const hides = !state.revealed;
  const names = { left: sideInWords(facts, state, "left"), right: sideInWords(facts, state, "right") };
  const view = { unit: state.unit, london: facts.london, employers: facts.employers, month: at, isTight: state.step > 0, isSame: sameSides(), hidesAll: hides && sameSides(), hidesPolicy: hides };
  drawCharts(facts, answer, view);
  const map = { month: at, unit: state.unit, outcome: `permanent_share_of_${state.shade}` };
  drawMap("map-left", facts, answer, "left", { ...map, title: names.left, hides: hides && sameSides() }, openBorough);
  drawMap("map-right", facts, answer, "right", { ...map, title: names.right, hides }, openBorough);
  drawNumbers(facts, answer, { unit: state.unit, left: names.left.split(":")[0], right: names.right.split(":")[0], hides, hidesAll: hides && sameSides() });
  drawCircle();
  byId("unit-title").textContent = isLondon ? facts.london : shortName(state.unit);
  byId("to-london").hidden = isLondon;
  byId("sign-alone").hidden = isLondon || source.isEmbedded || state.unit === facts.unscored;
  const date = dayOf(answer.opening, at);
  byId("date").textContent = date;
  byId("month").setAttribute("aria-valuetext", date);
  drawKey(names);
  byId("reading").textContent = readingOf(facts, answer, state.unit, hides);
  byId("rests").textContent = [answer.caution, answer.rests_on].join(" ");
  if (!isCurrent) byId("teller").classList.add("is-asking");
}

function sameSides() {
  return answer.left.fingerprint === answer.right.fingerprint;
}

function drawKey(names) {
  const part = (side) => [el("span", { class: `swatch ${side}`, "aria-hidden": "true" }), el("span", { text: state.unit === facts.london ? names[side] : names[side].split(":")[0] })];
  byId("key").replaceChildren(...part("left"), ...part("right"));
  byId("key").title = "Lines: medians. Bands: 80 % of runs lie between.";
}

function drawCircle() {
  if (!loop.content || byId("loop").hidden) return;
  const cuts = valueAt(facts, policySpec(state), CUTS);
  const shown = state.step === 0 ? facts.links.length : state.revealed ? state.links : 0;
  drawLoop(loop.content, { cuts, shown }, (cut) => {
    const others = source.isEmbedded ? [] : cuts.filter((one) => one !== cut);
    const next = cuts.includes(cut) ? others : [...others, cut];
    move(CUTS, facts.links.map((link) => link.cut).filter((one) => next.includes(one)));
  });
}

function showPanel() {
  const isLoop = state.panel === "loop";
  byId("maps").hidden = isLoop;
  byId("loop").hidden = !isLoop;
  for (const shade of ["workforce", "posts"]) {
    byId(`show-${shade}`).setAttribute("aria-pressed", String(!isLoop && state.shade === shade));
  }
  byId("show-loop").setAttribute("aria-pressed", String(isLoop));
  if (isLoop) askLoop();
}

function showPins() {
  byId("sides").hidden = !state.a && !state.b;
  const options = (pairs, chosen) => pairs.filter(([, , is]) => is).map(([value, text]) => el("option", { value, text, selected: value === chosen }));
  byId("left-is").replaceChildren(...options([["base", "base", true], ["a", "A", state.a]], state.leftIs));
  byId("right-is").replaceChildren(...options([["policy", "policy", true], ["b", "B", state.b]], state.rightIs));
  byId("pin-a").title = state.a ? specInWords(facts, state.a) : "Keep this policy as A, on the left";
  byId("pin-b").title = state.b ? specInWords(facts, state.b) : "Keep this policy as B, on the right";
}

function presetsOf(scenario) {
  const found = { [scenario]: {} };
  for (const one of facts.scenarios) {
    const changes = changesBetween(facts, scenario, one.name);
    if (!changes) continue;
    const left = baseSpec({ ...state, scenario });
    const right = policySpec({ ...state, scenario, changes });
    if (!source.isEmbedded || source.has({ left, right })) found[one.name] = changes;
  }
  return found;
}

// Time

function scrub(to) {
  change({ ...state, month: to >= 12 * state.years ? null : Math.max(0, to) });
}

function play() {
  if (player) {
    stop();
    return;
  }
  let at = month() >= 12 * state.years ? 0 : month();
  byId("play").textContent = "Pause";
  player = setInterval(() => {
    if (at > 12 * state.years) {
      stop();
      return;
    }
    scrub(at);
    at += 1;
  }, FRAME);
}

function stop() {
  clearInterval(player);
  player = null;
  byId("play").textContent = "Play";
}

// Tools

function say(text) {
  byId("said").textContent = text;
}

function noteStep() {
  return state.step === 0 ? ["explore", "Explore"] : [facts.story[state.step - 1].id, facts.story[state.step - 1].title];
}

function openNotes() {
  const [id, title] = noteStep();
  showNotes(id, title, () => (answer && state.revealed ? `${findingOf(facts, answer, state.unit)} (${specInWords(facts, sidesOf(state).right)})` : ""));
  byId("notes").showModal();
}

function openGrounds() {
  if (!answer) return;
  const sentences = [answer.caution, ...answer.grounds, answer.rests_on, ...answer.notes];
  byId("grounds-list").replaceChildren(...[...new Set(sentences)].map((text) => el("li", { text })));
  byId("grounds").showModal();
}

async function copyLink() {
  try {
    await navigator.clipboard.writeText(location.href);
    say("Link copied.");
    byId("copy-link").textContent = "Copied";
    setTimeout(() => (byId("copy-link").textContent = "Copy link"), 1500);
  } catch {
    say("The link is in the address bar.");
  }
}

function downloadScenario() {
  const { right } = sidesOf(state);
  const title = capital(specInWords(facts, right));
  const why = [notesInWords(noteStep()[0]), `Made on the workshop page; ${state.years} years, seed ${state.seed}.`];
  saveFile("policy.toml", scenarioFile(facts, right, title, why.filter(Boolean).join("\n")), "application/toml");
}

function downloadNotes() {
  const steps = [["explore", "Explore"], ...facts.story.map((step) => [step.id, step.title])];
  saveFile("notes.md", notesFile(steps, location.href), "text/markdown");
}

function project() {
  const on = document.body.classList.toggle("projector");
  byId("projector").setAttribute("aria-pressed", String(on));
  if (on) document.documentElement.requestFullscreen?.().catch(() => {});
  else if (document.fullscreenElement) document.exitFullscreen();
}

function handOut() {
  makeHandout(facts);
  window.print();
}

// Keys

const KEYS = {
  r: toBase,
  p: play,
  ",": () => scrub(month() - 1),
  ".": () => scrub(month() + 1),
  v: reveal,
  n: openNotes,
  l: nextLink,
};

function nextLink() {
  if (state.links < facts.links.length) change({ ...state, links: state.links + 1 });
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || !byId("keys-on").checked) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.target.matches?.("input:not([type=range]):not([type=checkbox]), select, textarea")) return;
  const number = Number(event.key);
  if (event.key in KEYS) KEYS[event.key]();
  else if (event.key.trim() && Number.isInteger(number) && number <= facts.story.length) goTo(number);
  else return;
  event.preventDefault();
}

function listen() {
  const clicks = {
    reset: toBase,
    play,
    back: () => scrub(month() - 1),
    step: () => scrub(month() + 1),
    reveal,
    "next-link": nextLink,
    "pin-a": () => pin("a"),
    "pin-b": () => pin("b"),
    unpin: () => change({ ...state, a: null, b: null, leftIs: "base", rightIs: "policy" }),
    "to-london": () => change({ ...state, unit: facts.london }),
    "sign-alone": () => move("levers.cap.members", [state.unit]),
    "show-workforce": () => change({ ...state, panel: "maps", shade: "workforce" }),
    "show-posts": () => change({ ...state, panel: "maps", shade: "posts" }),
    "show-loop": () => change({ ...state, panel: "loop" }),
    "open-notes": openNotes,
    "open-notes-here": openNotes,
    "open-grounds": openGrounds,
    "open-keys": () => byId("keys").showModal(),
    "copy-link": copyLink,
    download: () => byId("downloads").showModal(),
    "download-scenario": downloadScenario,
    "download-notes": downloadNotes,
    "print-handout": handOut,
    projector: project,
  };
  for (const [id, act] of Object.entries(clicks)) byId(id).addEventListener("click", act);
  for (const button of document.querySelectorAll("[data-close]")) {
    button.addEventListener("click", () => byId(button.dataset.close).close());
  }
  byId("month").addEventListener("input", (event) => scrub(Number(event.target.value)));
  byId("left-is").addEventListener("change", (event) => change({ ...state, leftIs: event.target.value }));
  byId("right-is").addEventListener("change", (event) => change({ ...state, rightIs: event.target.value }));
  document.addEventListener("keydown", onKey);
  window.addEventListener("hashchange", () => {
    if (location.hash.slice(1) === written(facts, state)) return;
    state = opened();
    render();
  });
}

function start() {
  const levels = source.isEmbedded ? source.grid.levels : {};
  for (const control of facts.controls) control.levels = levels[control.path];
  controls = makeControls(facts, (control) => !source.isEmbedded || control.levels, move);
  const hasRuns = ({ name }) => {
    const spec = { scenario: name, changes: {} };
    return !source.isEmbedded || source.has({ left: spec, right: spec });
  };
  fillPicks(
    facts,
    hasRuns,
    (name) => change({ ...openingState(facts), a: state.a, b: state.b, seed: state.seed, years: state.years, scenario: name, changes: {} }, { keepsHistory: true }),
    (name) => change({ ...state, changes: presetsOf(state.scenario)[name] ?? {}, rightIs: "policy" }),
  );
  makeSteps(facts, goTo);
  makeHandout(facts);
  listen();
  render();
}

start();
