// The two screens, a day and an agreement, made of what is kept and what is to be sent.

import { kept, sheetKey } from "./kept.js";
import { button, h } from "./page.js";
import * as words from "./words.js";

/** What people are called, of everything that is kept. */
export function names() {
  const found = {};
  for (const one of Object.values(kept.days).filter(Boolean)) for (const { party, name } of one.parties) found[party] = name;
  for (const one of kept.agreements) for (const { party, name } of one.parties) if (name) found[party] = name;
  return found;
}

export const who = (party) => words.called(party, names(), kept.me?.party);

const line = (found) => found && h("p", { class: `result ${found[0]}` }, found[1], found[2] && h("span", { class: "more" }, ` ${found[2]}`));
/** The agreements as they are listed: by what they are about. */
const byName = (agreements) => [...agreements].sort((one, other) => (one.units.what?.text ?? "").localeCompare(other.units.what?.text ?? "", "nl"));
const assent = (agreement) => agreement.parties.find((one) => one.party === kept.me?.party)?.assent;
const duties = (agreement) =>
  Object.entries(agreement.units)
    .filter(([name]) => name.startsWith("assignment["))
    .map(([name, duty]) => ({ id: name.slice(11, -1), name, duty }));

// What is above every screen.

export const updated = () => (kept.at ? `Laatst bijgewerkt ${words.when(kept.at)}` : "Nog niet bijgewerkt");

export function status({ online, signedIn, does }) {
  return [
    h("div", { class: "updated" }, h("span", { id: "bijgewerkt" }, updated()), signedIn && online && button("vernieuwen", "Vernieuwen", does.refresh)),
    !online && h("div", { class: "notice", id: "geen-verbinding" }, h("p", {}, "U heeft geen verbinding. U ziet wat we het laatst wisten. Er kan intussen iets veranderd of gemeld zijn.")),
    online && !signedIn && h("div", { class: "notice" }, h("p", {}, "U bent niet aangemeld. U ziet wat we het laatst wisten."), button("aanmelden", "Aanmelden", does.signIn, { class: "first" })),
    waiting(does, online && !signedIn),
  ];
}

function waiting(does, waitsForSigningIn) {
  const [stuck, ready] = [kept.waiting.filter((one) => one.trouble), kept.waiting.filter((one) => !one.trouble)];
  return [
    ready.length > 0 &&
      h("section", { class: "notice", id: "wacht", "aria-label": "Nog te versturen" },
        h("p", {}, waitsForSigningIn ? "Dit wordt verstuurd zodra u bent aangemeld:" : "Dit wordt verstuurd zodra u weer verbinding heeft:"),
        h("ul", {}, ready.map((one) => h("li", {}, one.title)))),
    stuck.map((one) =>
      h("section", { class: "notice", "aria-label": "Niet verstuurd" },
        h("p", {}, h("strong", {}, one.title)),
        h("p", {}, words.refused(one.trouble)),
        h("div", { class: "deeds" },
          one.trouble.code === "stale" && button(`kies-${one.key}`, "Bekijk en kies", () => does.choose(one), { class: "first" }),
          button(`weg-${one.key}`, "Haal weg", () => does.drop(one))))),
  ];
}

// A day.

export function dayScreen(day, group, does) {
  const sheet = kept.days[sheetKey({ day, group })];
  const title = words.capital([words.near(day), words.day(day)].filter(Boolean).join(", "));
  return [
    !group && asked(),
    h("h2", {}, title, group && h("span", { class: "who" }, words.capital(who(group)))),
    h("div", { class: "days" },
      button("dag-terug", "Vorige", () => does.day(words.after(day, -1), group), { "aria-label": "Vorige dag" }),
      day !== words.today() && button("vandaag", "Vandaag", () => does.day(words.today(), group)),
      button("dag-verder", "Volgende", () => does.day(words.after(day, 1), group), { "aria-label": "Volgende dag" })),
    sheet ? sheetOf(sheet, day, does) : h("p", { id: "nog-niets" }, sheet === null ? "U hoort niet meer bij deze groep." : notYet("deze dag", does)),
  ];
}

