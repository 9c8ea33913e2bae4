"""Who reads no copy anywhere becomes a question for the responsible person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from samenspraak.domain.consent import RecipientKind
from samenspraak.domain.parties import PartyKind
from samenspraak.domain.units import UnitKey, UnitKind, apply
from samenspraak.policy.state import ConnectorState, Reason
from samenspraak.services import connectors, consents, feeds, taking_part
from samenspraak.store.records import Cause
from samenspraak.sync.pull import pull
from samenspraak.sync.versions import record_version
from samenspraak.work.inline import work_off

ORGANISATION = "de-linde"

COOKING = {
    "tasks": [
        {
            "id": "a1",
            "who": {"user": "son", "role": "relative"},
            "when": {"text": "donderdag"},
        }
    ]
}


@pytest.fixture
def cooking(town: Any) -> Any:
    """Jan cooks along on Thursdays, and Bea steps in for him; no system is known in which she reads it."""
    client = town.person("wit", PartyKind.CLIENT, "Mevrouw De Wit")
    son = town.person("son", PartyKind.RELATIVE, "Jan", client.id)
    town.neighbour = town.person("buur", PartyKind.RELATIVE, "Bea", client.id)
    town.consent(client.id, son)
    town.shows_own_name(client.id, town.neighbour, PartyKind.RELATIVE)
    town.joins(town.family_app("app-a"), client.id, son)
    town.systems["app-a"].add_record("son", "wit", "Samen koken", **COOKING)
    town.settle(3)
    with town.app.store.write(ORGANISATION) as uow:
        (record,) = uow.agreements.list()
        backup = {UnitKey(UnitKind.BACKUP, "a1"): town.neighbour}
        after = apply(record.agreement, backup)
        record_version(uow, town.app.hub, record, after, cause=Cause(actor="test", why="recorded"))
        uow.commit()
    town.settle(2)
    return town


@pytest.fixture
def reached(cooking: Any) -> Any:
    """Bea reads it in an app of her own."""
    cooking.consented = cooking.consent("wit", cooking.neighbour)
    cooking.joins(cooking.family_app("app-b"), "wit", cooking.neighbour)
    cooking.settle(3)
    return cooking


def asked(town: Any) -> list[tuple[str, str]]:
    return [(str(one.kind), one.cause) for one in town.questions()]


def follows_a_calendar(town: Any, who: str) -> None:
    """This person has an address for a calendar, and no other system."""
    agenda = connectors.draft(town.app.registry, "agenda", "calendar", {}, state=ConnectorState.RUNNING)
    connectors.add(town.app.hub, town.app.connected, ORGANISATION, agenda)
    feeds.add(town.app.hub, ORGANISATION, "agenda", who)
    town.settle(2)


def test_a_calendar_tells_nobody_that_somebody_must_step_in(cooking: Any) -> None:
    cooking.consent("wit", cooking.neighbour)
    follows_a_calendar(cooking, str(cooking.neighbour))

    call_off(cooking)

    assert ("to_do", "not-reached") in asked(cooking)


def call_off(town: Any) -> None:
    town.systems["app-a"].cancel("son", "r1", "a1", "2026-11-26")
    town.settle(3)


def lose_plugin(town: Any) -> None:
    """The plugin of app-b is not installed any more."""
    with town.app.store.write(ORGANISATION) as uow:
        uow.connectors.save(replace(uow.connectors.get("app-b"), plugin="nergens"))
        uow.commit()
    town.app.hub.connected._plugins.clear()


def test_a_backup_without_any_system_is_a_question(cooking: Any) -> None:
    call_off(cooking)
    assert asked(cooking) == [("to_do", "not-reached")]


def test_a_backup_who_reads_it_somewhere_is_none(reached: Any) -> None:
    call_off(reached)
    assert asked(reached) == []


def test_a_copy_in_a_system_that_stands_still_tells_nobody(reached: Any) -> None:
    taking_part.pause(reached.app.hub, ORGANISATION, "app-b")
    call_off(reached)
    assert asked(reached) == [("to_do", "not-reached")]


def test_a_copy_that_cannot_be_written_tells_nobody(reached: Any) -> None:
    [there] = [one for one in reached.links() if one.connector_id == "app-b"]
    with reached.app.store.write(ORGANISATION) as uow:
        uow.links.set(there.id, reason=Reason.FAILED)
        uow.commit()
    call_off(reached)
    assert asked(reached) == [("to_do", "not-reached")]


def test_what_is_called_off_is_recorded_though_the_plugin_of_another_system_is_gone(reached: Any) -> None:
    lose_plugin(reached)
    reached.systems["app-a"].cancel("son", "r1", "a1", "2026-11-26")
    pull(reached.app.hub, ORGANISATION, "app-a")
    work_off(reached.app.hub, ORGANISATION)
    [agreement] = reached.agreements()
    assert len(agreement.exceptions) == 1
    assert ("to_do", "not-reached") in asked(reached)


def test_consent_can_be_withdrawn_though_a_plugin_is_gone(reached: Any) -> None:
    lose_plugin(reached)
    consents.withdraw(reached.app.hub, ORGANISATION, reached.consented)
    assert asked(reached) == [("to_do", "performer-lost-consent")]


def test_an_objection_to_whoever_takes_part_is_a_question(reached: Any) -> None:
    wish = consents.Wish(
        client="wit", recipient_kind=RecipientKind.PERSON, recipient="relative:buur", allows=False
    )
    consents.record(reached.app.hub, ORGANISATION, wish)
    assert asked(reached) == [("to_do", "performer-lost-consent")]
