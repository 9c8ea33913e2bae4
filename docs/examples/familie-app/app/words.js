// What is said in plain Dutch (B1, "u"). A moment of which nothing is known is never called "niet gedaan".

const ZONE = "Europe/Amsterdam";
const inDutch = (options) => new Intl.DateTimeFormat("nl-NL", { timeZone: ZONE, ...options });
const CLOCK = inDutch({ hour: "2-digit", minute: "2-digit" });
const DAY = inDutch({ weekday: "long", day: "numeric", month: "long" });
const DAY_OF_A_YEAR = inDutch({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const ISO = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE });

/** Today in the Netherlands, as 2026-11-23. */
export const today = () => ISO.format(new Date());
export const noon = (day) => new Date(`${day}T12:00:00Z`);
export const after = (day, count) => new Date(noon(day).getTime() + count * 86_400_000).toISOString().slice(0, 10);

/** "maandag 23 november", with the year when that is another one. */
export const day = (iso) => (iso.slice(0, 4) === today().slice(0, 4) ? DAY : DAY_OF_A_YEAR).format(noon(iso));

/** "vandaag", "gisteren" or "morgen"; "" for any other day. */
export function near(iso) {
  const now = today();
  return { [now]: "vandaag", [after(now, -1)]: "gisteren", [after(now, 1)]: "morgen" }[iso] ?? "";
}

export const clock = (instant) => CLOCK.format(new Date(instant));
export const short = (time) => time.slice(0, 5);

/** "om 09:05", "gisteren om 09:05", or with the day when that is another one. */
export function when(instant) {
  const on = ISO.format(new Date(instant));
  return on === today() ? `om ${clock(instant)}` : `${near(on) || day(on)} om ${clock(instant)}`;
}

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

const PARTS = { morning: "In de ochtend", afternoon: "In de middag", evening: "In de avond", night: "In de nacht" };
export const atTime = (moment) => (moment.at ? short(moment.at) : (PARTS[moment.part] ?? "Deze dag"));

const NOBODY = { group: "het team", device: "een hulpmiddel", professional: "een zorgverlener", volunteer: "een vrijwilliger", relative: "een naaste", client: "de cliënt" };

/** What somebody is called: "u", a name, or the kind of person when the name may not be known. */
export function called(party, names, me) {
  if (!party) return "iemand anders";
  return party === me ? "u" : (names[party] ?? NOBODY[party.split(":")[0]] ?? "iemand");
}

export const doesIt = (who, still = true) => `${capital(who)} ${still ? "doet dit" : "zou dit doen"}`;

export const TAKES_PLACE = ["planned", "moved", "taken_over"];
const BECAME = {
  done: ["good", "Gedaan."],
  not_done: ["note", "Er is gemeld dat dit niet is gedaan."],
  different: ["note", "Er zijn verschillende meldingen. Vraag het na bij de zorg."],
  done_twice: ["note", "Dit is twee keer als gedaan gemeld. Bel de zorg. Geef niets extra."],
};

/** What became of a moment: [class, text, and why if that helps], or null for one that is still to come. `isNew`: heard just now. */
export function became(moment, now, isNew) {
  if (BECAME[moment.result]) return BECAME[moment.result];
  if (moment.day > now || !TAKES_PLACE.includes(moment.state)) return null;
  if (moment.result !== "unknown") return ["", isNew ? "Er is nog niets gemeld." : "Er was nog niets gemeld toen we het laatst keken."];
  return ["note", "Niet bekend of dit is gedaan.", `${unheard(moment)} Het kan al gedaan zijn. Vraag het na.`];
}

/** Why it is not known whether something was reported, and since when. */
export function unheard({ known_until: until, unheard: systems }) {
  if (until) return `Een ander systeem is niet te bereiken. ${capital(when(until))} hoorden we er het laatst iets van.`;
  return systems.some((one) => one.unreadable) ? "Een ander systeem laat ons niet lezen wat daar is gemeld." : "Een ander systeem is niet te bereiken.";
}

