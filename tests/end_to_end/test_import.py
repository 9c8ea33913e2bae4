"""FHIR files that somebody hands us become agreements; they leave with consent, and not without.

The files are invented: a bundle, a plan as XML by a relative, a plan as JSON by an organisation, a plan whose
date is a template that was never filled in, and half a file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from samenspraak.demo import run, seeing
from samenspraak.demo.run import Running
from samenspraak.demo.stage import Played, Told
from samenspraak.protocols import fhir
from samenspraak.services import agreements, explaining

FILES = Path(__file__).parent / "files" / "import"
RELATIVES, ORGANISATIONS = "Ramen lappen", "Helpen bij het aankleden"
OTHERS = {"platform", "volunteers", "app-bloem", "app-thuis"}


@dataclass(frozen=True, kw_only=True)
class Held:
    """What is to be seen of the imported agreements. ``reasons``: title → system → why it is as it is."""

    reasons: Mapping[str, Mapping[str, set[str]]]
    everywhere_else: str

    @classmethod
    def by(cls, running: Running) -> Held:
        office, there = running.office, running.there
        threads = [
            text
            for title in (RELATIVES, ORGANISATIONS)
            for one in seeing.threads(there.platform, title)
            for text in seeing.messages(there.platform, one)
        ]
        apps = [there.app.records(), there.other_app.records()]
        tasks = there.volunteers.call("activiteitOverzicht", filter={})
        return cls(
            reasons={title: office.reasons(found(running, title)) for title in (RELATIVES, ORGANISATIONS)},
            everywhere_else=json.dumps([threads, apps, tasks, there.volunteers.act("proposals")]),
        )


def found(running: Running, title: str) -> str:
    lines = agreements.listed(running.office.hub, running.office.organisation)
    return next((one.id for one in lines if one.what == title), "")


@dataclass(frozen=True, kw_only=True)
class Import:
    """One demo with these files. ``before``: how it stood before anybody recorded a consent."""

    running: Running
    played: Played
    before: Held

    @property
    def told(self) -> list[str]:
        return [line.text["en"] for line in self.played.lines if isinstance(line, Told)]

    @property
    def seen(self) -> Mapping[str, bool]:
        return {sight.text["en"]: sight.holds for sight in self.played.seen}

    def duty(self, title: str) -> Mapping[str, Any]:
        """Who does it and when, as the hub holds it; the performer by name."""
        office = self.running.office
        shown = agreements.show(office.hub, office.organisation, found(self.running, title))
        duty: Any = next(value for unit, value in shown.units.items() if unit.startswith("assignment["))
        kind = duty["performer"].partition(":")[0]
        names = {str(ref): name for ref, name in shown.names.items()}
        return {"kind": kind, "name": names[duty["performer"]], **duty["schedule"]}


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Import]:
    asked = run.Asked(import_from=FILES, only=(0,))
    with run.running(tmp_path_factory.mktemp("demo"), asked) as running:
        running.office.until(lambda: bool(found(running, RELATIVES) and found(running, ORGANISATIONS)))
        running.office.rest()
        before = Held.by(running)
        (played,) = run.situations(running, asked, lambda line: None)
        yield Import(running=running, played=played, before=before)


def test_everything_the_demo_looks_for_is_there(imported: Import) -> None:
    assert [text for text, holds in imported.seen.items() if not holds] == []


def test_a_plan_of_a_relative_becomes_an_agreement_with_the_words_it_had(imported: Import) -> None:
    duty = imported.duty(RELATIVES)
    assert (duty["kind"], duty["name"]) == ("relative", "Anouk Wiersma")
    assert (duty["text"], duty["timing"]) == ("1 keer per twee weken", None)


def test_a_plan_of_an_organisation_becomes_one_too(imported: Import) -> None:
    duty = imported.duty(ORGANISATIONS)
    assert (duty["kind"], duty["name"]) == ("group", "Thuiszorg De Terp")
    assert (duty["text"], duty["timing"]) == ("Iedere ochtend", None)


@pytest.mark.parametrize("title", [RELATIVES, ORGANISATIONS])
def test_without_consent_the_hub_says_of_every_other_system_why_it_gets_nothing(
    imported: Import, title: str
) -> None:
    reasons = imported.before.reasons[title]
    assert {name: reasons.get(name) for name in OTHERS} == {one: {"withheld"} for one in OTHERS}


def test_without_consent_nothing_of_it_is_anywhere_else(imported: Import) -> None:
    assert [one for one in (RELATIVES, ORGANISATIONS) if one in imported.before.everywhere_else] == []


def test_with_consent_the_relative_reads_it_on_the_platform_and_nobody_made_up_a_day(
    imported: Import,
) -> None:
    platform = imported.running.there.platform
    (thread,) = seeing.threads(platform, RELATIVES)
    lines = seeing.messages(platform, thread)[-1].splitlines()
    assert "Wie: Anouk Wiersma, 1 keer per twee weken" in lines
    assert not [one for one in lines if any(day in one for day in seeing.DAYS)]


def test_with_consent_volunteers_and_apps_still_get_nothing(imported: Import) -> None:
    there = imported.running.there
    tasks = there.volunteers.call("activiteitOverzicht", filter={})
    held = json.dumps([there.app.records(), there.other_app.records(), tasks])
    assert [one for one in (RELATIVES, ORGANISATIONS) if one in held] == []


def without_ours(resource: Mapping[str, Any]) -> dict[str, Any]:
    """The resource without the extensions of the hub, and without which version of it this is."""
    others = [one for one in resource.get("extension", []) if not one["url"].startswith("urn:samenspraak:")]
    profile = resource.get("meta", {}).get("profile")
    return {**resource, "extension": others, "meta": profile}


@pytest.mark.parametrize("file", ["ramen-lappen.xml", "aankleden.json", "sjabloon.json"])
def test_the_plan_in_the_dossier_is_still_the_one_in_the_file(imported: Import, file: str) -> None:
    content = (FILES / file).read_bytes()
    plan = fhir.from_xml(content) if file.endswith(".xml") else json.loads(content)
    there = imported.running.there.dossier.resource(f"CarePlan/{plan['id']}")
    assert without_ours(there) == without_ours(plan)


def test_a_file_that_cannot_be_read_is_named_and_the_others_go_on(imported: Import) -> None:
    assert "Not imported: half.xml (this is no readable FHIR)." in imported.told
    assert "The dossier holds 6 imported resources." in imported.told


def test_a_plan_with_a_template_date_is_set_apart_by_the_name_of_its_field(imported: Import) -> None:
    said = "'De post ophalen': set apart, because this field cannot be used: period.start. The others go on."
    assert imported.seen[said]
    assert not found(imported.running, "De post ophalen")


def test_whoever_asks_later_is_told_where_it_went(imported: Import) -> None:
    office = imported.running.office
    office.rest()
    explained = explaining.explain(office.hub, office.organisation, found(imported.running, RELATIVES))
    copies = {one.connector_id: str(one.reason) for one in explained.copies}
    assert copies == {**dict.fromkeys(OTHERS, "withheld"), "dossier": "equal", "platform": "equal"}
