"""What people of the care organisation do at the hub, through its services, and what the hub tells them."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from samenspraak.bootstrap import Application
from samenspraak.domain.agreements import ReviewOutcome
from samenspraak.domain.consent import Capacity, RecipientKind
from samenspraak.domain.local_time import local_day
from samenspraak.domain.parties import PartyKind
from samenspraak.domain.schedules import names_days
from samenspraak.domain.units import MatrixRow
from samenspraak.errors import NotFoundError, TransientError
from samenspraak.policy.capabilities import Write
from samenspraak.policy.state import Reason
from samenspraak.services import (
    agreements,
    connectors,
    consents,
    explaining,
    feeds,
    matching,
    naming,
    pausing,
    people,
    questions,
    returning,
    reviewing,
    taking_part,
)
from samenspraak.services.status import status
from samenspraak.sync.hub import Hub

_POLL_SECONDS = 0.1
_UNDECIDED = "new"


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What became of an object that somebody made in a system.

    ``agreement_id`` and ``part``: of which agreement and assignment it is a copy · ``why``: why of none, as
    the store says it · ``field``: what cannot be used in it.
    """

    agreement_id: str = ""
    part: str = ""
    why: str = _UNDECIDED
    field: str = ""

    @property
    def is_open(self) -> bool:
        return not self.agreement_id and self.why == _UNDECIDED


@dataclass(frozen=True, kw_only=True)
class Duty:
    """Who does one assignment and when, in words. ``names_days``: whether it follows on which days."""

    kind: PartyKind
    name: str
    when: str
    names_days: bool


