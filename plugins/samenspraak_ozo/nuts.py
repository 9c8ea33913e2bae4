"""Signing in through the organisation's own Nuts node: an access token, and a proof for each request.

Source: technical-walkthrough-access-ozo.md (read November 2026): ``request-service-access-token`` gives a
token of type DPoP or Bearer for 900 seconds; ``dpop`` gives the header that ties one request, by method and
address, to the key the token was made for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from samenspraak.errors import AuthenticationError, InvalidRecordError, PermanentError
from samenspraak.http import HttpClient, Outgoing, Token, TokenAuth

_API = "internal/auth/v2"


@dataclass(frozen=True, kw_only=True)
class NutsToken(Token):
    """``key``: which key of the node it is tied to; None for a Bearer token."""

    key: str | None = field(default=None, repr=False)


class NutsAuth(TokenAuth):
    """Signs requests with what the Nuts node gives for one wallet.

    Args:
        node: a client for the node's internal address.
        subject: the name of the wallet with the credential of this organisation.
        authorization_server: of the platform.
        token_type: ``DPoP``, or ``Bearer`` while the platform still takes it.
    """

    def __init__(
        self,
        node: HttpClient,
        *,
        subject: str,
        authorization_server: str,
        token_type: str,
        **timing: Callable[[], float],
    ) -> None:
        super().__init__(**timing)
        self._node = node
        self._subject = subject
        self._authorization_server = authorization_server
        self._token_type = token_type
        self._is_proven = token_type != "Bearer"  # noqa: S105 - the name of a type of token

    def fetch(self, deadline: float) -> NutsToken:
        answer = self._ask(
            f"{quote(self._subject, safe='')}/request-service-access-token",
            {
                "authorization_server": self._authorization_server,
                "scope": "ozo",
                "token_type": self._token_type,
            },
            deadline,
        )
        lifetime = answer.get("expires_in")
        return NutsToken(
            value=_text(answer, "access_token"),
            lifetime_seconds=float(lifetime) if isinstance(lifetime, int | Decimal) else None,
            key=_text(answer, "dpop_kid") if self._is_proven else None,
        )

    def sign(self, token: Token, outgoing: Outgoing) -> Mapping[str, str]:
        if not isinstance(token, NutsToken) or token.key is None:
            return {"Authorization": f"Bearer {token.value}"}
        asked = {"htm": outgoing.method, "htu": outgoing.url.partition("?")[0], "token": token.value}
        proof = self._ask(f"dpop/{quote(token.key, safe='')}", asked, outgoing.deadline)
        return {"Authorization": f"DPoP {token.value}", "DPoP": _text(proof, "dpop")}

    def _ask(self, path: str, members: Mapping[str, str], deadline: float) -> Mapping[str, Any]:
        try:
            answer = self._node.by(deadline).send("POST", f"{_API}/{path}", json=members, safe=True).json()
        except (InvalidRecordError, PermanentError) as error:
            raise AuthenticationError(f"the Nuts node does not sign us in: {error}") from None
        if not isinstance(answer, dict):
            raise AuthenticationError("the Nuts node answered something else than an object")
        return answer


def _text(answer: Mapping[str, Any], name: str) -> str:
    found = answer.get(name)
    if not isinstance(found, str) or not found:
        raise AuthenticationError(f"the answer of the Nuts node has no {name}")
    return found
