"""A son whose parents both are clients: he is in two circles, and each system knows him twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.statements import StatementKind
from samenspraak.policy.state import ConnectorState, LinkPhase, Reason
from samenspraak.store.records import ConnectorRecord
from samenspraak_fhir.sandbox import STRICT, FhirSandbox
from samenspraak_ozo.sandbox import create

NUMBERS = "https://de-linde.example/nummers"
SON = PartyRef(kind=PartyKind.RELATIVE, id="son")
NEPHEW = PartyRef(kind=PartyKind.RELATIVE, id="nephew")
SOUP = {"tasks": [{"id": "a1", "who": {"user": "son", "role": "relative"}, "when": {"text": "elke dag"}}]}


class Couple:
    """Mother and father with a network each. The son is in both, a nephew in father's alone."""

    def __init__(self, town: Any) -> None:
        self.town = town
        self.dossier, self.platform = FhirSandbox(quirks=STRICT), create("strict")
        self.platform.quirks = replace(self.platform.quirks, per_second=None)
        self.of_son: dict[str, str] = {}
        for parent, number in (("mother", "70011"), ("father", "70012")):
            self._admit(parent, number)
        self._knows_nephew()
        self._connect()
        self.app = town.family_app("app")
        town.joins(self.app, "mother", SON)

    def _admit(self, parent: str, number: str) -> None:
        town, there = self.town, self.platform.acts()
        town.person(parent, PartyKind.CLIENT, f"De Wit ({parent})")
        town.consent(parent, town.person("son", PartyKind.RELATIVE, "Jan de Wit", parent))
        self.dossier.acts()["admit"](id=parent, given=parent, family="de Wit", identifiers=known(parent))
        self.dossier.acts()["know"](
            kind="RelatedPerson",
            id=f"son-of-{parent}",
            name="Jan de Wit",
            client=f"Patient/{parent}",
            identifiers=known("son"),
        )
        there["admit"](identifier=number, name=f"De Wit ({parent})", identifiers=known(parent))
        self.of_son[parent] = there["join"](
            patient=number,
            kind="RelatedPerson",
            identifier="80021",
            name="Jan de Wit",
            identifiers=known("son"),
        )
        self.sender = there["join"](
            patient=number, kind="Practitioner", identifier="90031", name="Fatma Kaya"
        )

    def _knows_nephew(self) -> None:
        """He may hear of both, and takes part in mother's circle; the platform knows him around father."""
        for parent in ("mother", "father"):
            nephew = self.town.person("nephew", PartyKind.RELATIVE, "Bas de Wit", parent)
            self.town.consent(parent, nephew)
        self.platform.acts()["join"](
            patient="70012",
            kind="RelatedPerson",
            identifier="80022",
            name="Bas de Wit",
            identifiers=known("nephew"),
        )

    def _connect(self) -> None:
        dossier, platform = (
            self.town.stack.enter_context(one.running()) for one in (self.dossier, self.platform)
        )
        settings = {
            "fhir": {"base_url": f"{dossier}/fhir", "open_origins": [dossier], "overlap_seconds": 2},
            "ozo": {
                "base_url": f"{platform}/fhir",
                "nuts_url": platform,
                "nuts_subject": "samenspraak",
                "authorization_server": "https://nuts.example.org/oauth2/ozo",
                "sender": self.sender,
                "open_origins": [platform],
            },
        }
        with self.town.app.store.write("de-linde") as uow:
            for plugin, chosen in settings.items():
                uow.connectors.add(
                    ConnectorRecord(
                        id=plugin, plugin=plugin, title=plugin, settings=chosen, state=ConnectorState.RUNNING
                    )
                )
            uow.commit()
        self.town.systems |= {"fhir": self.dossier, "ozo": self.platform}

    def settle(self) -> None:
        self.town.settle(cycles=6)

    def seen(self, connector_id: str) -> list[dict[str, Any]]:
        """What the hub made in this system."""
        with self.town.app.store.read("de-linde") as uow:
            remotes = (
                one for link in uow.links.of_connector(connector_id) for one in uow.remotes.of_link(link.id)
            )
            return [one.seen for one in remotes if one.seen and one.phase is LinkPhase.OPEN]


def known(number: str) -> list[dict[str, str]]:
    return [{"system": NUMBERS, "value": number}]


@pytest.fixture
def couple(town: Any) -> Couple:
    there = Couple(town)
    there.settle()
    there.app.add_record("son", "mother", "Soep brengen", **SOUP)
    there.settle()
    return there


def test_what_is_about_mother_is_addressed_to_her_son_in_her_own_circle(couple: Couple) -> None:
    [thread] = couple.seen("ozo")
    [plan] = couple.seen("fhir")

    assert [one["reference"] for one in thread["thread"]["recipient"]] == [couple.of_son["mother"]]
    assert plan["activity"][0]["detail"]["performer"][0]["reference"] == "RelatedPerson/son-of-mother"
    assert set(couple.town.reasons().values()) == {Reason.EQUAL}
    assert couple.town.questions() == []


def test_nothing_about_mother_reaches_who_is_known_in_fathers_network_alone(couple: Couple) -> None:
    assert couple.platform.readable("80022") == []
    assert "Soep brengen" in " ".join(couple.platform.readable("80021"))

    couple.platform.acts()["join"](
        patient="70011",
        kind="RelatedPerson",
        identifier="80022",
        name="Bas de Wit",
        identifiers=known("nephew"),
    )
    couple.settle()

    assert "Soep brengen" in " ".join(couple.platform.readable("80022"))


def test_an_answer_in_either_circle_is_of_the_one_person(couple: Couple) -> None:
    couple.platform.acts()["reply"](person="80021", text="Akkoord")
    couple.settle()
    [agreement] = couple.town.agreements()

    with couple.town.app.store.read("de-linde") as uow:
        said = [(one.kind, one.by) for one in uow.statements.of(agreement.id)]
    assert said == [(StatementKind.ASSENT, SON)]


@pytest.mark.parametrize("parent", ["mother", "father"])
def test_a_plan_for_either_parent_is_his(couple: Couple, parent: str) -> None:
    couple.dossier.acts()["agree"](
        id="plan-1",
        client=f"Patient/{parent}",
        by=f"RelatedPerson/son-of-{parent}",
        what="Samen wandelen",
        when="op zondag",
        group="g1",
    )
    couple.settle()

    found = {one.what.text: one for one in couple.town.agreements()}
    assert found["Samen wandelen"].performers == {SON}
    assert found["Samen wandelen"].client_id == parent
