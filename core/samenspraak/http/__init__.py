"""Speaking to other systems: one guarded client, ways to sign in, and redaction for logs."""

from samenspraak.http.answer import JSON_TYPES, Answer
from samenspraak.http.auth import Auth, BasicAuth, BearerAuth, HeaderAuth, NoAuth, Outgoing, Token, TokenAuth
from samenspraak.http.client import HttpClient
from samenspraak.http.guard import Guard, Resolver
from samenspraak.http.issuers import Issuers
from samenspraak.http.keys import SigningKey, key_set
from samenspraak.http.limits import LONGEST_SECONDS, Limits
from samenspraak.http.oauth import ClientCredentials, client_secret
from samenspraak.http.redaction import redact
from samenspraak.http.signed import CLOCKS_DIFFER, Signed, checked, public_key_set, unchecked
from samenspraak.http.strict_json import UnusableJsonError, parse_json
from samenspraak.http.tls import Tls

__all__ = [
    "CLOCKS_DIFFER",
    "JSON_TYPES",
    "LONGEST_SECONDS",
    "Answer",
    "Auth",
    "BasicAuth",
    "BearerAuth",
    "ClientCredentials",
    "Guard",
    "HeaderAuth",
    "HttpClient",
    "Issuers",
    "Limits",
    "NoAuth",
    "Outgoing",
    "Resolver",
    "Signed",
    "SigningKey",
    "Tls",
    "Token",
    "TokenAuth",
    "UnusableJsonError",
    "checked",
    "client_secret",
    "key_set",
    "parse_json",
    "public_key_set",
    "redact",
    "unchecked",
]