/** What is not on this device yet. */
const notYet = (what, does) => (does.isNew() ? `Een ogenblik. Wij halen ${what} op.` : `Wij hebben ${what} nog niet opgehaald. Dat kan pas als u verbinding heeft en bent aangemeld.`);
const agreementPath = (id) => `#/afspraak/${encodeURIComponent(id)}`;

/** The agreements to which this person has not said yes or no. */
function asked() {
  const found = byName(kept.agreements.filter((one) => assent(one) === "asked" && one.units.what));
  if (!found.length) return null;
  return h("section", { class: "notice", "aria-label": "Uw akkoord" },
    h("p", {}, "Wij vragen uw akkoord voor:"),
    h("ul", {}, found.map((one) => h("li", {}, h("a", { href: agreementPath(one.id), id: `vraagt-${one.id}`, class: "to" }, one.units.what.text)))));
}

function sheetOf(sheet, day, does) {
  const about = Object.fromEntries(sheet.agreements.map((one) => [one.id, one]));
  const silent = sheet.systems.filter((one) => one.out_of_reach);
  const since = silent.map((one) => one.heard_at).filter(Boolean).sort()[0];
  return [
    silent.length > 0 &&
      h("div", { class: "notice", id: "stil" },
        h("p", {}, words.unheard({ known_until: since, unheard: silent }), " Wat daar intussen is gemeld, ziet u hier nog niet.")),
    !sheet.moments.length && !sheet.standing.length && h("p", {}, "Voor deze dag zijn er geen afspraken waar u aan meedoet."),
    h("ul", { class: "cards" }, sheet.moments.map((one) => momentCard(one, about[one.agreement_id], day, does))),
    sheet.standing.length > 0 && h("h2", {}, "Zonder vaste tijd"),
    h("ul", { class: "cards" }, sheet.standing.map((one) => standingCard(one, about[one.agreement_id]))),
    beside(sheet, day),
  ];
}

/** What else there is to see of this day: that of the groups this person acts for. */
function beside(sheet, day) {
  if (sheet.members) {
    const people = sheet.members.people.map(who).join(", ");
    return [
      people && h("p", { class: "small" }, `In deze groep: ${people}. Wie er nu werkt, weten wij niet.`),
      h("p", {}, h("a", { href: `#/dag/${day}`, id: "eigen-dag", class: "to" }, "Naar uw eigen dag")),
    ];
  }
  const groups = new Set([...sheet.moments, ...sheet.standing].filter((one) => one.involved.includes("group_performs")).map((one) => one.performer).filter((one) => one?.startsWith("group:")));
  return [
    [...groups].map((one) => h("p", {}, h("a", { href: `#/dag/${day}/${encodeURIComponent(one)}`, id: `dag-van-${one}`, class: "to" }, `De dag van ${who(one)}`))),
    h("p", { class: "small" }, "U ziet hier alleen waar u aan meedoet. Alles staat bij Afspraken."),
  ];
}

