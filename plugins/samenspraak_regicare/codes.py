"""What RegiCare's error codes mean: one table, with where each code was seen.

RegiCare refuses with HTTP 200 and a code in ``result.error``. There is no public list of codes. REGI-3P is
the plug-in named in the README; *by analogy* is our inference from the form of a code that was seen. A code
that is in neither this table nor the setting ``error_codes`` is permanent and shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from samenspraak.errors import (
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    InvalidRecordError,
    PermanentError,
    TransientError,
)
from samenspraak.protocols.jsonrpc import Refusal


class SignInExpiredError(AuthenticationError):
    """The key is not (or no longer) one of a signed-in account."""


class UnknownIdError(PermanentError):
    """RegiCare does not know this id, or does not show it to us."""


class ForbiddenError(PermanentError):
    """RegiCare knows it and does not show it to our account."""


def _record(message: str) -> InvalidRecordError:
    return InvalidRecordError(message, field="gegevens")


MEANINGS: Mapping[str, Refusal] = {
    "sign_in_again": SignInExpiredError,
    "authentication": AuthenticationError,
    "configuration": ConfigurationError,
    "transient": TransientError,
    "conflict": ConflictError,
    "unknown": UnknownIdError,
    "forbidden": ForbiddenError,
    "record": _record,
    "permanent": PermanentError,
}
"""What a code can mean, and the error it becomes: one of the six, or an answer about one record."""


@dataclass(frozen=True)
class Code:
    """A code, what it means (one of :data:`MEANINGS`), and where it was seen."""

    name: str
    meaning: str
    source: str


_PLUGIN = "made by the plug-in of REGI-3P itself"
_FORM = "REGI-3P `Authentication.php`, the forms of an account"
_ANALOGY = "by analogy"

CODES: tuple[Code, ...] = (
    Code("NIET_INGELOGD", "sign_in_again", f"{_PLUGIN}: `regicare_api/Auth.php`, `Vacatures.php`"),
    Code("LOGINKEY_ONGELDIG", "sign_in_again", _ANALOGY),
    Code("LOGINKEY_VERLOPEN", "sign_in_again", _ANALOGY),
    Code("GEBRUIKERSACCOUNT_ONBEKEND", "authentication", "REGI-3P `Authentication.php`, LOGIN_ERROR"),
    Code("APIKEY_ONGELDIG", "authentication", _ANALOGY),
    Code("GEEN_TOEGANG", "forbidden", _ANALOGY),
    Code("WERKSOORT_ID_ONGELDIG", "configuration", _ANALOGY),
    Code("ACTIVITEITTYPE_ID_ONGELDIG", "configuration", _ANALOGY),
    Code("PERSOON_ID_ONGELDIG", "unknown", "REGI-3P `Authentication.php`, changing a linked person"),
    Code("ACTIVITEIT_ID_ONGELDIG", "unknown", _ANALOGY),
    Code("BIJEENKOMST_ID_ONGELDIG", "unknown", _ANALOGY),
    Code("INSCHRIJVING_ID_ONGELDIG", "unknown", _ANALOGY),
    Code("VACATURE_ID_ONGELDIG", "unknown", _ANALOGY),
    Code("INSCHRIJVING_STATUS_ONGELDIG", "conflict", _ANALOGY),
    Code("FORMDATAMISSING", "record", f"{_FORM}; also {_PLUGIN}: `Functions.php`"),
    Code("GEBRUIKERSACCOUNT_INCOMPLEET", "record", _FORM),
    Code("GEBRUIKERSACCOUNT_BEZET", "record", _FORM),
    Code("ADRES_ONBEKEND", "record", _FORM),
)


def refusals(told: Mapping[str, str]) -> dict[str, Refusal]:
    """The error each code becomes. ``told``: code to meaning, as an administrator explained it."""
    known = {code.name: code.meaning for code in CODES}
    return {name: MEANINGS[meaning] for name, meaning in {**known, **told}.items()}
