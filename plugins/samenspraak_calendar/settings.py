"""What an admin chooses about calendars. There is nothing to connect to, so there is no secret."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from samenspraak.connectors import setting


class CalendarSettings(Schema):
    """What may be shown is for consent; these only show less, or say it in other words."""

    name = setting(
        fields.String,
        title={"nl": "Naam van de agenda", "en": "Name of the calendar"},
        help={
            "nl": "Zo heet de agenda op de telefoon. Zet er geen naam van een cliënt in.",
            "en": "What the calendar is called on a phone. Do not put a client's name in it.",
        },
        load_default="Afspraken",
        validate=validate.Length(min=1, max=60),
    )
    neutral_title = setting(
        fields.String,
        title={"nl": "Neutrale titel", "en": "Neutral title"},
        help={
            "nl": "Dit staat bij een afspraak als de agenda niet mag zeggen wat de afspraak is.",
            "en": "What an agreement is called when the calendar may not say what it is.",
        },
        load_default="Afspraak",
        validate=validate.Length(min=1, max=60),
    )
    details = setting(
        fields.Boolean,
        title={"nl": "Zeggen wat er is afgesproken", "en": "Say what was agreed"},
        help={
            "nl": "Als de cliënt toestemming gaf voor deze agenda, staat er wat er is afgesproken en waar. "
            "Zonder toestemming blijft de titel neutraal, ook als u dit aanzet.",
            "en": "Where the client consented to this calendar it says what was agreed and where. "
            "Without consent the title stays neutral, whatever you choose here.",
        },
        load_default=False,
    )
    language = setting(
        fields.String,
        title={"nl": "Taal", "en": "Language"},
        help={
            "nl": "De taal van woorden als ochtend en avond: nl of en.",
            "en": "The language of words such as morning and evening: nl or en.",
        },
        load_default="nl",
        validate=validate.OneOf(["nl", "en"]),
    )
