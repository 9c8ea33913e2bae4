"""One day of a group and of a person: who does what, what became of it, and who may see it."""

from __future__ import annotations

from datetime import date, time, timedelta
from itertools import count
from typing import Any

import pytest
from tests.integration.sync.test_dossier_and_app import CLIENT, NURSE, SON, Home, known

from samenspraak.domain.agreements import (
    Agreement,
    Assignment,
    Conditions,
    Duty,
    ExceptionKind,
    LifeDomain,
    Modality,
    OccurrenceException,
    OccurrenceKey,
    State,
    Status,
    What,
)
from samenspraak.domain.days import Involvement, Undated
from samenspraak.domain.occurrences import MomentState
from samenspraak.domain.outcomes import Result
from samenspraak.domain.parties import CircleMember, Group, GroupKind, PartyKind, PartyRef, Person
from samenspraak.domain.schedules import AsNeeded, Frequency, Recurrence, Schedule
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.domain.units import MatrixRow
from samenspraak.errors import NotFoundError
from samenspraak.policy.access import ROLES, Principal, Role
from samenspraak.sandbox import Fault
from samenspraak.services import today
from samenspraak.services.day_sheet import Moment, Today
from samenspraak.services.exchange import exchange
from samenspraak.services.heard import Silence
from samenspraak.store.records import Cause, PartyLink
from samenspraak.sync.versions import record_new
from samenspraak_fhir.sandbox import STRICT

ORGANISATION = "de-linde"
MONDAY, SATURDAY = date(2026, 11, 23), date(2026, 11, 28)
TEAM, FLEX = "CareTeam/oost", "Practitioner/flex"
CANARY = "KANARIE"


def daily(*times: int) -> Schedule:
    return Schedule(timing=Recurrence(frequency=Frequency.DAILY, times=tuple(time(one) for one in times)))


def principal(role: Role, who: PartyRef | None = None, connector_id: str = "") -> Principal:
    return Principal(
        organisation=ORGANISATION,
        id=str(who or "admin"),
        role=role,
        scopes=ROLES[role],
        party=who,
        connector_id=connector_id,
    )


STAFF = principal(Role.VIEWER)


