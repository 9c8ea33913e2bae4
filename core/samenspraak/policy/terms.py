"""What each party agreed to, or has still to agree to.

The *terms* are what is agreed as it concerns one party: what and modality, conditions with instruction, and
their own part: the assignment they perform, back up or, for a device, answer for. Which units belong to the
terms stands in ``domain/units.py``. A party agrees to a digest of them, so that a review, or a change of
somebody else's assignment, voids nothing.

Sources: domain.md, "Words" (instemming) and "What an agreement carries" 4 and 5.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from samenspraak.domain.agreements import Agreement, Conditions, Duty, LifeDomain
from samenspraak.domain.canonical import digest
from samenspraak.domain.parties import Group, PartyKind, PartyRef
from samenspraak.domain.statements import ASSENTS, Statement, StatementKind
from samenspraak.domain.units import (
    CONDITIONS,
    LIFE_DOMAIN,
    UNITS,
    WHAT,
    Terms,
    UnitChanges,
    UnitKey,
    UnitKind,
    Units,
    UnitValue,
    units_of,
)


class Standing(StrEnum):
    """How a party stands towards the terms as they are now."""

    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"


@dataclass(frozen=True, kw_only=True)
class FirstAgree:
    """The categories in which old terms stay in force until the parties have agreed to new ones."""

    life_domains: frozenset[LifeDomain] = frozenset({LifeDomain.MEDICATION})
    instruction_required: bool = True

    def holds(self, units: Units) -> bool:
        """Whether an agreement with these units is in one of the categories."""
        conditions = units.get(CONDITIONS)
        instructed = isinstance(conditions, Conditions) and conditions.instruction_required
        return units.get(LIFE_DOMAIN) in self.life_domains or (self.instruction_required and instructed)


FIRST_AGREE = FirstAgree()


@dataclass(frozen=True, kw_only=True)
class _Part:
    """What somebody takes on: as performer or owner the duty, as backup its schedule only."""

    role: str
    of: object


def content_digest(units: Units) -> str:
    """Tells whether two mappings of units say the same; order and process do not matter."""
    return digest("c1", units)


def fetched_digest(units: Units, said: Collection[Statement]) -> str:
    """The same for what is fetched together: units, and what was said about them if anything was."""
    if not said:
        return content_digest(units)
    return digest("f1", {"units": units, "said": frozenset(one.id for one in said)})


def terms_digest(agreement: Agreement, party: PartyRef) -> str:
    """The digest of the terms as they concern this party.

    An assignment's id is no part of it: the same duty under another id is the same promise.
    """
    return _terms_digest(units_of(agreement), party)


def parties_asked(agreement: Agreement) -> frozenset[PartyRef]:
    """Whose assent an agreement needs: performers and backups, and for a device its owner."""
    return _parties_asked(units_of(agreement))


def speaks_for(agreement: Agreement, by: PartyRef, groups: Iterable[Group] = ()) -> PartyRef:
    """Whose terms somebody agrees to: their own where they are asked, else those of their group."""
    wanted = _parties_asked(units_of(agreement))
    own_groups = sorted(one.ref for one in groups if by in one.members and one.ref in wanted)
    return own_groups[0] if own_groups and by not in wanted else by


def asked(
    agreement: Agreement, statements: Iterable[Statement], *, groups: Iterable[Group] = ()
) -> Mapping[PartyRef, Standing]:
    """How each party stands; beside those whose assent is needed, others of the agreement who once gave one.

    Args:
        agreement: as it is now.
        statements: what was said about it, in any order.
        groups: whose members are known; for a group, a named member agrees to the group's terms.
    """
    said = [one for one in statements if one.kind in ASSENTS]
    client = agreement.client
    once = {one.by for one in said} & (agreement.parties | {client})
    members = {group.ref: group.members for group in groups}
    units = units_of(agreement)
    return {
        party: _standing(_terms_digest(units, party), members.get(party, frozenset()) | {party}, said)
        for party in sorted(_parties_asked(units) | once)
    }


def must_agree(
    before: Units, after: Units, *, author: PartyRef | None = None, groups: Iterable[Group] = ()
) -> frozenset[PartyRef]:
    """Whose terms a change touches, other than its author's and those the author may speak for."""
    own = {author} | {group.ref for group in groups if author in group.members}
    return frozenset(
        party
        for party in _parties_asked(after)
        if party not in own and _terms_digest(before, party) != _terms_digest(after, party)
    )


