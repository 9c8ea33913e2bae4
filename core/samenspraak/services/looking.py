"""Looking at people's data: whoever looks is in the audit trail before anything is shown.

This is the table of what counts as a read. Entry points reach these services through it and never directly;
a look that cannot be noted shows nothing. Source: R-LOG-1 and R-LOG-2 (NEN 7513): who, when, which client,
which action, and of an agreement which version. A look at many is a line per client.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.policy.access import Principal
from samenspraak.services import (
    accounts,
    agreements,
    circle,
    consents,
    day_sheet,
    explaining,
    eyes,
    feeds,
    history,
    joining,
    mapping,
    matching,
    moments,
    occurrences,
    past,
    pausing,
    people,
    programs,
    questions,
    reviewing,
    showing,
    statements,
    today,
)
from samenspraak.services.naming import actor
from samenspraak.services.paging import in_time, paged
from samenspraak.store.records import AuditLine
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync.hub import Hub

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What somebody looked at, by ids."""

    object: str
    client_id: str = ""
    version: int | None = None


@dataclass(frozen=True)
class Read(Generic[P, T]):
    """A service that shows data about people.

    Called with the hub, the organisation, who looks (``admin``, a party or a principal), and what the service
    takes.

    Raises:
        NotFoundError: nobody is known as who looks, or the service finds nothing.
        TransientError: the look cannot be noted now, so that nothing is shown.
    """

    action: str
    find: Callable[Concatenate[Hub, str, P], T]
    seen: Callable[[UnitOfWork, T], Iterable[Seen]]

    def __call__(
        self, hub: Hub, organisation: str, by: str | Principal, /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        who, through = (by.id, by.connector_id) if isinstance(by, Principal) else (by, "")
        found = self.find(hub, organisation, *args, **kwargs)
        with hub.store.write(organisation) as uow:
            lines = [self._line(hub, actor(uow, who), through, one) for one in self.seen(uow, found)]
            uow.log.audit(*lines)
            uow.commit()
        return found

    def _line(self, hub: Hub, who: str, through: str, one: Seen) -> AuditLine:
        return AuditLine(
            at=hub.now(),
            actor=who,
            action=self.action,
            connector_id=through,
            object=one.object,
            client_id=one.client_id,
            version=one.version,
        )


def _one_agreement(
    _: UnitOfWork,
    found: agreements.Shown
    | explaining.Explained
    | eyes.View
    | past.Past
    | occurrences.Occurrences
    | statements.Statements
    | history.History
    | history.Restored
    | joining.Preview,
) -> Iterator[Seen]:
    yield Seen(object=f"agreement:{found.id}", client_id=found.client.id, version=found.version)


def _agreements(_: UnitOfWork, found: Iterable[agreements.Line]) -> Iterable[Seen]:
    return _clients("agreements", (one.client for one in found))


def _views(_: UnitOfWork, found: eyes.Views) -> Iterable[Seen]:
    return _clients("agreements", (one.client for one in found.items))


def _one_question(uow: UnitOfWork, found: questions.Question) -> Iterator[Seen]:
    yield Seen(object=f"question:{found.id}", client_id=_client_of(uow, found))


def _questions(uow: UnitOfWork, found: Iterable[questions.Question]) -> Iterable[Seen]:
    return _each_client("questions", {_client_of(uow, one) for one in found})


def _client_of(uow: UnitOfWork, question: questions.Question) -> str:
    return uow.agreements.get(question.agreement_id).agreement.client_id if question.agreement_id else ""


def _consents(_: UnitOfWork, found: consents.Consents) -> Iterable[Seen]:
    return _clients("consents", [found.client])


def _recorded(_: UnitOfWork, found: Iterable[consents.Recorded]) -> Iterable[Seen]:
    return _each_client("consents", {one.consent.client_id for one in found})


def _retractions(uow: UnitOfWork, found: Iterable[consents.Retraction]) -> Iterable[Seen]:
    clients = {uow.agreements.get(one.agreement_id).agreement.client_id for one in found}
    return _each_client("consents", clients)


def _reviews(uow: UnitOfWork, found: reviewing.DueList) -> Iterable[Seen]:
    return _due(uow, found.reviews)


def _due(_: UnitOfWork, found: Iterable[reviewing.Due]) -> Iterable[Seen]:
    return _clients("reviews", (one.client for one in found))


def _moments(_: UnitOfWork, found: moments.Days) -> Iterable[Seen]:
    return _clients("moments", (one.client for one in found.moments))


def _day(_: UnitOfWork, found: day_sheet.Today) -> Iterable[Seen]:
    return _clients(f"day:{found.of}", (one.client for one in found.agreements))


def _absence(_: UnitOfWork, found: pausing.Outcome) -> Iterable[Seen]:
    return _clients("agreements", (one.client for one in found.agreements))


def _waiting(uow: UnitOfWork, found: people.Unmatched) -> Iterable[Seen]:
    return _suggested(uow, found.people)


def _waiting_records(_: UnitOfWork, found: Iterable[people.WaitingRecord]) -> Iterable[Seen]:
    return _each_client("records", ())  # nobody knows yet whose they are


def _suggested(_: UnitOfWork, found: Iterable[people.Waiting]) -> Iterable[Seen]:
    return _clients("matches", (maybe.party for one in found for maybe in one.suggestions))


def _circle(_: UnitOfWork, found: circle.Circle) -> Iterable[Seen]:
    return _clients("people", [found.client])


def _one_person(_: UnitOfWork, found: matching.WouldJoin) -> Iterable[Seen]:
    return _clients("people", (found.outcome.party, found.outcome.same))


def _known(_: UnitOfWork, found: Iterable[people.Known]) -> Iterable[Seen]:
    return _clients("people", (one.party for one in found))


def _records(_: UnitOfWork, found: mapping.Preview) -> Iterable[Seen]:
    return _clients("records", (one.client for one in found.records if one.client and one.client.is_resolved))


def _feeds(_: UnitOfWork, found: Iterable[feeds.Feed]) -> Iterable[Seen]:
    return _clients("feeds", (one.party for one in found if one.party))


def _accounts(_: UnitOfWork, found: Iterable[accounts.Account]) -> Iterable[Seen]:
    return _clients("accounts", (one.party for one in found if one.party))


def _invitations(_: UnitOfWork, found: Iterable[accounts.Invitation]) -> Iterable[Seen]:
    return _clients("invitations", (one.party for one in found if one.party))


def _one_program(_: UnitOfWork, found: programs.Program) -> Iterator[Seen]:
    yield Seen(object=f"program:{found.id}")


def _of_nobody(what: str) -> Callable[[UnitOfWork, Iterable[object]], Iterable[Seen]]:
    """A list that shows no person; who has access is a thing to have looked at all the same."""
    return lambda _, __: [Seen(object=what)]


def _one_feed(_: UnitOfWork, found: showing.Saved) -> Iterable[Seen]:
    return _each_client(f"feed:{found.feed_id}", found.clients)


def _clients(what: str, shown: Iterable[PartyRef]) -> Iterable[Seen]:
    return _each_client(what, {one.id for one in shown if one.kind is PartyKind.CLIENT})


def _each_client(what: str, ids: Iterable[str]) -> Iterable[Seen]:
    """A line per client; one without a client when none was shown, since somebody looked."""
    return [Seen(object=what, client_id=one) for one in sorted(ids) or [""]]


list_agreements = Read("agreement.listed", agreements.listed, _agreements)
show_agreement = Read("agreement.shown", agreements.show, _one_agreement)
view_agreements = Read("agreement.listed", eyes.listed, _views)
view_agreement = Read("agreement.shown", eyes.show, _one_agreement)
view_versions = Read("agreement.history", past.of_agreement, _one_agreement)
view_occurrences = Read("moment.listed", occurrences.of_agreement, _one_agreement)
view_statements = Read("agreement.shown", statements.of_agreement, _one_agreement)
explain_agreement = Read("agreement.explained", explaining.explain, _one_agreement)
list_versions = Read("agreement.history", history.of_agreement, _one_agreement)
compare_version = Read("agreement.compared", history.would_restore, _one_agreement)
preview_join = Read("agreement.compared", joining.would_join, _one_agreement)
preview_separate = Read("agreement.compared", joining.would_separate, _one_agreement)
preview_person = Read("person.compared", matching.would_join, _one_person)
list_reviews = Read("review.listed", reviewing.due, _reviews)
list_moments = Read("moment.listed", moments.between, _moments)
show_day_of_group = Read("day.shown", today.of_group, _day)
show_day_of_person = Read("day.shown", today.of_person, _day)
preview_absence = Read("absence.previewed", pausing.would, _absence)
list_questions = Read("question.listed", questions.listed, _questions)
show_question = Read("question.shown", questions.show, _one_question)
list_consents = Read("consent.listed", consents.of_client, _consents)
list_waiting = Read("match.listed", people.waiting, _waiting)
preview_records = Read("record.previewed", mapping.preview, _records)
list_feeds = Read("feed.listed", feeds.listed, _feeds)
list_accounts = Read("account.listed", accounts.accounts, _accounts)
list_invitations = Read("invitation.listed", accounts.invitations, _invitations)
list_providers = Read("provider.listed", accounts.providers, _of_nobody("providers"))
list_programs = Read("program.listed", programs.listed, _of_nobody("programs"))
list_keys = Read("key.listed", programs.listed_keys, _of_nobody("keys"))
save_feed = Read("feed.saved", showing.save, _one_feed)

# The same lists part by part.
page_people = Read("person.listed", people.known, _known)
show_circle = Read("person.listed", circle.of_client, _circle)
page_matches = Read("match.listed", people.waiting_people, _suggested)
page_waiting_records = Read("match.listed", people.waiting_records, _waiting_records)
page_questions = Read(
    "question.listed",
    paged(questions.listed, tuple, lambda one: in_time(one.opened_at, one.id)),
    _questions,
)
page_consents = Read(
    "consent.listed",
    paged(
        consents.of_client,
        lambda found: found.recorded,
        lambda one: one.consent.id,
        lambda found: found.names,
    ),
    _recorded,
)
page_retractions = Read(
    "consent.listed",
    paged(
        consents.of_client,
        lambda found: found.retractions,
        lambda one: f"{one.agreement_id}/{one.connector_id}/{' '.join(map(str, one.readers))}",
        lambda found: found.names,
    ),
    _retractions,
)
page_accounts = Read(
    "account.listed",
    paged(accounts.accounts, tuple, lambda one: in_time(one.at, one.id)),
    _accounts,
)
page_invitations = Read(
    "invitation.listed",
    paged(accounts.invitations, tuple, lambda one: in_time(one.expires_at, one.id)),
    _invitations,
)
page_providers = Read(
    "provider.listed", paged(accounts.providers, tuple, lambda one: one.id), _of_nobody("providers")
)
page_programs = Read(
    "program.listed", paged(programs.listed, tuple, lambda one: one.id), _of_nobody("programs")
)
show_program = Read("program.shown", programs.show, _one_program)
page_keys = Read(
    "key.listed",
    paged(programs.listed_keys, tuple, lambda one: in_time(one.at, one.id)),
    _of_nobody("keys"),
)
preview_withdrawal = Read("consent.listed", consents.would_retract, _retractions)
page_reviews = Read(
    "review.listed",
    paged(
        reviewing.due,
        lambda found: found.reviews,
        lambda one: f"{one.due}-{one.agreement_id}",
        lambda found: found.names,
    ),
    _due,
)

READS: tuple[Read[..., Any], ...] = (
    list_agreements,
    show_agreement,
    view_agreements,
    view_agreement,
    view_versions,
    view_occurrences,
    view_statements,
    explain_agreement,
    list_versions,
    compare_version,
    preview_join,
    preview_separate,
    preview_person,
    list_reviews,
    list_moments,
    show_day_of_group,
    show_day_of_person,
    preview_absence,
    list_questions,
    show_question,
    list_consents,
    list_waiting,
    preview_records,
    list_feeds,
    list_accounts,
    list_invitations,
    list_providers,
    list_programs,
    list_keys,
    save_feed,
    page_people,
    show_circle,
    page_matches,
    page_waiting_records,
    page_questions,
    page_consents,
    page_retractions,
    preview_withdrawal,
    page_reviews,
    page_accounts,
    page_invitations,
    page_providers,
    page_programs,
    show_program,
    page_keys,
)
"""Everything that counts as a read."""
