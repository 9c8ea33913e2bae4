"""Proposals: what we would like to change, written into the draft care plan and nowhere else.

A nurse opens a draft, and a nurse activates or discards it; nothing here does. While there is no draft, or a
nurse works on the same lines of it, the proposal waits and nothing is written. Placing the same proposal
again makes no second one, because what it says is looked for first, so that a lost answer costs nothing.

What the hub remembers of a proposal says all that is needed to find out what became of it::

    open/123                        waits for a draft
    busy/123/55                     waits until draft 55 is closed
    new/123/55/901/ag1..a1          a new action, 901 in draft 55, with our mark
    change/123/55/77/Wie=1f0c…&…    these lines of action 77, with what they should say as digests
    remove/123/55/77                action 77 taken out of draft 55
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from samenspraak.connectors import Call, Found, Proposal, ProposalState, Raw, Subject, Written
from samenspraak.errors import ConflictError, NoTargetError, OutcomeUnknownError, PermanentError
from samenspraak.http import HttpClient
from samenspraak_ons import records
from samenspraak_ons.interface import Json, Ons, number
from samenspraak_ons.planning import Planner
from samenspraak_ons.plans import ClientPlans, Entry, Plan, plans_of

_ACTIONS = "/dossier/action_entries"
_WAITS = Proposal(state=ProposalState.WAITING)
_GONE = Proposal(state=ProposalState.GONE)
DISCARDED = "the draft care plan was discarded"
LEFT_OUT = "the care plan was activated without it"
TAKEN_OUT = "it was taken out of the draft care plan"


@dataclass(frozen=True, kw_only=True)
class Drafts:
    """Proposals for the actions of one kind. ``demand``: the *aandachtspunt* under which new ones come."""

    connector_id: str
    ons: Ons
    action: int
    demand: int | None
    planner: Planner

    # Placing.

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        """Propose a new action.

        Raises:
            NoTargetError: the draft has no entry that agreements belong under.
        """
        client = client_number(subject.client)
        plans = self._plans(call.http, client)
        if plans.active and (there := self._marked(plans.active, raw)):
            return Written(external_id=records.external_id(client, there), existed=True)
        if plans.draft is None:
            return _waiting("", "open", client)
        if there := self._marked(plans.draft, raw):
            if _said(records.record(client, there)) != _said(raw):
                self._put(call.http, there, raw)
            return _waiting("", "new", client, plans.draft.id, there["id"], subject.marker)
        entry = self._entry_for_agreements(plans.draft)
        if entry is None:
            raise NoTargetError(
                f"{self.connector_id}: the draft care plan has no entry for agreements; nothing was proposed"
            )
        given = {"carePlanEntryId": entry.id, "actionId": self.action, **_said(raw)}
        made = self.ons.write(call.http, "POST", "administration", _ACTIONS, given)
        if (key := number(made.get("id"))) is None:
            raise OutcomeUnknownError(f"{self.connector_id}: a new action has no id; look for it")
        return _waiting("", "new", client, plans.draft.id, key, subject.marker)

    def change(self, call: Call, found: Found, raw: Raw) -> Written:
        """Propose that the action says this.

        Raises:
            ConflictError: the plan in force does not have it (any more).
        """
        client, key = _client_and_key(found.external_id)
        wanted = _difference(found.raw, raw)
        if not wanted:
            return Written(external_id=found.external_id, found=found)
        plans = self._with_action(call.http, client, key)
        if plans.draft is None:
            return _waiting(found.external_id, "open", client)
        there = plans.draft.action(self.action, key)
        if there is None or _somebody_works_on(records.record(client, there), found.raw, wanted):
            return _waiting(found.external_id, "busy", client, plans.draft.id)
        now = records.record(client, there)
        then = now
        for label, text in wanted.items():
            then = records.with_part(then, label, text)
        if then != now:
            self._put(call.http, there, then)
        marks = urlencode({label: _digest(text) for label, text in wanted.items()})
        return _waiting(found.external_id, "change", client, plans.draft.id, key, marks)

    def remove(self, call: Call, found: Found) -> Written:
        """Propose that an action of ours goes.

        Raises:
            PermanentError: a nurse wrote it; it is the dossier's own record.
            ConflictError: the plan in force does not have it (any more).
        """
        if records.marker_of(found.raw["comment"]) is None:
            raise PermanentError(
                f"{self.connector_id}: {found.external_id} was written in the dossier itself and stays there"
            )
        client, key = _client_and_key(found.external_id)
        plans = self._with_action(call.http, client, key)
        if plans.draft is None:
            return _waiting(found.external_id, "open", client)
        if there := plans.draft.action(self.action, key):
            self._delete(call.http, there)
        return _waiting(found.external_id, "remove", client, plans.draft.id, key)

    # What became of it.

    def answer(self, call: Call, waiting: str) -> Proposal:
        """What a nurse did with it. What follows from one that was accepted is planned before it is told."""
        kind, client, *rest = waiting.split("/", 4)
        plans = plans_of(call.http, self.ons, int(client))
        if plans is None:
            return _WAITS  # out of our sight: nobody knows yet
        if kind == "open":
            return _WAITS if plans.draft is None else _GONE
        is_open = plans.draft is not None and plans.draft.id == int(rest[0])
        if kind == "busy":
            return _WAITS if is_open else _GONE
        draft = plans.draft if is_open else None
        return _ANSWERS[kind](self, call, int(client), draft, plans.active, rest)

    def _new_one(
        self, call: Call, client: int, draft: Plan | None, active: Plan | None, rest: list[str]
    ) -> Proposal:
        plan, key, mark = int(rest[0]), int(rest[1]), rest[2]
        if draft is not None:
            return _WAITS if self._made(draft, key, mark) else _refused(TAKEN_OUT)
        found = self._made(active, key, mark) if active is not None else None
        if found is None:
            return _refused(LEFT_OUT if active is not None and active.id == plan else DISCARDED)
        return self._accepted(call, client, found)

    def _made(self, plan: Plan, key: int, mark: str) -> Json | None:
        """The action we made: by its id, or by our mark where a next plan has it under another."""
        found = list(plan.actions(self.action))
        by_id = (one for one in found if number(one.get("id")) == key)
        marked = (one for one in found if str(records.marker_of(str(one.get("comment") or ""))) == mark)
        return next(by_id, None) or next(marked, None)

    def _changed_one(
        self, call: Call, client: int, draft: Plan | None, active: Plan | None, rest: list[str]
    ) -> Proposal:
        plan, key, marks = int(rest[0]), rest[1], dict(parse_qsl(rest[2]))
        if draft is not None:
            return _WAITS
        found = active.action(self.action, key) if active is not None else None
        if found is None or not _says(records.record(client, found), marks):
            return _refused(LEFT_OUT if active is not None and active.id == plan else DISCARDED)
        return self._accepted(call, client, found)

    def _removed_one(
        self, call: Call, client: int, draft: Plan | None, active: Plan | None, rest: list[str]
    ) -> Proposal:
        if draft is not None:
            return _WAITS
        found = active.action(self.action, rest[1]) if active is not None else None
        if found is not None:
            return _refused(LEFT_OUT if active is not None and active.id == int(rest[0]) else DISCARDED)
        self.planner.forget(call, client, f"{client}/{rest[1]}")
        return Proposal(state=ProposalState.ACCEPTED, external_id=f"{client}/{rest[1]}")

    def _accepted(self, call: Call, client: int, action: Json) -> Proposal:
        raw = records.record(client, action)
        self.planner.plan(call, raw)
        return Proposal(state=ProposalState.ACCEPTED, external_id=records.external_id(client, action))

    # Taking back.

    def withdraw(self, call: Call, waiting: str) -> None:
        """Take it out of the draft again; lines that a nurse changed since stay as they are."""
        kind, client, *rest = waiting.split("/", 4)
        plans = plans_of(call.http, self.ons, int(client)) if kind in _ANSWERS else None
        draft = plans.draft if plans else None
        if plans is None or draft is None or draft.id != int(rest[0]):
            return
        if kind == "new":
            if there := self._made(draft, int(rest[1]), rest[2]):
                self._delete(call.http, there)
            return
        before, now = (plan and plan.action(self.action, rest[1]) for plan in (plans.active, draft))
        if kind == "change" and before and now:
            self._put_back(call.http, int(client), before, now, dict(parse_qsl(rest[2])))
        if kind == "remove" and before and now is None:
            entry = self._entry_for_agreements(draft)
            if entry is not None:
                given = {"carePlanEntryId": entry.id, "actionId": self.action}
                said = _said(records.record(int(client), before))
                self.ons.write(call.http, "POST", "administration", _ACTIONS, {**given, **said})

    def _put_back(
        self, http: HttpClient, client: int, before: Json, now: Json, marks: Mapping[str, str]
    ) -> None:
        was, stands = (records.record(client, one) for one in (before, now))
        then, old = stands, records.parts(was["title"], was["comment"])
        for label, text in records.parts(stands["title"], stands["comment"]).items():
            if label in marks and _digest(text) == marks[label]:
                then = records.with_part(then, label, old[label])
        if then != stands:
            self._put(http, now, then)

    # Small steps.

    def _plans(self, http: HttpClient, client: int) -> ClientPlans:
        plans = plans_of(http, self.ons, client)
        if plans is None:
            raise PermanentError(f"{self.connector_id}: client {client} is out of our sight")
        return plans

    def _with_action(self, http: HttpClient, client: int, key: str) -> ClientPlans:
        plans = self._plans(http, client)
        if plans.active is None or plans.active.action(self.action, key) is None:
            raise ConflictError(f"{self.connector_id}: {client}/{key} is not in the plan; look again")
        return plans

    def _marked(self, plan: Plan, raw: Raw) -> Json | None:
        mark = records.marker_of(raw["comment"])
        found = plan.actions(self.action)
        return next((one for one in found if records.marker_of(str(one.get("comment") or "")) == mark), None)

    def _entry_for_agreements(self, draft: Plan) -> Entry | None:
        """Where agreements stand already, else the *aandachtspunt* of the settings."""
        held = (one for one in draft.entries if any(self._is_ours(action) for action in one.actions))
        about = (one for one in draft.entries if self.demand is not None and one.demand == self.demand)
        return next(held, None) or next(about, None)

    def _is_ours(self, action: Json) -> bool:
        return number(action.get("actionId")) == self.action

    def _put(self, http: HttpClient, action: Json, raw: Raw) -> None:
        known = {name: action[name] for name in _KEPT if action.get(name) is not None}
        self.ons.write(http, "PUT", "administration", f"{_ACTIONS}/{action['id']}", {**known, **_said(raw)})

    def _delete(self, http: HttpClient, action: Json) -> None:
        self.ons.write(http, "DELETE", "administration", f"{_ACTIONS}/{action['id']}")


_KEPT = ("id", "carePlanEntryId", "actionId", "carePlanPersistentActionId")
_ANSWERS = {"new": Drafts._new_one, "change": Drafts._changed_one, "remove": Drafts._removed_one}


def client_number(external_id: str) -> int:
    """The number of a client by its external id.

    Raises:
        PermanentError: it is not of a client.
    """
    kind, _, key = external_id.partition("/")
    if kind != "client" or (found := number(key)) is None:
        raise PermanentError(f"{external_id} is no client in Ons")
    return found


def _client_and_key(external_id: str) -> tuple[int, str]:
    client, _, key = external_id.partition("/")
    return int(client), key


def _said(raw: Raw) -> Json:
    return {"title": raw["title"], "comment": raw["comment"]}


def _difference(before: Raw, after: Raw) -> dict[str, str]:
    """The pieces that should say something else, with what."""
    was = records.parts(before["title"], before["comment"])
    return {
        label: text
        for label, text in records.parts(after["title"], after["comment"]).items()
        if was[label] != text
    }


def _somebody_works_on(draft: Raw, active: Raw, wanted: Mapping[str, str]) -> bool:
    """Whether a piece we would change says in the draft neither what is in force nor what we want."""
    now, was = (records.parts(one["title"], one["comment"]) for one in (draft, active))
    return any(now[label] not in (was[label], text) for label, text in wanted.items())


def _says(raw: Raw, marks: Mapping[str, str]) -> bool:
    said = records.parts(raw["title"], raw["comment"])
    return all(_digest(said.get(label, "")) == mark for label, mark in marks.items())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _refused(reason: str) -> Proposal:
    return Proposal(state=ProposalState.REFUSED, reason=reason)


def _waiting(external_id: str, kind: str, *parts: object) -> Written:
    return Written(external_id=external_id, waiting="/".join([kind, *map(str, parts)]))
