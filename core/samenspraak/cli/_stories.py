"""The story of an agreement as a person reads it: who changed what and why, and whom it reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from samenspraak.cli._answers import called, table
from samenspraak.cli._questions import head
from samenspraak.cli._texts import Texts
from samenspraak.cli._units import label, readable
from samenspraak.domain.parties import PartyRef, party_of
from samenspraak.services.agreements import Said
from samenspraak.services.changes import Change
from samenspraak.services.explaining import Copy, Explained, Story
from samenspraak.services.history import Difference, History, Restored
from samenspraak.services.reached import Reached, Told

Names = Mapping[PartyRef, str]


def said(found: Iterable[Said], names: Names, texts: Texts) -> Iterator[str]:
    lines = list(found)
    if lines:
        yield ""
        yield texts("agreement.said")
    for one in lines:
        stands = {True: texts("agreement.stands"), False: texts("agreement.earlier"), None: ""}[one.stands]
        yield texts(
            "agreement.said_line",
            at=texts.moment(one.at),
            by=called(one.by, names),
            kind=texts.word("said", one.kind),
            rest=" ".join(filter(None, (one.moment, one.text, stands))),
        ).rstrip()


def whole(found: Explained, texts: Texts, *, in_full: bool) -> Iterator[str]:
    """Where an agreement stands and how it came to that; ``in_full``: with everybody each unit reached."""
    state = texts.word("state", found.state)
    yield texts("agreement.head", id=found.id, version=found.version, state=state)
    yield texts("agreement.client", client=called(found.client, found.names))
    yield ""
    yield texts("explain.where")
    yield from _copies(found.copies, found.names, texts)
    yield ""
    yield texts("explain.units")
    for story in found.units:
        yield from _story(story, found, texts, in_full=in_full)
    yield from said(found.said, found.names, texts)
    if found.questions:
        yield ""
        yield texts("explain.questions")
    for question in found.questions:
        yield f"  {head(question, texts)}"


def _copies(copies: tuple[Copy, ...], names: Names, texts: Texts) -> Iterator[str]:
    headings = [texts(key) for key in ("connection", "readers", "version", "standing", "heard")]
    rows = (
        (
            one.connector_id,
            ", ".join(names.get(ref, str(ref)) for ref in one.readers) or texts("nobody"),
            f"{one.have}/{one.want}",
            _standing(one, texts),
            texts.moment(one.heard_at),
        )
        for one in copies
    )
    yield from (f"  {line}" for line in table(headings, rows))
    for one in copies:
        if one.missing:
            units = ", ".join(label(key, texts) for key in one.missing)
            yield f"  {one.connector_id}: {texts('explain.missing', units=units)}"
        if one.next_at:
            yield f"  {one.connector_id}: {texts('explain.next', at=texts.moment(one.next_at))}"
        yield from (f"  {one.connector_id}: {_reached(each, names, texts)}" for each in one.reached)


def _standing(one: Copy, texts: Texts) -> str:
    """How a copy stands; what it waits for in the words of that system, where there are any."""
    if not one.applies:
        return texts("explain.nobody_there")
    return one.waits_for.get(texts.language) or texts.word("reason", one.reason)


def _reached(one: Reached, names: Names, texts: Texts) -> str:
    """What is known of one reader, in a line; that a system does not tell is said as it is."""
    who = names.get(one.reader, str(one.reader)) if one.reader else texts("nobody")
    if one.retraction_asked_at:
        gone = texts("consent.confirmed" if one.retraction_confirmed_at else "consent.requested")
        return texts("explain.taken_back", who=who, how=gone)
    return texts(
        "explain.reached",
        who=who,
        delivered=one.delivered.version if one.delivered else texts("explain.not_yet"),
        read=one.read.version if one.read else texts("explain.unknown"),
    )


def _story(story: Story, found: Explained, texts: Texts, *, in_full: bool) -> Iterator[str]:
    yield f"  {label(story.unit, texts)}: {readable(story.unit, story.value, texts, found.names)}"
    for change in story.changes:
        yield f"    {_change(change, found.names, texts)}"
    places = ", ".join(
        f"{copy.connector_id}: {texts.word('standing', copy.units[story.unit])}" for copy in found.copies
    )
    if places:
        yield f"    {places}"
    if in_full:
        yield from (f"    {_told(one, found.names, texts)}" for one in story.told)


def _told(one: Told, names: Names, texts: Texts) -> str:
    return texts(
        "explain.told",
        system=one.connector_id,
        who=names.get(one.reader, str(one.reader)) if one.reader else texts("nobody"),
        at=_known(one.told_at, texts),
        read=_known(one.read_at, texts),
    )


def _known(at: datetime | None, texts: Texts) -> str:
    return texts.moment(at) if at else texts("explain.unknown")


def _change(change: Change, names: Names, texts: Texts) -> str:
    return texts(
        "explain.change",
        version=change.version,
        at=texts.moment(change.at),
        actor=_actor(change.actor, names, texts),
        through=change.through or texts("explain.hub"),
        why=", ".join(_why(change, names, texts)),
    )


def _why(change: Change, names: Names, texts: Texts) -> Iterator[str]:
    """Why it was changed: in a word, then the rule or the answer that decided."""
    yield texts.word("why", change.why)
    if change.rule:
        yield texts.word("rule", change.rule)
    if change.decision:
        answer = texts.word("answer", change.decision.answer)
        yield texts("explain.decision", id=change.decision.question_id, answer=answer)


def _actor(actor: str, names: Names, texts: Texts) -> str:
    """A party by name and id; the hub itself and an unnamed admin by a word."""
    party = party_of(actor)
    return called(party, names) if party else texts.word("actor", actor)


# Versions.


def versions(found: History, texts: Texts) -> Iterator[str]:
    """Every version with what it changed, from what to what."""
    yield texts("history.head", id=found.id, version=found.version)
    yield texts("agreement.client", client=called(found.client, found.names))
    if found.same_as:
        yield texts("agreement.same", id=found.same_as)
    for one in found.versions:
        yield ""
        yield _change(one.change, found.names, texts)
        if one.change.version == 1:
            yield f"  {texts('history.first')}"
            continue
        yield from differences(one.differences, found.names, texts)
        if not one.differences:
            yield f"  {texts('history.nothing')}"


def differences(found: Iterable[Difference], names: Names, texts: Texts) -> Iterator[str]:
    """A line per unit: before and after; and who must agree before it holds."""
    for one in found:
        before, after = (readable(one.unit, value, texts, names) for value in (one.before, one.after))
        rule = f" ({texts.word('rule', one.rule)})" if one.rule else ""
        yield f"  {label(one.unit, texts)}: {before} → {after}{rule}"
        if one.waits_for:
            who = ", ".join(called(ref, names) for ref in one.waits_for)
            yield f"    {texts('restore.waits', who=who)}"


def restored(found: Restored, texts: Texts) -> Iterator[str]:
    """What came of a restoration."""
    yield texts("restore.done", id=found.id, version=found.version)
    yield from differences(found.differences, found.names, texts)
