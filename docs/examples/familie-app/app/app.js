// A family app on the public API of Samenspraak: who signs in sees their day and their agreements, and says yes or
// no, reports, calls off, proposes and comments. What is kept and what waits is in kept.js and waiting.js.

import * as follow from "./follow.js";
import * as hub from "./hub.js";
import { forgetAll, forgetAnswers, keep, kept } from "./kept.js";
import { ask, button, fill, h, tell } from "./page.js";
import * as screens from "./screens.js";
import * as signin from "./signin.js";
import * as waiting from "./waiting.js";
import * as words from "./words.js";

const EVERY = 5_000; // while the page is in sight we ask so often what changed,
const [DAY, WEEK] = [6, 120]; // and so many times later what became of this day, and of the week

let config;
let online = navigator.onLine;
let invited = false; // somebody signed in who has to show an invitation first
let looks = 0;

// Where we are: #/dag/2026-11-23, #/dag/2026-11-23/group:dag, #/afspraken, #/afspraak/<id>

function place() {
  const [screen = "dag", ...rest] = location.hash.replace(/^#\//, "").split("/").filter(Boolean).map(decodeURIComponent);
  if (screen === "afspraken") return { screen };
  if (screen === "afspraak") return { screen, id: rest[0] };
  return { screen: "dag", day: /^\d{4}-\d\d-\d\d$/.test(rest[0] ?? "") ? rest[0] : words.today(), group: rest[1] ?? "" };
}

// Showing.

function show() {
  const signedIn = Boolean(signin.token());
  document.title = [kept.me && !invited && { dag: "Dag", afspraken: "Afspraken", afspraak: "Afspraak" }[place().screen], config?.title ?? "Familie-app"].filter(Boolean).join(" – ");
  fill(document.getElementById("kop"), header(signedIn));
  fill(document.getElementById("inhoud"), body(signedIn));
}

function header(signedIn) {
  const at = place().screen;
  const link = (to, text, here) => h("a", { href: to, "aria-current": here, id: `naar-${text.toLowerCase()}` }, text);
  const isSomebody = kept.me && !invited;
  return [
    h("div", { class: "top" },
      h("h1", {}, config?.title ?? "Familie-app", isSomebody && kept.me.name && h("span", { class: "who" }, kept.me.name)),
      (signedIn || kept.me) && button("afmelden", "Afmelden", signOut)),
    isSomebody ? h("nav", { "aria-label": "Schermen" }, link("#/dag", "Dag", at === "dag" && "page"), link("#/afspraken", "Afspraken", { afspraken: "page", afspraak: "true" }[at])) : h("div", { class: "nav-none" }),
  ];
}

function body(signedIn) {
  if (invited) return invitation();
  if (!kept.me) return welcome();
  const at = place();
  const above = screens.status({ online, signedIn, does });
  if (at.screen === "afspraken") return [above, screens.listScreen(does)];
  if (at.screen === "afspraak") return [above, screens.agreementScreen(at.id, does)];
  return [above, screens.dayScreen(at.day, at.group, does)];
}

function welcome() {
  return [
    h("h2", {}, "Welkom"),
    h("p", {}, "Hier ziet u de afspraken waar u aan meedoet. Meld u eerst aan."),
    button("aanmelden", "Aanmelden", signIn, { class: "first" }),
    h("p", { class: "small" }, "Na het aanmelden bewaart dit apparaat de laatste afspraken, zodat u ze zonder verbinding kunt lezen. Meldt u zich af, dan is alles weg."),
  ];
}

function invitation() {
  return [
    h("h2", {}, "Uw uitnodiging"),
    h("p", {}, "U bent aangemeld, maar wij kennen u hier nog niet. U kreeg een code van de zorgorganisatie. Die code werkt één keer."),
    button("code", "Vul de code in", useCode, { class: "first" }),
  ];
}

// Hearing from the hub.

let looking = Promise.resolve();

/** Send what waits and look for news, after whoever is doing so: an older answer never takes the place of a newer. */
function refresh(options) {
  looking = looking.catch(() => null).then(() => look(options));
  return looking;
}

/** `quiet`: nobody asked for it, so that the page stays as it is while nothing changed. */
async function look({ week = false, day = true, quiet = false } = {}) {
  if (!signin.token() || !kept.me || invited) return show();
  const [before, wasOnline] = [kept, online];
  try {
    const taken = await waiting.sendAll();
    const isNew = (await follow.catchUp()) || before.behind;
    const all = week || kept.behind;
    const isOther = await follow.readDays(days(all, day), { only: all });
    keep({ at: new Date().toISOString() });
    online = true;
    if (!quiet || isNew || isOther || kept.waiting !== before.waiting || !wasOnline) show();
    else document.getElementById("bijgewerkt").textContent = screens.updated();
    if (taken.length) tell(sent(taken));
  } catch (error) {
    await failed(error, { quiet: quiet && kept === before });
  }
}

/** Which days to read: the one in sight, and those of the week. */
function days(all, day) {
  const at = place();
  const inSight = at.screen === "dag" && (all || day) ? [{ day: at.day, group: at.group }] : [];
  return all ? [...inSight, ...follow.week()] : inSight;
}

function sent(taken) {
  const waits = taken.some(({ said }) => said?.waits?.length);
  if (waits) return "Verstuurd. Dit geldt pas als anderen ook akkoord zijn. Tot dan geldt wat er stond.";
  return taken.length === 1 ? `Verstuurd: ${taken[0].one.title}` : `Verstuurd: ${taken.length} berichten.`;
}

async function failed(error, { quiet = false } = {}) {
  if (error instanceof hub.NoConnection) {
    if (quiet && !online) return;
    online = false;
  } else if (error instanceof hub.Refused && error.code === "no_account") {
    forgetAnswers(); // whoever may not look any more keeps nothing either
    invited = true;
  } else if (error instanceof hub.Refused && error.status === 401) {
    online = true;
    signin.forget();
    tell("U was te lang aangemeld. Meld u opnieuw aan.");
  } else if (error instanceof hub.Refused) {
    if (quiet) return;
    tell("Het lukt nu niet. We proberen het straks opnieuw. U hoeft niets te doen.");
  } else throw error;
  show();
}

// Signing in and out.

async function signIn() {
  try {
    await signin.leave(config);
  } catch {
    tell("Aanmelden lukt nu niet. Kijk of u verbinding heeft, en probeer het opnieuw.");
  }
}

async function enter() {
  try {
    const me = await hub.read("/me");
    if (kept.me && (kept.me.id !== me.id || kept.me.organisation !== me.organisation)) forgetAnswers();
    keep({ me });
    invited = false;
    navigator.serviceWorker?.register("sw.js");
    await refresh({ week: true });
  } catch (error) {
    await failed(error);
  }
}

async function useCode() {
  const typed = await ask({
    title: "Uw uitnodiging",
    fields: [{ name: "code", label: "Code van uw uitnodiging", autocomplete: "one-time-code" }],
    yes: "Verder",
  });
  if (!typed) return;
  try {
    await hub.send("POST", "/me/invitation", { body: typed });
    invited = false;
    await enter();
  } catch (error) {
    if (!(error instanceof hub.Refused) || error.status === 401) return failed(error);
    tell("Deze code werkt niet (meer). Vraag een nieuwe code aan de zorgorganisatie.");
  }
}

async function signOut() {
  const count = kept.waiting.length;
  const lost = count === 1 ? "Er is nog 1 bericht niet verstuurd. Dat gaat dan weg." : `Er zijn nog ${count} berichten niet verstuurd. Die gaan dan weg.`;
  if (count && !(await ask({ title: "Afmelden?", text: [lost], yes: "Toch afmelden", no: "Blijf aangemeld" }))) return;
  invited = false;
  await forgetAll();
  history.replaceState(null, "", location.pathname);
  const to = online ? await signin.goodbye(config) : signin.forget();
  if (to) return location.assign(to);
  show();
  tell("U bent afgemeld. Er staat niets meer op dit apparaat.");
}

// Saying something. Everything goes by way of what waits, also when there is a connection.

const pathOf = (id) => `/agreements/${encodeURIComponent(id)}`;
const known = (id) => kept.agreements.find((one) => one.id === id);

async function say(one) {
  waiting.add(one);
  show();
  if (!online || !signin.token()) tell("Bewaard. Dit wordt verstuurd zodra u weer verbinding heeft en bent aangemeld.");
  await refresh();
}

const does = {
  refresh: () => refresh({ week: true }),
  signIn,
  isNew: () => online && Boolean(signin.token()),
  day: (day, group = "") => (location.hash = `#/dag/${day}${group ? `/${encodeURIComponent(group)}` : ""}`),

  async report(moment, about, done) {
    const title = `${done ? "Gedaan" : "Niet gedaan"}: ${about?.what ?? "afspraak"}, ${words.day(moment.day)}`;
    const typed = await ask({
      title,
      fields: [{ name: "text", label: done ? "Wilt u er iets bij zeggen? (hoeft niet)" : "Waarom niet? (hoeft niet)", type: "text-area", optional: true }],
      yes: done ? "Meld: gedaan" : "Meld: niet gedaan",
    });
    if (!typed) return;
    const id = moment.agreement_id;
    await say({ title, agreementId: id, path: `${pathOf(id)}/reports`, body: { moment: moment.key, done, text: typed.text } });
  },

  async callOff(moment, about) {
    const typed = await ask({
      title: `Afzeggen: ${about?.what ?? "afspraak"}, ${words.day(moment.day)}`,
      text: [words.backup(moment.backup, screens.who), "Alleen deze keer gaat niet door."],
      fields: [{ name: "reason", label: "Reden (hoeft niet)", optional: true }],
      yes: "Zeg af",
    });
    if (typed) await different(moment, about, "Afgezegd", { kind: "cancelled", reason: typed.reason });
  },

  takeOver: (moment, about) => different(moment, about, "Overgenomen", { kind: "taken_over", by: kept.me.party }),

  async move(moment, about) {
    const typed = await ask({
      title: `Andere tijd: ${about?.what ?? "afspraak"}, ${words.day(moment.day)}`,
      text: ["Alleen deze keer wordt anders. De anderen krijgen bericht."],
      fields: [
        { name: "day", label: "Welke dag?", type: "date", value: moment.day },
        { name: "time", label: "Hoe laat? (hoeft niet)", type: "time", value: moment.at ? words.short(moment.at) : "", optional: true },
        { name: "reason", label: "Reden (hoeft niet)", optional: true },
      ],
      yes: "Verzet",
      check: ({ day }) => (day < words.today() ? "Kies vandaag of een dag die nog komt." : ""),
    });
    if (!typed) return;
    const to = { kind: "moved", moved_to: typed.day, moved_time: typed.time ? `${typed.time}:00` : null, reason: typed.reason };
    await different(moment, about, "Verzet", to);
  },

  async propose(one, name, duty) {
    const { schedule } = duty;
    const times = schedule.timing?.times ?? [];
    const old = times.length === 1 ? words.short(times[0]) : "";
    const typed = await ask({
      title: "Een andere tijd voorstellen",
      text: [`Nu staat er: ${words.schedule(duty)}`, "Wij vragen de ander of het goed is."],
      fields: [
        { name: "text", label: "Wanneer, in uw woorden", value: schedule.text, optional: Boolean(old) },
        old && { name: "time", label: "Hoe laat?", type: "time", value: old },
      ].filter(Boolean),
      yes: "Stel voor",
      check: ({ text, time }) => (time && time !== old && words.names(text, old) ? `In uw woorden staat nog ${old}. Pas dat ook aan.` : ""),
    });
    if (!typed) return;
    const timing = typed.time ? { ...schedule.timing, times: [`${typed.time}:00`] } : schedule.timing;
    const units = { [name]: { ...duty, schedule: { ...schedule, text: typed.text, timing } } };
    const title = `Andere tijd: ${one.units.what?.text ?? "afspraak"}, ${typed.time ?? typed.text}`;
    await say({ title, agreementId: one.id, path: pathOf(one.id), body: { units }, version: one.version });
  },

  async agree(one, agrees) {
    const what = one.units.what?.text ?? "afspraak";
    const typed = agrees
      ? { text: "" }
      : await ask({
          title: `Niet akkoord: ${what}`,
          text: ["Dat mag altijd. De verantwoordelijke neemt contact met u op. Tot dan blijft de afspraak staan."],
          fields: [{ name: "text", label: "Wat zou u anders willen? (hoeft niet)", type: "text-area", optional: true }],
          yes: "Ik ben niet akkoord",
        });
    if (!typed) return;
    const title = `${agrees ? "Akkoord" : "Niet akkoord"}: ${what}`;
    await say({ title, agreementId: one.id, path: `${pathOf(one.id)}/assents`, body: { agrees, version: one.version, text: typed.text } });
  },

  async comment(one) {
    const typed = await ask({
      title: "Schrijf een opmerking",
      text: ["Iedereen die deze afspraak mag zien, kan uw opmerking lezen."],
      fields: [{ name: "text", label: "Uw opmerking", type: "text-area" }],
      yes: "Verstuur",
    });
    if (!typed) return;
    await say({ title: `Opmerking: ${one.units.what?.text ?? "afspraak"}`, agreementId: one.id, path: `${pathOf(one.id)}/comments`, body: typed });
  },

  /** What was typed came too late: show both texts, and let the person choose. */
  async choose(one) {
    let now;
    try {
      now = await hub.agreement(one.agreementId);
    } catch (error) {
      return failed(error);
    }
    const [name, typed] = Object.entries(one.body.units)[0];
    const texts = h("div", { class: "texts" },
      h("div", {}, h("h3", {}, "Er staat nu"), h("p", { id: "staat-nu" }, words.unit(name, now.units[name], screens.who))),
      h("div", {}, h("h3", {}, "U typte"), h("p", { id: "u-typte" }, words.unit(name, typed, screens.who))));
    const chosen = await ask({ title: one.title, text: [texts], yes: "Stuur wat ik typte", other: "Houd wat er staat", no: "Later" });
    if (chosen === null) return;
    if (chosen === false) waiting.drop(one.key);
    else waiting.overNow(one.key, now.version);
    await refresh();
  },

  async drop(one) {
    waiting.drop(one.key);
    show();
  },
};

/** One moment is different, once. */
async function different(moment, about, what, exception) {
  const one = known(moment.agreement_id);
  if (!one) return tell("Deze afspraak is nog niet opgehaald. Probeer het met verbinding opnieuw.");
  const units = { [`exception[${moment.key}]`]: exception };
  const title = `${what}: ${about?.what ?? "afspraak"}, ${words.day(moment.day)}`;
  await say({ title, agreementId: one.id, path: pathOf(one.id), body: { units }, version: one.version });
}

// Beginning, and going on.

function cannotOpen() {
  return [
    h("h2", {}, "De app kan nu niet openen"),
    h("p", { role: "alert" }, "Kijk of u verbinding heeft, en probeer het dan opnieuw."),
    button("opnieuw", "Probeer het opnieuw", () => location.reload(), { class: "first" }),
  ];
}

const inSight = () => document.visibilityState === "visible" && signin.token();

async function again() {
  looks += 1;
  try {
    if (inSight()) await refresh({ day: looks % DAY === 0, week: looks % WEEK === 0, quiet: true });
  } finally {
    setTimeout(again, EVERY);
  }
}

async function start() {
  try {
    config = await fetch("config.json").then((answer) => answer.json());
  } catch {
    return fill(document.getElementById("inhoud"), cannotOpen());
  }
  hub.use(config.hub);
  const asked = new URLSearchParams(location.search).has("state");
  const came = await signin.comeBack(config).catch(() => false);
  if (came) await enter();
  else show();
  if (asked && !came) tell("Aanmelden is niet gelukt. Probeer het opnieuw.");
  addEventListener("hashchange", () => {
    show();
    tell("");
    scrollTo(0, 0);
    document.getElementById("inhoud").focus();
    refresh();
  });
  addEventListener("online", () => {
    online = true;
    refresh({ week: true });
  });
  addEventListener("offline", () => {
    online = false;
    show();
  });
  addEventListener("visibilitychange", () => inSight() && refresh({ quiet: true }));
  setTimeout(again, EVERY);
}

start();
