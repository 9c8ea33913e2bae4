"""What a client allows is said to the nurse, written down in the dossier, and holds in every system."""

from __future__ import annotations

from typing import Any

import pytest
from tests.integration.sync.test_dossier_and_app import CLIENT, NUMBERS, NURSE, SON, Home

from samenspraak.connectors import ExternalConsent, Page
from samenspraak.domain.consent import Consent
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.units import UnitKey, UnitKind, apply
from samenspraak.policy.state import Reason
from samenspraak.services import consents
from samenspraak.store.records import Cause
from samenspraak.sync.versions import record_version
from samenspraak_fhir.sandbox import STRICT, Quirks
from samenspraak_memory.plugin import FamilyAppConnector

TEXT = "Steunkousen aantrekken"


@pytest.fixture
def home(town: Any) -> Home:
    """Nobody allowed the son anything yet."""
    there = Home(town, STRICT, allowed=False)
    there.agree("kous-1", SON, "op werkdagen")
    there.settle()
    return there


def held(home: Home) -> list[Consent]:
    with home.town.app.store.read("de-linde") as uow:
        return [one for one in uow.consents.of_client("wit") if one.withdrawn_at is None]


def reads(home: Home) -> bool:
    return TEXT in " ".join(home.app.readable("son"))


def in_peace(home: Home) -> None:
    """What was taken back is certainly gone only a while after the last request about it."""
    for _ in range(3):
        home.settle()
        home.town.clock.pass_(seconds=120)
    home.settle()


def apart(home: Home) -> list[tuple[str, str]]:
    with home.town.app.store.read("de-linde") as uow:
        found = uow.remotes.unlinked("dossier")
        return [(one.external_id, one.why_field) for one in found if one.why == "apart"]


def test_what_the_nurse_wrote_down_opens_and_what_she_took_back_closes(home: Home) -> None:
    assert not reads(home)

    consent = home.act["record_consent"](client=CLIENT, who=SON)["id"]
    home.settle()
    assert reads(home)
    [one] = held(home)
    assert (one.given_by, one.capacity, one.evidence) == ("wit", "client", f"dossier {consent}")

    home.act["withdraw_consent"](id=consent)
    in_peace(home)
    assert not reads(home)
    assert held(home) == []
    assert home.town.reasons()["app"] is Reason.RETRACTED


def test_an_objection_in_the_dossier_goes_before_what_was_allowed_at_the_hub(town: Any) -> None:
    home = Home(town, STRICT)
    home.agree("kous-1", SON, "op werkdagen")
    home.settle()
    assert reads(home)

    home.act["record_consent"](client=CLIENT, who=SON, allow=False)
    home.settle()

    assert not reads(home)


def test_one_that_became_unclear_permits_nothing_any_more_and_is_listed_until_it_is_mended(
    home: Home,
) -> None:
    purpose = {"purpose": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "TREAT"}]}
    home.act["record_consent"](client=CLIENT, who=SON, id="c1")
    home.settle()
    assert reads(home)

    home.act["record_consent"](client=CLIENT, who=SON, id="c1", more=purpose)
    in_peace(home)
    assert not reads(home)
    assert apart(home) == [("Consent/c1", "provision.purpose")]

    home.act["record_consent"](client=CLIENT, who=SON, id="c1")
    home.settle()
    assert reads(home)
    assert apart(home) == []


def test_an_unclear_objection_stays_one(town: Any) -> None:
    home = Home(town, STRICT)
    home.agree("kous-1", SON, "op werkdagen")
    home.act["record_consent"](client=CLIENT, who=SON, id="c1", allow=False)
    home.settle()

    home.act["record_consent"](client=CLIENT, who=SON, id="c1", allow=False, more={"class": [{"code": "x"}]})
    home.settle()

    assert not reads(home)
    assert [one.allows for one in held(home) if one.evidence] == [False]


@pytest.mark.parametrize("quirks", [STRICT, Quirks(no_type_history=True)])
def test_one_that_is_no_longer_there_holds_no_longer_the_next_day(town: Any, quirks: Quirks) -> None:
    home = Home(town, quirks, allowed=False)
    home.agree("kous-1", SON, "op werkdagen")
    consent = home.act["record_consent"](client=CLIENT, who=SON)["id"]
    home.settle()
    assert reads(home)

    home.act["remove"](id=consent)
    home.next_day()
    home.settle()

    assert not reads(home)


