"""What touches many agreements at once: shown first, then asked, then done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from samenspraak.cli import Asked
from samenspraak.cli._answers import answer, called, confirm
from samenspraak.cli._desk import desk
from samenspraak.cli._texts import Texts
from samenspraak.services import looking
from samenspraak.services.pausing import Act, Outcome


def carry_out(
    asked: Asked, act: Act, *about: Any, asks: str, done: str, yes: bool, by: str, **more: Any
) -> None:
    """Say what it would do, ask, and do it."""
    at = desk(asked)
    preview = looking.preview_absence(at.hub, at.organisation, by, act, *about, by=by, **more)
    lines = "\n".join(_lines(preview, at.texts))
    confirm(asked, at.texts, f"{lines}\n{at.texts(asks)}" if lines else at.texts(asks), yes=yes)
    found = act(at.hub, at.organisation, *about, by=by, try_only=False, **more)
    who = called(found.party, found.names)
    told = at.texts(done, who=who, count=len(found.agreements))
    answer(asked, {"pause": found}, [told, *_lines(found, at.texts)])


def _lines(found: Outcome, texts: Texts) -> Iterator[str]:
    for one in found.agreements:
        client = called(one.client, found.names)
        state = texts.word("state", one.state)
        yield "  " + texts("pause.line", id=one.agreement_id, what=one.what, client=client, state=state)
        if one.called_off:
            days = ", ".join(dict.fromkeys(key.day.isoformat() for key in one.called_off))
            yield "    " + texts("pause.called_off", count=len(one.called_off), days=days)
        if one.uncovered:
            yield "    " + texts("pause.uncovered")
