"""Which checks of the kit a connector fails, by their ids: in this process, towards the strict sandbox."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from samenspraak.testing import ConnectorContract, LensLaws, lens
from samenspraak.testing.contract import applying

_BROKEN = (Exception, pytest.fail.Exception)  # whatever comes out of a check has failed it
_LAW = settings(
    derandomize=True,
    max_examples=5,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    database=None,
)


def refusals(contract: ConnectorContract, **fixtures: Any) -> set[str]:
    """The checks of the contract that it fails; those in the hands of the hub are left to others.

    Args:
        contract: for this connector.
        fixtures: of pytest, for checks that ask for them.
    """
    return {
        name.removeprefix("test_")
        for name, stated in inspect.getmembers(contract, inspect.ismethod)
        if name.startswith("test_") and "house" not in inspect.signature(stated).parameters
        if applying.ONLY_FOR.get(name, lambda _: True)(contract.kind.manifest)
        if any(_fails(contract, name, {**fixtures, **given}) for given in _parameters(stated))
    }


def broken_laws(laws: LensLaws) -> set[str]:
    """The laws that its lens breaks."""
    can = laws.connector().manifest.capabilities
    return {
        name.removeprefix("test_")
        for name, stated in inspect.getmembers(type(laws), inspect.isfunction)
        if name.startswith("test_") and lens.ONLY_FOR.get(name, lambda _: True)(can)
        if _breaks(laws, stated)
    }


def _fails(contract: ConnectorContract, name: str, given: Mapping[str, Any]) -> bool:
    stated = getattr(contract, name)
    asked = inspect.signature(stated).parameters
    with contract.opened() as world:
        try:
            stated(world, **{one: value for one, value in given.items() if one in asked})
        except pytest.skip.Exception:
            return False
        except _BROKEN:
            return True
    return False


def _breaks(laws: LensLaws, stated: Any) -> bool:
    @_LAW
    @given(data=st.data())
    def hold(data: st.DataObject) -> None:
        stated.hypothesis.inner_test(laws, data=data)

    with contextlib.suppress(*_BROKEN):
        hold()
        return False
    return True


def _parameters(stated: Any) -> Iterator[Mapping[str, Any]]:
    """What a check is tried with, one after the other."""
    marks: Sequence[Any] = getattr(stated, "pytestmark", ())
    tried = [mark.args for mark in marks if mark.name == "parametrize"]
    if not tried:
        yield {}
    for name, values in tried:
        yield from ({name: value} for value in values)
