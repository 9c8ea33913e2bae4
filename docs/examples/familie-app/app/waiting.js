// What somebody typed and the hub has not yet taken: kept on the device, sent in order, each with its own key, so
// that sending again after a lost answer has its effect once.

import { NoConnection, Refused, agreement, send } from "./hub.js";
import { keep, kept } from "./kept.js";

/** Keep it, to be sent. `title`: what it is, for people · `version`: of an edit, the one it was made over. */
export function add({ title, agreementId, path, body, version = null }) {
  const one = { key: crypto.randomUUID(), at: new Date().toISOString(), title, agreementId, path, body, version };
  keep({ waiting: [...kept.waiting, one] });
  return one.key;
}

export const drop = (key) => keep({ waiting: kept.waiting.filter((one) => one.key !== key) });

const change = (key, more) =>
  keep({ waiting: kept.waiting.map((one) => (one.key === key ? { ...one, ...more } : one)) });

/** Send an edit again, over what the agreement says now. */
export const overNow = (key, version) => change(key, { version, trouble: null });

let sending = null;

/** Send what waits; gives what the hub took, with its answers. What it refused stays, with what is the matter. */
export function sendAll() {
  sending ??= each().finally(() => (sending = null));
  return sending;
}

async function each() {
  const taken = [];
  for (const one of kept.waiting.filter((one) => !one.trouble)) {
    try {
      const { said } = await post(one);
      drop(one.key);
      taken.push({ one, said });
    } catch (error) {
      if (error instanceof NoConnection) break;
      if (!(error instanceof Refused) || error.status === 401) throw error;
      if (error.status >= 500 || error.status === 429) break;
      const trouble = { code: error.code, rule: error.rule };
      if (error.status !== 412 || !(await isSoAlready(one))) change(one.key, { trouble });
      else {
        drop(one.key);
        taken.push({ one });
      }
    }
  }
  return taken;
}

function post({ key, path, body, version }) {
  if (version === null) return send("POST", path, { body, headers: { "Idempotency-Key": key } });
  return send("PATCH", path, { body, headers: { "If-Match": `"${version}"` } });
}

/** Whether an edit that came too late says what the agreement says: then an earlier try of it arrived. */
async function isSoAlready({ agreementId, body }) {
  const { units } = await agreement(agreementId);
  return Object.entries(body.units).every(([name, value]) => same(units[name] ?? null, value));
}

/** Whether two values say the same; a member that is not there is one that is empty. */
function same(left, right) {
  const empty = (value) => value == null || value === "" || (Array.isArray(value) && !value.length);
  if (empty(left) || empty(right)) return empty(left) && empty(right);
  if (typeof left !== "object" || typeof right !== "object") return left === right;
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((name) => same(left[name], right[name]));
}
