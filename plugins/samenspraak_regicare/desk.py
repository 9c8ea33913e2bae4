"""Our side of the coordinator's desk: proposals placed, found again, taken back, and what became of them.

Placing the same proposal again makes no second one, so that a lost answer costs nothing: our mark on the
remark is looked up before every write.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from samenspraak.connectors import Proposal, ProposalState, Raw, Subject, Written
from samenspraak.connectors.lines import labelled_party
from samenspraak.domain.parties import PartyKind
from samenspraak.errors import (
    ConfigurationError,
    ConflictError,
    NoTargetError,
    OutcomeUnknownError,
    PermanentError,
)
from samenspraak.http import HttpClient

from . import proposals, records
from .codes import ForbiddenError, UnknownIdError
from .reading import Reader, Registration

VACANCY = "vacature"
ANNUL: Mapping[str, str] = {
    "activiteit": "activiteitInschrijvingAnnuleren",
    VACANCY: "vacaturebankVacatureInschrijvingAnnuleren",
}
MAY_PERFORM = (PartyKind.VOLUNTEER, PartyKind.GROUP)  # the hub gives groups of volunteers only


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Proposals in the name of the reader's account. ``connector_id``: for messages."""

    connector_id: str
    reader: Reader

    # What became of them.

    def answer(self, http: HttpClient, waiting: str) -> Proposal:
        """What staff did with a proposal."""
        listed = self._applications(http) if waiting.startswith(VACANCY) else self._registrations(http)
        found = next((one for one in listed if one.waiting == waiting), None)
        if found is None:
            return Proposal(state=ProposalState.GONE)
        state = self.state(found)
        about = found.becomes or ("" if found.target == VACANCY else found.target_id)
        if state is ProposalState.ACCEPTED and not about:
            return Proposal(state=ProposalState.WAITING)  # taken over, and not yet recorded
        return Proposal(state=state, external_id=about or None, reason=found.reason)

    def state(self, one: Registration) -> ProposalState:
        """What the label of its status means.

        Raises:
            ConfigurationError: the label is in none of the settings.
        """
        words = self.reader.words
        labels = {
            ProposalState.WAITING: words.waiting,
            ProposalState.ACCEPTED: words.accepted,
            ProposalState.REFUSED: words.refused,
        }
        for state, known in labels.items():
            if one.label in known:
                return state
        raise ConfigurationError(
            f"{self.connector_id}: the status of proposal {one.waiting} is in none of the settings"
        )

    def made_of(self, http: HttpClient, mark: str) -> list[str]:
        """The tasks staff made out of proposals with this mark."""
        return sorted({one.becomes for one in self._applications(http) if one.mark == mark and one.becomes})

    # Placing.

    def apply(self, http: HttpClient, subject: Subject, raw: Raw) -> Written:
        """Propose a new task at the vacancy for proposals.

        Raises:
            NoTargetError: no vacancy takes proposals.
            PermanentError: no volunteer performs this.
        """
        person = self._volunteer(raw)
        remark = proposals.new(subject, raw)
        earlier = [one for one in self._applications(http) if one.mark == str(subject.marker)]
        for one in earlier:
            if self.state(one) is ProposalState.ACCEPTED:
                return (
                    Written(external_id=one.becomes, existed=True) if one.becomes else _waits("", one.waiting)
                )
        if same := self._only_one_waiting(http, earlier, remark):
            return _waits("", same.waiting)
        vacancy = self.reader.intake_vacancy(http)
        if vacancy is None:
            raise NoTargetError(f"{self.connector_id}: no vacancy takes proposals; nothing was proposed")
        about = {"werksoortID": self.reader.kind_of_work(http), "vacatureID": vacancy}
        method = "vacaturebankVacatureInschrijvingPlaatsen"
        key = self._place(http, method, person or self.own_person(http), remark, about)
        return _waits("", f"{VACANCY}:{key}")

    def propose(self, http: HttpClient, external_id: str, remark: str, *, once: bool = False) -> Written:
        """Have exactly this one proposal of ours wait at the task.

        ``once``: staff who answered it before are not asked again.

        Raises:
            ConflictError: the task is gone, or takes no proposal of ours; look again.
        """
        earlier = [one for one in self._registrations(http) if one.target_id == external_id]
        same = self._only_one_waiting(http, earlier, remark)
        if once and same is None:
            same = next((one for one in earlier if one.mark == proposals.mark_of(remark)), None)
        if same:
            return _waits(external_id, same.waiting)
        about = {"activiteitID": int(external_id)}
        person = self.own_person(http)
        try:
            key = self._place(http, "activiteitInschrijvingPlaatsen", person, remark, about)
        except (ForbiddenError, UnknownIdError) as error:
            raise ConflictError(f"{self.connector_id}: task {external_id}: {error}; look again") from None
        return _waits(external_id, f"activiteit:{key}")

    def take_back(self, http: HttpClient, waiting: str) -> None:
        """Take a proposal back; one that is gone already is fine.

        Raises:
            ConflictError: staff have answered it meanwhile.
        """
        target, _, key = waiting.partition(":")
        extra = {"werksoortID": self.reader.kind_of_work(http)} if target == VACANCY else {}
        try:
            self.reader.session.call(http, ANNUL[target], safe=False, inschrijvingID=int(key), **extra)
        except UnknownIdError:
            return

    def own_person(self, http: HttpClient) -> int:
        """The person of our account, in whose name proposals about tasks are placed.

        Raises:
            ConfigurationError: the account has none.
        """
        profile = self.reader.session.call(http, "profielGegevens")
        try:
            return int(records.number(profile["persoonID"]))
        except (KeyError, TypeError, ValueError):
            raise ConfigurationError(f"{self.connector_id}: the account has no person in RegiCare") from None

    def _only_one_waiting(
        self, http: HttpClient, earlier: Sequence[Registration], remark: str
    ) -> Registration | None:
        """The waiting proposal that says this, if any; all others that wait are taken back."""
        waiting = [one for one in earlier if self.state(one) is ProposalState.WAITING]
        same = next((one for one in waiting if one.remark == records.text(remark)), None)
        for one in waiting:
            if one is not same:
                self.take_back(http, one.waiting)
        return same

    def _place(
        self, http: HttpClient, method: str, person: int, remark: str, about: Mapping[str, Any]
    ) -> str:
        details = {"persoonID": person, self.reader.name("opmerking"): remark}
        answer = self.reader.session.call(http, method, safe=False, gegevens=details, **about)
        try:
            return records.number(answer["inschrijvingID"])
        except (KeyError, TypeError, ValueError):
            raise OutcomeUnknownError(f"{method}: the answer names no registration; look for it") from None

    def _volunteer(self, raw: Raw) -> int | None:
        """The number of the volunteer, or None for one whom RegiCare does not know."""
        ((key, label),) = raw["plaatsing"]["vrijwilliger"].items() or (("", ""),)
        if key:
            return int(key)
        ref = labelled_party(label)
        if ref is None or ref.kind not in MAY_PERFORM:
            raise PermanentError(f"{self.connector_id}: only what a volunteer does goes to RegiCare")
        return None

    def _registrations(self, http: HttpClient) -> list[Registration]:
        return self.reader.registrations(http)

    def _applications(self, http: HttpClient) -> list[Registration]:
        return self.reader.applications(http)


def _waits(external_id: str, waiting: str) -> Written:
    return Written(external_id=external_id, waiting=waiting)