function momentCard(moment, about, day, does) {
  const id = moment.key.replaceAll(":", "-");
  const takesPlace = words.TAKES_PLACE.includes(moment.state) && moment.day === day;
  const [, own] = moment.key.match(/:(\d{4}-\d\d-\d\d):/);
  const typed = kept.waiting.find((one) => one.body.moment === moment.key || one.body.units?.[`exception[${moment.key}]`]);
  const open = takesPlace && !typed && ["none", "unknown"].includes(moment.result);
  const stepsIn = moment.involved.includes("steps_in");
  return h("li", { class: "card", id: `moment-${moment.agreement_id}-${id}` },
    h("p", { class: "time" }, moment.day === day ? words.atTime(moment) : "Stond op deze dag"),
    h("h3", {}, h("a", { href: agreementPath(moment.agreement_id), id: `bij-${moment.agreement_id}-${id}`, class: "to" }, about?.what ?? "Afspraak")),
    h("p", { class: "who-does" }, `${words.doesIt(who(moment.performer), words.TAKES_PLACE.includes(moment.state))}.`),
    about?.modality === "never" && h("p", { class: "never" }, words.modality(about)),
    about?.modality === "may" && h("p", {}, words.modality(about)),
    about && named(about.client),
    about?.place && h("p", { class: "small" }, `Waar: ${about.place}`),
    line(words.different(moment, who)),
    moment.state === "cancelled" && moment.backup && h("p", {}, stepsIn ? "U bent de vervanger. U hoeft het niet over te nemen." : `Vervanger: ${who(moment.backup)}.`),
    line(typed ? ["note", `U meldde: ${typed.title.split(":")[0].toLowerCase()}. Dit is nog niet verstuurd.`] : words.became(moment, words.today(), does.isNew())),
    moment.reports.length > 0 && h("ul", { class: "small" }, moment.reports.map((one) => h("li", {}, saidLine(one)))),
    stepsIn && !typed && h("div", { class: "deeds" }, button(`overnemen-${id}`, "Ik neem het over", () => does.takeOver(moment, about), { class: "first" })),
    takesPlace && h("div", { class: "deeds" },
      open && day <= words.today() && [
        button(`gedaan-${id}`, "Gedaan", () => does.report(moment, about, true), { class: "first" }),
        button(`niet-${id}`, "Niet gedaan", () => does.report(moment, about, false))],
      open && own >= words.today() && [
        button(`afzeggen-${id}`, "Afzeggen", () => does.callOff(moment, about)),
        button(`verzetten-${id}`, "Andere tijd", () => does.move(moment, about))]));
}

/** For whom it is, where that may be told. */
const named = (client) => client !== kept.me?.party && names()[client] && h("p", { class: "small" }, `Voor ${names()[client]}`);

function standingCard(one, about) {
  return h("li", { class: "card" },
    h("h3", {}, h("a", { href: agreementPath(one.agreement_id), id: `vast-${one.agreement_id}-${one.assignment_id}`, class: "to" }, about?.what ?? "Afspraak")),
    h("p", { class: about?.modality === "never" ? "never" : "" }, words.modality(about) || `${words.doesIt(who(one.performer))}.`),
    one.when && about?.modality !== "never" && h("p", { class: "small" }, words.capital(one.when)));
}

function saidLine(one) {
  const by = one.by ? words.capital(who(one.by)) : "Iemand";
  const what = by === "U" ? { assent: "bent akkoord", decline: "bent niet akkoord" }[one.kind] ?? words.SAID[one.kind] : words.SAID[one.kind];
  return `${by} ${what}, ${words.when(one.at)}${one.text ? `: “${one.text}”` : ""}`;
}

// All agreements, and one.

export function listScreen(does) {
  return [
    h("h2", {}, "Afspraken"),
    kept.agreements.length === 0 && h("p", { id: "nog-niets" }, kept.number === null ? notYet("uw afspraken", does) : "Er zijn nu geen afspraken die u mag zien."),
    h("ul", { class: "cards" },
      byName(kept.agreements).map((one) =>
        h("li", { class: "card" },
          h("h3", {}, h("a", { href: agreementPath(one.id), id: `afspraak-${one.id}`, class: "to" }, one.units.what?.text ?? "Afspraak")),
          h("p", { class: "small" }, `${words.STATES[one.state]}${words.modality(one.units.what) ? `. ${words.modality(one.units.what)}` : ""}`),
          one.units.what?.modality !== "never" && duties(one).map(({ duty }) => h("p", {}, `${words.capital(who(duty.performer))}: ${words.schedule(duty)}`)),
          assent(one) === "asked" && h("p", { class: "result note" }, "Wij vragen uw akkoord.")))),
  ];
}

