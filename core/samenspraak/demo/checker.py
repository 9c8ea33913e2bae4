"""What came of it, looked at from outside: each system over its own HTTP interface, and nothing of the hub.

Every function gives what should be seen and whether it is, one line per sight, in words for people.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from samenspraak.demo.systems import Dossier, FamilyApp, Platform, System, Systems, Text

Json = Mapping[str, Any]

MARKER = "urn:samenspraak:marker"
DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)
_CODE = re.compile(r"^AKKOORD (\w{4})\b", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One thing that should be seen in a system, and whether it is."""

    system: str
    text: Text
    holds: bool


def seen(system: System, holds: bool, *, nl: str, en: str) -> Seen:
    return Seen(system=system.name, text={"nl": nl, "en": en}, holds=holds)


# How each system says it.


def plans(dossier: Dossier, what: str) -> list[Json]:
    """The care plans with these words, the live ones first."""
    found = [one for one in dossier.resources("CarePlan") if words(one) == what]
    return sorted(found, key=lambda one: str(one["status"]) != "active")


def words(plan: Json) -> str:
    """What a plan is about."""
    return str(_detail(plan).get("description") or plan.get("title", ""))


def _detail(plan: Json) -> Json:
    activities: Sequence[Json] = plan.get("activity", ())
    found: Json = activities[0].get("detail", {}) if activities else {}
    return found


def notes(plan: Json) -> str:
    """The progress notes of a plan, as one text."""
    activities: Sequence[Json] = plan.get("activity", ())
    return "\n".join(str(note.get("text", "")) for one in activities for note in one.get("progress", ()))


def times(plan: Json) -> list[str]:
    """The times of day in a plan, as ``17:30``."""
    repeat = _detail(plan).get("scheduledTiming", {}).get("repeat", {})
    return [str(one)[:5] for one in repeat.get("timeOfDay", ())]


def record(app: FamilyApp, title: str) -> dict[str, Any]:
    """The record with this title; nothing when there is none."""
    return next((one for one in app.records() if one["title"] == title), {})


def record_times(app: FamilyApp, title: str) -> list[str]:
    """The times of day in a record of the app."""
    tasks = record(app, title).get("tasks", ())
    return [str(at)[:5] for one in tasks for at in (one.get("when", {}).get("rhythm") or {}).get("times", ())]


def threads(platform: Platform, subject: str) -> list[Json]:
    """The threads about this subject, the oldest first."""
    found = platform.resources("CommunicationRequest", identifier=f"{MARKER}|")
    about = [one for one in found if subject in _texts(one)]
    return sorted(about, key=lambda one: int(one["id"]))


def messages(platform: Platform, thread: Json) -> list[str]:
    """What the thread says, the oldest first; the first message is in the thread itself."""
    found = platform.resources("Communication", **{"part-of": f"CommunicationRequest/{thread['id']}"})
    ordered = sorted(found, key=lambda one: int(one["id"]))
    return [_texts(thread), *(_texts(one) for one in ordered)]


def last_terms(platform: Platform, subject: str) -> str:
    """The newest message of the newest live thread that says what is agreed."""
    live = [one for one in threads(platform, subject) if one["status"] == "active"]
    said = [one for one in messages(platform, live[-1]) if "\nWat: " in one] if live else []
    return said[-1] if said else ""


def code_in(text: str) -> str:
    """The short code that people type with their answer, as the message gives it."""
    found = _CODE.findall(text)
    return found[-1] if found else ""


def _texts(resource: Json) -> str:
    return "\n".join(str(part.get("contentString", "")) for part in resource.get("payload", ()))


def spoken(day: date) -> str:
    """A date as the platform writes it."""
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def written(day: date) -> str:
    """A date as a note in the dossier writes it."""
    return f"{DAYS[day.weekday()].capitalize()} {day:%d-%m-%Y}"


def hold(sights: Iterable[Seen]) -> bool:
    return all(one.holds for one in sights)


# Situation 1: support stockings.


