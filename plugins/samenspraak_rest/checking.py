"""The steps of a connection test: whether the system is there, lets us in, and is as the description says."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from samenspraak.connectors import Call, Directory, Raw, Step
from samenspraak.connectors.checking import Outcome, clocks
from samenspraak.connectors.json_codecs import at, member
from samenspraak.errors import AuthenticationError, InvalidRecordError
from samenspraak_rest.description import Description
from samenspraak_rest.listing import Lister, ListPage


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What is tried, with what."""

    description: Description
    lister: Lister
    call: Call

    def first(self, path: str, place: str) -> ListPage:
        """The first page of a list."""
        return next(self.lister.pages(self.call, path, place, {}))


def _connect(trial: Trial) -> Outcome:
    with contextlib.suppress(AuthenticationError):  # what a token endpoint refuses belongs to the next step
        trial.call.http.send("GET", trial.description.records.list, allow={400, 401, 403}, expect=())
    return trial.description.name, True


def _sign_in(trial: Trial) -> Outcome:
    clients = trial.description.clients
    return f"{len(trial.first(clients.list, clients.at).items)} clients on the first page", True


def _read(trial: Trial) -> Outcome:
    """Reads the first page as the description says, and names the places where nothing was as it says."""
    records = trial.description.records
    items = trial.first(records.list, records.at).items
    wrong = sorted({where for item in items for where in _unreadable(trial.description, item)})
    detail = f"{len(items)} records on the first page"
    return f"{detail}; not as described: {', '.join(wrong)}" if wrong else detail, not wrong


def _unreadable(description: Description, item: Raw) -> Iterator[str]:
    records = description.records
    for where in (records.id, records.client):
        try:
            with at(where):
                if member(item, where) is None:
                    yield where
        except InvalidRecordError:
            yield where
    for kept in description.units.lens.table.values():
        try:
            list(kept.present.read(item, _NOBODY))
        except InvalidRecordError as error:
            yield error.field


def _clock(trial: Trial) -> Outcome:
    records = trial.description.records
    return clocks(trial.call.now, trial.first(records.list, records.at).answer.date)


_NOBODY = Directory(connector_id="")
STEPS: Mapping[Step, Callable[[Trial], Outcome]] = {
    Step.CONNECT: _connect,
    Step.SIGN_IN: _sign_in,
    Step.READ: _read,
    Step.CLOCK: _clock,
}
CURES: Mapping[Step, Mapping[str, str]] = {
    Step.CONNECT: {
        "nl": "Controleer het adres, records.list in de beschrijving, en of het systeem bereikbaar is.",
        "en": "Check the address, records.list in the description, and whether the system can be reached.",
    },
    Step.SIGN_IN: {
        "nl": "Controleer sign_in en clients in de beschrijving, en vraag de beheerder om een sleutel.",
        "en": "Check sign_in and clients in the description, and ask the administrator for a valid key.",
    },
    Step.READ: {
        "nl": "Vergelijk records en units in de beschrijving met wat het systeem antwoordt.",
        "en": "Compare records and units in the description with what the system answers.",
    },
    Step.CLOCK: {
        "nl": "Zet de klok van deze computer of van het systeem gelijk.",
        "en": "Set the clock of this computer, or of the system, right.",
    },
}
