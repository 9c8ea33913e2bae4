"""What of an agreement is kept where in a RegiCare task: the lens, as one table.

Sources: the members of an activity are those seen in REGI-3P `src/ActivityShow.php`; that an activity is
preliminary or definitive, that placements end with a reason and that lookup tables are the customer's own,
REGI-HELP 80000950562 and 80000950771 (both read 2026-11-21). What RegiCare has no field for stands as a
labelled line in the description, where a coordinator can read and type it (our choice, not RegiCare's).

==============  ==================================================================================
``what``        ``omschrijving``; "Mag: " or "Nooit: " before it; code under "Code"
``place``       the label of ``locatie``
``conditions``  ``omschrijvingUitgebreid`` up to the first label; "Uitleg"; "Eerst voordoen"
``status``      status of activity and placement, its end date and reason; "Stand"
``assignment``  see :mod:`duty`
``exception``   see :mod:`meetings`
==============  ==================================================================================
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from samenspraak.connectors import Changes, Raw
from samenspraak.connectors.lines import (
    code_line,
    normal_what,
    one_line,
    read_code,
    read_standing,
    standing_line,
    title,
    titled,
)
from samenspraak.connectors.sections import FREE, tidy
from samenspraak.domain.agreements import LIVE, OVER, Conditions, State, Status, What
from samenspraak.domain.units import UnitKey, UnitKind, UnitValue, is_empty
from samenspraak.errors import InvalidRecordError

from .duty import DUTY
from .held import (
    CODE,
    DESCRIPTION,
    INSTRUCTION,
    SHOWN_FIRST,
    STANDING,
    Held,
    View,
    chosen,
    label_of,
    meaning,
    unknown,
)
from .meetings import EXCEPTIONS


def _describe(raw: Raw, label: str, value: str) -> None:
    activity = raw["activiteit"]
    activity["omschrijvingUitgebreid"] = DESCRIPTION.set(activity["omschrijvingUitgebreid"], label, value)


def _described(raw: Raw, label: str) -> str:
    return DESCRIPTION.get(raw["activiteit"]["omschrijvingUitgebreid"], label)


# What.


def read_what(raw: Raw, view: View) -> Iterator[tuple[str, UnitValue]]:
    if what := titled(raw["activiteit"]["omschrijving"], read_code(_described(raw, CODE))):
        yield "", what


def write_what(raw: Raw, unit_id: str, value: What | None, view: View) -> None:
    raw["activiteit"]["omschrijving"] = "" if value is None else title(value)
    _describe(raw, CODE, "" if value is None or value.code is None else code_line(value.code))


# Where.


def read_place(raw: Raw, view: View) -> Iterator[tuple[str, UnitValue]]:
    if label := label_of(raw["activiteit"]["locatie"]):
        yield "", one_line(label)


def write_place(raw: Raw, unit_id: str, value: str | None, view: View) -> None:
    raw["activiteit"]["locatie"] = chosen(raw["activiteit"]["locatie"], value or "")


# Under which conditions.


def read_conditions(raw: Raw, view: View) -> Iterator[tuple[str, UnitValue]]:
    yield (
        "",
        Conditions(
            text=_described(raw, FREE),
            instruction=_described(raw, INSTRUCTION),
            instruction_required=_described(raw, SHOWN_FIRST).lower() == "ja",
        ),
    )


def write_conditions(raw: Raw, unit_id: str, value: Conditions | None, view: View) -> None:
    wanted = value or Conditions()
    _describe(raw, FREE, wanted.text)
    _describe(raw, INSTRUCTION, wanted.instruction)
    _describe(raw, SHOWN_FIRST, "ja" if wanted.instruction_required else "")


def normal_conditions(value: Conditions) -> Conditions:
    return replace(value, text=tidy(value.text), instruction=tidy(value.instruction))


# How it stands.


def read_status(raw: Raw, view: View) -> Iterator[tuple[str, UnitValue]]:
    placement = raw["plaatsing"]
    placed, activity = label_of(placement["status"]), label_of(raw["activiteit"]["status"])
    if placed in view.words.ended:
        yield "", _over(raw)
    elif placed and placed not in view.words.placed:
        raise unknown("plaatsing.status")
    elif placed or activity:
        yield "", _live(raw, activity, view)


def _over(raw: Raw) -> Status:
    placement, told = raw["plaatsing"], read_standing(_described(raw, STANDING))
    return Status(
        state=told.state if told and told.state in OVER else State.ENDED,
        reason=one_line(label_of(placement["redenEinde"])),
        ended_on=date.fromisoformat(placement["eindDatum"]) if placement["eindDatum"] else None,
    )


def _live(raw: Raw, activity: str, view: View) -> Status:
    if activity and not (activity in view.words.preliminary or activity in view.words.definitive):
        raise unknown("activiteit.status")
    state = State.PROPOSED if activity in view.words.preliminary else State.ACTIVE
    told = read_standing(_described(raw, STANDING))
    counts = told is not None and (told.state in (State.PAUSED, State.DRAFT) or told.state is state)
    return told if told and counts else Status(state=state)


def write_status(raw: Raw, unit_id: str, value: Status | None, view: View) -> None:
    activity, placement, words = raw["activiteit"], raw["plaatsing"], view.words
    _describe(raw, STANDING, "" if value is None else _standing_text(value))
    if value is None:
        activity["status"], placement["status"] = {}, {}
        placement["eindDatum"], placement["redenEinde"] = "", {}
        return
    if value.is_over:
        placement["status"] = meaning(placement["status"], words.ended)
        placement["eindDatum"] = value.ended_on.isoformat() if value.ended_on else ""
        placement["redenEinde"] = chosen(placement["redenEinde"], value.reason)
        return
    if label_of(placement["status"]) in words.ended:
        placement["eindDatum"], placement["redenEinde"] = "", {}
    preliminary = value.state in (State.PROPOSED, State.DRAFT)
    placement["status"] = meaning(placement["status"], words.placed)
    activity["status"] = meaning(activity["status"], words.preliminary if preliminary else words.definitive)


def _standing_text(value: Status) -> str:
    """The line for what RegiCare's own fields do not say."""
    live_with_reason = value.state in LIVE and value.reason
    if value.state in (State.PROPOSED, State.ACTIVE, State.ENDED) and not live_with_reason:
        return ""
    told = replace(value, reason="", ended_on=None) if value.is_over else value
    return standing_line(told)


