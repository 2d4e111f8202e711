// London as 33 tiles with what each borough pays, who raised it, and the dearest four in order.

import { svg } from "./svg.js";
import { shortName, wholePounds } from "./words.js";

const PITCH = 94;
const SPACE = 6;
const BANDS = [-6, -3, 0, 3, 6, 9];
const LADDER = 3;
const RUNG = 42;
export const CHARGE_RATE = "charge_rate_per_hour";

/** Make the picture once; `show(view)` changes it. */
export function makeTiles(facts) {
  const columns = Math.max(...facts.places.map((place) => place.column)) + 1;
  const rows = Math.max(...facts.places.map((place) => place.row)) + 1;
  const element = svg("svg", { class: "tiles", viewBox: `0 0 ${columns * PITCH} ${rows * PITCH}`, role: "img", "aria-label": "" });
  const order = new Map(facts.employers.map((one, place) => [one.name, place]));
  const tiles = facts.places.map((place) => priceTile(place, order.get(place.employer)));
  const key = priceKey();
  const ladder = makeLadder(facts, columns);
  element.append(...tiles.map((tile) => tile.group), key.group, ladder.group);
  return {
    element,
    /** Show a month: `side` of a run, the month, the opening price, the day in words. */
    show({ side, month, opening, day, unit }) {
      const prices = side.boroughs[CHARGE_RATE][month];
      const [raised, overtook] = [new Set(side.raised[month]), new Set(side.overtook[month])];
      for (const tile of tiles) tile.show(prices[tile.employer], opening, raised.has(tile.employer), overtook.has(tile.employer), tile.name === unit);
      key.show(opening);
      ladder.show(prices);
      element.setAttribute("aria-label", pricesInWords(facts, prices, raised.size, day));
    },
  };
}

function priceTile(place, employer) {
  const [x, y, size] = [place.column * PITCH + SPACE / 2, place.row * PITCH + SPACE / 2, PITCH - SPACE];
  const value = svg("text", { class: "price", x: x + size / 2, y: y + 74, "text-anchor": "middle" });
  const group = svg(
    "g",
    { class: "price-tile", "data-name": place.name },
    svg("rect", { x, y, width: size, height: size, rx: 8 }),
    svg("path", { class: "up", d: `M${x + size - 25} ${y + 8}l12 -19l12 19z` }),
    svg("text", { class: "who", x: x + 7, y: y + 32, text: place.label }),
    value,
  );
  let shown = "";
  return {
    group,
    employer,
    name: place.employer,
    show(price, opening, isRaised, isPast, isChosen) {
      const now = `${price}|${opening}|${isRaised}|${isPast}|${isChosen}`;
      if (now === shown) return;
      shown = now;
      value.textContent = price === null ? "–" : wholePounds(price);
      group.dataset.price = price === null ? "" : String(price);
      const band = price === null ? "none" : bandOf(price, opening);
      group.setAttribute("class", `price-tile band-${band}${isRaised ? " raised" : ""}${isPast ? " overtook" : ""}${isChosen ? " chosen" : ""}`);
    },
  };
}

/** Return the shade of a price: how far from London's price at the start. */
function bandOf(price, opening) {
  return BANDS.filter((edge) => price >= Math.round(opening) + edge).length;
}

function priceKey() {
  const group = svg("g", { class: "price-key", "aria-hidden": "true" });
  const [low, high] = [svg("text", { x: 0, y: 84 }), svg("text", { x: 176, y: 84, "text-anchor": "end" })];
  group.append(svg("text", { x: 0, y: 28, text: "£ an hour" }));
  for (let band = 0; band <= BANDS.length; band += 1) {
    group.append(svg("g", { class: `price-tile band-${band}` }, svg("rect", { x: 25 * band, y: 40, width: 25, height: 18 })));
  }
  group.append(low, high, svg("path", { class: "up", d: "M0 126l9 -15l9 15z" }), svg("text", { x: 26, y: 128, text: "raised" }));
  return {
    group,
    show(opening) {
      low.textContent = wholePounds(opening + BANDS[0]);
      high.textContent = wholePounds(opening + BANDS.at(-1));
    },
  };
}

function makeLadder(facts, columns) {
  const labels = new Map(facts.places.map((place) => [place.employer, place.label]));
  const left = (columns - 2) * PITCH + 6;
  const group = svg("g", { class: "ladder", "aria-hidden": "true", transform: `translate(${left} 0)` }, svg("text", { x: 0, y: 28, text: "dearest" }));
  const rungs = facts.employers.map(({ name }) => {
    const text = svg("text", { x: 0, y: 0 });
    const rung = svg("g", { class: "rung" }, text);
    group.append(rung);
    return { rung, text, label: labels.get(name) };
  });
  return {
    group,
    show(prices) {
      const first = topOf(prices, LADDER);
      rungs.forEach(({ rung, text, label }, employer) => {
        const place = first.indexOf(employer);
        rung.classList.toggle("on", place >= 0);
        if (place < 0) return;
        rung.style.transform = `translateY(${28 + RUNG * (place + 1) - 4}px)`;
        text.textContent = `${label} ${wholePounds(prices[employer])}`;
      });
    },
  };
}

/** Return the places of the highest prices, highest first. */
export function topOf(prices, count) {
  const known = prices.map((price, place) => [price, place]).filter(([price]) => price !== null);
  return known.sort(([one], [other]) => other - one).slice(0, count).map(([, place]) => place);
}

function pricesInWords(facts, prices, raised, day) {
  const order = topOf(prices, prices.length);
  const told = (place) => `${shortName(facts.employers[place].name)} ${wholePounds(prices[place])}`;
  return `What each borough pays for an agency hour, ${day}: from ${told(order.at(-1))} to ${told(order[0])}; ${raised} raised this month.`;
}
