"""The kit's checks on the calendars, with a strict program that follows them and with an easy one."""

from __future__ import annotations

from samenspraak_calendar.kit import Contract, Laws


class TestStrict(Contract):
    mode = "strict"


class TestQuirky(Contract):
    mode = "quirky"


class TestLens(Laws):
    pass
