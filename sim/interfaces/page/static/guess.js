// The stage's one chart: what was, what came, and the line the room draws before it sees.

import { seriesOf } from "./charts.js";
import { el, lineThrough, svg } from "./svg.js";
import { inHundred, wholePounds, yearOf } from "./words.js";

const FRAME_OF_CHART = { width: 1000, height: 700, left: 96, right: 150, top: 64, bottom: 60 };
const GUESS_STEPS = 100;
const A_YEAR = 12;

/** Return a value of a drawn outcome as the stage writes it. */
export function onStage(facts, outcome, value) {
  if (value === null || value === undefined) return "–";
  return facts.outcomes[outcome].unit === "share" ? `${inHundred(value, facts.target)} in 100` : wholePounds(value);
}

/** Make the chart once; `drew(values)` is called with the room's line, a value a year. */
export function makeGuessChart(facts, drew) {
  const picture = svg("svg", { class: "guess-chart", viewBox: `0 0 ${FRAME_OF_CHART.width} ${FRAME_OF_CHART.height}`, role: "group" });
  const still = svg("g", {});
  const handles = svg("g", {});
  picture.append(still, handles);
  const element = el("div", { class: "chart-holder" }, picture);
  let view = null;
  let focused = 0;

  function moveTo(year, value) {
    const [low, high] = view.scale;
    const kept = Math.min(high, Math.max(low, value));
    const values = view.guess ? [...view.guess] : Array(view.years + 1).fill(view.first);
    // Later years that nobody has drawn yet go with the one that is drawn.
    for (let later = year; later <= view.years; later += 1) if (later === year || !view.touched.has(later)) values[later] = kept;
    view.touched.add(year);
    drew(values);
  }

  const point = (event) => {
    const box = picture.getBoundingClientRect();
    const [x, y] = [((event.clientX - box.left) / box.width) * FRAME_OF_CHART.width, ((event.clientY - box.top) / box.height) * FRAME_OF_CHART.height];
    const { toYear, toValue } = axesOf(view);
    moveTo(Math.min(view.years, Math.max(1, Math.round(toYear(x)))), toValue(y));
  };
  picture.addEventListener("pointerdown", (event) => {
    if (!view?.canDraw) return;
    picture.setPointerCapture(event.pointerId);
    point(event);
  });
  picture.addEventListener("pointermove", (event) => view?.canDraw && picture.hasPointerCapture(event.pointerId) && point(event));
  picture.addEventListener("keydown", (event) => {
    const year = Number(event.target.dataset?.year);
    if (!view?.canDraw || !year) return;
    const step = (view.scale[1] - view.scale[0]) / GUESS_STEPS;
    const by = { ArrowUp: step, ArrowDown: -step, PageUp: 10 * step, PageDown: -10 * step }[event.key];
    const to = { ArrowLeft: year - 1, ArrowRight: year + 1 }[event.key];
    if (by !== undefined) moveTo(year, (view.guess?.[year] ?? view.first) + by);
    else if (to >= 1 && to <= view.years) [...handles.children][to - 1].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  handles.addEventListener("focusin", (event) => (focused = Number(event.target.dataset.year)));

  return {
    element,
    focus: () => handles.children[Math.max(0, focused - 1)]?.focus(),
    show(next) {
      const isOther = !view || view.key !== next.key;
      view = { ...next, touched: isOther ? new Set(next.guess ? next.guess.keys() : []) : view.touched };
      picture.setAttribute("aria-label", spokenChart(facts, view));
      still.replaceChildren(...axesAndLines(facts, view));
      showHandles(facts, handles, view);
    },
  };
}

function axesOf({ scale: [low, high], years }) {
  const { width, height, left, right, top, bottom } = FRAME_OF_CHART;
  const [wide, tall] = [width - left - right, height - top - bottom];
  return {
    x: (month) => left + (wide * month) / (A_YEAR * years),
    y: (value) => top + tall * (1 - (Math.min(high, Math.max(low, value)) - low) / (high - low)),
    toYear: (x) => ((x - left) / wide) * years,
    toValue: (y) => low + (high - low) * (1 - (y - top) / tall),
  };
}

function axesAndLines(facts, view) {
  const { x, y } = axesOf(view);
  const { left, width, right, height } = FRAME_OF_CHART;
  const [low, high] = view.scale;
  const isShare = facts.outcomes[view.outcome].unit === "share";
  const step = isShare ? 0.2 : 10;
  const made = [];
  for (let tick = Math.ceil(low / step - 1e-9) * step; tick <= high + 1e-9; tick += step) {
    made.push(
      svg("line", { class: "grid", x1: left, x2: width - right, y1: y(tick), y2: y(tick) }),
      svg("text", { class: "stage-tick", x: left - 12, y: y(tick) + 10, "text-anchor": "end", text: isShare ? String(Math.round(100 * tick)) : wholePounds(tick) }),
    );
  }
  for (let year = 0; year <= view.years; year += view.years > 6 ? 4 : 2) {
    made.push(svg("text", { class: "stage-tick", x: x(A_YEAR * year), y: height - 14, "text-anchor": "middle", text: String(yearOf(view.opening, A_YEAR * year)) }));
  }
  if (view.outcome.startsWith("permanent_share")) {
    made.push(
      svg("line", { class: "target", x1: left, x2: width - right, y1: y(facts.target), y2: y(facts.target) }),
      svg("text", { class: "stage-tick target-label", x: left + 8, y: y(facts.target) - 10, text: "90 in 100" }),
    );
  }
  for (const line of view.lines) {
    const points = line.points.filter(([month]) => month <= view.month).map(([month, value]) => [x(month), value === null ? null : y(value)]);
    if (points.length) made.push(svg("path", { class: `stage-line ${line.side}`, d: lineThrough(points) }));
  }
  made.push(...keyOf(view), ...endsOf(facts, view, x, y));
  return made;
}

/** Return what tells the lines apart. */
function keyOf(view) {
  const named = [...view.lines.map((line) => [line.side, line.name]), ...(view.guess || view.canDraw ? [["guess", "our guess"]] : [])];
  return named.flatMap(([look, name], place) => {
    const x = FRAME_OF_CHART.left + 24 + 250 * place;
    return [svg("path", { class: `stage-line ${look}`, d: `M${x} 18h56` }), svg("text", { x: x + 70, y: 28, text: name })];
  });
}

/** Return the numbers at the ends of lines, moved apart where they would meet. */
function endsOf(facts, view, x, y) {
  const ends = view.lines.map((line) => {
    const [month, value] = line.points.filter(([at]) => at <= view.month).at(-1) ?? [0, null];
    return { side: line.side, value, at: x(month), y: value === null ? 0 : y(value) };
  });
  const known = ends.filter((one) => one.value !== null).sort((one, other) => one.y - other.y);
  known.forEach((one, place) => {
    const above = known[place - 1];
    if (above && one.y - above.y < 36) one.y = above.y + 36;
  });
  return known.map((one) => svg("text", { class: `stage-end ${one.side}`, x: one.at + 12, y: one.y + 10, text: onStage(facts, view.outcome, one.value).replace(" in 100", "") }));
}

function showHandles(facts, handles, view) {
  const { x, y } = axesOf(view);
  const guess = view.guess;
  if (handles.childElementCount !== view.years + 1) {
    const made = Array.from({ length: view.years }, (_, place) => svg("circle", { r: 17, "data-year": place + 1 }));
    handles.replaceChildren(...made, svg("path", { class: "stage-line guess" }));
  }
  const line = handles.lastElementChild;
  line.setAttribute("d", guess ? lineThrough(guess.map((value, year) => [x(A_YEAR * year), y(value)])) : "");
  [...handles.children].slice(0, -1).forEach((handle, place) => {
    const year = place + 1;
    const value = guess?.[year] ?? view.first;
    handle.setAttribute("class", `handle${guess ? "" : " undrawn"}${view.canDraw ? "" : " shut"}`);
    handle.setAttribute("cx", x(A_YEAR * year));
    handle.setAttribute("cy", y(value));
    const told = { role: "slider", tabindex: "0", "aria-label": `Our guess for ${yearOf(view.opening, A_YEAR * year)}`, "aria-orientation": "vertical", "aria-valuemin": view.scale[0], "aria-valuemax": view.scale[1], "aria-valuenow": value.toFixed(3), "aria-valuetext": onStage(facts, view.outcome, value) };
    for (const [name, text] of Object.entries(told)) {
      if (view.canDraw) handle.setAttribute(name, text);
      else handle.removeAttribute(name);
    }
  });
}

function spokenChart(facts, view) {
  const said = view.lines.map((line) => {
    const [, value] = line.points.filter(([at]) => at <= view.month).at(-1) ?? [0, null];
    return `${line.name}: ${onStage(facts, view.outcome, value)}`;
  });
  const guess = view.guess ? ` Our guess for the end: ${onStage(facts, view.outcome, view.guess.at(-1))}.` : "";
  return `${view.title}. ${said.join("; ") || "Hidden until the reveal"}.${guess}`;
}

/** Return one side's line of an answer or of a run: [[month, value], ...]. */
export function middleOf(facts, answer, side, outcome, unit) {
  return seriesOf(answer, side, outcome, unit === facts.london ? null : unit, facts.employers).map(([month, , value]) => [month, value]);
}