def stockings_are_shared(there: Systems, son: str, daughter: str) -> Iterator[Seen]:
    for person, nl, en in ((son, "Rob", "Rob"), (daughter, "Ellen", "Ellen")):
        text = there.platform.readable(person)
        shared = (
            "Wie: Rob Bergsma, op werkdagen om 08:00" in text
            and "Wie: Team Elzenhof, in het weekend om 08:00" in text
            and "U doet dit pas als het aan u is voorgedaan".lower() in text.lower()
        )
        yield seen(
            there.platform,
            shared,
            nl=f"{nl} leest wie de kousen wanneer aantrekt, en dat het eerst wordt voorgedaan.",
            en=f"{en} reads who puts on the stockings when, and that being shown comes first.",
        )


def stockings_are_agreed(there: Systems, son: str) -> Iterator[Seen]:
    yield seen(
        there.platform,
        "Genoteerd: Rob Bergsma is akkoord." in there.platform.readable(son),
        nl="Het gesprek zegt dat het akkoord van Rob is genoteerd.",
        en="The thread says that Rob's assent was noted.",
    )
    found = plans(there.dossier, "Steunkousen aantrekken")
    agreed = ["Rob Bergsma is akkoord met deze afspraak." in notes(one) for one in found]
    yield seen(
        there.dossier,
        len(agreed) == 2 and all(agreed),
        nl="Bij beide taken staat dat Rob akkoord is.",
        en="Both tasks say that Rob agrees.",
    )


# Situation 2: Thursday cooking.


def cooking_is_shared(there: Systems, backup: str) -> Iterator[Seen]:
    found = plans(there.dossier, "Samen koken")
    yield seen(
        there.dossier,
        len(found) == 1 and "Karim" in str(_detail(found[0]).get("performer")),
        nl="Het team ziet dat Karim op donderdag met meneer kookt.",
        en="The team sees that Karim cooks along on Thursdays.",
    )
    yield seen(
        there.platform,
        "Als dat niet lukt: Sanne Dijkman" in there.platform.readable(backup),
        nl="Sanne leest dat zij inspringt als Karim niet kan.",
        en="Sanne reads that she steps in when Karim cannot.",
    )


def cooking_is_cancelled(there: Systems, day: date, others: Sequence[date], backup: str) -> Iterator[Seen]:
    found = plans(there.dossier, "Samen koken")
    text = notes(found[0]) if found else ""
    yield seen(
        there.dossier,
        f"{written(day).lower()}: gaat niet door" in text.lower(),
        nl="Het team leest dat Karim die donderdag niet komt.",
        en="The team reads that Karim does not come that Thursday.",
    )
    yield seen(
        there.dossier,
        len(found) == 1 and not any(f"{one:%d-%m-%Y}" in text for one in others),
        nl="De andere donderdagen blijven staan.",
        en="The other Thursdays stay.",
    )
    meetings = there.volunteers.call("activiteitBijeenkomstOverzicht", filter={})
    planned = {one["datum"] for one in meetings if "Gepland" in one["status"].values()}
    yield seen(
        there.volunteers,
        day.isoformat() not in planned and planned >= {one.isoformat() for one in others},
        nl="Alleen die ene donderdag vervalt.",
        en="Only that one Thursday is off.",
    )
    last = last_terms(there.platform, "Samen koken")
    yield seen(
        there.platform,
        f"Gaat niet door: {spoken(day)}" in last and last in there.platform.readable(backup),
        nl="Sanne leest dat zij die donderdag aan de beurt is.",
        en="Sanne reads that it is her turn that Thursday.",
    )
    yield seen(
        there.other_app,
        any(
            one["day"] == day.isoformat() for one in record(there.other_app, "Samen koken").get("changes", ())
        ),
        nl="In de app van Sanne staat het ook.",
        en="Sanne's app shows it, too.",
    )


# Situation 3: medication given or not.


def medication_is_reported(there: Systems, day: date, nurse: str) -> Iterator[Seen]:
    found = plans(there.dossier, "Medicijnen geven uit de weekdoos")
    line = f"{written(day)}: gedaan door Ellen Bergsma."
    yield seen(
        there.dossier,
        len(found) == 1 and line in notes(found[0]) and line in there.dossier.readable(nurse),
        nl="De verpleegkundige leest dat Ellen de medicijnen van zondag gaf.",
        en="The nurse reads that Ellen gave Sunday's medication.",
    )
    yield seen(
        there.dossier,
        len(found) == 1 and notes(found[0]).count(line) == 1,
        nl="Het staat er één keer.",
        en="It is there once.",
    )


