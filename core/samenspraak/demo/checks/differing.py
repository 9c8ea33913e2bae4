"""Systems that differ: two edits at once, and one that was away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from samenspraak.demo import seeing
from samenspraak.demo.seeing import Json, Seen
from samenspraak.demo.systems import Platform, Systems


def dinner_has_both_edits(there: Systems, at: str, how: str, reader: str) -> Iterator[Seen]:
    nl, en = f"Hier staan allebei: {at} uur en de nieuwe uitleg.", f"Both are here: {at} and the instruction."
    (plan, *_), app, other = _dinner(there)
    yield seeing.seen(
        there.dossier, seeing.times(plan) == [at] and how in str(plan.get("description")), nl=nl, en=en
    )
    for one, found in ((there.app, app), (there.other_app, other)):
        yield seeing.seen(one, found == ([at], how), nl=nl, en=en)
    last = seeing.last_terms(there.platform, "Samen avondeten", reader)
    told = f"Zo doet u het: {how}" in last and f"om {at}" in last
    yield seeing.seen(there.platform, told, nl=nl, en=en)


def dinner_is_asked(there: Systems, agreed: str, nurse: str, daughter: str) -> Iterator[Seen]:
    (plan, *_), app, other = _dinner(there)
    typed = "Hier blijft staan wat er is getypt: {at} uur.", "What was typed stays here: {at}."
    kept = "Hier blijft de laatste afspraak staan: {at} uur.", "The last agreed time stays here: {at}."
    for one, found, at, (nl, en) in (
        (there.dossier, seeing.times(plan), nurse, typed),
        (there.app, app[0], daughter, typed),
        (there.other_app, other[0], agreed, kept),
    ):
        yield seeing.seen(one, found == [at], nl=nl.format(at=at), en=en.format(at=at))
    last = seeing.last_terms(there.platform, "Samen avondeten")
    yield seeing.seen(
        there.platform, f"om {agreed}" in last, nl=kept[0].format(at=agreed), en=kept[1].format(at=agreed)
    )


def dinner_is_answered(there: Systems, at: str) -> Iterator[Seen]:
    nl, en = f"Nu staat hier {at} uur.", f"Now it says {at} here."
    (plan, *_), app, other = _dinner(there)
    for one, found in ((there.dossier, seeing.times(plan)), (there.app, app[0]), (there.other_app, other[0])):
        yield seeing.seen(one, found == [at], nl=nl, en=en)
    yield seeing.seen(
        there.platform, f"om {at}" in seeing.last_terms(there.platform, "Samen avondeten"), nl=nl, en=en
    )


def _dinner(there: Systems) -> tuple[list[Json], tuple[list[str], str], tuple[list[str], str]]:
    title = "Samen avondeten"
    apps = [
        (seeing.record_times(one, title), str((seeing.record(one, title).get("rules") or {}).get("how", "")))
        for one in (there.app, there.other_app)
    ]
    return seeing.plans(there.dossier, title) or [{}], apps[0], apps[1]


def apps_have_heard(there: Systems, changed: Mapping[str, str]) -> Iterator[Seen]:
    """``changed``: subject → how it is done now."""
    for app in (there.app, there.other_app):
        how = {one["title"]: (one.get("rules") or {}).get("how") for one in app.records()}
        theirs = changed.keys() & how.keys()
        yield seeing.seen(
            app,
            bool(theirs) and all(how[one] == changed[one] for one in theirs),
            nl="De app merkt niets van de storing en heeft de nieuwe uitleg.",
            en="The app notices nothing of the outage and has the new instructions.",
        )


def dinner_is_off(there: Systems, day: date) -> Iterator[Seen]:
    found = seeing.plans(there.dossier, "Samen avondeten")
    yield seeing.seen(
        there.dossier,
        bool(found) and f"{seeing.written(day)}: gaat niet door".lower() in seeing.notes(found[0]).lower(),
        nl="Het team leest dat meteen, storing of niet.",
        en="The team reads that at once, outage or not.",
    )


def nothing_is_lost(there: Systems, waited: Mapping[str, str], soon: str) -> Iterator[Seen]:
    """``waited``: subject → what its message must say now · ``soon``: the subject that comes first."""
    for subject, says in waited.items():
        live = [one for one in seeing.threads(there.platform, subject) if one["status"] == "active"]
        said = [seeing.messages(there.platform, one) for one in live]
        terms = [[one for one in messages if "\nWat: " in one] for messages in said]
        yield seeing.seen(
            there.platform,
            bool(terms)
            and all(one and says in one[-1] and sum(says in m for m in one) == 1 for one in terms),
            nl=f"'{subject}' klopt weer, en het bericht staat er één keer.",
            en=f"'{subject}' is right again, and its message is there once.",
        )
    yield seeing.seen(
        there.platform,
        all(count == 1 for count in there.platform.live().values()),
        nl="Geen enkel gesprek staat er dubbel.",
        en="No thread is there twice.",
    )
    first = {f"/fhir/CommunicationRequest/{one['id']}" for one in seeing.threads(there.platform, soon)}
    yield seeing.seen(
        there.platform,
        bool(first & {*_taken_up(there.platform)[:2]}),
        nl="Wat morgen speelt, kwam vooraan aan de beurt.",
        en="What is about tomorrow was at the front of the queue.",
    )


def _taken_up(platform: Platform) -> list[str]:
    """The threads that were asked for since the platform was down, in that order.

    Several are worked on at a time, and on a busy machine one may overtake the other.
    """
    log = platform.log()
    up = 1 + max((number for number, one in enumerate(log) if one["fault"] == "down"), default=-1)
    return [one["path"] for one in log[up:] if one["path"].startswith("/fhir/CommunicationRequest/")]
