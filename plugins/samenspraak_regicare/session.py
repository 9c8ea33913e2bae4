"""Signed-in calls: the key of our account, renewed once when it expired.

Sources: `login` → `loginKey`, `authenticate` and `apiKey` in every call: REGI-3P `regicare_api/Auth.php`.
How long a key lives, and what a call with an expired one answers, is not public. It may even be answered as
if a visitor had asked, without an error; :meth:`Session.steadily` is there for that.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from samenspraak.errors import AuthenticationError, TransientError
from samenspraak.http import HttpClient
from samenspraak.protocols.jsonrpc import JsonRpc

from .codes import ForbiddenError, SignInExpiredError, UnknownIdError, refusals

T = TypeVar("T")


class Asked(Protocol):
    """Whatever answers the calls of the interface.

    ``proves_absence``: what no whole list holds is not there.
    """

    @property
    def proves_absence(self) -> bool: ...

    def call(self, http: HttpClient, method: str, *, safe: bool = True, **params: Any) -> Any:
        """The result of one call. ``safe``: it only reads."""

    def steadily(self, http: HttpClient, read: Callable[[], T]) -> T:
        """What ``read`` gives, surely of one moment and as our account sees it."""

    def knock(self, http: HttpClient) -> None:
        """Ask for an answer, whoever asks."""

    def sign_in(self, http: HttpClient) -> None:
        """Show who we are, afresh."""


class Session:
    """Calls in the name of the service account. Any thread may use it.

    Args:
        settings: loaded with :class:`RegiCareSettings`.
    """

    proves_absence = True

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._rpc = JsonRpc(refusals=refusals(settings["error_codes"]))
        self._api_key: str = settings["api_key"]
        self._account = {"gebruikersnaam": settings["username"], "wachtwoord": settings["password"]}
        self._signing_in = threading.Lock()
        self._key: str | None = None

    def call(self, http: HttpClient, method: str, *, safe: bool = True, **params: Any) -> Any:
        """The result of one call, signed in again once when the key had expired.

        A refusal to our key means that nothing was done, so repeating a write is safe here.

        Raises:
            AuthenticationError: the account is not accepted, or a fresh key is not.
            SamenspraakError: what the table of codes says, and what :class:`JsonRpc` raises.
        """
        key = self._signed_in(http)
        try:
            return self._send(http, method, {**params, "loginKey": key}, safe=safe)
        except SignInExpiredError:
            renewed = self._signed_in(http, instead_of=key)
            return self._send(http, method, {**params, "loginKey": renewed}, safe=safe)

    def steadily(self, http: HttpClient, read: Callable[[], T]) -> T:
        """What ``read`` gives, surely asked by our account from its first call to its last.

        Raises:
            TransientError: the sign-in ended during both tries.
        """
        for _ in range(2):
            key = self._signed_in(http)
            refused: UnknownIdError | ForbiddenError | None = None
            try:
                found = read()
            except (UnknownIdError, ForbiddenError) as error:
                refused = error  # what a visitor would be told, too
            if key == self._key and self._holds(http, key):
                if refused is not None:
                    raise refused
                return found
        raise TransientError("the sign-in ended while reading; what was read proves nothing")

    def knock(self, http: HttpClient) -> None:
        """Ask something that needs no account: does a RegiCare answer? A refused API key is an answer too."""
        with contextlib.suppress(AuthenticationError):
            self._send(http, "activiteitFilter", {"volledig": False}, safe=True)

    def sign_in(self, http: HttpClient) -> None:
        """Sign in afresh.

        Raises:
            AuthenticationError: the account is not accepted.
        """
        self._signed_in(http, instead_of=self._key)

    def _holds(self, http: HttpClient, key: str) -> bool:
        try:
            self._send(http, "authenticate", {"loginKey": key}, safe=True)
        except SignInExpiredError:
            self._signed_in(http, instead_of=key)
            return False
        return True

    def _signed_in(self, http: HttpClient, *, instead_of: str | None = None) -> str:
        """The key; a new one if there is none or it is the one that was refused."""
        with self._signing_in:
            if self._key is None or self._key == instead_of:
                self._key = None
                self._key = self._login(http)
            return self._key

    def _login(self, http: HttpClient) -> str:
        answer = self._send(http, "login", self._account, safe=True)
        key = answer.get("loginKey") if isinstance(answer, Mapping) else None
        if not isinstance(key, str) or not key:
            raise TransientError("signing in gave no key")
        return key

    def _send(self, http: HttpClient, method: str, params: Mapping[str, Any], *, safe: bool) -> Any:
        named = {"apiKey": self._api_key, **params}
        return self._rpc.call(http, method, named, safe=safe)
