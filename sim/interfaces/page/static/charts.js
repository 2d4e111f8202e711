// Line charts in SVG: base and policy, means and 80 % bands, the 90 % line, real dates.

import { el, lineThrough, svg } from "./svg.js";
import { capital, dayOf, inUnit, perCent, yearOf } from "./words.js";

const MONTHS_A_YEAR = 12;
const POLICY_COST = "policy_cost_per_year";
const BIG = { width: 330, height: 232, left: 36, right: 62, top: 8, bottom: 20 };
const LOWER = { ...BIG, height: 140 };
const SMALLER = { width: 400, height: 48, left: 52, right: 70, top: 6, bottom: 16 };
const SMALL = { width: 400, height: 76, left: 52, right: 70, top: 7, bottom: 19 };

const DRAWN_AT = 14;

/** Return a box as wide as its figure really is, in pixels of a root size of 14. */
function fitted(id, box) {
  const size = parseFloat(getComputedStyle(document.documentElement).fontSize) || DRAWN_AT;
  const wide = document.getElementById(id).clientWidth * (DRAWN_AT / size);
  return wide > 100 ? { ...box, width: Math.round(wide) } : box;
}

/** Draw both shares and the three smaller charts of a unit. */
export function drawCharts(facts, answer, view) {
  const shares = ["permanent_share_of_workforce", "permanent_share_of_posts"];
  const scale = shareScale(facts, answer, view, shares);
  const explained = [
    "of those at work. Rises too when gaps stay empty.",
    "of all posts. An empty post counts against it.",
  ];
  ["chart-workforce", "chart-posts"].forEach((id, place) => {
    const heading = `${capital(facts.outcomes[shares[place]].label)}`;
    drawChart(id, facts, answer, { ...view, outcome: shares[place], scale, heading, explained: explained[place], box: fitted(id, view.isTight ? LOWER : BIG) });
  });
  for (const [id, outcome] of [
    ["chart-unfilled", "unfilled_share_of_posts"],
    ["chart-charge", "charge_rate_per_hour"],
    ["chart-cost", "agency_cost_per_year"],
  ]) {
    const heading = smallHeading(facts, outcome);
    const own = valueScale(answer, view, outcome);
    drawChart(id, facts, answer, { ...view, outcome, scale: own, heading, explained: "", isSmall: true, box: fitted(id, view.isTight ? SMALLER : SMALL) });
  }
}

function smallHeading(facts, outcome) {
  const { label, unit } = facts.outcomes[outcome];
  const measure = { share: "share of posts", "£ per hour": "£ an hour", "£ per year": "£ a year" }[unit];
  return `${capital(label)}, ${measure}`;
}

/** Return one side's series of an outcome: [[month, low, middle, high], ...]. */
export function seriesOf(answer, side, outcome, unit, employers) {
  const whose = answer[side];
  if (unit === null) {
    const [low, middle, high] = whose.london[outcome] ?? [[], [], []];
    const apart = whose.months_apart ?? 1;
    return middle.map((value, place) => [place * apart, low[place], value, high[place]]);
  }
  const place = employers.findIndex((one) => one.name === unit);
  const [low, middle, high] = whose.boroughs[outcome] ?? [null, null, null];
  const at = (rows, census) => (rows ? rows[census][place] : null);
  return Array.from({ length: answer.years + 1 }, (_, census) => [
    census * MONTHS_A_YEAR,
    at(low, census),
    at(middle, census),
    at(high, census),
  ]);
}

/** Return the sides that may be seen: axes and words must not tell what is hidden. */
function sidesSeen(answer, view, outcome) {
  const [left, right] = bothSides(answer, view, outcome);
  if (view.hidesAll) return [left.slice(0, 1)];
  return view.hidesPolicy ? [left] : [left, right];
}

function bothSides(answer, view, outcome) {
  const unit = view.unit === view.london ? null : view.unit;
  return ["left", "right"].map((side) => seriesOf(answer, side, outcome, unit, view.employers));
}

