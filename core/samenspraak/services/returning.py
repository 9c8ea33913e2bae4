"""A file that comes back with what people typed in it, such as a spreadsheet (ADR 0035).

What was typed is put into the copy that the line shows, as if its reader had typed it there, and what is
known of that copy goes back, unit by unit, to what the line showed. Then the plan decides as for any other
system: who changed what since, what is taken over, and what a person is asked. Nothing is merged here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from samenspraak.connectors.looks import Directory
from samenspraak.connectors.manifest import Text
from samenspraak.connectors.returned import Hand, Line, NewLine, Returned, Typed
from samenspraak.domain.parties import PartyRef, party_of
from samenspraak.domain.statements import Statement
from samenspraak.domain.units import UnitKey, Units, UnitValue, agreement_from, units_of
from samenspraak.errors import NotFoundError, RuleError, StaleError
from samenspraak.services import ADMIN
from samenspraak.services.naming import actor
from samenspraak.services.showing import Standing, sealed_by, standing_of
from samenspraak.store.records import AuditLine, Cause, RemoteRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync import alike
from samenspraak.sync.hub import Hub
from samenspraak.sync.keeping import as_changes
from samenspraak.sync.versions import record_new

_TRIES = 3
_GONE = {
    "nl": "deze afspraak wordt hier niet meer gedeeld. Haal een nieuw bestand op.",
    "en": "this agreement is not shared here any more. Fetch a new file.",
}
_OTHER_NUMBER = {
    "nl": "deze afspraak heeft nu een ander nummer. Haal een nieuw bestand op.",
    "en": "this agreement has another number now. Fetch a new file.",
}
_UNKNOWN_VERSION = {
    "nl": "deze versie van de afspraak kennen we niet. Haal een nieuw bestand op.",
    "en": "we do not know this version of the agreement. Fetch a new file.",
}
_CONTRADICTS = {
    "nl": "een andere rij van dezelfde afspraak zegt iets anders. Kies één van beide.",
    "en": "another row of the same agreement says something else. Choose one of the two.",
}
_NOBODY_S = {
    "nl": "we weten niet van wie dit blad is. Laat ten minste één rij van ons staan.",
    "en": "we do not know whose sheet this is. Leave at least one row of ours in it.",
}


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What came of a file.

    ``changed``: the agreements in which something was typed, by id · ``units``: how many units · ``said``:
    how many reports and comments · ``proposed``: new agreements, by id · ``unchanged``: lines in which
    nothing changed · ``troubles``: what could not be used, each with where it stands.
    """

    changed: tuple[str, ...] = ()
    units: int = 0
    said: int = 0
    proposed: tuple[str, ...] = ()
    unchanged: int = 0
    troubles: tuple[Text, ...] = ()


@dataclass
class _Came:
    changed: set[str] = field(default_factory=set)
    units: int = 0
    said: int = 0
    proposed: list[str] = field(default_factory=list)
    unchanged: int = 0
    troubles: list[Text] = field(default_factory=list)


def take_back(hub: Hub, organisation: str, connector_id: str, body: bytes, *, by: str = ADMIN) -> Taken:
    """Take in a file of this connector; whatever can be used of it is, and the rest is told by its place.

    Raises:
        NotFoundError: there is no such connector, none whose files come back, or no such party.
        InvalidRecordError: the file as a whole cannot be used.
    """
    connector = returned(hub, organisation, connector_id)
    with hub.store.read(organisation) as uow:
        who = actor(uow, by)
        handed = connector.opened(body, sealed_by(uow, connector_id))
        names, reader = _names(uow, hub, connector, handed.lines), _reader(uow, connector_id, handed.lines)
    typed = sorted((one for one in handed.lines if one.cells), key=lambda one: one.copy)
    came = _Came(unchanged=len(handed.lines) - len(typed), troubles=list(handed.troubles))
    for copy_id, lines in groupby(typed, key=lambda one: one.copy):
        taking = _Taking(hub, organisation, connector, copy_id, list(lines), who, names)
        _tried(taking.take, came)
    for line in handed.new:
        _tried(_Proposing(hub, organisation, connector, line, reader, who, names).take, came)
    with hub.store.write(organisation) as uow:
        _audit(uow, hub, connector_id, who, came)
        uow.commit()
    return Taken(
        changed=tuple(sorted(came.changed)),
        units=came.units,
        said=came.said,
        proposed=tuple(came.proposed),
        unchanged=came.unchanged,
        troubles=tuple(came.troubles),
    )


