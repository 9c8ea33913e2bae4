"""Care that is shared: who does what, who steps in, and what was done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from samenspraak.demo import seeing
from samenspraak.demo.seeing import Seen
from samenspraak.demo.systems import Systems


def stockings_are_shared(there: Systems, son: str, daughter: str) -> Iterator[Seen]:
    for person, nl, en in ((son, "Rob", "Rob"), (daughter, "Ellen", "Ellen")):
        text = there.platform.readable(person)
        shared = (
            "Wie: Rob Bergsma, op werkdagen om 08:00" in text
            and "Wie: Team Elzenhof, in het weekend om 08:00" in text
            and "U doet dit pas als het aan u is voorgedaan".lower() in text.lower()
        )
        yield seeing.seen(
            there.platform,
            shared,
            nl=f"{nl} leest wie de kousen wanneer aantrekt, en dat het eerst wordt voorgedaan.",
            en=f"{en} reads who puts on the stockings when, and that being shown comes first.",
        )


def stockings_are_agreed(there: Systems, son: str) -> Iterator[Seen]:
    yield seeing.seen(
        there.platform,
        "Genoteerd: Rob Bergsma is akkoord." in there.platform.readable(son),
        nl="Het gesprek zegt dat het akkoord van Rob is genoteerd.",
        en="The thread says that Rob's assent was noted.",
    )
    found = seeing.plans(there.dossier, "Steunkousen aantrekken")
    agreed = ["Rob Bergsma is akkoord met deze afspraak." in seeing.notes(one) for one in found]
    yield seeing.seen(
        there.dossier,
        len(agreed) == 2 and all(agreed),
        nl="Bij beide taken staat dat Rob akkoord is.",
        en="Both tasks say that Rob agrees.",
    )


def cooking_is_shared(there: Systems, backup: str) -> Iterator[Seen]:
    found = seeing.plans(there.dossier, "Samen koken")
    yield seeing.seen(
        there.dossier,
        len(found) == 1 and "Karim" in str(seeing.detail(found[0]).get("performer")),
        nl="Het team ziet dat Karim op donderdag met meneer kookt.",
        en="The team sees that Karim cooks along on Thursdays.",
    )
    yield seeing.seen(
        there.platform,
        "Als dat niet lukt: Sanne Dijkman" in there.platform.readable(backup),
        nl="Sanne leest dat zij inspringt als Karim niet kan.",
        en="Sanne reads that she steps in when Karim cannot.",
    )


def cooking_is_cancelled(there: Systems, day: date, others: Sequence[date], backup: str) -> Iterator[Seen]:
    found = seeing.plans(there.dossier, "Samen koken")
    text = seeing.notes(found[0]) if found else ""
    yield seeing.seen(
        there.dossier,
        f"{seeing.written(day).lower()}: gaat niet door" in text.lower(),
        nl="Het team leest dat Karim die donderdag niet komt.",
        en="The team reads that Karim does not come that Thursday.",
    )
    yield seeing.seen(
        there.dossier,
        len(found) == 1 and not any(f"{one:%d-%m-%Y}" in text for one in others),
        nl="De andere donderdagen blijven staan.",
        en="The other Thursdays stay.",
    )
    meetings = there.volunteers.call("activiteitBijeenkomstOverzicht", filter={})
    planned = {one["datum"] for one in meetings if "Gepland" in one["status"].values()}
    yield seeing.seen(
        there.volunteers,
        day.isoformat() not in planned and planned >= {one.isoformat() for one in others},
        nl="Alleen die ene donderdag vervalt.",
        en="Only that one Thursday is off.",
    )
    last = seeing.last_terms(there.platform, "Samen koken")
    yield seeing.seen(
        there.platform,
        f"Gaat niet door: {seeing.spoken(day)}" in last and last in there.platform.readable(backup),
        nl="Sanne leest dat zij die donderdag aan de beurt is.",
        en="Sanne reads that it is her turn that Thursday.",
    )
    yield seeing.seen(
        there.other_app,
        any(
            one["day"] == day.isoformat()
            for one in seeing.record(there.other_app, "Samen koken").get("changes", ())
        ),
        nl="In de app van Sanne staat het ook.",
        en="Sanne's app shows it, too.",
    )


def medication_is_reported(there: Systems, day: date, nurse: str) -> Iterator[Seen]:
    found = seeing.plans(there.dossier, "Medicijnen geven uit de weekdoos")
    line = f"{seeing.written(day)}: gedaan door Ellen Bergsma."
    yield seeing.seen(
        there.dossier,
        len(found) == 1 and line in seeing.notes(found[0]) and line in there.dossier.readable(nurse),
        nl="De verpleegkundige leest dat Ellen de medicijnen van zondag gaf.",
        en="The nurse reads that Ellen gave Sunday's medication.",
    )
    yield seeing.seen(
        there.dossier,
        len(found) == 1 and seeing.notes(found[0]).count(line) == 1,
        nl="Het staat er één keer.",
        en="It is there once.",
    )
