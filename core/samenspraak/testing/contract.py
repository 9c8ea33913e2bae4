"""The connector contract, over real sockets: subclass :class:`ConnectorContract` in your ``kit.py``.

::

    class Contract(ConnectorContract):
        kind = MyConnector

        def sandbox(self) -> Sandbox:
            return create(self.mode)

        def settings(self, url: str) -> Mapping[str, Any]:
            return {"base_url": url, "access_key": "…"}

        def scene(self, sandbox: Sandbox) -> Scene:
            sandbox.add_client("c1", "Mevrouw Roos")
            sandbox.add_user("u1", "Bram", "relative", ["c1"])
            return Scene(client="c1", reader="u1", performer="u1", edit=…)

The sandbox runs in a thread, the connector speaks to it through the guarded client. What the manifest does
not claim is not asked: :data:`ONLY_FOR` says which check is for whom.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar, cast

import pytest

from samenspraak.connectors import (
    Absence,
    Absent,
    Call,
    Changes,
    Confirm,
    Connector,
    Create,
    End,
    Found,
    HintSource,
    Inbound,
    Manifest,
    ProposalState,
    Raw,
    Token,
    Unseen,
    Write,
)
from samenspraak.connectors.connector import Checked, Page, Step
from samenspraak.connectors.registry import load_settings
from samenspraak.domain.agreements import Conditions, State, Status, What
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.domain.units import (
    CONDITIONS,
    STATUS,
    WHAT,
    Units,
)
from samenspraak.errors import (
    AuthenticationError,
    ConflictError,
    InvalidRecordError,
    OutcomeUnknownError,
    SamenspraakError,
    StaleError,
    TransientError,
)
from samenspraak.sandbox import Fault, Mode, Sandbox
from samenspraak.testing.strategies import CANARY
from samenspraak.testing.world import Scene, World, given

A_PAGE = 2
"""Records a page in these checks, so that a handful of them makes several pages."""


_MANY = 200
"""Requests, of which no listing of a handful of records needs as many."""
_STALL_SECONDS = 2.0


class StopError(SamenspraakError):
    """The hub's last-step permission was refused."""


Fits = Callable[[Manifest], bool]


def _can(**wanted: Any) -> Fits:
    """Manifests whose capabilities have one of these values, for each name."""
    return lambda manifest: all(
        getattr(manifest.capabilities, name) in values for name, values in wanted.items()
    )


_WRITES = _can(mode={Write.YES, Write.PROPOSE, Write.APPEND, Write.RENDER})
_RECORDS = _can(mode={Write.YES, Write.PROPOSE})
_PROPOSES = _can(mode={Write.PROPOSE})
_PROVES_ABSENCE = _can(absence={Absence.BY_ID, Absence.COMPLETE_LIST})


def _both(*fits: Fits) -> Fits:
    return lambda manifest: all(fit(manifest) for fit in fits)