def returned(hub: Hub, organisation: str, connector_id: str) -> Returned:
    """The connector, where it is one of those whose files come back.

    Raises:
        NotFoundError: it is none.
    """
    connector = hub.connected.connector(organisation, connector_id)
    if not isinstance(connector, Returned):
        raise NotFoundError(f"No files come back to connector {connector_id}.")
    return connector


def _tried(act: Callable[[_Came], None], came: _Came) -> None:
    """Once more when the hub was at work on the same agreement."""
    for left in reversed(range(_TRIES)):
        try:
            act(came)
        except StaleError:
            if not left:
                raise
        else:
            return


def _names(
    uow: UnitOfWork, hub: Hub, connector: Returned, lines: Sequence[Line]
) -> Mapping[str, Mapping[PartyRef, str]]:
    """Per client, as the copies call them, who may be named on this file."""
    found: dict[str, dict[PartyRef, str]] = {}
    for copy_id in {one.copy for one in lines}:
        one = standing_of(uow, hub, connector, copy_id)
        if one is not None:
            found.setdefault(str(one.visible.raw.get("client")), {}).update(one.visible.names)
    return found


def _reader(uow: UnitOfWork, connector_id: str, lines: Sequence[Line]) -> PartyRef | None:
    """Whose file it is, by the first line that still lies on the shelf."""
    for line in lines:
        copy = uow.shown.get(connector_id, line.copy)
        link = uow.parties.link_of(connector_id, copy.reader) if copy else None
        if link is not None:
            return link.ref
    return None


@dataclass(frozen=True, kw_only=True)
class _Read:
    """One line with what it showed and what was typed in it."""

    line: Line
    before: Units
    typed: Typed


@dataclass(frozen=True)
class _Taking:
    """The lines of one file that show one copy."""

    hub: Hub
    organisation: str
    connector: Returned
    copy_id: str
    lines: Sequence[Line]
    who: str
    names: Mapping[str, Mapping[PartyRef, str]]

    def take(self, came: _Came) -> None:
        with self.hub.store.write(self.organisation) as uow:
            one = standing_of(uow, self.hub, self.connector, self.copy_id)
            if one is None:
                came.troubles.extend(_at(line.place, _GONE) for line in self.lines)
                return
            hand = self._hand(uow, one)
            read = [self._read(uow, one, line, hand) for line in self.lines]
            edits, doubtful = _edits(read)
            said = [each for one_read in read for each in one_read.typed.said]
            changed = self._put(uow, one, edits, said, hand)
            uow.commit()
        came.troubles.extend([trouble for each in read for trouble in each.typed.troubles] + doubtful)
        if changed is None:
            came.unchanged += sum(not each.typed.troubles for each in read)
        else:
            came.changed.add(one.link.agreement_id)
            came.units += changed
            came.said += len(said)

    def _hand(self, uow: UnitOfWork, one: Standing) -> Hand:
        """Whoever hands it in; an admin does so for whoever reads it."""
        link = uow.parties.link_of(self.connector.connector_id, one.copy.reader)
        client = str(one.visible.raw.get("client"))
        by = party_of(self.who) or (link.ref if link else PartyRef.parse(client))
        names = {**self.names.get(client, {}), **one.visible.names}
        return Hand(by=by, names=names, now=self.hub.now())

    def _read(self, uow: UnitOfWork, one: Standing, line: Line, hand: Hand) -> _Read:
        before, why = self._before(uow, one, line)
        typed = Typed(troubles=(_at(line.place, why),)) if why else self.connector.typed(line, before, hand)
        return _Read(line=line, before=before, typed=typed)

    def _before(self, uow: UnitOfWork, one: Standing, line: Line) -> tuple[Units, Text]:
        """What the line showed, by our own history; or why that cannot be said."""
        if line.agreement_id != one.link.agreement_id:
            return {}, _OTHER_NUMBER
        version = uow.agreements.versions(line.agreement_id, {line.version}).get(line.version)
        if version is None:
            return {}, _UNKNOWN_VERSION
        there = {one.link.aliases.key_here(key): key for key in self.connector.units(dict(one.copy.raw))}
        then = units_of(version.agreement)
        return {there.get(key, key): value for key, value in then.items() if key.kind in line.kinds}, {}

    def _put(
        self,
        uow: WritingUnitOfWork,
        one: Standing,
        edits: Mapping[UnitKey, _Edit],
        said: Sequence[Statement],
        hand: Hand,
    ) -> int | None:
        """What was typed is put into the copy; how many units that changed there, None: nothing did."""
        stands = self.connector.units(dict(one.copy.raw))
        new = {key: edit for key, edit in edits.items() if stands.get(key) != edit.value}
        typed = as_changes({key: edit.value for key, edit in new.items()})
        raw = self.connector.with_typed(dict(one.copy.raw), typed, said, hand.by)
        if raw == one.copy.raw:
            return None
        uow.shown.change(replace(one.copy, raw=raw))
        uow.remotes.save(self._gone_back(one, new))
        uow.look_at_link(one.link.id)
        return len(new)

    def _gone_back(self, one: Standing, edits: Mapping[UnitKey, _Edit]) -> RemoteRecord:
        """What is known of the copy, with these units as the line showed them; not what a question holds."""
        remote, here = one.remote, one.link.aliases.key_here
        asked = remote.held.keys() | remote.answered.keys()
        back = {key: edit for key, edit in edits.items() if here(key) not in asked and edit.was_shown}
        if remote.seen is None or not back:
            return remote
        shown = as_changes({key: edit.before for key, edit in back.items()})
        nobody = Directory(connector_id=self.connector.connector_id)
        seen = self.connector.own(self.connector.put(dict(remote.seen), shown, nobody))
        base = {**remote.base, **{here(key): edit.version for key, edit in back.items()}}
        return replace(remote, seen=seen, base=base)