# Situation 4: two edits at once.


def dinner_has_both_edits(there: Systems, at: str, how: str, reader: str) -> Iterator[Seen]:
    nl, en = f"Hier staan allebei: {at} uur en de nieuwe uitleg.", f"Both are here: {at} and the instruction."
    (plan, *_), app, other = _dinner(there)
    yield seen(there.dossier, times(plan) == [at] and how in str(plan.get("description")), nl=nl, en=en)
    for one, found in ((there.app, app), (there.other_app, other)):
        yield seen(one, found == ([at], how), nl=nl, en=en)
    last = last_terms(there.platform, "Samen avondeten")
    told = f"Zo doet u het: {how}" in last and f"om {at}" in last and last in there.platform.readable(reader)
    yield seen(there.platform, told, nl=nl, en=en)


def dinner_is_asked(there: Systems, agreed: str, nurse: str, daughter: str) -> Iterator[Seen]:
    (plan, *_), app, other = _dinner(there)
    typed = "Hier blijft staan wat er is getypt: {at} uur.", "What was typed stays here: {at}."
    kept = "Hier blijft de laatste afspraak staan: {at} uur.", "The last agreed time stays here: {at}."
    for one, found, at, (nl, en) in (
        (there.dossier, times(plan), nurse, typed),
        (there.app, app[0], daughter, typed),
        (there.other_app, other[0], agreed, kept),
    ):
        yield seen(one, found == [at], nl=nl.format(at=at), en=en.format(at=at))
    last = last_terms(there.platform, "Samen avondeten")
    yield seen(
        there.platform, f"om {agreed}" in last, nl=kept[0].format(at=agreed), en=kept[1].format(at=agreed)
    )


def dinner_is_answered(there: Systems, at: str) -> Iterator[Seen]:
    nl, en = f"Nu staat hier {at} uur.", f"Now it says {at} here."
    (plan, *_), app, other = _dinner(there)
    for one, found in ((there.dossier, times(plan)), (there.app, app[0]), (there.other_app, other[0])):
        yield seen(one, found == [at], nl=nl, en=en)
    yield seen(there.platform, f"om {at}" in last_terms(there.platform, "Samen avondeten"), nl=nl, en=en)


def _dinner(there: Systems) -> tuple[list[Json], tuple[list[str], str], tuple[list[str], str]]:
    title = "Samen avondeten"
    apps = [
        (record_times(one, title), str((record(one, title).get("rules") or {}).get("how", "")))
        for one in (there.app, there.other_app)
    ]
    return plans(there.dossier, title) or [{}], apps[0], apps[1]


# Situation 5: washing hair until it works alone again.


def hair_is_temporary(there: Systems, review: date, daughter: str) -> Iterator[Seen]:
    stop = "Tijdelijk. Stop zodra mevrouw het weer zelf kan."
    last = last_terms(there.platform, "Haren wassen")
    yield seen(
        there.platform,
        stop in last
        and f"uiterlijk {spoken(review)}" in last
        and "2 keer per week" in last
        and last in there.platform.readable(daughter),
        nl="Samira leest: 2 keer per week, wanneer het stopt, en wanneer we het bespreken.",
        en="Samira reads: twice a week, when it stops, and when it is talked over.",
    )
    found = record(there.app, "Haren wassen")
    yield seen(
        there.app,
        (found.get("rules") or {}).get("text") == stop
        and (found.get("review") or {}).get("due") == review.isoformat(),
        nl="In haar app staat hetzelfde.",
        en="Her app says the same.",
    )


def hair_is_over(there: Systems) -> Iterator[Seen]:
    yield seen(
        there.app,
        (record(there.app, "Haren wassen").get("state") or {}).get("value") == "ended",
        nl="In de app is de afspraak gestopt.",
        en="In the app the agreement has ended.",
    )
    found = threads(there.platform, "Haren wassen")
    yield seen(
        there.platform,
        len(found) == 1
        and found[0]["status"] == "completed"
        and "Deze afspraak is gestopt." in "\n".join(messages(there.platform, found[0])),
        nl="Het gesprek is gesloten, met een bericht dat de afspraak is gestopt.",
        en="The thread is closed, with a message that the agreement has ended.",
    )