# Which checks are only for some systems. All others are for every connector.
ONLY_FOR: Mapping[str, Fits] = {
    "test_a_refused_sign_in_stops_the_check_there_and_says_what_to_do": lambda one: bool(one.secrets()),
    "test_a_record_nobody_ever_made_is_not_taken_for_a_removed_one": _can(
        absence={Absence.NEVER, Absence.BY_ID}
    ),
    "test_a_removed_record_is_absent": _PROVES_ABSENCE,
    "test_a_removal_shows_in_the_next_listing": _PROVES_ABSENCE,
    "test_a_whole_listing_says_that_it_is_complete": _can(absence={Absence.COMPLETE_LIST}),
    "test_an_edit_there_gives_another_token": _can(token={Token.ENFORCED, Token.COMPARED}),
    "test_a_created_record_says_what_was_put": _WRITES,
    "test_a_record_is_found_by_its_marker": _both(_WRITES, _can(create={Create.FINDABLE})),
    "test_a_create_whose_answer_was_lost_makes_no_double": _both(
        _WRITES, _can(create={Create.FINDABLE, Create.REPEATABLE})
    ),
    "test_a_second_create_answers_the_first_record": _both(_WRITES, _can(create={Create.REPEATABLE})),
    "test_an_update_says_what_was_put": _WRITES,
    "test_the_answer_to_a_write_carries_the_record": _both(_WRITES, _can(confirm={Confirm.RESPONSE})),
    "test_what_their_server_made_of_our_write_needs_no_second_one": _RECORDS,
    "test_a_text_that_was_put_can_be_read_there": _WRITES,
    "test_a_text_that_was_cleared_can_no_longer_be_read_there": _both(
        _WRITES, lambda one: one.capabilities.carries(CONDITIONS)
    ),
    "test_an_update_over_somebody_elses_edit_is_a_conflict": _both(_RECORDS, _can(token={Token.ENFORCED})),
    "test_what_somebody_there_changed_elsewhere_survives_an_update": _RECORDS,
    "test_writing_what_is_gone_asks_to_look_again": _both(_RECORDS, _PROVES_ABSENCE),
    "test_an_ended_record_is_over": _both(_WRITES, lambda one: one.capabilities.reads(STATUS)),
    "test_a_retracted_record_can_no_longer_be_read": _WRITES,
    "test_a_write_without_a_usable_answer_has_an_unknown_outcome": _WRITES,
    "test_a_stopped_write_never_leaves": _WRITES,
    "test_a_statement_that_is_told_can_be_read": _both(
        _WRITES, lambda one: one.capabilities.tells_statements
    ),
    "test_a_proposal_waits_until_a_person_accepts_it": _PROPOSES,
    "test_a_refused_proposal_changes_nothing": _PROPOSES,
    "test_a_proposal_can_be_taken_back": _PROPOSES,
    "test_a_proposal_whose_answer_was_lost_waits_once": _PROPOSES,
    "test_a_genuine_notification_hints_at_its_record": lambda one: bool(one.hints - {HintSource.POLL}),
    "test_a_notification_that_was_tampered_with_is_refused": lambda one: bool(one.hints - {HintSource.POLL}),
}

Kinds = type[SamenspraakError] | tuple[type[SamenspraakError], ...]
READ_FAULTS: Mapping[str, tuple[Fault, Kinds]] = {
    "a sign-in page with status 200": (Fault(kind="html"), TransientError),
    "401": (Fault(kind="status", status=401), AuthenticationError),
    "429": (Fault(kind="status", status=429, headers={"Retry-After": "7"}), TransientError),
    "503": (Fault(kind="status", status=503, headers={"Retry-After": "7"}), TransientError),
    "a closed connection": (Fault(kind="down"), TransientError),
    "half an answer": (Fault(kind="truncate"), (InvalidRecordError, TransientError)),
}


