// Asking the hub, by its public API alone (docs/reference/api.md).

import { token } from "./signin.js";

let base = "";
const tags = new Map(); // by path: the ETag and what was answered with it; in memory only

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

/** One agreement, asked for again only when it changed. */
export async function agreement(id) {
  const path = `/agreements/${encodeURIComponent(id)}`;
  const before = tags.get(path);
  const found = await send("GET", path, { headers: before ? { "If-None-Match": before.tag } : {} });
  if (found.same) return before.said;
  tags.set(path, { tag: found.tag, said: found.said });
  return found.said;
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

export const forget = () => tags.clear();