function shareScale(facts, answer, view, outcomes) {
  const values = outcomes.flatMap((outcome) => sidesSeen(answer, view, outcome).flat());
  const lows = values.map((one) => one[1]).filter((value) => value !== null);
  const low = Math.max(0, Math.floor(10 * Math.min(...lows, 0.72)) / 10);
  const step = 1 - low > 0.55 ? 0.2 : 0.1;
  return { low, high: 1, ticks: ticksOf(low, 1, step) };
}

function valueScale(answer, view, outcome) {
  const values = sidesSeen(answer, view, outcome).flat();
  if (outcome === "agency_cost_per_year" && !view.hidesPolicy) values.push(...bothSides(answer, view, POLICY_COST)[1].map((one) => [one[0], one[2], one[2], one[2]]));
  const known = (place) => values.map((one) => one[place]).filter((value) => value !== null);
  // A long upper tail would flatten the means: what is beyond twice the highest is cut off.
  const most = Math.max(Math.min(Math.max(...known(3), ...known(2)), 2 * Math.max(...known(2))), 1e-6);
  const power = 10 ** Math.floor(Math.log10(most));
  const high = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((one) => one * power).find((one) => one >= most);
  return { low: 0, high, ticks: [0, high] };
}

function ticksOf(low, high, step) {
  const found = [];
  for (let at = low; at <= high + 1e-9; at += step) found.push(Math.round(at * 100) / 100);
  return found;
}

function drawChart(id, facts, answer, view) {
  const figure = document.getElementById(id);
  const { box, outcome } = view;
  const unit = facts.outcomes[outcome].unit;
  const last = MONTHS_A_YEAR * answer.years;
  const x = (month) => box.left + ((box.width - box.left - box.right) * month) / last;
  const y = (value) =>
    box.top + (box.height - box.top - box.bottom) * (1 - (value - view.scale.low) / (view.scale.high - view.scale.low));
  const sides = bothSides(answer, view, outcome);
  const title = altText(facts, answer, view, sides);
  const picture = svg("svg", { viewBox: `0 0 ${box.width} ${box.height}`, role: "img", "aria-label": title });
  for (const tick of view.scale.ticks) {
    picture.append(
      svg("line", { class: "grid", x1: box.left, x2: box.width - box.right, y1: y(tick), y2: y(tick) }),
      svg("text", { class: "tick", x: box.left - 5, y: y(tick) + (tick === view.scale.low && view.isSmall ? 0 : 4), "text-anchor": "end", text: short(tick, unit) }),
    );
  }
  for (let month = 0; month <= last; month += MONTHS_A_YEAR) {
    const skips = view.isSmall && answer.years > 8 && (month / MONTHS_A_YEAR) % 2;
    if (skips) continue;
    const year = yearOf(answer.opening, month);
    picture.append(
      svg("text", { class: "tick", x: x(month), y: box.height - 4, "text-anchor": "middle", text: view.isSmall || month % 24 === 0 ? String(year) : "" }),
    );
  }
  if (outcome.startsWith("permanent_share")) {
    picture.append(
      svg("line", { class: "target", x1: box.left, x2: box.width - box.right, y1: y(facts.target), y2: y(facts.target) }),
      svg("text", { class: "target-label", x: box.left + 4, y: y(facts.target) - 4, text: perCent(facts.target, 2, 0) }),
    );
  }
  const shown = view.hidesPolicy ? ["left"] : view.isSame ? ["right"] : ["left", "right"];
  ["left", "right"].forEach((side, place) => {
    if (!shown.includes(side) || view.hidesAll) return;
    const points = sides[place].filter(([month]) => month <= view.month);
    const upper = points.map(([month, , , high]) => [x(month), high === null ? null : y(Math.min(high, view.scale.high))]);
    const lower = points.map(([month, low]) => [x(month), low === null ? null : y(Math.min(low, view.scale.high))]);
    if (upper.length > 1 && !upper.concat(lower).some(([, at]) => at === null)) {
      const band = `${lineThrough(upper)}L${lineThrough([...lower].reverse()).slice(1)}Z`;
      picture.append(svg("path", { class: `band ${side}`, d: band }));
    }
  });
  const ends = [];
  ["left", "right"].forEach((side, place) => {
    if (!shown.includes(side) || view.hidesAll) return;
    const points = sides[place].filter(([month]) => month <= view.month);
    picture.append(svg("path", { class: `line ${side}`, d: lineThrough(points.map(([month, , middle]) => [x(month), middle === null ? null : y(middle)])) }));
    const [month, , middle] = points.at(-1);
    if (middle === null) return;
    picture.append(svg("circle", { class: `dot ${side}`, cx: x(month), cy: y(middle), r: 3.5 }));
    ends.push({ side, x: x(month), y: y(middle), text: inUnit(middle, unit) });
  });
  const bought = outcome === "agency_cost_per_year" && !view.hidesPolicy ? drawPolicyCost(picture, answer, view, { x, y }) : null;
  placeLabels(picture, ends, box);
  const heading = el("figcaption", {}, el("strong", { text: view.heading }));
  if (bought !== null) heading.append(el("span", { class: "own", text: `; dotted: the policy, ${inUnit(bought, unit)}` }));
  if (view.explained) heading.append(el("span", { text: `: ${view.explained}` }));
  figure.replaceChildren(heading, picture);
}