export function agreementScreen(id, does) {
  const one = kept.agreements.find((found) => found.id === id);
  if (!one) return [h("h2", {}, "Afspraak"), h("p", { id: "weg" }, "Deze afspraak is niet (meer) beschikbaar voor u."), h("p", {}, h("a", { href: "#/afspraken", id: "alle-afspraken", class: "to" }, "Naar alle afspraken"))];
  const { units } = one;
  const mine = assent(one);
  return [
    h("h2", {}, units.what?.text ?? "Afspraak"),
    h("p", { class: units.what?.modality === "never" ? "never" : "small" }, [words.STATES[one.state], words.modality(units.what)].filter(Boolean).join(". ")),
    named(one.client),
    mine && assentCard(one, mine, does),
    h("section", { class: "card", "aria-labelledby": "wie" },
      h("h3", { id: "wie" }, "Wie doet wat"),
      duties(one).map((found) => dutyPart(one, found, does))),
    (units.conditions || units.place) && h("section", { class: "card", "aria-labelledby": "hoe" },
      h("h3", { id: "hoe" }, "Hoe"),
      h("dl", {},
        units.place && [h("dt", {}, "Waar"), h("dd", {}, units.place)],
        units.conditions?.text && [h("dt", {}, "Voorwaarden"), h("dd", {}, units.conditions.text)],
        units.conditions?.instruction && [h("dt", {}, "Uitleg"), h("dd", {}, units.conditions.instruction)],
        units.conditions?.instruction_required && h("dd", {}, "Dit mag alleen na uitleg.")),
      units.review?.due && h("p", { class: "small" }, `We bespreken dit weer op ${words.day(units.review.due)}.`)),
    h("section", { class: "card", "aria-labelledby": "gezegd" },
      h("h3", { id: "gezegd" }, "Wat er is gezegd"),
      one.said.length ? h("ul", {}, one.said.map((said) => h("li", {}, saidLine(said)))) : h("p", {}, "Nog niets."),
      h("div", { class: "deeds" }, button("opmerking", "Schrijf een opmerking", () => does.comment(one)))),
  ];
}

function assentCard(one, mine, does) {
  const others = one.parties.filter((party) => party.assent && party.party !== kept.me.party);
  return h("section", { class: "card", "aria-labelledby": "akkoord" },
    h("h3", { id: "akkoord" }, "Akkoord"),
    h("p", { id: "mijn-akkoord" }, mine === "asked" ? "Bent u het eens met deze afspraak? U hoeft niet mee te doen." : `U bent ${words.ASSENT[mine]}.`),
    others.length > 0 && h("ul", { class: "small" }, others.map((party) => h("li", {}, `${words.capital(who(party.party))}: ${words.ASSENT[party.assent]}`))),
    h("div", { class: "deeds" },
      mine !== "agreed" && button("eens", "Ik ben akkoord", () => does.agree(one, true), { class: "first" }),
      mine !== "declined" && button("oneens", "Niet akkoord", () => does.agree(one, false))));
}

function dutyPart(one, { id, name, duty }, does) {
  const [backup, responsible] = [one.units[`backup[${id}]`], one.units[`responsible[${id}]`]];
  return h("div", {},
    h("dl", {},
      h("dt", {}, words.capital(who(duty.performer))),
      h("dd", {}, words.schedule(duty)),
      backup && h("dd", { class: "small" }, `Vervanger: ${who(backup)}`),
      responsible && h("dd", { class: "small" }, `Vragen? ${words.capital(who(responsible))}`)),
    one.units.what?.modality !== "never" && h("div", { class: "deeds" },
      button(`tijd-${id}`, "Stel een andere tijd voor", () => does.propose(one, name, duty), { "aria-label": `Stel een andere tijd voor (${who(duty.performer)})` })));
}
