"""Which checks are only for some systems, by what the manifest declares; all others are for everybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from samenspraak.connectors import Absence, Confirm, Create, HintSource, Manifest, Readers, Token, Write
from samenspraak.domain.units import CONDITIONS, STATUS

Fits = Callable[[Manifest], bool]


def _can(**wanted: Any) -> Fits:
    """Manifests whose capabilities have one of these values, for each name."""
    return lambda manifest: all(
        getattr(manifest.capabilities, name) in values for name, values in wanted.items()
    )


def _both(*fits: Fits) -> Fits:
    return lambda manifest: all(fit(manifest) for fit in fits)


_WRITES = _can(mode={Write.YES, Write.PROPOSE, Write.APPEND, Write.RENDER, Write.VIEW})
_RECORDS = _can(mode={Write.YES, Write.PROPOSE, Write.VIEW})
_IN_PLACE = _can(mode={Write.YES, Write.APPEND, Write.RENDER, Write.VIEW})
_CALLED = _can(mode=set(Write) - {Write.VIEW})
"""What the hub itself shows is on no other machine: nobody is called."""
_TELLS = _both(_can(mode={Write.PUSH}), lambda one: one.capabilities.stays_here)
"""Whoever is told from the hub's outbox is called, and asked nothing: the copies stay here."""


def _elsewhere(manifest: Manifest) -> bool:
    """Copies that stay here lie on no other machine: no network comes between, and nobody withholds them."""
    return not manifest.capabilities.stays_here


