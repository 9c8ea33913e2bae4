"""A spreadsheet from file to agreement: shown, typed in, handed in, and merged as any other system's edit."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import time
from typing import Any

import pytest

from samenspraak.connectors import ExternalParty
from samenspraak.domain.agreements import (
    Agreement,
    Assignment,
    Conditions,
    Duty,
    LifeDomain,
    State,
    Status,
    What,
)
from samenspraak.domain.consent import Capacity, Consent, Recipient, RecipientKind
from samenspraak.domain.parties import Group, GroupKind, PartyKind, PartyRef
from samenspraak.domain.schedules import Frequency, Recurrence, Schedule
from samenspraak.domain.statements import StatementKind
from samenspraak.domain.units import MatrixRow, UnitKey, UnitKind, apply
from samenspraak.errors import InvalidRecordError, NotFoundError
from samenspraak.policy.state import ConnectorState, Reason
from samenspraak.services import connectors, feeds, returning, showing, taking_part
from samenspraak.store.records import Cause
from samenspraak.sync.matching import meet
from samenspraak.sync.versions import record_new, record_version
from samenspraak.web.app import create_app
from samenspraak.work.inline import work_off

ORGANISATION = "de-linde"
TEAM = PartyRef(kind=PartyKind.GROUP, id="linde")
SON = PartyRef(kind=PartyKind.RELATIVE, id="son")
BY_HAND = Cause(actor="test", why="typed")
PLACE = UnitKey(UnitKind.PLACE)
Rows = list[dict[str, str]]


@pytest.fixture
def location(town: Any) -> Any:
    """Woning De Linde has no system. It walks with mevrouw De Wit, and helps her son with her stockings."""
    town.person("wit", PartyKind.CLIENT, "Mevrouw De Wit")
    town.person("son", PartyKind.RELATIVE, "Jan de Wit", "wit")
    with town.app.store.write(ORGANISATION) as uow:
        uow.parties.add_group(Group(id="linde", name="Woning De Linde", kind=GroupKind.LOCATION))
        uow.commit()
    connect(town, "blad")
    every_day = Recurrence(frequency=Frequency.DAILY, times=(time(10),))
    duty = Duty(performer=TEAM, schedule=Schedule(text="elke dag om 10:00", timing=every_day))
    walking = Agreement(
        id="lopen",
        client_id="wit",
        what=What(text="Een ommetje"),
        place="Het park",
        life_domain=LifeDomain.SOCIAL,
        assignments=(Assignment(id="a1", duty=duty),),
        status=Status(state=State.ACTIVE),
    )
    with town.app.store.write(ORGANISATION) as uow:
        record_new(uow, town.app.hub, walking, cause=BY_HAND)
        uow.commit()
    work(town)
    town.address = feeds.add(town.app.hub, ORGANISATION, "blad", "group:linde")
    work(town)
    return town


def connect(town: Any, name: str, **settings: Any) -> None:
    record = connectors.draft(town.app.registry, name, "sheet", settings, state=ConnectorState.RUNNING)
    connectors.add(town.app.hub, town.app.connected, ORGANISATION, record)


def work(town: Any) -> None:
    for _ in range(3):
        work_off(town.app.hub, ORGANISATION)
        town.clock.pass_(seconds=5)


def exported(town: Any) -> Rows:
    """The rows of the file as they are shown now."""
    saved = showing.save(town.app.hub, ORGANISATION, town.address.id, "csv").shown.body
    return list(csv.DictReader(io.StringIO(saved.decode("utf-8-sig")), delimiter=";"))


def hand_in(town: Any, rows: Rows, *, by: str = "admin") -> returning.Taken:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    taken = returning.take_back(town.app.hub, ORGANISATION, "blad", out.getvalue().encode(), by=by)
    work(town)
    return taken


def typed(rows: Rows, **cells: str) -> Rows:
    """The first row with these cells changed."""
    named = {name.replace("_", " "): text for name, text in cells.items()}
    return [{**rows[0], **named}, *rows[1:]]


def change(town: Any, changes: Mapping[UnitKey, Any], agreement_id: str = "lopen") -> None:
    """Somebody changes it at the hub."""
    with town.app.store.write(ORGANISATION) as uow:
        record = uow.agreements.get(agreement_id)
        record_version(uow, town.app.hub, record, apply(record.agreement, changes), cause=BY_HAND)
        uow.commit()
    work(town)


def agreement(town: Any, agreement_id: str = "lopen") -> Agreement:
    with town.app.store.read(ORGANISATION) as uow:
        found: Agreement = uow.agreements.get(agreement_id).agreement
        return found


def version(town: Any) -> int:
    with town.app.store.read(ORGANISATION) as uow:
        return int(uow.agreements.get("lopen").version)


def test_a_location_sees_what_it_does_with_the_numbers_we_know_it_by(location: Any) -> None:
    (row,) = exported(location)

    assert (row["Cliënt"], row["Wat"], row["Wie"]) == ("Mevrouw De Wit", "Een ommetje", "Woning De Linde")
    assert (row["Wanneer"], row["Waar"], row["Stand"]) == ("elke dag om 10:00", "Het park", "loopt")
    assert (row["Afspraaknummer"], row["Taaknummer"], row["Versie"]) == (
        "lopen",
        "a1",
        str(version(location)),
    )


def test_a_file_that_comes_back_as_it_went_changes_nothing(location: Any) -> None:
    before = version(location)

    taken = hand_in(location, exported(location))

    assert (taken.changed, taken.units, taken.unchanged, taken.troubles) == ((), 0, 1, ())
    assert version(location) == before


def test_an_edited_cell_becomes_a_version_and_the_sheet_is_equal_again(location: Any) -> None:
    taken = hand_in(location, typed(exported(location), Waar="De tuin"))

    assert (taken.changed, taken.units, taken.troubles) == (("lopen",), 1, ())
    assert agreement(location).place == "De tuin"
    (link,) = [one for one in location.links() if one.connector_id == "blad" and one.members]
    assert link.reason is Reason.EQUAL
    assert exported(location)[0]["Waar"] == "De tuin"


def test_an_old_file_never_turns_a_newer_value_back(location: Any) -> None:
    old = exported(location)
    change(location, {PLACE: "De tuin"})

    taken = hand_in(location, typed(old, Wanneer="elke dag om 11:00"))

    assert (taken.units, taken.troubles) == (1, ())
    assert agreement(location).place == "De tuin"
    assert agreement(location).assignments[0].duty.schedule.text == "elke dag om 11:00"
    assert not location.questions()


def test_a_sheet_makes_nobody_known(location: Any) -> None:
    stranger = ExternalParty(external_id="client:x", kind=PartyKind.CLIENT, name="client:x")
    with location.app.store.write(ORGANISATION) as uow:
        before = uow.parties.persons(PartyKind.CLIENT)
        meet(uow, location.app.hub, "blad", stranger)
        assert uow.parties.persons(PartyKind.CLIENT) == before


def test_what_both_changed_since_the_file_was_made_is_asked_and_nothing_is_lost(location: Any) -> None:
    old = exported(location)
    change(location, {PLACE: "De tuin"})

    hand_in(location, typed(old, Waar="De kamer"))

    assert len(location.questions()) == 1
    (question,) = location.questions()
    assert (question.cause, question.values["blad"], question.values["hub"]) == (
        "both-changed",
        {PLACE: "De kamer"},
        {PLACE: "De tuin"},
    )
    assert agreement(location).place == "De tuin"
    assert exported(location)[0]["Waar"] == "De kamer"


def test_what_was_asked_about_stays_as_it_is_when_the_same_file_comes_again(location: Any) -> None:
    old = exported(location)
    change(location, {PLACE: "De tuin"})
    hand_in(location, typed(old, Waar="De kamer"))

    again = hand_in(location, typed(old, Waar="De kamer"))

    assert (again.units, len(location.questions())) == (0, 1)
    assert agreement(location).place == "De tuin"


def test_an_untouched_cell_says_nothing_while_a_question_about_it_is_open(location: Any) -> None:
    old = exported(location)
    change(location, {PLACE: "De tuin"})
    hand_in(location, typed(old, Waar="De kamer"))

    taken = hand_in(location, old)

    assert (taken.units, taken.unchanged) == (0, 1)
    assert location.questions()[0].values["blad"] == {PLACE: "De kamer"}


def test_a_report_is_said_once_however_often_the_file_comes(location: Any) -> None:
    rows = typed(exported(location), Melding="gedaan", Dag="09-11-2026", Toelichting="Het was droog.")

    first, second = hand_in(location, rows), hand_in(location, rows)

    with location.app.store.read(ORGANISATION) as uow:
        (said,) = uow.statements.of("lopen")
    assert (said.kind, said.by, said.through, said.text) == (
        StatementKind.DONE,
        TEAM,
        "blad",
        "Het was droog.",
    )
    assert str(said.occurrence) == "a1:2026-11-09:1"
    assert (first.said, second.said, second.unchanged) == (1, 0, 1)


def test_a_moment_that_does_not_take_place_is_an_exception(location: Any) -> None:
    hand_in(
        location, typed(exported(location), Melding="gaat niet door", Dag="12-11-2026", Toelichting="Regen")
    )

    ((key, exception),) = agreement(location).exceptions.items()
    assert (str(key), exception.kind, exception.reason) == ("a1:2026-11-12:1", "cancelled", "Regen")


def test_an_end_in_the_sheet_ends_the_agreement(location: Any) -> None:
    hand_in(location, typed(exported(location), Stand="gestopt"))

    assert agreement(location).status == Status(state=State.ENDED)
    assert exported(location) == []


def test_an_end_of_what_was_changed_elsewhere_is_asked(location: Any) -> None:
    old = exported(location)
    change(location, {PLACE: "De tuin"})

    hand_in(location, typed(old, Stand="gestopt", Waar="De kamer"))

    assert [one.kind for one in location.questions()] == ["ended"]
    assert agreement(location).status.state is State.ACTIVE


def test_what_holds_only_once_others_agree_waits_for_them(location: Any) -> None:
    change(location, {UnitKey(UnitKind.LIFE_DOMAIN): LifeDomain.MEDICATION})
    of_son = Duty(performer=SON, schedule=Schedule(text="elke avond"))
    change(location, {UnitKey(UnitKind.ASSIGNMENT, "a2"): of_son})
    rows = [{**row, "Wanneer": f"{row['Wanneer']} precies"} for row in exported(location)]

    hand_in(location, rows)

    (question,) = location.questions()
    assert (question.kind, question.cause) == ("proposal", "first-agree")
    texts = [one.duty.schedule.text for one in agreement(location).assignments]
    assert texts == ["elke dag om 10:00 precies", "elke avond"]  # the team hands in for itself


def test_what_can_harm_and_both_changed_is_asked_and_the_last_agreed_value_holds(location: Any) -> None:
    conditions = UnitKey(UnitKind.CONDITIONS)
    change(location, {conditions: Conditions(text="Niet alleen.")})
    old = exported(location)
    change(location, {conditions: Conditions(text="Nooit alleen.")})

    hand_in(location, typed(old, Voorwaarden="Soms alleen."))

    (question,) = location.questions()
    assert question.kind == "conflict"
    assert agreement(location).conditions == Conditions(text="Nooit alleen.")


def test_a_new_row_becomes_a_proposal_once(location: Any) -> None:
    rows = exported(location)
    new = {**dict.fromkeys(rows[0], ""), "Wat": "Bloemen water geven", "Wie": "woning de linde"}
    new |= {"Wanneer": "elke maandag", "Cliënt": "mevrouw de wit"}

    first, second = hand_in(location, [*rows, new]), hand_in(location, [*rows, new])

    (made,) = first.proposed
    proposed = agreement(location, made)
    assert (proposed.what.text, proposed.status.state) == ("Bloemen water geven", State.PROPOSED)
    assert proposed.assignments[0].responsible == TEAM
    assert (second.proposed, second.unchanged) == ((), 2)
    assert {row["Wat"] for row in exported(location)} == {"Een ommetje", "Bloemen water geven"}


TROUBLES: dict[str, tuple[dict[str, str], str]] = {
    "another number": ({"Afspraaknummer": "iets"}, "Rij 2: het nummer of het zegel"),
    "another version": ({"Versie": "9"}, "Rij 2: het nummer of het zegel"),
    "a broken seal": ({"Zegel": "1.a.b.c"}, "Rij 2: het nummer of het zegel"),
    "a word nobody knows": ({"Stand": "misschien"}, "Rij 2, kolom Stand: kies uit: voorstel, loopt"),
    "a stranger": ({"Wie": "Piet"}, "Rij 2, kolom Wie: we weten niet wie dit is"),
    "nothing to do": ({"Wat": ""}, "Rij 2, kolom Wat: dit mag niet leeg zijn"),
    "no date": ({"Vanaf": "binnenkort"}, "Rij 2, kolom Vanaf: dit is geen datum"),
    "one of two dates": ({"Vanaf": "5/6/2026"}, "Rij 2, kolom Vanaf: deze datum is niet zeker"),
    "an end before the beginning": (
        {"Vanaf": "02-01-2027", "Tot en met": "01-01-2027"},
        "Rij 2, kolom Tot en met: dit past niet",
    ),
    "a rest of what goes on": ({"Rust vanaf": "02-01-2027"}, "Rij 2, kolom Rust vanaf: dit past niet"),
    "only to be read": ({"Voorgedaan": "ja"}, "Rij 2, kolom Voorgedaan: deze kolom is alleen om te lezen"),
    "a report without a day": ({"Melding": "gedaan"}, "Rij 2, kolom Melding: vul ook de dag in"),
    "a day without a report": ({"Dag": "09-11-2026"}, "Rij 2, kolom Melding: vul ook Melding"),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_what_cannot_be_read_is_told_by_its_cell_and_the_rest_goes_on(location: Any, name: str) -> None:
    cells, told = TROUBLES[name]
    rows = [{**exported(location)[0], **cells, "Waar": "De tuin"}]

    taken = hand_in(location, rows)

    assert taken.troubles[0]["nl"].startswith(told)
    assert taken.troubles[0]["en"].startswith("Row 2")
    is_ours = not told.startswith("Rij 2:")
    assert agreement(location).place == ("De tuin" if is_ours else "Het park")
    assert agreement(location).what.text == "Een ommetje"


def test_two_rows_that_contradict_each_other_are_told_and_neither_counts(location: Any) -> None:
    both = Assignment(id="a2", duty=Duty(performer=SON, schedule=Schedule(text="in het weekend")))
    change(location, {UnitKey(UnitKind.ASSIGNMENT, "a2"): both.duty})
    rows = [{**row, "Waar": f"De tuin {number}"} for number, row in enumerate(exported(location))]

    taken = hand_in(location, rows)

    assert [one["nl"] for one in taken.troubles] == [
        "Rij 3: een andere rij van dezelfde afspraak zegt iets anders. Kies één van beide."
    ]
    assert agreement(location).place == "Het park"


def test_rows_and_columns_that_are_not_there_prove_nothing(location: Any) -> None:
    rows = [{name: text for name, text in row.items() if name != "Waar"} for row in exported(location)]
    before = agreement(location)

    taken = hand_in(location, rows)

    assert (taken.units, agreement(location)) == (0, before)


def test_a_row_of_what_is_not_shared_any_more_is_told_and_says_nothing(location: Any) -> None:
    rows = typed(exported(location), Waar="De tuin")
    feeds.revoke(location.app.hub, ORGANISATION, location.address.id)
    work(location)
    location.clock.pass_(seconds=130)
    work(location)

    taken = hand_in(location, rows)

    assert "wordt hier niet meer gedeeld" in taken.troubles[0]["nl"]
    assert agreement(location).place == "Het park"


def test_a_file_without_our_columns_is_refused_whole(location: Any) -> None:
    with pytest.raises(InvalidRecordError, match="the columns Afspraaknummer"):
        hand_in(location, [{"Wat": "Koken", "Wie": "Jan"}])


def test_only_a_connector_whose_files_come_back_takes_them(location: Any) -> None:
    record = connectors.draft(location.app.registry, "agenda", "calendar", {}, state=ConnectorState.RUNNING)
    connectors.add(location.app.hub, location.app.connected, ORGANISATION, record)

    with pytest.raises(NotFoundError):
        returning.take_back(location.app.hub, ORGANISATION, "agenda", b"Wat;Wie\n")


def test_the_workbook_says_what_the_csv_says(location: Any) -> None:
    saved = showing.save(location.app.hub, ORGANISATION, location.address.id, "xlsx").shown.body

    taken = returning.take_back(location.app.hub, ORGANISATION, "blad", saved)

    assert (taken.unchanged, taken.troubles) == (1, ())
    assert saved == showing.save(location.app.hub, ORGANISATION, location.address.id, "xlsx").shown.body


def test_the_page_is_fetched_at_the_address_and_says_as_of_when_it_is(location: Any) -> None:
    client = create_app(location.app, is_working=lambda: True).test_client()
    answer = client.get(location.address.path)

    assert (answer.status_code, answer.content_type) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    page = answer.get_data(as_text=True)
    assert "Afspraken van Mevrouw De Wit" in page
    assert "Stand van" in page
    assert client.get(location.address.path.replace(".html", ".ics")).status_code == 404


def test_a_file_that_changes_almost_everything_waits_until_an_admin_has_looked(location: Any) -> None:
    for number in range(14):
        duty = Duty(performer=TEAM, schedule=Schedule(text="elke dag"))
        another = Agreement(
            id=f"meer-{number}",
            client_id="wit",
            what=What(text=f"Taak {number}"),
            assignments=(Assignment(id="b1", duty=duty),),
            status=Status(state=State.ACTIVE),
        )
        with location.app.store.write(ORGANISATION) as uow:
            record_new(uow, location.app.hub, another, cause=BY_HAND)
            uow.commit()
    work(location)
    rows = [{**row, "Waar": "overal"} for row in exported(location)]

    hand_in(location, rows)
    stopped = state_of(location)
    taken = sum(agreement(location, row["Afspraaknummer"]).place == "overal" for row in rows)
    taking_part.resume(location.app.hub, ORGANISATION, "blad")
    work(location)

    assert (stopped, taken) == (ConnectorState.STOPPED, 0)
    assert {agreement(location, row["Afspraaknummer"]).place for row in rows} == {"overal"}


def state_of(town: Any) -> ConnectorState:
    with town.app.store.read(ORGANISATION) as uow:
        found: ConnectorState = uow.connectors.get("blad").state
        return found


# In the client's home.


@pytest.fixture
def home(town: Any) -> Any:
    """Mevrouw De Wit at home: her son does her stockings, and the sheet lies on the kitchen table."""
    town.person("wit", PartyKind.CLIENT, "Mevrouw De Wit")
    town.consent("wit", town.person("son", PartyKind.RELATIVE, "Jan de Wit", "wit"))
    connect(town, "blad", place="home", contact="team De Linde")
    duty = Duty(performer=SON, schedule=Schedule(text="elke ochtend"))
    stockings = Agreement(
        id="kousen",
        client_id="wit",
        what=What(text="Steunkousen aantrekken"),
        place="De slaapkamer",
        assignments=(Assignment(id="a1", duty=duty),),
        status=Status(state=State.ACTIVE),
    )
    own_word = Consent(
        id="own",
        client_id="wit",
        recipient=Recipient(kind=RecipientKind.APP, id="blad"),
        given_by="son",
        rows=frozenset({MatrixRow.NAMES}),
        capacity=Capacity.SELF,
    )
    with town.app.store.write(ORGANISATION) as uow:
        uow.consents.add(own_word, "test", town.clock.now())
        record_new(uow, town.app.hub, stockings, cause=BY_HAND)
        uow.commit()
    town.address = feeds.add(town.app.hub, ORGANISATION, "blad", "client:wit")
    work(town)
    return town


def page(town: Any) -> str:
    body = showing.save(town.app.hub, ORGANISATION, town.address.id, "html").shown.body
    return body.decode()


def test_a_sheet_in_the_home_shows_the_client_by_first_name_only_and_what_is_agreed(home: Any) -> None:
    shown = page(home)

    assert "Steunkousen aantrekken" in shown
    assert "Jan de Wit: elke ochtend." in shown
    assert "<h1>Afspraken</h1>" in shown  # nobody knows her first name
    assert "Mevrouw De Wit" not in shown
    assert "team De Linde" in shown


def test_who_comes_to_read_there_and_may_not_see_it_takes_it_off_the_sheet_for_all(home: Any) -> None:
    home.person("neighbour", PartyKind.RELATIVE, "Piet Vos", "wit")
    before = page(home)

    feeds.add(home.app.hub, ORGANISATION, "blad", "relative:neighbour")
    at_once = page(home)
    work(home)

    assert "Steunkousen" in before
    assert "Steunkousen" not in at_once
    assert "Steunkousen" not in page(home)


def test_everybody_who_reads_in_the_home_has_the_same_sheet(home: Any) -> None:
    of_son = feeds.add(home.app.hub, ORGANISATION, "blad", "relative:son")
    work(home)

    assert [row["Wat"] for row in exported(home)] == ["Steunkousen aantrekken"]
    home.address = of_son
    assert [row["Wat"] for row in exported(home)] == ["Steunkousen aantrekken"]


def test_what_is_typed_at_home_becomes_a_version(home: Any) -> None:
    feeds.add(home.app.hub, ORGANISATION, "blad", "relative:son")
    work(home)

    taken = hand_in(home, typed(exported(home), Waar="De keuken"), by="relative:son")

    assert (taken.units, taken.troubles) == (1, ())
    assert agreement(home, "kousen").place == "De keuken"
    with home.app.store.read(ORGANISATION) as uow:
        last = uow.agreements.history("kousen")[-1]
    assert (last.cause.actor, last.cause.connector_id) == ("relative:son", "blad")
