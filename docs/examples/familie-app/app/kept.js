// What stays on the device until somebody signs out: the last answers, and what waits to be sent. No tokens.
// After seven days it goes by itself: so long the hub knows an Idempotency-Key again, and no longer.

const PLACE = "familie-app:kept";
const DAYS = 7 * 24 * 3600 * 1000;
const NOTHING = {
  me: null,
  at: null, // when the hub was last heard
  number: null, // up to which we heard what changed; null: of nothing yet
  agreements: [],
  days: {},
  behind: false, // the days are older than the agreements
  waiting: [],
};

function read() {
  const found = JSON.parse(localStorage.getItem(PLACE) ?? "null") ?? {};
  const fresh = (at) => at && Date.now() - Date.parse(at) < DAYS;
  const kept = { ...structuredClone(NOTHING), ...found };
  const waiting = kept.waiting.filter((one) => fresh(one.at));
  return fresh(kept.at) ? { ...kept, waiting } : { ...structuredClone(NOTHING), me: waiting.length ? kept.me : null, waiting };
}

export let kept = read();

/** Under what a sheet of a day is kept. */
export const sheetKey = ({ day, group }) => [day, group].filter(Boolean).join(" ");

/** Keep this as well. */
export function keep(more) {
  kept = { ...kept, ...more };
  localStorage.setItem(PLACE, JSON.stringify(kept));
}

/** Nothing is left on the device: no answer, nothing that waits, no file of the app. */
export async function forgetAll() {
  kept = structuredClone(NOTHING);
  localStorage.clear();
  for (const name of await caches.keys()) await caches.delete(name);
  for (const one of (await navigator.serviceWorker?.getRegistrations()) ?? []) await one.unregister();
}

/** The same for whoever looked here before: their answers are nobody else's. */
export function forgetAnswers() {
  keep(structuredClone(NOTHING));
}
