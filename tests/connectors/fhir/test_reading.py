"""What the dossier wrote itself is read as it stands, and set apart by field where it cannot be used."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from samenspraak.connectors import Directory, Reading
from samenspraak.domain.agreements import Conditions, Duty, Modality, State, Status, What
from samenspraak.domain.parties import Identifier, PartyKind, PartyRef
from samenspraak.domain.schedules import Schedule
from samenspraak.domain.statements import StatementKind
from samenspraak.domain.units import CONDITIONS, STATUS, WHAT, UnitKey, UnitKind
from samenspraak.errors import InvalidRecordError
from samenspraak_fhir.plugin import DossierConnector
from samenspraak_fhir.settings import DossierSettings

DAUGHTER = PartyRef(kind=PartyKind.RELATIVE, id="p7")


def connector(**settings: Any) -> DossierConnector:
    given = {"base_url": "https://ecd.example/fhir", **settings}
    return DossierConnector("dossier-1", DossierSettings().load(given))


def read(plan: dict[str, Any], **settings: Any) -> Reading:
    directory = Directory(connector_id="dossier-1", external={DAUGHTER: "RelatedPerson/dochter"})
    return connector(**settings).get(plan, directory)


def help_plan(**changed: Any) -> dict[str, Any]:
    """Help as a dossier with nl-core profiles gives it, with things in it that are not ours."""
    detail = {
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "386229000"}]},
        "status": "in-progress",
        "scheduledString": "2 keer per week, liefst niet op maandag",
        "performer": [{"reference": "RelatedPerson/dochter", "display": "Contact person, A. Visser"}],
        "description": "Was opvouwen en wegleggen",
        **changed.pop("detail", {}),
    }
    return {
        "resourceType": "CarePlan",
        "id": "zorgplan.88",
        "meta": {"versionId": "3", "lastUpdated": "2026-10-02T08:15:00.000Z"},
        "text": {"status": "generated", "div": "<div>2 keer per week</div>"},
        "status": "active",
        "intent": "plan",
        "category": [{"coding": [{"system": "http://snomed.info/sct", "code": "243114000"}]}],
        "subject": {"reference": "Patient/visser"},
        "activity": [{"detail": {name: value for name, value in detail.items() if value is not None}}],
        "note": [{"text": "Heeft last van de schouder."}],
        **changed,
    }


def nursing_plan(**changed: Any) -> dict[str, Any]:
    plan = help_plan(**changed)
    plan["category"] = [{"coding": [{"system": "http://snomed.info/sct", "code": "9632001"}]}]
    return {"title": "Steunkousen aantrekken", **plan}


def duty(reading: Reading) -> Duty:
    found = reading.units[UnitKey(UnitKind.ASSIGNMENT, reading.part)]
    assert isinstance(found, Duty)
    return found


def test_the_frequency_of_help_stays_the_text_it_is() -> None:
    schedule = duty(read(help_plan())).schedule

    assert schedule == Schedule(text="2 keer per week, liefst niet op maandag")


def test_help_says_what_and_who_and_for_whom() -> None:
    reading = read(help_plan())

    what = reading.units[WHAT]
    assert isinstance(what, What)
    assert (what.text, what.modality) == ("Was opvouwen en wegleggen", Modality.DOES)
    assert duty(reading).performer == DAUGHTER
    assert (reading.client, reading.part, reading.selected) == ("Patient/visser", "zorgplan_88", True)
    assert reading.units[STATUS] == Status(state=State.ACTIVE)


def test_the_comment_of_a_professional_is_never_read() -> None:
    assert "schouder" not in repr(read(help_plan()))


def test_a_nursing_intervention_describes_how_it_is_done() -> None:
    reading = read(nursing_plan(detail={"description": "Handschoenen aan, eerst omrollen."}))

    what = reading.units[WHAT]
    assert isinstance(what, What)
    assert what.text == "Steunkousen aantrekken"
    assert reading.units[CONDITIONS] == Conditions(instruction="Handschoenen aan, eerst omrollen.")


def test_what_a_nurse_writes_below_an_empty_line_is_no_condition() -> None:
    """The end of a text is where people go on typing, and conditions go to relatives and volunteers."""
    said = "Voorwaarden: niet bij koorts\nen niet na zeven uur\n\nOverleg arts: verdenking op dementie."

    assert read(help_plan(description=said)).units[CONDITIONS] == Conditions(
        text="niet bij koorts\nen niet na zeven uur"
    )


@pytest.mark.parametrize(
    "author",
    [
        {"display": "Dr. Jansen"},
        {"reference": "#p"},
        {"reference": "https://elders.example/fhir/Practitioner/1"},
        "Dr. Jansen",
    ],
)
def test_an_author_who_cannot_be_looked_up_is_nobody_and_the_plan_is_read(author: Any) -> None:
    reading = read(help_plan(author=author))

    assert reading.units[STATUS] == Status(state=State.ACTIVE)
    assert UnitKind.RESPONSIBLE not in {key.kind for key in reading.units}


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("stopped", State.WITHDRAWN),
        ("cancelled", State.WITHDRAWN),
        ("entered-in-error", State.MISTAKE),
        ("completed", State.ACTIVE),
    ],
)
def test_a_stopped_activity_is_over_though_nobody_closed_the_plan(status: str, state: State) -> None:
    detail = {"status": status, "statusReason": {"text": "Lukt niet"}}

    assert read(help_plan(detail=detail)).units[STATUS] == Status(state=state, reason="Lukt niet")


PERIOD = {"start": "2026-11-01", "end": "2026-12-24"}
CODED = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation", "code": "BID"}]}
SHOWN = {"coding": [{**CODED["coding"][0], "display": "tweemaal daags"}]}


@pytest.mark.parametrize(
    "when", [{"scheduledPeriod": PERIOD}, {"scheduledTiming": {"repeat": {"boundsPeriod": PERIOD}}}]
)
def test_from_and_until_without_more_are_days(when: dict[str, Any]) -> None:
    schedule = duty(read(help_plan(detail={"scheduledString": None, **when}))).schedule

    assert schedule == Schedule(start=date(2026, 11, 1), until=date(2026, 12, 24))


def test_a_coded_frequency_is_the_text_that_goes_with_it() -> None:
    detail = {"scheduledString": None, "scheduledTiming": {"code": SHOWN}}

    assert duty(read(help_plan(detail=detail))).schedule == Schedule(text="tweemaal daags")


def test_conditions_are_read_from_the_lines_a_nurse_typed() -> None:
    reading = read(
        help_plan(
            description="Doel: weer zelf doen.\nVoorwaarden: stop als het zelf lukt\nen niet bij koorts\n"
            "Eerst laten zien hoe het moet."
        )
    )

    assert reading.units[CONDITIONS] == Conditions(
        text="stop als het zelf lukt\nen niet bij koorts", instruction_required=True
    )


def test_a_party_that_nobody_matched_keeps_its_place_and_kind() -> None:
    reading = read(help_plan(detail={"performer": [{"reference": "Organization/thuiszorg/_history/2"}]}))

    assert duty(reading).performer == PartyRef.unresolved(
        PartyKind.GROUP, "dossier-1", "Organization/thuiszorg"
    )


@pytest.mark.parametrize(
    ("status", "selected"),
    [("active", True), ("on-hold", True), ("completed", True), ("draft", False)],
)
def test_a_draft_of_the_dossier_is_nobodys_agreement_yet(status: str, selected: bool) -> None:
    assert read(help_plan(status=status)).selected is selected


def test_other_care_plans_are_outside_the_selection() -> None:
    plan = help_plan(category=[{"coding": [{"system": "http://snomed.info/sct", "code": "734163000"}]}])

    assert not read(plan).selected
    assert read(plan, categories=["http://snomed.info/sct|734163000"]).selected


def test_of_a_plan_outside_the_selection_nothing_is_read() -> None:
    plan = help_plan(status="draft", period={"start": "${DATE}"}, note=[{"text": "Diagnose"}])

    assert (read(plan).client, dict(read(plan).units)) == (None, {})


def test_plans_are_tied_by_an_identifier_the_dossier_has() -> None:
    plan = help_plan(identifier=[{"system": "https://ecd.example/afspraak", "value": "A-12"}])

    assert read(plan).group is None
    assert read(plan, group_systems=["https://ecd.example/afspraak"]).group == "A-12"


def test_by_that_identifier_another_dossier_knows_the_same_agreement() -> None:
    number = {"system": "https://ecd.example/afspraak", "value": "A-12"}
    plan = help_plan(identifier=[number, {"system": "https://ecd.example/plan", "value": "7"}])

    assert read(plan).numbers == frozenset()
    assert read(plan, group_systems=["https://ecd.example/afspraak"]).numbers == {Identifier(**number)}


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ({"start": "2026-11-01", "end": "2027-01-31"}, (date(2026, 11, 1), date(2027, 1, 31))),
        ({"start": "2026", "end": "2027-02"}, (date(2026, 1, 1), date(2027, 2, 28))),
        ({"start": "2026-06-30T23:30:00Z"}, (date(2026, 7, 1), None)),
    ],
    ids=["days", "parts of a date", "a moment in another zone"],
)
def test_a_period_is_read_as_whole_days_here(period: dict[str, str], expected: Any) -> None:
    schedule = duty(read(help_plan(period=period))).schedule

    assert (schedule.start, schedule.until) == expected


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"period": {"start": "${DATE, T, d, -90}"}}, "period.start"),
        ({"period": {"start": "3899-01-01"}}, "period.start"),
        ({"period": {"start": "2026-13-01"}}, "period.start"),
        ({"period": {"start": "2026-05-01", "end": "2026-04-01"}}, "period.end"),
        ({"status": "bezig"}, "status"),
        (
            {
                "subject": {
                    "identifier": {"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "123456789"}
                }
            },
            "subject.identifier",
        ),
        ({"detail": {"performer": [{"display": "de buurvrouw"}]}}, "activity.detail.performer"),
        ({"detail": {"performer": [{"reference": "#1"}]}}, "activity.detail.performer"),
        (
            {"detail": {"performer": [{"reference": "https://elders.example/Device/1"}]}},
            "activity.detail.performer",
        ),
        (
            {"detail": {"performer": [{"reference": f"Device/{n}"} for n in (1, 2)]}},
            "activity.detail.performer",
        ),
        (
            {"detail": {"scheduledString": None, "scheduledTiming": {"repeat": {"count": 3}}}},
            "activity.detail.scheduled[x]",
        ),
        (
            {"detail": {"scheduledString": None, "scheduledTiming": {"code": CODED}}},
            "activity.detail.scheduled[x]",
        ),
        ({"activity": [{"detail": {}}, {"detail": {}}]}, "activity"),
        ({"activity": [{"reference": {"reference": "Task/1"}}]}, "activity.reference"),
        ({"resourceType": "Goal"}, "resourceType"),
    ],
)
def test_what_cannot_be_used_is_set_apart_by_its_field(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRecordError) as apart:
        read(help_plan(**changed))

    assert apart.value.field == field
    assert read(help_plan()).selected


def test_a_template_in_a_narrative_is_no_reason_to_set_a_plan_apart() -> None:
    plan = help_plan(text={"status": "generated", "div": "<div>${naam}</div>"})

    assert read(plan).selected


def note(kind: str, *parts: dict[str, Any], **members: Any) -> dict[str, Any]:
    said = [{"url": "kind", "valueCode": kind}, *parts]
    return {
        "id": "n1",
        "extension": [{"url": "urn:samenspraak:said", "extension": said}],
        "authorReference": {"reference": "Practitioner/anja"},
        "time": "2026-11-22T08:10:00+01:00",
        "text": "Gegeven.",
        **members,
    }


def with_notes(*notes: dict[str, Any]) -> dict[str, Any]:
    plan = help_plan()
    plan["activity"][0]["progress"] = list(notes)
    return plan


def test_a_coded_progress_note_is_something_said() -> None:
    plan = with_notes(note("done", {"url": "day", "valueDate": "2026-11-22"}), {"text": "Sliep goed."})

    reading = read(plan)

    [said] = reading.said
    assert (said.kind, said.text, str(said.occurrence)) == (
        StatementKind.DONE,
        "Gegeven.",
        "zorgplan_88:2026-11-22:1",
    )
    assert said.by.kind is PartyKind.PROFESSIONAL
    assert reading.told == {said.id} == {"dossier-1:zorgplan.88:n1"}


def test_an_assent_counts_only_with_the_terms_it_was_given_under() -> None:
    bound = note("assent", {"url": "terms", "valueString": "5f2a#1"})
    loose = note("assent", id="n2")

    kinds = [(one.kind, one.terms) for one in read(with_notes(bound, loose)).said]

    assert kinds == [(StatementKind.ASSENT, "5f2a#1"), (StatementKind.COMMENT, "")]


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        (note("gezien"), "activity.progress.kind"),
        (note("done"), "activity.progress.day"),
        (note("comment", authorReference={}), "activity.progress.authorReference"),
        (note("comment", text=" "), "activity.progress.text"),
        (note("comment", time="gisteren"), "activity.progress.time"),
        (note("comment", time=None), "activity.progress.time"),
    ],
)
def test_a_coded_note_that_does_not_say_enough_is_set_apart(broken: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRecordError) as apart:
        read(with_notes(broken))

    assert apart.value.field == field


def test_of_what_a_plan_holds_the_hub_keeps_only_what_is_read() -> None:
    plan = help_plan(
        identifier=[{"system": "https://ecd.example/plan", "value": "881"}],
        goal=[{"display": "Weer lopen"}],
        extension=[{"url": "https://anders.example/x", "valueString": "diagnose"}],
        description="Doel: herstel na val.\nVoorwaarden: niet bij koorts",
    )
    plan["activity"][0]["progress"] = [{"text": "Sliep slecht."}, note("comment")]

    kept = connector().own(plan)

    assert kept["description"] == "Voorwaarden: niet bij koorts"
    assert [one["text"] for one in kept["activity"][0]["progress"]] == ["Gegeven."]
    for private in ("schouder", "881", "Weer lopen", "diagnose", "herstel", "Sliep", "<div>"):
        assert private not in repr(kept)
    assert read(kept).units == read(plan).units


def test_of_a_plan_outside_the_selection_the_hub_keeps_only_that_it_is_there() -> None:
    kept = connector().own(help_plan(status="draft"))

    assert set(kept) == {"resourceType", "id", "status", "category"}
