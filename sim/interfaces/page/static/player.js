// The clock that plays months: one month at a time, never one left out, at the screen's own pace.

const KEPT_FRAMES = 600;

/**
 * Make a player. `show(month, part)` is called at every frame with the part of the month that has
 * passed, from 0 to 1; `ended()` when the last month was shown for as long as any other.
 */
export function makePlayer(show, ended) {
  const frames = new Float32Array(KEPT_FRAMES);
  const kept = { frames, count: 0, months: 0, skipped: 0 };
  let handle = 0;
  let [at, last, began, before, pace] = [0, 0, 0, 0, 1];

  function frame(now) {
    if (before) frames[kept.count++ % KEPT_FRAMES] = now - before;
    before = now;
    if (now - began >= pace) {
      if (at >= last) {
        stop();
        ended();
        return;
      }
      at += 1;
      kept.months += 1;
      // A late frame makes the month longer: it never costs the next one.
      began = now - began > 2 * pace ? now : began + pace;
    }
    show(at, Math.min(1, (now - began) / pace));
    if (handle) handle = requestAnimationFrame(frame);
  }

  function stop() {
    cancelAnimationFrame(handle);
    handle = 0;
  }

  return {
    kept,
    isPlaying: () => handle !== 0,
    /** Play from one month to another, so many milliseconds a month. */
    start(from, to, milliseconds) {
      [at, last, pace, before] = [from, to, milliseconds, 0];
      began = performance.now();
      [kept.count, kept.months] = [0, 0];
      handle = requestAnimationFrame(frame);
    },
    stop,
  };
}
