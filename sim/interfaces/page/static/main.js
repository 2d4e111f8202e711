// The page: one state, written in the address; every change asks, every answer draws.

import { makeAsking, makeRunAsking } from "./asking.js";
import { CUTS, makeBoard } from "./board.js";
import { fillPicks, makeControls, showMoved, showPicks, sideInWords } from "./controls.js";
import { completed, unpacked } from "./embedded.js";
import { onStage } from "./guess.js";
import { listenToKeys, onClicks } from "./keys.js";
import { drawnAt, keepStep } from "./notes.js";
import { makePlayer } from "./player.js";
import { sourceOf } from "./source.js";
import { makeStage } from "./stage.js";
import { atStep, baseSpec, changesBetween, moved, openingState, policySpec, readState, sidesOf, valueAt, written } from "./state.js";
import { makeHandout, makeSteps } from "./story.js";
import { byId } from "./svg.js";
import { keepSeen, makeTools, say, stepOf } from "./tools.js";
import { yearOf } from "./words.js";

const A_MONTH = { stage: 480, detail: 70 };
const CAP = ["levers.cap.members", "levers.cap.charge_rate_per_hour"];
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

const facts = JSON.parse(byId("facts").textContent);
const source = sourceOf(facts, await unpacked(byId("embedded")?.textContent));
let state = opened();
let answer = null;
let answered = state;
let lost = null;
let pane = "ring";
let playedMonth = null;
let controls = [];
/** What the benchmark reads: when the page was ready, when answers came, how months were played. */
const timings = { ready: null, moved: null, quick: null, agents: null };
const player = makePlayer(showPlayed, endPlay);
window.permanence = { timings, played: player.kept };

const asking = makeAsking(source, timings, hear);
const runs = makeRunAsking(source, render);
const board = makeBoard(facts, source, { cut, open: openBorough });
const stage = makeStage(facts, { cut, go: goTo, drew });
const tools = makeTools(facts, () => ({ state, answer }));

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
  const needsLevel = path === CAP[0] && value !== 0 && valueAt(facts, policySpec(next), CAP[1]) === null;
  if (needsLevel && answer) {
    const opening = Math.round(answer.left.london.charge_rate_per_hour[1][0]);
    next = moved(facts, next, CAP[1], opening);
  }
  change(path.startsWith("levers.") ? completed(facts, source, next) : next);
}

function cut(link) {
  const cuts = valueAt(facts, policySpec(state), CUTS);
  const others = source.isEmbedded ? [] : cuts.filter((one) => one !== link);
  const next = cuts.includes(link) ? cuts.filter((one) => one !== link) : [...others, link];
  move(CUTS, facts.links.map((one) => one.cut).filter((one) => next.includes(one)));
}

function toBase() {
  if (Object.keys(state.changes).length) lost = { changes: state.changes, scenario: state.scenario, rightIs: state.rightIs };
  change({ ...state, changes: {}, leftIs: "base", rightIs: "policy" }, { keepsHistory: true });
  say("Back to the base. Press u to bring the policy back.");
}

function restore() {
  if (!lost || lost.scenario !== state.scenario) return;
  const { changes, rightIs } = lost;
  lost = null;
  change({ ...state, changes, rightIs });
  say("The policy is back.");
}

function goTo(number) {
  stop();
  pane = "ring";
  change(atStep(facts, state, number), { keepsHistory: true });
  say(number ? facts.story[number - 1].title : "Explore");
}

function reveal() {
  if (state.step === 0) return;
  const isStage = state.view === "stage";
  const links = isStage ? facts.links.length : state.links || 1;
  stop();
  change({ ...state, revealed: !state.revealed, links, month: isStage ? 0 : state.month });
  if (state.revealed && isCurrent()) keepSeen(facts, state, answer); // it may have come before
  if (!isStage || !state.revealed) return;
  if (STILL.matches) change({ ...state, month: null });
  else play();
}

function pin(which) {
  const spec = policySpec(state);
  change({ ...state, [which]: spec, [which === "a" ? "leftIs" : "rightIs"]: which });
  say(`Pinned as ${which.toUpperCase()}.`);
}

function openBorough(employer) {
  change({ ...state, unit: state.unit === employer ? facts.london : employer }, { keepsHistory: true });
}

function nextLink() {
  if (state.links < facts.links.length) change({ ...state, links: state.links + 1 });
}

// The stage

