"""What an admin fills in, with a title and a sentence in both languages."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from samenspraak.connectors import setting


class WeekBoardSettings(Schema):
    """Secrets are marked: the hub keeps references, and hands the connector the secrets themselves."""

    base_url = setting(
        fields.Url,
        title={"nl": "Adres", "en": "Address"},
        help={"nl": "Het adres van het weekbord, zonder /api.", "en": "The board's address, without /api."},
        required=True,
        schemes={"http", "https"},
        require_tld=False,
    )
    board_key = setting(
        fields.String,
        title={"nl": "Sleutel", "en": "Key"},
        help={"nl": "Staat bij Beheer, Koppelingen.", "en": "Found under Administration, Connections."},
        required=True,
        validate=validate.Length(min=8),
        secret=True,
    )
    notify_secret = setting(
        fields.String,
        title={"nl": "Sleutel van meldingen", "en": "Key of notifications"},
        help={
            "nl": "Waarmee het bord zijn meldingen ondertekent. Zonder sleutel worden ze geweigerd.",
            "en": "With which the board signs its notifications. Without it they are refused.",
        },
        load_default=None,
        secret=True,
    )