@dataclass(frozen=True, kw_only=True)
class _Edit:
    """What was typed for one unit, over what the line showed in which version, if it could be seen at all."""

    value: UnitValue | None
    before: UnitValue | None
    version: int
    was_shown: bool


def _edits(read: Iterable[_Read]) -> tuple[Mapping[UnitKey, _Edit], list[Text]]:
    """What the lines of one copy say together; where two contradict each other neither counts."""
    found: dict[UnitKey, _Edit] = {}
    twice: dict[UnitKey, Text] = {}
    for one in read:
        for key, value in one.typed.units.items():
            if key in found and found[key].value != value:
                twice[key] = _at(one.line.place, _CONTRADICTS)
            shown, version = key.kind in one.line.kinds, one.line.version
            found[key] = _Edit(value=value, before=one.before.get(key), version=version, was_shown=shown)
    return {key: edit for key, edit in found.items() if key not in twice}, list(twice.values())


@dataclass(frozen=True)
class _Proposing:
    """One line that people added: an agreement that is proposed, once."""

    hub: Hub
    organisation: str
    connector: Returned
    line: NewLine
    reader: PartyRef | None
    who: str
    names: Mapping[str, Mapping[PartyRef, str]]

    def take(self, came: _Came) -> None:
        if self.reader is None:
            came.troubles.append(_at(self.line.place, _NOBODY_S))
            return
        by, now = party_of(self.who) or self.reader, self.hub.now()
        hands = {
            PartyRef.parse(client): Hand(by=by, names=names, now=now) for client, names in self.names.items()
        }
        said = self.connector.proposed(self.line, self.reader, hands)
        if said.client is None or said.troubles:
            came.troubles.extend(said.troubles)
            return
        with self.hub.store.write(self.organisation) as uow:
            if uow.agreements.find(said.name) is not None:
                came.unchanged += 1
                return
            try:
                agreement = agreement_from(said.name, said.client.id, said.units)
            except RuleError as error:
                came.troubles.append(_at(self.line.place, {"nl": f"regel {error.rule}", "en": error.rule}))
                return
            cause = Cause(actor=self.who, why="recorded", connector_id=self.connector.connector_id)
            record_new(uow, self.hub, agreement, cause=cause)
            alike.wonder(uow, self.hub, agreement, self.connector.connector_id, frozenset())
            uow.commit()
        came.proposed.append(said.name)


def _at(place: Text, why: Text) -> Text:
    return {language: f"{place[language]}: {why[language]}" for language in ("nl", "en")}


def _audit(uow: WritingUnitOfWork, hub: Hub, connector_id: str, who: str, came: _Came) -> None:
    counts = (
        f"units={came.units} said={came.said} proposed={len(came.proposed)} troubles={len(came.troubles)}"
    )
    uow.log.audit(
        AuditLine(
            at=hub.now(),
            actor=who,
            action="feed.imported",
            object=f"connector:{connector_id}",
            connector_id=connector_id,
            detail=counts,
        )
    )
