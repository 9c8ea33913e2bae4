"""Every public error, by what the caller should do.

::

    SamenspraakError
    ├── ConfigurationError        fix the setting and start again
    ├── AuthenticationError       pause the connector, ask a person; discard nothing
    │   └── NoAccountError        they signed in, and are nobody here yet: use an invitation
    ├── TransientError            try again later, with backoff and jitter
    │   └── OutcomeUnknownError   the request left: it may have been applied; look before repeating
    ├── ConflictError             read again, plan again
    ├── InvalidRecordError        set this one record apart, go on with the rest
    ├── PermanentError            dead letter: a person decides
    │   └── NoTargetError         nothing there takes it: a person does it by hand, or makes room for it
    ├── RuleError                 the agreement would break a rule of the domain; nothing was changed
    ├── NotFoundError             no such thing in this organisation
    └── StaleError                what the caller saw has changed since; look again

A message says what happened, to which agreement and system *by id*, and what to do next. It never
holds a name, a BSN, a token, a body or a query string.
"""

from __future__ import annotations

from typing import ClassVar


class SamenspraakError(Exception):
    """The root of all of them. ``code`` is stable and documented; ``exit_code`` is the CLI's."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1


class ConfigurationError(SamenspraakError):
    """A setting is missing or wrong. ``problems`` lists all of them, one sentence each."""

    code = "configuration"
    exit_code = 2

    def __init__(self, message: str, *, problems: tuple[str, ...] = ()) -> None:
        super().__init__("\n".join((message, *(f"  - {problem}" for problem in problems))))
        self.problems = problems


class AuthenticationError(SamenspraakError):
    """The other system does not accept us: the connector pauses until a person has looked.

    Or we do not accept the credential of who asks us, and say no more than that.
    """

    code = "authentication"
    exit_code = 4


class NoAccountError(AuthenticationError):
    """Somebody signed in elsewhere, and has no account here yet."""

    code = "no_account"


class TransientError(SamenspraakError):
    """It may work later.

    Args:
        message: what happened.
        retry_after: seconds the other system asked us to wait, or None.
        whole_connector: the cause is not this record (throttled, down): everything for it waits.
        status: the HTTP status that was answered; None when there was no answer.
    """

    code = "transient"
    exit_code = 5

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        whole_connector: bool = False,
        status: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after
        self.whole_connector = whole_connector


class OutcomeUnknownError(TransientError):
    """The request may have arrived and no usable answer came back. Look before it is repeated."""

    code = "outcome_unknown"


class ConflictError(SamenspraakError):
    """Somebody else wrote in between (409, 412). Read again and plan again."""

    code = "conflict"
    exit_code = 6


class InvalidRecordError(SamenspraakError):
    """One record cannot be used. ``field`` names the place, never its content."""

    code = "invalid_record"
    exit_code = 7

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


class PermanentError(SamenspraakError):
    """Trying again will not help. The item waits as a dead letter until a person replays it."""

    code = "permanent"
    exit_code = 8


class NoTargetError(PermanentError):
    """There is nothing in the other system to propose it at. Nothing was sent; a person is asked."""

    code = "no_target"


class RuleError(SamenspraakError):
    """A rule of the domain would be broken. ``rule`` is its short name."""

    code = "rule"
    exit_code = 9

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


class NotFoundError(SamenspraakError):
    """There is no such thing in this organisation."""

    code = "not_found"
    exit_code = 10


class StaleError(SamenspraakError):
    """What the caller saw has changed since. Nothing was done."""

    code = "stale"
    exit_code = 11
