"""A calendar feed from address to answer: published is what its reader may see, and it can be taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from samenspraak.domain.agreements import (
    Agreement,
    Assignment,
    Conditions,
    Duty,
    ExceptionKind,
    OccurrenceException,
    State,
    Status,
    What,
)
from samenspraak.domain.consent import Consent, Recipient, RecipientKind
from samenspraak.domain.parties import Group, GroupKind, PartyKind, PartyRef
from samenspraak.domain.schedules import DayPart, Frequency, PartOfDay, Recurrence, Schedule
from samenspraak.domain.units import STATUS, UnitKey, UnitKind, apply, units_of
from samenspraak.errors import NotFoundError, RuleError
from samenspraak.policy.state import ConnectorState, Reason
from samenspraak.services import connectors, feeds, joining
from samenspraak.store.records import Cause
from samenspraak.sync.audiences import ensure_client
from samenspraak.sync.versions import record_new, record_version
from samenspraak.web.app import create_app
from samenspraak.work.inline import work_off

ORGANISATION = "de-linde"
SON = PartyRef(kind=PartyKind.RELATIVE, id="son")
LOCATION = PartyRef(kind=PartyKind.GROUP, id="linde")
BY_HAND = Cause(actor="test", why="typed")


@pytest.fixture
def family(town: Any) -> Any:
    """Mevrouw De Wit, whose son helps her with her stockings each morning; her daughter may see it, too."""
    town.person("wit", PartyKind.CLIENT, "Mevrouw De Wit")
    for who, name in (("son", "Jan de Wit"), ("daughter", "Els de Wit")):
        town.consent("wit", town.person(who, PartyKind.RELATIVE, name, "wit"))
    every_morning = Recurrence(frequency=Frequency.DAILY, times=(time(8),))
    duty = Duty(performer=SON, schedule=Schedule(text="elke ochtend", timing=every_morning))
    stockings = Agreement(
        id="kousen",
        client_id="wit",
        what=What(text="Steunkousen aantrekken"),
        conditions=Conditions(instruction="Eerst de hiel."),
        assignments=(Assignment(id="a1", duty=duty),),
        status=Status(state=State.ACTIVE),
    )
    with town.app.store.write(ORGANISATION) as uow:
        record_new(uow, town.app.hub, stockings, cause=BY_HAND)
        uow.commit()
    return town


@pytest.fixture
def agenda(family: Any) -> Any:
    """The family, and calendars in which nobody has an address yet."""
    connect(family, "agenda")
    return family


def in_the_evening(assignment_id: str) -> Assignment:
    """The son again, and at another time."""
    evening = Recurrence(frequency=Frequency.DAILY, times=(time(20),))
    duty = Duty(performer=SON, schedule=Schedule(text="elke avond", timing=evening))
    return Assignment(id=assignment_id, duty=duty)


def connect(family: Any, name: str, **settings: Any) -> None:
    record = connectors.draft(family.app.registry, name, "calendar", settings, state=ConnectorState.RUNNING)
    connectors.add(family.app.hub, family.app.connected, ORGANISATION, record)


def work(family: Any) -> None:
    """The hub does what is due here; the other systems are at rest."""
    for _ in range(2):
        work_off(family.app.hub, ORGANISATION)
        family.clock.pass_(seconds=5)


def follow(family: Any, who: str = "relative:son", name: str = "agenda") -> feeds.Address:
    made = feeds.add(family.app.hub, ORGANISATION, name, who)
    work(family)
    return made


def web(family: Any) -> FlaskClient:
    return create_app(family.app, is_working=lambda: True).test_client()


def seen(family: Any, address: feeds.Address) -> str:
    """What a calendar program reads at this address."""
    answer = web(family).get(address.path)
    assert answer.status_code == 200
    return answer.get_data().replace(b"\r\n ", b"").decode()


def change(family: Any, changes: dict[UnitKey, Any]) -> None:
    with family.app.store.write(ORGANISATION) as uow:
        (record,) = uow.agreements.list()
        record_version(uow, family.app.hub, record, apply(record.agreement, changes), cause=BY_HAND)
        uow.commit()
    work(family)


def wait_for_certainty(family: Any) -> None:
    """A retraction is certain when nothing that was under way can land any more."""
    work(family)
    family.clock.pass_(seconds=130)
    work(family)


def link_of(family: Any, name: str = "agenda") -> Any:
    return next(one for one in family.links() if one.connector_id == name and one.members)


def consent_to_calendar(family: Any, name: str = "agenda") -> None:
    """The client lets these calendars say what was agreed."""
    consent = Consent(
        id="c-app",
        client_id="wit",
        recipient=Recipient(kind=RecipientKind.APP, id=name),
        given_by="wit",
    )
    with family.app.store.write(ORGANISATION) as uow:
        uow.consents.add(consent, "test", family.clock.now())
        ensure_client(uow, family.app.hub, "wit")
        uow.commit()
    work(family)


def test_who_performs_sees_when_it_is_and_nothing_else(agenda: Any) -> None:
    calendar = seen(agenda, follow(agenda))

    assert "SUMMARY:Afspraak\r\n" in calendar
    assert "RRULE:FREQ=DAILY" in calendar
    assert "DTSTART;TZID=Europe/Amsterdam:20261109T080000" in calendar
    assert not [
        one for one in ("ousen", "Wit", "wit", "Jan", "hiel") if one in calendar.replace("kousen.a1.1@", "")
    ]


def test_who_does_not_perform_sees_nothing_under_neutral_titles(agenda: Any) -> None:
    assert "VEVENT" not in seen(agenda, follow(agenda, "relative:daughter"))


def test_a_location_has_a_calendar_of_what_it_does(agenda: Any) -> None:
    with agenda.app.store.write(ORGANISATION) as uow:
        uow.parties.add_group(Group(id="linde", name="Woning De Linde", kind=GroupKind.LOCATION))
        uow.commit()
    every_evening = PartOfDay(parts=(DayPart.EVENING,))
    duty = Duty(performer=LOCATION, schedule=Schedule(text="elke avond", timing=every_evening))
    change(agenda, {UnitKey(UnitKind.ASSIGNMENT, "a2"): duty})

    calendar = seen(agenda, follow(agenda, str(LOCATION)))

    assert "SUMMARY:Afspraak (avond)\r\n" in calendar
    assert calendar.count("BEGIN:VEVENT") == 1


def test_what_two_readers_may_see_from_the_beginning_is_in_both_their_calendars(agenda: Any) -> None:
    addresses = [follow(agenda), follow(agenda, "relative:daughter")]
    both = tuple(
        Assignment(id=f"w{number}", duty=Duty(performer=who, schedule=Schedule(text="dagelijks")))
        for number, who in enumerate((SON, replace(SON, id="daughter")))
    )
    walking = Agreement(
        id="lopen",
        client_id="wit",
        what=What(text="Een ommetje"),
        assignments=both,
        status=Status(state=State.ACTIVE),
    )
    with agenda.app.store.write(ORGANISATION) as uow:
        record_new(uow, agenda.app.hub, walking, cause=BY_HAND)
        uow.commit()
    work(agenda)

    assert ["UID:lopen." in seen(agenda, one) for one in addresses] == [True, True]


def test_nobody_reads_along_in_somebody_elses_calendar(agenda: Any) -> None:
    son, daughter = follow(agenda), follow(agenda, "relative:daughter")

    assert "VEVENT" in seen(agenda, son)
    assert "VEVENT" not in seen(agenda, daughter)


def test_what_was_agreed_is_said_only_where_consent_and_the_setting_allow_it(family: Any) -> None:
    for name, details in (("agenda", False), ("uitgebreid", True)):
        connect(family, name, details=details)
    addresses = {name: follow(family, name=name) for name in ("agenda", "uitgebreid")}
    assert "Steunkousen" not in "".join(seen(family, one) for one in addresses.values())

    consent_to_calendar(family, "agenda")
    consent = Consent(
        id="c-uit",
        client_id="wit",
        recipient=Recipient(kind=RecipientKind.APP, id="uitgebreid"),
        given_by="wit",
    )
    with family.app.store.write(ORGANISATION) as uow:
        uow.consents.add(consent, "test", family.clock.now())
        ensure_client(uow, family.app.hub, "wit")
        uow.commit()
    work(family)

    assert "Steunkousen" not in seen(family, addresses["agenda"])
    assert "SUMMARY:Steunkousen aantrekken" in seen(family, addresses["uitgebreid"])


def test_what_may_not_be_said_any_more_is_a_neutral_title_at_once(family: Any) -> None:
    connect(family, "agenda", details=True)
    address = follow(family)
    consent_to_calendar(family)
    said = seen(family, address)

    family.withdraw("wit", "c-app")

    before_any_work = seen(family, address)
    assert "SUMMARY:Steunkousen aantrekken" in said
    assert "SUMMARY:Afspraak" in before_any_work
    assert "Steunkousen" not in before_any_work


def test_what_is_served_is_what_the_base_of_the_link_says(agenda: Any) -> None:
    follow(agenda)
    link = link_of(agenda)

    with agenda.app.store.read(ORGANISATION) as uow:
        (remote,) = uow.remotes.of_link(link.id)
        record = uow.agreements.get(link.agreement_id)
        copy = uow.shown.get("agenda", remote.external_id)
    connector = agenda.app.connected.connector(ORGANISATION, "agenda")

    assert link.reason is Reason.EQUAL
    assert set(remote.base.values()) == {record.version}
    assert connector.own(copy.raw) == remote.seen
    assert connector.units(copy.raw) == remote.shape.project(units_of(record.agreement))


def test_a_withdrawn_consent_shows_at_once_and_is_taken_back(agenda: Any) -> None:
    address = follow(agenda)
    with agenda.app.store.read(ORGANISATION) as uow:
        given = uow.consents.of_client("wit")
    (consent,) = (one.id for one in given if one.recipient.id == "son")

    agenda.withdraw("wit", consent)
    before_any_work = seen(agenda, address)
    wait_for_certainty(agenda)

    assert "VEVENT" not in before_any_work
    assert link_of(agenda).reason is Reason.RETRACTED
    with agenda.app.store.read(ORGANISATION) as uow:
        assert uow.shown.after("agenda", "", 9) == []


def test_what_turns_out_to_be_one_agreement_is_at_once_in_a_calendar_once(agenda: Any) -> None:
    (stays,) = agenda.agreements()
    morning = replace(stays.assignments[0], id="t7")
    also = replace(stays, id="ook", assignments=(morning, in_the_evening("t8")))
    with agenda.app.store.write(ORGANISATION) as uow:
        record_new(uow, agenda.app.hub, also, cause=BY_HAND)
        uow.commit()
    address = follow(agenda)
    before = seen(agenda, address)
    joining.join(agenda.app.hub, ORGANISATION, stays.id, also.id)

    assert [before.count(one) for one in ("UID:kousen.a1.1", "UID:ook.t7.1", "UID:ook.t8.1")] == [1, 1, 1]
    assert "UID:ook" not in seen(agenda, address)
    work(agenda)
    after = seen(agenda, address)
    assert [after.count(one) for one in ("BEGIN:VEVENT", "UID:kousen.a1.1", "UID:kousen.t8.1")] == [2, 1, 1]
    wait_for_certainty(agenda)
    assert agenda.questions() == []
    with agenda.app.store.read(ORGANISATION) as uow:
        assert [copy.reader for copy in uow.shown.after("agenda", "", 10)] == ["relative:son"]
        assert {one.reason for one in uow.links.of_connector("agenda")} == {
            Reason.EQUAL,
            Reason.RETRACTED,
            Reason.CLOSED,
        }


def test_a_cancelled_moment_and_a_new_time_reach_the_calendar(agenda: Any) -> None:
    address, friday = follow(agenda), date(2026, 11, 27)
    before = seen(agenda, address)

    change(
        agenda,
        {UnitKey(UnitKind.EXCEPTION, f"a1:{friday}:1"): OccurrenceException(kind=ExceptionKind.CANCELLED)},
    )

    after = seen(agenda, address)
    assert "EXDATE;TZID=Europe/Amsterdam:20261127T080000" in after
    assert sequence(after) > sequence(before)


def sequence(calendar: str) -> int:
    (found,) = [one for one in calendar.split("\r\n") if one.startswith("SEQUENCE:")]
    return int(found.removeprefix("SEQUENCE:"))


def test_an_agreement_that_is_withdrawn_is_cancelled_in_the_calendar_and_goes_later(agenda: Any) -> None:
    address = follow(agenda)

    change(agenda, {STATUS: Status(state=State.WITHDRAWN)})
    cancelled = seen(agenda, address)
    agenda.clock.pass_(days=61)

    assert "STATUS:CANCELLED" in cancelled
    assert "VEVENT" not in seen(agenda, address)


# The address.


def test_an_address_is_told_once_and_kept_nowhere(agenda: Any) -> None:
    address = follow(agenda)
    token = address.path.rpartition("/")[2].removesuffix(".ics")

    assert len(token) >= 43
    assert token not in str(feeds.listed(agenda.app.hub, ORGANISATION))
    database = agenda.app.settings.data_dir / agenda.app.settings.database
    written = b"".join(one.read_bytes() for one in database.parent.glob(f"{database.name}*"))
    assert token.encode() not in written


def test_a_revoked_address_works_no_more_and_what_it_showed_is_taken_back(agenda: Any) -> None:
    address = follow(agenda)

    feeds.revoke(agenda.app.hub, ORGANISATION, address.id)
    wait_for_certainty(agenda)

    assert web(agenda).get(address.path).status_code == 404
    assert link_of(agenda).reason is Reason.RETRACTED
    again = follow(agenda)
    assert "VEVENT" in seen(agenda, again)


def test_one_of_two_addresses_can_be_revoked(agenda: Any) -> None:
    phone, laptop = follow(agenda), follow(agenda)

    feeds.revoke(agenda.app.hub, ORGANISATION, phone.id)
    work(agenda)

    assert web(agenda).get(phone.path).status_code == 404
    assert "VEVENT" in seen(agenda, laptop)


def test_an_event_that_was_taken_back_comes_again_with_a_higher_sequence(agenda: Any) -> None:
    first = follow(agenda)
    before = sequence(seen(agenda, first))
    feeds.revoke(agenda.app.hub, ORGANISATION, first.id)
    wait_for_certainty(agenda)

    assert sequence(seen(agenda, follow(agenda))) > before


@pytest.mark.parametrize(
    "path",
    [
        f"/feed/{ORGANISATION}/{'x' * 43}.ics",
        "/feed/de-beuk/x.ics",
        f"/feed/{ORGANISATION}/.ics",
        "/feed/x.ics",
    ],
)
def test_an_address_that_is_not_there_says_nothing(agenda: Any, path: str) -> None:
    answer = web(agenda).get(path)

    assert answer.status_code == 404
    assert ORGANISATION not in answer.get_data(as_text=True)


def test_a_program_that_has_it_already_gets_nothing_again(agenda: Any) -> None:
    address, client = follow(agenda), web(agenda)
    first = client.get(address.path)
    known = {"If-None-Match": first.headers["ETag"]}

    again, head = client.get(address.path, headers=known), client.head(address.path)

    assert (again.status_code, again.get_data()) == (304, b"")
    assert (head.status_code, head.get_data(), head.headers["ETag"]) == (200, b"", first.headers["ETag"])
    assert first.headers["Cache-Control"].startswith("private")
    change(agenda, {STATUS: Status(state=State.WITHDRAWN)})
    assert client.get(address.path, headers=known).status_code == 200


def test_a_calendar_that_cannot_be_made_now_is_asked_for_again(agenda: Any) -> None:
    address = follow(agenda)
    with agenda.app.store.write(ORGANISATION) as uow:
        system = uow.connectors.get("agenda")
        uow.connectors.save(replace(system, settings={"language": "fries"}))
        uow.commit()
    broken = web(agenda).get(address.path).status_code
    with agenda.app.store.write(ORGANISATION) as uow:
        uow.connectors.save(replace(uow.connectors.get("agenda"), settings={}))
        uow.commit()

    assert broken == 503
    assert "VEVENT" in seen(agenda, address)


def test_nothing_of_an_address_is_logged(agenda: Any, caplog: pytest.LogCaptureFixture, capsys: Any) -> None:
    address = follow(agenda)
    token = address.path.rpartition("/")[2].removesuffix(".ics")

    seen(agenda, address)
    feeds.revoke(agenda.app.hub, ORGANISATION, address.id)
    web(agenda).get(address.path)

    said = capsys.readouterr()
    assert token not in caplog.text + said.out + said.err


def test_no_address_is_made_for_a_system_that_is_not_fetched_from(agenda: Any) -> None:
    agenda.family_app("app-a")
    with pytest.raises(RuleError):
        feeds.add(agenda.app.hub, ORGANISATION, "app-a", "relative:son")
    with pytest.raises(NotFoundError):
        feeds.add(agenda.app.hub, ORGANISATION, "agenda", "relative:nobody")


def test_when_it_was_fetched_is_noted_at_most_once_an_hour(agenda: Any) -> None:
    address = follow(agenda)
    seen(agenda, address)
    began = agenda.clock.now()
    agenda.clock.pass_(minutes=30)
    seen(agenda, address)
    (soon,) = feeds.listed(agenda.app.hub, ORGANISATION)

    agenda.clock.pass_(minutes=31)
    seen(agenda, address)

    (later,) = feeds.listed(agenda.app.hub, ORGANISATION)
    assert (soon.fetched_at, later.fetched_at) == (began, began + timedelta(minutes=61))


def test_a_quiet_hub_publishes_nothing_again(agenda: Any) -> None:
    address = follow(agenda)
    before = seen(agenda, address)

    work(agenda)

    assert seen(agenda, address) == before
