"""The settings of one configured connector, of which the secrets are never printed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from marshmallow import ValidationError

from samenspraak.errors import ConfigurationError
from samenspraak.protocols.standard_webhooks import Secret


def is_webhook_secret(text: str) -> None:
    """To validate a setting: it is a secret as Standard Webhooks has them.

    Raises:
        ValidationError: it is not; the message does not repeat it.
    """
    try:
        Secret.parse(text)
    except ConfigurationError as error:
        raise ValidationError(str(error)) from None


class Settings(Mapping[str, Any]):
    """Settings by name. Whoever prints or logs them sees that there is a secret, and not which.

    Args:
        values: the settings, with the secrets themselves.
        secrets: the names of those that are secret.
    """

    def __init__(self, values: Mapping[str, Any], secrets: Collection[str]) -> None:
        self._values = dict(values)
        self._secrets = frozenset(secrets)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        shown = {
            name: "[secret]" if name in self._secrets and value is not None else value
            for name, value in self._values.items()
        }
        return f"{type(self).__name__}({shown!r})"
