"""Closing a thread: an ended agreement says so and stays readable, a retracted one leaves nothing of ours."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from samenspraak.connectors import End, Raw
from samenspraak.domain.agreements import State, Status
from samenspraak.domain.units import STATUS
from samenspraak_ozo import kept, texts
from samenspraak_ozo.marks import CLOSING, MARK, UNITS, identifier, named
from samenspraak_ozo.saying import once
from samenspraak_ozo.taking_back import empty
from samenspraak_ozo.terms import last_shown
from samenspraak_ozo.threads import ours_by, thread_of

_STATUS: Mapping[End, str] = {
    End.ENDED: "completed",
    End.WITHDRAWN: "revoked",
    End.MISTAKE: "entered-in-error",
    End.RETRACTED: "revoked",
}


def close(raw: Raw, how: End, status: Status | None = None, mark: str | None = None) -> Raw:
    """A copy with the thread closed in this way; retracted leaves no text of ours in it."""
    changed = copy.deepcopy(raw)
    thread = thread_of(changed)
    thread["status"] = _STATUS[how]
    if how is not End.RETRACTED:
        units = kept.write({STATUS: status or Status(state=State(how))})
        once(changed, CLOSING, how, texts.CLOSING[how], identifier(UNITS, units))
        shown = last_shown(changed)
        if mark and (shown is None or shown.mark != mark):
            ours_by(changed, CLOSING)[how]["identifier"].append(identifier(MARK, named(thread, mark)))
        return changed
    changed["messages"] = [one for one in changed["messages"] if "id" in one]  # nothing new leaves
    empty(changed)
    return changed