_WRITES_ELSEWHERE = _both(_WRITES, _elsewhere)
_ASKS_CONSENT = _can(readers=set(Readers) - {Readers.STAFF})
_PROPOSES = _can(mode={Write.PROPOSE})
_PROVES_ABSENCE = _can(absence={Absence.BY_ID, Absence.COMPLETE_LIST})

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
    "test_whoever_opens_a_record_there_is_told_to_have_seen_what_was_shown": _both(
        _WRITES, _can(tells_readers={True})
    ),
    "test_what_was_agreed_before_is_announced_once_and_not_one_by_one": _both(
        _WRITES, _can(announces={True})
    ),
    "test_a_created_record_says_what_was_put": _WRITES,
    "test_a_record_is_found_by_its_marker": _both(_WRITES, _can(create={Create.FINDABLE})),
    "test_a_create_whose_answer_was_lost_makes_no_double": _both(
        _WRITES_ELSEWHERE, _can(create={Create.FINDABLE, Create.REPEATABLE})
    ),
    "test_a_create_that_arrived_twice_is_made_once_or_found_each_time": _both(
        _IN_PLACE, _can(create={Create.FINDABLE, Create.REPEATABLE})
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
    "test_a_write_without_a_usable_answer_has_an_unknown_outcome": _WRITES_ELSEWHERE,
    "test_a_write_answered_with_more_than_anybody_needs_has_an_unknown_outcome": _WRITES_ELSEWHERE,
    "test_a_write_that_came_too_soon_was_not_made_and_waits_as_long_as_it_is_told": _WRITES_ELSEWHERE,
    "test_a_write_that_was_refused_for_somebody_elses_asks_to_look_again": _WRITES_ELSEWHERE,
    "test_every_character_arrives_there": _WRITES,
    "test_a_retraction_whose_answer_was_lost_can_be_made_again": _WRITES_ELSEWHERE,
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
    "test_notifications_are_called_the_same_only_if_they_are_the_same": lambda one: bool(
        one.hints - {HintSource.POLL}
    ),
    # When something goes wrong between the hub and another system.
    **dict.fromkeys(
        (
            "test_a_system_that_is_down_stops_the_check_until_it_is_back",
            "test_every_step_that_can_fail_says_what_to_do_in_both_languages",
            "test_a_connection_test_tells_no_secret_and_nothing_of_a_person",
        ),
        _CALLED,
    ),
    **dict.fromkeys(
        (
            "test_a_listing_that_goes_round_in_circles_comes_to_an_end",
            "test_a_listing_that_breaks_off_says_so_and_is_taken_up_again",
            "test_a_cursor_the_server_let_go_of_loses_nothing",
            "test_a_record_withheld_from_us_is_not_taken_for_a_removed_one",
            "test_a_failed_read_says_what_to_do_and_works_again_afterwards",
            "test_a_failure_tells_no_secret_and_nothing_of_the_record",
            "test_a_system_that_does_not_answer_is_given_up_in_time",
            "test_an_answer_larger_than_anybody_needs_is_refused_and_nothing_is_taken_from_it",
            "test_another_system_that_an_answer_leads_to_is_never_asked",
            "test_never_is_more_asked_at_once_than_the_manifest_says",
        ),
        _elsewhere,
    ),
    # In the hands of the hub.
    "test_an_agreement_arrives_once_and_then_nothing_is_written": _WRITES,
    "test_what_somebody_changes_around_our_write_is_kept": _WRITES,
    "test_a_write_that_lands_after_we_gave_it_up_changes_nothing_for_good": _IN_PLACE,
    "test_what_failed_is_made_once_when_it_works_again": _WRITES_ELSEWHERE,
    "test_whoever_was_never_allowed_to_reads_nothing": _both(_WRITES, _ASKS_CONSENT),
    "test_what_was_allowed_until_now_is_taken_back": _both(_WRITES, _ASKS_CONSENT),
    "test_what_is_withdrawn_just_before_a_write_is_not_written": _both(_WRITES, _ASKS_CONSENT),
    # Told from the hub's outbox.
    **dict.fromkeys(
        (
            "test_a_notice_that_is_taken_says_what_can_be_fetched",
            "test_a_notice_is_the_same_at_every_attempt_and_counts_once",
            "test_every_kind_of_notice_is_told_apart",
            "test_a_notice_that_is_not_taken_can_be_tried_again",
            "test_a_notice_that_came_too_soon_waits_as_long_as_it_is_told",
            "test_whoever_wants_no_more_is_told_apart_from_whoever_is_out_of_order",
            "test_a_redirect_is_no_delivery_and_is_never_followed",
            "test_a_receiver_that_does_not_answer_is_given_up_in_time",
            "test_a_notice_that_failed_tells_no_secret",
            "test_a_notice_that_was_stopped_never_leaves",
            "test_a_notice_says_that_there_is_something_and_not_what",
            "test_each_change_is_told_once_and_a_quiet_time_is_not",
            "test_what_nobody_took_arrives_when_they_take_again",
            "test_whoever_was_never_allowed_to_is_told_nothing",
            "test_what_was_told_until_now_is_retracted_without_a_word",
            "test_what_waited_while_consent_was_withdrawn_leaves_as_a_retraction",
        ),
        _TELLS,
    ),
    # What is denied.
    "test_versions_that_are_denied_are_not_shown": _can(token={Token.NONE}),
    "test_a_guard_of_changes_that_is_denied_is_not_there": _both(
        _WRITES, _can(token={Token.NONE, Token.COMPARED})
    ),
    "test_absence_that_is_denied_is_not_proven": _both(_WRITES, _can(absence={Absence.NEVER})),
    "test_a_record_that_nobody_can_find_again_is_not_found": _both(_WRITES, _can(create={Create.NONE})),
    "test_an_answer_that_shows_nothing_does_not_show_what_was_written": _both(
        _WRITES, _can(confirm={Confirm.READ, Confirm.NONE})
    ),
    "test_a_write_that_nothing_confirms_cannot_be_read_back": _both(_WRITES, _can(confirm={Confirm.NONE})),
    "test_a_mark_that_is_not_kept_does_not_read_back": _both(_WRITES, _can(keeps_marks={False})),
    "test_a_statement_that_is_not_told_has_no_place": _both(_WRITES, _can(tells_statements={False})),
    "test_a_unit_that_is_denied_has_no_place": _WRITES,
    "test_a_system_that_tells_nothing_has_no_door": lambda one: one.hints == {HintSource.POLL},
}
