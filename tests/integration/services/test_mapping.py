"""A mapping that is changed: looked at on real records first, then saved, and everything there read anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from samenspraak.domain.units import UnitKey, UnitKind, apply
from samenspraak.errors import ConfigurationError, RuleError, StaleError
from samenspraak.policy.capabilities import Direction
from samenspraak.policy.state import ConnectorState, QuestionKind, Reason
from samenspraak.sandbox import Fault
from samenspraak.services import connectors, mapping
from samenspraak.store.records import Cause, ConnectorRecord
from samenspraak.sync.intending import unmoved
from samenspraak.sync.pull import pull
from samenspraak.sync.snapshot import load
from samenspraak.sync.versions import record_version
from samenspraak.work.inline import work_off
from samenspraak_rest.sandbox import Buurtplein

ORGANISATION = "de-linde"
LOUNGE = 'place = "details.waar"'
CORNER = 'place = "details.hoek"'


@pytest.fixture
def there(family: Any, plein: Buurtplein) -> str:
    """The stockings as Buurtplein has them, with a place in two members of its own."""
    family.settle(3)
    [record] = plein.kept
    plein.edit("m1", record, details={"waar": "slaapkamer", "hoek": "bij het raam"})
    family.settle(3)
    found: str = record
    return found


def saved(town: Any) -> ConnectorRecord:
    return connectors.get(town.app.hub, ORGANISATION, "plein")


def described(town: Any, old: str, new: str) -> ConnectorRecord:
    """The connection, its description changed in one place."""
    description = saved(town).settings["description"]
    assert old in description
    return connectors.changed(saved(town), {"description": description.replace(old, new)})


def previewed(town: Any, record: ConnectorRecord, **asked: Any) -> mapping.Preview:
    return mapping.preview(town.app.hub, ORGANISATION, town.app.connected, record, **asked)


def test_a_preview_shows_what_a_record_is_read_as_and_what_it_is_here(family: Any, there: str) -> None:
    [one] = previewed(family, saved(family)).records

    assert (one.external_id, one.selected, one.before) == (there, True, None)
    assert one.agreement_id == family.agreements()[0].id
    assert str(one.client) == "client:wit"
    assert one.units["place"] == "slaapkamer"


def test_a_preview_of_another_mapping_shows_both_readings_and_changes_nothing(
    family: Any, there: str
) -> None:
    writes = family.writes()

    preview = previewed(family, described(family, LOUNGE, CORNER))

    [one] = preview.records
    assert preview.compares
    assert one.before is not None
    assert (one.before["place"], one.units["place"]) == ("slaapkamer", "bij het raam")
    family.settle()
    assert family.agreements()[0].place == "slaapkamer"
    assert family.writes() == writes


def test_a_preview_leaves_out_what_does_not_come_from_there(family: Any, there: str) -> None:
    mapping.set_direction(family.app.hub, ORGANISATION, "plein", UnitKind.PLACE, Direction.NONE)

    [one] = previewed(family, saved(family)).records

    assert "place" not in one.units


def test_a_record_that_cannot_be_read_is_previewed_by_its_place(family: Any, there: str) -> None:
    [one] = previewed(family, described(family, 'active = "loopt"', 'active = "bezig"')).records

    assert one.unread
    assert one.before is not None
    assert one.before["what"]["text"] == "Steunkousen aantrekken"


def test_a_record_that_nobody_does_anything_in_is_previewed_as_no_agreement(
    family: Any, there: str, plein: Buurtplein
) -> None:
    plein.add("m1", "b1", "Samen naar de markt")

    assert [one.unread for one in previewed(family, saved(family)).records] == ["", "performer"]


def test_named_records_are_read_and_no_others(family: Any, there: str) -> None:
    assert [one.external_id for one in previewed(family, saved(family), only=[there]).records] == [there]
    assert previewed(family, saved(family), only=["nergens"]).records == ()


def changes(town: Any, record: ConnectorRecord) -> None:
    connectors.change(town.app.hub, town.app.connected, ORGANISATION, record)
    town.settle(4)


def test_another_mapping_is_no_edit_two_values_are_a_question(family: Any, there: str) -> None:
    before, writes = family.agreements()[0], family.writes()

    changes(family, described(family, LOUNGE, CORNER))

    assert [(one.kind, one.cause) for one in family.questions()] == [(QuestionKind.CONFLICT, "both-changed")]
    assert family.agreements()[0] == before
    assert family.writes() == writes
    assert saved(family).state is ConnectorState.RUNNING


def test_where_that_system_leads_what_is_read_there_now_holds(family: Any, there: str) -> None:
    mapping.set_rule(family.app.hub, ORGANISATION, "plein", UnitKind.PLACE, "plein")

    changes(family, described(family, LOUNGE, CORNER))

    assert family.agreements()[0].place == "bij het raam"
    assert family.questions() == []


def test_where_the_record_is_empty_now_what_the_hub_holds_is_written(
    family: Any, there: str, plein: Buurtplein
) -> None:
    changes(family, described(family, LOUNGE, 'place = "details.kamer"'))

    assert plein.states(there)[-1]["details"]["kamer"] == "slaapkamer"
    assert set(family.reasons().values()) == {Reason.EQUAL}


def test_what_the_hub_wrote_in_a_former_place_goes_when_it_is_left_out_before_the_place_changes(
    family: Any, there: str, plein: Buurtplein
) -> None:
    hub = family.app.hub
    moves_to_the_living_room(family)
    family.settle(4)
    assert plein.states(there)[-1]["details"]["waar"] == "woonkamer"

    mapping.set_direction(hub, ORGANISATION, "plein", UnitKind.PLACE, Direction.NONE)
    family.settle(4)
    changes(family, described(family, LOUNGE, 'place = "details.kamer"'))
    mapping.set_direction(hub, ORGANISATION, "plein", UnitKind.PLACE, Direction.BOTH)
    family.settle(4)

    details = plein.states(there)[-1]["details"]
    assert (details.get("waar"), details["kamer"]) == (None, "woonkamer")
    assert set(family.reasons().values()) == {Reason.EQUAL}


def test_what_the_hub_wrote_is_not_left_where_it_is_read_no_more(
    family: Any, there: str, plein: Buurtplein
) -> None:
    family.systems["app-a"].edit("son", "r1", place="woonkamer")
    family.settle(4)
    elsewhere = described(family, LOUNGE, 'place = "details.kamer"')

    with pytest.raises(RuleError, match="place in 1 records") as refused:
        changes(family, elsewhere)
    assert refused.value.rule == "former-place"
    assert LOUNGE in saved(family).settings["description"]

    connectors.change(family.app.hub, family.app.connected, ORGANISATION, elsewhere, leave=True)
    family.settle(4)
    details = plein.states(there)[-1]["details"]
    assert (details["waar"], details["kamer"]) == ("woonkamer", "woonkamer")


def moves_to_the_living_room(town: Any) -> None:
    with town.app.store.write(ORGANISATION) as uow:
        record = uow.agreements.list()[0]
        moved = apply(record.agreement, {UnitKey(UnitKind.PLACE): "woonkamer"})
        record_version(uow, town.app.hub, record, moved, cause=Cause(actor="nurse", why="recorded"))
        uow.commit()


def test_what_may_have_landed_with_a_lost_answer_is_not_left_where_it_is_read_no_more(
    family: Any, there: str, plein: Buurtplein
) -> None:
    elsewhere = described(family, LOUNGE, 'place = "details.kamer"')
    plein.inject(Fault(kind="lose", writes=True, times=1))
    moves_to_the_living_room(family)
    work_off(family.app.hub, ORGANISATION)
    assert plein.states(there)[-1]["details"]["waar"] == "woonkamer"

    with pytest.raises(RuleError, match="place in 1 records"):
        changes(family, elsewhere)

    family.clock.pass_(minutes=1)
    family.settle(4)
    assert set(family.reasons().values()) == {Reason.EQUAL}


def test_what_may_have_been_made_with_a_lost_answer_is_not_left_where_it_is_read_no_more(
    family: Any, there: str, plein: Buurtplein
) -> None:
    elsewhere = described(family, LOUNGE, 'place = "details.kamer"')
    app = family.systems["app-a"]
    [tasks] = [one["tasks"] for one in app.shelf.bodies("record")]
    app.add_record("son", "wit", "Wandelen", place="het park", tasks=tasks)
    pull(family.app.hub, ORGANISATION, "app-a")
    plein.inject(Fault(kind="lose", writes=True, times=1))
    work_off(family.app.hub, ORGANISATION)
    [made] = [one for one in plein.kept if one != there]
    assert plein.states(made)[-1]["details"]["waar"] == "het park"

    with pytest.raises(RuleError, match="place in 1 records"):
        changes(family, elsewhere)

    family.clock.pass_(minutes=1)
    family.settle(4)
    assert [one for one in plein.kept if one != there] == [made]
    with pytest.raises(RuleError, match="place in 1 records"):
        changes(family, elsewhere)
    connectors.change(family.app.hub, family.app.connected, ORGANISATION, elsewhere, leave=True)
    family.settle(4)
    assert plein.states(made)[-1]["details"]["kamer"] == "het park"


def test_what_was_given_up_on_and_may_still_arrive_is_not_left_where_it_is_read_no_more(
    family: Any, there: str, plein: Buurtplein
) -> None:
    elsewhere = described(family, LOUNGE, 'place = "details.kamer"')
    app = family.systems["app-a"]
    [tasks] = [one["tasks"] for one in app.shelf.bodies("record")]
    walk = app.add_record("son", "wit", "Wandelen", place="het park", tasks=tasks)
    pull(family.app.hub, ORGANISATION, "app-a")
    plein.inject(Fault(kind="down", writes=True, times=1))
    work_off(family.app.hub, ORGANISATION)
    app.edit("son", walk, place=None)
    family.clock.pass_(minutes=1)
    family.settle(4)
    [made] = [one for one in plein.kept if one != there]
    assert "waar" not in plein.states(made)[-1].get("details", {})

    with pytest.raises(RuleError, match="place in 1 records"):
        changes(family, elsewhere)

    family.clock.pass_(days=1)
    changes(family, elsewhere)
    assert set(family.reasons().values()) == {Reason.EQUAL}


def test_what_was_planned_with_former_settings_does_not_leave(family: Any, there: str) -> None:
    store, hub = family.app.store, family.app.hub
    with store.read(ORGANISATION) as uow:
        [link] = uow.links.of_connector("plein")
        planned = load(uow, hub, link.id)
    changes(family, described(family, LOUNGE, CORNER))

    with store.write(ORGANISATION) as uow:
        now = load(uow, hub, link.id)
        unmoved(uow, hub, now, now.link)
        with pytest.raises(StaleError):
            unmoved(uow, hub, replace(planned, record=now.record, system=planned.system), now.link)


def test_what_is_read_the_same_keeps_its_base(family: Any, there: str, plein: Buurtplein) -> None:
    changes(family, described(family, LOUNGE, CORNER))

    plein.edit("m1", there, titel="Kousen aan")
    family.settle(4)

    assert family.agreements()[0].what.text == "Kousen aan"


def test_a_record_outside_the_selection_becomes_an_agreement_once_it_is_selected(
    family: Any, there: str, plein: Buurtplein
) -> None:
    son = {"taak": "t1", "wie": {"mens": "m1", "rol": "familie"}, "wanneer": "dinsdag"}
    plein.add("m1", "b1", "Samen naar de markt", soort="uitje", taken=[son])
    family.settle(3)
    assert len(family.agreements()) == 1

    widened = described(family, 'only = { soort = "afspraak" }', "")
    assert [(one.was_selected, one.selected) for one in previewed(family, widened).records] == [
        (True, True),
        (False, True),
    ]
    changes(family, widened)

    assert sorted(one.what.text for one in family.agreements()) == [
        "Samen naar de markt",
        "Steunkousen aantrekken",
    ]


def test_settings_that_do_not_load_or_were_changed_since_are_not_saved(family: Any, there: str) -> None:
    stale = saved(family)
    with pytest.raises(ConfigurationError, match="need attention"):
        connectors.change(
            family.app.hub,
            family.app.connected,
            ORGANISATION,
            described(family, LOUNGE, 'place = "details..waar"'),
        )
    connectors.change(family.app.hub, family.app.connected, ORGANISATION, saved(family))
    with pytest.raises(StaleError):
        connectors.change(family.app.hub, family.app.connected, ORGANISATION, stale)

    assert LOUNGE in saved(family).settings["description"]


def test_a_changed_connection_is_audited_by_the_names_of_its_settings(family: Any, there: str) -> None:
    connectors.change(
        family.app.hub, family.app.connected, ORGANISATION, described(family, LOUNGE, CORNER), by="admin"
    )

    with family.app.store.read(ORGANISATION) as uow:
        last = uow.log.audit_lines()[-1]
    assert (last.action, last.actor, last.detail) == ("connector.changed", "admin", "description")
