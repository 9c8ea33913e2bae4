"""What an administrator fills in for RegiCare.

Lookup tables in RegiCare are the customer's own (REGI-HELP 80000950771), so every value that means
something here is named by its *label*. What nobody could read in a public source is a setting with the
name we infer as its default; the README lists them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from samenspraak.connectors import setting
from samenspraak.connectors.rhythm import ONCE, parse_rhythm
from samenspraak.domain.schedules import Recurrence
from samenspraak.http import LONGEST_SECONDS

from .codes import MEANINGS
from .export import COLUMNS

RHYTHMS: Mapping[str, str] = {
    "Eenmalig": ONCE,
    "Dagelijks": "elke dag",
    "Wekelijks": "elke week",
    "Tweewekelijks": "elke 2 weken",
    "Maandelijks": "elke maand",
}

INFERRED_NAMES = frozenset(
    {
        "plaatsing.activiteitID",
        "bijeenkomst.activiteitID",
        "vrijwilliger",
        "hulpvrager",
        "redenEinde",
        "datum",
        "status",
        "toelichting",
        "opmerking",
        "reden",
        "geplaatstActiviteitID",
        "startDatumVanaf",
        "startDatumTot",
        "werksoort",
    }
)


API, CSV = "api", "csv"
_FILE_NAME = re.compile(r"[\w-][\w.-]{0,79}")
FILES: Mapping[str, str] = {
    "inzet": "inzet.csv",
    "bijeenkomsten": "bijeenkomsten.csv",
    "voorstellen": "voorstellen.csv",
    "antwoorden": "antwoorden.csv",
}


def _rhythms(value: Mapping[str, str]) -> None:
    if unknown := sorted(text for text in value.values() if not _is_rhythm(text)):
        raise ValidationError(f"not a rhythm: {unknown[0]}; write for instance 'elke 2 weken' or '{ONCE}'")


def _is_rhythm(text: str) -> bool:
    return text == ONCE or isinstance(parse_rhythm(text), Recurrence)


def _names(value: Mapping[str, str]) -> None:
    if unknown := sorted(value.keys() - INFERRED_NAMES):
        raise ValidationError(f"unknown name: {unknown[0]}; known: {', '.join(sorted(INFERRED_NAMES))}")


def _columns(value: Mapping[str, str]) -> None:
    if unknown := sorted(value.keys() - COLUMNS):
        raise ValidationError(f"unknown column: {unknown[0]}; known: {', '.join(sorted(COLUMNS))}")


def _files(value: Mapping[str, str]) -> None:
    if unknown := sorted(value.keys() - FILES.keys()):
        raise ValidationError(f"unknown file: {unknown[0]}; known: {', '.join(FILES)}")
    if wrong := sorted(name for name, file in value.items() if not _is_file_name(name, file)):
        raise ValidationError(f"{wrong[0]}: write a name such as {FILES[wrong[0]]}, without a folder")


def _is_file_name(name: str, file: str) -> bool:
    may_be_left_out = name == "bijeenkomsten"
    return bool(_FILE_NAME.fullmatch(file)) or (may_be_left_out and not file)


def _text(title: Mapping[str, str], help: Mapping[str, str], **options: Any) -> fields.Field[Any]:
    return setting(fields.String, title=title, help=help, **options)


def _labels(*default: str, nl: str, en: str) -> fields.Field[Any]:
    return setting(
        fields.List,
        cls_or_instance=fields.String(),
        load_default=lambda: list(default),
        validate=validate.Length(min=1),
        title={"nl": nl, "en": en},
        help={
            "nl": "De woorden zoals ze in uw keuzelijst in RegiCare staan.",
            "en": "The words as they are in your lookup table in RegiCare.",
        },
    )


class RegiCareSettings(Schema):
    """The settings of one RegiCare."""

    transport = _text(
        {"nl": "Hoe gegevens gaan", "en": "How data goes"},
        {
            "nl": "api: door de koppeling van AdSysCo. csv: door bestanden in een map, als u die koppeling "
            "niet hebt.",
            "en": "api: through the interface of AdSysCo. csv: through files in a folder, when you have no "
            "such interface.",
        },
        load_default=API,
        validate=validate.OneOf([API, CSV]),
    )
    base_url = _text(
        {"nl": "Adres van de koppeling of de map", "en": "Address of the interface or the folder"},
        {
            "nl": "Bij api: het hele adres dat AdSysCo u gaf. Bij csv: het webadres van de map (WebDAV).",
            "en": "With api: the whole address AdSysCo gave you. With csv: the web address of the folder "
            "(WebDAV).",
        },
        required=True,
    )
    api_key = _text(
        {"nl": "API-sleutel", "en": "API key"},
        {"nl": "Van AdSysCo; alleen bij api.", "en": "From AdSysCo; with api only."},
        load_default="",
        secret=True,
    )
    username = _text(
        {"nl": "Gebruikersnaam", "en": "User name"},
        {
            "nl": "Bij api: van een eigen account voor deze koppeling, met de rol van medewerker. Bij csv: "
            "van wie bij de map mag.",
            "en": "With api: of an account of its own for this connection, with the role of staff. With csv: "
            "of somebody who may use the folder.",
        },
        load_default="",
    )
    password = _text(
        {"nl": "Wachtwoord", "en": "Password"},
        {"nl": "Van dat account.", "en": "Of that account."},
        load_default="",
        secret=True,
    )
    activity_types = _labels(
        "Individuele inzet",
        nl="Soorten activiteit die afspraken zijn",
        en="Types of activity that are agreements",
    )
    kind_of_work = _text(
        {"nl": "Werksoort", "en": "Kind of work"},
        {
            "nl": "De naam van de werksoort waaronder vrijwilligers worden geplaatst. Leeg: dan geldt het "
            "nummer hieronder.",
            "en": "The name of the kind of work under which volunteers are placed. Empty: the number below "
            "counts.",
        },
        load_default="",
    )
    kind_of_work_id = setting(
        fields.Integer,
        load_default=1,
        title={"nl": "Nummer van de werksoort", "en": "Number of the kind of work"},
        help={
            "nl": "Alleen nodig als uw RegiCare de namen van werksoorten niet geeft.",
            "en": "Only needed when your RegiCare does not give the names of kinds of work.",
        },
    )
    intake_vacancy = _text(
        {"nl": "Vacature voor voorstellen", "en": "Vacancy for proposals"},
        {
            "nl": "De titel van de vacature waarop voorstellen voor nieuwe inzet binnenkomen. Leeg: dan "
            "kunnen nieuwe afspraken niet worden voorgesteld.",
            "en": "The title of the vacancy where proposals for new tasks come in. Empty: new agreements "
            "cannot be proposed.",
        },
        load_default="",
    )
    volunteers = _text(
        {"nl": "Naam voor alle vrijwilligers samen", "en": "Name for all volunteers together"},
        {
            "nl": "Een afspraak die deze groep doet, zoekt een vrijwilliger: het voorstel vraagt om een "
            "vacature. Leeg: dan kan niemand worden gezocht.",
            "en": "An agreement that this group performs seeks a volunteer: the proposal asks for a vacancy. "
            "Empty: nobody can be sought.",
        },
        load_default="",
    )
    planned = _labels(
        "Gepland", "Bevestigd", "Afgerond", nl="Bijeenkomst gaat door", en="Meeting takes place"
    )
    cancelled = _labels(
        "Geannuleerd", "Afgezegd", "Vervallen", nl="Bijeenkomst gaat niet door", en="Meeting is off"
    )
    preliminary = _labels("Voorlopig", nl="Inzet is nog voorlopig", en="Task is preliminary")
    definitive = _labels("Definitief", nl="Inzet is definitief", en="Task is definitive")
    placed = _labels("Actief", "Geplaatst", nl="Vrijwilliger is geplaatst", en="Volunteer is placed")
    ended = _labels("Beëindigd", nl="Plaatsing is beëindigd", en="Placement has ended")
    waiting = _labels("Nieuw", "Openstaand", nl="Voorstel wacht", en="Proposal waits")
    accepted = _labels("Ingeschreven", nl="Voorstel is overgenomen", en="Proposal was taken over")
    refused = _labels("Verwijderd", nl="Voorstel is afgewezen", en="Proposal was refused")
    rhythms = setting(
        fields.Dict,
        keys=fields.String(),
        values=fields.String(),
        load_default=lambda: dict(RHYTHMS),
        validate=_rhythms,
        title={"nl": "Herhaling", "en": "Interval"},
        help={
            "nl": "Per woord in uw keuzelijst 'interval' wat het betekent, bijvoorbeeld 'elke 2 weken'.",
            "en": "For each word in your lookup table 'interval' what it means, such as 'elke 2 weken'.",
        },
    )
    error_codes = setting(
        fields.Dict,
        keys=fields.String(),
        values=fields.String(validate=validate.OneOf(list(MEANINGS))),
        load_default=dict,
        title={"nl": "Foutcodes", "en": "Error codes"},
        help={
            "nl": "Codes die wij niet kennen, met wat er dan moet gebeuren.",
            "en": "Codes we do not know, with what should happen then.",
        },
    )
    names = setting(
        fields.Dict,
        keys=fields.String(),
        values=fields.String(),
        load_default=dict,
        validate=_names,
        title={"nl": "Andere namen in de koppeling", "en": "Other names in the interface"},
        help={
            "nl": "Namen die bij u anders zijn dan wij afleiden; zie de uitleg bij deze koppeling.",
            "en": "Names that differ from what we infer; see the page of this connector.",
        },
    )
    person_number = _text(
        {"nl": "Veld met het cliëntnummer", "en": "Member with the client number"},
        {
            "nl": "Het veld van een persoon waarin het nummer uit het dossier staat. Leeg: dan kent "
            "RegiCare dat nummer niet en koppelt een mens de personen.",
            "en": "The member of a person that holds the number from the dossier. Empty: RegiCare does not "
            "know that number and somebody matches the persons.",
        },
        load_default="",
    )
    person_number_system = _text(
        {"nl": "Wiens nummer dat is", "en": "Whose number that is"},
        {
            "nl": "De naam van het nummerstelsel, gelijk aan die in het dossier.",
            "en": "The name of the numbering, the same as in the dossier.",
        },
        load_default="",
    )
    files = setting(
        fields.Dict,
        keys=fields.String(),
        values=fields.String(),
        load_default=dict,
        validate=_files,
        title={"nl": "Namen van de bestanden", "en": "Names of the files"},
        help={
            "nl": "Bij csv: hoe de bestanden in de map heten. Een lege naam bij bijeenkomsten: die lijst is "
            "er niet.",
            "en": "With csv: how the files in the folder are called. An empty name of bijeenkomsten: there "
            "is no such list.",
        },
    )
    columns = setting(
        fields.Dict,
        keys=fields.String(),
        values=fields.String(),
        load_default=dict,
        validate=_columns,
        title={"nl": "Namen van de kolommen", "en": "Names of the columns"},
        help={
            "nl": "Bij csv: onze naam van een kolom, met hoe die in uw export heet.",
            "en": "With csv: our name of a column, with what it is called in your export.",
        },
    )
    timeout_seconds = setting(
        fields.Float,
        load_default=LONGEST_SECONDS,
        validate=validate.Range(min=1, max=LONGEST_SECONDS),
        title={"nl": "Wachttijd in seconden", "en": "Patience in seconds"},
        help={
            "nl": "Zo lang mag één antwoord duren.",
            "en": "How long one answer may take.",
        },
    )

    @validates_schema
    def _complete(self, data: Mapping[str, Any], **_: Any) -> None:
        if data["transport"] == API:
            missing = [name for name in ("api_key", "username", "password") if not data[name]]
            if missing:
                raise ValidationError({name: ["needed where transport is api"] for name in missing})

    @post_load
    def _named(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "files": {**FILES, **data["files"]}}
