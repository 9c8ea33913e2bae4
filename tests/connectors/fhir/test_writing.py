"""A plan is patched, never rebuilt: what is not ours to change keeps every byte."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from samenspraak.connectors import Changes, Directory, Marker, Raw, Subject
from samenspraak.domain.agreements import (
    Code,
    Conditions,
    Duty,
    ExceptionKind,
    LifeDomain,
    Modality,
    OccurrenceException,
    State,
    Status,
    What,
)
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import Frequency, Recurrence, Schedule, Weekday
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.domain.units import CONDITIONS, LIFE_DOMAIN, STATUS, WHAT, UnitKey, UnitKind
from samenspraak_fhir.plugin import DossierConnector
from samenspraak_fhir.sandbox.plans import FIELDS
from samenspraak_fhir.settings import DossierSettings

CONNECTOR = DossierConnector("dossier-1", DossierSettings().load({"base_url": "https://ecd.example/fhir"}))
SON = PartyRef(kind=PartyKind.RELATIVE, id="p1")
NEIGHBOUR = PartyRef(kind=PartyKind.RELATIVE, id="p2")
NURSE = PartyRef(kind=PartyKind.PROFESSIONAL, id="p3")
DIRECTORY = Directory(
    connector_id="dossier-1",
    external={SON: "RelatedPerson/wim", NURSE: "PractitionerRole/anja"},
    names={SON: "Wim Terpstra", NURSE: "Anja Postma"},
)
DUTY = UnitKey(UnitKind.ASSIGNMENT, "plan-1")
WEEKDAYS = Recurrence(frequency=Frequency.WEEKLY, weekdays=tuple(Weekday)[:5], times=(time(8),))


def put(plan: Raw, **changes: Any) -> Raw:
    return CONNECTOR.put(plan, Changes(**changes), DIRECTORY)


def units(plan: Raw) -> Any:
    return CONNECTOR.get(plan, DIRECTORY).units


def made(**units: Any) -> Raw:
    """A plan of ours, as it leaves the hub for the first time."""
    subject = Subject(client="Patient/terpstra", marker=Marker(agreement_id="ag1", part="plan-1"))
    usual = {
        WHAT: What(text="Boodschappen doen"),
        STATUS: Status(state=State.ACTIVE),
        DUTY: Duty(performer=SON, schedule=Schedule(text="op dinsdag")),
    }
    return put(CONNECTOR.new(subject), set={**usual, **units.pop("more", {})})


def detail(plan: Raw) -> dict[str, Any]:
    found: dict[str, Any] = plan["activity"][0]["detail"]
    return found


def change(plan: Raw, field: str, value: Any) -> None:
    """What a nurse does on her screen."""
    FIELDS[field](plan, value)


@pytest.fixture
def native() -> Raw:
    """A nursing intervention of the dossier itself, full of what others put there."""
    return {
        "resourceType": "CarePlan",
        "id": "plan-1",
        "meta": {"versionId": "4", "lastUpdated": "2026-11-01T10:00:00Z", "source": "https://ecd.example"},
        "text": {"status": "generated", "div": "<div>elke ochtend</div>"},
        "extension": [{"url": "https://anders.example/urgentie", "valueCode": "hoog"}],
        "identifier": [{"system": "https://ecd.example/plan", "value": "881"}],
        "status": "active",
        "intent": "order",
        "category": [{"coding": [{"system": "http://snomed.info/sct", "code": "9632001"}], "text": "VP"}],
        "title": "Steunkousen aantrekken",
        "description": "Doel: weer zelf aantrekken.",
        "subject": {"reference": "Patient/terpstra", "display": "Mevr. Terpstra"},
        "period": {"start": "2026-11-01", "extension": [{"url": "urn:x", "valueString": "globaal"}]},
        "goal": [{"reference": "Goal/7"}],
        "activity": [
            {
                "outcomeCodeableConcept": [{"text": "loopt"}],
                "progress": [{"time": "2026-11-02T09:00:00Z", "text": "Ging goed."}],
                "detail": {
                    "extension": [{"url": "https://anders.example/materiaal", "valueString": "handschoenen"}],
                    "code": {"coding": [{"code": "1"}], "text": "aantrekken kous"},
                    "status": "scheduled",
                    "scheduledTiming": {
                        "repeat": {
                            "boundsPeriod": {"start": "2026-11-01"},
                            "frequency": 1,
                            "period": 1,
                            "periodUnit": "d",
                        },
                        "code": {"text": "elke ochtend"},
                    },
                    "performer": [{"reference": "RelatedPerson/wim", "display": "zoon"}],
                    "description": "Eerst omrollen.",
                },
            }
        ],
        "note": [{"text": "Let op de huid."}],
    }


def test_only_the_elements_of_the_changed_unit_change(native: Raw) -> None:
    plan = put(native, set={CONDITIONS: Conditions(instruction="Handschoenen aan.")})

    expected = copy.deepcopy(native)
    detail(expected)["description"] = "Handschoenen aan."
    del expected["text"]
    assert plan == expected


def test_a_narrative_that_people_wrote_stays(native: Raw) -> None:
    native["text"]["status"] = "additional"

    assert put(native, set={WHAT: What(text="Kousen aan")})["text"] == native["text"]


def test_a_statement_leaves_the_narrative_of_the_dossier_alone(native: Raw) -> None:
    assert put(native, told=(comment(),))["text"] == native["text"]


def test_a_new_text_of_when_keeps_the_rest_of_the_timing(native: Raw) -> None:
    duty = units(native)[DUTY]
    plan = put(native, set={DUTY: replace(duty, schedule=replace(duty.schedule, text="elke dag om 8 uur"))})

    before, after = detail(native)["scheduledTiming"], detail(plan)["scheduledTiming"]
    assert after == {**before, "code": {"text": "elke dag om 8 uur"}}
    assert detail(plan)["performer"] == detail(native)["performer"]


def test_a_new_end_is_also_the_end_of_the_timing(native: Raw) -> None:
    """zib-NursingIntervention-01: the bounds of the timing equal the period of the plan."""
    duty = units(native)[DUTY]
    until = replace(duty.schedule, until=date(2027, 2, 1))

    plan = put(native, set={DUTY: replace(duty, schedule=until)})

    assert plan["period"] == {**native["period"], "end": "2027-02-01"}
    assert detail(plan)["scheduledTiming"]["repeat"]["boundsPeriod"] == {
        "start": "2026-11-01",
        "end": "2027-02-01",
    }


def test_conditions_stand_below_what_the_dossier_wrote_and_leave_no_trace(native: Raw) -> None:
    conditions = Conditions(
        text="Stop als het zelf lukt", instruction="Eerst omrollen.", instruction_required=True
    )

    plan = put(native, set={CONDITIONS: conditions})

    assert plan["description"] == (
        "Doel: weer zelf aantrekken.\nVoorwaarden: Stop als het zelf lukt\nEerst laten zien hoe het moet."
    )
    assert plan["extension"] == native["extension"]
    assert put(plan, clear=frozenset({CONDITIONS}))["description"] == native["description"]


def test_a_nurse_who_changes_a_line_changes_the_condition() -> None:
    plan = made(more={CONDITIONS: Conditions(text="Alleen overdag")})
    plan["description"] = plan["description"].replace("Alleen overdag", "Alleen vóór de lunch")

    assert units(plan)[CONDITIONS] == Conditions(text="Alleen vóór de lunch")


def test_a_text_that_looks_like_a_label_is_not_taken_for_one() -> None:
    tricky = Conditions(text="Let op:\nInstructie: die staat op de deur")
    plan = made(more={CONDITIONS: tricky})
    edited = {**plan, "description": "Voorwaarden: Kijk op de deur"}

    assert units(plan)[CONDITIONS] == tricky
    assert units(edited)[CONDITIONS] == Conditions(text="Kijk op de deur")


@pytest.mark.parametrize(
    ("status", "written", "activity"),
    [
        (Status(state=State.PROPOSED), "draft", "scheduled"),
        (Status(state=State.PAUSED, paused_from=date(2026, 12, 1)), "on-hold", "on-hold"),
        (Status(state=State.ENDED, reason="Het lukt weer zelf"), "completed", "completed"),
        (Status(state=State.WITHDRAWN), "revoked", "stopped"),
        (Status(state=State.MISTAKE), "entered-in-error", "entered-in-error"),
    ],
)
def test_a_status_is_that_of_the_plan_and_of_its_activity(
    native: Raw, status: Status, written: str, activity: str
) -> None:
    plan = put(native, set={STATUS: status})

    assert (plan["status"], detail(plan)["status"]) == (written, activity)
    assert units(plan)[STATUS] == status


def test_a_pause_of_ours_is_over_when_a_nurse_resumes() -> None:
    plan = made(more={STATUS: Status(state=State.PAUSED, paused_from=date(2026, 12, 1))})
    plan["status"] = "active"

    assert units(plan)[STATUS] == Status(state=State.ACTIVE)


def test_a_party_the_dossier_does_not_know_reads_back_as_the_same() -> None:
    plan = made(more={DUTY: Duty(performer=NEIGHBOUR, schedule=Schedule(text="zo nodig"))})

    assert detail(plan)["performer"] == [
        {"display": "een naaste", "identifier": {"system": "urn:samenspraak:party", "value": "relative:p2"}}
    ]
    assert units(plan)[DUTY].performer == NEIGHBOUR


def test_help_by_a_known_relative_claims_the_dutch_profile_until_it_no_longer_fits() -> None:
    profile = "http://nictiz.nl/fhir/StructureDefinition/nl-core-HelpFromOthers"
    plan = made()
    moved = put(plan, set={DUTY: Duty(performer=NEIGHBOUR)})

    assert plan["meta"]["profile"] == [profile]
    assert "meta" not in moved


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ({}, ["243114000"]),
        ({CONDITIONS: Conditions(instruction="De schort hangt achter de deur.")}, ["243114000"]),
        ({LIFE_DOMAIN: LifeDomain.MEDICATION}, ["9632001"]),
        ({LIFE_DOMAIN: LifeDomain.CARE, DUTY: Duty(performer=NURSE)}, ["9632001"]),
        ({LIFE_DOMAIN: LifeDomain.SOCIAL, DUTY: Duty(performer=NURSE)}, []),
        ({DUTY: Duty(performer=NURSE)}, []),
    ],
    ids=["a relative", "shown how", "medication", "care by a nurse", "a walk with a nurse", "a nurse"],
)
def test_the_zib_is_chosen_once_by_what_it_covers(more: Any, codes: list[str]) -> None:
    plan = made(more=more)
    later = put(plan, set={LIFE_DOMAIN: LifeDomain.MEDICATION, DUTY: Duty(performer=SON)})

    zibs = [one["coding"][0]["code"] for one in later["category"] if "snomed" in one["coding"][0]["system"]]
    assert zibs == codes


def test_a_plan_without_a_zib_is_an_agreement_whatever_the_admin_chose() -> None:
    narrow = {"base_url": "https://ecd.example/fhir", "categories": ["http://snomed.info/sct|9632001"]}
    connector = DossierConnector("dossier-1", DossierSettings().load(narrow))
    plan = {**made(more={DUTY: Duty(performer=NURSE)}), "id": "7"}

    assert connector.get(plan, DIRECTORY).selected
    assert units(connector.own(plan)) == units(plan)


# The words in two places.


@pytest.mark.parametrize("field", ["title", "description"])
def test_what_stands_in_title_and_description_and_a_nurse_may_change_either(field: str) -> None:
    plan = made()
    assert (plan["title"], detail(plan)["description"]) == ("Boodschappen doen", "Boodschappen doen")

    (plan if field == "title" else detail(plan))[field] = "Boodschappen en de post"

    assert units(plan)[WHAT].text == "Boodschappen en de post"
    again = put(plan, set={WHAT: What(text="Alleen de post")})
    assert (again["title"], detail(again)["description"]) == ("Alleen de post", "Alleen de post")


@pytest.mark.parametrize(
    ("title", "after"), [("Samen eten", "Samen koken"), ("Mantelzorgplan", "Mantelzorgplan")]
)
def test_a_title_of_the_dossier_follows_when_it_said_the_same(native: Raw, title: str, after: str) -> None:
    native["category"][0]["coding"][0]["code"] = "243114000"
    native["title"], detail(native)["description"] = title, "Samen eten"

    plan = put(native, set={WHAT: replace(units(native)[WHAT], text="Samen koken")})

    assert (plan["title"], detail(plan)["description"]) == (after, "Samen koken")
    assert units(plan)[WHAT].text == "Samen koken"


def test_another_code_takes_its_translations_along_and_leaves_the_words(native: Raw) -> None:
    del native["title"]
    detail(native)["code"]["coding"] += [{"system": "https://ecd.example/actie", "code": "K1"}]
    what = units(native)[WHAT]
    plan = put(native, set={WHAT: replace(what, code=Code(system="urn:x", value="2"))})

    assert detail(plan)["code"] == {"coding": [{"system": "urn:x", "code": "2"}]}
    assert units(plan)[WHAT].text == what.text == "aantrekken kous"


# Whose plan it is.


def test_the_author_of_a_plan_of_the_dossier_is_its_own_record(native: Raw) -> None:
    native["author"] = {"reference": "PractitionerRole/anja", "display": "A. Postma"}
    key = UnitKey(UnitKind.RESPONSIBLE, "plan-1")
    assert units(native)[key] == NURSE

    other, nobody = put(native, set={key: SON}), put(native, clear=frozenset({key}))
    assert (units(other)[key], other["author"]) == (SON, native["author"])
    assert (units(nobody).get(key), nobody["author"]) == (None, native["author"])

    again = {**other, "author": {"reference": "Practitioner/karin"}}
    assert units(again)[key].id != SON.id
    assert put(other, set={key: NURSE})["extension"] == native["extension"]


def test_what_only_extensions_hold_is_one_note_in_a_plan_of_the_dossier(native: Raw) -> None:
    changes = {
        WHAT: replace(units(native)[WHAT], modality=Modality.MAY),
        UnitKey(UnitKind.BACKUP, "plan-1"): NURSE,
        STATUS: Status(state=State.PAUSED, paused_from=date(2026, 12, 1), paused_until=date(2026, 12, 8)),
    }
    plan = put(native, set=changes)
    assert plan["activity"][0]["progress"][1]["text"] == (
        "Let op: mag, hoeft niet\n"
        "Als het niet lukt: Anja Postma\n"
        "Stand: gepauzeerd vanaf 01-12-2026 tot en met 08-12-2026"
    )

    kept = put(plan, clear=frozenset({UnitKey(UnitKind.BACKUP, "plan-1")}))
    assert "Anja" not in kept["activity"][0]["progress"][1]["text"]
    plain = put(kept, set={key: units(native)[key] for key in (WHAT, STATUS)})
    assert plain["activity"][0]["progress"] == native["activity"][0]["progress"]


def test_what_a_nurse_wrote_below_the_conditions_stays_hers(native: Raw) -> None:
    native["description"] += "\nVoorwaarden: overdag\n\nOverleg arts op 3 december."

    plan = put(native, set={CONDITIONS: Conditions(text="alleen 's ochtends\n\nof na overleg")})

    assert plan["description"] == (
        "Doel: weer zelf aantrekken.\nVoorwaarden: alleen 's ochtends\nof na overleg\n\n"
        "Overleg arts op 3 december."
    )
    assert units(plan)[CONDITIONS].text == "alleen 's ochtends\n\nof na overleg"
    cleared = put(plan, clear=frozenset({CONDITIONS}))["description"]
    assert cleared == "Doel: weer zelf aantrekken.\n\nOverleg arts op 3 december."


@pytest.mark.parametrize("text", ["", "tot de feestdagen"])
def test_a_period_of_the_dossier_takes_new_days_and_gives_way_to_a_text(text: str) -> None:
    plan = made()
    del detail(plan)["scheduledString"]
    detail(plan)["scheduledPeriod"] = {"start": "2026-11-01", "end": "2026-12-24"}
    schedule = replace(units(plan)[DUTY].schedule, text=text, until=date(2026, 12, 31))

    later = put(plan, set={DUTY: Duty(performer=SON, schedule=schedule)})

    assert units(later)[DUTY].schedule == schedule
    assert ("scheduledPeriod" in detail(later)) == (not text)


def test_a_schedule_of_help_is_text_with_its_structure_beside_it() -> None:
    plan = made(more={DUTY: Duty(performer=SON, schedule=Schedule(text="op werkdagen", timing=WEEKDAYS))})

    assert detail(plan)["scheduledString"] == "op werkdagen"
    assert detail(plan)["extension"][0]["valueTiming"]["repeat"]["dayOfWeek"] == [
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
    ]


@pytest.mark.parametrize("more", [{}, {LIFE_DOMAIN: LifeDomain.MEDICATION}], ids=["help", "nursing"])
def test_a_nurse_who_changes_the_text_of_when_leaves_no_old_structure_behind(more: Any) -> None:
    """Days and times of before would go on to calendars and reminders, though nobody sees them here."""
    agreed = Schedule(text="op werkdagen om 8 uur", timing=WEEKDAYS)
    plan = made(more={DUTY: Duty(performer=SON, schedule=agreed), **more})
    change(plan, "when", "op dinsdag om 10 uur")
    assert units(plan)[DUTY].schedule == Schedule(text="op dinsdag om 10 uur")

    change(plan, "when", "op werkdagen om 8 uur")
    assert units(plan)[DUTY].schedule == agreed


def test_a_nurse_who_changes_days_and_text_changes_both() -> None:
    agreed = Schedule(text="op werkdagen om 8 uur", timing=WEEKDAYS)
    plan = made(more={DUTY: Duty(performer=SON, schedule=agreed)})
    change(plan, "days", {"days": ["tue"], "times": ["10:00"], "text": "op dinsdag om 10 uur"})

    timing = Recurrence(frequency=Frequency.WEEKLY, weekdays=(Weekday.TUESDAY,), times=(time(10),))
    assert units(plan)[DUTY].schedule == Schedule(text="op dinsdag om 10 uur", timing=timing)


def test_our_plan_tells_everything_in_its_narrative() -> None:
    plan = made(
        more={
            WHAT: What(text="Douchen & haren wassen", modality=Modality.MAY),
            CONDITIONS: Conditions(text="Alleen overdag"),
        }
    )

    div = plan["text"]["div"]
    for told in (
        "Douchen &amp; haren wassen (mag, hoeft niet)",
        "Wim Terpstra",
        "op dinsdag",
        "Alleen overdag",
    ):
        assert told in div


def comment(**changed: Any) -> Statement:
    usual = Statement(
        id="hub:s1",
        kind=StatementKind.ASSENT,
        by=SON,
        at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
        through="app-1",
        terms="5f2a",
    )
    return replace(usual, **changed)


def test_an_assent_is_a_progress_note_that_a_nurse_can_read(native: Raw) -> None:
    plan = put(native, told=(comment(),))

    own, ours = plan["activity"][0]["progress"]
    assert own == native["activity"][0]["progress"][0]
    assert ours["text"] == "Wim Terpstra is akkoord met deze afspraak."
    assert ours["authorReference"]["reference"] == "RelatedPerson/wim"
    assert ours["time"] == "2026-11-20T09:30:00.000Z"


def test_what_is_no_longer_told_goes_and_other_notes_stay(native: Raw) -> None:
    plan = put(native, told=(comment(), comment(id="hub:s2")))

    again = put(plan, told=(comment(id="hub:s2"),))

    assert CONNECTOR.get(again, DIRECTORY).told == {"hub:s2"}
    assert put(again, told=()) == native


def test_a_cancelled_time_is_readable_and_exact(native: Raw) -> None:
    key = UnitKey(UnitKind.EXCEPTION, "plan-1:2026-11-26:2")
    exception = OccurrenceException(kind=ExceptionKind.CANCELLED, reason="vakantie")

    plan = put(native, set={key: exception})

    assert plan["activity"][0]["progress"][-1]["text"] == (
        "donderdag 26-11-2026 (2e keer): gaat niet door (vakantie)."
    )
    assert units(plan)[key] == exception
    assert put(plan, clear=frozenset({key}))["activity"] == native["activity"]


def test_of_two_notes_about_one_moment_a_new_value_leaves_one(native: Raw) -> None:
    key = UnitKey(UnitKind.EXCEPTION, "plan-1:2026-11-26:1")
    first = put(native, set={key: OccurrenceException(kind=ExceptionKind.CANCELLED, reason="griep")})
    notes = first["activity"][0]["progress"]
    notes.append({**copy.deepcopy(notes[-1]), "text": "Toch niet ziek."})

    plan = put(first, set={key: OccurrenceException(kind=ExceptionKind.CANCELLED, reason="vakantie")})

    assert [one["text"] for one in plan["activity"][0]["progress"]] == [
        "Ging goed.",
        "donderdag 26-11-2026: gaat niet door (vakantie).",
    ]


def test_a_unit_of_another_assignment_has_no_place_here(native: Raw) -> None:
    elsewhere = UnitKey(UnitKind.BACKUP, "plan-2")

    assert (
        put(native, set={elsewhere: SON}, clear=frozenset({UnitKey(UnitKind.ASSIGNMENT, "plan-2")})) == native
    )
