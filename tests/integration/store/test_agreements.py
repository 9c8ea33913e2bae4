"""Agreements and their history: every version is kept, and nobody overwrites one they did not see."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from samenspraak.domain.agreements import Agreement, Assignment, Decides, Duty, What
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.units import CONDITIONS, WHAT, UnitKey, UnitKind, units_of
from samenspraak.errors import NotFoundError, StaleError
from samenspraak.store import Store
from samenspraak.store.records import Cause

PLACE = UnitKey(UnitKind.PLACE)
SON = PartyRef(kind=PartyKind.RELATIVE, id="son")
NURSE = PartyRef(kind=PartyKind.PROFESSIONAL, id="nurse")
STRANGER = PartyRef.unresolved(PartyKind.VOLUNTEER, "platform", "u9")


def change(store: Store, agreement: Agreement, expected: int, cause: Cause, at: datetime) -> int:
    with store.write("noord") as uow:
        version = uow.agreements.replace(agreement, expected, cause, at, [PLACE])
        uow.commit()
    return version


def test_a_new_agreement_is_version_1_with_its_history(
    store: Store, stockings: Agreement, cause: Cause, now: datetime
) -> None:
    with store.read("noord") as uow:
        record, first = uow.agreements.get("stockings"), uow.agreements.version("stockings", 1)

    assert (record.agreement, record.version) == (stockings, 1)
    assert (first.agreement, first.cause, first.at) == (stockings, cause, now)
    assert first.units == units_of(stockings).keys()


def test_a_change_makes_the_next_version_and_keeps_the_one_before(
    store: Store, stockings: Agreement, now: datetime
) -> None:
    moved = replace(stockings, place="Slaapkamer")
    answered = Cause(actor="relative:son", why="answered", connector_id="ecd", question_id="q1")

    assert change(store, moved, 1, answered, now + timedelta(days=1)) == 2

    with store.read("noord") as uow:
        first, second = uow.agreements.history("stockings")
    assert (first.agreement, second.agreement) == (stockings, moved)
    assert (second.cause, second.units) == (answered, {PLACE})


def test_who_saw_an_older_version_changes_nothing_until_they_look_again(
    store: Store, stockings: Agreement, cause: Cause, now: datetime
) -> None:
    change(store, replace(stockings, place="Slaapkamer"), 1, cause, now)
    theirs = replace(stockings, what=What(text="Steunkousen uittrekken"))

    with pytest.raises(StaleError, match="since version 1"):
        change(store, theirs, 1, cause, now)

    with store.read("noord") as uow:
        current = uow.agreements.get("stockings")
    assert (current.version, current.agreement.place) == (2, "Slaapkamer")
    merged = replace(current.agreement, what=theirs.what)
    assert change(store, merged, current.version, cause, now) == 3


def test_every_value_a_unit_ever_had_is_told_oldest_first(
    store: Store, stockings: Agreement, cause: Cause, now: datetime
) -> None:
    for version, place in enumerate(("Thuis", "Slaapkamer", None, "Thuis"), start=1):
        change(store, replace(stockings, place=place), version, cause, now)

    with store.read("noord") as uow:
        values = uow.agreements.values("stockings", [PLACE, CONDITIONS, WHAT])

    assert values[PLACE] == ("Thuis", "Slaapkamer")
    assert values[CONDITIONS] == (stockings.conditions,)


def test_only_the_versions_asked_for_are_given(
    store: Store, stockings: Agreement, cause: Cause, now: datetime
) -> None:
    for version in (1, 2):
        change(store, replace(stockings, place=str(version)), version, cause, now)

    with store.read("noord") as uow:
        found = uow.agreements.versions("stockings", {1, 3, 99})
        with pytest.raises(NotFoundError, match="no version 99"):
            uow.agreements.version("stockings", 99)

    assert {number: one.agreement.place for number, one in found.items()} == {1: None, 3: "2"}


def test_agreements_are_listed_per_client(store: Store, stockings: Agreement) -> None:
    with store.read("noord") as uow:
        assert [one.agreement for one in uow.agreements.list("mother")] == [stockings]
        assert uow.agreements.list("somebody else") == []
        assert len(uow.agreements.list()) == 1


def test_an_agreement_is_added_once(store: Store, stockings: Agreement, cause: Cause, now: datetime) -> None:
    with store.write("noord") as uow, pytest.raises(StaleError):
        uow.agreements.add(stockings, cause, now)

    with store.read("noord") as uow:
        assert len(uow.agreements.history("stockings")) == 1


def test_an_agreement_is_about_a_client_we_know(
    store: Store, stockings: Agreement, cause: Cause, now: datetime
) -> None:
    stranger = replace(stockings, id="other", client_id="nobody")

    with store.write("noord") as uow, pytest.raises(NotFoundError):
        uow.agreements.add(stranger, cause, now)

    with store.read("noord") as uow:
        assert uow.agreements.find("other") is None


def test_two_that_turn_out_to_be_one_are_joined_and_parted(
    store: Store, stockings: Agreement, cause: Cause, now: datetime
) -> None:
    with store.write("noord") as uow:
        uow.agreements.add(replace(stockings, id="double"), cause, now)
        uow.agreements.join("double", "stockings")
        joined = uow.agreements.get("double").same_as
        uow.agreements.join("double", None)
        uow.commit()

    with store.read("noord") as uow:
        assert (joined, uow.agreements.get("double").same_as) == ("stockings", None)


# By whom they name.


def of_nurse(stockings: Agreement, agreement_id: str) -> Agreement:
    nurses = Assignment(id="a2", duty=Duty(performer=NURSE), backup=STRANGER)
    return replace(stockings, id=agreement_id, assignments=(*stockings.assignments, nurses))


def found(store: Store, *parties: PartyRef) -> dict[str, str]:
    with store.read("noord") as uow:
        return uow.agreements.naming(parties)


def test_an_agreement_is_found_by_everybody_it_names_matched_or_not(
    store: Store, stockings: Agreement, cause: Cause, now: datetime
) -> None:
    with store.write("noord") as uow:
        uow.agreements.add(of_nurse(stockings, "nursed"), cause, now)
        uow.commit()

    assert found(store, SON) == {"stockings": "mother", "nursed": "mother"}
    assert found(store, NURSE) == found(store, STRANGER) == {"nursed": "mother"}
    assert found(store, NURSE, SON, STRANGER) == {"stockings": "mother", "nursed": "mother"}
    assert found(store) == found(store, PartyRef(kind=PartyKind.RELATIVE, id="nurse")) == {}


def test_a_version_that_names_others_is_found_by_those_and_not_by_who_left(
    store: Store, stockings: Agreement, cause: Cause, now: datetime
) -> None:
    nurses = replace(
        stockings,
        assignments=(Assignment(id="a2", duty=Duty(performer=NURSE)),),
        exceptions={},
        decides=Decides(who=STRANGER),
    )
    change(store, nurses, 1, cause, now)

    assert found(store, SON) == {}
    assert found(store, NURSE) == found(store, STRANGER) == {"stockings": "mother"}


def test_nobody_is_found_by_a_version_that_was_not_kept(
    store: Store, stockings: Agreement, cause: Cause, now: datetime
) -> None:
    with store.write("noord") as uow:
        uow.agreements.replace(of_nurse(stockings, "stockings"), 1, cause, now, [PLACE])

    assert found(store, NURSE) == {}


def test_what_was_joined_is_found_by_nobody_until_it_is_parted(
    store: Store, stockings: Agreement, cause: Cause, now: datetime
) -> None:
    with store.write("noord") as uow:
        uow.agreements.add(of_nurse(stockings, "double"), cause, now)
        uow.agreements.join("double", "stockings")
        uow.commit()
    assert (found(store, NURSE), found(store, SON)) == ({}, {"stockings": "mother"})

    with store.write("noord") as uow:
        assert uow.agreements.ids(["mother"]) == {"stockings"}
        uow.agreements.join("double", None)
        uow.commit()
    assert found(store, NURSE) == {"double": "mother"}


def test_the_agreements_of_somebody_are_read_by_id(
    store: Store, stockings: Agreement, cause: Cause, now: datetime
) -> None:
    with store.write("noord") as uow:
        for number in range(5):
            uow.agreements.add(of_nurse(stockings, f"n{number}"), cause, now)
        uow.commit()

    with store.read("noord") as uow:
        opened = [one.agreement.id for one in uow.agreements.list_naming([NURSE])]
    assert opened == ["n0", "n1", "n2", "n3", "n4"]
