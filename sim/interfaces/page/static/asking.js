// Asking: one question at a time, asked again while nobody answers; and one run for the stage.

import { byId } from "./svg.js";

const ASK_AT_MOST_EVERY = 90;
const ASK_AGAIN_AFTER = 1500;

/** Return what asks for answers; `heard(message, question)` is called with each that is current. */
export function makeAsking(source, timings, heard) {
  let [asked, lastAsked, waiting, again] = ["", 0, null, null];

  function ask(question) {
    const key = JSON.stringify(question);
    if (key === asked) return;
    asked = key;
    timings.moved = performance.now();
    timings.quick = timings.agents = null;
    document.body.dataset.teller = "";
    byId("teller").classList.add("is-asking");
    send(question, Math.max(0, ASK_AT_MOST_EVERY - (performance.now() - lastAsked)));
  }

  function send(question, wait) {
    const key = asked;
    clearTimeout(waiting);
    clearTimeout(again);
    const go = () => {
      lastAsked = performance.now();
      source.ask(question, (message) => key === asked && hear(message, question, key));
    };
    if (wait === 0) go();
    else waiting = setTimeout(go, wait);
  }

  function hear(message, question, key) {
    heard(message, question);
    const mayHeal = message.kind === "error" && !source.isEmbedded && ![413, 415, 422].includes(message.status);
    if (mayHeal) again = setTimeout(() => key === asked && send(question, 0), ASK_AGAIN_AFTER);
  }

  return { ask, isCurrent: (question) => JSON.stringify(question) === asked };
}

/** Return what asks for one run; `came()` is called when `current()` has changed. */
export function makeRunAsking(source, came) {
  const middle = new Map();
  let [run, wanted, again] = [null, "", null];
  const keyOf = (question, number) => JSON.stringify([question, number]);
  const leftOf = ({ left, seed, years }) => JSON.stringify([left, seed, years]);

  async function ask(question, number, mayBeLong) {
    const known = number ?? middle.get(leftOf(question)) ?? null;
    if (known === null && !mayBeLong) return;
    const key = keyOf(question, number);
    if (key === wanted) return;
    wanted = key;
    clearTimeout(again);
    const told = await source.run({ ...question, number: known });
    if (key !== wanted) return;
    if (!told) {
      wanted = "";
      if (!source.isEmbedded) again = setTimeout(came, ASK_AGAIN_AFTER);
      return;
    }
    if (number === null) middle.set(leftOf(question), told.number);
    run = { ...told, key, most: mostOf(told) };
    came();
  }

  return { ask, current: () => run, isCurrent: (question, number) => run?.key === keyOf(question, number) };
}

/** Return the largest month of every flow, on either side. */
function mostOf(told) {
  const largest = (name) => Math.max(1, ...told.left.flows[name], ...told.right.flows[name]);
  return Object.fromEntries(Object.keys(told.left.flows).map((name) => [name, largest(name)]));
}