class ConnectorContract:
    """What every connector owes the hub when it talks to its system."""

    kind: ClassVar[type[Connector]]
    mode: ClassVar[Mode] = "strict"
    """How the sandbox behaves."""
    bare_answers: ClassVar[Collection[str]] = ()
    """In which modes the sandbox answers writes without the record, as some servers of a kind do."""
    silent_removals: ClassVar[Collection[str]] = ()
    """In which modes nothing in the sandbox tells a removal: it only shows when all is listed again."""

    # What a subclass gives.

    def sandbox(self) -> Sandbox:
        """A sandbox that behaves as :attr:`mode` says."""
        raise NotImplementedError

    def settings(self, url: str) -> Mapping[str, Any]:
        """The settings for a sandbox at this address, with the secrets themselves."""
        raise NotImplementedError

    def scene(self, sandbox: Sandbox) -> Scene:
        raise NotImplementedError

    def refused(self, url: str) -> Mapping[str, Any]:
        """Settings that the system does not let in."""
        secrets = self.kind.manifest.secrets()
        wrong = {name: "een-sleutel-die-niet-past" for name in self.settings(url) if name in secrets}
        return {**self.settings(url), **wrong}

    # The connection test.

    def test_a_good_connection_passes_every_step_and_writes_nothing(self, world: World) -> None:
        steps = list(world.connector.check(world.call))

        assert [one for one in steps if not one.ok] == []
        assert [one.step for one in steps] == [step for step in Step if step in {one.step for one in steps}]
        assert {Step.CONNECT, Step.READ} <= {one.step for one in steps}
        assert world.sandbox.writes() == []

    def test_a_refused_sign_in_stops_the_check_there_and_says_what_to_do(self, world: World) -> None:
        outsider = self._connector(world.url, self.refused(world.url))

        last = _last(outsider, world.call)

        assert (last.step, last.ok) == (Step.SIGN_IN, False)
        assert all(last.cure[language] for language in ("nl", "en"))

    def test_a_system_that_is_down_stops_the_check_until_it_is_back(self, world: World) -> None:
        world.sandbox.inject(Fault(kind="down"))
        while_down = _last(world.connector, world.call)
        world.sandbox.clear_faults()

        assert not while_down.ok
        assert while_down.step in (Step.NAME, Step.CONNECT)
        assert _last(world.connector, world.call).ok

    # Reading.

    def test_the_first_listing_has_every_record_and_its_client(self, world: World) -> None:
        made = {world.make(f"ag{number}").external_id for number in range(1, 6)}

        pages = world.in_time(
            world.pages, lambda pages: made | {world.scene.client} <= _listed(pages) | _told(pages)
        )

        assert made <= _listed(pages)
        assert len(pages) > 1
        assert world.scene.client in {
            party.external_id for page in pages for party in page.parties if party.kind is PartyKind.CLIENT
        }

    def test_a_client_comes_before_the_records_about_it(self, world: World) -> None:
        made = {world.make(f"ag{number}").external_id for number in range(1, 6)}

        pages = world.in_time(
            world.pages, lambda pages: made | {world.scene.client} <= _listed(pages) | _told(pages)
        )

        first_record = next(number for number, page in enumerate(pages) if made & _listed([page]))
        assert world.scene.client in _told(pages[: first_record + 1])
        assert len({page.server for page in pages}) == 1

    def test_a_cursor_goes_on_where_the_listing_stopped(self, world: World) -> None:
        world.make("ag1")
        cursor = world.in_time(world.pages, lambda pages: bool(_listed(pages)))[-1].cursor
        later = world.make("ag2").external_id

        pages = world.in_time(lambda: world.pages(cursor), lambda pages: later in _listed(pages))

        assert later in _listed(pages)

    def test_starting_again_from_any_page_misses_nothing(self, world: World) -> None:
        made = {world.make(f"ag{number}").external_id for number in range(1, 6)}
        pages = world.in_time(world.pages, lambda pages: made <= _listed(pages))

        for number, page in enumerate(pages):
            if page.cursor is not None:
                assert made <= _listed(pages[: number + 1]) | _listed(world.pages(page.cursor))

    def test_only_the_last_page_says_that_the_list_is_complete(self, world: World) -> None:
        for number in range(1, 6):
            world.make(f"ag{number}")

        assert [page.complete for page in world.pages()[:-1] if page.complete] == []

    def test_a_whole_listing_says_that_it_is_complete(self, world: World) -> None:
        made = {world.make(f"ag{number}").external_id for number in range(1, 6)}

        pages = world.in_time(world.pages, lambda pages: made <= _listed(pages))

        assert pages[-1].complete

    def test_a_page_shows_a_record_as_it_is_when_it_is_fetched(self, world: World) -> None:
        """Whatever is new is taken over from the page itself; what it leaves out would be lost."""
        made = {world.make(f"ag{number}").external_id for number in range(1, 3)}

        pages = world.in_time(world.pages, lambda pages: made <= _listed(pages))

        paged = {one.external_id: one for page in pages for one in page.records if isinstance(one, Found)}
        for external_id in made & paged.keys():
            fetched = world.found(external_id)
            assert world.connector.own(paged[external_id].raw) == world.connector.own(fetched.raw)
            assert paged[external_id].token == fetched.token

    def test_a_listing_that_goes_round_in_circles_comes_to_an_end(self, world: World) -> None:
        made = {world.make(f"ag{number}").external_id for number in range(1, 6)}
        world.in_time(world.pages, lambda pages: made <= _listed(pages))
        world.sandbox.inject(Fault(kind="repeat"))
        pages: list[Page] = []
        with contextlib.suppress(SamenspraakError):
            pages.extend(world.connector.changes(_at_most(world.call, _MANY), None))
        world.sandbox.clear_faults()

        assert made <= _listed(pages) or not any(page.complete for page in pages)
        assert made <= _listed(world.in_time(lambda: _unless_too_busy(world.pages), bool))

    def test_a_cursor_that_nobody_knows_loses_nothing(self, world: World) -> None:
        made = world.make("ag1").external_id
        world.in_time(world.pages, lambda pages: made in _listed(pages))

        try:
            pages = world.pages("zomaar-iets")
        except StaleError:
            pages = world.pages()

        assert made in _listed(pages)

    def test_a_removal_shows_in_the_next_listing(self, world: World) -> None:
        made, kept = world.make("ag1").external_id, world.make("ag2").external_id
        pages = world.in_time(world.pages, lambda pages: {made, kept} <= _listed(pages))

        given(world.scene.remove, "remove")(made)

        since = None if self.mode in self.silent_removals else pages[-1].cursor
        later = world.in_time(lambda: world.pages(since), _tells_absence_of(made))
        assert _tells_absence_of(made)(later)
        assert not _tells_absence_of(kept)(later)

    def test_an_edit_there_gives_another_token(self, world: World) -> None:
        before = world.found(world.make("ag1").external_id)

        given(world.scene.edit, "edit")(before.external_id)

        assert world.changed(before).token not in (None, before.token)

    def test_a_record_that_is_there_is_found_and_can_be_read(self, world: World) -> None:
        made = world.make("ag1")

        reading = world.connector.get(world.found(made.external_id).raw, world.directory)

        assert reading.client == world.scene.client
        assert (made.token is None) == (world.manifest.capabilities.token is Token.NONE)

    def test_a_record_nobody_ever_made_is_not_taken_for_a_removed_one(self, world: World) -> None:
        made = world.make("ag1").external_id
        never = made[:-1] + ("8" if made[-1] != "8" else "9")

        assert isinstance(world.look(never), Unseen)

    def test_a_removed_record_is_absent(self, world: World) -> None:
        made = world.make("ag1").external_id

        given(world.scene.remove, "remove")(made)

        assert isinstance(world.in_time(lambda: world.look(made), _is(Absent)), Absent)

    def test_a_record_withheld_from_us_is_not_taken_for_a_removed_one(self, world: World) -> None:
        made = world.make("ag1").external_id

        given(world.scene.hide, "hide")(made)

        assert isinstance(world.in_time(lambda: world.look(made), _is(Unseen)), Unseen)

    # Writing.

    def test_a_created_record_says_what_was_put(self, world: World) -> None:
        made = world.make("ag1")

        self._says(world, made.raw, world.units())

    def test_a_record_is_found_by_its_marker(self, world: World) -> None:
        made, marker = world.make("ag1").external_id, world.subject("ag1").marker
        world.make("ag2")

        found = world.in_time(lambda: world.connector.find(world.call, marker), bool)

        assert [one.external_id for one in found] == [made]
        assert world.connector.find(world.call, replace(marker, agreement_id="ag3")) == []

    def test_a_create_whose_answer_was_lost_makes_no_double(self, world: World) -> None:
        subject, raw = world.draft("ag1")
        world.sandbox.inject(Fault(kind="lose", writes=True, times=1))
        with pytest.raises(OutcomeUnknownError):
            world.connector.create(world.call, subject, raw)

        can = world.manifest.capabilities
        if can.create is Create.REPEATABLE or can.mode is Write.PROPOSE:
            known = world.taken_over(world.connector.create(world.call, subject, raw))
        else:
            found = world.in_time(lambda: world.connector.find(world.call, subject.marker), bool)
            known = found[0].external_id

        assert world.sandbox.live() == {str(subject.marker): 1}
        assert world.found(known).external_id == known

    def test_a_second_create_answers_the_first_record(self, world: World) -> None:
        first = world.create("ag1")

        second = world.create("ag1")

        assert (second.external_id, second.existed) == (first.external_id, True)
        assert set(world.sandbox.live().values()) == {1}

    def test_an_update_says_what_was_put(self, world: World) -> None:
        made = world.make("ag1")
        units = world.units(what=What(text="Samen bakken"))

        written = world.update(made, set=units)

        assert written.external_id == made.external_id
        self._says(world, world.landed(written).raw, units)

    def test_the_answer_to_a_write_carries_the_record(self, world: World) -> None:
        if self.mode in self.bare_answers:
            pytest.skip("this server answers writes without the record")
        made = world.create("ag1").found
        assert made is not None

        changed = world.update(made, set=world.units(what=What(text="Samen bakken"))).found

        assert changed is not None
        assert changed.raw != made.raw

    def test_what_their_server_made_of_our_write_needs_no_second_one(self, world: World) -> None:
        made = world.make("ag1")
        reading = world.connector.get(made.raw, world.directory)
        ours = {key: world.connector.normal(key, value) for key, value in world.units().items()}

        again = world.connector.put(
            made.raw,
            Changes(set={key: value for key, value in ours.items() if key in reading.units}),
            world.directory,
        )

        assert again == made.raw

    def test_a_text_that_was_put_can_be_read_there(self, world: World) -> None:
        made = world.make("ag1")
        assert CANARY not in world.readable()

        world.taken_over(world.update(made, set=world.units(what=What(text=CANARY))))

        assert CANARY in world.readable()

    def test_a_text_that_was_cleared_can_no_longer_be_read_there(self, world: World) -> None:
        told = world.units(conditions=Conditions(text=CANARY))
        held = world.landed(world.update(world.make("ag1"), set=told))
        assert CANARY in world.readable()

        rest = {key: value for key, value in told.items() if key != CONDITIONS}
        world.taken_over(world.update(held, set=rest, clear=frozenset({CONDITIONS})))

        assert CANARY not in world.readable()

    def test_an_update_over_somebody_elses_edit_is_a_conflict(self, world: World) -> None:
        stale = world.make("ag1")
        given(world.scene.edit, "edit")(stale.external_id)
        changed = {"set": world.units(what=What(text="Samen bakken"))}
        with pytest.raises(ConflictError):
            world.update(stale, **changed)

        fresh = world.changed(stale)

        assert world.update(fresh, **changed)

    def test_what_somebody_there_changed_elsewhere_survives_an_update(self, world: World) -> None:
        made = world.make("ag1")
        given(world.scene.edit, "edit")(made.external_id)
        fresh = world.changed(made)
        before = world.connector.get(fresh.raw, world.directory).units

        changed = {WHAT: What(text="Samen bakken")}
        world.taken_over(world.update(fresh, set=changed))
        after = world.in_time(
            lambda: world.connector.get(world.found(made.external_id).raw, world.directory).units,
            lambda units: units.get(WHAT) == changed[WHAT],
        )

        assert after == {**before, **changed}

    def test_writing_what_is_gone_asks_to_look_again(self, world: World) -> None:
        made = world.make("ag1")
        given(world.scene.remove, "remove")(made.external_id)

        with pytest.raises(ConflictError):
            world.update(made, set={WHAT: What(text="Samen bakken")})

    def test_an_ended_record_is_over(self, world: World) -> None:
        made = world.make("ag1")
        over = world.units(status=Status(state=State.ENDED))
        raw = world.put(made.raw, set={STATUS: over[STATUS]} if STATUS in over else over)

        world.taken_over(world.connector.end(world.call, made, raw, End.ENDED))

        assert world.in_time(lambda: self._is_over(world, made.external_id), bool)

    def test_a_retracted_record_can_no_longer_be_read(self, world: World) -> None:
        made = world.make("ag1", what=What(text=CANARY))
        assert CANARY in world.readable()
        units = world.connector.get(made.raw, world.directory).units

        raw = world.connector.put(
            made.raw,
            Changes(clear=frozenset(key for key in units if world.manifest.capabilities.carries(key))),
            world.directory,
        )
        world.taken_over(world.connector.end(world.call, made, raw, End.RETRACTED))

        assert CANARY not in world.readable()

    def test_a_statement_that_is_told_can_be_read(self, world: World) -> None:
        made = world.make("ag1")
        comment = Statement(
            id="hub:s1",
            kind=StatementKind.COMMENT,
            by=PartyRef(kind=world.scene.performer_kind, id="p1"),
            at=datetime(2026, 3, 5, 17, 0, tzinfo=UTC),
            through="hub",
            text=CANARY,
        )

        world.update(made, told=(comment,))

        assert CANARY in world.readable()

    # Proposals.

    def test_a_proposal_waits_until_a_person_accepts_it(self, world: World) -> None:
        waiting = given(world.create("ag1").waiting, "a proposal")
        before = world.connector.proposal(world.call, waiting)

        given(world.scene.decide, "decide")(waiting, True)
        after = world.connector.proposal(world.call, waiting)

        assert (before.state, after.state) == (ProposalState.WAITING, ProposalState.ACCEPTED)
        assert isinstance(world.look(given(after.external_id, "an external id")), Found)

    def test_a_refused_proposal_changes_nothing(self, world: World) -> None:
        made = world.make("ag1")
        written = world.update(made, set=world.units(what=What(text="Samen bakken")))
        waiting = given(written.waiting, "a proposal")

        given(world.scene.decide, "decide")(waiting, False)

        assert world.connector.proposal(world.call, waiting).state is ProposalState.REFUSED
        self._says(world, world.found(made.external_id).raw, world.units())

    def test_a_proposal_can_be_taken_back(self, world: World) -> None:
        waiting = given(world.create("ag1").waiting, "a proposal")

        world.connector.withdraw(world.call, waiting)

        assert world.connector.proposal(world.call, waiting).state is ProposalState.GONE

    def test_a_proposal_whose_answer_was_lost_waits_once(self, world: World) -> None:
        made = world.make("ag1")
        changed = world.units(what=What(text="Samen bakken"))
        world.sandbox.inject(Fault(kind="lose", writes=True, times=1))
        with pytest.raises(OutcomeUnknownError):
            world.update(made, set=changed)

        written = world.update(made, set=changed)

        assert set(world.sandbox.live().values()) == {1}
        self._says(world, world.landed(written).raw, changed)

    # When something goes wrong.

    @pytest.mark.parametrize("name", READ_FAULTS)
    def test_a_failed_read_says_what_to_do_and_works_again_afterwards(self, world: World, name: str) -> None:
        made = world.found(world.make("ag1").external_id).external_id
        fault, expected = READ_FAULTS[name]
        world.sandbox.inject(fault)
        with pytest.raises(expected) as failed:
            world.look(made)
        world.sandbox.clear_faults()

        if "Retry-After" in fault.headers:
            assert isinstance(failed.value, TransientError)
            assert failed.value.retry_after == 7
        assert not isinstance(failed.value, OutcomeUnknownError)
        assert world.found(made).external_id == made

    def test_a_failure_tells_no_secret_and_nothing_of_the_record(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        made = world.make("ag1").external_id
        given = self.settings(world.url)
        secrets = {str(given[name]) for name in world.manifest.secrets() & given.keys()}
        told = " ".join(("Mevrouw Canarie", CANARY, *secrets))
        for status in (400, 500):
            world.sandbox.inject(Fault(kind="status", status=status, body=told))
            with pytest.raises(SamenspraakError) as failed:
                list(world.connector.changes(world.call, None))
            world.sandbox.clear_faults()

            said = f"{failed.value} {failed.value.__cause__} {caplog.text}"
            assert [one for one in ("Canarie", CANARY, *secrets) if one in said] == []

        assert world.found(made).external_id == made

    def test_a_system_that_does_not_answer_is_given_up_in_time(self, world: World) -> None:
        made = world.make("ag1").external_id
        world.sandbox.inject(Fault(kind="stall", seconds=_STALL_SECONDS))
        hurried = replace(world.call, http=world.call.http.within(_STALL_SECONDS / 4))
        began = time.monotonic()
        with pytest.raises(TransientError):
            world.connector.fetch(hurried, made)
        took = time.monotonic() - began
        world.sandbox.clear_faults()

        assert took < _STALL_SECONDS
        assert world.found(made).external_id == made

    def test_several_may_use_it_at_once(self, world: World) -> None:
        made = [world.found(world.make(f"ag{number}").external_id).external_id for number in range(1, 5)]

        with ThreadPoolExecutor(len(made)) as pool:
            looks = list(pool.map(world.look, made * 3))

        assert [one.external_id for one in looks if isinstance(one, Found)] == made * 3

    @pytest.mark.parametrize("kind", ["html", "lose"])
    def test_a_write_without_a_usable_answer_has_an_unknown_outcome(self, world: World, kind: Any) -> None:
        made = world.make("ag1")
        world.sandbox.inject(Fault(kind=kind, writes=True))
        with pytest.raises(OutcomeUnknownError):
            world.update(made, set=world.units(what=What(text="Samen bakken")))
        world.sandbox.clear_faults()

        assert world.found(made.external_id).external_id == made.external_id

    @pytest.mark.parametrize("kind", ["down", "html"])
    def test_a_listing_that_breaks_off_says_so_and_is_taken_up_again(self, world: World, kind: Any) -> None:
        made = {world.make(f"ag{number}").external_id for number in range(1, 4)}
        requests = world.in_time(lambda: self._requests_of_a_listing(world, made), bool)
        world.sandbox.inject(Fault(kind=kind, skip=requests - 1))
        stored: list[Page] = []
        with pytest.raises(TransientError):
            stored.extend(world.connector.changes(world.call, None))
        world.sandbox.clear_faults()

        place = next((page.cursor for page in reversed(stored) if page.cursor), None)

        assert [page for page in stored if page.complete] == []
        assert made <= _listed(stored) | _listed(world.pages(place))

    def test_a_stopped_read_never_leaves(self, world: World) -> None:
        made = world.make("ag1").external_id
        before = len(world.sandbox.seen())

        stopped = self._stopped(world)
        attempts: list[Callable[[], object]] = [
            lambda: world.connector.fetch(stopped, made),
            lambda: list(world.connector.changes(stopped, None)),
        ]

        for attempt in attempts:
            with pytest.raises(StopError):
                attempt()

        assert len(world.sandbox.seen()) == before

    def test_a_stopped_write_never_leaves(self, world: World) -> None:
        made = world.make("ag1")
        draft = world.draft("ag2")
        raw = world.put(made.raw, set=world.units(what=What(text="Samen bakken")))
        before = len(world.sandbox.writes())
        connector, stopped = world.connector, self._stopped(world)
        attempts: list[Callable[[], object]] = [
            lambda: connector.create(stopped, *draft),
            lambda: connector.update(stopped, made, raw),
            lambda: connector.end(stopped, made, raw, End.RETRACTED),
        ]

        for attempt in attempts:
            with pytest.raises(StopError):
                attempt()

        assert len(world.sandbox.writes()) == before

    # Notifications.

    def test_a_genuine_notification_hints_at_its_record(self, world: World) -> None:
        made = world.make("ag1").external_id
        notice = given(world.scene.notice, "notice")(made)

        hints = world.connector.hints(notice)

        assert [one.external_id for one in hints] in ([made], [None])

    def test_a_notification_that_was_tampered_with_is_refused(self, world: World) -> None:
        genuine = given(world.scene.notice, "notice")(world.make("ag1").external_id)
        unsigned = Inbound(headers={"Content-Type": "application/json"}, body=genuine.body)
        other = Inbound(headers=genuine.headers, body=genuine.body + b" ")

        for notice in (unsigned, other):
            with pytest.raises(AuthenticationError):
                world.connector.hints(notice)

        assert world.connector.hints(genuine)

    # How it is done.

    @contextlib.contextmanager
    def opened(self) -> Iterator[World]:
        """A fresh world for one check."""
        sandbox = self.sandbox()
        with sandbox.running() as url:
            connector = self._connector(url, self.settings(url))
            with contextlib.closing(connector.http()) as http:
                yield World(
                    url=url,
                    sandbox=sandbox,
                    connector=connector,
                    scene=self.scene(sandbox),
                    call=Call(http=http, now=datetime.now(UTC)),
                )

    @pytest.fixture
    def world(self) -> Iterator[World]:
        with self.opened() as world:
            yield world

    @pytest.fixture(autouse=True)
    def _only_where_it_applies(self, request: pytest.FixtureRequest) -> None:
        name = request.node.originalname
        if name in ONLY_FOR and not ONLY_FOR[name](self.kind.manifest):
            pytest.skip("the manifest does not claim what this check is about")

    def _connector(self, url: str, settings: Mapping[str, Any]) -> Connector:
        rates = replace(self.kind.manifest.rates, page=A_PAGE)
        manifest = replace(self.kind.manifest, rates=rates)
        small = cast(type[Connector], type(self.kind.__name__, (self.kind,), {"manifest": manifest}))
        loaded = load_settings(self.kind.manifest, settings, secret=lambda itself: itself)
        return small("there-1", {**loaded, "open_origins": frozenset({url})})

    def _says(self, world: World, raw: Raw, units: Units) -> None:
        """The record reads back what was put, as far as this system reads."""
        reading = world.connector.get(raw, world.directory)
        readable = {key: value for key, value in units.items() if world.manifest.capabilities.reads(key)}

        assert {key: reading.units.get(key) for key in readable} == {
            key: world.connector.normal(key, value) for key, value in readable.items()
        }
        assert reading.marker == world.subject("ag1").marker

    def _requests_of_a_listing(self, world: World, made: set[str]) -> int:
        """How many requests one whole listing takes; 0 when it does not list these yet."""
        before = len(world.sandbox.seen())
        whole = made <= _listed(world.pages())
        return (len(world.sandbox.seen()) - before) * whole

    def _is_over(self, world: World, external_id: str) -> bool:
        look = world.look(external_id)
        if isinstance(look, Absent):
            return True
        if isinstance(look, Unseen):
            return False
        reading = world.connector.get(look.raw, world.directory)
        status = reading.units.get(STATUS)
        return not reading.selected or (isinstance(status, Status) and status.is_over)

    def _stopped(self, world: World) -> Call:
        def refuse() -> None:
            raise StopError

        return Call(http=world.call.http.permitted_by(refuse), now=world.call.now)


def _at_most(call: Call, requests: int) -> Call:
    """A call that fails the check once it sends more than this."""
    left = iter(range(requests))

    def permit() -> None:
        if next(left, None) is None:
            pytest.fail(f"it goes on after {requests} requests")

    return replace(call, http=call.http.permitted_by(permit))


def _unless_too_busy(pages: Callable[[], list[Page]]) -> list[Page]:
    """The pages, or none from a system that had enough of us a moment ago."""
    try:
        return pages()
    except TransientError:
        return []


def _is(kind: type) -> Callable[[object], bool]:
    return lambda one: isinstance(one, kind)


def _told(pages: list[Page]) -> set[str]:
    return {party.external_id for page in pages for party in page.parties}


def _listed(pages: list[Page]) -> set[str]:
    return {record.external_id for page in pages for record in page.records}


def _tells_absence_of(external_id: str) -> Callable[[list[Page]], bool]:
    """Whether pages say that this record is gone: by name, or by leaving it out of a list that is whole."""

    def tells(pages: list[Page]) -> bool:
        said = {one.external_id: one for page in pages for one in page.records}
        left_out = external_id not in said and any(page.complete for page in pages)
        return left_out or isinstance(said.get(external_id), Absent)

    return tells


def _last(connector: Connector, call: Call) -> Checked:
    with contextlib.closing(connector.http()) as http:
        return list(connector.check(replace(call, http=http)))[-1]