def normal_status(value: Status) -> Status:
    return replace(value, reason=one_line(value.reason))


TABLE: Mapping[UnitKind, Held] = {
    UnitKind.WHAT: Held(read=read_what, write=write_what, normal=normal_what),
    UnitKind.PLACE: Held(read=read_place, write=write_place, normal=one_line),
    UnitKind.ASSIGNMENT: DUTY,
    UnitKind.CONDITIONS: Held(read=read_conditions, write=write_conditions, normal=normal_conditions),
    UnitKind.STATUS: Held(read=read_status, write=write_status, normal=normal_status),
    UnitKind.EXCEPTION: EXCEPTIONS,
}


def units_in(raw: Raw, view: View) -> dict[UnitKey, UnitValue]:
    """Every unit the record says something of.

    Raises:
        InvalidRecordError: a label that no setting knows, or values that contradict each other.
    """
    return {
        UnitKey(kind, unit_id): value
        for kind, held in TABLE.items()
        for unit_id, value in held.read(raw, view)
        if not is_empty(value)
    }


def changed(raw: Raw, changes: Changes, view: View) -> Raw:
    """A copy that says the changes; what it says already stays as it is written."""
    result = copy.deepcopy(raw)
    for key in sorted(changes.clear):
        _held(key).write(result, key.id, None, view)
    for key, value in sorted(changes.set.items(), key=lambda pair: pair[0]):
        wanted = normal(key, value)
        if units_in(result, view).get(key) != wanted:
            _held(key).write(result, key.id, wanted, view)
    return result


def normal(key: UnitKey, value: UnitValue) -> UnitValue:
    """How RegiCare keeps a value."""
    return _held(key).normal(value) if key.kind in TABLE else value


def _held(key: UnitKey) -> Held:
    if key.kind not in TABLE:
        raise InvalidRecordError(f"RegiCare has no place for {key.kind}", field=str(key.kind))
    return TABLE[key.kind]
