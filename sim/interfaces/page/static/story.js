// The guided story: five steps, a question before each reveal, a one-page handout.

import { byId, el } from "./svg.js";

/** Make the list of steps. */
export function makeSteps(facts, go) {
  const names = ["Explore", ...facts.story.map((step) => step.title)];
  const items = names.map((text, number) => {
    const parts = number ? [`${number} `, el("span", { class: "name", text })] : [text];
    return el("li", {}, el("button", { type: "button", onclick: () => go(number) }, ...parts));
  });
  byId("steps").replaceChildren(...items);
}

/** Show where in the story the page is. */
export function showStory(facts, state, finding) {
  [...byId("steps").querySelectorAll("button")].forEach((button, number) => {
    if (number === state.step) button.setAttribute("aria-current", "step");
    else button.removeAttribute("aria-current");
  });
  byId("story").hidden = state.step === 0;
  document.body.classList.toggle("in-story", state.step > 0);
  if (state.step === 0) return;
  const step = facts.story[state.step - 1];
  byId("story-title").textContent = `${state.step} of ${facts.story.length}: ${step.title}`;
  byId("story-say").textContent = state.revealed ? finding : step.say;
  byId("story-say").classList.toggle("found", state.revealed);
  byId("story-ask").textContent = state.revealed ? step.look : step.ask;
  byId("story-caution").textContent = step.caution;
  byId("reveal").textContent = state.revealed ? "Hide again" : "Reveal";
  byId("next-link").hidden = step.panel !== "loop" || !state.revealed || state.links >= facts.links.length;
}

/** Write the handout, which is seen on paper only. */
export function makeHandout(facts) {
  const steps = facts.story.map((step, place) =>
    el(
      "section",
      {},
      el("h2", { text: `${place + 1}. ${step.title}` }),
      el("p", {}, el("strong", { text: "Say: " }), step.say),
      el("p", {}, el("strong", { text: "Ask: " }), step.ask),
      el("p", {}, el("strong", { text: "Then look at: " }), step.look),
      el("p", { class: "fine" }, el("strong", { text: "Be plain about: " }), step.caution),
    ),
  );
  byId("handout").replaceChildren(
    el("h1", { text: "Permanence: the story in five steps" }),
    el("p", {
      text: "Let the room guess before each reveal, and write guess, finding and decision into the notes. Two shares stand beside each other all the way: permanent staff among those at work, and among all posts. If the first rises and the second does not, posts are standing empty.",
    }),
    ...steps,
    el("p", { class: "fine", text: `Permanence ${facts.version}. ${facts.calibration}.` }),
  );
}
