"""The connector for RegiCare: reads volunteers' tasks, and proposes changes that staff take over."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from samenspraak.connectors import (
    Absence,
    Absent,
    Call,
    Capabilities,
    Carries,
    Changes,
    Checked,
    Confirm,
    Connector,
    Create,
    Directory,
    End,
    Found,
    Look,
    Manifest,
    Marker,
    MayEnd,
    Objects,
    Page,
    Proposal,
    Rates,
    Raw,
    Readers,
    Reading,
    Subject,
    SystemKind,
    Token,
    Unseen,
    Write,
    Written,
    hookimpl,
)
from samenspraak.connectors.checking import in_steps
from samenspraak.connectors.settings import Settings
from samenspraak.domain.units import UnitKey, UnitKind, UnitValue
from samenspraak.errors import StaleError
from samenspraak.http import Auth, BasicAuth, HttpClient, Limits, NoAuth

from . import mapping, proposals, records
from .checking import CURES, Steps
from .codes import ForbiddenError, UnknownIdError
from .desk import MAY_PERFORM, Desk
from .folder import AS_FILES, Folder
from .held import View
from .reading import Reader, Snapshot
from .session import Session
from .settings import CSV, FILES, RegiCareSettings
from .words import Words

MANIFEST = Manifest(
    name="regicare",
    title={"nl": "RegiCare", "en": "RegiCare"},
    summary={
        "nl": "Leest de inzet van vrijwilligers bij cliënten, en stelt wijzigingen voor die een "
        "coördinator overneemt.",
        "en": "Reads what volunteers do for clients, and proposes changes that a coordinator takes over.",
    },
    version="1.0",
    capabilities=Capabilities(
        kind=SystemKind.VOLUNTEERS,
        units={kind: Carries(write=Write.PROPOSE) for kind in mapping.TABLE},
        readers=Readers.PERFORMERS,
        objects=Objects.ASSIGNMENT,
        absence=Absence.COMPLETE_LIST,
        may_end=MayEnd.OWN_ASSIGNMENT,
        create=Create.FINDABLE,
        confirm=Confirm.READ,
        token=Token.NONE,
        lag_s=5.0,
        addresses=frozenset(MAY_PERFORM),
    ),
    settings=RegiCareSettings,
    rates=Rates(concurrency=1, per_second=10.0, page=200, poll_seconds=30.0),
    varies=True,
    waits_for={
        "nl": "wacht tot de coördinator het in RegiCare overneemt",
        "en": "waits until the coordinator takes it over in RegiCare",
    },
)
FILES_POLL_SECONDS = 300.0
"""People export now and then; nobody need ask for it twice a minute."""


class RegiCareConnector(Connector):
    """One RegiCare, in the name of one account with the role of staff."""

    manifest = MANIFEST

    @classmethod
    def described(cls, settings: Mapping[str, Any]) -> Manifest:
        """Files prove no absence, and without a list of meetings nothing that differs once can be told."""
        if settings.get("transport") != CSV:
            return cls.manifest
        can = cls.manifest.capabilities
        told = {**FILES, **settings.get("files", {})}["bijeenkomsten"]
        return replace(
            cls.manifest,
            capabilities=replace(can if told else can.without({UnitKind.EXCEPTION}), absence=Absence.NEVER),
            rates=replace(cls.manifest.rates, poll_seconds=FILES_POLL_SECONDS),
        )

    def __init__(self, connector_id: str, settings: Mapping[str, Any]) -> None:
        super().__init__(connector_id, settings)
        self._words = Words.of(self.settings)
        window = self.manifest.capabilities
        secrets = self.manifest.secrets()
        by_files = self.settings["transport"] == CSV
        self._reader = Reader(
            session=Folder(self.settings, self._words) if by_files else Session(self.settings),
            words=self._words,
            settings=Settings({**self.settings, **AS_FILES}, secrets) if by_files else self.settings,
            back=timedelta(days=window.window_back_days),
            ahead=timedelta(days=window.window_ahead_days),
        )
        self._desk = Desk(connector_id=connector_id, reader=self._reader)

    def http(self) -> HttpClient:
        # The plug-in of REGI-3P waits 100 seconds (`regicare_api/Client.php`), longer than a request may take
        # here; what is answered later is found out by reading. TLS is verified.
        patience = float(self.settings["timeout_seconds"])
        return HttpClient(
            connector_id=self.connector_id,
            base_url=self.settings["base_url"],
            auth=self._signed(),
            limits=Limits(read_seconds=patience, total_seconds=patience),
            open_origins=frozenset(self.settings.get("open_origins", ())),
            internal_origins=frozenset(self.settings.get("internal_origins", ())),
        )

    def _signed(self) -> Auth:
        """The interface signs in by its own calls; a folder asks for a name and a password, or nothing."""
        if self.settings["transport"] == CSV and self.settings["username"]:
            return BasicAuth(self.settings["username"], self.settings["password"])
        return NoAuth()

    # Reading.

    def check(self, call: Call) -> Iterator[Checked]:
        return in_steps(Steps(reader=self._reader, desk=self._desk).in_order, CURES, call)

    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        """Everything, whenever anything differs from the look that ``cursor`` stands for."""
        before = _Look.read(cursor)
        snapshot = self._reader.snapshot(call.http, call.now)
        now = _Look.of(snapshot)
        if now == before:
            yield Page(cursor=str(now))
            return
        fresh = [one for key, one in snapshot.persons.items() if before.persons.get(key) != now.persons[key]]
        parties = [party for one in fresh for party in self._reader.party(call.http, one)]
        parties.extend(self._reader.pool())
        size = self.manifest.rates.page
        for start in range(0, max(1, len(snapshot.found)), size):
            last = start + size >= len(snapshot.found)
            yield Page(
                records=snapshot.found[start : start + size],
                parties=parties if start == 0 else (),
                cursor=str(now) if last else None,
                complete=snapshot.complete and last,
            )

    def fetch(self, call: Call, external_id: str) -> Look:
        """One record; absent only when RegiCare does not know it and a provably whole list lacks it."""
        try:
            return Found(external_id=external_id, raw=self._reader.one(call.http, external_id, call.now))
        except ForbiddenError as error:
            return Unseen(external_id=external_id, why=str(error))
        except UnknownIdError as error:
            why = str(error)
        snapshot = self._reader.snapshot(call.http, call.now)
        listed = {one.external_id for one in snapshot.found}
        if snapshot.complete and external_id not in listed:
            return Absent(external_id=external_id)
        return Unseen(external_id=external_id, why=why, missing=True)

    def find(self, call: Call, marker: Marker) -> Sequence[Found]:
        """The tasks staff made out of a proposal with this marker; one that waits is no record yet."""
        looks = [self.fetch(call, key) for key in self._desk.made_of(call.http, str(marker))]
        return [look for look in looks if isinstance(look, Found)]

    def proposal(self, call: Call, waiting: str) -> Proposal:
        return self._desk.answer(call.http, waiting)

    # Writing: everything is a proposal.

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        return self._desk.apply(call.http, subject, raw)

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        remark = proposals.change(found.raw, raw, external_id=found.external_id)
        if remark is None:
            return Written(external_id=found.external_id, found=found)
        return self._desk.propose(call.http, found.external_id, remark)

    def end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        """Propose the end. Retracted: what waits is taken back; a remark without content asks to remove."""
        if how is not End.RETRACTED:
            return self.update(call, found, raw)
        remark = proposals.retracted(external_id=found.external_id)
        return self._desk.propose(call.http, found.external_id, remark, once=True)

    def withdraw(self, call: Call, waiting: str) -> None:
        self._desk.take_back(call.http, waiting)

    # The lens.

    def new(self, subject: Subject) -> Raw:
        client = {subject.client: subject.client_name or "de cliënt"}
        return records.blank(client=client, marker=str(subject.marker))

    def get(self, raw: Raw, directory: Directory) -> Reading:
        raw = self.own(raw)
        marker = Marker.parse(raw["kenmerk"]) if raw["kenmerk"] else None
        view = self._view(raw, directory)
        kinds = raw["activiteit"]["activiteittype"].values()
        return Reading(
            client=next(iter(raw["plaatsing"]["hulpvrager"]), None),
            units=mapping.units_in(raw, view),
            marker=marker,
            part=view.part,
            selected=not kinds or any(kind in self._words.activity_types for kind in kinds),
            group=marker.agreement_id if marker else None,
        )

    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        return mapping.changed(raw, changes, self._view(raw, directory))

    def own(self, raw: Raw) -> Raw:
        return records.own(raw)

    def normal(self, key: UnitKey, value: UnitValue) -> UnitValue:
        return mapping.normal(key, value)

    def _view(self, raw: Raw, directory: Directory) -> View:
        """``part``: the assignment our marker names, or one named after the activity."""
        part = Marker.parse(raw["kenmerk"]).part if raw["kenmerk"] else ""
        own = part or f"regicare-{raw['activiteit']['activiteitID'] or 'nieuw'}"
        return View(words=self._words, directory=directory, part=own)


@dataclass(frozen=True, kw_only=True)
class _Look:
    """What one look at everything said, as a cursor: a digest of it, and a short mark per person."""

    digest: str = ""
    persons: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, snapshot: Snapshot) -> _Look:
        marks = {
            key: hashlib.sha256(f"{one.label} {sorted(one.clients)}".encode()).hexdigest()[:8]
            for key, one in snapshot.persons.items()
        }
        return cls(digest=snapshot.digest, persons=marks)

    @classmethod
    def read(cls, cursor: str | None) -> _Look:
        """The reverse of ``str``.

        Raises:
            StaleError: this is no look of ours.
        """
        try:
            return cls(**json.loads(cursor)) if cursor else cls()
        except (TypeError, ValueError):
            raise StaleError(
                "This cursor stands for no look at RegiCare; everything is read again."
            ) from None

    def __str__(self) -> str:
        return json.dumps({"digest": self.digest, "persons": self.persons}, separators=(",", ":"))


@hookimpl
def samenspraak_connectors() -> Sequence[type[Connector]]:
    return (RegiCareConnector,)
