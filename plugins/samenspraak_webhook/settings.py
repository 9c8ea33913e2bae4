"""What an admin fills in to tell an app: where it listens, and the secret both sides sign and verify with."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from samenspraak.connectors import NoticeKind, setting
from samenspraak.connectors.settings import is_webhook_secret

KINDS = tuple(one.value for one in NoticeKind if one is not NoticeKind.RETRACTED)
"""What an app may choose from; a retraction is always sent."""
_DAY_MINUTES = 24 * 60


class WebhookSettings(Schema):
    """Secrets are stored by reference and resolved before this schema sees them."""

    base_url = setting(
        fields.Url,
        title={"nl": "Adres voor berichten", "en": "Address for notices"},
        help={
            "nl": "Hier neemt de app berichten aan. Het adres begint met https:// en heeft geen vraagteken.",
            "en": "Here the app takes notices. The address starts with https:// and has no question mark.",
        },
        required=True,
        own=True,
        schemes={"http", "https"},
        require_tld=False,
    )
    secret = setting(
        fields.String,
        title={"nl": "Geheim", "en": "Secret"},
        help={
            "nl": "Hiermee ondertekenen we elk bericht. Het begint met whsec_ en is alleen voor deze app.",
            "en": "We sign every notice with it. It begins with whsec_ and is for this app alone.",
        },
        required=True,
        validate=is_webhook_secret,
        secret=True,
    )
    earlier_secret = setting(
        fields.String,
        title={"nl": "Vorig geheim", "en": "Earlier secret"},
        help={
            "nl": "Vul dit in zolang de app overstapt op een nieuw geheim. We ondertekenen dan met beide.",
            "en": "Fill this in while the app changes to a new secret. We then sign with both.",
        },
        load_default=None,
        validate=is_webhook_secret,
        secret=True,
    )
    earlier_secret_until = setting(
        fields.AwareDateTime,
        title={"nl": "Vorig geheim tot", "en": "Earlier secret until"},
        help={
            "nl": "Tot dit moment ondertekenen we ook met het vorige geheim. Leeg: zolang het er staat.",
            "en": "Up to this moment we also sign with the earlier secret. Empty: as long as it is there.",
        },
        load_default=None,
    )
    kinds = setting(
        fields.List,
        cls_or_instance=fields.String(validate=validate.OneOf(KINDS)),
        title={"nl": "Soorten berichten", "en": "Kinds of notices"},
        help={
            "nl": "Kies uit available, updated en ended. Wat weg moet bij de app, melden we altijd.",
            "en": "Choose from available, updated and ended. A retraction is always sent.",
        },
        load_default=lambda: list(KINDS),
        own=True,
    )
    heartbeat_minutes = setting(
        fields.Integer,
        title={"nl": "Levensteken na minuten stilte", "en": "Sign of life after minutes of silence"},
        help={
            "nl": "Zo weet de app dat er niets is, en geen storing. 0 betekent: geen levenstekens.",
            "en": "So the app knows that there is nothing, rather than an outage. 0 means: none.",
        },
        load_default=60,
        own=True,
        validate=validate.Range(0, _DAY_MINUTES),
    )
