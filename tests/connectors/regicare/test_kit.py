"""The kit finds what is wrong with a connector that proposes: each mistake fails the check it names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from samenspraak.connectors import Call, End, Found, Page, Proposal, ProposalState, Raw, Subject, Written
from samenspraak_regicare import proposals
from samenspraak_regicare.kit import Contract
from samenspraak_regicare.plugin import RegiCareConnector


class ProposesOnceMore(RegiCareConnector):
    """Looks up nothing before it places: a lost answer doubles the proposal."""

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        vacancy = self._reader.intake_vacancy(call.http)
        about = {"werksoortID": 1, "vacatureID": vacancy}
        return self._placed(call, "vacature", proposals.new(subject, raw), about)

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        remark = proposals.change(found.raw, raw, external_id=found.external_id) or ""
        return self._placed(call, "activiteit", remark, {"activiteitID": int(found.external_id)})

    def _placed(self, call: Call, target: str, remark: str, about: dict[str, object]) -> Written:
        method = {
            "vacature": "vacaturebankVacatureInschrijvingPlaatsen",
            "activiteit": "activiteitInschrijvingPlaatsen",
        }[target]
        person = self._desk.own_person(call.http)
        key = self._desk._place(call.http, method, person, remark, about)
        return Written(external_id=str(about.get("activiteitID", "")), waiting=f"{target}:{key}")


class RetractsNothing(RegiCareConnector):
    def end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        return Written(external_id=found.external_id, found=found)


class NeverSureOfTheEnd(RegiCareConnector):
    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        return (replace(page, complete=False) for page in super().changes(call, cursor))


class TakesSilenceForAYes(RegiCareConnector):
    def proposal(self, call: Call, waiting: str) -> Proposal:
        answer = super().proposal(call, waiting)
        return replace(answer, state=ProposalState.ACCEPTED)


WRONG: Sequence[tuple[type[RegiCareConnector], str]] = (
    (ProposesOnceMore, "test_a_create_whose_answer_was_lost_makes_no_double"),
    (ProposesOnceMore, "test_a_proposal_whose_answer_was_lost_waits_once"),
    (RetractsNothing, "test_a_retracted_record_can_no_longer_be_read"),
    (RetractsNothing, "test_an_ended_record_is_over"),
    (NeverSureOfTheEnd, "test_a_whole_listing_says_that_it_is_complete"),
    (NeverSureOfTheEnd, "test_a_removal_shows_in_the_next_listing"),
    (TakesSilenceForAYes, "test_a_proposal_waits_until_a_person_accepts_it"),
)


@pytest.mark.parametrize(("kind", "check"), WRONG, ids=lambda one: getattr(one, "__name__", str(one)))
def test_a_wrong_connector_fails_the_check_that_is_about_it(
    kind: type[RegiCareConnector], check: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Contract, "kind", kind)
    terms = Contract()

    with terms.opened() as world, pytest.raises(AssertionError):
        getattr(terms, check)(world)
