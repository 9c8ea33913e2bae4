// Keeping up with the hub: everything at first, from then on what changed, by number, and the days that follow from it.

import * as hub from "./hub.js";
import { keep, kept, sheetKey } from "./kept.js";
import * as words from "./words.js";

const WEEK = 7;

/** This day and the six after it, of whoever signed in. */
export const week = () => Array.from({ length: WEEK }, (_, ahead) => ({ day: words.after(words.today(), ahead), group: "" }));

/** Hear what changed since the number that we have, and fetch only that; gives whether there was anything. */
export async function catchUp() {
  if (kept.number === null) return everything();
  const { of, items, last } = await hub.events(kept.number);
  if (of !== kept.me.party || last < kept.number) return everything(); // these are other numbers than ours
  if (!items.length) return false;
  await take(items);
  if (kept.number < last) await catchUp();
  return true;
}

async function everything() {
  const { last } = await hub.events(0, 1); // before the rest: what changes meanwhile comes after this number
  const agreements = await hub.agreements();
  keep({ agreements, days: {}, number: last, behind: true });
  return true;
}

/** What is not for this person any more goes first, so that it goes also when the connection ends here. */
async function take(items) {
  drop(items.filter((one) => one.version === null).map((one) => one.agreement));
  const fetched = [];
  for (const one of items.filter((one) => one.version !== null)) fetched.push([one.agreement, await now(one.agreement)]);
  drop(fetched.filter(([, found]) => !found).map(([id]) => id));
  const found = new Map([...kept.agreements.map((one) => [one.id, one]), ...fetched.filter(([, found]) => found)]);
  const agreements = [...found.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
  keep({ agreements, number: items.at(-1).number, behind: true });
}

const now = (id) =>
  hub.agreement(id).catch((error) => {
    if (error.status === 404) return null; // taken back since we heard of it
    throw error;
  });

/** Nothing of these is left, nor of the days that they are on. */
function drop(ids) {
  if (!ids.length) return;
  const isFree = ([, sheet]) => !sheet?.agreements.some((one) => ids.includes(one.id));
  const days = Object.fromEntries(Object.entries(kept.days).filter(isFree));
  keep({ agreements: kept.agreements.filter((one) => !ids.includes(one.id)), days });
}

/** Read these days; gives whether one says something else than before. `only`: keep no others. */
export async function readDays(which, { only = false } = {}) {
  const days = only ? {} : { ...kept.days };
  let isOther = false;
  for (const [key, one] of new Map(which.map((one) => [sheetKey(one), one]))) {
    const before = kept.days[key];
    days[key] = await hub.day(one, before);
    isOther ||= days[key] !== before;
  }
  keep({ days, behind: kept.behind && !only });
  return isOther;
}
