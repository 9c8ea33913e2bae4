"""Who may read along, and who may not any more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from samenspraak.demo import seeing
from samenspraak.demo.seeing import Seen
from samenspraak.demo.systems import Systems


def neighbour_reads(there: Systems, neighbour: str, subjects: Sequence[str]) -> Iterator[Seen]:
    text = there.platform.readable(neighbour)
    yield seeing.seen(
        there.platform,
        all(one in text for one in subjects),
        nl="De buurvrouw leest mee.",
        en="The neighbour reads along.",
    )


def neighbour_reads_nothing(
    there: Systems, neighbour: str, daughter: str, secrets: Sequence[str], kept: Sequence[str]
) -> Iterator[Seen]:
    hers, theirs = there.platform.readable(neighbour), there.platform.readable(daughter)
    yield seeing.seen(
        there.platform,
        not any(one in hers for one in secrets),
        nl="De buurvrouw leest niets meer van de afspraken, ook niet wat al klaarstond.",
        en="The neighbour reads nothing of the agreements any more, nor what was waiting.",
    )
    yield seeing.seen(
        there.platform,
        all(one in theirs for one in kept),
        nl="De dochter leest verder in een eigen gesprek, met de laatste wijziging.",
        en="The daughter reads on in a thread of her own, with the last change.",
    )
    again = [one for one in there.platform.act("inbox", person=neighbour) if one["status"] == "active"]
    yield seeing.seen(
        there.platform,
        not again,
        nl="De buurvrouw zit in geen enkel open gesprek meer.",
        en="The neighbour is in no open thread any more.",
    )


def reads(there: Systems, person: str, subject: str) -> Iterator[Seen]:
    yield seeing.seen(
        there.platform,
        subject in there.platform.readable(person),
        nl="Hij leest de afspraak waarbij hij inspringt.",
        en="He reads the agreement in which he steps in.",
    )


def namesake_reads_nothing(there: Systems, person: str, subject: str) -> Iterator[Seen]:
    yield seeing.seen(
        there.platform,
        subject not in there.platform.readable(person),
        nl="De naamgenoot leest er niets meer van.",
        en="The namesake reads nothing of it any more.",
    )
