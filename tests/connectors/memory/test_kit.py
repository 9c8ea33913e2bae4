"""The kit finds what is wrong: each mistake an author could make fails the law or the check it names."""

from __future__ import annotations

import contextlib
import inspect
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
import simplejson
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from samenspraak.connectors import (
    Absence,
    Absent,
    Call,
    Carries,
    Changes,
    Checked,
    Confirm,
    Connector,
    Create,
    Directory,
    End,
    Found,
    Hint,
    Inbound,
    Look,
    Marker,
    Page,
    Raw,
    Reading,
    Subject,
    Token,
    Unseen,
    Write,
    Written,
)
from samenspraak.connectors.json_lens import Kept, Lens
from samenspraak.domain.agreements import What
from samenspraak.domain.units import UnitKey, UnitKind, UnitValue
from samenspraak.errors import (
    ConflictError,
    OutcomeUnknownError,
    PermanentError,
    SamenspraakError,
    TransientError,
)
from samenspraak.sandbox import Sandbox
from samenspraak.testing import ConnectorContract, LensLaws, Scene, lens
from samenspraak.testing.contract import applying
from samenspraak.testing.household import household
from samenspraak_memory.mapping import LENS
from samenspraak_memory.plugin import MANIFEST, FamilyAppConnector
from samenspraak_memory.sandbox import ACCESS_KEY, FamilyApp
from samenspraak_memory.sandbox_records import rewritten

CONDITIONS = LENS.table[UnitKind.CONDITIONS].present
MOVED = {**LENS.table, UnitKind.CONDITIONS: Kept(present=replace(CONDITIONS, member="rules_2"))}
VERSION_2 = replace(MANIFEST, capabilities=replace(MANIFEST.capabilities, mapping_version=2))


# Lenses with one mistake each.


class Rebuilds(FamilyAppConnector):
    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        put = super().put(raw, changes, directory)
        return {name: value for name, value in put.items() if name in self.own(put)}


class DropsTheCode(FamilyAppConnector):
    def get(self, raw: Raw, directory: Directory) -> Reading:
        return super().get({name: raw[name] for name in raw if name != "code"}, directory)


class CutsWithDots(FamilyAppConnector):
    def normal(self, key: UnitKey, value: UnitValue) -> UnitValue:
        return replace(value, text=f"{value.text[:10]}…") if isinstance(value, What) else value


class LeavesASearchText(FamilyAppConnector):
    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        put = super().put(raw, changes, directory)
        return {**put, "search": put.get("place") or raw.get("search", "")}


class WritesItsOwnSpelling(FamilyAppConnector):
    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        put = super().put(raw, changes, directory)
        return {**put, "tasks": sorted(put.get("tasks") or [], key=lambda task: str(task["id"]))}


class ReadsNumbersAsFloats(FamilyAppConnector):
    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        put = super().put(raw, changes, directory)
        rounded: Raw = json.loads(simplejson.dumps(put))
        return rounded


class WritesIntoItsInput(FamilyAppConnector):
    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        raw.update(super().put(raw, changes, directory))
        return raw


class TellsOnAndOn(FamilyAppConnector):
    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        put = super().put(raw, changes, directory)
        kept = [one for one in raw.get("news") or () if one not in (put.get("news") or ())]
        return {**put, "news": [*kept, *(put.get("news") or ())]}


class KnowsOneIdEach(FamilyAppConnector):
    def get(self, raw: Raw, directory: Directory) -> Reading:
        return super().get(raw, replace(directory, known={}))


class LeavesANameInWhatIsEqual(FamilyAppConnector):
    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        there = self.get(raw, directory).units
        wanted = {key: value for key, value in changes.set.items() if there.get(key) != value}
        return super().put(raw, replace(changes, set=wanted), directory)


class TellsByWhomOnce(FamilyAppConnector):
    def get(self, raw: Raw, directory: Directory) -> Reading:
        told = frozenset(one["id"] for one in raw.get("news") or ())
        return replace(super().get(raw, directory), told=told)


