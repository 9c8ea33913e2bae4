"""Reading what changed over sockets: nothing missed, nothing invented, people before plans."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from connectors.fhir.world import CLIENT, Start, records, right_now

from samenspraak.connectors import Absent, Found, SetApart, Step, Unseen
from samenspraak.domain.parties import PartyKind
from samenspraak.errors import ConfigurationError
from samenspraak.protocols.fhir import Cursor
from samenspraak_fhir.listing import Listing
from samenspraak_fhir.sandbox import STRICT, Quirks


def test_another_version_of_fhir_is_refused_with_a_sentence_that_says_so(start: Start) -> None:
    world = start()
    world.act("agree", client=CLIENT, what="Lopen", by="RelatedPerson/zoon", when="?")
    world.sandbox.fhir_version = "3.0.2"

    with pytest.raises(ConfigurationError, match=r"speaks FHIR 3\.0\.2; this connector needs R4"):
        world.listed()

    world.sandbox.fhir_version = "4.0.1"
    assert len(world.listed()) == 1


def test_the_connection_test_names_the_version_that_is_wrong(start: Start) -> None:
    world = start()
    world.sandbox.fhir_version = "3.0.2"

    last = list(world.connector.check(world.call))[-1]

    assert (last.step, last.ok) == (Step.VERSION, False)
    assert "R4" in last.cure["nl"]


def test_writes_in_between_pages_make_no_page_skip_a_plan(start: Start) -> None:
    """An earlier plan that changes leaves its place, and pages by offset would then skip the next one."""
    world = start(Quirks(offset_paging=True))
    world.agree("a", "b", "c", "d", "e")
    met: list[str] = []
    for page in world.pages():
        met += records([page])
        if met[-1:] == ["b"]:
            world.act("change", id="CarePlan/a", field="what", value="Fietsen")

    assert set(met) == {"a", "b", "c", "d", "e"}


def test_many_plans_of_one_second_are_all_listed_once(start: Start) -> None:
    world = start(Quirks(whole_seconds=True))
    names = [f"plan-{number}" for number in range(9)]
    world.agree(*names)

    assert sorted(world.listed()) == names


def test_a_second_listing_starts_where_the_first_stopped(start: Start) -> None:
    world = start()
    world.agree("a", "b", "c")
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    cursor = str(Cursor(moments={"CarePlan": moment}))
    last = [page.cursor for page in world.pages(cursor)][-1]

    assert Cursor.parse(last).moments["CarePlan"] > moment
    assert world.listed(last)[-1] == "c"


def test_only_a_listing_of_everything_says_that_it_is_whole(start: Start) -> None:
    world = start()
    world.agree("a", "b", "c")
    first = list(world.pages())

    assert [page.complete for page in first if page.records] == [False, True]
    assert not any(page.complete for page in world.pages(first[-1].cursor))


@pytest.mark.parametrize("quirks", [STRICT, Quirks(deletes_without_moment=True)], ids=["book", "hapi"])
def test_what_was_deleted_is_told_by_the_history(start: Start, quirks: Quirks) -> None:
    world = start(quirks)
    world.agree("a", "b")
    cursor = [page.cursor for page in world.pages()][-1]
    world.act("remove", id="CarePlan/a")

    found = [one for page in world.pages(cursor) for one in page.records]

    assert Absent(external_id="CarePlan/a") in found
    assert "CarePlan/b" in {one.external_id for one in found if isinstance(one, Found)}


def test_what_a_server_says_it_does_not_know_was_deleted_when_its_history_says_so(start: Start) -> None:
    world = start(Quirks(gone_is_404=True, deletes_without_moment=True))
    world.agree("a")
    assert isinstance(world.connector.fetch(world.call, "CarePlan/a"), Found)

    world.act("remove", id="CarePlan/a")

    assert isinstance(world.connector.fetch(world.call, "CarePlan/a"), Absent)
    assert isinstance(world.connector.fetch(world.call, "CarePlan/never-was"), Unseen)


@pytest.mark.parametrize("quirks", [STRICT, Quirks(unknown_is_empty=True)], ids=["says so", "ignores it"])
def test_a_server_that_does_not_know_a_parameter_is_not_believed(
    start: Start, quirks: Quirks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown parameter answered with nothing would look like a dossier without agreements."""
    world = start(quirks)
    world.agree("a")
    monkeypatch.setattr(Listing, "selection", lambda self: [("catgory", "x")])

    with pytest.raises(ConfigurationError, match=r"does not search CarePlan by .*catgory"):
        world.listed()


def test_plans_outside_the_selection_are_never_asked_for(start: Start) -> None:
    world = start(categories=["http://snomed.info/sct|9632001"])
    world.agree("a")

    assert world.listed() == []


def test_people_are_told_with_who_they_are(start: Start) -> None:
    world = start()
    world.act("know", kind="RelatedPerson", id="dochter", name="An Visser", client=CLIENT, role="100001")
    world.act("know", kind="Practitioner", id="anja", name="Anja Postma")
    world.act("know", kind="PractitionerRole", id="rol", name="Anja Postma")
    world.act("know", kind="CareTeam", id="oost", name="Team Oost", client=CLIENT)
    world.act("know", kind="Device", id="dispenser", name="Medicijndispenser", owner="Organization/thuis")

    found = {one.external_id: one for page in world.pages() for one in page.parties}

    assert found[CLIENT].kind is PartyKind.CLIENT
    assert (found[CLIENT].name, found[CLIENT].first_name) == ("Sjoukje Terpstra", "Sjoukje")
    assert (found["RelatedPerson/dochter"].client, found["RelatedPerson/dochter"].representative) == (
        CLIENT,
        False,
    )
    assert found["PractitionerRole/rol"].name == "Anja Postma"
    assert (found["CareTeam/oost"].kind, found["CareTeam/oost"].client) == (PartyKind.GROUP, CLIENT)
    assert found["Device/dispenser"].name == "Medicijndispenser"


def test_a_person_with_a_failing_citizen_number_is_set_apart_and_others_go_on(start: Start) -> None:
    world = start()
    world.act("admit", id="fout", given="Jan", family="Fout", bsn="123456789")

    pages = list(world.pages())

    apart = [one for page in pages for one in page.records if isinstance(one, SetApart)]
    assert [(one.external_id, one.field) for one in apart] == [("Patient/fout", "identifier")]
    assert "123456789" not in repr(apart)
    assert CLIENT in {one.external_id for page in pages for one in page.parties}


FUTURE = datetime(2526, 1, 1, tzinfo=UTC)


def test_a_place_that_the_server_has_not_reached_is_none_and_everything_is_read(start: Start) -> None:
    world = start()
    world.agree("plan-1", "plan-2")

    assert world.listed(str(Cursor(moments={"CarePlan": FUTURE}))) == ["plan-1", "plan-2"]


def test_a_record_from_the_future_takes_the_cursor_no_further_than_the_clock_there(start: Start) -> None:
    """Its clock was wrong while somebody typed; what is typed since is heard all the same."""
    wrong = [FUTURE] * 100
    world = start(clock=lambda: wrong.pop() if wrong else right_now())
    world.agree("plan-1")
    wrong.clear()

    *_, last = world.pages()
    world.agree("plan-2")

    assert "plan-2" in world.listed(last.cursor)
