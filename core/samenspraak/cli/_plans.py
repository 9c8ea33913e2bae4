"""What would happen, and what was done of it, as ``sync plan``, ``apply`` and ``drift`` tell it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from samenspraak.cli._answers import table
from samenspraak.cli._texts import Texts
from samenspraak.domain.units import UnitKey
from samenspraak.services.joining import Joined, Preview, Separated
from samenspraak.services.rehearsals import Applied, Planned
from samenspraak.services.status import Status
from samenspraak.sync.watched import Act


def plan_lines(planned: Planned, texts: Texts) -> Iterator[str]:
    """What would be written to whom, what would change here, what would be asked, and what is unknown."""
    yield from _acts(planned.acts, texts)
    for connector_id, made in groupby(planned.changes, key=lambda one: one.connector_id):
        versions = list(made)
        new = sum(one.new for one in versions)
        yield texts("plan.changes", id=connector_id or texts("plan.hub"), new=new, other=len(versions) - new)
    for one in planned.met:
        counts = {kind: getattr(one, kind) for kind in ("linked", "new", "doubtful", "waiting")}
        yield texts("plan.met", id=one.connector_id, **counts)
    for doubt in planned.doubtful:
        yield texts("plan.doubt", id=doubt.connector_id, agreement=doubt.agreement_id, like=doubt.like)
    for question in planned.questions:
        kind = texts.word("question", question.kind)
        yield texts("plan.question", kind=kind, agreement=question.agreement_id)
    for connector_id, error in planned.unheard:
        yield texts("plan.unheard", id=connector_id, error=error)
    if not (planned.acts or planned.changes or planned.questions):
        yield texts("plan.nothing")
    yield texts("plan.unwritten")


def preview_lines(found: Preview, texts: Texts) -> Iterator[str]:
    """What joining or separating would do, and who would newly see what in which system."""
    yield from outcome_lines(found.outcome, texts)
    yield from consequences(found.acts, found.unheard, texts)


def consequences(acts: Sequence[Act], unheard: Iterable[tuple[str, str]], texts: Texts) -> Iterator[str]:
    """What would be written to whom, and of which systems nobody knows."""
    yield from _acts(acts, texts)
    for connector_id, error in unheard:
        yield texts("plan.unheard", id=connector_id, error=error)


def outcome_lines(found: Joined | Separated, texts: Texts) -> Iterator[str]:
    """What two agreements became together, or one apart."""
    if isinstance(found, Separated):
        yield texts("join.separated", id=found.id, own=found.own)
        return
    yield texts("join.joined", id=found.id, same=found.same)
    for key, units in (("join.taken", found.taken), ("join.asked", found.asked)):
        if units:
            yield texts(key, units=_kinds(units, texts))
    if found.doubled:
        yield texts("join.doubled", systems=", ".join(found.doubled))


def applied_lines(done: Applied, texts: Texts) -> Iterator[str]:
    """What was done, and what was not because the world moved meanwhile."""
    yield texts("plan.made", count=len(done.made))
    for key, acts in (("plan.refused", done.refused), ("plan.missing", done.missing)):
        if acts:
            yield texts(key, count=len(acts))
            yield from _acts(acts, texts)


def drift_lines(planned: Planned, stands: Status, texts: Texts) -> Iterator[str]:
    """Per system how many copies differ from what they should be."""
    for system in stands.systems:
        differing = len(planned.differing.get(system.id, ()))
        yield texts("plan.drift", id=system.id, differing=differing, copies=system.copies)


def _acts(acts: Sequence[Act], texts: Texts) -> list[str]:
    headings = [texts(key) for key in ("connection", "agreement", "act", "units", "newly", "readers")]
    return table(
        headings,
        (
            (
                one.connector_id,
                one.agreement_id,
                texts.word("act", one.kind),
                _kinds(one.units, texts),
                _kinds(one.newly, texts),
                ", ".join(str(member) for member in one.members) if one.newly else "",
            )
            for one in acts
        ),
    )


def _kinds(keys: Iterable[UnitKey], texts: Texts) -> str:
    """The kinds of some units, each once: a person reads "the days", not the ids of the assignments."""
    return ", ".join(dict.fromkeys(texts.word("unit", one.kind) for one in keys))