class KeepsAllOfIt(FamilyAppConnector):
    def own(self, raw: Raw) -> Raw:
        return raw


class TrustsEveryMember(FamilyAppConnector):
    def get(self, raw: Raw, directory: Directory) -> Reading:
        title = raw.get("title", "").strip()
        return super().get({**raw, "title": title}, directory)


class ForgetsWhereItWas(FamilyAppConnector):
    manifest = VERSION_2
    lens = Lens(MOVED)


class NeverCleansUp(FamilyAppConnector):
    manifest = VERSION_2
    lens = Lens(MOVED)

    def get(self, raw: Raw, directory: Directory) -> Reading:
        before, now = LENS.units(raw, directory), self.lens.units(raw, directory)
        return replace(super().get(raw, directory), units={**before, **now})


WRONG_LENSES: Sequence[tuple[type[FamilyAppConnector], str]] = (
    (Rebuilds, "test_members_nobody_knows_survive"),
    (DropsTheCode, "test_what_is_set_reads_back_as_normal_and_the_rest_stays"),
    (CutsWithDots, "test_normal_is_idempotent_and_drops_no_member"),
    (LeavesASearchText, "test_a_cleared_unit_is_nowhere_in_the_record"),
    (WritesItsOwnSpelling, "test_putting_what_was_read_changes_nothing"),
    (ReadsNumbersAsFloats, "test_members_nobody_knows_survive"),
    (ReadsNumbersAsFloats, "test_putting_nothing_changes_nothing"),
    (WritesIntoItsInput, "test_a_lens_leaves_its_input_as_it_was"),
    (TellsOnAndOn, "test_exactly_the_statements_told_can_be_read"),
    (
        KnowsOneIdEach,
        "test_somebody_known_there_by_two_ids_is_one_person_and_stays_under_the_one_that_stands_there",
    ),
    (LeavesANameInWhatIsEqual, "test_a_name_that_may_no_longer_be_shown_goes_when_its_unit_is_put_again"),
    (TellsByWhomOnce, "test_what_was_told_in_a_name_that_may_no_longer_be_shown_is_to_be_told_anew"),
    (KeepsAllOfIt, "test_the_hub_stores_no_member_that_the_lens_does_not_know"),
    (TrustsEveryMember, "test_a_damaged_record_is_read_or_refused"),
    (ForgetsWhereItWas, "test_a_unit_is_read_where_an_earlier_mapping_put_it"),
    (NeverCleansUp, "test_a_write_empties_the_places_of_earlier_mappings"),
    (NeverCleansUp, "test_a_clear_empties_the_places_of_earlier_mappings"),
)


class Laws(LensLaws):
    def __init__(self, kind: type[FamilyAppConnector]) -> None:
        self.kind = kind

    def connector(self) -> FamilyAppConnector:
        return self.kind("app-1", {"title_length": 24})

    def earlier(self) -> Sequence[Connector]:
        return [FamilyAppConnector("app-1", {"title_length": 24})]

    def respelled(self, raw: Raw) -> Raw:
        return rewritten(raw, title_length=24)