function toStage() {
  const isOn = state.view === "stage";
  stop();
  change({ ...state, view: isOn ? "detail" : "stage" });
  if (!isOn) document.documentElement.requestFullscreen?.().catch(() => {});
  else if (document.fullscreenElement) document.exitFullscreen();
}

function togglePane(to = pane === "ring" ? "chart" : "ring") {
  pane = to;
  draw();
}

function drawGuess() {
  if (state.view !== "stage" || state.step === 0 || state.revealed) return;
  togglePane("chart");
  stage.guess();
}

function drew(values) {
  const { outcome } = facts.story[state.step - 1].drawn;
  const opening = answer?.opening ?? "2025-09-30";
  const words = values.map((value, year) => `${yearOf(opening, 12 * year)}: ${onStage(facts, outcome, value)}`).slice(1).join(", ");
  keepStep(stepOf(facts, state)[0], { drawn: { values, words } });
  draw();
}

function another() {
  const now = runs.current()?.number ?? -1;
  change({ ...state, run: (now + 1) % facts.runs });
}

// Asking

function question() {
  return { ...sidesOf(state), seed: state.seed, years: state.years };
}

function hear(message) {
  const teller = byId("teller");
  if (message.kind === "answer") {
    answer = message.answer;
    answered = state;
    byId("progress").textContent = "";
    teller.classList.remove("is-asking");
    tell();
    keepSeen(facts, state, answer);
    render();
    timings[answer.teller === "agents" ? "agents" : "quick"] = performance.now();
    timings.ready ??= performance.now();
    document.body.dataset.teller = answer.teller;
  } else if (message.kind === "progress") {
    byId("progress").textContent = `agents ${message.done} of ${message.of}`;
  } else if (message.kind === "error") {
    byId("progress").textContent = "";
    teller.className = "fault";
    teller.textContent = `Not answered: ${message.message}`;
    draw();
  }
}

function tell() {
  const isAgents = answer.teller === "agents";
  byId("teller").className = isAgents ? "agents" : "twin";
  byId("teller").textContent = isAgents ? `✓ ${answer.runs} paired agent runs` : "Quick estimate: borough twin";
}

// Drawing

function month() {
  const last = 12 * state.years;
  return playedMonth ?? (state.month === null ? last : Math.min(state.month, last));
}

function render() {
  const isStage = state.view === "stage";
  document.body.classList.toggle("staged", isStage);
  byId("stage").hidden = !isStage;
  byId("page").hidden = isStage;
  const [base, policy] = [baseSpec(state), policySpec(state)];
  const isLive = !source.isEmbedded || state.scenario === source.grid.scenario;
  for (const control of controls) control.show(policy, base, isLive);
  showPicks(facts, state, presetsOf(state.scenario));
  showMoved(facts, state, (path) => move(path, undefined));
  byId("restore").hidden = lost?.scenario !== state.scenario || Object.keys(state.changes).length > 0;
  byId("month").max = 12 * state.years;
  byId("month").value = month();
  if (isStage) runs.ask(question(), state.run, isCurrent() && answer?.teller === "agents");
  asking.ask(question());
  draw();
}

/** Say whether the answer that stands here is of what is asked now. */
function isCurrent() {
  return answer !== null && JSON.stringify(sidesOf(answered)) === JSON.stringify(sidesOf(state)) && answer.years === state.years && answer.seed === state.seed;
}

function draw() {
  const view = { state, answer, answered, month: month(), isStale: !isCurrent() };
  if (state.view === "stage") drawStage(view);
  else board.draw(view);
}

function drawStage(view) {
  const found = runs.current();
  const step = state.step ? facts.story[state.step - 1] : null;
  const hides = !state.revealed;
  const { left, right } = sidesOf(state);
  const isSame = JSON.stringify(left) === JSON.stringify(right);
  const hidesAll = hides && isSame;
  const run = runs.isCurrent(question(), state.run) ? found : null;
  stage.show({
    ...view,
    step,
    // Without a run of what is asked the last one stands there, dimmed; at a new step nothing does.
    run: run ?? (found && !hides && found.years === state.years ? found : null),
    isStale: !run,
    answer: isCurrent() ? answer : null,
    opening: run?.opening ?? found?.opening ?? answer?.opening,
    most: found?.most,
    month: hidesAll ? 0 : month(),
    hides,
    isSame,
    hidesAll,
    canCut: state.scenario === "vicious-circle" || state.step === 0 ? !hides : false,
    isFile: source.isEmbedded,
    isPlaying: player.isPlaying(),
    names: sideInWords(facts, state, "right"),
    guess: step ? drawnAt(step.id, state.years) : null,
    pane,
  });
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
  stop();
  change({ ...state, month: to >= 12 * state.years ? null : Math.max(0, to) });
}

