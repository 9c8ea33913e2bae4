// The files of the app, so that it opens without a connection. What the hub answers never comes here.

const NAME = "familie-app-files";
const FILES = [
  "./", "app.css", "app.js", "page.js", "signin.js", "kept.js", "hub.js", "follow.js", "waiting.js", "words.js", "screens.js",
  "config.json", "icon.svg", "manifest.webmanifest",
];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const folder = new URL("./", self.location).href;
  const file = url.href.startsWith(folder) ? url.origin + url.pathname : "";
  if (event.request.method !== "GET" || !FILES.some((one) => new URL(one, folder).href === file)) return;
  event.respondWith(fresh(event.request, file));
});

/** The newest there is; what was kept when there is no connection. */
async function fresh(request, file) {
  try {
    const answer = await fetch(request);
    if (answer.ok && (await caches.has(NAME))) (await caches.open(NAME)).put(file, answer.clone());
    return answer;
  } catch {
    return (await caches.match(file)) ?? Response.error();
  }
}
