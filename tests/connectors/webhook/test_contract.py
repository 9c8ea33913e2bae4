"""The kit's checks on the connector that tells, with an app by the standard and with a wayward one."""

from __future__ import annotations

from samenspraak_webhook.kit import Contract, Laws


class TestStrict(Contract):
    mode = "strict"


class TestQuirky(Contract):
    mode = "quirky"


class TestLens(Laws):
    pass