function play() {
  if (player.isPlaying()) {
    stop();
    return;
  }
  const { left, right } = sidesOf(state);
  if (!state.revealed && JSON.stringify(left) === JSON.stringify(right)) return; // it would tell
  const last = 12 * state.years;
  const from = month() >= last ? 0 : month();
  player.start(from, last, A_MONTH[state.view]);
  byId("play").textContent = "Pause";
  draw();
}

function showPlayed(at, part) {
  const isNew = at !== playedMonth;
  playedMonth = at;
  if (state.view === "stage") {
    stage.tick(at, STILL.matches ? 0.5 : part);
    return;
  }
  if (!isNew) return;
  byId("month").value = at;
  draw();
}

function endPlay() {
  playedMonth = null;
  byId("play").textContent = "Play";
  stage.rest();
  change({ ...state, month: null });
}

function stop() {
  if (!player.isPlaying()) return;
  player.stop();
  const at = playedMonth ?? state.month;
  playedMonth = null;
  byId("play").textContent = "Play";
  stage.rest();
  change({ ...state, month: at >= 12 * state.years ? null : at });
}

// Start

function clicks() {
  const step = (by) => () => scrub(month() + by);
  return {
    reset: toBase, restore, play, back: step(-1), step: step(1), reveal, "next-link": nextLink,
    "pin-a": () => pin("a"),
    "pin-b": () => pin("b"),
    unpin: () => change({ ...state, a: null, b: null, leftIs: "base", rightIs: "policy" }),
    "to-london": () => change({ ...state, unit: facts.london }),
    "sign-alone": () => move(CAP[0], [state.unit]),
    "show-workforce": () => change({ ...state, panel: "maps", shade: "workforce" }),
    "show-posts": () => change({ ...state, panel: "maps", shade: "posts" }),
    "show-loop": () => change({ ...state, panel: "loop" }),
    "open-notes": tools.notes, "open-notes-here": tools.notes, "open-grounds": tools.grounds,
    "open-keys": () => byId("keys").showModal(),
    "open-print": () => byId("printing").showModal(),
    download: () => byId("downloads").showModal(),
    "copy-link": tools.copyLink, "download-scenario": tools.scenario, "download-notes": tools.allNotes,
    "print-handout": tools.handout, "print-found": tools.found, "print-screen": tools.screen,
    "to-stage": toStage, "stage-leave": toStage, "stage-play": play, "stage-back": step(-1), "stage-on": step(1),
    "stage-cut": () => document.querySelector(".flow-label[role=button]")?.focus(),
    "stage-guess": drawGuess, "stage-reveal": reveal, "stage-pane": () => togglePane(),
    "stage-sure": tools.sure, "stage-another": another, "stage-notes": tools.notes,
  };
}

function listen() {
  const act = clicks();
  onClicks(act);
  for (const id of ["month", "stage-month"]) byId(id).addEventListener("input", (event) => scrub(Number(event.target.value)));
  byId("left-is").addEventListener("change", (event) => change({ ...state, leftIs: event.target.value }));
  byId("right-is").addEventListener("change", (event) => change({ ...state, rightIs: event.target.value }));
  const keys = { r: toBase, u: restore, p: play, ",": act.back, ".": act.step, v: reveal, n: tools.notes, l: nextLink, s: toStage, g: drawGuess, c: act["stage-cut"] };
  listenToKeys(facts, keys, goTo);
  document.addEventListener("fullscreenchange", () => !document.fullscreenElement && state.view === "stage" && toStage());
  window.addEventListener("afterprint", () => delete document.body.dataset.paper);
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
  const toBaseOf = (name) => change({ ...openingState(facts), a: state.a, b: state.b, seed: state.seed, years: state.years, view: state.view, scenario: name, changes: {} }, { keepsHistory: true });
  const toPreset = (name) => change({ ...state, changes: presetsOf(state.scenario)[name] ?? {}, rightIs: "policy" });
  fillPicks(facts, hasRuns, toBaseOf, toPreset);
  makeSteps(facts, goTo);
  makeHandout(facts);
  listen();
  render();
}

start();