@dataclass(kw_only=True)
class Office:
    """The organisation's people at the hub.

    Args:
        application: the hub as its services see it, beside the process that does the work.
        organisation: whose people they are.
        patience: the seconds they wait for something to happen before they give up.
        recorded: the consents that were recorded, by client and person.
    """

    application: Application
    organisation: str
    patience: float
    recorded: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def hub(self) -> Hub:
        return self.application.hub

    # Systems.

    def connect(self, connector_id: str, plugin: str, settings: Mapping[str, Any]) -> None:
        """Try a connection and save it; it begins by matching."""
        record = connectors.draft(self.application.registry, connector_id, plugin, settings)
        for checked in connectors.try_out(self.application.connected, self.organisation, record):
            if not checked.ok:
                raise TransientError(f"The test of {connector_id} failed at {checked.step}: {checked.detail}")
        connectors.add(self.hub, self.application.connected, self.organisation, record)

    def release(self, connector_id: str) -> None:
        """Let a system take part; every copy there is looked at."""
        taking_part.resume(self.hub, self.organisation, connector_id)

    def show(self, connector_id: str, plugin: str, who: str) -> tuple[str, ...]:
        """Show somebody what they may see; gives where, in each form, below the address of the hub."""
        self.connect(connector_id, plugin, {})
        self.release(connector_id)
        return feeds.add(self.hub, self.organisation, connector_id, who).paths

    def hand_in(self, connector_id: str, rows: Sequence[Mapping[str, str]]) -> returning.Taken:
        """Take in a spreadsheet in which somebody typed."""
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
        return returning.take_back(self.hub, self.organisation, connector_id, out.getvalue().encode())

    @property
    def url(self) -> str:
        """Where the hub answers on this machine."""
        return f"http://127.0.0.1:{self.application.settings.web.port}"

    def pause(self, connector_id: str) -> None:
        taking_part.pause(self.hub, self.organisation, connector_id)

    # People.

    def waiting(self) -> tuple[people.Waiting, ...]:
        """Whom nobody has matched yet."""
        return people.waiting(self.hub, self.organisation).people

    def accept(self, connector_id: str, external_id: str, who: str) -> None:
        """This is that person."""
        matching.accept(self.hub, self.organisation, connector_id, external_id, who)

    def refuse(self, connector_id: str, external_id: str, who: str) -> None:
        """This is not that person, and never was."""
        matching.refuse(self.hub, self.organisation, connector_id, external_id, who)

    def known(self) -> int:
        """How many parties the organisation knows."""
        with self.hub.store.read(self.organisation) as uow:
            return len(uow.parties.everybody())

    def has_met(self, connector_id: str, external_id: str) -> bool:
        """Whether the hub has seen this person in that system, matched or not."""
        there = connector_id, external_id
        with self.hub.store.read(self.organisation) as uow:
            return bool(uow.parties.link_of(*there) or uow.parties.candidate(*there))

    # Agreements.

    def fate(self, connector_id: str, external_id: str) -> Fate:
        """What became of this object."""
        with self.hub.store.read(self.organisation) as uow:
            remote = uow.remotes.by_external(connector_id, external_id)
            if remote is None:
                return Fate()
            if remote.link_id is None:
                return Fate(why=remote.why, field=remote.why_field)
            return Fate(agreement_id=uow.links.get(remote.link_id).agreement_id, part=remote.part)

    def duty(self, fate: Fate) -> Duty:
        """The assignment that this object holds."""
        with self.hub.store.read(self.organisation) as uow:
            assignment = uow.agreements.get(fate.agreement_id).agreement.assignment(fate.part)
            if assignment is None:
                raise NotFoundError(f"Agreement {fate.agreement_id} has no assignment {fate.part}.")
            performer, schedule = assignment.duty.performer, assignment.duty.schedule
            return Duty(
                kind=performer.kind,
                name=naming.names(uow, {performer}).get(performer, ""),
                when=schedule.text,
                names_days=names_days(schedule),
            )

    def reasons(self, agreement_id: str) -> Mapping[str, set[Reason]]:
        """Why its copies are as they are, by system."""
        with self.hub.store.read(self.organisation) as uow:
            found: dict[str, set[Reason]] = {}
            for link in uow.links.of_agreement(agreement_id):
                found.setdefault(link.connector_id, set()).add(link.reason)
        return found

    def readers(self, agreement_id: str, connector_id: str) -> set[str]:
        """Who is known to have read the present version of it in this system, by name."""
        found = explaining.explain(self.hub, self.organisation, agreement_id)
        return {
            found.names.get(one.reader, "")
            for copy in found.copies
            if copy.connector_id == connector_id
            for one in copy.reached
            if one.reader and one.read and one.read.version == found.version
        }

    def does_not_apply(self, agreement_id: str) -> set[str]:
        """The systems in which there is nobody to tell about it."""
        copies = explaining.explain(self.hub, self.organisation, agreement_id).copies
        return {one.connector_id for one in copies if not one.applies}

    # Consent.

    def allow(self, client: str, person: str, **limits: Any) -> None:
        """The client lets somebody see their agreements; both as the dossier calls them."""
        wish = consents.Wish(
            client=f"dossier/{client}",
            recipient_kind=RecipientKind.PERSON,
            recipient=f"dossier/{person}",
            given_by=f"dossier/{client}",
            **limits,
        )
        self.recorded[client, person] = consents.record(self.hub, self.organisation, wish).id

    def show_own_name(self, client: str, person: str) -> None:
        """Somebody in the circle lets the relatives see that they take part."""
        wish = consents.Wish(
            client=f"dossier/{client}",
            recipient_kind=RecipientKind.ROLE,
            recipient=str(PartyKind.RELATIVE),
            rows={MatrixRow.NAMES},
            given_by=f"dossier/{person}",
            capacity=Capacity.SELF,
        )
        consents.record(self.hub, self.organisation, wish)

    def withdraw(self, client: str, person: str) -> None:
        """The client takes that back."""
        consents.withdraw(self.hub, self.organisation, self.recorded.pop((client, person)))

    def retractions(self, client: str) -> tuple[consents.Retraction, ...]:
        """What was taken back from whom, and whether that is certain."""
        return consents.of_client(self.hub, self.organisation, f"dossier/{client}").retractions

    # Talks, and being away; clients as the dossier calls them.

    def review(self, agreement_id: str, following: date) -> None:
        """The talk was held and it stays as it is; when the next one is."""
        kept = ReviewOutcome.KEPT
        reviewing.hold(self.hub, self.organisation, agreement_id, kept, on=self.today(), next_on=following)

    def away(self, client: str, until: date, reason: str) -> None:
        """The client is somewhere else until this day."""
        absence = pausing.Absence(who=f"dossier/{client}", start=self.today(), until=until, reason=reason)
        pausing.pause(self.hub, self.organisation, absence)

    def back(self, client: str) -> None:
        """The client is home sooner."""
        absence = pausing.Absence(who=f"dossier/{client}", start=self.today())
        pausing.lift(self.hub, self.organisation, absence)

    def stop(self, client: str) -> None:
        """Everything of the client stops."""
        pausing.stop(self.hub, self.organisation, f"dossier/{client}", on=self.today())

    # Questions.

    def asked(self, agreement_id: str) -> tuple[questions.Question, ...]:
        """What people are asked about an agreement now."""
        return questions.listed(self.hub, self.organisation, agreement_id=agreement_id)

    def answer(self, question: questions.Question, choice: str) -> None:
        """A person decides."""
        questions.answer(self.hub, self.organisation, question.id, revision=question.revision, choice=choice)

    # Waiting.

    def now(self) -> datetime:
        """The time at the hub, as the process that does the work last wrote it down."""
        known = connectors.listed(
            self.hub, self.application.registry, self.application.connected, self.organisation
        )
        return max((one.heard_at for one in known if one.heard_at), default=self.hub.now())

    def today(self) -> date:
        """The day it is at the hub."""
        return local_day(self.now())

    def until(self, holds: Callable[[], bool], patience: float | None = None) -> bool:
        """Wait until it holds, for the office's patience unless another is given; False when it never did."""
        deadline = time.monotonic() + (self.patience if patience is None else patience)
        while not holds():
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def rest(self, patience: float | None = None) -> bool:
        """Wait until nothing is due, and still nothing is or moved once every system was heard.

        Returns:
            False when patience ended first.
        """
        deadline = time.monotonic() + (self.patience if patience is None else patience)
        while time.monotonic() < deadline:
            if self._is_due():
                time.sleep(_POLL_SECONDS)
                continue
            before = self._picture()
            self._hear_all(deadline)
            if self._picture() == before and not self._is_due():
                return True
        return False

    def look_everywhere(self) -> bool:
        """Have every system heard and every copy looked at once more; False when patience ended first."""
        before = self._heard()
        for connector_id in before:
            self.pause(connector_id)
            self.release(connector_id)
        return self.until(
            lambda: all(now != before[one] for one, now in self._heard().items()) and not self._is_due()
        )

    def heard_all(self) -> bool:
        """Whether every system has been heard at all."""
        return all(self._heard().values())

    def _hear_all(self, deadline: float) -> None:
        """Every system that listens has been heard from its beginning to its end since this call."""
        for _ in range(2):  # one may have begun before
            before = self._heard()
            while time.monotonic() < deadline:
                now = self._heard()
                if all(now[one] != before[one] for one in before):
                    break
                time.sleep(_POLL_SECONDS)

    def _heard(self) -> Mapping[str, datetime | None]:
        """When each system was last heard; not what the hub itself shows, where nothing is to be heard."""
        known = status(self.hub, self.organisation).systems
        shown = {
            one.id for one in known if self.hub.capabilities(self.organisation, one.id).mode is Write.VIEW
        }
        listening = (one for one in known if str(one.state) in ("running", "matching"))
        return {one.id: one.heard_at for one in listening if one.id not in shown}

    def _is_due(self) -> bool:
        """Whether a copy, or an object that nobody knows yet, has still to be looked at."""
        with self.hub.store.read(self.organisation) as uow:
            unlinked = uow.remotes.due(datetime.max.replace(tzinfo=UTC), 1)
        return bool(unlinked) or not status(self.hub, self.organisation).converged

    def _picture(self) -> object:
        standing = status(self.hub, self.organisation)
        lines = agreements.listed(self.hub, self.organisation)
        return (
            [(line.id, line.version, line.questions) for line in lines],
            [(one.id, one.state, one.links) for one in standing.systems],
            standing.waiting_people,
            standing.waiting_records,
        )
