"""Consent: what it opens, what its withdrawal takes back, and who can give it."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from samenspraak.domain.agreements import LifeDomain
from samenspraak.domain.consent import Capacity, RecipientKind
from samenspraak.domain.parties import CircleMember, PartyKind, PartyRef
from samenspraak.domain.units import MatrixRow
from samenspraak.errors import NotFoundError, RuleError, StaleError, TransientError
from samenspraak.policy.state import Reason
from samenspraak.sandbox import Fault
from samenspraak.services import agreements, consents
from samenspraak.services.consents import Validity, Wish
from samenspraak.work.inline import work_off

ORGANISATION = "de-linde"
FOR_ROOS = Wish(client="wit", recipient_kind=RecipientKind.PERSON, recipient="relative:roos")


@pytest.fixture
def roos(family: Any) -> Any:
    """A neighbour in an app of her own; nobody has allowed her anything."""
    neighbour = family.person("roos", PartyKind.RELATIVE, "Roos Bakker", "wit")
    family.joins(family.family_app("app-c"), "wit", neighbour)
    family.settle()
    return family


def readable(roos: Any) -> list[str]:
    return list(roos.systems["app-c"].readable("roos"))


def test_nothing_leaves_without_a_consent_and_everything_it_covers_with_one(roos: Any) -> None:
    assert (readable(roos), roos.reasons()["app-c"]) == ([], Reason.WITHHELD)

    consents.record(roos.app.hub, ORGANISATION, FOR_ROOS)
    roos.settle()

    assert "Steunkousen aantrekken" in readable(roos)


def test_a_copy_that_was_taken_back_does_not_hide_one_that_is_there(roos: Any) -> None:
    link = roos.links()[0]
    gone = replace(link, reason=Reason.RETRACTED)

    assert agreements.worst([gone, replace(link, reason=Reason.EQUAL)]) == {link.connector_id: Reason.EQUAL}
    assert agreements.worst([gone]) == {link.connector_id: Reason.RETRACTED}


def test_a_withdrawal_is_previewed_carried_out_and_confirmed(roos: Any) -> None:
    hub = roos.app.hub
    given = consents.record(hub, ORGANISATION, FOR_ROOS)
    roos.settle()
    (preview,) = consents.would_retract(hub, ORGANISATION, given.id)
    assert (preview.connector_id, [one.id for one in preview.readers]) == ("app-c", ["roos"])

    consents.withdraw(hub, ORGANISATION, given.id)
    roos.cycle()
    assert readable(roos) == []
    assert [one.is_confirmed for one in consents.of_client(hub, ORGANISATION, "wit").retractions] == [False]
    roos.clock.pass_(minutes=5)
    roos.settle()

    assert [one.is_confirmed for one in consents.of_client(hub, ORGANISATION, "wit").retractions] == [True]
    assert roos.reasons()["app-c"] is Reason.RETRACTED


def test_a_copy_in_a_system_that_is_away_is_listed_until_it_is_certainly_gone(roos: Any) -> None:
    hub, app = roos.app.hub, roos.systems["app-c"]
    given = consents.record(hub, ORGANISATION, FOR_ROOS)
    roos.settle()
    app.inject(Fault(kind="down"))
    consents.withdraw(hub, ORGANISATION, given.id)
    with contextlib.suppress(TransientError):
        roos.cycle()
    work_off(hub, ORGANISATION)
    (listed,) = consents.of_client(hub, ORGANISATION, "wit").retractions
    assert (listed.connector_id, listed.is_confirmed, bool(readable(roos))) == ("app-c", False, True)

    app.clear_faults()
    roos.clock.pass_(hours=1)
    roos.settle()
    roos.clock.pass_(minutes=5)
    roos.settle()

    assert readable(roos) == []
    assert [one.is_confirmed for one in consents.of_client(hub, ORGANISATION, "wit").retractions] == [True]


def test_a_consent_is_withdrawn_once(roos: Any) -> None:
    given = consents.record(roos.app.hub, ORGANISATION, FOR_ROOS)
    consents.withdraw(roos.app.hub, ORGANISATION, given.id)

    with pytest.raises(StaleError):
        consents.withdraw(roos.app.hub, ORGANISATION, given.id)


def test_an_objection_against_one_category_hides_it_and_nothing_else(roos: Any) -> None:
    consents.record(roos.app.hub, ORGANISATION, FOR_ROOS)
    objection = replace(FOR_ROOS, allows=False, rows={MatrixRow.CONDITIONS})
    consents.record(roos.app.hub, ORGANISATION, objection)
    roos.settle()

    assert "Steunkousen aantrekken" in readable(roos)
    assert "Eerst de hiel." not in readable(roos)


def test_a_list_says_which_consents_hold(family: Any) -> None:
    hub = family.app.hub
    for_daughter = Wish(client="app-a/wit", recipient_kind=RecipientKind.PERSON, recipient="app-b/daughter")
    later = replace(for_daughter, start=date(2027, 1, 1))
    earlier = replace(for_daughter, until=date(2026, 1, 1), life_domains={LifeDomain.MEALS})
    ids = [consents.record(hub, ORGANISATION, wish).id for wish in (for_daughter, later, earlier)]
    consents.withdraw(hub, ORGANISATION, ids[0])

    found = {one.consent.id: one.validity for one in consents.of_client(hub, ORGANISATION, "wit").recorded}

    assert [found[one] for one in ids] == [Validity.WITHDRAWN, Validity.NOT_YET, Validity.OVER]


def test_only_a_representative_consents_as_one(family: Any) -> None:
    hub = family.app.hub
    wish = replace(FOR_ROOS, recipient="son", given_by="daughter", capacity=Capacity.REPRESENTATIVE)
    with pytest.raises(RuleError, match="relative:daughter cannot consent as representative"):
        consents.record(hub, ORGANISATION, wish)

    daughter = PartyRef(kind=PartyKind.RELATIVE, id="daughter")
    with family.app.store.write(ORGANISATION) as uow:
        uow.parties.add_member(CircleMember(client_id="wit", party=daughter, representative=True))
        uow.commit()
    assert consents.record(hub, ORGANISATION, wish).given_by == "daughter"


def test_somebody_else_consents_to_their_own_name_and_to_nothing_more(family: Any) -> None:
    own = replace(FOR_ROOS, recipient="son", given_by="daughter", capacity=Capacity.SELF)
    with pytest.raises(RuleError, match="their name only"):
        consents.record(family.app.hub, ORGANISATION, own)

    named = consents.record(family.app.hub, ORGANISATION, replace(own, rows={MatrixRow.NAMES}))
    assert named.about_own_name


@pytest.mark.parametrize(
    "unknown",
    [
        {"client": "jansen"},
        {"client": "relative:son"},
        {"recipient": "buurman"},
        {"recipient": "client:wit"},
        {"recipient": "app-z", "recipient_kind": RecipientKind.APP},
        {"recipient": "team-z", "recipient_kind": RecipientKind.ORGANISATION},
        {"agreement_id": "a7"},
        {"given_by": "niemand"},
    ],
    ids=lambda unknown: " ".join(map(str, unknown.values())),
)
def test_nobody_unknown_gets_into_a_consent(family: Any, unknown: dict[str, Any]) -> None:
    with pytest.raises(NotFoundError):
        consents.record(family.app.hub, ORGANISATION, replace(FOR_ROOS, **{"recipient": "son", **unknown}))

    recorded = consents.of_client(family.app.hub, ORGANISATION, "wit").recorded
    assert len(recorded) == 4


def test_a_broken_connector_does_not_stand_in_the_way_of_a_withdrawal(roos: Any) -> None:
    hub = roos.app.hub
    given = consents.record(hub, ORGANISATION, FOR_ROOS)
    roos.settle()
    with roos.app.store.write(ORGANISATION) as uow:
        broken = replace(uow.connectors.get("app-b"), plugin="gone")
        uow.connectors.save(broken)
        uow.commit()

    assert [one.connector_id for one in consents.would_retract(hub, ORGANISATION, given.id)] == ["app-c"]
    consents.withdraw(hub, ORGANISATION, given.id)
    roos.systems.pop("app-b")
    roos.settle()

    assert readable(roos) == []


def test_the_audit_trail_of_a_client_holds_ids_and_no_names(roos: Any) -> None:
    hub = roos.app.hub
    given = consents.record(hub, ORGANISATION, replace(FOR_ROOS, evidence="formulier 12"))
    consents.withdraw(hub, ORGANISATION, given.id, by="relative:daughter")

    with hub.store.read(ORGANISATION) as uow:
        lines = [one for one in uow.log.audit_lines("wit") if one.object == f"consent:{given.id}"]
        whole = str(uow.log.audit_lines())
    assert [(one.action, one.actor, one.detail) for one in lines] == [
        ("consent.recorded", "admin", "person:roos"),
        ("consent.withdrawn", "relative:daughter", "person:roos"),
    ]
    assert not [name for name in ("Wit", "Roos", "Els", "Jan", "kousen", "formulier") if name in whole]