class Ward:
    """Mevrouw De Wit in the dossier of her team, and in the app of her son."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.town = home.town
        self.app = home.app
        self.son = PartyRef(kind=PartyKind.RELATIVE, id="son")

    # Who is there.

    def team(self, *members: str) -> None:
        """Who is in the team, as the nurse puts it into the dossier."""
        self.home.act["know"](kind="CareTeam", id="oost", name="Team Oost", client=CLIENT, members=members)
        self.home.settle()

    def in_dossier(self, key: str) -> PartyRef:
        with self.town.app.store.read(ORGANISATION) as uow:
            link = uow.parties.link_of("dossier", key)
            assert link is not None
            return link.ref

    def uses_app(self, who: PartyRef) -> Principal:
        with self.town.app.store.write(ORGANISATION) as uow:
            uow.parties.link(PartyLink(connector_id="app", external_id=who.id, ref=who))
            uow.commit()
        return principal(Role.PARTICIPANT, who, "app")

    def represents(self, person: str) -> PartyRef:
        ref = PartyRef(kind=PartyKind.RELATIVE, id=person)
        with self.town.app.store.write(ORGANISATION) as uow:
            uow.parties.add_person(Person(id=person, name=f"{person.title()} {CANARY}"), PartyKind.RELATIVE)
            uow.parties.add_member(CircleMember(client_id="wit", party=ref, representative=True))
            uow.commit()
        return ref

    # What is agreed.

    def agree(
        self, agreement_id: str, text: str, *assignments: Assignment, wait: bool = True, **more: Any
    ) -> None:
        """``wait``: until every system has it."""
        agreement = Agreement(
            **{
                "id": agreement_id,
                "client_id": "wit",
                "what": What(text=text),
                "assignments": assignments,
                "status": Status(state=State.ACTIVE),
                **more,
            }
        )
        with self.town.app.store.write(ORGANISATION) as uow:
            record_new(uow, self.town.app.hub, agreement, cause=Cause(actor="admin", why="recorded"))
            uow.commit()
        if wait:
            self.home.settle()

    def reported(self, agreement_id: str, day: date) -> None:
        """The son says that the first moment of this day was done."""
        said = Statement(
            id=f"{agreement_id}-{day}",
            kind=StatementKind.DONE,
            by=self.son,
            at=self.town.clock.now(),
            through="hub",
            occurrence=OccurrenceKey(assignment_id="a1", day=day),
        )
        with self.town.app.store.write(ORGANISATION) as uow:
            uow.statements.add(agreement_id, said, self.town.clock.now())
            uow.commit()

    def of_team(self, who: Principal = STAFF, day: date = MONDAY, group: str = "") -> Today:
        group = group or str(self.in_dossier(TEAM))
        return today.of_group(self.town.app.hub, ORGANISATION, group, day, principal=who)

    def of(self, person: str, who: Principal = STAFF, day: date = MONDAY) -> Today:
        return today.of_person(self.town.app.hub, ORGANISATION, person, day, principal=who)


@pytest.fixture
def ward(town: Any) -> Ward:
    """The son does the stockings on workdays, the team in the weekend; Anja is in the team."""
    ward = Ward(Home(town, STRICT))
    ward.home.act["know"](kind="Practitioner", id="flex", name="Flip Flex", identifiers=known("flex"))
    ward.team(NURSE)
    ward.home.agree("kous-1", SON, "op werkdagen")
    ward.home.agree("kous-2", TEAM, "in het weekend")
    ward.home.settle()
    return ward


def line(found: Today, one: Moment) -> tuple[str, str, str]:
    """When, what and who, as somebody reads it."""
    what = next(matter.what for matter in found.agreements if matter.id == one.agreement_id)
    when = f"{one.at:%H:%M}" if one.at else str(one.part or "")
    return when, str(what), found.names.get(one.performer, "") if one.performer else ""


def lines(found: Today) -> list[tuple[str, str, str]]:
    return [line(found, one) for one in found.moments]


def only(found: Today) -> Moment:
    [moment] = found.moments
    return moment


# The day of a group.


def test_the_team_sees_who_does_what_with_its_clients_whoever_that_is(ward: Ward) -> None:
    team = ward.in_dossier(TEAM)
    lunch = Assignment(id="a1", duty=Duty(performer=team, schedule=daily(12, 7)), backup=ward.son)
    ward.agree("lunch", "Samen eten", lunch)

    assert lines(ward.of_team()) == [
        ("", "Steunkousen aantrekken", "Jan de Wit"),
        ("07:00", "Samen eten", "Team Oost"),
        ("12:00", "Samen eten", "Team Oost"),
    ]
    assert [one.involved for one in ward.of_team().moments] == [(), *[(Involvement.PERFORMS,)] * 2]
    assert lines(ward.of_team(day=SATURDAY))[0] == ("", "Steunkousen aantrekken", "Team Oost")


def test_who_acts_for_a_team_is_whom_the_dossier_counts_in_it(ward: Ward) -> None:
    members = ward.of_team().members
    assert members is not None
    assert [str(one) for one in members.people] == ["professional:anja"]
    assert [(one.id, one.out_of_reach) for one in members.told_by] == [("dossier", False)]


def test_a_location_has_the_day_of_its_teams(ward: Ward) -> None:
    with ward.town.app.store.write(ORGANISATION) as uow:
        inside = frozenset({ward.in_dossier(TEAM)})
        uow.parties.add_group(Group(id="linde", name="De Linde", kind=GroupKind.LOCATION, members=inside))
        uow.commit()

    found = ward.of_team(group="group:linde", day=SATURDAY)

    assert lines(found) == [("", "Steunkousen aantrekken", "Team Oost")]
    assert found.members is not None
    assert [str(one) for one in found.members.people] == ["professional:anja"]


def test_a_flex_worker_who_joined_this_morning_sees_the_day_and_no_longer_once_they_left(ward: Ward) -> None:
    flex = ward.uses_app(ward.in_dossier(FLEX))
    with pytest.raises(NotFoundError, match="no group that you know"):
        ward.of_team(flex, SATURDAY)

    ward.team(NURSE, FLEX)

    found = ward.of_team(flex, SATURDAY)
    assert lines(found) == [("", "Steunkousen aantrekken", "Team Oost")]
    assert found.agreements[0].conditions == Conditions(instruction="Eerst de hiel.")
    assert ward.of(str(flex.party), flex, SATURDAY).moments[0].involved == (Involvement.GROUP_PERFORMS,)

    ward.team(NURSE)
    with pytest.raises(NotFoundError, match="no group that you know"):
        ward.of_team(flex, SATURDAY)
    assert ward.of(str(flex.party), flex, SATURDAY).moments == ()


def test_an_objection_of_the_client_holds_for_whoever_is_on_shift_too(ward: Ward) -> None:
    ward.team(NURSE, FLEX)
    flex = ward.uses_app(ward.in_dossier(FLEX))
    assert ward.of_team(flex, SATURDAY).moments

    ward.town.consent("wit", ward.in_dossier(FLEX), allows=False)

    assert ward.of_team(flex, SATURDAY).agreements == ()


# What became of it.


def test_what_a_silent_system_may_know_is_unknown_since_it_was_last_heard_until_it_is_heard(
    ward: Ward,
) -> None:
    assert only(ward.of_team()).result is Result.NONE
    [heard] = [one.heard_at for one in ward.of_team().systems if one.id == "app"]
    ward.app.inject(Fault(kind="down"))
    ward.town.clock.pass_(hours=1)
    exchange(ward.town.app.hub, ORGANISATION)

    moment = only(ward.of_team())
    assert (moment.result, moment.known_until) == (Result.UNKNOWN, heard)
    assert moment.unheard == (Silence(system="app", title="app", since=heard),)
    assert [one.out_of_reach for one in ward.of_team().systems] == [True, False]

    ward.app.clear_faults()
    task = ward.app.record_of(ward.home.record())["tasks"]
    mine = next(one["id"] for one in task if one["who"].get("user") == "son")
    ward.app.report("son", ward.home.record(), mine, MONDAY.isoformat(), text="Ging goed")
    ward.town.clock.pass_(hours=1)
    exchange(ward.town.app.hub, ORGANISATION)

    moment = only(ward.of_team())
    assert (moment.result, moment.unheard, moment.known_until) == (Result.DONE, (), None)
    [said] = moment.reports
    assert (str(said.by), said.through, said.text) == ("relative:son", "app", "Ging goed")


def test_a_clock_that_goes_on_while_a_day_is_read_makes_no_system_silent(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, ticks = ward.town.clock.now(), count()
    monkeypatch.setattr(ward.town.clock, "now", lambda: began + timedelta(milliseconds=next(ticks)))

    read = ward.of_team()
    assert (only(read).result, only(read).unheard) == (Result.NONE, ())
    assert [one.out_of_reach for one in read.systems] == [False, False]


def test_what_is_done_when_needed_is_told_apart_and_a_report_makes_its_moment(ward: Ward) -> None:
    team = ward.in_dossier(TEAM)
    ward.agree(
        "bath",
        "Douchen",
        Assignment(id="a1", duty=Duty(performer=team, schedule=Schedule(timing=AsNeeded()))),
    )
    ward.agree(
        "sugar",
        "Geen suiker",
        Assignment(id="a1", duty=Duty(performer=team)),
        what=What(text="Geen suiker", modality=Modality.NEVER),
    )
    found = ward.of_team(day=SATURDAY)
    assert [(one.agreement_id, one.why, one.when) for one in found.standing] == [
        ("bath", Undated.AS_NEEDED, "zo nodig"),
        ("sugar", Undated.NEVER, ""),
    ]
    assert "bath" not in {one.agreement_id for one in found.moments}

    ward.reported("bath", SATURDAY)

    [bath] = [one for one in ward.of_team(day=SATURDAY).moments if one.agreement_id == "bath"]
    assert (bath.at, bath.part, bath.result) == (None, None, Result.DONE)
    assert [one.agreement_id for one in ward.of_team(day=SATURDAY).standing] == ["bath", "sugar"]


def test_reports_of_other_days_are_not_opened_for_this_one(ward: Ward, opened: list[str]) -> None:
    ward.agree("walk", "Wandelen", Assignment(id="a1", duty=Duty(performer=ward.son, schedule=daily(10))))
    for ago in range(40):
        ward.reported("walk", MONDAY - timedelta(days=ago))
    ward.town.clock.pass_(days=90)
    day = MONDAY + timedelta(days=90)
    ward.reported("walk", day)
    opened.clear()

    [walk] = [one for one in ward.of_team(day=day).moments if one.agreement_id == "walk"]

    assert walk.result is Result.DONE
    assert opened.count("statement") == 1


def test_the_day_of_one_team_opens_no_agreement_of_the_clients_of_another(
    ward: Ward, opened: list[str]
) -> None:
    for number in range(30):
        ward.town.person(f"c{number}", PartyKind.CLIENT, "Meneer")
        alone = Duty(performer=PartyRef(kind=PartyKind.CLIENT, id=f"c{number}"), schedule=daily(9))
        ward.agree(
            f"tea{number}", "Thee", Assignment(id="a1", duty=alone), client_id=f"c{number}", wait=False
        )
    opened.clear()

    assert len(ward.of_team().moments) == 1
    assert ward.of("relative:son").moments
    assert opened.count("agreement") == 2


def test_somebody_who_steps_in_has_it_on_their_day_once_it_is_called_off(ward: Ward) -> None:
    key = OccurrenceKey(assignment_id="a1", day=MONDAY)
    off = {key: OccurrenceException(kind=ExceptionKind.CANCELLED, reason="ziek")}
    walk = Assignment(
        id="a1", duty=Duty(performer=ward.in_dossier(TEAM), schedule=daily(10)), backup=ward.son
    )
    ward.agree("walk", "Wandelen", walk)
    assert [one.agreement_id for one in ward.of("relative:son").moments] == [ward.town.agreements()[0].id]

    ward.agree("cook", "Koken", walk, exceptions=off)

    [_, cook] = ward.of("relative:son").moments
    assert (cook.agreement_id, cook.state, cook.involved) == (
        "cook",
        MomentState.CANCELLED,
        (Involvement.STEPS_IN,),
    )
    assert cook.reason == "ziek"


@pytest.mark.parametrize(
    ("person", "involved"),
    [
        ("relative:son", Involvement.PERFORMS),
        ("client:wit", Involvement.CLIENT),
        ("relative:bea", Involvement.REPRESENTS),
    ],
)
def test_a_day_is_of_whoever_does_it_has_it_done_or_decides_for_the_client(
    ward: Ward, person: str, involved: Involvement
) -> None:
    ward.represents("bea")

    assert only(ward.of(person)).involved == (involved,)


def test_the_professional_sees_which_questions_are_open_about_today(ward: Ward) -> None:
    record = ward.home.record()
    mine = next(one["id"] for one in ward.app.record_of(record)["tasks"] if one["who"].get("user") == "son")
    for day, done in ((MONDAY, True), (MONDAY, False), (MONDAY - timedelta(days=3), True)):
        ward.app.report("son", record, mine, day.isoformat(), done=done)
    ward.town.clock.pass_(minutes=1)
    ward.home.settle()

    [matter] = ward.of_team().agreements
    assert [(one.kind, one.cause, one.owner) for one in matter.questions] == [
        ("report", "different", "role:on_duty")
    ]
    assert ward.of("relative:son", ward.uses_app(ward.son)).agreements[0].questions == ()


# Who may see it.


def test_nobody_sees_the_day_of_somebody_else_nor_learns_that_there_is_one(ward: Ward) -> None:
    son = ward.uses_app(ward.son)
    for person in ("professional:anja", "client:wit", "relative:nobody"):
        with pytest.raises(NotFoundError, match=f"{person} is nobody whose day you know"):
            ward.of(person, son)
    nobody = principal(Role.APP, connector_id="app")
    with pytest.raises(NotFoundError):
        ward.of("relative:son", nobody)
    with pytest.raises(NotFoundError):
        ward.of_team(nobody)


def test_somebody_in_an_app_sees_no_word_that_is_not_for_them(ward: Ward) -> None:
    """Each text below is hidden from the son for a reason of its own."""
    other = ward.represents("bea")
    bea = ward.uses_app(other)
    ward.town.person("bos", PartyKind.CLIENT, f"Meneer {CANARY}")
    ward.town.person("neighbour", PartyKind.RELATIVE, f"Buur {CANARY}", "wit")
    neighbour = PartyRef(kind=PartyKind.RELATIVE, id="neighbour")
    ward.town.consent("wit", ward.son, allows=False, rows=frozenset({MatrixRow.CONDITIONS}))
    ward.town.consent("wit", ward.son, allows=False, life_domains=frozenset({LifeDomain.MEDICATION}))
    taken = {
        OccurrenceKey(assignment_id="a1", day=MONDAY): OccurrenceException(
            kind=ExceptionKind.TAKEN_OVER, by=neighbour
        )
    }
    mine = Assignment(id="a1", duty=Duty(performer=ward.son, schedule=daily(9)), backup=neighbour)
    theirs = Assignment(id="a2", duty=Duty(performer=neighbour, schedule=daily(10)))
    ward.agree(
        "tea",
        "Thee drinken",
        mine,
        theirs,
        conditions=Conditions(text=f"Voorwaarde {CANARY}", instruction=f"Instructie {CANARY}"),
        life_domain=LifeDomain.MEALS,
        review_notes=f"Verslag {CANARY}",
        exceptions=taken,
    )
    ward.agree("pills", f"Pillen {CANARY}", mine, life_domain=LifeDomain.MEDICATION)
    ward.agree(
        "his", f"Van Bos {CANARY}", Assignment(id="a1", duty=Duty(performer=ward.son)), client_id="bos"
    )

    with ward.town.app.store.write(ORGANISATION) as uow:
        uow.parties.add_person(Person(id="wit", name=f"Mevrouw {CANARY}", first_name="An"))
        uow.commit()

    found = ward.of("relative:son", ward.uses_app(ward.son))

    assert CANARY not in repr(found)
    assert lines(found) == [("09:00", "Thee drinken", "")]
    tea = only(found)
    assert (tea.state, tea.performer, tea.meant, tea.backup) == (MomentState.TAKEN_OVER, None, ward.son, None)
    assert found.names[PartyRef(kind=PartyKind.CLIENT, id="wit")] == "An"
    assert found.systems
    assert {(one.id, one.title) for one in found.systems} <= {("app", "app"), ("", "")}
    assert CANARY in repr(ward.of("relative:bea", bea))
    assert CANARY in repr(ward.of("relative:son"))