/** What is different this once: [class, text], or null. */
export function different(moment, who) {
  const why = moment.reason ? ` Reden: ${moment.reason}` : "";
  if (moment.state === "cancelled") return ["note", `Gaat niet door.${why}`];
  if (moment.state === "moved") return ["note", `Verzet naar ${day(moment.day)}${moment.at ? `, ${short(moment.at)}` : ""}.${why}`];
  if (moment.state === "taken_over") return ["", `Overgenomen van ${who(moment.meant)}.${why}`];
  if (moment.state === "paused") return ["", "Deze afspraak is even gestopt."];
  if (moment.state === "over") return ["", "Deze afspraak is gestopt."];
  return null;
}

/** Who is told when a moment is called off, as far as that can be promised. */
export function backup(party, who) {
  if (!party) return "Er is geen vervanger afgesproken. Wij laten het de anderen weten.";
  return `Vervanger is ${who(party)}. Wij laten het ${who(party)} en de anderen weten. Lukt dat niet, dan krijgt de zorg een vraag.`;
}

export const STATES = {
  proposed: "Voorstel", active: "Geldt nu", paused: "Even gestopt", ended: "Gestopt", withdrawn: "Ingetrokken", mistake: "Vergissing", draft: "Nog niet klaar",
};
export const ASSENT = { asked: "nog geen antwoord", agreed: "akkoord", declined: "niet akkoord" };
export const SAID = { assent: "is akkoord", decline: "is niet akkoord", done: "meldde: gedaan", not_done: "meldde: niet gedaan", comment: "schreef" };

export const modality = (what) => ({ may: "Dit mag. Het hoeft niet.", never: "Dit mag nooit." })[what?.modality] ?? "";

export const schedule = (duty) => {
  const { text, timing } = duty.schedule;
  const times = (timing?.times ?? []).map(short).join(" en ");
  const isTold = (timing?.times ?? []).every((time) => names(text, short(time)));
  return text ? text + (isTold ? "" : ` (${times})`) : times || "Geen vaste tijd";
};

/** Whether these words name this time: "8:00", "08.00 uur". */
export function names(text, time) {
  const [hour, minute] = time.split(":");
  return new RegExp(`(^|\\D)0?${Number(hour)}[:.]${minute}(\\D|$)`).test(text);
}

/** A unit as people read it, for who has to choose between two. */
export function unit(name, value, who) {
  if (value == null) return "Niets bijzonders: het gaat door zoals afgesproken.";
  if (name.startsWith("assignment[")) return `${capital(who(value.performer))}: ${schedule(value)}`;
  if (value.kind === "cancelled") return `Gaat niet door.${value.reason ? ` Reden: ${value.reason}` : ""}`;
  if (value.kind === "moved") return `Verzet naar ${day(value.moved_to)}${value.moved_time ? `, ${short(value.moved_time)}` : ""}.`;
  if (value.kind === "taken_over") return `Overgenomen door ${who(value.by)}.`;
  return String(value);
}

/** What the hub refused, and what to do. */
export function refused({ code, rule }) {
  if (code === "stale") return "Iemand anders heeft dit intussen veranderd. Kies wat er moet staan.";
  if (code === "not_found") return "Deze afspraak is er niet meer voor u. Uw bericht is niet verstuurd.";
  if (rule === "not-asked") return "Voor deze afspraak is uw akkoord niet nodig. Schrijf liever een opmerking.";
  if (rule === "to-come") return "Dit moment komt nog. U kunt het wel afzeggen.";
  if (rule === "not-yours") return "Dit kunt u niet zelf veranderen. Schrijf een opmerking, dan leest de zorg het.";
  return "Dit kon niet worden verwerkt. Haal het weg en probeer het opnieuw, of bel de zorg.";
}
