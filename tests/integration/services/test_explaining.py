"""Explaining: for every unit who changed it, when, through what, and where it went."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from samenspraak.domain.consent import RecipientKind
from samenspraak.domain.parties import PartyKind
from samenspraak.domain.units import MatrixRow, UnitKey
from samenspraak.errors import NotFoundError
from samenspraak.policy.state import Reason
from samenspraak.sandbox import Fault
from samenspraak.services import agreements, consents, questions
from samenspraak.services.consents import Wish
from samenspraak.services.explaining import Copy, Explained, Standing, explain
from samenspraak.services.reached import Told

ORGANISATION = "de-linde"
CONDITIONS = UnitKey.parse("conditions")
TASK = UnitKey.parse("assignment[a1]")


def explained(family: Any, unit: UnitKey | None = None) -> Explained:
    return explain(family.app.hub, ORGANISATION, family.agreements()[0].id, unit=unit)


def copies(family: Any) -> dict[str, Copy]:
    return {one.connector_id: one for one in explained(family).copies}


def test_every_unit_tells_each_version_that_changed_it(family: Any) -> None:
    family.systems["app-b"].instruct("daughter", family.agreements()[0].id, "Eerst de tenen.")
    family.settle()

    stories = {str(one.unit): one for one in explained(family).units}

    assert [(one.version, one.through) for one in stories["conditions"].changes] == [
        (1, "app-a"),
        (2, "app-b"),
    ]
    assert (stories["conditions"].since, stories["what"].since) == (2, 1)
    assert stories["conditions"].value["instruction"] == "Eerst de tenen."
    assert stories["what"].changes[0].at.tzinfo is not None


def test_a_copy_in_step_holds_every_unit_in_its_present_version(family: Any) -> None:
    for copy in copies(family).values():
        assert (copy.reason, copy.have, copy.want) == (Reason.EQUAL, 1, 1)
        assert set(copy.units.values()) == {Standing.HOLDS}
        assert [one.id for one in copy.readers] == ["daughter", "son"]
        assert copy.heard_at is not None


def test_a_system_that_is_away_holds_an_earlier_version_until_it_is_back(family: Any) -> None:
    family.systems["app-b"].inject(Fault(kind="down", path="/api/records.*"))
    family.systems["app-a"].instruct("son", "r1", "Eerst de tenen.")
    family.cycle()
    copy = copies(family)["app-b"]
    assert (copy.reason, copy.have, copy.want) == (Reason.DUE, 1, 2)
    assert (copy.units[CONDITIONS], copy.units[TASK]) == (Standing.EARLIER, Standing.HOLDS)
    assert copy.next_at is not None

    family.systems["app-b"].clear_faults()
    family.clock.pass_(hours=1)
    family.settle()

    assert copies(family)["app-b"].units[CONDITIONS] is Standing.HOLDS


def test_what_readers_may_not_see_is_hidden(family: Any) -> None:
    for relative in ("son", "daughter"):
        wish = Wish(
            client="wit",
            recipient_kind=RecipientKind.PERSON,
            recipient=relative,
            allows=False,
            rows={MatrixRow.CONDITIONS},
        )
        consents.record(family.app.hub, ORGANISATION, wish)
    family.settle()

    assert copies(family)["app-b"].units[CONDITIONS] is Standing.HIDDEN
    assert copies(family)["app-b"].units[TASK] is Standing.HOLDS


def test_a_unit_under_a_question_is_marked_where_it_differs(family: Any) -> None:
    family.systems["app-a"].move("son", "r1", "a1", ["07:30"])
    family.systems["app-b"].move("daughter", family.agreements()[0].id, "a1", ["09:00"])
    family.settle()
    found = copies(family)

    assert (found["app-a"].units[TASK], found["app-b"].units[TASK]) == (Standing.QUESTION,) * 2
    assert found["app-b"].units[CONDITIONS] is Standing.HOLDS
    assert [one.kind for one in explained(family).questions] == ["conflict"]


def test_where_nobody_may_read_nothing_is_there(family: Any) -> None:
    roos = family.person("roos", PartyKind.RELATIVE, "Roos Bakker", "wit")
    family.joins(family.family_app("app-c"), "wit", roos)
    family.settle()
    copy = copies(family)["app-c"]

    assert (copy.reason, copy.external_ids) == (Reason.WITHHELD, ())
    assert set(copy.units.values()) == {Standing.HIDDEN}
    assert copy.applies


def test_a_system_that_knows_none_of_those_concerned_does_not_apply(family: Any) -> None:
    family.joins(family.family_app("app-c"), "wit")
    family.settle()
    copy = copies(family)["app-c"]

    assert (copy.reason, copy.applies) == (Reason.WITHHELD, False)
    assert all(one.applies for one in copies(family).values() if one.connector_id != "app-c")


def test_an_emptied_unit_is_explained_too(family: Any) -> None:
    family.systems["app-a"].edit("son", "r1", rules={"how": None})
    family.settle()
    (story,) = explained(family, CONDITIONS).units

    assert (story.value, story.since) == (None, 2)
    assert {one.units[CONDITIONS] for one in explained(family, CONDITIONS).copies} == {Standing.HOLDS}


def test_only_one_unit_is_explained_when_one_is_named(family: Any) -> None:
    assert [one.unit for one in explained(family, TASK).units] == [TASK]
    with pytest.raises(NotFoundError, match="never had a unit decides"):
        explained(family, UnitKey.parse("decides"))
    with pytest.raises(NotFoundError, match="no agreement a7"):
        explain(family.app.hub, ORGANISATION, "a7")


def test_a_connector_that_cannot_be_used_is_explained_from_what_is_known(family: Any) -> None:
    with family.app.store.write(ORGANISATION) as uow:
        uow.connectors.save(replace(uow.connectors.get("app-b"), plugin="gone"))
        uow.commit()

    assert set(copies(family)["app-b"].units.values()) == {Standing.HOLDS}


def test_an_assent_stands_until_the_terms_change(family: Any) -> None:
    hub, agreement = family.app.hub, family.agreements()[0].id
    family.systems["app-a"].agree("son", "r1")
    family.settle()
    (said,) = agreements.show(hub, ORGANISATION, agreement).said
    assert (said.kind, said.through, said.stands) == ("assent", "app-a", True)

    family.systems["app-b"].move("daughter", agreement, "a1", ["10:00"])
    family.settle()

    assert [one.stands for one in agreements.show(hub, ORGANISATION, agreement).said] == [False]


# Whom it reached.


def told(family: Any, unit: UnitKey) -> dict[tuple[str, str], Told]:
    (story,) = explained(family, unit).units
    return {(one.connector_id, str(one.reader)): one for one in story.told}


def test_a_unit_tells_whom_it_reached_and_since_when(family: Any) -> None:
    family.systems["app-a"].instruct("son", "r1", "Eerst de tenen.")
    family.settle()
    changed = family.clock.now()
    family.clock.pass_(days=1)
    family.systems["app-a"].move("son", "r1", "a1", ["07:30"])
    family.settle()

    found = told(family, CONDITIONS)
    assert {where for where, _ in found} == {"app-a", "app-b"}
    for one in found.values():
        assert one.told_at is not None
        assert one.told_at < changed
        assert one.read_at is None


def test_what_waits_has_reached_nobody_there_and_does_once_the_system_is_back(family: Any) -> None:
    family.systems["app-b"].inject(Fault(kind="down", path="/api/records.*"))
    family.systems["app-a"].instruct("son", "r1", "Eerst de tenen.")
    family.cycle()
    assert {where for where, _ in told(family, CONDITIONS)} == {"app-a"}

    family.systems["app-b"].clear_faults()
    family.clock.pass_(hours=1)
    family.settle()

    assert {where for where, _ in told(family, CONDITIONS)} == {"app-a", "app-b"}


def test_who_agreed_has_read_what_they_agreed_to(family: Any) -> None:
    family.systems["app-a"].agree("son", "r1")
    family.settle()

    found = told(family, TASK)
    assert found["app-a", "relative:son"].read_at is not None
    assert found["app-a", "relative:daughter"].read_at is None
    readers = {str(one.reader): one.read for one in copies(family)["app-a"].reached}
    assert readers["relative:son"].version == 1


def test_what_was_taken_back_says_so_and_whether_it_is_certain(family: Any) -> None:
    hub = family.app.hub
    for given in consents.of_client(hub, ORGANISATION, "wit").recorded:
        if given.consent.recipient.kind is RecipientKind.PERSON:
            consents.withdraw(hub, ORGANISATION, given.consent.id)
    family.cycle()
    first = copies(family)["app-b"].reached[0]
    assert (first.retraction_asked_at is None, first.retraction_confirmed_at) == (False, None)

    family.clock.pass_(minutes=10)
    family.settle()

    assert copies(family)["app-b"].reached[0].retraction_confirmed_at is not None


def test_a_change_tells_by_which_rule_it_was_taken_over(family: Any) -> None:
    family.systems["app-b"].instruct("daughter", family.agreements()[0].id, "Eerst de tenen.")
    family.settle()

    (story,) = explained(family, CONDITIONS).units
    assert (story.changes[-1].rule, story.changes[-1].actor) == ("changed there", "relative:daughter")


def test_a_change_that_a_person_decided_tells_which_question(family: Any) -> None:
    family.systems["app-a"].move("son", "r1", "a1", ["07:30"])
    family.systems["app-b"].move("daughter", family.agreements()[0].id, "a1", ["09:00"])
    family.settle()
    (asked,) = family.questions()
    hub = family.app.hub
    questions.answer(hub, ORGANISATION, asked.id, revision=asked.revision, choice="app-b", by="relative:son")
    family.settle()

    decision = explained(family, TASK).units[0].changes[-1].decision
    assert decision is not None
    assert (decision.kind, decision.answer, decision.by) == ("conflict", "app-b", "relative:son")
