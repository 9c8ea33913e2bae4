"""What a nurse does in the sandbox comes out as the resources that the Dutch profiles describe."""

from __future__ import annotations

from typing import Any

import fhirkit
import pytest

CLIENT = "Patient/mw-terpstra"
SON = "RelatedPerson/zoon-wim"
NURSE = "Practitioner/verpleegkundige-anja"


@pytest.fixture
def stockings(strict: Any) -> str:
    return str(
        strict.act(
            "agree",
            client=CLIENT,
            what="Steunkousen aantrekken",
            by=SON,
            when="op werkdagen 's ochtends",
            nursing=True,
            instruction="Kous eerst helemaal omrollen.",
            author=NURSE,
        )
    )


def read(dossier: Any, key: str) -> dict[str, Any]:
    return dict(dossier.get(key).get_json())


def test_help_from_others_keeps_its_frequency_as_text(strict: Any) -> None:
    key = strict.act(
        "agree", client=CLIENT, what="Boodschappen", by=SON, when="1 keer per week", instruction="Tas mee."
    )

    plan = read(strict, key)
    assert plan["category"][0]["coding"][0]["code"] == "243114000"
    assert plan["activity"][0]["detail"]["scheduledString"] == "1 keer per week"
    assert plan["activity"][0]["detail"]["description"] == "Boodschappen"
    assert plan["description"] == "Instructie: Tas mee."


def test_a_nursing_intervention_keeps_its_instruction_in_the_description(strict: Any, stockings: str) -> None:
    plan = read(strict, stockings)

    assert plan["category"][0]["coding"][0]["code"] == "9632001"
    assert plan["title"] == "Steunkousen aantrekken"
    assert plan["activity"][0]["detail"]["description"] == "Kous eerst helemaal omrollen."


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("what", "Kousen aantrekken", "Kousen aantrekken"),
        ("when", "elke ochtend", "elke ochtend"),
        ("days", {"days": ["mon", "tue"], "times": ["08:00"], "text": "ma en di"}, "08:00:00"),
        ("performer", "CareTeam/team-oost", "CareTeam/team-oost"),
        ("instruction", "Handschoenen gebruiken.", "Handschoenen gebruiken."),
        ("until", "2027-02-01", "2027-02-01"),
        ("note", "Let op de huid.", "Let op de huid."),
    ],
)
def test_a_nurse_changes_one_field(strict: Any, stockings: str, field: str, value: Any, text: str) -> None:
    strict.act("change", id=stockings, field=field, value=value)

    assert text in str(read(strict, stockings))
    assert read(strict, stockings)["meta"]["versionId"] == "2"


def test_an_unknown_field_names_the_known_ones(strict: Any, stockings: str) -> None:
    refused = strict.client.post(
        "/_sandbox/act", json={"act": "change", "id": stockings, "field": "wanneer", "value": "?"}
    )

    assert refused.status_code == 400
    assert "when" in refused.get_json()["issue"][0]["diagnostics"]


def test_ending_and_removing_are_different(strict: Any, stockings: str) -> None:
    strict.act("end", id=stockings, status="completed", reason="Het lukt weer zelf.")
    ended = read(strict, stockings)
    strict.act("remove", id=stockings)

    assert ended["status"] == ended["activity"][0]["detail"]["status"] == "completed"
    assert ended["activity"][0]["detail"]["statusReason"] == {"text": "Het lukt weer zelf."}
    assert strict.get(stockings).status_code == 410


def test_a_report_is_a_progress_note_that_also_says_in_codes_what_it_means(
    strict: Any, stockings: str
) -> None:
    strict.act("say", id=stockings, by=NURSE, what="done", day="2026-11-22", text="Door ons gedaan.")

    note = read(strict, stockings)["activity"][0]["progress"][0]
    parts = {part["url"]: part for part in note["extension"][0]["extension"]}
    assert note["authorReference"] == {"reference": NURSE}
    assert note["text"] == "Door ons gedaan."
    assert parts["kind"]["valueCode"] == "done"
    assert parts["day"]["valueDate"] == "2026-11-22"


def test_consent_is_recorded_per_person_and_withdrawn(strict: Any) -> None:
    key = strict.act("record_consent", client=CLIENT, who=SON)
    recorded = read(strict, key)
    strict.act("withdraw_consent", id=key)

    assert recorded["provision"]["actor"][0]["reference"] == {"reference": SON}
    assert (recorded["status"], read(strict, key)["status"]) == ("active", "inactive")


def test_only_staff_reads_the_dossier(strict: Any, stockings: str) -> None:
    def readable(person: str) -> list[str]:
        return list(strict.client.get(f"/_sandbox/readable/{person}").get_json())

    assert "Steunkousen aantrekken" in readable(NURSE)
    assert readable(SON) == []


def test_live_counts_the_plans_with_our_marker_until_they_are_over(strict: Any, plan: Any) -> None:
    plan["identifier"] = [{"system": "urn:samenspraak:marker", "value": "a1..p1"}]
    made = [strict.post("CarePlan", plan).get_json()["id"] for _ in range(2)]
    doubled = strict.client.get("/_sandbox/live").get_json()
    strict.act("end", id=f"CarePlan/{made[0]}", status="entered-in-error")

    assert doubled == {"a1..p1": 2}
    assert strict.client.get("/_sandbox/live").get_json() == {"a1..p1": 1}


def test_everything_a_nurse_writes_is_valid_base_r4(strict: Any, stockings: str) -> None:
    strict.act("change", id=stockings, field="days", value={"days": ["sat"], "times": ["08:30"]})
    strict.act("say", id=stockings, by=NURSE, what="comment", text="Gaat goed.")
    strict.act("cancel", id=stockings, by=NURSE, day="2026-11-28", reason="Vakantie")
    strict.act("record_consent", client=CLIENT, who=SON)
    strict.act(
        "know", kind="Device", id="dispenser", name="Medicijndispenser", owner="Organization/thuiszorg"
    )
    strict.act("know", kind="PractitionerRole", id="rol", name="Anja Postma")

    problems = [
        str(issue) for one in strict.sandbox.records.everything() for issue in fhirkit.validate(one.resource)
    ]

    assert problems == []
