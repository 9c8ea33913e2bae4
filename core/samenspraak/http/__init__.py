"""Speaking to other systems: one guarded client, ways to sign in, and redaction for logs."""

from samenspraak.http.answer import JSON_TYPES, Answer
from samenspraak.http.auth import Auth, BasicAuth, BearerAuth, HeaderAuth, NoAuth, Outgoing, Token, TokenAuth
from samenspraak.http.client import HttpClient
from samenspraak.http.guard import Guard, Resolver
from samenspraak.http.limits import LONGEST_SECONDS, Limits
from samenspraak.http.redaction import redact
from samenspraak.http.strict_json import UnusableJsonError, parse_json
from samenspraak.http.tls import Tls

__all__ = [
    "JSON_TYPES",
    "LONGEST_SECONDS",
    "Answer",
    "Auth",
    "BasicAuth",
    "BearerAuth",
    "Guard",
    "HeaderAuth",
    "HttpClient",
    "Limits",
    "NoAuth",
    "Outgoing",
    "Resolver",
    "Tls",
    "Token",
    "TokenAuth",
    "UnusableJsonError",
    "parse_json",
    "redact",
]
