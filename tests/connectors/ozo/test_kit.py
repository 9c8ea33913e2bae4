"""The kit finds what is wrong with a connector that appends: each mistake fails the check it names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from samenspraak.connectors import (
    Call,
    Changes,
    Directory,
    Found,
    Look,
    Opened,
    Raw,
    Reading,
    Subject,
    Written,
)
from samenspraak.domain.parties import PartyKind
from samenspraak_ozo.kit import Contract
from samenspraak_ozo.plugin import OzoConnector


class SendsAnEmptyMessage(OzoConnector):
    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        messages = [
            one if "id" in one else {**one, "payload": [{"contentString": "."}]} for one in raw["messages"]
        ]
        return super().update(call, found, {**raw, "messages": messages})


class TakesNothingBack(OzoConnector):
    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        before = {one["id"]: one for one in raw["messages"] if "id" in one}
        put = super().put(raw, changes, directory)
        return {**put, "messages": [before.get(one.get("id"), one) for one in put["messages"]]}


class AlwaysTheSameToken(OzoConnector):
    def fetch(self, call: Call, external_id: str) -> Look:
        look = super().fetch(call, external_id)
        return replace(look, token="t") if isinstance(look, Found) else look


class AnnouncesEach(OzoConnector):
    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        return super().create(call, replace(subject, quiet=False), raw)


class TakesSentForRead(OzoConnector):
    def get(self, raw: Raw, directory: Directory) -> Reading:
        reading = super().get(raw, directory)
        son = directory.party("RelatedPerson/1002", PartyKind.RELATIVE)
        opened = [Opened(by=son, mark=reading.mark, at=datetime.now(UTC))] if reading.mark else []
        return replace(reading, opened=opened)


class HearsNobodyRead(OzoConnector):
    def get(self, raw: Raw, directory: Directory) -> Reading:
        return replace(super().get(raw, directory), opened=())


_OPENED = "test_whoever_opens_a_record_there_is_told_to_have_seen_what_was_shown"
WRONG = (
    (SendsAnEmptyMessage, "test_a_text_that_was_put_can_be_read_there"),
    (TakesNothingBack, "test_a_text_that_was_cleared_can_no_longer_be_read_there"),
    (AnnouncesEach, "test_what_was_agreed_before_is_announced_once_and_not_one_by_one"),
    (TakesSentForRead, _OPENED),
    (HearsNobodyRead, _OPENED),
    (AlwaysTheSameToken, "test_an_edit_there_gives_another_token"),
)


@pytest.mark.parametrize(("kind", "check"), WRONG, ids=lambda one: getattr(one, "__name__", str(one)))
def test_a_wrong_connector_fails_the_check_that_is_about_it(
    kind: type[OzoConnector], check: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Contract, "kind", kind)
    terms = Contract()

    with terms.opened() as world, pytest.raises(AssertionError):
        getattr(terms, check)(world)
