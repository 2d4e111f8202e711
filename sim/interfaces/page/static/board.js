// The detail: both sides beside each other in charts, maps, table and circle.

import { drawCharts } from "./charts.js";
import { sideInWords, specInWords } from "./controls.js";
import { drawLoop } from "./loop.js";
import { drawMap } from "./map.js";
import { drawNumbers, findingOf, readingOf } from "./numbers.js";
import { policySpec, sidesOf, valueAt } from "./state.js";
import { showStory } from "./story.js";
import { byId, el } from "./svg.js";
import { dayOf, shortName } from "./words.js";

export const CUTS = "structure.cut_links";

/** Make what draws the detail; `acts` are what a click does. */
export function makeBoard(facts, source, acts) {
  let loop = { key: "", content: null };
  let shown = null;

  async function askLoop(state) {
    const left = { ...sidesOf(state).left };
    const key = JSON.stringify([left, state.seed, state.years]);
    if (loop.key === key) return;
    loop = { key, content: null };
    const content = await source.loop({ left, right: left, seed: state.seed, years: state.years });
    if (loop.key !== key) return;
    loop = { key: content ? key : "", content };
    drawCircle();
  }

  function drawCircle() {
    if (!loop.content || byId("loop").hidden) return;
    const { state } = shown;
    const cuts = valueAt(facts, policySpec(state), CUTS);
    const count = state.step === 0 ? facts.links.length : state.revealed ? state.links : 0;
    drawLoop(loop.content, { cuts, shown: count }, acts.cut);
  }

  return {
    /** Draw the detail: `view` has state, answer, month, and what the answer was asked of. */
    draw(view) {
      shown = view;
      const { state, answer } = view;
      showPanel(state);
      if (state.panel === "loop") askLoop(state);
      showPins(facts, state);
      showStory(facts, state, answer ? findingOf(facts, answer, state.unit) : "");
      for (const id of ["charts", "below"]) byId(id).classList.toggle("is-stale", Boolean(answer) && view.isStale);
      if (!answer) return;
      drawAnswer(facts, source, view, acts);
      drawCircle();
    },
  };
}

function showPanel(state) {
  const isLoop = state.panel === "loop";
  byId("maps").hidden = isLoop;
  byId("loop").hidden = !isLoop;
  for (const shade of ["workforce", "posts"]) {
    byId(`show-${shade}`).setAttribute("aria-pressed", String(!isLoop && state.shade === shade));
  }
  byId("show-loop").setAttribute("aria-pressed", String(isLoop));
}

function showPins(facts, state) {
  byId("sides").hidden = !state.a && !state.b;
  const options = (pairs, chosen) => pairs.filter(([, , is]) => is).map(([value, text]) => el("option", { value, text, selected: value === chosen }));
  byId("left-is").replaceChildren(...options([["base", "base", true], ["a", "A", state.a]], state.leftIs));
  byId("right-is").replaceChildren(...options([["policy", "policy", true], ["b", "B", state.b]], state.rightIs));
  byId("pin-a").title = state.a ? specInWords(facts, state.a) : "Keep this policy as A, on the left";
  byId("pin-b").title = state.b ? specInWords(facts, state.b) : "Keep this policy as B, on the right";
}

function drawAnswer(facts, source, { state, answer, answered, month }, acts) {
  const at = Math.min(month, 12 * answer.years);
  const isLondon = state.unit === facts.london;
  const hides = !state.revealed;
  const isSame = answer.left.fingerprint === answer.right.fingerprint;
  const hidesAll = hides && isSame;
  // Names are those of what was asked: a line is never called by a policy it does not show.
  const names = { left: sideInWords(facts, answered, "left"), right: sideInWords(facts, answered, "right") };
  const view = { unit: state.unit, london: facts.london, employers: facts.employers, month: at, isTight: state.step > 0, isSame, hidesAll, hidesPolicy: hides };
  drawCharts(facts, answer, view);
  const map = { month: at, unit: state.unit, outcome: `permanent_share_of_${state.shade}` };
  drawMap("map-left", facts, answer, "left", { ...map, title: names.left, hides: hidesAll }, acts.open);
  drawMap("map-right", facts, answer, "right", { ...map, title: names.right, hides }, acts.open);
  drawNumbers(facts, answer, { unit: state.unit, month: at, left: names.left.split(":")[0], right: names.right.split(":")[0], hides, hidesAll });
  byId("unit-title").textContent = isLondon ? facts.london : shortName(state.unit);
  byId("to-london").hidden = isLondon;
  byId("sign-alone").hidden = isLondon || source.isEmbedded || state.unit === facts.unscored;
  const date = dayOf(answer.opening, at);
  byId("date").textContent = date;
  byId("month").setAttribute("aria-valuetext", date);
  drawKey(isLondon, names);
  byId("reading").textContent = readingOf(facts, answer, state.unit, hides);
  byId("rests").textContent = [answer.caution, answer.rests_on].join(" ");
}

function drawKey(isLondon, names) {
  const part = (side) => [el("span", { class: `swatch ${side}`, "aria-hidden": "true" }), el("span", { text: isLondon ? names[side] : names[side].split(":")[0] })];
  byId("key").replaceChildren(...part("left"), ...part("right"));
  byId("key").title = "Lines: means. Bands: 80 % of runs lie between.";
}