/** Draw what the policy itself costs, where it costs anything; return that in pounds a year. */
function drawPolicyCost(picture, answer, view, { x, y }) {
  const own = bothSides(answer, view, POLICY_COST)[1].filter(([month]) => month <= view.month);
  if (!own.some(([, , value]) => value)) return null;
  picture.append(svg("path", { class: "line own", d: lineThrough(own.map(([month, , value]) => [x(month), value === null ? null : y(Math.min(value, view.scale.high))])) }));
  return own.at(-1)[2];
}

function placeLabels(picture, ends, box) {
  const apart = ends.length > 2 ? 13 : 15;
  ends.sort((one, other) => one.y - other.y);
  const room = box.height - 4 - apart * (ends.length - 1) - 4;
  if (ends.length) ends[0].y = Math.max(8, Math.min(ends[0].y, room));
  for (let place = 1; place < ends.length; place += 1) {
    const gap = ends[place].y - ends[place - 1].y;
    if (gap >= apart) continue;
    if (place === 1) ends[0].y = Math.max(8, ends[0].y - (apart - gap) / 2);
    ends[place].y = ends[place - 1].y + apart;
  }
  const over = Math.max(0, ...ends.map((end) => end.y + 4 - (box.height - 4)));
  const under = Math.max(0, ...ends.map((end) => 12 - end.y));
  for (const end of ends) {
    picture.append(svg("text", { class: `end ${end.side}`, x: end.x + 7, y: end.y + 4 - over + under, text: end.text }));
  }
}

function short(value, unit) {
  return unit === "share" ? perCent(value, 2, 0) : inUnit(value, unit).replace(/\.0+(?=m?$)/, "");
}

function altText(facts, answer, view, sides) {
  const { label, unit } = facts.outcomes[view.outcome];
  if (view.hidesAll) return `${capital(label)}: hidden until the reveal.`;
  const seen = view.hidesPolicy ? ["Left"] : ["Left", "Right"];
  const said = seen.map((side, place) => {
    const rows = sides[place].filter(([month]) => month <= view.month);
    const [month, low, middle, high] = rows.at(-1);
    const day = dayOf(answer.opening, month);
    return `${side}: ${inUnit(rows[0][2], unit)} at the start, ${inUnit(middle, unit)} on ${day}, 80 % of runs from ${inUnit(low, unit)} to ${inUnit(high, unit)}`;
  });
  return `${capital(label)}. ${said.join(". ")}.${view.hidesPolicy ? " Right: hidden until the reveal." : ""}`;
}
