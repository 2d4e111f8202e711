// Notes, what it rests on, links, files and paper: what is done with what stands on the screen.

import { nameOf, sideInWords, specInWords } from "./controls.js";
import { printFound } from "./found.js";
import { keepStep, notesFile, notesInWords, readNotes, saveFile, showNotes } from "./notes.js";
import { findingOf } from "./numbers.js";
import { shortFinding } from "./finding.js";
import { sidesOf } from "./state.js";
import { makeHandout } from "./story.js";
import { byId, el } from "./svg.js";
import { scenarioFile } from "./toml.js";
import { capital } from "./words.js";

const NOT_IDENTIFIED = "What a cap does is not identified by data: every census we have was taken after one. It follows from stated assumptions.";

/** Say something to who listens rather than looks. */
export function say(text) {
  byId("said").textContent = text;
}

/** Return the id and title of the step the page is at. */
export function stepOf(facts, state) {
  return state.step === 0 ? ["explore", "Explore"] : [facts.story[state.step - 1].id, facts.story[state.step - 1].title];
}

/** Make the tools; `now()` returns { state, answer }. */
export function makeTools(facts, now) {
  return {
    notes: () => openNotes(facts, now()),
    grounds: () => openGrounds(now()),
    sure: () => openSure(facts, now()),
    copyLink,
    scenario: () => downloadScenario(facts, now().state),
    allNotes: () => saveFile("notes.md", notesFile(stepsOf(facts), location.href), "text/markdown"),
    handout: () => printPaper("handout", () => makeHandout(facts)),
    found: () => printPaper("found", () => printFound(facts, stepsOf(facts), readNotes())),
    screen: () => printPaper("screen", () => {}),
  };
}

function stepsOf(facts) {
  return [["explore", "Explore"], ...facts.story.map((step) => [step.id, step.title])];
}

function openNotes(facts, { state, answer }) {
  const [id, title] = stepOf(facts, state);
  const told = () => (answer && state.revealed ? `${shortFinding(facts, answer, state.unit)} ${findingOf(facts, answer, state.unit)} (${specInWords(facts, sidesOf(state).right)})` : "");
  showNotes(id, title, told);
  byId("notes").showModal();
}

function openGrounds({ answer }) {
  if (!answer) return;
  const sentences = [answer.caution, ...answer.grounds, answer.rests_on, ...answer.notes];
  byId("grounds-list").replaceChildren(...[...new Set(sentences)].map((text) => el("li", { text })));
  byId("grounds").showModal();
}

function openSure(facts, { state, answer }) {
  if (!answer) return;
  const step = facts.story[state.step - 1];
  const hides = state.step > 0 && !state.revealed;
  const found = hides ? "Reveal first: the ranges are then shown here." : findingOf(facts, answer, state.unit);
  const paired = "Both sides run with the same luck in the same boroughs; 80 of 100 such pairs differ by an amount within the range.";
  const words = [found, hides ? "" : paired, NOT_IDENTIFIED, step?.caution ?? "", answer.caution].filter(Boolean);
  byId("sure-words").replaceChildren(...words.map((text) => el("p", { text })));
  byId("sure").showModal();
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

function downloadScenario(facts, state) {
  const { right } = sidesOf(state);
  const title = capital(specInWords(facts, right));
  const why = [notesInWords(stepOf(facts, state)[0]), `Made on the workshop page; ${state.years} years, seed ${state.seed}.`];
  saveFile("policy.toml", scenarioFile(facts, right, title, why.filter(Boolean).join("\n")), "application/toml");
}

/** Print one kind of paper; what stands on the screen comes back after. */
function printPaper(kind, make) {
  make();
  byId("printing").close();
  document.body.dataset.paper = kind;
  window.print();
}

/** Keep what a step showed, for the page to print. */
export function keepSeen(facts, state, answer) {
  const step = facts.story[state.step - 1];
  if (!step || !state.revealed || answer.teller !== "agents") return;
  const unit = state.unit === facts.london ? null : facts.employers.findIndex((one) => one.name === state.unit);
  const yearly = (side) => {
    const series = unit === null ? answer[side].london[step.drawn.outcome] : answer[side].boroughs[step.drawn.outcome]?.map((rows) => rows.map((row) => row[unit]));
    return unit === null ? series[1].filter((_, month) => month % 12 === 0) : series[1];
  };
  const policy = sideInWords(facts, state, "right");
  const moved = Object.keys(state.changes).map((path) => nameOf(facts, facts.controls.find((one) => one.path === path)));
  keepStep(step.id, {
    seen: { unit: state.unit, opening: answer.opening, left: yearly("left"), right: yearly("right"), isSame: answer.left.fingerprint === answer.right.fingerprint, policy, moved, finding: shortFinding(facts, answer, state.unit) },
  });
}
