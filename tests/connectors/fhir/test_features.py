"""What a server cannot is said at set-up, and done another way; what it says is tried, not believed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from connectors.fhir.world import CLIENT, Start, World, records, right_now

from samenspraak.connectors import Absent, Directory, Found, Marker, Step, Subject
from samenspraak.errors import InvalidRecordError, PermanentError
from samenspraak_fhir.sandbox import STRICT, Quirks

IGNORES = Quirks(no_moments=True, unknown_is_empty=True)
IGNORES_AND_HIDES_IT = Quirks(no_moments=True, unknown_is_empty=True, no_self_links=True)
NO_HISTORY = Quirks(no_type_history=True)


def shown(world: World, language: str = "en") -> list[str]:
    steps = list(world.connector.check(world.call))
    assert all(step.ok for step in steps), steps
    return [line[language] for step in steps for line in step.shows]


def test_everything_a_server_can_is_shown_in_both_languages(start: Start) -> None:
    world = start()
    for language, word in (("nl", "Geschiedenis"), ("en", "History")):
        lines = shown(world, language)
        assert all(line.startswith("+ ") for line in lines)
        assert any(word in line for line in lines)


@pytest.mark.parametrize(
    ("quirks", "lacks"),
    [
        (NO_HISTORY, "No history of care plans"),
        (Quirks(no_moments=True), "No search by moment of change"),
        (IGNORES, "No search by moment of change"),
        (IGNORES_AND_HIDES_IT, "No search by moment of change"),
        (Quirks(no_conditional_create=True), "No conditional create"),
    ],
    ids=["history", "refuses moments", "ignores moments", "hides it", "conditional create"],
)
def test_what_a_server_cannot_is_shown_and_the_connection_is_well(
    start: Start, quirks: Quirks, lacks: str
) -> None:
    world = start(quirks)
    world.agree("a")

    lines = [one for one in shown(world) if one.startswith("- ")]

    assert [lacks in one for one in lines].count(True) == 1


@pytest.mark.parametrize(
    "quirks",
    [
        STRICT,
        NO_HISTORY,
        Quirks(no_type_history=True, no_moments=True),
        Quirks(no_type_history=True, no_moments=True, unknown_is_empty=True),
        Quirks(no_type_history=True, no_moments=True, unknown_is_empty=True, no_self_links=True),
        Quirks(no_type_history=True, no_moments=True, offset_paging=True, whole_seconds=True),
    ],
    ids=["history", "moments", "all", "ignores", "hidden", "pages that shift"],
)
def test_a_change_is_heard_whichever_way_is_left(start: Start, quirks: Quirks) -> None:
    world = start(quirks)
    world.agree("a", "b", "c", "d", "e")
    *_, last = world.pages()

    world.act("change", id="CarePlan/b", field="what", value="Fietsen")

    assert "b" in world.listed(last.cursor)


def test_a_history_alone_tells_what_changed_and_what_was_deleted(start: Start) -> None:
    """In the order of preference: where there is a history, plans are not searched as well."""
    world = start()
    world.agree("a", "b")
    *_, last = world.pages()
    before = len(world.sandbox.seen())
    world.act("remove", id="CarePlan/a")

    found = [one for page in world.pages(last.cursor) for one in page.records]

    asked = {one.path for one in world.sandbox.seen()[before:]}
    assert Absent(external_id="CarePlan/a") in found
    assert "/fhir/CarePlan/_history" in asked
    assert "/fhir/CarePlan" not in asked


def test_a_plan_that_left_the_selection_is_looked_at_and_another_was_never_ours(start: Start) -> None:
    world = start()
    world.agree("a")
    *_, last = world.pages()
    world.act("change", id="CarePlan/a", field="category", value="736353004")

    pages = list(world.pages(last.cursor))

    assert [one for page in pages for one in page.touched] == ["CarePlan/a"]
    assert records(pages) == []


def test_what_is_told_again_because_readings_overlap_is_looked_at_once(start: Start) -> None:
    """The newest entry of a history is told each time, however long ago it was."""
    an_hour_ago = right_now() - timedelta(hours=1)
    world = start(clock=lambda: an_hour_ago)
    world.agree("a")
    *_, last = world.pages()
    world.act("change", id="CarePlan/a", field="category", value="736353004")

    touched = []
    for _ in range(3):
        pages = list(world.pages(last.cursor))
        touched += [one for page in pages for one in page.touched]
        last = pages[-1]

    assert touched == ["CarePlan/a"]


def test_a_server_that_only_says_it_has_a_history_is_searched(start: Start, monkeypatch: Any) -> None:
    world = start(NO_HISTORY)
    world.agree("a")
    *_, last = world.pages()
    monkeypatch.setattr("samenspraak_fhir.server.Server.tells_history", True)
    world.act("change", id="CarePlan/a", field="what", value="Fietsen")

    assert world.listed(last.cursor) == ["a"]


def test_without_a_conditional_create_a_plan_is_looked_for_first(start: Start) -> None:
    world = start(Quirks(no_conditional_create=True))
    subject = Subject(client=CLIENT, marker=Marker(agreement_id="ag1", part="a1"))
    raw = world.connector.new(subject)

    first = world.connector.create(world.call, subject, raw)
    again = world.connector.create(world.call, subject, raw)

    assert (first.existed, again.existed) == (False, True)
    assert first.external_id == again.external_id


def test_without_versions_the_connection_test_says_what_is_missing(start: Start) -> None:
    world = start(Quirks(no_versions=True))
    *_, last = world.connector.check(world.call)
    assert (last.step, last.ok, last.detail) == (Step.WRITE, False, "no versions")


INSIDE = "http://ecd-intern.example:8080/baseR4"


@pytest.mark.parametrize("offset_paging", [False, True], ids=["opaque pages", "numbered pages"])
def test_links_to_an_internal_address_are_followed_here_only_when_the_admin_says_so(
    start: Start, offset_paging: bool
) -> None:
    """Three plans of one moment, on pages of two: the next page is only reached by its link."""
    now = right_now()
    world = start(
        Quirks(own_address=INSIDE, offset_paging=offset_paging, whole_seconds=True), clock=lambda: now
    )
    world.agree("a", "b", "c")
    for other in ({}, {"own_addresses": ["http://ecd-intern.example/baseR4"]}):
        with pytest.raises(PermanentError, match="leads outside"):
            world.again(**other).listed()

    named = world.again(own_addresses=[f"{INSIDE}/"])

    assert named.listed() == ["a", "b", "c"]


def test_a_reference_by_the_internal_address_is_a_local_one(start: Start) -> None:
    world = start()
    world.act(
        "agree", id="a", client=f"{INSIDE}/{CLIENT}", what="Lopen", by=f"{INSIDE}/RelatedPerson/z", when="?"
    )
    named = world.again(own_addresses=[INSIDE])
    found = named.connector.fetch(named.call, "CarePlan/a")
    assert isinstance(found, Found)

    read = named.connector.get(found.raw, Directory(connector_id="dossier-1"))

    assert read.client == CLIENT
    with pytest.raises(InvalidRecordError):
        world.connector.get(found.raw, Directory(connector_id="dossier-1"))


@pytest.mark.parametrize("plain", [False, True], ids=["OperationOutcome", "plain JSON"])
def test_a_refusal_says_why_and_never_in_the_words_of_the_server(start: Start, plain: bool) -> None:
    world = start(Quirks(plain_errors=plain))
    subject = Subject(client=CLIENT, marker=Marker(agreement_id="ag1", part="a1"))
    raw = {**world.connector.new(subject), "intent": "geheim"}

    with pytest.raises(InvalidRecordError, match=r"answered 4\d\d: .*\((error )?[a-z\-]+") as caught:
        world.connector.create(world.call, subject, raw)

    assert "geheim" not in str(caught.value)
