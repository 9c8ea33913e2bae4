"""What is certainly the same agreement is joined without asking: both systems keep a number of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from samenspraak.connectors import Directory, Raw, Reading
from samenspraak.domain.parties import Identifier, PartyKind
from samenspraak.policy.state import QuestionKind, Reason
from samenspraak_memory.plugin import FamilyAppConnector

ORGANISATION = "de-linde"
NUMBER = {"system": "https://de-linde.example/afspraak", "value": "A-12"}
APPS = ("app-a", "app-b")
SON = {"user": "son", "role": "relative"}


class Numbered(FamilyAppConnector):
    """A family app that keeps by which number others know an agreement."""

    def get(self, raw: Raw, directory: Directory) -> Reading:
        numbers = frozenset(Identifier(**one) for one in raw.get("numbers", ()))
        return replace(super().get(raw, directory), numbers=numbers)


@pytest.fixture
def numbered(town: Any) -> Any:
    """Two such apps; what is said in the first was heard before the second one has anything."""
    client = town.person("wit", PartyKind.CLIENT, "Mevrouw De Wit")
    son = town.person("son", PartyKind.RELATIVE, "Jan de Wit", client.id)
    town.consent(client.id, son)
    town.app.registry.connectors["numbered"] = type(
        "Numbered", (Numbered,), {"manifest": replace(Numbered.manifest, name="numbered")}
    )
    for name in APPS:
        town.joins(town.family_app(name), client.id, son)
        with town.app.store.write(ORGANISATION) as uow:
            uow.connectors.save(replace(uow.connectors.get(name), plugin="numbered"))
            uow.commit()
    return town


def write_down(town: Any, app: str, title: str, task: str, **said: Any) -> None:
    town.systems[app].add_record("son", "wit", title, tasks=[{"id": task, "who": SON}], **said)


def why(town: Any, agreement_id: str) -> list[str]:
    with town.app.store.read(ORGANISATION) as uow:
        return [one.cause.why for one in uow.agreements.history(agreement_id)]


def test_a_number_that_both_systems_keep_joins_them_without_a_question(numbered: Any) -> None:
    write_down(numbered, "app-a", "Steunkousen", "a1", numbers=[NUMBER])
    write_down(numbered, "app-b", "Steunkousen", "t7", numbers=[NUMBER], place="Bad")
    numbered.settle(3)

    [agreement] = numbered.agreements()
    assert (numbered.questions(), agreement.place) == ([], "Bad")
    assert numbered.reasons() == {"app-a": Reason.EQUAL, "app-b": Reason.EQUAL}
    assert len(agreement.assignments) == 1
    assert why(numbered, agreement.id) == ["adopted", "joined"]


def test_what_it_says_differently_is_asked_all_the_same(numbered: Any) -> None:
    write_down(numbered, "app-a", "Steunkousen", "a1", numbers=[NUMBER])
    write_down(numbered, "app-b", "Kousen", "t7", numbers=[NUMBER])
    numbered.settle(2)

    titles = {app: [one["title"] for one in numbered.systems[app].shelf.bodies("record")] for app in APPS}
    assert titles == {"app-a": ["Steunkousen"], "app-b": ["Kousen"]}
    assert [one.kind for one in numbered.questions()] == [QuestionKind.CONFLICT]


def test_a_number_twice_in_one_system_is_a_copy_and_no_proof(numbered: Any) -> None:
    write_down(numbered, "app-a", "Steunkousen", "a1", numbers=[NUMBER])
    write_down(numbered, "app-a", "Kousen", "a1", numbers=[NUMBER])
    numbered.settle(2)

    assert len(numbered.agreements()) == 2
    assert numbered.questions() == []


def test_a_number_of_another_client_joins_nothing(numbered: Any) -> None:
    other = numbered.person("bos", PartyKind.CLIENT, "Meneer Bos")
    son = (
        numbered.people[0] if numbered.people else numbered.person("jan", PartyKind.RELATIVE, "Jan", other.id)
    )
    numbered.joins(numbered.systems["app-b"], other.id, son)
    write_down(numbered, "app-a", "Steunkousen", "a1", numbers=[NUMBER])
    numbered.systems["app-b"].add_record(
        son.id,
        "bos",
        "Steunkousen",
        tasks=[{"id": "t7", "who": {"user": son.id, "role": "relative"}}],
        numbers=[NUMBER],
    )
    numbered.settle(2)

    assert {one.client_id for one in numbered.agreements()} == {"wit", "bos"}
    assert numbered.questions() == []
