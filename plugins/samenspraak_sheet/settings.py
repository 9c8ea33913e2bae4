"""What an admin chooses about spreadsheets and pages: nothing to connect to, so no secret."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from samenspraak.connectors import setting

STAFF, HOME = "staff", "home"


class SheetSettings(Schema):
    """Where it lies decides who reads it, and so what it may show."""

    place = setting(
        fields.String,
        title={"nl": "Waar het blad ligt", "en": "Where the sheet lies"},
        help={
            "nl": "staff: bij een team of op een locatie. Alleen medewerkers lezen het. "
            "home: bij de cliënt thuis. Iedereen die daar komt, kan het lezen.",
            "en": "staff: with a team or at a location. Only staff read it. "
            "home: in the client's home. Everybody who comes there can read it.",
        },
        load_default=STAFF,
        validate=validate.OneOf([STAFF, HOME]),
    )
    name = setting(
        fields.String,
        title={"nl": "Titel van het blad", "en": "Title of the sheet"},
        help={
            "nl": "Deze tekst staat boven het blad. Zet er geen naam van een cliënt in.",
            "en": "This text stands above the sheet. Do not put a client's name in it.",
        },
        load_default="Afspraken",
        validate=validate.Length(min=1, max=60),
    )
    contact = setting(
        fields.String,
        title={"nl": "Bij wie u verandering doorgeeft", "en": "Whom to tell what changed"},
        help={
            "nl": "Dit staat onder aan de pagina, bijvoorbeeld een telefoonnummer van het team.",
            "en": "It stands at the end of the page, for instance a telephone number of the team.",
        },
        load_default="",
        validate=validate.Length(max=120),
    )
