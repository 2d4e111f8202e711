// What was found, in one breath: price, permanent staff, empty posts, in whole numbers that add up.

import { seriesOf } from "./charts.js";
import { inHundred, wholePounds } from "./words.js";

const SHOWN = {
  price: "charge_rate_per_hour",
  permanent: "permanent_share_of_workforce",
  empty: "unfilled_share_of_posts",
};

/** Return the finding in short sentences; what they compare are the medians that are shown. */
export function shortFinding(facts, answer, unit) {
  const isSame = answer.left.fingerprint === answer.right.fingerprint;
  const values = (outcome) => ["left", "right"].map((side) => seriesOf(answer, side, outcome, unit === facts.london ? null : unit, facts.employers).map(([, , middle]) => middle));
  const told = isSame ? courseSentences(facts, values) : effectSentences(facts, values);
  const estimate = answer.teller === "twin" ? ["An estimate; the runs are under way."] : [];
  return [...told, ...estimate].join(" ");
}

function courseSentences(facts, values) {
  const ends = (outcome) => [values(outcome)[0][0], values(outcome)[0].at(-1)];
  const [before, after] = ends(SHOWN.price).map(wholePounds);
  const price = before === after ? `An agency hour stays at ${after}.` : `An agency hour goes from ${before} to ${after}.`;
  const [was, is] = ends(SHOWN.permanent).map((share) => inHundred(share, facts.target));
  const staff = was === is ? `Still ${is} in 100 at work are permanent.` : `${is} in 100 at work are permanent, not ${was}.`;
  const [full, empty] = ends(SHOWN.empty).map((share) => inHundred(share));
  return [price, staff, full === empty ? `Still ${empty} in 100 posts stand empty.` : `${empty} in 100 posts stand empty, not ${full}.`];
}

function effectSentences(facts, values) {
  const at = (outcome, shown) => values(outcome).map((series) => shown(series.at(-1)));
  const opening = Math.round(values(SHOWN.price)[1][0]);
  const [old, now] = at(SHOWN.price, (value) => (value === null ? null : Math.round(value)));
  const found = [];
  if (old !== null && now !== null) found.push(priceSentence(old, now, opening));
  const [was, is] = at(SHOWN.permanent, (share) => inHundred(share, facts.target));
  const staff = is - was;
  found.push(staff === 0 ? "As many in 100 are permanent." : `${Math.abs(staff)} ${staff > 0 ? "more" : "fewer"} in 100 permanent.`);
  const [full, empty] = at(SHOWN.empty, (share) => inHundred(share));
  found.push(emptySentence(empty - full, staff));
  return found;
}

function priceSentence(old, now, opening) {
  if (now === old) return `An agency hour costs £${now} either way.`;
  if (now < old && Math.abs(now - opening) <= 1) return `Price stops at £${now}.`;
  return `An agency hour costs £${now}, not £${old}.`;
}

function emptySentence(more, staff) {
  if (more === 0) return "As many posts stand empty.";
  const size = Math.abs(more);
  const posts = size === 1 ? "post" : "posts";
  if (more > 0) return `${staff > 0 ? "But " : ""}${size} more ${posts} in 100 ${size === 1 ? "stands" : "stand"} empty.`;
  return `${size} fewer ${posts} in 100 ${size === 1 ? "stands" : "stand"} empty.`;
}
