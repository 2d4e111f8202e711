// Where answers come from: the server, or the runs embedded in this file.

import { embeddedSource } from "./embedded.js";

/** Return what answers questions: `ask(question, told)` and `loop(question)`. */
export function sourceOf(facts, embedded) {
  return embedded ? embeddedSource(facts, embedded) : serverSource();
}

function serverSource() {
  const tab = nameOfTab();
  let under = null;
  return {
    isEmbedded: false,
    /** Ask for two sides; `told` is called with each message that comes. */
    async ask(question, told) {
      under?.abort();
      const own = new AbortController();
      under = own;
      try {
        const response = await post("/api/answer", { ...question, tab }, own.signal);
        if (!response.ok) {
          told(await fault(response));
          return;
        }
        for await (const message of linesOf(response)) {
          if (own.signal.aborted) return;
          told(message);
        }
      } catch (error) {
        if (error.name !== "AbortError") told({ kind: "error", message: "The page's server does not answer." });
      }
    },
    /** Return one run of both sides, month by month, or null. */
    async run(question) {
      try {
        const response = await post("/api/run", { ...question, tab });
        return response.ok ? await response.json() : null;
      } catch {
        return null;
      }
    },
    /** Return the causal loop of a question's left side, or null. */
    async loop(question) {
      try {
        const response = await post("/api/loop", { ...question, tab });
        return response.ok ? await response.json() : null;
      } catch {
        return null;
      }
    },
  };
}

/** Return a name nobody else has: not every page may ask for a UUID. */
function nameOfTab() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function post(path, content, signal) {
  const headers = { "content-type": "application/json" };
  return fetch(path, { method: "POST", headers, body: JSON.stringify(content), signal });
}

async function fault(response) {
  try {
    return { ...(await response.json()), status: response.status };
  } catch {
    return { kind: "error", message: "The page's server does not answer.", status: response.status };
  }
}

async function* linesOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line) yield JSON.parse(line);
  }
}
