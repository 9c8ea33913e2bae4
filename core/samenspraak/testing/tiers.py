"""How far a connector is, as one table: the checks that each tier asks for beside those of the tiers below.

Source: the scale of Home Assistant's integrations, for connectors of agreements. A tier is computed, never
claimed: a check passes, fails, or has nothing to be tried on by what the manifest declares.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Tier(StrEnum):
    """From nothing to exemplary; each includes those before it."""

    NONE = "none"
    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"
    PLATINUM = "platinum"


CHECKS: Mapping[Tier, tuple[str, ...]] = {
    # It works.
    Tier.BRONZE: (
        "who_it_is_can_be_read_in_both_languages",
        "every_setting_is_explained_in_both_languages",
        "what_sounds_like_a_secret_is_kept_as_one",
        "a_setting_nobody_knows_is_refused_by_its_name",
        "it_reads_or_writes_something",
        "a_good_connection_passes_every_step_and_writes_nothing",
        "the_first_listing_has_every_record_and_its_client",
        "a_client_comes_before_the_records_about_it",
        "two_listings_in_a_row_say_the_same",
        "a_record_that_is_there_is_found_and_can_be_read",
        "a_created_record_says_what_was_put",
        "an_update_says_what_was_put",
        "a_text_that_was_put_can_be_read_there",
        "a_notice_that_is_taken_says_what_can_be_fetched",
        "a_notice_says_that_there_is_something_and_not_what",
        "every_kind_of_notice_is_told_apart",
        "every_character_arrives_there",
        "an_ended_record_is_over",
        "what_is_set_reads_back_as_normal_and_the_rest_stays",
        "what_is_cleared_is_gone_and_the_rest_stays",
        "several_changes_at_once_are_all_made",
        "putting_nothing_changes_nothing",
        "putting_what_was_read_changes_nothing",
        "a_lens_leaves_its_input_as_it_was",
        "a_record_is_json",
        "a_record_says_whose_it_is",
    ),
    # It can be relied on.
    Tier.SILVER: (
        "a_refused_sign_in_stops_the_check_there_and_says_what_to_do",
        "a_system_that_is_down_stops_the_check_until_it_is_back",
        "every_step_that_can_fail_says_what_to_do_in_both_languages",
        "it_asks_no_more_of_the_system_than_a_system_can_bear",
        "a_failed_read_says_what_to_do_and_works_again_afterwards",
        "a_failure_tells_no_secret_and_nothing_of_the_record",
        "a_connector_that_is_printed_shows_no_secret",
        "whatever_is_logged_holds_no_secret_and_no_words_of_a_record",
        "another_system_that_an_answer_leads_to_is_never_asked",
        "an_answer_larger_than_anybody_needs_is_refused_and_nothing_is_taken_from_it",
        "a_write_answered_with_more_than_anybody_needs_has_an_unknown_outcome",
        "a_write_that_came_too_soon_was_not_made_and_waits_as_long_as_it_is_told",
        "never_is_more_asked_at_once_than_the_manifest_says",
        "a_connector_built_anew_goes_on_where_the_other_stopped",
        "a_write_without_a_usable_answer_has_an_unknown_outcome",
        "a_record_is_found_by_its_marker",
        "a_create_whose_answer_was_lost_makes_no_double",
        "a_second_create_answers_the_first_record",
        "a_create_that_arrived_twice_is_made_once_or_found_each_time",
        "the_answer_to_a_write_carries_the_record",
        "an_edit_there_gives_another_token",
        "an_update_over_somebody_elses_edit_is_a_conflict",
        "a_write_that_was_refused_for_somebody_elses_asks_to_look_again",
        "what_somebody_there_changed_elsewhere_survives_an_update",
        "writing_what_is_gone_asks_to_look_again",
        "a_record_nobody_ever_made_is_not_taken_for_a_removed_one",
        "a_record_withheld_from_us_is_not_taken_for_a_removed_one",
        "a_retracted_record_can_no_longer_be_read",
        "a_retraction_whose_answer_was_lost_can_be_made_again",
        "a_text_that_was_cleared_can_no_longer_be_read_there",
        "a_page_shows_a_record_as_it_is_when_it_is_fetched",
        "a_listing_that_goes_round_in_circles_comes_to_an_end",
        "a_system_that_does_not_answer_is_given_up_in_time",
        "several_may_use_it_at_once",
        "what_their_server_made_of_our_write_needs_no_second_one",
        "a_stopped_read_never_leaves",
        "a_stopped_write_never_leaves",
        "a_proposal_waits_until_a_person_accepts_it",
        "a_refused_proposal_changes_nothing",
        "a_proposal_whose_answer_was_lost_waits_once",
        "putting_twice_is_putting_once",
        "normal_is_idempotent_and_drops_no_member",
        "members_nobody_knows_survive",
        "a_record_respelled_by_their_server_reads_the_same",
        "a_cleared_unit_is_nowhere_in_the_record",
        "an_overwritten_unit_is_nowhere_in_the_record",
        "a_damaged_record_is_read_or_refused",
        "versions_that_are_denied_are_not_shown",
        "a_guard_of_changes_that_is_denied_is_not_there",
        "absence_that_is_denied_is_not_proven",
        "a_record_that_nobody_can_find_again_is_not_found",
        "an_answer_that_shows_nothing_does_not_show_what_was_written",
        "a_write_that_nothing_confirms_cannot_be_read_back",
        "a_unit_that_is_denied_has_no_place",
        "an_agreement_arrives_once_and_then_nothing_is_written",
        "what_somebody_changes_around_our_write_is_kept",
        "what_failed_is_made_once_when_it_works_again",
        "whoever_was_never_allowed_to_reads_nothing",
        "what_was_allowed_until_now_is_taken_back",
        "what_is_withdrawn_just_before_a_write_is_not_written",
        "a_notice_is_the_same_at_every_attempt_and_counts_once",
        "a_notice_that_is_not_taken_can_be_tried_again",
        "a_notice_that_came_too_soon_waits_as_long_as_it_is_told",
        "whoever_wants_no_more_is_told_apart_from_whoever_is_out_of_order",
        "a_redirect_is_no_delivery_and_is_never_followed",
        "a_receiver_that_does_not_answer_is_given_up_in_time",
        "a_notice_that_failed_tells_no_secret",
        "a_notice_that_was_stopped_never_leaves",
        "each_change_is_told_once_and_a_quiet_time_is_not",
        "what_nobody_took_arrives_when_they_take_again",
        "whoever_was_never_allowed_to_is_told_nothing",
        "what_was_told_until_now_is_retracted_without_a_word",
        "what_waited_while_consent_was_withdrawn_leaves_as_a_retraction",
    ),
    # It is complete.
    Tier.GOLD: (
        "a_cursor_goes_on_where_the_listing_stopped",
        "starting_again_from_any_page_misses_nothing",
        "a_listing_under_which_records_move_misses_nothing",
        "a_cursor_that_nobody_knows_loses_nothing",
        "a_cursor_of_another_server_loses_nothing",
        "a_cursor_from_the_future_hides_nothing_that_comes",
        "a_cursor_the_server_let_go_of_loses_nothing",
        "only_the_last_page_says_that_the_list_is_complete",
        "a_whole_listing_says_that_it_is_complete",
        "a_listing_that_breaks_off_says_so_and_is_taken_up_again",
        "a_removal_shows_in_the_next_listing",
        "a_removed_record_is_absent",
        "a_statement_that_is_told_can_be_read",
        "whoever_opens_a_record_there_is_told_to_have_seen_what_was_shown",
        "what_was_agreed_before_is_announced_once_and_not_one_by_one",
        "a_proposal_can_be_taken_back",
        "a_genuine_notification_hints_at_its_record",
        "a_notification_that_was_tampered_with_is_refused",
        "notifications_are_called_the_same_only_if_they_are_the_same",
        "a_connection_test_tells_no_secret_and_nothing_of_a_person",
        "a_mark_that_is_not_kept_does_not_read_back",
        "a_statement_that_is_not_told_has_no_place",
        "a_system_that_tells_nothing_has_no_door",
        "a_write_that_lands_after_we_gave_it_up_changes_nothing_for_good",
        "the_mark_reads_back",
        "exactly_the_statements_told_can_be_read",
        "statements_no_longer_told_are_nowhere",
        "a_name_that_may_no_longer_be_shown_goes_when_its_unit_is_put_again",
        "what_was_told_in_a_name_that_may_no_longer_be_shown_is_to_be_told_anew",
        "somebody_known_there_by_two_ids_is_one_person_and_stays_under_the_one_that_stands_there",
    ),
    # It is exemplary.
    Tier.PLATINUM: (
        "what_the_hub_stores_of_a_record_says_all_that_the_record_says",
        "the_hub_stores_no_member_that_the_lens_does_not_know",
        "no_page_holds_more_than_was_asked_for",
        "everything_in_its_package_says_its_types",
        "a_unit_is_read_where_an_earlier_mapping_put_it",
        "a_write_empties_the_places_of_earlier_mappings",
        "a_clear_empties_the_places_of_earlier_mappings",
    ),
}
GOLD_NEEDS = 30
"""A connector that claims next to nothing fails next to nothing: gold asks for this many passed checks."""


def tier_of(outcomes: Mapping[str, bool | None]) -> Tier:
    """The highest tier of which nothing failed, nor of those below it.

    Args:
        outcomes: per check whether it passed; None: it had nothing to be tried on. A check that is missing
            was not tried, which is no better than failed.
    """
    passed, reached = sum(ok is True for ok in outcomes.values()), Tier.NONE
    for tier, checks in CHECKS.items():
        if any(outcomes.get(check, False) is False for check in checks):
            break
        if tier in (Tier.GOLD, Tier.PLATINUM) and passed < GOLD_NEEDS:
            break
        reached = tier
    return reached