def waits_for_others(
    before: Units,
    edits: UnitChanges,
    *,
    first_agree: FirstAgree = FIRST_AGREE,
    author: PartyRef | None = None,
    groups: Iterable[Group] = (),
) -> Mapping[UnitKey, frozenset[PartyRef]]:
    """The edits that only hold once others agree, each with the parties whose terms it changes.

    An edit out of a category counts as well as one into it: what is edited along with it waits too. That the
    life domain itself leaves a category is nobody's terms, so that nobody in particular is named for it;
    somebody responsible decides. That it enters one guards more, and holds at once. Where there was nothing
    before, also no such assignment, there are no old terms to stay.

    Args:
        before: as it is agreed.
        edits: what somebody made of some units elsewhere; None: emptied.
        first_agree: the categories.
        author: whose edits they are; they, and the groups they may speak for, need no asking.
        groups: whose members are known.
    """
    groups = tuple(groups)
    was, is_now = first_agree.holds(before), first_agree.holds(_with(before, edits))
    if WHAT not in before or not (was or is_now):
        return {}
    touched = {
        key: must_agree(before, _with(before, {key: value}), author=author, groups=groups)
        for key, value in edits.items()
        if not _is_of_a_new_assignment(before, key)
    }
    found = {key: parties for key, parties in touched.items() if parties}
    if was and not is_now and LIFE_DOMAIN in edits:
        found[LIFE_DOMAIN] = frozenset()
    return found


def _is_of_a_new_assignment(before: Units, key: UnitKey) -> bool:
    return key.assignment_id is not None and UnitKey(UnitKind.ASSIGNMENT, key.assignment_id) not in before


def _with(units: Units, edits: UnitChanges) -> Units:
    changed = {**units, **edits}
    return {key: value for key, value in changed.items() if value is not None}


def _terms_digest(units: Units, party: PartyRef) -> str:
    shared = {key: value for key, value in units.items() if UNITS[key.kind].terms is Terms.ALL}
    return digest("t1", {"shared": shared, "own": frozenset(_parts(units, party))})


def _parts(units: Units, party: PartyRef) -> Iterable[_Part]:
    for key, duty in units.items():
        if not isinstance(duty, Duty):
            continue
        if duty.performer == party:
            yield _Part(role="performer", of=duty)
        elif _owner(units, key, duty) == party:
            yield _Part(role="owner", of=duty)
        if _beside(units, key, UnitKind.BACKUP) == party:
            yield _Part(role="backup", of=duty.schedule)


def _parties_asked(units: Units) -> frozenset[PartyRef]:
    found: set[UnitValue | None] = set()
    for key, duty in units.items():
        if isinstance(duty, Duty):
            device = duty.performer.kind is PartyKind.DEVICE
            found |= {_owner(units, key, duty) if device else duty.performer}
            found |= {_beside(units, key, UnitKind.BACKUP)}
    return frozenset(one for one in found if isinstance(one, PartyRef) and one.kind is not PartyKind.DEVICE)


def _owner(units: Units, key: UnitKey, duty: Duty) -> UnitValue | None:
    is_device = duty.performer.kind is PartyKind.DEVICE
    return _beside(units, key, UnitKind.RESPONSIBLE) if is_device else None


def _beside(units: Units, key: UnitKey, kind: UnitKind) -> UnitValue | None:
    return units.get(UnitKey(kind, key.id))


def _standing(terms: str, speakers: frozenset[PartyRef], said: Iterable[Statement]) -> Standing:
    about = [one for one in said if one.terms == terms and one.by in speakers]
    if not about:
        return Standing.ASKED
    last = max(about, key=lambda one: (one.at, one.id))
    return Standing.AGREED if last.kind is StatementKind.ASSENT else Standing.DECLINED
