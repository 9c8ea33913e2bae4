"""Showering with mother: the permission, and two showers of the daughter beside the one of care."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from samenspraak.demo import seeing
from samenspraak.demo.people import Person
from samenspraak.demo.seeing import Seen
from samenspraak.demo.systems import Systems

_BY_CARE = "Wie: Team Elzenhof, elke maandag om 09:00"
_BY_DAUGHTER = "Wie: Ellen Bergsma, op woensdag en zaterdag om 10:00"


def what_they_may_do_is_shown(there: Systems, what: str, readers: Sequence[Person]) -> Iterator[Seen]:
    for one in readers:
        text = there.platform.readable(one.platform)
        yield seeing.seen(
            there.platform,
            f"Mag wel: {what}" in text and _BY_CARE in text,
            nl=f"{one.given} leest dat meehelpen mag, en wanneer de zorg het doet.",
            en=f"{one.given} reads that helping is allowed, and when care does it.",
        )
    yield seeing.seen(
        there.app,
        seeing.record(there.app, what).get("kind") == "permission",
        nl="In de app van Ellen staat het als iets dat mag, niet als taak.",
        en="Ellen's app shows it as something that may be done, not as a task.",
    )


def two_are_added_to_one(there: Systems, what: str, son: Person, daughter: Person) -> Iterator[Seen]:
    last = seeing.last_terms(there.platform, what, daughter.platform)
    for one in (son, daughter):
        yield seeing.seen(
            there.platform,
            _BY_CARE in last and _BY_DAUGHTER in last and last in there.platform.readable(one.platform),
            nl=f"{one.given} leest in één bericht: de zorg op maandag, Ellen op woensdag en zaterdag.",
            en=f"{one.given} reads in one message: care on Monday, Ellen on Wednesday and Saturday.",
        )
    tasks = seeing.record(there.app, what).get("tasks", ())
    yield seeing.seen(
        there.app,
        len(tasks) == 2 and sum(len(one["when"]["rhythm"]["days"]) for one in tasks) == 3,
        nl="In haar app staan twee taken, samen drie keer per week.",
        en="Her app shows two tasks, three times a week together.",
    )
    found = [one for one in seeing.plans(there.dossier, what) if one["status"] == "active"]
    yield seeing.seen(
        there.dossier,
        len(found) == 2 and len({seeing.detail(one)["performer"][0]["reference"] for one in found}) == 2,
        nl="In het dossier staan twee plannen naast elkaar.",
        en="The dossier holds two plans side by side.",
    )


def the_daughter_agrees(there: Systems, what: str, daughter: Person) -> Iterator[Seen]:
    yield seeing.seen(
        there.platform,
        "Genoteerd: Ellen Bergsma is akkoord." in there.platform.readable(daughter.platform),
        nl="Het gesprek zegt dat het akkoord van Ellen is genoteerd.",
        en="The thread says that Ellen's assent was noted.",
    )
    found = seeing.plans(there.dossier, what)
    agreed = ["Ellen Bergsma is akkoord met deze afspraak." in seeing.notes(one) for one in found]
    yield seeing.seen(
        there.dossier,
        len(agreed) == 2 and all(agreed),
        nl="Bij beide plannen staat dat Ellen akkoord is.",
        en="Both plans say that Ellen agrees.",
    )
