"""An app manages its own endpoint: where it is told, of what, by which secret, and whether at all."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import Response, request

from samenspraak.errors import ConfigurationError, NotFoundError, RuleError, StaleError
from samenspraak.policy.state import ConnectorState, Reason
from samenspraak.services import connectors, endpoints, taking_part
from samenspraak.services.endpoints import Endpoint
from samenspraak.services.repeating import Asked
from samenspraak.services.status import status
from samenspraak.sync.changing_over import forget_earlier
from samenspraak.sync.subscribers import Health
from samenspraak_webhook.sandbox import HOOK, SECRET, Receiver

from .conftest import APP, ORGANISATION, Told
from .test_delivering import BROKEN, TYPED, longest
from .test_enduring import disable


def endpoint(told: Told) -> Endpoint:
    return endpoints.get(told.hub, ORGANISATION, APP)


def change(told: Told, version: int | None = None, **settings: Any) -> Endpoint:
    row = endpoint(told).version if version is None else version
    connected = told.family.app.connected
    return endpoints.change(told.hub, connected, ORGANISATION, APP, row, settings)


def renew(told: Told, key: str = "") -> str:
    asked = Asked(key=key, digest="d")
    return endpoints.renew_secret(told.hub, ORGANISATION, APP, asked=asked).secret


def tell(told: Told, text: str) -> str:
    """What became of the next thing the app is told, as its copy says it."""
    told.change(text)
    told.work()
    return told.reason()


# Where, and of what.


def test_an_app_sees_its_endpoint_and_no_secret(told: Told) -> None:
    found = endpoint(told)

    assert found.settings == {
        "base_url": f"{told.url}{HOOK}",
        "heartbeat_minutes": 60,
        "kinds": ["available", "updated", "ended"],
    }
    assert (found.fares.health, found.last, found.waiting, found.given_up) == (Health.OK, 1, 0, 0)
    assert found.fares.taken_at == told.family.clock.now()
    assert SECRET not in repr(found)


def test_an_app_that_moved_is_told_at_its_new_address_at_once(told: Told) -> None:
    told.app.inject(BROKEN)
    tell(told, TYPED)
    elsewhere = Receiver()
    elsewhere.clock = told.app.clock
    url = told.family.stack.enter_context(elsewhere.running())
    record = connectors.get(told.hub, ORGANISATION, APP)
    opened = connectors.changed(record, {"open_origins": [told.url, url]})
    connectors.change(told.hub, told.family.app.connected, ORGANISATION, opened)

    change(told, base_url=f"{url}{HOOK}")
    told.work()

    assert [one.data["sequence"] for one in elsewhere.taken] == [2]
    assert told.reason() is Reason.EQUAL


def test_a_choice_of_kinds_holds_for_what_leaves_from_then_on(told: Told) -> None:
    change(told, kinds=["ended"])
    tell(told, "een")
    change(told, kinds=["updated"])
    tell(told, "twee")

    assert [one.data["sequence"] for one in told.app.taken] == [1, 3]


@pytest.mark.parametrize(
    "settings",
    [
        {"secret": "secret://env/APP_KEY"},
        {"open_origins": ["http://127.0.0.1:1"]},
        {"kinds": ["everything"]},
        {"heartbeat_minutes": -1},
        {"base_url": "ftp://app.example/hook"},
        {"base_url": "http://app.example/hook"},
        {"base_url": "https://10.0.0.8/hook"},  # whoever runs the hub opens its own network, never an app
    ],
)
def test_an_app_cannot_set_what_is_not_its_own_or_does_not_do(told: Told, settings: dict[str, Any]) -> None:
    before = endpoint(told)

    with pytest.raises(RuleError):
        change(told, **settings)

    assert endpoint(told) == before


def test_of_two_who_change_it_at_once_one_is_told_to_look_again(told: Told) -> None:
    version = endpoint(told).version
    change(told, version, kinds=["ended"])

    with pytest.raises(StaleError):
        change(told, version, kinds=["updated"])


# Its secret, and the key.


def test_a_new_secret_is_of_the_hubs_making_and_the_former_one_holds_for_a_day(told: Told) -> None:
    new = renew(told)
    tell(told, "met het oude")
    told.app.renew(new, alone=True)
    tell(told, "met het nieuwe")
    told.app.renew(SECRET, alone=True)
    told.pass_(hours=23)
    tell(told, "nog net met het oude")
    told.pass_(hours=1, minutes=1)
    refused = tell(told, "niet meer met het oude")
    told.app.renew(new, alone=True)
    told.pass_(seconds=longest(1))

    assert [one.data["sequence"] for one in told.app.taken if one.data] == [1, 2, 3, 4, 5]
    assert refused is Reason.WAITING_THERE
    assert told.reason() is Reason.EQUAL


def test_a_secret_of_the_hubs_making_is_kept_encrypted_and_removed_when_it_holds_no_more(told: Told) -> None:
    first = renew(told)
    second = renew(told)
    reference = connectors.get(told.hub, ORGANISATION, APP).settings["earlier_secret"]
    told.pass_(hours=25)
    forget_earlier(told.hub, ORGANISATION)
    settings = connectors.get(told.hub, ORGANISATION, APP).settings

    assert reference.startswith("secret://hub/")
    assert not {"earlier_secret", "earlier_secret_until"} & settings.keys()
    with told.family.app.store.read(ORGANISATION) as uow:
        assert uow.secrets.text(settings["secret"].removeprefix("secret://hub/")) == second
        with pytest.raises(NotFoundError):
            uow.secrets.text(reference.removeprefix("secret://hub/"))
    database = told.family.app.settings.data_dir
    kept = b"".join(one.read_bytes() for one in database.rglob("*.sqlite3*"))
    assert kept
    assert not [one for one in (first, second) if one.removeprefix("whsec_").encode() in kept]
    told.app.renew(second, alone=True)
    assert tell(told, TYPED) is Reason.EQUAL


def test_who_asks_for_a_secret_again_since_the_answer_was_lost_is_given_the_same(told: Told) -> None:
    first = renew(told, "k1")

    assert renew(told, "k1") == first
    assert renew(told, "k2") != first


def test_a_connector_whose_secret_is_gone_says_so(told: Told) -> None:
    renew(told)
    with told.family.app.store.write(ORGANISATION) as uow:
        uow.secrets.keep(APP, ["none"])
        uow.commit()

    with pytest.raises(ConfigurationError, match="nothing behind secret://hub/"):
        list(
            connectors.try_out(
                told.family.app.connected, ORGANISATION, connectors.get(told.hub, ORGANISATION, APP)
            )
        )


def test_every_notice_is_signed_by_secret_and_by_the_key_that_the_app_is_shown(told: Told) -> None:
    came: list[tuple[str, bytes]] = []

    def note(answer: Response) -> Response:
        signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode()
        came.append((request.headers["webhook-signature"], signed + request.get_data()))
        return answer

    told.app.app.after_request_funcs.setdefault(None, []).append(note)
    tell(told, TYPED)

    [(signatures, content)] = came
    (v1, _), (v1a, text) = (one.split(",") for one in signatures.split())
    key = Ed25519PublicKey.from_public_bytes(
        base64.b64decode(endpoint(told).public_key.removeprefix("whpk_"))
    )
    assert (v1, v1a) == ("v1", "v1a")
    key.verify(base64.b64decode(text), content)  # raises where it does not fit
    with pytest.raises(InvalidSignature):
        key.verify(base64.b64decode(text), content + b" ")


def test_each_app_has_a_key_of_its_own_which_stays(told: Told, connect: Callable[..., Told]) -> None:
    connect("andere-app")
    other = endpoints.get(told.hub, ORGANISATION, "andere-app").public_key
    key = endpoint(told).public_key
    renew(told)

    assert key != other
    assert endpoint(told).public_key == key


# Whether it is told at all.


def test_an_app_can_be_tried_and_changes_nothing_by_it(told: Told) -> None:
    steps = endpoints.test(told.hub, told.family.app.connected, ORGANISATION, APP)

    assert all(one.ok for one in steps)
    assert [one.kind for one in told.app.taken] == ["agreement.available", "test"]
    assert len(told.events()) == 1


def test_an_app_that_is_switched_off_by_itself_is_told_all_that_waits_when_it_is_on_again(told: Told) -> None:
    endpoints.disable(told.hub, ORGANISATION, APP)
    off = endpoints.disable(told.hub, ORGANISATION, APP)
    asked = told.requests()
    told.withdraw(told.users["7"])
    told.pass_(hours=2)
    meanwhile = told.requests()
    on = endpoints.enable(told.hub, ORGANISATION, APP)
    endpoints.enable(told.hub, ORGANISATION, APP)
    told.work()

    assert (off.fares.health, off.state_why, meanwhile) == (Health.DISABLED, "switched_off", asked)
    assert on.fares.health is Health.OK
    assert told.app.readable("7") == []


def test_an_app_that_was_disabled_for_its_silence_enables_itself_and_catches_up(told: Told) -> None:
    disable(told)
    failing = endpoint(told)
    told.app.clear_faults()
    endpoints.enable(told.hub, ORGANISATION, APP)
    told.work()

    assert (failing.fares.health, failing.fares.taken_at is not None) == (Health.DISABLED, True)
    assert told.asked() == []
    assert told.app.missing() == []
    assert endpoint(told).fares.health is Health.OK


def test_an_app_cannot_end_what_an_admin_decided(told: Told) -> None:
    taking_part.pause(told.hub, ORGANISATION, APP)

    with pytest.raises(RuleError):
        endpoints.enable(told.hub, ORGANISATION, APP)
    with pytest.raises(RuleError):
        endpoints.disable(told.hub, ORGANISATION, APP)
    assert told.state() is ConnectorState.PAUSED


def test_health_says_since_when_nothing_works_and_when_that_is_enough(told: Told) -> None:
    began = told.family.clock.now()
    told.app.inject(BROKEN)
    tell(told, TYPED)
    at_first = endpoint(told).fares
    told.pass_(hours=6)
    told.pass_(hours=8)
    later = endpoint(told).fares
    [system] = [one for one in status(told.hub, ORGANISATION).systems if one.id == APP]

    assert (at_first.health, at_first.since, at_first.until, at_first.failures) == (
        Health.FAILING,
        began,
        None,
        1,
    )
    assert later.until is not None
    assert later.until == began + timedelta(hours=14, days=5)
    assert system.told == later
    assert {one.told for one in status(told.hub, ORGANISATION).systems if one.id != APP} == {None}
