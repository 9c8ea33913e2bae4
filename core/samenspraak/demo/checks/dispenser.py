"""A device that performs: it is named with its owner, its failure is read, and its end reaches everybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from samenspraak.demo import seeing
from samenspraak.demo.seeing import Seen
from samenspraak.demo.systems import Systems

_DOES = "Wie: Medicijndispenser, elke dag om 20:00"
_OWNER = "Vragen? Stel ze aan Zorg op afstand"


def the_device_does_it(there: Systems, what: str, daughter: str) -> Iterator[Seen]:
    last = seeing.last_terms(there.platform, what, daughter)
    yield seeing.seen(
        there.platform,
        _DOES in last and _OWNER in last,
        nl="Sanne leest dat het apparaat het doet, en dat Zorg op afstand er voor is als er iets is.",
        en="Sanne reads that the device does it, and that Zorg op afstand is there when something is wrong.",
    )
    tasks = seeing.record(there.other_app, what).get("tasks", ())
    yield seeing.seen(
        there.other_app,
        [(one["who"]["name"], one["contact"]["name"]) for one in tasks]
        == [("Medicijndispenser", "Zorg op afstand")],
        nl="In haar app staan het apparaat en wie ervoor zorgt.",
        en="Her app shows the device and who takes care of it.",
    )


def the_failure_is_read(there: Systems, what: str, day: date, nurse: str) -> Iterator[Seen]:
    line = f"{seeing.written(day)}: niet gedaan"
    found = seeing.plans(there.dossier, what)
    yield seeing.seen(
        there.dossier,
        len(found) == 1 and seeing.notes(found[0]).count(line) == 1 and line in there.dossier.readable(nurse),
        nl="De verpleegkundige leest in het dossier dat meneer zijn medicijnen niet kreeg.",
        en="The nurse reads in the dossier that Mr Dijkman did not get his medication.",
    )


def it_is_over_everywhere(there: Systems, what: str, daughter: str) -> Iterator[Seen]:
    yield seeing.seen(
        there.other_app,
        (seeing.record(there.other_app, what).get("state") or {}).get("value") == "ended",
        nl="In de app is de afspraak gestopt.",
        en="In the app the agreement has ended.",
    )
    found = seeing.threads(there.platform, what)
    yield seeing.seen(
        there.platform,
        len(found) == 1
        and found[0]["status"] == "completed"
        and "Deze afspraak is gestopt." in there.platform.readable(daughter),
        nl="Het gesprek is gesloten, en Sanne leest dat de afspraak is gestopt.",
        en="The thread is closed, and Sanne reads that the agreement has ended.",
    )
    shown = [there.volunteers.call("activiteitOverzicht", filter={}), there.volunteers.act("proposals")]
    yield seeing.seen(
        there.volunteers,
        what not in str(shown),
        nl="In RegiCare heeft er nooit iets van gestaan: het is geen werk voor een vrijwilliger.",
        en="RegiCare never held any of it: it is no work for a volunteer.",
    )
