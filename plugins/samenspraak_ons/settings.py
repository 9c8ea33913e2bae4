"""What an admin fills in for Nedap Ons. What no public source tells is a setting, not a guess."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from samenspraak.connectors import setting
from samenspraak_ons.interface import PREFIXES

AT_ONCE = 4
"""Requests at a time of one certificate (ONS-AE ``rate-limits``: the only limit that Ons enforces)."""


def _known(prefixes: Mapping[str, str]) -> None:
    if unknown := prefixes.keys() - PREFIXES.keys():
        raise ValidationError(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(PREFIXES)}")


def _text(title: Mapping[str, str], help: Mapping[str, str], **options: Any) -> fields.Field[Any]:
    return setting(fields.String, title=title, help=help, **options)


def _number(title: Mapping[str, str], help: Mapping[str, str], **options: Any) -> fields.Field[Any]:
    options.setdefault("validate", validate.Range(min=1))
    return setting(fields.Integer, title=title, help=help, **options)


def _types(title: Mapping[str, str], help: Mapping[str, str], *default: str) -> fields.Field[Any]:
    return setting(
        fields.List,
        cls_or_instance=fields.String(validate=validate.Length(min=1)),
        load_default=lambda: list(default),
        title=title,
        help=help,
    )


def _switch(title: Mapping[str, str], help: Mapping[str, str]) -> fields.Field[Any]:
    return setting(fields.Boolean, load_default=True, title=title, help=help)


class OnsSettings(Schema):
    """The settings of one Ons. Key and certificate are files, never kept by the hub."""

    base_url = setting(
        fields.Url,
        required=True,
        schemes={"http", "https"},
        require_tld=False,
        title={"nl": "Adres van Ons", "en": "Address of Ons"},
        help={
            "nl": "https://api.ons.io, of https://api-staging.ons.io of https://api-development.ons.io.",
            "en": "https://api.ons.io, or https://api-staging.ons.io or https://api-development.ons.io.",
        },
    )
    certificate_file = _text(
        {"nl": "Certificaat", "en": "Certificate"},
        {
            "nl": "Het bestand (PEM) dat Nedap tekende voor deze koppeling en uw omgeving.",
            "en": "The file (PEM) that Nedap signed for this connection and your environment.",
        },
        load_default=None,
    )
    certificate_key_file = _text(
        {"nl": "Sleutel van het certificaat", "en": "Key of the certificate"},
        {
            "nl": "Het bestand (PEM) met de sleutel die bij het certificaat hoort. Geef die aan niemand.",
            "en": "The file (PEM) with the key that belongs to the certificate. Give it to nobody.",
        },
        load_default=None,
    )
    ca_file = _text(
        {"nl": "Uitgever van het certificaat van Ons", "en": "Issuer of the certificate of Ons"},
        {
            "nl": "Het bestand (PEM) met de keten van uitgevers, als Ons er een van zichzelf gebruikt.",
            "en": "The file (PEM) with the chain of issuers, if Ons uses one of its own.",
        },
        load_default=None,
    )
    customer_code = _text(
        {"nl": "Klantcode", "en": "Customer code"},
        {
            "nl": "Meldingen over andere omgevingen worden overgeslagen. Leeg: alle meldingen tellen.",
            "en": "Notifications about other environments are passed over. Empty: all of them count.",
        },
        load_default="",
    )
    hook_secret = _text(
        {"nl": "Geheim voor meldingen", "en": "Secret for notifications"},
        {
            "nl": "Het geheim uit het Ons API Dashboard. Zonder geheim weigeren we meldingen.",
            "en": "The secret from the Ons API Dashboard. Without it we accept no notifications.",
        },
        load_default=None,
        validate=validate.Length(min=16),
        secret=True,
    )
    earlier_hook_secret = _text(
        {"nl": "Vorig geheim voor meldingen", "en": "Earlier secret for notifications"},
        {
            "nl": "Vul dit in zolang u in het dashboard een nieuw geheim instelt. We nemen dan beide aan.",
            "en": "Fill this in while you set a new secret in the dashboard. We then accept both.",
        },
        load_default=None,
        validate=validate.Length(min=16),
        secret=True,
    )
    action_id = _number(
        {"nl": "Actie voor afspraken", "en": "Action for agreements"},
        {
            "nl": "Het nummer van de actie in uw classificatie die een afspraak is. Die actie moet een eigen "
            "titel en een toelichting toestaan. Andere acties lezen we niet.",
            "en": "The number of the action in your classification that is an agreement. It must allow a "
            "title of its own and a comment. We read no other actions.",
        },
        required=True,
    )
    demand_id = _number(
        {"nl": "Aandachtspunt voor afspraken", "en": "Focus area for agreements"},
        {
            "nl": "Het nummer van het aandachtspunt waaronder nieuwe afspraken komen, als er nog geen "
            "afspraken in het zorgplan staan.",
            "en": "The number of the focus area (aandachtspunt) under which new agreements come, when "
            "the care plan has none yet.",
        },
        load_default=None,
    )
    agenda = _switch(
        {"nl": "Afspraken in de agenda", "en": "Agreements in the agenda"},
        {
            "nl": "Zet in de agenda wanneer een medewerker of team iets doet, na activeren van het plan.",
            "en": "Put in the agenda when an employee or team does something, once the plan was activated.",
        },
    )
    tasks = _switch(
        {"nl": "Evaluatie als taak", "en": "Review as a task"},
        {
            "nl": "Maak een taak om de afspraak op tijd te bespreken.",
            "en": "Make a task to talk the agreement over in time.",
        },
    )
    review_team = _number(
        {"nl": "Team voor evaluaties", "en": "Team for reviews"},
        {
            "nl": "Het nummer van het team dat de taak krijgt als geen medewerker of team genoemd is.",
            "en": "The number of the team that gets the task when no employee or team is named.",
        },
        load_default=None,
    )
    minutes = _number(
        {"nl": "Duur in de agenda", "en": "Length in the agenda"},
        {
            "nl": "Zoveel minuten duurt iets in de agenda als de afspraak het niet zegt.",
            "en": "How many minutes something takes in the agenda when the agreement does not say.",
        },
        load_default=30,
        validate=validate.Range(min=1, max=720),
    )
    representative_types = _types(
        {"nl": "Relaties die vertegenwoordiger zijn", "en": "Relations that are representatives"},
        {
            "nl": "De namen van deze relatietypen in uw Ons.",
            "en": "The names of these types of relation in your Ons.",
        },
        "Wettelijk vertegenwoordiger",
        "Curator",
        "Mentor",
    )
    volunteer_types = _types(
        {"nl": "Relaties die vrijwilliger zijn", "en": "Relations that are volunteers"},
        {
            "nl": "De namen van deze relatietypen in uw Ons.",
            "en": "The names of these types of relation in your Ons.",
        },
        "Vrijwilliger",
    )
    number_system = _text(
        {"nl": "Naam van uw nummers", "en": "Name of your numbers"},
        {
            "nl": "Hoe uw stelsel van cliënt- en medewerkernummers heet, gelijk in alle koppelingen. "
            "Leeg: nummers worden niet vergeleken.",
            "en": "What your client and employee numbers are called, the same in every connection. "
            "Empty: numbers are not compared.",
        },
        load_default="",
    )
    user_name = _text(
        {"nl": "Gebruiker in Ons", "en": "User in Ons"},
        {
            "nl": "De gebruiker die Ons in zijn eigen logboek schrijft. Leeg: alleen de koppeling.",
            "en": "The user that Ons writes in its own log. Empty: the connection alone.",
        },
        load_default="",
    )
    active_identity = _text(
        {"nl": "Rol van die gebruiker", "en": "Role of that user"},
        {
            "nl": "De actieve identiteit van die gebruiker, als Ons erom vraagt.",
            "en": "The active identity of that user, if Ons asks for it.",
        },
        load_default="",
    )
    at_once = _number(
        {"nl": "Vragen tegelijk", "en": "Requests at a time"},
        {
            "nl": "Ons neemt er vier tegelijk aan per certificaat. Met drie blijft er een over voor een "
            "verbindingstest of een tweede programma.",
            "en": "Ons takes four at a time per certificate. With three, one is left for a connection test "
            "or a second program.",
        },
        load_default=3,
        validate=validate.Range(min=1, max=AT_ONCE),
    )
    clients_per_round = _number(
        {"nl": "Cliënten per ronde", "en": "Clients a round"},
        {
            "nl": "Van zoveel cliënten lezen we per ronde het zorgplan; de volgende ronde gaat verder.",
            "en": "We read the care plans of this many clients a round; the next round goes on.",
        },
        load_default=500,
    )
    overlap_minutes = _number(
        {"nl": "Overlap bij lezen", "en": "Overlap when reading"},
        {
            "nl": "Zoveel minuten aan wijzigingen lezen we telkens opnieuw. Drie uur vangt ook op dat Ons "
            "een andere tijdzone bedoelt.",
            "en": "We read this many minutes of changes again each time. Three hours also holds if Ons "
            "means another time zone.",
        },
        load_default=180,
    )
    paths = setting(
        fields.Dict,
        keys=fields.String(),
        values=fields.String(),
        load_default=dict,
        validate=_known,
        title={"nl": "Andere paden", "en": "Other paths"},
        help={
            "nl": "Waar een onderdeel van Ons staat, als Nedap het verplaatst.",
            "en": "Where a part of Ons lies, if Nedap moves it.",
        },
    )
