// Keys and clicks: what each does is told by who knows the state.

import { byId } from "./svg.js";

/** Have clicks on elements, by id, act; dialogs close by their own buttons. */
export function onClicks(acts) {
  for (const [id, act] of Object.entries(acts)) byId(id).addEventListener("click", () => act());
  for (const button of document.querySelectorAll("[data-close]")) {
    button.addEventListener("click", () => byId(button.dataset.close).close());
  }
}

/** Have single keys act, unless they are switched off or something is being typed. */
export function listenToKeys(facts, acts, go) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !byId("keys-on").checked) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.target.matches?.("input:not([type=range]):not([type=checkbox]), select, textarea")) return;
    const number = Number(event.key);
    if (event.key in acts) acts[event.key]();
    else if (event.key.trim() && Number.isInteger(number) && number <= facts.story.length) go(number);
    else return;
    event.preventDefault();
  });
}