# Situation 8: consent withdrawn.


def neighbour_reads(there: Systems, neighbour: str, subjects: Sequence[str]) -> Iterator[Seen]:
    text = there.platform.readable(neighbour)
    yield seen(
        there.platform,
        all(one in text for one in subjects),
        nl="De buurvrouw leest mee.",
        en="The neighbour reads along.",
    )


def neighbour_reads_nothing(
    there: Systems, neighbour: str, daughter: str, secrets: Sequence[str], kept: Sequence[str]
) -> Iterator[Seen]:
    hers, theirs = there.platform.readable(neighbour), there.platform.readable(daughter)
    yield seen(
        there.platform,
        not any(one in hers for one in secrets),
        nl="De buurvrouw leest niets meer van de afspraken, ook niet wat al klaarstond.",
        en="The neighbour reads nothing of the agreements any more, nor what was waiting.",
    )
    yield seen(
        there.platform,
        all(one in theirs for one in kept),
        nl="De dochter leest verder in een eigen gesprek, met de laatste wijziging.",
        en="The daughter reads on in a thread of her own, with the last change.",
    )
    again = [one for one in there.platform.act("inbox", person=neighbour) if one["status"] == "active"]
    yield seen(
        there.platform,
        not again,
        nl="De buurvrouw zit in geen enkel open gesprek meer.",
        en="The neighbour is in no open thread any more.",
    )


# Situation 13: outage.


def apps_have_heard(there: Systems, changed: Mapping[str, str]) -> Iterator[Seen]:
    """``changed``: subject → how it is done now."""
    for app in (there.app, there.other_app):
        how = {one["title"]: (one.get("rules") or {}).get("how") for one in app.records()}
        theirs = changed.keys() & how.keys()
        yield seen(
            app,
            bool(theirs) and all(how[one] == changed[one] for one in theirs),
            nl="De app merkt niets van de storing en heeft de nieuwe uitleg.",
            en="The app notices nothing of the outage and has the new instructions.",
        )


def dinner_is_off(there: Systems, day: date) -> Iterator[Seen]:
    found = plans(there.dossier, "Samen avondeten")
    yield seen(
        there.dossier,
        bool(found) and f"{written(day)}: gaat niet door".lower() in notes(found[0]).lower(),
        nl="Het team leest dat meteen, storing of niet.",
        en="The team reads that at once, outage or not.",
    )


def nothing_is_lost(there: Systems, waited: Mapping[str, str], soon: str) -> Iterator[Seen]:
    """``waited``: subject → what its message must say now · ``soon``: the subject that comes first."""
    for subject, says in waited.items():
        found = [one for one in threads(there.platform, subject) if one["status"] == "active"]
        said = messages(there.platform, found[0]) if len(found) == 1 else []
        terms = [one for one in said if "\nWat: " in one]
        yield seen(
            there.platform,
            bool(terms) and says in terms[-1] and sum(says in one for one in terms) == 1,
            nl=f"'{subject}' klopt weer, en het bericht staat er één keer.",
            en=f"'{subject}' is right again, and its message is there once.",
        )
    yield seen(
        there.platform,
        all(count == 1 for count in there.platform.live().values()),
        nl="Geen enkel gesprek staat er dubbel.",
        en="No thread is there twice.",
    )
    first = {f"/fhir/CommunicationRequest/{one['id']}" for one in threads(there.platform, soon)}
    yield seen(
        there.platform,
        bool(first & {*_taken_up(there.platform)[:2]}),
        nl="Wat morgen speelt, kwam vooraan aan de beurt.",
        en="What is about tomorrow was at the front of the queue.",
    )


def _taken_up(platform: Platform) -> list[str]:
    """The threads that were asked for since the platform was down, in that order.

    Several are worked on at a time, and on a busy machine one may overtake the other.
    """
    log = platform.log()
    up = 1 + max((number for number, one in enumerate(log) if one["fault"] == "down"), default=-1)
    return [one["path"] for one in log[up:] if one["path"].startswith("/fhir/CommunicationRequest/")]


# Nothing twice, anywhere.


