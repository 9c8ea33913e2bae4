"""How long it goes on: for a while, until the next talk, not during an absence, and to the end."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date

from samenspraak.demo import seeing
from samenspraak.demo.seeing import Seen
from samenspraak.demo.systems import Dossier, Systems


def hair_is_temporary(there: Systems, review: date, daughter: str) -> Iterator[Seen]:
    stop = "Tijdelijk. Stop zodra mevrouw het weer zelf kan."
    last = seeing.last_terms(there.platform, "Haren wassen")
    yield seeing.seen(
        there.platform,
        stop in last
        and f"uiterlijk {seeing.spoken(review)}" in last
        and "2 keer per week" in last
        and last in there.platform.readable(daughter),
        nl="Samira leest: 2 keer per week, wanneer het stopt, en wanneer we het bespreken.",
        en="Samira reads: twice a week, when it stops, and when it is talked over.",
    )
    found = seeing.record(there.app, "Haren wassen")
    yield seeing.seen(
        there.app,
        (found.get("rules") or {}).get("text") == stop
        and (found.get("review") or {}).get("due") == review.isoformat(),
        nl="In haar app staat hetzelfde.",
        en="Her app says the same.",
    )


def hair_is_over(there: Systems) -> Iterator[Seen]:
    yield seeing.seen(
        there.app,
        (seeing.record(there.app, "Haren wassen").get("state") or {}).get("value") == "ended",
        nl="In de app is de afspraak gestopt.",
        en="In the app the agreement has ended.",
    )
    found = seeing.threads(there.platform, "Haren wassen")
    yield seeing.seen(
        there.platform,
        len(found) == 1
        and found[0]["status"] == "completed"
        and "Deze afspraak is gestopt." in "\n".join(seeing.messages(there.platform, found[0])),
        nl="Het gesprek is gesloten, met een bericht dat de afspraak is gestopt.",
        en="The thread is closed, with a message that the agreement has ended.",
    )


def review_is_shared(there: Systems, title: str, following: date, daughter: str) -> Iterator[Seen]:
    review = seeing.record(there.app, title).get("review") or {}
    yield seeing.seen(
        there.app,
        (review.get("outcome"), review.get("next")) == ("kept", following.isoformat()),
        nl="Samira ziet in haar app dat het zo blijft, en wanneer het volgende gesprek is.",
        en="Samira sees in her app that it stays as it is, and when the next talk is.",
    )
    last = seeing.last_terms(there.platform, title)
    yield seeing.seen(
        there.platform,
        f"uiterlijk {seeing.spoken(following)}" in last and last in there.platform.readable(daughter),
        nl="Op het platform leest ze het ook.",
        en="On the platform she reads it as well.",
    )
    plan = json.dumps(next(iter(seeing.plans(there.dossier, title)), {}))
    yield seeing.seen(
        there.dossier,
        f'"valueDate": "{following.isoformat()}"' in plan and '"kept"' in plan,
        nl="In het dossier staan de uitkomst en de volgende datum.",
        en="The dossier holds the outcome and the next date.",
    )


def everything_rests(there: Systems, titles: Sequence[str], until: date, daughter: str) -> Iterator[Seen]:
    kept = [seeing.record(there.app, one).get("state") or {} for one in titles]
    yield seeing.seen(
        there.app,
        [(one.get("value"), one.get("until")) for one in kept] == [("paused", until.isoformat())] * len(kept),
        nl="In de app van Ellen rusten de afspraken, en staat tot wanneer.",
        en="In Ellen's app the agreements rest, and it says until when.",
    )
    text = there.platform.readable(daughter)
    yield seeing.seen(
        there.platform,
        all(f"tot en met {seeing.spoken(until)}" in seeing.last_terms(there.platform, one) for one in titles)
        and f"tot en met {seeing.spoken(until)}" in text,
        nl="Op het platform staat in elk gesprek dat de afspraak stil ligt.",
        en="On the platform every thread says that the agreement rests.",
    )
    yield seeing.seen(
        there.dossier,
        {_status(there.dossier, one) for one in titles} == {"on-hold"},
        nl="In het dossier staan de plannen op pauze.",
        en="In the dossier the plans are on hold.",
    )


def everything_goes_on(there: Systems, titles: Sequence[str]) -> Iterator[Seen]:
    yield seeing.seen(
        there.app,
        {(seeing.record(there.app, one).get("state") or {}).get("value") for one in titles} == {"active"},
        nl="In de app gaat alles weer door.",
        en="In the app everything goes on.",
    )
    yield seeing.seen(
        there.platform,
        not any("ligt stil" in seeing.last_terms(there.platform, one) for one in titles),
        nl="Op het platform ook.",
        en="On the platform as well.",
    )
    yield seeing.seen(
        there.dossier,
        {_status(there.dossier, one) for one in titles} == {"active"},
        nl="En in het dossier.",
        en="And in the dossier.",
    )


def everything_stopped(there: Systems, titles: Sequence[str]) -> Iterator[Seen]:
    yield seeing.seen(
        there.app,
        {(seeing.record(there.app, one).get("state") or {}).get("value") for one in titles} == {"ended"},
        nl="In de app zijn de afspraken gestopt.",
        en="In the app the agreements have ended.",
    )
    yield seeing.seen(
        there.dossier,
        {_status(there.dossier, one) for one in titles} == {"completed"},
        nl="In het dossier zijn de plannen afgesloten.",
        en="In the dossier the plans are closed.",
    )
    found = [one for title in titles for one in seeing.threads(there.platform, title)]
    yield seeing.seen(
        there.platform,
        bool(found)
        and {str(one["status"]) for one in found} == {"completed"}
        and not any("overle" in text for one in found for text in seeing.messages(there.platform, one)),
        nl="Op het platform zijn de gesprekken gesloten, zonder een woord over waarom.",
        en="On the platform the threads are closed, without a word about why.",
    )


def _status(dossier: Dossier, what: str) -> str:
    """The status of the newest plan with these words."""
    return next((str(one["status"]) for one in seeing.plans(dossier, what)), "")
