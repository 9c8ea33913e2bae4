"""Which messages are announced answers, and which are left for a person to read."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samenspraak_ozo.answers import Answer, AnswerKind, code_of, parse

TUESDAY = date(2026, 11, 24)
K = AnswerKind


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("AKKOORD", Answer(kind=K.AGREE)),
        ("akkoord k7r4.", Answer(kind=K.AGREE, code="K7R4")),
        ("Niet akkoord, code K7R4", Answer(kind=K.DISAGREE, code="K7R4")),
        ("GEDAAN", Answer(kind=K.DONE)),
        ("gedaan 24-11 K7R4", Answer(kind=K.DONE, day=TUESDAY, code="K7R4")),
        ("Gedaan op 22 november", Answer(kind=K.DONE, day=date(2026, 11, 22))),
        ("niet gedaan gisteren", Answer(kind=K.NOT_DONE, day=date(2026, 11, 23))),
        ("GEDAAN 2e keer K7R4", Answer(kind=K.DONE, nth=2, code="K7R4")),
        ("Kan niet 26/11/2026", Answer(kind=K.CANNOT, day=date(2026, 11, 26))),
        ("  kan  niet\nmorgen!  ", Answer(kind=K.CANNOT, day=date(2026, 11, 25))),
    ],
)
def test_an_announced_answer_is_understood(text: str, answer: Answer) -> None:
    assert parse(text, TUESDAY) == answer


@pytest.mark.parametrize(
    "text",
    [
        "Akkoord, maar liever om negen uur",
        "Ik ben niet akkoord",
        "Ok",
        "GEDAAN donderdag",
        "GEDAAN 24-11 25-11",
        "AKKOORD K7R4 B2C3",
        "AKKOORD AKKOORD",
        "GEDAAN 31-11",
        "GEDAAN morgen",
        "KAN NIET gisteren",
        "AKKOORD 1-12",
        "Kan niet goed slapen",
        "GEDAAN " + "! " * 40,
        "",
    ],
)
def test_everything_else_is_a_comment(text: str) -> None:
    assert parse(text, TUESDAY) is None


def test_a_date_without_a_year_is_the_nearest_one() -> None:
    new_year = date(2027, 1, 2)
    assert parse("GEDAAN 31-12", new_year) == Answer(kind=K.DONE, day=date(2026, 12, 31))
    assert parse("KAN NIET 3-1", date(2026, 12, 30)) == Answer(kind=K.CANNOT, day=date(2027, 1, 3))


@given(mark=st.text(), kind=st.sampled_from(AnswerKind))
def test_every_code_can_be_typed_back(mark: str, kind: AnswerKind) -> None:
    code = code_of(mark)

    assert parse(f"{kind.lower()} {code.lower()}", TUESDAY) == Answer(kind=kind, code=code)


@given(text=st.text(max_size=80))
def test_no_text_breaks_the_reading_of_answers(text: str) -> None:
    found = parse(text, TUESDAY)

    assert found is None or found.kind in AnswerKind