@pytest.mark.parametrize(("kind", "law"), WRONG_LENSES, ids=lambda one: getattr(one, "__name__", str(one)))
def test_a_wrong_lens_breaks_the_law_that_is_about_it(kind: type[FamilyAppConnector], law: str) -> None:
    stated = getattr(LensLaws, law).hypothesis.inner_test

    @settings(
        derandomize=True,
        max_examples=200,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(data=st.data())
    def hold(data: st.DataObject) -> None:
        stated(Laws(kind), data=data)

    with pytest.raises((AssertionError, AttributeError)):
        hold()


# Connectors with one mistake each.


class TakesUnknownForGone(FamilyAppConnector):
    def fetch(self, call: Call, external_id: str) -> Look:
        look = super().fetch(call, external_id)
        return Absent(external_id=external_id) if isinstance(look, Unseen) else look


class StopsAfterAPage(FamilyAppConnector):
    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        pages = list(super().changes(call, cursor))
        return iter([replace(page, cursor=pages[-1].cursor) for page in pages])


class ListsOneCallOnly(FamilyAppConnector):
    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        return iter(list(super().changes(call, cursor))[:1])


class CreatesBlindly(FamilyAppConnector):
    def find(self, call: Call, marker: Marker) -> Sequence[Found]:
        subject = Subject(client="c1", marker=marker)
        answer = call.http.send("POST", "api/records", json={**self.new(subject), "title": "Samen koken"})
        return [Found(external_id=answer.json()["id"], raw=answer.json())]


class AlwaysWins(FamilyAppConnector):
    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        fresh = self.fetch(call, found.external_id)
        return super().update(call, fresh if isinstance(fresh, Found) else found, raw)


class WritesItAll(FamilyAppConnector):
    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        return super().update(call, found, {**raw, "rules": None})


class EndsInsteadOfRetracting(FamilyAppConnector):
    def end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        ended = {**found.raw, "state": {"value": "ended"}}
        return self.update(call, found, ended if how is End.RETRACTED else raw)


class ForgetsRemovals(FamilyAppConnector):
    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        for page in super().changes(call, cursor):
            yield replace(page, records=[one for one in page.records if not isinstance(one, Absent)])


class EndsWhereItBreaksOff(FamilyAppConnector):
    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        with contextlib.suppress(TransientError):
            yield from super().changes(call, cursor)


class NeverSureOfTheEnd(FamilyAppConnector):
    manifest = replace(MANIFEST, capabilities=replace(MANIFEST.capabilities, absence=Absence.COMPLETE_LIST))

    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        return (replace(page, complete=False) for page in super().changes(call, cursor))


class AlwaysTheSameToken(FamilyAppConnector):
    def fetch(self, call: Call, external_id: str) -> Look:
        look = super().fetch(call, external_id)
        return replace(look, token="1") if isinstance(look, Found) else look


class KeepsTheAnswerToItself(FamilyAppConnector):
    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        return replace(super().update(call, found, raw), found=None)


class SaysItElsewhere(FamilyAppConnector):
    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        return super().update(call, found, {**raw, "title": "Afspraak"})


class HidesFromItselfOnly(FamilyAppConnector):
    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        put = super().put(raw, changes, directory)
        return {**put, "search": raw.get("rules") or raw.get("search")}


class HasAWayOfItsOwn(FamilyAppConnector):
    def fetch(self, call: Call, external_id: str) -> Look:
        http = self.http()
        try:
            return super().fetch(replace(call, http=http), external_id)
        finally:
            http.close()


class BelievesEverybody(FamilyAppConnector):
    def hints(self, request: Inbound) -> Sequence[Hint]:
        return [Hint(external_id=None)]


class CallsEachTheSame(FamilyAppConnector):
    def hints(self, request: Inbound) -> Sequence[Hint]:
        return [Hint(notice="melding")]


class CallsEachAnew(FamilyAppConnector):
    def hints(self, request: Inbound) -> Sequence[Hint]:
        return [Hint(notice=uuid4().hex)]


class CallsItTransient(FamilyAppConnector):
    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        try:
            return super().update(call, found, raw)
        except TransientError as error:
            raise TransientError(str(error)) from error


class PrintsItsKey(FamilyAppConnector):
    def __init__(self, connector_id: str, settings: Mapping[str, Any]) -> None:
        super().__init__(connector_id, settings)
        self.key = settings["access_key"]


class TellsTheAdminWhatItRead(FamilyAppConnector):
    def check(self, call: Call) -> Iterator[Checked]:
        people = [party for page in self.changes(call, None) for party in page.parties]
        for step in super().check(call):
            yield replace(step, detail=", ".join(party.name for party in people))


class NoCureInEnglish(FamilyAppConnector):
    def check(self, call: Call) -> Iterator[Checked]:
        for step in super().check(call):
            yield replace(
                step, cure={language: step.cure[language] for language in step.cure if language == "nl"}
            )


class AsksInCrowds(FamilyAppConnector):
    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        with ThreadPoolExecutor(8) as crowd:
            list(crowd.map(lambda _: call.http.send("GET", "api/records"), range(8)))
        yield from super().changes(call, cursor)


class TakesGoneForNothingNew(FamilyAppConnector):
    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        server, since = (cursor or "").rpartition(" ")[::2]
        if cursor and call.http.send("GET", "api/records", allow={410}).status == 410:
            yield Page(cursor=f"{server} {int(since) + 2}", server=server)
            return
        yield from super().changes(call, cursor)


class BelievesAnyCursor(FamilyAppConnector):
    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        _, _, number = (cursor or "").rpartition(" ")
        answer = call.http.send(
            "GET", "api/changes", params={"since": number or "0", "limit": "100"}, allow={410}
        )
        if answer.status == 410:
            yield Page(cursor=cursor, server=(cursor or "").partition(" ")[0])
            return
        yield from super().changes(call, cursor)


class RemembersWhereItWas(FamilyAppConnector):
    """What it read last it keeps to itself, so that another process cannot go on."""

    def __init__(self, connector_id: str, settings: Mapping[str, Any]) -> None:
        super().__init__(connector_id, settings)
        self._cursors: dict[str, str | None] = {}

    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        if cursor is not None and cursor not in self._cursors:
            yield Page(cursor=cursor, server=cursor.partition(" ")[0])
            return
        for page in super().changes(call, cursor):
            self._cursors[page.cursor or ""] = page.cursor
            yield page


class CannotSpell(FamilyAppConnector):
    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        plain = {**raw, "title": raw["title"].encode("ascii", "ignore").decode()}
        return super().create(call, subject, plain)


class GivesUpWhenToldToWait(FamilyAppConnector):
    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        try:
            return super().update(call, found, raw)
        except TransientError as error:
            raise OutcomeUnknownError(str(error)) from error


class WinsAfterAll(FamilyAppConnector):
    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        try:
            return super().update(call, found, raw)
        except ConflictError as error:
            raise PermanentError(str(error)) from error


class RetractsOnce(FamilyAppConnector):
    """Who sends a removal, and calls it done whatever became of it."""

    def end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        if how is End.RETRACTED:
            raise OutcomeUnknownError("it may be gone")
        return super().end(call, found, raw, how)


class RewritesWhatItSends(FamilyAppConnector):
    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        return super().update(call, found, {**raw, "title": f"{raw['title']}!"})

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        return super().create(call, subject, {**raw, "title": f"{raw['title']}!"})


class ForgetsWhoseItIs(FamilyAppConnector):
    """A create without our marker: whose answer is lost, nobody finds it again."""

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        return super().create(call, subject, {**raw, "reference": None})


class AsksNobodyFirst(FamilyAppConnector):
    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        with contextlib.closing(self.http()) as http:
            return super().create(replace(call, http=http), subject, raw)


def denying(**denied: Any) -> type[FamilyAppConnector]:
    """The connector whose manifest says that the app cannot do what it can."""
    manifest = replace(MANIFEST, capabilities=replace(MANIFEST.capabilities, **denied))
    return type("Denies" + "And".join(denied), (FamilyAppConnector,), {"manifest": manifest})


def without(kind: UnitKind) -> dict[UnitKind, Carries]:
    return {one: how for one, how in MANIFEST.capabilities.units.items() if one is not kind}


WRONG_CONNECTORS: Sequence[tuple[type[FamilyAppConnector], str, Mapping[str, Any]]] = (
    (TakesUnknownForGone, "test_a_record_nobody_ever_made_is_not_taken_for_a_removed_one", {}),
    (TakesUnknownForGone, "test_a_record_withheld_from_us_is_not_taken_for_a_removed_one", {}),
    (StopsAfterAPage, "test_starting_again_from_any_page_misses_nothing", {}),
    (ListsOneCallOnly, "test_the_first_listing_has_every_record_and_its_client", {}),
    (CreatesBlindly, "test_a_create_whose_answer_was_lost_makes_no_double", {}),
    (AlwaysWins, "test_an_update_over_somebody_elses_edit_is_a_conflict", {}),
    (WritesItAll, "test_what_somebody_there_changed_elsewhere_survives_an_update", {}),
    (EndsWhereItBreaksOff, "test_a_listing_that_breaks_off_says_so_and_is_taken_up_again", {"kind": "down"}),
    (ForgetsRemovals, "test_a_removal_shows_in_the_next_listing", {}),
    (NeverSureOfTheEnd, "test_a_whole_listing_says_that_it_is_complete", {}),
    (AlwaysTheSameToken, "test_an_edit_there_gives_another_token", {}),
    (KeepsTheAnswerToItself, "test_the_answer_to_a_write_carries_the_record", {}),
    (SaysItElsewhere, "test_a_text_that_was_put_can_be_read_there", {}),
    (HidesFromItselfOnly, "test_a_text_that_was_cleared_can_no_longer_be_read_there", {}),
    (EndsInsteadOfRetracting, "test_a_retracted_record_can_no_longer_be_read", {}),
    (HasAWayOfItsOwn, "test_a_stopped_read_never_leaves", {}),
    (BelievesEverybody, "test_a_notification_that_was_tampered_with_is_refused", {}),
    (CallsEachTheSame, "test_notifications_are_called_the_same_only_if_they_are_the_same", {}),
    (CallsEachAnew, "test_notifications_are_called_the_same_only_if_they_are_the_same", {}),
    (CallsItTransient, "test_a_write_without_a_usable_answer_has_an_unknown_outcome", {"kind": "lose"}),
    (CallsItTransient, "test_a_write_answered_with_more_than_anybody_needs_has_an_unknown_outcome", {}),
    (PrintsItsKey, "test_a_connector_that_is_printed_shows_no_secret", {}),
    (TellsTheAdminWhatItRead, "test_a_connection_test_tells_no_secret_and_nothing_of_a_person", {}),
    (NoCureInEnglish, "test_every_step_that_can_fail_says_what_to_do_in_both_languages", {}),
    (AsksInCrowds, "test_never_is_more_asked_at_once_than_the_manifest_says", {}),
    (TakesGoneForNothingNew, "test_a_cursor_the_server_let_go_of_loses_nothing", {}),
    (BelievesAnyCursor, "test_a_cursor_from_the_future_hides_nothing_that_comes", {}),
    (RemembersWhereItWas, "test_a_connector_built_anew_goes_on_where_the_other_stopped", {}),
    (CannotSpell, "test_every_character_arrives_there", {}),
    (
        GivesUpWhenToldToWait,
        "test_a_write_that_came_too_soon_was_not_made_and_waits_as_long_as_it_is_told",
        {},
    ),
    (WinsAfterAll, "test_a_write_that_was_refused_for_somebody_elses_asks_to_look_again", {"status": 412}),
    (RetractsOnce, "test_a_retraction_whose_answer_was_lost_can_be_made_again", {}),
    (RewritesWhatItSends, "test_an_agreement_arrives_once_and_then_nothing_is_written", {}),
    (WritesItAll, "test_what_somebody_changes_around_our_write_is_kept", {"when": "before"}),
    (ForgetsWhoseItIs, "test_what_failed_is_made_once_when_it_works_again", {"name": "the answer is lost"}),
    (EndsInsteadOfRetracting, "test_what_was_allowed_until_now_is_taken_back", {}),
    (AsksNobodyFirst, "test_what_is_withdrawn_just_before_a_write_is_not_written", {}),
    (denying(token=Token.NONE), "test_versions_that_are_denied_are_not_shown", {}),
    (denying(token=Token.COMPARED), "test_a_guard_of_changes_that_is_denied_is_not_there", {}),
    (denying(absence=Absence.NEVER), "test_absence_that_is_denied_is_not_proven", {}),
    (denying(create=Create.NONE), "test_a_record_that_nobody_can_find_again_is_not_found", {}),
    (denying(confirm=Confirm.READ), "test_an_answer_that_shows_nothing_does_not_show_what_was_written", {}),
    (denying(confirm=Confirm.NONE), "test_a_write_that_nothing_confirms_cannot_be_read_back", {}),
    (denying(keeps_marks=False), "test_a_mark_that_is_not_kept_does_not_read_back", {}),
    (denying(tells_statements=False), "test_a_statement_that_is_not_told_has_no_place", {}),
    (denying(units=without(UnitKind.PLACE)), "test_a_unit_that_is_denied_has_no_place", {}),
    (FamilyAppConnector, "test_a_system_that_tells_nothing_has_no_door", {}),
)


class Contract(ConnectorContract):
    def __init__(self, kind: type[FamilyAppConnector]) -> None:
        self.kind = kind  # type: ignore[misc]  # a class variable for authors, one of many here

    def sandbox(self) -> FamilyApp:
        return FamilyApp()

    def settings(self, url: str) -> Mapping[str, Any]:
        return {"base_url": url, "access_key": ACCESS_KEY}

    def scene(self, sandbox: Sandbox) -> Scene:
        assert isinstance(sandbox, FamilyApp)
        sandbox.add_client("c1", "Mevrouw R. van den Heuvel")
        sandbox.add_user("u1", "Bram van den Heuvel", "relative", ["c1"])
        return Scene(
            client="c1",
            performer="u1",
            reader="u1",
            edit=lambda record: sandbox.instruct("u1", record, "Eerst de ui"),
            remove=lambda record: sandbox.remove("u1", record),
            hide=lambda record: sandbox.share("c1", shared=False),
            notice=lambda record: Inbound(headers={}, body=b"{}"),
        )


@pytest.mark.parametrize(
    ("kind", "check", "given"), WRONG_CONNECTORS, ids=lambda one: getattr(one, "__name__", str(one))
)
def test_a_wrong_connector_fails_the_check_that_is_about_it(
    kind: type[FamilyAppConnector], check: str, given: Mapping[str, Any]
) -> None:
    terms = Contract(kind)
    stated = getattr(terms, check)

    with contextlib.ExitStack() as stack:
        there: Any = stack.enter_context(terms.opened())
        if "house" in inspect.signature(stated).parameters:
            there = stack.enter_context(household(there))
        with pytest.raises((AssertionError, pytest.fail.Exception, SamenspraakError)):
            stated(there, **given)


class OnlyTells(FamilyAppConnector):
    manifest = replace(
        MANIFEST,
        capabilities=replace(
            MANIFEST.capabilities,
            units={kind: Carries(read=False, write=Write.APPEND) for kind in MANIFEST.capabilities.units},
        ),
    )


def test_a_law_with_nothing_to_be_tried_on_does_not_count_as_kept() -> None:
    tried = {law for law, holds in lens.ONLY_FOR.items() if holds(MANIFEST.capabilities)}
    left = {law for law, holds in lens.ONLY_FOR.items() if holds(OnlyTells.manifest.capabilities)}
    assert tried - left >= {
        "test_a_cleared_unit_is_nowhere_in_the_record",
        "test_an_overwritten_unit_is_nowhere_in_the_record",
        "test_members_nobody_knows_survive",
        "test_putting_what_was_read_changes_nothing",
        "test_several_changes_at_once_are_all_made",
        "test_what_is_cleared_is_gone_and_the_rest_stays",
        "test_what_is_set_reads_back_as_normal_and_the_rest_stays",
    }


@pytest.mark.parametrize(
    ("table", "kit"), [(lens.ONLY_FOR, LensLaws), (applying.ONLY_FOR, ConnectorContract)]
)
def test_the_tables_of_exceptions_name_only_what_exists(table: Mapping[str, object], kit: type) -> None:
    assert [name for name in table if not hasattr(kit, name)] == []
