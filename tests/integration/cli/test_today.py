"""``samenspraak today``: the day as people read it."""

from __future__ import annotations

from typing import Any

from samenspraak.domain.agreements import Conditions
from samenspraak.domain.parties import CircleMember, Group, GroupKind, PartyKind, PartyRef
from samenspraak.domain.units import CONDITIONS, apply
from samenspraak.store.records import Cause
from samenspraak.sync.versions import record_version

ORGANISATION = "de-linde"


def team(family: Any) -> None:
    """Nina is in the team of mevrouw De Wit."""
    nina = family.person("nina", PartyKind.PROFESSIONAL, "Nina Bos")
    made = Group(id="team", name="Team Oost", kind=GroupKind.TEAM, members=frozenset({nina}))
    with family.app.store.write(ORGANISATION) as uow:
        uow.parties.add_group(made)
        uow.parties.add_member(CircleMember(client_id="wit", party=made.ref))
        [record] = uow.agreements.list()
        minded = Conditions(text="Alleen zittend.", instruction_required=True)
        after = apply(record.agreement, {CONDITIONS: minded})
        record_version(uow, family.app.hub, record, after, cause=Cause(actor="admin", why="recorded"))
        uow.commit()


def test_the_day_of_a_team_is_read_in_the_language_of_the_settings(line: Any, family: Any) -> None:
    team(family)
    today = family.app.hub.today()
    day, weekday = today.isoformat(), ["ma", "di", "wo", "do", "vr", "za", "zo"][today.weekday()]
    family.systems["app-a"].report("son", "r1", "a1", day)
    family.settle()

    shown = line.text("today", "--group", "team", "--day", day)

    for part in (
        f"Team Oost (group:team), {weekday} {day}. Stand van",
        "Wie telt mee: Nina Bos. Geen systeem vertelt wie er werkt.",
        "08:00    Mevrouw De Wit  Steunkousen aantrekken  Jan de Wit",
        "gedaan (Jan de Wit)",
        "Steunkousen aantrekken: Alleen zittend. Laat het eerst voordoen.",
        "LAATST GEHOORD",
    ):
        assert part in shown


def test_the_day_of_a_person_says_as_whom_and_what_is_not_known(english: Any, family: Any) -> None:
    family.clock.pass_(hours=-24)
    with family.app.store.write(ORGANISATION) as uow:
        uow.connectors.note("app-b", heard_at=family.clock.now())
        uow.commit()

    shown = english.text("today", "--person", "relative:son")

    assert "Jan de Wit  does it" in shown
    assert "not known (app-a last heard: " in shown
    assert "(app-b last heard: " in shown
    assert "out of reach" in shown


def test_the_document_has_the_same_for_programs(line: Any, family: Any) -> None:
    found = line.json("today", "--person", "relative:son", "--day", "2026-11-24")["today"]

    [moment] = found["moments"]
    assert (found["of"], found["day"], found["members"]) == ("relative:son", "2026-11-24", None)
    assert (moment["at"], moment["performer"], moment["involved"]) == (
        "08:00:00",
        "relative:son",
        ["performs"],
    )
    assert found["names"]["client:wit"] == "Mevrouw De Wit"


def test_whose_day_is_said_and_known(line: Any, family: Any) -> None:
    assert "--group or --person" in line.fails("today", code=2)
    assert "--group or --person" in line.fails("today", "--group", "team", "--person", "son", code=2)
    assert "no group that you know" in line.fails("today", "--group", "group:nowhere", code=10)
    assert str(PartyRef(kind=PartyKind.RELATIVE, id="son")) in line.text("today", "--person", "son")
