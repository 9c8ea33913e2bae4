// Asking the hub, by its public API alone (docs/reference/api.md).

import { token } from "./signin.js";

let base = "";

export const use = (hub) => (base = `${hub.replace(/\/$/, "")}/api/v1`);

/** The hub could not be reached. */
export class NoConnection extends Error {}

/** The hub answered that it cannot be done: `status`, `code` and perhaps `rule`. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? "");
    this.status = status;
    this.code = problem.code ?? "";
    this.rule = problem.rule ?? "";
  }
}

export async function send(method, path, { body, headers = {} } = {}) {
  let answer;
  try {
    answer = await fetch(base + path, {
      method,
      headers: {
        Authorization: `Bearer ${token() ?? ""}`,
        ...(body ? { "Content-Type": "application/json" } : {}),
        ...headers,
      },
      body: body ? JSON.stringify(body) : undefined,
      cache: "no-store",
    });
  } catch {
    throw new NoConnection();
  }
  if (answer.status === 304) return { same: true };
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, said);
  return { said, tag: answer.headers.get("ETag") };
}

export const read = async (path) => (await send("GET", path)).said;

export const agreement = (id) => read(`/agreements/${encodeURIComponent(id)}`);

/** What changed for this person after a number: ids and numbers, never content. */
export const events = (after, limit = 100) => read(`/me/events?after=${after}&limit=${limit}`);

/** A day. `before`: what was kept of it; it is sent again only when it says something else. */
export async function day({ day, group }, before) {
  const path = `/today?day=${day}${group ? `&group=${encodeURIComponent(group)}` : ""}`;
  try {
    const found = await send("GET", path, { headers: before?.tag ? { "If-None-Match": before.tag } : {} });
    return found.same ? before : { ...found.said, tag: found.tag };
  } catch (error) {
    if (group && error.status === 404) return null; // no longer in the group
    throw error;
  }
}

/** All agreements that this person may see, page by page. */
export async function agreements() {
  const items = [];
  for (let cursor = ""; cursor !== null; ) {
    const page = await read(`/agreements?limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    items.push(...page.items);
    cursor = page.next;
  }
  return items;
}
