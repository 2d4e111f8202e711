// What a room looks at: one London month by month, the circle beside it, one question, one answer.

import { makeGuessChart, middleOf } from "./guess.js";
import { makeRing } from "./ring.js";
import { shortFinding } from "./finding.js";
import { byId, el } from "./svg.js";
import { CHARGE_RATE, makeTiles } from "./tiles.js";
import { POSTS, UNFILLED, WORKFORCE, inHundred, monthOf, pounds, wholePounds } from "./words.js";

const FREELY_DRAWN = { outcome: CHARGE_RATE, scale: [25, 60], label: "An agency hour in London, £" };

/** Make the stage once. `acts` are what its buttons do; the rest is told by `show`. */
export function makeStage(facts, acts) {
  const tiles = makeTiles(facts);
  const ring = makeRing(facts, acts.cut);
  const chart = makeGuessChart(facts, acts.drew);
  byId("stage-tiles").append(tiles.element);
  byId("stage-ring").append(ring.element);
  byId("stage-chart").append(chart.element);
  ring.move(0.5);
  const names = ["Free play", ...facts.story.map((step) => step.title)];
  byId("stage-steps").replaceChildren(
    ...names.map((name, number) => el("li", {}, el("button", { type: "button", "aria-label": number ? `Step ${number}: ${name}` : name, text: number ? String(number) : "Free", onclick: () => acts.go(number) }))),
  );
  let last = null;

  function showMonth(view) {
    last = view;
    const { month } = view;
    showPictures(facts, view, tiles, ring);
    chart.show(chartView(facts, view));
    byId("stage-date").textContent = dateLine(facts, view);
    byId("stage-words").replaceChildren(...wordsOf(facts, view));
    byId("stage-month").value = month;
    byId("stage-month").setAttribute("aria-valuetext", view.opening ? monthOf(view.opening, month) : "");
  }

  return {
    show(view) {
      showWords(facts, view);
      showButtons(view);
      showMonth(view);
    },
    /** Show another month of what stands there; `part` of it has passed. */
    tick(month, part) {
      if (!last) return;
      if (month !== last.month) showMonth({ ...last, month });
      ring.move(part);
    },
    rest: () => ring.move(0.5),
    guess: chart.focus,
  };
}

/** Return the side that may be seen, and the one it is compared with. */
function sidesShown({ run, hides, isSame }) {
  if (!run) return { shown: null, beside: null };
  const shown = hides && !isSame ? run.left : run.right;
  return { shown, beside: hides || isSame ? null : run.left };
}

function showPictures(facts, view, tiles, ring) {
  const { shown, beside } = sidesShown(view);
  byId("stage").classList.toggle("is-waiting", !shown);
  byId("stage").classList.toggle("is-stale", Boolean(shown && view.isStale));
  if (!shown) return;
  const { month } = view;
  const opening = shown.london[CHARGE_RATE][0];
  const price = shown.london[CHARGE_RATE][month];
  tiles.show({ side: shown, month, opening, day: monthOf(view.opening, month), unit: view.state.unit });
  const other = beside?.london[CHARGE_RATE][month];
  const below = other === undefined ? `an hour, from ${wholePounds(opening)}` : `an hour; without it ${wholePounds(other)}`;
  ring.show({
    flows: shown.flows,
    most: view.most,
    month,
    cuts: shown.cut,
    canCut: view.canCut,
    centre: ["London pays", pounds(price, true), below],
  });
}

function dateLine(facts, view) {
  const { run, month, opening, state } = view;
  if (!run) return view.isFile ? "This file has one London for each step and each cut link; the served page can run any." : "Running one London…";
  const which = state.run === null ? "nearest the middle" : `number ${run.number + 1}`;
  return `${monthOf(opening, month)} · one London of ${facts.runs}, ${which}`;
}

function wordsOf(facts, view) {
  const { shown } = sidesShown(view);
  if (!shown) return [];
  const { month } = view;
  const share = (outcome) => `${inHundred(shown.london[outcome][month], facts.target)} in 100`;
  const parts = [
    [share(WORKFORCE), " permanent at work · "],
    [share(POSTS), " of posts · "],
    [share(UNFILLED), " posts empty · "],
    [String(shown.raised[month].length), " raised, "],
    [String(shown.overtook[month].length), " of them overtook"],
  ];
  return parts.flatMap(([number, words]) => [el("strong", { text: number }), words]);
}

function chartView(facts, view) {
  const { answer, state, step, hides, isSame, hidesAll } = view;
  const { outcome, scale } = step?.drawn ?? FREELY_DRAWN;
  const unit = state.unit;
  const line = (side, name, look) => ({ side: look, name, points: middleOf(facts, answer, side, outcome, unit) });
  const lines = [];
  if (answer && !hidesAll && !isSame) lines.push(line("left", "as it was", "left"));
  if (answer && !hides) lines.push(line("right", isSame ? "what happened" : "with it", "right"));
  return {
    key: `${state.step}|${outcome}|${unit}|${state.years}`,
    title: step?.drawn.label ?? FREELY_DRAWN.label,
    outcome,
    scale,
    lines,
    years: state.years,
    opening: view.opening ?? answer?.opening ?? "2025-09-30",
    month: hidesAll ? 0 : view.month,
    first: answer ? middleOf(facts, answer, "left", outcome, unit)[0][1] ?? scale[0] : scale[0],
    guess: view.guess,
    canDraw: Boolean(view.step) && hides,
  };
}

function showWords(facts, view) {
  const { state, step, answer, hides } = view;
  byId("stage-title").textContent = step ? step.title : "Every borough outbids the last";
  [...byId("stage-steps").querySelectorAll("button")].forEach((button, number) => {
    if (number === state.step) button.setAttribute("aria-current", "step");
    else button.removeAttribute("aria-current");
  });
  const finding = answer ? shortFinding(facts, answer, state.unit) : "";
  byId("stage-chart-title").textContent = step?.drawn.label ?? FREELY_DRAWN.label;
  byId("stage-say").textContent = step ? firstSentence(hides ? step.say : step.look) : view.names;
  byId("stage-ask").textContent = step && hides ? step.ask : finding;
}

function firstSentence(text) {
  return text.split(/(?<=[.?!]) /)[0];
}

function showButtons(view) {
  const { step, hides, isPlaying, hidesAll, pane } = view;
  byId("stage-play").textContent = isPlaying ? "Pause" : "▶ Play";
  for (const id of ["stage-play", "stage-month", "stage-back", "stage-on"]) byId(id).disabled = hidesAll || !view.run;
  byId("stage-reveal").hidden = !step;
  byId("stage-reveal").textContent = hides ? "Reveal" : "Hide again";
  byId("stage-guess").hidden = !step || !hides;
  byId("stage-another").hidden = view.isFile;
  byId("stage-cut").hidden = !view.canCut;
  byId("stage-pane").textContent = pane === "ring" ? "Chart" : "Circle";
  byId("stage-ring").hidden = pane !== "ring";
  byId("stage-chart").hidden = pane === "ring";
  byId("stage-chart-title").hidden = pane === "ring";
  byId("stage-month").max = 12 * view.state.years;
}