def test_only_who_may_give_it_gives_it(home: Home) -> None:
    """The son is no representative: he cannot allow himself to see it."""
    home.act["record_consent"](client=CLIENT, who=SON, by=SON)
    home.settle()
    assert not reads(home)
    assert held(home) == []


def test_what_somebody_took_back_at_the_hub_is_not_given_again_by_the_same_record(home: Home) -> None:
    home.act["record_consent"](client=CLIENT, who=SON, id="c1")
    home.settle()
    [one] = held(home)

    consents.withdraw(home.town.app.hub, "de-linde", one.id)
    home.next_day()
    in_peace(home)
    assert not reads(home)

    home.act["record_consent"](client=CLIENT, who=SON, id="c1")  # she said so again, on another moment
    home.settle()
    assert reads(home)


def test_hearing_it_again_changes_nothing(home: Home) -> None:
    home.act["record_consent"](client=CLIENT, who=SON)
    home.settle()
    before, epoch = held(home), epoch_of(home)
    home.next_day()
    home.settle()
    assert (held(home), epoch_of(home)) == (before, epoch)


def epoch_of(home: Home) -> int:
    with home.town.app.store.read("de-linde") as uow:
        return uow.consents.epoch("wit")


def test_who_is_in_a_team_is_as_the_dossier_says(home: Home) -> None:
    number = {"system": NUMBERS, "value": "bo"}
    home.town.person("bo", PartyKind.PROFESSIONAL, "Bo Visser")
    home.act["know"](kind="Practitioner", id="bo", name="Bo Visser", identifiers=[number])
    team = {"kind": "CareTeam", "id": "oost", "name": "Team Oost", "client": CLIENT}
    home.act["know"](**team, members=[NURSE, "Practitioner/bo", SON, CLIENT])
    home.settle()
    assert members(home) == {"anja", "bo"}

    home.act["know"](**team, members=[NURSE])
    home.settle()
    assert members(home) == {"anja"}


def test_who_comes_into_a_team_that_is_around_nobody_may_read_and_who_leaves_it_may_not(
    town: Any,
) -> None:
    """A professional of the organisation needs no consent; the dossier's teams say who is one."""
    home = Home(town, STRICT)
    home.agree("kous-1", SON, "op werkdagen")
    number = {"system": NUMBERS, "value": "bo"}
    bo = home.town.person("bo", PartyKind.PROFESSIONAL, "Bo Visser")
    home.act["know"](kind="Practitioner", id="bo", name="Bo Visser", identifiers=[number])
    home.app.add_user("bo", "Bo Visser", "professional", ["wit"], identifiers=[number])
    team = {"kind": "CareTeam", "id": "oost", "name": "Team Oost"}
    home.act["know"](**team, members=[NURSE])
    home.settle()
    stands_in(home, bo)
    home.settle()
    assert TEXT not in " ".join(home.app.readable("bo"))

    home.act["know"](**team, members=[NURSE, "Practitioner/bo"])
    home.settle()
    assert TEXT in " ".join(home.app.readable("bo"))

    home.act["know"](**team, members=[NURSE])
    in_peace(home)
    assert TEXT not in " ".join(home.app.readable("bo"))


def stands_in(home: Home, who: PartyRef) -> None:
    with home.town.app.store.write("de-linde") as uow:
        [record] = uow.agreements.list()
        backup = UnitKey(UnitKind.BACKUP, record.agreement.assignments[0].id)
        cause = Cause(actor="test", why="recorded")
        record_version(uow, home.town.app.hub, record, apply(record.agreement, {backup: who}), cause=cause)
        uow.commit()


def members(home: Home) -> set[str]:
    with home.town.app.store.read("de-linde") as uow:
        link = uow.parties.link_of("dossier", "CareTeam/oost")
        team = uow.parties.group(link.ref.id)
        assert link.ref in {one.party for one in uow.parties.circle("wit")}
        assert isinstance(link.ref, PartyRef)
        return {one.id for one in team.members}


def test_an_app_is_not_believed_about_what_a_client_allows(home: Home, monkeypatch: Any) -> None:
    """Only a dossier is where a client's consent is written down."""
    told = ExternalConsent(external_id="x", client="wit", recipients=("son",), allows=True)
    listed = FamilyAppConnector.changes
    monkeypatch.setattr(
        FamilyAppConnector,
        "changes",
        lambda self, call, cursor: iter([*listed(self, call, cursor), Page(consents=[told])]),
    )

    home.settle()

    assert held(home) == []
