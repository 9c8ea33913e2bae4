"""Who may see what: a case for every cell of the flow matrix, and what holds for every set of consents."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    Review,
    State,
    Status,
    What,
)
from samenspraak.domain.consent import Capacity, Consent, Recipient, RecipientKind
from samenspraak.domain.parties import CircleMember, Group, GroupKind, PartyKind, PartyRef
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.domain.units import LIFE_DOMAIN, WHAT, MatrixRow, UnitKey, UnitKind, Units, units_of
from samenspraak.policy.capabilities import Capabilities, Carries, Readers, SystemKind
from samenspraak.policy.flow_matrix import MATRIX
from samenspraak.policy.visibility import (
    Audience,
    Audiences,
    ClientName,
    Facts,
    Shape,
    Sight,
    allowed_members,
    audiences,
    shape,
    wanted_audiences,
)

ROOT = Path(__file__).resolve().parents[3]
TODAY = date(2027, 1, 4)


def ref(kind: PartyKind, name: str) -> PartyRef:
    return PartyRef(kind=kind, id=name)


MOTHER = ref(PartyKind.CLIENT, "mother")
SON, DAUGHTER, NEIGHBOUR, GUARDIAN, STRANGER = (
    ref(PartyKind.RELATIVE, name) for name in ("son", "daughter", "neighbour", "guardian", "stranger")
)
COOK, WALKER = (ref(PartyKind.VOLUNTEER, name) for name in ("cook", "walker"))
NURSE, DOCTOR = (ref(PartyKind.PROFESSIONAL, name) for name in ("nurse", "doctor"))
TEAM = Group(id="team", name="Team Oost", kind=GroupKind.TEAM, members=frozenset({NURSE}))
CIRCLE = tuple(
    CircleMember(client_id="mother", party=one, representative=one == GUARDIAN)
    for one in (SON, DAUGHTER, NEIGHBOUR, GUARDIAN, DOCTOR)
)
THURSDAY = OccurrenceKey(assignment_id="a1", day=date(2027, 1, 7))

COOKING = Agreement(
    id="cooking",
    client_id="mother",
    what=What(text="Samen koken"),
    life_domain=LifeDomain.MEALS,
    place="Keuken",
    assignments=(
        Assignment(id="a1", duty=Duty(performer=COOK), backup=NEIGHBOUR, responsible=NURSE),
        Assignment(id="a2", duty=Duty(performer=SON)),
        Assignment(id="a3", duty=Duty(performer=TEAM.ref)),
        Assignment(id="a4", duty=Duty(performer=MOTHER)),
    ),
    status=Status(state=State.ACTIVE),
    conditions=Conditions(text="Alleen de elektrische plaat"),
    review=Review(due=date(2027, 3, 1)),
    review_notes="Ze kookt graag zelf",
    exceptions={THURSDAY: OccurrenceException(kind=ExceptionKind.CANCELLED)},
)
UNITS = units_of(COOKING)
OWN_A1 = {"what", "life_domain", "place", "status", "assignment[a1]", "exception[a1:2027-01-07:1]"}


def consent(who: PartyRef | Recipient, *, allows: bool = True, number: int = 1, **more: Any) -> Consent:
    recipient = who if isinstance(who, Recipient) else Recipient(kind=RecipientKind.PERSON, id=who.id)
    return Consent(id=f"c{number}", client_id="mother", recipient=recipient, allows=allows, **more)


def to(kind: RecipientKind, recipient_id: str) -> Recipient:
    return Recipient(kind=kind, id=recipient_id)


def own_name(of: PartyRef, reader: PartyRef, *, allows: bool = True) -> Consent:
    names = frozenset({MatrixRow.NAMES})
    return consent(reader, allows=allows, rows=names, given_by=of.id, capacity=Capacity.SELF)


def facts(*consents: Consent, carries: frozenset[UnitKind] = frozenset(UnitKind), **more: Any) -> Facts:
    capabilities = Capabilities(
        kind=SystemKind.DOSSIER,
        units={kind: Carries() for kind in carries},
        mapping_version=3,
        may_receive_bsn=True,
    )
    usual: dict[str, Any] = {
        "client": MOTHER,
        "day": TODAY,
        "capabilities": capabilities,
        "agreement_id": "cooking",
        "circle": CIRCLE,
        "groups": (TEAM,),
        "organisation_id": "home",
        "consents": consents,
    }
    return Facts(**(usual | more))


def audience(kind: SystemKind, *members: PartyRef, readers: Readers = Readers.NAMED) -> Audience:
    return Audience(kind=kind, readers=readers, connector_id="system", members=frozenset(members))


STAFF = audience(SystemKind.DOSSIER, readers=Readers.STAFF)
PLATFORM, APP, FEED, VOLUNTEERS = SystemKind.PLATFORM, SystemKind.APP, SystemKind.FEED, SystemKind.VOLUNTEERS


def seen(found: Shape) -> set[str]:
    return {str(key) for key in found.units}


# The flow matrix, cell by cell. The reader of each column has the client's consent for everything.

READER = {
    SystemKind.DOSSIER: (STAFF, ()),
    SystemKind.PLATFORM: (audience(PLATFORM, SON), (consent(SON),)),
    SystemKind.VOLUNTEERS: (
        audience(VOLUNTEERS, COOK, readers=Readers.PERFORMERS),
        (consent(COOK),),
    ),
    SystemKind.APP: (audience(APP, SON), (consent(SON),)),
    SystemKind.FEED: (audience(FEED, SON), (consent(SON),)),
}
CELLS = {
    "dossier": {"what", "place", "assignment[a1]", "assignment[a2]", "conditions", "review", "review_notes"},
    "platform": {"what", "place", "assignment[a1]", "assignment[a2]", "conditions", "review"},
    "volunteers": {"what", "place", "assignment[a1]", "conditions", "review"},
    "app": {"what", "place", "assignment[a2]", "conditions", "review"},
    "feed": {"assignment[a2]"},
}
CLIENT = {
    "dossier": ClientName.FULL,
    "platform": ClientName.FULL,
    "volunteers": ClientName.FIRST,
    "app": ClientName.FIRST,
    "feed": ClientName.NONE,
}


@pytest.mark.parametrize("kind", SystemKind)
@pytest.mark.parametrize("unit", sorted(CELLS["dossier"]))
def test_a_unit_flows_exactly_where_the_matrix_lets_it(kind: SystemKind, unit: str) -> None:
    who, consents = READER[kind]

    assert (unit in seen(shape(UNITS, who, facts(*consents)))) is (unit in CELLS[kind])


@pytest.mark.parametrize("kind", SystemKind)
def test_the_client_is_named_as_the_matrix_says_and_a_bsn_stays_with_staff(kind: SystemKind) -> None:
    who, consents = READER[kind]

    found = shape(UNITS, who, facts(*consents))

    assert (found.client_name, found.bsn) == (CLIENT[kind], kind is SystemKind.DOSSIER)


@pytest.mark.parametrize(
    "who",
    [
        audience(SystemKind.DOSSIER, MOTHER, readers=Readers.EVERYONE),
        replace(STAFF, members=frozenset({NURSE})),
        replace(STAFF, kind=PLATFORM),
    ],
)
def test_a_bsn_goes_nowhere_but_to_staff_of_a_dossier(who: Audience) -> None:
    assert not shape(UNITS, who, facts()).bsn


def test_a_bsn_goes_only_where_the_connector_says_it_may() -> None:
    told = facts()
    silent = replace(told, capabilities=replace(told.capabilities, may_receive_bsn=False))

    assert shape(UNITS, STAFF, told).bsn
    assert not shape(UNITS, STAFF, silent).bsn


def test_the_matrix_has_every_cell_and_the_reference_shows_it() -> None:
    page = (ROOT / "docs/reference/flow-matrix.md").read_text(encoding="utf-8").splitlines()
    told = {row: " | ".join(cells[kind] for kind in SystemKind) for row, cells in MATRIX.items()}
    lines = [f"| `{row}` | {cells} |" for row, cells in told.items()]

    assert set(MATRIX) == set(MatrixRow)
    assert [line for line in lines if line not in page] == []


# Who is allowed at all.


@pytest.mark.parametrize(
    ("reader", "allowed"),
    [
        (MOTHER, True),
        (GUARDIAN, True),
        (NURSE, True),
        (TEAM.ref, True),
        (SON, False),
        (COOK, False),
        (NEIGHBOUR, False),
        (DOCTOR, False),
        (STRANGER, False),
    ],
)
def test_without_recorded_consent_only_these_are_allowed(reader: PartyRef, allowed: bool) -> None:
    assert bool(shape(UNITS, audience(PLATFORM, reader), facts())) is allowed


@pytest.mark.parametrize("kind", SystemKind)
@pytest.mark.parametrize("reader", [SON, COOK, NEIGHBOUR])
def test_relatives_and_volunteers_without_consent_get_nothing_anywhere(
    kind: SystemKind, reader: PartyRef
) -> None:
    assert not shape(UNITS, audience(kind, reader), facts())


@pytest.mark.parametrize("reader", [STRANGER, WALKER, PartyRef.unresolved(PartyKind.RELATIVE, "system", "7")])
def test_consent_opens_nothing_to_who_has_no_part_in_it(reader: PartyRef) -> None:
    assert not shape(UNITS, audience(PLATFORM, reader), facts(consent(reader)))


def test_somebody_we_are_unsure_about_sees_nothing_even_as_performer() -> None:
    doubtful = PartyRef.unresolved(PartyKind.RELATIVE, "system", "7")
    units = {**UNITS, UnitKey(UnitKind.ASSIGNMENT, "a2"): Duty(performer=doubtful)}

    assert not shape(units, audience(PLATFORM, doubtful), facts(consent(doubtful)))


def test_a_copy_that_nobody_reads_shows_nothing() -> None:
    for readers in (Readers.NAMED, Readers.EVERYONE, Readers.PERFORMERS):
        assert not shape(UNITS, audience(SystemKind.DOSSIER, readers=readers), facts())


def test_a_copy_shows_what_every_one_of_its_readers_may_see() -> None:
    given = (consent(SON), consent(DAUGHTER, rows=frozenset({MatrixRow.WHAT_WHEN_WHO}), number=2))
    together = shape(UNITS, audience(PLATFORM, SON, DAUGHTER), facts(*given))
    alone = shape(UNITS, audience(PLATFORM, SON), facts(*given))

    assert "conditions" in seen(alone) - seen(together)
    assert together.client_name is ClientName.NONE


# Specific beats general; on a tie the objection wins.

MEALS, MEDICATION = frozenset({LifeDomain.MEALS}), frozenset({LifeDomain.MEDICATION})
WHAT_ROW = frozenset({MatrixRow.WHAT_WHEN_WHO})
ROLE, ORGANISATION = to(RecipientKind.ROLE, "relative"), to(RecipientKind.ORGANISATION, "team")
THE_APP = to(RecipientKind.APP, "system")


@pytest.mark.parametrize(
    ("consents", "allowed"),
    [
        ([], False),
        ([consent(SON)], True),
        ([consent(ROLE)], True),
        ([consent(THE_APP)], True),
        ([consent(to(RecipientKind.APP, "other"))], False),
        ([consent(to(RecipientKind.ROLE, "volunteer"))], False),
        ([consent(ORGANISATION)], False),
        ([consent(SON), consent(SON, allows=False)], False),
        ([consent(SON), consent(ROLE, allows=False)], True),
        ([consent(SON, allows=False), consent(ROLE)], False),
        ([consent(ROLE), consent(THE_APP, allows=False)], True),
        ([consent(SON), consent(SON, allows=False, life_domains=MEALS)], False),
        ([consent(SON, life_domains=MEALS), consent(SON, allows=False)], True),
        ([consent(SON, life_domains=MEDICATION)], False),
        ([consent(SON), consent(SON, allows=False, life_domains=MEDICATION)], True),
        ([consent(SON, rows=WHAT_ROW), consent(SON, allows=False)], True),
        ([consent(SON), consent(SON, allows=False, rows=WHAT_ROW)], False),
        ([consent(SON, rows=WHAT_ROW), consent(SON, allows=False, life_domains=MEALS)], False),
        ([consent(SON), consent(ROLE, allows=False, life_domains=MEALS)], False),
        ([consent(SON, agreement_id="cooking"), consent(SON, allows=False)], True),
        ([consent(SON), consent(SON, allows=False, agreement_id="cooking")], False),
        ([consent(SON, agreement_id="walking")], False),
        ([replace(consent(SON), client_id="father")], False),
        ([consent(SON, until=date(2027, 1, 3))], False),
        ([consent(SON, start=date(2027, 1, 5))], False),
        ([consent(SON).withdrawn(datetime(2027, 1, 4, tzinfo=UTC))], False),
        ([own_name(DAUGHTER, SON)], False),
    ],
)
def test_the_most_specific_word_decides_and_on_a_tie_the_objection_wins(
    consents: list[Consent], allowed: bool
) -> None:
    assert bool(shape(UNITS, audience(PLATFORM, SON), facts(*consents))) is allowed


@pytest.mark.parametrize(("allows", "visible"), [(True, False), (False, False)])
def test_an_agreement_without_a_life_domain_is_not_taken_for_a_harmless_one(
    allows: bool, visible: bool
) -> None:
    units = {key: value for key, value in UNITS.items() if key != LIFE_DOMAIN}
    about_medication = consent(SON, allows=allows, life_domains=MEDICATION)
    given = (about_medication,) if allows else (consent(SON), about_medication)

    assert bool(shape(units, audience(PLATFORM, SON), facts(*given))) is visible


@pytest.mark.parametrize(
    "objection",
    [
        consent(NURSE, allows=False),
        consent(to(RecipientKind.ORGANISATION, "team"), allows=False),
        consent(to(RecipientKind.ORGANISATION, "home"), allows=False),
        consent(to(RecipientKind.ROLE, "professional"), allows=False),
        consent(THE_APP, allows=False),
    ],
)
def test_who_is_allowed_without_consent_can_still_be_objected_to(objection: Consent) -> None:
    assert not shape(UNITS, audience(PLATFORM, NURSE), facts(objection))


def test_a_group_in_a_group_belongs_to_both() -> None:
    organisation = Group(
        id="org", name="Zorghuis", kind=GroupKind.ORGANISATION, members=frozenset({TEAM.ref})
    )
    objection = consent(to(RecipientKind.ORGANISATION, "org"), allows=False)

    assert not shape(UNITS, audience(PLATFORM, NURSE), facts(objection, groups=(TEAM, organisation)))


def test_a_group_of_volunteers_needs_consent_as_a_volunteer_does() -> None:
    anchor = Group(id="anchor", name="Het Anker", kind=GroupKind.TEAM, volunteers=True)
    units = {**UNITS, UnitKey(UnitKind.ASSIGNMENT, "a2"): Duty(performer=anchor.ref)}
    reader, known = audience(VOLUNTEERS, anchor.ref), (TEAM, anchor)
    consented = consent(to(RecipientKind.ORGANISATION, "anchor"))

    assert not shape(units, reader, facts(groups=known))
    assert "assignment[a2]" in seen(shape(units, reader, facts(consented, groups=known)))


def test_groups_that_hold_each_other_come_to_an_end() -> None:
    one = Group(id="one", name="Een", kind=GroupKind.TEAM, members=frozenset({NURSE}))
    two = replace(one, id="two", members=frozenset({one.ref}))
    round_trip = replace(one, members=frozenset({NURSE, two.ref}))

    assert shape(UNITS, audience(PLATFORM, NURSE), facts(groups=(round_trip, two)))


def test_the_client_is_never_kept_from_the_own_agreement() -> None:
    objection = consent(MOTHER, allows=False)
    done_by_others = {key: value for key, value in UNITS.items() if key.assignment_id != "a4"}

    assert "what" in seen(shape(done_by_others, audience(APP, MOTHER), facts(objection)))


# The app: what the user is party to, or what a recorded consent covers.


@pytest.mark.parametrize(
    ("reader", "consents", "visible"),
    [
        (SON, [consent(SON)], True),
        (NEIGHBOUR, [consent(NEIGHBOUR)], True),
        (DAUGHTER, [consent(DAUGHTER)], True),
        (DAUGHTER, [consent(DAUGHTER, life_domains=MEALS)], True),
        (DAUGHTER, [consent(DAUGHTER, life_domains=MEDICATION)], False),
        (GUARDIAN, [], False),
        (GUARDIAN, [consent(GUARDIAN)], True),
        (NURSE, [], True),
        (MOTHER, [], True),
    ],
)
def test_an_app_shows_what_the_user_is_party_to_or_what_consent_covers(
    reader: PartyRef, consents: list[Consent], visible: bool
) -> None:
    assert bool(shape(UNITS, audience(APP, reader), facts(*consents))) is visible


def test_notes_of_a_review_reach_an_app_only_when_the_consent_names_them() -> None:
    naming = consent(SON, rows=frozenset({*WHAT_ROW, MatrixRow.REVIEW_NOTES}), number=2)

    assert "review_notes" not in seen(shape(UNITS, audience(APP, SON), facts(consent(SON))))
    assert "review_notes" in seen(shape(UNITS, audience(APP, SON), facts(consent(SON), naming)))


# Names: an assignment whose performer may not be named is hidden whole.


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ([], False),
        ([own_name(COOK, SON)], True),
        ([own_name(COOK, SON, allows=False)], False),
        ([own_name(COOK, DAUGHTER)], False),
        ([own_name(SON, SON)], False),
        ([own_name(COOK, SON), own_name(COOK, SON, allows=False)], False),
        ([consent(SON, allows=False, rows=frozenset({MatrixRow.NAMES})), own_name(COOK, SON)], False),
    ],
)
def test_in_an_app_others_are_named_with_their_own_consent(words: list[Consent], named: bool) -> None:
    found = shape(UNITS, audience(APP, SON), facts(consent(SON), *words))
    about_cook = {"assignment[a1]", "responsible[a1]", "exception[a1:2027-01-07:1]"}

    assert (COOK in found.names, about_cook <= seen(found)) == (named, named)
    assert named or not about_cook & seen(found)


def test_a_backup_who_may_not_be_named_is_hidden_alone() -> None:
    found = shape(UNITS, audience(APP, SON), facts(consent(SON), own_name(COOK, SON)))

    assert "assignment[a1]" in seen(found)
    assert "backup[a1]" not in seen(found)
    assert NEIGHBOUR not in found.names


def test_professionals_groups_and_the_reader_are_named_in_an_app() -> None:
    found = shape(UNITS, audience(APP, SON), facts(consent(SON), own_name(COOK, SON)))

    assert found.names == {SON, COOK, NURSE, TEAM.ref, MOTHER}


def test_a_platform_names_the_network_unless_somebody_minds() -> None:
    given = facts(consent(DAUGHTER))
    minds = facts(consent(DAUGHTER), own_name(SON, DAUGHTER, allows=False))

    assert {SON, COOK, NEIGHBOUR} <= shape(UNITS, audience(PLATFORM, DAUGHTER), given).names
    assert "assignment[a2]" not in seen(shape(UNITS, audience(PLATFORM, DAUGHTER), minds))


def test_who_minds_being_named_hides_nobody_else() -> None:
    minds = facts(consent(DAUGHTER), own_name(SON, DAUGHTER, allows=False))

    names = shape(UNITS, audience(PLATFORM, DAUGHTER), minds).names

    assert {COOK, NEIGHBOUR} <= names
    assert SON not in names


def test_an_own_consent_does_not_stand_for_that_of_the_client() -> None:
    without_names = facts(consent(SON, rows=WHAT_ROW), own_name(COOK, SON))

    assert COOK not in shape(UNITS, audience(APP, SON), without_names).names


def test_a_performer_nobody_has_matched_is_shown_in_the_dossier_only() -> None:
    doubtful = PartyRef.unresolved(PartyKind.PROFESSIONAL, "dossier", "9")
    units = {**UNITS, UnitKey(UnitKind.ASSIGNMENT, "a3"): Duty(performer=doubtful)}

    assert "assignment[a3]" in seen(shape(units, STAFF, facts()))
    assert "assignment[a3]" not in seen(shape(units, audience(PLATFORM, SON), facts(consent(SON))))


def test_a_performer_nobody_has_matched_is_shown_in_the_system_that_told_of_them() -> None:
    here, elsewhere = (PartyRef.unresolved(PartyKind.RELATIVE, one, "9") for one in ("system", "another"))
    tasks = (UnitKey(UnitKind.ASSIGNMENT, name) for name in ("a3", "a5"))
    units = {**UNITS, **{key: Duty(performer=one) for key, one in zip(tasks, (here, elsewhere), strict=True)}}

    found = seen(shape(units, audience(PLATFORM, SON), facts(consent(SON))))

    assert ("assignment[a3]" in found, "assignment[a5]" in found) == (True, False)


def test_what_the_client_does_is_shown_also_where_the_client_is_not_named() -> None:
    only_what = facts(consent(SON, rows=WHAT_ROW))

    found = shape(UNITS, audience(PLATFORM, SON), only_what)

    assert "assignment[a4]" in seen(found)
    assert MOTHER not in found.names


# A volunteer application: the record of the volunteer.


def test_a_volunteer_application_shows_the_own_record_only() -> None:
    cook = audience(VOLUNTEERS, COOK, readers=Readers.PERFORMERS)

    found = shape(UNITS, cook, facts(consent(COOK)))

    assert seen(found) == OWN_A1 | {"responsible[a1]", "conditions", "review"}
    assert found.names == {COOK, NURSE, TEAM.ref, MOTHER}


def test_an_own_record_with_two_readers_is_nobodys_own() -> None:
    both = audience(VOLUNTEERS, MOTHER, GUARDIAN)

    assert "assignment[a4]" in seen(shape(UNITS, audience(VOLUNTEERS, MOTHER), facts()))
    assert "assignment[a4]" not in seen(shape(UNITS, both, facts()))


def test_an_agreement_without_a_volunteer_never_reaches_a_volunteer_application() -> None:
    without = {key: value for key, value in UNITS.items() if key.assignment_id != "a1"}
    everybody = facts(*(consent(one) for one in (SON, COOK)))

    assert not shape(without, audience(VOLUNTEERS, SON), everybody)
    assert not shape(without, replace(STAFF, kind=VOLUNTEERS), everybody)


@pytest.mark.parametrize("domain", [*LifeDomain, None])
def test_only_practical_conditions_reach_a_volunteer_application(domain: LifeDomain | None) -> None:
    units = {**UNITS, LIFE_DOMAIN: domain} if domain else {k: v for k, v in UNITS.items() if k != LIFE_DOMAIN}
    practical = domain not in (LifeDomain.CARE, LifeDomain.MEDICATION, LifeDomain.MOBILITY, None)

    found = shape(units, audience(VOLUNTEERS, COOK), facts(consent(COOK)))

    assert ("conditions" in seen(found)) is practical


# A calendar feed: when it is, and no word of what, unless a consent is addressed to it.


def test_a_feed_tells_when_it_is_under_a_neutral_title() -> None:
    found = shape(UNITS, audience(FEED, COOK), facts(consent(COOK)))

    assert found.neutral_title
    assert seen(found) == {"assignment[a1]", "exception[a1:2027-01-07:1]", "status"}
    assert found.names == {COOK}


def test_a_feed_shows_the_title_with_a_consent_addressed_to_it() -> None:
    found = shape(UNITS, audience(FEED, COOK), facts(consent(COOK), consent(THE_APP)))

    assert not found.neutral_title
    assert {"what", "assignment[a1]"} <= seen(found)
    assert not {"conditions", "review", "review_notes", "assignment[a2]"} & seen(found)


def test_what_is_never_done_is_not_told_without_saying_what() -> None:
    never = {**UNITS, WHAT: What(text="Nooit alleen naar buiten", modality=Modality.NEVER)}

    assert not shape(never, audience(FEED, COOK), facts(consent(COOK)))
    assert shape(never, audience(FEED, COOK), facts(consent(COOK), consent(THE_APP)))


# What the system carries.


def test_a_unit_without_a_place_there_is_not_in_the_shape() -> None:
    carries = frozenset({UnitKind.WHAT, UnitKind.STATUS})

    found = shape(UNITS, STAFF, facts(carries=carries))

    assert (seen(found), found.kinds, found.mapping_version) == ({"what", "status"}, carries, 3)


def test_a_system_without_a_place_for_what_gets_no_copy() -> None:
    assert not shape(UNITS, STAFF, facts(carries=frozenset({UnitKind.STATUS})))


def test_a_shape_cuts_units_down_to_what_is_visible() -> None:
    found = shape(UNITS, audience(FEED, COOK), facts(consent(COOK)))

    assert found.project(UNITS) == {key: UNITS[key] for key in found.units}


def test_the_digest_of_a_shape_moves_with_what_it_shows() -> None:
    son = audience(PLATFORM, SON)
    whole, again, less = (
        shape(UNITS, son, facts(one))
        for one in (consent(SON), consent(SON, number=9), consent(SON, rows=WHAT_ROW))
    )

    assert whole.digest == again.digest != less.digest


# Audiences.

S, D, N = (frozenset({one}) for one in (SON, DAUGHTER, NEIGHBOUR))


@pytest.mark.parametrize(
    ("existing", "allowed", "keep", "retract", "new"),
    [
        ([], frozenset(), [], [], []),
        ([], S | D, [], [], [S | D]),
        ([S | D], S | D, [S | D], [], []),
        ([S | D], S, [], [S | D], [S]),
        ([S], S | D | N, [S], [], [D | N]),
        ([S, D], S | D, [S, D], [], []),
        ([S | D, N], D | N, [N], [S | D], [D]),
        ([S], frozenset(), [], [S], []),
        ([frozenset()], S, [], [frozenset()], [S]),
    ],
)
def test_copies_stay_while_all_their_readers_are_allowed(
    existing: list[frozenset[PartyRef]],
    allowed: frozenset[PartyRef],
    keep: list[frozenset[PartyRef]],
    retract: list[frozenset[PartyRef]],
    new: list[frozenset[PartyRef]],
) -> None:
    assert audiences(existing, allowed) == Audiences(
        keep=frozenset(keep), retract=frozenset(retract), open=frozenset(new)
    )


people = st.frozensets(st.sampled_from([SON, DAUGHTER, NEIGHBOUR, COOK]))


@given(st.lists(people, max_size=4), people)
def test_copies_reach_everybody_allowed_and_nobody_else_and_then_rest(
    existing: list[frozenset[PartyRef]], allowed: frozenset[PartyRef]
) -> None:
    found = audiences(existing, allowed)
    copies = found.keep | found.open

    assert frozenset().union(*copies) == allowed
    assert audiences(copies, allowed) == Audiences(keep=copies)


def test_only_candidates_who_may_see_what_are_allowed() -> None:
    candidates = audience(PLATFORM, SON, DAUGHTER, NEIGHBOUR, STRANGER)
    given = facts(consent(SON), consent(DAUGHTER, rows=frozenset({MatrixRow.CONDITIONS})), consent(STRANGER))

    assert allowed_members(UNITS, candidates, given) == S


@pytest.mark.parametrize(
    ("readers", "existing", "expected"),
    [
        (Readers.STAFF, [], Audiences(open=frozenset({frozenset()}))),
        (Readers.STAFF, [frozenset()], Audiences(keep=frozenset({frozenset()}))),
        (Readers.EVERYONE, [], Audiences(open=frozenset({S | D}))),
        (Readers.EVERYONE, [S], Audiences(keep=frozenset({S | D}))),
        (Readers.NAMED, [S | D], Audiences(retract=frozenset({S | D}), open=frozenset({S}))),
        (Readers.EACH, [], Audiences(open=frozenset({S}))),
        (Readers.EACH, [S, D], Audiences(keep=frozenset({S}), retract=frozenset({D}))),
    ],
)
def test_each_way_of_reading_has_its_copies(
    readers: Readers, existing: list[frozenset[PartyRef]], expected: Audiences
) -> None:
    candidates = audience(PLATFORM, SON, DAUGHTER, readers=readers)

    assert wanted_audiences(UNITS, candidates, existing, facts(consent(SON))) == expected


def test_where_everybody_reads_and_nobody_is_linked_there_is_no_copy() -> None:
    nobody = audience(APP, readers=Readers.EVERYONE)

    assert wanted_audiences(UNITS, nobody, [S], facts()) == Audiences(retract=frozenset({S}))


def test_each_volunteer_who_performs_has_an_own_copy() -> None:
    units = {**UNITS, UnitKey(UnitKind.ASSIGNMENT, "a2"): Duty(performer=WALKER)}
    candidates = audience(VOLUNTEERS, COOK, WALKER, SON, readers=Readers.PERFORMERS)
    both = facts(*(consent(one) for one in (COOK, WALKER, SON)))
    cook, walker = frozenset({COOK}), frozenset({WALKER})

    assert wanted_audiences(units, candidates, [], both).open == {cook, walker}
    assert wanted_audiences(units, candidates, [cook, walker], facts(consent(COOK))) == Audiences(
        keep=frozenset({cook}), retract=frozenset({walker})
    )


# Statements.


def said(kind: StatementKind, by: PartyRef, assignment: str = "a1") -> Statement:
    about: dict[str, Any] = {
        StatementKind.ASSENT: {"terms": "t1-0"},
        StatementKind.DONE: {"occurrence": replace(THURSDAY, assignment_id=assignment)},
        StatementKind.COMMENT: {"text": "Ze was moe vandaag"},
    }[kind]
    at = datetime(2027, 1, 7, 18, 0, tzinfo=UTC)
    return Statement(id=f"{kind}-{by.id}-{assignment}", kind=kind, by=by, at=at, through="hub", **about)


DONE_COOK, DONE_SON = said(StatementKind.DONE, COOK), said(StatementKind.DONE, SON, "a2")
ASSENT_COOK, ASSENT_SON = said(StatementKind.ASSENT, COOK), said(StatementKind.ASSENT, SON)
COMMENT = said(StatementKind.COMMENT, NURSE)
SAID = (DONE_COOK, DONE_SON, ASSENT_COOK, ASSENT_SON, COMMENT)


@pytest.mark.parametrize(
    ("who", "consents", "told"),
    [
        (STAFF, [], SAID),
        (audience(PLATFORM, DAUGHTER), [consent(DAUGHTER)], SAID[:4]),
        (audience(APP, SON), [consent(SON)], (DONE_SON, ASSENT_SON)),
        (audience(APP, SON), [], ()),
        (audience(FEED, SON), [consent(SON)], ()),
    ],
)
def test_what_was_said_is_told_to_those_who_see_what_it_is_about(
    who: Audience, consents: list[Consent], told: tuple[Statement, ...]
) -> None:
    assert Sight(UNITS, who, facts(*consents)).told(SAID) == told


# What holds for every set of consents.

everybody = [MOTHER, SON, DAUGHTER, NEIGHBOUR, GUARDIAN, STRANGER, COOK, WALKER, NURSE, DOCTOR, TEAM.ref]
recipients = st.sampled_from(
    [to(RecipientKind.PERSON, one.id) for one in everybody]
    + [to(RecipientKind.ROLE, kind) for kind in ("relative", "volunteer", "professional")]
    + [ORGANISATION, to(RecipientKind.ORGANISATION, "home"), THE_APP]
)
by_client = st.builds(
    Consent,
    id=st.uuids().map(str),
    client_id=st.just("mother"),
    recipient=recipients,
    allows=st.booleans(),
    rows=st.frozensets(st.sampled_from(MatrixRow), max_size=3),
    life_domains=st.frozensets(st.sampled_from([LifeDomain.MEALS, LifeDomain.MEDICATION])),
    agreement_id=st.sampled_from([None, None, "cooking", "walking"]),
)
about_names = st.builds(
    own_name, of=st.sampled_from(everybody), reader=st.sampled_from(everybody), allows=st.booleans()
)
consents = st.lists(by_client | about_names, min_size=1, max_size=7).map(tuple)
domains = st.sampled_from([LifeDomain.MEALS, LifeDomain.MEDICATION, None])
audiences_of_all_kinds = st.builds(
    Audience,
    kind=st.sampled_from(SystemKind),
    readers=st.sampled_from(Readers),
    connector_id=st.just("system"),
    members=st.frozensets(st.sampled_from(everybody), max_size=3),
)
NAMING = list(reversed(ClientName))


def in_domain(domain: LifeDomain | None) -> Units:
    others = {key: value for key, value in UNITS.items() if key != LIFE_DOMAIN}
    return {**others, LIFE_DOMAIN: domain} if domain else others


def within(less: Shape, more: Shape) -> bool:
    return (
        less.units <= more.units
        and less.kinds <= more.kinds
        and less.names <= more.names
        and NAMING.index(less.client_name) <= NAMING.index(more.client_name)
        and less.bsn <= more.bsn
    )


@settings(max_examples=150)
@given(consents, audiences_of_all_kinds, domains)
def test_withdrawing_a_consent_never_shows_more(
    given: tuple[Consent, ...], who: Audience, domain: LifeDomain | None
) -> None:
    units, before = in_domain(domain), shape(in_domain(domain), who, facts(*given))

    for one in given:
        rest = tuple(other for other in given if other is not one)
        assert not one.allows or within(shape(units, who, facts(*rest)), before)


@settings(max_examples=150)
@given(consents, by_client | about_names, audiences_of_all_kinds, domains)
def test_an_objection_never_shows_more(
    given: tuple[Consent, ...], word: Consent, who: Audience, domain: LifeDomain | None
) -> None:
    units, objection = in_domain(domain), replace(word, allows=False)

    assert within(shape(units, who, facts(*given, objection)), shape(units, who, facts(*given)))


@settings(max_examples=150)
@given(consents, audiences_of_all_kinds, st.sampled_from(everybody))
def test_one_more_reader_never_shows_more(
    given: tuple[Consent, ...], who: Audience, newcomer: PartyRef
) -> None:
    more = replace(who, members=who.members | {newcomer})
    before, after = shape(UNITS, who, facts(*given)), shape(UNITS, more, facts(*given))

    assert not who.members or after.units <= before.units


@settings(max_examples=150)
@given(consents, audiences_of_all_kinds)
def test_nobody_outside_the_circle_and_the_agreement_is_ever_allowed(
    given: tuple[Consent, ...], who: Audience
) -> None:
    outside = {STRANGER, WALKER}
    named = replace(who, readers=Readers.NAMED)

    assert not allowed_members(UNITS, named, facts(*given)) & outside
    assert not (who.members & outside and shape(UNITS, who, facts(*given)))


@settings(max_examples=100)
@given(consents, audiences_of_all_kinds, domains)
def test_whatever_is_consented_the_matrix_keeps_its_limits(
    given: tuple[Consent, ...], who: Audience, domain: LifeDomain | None
) -> None:
    found = shape(in_domain(domain), who, facts(*given))
    limits = {
        SystemKind.PLATFORM: {UnitKind.REVIEW_NOTES},
        SystemKind.VOLUNTEERS: {UnitKind.REVIEW_NOTES},
        SystemKind.FEED: {UnitKind.CONDITIONS, UnitKind.REVIEW, UnitKind.REVIEW_NOTES},
    }

    assert not {key.kind for key in found.units} & limits.get(who.kind, set())
    assert not found.bsn or (who.kind is SystemKind.DOSSIER and not who.members)
    assert WHAT in found.units or found.neutral_title or not found


# Somebody who signs in, and acts for the group they are in.

FLEX = ref(PartyKind.PROFESSIONAL, "flex")
WITH_FLEX = (replace(TEAM, members=frozenset({NURSE, FLEX})),)
OF_ANOTHER = (TEAM, Group(id="west", name="Team West", kind=GroupKind.TEAM, members=frozenset({FLEX})))
BY_LOCATION = (
    replace(TEAM, members=frozenset({NURSE, ref(PartyKind.GROUP, "pool")})),
    Group(id="pool", name="Flexpool", kind=GroupKind.TEAM, members=frozenset({FLEX})),
)


@pytest.mark.parametrize(
    ("groups", "acts", "consents", "visible"),
    [
        (WITH_FLEX, True, (), True),
        (WITH_FLEX, False, (), False),
        ((TEAM,), True, (), False),
        (OF_ANOTHER, True, (), False),
        (BY_LOCATION, True, (), True),
        (WITH_FLEX, True, (consent(FLEX, allows=False),), False),
        (WITH_FLEX, True, (consent(to(RecipientKind.ORGANISATION, "team"), allows=False),), False),
    ],
)
def test_whoever_is_in_a_group_that_takes_part_acts_for_it(
    groups: tuple[Group, ...], acts: bool, consents: tuple[Consent, ...], visible: bool
) -> None:
    found = shape(UNITS, audience(APP, FLEX), facts(*consents, groups=groups, members_act=acts))

    assert (UnitKey(UnitKind.ASSIGNMENT, "a3") in found.units) is visible
    assert UnitKey(UnitKind.ASSIGNMENT, "a2") not in found.units, "the son did not say that he may be named"


def test_a_volunteer_in_a_group_still_needs_the_consent_of_the_client() -> None:
    walkers = (replace(TEAM, volunteers=True, members=frozenset({WALKER})),)

    alone = shape(UNITS, audience(APP, WALKER), facts(groups=walkers, members_act=True))
    allowed = shape(UNITS, audience(APP, WALKER), facts(consent(WALKER), groups=walkers, members_act=True))

    assert (bool(alone), bool(allowed)) == (False, True)
