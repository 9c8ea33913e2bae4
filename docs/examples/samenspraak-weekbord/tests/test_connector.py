"""What every connector owes the hub, towards a board by the book and one with quirks."""

from samenspraak_weekbord.kit import Contract, Laws


class TestStrict(Contract):
    pass


class TestQuirky(Contract):
    mode = "quirky"


class TestLaws(Laws):
    pass
