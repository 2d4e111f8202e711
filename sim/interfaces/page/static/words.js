// Numbers and dates as people read them. Shares are 0 to 1 in data and per cent on the screen.

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const NUMBERS = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
/** The three shares that are never told without each other. */
export const WORKFORCE = "permanent_share_of_workforce";
export const POSTS = "permanent_share_of_posts";
export const UNFILLED = "unfilled_share_of_posts";
const PER_CENT = "\u202f%";

/** Return the last day of a model month in words. */
export function dayOf(opening, month) {
  const [year, first] = opening.split("-").map(Number);
  const index = year * 12 + first - 1 + month;
  const last = new Date(Date.UTC(Math.floor(index / 12), (index % 12) + 1, 0));
  return `${last.getUTCDate()} ${MONTHS[last.getUTCMonth()]} ${last.getUTCFullYear()}`;
}

const WHOLE_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/** Return a model month in words. */
export function monthOf(opening, month) {
  const [year, first] = opening.split("-").map(Number);
  const index = year * 12 + first - 1 + month;
  return `${WHOLE_MONTHS[index % 12]} ${Math.floor(index / 12)}`;
}

/** Return the calendar year of a model month. */
export function yearOf(opening, month) {
  return Number(dayOf(opening, month).slice(-4));
}

/** Return a share in per cent; what is below the target is never written as if it were there. */
export function perCent(share, target = 0.9, decimals = 1) {
  if (share === null || share === undefined) return "no figure";
  const shown = (100 * share).toFixed(decimals);
  const reads = Number(shown) >= 100 * target;
  if (reads !== share >= target && decimals < 4) return perCent(share, target, decimals + 1);
  return shown.replace(/^-(0(\.0+)?)$/, "$1") + PER_CENT;
}

/** Return money: £ to the penny an hour, or in thousands and millions a year. */
export function pounds(amount, pence = false) {
  if (amount === null || amount === undefined) return "no figure";
  const size = Math.abs(amount);
  let text;
  if (pence) text = size.toFixed(2);
  else if (size >= 99_999.5) text = `${(size / 1e6).toFixed(1)}m`;
  else if (size >= 9_999.5) text = `${Math.round(size / 1e3)}k`;
  else text = size.toLocaleString("en-GB", { maximumFractionDigits: 0 });
  return `${amount < 0 && /[1-9]/.test(text) ? "\u2212" : ""}£${text}`;
}

/** Return money in whole pounds. */
export function wholePounds(amount) {
  return amount === null || amount === undefined ? "no figure" : `£${Math.round(amount)}`;
}

/** Return a number without decimals. */
export function whole(value) {
  return String(Math.round(value));
}

/** Return a share as so many in a hundred; what is below the target never reads as if it were there. */
export function inHundred(share, target = 0.9) {
  if (share === null || share === undefined) return null;
  const shown = Math.round(100 * share);
  return shown >= Math.round(100 * target) && share < target ? Math.round(100 * target) - 1 : shown;
}

/** Return a value in its unit. */
export function inUnit(value, unit) {
  if (value === null || value === undefined) return "no figure";
  if (unit === "share") return perCent(value);
  if (unit.startsWith("share of runs")) return `${Math.round(100 * value)}${PER_CENT}`;
  if (unit.startsWith("£")) return pounds(value, unit.includes("hour"));
  return String(Math.round(value * 100) / 100);
}

/** Return a difference in its unit, with its sign; shares in points. */
export function differenceIn(value, unit) {
  if (value === null || value === undefined) return "no figure";
  const sign = (text) => (value > 0 && /[1-9]/.test(text) ? `+${text}` : text);
  if (unit.startsWith("share")) {
    const points = (100 * value).toFixed(1).replace(/^-(0\.0)$/, "$1").replace("-", "\u2212");
    return sign(points);
  }
  return sign(inUnit(value, unit));
}

/** Return a control's value as its label wants it. */
export function controlValue(control, value) {
  if (value === null || value === undefined) return control.kind === "choice" ? "in turn" : "not set";
  if (control.kind === "members") return membersInWords(value, control.employers);
  if (control.kind === "switch") return value ? "yes" : "no";
  if (control.kind === "choice") return value.replaceAll("_", " ");
  if (control.kind === "links") return value.length ? `${value.length} cut` : "none";
  if (control.unit.startsWith("£")) {
    const pence = { minimumFractionDigits: Number.isInteger(Number(value)) ? 0 : 2 };
    return `£${Number(value).toLocaleString("en-GB", pence)}`;
  }
  if (isShare(control)) return `${Math.round(1000 * value) / 10}${PER_CENT}`;
  if (control.unit === "multiple") return `×${value}`;
  if (control.unit === "months" || control.unit === "years") return `${value} ${control.unit}`;
  return String(value);
}

function isShare(control) {
  return /^(share|unfilled share)\b/.test(control.unit);
}

function membersInWords(value, employers) {
  if (Array.isArray(value)) {
    if (!value.length) return "nobody";
    return value.length > 2 ? `${value.length} employers` : value.map(shortName).join(", ");
  }
  if (typeof value === "object") return countInWords(value, employers);
  if (value === 0) return "nobody";
  return value === 1 ? "all" : `${Math.round(100 * value)}${PER_CENT} of employers`;
}

/** Return so many of the employers, or all but some: as the command says it. */
function countInWords({ count, except = [] }, employers) {
  const number = count ?? employers - except.length;
  if (number === 0) return "nobody";
  const some = `${number} of ${employers} employers`;
  if (number === employers) return some;
  const drawn = employers - except.length - number;
  if (!except.length) return `${some}, drawn in each run`;
  const out = except.map(shortName);
  if (drawn) out.push(`${NUMBERS[drawn] ?? drawn} drawn in each run`);
  const last = out.pop();
  return `${some}, without ${out.length ? `${out.join(", ")} and ` : ""}${last}`;
}

/** Return an employer's name as people say it. */
export function shortName(name) {
  return name === "Kingston upon Thames / Richmond upon Thames" ? "Kingston and Richmond" : name;
}

/** Return a text with its first letter large. */
export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
