"""What SMART scopes cover, by https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html."""

from __future__ import annotations

import pytest

from samenspraak.protocols.fhir.smart import not_granted


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        ("system/CarePlan.rs", "system/CarePlan.cruds"),
        ("system/CarePlan.rs", "system/*.read"),
        ("system/CarePlan.cu", "system/CarePlan.write"),
        ("system/CarePlan.cruds", "system/CarePlan.rs system/CarePlan.cud"),
        ("system/*.rs", "system/*.*"),
        ("openid", "openid"),
    ],
)
def test_a_scope_is_covered_by_what_allows_as_much(asked: str, granted: str) -> None:
    assert not_granted([asked], granted.split()) == []


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        ("system/CarePlan.rs", ""),
        ("system/CarePlan.cu", "system/CarePlan.rs"),
        ("system/*.rs", "system/CarePlan.rs"),
        ("system/CarePlan.rs", "user/CarePlan.rs"),
        ("system/Patient.rs", "system/Patient.rs?birthdate=1938"),
        ("openid", "profile"),
    ],
)
def test_a_scope_is_not_covered_by_less(asked: str, granted: str) -> None:
    assert not_granted([asked], granted.split()) == [asked]