def doubles(there: Systems) -> Mapping[str, int]:
    """Markers that more than one live object in a system carries."""
    return {
        f"{system.name}:{marker}": count
        for system in there.all
        for marker, count in system.live().items()
        if count > 1
    }


# Situation 9: the talk each quarter.


def review_is_shared(there: Systems, title: str, following: date, daughter: str) -> Iterator[Seen]:
    review = record(there.app, title).get("review") or {}
    yield seen(
        there.app,
        (review.get("outcome"), review.get("next")) == ("kept", following.isoformat()),
        nl="Samira ziet in haar app dat het zo blijft, en wanneer het volgende gesprek is.",
        en="Samira sees in her app that it stays as it is, and when the next talk is.",
    )
    last = last_terms(there.platform, title)
    yield seen(
        there.platform,
        f"uiterlijk {spoken(following)}" in last and last in there.platform.readable(daughter),
        nl="Op het platform leest ze het ook.",
        en="On the platform she reads it as well.",
    )
    plan = json.dumps(next(iter(plans(there.dossier, title)), {}))
    yield seen(
        there.dossier,
        f'"valueDate": "{following.isoformat()}"' in plan and '"kept"' in plan,
        nl="In het dossier staan de uitkomst en de volgende datum.",
        en="The dossier holds the outcome and the next date.",
    )


# Situations 16 and 15: resting, going on, and stopping.


def everything_rests(there: Systems, titles: Sequence[str], until: date, daughter: str) -> Iterator[Seen]:
    kept = [record(there.app, one).get("state") or {} for one in titles]
    yield seen(
        there.app,
        [(one.get("value"), one.get("until")) for one in kept] == [("paused", until.isoformat())] * len(kept),
        nl="In de app van Ellen rusten de afspraken, en staat tot wanneer.",
        en="In Ellen's app the agreements rest, and it says until when.",
    )
    text = there.platform.readable(daughter)
    yield seen(
        there.platform,
        all(f"tot en met {spoken(until)}" in last_terms(there.platform, one) for one in titles)
        and f"tot en met {spoken(until)}" in text,
        nl="Op het platform staat in elk gesprek dat de afspraak stil ligt.",
        en="On the platform every thread says that the agreement rests.",
    )
    yield seen(
        there.dossier,
        {_status(there.dossier, one) for one in titles} == {"on-hold"},
        nl="In het dossier staan de plannen op pauze.",
        en="In the dossier the plans are on hold.",
    )


def everything_goes_on(there: Systems, titles: Sequence[str]) -> Iterator[Seen]:
    yield seen(
        there.app,
        {(record(there.app, one).get("state") or {}).get("value") for one in titles} == {"active"},
        nl="In de app gaat alles weer door.",
        en="In the app everything goes on.",
    )
    yield seen(
        there.platform,
        not any("ligt stil" in last_terms(there.platform, one) for one in titles),
        nl="Op het platform ook.",
        en="On the platform as well.",
    )
    yield seen(
        there.dossier,
        {_status(there.dossier, one) for one in titles} == {"active"},
        nl="En in het dossier.",
        en="And in the dossier.",
    )


def everything_stopped(there: Systems, titles: Sequence[str]) -> Iterator[Seen]:
    yield seen(
        there.app,
        {(record(there.app, one).get("state") or {}).get("value") for one in titles} == {"ended"},
        nl="In de app zijn de afspraken gestopt.",
        en="In the app the agreements have ended.",
    )
    yield seen(
        there.dossier,
        {_status(there.dossier, one) for one in titles} == {"completed"},
        nl="In het dossier zijn de plannen afgesloten.",
        en="In the dossier the plans are closed.",
    )
    found = [one for title in titles for one in threads(there.platform, title)]
    yield seen(
        there.platform,
        bool(found)
        and {str(one["status"]) for one in found} == {"completed"}
        and not any("overle" in text for one in found for text in messages(there.platform, one)),
        nl="Op het platform zijn de gesprekken gesloten, zonder een woord over waarom.",
        en="On the platform the threads are closed, without a word about why.",
    )


def _status(dossier: Dossier, what: str) -> str:
    """The status of the newest plan with these words."""
    return next((str(one["status"]) for one in plans(dossier, what)), "")
