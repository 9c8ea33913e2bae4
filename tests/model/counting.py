"""What was fired in a run, and how often; a full run in which something hardly was is no proof."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from model.ledger import numbers
from model.town import ORGANISATION

from samenspraak.domain.units import units_of
from samenspraak.store.records import VersionRecord

if TYPE_CHECKING:
    from model.walk import Walk

OFTEN = 20
FULL_RUN = 500
STEPS_EACH, CYCLES = 30, 20
NEVER_NONE = ("edits merged", "questions asked", "deletions in a system")

RULES = (
    *("edits in a system", "edits at the hub", "edits merged", "edits taken over"),
    *("writes down", "adds a member", "agrees at the hub", "adds a performer", "takes a performer out"),
    *("ends in a system", "ends at the hub", "deletions in a system", "ends taken over"),
    *("joins", "separates", "question: identity"),
    *("restores at the hub", "cancels a moment", "assents"),
    *("pauses: client", "pauses: relative", "pause lifted: client"),
    *("consent given: everything", "consent withdrawn: everything"),
    *("consent given: conditions", "consent withdrawn: conditions"),
    *("a proposal is taken over", "a proposal is refused", "an app fetches"),
    *("questions asked", "answers", "answer refused: stale"),
    *("question: conflict", "question: ended", "question: to_do", "question: refusal", "question: connector"),
    *("goes in: place", "goes out: place", "goes none: place", "goes both: place"),
    *("goes out: conditions", "goes none: conditions", "goes both: conditions"),
    *("mapping changed", "replay of a dead letter", "a system is paused", "a system goes on", "rehearses"),
    *("a notice comes: available", "a notice comes: updated", "a notice comes: ended"),
    "a notice comes: retracted",
)
FAULTS = (
    *("fault: unreachable", "fault: refused before it was applied", "fault: refused for good"),
    *("fault: the answer is lost", "fault: in the network", "fault: paused", "late write of a paused worker"),
    *("fault: dies", "fault: dies after it was written", "fault: dies before it is sent"),
    *("fault: dies with a request in the network", "restart", "fault: a list stops short"),
    *("notification: in its turn", "notification: lost", "notification: doubled"),
    *("notification: reordered", "notification: delayed"),
    *("stale page", "lag: a replica is behind", "scope: access lost", "scope: access is back"),
    *("a peer is restored", "a restored peer stands still", "a system ends everything", "the brake"),
    *("fault: a notice waits", "fault: a notice is not taken", "fault: the answer to a notice is lost"),
)


def look_back(walk: Walk) -> None:
    """Count what only shows afterwards: what was asked, taken over and merged."""
    counts = walk.counts
    counts["the brake"] += counts.pop("logged: connector braked", 0)
    counts["answers"] += sum(number for what, number in counts.items() if what.startswith("answer: "))
    with walk.town.store.read(ORGANISATION) as uow:
        for asked in uow.questions.list(open_only=False):
            counts["questions asked"] += 1
            counts[f"question: {asked.kind}"] += 1
            counts["a restored peer stands still"] += asked.cause == "restored-peer"
        for record in uow.agreements.list():
            for what in _history(walk, uow.agreements.history(record.agreement.id)):
                counts[what] += 1


def _history(walk: Walk, versions: list[VersionRecord]) -> Iterator[str]:
    for before, after in pairwise(versions):
        if after.cause.why != "adopted":
            continue
        yield "edits taken over"
        if after.agreement.status.is_over and not before.agreement.status.is_over:
            yield "ends taken over"
        if _is_merged(walk, before, after):
            yield "edits merged"


def _is_merged(walk: Walk, before: VersionRecord, after: VersionRecord) -> bool:
    """Two edits at once: it was typed before an edit from elsewhere was known, and both are there."""
    old, new = (numbers(units_of(one.agreement)) for one in (before, after))
    typed = [walk.ledger.typed[one][1] for one in new - old if one in walk.ledger.typed]
    elsewhere = before.cause.connector_id != after.cause.connector_id
    return elsewhere and any(at < before.at for at in typed)


def table(counts: Counter[str]) -> str:
    """Every counter, rules and faults first."""
    rest = sorted(counts.keys() - {*RULES, *FAULTS})
    groups = (("rules", RULES), ("faults", FAULTS), ("besides", rest))
    return "\n".join(
        line
        for title, names in groups
        for line in (f"── {title}", *(f"{counts[name]:8} {name}" for name in names))
    )


def seldom(counts: Counter[str], seeds: int) -> list[str]:
    """What makes a run no proof: something never happened, or in a full run hardly."""
    least = OFTEN if seeds >= FULL_RUN else 0
    few = {name for name in (*RULES, *FAULTS) if counts[name] < least}
    none = {name for name in NEVER_NONE if not counts[name]} if seeds >= OFTEN else set()
    return [f"fired {counts[name]} times: {name}" for name in sorted(few | none)]
