// Answers from the runs in this file: named ones of the agents, a grid of the twin's.

/** Return a source that asks nobody. */
export function embeddedSource(facts, embedded) {
  return {
    isEmbedded: true,
    async ask(question, told) {
      told({ kind: "error", message: "This file has no run of that." });
    },
    async loop() {
      return null;
    },
  };
}
