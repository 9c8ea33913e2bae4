"""An app is told that there is something, once for each change of what its user may see."""

from __future__ import annotations

from typing import Any

from samenspraak.domain.agreements import Conditions, State, Status
from samenspraak.domain.units import CONDITIONS, STATUS, MatrixRow
from samenspraak.policy.access import Principal, Role, Scope
from samenspraak.policy.state import Reason
from samenspraak.sandbox import Fault
from samenspraak.services import joining, rehearsals, repeating, saying

from .conftest import APP, ORGANISATION, Told


def test_who_begins_to_use_the_app_is_told_of_what_there_is(told: Told) -> None:
    [taken] = told.app.taken

    assert (taken.kind, taken.data["reader"], taken.data["sequence"]) == ("agreement.available", "7", 1)
    assert told.app.readable("7") == [taken.data["agreement"]]
    assert told.reason() is Reason.EQUAL


def test_each_version_that_shows_is_one_notice_and_what_is_quiet_is_none(told: Told) -> None:
    told.change("Steunkousen uittrekken")
    told.work()
    told.change("Steunkousen aantrekken en uittrekken")
    told.work()
    told.pass_(hours=1)

    assert told.kinds() == ["available", "updated", "updated"]
    assert told.app.kinds(told.link().agreement_id) == told.kinds()
    assert [one.number for one in told.events()] == [1, 2, 3]
    assert told.app.missing() == []


def test_versions_that_follow_each_other_at_once_are_one_notice_of_the_last(told: Told) -> None:
    for text in ("een", "twee", "drie"):
        told.change(text)
    told.work()

    with told.family.app.store.read("de-linde") as uow:
        version = uow.agreements.version_of(told.link().agreement_id)
    assert [one.data["version"] for one in told.app.taken][-1] == version
    assert told.kinds() == ["available", "updated"]


def test_a_notice_holds_ids_and_numbers_and_nothing_else(told: Told) -> None:
    told.change("Steunkousen van mevrouw De Wit")
    told.work()

    kinds = {type(value) for one in told.app.taken for value in one.data.values()}
    assert kinds == {str, int}
    assert {value for one in told.app.taken for value in one.data.values() if isinstance(value, str)} == {
        told.link().agreement_id,
        "7",
    }
    assert told.app.complaints == []


def test_what_somebody_says_is_told_once_to_those_who_may_know_of_it(told: Told, family: Any) -> None:
    agreement_id, today = told.link().agreement_id, told.hub.today()
    daughter = Principal(
        organisation=ORGANISATION,
        id=str(family.people[1]),
        role=Role.PARTICIPANT,
        scopes=frozenset(Scope),
        party=family.people[1],
        connector_id="app-a",
    )
    saying.report(
        told.hub, ORGANISATION, daughter, agreement_id, f"a1:{today}:1", done=True, asked=repeating.Asked()
    )
    told.work()
    assert told.kinds() == ["available", "updated"]

    saying.comment(told.hub, ORGANISATION, daughter, agreement_id, "Ging goed.", asked=repeating.Asked())
    told.work()
    told.pass_(hours=1)
    assert told.kinds() == ["available", "updated"]  # a comment is for staff


def test_an_end_is_told_and_so_is_going_on_again(told: Told) -> None:
    told.change(units={STATUS: Status(state=State.ENDED)})
    told.work()
    after_the_end = told.reason()
    told.change(units={STATUS: Status(state=State.ACTIVE)})
    told.work()

    assert told.kinds() == ["available", "ended", "updated"]
    assert (after_the_end, told.reason()) == (Reason.CLOSED, Reason.EQUAL)
    assert [one for one in told.asked() if APP in str(one)] == []


def test_a_receipt_says_when_the_app_took_it(told: Told) -> None:
    [first] = told.receipts()
    told.family.clock.pass_(minutes=10)
    told.change("Steunkousen uittrekken")
    told.work()

    [_, second] = told.receipts()
    assert first.reader == told.users["7"]
    assert (second.delivered_at, second.read_at) == (told.family.clock.now(), None)


def test_what_shows_nothing_to_this_reader_is_no_notice(told: Told, family: Any) -> None:
    daughter = family.people[1]
    family.consent("wit", daughter, allows=False, rows=frozenset({MatrixRow.CONDITIONS}))
    told.uses(daughter, "8")
    told.work()
    told.change(units={CONDITIONS: Conditions(text="Alleen na instructie")})
    told.work()

    assert [one.data["reader"] for one in told.app.taken] == ["7", "8", "7"]


def test_two_users_are_told_each_of_what_they_may_see(told: Told, family: Any) -> None:
    daughter = family.people[1]
    told.uses(daughter, "8")
    told.work()

    assert told.app.readable("8") == told.app.readable("7")
    assert [one.data["reader"] for one in told.app.taken] == ["7", "8"]
    assert told.app.missing() == []


def test_a_plan_tells_nobody_and_says_who_would_be_told(told: Told) -> None:
    told.app.inject(Fault(kind="status", status=500))
    told.change("een")
    told.work()
    told.app.clear_faults()
    told.change("twee")
    told.family.clock.pass_(hours=1)
    asked = told.requests()
    planned = rehearsals.plan(told.hub, ORGANISATION, rehearsals.Asked())

    assert told.requests() == asked
    assert [one.connector_id for one in planned.acts if one.connector_id == APP] == [APP]
    rehearsals.apply(told.hub, ORGANISATION, planned.asked, planned.fingerprint)
    assert told.app.missing() == []


def test_two_agreements_that_become_one_are_told_of_as_one(told: Told, family: Any) -> None:
    task = {"id": "x1", "who": {"user": "son", "role": "relative"}, "when": {"text": "zaterdag"}}
    family.systems["app-a"].add_record("son", "wit", "Boodschappen", tasks=[task])
    family.settle(3)
    before = set(told.app.readable("7"))
    kept, goes = (one.id for one in sorted(family.agreements(), key=lambda one: one.what.text, reverse=True))
    joining.join(told.hub, ORGANISATION, kept, goes)
    family.settle(4)
    told.pass_(minutes=3)

    assert before == {kept, goes}
    assert told.app.missing() == []
    assert {one.reason for one in family.links() if one.connector_id == APP} <= {Reason.EQUAL, Reason.CLOSED}


def test_a_copy_that_becomes_an_agreement_of_its_own_is_told_of_by_its_own_id(
    told: Told, family: Any
) -> None:
    """Found by the walk: seed 2779. The id that it was made for means another agreement since the join."""
    task = {"id": "x1", "who": {"user": "son", "role": "relative"}, "when": {"text": "zaterdag"}}
    family.systems["app-a"].add_record("son", "wit", "Boodschappen", tasks=[task])
    family.settle(3)
    kept, goes = (one.id for one in sorted(family.agreements(), key=lambda one: one.what.text, reverse=True))
    [copy_id] = [one.copy_id for one in told.events() if one.agreement_id == goes]
    joining.join(told.hub, ORGANISATION, kept, goes)

    own = joining.separate(told.hub, ORGANISATION, kept, APP, external_id=copy_id).own
    family.settle(4)
    told.pass_(minutes=3)

    assert set(told.app.readable("7")) >= {kept, own}
    assert told.app.missing() == []
